// Distances between the rows of two matrices, and the rows that are nearest. On the tape the distances are written in
// the library's own operations; otherwise one native call makes them.

import * as backend from '../backend/index.js';
import { asarray } from '../core/create.js';
import { type DType, isComplex, promoteTypes } from '../core/dtype.js';
import { type ArrayLike, empty, type NDArray } from '../core/ndarray.js';
import { shapeText } from '../core/shape.js';
import { BatchedArray } from './batching.js';
import { abs, equal, pow, sqrt, square, sub } from './elementwise.js';
import { castTo } from './operands.js';
import { max, sum } from './reduce.js';
import { tracking } from './registry.js';
import { copy, expandDims } from './shape.js';
import { where } from './where.js';

export interface DistanceOptions {
  /** Order of the norm: 1 sums absolute differences, 2 (default) is Euclidean, Infinity takes the largest. */
  p?: number;
}

/** The two matrices, in one type. */
function rows(caller: string, left: ArrayLike, right: ArrayLike, p: number): [NDArray, NDArray] {
  const a = asarray(left, caller);
  const b = asarray(right, caller);
  if (!(p > 0))
    throw new RangeError(
      `${caller}: p=${p} is the order of no norm; take 1 (absolute differences), 2 (Euclidean) or Infinity.`,
    );
  if (a.ndim !== 2 || b.ndim !== 2 || a.shape[1] !== b.shape[1]) {
    const hint =
      a.ndim > 2 || b.ndim > 2
        ? 'Reshape images to rows first: X.reshape(X.shape[0], -1).'
        : a.ndim === 1 || b.ndim === 1
          ? "One example is a matrix of one row: X.at('0:1')."
          : `${a.shape[1]} features cannot be compared with ${b.shape[1]}.`;
    throw new RangeError(
      `${caller}: takes rows of examples (N, D) with the same D, not ${shapeText(a.shape)} and ${shapeText(b.shape)}. ${hint}`,
    );
  }
  if (isComplex(a.dtype) || isComplex(b.dtype))
    throw new TypeError(`${caller}: distances of complex numbers are not defined here; compare np.abs(X).`);
  return [a, b];
}

/** float32 stays, and so does uint8 where there are loops for it; everything else is computed in float64. */
function native(a: NDArray, b: NDArray, bytes: boolean): [NDArray, NDArray] {
  const common = promoteTypes(a.dtype, b.dtype);
  const dtype: DType = common === 'float32' || (common === 'uint8' && bytes) ? common : 'float64';
  const ready = (x: NDArray): NDArray => {
    const typed = castTo(x.detach(), dtype);
    return typed.contiguous ? typed : copy(typed);
  };
  return [ready(a), ready(b)];
}

/** By broadcasting, for the tape. */
function composed(a: NDArray, b: NDArray, p: number): NDArray {
  const gaps = sub(expandDims(a, 1), expandDims(b, 0));
  if (p === 1) return sum(abs(gaps), { axis: 2 });
  if (p === Number.POSITIVE_INFINITY) return max(abs(gaps), { axis: 2 });
  const s = sum(p === 2 ? square(gaps) : pow(abs(gaps), p), { axis: 2 });
  // The root has no slope at zero; rows that coincide get none.
  const apart = where(equal(s, 0), 1, s);
  return where(equal(s, 0), 0, p === 2 ? sqrt(apart) : pow(apart, 1 / p));
}

/**
 * Distances between all rows of two matrices: (m, d) and (n, d) give (m, n). Euclidean distances come from one matrix
 * product, except where rows are so close that it would lose digits. float32 stays float32; sums over bytes are exact.
 * Gradients flow; rows that coincide have none.
 *
 * @example
 * learn.cdist([[0, 0]], [[3, 4], [0, 0]]);             // array([[5., 0.]])
 * learn.cdist([[0, 0]], [[3, 4], [0, 0]], { p: 1 });   // array([[7., 0.]])
 * @throws RangeError when the rows differ in length or p is no order of a norm
 * @see scipy.spatial.distance.cdist, torch.cdist
 */
export function cdist(left: ArrayLike, right: ArrayLike, options: DistanceOptions = {}): NDArray {
  const { p = 2 } = options;
  const [a, b] = rows('cdist', left, right, p);
  if (tracking(a, b) || a instanceof BatchedArray || b instanceof BatchedArray) return composed(a, b, p);
  const [x, y] = native(a, b, p === 1);
  const out = empty([a.shape[0], b.shape[0]], x.dtype === 'float32' ? 'float32' : 'float64');
  if (out.size > 0) backend.distances(out, x, y, p, true);
  return out;
}

export interface NeighborOptions extends DistanceOptions {
  /** How many neighbours. Default 1. */
  k?: number;
}

/** The neighbours of rows, nearest first. */
export interface Neighbors {
  /** (m, k) int64: rows of the second matrix. */
  indices: NDArray<'int64'>;
  /** (m, k) float64. */
  distances: NDArray<'float64'>;
}

/**
 * The k rows of `among` that are nearest to each row of `queries`, nearest first; of equally near ones the first comes
 * first, as with np.argmin. The matrix of all distances is never held in memory, and bytes are compared as they are.
 *
 * @example
 * const { indices, distances } = learn.nearest([[0.9]], [[0], [1], [2]], { k: 2 });
 * indices;   // array([[1, 0]])
 * @throws RangeError when there are fewer rows than k, or rows differ in length
 * @see sklearn.neighbors.NearestNeighbors.kneighbors
 */
export function nearest(queries: ArrayLike, among: ArrayLike, options: NeighborOptions = {}): Neighbors {
  const { k = 1, p = 2 } = options;
  const [a, b] = rows('nearest', queries, among, p);
  if (!Number.isInteger(k) || k < 1 || k > b.shape[0])
    throw new RangeError(
      `nearest: k=${k} neighbours of ${b.shape[0]} rows do not exist; k is a whole number from 1 to ${b.shape[0]}.`,
    );
  const [x, y] = native(a, b, p === 1 || p === 2);
  const indices = empty([a.shape[0], k], 'int64');
  const distances = empty([a.shape[0], k], 'float64');
  if (indices.size > 0) backend.nearest(indices, distances, x, y, k, p);
  return { indices: indices as NDArray<'int64'>, distances: distances as NDArray<'float64'> };
}
