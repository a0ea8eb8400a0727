// np.nditer: the order of its walk, its indices, and writing through its elements.
import { describe, expect, it } from 'vitest';
import { np } from '../../src/index.js';

describe('np.nditer', () => {
  it('runs the numerical gradient of the course', () => {
    const x = np.array([
      [1, 2],
      [3, 4],
    ]);
    const f = () => x.square().sum().item();
    const grad = np.zerosLike(x);
    const it = np.nditer(x, { flags: ['multi_index'], op_flags: ['readwrite'] });
    while (!it.finished) {
      const ix = it.multi_index;
      const old = x.at(ix);
      x.set([ix], old.add(1e-4));
      const above = f();
      x.set([ix], old.sub(1e-4));
      const below = f();
      x.set([ix], old);
      grad.set([ix], (above - below) / 2e-4);
      it.iternext();
    }
    expect(np.allclose(grad, x.mul(2))).toBe(true);
    expect(() => it.multi_index).toThrow(/past the end/);
  });

  it('gives elements that can be written to', () => {
    const x = np.arange(4);
    for (const v of np.nditer(x)) v.set(['...'], v.mul(10));
    expect(x.toArray()).toEqual([0, 10, 20, 30]);
  });

  it('walks in the order of memory unless another is asked for', () => {
    const x = np.arange(6).reshape(2, 3);
    const walk = (a: typeof x, order?: 'C' | 'F' | 'K') => Array.from(np.nditer(a, { order }), Number);
    expect(walk(x.T)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(walk(x.T, 'C')).toEqual([0, 3, 1, 4, 2, 5]);
    expect(walk(x, 'F')).toEqual([0, 3, 1, 4, 2, 5]);
  });

  it('counts positions, and walks over several arrays together', () => {
    const it = np.nditer(np.zeros([2, 3]), { flags: ['f_index'] });
    expect(Array.from(it, () => it.index)).toEqual([0, 2, 4, 1, 3, 5]);
    const pairs = Array.from(
      np.nditer([np.arange(3), np.array([[10], [20]])]),
      ([a, b]) => Number(a) + Number(b),
    );
    expect(pairs).toEqual([10, 11, 12, 20, 21, 22]);
  });

  it('says what is wrong', () => {
    expect(() => np.nditer(np.zeros(2), { flags: ['multiindex'] })).toThrow(
      /the flag 'multiindex' is not one of/,
    );
    expect(() => np.nditer(np.zeros(2)).multi_index).toThrow(/flags: \['multi_index'\]/);
    expect(() => np.nditer(np.zeros([0]))).toThrow(/zerosize_ok/);
  });
});

describe('an array of one number', () => {
  it('may stand for a length, such as np.prod(shape)', () => {
    const size = np.prod([2, 3]);
    expect(np.arange(6).reshape(size).shape).toEqual([6]);
    expect(np.arange(12).reshape(size, 2).shape).toEqual([6, 2]);
    expect(np.arange(12).reshape(2, size).shape).toEqual([2, 6]);
    expect(np.reshape(np.arange(12), [2, size]).shape).toEqual([2, 6]);
    expect(np.arange(12).reshape(2, size, { order: 'F' }).at(1, 0).item()).toBe(1);
    expect(np.zeros([size, 2]).shape).toEqual([6, 2]);
    expect(np.linspace(0, 1, size).shape).toEqual([6]);
    expect(np.linspace(0, 1, { num: size }).shape).toEqual([6]);
    expect(() => np.zeros(4).reshape(np.array(2.5), 2)).toThrow(/reshape/);
  });
});
