// Decompositions by what defines them (their signs are free), norms at the ends of the range, and error texts.

import { describe, expect, it } from 'vitest';
import { type NDArray, np } from '../../src/index.js';

const rng = new np.random.RandomState(5);
const close = (a: NDArray, b: NDArray, tol = 1e-12): void => {
  expect(a.shape).toEqual(b.shape);
  const scale = Math.max(1, Number(np.max(np.abs(b)).item()));
  expect(Number(np.max(np.abs(a.sub(b))).item())).toBeLessThanOrEqual(tol * scale);
};
const T = (a: NDArray): NDArray => np.swapaxes(a, -1, -2);

describe('svd', () => {
  for (const [m, n] of [
    [4, 4],
    [5, 3],
    [3, 5],
    [1, 4],
    [4, 1],
    [60, 40],
  ]) {
    it(`U @ diag(S) @ Vt is the matrix again, (${m}, ${n})`, () => {
      const a = rng.randn(m, n);
      const k = Math.min(m, n);
      const [u, s, vt] = np.linalg.svd(a, { fullMatrices: false });
      expect([u.shape, s.shape, vt.shape]).toEqual([[m, k], [k], [k, n]]);
      close(np.dot(u.mul(s), vt), a);
      close(np.dot(u.T, u), np.eye(k));
      const [U, S, Vt] = np.linalg.svd(a);
      expect([U.shape, S.shape, Vt.shape]).toEqual([[m, m], [k], [n, n]]);
      close(np.dot(U.at(':', `:${k}`).mul(S), Vt.at(`:${k}`)), a);
      close(np.dot(Vt, Vt.T), np.eye(n));
      expect(np.arrayEqual(S, np.sort(S).at('::-1'))).toBe(true);
    });
  }

  it('works on transposed views, stacks, float32 and empty matrices', () => {
    const a = rng.randn(3, 4);
    const [u, s, vt] = np.linalg.svd(a.T, { fullMatrices: false });
    close(np.dot(u.mul(s), vt), a.T);
    const stack = rng.randn(2, 3, 4);
    const [p, q, r] = np.linalg.svd(stack, { fullMatrices: false });
    close(np.matmul(p.mul(np.expandDims(q, 1)), r), stack);
    const [f] = np.linalg.svd(a.astype('float32'));
    expect(f.dtype).toBe('float32');
    const [e, z, w] = np.linalg.svd(np.zeros([0, 3]));
    expect([e.shape, z.shape, w.toArray()]).toEqual([
      [0, 0],
      [0],
      [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ],
    ]);
  });

  it('reconstructs a covariance matrix, as the preprocessing of the course does', () => {
    const X = rng.randn(50, 8);
    const cov = np.dot(X.T, X).div(X.shape[0]);
    const [U, S, V] = np.linalg.svd(cov);
    close(np.dot(U.mul(S), V), cov);
  });

  it('says what to check when it cannot converge', () => {
    expect(() => np.linalg.svd(np.full([2, 2], Number.NaN))).toThrow(/^svd: .*np\.isfinite/);
  });
});

describe('eigh, qr, cholesky', () => {
  it('a @ v is w * v with orthonormal v, of single matrices and stacks', () => {
    for (const shape of [
      [5, 5],
      [2, 4, 4],
    ]) {
      const b = rng.randn(...shape);
      const a = b.add(T(b));
      const [w, v] = np.linalg.eigh(a);
      close(np.matmul(a, v), v.mul(np.expandDims(w, -2)));
      close(np.matmul(T(v), v), np.broadcastTo(np.eye(shape[shape.length - 1]), shape));
      expect(np.all(np.greaterEqual(np.diff(w), 0)).item()).toBe(true);
    }
  });

  it('q @ r is the matrix again, q has orthonormal columns, r is upper triangular', () => {
    for (const shape of [
      [4, 4],
      [5, 3],
      [3, 5],
      [2, 4, 3],
    ]) {
      const a = rng.randn(...shape);
      const [q, r] = np.linalg.qr(a);
      close(np.matmul(q, r), a);
      close(
        np.matmul(T(q), q),
        np.broadcastTo(np.eye(Math.min(...shape.slice(-2))), [
          ...shape.slice(0, -2),
          Math.min(...shape.slice(-2)),
          Math.min(...shape.slice(-2)),
        ]),
      );
      close(np.triu(r), r);
    }
  });

  it('l @ l.T is the matrix again', () => {
    const b = rng.randn(4, 4);
    const a = np.dot(b, b.T).add(np.eye(4));
    const l = np.linalg.cholesky(a);
    close(np.dot(l, l.T), a);
    close(np.tril(l), l);
  });
});

describe('norm', () => {
  it('neither overflows nor vanishes', () => {
    expect(Math.abs(np.linalg.norm([3e200, 4e200]).item() / 5e200 - 1)).toBeLessThan(1e-15);
    expect(Math.abs(np.linalg.norm([3e-200, 4e-200]).item() / 5e-200 - 1)).toBeLessThan(1e-15);
    expect(
      np.linalg
        .norm(
          np.array([
            [2e200, 0],
            [0, 0],
            [1, 0],
          ]),
          { axis: 1 },
        )
        .toArray(),
    ).toEqual([2e200, 0, 1]);
    expect(np.linalg.norm(np.full(4, 1e30, 'float32')).dtype).toBe('float32');
    expect(np.linalg.norm(np.full(4, 1e30, 'float32')).item()).toBeCloseTo(2e30, -25);
  });

  it('keeps infinities and NaN', () => {
    expect(np.linalg.norm([Number.NEGATIVE_INFINITY, 1]).item()).toBe(Number.POSITIVE_INFINITY);
    expect(np.linalg.norm([Number.NaN, 1e200]).item()).toBeNaN();
  });
});

describe('complex vectors', () => {
  it('vdot conjugates its first operand, dot does not', () => {
    const z = np.complex(np.array([1, 2]), np.array([3, -1]));
    expect(String(np.vdot(z, z))).toBe('(15+0j)');
    expect(String(np.dot(z, z))).toBe('(-5+2j)');
  });
});

describe('errors of linear algebra', () => {
  const { linalg } = np;
  it.each([
    [
      () => linalg.inv(np.zeros([2, 3])),
      'inv: Last 2 dimensions of the array must be square; the shape is (2, 3).',
    ],
    [
      () => linalg.inv([1, 2]),
      'inv: 1-dimensional array given, shape (2,). Array must be at least two-dimensional.',
    ],
    [
      () =>
        linalg.inv([
          [1, 2],
          [2, 4],
        ]),
      /^inv: Singular matrix.*, for a matrix of shape \(2, 2\)\. np\.linalg\.pinv gives the pseudo-inverse\.$/,
    ],
    [
      () =>
        linalg.solve(
          [
            [1, 2],
            [2, 4],
          ],
          [1, 1],
        ),
      /^solve: Singular matrix.*np\.linalg\.lstsq/,
    ],
    [() => linalg.solve(np.eye(3), [1, 1]), 'solve: shapes (3, 3) and (2,) do not align: b needs 3 rows.'],
    [
      () =>
        linalg.cholesky([
          [1, 0],
          [0, -1],
        ]),
      /^cholesky: Matrix is not positive definite.*np\.eye/,
    ],
    [() => linalg.norm(np.zeros([2, 2, 2]), 1), /^norm: Improper number of dimensions to norm: 3 axes/],
    [() => linalg.norm(np.zeros(3), 'fro'), /^norm: Invalid norm order 'fro' for vectors/],
  ])('%s', (f, message) => {
    expect(f).toThrow(message);
  });

  it('they are LinAlgErrors where NumPy has those', () => {
    expect(() => linalg.inv(np.zeros([2, 2]))).toThrow(linalg.LinAlgError);
  });
});
