// The idioms of the CS231n course notes, one claim each, as the notes' NumPy would read in plain TypeScript.

import { describe, expect, it } from 'vitest';
import { np } from '../../src/index.js';

const within = (a: number, b: number, rtol: number): void =>
  expect(Math.abs(a - b)).toBeLessThanOrEqual(rtol * Math.abs(b));

describe("the course's idioms", () => {
  it('np.array in place: f -= np.max(f) gives [-666, -333, 0] and stays int64', () => {
    const f = np.array([123, 456, 789], 'int64');
    f.isub(np.max(f));
    expect([f.dtype, f.toArray()]).toEqual(['int64', [-666, -333, 0]]);
    expect(np.exp(789).item()).toBe(Number.POSITIVE_INFINITY);
    within(Number(np.max(np.exp(f).div(np.sum(np.exp(f)))).item()), 1, 1e-15);
  });

  it('builds the spiral: X[ix] = np.c_[...], y[ix] = j with y uint8', () => {
    const X = np.zeros([6, 2]);
    const y = np.zeros(6, 'uint8');
    for (let j = 0; j < 3; j++) {
      const ix = np.arange(2 * j, 2 * (j + 1));
      const r = np.linspace(0, 1, 2);
      X.set([ix], np.c_(r.mul(np.sin(r)), r.mul(np.cos(r))));
      y.set([ix], j);
    }
    expect([y.dtype, y.toArray()]).toEqual(['uint8', [0, 0, 1, 1, 2, 2]]);
    const last = X.at(5).toArray() as number[];
    within(last[0], Math.sin(1), 3e-16);
    within(last[1], Math.cos(1), 3e-16);
    expect(() => X.set([np.arange(2)], np.zeros([3, 2]))).toThrow(
      'set: could not broadcast input array from shape (3, 2) into shape (2, 2).',
    );
  });

  it('softmax with keepdims, correct log probabilities by pairs, dscores[range(N), y] -= 1', () => {
    const scores = np.array([
      [1, 2, 3],
      [1, 1, 1],
    ]);
    const y = np.array([2, 0], 'uint8');
    const e = np.exp(scores);
    const probs = e.div(np.sum(e, { axis: 1, keepdims: true }));
    const correct = probs.at(np.arange(2), y);
    expect(correct.shape).toEqual([2]);
    within(correct.item(1), 1 / 3, 1e-15);
    const dscores = probs.copy();
    dscores.at(np.arange(2), y).isub(1);
    dscores.idiv(2);
    within(dscores.item(1, 0), (1 / 3 - 1) / 2, 1e-15);
    expect(dscores.item(0, 0)).toBe(probs.item(0, 0) / 2);
  });

  it('ReLU and its mask: dhidden[hidden <= 0] = 0', () => {
    const hidden = np.maximum(0, [
      [-1, 2],
      [0, 3],
    ]);
    expect(hidden.toArray()).toEqual([
      [0, 2],
      [0, 3],
    ]);
    const dhidden = np.ones([2, 2]);
    dhidden.set([hidden.lessEqual(0)], 0);
    expect(dhidden.toArray()).toEqual([
      [0, 1],
      [0, 1],
    ]);
  });

  it('accuracy is the mean of booleans', () => {
    const predicted = np.argmax(
      [
        [0, 3],
        [2, 1],
        [5, 5],
      ],
      { axis: 1 },
    );
    expect(predicted.dtype).toBe('int64');
    expect(np.mean(predicted.equal([1, 0, 1])).item()).toBe(2 / 3);
  });

  it('the mean of ten million equal numbers is that number', () => {
    within(np.mean(np.full(1e7, 0.1)).item(), 0.1, 1e-12);
  });

  it('images become rows without a copy: 50000x32x32x3 to 50000x3072', () => {
    const images = np.zeros([5000, 32, 32, 3], 'uint8');
    const rows = images.reshape(images.shape[0], 32 * 32 * 3);
    rows.set([0, 5], 7);
    expect(images.item(0, 0, 1, 2)).toBe(7);
  });

  it('nearest neighbour: L1 distances and the first of equal minima', () => {
    const Xtr = np.array([
      [1, 2],
      [4, 4],
      [1, 2],
    ]);
    const distances = np.sum(np.abs(Xtr.sub(Xtr.at(0))), { axis: 1 });
    expect([distances.toArray(), np.argmin(distances).item()]).toEqual([[0, 5, 0], 0]);
  });

  it('preprocessing: X -= mean, X /= std, by column, in place', () => {
    const X = np.array([
      [1, 10],
      [3, 30],
      [5, 80],
    ]);
    X.isub(np.mean(X, 0));
    X.idiv(np.std(X, 0));
    expect(np.allclose(np.mean(X, 0), 0, { atol: 1e-15 })).toBe(true);
    expect(np.allclose(np.std(X, 0), 1)).toBe(true);
  });

  it('slices of volumes are views and drop axes: V[:,:,0], X[:5,:5,:], transposed rows U.T[:2]', () => {
    const V = np.arange(24).reshape(2, 3, 4);
    expect(V.at(':', ':', 0).shape).toEqual([2, 3]);
    expect(V.at(1, 2, ':').toArray()).toEqual([20, 21, 22, 23]);
    expect(V.at(':1, 1:').shape).toEqual([1, 2, 4]);
    V.T.at(':2').set(['...'], 0);
    expect(V.at(0, 0).toArray()).toEqual([0, 0, 2, 3]);
  });

  it('updates: W += -step * dW is seen by every name of W', () => {
    const W = np.ones([2, 2]);
    const same = W;
    W.iadd(np.full([2, 2], 2).mul(-0.5));
    expect(same.toArray()).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  it('dropout masks: (rand(*shape) < p) / p multiplies in place', () => {
    const H = np.ones([3, 4]);
    np.random.seed(0);
    const U = np.random
      .rand(...H.shape)
      .less(0.5)
      .div(0.5);
    expect(U.dtype).toBe('float64');
    H.imul(U);
    expect(new Set(H.ravel().toArray() as number[])).toEqual(new Set([0, 2]));
  });

  it('the shape error of the notes: scores = np.dot(X, W) with W transposed', () => {
    expect(() => np.dot(np.zeros([300, 2]), np.zeros([3, 2]))).toThrow(
      'dot: shapes (300, 2) and (3, 2) do not align: 2 (dim 1) != 3 (dim 0). Did you mean np.dot(X, W.T)?',
    );
  });

  it('uint8 arithmetic wraps, so distances of images want a signed type', () => {
    const [a, b] = [np.array([10], 'uint8'), np.array([20], 'uint8')];
    expect(a.sub(b).item()).toBe(246);
    expect(np.abs(a.astype('int32').sub(b.astype('int32'))).item()).toBe(10);
  });
});
