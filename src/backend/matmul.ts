// Matrix products.

import type { DType } from '../core/dtype.js';
import type { NDArray } from '../core/ndarray.js';
import {
  begin,
  getParam,
  op,
  opcode,
  requireContiguous,
  run,
  setAddress,
  setDim,
  setParam,
  setStride,
} from './command.js';

/**
 * out = a @ b with NumPy's rules for shapes (numpy.matmul): 1-d operands are a row or a column, leading axes
 * broadcast. All three have one dtype; out is contiguous and already has the result's shape. Transposed views of a
 * and b cost no copy. Inner dimensions are the caller's to check.
 */
export function matmul(out: NDArray, a: NDArray, b: NDArray): void {
  const an = a.shape.length;
  const bn = b.shape.length;
  const m = an === 1 ? 1 : a.shape[an - 2];
  const k = a.shape[an - 1];
  const n = bn === 1 ? 1 : b.shape[bn - 1];
  const batch = Math.max(an, bn, 2) - 2;
  begin(op.matmul, out.dtype, batch);
  setAddress(0, out);
  setAddress(1, a);
  setAddress(2, b);
  setParam(0, m);
  setParam(1, k);
  setParam(2, n);
  setParam(3, an === 1 ? 0 : a.stridesEl[an - 2]);
  setParam(4, a.stridesEl[an - 1]);
  setParam(5, bn === 1 ? b.stridesEl[0] : b.stridesEl[bn - 2]);
  setParam(6, bn === 1 ? 0 : b.stridesEl[bn - 1]);
  let step = m * n;
  for (let d = batch - 1; d >= 0; d--) {
    // Batch axis d counts from the left of the result; operands are aligned at its right end.
    const i = an - 2 - batch + d;
    const j = bn - 2 - batch + d;
    const x = i >= 0 ? a.shape[i] : 1;
    const y = j >= 0 ? b.shape[j] : 1;
    const size = x === 1 ? y : x;
    setDim(d, size);
    setStride(0, d, step);
    setStride(1, d, x === 1 ? 0 : a.stridesEl[i]);
    setStride(2, d, y === 1 ? 0 : b.stridesEl[j]);
    step *= size;
  }
  run();
}

/** How the native side computes a small product of this shape and these element strides, see GemmForm in table.h. */
export function matmulForm(
  dtype: DType,
  m: number,
  k: number,
  n: number,
  strides: readonly [number, number, number, number],
): number {
  begin(op.matmulForm, dtype, 0);
  for (const [i, x] of [m, k, n, ...strides].entries()) setParam(i, x);
  run();
  return getParam(0);
}

const crossCode = opcode('crossProduct');

/** Rows of three elements: out = a x b. All contiguous, of one real dtype and one size. */
export function crossProduct(out: NDArray, a: NDArray, b: NDArray): void {
  requireContiguous('crossProduct', a, out.size);
  requireContiguous('crossProduct', b, out.size);
  begin(crossCode, out.dtype, 0);
  setAddress(0, out);
  setAddress(1, a);
  setAddress(2, b);
  setParam(0, out.size / 3);
  run();
}
