// Every differentiable operation against centred differences, first and second order, on contiguous and strided
// inputs. The table is ops.cases.ts.

import { describe, expect, it } from 'vitest';
import { gradCheck, type NDArray, np } from '../../src/index.js';
import { cases, complexCases, missing } from './ops.cases.js';

/** Distinct values, spread over the range, without ties and away from the whole numbers where steps lie. */
function input(shape: number[], [low, high]: [number, number], salt: number, strided: boolean): NDArray {
  const n = shape.reduce((p, q) => p * q, 1);
  const values = Float64Array.from({ length: n }, (_, i) => {
    const u = ((i + 1) * 0.6180339887498949 + salt * 0.37) % 1;
    const v = low + (high - low) * u;
    return Math.abs(v * 2 - Math.round(v * 2)) < 0.02 ? v + 0.03 : v;
  });
  const a = np.array(values).reshape(shape);
  if (!strided || shape.length === 0) return a;
  // The same values seen through a transposed, reversed view.
  return np.flip(np.flip(a.transpose(), 0).copy(), 0).transpose();
}

describe('gradients against centred differences, orders 1 and 2', () => {
  it('has a row for every differentiable operation', () => {
    expect(missing()).toEqual([]);
  });

  for (const { op, f, shapes, range = [0.3, 1.7] as [number, number], note } of cases) {
    for (const trial of shapes) {
      for (const strided of [false, true]) {
        const name = `${op}${note ? ` (${note})` : ''} ${JSON.stringify(trial)}${strided ? ' strided' : ''}`;
        it(name, () => {
          const call = f ?? (np as unknown as Record<string, (...a: NDArray[]) => NDArray>)[op];
          const inputs = trial.map((shape, i) => input(shape, range, i + 1, strided));
          const report = gradCheck(call, inputs, { order: 2, rtol: 1e-5, atol: 1e-6 });
          expect(report.passed, String(report)).toBe(true);
        });
      }
    }
  }
});

describe('gradients of complex arrays: d/dre + i d/dim, orders 1 and 2', () => {
  for (const { op, f, shapes, range = [0.3, 1.7] as [number, number], note } of complexCases) {
    const trial = shapes[0];
    it(`${op}${note ? ` (${note})` : ''} ${JSON.stringify(trial)}`, () => {
      const call = f ?? (np as unknown as Record<string, (...a: NDArray[]) => NDArray>)[op];
      const inputs = trial.map((shape, i) =>
        np.complex(input(shape, range, i + 1, true), input(shape, [-1.3, 1.2], i + 4, false)),
      );
      const report = gradCheck(call, inputs, { order: 2, rtol: 1e-5, atol: 2e-6 });
      expect(report.passed, String(report)).toBe(true);
    });
  }

  it('a real operand beside a complex one takes the real part', () => {
    const x = input([3, 4], [0.3, 1.7], 1, true);
    const z = np.complex(input([3, 4], [0.3, 1.7], 2, false), input([4], [-1, 1], 3, false));
    for (const f of [np.add, np.sub, np.mul, np.div, np.pow] as const) {
      expect(gradCheck((a, b) => f(a, b), [x, z]).passed).toBe(true);
      expect(gradCheck((a, b) => f(b, a), [x, z]).passed).toBe(true);
    }
  });
});
