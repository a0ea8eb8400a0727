// Reductions and cumulative operations. The order of float additions is NumPy's, so sums are equal to the last bit.

import type { DType } from '../core/dtype.js';
import type { NDArray } from '../core/ndarray.js';
import { begin, requireContiguous, run, setAddress, setArray, setParam, setShape } from './command.js';

/**
 * out = reduction of a over `axes`.
 *
 * @param code op.sum, op.prod, op.max, op.min, op.argmax, op.argmin, op.any, op.all
 * @param out contiguous, as many elements as the kept axes have (keepdims or not is the caller's choice of shape).
 *   dtype: `loop` for sum, prod, max, min; int64 for argmax and argmin (index in the C order of the reduced axes);
 *   bool for any and all
 * @param axes non-negative, distinct; null means all
 * @param loop dtype of the accumulation, e.g. int64 for the sum of a uint8 or bool array
 * Throws for max, min, argmax, argmin of no elements.
 */
export function reduce(
  code: number,
  out: NDArray,
  a: NDArray,
  axes: readonly number[] | null,
  loop: DType,
): void {
  const ndim = a.shape.length;
  begin(code, loop, ndim);
  setShape(a.shape);
  setAddress(0, out);
  setArray(1, a);
  if (axes === null) {
    setParam(0, -1);
  } else {
    let mask = 0;
    for (let i = 0; i < axes.length; i++) mask += 2 ** axes[i];
    setParam(0, mask);
  }
  run();
}

/**
 * Cumulative sum or product along one axis (numpy.cumsum, numpy.cumprod).
 * @param code op.cumsum or op.cumprod
 * @param out contiguous, shape of a, dtype `loop`
 */
export function cumulate(code: number, out: NDArray, a: NDArray, axis: number, loop: DType): void {
  requireContiguous('cumulate', out, a.size);
  begin(code, loop, a.shape.length);
  setShape(a.shape);
  setArray(0, out);
  setArray(1, a);
  setParam(0, axis);
  run();
}
