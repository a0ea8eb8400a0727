// Imported variables that their module may change: `export let` and `export var`. A cell does not keep a copy of such a
// value but reads it off the module whenever it is used, as a module does. Which names those are, and where in the
// cell they stand; everything else that is imported can be taken over once and costs nothing.

import type { Analysis, LiveUse } from './analysis.js';
import { mayBeAssigned } from './declarations.js';
import { moduleOf } from './imports.js';
import type { Session } from './session.js';
import type { Ast, Checker, Node, TsSymbol } from './typescript.js';
import { SymbolFlags, SyntaxKind } from './typescript.js';

/** Whether what an imported name stands for is a variable that its module can assign to. */
export function isLive(target: TsSymbol): boolean {
  return (target.flags & SymbolFlags.Variable) !== 0 && mayBeAssigned(target.valueDeclaration?.resolve());
}

/** How the export is read off its module. */
export function exportAccess(imported: string): string {
  return /^['"]/.test(imported) ? `[${imported}]` : `.${imported}`;
}

/** Which names are live for later cells, and where this cell uses its own and those of earlier cells. */
export function readLive(analysis: Analysis, session: Session, checker: Checker): void {
  const { top, live } = analysis;
  const own = new Set(top.declared.map((d) => d.name));
  const names = new Map(live);
  for (const name of top.mentions) {
    const access = own.has(name) ? undefined : session.liveAccess(name);
    if (access !== undefined) names.set(name, access);
  }
  for (const declared of top.declared) declared.live = live.get(declared.name);
  if (names.size > 0) analysis.liveUses = findUses(analysis, names, checker);
}

/** @param live how each name is read off its module */
function findUses(
  { file, origin, path, checked }: Analysis,
  live: ReadonlyMap<string, string>,
  checker: Checker,
): LiveUse[] {
  const uses: LiveUse[] = [];
  const meaning = SymbolFlags.Value | SymbolFlags.Alias;
  const visit = (node: Node): undefined => {
    if (node.kind === SyntaxKind.ImportDeclaration) return undefined;
    if (node.kind !== SyntaxKind.Identifier) {
      node.forEachChild(visit);
      return undefined;
    }
    const { text } = node as Ast.Identifier;
    const access = live.get(text);
    const start = node.getStart();
    if (access === undefined || start < origin) return undefined;
    const shorthand = node.parent.kind === SyntaxKind.ShorthandPropertyAssignment;
    if (!shorthand && isNameOf(node, node.parent)) return undefined;
    const position = checked.toGenerated(start - origin + 1) - 1;
    const symbol = checker.resolveName(text, meaning, { document: path, position });
    // A parameter or a variable of a block hides it.
    if (!symbol || !(symbol.flags & SymbolFlags.Alias)) return undefined;
    const read = moduleOf(text) + access;
    uses.push({ start, end: node.end, text: shorthand ? `${text}: ${read}` : read });
    return undefined;
  };
  file.forEachChild(visit);
  return uses;
}

/** Names of properties, declarations and labels: no use of a variable. */
function isNameOf(node: Node, parent: Node): boolean {
  const { name, propertyName, label } = parent as Node & { name?: Node; propertyName?: Node; label?: Node };
  return name === node || propertyName === node || label === node;
}
