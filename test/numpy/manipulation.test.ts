// Functions that write into their argument, where() with one argument, views among the rearrangements, error texts.

import { describe, expect, it } from 'vitest';
import { np } from '../../src/index.js';

describe('writing into an array', () => {
  it('fillDiagonal, put and copyto change their first argument', () => {
    const a = np.zeros([3, 4]);
    np.fillDiagonal(a, [1, 2, 3]);
    expect(a.toArray()).toEqual([
      [1, 0, 0, 0],
      [0, 2, 0, 0],
      [0, 0, 3, 0],
    ]);
    np.put(a, [1, -1], [8, 9]);
    expect([a.item(0, 1), a.item(2, 3)]).toEqual([8, 9]);
    np.put(a.T, [1], 5);
    expect(a.item(1, 0)).toBe(5);
    np.copyto(a, 7, { where: a.equal(0) });
    expect(a.toArray()).toEqual([
      [1, 8, 7, 7],
      [5, 2, 7, 7],
      [7, 7, 3, 9],
    ]);
    np.copyto(a, np.arange(4));
    expect(a.at(2).toArray()).toEqual([0, 1, 2, 3]);
  });

  it('putAlongAxis writes where argmax points', () => {
    const a = np.array([
      [1, 5, 2],
      [7, 0, 3],
    ]);
    np.putAlongAxis(a, np.argmax(a, { axis: 1, keepdims: true }), -1, 1);
    expect(a.toArray()).toEqual([
      [1, -1, 2],
      [-1, 0, 3],
    ]);
  });

  it('the method sort sorts in place, the function a copy', () => {
    const a = np.array([3, 1, 2]);
    expect(np.sort(a).toArray()).toEqual([1, 2, 3]);
    expect(a.toArray()).toEqual([3, 1, 2]);
    expect(a.sort()).toBe(a);
    expect(a.toArray()).toEqual([1, 2, 3]);
    const m = np.array([
      [2, 1],
      [0, 5],
    ]);
    m.T.sort(0);
    expect(m.toArray()).toEqual([
      [1, 2],
      [0, 5],
    ]);
  });
});

describe('where', () => {
  it('of a condition alone gives coordinates', () => {
    const [i, j] = np.where(np.eye(3).at('::-1').equal(1));
    expect([i.toArray(), j.toArray()]).toEqual([
      [0, 1, 2],
      [2, 1, 0],
    ]);
    expect(() => np.where([true], 1, undefined as never)).toThrow(
      'where: either both or neither of a and b should be given.',
    );
  });
});

describe('views and copies', () => {
  const x = np.arange(6).reshape(2, 3);
  it.each([
    ['rot90', np.rot90(x), true],
    ['flipud', np.flipud(x), true],
    ['broadcastArrays', np.broadcastArrays(x, np.zeros(3))[0], true],
    ['hsplit', np.hsplit(x, 3)[1], true],
    ['roll', np.roll(x, 0), false],
    ['pad by nothing', np.pad(x, 0), false],
    ['repeat', np.repeat(x, 1), false],
    ['delete', np.delete(x, 0, 1), false],
  ])('%s', (_, y, view) => {
    expect(np.mayShareMemory(x, y)).toBe(view);
  });
});

describe('errors say what is wrong', () => {
  const x = np.zeros([2, 3]);
  it.each([
    [() => np.pad(x, [1, 2, 3]), /^pad: pad width \[1,2,3\] does not fit 2 axes/],
    [
      () =>
        np.pad(x, [
          [1, 1],
          [1, 1],
          [1, 1],
        ]),
      'pad: 3 pairs of pad widths for an array of 2 axes.',
    ],
    [
      () => np.pad(x, 1, 'mirror' as never),
      "pad: mode 'mirror' is not supported; known: constant, edge, reflect, symmetric, wrap, linear_ramp, maximum, minimum, mean, median, empty.",
    ],
    [
      () => np.repeat(x, [1, 2, 3], 0),
      'repeat: operands could not be broadcast together: 3 counts for 2 elements along axis 0.',
    ],
    [() => np.roll(x, 0.5, 0), 'roll: the shift must be a whole number for each axis; got 0.5.'],
    [
      () => np.tensordot(x, x, 1),
      /^tensordot: shape-mismatch for sum: axes \[1\] of shape \(2, 3\) and axes \[0\] of shape \(2, 3\)/,
    ],
    [() => np.insert(x, 5, 0, 0), 'insert: index 5 is out of bounds for axis 0 with size 2.'],
    [() => np.append(x, [1], 0), /^append: /],
    [() => np.diff(x, -1), 'diff: order must be non-negative but got -1.'],
    [() => np.percentile(x, 200), /^percentile: Percentiles must be in the range \[0, 100\]; got 200/],
    [
      () => np.histogram([Number.NaN, 1]),
      /^histogram: autodetected range of \[NaN, NaN\] is not finite\. Give \{range: \[low, high\]\}/,
    ],
    [
      () => np.bincount([0.5]),
      /^bincount: cannot safely convert float64 to int64: 0.5 is not a whole number/,
    ],
    [() => np.digitize([1], [0, 2, 1]), 'digitize: bins must be monotonically increasing or decreasing.'],
    [
      () => np.searchsorted([1, 2], 1, 'middle' as never),
      "searchsorted: side must be 'left' or 'right', not 'middle'.",
    ],
  ])('%s', (f, message) => {
    expect(f).toThrow(message);
  });
});
