// Modules whose forward takes or gives something else than one array: `forward(x, h) { ...; return [y, h] }`. The base
// class has to be told, `nn.Module<[NDArray, NDArray], [NDArray, NDArray]>`; where a cell leaves that out, it is read off
// the method.
import type { Loosened } from './accumulators.js';
import type { CellDiagnostic } from './contract.js';
import type { Ast, Node, SourceFile } from './typescript.js';
import { SyntaxKind } from './typescript.js';

const UNLIKE_BASE = 2416;

interface Checked {
  readonly raw: string;
  readonly file: SourceFile;
  readonly origin: number;
  readonly diagnostics: readonly CellDiagnostic[];
}

/** The type arguments that `extends nn.Module` lacks. */
export function forwards({ raw, file, origin, diagnostics }: Checked): Loosened[] {
  const starts = new Set<number>();
  for (const { code, message, start } of diagnostics)
    if (code === UNLIKE_BASE && /^Property 'forward' .* base type 'Module</.test(message))
      starts.add(origin + start);
  const found: Loosened[] = [];
  if (starts.size === 0) return found;
  const visit = (node: Node): undefined => {
    if (node.kind === SyntaxKind.MethodDeclaration) {
      const method = node as Ast.MethodDeclaration;
      const base = starts.has(method.name.getStart()) && baseOf(method.parent);
      if (base)
        found.push({
          at: base.end,
          text: `<[${method.parameters.map(read).join(', ')}], ${source(method)}>`,
        });
    }
    node.forEachChild(visit);
    return undefined;
  };
  const source = ({ type }: { type?: Node }) => (type ? raw.slice(type.getStart(), type.end) : 'any');
  const read = (parameter: Ast.ParameterDeclaration, i: number): string => {
    const { dotDotDotToken, questionToken, initializer } = parameter;
    const type = dotDotDotToken && !parameter.type ? 'any[]' : source(parameter);
    return `${dotDotDotToken ? '...' : ''}p${i}${questionToken || initializer ? '?' : ''}: ${type}`;
  };
  file.forEachChild(visit);
  return found;
}

/** `nn.Module` of `extends nn.Module`, without type arguments. */
function baseOf(owner: Node): Node | undefined {
  for (const clause of (owner as Ast.ClassDeclaration).heritageClauses ?? []) {
    const base = clause.token === SyntaxKind.ExtendsKeyword ? clause.types[0] : undefined;
    if (base && !base.typeArguments) return base;
  }
  return undefined;
}
