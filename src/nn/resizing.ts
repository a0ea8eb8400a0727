// Images of another size: borders, interpolation, channels spread over pixels (torch.nn.functional.pad, interpolate,
// pixel_shuffle), and the layers that do it. All of it is composed of operations, so gradients of every order follow.

import { asarray } from '../core/create.js';
import { isFloat } from '../core/dtype.js';
import type { ArrayLike, NDArray } from '../core/ndarray.js';
import { parameters, type Spelled } from '../core/options.js';
import { shapeText } from '../core/shape.js';
import { type PadMode, pad as padded } from '../numpy/padding.js';
import { get } from '../ops/index.js';
import { matmul } from '../ops/matmul.js';
import { adaptiveAvgPool2d } from '../ops/pool.js';
import { astype, reshape, transpose } from '../ops/shape.js';
import { type Given, layerArguments } from './arguments.js';
import { Module } from './module.js';

// ---------------------------------------------------------------- borders

const PAD_MODES: Readonly<Record<string, PadMode>> = {
  constant: 'constant',
  reflect: 'reflect',
  replicate: 'edge',
  circular: 'wrap',
};

interface BorderOptions {
  mode?: 'constant' | 'reflect' | 'replicate' | 'circular';
  /** What a constant border is filled with. */
  value?: number;
}

/**
 * A border around arrays, given from the last axis on: `[left, right, top, bottom]`; negative numbers cut off
 * (torch.nn.functional.pad). `np.pad` counts from the first axis.
 *
 * @example
 * nn.functional.pad(np.ones([1, 2, 2]), [1, 1, 0, 1]).shape;   // [1, 3, 4]
 */
export function pad(
  x: ArrayLike,
  border: readonly number[],
  mode?: Given<BorderOptions['mode'], BorderOptions>,
  value?: Given<number, BorderOptions>,
): NDArray {
  const o = parameters<BorderOptions>('pad', ['mode', 'value'], [mode, value]);
  const a = asarray(x, 'pad');
  const known = PAD_MODES[o.mode ?? 'constant'];
  if (known === undefined)
    throw new TypeError(`pad: mode is ${Object.keys(PAD_MODES).join(', ')}, not '${String(o.mode)}'.`);
  if (border.length % 2 !== 0 || border.length > 2 * a.ndim || !border.every(Number.isInteger))
    throw new RangeError(
      `pad: a border has two whole numbers for each axis, the last axis first: [left, right, top, bottom], not [${border.join(', ')}] for shape ${shapeText(a.shape)}.`,
    );
  const widths = a.shape.map((_, axis): [number, number] => {
    const at = 2 * (a.ndim - 1 - axis);
    return [border[at] ?? 0, border[at + 1] ?? 0];
  });
  const cut = widths.map(([before, after], axis) => {
    const [from, to] = [Math.max(-before, 0), a.shape[axis] - Math.max(-after, 0)];
    if (from >= to && a.shape[axis] > 0)
      throw new RangeError(
        `pad: nothing would be left of axis ${axis}, which has ${a.shape[axis]} elements.`,
      );
    return `${from}:${to}`;
  });
  const inner = widths.some((pair) => pair.some((n) => n < 0)) ? get(a, cut) : a;
  const outer = widths.map((pair) => pair.map((n) => Math.max(n, 0)) as [number, number]);
  return known === 'constant'
    ? padded(inner, outer, { mode: known, constantValues: o.value ?? 0 })
    : padded(inner, outer, { mode: known });
}

// ---------------------------------------------------------------- interpolation

export interface InterpolateOptions {
  /** Rows and columns of the result, or one number for both. */
  size?: number | readonly number[] | null;
  /** How many times as many rows and columns; instead of `size`. */
  scaleFactor?: number | readonly number[] | null;
  mode?: 'nearest' | 'linear' | 'bilinear' | 'area';
  /** The corners of both images lie on each other (PyTorch's older rule); else their edges do. */
  alignCorners?: boolean | null;
}
const INTERPOLATE_NAMES = ['size', 'scaleFactor', 'mode', 'alignCorners'];

/** Where the `out` elements of a result lie among the `n` of the input; `step` is the input's share of one of them. */
function sources(
  n: number,
  out: number,
  step: number,
  mode: 'nearest' | 'linear',
  corners: boolean,
): number[] {
  return Array.from({ length: out }, (_, i) => {
    if (mode === 'nearest') return Math.min(Math.floor(i * step), n - 1);
    return corners ? (out > 1 ? (i * (n - 1)) / (out - 1) : 0) : Math.max((i + 0.5) * step - 0.5, 0);
  });
}

/** The matrix (out, n) of linear interpolation at those places. */
function weights(n: number, places: readonly number[]): number[][] {
  return places.map((place) => {
    const row = new Array<number>(n).fill(0);
    const from = Math.min(Math.floor(place), n - 1);
    const to = Math.min(from + 1, n - 1);
    row[from] += 1 - (place - from);
    row[to] += place - from;
    return row;
  });
}

/**
 * Images (N, C, H, W) or sequences (N, C, L) of another size (torch.nn.functional.interpolate). 'nearest' repeats or
 * leaves out, 'linear' and 'bilinear' blend neighbours, 'area' takes means.
 *
 * @example
 * nn.functional.interpolate(np.ones([1, 3, 8, 8]), { scale_factor: 2 }).shape;                 // [1, 3, 16, 16]
 * nn.functional.interpolate(np.ones([1, 3, 8, 8]), { size: [4, 6], mode: 'bilinear' }).shape;  // [1, 3, 4, 6]
 */
export function interpolate(
  x: ArrayLike,
  size?: Given<InterpolateOptions['size'], InterpolateOptions>,
  scaleFactor?: Given<InterpolateOptions['scaleFactor'], InterpolateOptions>,
  mode?: Given<InterpolateOptions['mode'], InterpolateOptions>,
  alignCorners?: Given<boolean | null, InterpolateOptions>,
): NDArray {
  const caller = 'interpolate';
  const given = [size, scaleFactor, mode, alignCorners];
  const o = parameters<InterpolateOptions>(caller, INTERPOLATE_NAMES, given);
  const array = asarray(x, caller);
  const a = isFloat(array.dtype) ? array : astype(array, 'float64');
  const axes = a.ndim - 2;
  if (axes !== 1 && axes !== 2)
    throw new RangeError(
      `${caller}: expected (N, C, H, W) or (N, C, L), got ${shapeText(a.shape)}.${a.ndim === 2 ? ' Add axes: x.reshape(1, 1, H, W).' : ''}`,
    );
  const kind = o.mode ?? 'nearest';
  const plain = kind === 'bilinear' ? 'linear' : kind;
  if (plain !== 'nearest' && plain !== 'linear' && plain !== 'area')
    throw new TypeError(
      `${caller}: mode is 'nearest', 'linear', 'bilinear' or 'area', not '${String(kind)}'.`,
    );
  const both = (v: number | readonly number[]): readonly number[] =>
    typeof v === 'number' ? new Array<number>(axes).fill(v) : v;
  const [sizes, factors] = [o.size ?? null, o.scaleFactor ?? null];
  if ((sizes === null) === (factors === null))
    throw new TypeError(`${caller}: give either size or scaleFactor.`);
  const inner = a.shape.slice(2);
  const outer =
    sizes === null
      ? inner.map((n, i) => Math.floor(n * both(factors as number | readonly number[])[i]))
      : [...both(sizes)];
  if (outer.length !== axes || !outer.every((n) => Number.isInteger(n) && n > 0))
    throw new RangeError(
      `${caller}: the result would have the size ${JSON.stringify(outer)}; it takes ${axes} whole numbers above 0.`,
    );
  if (plain === 'area') {
    if (axes === 2) return adaptiveAvgPool2d(a, [outer[0], outer[1]]);
    const flat = adaptiveAvgPool2d(reshape(a, [a.shape[0], a.shape[1], 1, inner[0]]), [1, outer[0]]);
    return reshape(flat, [a.shape[0], a.shape[1], outer[0]]);
  }
  const places = inner.map((n, i) => {
    const step = n === outer[i] ? 1 : factors === null ? n / outer[i] : 1 / both(factors)[i];
    return sources(n, outer[i], step, plain, o.alignCorners ?? false);
  });
  if (plain === 'nearest') {
    const columns = get(a, ['...', asarray(places[axes - 1]).astype('int64')]);
    return axes === 1 ? columns : get(columns, [':', ':', asarray(places[0]).astype('int64')]);
  }
  const matrix = (i: number) => astype(asarray(weights(inner[i], places[i])), a.dtype);
  const across = matmul(a, transpose(matrix(axes - 1)));
  return axes === 1 ? across : matmul(matrix(0), across);
}

/**
 * r x r channels become the pixels of an image r times as high and wide: (N, C r r, H, W) gives (N, C, H r, W r)
 * (torch.nn.functional.pixel_shuffle; Shi et al. 2016).
 */
export function pixelShuffle(x: ArrayLike, factor: number): NDArray {
  const a = asarray(x, 'pixelShuffle');
  const [n, channels, h, w] = a.shape;
  if (a.ndim !== 4 || !Number.isInteger(factor) || factor < 1 || channels % (factor * factor) !== 0)
    throw new RangeError(
      `pixelShuffle: expected (N, C r r, H, W) with r = ${factor}, got ${shapeText(a.shape)}.`,
    );
  const c = channels / (factor * factor);
  const parts = reshape(a, [n, c, factor, factor, h, w]);
  return reshape(transpose(parts, [0, 1, 4, 2, 5, 3]), [n, c, h * factor, w * factor]);
}

// ---------------------------------------------------------------- layers

/** Images of another size. @see torch.nn.Upsample */
export class Upsample extends Module {
  readonly options: InterpolateOptions;
  constructor(
    size?: Given<InterpolateOptions['size'], InterpolateOptions>,
    scaleFactor?: Given<InterpolateOptions['scaleFactor'], InterpolateOptions>,
    mode?: Given<InterpolateOptions['mode'], InterpolateOptions>,
    alignCorners?: Given<boolean | null, InterpolateOptions>,
  ) {
    super();
    const given = [size, scaleFactor, mode, alignCorners];
    this.options = layerArguments<object, InterpolateOptions>('Upsample', given, [], INTERPOLATE_NAMES);
  }
  forward(x: ArrayLike): NDArray {
    return interpolate(x, this.options);
  }
  protected override extraRepr(): string {
    const { size, scaleFactor, mode = 'nearest' } = this.options;
    const what = size ? `size=${JSON.stringify(size)}` : `scale_factor=${JSON.stringify(scaleFactor)}`;
    return `${what}, mode='${mode}'`;
  }
}

/** A border of zeros: one width, or [left, right, top, bottom]. @see torch.nn.ZeroPad2d */
export class ZeroPad2d extends Module {
  readonly padding: readonly number[];
  constructor(padding: number | readonly number[]) {
    super();
    this.padding = typeof padding === 'number' ? new Array<number>(4).fill(padding) : padding;
  }
  forward(x: ArrayLike): NDArray {
    return pad(x, this.padding);
  }
  protected override extraRepr(): string {
    return `(${this.padding.join(', ')})`;
  }
}

/** Channels become pixels. @see torch.nn.PixelShuffle */
export class PixelShuffle extends Module {
  constructor(readonly upscaleFactor: number) {
    super();
  }
  forward(x: ArrayLike): NDArray {
    return pixelShuffle(x, this.upscaleFactor);
  }
  protected override extraRepr(): string {
    return `upscale_factor=${this.upscaleFactor}`;
  }
}

/**
 * Splits an axis into several, the inverse of Flatten. @see torch.nn.Unflatten
 *
 * @example
 * new nn.Unflatten(1, [2, 3])(np.ones([4, 6])).shape;   // [4, 2, 3]
 */
export class Unflatten extends Module {
  readonly dim: number;
  readonly sizes: readonly number[];
  constructor(
    dim: number | Spelled<{ dim: number; unflattenedSize: readonly number[] }>,
    sizes?: readonly number[],
  ) {
    super();
    const o = layerArguments<{ dim: number; unflattenedSize: readonly number[] }, object>(
      'Unflatten',
      [dim, sizes],
      ['dim', 'unflattenedSize'],
      [],
    );
    this.dim = o.dim;
    this.sizes = o.unflattenedSize;
  }
  forward(x: ArrayLike): NDArray {
    const a = asarray(x, 'Unflatten');
    const axis = this.dim < 0 ? a.ndim + this.dim : this.dim;
    const rest = this.sizes.reduce((n, size) => (size === -1 ? n : n * size), 1);
    const open = this.sizes.filter((size) => size === -1).length;
    const n = a.shape[axis];
    if (n === undefined || open > 1 || (open === 0 ? rest !== n : n % rest !== 0))
      throw new RangeError(
        `Unflatten: axis ${this.dim} of shape ${shapeText(a.shape)} cannot become (${this.sizes.join(', ')}).`,
      );
    const sizes = this.sizes.map((size) => (size === -1 ? n / rest : size));
    return reshape(a, [...a.shape.slice(0, axis), ...sizes, ...a.shape.slice(axis + 1)]);
  }
  protected override extraRepr(): string {
    return `dim=${this.dim}, unflattened_size=(${this.sizes.join(', ')})`;
  }
}
