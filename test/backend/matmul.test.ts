// Matrix products of every layout, size class and dtype against plain sums.

import { describe, expect, it } from 'vitest';
import { getNumThreads, matmul, setNumThreads } from '../../src/backend/index.js';
import type { DType } from '../../src/core/dtype.js';
import type { NDArray } from '../../src/core/ndarray.js';
import { array, numbers, sliced, transposed, view } from './arrays.js';

// Small whole numbers keep every product exact, whatever the order of additions.
const small = (seed: number) => (i: number) => ((i * 7919 + seed * 104729) % 17) - 8;

function expected(a: NDArray, b: NDArray): number[] {
  const [m, k] = a.shape;
  const n = b.shape[1];
  const x = numbers(a);
  const y = numbers(b);
  const out: number[] = [];
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) {
      let s = 0;
      for (let q = 0; q < k; q++) s += x[i * k + q] * y[q * n + j];
      out.push(s + 0);
    }
  return out;
}

const layouts: Record<string, (dtype: DType, m: number, n: number, seed: number) => NDArray> = {
  'C order': (dtype, m, n, seed) => array(dtype, [m, n], small(seed)),
  transposed: (dtype, m, n, seed) => transposed(array(dtype, [n, m], small(seed))),
  'part of a larger one': (dtype, m, n, seed) =>
    sliced(sliced(array(dtype, [m + 2, n + 3], small(seed)), 0, 1, m, 1), 1, 2, n, 1),
  'every second column': (dtype, m, n, seed) => sliced(array(dtype, [m, 2 * n], small(seed)), 1, 0, n, 2),
  reversed: (dtype, m, n, seed) =>
    sliced(sliced(array(dtype, [m, n], small(seed)), 0, m - 1, m, -1), 1, n - 1, n, -1),
  'a repeated row': (dtype, m, n, seed) => view(array(dtype, [n], small(seed)), [m, n], [0, 1]),
  'a repeated column': (dtype, m, n, seed) => view(array(dtype, [m], small(seed)), [m, n], [1, 0]),
};

const shapes = [
  [1, 1, 1],
  [1, 5, 1],
  [1, 300, 1],
  [5, 1, 5],
  [1, 40, 33],
  [33, 40, 1],
  [1, 300, 200],
  [200, 300, 1],
  [2, 300, 100],
  [300, 2, 100],
  [300, 100, 3],
  [100, 300, 3],
  [300, 3, 100],
  [3, 100, 300],
  [7, 9, 11],
  [16, 16, 16],
  [13, 64, 5],
  [40, 41, 42],
  [65, 17, 129],
  [4, 1000, 4],
];

describe('matmul', () => {
  for (const dtype of ['float64', 'float32', 'int64', 'int32'] as const) {
    for (const [name, left] of Object.entries(layouts)) {
      it(`${dtype}, left operand ${name}, right operand of every layout`, () => {
        const wrong: string[] = [];
        for (const [m, k, n] of shapes) {
          for (const [other, right] of Object.entries(layouts)) {
            const a = left(dtype, m, k, 1);
            const b = right(dtype, k, n, 2);
            const out = array(dtype, [m, n], () => 77);
            matmul(out, a, b);
            if (numbers(out).join() !== expected(a, b).join()) wrong.push(`${m}x${k} . ${k}x${n} ${other}`);
          }
        }
        expect(wrong).toEqual([]);
      });
    }
  }

  it('splits long skinny products over threads without changing them', () => {
    const before = getNumThreads();
    for (const [m, k, n] of [
      [70000, 3, 5],
      [3, 5, 70000],
      [5, 60000, 3],
    ]) {
      const a = array('float64', [m, k], small(3));
      const b = array('float64', [k, n], small(4));
      const one = array('float64', [m, n]);
      const many = array('float64', [m, n]);
      setNumThreads(1);
      matmul(one, a, b);
      setNumThreads(3);
      matmul(many, a, b);
      setNumThreads(before);
      expect(Buffer.compare(Buffer.from(one.data.buffer), Buffer.from(many.data.buffer))).toBe(0);
    }
  });

  it('float32 of many rows and columns, in every layout, alike on any number of threads', () => {
    const before = getNumThreads();
    const wrong: string[] = [];
    for (const [m, k, n] of [
      [32, 16, 32],
      [50, 64, 64],
      [33, 130, 61],
      [128, 100, 256],
      [260, 300, 95],
      [40, 1030, 64],
      [300, 2060, 128],
    ]) {
      for (const [name, left] of Object.entries(layouts)) {
        for (const [other, right] of Object.entries(layouts)) {
          if (k > 300 && (!/C order|transposed/.test(name) || !/C order|transposed/.test(other))) continue;
          const [a, b] = [left('float32', m, k, 1), right('float32', k, n, 2)];
          const [one, many] = [0, 0].map(() => array('float32', [m, n], () => 77));
          setNumThreads(1);
          matmul(one, a, b);
          setNumThreads(3);
          matmul(many, a, b);
          const want = expected(a, b).join();
          for (const out of [one, many])
            if (numbers(out).join() !== want) wrong.push(`${m}x${k} ${name} . ${k}x${n} ${other}`);
        }
      }
    }
    setNumThreads(before);
    expect(wrong).toEqual([]);
  });

  it('broadcasts leading axes', () => {
    const a = array('float64', [2, 1, 2, 3], (i) => i);
    const b = array('float64', [4, 3, 2], (i) => i % 5);
    const out = array('float64', [2, 4, 2, 2]);
    matmul(out, a, b);
    const want: number[] = [];
    for (let p = 0; p < 2; p++)
      for (let q = 0; q < 4; q++)
        want.push(...expected(view(a, [2, 3], [3, 1], p * 6), view(b, [3, 2], [2, 1], q * 6)));
    expect(numbers(out)).toEqual(want);
  });

  it('takes vectors as a row on the left and a column on the right', () => {
    const v = array('float64', [3], [1, 2, 3]);
    const m = array('float64', [3, 2], [1, 2, 3, 4, 5, 6]);
    const row = array('float64', [2]);
    matmul(row, v, m);
    expect(numbers(row)).toEqual([22, 28]);
    const column = array('float64', [2]);
    matmul(column, transposed(m), v);
    expect(numbers(column)).toEqual([22, 28]);
    const dot = array('float64', []);
    matmul(dot, v, sliced(v, 0, 2, 3, -1));
    expect(numbers(dot)).toEqual([10]);
  });

  it('no inner elements give zeros, no rows give nothing', () => {
    const out = array('float64', [2, 3], () => 5);
    matmul(out, array('float64', [2, 0]), array('float64', [0, 3]));
    expect(numbers(out)).toEqual([0, 0, 0, 0, 0, 0]);
    const none = array('float64', [0, 3]);
    matmul(none, array('float64', [0, 4]), array('float64', [4, 3]));
    expect(numbers(none)).toEqual([]);
  });

  it('hands NaN and infinities on, zeros times NaN included', () => {
    for (const [m, k, n] of [
      [3, 2, 4],
      [50, 60, 70],
    ]) {
      const a = array('float64', [m, k], (i) => (i === 1 ? Number.NaN : 0));
      const out = array('float64', [m, n]);
      matmul(
        out,
        a,
        array('float64', [k, n], () => 0),
      );
      expect(numbers(out).filter(Number.isNaN).length).toBe(n);
    }
  });

  it('truth values: is there a pair of trues', () => {
    const out = array('bool', [2, 2]);
    matmul(out, array('bool', [2, 2], [1, 1, 0, 0]), array('bool', [2, 2], [1, 0, 1, 0]));
    expect(numbers(out)).toEqual([1, 0, 0, 0]);
  });
});
