// LAPACK. All arrays are contiguous and of one dtype, float64 or float32; matrices are 2-d in C order.
// Inputs are not changed. Shapes are the caller's to check; what LAPACK finds (singular, not positive definite, no
// convergence) is thrown in NumPy's words.

import type { NDArray } from '../core/ndarray.js';
import { begin, getParam, op, requireContiguous, run, setAddress, setParam } from './command.js';

function call(code: number, name: string, arrays: readonly NDArray[], p: readonly number[]): void {
  begin(code, arrays[0].dtype, 0);
  for (let k = 0; k < arrays.length; k++) {
    requireContiguous(name, arrays[k], arrays[k].size);
    if (arrays[k].dtype !== arrays[0].dtype)
      throw new Error(`${name}: ${arrays[k].dtype} and ${arrays[0].dtype} differ; convert one.`);
    setAddress(k, arrays[k]);
  }
  for (let k = 0; k < p.length; k++) setParam(k, p[k]);
  run();
}

/**
 * a (m, n) = u @ diag(s) @ vt, singular values descending (numpy.linalg.svd).
 * @param u (m, m) if full, else (m, min(m, n))
 * @param vt (n, n) if full, else (min(m, n), n)
 */
export function svd(a: NDArray, u: NDArray, s: NDArray, vt: NDArray, full: boolean): void {
  call(op.svd, 'svd', [a, u, s, vt], [a.shape[0], a.shape[1], full ? 1 : 0]);
}

/** Singular values only. */
export function svdvals(a: NDArray, s: NDArray): void {
  call(op.svdvals, 'svd', [a, s], [a.shape[0], a.shape[1]]);
}

/** Eigenvalues ascending w (n) and eigenvectors as columns of v (n, n) of a symmetric a, lower triangle read (numpy.linalg.eigh). */
export function eigh(a: NDArray, w: NDArray, v: NDArray): void {
  call(op.eigh, 'eigh', [a, w, v], [a.shape[0]]);
}

/** a @ x = b for b and x of shape (n, k) or (n,) (numpy.linalg.solve). Throws when a is singular. */
export function solve(x: NDArray, a: NDArray, b: NDArray): void {
  const n = a.shape[0];
  call(op.solve, 'solve', [x, a, b], [n, n === 0 ? 0 : b.size / n]);
}

/** out = inverse of a (n, n) (numpy.linalg.inv). Throws when a is singular. */
export function inv(out: NDArray, a: NDArray): void {
  call(op.inv, 'inv', [out, a], [a.shape[0]]);
}

/** out = lower triangular L with L @ L.T = a (numpy.linalg.cholesky). Throws when a is not positive definite. */
export function cholesky(out: NDArray, a: NDArray): void {
  call(op.cholesky, 'cholesky', [out, a], [a.shape[0]]);
}

/** a (m, n) = q (m, k) @ r (k, n) with k = min(m, n) (numpy.linalg.qr, mode reduced). */
export function qr(q: NDArray, r: NDArray, a: NDArray): void {
  call(op.qr, 'qr', [q, r, a], [a.shape[0], a.shape[1]]);
}

/** Sign and logarithm of the absolute determinant of a (n, n) (numpy.linalg.slogdet). */
export function slogdet(a: NDArray): { sign: number; logabsdet: number } {
  call(op.slogdet, 'slogdet', [a], [a.shape[0]]);
  return { sign: getParam(0), logabsdet: getParam(1) };
}

/** Determinant of a (n, n) (numpy.linalg.det). */
export function det(a: NDArray): number {
  call(op.slogdet, 'det', [a], [a.shape[0]]);
  return getParam(2);
}
