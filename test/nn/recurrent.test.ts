// Recurrent nets and attention against PyTorch (test/fixtures/torch_rnn.py), and the course's "hello".

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type DType, data, gradCheck, NDArray, nn, np, optim, vmap } from '../../src/index.js';
import { type Digest, expectDigest, weighted } from './digest.js';

interface RnnCase {
  kind: string;
  args: number[];
  options: object;
  seed: number;
  inputs: number[][];
  dtype: DType;
  names: Record<string, number[]>;
  outs: Digest[];
  xgrads: Digest[];
  grads: Record<string, Digest>;
}
const cases = JSON.parse(
  readFileSync(new URL('../fixtures/torch_rnn.json', import.meta.url), 'utf8'),
) as RnnCase[];

const classes = nn as any;
const flat = (out: unknown): NDArray[] => (out instanceof NDArray ? [out] : (out as unknown[]).flatMap(flat));

describe('recurrent nets and attention are PyTorch’s, with all gradients', () => {
  it.each(
    cases.map(
      (c) =>
        [
          `${c.kind}(${c.args}) ${JSON.stringify(c.options)} ${c.dtype} of ${c.inputs.map((s) => `[${s}]`)}`,
          c,
        ] as const,
    ),
  )('%s', (_, c) => {
    const random = new np.random.RandomState(c.seed);
    const net = new classes[c.kind](...c.args, { ...c.options, dtype: c.dtype }) as nn.AnyModule;
    const state = Object.fromEntries(
      Object.entries(c.names).map(([name, shape]) => [name, (random.randn(...shape) as NDArray).mul(0.5)]),
    );
    expect(net.namedParameters().map(([name]) => name)).toEqual(Object.keys(c.names));
    net.loadStateDict(state);
    const xs = c.inputs.map((s) => (random.randn(...s) as NDArray).astype(c.dtype).requiresGrad());
    const [x, ...rest] = xs;
    const out = c.kind === 'MultiheadAttention' ? net(...xs) : net(x, rest.length > 1 ? rest : rest[0]);
    const outs = flat(out);
    const rtol = c.dtype === 'float64' ? 1e-12 : 1e-5;
    outs.forEach((o, i) => {
      expect(o.dtype).toBe(c.dtype);
      expectDigest(o, c.outs[i], rtol);
    });
    outs
      .map(weighted)
      .reduce((a, b) => np.add(a, b))
      .backward();
    xs.forEach((input, i) => {
      expectDigest(input.grad!, c.xgrads[i], rtol);
    });
    for (const [name, p] of net.namedParameters()) expectDigest(p.grad!, c.grads[name], rtol);
  });
  it('second derivatives exist', () => {
    const net = new nn.LSTM(2, 3, { dtype: 'float64' });
    const report = gradCheck((x) => weighted(net(x)[0]), [np.random.randn(3, 1, 2)], { order: 2 });
    expect(report.passed, String(report)).toBe(true);
  });
  it('forget gate 1 and input gate 0 carry the cell state unchanged for 1000 steps, bit by bit', () => {
    const cell = new nn.LSTMCell(1, 2, { dtype: 'float64', bias: true });
    const zero = Object.fromEntries(Object.entries(cell.stateDict()).map(([k, v]) => [k, np.zerosLike(v)]));
    // Gates i, f, g, o: biases so far out that the logistic function is exactly 0 and 1.
    cell.loadStateDict({ ...zero, bias_ih: np.array([-800, -800, 800, 800, 0, 0, 0, 0]) });
    let state: readonly [NDArray, NDArray] = [np.zeros([1, 2]), np.array([[0.123456789, -7]])];
    for (let t = 0; t < 1000; t++) state = cell(np.ones([1, 1]), state);
    expect(state[1].tolist()).toEqual([[0.123456789, -7]]);
  });
  it('name shapes that do not fit', () => {
    expect(() => new nn.RNN(4, 3)(np.zeros([5, 2, 3]))).toThrow(
      /RNN: expected \(T, N, features\).*4 features, got \(5, 2, 3\)/,
    );
    expect(() => new nn.LSTM(4, 3)(np.zeros([5, 2, 4]), [np.zeros([1, 2, 4]), np.zeros([1, 2, 3])])).toThrow(
      /initial state must be \(1, 2, 3\).*got \(1, 2, 4\)/,
    );
    expect(() => new nn.GRU(4, 3)(np.zeros([0, 2, 4]))).toThrow(/the sequence is empty/);
    expect(() => new nn.MultiheadAttention(10, 3)).toThrow(/10 features cannot be divided into 3 heads/);
  });
});

describe('a layer is one native operation', () => {
  // While somebody looks on, layers run step by step in the library's single operations.
  const stepByStep = <T>(f: () => T): T => np.detectAnomaly(f);
  const shapes: [T: number, N: number, I: number, H: number][] = [
    [1, 1, 1, 1],
    [3, 1, 5, 70],
    [2, 4, 3, 33],
    [4, 5, 3, 32],
    [3, 13, 7, 37],
    [2, 50, 4, 64],
    [6, 25, 2, 3],
  ];
  for (const kind of ['RNN', 'RNN relu', 'LSTM', 'GRU']) {
    for (const dtype of ['float64', 'float32'] as const) {
      it.each(shapes)(
        `${kind} ${dtype}, T %d, N %d, I %d, H %d: as step by step, with all gradients`,
        (T, N, I, H) => {
          const random = np.random.default_rng(T + N);
          for (const given of [true, false]) {
            for (const oneHot of [false, true]) {
              const options = {
                bidirectional: true,
                dtype,
                bias: given,
                oneHot,
                ...(kind === 'RNN relu' ? { nonlinearity: 'relu' } : {}),
              };
              const net = new classes[kind.split(' ')[0]](I, H, options) as nn.AnyModule;
              for (const p of net.parameters())
                np.copyto(p.detach(), random.standard_normal(p.shape).mul(0.3));
              const states = [1, 2].map(() => random.standard_normal([2, N, H]).astype(dtype).requiresGrad());
              const state = !given ? null : kind === 'LSTM' ? states : states[0];
              const x = oneHot
                ? random.integers(0, I, { size: [T, N] })
                : random.standard_normal([T, N, I]).astype(dtype).requiresGrad();
              const leaves = [...net.parameters(), x, ...states];
              const run = (): NDArray[] => {
                for (const p of leaves) p.grad = null;
                const outs = flat(net(x, state));
                const loss = outs.map(weighted).reduce((a, b) => np.add(a, b));
                loss.backward();
                const once = leaves.map((p) => p.grad);
                // A second walk adds the same again.
                loss.backward();
                leaves.forEach((p, i) => {
                  if (once[i] !== null) np.testing.assertAllclose(p.grad!, once[i]!.mul(2), { rtol: 1e-5 });
                });
                return [...outs.map((o) => o.detach()), ...once.filter((g) => g !== null)];
              };
              const [found, wanted] = [run(), stepByStep(run)];
              expect(found.length).toBe(wanted.length);
              const tolerance = dtype === 'float64' ? 1e-12 : 2e-5;
              found.forEach((a, i) => {
                const scale = Number(np.max(np.abs(wanted[i])).item());
                np.testing.assertAllclose(a, wanted[i], { rtol: tolerance, atol: tolerance * scale });
              });
            }
          }
        },
      );
    }
  }
  it('indices with oneHot are one-hot vectors', () => {
    const x = np
      .array([
        [0, 2],
        [3, 3],
        [1, 0],
      ])
      .astype('int64');
    for (const kind of ['RNN', 'LSTM', 'GRU']) {
      for (const batchFirst of [false, true]) {
        const plain = new classes[kind](4, 5, { numLayers: 2, batchFirst }) as nn.AnyModule;
        const fast = new classes[kind](4, 5, { numLayers: 2, batchFirst, oneHot: true }) as nn.AnyModule;
        fast.loadStateDict(plain.stateDict());
        const [a, b] = [flat(plain(data.oneHot(x, 4))), flat(fast(x))];
        a.forEach((o, i) => {
          np.testing.assertAllclose(b[i].detach(), o.detach(), { rtol: 1e-6 });
        });
        const single = flat(fast(x.at(':', 0)));
        expect(single[0].shape).toEqual([3, 5]);
      }
    }
  });
  it('out-of-place weights of any layout, and inputs that are views', () => {
    const net = new nn.GRU(3, 6, { dtype: 'float64' });
    const x = np.random.randn(5, 3, 7).transpose(2, 1, 0).at(':', ':', '::2');
    const [out] = net(x);
    np.testing.assertAllclose(out.detach(), net(x.copy())[0].detach(), { rtol: 0 });
  });
  it('a recorded training step of np.fuse gives the same weights', () => {
    const train = (fused: boolean): NDArray[] => {
      np.random.seed(3);
      const net = new nn.LSTM(3, 8, { dtype: 'float64' });
      const x = np.random.randn(6, 7, 3);
      const step = (input: NDArray): NDArray => {
        for (const p of net.parameters()) p.grad = null;
        const loss = np.sum(np.square(net(input)[0]));
        loss.backward();
        np.noGrad(() => {
          for (const p of net.parameters()) p.isub(p.grad!.mul(0.01));
        });
        return loss;
      };
      const run = fused ? np.fuse(step) : step;
      for (let i = 0; i < 5; i++) run(x);
      return net.parameters();
    };
    const [plain, fused] = [train(false), train(true)];
    plain.forEach((p, i) => {
      np.testing.assertAllclose(fused[i].detach(), p.detach(), { rtol: 1e-12 });
    });
  });
  it('a weight changed between forward and backward is an error', () => {
    const net = new nn.RNN(2, 3);
    const loss = np.sum(net(np.ones([4, 1, 2]))[0]);
    np.noGrad(() => net.parameters()[1].imul(2));
    expect(() => loss.backward()).toThrow(/the gradient of 'rnn' needs was changed in place/);
  });
  it('vmap runs a layer over more axes', () => {
    const net = new nn.RNN(2, 3, { dtype: 'float64' });
    const x = np.random.randn(4, 5, 1, 2);
    const all = vmap((one: NDArray) => net(one)[0])(x) as NDArray;
    for (let i = 0; i < 4; i++)
      np.testing.assertAllclose(all.at(i).detach(), net(x.at(i))[0].detach(), { rtol: 1e-12 });
  });
  it('NaN in one example stays in it', () => {
    const x = np.ones([3, 6, 2]);
    x.set([1, 2, 0], Number.NaN);
    for (const kind of ['RNN', 'LSTM', 'GRU']) {
      const [out] = (new classes[kind](2, 4) as nn.AnyModule)(x) as [NDArray];
      expect(np.any(np.isnan(out.at('1:', 2))).item()).toBe(true);
      expect(np.any(np.isnan(out.at(':', [0, 1, 3, 4, 5]))).item()).toBe(false);
    }
  });
  it('say what is wrong with indices', () => {
    const net = new nn.RNN(4, 3, { oneHot: true });
    expect(() => net(np.zeros([5, 2, 4]))).toThrow(
      /RNN: expected indices of shape \(T, N\) or \(T\), got \(5, 2, 4\)/,
    );
    expect(() => net(np.array([0, 4]))).toThrow(/RNN: .*4/);
    expect(() => net(np.array([0, -1]))).toThrow(/RNN: .*-1/);
    expect(() => new nn.RNN(4, 3, { nonlinearity: 'sigmoid' as 'tanh' })).toThrow(
      /RNN: nonlinearity is 'tanh' or 'relu', not 'sigmoid'/,
    );
  });
});

describe('attention', () => {
  it('a causal query does not see later keys', () => {
    const [q, k, v] = [np.random.randn(4, 3), np.random.randn(4, 3), np.random.randn(4, 2)];
    const [out, weights] = nn.scaledDotProductAttention(q, k, v, { causal: true });
    np.testing.assertAllclose(out.at(0), v.at(0), { rtol: 1e-14 });
    expect(np.triu(weights, 1).tolist()).toEqual(np.zeros([4, 4]).tolist());
    np.testing.assertAllclose(np.sum(weights, { axis: -1 }), np.ones(4), { rtol: 1e-14 });
    const mask = np.tril(np.ones([4, 4])).astype('bool');
    np.testing.assertAllclose(nn.scaledDotProductAttention(q, k, v, { mask })[0], out, { rtol: 1e-14 });
  });
});

describe('the course’s character model', () => {
  const vocabulary = new data.Vocabulary(['h', 'e', 'l', 'o']);
  it('loss and gradient of the first logits of "hello"', () => {
    const logits = np.array([[1.0, 2.2, -3.0, 4.1]]).requiresGrad();
    const loss = nn.crossEntropy(logits, [1]);
    np.testing.assertAllclose(loss.detach(), 2.0785168, { rtol: 1e-6 });
    loss.backward();
    np.testing.assertAllclose(logits.grad!, [[0.0376841, -0.8748843, 0.0006902, 0.83651]], { atol: 1e-6 });
  });
  it('weights that give the printed hidden states', () => {
    const rnn = new nn.RNN(4, 3, { bias: false, dtype: 'float64' });
    rnn.loadStateDict({
      weight_hh_l0: np.array([
        [0.1845, -0.1823, 0.988],
        [-0.8713, -1.4782, -0.2022],
        [-0.5048, -0.845, -0.1542],
      ]),
      weight_ih_l0: np
        .array([
          [0.3095, -0.1003, 1.4722],
          [1.1295, 0.6051, 0.306],
          [-0.1227, 0.7596, 0.449],
          [0, 0, 0],
        ])
        .T.copy(),
    });
    const [states] = rnn(data.oneHot(vocabulary.encode('hell'), 4));
    np.testing.assertAllclose(
      states.detach(),
      [
        [0.3, -0.1, 0.9],
        [1.0, 0.3, 0.1],
        [0.1, -0.5, -0.3],
        [-0.3, 0.9, 0.7],
      ],
      { atol: 0.05, rtol: 0 },
    );
  });
  it('memorises "hello": greedy sampling from "h" gives "ello"', () => {
    np.random.seed(1);
    const rnn = new nn.RNN(4, 8, { dtype: 'float64' });
    const head = new nn.Linear(8, 4, { dtype: 'float64' });
    const opt = new optim.Adam([...rnn.parameters(), ...head.parameters()], { lr: 0.05 });
    const x = data.oneHot(vocabulary.encode('hell'), 4);
    const y = vocabulary.encode('ello');
    let loss = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 300; i++) {
      opt.zeroGrad();
      const value = nn.crossEntropy(head(rnn(x)[0]), y);
      value.backward();
      opt.step();
      loss = Number(value.item());
    }
    expect(loss).toBeLessThan(0.01);
    let text = 'h';
    let h: NDArray | null = null;
    for (let i = 0; i < 4; i++) {
      const [out, next]: [NDArray, NDArray] = rnn(data.oneHot(vocabulary.encode(text.at(-1)!), 4), h);
      h = next;
      text += vocabulary.decode([Number(np.argmax(head(out)).item())]);
    }
    expect(text).toBe('hello');
  });
});
