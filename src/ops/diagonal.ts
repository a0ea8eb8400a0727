// Diagonals of the last two axes as views, and matrices made of them: each is the other's gradient.

import * as backend from '../backend/index.js';
import { emptyZeroed, type NDArray } from '../core/ndarray.js';
import { batching, overArray } from './batching.js';
import { register, track } from './registry.js';
import { viewOf } from './shape.js';

/** Strides, start and length of the k-th diagonal over the last two axes. */
function lineOf(a: NDArray, k: number): { shape: number[]; strides: number[]; offset: number } {
  const [m, n] = a.shape.slice(-2);
  const [down, across] = a.stridesEl.slice(-2);
  const [row, column] = [Math.max(0, -k), Math.max(0, k)];
  const length = Math.max(0, Math.min(m - row, n - column));
  return {
    shape: [...a.shape.slice(0, -2), length],
    strides: [...a.stridesEl.slice(0, -2), down + across],
    offset: a.offset + (length === 0 ? 0 : row * down + column * across),
  };
}

/** The k-th diagonal over the last two axes, as a view. `a` has two axes or more. */
export function diagonalView(a: NDArray, k: number): NDArray {
  const batch = batching.open > 0 ? overArray(a, (x) => diagonalView(x, k)) : null;
  if (batch !== null) return batch;
  const { shape, strides, offset } = lineOf(a, k);
  const [m, n] = a.shape.slice(-2);
  return viewOf('diagonalView', a, shape, strides, offset, (g) => diagonalMatrix(g, m, n, k));
}
register('diagonalView', true);

/** Matrices of m rows and n columns with the last axis of `v` on their k-th diagonal, zero elsewhere. */
export function diagonalMatrix(v: NDArray, m: number, n: number, k: number): NDArray {
  const batch = batching.open > 0 ? overArray(v, (x) => diagonalMatrix(x, m, n, k)) : null;
  if (batch !== null) return batch;
  const out = emptyZeroed([...v.shape.slice(0, -1), m, n], v.dtype);
  const { shape, strides, offset } = lineOf(out, k);
  backend.copy(out.remap(shape, strides, offset), v);
  return track('diagonalMatrix', out, [v], [(g) => diagonalView(g, k)], []);
}
register('diagonalMatrix', true);
