// Transforms of images against torchvision and Pillow (fixtures/torchvision_transforms.py), and the distributions,
// shapes and seeds of the random ones.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { data, type NDArray, np } from '../../src/index.js';

const t = data.transforms;

interface Expected {
  shape: number[];
  values: number[];
}
interface Case {
  kind: string;
  image: string;
  args: any;
  uint8?: Expected;
  float32?: Expected;
}
const fixture: {
  images: Record<string, Expected>;
  cases: Case[];
  normalized: number[];
} = JSON.parse(readFileSync(new URL('../fixtures/torchvision_transforms.json', import.meta.url), 'utf8'));

const picture = (name: string): NDArray =>
  np.array(fixture.images[name].values, { dtype: 'uint8' }).reshape(fixture.images[name].shape);
const jitter = (what: string, by: number) => new t.ColorJitter({ [what]: [by, by] });

/** A source whose uniform numbers are given: what the random transforms would draw. */
const fixed = (...numbers: number[]): data.transforms.RandomSource => ({
  uniform: (low, high, size) => {
    const n = Array.isArray(size) ? size[0] : (size as number);
    return np.array(Array.from({ length: n }, () => low + numbers.shift()! * (high - low)));
  },
});

const run: Record<string, (x: NDArray, a: any) => NDArray> = {
  resize: (x, { size, interpolation, maxSize }) =>
    new t.Resize(size, { interpolation, maxSize: maxSize ?? undefined })(x),
  rotate: (x, { angle, ...options }) => new t.RandomRotation([angle, angle], options)(x),
  brightness: (x, { by }) => jitter('brightness', by)(x),
  contrast: (x, { by }) => jitter('contrast', by)(x),
  saturation: (x, { by }) => jitter('saturation', by)(x),
  hue: (x, { by }) => jitter('hue', by)(x),
  pad: (x, { padding, paddingMode }) => new t.Pad(padding, { paddingMode })(x),
  centerCrop: (x, { size }) => new t.CenterCrop(size)(x),
  hflip: (x) => new t.RandomHorizontalFlip(1)(x),
  vflip: (x) => new t.RandomVerticalFlip(1)(x),
  resizedCrop: (x, { box, size }) => {
    class Here extends t.RandomResizedCrop {
      override getParams(n: number) {
        return Array.from({ length: n }, () => box);
      }
    }
    return new Here(size)(x);
  },
};

describe('transforms are torchvision’s', () => {
  for (const [i, c] of fixture.cases.entries()) {
    const title = `${c.kind} of ${c.image} ${JSON.stringify(c.args)}`;
    if (c.uint8) {
      it(`${i}: ${title}, pictures bit by bit`, () => {
        const out = run[c.kind](picture(c.image), c.args);
        expect([out.dtype, out.shape]).toEqual(['uint8', c.uint8!.shape]);
        expect(out.ravel().tolist()).toEqual(c.uint8!.values);
      });
    }
    if (c.float32) {
      it(`${i}: ${title}, tensors within 2e-5`, () => {
        const out = run[c.kind](new t.ToTensor()(picture(c.image)), c.args);
        expect([out.dtype, out.shape]).toEqual(['float32', c.float32!.shape]);
        expect(np.allclose(out.ravel(), np.array(c.float32!.values), { rtol: 0, atol: 2e-5 })).toBe(true);
      });
    }
  }
  it('ToTensor and Normalize', () => {
    const out = new t.Compose([new t.ToTensor(), new t.Normalize([0.5, 0.4, 0.3], [0.2, 0.3, 0.25])])(
      picture('colour'),
    );
    expect(out.shape).toEqual([3, 13, 17]);
    expect(np.allclose(out.ravel(), np.array(fixture.normalized), { rtol: 0, atol: 2e-5 })).toBe(true);
  });
});

describe('a stack of images', () => {
  it('is transformed as its images are, one after the other, for every layout', () => {
    const gray = new np.random.RandomState(1).randint(0, 256, { size: [4, 9, 11] }).astype('uint8');
    const colour = new np.random.RandomState(2).randint(0, 256, { size: [4, 9, 11, 3] }).astype('uint8');
    for (const stack of [gray, colour, new t.ToTensor()(colour)]) {
      for (const make of [
        () => new t.Resize([5, 6]),
        () => new t.Pad(2, { paddingMode: 'reflect' }),
        () => new t.RandomRotation([17, 17], { interpolation: 'bilinear' }),
        () => new t.ColorJitter({ brightness: [1.3, 1.3] }),
        () => new t.ToTensor(),
      ]) {
        const together = make()(stack);
        for (let i = 0; i < 4; i++) expect(together.at(i).tolist()).toEqual(make()(stack.at(i)).tolist());
      }
    }
  });
  it('of no images gives no images', () => {
    expect(new t.Resize([5, 6])(np.zeros([0, 9, 9], { dtype: 'uint8' })).shape).toEqual([0, 5, 6]);
    expect(new t.ToTensor()(np.zeros([0, 9, 9, 3], { dtype: 'uint8' })).shape).toEqual([0, 3, 9, 9]);
  });
  it('may be a view with strides', () => {
    const big = new np.random.RandomState(3).randint(0, 256, { size: [3, 12, 16, 3] }).astype('uint8');
    const view = big.at('::2', ':', '::-2');
    expect(new t.Resize([5, 5])(view).tolist()).toEqual(new t.Resize([5, 5])(view.copy()).tolist());
  });
});

describe('random transforms', () => {
  const stack = np
    .arange(2000 * 6 * 6)
    .reshape(2000, 6, 6)
    .astype('uint8');
  const within = (value: number, expected: number, se: number): void => {
    expect(Math.abs(value - expected)).toBeLessThan(4 * se);
  };
  const mean = (x: number[]): number => x.reduce((a, b) => a + b, 0) / x.length;
  /** The largest distance between the sample's distribution and U[low, high]. */
  const distance = (x: number[], low: number, high: number): number => {
    const sorted = [...x].sort((a, b) => a - b);
    return Math.max(
      ...sorted.map((v, i) =>
        Math.max(
          Math.abs((v - low) / (high - low) - i / x.length),
          Math.abs((v - low) / (high - low) - (i + 1) / x.length),
        ),
      ),
    );
  };
  // The Kolmogorov-Smirnov distance that is exceeded with probability 0.001.
  const bound = (n: number): number => 1.95 / Math.sqrt(n);
  const n = 2000;

  it('draw flips with probability p', () => {
    np.random.seed(1);
    const flips = new t.RandomHorizontalFlip().getParams(n);
    within(mean(flips.map(Number)), 0.5, Math.sqrt(0.25 / n));
    within(mean(new t.RandomVerticalFlip(0.1).getParams(n).map(Number)), 0.1, Math.sqrt(0.09 / n));
  });
  it('draw angles, crops and jitter from their ranges, evenly', () => {
    np.random.seed(2);
    const angles = new t.RandomRotation(20, { resample: 2 }).getParams(n);
    expect(distance(angles, -20, 20)).toBeLessThan(bound(n));
    const jitters = new t.ColorJitter({ hue: 0.05, saturation: 0.05, brightness: [0.5, 2] }).getParams(n);
    const of = (what: string) => jitters.map((j) => j.find((c) => c.what === what)!.by);
    expect(distance(of('hue'), -0.05, 0.05)).toBeLessThan(bound(n));
    expect(distance(of('saturation'), 0.95, 1.05)).toBeLessThan(bound(n));
    expect(distance(of('brightness'), 0.5, 2)).toBeLessThan(bound(n));
    expect(jitters.every((j) => j.length === 3)).toBe(true);
    // Each of the six orders of three changes comes equally often.
    const orders = new Map<string, number>();
    for (const j of jitters) {
      const key = j.map((c) => c.what[0]).join('');
      orders.set(key, (orders.get(key) ?? 0) + 1);
    }
    expect(orders.size).toBe(6);
    for (const count of orders.values()) within(count / n, 1 / 6, Math.sqrt(5 / 36 / n));
    const places = new t.RandomCrop(28, { padding: 4 }).getParams(n, 28, 28);
    for (const k of [0, 1]) {
      const values = places.map((p) => p[k]);
      expect([Math.min(...values), Math.max(...values)]).toEqual([-4, 4]);
      within(mean(values), 0, Math.sqrt(80 / 12 / n));
    }
  });
  it('crop areas and proportions as RandomResizedCrop’s ranges say', () => {
    np.random.seed(3);
    const boxes = new t.RandomResizedCrop(8, { scale: [0.2, 0.8] }).getParams(n, 400, 400);
    const areas = boxes.map(([, , h, w]) => (h * w) / 160000);
    expect(distance(areas, 0.2, 0.8)).toBeLessThan(bound(n) + 0.01);
    const ratios = boxes.map(([, , h, w]) => Math.log(w / h));
    expect(distance(ratios, Math.log(3 / 4), Math.log(4 / 3))).toBeLessThan(bound(n) + 0.02);
    expect(boxes.every(([y, x, h, w]) => y >= 0 && x >= 0 && y + h <= 400 && x + w <= 400)).toBe(true);
    // Too long for the proportions: the middle, as torchvision falls back to.
    expect(new t.RandomResizedCrop(8, { scale: [1, 1] }).getParams(1, 10, 100)).toEqual([[0, 43, 10, 13]]);
  });
  it('give each image of a stack numbers of its own, the same for the same seed', () => {
    const augment = new t.Compose([
      new t.RandomHorizontalFlip(),
      new t.RandomRotation(20),
      new t.RandomCrop(4),
    ]);
    const same = np.zeros([8, 6, 6], { dtype: 'uint8' }).add(stack.at(0)).astype('uint8');
    const once = augment(same, new np.random.RandomState(5));
    expect(new Set(Array.from({ length: 8 }, (_, i) => String(once.at(i).tolist()))).size).toBeGreaterThan(5);
    expect(augment(same, new np.random.RandomState(5)).tolist()).toEqual(once.tolist());
    expect(augment(same, new np.random.RandomState(6)).tolist()).not.toEqual(once.tolist());
    np.random.seed(9);
    const first = augment(same).tolist();
    np.random.seed(9);
    expect(augment(same).tolist()).toEqual(first);
    expect(np.random.defaultRng(1).uniform(0, 1, [2]).shape).toEqual([2]);
    expect(augment(same, np.random.defaultRng(1)).shape).toEqual([8, 4, 4]);
  });
  it('flip twice is no flip, and p decides for each image', () => {
    const flip = new t.RandomHorizontalFlip(1);
    expect(flip(flip(stack)).tolist()).toEqual(stack.tolist());
    const some = new t.RandomHorizontalFlip(0.5)(stack.at(':3'), fixed(0.2, 0.7, 0.4));
    expect(some.tolist()).toEqual(
      np.stack([stack.at(0, ':', '::-1'), stack.at(1), stack.at(2, ':', '::-1')]).tolist(),
    );
  });
  it('crop with padding: positions in the padding give its value', () => {
    const out = new t.RandomCrop(6, { padding: 2, fill: 7 })(stack.at(1), fixed(0, 0));
    expect(out.at(':2').tolist()).toEqual(np.full([2, 6], 7).tolist());
    expect(out.at('2:', '2:').tolist()).toEqual(stack.at(1, ':4', ':4').tolist());
  });
  it('run the pipeline of the course: 224 x 224, jitter, flip, rotation', () => {
    np.random.seed(0);
    const pipeline = new t.Compose([
      new t.Resize([224, 224]),
      new t.ColorJitter({ hue: 0.05, saturation: 0.05 }),
      new t.RandomHorizontalFlip(),
      new t.RandomRotation(20, { resample: 'bilinear' }),
    ]);
    const out = pipeline(np.random.randint(0, 256, { size: [16, 32, 32, 3] }).astype('uint8'));
    expect([out.shape, out.dtype]).toEqual([[16, 224, 224, 3], 'uint8']);
    expect(String(pipeline)).toContain('RandomRotation(20, {"resample":"bilinear"})');
  });
});

describe('wrong arguments', () => {
  const image = np.zeros([8, 8, 3], { dtype: 'uint8' });
  it.each<[string, () => unknown, RegExp]>([
    [
      'dtype',
      () => new t.Resize(4)(np.zeros([8, 8], { dtype: 'int64' })),
      /Resize: images are uint8.*int64 of shape \(8, 8\)/,
    ],
    ['floating point picture', () => new t.Resize(4)(np.zeros([8, 8, 3])), /looks like a picture/],
    ['channels', () => new t.Resize(4)(np.zeros([2, 8, 8, 5], { dtype: 'uint8' })), /1, 3 or 4 channels/],
    ['no pixels', () => new t.Resize(4)(np.zeros([0, 8, 3], { dtype: 'uint8' })), /no pixels/],
    ['size', () => new t.Resize([4, 0]), /Resize: size is a whole number/],
    [
      'interpolation',
      () => new t.Resize(4, { interpolation: 'cubic' as any }),
      /not one of nearest, bilinear, bicubic/,
    ],
    ['option', () => new t.RandomCrop(4, { pading: 2 } as any), /did you mean 'padding'/],
    [
      'two names',
      () => new t.RandomRotation(4, { resample: 2, interpolation: 2 }),
      /two names of one option/,
    ],
    ['angles', () => new t.RandomRotation([5, 1]), /RandomRotation: degrees \[5,1\]/],
    ['hue', () => new t.ColorJitter({ hue: 0.7 }), /ColorJitter: hue 0.7/],
    ['brightness', () => new t.ColorJitter({ brightness: -1 }), /ColorJitter: brightness -1/],
    ['crop', () => new t.RandomCrop(9)(image), /RandomCrop: a window of 9 x 9 does not fit images of 8 x 8/],
    ['padding', () => new t.Pad([1, 2, 3]), /Pad: padding is one whole number, two or four/],
    ['border', () => new t.Pad(1, { paddingMode: 'wrap' as any }), /Pad: paddingMode 'wrap'/],
    ['p', () => new t.RandomHorizontalFlip(2), /between 0 and 1, not 2/],
    ['Normalize first', () => new t.Normalize([0.5], [0.5])(image), /put ToTensor before it/],
    ['std', () => new t.Normalize([0.5], [0]), /std must be above 0/],
    [
      'Normalize channels',
      () => new t.Normalize([1, 2], [1, 1])(new t.ToTensor()(image)),
      /2 numbers for tensors of 3 channels/,
    ],
    ['Compose', () => new t.Compose([new t.ToTensor(), 5 as any]), /Compose: element 1 is no transform/],
    ['ratio', () => new t.RandomResizedCrop(4, { ratio: [2, 1] }), /RandomResizedCrop: ratio \[2, 1\]/],
    ['jitter channels', () => new t.ColorJitter({ hue: 0.1 })(np.zeros([4, 8, 8])), /1 or 3 channels, not 4/],
  ])('%s', (_, f, message) => {
    expect(f).toThrow(message);
  });
});
