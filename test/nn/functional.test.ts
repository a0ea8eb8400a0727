// Losses, activations and nn.functional: the numbers of worked examples, right gradients, and errors that say why.
import { describe, expect, it } from 'vitest';
import { gradCheck, nn, np } from '../../src/index.js';

const close = (a: unknown, expected: number[], digits = 12) => {
  const got = (a as { ravel(): { toArray(): number[] } }).ravel().toArray();
  expect(got.length).toBe(expected.length);
  got.forEach((v, i) => {
    expect(v).toBeCloseTo(expected[i], digits);
  });
};

describe('losses and activations', () => {
  it('softmax gives the probabilities of the worked example, and survives large scores', () => {
    close(nn.softmax(np.array([[1, -2, 0]])), [0.7053845126982411, 0.03511902695933972, 0.2594964603424191]);
    const p = nn.softmax(np.array([[123, 456, 789]]));
    expect(p.item(0, 2)).toBe(1);
    expect(p.item(0, 0)).toBeCloseTo(0, 200);
    expect(Number.isFinite(nn.logSoftmax(np.array([[1e4, 0]])).item(0, 1))).toBe(true);
  });

  it('cross-entropy and hinge give the numbers of one example scored twice', () => {
    const scores = np.array([[-2.85, 0.86, 0.28]]);
    expect(nn.crossEntropy(scores, [2]).item()).toBeCloseTo(1.0401905694, 9);
    expect(nn.multiclassHinge(scores, [2]).item()).toBeCloseTo(1.58, 12);
    expect(nn.multiclassHinge(np.array([[13, -7, 11]]), [0], { delta: 10 }).item()).toBe(8);
  });

  it('cross-entropy of three equal scores is log 3, and its gradient p - 1 at the right class', () => {
    const scores = np
      .log(np.array([[0.2, 0.3, 0.5]]))
      .detach()
      .requiresGrad();
    nn.crossEntropy(scores, [1]).backward();
    close(scores.grad, [0.2, -0.7, 0.5]);
    expect(nn.crossEntropy(np.zeros([5, 3]), [0, 1, 2, 0, 1]).item()).toBeCloseTo(Math.log(3), 14);
  });

  it('reductions: mean, sum, none', () => {
    const s = np.array([
      [1, 2],
      [3, 1],
    ]);
    const each = nn.crossEntropy(s, [0, 0], { reduction: 'none' });
    expect(each.shape).toEqual([2]);
    expect(nn.crossEntropy(s, [0, 0], { reduction: 'sum' }).item()).toBeCloseTo(each.sum().item(), 14);
    expect(nn.mseLoss([1, 2], [3, 2]).item()).toBe(2);
  });

  it('relu and leaky relu, with the gradient of the flat side', () => {
    close(nn.relu([-1, 0, 2]), [0, 0, 2]);
    close(nn.leakyRelu([-1, 0, 2]), [-0.01, 0, 2]);
    const report = gradCheck((x) => nn.leakyRelu(x), [np.array([-1, -0.5, 0.5])]);
    expect(report.passed, String(report)).toBe(true);
  });

  it('have right gradients of both orders', () => {
    const scores = np.array([
      [0.1, 0.5, -0.3],
      [1.2, -0.7, 0.4],
    ]);
    for (const f of [
      () => gradCheck((s) => nn.crossEntropy(s, [2, 0]), [scores]),
      () => gradCheck((s) => nn.softmax(s), [scores]),
      () => gradCheck((s) => nn.multiclassHinge(s, [2, 0]), [scores]),
      () => gradCheck((x, w, b) => nn.linear(x, w, b), [scores, np.array([[1, 2, 3]]), np.array([0.5])]),
    ]) {
      const report = f();
      expect(report.passed, String(report)).toBe(true);
    }
  });

  it('name the label that is out of range, and shapes that do not fit', () => {
    expect(() => nn.crossEntropy(np.zeros([2, 3]), [0, 3])).toThrow(
      /label 3 of example 1 is out of range.*0 to 2/,
    );
    expect(() => nn.crossEntropy(np.zeros([2, 3]), [0])).toThrow(
      /\(N, K\) and N labels, got \(2, 3\) and \(1,\)/,
    );
  });
});

describe('nn.functional', () => {
  const F: Record<string, unknown> = nn.functional;

  it("has every function under PyTorch's name and in camelCase", () => {
    const snake = Object.keys(F).filter((name) => name.includes('_'));
    for (const name of snake)
      expect(F[name], name).toBe(F[name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())]);
    expect(snake.length).toBeGreaterThan(30);
    expect(F.logsigmoid).toBe(F.logSigmoid);
  });

  it('has the functions of nn themselves', () => {
    expect(nn.functional.cross_entropy(np.zeros([2, 4]), np.array([0, 3])).item()).toBeCloseTo(Math.log(4));
    for (const name of ['relu', 'maxPool2d', 'batchNorm', 'conv2d', 'dropout', 'nllLoss', 'prelu'] as const)
      expect(F[name], name).toBe(nn[name]);
  });
});
