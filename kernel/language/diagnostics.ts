// From the checker's diagnostics on the rewritten cell to one clear sentence each on the cell as it was written, and
// the code frame that shows them.
import { relative } from 'node:path';
import type { CellDiagnostic, CompiledCell } from './contract.js';
import { OPERATOR_TEXT, type Operand, type Site } from './operators.js';
import { Lines, type MappedText, type Mark } from './positions.js';
import type { Ast, Checker, Diagnostic, Node, Type } from './typescript.js';
import { DiagnosticCategory, TypeFlags } from './typescript.js';

/** Parameters and variables without a type, modules without declarations: in a notebook they are simply `any`. */
const IMPLICIT_ANY = new Set([
  7005, 7006, 7008, 7010, 7011, 7013, 7016, 7018, 7019, 7020, 7022, 7023, 7024, 7025, 7031, 7032, 7033, 7034,
  7040, 7041, 7045, 7046, 7050, 7051, 7055, 7057,
]);
/** What makes sense in a module but not in a cell, whose imports, exports and awaits the kernel takes care of. */
const MODULE_RULES = new Set([
  1202, 1203, 1208, 1378, 1432, 2309, 2323, 2484, 2528, 2875, 7026, 17004, 1375, 2669,
]);

export function isIgnored(d: Diagnostic): boolean {
  if (d.category !== DiagnosticCategory.Error) return true;
  return IMPLICIT_ANY.has(d.code) || MODULE_RULES.has(d.code);
}

/** A site that is a call in the checked text: where it lies, and the types of its operands. */
export interface SiteCall {
  site: Site;
  call: Mark;
  probes: Mark[];
  type(probe: number): Type | undefined;
  /** The range is just one of the operands, parentheses aside. */
  isOperand(pos: number, end: number): boolean;
}

export interface Explaining {
  code: string;
  /** Offset of the cell in the text that was parsed; nodes of sites have positions in that text. */
  origin: number;
  mapped: MappedText;
  calls: SiteCall[];
  checker: Checker;
  classify(type: Type | undefined): Operand;
  isConstant(name: string): boolean;
  /** The folder that cells import from. */
  folder: string;
}

/** Not assignable, in its many forms. */
const BRACKET_CODES = new Set([2345, 2769, 2322, 2739, 2740, 2741]);

interface Told {
  code: number;
  message: string;
  /** Range in the cell. */
  start: number;
  end: number;
}

export function diagnose(found: readonly Diagnostic[], context: Explaining): CellDiagnostic[] {
  const lines = new Lines(context.code);
  const out: CellDiagnostic[] = [];
  const seen = new Set<string>();
  for (const d of found) {
    // The same said of a method's `this`.
    if (d.code === 2684 && found.some((other) => other.pos === d.pos && POSSIBLY_NOTHING.has(other.code)))
      continue;
    const told = explainSite(d, context) ?? explainPlain(d, context);
    const start = Math.min(Math.max(told.start, 0), context.code.length);
    const length = Math.max(Math.min(told.end, context.code.length) - start, 1);
    const key = `${start}:${told.code}`;
    if (seen.has(key)) continue;
    seen.add(key);
    out.push({
      code: told.code,
      message: readable(told.message, context.folder),
      category: 'error',
      ...lines.at(start),
      length,
      start,
    });
  }
  return out.sort((a, b) => a.start - b.start);
}

/** 'x' is possibly null, undefined, or either. */
const POSSIBLY_NOTHING = new Set([18047, 18048, 18049]);
const NOT_ASSIGNABLE = new Set([2322, 2345]);

function explainPlain(d: Diagnostic, { mapped, code, isConstant }: Explaining): Told {
  const start = mapped.toSource(d.pos);
  const end = d.end > d.pos ? mapped.toSource(d.end - 1) + 1 : start;
  const text = code.slice(start, end);
  if (d.code === 2632 && isConstant(text))
    return { code: 2588, message: `Cannot assign to '${text}' because it is a constant.`, start, end };
  return { code: d.code, message: withHint(d.code, flatten(d), text), start, end };
}

/** A diagnostic about the arguments of a call that the rewriting made, told as one about the operator. */
function explainSite(d: Diagnostic, context: Explaining): Told | undefined {
  let inner: SiteCall | undefined;
  let whole: SiteCall | undefined;
  for (const call of context.calls) {
    if (call.call.start > d.pos || call.call.end < d.end) continue;
    // What is wrong with all of a call is wrong where its result goes: `Math.exp(x[0, 1])`.
    if (call.call.start === d.pos && call.call.end === d.end && NOT_ASSIGNABLE.has(d.code)) {
      whole = call;
      continue;
    }
    if (!inner || call.call.end - call.call.start < inner.call.end - inner.call.start) inner = call;
  }
  if (!inner) return whole && { ...explainPlain(d, context), ...sourceRange(whole.site.node, context) };
  const { site, probes } = inner;
  const inCallee = d.pos < (probes[0]?.start ?? 0);
  const brackets =
    site.kind === 'read' || site.kind === 'write' || site.kind === 'update' || site.kind === 'step';
  if (brackets) return BRACKET_CODES.has(d.code) ? explainBrackets(d, inner, context, inCallee) : undefined;
  if (d.code !== 2345 && d.code !== 2769) return undefined;
  if (!inCallee && !inner.isOperand(d.pos, d.end)) return undefined;
  site.wrong = true;
  return explainOperator(inner, context);
}

function sourceRange(node: Node, { origin }: Explaining): { start: number; end: number } {
  return { start: node.getStart() - origin, end: node.end - origin };
}

function explainOperator({ site, type }: SiteCall, context: Explaining): Told | undefined {
  const operands = site.probes.map((_, i) => type(i));
  for (const [i, operand] of operands.entries()) {
    const told = possiblyNothing(operand, site.probes[i] as Node, context);
    if (told) return told;
  }
  const { checker } = context;
  const names = operands.map((t) =>
    t ? checker.typeToString(checker.getBaseTypeOfLiteralType(t) ?? t) : 'unknown',
  );
  const operator = OPERATOR_TEXT[site.member] ?? site.member;
  const range = sourceRange(site.node, context);
  return names.length === 1
    ? { code: 2365, message: `Operator '${operator}' cannot be applied to type '${names[0]}'.`, ...range }
    : {
        code: 2365,
        message: `Operator '${operator}' cannot be applied to types '${names[0]}' and '${names[1]}'.`,
        ...range,
      };
}

/** TypeScript's own words for an operand that may be null or undefined. */
function possiblyNothing(type: Type | undefined, node: Node, context: Explaining): Told | undefined {
  if (!type || !(type.flags & (TypeFlags.Union | TypeFlags.Null | TypeFlags.Undefined))) return undefined;
  const parts = type.isUnionType() ? type.getTypes() : [type];
  const isNull = parts.some((t) => t.flags & TypeFlags.Null);
  const isUndefined = parts.some((t) => t.flags & TypeFlags.Undefined);
  if (!isNull && !isUndefined) return undefined;
  const range = sourceRange(node, context);
  const text = context.code.slice(range.start, range.end);
  const what = isNull && isUndefined ? "'null' or 'undefined'" : isNull ? "'null'" : "'undefined'";
  const always = parts.every((t) => t.flags & (TypeFlags.Null | TypeFlags.Undefined));
  if (always) return { code: 18050, message: `The value ${what} cannot be used here.`, ...range };
  return /^[\w$.]+$/.test(text)
    ? {
        code: isNull && isUndefined ? 18049 : isNull ? 18047 : 18048,
        message: `'${text}' is possibly ${what}.`,
        ...range,
      }
    : {
        code: isNull && isUndefined ? 2533 : isNull ? 2531 : 2532,
        message: `Object is possibly ${what}.`,
        ...range,
      };
}

function explainBrackets(
  d: Diagnostic,
  { site, type, probes }: SiteCall,
  context: Explaining,
  inCallee: boolean,
): Told {
  const [receiver, index] = site.probes as [Node, Node];
  const told = possiblyNothing(type(0), receiver, context);
  if (told) return told;
  const { checker, classify } = context;
  const name = (t: Type | undefined) =>
    t ? checker.typeToString(checker.getBaseTypeOfLiteralType(t) ?? t) : 'unknown';
  const indexMark = probes[1] as Mark;
  const valueSide = !inCallee && d.pos >= indexMark.end;
  if (['plain', 'tuple'].includes(classify(type(0)))) {
    const what = site.several ? 'A list of indices' : `Type '${name(type(1))}'`;
    return {
      code: 2538,
      message: `${what} cannot be used to index type '${name(type(0))}'.`,
      ...sourceRange(index, context),
    };
  }
  if (!valueSide) {
    const inside = !inCallee && d.pos >= indexMark.start && d.end <= indexMark.end;
    const start = inside ? context.mapped.toSource(d.pos) : index.getStart() - context.origin;
    const end = inside ? context.mapped.toSource(d.end - 1) + 1 : index.end - context.origin;
    const typed = site.several ? '' : `Type '${name(type(1))}' cannot be used as an index of an array. `;
    return {
      code: 2538,
      message: `${typed || 'This cannot be used as an index of an array. '}Use a number, a slice such as '1:3', an integer array, or a mask.`,
      start,
      end,
    };
  }
  const right = (site.node as Ast.BinaryExpression).right;
  const value = right ? sourceRange(right, context) : sourceRange(site.node, context);
  const message = flatten(deepest(d)).replace(
    /^Argument of type '(.*)' is not assignable to parameter of type /,
    "Type '$1' is not assignable to type ",
  );
  return { code: 2322, message: withHint(2322, message, ''), ...value };
}

/** The innermost reason, without the overloads that were tried. */
function deepest(d: Diagnostic): Diagnostic {
  let at = d;
  while (at.code === 2769 || at.code === 2770 || at.code === 2772 || at.code === 2771) {
    const next = at.messageChain?.[at.messageChain.length - 1];
    if (!next) break;
    at = next;
  }
  return at;
}

/**
 * Types as the user knows them: without the paths of the library's modules, with other modules as a cell imports them,
 * without the namespaces that earlier cells have become, and without a dtype that says nothing.
 * @param folder where cells import from
 */
export function readable(text: string, folder: string): string {
  return text
    .replace(/typeof import\("[^"]*\/src\/numpy\/index"\)/g, 'typeof np')
    .replace(/typeof import\("[^"]*\/src\/numpy\/(\w+)(?:\/index)?"\)/g, 'typeof np.$1')
    .replace(/typeof import\("[^"]*\/src\/(\w+)\/index"\)/g, 'typeof $1')
    .replace(/\bimport\("gradlab:[^"]*"\)\./g, '')
    .replace(/(?<=['"])gradlab:\/(?:src\/)?/g, 'gradlab/')
    .replace(/(?<=\bimport\(")(?:\/|\w:)[^"$]*(?="\))/g, (path) => moduleName(path, folder))
    .replace(/\bNDArray<DType>/g, 'NDArray')
    .replace(/import\("[^"]*\$gradlab-[\w-]+"\)\./g, '')
    .replace(/\$(?:S|self|lib)\./g, '')
    .replace(/\$c\d+\.(?=[\w$])/g, '');
}

function moduleName(path: string, folder: string): string {
  const inPackage = path.split('/node_modules/').at(-1);
  if (inPackage !== undefined && inPackage !== path) return inPackage.replace(/^@types\//, '');
  const near = relative(folder, path);
  return near.startsWith('.') ? near : `./${near}`;
}

/** A diagnostic's text with the reasons that TypeScript chains to it, one a line. */
function flatten(d: Diagnostic, depth = 0): string {
  let text = '  '.repeat(depth) + d.text;
  let chain = d.messageChain ?? [];
  if (d.code === 2769 && chain.length > 1) chain = chain.slice(-1);
  for (const next of chain.slice(0, 3)) if (depth < 4) text += `\n${flatten(next, depth + 1)}`;
  return text;
}

/** Adds the way out where an array meets a plain number. */
function withHint(code: number, text: string, source: string): string {
  if (code !== 2322 && code !== 2345) return text;
  const first = text.split('\n', 1)[0] as string;
  if (!/'NDArray(?:<[^']*>)?' is not assignable to (?:parameter of )?type 'number'/.test(first)) return text;
  const property = code === 2322 && /^[\w$]+(?:\.#?[\w$]+)+$/.test(source);
  const both = property ? ', or declare the property with the type any to let it hold both' : '';
  return text.replace(first, `${first} Use .item() to get the number of a 0-d array${both}.`);
}

const RED = '\u001b[91m';
const GRAY = '\u001b[90m';
const CYAN = '\u001b[96m';
const YELLOW = '\u001b[93m';
const INVERSE = '\u001b[7m';
const RESET = '\u001b[0m';

/** The diagnostics of a cell as `tsc --pretty` shows them: place, code and message, the line, and a marker under it. */
export function formatDiagnostics(cell: CompiledCell, label: string, color: boolean): string {
  const paint = (style: string, text: string) => (color ? `${style}${text}${RESET}` : text);
  const lines = new Lines(cell.code);
  return cell.diagnostics
    .map((d) => {
      const place = `${paint(CYAN, label)}:${paint(YELLOW, `${d.line}`)}:${paint(YELLOW, `${d.column}`)}`;
      const code = d.code > 0 ? ` ${paint(GRAY, `TS${d.code}:`)}` : ':';
      const head = `${place} - ${paint(RED, d.category)}${code} ${d.message}`;
      const text = lines.line(d.line);
      const number = `${d.line}`;
      const length = Math.max(Math.min(d.length, text.length - d.column + 1), 1);
      // Tabs before the marker are kept, so that it stands under the same column at any tab width.
      const indent = text.slice(0, d.column - 1).replace(/[^\t]/g, ' ');
      const gutter = ' '.repeat(number.length);
      return [
        head,
        '',
        `${paint(INVERSE, number)} ${text}`,
        `${paint(INVERSE, gutter)} ${indent}${paint(RED, '~'.repeat(length))}`,
      ].join('\n');
    })
    .join('\n\n');
}
