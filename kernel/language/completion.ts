// Completion at a cursor: the compiler's answers on the rewritten cell, in Jupyter's words, in an order that puts the
// likeliest first. What stands between quotes of an import is looked up on disk, see paths.ts.

import type { Analysis } from './analysis.js';
import type { CompletionMatch, CompletionResult } from './contract.js';
import { readable } from './diagnostics.js';
import { withoutComments } from './hints.js';
import { fitting } from './matching.js';
import { completeFile, completeModule } from './paths.js';
import { namesInScope } from './scope.js';
import { namesElsewhere } from './suggest.js';
import type { TypeService } from './types.js';
import type { Ast, CompletionEntry, Node, TsSymbol } from './typescript.js';
import { CompletionItemKind, getTokenAtPosition, SyntaxKind } from './typescript.js';

/** How many entries get their type worked out. */
const TYPED_ENTRIES = 25;
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
  if (path) return completeModule(path[2] as string, offset, cwd);
  const nothing: CompletionResult = { matches: [], start: offset, end: offset };
  if (isComment(code, offset)) return nothing;

  const prefix = /[\p{ID_Continue}$\u200c\u200d]*$/u.exec(before)?.[0] ?? '';
  const afterDot = /(?:^|[^.])\.\s*$/.test(before.slice(0, before.length - prefix.length));
  const analysis = service.analyze(code, afterDot ? 'look up' : 'look around');
  const text = textAround(analysis, offset);
  if (text) return completeText(service, analysis, text, offset, cwd);
  const start = offset - prefix.length;
  const end = offset + (/^[\p{ID_Continue}$\u200c\u200d]*/u.exec(code.slice(offset))?.[0].length ?? 0);
  if (/\d$/.test(before) && /(?:^|[^\p{ID_Continue}$.])\d+$/u.test(before)) return { ...nothing, start, end };

  const info = membersAt(service, analysis.path, analysis.checked.toGenerated(offset));
  if (info === 'scope') {
    const names = namesInScope(service, analysis, offset, prefix);
    const types = signaturesOf(service, names);
    const matches = names.map(({ name, type }, i): CompletionMatch => {
      const signature = types[i];
      return { text: name, type: refine(type, signature), start, end, ...(signature ? { signature } : {}) };
    });
    // Names of the library and of Node that need another name before them, or an import, come last.
    const there = new Set(matches.map((match) => match.text));
    for (const { text, signature } of namesElsewhere(service, prefix))
      if (!there.has(text)) matches.push({ text, type: 'function', start, end, signature });
    return { matches, start, end };
  }
  return { matches: matchesOf(service, info?.entries ?? [], prefix, start, end), start, end };
}

/** The compiler's entries that fit what was typed. What is deprecated comes last. */
function matchesOf(
  service: TypeService,
  entries: readonly CompletionEntry[],
  typed: string,
  start: number,
  end: number,
  type?: string,
): CompletionMatch[] {
  const order = (e: CompletionEntry) => e.sortText ?? '';
  const deprecated = (e: CompletionEntry) => order(e).startsWith('z');
  const offered = entries
    .filter((e) => !HIDDEN.test(e.name) && order(e).replace(/^z/, '') < AUTO_IMPORT)
    .sort((a, b) => compare(order(a), order(b)) || compare(a.name, b.name));
  const best = fitting(offered, typed, (e) => e.name);
  const found = [...best.filter((e) => !deprecated(e)), ...best.filter(deprecated)];
  const signatures = signaturesOf(service, found);
  return found.map((entry, i): CompletionMatch => {
    const text = entry.insertText && !entry.insertText.startsWith('.') ? entry.insertText : entry.name;
    const signature = signatures[i];
    const kind = jupyterType(entry);
    const match: CompletionMatch = {
      text,
      type: type && kind !== 'property' && kind !== 'function' ? type : refine(kind, signature),
      start,
      end,
    };
    if (signature) match.signature = signature;
    return match;
  });
}

/** A string literal that the cursor is in. */
interface TextAround {
  node: Node;
  /** Where its content begins and ends, in the cell. */
  start: number;
  end: number;
}

function textAround({ file, origin, code }: Analysis, offset: number): TextAround | undefined {
  const node = getTokenAtPosition(file, origin + offset - 1);
  if (node.kind !== SyntaxKind.StringLiteral && node.kind !== SyntaxKind.NoSubstitutionTemplateLiteral)
    return undefined;
  const start = node.getStart() - origin;
  const quote = code[start] as string;
  if (offset <= start) return undefined;
  const closed = node.end - origin > start + 1 && code[node.end - origin - 1] === quote;
  const end = closed ? node.end - origin - 1 : offset;
  return offset <= end ? { node, start: start + 1, end } : undefined;
}

/** Functions whose text is likely a path. */
const TAKES_PATH =
  /(?:file|path|dir|read|write|load|save|open|import|csv|txt|require|image|imread|exists|stat)\w*$/i;

/** Inside quotes: literals of the expected type, keys in brackets, slices of arrays, files. */
function completeText(
  service: TypeService,
  analysis: Analysis,
  { node, start, end }: TextAround,
  offset: number,
  cwd: string,
): CompletionResult {
  const K = SyntaxKind;
  const typed = analysis.code.slice(start, offset);
  const { parent } = node;
  const element =
    parent?.kind === K.ElementAccessExpression ? (parent as Ast.ElementAccessExpression) : undefined;
  const receiver = element?.expression ?? bracketReceiver(analysis, start);
  if (receiver && isArrayAt(service, analysis, receiver)) {
    const from = start + typed.lastIndexOf(',') + 1 + (/,\s+[^,]*$/.test(typed) ? 1 : 0);
    const part = analysis.code.slice(from, offset);
    const matches = SLICES.filter(([slice]) => slice.startsWith(part)).map(([text, signature]) => ({
      text,
      type: 'text',
      start: from,
      end: offset,
      signature,
    }));
    return { matches, start: from, end: offset };
  }
  const info = membersAt(service, analysis.path, analysis.checked.toGenerated(offset));
  const matches = info === 'scope' ? [] : matchesOf(service, info?.entries ?? [], typed, start, end, 'text');
  if (matches.length > 0) return { matches, start, end };
  const call = parent?.kind === K.CallExpression ? (parent as Ast.CallExpression).expression : undefined;
  const isPath = /^(?:\.{0,2}|~|[\w.-]+)\//.test(typed) || (call && TAKES_PATH.test(call.getText()));
  return isPath ? { ...completeFile(typed, offset, cwd), end } : { matches: [], start, end };
}

const SLICES: readonly (readonly [string, string])[] = [
  [':', 'all along the axis'],
  ['1:', 'without the first'],
  [':-1', 'without the last'],
  ['-1:', 'the last'],
  ['::2', 'every second'],
  ['::-1', 'reversed'],
  ['...', 'all other axes'],
];

/** The array in `X[0, '|`: with several indices the parser sees a comma expression. */
function bracketReceiver({ file, origin }: Analysis, start: number): Node | undefined {
  let at: Node | undefined = getTokenAtPosition(file, origin + start);
  for (let up = 0; at && up < 4; up++, at = at.parent)
    if (at.kind === SyntaxKind.ElementAccessExpression) return (at as Ast.ElementAccessExpression).expression;
    else if (at.kind !== SyntaxKind.StringLiteral && at.kind !== SyntaxKind.BinaryExpression)
      return undefined;
  return undefined;
}

function isArrayAt(service: TypeService, { path, origin, checked }: Analysis, receiver: Node): boolean {
  const { checker } = service.compiler;
  const type = checker.getTypeAtPosition(path, checked.toGenerated(receiver.end - origin) - 1);
  return type !== undefined && /^NDArray\b/.test(checker.typeToString(type));
}

/** Whether the cursor is in a comment. */
function isComment(code: string, offset: number): boolean {
  const line = code.slice(code.lastIndexOf('\n', offset - 1) + 1, offset);
  if (!line.includes('//') && !code.includes('/*')) return false;
  return /\S/.test(code[offset - 1] ?? '') && withoutComments(code)[offset - 1] === ' ';
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
    if (type && !type.isErrorType()) out[i] = clip(readable(checker.typeToString(type), service.folder));
  });
  return out;
}

function clip(text: string): string {
  const flat = text.replace(/\s+/g, ' ');
  return flat.length > MAX_SIGNATURE ? `${flat.slice(0, MAX_SIGNATURE - 1)}…` : flat;
}
