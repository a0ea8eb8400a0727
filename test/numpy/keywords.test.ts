// Every parameter of NumPy's functions that has a default may be given by its name, in an object at the end of the call,
// as in Python's keywords; NumPy's own results are in fixtures/keywords.json.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type DType, NDArray, np } from '../../src/index.js';

type Encoded =
  | { dtype: DType; shape: number[]; values: (number | boolean | string | null)[] }
  | { list: Encoded[] }
  | { value: unknown };
interface Row {
  name: string;
  args: Encoded[];
  keywords: Record<string, Encoded>;
  result: Encoded;
}

const rows = JSON.parse(readFileSync(new URL('../fixtures/keywords.json', import.meta.url), 'utf8')) as Row[];

const number = (value: number | boolean | string | null): number =>
  value === null ? Number.NaN : value === 'inf' ? Infinity : value === '-inf' ? -Infinity : Number(value);

function decode(x: Encoded): unknown {
  if ('list' in x) return x.list.map(decode);
  if ('value' in x) return x.value;
  const values = x.values.map(number);
  if (!x.dtype.startsWith('complex')) return np.array(values, { dtype: x.dtype }).reshape(x.shape);
  const parts = np.array(values).reshape([-1, 2]);
  return np
    .add(parts.at(':', 0), np.mul(parts.at(':', 1), np.complex(0, 1)))
    .astype(x.dtype)
    .reshape(x.shape);
}

/** The numbers of a result, whatever it is: an array, a number, a list or an object of them in NumPy's order. */
function flat(x: unknown): number[] {
  if (x instanceof NDArray) {
    if (x.dtype.startsWith('complex')) return flat(np.stack([np.real(x), np.imag(x)], { axis: -1 }));
    return (np.ravel(x).tolist() as unknown[]).map(Number);
  }
  if (typeof x === 'object' && x !== null) return Object.values(x).flatMap(flat);
  return [Number(x)];
}

function shapes(x: unknown): number[][] {
  if (x instanceof NDArray) return [x.shape as number[]];
  return typeof x === 'object' && x !== null ? Object.values(x).flatMap(shapes) : [[]];
}

describe('keywords of NumPy', () => {
  const seen = new Map<string, number>();
  for (const { name, args, keywords, result } of rows) {
    const shown = `${name}(${args.map((_, i) => 'abc'[i] ?? '...').join(', ')}, {${Object.keys(keywords).join(', ')}})`;
    const again = (seen.get(shown) ?? 0) + 1;
    seen.set(shown, again);
    it(again === 1 ? shown : `${shown}, ${again}`, () => {
      const f = name.split('.').reduce((at, part) => (at as never)[part], np as unknown) as (
        ...given: unknown[]
      ) => unknown;
      const given = Object.fromEntries(Object.entries(keywords).map(([key, value]) => [key, decode(value)]));
      const got = f(...args.map(decode), ...(Object.keys(given).length > 0 ? [given] : []));
      const expected = decode(result);
      expect(shapes(got)).toEqual(shapes(expected));
      const [ours, numpys] = [flat(got), flat(expected)];
      numpys.forEach((value, i) => {
        if (Number.isFinite(value)) expect(ours[i]).toBeCloseTo(value, 6);
        else expect(ours[i]).toBe(value);
      });
      if (got instanceof NDArray && expected instanceof NDArray) expect(got.dtype).toBe(expected.dtype);
    });
  }
});
