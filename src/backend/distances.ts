// Distances between the rows of two matrices, nearest rows, and the loops of t-SNE over all pairs.

import type { NDArray } from '../core/ndarray.js';
import { begin, getParam, op, requireContiguous, run, setAddress, setParam } from './command.js';

/** The kinds of native/cpu/table.h, in its order: sums of |d|, of d^2, the largest |d|, sums of |d|^p. */
const kindOf = (p: number): number => (p === 1 ? 0 : p === 2 ? 1 : p === Number.POSITIVE_INFINITY ? 2 : 3);

function describe(code: number, a: NDArray, b: NDArray, p: number, root: boolean): void {
  begin(code, a.dtype, 0);
  setParam(0, a.shape[0]);
  setParam(1, b.shape[0]);
  setParam(2, a.shape[1]);
  setParam(3, kindOf(p));
  setParam(4, p);
  setParam(5, root ? 1 : 0);
}

/**
 * out (m, n) = distances of order p between the rows of a (m, d) and b (n, d), of one type and contiguous: float64,
 * float32, or uint8 with p = 1 and a float64 result. Without `root`, sums of powers.
 */
export function distances(out: NDArray, a: NDArray, b: NDArray, p: number, root: boolean): void {
  requireContiguous('distances', out, a.shape[0] * b.shape[0]);
  describe(op.distances, a, b, p, root);
  setAddress(0, out);
  setAddress(1, a);
  setAddress(2, b);
  run();
}

/** The k nearest rows of b to each row of a, nearest first: indices (m, k) int64 and distances (m, k) float64. */
export function nearest(
  indices: NDArray,
  found: NDArray,
  a: NDArray,
  b: NDArray,
  k: number,
  p: number,
): void {
  requireContiguous('nearest', indices, a.shape[0] * k);
  requireContiguous('nearest', found, a.shape[0] * k);
  describe(op.nearest, a, b, p, true);
  setParam(6, k);
  setAddress(0, indices);
  setAddress(1, found);
  setAddress(2, a);
  setAddress(3, b);
  run();
}

/** p (n, n) = rows of conditional probabilities with the given entropy from squared distances (n, n), both float64. */
export function tsneAffinities(p: NDArray, squares: NDArray, entropy: number): void {
  begin(op.tsneAffinities, 'float64', 0);
  setParam(0, p.shape[0]);
  setParam(1, entropy);
  setAddress(0, p);
  setAddress(1, squares);
  run();
}

/** gradient (dims, n) of the divergence at y (dims, n); returns the sum of the embedding's weights. */
export function tsneForces(gradient: NDArray, p: NDArray, y: NDArray, exaggeration: number): number {
  begin(op.tsneForces, 'float64', 0);
  setParam(0, y.shape[1]);
  setParam(1, y.shape[0]);
  setParam(2, exaggeration);
  setAddress(0, gradient);
  setAddress(1, p);
  setAddress(2, y);
  run();
  return getParam(3);
}

/** Sum of p (log p + log(1 + distance^2)) at y (dims, n). */
export function tsneDivergence(p: NDArray, y: NDArray): number {
  begin(op.tsneDivergence, 'float64', 0);
  setParam(0, y.shape[1]);
  setParam(1, y.shape[0]);
  setAddress(1, p);
  setAddress(2, y);
  run();
  return getParam(2);
}
