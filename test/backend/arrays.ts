// Arrays for the tests of the backend, made without the library's own operations.

import { type DType, itemsize, readScalar, writeScalar } from '../../src/core/dtype.js';
import { NDArray } from '../../src/core/ndarray.js';
import { allocate } from '../../src/core/storage.js';

const sizeOf = (shape: readonly number[]): number => shape.reduce((p, n) => p * n, 1);

/** A contiguous array; numbers are converted as typed arrays do. */
export function array(
  dtype: DType,
  shape: readonly number[],
  values?: ArrayLike<number> | ((i: number) => number),
): NDArray {
  const size = sizeOf(shape);
  const a = new NDArray(allocate(Math.max(size, 1) * itemsize(dtype)), dtype, [...shape]);
  const raw = a.raw();
  for (let i = 0; i < size; i++) {
    const v = values === undefined ? 0 : typeof values === 'function' ? values(i) : values[i];
    writeScalar(dtype, raw, i, v);
  }
  return a;
}

export const view = (a: NDArray, shape: number[], strides: number[], offset = 0): NDArray =>
  new NDArray(a.storage, a.dtype, shape, strides, a.offset + offset);

export const transposed = (a: NDArray, axes?: number[]): NDArray => {
  const order = axes ?? a.shape.map((_, d) => a.ndim - 1 - d);
  return view(
    a,
    order.map((d) => a.shape[d]),
    order.map((d) => a.stridesEl[d]),
  );
};

/** `count` elements of one axis, from `from` in steps of `step`, which may be negative. */
export function sliced(a: NDArray, axis: number, from: number, count: number, step: number): NDArray {
  const shape = [...a.shape];
  const strides = [...a.stridesEl];
  const offset = from * strides[axis];
  shape[axis] = count;
  strides[axis] *= step;
  return view(a, shape, strides, offset);
}

/** The elements in C order as numbers; NaN for complex ones that are none. */
export function numbers(a: NDArray): number[] {
  const raw = a.raw();
  const out: number[] = [];
  const walk = (d: number, at: number): void => {
    if (d === a.ndim) {
      const v = readScalar(a.dtype, raw, at);
      if (typeof v !== 'object') out.push(Number(v));
      else out.push(v.im === 0 ? v.re : Number.NaN);
    } else for (let i = 0; i < a.shape[d]; i++) walk(d + 1, at + i * a.stridesEl[d]);
  };
  walk(0, a.offset);
  return out;
}
