// The pseudo-inverse and least squares, with gradients that hold while the rank stays the same.

import * as backend from '../backend/index.js';
import { asarray } from '../core/create.js';
import { type DType, isInexact, promoteTypes, realType } from '../core/dtype.js';
import { type ArrayLike, empty, emptyZeroed, type NDArray } from '../core/ndarray.js';
import { noGrad } from '../core/node.js';
import { parameters } from '../core/options.js';
import { shapeText } from '../core/shape.js';
import type { DTypeOf, Floating } from '../core/typing.js';
import { svd } from './decompose.js';
import { abs, add, greater, mul, reciprocal, square, sub } from './elementwise.js';
import { adjoint, dense, LinAlgError, lapack, matrices } from './linalg.js';
import { matmul } from './matmul.js';
import { max, sum } from './reduce.js';
import { register, track, trackJointly } from './registry.js';
import { astype, expandDims, reshape } from './shape.js';
import { where } from './where.js';

/** Spacing of the numbers around 1, numpy.finfo(dtype).eps. */
export const eps = (dtype: DType): number => (realType(dtype) === 'float32' ? 2 ** -23 : 2 ** -52);

export interface PinvOptions {
  /** Singular values below rcond times the largest count as zero; 1e-15 by default. One per matrix of a stack. */
  rcond?: ArrayLike;
  /** The matrices are symmetric: eigh is used. */
  hermitian?: boolean;
}

/**
 * Moore-Penrose pseudo-inverse of matrices (..., m, n), shape (..., n, m).
 * @param cutoff rcond, or `{rcond, hermitian}`
 * @see numpy.linalg.pinv
 */
export function pinv<A extends ArrayLike>(
  value: A,
  cutoff?: ArrayLike | PinvOptions,
  symmetric?: boolean | PinvOptions,
): NDArray<Floating<DTypeOf<A>>> {
  const { rcond = 1e-15, hermitian = false } = parameters<PinvOptions>(
    'pinv',
    ['rcond', 'hermitian'],
    [cutoff, symmetric],
  );
  const a = matrices('pinv', value, hermitian);
  const [m, n] = a.shape.slice(-2);
  const out = noGrad(() => {
    if (a.size === 0) return empty([...a.shape.slice(0, -2), n, m], a.dtype);
    const [u, s, vt] = svd(a, { fullMatrices: false, hermitian });
    const cut = expandDims(asarray(rcond, 'pinv'), -1);
    const large = greater(s, mul(max(s, { axis: -1, keepdims: true }), cut));
    const inverse = where(large, reciprocal(where(large, s, 1)), 0);
    return matmul(adjoint(vt), mul(expandDims(inverse, -1), adjoint(u)));
  });
  return track(
    'pinv',
    out,
    [a],
    [
      (given) => {
        const g = adjoint(given);
        const p = adjoint(out);
        // Parts of g outside the column space and outside the row space of a; whichever side is smaller is multiplied.
        const left = sub(g, m < n ? matmul(matmul(a, out), g) : matmul(a, matmul(out, g)));
        const right = sub(g, m < n ? matmul(matmul(g, out), a) : matmul(g, matmul(out, a)));
        const turned = matmul(matmul(p, given), p);
        return sub(add(matmul(left, matmul(out, p)), matmul(matmul(p, out), right)), turned);
      },
    ],
    [a, out],
  );
}
register('pinv', true);

/**
 * Least squares: the x that minimises |a @ x - b|, for a (m, n) and b (m,) or (m, k); the shortest one when there are
 * several. Gradients flow through x, the residuals and s.
 * @param cutoff rcond: singular values below rcond times the largest count as zero; by default the dtype's eps times max(m, n)
 * @returns [x, residuals, rank, s]: residuals are empty unless a has full column rank and m > n
 * @throws LinAlgError for NaN and infinities
 * @example
 * const [x] = np.linalg.lstsq(A, b);
 * @see numpy.linalg.lstsq
 */
export function lstsq(
  left: ArrayLike,
  right: ArrayLike,
  cutoff?: number | null | 'warn' | { rcond?: number | null | 'warn' },
): [NDArray, NDArray, number, NDArray] {
  const given = parameters<{ rcond?: number | null | 'warn' }>('lstsq', ['rcond'], [cutoff]).rcond;
  // NumPy's 'warn' asks for its old default, -1: the dtype's eps alone.
  const rcond = given === 'warn' ? -1 : given;
  let a = matrices('lstsq', left);
  let b = asarray(right, 'lstsq');
  const [m, n] = a.shape;
  if (a.ndim !== 2 || b.ndim < 1 || b.ndim > 2 || b.shape[0] !== m) {
    throw new LinAlgError(
      `lstsq: Incompatible dimensions: a ${shapeText(a.shape)} and b ${shapeText(b.shape)}; a is one matrix, and b needs ${m} rows.`,
    );
  }
  const dtype = promoteTypes(a.dtype, isInexact(b.dtype) ? b.dtype : 'float64');
  if (a.dtype !== dtype) a = astype(a, dtype);
  if (b.dtype !== dtype) b = astype(b, dtype);
  const vector = b.ndim === 1;
  if (vector) b = expandDims(b, -1);
  const k = b.shape[1];
  const cut = rcond ?? eps(dtype) * Math.max(m, n);
  const x = emptyZeroed([n, k], dtype);
  const errors = emptyZeroed([k], realType(dtype));
  const s = empty([Math.min(m, n)], realType(dtype));
  let rank = 0;
  if (a.size > 0) {
    const hint = 'Check both for NaN and infinities with np.isfinite.';
    rank = lapack('lstsq', a, hint, () => backend.lstsq(dense(a), dense(b), x, errors, s, cut));
  } else {
    errors.set(
      ['...'],
      noGrad(() => sum(square(abs(b)), 0)),
    );
  }
  const inverse = () => pinv(a, cut);
  const rest = () => sub(b, matmul(a, x));
  trackJointly(
    'lstsq',
    x,
    [a, b],
    (g) => {
      const p = inverse();
      const y = matmul(adjoint(p), g);
      if (!a.tracked) return [null, y];
      let ga = sub(matmul(rest(), adjoint(matmul(p, y))), matmul(y, adjoint(x)));
      if (rank < n) ga = add(ga, matmul(matmul(adjoint(p), x), adjoint(sub(g, matmul(adjoint(a), y)))));
      return [ga, y];
    },
    [a, b, x],
  );
  trackJointly(
    'lstsq',
    errors,
    [a, b],
    (g) => {
      const r = mul(mul(rest(), 2), g);
      return [mul(matmul(r, adjoint(x)), -1), r];
    },
    [a, b, x],
  );
  track(
    'lstsq',
    s,
    [a],
    [
      (g) => {
        const [u, , vt] = svd(a, { fullMatrices: false });
        return matmul(mul(u, g), vt);
      },
    ],
    [a],
  );
  const residuals = rank === n && m > n ? errors : empty([0], realType(dtype));
  return [vector ? reshape(x, [n]) : x, residuals, rank, s];
}
register('lstsq', true);
