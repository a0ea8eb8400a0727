// Memory: what is forgotten comes back without waiting for the event loop, released blocks are reused, and blocks that
// somebody can see never are.

import { afterEach, describe, expect, it } from 'vitest';
import { allocate, poolUsage, release, scoped, setPoison, setPoolLimit } from '../../src/core/storage.js';
import { np } from '../../src/index.js';

const LIMIT = poolUsage().limit;
afterEach(() => {
  setPoison(false);
  setPoolLimit(LIMIT);
});

describe('memory', () => {
  it('3,000 additions of 1 MB arrays in one synchronous loop stay under 400 MB', () => {
    const a = np.ones(131_072);
    let top = 0;
    for (let i = 0; i < 3000; i++) {
      a.add(i);
      if (i % 100 === 0) top = Math.max(top, process.memoryUsage().rss);
    }
    expect(top / 2 ** 20).toBeLessThan(400);
  });

  it('a released block is handed out again, once', () => {
    const block = allocate(100_000);
    release(block);
    release(block);
    expect(allocate(100_000)).toBe(block);
    expect(allocate(100_000)).not.toBe(block);
  });

  it('the pool keeps at most its limit', () => {
    setPoolLimit(1_000_000);
    const blocks = Array.from({ length: 20 }, () => allocate(100_000));
    for (const b of blocks) release(b);
    expect(poolUsage().pooled).toBeLessThanOrEqual(1_000_000);
    expect(poolUsage().pooled).toBeGreaterThan(500_000);
  });

  it('a scope gives its temporaries back and keeps its results', () => {
    setPoolLimit(LIMIT);
    setPoison(true);
    const a = np.ones(10_000);
    const out = scoped(() => a.add(1).mul(3).sub(2));
    expect(poolUsage().pooled).toBeGreaterThanOrEqual(2 * 80_000);
    for (let i = 0; i < 5; i++) np.zeros(10_000).add(7);
    expect(out.item(0)).toBe(4);
    expect(np.all(out.equal(4)).item()).toBe(true);
    expect(a.item(9_999)).toBe(1);
  });

  it('a scope that zeroes new blocks every time does not grow the pool', () => {
    for (let i = 0; i < 2000; i++) np.scope(() => np.zeros([100, 100]).add(1));
    expect(poolUsage().pooled).toBeLessThan(8 * 2 ** 20);
  });

  it('a full pool makes room for blocks of another size', () => {
    setPoolLimit(2 ** 20);
    for (let i = 0; i < 300; i++)
      np.scope(
        () =>
          [
            np.ones(600).add(1).sum(),
            np
              .ones(2000 + 500 * i)
              .add(1)
              .sum(),
          ].length,
      );
    expect(poolUsage().pooled).toBeLessThanOrEqual(2 ** 20);
    setPoolLimit(256 * 2 ** 20);
  });

  it('with poison on, gradients and statistics stay right: nothing reads a released block', () => {
    setPoison(true);
    const X = new np.random.RandomState(0).randn(400, 30);
    const W = np.ones([30, 5]).requiresGrad();
    for (let i = 0; i < 3; i++) {
      W.grad = null;
      const loss = np.mean(np.square(np.tanh(np.dot(X, W)))).add(np.var(W));
      loss.backward();
      expect(np.all(np.isfinite(W.grad!)).item()).toBe(true);
      np.noGrad(() => W.isub(W.grad!.mul(0.1)));
    }
    expect(np.isnan(np.var(X)).item()).toBe(false);
    expect(np.allclose(X, X.copy())).toBe(true);
    expect(np.allclose(np.std(X, 0), np.sqrt(np.mean(np.square(X.sub(np.mean(X, 0))), 0)))).toBe(true);
  });
});
