// Arrays and numbers as text, exactly as NumPy 1.24 prints them: str, repr, np.array2string and the print
// options. One number's digits are in decimal.ts; here elements are laid out in brackets, lines and columns.

import type { Complex } from './complex.js';
import {
  type Digits,
  type FloatStyle,
  floatScalar,
  isNegative,
  plainFloat,
  positional,
  scientific,
  shortest32,
  shortest64,
} from './decimal.js';
import type { DType, Scalar } from './dtype.js';

/** What printing needs to know of an array. NDArray is one. */
export interface Printable {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly size: number;
  element(index: readonly number[]): Scalar;
}

/** How arrays print (numpy.set_printoptions has the same names). */
export interface PrintOptions {
  /**
   * Digits after the point at most; null prints as many as needed to tell the number from its neighbours.
   * Default 8.
   */
  precision: number | null;
  /** Arrays of more elements than this print as a summary, `[0 1 2 ... 997 998 999]`. Default 1000. */
  threshold: number;
  /** Items that a summary shows at each end of every axis. Default 3. */
  edgeitems: number;
  /** Characters in a line before it wraps. Default 75. */
  linewidth: number;
  /** Print tiny numbers as 0. rather than switch to exponents. Default false. */
  suppress: boolean;
  nanstr: string;
  infstr: string;
  /** '-' omits the sign of positive numbers, '+' prints it, ' ' keeps a blank for it. Default '-'. */
  sign: '-' | '+' | ' ';
  /**
   * 'maxprec': at most `precision` digits; 'maxprec_equal': the same number of digits for all elements;
   * 'fixed': always `precision` digits; 'unique': as many as needed, `precision` is ignored. Default
   * 'maxprec'.
   */
  floatmode: 'fixed' | 'unique' | 'maxprec' | 'maxprec_equal';
  /** Own functions from an element to its text, by kind of dtype. */
  formatter: {
    bool?: ElementText;
    int?: ElementText;
    float?: ElementText;
    complexfloat?: ElementText;
    all?: ElementText;
  } | null;
}

/** array2string's own options, beside those of setPrintOptions. */
export interface Array2StringOptions extends Partial<PrintOptions> {
  /** Stands between elements. Default ' '. */
  separator?: string;
  /** Text that the caller puts before the array: lines are indented by its length. */
  prefix?: string;
  /** Text that the caller puts after the array: lines are shorter by its length. */
  suffix?: string;
}

// A method signature on purpose: users pass (x: number) => string.
type ElementText = { text(x: Scalar): string }['text'];

const defaults: Readonly<PrintOptions> = {
  precision: 8,
  threshold: 1000,
  edgeitems: 3,
  linewidth: 75,
  suppress: false,
  nanstr: 'nan',
  infstr: 'inf',
  sign: '-',
  floatmode: 'maxprec',
  formatter: null,
};

let current: PrintOptions = { ...defaults };

/** The print options in force, as a copy (numpy.get_printoptions). */
export function getPrintOptions(): PrintOptions {
  return { ...current };
}

/**
 * Changes how arrays print from now on (numpy.set_printoptions). Options that are left out stay; `formatter`
 * is reset, as NumPy does.
 *
 * @example np.setPrintOptions({ precision: 3, suppress: true })
 */
export function setPrintOptions(options: Partial<PrintOptions>): void {
  current = merge('set_printoptions', { ...current, formatter: null }, options);
}

/** Runs `body` under other print options and restores the old ones afterwards (numpy.printoptions). */
export function printOptions<T>(options: Partial<PrintOptions>, body: () => T): T {
  const before = current;
  current = merge('printoptions', before, options);
  try {
    return body();
  } finally {
    current = before;
  }
}

function merge(caller: string, base: PrintOptions, options: Partial<PrintOptions>): PrintOptions {
  const merged = { ...base } as unknown as Record<string, unknown>;
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    if (!Object.hasOwn(defaults, name)) {
      throw new TypeError(
        `${caller}: there is no option '${name}'. Options: ${Object.keys(defaults).join(', ')}.`,
      );
    }
    merged[name] = value;
  }
  const all = merged as unknown as PrintOptions;
  if (all.precision === null && all.floatmode === 'fixed') {
    throw new TypeError(
      `${caller}: floatmode 'fixed' needs a precision, e.g. {precision: 8, floatmode: 'fixed'}.`,
    );
  }
  count(caller, 'precision', all.precision ?? 0);
  count(caller, 'edgeitems', all.edgeitems);
  count(caller, 'linewidth', all.linewidth);
  count(caller, 'threshold', all.threshold);
  oneOf(caller, 'sign', all.sign, ['-', '+', ' ']);
  oneOf(caller, 'floatmode', all.floatmode, ['fixed', 'unique', 'maxprec', 'maxprec_equal']);
  return all;
}

function count(caller: string, name: string, value: unknown): void {
  if (
    typeof value === 'number' &&
    value >= 0 &&
    (Number.isInteger(value) || (value === Infinity && name !== 'precision'))
  ) {
    return;
  }
  const hint = name === 'threshold' ? ' threshold: Infinity prints arrays in full.' : '';
  throw new RangeError(`${caller}: ${name} must be a whole number >= 0, not ${String(value)}.${hint}`);
}

function oneOf(caller: string, name: string, value: string, known: readonly string[]): void {
  if (known.includes(value)) return;
  throw new TypeError(`${caller}: ${name} '${value}' is not one of '${known.join("', '")}'.`);
}

/**
 * One element as NumPy's str and repr show a scalar: `0.3333333333333333`, `1e-05`, `nan`, `True`.
 * @param dtype decides how many digits tell the number apart: float32 needs fewer than float64
 */
export function formatScalar(value: Scalar, dtype: DType = 'float64'): string {
  return elements[dtype].scalar(value);
}

// -----------------------------------------------------------------------------------------------------------
// One array: a format for its elements

/** Chooses, from the elements that will be shown, how each of them is written. */
type FormatChooser = (shown: Scalar[], options: PrintOptions, ndim: number) => ElementText;

interface ElementPrinter {
  /** Which entry of options.formatter replaces it. */
  kind: 'bool' | 'int' | 'float' | 'complexfloat';
  /** repr leaves the dtype out: it is what the printed numbers would give again. */
  implied: boolean;
  scalar(value: Scalar): string;
  choose: FormatChooser;
}

const integer = (implied: boolean): ElementPrinter => ({
  kind: 'int',
  implied,
  scalar: String,
  choose: (shown) => {
    const width = shown.reduce((most: number, x) => Math.max(most, String(x).length), 0);
    return (x) => String(x).padStart(width);
  },
});

const float = (implied: boolean, digits: Digits, round: (x: number) => number): ElementPrinter => ({
  kind: 'float',
  implied,
  scalar: (x) => floatScalar(Number(x), digits),
  choose: (shown, options) => chooseFloat(shown as number[], options, digits, round),
});

const complex = (implied: boolean, digits: Digits, round: (x: number) => number): ElementPrinter => ({
  kind: 'complexfloat',
  implied,
  scalar: (x) => complexScalar(x as Complex, digits),
  choose: (shown, options) => {
    const real = chooseFloat(
      shown.map((z) => (z as Complex).re),
      options,
      digits,
      round,
    );
    const imaginary = chooseFloat(
      shown.map((z) => (z as Complex).im),
      { ...options, sign: '+' },
      digits,
      round,
    );
    return (z) => {
      // The j comes before the blanks that align the columns.
      const text = imaginary((z as Complex).im);
      const end = text.trimEnd().length;
      return `${real((z as Complex).re)}${text.slice(0, end)}j${text.slice(end)}`;
    };
  },
});

/** `2j`, `(1+2j)`: whole parts without a point. */
function complexScalar({ re, im }: Complex, digits: Digits): string {
  const part = (x: number) => floatScalar(x, digits).replace(/\.0$/, '');
  const imaginary = part(im);
  if (Object.is(re, 0)) return `${imaginary}j`;
  return `(${part(re)}${/^-/.test(imaginary) ? '' : '+'}${imaginary}j)`;
}

const boolText = (x: Scalar) => (x ? 'True' : 'False');

/** How the elements of each dtype print. A dtype without an entry does not compile. */
const elements: Record<DType, ElementPrinter> = {
  float64: float(true, shortest64, (x) => x),
  float32: float(false, shortest32, Math.fround),
  int64: integer(true),
  int32: integer(false),
  uint8: integer(false),
  int8: integer(false),
  int16: integer(false),
  uint16: integer(false),
  uint32: integer(false),
  uint64: integer(false),
  complex128: complex(true, shortest64, (x) => x),
  complex64: complex(false, shortest32, Math.fround),
  bool: {
    kind: 'bool',
    implied: true,
    scalar: boolText,
    choose: (_shown, _options, ndim) => (x) => (ndim > 0 && x ? ' True' : boolText(x)),
  },
};

/** The notation, precision and padding that suit all of `shown`: numpy's columns align at the point. */
function chooseFloat(
  shown: number[],
  options: PrintOptions,
  digits: Digits,
  round: (x: number) => number,
): ElementText {
  const { floatmode } = options;
  const finite = shown.filter(Number.isFinite);
  const fixed = floatmode === 'fixed';
  const style: FloatStyle = {
    ...plainFloat,
    digits,
    unique: !fixed,
    precision: floatmode === 'unique' ? Infinity : (options.precision ?? Infinity),
    trim: fixed ? 'keep' : 'point',
    sign: options.sign === '+' ? '+' : '',
  };

  let exponential = false;
  let least = Infinity;
  let most = 0;
  for (const x of finite) {
    const abs = Math.abs(x);
    if (abs === 0) continue;
    if (abs < least) least = abs;
    if (abs > most) most = abs;
  }
  if (most > 0) {
    exponential = most >= 1e8 || (!options.suppress && (least < 1e-4 || round(most / least) > 1000));
  }

  if (finite.length > 0) {
    const write = exponential ? scientific : positional;
    let whole = 0;
    let fraction = 0;
    let power = 0;
    for (const x of finite) {
      const text = write(x, style);
      const point = text.indexOf('.');
      const e = exponential ? text.indexOf('e') : text.length;
      whole = Math.max(whole, point);
      fraction = Math.max(fraction, e - point - 1);
      power = Math.max(power, text.length - e - 2);
    }
    style.padLeft = whole;
    if (exponential) {
      style.precision = style.minDigits = fraction;
      style.trim = 'keep';
      style.exponentDigits = power;
      style.padRight = power + 2 + fraction;
    } else {
      style.padRight = fraction;
      style.minDigits = 0;
      if (fixed || floatmode === 'maxprec_equal') {
        style.precision = style.minDigits = fraction;
        style.trim = 'keep';
      }
    }
  }
  if (options.sign === ' ' && !finite.some(isNegative)) style.padLeft++;
  if (finite.length < shown.length) {
    const signed = options.sign !== '-' || shown.includes(-Infinity) ? 1 : 0;
    const beside = style.padRight + 1;
    style.padLeft = Math.max(
      style.padLeft,
      options.nanstr.length - beside,
      options.infstr.length + signed - beside,
    );
  }

  const total = style.padLeft + style.padRight + 1;
  return (value) => {
    const x = value as number;
    if (Number.isFinite(x)) return exponential ? scientific(x, style) : positional(x, style);
    if (Number.isNaN(x)) return (style.sign + options.nanstr).padStart(total);
    return ((x < 0 ? '-' : style.sign) + options.infstr).padStart(total);
  };
}

// -----------------------------------------------------------------------------------------------------------
// One array: lines and brackets

/** Stands for the items that a summary leaves out. */
const gap = -1;

/** The indices of one axis that are shown. */
function shownIndices(length: number, edgeitems: number, summarise: boolean): number[] {
  if (!summarise || length <= 2 * edgeitems) return Array.from({ length }, (_, i) => i);
  const indices = Array.from({ length: edgeitems }, (_, i) => i);
  indices.push(gap);
  // NumPy shows the last item even for edgeitems 0.
  for (let i = Math.max(edgeitems, 1); i >= 1; i--) indices.push(length - i);
  return indices;
}

/**
 * The text of an array (numpy.array2string).
 *
 * @example np.array2string(x, { precision: 2, separator: ', ' })
 */
export function array2string(a: Printable, options: Array2StringOptions = {}): string {
  const { separator = ' ', prefix = '', suffix = '', ...rest } = options;
  const all = merge('array2string', current, rest);
  if (a.size === 0) return '[]';
  const ndim = a.shape.length;
  const axes = a.shape.map((n) => shownIndices(n, all.edgeitems, a.size > all.threshold));

  const index = new Array<number>(ndim).fill(0);
  const shown: Scalar[] = [];
  const collect = (axis: number): void => {
    if (axis === ndim) {
      shown.push(a.element(index));
      return;
    }
    for (const i of axes[axis]) {
      if (i === gap) continue;
      index[axis] = i;
      collect(axis + 1);
    }
  };
  collect(0);

  const printer = elements[a.dtype];
  const text = all.formatter?.[printer.kind] ?? all.formatter?.all ?? printer.choose(shown, all, ndim);
  if (ndim === 0) return text(shown[0]);

  const cut = separator.trimEnd();
  let at = 0;
  /** The brackets of one axis and all inside them, without the indentation of the first line. */
  const brackets = (axis: number, indent: string, width: number): string => {
    if (axis < ndim - 1) {
      const between = cut + '\n'.repeat(ndim - 1 - axis) + indent;
      return `[${axes[axis].map((i) => (i === gap ? '...' : brackets(axis + 1, `${indent} `, width - 1))).join(between)}]`;
    }
    // A line keeps room for the separator or bracket that follows its last word.
    const room = width - Math.max(cut.length, 1);
    let done = '';
    let line = indent;
    axes[axis].forEach((i, n) => {
      const word = i === gap ? '...' : text(shown[at++]);
      if (line.length + word.length > room && line.length > indent.length) {
        done += `${line.trimEnd()}\n`;
        line = indent;
      }
      line += word;
      if (n < axes[axis].length - 1) line += separator;
    });
    return `[${(done + line).slice(indent.length)}]`;
  };
  return brackets(0, ' '.repeat(prefix.length + 1), all.linewidth - suffix.length);
}

/** NumPy's str(a), numpy.array_str: `[1. 2.]`. A 0-d array prints as its number, with all its digits. */
export function arrayStr(a: Printable): string {
  if (a.shape.length === 0) return formatScalar(a.element([]), a.dtype);
  return array2string(a);
}

/** NumPy's repr(a), numpy.array_repr: `array([1., 2.])`, with the dtype where the numbers do not tell it. */
export function arrayRepr(a: Printable): string {
  const { shape, dtype, size } = a;
  const implied = elements[dtype].implied && size > 0;
  const suffix = implied ? ')' : ',';
  let list: string;
  if (size > 0 || shape.length === 1) list = array2string(a, { separator: ', ', prefix: 'array(', suffix });
  else list = `[], shape=(${shape.join(', ')})`;
  const text = `array(${list}${suffix}`;
  if (implied) return text;
  const dtypeText = `dtype=${dtype})`;
  const lastLine = text.length - (text.lastIndexOf('\n') + 1);
  const spacer = lastLine + dtypeText.length + 1 > current.linewidth ? '\n      ' : ' ';
  return text + spacer + dtypeText;
}
