// Printing against NumPy 1.24's own output: test/fixtures/print.py makes the fixture.
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { asarray } from '../../src/core/create.js';
import { type DType, readScalar, type Scalar, typedView } from '../../src/core/dtype.js';
import {
  array2string,
  arrayRepr,
  arrayStr,
  formatScalar,
  getPrintOptions,
  type Printable,
  type PrintOptions,
  printOptions,
  setPrintOptions,
} from '../../src/core/print.js';

interface Case {
  dtype: DType;
  shape: number[];
  data: string;
  str: string;
  repr: string;
  options?: Partial<PrintOptions>;
}
interface Fixture {
  cases: Case[];
  scalars: Record<string, { data: string; str: string[] }>;
}
const read = (name: string): Fixture =>
  JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), 'utf8'));
const [floats, others] = [read('print'), read('print_dtypes')];
const fixture: Fixture = {
  cases: [...floats.cases, ...others.cases],
  scalars: { ...floats.scalars, ...others.scalars },
};

/** A C-contiguous array over raw bytes: all that printing asks of an array. */
function printable(dtype: DType, shape: number[], base64: string): Printable {
  const bytes = Buffer.from(base64, 'base64');
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  const size = shape.reduce((a, b) => a * b, 1);
  const data = typedView(dtype, buffer, 0, size);
  return {
    dtype,
    shape,
    size,
    element(index): Scalar {
      const flat = index.reduce((at, i, d) => at * shape[d] + i, 0);
      return readScalar(dtype, data, flat);
    },
  };
}

function of(dtype: DType, values: number[]): Printable {
  return { dtype, shape: [values.length], size: values.length, element: ([i]) => values[i] };
}

const original = getPrintOptions();
afterEach(() => setPrintOptions(original));

describe('printing equals NumPy 1.24', () => {
  it(`str and repr of ${fixture.cases.length} arrays`, () => {
    expect(fixture.cases.length).toBeGreaterThan(500);
    const wrong: unknown[] = [];
    for (const c of fixture.cases) {
      const a = printable(c.dtype, c.shape, c.data);
      const got = printOptions(c.options ?? {}, () => ({ str: arrayStr(a), repr: arrayRepr(a) }));
      if (got.str !== c.str || got.repr !== c.repr) {
        wrong.push({
          dtype: c.dtype,
          shape: c.shape,
          options: c.options,
          got,
          want: { str: c.str, repr: c.repr },
        });
      }
    }
    expect(wrong).toEqual([]);
  });

  for (const [dtype, { data, str }] of Object.entries(fixture.scalars)) {
    it(`str of ${str.length} ${dtype} scalars${str.length > 9 ? ', among them random bit patterns and powers of two' : ''}`, () => {
      const a = printable(dtype as DType, [str.length], data);
      const got = str.map((_, i) => formatScalar(a.element([i]), dtype as DType));
      expect(got).toEqual(str);
    });
  }
});

describe('arrays print themselves', () => {
  const a = asarray([
    [1, 2.5],
    [3, 4],
  ]);

  it('with str in templates and String(), with repr under util.inspect', () => {
    expect(`${a}`).toBe('[[1.  2.5]\n [3.  4. ]]');
    expect(inspect(a)).toBe('array([[1. , 2.5],\n       [3. , 4. ]])');
    expect(inspect(asarray([1, 2], 'array', 'float32'))).toBe('array([1., 2.], dtype=float32)');
  });

  it('views in their own order', () => {
    expect(String(a.remap([2, 2], [1, 2], 0))).toBe('[[1.  3. ]\n [2.5 4. ]]');
    expect(String(a.remap([2], [-2], 3))).toBe('[4.  2.5]');
  });

  it('int64 beyond 2**53 to the last digit', () => {
    expect(String(asarray([2n ** 63n - 1n, -5n]))).toBe('[9223372036854775807                  -5]');
  });
});

describe('print options', () => {
  it('apply from then on, and printOptions restores them', () => {
    const a = of('float64', [1 / 3, 2]);
    setPrintOptions({ precision: 3 });
    expect(arrayStr(a)).toBe('[0.333 2.   ]');
    expect(printOptions({ precision: 1 }, () => arrayStr(a))).toBe('[0.3 2. ]');
    expect(arrayStr(a)).toBe('[0.333 2.   ]');
    expect(getPrintOptions().precision).toBe(3);
  });

  it('are restored when the body throws', () => {
    expect(() =>
      printOptions({ precision: 1 }, () => {
        throw new Error('inside');
      }),
    ).toThrow('inside');
    expect(getPrintOptions().precision).toBe(8);
  });

  it('take formatters by kind of dtype', () => {
    setPrintOptions({ formatter: { float: (x) => `<${x}>`, int: (x) => `#${x}` } });
    expect(arrayStr(of('float64', [0.5, 2]))).toBe('[<0.5> <2>]');
    expect(arrayStr(of('int32', [1, 22]))).toBe('[#1 #22]');
    setPrintOptions({});
    expect(arrayStr(of('int32', [1, 22]))).toBe('[ 1 22]');
  });

  it('reject what makes no sense, by name', () => {
    expect(() => setPrintOptions({ precision: -1 })).toThrow(
      'set_printoptions: precision must be a whole number >= 0, not -1',
    );
    expect(() => setPrintOptions({ threshold: Number.NaN })).toThrow(
      'threshold: Infinity prints arrays in full',
    );
    expect(() => setPrintOptions({ floatmode: 'exact' as never })).toThrow(
      "floatmode 'exact' is not one of 'fixed', 'unique'",
    );
    expect(() => setPrintOptions({ precison: 3 } as never)).toThrow(
      "there is no option 'precison'. Options: precision,",
    );
    expect(() => setPrintOptions({ floatmode: 'fixed', precision: null })).toThrow(
      "floatmode 'fixed' needs a precision",
    );
    expect(getPrintOptions()).toEqual(original);
  });
});

describe('array2string', () => {
  it('takes a separator and precision of its own', () => {
    expect(array2string(of('float64', [1 / 3, 2.5]), { precision: 2, separator: ', ' })).toBe('[0.33, 2.5 ]');
  });

  it('indents by the prefix and shortens lines by the suffix', () => {
    expect(array2string(of('int64', [1, 2, 3, 4]), { prefix: 'x = ', suffix: ';', linewidth: 12 })).toBe(
      '[1 2 3\n     4]',
    );
  });
});
