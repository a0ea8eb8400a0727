// Sorting along an axis, and reading along an axis by sorted positions. Gradients flow through the positions: a sorted
// array is a gather of the original.

import * as backend from '../backend/index.js';
import { asarray } from '../core/create.js';
import { type DType, isComplex, isFloat, promoteTypes } from '../core/dtype.js';
import { type ArrayLike, empty, method, type NDArray } from '../core/ndarray.js';
import { checkOptions, isOptions, needed, parameters } from '../core/options.js';
import { broadcastShapes, normalizeAxis, shapeText } from '../core/shape.js';
import type { DTypeOf } from '../core/typing.js';
import { batching, overArray } from './batching.js';
import { get, set } from './index.js';
import { castTo } from './operands.js';
import { tracking } from './registry.js';
import { copy, moveaxis, reshape } from './shape.js';

export interface SortOptions {
  /** The last by default; null sorts the flattened array. */
  axis?: number | null;
  /** NumPy's name of an algorithm. All sort the same here: numbers by radix or merging, equal elements in their order. */
  kind?: SortKind | null;
}

export type SortKind = 'quicksort' | 'mergesort' | 'heapsort' | 'stable' | 'introselect';

type SortArgument = number | null | SortOptions | undefined;

/** The array to work on and the axis in it. */
function target(caller: string, value: ArrayLike, argument: SortArgument): [NDArray, number] {
  const axis =
    typeof argument === 'object' && argument !== null
      ? checkOptions(caller, argument, ['axis', 'kind']).axis
      : argument;
  const a = asarray(value, caller);
  if (axis === null) return [reshape(a, -1), 0];
  return [a, normalizeAxis(caller, axis ?? -1, a.ndim)];
}

/** A contiguous array with `axis` last: the copy that native loops may change, or only read. */
function withAxisLast(a: NDArray, axis: number, fresh: boolean): NDArray {
  const moved = moveaxis(a.detach(), axis, -1);
  return fresh || !moved.contiguous ? copy(moved) : moved;
}

/**
 * A sorted copy; NaN goes last.
 * @param argument axis, or `{axis}`; the last by default, null flattens
 * @see numpy.sort
 */
export function sort<A extends ArrayLike>(value: A, argument?: SortArgument): NDArray<DTypeOf<A>> {
  const [a, axis] = target('sort', value, argument);
  const batch = batching.open > 0 ? overArray(a, (x) => sort(x, axis + 1)) : null;
  if (batch !== null) return batch;
  if (tracking(a)) return takeAlongAxis(a, argsort(a, axis), axis);
  const rows = withAxisLast(a, axis, true);
  if (rows.size > 0) backend.sortRows(rows);
  return axis === a.ndim - 1 ? rows : copy(moveaxis(rows, -1, axis));
}

/**
 * The positions (int64) that sort an array along an axis. Equal elements keep their order; NaN goes last.
 * @see numpy.argsort (kind 'stable')
 */
export function argsort(value: ArrayLike, argument?: SortArgument): NDArray<'int64'> {
  const [a, axis] = target('argsort', value, argument);
  const batch = batching.open > 0 ? overArray(a, (x) => argsort(x, axis + 1)) : null;
  if (batch !== null) return batch;
  const rows = withAxisLast(a, axis, false);
  const out = empty(rows.shape, 'int64');
  if (rows.size > 0) backend.argsortRows(out, rows);
  return axis === a.ndim - 1 ? out : copy(moveaxis(out, -1, axis));
}

/** The positions to put right, in their place or with the other options. */
export type KthArgument = number | readonly number[] | (SortOptions & { kth: number | readonly number[] });

function kthAndAxis(
  caller: string,
  position: KthArgument,
  argument: SortArgument,
): [number | readonly number[], SortArgument] {
  if (!isOptions(position)) return [position as number, argument];
  const o = parameters<SortOptions & { kth?: number | readonly number[] }>(
    caller,
    ['kth', 'axis', 'kind'],
    [position, argument],
  );
  return [needed(caller, 'kth', o.kth), { axis: o.axis }];
}

/** The positions to put right, within the axis. */
function kthList(caller: string, kth: number | readonly number[], n: number): number[] {
  return (typeof kth === 'number' ? [kth] : [...kth]).map((k) => {
    const at = k < 0 ? k + n : k;
    if (!Number.isInteger(k) || at < 0 || at >= n)
      throw new RangeError(
        `${caller}: kth(=${k}) out of bounds (${n}): it is a position along the axis, ${-n} to ${n - 1}.`,
      );
    return at;
  });
}

/**
 * A copy whose k-th element is where a full sort puts it, with no larger one before it and no smaller one after it.
 * The others are in no particular order; NaN goes last. Faster than a sort.
 * @param position kth: a position, or a list of them
 * @see numpy.partition
 */
export function partition(value: ArrayLike, position: KthArgument, argument?: SortArgument): NDArray {
  const [kth, along] = kthAndAxis('partition', position, argument);
  const [a, axis] = target('partition', value, along);
  const places = kthList('partition', kth, a.shape[axis]);
  if (tracking(a)) return takeAlongAxis(a, argpartition(a, kth, axis), axis);
  const rows = withAxisLast(a, axis, true);
  if (rows.size > 0) {
    if (backend.partitionable(places)) backend.partitionRows(rows, places);
    else backend.sortRows(rows);
  }
  return axis === a.ndim - 1 ? rows : copy(moveaxis(rows, -1, axis));
}

/** The positions (int64) that partition an array along an axis, see `partition`. @see numpy.argpartition */
export function argpartition(value: ArrayLike, position: KthArgument, argument?: SortArgument): NDArray {
  const [kth, along] = kthAndAxis('argpartition', position, argument);
  const [a, axis] = target('argpartition', value, along);
  const places = kthList('argpartition', kth, a.shape[axis]);
  const rows = withAxisLast(a, axis, false);
  const out = empty(rows.shape, 'int64');
  if (rows.size > 0) {
    if (backend.partitionable(places)) backend.argpartitionRows(out, rows, places);
    else backend.argsortRows(out, rows);
  }
  return axis === a.ndim - 1 ? out : copy(moveaxis(out, -1, axis));
}

/** Index arrays that pair `indices` along `axis` with every place of the other axes. */
function alongAxis(caller: string, a: NDArray, indices: ArrayLike, axis: number): NDArray[] {
  let at = asarray(indices, caller);
  if (isFloat(at.dtype)) at = castTo(at, 'int64');
  if (at.ndim !== a.ndim) {
    throw new RangeError(
      `${caller}: indices and array must have the same number of dimensions; shapes ${shapeText(at.shape)} and ${shapeText(a.shape)}.`,
    );
  }
  const shape = a.shape.map((n, d) => (d === axis ? 1 : n));
  broadcastShapes(
    caller,
    at.shape.map((n, d) => (d === axis ? 1 : n)),
    shape,
  );
  return a.shape.map((n, d) => {
    if (d === axis) return at;
    const line = empty([n], 'int64');
    const raw = line.raw() as BigInt64Array;
    // By halves: an axis has less than 2^32 elements here, and they take no bigint each.
    const halves = new Int32Array(raw.buffer, raw.byteOffset, 2 * raw.length);
    for (let i = 0; i < n; i++) {
      halves[2 * i] = i;
      halves[2 * i + 1] = 0;
    }
    return reshape(
      line,
      a.shape.map((_, k) => (k === d ? n : 1)),
    );
  });
}

/** out[i][j] = a[i][indices[i][j]] for axis 1, and so on. @see numpy.take_along_axis */
export function takeAlongAxis<A extends ArrayLike>(
  value: A,
  indices: ArrayLike,
  along: number | null | { axis: number | null },
): NDArray<DTypeOf<A>> {
  const axis = isOptions(along)
    ? checkOptions('takeAlongAxis', along as { axis: number | null }, ['axis']).axis
    : along;
  if (axis === undefined) needed('takeAlongAxis', 'axis', axis);
  let a = asarray(value, 'takeAlongAxis');
  if (axis === null) a = reshape(a, -1);
  const at = normalizeAxis('takeAlongAxis', axis ?? 0, a.ndim);
  return get(a, alongAxis('takeAlongAxis', a, indices, at));
}

/** Writes a[i][indices[i][j]] = values[i][j] for axis 1, and so on. @see numpy.put_along_axis */
export function putAlongAxis(
  a: NDArray,
  indices: ArrayLike,
  values: ArrayLike,
  along: number | { axis: number },
): void {
  const axis = isOptions(along)
    ? checkOptions('putAlongAxis', along as { axis: number }, ['axis']).axis
    : along;
  const at = normalizeAxis('putAlongAxis', axis, a.ndim);
  set(a, alongAxis('putAlongAxis', a, indices, at), values);
}

export interface SearchOptions {
  side?: 'left' | 'right';
  /** Positions that sort `a`, as of `argsort`, when it is not sorted itself. */
  sorter?: ArrayLike | null;
}

/**
 * Positions in the sorted vector `a` where `values` would keep it sorted, as int64.
 * @param side 'left': before equal elements (default), 'right': after them
 * @see numpy.searchsorted
 */
export function searchsorted(
  a: ArrayLike,
  values: ArrayLike,
  side?: 'left' | 'right' | SearchOptions,
  sorter?: ArrayLike | null,
): NDArray<'int64'> {
  const o =
    side === undefined || typeof side === 'string'
      ? { side, sorter }
      : checkOptions('searchsorted', side, ['side', 'sorter']);
  let sorted = asarray(a, 'searchsorted').detach();
  if (sorted.ndim !== 1)
    throw new RangeError(
      `searchsorted: the sorted array must be 1-d; this one has shape ${shapeText(sorted.shape)}.`,
    );
  if (o.side !== undefined && o.side !== 'left' && o.side !== 'right') {
    throw new TypeError(`searchsorted: side must be 'left' or 'right', not '${String(o.side)}'.`);
  }
  if (o.sorter !== undefined && o.sorter !== null) sorted = get(sorted, [o.sorter]);
  const v = asarray(values, 'searchsorted').detach();
  // A number is float64 as an array; comparing in float64 is right for every dtype but large int64.
  const dtype =
    sorted.dtype === v.dtype
      ? v.dtype
      : isComplex(sorted.dtype) || isComplex(v.dtype)
        ? promoteTypes(sorted.dtype, v.dtype)
        : 'float64';
  const out = empty(v.shape, 'int64');
  if (out.size === 0) return out;
  const [x, y] = [dense(castTo(sorted, dtype)), dense(castTo(v, dtype))];
  backend.searchsorted(out, x, y, o.side ?? 'left');
  return out;
}

const dense = (a: NDArray): NDArray => (a.contiguous ? a : copy(a));

method('sort', function (argument?: SortArgument) {
  const [a, axis] = target('sort', this, argument === null ? undefined : argument);
  return set(this, ['...'], sort(a, axis));
});
method('argsort', function (argument?: SortArgument) {
  return argsort(this, argument);
});
method('partition', function (kth: KthArgument, argument?: SortArgument) {
  const [places, along] = kthAndAxis('partition', kth, argument === null ? undefined : argument);
  const [a, axis] = target('partition', this, along);
  return set(this, ['...'], partition(a, places, axis));
});
method('argpartition', function (kth: KthArgument, argument?: SortArgument) {
  return argpartition(this, kth, argument);
});

declare module '../core/ndarray.js' {
  interface ArrayMethods {
    /** Sorts in place along an axis (the last by default) and returns the array; `np.sort` sorts a copy. */
    sort<D extends DType>(this: NDArray<D>, axis?: number | SortOptions): NDArray<D>;
    /** The positions that sort the array along an axis, the last by default. */
    argsort(axis?: number | null | SortOptions): NDArray<'int64'>;
    /** Puts the k-th elements in their places along an axis, in place, and returns the array; see `np.partition`. */
    partition<D extends DType>(this: NDArray<D>, kth: KthArgument, axis?: number | SortOptions): NDArray<D>;
    /** The positions that partition the array along an axis, the last by default. */
    argpartition(kth: KthArgument, axis?: number | null | SortOptions): NDArray<'int64'>;
  }
}
