// The operations against NumPy: promotion over all pairs of dtypes and weak numbers, broadcasting, strided inputs,
// reductions (to the last bit) over odd and empty shapes, products, shape functions, and what NumPy refuses. Fixtures:
// test/fixtures/numpy_semantics.py, made under NEP 50 promotion.

import { describe, expect, it } from 'vitest';
import { call, expectSame, readCases, title } from '../fixtures/cases.js';

describe('operations as in NumPy', () => {
  readCases('numpy_semantics').forEach((c, i) => {
    it(`${i}: ${title(c)}`, () => {
      if (c.e !== undefined) expect(() => call(c)).toThrow(/^\w+: /);
      else expectSame(call(c), c.r, c.rtol);
    });
  });
});
