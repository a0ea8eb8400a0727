// Functions with a native loop of their own against the plainest way to say the same in JavaScript, on data that reach
// every branch: ties, NaN, zeros of both signs, sizes around a word, tables and searches.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type NDArray, np } from '../../src/index.js';
import { sprintf } from '../../src/numpy/format.js';

const g = np.random.default_rng(7);
const list = (a: unknown): number[] => (a as NDArray).toArray() as number[];
const odd = np.concatenate([
  g.integers(-3, 3, 60).astype('float64'),
  [Number.NaN, -0, 0, Number.NaN, Infinity, -Infinity],
]);

describe('sets', () => {
  it.each([
    ['int64', g.integers(-5, 5, 70)],
    ['uint8', g.integers(0, 9, 70).astype('uint8')],
    ['far apart', g.choice(np.array([-(2n ** 60n), 0n, 2n ** 60n]), 30)],
    ['float64', odd],
    ['float32', odd.astype('float32')],
    ['every other', g.integers(0, 50, 140).at('::2')],
  ])('unique of %s: first places, inverse and counts', (_, a) => {
    const values = list(a);
    const wanted = [...new Set(values.map((v) => (v === 0 ? 0 : v)))].sort((p, q) =>
      p < q ? -1 : p > q ? 1 : Number.isNaN(p) ? 1 : -1,
    );
    const same = (p: number, q: number): boolean => p === q || (Number.isNaN(p) && Number.isNaN(q));
    const [u, index, inverse, counts] = np.unique(a, {
      returnIndex: true,
      returnInverse: true,
      returnCounts: true,
    });
    expect(list(u).map((v) => (v === 0 ? 0 : v))).toEqual(wanted);
    expect(list(index)).toEqual(wanted.map((v) => values.findIndex((x) => same(x, v))));
    expect(list(counts)).toEqual(wanted.map((v) => values.filter((x) => same(x, v)).length));
    expect(list(inverse)).toEqual(values.map((x) => wanted.findIndex((v) => same(x, v))));
    expect(list(np.unique(a)).length).toBe(wanted.length);
    expect(u?.dtype).toBe(a.dtype);
  });

  it('of equal zeros the first one stays, and NaN count apart when asked', () => {
    expect(list(np.unique([1, 0, -0, 0]))).toEqual([0, 1]);
    expect(np.unique([Number.NaN, 1, Number.NaN], { equalNan: false }).size).toBe(3);
  });

  it.each([
    ['a table of bytes', g.integers(0, 255, 99).astype('uint8'), [3, 250, 7]],
    ['a table', g.integers(-50, 50, 99), np.array([-50n, 3n, 49n, 60n])],
    [
      'whole numbers far apart',
      np.array([2n ** 62n, -(2n ** 62n), 5n]),
      np.array([-(2n ** 62n), 5n, 6n, 7n, 8n, 9n]),
    ],
    ['few values', odd, [1, Number.NaN, 0]],
    ['many values', odd, np.concatenate([np.arange(-9, 2), [Number.NaN]])],
    ['one of a row', g.integers(0, 9, [7, 9]).at(':', '::2'), [4]],
  ])('isin by %s', (_, a, known) => {
    const values = np.asarray(known).tolist() as number[];
    const wanted = (np.ravel(a).tolist() as number[]).map((v) => values.some((k) => k === v));
    expect(np.ravel(np.isin(a, known)).tolist()).toEqual(wanted);
    expect(np.isin(a, known).shape).toEqual(a.shape);
  });
});

describe('bins and curves', () => {
  const x = np.concatenate([g.normal({ size: 200 }), [-2, -1, 0, 1, 2, Number.NaN]]);
  const edges = [-2, -1, -1, 0, 0.5, 2];
  const weights = g.random(x.size);

  it('histogram of edges that repeat, with NaN left out, and of weights', () => {
    const bin = (v: number): number => {
      if (!(v >= -2 && v <= 2)) return -1;
      let k = 0;
      while (k + 1 < edges.length - 1 && edges[k + 1] <= v) k++;
      return k;
    };
    const counts = [0, 0, 0, 0, 0];
    const sums = [0, 0, 0, 0, 0];
    list(x).forEach((v, i) => {
      const k = bin(v);
      if (k >= 0) counts[k]++;
      if (k >= 0) sums[k] += weights.at(i).item();
    });
    expect(list(np.histogram(x, edges)[0])).toEqual(counts);
    expect(list(np.histogram(x, { bins: edges, weights })[0])).toEqual(sums);
    expect(np.histogram(x, edges)[0].dtype).toBe('int64');
  });

  it('equal bins agree with the edges that are given out, in one dimension and two', () => {
    const [counts, at] = np.histogram(x, 37, [-2, 2]);
    expect(list(counts)).toEqual(list(np.histogram(x, at)[0]));
    const y = x.at('::-1');
    const [grid, xs, ys] = np.histogram2d(x, y, {
      bins: [5, 7],
      range: [
        [-2, 2],
        [-1, 1],
      ],
    });
    const [again] = np.histogramdd([x, y], [xs, ys]);
    expect(grid.toArray()).toEqual(again.toArray());
    expect(grid.sum().item()).toBe(
      list(x).filter((v, i) => Math.abs(v) <= 2 && Math.abs(list(y)[i]) <= 1).length,
    );
  });

  it('interp computes what its composed form does, which gradients go through', () => {
    const [xp, fp] = [np.sort(g.random(9)), g.random(9)];
    const at = np.concatenate([g.random(50), xp, [-1, 2, Number.NaN]]);
    for (const options of [{}, { left: -7, right: 7 }]) {
      const composed = np.interp(at.copy().requiresGrad(), xp, fp, options).detach();
      expect(np.interp(at, xp, fp, options).toArray()).toEqual(composed.toArray());
      expect(np.interp(at.at('::2'), xp, fp, options).toArray()).toEqual(composed.at('::2').toArray());
    }
    expect(list(np.interp([1, 1.5, 3], [1, 2, 3], [Infinity, Infinity, 0]))).toEqual([Infinity, Infinity, 0]);
  });

  it('bincount names the negative number, also where counting goes on natively', () => {
    expect(() => np.bincount([1n, -4n] as never)).toThrow(
      /^bincount: .*no negative elements; the smallest is -4/,
    );
  });
});

describe('windows', () => {
  it.each([
    ['float64', 40, 7],
    ['float32', 5, 40],
    ['int64', 30, 11],
    ['complex128', 12, 5],
    ['float64', 700, 90],
  ])('convolve and correlate of %s, %i with %i', (dtype, n, m) => {
    const a = g.integers(-9, 9, n).astype(dtype as 'float64');
    const v = g.integers(-9, 9, m).astype(dtype as 'float64');
    const [p, q] = [a, v].map((x) => np.real(x).tolist() as number[]);
    const full = Array.from({ length: n + m - 1 }, (_, k) =>
      p.reduce((s, x, i) => s + (k - i >= 0 && k - i < m ? x * q[k - i] : 0), 0),
    );
    const out = np.convolve(a, v);
    expect(out.dtype).toBe(dtype);
    expect(np.real(out).tolist()).toEqual(full);
    expect(np.real(np.convolve(a, v, 'valid')).tolist()).toEqual(
      full.slice(Math.min(n, m) - 1, Math.max(n, m)),
    );
    expect(np.real(np.correlate(a, v.at('::-1'), 'full')).tolist()).toEqual(full);
  });
});

describe('bits and positions', () => {
  it('packs rows of any length and unpacks them again, in both orders', () => {
    for (let n = 0; n < 20; n++) {
      const bits = g.integers(0, 2, [3, n]).astype('bool');
      for (const bitorder of ['big', 'little'] as const) {
        const bytes = np.packbits(bits, { axis: 1, bitorder });
        const wanted = (bits.tolist() as boolean[][]).map((row) =>
          Array.from({ length: Math.ceil(n / 8) }, (_, i) =>
            row
              .slice(8 * i, 8 * i + 8)
              .reduce((b, bit, k) => b | (Number(bit) << (bitorder === 'big' ? 7 - k : k)), 0),
          ),
        );
        expect(bytes.tolist()).toEqual(wanted);
        expect(np.unpackbits(bytes, { axis: 1, bitorder, count: n }).tolist()).toEqual(
          bits.astype('uint8').tolist(),
        );
        expect(
          np
            .unpackbits(bytes, { axis: 1, bitorder, count: n + 9 })
            .at(':', `${n}:`)
            .sum()
            .item(),
        ).toBe(0);
      }
    }
  });

  it.each([[[3, 4, 5]], [[2 ** 20, 3, 2 ** 21]], [[7]]])('unravelIndex of shape %j, and back', (shape) => {
    const size = shape.reduce((s, n) => s * n, 1);
    const at = np.floor(g.random(60).mul(size)).astype('int64');
    const places = np.unravelIndex(at, shape);
    let rest = at.tolist() as number[];
    for (let d = shape.length - 1; d >= 0; d--) {
      expect(places[d].tolist()).toEqual(rest.map((v) => v % shape[d]));
      rest = rest.map((v) => Math.floor(v / shape[d]));
    }
    expect(np.ravelMultiIndex(places, shape).tolist()).toEqual(at.tolist());
    expect(() => np.unravelIndex([0, size], shape)).toThrow(
      `unravelIndex: index ${size} is out of bounds for array with size ${size}.`,
    );
    expect(() => np.ravelMultiIndex([...places.slice(1), np.array([-1n])], shape)).toThrow(
      /^ravelMultiIndex: invalid entry/,
    );
  });

  it('counts and finds the true ones of masks of any density and length', () => {
    for (const share of [0, 0.01, 0.5, 1])
      for (const n of [0, 1, 7, 8, 9, 63, 64, 65, 300, 20000]) {
        const mask = np.less(g.random(n), share);
        const wanted = (mask.tolist() as boolean[]).flatMap((v, i) => (v ? [i] : []));
        expect(Number(np.countNonzero(mask))).toBe(wanted.length);
        expect(np.flatnonzero(mask).tolist()).toEqual(wanted);
        expect(np.arange(n).at(mask).tolist()).toEqual(wanted);
      }
  });
});

describe('segments', () => {
  const cuts = [0, 4, 3, 3, 9, 1];
  it.each([
    ['add', g.integers(-9, 9, 12)],
    ['add', g.random([12, 3])],
    ['mul', g.random([12])],
    ['maximum', g.random([12, 4]).astype('float32')],
    ['minimum', np.concatenate([g.random(9), [Number.NaN, 1, 2]])],
    ['sub', g.integers(0, 9, [12, 2])],
    ['logicalAnd', g.integers(0, 2, 12)],
  ] as const)('%s.reduceat folds each segment alone', (name, a) => {
    const f = np[name];
    const out = f.reduceat(a, cuts);
    cuts.forEach((from, i) => {
      const to = i + 1 < cuts.length ? cuts[i + 1] : 12;
      const alone = f.reduce(a.at(`${from}:${Math.max(to, from + 1)}`), { axis: 0 });
      expect(np.allclose(out.at(i), alone, { equalNan: true })).toBe(true);
      expect(out.dtype).toBe(alone.dtype);
    });
  });

  it('along another axis, of views, and with an error for a place outside', () => {
    const a = g.random([5, 24]).at(':', '::2');
    expect(np.add.reduceat(a, cuts, 1).tolist()).toEqual(np.add.reduceat(a.T, cuts, 0).T.tolist());
    expect(() => np.add.reduceat([1, 2], [0, 2])).toThrow(
      /^add.reduceat: index 2 out-of-bounds in add.reduceat \[0, 2\)/,
    );
    expect(() => np.add.reduceat([1, 2], [0, -1])).toThrow(/index -1 out-of-bounds/);
  });

  it('maximum.accumulate keeps NaN, as the element-wise function does', () => {
    const a = [1, -0, 0, 3, 2, Number.NaN, 5];
    expect(list(np.maximum.accumulate(a))).toEqual([1, 1, 1, 3, 3, Number.NaN, Number.NaN]);
    expect(list(np.minimum.accumulate(a))).toEqual([1, -0, 0, 0, 0, Number.NaN, Number.NaN]);
  });
});

describe('lists and text', () => {
  const dir = mkdtempSync(join(tmpdir(), 'gradlab-loops-'));
  afterAll(() => rmSync(dir, { recursive: true }));
  const file = (text: string): string => {
    const path = join(dir, 'table.txt');
    writeFileSync(path, text);
    return path;
  };

  it('tolist gives numbers, bigints where those are no safe ones, and booleans', () => {
    expect(np.array([1n, -1n, 2n ** 53n, -(2n ** 53n), 2n ** 32n]).tolist()).toEqual([
      1,
      -1,
      2n ** 53n,
      -(2n ** 53n),
      2 ** 32,
    ]);
    expect(np.arange(12).reshape(3, 4).at('::2', '::-1').tolist()).toEqual([
      [3, 2, 1, 0],
      [11, 10, 9, 8],
    ]);
    expect(np.array([[true], [false]]).tolist()).toEqual([[true], [false]]);
    expect(np.array([0.5, 3], 'float32').tolist()).toEqual([0.5, 3]);
  });

  it('reads a file of plain numbers as it reads its lines', () => {
    const text = '# head\r\n 1.5\t-2e3 +.25\r\n\r\n3. nan -inf # end\n Infinity 1e-300 0.1';
    const wanted = np.loadtxt(text.split(/\r\n|\n/));
    expect(np.loadtxt(file(text)).toArray()).toEqual(wanted.toArray());
    expect(np.genfromtxt(file(text)).toArray()).toEqual(wanted.toArray());
    expect(np.loadtxt(file(text), { usecols: [2, -3], skiprows: 1 }).toArray()).toEqual(
      wanted.at(':', [2, 0]).toArray(),
    );
    expect(np.loadtxt(file('1,2\n3,4\n'), { delimiter: ',', dtype: 'float32' }).toArray()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(np.loadtxt(file('a b\n1 2\n'), { skiprows: 1 }).toArray()).toEqual([1, 2]);
  });

  it('leaves what is not plain to the closer look', () => {
    expect(() => np.loadtxt(file('1 2\n3\n'))).toThrow('the number of columns changed from 2 to 1 at line 2');
    expect(() => np.loadtxt(file('1 2\n3 x\n'))).toThrow(
      "could not convert string 'x' to float64 at line 2, column 2",
    );
    expect(() => np.loadtxt(file('1,2\n3,\n'), { delimiter: ',' })).toThrow("could not convert string ''");
    expect(np.genfromtxt(file('1,,3\n4,x,6\n'), { delimiter: ',' }).toArray()).toEqual([
      [1, Number.NaN, 3],
      [4, Number.NaN, 6],
    ]);
    expect(np.loadtxt(file('1e400 -1e-400\n')).toArray()).toEqual([Infinity, -0]);
    expect(() => np.loadtxt(file('0x10\n'))).toThrow("could not convert string '0x10'");
    expect(() => np.loadtxt(file('1__2\n'))).toThrow('could not convert');
  });

  it.each([
    ['%.18e', odd.reshape(-1, 3)],
    ['%10.4f', g.normal({ size: [40, 5] }).mul(1e6)],
    ['%-9.3g', np.power(10, np.arange(-300, 300, 13).astype('float64'))],
    ['%+.0f', np.array([0.5, 1.5, -0, 1e300])],
    ['%5d', g.integers(-99, 99, [30, 4])],
    ['%d', np.array([true, false])],
    ['%.1E', g.integers(0, 9, 7).astype('float32')],
  ])('savetxt writes %s as sprintf does', (fmt, a) => {
    const rows = (a.ndim === 2 ? a : a.reshape(-1, 1)).toArray() as (number | boolean)[][];
    const path = file('');
    np.savetxt(path, a, { fmt, delimiter: ' · ', header: 'h', footer: 'f' });
    const lines = rows.map((row) => row.map((v) => sprintf(fmt, Number(v))).join(' · '));
    expect(readFileSync(path, 'utf8')).toBe(['# h', ...lines, '# f', ''].join('\n'));
  });

  it('savetxt writes more than fits in one piece', () => {
    const a = g.random([4000, 20]);
    const path = file('');
    np.savetxt(path, a);
    expect(np.array_equal(np.loadtxt(path), a)).toBe(true);
  });

  it('fromstring', () => {
    const numbers = g.normal({ size: 200 }).tolist() as number[];
    expect(np.fromstring(numbers.join(', '), { sep: ',' }).tolist()).toEqual(numbers);
    expect(np.fromstring(numbers.join(' \n'), { sep: ' ' }).tolist()).toEqual(numbers);
    expect(np.fromstring('1 2 ', { sep: ' ', dtype: 'float32' }).tolist()).toEqual([1, 2]);
    expect(np.fromstring('1, 2,', { sep: ',' }).tolist()).toEqual([1, 2]);
    expect(() => np.fromstring('1 2x', { sep: ' ' })).toThrow(/^fromstring: .*'2x' \(number 2\)/);
  });
});

describe('order and comparison', () => {
  it.each([
    ['normal', g.normal({ size: 9000 })],
    ['few values', g.integers(0, 4, 5000).astype('float32')],
    ['one value', np.ones(3000)],
    ['rising', np.arange(2000)],
    ['falling', np.arange(700).at('::-1').copy()],
    ['an organ pipe', np.concatenate([np.arange(3000), np.arange(3000).at('::-1')])],
    ['with NaN', np.concatenate([g.random(600), np.full(5, Number.NaN)])],
    ['bytes', g.integers(0, 256, 3000).astype('uint8')],
  ])('partition of %s puts elements where a sort does, smaller ones before and larger ones after', (_, a) => {
    const n = a.size;
    const sorted = list(np.sort(a));
    for (const kth of [0, 1, n >> 2, (n >> 1) - 1, n >> 1, n - 7, n - 1]) {
      const out = list(np.partition(a, kth));
      expect(out[kth]).toEqual(sorted[kth]);
      expect(out.slice(0, kth).every((v) => !(v > sorted[kth]) || Number.isNaN(sorted[kth]))).toBe(true);
      expect(out.slice(kth).every((v) => !(v < sorted[kth]))).toBe(true);
      expect(list(np.sort(out))).toEqual(sorted);
    }
    const all = list(np.partition(a, [3, n >> 1, n - 2, 10]));
    for (const k of [3, n >> 1, n - 2, 10]) expect(all[k]).toEqual(sorted[k]);
  });

  it('isclose of arrays and numbers, with infinities and NaN, as by its definition', () => {
    const y = np.concatenate([odd, odd.add(1e-9), odd.mul(1.00002)]);
    const x = np.tile(odd, 3);
    const close = (a: number, b: number, nan: boolean): boolean =>
      Number.isFinite(a) && Number.isFinite(b)
        ? Math.abs(a - b) <= 1e-8 + 1e-5 * Math.abs(b)
        : a === b || (nan && Number.isNaN(a) && Number.isNaN(b));
    for (const equalNan of [false, true]) {
      const wanted = list(x).map((v, i) => close(v, list(y)[i], equalNan));
      expect(np.isclose(x, y, { equalNan }).tolist()).toEqual(wanted);
      expect(np.isclose(x.at('::-1'), y.at('::-1'), { equalNan }).tolist()).toEqual(wanted.reverse());
      expect(np.allclose(x, y, { equalNan })).toBe(false);
      expect(np.allclose(odd, odd, { equalNan })).toBe(equalNan);
    }
    expect(np.isclose([1, 1.1], 1).tolist()).toEqual([true, false]);
    expect(np.isclose(1, [[1]]).shape).toEqual([1, 1]);
    expect(np.allclose(np.full(2000, 2), 2)).toBe(true);
    expect(np.allclose([1, 2, 3], [1, 2, 4])).toBe(false);
    expect(() => np.allclose([1, 2], [1, 2, 3])).toThrow(/^allclose: /);
  });

  it('countNonzero of views and bytes', () => {
    const bytes = g.integers(0, 3, [40, 30]).astype('uint8');
    for (const a of [bytes, bytes.T, bytes.at('::3', '1::2'), np.greater(bytes, 1)])
      expect(Number(np.countNonzero(a))).toBe((np.ravel(a).tolist() as unknown[]).filter(Boolean).length);
  });

  it('isin of a list of whole numbers, and of numbers that the dtype lacks', () => {
    const bytes = np.array([0n, 44n, 255n]).astype('uint8');
    expect(np.isin(bytes, [300, 255]).tolist()).toEqual([false, false, true]);
    expect(np.isin(bytes, [44, 0.5]).tolist()).toEqual([false, true, false]);
    expect(np.isin(bytes, [44, 0]).tolist()).toEqual([true, true, false]);
  });

  it('cross, vander and polyval compute what their differentiable forms do', () => {
    const [a, b] = [g.random([7, 3]), g.random([7, 3])];
    const tracked = (x: NDArray): NDArray => x.copy().requiresGrad();
    expect(np.cross(a, b).tolist()).toEqual(np.cross(tracked(a), b).tolist());
    expect(np.cross(a.T, b.T, { axis: 0 }).tolist()).toEqual(np.cross(tracked(a), b).T.tolist());
    expect(np.cross([1n, 2n, 3n], [4n, 5n, 6n]).tolist()).toEqual([-3, 6, -3]);
    const x = a.at(':', 0);
    for (const increasing of [false, true])
      expect(
        np.allclose(np.vander(x, 5, { increasing }), np.vander(tracked(x), 5, { increasing }), {
          rtol: 1e-14,
        }),
      ).toBe(true);
    expect(np.polyval([1, -2, 0.5], x).tolist()).toEqual(np.polyval([1, -2, 0.5], tracked(x)).tolist());
    expect(np.polyval([3], x).tolist()).toEqual(list(np.full(7, 3)));
  });
});

describe('without NaN, and with positions', () => {
  const plain = g.normal({ size: [9, 8, 5] });
  const holes = np.where(np.less(g.random([9, 8, 5]), 0.3), Number.NaN, plain);

  it.each([undefined, 0, 2, [0, 2]])(
    'what leaves NaN out is the plain function where there is none, axis %j',
    (axis) => {
      for (const keepdims of [false, true]) {
        const o = { axis, keepdims };
        expect(np.nanmedian(plain, o).tolist()).toEqual(np.median(plain, o).tolist());
        expect(np.nanpercentile(plain, [10, 60], o).tolist()).toEqual(
          np.percentile(plain, [10, 60], o).tolist(),
        );
        expect(np.nanquantile(plain, 0.3, o).tolist()).toEqual(np.quantile(plain, 0.3, o).tolist());
        expect(np.nanmax(plain, o).tolist()).toEqual(np.max(plain, o).tolist());
      }
    },
  );

  it('and of what is left where there are some', () => {
    const kept = (list(np.ravel(holes)) as number[]).filter((v) => !Number.isNaN(v));
    expect(np.nanmedian(holes).item()).toBe(np.median(kept).item());
    expect(np.nanmax(holes).item()).toBe(Math.max(...kept));
    expect(np.nanmin(holes, { axis: 0 }).tolist()).toEqual(
      np.where(np.isnan(holes), Infinity, holes).min({ axis: 0 }).tolist(),
    );
    expect(np.nanmedian(holes, { axis: 1 }).at(0, 0).item()).toBe(
      np.median(list(holes.at(0, ':', 0)).filter((v) => !Number.isNaN(v))).item(),
    );
  });

  it('choose, trimZeros, triuIndices', () => {
    const i = g.integers(0, 3, 40);
    const choices = [g.random(40), g.random(40), g.random(40)];
    expect(list(np.choose(i, choices))).toEqual(list(i).map((k, j) => choices[k].at(j).item()));
    expect(() => np.choose([0n, 3n] as never, choices)).toThrow(/^choose: index 3 is out of bounds/);
    expect(list(np.trimZeros([0, -0, 1, 0, 2, 0]))).toEqual([1, 0, 2]);
    expect(list(np.trimZeros([0, 3, 0], 'b'))).toEqual([0, 3]);
    expect(np.triuIndices(3, { k: 1 }).map((v) => v.tolist())).toEqual([
      [0, 0, 1],
      [1, 2, 2],
    ]);
    expect(np.trilIndices(3).map((v) => v.dtype)).toEqual(['int64', 'int64']);
  });
});
