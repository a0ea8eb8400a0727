// Import and export statements of a cell. In the JavaScript an import becomes `let { a } = await $cell.import('x')`,
// so that it can be run again like any declaration; in the session it becomes an import with private names.

import { LIVE } from './contract.js';
import { hasModifier } from './declarations.js';
import type { Edits } from './positions.js';
import type { Ast, Node, SourceFile } from './typescript.js';
import { SyntaxKind } from './typescript.js';

interface Binding {
  local: string;
  /** `default`, `*`, or the exported name as it is written (perhaps a string literal). */
  imported: string;
  node: Node;
}

export interface ImportStatement {
  node: Ast.ImportDeclaration;
  /** The specifier as written, with its quotes. */
  specifier: string;
  typeOnly: boolean;
  sideEffect: boolean;
  bindings: Binding[];
}

/** The variable that holds the module which a live name comes from. */
export const moduleOf = (name: string): string => LIVE + name;

export function readImports(file: SourceFile, source: string): ImportStatement[] {
  const K = SyntaxKind;
  const out: ImportStatement[] = [];
  for (const statement of file.statements) {
    if (statement.kind !== K.ImportDeclaration) continue;
    const node = statement as Ast.ImportDeclaration;
    const clause = node.importClause;
    const bindings: Binding[] = [];
    const typeOnly = clause?.phaseModifier === K.TypeKeyword;
    if (clause?.name) bindings.push({ local: clause.name.text, imported: 'default', node: clause.name });
    const named = clause?.namedBindings;
    if (named?.kind === K.NamespaceImport) {
      const { name } = named as Ast.NamespaceImport;
      bindings.push({ local: name.text, imported: '*', node: name });
    } else if (named) {
      for (const e of (named as Ast.NamedImports).elements) {
        if (e.isTypeOnly) continue;
        const imported = e.propertyName ?? e.name;
        bindings.push({
          local: e.name.text,
          imported: source.slice(imported.getStart(), imported.end),
          node: e.name,
        });
      }
    }
    const { moduleSpecifier } = node;
    const specifier = source.slice(moduleSpecifier.getStart(), moduleSpecifier.end);
    out.push({ node, specifier, typeOnly, sideEffect: !clause, bindings });
  }
  return out;
}

const quote = (name: string): string => (/^['"]/.test(name) ? name : `'${name}'`);

/**
 * JavaScript of an import; empty when only types were imported. `types` holds the local names that are types, `live`
 * those that are read off the module: of these a copy is kept too, for who asks for a variable by its name.
 */
export function importJs(
  statement: ImportStatement,
  types: ReadonlySet<string>,
  live: ReadonlyMap<string, string>,
): string {
  const { specifier, typeOnly, sideEffect, bindings } = statement;
  if (typeOnly) return '';
  const values = bindings.filter((b) => !types.has(b.local));
  if (values.length === 0 && bindings.length > 0) return '';
  if (values.length === 0)
    return sideEffect || bindings.length === 0 ? `await $cell.import(${specifier}, []);` : '';
  const space = values.find((b) => b.imported === '*');
  const named = values.filter((b) => b.imported !== '*');
  const names = named.map((b) => quote(b.imported)).join(', ');
  const pattern = `{ ${named.map((b) => `${b.imported}: ${b.local}`).join(', ')} }`;
  const call = `await $cell.import(${specifier}, [${names}])`;
  const holders = named.flatMap(({ local }) => (live.has(local) ? moduleOf(local) : []));
  if (space) holders.unshift(space.local);
  const [first, ...others] = holders;
  if (first === undefined) return `let ${pattern} = ${call};`;
  const declared = [`${first} = ${call}`, ...others.map((holder) => `${holder} = ${first}`)];
  if (named.length > 0) declared.push(`${pattern} = ${first}`);
  return `let ${declared.join(', ')};`;
}

/** The same statement with private names, for the top of the session module. */
export function importForSession(statement: ImportStatement, source: string, prefix: string): string {
  const { node, specifier } = statement;
  const clause = node.importClause;
  if (!clause) return '';
  const mine = (name: string) => `${prefix}_${name}`;
  const parts: string[] = [];
  if (clause.name) parts.push(mine(clause.name.text));
  const named = clause.namedBindings;
  if (named?.kind === SyntaxKind.NamespaceImport)
    parts.push(`* as ${mine((named as Ast.NamespaceImport).name.text)}`);
  else if (named)
    parts.push(
      `{ ${(named as Ast.NamedImports).elements
        .map((e) => {
          const imported = e.propertyName ?? e.name;
          return `${source.slice(imported.getStart(), imported.end)} as ${mine(e.name.text)}`;
        })
        .join(', ')} }`,
    );
  const attributes = node.attributes
    ? ` ${source.slice(node.attributes.getStart(), node.attributes.end)}`
    : '';
  return `import ${parts.join(', ')} from ${specifier}${attributes};\n`;
}

/** Every local name that an import statement declares, types too. */
export function importedNames(statement: ImportStatement): string[] {
  const clause = statement.node.importClause;
  const names: string[] = [];
  if (clause?.name) names.push(clause.name.text);
  const named = clause?.namedBindings;
  if (named?.kind === SyntaxKind.NamespaceImport) names.push((named as Ast.NamespaceImport).name.text);
  else for (const e of (named as Ast.NamedImports | undefined)?.elements ?? []) names.push(e.name.text);
  return names;
}

/** Removes `export` and `export default` in front of a declaration; `upTo` is where the declaration itself begins. */
export function editExportModifiers(edits: Edits, node: Node): void {
  for (const modifier of (node as Ast.FunctionDeclaration).modifiers ?? []) {
    if (modifier.kind === SyntaxKind.ExportKeyword || modifier.kind === SyntaxKind.DefaultKeyword)
      edits.blank(modifier.getStart(), modifier.end);
  }
}

/** JavaScript of `export { a } from 'x'`, `export * from 'x'`: the module is run, nothing is bound. */
export function exportFromJs(node: Ast.ExportDeclaration, source: string): string {
  if (!node.moduleSpecifier || node.isTypeOnly) return ';';
  return `await $cell.import(${source.slice(node.moduleSpecifier.getStart(), node.moduleSpecifier.end)}, []);`;
}

/** JavaScript of `import x = require('y')` and `import x = A.b`. */
export function importEqualsJs(node: Ast.ImportEqualsDeclaration, source: string, isType: boolean): string {
  if (node.isTypeOnly || isType || hasModifier(node, SyntaxKind.DeclareKeyword)) return ';';
  const reference = node.moduleReference;
  const text =
    reference.kind === SyntaxKind.ExternalModuleReference
      ? `$cell.require(${source.slice(
          (reference as Ast.ExternalModuleReference).expression.getStart(),
          (reference as Ast.ExternalModuleReference).expression.end,
        )})`
      : source.slice(reference.getStart(), reference.end);
  return `let ${node.name.text} = ${text};`;
}
