// Single numbers and arrays as text with other options than the ones in force: np.format_float_positional and its
// kin. The digits come from core/decimal.ts.

import { asarray } from '../core/create.js';
import {
  type FloatStyle,
  plainFloat,
  positional,
  scientific,
  shortest32,
  shortest64,
} from '../core/decimal.js';
import type { ArrayLike, NDArray } from '../core/ndarray.js';
import { checkOptions, type Spelled } from '../core/options.js';
import { printOptions, arrayRepr as reprOf, arrayStr as strOf } from '../core/print.js';

export interface FloatFormat {
  /** Digits after the point at most; as many as needed when absent. */
  precision?: number | null;
  /** The shortest digits that tell the number from its neighbours, cut at `precision`; else always `precision`. */
  unique?: boolean;
  /** What to do with zeros at the end: 'k' keep them, '.' keep the point, '0' leave one, '-' none. */
  trim?: 'k' | '.' | '0' | '-';
  /** Write + before positive numbers. */
  sign?: boolean;
  /** Least width to the left of the point, filled with blanks. */
  padLeft?: number | null;
  minDigits?: number | null;
}

export interface PositionalFormat extends FloatFormat {
  /** Whether `precision` counts digits after the point (true) or all of them. */
  fractional?: boolean;
  /** Least width to the right of the point, filled with blanks. */
  padRight?: number | null;
}

export interface ScientificFormat extends FloatFormat {
  /** Digits of the exponent at least; 2 by default. */
  expDigits?: number | null;
}

const trims = { k: 'keep', '.': 'point', '0': 'zero', '-': 'all' } as const;
const common = ['precision', 'unique', 'trim', 'sign', 'padLeft', 'minDigits'];

function style(caller: string, value: ArrayLike, options: FloatFormat): [x: number, style: FloatStyle] {
  const a = asarray(value, caller);
  const x = Number(a.item());
  const {
    precision = null,
    unique = true,
    trim = 'k',
    sign = false,
    padLeft = null,
    minDigits = null,
  } = options;
  if (!(trim in trims))
    throw new TypeError(`${caller}: trim must be one of 'k', '.', '0', '-', not '${String(trim)}'.`);
  if (!unique && precision === null)
    throw new TypeError(`${caller}: in non-unique mode a precision must be supplied.`);
  for (const [name, n] of [
    ['precision', precision],
    ['padLeft', padLeft],
    ['minDigits', minDigits],
  ] as const) {
    if (n !== null && (!Number.isInteger(n) || n < 0))
      throw new RangeError(`${caller}: ${name} must be a whole number of 0 or more, not ${String(n)}.`);
  }
  return [
    x,
    {
      ...plainFloat,
      digits: a.dtype === 'float32' ? shortest32 : shortest64,
      unique,
      precision: precision ?? Number.POSITIVE_INFINITY,
      minDigits: minDigits ?? Number.NEGATIVE_INFINITY,
      trim: trims[trim],
      sign: sign ? '+' : '',
      padLeft: padLeft ?? 0,
      padRight: -1,
    },
  ];
}

const special = (x: number, sign: string): string =>
  Number.isNaN(x) ? 'nan' : x > 0 ? `${sign}inf` : '-inf';

/**
 * A number without exponent.
 * @see numpy.format_float_positional
 * @example np.formatFloatPositional(Math.PI, { precision: 3 })   // '3.142'
 */
export function formatFloatPositional(x: ArrayLike, options: Spelled<PositionalFormat> = {}): string {
  const known = [...common, 'fractional', 'padRight'];
  const given: PositionalFormat = checkOptions('formatFloatPositional', options, known);
  const { fractional = true, padRight = null, ...rest } = given;
  const [value, form] = style('formatFloatPositional', x, rest);
  if (!Number.isFinite(value)) return special(value, form.sign).padStart(form.padLeft);
  if (padRight !== null) form.padRight = padRight;
  if (fractional || form.precision === Number.POSITIVE_INFINITY) return positional(value, form);
  if (form.precision === 0)
    throw new RangeError('formatFloatPositional: precision must be greater than 0 if fractional is false.');
  // Digits in all: the number is rounded to that many first.
  const rounded = Number(value.toPrecision(form.precision));
  if (form.unique) return positional(rounded, { ...form, precision: Number.POSITIVE_INFINITY });
  const { exponent } = form.digits(Math.abs(rounded));
  return positional(rounded, { ...form, precision: Math.max(0, form.precision - 1 - exponent) });
}

/**
 * A number with an exponent.
 * @see numpy.format_float_scientific
 * @example np.formatFloatScientific(1.5e10)   // '1.5e+10'
 */
export function formatFloatScientific(x: ArrayLike, options: Spelled<ScientificFormat> = {}): string {
  const given: ScientificFormat = checkOptions('formatFloatScientific', options, [...common, 'expDigits']);
  const { expDigits = null, ...rest } = given;
  const [value, form] = style('formatFloatScientific', x, rest);
  if (!Number.isFinite(value)) return special(value, form.sign).padStart(form.padLeft);
  return scientific(value, { ...form, exponentDigits: expDigits ?? 2 });
}

export interface ArrayTextOptions {
  maxLineWidth?: number | null;
  precision?: number | null;
  suppressSmall?: boolean | null;
}

function withOptions(
  caller: string,
  a: NDArray,
  options: ArrayTextOptions,
  text: (a: NDArray) => string,
): string {
  const names = ['maxLineWidth', 'precision', 'suppressSmall'];
  const { maxLineWidth, precision, suppressSmall } = checkOptions(caller, options, names);
  return printOptions(
    {
      linewidth: maxLineWidth ?? undefined,
      precision: precision ?? undefined,
      suppress: suppressSmall ?? undefined,
    },
    () => text(a),
  );
}

/** An array as `array([1., 2.])`. @see numpy.array_repr */
export const arrayRepr = (a: ArrayLike, options: Spelled<ArrayTextOptions> = {}): string =>
  withOptions('arrayRepr', asarray(a, 'arrayRepr'), options, reprOf);

/** An array as `[1. 2.]`. @see numpy.array_str */
export const arrayStr = (a: ArrayLike, options: Spelled<ArrayTextOptions> = {}): string =>
  withOptions('arrayStr', asarray(a, 'arrayStr'), options, strOf);
