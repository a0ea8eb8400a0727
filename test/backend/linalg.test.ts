// LAPACK: what the factors must satisfy, in both precisions, and what is thrown when there is no answer.

import { describe, expect, it } from 'vitest';
import {
  cholesky,
  det,
  eigh,
  inv,
  matmul,
  qr,
  slogdet,
  solve,
  svd,
  svdvals,
} from '../../src/backend/index.js';
import type { NDArray } from '../../src/core/ndarray.js';
import { array, numbers, transposed } from './arrays.js';

type Float = 'float64' | 'float32';
const spread = (i: number): number => Math.sin(i * 1.7) + (i % 5) / 3;

function product(a: NDArray, b: NDArray): NDArray {
  const out = array(a.dtype, [a.shape[0], b.shape[1]]);
  matmul(out, a, b);
  return out;
}

function expectClose(a: NDArray, b: NDArray | number[], dtype: Float): void {
  const x = numbers(a);
  const y = Array.isArray(b) ? b : numbers(b);
  expect(x.length).toBe(y.length);
  const worst = Math.max(0, ...x.map((v, i) => Math.abs(v - y[i])));
  expect(worst).toBeLessThan(dtype === 'float64' ? 1e-11 : 2e-4);
}

const identity = (n: number): number[] =>
  Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));

for (const dtype of ['float64', 'float32'] as const) {
  describe(`linear algebra of ${dtype}`, () => {
    for (const [m, n] of [
      [5, 3],
      [3, 5],
      [4, 4],
      [1, 6],
      [40, 30],
    ]) {
      it(`svd of ${m}x${n}, full and reduced, multiplies back; values descend`, () => {
        const a = array(dtype, [m, n], spread);
        const k = Math.min(m, n);
        const s = array(dtype, [k]);
        for (const full of [false, true]) {
          const u = array(dtype, [m, full ? m : k]);
          const vt = array(dtype, [full ? n : k, n]);
          svd(a, u, s, vt, full);
          const middle = array(dtype, [u.shape[1], vt.shape[0]]);
          const values = numbers(s);
          for (let i = 0; i < k; i++) (middle.raw() as Float64Array)[i * vt.shape[0] + i] = values[i];
          expectClose(product(product(u, middle), vt), a, dtype);
          expectClose(product(transposed(u), u), identity(u.shape[1]), dtype);
          expectClose(product(vt, transposed(vt)), identity(vt.shape[0]), dtype);
          expect(values).toEqual([...values].sort((p, q) => q - p));
        }
        const only = array(dtype, [k]);
        svdvals(a, only);
        expectClose(only, s, dtype);
      });

      it(`qr of ${m}x${n} multiplies back, r is upper triangular`, () => {
        const a = array(dtype, [m, n], spread);
        const k = Math.min(m, n);
        const q = array(dtype, [m, k]);
        const r = array(dtype, [k, n]);
        qr(a, q, r, false);
        expectClose(product(q, r), a, dtype);
        expectClose(product(transposed(q), q), identity(k), dtype);
        expect(numbers(r).filter((v, i) => i % n < Math.floor(i / n) && v !== 0)).toEqual([]);
      });
    }

    it('solve, inv and det of a matrix that is not symmetric', () => {
      const a = array(dtype, [3, 3], [2, 1, 0, 0, 3, -1, 1, 0, 4]);
      const b = array(dtype, [3, 2], [1, 2, 3, 4, 5, 6]);
      const x = array(dtype, [3, 2]);
      solve(x, a, b);
      expectClose(product(a, x), b, dtype);
      const inverse = array(dtype, [3, 3]);
      inv(inverse, a);
      expectClose(product(a, inverse), identity(3), dtype);
      const one = array(dtype, []);
      const determinant = (m: NDArray): number => {
        det(m, one);
        return numbers(one)[0];
      };
      expect(determinant(a)).toBeCloseTo(23, 4);
      const sign = array(dtype, []);
      slogdet(a, sign, one);
      expect(numbers(sign)).toEqual([1]);
      expect(numbers(one)[0]).toBeCloseTo(Math.log(23), 5);
      expect(determinant(array(dtype, [2, 2], [0, 1, 1, 0]))).toBe(-1);
      expect(determinant(array(dtype, [2, 2], [1, 2, 2, 4]))).toBe(0);
      expect(determinant(array(dtype, [0, 0]))).toBe(1);
    });

    it('eigh gives ascending values and orthonormal columns, reading the lower triangle', () => {
      const a = array(dtype, [3, 3], [2, 99, 99, -1, 3, 99, 0.5, 1, 1]);
      const full = array(dtype, [3, 3], [2, -1, 0.5, -1, 3, 1, 0.5, 1, 1]);
      const w = array(dtype, [3]);
      const v = array(dtype, [3, 3]);
      eigh(a, w, v, true);
      const values = numbers(w);
      expect(values).toEqual([...values].sort((p, q) => p - q));
      const scaled = numbers(v).map((x, i) => x * values[i % 3]);
      expectClose(product(full, v), scaled, dtype);
      expectClose(product(transposed(v), v), identity(3), dtype);
    });

    it('cholesky gives the lower factor', () => {
      const a = array(dtype, [2, 2], [4, 2, 2, 3]);
      const l = array(dtype, [2, 2]);
      cholesky(l, a);
      expectClose(product(l, transposed(l)), a, dtype);
      expect(numbers(l)[1]).toBe(0);
    });

    it('matrices without an answer are named', () => {
      const singular = array(dtype, [2, 2], [1, 2, 2, 4]);
      const out = array(dtype, [2, 2]);
      expect(() => inv(out, singular)).toThrow(/inv: Singular matrix/);
      expect(() => solve(array(dtype, [2, 1]), singular, array(dtype, [2, 1], [1, 1]))).toThrow(
        /solve: Singular matrix/,
      );
      expect(() => cholesky(out, array(dtype, [2, 2], [1, 2, 2, 1]))).toThrow(
        /cholesky: Matrix is not positive definite/,
      );
      const bad = array(dtype, [2, 2], [1, Number.NaN, 0, 1]);
      expect(() => svd(bad, out, array(dtype, [2]), array(dtype, [2, 2]), true)).toThrow(
        /svd: SVD did not converge/,
      );
    });
  });
}
