// Statistics beyond the plain reductions: medians and percentiles, weighted averages, covariance, and the functions
// that leave NaN out. Composed of operations, so gradients flow through all of them that have one.

import * as backend from '../backend/index.js';
import { batching } from '../core/batch.js';
import { asarray } from '../core/create.js';
import { isComplex, isFloat, isInexact, promoteTypes, realType, toDType } from '../core/dtype.js';
import { type ArrayLike, empty, emptyZeroed, type NDArray } from '../core/ndarray.js';
import { checkOptions, parameters } from '../core/options.js';
import { normalizeAxis, sameShape, shapeText } from '../core/shape.js';
import type { Accumulated, DTypeOf, Floating } from '../core/typing.js';
import { complex, imag, real } from '../ops/complex.js';
import { conj } from '../ops/define.js';
import {
  add,
  div,
  equal,
  floor,
  greater,
  greaterEqual,
  isnan,
  less,
  logicalNot,
  maximum,
  minimum,
  mod,
  mul,
  sqrt,
  square,
  sub,
} from '../ops/elementwise.js';
import { get } from '../ops/index.js';
import { concatenate, stack } from '../ops/join.js';
import { dot } from '../ops/matmul.js';
import { castTo, inexact, realOnly } from '../ops/operands.js';
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
  type SumOptions,
  sum,
  type VarOptions,
} from '../ops/reduce.js';
import { tracking } from '../ops/registry.js';
import {
  ascontiguousarray,
  astype,
  broadcastTo,
  moveaxis,
  reshape,
  squeeze,
  transpose,
} from '../ops/shape.js';
import { argsort, searchsorted } from '../ops/sort.js';
import { where } from '../ops/where.js';
import { into } from '../ops/writing.js';
import { named } from './caller.js';
import { diag } from './creation.js';
import { type AxisArgument, options } from './slices.js';

/** Largest minus smallest element. @see numpy.ptp */
export function ptp<A extends ArrayLike>(a: A, argument?: AxisArgument): NDArray<DTypeOf<A>> {
  const { out, ...rest } = options<ReduceOptions>('ptp', argument);
  const result = sub(max(a, rest), min(a, rest));
  return out ? into('ptp', out, result) : result;
}

// ---------------------------------------------------------------- averages and covariance

export interface AverageOptions extends ReduceOptions {
  /** In the shape of the array, or 1-d along `axis`. */
  weights?: ArrayLike | null;
  /** Also the sum of the weights: [average, sum]. */
  returned?: boolean;
}

/** The mean, or the weighted mean sum(a * w) / sum(w). @see numpy.average */
export function average<A extends ArrayLike>(
  value: A,
  options: AverageOptions & { returned: true },
): [average: NDArray<Floating<DTypeOf<A>>>, sumOfWeights: NDArray<Floating<DTypeOf<A>>>];
export function average<A extends ArrayLike>(
  value: A,
  axis?: Axis | AverageOptions,
  weights?: ArrayLike | null | AverageOptions,
): NDArray<Floating<DTypeOf<A>>>;
export function average(value: ArrayLike, ...given: unknown[]): NDArray | [NDArray, NDArray] {
  const { axis, keepdims, weights, returned } = parameters<AverageOptions>(
    'average',
    ['axis', 'weights', 'returned'],
    given,
    ['keepdims'],
  );
  const a = asarray(value, 'average');
  const withSum = (result: NDArray, total: NDArray): NDArray | [NDArray, NDArray] =>
    returned ? [result, broadcastTo(total, result.shape).copy()] : result;
  if (weights === undefined || weights === null) {
    const result = mean(a, { axis, keepdims });
    return withSum(result, asarray(result.size === 0 ? 0 : a.size / result.size));
  }
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
  return withSum(div(sum(product, { axis, keepdims }), total), total);
}

export interface CovOptions {
  /** More variables of the same form. */
  y?: ArrayLike | null;
  /** Rows are variables, columns observations; true by default. */
  rowvar?: boolean;
  /** Divide by N instead of N - 1. */
  bias?: boolean;
  /** Divide by N - ddof; overrides `bias`. */
  ddof?: number | null;
  /** How often each observation occurred: whole numbers. */
  fweights?: ArrayLike | null;
  /** How much each observation counts. */
  aweights?: ArrayLike | null;
  /** Element type of the result: 'float32', 'float64' or a complex one. */
  dtype?: string;
}

/**
 * Covariance matrix of variables (rows, or columns with `rowvar: false`); of one variable its variance, 0-d.
 * @param y more variables of the same form
 * @see numpy.cov
 */
export function cov(
  m: ArrayLike,
  others?: ArrayLike | null | CovOptions,
  rows?: boolean | CovOptions,
  population?: boolean | CovOptions,
  more?: CovOptions,
): NDArray<'float64'> {
  const o = parameters<CovOptions>(
    'cov',
    ['y', 'rowvar', 'bias', 'ddof'],
    [others, rows, population, more],
    ['fweights', 'aweights', 'dtype'],
  );
  const { y, rowvar = true, bias = false, dtype } = o;
  const ddof = o.ddof ?? (bias ? 0 : 1);
  const variables = (v: ArrayLike): NDArray => {
    const a = asarray(v, 'cov');
    if (a.ndim > 2) throw new RangeError(`cov: m has more than 2 dimensions: shape ${shapeText(a.shape)}.`);
    let x = reshape(astype64(a), a.ndim < 2 ? [1, a.size] : [...a.shape]);
    if (!rowvar && x.shape[0] !== 1) x = transpose(x);
    return x;
  };
  let x = variables(m);
  if (x.shape[0] === 0) return emptyZeroed([0, 0], 'float64');
  if (y !== undefined && y !== null) x = concatenate([x, variables(y)], 0);
  const w = observationWeights(o, x.shape[1]);
  let out: NDArray;
  if (w === null) {
    const n = Math.max(x.shape[1] - ddof, 0);
    const centred = sub(x, mean(x, { axis: 1, keepdims: true }));
    out = mul(dot(centred, conj(transpose(centred))), 1 / n);
  } else {
    const total = sum(w);
    const { aweights } = o;
    const loss =
      ddof === 0 || aweights === undefined || aweights === null
        ? ddof
        : div(mul(sum(mul(w, asarray(aweights, 'cov'))), ddof), total);
    const centred = sub(x, div(sum(mul(x, w), { axis: 1, keepdims: true }), total));
    out = div(dot(centred, conj(transpose(mul(centred, w)))), maximum(sub(total, loss), 0));
  }
  out = squeeze(out);
  return dtype === undefined ? out : castTo(out, toDType(dtype, 'cov'));
}

/** The product of both kinds of weights, or null without any. */
function observationWeights({ fweights, aweights }: CovOptions, n: number): NDArray | null {
  let out: NDArray | null = null;
  for (const [name, given] of [
    ['fweights', fweights],
    ['aweights', aweights],
  ] as const) {
    if (given === undefined || given === null) continue;
    const w = castTo(asarray(given, 'cov'), 'float64');
    if (w.ndim !== 1 || w.size !== n)
      throw new RangeError(
        `cov: ${name} must be 1-d, one per observation: shape ${shapeText(w.shape)} for ${n} observations.`,
      );
    if (any(less(w, 0)).item()) throw new RangeError(`cov: ${name} cannot be negative: ${w}.`);
    if (name === 'fweights' && !all(equal(w, floor(w))).item())
      throw new TypeError(`cov: fweights must be whole numbers, not ${w}; for others use aweights.`);
    out = out === null ? w : mul(out, w);
  }
  return out;
}

/** In double precision, real or complex. */
const astype64 = (a: NDArray): NDArray => {
  const type = promoteTypes(a.dtype, 'float64');
  return a.dtype === type ? a : astype(a, type);
};

/** As of `cov`; bias and ddof cancel out of correlations and make no difference. */
export type CorrcoefOptions = Pick<CovOptions, 'y' | 'rowvar' | 'dtype' | 'bias' | 'ddof'>;

/** Matrix of Pearson's correlation coefficients, within [-1, 1]. @see numpy.corrcoef */
export function corrcoef(
  x: ArrayLike,
  others?: ArrayLike | null | CorrcoefOptions,
  rows?: boolean | CorrcoefOptions,
): NDArray<'float64'> {
  const o = parameters<CorrcoefOptions>(
    'corrcoef',
    ['y', 'rowvar'],
    [others, rows],
    ['dtype', 'bias', 'ddof'],
  );
  const { y, rowvar, dtype } = o;
  const c = named('corrcoef', () => cov(x, { y, rowvar, dtype }));
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
export const nansum = <A extends ArrayLike>(
  a: A,
  axis?: Axis | SumOptions,
): NDArray<Accumulated<DTypeOf<A>>> => named('nansum', () => sum(filled('nansum', a, 0).clean, axis));

/** Product, NaN counting as 1. @see numpy.nanprod */
export const nanprod = <A extends ArrayLike>(
  a: A,
  axis?: Axis | SumOptions,
): NDArray<Accumulated<DTypeOf<A>>> => named('nanprod', () => prod(filled('nanprod', a, 1).clean, axis));

/** Running sum, NaN counting as 0. @see numpy.nancumsum */
export const nancumsum = (a: ArrayLike, axis?: number | null | RunningOptions): NDArray =>
  cumsum(filled('nancumsum', a, 0).clean, axis);

/** Running product, NaN counting as 1. @see numpy.nancumprod */
export const nancumprod = (a: ArrayLike, axis?: number | null | RunningOptions): NDArray =>
  cumprod(filled('nancumprod', a, 1).clean, axis);

function extreme(
  caller: string,
  value: ArrayLike,
  argument: Axis | SumOptions | undefined,
  reduce: typeof max,
  by: number,
): NDArray {
  const { out, ...o } = options<SumOptions>(caller, argument, ['initial', 'where']);
  const given = asarray(value, caller);
  if (isFloat(given.dtype) && given.size > 0 && !tracking(given) && batching.open === 0) {
    // Mostly there is no NaN, which shows in the result.
    const plain = named(caller, () => reduce(given, o));
    if (!any(isnan(plain)).item()) return out ? into(caller, out, plain) : plain;
  }
  const { a, bad, clean } = filled(caller, given, by);
  let result = named(caller, () => reduce(clean, o));
  // With a value to start from there is always one that is not NaN.
  if (isInexact(a.dtype) && o.initial === undefined) {
    const empty = all(bad, o);
    if (any(empty).item()) result = where(empty, Number.NaN, result);
  }
  return out ? into(caller, out, result) : result;
}

/** Largest element that is not NaN; NaN where there is none. @see numpy.nanmax */
export const nanmax = <A extends ArrayLike>(a: A, axis?: Axis | SumOptions): NDArray<DTypeOf<A>> =>
  extreme('nanmax', a, axis, max, Number.NEGATIVE_INFINITY);

/** Smallest element that is not NaN; NaN where there is none. @see numpy.nanmin */
export const nanmin = <A extends ArrayLike>(a: A, axis?: Axis | SumOptions): NDArray<DTypeOf<A>> =>
  extreme('nanmin', a, axis, min, Number.POSITIVE_INFINITY);

function position(
  caller: string,
  value: ArrayLike,
  argument: number | null | undefined | ReduceOptions,
  find: typeof argmax,
  by: number,
): NDArray {
  const axis = options<ReduceOptions>(caller, argument);
  const { bad, clean } = filled(caller, value, by);
  if (any(all(bad, { axis: axis.axis })).item())
    throw new RangeError(`${caller}: All-NaN slice encountered.`);
  return find(clean, axis);
}

/** Position of the largest element that is not NaN. @see numpy.nanargmax */
export const nanargmax = (a: ArrayLike, axis?: number | null | ReduceOptions): NDArray<'int64'> =>
  position('nanargmax', a, axis, argmax, Number.NEGATIVE_INFINITY);

/** Position of the smallest element that is not NaN. @see numpy.nanargmin */
export const nanargmin = (a: ArrayLike, axis?: number | null | ReduceOptions): NDArray<'int64'> =>
  position('nanargmin', a, axis, argmin, Number.POSITIVE_INFINITY);

/**
 * Mean of the elements that are not NaN.
 * @param argument axis, or `{axis, keepdims, where, dtype, out}`
 * @see numpy.nanmean
 */
export function nanmean<A extends ArrayLike>(
  value: A,
  argument?: Axis | Omit<SumOptions, 'initial'>,
): NDArray<Floating<DTypeOf<A>>> {
  const { out, dtype, ...o } = options<SumOptions>('nanmean', argument, ['dtype', 'where']);
  const { a, bad, clean } = filled('nanmean', value, 0);
  return named('nanmean', () => {
    if (!isInexact(a.dtype)) return mean(a, { ...o, dtype, out });
    const total = sum(clean, { ...o, dtype });
    const result = div(total, castTo(sum(logicalNot(bad), o), total.dtype));
    return out ? into('nanmean', out, result) : result;
  });
}

/**
 * Variance of the elements that are not NaN.
 * @param argument axis, or `{axis, keepdims, ddof, where, dtype, out}`
 * @see numpy.nanvar
 */
export const nanvar = <A extends ArrayLike>(
  value: A,
  argument?: Axis | VarOptions,
): NDArray<Floating<DTypeOf<A>>> => named('nanvar', () => spread('nanvar', value, argument));

function spread(caller: string, value: ArrayLike, argument: Axis | VarOptions | undefined): NDArray {
  const given = options<VarOptions>(caller, argument, ['ddof', 'dtype', 'where']);
  const { axis, keepdims, ddof = 0, dtype, out, where: condition } = given;
  const taken = inexact(asarray(value, caller));
  const a = dtype === undefined ? taken : castTo(taken, toDType(dtype, caller));
  const bad = isnan(a.detach());
  const centre = nanmean(a, { axis, keepdims: true, where: condition });
  const distance = where(bad, 0, sub(a, centre));
  const squares = isComplex(a.dtype) ? add(square(real(distance)), square(imag(distance))) : square(distance);
  const count = sum(logicalNot(bad), { axis, keepdims, where: condition });
  const free = sub(castTo(count, realType(a.dtype)), ddof);
  const total = sum(squares, { axis, keepdims, where: condition });
  const result = where(greaterEqual(0, free), Number.NaN, div(total, free));
  return out ? into(caller, out, result) : result;
}

/** Standard deviation of the elements that are not NaN. @see numpy.nanstd */
export function nanstd<A extends ArrayLike>(
  value: A,
  argument?: Axis | VarOptions,
): NDArray<Floating<DTypeOf<A>>> {
  const { out, ...rest } = options<VarOptions>('nanstd', argument, ['ddof', 'dtype', 'where']);
  const result = sqrt(named('nanstd', () => spread('nanstd', value, rest)));
  return out ? into('nanstd', out, result) : result;
}

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

export interface InterpOptions {
  /** What stands before the first and after the last point: the values there by default. */
  left?: number | null;
  right?: number | null;
  /** The points repeat in steps of this; `left` and `right` do not count then. */
  period?: number | null;
}

/** `interp` of points that repeat: they are brought into one period, sorted, and continued by one at both ends. */
function periodicInterp(x: ArrayLike, xp: ArrayLike, fp: ArrayLike, period: number): NDArray {
  if (period === 0) throw new RangeError('interp: period must be a non-zero value.');
  const p = Math.abs(period);
  const within = (v: ArrayLike): NDArray => mod(inexact(realOnly('interp', asarray(v, 'interp'))), p);
  const points = within(xp);
  if (points.ndim !== 1) throw new RangeError('interp: Data points must be 1-D sequences.');
  const order = argsort(points.detach());
  const [at, values] = [get(points, [order]), get(asarray(fp, 'interp'), [order])];
  return interp(
    within(x),
    concatenate([sub(get(at, ['-1:']), p), at, add(get(at, [':1']), p)]),
    concatenate([get(values, ['-1:']), values, get(values, [':1'])]),
  );
}

/**
 * Piecewise linear interpolation of the points (xp, fp) at x; beyond the ends the first and last value.
 * @throws RangeError when xp and fp differ in length
 * @see numpy.interp
 */
export function interp(
  x: ArrayLike,
  xp: ArrayLike,
  fp: ArrayLike,
  left?: number | null | InterpOptions,
  right?: number | null | InterpOptions,
  period?: number | null | InterpOptions,
): NDArray {
  const names = ['left', 'right', 'period'];
  const ends = parameters<InterpOptions>('interp', names, [left, right, period]);
  if (ends.period !== undefined && ends.period !== null) return periodicInterp(x, xp, fp, ends.period);
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
  const whole = [at, points, values].every((a) => a.dtype === 'float64');
  if (whole && at.size > 0 && !tracking(at, points, values) && batching.open === 0) {
    const found = empty(at.shape, 'float64');
    const [x0, y0] = [ascontiguousarray(points), ascontiguousarray(values)];
    backend.interp(found, ascontiguousarray(at), x0, y0, ends.left ?? null, ends.right ?? null);
    return found;
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

export interface TrapzOptions {
  /** Where the values lie; `dx` apart by default. */
  x?: ArrayLike | null;
  dx?: number;
  /** The last by default. */
  axis?: number;
}

/** Area under y by the trapezoidal rule, over x or steps of dx. @see numpy.trapz */
export function trapz(
  y: ArrayLike,
  points?: ArrayLike | null | TrapzOptions,
  step?: number | TrapzOptions,
  along?: number | TrapzOptions,
): NDArray {
  const {
    x,
    dx = 1,
    axis = -1,
  } = parameters<TrapzOptions>('trapz', ['x', 'dx', 'axis'], [points, step, along]);
  const values = moveaxis(asarray(y, 'trapz'), axis, -1);
  const part = (a: NDArray, text: string): NDArray => get(a, a.ndim === 1 ? [text] : ['...', text]);
  const halves = mul(add(part(values, '1:'), part(values, ':-1')), 0.5);
  if (x === undefined || x === null) return sum(dx === 1 ? halves : mul(halves, dx), -1);
  let at = asarray(x, 'trapz');
  if (at.ndim > 1) at = moveaxis(at, axis, -1);
  return sum(mul(halves, sub(part(at, '1:'), part(at, ':-1'))), -1);
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
