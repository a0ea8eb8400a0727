// Sorting and searching.

import type { NDArray } from '../core/ndarray.js';
import { begin, op, requireContiguous, run, setAddress, setParam } from './command.js';

function rows(a: NDArray): [number, number] {
  const n = a.shape.length === 0 ? 1 : a.shape[a.shape.length - 1];
  return [n === 0 ? 0 : a.size / n, n];
}

/** Sorts a along its last axis, in place; NaN goes last (numpy.ndarray.sort). a is contiguous. */
export function sortRows(a: NDArray): void {
  requireContiguous('sortRows', a, a.size);
  const [m, n] = rows(a);
  begin(op.sort, a.dtype, 0);
  setAddress(0, a);
  setParam(0, m);
  setParam(1, n);
  run();
}

/** out = indices that sort a along its last axis, stable, NaN last (numpy.argsort, kind stable). Both contiguous. */
export function argsortRows(out: NDArray, a: NDArray): void {
  requireContiguous('argsortRows', a, a.size);
  requireContiguous('argsortRows', out, a.size);
  const [m, n] = rows(a);
  begin(op.argsort, a.dtype, 0);
  setAddress(0, out);
  setAddress(1, a);
  setParam(0, m);
  setParam(1, n);
  run();
}

/**
 * out[i] = where values[i] would be inserted into `sorted` to keep it sorted (numpy.searchsorted).
 * All contiguous; sorted (1-d) and values have one dtype; out is int64.
 */
export function searchsorted(out: NDArray, sorted: NDArray, values: NDArray, side: 'left' | 'right'): void {
  requireContiguous('searchsorted', sorted, sorted.size);
  requireContiguous('searchsorted', values, out.size);
  if (sorted.dtype !== values.dtype)
    throw new Error(`searchsorted: ${sorted.dtype} and ${values.dtype} differ; convert one.`);
  begin(op.searchsorted, values.dtype, 0);
  setAddress(0, out);
  setAddress(1, sorted);
  setAddress(2, values);
  setParam(0, sorted.size);
  setParam(1, values.size);
  setParam(2, side === 'left' ? 0 : 1);
  run();
}

/**
 * out[k] = how often k occurs in x, or the sum of the weights at those places (numpy.bincount).
 * @param out contiguous, longer than max(x); int64, or float64 with weights
 * @param x contiguous int64, no negative values (else RangeError)
 * @param weights contiguous float64 of x's size
 * @param skipping leave negative numbers out
 */
export function bincount(out: NDArray, x: NDArray, weights?: NDArray | null, skipping = false): void {
  requireContiguous('bincount', x, x.size);
  begin(op.bincount, 'int64', 0);
  setAddress(0, out);
  setAddress(1, x);
  if (weights) {
    requireContiguous('bincount', weights, x.size);
    setAddress(2, weights);
  }
  setParam(0, x.size);
  setParam(1, out.size);
  setParam(2, weights ? 1 : 0);
  setParam(3, skipping ? 1 : 0);
  run();
}
