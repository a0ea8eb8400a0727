// Rows of the op table for linear algebra of complex matrices, made of two real inputs and taken apart into real
// results that do not depend on the phases of vectors.

import { type NDArray, np } from '../../src/index.js';
import type { OpCase } from './ops.cases.js';

const { linalg } = np;

/** A matrix with singular values apart. */
export const spread = (a: NDArray): NDArray => {
  const [m, n] = a.shape.slice(-2);
  return a.add(np.eye(m, n).mul(np.arange(1, n + 1)));
};

/** Real and imaginary parts, one after the other. */
export const parts = (z: NDArray): NDArray => np.concatenate([np.real(z), np.imag(z)].map(np.ravel));

const absolute = (z: NDArray): NDArray => np.square(np.abs(z));
const complexMatrices: [op: string, note: string, f: (z: NDArray) => NDArray, ...shapes: number[][]][] = [
  ['inv', '', (z) => parts(linalg.inv(z)), [3, 3]],
  ['solve', '', (z) => parts(linalg.solve(z, z.at(':', 0).mul(2).add(1))), [3, 3]],
  [
    'solveTriangular',
    '',
    (z) => parts(linalg.solveTriangular(z, z, { lower: true, unitDiagonal: true })),
    [3, 3],
  ],
  ['det', '', (z) => parts(linalg.det(z).ravel()), [3, 3], [2, 2, 2]],
  ['slogdet', 'sign', (z) => parts(linalg.slogdet(z)[0].ravel()), [3, 3]],
  ['slogdet', 'logarithm', (z) => linalg.slogdet(z)[1], [3, 3]],
  ['cholesky', '', (z) => parts(linalg.cholesky(np.matmul(z, np.conj(z).T).add(np.eye(3)))), [3, 3]],
  ['svd', 'S', (z) => linalg.svdvals(z), [3, 3], [2, 4]],
  ['svd', 'U', (z) => absolute(linalg.svd(z, { fullMatrices: false })[0]), [3, 3], [4, 2], [2, 4]],
  ['svd', 'Vt', (z) => absolute(linalg.svd(z, { fullMatrices: false })[2]), [3, 3], [4, 2], [2, 4]],
  [
    'svd',
    'U and Vt together',
    (z) => {
      const [u, s, vt] = linalg.svd(z, { fullMatrices: false });
      return parts(np.matmul(u.mul(np.sqrt(s)), vt));
    },
    [3, 3],
    [4, 2],
    [2, 4],
  ],
  ['eigh', 'w', (z) => linalg.eigvalsh(z.add(np.conj(z).T)), [3, 3]],
  ['eigh', 'v', (z) => absolute(linalg.eigh(z.add(np.conj(z).T))[1]), [3, 3]],
  ['qr', 'Q', (z) => parts(linalg.qr(z)[0]), [3, 3], [4, 2], [2, 3]],
  ['qr', 'R', (z) => parts(linalg.qr(z)[1]), [3, 3], [4, 2], [2, 3]],
  ['lu', 'L', (z) => parts(linalg.lu(z)[1]), [3, 3], [4, 2], [2, 3]],
  ['lu', 'U', (z) => parts(linalg.lu(z)[2]), [3, 3], [4, 2], [2, 3]],
  ['pinv', '', (z) => parts(linalg.pinv(z)), [3, 3], [4, 2], [2, 3]],
  ['lstsq', '', (z) => parts(linalg.lstsq(z, z.at(':', 0).mul(z.at(':', 1)))[0]), [4, 2]],
  ['lstsq', 'residuals', (z) => linalg.lstsq(z, z.at(':', 0).mul(z.at(':', 1)))[1], [4, 2]],
  ['norm', '', (z) => linalg.norm(z), [2, 3]],
  ['norm', 'order 3', (z) => linalg.norm(z, 3, 0), [2, 3]],
  ['norm', 'nuc', (z) => linalg.norm(z, 'nuc'), [2, 3]],
  ['einsum', '', (z) => parts(np.einsum('ij,kj->ik', z, z)), [2, 3]],
];
export const complexLinalg = complexMatrices.map(
  ([op, note, f, ...shapes]): OpCase => ({
    op,
    note: `complex ${note}`,
    f: (a, b) => f(np.complex(spread(a), np.flip(b, -1))),
    shapes: shapes.map((s) => [s, s]),
  }),
);
