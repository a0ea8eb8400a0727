// Reductions against NumPy: sums and products equal to the last bit over layouts and axes, and the rules of the others.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cumulate, elementwise, getNumThreads, op, reduce, setNumThreads } from '../../src/backend/index.js';
import type { DType } from '../../src/core/dtype.js';
import type { NDArray } from '../../src/core/ndarray.js';
import { array, numbers, sliced, transposed, view } from './arrays.js';

interface Case {
  shape: number[];
  layout: string;
  dtype: 'float64' | 'float32';
  axis: number | number[] | null;
  sum: string;
  wide?: string;
  prod?: string;
}

const cases = JSON.parse(
  readFileSync(new URL('../fixtures/reductions.json', import.meta.url), 'utf8'),
) as Case[];

// The formula of fixtures/reductions.py.
const value = (i: number): number =>
  ((((i * 2654435761) % 4294967296) / 4294967296 - 0.5) * (1 + (i % 7))) / 3;

const layouts: Record<string, (a: NDArray) => NDArray> = {
  c: (a) => a,
  t: (a) => transposed(a),
  step: (a) => sliced(a, a.ndim - 1, 0, Math.ceil(a.shape[a.ndim - 1] / 2), 2),
  rows: (a) => sliced(a, 0, 0, Math.ceil(a.shape[0] / 2), 2),
  part: (a) => sliced(a, a.ndim - 1, 1, Math.max(0, a.shape[a.ndim - 1] - 2), 1),
  reversed: (a) => sliced(a, 0, a.shape[0] - 1, a.shape[0], -1),
  flipped: (a) => sliced(a, a.ndim - 1, a.shape[a.ndim - 1] - 1, a.shape[a.ndim - 1], -1),
  swapped: (a) => (a.ndim < 2 ? a : transposed(a, [1, 0, ...a.shape.map((_, d) => d).slice(2)])),
};

const base = new Map<string, NDArray>();
function input(c: Case): NDArray {
  const key = `${c.shape}${c.dtype}`;
  let a = base.get(key);
  if (!a) {
    a = array(c.dtype, c.shape, value);
    base.set(key, a);
  }
  return layouts[c.layout](a);
}

function result(
  code: number,
  a: NDArray,
  axis: number | number[] | null,
  loop: DType,
  outType: DType = loop,
): NDArray {
  const axes = axis === null ? null : [axis].flat();
  const shape = a.shape.filter((_, d) => axes !== null && !axes.includes(d));
  const out = array(outType, shape);
  reduce(code, out, a, axes, loop);
  return out;
}

function digest(a: NDArray): string {
  const data = a.data;
  return createHash('sha256')
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest('hex')
    .slice(0, 16);
}

const label = (c: Case): string =>
  `${c.dtype} ${c.shape.join('x')} ${c.layout} axis ${JSON.stringify(c.axis)}`;

describe('sum and prod', () => {
  for (const threads of [1, 3]) {
    it(`equal NumPy's to the last bit with ${threads} thread(s), over ${cases.length} shapes, axes and layouts`, () => {
      const before = getNumThreads();
      setNumThreads(threads);
      const wrong: string[] = [];
      for (const c of cases) {
        const a = input(c);
        if (digest(result(op.sum, a, c.axis, c.dtype)) !== c.sum) wrong.push(`sum ${label(c)}`);
        if (c.wide && digest(result(op.sum, a, c.axis, 'float64')) !== c.wide)
          wrong.push(`float64 sum ${label(c)}`);
      }
      setNumThreads(before);
      expect(wrong).toEqual([]);
    });
  }
});

describe('other reductions', () => {
  const x = [3, -1, 7, 7, 0, -5, 2, 7, 1, -5, 4, 6];

  it('prod equals NumPy to the last bit over layouts', () => {
    const wrong = cases
      .filter((c) => c.prod)
      .filter((c) => {
        const a = layouts[c.layout](array(c.dtype, c.shape, (i) => 1 + value(i) / 64));
        return digest(result(op.prod, a, c.axis, c.dtype)) !== c.prod;
      });
    expect(wrong.map(label)).toEqual([]);
  });

  for (const dtype of ['float64', 'float32', 'int64', 'int32'] as const) {
    it(`max, min, argmax, argmin of ${dtype}: the first of equals wins, along any axis and over all`, () => {
      const a = array(dtype, [3, 4], x);
      expect(numbers(result(op.max, a, 0, dtype))).toEqual([3, -1, 7, 7]);
      expect(numbers(result(op.min, a, 1, dtype))).toEqual([-1, -5, -5]);
      expect(numbers(result(op.max, a, null, dtype))).toEqual([7]);
      expect(numbers(result(op.argmax, a, 1, dtype, 'int64'))).toEqual([2, 3, 3]);
      expect(numbers(result(op.argmax, a, null, dtype, 'int64'))).toEqual([2]);
      expect(numbers(result(op.argmin, a, null, dtype, 'int64'))).toEqual([5]);
      expect(numbers(result(op.argmin, transposed(a), 0, dtype, 'int64'))).toEqual([1, 1, 1]);
      expect(numbers(result(op.argmax, transposed(a), null, dtype, 'int64'))).toEqual([6]);
    });
  }

  it('long rows find the same extremes as short ones, in every position', () => {
    for (const n of [5, 63, 64, 65, 200, 1000]) {
      for (const at of [0, 1, n >> 1, n - 1]) {
        const a = array('float32', [n], (i) => (i === at ? 9 : i % 7));
        expect(numbers(result(op.argmax, a, 0, 'float32', 'int64'))).toEqual([at]);
        expect(numbers(result(op.max, a, 0, 'float32'))).toEqual([9]);
      }
    }
  });

  it('NaN wins in max and min, and its first place in argmax and argmin', () => {
    for (const n of [5, 300]) {
      const a = array('float64', [n], (i) => (i === 2 || i === 4 ? Number.NaN : i));
      expect(numbers(result(op.max, a, 0, 'float64'))).toEqual([Number.NaN]);
      expect(numbers(result(op.min, a, 0, 'float64'))).toEqual([Number.NaN]);
      expect(numbers(result(op.argmax, a, 0, 'float64', 'int64'))).toEqual([2]);
      expect(numbers(result(op.argmin, a, 0, 'float64', 'int64'))).toEqual([2]);
    }
  });

  it('sums of integers and truth values count in int64; narrower sums wrap in their own dtype', () => {
    const bytes = array('uint8', [1000], () => 200);
    expect(numbers(result(op.sum, bytes, null, 'int64'))).toEqual([200000]);
    expect(numbers(result(op.sum, bytes, null, 'uint8'))).toEqual([200000 % 256]);
    const flags = array('bool', [3, 5], (i) => (i % 2 === 0 ? 1 : 0));
    expect(numbers(result(op.sum, flags, null, 'int64'))).toEqual([8]);
    expect(numbers(result(op.sum, flags, 1, 'int64'))).toEqual([3, 2, 3]);
    const wide = array('int64', [2, 2], [2 ** 40, 1, 2, 3]);
    expect(numbers(result(op.sum, wide, 0, 'int64'))).toEqual([2 ** 40 + 2, 4]);
  });

  it('any and all over dtypes, layouts and axes', () => {
    for (const dtype of ['float64', 'float32', 'int64', 'int32', 'uint8', 'bool'] as const) {
      const a = array(dtype, [2, 3], [0, 1, 0, 0, 1, 1]);
      expect(numbers(result(op.any, a, 0, dtype, 'bool'))).toEqual([0, 1, 1]);
      expect(numbers(result(op.all, a, 0, dtype, 'bool'))).toEqual([0, 1, 0]);
      expect(numbers(result(op.any, transposed(a), null, dtype, 'bool'))).toEqual([1]);
      expect(numbers(result(op.all, a, null, dtype, 'bool'))).toEqual([0]);
      expect(numbers(result(op.all, a, [], dtype, 'bool'))).toEqual([0, 1, 0, 0, 1, 1]);
    }
    expect(numbers(result(op.any, array('float64', [1], [Number.NaN]), null, 'float64', 'bool'))).toEqual([
      1,
    ]);
  });

  it('of nothing: sums are 0, products 1, any false, all true; extremes have no answer', () => {
    const none = array('float64', [0, 3]);
    expect(numbers(result(op.sum, none, 0, 'float64'))).toEqual([0, 0, 0]);
    expect(numbers(result(op.prod, none, null, 'float64'))).toEqual([1]);
    expect(numbers(result(op.any, none, null, 'float64', 'bool'))).toEqual([0]);
    expect(numbers(result(op.all, none, null, 'float64', 'bool'))).toEqual([1]);
    expect(numbers(result(op.sum, none, 1, 'float64'))).toEqual([]);
    expect(numbers(result(op.max, none, 1, 'float64'))).toEqual([]);
    expect(() => result(op.max, none, 0, 'float64')).toThrow(
      /zero-size array to reduction operation max which has no identity/,
    );
    expect(() => result(op.argmin, none, null, 'float64', 'int64')).toThrow(/argmin of an empty sequence/);
  });

  it('cumulative sums and products go along any axis of any layout', () => {
    const a = array('float64', [2, 3], [1, 2, 3, 4, 5, 6]);
    const run = (code: number, v: NDArray, axis: number, dtype: DType = 'float64') => {
      const out = array(dtype, v.shape);
      cumulate(code, out, v, axis, dtype);
      return numbers(out);
    };
    expect(run(op.cumsum, a, 0)).toEqual([1, 2, 3, 5, 7, 9]);
    expect(run(op.cumsum, a, 1)).toEqual([1, 3, 6, 4, 9, 15]);
    expect(run(op.cumprod, transposed(a), 0)).toEqual([1, 4, 2, 20, 6, 120]);
    expect(run(op.cumsum, array('bool', [4], [1, 0, 1, 1]), 0, 'int64')).toEqual([1, 1, 2, 3]);
    expect(run(op.cumsum, array('float64', [0, 2]), 0)).toEqual([]);
  });

  it('sums may be taken of a repeated (stride 0) axis', () => {
    const row = array('float64', [3], [1, 2, 3]);
    const wide = view(row, [4, 3], [0, 1]);
    expect(numbers(result(op.sum, wide, 0, 'float64'))).toEqual([4, 8, 12]);
    expect(numbers(result(op.sum, wide, 1, 'float64'))).toEqual([6, 6, 6, 6]);
  });

  it('an op that has no loop for a dtype says so', () => {
    const flags = array('bool', [3]);
    expect(() => result(op.sum, flags, null, 'bool')).toThrow(/sum: bool accumulates in int64/);
    expect(() => elementwise(op.sqrt, 'int64', array('int64', [1]), array('int64', [1]))).toThrow(
      /sqrt: there is no loop for int64/,
    );
  });
});
