// Modules whose forward takes or gives something else than one array: `forward(x, h) { ...; return [y, h] }`. The base
// class has to be told, `nn.Module<[NDArray, NDArray], [NDArray, NDArray]>`; where a cell leaves that out, it is read off
// the method.
import type { Loosened } from './accumulators.js';
import type { Parsed } from './analysis.js';
import type { CellDiagnostic } from './contract.js';
import type { Ast, Node } from './typescript.js';
import { SyntaxKind } from './typescript.js';

const UNLIKE_BASE = 2416;

/**
 * The type arguments that `extends nn.Module` lacks: what forward takes where that is not one argument, and what it
 * gives where that was no array.
 */
export function forwards(
  { raw, code, file, origin }: Parsed,
  diagnostics: readonly CellDiagnostic[] = [],
): Loosened[] {
  const found: Loosened[] = [];
  if (!/\bModule\b[\s\S]*\bforward\b/.test(code)) return found;
  const unlike = new Set<number>();
  for (const d of diagnostics)
    if (d.code === UNLIKE_BASE && /^Property 'forward' .* base type 'Module</.test(d.message))
      unlike.add(origin + d.start);
  const source = ({ type }: { type?: Node }) => (type ? raw.slice(type.getStart(), type.end) : 'any');
  const taken = (parameter: Ast.ParameterDeclaration, i: number): string => {
    const { dotDotDotToken, questionToken, initializer } = parameter;
    const type = dotDotDotToken && !parameter.type ? 'any[]' : source(parameter);
    return `${dotDotDotToken ? '...' : ''}p${i}${questionToken || initializer ? '?' : ''}: ${type}`;
  };
  const visit = (node: Node): undefined => {
    if (node.end <= origin) return undefined;
    if (node.kind === SyntaxKind.MethodDeclaration) {
      const method = node as Ast.MethodDeclaration;
      const isUnlike = unlike.has(method.name.getStart());
      const several = method.parameters.length > 1 || method.parameters.some((p) => p.dotDotDotToken);
      if (isUnlike || (several && (method.name as Ast.Identifier).text === 'forward')) {
        const base = baseOf(method.parent, raw);
        const given = isUnlike ? `, ${source(method)}` : '';
        if (base)
          found.push({ at: base.end, text: `<[${method.parameters.map(taken).join(', ')}]${given}>` });
      }
    }
    node.forEachChild(visit);
    return undefined;
  };
  file.forEachChild(visit);
  return found;
}

/** `nn.Module` of `extends nn.Module`, without type arguments. */
function baseOf(owner: Node, raw: string): Node | undefined {
  for (const clause of (owner as Ast.ClassDeclaration).heritageClauses ?? []) {
    const base = clause.token === SyntaxKind.ExtendsKeyword ? clause.types[0] : undefined;
    if (base && !base.typeArguments && /^(?:nn\.)?Module$/.test(raw.slice(base.getStart(), base.end)))
      return base;
  }
  return undefined;
}
