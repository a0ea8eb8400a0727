// Operations over all element types against NumPy: promotion of pairs, values, casts, complex special values. The
// fixture is made by test/fixtures/dtypes.py. NumPy 1.24's promotion of arrays is that of NEP 50.
import { describe, expect, it } from 'vitest';
import { type DType, type NDArray, np } from '../../src/index.js';
import { element, readCases } from '../fixtures/cases.js';

type Elements = (number | string | boolean | { $big: string })[];
type Pair = [DType, DType, DType | 'error', Elements];

interface Fixture {
  promotion: [DType, DType, DType][];
  binary: Record<string, Pair[]> & { pow: [DType, DType, Elements, DType | 'error', Elements][] };
  unary: Record<string, [DType, Elements, DType | 'error', Elements][]>;
  reduced: Record<string, [DType, number | null, Elements, DType, Elements][]>;
  sums: [DType, number, Elements, Elements][];
  products: [DType, DType, DType, Elements][];
  casts: [DType, DType, Elements, Elements][];
  grid: Elements;
  right: Elements;
  special: Record<string, Elements>;
  pairs: Record<string, Elements>;
  sort: { order: number[]; sorted: Elements; max: Elements; argmax: number; argmin: number };
  powers: [Elements, Elements, Elements][];
}
const fixture = readCases('dtypes') as unknown as Fixture;
const functions = np as unknown as Record<string, (...a: unknown[]) => NDArray>;

/** An array of a dtype from elements; complex ones are two numbers each. */
function of(dtype: DType, data: Elements): NDArray {
  const list = data.map(element);
  if (!dtype.startsWith('complex')) {
    const exact = dtype.includes('int') ? list.map((v) => BigInt(v as number)) : list;
    return np.array(exact as number[], dtype);
  }
  const parts = list as number[];
  return np
    .complex(np.array(parts.filter((_, i) => i % 2 === 0)), np.array(parts.filter((_, i) => i % 2 === 1)))
    .astype(dtype);
}

const kind = (d: DType): string => (d === 'bool' ? 'b' : d[0]);
const values: Record<string, [Elements, Elements]> = {
  f: [
    [-5.5, 7.25, 0, 'nan'],
    [2, -3.5, 1, 0],
  ],
  i: [
    [-5, 7, 0, 100],
    [2, -3, 1, 0],
  ],
  u: [
    [5, 7, 0, 200],
    [2, 3, 1, 0],
  ],
  b: [
    [true, false, true, false],
    [true, true, false, false],
  ],
  c: [
    [-5, 1, 7, -2, 0, 0, 3, 4],
    [2, 0, -3, 1, 1, -1, 0, 1],
  ],
};
const first = (d: DType): NDArray => of(d, values[kind(d)][0]);
const second = (d: DType): NDArray => of(d, values[kind(d)][1]);

/** What differs from NumPy's elements by more than `ulps` units of the result's precision; complex ones by their size. */
function differences(got: NDArray, dtype: DType, wanted: Elements, ulps: number): string[] {
  if (got.dtype !== dtype) return [`dtype ${got.dtype}, NumPy has ${dtype}`];
  const eps = dtype === 'float32' || dtype === 'complex64' ? 2 ** -23 : 2 ** -52;
  const complex = dtype.startsWith('complex');
  const data = [...got.data].map((v) => (dtype === 'bool' ? v !== 0 : v));
  const want = wanted.map(element);
  const bad: string[] = [];
  if (data.length !== want.length) return [`${data.length} elements, NumPy has ${want.length}`];
  data.forEach((v, i) => {
    const w = want[i];
    if (typeof v === 'bigint' ? v === BigInt(w as number) : Object.is(v, w)) return;
    if (typeof v === 'number' && typeof w === 'number') {
      if (Number.isNaN(v) && Number.isNaN(w)) return;
      const other = complex ? Math.abs(want[i ^ 1] as number) : 0;
      const scale = Math.max(Math.abs(w), Number.isFinite(other) ? other : 0);
      if (ulps > 0 && Math.abs(v - w) <= ulps * eps * scale) return;
      if (v === w && v !== 0) return;
    }
    bad.push(`element ${i}: ${String(v)}, NumPy has ${String(w)}`);
  });
  return bad;
}

/** The calls of a family that differ from NumPy's, as text. */
function collect<T>(rows: T[], check: (row: T) => string[] | string): string[] {
  return rows.flatMap((row) => {
    const bad = check(row);
    return bad.length > 0 ? [`${JSON.stringify(row).slice(0, 120)}: ${String(bad)}`] : [];
  });
}

function attempt(f: () => NDArray, dtype: DType | 'error', wanted: Elements, ulps: number): string[] {
  let got: NDArray;
  try {
    got = f();
  } catch (error) {
    return dtype === 'error' ? [] : [`threw ${(error as Error).message}`];
  }
  return dtype === 'error' ? ['NumPy refuses'] : differences(got, dtype, wanted, ulps);
}

describe('promotion', () => {
  it(`of all ${fixture.promotion.length} pairs of dtypes is NumPy's`, () => {
    expect(fixture.promotion.length).toBe(169);
    expect(
      collect(fixture.promotion, ([a, b, want]) =>
        np.promoteTypes(a, b) === want ? [] : np.promoteTypes(a, b),
      ),
    ).toEqual([]);
  });
});

// Functions of the C library, and NumPy's own vector versions of some, differ in the last place.
const loose = new Set(['div', 'arctan2', 'hypot', 'mul']);

describe('operations on all pairs of dtypes', () => {
  for (const [name, rows] of Object.entries(fixture.binary)) {
    if (name === 'pow') continue;
    it(name, () => {
      expect(
        collect(rows as Pair[], ([a, b, dtype, want]) =>
          attempt(() => functions[name](first(a), second(b)), dtype, want, loose.has(name) ? 4 : 0),
        ),
      ).toEqual([]);
    });
  }

  it('pow', () => {
    expect(
      collect(fixture.binary.pow, ([a, b, y, dtype, want]) =>
        attempt(() => np.pow(first(a), of(b, y)), dtype, want, 16),
      ),
    ).toEqual([]);
  });

  it('matmul', () => {
    expect(
      collect(fixture.products, ([a, b, dtype, want]) => {
        const [x, y] = [first(a), second(b)];
        const left = np.stack([x.at(':3'), x.at([1, 0, 2])]);
        return attempt(() => np.matmul(left, np.stack([y, y.at('::-1'), y])), dtype, want, 4);
      }),
    ).toEqual([]);
  });
});

describe('functions of one array of every dtype', () => {
  for (const [name, rows] of Object.entries(fixture.unary)) {
    it(name, () => {
      expect(
        collect(rows, ([d, x, dtype, want]) => attempt(() => functions[name](of(d, x)), dtype, want, 8)),
      ).toEqual([]);
    });
  }
});

describe('reductions of every dtype', () => {
  for (const [name, rows] of Object.entries(fixture.reduced)) {
    it(name, () => {
      expect(
        collect(rows, ([d, axis, x, dtype, want]) =>
          attempt(() => functions[name](of(d, x).reshape(3, 5), { axis }), dtype, want, 8),
        ),
      ).toEqual([]);
    });
  }

  it('sums of complex numbers are added up in the order of NumPy, to the bit', () => {
    expect(
      collect(fixture.sums, ([d, n, whole, columns]) => {
        const i = np.arange(n).astype('float64');
        const x = np.complex(i.mul(0.37).mod(1.3).add(0.1), i.mul(0.61).mod(1.7).sub(0.5)).astype(d);
        return [
          ...differences(x.sum(), d, whole, 0),
          ...differences(
            x
              .reshape(-1, 1)
              .add(np.zeros([1, 3], d))
              .sum(0)
              .at(':1'),
            d,
            columns,
            0,
          ),
        ];
      }),
    ).toEqual([]);
  });
});

describe('casts', () => {
  it('between all pairs of dtypes', () => {
    expect(
      collect(fixture.casts, ([from, to, x, want]) => differences(of(from, x).astype(to), to, want, 0)),
    ).toEqual([]);
  });

  it('of strided and reversed arrays, and back', () => {
    for (const [a, b] of fixture.promotion) {
      const x = np.arange(24).astype(a).reshape(4, 6).at('::-1, 1::2');
      const want = np.arange(24).reshape(4, 6).at('::-1, 1::2').astype(a).astype(b).toArray();
      expect(x.astype(b).toArray()).toEqual(want);
    }
  });
});

describe('special values of complex numbers', () => {
  const grid = of('complex128', fixture.grid);
  const right = of('complex128', fixture.right);
  for (const [name, want] of Object.entries(fixture.special)) {
    it(name, () => {
      const dtype = name.startsWith('is')
        ? 'bool'
        : name === 'abs' || name === 'angle'
          ? 'float64'
          : 'complex128';
      expect(differences(functions[name](grid), dtype, want, 4)).toEqual([]);
    });
  }
  for (const [name, want] of Object.entries(fixture.pairs)) {
    it(name, () => {
      const got = functions[name](grid.reshape(-1, 1), right);
      expect(differences(got, got.dtype === 'bool' ? 'bool' : 'complex128', want, 2)).toEqual([]);
    });
  }

  it('pow, whole exponents by multiplication', () => {
    expect(
      collect(fixture.powers, ([a, b, want]) =>
        differences(np.pow(of('complex128', a), of('complex128', b)), 'complex128', want, 64),
      ),
    ).toEqual([]);
  });

  it('sort puts NaN parts last in the order of NumPy; argmax and max stop at the first NaN', () => {
    const shuffled = grid.at(fixture.sort.order);
    // Zeros of either sign are equal and may come in any order.
    const sorted = fixture.sort.sorted.map((v) => (v === 0 ? 0 : v));
    expect(differences(np.sort(shuffled).add(0), 'complex128', sorted, 0)).toEqual([]);
    expect(np.argmax(grid.at(':14')).item()).toBe(fixture.sort.argmax);
    expect(np.argmin(grid.at('14:28')).item()).toBe(fixture.sort.argmin);
    expect(differences(np.max(grid), 'complex128', fixture.sort.max, 0)).toEqual([]);
  });
});
