// Matrix decompositions with their gradients: svd, eigh, eig, qr, lu. Leading axes are stacks of matrices. Each
// factor has a rule of its own, and the walker adds what they give; they read the factors, so every order exists.

import * as backend from '../backend/index.js';
import { complexType, type DType, isComplex, realType } from '../core/dtype.js';
import { type ArrayLike, empty, type NDArray, emptyZeroed as zeros } from '../core/ndarray.js';
import { parameters, type Spelled } from '../core/options.js';
import type { DTypeOf, Floating, RealOf } from '../core/typing.js';
import { imag, real } from './complex.js';
import { abs, add, div, equal, mul, reciprocal, sign, square, sub } from './elementwise.js';
import { get } from './index.js';
import { concatenate } from './join.js';
import {
  adjoint,
  conj,
  count,
  dense,
  diagonalMask,
  divideByTriangular,
  lapack,
  lowerMask,
  matrices,
  solve,
  solveTriangular,
} from './linalg.js';
import { matmul } from './matmul.js';
import { any, sum } from './reduce.js';
import { register, track, tracking } from './registry.js';
import { astype, broadcastTo, copy, expandDims, flip } from './shape.js';
import { argsort, sort, takeAlongAxis } from './sort.js';
import { where } from './where.js';

const finiteHint = 'Check it for NaN and infinities with np.isfinite.';

const identity = (shape: readonly number[], dtype: DType): NDArray => {
  const [m, n] = shape.slice(-2);
  const out = zeros([m, n], dtype);
  for (let i = 0; i < Math.min(m, n); i++) out.setElement([i, i], 1);
  return copy(broadcastTo(out, shape));
};

/** Each column of x times its number. */
const scaleColumns = (x: NDArray, by: NDArray): NDArray => mul(x, expandDims(by, -2));
const scaleRows = (x: NDArray, by: NDArray): NDArray => mul(x, expandDims(by, -1));

/** values[j] - values[i] in row i and column j, and 1 on the diagonal, where it divides what is not used. */
function gaps(values: NDArray): NDArray {
  const n = values.shape[values.ndim - 1];
  return where(diagonalMask(n), 1, sub(expandDims(values, -2), expandDims(values, -1)));
}

const skew = (x: NDArray): NDArray => sub(x, adjoint(x));

/**
 * The diagonal of a complex factor's rule: a phase that U and V share does not count, so each takes half of what turns
 * them against each other. Real factors have no phases, and `x` is 0 there.
 */
const phased = (x: NDArray, inside: NDArray, s: NDArray, side: number): NDArray =>
  isComplex(x.dtype)
    ? where(diagonalMask(s.shape[s.ndim - 1]), div(skew(inside), mul(expandDims(s, -1), 4 * side)), x)
    : x;

const firstColumns = (x: NDArray, k: number): NDArray => get(x, ['...', `:${k}`]);
const laterColumns = (x: NDArray, k: number): NDArray => get(x, ['...', `${k}:`]);

/**
 * The gradient of a basis whose first k columns span a matrix and whose others span the rest: what reaches the others
 * acts through the space that they span, so it comes back as a gradient of the first.
 */
function ofFirstColumns(g: NDArray, basis: NDArray, k: number): { first: NDArray; g: NDArray } {
  if (basis.shape[basis.ndim - 1] === k) return { first: basis, g };
  const first = firstColumns(basis, k);
  const others = laterColumns(basis, k);
  const moved = matmul(matmul(others, adjoint(laterColumns(g, k))), first);
  return { first, g: sub(firstColumns(g, k), moved) };
}

// ---------------------------------------------------------------- svd

export interface SvdOptions {
  /** U and Vt square, (m, m) and (n, n), rather than thin; true by default, as in NumPy. */
  fullMatrices?: boolean;
  /** Return [U, S, Vt] rather than S alone; true by default. */
  computeUv?: boolean;
  /** The matrices are symmetric: the faster eigh is used. */
  hermitian?: boolean;
}

/**
 * Singular value decomposition: a (..., m, n) = U @ diag(S) @ Vt, singular values descending.
 *
 * Gradients of U and Vt divide by differences of squared singular values: where values repeat (or vanish, unless the
 * matrix is square) they are infinite or NaN. The gradient of S always exists.
 * @returns [U, S, Vt], or S with `computeUv: false`
 * @throws LinAlgError when it does not converge (NaN or infinities in the matrix)
 * @example
 * const [U, S, Vt] = np.linalg.svd(X, { fullMatrices: false });
 * np.allclose(np.dot(U.mul(S), Vt), X);   // true
 * @see numpy.linalg.svd
 */
export function svd<A extends ArrayLike>(
  a: A,
  options: Spelled<SvdOptions> & ({ computeUv: false } | { compute_uv: false }),
): NDArray<RealOf<Floating<DTypeOf<A>>>>;
export function svd<A extends ArrayLike>(
  a: A,
  fullMatrices: boolean,
  computeUv: false,
  hermitian?: boolean,
): NDArray<RealOf<Floating<DTypeOf<A>>>>;
export function svd<A extends ArrayLike>(
  a: A,
  fullMatrices?: boolean | Spelled<SvdOptions>,
  computeUv?: boolean | Spelled<SvdOptions>,
  hermitian?: boolean | Spelled<SvdOptions>,
): [
  U: NDArray<Floating<DTypeOf<A>>>,
  S: NDArray<RealOf<Floating<DTypeOf<A>>>>,
  Vt: NDArray<Floating<DTypeOf<A>>>,
];
export function svd(value: ArrayLike, ...given: unknown[]): NDArray | [NDArray, NDArray, NDArray] {
  const names = ['fullMatrices', 'computeUv', 'hermitian'];
  const {
    fullMatrices = true,
    computeUv = true,
    hermitian = false,
  } = parameters<SvdOptions>('svd', names, given);
  const a = matrices('svd', value, hermitian);
  if (hermitian) return symmetricSvd(a, computeUv);
  const [m, n] = a.shape.slice(-2);
  const k = Math.min(m, n);
  const batch = a.shape.slice(0, -2);
  const s = empty([...batch, k], realType(a.dtype));
  if (!computeUv && !tracking(a)) {
    if (s.size > 0) lapack('svd', a, finiteHint, () => backend.svdvals(dense(a), s));
    return s;
  }
  const full = fullMatrices && computeUv;
  const u =
    k === 0 ? identity([...batch, m, full ? m : k], a.dtype) : empty([...batch, m, full ? m : k], a.dtype);
  const vt =
    k === 0 ? identity([...batch, full ? n : k, n], a.dtype) : empty([...batch, full ? n : k, n], a.dtype);
  if (s.size > 0) lapack('svd', a, finiteHint, () => backend.svd(dense(a), u, s, vt, full));
  if (!tracking(a)) return [u, s, vt];

  const thinU = () => (full ? firstColumns(u, k) : u);
  const thinVt = () => (full ? get(vt, ['...', `:${k}`, ':']) : vt);
  const between = () => gaps(square(s));
  track('svd', s, [a], [(g) => matmul(scaleColumns(thinU(), g), thinVt())], [u, vt]);
  track(
    'svd',
    u,
    [a],
    [
      (given) => {
        const { first, g } = ofFirstColumns(given, u, k);
        const inside = matmul(adjoint(first), g);
        let out = matmul(first, phased(scaleColumns(div(skew(inside), between()), s), inside, s, 1));
        if (m > k) out = add(out, scaleColumns(sub(g, matmul(first, inside)), reciprocal(s)));
        return matmul(out, thinVt());
      },
    ],
    [u, s, vt],
  );
  track(
    'svd',
    vt,
    [a],
    [
      (given) => {
        const { first, g } = ofFirstColumns(adjoint(given), adjoint(vt), k);
        const inside = matmul(adjoint(first), g);
        let out = matmul(phased(scaleRows(div(skew(inside), between()), s), inside, s, -1), adjoint(first));
        if (n > k) out = add(out, scaleRows(adjoint(sub(g, matmul(first, inside))), reciprocal(s)));
        return matmul(thinU(), out);
      },
    ],
    [u, s, vt],
  );
  return computeUv ? [u, s, vt] : s;
}
register('svd', true);

/** By eigenvalues: their sizes in descending order are the singular values, their signs go to the right vectors. */
function symmetricSvd(a: NDArray, vectors: boolean): NDArray | [NDArray, NDArray, NDArray] {
  if (!vectors) return flip(sort(abs(eigvalsh(a)), -1), -1);
  const [w, v] = eigh(a);
  const order = flip(argsort(abs(w), -1), -1);
  const sorted = takeAlongAxis(w, order, -1);
  const u = takeAlongAxis(v, expandDims(order, -2), -1);
  return [u, abs(sorted), adjoint(scaleColumns(u, sign(sorted.detach())))];
}

/** Singular values, descending. @see numpy.linalg.svdvals */
export const svdvals = <A extends ArrayLike>(a: A): NDArray<RealOf<Floating<DTypeOf<A>>>> =>
  svd(a, { computeUv: false });

// ---------------------------------------------------------------- eigenvalues of symmetric matrices

/** Which triangle is read, 'L' by default. */
export type Triangle = 'L' | 'U' | { UPLO?: 'L' | 'U' };

const triangle = (caller: string, argument: Triangle | undefined): boolean => {
  const { UPLO: uplo = 'L' } = parameters<{ UPLO?: 'L' | 'U' }>(caller, ['UPLO'], [argument]);
  const letter = String(uplo).toUpperCase();
  if (letter !== 'L' && letter !== 'U')
    throw new RangeError(`${caller}: UPLO argument must be 'L' or 'U', not '${uplo}'.`);
  return letter === 'L';
};

/**
 * Eigenvalues (ascending, real) and eigenvectors (columns) of symmetric or Hermitian matrices (..., n, n): [w, v].
 *
 * The gradient is symmetric, as the matrix is. That of v divides by differences of eigenvalues: where they repeat it is
 * infinite or NaN. The gradient of w always exists.
 * @param uplo which triangle is read, 'L' by default
 * @throws LinAlgError when it does not converge (NaN or infinities in the matrix)
 * @example
 * const [w, v] = np.linalg.eigh([[2, 1], [1, 2]]);   // w: array([1., 3.])
 * @see numpy.linalg.eigh
 */
export function eigh<A extends ArrayLike>(
  value: A,
  uplo?: Triangle,
): [values: NDArray<RealOf<Floating<DTypeOf<A>>>>, vectors: NDArray<Floating<DTypeOf<A>>>] {
  const a = matrices('eigh', value, true);
  const lower = triangle('eigh', uplo);
  const w = empty(a.shape.slice(0, -1), realType(a.dtype));
  const v = empty(a.shape, a.dtype);
  if (a.size > 0) lapack('eigh', a, finiteHint, () => backend.eigh(dense(a), w, v, lower));
  if (!tracking(a)) return [w, v];
  track('eigh', w, [a], [(g) => matmul(scaleColumns(v, g), adjoint(v))], [v]);
  track(
    'eigh',
    v,
    [a],
    [
      (g) => {
        const inside = where(diagonalMask(a.shape[a.ndim - 1]), 0, div(matmul(adjoint(v), g), gaps(w)));
        const out = matmul(matmul(v, inside), adjoint(v));
        return div(add(out, adjoint(out)), 2);
      },
    ],
    [w, v],
  );
  return [w, v];
}
register('eigh', true);

/** Eigenvalues of symmetric matrices, ascending. @see numpy.linalg.eigvalsh */
export function eigvalsh<A extends ArrayLike>(
  value: A,
  uplo?: Triangle,
): NDArray<RealOf<Floating<DTypeOf<A>>>> {
  const a = matrices('eigvalsh', value, true);
  const lower = triangle('eigvalsh', uplo);
  if (tracking(a)) return eigh(a, uplo)[0];
  const w = empty(a.shape.slice(0, -1), realType(a.dtype));
  if (a.size > 0) lapack('eigvalsh', a, finiteHint, () => backend.eigvalsh(dense(a), w, lower));
  return w;
}

// ---------------------------------------------------------------- eigenvalues of any matrices

/**
 * Eigenvalues and right eigenvectors (columns, of length 1) of square matrices (..., n, n): [w, v]. They are complex,
 * unless all eigenvalues of a real array are real: then both are real, as NumPy's.
 *
 * Gradients divide by differences of eigenvalues: where they repeat they are infinite or NaN. A vector's phase is
 * arbitrary, so gradients are right for what does not depend on it, such as np.abs(v).
 * @throws LinAlgError when it does not converge (NaN or infinities in the matrix)
 * @example
 * const [w] = np.linalg.eig([[0, -1], [1, 0]]);   // w: array([0.+1.j, 0.-1.j])
 * @see numpy.linalg.eig
 */
export function eig(value: ArrayLike): [NDArray, NDArray] {
  const a = matrices('eig', value, true);
  const dtype = complexType(a.dtype);
  let w = empty(a.shape.slice(0, -1), dtype);
  let v = empty(a.shape, dtype);
  if (a.size > 0) lapack('eig', a, finiteHint, () => backend.eig(dense(a), w, v));
  if (!isComplex(a.dtype) && !any(imag(w)).item()) [w, v] = [copy(real(w)), copy(real(v))];
  if (!tracking(a)) return [w, v];
  const rule = (inside: NDArray): NDArray => matmul(solve(adjoint(v), inside), adjoint(v));
  const n = a.shape[a.ndim - 1];
  track('eig', w, [a], [(g) => rule(where(diagonalMask(n), expandDims(g, -1), 0))], [v]);
  track(
    'eig',
    v,
    [a],
    [
      (g) => {
        const inside = matmul(adjoint(v), g);
        // A vector's length stays 1: what would stretch it does not count.
        const along = real(sum(where(diagonalMask(n), inside, 0), -1));
        const across = sub(inside, matmul(adjoint(v), scaleColumns(v, along)));
        return rule(where(diagonalMask(n), 0, div(across, conj(gaps(w)))));
      },
    ],
    [w, v],
  );
  return [w, v];
}
register('eig', true);

/** Eigenvalues of square matrices, complex unless all are real. @see numpy.linalg.eigvals */
export function eigvals(value: ArrayLike): NDArray {
  const a = matrices('eigvals', value, true);
  if (tracking(a)) return eig(a)[0];
  const w = empty(a.shape.slice(0, -1), complexType(a.dtype));
  if (a.size > 0) lapack('eigvals', a, finiteHint, () => backend.eigvals(dense(a), w));
  return isComplex(a.dtype) || any(imag(w)).item() ? w : copy(real(w));
}

// ---------------------------------------------------------------- qr

export type QrMode = 'reduced' | 'complete' | 'r' | 'raw';

/**
 * a (..., m, n) = Q @ R with orthonormal columns Q and upper triangular R: [q, r].
 *
 * Shapes, with k = min(m, n): 'reduced' (m, k) and (k, n); 'complete' (m, m) and (m, n); 'r' gives R alone; 'raw' gives
 * LAPACK's Householder vectors (n, m) and scales (k), without gradients.
 * Gradients need the first k columns of a to be independent.
 * @see numpy.linalg.qr
 */
export function qr<A extends ArrayLike>(
  value: A,
  mode?: 'reduced' | 'complete' | 'raw' | { mode?: 'reduced' | 'complete' | 'raw' },
): [Q: NDArray<Floating<DTypeOf<A>>>, R: NDArray<Floating<DTypeOf<A>>>];
export function qr<A extends ArrayLike>(value: A, mode: 'r' | { mode: 'r' }): NDArray<Floating<DTypeOf<A>>>;
export function qr(value: ArrayLike, argument?: QrMode | { mode?: QrMode }): NDArray | [NDArray, NDArray] {
  const { mode = 'reduced' } = parameters<{ mode?: QrMode }>('qr', ['mode'], [argument]);
  if (!['reduced', 'complete', 'r', 'raw'].includes(mode))
    throw new RangeError(`qr: Unrecognized mode '${mode}'; known: 'reduced', 'complete', 'r', 'raw'.`);
  const a = matrices('qr', value);
  const [m, n] = a.shape.slice(-2);
  const k = Math.min(m, n);
  const batch = a.shape.slice(0, -2);
  if (mode === 'raw') {
    if (tracking(a))
      throw new Error(
        "qr: mode 'raw' has no gradient, and the array requires grad. Use mode 'reduced', or x.detach() if no gradient is needed.",
      );
    const h = empty([...batch, n, m], a.dtype);
    const tau = empty([...batch, k], a.dtype);
    backend.qrRaw(dense(a), h, tau);
    return [h, tau];
  }
  if (mode === 'r' && !tracking(a)) {
    const r = empty([...batch, k, n], a.dtype);
    backend.qrR(dense(a), r);
    return r;
  }
  const columns = mode === 'complete' ? m : k;
  const q = empty([...batch, m, columns], a.dtype);
  const r = empty([...batch, columns, n], a.dtype);
  backend.qr(dense(a), q, r, mode === 'complete');
  if (tracking(a)) {
    const square = () => get(r, ['...', `:${k}`, `:${k}`]);
    // What comes through Q alone, for the first k columns of a; the columns after them come through R only.
    const throughQ = (g: NDArray, first: NDArray): NDArray =>
      divideByAdjoint(sub(g, matmul(first, mirrored(matmul(adjoint(g), first)))), square());
    track(
      'qr',
      q,
      [a],
      [
        (given) => {
          const { first, g } = ofFirstColumns(given, q, k);
          const out = throughQ(g, first);
          return n > k ? concatenate([out, zeros([...batch, m, n - k], a.dtype)], -1) : out;
        },
      ],
      [q, r],
    );
    track(
      'qr',
      r,
      [a],
      [
        (given) => {
          const first = firstColumns(q, k);
          const g = get(given, ['...', `:${k}`, ':']);
          const left = firstColumns(g, k);
          const out = divideByAdjoint(matmul(first, mirrored(matmul(square(), adjoint(left)))), square());
          if (n === k) return out;
          // The later columns of R are Q' times those of a.
          const right = laterColumns(g, k);
          const ofQ = matmul(laterColumns(a, k), adjoint(right));
          return concatenate([add(out, throughQ(ofQ, first)), matmul(first, right)], -1);
        },
      ],
      [a, q, r],
    );
  }
  return mode === 'r' ? r : [q, r];
}
register('qr', true);

/** x @ r^-H for an upper triangular r. */
const divideByAdjoint = (x: NDArray, r: NDArray): NDArray => divideByTriangular(x, adjoint(r), true);

/** The lower triangle, and above it its mirror image; of complex ones conjugate, with a real diagonal. */
const mirrored = (x: NDArray): NDArray => {
  const n = x.shape[x.ndim - 1];
  const h = adjoint(x);
  return where(lowerMask(n, n, 1), x, where(diagonalMask(n), div(add(x, h), 2), h));
};

// ---------------------------------------------------------------- lu

/**
 * a (..., m, n) = P @ L @ U: a permutation (m, m), unit lower (m, k) and upper triangular (k, n), k = min(m, n).
 * NumPy has no lu; this is SciPy's. With `permuteL: true` the result is [P @ L, U].
 * @see scipy.linalg.lu
 */
export function lu<A extends ArrayLike>(
  value: A,
  options: { permuteL: true } | { permute_l: true },
): [PL: NDArray<Floating<DTypeOf<A>>>, U: NDArray<Floating<DTypeOf<A>>>];
export function lu<A extends ArrayLike>(
  value: A,
  options?: { permuteL?: false } | { permute_l?: false },
): [P: NDArray<Floating<DTypeOf<A>>>, L: NDArray<Floating<DTypeOf<A>>>, U: NDArray<Floating<DTypeOf<A>>>];
export function lu(
  value: ArrayLike,
  permutation?: { permuteL?: boolean } | { permute_l?: boolean },
): [NDArray, NDArray] | [NDArray, NDArray, NDArray] {
  const options = parameters<{ permuteL?: boolean }>('lu', ['permuteL'], [permutation]);
  const a = matrices('lu', value);
  const [m, n] = a.shape.slice(-2);
  const k = Math.min(m, n);
  const batch = a.shape.slice(0, -2);
  const l = empty([...batch, m, k], a.dtype);
  const u = empty([...batch, k, n], a.dtype);
  const order = empty([...batch, m], 'int64');
  backend.lu(dense(a), l, u, order);
  const p = astype(equal(expandDims(count(m), -1), expandDims(order, -2)), realType(a.dtype));
  const rule = (gl: NDArray, gu: NDArray): NDArray => luRule(p, l, u, gl, gu);
  if (tracking(a)) {
    track('lu', l, [a], [(g) => rule(g, zeros(u.shape, u.dtype))], [l, u]);
    track('lu', u, [a], [(g) => rule(zeros(l.shape, l.dtype), g)], [l, u]);
  }
  return options.permuteL ? [matmul(p, l), u] : [p, l, u];
}
register('lu', true);

/** From gradients of both factors; the rows or columns beyond the square part go through it by substitution. */
function luRule(p: NDArray, l: NDArray, u: NDArray, gl: NDArray, gu: NDArray): NDArray {
  const m = l.shape[l.ndim - 2];
  const n = u.shape[u.ndim - 1];
  const k = Math.min(m, n);
  const top = (x: NDArray) => get(x, ['...', `:${k}`, ':']);
  const below = (x: NDArray) => get(x, ['...', `${k}:`, ':']);
  const l1 = top(l);
  const u1 = firstColumns(u, k);
  const unit = { lower: false, unitDiagonal: true };
  let gl1 = top(gl);
  let gu1 = firstColumns(gu, k);
  let rest: NDArray | null = null;
  if (n > k) {
    rest = solveTriangular(adjoint(l1), laterColumns(gu, k), unit);
    gl1 = sub(gl1, matmul(rest, adjoint(laterColumns(u, k))));
  } else if (m > k) {
    rest = divideByAdjoint(below(gl), u1);
    gu1 = sub(gu1, matmul(adjoint(below(l)), rest));
  }
  const inside = where(lowerMask(k, k, 1), matmul(adjoint(l1), gl1), matmul(gu1, adjoint(u1)));
  const square = divideByAdjoint(solveTriangular(adjoint(l1), inside, unit), u1);
  const whole = rest === null ? square : concatenate([square, rest], n > k ? -1 : -2);
  return matmul(p, whole);
}
