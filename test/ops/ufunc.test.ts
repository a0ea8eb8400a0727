// Ufuncs: their methods, the options out, where, dtype and casting, and the options of reductions. Values as NumPy's
// (test/fixtures/numpy_ufuncs.py); gradients through out=, where= and the methods; what goes wrong.

import { describe, expect, it } from 'vitest';
import { gradCheck, type NDArray, np } from '../../src/index.js';
import { ufuncs } from '../../src/ops/ufunc.js';
import { type Case, call, decode, expectSame, readCases, title } from '../fixtures/cases.js';

/** `at:add` cases hold the array before the call. */
function run(c: Case): unknown {
  if (!c.f.startsWith('at:')) return call(c);
  const [a, indices, value] = c.a.map(decode) as [NDArray, NDArray[], NDArray];
  const f = (np as unknown as Record<string, { at(...args: unknown[]): NDArray }>)[c.f.slice(3)];
  return value === undefined ? f.at(a, indices) : f.at(a, indices, value);
}

describe('ufuncs as in NumPy', () => {
  readCases('numpy_ufuncs').forEach((c, i) => {
    it(`${i}: ${title(c)}`, () => {
      if (c.e !== undefined) expect(() => run(c)).toThrow(/^\w+(\.\w+)?: /);
      else expectSame(run(c), c.r, c.rtol);
    });
  });
});

describe('ufuncs as objects', () => {
  it('know their operands, results and identity', () => {
    expect([np.add.nin, np.add.nout, np.add.nargs, np.add.identity]).toEqual([2, 1, 3, 0]);
    expect([np.exp.nin, np.exp.nout, np.exp.identity]).toEqual([1, 1, null]);
    expect([np.multiply.identity, np.logicalAnd.identity, np.subtract.identity]).toEqual([1, true, null]);
  });

  it('bear the name that NumPy gives them', () => {
    expect([np.sub.name, np.multiply.name, np.logicalAnd.name, np.abs.name]).toEqual([
      'subtract',
      'multiply',
      'logical_and',
      'absolute',
    ]);
  });

  it('every one of them writes into out and returns it', () => {
    for (const [name, f] of ufuncs) {
      const discrete = /^(bitwise|invert|left|right|gcd|lcm)/.test(name);
      const a = np.array([[1, 2, 3]], discrete ? 'int64' : 'float64');
      const operands = f.nin === 1 ? [a] : [a, a.add(1)];
      const plain = (f as (...v: unknown[]) => NDArray)(...operands);
      const out = np.zeros(plain.shape, plain.dtype as 'float64');
      expect((f as (...v: unknown[]) => NDArray)(...operands, { out }), name).toBe(out);
      expect(np.arrayEqual(out, plain, { equalNan: true }), name).toBe(true);
    }
  });

  it('can be handed to map: the index is not taken for options', () => {
    expect([0, 1].map(np.exp).map(Number)).toEqual([1, Math.E]);
    expect(Number([np.array(1), np.array(2), np.array(3)].reduce(np.add))).toBe(6);
  });

  it('out may be an operand', () => {
    const a = np.array([1, 2, 3]);
    np.multiply(a, a, { out: a });
    expect(a.toArray()).toEqual([1, 4, 9]);
    np.exp(np.zeros(3), a);
    expect(a.toArray()).toEqual([1, 1, 1]);
  });

  it('at on a strided view changes the array that it is a view of', () => {
    const a = np.arange(12, { dtype: 'float64' }).reshape(3, 4);
    np.multiply.at(a.at(':', '::2'), [[0, 2, 2]], 10);
    expect(a.toArray()).toEqual([
      [0, 1, 20, 3],
      [4, 5, 6, 7],
      [800, 9, 1000, 11],
    ]);
  });
});

describe('gradients', () => {
  const cases: [string, (...a: NDArray[]) => NDArray, ...number[][]][] = [
    ['subtract.reduce', (a) => np.subtract.reduce(a), [3, 4]],
    ['maximum.accumulate', (a) => np.maximum.accumulate(a, 1), [2, 4]],
    ['divide.accumulate', (a) => np.divide.accumulate(a), [4]],
    ['multiply.outer', (a, b) => np.multiply.outer(a, b), [3], [2, 2]],
    ['add.reduceat', (a) => np.add.reduceat(a.mul(a), [0, 3, 1]), [5]],
    ['hypot.reduce', (a) => np.hypot.reduce(a, { axis: 1, keepdims: true }), [2, 3]],
    ['out', (a, b) => np.multiply(a, b, { out: np.zeros([3]) }), [3], [3]],
    ['out of a reduction', (a) => np.sum(a.mul(a), { axis: 0, out: np.zeros([2]) }), [3, 2]],
    ['where', (a, b) => np.divide(a, b, { where: np.array([true, false, true]) }), [3], [3]],
    [
      'out and where',
      (a, b) => np.multiply(a, a, { out: b.mul(2), where: np.array([true, false, true]) }),
      [3],
      [3],
    ],
    ['mean of some', (a) => np.mean(a, { axis: 1, where: np.array([true, false, true]) }), [2, 3]],
    ['std of some', (a) => np.std(a, { where: np.array([true, false, true]) }), [2, 3]],
    ['max with initial', (a) => np.max(a, { axis: 0, initial: 1 }), [3, 4]],
    ['dtype', (a) => np.add(a, a, { dtype: 'float64' }), [3]],
    ['add.at', (a, b) => np.add.at(a.mul(2), [0, 0, 1], b), [3], [3]],
  ];
  for (const [name, f, ...shapes] of cases) {
    it(name, () => {
      const inputs = shapes.map((s, k) => {
        const n = s.reduce((p, q) => p * q, 1);
        return np
          .array(Float64Array.from({ length: n }, (_, i) => 0.3 + 1.4 * (((i + 1) * 0.618 + k * 0.37) % 1)))
          .reshape(s);
      });
      const report = gradCheck(f, inputs, { order: 2, rtol: 1e-5, atol: 1e-6 });
      expect(report.passed, String(report)).toBe(true);
    });
  }

  it('a leaf that requires grad is not written into', () => {
    const x = np.ones(3).requiresGrad();
    expect(() => np.add(x, 1, { out: x })).toThrow(
      /^add: a leaf array that requires grad is being changed in place/,
    );
  });

  it('multiply.at refuses rather than lose a gradient', () => {
    const x = np.ones(3).requiresGrad();
    expect(() => np.multiply.at(np.ones(3), [0, 0], x.at('0:2'))).toThrow(/^mul.at: no gradient is defined/);
  });
});

describe('unknown options are named, with the one that was meant', () => {
  const a = np.ones([2, 3]);
  const any = (o: object) => o as never;
  it.each([
    ['sum', () => np.sum(a, any({ axes: 0 })), "sum: unknown option 'axes'; did you mean 'axis'?"],
    ['dim', () => np.mean(a, any({ dim: 0 })), "mean: unknown option 'dim'; did you mean 'axis'?"],
    [
      'keepDims',
      () => np.max(a, any({ keepDims: true })),
      "max: unknown option 'keepDims'; did you mean 'keepdims'?",
    ],
    [
      'swapped letters',
      () => np.add(a, 1, any({ otu: a })),
      "add: unknown option 'otu'; did you mean 'out'?",
    ],
    [
      'nothing alike',
      () => np.exp(a, any({ colour: 1 })),
      "exp: unknown option 'colour'. Options: out, where, dtype, casting.",
    ],
    ['cumsum', () => np.cumsum(a, any({ aixs: 0 })), "cumsum: unknown option 'aixs'; did you mean 'axis'?"],
    ['reduce', () => np.add.reduce(a, any({ axsi: 0 })), "add: unknown option 'axsi'; did you mean 'axis'?"],
  ])('%s', (_, f, message) => {
    expect(f).toThrow(message.replace(/^add: unknown option 'axsi'/, "add.reduce: unknown option 'axsi'"));
  });
});
