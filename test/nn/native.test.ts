// The fast ways of layers against the plain ones: single precision by oneDNN beside double precision by im2col, native
// normalisation and softmax loss beside their compositions, and what they say to wrong input.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { grad, type NDArray, nn, np, vmap } from '../../src/index.js';

/** The largest error of float32 beside float64, relative to the largest element. */
function error(single: NDArray, double: NDArray): number {
  const difference = np.max(np.abs(np.sub(single.detach().astype('float64'), double.detach())));
  return Number(difference.item()) / Number(np.max(np.abs(double.detach())).item());
}

const convolutions: [
  name: string,
  input: number[],
  filters: number[],
  options: nn.ConvOptions,
  transposed?: boolean,
][] = [
  ['one channel', [5, 1, 28, 28], [32, 1, 3, 3], { padding: 1 }],
  ['many channels, by Winograd', [5, 32, 14, 14], [64, 32, 3, 3], { padding: 1 }],
  ['a batch that threads cannot share evenly', [13, 48, 9, 11], [33, 48, 3, 3], { padding: 1 }],
  ['a single image', [1, 64, 30, 30], [64, 64, 3, 3], {}],
  ['stride 4, as AlexNet', [2, 3, 67, 67], [96, 3, 11, 11], { stride: 4 }],
  ['stride 2 that leaves a rest', [3, 16, 18, 17], [24, 16, 3, 5], { stride: 2, padding: [1, 0] }],
  ['1 x 1', [4, 64, 7, 7], [128, 64, 1, 1], {}],
  ['dilation', [3, 17, 20, 20], [20, 17, 3, 3], { dilation: [2, 3], padding: 2 }],
  ['groups', [3, 32, 12, 12], [64, 8, 3, 3], { groups: 4, padding: 1 }],
  ['one filter for each channel', [3, 32, 12, 12], [32, 1, 3, 3], { groups: 32, padding: 1 }],
  ['more padding than window', [2, 16, 6, 6], [16, 16, 2, 2], { padding: 3 }],
  ['transposed', [3, 32, 8, 8], [32, 16, 4, 4], { stride: 2, padding: 1 }, true],
];

describe('convolution in single precision has the values of double precision', () => {
  it.each(convolutions)('%s', (_, input, filters, options, transposed) => {
    np.random.seed(3);
    const draw = (shape: number[]): NDArray => np.random.randn(...shape) as NDArray;
    const f = transposed ? nn.convTranspose2d : nn.conv2d;
    const [x, w, b] = [draw(input), draw(filters), draw([transposed ? filters[1] : filters[0]])];
    const ends = (['float64', 'float32'] as const).map((dtype) => {
      const leaves = [x, w, b].map((a) => a.astype(dtype).copy().requiresGrad());
      const out = f(leaves[0], leaves[1], leaves[2], options as object);
      const g = np
        .cos(np.arange(out.size))
        .add(0.5)
        .reshape([...out.shape]);
      out.backward(g.astype(dtype));
      return [out, ...leaves.map((leaf) => leaf.grad!)];
    });
    ends[0].forEach((double, i) => {
      expect(ends[1][i].dtype).toBe('float32');
      expect(error(ends[1][i], double)).toBeLessThan(1e-5);
    });
  });

  it('and works without oneDNN', () => {
    const code = `
      const { nn, np } = await import(${JSON.stringify(resolve(import.meta.dirname, '../../dist/src/index.js'))});
      const x = np.ones([4, 16, 10, 10], { dtype: 'float32' }), w = np.ones([16, 16, 3, 3], { dtype: 'float32' });
      console.log(nn.conv2d(x, w).sum().item());`;
    const sums = ['0', '1'].map((on) => {
      const env = { ...process.env, GRADLAB_ONEDNN: on };
      return spawnSync(process.execPath, ['--input-type=module', '-e', code], { env, encoding: 'utf8' })
        .stdout;
    });
    expect(sums).toEqual([`${4 * 16 * 64 * 144}\n`, `${4 * 16 * 64 * 144}\n`]);
  });
});

describe('max pooling', () => {
  it.each([
    [2, {}, [2, 3, 28, 28]],
    [3, { stride: 2, padding: 1 }, [1, 2, 31, 33]],
    [3, { stride: 1 }, [1, 2, 9, 150]],
    [[2, 3], { stride: [1, 3], padding: [1, 1], ceilMode: true }, [1, 2, 17, 40]],
    [5, { stride: 4 }, [1, 1, 40, 40]],
  ] as const)(
    'windows of %s %o over %o: the first largest element, NaN before all',
    (kernel, options, shape) => {
      for (const dtype of ['float32', 'float64'] as const) {
        np.random.seed(1);
        // Few values, so that ties are many, and some NaN.
        const x = (np.random.randint(0, 4, [...shape]) as NDArray).astype(dtype);
        x.set([np.less(np.random.rand(...shape), 0.02)], Number.NaN);
        const [out, at] = nn.maxPool2dWithIndices(x, kernel as nn.Pair, options as object);
        const o = { stride: kernel, padding: 0, ...(options as { stride?: nn.Pair; padding?: nn.Pair }) };
        const two = (v: nn.Pair): readonly number[] => (typeof v === 'number' ? [v, v] : v);
        const [k, s, p] = [two(kernel as nn.Pair), two(o.stride as nn.Pair), two(o.padding)];
        const [values, indices] = [
          out.toArray() as number[][][][],
          at.toArray() as unknown as number[][][][],
        ];
        const pixels = x.toArray() as number[][][][];
        values.forEach((planes, n) => {
          planes.forEach((rows, c) => {
            rows.forEach((row, i) => {
              row.forEach((value, j) => {
                let best = Number.NEGATIVE_INFINITY;
                let where = -1;
                for (
                  let r = Math.max(0, i * s[0] - p[0]);
                  r < Math.min(shape[2], i * s[0] - p[0] + k[0]);
                  r++
                )
                  for (
                    let q = Math.max(0, j * s[1] - p[1]);
                    q < Math.min(shape[3], j * s[1] - p[1] + k[1]);
                    q++
                  )
                    if (where < 0 || (!Number.isNaN(best) && !(pixels[n][c][r][q] <= best)))
                      [best, where] = [pixels[n][c][r][q], r * shape[3] + q];
                expect([value, Number(indices[n][c][i][j])]).toEqual([best, where]);
              });
            });
          });
        });
      }
    },
  );
});

describe('the softmax loss', () => {
  const scores = np.array([
    [1, 2, 3],
    [1000, 0, -1000],
    [0.5, Number.NEGATIVE_INFINITY, 0],
  ]);
  const labels = [2, 1, 0];

  it.each(['float32', 'float64'] as const)('of %s is logSoftmax at the label, with its gradient', (dtype) => {
    const s = scores.astype(dtype).requiresGrad();
    const losses = nn.crossEntropy(s, labels, { reduction: 'none' });
    expect(losses.dtype).toBe(dtype);
    const logs = nn.logSoftmax(scores.astype(dtype));
    expect(losses.tolist()).toEqual(labels.map((k, i) => -Number(logs.at(i, k).item())));
    losses.backward(np.array([1, 2, 0.5]).astype(dtype));
    const right = np.equal(np.arange(3), np.array(labels).reshape(3, 1)).astype(dtype);
    const expected = np
      .exp(logs)
      .sub(right)
      .mul(np.array([[1], [2], [0.5]]).astype(dtype));
    np.testing.assertAllclose(s.grad!, expected, { rtol: 1e-6 });
  });

  it('reads labels of every dtype, and rows and labels with steps', () => {
    const wide = np.random.randn(6, 8);
    const expected = nn.crossEntropy(wide.at('::2, 1:6').copy(), [4, 0, 2]).item();
    for (const dtype of ['uint8', 'int32', 'int64', 'float32', 'float64'] as const) {
      const y = np.array([4, 9, 0, 9, 2, 9]).astype(dtype).at('::2');
      expect(nn.crossEntropy(wide.at('::2, 1:6'), y).item()).toBe(expected);
    }
    expect(nn.crossEntropy(wide.at('::2, 1:6').T.copy().T, [4, 0, 2]).item()).toBe(expected);
  });

  it('names the bad label and its example; shapes that do not fit', () => {
    const s = np.zeros([3, 4]);
    expect(() => nn.crossEntropy(s, [0, 4, 1])).toThrow(
      'crossEntropy: label 4 of example 1 is out of range; with 4 classes labels are 0 to 3.',
    );
    expect(() => nn.crossEntropy(s, [0, 1, -1])).toThrow(/crossEntropy: label -1 of example 2/);
    expect(() => nn.crossEntropy(s, [0, 1.5, 1])).toThrow(/crossEntropy: label 1\.5 of example 1/);
    expect(() => nn.crossEntropy(s, [0, Number.NaN, 1])).toThrow(/crossEntropy: label NaN of example 1/);
    expect(() => nn.crossEntropy(s, [0, 1])).toThrow(
      /scores of shape \(N, K\) and N labels, got \(3, 4\) and \(2,\)/,
    );
    expect(() => nn.crossEntropy(s, np.zeros([3, 1], { dtype: 'int64' }))).toThrow(/Use labels\.ravel\(\)/);
  });

  it('inside vmap, and under a gradient of a gradient', () => {
    const s = np.random.randn(5, 3, 4);
    const y = np.array([1, 0, 3]).astype('int64');
    const each = vmap((a: NDArray) => nn.crossEntropy(a, y))(s);
    for (let i = 0; i < 5; i++)
      expect(Number(each.at(i).item())).toBeCloseTo(Number(nn.crossEntropy(s.at(i), y).item()), 12);
    // The Hessian of the loss of one row is diag(p) - p p', its trace 1 - sum p^2.
    const row = np.random.randn(4);
    const slope = (a: NDArray): NDArray => grad((b: NDArray) => nn.crossEntropy(b.reshape(1, 4), [2]))(a);
    let trace = 0;
    for (let k = 0; k < 4; k++)
      trace += Number(
        grad((a: NDArray) => slope(a).at(k))(row)
          .at(k)
          .item(),
      );
    const p = nn.softmax(row);
    expect(trace).toBeCloseTo(1 - Number(np.sum(p.mul(p)).item()), 10);
  });
});

describe('batch normalisation', () => {
  it('in single precision has the statistics of a large mean', () => {
    const x = np.random.randn(64, 3, 10, 10).mul(0.5).add(1000).astype('float32');
    const layer = new nn.BatchNorm2d(3, { momentum: 1 });
    const out = layer(x).detach().astype('float64');
    const wide = x.astype('float64');
    np.testing.assertAllclose(np.mean(out, { axis: [0, 2, 3] }), np.zeros([3]), { atol: 1e-4 });
    np.testing.assertAllclose(np.var(out, { axis: [0, 2, 3] }), np.ones([3]), { rtol: 1e-3 });
    np.testing.assertAllclose(layer.runningMean!.astype('float64'), np.mean(wide, { axis: [0, 2, 3] }), {
      rtol: 1e-6,
    });
    np.testing.assertAllclose(
      layer.runningVar!.astype('float64'),
      np.var(wide, { axis: [0, 2, 3], ddof: 1 }),
      { rtol: 1e-4 },
    );
  });
  it('takes transposed and sliced input, and any number of channels', () => {
    for (const channels of [1, 3, 70, 130]) {
      const x = np.random.randn(channels, 9, 2).transpose(1, 0, 2).at('::2');
      const axis = [0, 2];
      const expected = x
        .sub(np.mean(x, { axis, keepdims: true }))
        .div(np.sqrt(np.var(x, { axis, keepdims: true }).add(1e-5)));
      np.testing.assertAllclose(nn.batchNorm(x, null, null, { training: true }), expected, {
        rtol: 1e-9,
        atol: 1e-12,
      });
      np.testing.assertAllclose(
        nn.batchNorm(x.at(':, :, 0'), null, null, { training: true }),
        nn.batchNorm(x.at(':, :, 0:1'), null, null, { training: true }).at(':, :, 0'),
        { rtol: 1e-9, atol: 1e-12 },
      );
    }
  });
});

describe('layers say what is wrong with their input', () => {
  it.each([
    [
      () => new nn.Conv2d(3, 8, 3)(np.zeros([1, 1, 8, 8])),
      /conv2d: filters of 3 channels do not fit an input of 1 channel/,
    ],
    [
      () => new nn.Conv2d(3, 8, 3)(np.zeros([3, 8, 8])),
      /conv2d: expected images \(N, C, H, W\).*reshape\(1, C, H, W\)/,
    ],
    [() => new nn.Conv2d(3, 8, 3)(np.zeros([2, 8, 8, 3])), /Are the images \(N, H, W, C\)\?/],
    [
      () => new nn.Conv2d(1, 8, 5)(np.zeros([1, 1, 4, 4])),
      /conv2d: a window of 5 does not fit into height of 4/,
    ],
    [
      () => nn.conv2d(np.zeros([1, 1, 4, 4]), np.zeros([2, 1, 3, 3]), np.zeros([3])),
      /conv2d: the bias has shape \(3,\); it must be \(2,\)/,
    ],
    [
      () => nn.conv2d(np.zeros([1, 1, 4, 4], { dtype: 'complex128' }), np.zeros([2, 1, 3, 3])),
      /conv2d: complex arrays are not supported/,
    ],
    [
      () => new nn.Linear(4, 2)(np.zeros([3, 5])),
      /Linear: the last axis of the input \(3, 5\) must have 4 features/,
    ],
    [() => new nn.MaxPool2d(2)(np.zeros([4, 4])), /maxPool2d: expected images \(N, C, H, W\), got \(4, 4\)/],
    [
      () => new nn.BatchNorm2d(4)(np.zeros([2, 3, 4, 4])),
      /BatchNorm2d: the input \(2, 3, 4, 4\) has 3 channels \(axis 1\), the layer 4/,
    ],
    [
      () => new nn.LayerNorm(4)(np.zeros([2, 3])),
      /layerNorm: the input \(2, 3\) must end in the normalized shape \(4,\)/,
    ],
  ])('%s', (call, text) => {
    expect(call).toThrow(text);
  });
});
