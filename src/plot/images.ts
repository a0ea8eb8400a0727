// Images as pixels: what users pass read as heights, widths and channels, values stretched to bytes, and the tiles of
// an image grid with their places. Pure functions; axes.ts puts the results on a figure.

import { type Colormap, sampler } from './colors.js';
import type { Names } from './options.js';
import { enlarge, type Pixels, pngDataUri } from './png.js';
import type { Trace } from './series.js';
import { extent, numbers, shapeText } from './values.js';

export type Normalize = 'each' | 'all' | false;

export interface ImageValues {
  height: number;
  width: number;
  channels: 1 | 3 | 4;
  dtype: string;
  flat: readonly number[];
}

/** Reads images: (H, W), (H, W, 3 or 4), or, for a stack, (N, H, W[, C]); (.., 3, H, W) as PyTorch keeps them too. */
export function readImages(value: unknown, fn: string, stack: boolean): ImageValues[] {
  if (stack && Array.isArray(value)) {
    return value.map((v, i) => {
      const one = numbers(v, `${fn}: image ${i}`);
      return oneImage(one.shape, one.dtype, one.flat, `${fn}: image ${i}`);
    });
  }
  const { shape, dtype, flat } = numbers(value, `${fn}: image`);
  if (!stack) return [oneImage(shape, dtype, flat, `${fn}: image`)];
  if (shape.length < 3) {
    throw new TypeError(
      `${fn}: images must be a list of images or an array (N, H, W) or (N, H, W, 3), got shape ${shapeText(shape)}`,
    );
  }
  const size = flat.length / shape[0];
  return Array.from({ length: shape[0] }, (_, i) =>
    oneImage(shape.slice(1), dtype, flat.slice(i * size, (i + 1) * size), `${fn}: image ${i}`),
  );
}

function oneImage(
  shape: readonly number[],
  dtype: string,
  flat: readonly number[],
  what: string,
): ImageValues {
  if (flat.length === 0) throw new TypeError(`${what} is empty: shape ${shapeText(shape)}`);
  if (shape.length === 2) return { height: shape[0], width: shape[1], channels: 1, dtype, flat };
  if (shape.length === 3) {
    const [a, b, c] = shape;
    if (c === 1 || c === 3 || c === 4) return { height: a, width: b, channels: c, dtype, flat };
    if (a === 1 || a === 3 || a === 4) {
      const moved = new Array<number>(flat.length);
      for (let ch = 0; ch < a; ch++) for (let p = 0; p < b * c; p++) moved[p * a + ch] = flat[ch * b * c + p];
      return { height: b, width: c, channels: a, dtype, flat: moved };
    }
  }
  throw new TypeError(`${what} must have shape (H, W), (H, W, 3) or (H, W, 4), got ${shapeText(shape)}`);
}

/** The value range that becomes black to white: what is asked, else 0-255 for uint8, 0-1 for fractions, else the image's own. */
export function pixelRange(image: ImageValues, low?: number, high?: number): [number, number] {
  if (low !== undefined && high !== undefined) return [low, high];
  const [min, max] = extent(image.flat);
  if (image.dtype === 'uint8') return [low ?? 0, high ?? 255];
  if (min >= 0 && max <= 1 && image.dtype !== 'bool') return [low ?? 0, high ?? 1];
  return [low ?? min, high ?? max];
}

/** 8-bit pixels of an image; one channel goes through the colormap. */
export function toPixels(
  image: ImageValues,
  [low, high]: readonly [number, number],
  cmap: Colormap,
  fn: string,
): Pixels {
  const { height, width, channels, flat } = image;
  const scale = high > low ? 1 / (high - low) : 0;
  if (channels === 1) {
    const at = sampler(cmap, fn);
    const lut = Array.from({ length: 256 }, (_, i) => at(i / 255));
    const data = new Uint8Array(height * width * 3);
    for (let i = 0; i < flat.length; i++) {
      const t = Number.isNaN(flat[i]) ? 0 : Math.min(1, Math.max(0, (flat[i] - low) * scale));
      data.set(lut[Math.round(255 * t)], i * 3);
    }
    return { height, width, channels: 3, data };
  }
  const data = new Uint8Array(flat.length);
  for (let i = 0; i < flat.length; i++) {
    const opacity = channels === 4 && i % 4 === 3;
    const t = opacity ? flat[i] / (image.dtype === 'uint8' ? 255 : 1) : (flat[i] - low) * scale;
    data[i] = Math.round(255 * Math.min(1, Math.max(0, t)));
  }
  return { height, width, channels, data };
}

/** An image trace: pixels as a PNG, row 0 on top, hover showing the pixel's place. */
export function imageTrace(image: ImageValues, fn: string): Trace {
  const pixels = toPixels(image, pixelRange(image), 'gray', fn);
  return {
    type: 'image',
    source: pngDataUri(pixels),
    hovertemplate: 'row %{y}, column %{x}<br>%{color}<extra></extra>',
  };
}

/** A tile for an image grid: enlarged to about 128 pixels so that browsers keep it crisp. */
function tileUri(image: ImageValues, range: readonly [number, number], cmap: Colormap): string {
  const pixels = toPixels(image, range, cmap, 'imageGrid');
  return pngDataUri(enlarge(pixels, Math.max(1, Math.floor(128 / Math.max(image.height, image.width)))));
}

export interface ImageGridOptions {
  cols?: number;
  titles?: readonly (string | number)[];
  /** What is stretched to black and white: 'each' image, 'all' together, or nothing (false). Default: nothing for
   * uint8 and for values within 0..1, else 'each'. */
  normalize?: Normalize;
  cmap?: Colormap;
  title?: string;
  /** Size of a tile in pixels. */
  tile?: number;
}

export const IMAGE_GRID: Names<ImageGridOptions> = {
  cols: 1,
  titles: 1,
  normalize: 1,
  cmap: 1,
  title: 1,
  tile: 1,
};

export interface ThumbnailOptions {
  /** Side of an image as a share of the points' extent. Default 0.05. */
  size?: number;
  cmap?: Colormap;
  /** Hover text per image. */
  text?: readonly string[];
}
export const THUMBNAILS: Names<ThumbnailOptions> = { size: 1, cmap: 1, text: 1 };

/** The tiles of an image grid in units of a tile's width, with room between them and for titles. */
export interface ImageTiles {
  tiles: { source: string; x: number; y: number; title?: string; hover: string }[];
  cols: number;
  rows: number;
  /** Height of a tile. */
  aspect: number;
  /** From one tile to the next. */
  step: { x: number; y: number };
}

/** The values of a tile that become black and white. */
function tileRange(
  tile: ImageValues,
  normalize: Normalize | undefined,
  all: readonly [number, number],
): readonly [number, number] {
  if (normalize === 'all') return all;
  if (normalize === 'each') return extent(tile.flat);
  if (normalize === false) return tile.dtype === 'uint8' ? [0, 255] : [0, 1];
  return pixelRange(tile);
}

export function imageTiles(images: unknown, options: ImageGridOptions): ImageTiles {
  const list = readImages(images, 'imageGrid', true);
  if (list.length === 0) throw new RangeError('imageGrid: there are no images to show');
  const { titles, normalize, cmap = 'gray' } = options;
  if (titles && titles.length !== list.length)
    throw new RangeError(
      `imageGrid: ${list.length} images and ${titles.length} titles; each image needs one`,
    );
  const cols = options.cols ?? Math.min(list.length, Math.max(5, Math.ceil(Math.sqrt(list.length))));
  if (!Number.isInteger(cols) || cols < 1)
    throw new RangeError(`imageGrid: cols must be a whole number of at least 1, got ${cols}`);
  const all = extent(list.flatMap((t) => extent(t.flat)));
  const aspect = Math.max(...list.map((t) => t.height / t.width));
  const above = titles ? 0.24 : 0;
  const step = { x: 1.08, y: aspect * 1.08 + above };
  const tiles = list.map((tile, i) => {
    const size = `${tile.height}x${tile.width}${tile.channels > 1 ? `x${tile.channels}` : ''}`;
    return {
      source: tileUri(tile, tileRange(tile, normalize, all), cmap),
      x: (i % cols) * step.x,
      y: Math.floor(i / cols) * step.y + above,
      title: titles && String(titles[i]),
      hover: `${titles ? `${titles[i]}<br>` : ''}image ${i}: ${size}`,
    };
  });
  return { tiles, cols, rows: Math.ceil(list.length / cols), aspect, step };
}
