// Operands whose elements do not lie side by side: the same results as of those that do, for every distance and length
// that the loops treat in their own way.
import { describe, expect, it } from 'vitest';
import { type NDArray, np } from '../../src/index.js';

const steps = ['::-1', '::2', '::-2', '::3', '::5'];
const lengths = [1, 2, 16, 17, 50, 51, 255, 256, 257, 800];

/** The elements of every `step`-th place, taken out by JavaScript. */
function taken(values: readonly number[], step: string): number[] {
  const by = Number(step.slice(2));
  const list = by < 0 ? [...values].reverse() : values;
  return list.filter((_, i) => i % Math.abs(by) === 0);
}

const kinds: [
  dtype: 'float64' | 'float32' | 'int64' | 'int32' | 'uint8' | 'bool',
  make: (i: number) => number,
][] = [
  ['float64', (i) => Math.sin(i) * 3],
  ['float32', (i) => Math.fround(Math.cos(i))],
  ['int64', (i) => (i * 7919) % 1000],
  ['int32', (i) => (i * 31) % 100],
  ['uint8', (i) => (i * 37) % 256],
  ['bool', (i) => ((i * 5) % 3) & 1],
];

const lists = (a: NDArray): unknown => a.toArray();

describe('operands with gaps', () => {
  for (const [dtype, make] of kinds)
    it(`${dtype}: copies, one operand, two operands, and results with gaps`, () => {
      for (const n of lengths)
        for (const step of steps) {
          const values = Array.from({ length: n }, (_, i) => make(i));
          const other = Array.from({ length: n }, (_, i) => make(i + 3));
          const a = np.array(values).astype(dtype);
          const b = np.array(other).astype(dtype);
          const p = np.array(taken(values, step)).astype(dtype);
          const q = np.array(taken(other, step)).astype(dtype);
          const [x, y] = [a.at(step), b.at(step)];
          expect(lists(x.copy()), `copy ${n} ${step}`).toEqual(lists(p));
          expect(lists(x.add(y)), `add ${n} ${step}`).toEqual(lists(p.add(q)));
          expect(lists(x.add(q)), `add flat ${n} ${step}`).toEqual(lists(p.add(q)));
          expect(lists(np.less(x, y)), `less ${n} ${step}`).toEqual(lists(np.less(p, q)));
          if (dtype !== 'bool') {
            expect(lists(np.abs(x)), `abs ${n} ${step}`).toEqual(lists(np.abs(p)));
            expect(lists(np.pow(x, 3)), `pow ${n} ${step}`).toEqual(lists(np.pow(p, 3)));
          }
          if (dtype.startsWith('float')) expect(lists(np.exp(x))).toEqual(lists(np.exp(p)));
          const into = np.zeros(a.size, { dtype });
          np.add(p, q, { out: into.at(step) as NDArray });
          expect(lists(into.at(step)), `into ${n} ${step}`).toEqual(lists(p.add(q)));
        }
    });

  it('whole powers wrap around', () => {
    const a = np.array([3n, -2n, 1n, 0n, 3037000500n]);
    expect(np.pow(a, 2).toArray()).toEqual([9, 4, 1, 0, 9223372037000250000n - 2n ** 64n]);
    expect(np.pow(np.array([2, 3], { dtype: 'uint8' }), 7).toArray()).toEqual([128, 139]);
    expect(np.pow(np.array([2, -1], { dtype: 'int64' }), 0).toArray()).toEqual([1, 1]);
  });

  it('ranges of any type are NumPy’s, of any length', () => {
    for (const n of [0, 1, 2, 5, 100_003]) {
      const whole = np.arange(n);
      expect(whole.dtype).toBe('int64');
      expect(Number(np.sum(whole).item())).toBe(n === 0 ? 0 : (n * (n - 1)) / 2);
      const real = np.arange(0, n * 0.5, 0.5);
      expect(real.size).toBe(n);
      if (n > 2) expect(real.at(-1).item()).toBe((n - 1) * 0.5);
      const line = np.linspace(-1, 1, n);
      if (n > 1) expect([line.at(0).item(), line.at(-1).item()]).toEqual([-1, 1]);
    }
    expect(np.arange(0.1, 0.8, 0.1).toArray()).toEqual([
      0.1, 0.2, 0.30000000000000004, 0.4, 0.5, 0.6, 0.7000000000000001,
    ]);
    expect(np.arange(250, 262, { dtype: 'uint8' }).toArray()).toEqual([
      250, 251, 252, 253, 254, 255, 0, 1, 2, 3, 4, 5,
    ]);
    expect(np.arange(5, -5, -3).toArray()).toEqual([5, 2, -1, -4]);
  });
});
