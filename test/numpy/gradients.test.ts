// Functions composed of operations carry gradients by themselves: checked against centred differences, first and
// second order.

import { describe, expect, it } from 'vitest';
import { grad, gradCheck, type NDArray, np } from '../../src/index.js';

/** Distinct values without ties. */
function input(shape: number[], salt: number): NDArray {
  const n = shape.reduce((p, q) => p * q, 1);
  return np
    .array(
      Float64Array.from(
        { length: n },
        (_, i) => 0.3 + 1.4 * (((i + 1) * 0.6180339887498949 + salt * 0.37) % 1),
      ),
    )
    .reshape(shape);
}

type F = (...inputs: NDArray[]) => NDArray;

const cases: [name: string, f: F, ...shapes: number[][]][] = [
  ['sort', (a) => np.sort(a, 0), [3, 4]],
  ['sort, flattened', (a) => np.sort(a, null), [3, 4]],
  ['takeAlongAxis', (a) => np.takeAlongAxis(a, np.argsort(a, 1), 1), [3, 4]],
  ['take', (a) => np.take(a, [0, 2, 2], 1), [3, 4]],
  ['partition', (a) => np.partition(a, 2, 1), [3, 4]],
  ['quantile, hazen', (a) => np.quantile(a, 0.3, { axis: 0, method: 'hazen' }), [5, 3]],
  ['correlate', (a, b) => np.correlate(a, b, 'full'), [5], [3]],
  ['unwrap', (a) => np.unwrap(a.mul(4)), [6]],
  ['nancumsum', (a) => np.nancumsum(a, 1), [3, 4]],
  ['nancumprod', (a) => np.nancumprod(a, 1), [2, 3]],
  ['histogram weights', (w) => np.histogram([1, 2, 2, 3], 3, { weights: w })[0], [4]],
  ['histogram density', (w) => np.histogram([1, 2, 2, 3], 3, { weights: w, density: true })[0], [4]],
  ['histogram2d weights', (w) => np.histogram2d([1, 2, 2], [1, 3, 4], 2, { weights: w })[0], [3]],
  [
    'gradient over coordinates',
    (a, x) => np.gradient(a, np.cumsum(x), { edgeOrder: 2 }) as NDArray,
    [5],
    [5],
  ],
  ['ediff1d', (a, b) => np.ediff1d(a, { toEnd: b }), [4], [2]],
  ['take with out', (a) => np.take(a, [0, 2], { axis: 1, out: np.zeros([3, 2]) }), [3, 4]],
  ['stack with out', (a, b) => np.stack([a, b], { out: np.zeros([2, 3]) }), [3], [3]],
  ['matmul with out', (a, b) => np.matmul(a, b, { out: np.zeros([2, 2]) }), [2, 3], [3, 2]],
  ['choose', (a, b) => np.choose([[0, 1, 1]], [a, b]), [2, 3], [3]],
  ['piecewise', (a) => np.piecewise(a, [np.less(a, 1)], [(v) => v.mul(v), (v) => v.exp()]), [5]],
  [
    'block',
    (a, b) =>
      np.block([
        [a, b],
        [b, a],
      ] as never),
    [2, 2],
    [2, 2],
  ],
  ['diagflat', (a) => np.diagflat(a, 1), [2, 2]],
  ['geomspace', (a, b) => np.geomspace(a, b, 5), [2], [2]],
  ['logspace', (a, b) => np.logspace(a, b, 4), [2], [2]],
  ['asfortranarray', (a) => np.asfortranarray(a), [3, 4]],
  ['polyval', (c, x) => np.polyval(c, x), [4], [3]],
  ['polymul', (a, b) => np.polymul(a, b) as NDArray, [4], [3]],
  ['polydiv', (a, b) => np.polydiv(a, b)[0], [4], [2]],
  ['polyder and polyint', (a) => np.polyder(np.polyint(a.mul(a), 2)), [4]],
  ['poly', (a) => np.poly(a), [3]],
  ['polyfit', (x, y) => np.polyfit(x, y, 2), [6], [6]],
  ['i0', (a) => np.i0(a.mul(7)), [5]],
  ['clip with out', (a) => np.clip(a, 0.5, 1.2, { out: np.zeros([3, 4]) }), [3, 4]],
  ['modf', (a) => np.modf(a.mul(0.5))[0], [5]],
  ['divmod', (a, b) => np.divmod(a, b)[1], [5], [5]],
  ['median', (a) => np.median(a, { axis: 1 }), [3, 4]],
  ['percentile', (a) => np.percentile(a, [10, 45, 80], { axis: 0 }), [5, 3]],
  ['average', (a, w) => np.average(a, { axis: 0, weights: w }), [4, 3], [4]],
  ['cov', (a) => np.cov(a), [3, 5]],
  ['cov of two', (a, b) => np.cov(a, b), [5], [5]],
  ['corrcoef', (a) => np.corrcoef(a).at(0, 1), [3, 5]],
  ['ptp', (a) => np.ptp(a, 1), [3, 4]],
  ['nansum', (a) => np.nansum(np.where(np.greater(a, 1), Number.NaN, a.mul(a)), 0), [3, 4]],
  ['nanmean', (a) => np.nanmean(a, 1), [3, 4]],
  ['nanvar', (a) => np.nanvar(a, 1), [3, 4]],
  ['nanmax', (a) => np.nanmax(a, 1), [3, 4]],
  [
    'pad constant',
    (a) =>
      np.pad(a, [
        [1, 0],
        [2, 1],
      ]),
    [3, 4],
  ],
  ['pad edge', (a) => np.pad(a, 2, 'edge'), [3, 4]],
  ['pad reflect', (a) => np.pad(a, 2, 'reflect'), [3, 4]],
  ['pad wrap', (a) => np.pad(a, 1, 'wrap'), [3, 4]],
  ['roll', (a) => np.roll(a, 2, 1), [3, 4]],
  ['rot90', (a) => np.rot90(a), [3, 4]],
  ['repeat', (a) => np.repeat(a, [1, 0, 3], 0), [3, 4]],
  ['resize', (a) => np.resize(a, [2, 8]), [3, 4]],
  ['diff', (a) => np.diff(a, 2), [3, 4]],
  ['gradient', (a) => np.gradient(a, 0.5) as NDArray, [5]],
  ['append', (a, b) => np.append(a, b, 0), [3, 4], [1, 4]],
  ['delete', (a) => np.delete(a, 1, 1), [3, 4]],
  ['insert', (a, b) => np.insert(a, 1, b, 0), [3, 4], [4]],
  ['diag of a vector', (a) => np.diag(a, 1), [3]],
  ['diag of a matrix', (a) => np.diag(a, -1), [3, 4]],
  ['tril', (a) => np.tril(a), [3, 4]],
  ['triu', (a) => np.triu(a, 1), [3, 4]],
  ['linspace', (a, b) => np.linspace(a, b, 5), [3], [3]],
  ['c_', (a, b) => np.c_(a, b), [3], [3, 2]],
  ['r_', (a, b) => np.r_(a, b), [3], [2]],
  ['an array of arrays', (a, b) => np.array([a.sum(), [b.mean()].map((x) => x.mul(2))[0], 1]), [3], [2]],
  ['full', (a) => np.full([2, 3], a), [3]],
  ['inner', (a, b) => np.inner(a, b), [2, 3], [4, 3]],
  ['tensordot', (a, b) => np.tensordot(a, b, [[1], [0]]), [2, 3, 2], [3, 2]],
  ['kron', (a, b) => np.kron(a, b), [2, 2], [1, 2]],
  ['cross', (a, b) => np.cross(a, b), [2, 3], [3]],
  ['convolve', (a, b) => np.convolve(a, b, 'same'), [6], [3]],
  ['interp', (x, f) => np.interp(x, [0, 0.7, 1.2, 2], f), [3], [4]],
  ['trapz', (a, b) => np.trapz(a, b), [5], [5]],
  ['applyAlongAxis', (a) => np.applyAlongAxis((row) => row.mul(row.sum()), 1, a), [3, 4]],
  ['bincount weights', (w) => np.bincount([0, 2, 2, 1], { weights: w }), [4]],
  ['trace', (a) => np.trace(a, 1), [3, 4]],
  ['diagonal', (a) => np.diagonal(a, 0, 1, 2), [2, 3, 3]],
  ['linalg.norm, order 1', (a) => np.linalg.norm(a, 1, 1), [3, 4]],
  ['linalg.norm, order 3', (a) => np.linalg.norm(a, 3, 0), [3, 4]],
  ['linalg.norm, order inf', (a) => np.linalg.norm(a, Number.POSITIVE_INFINITY, 0), [3, 4]],
  ['linalg.norm, matrix order 1', (a) => np.linalg.norm(a, 1), [3, 4]],
  ['linalg.norm of a stack', (a) => np.linalg.norm(a, { axis: [1, 2], keepdims: true }), [2, 3, 2]],
  ['linalg.inv of a stack', (a) => np.linalg.inv(a.add(np.eye(3).mul(3))), [2, 3, 3]],
  [
    'linalg.solve, stack and vectors',
    (a, b) => np.linalg.solve(a.add(np.eye(3).mul(3)), b),
    [2, 3, 3],
    [2, 3],
  ],
  ['linalg.det of a stack', (a) => np.linalg.det(a), [2, 3, 3]],
  ['linalg.matrixPower', (a) => np.linalg.matrixPower(a, 3), [3, 3]],
];

describe('gradients of composed functions', () => {
  for (const [name, f, ...shapes] of cases) {
    it(name, () => {
      const report = gradCheck(
        f,
        shapes.map((s, i) => input(s, i + 1)),
        { order: 2, rtol: 1e-5, atol: 1e-6 },
      );
      expect(report.passed, String(report)).toBe(true);
    });
  }

  it('the norm of zeros has gradient 0', () => {
    expect(grad((x: NDArray) => np.linalg.norm(x))(np.zeros(3)).toArray()).toEqual([0, 0, 0]);
  });

  it('the norm of huge and of tiny numbers has their direction as gradient', () => {
    for (const scale of [1e200, 1e-200]) {
      const g = grad((x: NDArray) => np.linalg.norm(x))(np.array([3 * scale, 4 * scale]));
      expect(np.allclose(g, [0.6, 0.8], { rtol: 1e-14 })).toBe(true);
    }
  });
});
