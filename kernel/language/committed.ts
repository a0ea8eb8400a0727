// What a cell that has run leaves in the session module: its checked text with `export` before every declaration,
// without its own imports and exports (those move to the top of the module, under private names).

import type { Analysis } from './analysis.js';
import { hasModifier } from './declarations.js';
import { importedNames, importForSession } from './imports.js';
import { UNTYPED } from './magics.js';
import { Edits } from './positions.js';
import { editSite } from './rewrite.js';
import type { CommittedCell, Declared } from './session.js';
import type { Ast } from './typescript.js';
import { SyntaxKind } from './typescript.js';

/** @param isConstant whether an earlier cell has declared the name with `const` */
export function commitCell(analysis: Analysis, isConstant: (name: string) => boolean): CommittedCell {
  const K = SyntaxKind;
  const { raw, origin, code, file, top, sites, imports } = analysis;
  if (code.startsWith(UNTYPED)) return untyped(analysis);
  const edits = new Edits(raw);
  for (const site of sites)
    if (site.final !== 'plain' && site.kind !== 'truth') editSite(edits, site, site.final, 'session');
  for (const { at, text } of analysis.loose) edits.close(at, text, -1);
  for (const { at, type } of analysis.annotations ?? []) edits.close(at, `: ${type}`, 1000);
  for (const node of top.awaits) {
    edits.replace(node.getStart(), node.getStart() + 'await'.length, '$await(');
    edits.close(node.end, ')', 1000);
  }
  /** Text for the top of the module, given the cell's namespace. */
  const outside: ((space: string) => string)[] = imports.map(
    (i) => (space) => importForSession(i, raw, space),
  );
  let augments = false;
  const aliases: string[] = imports.flatMap(importedNames);

  for (const statement of file.statements) {
    if (statement.end <= origin) continue;
    const start = statement.getStart();
    switch (statement.kind) {
      case K.ImportDeclaration:
      case K.ExportDeclaration:
      case K.ExportAssignment:
        edits.blank(start, statement.end);
        break;
      case K.ImportEqualsDeclaration: {
        const node = statement as Ast.ImportEqualsDeclaration;
        if (node.moduleReference.kind === K.ExternalModuleReference) {
          const reference = raw.slice(node.moduleReference.getStart(), node.moduleReference.end);
          outside.push((space) => `import ${space}_${node.name.text} = ${reference};\n`);
          aliases.push(node.name.text);
          edits.blank(start, statement.end);
        } else if (!hasModifier(statement, K.ExportKeyword)) edits.open(start, 'export ', 0);
        break;
      }
      case K.ModuleDeclaration: {
        const { name } = statement as Ast.ModuleDeclaration;
        if (name.kind !== K.Identifier || name.text === 'global') {
          const text = raw.slice(start, statement.end);
          outside.push(() => `${text}\n`);
          augments = true;
          edits.blank(start, statement.end);
        } else exportIt(edits, statement);
        break;
      }
      case K.VariableStatement:
      case K.FunctionDeclaration:
      case K.ClassDeclaration:
      case K.EnumDeclaration:
      case K.InterfaceDeclaration:
      case K.TypeAliasDeclaration:
        exportIt(edits, statement);
        break;
      default:
        break;
    }
  }
  let tail = '';
  for (const { name, exported } of top.declared)
    if (exported !== name) tail += `export let ${exported} = ${name};`;
  const again: Declared[] = [];
  for (const [name, type] of analysis.retyped) {
    tail += `export declare let ${name}: ${type};`;
    again.push({ name, exported: name, kind: 'variable', constant: isConstant(name) });
  }
  const end = origin + code.length;
  const text = edits
    .pieces(origin, end)
    .map((piece) => piece.text)
    .join('');
  return {
    body: `${text}\n;${tail}`,
    imports: (space) => outside.map((f) => f(space)).join(''),
    aliases,
    declared: [...top.declared, ...again],
    augments,
    mentions: top.mentions,
  };
}

/** JavaScript: its names may hold anything. */
function untyped({ top }: Analysis): CommittedCell {
  const declared = top.declared.map((d) => ({ ...d, exported: d.name, number: false }));
  return {
    body: declared.map(({ name }) => `export declare let ${name}: any;`).join(''),
    imports: () => '',
    aliases: [],
    declared,
    augments: false,
    mentions: new Set(),
  };
}

function exportIt(edits: Edits, statement: Ast.Statement): void {
  for (const modifier of (statement as Ast.FunctionDeclaration).modifiers ?? [])
    if (modifier.kind === SyntaxKind.DefaultKeyword) edits.blank(modifier.getStart(), modifier.end);
  if (!hasModifier(statement, SyntaxKind.ExportKeyword)) edits.open(statement.getStart(), 'export ', 0);
}
