// What an array is: layout, elements in and out, conversion to JavaScript values. What it can do is tested in ops/.

import { describe, expect, it } from 'vitest';
import { NDArray, np } from '../../src/index.js';

describe('layout', () => {
  const X = np.arange(24).reshape(2, 3, 4);

  it('strides are bytes, as in NumPy, also of views', () => {
    expect(X.strides).toEqual([96, 32, 8]);
    expect(X.T.strides).toEqual([8, 32, 96]);
    expect(X.at('::-1, :, ::2').strides).toEqual([-96, 32, 16]);
    expect(np.broadcastTo(np.zeros(3), [2, 3]).strides).toEqual([0, 8]);
    expect(np.zeros([2, 3], 'uint8').strides).toEqual([3, 1]);
  });

  it('ndim, size, itemsize, nbytes', () => {
    expect([X.ndim, X.size, X.itemsize, X.nbytes]).toEqual([3, 24, 8, 192]);
    expect([np.zeros([0, 5]).size, np.array(3).ndim, np.ones(3, 'float32').nbytes]).toEqual([0, 0, 12]);
  });

  it('a view knows its base, a copy has none', () => {
    expect(X.T.base).toBe(X.base ?? X);
    expect(X.at(0).at(1).base).toBe(X.base ?? X);
    expect(X.copy().base).toBe(null);
  });
});

describe('elements out', () => {
  it('item: of one element, by flat index, by full index, negative ones from the end', () => {
    const a = np.arange(6).reshape(2, 3).T;
    expect([a.item(1), a.item(-1), a.item(2, 1), a.item(-1, 0)]).toEqual([3, 5, 5, 2]);
    expect(np.array([[7]]).item()).toBe(7);
    expect(np.array(true).item()).toBe(true);
    expect(() => a.item()).toThrow(
      /^item: can only convert an array of size 1 to a number; this one has shape \(3, 2\)/,
    );
    expect(() => a.item(6)).toThrow('item: index 6 is out of bounds for size 6.');
    expect(() => a.item(0, 2)).toThrow('item: index 2 is out of bounds for axis 1 with size 2.');
    expect(() => a.item(0, 0, 0)).toThrow('item: 3 indices for an array with 2 dimensions, shape (3, 2).');
  });

  it('int64 elements are numbers while they are safe, bigints beyond', () => {
    expect(np.array([2n ** 53n - 1n, 2n ** 53n, -(2n ** 63n)]).toArray()).toEqual([
      2 ** 53 - 1,
      2n ** 53n,
      -(2n ** 63n),
    ]);
  });

  it('data is a copy in C order in the typed array of the dtype', () => {
    const a = np.array([
      [1, 2],
      [3, 4],
    ]);
    const { data } = a.T;
    expect(data).toEqual(new Float64Array([1, 3, 2, 4]));
    data[0] = 99;
    expect(a.item(0, 0)).toBe(1);
    expect(np.array([true, false]).data).toEqual(new Uint8Array([1, 0]));
    expect(np.array([1n]).data).toEqual(new BigInt64Array([1n]));
    expect(np.zeros([0, 3]).data).toEqual(new Float64Array(0));
  });

  it('toArray nests, of a 0-d array is its element; JSON is the same', () => {
    expect(np.arange(4).reshape(2, 2).toArray()).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(np.zeros([2, 0]).toArray()).toEqual([[], []]);
    expect(np.array(2.5).toArray()).toBe(2.5);
    expect(JSON.stringify({ W: np.eye(2) })).toBe('{"W":[[1,0],[0,1]]}');
  });

  it('iterates over the first axis, giving views', () => {
    const a = np.zeros([2, 2]);
    for (const row of a) row.iadd(1);
    expect(a.toArray()).toEqual([
      [1, 1],
      [1, 1],
    ]);
    const [x, y] = np.array([3, 4]);
    expect(Number(x) + Number(y)).toBe(7);
    expect(() => [...np.array(1)]).toThrow(/^iteration over a 0-d array/);
  });
});

describe('as a JavaScript value', () => {
  it('an array of one element is a number in arithmetic and text in templates', () => {
    const loss = np.mean([1, 2]);
    expect((loss as unknown as number) + 1).toBe(2.5);
    expect(`loss ${loss}`).toBe('loss 1.5');
    expect(Math.max(loss as unknown as number, 1)).toBe(1.5);
  });

  it('a longer one is not: the error names the way out', () => {
    expect(() => (np.arange(3) as unknown as number) * 2).toThrow(
      'only arrays of one element can be converted to a number; this one has shape (3,). In plain TypeScript use methods, a.add(b)',
    );
    expect(`${np.arange(3)}`).toBe('[0 1 2]');
  });

  it('arrays are instances of NDArray', () => {
    expect(np.zeros(1)).toBeInstanceOf(NDArray);
  });
});

describe('detach', () => {
  it('shares memory and leaves the tape', () => {
    const w = np.ones(2).requiresGrad();
    const d = w.mul(2).detach();
    expect(d.tracked).toBe(false);
    w.detach().set([0], 5);
    expect(w.item(0)).toBe(5);
  });
});

describe('the number of an array of one element as text', () => {
  it('is written as a number of JavaScript is', () => {
    expect(np.mean(np.array([0.25, 0.5])).toFixed(3)).toBe('0.375');
    expect(np.array([[1 / 3]]).toPrecision(4)).toBe('0.3333');
    expect(np.array(2.5e-7, { dtype: 'float32' }).toExponential(1)).toBe('2.5e-7');
    expect(np.array(7n).toFixed(1)).toBe('7.0');
    expect(np.array(0.5).toPrecision()).toBe('0.5');
  });

  it('is refused for more elements and complex numbers, with the way out', () => {
    expect(() => np.zeros([2, 3]).toFixed(2)).toThrow(
      'toFixed: only an array of one real number can be written so; this array has shape (2, 3). Take an element with a.item(i), or round the array with np.round(a, digits).',
    );
    expect(() => np.array(np.complex(1, 2)).toPrecision(2)).toThrow('this array is complex128');
  });
});
