// What the transforms of images stand on: how an array is read as images, and the native operations on whole stacks of
// them. As in torchvision there are two kinds: uint8 arrays are pictures, (H, W) or (H, W, C), and behave like Pillow's;
// floating point arrays are tensors, (C, H, W), and behave like torch's. Both may have an axis of examples before.

import * as backend from '../backend/index.js';
import { asarray } from '../core/create.js';
import { isFloat } from '../core/dtype.js';
import { type ArrayLike, empty, type NDArray } from '../core/ndarray.js';
import { shapeText } from '../core/shape.js';
import { ascontiguousarray, reshape } from '../ops/shape.js';

/** Images as a contiguous stack, (N, H, W, C) of bytes or (N, C, H, W) of numbers. */
export interface Stack {
  readonly images: NDArray;
  readonly n: number;
  readonly h: number;
  readonly w: number;
  readonly channels: number;
  /** Pictures of bytes, channels last; otherwise tensors, channels first. */
  readonly bytes: boolean;
  /** A result stack in the form in which the images came: with or without examples, with or without channels. */
  unpack(images: NDArray): NDArray;
}

const CHANNELS = new Set([1, 3, 4]);

/** Reads an array as images. */
export function stackOf(caller: string, x: ArrayLike): Stack {
  const a = asarray(x, caller).detach();
  const bytes = a.dtype === 'uint8';
  if (!bytes && !(isFloat(a.dtype) && a.ndim >= 3 && a.ndim <= 4)) {
    throw new TypeError(
      `${caller}: images are uint8, (H, W) or (H, W, C) with pixels 0 to 255, or floating point (C, H, W), perhaps with an axis of examples before; got ${a.dtype} of shape ${shapeText(a.shape)}.`,
    );
  }
  if (bytes && (a.ndim < 2 || a.ndim > 4)) {
    throw new RangeError(
      `${caller}: uint8 images are (H, W), (H, W, C), (N, H, W) or (N, H, W, C); got ${shapeText(a.shape)}.`,
    );
  }
  // Three axes of bytes are one picture if the last can be channels, else a stack of grey ones.
  const coloured = bytes && (a.ndim === 4 || (a.ndim === 3 && CHANNELS.has(a.shape[2])));
  const many = a.ndim === 4 || (bytes && a.ndim === 3 && !coloured);
  const rest = many ? a.shape.slice(1) : a.shape;
  const [h, w, channels] = bytes ? [rest[0], rest[1], coloured ? rest[2] : 1] : [rest[1], rest[2], rest[0]];
  if (bytes && !CHANNELS.has(channels))
    throw new RangeError(
      `${caller}: a uint8 picture has 1, 3 or 4 channels in its last axis, not ${channels} (shape ${shapeText(a.shape)}).`,
    );
  if (!bytes && h > 4 && CHANNELS.has(w) && !CHANNELS.has(channels))
    throw new RangeError(
      `${caller}: a floating point array is a tensor (C, H, W), but ${shapeText(a.shape)} looks like a picture (H, W, C); apply the transform to uint8, then ToTensor, or transpose it.`,
    );
  if (h === 0 || w === 0)
    throw new RangeError(`${caller}: there are no pixels in images of shape ${shapeText(a.shape)}.`);
  const n = many ? a.shape[0] : 1;
  return {
    images: ascontiguousarray(
      reshape(ascontiguousarray(a), bytes ? [n, h, w, channels] : [n, channels, h, w]),
    ),
    ...{ n, h, w, channels, bytes },
    unpack(images) {
      const [, ...own] = images.shape;
      const shape = bytes && !coloured && images.dtype === 'uint8' ? own.slice(0, 2) : own;
      return reshape(images, many ? [images.shape[0], ...shape] : shape);
    },
  };
}

/** Interpolations, with Pillow's numbers. */
const FILTERS = { nearest: 0, bilinear: 2, bicubic: 3 } as const;
/** A name, or Pillow's number for it (`PIL.Image.BILINEAR` is 2). */
export type Interpolation = keyof typeof FILTERS | 0 | 2 | 3;

export function filterOf(caller: string, given: Interpolation): number {
  const known = Object.values<number>(FILTERS);
  const filter = typeof given === 'string' ? FILTERS[given] : given;
  if (filter === undefined || !known.includes(filter))
    throw new RangeError(
      `${caller}: interpolation '${String(given)}' is not one of ${Object.keys(FILTERS).join(', ')} (Pillow's 0, 2, 3).`,
    );
  return filter;
}

/** What stands beyond the edge of an image: torchvision's padding modes, in the order of native/cpu/image.cc. */
export const BORDERS = ['constant', 'edge', 'reflect', 'symmetric'] as const;
export type Border = (typeof BORDERS)[number];

/** Runs a native operation that makes images of oh x ow from a stack, with a row of numbers for each image. */
function map(
  kind: 'window' | 'resize' | 'affine',
  s: Stack,
  [oh, ow]: readonly [number, number],
  each: Float64Array,
  mode: number,
  fill = 0,
): NDArray {
  const { n, channels, h, w } = s;
  const out = empty(s.bytes ? [n, oh, ow, channels] : [n, channels, oh, ow], s.images.dtype);
  if (n > 0) {
    const rows = reshape(asarray(each), [n, each.length / n]);
    backend.mapImages(kind, out, s.images, rows, { n, channels, h, w, oh, ow }, mode, fill);
  }
  return out;
}

/** Windows of size (oh, ow): rows of top, left, flip left-right, flip up-down; they may reach beyond the image. */
export const windows = (
  s: Stack,
  size: readonly [number, number],
  each: Float64Array,
  border: Border = 'constant',
  fill = 0,
): NDArray => map('window', s, size, each, BORDERS.indexOf(border), fill);

/** Windows brought to size (oh, ow): rows of top, left, height, width. */
export const resized = (
  s: Stack,
  size: readonly [number, number],
  each: Float64Array,
  filter: number,
): NDArray => map('resize', s, size, each, filter);

/** Affine maps, rows of six numbers: where in the image the pixel at x, y comes from. */
export const mapped = (s: Stack, each: Float64Array, filter: number, fill: number): NDArray =>
  map('affine', s, [s.h, s.w], each, filter, fill);

/** A copy with other colours: rows of four pairs (what, how much); 1 brightness, 2 contrast, 3 saturation, 4 hue. */
export function recoloured(s: Stack, each: Float64Array): NDArray {
  const { n, channels, h, w } = s;
  const out = empty(s.images.shape, s.images.dtype);
  backend.copy(out, s.images);
  if (n > 0) {
    backend.colourImages(out, reshape(asarray(each), [n, 8]), { n, channels, h, w, oh: h, ow: w });
  }
  return out;
}
