// Recurrent nets and attention against PyTorch (test/fixtures/torch_rnn.py), and the course's "hello".

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type DType, data, gradCheck, NDArray, nn, np, optim } from '../../src/index.js';
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
