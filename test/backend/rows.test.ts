// Kernels that work on many elements in registers, at lengths around the sizes of their blocks and with the elements
// that break such loops, against plain JavaScript.

import { describe, expect, it } from 'vitest';
import { type NDArray, np } from '../../src/index.js';

const awkward = [Number.NaN, Infinity, -Infinity, 0, -0, Number.MIN_VALUE, -Number.MIN_VALUE, 1e308];
const lengths = [
  1, 2, 23, 24, 25, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 300, 1000, 2049, 4000, 4001, 7000,
];

/** Numbers of which many are equal, some awkward. */
function values(n: number, share: number): number[] {
  const rng = np.random.default_rng(n);
  const plain = rng.standard_normal(n).tolist() as number[];
  const which = rng.random(n).tolist() as number[];
  return plain.map((x, i) =>
    which[i] < share ? awkward[Math.floor((which[i] / share) * awkward.length)] : Math.round(x * 8) / 8,
  );
}

/** NaN last. */
const inOrder = (a: number, b: number): number =>
  Number.isNaN(a) ? 1 : Number.isNaN(b) ? -1 : a < b ? -1 : a > b ? 1 : 0;

describe('rows of every length', () => {
  it('are sorted, NaN last', () => {
    for (const n of lengths) {
      const x = values(n, 0.2);
      const sorted = np.sort(np.array(x)).tolist() as number[];
      // Zeros of both signs are equal, and all there.
      expect(sorted.map((v) => v + 0)).toEqual([...x].sort(inOrder).map((v) => v + 0));
      const negative = (list: number[]): number => list.filter((v) => Object.is(v, -0)).length;
      expect(negative(sorted)).toBe(negative(x));
    }
  });

  it('are sorted, integers at the ends of their range among them', () => {
    const ends = [0n, 1n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n];
    for (const n of lengths.filter((length) => length <= 300)) {
      const x = values(n, 0).map((v, i) =>
        i % 7 < ends.length ? ends[i % 7] : BigInt(Math.round(v * 8) + 40),
      );
      const rising = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);
      const sorted = (numbers: bigint[], dtype: 'int64' | 'uint64'): bigint[] =>
        (np.sort(np.array(numbers, { dtype })).tolist() as (number | bigint)[]).map(BigInt);
      expect(sorted(x, 'uint64')).toEqual([...x].sort(rising));
      const signed = x.map((v) => BigInt.asIntN(64, v));
      expect(sorted(signed, 'int64')).toEqual([...signed].sort(rising));
    }
  });

  it('have their first extreme found, or the first NaN', () => {
    for (const dtype of ['float64', 'float32'] as const) {
      for (const n of lengths) {
        for (const share of [0, 0.002]) {
          const x = np.array(values(n, share), { dtype });
          const list = x.tolist() as number[];
          const nan = list.findIndex(Number.isNaN);
          const first = (best: number): number => (nan >= 0 ? nan : list.indexOf(best));
          expect(np.argmax(x).item()).toBe(first(Math.max(...list)));
          expect(np.argmin(x).item()).toBe(first(Math.min(...list)));
        }
      }
    }
  });

  it('have logarithms that depend on the element alone', () => {
    for (const n of lengths) {
      const x = values(n, 0.3);
      const whole = np.log(np.array(x));
      for (let i = 0; i < n; i += 1 + (n >> 5)) {
        const want = x[i] === Number.MIN_VALUE ? -744.4400719213812 : Math.log(x[i]);
        const got = whole.at(i).item() as number;
        if (Number.isFinite(want)) expect(Math.abs(got - want)).toBeLessThanOrEqual(3e-16 * Math.abs(want));
        else expect(got).toBe(want);
        expect(np.log(np.array([x[i]])).item()).toBe(got);
      }
    }
  });

  it('are searched from both sides, for NaN too', () => {
    for (const n of lengths) {
      const sorted = np.sort(np.array(values(n, 0.2)));
      const list = sorted.tolist() as number[];
      const x = values(37, 0.3);
      const less = (a: number, b: number): boolean => a < b || (Number.isNaN(b) && !Number.isNaN(a));
      const left = x.map((v) => list.filter((y) => less(y, v)).length);
      const right = x.map((v) => list.filter((y) => !less(v, y)).length);
      expect(np.searchsorted(sorted, np.array(x)).tolist()).toEqual(left);
      expect(np.searchsorted(sorted, np.array(x), 'right').tolist()).toEqual(right);
    }
    expect(np.searchsorted(np.array([]), np.array([1, Number.NaN])).tolist()).toEqual([0, 0]);
  });
});

describe('matrices of every shape', () => {
  const shapes = [
    [1, 1],
    [3, 70],
    [8, 8],
    [15, 17],
    [33, 65],
    [100, 31],
    [130, 130],
  ];

  it('are turned, and computed with beside their transposes', () => {
    for (const dtype of ['float64', 'float32', 'int64', 'int32', 'uint8', 'complex128'] as const) {
      for (const [m, n] of shapes) {
        const a = np
          .arange(m * n)
          .reshape(m, n)
          .astype(dtype);
        const list = np
          .arange(m * n)
          .reshape(m, n)
          .astype('uint8')
          .tolist() as number[][];
        const byte = (b: NDArray): unknown => np.real(b).astype('uint8').tolist();
        const turned = list[0].map((_, j) => list.map((row) => row[j]));
        expect(byte(a.T.copy())).toEqual(turned);
        const sums = turned.map((row) => row.map((x) => (x + 1) % 256));
        const ones = np.ones([n, m], { dtype });
        expect(byte(np.add(ones, a.T))).toEqual(sums);
        const wider = np.zeros([n, m + 3], { dtype });
        wider.set([':', '1:-2'], a.T);
        expect(byte(wider.at(':', '1:-2'))).toEqual(turned);
      }
    }
  });

  it('give their rows by index, and take one value at many places', () => {
    for (const n of [3, 63, 64, 65, 1000]) {
      const a = np.arange(50 * n).reshape(50, n);
      const rows = [49, 0, 7, 7, 31];
      expect(a.at(rows).tolist()).toEqual(rows.map((i) => a.at(i).tolist()));
    }
    const places = np.floor(np.random.default_rng(0).random(100_000).mul(5000)).astype('int64');
    const marked = np.zeros(5000);
    marked.set([places], 3);
    expect(np.sum(marked).item()).toBe(3 * new Set(places.tolist() as number[]).size);
  });
});
