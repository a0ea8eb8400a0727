// Elements chosen and replaced by condition, position or piece: choose, piecewise, place, putmask, put, and walks over
// indices. Choosing is composed of operations, so gradients flow; place, putmask and put write in place.

import { largest } from '../backend/index.js';
import { asarray } from '../core/create.js';
import { isInexact, isInteger, type Scalar } from '../core/dtype.js';
import { type ArrayLike, NDArray } from '../core/ndarray.js';
import { parameters } from '../core/options.js';
import {
  broadcastShapes,
  checkShape,
  normalizeAxis,
  type Shape,
  sameShape,
  shapeText,
  sizeOf,
} from '../core/shape.js';
import { type Tuple, tuple } from '../core/tuple.js';
import { get, nonzero, set } from '../ops/index.js';
import { stack } from '../ops/join.js';
import { castTo, realOnly } from '../ops/operands.js';
import { ascontiguousarray, broadcastTo, expandDims, reshape } from '../ops/shape.js';
import { takeAlongAxis } from '../ops/sort.js';
import { where } from '../ops/where.js';
import { into } from '../ops/writing.js';
import { resize } from './manipulation.js';

/** What to do with positions outside: an error, the remainder, or the nearest one inside. */
export type OutOfRange = 'raise' | 'wrap' | 'clip';

/** Positions within 0..n-1 as int64. */
function positionsWithin(caller: string, value: ArrayLike, n: number, mode: OutOfRange): NDArray {
  const given = realOnly(caller, asarray(value, caller)).detach();
  if (mode === 'raise' && isInteger(given.dtype) && given.size > 0) {
    const at = ascontiguousarray(castTo(given, 'int64'));
    if (largest(at) < n) return at;
  }
  const data = given.data;
  const out = new BigInt64Array(data.length);
  for (let i = 0; i < data.length; i++) {
    let at = Number(data[i]);
    if (!Number.isInteger(at))
      throw new TypeError(`${caller}: positions must be whole numbers; element ${i} is ${data[i]}.`);
    if (mode === 'wrap') at = ((at % n) + n) % n;
    else if (mode === 'clip') at = Math.min(Math.max(at, 0), n - 1);
    else if (mode !== 'raise')
      throw new TypeError(
        `${caller}: clipmode must be one of 'clip', 'raise', or 'wrap', not '${String(mode)}'.`,
      );
    else if (at < 0 || at >= n)
      throw new RangeError(
        `${caller}: index ${at} is out of bounds: it is a number from 0 to ${n - 1}. {mode: 'wrap'} or 'clip' bring it inside.`,
      );
    out[i] = BigInt(at);
  }
  return reshape(asarray(out), [...given.shape]);
}

export interface ChooseOptions {
  mode?: OutOfRange;
  out?: NDArray | null;
}

/**
 * Element by element from a list of arrays: out[i] = choices[a[i]][i], all broadcast together.
 * @see numpy.choose
 * @example np.choose([2, 0], [[0, 1], [10, 11], [20, 21]])   // array([20., 1.])
 */
export function choose(
  a: ArrayLike,
  choices: readonly ArrayLike[] | NDArray,
  out?: NDArray | null | ChooseOptions,
  mode?: OutOfRange | ChooseOptions,
): NDArray {
  const options = parameters<ChooseOptions>('choose', ['out', 'mode'], [out, mode]);
  const list = [...choices].map((c) => asarray(c as ArrayLike, 'choose'));
  if (list.length === 0)
    throw new RangeError('choose: there is nothing to choose from: the list of choices is empty.');
  const at = positionsWithin('choose', a, list.length, options.mode ?? 'raise');
  const shape = list.reduce<Shape>((s, c) => broadcastShapes('choose', s, c.shape), at.shape);
  const table = stack(list.map((c) => broadcastTo(c, shape)));
  const result = get(takeAlongAxis(table, expandDims(broadcastTo(at, shape), 0), 0), [0]);
  return options.out ? into('choose', options.out, result) : result;
}

/**
 * A function given in pieces: where condition i holds, functions[i] of x (a number stands for a constant). One function
 * more than conditions is for the rest, which is 0 otherwise. Each function sees all of x, so that gradients flow.
 * @see numpy.piecewise
 * @example np.piecewise(x, [x.less(0), x.greaterEqual(0)], [(v) => v.neg(), (v) => v])   // |x|
 */
export function piecewise(
  x: ArrayLike,
  conditions: readonly ArrayLike[] | NDArray,
  functions: readonly (number | ((x: NDArray) => ArrayLike))[],
): NDArray {
  const a = asarray(x, 'piecewise');
  const list = (
    conditions instanceof NDArray && conditions.ndim === a.ndim ? [conditions] : [...conditions]
  ).map((c) => castTo(asarray(c as ArrayLike, 'piecewise'), 'bool'));
  const n = list.length;
  if (functions.length !== n && functions.length !== n + 1) {
    throw new RangeError(
      `piecewise: with ${n} condition(s), either ${n} or ${n + 1} functions are expected; got ${functions.length}.`,
    );
  }
  const piece = (f: number | ((x: NDArray) => ArrayLike)): NDArray => {
    const v = typeof f === 'function' ? asarray(f(a), 'piecewise') : asarray(f, 'piecewise');
    return castTo(v, a.dtype);
  };
  let out: NDArray | number = functions.length > n ? piece(functions[n]) : 0;
  for (let i = 0; i < n; i++) out = where(list[i], piece(functions[i]), out);
  return sameShape((out as NDArray).shape, a.shape)
    ? (out as NDArray)
    : broadcastTo(out as NDArray, a.shape).copy();
}

/**
 * Writes values, one after the other and repeated as needed, to where a mask holds. In place.
 * @see numpy.place
 */
export function place(a: NDArray, mask: ArrayLike, values: ArrayLike): void {
  const m = castTo(asarray(mask, 'place'), 'bool');
  if (m.size !== a.size)
    throw new RangeError(`place: place mask and data must be the same size; ${m.size} and ${a.size}.`);
  const list = reshape(asarray(values, 'place'), -1);
  const at = reshape(m, [...a.shape]);
  const count = nonzero(at)[0].size;
  if (count === 0) return;
  if (list.size === 0) throw new RangeError('place: cannot insert from an empty array.');
  set(a, [at], resize(list, [count]));
}

/**
 * Where a mask holds, the value that stands at the same place of `values`, which repeat as needed. In place.
 * @see numpy.putmask
 */
export function putmask(a: NDArray, mask: ArrayLike, values: ArrayLike): void {
  const m = castTo(asarray(mask, 'putmask'), 'bool');
  if (!sameShape(m.shape, a.shape))
    throw new RangeError(
      `putmask: mask and data must be the same size; shapes ${shapeText(m.shape)} and ${shapeText(a.shape)}.`,
    );
  const v = asarray(values, 'putmask');
  if (v.size === 0) return;
  set(a, [m], get(reshape(v.size === a.size ? v : resize(v, a.size), [...a.shape]), [m]));
}

export interface PutOptions {
  mode?: OutOfRange;
}

/** Writes values, repeated as needed, at flat positions; in place. @see numpy.put */
export function put(
  a: NDArray,
  index: ArrayLike,
  values: ArrayLike,
  outside?: OutOfRange | PutOptions,
): void {
  const { mode = 'raise' } = parameters<PutOptions>('put', ['mode'], [outside]);
  const given = reshape(asarray(index, 'put'), -1);
  const counted = mode === 'raise' ? where(given.less(0), given.add(a.size), given) : given;
  const at = positionsWithin('put', counted, a.size, mode);
  const v = reshape(asarray(values, 'put'), -1);
  if (at.size === 0 || v.size === 0) return;
  const coordinates: NDArray[] = [];
  let rest = at;
  for (let d = a.ndim - 1; d >= 0; d--) {
    coordinates.unshift(rest.mod(a.shape[d]));
    rest = rest.floorDivide(a.shape[d]);
  }
  set(a, coordinates, v.size === 1 ? reshape(v, []) : resize(v, at.size));
}

// ---------------------------------------------------------------- walks

/**
 * Every index of a shape, the last axis running fastest: `for (const [i, j] of np.ndindex(2, 3))`, or whole, as in
 * `for (const index of np.ndindex(W.shape)) W[index] += h`.
 * @see numpy.ndindex
 */
export function* ndindex(...shape: (number | readonly number[])[]): Generator<Tuple<number>> {
  const to = shape.flat() as number[];
  checkShape('ndindex', to);
  const size = sizeOf(to);
  const index = new Array<number>(to.length).fill(0);
  for (let i = 0; i < size; i++) {
    yield tuple(index);
    for (let d = to.length - 1; d >= 0 && ++index[d] === to[d]; d--) index[d] = 0;
  }
}

/**
 * Every index and element: `for (const [index, value] of np.ndenumerate(a)) b[index] = value ** 2`. Elements are plain values.
 * @see numpy.ndenumerate
 */
export function* ndenumerate(value: ArrayLike): Generator<[Tuple<number>, Scalar]> {
  const a = asarray(value, 'ndenumerate');
  for (const index of ndindex(...a.shape)) yield [index, a.element(index)];
}

/**
 * Applies a function such as np.sum over one axis after the other; axes that it takes away are put back with length 1.
 * @see numpy.apply_over_axes
 */
export function applyOverAxes(
  f: (a: NDArray, axis: number) => ArrayLike,
  value: ArrayLike,
  axes: number | readonly number[],
): NDArray {
  let a = asarray(value, 'applyOverAxes');
  for (const axis of typeof axes === 'number' ? [axes] : axes) {
    const at = normalizeAxis('applyOverAxes', axis, a.ndim);
    let result = asarray(f(a, at), 'applyOverAxes');
    if (result.ndim === a.ndim - 1) result = expandDims(result, at);
    if (result.ndim !== a.ndim)
      throw new RangeError(
        `applyOverAxes: function is not returning an array of the correct shape: ${shapeText(result.shape)} from ${shapeText(a.shape)}.`,
      );
    a = result;
  }
  return a;
}

/** The elements, or an error that says where the first NaN or infinity is. @see numpy.asarray_chkfinite */
export function asarrayChkfinite(value: ArrayLike): NDArray {
  const a = asarray(value, 'asarrayChkfinite');
  if (isInexact(a.dtype)) {
    const bad = nonzero(a.detach().isfinite().logicalNot());
    if (bad.length > 0 && bad[0].size > 0)
      throw new RangeError(
        `asarrayChkfinite: array must not contain infs or NaNs; there is one at [${bad.map((b) => Number(b.data[0])).join(', ')}].`,
      );
  }
  return a;
}
