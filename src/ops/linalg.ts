// Linear systems with their gradients: solve, inv, triangular systems, Cholesky factors. Leading axes are stacks of
// matrices. Decompositions are in decompose.ts, determinants in determinant.ts.

import * as backend from '../backend/index.js';
import { asarray } from '../core/create.js';
import { type DType, isComplex, isInexact, promoteTypes } from '../core/dtype.js';
import { type ArrayLike, empty, type NDArray } from '../core/ndarray.js';
import { broadcastShapes, type Shape, shapeText } from '../core/shape.js';
import type { DTypeOf, Floating, Promote } from '../core/typing.js';
import { batching, overArray, overSystems } from './batching.js';
import { conjugate } from './define.js';
import { add, div, equal, greaterEqual, neg } from './elementwise.js';
import { matmul } from './matmul.js';
import { register, track, trackJointly } from './registry.js';
import { ascontiguousarray, astype, broadcastTo, expandDims, reshape, squeeze, swapaxes } from './shape.js';
import { where } from './where.js';

/** What LAPACK finds wrong with the values: a singular matrix, no convergence (numpy.linalg.LinAlgError). */
export class LinAlgError extends Error {
  override name = 'LinAlgError';
}

// ---------------------------------------------------------------- operands

/** A stack of matrices, float64 unless it is float32 or complex already. The conversion is on the tape. */
export function matrices(caller: string, value: ArrayLike, square = false): NDArray {
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
  return isInexact(a.dtype) ? a : astype(a, 'float64');
}

/** The values in C order, off the tape, as LAPACK takes them. */
export const dense = (a: NDArray): NDArray => ascontiguousarray(a.detach());

/** Runs native code and gives its errors this function's name and a way out. */
export function lapack<T>(caller: string, a: NDArray, hint: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    const text = (error as Error).message.replace(/^\w+: /, '').replace(/\.$/, '');
    throw new LinAlgError(
      `${caller}: ${text}, for a matrix of shape ${shapeText(a.shape.slice(-2))}. ${hint}`,
    );
  }
}

/** The conjugate transpose of each matrix. */
export const adjoint = (a: NDArray): NDArray => conj(swapaxes(a, -1, -2));

/** The conjugate of complex elements; real ones as they are. */
export const conj = (a: NDArray): NDArray => (isComplex(a.dtype) ? conjugate(a) : a);

/** Two axes of length 1 at the end, to meet a stack of matrices. */
export const perMatrix = (a: NDArray): NDArray => reshape(a, [...a.shape, 1, 1]);

/** 0, 1, ... n - 1. */
export const count = (n: number): NDArray => {
  const out = empty([n], 'int64');
  const raw = out.raw() as BigInt64Array;
  for (let i = 0; i < n; i++) raw[i] = BigInt(i);
  return out;
};

/** Where row i and column j of an (m, n) matrix have i >= j + k. */
export const lowerMask = (m: number, n: number, k = 0): NDArray =>
  greaterEqual(reshape(count(m), [m, 1]), add(count(n), k));

/** The diagonal and what is below it; the rest is 0. */
const lowerPart = (a: NDArray): NDArray => where(lowerMask(...lastTwo(a)), a, 0);

/** Where row i and column j are the same. */
export const diagonalMask = (n: number): NDArray => equal(reshape(count(n), [n, 1]), count(n));

const lastTwo = (a: NDArray): [number, number] => [a.shape[a.ndim - 2], a.shape[a.ndim - 1]];

// ---------------------------------------------------------------- systems

const singularHint = 'np.linalg.lstsq solves in the least squares sense.';

/**
 * The operands of a @ x = b, in one dtype and with their leading axes broadcast; a vector as a column.
 * NumPy's rule: b is a stack of vectors when it has one dimension less than a.
 */
function system(
  caller: string,
  left: ArrayLike,
  right: ArrayLike,
): { a: NDArray; b: NDArray; batch: Shape; vector: boolean } {
  let a = matrices(caller, left, true);
  let b = asarray(right, caller);
  const n = a.shape[a.ndim - 1];
  const vector = b.ndim === a.ndim - 1;
  const rowsAt = vector ? b.ndim - 1 : b.ndim - 2;
  if (b.ndim === 0 || rowsAt < 0 || b.shape[rowsAt] !== n) {
    throw new RangeError(
      `${caller}: shapes ${shapeText(a.shape)} and ${shapeText(b.shape)} do not align: b needs ${n} rows.` +
        (vector && b.ndim > 1 && b.shape[b.ndim - 2] === n
          ? ` With one dimension less than a, b is a stack of vectors; reshape it to ${shapeText([1, ...b.shape])} for matrices.`
          : ''),
    );
  }
  const dtype: DType = promoteTypes(a.dtype, isInexact(b.dtype) ? b.dtype : 'float64');
  if (a.dtype !== dtype) a = astype(a, dtype);
  if (b.dtype !== dtype) b = astype(b, dtype);
  if (vector) b = expandDims(b, -1);
  return { a, b, batch: broadcastShapes(caller, a.shape.slice(0, -2), b.shape.slice(0, -2)), vector };
}

const stacked = (a: NDArray, batch: Shape): NDArray =>
  dense(broadcastTo(a.detach(), [...batch, ...a.shape.slice(-2)]));

/**
 * The x with a @ x = b, for square matrices a (..., n, n) and vectors (..., n) or matrices (..., n, k) b.
 * @throws LinAlgError for a singular matrix
 * @example
 * np.linalg.solve([[3, 1], [1, 2]], [9, 8]);   // array([2., 3.])
 * @see numpy.linalg.solve
 */
export function solve<A extends ArrayLike, B extends ArrayLike>(
  left: A,
  right: B,
): NDArray<Floating<Promote<DTypeOf<A>, DTypeOf<B>>>> {
  const { a, b, batch, vector } = system('solve', left, right);
  const many = batching.open > 0 ? overSystems(a, b, solve) : null;
  if (many !== null) return (vector ? squeeze(many, -1) : many) as NDArray<never>;
  const out = empty([...batch, ...b.shape.slice(-2)], a.dtype);
  if (out.size > 0)
    lapack('solve', a, singularHint, () => backend.solve(out, stacked(a, batch), stacked(b, batch)));
  trackJointly(
    'solve',
    out,
    [a, b],
    (g) => {
      const gb = solve(adjoint(a), g);
      return [a.tracked ? neg(matmul(gb, adjoint(out))) : null, gb];
    },
    [a, out],
  );
  return vector ? reshape(out, out.shape.slice(0, -1)) : out;
}
register('solve', true);

export interface TriangularOptions {
  /** Which triangle holds the matrix; the other one is not read. */
  lower?: boolean;
  /** Whether the diagonal counts as ones, whatever it holds. */
  unitDiagonal?: boolean;
}

/**
 * The x with a @ x = b for triangular matrices a (..., n, n): `solve` in a third of its time.
 * @param options lower (false by default, as in SciPy), unitDiagonal
 * @throws LinAlgError for a zero on the diagonal
 * @example
 * np.linalg.solveTriangular(np.linalg.cholesky(A), b, { lower: true });
 * @see scipy.linalg.solve_triangular
 */
export function solveTriangular(left: ArrayLike, right: ArrayLike, options: TriangularOptions = {}): NDArray {
  const { lower = false, unitDiagonal = false } = options;
  const { a, b, batch, vector } = system('solveTriangular', left, right);
  const out = empty([...batch, ...b.shape.slice(-2)], a.dtype);
  if (out.size > 0)
    lapack('solveTriangular', a, singularHint, () =>
      backend.solveTriangular(out, stacked(a, batch), stacked(b, batch), lower, unitDiagonal),
    );
  trackJointly(
    'solveTriangular',
    out,
    [a, b],
    (g) => {
      const gb = solveTriangular(adjoint(a), g, { lower: !lower, unitDiagonal });
      if (!a.tracked) return [null, gb];
      const n = a.shape[a.ndim - 1];
      const from = unitDiagonal ? 1 : 0;
      // Only the triangle that is read takes a gradient.
      const mask = lower ? lowerMask(n, n, from) : swapaxes(lowerMask(n, n, from), 0, 1);
      return [where(mask, neg(matmul(gb, adjoint(out))), 0), gb];
    },
    [a, out],
  );
  return vector ? reshape(out, out.shape.slice(0, -1)) : out;
}
register('solveTriangular', true);

/** b @ a^-1 and b @ a^-H for a triangular a. */
export const divideByTriangular = (b: NDArray, a: NDArray, lower: boolean): NDArray =>
  swapaxes(solveTriangular(swapaxes(a, -1, -2), swapaxes(b, -1, -2), { lower: !lower }), -1, -2);

/**
 * Inverse of square matrices (..., n, n).
 * @throws LinAlgError for a singular matrix
 * @see numpy.linalg.inv
 */
export function inv<A extends ArrayLike>(value: A): NDArray<Floating<DTypeOf<A>>> {
  const a = matrices('inv', value, true);
  const many = batching.open > 0 ? overArray(a, inv) : null;
  if (many !== null) return many as NDArray<never>;
  const out = empty(a.shape, a.dtype);
  if (out.size > 0)
    lapack('inv', a, 'np.linalg.pinv gives the pseudo-inverse.', () => backend.inv(out, dense(a)));
  return track('inv', out, [a], [(g) => neg(matmul(matmul(adjoint(out), g), adjoint(out)))], [out]);
}
register('inv', true);

// ---------------------------------------------------------------- cholesky

/**
 * The lower triangular L with L @ L.T = a (L @ L.conj().T of complex ones), for symmetric positive definite matrices (..., n, n); the lower triangle is
 * read. The gradient is symmetric, as a is.
 * @throws LinAlgError when a matrix is not positive definite
 * @see numpy.linalg.cholesky
 */
export function cholesky<A extends ArrayLike>(value: A): NDArray<Floating<DTypeOf<A>>> {
  const a = matrices('cholesky', value, true);
  const many = batching.open > 0 ? overArray(a, cholesky) : null;
  if (many !== null) return many as NDArray<never>;
  const n = a.shape[a.ndim - 1];
  const out = empty(a.shape, a.dtype);
  if (out.size > 0)
    lapack('cholesky', a, 'Adding a small multiple of np.eye(n) may help.', () =>
      backend.cholesky(out, dense(a)),
    );
  return track(
    'cholesky',
    out,
    [a],
    [
      (g) => {
        // The lower triangle of L' g with half its diagonal, between two triangular solves.
        const inner = lowerPart(matmul(adjoint(out), lowerPart(g)));
        const half = where(diagonalMask(n), div(inner, 2), inner);
        const right = divideByTriangular(half, out, true);
        const both = solveTriangular(adjoint(out), right, { lower: false });
        return div(add(both, adjoint(both)), 2);
      },
    ],
    [out],
  );
}
register('cholesky', true);
