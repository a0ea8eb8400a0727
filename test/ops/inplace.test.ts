// In-place operations against NumPy: which pairs of dtypes the casting rule lets through, what is written, and that a
// refused operation changes nothing. Fixtures: test/fixtures/numpy_inplace.py.

import { describe, expect, it } from 'vitest';
import { type ArrayLike, NDArray } from '../../src/index.js';
import { decode, expectSame, readCases } from '../fixtures/cases.js';

interface InplaceCase {
  op: 'iadd' | 'ipow';
  a: unknown;
  b: unknown;
  p?: string;
  r?: unknown;
  e?: string;
}

const brief = (v: ArrayLike): string => (v instanceof NDArray ? `${v.dtype}(${v.shape})` : String(v));

describe('in-place operations as in NumPy', () => {
  readCases<InplaceCase>('numpy_inplace').forEach((c, i) => {
    const base = decode(c.a) as NDArray;
    const value = decode(c.b) as ArrayLike;
    it(`${i}: ${brief(base)}${c.p === undefined ? '' : `[${c.p}]`}.${c.op}(${brief(value)})`, () => {
      const target = c.p === undefined ? base : base.at(c.p);
      if (c.e !== undefined) {
        const before = base.data;
        expect(() => target[c.op](value)).toThrow(new RegExp(`^${c.op.slice(1, 2).toLowerCase()}\\w+: `));
        expect(base.data).toEqual(before);
        return;
      }
      expect(target[c.op](value)).toBe(target);
      expectSame(base, c.r, c.op === 'ipow' || base.dtype === 'float32' ? 2e-7 : undefined);
    });
  });
});
