// Reading and writing by index against NumPy, over random expressions of whole numbers, slices, ellipsis, new axes,
// index arrays, lists and masks, on contiguous and strided arrays. Fixtures: test/fixtures/numpy_indexing.py. Below
// them, the claims that examples say better.

import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type ArrayLike, type NDArray, np, vmap } from '../../src/index.js';
import { get, set, update } from '../../src/ops/index.js';
import { decode, expectSame, readCases } from '../fixtures/cases.js';

interface IndexCase {
  op: 'get' | 'set' | 'add' | 'mul';
  s: number[];
  /** Leads from the base array to the view that is indexed. */
  p?: string;
  i: unknown[];
  v?: unknown;
  view?: boolean;
  r?: unknown;
  e?: string;
}

const show = (items: unknown[]): string =>
  items
    .map((x) => {
      if (typeof x === 'object' && x !== null && '$a' in x) {
        const a = x as { $a: string; s: number[]; d: unknown[] };
        return `${a.$a}(${a.s})[${a.d}]`;
      }
      return JSON.stringify(x);
    })
    .join(', ');

function viewOf(base: NDArray, path: string | undefined): NDArray {
  return path === undefined ? base : path === 'T' ? base.T : base.at(path);
}

describe('indexing as in NumPy', () => {
  readCases<IndexCase>('numpy_indexing').forEach((c, i) => {
    it(`${i}: ${c.op} (${c.s})${c.p ? `[${c.p}]` : ''}[${show(c.i)}]${c.v === undefined ? '' : ` ${show([c.v])}`}`, () => {
      const base = np.arange(c.s.reduce((p, q) => p * q, 1)).reshape(c.s);
      const a = viewOf(base, c.p);
      const items = c.i.map(decode);
      const value = c.v === undefined ? undefined : (decode(c.v) as ArrayLike);
      const run = (): NDArray => {
        if (c.op === 'get') return get(a, items);
        if (c.op === 'set') set(a, items, value!);
        else update(a, items, c.op, value!);
        return base;
      };
      if (c.e !== undefined) {
        const before = base.data;
        expect(run).toThrow(/^(at|set|add|mul): /);
        expect(base.data, 'a refused write changes nothing').toEqual(before);
        return;
      }
      const got = run();
      expectSame(got, c.r);
      if (c.view !== undefined && got.ndim > 0 && got.size > 0) {
        // A view shows a later write to the base; a copy does not.
        base.isub(1000);
        const changed = Number(get(got, new Array<number>(got.ndim).fill(0)).item()) < 0;
        expect(changed, c.view ? 'a view' : 'a copy').toBe(c.view);
      }
    });
  });
});

describe('indexing, by example', () => {
  const X = () => np.arange(12).reshape(3, 4);

  it('writes through a view: X[":", 0] = 1 changes X', () => {
    const x = X();
    const column = x.at(':', 0);
    column.set(['...'], 1);
    expect(x.at(':', 0).toArray()).toEqual([1, 1, 1]);
  });

  it('an in-place operation on an advanced index writes back: X.at(rows, columns).isub(1)', () => {
    const x = X();
    x.at([0, 1, 2], [3, 2, 1]).isub(100);
    expect([x.item(0, 3), x.item(1, 2), x.item(2, 1)]).toEqual([-97, -94, -91]);
    expect(x.item(0, 0)).toBe(0);
  });

  it('repeated positions count once in an update, and every time in addAt', () => {
    const x = np.zeros(3);
    x.at([0, 0, 2]).iadd(1);
    expect(x.toArray()).toEqual([1, 0, 1]);
    np.addAt(x, [[0, 0, 2]], 1);
    expect(x.toArray()).toEqual([3, 0, 2]);
  });

  it('a mask sets all chosen elements: hidden[hidden <= 0] = 0', () => {
    const h = np.array([
      [-1, 2],
      [3, -4],
    ]);
    h.set([h.lessEqual(0)], 0);
    expect(h.toArray()).toEqual([
      [0, 2],
      [3, 0],
    ]);
  });

  it('writes converted to the dtype of the array: floats truncate in int64, wrap in uint8', () => {
    const i = np.array([1n, 2n, 3n]);
    i.set([0], 7.9);
    i.set(['1:'], np.array([-1.5, 9.99]));
    expect(i.toArray()).toEqual([7, -1, 9]);
    const u = np.zeros(2, 'uint8');
    u.set([':'], np.array([300n, 255n]));
    expect(u.toArray()).toEqual([44, 255]);
  });

  it('refuses NaN in an integer array', () => {
    expect(() => np.zeros(2, 'int64').set([0], Number.NaN)).toThrow(/^set: cannot convert NaN to int64/);
  });

  it('assignment to overlapping parts reads before it writes', () => {
    const x = np.arange(6);
    x.set(['1:'], x.at(':-1'));
    expect(x.toArray()).toEqual([0, 0, 1, 2, 3, 4]);
    const y = np.arange(6);
    y.set(['::-1'], y);
    expect(y.toArray()).toEqual([5, 4, 3, 2, 1, 0]);
    const z = np.arange(5);
    z.at('1:').iadd(z.at(':-1'));
    expect(z.toArray()).toEqual([0, 1, 3, 5, 7]);
    const t = np.arange(9).reshape(3, 3);
    t.iadd(t.T);
    expect(t.toArray()).toEqual([
      [0, 4, 8],
      [4, 8, 12],
      [8, 12, 16],
    ]);
  });

  it('in-place operations are seen by every view and keep dtype and identity', () => {
    const x = np.arange(4, { dtype: 'float64' });
    const [alias, half] = [x, x.at('::2')];
    expect(x.imul(2)).toBe(x);
    expect(alias.toArray()).toEqual([0, 2, 4, 6]);
    expect(half.toArray()).toEqual([0, 4]);
    half.idiv(4);
    expect(x.toArray()).toEqual([0, 2, 1, 6]);
  });

  it('in-place operations keep to same_kind casting and to the shape', () => {
    expect(() => np.arange(3).idiv(2)).toThrow(/cannot cast .* from float64 to int64 .*same_kind/);
    expect(() => np.arange(3).iadd(0.5)).toThrow(/same_kind/);
    expect(() => np.zeros(3).iadd(np.zeros([2, 3]))).toThrow(/non-broadcastable output/);
    expect(np.zeros(2, 'float32').iadd(np.ones(2)).dtype).toBe('float32');
  });

  it.each([
    [() => X().at(3), 'at: index 3 is out of bounds for axis 0 with size 3.'],
    [() => X().at(':', -5), 'at: index -5 is out of bounds for axis 1 with size 4.'],
    [
      () => X().at(0, 0, 0),
      'at: too many indices for array: array is 2-dimensional, shape (3, 4), but 3 were indexed.',
    ],
    [() => X().at('0:2:0'), "at: slice step cannot be zero, in '0:2:0'."],
    [() => X().at('a:b'), "at: 'a:b' is not an index; slices look like ':', '1:3', '::-1', '...'."],
    [() => X().at(1.5), /^at: 1.5 is not an index; only whole numbers, slices/],
    [
      () => X().at([0.5]),
      /^at: arrays used as indices must be of integer or boolean type; element 0 .* is 0.5/,
    ],
    [() => X().at([0, 7]), /^at: index 7 is out of bounds for axis 0 with size 3/],
    [
      () => X().at([0, 1], [0, 1, 2]),
      /^at: shape mismatch: indexing arrays could not be broadcast together with shapes \(2,\) \(3,\)/,
    ],
    [
      () => X().at([true, false]),
      /^at: boolean index did not match indexed array along axis 0; the axis has length 3, the mask 2/,
    ],
    [() => X().set([0], [1, 2]), 'set: could not broadcast input array from shape (2,) into shape (4,).'],
    [() => X().at('...', '...'), /^at: an index can only have a single ellipsis/],
  ])('says what is wrong: %s', (f, message) => {
    expect(f).toThrow(message);
  });
});

describe('a whole number for every axis', () => {
  it('gives the element on its own, as a NumPy scalar', () => {
    for (const dtype of ['float64', 'float32', 'int64', 'int16', 'uint8', 'bool', 'complex128'] as const) {
      const a = np.array([1, 0, 1]).astype(dtype);
      const old = a.at(0);
      a.set([0], 0);
      expect([old.dtype, old.shape, Number(np.real(old).item())]).toEqual([dtype, [], 1]);
      expect(Number(np.real(a.at(0)).item())).toBe(0);
    }
  });

  it('lets elements change places and gradients be taken numerically', () => {
    const a = np.array([1, 2, 3]);
    const first = get(a, [0]);
    set(a, [0], get(a, [2]));
    set(a, [2], first);
    expect(a.tolist()).toEqual([3, 2, 1]);
    for (const i of np.ndindex(a.shape)) {
      const old = get(a, [i]);
      set(a, [i], np.add(old, 0.25));
      set(a, [i], np.subtract(old, 0.25));
      set(a, [i], old);
    }
    expect(a.tolist()).toEqual([3, 2, 1]);
  });

  it('is still written through by methods that write in place, and by compound assignments', () => {
    const a = np.array([
      [1, 2],
      [3, 4],
    ]);
    a.at(0, 1).iadd(10);
    update(a, [1, 0], 'mul', 5);
    expect(a.tolist()).toEqual([
      [1, 12],
      [15, 4],
    ]);
  });

  it('carries its gradient to the array', () => {
    const a = np.array([2, 3]).requiresGrad();
    const y = a.at(0).mul(a.at(1)).mul(a.at(1));
    y.backward();
    expect(a.grad?.tolist()).toEqual([9, 12]);
  });
});

describe('tuples', () => {
  const X = () => np.arange(12).reshape(3, 4);
  it('are one entry for each axis', () => {
    const x = X();
    expect(get(x, [np.nonzero(np.greater(x, 8))]).tolist()).toEqual([9, 10, 11]);
    expect(get(x, [np.where(np.greater(x, 8))]).tolist()).toEqual([9, 10, 11]);
    expect(get(x, [np.ix_([0, 2], [1, 3])]).tolist()).toEqual([
      [1, 3],
      [9, 11],
    ]);
    expect(get(x, [np.unravel_index(7, x.shape)]).item()).toBe(7);
    expect(x.at(np.unravel_index(np.argmax(x), x.shape)).item()).toBe(11);
    expect(get(x, [np.triu_indices(3)]).tolist()).toEqual([0, 1, 2, 5, 6, 10]);
    for (const [index, value] of np.ndenumerate(x)) expect(get(x, [index]).item()).toBe(value);
  });

  it('are written and updated through', () => {
    const x = np.zeros([3, 3]);
    set(x, [np.diag_indices(3)], 7);
    update(x, [np.tril_indices(3, -1)], 'add', 1);
    x.set(np.triu_indices_from(x, 1), 2);
    expect(x.tolist()).toEqual([
      [7, 2, 2],
      [1, 7, 2],
      [1, 1, 7],
    ]);
  });

  it('print as lists, and what is made from one is a list: one index array', () => {
    const index = [...np.ndindex(2, 2)][1];
    expect(inspect(index)).toBe('[ 0, 1 ]');
    expect(get(X(), [[...index]]).shape).toEqual([2, 4]);
    expect(get(X(), [index.map((i) => i)]).shape).toEqual([2, 4]);
    expect(get(X(), [index]).shape).toEqual([]);
  });

  it('of other functions hold inside vmap', () => {
    const x = np.arange(24).reshape(2, 3, 4);
    const top = vmap((m: NDArray) => m.at(np.unravel_index(np.argmax(m), [3, 4])))(x);
    expect(top.tolist()).toEqual([11, 23]);
  });
});

describe('one element by whole numbers', () => {
  const dtypes = ['float64', 'float32', 'int64', 'int32', 'uint8', 'bool', 'complex128'] as const;
  const values: ArrayLike[] = [0, 1, -3, 2.5, 300, 2 ** 40, true, 7n, np.array(1.5), np.array([[4]])];

  // A string among the entries is parsed, whole numbers alone are not.
  it.each(dtypes)('%s: is read and written as by an index that is parsed', (dtype) => {
    for (const view of ['', '::-1', ':, ::2']) {
      const base = np.arange(24).reshape(4, 6).astype(dtype);
      const [x, y] = [base.copy(), base.copy()].map((a) => (view === '' ? a : a.at(view)));
      for (const [i, j] of [
        [0, 0],
        [-1, 2],
        [3, -3],
      ]) {
        expect(x.at(i, j).tolist()).toEqual(x.at(i, `${j}`).tolist());
        for (const value of values) {
          const attempt = (a: NDArray, index: (number | string)[]): unknown => {
            try {
              return a.set(index, value).tolist();
            } catch (error) {
              return (error as Error).message;
            }
          };
          expect(attempt(x, [i, j])).toEqual(attempt(y, [i, `${j}`]));
        }
      }
    }
  });

  it('says what is wrong with an index as ever', () => {
    const x = np.zeros([2, 3]);
    expect(() => x.at(2, 0)).toThrow('at: index 2 is out of bounds for axis 0 with size 2.');
    expect(() => x.set([0, -4], 1)).toThrow('set: index -4 is out of bounds for axis 1 with size 3.');
    expect(() => x.at(0.5, 0)).toThrow('at: 0.5 is not an index');
    expect(() => x.at(0, 0, 0)).toThrow('too many indices');
  });

  it('is a copy that an in-place operation writes back', () => {
    const x = np.array([1, 2, 3]);
    const old = x.at(1);
    x.set([1], 5);
    expect(old.item()).toBe(2);
    x.at(1).iadd(10);
    expect(x.tolist()).toEqual([1, 15, 3]);
  });
});
