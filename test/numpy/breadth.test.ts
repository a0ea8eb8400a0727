// Functions whose results are not one array of NumPy's fixtures: partitions, writing by mask and position, polynomials
// as objects, walks over indices, memory, and the switches for floating point errors.

import { describe, expect, it } from 'vitest';
import { type DType, type NDArray, np } from '../../src/index.js';

describe('partition', () => {
  const rng = new np.random.RandomState(4);
  const types: DType[] = ['float64', 'float32', 'int64', 'int32', 'int16', 'uint8', 'uint64', 'bool'];
  it.each(types)('of %s: the k-th in its place, smaller ones before it', (dtype) => {
    const a = (rng.randint(0, 50, [3, 200]) as NDArray).astype(dtype);
    const sorted = np.sort(a, 1);
    for (const kth of [0, 7, 199, -1, [3, 100, 150]]) {
      const p = np.partition(a, kth, 1);
      const at = np.argpartition(a, kth, 1);
      expect(p.dtype).toBe(dtype);
      expect(np.arrayEqual(np.sort(p, 1), sorted)).toBe(true);
      expect(np.arrayEqual(np.sort(np.takeAlongAxis(a, at, 1), 1), sorted)).toBe(true);
      for (const k of Array.isArray(kth) ? kth : [kth]) {
        const place = k < 0 ? k + 200 : k;
        for (const got of [p, np.takeAlongAxis(a, at, 1)]) {
          expect(np.arrayEqual(got.at(':', place), sorted.at(':', place))).toBe(true);
          const pivot = got.at(':', `${place}:${place + 1}`);
          expect(np.all(got.at(':', `:${place}`).lessEqual(pivot)).item()).toBe(true);
          expect(np.all(got.at(':', `${place}:`).greaterEqual(pivot)).item()).toBe(true);
        }
      }
    }
  });

  it('puts NaN last, works along any axis, and in place', () => {
    const a = np.array([
      [3, Number.NaN],
      [1, 5],
      [2, 4],
    ]);
    expect(np.partition(a, 2, 0).at(2).toArray()).toEqual([3, Number.NaN]);
    const b = np.array([5, 1, 4, 2, 3]);
    b.partition(2);
    expect(b.at(2).item()).toBe(3);
    expect(np.partition(b, 4, null).at(4).item()).toBe(5);
    expect(
      np
        .partition(np.complex([3, 1, 2], [0, 5, 1]), 1)
        .at(1)
        .item(),
    ).toEqual(np.complex(2, 1));
    expect(np.argpartition([9, 8, 7], 0).at(0).item()).toBe(2);
  });

  it('takes more positions than a command holds', () => {
    const a = np.arange(2000).at('::-1');
    const kth = Array.from({ length: 900 }, (_, i) => 2 * i);
    expect(np.arrayEqual(np.partition(a, kth).at(kth), kth)).toBe(true);
  });

  it('of long rows: random, in order, reversed, of few values, with an organ pipe', () => {
    const n = 20_000;
    const up = np.arange(n);
    const rows = [rng.randn(n), up, up.at('::-1'), np.mod(up, 3), np.zeros(n), np.minimum(up, up.at('::-1'))];
    for (const row of rows) {
      const sorted = np.sort(row);
      for (const k of [0, 1, 500, n / 2, n - 600, n - 1]) {
        for (const p of [np.partition(row, k), np.take(row, np.argpartition(row, k))]) {
          expect(p.at(k).item()).toBe(sorted.at(k).item());
          expect(np.all(p.at(`:${k}`).lessEqual(p.at(k))).item()).toBe(true);
          expect(np.all(p.at(`${k}:`).greaterEqual(p.at(k))).item()).toBe(true);
          expect(np.arrayEqual(np.sort(p), sorted)).toBe(true);
        }
      }
    }
  });

  it('refuses positions outside', () => {
    expect(() => np.partition([1, 2], 2)).toThrow('partition: kth(=2) out of bounds (2)');
    expect(() => np.argpartition([1, 2], -3)).toThrow('argpartition: kth(=-3) out of bounds (2)');
  });
});

describe('writing by mask and position', () => {
  it('place repeats its values one after the other, putmask by place', () => {
    const a = np.arange(6, { dtype: 'float64' }).reshape(2, 3);
    np.place(a, a.greater(2), [44, 55]);
    expect(a.toArray()).toEqual([
      [0, 1, 2],
      [44, 55, 44],
    ]);
    const b = np.arange(5, { dtype: 'float64' });
    np.putmask(b, b.greater(1), [-33, -44]);
    expect(b.toArray()).toEqual([0, 1, -33, -44, -33]);
  });

  it('put counts positions in the flattened array, with modes for those outside', () => {
    const a = np.zeros([2, 3]);
    np.put(a, [0, -1, 4], [7, 8]);
    expect(a.toArray()).toEqual([
      [7, 0, 0],
      [0, 7, 8],
    ]);
    np.put(a, [22], [9], { mode: 'clip' });
    np.put(a, [-5], [6], { mode: 'wrap' });
    expect(a.toArray()).toEqual([
      [7, 6, 0],
      [0, 7, 9],
    ]);
    expect(() => np.put(a, [6], 1)).toThrow('put: index 6 is out of bounds');
  });
});

describe('piecewise, vectorize, walks', () => {
  it('piecewise takes functions and constants, and one for the rest', () => {
    const x = np.array([-2, -1, 0, 1, 2]);
    expect(np.piecewise(x, [x.less(0), x.greater(1)], [(v) => v.neg(), 10, 5]).toArray()).toEqual([
      2, 1, 5, 5, 10,
    ]);
    expect(np.piecewise(x, [x.less(0)], [1]).toArray()).toEqual([1, 1, 0, 0, 0]);
    expect(() => np.piecewise(x, [x.less(0)], [1, 2, 3])).toThrow(
      'piecewise: with 1 condition(s), either 1 or 2',
    );
  });

  it('vectorize keeps gradients of functions made of operations, and refuses to lose them', () => {
    const x = np.array([1, 2, 3]).requiresGrad();
    const f = np.vectorize((v) => (Number(v) > 1 ? np.square(v) : np.multiply(v, 5)) as unknown as number);
    f(x).sum().backward();
    expect(x.grad?.toArray()).toEqual([5, 4, 6]);
    expect(() => np.vectorize((v) => v * 2)(x)).toThrow(
      /^vectorize: the function computes with plain numbers/,
    );
    expect(
      np
        .vectorize((a, b) => a * b)([1, 2], [[1], [10]])
        .toArray(),
    ).toEqual([
      [1, 2],
      [10, 20],
    ]);
  });

  it('ndindex and ndenumerate run the last axis fastest', () => {
    expect([...np.ndindex(2, 2)]).toEqual([
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]);
    expect([...np.ndindex([])]).toEqual([[]]);
    expect([...np.ndenumerate([[1, 2]])]).toEqual([
      [[0, 0], 1],
      [[0, 1], 2],
    ]);
  });

  it('applyOverAxes keeps the axes', () => {
    expect(np.applyOverAxes(np.sum, np.ones([2, 3, 4]), [0, 2]).toArray()).toEqual([[[8], [8], [8]]]);
  });

  it('s_ is an index as a value', () => {
    const X = np.arange(12).reshape(3, 4);
    const corner = np.s_('1:', '::2');
    expect(X.at(...(corner as string[])).toArray()).toEqual([
      [4, 6],
      [8, 10],
    ]);
    expect(np.maskIndices(3, np.triu, 1).map((i) => i.toArray())).toEqual([
      [0, 0, 1],
      [1, 2, 2],
    ]);
  });
});

describe('poly1d', () => {
  const p = np.poly1d([1, -3, 2]);
  it('is called, calculated with, and prints as NumPy does', () => {
    expect(p(4).item()).toBe(6);
    expect(p.mul(p).c.toArray()).toEqual([1, -6, 13, -12, 4]);
    expect(p.add(1).sub([1, 0, 0]).c.toArray()).toEqual([-3, 3]);
    expect(p.pow(0).c.toArray()).toEqual([1]);
    expect(p.deriv().c.toArray()).toEqual([2, -3]);
    expect(np.allclose(p.integ(1, 5).c, [1 / 3, -1.5, 2, 5])).toBe(true);
    expect(p.div([1, -1]).map((q) => q.c.toArray())).toEqual([[1, -2], [0]]);
    expect(p(np.poly1d([1, 1])).c.toArray()).toEqual([1, -1, 0]);
    expect(p.neg().equals(np.poly1d([-1, 3, -2]))).toBe(true);
    expect([p.order, p.at(2).item(), p.at(7).item()]).toEqual([2, 1, 0]);
    expect(np.poly1d([2, 3], { r: true }).c.toArray()).toEqual([1, -5, 6]);
    expect(np.poly1d([0, 0, 4, 1]).order).toBe(1);
  });

  it.each([
    [[1, 2, 3], '   2\n1 x + 2 x + 3'],
    [[1, 0, -3.5, 2], '   3\n1 x - 3.5 x + 2'],
    [[0], ' \n0'],
    [[-1, 0, 0, 1], '    3\n-1 x + 1'],
    [[0.5, -1.25], ' \n0.5 x - 1.25'],
    [
      [1e-10, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14],
      '       13     12     11     10     9     8     7     6     5      4\n' +
        '1e-10 x  + 2 x  + 3 x  + 4 x  + 5 x + 6 x + 7 x + 8 x + 9 x + 10 x\n' +
        '       3      2\n + 11 x + 12 x + 13 x + 14',
    ],
  ])('%j as text', (c, text) => {
    expect(String(np.poly1d(c))).toBe(text);
  });
});

describe('memory and errors', () => {
  it('sharesMemory is exact, mayShareMemory compares extents', () => {
    const a = np.zeros(8);
    const [even, odd] = [a.at('::2'), a.at('1::2')];
    expect([np.mayShareMemory(even, odd), np.sharesMemory(even, odd), np.sharesMemory(even, a)]).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('memoryUsage counts arrays that are in use', () => {
    const before = np.memoryUsage().live;
    const a = np.ones(4_000_000);
    const { live, pooled, limit, rss, peak, blocks } = np.memoryUsage();
    expect(live - before).toBeGreaterThan(30_000_000);
    expect(a.size).toBe(4_000_000);
    expect(pooled).toBe(blocks.reduce((s, b) => s + b.bytes * b.count, 0));
    expect(limit).toBeGreaterThanOrEqual(pooled);
    expect(peak).toBeGreaterThanOrEqual(0.5 * rss);
  });

  it('errstate runs its body, and refuses what cannot be', () => {
    expect(np.errstate({ divide: 'ignore', invalid: 'ignore' }, () => np.log([0]).item())).toBe(
      Number.NEGATIVE_INFINITY,
    );
    expect(() => np.errstate({ divide: 'raise' } as never, () => 0)).toThrow(
      "errstate: divide: 'raise' is not possible",
    );
    expect(np.seterr({ all: 'ignore' })).toEqual(np.geterr());
  });

  it('finfo and iinfo know every type', () => {
    expect([np.finfo('float32').eps, np.finfo('complex128').bits, np.finfo('float64').tiny]).toEqual([
      2 ** -23,
      64,
      2 ** -1022,
    ]);
    expect([np.finfo('float32').smallest_subnormal, np.finfo('float64').max]).toEqual([
      2 ** -149,
      Number.MAX_VALUE,
    ]);
    expect([np.iinfo('int16').min, np.iinfo('uint64').max, np.iinfo('int').max]).toEqual([
      -32768,
      2n ** 64n - 1n,
      2n ** 63n - 1n,
    ]);
    expect([
      np.resultType(np.zeros(1, 'float32'), 2),
      np.resultType('int32', 'float32'),
      np.resultType(np.zeros(1, 'uint8'), 1.5),
    ]).toEqual(['float32', 'float64', 'float64']);
  });
});

describe('small old functions', () => {
  it('letters and kinds of types', () => {
    expect([
      np.sctype2char('float32'),
      np.typename('d'),
      np.mintypecode(['d', 'F']),
      np.mintypecode('bh'),
    ]).toEqual(['f', 'double precision', 'D', 'd']);
    expect([
      np.maximumSctype('int8'),
      np.findCommonType(['float32', 'int32'], ['float64']),
      np.findCommonType(['int32'], ['float32']),
    ]).toEqual(['int64', 'float64', 'float64']);
    expect([np.issubdtype('uint8', 'unsignedinteger'), np.issubsctype('int8', 'floating')]).toEqual([
      true,
      false,
    ]);
  });

  it('arrays compared after broadcasting, bounds, complex order', () => {
    expect([
      np.arrayEquiv(
        [1, 2],
        [
          [1, 2],
          [1, 2],
        ],
      ),
      np.arrayEquiv([1, 2], [1, 2, 3]),
    ]).toEqual([true, false]);
    expect(np.byteBounds(np.zeros(6).at('4:1:-1'))).toEqual([16, 40]);
    expect(np.sortComplex([2, 1]).dtype).toBe('complex128');
    expect(
      np
        .fastCopyAndTranspose([
          [1, 2],
          [3, 4],
        ])
        .toArray(),
    ).toEqual([
      [1, 3],
      [2, 4],
    ]);
  });
});

describe('np.testing', () => {
  const { testing } = np;
  it('passes what holds', () => {
    testing.assert_(true);
    testing.assertAlmostEqual(1, 1 + 1e-8);
    testing.assertApproxEqual(0.12345677777777e-20, 0.1234567e-20, 6);
    testing.assertArrayAlmostEqual([1, Number.NaN], [1.0000001, Number.NaN]);
    testing.assertArrayLess([1, 2], [2, 3]);
    testing.assertArrayAlmostEqualNulp([1], [1 + 2 ** -52]);
    expect(testing.assertArrayMaxUlp([1, 2], [1, 2 + 2 ** -51])).toBe(1);
    testing.assertRaises(RangeError, () => np.zeros([-1]));
    testing.assertRaisesRegex(RangeError, /negative/, () => np.zeros([-1]));
    testing.assertStringEqual('a', 'a');
  });

  it.each([
    ['assert_', () => testing.assert_(false, 'no'), 'no'],
    ['assertArrayAlmostEqual', () => testing.assertAlmostEqual(1, 1.1), '7 decimals'],
    ['assertApproxEqual', () => testing.assertApproxEqual(1, 1.1, 3), '3 significant digits'],
    ['assertArrayLess', () => testing.assertArrayLess([1, 3], [2, 3]), 'Mismatched elements: 1 / 2'],
    ['assertArrayAlmostEqualNulp', () => testing.assertArrayAlmostEqualNulp([1], [1.1]), '1 ULP'],
    ['assertArrayMaxUlp', () => testing.assertArrayMaxUlp([1], [1.1]), '1 ULP'],
    ['assertRaises', () => testing.assertRaises(RangeError, () => 0), 'nothing was thrown'],
    ['assertStringEqual', () => testing.assertStringEqual('a\nb', 'a\nc'), 'line 2'],
  ])('%s says what does not', (name, f, part) => {
    expect(f).toThrow(new RegExp(`^${name}: `));
    expect(f).toThrow(part);
  });
});
