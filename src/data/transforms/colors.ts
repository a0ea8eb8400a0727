// Transforms that change what pixels hold: colours by chance, pictures made tensors, tensors normalized.

import { asarray } from '../../core/create.js';
import type { NDArray } from '../../core/ndarray.js';
import { checkOptions } from '../../core/options.js';
import { shapeText } from '../../core/shape.js';
import { div, sub } from '../../ops/elementwise.js';
import { ascontiguousarray, reshape, transpose } from '../../ops/shape.js';
import { recoloured, type Stack } from '../images.js';
import { draws, type RandomSource, shared, Transform } from './transform.js';

/** A range given as its half-width around `centre`, or as a pair of bounds. */
function rangeOf(
  caller: string,
  name: string,
  given: number | readonly [number, number] | undefined,
  centre: number,
  bounds: readonly [number, number],
): readonly [number, number] | null {
  if (given === undefined || given === 0) return null;
  const low = typeof given === 'number' ? Math.max(centre - given, centre === 1 ? 0 : -Infinity) : given[0];
  const high = typeof given === 'number' ? centre + given : given[1];
  if (!(low <= high && low >= bounds[0] && high <= bounds[1]) || (typeof given === 'number' && given < 0)) {
    throw new RangeError(
      `${caller}: ${name} ${JSON.stringify(given)} is not a number of at least 0 or a pair [low, high] within [${bounds.join(', ')}].`,
    );
  }
  return low === centre && high === centre ? null : [low, high];
}

export interface ColorJitterOptions {
  /** Factor from [max(0, 1 - v), 1 + v], or from a pair. */
  brightness?: number | readonly [number, number];
  contrast?: number | readonly [number, number];
  saturation?: number | readonly [number, number];
  /** Turn of the colour circle from [-v, v] with v at most 0.5, or from a pair. */
  hue?: number | readonly [number, number];
}

/** One change of colours: what, and by which factor (hue: turn). */
export interface ColorChange {
  what: 'brightness' | 'contrast' | 'saturation' | 'hue';
  by: number;
}

const CHANGES = ['brightness', 'contrast', 'saturation', 'hue'] as const;

/**
 * Changes brightness, contrast, saturation and hue of each image by random factors, in a random order.
 * @see torchvision.transforms.ColorJitter
 */
export class ColorJitter extends Transform {
  private readonly ranges: readonly (readonly [number, number] | null)[];
  constructor(readonly options: ColorJitterOptions = {}) {
    checkOptions('ColorJitter', options, CHANGES);
    const ranges = CHANGES.map((what) =>
      rangeOf(
        'ColorJitter',
        what,
        options[what],
        what === 'hue' ? 0 : 1,
        what === 'hue' ? [-0.5, 0.5] : [0, Infinity],
      ),
    );
    super([options]);
    this.ranges = ranges;
  }
  /** For each of n images, its changes in their order. */
  getParams(n: number, generator: RandomSource = shared): ColorChange[][] {
    return Array.from({ length: n }, () => {
      const u = draws(generator, 8, 0, 1);
      const order = [0, 1, 2, 3].sort((a, b) => u[a] - u[b]);
      return order.flatMap((k) => {
        const range = this.ranges[k];
        return range === null ? [] : [{ what: CHANGES[k], by: range[0] + u[4 + k] * (range[1] - range[0]) }];
      });
    });
  }
  protected forward(s: Stack, source: RandomSource): NDArray {
    if (s.channels !== 1 && s.channels !== 3)
      throw new RangeError(`ColorJitter: images have 1 or 3 channels, not ${s.channels}.`);
    const rows = new Float64Array(8 * s.n);
    this.getParams(s.n, source).forEach((changes, i) => {
      changes.forEach(({ what, by }, k) => {
        rows.set([CHANGES.indexOf(what) + 1, by], 8 * i + 2 * k);
      });
    });
    return recoloured(s, rows);
  }
}

/**
 * Pictures of bytes to float32 tensors from 0 to 1, channels first. Floating point arrays are tensors already.
 * @see torchvision.transforms.ToTensor
 */
export class ToTensor extends Transform {
  constructor() {
    super([]);
  }
  protected forward(s: Stack): NDArray {
    if (!s.bytes) return s.images;
    return div(ascontiguousarray(transpose(s.images, [0, 3, 1, 2])).astype('float32'), 255);
  }
}

/**
 * (x - mean) / std for each channel of tensors. @see torchvision.transforms.Normalize
 * @param mean,std one number for each channel, or one for all
 */
export class Normalize extends Transform {
  constructor(
    readonly mean: number | readonly number[],
    readonly std: number | readonly number[],
  ) {
    const numbers = [mean, std].map((v) => (typeof v === 'number' ? [v] : [...asList(v)]));
    if (numbers[1].some((v) => !(v > 0)))
      throw new RangeError(`Normalize: std must be above 0, got ${JSON.stringify(std)}.`);
    super(numbers);
    [this.mean, this.std] = numbers;
  }
  protected forward(s: Stack): NDArray {
    if (s.bytes)
      throw new TypeError(
        'Normalize: got a uint8 picture; put ToTensor before it, which gives numbers from 0 to 1.',
      );
    const values = ([this.mean, this.std] as number[][]).map((v) => {
      if (v.length !== 1 && v.length !== s.channels)
        throw new RangeError(
          `Normalize: ${v.length} numbers for tensors of ${s.channels} channels, shape ${shapeText(s.images.shape)}.`,
        );
      return reshape(asarray(Float64Array.from(v)).astype(s.images.dtype), [v.length, 1, 1]);
    });
    return div(sub(s.images, values[0]), values[1]);
  }
}

const asList = (v: readonly number[] | NDArray): number[] =>
  Array.from(asarray(v as readonly number[]).data as Float64Array, Number);
