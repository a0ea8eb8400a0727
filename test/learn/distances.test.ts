// Distances and nearest rows against SciPy and NumPy (fixtures/distances.py), their limits, their gradients.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type ArrayLike, gradCheck, learn, type NDArray, np, vmap } from '../../src/index.js';

interface Case {
  d: number;
  dtype: 'float64' | 'float32' | 'uint8';
  p: number | 'inf';
  distances: number[][];
  nearest: number[][];
}
const cases: Case[] = JSON.parse(
  readFileSync(new URL('../fixtures/distances.json', import.meta.url), 'utf8'),
);

function values(rows: number, columns: number, seed: number): NDArray {
  const x = Array.from({ length: rows * columns }, (_, k) => {
    const i = k + 1000003 * seed;
    return (((i * 2654435761) % 4294967296) / 4294967296 - 0.5) * (1 + (i % 7));
  });
  return np.array(x).reshape(rows, columns);
}

function inputs(c: Case): [NDArray, NDArray] {
  const make = (rows: number, seed: number): NDArray => {
    const x = values(rows, c.d, seed);
    return c.dtype === 'uint8' ? np.abs(x.mul(70)).astype('uint8') : x.astype(c.dtype);
  };
  const [a, b] = [make(6, 1), make(9, 2)];
  b.set([4], a.at(2));
  return [a, b];
}

const largest = (a: NDArray, b: unknown): number =>
  Number(np.max(np.abs(np.sub(a.astype('float64'), b as number[]))).item());

describe('cdist', () => {
  it.each(cases)('of $dtype, $d wide, order $p, is SciPy’s', (c) => {
    const [a, b] = inputs(c);
    const p = c.p === 'inf' ? Number.POSITIVE_INFINITY : c.p;
    const found = learn.cdist(a, b, { p });
    expect(found.dtype).toBe(c.dtype === 'float32' ? 'float32' : 'float64');
    expect(largest(found, c.distances)).toBeLessThan(c.dtype === 'float32' ? 2e-4 : 1e-10);
    expect(found.at(2, 4).item()).toBe(0);
  });

  it('reads views: transposed, stepped, reversed', () => {
    const base = values(40, 12, 3);
    const [a, b] = [base.at('::-2', '1:9'), values(8, 30, 4).T];
    expect(largest(learn.cdist(a, b), learn.cdist(a.copy(), b.copy()).tolist())).toBe(0);
  });

  it('keeps its digits where rows are close beside their size: the product alone would lose them', () => {
    const far = values(20, 64, 5).add(1e4);
    const near = far.add(values(20, 64, 6).mul(1e-4));
    const exact = np.sqrt(
      np.sum(np.square(far.reshape(20, 1, 64).sub(near.reshape(1, 20, 64))), { axis: 2 }),
    );
    const found = learn.cdist(far, near);
    expect(Number(np.max(np.abs(found.sub(exact)).div(exact)).item())).toBeLessThan(1e-12);
    const rough = learn.cdist(far.astype('float32'), far.astype('float32'));
    expect(np.diagonal(rough).tolist()).toEqual(new Array(20).fill(0));
  });

  it('of blocks larger than a task is the same as row by row', () => {
    for (const p of [1, 2, Number.POSITIVE_INFINITY]) {
      const [a, b] = [values(150, 70, 7), values(333, 70, 8)];
      const whole = learn.cdist(a, b, { p });
      for (const i of [0, 63, 64, 65, 149]) {
        const row = learn.cdist(a.at(`${i}:${i + 1}`), b, { p });
        expect(largest(whole.at(`${i}:${i + 1}`), row.tolist())).toBeLessThan(1e-11);
      }
    }
  });

  it('has NaN where a row has, and only there', () => {
    for (const p of [1, 2, 3, Number.POSITIVE_INFINITY]) {
      const a = values(10, 20, 9);
      a.set([3, 7], Number.NaN);
      const bad = np.isnan(learn.cdist(a, values(12, 20, 10), { p }));
      expect(np.all(bad, { axis: 1 }).tolist()).toEqual(np.arange(10).equal(3).tolist());
      expect(Number(np.sum(bad).item())).toBe(12);
    }
  });

  it('of no rows is empty, of no features zero', () => {
    expect(learn.cdist(np.zeros([0, 3]), np.zeros([2, 3])).shape).toEqual([0, 2]);
    expect(learn.cdist(np.zeros([2, 0]), np.zeros([1, 0])).tolist()).toEqual([[0], [0]]);
  });

  it('passes gradients on, to any order, and none between rows that coincide', () => {
    np.random.seed(0);
    const [a, b] = [np.random.randn(3, 4), np.random.randn(2, 4)];
    for (const p of [1, 2, 3]) gradCheck((x: NDArray, y: NDArray) => learn.cdist(x, y, { p }).sum(), [a, b]);
    const x = np.zeros([1, 3]).requiresGrad();
    learn
      .cdist(x, np.zeros([1, 3]))
      .sum()
      .backward();
    expect(x.grad!.tolist()).toEqual([[0, 0, 0]]);
  });

  it('works inside vmap', () => {
    const batch = values(12, 5, 11).reshape(3, 4, 5);
    const found = vmap((x: NDArray) => learn.cdist(x, x))(batch) as NDArray;
    expect(largest(found.at(1), learn.cdist(batch.at(1), batch.at(1)).tolist())).toBeLessThan(1e-12);
  });

  it.each([
    ['other widths', [[1, 2]], [[1, 2, 3]], {}, /^cdist: .*\(1, 2\) and \(1, 3\). 2 features .* 3/],
    ['a vector', [1, 2], [[1, 2]], {}, /^cdist: .*One example is a matrix of one row/],
    ['images', [[[1]]], [[[1]]], {}, /^cdist: .*Reshape images/],
    ['order 0', [[1]], [[1]], { p: 0 }, /^cdist: p=0 is the order of no norm/],
    ['order NaN', [[1]], [[1]], { p: Number.NaN }, /^cdist: p=NaN/],
  ] as const)('refuses %s', (_, a, b, options, message) => {
    expect(() => learn.cdist(a as ArrayLike, b as ArrayLike, options)).toThrow(message);
  });
});

describe('nearest', () => {
  it.each(cases)('of $dtype, $d wide, order $p, is a stable sort’s beginning', (c) => {
    const [a, b] = inputs(c);
    const p = c.p === 'inf' ? Number.POSITIVE_INFINITY : c.p;
    const { indices, distances } = learn.nearest(a, b, { k: 4, p });
    expect(indices.astype('float64').tolist()).toEqual(c.nearest);
    const want = c.nearest.map((row, i) => row.map((j) => c.distances[i][j]));
    expect(largest(distances, want)).toBeLessThan(c.dtype === 'float32' ? 2e-4 : 1e-10);
  });

  it('finds the exact neighbours among thousands, where single precision cannot tell products apart', () => {
    const many = np.abs(values(5000, 48, 12).mul(40)).astype('uint8');
    const some = np.abs(values(70, 48, 13).mul(40)).astype('uint8');
    const squares = np.sum(np.square(some.astype('float64').reshape(70, 1, 48).sub(many.astype('float64'))), {
      axis: 2,
    });
    const want = np.argsort(squares, 1).at(':', ':7').tolist();
    for (const dtype of ['uint8', 'float32', 'float64'] as const)
      expect(learn.nearest(some.astype(dtype), many.astype(dtype), { k: 7 }).indices.tolist()).toEqual(want);
    const sums = np.sum(np.abs(some.astype('float64').reshape(70, 1, 48).sub(many.astype('float64'))), {
      axis: 2,
    });
    const first = np.argsort(sums, 1).at(':', ':7').tolist();
    for (const dtype of ['uint8', 'float32', 'float64'] as const)
      expect(learn.nearest(some.astype(dtype), many.astype(dtype), { k: 7, p: 1 }).indices.tolist()).toEqual(
        first,
      );
  });

  it('gives the first of equally near rows first', () => {
    const b = np.tile(values(1, 20, 14), [100, 1]);
    for (const p of [1, 2, 3])
      expect(learn.nearest(b.at('5:6'), b, { k: 3, p }).indices.astype('float64').tolist()).toEqual([
        [0, 1, 2],
      ]);
  });

  it('refuses more neighbours than rows, and NaN', () => {
    expect(() => learn.nearest([[1]], [[1], [2]], { k: 3 })).toThrow(/^nearest: k=3 neighbours of 2 rows/);
    expect(() => learn.nearest([[1]], [[1], [2]], { k: 1.5 })).toThrow(/^nearest: k=1.5/);
    for (const p of [1, 2])
      expect(() => learn.nearest([[1], [Number.NaN]], [[1], [2]], { p })).toThrow(
        /^nearest: row 1 .*np.isnan/,
      );
  });
});
