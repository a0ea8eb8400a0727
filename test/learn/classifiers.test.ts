// The classifiers against loops written out, evaluation, cross-validation, t-SNE.

import { describe, expect, it, vi } from 'vitest';
import { data, learn, type NDArray, nn, np } from '../../src/index.js';

const list = (a: NDArray): number[] => a.astype('float64').tolist() as number[];

/** Labels and ties of k nearest neighbours, by loops. */
function votes(X: NDArray, y: number[], Q: NDArray, k: number): { label: number; tied: boolean }[] {
  const [rows, queries] = [X.tolist() as number[][], Q.tolist() as number[][]];
  return queries.map((q) => {
    const d = rows.map((r, i) => [Math.hypot(...r.map((v, t) => v - q[t])), i]);
    d.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    const counts = new Map<number, number>();
    for (const [, i] of d.slice(0, k)) counts.set(y[i], (counts.get(y[i]) ?? 0) + 1);
    const most = Math.max(...counts.values());
    const winners = [...counts].filter(([, c]) => c === most).map(([label]) => label);
    return { label: Math.min(...winners), tied: winners.length > 1 };
  });
}

describe('NearestNeighbor', () => {
  const test = np.array([
    [56, 32, 10, 18],
    [90, 23, 128, 133],
    [24, 26, 178, 200],
    [2, 0, 255, 220],
  ]);
  const train = np.array([
    [10, 20, 24, 17],
    [8, 10, 89, 100],
    [12, 16, 178, 170],
    [4, 32, 233, 112],
  ]);

  it('compares bytes without wrapping around: 456 by L1, 162.111 by L2', () => {
    for (const dtype of ['uint8', 'float32', 'float64'] as const) {
      const [a, b] = [test.reshape(1, 16).astype(dtype), train.reshape(1, 16).astype(dtype)];
      const by = (p: number): number =>
        Number(new learn.NearestNeighbor({ p }).train(b, [3]).neighbors(a).distances.item());
      expect(by(1)).toBe(456);
      expect(by(2)).toBeCloseTo(162.111073, 6);
      expect(Number(learn.cdist(a, b, { p: 1 }).item())).toBe(456);
    }
  });

  it('predicts in the dtype of the labels, whatever whole numbers they are', () => {
    const model = new learn.NearestNeighbor().train([[0], [10], [20]], np.array([7, -3, 300], 'int32'));
    const found = model.predict([[19], [1], [9]]);
    expect([found.dtype, found.tolist()]).toEqual(['int32', [300, 7, -3]]);
    expect(model.classes.tolist()).toEqual([-3, 7, 300]);
  });

  it('of training examples that differ is always right on them', () => {
    np.random.seed(1);
    const X = np.random.randn(200, 8);
    const y = np.random.randint(0, 4, 200);
    for (const p of [1, 2, 3]) expect(new learn.NearestNeighbor({ p }).train(X, y).accuracy(X, y)).toBe(1);
  });
});

describe('KNearestNeighbor', () => {
  np.random.seed(2);
  const X = np.round(np.random.randn(60, 2).mul(2));
  const y = np.random.randint(0, 3, 60);
  const Q = np.round(np.random.randn(40, 2).mul(2));

  it.each([1, 2, 3, 4, 5, 10, 60])('with k = %i counts votes and reports ties as loops do', (k) => {
    const want = votes(X, list(y), Q, k);
    const found = new learn.KNearestNeighbor({ k }).train(X, y).vote(Q);
    expect(list(found.labels)).toEqual(want.map((w) => w.label));
    expect(found.tied.tolist()).toEqual(want.map((w) => w.tied));
    expect(list(np.sum(found.counts, { axis: 1 }))).toEqual(new Array(40).fill(k));
  });

  it('with k = 1 is the nearest neighbour', () => {
    const one = new learn.KNearestNeighbor({ k: 5 }).train(X, y).predict(Q, { k: 1 });
    expect(one.tolist()).toEqual(new learn.NearestNeighbor().train(X, y).predict(Q).tolist());
  });

  it('reports two reds, two blues and a green as a tie, and gives it to the nearest when asked', () => {
    const [P, labels] = [
      [[1], [2], [-1.5], [-0.5], [3]],
      [0, 0, 1, 1, 2],
    ];
    const outcome = new learn.KNearestNeighbor({ k: 5 }).train(P, labels).vote([[0]]);
    expect([outcome.tied.tolist(), list(outcome.labels)]).toEqual([[true], [0]]);
    const nearest = new learn.KNearestNeighbor({ k: 5, ties: 'nearest' }).train(P, labels);
    expect(list(nearest.predict([[0]]))).toEqual([1]);
  });

  it.each([
    ['no training', () => new learn.NearestNeighbor().predict([[1]]), /^NearestNeighbor.predict: call train/],
    ['images', () => new learn.NearestNeighbor().train(np.zeros([2, 2, 2]), [0, 1]), /Reshape images/],
    [
      'too few labels',
      () => new learn.NearestNeighbor().train([[1], [2]], [0]),
      /one label for each of the 2 examples/,
    ],
    [
      'labels between classes',
      () => new learn.NearestNeighbor().train([[1]], [0.5]),
      /labels are whole numbers/,
    ],
    ['NaN', () => new learn.NearestNeighbor().train([[Number.NaN]], [0]), /X holds NaN or infinity/],
    ['no examples', () => new learn.NearestNeighbor().train(np.zeros([0, 2]), np.zeros([0])), /no examples/],
    [
      'other features',
      () => new learn.NearestNeighbor().train([[1]], [0]).predict([[1, 2]]),
      /2 features a row, .* trained with 1/,
    ],
    ['k = 0', () => new learn.KNearestNeighbor({ k: 0 }), /^KNearestNeighbor: k must be/],
    [
      'k above N',
      () => new learn.KNearestNeighbor({ k: 3 }).train([[1]], [0]).predict([[1]]),
      /k=3.*training examples, 1/,
    ],
    [
      'unknown ties',
      () => new learn.KNearestNeighbor({ ties: 'x' as never }),
      /ties is 'smallest' or 'nearest'/,
    ],
    ['order -1', () => new learn.NearestNeighbor({ p: -1 }), /^NearestNeighbor: p=-1/],
    [
      'a high rate',
      () => new learn.SoftmaxClassifier({ learningRate: 1e300, reg: 1 }).train([[1], [2], [1]], [0, 0, 1]),
      /loss is .*too high/,
    ],
    ['no rate', () => new learn.LinearSVM({ learningRate: 0 }), /^LinearSVM: learningRate must be above 0/],
    [
      'three classes',
      () => new learn.BinarySVM().train([[1], [2], [3]], [0, 1, 2]),
      /^BinarySVM.train: 3 classes/,
    ],
    ['half an epoch', () => new learn.TwoLayerNet({ epochs: 0.5 }), /^TwoLayerNet: epochs/],
  ])('refuses %s', (_, run, message) => {
    expect(run).toThrow(message);
  });
});

describe('classifiers that learn by gradients', () => {
  np.random.seed(3);
  const [X, y] = data.blobs(
    20,
    [
      [0, 0],
      [3, 0],
      [0, 3],
    ],
    { std: 0.6 },
  );
  const options = { epochs: 40, batchSize: 20, learningRate: 0.05 };

  it.each([
    ['LinearSVM', () => new learn.LinearSVM(options)],
    ['LinearSVM squared', () => new learn.LinearSVM({ ...options, squared: true, learningRate: 0.01 })],
    ['SoftmaxClassifier', () => new learn.SoftmaxClassifier(options)],
    ['OneVsAll', () => new learn.OneVsAll(() => new learn.BinarySVM(options))],
    ['TwoLayerNet', () => new learn.TwoLayerNet({ ...options, hidden: 16 })],
  ])('%s tells blobs apart, and its answers are its largest scores', (_, make) => {
    np.random.seed(4);
    const model = make().train(X, np.array(y).mul(5));
    expect(model.accuracy(X, np.array(y).mul(5))).toBeGreaterThan(0.9);
    const best = np.argmax(model.scores(X), { axis: 1 });
    expect(list(model.predict(X))).toEqual(list(best.mul(5)));
  });

  it('a full-batch softmax classifier takes the steps of the gradient by hand', () => {
    np.random.seed(5);
    const model = new learn.SoftmaxClassifier({
      batchSize: null,
      epochs: 25,
      momentum: 0,
      learningRate: 0.3,
      reg: 0.01,
    });
    model.train(X, y);
    np.random.seed(5);
    let W = np.random.randn(2, 3).mul(1e-3);
    let b = np.zeros([3]);
    for (let i = 0; i < 25; i++) {
      const p = nn.softmax(np.dot(X, W).add(b));
      const d = p.sub(data.oneHot(y, 3)).div(X.shape[0]);
      W = W.sub(
        np
          .dot(X.T, d)
          .add(W.mul(2 * 0.01))
          .mul(0.3),
      );
      b = b.sub(np.sum(d, { axis: 0 }).mul(0.3));
    }
    expect(Number(np.max(np.abs(model.W.sub(W))).item())).toBeLessThan(1e-12);
    expect(Number(np.max(np.abs(model.b.sub(b))).item())).toBeLessThan(1e-12);
    expect(model.lossHistory.length).toBe(25);
    expect(model.lossHistory[24]).toBeLessThan(model.lossHistory[0]);
  });

  it('for two classes the multiclass SVM is the binary one with w = w1 - w0', () => {
    np.random.seed(6);
    const [scores, labels] = [np.random.randn(30, 2), np.random.randint(0, 2, 30)];
    const multi = nn.multiclassHinge(scores, labels);
    const binary = nn.hingeLoss(scores.at(':', 1).sub(scores.at(':', 0)), labels.mul(2).sub(1));
    expect(Number(multi.item())).toBeCloseTo(Number(binary.item()), 12);
  });

  it('keeps float32 in float32, and gives equal results for equal seeds', () => {
    const run = (): learn.TwoLayerNet => {
      np.random.seed(7);
      return new learn.TwoLayerNet({ epochs: 3, hidden: 8 }).train(X.astype('float32'), y);
    };
    const [one, two] = [run(), run()];
    expect(one.weights.W1.dtype).toBe('float32');
    expect(one.weights.W2.tolist()).toEqual(two.weights.W2.tolist());
    expect(
      list(np.sum(one.probabilities(X.astype('float32')), { axis: 1 })).every((s) => Math.abs(s - 1) < 1e-5),
    ).toBe(true);
  });
});

describe('evaluation', () => {
  it('the confusion matrix counts pairs', () => {
    np.random.seed(8);
    const [p, t] = [np.random.randint(0, 5, 300), np.random.randint(0, 5, 300)];
    const want = Array.from({ length: 5 }, (_, i) =>
      Array.from({ length: 5 }, (_, j) => list(t).filter((v, n) => v === i && list(p)[n] === j).length),
    );
    const found = learn.confusionMatrix(p, t);
    expect(found.astype('float64').tolist()).toEqual(want);
    expect(Number(np.trace(found).item()) / 300).toBe(learn.accuracy(p, t));
    expect(learn.confusionMatrix([0], [1], 4).shape).toEqual([4, 4]);
    expect(() => learn.confusionMatrix([9], [1], 4)).toThrow(/^confusionMatrix: .*9/);
    expect(() => learn.confusionMatrix([0, 1], [1])).toThrow(/^confusionMatrix: /);
  });

  it('top-k accuracy is that of a sort', () => {
    np.random.seed(9);
    const [scores, y] = [np.random.randn(200, 12), np.random.randint(0, 12, 200)];
    const rows = scores.tolist() as number[][];
    for (const k of [1, 5, 12]) {
      const right = list(y).filter((label, i) => rows[i].filter((s) => s > rows[i][label]).length < k).length;
      expect(learn.topKAccuracy(scores, y, k)).toBeCloseTo(right / 200, 12);
    }
    expect(learn.topKAccuracy(scores, y, 1)).toBeCloseTo(
      learn.accuracy(np.argmax(scores, { axis: 1 }), y),
      12,
    );
    expect(() => learn.topKAccuracy(scores, y, 13)).toThrow(/^topKAccuracy: k=13 of 12 classes/);
    expect(() => learn.accuracy([1], [1, 2])).toThrow(/^accuracy: /);
  });

  it('cross-validation trains on all folds but one, for each', () => {
    np.random.seed(10);
    const [X, y] = [np.random.randn(53, 3), np.random.randint(0, 3, 53)];
    const ks = [1, 3, 7];
    const result = learn.crossValidateOver(ks, (k) => new learn.KNearestNeighbor({ k }), X, y, { folds: 5 });
    expect(result.accuracies.shape).toEqual([3, 5]);
    const sizes = [11, 11, 11, 10, 10];
    let at = 0;
    sizes.forEach((size, f) => {
      const held = np.arange(at, at + size);
      const rest = np.concatenate([np.arange(0, at), np.arange(at + size, 53)]);
      at += size;
      ks.forEach((k, i) => {
        const model = new learn.KNearestNeighbor({ k }).train(X.at(rest), y.at(rest));
        expect(result.accuracies.at(i, f).item()).toBe(model.accuracy(X.at(held), y.at(held)));
      });
    });
    expect(list(result.mean)).toEqual(list(np.mean(result.accuracies, { axis: 1 })));
    expect(list(result.std)).toEqual(list(np.std(result.accuracies, { axis: 1 })));
    expect(ks).toContain(result.best);
    const figure = result.plot({ xlabel: 'k' }).toJSON() as { data: Record<string, any>[] };
    const bars = figure.data.filter((t) => t.error_y);
    expect(bars.length).toBe(1);
    expect(list(np.array(bars[0].error_y.array))).toEqual(list(result.std));
    expect(figure.data.filter((t) => t.mode === 'markers').length).toBe(5);
  });

  it('a test set warns from its second use on', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const test = new learn.TestSet([[0], [1]], [0, 1]);
    const model = new learn.NearestNeighbor().train([[0], [1]], [0, 1]);
    expect(test.accuracy(model)).toBe(1);
    expect(warn).not.toHaveBeenCalled();
    test.accuracy(model);
    expect(warn.mock.calls[0][0]).toMatch(/^TestSet: looked at 2 times/);
    expect(test.uses).toBe(2);
    warn.mockRestore();
  });
});

describe('tsne', () => {
  np.random.seed(11);
  const [X] = data.blobs(
    30,
    [
      [0, 0],
      [3, 0],
      [0, 3],
    ],
    { std: 0.4 },
  );

  it('has affinities with the perplexity asked for', () => {
    const P = learn.tsne(X, { perplexity: 12, iterations: 1 }).affinities;
    const n = X.shape[0];
    expect(Number(np.sum(P).item())).toBeCloseTo(1, 12);
    expect(Number(np.max(np.abs(P.sub(P.T))).item())).toBe(0);
    // Rebuilt from the definition: conditional rows by bisection on their entropy.
    const d = np.square(learn.cdist(X, X)).tolist() as number[][];
    const conditional = d.map((row, i) => {
      let [low, high] = [1e-12, 1e12];
      let p: number[] = [];
      for (let step = 0; step < 200; step++) {
        const beta = Math.sqrt(low * high);
        p = row.map((v, j) => (j === i ? 0 : Math.exp(-v * beta)));
        const total = p.reduce((a, b) => a + b, 0);
        p = p.map((v) => v / total);
        const entropy = -p.reduce((s, v) => s + (v > 0 ? v * Math.log(v) : 0), 0);
        if (entropy > Math.log(12)) low = beta;
        else high = beta;
      }
      return p;
    });
    const C = np.array(conditional);
    expect(
      Number(
        np
          .max(
            np.abs(
              C.add(C.T)
                .div(2 * n)
                .sub(P),
            ),
          )
          .item(),
      ),
    ).toBeLessThan(1e-8);
  });

  it('follows the gradient of the divergence', () => {
    // One step from a random start, without momentum of its own: the gradient by autograd.
    np.random.seed(12);
    const rate = 1e-3;
    const { embedding, affinities, divergences } = learn.tsne(X, {
      perplexity: 10,
      iterations: 1,
      init: 'random',
      learningRate: rate,
      exaggeration: 1,
    });
    np.random.seed(12);
    const Y = np.random.randn(X.shape[0], 2).mul(1e-4).requiresGrad();
    const gaps = np.sum(np.square(Y.reshape(-1, 1, 2).sub(Y.reshape(1, -1, 2))), { axis: 2 });
    const w = np.div(1, gaps.add(1)).mul(np.sub(1, np.eye(X.shape[0])));
    const Q = w.div(np.sum(w));
    const off = np.eye(X.shape[0]);
    const kl = np.sum(affinities.mul(np.log(affinities.add(off)).sub(np.log(Q.add(off)))));
    kl.backward();
    expect(divergences[0].value).toBeCloseTo(Number(kl.item()), 9);
    // A first step's gains are 1.2 everywhere.
    const begun = Y.detach().sub(np.mean(Y.detach(), { axis: 0 }));
    const step = embedding.sub(begun).div(-1.2 * rate);
    const slope = Y.grad!.sub(np.mean(Y.grad!, { axis: 0 }));
    const largest = Number(np.max(np.abs(slope)).item());
    expect(largest).toBeGreaterThan(0);
    expect(Number(np.max(np.abs(step.sub(slope))).item())).toBeLessThan(1e-6 * largest);
  });

  it('lowers the divergence after the exaggeration, and keeps neighbours', () => {
    np.random.seed(13);
    const points = np.concatenate([0, 6, 12].map((c) => np.random.randn(40, 10).add(c)));
    const { embedding, divergences } = learn.tsne(points, { perplexity: 15, iterations: 400 });
    const after = divergences.filter((d) => d.iteration >= 100).map((d) => d.value);
    expect(after[after.length - 1]).toBeLessThan(after[0]);
    const kept = learn.neighborPreservation(points, embedding, 10);
    const byChance = learn.neighborPreservation(points, np.random.randn(120, 2), 10);
    expect(kept).toBeGreaterThan(3 * byChance);
    const labels = np.repeat([0, 1, 2], 40);
    expect(
      learn
        .crossValidate(() => new learn.KNearestNeighbor({ k: 3 }), embedding, labels, {
          folds: 4,
          shuffle: true,
        })
        .mean()
        .item(),
    ).toBeGreaterThan(0.95);
  });

  it('works with more features than points, in one to three dimensions', () => {
    np.random.seed(14);
    const wide = np.random.randn(20, 50);
    for (const components of [1, 2, 3]) {
      const { embedding } = learn.tsne(wide, { components, perplexity: 5, iterations: 20 });
      expect(embedding.shape).toEqual([20, components]);
      expect(np.all(np.isfinite(embedding)).item()).toBe(true);
    }
  });

  it.each([
    ['few points', [[1], [2]], {}, /^tsne: 2 points are too few/],
    ['a large perplexity', X, { perplexity: 80 }, /^tsne: a perplexity of 80 for 90 points/],
    ['four dimensions', X, { components: 4 }, /^tsne: components must be 1, 2 or 3/],
    ['no iterations', X, { iterations: 0 }, /^tsne: iterations/],
    ['another start', X, { init: 'x' as never }, /^tsne: init is/],
  ])('refuses %s', (_, points, options, message) => {
    expect(() => learn.tsne(points, options)).toThrow(message);
  });
});
