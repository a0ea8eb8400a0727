// Index arrays and masks to offsets, gathers and scatters.

import { describe, expect, it } from 'vitest';
import {
  countNonzero,
  indexOffsets,
  maskOffsets,
  nonzero,
  op,
  putOffsets,
  takeOffsets,
} from '../../src/backend/index.js';
import { dtypes } from '../../src/core/dtype.js';
import type { NDArray } from '../../src/core/ndarray.js';
import { array, numbers, transposed } from './arrays.js';

function offsets(a: NDArray, indices: NDArray[], shape: number[]): NDArray {
  const out = array('int64', shape);
  indexOffsets(
    out,
    indices,
    a.shape.slice(0, indices.length),
    a.stridesEl.slice(0, indices.length),
    indices.map((_, i) => i),
  );
  return out;
}

describe('index arrays', () => {
  const a = array('float64', [3, 4], (i) => i);

  it('paired indices pick elements, negative ones from the end', () => {
    const rows = array('int64', [4], [0, 1, 2, -1]);
    const columns = array('int32', [4], [0, -1, 1, 0]);
    const out = array('float64', [4]);
    takeOffsets(out, a, offsets(a, [rows, columns], [4]), [], []);
    expect(numbers(out)).toEqual([0, 7, 9, 8]);
  });

  it('index arrays broadcast against each other', () => {
    const rows = array('int64', [2, 1], [0, 2]);
    const columns = array('uint8', [3], [0, 1, 3]);
    const out = array('float64', [2, 3]);
    takeOffsets(out, a, offsets(a, [rows, columns], [2, 3]), [], []);
    expect(numbers(out)).toEqual([0, 1, 3, 8, 9, 11]);
  });

  it('whole rows move as blocks, from transposed arrays too, in every dtype', () => {
    for (const dtype of dtypes) {
      const base = array(dtype, [4, 3], (i) => (dtype === 'bool' ? i % 2 : i));
      const t = transposed(base);
      const out = array(dtype, [2, 4]);
      takeOffsets(out, t, offsets(t, [array('int64', [2], [2, 0])], [2]), [4], [t.stridesEl[1]]);
      const want = [2, 5, 8, 11, 0, 3, 6, 9];
      expect(numbers(out)).toEqual(dtype === 'bool' ? want.map((x) => x % 2) : want);
    }
  });

  it('an index out of range names itself, the axis and the size', () => {
    expect(() => offsets(a, [array('int64', [1], [1]), array('int64', [1], [4])], [1])).toThrow(
      'index 4 is out of bounds for axis 1 with size 4',
    );
    expect(() => offsets(a, [array('int64', [1], [-4])], [1])).toThrow(
      'index -4 is out of bounds for axis 0 with size 3',
    );
  });

  it('float index arrays are refused', () => {
    expect(() => offsets(a, [array('float64', [1], [1])], [1])).toThrow(
      /must be of integer \(or boolean\) type/,
    );
  });
});

describe('scatter', () => {
  it('writes numbers, arrays and broadcast rows', () => {
    const a = array('float64', [3, 2]);
    const at = offsets(a, [array('int64', [2], [0, 2])], [2]);
    putOffsets(a, at, [2], [1], array('int64', [2], [5, 6]));
    expect(numbers(a)).toEqual([5, 6, 0, 0, 5, 6]);
    putOffsets(a, at, [2], [1], array('float64', [2, 1], [1, 2]));
    expect(numbers(a)).toEqual([1, 1, 0, 0, 2, 2]);
    putOffsets(a, at, [2], [1], 9);
    expect(numbers(a)).toEqual([9, 9, 0, 0, 9, 9]);
  });

  it('repeated indices: the last value stays, additions all count (numpy.add.at)', () => {
    for (const dtype of ['float64', 'float32', 'int64', 'int32', 'uint8'] as const) {
      const a = array(dtype, [3]);
      const at = offsets(a, [array('int64', [4], [1, 1, 2, 1])], [4]);
      const values = array(dtype, [4], [1, 2, 3, 4]);
      putOffsets(a, at, [], [], values);
      expect(numbers(a)).toEqual([0, 4, 3]);
      putOffsets(a, at, [], [], values, op.putAdd);
      expect(numbers(a)).toEqual([0, 11, 6]);
    }
  });

  it('a value that lies in the array itself is read before anything is written', () => {
    const a = array('float64', [4], [1, 2, 3, 4]);
    const at = offsets(a, [array('int64', [4], [3, 2, 1, 0])], [4]);
    putOffsets(a, at, [], [], a);
    expect(numbers(a)).toEqual([4, 3, 2, 1]);
  });
});

describe('masks', () => {
  it('count, coordinates and offsets agree in every dtype and layout', () => {
    for (const dtype of dtypes) {
      for (const turn of [false, true]) {
        const base = array(dtype, [2, 3], [0, 1, 0, 1, 1, 0]);
        const a = turn ? transposed(base) : base;
        const n = countNonzero(a);
        expect(n).toBe(3);
        const where = array('int64', [2, n]);
        nonzero(where, a);
        expect(numbers(where)).toEqual(turn ? [0, 1, 1, 1, 0, 1] : [0, 1, 1, 1, 0, 1]);
        const at = array('int64', [n]);
        maskOffsets(at, a, a.stridesEl);
        const out = array(dtype, [n]);
        takeOffsets(out, a, at, [], []);
        expect(numbers(out)).toEqual([1, 1, 1]);
      }
    }
  });

  it('counts long masks', () => {
    for (const n of [7, 8, 255 * 8, 255 * 8 + 9, 100003]) {
      expect(countNonzero(array('bool', [n], (i) => (i % 3 === 0 ? 1 : 0)))).toBe(Math.ceil(n / 3));
      expect(countNonzero(array('uint8', [n], (i) => (i % 3 === 0 ? 1 + (i % 255) : 0)))).toBe(
        Math.ceil(n / 3),
      );
    }
  });

  it('NaN counts as true, nothing of nothing', () => {
    expect(countNonzero(array('float64', [3], [Number.NaN, 0, -0]))).toBe(1);
    expect(countNonzero(array('bool', [0, 4]))).toBe(0);
  });
});
