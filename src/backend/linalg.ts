// LAPACK, on stacks of matrices: leading axes count matrices, the last two are rows and columns. All arrays are
// contiguous, in C order and of one dtype, floats or complex numbers, with singular values and the like in the real dtype. Inputs are not changed. Shapes are the caller's to
// check; what LAPACK finds (singular, not positive definite, no convergence) is thrown in NumPy's words.

import type { NDArray } from '../core/ndarray.js';
import { begin, getParam, op, requireContiguous, run, setAddress, setParam } from './command.js';

function call(code: number, name: string, arrays: readonly NDArray[], p: readonly number[]): void {
  begin(code, arrays[0].dtype, 0);
  for (let k = 0; k < arrays.length; k++) {
    requireContiguous(name, arrays[k], arrays[k].size);
    setAddress(k, arrays[k]);
  }
  for (let k = 0; k < p.length; k++) setParam(k, p[k]);
  run();
}

const rows = (a: NDArray): number => a.shape[a.ndim - 2];
const columns = (a: NDArray): number => a.shape[a.ndim - 1];

/** How many matrices a stack has. */
function count(a: NDArray): number {
  let n = 1;
  for (let d = 0; d < a.ndim - 2; d++) n *= a.shape[d];
  return n;
}

/**
 * a (m, n) = u @ diag(s) @ vt, singular values descending (numpy.linalg.svd).
 * @param u (m, m) if full, else (m, min(m, n))
 * @param vt (n, n) if full, else (min(m, n), n)
 */
export function svd(a: NDArray, u: NDArray, s: NDArray, vt: NDArray, full: boolean): void {
  call(op.svd, 'svd', [a, s, u, vt], [rows(a), columns(a), count(a), full ? 1 : 0]);
}

/** Singular values only. */
export function svdvals(a: NDArray, s: NDArray): void {
  call(op.svdvals, 'svdvals', [a, s], [rows(a), columns(a), count(a), 0]);
}

/** Eigenvalues ascending w (n) and eigenvectors as columns of v (n, n) of a symmetric or Hermitian a, of which one triangle is read (numpy.linalg.eigh). */
export function eigh(a: NDArray, w: NDArray, v: NDArray, lower: boolean): void {
  call(op.eigh, 'eigh', [a, w, v], [rows(a), count(a), lower ? 1 : 0]);
}

/** Eigenvalues only. */
export function eigvalsh(a: NDArray, w: NDArray, lower: boolean): void {
  call(op.eigvalsh, 'eigvalsh', [a, w], [rows(a), count(a), lower ? 1 : 0]);
}

/** Eigenvalues w (n) and eigenvectors as columns of v (n, n), both complex, of any square a (numpy.linalg.eig). */
export function eig(a: NDArray, w: NDArray, v: NDArray): void {
  call(op.eig, 'eig', [a, w, v], [rows(a), count(a)]);
}

/** Eigenvalues only. */
export function eigvals(a: NDArray, w: NDArray): void {
  call(op.eigvals, 'eigvals', [a, w], [rows(a), count(a)]);
}

/** a @ x = b for b and x of shape (n, k) (numpy.linalg.solve). Throws when a matrix is singular. */
export function solve(x: NDArray, a: NDArray, b: NDArray): void {
  call(op.solve, 'solve', [x, a, b], [rows(a), columns(b), count(a)]);
}

/** The same for triangular matrices, of which the other triangle is not read (scipy.linalg.solve_triangular). */
export function solveTriangular(x: NDArray, a: NDArray, b: NDArray, lower: boolean, unit: boolean): void {
  call(
    op.solveTriangular,
    'solveTriangular',
    [x, a, b],
    [rows(a), columns(b), count(a), lower ? 1 : 0, unit ? 1 : 0],
  );
}

/** out = inverse of a (n, n) (numpy.linalg.inv). Throws when a matrix is singular. */
export function inv(out: NDArray, a: NDArray): void {
  call(op.inv, 'inv', [out, a], [rows(a), rows(a), count(a)]);
}

/** out = lower triangular L with L @ L.T = a (numpy.linalg.cholesky). Throws when a matrix is not positive definite. */
export function cholesky(out: NDArray, a: NDArray): void {
  call(op.cholesky, 'cholesky', [out, a], [rows(a), count(a)]);
}

/** a (m, n) = q (m, k) @ r (k, n) with k = min(m, n), or k = m when complete (numpy.linalg.qr). */
export function qr(a: NDArray, q: NDArray, r: NDArray, complete: boolean): void {
  call(op.qr, 'qr', [a, r, q], [rows(a), columns(a), count(a), 0, complete ? 1 : 0]);
}

/** The r (min(m, n), n) of that alone. */
export function qrR(a: NDArray, r: NDArray): void {
  call(op.qr, 'qr', [a, r], [rows(a), columns(a), count(a), 1, 0]);
}

/** The Householder vectors in h (n, m) and their scales tau (min(m, n)) (numpy.linalg.qr, mode raw). */
export function qrRaw(a: NDArray, h: NDArray, tau: NDArray): void {
  call(op.qr, 'qr', [a, a, h, tau], [rows(a), columns(a), count(a), 2, 0]);
}

/** Rows `order` (m, int64) of a (m, n) = l (m, k) @ u (k, n) with k = min(m, n). */
export function lu(a: NDArray, l: NDArray, u: NDArray, order: NDArray): void {
  call(op.lu, 'lu', [a, l, u, order], [rows(a), columns(a), count(a)]);
}

/**
 * The x (n, k) that minimises |a @ x - b| for one matrix a (m, n) and b (m, k), its residuals (k), and the singular
 * values s of a; returns the rank (numpy.linalg.lstsq).
 */
export function lstsq(
  a: NDArray,
  b: NDArray,
  x: NDArray,
  residuals: NDArray,
  s: NDArray,
  rcond: number,
): number {
  call(op.lstsq, 'lstsq', [a, b, x, residuals, s], [rows(a), columns(a), columns(b), rcond]);
  return getParam(0);
}

/** Sign and logarithm of the absolute determinant of each matrix (numpy.linalg.slogdet). */
export function slogdet(a: NDArray, sign: NDArray, logabsdet: NDArray): void {
  call(op.slogdet, 'slogdet', [sign, logabsdet, a], [rows(a), count(a)]);
}

/** Determinant of each matrix (numpy.linalg.det). */
export function det(a: NDArray, out: NDArray): void {
  call(op.det, 'det', [out, a], [rows(a), count(a)]);
}
