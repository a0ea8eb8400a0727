// Fast paths beside the plain definition, at sizes where they begin and end: long sorts, transposed copies and operands,
// integer division by one number, masks and index arrays, positions of extremes.
import { describe, expect, it } from 'vitest';
import { type DType, type NDArray, np } from '../../src/index.js';

const rng = np.random.default_rng(5);
const numbers = (a: NDArray): number[] => (np.reshape(a, [-1]).tolist() as unknown[]).map(Number);

describe('long rows are sorted by digits', () => {
  for (const dtype of ['float64', 'float32', 'int64', 'int32', 'uint64', 'uint32'] as DType[]) {
    for (const n of [199, 200, 400, 2048, 6000, 6001]) {
      it(`${n} of ${dtype}, with ties, give the order of comparisons; equal ones keep theirs`, () => {
        const low = dtype.startsWith('u') ? 0 : -700;
        const whole = rng.integers(low, 700, { size: [n] });
        const x = (dtype.startsWith('f') ? whole.div(7) : whole).astype(dtype);
        const values = numbers(x);
        const order = values.map((_, i) => i).sort((i, j) => values[i] - values[j] || i - j);
        expect(numbers(np.argsort(x))).toEqual(order);
        expect(numbers(np.sort(x))).toEqual(order.map((i) => values[i]));
      });
    }
  }

  for (const n of [3000, 20_000]) {
    it(`${n} that differ in low bits only, beside a few far away, take all digits`, () => {
      const values = numbers(rng.standard_normal([n])).map((x, i) =>
        i % 50 === 0 ? x * 1e300 : 1 + x * 1e-9,
      );
      const order = values.map((_, i) => i).sort((i, j) => values[i] - values[j] || i - j);
      expect(numbers(np.argsort(np.array(values)))).toEqual(order);
      expect(numbers(np.sort(np.array(values)))).toEqual(order.map((i) => values[i]));
    });
  }

  it('NaN come last, infinities at the ends, both zeros count as equal and survive', () => {
    const values = numbers(rng.standard_normal([4000]));
    values[7] = Number.NaN;
    values[100] = Number.NEGATIVE_INFINITY;
    values[200] = Number.POSITIVE_INFINITY;
    values[300] = 0;
    values[301] = -0;
    values[302] = 0;
    const sorted = numbers(np.sort(np.array(values)));
    expect(sorted[0]).toBe(Number.NEGATIVE_INFINITY);
    expect(sorted[3998]).toBe(Number.POSITIVE_INFINITY);
    expect(sorted[3999]).toBe(Number.NaN);
    expect(sorted.filter((x) => Object.is(x, -0)).length).toBe(1);
    const order = numbers(np.argsort(np.array(values)));
    const at = order.indexOf(300);
    expect(order.slice(at, at + 3)).toEqual([300, 301, 302]);
    expect(order[3999]).toBe(7);
  });
});

describe('sums of contiguous elements', () => {
  for (const dtype of ['float32', 'float64'] as DType[]) {
    it(`of ${dtype} are those of every other element of an array, bit by bit, whatever their number`, () => {
      const wide = rng.standard_normal([2, 5001]).astype(dtype).T;
      const rows = wide.copy();
      const one = wide.at(':', 0).copy();
      for (let n = 1; n <= 5001; n += n < 1100 ? 1 : 97) {
        const apart = np.sum(rows.at(`:${n}`, 0)).item();
        expect(np.sum(one.at(`:${n}`)).item(), `${n} elements`).toBe(apart);
      }
    });
  }
});

describe('operands that run across the rows', () => {
  for (const dtype of ['float64', 'float32', 'int32', 'int64', 'uint8', 'complex64'] as DType[]) {
    for (const [m, n] of [
      [67, 41],
      [130, 64],
      [33, 19],
    ]) {
      it(`${m} x ${n} of ${dtype}: copies of a.T and sums with it`, () => {
        const a = rng.integers(0, 100, { size: [m, n] }).astype(dtype);
        const b = rng.integers(0, 100, { size: [n, m] }).astype(dtype);
        const copy = a.T.copy();
        const sum = np.add(b, a.T);
        for (let i = 0; i < n; i += 3) {
          for (let j = 0; j < m; j += 3) {
            expect(copy.at(i, j).item()).toEqual(a.at(j, i).item());
            expect(sum.at(i, j).item()).toEqual(np.add(b.at(i, j), a.at(j, i)).item());
          }
        }
      });
    }
  }
});

describe('integers by one number', () => {
  it('floorDivide and mod round down for every sign, and are exact where float64 is not', () => {
    const values = [
      -9007199254740993n,
      -2251799813685248n,
      -100n,
      -8n,
      -7n,
      -1n,
      0n,
      1n,
      6n,
      7n,
      8n,
      2251799813685247n,
    ];
    values.push(9223372036854775807n, -9223372036854775808n);
    for (const only of [values, values.slice(1, 12)]) {
      const x = np.array([...only, ...Array.from({ length: 300 }, (_, i) => BigInt(i - 150))], {
        dtype: 'int64',
      });
      for (const d of [7, -7, 1, -1, 2, 1000003, 2251799813685247, -2251799813685247]) {
        const quotient = np.floorDivide(x, d);
        const rest = np.mod(x, d);
        for (let i = 0; i < x.size; i++) {
          const a = (x.raw() as BigInt64Array)[i];
          const y = BigInt(d);
          let q = a / y;
          if (a % y !== 0n && a < 0n !== y < 0n) q -= 1n;
          expect((quotient.raw() as BigInt64Array)[i]).toBe(BigInt.asIntN(64, q));
          expect((rest.raw() as BigInt64Array)[i]).toBe(a - q * y);
        }
      }
      expect(np.sum(np.floorDivide(x, 0)).item()).toBe(0);
    }
  });
});

describe('masks and indices', () => {
  it('finds the true elements of masks of any length and density', () => {
    const rng = new np.random.RandomState(1);
    for (const shape of [[1], [7], [8], [65], [3, 5], [20, 77], [4, 3, 64]]) {
      for (const share of [0, 0.02, 0.5, 1]) {
        const mask = np.less(rng.random_sample(shape) as NDArray, share);
        const want: number[][] = shape.map(() => []);
        for (const [place, truth] of (mask.ravel().toArray() as boolean[]).entries()) {
          let rest = place;
          for (let d = shape.length - 1; truth && d >= 0; rest = Math.floor(rest / shape[d--]))
            want[d].push(rest % shape[d]);
        }
        expect(np.nonzero(mask).map((a) => a.toArray().map(Number))).toEqual(want);
        const x = np.arange(mask.size).reshape(shape);
        expect(np.arrayEqual(x.at(mask), x.at(...np.nonzero(mask)))).toBe(true);
      }
    }
  });

  it('a mask chooses the same elements whatever its width and strides', () => {
    for (const [m, n] of [
      [5, 7],
      [3, 8],
      [4, 29],
      [1, 64],
    ]) {
      const a = rng.standard_normal([m, n]);
      const mask = np.greater(a, 0.2);
      const wide = np.greater(np.concatenate([a, a], { axis: 1 }), 0.2).at(`:, :${n}`);
      const want = numbers(a).filter((x) => x > 0.2);
      expect(numbers(a.at(mask) as NDArray)).toEqual(want);
      expect(numbers(a.at(wide) as NDArray)).toEqual(want);
      expect(numbers(a.T.at(mask.T) as NDArray).sort()).toEqual([...want].sort());
      const [rows, columns] = np.nonzero(mask);
      expect(numbers(a.at(rows, columns) as NDArray)).toEqual(want);
    }
  });

  it('an index beyond the end is named', () => {
    const a = np.zeros([3, 4]);
    const i = np.array([0, 2, -3, 1], { dtype: 'int64' });
    expect(a.at(i).shape).toEqual([4, 4]);
    i.set([2], -4);
    expect(() => a.at(i)).toThrow(/index -4 is out of bounds for axis 0 with size 3/);
  });
});

describe('positions of extremes', () => {
  it('the first of equals and the first NaN, in rows of many blocks', () => {
    for (const n of [63, 64, 512, 513, 1500, 2049]) {
      const x = rng.standard_normal([n]);
      const at = Math.floor(n * 0.7);
      x.set([at], 9);
      x.set([n - 1], 9);
      expect(np.argmax(x).item()).toBe(at);
      expect(np.argmin(x.neg()).item()).toBe(at);
      x.set([n - 1], Number.NaN);
      x.set([at + 1], Number.NaN);
      expect(np.argmax(x).item()).toBe(at + 1);
      expect(np.argmin(x).item()).toBe(at + 1);
    }
  });
});

describe('extremes of contiguous elements', () => {
  for (const dtype of ['float32', 'float64'] as DType[]) {
    it(`of ${dtype}, with a NaN wherever it stands`, () => {
      for (const n of [31, 32, 33, 63, 64, 65, 127, 128, 200]) {
        const x = rng.standard_normal([n]).astype(dtype);
        const values = x.tolist() as number[];
        expect(np.max(x).item()).toBe(Math.max(...values));
        expect(np.min(x).item()).toBe(Math.min(...values));
        for (let at = 0; at < n; at++) {
          const y = x.copy().set([at], Number.NaN);
          expect(np.max(y).item(), `${n} elements, NaN at ${at}`).toBeNaN();
          expect(np.min(y).item(), `${n} elements, NaN at ${at}`).toBeNaN();
        }
      }
    });
  }
});

describe('results larger than the caches', () => {
  it('are the same as computed in parts, whole and with one row for all', () => {
    const [m, n] = [3001, 1003];
    const a = rng.standard_normal([m, n]).astype('float32');
    const b = rng.standard_normal([m, n]).astype('float32');
    const row = rng.standard_normal([n]).astype('float32');
    const sum = np.add(a, b);
    const product = np.mul(a, row);
    const less = np.less(a.astype('float64'), 0.25);
    for (const i of [0, 1, 1500, m - 1]) {
      expect(numbers(sum.at(i))).toEqual(numbers(np.add(a.at(i), b.at(i))));
      expect(numbers(product.at(i))).toEqual(numbers(np.mul(a.at(i), row)));
      expect(numbers(less.at(i))).toEqual(numbers(np.less(a.at(i), 0.25)));
    }
    const shifted = np.add(a.reshape(-1).at('3:'), b.reshape(-1).at('1:-2'));
    expect(shifted.at(-1).item()).toBe(np.add(a.at(-1, -1), b.at(-1, -3)).item());
  });
});

describe('positions in a sorted array', () => {
  it('left and right of equal elements, beyond the ends, among NaN, as counted one by one', () => {
    const sorted = [-5, -1, -1, 0, 0, 0, 2, 3, 3, 10, Number.NaN, Number.NaN];
    const precedes = (x: number, v: number) => x < v || (Number.isNaN(v) && !Number.isNaN(x));
    for (let n = 0; n <= sorted.length; n++) {
      const table = sorted.slice(0, n);
      const values = [-9, -5, -2, -1, -0, 0, 1, 2, 3, 4, 10, 11, Number.NaN];
      const left = values.map((v) => table.filter((x) => precedes(x, v)).length);
      const right = values.map((v) => table.filter((x) => !precedes(v, x)).length);
      const s = np.array(table, { dtype: 'float64' });
      expect(numbers(np.searchsorted(s, np.array(values)))).toEqual(left);
      expect(numbers(np.searchsorted(s, np.array(values), 'right'))).toEqual(right);
    }
  });
});

describe('sums of many rows', () => {
  for (const dtype of ['float64', 'float32', 'int32'] as DType[]) {
    it(`of ${dtype} add the rows one after the other, however many there are`, () => {
      const a = rng.standard_normal([2050, 130]).mul(100).astype(dtype);
      let running = np.zeros([130], { dtype: np.sum(a).dtype });
      for (let i = 0; i < 2050; i++) running = np.add(running, a.at(i));
      expect(numbers(np.sum(a, { axis: 0 }))).toEqual(numbers(running));
      expect(numbers(np.max(a, { axis: 0 }))).toEqual(numbers(np.max(a.T.copy(), { axis: 1 })));
    });
  }
});

describe('powers', () => {
  it('are the same to the last bit in every layout', () => {
    const a = rng.random([40, 37]).add(0.2);
    const y = rng.standard_normal([40, 37]).mul(3);
    const whole = np.pow(a, y);
    expect(numbers(np.pow(a.T, y.T).T)).toEqual(numbers(whole));
    expect(numbers(np.pow(a.at(':, ::3'), y.at(':, ::3')))).toEqual(numbers(whole.at(':, ::3')));
    expect(numbers(np.pow(a.at('::-1'), 2.3))).toEqual(numbers(np.pow(a, 2.3).at('::-1')));
    expect(numbers(np.pow(a, y.at(0)).at(3))).toEqual(numbers(np.pow(a.at(3), y.at(0))));
  });
});

describe('every other element', () => {
  for (const dtype of ['float64', 'float32', 'int64', 'uint8', 'int16'] as DType[]) {
    it(`of ${dtype}, copied and converted`, () => {
      const a = rng.integers(0, 100, { size: [9, 131] }).astype(dtype);
      for (const text of ['::2, ::2', '1::2, 1::2', ':, ::2', ':, 128::2']) {
        const part = a.at(text);
        const [first, second] = text
          .split(', ')
          .map((t) => (t.startsWith('128') ? 128 : t.startsWith('1') ? 1 : 0));
        const step = text.startsWith(':,') ? 1 : 2;
        const want: number[] = [];
        for (let i = first; i < 9; i += step)
          for (let j = second; j < 131; j += 2) want.push(Number(a.at(i, j).item()));
        expect(numbers(part.copy())).toEqual(want);
        expect(numbers(part.astype('float32'))).toEqual(want);
      }
    });
  }
});

describe('less common integers beside a number', () => {
  for (const dtype of ['int8', 'int16', 'uint16', 'uint32', 'uint64'] as DType[]) {
    it(`${dtype}: as beside an array of it`, () => {
      const a = rng.integers(1, 100, { size: [3, 33] }).astype(dtype);
      const same = np.full([3, 33], 7, { dtype });
      for (const f of [np.add, np.sub, np.mul, np.floorDivide, np.mod, np.maximum, np.less, np.equal]) {
        expect(numbers(f(a, 7))).toEqual(numbers(f(a, same)));
        expect(numbers(f(7, a))).toEqual(numbers(f(same, a)));
      }
    });
  }
});
