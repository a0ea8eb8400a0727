// np.linalg against NumPy's results, signs of vectors included (test/fixtures/numpy_linalg.py): floats, integers and
// complex numbers, stacks, views, empty matrices, and the calls that NumPy refuses.

import { describe, expect, it } from 'vitest';
import { np } from '../../src/index.js';
import { call, expectSame, readCases, title } from '../fixtures/cases.js';

describe('np.linalg as in NumPy', () => {
  readCases('numpy_linalg').forEach((c, i) => {
    it(`${i}: ${title(c)}`, () => {
      if (c.e !== undefined) {
        const name = c.f.slice('linalg.'.length);
        expect(() => call(c)).toThrow(new RegExp(`^${name}: `));
        if (c.e === 'LinAlgError') expect(() => call(c)).toThrow(np.linalg.LinAlgError);
      } else {
        expectSame(call(c), c.r, c.rtol);
      }
    });
  });
});
