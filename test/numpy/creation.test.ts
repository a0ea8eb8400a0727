// What makes arrays here differs from NumPy in one way, the dtype of JavaScript numbers; this file states those rules
// and the errors. Values against NumPy are in functions.test.ts.

import { describe, expect, it } from 'vitest';
import { np } from '../../src/index.js';
import { $op } from '../../src/operators.js';

describe('array', () => {
  it.each([
    [[1, 2, 3], 'float64', 'array([1., 2., 3.])'],
    [[1n, 2n], 'int64', 'array([1, 2])'],
    [[true, false], 'bool', 'array([ True, False])'],
    [[1n, 2.5], 'float64', 'array([1. , 2.5])'],
    [[true, 2n], 'int64', 'array([1, 2])'],
    [new Float32Array([1.5]), 'float32', 'array([1.5], dtype=float32)'],
    [new Uint8ClampedArray([1, 255]), 'uint8', 'array([  1, 255], dtype=uint8)'],
    [new Int32Array([-1]), 'int32', 'array([-1], dtype=int32)'],
    [new Uint16Array([65535]), 'uint16', 'array([65535], dtype=uint16)'],
    [[], 'float64', 'array([], dtype=float64)'],
    [[[], []], 'float64', 'array([], shape=(2, 0), dtype=float64)'],
    [[new Float64Array([1, 2]), [3, 4]], 'float64', 'array([[1., 2.],\n       [3., 4.]])'],
  ] as const)('%s is %s', (value, dtype, text) => {
    const a = np.array(value as never);
    expect(a.dtype).toBe(dtype);
    expect(
      String((a as unknown as Record<symbol, () => string>)[Symbol.for('nodejs.util.inspect.custom')]()),
    ).toBe(text);
  });

  it("takes a dtype as a name or in options, and Python's names", () => {
    for (const d of ['int64', { dtype: 'int64' }, 'int', { dtype: np.int64 }] as const)
      expect(np.array([1, 2], d).dtype).toBe('int64');
    expect(np.array([1.9, -1.9], 'int32').toArray()).toEqual([1, -1]);
    expect(np.zeros(2, 'uint8').dtype).toBe('uint8');
    expect(np.zeros([2, 3], { dtype: np.zeros(1, 'float32').dtype }).dtype).toBe('float32');
  });

  it('copies arrays, lists of arrays and typed arrays', () => {
    const a = np.arange(3);
    np.array(a).iadd(1);
    np.array([a, a]).iadd(1);
    const typed = new Float64Array([1, 2]);
    np.array(typed).iadd(1);
    expect([a.toArray(), [...typed]]).toEqual([
      [0, 1, 2],
      [1, 2],
    ]);
    expect(np.asarray(a)).toBe(a);
    expect(np.array(a, { copy: false })).toBe(a);
    expect(np.array([1, 2], { ndmin: 3 }).shape).toEqual([1, 1, 2]);
  });

  it('the 4x4 example of the course in uint8 wraps: in-place differences', () => {
    const a = np.array([10, 20], 'uint8');
    expect(a.isub(np.array([15, 5], 'uint8')).toArray()).toEqual([251, 15]);
  });

  it.each([
    [
      () => np.array([[1, 2], [3]]),
      /^array: setting an array element with a sequence\. .*inhomogeneous shape: element \[0\] has shape \(2,\), element \[1\] \(1,\)/,
    ],
    [() => np.array(['a'] as never), /^array: cannot make an array element of string a at \[0\]/],
    [
      () => np.array([[1, undefined]] as never),
      /^array: cannot make an array element of undefined at \[0\]\[1\]/,
    ],
    [() => np.array({} as never), /^array: cannot make an array element of Object/],
    [
      () => np.array([1], 'flaot64' as never),
      /^array: data type 'flaot64' not understood\. Known: float64, float32/,
    ],
    [() => np.array([Number.NaN], 'int64'), /^array: cannot convert NaN to int64/],
    [
      () => np.array([300], 'uint8'),
      /^array: the integer 300 is out of bounds for uint8 \(0 to 255\)\. np\.array\(x\)\.astype\('uint8'\)/,
    ],
    [
      () => np.zeros(2, 3 as never),
      'zeros: the second argument is a dtype, not 3. Pass the shape as a list: np.zeros([2, 3]).',
    ],
    [() => np.zeros([-1, 2]), 'zeros: shape (-1, 2): negative dimensions are not allowed.'],
    [() => np.zeros(1.5), 'zeros: shape (1.5,): dimensions must be whole numbers.'],
    [
      () => np.zeros([1e9, 1e9]),
      /^zeros: unable to allocate .* for an array with shape \(1000000000, 1000000000\)/,
    ],
    [() => np.ones(undefined as never), /^ones: the shape must be a whole number or a list of them/],
    [() => np.full([2], Number.NaN, 'int64'), /^full: cannot convert NaN to int64/],
    [() => np.arange(0, 10, 0), 'arange: the step from 0 to 10 must not be 0.'],
    [() => np.arange(0, 1e20), /^arange: Maximum allowed size exceeded/],
    [() => np.linspace(0, 1, 2.5), 'linspace: number of samples, 2.5, must be a whole number of 0 or more.'],
    [
      () => np.meshgrid([1], { indexing: 'yx' as never }),
      "meshgrid: indexing must be 'xy' or 'ij', not 'yx'.",
    ],
    [() => np.r_('1-2'), /^r_: '1-2' is not a range; ranges look like '0:5'/],
  ])('refuses, and says what to do: %s', (f, message) => {
    expect(f).toThrow(message);
  });
});

describe('ranges', () => {
  it('whole numbers count in int64, others in float64', () => {
    expect(np.arange(3).dtype).toBe('int64');
    expect(np.arange(3n).dtype).toBe('int64');
    expect(np.arange(0, 1, 0.5).dtype).toBe('float64');
    expect(np.arange(np.array(3n)).dtype).toBe('int64');
    expect(np.arange(3).item(2)).toBe(2);
  });

  it("linspace ends exactly at stop: the spiral's radii", () => {
    const r = np.linspace(0.0, 1, 100);
    expect(r.item(1)).toBe(0.010101010101010102);
    expect(r.item(99)).toBe(1);
  });

  it('np.c_[a, b] works with brackets in cells and as a call', () => {
    const [a, b] = [np.arange(3), np.arange(3).mul(10)];
    expect($op.get(np.c_, [a, b]).toArray()).toEqual([
      [0, 0],
      [1, 10],
      [2, 20],
    ]);
    expect(np.c_(a, b).shape).toEqual([3, 2]);
    expect($op.get(np.r_, ['0:3', 9]).toArray()).toEqual([0, 1, 2, 9]);
    expect($op.get(np.mgrid, ['0:2', '0:3']).shape).toEqual([2, 2, 3]);
  });

  it('ix_ spans a grid of rows and columns', () => {
    const x = np.arange(12).reshape(3, 4);
    expect(x.at(...np.ix_([0, 2], [1, 3])).toArray()).toEqual([
      [1, 3],
      [9, 11],
    ]);
  });
});

describe('names', () => {
  it("NumPy's spelling and ours are the same function", () => {
    expect(np.zeros_like).toBe(np.zerosLike);
    expect(np.array_equal).toBe(np.arrayEqual);
    expect(np.expand_dims).toBe(np.expandDims);
    expect([np.subtract, np.multiply, np.divide, np.negative, np.power, np.remainder, np.absolute]).toEqual([
      np.sub,
      np.mul,
      np.div,
      np.neg,
      np.pow,
      np.mod,
      np.abs,
    ]);
    expect(np.amax).toBe(np.max);
    expect([np.pi, np.inf, np.newaxis, np.float32]).toEqual([
      Math.PI,
      Number.POSITIVE_INFINITY,
      null,
      'float32',
    ]);
    expect(np.nan).toBeNaN();
  });
});
