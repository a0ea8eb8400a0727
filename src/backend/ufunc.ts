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
