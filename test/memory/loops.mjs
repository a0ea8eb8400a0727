// Runs in a process of its own for memory.test.ts: loops that never yield to the event loop, over one family of
// operations each, on arrays of 1 MB. Prints, as JSON, by how many MB the resident memory grew at most.

import { checkpoint, grad, hvp, jvp, np, valueAndGrad, vmap } from '../../dist/src/index.js';

const N = 1 << 17; // 1 MB of float64
const rng = np.random.default_rng(0);
const a = rng.random([N]);
const b = rng.random([N]).add(0.5);
const A = a.reshape(256, 512);
const B = b.reshape(512, 256);
const S = np
  .eye(256)
  .mul(3)
  .add(rng.random([256, 256]).mul(0.001));
const order = rng.permutation(N);
const mask = a.less(0.5);
const W = rng.standard_normal([512, 256]).mul(0.05);
const tracked = W.copy().requiresGrad();

/** Each step makes results of about 1 MB and forgets them. */
const families = {
  'element-wise': () => a.add(b).mul(2),
  unary: () => np.exp(a),
  comparison: () => np.where(a.less(b), a, b),
  'in place': () => a.copy().iadd(1).imul(b),
  reductions: () => [np.sum(A, 0), np.max(A, 1), np.var(A, 0), np.sum(np.square(A))],
  cumulative: () => np.cumsum(a),
  movement: () => [A.T.reshape(-1), np.flip(a).copy(), A.at(':', '::2').copy()],
  joining: () => [np.concatenate([a, b]), np.tile(a, 2)],
  matmul: () => np.dot(A, B).add(1),
  'reading by index': () => [a.at(order), a.at(mask), A.at([0, 5, 7])],
  'writing by index': () => a.copy().set([mask], 0),
  sorting: () => [np.sort(A, 1), np.argsort(A, 1)],
  casts: () => [a.astype('float32'), a.astype('int64')],
  random: () => rng.standard_normal([N]),
  'linear algebra': () => [np.linalg.inv(S), np.linalg.solve(S, A)],
  views: () => Array.from({ length: 200 }, (_, i) => A.at(i)),
  scalars: () => Array.from({ length: 500 }, (_, i) => np.sum(A.at(i % 256, ':4')).item()),
  'backward on the tape': () => {
    tracked.zeroGrad();
    np.tanh(np.dot(A, tracked)).square().sum().backward();
  },
  valueAndGrad: () => valueAndGrad((w) => np.tanh(np.dot(A, w)).square().sum())(W),
  'second order': () => hvp((w) => np.tanh(np.dot(A, w)).sum(), W, W),
  jvp: () => jvp((w) => np.sin(np.dot(A, w)), [W], [W]),
  vmap: () => vmap(grad((x) => np.sum(np.sin(np.dot(x, W)).square())))(A),
  checkpoint: () => grad((w) => checkpoint((v) => np.sin(np.dot(A, v)))(w).sum())(W),
  'np.scope': () =>
    np.scope(() => {
      const loss = np.tanh(np.dot(A, tracked)).square().sum();
      tracked.zeroGrad();
      loss.backward();
      return loss;
    }),
  'np.detectAnomaly': () => np.detectAnomaly(() => grad((w) => np.exp(w).sum())(W)),
  'errors inside grad': () => {
    try {
      grad((w) => {
        const h = np.tanh(np.dot(A, w));
        throw new Error(`stop ${h.size}`);
      })(W);
    } catch {}
  },
};

const rss = () => process.memoryUsage.rss() / 2 ** 20;
const chosen = process.argv[2];
const steps = Number(process.argv[3] ?? 300);
// These take longer, and make several arrays a step.
const slow = new Set(['linear algebra', 'sorting', 'second order', 'jvp', 'vmap', 'checkpoint', 'np.scope']);
const result = {};
if (chosen === 'backward') {
  // Many backward passes: what stays is measured after a collection.
  const step = () => {
    const loss = np
      .tanh(np.dot(A.at(':32'), tracked))
      .square()
      .sum();
    tracked.zeroGrad();
    loss.backward();
    np.noGrad(() => tracked.isub(tracked.grad.mul(1e-3)));
  };
  const settle = () => {
    // Buffers that one collection finds unused are swept by the next at the latest.
    globalThis.gc();
    globalThis.gc();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return [heapUsed / 2 ** 20, arrayBuffers / 2 ** 20, rss()];
  };
  for (let i = 0; i < 100; i++) step();
  const before = settle();
  for (let i = 0; i < steps; i++) step();
  const after = settle();
  ['heap', 'buffers', 'resident'].forEach((name, i) => {
    result[name] = after[i] - before[i];
  });
} else {
  for (const [name, step] of Object.entries(families)) {
    if (chosen !== undefined && chosen !== 'all' && chosen !== name) continue;
    for (let i = 0; i < 20; i++) step();
    const before = rss();
    let most = 0;
    const times = slow.has(name) ? Math.ceil(steps / 2) : steps;
    for (let i = 0; i < times; i++) {
      step();
      if (i % 20 === 0) most = Math.max(most, rss() - before);
    }
    result[name] = Math.max(most, rss() - before);
  }
}
console.log(JSON.stringify(result));
