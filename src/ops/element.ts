// One element, picked by a whole number for every axis, or one row, picked by a single one: what loops read and write.
// Nothing is parsed and no command is run; whatever does not fit here goes the way of all indices, in index.ts.

import { infoOf } from '../core/dtype.js';
import { type ArrayLike, empty, NDArray } from '../core/ndarray.js';
import { copyElement, storeNumber } from '../core/storage.js';

/**
 * Where in the storage the element lies that `indices` pick; -1 unless they are a whole number within the axis, for
 * each axis of an array that has some.
 */
export function positionOf(a: NDArray, indices: readonly unknown[]): number {
  const { shape, stridesEl } = a;
  if (indices.length !== shape.length || shape.length === 0) return -1;
  let at = a.offset;
  for (let d = 0; d < shape.length; d++) {
    const index = indices[d];
    if (typeof index !== 'number') return -1;
    const i = index < 0 ? index + shape[d] : index;
    if (!(i >= 0 && i < shape[d] && Number.isInteger(i))) return -1;
    at += i * stridesEl[d];
  }
  return at;
}

/** The element on its own, as NumPy's scalars: `old = x[i, j]` stays what it was when x is written. Or null. */
export function readElement(a: NDArray, at: number): NDArray | null {
  const { itemsize } = infoOf(a.dtype);
  const out = empty([], a.dtype);
  return copyElement(out.storage, 0, a.storage, at * itemsize, itemsize) ? out : null;
}

/** Writes a number, or an array of one element of the same type; false when it takes more than that. */
export function writeElement(a: NDArray, at: number, value: ArrayLike): boolean {
  const { itemsize, code } = infoOf(a.dtype);
  if (typeof value === 'number') return storeNumber(a.storage, at * itemsize, code, value);
  if (!(value instanceof NDArray) || value.size !== 1 || value.dtype !== a.dtype) return false;
  return copyElement(a.storage, at * itemsize, value.storage, value.offset * itemsize, itemsize);
}

/** The view that one whole number picks from an array of several axes; null unless it is that. */
export function readRow(a: NDArray, indices: readonly unknown[]): NDArray | null {
  const index = indices[0];
  if (indices.length !== 1 || typeof index !== 'number' || a.ndim < 2) return null;
  const { shape, stridesEl } = a;
  const i = index < 0 ? index + shape[0] : index;
  if (!(i >= 0 && i < shape[0] && Number.isInteger(i))) return null;
  return a.remap(shape.slice(1), stridesEl.slice(1), a.offset + i * stridesEl[0]);
}
