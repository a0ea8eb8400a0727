// nn.functional with arguments in PyTorch's places, against PyTorch's values (test/fixtures/torch_places.py); what is
// only here: names, gradients, what bad input is told.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { gradCheck, type NDArray, nn, np } from '../../src/index.js';

const expected = JSON.parse(
  readFileSync(new URL('../fixtures/torch_places.json', import.meta.url), 'utf8'),
) as Record<string, number[]>;
const F = nn.functional;
const x = np.arange(24).astype('float64').reshape(1, 2, 3, 4);
const x0 = x.at(0);
const [a, b] = [x0.at(0), x0.at(1)];
const { ones } = np;

const calls: Record<string, () => NDArray> = {
  conv: () => F.conv2d(x, ones([2, 1, 2, 2]), null, [1, 2], 1, 1, 2),
  conv1: () => F.conv1d(x0, ones([2, 3, 2]), np.array([1, 2]), 2, 1),
  convt: () => F.conv_transpose2d(x.at(':', ':', ':2', ':2'), ones([2, 1, 2, 2]), null, 2, 0, 1),
  max: () => F.max_pool2d(x, 2, 1, 0, 1, true),
  max2: () => F.max_pool2d(x, 3, 2, 1, 1, true),
  avg: () => F.avg_pool2d(x, 3, 2, 1, false, false),
  mp1: () => F.max_pool1d(x0, 2, 1),
  ap1: () => F.avg_pool1d(x0, 2),
  pad: () => F.pad(a, [1, -1, 0, 2], 'constant', 9),
  padr: () => F.pad(x, [1, 1, 1, 0], 'reflect'),
  padc: () => F.pad(x, [1, 1, 0, 0], 'circular'),
  padp: () => F.pad(x, [2, 0, 0, 1], { mode: 'replicate' }),
  near: () => F.interpolate(x, { scale_factor: 1.5 }),
  near2: () => F.interpolate(x, [2, 7]),
  bil: () => F.interpolate(x, { size: [5, 3], mode: 'bilinear' }),
  bila: () => F.interpolate(x, { scale_factor: 2, mode: 'bilinear', align_corners: true }),
  bils: () => F.interpolate(x, { scale_factor: 1.3, mode: 'bilinear' }),
  lin: () => F.interpolate(x0, { size: 7, mode: 'linear' }),
  area: () => F.interpolate(x, { size: [2, 3], mode: 'area' }),
  ps: () => F.pixel_shuffle(np.arange(16).reshape(1, 4, 2, 2), 2),
  norm: () => F.normalize(a, { dim: 0 }),
  norm1: () => F.normalize(a, 1),
  pd: () => F.pairwise_distance(a, b.mul(2)),
  ln: () => F.layer_norm(a, [4], np.array([1, 2, 3, 4]), ones(4), 0.1),
  gn: () => F.group_norm(x, 1, np.array([1, 2]), null, 0.5),
  bn: () => {
    const [mean, variance, weight, bias] = [
      np.array([1, 2]),
      np.array([3, 4]),
      np.array([1, 2]),
      np.full(2, 0.5),
    ];
    return F.batch_norm(x, mean, variance, weight, bias, false, 0.1, 0.5);
  },
  sp: () => F.softplus(a.div(4).sub(1), 2, 1),
  gelu: () => F.gelu(a.div(4).sub(1), 'tanh'),
  cos: () => F.cosine_similarity(a, b, 0),
};

describe('arguments stand in PyTorch’s places', () => {
  it('each of its cases has a call here', () => {
    expect(Object.keys(calls)).toEqual(Object.keys(expected));
  });
  it.each(Object.keys(calls))('%s', (name) => {
    const got = calls[name]().ravel().tolist() as number[];
    expect(got).toHaveLength(expected[name].length);
    got.forEach((v, i) => {
      expect(v).toBeCloseTo(expected[name][i], 4);
    });
  });
});

it('the same by name, in either spelling; other names are told', () => {
  const w = ones([1, 2, 2, 2]);
  const wanted = F.conv2d(x, w, np.array([1]), 1, 1).tolist();
  expect(F.conv2d(x, w, { bias: np.array([1]), padding: 1 }).tolist()).toEqual(wanted);
  expect(F.conv2d(x, w, np.array([1]), { padding: 1 }).tolist()).toEqual(wanted);
  expect(F.max_pool2d(x, { kernel_size: 2, ceil_mode: true }).shape).toEqual([1, 2, 2, 2]);
  expect(() => F.conv2d(x, w, null, { strid: 2 } as object)).toThrow(
    "conv2d: unknown option 'strid'; did you mean 'stride'?",
  );
  expect(() => F.max_pool2d(x, 2, 1, 0, 2)).toThrow('maxPool2d: windows with gaps (dilation 2) are not here');
  expect(() => F.interpolate(x)).toThrow('interpolate: give either size or scaleFactor.');
  expect(() => F.pad(x, [1, 2, 3])).toThrow('pad: a border has two whole numbers for each axis');
});

it('gradients flow through borders, interpolation, unit vectors and pixels', () => {
  const one = np.random.default_rng(0).standard_normal([1, 4, 3, 2]);
  const functions: ((z: NDArray) => NDArray)[] = [
    (z) => F.pad(z, [1, -1, 2, 0], 'constant', 3),
    (z) => F.interpolate(z, { size: [2, 5], mode: 'bilinear' }),
    (z) => F.interpolate(z, { scaleFactor: 2 }),
    (z) => F.pixel_shuffle(z, 2),
    (z) => F.normalize(z),
    (z) => F.pairwise_distance(z, ones([2])),
  ];
  for (const f of functions)
    expect(gradCheck((z: NDArray) => np.sum(np.square(f(z))), [one]).passed).toBe(true);
});

it('gumbel_softmax draws shares, and one of each row with hard', () => {
  np.random.seed(0);
  const logits = np
    .array([
      [1, 2, 3],
      [0, 0, 0],
    ])
    .requiresGrad();
  const hard = F.gumbel_softmax(logits, 0.5, true);
  expect(hard.sum({ axis: 1 }).tolist()).toEqual([1, 1]);
  expect(new Set(hard.ravel().tolist() as number[])).toEqual(new Set([0, 1]));
  np.sum(hard.mul([1, 2, 3])).backward();
  expect(np.any(np.notEqual(logits.grad as NDArray, 0)).item()).toBe(true);
});

it('layers: Upsample, ZeroPad2d, PixelShuffle, Unflatten, MaxPool1d and AvgPool1d', () => {
  expect(new nn.Upsample({ scale_factor: 2, mode: 'nearest' })(x).shape).toEqual([1, 2, 6, 8]);
  expect(String(new nn.Upsample({ scale_factor: 2 }))).toBe("Upsample(scale_factor=2, mode='nearest')");
  expect(new nn.ZeroPad2d([1, 0, 2, 0])(x).shape).toEqual([1, 2, 5, 5]);
  expect(new nn.PixelShuffle(2)(ones([1, 8, 2, 3])).shape).toEqual([1, 2, 4, 6]);
  expect(new nn.Unflatten(1, [2, -1])(ones([3, 8])).shape).toEqual([3, 2, 4]);
  expect(() => new nn.Unflatten(1, [3, -1])(ones([3, 8]))).toThrow(
    'axis 1 of shape (3, 8) cannot become (3, -1)',
  );
  expect(new nn.MaxPool1d(2)(x0).tolist()).toEqual(F.max_pool1d(x0, 2).tolist());
  expect(new nn.AvgPool1d(3, 1)(x0).shape).toEqual([2, 3, 2]);
});

it('sums and their kin take axis 0 and -1 of a single number, as NumPy’s do', () => {
  const three = np.array(3);
  expect([np.sum(three, { axis: 0 }).item(), three.max(-1).item(), np.argmax(three, 0).item()]).toEqual([
    3, 3, 0,
  ]);
  expect(np.cumsum(three, 0).tolist()).toEqual([3]);
  expect(() => np.sum(three, { axis: 1 })).toThrow('axis 1 is out of bounds');
});
