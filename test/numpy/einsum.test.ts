// einsum and einsumPath against NumPy (test/fixtures/numpy_einsum.py), views, and error texts. Gradients are rows of
// the op table.

import { describe, expect, it } from 'vitest';
import { np } from '../../src/index.js';
import type { EinsumArgument } from '../../src/ops/einsum.js';
import { call, expectSame, readCases, title } from '../fixtures/cases.js';

describe('einsum as in NumPy', () => {
  readCases('numpy_einsum').forEach((c, i) => {
    it(`${i}: ${title(c)}`, () => {
      if (c.e !== undefined) {
        expect(() => call(c)).toThrow(/^einsum: /);
      } else if (c.f === 'einsumPath') {
        expect((call(c) as [unknown, string])[0]).toEqual(c.r);
      } else {
        expectSame(call(c), c.r, c.rtol);
      }
    });
  });
});

describe('einsum', () => {
  it('gives views of one operand where nothing is summed: writing to a diagonal changes the matrix', () => {
    const a = np.zeros([2, 2]);
    np.einsum('ii->i', a).set(['...'], 1);
    expect(a.toArray()).toEqual([
      [1, 0],
      [0, 1],
    ]);
    expect(np.mayShareMemory(np.einsum('ij->ji', a), a)).toBe(true);
  });

  it('takes the path that einsumPath found', () => {
    const [a, b, c] = [np.ones([3, 40]), np.ones([40, 40]), np.ones([40])];
    const [path, report] = np.einsumPath('ij,jk,k->i', a, b, c);
    expect(path).toEqual(['einsum_path', [1, 2], [0, 1]]);
    expect(np.einsum('ij,jk,k->i', a, b, c, { optimize: path }).toArray()).toEqual([1600, 1600, 1600]);
    expect(report).toMatch(
      /in one loop: 1.440e\+4 operations over 3 labels\nby this path: 3.440e\+3 operations/,
    );
  });

  it('computes in the dtype that is asked for', () => {
    expect(np.einsum('i,i', np.ones(3, 'float32'), np.ones(3, 'float32'), { dtype: 'float64' }).dtype).toBe(
      'float64',
    );
  });

  const z = (...shape: number[]) => np.zeros(shape);
  it.each<[EinsumArgument[], string]>([
    [
      ['ij,jk', z(2, 3), z(4, 5)],
      "einsum: label 'j' has size 3 in operand 0, shape (2, 3), and 4 in operand 1, shape (4, 5); they must be equal, or 1.",
    ],
    [
      ['ij', z(2, 3, 4)],
      "einsum: operand 0 has more dimensions than subscripts: shape (2, 3, 4), but 'ij'. Name the other axes, or add '...' for them.",
    ],
    [
      ['i,ijk', z(2), z(2, 3)],
      "einsum: too many subscripts for operand 1: 'ijk' names 3 axes, its shape (2, 3) has 2.",
    ],
    [['ij->ik', z(2, 3)], "einsum: output label 'k' does not appear in any operand; the operands have 'ij'."],
    [['ij->ii', z(2, 3)], "einsum: output label 'i' appears more than once in 'ii'."],
    [
      ['i1', z(2, 3)],
      "einsum: invalid subscript '1' in 'i1' of operand 0; subscripts are letters, and '...' for the other axes.",
    ],
    [
      ['ij,jk', z(2, 3)],
      "einsum: fewer operands provided than subscripts: 1 operands, but 'ij,jk' describes 2.",
    ],
    [
      ['ii', z(2, 3)],
      "einsum: label 'i' stands for axes of 2 and of 3 elements in operand 0, shape (2, 3); a diagonal needs equal sizes.",
    ],
    [
      ['...i->i', z(2, 3)],
      "einsum: the output 'i' lacks '...' for the 1 axes that it stands for in the operands; add it, or name those axes to sum over them.",
    ],
    [
      ['...,...', z(2), z(3)],
      "einsum: the axes of '...' do not broadcast: size 2 in operand 0, shape (2,), and 3 in operand 1, shape (3,); they must be equal, or 1.",
    ],
    [['ij>ji', z(2, 3)], "einsum: 'ij>ji': the output is set off by one '->', as in 'ij,jk->ik'."],
    [
      ['i,i,i', z(2), z(2), z(2), { optimize: 'best' as never }],
      "einsum: optimize \"best\" is not known; use false, true, 'greedy', 'optimal', or a path of np.einsumPath.",
    ],
    [
      ['i,i,i', z(2), z(2), z(2), { optimize: ['einsum_path', [0, 3]] }],
      'einsum: step [0,3] of the path does not name different ones of the 3 operands that are left.',
    ],
  ])('%j', (args, message) => {
    expect(() => np.einsum(...args)).toThrow(message);
  });
});
