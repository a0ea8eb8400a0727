// sprintf against Python's % operator. Fixtures: test/fixtures/sprintf.py.

import { describe, expect, it } from 'vitest';
import { np, sprintf } from '../../src/index.js';
import { readCases } from '../fixtures/cases.js';

type Row = [format: string, values: unknown[], expected: string | { error: string }];

function value(v: unknown): unknown {
  if (typeof v !== 'object' || v === null) return v;
  if ('$i' in v) return BigInt((v as { $i: string }).$i);
  const text = (v as { $f: string }).$f;
  return Number(
    ({ nan: 'NaN', inf: 'Infinity', '-inf': '-Infinity' } as Record<string, string>)[text] ?? text,
  );
}

describe("sprintf is Python's %", () => {
  readCases<Row>('sprintf').forEach(([format, values, expected], i) => {
    it(`${i}: '${format}' % ${JSON.stringify(values)}`, () => {
      const run = () => sprintf(format, ...values.map(value));
      if (typeof expected === 'string') expect(run()).toBe(expected);
      else expect(run).toThrow(/^sprintf: /);
    });
  });

  it('takes arrays of one element, and prints others as NumPy does', () => {
    expect(sprintf('%d: loss %f', np.arange(3).at(2), np.mean([1, 2]))).toBe('2: loss 1.500000');
    expect(sprintf('%.1f', np.array([[2.25]]))).toBe('2.2');
    expect(sprintf('%s | %s', np.array([1, 2.5]), np.array([1n, 2n]))).toBe('[1.  2.5] | [1 2]');
    expect(sprintf('%r', np.array([1, 2.5]))).toBe('array([1. , 2.5])');
    expect(() => sprintf('%d', np.arange(3))).toThrow(
      'sprintf: %d format: a number is required, not an array of shape (3).',
    );
  });

  it('prints lists, objects, null and booleans as Python does', () => {
    expect(sprintf('%s %s %s %r', [1, 2.5, 'x'], { lr: 0.1 }, null, [true])).toBe(
      "[1, 2.5, 'x'] {'lr': 0.1} None [True]",
    );
  });

  it('a whole number prints without a point: JavaScript cannot tell 1 from 1.0', () => {
    expect(sprintf('%s', 3)).toBe('3');
  });

  it('takes named values', () => {
    expect(sprintf('%(i)03d of %(n)d', { i: 7, n: 10 })).toBe('007 of 10');
    expect(() => sprintf('%(k)d', { i: 7 })).toThrow(
      "sprintf: '%(k)d' needs an object with a value named 'k'.",
    );
  });

  it('says what is wrong', () => {
    expect(() => sprintf('%d %d', 1)).toThrow(
      "sprintf: not enough arguments for format string '%d %d': it needs more than 1.",
    );
    expect(() => sprintf('%d', 1, 2)).toThrow(
      "sprintf: not all arguments converted during string formatting: '%d' takes 1, got 2.",
    );
    expect(() => sprintf('%d', 'x')).toThrow("sprintf: %d format: a number is required, not the string 'x'.");
    expect(() => sprintf('50%')).toThrow(
      "sprintf: incomplete format '%' at the end of '50%'; write %% for a percent sign.",
    );
  });
});
