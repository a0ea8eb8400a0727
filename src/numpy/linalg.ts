// Linear algebra (`np.linalg`), on LAPACK. Functions take stacks of matrices: leading axes are looped over. inv, solve,
// det, slogdet, cholesky, norm and trace have gradients; the decompositions refuse an array on the tape.

import * as backend from '../backend/index.js';
import { asarray } from '../core/create.js';
import { type DType, isFloat, promoteTypes } from '../core/dtype.js';
import { type ArrayLike, empty, type NDArray } from '../core/ndarray.js';
import { noGrad } from '../core/node.js';
import {
  broadcastShapes,
  normalizeAxes,
  normalizeAxis,
  type Shape,
  shapeText,
  sizeOf,
} from '../core/shape.js';
import {
  abs,
  add,
  div,
  equal,
  greater,
  isfinite,
  logicalAnd,
  logicalNot,
  logicalOr,
  mul,
  neg,
  notEqual,
  pow,
  reciprocal,
  sqrt,
  square,
  where,
} from '../ops/elementwise.js';
import { get } from '../ops/index.js';
import { matmul } from '../ops/matmul.js';
import { type Axis, any, max, min, sum } from '../ops/reduce.js';
import { register, track, tracking } from '../ops/registry.js';
import {
  ascontiguousarray,
  astype,
  broadcastTo,
  expandDims,
  moveaxis,
  reshape,
  swapaxes,
} from '../ops/shape.js';
import { eye, tril } from './creation.js';
import { arange } from './grid.js';

/** What LAPACK finds wrong with the values: a singular matrix, no convergence (numpy.linalg.LinAlgError). */
export class LinAlgError extends Error {
  override name = 'LinAlgError';
}

// ---------------------------------------------------------------- operands

/** A stack of matrices, float64 unless it is float32 already. The conversion is on the tape. */
function matrices(caller: string, value: ArrayLike, square = false): NDArray {
  const a = asarray(value, caller);
  if (a.ndim < 2) {
    throw new LinAlgError(
      `${caller}: ${a.ndim}-dimensional array given, shape ${shapeText(a.shape)}. Array must be at least two-dimensional.`,
    );
  }
  const [m, n] = a.shape.slice(-2);
  if (square && m !== n)
    throw new LinAlgError(
      `${caller}: Last 2 dimensions of the array must be square; the shape is ${shapeText(a.shape)}.`,
    );
  return isFloat(a.dtype) ? a : astype(a, 'float64');
}

/** Decompositions have no gradient yet; losing it silently would be worse. */
function refuseTracked(caller: string, a: NDArray): void {
  if (tracking(a)) {
    throw new Error(
      `${caller}: no gradient is defined for this function, and the array requires grad. Use x.detach() or np.noGrad(() => ...) if none is needed.`,
    );
  }
}

const dense = (a: NDArray): NDArray => ascontiguousarray(a.detach());

/** The i-th block of a contiguous array whose trailing axes have the given shape. */
const block = (a: NDArray, i: number, shape: Shape): NDArray =>
  a.view(shape, undefined, a.offset + i * sizeOf(shape));

/** Runs native code and gives its errors this function's name and a way out. */
function lapack<T>(caller: string, a: NDArray, hint: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    const text = (error as Error).message.replace(/^\w+: /, '').replace(/\.$/, '');
    throw new LinAlgError(
      `${caller}: ${text}, for a matrix of shape ${shapeText(a.shape.slice(-2))}. ${hint}`,
    );
  }
}

const transposed = (a: NDArray): NDArray => swapaxes(a, -1, -2);

// ---------------------------------------------------------------- solving

/**
 * Inverse of square matrices (..., n, n).
 * @throws LinAlgError for a singular matrix
 * @see numpy.linalg.inv
 */
export function inv(value: ArrayLike): NDArray {
  const a = matrices('inv', value, true);
  const n = a.shape[a.ndim - 1];
  const from = dense(a);
  const out = empty(a.shape, a.dtype);
  const count = n === 0 ? 0 : a.size / (n * n);
  lapack('inv', a, 'np.linalg.pinv gives the pseudo-inverse.', () => {
    for (let i = 0; i < count; i++) backend.inv(block(out, i, [n, n]), block(from, i, [n, n]));
  });
  return track('inv', out, [a], [(g) => neg(matmul(matmul(transposed(out), g), transposed(out)))], [out]);
}
register('inv', true);

/**
 * The x with a @ x = b, for square matrices a (..., n, n) and vectors (..., n) or matrices (..., n, k) b.
 * @throws LinAlgError for a singular matrix
 * @see numpy.linalg.solve
 */
export function solve(left: ArrayLike, right: ArrayLike): NDArray {
  let a = matrices('solve', left, true);
  let b = asarray(right, 'solve');
  const n = a.shape[a.ndim - 1];
  const vector = b.ndim === a.ndim - 1;
  const rowsAt = vector ? b.ndim - 1 : b.ndim - 2;
  if (b.ndim === 0 || rowsAt < 0 || b.shape[rowsAt] !== n) {
    throw new RangeError(
      `solve: shapes ${shapeText(a.shape)} and ${shapeText(b.shape)} do not align: b needs ${n} rows.`,
    );
  }
  const dtype: DType = promoteTypes(a.dtype, isFloat(b.dtype) ? b.dtype : 'float64');
  if (a.dtype !== dtype) a = astype(a, dtype);
  if (b.dtype !== dtype) b = astype(b, dtype);
  const matrix = vector ? expandDims(b, -1) : b;
  const k = matrix.shape[matrix.ndim - 1];
  const batch = broadcastShapes('solve', a.shape.slice(0, -2), matrix.shape.slice(0, -2));
  const p = dense(broadcastTo(a.detach(), [...batch, n, n]));
  const q = dense(broadcastTo(matrix.detach(), [...batch, n, k]));
  const out = empty([...batch, n, k], dtype);
  lapack('solve', a, 'np.linalg.lstsq solves in the least squares sense.', () => {
    if (out.size === 0) return;
    for (let i = 0; i < sizeOf(batch); i++)
      backend.solve(block(out, i, [n, k]), block(p, i, [n, n]), block(q, i, [n, k]));
  });
  track(
    'solve',
    out,
    [a, matrix],
    [(g) => neg(matmul(solve(transposed(a), g), transposed(out))), (g) => solve(transposed(a), g)],
    [a, out],
  );
  return vector ? reshape(out, out.shape.slice(0, -1)) : out;
}
register('solve', true);

/** Determinants of square matrices (..., n, n), shape (...). @see numpy.linalg.det */
export function det(value: ArrayLike): NDArray {
  const a = matrices('det', value, true);
  const n = a.shape[a.ndim - 1];
  const from = dense(a);
  const out = empty(a.shape.slice(0, -2), a.dtype);
  const raw = out.raw() as Float64Array;
  for (let i = 0; i < out.size; i++) raw[i] = n === 0 ? 1 : backend.det(block(from, i, [n, n]));
  return track('det', out, [a], [(g) => mul(column(mul(g, out)), transposed(inv(a)))], [a, out]);
}
register('det', true);

/** Two axes of length 1 at the end, to meet a stack of matrices. */
const column = (a: NDArray): NDArray => expandDims(expandDims(a, -1), -1);

/**
 * Sign and logarithm of the absolute determinant, which do not overflow: [sign, logabsdet].
 * @see numpy.linalg.slogdet
 */
export function slogdet(value: ArrayLike): [NDArray, NDArray] {
  const a = matrices('slogdet', value, true);
  const n = a.shape[a.ndim - 1];
  const from = dense(a);
  const sign = empty(a.shape.slice(0, -2), a.dtype);
  const logabsdet = empty(a.shape.slice(0, -2), a.dtype);
  for (let i = 0; i < sign.size; i++) {
    const found = n === 0 ? { sign: 1, logabsdet: 0 } : backend.slogdet(block(from, i, [n, n]));
    (sign.raw() as Float64Array)[i] = found.sign;
    (logabsdet.raw() as Float64Array)[i] = found.logabsdet;
  }
  return [sign, track('slogdet', logabsdet, [a], [(g) => mul(column(g), transposed(inv(a)))], [a])];
}
register('slogdet', true);

// ---------------------------------------------------------------- decompositions

export interface SvdOptions {
  /** U and Vt square, (m, m) and (n, n), rather than thin; true by default, as in NumPy. */
  fullMatrices?: boolean;
  /** Return [U, S, Vt] rather than S alone; true by default. */
  computeUv?: boolean;
}

/**
 * Singular value decomposition: a (..., m, n) = U @ diag(S) @ Vt, singular values descending.
 * @returns [U, S, Vt]
 * @throws LinAlgError when it does not converge (NaN or infinities in the matrix)
 * @see numpy.linalg.svd
 */
export function svd(a: ArrayLike, options: SvdOptions & { computeUv: false }): NDArray;
export function svd(a: ArrayLike, options?: SvdOptions): [NDArray, NDArray, NDArray];
export function svd(value: ArrayLike, options: SvdOptions = {}): NDArray | [NDArray, NDArray, NDArray] {
  const { fullMatrices = true, computeUv = true } = options;
  const a = matrices('svd', value);
  refuseTracked('svd', a);
  const [m, n] = a.shape.slice(-2);
  const k = Math.min(m, n);
  const batch = a.shape.slice(0, -2);
  const from = dense(a);
  const s = empty([...batch, k], a.dtype);
  const hint = 'Check it for NaN and infinities with np.isfinite.';
  if (!computeUv) {
    lapack('svd', a, hint, () => {
      for (let i = 0; k > 0 && i < sizeOf(batch); i++)
        backend.svdvals(block(from, i, [m, n]), block(s, i, [k]));
    });
    return s;
  }
  const u = empty([...batch, m, fullMatrices ? m : k], a.dtype);
  const vt = empty([...batch, fullMatrices ? n : k, n], a.dtype);
  if (k === 0) {
    if (u.size > 0) u.set(['...'], eye(m, u.shape[u.ndim - 1]));
    if (vt.size > 0) vt.set(['...'], eye(vt.shape[vt.ndim - 2], n));
    return [u, s, vt];
  }
  lapack('svd', a, hint, () => {
    for (let i = 0; i < sizeOf(batch); i++) {
      backend.svd(
        block(from, i, [m, n]),
        block(u, i, u.shape.slice(-2)),
        block(s, i, [k]),
        block(vt, i, vt.shape.slice(-2)),
        fullMatrices,
      );
    }
  });
  return [u, s, vt];
}

/** Singular values, descending. @see numpy.linalg.svdvals */
export const svdvals = (a: ArrayLike): NDArray => svd(a, { computeUv: false });

/**
 * Eigenvalues (ascending) and eigenvectors (columns) of symmetric matrices (..., n, n): [w, v].
 * @param uplo which triangle is read, 'L' by default
 * @see numpy.linalg.eigh
 */
export function eigh(value: ArrayLike, uplo: 'L' | 'U' = 'L'): [NDArray, NDArray] {
  const a = matrices('eigh', value, true);
  refuseTracked('eigh', a);
  const n = a.shape[a.ndim - 1];
  const from = dense(uplo === 'U' ? transposed(a) : a);
  const w = empty(a.shape.slice(0, -1), a.dtype);
  const v = empty(a.shape, a.dtype);
  lapack('eigh', a, 'Check it for NaN and infinities with np.isfinite.', () => {
    for (let i = 0; n > 0 && i < sizeOf(a.shape.slice(0, -2)); i++)
      backend.eigh(block(from, i, [n, n]), block(w, i, [n]), block(v, i, [n, n]));
  });
  return [w, v];
}

/** Eigenvalues of symmetric matrices, ascending. @see numpy.linalg.eigvalsh */
export const eigvalsh = (a: ArrayLike, uplo: 'L' | 'U' = 'L'): NDArray => eigh(a, uplo)[0];

/**
 * The lower triangular L with L @ L.T = a, for symmetric positive definite matrices (..., n, n).
 * @throws LinAlgError when a matrix is not positive definite
 * @see numpy.linalg.cholesky
 */
export function cholesky(value: ArrayLike): NDArray {
  const a = matrices('cholesky', value, true);
  const n = a.shape[a.ndim - 1];
  const from = dense(a);
  const out = empty(a.shape, a.dtype);
  lapack('cholesky', a, 'Adding a small multiple of np.eye(n) may help.', () => {
    for (let i = 0; n > 0 && i < sizeOf(a.shape.slice(0, -2)); i++)
      backend.cholesky(block(out, i, [n, n]), block(from, i, [n, n]));
  });
  return track(
    'cholesky',
    out,
    [a],
    [
      (g) => {
        // The lower triangle with half its diagonal, between two triangular solves; symmetric, as a is.
        const half = mul(tril(matmul(transposed(out), tril(g))), add(0.5, mul(tril(onesOf(n), -1), 0.5)));
        const once = solve(transposed(out), half);
        const twice = transposed(solve(transposed(out), transposed(once)));
        return mul(add(twice, transposed(twice)), 0.5);
      },
    ],
    [out],
  );
}
register('cholesky', true);

const onesOf = (n: number): NDArray => add(mul(eye(n), 0), 1);

/**
 * a (..., m, n) = Q @ R with orthonormal columns Q (m, k) and upper triangular R (k, n), k = min(m, n): [q, r].
 * @see numpy.linalg.qr (mode 'reduced')
 */
export function qr(value: ArrayLike): [NDArray, NDArray] {
  const a = matrices('qr', value);
  refuseTracked('qr', a);
  const [m, n] = a.shape.slice(-2);
  const k = Math.min(m, n);
  const batch = a.shape.slice(0, -2);
  const from = dense(a);
  const q = empty([...batch, m, k], a.dtype);
  const r = empty([...batch, k, n], a.dtype);
  for (let i = 0; k > 0 && i < sizeOf(batch); i++)
    backend.qr(block(q, i, [m, k]), block(r, i, [k, n]), block(from, i, [m, n]));
  return [q, r];
}

// ---------------------------------------------------------------- built on the decompositions

/** Spacing of the numbers around 1, numpy.finfo(dtype).eps. */
const eps = (dtype: DType): number => (dtype === 'float32' ? 2 ** -23 : 2 ** -52);

/**
 * Moore-Penrose pseudo-inverse of matrices (..., m, n), shape (..., n, m).
 * @param rcond singular values below rcond * the largest count as zero; 1e-15 by default
 * @see numpy.linalg.pinv
 */
export function pinv(value: ArrayLike, rcond = 1e-15): NDArray {
  const a = matrices('pinv', value);
  refuseTracked('pinv', a);
  if (a.size === 0)
    return empty([...a.shape.slice(0, -2), a.shape[a.ndim - 1], a.shape[a.ndim - 2]], a.dtype);
  const [u, s, vt] = svd(a, { fullMatrices: false });
  const large = greater(s, mul(max(s, { axis: -1, keepdims: true }), rcond));
  const inverse = where(large, reciprocal(where(large, s, 1)), 0);
  return matmul(transposed(vt), mul(expandDims(inverse, -1), transposed(u)));
}

/** How many singular values are larger than the tolerance, per matrix. @see numpy.linalg.matrix_rank */
export function matrixRank(value: ArrayLike, tol?: number): NDArray {
  const a = asarray(value, 'matrixRank');
  if (a.ndim < 2) return any(notEqual(a, 0)).astype('int64');
  const s = svdvals(a);
  const [m, n] = a.shape.slice(-2);
  const limit = tol ?? mul(max(s, { axis: -1, keepdims: true }), Math.max(m, n) * eps(s.dtype));
  return sum(greater(s, limit), { axis: -1 });
}

/**
 * Least squares: the x that minimises |a @ x - b|, for a (m, n) and b (m,) or (m, k).
 * @returns [x, residuals, rank, s]: residuals are empty unless a has full column rank and m > n
 * @see numpy.linalg.lstsq
 */
export function lstsq(
  left: ArrayLike,
  right: ArrayLike,
  rcond?: number | null,
): [NDArray, NDArray, number, NDArray] {
  const a = matrices('lstsq', left);
  const b = asarray(right, 'lstsq');
  refuseTracked('lstsq', a);
  refuseTracked('lstsq', b);
  const [m, n] = a.shape;
  if (a.ndim !== 2 || b.ndim < 1 || b.ndim > 2 || b.shape[0] !== m) {
    throw new LinAlgError(
      `lstsq: Incompatible dimensions: a ${shapeText(a.shape)} and b ${shapeText(b.shape)}; b needs ${m} rows.`,
    );
  }
  const [u, s, vt] = svd(a, { fullMatrices: false });
  const large = greater(s, mul(max(s), rcond ?? eps(s.dtype) * Math.max(m, n)));
  const rank = Number(sum(large).item());
  const inverse = where(large, reciprocal(where(large, s, 1)), 0);
  const projected = matmul(transposed(u), b);
  const x = matmul(transposed(vt), mul(b.ndim === 1 ? inverse : reshape(inverse, -1, 1), projected));
  const residuals =
    rank === n && m > n ? reshape(sum(square(matmul(a, x).sub(b)), 0), -1) : empty([0], a.dtype);
  return [x, residuals, rank, s];
}

/** Condition number in the 2-norm: largest over smallest singular value. @see numpy.linalg.cond */
export function cond(value: ArrayLike): NDArray {
  const s = svdvals(value);
  return div(get(s, ['...', 0]), get(s, ['...', -1]));
}

/** A square matrix to a whole power, negative ones through the inverse. @see numpy.linalg.matrix_power */
export function matrixPower(value: ArrayLike, n: number): NDArray {
  let a = matrices('matrixPower', value, true);
  if (!Number.isInteger(n)) throw new TypeError(`matrixPower: exponent must be an integer, not ${n}.`);
  if (n < 0) a = inv(a);
  let out: NDArray | null = null;
  for (let k = Math.abs(n); k > 0; k = Math.floor(k / 2)) {
    if (k % 2 === 1) out = out === null ? a : matmul(out, a);
    if (k > 1) a = matmul(a, a);
  }
  return out ?? broadcastTo(eye(a.shape[a.ndim - 1], { dtype: a.dtype }), a.shape).copy();
}

/** The k-th diagonal over two axes, as a copy; its axis comes last. @see numpy.diagonal */
export function diagonal(value: ArrayLike, offset = 0, axis1 = 0, axis2 = 1): NDArray {
  const a = asarray(value, 'diagonal');
  if (a.ndim < 2)
    throw new RangeError(
      `diagonal: diag requires an array of at least two dimensions; this one has shape ${shapeText(a.shape)}.`,
    );
  const p = normalizeAxis('diagonal', axis1, a.ndim);
  const q = normalizeAxis('diagonal', axis2, a.ndim);
  if (p === q) throw new RangeError(`diagonal: axis1 and axis2 cannot be the same: ${axis1} and ${axis2}.`);
  const moved = moveaxis(a, [p, q], [-2, -1]);
  const [m, n] = moved.shape.slice(-2);
  const length = Math.max(0, Math.min(m + Math.min(offset, 0), n - Math.max(offset, 0)));
  const steps = arange(length);
  return get(moved, ['...', steps.add(Math.max(0, -offset)), steps.add(Math.max(0, offset))]);
}

/** Sum over the k-th diagonal. @see numpy.trace */
export const trace = (a: ArrayLike, offset = 0, axis1 = 0, axis2 = 1): NDArray =>
  sum(diagonal(a, offset, axis1, axis2), -1);

// ---------------------------------------------------------------- norms

/** Orders of a norm: a number, 'fro' (Frobenius) or 'nuc' (sum of singular values). */
export type NormOrder = number | 'fro' | 'nuc';

export interface NormOptions {
  ord?: NormOrder | null;
  axis?: Axis;
  keepdims?: boolean;
}

/**
 * Norm of a vector or matrix: by default the root of the sum of squares of all elements, without overflow.
 * @param ord vectors: any number, Infinity, -Infinity, 0; matrices: 1, -1, 2, -2, Infinity, -Infinity, 'fro', 'nuc'
 * @param axis one axis for vector norms, two for matrix norms
 * @see numpy.linalg.norm
 */
export function norm(
  value: ArrayLike,
  ord?: NormOrder | null | NormOptions,
  axis?: Axis,
  keepdims = false,
): NDArray {
  const o: NormOptions = typeof ord === 'object' && ord !== null ? ord : { ord, axis, keepdims };
  const given = asarray(value, 'norm');
  const x = isFloat(given.dtype) ? given : astype(given, 'float64');
  const order = o.ord ?? null;
  let axes: number[];
  if (o.axis === null || o.axis === undefined) {
    axes = x.shape.map((_, d) => d);
    if (order === null || (order === 2 && x.ndim === 1) || (order === 'fro' && x.ndim === 2))
      return euclidean(x, axes, o.keepdims ?? false);
  } else {
    // Matrix norms tell the row axis from the column axis, so the given order counts.
    normalizeAxes('norm', o.axis, x.ndim);
    axes = (typeof o.axis === 'number' ? [o.axis] : [...o.axis]).map((d) => normalizeAxis('norm', d, x.ndim));
  }
  if (axes.length === 1) return vectorNorm(x, order, axes[0], o.keepdims ?? false);
  if (axes.length === 2) return matrixNorm(x, order, axes, o.keepdims ?? false);
  throw new RangeError(
    `norm: Improper number of dimensions to norm: ${axes.length} axes of shape ${shapeText(x.shape)}; give one axis for vectors, two for matrices.`,
  );
}

/** Root of the sum of squares. Its gradient is x / norm, and 0 where the norm is 0. */
function euclidean(x: NDArray, axes: number[], keepdims: boolean): NDArray {
  const kept = noGrad(() => {
    // Over all elements the dot product needs no temporary, and is what NumPy takes.
    const plain =
      axes.length === x.ndim && x.contiguous && x.ndim > 0
        ? reshape(
            sqrt(matmul(reshape(x, -1), reshape(x, -1))),
            x.shape.map(() => 1),
          )
        : sqrt(sum(square(x), { axis: axes, keepdims: true }));
    const suspect = logicalOr(logicalNot(isfinite(plain)), equal(plain, 0));
    if (x.size === 0 || !any(suspect).item()) return plain;
    // Squares overflow or vanish although the norm does not: divide by the largest element first.
    const top = max(abs(x), { axis: axes, keepdims: true });
    const scale = where(logicalAnd(isfinite(top), notEqual(top, 0)), top, 1);
    return where(
      suspect,
      mul(scale, sqrt(sum(square(div(x, scale)), { axis: axes, keepdims: true }))),
      plain,
    );
  });
  track('norm', kept, [x], [(g) => mul(g, div(x, where(equal(kept, 0), 1, kept)))], [x, kept]);
  return keepdims
    ? kept
    : reshape(
        kept,
        x.shape.filter((_, d) => !axes.includes(d)),
      );
}
register('norm', true);

function vectorNorm(x: NDArray, order: NormOrder | null, axis: number, keepdims: boolean): NDArray {
  const o = { axis, keepdims };
  if (order === null || order === 2) return euclidean(x, [axis], keepdims);
  if (typeof order !== 'number')
    throw new RangeError(`norm: Invalid norm order '${order}' for vectors; use a number.`);
  if (order === Number.POSITIVE_INFINITY) return max(abs(x), o);
  if (order === Number.NEGATIVE_INFINITY) return min(abs(x), o);
  if (order === 0) return sum(notEqual(x, 0).astype(x.dtype), o);
  if (order === 1) return sum(abs(x), o);
  return pow(sum(pow(abs(x), order), o), 1 / order);
}

function matrixNorm(x: NDArray, order: NormOrder | null, [row, col]: number[], keepdims: boolean): NDArray {
  const restore = (out: NDArray) =>
    keepdims
      ? reshape(
          out,
          x.shape.map((n, d) => (d === row || d === col ? 1 : n)),
        )
      : out;
  const sums = (axis: number, other: number, pick: typeof max) =>
    restore(pick(sum(abs(x), axis), { axis: other > axis ? other - 1 : other }));
  const values = () => svdvals(moveaxis(x, [row, col], [-2, -1]));
  switch (order) {
    case null:
    case 'fro':
      return euclidean(x, [row, col], keepdims);
    case 'nuc':
      return restore(sum(values(), { axis: -1 }));
    case 2:
      return restore(max(values(), { axis: -1 }));
    case -2:
      return restore(min(values(), { axis: -1 }));
    case 1:
      return sums(row, col, max);
    case -1:
      return sums(row, col, min);
    case Number.POSITIVE_INFINITY:
      return sums(col, row, max);
    case Number.NEGATIVE_INFINITY:
      return sums(col, row, min);
    default:
      throw new RangeError(
        `norm: Invalid norm order ${String(order)} for matrices; known: 1, -1, 2, -2, Infinity, -Infinity, 'fro', 'nuc'.`,
      );
  }
}

export { matrixPower as matrix_power, matrixRank as matrix_rank };
