// Determinants and their logarithms, with gradients that exist at singular matrices too.

import * as backend from '../backend/index.js';
import { Complex } from '../core/complex.js';
import { isComplex, realType } from '../core/dtype.js';
import { type ArrayLike, empty, type NDArray } from '../core/ndarray.js';
import type { DTypeOf, Floating, RealOf } from '../core/typing.js';
import { batching, overArray } from './batching.js';
import { imag } from './complex.js';
import { svd } from './decompose.js';
import { equal, mul } from './elementwise.js';
import { adjoint, conj, dense, diagonalMask, inv, matrices, perMatrix } from './linalg.js';
import { matmul } from './matmul.js';
import { any, prod } from './reduce.js';
import { register, track } from './registry.js';
import { expandDims } from './shape.js';
import { where } from './where.js';

/**
 * Determinants of square matrices (..., n, n), shape (...).
 * @see numpy.linalg.det
 */
export function det<A extends ArrayLike>(value: A): NDArray<Floating<DTypeOf<A>>> {
  const a = matrices('det', value, true);
  const batch = batching.open > 0 ? overArray(a, det) : null;
  if (batch !== null) return batch as NDArray<never>;
  const out = empty(a.shape.slice(0, -2), a.dtype);
  if (out.size > 0) backend.det(dense(a), out);
  return track('det', out, [a], [(g) => mul(perMatrix(g), cofactors(a, out))], [a, out]);
}
register('det', true);

/** The derivative of each determinant: det(a) a^-T (its conjugate), or by way of the svd where a matrix is singular. */
function cofactors(a: NDArray, determinant: NDArray): NDArray {
  if (!any(equal(determinant.detach(), 0)).item()) return mul(perMatrix(conj(determinant)), adjoint(inv(a)));
  const [u, s, vt] = svd(a, { fullMatrices: false });
  const n = s.shape[s.ndim - 1];
  const others = prod(where(diagonalMask(n), 1, expandDims(s, -2)), { axis: -1 });
  return mul(perMatrix(conj(det(matmul(u, vt)))), matmul(mul(u, expandDims(others, -2)), vt));
}

/**
 * Sign and logarithm of the absolute determinant, which do not overflow: [sign, logabsdet].
 * The sign of a real matrix is constant; that of a complex one, det / |det|, has a gradient too.
 * @see numpy.linalg.slogdet
 */
export function slogdet<A extends ArrayLike>(
  value: A,
): [sign: NDArray<Floating<DTypeOf<A>>>, logabsdet: NDArray<RealOf<Floating<DTypeOf<A>>>>] {
  const a = matrices('slogdet', value, true);
  const sign = empty(a.shape.slice(0, -2), a.dtype);
  const logabsdet = empty(a.shape.slice(0, -2), realType(a.dtype));
  if (sign.size > 0) backend.slogdet(dense(a), sign, logabsdet);
  track('slogdet', logabsdet, [a], [(g) => mul(perMatrix(g), adjoint(inv(a)))], [a]);
  if (isComplex(a.dtype)) {
    // The sign is the direction of the determinant in the plane, and turns with it.
    const turn = (g: NDArray) => mul(imag(mul(conj(g), sign)), new Complex(0, -1));
    track('slogdet', sign, [a], [(g) => mul(perMatrix(turn(g)), adjoint(inv(a)))], [a, sign]);
  }
  return [sign, logabsdet];
}
register('slogdet', true);
