// Convolution, pooling and normalisation against PyTorch (test/fixtures/torch_conv.py), and the course's numbers.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type DType, type NDArray, nn, np } from '../../src/index.js';
import { type Digest, expectDigest, weighted } from './digest.js';

interface ConvCase {
  f: string;
  seed: number;
  shapes: number[][];
  options: Record<string, unknown>;
  dtype: DType;
  out: Digest;
  grads: Digest[];
}
interface NormStep {
  out: Digest;
  x: Digest;
  weight: Digest | null;
  bias: Digest | null;
  mean: number[] | null;
  var: number[] | null;
}
const fixture = JSON.parse(readFileSync(new URL('../fixtures/torch_conv.json', import.meta.url), 'utf8')) as {
  cases: ConvCase[];
  norms: { kind: 'BatchNorm1d' | 'BatchNorm2d'; shape: number[]; options: object; steps: NormStep[] }[];
};

const functions = nn as any;

describe('functions of images are PyTorch’s, with all gradients', () => {
  it.each(fixture.cases.map((c) => [`${c.f} ${c.dtype} ${JSON.stringify(c.options)}`, c] as const))(
    '%s',
    (_, c) => {
      const random = new np.random.RandomState(c.seed);
      const inputs = c.shapes.map((s) => (random.randn(...s) as NDArray).astype(c.dtype).requiresGrad());
      const [x, w, b] = inputs;
      const { kernelSize, size, shape, groups, stride, ...rest } = c.options as Record<string, never>;
      const step = stride === null ? {} : { stride };
      const out: NDArray = c.f.startsWith('conv')
        ? functions[c.f](x, w, b, c.options)
        : c.f.startsWith('adaptive')
          ? functions[c.f](x, size)
          : c.f === 'layerNorm'
            ? nn.layerNorm(x, shape, { weight: w, bias: b })
            : c.f === 'groupNorm'
              ? nn.groupNorm(x, groups, { weight: w, bias: b })
              : c.f === 'localResponseNorm'
                ? nn.localResponseNorm(x, size, rest)
                : functions[c.f](x, kernelSize, { ...rest, ...step });
      expect(out.dtype).toBe(c.dtype);
      const rtol = c.dtype === 'float64' ? 1e-12 : 1e-5;
      expectDigest(out, c.out, rtol);
      weighted(out).backward();
      inputs.forEach((input, i) => {
        expectDigest(input.grad!, c.grads[i], rtol);
      });
    },
  );
});

describe('batch normalisation, three batches and evaluation', () => {
  it.each(fixture.norms.map((n) => [`${n.kind} ${JSON.stringify(n.options)} of ${n.shape}`, n] as const))(
    '%s',
    (_, n) => {
      const layer = new nn[n.kind](3, { ...n.options, dtype: 'float64' });
      const random = new np.random.RandomState(77);
      const draw = (...shape: number[]): NDArray => random.randn(...shape) as NDArray;
      if (layer.weight !== null)
        layer.loadStateDict({ ...layer.stateDict(), weight: draw(3), bias: draw(3) });
      n.steps.forEach((step, i) => {
        if (i === 3) layer.eval();
        const x = draw(...n.shape)
          .mul(2)
          .add(1)
          .requiresGrad();
        layer.zeroGrad();
        const out = layer(x);
        weighted(out).backward();
        expectDigest(out, step.out, 1e-12);
        expectDigest(x.grad!, step.x, 1e-11);
        if (step.weight !== null) expectDigest(layer.weight!.grad!, step.weight, 1e-11);
        if (step.bias !== null) expectDigest(layer.bias!.grad!, step.bias, 1e-12);
        if (step.mean !== null) np.testing.assertAllclose(layer.runningMean!, step.mean, { rtol: 1e-12 });
        if (step.var !== null) np.testing.assertAllclose(layer.runningVar!, step.var, { rtol: 1e-12 });
      });
      if (layer.numBatchesTracked !== null) expect(layer.numBatchesTracked.item()).toBe(3);
    },
  );
  it('gamma = sqrt(Var + eps) and beta = mean give the input back; evaluation does not depend on the batch', () => {
    const x = np.random.randn(50, 3).mul(2).add(5);
    const layer = new nn.BatchNorm1d(3, { dtype: 'float64' });
    const [gamma, beta] = [np.sqrt(np.add(np.var(x, { axis: 0 }), 1e-5)), np.mean(x, { axis: 0 })];
    layer.loadStateDict({ ...layer.stateDict(), weight: gamma, bias: beta });
    np.testing.assertAllclose(layer(x).detach(), x, { rtol: 1e-12 });
    layer.eval();
    np.testing.assertAllclose(layer(x.at('0:1')).detach(), layer(x).detach().at('0:1'), { rtol: 1e-14 });
  });
  it('says that one value per channel is too few, and how many axes it wants', () => {
    expect(() => new nn.BatchNorm1d(3)(np.ones([1, 3]))).toThrow(/more than one value per channel.*eval\(\)/);
    expect(() => new nn.BatchNorm2d(3)(np.ones([2, 3]))).toThrow(
      /BatchNorm2d: expected an input of 4 axes, got \(2, 3\)/,
    );
    expect(() => new nn.BatchNorm2d(3)(np.ones([2, 4, 1, 1]))).toThrow(
      /BatchNorm2d: the input \(2, 4, 1, 1\) has 4 channels \(axis 1\), the layer 3/,
    );
  });
});

describe('sizes of the course', () => {
  const weights = (...shape: number[]): NDArray => np.ones(shape);
  it('a one-dimensional example: stride 1, 2, and 3 that does not fit', () => {
    const x = np.array([1, 2, -1, 1, -3]).reshape(1, 1, 5);
    const w = np.array([1, 0, -1]).reshape(1, 1, 3);
    expect(nn.conv1d(x, w, null, { padding: 1 }).ravel().tolist()).toEqual([-2, 2, 1, 2, 1]);
    expect(nn.conv1d(x, w, null, { padding: 1, stride: 2 }).ravel().tolist()).toEqual([-2, 1, 1]);
    expect(() => nn.conv1d(x, w, null, { padding: 1, stride: 3, strict: true })).toThrow(
      /conv1d: width of 5, window 3, stride 3, padding 1: \(5 - 3 \+ 2\)\/3 \+ 1 = 2\.3333 is not a whole number/,
    );
  });
  it('10, F 3, P 0, S 2 throws when asked to, as 4.5 is no size', () => {
    const layer = new nn.Conv2d(1, 1, 3, { stride: 2, strict: true });
    expect(() => layer(np.ones([1, 1, 10, 10]))).toThrow(
      /\(10 - 3 \+ 0\)\/2 \+ 1 = 4\.5 is not a whole number/,
    );
    expect(new nn.Conv2d(1, 1, 3, { stride: 2 })(np.ones([1, 1, 10, 10])).shape).toEqual([1, 1, 4, 4]);
  });
  it('AlexNet’s first layer: 227 gives 55 x 55 x 96 with 34,944 parameters; 224 does not fit', () => {
    const layer = new nn.Conv2d(3, 96, 11, { stride: 4, strict: true });
    expect(layer(np.zeros([1, 3, 227, 227])).shape).toEqual([1, 96, 55, 55]);
    expect(layer.parameters().reduce((n, p) => n + p.size, 0)).toBe(34_944);
    expect(() => layer(np.zeros([1, 3, 224, 224]))).toThrow(/54\.25 is not a whole number/);
  });
  it('the numpy example: ten elements of V are sums over windows of X', () => {
    // The course's axes are x, y, depth.
    const X = np.random.randn(11, 11, 4);
    const [W0, W1] = [np.random.randn(5, 5, 4), np.random.randn(5, 5, 4)];
    const [b0, b1] = [0.3, -0.2];
    const V = nn
      .conv2d(
        X.transpose(2, 0, 1).reshape(1, 4, 11, 11),
        np.stack([W0, W1]).transpose(0, 3, 1, 2),
        [b0, b1],
        { stride: 2, strict: true },
      )
      .at(0)
      .transpose(1, 2, 0);
    expect(V.shape).toEqual([4, 4, 2]);
    const sum = (x: string, y: string, W: NDArray, b: number): number =>
      Number(np.sum(np.mul(X.at(x, y), W)).item()) + b;
    for (const [i, j, d, x, y] of [
      [0, 0, 0, ':5', ':5'],
      [1, 0, 0, '2:7', ':5'],
      [2, 0, 0, '4:9', ':5'],
      [3, 0, 0, '6:11', ':5'],
      [0, 0, 1, ':5', ':5'],
      [1, 0, 1, '2:7', ':5'],
      [2, 0, 1, '4:9', ':5'],
      [3, 0, 1, '6:11', ':5'],
      [0, 1, 1, ':5', '2:7'],
      [2, 3, 1, '4:9', '6:11'],
    ] as const) {
      np.testing.assertAllclose(V.at(i, j, d), sum(x, y, d === 0 ? W0 : W1, d === 0 ? b0 : b1), {
        rtol: 1e-12,
      });
    }
  });
  it('dilation: PyTorch’s 1 is the course’s 0', () => {
    const x = np.arange(1, 8).reshape(1, 1, 7);
    const w = np.array([1, 10, 100]).reshape(1, 1, 3);
    expect(nn.conv1d(x, w).at(0, 0, 0).item()).toBe(321);
    expect(nn.conv1d(x, w, null, { dilation: 2 }).at(0, 0, 0).item()).toBe(531);
  });
  it('pooling: 4 x 4 to 2 x 2, ties to the first, gradients to the winners', () => {
    const x = np.array([1, 1, 2, 4, 5, 6, 7, 8, 3, 2, 1, 0, 1, 2, 3, 4]).reshape(1, 1, 4, 4).requiresGrad();
    const [out, at] = nn.maxPool2dWithIndices(x, 2);
    expect(out.tolist()).toEqual([
      [
        [
          [6, 8],
          [3, 4],
        ],
      ],
    ]);
    expect(at.ravel().tolist()).toEqual([5, 7, 8, 15]);
    const y = np.zeros([1, 1, 2, 2]).requiresGrad();
    np.sum(nn.maxPool2d(y, 2)).backward();
    expect(y.grad!.ravel().tolist()).toEqual([1, 0, 0, 0]);
    expect(nn.maxPool2d(np.array([1, Number.NaN, 3, 2]).reshape(1, 1, 2, 2), 2).item()).toBeNaN();
    expect(() => nn.maxPool2d(np.zeros([1, 1, 32, 32]), 3, { stride: 2, strict: true })).toThrow(
      /15\.5 is not a whole/,
    );
    expect(nn.maxPool2d(np.zeros([1, 64, 224, 224]), 2, { stride: 2 }).shape).toEqual([1, 64, 112, 112]);
  });
  it('empty batches pass through', () => {
    expect(nn.conv2d(np.zeros([0, 3, 5, 5]), weights(2, 3, 3, 3)).shape).toEqual([0, 2, 3, 3]);
    expect(nn.maxPool2d(np.zeros([0, 3, 4, 4]), 2).shape).toEqual([0, 3, 2, 2]);
  });
  it('wrong shapes are named with the way out', () => {
    expect(() => nn.conv2d(np.zeros([1, 8, 8, 3]), weights(2, 3, 3, 3))).toThrow(
      /filters of 3 channels do not fit an input of 8 channels.*transpose\(0, 3, 1, 2\)/,
    );
    expect(() => nn.conv2d(np.zeros([3, 8, 8]), weights(2, 3, 3, 3))).toThrow(
      /For a single image add an axis/,
    );
    expect(() => nn.conv2d(np.zeros([1, 3, 2, 2]), weights(2, 3, 3, 3))).toThrow(
      /window of 3 does not fit into height of 2/,
    );
    expect(() => new nn.Conv2d(3, 8, 3, { groups: 2 })).toThrow(/cannot be divided into 2 groups/);
    expect(() => nn.conv2d(np.zeros([1, 3, 8, 8]), weights(2, 3, 2, 2), null, { padding: 'same' })).toThrow(
      /even size/,
    );
    expect(() => nn.maxPool2d(np.zeros([1, 1, 8, 8]), 2, { padding: 2 })).toThrow(
      /more than half of the window/,
    );
  });
  it('prints as PyTorch does', () => {
    expect(String(new nn.Conv2d(3, 8, 3, { padding: 1 }))).toBe(
      'Conv2d(3, 8, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))',
    );
    expect(String(new nn.MaxPool2d(2))).toBe(
      'MaxPool2d(kernel_size=2, stride=2, padding=0, ceil_mode=false)',
    );
    expect(String(new nn.BatchNorm2d(4))).toBe(
      'BatchNorm2d(4, eps=0.00001, momentum=0.1, affine=true, track_running_stats=true)',
    );
  });
});

describe('arguments of layers', () => {
  it('stand in their places as in PyTorch, or go by their names in either spelling', () => {
    const conv = 'Conv2d(3, 8, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1))';
    for (const layer of [
      new nn.Conv2d(3, 8, 3, 2, 1),
      new nn.Conv2d(3, 8, 3, { stride: 2, padding: 1 }),
      new nn.Conv2d(3, 8, 3, 2, { padding: 1 }),
      new nn.Conv2d(3, 8, { kernelSize: 3, stride: 2, padding: 1 }),
      new nn.Conv2d(3, 8, { kernel_size: [3, 3], stride: 2, padding: 1 }),
    ]) {
      expect(String(layer)).toBe(conv);
      expect(layer(np.ones([1, 3, 9, 9], { dtype: 'float32' })).shape).toEqual([1, 8, 5, 5]);
    }
    const pool = 'MaxPool2d(kernel_size=3, stride=2, padding=0, ceil_mode=true)';
    expect(String(new nn.MaxPool2d(3, 2, { ceil_mode: true }))).toBe(pool);
    expect(String(new nn.MaxPool2d({ kernel_size: 3, stride: 2, ceilMode: true }))).toBe(pool);
    expect(String(new nn.MaxPool2d(2, 2))).toBe(String(new nn.MaxPool2d(2)));
    const x = np.arange(50).reshape(1, 2, 5, 5);
    expect(new nn.AvgPool2d(3, 2, 1, false, false)(x).tolist()).toEqual(
      new nn.AvgPool2d(3, { stride: 2, padding: 1, countIncludePad: false })(x).tolist(),
    );
    expect(String(new nn.Conv1d(2, 4, 5, 2, 1))).toBe(
      String(new nn.Conv1d(2, 4, { kernel_size: 5, stride: 2, padding: 1 })),
    );
    expect(
      new nn.ConvTranspose2d(2, 4, 3, 2, 1, 1)(np.ones([1, 2, 4, 4], { dtype: 'float32' })).shape,
    ).toEqual([1, 4, 8, 8]);
    expect(new nn.Conv2d(3, 8, 3, 1, 0, 1, 1, false).bias).toBeNull();
  });

  it('that are missing, twice there or unknown are named', () => {
    expect(() => new nn.Conv2d(3, 8, {})).toThrow("Conv2d: the argument 'kernelSize' is missing");
    expect(() => new nn.MaxPool2d({ kernelSize: 2, kernel_size: 2 })).toThrow(
      "the option 'kernelSize' is given twice",
    );
    expect(() => new nn.Conv2d(3, 8, 3, { pading: 1 } as never)).toThrow(
      "unknown option 'pading'; did you mean 'padding'?",
    );
  });
});
