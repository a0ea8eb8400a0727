// Completion and inspection at a cursor: the compiler's answers on the rewritten cell, in Jupyter's words. Module
// names between the quotes of an import are looked up on disk, where the compiler's completion does not reach.
import { existsSync, readdirSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';
import type { CompletionMatch, CompletionResult, InspectResult } from './contract.js';
import { readable } from './diagnostics.js';
import { namesInScope } from './scope.js';
import type { Analysis, TypeService } from './types.js';
import type { CompletionEntry, Node, TsSymbol, Type } from './typescript.js';
import {
  CompletionItemKind,
  getTokenAtPosition,
  SignatureKind,
  SymbolFlags,
  SyntaxKind,
} from './typescript.js';

/** How many entries get their type worked out. */
const TYPED_ENTRIES = 40;
const MAX_SIGNATURE = 200;
const HIDDEN = /^\$(?:S|op|cell|magic|held|await|array|bracketed|lib|self|c\d+)$/;

/** Sort text that the compiler gives to global names and keywords; they come after locals and members. */
const AUTO_IMPORT = '16';

function jupyterType(entry: CompletionEntry): string {
  const K = CompletionItemKind;
  const names = new Map<number | undefined, string>([
    [K.Method, 'function'],
    [K.Function, 'function'],
    [K.Constructor, 'class'],
    [K.Class, 'class'],
    [K.Interface, 'class'],
    [K.Struct, 'class'],
    [K.TypeParameter, 'class'],
    [K.Enum, 'class'],
    [K.Module, 'module'],
    [K.Field, 'property'],
    [K.Property, 'property'],
    [K.EnumMember, 'property'],
    [K.Keyword, 'keyword'],
    [K.File, 'path'],
    [K.Folder, 'path'],
    [K.Constant, 'instance'],
    [K.Variable, 'instance'],
    [K.Value, 'instance'],
  ]);
  return names.get(entry.kind) ?? 'text';
}

const IMPORT_PATH = /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)(['"])([^'"\n]*)$/;

export function complete(service: TypeService, code: string, offset: number, cwd: string): CompletionResult {
  const before = code.slice(0, offset);
  const path = IMPORT_PATH.exec(before);
  if (path) return completePath(path[2] as string, offset, cwd);

  const prefix = /[\p{ID_Continue}$\u200c\u200d]*$/u.exec(before)?.[0] ?? '';
  const start = offset - prefix.length;
  const end = offset + (/^[\p{ID_Continue}$\u200c\u200d]*/u.exec(code.slice(offset))?.[0].length ?? 0);
  const nothing: CompletionResult = { matches: [], start, end };
  if (/\d$/.test(before) && /(?:^|[^\p{ID_Continue}$.])\d+$/u.test(before)) return nothing;

  const analysis = service.analyze(code, true);
  const at = analysis.checked.toGenerated(offset);
  const info = membersAt(service, analysis.path, at);
  if (info === 'scope') {
    const names = namesInScope(service, analysis, offset, prefix);
    const types = signaturesOf(service, names);
    const matches = names.map(({ name, type }, i): CompletionMatch => {
      const signature = types[i];
      return { text: name, type: refine(type, signature), start, end, ...(signature ? { signature } : {}) };
    });
    return { matches, start, end };
  }
  const lower = prefix.toLowerCase();
  const found = (info?.entries ?? []).filter(
    (e) => !HIDDEN.test(e.name) && (e.sortText ?? '') < AUTO_IMPORT && e.name.toLowerCase().startsWith(lower),
  );
  found.sort(
    (a, b) =>
      Number(b.name.startsWith(prefix)) - Number(a.name.startsWith(prefix)) ||
      compare(a.sortText ?? '', b.sortText ?? '') ||
      compare(a.name, b.name),
  );
  const signatures = signaturesOf(service, found);
  const matches = found.map((entry, i): CompletionMatch => {
    const text = entry.insertText && !entry.insertText.startsWith('.') ? entry.insertText : entry.name;
    const signature = signatures[i];
    const match: CompletionMatch = { text, type: refine(jupyterType(entry), signature), start, end };
    if (signature) match.signature = signature;
    return match;
  });
  return { matches, start, end };
}

/** The compiler's completion, or `scope` where it would have to offer imports, which this interface cannot do. */
function membersAt(service: TypeService, path: string, at: number) {
  try {
    return service.compiler.checker.getCompletionsAtPosition(path, at, { includeSymbol: true });
  } catch (error) {
    if (error instanceof Error && error.message.includes('auto imports')) return 'scope';
    throw error;
  }
}

/** A constant that holds a function or a class is shown as what it holds. */
function refine(type: string, signature: string | undefined): string {
  if (type !== 'instance' || !signature) return type;
  if (/^(?:<.*>)?\(.*\) => /.test(signature) || /^\{ (?:<|\()/.test(signature)) return 'function';
  return /^typeof [A-Z]/.test(signature) ? 'class' : type;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function signaturesOf(
  service: TypeService,
  entries: readonly { symbol?: TsSymbol | undefined }[],
): (string | undefined)[] {
  const { checker } = service.compiler;
  const typed = entries
    .slice(0, TYPED_ENTRIES)
    .map((e, i) => ({ i, symbol: e.symbol }))
    .filter((e): e is { i: number; symbol: TsSymbol } => (e.symbol?.flags ?? 0) !== 0);
  const out: (string | undefined)[] = [];
  if (typed.length === 0) return out;
  const types = checker.getTypeOfSymbol(typed.map((e) => e.symbol));
  typed.forEach(({ i }, k) => {
    const type = types[k];
    if (type && !type.isErrorType()) out[i] = clip(checker.typeToString(type));
  });
  return out;
}

function clip(text: string): string {
  const flat = readable(text).replace(/\s+/g, ' ');
  return flat.length > MAX_SIGNATURE ? `${flat.slice(0, MAX_SIGNATURE - 1)}…` : flat;
}

/** Modules of Node, installed packages, and files beside the notebook. */
function completePath(typed: string, offset: number, cwd: string): CompletionResult {
  const start = offset - typed.length;
  const names = new Map<string, string>();
  if (/^\.{0,2}\//.test(typed) || typed === '.' || typed === '..') {
    const folder = typed.includes('/') ? typed.slice(0, typed.lastIndexOf('/') + 1) : `${typed}/`;
    for (const entry of entriesOf(join(cwd, folder))) {
      if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
      if (entry.isDirectory()) names.set(`${folder}${entry.name}/`, 'path');
      else if (/\.(?:[mc]?[jt]sx?|json)$/.test(entry.name)) names.set(folder + entry.name, 'path');
    }
  } else {
    names.set('gradlab', 'module');
    for (const name of builtinModules)
      if (!name.startsWith('_')) names.set(typed.startsWith('node:') ? `node:${name}` : name, 'module');
    for (let at = cwd; ; at = dirname(at)) {
      for (const name of packagesIn(join(at, 'node_modules'))) names.set(name, 'module');
      if (dirname(at) === at) break;
    }
  }
  const matches = [...names]
    .filter(([name]) => name.startsWith(typed))
    .sort(([a], [b]) => compare(a, b))
    .map(([text, type]) => ({ text, type, start, end: offset }));
  return { matches, start, end: offset };
}

function entriesOf(folder: string) {
  try {
    return existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : [];
  } catch {
    return [];
  }
}

function packagesIn(folder: string): string[] {
  const names: string[] = [];
  for (const entry of entriesOf(folder)) {
    if (entry.name.startsWith('.')) continue;
    if (!entry.name.startsWith('@')) names.push(entry.name);
    else if (entry.name !== '@types')
      for (const inner of entriesOf(join(folder, entry.name))) names.push(`${entry.name}/${inner.name}`);
  }
  return names;
}

const NOT_FOUND: InspectResult = { found: false, text: '', markdown: '' };

export function inspect(service: TypeService, code: string, offset: number): InspectResult {
  const analysis = service.analyze(code, true);
  const at = identifierAround(code, offset);
  if (at === undefined) return NOT_FOUND;
  const { checker } = service.compiler;
  const position = analysis.checked.toGenerated(at + 1) - 1;
  const file = service.compiler.sourceFile(analysis.path);
  const token = file && getTokenAtPosition(file, position);
  const symbol = checker.getSymbolAtPosition(analysis.path, position);
  if (
    !symbol ||
    !token ||
    (token.kind !== SyntaxKind.Identifier && token.kind !== SyntaxKind.PrivateIdentifier)
  ) {
    return NOT_FOUND;
  }
  const target = original(service, analysis, symbol);
  const signature = readable(describe(service, target, symbol, token));
  const own =
    target.getDocumentationComment(checker).trim() || symbol.getDocumentationComment(checker).trim();
  const documented = own ? target : (functionOf(service, analysis, target) ?? target);
  const docs = own || documented.getDocumentationComment(checker).trim();
  const tags = documented.getJsDocTags(checker);
  const tagLines = tags.map((t) => `@${t.name}${t.text ? ` ${t.text.trim()}` : ''}`);
  const text = [signature, docs, tagLines.join('\n')].filter(Boolean).join('\n\n');
  const tagMarkdown = tags.map((t) =>
    t.name === 'example'
      ? `*@example*\n\n${/```/.test(t.text ?? '') ? t.text : `\`\`\`typescript\n${(t.text ?? '').trim()}\n\`\`\``}`
      : `*@${t.name}*${t.text ? ` ${t.text.trim()}` : ''}`,
  );
  const markdown = [`\`\`\`typescript\n${signature}\n\`\`\``, docs, tagMarkdown.join('\n\n')]
    .filter(Boolean)
    .join('\n\n');
  return { found: true, text, markdown };
}

/** Start of the identifier at or just before the cursor, or of the one whose call the cursor is in. */
function identifierAround(code: string, offset: number): number | undefined {
  const isPart = (c: string | undefined) => c !== undefined && /[\p{ID_Continue}$]/u.test(c);
  let at = Math.min(Math.max(offset, 0), code.length);
  const word = /[\p{ID_Continue}$]*$/u.exec(code.slice(0, at))?.[0] ?? '';
  if ((!isPart(code[at]) && !isPart(code[at - 1])) || (/^\d/.test(word) && !isPart(code[at]))) {
    at -= word.length;
    // Inside `f(a, |`: go back to the opening parenthesis that is still open.
    let depth = 0;
    while (at > 0) {
      const c = code[at - 1] as string;
      if (c === ')' || c === ']' || c === '}') depth++;
      else if (c === '(' && depth === 0) break;
      else if (c === '(' || c === '[' || c === '{') depth--;
      if (depth < 0) return undefined;
      at--;
    }
    if (at === 0) return undefined;
    at--;
    if (!isPart(code[at - 1])) return undefined;
  }
  if (!isPart(code[at]) || isPart(code[at - 1])) while (at > 0 && isPart(code[at - 1])) at--;
  return isPart(code[at]) && !/\d/.test(code[at] as string) ? at : undefined;
}

/** Behind the aliases and `typeof` declarations that bring a name of another cell in. */
function original(service: TypeService, analysis: Analysis, symbol: TsSymbol): TsSymbol {
  const { checker } = service.compiler;
  let at = symbol;
  if (at.flags & SymbolFlags.Alias) {
    const target = checker.getAliasedSymbol(at);
    if (!checker.isUnknownSymbol(target)) at = target;
  }
  const declaration = at.valueDeclaration?.resolve();
  if (declaration && isInPrelude(declaration, analysis)) {
    // `declare let x: typeof $S.$c1.x` stands for the variable of that cell.
    const type = (declaration as Node & { type?: Node & { exprName?: Node & { right?: Node } } }).type;
    const name = type?.exprName?.right;
    const earlier = name && checker.getSymbolAtLocation(name);
    if (earlier) at = earlier;
  }
  return at;
}

/**
 * Whose documentation a name without its own shares: a method of arrays that of the function of `np`, a function of
 * `np.random` that of the generator's method.
 */
function functionOf(service: TypeService, analysis: Analysis, target: TsSymbol): TsSymbol | undefined {
  const { checker } = service.compiler;
  const declaration = target.valueDeclaration;
  const owner = declaration?.resolve()?.parent as (Node & { name?: { text?: string } }) | undefined;
  const random = /\/numpy\/random\/global\.d\.ts$/.test(declaration?.path ?? '');
  if (!random && owner?.name?.text !== 'ArrayMethods') return undefined;
  const behind = (s: TsSymbol | undefined): TsSymbol | undefined =>
    s && s.flags & SymbolFlags.Alias ? checker.getAliasedSymbol(s) : s;
  const exported = (space: TsSymbol | undefined, name: string): TsSymbol | undefined =>
    behind(space && checker.getExportsOfModule(space).find((s) => s.name === name));
  const np = behind(
    checker.resolveName('np', SymbolFlags.Namespace | SymbolFlags.Alias, {
      document: analysis.path,
      position: analysis.checked.toGenerated(0),
    }),
  );
  if (!random) return exported(np, target.name);
  const generator = exported(exported(np, 'random'), 'RandomState');
  const type = generator && checker.getDeclaredTypeOfSymbol(generator);
  return type && checker.getPropertiesOfType(type).find((s) => s.name === target.name);
}

function isInPrelude(node: Node, analysis: Analysis): boolean {
  const file = node.getSourceFile?.();
  return file?.fileName === analysis.path && !analysis.checked.isCopied(node.getStart());
}

function describe(service: TypeService, target: TsSymbol, symbol: TsSymbol, token: Node): string {
  const { checker } = service.compiler;
  const { flags } = target;
  const { name } = symbol;
  if (flags & SymbolFlags.Class) return `class ${name}`;
  if (flags & SymbolFlags.Interface) return `interface ${name}`;
  if (flags & SymbolFlags.TypeAlias)
    return `type ${name} = ${checker.typeToString(checker.getDeclaredTypeOfSymbol(target), undefined, 1 | 8388608)}`;
  if (flags & SymbolFlags.Enum) return `enum ${name}`;
  if (flags & SymbolFlags.Module && !(flags & SymbolFlags.Function)) return `namespace ${name}`;
  const here = checker.getTypeAtLocation(token);
  const type = here && !here.isErrorType() ? here : checker.getTypeOfSymbol(target);
  if (!type) return name;
  const callable = SymbolFlags.Function | SymbolFlags.Method | SymbolFlags.Variable;
  const calls = flags & callable ? callLines(service, type, name) : undefined;
  if (calls && flags & SymbolFlags.Method) return `(method) ${calls.split('\n').map(withoutThis).join('\n')}`;
  if (calls) return `function ${calls}`;
  const kind =
    flags & SymbolFlags.Property || flags & SymbolFlags.Accessor
      ? '(property)'
      : flags & SymbolFlags.FunctionScopedVariable
        ? 'var'
        : symbol.flags & SymbolFlags.Alias || isConst(target)
          ? 'const'
          : 'let';
  return `${kind} ${name}: ${checker.typeToString(type)}`;
}

function isConst(symbol: TsSymbol): boolean {
  const declaration = symbol.valueDeclaration?.resolve();
  return /^const\b/.test(declaration?.parent?.getText?.() ?? '');
}

function callLines(service: TypeService, type: Type, name: string): string | undefined {
  const { checker } = service.compiler;
  const signatures = checker.getSignaturesOfType(type, SignatureKind.Call);
  if (signatures.length === 0) return undefined;
  const whole = checker.typeToString(type, undefined, 1);
  if (signatures.length === 1 && /^[<(]/.test(whole)) return `${name}${arrowToMethod(whole)}`;
  const overloads = /^\{ (.*); \}$/s.exec(whole)?.[1];
  if (overloads && /^[<(]/.test(overloads))
    return overloads
      .split(/; (?=\(|<)/)
      .map((s) => `${name}${s}`)
      .join('\n');
  // A named interface of functions, such as np.exp's: its signatures as they were written.
  if (!/^\w+$/.test(whole)) return undefined;
  const written = signatures.map((s) => s.declaration?.resolve()?.getText?.());
  if (!written.every((text) => text !== undefined && /^[<(]/.test(text))) return undefined;
  return written
    .map((text) => `${name}${(text as string).replace(/\s+/g, ' ').replace(/;$/, '')}`)
    .join('\n');
}

/** A method of arrays without what TypeScript needs to know of the array: its type parameter, and `this`. */
function withoutThis(line: string): string {
  return line
    .replace(/\(this: NDArray<\w>(?:, )?/, '(')
    .replace(/<[DE] extends DType(?:, )?/, '<')
    .replace('<>(', '(');
}

/** `(a: number) => string` as `(a: number): string`. */
function arrowToMethod(text: string): string {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i] as string;
    if ('([{<'.includes(c)) depth++;
    else if (')]}'.includes(c) || (c === '>' && text[i - 1] !== '=')) depth--;
    else if (depth === 0 && text.startsWith(' => ', i)) return `${text.slice(0, i)}: ${text.slice(i + 4)}`;
  }
  return `: ${text}`;
}
