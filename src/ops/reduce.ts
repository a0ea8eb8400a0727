// Reductions: sum, prod, max, min, mean, var, argmax, any, all and the running sums. `axis` is a number, a list or
// null (all axes); results of a full reduction are 0-d arrays, so that gradients flow through them.

import * as backend from '../backend/index.js';
import { asarray } from '../core/create.js';
import { type DType, dtypeInfo, isComplex, isInexact, realType, toDType } from '../core/dtype.js';
import { type ArrayLike, empty, emptyZeroed, method, NDArray } from '../core/ndarray.js';
import { checkOptions } from '../core/options.js';
import { normalizeAxes, normalizeAxis, type Shape, sameShape, shapeText, sizeOf } from '../core/shape.js';
import { scoped } from '../core/storage.js';
import type { Accumulated, DTypeNamed, DTypeOf, Floating, RealOf } from '../core/typing.js';
import { batching, overArray, overAxes } from './batching.js';
import { imag, real } from './complex.js';
import { holomorphic } from './define.js';
import {
  add,
  div,
  equal,
  exp,
  isfinite,
  log,
  maximum,
  minimum,
  mul,
  sqrt,
  square,
  sub,
} from './elementwise.js';
import { concatenate, split } from './join.js';
import { castTo } from './operands.js';
import { register, track, tracking } from './registry.js';
import { astype, broadcastTo, flip, reshape, transpose } from './shape.js';
import { where } from './where.js';
import { into } from './writing.js';

export type Axis = number | readonly number[] | null;

export interface ReduceOptions {
  /** Axis or axes to reduce; all when absent or null. */
  axis?: Axis;
  /** Keep reduced axes with length 1, so that the result broadcasts against the input. */
  keepdims?: boolean;
  /** Array to write the result into; it is returned. */
  out?: NDArray | null;
  /** Which elements take part: booleans that broadcast against the input. */
  where?: ArrayLike;
}

export interface SumOptions extends ReduceOptions {
  /** Element type to accumulate in and to return. */
  dtype?: DType | string;
  /** Value to start from (sum, prod, max, min). */
  initial?: number | bigint | boolean;
}

export interface VarOptions extends ReduceOptions {
  /** The divisor is N - ddof; 0 by default. */
  ddof?: number;
  /** Element type to compute in and to return. */
  dtype?: DType | string;
}

/** A reduction that adds up, in int64 for integers and booleans. */
interface Summing {
  <N extends string>(a: ArrayLike, options: SumOptions & { dtype: N }): NDArray<DTypeNamed<N>>;
  <A extends ArrayLike>(a: A, axis?: Axis | SumOptions): NDArray<Accumulated<DTypeOf<A>>>;
}

/** A reduction that picks an element. */
interface Choosing {
  <A extends ArrayLike>(a: A, axis?: Axis | SumOptions): NDArray<DTypeOf<A>>;
}

/** A reduction to yes or no. */
interface Asking {
  (a: ArrayLike, axis?: Axis | ReduceOptions): NDArray<'bool'>;
}

type AxisArgument = Axis | ReduceOptions | undefined;

const plainNames = ['axis', 'keepdims', 'out', 'where'];
const sumNames = [...plainNames, 'dtype', 'initial'];
const meanNames = [...plainNames, 'dtype'];
const varNames = [...meanNames, 'ddof'];

/** `sum(a, 0)` and `sum(a, {axis: 0})` both work. */
function options<T extends ReduceOptions>(
  caller: string,
  argument: Axis | T | undefined,
  known: readonly string[],
): T {
  if (argument === null || argument === undefined) return {} as T;
  if (typeof argument === 'number' || Array.isArray(argument)) return { axis: argument } as unknown as T;
  if (typeof argument !== 'object')
    throw new TypeError(
      `${caller}: the axis must be a whole number, a list of them or null, not ${String(argument)}.`,
    );
  checkOptions(caller, argument, known);
  return argument as T;
}

/** Writes a reduction's result into `out`, which must have just its shape. */
function reducedInto(caller: string, out: NDArray, result: NDArray): NDArray {
  if (out instanceof NDArray && !sameShape(out.shape, result.shape)) {
    throw new RangeError(
      `${caller}: output parameter for reduction operation ${caller} has shape ${shapeText(out.shape)}, the result ${shapeText(result.shape)}.`,
    );
  }
  return into(caller, out, result);
}

/** The condition of a `where` option. */
function maskOf(caller: string, condition: ArrayLike): NDArray {
  const mask = asarray(condition, caller).detach();
  if (mask.dtype !== 'bool')
    throw new TypeError(`${caller}: where must be booleans, not ${mask.dtype}; e.g. {where: x.greater(0)}.`);
  return mask;
}

interface Plan {
  axes: number[];
  /** Shape of the result, and the same with reduced axes of length 1. */
  shape: number[];
  keptShape: number[];
}

function plan(name: string, a: NDArray, axis: Axis | undefined): Plan {
  const axes = normalizeAxes(name, axis, a.ndim);
  const shape: number[] = [];
  const keptShape: number[] = [];
  for (let d = 0; d < a.shape.length; d++) {
    const reduced = axes.includes(d);
    keptShape.push(reduced ? 1 : a.shape[d]);
    if (!reduced) shape.push(a.shape[d]);
  }
  return { axes, shape, keptShape };
}

/** How many elements one of the result is made of. */
function lengthOf(shape: Shape, axes: readonly number[]): number {
  let n = 1;
  for (let i = 0; i < axes.length; i++) n *= shape[axes[i]];
  return n;
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
  /** What elements that a `where` leaves out count as. */
  readonly neutral?: number | boolean;
  /** How an `initial` value joins the result. */
  readonly join?: (a: NDArray, b: ArrayLike) => NDArray;
}

function reduction(name: string, spec: ReduceSpec): (a: ArrayLike, axis?: Axis | SumOptions) => NDArray {
  const opcode = backend.opcode(name);
  register(name, spec.vjp !== undefined);
  const f = (value: ArrayLike, argument?: Axis | SumOptions): NDArray => {
    const o = options<SumOptions>(name, argument, names);
    if (o.where !== undefined || o.initial !== undefined || o.out) return general(value, o);
    const { axis, keepdims, dtype } = o;
    const a = asarray(value, name);
    const batch =
      batching.open > 0 ? overAxes(name, a, axis, (x, axes) => f(x, { axis: axes, keepdims, dtype })) : null;
    if (batch !== null) return batch;
    const loop = dtype === undefined ? spec.loop(a.dtype) : toDType(dtype, name);
    const p = plan(name, a, axis);
    if (spec.needsElements && lengthOf(a.shape, p.axes) === 0 && sizeOf(p.shape) > 0) {
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
      [
        holomorphic(out, (g) =>
          rule(reshape(g, keptShape), a, keepdims ? out : reshape(out, keptShape), axes),
        ),
      ],
      spec.saves === 'none' ? [] : [a, out],
    );
  };
  const names =
    spec.join !== undefined ? sumNames : name.startsWith('arg') ? ['axis', 'keepdims', 'out'] : plainNames;
  /** With elements left out, a value to start from, or an array to write into. */
  const general = (
    value: ArrayLike,
    { where: condition, initial, out: target, ...rest }: SumOptions,
  ): NDArray => {
    let a = asarray(value, name);
    if (condition !== undefined) {
      const start = spec.neutral ?? initial;
      if (start === undefined) {
        throw new RangeError(
          `${name}: reduction operation '${name}' does not have an identity, so to use a where mask one has to specify 'initial'.`,
        );
      }
      a = where(maskOf(name, condition), a, castTo(asarray(start), a.dtype));
    }
    let out: NDArray;
    if (initial === undefined || spec.join === undefined) {
      out = f(a, rest);
    } else {
      const p = plan(name, a, rest.axis);
      const start = typeof initial === 'boolean' ? Number(initial) : initial;
      if (lengthOf(a.shape, p.axes) === 0) {
        const dtype = rest.dtype === undefined ? spec.loop(a.dtype) : toDType(rest.dtype, name);
        out = empty(rest.keepdims ? p.keptShape : p.shape, dtype);
        backend.fill(out, start);
      } else {
        out = spec.join(f(a, rest), start);
      }
    }
    return target ? reducedInto(name, target, out) : out;
  };
  method(name, function (argument?: Axis | SumOptions) {
    return f(this, argument);
  });
  return f;
}

const same = (dtype: DType): DType => dtype;
// Booleans and signed integers accumulate in int64, unsigned ones in uint64, as NumPy's do on this platform.
const accumulator = (dtype: DType): DType =>
  isInexact(dtype) ? dtype : dtypeInfo[dtype].kind === 'u' ? 'uint64' : 'int64';

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
 * Sum of elements, pairwise as NumPy sums, so equal to it bit by bit. Booleans and signed integers sum to int64,
 * unsigned integers to uint64.
 * @param argument axis, or `{axis, keepdims, dtype}`
 * @see numpy.sum
 */
export const sum: Summing = reduction('sum', {
  loop: accumulator,
  neutral: 0,
  join: add,
  saves: 'none',
  vjp: (g, a) => broadcastTo(g, a.shape),
});

/** Product of elements. @see numpy.prod */
export const prod: Summing = reduction('prod', {
  loop: accumulator,
  neutral: 1,
  join: mul,
  saves: 'all',
  vjp: (g, a, _out, axes) => mul(g, productOfOthers(a, axes)),
});

/** For each element the product of the others of its slice, right also where some of them are zero. */
function productOfOthers(a: NDArray, axes: number[]): NDArray {
  const { rows, restore } = mergeAxes(a, axes);
  const last = rows.ndim - 1;
  const before = productsBefore(rows, last);
  const after = flip(productsBefore(flip(rows, last), last), last);
  return restore(mul(before, after));
}

/** Running products along an axis without the element itself: 1, a0, a0 a1, ... */
function productsBefore(a: NDArray, axis: number): NDArray {
  return shifted(cumprod(a, axis), axis, 1, 1);
}

/** The elements moved `by` places to the back along an axis (to the front when negative), `pad` in the places left free. */
function shifted(a: NDArray, axis: number, by: number, pad: number): NDArray {
  const n = a.shape[axis];
  const count = Math.min(Math.abs(by), n);
  const shape = a.shape.map((length, d) => (d === axis ? count : length));
  const free = add(emptyZeroed(shape, a.dtype), pad);
  const [head, tail] = split(a, [by > 0 ? n - count : count], axis);
  return concatenate(by > 0 ? [free, head] : [tail, free], axis);
}

/** Largest element; NaN wins. The gradient goes to the first winner. @see numpy.max */
export const max: Choosing = reduction('max', {
  loop: same,
  needsElements: true,
  join: maximum,
  vjp: toWinner('argmax'),
});

/** Smallest element; NaN wins. The gradient goes to the first winner. @see numpy.min */
export const min: Choosing = reduction('min', {
  loop: same,
  needsElements: true,
  join: minimum,
  vjp: toWinner('argmin'),
});

/** Whether any element is true. @see numpy.any */
export const any: Asking = reduction('any', { loop: same, result: 'bool', neutral: false });

/** Whether all elements are true. @see numpy.all */
export const all: Asking = reduction('all', { loop: same, result: 'bool', neutral: true });

function argReduction(
  name: string,
): (a: ArrayLike, axis?: number | null | ReduceOptions) => NDArray<'int64'> {
  return reduction(name, { loop: same, result: 'int64', needsElements: true });
}

/** Position of the largest element (of the flattened array without `axis`); the first at a tie, NaN wins. @see numpy.argmax */
export const argmax = argReduction('argmax');

/** Position of the smallest element; the first at a tie, NaN wins. @see numpy.argmin */
export const argmin = argReduction('argmin');

// ---------------------------------------------------------------- averages

function countOf(a: NDArray, axis: Axis | undefined, name: string): number {
  return lengthOf(a.shape, normalizeAxes(name, axis, a.ndim));
}

/** How many elements take part in each slice: all, or those where the condition holds. */
function takingPart(
  name: string,
  a: NDArray,
  { axis, keepdims, where: condition }: ReduceOptions,
): number | NDArray {
  if (condition === undefined) return countOf(a, axis, name);
  return sum(broadcastTo(maskOf(name, condition), a.shape), { axis, keepdims });
}

/** Arithmetic mean; of integers and booleans as float64. NaN for an empty input. @see numpy.mean */
export function mean<A extends ArrayLike>(
  value: A,
  argument?: Axis | SumOptions,
): NDArray<Floating<DTypeOf<A>>> {
  const given = options<SumOptions>('mean', argument, meanNames);
  const a = asarray(value, 'mean');
  if (!given.out && given.dtype === undefined && given.where === undefined && isInexact(a.dtype)) {
    const count = countOf(a, given.axis, 'mean');
    return div(sum(a, given), count);
  }
  const { out, dtype, ...rest } = given;
  const n = takingPart('mean', a, rest);
  const type = dtype ?? (isInexact(a.dtype) ? a.dtype : 'float64');
  const total = sum(a, { ...rest, dtype: type });
  const result = div(total, typeof n === 'number' ? n : castTo(n, total.dtype));
  return out ? reducedInto('mean', out, result) : result;
}

register('var', true);

/** The variance of real numbers in one command. */
function spread(a: NDArray, axes: number[], keepdims: boolean, divisor: number, loop: DType): NDArray {
  const batch =
    batching.open > 0 ? overAxes('var', a, axes, (x, d) => spread(x, d, keepdims, divisor, loop)) : null;
  if (batch !== null) return batch;
  const { shape, keptShape } = plan('var', a, axes);
  const out = empty(keepdims ? keptShape : shape, loop);
  backend.variance(out, a, axes, divisor, loop);
  // That the mean moves along cancels, since the distances from it add up to zero.
  const rule = (g: NDArray): NDArray =>
    mul(sub(a, mean(a, { axis: axes, keepdims: true })), mul(reshape(g, keptShape), 2 / divisor));
  return track('var', out, [a], [rule], [a]);
}

/**
 * Variance by the two-pass formula; the divisor is N - ddof, ddof 0 by default. Of complex numbers, the mean squared
 * distance from their mean, a real number.
 * @see numpy.var
 */
function variance<A extends ArrayLike>(
  value: A,
  argument?: Axis | VarOptions,
): NDArray<RealOf<Floating<DTypeOf<A>>>> {
  const { out, ddof = 0, dtype, ...rest } = options<VarOptions>('var', argument, varNames);
  const given = asarray(value, 'var');
  const type =
    dtype === undefined ? (isInexact(given.dtype) ? given.dtype : 'float64') : toDType(dtype, 'var');
  const count = takingPart('var', given, rest);
  const n =
    typeof count === 'number'
      ? Math.max(count - ddof, 0)
      : castTo(maximum(sub(count, ddof), 0), realType(type));
  const { axis, where: condition } = rest;
  if (typeof n === 'number' && (type === 'float64' || type === 'float32')) {
    const result = spread(given, plan('var', given, axis).axes, rest.keepdims ?? false, n, type);
    return out ? reducedInto('var', out, result) : result;
  }
  const a = given.dtype === type ? given : castTo(given, type);
  const distance = (d: NDArray): NDArray =>
    isComplex(d.dtype) ? add(square(real(d)), square(imag(d))) : square(d);
  const body = () => div(sum(distance(sub(a, mean(a, { axis, keepdims: true, where: condition }))), rest), n);
  const result = tracking(a) ? body() : scoped(body);
  return out ? reducedInto('var', out, result) : result;
}

export { variance as var };

/** Standard deviation, the square root of `var`. @see numpy.std */
export function std<A extends ArrayLike>(
  value: A,
  argument?: Axis | VarOptions,
): NDArray<RealOf<Floating<DTypeOf<A>>>> {
  const { out, ...rest } = options<VarOptions>('std', argument, varNames);
  const result = sqrt(variance(value, rest));
  return out ? reducedInto('std', out, result) : result;
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
export function logsumexp<A extends ArrayLike>(
  value: A,
  argument?: Axis | ReduceOptions,
): NDArray<Floating<DTypeOf<A>>> {
  const { axis, keepdims } = options<ReduceOptions>('logsumexp', argument, ['axis', 'keepdims']);
  const a = asarray(value, 'logsumexp');
  const body = () => {
    // The shift cancels, so no gradient flows through it; an infinite one would make NaN of inf - inf.
    const top = max(a.detach(), { axis, keepdims: true });
    const shift = where(isfinite(top), top, 0);
    const out = add(log(sum(exp(sub(a, shift)), { axis, keepdims: true })), shift);
    return keepdims ? out : reshape(out, plan('logsumexp', a, axis).shape);
  };
  return tracking(a) ? body() : scoped(body);
}

// ---------------------------------------------------------------- running sums

export interface RunningOptions {
  /** The axis to run along; the flattened array without one. */
  axis?: number | null;
  dtype?: DType | string;
  /** Array to write the result into; it is returned. */
  out?: NDArray | null;
}

interface Running {
  <N extends string>(a: ArrayLike, options: RunningOptions & { dtype: N }): NDArray<DTypeNamed<N>>;
  <A extends ArrayLike>(a: A, axis?: number | null | RunningOptions): NDArray<Accumulated<DTypeOf<A>>>;
}

function running(
  name: 'cumsum' | 'cumprod',
  rule: (g: NDArray, a: NDArray, out: NDArray, axis: number) => ArrayLike,
) {
  const opcode = backend.opcode(name);
  register(name, true);
  const f = (value: ArrayLike, argument?: number | null | RunningOptions): NDArray => {
    const o = typeof argument === 'object' && argument !== null ? argument : { axis: argument };
    if (o === argument) checkOptions(name, o, ['axis', 'dtype', 'out']);
    const { axis } = o;
    let a = asarray(value, name);
    if (o.dtype !== undefined) a = astype(a, o.dtype);
    if (o.out) return into(name, o.out, f(a, axis));
    if (axis === null || axis === undefined || a.ndim === 0) a = reshape(a, [-1]);
    const at = normalizeAxis(name, axis ?? 0, a.ndim);
    const batch = batching.open > 0 ? overArray(a, (x) => f(x, at + 1)) : null;
    if (batch !== null) return batch;
    const loop = accumulator(a.dtype);
    const out = empty(a.shape, loop);
    backend.cumulate(opcode, out, a, at, loop);
    const back = (g: NDArray) => rule(g, a, out, at);
    return name === 'cumsum'
      ? track(name, out, [a], [back], [])
      : track(name, out, [a], [holomorphic(out, back)], [a, out]);
  };
  method(name, function (argument?: number | RunningOptions) {
    return f(this, argument);
  });
  return f;
}

const reversedCumsum = (g: NDArray, axis: number): NDArray => flip(cumsum(flip(g, axis), axis), axis);

/** Running sum along an axis, of the flattened array without one. @see numpy.cumsum */
export const cumsum: Running = running('cumsum', (g, _a, _out, axis) => reversedCumsum(g, axis));

/** Running product. @see numpy.cumprod */
export const cumprod: Running = running('cumprod', (g, a, _out, axis) =>
  mul(productsBefore(a, axis), productsAfter(g, a, axis)),
);

/**
 * s[i] = g[i] + a[i + 1] s[i + 1], from the end: what an element of a running product is multiplied with in its gradient.
 * No division, so zeros are no matter; windows double, so it takes log2(n) passes.
 */
function productsAfter(g: NDArray, a: NDArray, axis: number): NDArray {
  let sum = g;
  let factor = shifted(a, axis, -1, 0);
  for (let width = 1; width < a.shape[axis]; width *= 2) {
    sum = add(sum, mul(factor, shifted(sum, axis, -width, 0)));
    factor = mul(factor, shifted(factor, axis, -width, 0));
  }
  return sum;
}

/** How many elements are not zero; of booleans, how many are true. @see numpy.count_nonzero */
export function countNonzero(value: ArrayLike, argument?: Axis | ReduceOptions): NDArray<'int64'> {
  const a = asarray(value, 'countNonzero');
  if (argument === undefined && a.itemsize === 1 && batching.open === 0) {
    const out = empty([], 'int64');
    backend.countNonzeroInto(out, a);
    return out;
  }
  return sum(castTo(a, 'bool'), argument);
}
