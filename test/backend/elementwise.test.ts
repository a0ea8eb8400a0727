// Element-wise kernels: values, special values, dtypes, layouts, broadcasting, aliasing.

import { describe, expect, it } from 'vitest';
import {
  copy,
  cpuFeatures,
  elementwise,
  fill,
  getNumThreads,
  op,
  opcode,
  setNumThreads,
} from '../../src/backend/index.js';
import { type DType, dtypes } from '../../src/core/dtype.js';
import { array, numbers, sliced, transposed, view } from './arrays.js';

const nan = Number.NaN;
const inf = Number.POSITIVE_INFINITY;

function unary(name: string, dtype: DType, x: number[], out: DType = dtype): number[] {
  const r = array(out, [x.length]);
  elementwise(opcode(name), dtype, r, array(dtype, [x.length], x));
  return numbers(r);
}

function binary(name: string, dtype: DType, x: number[], y: number[] | number, out: DType = dtype): number[] {
  const r = array(out, [x.length]);
  elementwise(
    opcode(name),
    dtype,
    r,
    array(dtype, [x.length], x),
    typeof y === 'number' ? y : array(dtype, [y.length], y),
  );
  return numbers(r);
}

// Distance in units in the last place of the reference.
function ulps(got: number, want: number, dtype: DType): number {
  if (Object.is(got, want) || (Number.isNaN(got) && Number.isNaN(want))) return 0;
  if (!Number.isFinite(want) || !Number.isFinite(got)) return inf;
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(want))), dtype === 'float64' ? -1022 : -126);
  return Math.abs(got - want) / 2 ** (exponent - (dtype === 'float64' ? 52 : 23));
}

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

describe('functions of floats', () => {
  const table: [string, (x: number) => number, number][] = [
    ['exp', Math.exp, 1.5],
    ['expm1', Math.expm1, 3],
    ['log', Math.log, 1.5],
    ['log1p', Math.log1p, 2],
    ['tanh', Math.tanh, 3],
    ['sigmoid', logistic, 3],
    ['softplus', softplus, 3],
    ['log2', Math.log2, 2],
    ['log10', Math.log10, 2],
    ['sin', Math.sin, 1],
    ['cos', Math.cos, 1],
    ['tan', Math.tan, 1],
    ['arcsin', Math.asin, 1],
    ['arccos', Math.acos, 1],
    ['arctan', Math.atan, 1],
    ['sinh', Math.sinh, 2],
    ['cosh', Math.cosh, 2],
    ['arcsinh', Math.asinh, 2],
    ['arccosh', Math.acosh, 2],
    ['arctanh', Math.atanh, 2],
    ['sqrt', Math.sqrt, 0],
    ['floor', Math.floor, 0],
    ['ceil', Math.ceil, 0],
    ['trunc', Math.trunc, 0],
    ['reciprocal', (x) => 1 / x, 0],
    ['square', (x) => x * x, 0],
    ['abs', Math.abs, 0],
    ['neg', (x) => -x, 0],
    ['sign', Math.sign, 0],
  ];
  const plain = Array.from({ length: 999 }, (_, i) => (i - 499) * 0.0373 + Math.sin(i));
  const special = [
    0,
    -0,
    inf,
    -inf,
    nan,
    1,
    -1,
    2,
    -2,
    0.5,
    1e-300,
    -1e-300,
    700,
    -700,
    745,
    -745,
    1e300,
    -1e300,
    37,
    22,
    5e-324,
    88,
    -88,
  ];

  for (const dtype of ['float64', 'float32'] as const) {
    // The reference is computed in float64 and rounded, which costs float64 half a unit and Math's own error.
    const round = dtype === 'float64' ? (x: number) => x : Math.fround;
    for (const [name, f, tolerance] of table) {
      it(`${name} of ${dtype} is right to ${tolerance} ulp, special values exactly`, () => {
        const x = [...plain, ...special].map(round);
        const got = unary(name, dtype, x);
        const wrong = x
          .map((v, i) => [v, got[i], round(f(v))])
          // Below the normal range of float32 a float64 reference is rounded twice.
          .filter(([, g, w]) => ulps(g, w, dtype) > tolerance)
          // Square roots of negative zero, 1 / x and sign(-0): Object.is tells zeros apart where NumPy does.
          .filter(([v, g, w]) => !(name === 'sign' && v === 0 && g === 0 && w === 0));
        expect(wrong).toEqual([]);
      });
    }

    it(`rint of ${dtype} rounds halves to even`, () => {
      expect(unary('rint', dtype, [0.5, 1.5, 2.5, -0.5, -1.5, 2.4])).toEqual([0, 2, 2, -0, -2, 2]);
    });

    it(`isnan, isfinite, isinf and signbit of ${dtype}`, () => {
      const x = [nan, inf, -inf, 0, -0, 1];
      expect(unary('isnan', dtype, x, 'bool')).toEqual([1, 0, 0, 0, 0, 0]);
      expect(unary('isfinite', dtype, x, 'bool')).toEqual([0, 0, 0, 1, 1, 1]);
      expect(unary('isinf', dtype, x, 'bool')).toEqual([0, 1, 1, 0, 0, 0]);
      expect(unary('signbit', dtype, x.slice(1), 'bool')).toEqual([0, 1, 0, 1, 0]);
    });

    it(`% and // of ${dtype} take the sign of the divisor`, () => {
      const x = [7, -7, 7, -7, 5.5, -0.5, 6];
      const y = [3, 3, -3, -3, 2, 2, 3];
      expect(binary('mod', dtype, x, y)).toEqual([1, 2, -2, -1, 1.5, 1.5, 0]);
      expect(binary('floorDivide', dtype, x, y)).toEqual([2, -3, -3, 2, 2, -1, 2]);
      expect(binary('fmod', dtype, x, y)).toEqual([1, -1, 1, -1, 1.5, -0.5, 0]);
      expect(binary('mod', dtype, [1, 1], [0, inf])).toEqual([nan, 1]);
      expect(binary('floorDivide', dtype, [1, -1, 0], 0)).toEqual([inf, -inf, nan]);
    });

    it(`maximum and minimum of ${dtype} hand NaN on, fmax and fmin pass over it`, () => {
      const x = [1, nan, 3, nan];
      const y = [2, 2, nan, nan];
      expect(binary('maximum', dtype, x, y)).toEqual([2, nan, nan, nan]);
      expect(binary('minimum', dtype, x, y)).toEqual([1, nan, nan, nan]);
      expect(binary('fmax', dtype, x, y)).toEqual([2, 2, 3, nan]);
      expect(binary('fmin', dtype, x, y)).toEqual([1, 2, 3, nan]);
    });

    it(`pow of ${dtype}`, () => {
      expect(binary('pow', dtype, [2, 3, -2, 9, 0, nan], [3, 2, 3, 0.5, 0, 0])).toEqual([8, 9, -8, 3, 1, 1]);
    });
  }
});

describe('integers and truth values', () => {
  it('uint8 wraps', () => {
    expect(binary('add', 'uint8', [250, 1], [10, 2])).toEqual([4, 3]);
    expect(binary('sub', 'uint8', [1], [2])).toEqual([255]);
    expect(binary('mul', 'uint8', [100], [3])).toEqual([44]);
    expect(unary('neg', 'uint8', [1, 0])).toEqual([255, 0]);
  });

  it('+ of truth values is or, * is and', () => {
    expect(binary('add', 'bool', [0, 0, 1, 1], [0, 1, 0, 1])).toEqual([0, 1, 1, 1]);
    expect(binary('mul', 'bool', [0, 0, 1, 1], [0, 1, 0, 1])).toEqual([0, 0, 0, 1]);
  });

  for (const dtype of ['int64', 'int32'] as const) {
    it(`${dtype}: division floors, % follows the divisor, by zero gives 0`, () => {
      expect(binary('floorDivide', dtype, [7, -7, 7, -7, 5], [3, 3, -3, -3, 0])).toEqual([2, -3, -3, 2, 0]);
      expect(binary('mod', dtype, [7, -7, 7, -7, 5], [3, 3, -3, -3, 0])).toEqual([1, 2, -2, -1, 0]);
    });

    it(`${dtype}: the most negative number divided by -1 wraps`, () => {
      const low = dtype === 'int32' ? -(2 ** 31) : -(2 ** 63);
      expect(binary('floorDivide', dtype, [low], [-1])).toEqual([low]);
      expect(binary('mod', dtype, [low], [-1])).toEqual([0]);
      expect(unary('abs', dtype, [low])).toEqual([low]);
    });

    it(`${dtype}: powers, and the error of negative ones`, () => {
      expect(binary('pow', dtype, [2, -3, 7, 0], [10, 3, 0, 0])).toEqual([1024, -27, 1, 1]);
      expect(() => binary('pow', dtype, [2, 2], [1, -1])).toThrow(
        /pow: integers to negative integer powers are not allowed/,
      );
    });

    it(`${dtype}: bits and shifts; shifting everything out gives 0 or the sign`, () => {
      expect(binary('bitwiseAnd', dtype, [12, -1], [10, 7])).toEqual([8, 7]);
      expect(binary('bitwiseOr', dtype, [12], [10])).toEqual([14]);
      expect(binary('bitwiseXor', dtype, [12], [10])).toEqual([6]);
      expect(unary('invert', dtype, [0, 5])).toEqual([-1, -6]);
      expect(binary('leftShift', dtype, [1, 1], [4, 70])).toEqual([16, 0]);
      expect(binary('rightShift', dtype, [-16, -16, 16], [2, 70, 70])).toEqual([-4, -1, 0]);
    });
  }

  it('int64 keeps 64 bits', () => {
    const a = array('int64', [1]);
    fill(a, 2n ** 62n);
    elementwise(op.add, 'int64', a, a, 2n ** 61n + 1n);
    expect((a.data as BigInt64Array)[0]).toBe(2n ** 62n + 2n ** 61n + 1n);
    elementwise(op.sub, 'int64', a, a, -5);
    expect((a.data as BigInt64Array)[0]).toBe(2n ** 62n + 2n ** 61n + 6n);
  });

  it('comparisons and logic give bool in every dtype', () => {
    for (const dtype of dtypes) {
      expect(binary('less', dtype, [0, 1, 1], [1, 1, 0], 'bool')).toEqual([1, 0, 0]);
      expect(binary('greaterEqual', dtype, [0, 1, 1], [1, 1, 0], 'bool')).toEqual([0, 1, 1]);
      expect(binary('equal', dtype, [0, 1, 1], [1, 1, 0], 'bool')).toEqual([0, 1, 0]);
      expect(binary('notEqual', dtype, [0, 1, 1], [1, 1, 0], 'bool')).toEqual([1, 0, 1]);
      expect(binary('logicalAnd', dtype, [0, 1, 1], [1, 1, 0], 'bool')).toEqual([0, 1, 0]);
      expect(binary('logicalOr', dtype, [0, 0, 1], [1, 0, 0], 'bool')).toEqual([1, 0, 1]);
      expect(binary('logicalXor', dtype, [0, 1, 1], [1, 1, 0], 'bool')).toEqual([1, 0, 1]);
      expect(unary('logicalNot', dtype, [0, 1], 'bool')).toEqual([1, 0]);
    }
    expect(binary('notEqual', 'float64', [nan], [nan], 'bool')).toEqual([1]);
    expect(binary('lessEqual', 'float64', [nan], [nan], 'bool')).toEqual([0]);
  });
});

describe('layouts', () => {
  const x = Array.from({ length: 6 }, (_, i) => i + 1);

  it('broadcasts rows, columns, scalars and 0-d arrays', () => {
    const a = array('float64', [2, 3], x);
    const out = array('float64', [2, 3]);
    const add = (b: Parameters<typeof elementwise>[4]) => {
      elementwise(op.add, 'float64', out, a, b);
      return numbers(out);
    };
    expect(add(array('float64', [3], [10, 20, 30]))).toEqual([11, 22, 33, 14, 25, 36]);
    expect(add(array('float64', [2, 1], [10, 20]))).toEqual([11, 12, 13, 24, 25, 26]);
    expect(add(array('float64', [], [100]))).toEqual([101, 102, 103, 104, 105, 106]);
    expect(add(0.5)).toEqual([1.5, 2.5, 3.5, 4.5, 5.5, 6.5]);
    elementwise(op.sub, 'float64', out, array('float64', [2, 1], [10, 20]), array('float64', [3], [1, 2, 3]));
    expect(numbers(out)).toEqual([9, 8, 7, 19, 18, 17]);
  });

  it('reads and writes transposed, stepped and reversed views', () => {
    const a = array('float64', [2, 3], x);
    const out = array('float64', [3, 2]);
    elementwise(op.mul, 'float64', out, transposed(a), 10);
    expect(numbers(out)).toEqual([10, 40, 20, 50, 30, 60]);
    const target = array('float64', [3, 4]);
    elementwise(op.add, 'float64', sliced(target, 1, 3, 2, -2), out, 1);
    expect(numbers(target)).toEqual([0, 41, 0, 11, 0, 51, 0, 21, 0, 61, 0, 31]);
    elementwise(op.neg, 'float64', transposed(target), transposed(target));
    expect(numbers(target)).toEqual([-0, -41, -0, -11, -0, -51, -0, -21, -0, -61, -0, -31]);
  });

  it('agrees with a plain loop over odd shapes, strides and sizes, with one thread and several', () => {
    const before = getNumThreads();
    for (const threads of [1, 3]) {
      setNumThreads(threads);
      for (const [m, n] of [
        [1, 1],
        [3, 5],
        [17, 129],
        [300, 3],
        [3, 300],
        [700, 900],
      ]) {
        const a = array('float64', [m, n], (i) => i % 101);
        const b = transposed(array('float64', [n, m], (i) => (i * 7) % 53));
        const c = array('float64', [m, 1], (i) => i);
        const r = array('float64', [m, n]);
        elementwise(op.sub, 'float64', r, a, b);
        elementwise(op.mul, 'float64', r, r, c);
        const got = numbers(r);
        let wrong = 0;
        for (let i = 0; i < m; i++) {
          for (let j = 0; j < n; j++) {
            if (got[i * n + j] !== (((i * n + j) % 101) - (((j * m + i) * 7) % 53)) * i) wrong++;
          }
        }
        expect([threads, m, n, wrong]).toEqual([threads, m, n, 0]);
      }
    }
    setNumThreads(before);
  });

  it('does nothing to empty arrays', () => {
    const out = array('float64', [0, 3]);
    elementwise(op.add, 'float64', out, array('float64', [0, 3]), 1);
    elementwise(op.add, 'float64', out, array('float64', [3]), array('float64', [0, 3]));
    expect(numbers(out)).toEqual([]);
  });

  it('walks more than two axes that do not merge', () => {
    const a = array('int32', [4, 3, 5, 6], (i) => i);
    const v = sliced(sliced(transposed(a, [2, 0, 3, 1]), 2, 0, 3, 2), 0, 4, 5, -1);
    const out = array('int32', v.shape);
    elementwise(op.add, 'int32', out, v, 1);
    const want: number[] = [];
    for (let p = 0; p < 5; p++)
      for (let q = 0; q < 4; q++)
        for (let r = 0; r < 3; r++)
          for (let s = 0; s < 3; s++) want.push(q * 90 + s * 30 + (4 - p) * 6 + 2 * r + 1);
    expect(numbers(out)).toEqual(want);
  });
});

describe('memory', () => {
  it('works in place', () => {
    const a = array('float64', [4], [1, 2, 3, 4]);
    elementwise(op.add, 'float64', a, a, a);
    expect(numbers(a)).toEqual([2, 4, 6, 8]);
  });

  it('writes large results past the caches, and nothing beside them', () => {
    const [m, n, width, before] = [1021, 997, 1003, getNumThreads()];
    const a = array('float64', [m, n], (i) => i % 1009);
    const b = array('float64', [n, m], (i) => i % 127);
    for (const threads of [1, 3]) {
      setNumThreads(threads);
      for (const offset of [0, 3]) {
        const home = array('float64', [m * width], () => -1);
        const out = view(home, [m, n], [width, 1], offset);
        const got = home.raw() as Float64Array;
        const wrong = (want: (i: number, j: number) => number): number => {
          let count = 0;
          for (let k = 0; k < m * width; k++) {
            const i = Math.floor((k - offset) / width);
            const j = k - offset - i * width;
            if (got[k] !== (i >= 0 && j < n ? want(i, j) : -1)) count++;
          }
          return count;
        };
        elementwise(op.add, 'float64', out, a, a);
        expect([threads, offset, wrong((i, j) => 2 * ((i * n + j) % 1009))]).toEqual([threads, offset, 0]);
        elementwise(op.add, 'float64', out, a, transposed(b));
        const turned = wrong((i, j) => ((i * n + j) % 1009) + ((j * m + i) % 127));
        expect([threads, offset, turned]).toEqual([threads, offset, 0]);
      }
    }
    setNumThreads(before);
  });

  it('reads operands that overlap the result as they were before: a[1:] += a[:-1]', () => {
    const a = array('float64', [2000], (i) => i);
    elementwise(
      op.add,
      'float64',
      sliced(a, 0, 1, 1999, 1),
      sliced(a, 0, 1, 1999, 1),
      sliced(a, 0, 0, 1999, 1),
    );
    expect(numbers(a).slice(0, 5)).toEqual([0, 1, 3, 5, 7]);
    expect(numbers(a)[1999]).toBe(1999 + 1998);
    const b = array('float64', [3, 3], (i) => i);
    copy(b, transposed(b));
    expect(numbers(b)).toEqual([0, 3, 6, 1, 4, 7, 2, 5, 8]);
    const c = array('float64', [5], [1, 2, 3, 4, 5]);
    copy(c, sliced(c, 0, 4, 5, -1));
    expect(numbers(c)).toEqual([5, 4, 3, 2, 1]);
  });

  it('writes comparisons over their own operand', () => {
    const a = array('float64', [4], [1, 5, 2, 7]);
    const flags = view(a, [4], [1]);
    elementwise(op.greater, 'float64', flags, a, 3);
    expect(numbers(flags)).toEqual([0, 1, 0, 1]);
  });
});

describe('dtypes', () => {
  it('converts operands and results of other dtypes on the way', () => {
    const out = array('float32', [2000]);
    const a = array('int32', [2000], (i) => i);
    const b = array('float64', [2000], (i) => i / 2);
    elementwise(op.add, 'float64', out, a, b);
    expect(numbers(out)[1999]).toBe(1999 * 1.5);
    elementwise(op.mul, 'float64', out, out, array('uint8', [1], [2]));
    expect(numbers(out)[1001]).toBe(1001 * 3);
  });

  it('casts between every pair as NumPy does', () => {
    const x = [0, 1, 2, 255, 256, -1, 3.7, -3.7, 1e10];
    const want: Record<DType, number[]> = {
      float64: x,
      float32: x.map(Math.fround),
      int64: [0, 1, 2, 255, 256, -1, 3, -3, 1e10],
      int32: [0, 1, 2, 255, 256, -1, 3, -3, -(2 ** 31)],
      uint8: [0, 1, 2, 255, 0, 255, 3, 253, 0],
      bool: [0, 1, 1, 1, 1, 1, 1, 1, 1],
      int8: [0, 1, 2, -1, 0, -1, 3, -3, 0],
      int16: [0, 1, 2, 255, 256, -1, 3, -3, 0xe400 - 65536],
      uint16: [0, 1, 2, 255, 256, 65535, 3, 65533, 0xe400],
      uint32: [0, 1, 2, 255, 256, 2 ** 32 - 1, 3, 2 ** 32 - 3, 1e10 % 2 ** 32],
      uint64: [0, 1, 2, 255, 256, 2 ** 64 - 1, 3, 2 ** 64 - 3, 1e10],
      complex128: x,
      complex64: x.map(Math.fround),
    };
    for (const to of dtypes) {
      const out = array(to, [x.length]);
      copy(out, array('float64', [x.length], x));
      expect([to, numbers(out)]).toEqual([to, want[to]]);
    }
    for (const from of dtypes) {
      for (const to of dtypes) {
        const out = array(to, [3]);
        copy(out, array(from, [3], [0, 1, 1]));
        expect([from, to, numbers(out)]).toEqual([from, to, [0, 1, 1]]);
      }
    }
  });

  it('casts NaN and infinities to the most negative integer', () => {
    const x = array('float64', [3], [nan, inf, -inf]);
    const out = array('int64', [3]);
    copy(out, x);
    expect(numbers(out)).toEqual([-(2 ** 63), -(2 ** 63), -(2 ** 63)]);
    const narrow = array('int32', [3]);
    copy(narrow, x);
    expect(numbers(narrow)).toEqual([-(2 ** 31), -(2 ** 31), -(2 ** 31)]);
  });

  it('numbers stand in for arrays in every dtype', () => {
    for (const dtype of dtypes) {
      const out = array(dtype, [3]);
      elementwise(op.add, dtype, out, array(dtype, [3], [0, 0, 0]), 1);
      expect(numbers(out)).toEqual([1, 1, 1]);
      fill(out, 0);
      expect(numbers(out)).toEqual([0, 0, 0]);
    }
  });
});

describe('three operands', () => {
  it('where takes from two arrays or numbers by any condition, broadcast', () => {
    const out = array('float64', [2, 3]);
    const condition = array('bool', [3], [1, 0, 1]);
    elementwise(op.where, 'float64', out, condition, array('float64', [2, 1], [1, 2]), -1);
    expect(numbers(out)).toEqual([1, -1, 1, 2, -1, 2]);
    elementwise(op.where, 'float64', out, array('float64', [2, 3], [0, 0.5, nan, 0, -1, 0]), 1, 0);
    expect(numbers(out)).toEqual([0, 1, 1, 0, 1, 0]);
  });
});

describe('the addon', () => {
  it('names the instruction set and counts threads', () => {
    expect(['avx512', 'avx2', 'baseline']).toContain(cpuFeatures());
    expect(getNumThreads()).toBeGreaterThanOrEqual(1);
    expect(() => setNumThreads(0)).toThrow(/setNumThreads: 0 is not a number of threads/);
  });

  it('an unknown operation is an error with advice', () => {
    expect(() => opcode('frobnicate')).toThrow(
      /opcode: the native addon has no operation 'frobnicate'.*npm run setup/,
    );
  });
});
