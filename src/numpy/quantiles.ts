// Order statistics: medians, percentiles and quantiles by all of NumPy's methods, with and without NaN. Elements are
// put in place by partial sorts; gradients flow through the positions.

import { batching } from '../core/batch.js';
import { asarray } from '../core/create.js';
import { type DType, isFloat } from '../core/dtype.js';
import { type ArrayLike, emptyZeroed, type NDArray } from '../core/ndarray.js';
import type { DTypeOf, Floating } from '../core/typing.js';
import { add, greaterEqual, isnan, logicalNot, mul, sub } from '../ops/elementwise.js';
import { get } from '../ops/index.js';
import { stack } from '../ops/join.js';
import { castTo, realOnly } from '../ops/operands.js';
import { type Axis, any, mean, type ReduceOptions } from '../ops/reduce.js';
import { tracking } from '../ops/registry.js';
import { reshape } from '../ops/shape.js';
import { partition } from '../ops/sort.js';
import { where } from '../ops/where.js';
import { into } from '../ops/writing.js';
import { type AxisArgument, options, slices } from './slices.js';

/**
 * The middle value, the mean of the two middle ones for an even count; NaN where a NaN takes part.
 * @see numpy.median
 */
export function median<A extends ArrayLike>(
  value: A,
  argument?: AxisArgument,
): NDArray<Floating<DTypeOf<A>>> {
  const { axis, keepdims, out: target } = options<ReduceOptions>('median', argument);
  const a = asarray(value, 'median');
  const { rows, n, shape, kept } = slices('median', a, axis);
  let out: NDArray;
  if (n === 0) {
    out = mean(rows, 0);
  } else {
    const half = n >> 1;
    const places = n % 2 === 1 ? [half] : [half - 1, half];
    const sorted = partition(rows, [...places, n - 1], 0);
    out = mean(get(sorted, [`${places[0]}:${half + 1}`]), 0);
    out = spreadNaN(out, sorted);
  }
  out = reshape(out, keepdims ? kept : shape);
  return target ? into('median', target, out) : out;
}

/** NaN sorts last, so one look at the last element tells whether the slice has any. */
function spreadNaN(out: NDArray, sorted: NDArray): NDArray {
  if (!isFloat(sorted.dtype)) return out;
  const bad = isnan(get(sorted.detach(), [-1]));
  return any(bad).item() ? where(bad, Number.NaN, out) : out;
}

export type QuantileMethod =
  | 'inverted_cdf'
  | 'averaged_inverted_cdf'
  | 'closest_observation'
  | 'interpolated_inverted_cdf'
  | 'hazen'
  | 'weibull'
  | 'linear'
  | 'median_unbiased'
  | 'normal_unbiased'
  | 'lower'
  | 'higher'
  | 'midpoint'
  | 'nearest';

export interface QuantileOptions extends ReduceOptions {
  /** What to take between two elements; 'linear' by default. */
  method?: QuantileMethod;
}

function quantiles(
  caller: string,
  value: ArrayLike,
  q: NDArray,
  argument: Axis | QuantileOptions | undefined,
  scale: number,
): NDArray {
  const {
    axis,
    keepdims,
    out: target,
    method = 'linear',
  } = options<QuantileOptions>(caller, argument, ['method']);
  let a = realOnly(caller, asarray(value, caller));
  if (a.dtype === 'bool') a = castTo(a, 'uint8');
  const wanted = Float64Array.from(q.data as Float64Array, (v) => Number(v) / scale);
  if (wanted.some((v) => !(v >= 0 && v <= 1))) {
    throw new RangeError(
      `${caller}: ${scale === 100 ? 'Percentiles must be in the range [0, 100]' : 'Quantiles must be in the range [0, 1]'}; got ${q}.`,
    );
  }
  const { rows, n, shape, kept } = slices(caller, a, axis);
  const outShape = [...q.shape, ...(keepdims ? kept : shape)];
  if (n === 0) return reshape(add(emptyZeroed([wanted.length, ...shape], 'float64'), Number.NaN), outShape);
  const place = places[method];
  if (place === undefined)
    throw new TypeError(
      `${caller}: '${String(method)}' is not a valid method; use one of ${Object.keys(places).join(', ')}.`,
    );
  const found = [...wanted].map((v) => place(n, v));
  const low = found.map(([below]) => Math.min(Math.max(below, 0), n - 1));
  const high = found.map(([below]) => (below < 0 ? 0 : Math.min(below + 1, n - 1)));
  const sorted = partition(rows, [...new Set([...low, ...high, n - 1])], 0);
  const gamma = found.map(([, share]) => share);
  const at = (list: readonly number[]): NDArray => get(sorted, [asarray(BigInt64Array.from(list, BigInt))]);
  let out: NDArray;
  if (discrete.has(method)) {
    out = at(low.map((k, i) => (gamma[i] > 0 ? high[i] : k)));
  } else {
    const previous = at(low);
    const next = at(high);
    const type: DType = isFloat(a.dtype) ? a.dtype : 'float64';
    const t = reshape(castTo(asarray(gamma), type), [wanted.length, ...shape.map(() => 1)]);
    const step = sub(next, previous);
    out = where(greaterEqual(t, 0.5), sub(next, mul(step, sub(1, t))), add(previous, mul(step, t)));
  }
  out = reshape(spreadNaN(out, sorted), outShape);
  return target ? into(caller, target, out) : out;
}

/** Of n sorted elements, the one before the q-th quantile, counted from 0, and the share of the next one in it. */
type Place = (n: number, q: number) => [below: number, share: number];

const split = (at: number): [number, number] => [Math.floor(at), at - Math.floor(at)];

/** The sample quantiles of Hyndman and Fan that depend on two parameters. */
const plotting =
  (alpha: number, beta: number): Place =>
  (n, q) =>
    split(n * q + (alpha + q * (1 - alpha - beta)) - 1);

/** A share of the next element by a rule from the fraction. */
const rounded =
  (from: Place, share: (fraction: number, below: number) => number): Place =>
  (n, q) => {
    const [below, fraction] = from(n, q);
    return [below, share(fraction, below)];
  };

const along: Place = (n, q) => split((n - 1) * q);
const counted: Place = (n, q) => split(n * q - 1);

const places: Readonly<Record<QuantileMethod, Place>> = {
  inverted_cdf: rounded(counted, (f) => (f === 0 ? 0 : 1)),
  averaged_inverted_cdf: rounded(counted, (f) => (f === 0 ? 0.5 : 1)),
  closest_observation: rounded(
    (n, q) => split(n * q - 1.5),
    (f, below) => (f === 0 && below % 2 === 0 ? 0 : 1),
  ),
  interpolated_inverted_cdf: plotting(0, 1),
  hazen: plotting(0.5, 0.5),
  weibull: plotting(0, 0),
  linear: along,
  median_unbiased: plotting(1 / 3, 1 / 3),
  normal_unbiased: plotting(3 / 8, 3 / 8),
  lower: rounded(along, () => 0),
  higher: rounded(along, (f) => (f > 0 ? 1 : 0)),
  midpoint: rounded(along, (f) => (f > 0 ? 0.5 : 0)),
  nearest: rounded(along, (f, below) => (f > 0.5 || (f === 0.5 && below % 2 === 1) ? 1 : 0)),
};

/** Methods that give an element of the data, in its dtype. */
const discrete = new Set<QuantileMethod>([
  'inverted_cdf',
  'closest_observation',
  'lower',
  'higher',
  'nearest',
]);

/**
 * The q-th percentile (0 to 100), interpolated linearly between elements. A list of q puts its axis in front.
 * @see numpy.percentile
 */
export const percentile = <A extends ArrayLike>(
  a: A,
  q: ArrayLike,
  axis?: Axis | QuantileOptions,
): NDArray<Floating<DTypeOf<A>>> => quantiles('percentile', a, asarray(q, 'percentile'), axis, 100);

/** The q-th quantile (0 to 1), see `percentile`. @see numpy.quantile */
export const quantile = <A extends ArrayLike>(
  a: A,
  q: ArrayLike,
  axis?: Axis | QuantileOptions,
): NDArray<Floating<DTypeOf<A>>> => quantiles('quantile', a, asarray(q, 'quantile'), axis, 1);

// ---------------------------------------------------------------- without NaN

function withoutNaN(
  caller: string,
  value: ArrayLike,
  argument: Axis | QuantileOptions | undefined,
  f: (a: NDArray, method?: QuantileMethod, axis?: number) => NDArray,
): NDArray {
  const { axis, keepdims, out: target, method } = options<QuantileOptions>(caller, argument, ['method']);
  const a = asarray(value, caller);
  const { rows, shape, kept } = slices(caller, a, axis);
  if (rows.size > 0 && !tracking(a) && batching.open === 0 && !any(isnan(a)).item()) {
    // Nothing is left out: all slices at once.
    const whole = f(rows, method, 0);
    const out = reshape(whole, [
      ...whole.shape.slice(0, whole.ndim - rows.ndim + 1),
      ...(keepdims ? kept : shape),
    ]);
    return target ? into(caller, target, out) : out;
  }
  const flat = reshape(rows, [rows.shape[0], -1]);
  const columns = Array.from({ length: flat.shape[1] }, (_, i) => {
    const column = get(flat, [':', i]);
    return f(get(column, [logicalNot(isnan(column.detach()))]), method);
  });
  const out = reshape(columns.length === 0 ? emptyZeroed([0], 'float64') : stack(columns, -1), [
    ...(columns[0]?.shape ?? []),
    ...(keepdims ? kept : shape),
  ]);
  return target ? into(caller, target, out) : out;
}

/** Median of the elements that are not NaN. @see numpy.nanmedian */
export const nanmedian = <A extends ArrayLike>(a: A, axis?: AxisArgument): NDArray<Floating<DTypeOf<A>>> =>
  withoutNaN('nanmedian', a, axis, (x, _, along) => median(x, along));

/** Percentile of the elements that are not NaN. @see numpy.nanpercentile */
export const nanpercentile = <A extends ArrayLike>(
  a: A,
  q: ArrayLike,
  axis?: Axis | QuantileOptions,
): NDArray<Floating<DTypeOf<A>>> =>
  withoutNaN('nanpercentile', a, axis, (x, method, along) => percentile(x, q, { method, axis: along }));

/** Quantile of the elements that are not NaN. @see numpy.nanquantile */
export const nanquantile = <A extends ArrayLike>(
  a: A,
  q: ArrayLike,
  axis?: Axis | QuantileOptions,
): NDArray<Floating<DTypeOf<A>>> =>
  withoutNaN('nanquantile', a, axis, (x, method, along) => quantile(x, q, { method, axis: along }));
