// Names in scope at a cursor. The compiler's own completion refuses where it would offer imports, so the scope is
// read here: locals from the tree, names of earlier cells and of the library, globals, keywords.

import type { Analysis } from './analysis.js';
import { bindingNames } from './declarations.js';
import { fit, fitting } from './matching.js';
import type { TypeService } from './types.js';
import type { Ast, Node, TsSymbol } from './typescript.js';
import { SymbolFlags, SyntaxKind } from './typescript.js';

export interface ScopeName {
  name: string;
  /** Jupyter's type of the entry. */
  type: string;
  symbol: TsSymbol | undefined;
}

const KEYWORDS = (
  'abstract as async await break case catch class const continue debugger default delete do else enum export extends ' +
  'false finally for from function if implements import in instanceof interface let namespace new null of private ' +
  'protected public readonly return satisfies static super switch this throw true try type typeof undefined using ' +
  'var void while yield any bigint boolean keyof never number object string symbol unknown'
).split(' ');

/** Types of the standard library that are no values; values are read off `globalThis`. */
const TYPE_NAMES = (
  'ArrayLike AsyncGenerator AsyncIterable Awaited Capitalize ConstructorParameters Exclude Extract Generator ' +
  'InstanceType Iterable IterableIterator Iterator Lowercase NonNullable Omit Parameters Partial Pick PromiseLike ' +
  'Readonly ReadonlyArray ReadonlyMap ReadonlySet Record Required ReturnType Uppercase'
).split(' ');

/** How many entries are looked up one by one. */
const RESOLVED = 80;

export function namesInScope(
  service: TypeService,
  analysis: Analysis,
  offset: number,
  prefix: string,
): ScopeName[] {
  const globals = globalNames(service); // before the checker: they are asked of a program of their own
  const { checker } = service.compiler;
  const wanted = (name: string) => fit(name, prefix) !== undefined;
  const local = localNames(analysis, offset).filter(wanted);
  const own = new Set(analysis.top.declared.map((d) => d.name));
  const groups = [
    local,
    [...own].filter(wanted),
    service.session.names().filter(wanted),
    globals.filter(wanted),
    TYPE_NAMES.filter(wanted),
  ];
  const position = { document: analysis.path, position: analysis.checked.toGenerated(offset) };
  const meaning = SymbolFlags.Value | SymbolFlags.Type | SymbolFlags.Namespace | SymbolFlags.Alias;
  const seen = new Set<string>();
  const out: ScopeName[] = [];
  for (const group of groups) {
    const sorted = fitting(
      [...group].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)),
      prefix,
      (name) => name,
    );
    for (const name of sorted) {
      if (seen.has(name)) continue;
      seen.add(name);
      let symbol = out.length < RESOLVED ? checker.resolveName(name, meaning, position) : undefined;
      if (symbol && symbol.flags & SymbolFlags.Alias) symbol = checker.getAliasedSymbol(symbol);
      out.push({ name, type: symbol ? typeOf(symbol) : 'instance', symbol });
    }
  }
  for (const name of KEYWORDS)
    if (prefix && name.startsWith(prefix) && !seen.has(name))
      out.push({ name, type: 'keyword', symbol: undefined });
  return fitting(out, prefix, (n) => n.name);
}

function typeOf({ flags }: TsSymbol): string {
  if (flags & (SymbolFlags.Function | SymbolFlags.Method)) return 'function';
  if (flags & (SymbolFlags.Class | SymbolFlags.Enum)) return 'class';
  if (flags & (SymbolFlags.Property | SymbolFlags.Accessor)) return 'property';
  if (flags & SymbolFlags.Variable) return 'instance';
  if (flags & SymbolFlags.Module) return 'module';
  return flags & SymbolFlags.Type ? 'class' : 'instance';
}

const globalsOf = new WeakMap<object, string[]>();

/** Members of `globalThis`, asked for once. */
function globalNames(service: TypeService): string[] {
  const known = globalsOf.get(service);
  if (known) return known;
  const { compiler, cellPath } = service;
  const before = compiler.read(cellPath);
  const text = `${before}\n;globalThis.`;
  compiler.write(cellPath, text);
  let names: string[];
  try {
    const info = compiler.checker.getCompletionsAtPosition(cellPath, text.length, {});
    names = (info?.entries ?? []).map((e) => e.name).filter((name) => /^[\w$]+$/.test(name));
  } finally {
    compiler.write(cellPath, before);
  }
  globalsOf.set(service, names);
  return names;
}

/** What blocks, functions, loops and classes around the cursor declare; innermost first. */
function localNames({ file, origin }: Analysis, offset: number): string[] {
  const K = SyntaxKind;
  const at = offset + origin;
  const found: string[] = [];
  const declarations = (statements: readonly Node[]) => {
    for (const s of statements) {
      if (s.kind === K.VariableStatement)
        for (const d of (s as Ast.VariableStatement).declarationList.declarations)
          found.unshift(...bindingNames(d.name));
      else {
        const { name } = s as Ast.FunctionDeclaration;
        if (name?.kind === K.Identifier && name.text) found.unshift(name.text);
      }
    }
  };
  const visit = (node: Node): undefined => {
    if (node.pos > at || node.end < at) return undefined;
    const { parameters, name } = node as Ast.FunctionExpression;
    if (parameters && node.kind !== K.SourceFile)
      for (const p of parameters) found.unshift(...bindingNames((p as Ast.ParameterDeclaration).name));
    if (node.kind === K.FunctionExpression || node.kind === K.ClassExpression)
      if (name?.text) found.unshift(name.text);
    if (node.kind === K.Block || node.kind === K.ModuleBlock || node.kind === K.CaseClause)
      declarations((node as Ast.Block).statements);
    if (node.kind === K.ForStatement || node.kind === K.ForOfStatement || node.kind === K.ForInStatement) {
      const { initializer } = node as Ast.ForStatement;
      if (initializer?.kind === K.VariableDeclarationList)
        for (const d of (initializer as Ast.VariableDeclarationList).declarations)
          found.unshift(...bindingNames(d.name));
    }
    if (node.kind === K.CatchClause)
      found.unshift(...bindingNames((node as Ast.CatchClause).variableDeclaration?.name));
    for (const t of (node as Ast.FunctionDeclaration).typeParameters ?? [])
      if (t.name?.text) found.unshift(t.name.text);
    node.forEachChild(visit);
    return undefined;
  };
  file.forEachChild(visit);
  return [...new Set(found)];
}
