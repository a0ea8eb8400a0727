// Binary element-wise operations folded along an axis, or applied at scattered places: what ufuncs do beyond the plain
// call.

import type { NDArray } from '../core/ndarray.js';
import { begin, op, requireContiguous, run, setAddress, setParam } from './command.js';

/**
 * Folds `a`, seen as (outer, n, inner), along n with an element-wise operation, in order.
 * @param code of a binary element-wise operation whose result has its operands' dtype
 * @param out contiguous, (outer, inner), or (outer, n, inner) with every step when `keep`; dtype of `a`
 * @param a contiguous, n > 0
 */
export function fold(
  code: number,
  out: NDArray,
  a: NDArray,
  outer: number,
  n: number,
  inner: number,
  keep: boolean,
): void {
  requireContiguous('fold', a, outer * n * inner);
  requireContiguous('fold', out, keep ? a.size : outer * inner);
  if (out.size === 0) return;
  begin(op.fold, a.dtype, 0);
  setAddress(0, out);
  setAddress(1, a);
  setParam(0, code);
  setParam(1, outer);
  setParam(2, n);
  setParam(3, inner);
  setParam(4, keep ? 1 : 0);
  run();
}

/** Reductions that have loops of their own; others go element by element. */
export type SegmentFold = 'sum' | 'prod' | 'max' | 'min';
const segmentFolds: readonly SegmentFold[] = ['sum', 'prod', 'max', 'min'];

/**
 * out[i] = the fold of rows cuts[i] to cuts[i + 1] of `a`, seen as (n, inner); of row cuts[i] alone when that is not
 * below cuts[i + 1].
 * @param out contiguous, (cuts, inner), dtype of `a`, in which the operation stays
 * @param cuts contiguous int64, each from 0 to n - 1
 */
export function reduceSegments(
  code: number,
  kind: SegmentFold | undefined,
  out: NDArray,
  a: NDArray,
  n: number,
  cuts: NDArray,
): void {
  requireContiguous('reduceSegments', a, a.size);
  requireContiguous('reduceSegments', cuts, cuts.size);
  begin(op.reduceSegments, a.dtype, 0);
  setAddress(0, out);
  setAddress(1, a);
  setAddress(2, cuts);
  setParam(0, code);
  setParam(1, n);
  setParam(2, a.size / n);
  setParam(3, cuts.size);
  setParam(4, kind === undefined ? -1 : segmentFolds.indexOf(kind));
  run();
}

/**
 * target[offsets[i]] = f(target[offsets[i]], values[i]) for one i after the other.
 * @param offsets contiguous int64, in elements from the start of `target`'s first element
 * @param values contiguous, one per offset or one for all, of target's dtype; null for an operation of one operand
 */
export function scatterFold(code: number, target: NDArray, offsets: NDArray, values: NDArray | null): void {
  requireContiguous('scatterFold', offsets, offsets.size);
  if (offsets.size === 0) return;
  begin(op.scatterFold, target.dtype, 0);
  setAddress(0, target);
  setAddress(1, offsets);
  if (values !== null) {
    requireContiguous('scatterFold', values, values.size);
    setAddress(2, values);
  }
  setParam(0, code);
  setParam(1, offsets.size);
  setParam(2, values === null || values.size === 1 ? 0 : 1);
  setParam(3, values === null ? 1 : 2);
  run();
}
