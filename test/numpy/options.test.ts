// Parameters by name: both spellings, mistakes that are told, methods of arrays, and gradients of what names lead to.
import { describe, expect, it } from 'vitest';
import { data, grad, type NDArray, np } from '../../src/index.js';

const X = np.arange(12, { dtype: 'float64' }).reshape(3, 4);
const list = (a: NDArray): unknown => a.toArray();

describe('both spellings', () => {
  it('mean the same', () => {
    const N = [1, Number.NaN];
    expect(np.allclose(N, N, { equal_nan: true })).toBe(true);
    expect(np.allclose(N, N, { equalNan: true })).toBe(true);
    expect(np.linalg.svd(X, { full_matrices: false })[2].shape).toEqual([3, 4]);
    expect(np.linalg.svd(X, { fullMatrices: false })[2].shape).toEqual([3, 4]);
    expect(np.linalg.svd(X, { compute_uv: false }).shape).toEqual([3]);
    expect(list(np.unique([2, 1, 2], { return_counts: true })[1])).toEqual([1, 2]);
    expect(list(np.clip(X, { a_max: 1 }).at(0))).toEqual([0, 1, 1, 1]);
    expect(list(np.pad([1, 2], 1, { constant_values: 7 }))).toEqual([7, 1, 2, 7]);
    expect(
      list(np.genfromtxt(['head', '1,x'], { delimiter: ',', skip_header: 1, filling_values: 9 })),
    ).toEqual([1, 9]);
    expect(np.formatFloatPositional(1, { pad_left: 3 })).toBe(np.formatFloatPositional(1, { padLeft: 3 }));
    expect(new data.DataLoader([X], { batch_size: 2, drop_last: true }).length).toBe(1);
  });

  it('together are refused', () => {
    expect(() => np.allclose(1, 1, { equalNan: true, equal_nan: false })).toThrow(
      "allclose: the option 'equalNan' is given twice, as 'equalNan' and as 'equal_nan'.",
    );
  });
});

describe('mistakes', () => {
  const wrong: [string, () => unknown, string][] = [
    [
      'an unknown name of a generator',
      () => np.random.defaultRng(1).shuffle(np.zeros(3), { axes: 0 } as never),
      "shuffle: unknown option 'axes'; did you mean 'axis'? Options: axis.",
    ],
    [
      'an unknown name beside another',
      () => np.random.defaultRng(1).permuted([1, 2], { axes: 0 } as never),
      "permuted: unknown option 'axes'; did you mean 'axis'? Options: axis, out.",
    ],
    ['an unknown name', () => np.tril(X, { axis: 1 } as never), "tril: unknown option 'axis'."],
    [
      'a misspelt one',
      () => np.trapz(X, { axes: 0 } as never),
      "trapz: unknown option 'axes'; did you mean 'axis'?",
    ],
    [
      'a parameter given twice',
      () => np.trace(X, 1, { offset: 2 }),
      "trace: 'offset' is given twice, in its place and by its name",
    ],
    ['one missing', () => np.partition(X, { axis: 0 } as never), "partition: the argument 'kth' is missing"],
    [
      'something after the options',
      () => np.eye(3, { M: 4 }, 1),
      "eye: nothing can follow the options; 'k' belongs among them.",
    ],
    [
      'an order that is none',
      () => np.ravel(X, { order: 'X' as never }),
      "ravel: order must be one of 'C', 'F', 'A', or 'K', not 'X'.",
    ],
    [
      'order K of a reshape',
      () => np.reshape(X, [4, 3], { order: 'K' as never }),
      "reshape: order 'K' is not permitted for reshaping",
    ],
    [
      "another mode's option",
      () => np.pad(X, 1, 'edge', { end_values: 1 }),
      "pad, mode 'edge': unknown option 'endValues'.",
    ],
    [
      'a shape that is none',
      () => np.zeros([2], { type: 'int8' } as never),
      "zeros: unknown option 'type'; did you mean 'dtype'?",
    ],
  ];
  for (const [what, f, message] of wrong) it(`${what}: ${message}`, () => expect(f).toThrow(message));
});

describe('methods of arrays', () => {
  it('take what their functions take', () => {
    expect(list(X.reshape([4, 3], { order: 'F' }))).toEqual(list(np.reshape(X, [4, 3], { order: 'F' })));
    expect(list(X.reshape(4, 3, { order: 'F' }).at(':', 0))).toEqual([0, 4, 8, 1]);
    expect(list(X.ravel({ order: 'F' }).at(':4'))).toEqual([0, 4, 8, 1]);
    expect(list(X.flatten('F').at(':4'))).toEqual([0, 4, 8, 1]);
    expect(X.copy({ order: 'F' }).strides).toEqual([8, 24]);
    expect(list(X.T.ravel({ order: 'K' }))).toEqual(list(X.ravel()));
    expect(list(X.T.ravel({ order: 'A' }))).toEqual(list(X.ravel()));
    expect(X.repeat(2, { axis: 0 }).shape).toEqual([6, 4]);
    expect(X.trace({ offset: 1 }).item()).toBe(1 + 6 + 11);
    expect(list(X.diagonal({ offset: -1 }))).toEqual([4, 9]);
    expect(X.reshape(3, 1, 4).squeeze({ axis: 1 }).shape).toEqual([3, 4]);
    expect(X.transpose({ axes: [1, 0] }).shape).toEqual([4, 3]);
    expect(X.swapaxes({ axis1: 0, axis2: 1 }).shape).toEqual([4, 3]);
    expect(X.take([0, 2], { axis: 1 }).shape).toEqual([3, 2]);
    expect(list(X.argpartition({ kth: 0, axis: 0 }).at(0))).toEqual([0, 0, 0, 0]);
    expect(list(X.clip({ a_min: 1, a_max: 2 }).at(0))).toEqual([1, 1, 2, 2]);
    expect(list(np.array([3, 1, 2]).sort({ axis: 0, kind: 'stable' }))).toEqual([1, 2, 3]);
    expect(list(np.array([1, 2, 3]).searchsorted(2, { side: 'right' }))).toBe(2);
  });

  it('make arrays that lie column by column', () => {
    expect(np.zeros([2, 3], { order: 'F' }).strides).toEqual([8, 16]);
    expect(np.ones([2, 3], 'float32', 'F').strides).toEqual([4, 8]);
    expect(np.empty([2, 3, 4], { order: 'F' }).strides).toEqual([8, 16, 48]);
    expect(np.full([2, 3], 1, { order: 'F' }).strides).toEqual([8, 16]);
    expect(np.eye(3, { order: 'F', M: 2 }).strides).toEqual([8, 24]);
    const turned = X.reshape(3, 2, 2).transpose([1, 2, 0]);
    expect(np.zerosLike(turned, { order: 'K' }).strides).toEqual(turned.strides);
    expect(np.onesLike(X.T, { order: 'A' }).strides).toEqual(X.T.strides);
    expect(np.onesLike(X.T).strides).toEqual([24, 8]);
    expect(() => np.zeros([2, 3], { order: 'X' as never })).toThrow(
      "zeros: order must be one of 'C', 'F', 'A', or 'K', not 'X'.",
    );
  });

  it('write results without NaN into arrays', () => {
    const N = np.array([[1, Number.NaN, 3]]);
    for (const f of [np.nanmean, np.nansum, np.nanmax, np.nanvar, np.nanstd]) {
      const out = np.zeros(1);
      expect(f(N, { axis: 1, out })).toBe(out);
      expect(list(out)).toEqual(list(f(N, { axis: 1 })));
    }
    expect(() => np.nanmean(N, { axes: 1 } as never)).toThrow(
      "nanmean: unknown option 'axes'; did you mean 'axis'?",
    );
    expect(() => np.nansum(N, { axis: 2 })).toThrow('nansum: axis 2 is out of bounds');
  });

  it('pad with a function that sets the border of each line', () => {
    const calls: [readonly number[], number][] = [];
    const border = (v: NDArray, [before, after]: readonly [number, number], axis: number, o: object) => {
      const { padder = 10 } = o as { padder?: number };
      calls.push([v.shape, axis]);
      v.set([`:${before}`], padder);
      if (after > 0) v.set([`${-after}:`], padder);
    };
    const small = np.array([
      [1, 2],
      [3, 4],
    ]);
    // As NumPy's documentation has it, with a border of 2 and of 1.
    expect(
      list(
        np.pad(
          small,
          [
            [1, 1],
            [2, 0],
          ],
          border,
        ),
      ),
    ).toEqual([
      [10, 10, 10, 10],
      [10, 10, 1, 2],
      [10, 10, 3, 4],
      [10, 10, 10, 10],
    ]);
    expect(calls.map(([, axis]) => axis)).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
    expect(list(np.pad([1], 1, border, { padder: 7 }))).toEqual([7, 1, 7]);
  });

  it('arrays in a list keep mapping', () => {
    expect([X, X].map(np.ravel).map((a) => a.shape)).toEqual([[12], [12]]);
    expect([X, X].map(np.copy).map((a) => a.shape)).toEqual([X.shape, X.shape]);
  });
});

describe('gradients', () => {
  const weights = np.array([0.3, -1, 2, 0.7, 1.5, -0.2, 0.9, 1.1, -0.6, 0.4, 0.8, 1.3]).reshape(3, 4);
  const cases: [string, (x: NDArray) => NDArray][] = [
    ['reshape order F', (x) => np.reshape(x, [2, 6], { order: 'F' })],
    ['ravel order F', (x) => np.ravel(x, { order: 'F' })],
    ['copy order F', (x) => np.copy(x, { order: 'F' })],
    ['insert at several places', (x) => np.insert(x, [0, 2], 5, { axis: 1 })],
    ['cov with weights', (x) => np.cov(x, { aweights: [1, 2, 1, 0.5], fweights: [1, 1, 2, 1] })],
    ['average with its sum', (x) => np.average(x, { axis: 0, weights: [1, 2, 3], returned: true })[0]],
    ['cross of vectors of 2', (x) => np.cross(x.at(':', ':2'), x.at(':', '2:'))],
    ['cross along an axis', (x) => np.cross(x.at(':', ':2'), x.at(':', '2:'), { axis: 0 })],
    ['pad, linear ramp', (x) => np.pad(x, 2, 'linear_ramp', { end_values: 1 })],
    ['pad, mean', (x) => np.pad(x, 2, 'mean', { stat_length: 2 })],
    ['pad, odd mirror', (x) => np.pad(x, 4, 'symmetric', { reflect_type: 'odd' })],
    ['interp with a period', (x) => np.interp([0.5, 3, 6.5], [1, 2, 4], x.at(0, ':3'), { period: 3.5 })],
    ['trace with a dtype', (x) => np.trace(x, { offset: 1, dtype: 'float64' })],
  ];
  for (const [name, f] of cases) {
    it(`flow through ${name}`, () => {
      const loss = (x: NDArray): NDArray => {
        const y = f(x);
        return np.sum(np.mul(y, np.cos(np.arange(y.size)).reshape(y.shape)));
      };
      const exact = grad(loss)(weights);
      const h = 1e-6;
      for (let i = 0; i < weights.size; i++) {
        const step = np.zeros([12]).set(i, h).reshape(3, 4);
        const slope = (loss(weights.add(step)).item() - loss(weights.sub(step)).item()) / (2 * h);
        expect(exact.ravel().at(i).item()).toBeCloseTo(slope, 5);
      }
    });
  }
});
