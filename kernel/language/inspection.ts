// Inspection at a cursor: what a name is, its signatures and documentation; inside a call the parameter that is being
// written; with details the source.

import type { Analysis } from './analysis.js';
import type { InspectResult } from './contract.js';
import { readable } from './diagnostics.js';
import type { TypeService } from './types.js';
import type { Ast, Node, TsSymbol, Type } from './typescript.js';
import { getTokenAtPosition, SignatureKind, SymbolFlags, SyntaxKind } from './typescript.js';

const NOT_FOUND: InspectResult = { found: false, text: '', markdown: '' };

/**
 * What stands at the cursor.
 * @param source the text of a name's declaration in an earlier cell; when given, the source is shown too
 */
export function inspect(
  service: TypeService,
  code: string,
  offset: number,
  source?: (name: string) => string | undefined,
): InspectResult {
  const analysis = service.analyze(code, 'look up');
  const place = identifierAround(code, offset);
  if (place === undefined) return NOT_FOUND;
  const { checker } = service.compiler;
  const position = analysis.checked.toGenerated(place.at + 1) - 1;
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
  const signature = readable(describe(service, target, symbol, token), service.folder);
  const own =
    target.getDocumentationComment(checker).trim() || symbol.getDocumentationComment(checker).trim();
  const documented = own ? target : (functionOf(service, target) ?? target);
  const docs = own || documented.getDocumentationComment(checker).trim();
  const tags = documented.getJsDocTags(checker);
  const tagLines = tags.map((t) => `@${t.name}${t.text ? ` ${t.text.trim()}` : ''}`);
  const parameter =
    place.argument === undefined
      ? undefined
      : readable(parameterAt(service, token, target, place.argument, tags) ?? '', service.folder);
  const written = source && declarationText(service, analysis, target, source);
  const text = [
    signature,
    parameter && `> ${parameter}`,
    docs,
    tagLines.join('\n'),
    written && `Source:\n${written}`,
  ]
    .filter(Boolean)
    .join('\n\n');
  const tagMarkdown = tags.map((t) =>
    t.name === 'example'
      ? `*@example*\n\n${/```/.test(t.text ?? '') ? t.text : `\`\`\`typescript\n${(t.text ?? '').trim()}\n\`\`\``}`
      : `*@${t.name}*${t.text ? ` ${t.text.trim()}` : ''}`,
  );
  const markdown = [
    `\`\`\`typescript\n${signature}\n\`\`\``,
    parameter &&
      `**${parameter.replace(/^(\S+ \d+): ([^\n]*)/, (_, n: string, p: string) => `${n}:** \`${p}\``)}`,
    docs,
    tagMarkdown.join('\n\n'),
    written && `*Source*\n\n\`\`\`typescript\n${written}\n\`\`\``,
  ]
    .filter(Boolean)
    .join('\n\n');
  return { found: true, text, markdown };
}

interface Place {
  /** Start of the identifier. */
  at: number;
  /** Which argument of its call the cursor is in, from 0. */
  argument?: number;
}

/** The identifier at or just before the cursor, or the one whose call the cursor is in. */
function identifierAround(code: string, offset: number): Place | undefined {
  const isPart = (c: string | undefined) => c !== undefined && /[\p{ID_Continue}$]/u.test(c);
  let at = Math.min(Math.max(offset, 0), code.length);
  const word = /[\p{ID_Continue}$]*$/u.exec(code.slice(0, at))?.[0] ?? '';
  let argument: number | undefined;
  if ((!isPart(code[at]) && !isPart(code[at - 1])) || (/^\d/.test(word) && !isPart(code[at]))) {
    at -= word.length;
    const call = openCall(code, at);
    if (!call) return undefined;
    at = call.open;
    argument = call.argument;
    if (!isPart(code[at - 1])) return undefined;
  }
  if (!isPart(code[at]) || isPart(code[at - 1])) while (at > 0 && isPart(code[at - 1])) at--;
  if (!isPart(code[at]) || /\d/.test(code[at] as string)) return undefined;
  return argument === undefined ? { at } : { at, argument };
}

/** The parenthesis that is still open at `from`, and how many commas of its call stand between. */
function openCall(code: string, from: number): { open: number; argument: number } | undefined {
  let depth = 0;
  let argument = 0;
  // Quotes may hold anything; what they hold is not looked at.
  const bare = code
    .slice(0, from)
    .replace(/'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g, (text) => '_'.repeat(text.length));
  for (let at = from; at > 0; at--) {
    const c = bare[at - 1] as string;
    if (c === ')' || c === ']' || c === '}') depth++;
    else if (c === '(' && depth === 0) return { open: at - 1, argument };
    else if ((c === '{' || c === '[') && depth === 0)
      argument = 0; // inside an object or a list of the argument
    else if (c === '(' || c === '[' || c === '{') depth--;
    else if (c === ',' && depth === 0) argument++;
  }
  return undefined;
}

/** `Parameter 2: axis?: Axis`, and what its documentation says. */
function parameterAt(
  service: TypeService,
  token: Node,
  target: TsSymbol,
  argument: number,
  tags: readonly { name: string; text?: string }[],
): string | undefined {
  const { checker } = service.compiler;
  const type = checker.getTypeAtLocation(token) ?? checker.getTypeOfSymbol(target);
  if (!type) return undefined;
  const kind = target.flags & SymbolFlags.Class ? SignatureKind.Construct : SignatureKind.Call;
  for (const signature of [...checker.getSignaturesOfType(type, kind)].reverse()) {
    const parameters = signature.getParameters();
    const last = parameters[parameters.length - 1];
    const rest = last && /^\.\.\./.test(last.valueDeclaration?.resolve()?.getText?.() ?? '');
    const parameter = parameters[argument] ?? (rest ? last : undefined);
    if (!parameter) continue;
    const optional = /^[\w$]+\?/.test(parameter.valueDeclaration?.resolve()?.getText?.() ?? '') ? '?' : '';
    const of = checker.getTypeOfSymbol(parameter);
    const doc = tags
      .find((t) => t.name === 'param' && new RegExp(`^${parameter.name}\\b`).test(t.text?.trim() ?? ''))
      ?.text?.trim()
      .slice(parameter.name.length)
      .replace(/^[\s-]+/, '');
    const line = `Parameter ${argument + 1}: ${parameter.name}${optional}: ${of ? checker.typeToString(of).replace(/ \| undefined$/, '') : 'any'}`;
    return doc ? `${line}\n${doc}` : line;
  }
  return undefined;
}

/** How much of a declaration is shown. */
const SOURCE_LINES = 80;

function declarationText(
  service: TypeService,
  analysis: Analysis,
  target: TsSymbol,
  source: (name: string) => string | undefined,
): string | undefined {
  const declaration = target.valueDeclaration ?? target.declarations[0];
  if (!declaration) return undefined;
  const earlier = /\$gradlab-(?:session|settled)/.test(declaration.path) ? source(target.name) : undefined;
  const node = earlier ? undefined : declaration.resolve();
  // The declaration of a variable is the list it stands in, with its `const`.
  const whole = node?.kind === SyntaxKind.VariableDeclaration ? node.parent?.parent : node;
  if (!earlier && (!whole || isInPrelude(whole, analysis))) return undefined;
  const { path, checked, code } = analysis;
  const here = whole && whole.getSourceFile().fileName === path;
  const text = here
    ? code.slice(checked.toSource(whole.getStart()), checked.toSource(whole.end - 1) + 1)
    : (earlier ?? readable(sourceText(whole as Node), service.folder));
  const lines = text.split('\n');
  const rest = lines.length - SOURCE_LINES;
  return rest > 0
    ? `${lines.slice(0, SOURCE_LINES).join('\n')}\n// ... ${rest} more lines`
    : lines.join('\n');
}

/** A module among joined ones is shown as the file it was. */
function sourceText(node: Node): string {
  const text = node.getText();
  return node.kind === SyntaxKind.ModuleDeclaration
    ? text.replace(/^declare module 'gradlab:.*\n([\s\S]*?)\}$/, '$1')
    : text;
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
    // `declare let x: typeof $c1.x` stands for the variable of that cell.
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
function functionOf(service: TypeService, target: TsSymbol): TsSymbol | undefined {
  const { checker } = service.compiler;
  const declaration = target.valueDeclaration;
  const node = declaration?.resolve();
  const owner = node?.parent as (Node & { name?: { text?: string } }) | undefined;
  const random = node && /\/numpy\/random\/global$/.test(libraryModule(node));
  if (!random && owner?.name?.text !== 'ArrayMethods') return undefined;
  const behind = (s: TsSymbol | undefined): TsSymbol | undefined =>
    s && s.flags & SymbolFlags.Alias ? checker.getAliasedSymbol(s) : s;
  const exported = (space: TsSymbol | undefined, name: string): TsSymbol | undefined =>
    behind(space && checker.getExportsOfModule(space).find((s) => s.name === name));
  const np = behind(service.libraryExports().find((s) => s.name === 'np'));
  if (!random) return exported(np, target.name);
  const generator = exported(exported(np, 'random'), 'RandomState');
  const type = generator && checker.getDeclaredTypeOfSymbol(generator);
  return type && checker.getPropertiesOfType(type).find((s) => s.name === target.name);
}

/** The module of the library that a node stands in, also where their declarations are joined. */
function libraryModule(node: Node): string {
  for (let at = node.parent; at; at = at.parent) {
    if (at.kind === SyntaxKind.ModuleDeclaration) return (at as Ast.ModuleDeclaration).name.text;
  }
  return node.getSourceFile().fileName.replace(/\.d\.ts$/, '');
}

function isInPrelude(node: Node, analysis: Analysis): boolean {
  const file = node.getSourceFile?.();
  return file?.fileName === analysis.path && !analysis.checked.isCopied(node.getStart());
}

function describe(service: TypeService, target: TsSymbol, symbol: TsSymbol, token: Node): string {
  const { checker } = service.compiler;
  const { flags } = target;
  const { name } = symbol;
  if (flags & SymbolFlags.Class) return [`class ${name}`, ...constructors(service, target, name)].join('\n');
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

/** How objects of a class are made. */
function constructors(service: TypeService, target: TsSymbol, name: string): string[] {
  const { checker } = service.compiler;
  const type = checker.getTypeOfSymbol(target);
  const signatures = type ? checker.getSignaturesOfType(type, SignatureKind.Construct) : [];
  return signatures.flatMap((signature) => {
    const written = signature.declaration?.resolve()?.getText?.().replace(/\s+/g, ' ');
    const parameters = written && /^(?:\w+ )?constructor\s*(\(.*?\))\s*(?:;|\{|$)/.exec(written)?.[1];
    return parameters ? [`new ${name}${parameters}`] : [];
  });
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
