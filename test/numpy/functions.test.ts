// The np functions against what NumPy gave: values to the last bit (or the tolerance in the fixture), dtypes, shapes,
// empty and strided inputs, and errors where NumPy raises one. Fixtures: test/fixtures/numpy_functions.py and
// numpy_more.py.

import { describe, expect, it } from 'vitest';
import { call, expectSame, readCases, title } from '../fixtures/cases.js';

describe.each(['numpy_functions', 'numpy_more'])('np functions as in NumPy: %s', (file) => {
  readCases(file).forEach((c, i) => {
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
