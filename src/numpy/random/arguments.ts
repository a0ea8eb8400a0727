// Reading the arguments of the random functions: positions or one options object, sizes, bounds of integers,
// probabilities; and the types that say so.

import { asarray } from '../../core/create.js';
import { type DType, dtypeInfo, isInteger, toDType } from '../../core/dtype.js';
import { type ArrayLike, NDArray } from '../../core/ndarray.js';
import { noGrad } from '../../core/node.js';
import { checkOptions } from '../../core/options.js';
import { type Shape, shapeText } from '../../core/shape.js';
import { astype } from '../../ops/shape.js';
import { type DTypeLike, shapeList } from '../arguments.js';

/** How many numbers: a count, or a shape. */
export type Size = number | Shape;

const isOptions = (x: unknown): x is Record<string, unknown> =>
  typeof x === 'object' &&
  x !== null &&
  !Array.isArray(x) &&
  !(x instanceof NDArray) &&
  !ArrayBuffer.isView(x);

/**
 * The arguments by name: positional ones in the order of `names`, then one options object for the rest, as in
 * `normal(0, 1, {size: 3})`. null counts as not given.
 */
export function named(
  caller: string,
  names: readonly string[],
  given: readonly unknown[],
): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  given.forEach((value, i) => {
    if (i === given.length - 1 && isOptions(value)) {
      for (const [name, option] of Object.entries(checkOptions(caller, value, names))) {
        if (name in out) throw new TypeError(`${caller}: '${name}' is given twice, by position and by name.`);
        if (option !== null && option !== undefined) out[name] = option;
      }
    } else if (i >= names.length) {
      throw new TypeError(
        `${caller}: takes at most ${names.length} arguments (${names.join(', ')}), got ${given.length}.`,
      );
    } else if (value !== null && value !== undefined) {
      out[names[i]] = value;
    }
  });
  return out;
}

/** The shape that a size stands for; undefined when none was given, which asks for a single number. */
export function shapeOfSize(caller: string, size: unknown): number[] | undefined {
  return size === undefined ? undefined : shapeList(caller, size as Size);
}

/** A parameter of a distribution: a number, or an array that draws one number for each of its elements. */
export type Values = number | bigint | ArrayLike;

/** One number is drawn: parameters are numbers, by position or by name, and no size is given. */
export type One<Names extends string> = number | ({ [N in Names]?: number } & { size?: null });

/** An array is drawn: some parameter is an array, or a size is given, by position or by name. */
export type Each<Names extends string> = Values | ({ [N in Names]?: Values } & { size?: Size | null });

/** No size: one number is drawn. */
export type NoSize = { size?: null } | null;

/** The size after all parameters, plain or as an option. */
export type SizeArgument = Size | { size?: Size | null } | null;

/** Defines the names with underscores beside the camelCase methods of a class; they call what a subclass overrides. */
export function snakeCase(Class: { prototype: object }, names: readonly string[]): void {
  for (const name of names) {
    Object.defineProperty(Class.prototype, snake(name), {
      value(this: Record<string, (...args: unknown[]) => unknown>, ...args: unknown[]) {
        return this[name](...args);
      },
      configurable: true,
      writable: true,
    });
  }
}

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The bounds of randint and integers: numbers (both included), or arrays as they were given. */
export type IntegerBounds = { dtype: DType } & (
  | { each: false; low: bigint; high: bigint }
  | { each: true; low: NDArray; high: NDArray }
);

const isList = (x: unknown): x is ArrayLike =>
  (x instanceof NDArray && x.ndim > 0) || Array.isArray(x) || ArrayBuffer.isView(x);

/**
 * The bounds of randint and integers: `f(high)` starts at 0, `f(low, high)` does not; high itself is left
 * out.
 */
export function integerBounds(
  caller: string,
  first: unknown,
  second: unknown,
  dtypeName: DTypeLike | undefined,
  endpoint = false,
): IntegerBounds {
  const dtype: DType = dtypeName === undefined ? 'int64' : toDType(dtypeName, caller);
  if (!isInteger(dtype) && dtype !== 'bool') {
    throw new TypeError(
      `${caller}: unsupported dtype '${dtype}'; use an integer dtype or bool. For real numbers see uniform.`,
    );
  }
  if (first === undefined)
    throw new TypeError(`${caller}: takes high, or low and high, e.g. ${caller}(0, 10) for 0 ... 9.`);
  if (isList(first) || isList(second)) {
    return {
      each: true,
      low: bounds(caller, second === undefined ? 0 : first),
      high: bounds(caller, second === undefined ? first : second),
      dtype,
    };
  }
  const low = second === undefined ? 0n : wholeNumber(caller, 'low', first);
  const high = wholeNumber(caller, 'high', second === undefined ? first : second) - (endpoint ? 0n : 1n);
  const info = dtypeInfo[dtype];
  const open = endpoint ? '' : ', high not included';
  if (low < info.min) {
    throw new RangeError(`${caller}: low is out of bounds for ${dtype}: ${low} < ${info.min}.`);
  }
  if (high > info.max) {
    throw new RangeError(
      `${caller}: high is out of bounds for ${dtype}: the largest value would be ${high} > ${info.max}.`,
    );
  }
  if (low > high) {
    const text = endpoint ? 'low > high' : second === undefined ? 'high <= 0' : 'low >= high';
    throw new RangeError(
      `${caller}: ${text}: there is no integer from ${low} to ${endpoint ? high : high + 1n}${open}.`,
    );
  }
  return { each: false, low, high, dtype };
}

/** Bounds as int64 or wider; floats are cut. */
function bounds(caller: string, value: unknown): NDArray {
  const a = asarray((typeof value === 'number' ? BigInt(Math.trunc(value)) : value) as ArrayLike, caller);
  const wide = a.dtype === 'int64' || a.dtype === 'uint64';
  return wide ? a : noGrad(() => astype(a, 'int64'));
}

function wholeNumber(caller: string, name: string, value: unknown): bigint {
  if (typeof value === 'bigint') return value;
  // NumPy cuts floats too: randint(N / 2) works.
  if (typeof value === 'number' && Number.isFinite(value)) return BigInt(Math.trunc(value));
  if (value instanceof NDArray && value.size === 1) return wholeNumber(caller, name, value.item());
  const got = value instanceof NDArray ? `an array of shape ${shapeText(value.shape)}` : String(value);
  throw new TypeError(`${caller}: ${name} must be one whole number, not ${got}.`);
}

const TOLERANCE = Math.sqrt(Number.EPSILON);

/** Probabilities, checked as NumPy checks them: as many as there are candidates, none negative, sum 1. */
export function probabilities(caller: string, p: unknown, candidates: number): Float64Array {
  const array = asarray(p as ArrayLike, caller);
  if (array.ndim !== 1)
    throw new RangeError(`${caller}: p must be 1-dimensional, not of shape ${shapeText(array.shape)}.`);
  if (array.size !== candidates) {
    throw new RangeError(
      `${caller}: a and p must have the same size: ${candidates} candidates, ${array.size} probabilities.`,
    );
  }
  const values = Float64Array.from(array.data as Iterable<number | bigint>, Number);
  // Kahan's summation, as in NumPy.
  let sum = values[0];
  let lost = 0;
  for (let i = 1; i < values.length; i++) {
    const y = values[i] - lost;
    const t = sum + y;
    lost = t - sum - y;
    sum = t;
  }
  const nan = values.findIndex(Number.isNaN);
  if (nan >= 0) throw new RangeError(`${caller}: probabilities contain NaN (p[${nan}]).`);
  const negative = values.findIndex((x) => x < 0);
  if (negative >= 0)
    throw new RangeError(
      `${caller}: probabilities are not non-negative (p[${negative}] is ${values[negative]}).`,
    );
  const tolerance = array.dtype === 'float32' ? Math.sqrt(2 ** -23) : TOLERANCE;
  if (Math.abs(sum - 1) > tolerance) {
    throw new RangeError(
      `${caller}: probabilities do not sum to 1 (sum ${Number(sum.toPrecision(12))}). Divide them by their sum.`,
    );
  }
  return values;
}

/** Running sums, scaled to end at 1. */
export function cumulative(p: Float64Array): Float64Array {
  const cdf = new Float64Array(p.length);
  let sum = 0;
  for (let i = 0; i < p.length; i++) {
    sum += p[i];
    cdf[i] = sum;
  }
  for (let i = 0; i < p.length; i++) cdf[i] /= sum;
  return cdf;
}

/** Index of the first element greater than x in an ascending list. */
export function searchRight(cdf: Float64Array, x: number): number {
  let low = 0;
  let high = cdf.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cdf[middle] > x) high = middle;
    else low = middle + 1;
  }
  return low;
}
