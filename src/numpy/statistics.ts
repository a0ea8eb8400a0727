// Statistics beyond the plain reductions: medians and percentiles, weighted averages, covariance, and the functions
// that leave NaN out. Composed of operations, so gradients flow through all of them that have one.

import { asarray } from '../core/create.js';
import { isComplex, isFloat, isInexact, promoteTypes, realType } from '../core/dtype.js';
import { type ArrayLike, emptyZeroed, type NDArray } from '../core/ndarray.js';
import { checkOptions } from '../core/options.js';
import { normalizeAxis, sameShape, shapeText } from '../core/shape.js';
import type { Accumulated, DTypeOf, Floating } from '../core/typing.js';
import { complex, imag, real } from '../ops/complex.js';
import {
  add,
  castTo,
  conj,
  div,
  equal,
  floor,
  greater,
  greaterEqual,
  inexact,
  into,
  isnan,
  less,
  logicalNot,
  maximum,
  minimum,
  mul,
  realOnly,
  sqrt,
  square,
  sub,
  where,
} from '../ops/elementwise.js';
import { get } from '../ops/index.js';
import { dot } from '../ops/matmul.js';
import {
  type Axis,
  all,
  any,
  argmax,
  argmin,
  cumprod,
  cumsum,
  max,
  mean,
  min,
  prod,
  type ReduceOptions,
  type RunningOptions,
  sum,
  type VarOptions,
} from '../ops/reduce.js';
import { astype, concatenate, moveaxis, reshape, squeeze, stack, transpose } from '../ops/shape.js';
import { searchsorted } from '../ops/sort.js';
import { diag } from './creation.js';
import { type AxisArgument, options } from './slices.js';

/** Largest minus smallest element. @see numpy.ptp */
export const ptp = <A extends ArrayLike>(a: A, axis?: AxisArgument): NDArray<DTypeOf<A>> =>
  sub(max(a, axis), min(a, axis));

// ---------------------------------------------------------------- averages and covariance

export interface AverageOptions extends ReduceOptions {
  /** In the shape of the array, or 1-d along `axis`. */
  weights?: ArrayLike;
}

/** The mean, or the weighted mean sum(a * w) / sum(w). @see numpy.average */
export function average<A extends ArrayLike>(
  value: A,
  argument?: Axis | AverageOptions,
): NDArray<Floating<DTypeOf<A>>> {
  const { axis, keepdims, weights } = options<AverageOptions>('average', argument, ['weights']);
  const a = asarray(value, 'average');
  if (weights === undefined) return mean(a, { axis, keepdims });
  let w = asarray(weights, 'average');
  if (!sameShape(a.shape, w.shape)) {
    if (typeof axis !== 'number')
      throw new TypeError(
        `average: Axis must be specified when shapes of a and weights differ: ${shapeText(a.shape)} and ${shapeText(w.shape)}.`,
      );
    const at = normalizeAxis('average', axis, a.ndim);
    if (w.ndim !== 1)
      throw new TypeError(
        `average: 1D weights expected when shapes of a and weights differ; weights have shape ${shapeText(w.shape)}.`,
      );
    if (w.size !== a.shape[at])
      throw new RangeError(
        `average: Length of weights not compatible with specified axis: ${w.size} weights for ${a.shape[at]} elements.`,
      );
    w = reshape(
      w,
      a.shape.map((_, d) => (d === at ? -1 : 1)),
    );
  }
  const product = mul(a, isFloat(w.dtype) || isFloat(a.dtype) ? w : castTo(w, 'float64'));
  const total = sum(
    sameShape(a.shape, w.shape) ? w : mul(w, 1),
    sameShape(a.shape, w.shape) ? { axis, keepdims } : {},
  );
  if (any(equal(total, 0)).item()) throw new RangeError("average: Weights sum to zero, can't be normalized.");
  return div(sum(product, { axis, keepdims }), total);
}

export interface CovOptions {
  /** Rows are variables, columns observations; true by default. */
  rowvar?: boolean;
  /** Divide by N instead of N - 1. */
  bias?: boolean;
  /** Divide by N - ddof; overrides `bias`. */
  ddof?: number;
}

/**
 * Covariance matrix of variables (rows, or columns with `rowvar: false`); of one variable its variance, 0-d.
 * @param y more variables of the same form
 * @see numpy.cov
 */
export function cov(
  m: ArrayLike,
  y?: ArrayLike | null | CovOptions,
  more: CovOptions = {},
): NDArray<'float64'> {
  const named = typeof y === 'object' && y !== null && !isArrayLike(y);
  const { rowvar = true, bias = false, ddof } = named ? (y as CovOptions) : more;
  const variables = (v: ArrayLike): NDArray => {
    const a = asarray(v, 'cov');
    if (a.ndim > 2) throw new RangeError(`cov: m has more than 2 dimensions: shape ${shapeText(a.shape)}.`);
    let x = reshape(astype64(a), a.ndim < 2 ? [1, a.size] : [...a.shape]);
    if (!rowvar && x.shape[0] !== 1) x = transpose(x);
    return x;
  };
  let x = variables(m);
  if (x.shape[0] === 0) return emptyZeroed([0, 0], 'float64');
  if (!named && y !== undefined && y !== null) x = concatenate([x, variables(y as ArrayLike)], 0);
  const n = Math.max(x.shape[1] - (ddof ?? (bias ? 0 : 1)), 0);
  const centred = sub(x, mean(x, { axis: 1, keepdims: true }));
  return squeeze(mul(dot(centred, conj(transpose(centred))), 1 / n));
}

/** In double precision, real or complex. */
const astype64 = (a: NDArray): NDArray => {
  const type = promoteTypes(a.dtype, 'float64');
  return a.dtype === type ? a : astype(a, type);
};

const isArrayLike = (v: object): boolean => Symbol.iterator in v || ArrayBuffer.isView(v);

/** Matrix of Pearson's correlation coefficients, within [-1, 1]. @see numpy.corrcoef */
export function corrcoef(
  x: ArrayLike,
  y?: ArrayLike | null | CovOptions,
  more: CovOptions = {},
): NDArray<'float64'> {
  const c = cov(x, y, more);
  if (c.ndim === 0) return div(c, c);
  const deviation = sqrt(real(diag(c)));
  const scaled = div(div(c, reshape(deviation, -1, 1)), reshape(deviation, 1, -1));
  const within = (part: NDArray): NDArray => minimum(maximum(part, -1), 1);
  return isComplex(scaled.dtype) ? complex(within(real(scaled)), within(imag(scaled))) : within(scaled);
}

// ---------------------------------------------------------------- without NaN

function filled(caller: string, value: ArrayLike, by: number): { a: NDArray; bad: NDArray; clean: NDArray } {
  const a = asarray(value, caller);
  const bad = isnan(a.detach());
  return { a, bad, clean: isInexact(a.dtype) ? where(bad, by, a) : a };
}

/** Sum, NaN counting as 0. @see numpy.nansum */
export const nansum = <A extends ArrayLike>(a: A, axis?: AxisArgument): NDArray<Accumulated<DTypeOf<A>>> =>
  sum(filled('nansum', a, 0).clean, axis);

/** Product, NaN counting as 1. @see numpy.nanprod */
export const nanprod = <A extends ArrayLike>(a: A, axis?: AxisArgument): NDArray<Accumulated<DTypeOf<A>>> =>
  prod(filled('nanprod', a, 1).clean, axis);

/** Running sum, NaN counting as 0. @see numpy.nancumsum */
export const nancumsum = (a: ArrayLike, axis?: number | null | RunningOptions): NDArray =>
  cumsum(filled('nancumsum', a, 0).clean, axis);

/** Running product, NaN counting as 1. @see numpy.nancumprod */
export const nancumprod = (a: ArrayLike, axis?: number | null | RunningOptions): NDArray =>
  cumprod(filled('nancumprod', a, 1).clean, axis);

function extreme(
  caller: string,
  value: ArrayLike,
  axis: AxisArgument,
  reduce: typeof max,
  by: number,
): NDArray {
  const { a, bad, clean } = filled(caller, value, by);
  const out = reduce(clean, axis);
  if (!isInexact(a.dtype)) return out;
  const empty = all(bad, axis);
  return any(empty).item() ? where(empty, Number.NaN, out) : out;
}

/** Largest element that is not NaN; NaN where there is none. @see numpy.nanmax */
export const nanmax = <A extends ArrayLike>(a: A, axis?: AxisArgument): NDArray<DTypeOf<A>> =>
  extreme('nanmax', a, axis, max, Number.NEGATIVE_INFINITY);

/** Smallest element that is not NaN; NaN where there is none. @see numpy.nanmin */
export const nanmin = <A extends ArrayLike>(a: A, axis?: AxisArgument): NDArray<DTypeOf<A>> =>
  extreme('nanmin', a, axis, min, Number.POSITIVE_INFINITY);

function position(
  caller: string,
  value: ArrayLike,
  axis: number | null | undefined,
  find: typeof argmax,
  by: number,
): NDArray {
  const { bad, clean } = filled(caller, value, by);
  if (any(all(bad, axis)).item()) throw new RangeError(`${caller}: All-NaN slice encountered.`);
  return find(clean, axis);
}

/** Position of the largest element that is not NaN. @see numpy.nanargmax */
export const nanargmax = (a: ArrayLike, axis?: number | null): NDArray<'int64'> =>
  position('nanargmax', a, axis, argmax, Number.NEGATIVE_INFINITY);

/** Position of the smallest element that is not NaN. @see numpy.nanargmin */
export const nanargmin = (a: ArrayLike, axis?: number | null): NDArray<'int64'> =>
  position('nanargmin', a, axis, argmin, Number.POSITIVE_INFINITY);

/** Mean of the elements that are not NaN. @see numpy.nanmean */
export function nanmean<A extends ArrayLike>(value: A, axis?: AxisArgument): NDArray<Floating<DTypeOf<A>>> {
  const { a, bad, clean } = filled('nanmean', value, 0);
  if (!isInexact(a.dtype)) return mean(a, axis);
  return div(sum(clean, axis), castTo(sum(logicalNot(bad), axis), a.dtype));
}

/** Variance of the elements that are not NaN. @see numpy.nanvar */
export function nanvar<A extends ArrayLike>(
  value: A,
  argument?: Axis | VarOptions,
): NDArray<Floating<DTypeOf<A>>> {
  const { axis, keepdims, ddof = 0 } = options<VarOptions>('nanvar', argument, ['ddof']);
  const given = asarray(value, 'nanvar');
  const a = inexact(given);
  const bad = isnan(a.detach());
  const centre = nanmean(a, { axis, keepdims: true });
  const distance = where(bad, 0, sub(a, centre));
  const squares = isComplex(a.dtype) ? add(square(real(distance)), square(imag(distance))) : square(distance);
  const count = castTo(sum(logicalNot(bad), { axis, keepdims }), realType(a.dtype));
  const free = sub(count, ddof);
  return where(greaterEqual(0, free), Number.NaN, div(sum(squares, { axis, keepdims }), free));
}

/** Standard deviation of the elements that are not NaN. @see numpy.nanstd */
export const nanstd = <A extends ArrayLike>(
  a: A,
  argument?: Axis | VarOptions,
): NDArray<Floating<DTypeOf<A>>> => sqrt(nanvar(a, argument));

/** Applies `f` to every 1-d slice along an axis; its results take the place of the axis. @see numpy.apply_along_axis */
export function applyAlongAxis(f: (slice: NDArray) => ArrayLike, axis: number, value: ArrayLike): NDArray {
  const a = asarray(value, 'applyAlongAxis');
  const at = normalizeAxis('applyAlongAxis', axis, a.ndim);
  const rest = a.shape.filter((_, d) => d !== at);
  const rows = reshape(moveaxis(a, at, -1), [-1, a.shape[at]]);
  if (rows.shape[0] === 0)
    throw new RangeError(
      `applyAlongAxis: Cannot apply along an axis of an array of shape ${shapeText(a.shape)}: there are no slices.`,
    );
  const results = Array.from({ length: rows.shape[0] }, (_, i) =>
    asarray(f(get(rows, [i])), 'applyAlongAxis'),
  );
  let out = stack(results);
  const inner = results[0].shape;
  out = reshape(out, [...rest, ...inner]);
  if (inner.length === 0) return out;
  const from = inner.map((_, i) => rest.length + i);
  return moveaxis(
    out,
    from,
    inner.map((_, i) => at + i),
  );
}

// ---------------------------------------------------------------- curves

/**
 * Piecewise linear interpolation of the points (xp, fp) at x; beyond the ends the first and last value.
 * @throws RangeError when xp and fp differ in length
 * @see numpy.interp
 */
export function interp(
  x: ArrayLike,
  xp: ArrayLike,
  fp: ArrayLike,
  ends: { left?: number; right?: number } = {},
): NDArray {
  // Differences of unsigned integers would wrap.
  const at = inexact(realOnly('interp', asarray(x, 'interp')));
  const points = inexact(realOnly('interp', asarray(xp, 'interp')));
  const values = inexact(asarray(fp, 'interp'));
  const n = points.size;
  if (points.ndim !== 1 || values.ndim !== 1 || n === 0 || n !== values.size) {
    throw new RangeError(
      `interp: fp and xp are not of the same length, or empty: shapes ${shapeText(values.shape)} and ${shapeText(points.shape)}.`,
    );
  }
  const [first, last] = [get(values, [0]), get(values, [-1])];
  let out: NDArray;
  if (n === 1) {
    out = add(mul(at, 0), first);
  } else {
    // The interval that x lies in; the ones outside are replaced below.
    const j = minimum(maximum(sub(searchsorted(points, at, 'right'), 1), 0), n - 2);
    const [x0, y0] = [get(points, [j]), get(values, [j])];
    const [x1, y1] = [get(points, [add(j, 1)]), get(values, [add(j, 1)])];
    out = add(mul(div(sub(y1, y0), sub(x1, x0)), sub(at, x0)), y0);
    out = where(equal(at, get(points, [-1])), last, out);
  }
  out = where(less(at, get(points, [0])), ends.left ?? first, out);
  return where(greater(at, get(points, [-1])), ends.right ?? last, out);
}

/** Area under y by the trapezoidal rule, over x or steps of dx. @see numpy.trapz */
export function trapz(y: ArrayLike, x?: ArrayLike | null, dx = 1, axis = -1): NDArray {
  const values = moveaxis(asarray(y, 'trapz'), axis, -1);
  const halves = mul(add(get(values, ['...', '1:']), get(values, ['...', ':-1'])), 0.5);
  if (x === undefined || x === null) return sum(mul(halves, dx), -1);
  let points = asarray(x, 'trapz');
  if (points.ndim > 1) points = moveaxis(points, axis, -1);
  return sum(mul(halves, sub(get(points, ['...', '1:']), get(points, ['...', ':-1']))), -1);
}

export interface RoundOptions {
  decimals?: number;
  out?: NDArray | null;
}

/**
 * Values rounded to a number of decimals, halves to even; a negative number rounds to tens, hundreds.
 * @see numpy.around
 */
export function around<A extends ArrayLike>(
  value: A,
  argument: number | RoundOptions = 0,
): NDArray<DTypeOf<A>> {
  const o = typeof argument === 'number' ? { decimals: argument } : argument;
  checkOptions('around', o, ['decimals', 'out']);
  const { decimals = 0 } = o;
  if (!Number.isInteger(decimals))
    throw new TypeError(`around: decimals must be a whole number, not ${decimals}.`);
  const out = rounded(asarray(value, 'around'), decimals);
  return o.out ? into('around', o.out, out) : out;
}

function rounded(a: NDArray, decimals: number): NDArray {
  if (!isInexact(a.dtype) && decimals >= 0) return a.copy();
  if (decimals === 0) return a.rint();
  if (decimals > 0) return div(mul(a, 10 ** decimals).rint(), 10 ** decimals);
  const scaled = mul(div(a, 10 ** -decimals).rint(), 10 ** -decimals);
  return isInexact(a.dtype) ? scaled : astype(floor(scaled), a.dtype);
}
