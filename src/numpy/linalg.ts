// The `np.linalg` namespace: what is composed of the operations of ops/linalg.ts, ops/decompose.ts and their neighbours
// (rank, condition, powers, chains of products, tensor equations), and those operations under NumPy's names.

import { asarray } from '../core/create.js';
import { realType } from '../core/dtype.js';
import { type ArrayLike, empty, type NDArray } from '../core/ndarray.js';
import { noGrad } from '../core/node.js';
import { needed, parameters } from '../core/options.js';
import { normalizeAxis, shapeText, sizeOf } from '../core/shape.js';
import type { Accumulated, DTypeNamed, DTypeOf } from '../core/typing.js';
import { svd, svdvals } from '../ops/decompose.js';
import { diagonalView } from '../ops/diagonal.js';
import { div, greater, isnan, logicalAnd, logicalNot, mul, notEqual } from '../ops/elementwise.js';
import { get } from '../ops/index.js';
import { eps } from '../ops/leastsquares.js';
import { inv, LinAlgError, matrices, solve } from '../ops/linalg.js';
import { dot, matmul } from '../ops/matmul.js';
import { any, max, sum } from '../ops/reduce.js';
import { broadcastTo, copy, expandDims, moveaxis, reshape, transpose } from '../ops/shape.js';
import { where } from '../ops/where.js';
import { eye } from './creation.js';
import { type NormOrder, norm } from './norms.js';

export interface RankOptions {
  /** By default the largest singular value times max(m, n) times the dtype's eps; one per matrix of a stack. */
  tol?: ArrayLike | null;
  /** The matrices are symmetric: eigh is used. */
  hermitian?: boolean;
}

/**
 * How many singular values are larger than the tolerance, per matrix.
 * @param tolerance tol, or `{tol, hermitian}`
 * @see numpy.linalg.matrix_rank
 */
export function matrixRank(
  value: ArrayLike,
  tolerance?: ArrayLike | null | RankOptions,
  symmetric?: boolean | RankOptions,
): NDArray<'int64'> {
  const o = parameters<RankOptions>('matrixRank', ['tol', 'hermitian'], [tolerance, symmetric]);
  const { tol, hermitian = false } = o;
  const a = asarray(value, 'matrixRank').detach();
  if (a.ndim < 2) return any(notEqual(a, 0)).astype('int64');
  const s = svd(a, { computeUv: false, hermitian });
  const [m, n] = a.shape.slice(-2);
  if (s.shape[s.ndim - 1] === 0) return sum(notEqual(s, 0), { axis: -1 });
  const limit =
    tol === undefined || tol === null
      ? mul(max(s, { axis: -1, keepdims: true }), Math.max(m, n) * eps(s.dtype))
      : expandDims(asarray(tol, 'matrixRank'), -1);
  return sum(greater(s, limit), { axis: -1 });
}

/**
 * Condition number: by default the largest over the smallest singular value; for another order of norm,
 * norm(a) * norm(inv(a)).
 * @param kind p: null, 1, -1, 2, -2, Infinity, -Infinity or 'fro'
 * @see numpy.linalg.cond
 */
export function cond(value: ArrayLike, kind?: NormOrder | null | { p?: NormOrder | null }): NDArray {
  const { p: order = null } = parameters<{ p?: NormOrder | null }>('cond', ['p'], [kind]);
  const a = matrices('cond', value, order !== null && order !== 2 && order !== -2);
  if (a.size === 0)
    throw new LinAlgError(`cond: cond is not defined on empty arrays; the shape is ${shapeText(a.shape)}.`);
  let r: NDArray;
  if (order === null || order === 2 || order === -2) {
    const s = svdvals(a);
    const ends = [get(s, ['...', 0]), get(s, ['...', -1])];
    r = order === -2 ? div(ends[1], ends[0]) : div(ends[0], ends[1]);
  } else {
    const inverse = noGrad(() => invertible(a)) ? inv(a) : null;
    if (inverse === null) return condOfSingular(a, order);
    r = mul(norm(a, order, [-2, -1]), norm(inverse, order, [-2, -1]));
  }
  // 0 / 0 of a matrix without NaN is an infinite condition.
  const odd = logicalAnd(isnan(r), logicalNot(any(isnan(a), { axis: [-2, -1] })));
  return any(odd).item() ? where(odd, Number.POSITIVE_INFINITY, r) : r;
}

function invertible(a: NDArray): boolean {
  try {
    inv(a.detach());
    return true;
  } catch (error) {
    if (error instanceof LinAlgError) return false;
    throw error;
  }
}

/** A singular matrix among them: matrix by matrix, infinite where there is no inverse. */
function condOfSingular(a: NDArray, order: NormOrder): NDArray {
  const batch = a.shape.slice(0, -2);
  const stack = reshape(a, [-1, ...a.shape.slice(-2)]);
  const out = empty([stack.shape[0]], realType(a.dtype));
  for (let i = 0; i < stack.shape[0]; i++) {
    const one = get(stack, [i]).detach();
    const bad = any(isnan(one)).item();
    const value = bad ? Number.NaN : invertible(one) ? cond(one, order).item() : Number.POSITIVE_INFINITY;
    out.setElement([i], value);
  }
  return reshape(out, batch);
}

/**
 * A square matrix, or each of a stack (..., n, n), to a whole power, negative ones through the inverse.
 * @see numpy.linalg.matrix_power
 */
export function matrixPower(value: ArrayLike, exponent: number | { n: number }): NDArray {
  const n = needed('matrixPower', 'n', parameters<{ n?: number }>('matrixPower', ['n'], [exponent]).n);
  const given = asarray(value, 'matrixPower');
  matrices('matrixPower', given, true);
  if (!Number.isInteger(n)) throw new TypeError(`matrixPower: exponent must be an integer, not ${n}.`);
  // Whole numbers stay whole, as in NumPy, unless they are inverted.
  let a = n < 0 ? inv(given) : given;
  let out: NDArray | null = null;
  for (let k = Math.abs(n); k > 0; k = Math.floor(k / 2)) {
    if (k % 2 === 1) out = out === null ? a : matmul(out, a);
    if (k > 1) a = matmul(a, a);
  }
  if (out === null) return copy(broadcastTo(eye(a.shape[a.ndim - 1], { dtype: a.dtype }), a.shape));
  return out === given ? copy(out) : out;
}

/**
 * The product of two or more matrices, in the order that takes the fewest multiplications. The first and the last may
 * be vectors.
 * @example
 * np.linalg.multiDot([A, B, C, v]);
 * @see numpy.linalg.multi_dot
 */
export function multiDot(values: readonly ArrayLike[]): NDArray {
  const arrays = [...values].map((v) => asarray(v, 'multiDot'));
  if (arrays.length < 2)
    throw new RangeError(`multiDot: expecting at least two arrays, not ${arrays.length}.`);
  const last = arrays.length - 1;
  const row = arrays[0].ndim === 1;
  const column = arrays[last].ndim === 1;
  if (row) arrays[0] = reshape(arrays[0], [1, -1]);
  if (column) arrays[last] = reshape(arrays[last], [-1, 1]);
  arrays.forEach((a, i) => {
    if (a.ndim !== 2)
      throw new LinAlgError(
        `multiDot: ${a.ndim}-dimensional array given at place ${i}, shape ${shapeText(a.shape)}. Array must be two-dimensional (the first and the last may be 1-d).`,
      );
    if (i > 0 && arrays[i - 1].shape[1] !== a.shape[0])
      throw new RangeError(
        `multiDot: shapes ${shapeText(arrays[i - 1].shape)} at place ${i - 1} and ${shapeText(a.shape)} at place ${i} do not align: ${arrays[i - 1].shape[1]} != ${a.shape[0]}.`,
      );
  });
  const split = chainOrder([arrays[0].shape[0], ...arrays.map((a) => a.shape[1])]);
  const product = (i: number, j: number): NDArray =>
    i === j ? arrays[i] : dot(product(i, split[i][j]), product(split[i][j] + 1, j));
  const out = product(0, last);
  if (row && column) return reshape(out, []);
  return row || column ? reshape(out, -1) : out;
}

/** Where to cut the chain of matrices i..j (sizes[i] x sizes[i + 1] ...) so that the fewest multiplications are needed. */
function chainOrder(sizes: readonly number[]): number[][] {
  const n = sizes.length - 1;
  const cost = Array.from({ length: n }, () => new Array<number>(n).fill(0));
  const split = Array.from({ length: n }, () => new Array<number>(n).fill(0));
  for (let length = 1; length < n; length++) {
    for (let i = 0; i + length < n; i++) {
      const j = i + length;
      cost[i][j] = Number.POSITIVE_INFINITY;
      for (let k = i; k < j; k++) {
        const q = cost[i][k] + cost[k + 1][j] + sizes[i] * sizes[k + 1] * sizes[j + 1];
        if (q < cost[i][j]) {
          cost[i][j] = q;
          split[i][j] = k;
        }
      }
    }
  }
  return split;
}

/**
 * The x with tensordot(a, x, x.ndim) = b: the last axes of a, as many as x needs, are summed.
 * @param moved axes of a to move to its end first
 * @see numpy.linalg.tensorsolve
 */
export function tensorsolve(
  left: ArrayLike,
  right: ArrayLike,
  moved?: readonly number[] | null | { axes?: readonly number[] | null },
): NDArray {
  const { axes } = parameters<{ axes?: readonly number[] | null }>('tensorsolve', ['axes'], [moved]);
  let a = asarray(left, 'tensorsolve');
  const b = asarray(right, 'tensorsolve');
  if (axes) {
    const last = axes.map((d) => normalizeAxis('tensorsolve', d, a.ndim));
    a = transpose(a, [...a.shape.map((_, d) => d).filter((d) => !last.includes(d)), ...last]);
  }
  const shape = a.shape.slice(b.ndim);
  const n = sizeOf(shape);
  if (a.size !== n * n || b.size !== n)
    throw new LinAlgError(
      `tensorsolve: Input arrays must satisfy the requirement prod(a.shape[b.ndim:]) == prod(a.shape[:b.ndim]); a is ${shapeText(a.shape)}, b ${shapeText(b.shape)}.`,
    );
  return reshape(solve(reshape(a, [n, n]), reshape(b, [n])), shape);
}

/**
 * The inverse of tensordot(a, ., ind): its first `ind` axes become the last ones.
 * @see numpy.linalg.tensorinv
 */
export function tensorinv(value: ArrayLike, first?: number | { ind?: number }): NDArray {
  const { ind = 2 } = parameters<{ ind?: number }>('tensorinv', ['ind'], [first]);
  const a = asarray(value, 'tensorinv');
  if (!(Number.isInteger(ind) && ind > 0))
    throw new RangeError(`tensorinv: Invalid ind argument ${ind}; use a whole number from 1.`);
  const rows = sizeOf(a.shape.slice(0, ind));
  const columns = sizeOf(a.shape.slice(ind));
  if (rows !== columns)
    throw new LinAlgError(
      `tensorinv: the first ${ind} axes of shape ${shapeText(a.shape)} have ${rows} elements, the others ${columns}; they must be equal.`,
    );
  return reshape(inv(reshape(a, [rows, columns])), [...a.shape.slice(ind), ...a.shape.slice(0, ind)]);
}

export interface DiagonalOptions {
  /** Which diagonal: above the main one when positive. */
  offset?: number;
  /** The axes that it runs over, 0 and 1 by default. */
  axis1?: number;
  axis2?: number;
}

export interface TraceOptions extends DiagonalOptions {
  /** Element type to accumulate in and to return. */
  dtype?: string;
  /** Array to write the result into; it is returned. */
  out?: NDArray | null;
}

/** The k-th diagonal over two axes, as a copy; its axis comes last. @see numpy.diagonal */
export const diagonal = <A extends ArrayLike>(
  value: A,
  k?: number | DiagonalOptions,
  first?: number | DiagonalOptions,
  second?: number | DiagonalOptions,
): NDArray<DTypeOf<A>> =>
  copy(
    overDiagonal(
      value,
      parameters<DiagonalOptions>('diagonal', ['offset', 'axis1', 'axis2'], [k, first, second]),
    ),
  ) as NDArray<DTypeOf<A>>;

function overDiagonal(value: ArrayLike, { offset = 0, axis1 = 0, axis2 = 1 }: DiagonalOptions): NDArray {
  const a = asarray(value, 'diagonal');
  if (a.ndim < 2)
    throw new RangeError(
      `diagonal: diag requires an array of at least two dimensions; this one has shape ${shapeText(a.shape)}.`,
    );
  const p = normalizeAxis('diagonal', axis1, a.ndim);
  const q = normalizeAxis('diagonal', axis2, a.ndim);
  if (p === q) throw new RangeError(`diagonal: axis1 and axis2 cannot be the same: ${axis1} and ${axis2}.`);
  if (!Number.isInteger(offset))
    throw new TypeError(`diagonal: the offset must be a whole number, not ${String(offset)}.`);
  return diagonalView(moveaxis(a, [p, q], [-2, -1]), offset);
}

/** Sum over the k-th diagonal. @see numpy.trace */
export function trace<N extends string>(
  a: ArrayLike,
  options: TraceOptions & { dtype: N },
): NDArray<DTypeNamed<N>>;
export function trace<A extends ArrayLike>(
  a: A,
  offset?: number | TraceOptions,
  axis1?: number | TraceOptions,
  axis2?: number | TraceOptions,
): NDArray<Accumulated<DTypeOf<A>>>;
export function trace(a: ArrayLike, ...given: unknown[]): NDArray {
  const { dtype, out, ...which } = parameters<TraceOptions>(
    'trace',
    ['offset', 'axis1', 'axis2', 'dtype', 'out'],
    given,
  );
  return sum(overDiagonal(a, which), { axis: -1, dtype, out });
}

export {
  eig,
  eigh,
  eigvals,
  eigvalsh,
  lu,
  type QrMode,
  qr,
  type SvdOptions,
  svd,
  svdvals,
} from '../ops/decompose.js';
export { det, slogdet } from '../ops/determinant.js';
export { lstsq, type PinvOptions, pinv } from '../ops/leastsquares.js';
export {
  cholesky,
  inv,
  LinAlgError,
  solve,
  solveTriangular,
  solveTriangular as solve_triangular,
  type TriangularOptions,
} from '../ops/linalg.js';
export { type NormOptions, type NormOrder, norm } from './norms.js';
export { matrixPower as matrix_power, matrixRank as matrix_rank, multiDot as multi_dot };
