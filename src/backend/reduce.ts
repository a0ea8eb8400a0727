// Reductions and cumulative operations. The order of float additions is NumPy's, so sums are equal to the last bit.

import type { DType } from '../core/dtype.js';
import type { NDArray } from '../core/ndarray.js';
import {
  begin,
  opcode,
  requireContiguous,
  run,
  setAddress,
  setArray,
  setParam,
  setShape,
} from './command.js';

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
  setAxes(axes);
  run();
}

function setAxes(axes: readonly number[] | null): void {
  let mask = axes === null ? -1 : 0;
  if (axes !== null) for (let i = 0; i < axes.length; i++) mask += 2 ** axes[i];
  setParam(0, mask);
}

/**
 * out = sum of squared distances from the mean over `axes`, divided by `divisor`: the mean and the sum as `reduce`
 * computes them.
 * @param loop float64 or float32
 */
export function variance(
  out: NDArray,
  a: NDArray,
  axes: readonly number[],
  divisor: number,
  loop: DType,
): void {
  begin(varianceCode, loop, a.shape.length);
  setShape(a.shape);
  setAddress(0, out);
  setArray(1, a);
  setAxes(axes);
  setParam(1, divisor);
  run();
}

const varianceCode = opcode('variance');
const softmaxCode = opcode('softmax');

/**
 * Softmax along the last axis, or its logarithm.
 * @param out contiguous, shape of a
 * @param a rows of contiguous elements at equal distances: C-contiguous, or a matrix with contiguous rows
 */
export function softmax(out: NDArray, a: NDArray, log: boolean): void {
  const n = a.shape[a.ndim - 1];
  begin(softmaxCode, out.dtype, 0);
  setAddress(0, out);
  setAddress(1, a);
  setParam(0, n === 0 ? 0 : a.size / n);
  setParam(1, n);
  setParam(2, log ? 1 : 0);
  setParam(3, a.ndim === 2 ? a.stridesEl[0] : n);
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
