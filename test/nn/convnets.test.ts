// The tools for ConvNets: models without memory, tables, receptive fields, patterns, surgery, and the named nets.

import { describe, expect, it } from 'vitest';
import { gradCheck, type NDArray, nn, np } from '../../src/index.js';

const { models } = nn;
const vgg = nn.meta(() => models.vgg16());

describe('sizes', () => {
  it.each([
    [7, 3, {}, 5],
    [7, 3, { stride: 2 }, 3],
    [5, 3, { padding: 1 }, 5],
    [5, 3, { padding: 1, stride: 2 }, 3],
    [227, 11, { stride: 4 }, 55],
    [11, 5, { stride: 2 }, 4],
    [32, 5, { padding: 'same' as const }, 32],
    [7, 3, { dilation: 2 }, 3],
  ])('%i elements, windows of %i, %o', (size, window, options, out) => {
    expect(nn.outputSize(size, window, options)).toBe(out);
  });
  it('throws with the formula where windows do not fit, and rounds down when asked', () => {
    expect(() => nn.outputSize(10, 3, { stride: 2 })).toThrow(
      '(10 - 3 + 0)/2 + 1 = 4.5 is not a whole number',
    );
    expect(() => nn.outputSize(224, 11, { stride: 4 })).toThrow('(224 - 11 + 0)/4 + 1 = 54.25');
    expect(() => nn.outputSize(5, 3, { stride: 3, padding: 1 })).toThrow('(5 - 3 + 2)/3 + 1 = 2.3333');
    expect(() => nn.outputSize(3, 5)).toThrow('a window of 5 does not fit');
    expect(nn.outputSize(10, 3, { stride: 2, strict: false })).toBe(4);
    expect(() => nn.outputSize(8, 3, { padding: 'same', stride: 2 })).toThrow(
      "padding 'same' needs stride 1",
    );
  });
  it('of pooling, whose stride is its window', () => {
    expect(nn.poolOutputSize(224, 2)).toBe(112);
    expect(nn.poolOutputSize(55, 3, { stride: 2 })).toBe(27);
    expect(() => nn.poolOutputSize(32, 3, { stride: 2 })).toThrow('(32 - 3 + 0)/2 + 1 = 15.5');
  });
  it('paddings that keep the size', () => {
    expect([1, 3, 5, 7].map((f) => nn.samePadding(f))).toEqual([0, 1, 2, 3]);
    expect(nn.samePadding(3, 4)).toBe(4);
    expect(() => nn.samePadding(2)).toThrow('(F - 1)/2 = 0.5');
  });
  it('crops, Hessians', () => {
    expect(nn.cropCount(384, 224, 32)).toBe(36);
    expect((nn.hessianBytes(1e6) / 2 ** 30).toFixed(2)).toBe('3725.29');
  });
});

describe('a model without memory', () => {
  it('has shapes and no memory, draws no random numbers, and cannot compute', () => {
    np.random.seed(3);
    const before = process.memoryUsage();
    const net = nn.meta(() => new nn.Sequential(new nn.Linear(30000, 30000), new nn.BatchNorm1d(30000)));
    const after = process.memoryUsage();
    expect(after.rss + after.external - before.rss - before.external).toBeLessThan(1e9);
    expect(np.random.rand()).toBe(new np.random.RandomState(3).rand());
    expect((net[0] as unknown as nn.Linear).weight.shape).toEqual([30000, 30000]);
    expect(net.summary().parameters).toBe(30000 * 30000 + 3 * 30000);
    expect(() => net(np.zeros([1, 30000]))).toThrow('has a shape but no memory');
    expect(() => (net[0] as unknown as nn.Linear).bias!.tolist()).toThrow('has a shape but no memory');
  });
  it('ends when its function throws, and refuses asynchronous ones', () => {
    expect(() => nn.meta(() => nn.conv2d(np.ones([1, 1, 2, 2]), np.ones([1, 1, 3, 3])))).toThrow(
      'does not fit',
    );
    expect(() => nn.meta(async () => 1)).toThrow('asynchronous');
    expect(np.add([1, 2], 1).tolist()).toEqual([2, 3]);
  });
});

describe('summary', () => {
  // size, values, weights of the course's table of VGG-16
  const rows: [string, number, number][] = [
    ['224x224x3', 150_528, 0],
    ['224x224x64', 3_211_264, 1_728],
    ['224x224x64', 3_211_264, 36_864],
    ['112x112x64', 802_816, 0],
    ['112x112x128', 1_605_632, 73_728],
    ['112x112x128', 1_605_632, 147_456],
    ['56x56x128', 401_408, 0],
    ['56x56x256', 802_816, 294_912],
    ['56x56x256', 802_816, 589_824],
    ['56x56x256', 802_816, 589_824],
    ['28x28x256', 200_704, 0],
    ['28x28x512', 401_408, 1_179_648],
    ['28x28x512', 401_408, 2_359_296],
    ['28x28x512', 401_408, 2_359_296],
    ['14x14x512', 100_352, 0],
    ['14x14x512', 100_352, 2_359_296],
    ['14x14x512', 100_352, 2_359_296],
    ['14x14x512', 100_352, 2_359_296],
    ['7x7x512', 25_088, 0],
    ['1x1x4096', 4_096, 102_760_448],
    ['1x1x4096', 4_096, 16_777_216],
    ['1x1x1000', 1_000, 4_096_000],
  ];
  const table = vgg.summary();

  it('of VGG-16 is the course’s table, row by row', () => {
    expect(table.rows.map((row) => [row.size, row.activations, row.weights])).toEqual(rows);
    expect(table.rows.filter((row) => row.weights > 0)).toHaveLength(16);
    expect(table.rows.map((row) => row.layer).slice(0, 4)).toEqual([
      'INPUT',
      'CONV3-64',
      'CONV3-64',
      'POOL2',
    ]);
    expect(table.rows.map((row) => row.formula).filter((f) => f.startsWith('7'))).toEqual(['7*7*512*4096']);
    expect(table.rows[4].formula).toBe('(3*3*64)*128');
  });
  it('of VGG-16 has the right totals', () => {
    expect(table.activations).toBe(15_237_608);
    expect(table.weights).toBe(138_344_128);
    expect(table.biases).toBe(13_416);
    expect(table.parameters).toBe(138_357_544);
    expect(table.flops).toBe(2 * 15_470_264_320);
    expect(table.toString()).toContain('60.95 MB (58.13 MiB)');
  });
  it('takes no row for what writes over its input, unless asked', () => {
    const net = new nn.Sequential(
      new nn.Conv2d(3, 4, 3),
      new nn.ReLU(),
      new nn.Dropout(),
      new nn.Flatten(),
      new nn.Linear(36, 2),
    );
    const short = net.summary([3, 5, 5]);
    expect(short.rows.map((row) => [row.layer, row.inPlace])).toEqual([
      ['INPUT', []],
      ['CONV3-4', ['ReLU', 'Dropout']],
      ['FC', []],
    ]);
    expect(short.rows[2].formula).toBe('3*3*4*2');
    const all = net.summary([3, 5, 5], { all: true });
    expect(all.rows.map((row) => row.layer)).toEqual([
      'INPUT',
      'CONV3-4',
      'ReLU',
      'Dropout',
      'Flatten',
      'FC',
    ]);
    expect(all.activations).toBe(75 + 36 + 36 + 2);
  });
  it('changes nothing: not the statistics, not the mode, not the random numbers', () => {
    const net = new nn.Sequential(new nn.Conv2d(1, 2, 3), new nn.BatchNorm2d(2), new nn.Dropout());
    const state = net.stateDict();
    net[2].eval();
    np.random.seed(1);
    net.summary([1, 8, 8]);
    expect(np.random.rand()).toBe(new np.random.RandomState(1).rand());
    expect([net.training, net[1].training, net[2].training]).toEqual([true, true, false]);
    for (const [name, a] of Object.entries(net.stateDict())) expect(a.tolist()).toEqual(state[name].tolist());
    expect(net(np.ones([2, 1, 8, 8])).shape).toEqual([2, 2, 6, 6]);
  });
  it('counts shared layers once and lists sums of residual nets', () => {
    const shared = new nn.Linear(4, 4);
    const net = new nn.Sequential(shared, new nn.Residual(shared));
    const { rows, parameters } = net.summary();
    expect(parameters).toBe(20);
    expect(rows.map((row) => [row.layer, row.weights])).toEqual([
      ['INPUT', 0],
      ['FC', 16],
      ['FC', 0],
      ['Residual', 0],
    ]);
  });
  it('works for models of several inputs, of indices, recurrent ones and attention', () => {
    expect(new nn.Bilinear(3, 4, 5).summary([[3], [4]]).parameters).toBe(65);
    const words = new nn.Sequential(new nn.Embedding(10, 8), new nn.GRU(8, 16, { batchFirst: true }));
    const { rows, flops } = words.summary(np.zeros([2, 7], { dtype: 'int64' }));
    expect(rows.map((row) => row.size)).toEqual(['7', '7x8', '7x16']);
    expect(flops).toBe(2 * 7 * (3 * 16 * 8 + 3 * 16 * 16));
    const heads = new nn.MultiheadAttention(16, 4);
    expect(heads.summary([np.ones([2, 5, 16]), np.ones([2, 5, 16]), np.ones([2, 5, 16])]).parameters).toBe(
      heads.parameters().reduce((sum, p) => sum + p.size, 0),
    );
  });
  it('counts what a model of your own has, functional calls and unused layers included', () => {
    class Own extends nn.Module {
      fc1 = new nn.Linear(6, 5, { dtype: 'float64' });
      unused = new nn.Linear(2, 2);
      scale = new nn.Parameter(np.ones([5]));
      forward(x: NDArray): NDArray {
        return np.mul(nn.relu(this.fc1(x)), this.scale);
      }
    }
    const s = new Own().summary();
    expect(s.parameters).toBe(35 + 6 + 5);
    expect(s.rows.map((row) => [row.layer, row.activations, row.bytes])).toEqual([
      ['INPUT', 6, 48],
      ['FC', 5, 40],
      ['Own', 5, 40],
    ]);
  });
  it('estimates memory: activations twice, parameters three times, misc; and the largest batch', () => {
    const m = table.memory({ batch: 2, misc: 1000 });
    expect([m.activations, m.parameters, m.misc]).toEqual([
      2 * 2 * 4 * 15_237_608,
      3 * 4 * 138_357_544,
      1000,
    ]);
    expect(table.memory({ cache: 2 }).parameters).toBe(4 * 4 * 138_357_544);
    const answering = table.memory({ training: false });
    expect(answering.activations).toBe(4 * (3_211_264 + 3_211_264));
    const n = table.memory().largestBatch(12 * 2 ** 30);
    expect(table.memory({ batch: n }).total).toBeLessThanOrEqual(12 * 2 ** 30);
    expect(table.memory({ batch: n + 1 }).total).toBeGreaterThan(12 * 2 ** 30);
    expect(() => table.memory().largestBatch(2 ** 30)).toThrow(
      'one example needs 1.66 GiB, more than the 1.00 GiB',
    );
  });
  it('shows itself as HTML in a notebook and as text elsewhere', () => {
    const show = (table as unknown as Record<symbol, () => Record<string, string>>)[
      Symbol.for('Jupyter.display')
    ];
    const bundle = show.call(table);
    expect(bundle['text/plain']).toBe(table.toString());
    expect(bundle['text/html'].match(/<tr>/g)).toHaveLength(24);
    expect(bundle['text/html']).toContain('102,760,448');
  });
  it('says what is missing, and where sizes stop fitting', () => {
    const conv = new nn.Sequential(new nn.Conv2d(3, 4, 3), new nn.Flatten(), new nn.Linear(36, 2));
    expect(() => conv.summary()).toThrow('summary: say what one example looks like');
    expect(() => conv.summary([3, 6, 6])).toThrow("(after '1', whose result is (1, 64))");
    expect(() => conv.summary([3, -1, 6])).toThrow('whole numbers of at least 1');
    expect(() => nn.summary((() => 1) as never, [3])).toThrow('summary: expected an nn.Module, got function');
    expect(conv.summary([3, 5, 5]).rows).toHaveLength(3);
  });
});

describe('receptive fields', () => {
  const sizes = (of: nn.SlidingWindow[]) => nn.receptiveField(of).map((f) => f.size);
  it('of stacked 3x3 filters: 5 and 7; with holes 9', () => {
    expect(sizes([{ window: 3 }, { window: 3 }, { window: 3 }])).toEqual([3, 5, 7]);
    expect(
      sizes([
        { window: 3, dilation: 2 },
        { window: 3, dilation: 2 },
      ]),
    ).toEqual([5, 9]);
  });
  it('of VGG-16 and AlexNet after their last pooling', () => {
    expect(nn.receptiveField(vgg).at(-1)).toEqual({
      layer: 'features.30 POOL2',
      size: 212,
      stride: 32,
      start: -90,
    });
    const alexnet = nn.meta(() => models.alexnet({ variant: 'paper' }));
    expect(nn.receptiveField(alexnet).at(-1)!.size).toBe(195);
  });
  it('are the inputs that a gradient reaches', () => {
    const net = new nn.Sequential(
      new nn.Conv2d(1, 1, 3, { dilation: 2, padding: 1 }),
      new nn.MaxPool2d(2),
      new nn.Residual(new nn.Conv2d(1, 1, 5, { padding: 2 })),
      new nn.AvgPool2d(3, { stride: 2 }),
    );
    for (const p of net.parameters()) nn.init.ones(p);
    const { size, start, stride } = nn.receptiveField(net, [1, 64, 64]).at(-1)!;
    // Increasing pixels, so that the maximum of a window is its last one, then decreasing: the first.
    const reached = [1, -1].map((sign) => {
      const x = np
        .mul(np.arange(64 * 64), sign)
        .reshape([1, 1, 64, 64])
        .astype('float32')
        .requiresGrad();
      np.sum(net(x).at(0, 0, 4, 4)).backward();
      return np.nonzero(np.sum(x.grad!, { axis: [0, 1, 3] }))[0].tolist() as number[];
    });
    expect(Math.min(...reached.flat())).toBe(start + 4 * stride);
    expect(Math.max(...reached.flat())).toBe(start + 4 * stride + size - 1);
  });
  it('of branches reach from the first to the last pixel of any', () => {
    const resnet = nn.meta(() => models.resnet18());
    expect(nn.receptiveField(resnet).at(-1)).toMatchObject({ size: 435, stride: 32 });
    const inception = new models.Inception(4, { one: 1, three: [1, 1], five: [1, 1], pool: 1 });
    expect(nn.receptiveField(inception, [4, 9, 9]).at(-1)).toEqual({
      layer: 'Inception',
      size: 5,
      stride: 1,
      start: -2,
    });
  });
});

describe('patterns', () => {
  it.each([
    ['INPUT -> FC', 30_730],
    ['INPUT -> CONV -> RELU -> FC', 328_586],
    ['INPUT -> [CONV -> RELU -> POOL]*2 -> FC -> RELU -> FC', 545_098],
    ['INPUT -> [CONV -> RELU -> CONV -> RELU -> POOL]*3 -> [FC -> RELU]*2 -> FC', 567_082],
  ])('%s', (pattern, parameters) => {
    const net = nn.fromPattern(pattern);
    expect(net(np.zeros([2, 3, 32, 32])).shape).toEqual([2, 10]);
    expect(net.summary().parameters).toBe(parameters);
  });
  it('with letters and question marks', () => {
    const pattern = 'INPUT -> [[CONV -> RELU]*N -> POOL?]*M -> [FC -> RELU]*K -> FC';
    const layers = (options: nn.PatternOptions) =>
      nn
        .fromPattern(pattern, options)
        .children()
        .map((m) => m.constructor.name)
        .join(' ');
    expect(layers({ counts: { N: 1, M: 2, K: 1 } })).toBe(
      'Conv2d ReLU MaxPool2d Conv2d ReLU MaxPool2d Flatten Linear ReLU Linear',
    );
    expect(layers({ counts: { N: 1, M: 2, K: 0 }, optional: (i) => i === 1 })).toBe(
      'Conv2d ReLU Conv2d ReLU MaxPool2d Flatten Linear',
    );
    expect(layers({ counts: { N: 0, M: 0, K: 0 }, input: [784] })).toBe('Linear');
  });
  it('builds VGG-16 from one line', () => {
    const net = nn.meta(() =>
      nn.fromPattern(
        'INPUT -> [[CONV -> RELU]*2 -> POOL]*2 -> [[CONV -> RELU]*3 -> POOL]*3 -> [FC-4096 -> RELU]*2 -> FC',
        { input: [3, 224, 224], filters: [64, 64, 128, 128, 256, 256, 256, 512], classes: 1000 },
      ),
    );
    expect(net.summary().parameters).toBe(138_357_544);
    expect(net.summary().activations).toBe(15_237_608);
  });
  it('takes windows, counts and strides from the names', () => {
    const net = nn.fromPattern(
      'INPUT -> CONV5-6/2 -> BN -> TANH -> POOL3/2 -> LRN -> FC-7 -> BN -> DROPOUT -> FC',
      {
        input: [1, 29, 29],
        classes: 3,
      },
    );
    expect(net.summary().rows.map((row) => [row.layer, row.size])).toEqual([
      ['INPUT', '29x29x1'],
      ['CONV5-6/2', '15x15x6'],
      ['BN', '15x15x6'],
      ['POOL3/2', '7x7x6'],
      ['LRN', '7x7x6'],
      ['FC', '1x1x7'],
      ['BN', '1x1x7'],
      ['FC', '1x1x3'],
    ]);
  });
  it.each([
    ['INPUT -> CONVX -> FC', "'CONVX' is no layer", 9, 5],
    ['INPUT - CONV', "expected '->' between two layers", 6, 1],
    ['INPUT -> [CONV -> RELU*2', "this '[' is never closed", 9, 1],
    ['INPUT -> CONV] -> FC', "this ']' has no '['", 13, 1],
    ['INPUT -> [CONV -> RELU]*N -> FC', 'say what N is', 24, 1],
    ['INPUT -> [CONV]*-1', 'expected how often', 16, 1],
    ['INPUT -> [CONV -> POOL]*6 -> FC', '(1 - 2)/2 + 1 = 0.5', 18, 4],
    ['INPUT -> FC -> CONV', 'after FC there is none', 15, 4],
    ['CONV -> FC', 'begins with INPUT', 0, 4],
    ['INPUT -> ', 'a layer is missing at the end', 9, 1],
    ['INPUT -> CONV4', 'use an odd width', 9, 5],
    ['INPUT -> FC -> INPUT', 'at the beginning only', 15, 5],
  ])('points into %s', (pattern, message, at, length) => {
    let error = '';
    try {
      nn.fromPattern(pattern);
    } catch (e) {
      error = (e as Error).message;
    }
    const [text, shown, mark] = error.split('\n');
    expect(text).toContain(message);
    expect(shown).toBe(`  ${pattern}`);
    expect(mark).toBe(`  ${' '.repeat(at)}${'^'.repeat(length)}`);
  });
});

describe('surgery', () => {
  it('VGG-16 as convolutions gives 6x6x1000 for images of 384, with the same parameters', () => {
    const net = nn.meta(() => nn.toConvolutional(models.vgg16()));
    const table = net.summary([3, 384, 384]);
    expect(table.rows.at(-1)!.size).toBe('6x6x1000');
    expect(table.parameters).toBe(138_357_544);
    expect(nn.toConvolutional(vgg).summary([3, 224, 224]).rows.at(-1)!.size).toBe('1x1x1000');
  });
  const small = (padding: number) =>
    new nn.Sequential(
      new nn.Conv2d(2, 4, 3, { padding }),
      new nn.ReLU(),
      new nn.MaxPool2d(2),
      new nn.Flatten(),
      new nn.Linear(4 * (4 + padding) ** 2, 6),
      new nn.ReLU(),
      new nn.Linear(6, 3),
    ).double();
  it('without padding equals the net on every crop', () => {
    np.random.seed(0);
    const net = small(0);
    const wide = nn.toConvolutional(net, [2, 10, 10]);
    const image = np.random.randn(1, 2, 20, 20);
    const scores = wide(image);
    expect(scores.shape).toEqual([1, 3, 6, 6]);
    for (let i = 0; i < 6; i++) {
      for (let j = 0; j < 6; j++) {
        const crop = image.at(':', ':', `${2 * i}:${2 * i + 10}`, `${2 * j}:${2 * j + 10}`);
        np.testing.assert_allclose(scores.at(0, ':', i, j), net(crop).at(0), { rtol: 0, atol: 1e-9 });
      }
    }
  });
  it('with padding is equal at the net’s own size, and different inside a larger image', () => {
    np.random.seed(0);
    const net = small(1);
    const wide = nn.toConvolutional(net, [2, 10, 10]);
    const image = np.random.randn(1, 2, 20, 20);
    const crop = image.at(':', ':', ':10', ':10');
    np.testing.assert_allclose(wide(crop).reshape([1, 3]), net(crop), { rtol: 0, atol: 1e-12 });
    expect(np.max(np.abs(np.sub(wide(image).at(0, ':', 0, 0), net(crop).at(0)))).item()).toBeGreaterThan(
      1e-3,
    );
  });
  it('slides global averages, and refuses what cannot slide', () => {
    const net = new nn.Sequential(new nn.Conv2d(1, 2, 3), new nn.GlobalAvgPool2d(), new nn.Linear(2, 3));
    const x = np.random.randn(1, 1, 6, 6);
    np.testing.assert_allclose(nn.toConvolutional(net, [1, 6, 6])(x).reshape([1, 3]), net(x), { rtol: 1e-5 });
    expect(() =>
      nn.toConvolutional(
        new nn.Sequential(new nn.Flatten(), new nn.Linear(9, 4), new nn.BatchNorm1d(4)),
        [1, 3, 3],
      ),
    ).toThrow('toConvolutional: BatchNorm1d after a fully connected layer');
    expect(() => nn.toConvolutional(nn.meta(() => models.resnet18()))).toThrow(
      'ResNet is not a row of layers',
    );
  });
  it('writes a convolution as a sparse matrix', () => {
    np.random.seed(0);
    const w = np.random.randn(3, 2, 3, 3);
    const x = np.random.randn(1, 2, 6, 5);
    for (const options of [{}, { stride: 2, padding: 1 }, { dilation: 2 }]) {
      const m = nn.convMatrix(w, [2, 6, 5], options);
      np.testing.assert_allclose(np.dot(m, x.ravel()), nn.conv2d(x, w, null, options).ravel(), {
        rtol: 1e-12,
        atol: 1e-12,
      });
      expect(Number(np.count_nonzero(m))).toBeLessThan(0.4 * m.size);
    }
  });
});

describe('windows as columns', () => {
  it.each([
    [{}],
    [{ stride: 2 }],
    [{ padding: 1, stride: [1, 2] as [number, number] }],
    [{ dilation: 2, padding: [0, 2] as [number, number] }],
  ])('times filters as rows are the convolution, %o', (options) => {
    np.random.seed(0);
    const [x, w] = [np.random.randn(2, 3, 8, 7), np.random.randn(4, 3, 3, 2)];
    const out = nn.conv2d(x, w, null, options);
    const columns = nn.unfold(x, [3, 2], options);
    expect(columns.shape).toEqual([2, 18, out.shape[2] * out.shape[3]]);
    const product = np.matmul(w.reshape([4, 18]), columns).reshape(out.shape as number[]);
    np.testing.assert_allclose(product, out, { rtol: 1e-12, atol: 1e-12 });
  });
  it('have gradients of two orders', () => {
    np.random.seed(0);
    const f = (x: NDArray) => np.sum(np.power(nn.unfold(x, 2, { stride: 2, padding: 1 }), 3));
    const report = gradCheck(f, [np.random.randn(1, 2, 4, 3)], { order: 2 });
    expect(report.passed, String(report)).toBe(true);
  });
  it('say what they want', () => {
    expect(() => nn.unfold(np.ones([3, 4, 4]), 2)).toThrow('unfold: expected images (N, C, H, W)');
    expect(() => nn.unfold(np.ones([1, 1, 2, 2]), 3)).toThrow('(2 - 3 + 0)/1 + 1 = 0');
  });
});

describe('a locally connected layer', () => {
  const local = new nn.LocallyConnected2d(2, 3, [6, 5], 3, { stride: 2, padding: 1, dtype: 'float64' });
  const conv = new nn.Conv2d(2, 3, 3, { stride: 2, padding: 1, dtype: 'float64' });
  it('with the same weights everywhere is a convolution, whose gradient is the sum of its own', () => {
    np.random.seed(0);
    const tiled = np.mul(conv.weight.detach().reshape([3, 18, 1]), np.ones([1, 1, 9]));
    const bias = np.mul(conv.bias!.detach().reshape([3, 1, 1]), np.ones([1, 3, 3]));
    local.loadStateDict({ weight: tiled, bias });
    const x = np.random.randn(4, 2, 6, 5);
    const [a, b] = [local(x), conv(x)];
    np.testing.assert_allclose(a, b, { rtol: 1e-12, atol: 1e-12 });
    const g = np.random.randn(...a.shape);
    np.sum(np.mul(a, g)).backward();
    np.sum(np.mul(b, g)).backward();
    const summed = np.sum(local.weight.grad!, { axis: 2 }).reshape([3, 2, 3, 3]);
    np.testing.assert_allclose(summed, conv.weight.grad!, { rtol: 1e-11, atol: 1e-11 });
    np.testing.assert_allclose(np.sum(local.bias!.grad!, { axis: [1, 2] }), conv.bias!.grad!, {
      rtol: 1e-11,
    });
  });
  it('would give the first layer of AlexNet 105,705,600 parameters', () => {
    const layer = nn.meta(() => new nn.LocallyConnected2d(3, 96, 227, 11, { stride: 4 }));
    const { rows, parameters } = layer.summary([3, 227, 227]);
    expect(parameters).toBe(105_705_600);
    expect(rows[1]).toMatchObject({ layer: 'LOCAL11-96/4', size: '55x55x96', formula: '55*55*(11*11*3)*96' });
  });
  it('refuses images of another size', () => {
    expect(() => local(np.ones([1, 2, 7, 5]))).toThrow('expected images (N, 2, 6, 5), got (1, 2, 7, 5)');
    expect(() => new nn.LocallyConnected2d(1, 1, 2, 3)).toThrow('does not fit');
  });
});

describe('named nets', () => {
  const counts: [string, () => nn.AnyModule, number][] = [
    ['LeNet-5', () => models.lenet5(), 61_706],
    ['AlexNet of torchvision', () => models.alexnet(), 61_100_840],
    ['AlexNet, one tower', () => models.alexnet({ variant: 'paper', groups: 1 }), 62_378_344],
    ['AlexNet, two groups', () => models.alexnet({ variant: 'paper' }), 60_965_224],
    ['ZF Net', () => models.zfnet(), 62_357_608],
    ['VGG-11', () => models.vgg11(), 132_863_336],
    ['VGG-13', () => models.vgg13(), 133_047_848],
    ['VGG-16', () => models.vgg16(), 138_357_544],
    ['VGG-16 with batch normalisation', () => models.vgg16({ batchNorm: true }), 138_365_992],
    ['VGG-19', () => models.vgg19(), 143_667_240],
    ['GoogLeNet of torchvision', () => models.googlenet(), 6_624_904],
    ['GoogLeNet of the paper', () => models.googlenet({ variant: 'paper' }), 6_998_552],
    ['ResNet-18', () => models.resnet18(), 11_689_512],
    ['ResNet-34', () => models.resnet34(), 21_797_672],
    ['ResNet-50', () => models.resnet50(), 25_557_032],
    ['Network in Network', () => models.networkInNetwork(), 966_986],
    ['All-CNN-C', () => models.allConvolutional(), 1_369_738],
  ];
  it.each(counts)('%s has its number of parameters', (_, make, parameters) => {
    const net = nn.meta(make);
    expect(net.parameters().reduce((sum, p) => sum + p.size, 0)).toBe(parameters);
    expect(net.summary().parameters).toBe(parameters);
  });
  it('do as much arithmetic as is said of them', () => {
    const giga = (make: () => nn.AnyModule) => nn.meta(make).summary().flops / 2e9;
    expect(giga(() => models.resnet18())).toBeCloseTo(1.814, 3);
    expect(giga(() => models.resnet34())).toBeCloseTo(3.664, 3);
    expect(giga(() => models.resnet50())).toBeCloseTo(4.089, 3);
    expect(giga(() => models.alexnet())).toBeCloseTo(0.714, 3);
    expect(giga(() => models.vgg19())).toBeCloseTo(19.632, 3);
    expect(giga(() => models.googlenet())).toBeCloseTo(1.498, 3);
  });
  it('have the sizes of the papers on the way', () => {
    const sizes = (make: () => nn.AnyModule) =>
      nn
        .meta(make)
        .summary()
        .rows.map((row) => row.size);
    expect(sizes(() => models.alexnet({ variant: 'paper' }))).toEqual(
      expect.arrayContaining(['55x55x96', '27x27x256', '13x13x384', '6x6x256']),
    );
    expect(sizes(() => models.zfnet())).toEqual(
      expect.arrayContaining(['110x110x96', '55x55x96', '26x26x256', '13x13x384', '6x6x256']),
    );
    expect(sizes(() => models.googlenet({ variant: 'paper' }))).toEqual(
      expect.arrayContaining(['112x112x64', '28x28x256', '28x28x480', '14x14x832', '7x7x1024']),
    );
    expect(sizes(() => models.lenet5())).toEqual(
      expect.arrayContaining(['28x28x6', '14x14x6', '10x10x16', '5x5x16', '1x1x120', '1x1x84', '1x1x10']),
    );
  });
  it('carry the parameter names of torchvision', () => {
    const names = (make: () => nn.AnyModule) => {
      const net = nn.meta(make);
      return [...net.namedParameters(), ...net.namedBuffers()].map(([name]) => name);
    };
    expect(names(() => models.alexnet())).toEqual(
      [0, 3, 6, 8, 10]
        .map((i) => `features.${i}`)
        .concat([1, 4, 6].map((i) => `classifier.${i}`))
        .flatMap((name) => [`${name}.weight`, `${name}.bias`]),
    );
    expect(names(() => models.vgg16()).filter((name) => name.startsWith('classifier'))).toEqual(
      [0, 3, 6].flatMap((i) => [`classifier.${i}.weight`, `classifier.${i}.bias`]),
    );
    expect(names(() => models.resnet50())).toEqual(
      expect.arrayContaining([
        'conv1.weight',
        'layer1.0.downsample.0.weight',
        'layer1.0.downsample.1.running_var',
        'layer4.2.bn3.num_batches_tracked',
        'fc.bias',
      ]),
    );
    expect(names(() => models.googlenet())).toEqual(
      expect.arrayContaining(['inception3a.branch1.conv.weight', 'inception5b.branch4.1.bn.running_mean']),
    );
  });
  it.each([
    ['LeNet-5', () => models.lenet5(), [2, 1, 32, 32], 10],
    ['VGG-16 for small images', () => models.vgg16({ image: 32, classes: 10 }), [1, 3, 32, 32], 10],
    ['ResNet-18', () => models.resnet18({ classes: 7 }), [2, 3, 64, 64], 7],
    ['ResNet-50', () => models.resnet50({ classes: 7 }), [1, 3, 64, 64], 7],
    ['GoogLeNet', () => models.googlenet({ classes: 5 }), [1, 3, 64, 64], 5],
    ['GoogLeNet of the paper', () => models.googlenet({ classes: 5, variant: 'paper' }), [1, 3, 64, 64], 5],
    ['Network in Network', () => models.networkInNetwork(), [1, 3, 32, 32], 10],
    ['All-CNN-C', () => models.allConvolutional(), [1, 3, 32, 32], 10],
    ['AlexNet', () => models.alexnet({ variant: 'paper', classes: 4 }), [1, 3, 227, 227], 4],
    ['ZF Net', () => models.zfnet({ classes: 4 }), [1, 3, 224, 224], 4],
  ] as [string, () => nn.AnyModule, number[], number][])('%s runs', (_, make, shape, classes) => {
    np.random.seed(0);
    const net = make().eval();
    const scores = np.noGrad(() => net(np.random.randn(...shape)) as NDArray);
    expect(scores.shape).toEqual([shape[0], classes]);
    expect(np.all(np.isfinite(scores)).item()).toBe(true);
    expect(np.std(scores).item()).toBeGreaterThan(0);
  });
  it('ResNets learn: every parameter gets a gradient', () => {
    np.random.seed(0);
    const net = models.resnet18({ classes: 3 });
    nn.crossEntropy(net(np.random.randn(2, 3, 32, 32)), np.array([0, 2], { dtype: 'int64' })).backward();
    expect(net.namedParameters().filter(([, p]) => p.grad === null)).toEqual([]);
  });
});
