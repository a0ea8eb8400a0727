// Arrays with a border: `np.pad` in NumPy's modes. Composed of operations, so gradients flow.

import { asarray } from '../core/create.js';
import { isInexact } from '../core/dtype.js';
import { type ArrayLike, emptyZeroed, type NDArray } from '../core/ndarray.js';
import { checkOptions, needed, parameters, type Spelled } from '../core/options.js';
import type { DTypeOf } from '../core/typing.js';
import { mul, sub } from '../ops/elementwise.js';
import { get, set } from '../ops/index.js';
import { concatenate } from '../ops/join.js';
import { castTo } from '../ops/operands.js';
import { max, mean, min } from '../ops/reduce.js';
import { broadcastTo, flip, moveaxis } from '../ops/shape.js';
import { ndindex } from './choosing.js';
import { full } from './creation.js';
import { linspace } from './grid.js';
import { along, positions } from './positions.js';
import { median } from './quantiles.js';

export type PadMode =
  | 'constant'
  | 'edge'
  | 'reflect'
  | 'symmetric'
  | 'wrap'
  | 'linear_ramp'
  | 'maximum'
  | 'minimum'
  | 'mean'
  | 'median'
  | 'empty';

/**
 * Fills the border of one line of the array: `vector` is a view on it with `padWidth[0]` elements to set in front and
 * `padWidth[1]` at the end. `options` are those that `pad` was called with.
 */
export type PadFunction = (
  vector: NDArray,
  padWidth: readonly [number, number],
  axis: number,
  options: Readonly<Record<string, unknown>>,
) => void;

/** `1`: everywhere; `[1, 2]`: before and after on every axis; `[[1, 2], [0, 0]]`: axis by axis. */
export type PadWidth = number | readonly number[] | readonly (readonly number[])[];

/** One value for all sides, `[before, after]`, or one such pair per axis. */
export type PadValues = number | bigint | boolean | readonly number[] | readonly (readonly number[])[];

export interface PadOptions {
  padWidth?: PadWidth;
  mode?: PadMode;
  /** What 'constant' pads with; 0 by default. */
  constantValues?: PadValues;
  /** What 'linear_ramp' ends with; 0 by default. */
  endValues?: PadValues;
  /** How many elements at an end 'maximum', 'minimum', 'mean' and 'median' look at; all by default. */
  statLength?: PadWidth | null;
  /** 'even' (default) mirrors the elements, 'odd' mirrors them at the value of the edge too. */
  reflectType?: 'even' | 'odd';
}

/** The options that a mode has. */
const modes: Readonly<Record<PadMode, keyof PadOptions | undefined>> = {
  constant: 'constantValues',
  edge: undefined,
  reflect: 'reflectType',
  symmetric: 'reflectType',
  wrap: undefined,
  linear_ramp: 'endValues',
  maximum: 'statLength',
  minimum: 'statLength',
  mean: 'statLength',
  median: 'statLength',
  empty: undefined,
};

function padPairs(width: PadWidth, ndim: number, what = 'pad width'): [number, number][] {
  const pairs = Array.from({ length: ndim }, (_, d): [number, number] => {
    if (typeof width === 'number') return [width, width];
    const own = width.length === 1 && typeof width[0] !== 'number' ? width[0] : width[d];
    if (typeof width[0] === 'number')
      return [width[0] as number, (width.length === 1 ? width[0] : width[1]) as number];
    return Array.isArray(own) ? [own[0], own[own.length - 1]] : [Number.NaN, Number.NaN];
  });
  const flat = typeof width !== 'number' && typeof width[0] === 'number';
  for (const pair of flat && width.length > 2 ? [[Number.NaN]] : pairs) {
    if (!pair.every((n) => Number.isInteger(n) && n >= 0)) {
      throw new RangeError(
        `pad: ${what} ${JSON.stringify(width)} does not fit ${ndim} axes; it is a whole number of 0 or more, [before, after], or one such pair per axis.`,
      );
    }
  }
  if (
    typeof width !== 'number' &&
    typeof width[0] !== 'number' &&
    width.length !== 1 &&
    width.length !== ndim
  ) {
    throw new RangeError(`pad: ${width.length} pairs of pad widths for an array of ${ndim} axes.`);
  }
  return pairs;
}

/** Where the elements of a padded axis come from. */
function padSource(mode: PadMode, n: number, before: number, after: number): number[] {
  return Array.from({ length: before + n + after }, (_, i) => {
    const at = i - before;
    if (mode === 'edge') return Math.min(Math.max(at, 0), n - 1);
    if (mode === 'wrap') return ((at % n) + n) % n;
    if (mode === 'reflect') {
      if (n === 1) return 0;
      const period = 2 * (n - 1);
      const k = ((at % period) + period) % period;
      return k < n ? k : period - k;
    }
    const period = 2 * n;
    const k = ((at % period) + period) % period;
    return k < n ? k : period - 1 - k;
  });
}

/**
 * The array with a border.
 * @param width how many elements to add: `1`, `[before, after]`, or `[[1, 1], [0, 2]]` axis by axis
 * @param mode 'constant' (zeros by default), 'edge', 'reflect', 'symmetric', 'wrap', 'linear_ramp', 'maximum', 'minimum',
 * 'mean', 'median' or 'empty'; or a function that sets the border of each line, axis by axis
 * @see numpy.pad
 * @example np.pad([1, 2, 3], 2, 'reflect'); np.pad(X, 1, { mode: 'constant', constant_values: 5 })
 */
export function pad<A extends ArrayLike>(
  value: A,
  width: PadWidth | Spelled<PadOptions>,
  mode?: PadMode | Spelled<PadOptions>,
  options?: Spelled<PadOptions>,
): NDArray<DTypeOf<A>>;
export function pad<A extends ArrayLike>(
  value: A,
  width: PadWidth,
  mode: PadFunction,
  options?: Readonly<Record<string, unknown>>,
): NDArray<DTypeOf<A>>;
export function pad(value: ArrayLike, ...given: unknown[]): NDArray {
  const a = asarray(value, 'pad');
  const [width, how, more = {}] = given;
  if (typeof how === 'function')
    return padLines(a, padPairs(width as PadWidth, a.ndim), how as PadFunction, more as object);
  const o = parameters<PadOptions>('pad', ['padWidth', 'mode'], given, [
    'constantValues',
    'endValues',
    'statLength',
    'reflectType',
  ]);
  const { padWidth, mode = 'constant', ...rest } = o;
  if (!(mode in modes))
    throw new TypeError(
      `pad: mode '${String(mode)}' is not supported; known: ${Object.keys(modes).join(', ')}.`,
    );
  const own = modes[mode];
  checkOptions(`pad, mode '${mode}'`, rest, own === undefined ? [] : [own]);
  const widths = padPairs(needed('pad', 'padWidth', padWidth), a.ndim);
  if (mode === 'constant' && !Array.isArray(o.constantValues))
    return framed(a, widths, (o.constantValues ?? 0) as number | bigint | boolean);
  let out = a;
  widths.forEach(([before, after], d) => {
    if (before + after > 0) out = padAxis(out, d, before, after, mode, o, a.ndim);
  });
  return out === a ? a.copy() : out;
}

/** Zeros around the array, over which a function goes line by line. */
function padLines(a: NDArray, widths: [number, number][], f: PadFunction, options: object): NDArray {
  const out = framed(a, widths, 0);
  widths.forEach((width, axis) => {
    const turned = moveaxis(out, axis, -1);
    const lines = ndindex(turned.shape.slice(0, -1));
    for (const line of lines) f(get(turned, line), width, axis, options as Record<string, unknown>);
  });
  return out;
}

/** The array in the middle of a larger one that is full of one value. */
function framed(a: NDArray, widths: [number, number][], value: number | bigint | boolean): NDArray {
  const out = emptyZeroed(
    a.shape.map((n, d) => n + widths[d][0] + widths[d][1]),
    a.dtype,
  );
  if (value !== 0) set(out, ['...'], value);
  if (a.ndim === 0) return set(out, ['...'], a);
  return set(
    out,
    widths.map(([before], d) => `${before}:${before + a.shape[d]}`),
    a,
  );
}

/** The values of one axis from those for all of them, as NumPy broadcasts them. */
const pairOf = (values: PadValues, ndim: number, d: number): readonly number[] =>
  (broadcastTo(asarray(values as ArrayLike, 'pad'), [ndim, 2]).toArray() as number[][])[d];

function padAxis(
  a: NDArray,
  d: number,
  before: number,
  after: number,
  mode: PadMode,
  o: PadOptions,
  ndim: number,
): NDArray {
  const n = a.shape[d];
  const part = (from: number, to: number): NDArray => get(a, along(d, `${from}:${to}`));
  const lengths = (count: number): number[] => a.shape.map((length, k) => (k === d ? count : length));
  const joined = (left: NDArray, right: NDArray): NDArray =>
    concatenate([castTo(left, a.dtype), a, castTo(right, a.dtype)], d);
  if (mode === 'constant' || mode === 'empty') {
    const [left, right] = mode === 'empty' ? [0, 0] : pairOf(o.constantValues ?? 0, ndim, d);
    return joined(full(lengths(before), left), full(lengths(after), right));
  }
  if (n === 0)
    throw new RangeError(`pad: can't extend empty axis ${d} using modes other than 'constant' or 'empty'.`);
  if (mode === 'linear_ramp') {
    const [left, right] = pairOf(o.endValues ?? 0, ndim, d);
    const ramp = (end: number, edge: number, num: number): NDArray =>
      linspace(end, get(a, along(d, edge)), num, { endpoint: false, axis: d, dtype: a.dtype });
    return joined(ramp(left, 0, before), flip(ramp(right, -1, after), d));
  }
  if (mode === 'maximum' || mode === 'minimum' || mode === 'mean' || mode === 'median') {
    const reduce = { maximum: max, minimum: min, mean, median }[mode];
    const wanted = o.statLength ?? undefined;
    const [first, last] = wanted === undefined ? [n, n] : padPairs(wanted, ndim, 'statLength')[d];
    const statistic = (x: NDArray, count: number): NDArray => {
      const value = reduce(x, { axis: d, keepdims: true });
      return broadcastTo(isInexact(a.dtype) ? value : value.rint(), lengths(count));
    };
    return joined(
      statistic(part(0, Math.min(first, n)), before),
      statistic(part(Math.max(n - last, 0), n), after),
    );
  }
  if (o.reflectType !== undefined && o.reflectType !== 'even' && o.reflectType !== 'odd')
    throw new TypeError(`pad: reflectType must be 'even' or 'odd', not '${String(o.reflectType)}'.`);
  if (o.reflectType === 'odd' && !(mode === 'reflect' && n === 1))
    return mirrored(a, d, before, after, mode === 'symmetric' ? 0 : 1);
  const source = padSource(mode, n, before, after);
  const border = (from: number, to?: number): NDArray => get(a, along(d, positions(source.slice(from, to))));
  return concatenate([border(0, before), a, border(before + n)], d);
}

/** Mirrored at both ends, values too: 2 * edge - element, as often as it takes. */
function mirrored(a: NDArray, d: number, before: number, after: number, skip: 0 | 1): NDArray {
  let out = a;
  let [left, right] = [before, after];
  while (left + right > 0) {
    const n = out.shape[d];
    const [l, r] = [Math.min(n - skip, left), Math.min(n - skip, right)];
    const turned = (edge: string, from: number, to: number): NDArray =>
      sub(mul(get(out, along(d, edge)), 2), flip(get(out, along(d, `${from}:${to}`)), d));
    const parts = [turned(':1', skip, skip + l), out, turned('-1:', n - skip - r, n - skip)];
    out = concatenate(
      parts.map((p) => castTo(p, a.dtype)),
      d,
    );
    left -= l;
    right -= r;
  }
  return out;
}
