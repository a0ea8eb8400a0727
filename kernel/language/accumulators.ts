// Variables that begin as a number and go on as an array: `let loss = 0; for (...) loss += margins.sum()`. TypeScript
// takes such a variable for a number for good; here it may hold both, as every name may in Python.
import type { CellDiagnostic } from './contract.js';
import { mayBeAssigned } from './declarations.js';
import type { Ast, Node, SourceFile } from './typescript.js';
import { SyntaxKind } from './typescript.js';

/** The right side of an operator is no number; if it is no array either, it stays an error. */
const NO_NUMBER = 2363;
const ARRAY_FOR_NUMBER = /^Type 'NDArray\b.*' is not assignable to type 'number'/;

interface Checked {
  readonly code: string;
  readonly file: SourceFile;
  readonly diagnostics: readonly CellDiagnostic[];
}

/** The declarations, without a type of their own, of the numbers that the cell assigns arrays to. */
export function accumulators({ code, file, diagnostics }: Checked): Ast.VariableDeclaration[] {
  const names = new Set<string>();
  for (const { start, message, code: number } of diagnostics) {
    const name =
      number === NO_NUMBER
        ? /([\w$]+)\s*(?:[-*/%]|\*\*)=\s*$/.exec(code.slice(0, start))?.[1]
        : ARRAY_FOR_NUMBER.test(message) && /^[\w$]+/.exec(code.slice(start))?.[0];
    if (name) names.add(name);
  }
  const found: Ast.VariableDeclaration[] = [];
  if (names.size === 0) return found;
  const visit = (node: Node): undefined => {
    if (node.kind === SyntaxKind.VariableDeclarationList) {
      for (const declaration of (node as Ast.VariableDeclarationList).declarations) {
        const { name, type, initializer } = declaration;
        if (name.kind !== SyntaxKind.Identifier || type || !initializer || !mayBeAssigned(declaration))
          continue;
        if (names.has((name as Ast.Identifier).text)) found.push(declaration);
      }
    }
    node.forEachChild(visit);
    return undefined;
  };
  file.forEachChild(visit);
  return found;
}
