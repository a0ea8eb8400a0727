// Sorting, searching, counting.

import { describe, expect, it } from 'vitest';
import { argsortRows, bincount, searchsorted, sortRows } from '../../src/backend/index.js';
import { array, numbers } from './arrays.js';

describe('sort', () => {
  it('sorts every row, NaN last, in every ordered dtype', () => {
    for (const dtype of ['float64', 'float32', 'int64', 'int32', 'uint8'] as const) {
      const a = array(dtype, [2, 3], [3, 1, 2, 9, 8, 9]);
      sortRows(a);
      expect(numbers(a)).toEqual([1, 2, 3, 8, 9, 9]);
    }
    const a = array('float64', [5], [Number.NaN, 2, -Infinity, Number.NaN, 1]);
    sortRows(a);
    expect(numbers(a)).toEqual([-Infinity, 1, 2, Number.NaN, Number.NaN]);
  });

  it('argsort is stable', () => {
    const a = array('float32', [2, 4], [1, 0, 1, 0, Number.NaN, 5, Number.NaN, 4]);
    const out = array('int64', [2, 4]);
    argsortRows(out, a);
    expect(numbers(out)).toEqual([1, 3, 0, 2, 3, 1, 0, 2]);
  });
});

describe('searchsorted', () => {
  it('finds the left or the right end of equal values', () => {
    const sorted = array('float64', [5], [1, 2, 2, 2, 3]);
    const values = array('float64', [4], [2, 0, 9, 2.5]);
    const out = array('int64', [4]);
    searchsorted(out, sorted, values, 'left');
    expect(numbers(out)).toEqual([1, 0, 5, 4]);
    searchsorted(out, sorted, values, 'right');
    expect(numbers(out)).toEqual([4, 0, 5, 4]);
  });
});

describe('bincount', () => {
  it('counts and adds weights', () => {
    const x = array('int64', [5], [0, 2, 2, 4, 2]);
    const counts = array('int64', [5]);
    bincount(counts, x);
    expect(numbers(counts)).toEqual([1, 0, 3, 0, 1]);
    const sums = array('float64', [5]);
    bincount(sums, x, array('float64', [5], [0.5, 1, 2, 3, 4]));
    expect(numbers(sums)).toEqual([0.5, 0, 7, 0, 3]);
  });

  it('refuses negative values by name and place', () => {
    expect(() => bincount(array('int64', [3]), array('int64', [2], [1, -1]))).toThrow(
      /bincount: -1 at position 1 is negative/,
    );
  });
});
