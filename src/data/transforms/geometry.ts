// Transforms that move pixels: other sizes, windows, flips and rotation.

import type { NDArray } from '../../core/ndarray.js';
import { checkOptions, type Spelled } from '../../core/options.js';
import {
  BORDERS,
  type Border,
  filterOf,
  type Interpolation,
  mapped,
  resized,
  type Stack,
  windows,
} from '../images.js';
import { draws, type RandomSource, shared, Transform } from './transform.js';

/** The same numbers for each of n images. */
const each = (n: number, row: readonly number[]): Float64Array =>
  Float64Array.from({ length: n * row.length }, (_, i) => row[i % row.length]);

/** A size as torchvision takes it where it means height and width: a number or a pair. */
function sizePair(caller: string, size: number | readonly number[]): [number, number] {
  const pair = typeof size === 'number' ? [size, size] : size.length === 1 ? [size[0], size[0]] : [...size];
  if (pair.length !== 2 || pair.some((v) => !Number.isInteger(v) || v < 1))
    throw new RangeError(
      `${caller}: size is a whole number or [height, width], each at least 1, not ${JSON.stringify(size)}.`,
    );
  return pair as [number, number];
}

function probability(caller: string, p: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`${caller}: a probability lies between 0 and 1, not ${p}.`);
  return p;
}

export interface ResizeOptions {
  /** 'bilinear' unless given. Shrinking averages what it leaves out, as Pillow does (antialias). */
  interpolation?: Interpolation;
  /** With a single size: the longer side is at most this. */
  maxSize?: number;
}

/**
 * Brings images to a size: [height, width], or one number for the shorter side. @see torchvision.transforms.Resize
 */
export class Resize extends Transform {
  private readonly filter: number;
  readonly options: ResizeOptions;
  constructor(
    readonly size: number | readonly [number, number],
    given: Spelled<ResizeOptions> = {},
  ) {
    const options: ResizeOptions = checkOptions('Resize', given, ['interpolation', 'maxSize']);
    sizePair('Resize', size);
    super([size, options]);
    this.options = options;
    this.filter = filterOf('Resize', options.interpolation ?? 'bilinear');
  }
  protected forward(s: Stack): NDArray {
    let to: [number, number];
    if (typeof this.size === 'number') {
      const [short, long] = s.h < s.w ? [s.h, s.w] : [s.w, s.h];
      let sides = [this.size, Math.trunc((this.size * long) / short)];
      const { maxSize } = this.options;
      if (maxSize !== undefined && sides[1] > maxSize)
        sides = [Math.trunc((maxSize * sides[0]) / sides[1]), maxSize];
      to = s.h < s.w ? [sides[0], sides[1]] : [sides[1], sides[0]];
    } else to = sizePair('Resize', this.size);
    if (to[0] === s.h && to[1] === s.w) return s.images;
    return resized(s, to, each(s.n, [0, 0, s.h, s.w]), this.filter);
  }
}

/** Sides added to an image: one number, [left-right, top-bottom] or [left, top, right, bottom]. */
export type Padding = number | readonly number[];

function sidesOf(caller: string, padding: Padding): [number, number, number, number] {
  const p = typeof padding === 'number' ? [padding] : padding;
  const sides =
    p.length === 1
      ? [p[0], p[0], p[0], p[0]]
      : p.length === 2
        ? [p[0], p[1], p[0], p[1]]
        : p.length === 4
          ? [...p]
          : [];
  if (sides.length === 0 || sides.some((v) => !Number.isInteger(v)))
    throw new RangeError(
      `${caller}: padding is one whole number, two or four, not ${JSON.stringify(padding)}.`,
    );
  return sides as [number, number, number, number];
}

function borderOf(caller: string, mode: Border): Border {
  if (!BORDERS.includes(mode))
    throw new RangeError(`${caller}: paddingMode '${String(mode)}' is not one of ${BORDERS.join(', ')}.`);
  return mode;
}

export interface PadOptions {
  /** Value of constant padding; 0 unless given. */
  fill?: number;
  /** 'constant' unless given; 'reflect' leaves out the edge, 'symmetric' repeats it. */
  paddingMode?: Border;
}

/** Adds pixels around images. @see torchvision.transforms.Pad */
export class Pad extends Transform {
  readonly options: PadOptions;
  constructor(
    readonly padding: Padding,
    given: Spelled<PadOptions> = {},
  ) {
    const options: PadOptions = checkOptions('Pad', given, ['fill', 'paddingMode']);
    sidesOf('Pad', padding);
    borderOf('Pad', options.paddingMode ?? 'constant');
    super([padding, options]);
    this.options = options;
  }
  protected forward(s: Stack): NDArray {
    const [left, top, right, bottom] = sidesOf('Pad', this.padding);
    const { fill, paddingMode } = this.options;
    return windows(
      s,
      [s.h + top + bottom, s.w + left + right],
      each(s.n, [-top, -left, 0, 0]),
      paddingMode,
      fill,
    );
  }
}

/** The middle of images, which are padded with zeros where they are smaller. @see torchvision.transforms.CenterCrop */
export class CenterCrop extends Transform {
  constructor(readonly size: number | readonly [number, number]) {
    sizePair('CenterCrop', size);
    super([size]);
  }
  protected forward(s: Stack): NDArray {
    const [h, w] = sizePair('CenterCrop', this.size);
    const half = (room: number): number => {
      // Python rounds halves to even; where there is too little, torchvision pads the odd pixel below and right.
      if (room < 0) return -Math.floor(-room / 2);
      const down = Math.floor(room / 2);
      return room % 2 === 0 ? down : down % 2 === 0 ? down : down + 1;
    };
    return windows(s, [h, w], each(s.n, [half(s.h - h), half(s.w - w), 0, 0]));
  }
}

/** Turns each image left to right with probability p. @see torchvision.transforms.RandomHorizontalFlip */
export class RandomHorizontalFlip extends Transform {
  constructor(readonly p = 0.5) {
    probability('RandomHorizontalFlip', p);
    super([p]);
  }
  /** For each of n images, whether it is flipped. */
  getParams(n: number, generator: RandomSource = shared): boolean[] {
    return Array.from(draws(generator, n, 0, 1), (u) => u < this.p);
  }
  protected forward(s: Stack, source: RandomSource): NDArray {
    const flips = this.getParams(s.n, source);
    return windows(s, [s.h, s.w], Float64Array.from(flips.flatMap((f) => [0, 0, f ? 1 : 0, 0])));
  }
}

/** Turns each image upside down with probability p. @see torchvision.transforms.RandomVerticalFlip */
export class RandomVerticalFlip extends Transform {
  constructor(readonly p = 0.5) {
    probability('RandomVerticalFlip', p);
    super([p]);
  }
  /** For each of n images, whether it is flipped. */
  getParams(n: number, generator: RandomSource = shared): boolean[] {
    return Array.from(draws(generator, n, 0, 1), (u) => u < this.p);
  }
  protected forward(s: Stack, source: RandomSource): NDArray {
    const flips = this.getParams(s.n, source);
    return windows(s, [s.h, s.w], Float64Array.from(flips.flatMap((f) => [0, 0, 0, f ? 1 : 0])));
  }
}

export interface RandomCropOptions extends PadOptions {
  /** Pixels added around the image before it is cut. */
  padding?: Padding;
  /** Pad images that are smaller than the size. */
  padIfNeeded?: boolean;
}

/** A window of the given size at a random place of each image. @see torchvision.transforms.RandomCrop */
export class RandomCrop extends Transform {
  readonly options: RandomCropOptions;
  constructor(
    readonly size: number | readonly [number, number],
    given: Spelled<RandomCropOptions> = {},
  ) {
    const options: RandomCropOptions = checkOptions('RandomCrop', given, [
      'padding',
      'padIfNeeded',
      'fill',
      'paddingMode',
    ]);
    sizePair('RandomCrop', size);
    if (options.padding !== undefined) sidesOf('RandomCrop', options.padding);
    borderOf('RandomCrop', options.paddingMode ?? 'constant');
    super([size, options]);
    this.options = options;
  }
  /** For each of n images of h x w, [top, left] of its window; negative where it begins in the padding. */
  getParams(n: number, h: number, w: number, generator: RandomSource = shared): [number, number][] {
    const [oh, ow] = sizePair('RandomCrop', this.size);
    const { padding = 0, padIfNeeded = false } = this.options;
    let [left, top, right, bottom] = sidesOf('RandomCrop', padding);
    if (padIfNeeded) {
      const missing = [oh - (h + top + bottom), ow - (w + left + right)].map((m) => Math.max(m, 0));
      [top, bottom, left, right] = [
        top + missing[0],
        bottom + missing[0],
        left + missing[1],
        right + missing[1],
      ];
    }
    const room = [h + top + bottom - oh, w + left + right - ow];
    if (room[0] < 0 || room[1] < 0) {
      throw new RangeError(
        `RandomCrop: a window of ${oh} x ${ow} does not fit images of ${h + top + bottom} x ${w + left + right} (with padding); pass {padIfNeeded: true} or a smaller size.`,
      );
    }
    const u = draws(generator, 2 * n, 0, 1);
    return Array.from({ length: n }, (_, i) => [
      Math.floor(u[2 * i] * (room[0] + 1)) - top,
      Math.floor(u[2 * i + 1] * (room[1] + 1)) - left,
    ]);
  }
  protected forward(s: Stack, source: RandomSource): NDArray {
    const places = this.getParams(s.n, s.h, s.w, source);
    const { paddingMode, fill } = this.options;
    const rows = Float64Array.from(places.flatMap(([top, left]) => [top, left, 0, 0]));
    return windows(s, sizePair('RandomCrop', this.size), rows, paddingMode, fill);
  }
}

export interface RandomResizedCropOptions {
  /** Share of the image's area that the window has; [0.08, 1] unless given. */
  scale?: readonly [number, number];
  /** Width / height of the window; [3/4, 4/3] unless given. */
  ratio?: readonly [number, number];
  /** 'bilinear' unless given. */
  interpolation?: Interpolation;
}

/** A window of random area and proportions, brought to the given size. @see torchvision.transforms.RandomResizedCrop */
export class RandomResizedCrop extends Transform {
  private readonly filter: number;
  private readonly scale: readonly [number, number];
  private readonly ratio: readonly [number, number];
  constructor(
    readonly size: number | readonly [number, number],
    readonly options: RandomResizedCropOptions = {},
  ) {
    checkOptions('RandomResizedCrop', options, ['scale', 'ratio', 'interpolation']);
    const { scale = [0.08, 1], ratio = [3 / 4, 4 / 3] } = options;
    sizePair('RandomResizedCrop', size);
    for (const [name, [low, high]] of [
      ['scale', scale],
      ['ratio', ratio],
    ] as const) {
      if (!(low > 0 && low <= high))
        throw new RangeError(
          `RandomResizedCrop: ${name} [${low}, ${high}] is not a pair of positive numbers, the lower first.`,
        );
    }
    super([size, options]);
    this.scale = scale;
    this.ratio = ratio;
    this.filter = filterOf('RandomResizedCrop', options.interpolation ?? 'bilinear');
  }
  /** For each of n images of h x w, [top, left, height, width] of its window. */
  getParams(
    n: number,
    h: number,
    w: number,
    generator: RandomSource = shared,
  ): [number, number, number, number][] {
    const [logLow, logHigh] = this.ratio.map(Math.log);
    return Array.from({ length: n }, () => {
      for (let attempt = 0; attempt < 10; attempt++) {
        const [a, r, y, x] = draws(generator, 4, 0, 1);
        const area = h * w * (this.scale[0] + a * (this.scale[1] - this.scale[0]));
        const ratio = Math.exp(logLow + r * (logHigh - logLow));
        const [width, height] = [Math.round(Math.sqrt(area * ratio)), Math.round(Math.sqrt(area / ratio))];
        if (width > 0 && width <= w && height > 0 && height <= h)
          return [Math.floor(y * (h - height + 1)), Math.floor(x * (w - width + 1)), height, width];
      }
      // No window fits: the largest in the middle whose proportions are allowed.
      const proportion = w / h;
      const [low, high] = this.ratio;
      const [height, width] =
        proportion < low ? [Math.round(w / low), w] : proportion > high ? [h, Math.round(h * high)] : [h, w];
      return [Math.floor((h - height) / 2), Math.floor((w - width) / 2), height, width];
    });
  }
  protected forward(s: Stack, source: RandomSource): NDArray {
    const rows = Float64Array.from(this.getParams(s.n, s.h, s.w, source).flat());
    return resized(s, sizePair('RandomResizedCrop', this.size), rows, this.filter);
  }
}

export interface RandomRotationOptions {
  /** 'nearest' unless given. */
  interpolation?: Interpolation;
  /** The older name of `interpolation`. */
  resample?: Interpolation;
  /** [x, y] of the point that stays; the middle unless given. */
  center?: readonly [number, number];
  /** Value of pixels from beyond the image; 0 unless given. */
  fill?: number;
}

/**
 * Rotates each image by an angle from [-degrees, degrees], or from [low, high], counter-clockwise.
 * @see torchvision.transforms.RandomRotation
 */
export class RandomRotation extends Transform {
  private readonly filter: number;
  private readonly range: readonly [number, number];
  constructor(
    readonly degrees: number | readonly [number, number],
    readonly options: RandomRotationOptions = {},
  ) {
    checkOptions('RandomRotation', options, ['interpolation', 'resample', 'center', 'fill']);
    const { interpolation, resample } = options;
    if (interpolation !== undefined && resample !== undefined)
      throw new TypeError(
        'RandomRotation: interpolation and resample are two names of one option; give one of them.',
      );
    const range = typeof degrees === 'number' ? ([-degrees, degrees] as const) : degrees;
    if (!(range[0] <= range[1]))
      throw new RangeError(
        `RandomRotation: degrees ${JSON.stringify(degrees)} is not a number of at least 0 or a pair [low, high].`,
      );
    super([degrees, options]);
    this.range = range;
    this.filter = filterOf('RandomRotation', interpolation ?? resample ?? 'nearest');
  }
  /** The angle of each of n images, in degrees. */
  getParams(n: number, generator: RandomSource = shared): number[] {
    return Array.from(draws(generator, n, this.range[0], this.range[1]));
  }
  protected forward(s: Stack, source: RandomSource): NDArray {
    if (this.filter === 3 && !s.bytes)
      throw new RangeError('RandomRotation: tensors rotate with nearest or bilinear interpolation.');
    const [cx, cy] = this.options.center ?? [s.w / 2, s.h / 2];
    const rows = this.getParams(s.n, source).flatMap((degrees) => {
      const angle = (-degrees * Math.PI) / 180;
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)].map((v) => Number(v.toFixed(15)));
      // x, y of the source: back by the angle around the centre.
      return [cos, sin, cos * -cx + sin * -cy + cx, -sin, cos, -sin * -cx + cos * -cy + cy];
    });
    return mapped(s, Float64Array.from(rows), this.filter, this.options.fill ?? 0);
  }
}
