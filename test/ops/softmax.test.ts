// Softmax and variance as one pass equal the operations they stand for, bit by bit, whatever the layout.

import { describe, expect, it } from 'vitest';
import { type NDArray, nn, np } from '../../src/index.js';

const draws = np.random.default_rng(5);
const same = (a: NDArray, b: NDArray): void => {
  expect(a.shape).toEqual(b.shape);
  expect(a.dtype).toBe(b.dtype);
  expect(np.array_equal(a, b, { equalNan: true })).toBe(true);
};

const stepwise = (x: NDArray, axis: number): NDArray => {
  const e = np.exp(np.subtract(x, np.max(x, { axis, keepdims: true })));
  // Along the last axis, as the rows are added up.
  const sum = np.sum(np.ascontiguousarray(np.swapaxes(e, axis, -1)), { axis: -1, keepdims: true });
  return np.divide(e, np.swapaxes(sum, axis, -1));
};

describe.each(['float32', 'float64'] as const)('softmax of %s', (dtype) => {
  it.each([
    [[7, 10], 1],
    [[300, 3], 1],
    [[5, 1], 1],
    [[2, 20000], 1],
    [[64, 129], 0],
    [[3, 5, 7], 1],
    [[3, 5, 7], -1],
    [[2, 0, 3], 2],
    [[4, 0], 1],
  ])('%j along axis %i', (shape, axis) => {
    const x = draws.standardNormal(shape).mul(4).astype(dtype);
    if (x.size === 0) {
      expect(nn.softmax(x, { axis }).shape).toEqual(shape);
      return;
    }
    same(nn.softmax(x, { axis }), stepwise(x, axis));
    const logs = nn.logSoftmax(x, { axis });
    expect(np.allclose(np.exp(logs), nn.softmax(x, { axis }), { rtol: 1e-5, atol: 0 })).toBe(true);
  });

  it('of views: steps, negative steps, a transpose', () => {
    const x = draws.standardNormal([40, 30]).astype(dtype);
    for (const view of [x.at('::2, 3:20'), x.at('::-1, ::-1'), x.at(':, ::3'), x.T])
      same(nn.softmax(view), nn.softmax(np.ascontiguousarray(view)));
  });

  it('is shifted, so that large numbers do not overflow, and NaN and infinity give NaN in their row alone', () => {
    const x = np.array(
      [
        [1000, 1000],
        [Number.NaN, 1],
        [Infinity, 0],
        [-Infinity, 0],
      ],
      { dtype },
    );
    expect(nn.softmax(x).toArray()).toEqual([
      [0.5, 0.5],
      [Number.NaN, Number.NaN],
      [Number.NaN, Number.NaN],
      [0, 1],
    ]);
    expect(nn.logSoftmax(x).at(3).toArray()).toEqual([-Infinity, 0]);
    expect(nn.softmax([[-Infinity, -Infinity]]).toArray()).toEqual([[Number.NaN, Number.NaN]]);
  });
});

it('softmax of integers is float64, of complex numbers refused, of one number 1', () => {
  expect(nn.softmax(np.array([1n, 1n])).dtype).toBe('float64');
  expect(() => nn.softmax(np.array([np.complex(1, 2)]))).toThrow(/^softmax: defined for real numbers only/);
  expect(nn.softmax(3).item()).toBe(1);
  expect(nn.logSoftmax(3).item()).toBe(0);
  expect(() => nn.softmax([[1, 2]], { axis: 2 })).toThrow(/^softmax: axis 2/);
});

describe.each(['float32', 'float64', 'int64', 'uint8'] as const)('variance of %s', (dtype) => {
  const stepped = (x: NDArray, axis: number | number[] | null, ddof: number): NDArray => {
    const a = x.dtype === 'float32' ? x : x.astype('float64');
    const count = x.size / np.sum(a, { axis }).size;
    const d = np.subtract(a, np.mean(a, { axis, keepdims: true }));
    return np.divide(np.sum(np.square(d), { axis }), Math.max(count - ddof, 0));
  };
  it.each([
    [[1000], 0, 0],
    [[100001], 0, 1],
    [[300000], null, 0],
    [[40, 50], 0, 0],
    [[40, 50], 1, 1],
    [[2000, 300], 0, 0],
    [[300, 9000], 1, 0],
    [[500, 5], 1, 0],
    [[3, 4, 5], 1, 0],
    [[3, 4, 5], [0, 2], 2],
    [[3, 1], 1, 0],
  ] as [number[], number | number[] | null, number][])('%j over %j', (shape, axis, ddof) => {
    const x = draws.standardNormal(shape).mul(40).add(100).astype(dtype);
    same(np.var(x, { axis, ddof }), stepped(x, axis, ddof));
    same(np.std(x, { axis, ddof }), np.sqrt(stepped(x, axis, ddof)));
    if (x.ndim === 2) {
      const view = x.at('::-2, 1:');
      if (view.size > 0) same(np.var(view, { axis, ddof }), stepped(view, axis, ddof));
      // In the order of the memory, as NumPy's are.
      same(np.var(x.T, { axis: 1 - (axis as number), ddof }), stepped(x, axis, ddof));
    }
  });

  it('of nothing is NaN', () => {
    expect(np.var(np.zeros([0], { dtype })).item()).toBeNaN();
    expect(np.var(np.zeros([0, 3], { dtype }), 0).toArray()).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    expect(np.var(np.zeros([0, 3], { dtype }), 1).shape).toEqual([0]);
  });
});
