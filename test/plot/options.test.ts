// Options of charts: names that do not exist are told, with the one that was probably meant, and matplotlib's sizes.
import { beforeEach, describe, expect, it } from 'vitest';
import { learn, nn, np, optim, plot } from '../../src/index.js';

const x = [1, 2, 3];

beforeEach(() => plot.close('all'));

describe('unknown names of options', () => {
  const wrong: [string, () => unknown, string][] = [
    [
      'plot',
      () => plot.plot(x, { colour: 'red' } as never),
      "plot: unknown option 'colour'; did you mean 'color'?",
    ],
    [
      'scatter',
      () => plot.scatter(x, x, { markr: 'o' } as never),
      "scatter: unknown option 'markr'; did you mean 'marker'?",
    ],
    [
      'hist',
      () => plot.hist(x, { rnge: [0, 1] } as never),
      "hist: unknown option 'rnge'; did you mean 'range'?",
    ],
    [
      'bar',
      () => plot.bar(x, x, { colr: 'red' } as never),
      "bar: unknown option 'colr'; did you mean 'color'?",
    ],
    [
      'errorbar',
      () => plot.errorbar(x, x, { yer: x } as never),
      "errorbar: unknown option 'yer'; did you mean 'yerr'?",
    ],
    [
      'imshow',
      () => plot.imshow([x, x], { cmp: 'gray' } as never),
      "imshow: unknown option 'cmp'; did you mean 'cmap'?",
    ],
    [
      'contour',
      () => plot.contour([x, x], { level: 3 } as never),
      "contour: unknown option 'level'; did you mean 'levels'?",
    ],
    [
      'surface',
      () => plot.surface([x, x], { contour: true } as never),
      "surface: unknown option 'contour'; did you mean 'contours'?",
    ],
    [
      'figure',
      () => plot.figure({ widht: 3 } as never),
      "figure: unknown option 'widht'; did you mean 'width'?",
    ],
    [
      'subplots',
      () => plot.subplots(1, 2, { shre_x: true } as never),
      "subplots: unknown option 'shre_x'; did you mean 'shareX'?",
    ],
    [
      'a classifier',
      () => new learn.SoftmaxClassifier({ learning_rates: 1 } as never),
      "SoftmaxClassifier: unknown option 'learning_rates'; did you mean 'learningRate'?",
    ],
    ['kNN', () => new learn.KNearestNeighbor({ kk: 3 } as never), "KNearestNeighbor: unknown option 'kk'"],
  ];
  it.each(wrong)('of %s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});

describe('what matplotlib’s users write', () => {
  it('sizes in inches, and cells that are not blended', () => {
    expect(plot.figure({ figsize: [8, 5] }).layout).toMatchObject({ width: 800, height: 500 });
    expect(plot.subplots(1, 2, { figsize: [10, 4] }).layout).toMatchObject({ width: 1000, height: 400 });
    expect(plot.plot(x, { figsize: [3, 2], width: 500 }).layout).toMatchObject({ width: 500, height: 200 });
    expect(plot.figure().imshow([x, x], { cmap: 'gray', interpolation: 'nearest' }).data).toHaveLength(1);
  });
});

describe('optimisers', () => {
  it('take the rate in its place, and a model for its parameters', () => {
    const model = new nn.Linear(2, 1);
    expect(new optim.Adam(model.parameters(), 0.05).paramGroups[0].lr).toBe(0.05);
    expect(new optim.SGD(model, { lr: 0.5 }).paramGroups[0].params).toHaveLength(2);
  });
});

describe('messages of layers', () => {
  it('name the layer and what it was made for', () => {
    expect(() => new nn.BatchNorm1d(3)(np.ones([2, 4]))).toThrow(
      'BatchNorm1d: the input (2, 4) has 4 channels (axis 1), the layer 3 (numFeatures).',
    );
    expect(() => new nn.Embedding(3, 2)([5])).toThrow(/^embedding: index 5 is out of bounds/);
    expect(() => nn.load('/nowhere/model.safetensors')).toThrow(
      "load: there is no file '/nowhere/model.safetensors'",
    );
  });
});
