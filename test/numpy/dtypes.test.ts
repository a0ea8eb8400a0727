// The np functions over complex numbers and the less common integers against NumPy: values, dtypes, shapes,
// and errors where NumPy raises one. The fixture is made by test/fixtures/numpy_dtypes.py.

import { describe, expect, it } from 'vitest';
import { call, expectSame, readCases, title } from '../fixtures/cases.js';

describe('np functions of complex numbers and less common integers as in NumPy', () => {
  readCases('numpy_dtypes').forEach((c, i) => {
    it(`${i}: ${title(c)}`, () => {
      if (c.e !== undefined) {
        // Every message begins with the function's name.
        expect(() => call(c)).toThrow(new RegExp(`^${c.f.split('.').at(-1)}`));
        return;
      }
      expectSame(call(c), c.r, c.rtol);
    });
  });
});
