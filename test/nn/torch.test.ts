// Activations and losses against PyTorch's values and gradients (test/fixtures/torch_nn.py).

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type DType, type NDArray, nn, np } from '../../src/index.js';

type Nested = number | string | Nested[];
interface TorchCase {
  f: string;
  args: ({ d: Nested; t: string } | number)[];
  o: Record<string, unknown> | null;
  value: Nested;
  grads: Record<string, Nested>;
}
const cases = JSON.parse(
  readFileSync(new URL('../fixtures/torch_nn.json', import.meta.url), 'utf8'),
) as TorchCase[];

const numbers = (v: Nested): number[] =>
  Array.isArray(v) ? v.flatMap(numbers) : [typeof v === 'string' ? Number(v.replace('inf', 'Infinity')) : v];

const functions = nn as any;

describe('functions of nn are torch.nn.functional’s, with their gradients', () => {
  it.each(cases.map((c, i) => [`${c.f} ${c.o === null ? '' : JSON.stringify(c.o)} #${i}`, c] as const))(
    '%s',
    (_, c) => {
      const args = c.args.map((a, i) => {
        if (typeof a === 'number') return a;
        const array = np.array(a.d as never, { dtype: a.t as DType });
        return String(i) in c.grads ? array.requiresGrad() : array;
      });
      const out = functions[c.f](...args, ...(c.o === null ? [] : [c.o])) as NDArray;
      np.testing.assertAllclose(out.detach().ravel(), numbers(c.value), { rtol: 1e-10, atol: 1e-12 });
      np.sum(np.mul(out, np.cos(np.arange(out.size)).reshape([...out.shape]))).backward();
      for (const [i, g] of Object.entries(c.grads)) {
        const { grad } = args[Number(i)] as NDArray;
        // PyTorch 1.13 keeps the constants of these two gradients in single precision.
        const rough = c.f === 'hardsigmoid' || c.f === 'celu';
        np.testing.assertAllclose(grad!.ravel(), numbers(g), { rtol: rough ? 1e-6 : 1e-10, atol: 1e-12 });
      }
    },
  );
});

describe('losses of the course', () => {
  const scores = np.array([
    [13, -7, 11],
    [1, 5, 2],
  ]);
  it('squared hinge squares each margin', () => {
    expect(nn.squaredHinge(scores, [0, 0], { reduction: 'none' }).tolist()).toEqual([0, 25 + 4]);
  });
  it('the structured SVM looks at the best wrong class only', () => {
    expect(nn.structuredHinge(scores, [0, 0], { reduction: 'none', delta: 10 }).tolist()).toEqual([8, 14]);
  });
  it('one-versus-all adds a binary hinge for every class', () => {
    expect(nn.oneVersusAllHinge(scores, [0, 1], { reduction: 'none' }).tolist()).toEqual([12, 5]);
  });
  it('the attribute hinge is zero when every y f is at least 1', () => {
    expect(Number(nn.hingeLoss([2, -3, 1], [1, -1, 1]).item())).toBe(0);
    expect(Number(nn.hingeLoss([2, -3, 0.5], [1, -1, 1]).item())).toBeGreaterThan(0);
  });
  it('the logistic loss of score 0 is ln 2 and stays finite at 1000', () => {
    expect(Number(nn.binaryCrossEntropyWithLogits([0], [1]).item())).toBeCloseTo(Math.LN2, 15);
    expect(nn.binaryCrossEntropyWithLogits([1000, -1000], [0, 1], { reduction: 'none' }).tolist()).toEqual([
      1000, 1000,
    ]);
  });
  it('cross-entropy of two distributions is entropy plus divergence', () => {
    const q = np.array([[0.5, 0.25, 0.25]]);
    const p = np.array([[0.1, 0.6, 0.3]]);
    const h = Number(nn.distributionCrossEntropy(q, p).item());
    const parts = Number(nn.entropy(q).item()) + Number(nn.klDiv(np.log(p), q, { reduction: 'sum' }).item());
    expect(h).toBeCloseTo(parts, 14);
    expect(Number(nn.entropy([[0, 1, 0]]).item())).toBe(0);
  });
  it('leaves of the hierarchical softmax have probabilities that add up to 1', () => {
    const paths = [
      [
        [0, 1],
        [1, 1],
      ],
      [
        [0, 1],
        [1, 0],
      ],
      [
        [0, 0],
        [2, 1],
      ],
      [
        [0, 0],
        [2, 0],
      ],
    ] as const;
    const logs = nn.hierarchicalLogProbabilities(np.random.randn(5, 3), paths);
    np.testing.assertAllclose(np.sum(np.exp(logs), { axis: 1 }), np.ones(5), { atol: 1e-12 });
  });
  it('refuses labels and shapes that do not fit, and says what to do', () => {
    expect(() => nn.crossEntropy(scores, [0, 3])).toThrow(
      /label 3 of example 1 is out of range; with 3 classes/,
    );
    expect(() => nn.mseLoss(scores, [1, 2])).toThrow(/mseLoss: input \(2, 3\) and target \(2,\)/);
    expect(() => nn.binaryCrossEntropy([2], [1])).toThrow(/For scores use binaryCrossEntropyWithLogits/);
    expect(() => nn.l1Loss([1], [1], { reduction: 'avg' as never })).toThrow(
      /'mean', 'sum' or 'none', not 'avg'/,
    );
  });
  it('modules compute what their functions do', () => {
    const criterion = new nn.CrossEntropyLoss({ labelSmoothing: 0.1 });
    expect(criterion(scores, [0, 1]).item()).toBe(
      nn.crossEntropy(scores, [0, 1], { labelSmoothing: 0.1 }).item(),
    );
    expect(String(criterion)).toBe('CrossEntropyLoss()');
  });
});

describe('regularisers', () => {
  const W = np.array([
    [1, -2],
    [0.5, 0],
  ]);
  it('L2 with an explicit factor, L1, both', () => {
    expect(Number(nn.l2(W, 0.5).item())).toBe(2.625);
    expect(Number(nn.l1([W, W], 2).item())).toBe(14);
    expect(Number(nn.elasticNet(W, 1, 3).item())).toBe(3.5 + 3 * 5.25);
    expect(Number(nn.l2([1, 0, 0, 0]).item())).toBe(1);
    expect(Number(nn.l2([0.25, 0.25, 0.25, 0.25]).item())).toBe(0.25);
  });
  it('max norm scales the rows that are too long and no others', () => {
    const w = np.array([
      [3, 4],
      [0.3, 0.4],
      [0, 0],
    ]);
    nn.maxNorm(w, 2);
    np.testing.assertAllclose(w, [
      [1.2, 1.6],
      [0.3, 0.4],
      [0, 0],
    ]);
    const columns = np.array([
      [3, 0.1],
      [4, 0.1],
    ]);
    nn.maxNorm(columns, 1, { layout: 'in-out' });
    np.testing.assertAllclose(columns.at(':', 0), [0.6, 0.8]);
  });
});
