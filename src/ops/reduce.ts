// Reductions: sum, prod, max, min, mean, var, argmax, any, all and the running sums. `axis` is a number, a list or
// null (all axes); results of a full reduction are 0-d arrays, so that gradients flow through them.

import * as backend from '../backend/index.js';
import { asarray } from '../core/create.js';
import { type DType, isFloat, toDType } from '../core/dtype.js';
import { type ArrayLike, empty, method, type NDArray } from '../core/ndarray.js';
import { normalizeAxes, normalizeAxis, shapeText, sizeOf } from '../core/shape.js';
import { scoped } from '../core/storage.js';
import { add, castTo, div, equal, exp, isfinite, log, mul, sqrt, square, sub, where } from './elementwise.js';
import { register, track, tracking } from './registry.js';
import { broadcastTo, expandDims, flip, reshape, transpose } from './shape.js';

export type Axis = number | readonly number[] | null;

export interface ReduceOptions {
  /** Axis or axes to reduce; all when absent or null. */
  axis?: Axis;
  /** Keep reduced axes with length 1, so that the result broadcasts against the input. */
  keepdims?: boolean;
}

export interface SumOptions extends ReduceOptions {
  /** Element type to accumulate in and to return. */
  dtype?: DType | string;
}

export interface VarOptions extends ReduceOptions {
  /** The divisor is N - ddof; 0 by default. */
  ddof?: number;
}

type AxisArgument = Axis | ReduceOptions | undefined;

/** `sum(a, 0)` and `sum(a, {axis: 0})` both work. */
function options<T extends ReduceOptions>(argument: Axis | T | undefined): T {
  if (argument === null || argument === undefined) return {} as T;
  if (typeof argument === 'number' || Array.isArray(argument)) return { axis: argument } as unknown as T;
  return argument as T;
}

interface Plan {
  axes: number[];
  /** Shape of the result, and the same with reduced axes of length 1. */
  shape: number[];
  keptShape: number[];
}

function plan(name: string, a: NDArray, axis: Axis | undefined): Plan {
  const axes = normalizeAxes(name, axis, a.ndim);
  return {
    axes,
    shape: a.shape.filter((_, d) => !axes.includes(d)),
    keptShape: a.shape.map((n, d) => (axes.includes(d) ? 1 : n)),
  };
}

type ReduceRule = (g: NDArray, a: NDArray, out: NDArray, axes: number[]) => ArrayLike;

interface ReduceSpec {
  /** Element type of the loop, from that of the input. */
  readonly loop: (dtype: DType) => DType;
  readonly result?: DType;
  /** Has no value for an empty input (max, argmax). */
  readonly needsElements?: boolean;
  readonly vjp?: ReduceRule;
  readonly saves?: 'none' | 'all';
}

function reduction(name: string, spec: ReduceSpec): (a: ArrayLike, axis?: Axis | SumOptions) => NDArray {
  const opcode = backend.opcode(name);
  register(name, spec.vjp !== undefined);
  const f = (value: ArrayLike, argument?: Axis | SumOptions): NDArray => {
    const { axis, keepdims, dtype } = options<SumOptions>(argument);
    const a = asarray(value, name);
    const loop = dtype === undefined ? spec.loop(a.dtype) : toDType(dtype, name);
    const p = plan(name, a, axis);
    if (spec.needsElements && sizeOf(p.axes.map((d) => a.shape[d])) === 0 && sizeOf(p.shape) > 0) {
      throw new RangeError(
        `${name}: zero-size array to reduction operation ${name} which has no identity; the input has shape ${shapeText(a.shape)}.`,
      );
    }
    const out = empty(keepdims ? p.keptShape : p.shape, spec.result ?? loop);
    backend.reduce(opcode, out, a, p.axes, loop);
    if (spec.vjp === undefined || !tracking(a)) return out;
    const rule = spec.vjp;
    const { keptShape, axes } = p;
    return track(
      name,
      out,
      [a],
      [(g) => rule(reshape(g, keptShape), a, keepdims ? out : reshape(out, keptShape), axes)],
      spec.saves === 'none' ? [] : [a, out],
    );
  };
  method(name, function (argument?: Axis | SumOptions) {
    return f(this, argument);
  });
  return f;
}

const same = (dtype: DType): DType => dtype;
// Integers and booleans accumulate in int64, as NumPy's do on this platform.
const accumulator = (dtype: DType): DType => (isFloat(dtype) ? dtype : 'int64');

/** The input with the kept axes first and the reduced ones merged into one last axis, and the way back. */
function mergeAxes(a: NDArray, axes: number[]): { rows: NDArray; restore: (x: NDArray) => NDArray } {
  const kept = Array.from({ length: a.ndim }, (_, d) => d).filter((d) => !axes.includes(d));
  const order = [...kept, ...axes];
  const moved = transpose(a, order);
  const inverse = order.map((_, d) => order.indexOf(d));
  return {
    rows: reshape(moved, [...kept.map((d) => a.shape[d]), sizeOf(axes.map((d) => a.shape[d]))]),
    restore: (x) => transpose(reshape(x, moved.shape), inverse),
  };
}

/** Gradient of max and min: the first winner of each slice takes all of it. */
const toWinner =
  (winner: 'argmax' | 'argmin'): ReduceRule =>
  (g, a, _out, axes) => {
    const { rows, restore } = mergeAxes(a.detach(), axes);
    const at = (winner === 'argmax' ? argmax : argmin)(rows, { axis: -1, keepdims: true });
    return where(restore(equal(positions(rows.shape[rows.ndim - 1]), at)), g, 0);
  };

function positions(n: number): NDArray {
  const out = empty([n], 'int64');
  const raw = out.raw() as BigInt64Array;
  for (let i = 0; i < n; i++) raw[i] = BigInt(i);
  return out;
}

/**
 * Sum of elements, pairwise as NumPy sums, so equal to it bit by bit. Integers and booleans sum to int64.
 * @param argument axis, or `{axis, keepdims, dtype}`
 * @see numpy.sum
 */
export const sum = reduction('sum', {
  loop: accumulator,
  saves: 'none',
  vjp: (g, a) => broadcastTo(g, a.shape),
});

/** Product of elements. @see numpy.prod */
export const prod = reduction('prod', {
  loop: accumulator,
  saves: 'all',
  vjp: (g, a, _out, axes) => mul(g, productOfOthers(a, axes)),
});

/** For each element the product of the others of its slice, right also where some of them are zero. */
function productOfOthers(a: NDArray, axes: number[]): NDArray {
  const { rows, restore } = mergeAxes(a, axes);
  const n = rows.shape[rows.ndim - 1];
  const own = equal(reshape(positions(n), [n, 1]), positions(n));
  const others = where(own, 1, expandDims(rows, -2));
  return restore(prod(others, { axis: -1 }));
}

/** Largest element; NaN wins. The gradient goes to the first winner. @see numpy.max */
export const max = reduction('max', { loop: same, needsElements: true, vjp: toWinner('argmax') });

/** Smallest element; NaN wins. The gradient goes to the first winner. @see numpy.min */
export const min = reduction('min', { loop: same, needsElements: true, vjp: toWinner('argmin') });

/** Whether any element is true. @see numpy.any */
export const any = reduction('any', { loop: same, result: 'bool' });

/** Whether all elements are true. @see numpy.all */
export const all = reduction('all', { loop: same, result: 'bool' });

function argReduction(name: string): (a: ArrayLike, axis?: number | null | ReduceOptions) => NDArray {
  return reduction(name, { loop: same, result: 'int64', needsElements: true });
}

/** Position of the largest element (of the flattened array without `axis`); the first at a tie, NaN wins. @see numpy.argmax */
export const argmax = argReduction('argmax');

/** Position of the smallest element; the first at a tie, NaN wins. @see numpy.argmin */
export const argmin = argReduction('argmin');

// ---------------------------------------------------------------- averages

function countOf(a: NDArray, axis: Axis | undefined, name: string): number {
  return sizeOf(normalizeAxes(name, axis, a.ndim).map((d) => a.shape[d]));
}

/** Arithmetic mean; of integers and booleans as float64. NaN for an empty input. @see numpy.mean */
export function mean(value: ArrayLike, argument?: Axis | SumOptions): NDArray {
  const { axis, keepdims, dtype } = options<SumOptions>(argument);
  const a = asarray(value, 'mean');
  const n = countOf(a, axis, 'mean');
  return div(sum(a, { axis, keepdims, dtype: dtype ?? (isFloat(a.dtype) ? a.dtype : 'float64') }), n);
}

/** Variance by the two-pass formula; the divisor is N - ddof, ddof 0 by default. @see numpy.var */
function variance(value: ArrayLike, argument?: Axis | VarOptions): NDArray {
  const { axis, keepdims, ddof = 0 } = options<VarOptions>(argument);
  const given = asarray(value, 'var');
  const a = isFloat(given.dtype) ? given : castTo(given, 'float64');
  const n = Math.max(countOf(a, axis, 'var') - ddof, 0);
  const body = () => div(sum(square(sub(a, mean(a, { axis, keepdims: true }))), { axis, keepdims }), n);
  return tracking(a) ? body() : scoped(body);
}

export { variance as var };

/** Standard deviation, the square root of `var`. @see numpy.std */
export function std(value: ArrayLike, argument?: Axis | VarOptions): NDArray {
  return sqrt(variance(value, argument));
}

for (const [name, f] of [
  ['mean', mean],
  ['var', variance],
  ['std', std],
] as const) {
  method(name, function (argument?: AxisArgument) {
    return f(this, argument);
  });
}

/** log(sum(exp(a))) without overflow (scipy.special.logsumexp). */
export function logsumexp(value: ArrayLike, argument?: Axis | ReduceOptions): NDArray {
  const { axis, keepdims } = options<ReduceOptions>(argument);
  const a = asarray(value, 'logsumexp');
  // The shift cancels, so no gradient flows through it; an infinite one would make NaN of inf - inf.
  const top = max(a.detach(), { axis, keepdims: true });
  const shift = where(isfinite(top), top, 0);
  const out = add(log(sum(exp(sub(a, shift)), { axis, keepdims: true })), shift);
  return keepdims ? out : reshape(out, plan('logsumexp', a, axis).shape);
}

// ---------------------------------------------------------------- running sums

function running(
  name: 'cumsum' | 'cumprod',
  rule: (g: NDArray, a: NDArray, out: NDArray, axis: number) => ArrayLike,
) {
  const opcode = backend.opcode(name);
  register(name, true);
  const f = (value: ArrayLike, argument?: number | null | { axis?: number | null }): NDArray => {
    const axis = typeof argument === 'object' && argument !== null ? argument.axis : argument;
    let a = asarray(value, name);
    if (axis === null || axis === undefined) a = reshape(a, [-1]);
    const at = normalizeAxis(name, axis ?? 0, a.ndim);
    const loop = accumulator(a.dtype);
    const out = empty(a.shape, loop);
    backend.cumulate(opcode, out, a, at, loop);
    return track(name, out, [a], [(g) => rule(g, a, out, at)], name === 'cumsum' ? [] : [a, out]);
  };
  method(name, function (argument?: number | { axis?: number | null }) {
    return f(this, argument);
  });
  return f;
}

const reversedCumsum = (g: NDArray, axis: number): NDArray => flip(cumsum(flip(g, axis), axis), axis);

/** Running sum along an axis, of the flattened array without one. @see numpy.cumsum */
export const cumsum: (a: ArrayLike, axis?: number | null | { axis?: number | null }) => NDArray = running(
  'cumsum',
  (g, _a, _out, axis) => reversedCumsum(g, axis),
);

/** Running product. The gradient divides by the elements, which must not be zero. @see numpy.cumprod */
export const cumprod: (a: ArrayLike, axis?: number | null | { axis?: number | null }) => NDArray = running(
  'cumprod',
  (g, a, out, axis) => div(reversedCumsum(mul(g, out), axis), a),
);

/** How many elements are not zero; of booleans, how many are true. @see numpy.count_nonzero */
export function countNonzero(value: ArrayLike, argument?: Axis | ReduceOptions): NDArray {
  const a = asarray(value, 'countNonzero');
  return sum(castTo(a, 'bool'), argument);
}
