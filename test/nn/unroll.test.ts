// nn.unroll: the five wirings of inputs and outputs along time.

import { describe, expect, it } from 'vitest';
import { gradCheck, type NDArray, nn, np } from '../../src/index.js';

// A step whose output tells what it has read: state and output are 10 times the state before plus the input.
const digits = (x: NDArray, before: NDArray | null): [NDArray, NDArray] => {
  const next = before === null ? x : before.mul(10).add(x);
  return [next, next];
};
const xs = [1, 2, 3].map((v) => np.array([v]));
const feed = (): NDArray => np.array([7]);
const read = (...args: Parameters<typeof nn.unroll<NDArray>>): unknown =>
  nn
    .unroll(...args)[0]
    .ravel()
    .tolist();

describe('unroll', () => {
  it('one to one, one to many, many to one, many to many', () => {
    expect(read(digits, xs.slice(0, 1))).toEqual([1]);
    expect(read(digits, xs.slice(0, 1), { steps: 3, feed })).toEqual([1, 17, 177]);
    expect(read(digits, xs, { from: 2 })).toEqual([123]);
    expect(read(digits, xs, { steps: 5, from: 2, feed })).toEqual([123, 1237, 12377]);
    expect(read(digits, xs)).toEqual([1, 12, 123]);
  });
  it('reads zeros after the inputs without `feed`, and outputs with it', () => {
    expect(read(digits, xs, { steps: 4 })).toEqual([1, 12, 123, 1230]);
    expect(read(digits, xs.slice(0, 1), { steps: 3, feed: (y) => y })).toEqual([1, 11, 121]);
  });
  it('goes on from a state, and gives the last one', () => {
    const [outputs, state] = nn.unroll(digits, xs, { state: np.array([4]) });
    expect(outputs.shape).toEqual([3, 1]);
    expect(state.tolist()).toEqual([4123]);
  });
  it('is the layer of the same weights', () => {
    const [net, cell] = [new nn.GRU(2, 3, { dtype: 'float64' }), new nn.GRUCell(2, 3, { dtype: 'float64' })];
    cell.loadStateDict(
      Object.fromEntries(Object.entries(net.stateDict()).map(([k, v]) => [k.replace('_l0', ''), v])),
    );
    const x = np.random.randn(5, 4, 2);
    const [outputs] = nn.unroll<NDArray>((a, h) => {
      const next = cell(a, h);
      return [next, next];
    }, x);
    np.testing.assertAllclose(outputs.detach(), net(x)[0].detach(), { rtol: 1e-12 });
  });
  it('gradients of shared weights are sums over time', () => {
    const f = (w: NDArray): NDArray => {
      const step = (x: NDArray, h: NDArray | null): [NDArray, NDArray] => {
        const next = np.tanh(np.dot(h ?? np.zeros([1, 2]), w).add(x));
        return [next, next];
      };
      return nn.unroll(step, np.ones([4, 1, 2]))[0];
    };
    expect(gradCheck(f, [np.random.randn(2, 2)]).passed).toBe(true);
  });
  it('says what is missing', () => {
    expect(() => nn.unroll(digits, [])).toThrow(/unroll: there is no input/);
    expect(() => nn.unroll(digits, xs, { steps: 2 })).toThrow(/at least 3, the number of inputs, not 2/);
    expect(() => nn.unroll(digits, xs, { from: 3 })).toThrow(/from must be one of the steps 0 to 2, not 3/);
  });
});
