// The way out, said with an error: a missing await or import, a name that an earlier cell was to declare, the habits of
// another language. Works on finished diagnostics and the text of the cell, and only when there is something wrong.
import type { CellDiagnostic } from './contract.js';
import {
  LIST_METHODS,
  MATH_NAMES,
  MODULE_NAMES,
  PYTHON_LINES,
  PYTHON_METHODS,
  PYTHON_NAMES,
  TENSOR_METHODS,
  translate,
} from './python.js';

/** What hints need to know of the session. */
export interface Surroundings {
  /** Why a name that a cell declares is not there, when there is such a cell. */
  absent(name: string): string | undefined;
  /** Where else a name is exported: `np.zeros`, or an import line. */
  elsewhere(name: string): string | undefined;
}

const CANNOT_FIND_NAME = new Set([2304, 2552, 2503, 18004, 2580, 2581, 2582, 2584, 2585, 2592, 2593, 2686]);
const CONSTANT = 2588;
const READ_ONLY = 2540;
const NO_PROPERTY = new Set([2339, 2551]);
const MAY_BE_MISSING = new Set([18047, 18048, 18049]);
const NOT_CALLABLE = new Set([2349, 6234]);
const UNUSED_COMMA = 2695;
const NO_ARITHMETIC = new Set([2362, 2365]);
/** `'%d: %f' % (i, loss)` */
const FORMAT = /^('[^']*'|"[^"]*")\s*%\s*(?:[([]([^()[\]]*)[)\]]|([\w.]+))/;
/** What is called as a decorator takes the class and a key, as in TypeScript's older kind, and no context. */
const OLD_DECORATOR =
  /the decorator expects 3\b|DecoratorContext<.*' is not assignable to parameter of type '(?!Class\w+DecoratorContext)/;
const DECORATORS =
  'Decorators here are the standard ones: a function of the value and a context, such as (value, context: ClassMethodDecoratorContext). ' +
  'A class with those of experimentalDecorators goes into a module, ./model.ts, beside a tsconfig.json that switches them on.';
/** What the checker finds wrong where two lines have become one expression. */
const JOINED_LINES = new Set([
  2339, 2345, 2349, 2362, 2363, 2365, 2448, 2454, 2532, 2538, 2551, 2571, 2695, 2769, 6234, 7053,
]);
const NO_SEMICOLON = 'This line goes on with the one before it: end that one with a semicolon.';

export function addHints(
  code: string,
  found: readonly CellDiagnostic[],
  around: Surroundings,
): CellDiagnostic[] {
  const bare = withoutComments(code);
  const out: CellDiagnostic[] = [];
  const told = new Set<number>();
  /** Ranges that one hint explains as a whole. */
  const explained: [number, number][] = [];
  for (const d of found) {
    if (told.has(d.line) && isSyntax(d)) continue;
    if (explained.some(([from, to]) => d.start >= from && d.start < to)) continue;
    const keywords = keywordArguments(bare, d);
    const hint = keywords?.hint ?? (isSyntax(d) ? syntaxHint(bare, d) : hintFor(bare, d, around));
    if (keywords) explained.push(keywords.range);
    if (hint && isSyntax(d)) told.add(d.line);
    out.push(hint ? { ...d, message: joined(d, hint) } : d);
  }
  return out;
}

/** The parser's messages have numbers below 2000, and from 17000 to 17999 for JSX. */
const isSyntax = ({ code }: CellDiagnostic): boolean => code < 2000 || (code >= 17000 && code < 18000);

/** The hint takes the place of a guess by spelling or type. */
function joined({ message }: CellDiagnostic, hint: string): string {
  const [first, ...more] = message.split('\n') as [string, ...string[]];
  return [`${first.replace(/ (?:Did you mean '[^']*'\?|Use \.item\(\) to .*)$/, '')} ${hint}`, ...more].join(
    '\n',
  );
}

/** Where np's name is another than Math's. */
const MATH_ON_ARRAYS: { readonly [name: string]: string } = {
  pow: 'power',
  acos: 'arccos',
  asin: 'arcsin',
  atan: 'arctan',
  atan2: 'arctan2',
  acosh: 'arccosh',
  asinh: 'arcsinh',
  atanh: 'arctanh',
};

/** The code with comments blanked; strings stay. */
export function withoutComments(code: string): string {
  return code.replace(
    /('(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`)|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g,
    (whole, text?: string) => text ?? whole.replace(/[^\n]/g, ' '),
  );
}

function lineAt(code: string, start: number): string {
  const from = code.lastIndexOf('\n', start - 1) + 1;
  const to = code.indexOf('\n', start);
  return code.slice(from, to < 0 ? code.length : to);
}

function syntaxHint(code: string, d: CellDiagnostic): string | undefined {
  const line = lineAt(code, d.start);
  if (goesOn(code, d)) return NO_SEMICOLON;
  if (d.code >= 1238 && d.code <= 1241) return OLD_DECORATOR.test(d.message) ? DECORATORS : undefined;
  if (d.code === 1206 && code[d.start] === '@') return DECORATORS;
  if (d.code === 17006) {
    const [, sign, base] = /^([-+~!]|typeof |void )\s*([\w$.]+)/.exec(code.slice(d.start)) ?? [];
    if (sign === '-') return `As Python reads it: -(${base} ** ...).`;
  }
  if (code[d.start] === '#') return 'A comment begins with //.';
  const slices = sliceHint(line, d.column - 1);
  if (slices) return slices;
  const product = productHint(line);
  if (product) return product;
  const outside = line.replace(/\s*#.*$/, '').trimEnd();
  for (const [form, say] of PYTHON_LINES) {
    const match = form.exec(outside);
    if (match) return say(...match.slice(1));
  }
  return undefined;
}

/** Whether the line begins with a bracket, and so belongs to the one before, which has no semicolon at its end. */
function goesOn(code: string, d: CellDiagnostic): boolean {
  if (/^[ \t]*\n\s*[([`]/.test(code.slice(d.start + d.length)) && NOT_CALLABLE.has(d.code)) return true;
  const from = code.lastIndexOf('\n', d.start - 1) + 1;
  return from > 0 && /^[ \t]*[([`]/.test(code.slice(from)) && /[\w$)\]'"`]\s*$/.test(code.slice(0, from));
}

/** `x[1:3, 0]`, whose slices are strings here. */
function sliceHint(line: string, column: number): string | undefined {
  const spread = /([\w$.]+)\[\.\.\.([\w$.]+)\]/.exec(line);
  if (spread && column >= spread.index && column <= spread.index + spread[0].length)
    return `A list of indices is spread in a call: ${spread[1]}.at(...${spread[2]}), and ${spread[1]}.set(${spread[2]}, value) writes.`;
  for (const match of line.matchAll(/([\w$.]+|(?<=[)\]]))\[([^[\]'"?{}]*(?::|\.\.\.)[^[\]'"?{}]*)\]/g)) {
    const inside = match[2] as string;
    if (column < match.index || column > match.index + match[0].length) continue;
    const parts = inside.split(',').map((part) => {
      const text = part.trim();
      return /:|^\.\.\.$/.test(text) ? `'${text}'` : text === 'None' ? 'np.newaxis' : text;
    });
    return `A slice is written as a string: ${operandBefore(line, match.index + match[1].length)}[${parts.join(', ')}]`;
  }
  return undefined;
}

/** `a @ b`, Python's product of matrices. */
function productHint(line: string): string | undefined {
  const sign = /[\w$.)\]]\s*@\s*(?=[\w$([])/.exec(line);
  if (!sign) return undefined;
  const a = operandBefore(line, sign.index + 1);
  const b = /^(?:[\w$.]|\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^[\]]*(?:\[[^[\]]*\][^[\]]*)*\])+/.exec(
    line.slice(sign.index + sign[0].length),
  );
  return b ? `The product of matrices is a call: np.dot(${a}, ${b[0]})` : undefined;
}

/** The name, call or bracketed expression that ends before `end`: `f(x, [1]).T` of `2 * f(x, [1]).T`. */
export function operandBefore(line: string, end: number): string {
  let depth = 0;
  let from = end;
  while (from > 0) {
    const c = line[from - 1] as string;
    if (')]}'.includes(c)) depth++;
    else if ('([{'.includes(c) && depth-- === 0) break;
    else if (depth === 0 && !/[\w$.([{]/.test(c)) break;
    from--;
  }
  return line.slice(from, end);
}

/** Declared with neither type nor value. */
const isWithoutValue = (code: string, name: string): boolean =>
  [...code.matchAll(/\blet\s+([\w$]+)\s*(?:[,;\n]|$)/g)].some(([, declared]) => declared === name);

function hintFor(code: string, d: CellDiagnostic, around: Surroundings): string | undefined {
  const text = code.slice(d.start, d.start + d.length);
  const before = code.slice(0, d.start);
  const after = code.slice(d.start + d.length);
  if (/\bPromise</.test(d.message)) {
    const awaited = awaitHint(d, before);
    if (awaited) return awaited;
  }
  if (CANNOT_FIND_NAME.has(d.code)) return nameHint(text, before, after, d, around);
  if (NO_PROPERTY.has(d.code) && /on type '(?:<.*>)?\(.*\) => /.test(d.message))
    return `It is a function: call it first, as in ${receiver(before)}(...).${text}`;
  if (NO_PROPERTY.has(d.code)) return methodHint(text, d, before);
  if (d.code === READ_ONLY && text === 'data' && /[\w$)\]]\.\s*$/.test(before))
    return dataHint(receiver(before));
  if (JOINED_LINES.has(d.code) && goesOn(code, d)) return NO_SEMICOLON;
  if (d.code === 7053 || d.code === 7015)
    return 'An object whose properties are read by variable names is declared so: const params: Record<string, NDArray> = { ... }.';
  if (d.code === 18048 && isWithoutValue(code, text))
    return `It has no value where it is declared: give it one there, or declare it with its type, let ${text}!: NDArray.`;
  if (MAY_BE_MISSING.has(d.code) && /^[\w$.]+$/.test(text) && /^\.\w/.test(after))
    return `Ask first: ${text}?${/^\.[\w$]+/.exec(after)?.[0]}, or ${text}! where it surely has a value.`;
  const math = d.code === 2345 && /\bMath\.(\w+)\(\s*(?:[^()]*,\s*)?$/.exec(before)?.[1];
  if (math && d.message.includes("'NDArray"))
    return `Math takes numbers: of arrays it is np.${MATH_ON_ARRAYS[math] ?? math}.`;
  if (d.code === 7017 && /\bglobalThis\.$/.test(before))
    return `Whatever a cell declares is there for all cells: let ${text} = ...`;
  if (
    NOT_CALLABLE.has(d.code) &&
    /\bnp\.\s*$/.test(before) &&
    /^(?:u?int|float|complex|bool)\d*_?$/.test(text)
  )
    return `It is the name of a dtype: np.array(x, {dtype: '${text}'}), or x.astype('${text}').`;
  if (NOT_CALLABLE.has(d.code))
    return /\.\s*$/.test(before) && /^\s*\(\s*\)/.test(after)
      ? `${text} is a property: write ${receiver(before) === '...' ? '' : `${receiver(before)}.`}${text} without parentheses.`
      : text === 'size' && /^\s*\(\s*-?\d+\s*\)/.test(after)
        ? `The length of an axis is ${receiver(before) === '...' ? 'x' : receiver(before)}.shape[${/-?\d+/.exec(after)?.[0]}], the number of elements .size.`
        : undefined;
  const list = d.code === UNUSED_COMMA && /([\w$.]+)\[\s*$/.exec(before)?.[1];
  const second = list && /^\s*,\s*([\w$]+)\s*\]/.exec(after)?.[1];
  if (second) return `A list of lists takes one index after the other: ${list}[${text}][${second}].`;
  if (d.code === UNUSED_COMMA && /\(\s*\(\s*$/.test(before)) {
    const tuple = /^([^()[\]]*)\)/.exec(code.slice(d.start))?.[1];
    return tuple && `Several numbers together are a list: [${tuple.trim()}]`;
  }
  if (
    /Argument of type 'string' is not assignable to parameter of type 'DType/.test(d.message) &&
    /^\w+$/.test(text)
  )
    return `A list of names keeps them with as const: for (const ${text} of ['int8', 'int32'] as const) ...`;
  if (/\bDTypeLike\b/.test(d.message) && /^['"]\w+['"]$/.test(text)) {
    const dtype = nearest(text.slice(1, -1), DTYPES);
    return dtype && `Did you mean '${dtype}'?`;
  }
  if (/'requires_?[gG]rad' does not exist in type/.test(d.message))
    return 'Gradients are asked for by a call: np.array(values).requiresGrad().';
  const format = NO_ARITHMETIC.has(d.code) && FORMAT.exec(code.slice(d.start));
  if (format) return `Values are written into a text by sprintf(${format[1]}, ${format[2] ?? format[3]})`;
  if (/Type 'string' is not assignable to type 'ArrayLike'/.test(d.message))
    return 'Arrays hold numbers and booleans; a list holds anything: const names = [...].';
  const joining =
    d.code === 2345 && /\b(np\.(?:concatenate|[vhd]?stack|columnStack|column_stack))\(\s*$/.exec(before);
  const drawn =
    d.code === 2345 && /^\{\s*dtype\s*:/.test(text) && /\brandn?\(([^()]*),\s*$/.exec(before)?.[1];
  if (drawn)
    return `Random numbers are float64; converted they are np.random.randn(${drawn}).astype(${/:\s*([^,}]+?)\s*[,}]/.exec(text)?.[1]}).`;
  if (d.code === 2345 && /\brandn?\(\s*$/.test(before) && text.startsWith('['))
    return `The lengths stand one after the other: np.random.${/(\w+)\(\s*$/.exec(before)?.[1]}(${text.slice(1, -1)})`;
  if (joining) return `The arrays are one list: ${joining[1]}([a, b])`;
  if (d.code === 2345 || d.code === 2769) return shapeHint(before, after, text);
  return undefined;
}

const DTYPES =
  'bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 complex128'.split(
    ' ',
  );

/** The word that takes the fewest changes of letters, if few are enough. */
function nearest(word: string, among: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Math.min(3, word.length / 2);
  for (const other of among) {
    let row = Array.from({ length: other.length + 1 }, (_, i) => i);
    for (let i = 1; i <= word.length; i++) {
      const next = [i];
      for (let j = 1; j <= other.length; j++)
        next.push(
          Math.min(
            (row[j] as number) + 1,
            (next[j - 1] as number) + 1,
            (row[j - 1] as number) + Number(word[i - 1] !== other[j - 1]),
          ),
        );
      row = next;
    }
    const distance = row[other.length] as number;
    if (distance < least) [best, least] = [other, distance];
  }
  return best;
}

/** What stands left of the dot that `before` ends with, as far as it is easily told. */
function receiver(before: string): string {
  return /([\w$]+(?:\.[\w$]+)*)\s*\??\.\s*$/.exec(before)?.[1] ?? '...';
}

function awaitHint(d: CellDiagnostic, before: string): string | undefined {
  const type = "'Promise<";
  if (NO_PROPERTY.has(d.code)) {
    if (!d.message.includes(`on type ${type}`)) return undefined;
    const call = /((?:[\w$]+\.)*[\w$]+(?:\([^()]*\))?)\s*\.\s*$/.exec(before)?.[1];
    return `It is a promise: await it first${call ? `, as in (await ${call})` : ''}.`;
  }
  const left = d.message.indexOf(type);
  const other =
    d.message.indexOf(' to type ') < 0
      ? d.message.indexOf('parameter of type')
      : d.message.indexOf(' to type ');
  const gives = d.code === 2322 || d.code === 2345 ? left >= 0 && (other < 0 || left < other) : left >= 0;
  return gives && !/assignable to (?:parameter of )?type 'Promise</.test(d.message)
    ? 'It is a promise: did you forget await?'
    : undefined;
}

function nameHint(
  name: string,
  before: string,
  after: string,
  d: CellDiagnostic,
  around: Surroundings,
): string | undefined {
  const absent = around.absent(name);
  if (absent) return absent;
  const python = Object.hasOwn(PYTHON_NAMES, name) ? PYTHON_NAMES[name] : undefined;
  const atStart = /(?:^|[\n;{}])[ \t]*$/.test(before);
  const assigned = atStart && /^[ \t]*=(?!=|>)/.test(after);
  if (assigned) return `Declare it first: let ${name} =${(/=([^\n;]*)/.exec(after) as RegExpExecArray)[1]}`;
  const pair = /^[ \t]*((?:,[ \t]*[\w$]+[ \t]*)+)=(?!=)([^\n;]*)/.exec(after);
  if (atStart && pair)
    return `Several names are declared as a list: let [${name}${(pair[1] as string).trimEnd()}] = [${(pair[2] as string).trim()}]`;
  if (python) return python;
  if (MATH_NAMES.has(name) && /^\s*\(/.test(after)) return `Numbers have Math.${name}, arrays np.${name}.`;
  const elsewhere = around.elsewhere(name);
  if (!elsewhere) return undefined;
  return d.code === 2552 &&
    !elsewhere.startsWith('import') &&
    /Did you mean/.test(d.message) &&
    name.length > 8
    ? undefined
    : elsewhere.startsWith('import')
      ? `Import it first: ${elsewhere}`
      : `Did you mean '${elsewhere}'?`;
}

const dataHint = (own: string): string =>
  `.data is a plain list of the elements; an array itself is changed by np.noGrad(() => { ${own} -= 0.1 * ${own}.grad }).`;

function methodHint(name: string, d: CellDiagnostic, before: string): string | undefined {
  const type = /on type '([^\n]*?)'(?:\.|$)/m.exec(d.message)?.[1] ?? '';
  const space = /^typeof (?:\w+\.)*(\w+)$/.exec(type)?.[1] ?? '';
  const elsewhere = Object.hasOwn(MODULE_NAMES, space) ? MODULE_NAMES[space] : {};
  if (Object.hasOwn(elsewhere, name)) return elsewhere[name];
  if (type === 'DType' && name === 'name') return 'A dtype is its name: x.dtype.';
  const kind =
    type === 'string' || /^["`]/.test(type)
      ? 'string'
      : /\[\]$|^(?:readonly )?\[|Array</.test(type)
        ? 'list'
        : /^\{/.test(type)
          ? 'object'
          : undefined;
  if (/TypedArray$/.test(type) && /\.data\s*\.\s*$/.test(before)) {
    const own = receiver(before).replace(/\.data$/, '');
    return dataHint(own);
  }
  if (/^(?:NDArray|Parameter)\b/.test(type)) {
    if (name === 'append' || name === 'push' || name === 'concat')
      return `An array keeps its size: np.append(${receiver(before)}, values) makes a longer one.`;
    if (name === 'length') return 'The length of the first axis is .shape[0], the number of elements .size.';
    if (name === 'map' || name === 'forEach' || name === 'filter')
      return `Arithmetic and np's functions work on all elements at once; a list of numbers is ${receiver(before) === '...' ? 'x' : receiver(before)}.tolist().`;
    const tensor = [TENSOR_METHODS, LIST_METHODS].find((table) => Object.hasOwn(table, name))?.[name];
    const own = receiver(before);
    return tensor && `Here it is ${own === '...' ? tensor : tensor.replace(/\bx\b/g, own)}.`;
  }
  if (['cuda', 'cpu', 'to'].includes(name))
    return 'Models and arrays are in the memory of the processor; there is nothing to move.';
  const table = kind && PYTHON_METHODS[kind];
  if (!table || !Object.hasOwn(table, name)) return undefined;
  const own = receiver(before);
  return `Here it is ${own === '...' ? table[name] : (table[name] as string).replace(/\bx\b/g, own)}.`;
}

/** `np.zeros(3, 4)`, whose shape is one list. */
function shapeHint(before: string, after: string, text: string): string | undefined {
  const made = /\bnp\.(zeros|ones|empty|full)\(\s*([\d\s,\w]*),\s*$/.exec(before);
  if (!made || !/^[\w]+$/.test(text)) return undefined;
  const rest = /^[\s,\w]*/.exec(after)?.[0] ?? '';
  return `The shape is one list: np.${made[1]}([${made[2]}, ${text}${rest.trimEnd()}])`;
}

/** `np.sum(x, axis=1)`: the error about `axis` says how it is written, and covers what else is wrong in those arguments. */
function keywordArguments(
  code: string,
  d: CellDiagnostic,
): { hint: string; range: [number, number] } | undefined {
  if (!CANNOT_FIND_NAME.has(d.code) && d.code !== CONSTANT) return undefined;
  const after = code.slice(d.start + d.length);
  if (!/^\s*=(?![=>])/.test(after) || !/[(,]\s*$/.test(code.slice(0, d.start))) return undefined;
  const open = openingBefore(code, d.start);
  if (open === undefined) return undefined;
  const callee = /[\w$.]+$/.exec(code.slice(0, open))?.[0];
  if (!callee || callee === 'for') return undefined;
  const { parts, end } = argumentsFrom(code, open + 1);
  const named: string[] = [];
  const plain: string[] = [];
  for (const part of parts) {
    const match = /^\s*([\w$]+)\s*=(?![=>])\s*([\s\S]*)$/.exec(part);
    if (match) named.push(`${match[1]}: ${tupleToList(translate((match[2] as string).trim()))}`);
    else if (part.trim()) plain.push(part.trim());
  }
  const all = [...plain, `{${named.join(', ')}}`].join(', ');
  return { hint: `Named arguments go in an object: ${callee}(${all})`, range: [open, end] };
}

const tupleToList = (text: string): string => text.replace(/^\(([^()]*,[^()]*)\)$/, '[$1]');

function openingBefore(code: string, from: number): number | undefined {
  let depth = 0;
  for (let i = from - 1; i >= 0; i--) {
    const c = code[i] as string;
    if (')]}'.includes(c)) depth++;
    else if ('([{'.includes(c) && depth-- === 0) return c === '(' ? i : undefined;
  }
  return undefined;
}

/** The arguments of a call, as written, and where its parenthesis closes. */
function argumentsFrom(code: string, from: number): { parts: string[]; end: number } {
  const parts: string[] = [];
  let depth = 0;
  let start = from;
  let quote = '';
  for (let i = from; i < code.length; i++) {
    const c = code[i] as string;
    if (quote) {
      if (c === '\\') i++;
      else if (c === quote) quote = '';
    } else if (`'"\``.includes(c)) quote = c;
    else if ('([{'.includes(c)) depth++;
    else if (')]}'.includes(c) && depth-- === 0) return { parts: [...parts, code.slice(start, i)], end: i };
    else if (c === ',' && depth === 0) {
      parts.push(code.slice(start, i));
      start = i + 1;
    }
  }
  return { parts: [...parts, code.slice(start)], end: code.length };
}
