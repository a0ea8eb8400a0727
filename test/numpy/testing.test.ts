// np.testing, finfo and iinfo, vectorize, and the questions of logic.ts that need no fixture.

import { describe, expect, it } from 'vitest';
import { np } from '../../src/index.js';

describe('np.testing', () => {
  it('passes what is equal or close, NaN included', () => {
    np.testing.assertAllclose([1, Number.NaN], [1 + 1e-9, Number.NaN]);
    np.testing.assertArrayEqual(np.arange(3), [0, 1, 2]);
    np.testing.assert_equal('a', 'a');
    np.testing.assertAllclose(np.ones([2, 2]), 1);
  });

  it('says how many differ, by how much, and shows both', () => {
    expect(() => np.testing.assertAllclose([1, 2, 4], [1, 2, 3])).toThrow(
      'assertAllclose: not equal to tolerance rtol=1e-7, atol=0.\n' +
        'Mismatched elements: 1 / 3 (33.3%)\n' +
        'Max absolute difference: 1.0\n' +
        'Max relative difference: 0.3333333333333333\n actual: [1. 2. 4.]\n desired: [1. 2. 3.]',
    );
    expect(() => np.testing.assertArrayEqual([1, 2], [1, 2, 3], 'losses')).toThrow(
      'assertArrayEqual: losses. shapes (2,) and (3,) mismatch.',
    );
    expect(() => np.testing.assertEqual(1, 2)).toThrow(
      'assertEqual: items are not equal.\n actual: 1\n desired: 2',
    );
    expect(() => np.testing.assertAllclose([1], [2])).toThrow(np.testing.AssertionError);
    expect(() => np.testing.assertAllclose([Number.NaN], [2])).toThrow(/Mismatched elements: 1/);
  });
});

describe('limits', () => {
  it('finfo and iinfo as in NumPy', () => {
    expect(np.finfo('float64').eps).toBe(2.220446049250313e-16);
    expect(np.finfo('float32').max).toBe(3.4028234663852886e38);
    expect(np.finfo(np.zeros(1, 'float32')).tiny).toBe(1.1754943508222875e-38);
    expect(np.iinfo('uint8')).toEqual({ dtype: 'uint8', bits: 8, min: 0, max: 255 });
    expect(np.iinfo('int64').max).toBe(2n ** 63n - 1n);
    expect(() => np.finfo('int64' as never)).toThrow(
      'finfo: data type int64 is not inexact; np.iinfo describes integers.',
    );
  });
});

describe('vectorize', () => {
  it('maps a function of numbers over broadcast arrays', () => {
    const f = np.vectorize((a, b) => (a > b ? a - b : a + b));
    expect(f([[1], [5]], [2, 3]).toArray()).toEqual([
      [3, 4],
      [3, 2],
    ]);
    expect(np.vectorize((a) => a > 1)([1, 2]).dtype).toBe('bool');
  });
});

describe('questions', () => {
  it('shape, ndim and size take nested lists', () => {
    expect([
      np.shape([[1, 2, 3]]),
      np.ndim(5),
      np.size(
        [
          [1, 2],
          [3, 4],
        ],
        1,
      ),
    ]).toEqual([[1, 3], 0, 2]);
    expect([np.isscalar(3), np.isscalar(3n), np.isscalar(np.array(3)), np.isscalar([3])]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('allclose and arrayEqual give plain booleans', () => {
    expect(np.allclose([1], [1 + 1e-9])).toBe(true);
    expect(np.arrayEqual([1], [2])).toBe(false);
  });
});
