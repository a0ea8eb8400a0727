// Pooling of images. Max pooling remembers the winners (the course's switches): its gradient goes to them, and the
// gradient of that reads them again. Average pooling is linear, and spreading is its gradient.

import * as backend from '../backend/index.js';
import { asarray } from '../core/create.js';
import { isFloat } from '../core/dtype.js';
import { type ArrayLike, empty, type NDArray } from '../core/ndarray.js';
import { type Given, needed, parameters } from '../core/options.js';
import { type Shape, shapeText } from '../core/shape.js';
import { asPair, outputSize, type Pair } from './conv.js';
import { mul, pow, sqrt, square } from './elementwise.js';
import { register, track } from './registry.js';
import { ascontiguousarray, astype, reshape } from './shape.js';

export interface PoolOptions {
  /** The window's size unless given. */
  stride?: Pair;
  padding?: Pair;
  /** Round the output's size up, so that a last window may reach beyond the image. */
  ceilMode?: boolean;
  /** Throw when windows do not fit exactly, as the course does. */
  strict?: boolean;
}

/** The elements of one window along an axis, and what their sum is divided by. */
export type Window = [begin: number, end: number, divisor: number];

/** The windows along one axis of `size` elements. */
function windows(
  caller: string,
  axis: string,
  size: number,
  kernel: number,
  stride: number,
  padding: number,
  options: PoolOptions & { countIncludePad?: boolean },
): Window[] {
  if (2 * padding > kernel)
    throw new RangeError(
      `${caller}: padding ${padding} is more than half of the window ${kernel}; some windows would be empty.`,
    );
  let n = outputSize(caller, axis, size, kernel, stride, padding, 1, options.strict ?? false);
  if (options.ceilMode) {
    n = Math.ceil((size + 2 * padding - kernel) / stride) + 1;
    // A last window that begins in the padding does not count.
    if ((n - 1) * stride >= size + padding) n--;
  }
  return Array.from({ length: n }, (_, i) => {
    const from = i * stride - padding;
    const to = Math.min(from + kernel, size + padding);
    const begin = Math.max(from, 0);
    const end = Math.min(to, size);
    return [begin, end, (options.countIncludePad ?? true) ? to - from : end - begin];
  });
}

/** PyTorch's windows for `out` results from `size` elements: as equal as they can be, and touching. */
const adaptive = (size: number, out: number): Window[] =>
  Array.from({ length: out }, (_, i) => {
    const begin = Math.floor((i * size) / out);
    const end = Math.ceil(((i + 1) * size) / out);
    return [begin, end, end - begin];
  });

function images(caller: string, x: ArrayLike): NDArray {
  const a = asarray(x, caller);
  if (a.ndim !== 4) {
    throw new RangeError(
      `${caller}: expected images (N, C, H, W), got ${shapeText(a.shape)}.${a.ndim === 3 ? ' For a single image add an axis: x.reshape(1, C, H, W).' : ''}`,
    );
  }
  return isFloat(a.dtype) ? a : astype(a, 'float64');
}

export function poolGeometry(
  x: { readonly shape: Shape },
  rows: Window[],
  cols: Window[],
): backend.PoolGeometry {
  const [n, c, h, w] = x.shape;
  const list = (windows: Window[]): NDArray => asarray(Float64Array.from(windows.flat()));
  return { planes: n * c, h, w, oh: rows.length, ow: cols.length, rows: list(rows), cols: list(cols) };
}

// ---------------------------------------------------------------- max

/** Elements of x at the winners' places. */
function gather(x: NDArray, winners: NDArray, g: backend.PoolGeometry): NDArray {
  const out = empty([x.shape[0], x.shape[1], g.oh, g.ow], x.dtype);
  backend.pool('gather', out, ascontiguousarray(x.detach()), g, winners);
  return track('poolGather', out, [x], [(h) => scatter(h, winners, g)], [winners]);
}
register('poolGather', true);

/** The reverse: each element added at its winner's place. */
export function scatter(y: NDArray, winners: NDArray, g: backend.PoolGeometry): NDArray {
  const out = empty([y.shape[0], y.shape[1], g.h, g.w], y.dtype);
  backend.pool('scatter', out, ascontiguousarray(y.detach()), g, winners);
  return track('poolScatter', out, [y], [(h) => gather(h, winners, g)], [winners]);
}
register('poolScatter', true);

/** The largest element of each window, and where in its plane it stands. */
export function maximum(a: NDArray, rows: Window[], cols: Window[]): { out: NDArray; winners: NDArray } {
  const g = poolGeometry(a, rows, cols);
  const shape = [a.shape[0], a.shape[1], g.oh, g.ow];
  const out = empty(shape, a.dtype);
  const winners = empty(shape, 'int32');
  if (out.size > 0) backend.pool('max', out, ascontiguousarray(a.detach()), g, winners);
  return { out: track('maxPool2d', out, [a], [(h) => scatter(h, winners, g)], [winners]), winners };
}
register('maxPool2d', true);

/** Windows of a pooling call on images of shape (N, C, H, W), rows and columns. */
export function windowsOf(
  caller: string,
  a: { readonly shape: Shape },
  kernelSize: Pair,
  options: PoolOptions & { countIncludePad?: boolean },
): [Window[], Window[]] {
  const kernel = asPair(caller, 'kernelSize', kernelSize, 1);
  const stride = asPair(caller, 'stride', options.stride ?? kernel, 1);
  const padding = asPair(caller, 'padding', options.padding ?? 0, 0);
  return [
    windows(caller, 'height', a.shape[2], kernel[0], stride[0], padding[0], options),
    windows(caller, 'width', a.shape[3], kernel[1], stride[1], padding[1], options),
  ];
}

/** Settings of a pooling function by name; its window comes first. */
function poolArguments<O extends PoolOptions>(
  caller: string,
  names: readonly string[],
  given: readonly unknown[],
): { kernelSize: Pair; options: O } {
  const { kernelSize, ...options } = parameters<O & { kernelSize: Pair }>(
    caller,
    ['kernelSize', 'stride', 'padding', ...names],
    given,
    ['strict', 'ceilMode'],
  );
  return { kernelSize: needed(caller, 'kernelSize', kernelSize), options: options as unknown as O };
}
type MaxOptions = PoolOptions & { kernelSize?: Pair };
type MeanOptions = MaxOptions & { countIncludePad?: boolean };

/** Of max_pool2d's places one is not here: windows lie close. */
function undilated(caller: string, given: PoolOptions & { dilation?: unknown }): PoolOptions {
  const { dilation = 1, ...options } = given;
  if (dilation !== 1 && String(dilation) !== '1,1')
    throw new RangeError(
      `${caller}: windows with gaps (dilation ${String(dilation)}) are not here; use dilation 1.`,
    );
  return options;
}

/**
 * The largest element of each window; at a tie the first one takes the gradient (torch.nn.functional.max_pool2d).
 *
 * @param x (N, C, H, W)
 * @returns (N, C, (H + 2P - F)/S + 1, ...)
 * @example
 * const x = np.array([1, 1, 2, 4, 5, 6, 7, 8, 3, 2, 1, 0, 1, 2, 3, 4]).reshape(1, 1, 4, 4);
 * nn.maxPool2d(x, 2).tolist();   // [[[[6, 8], [3, 4]]]]
 */
export function maxPool2d(
  x: ArrayLike,
  kernelSize: Given<Pair, MaxOptions>,
  stride?: Given<Pair | null, PoolOptions>,
  padding?: Given<Pair, PoolOptions>,
  dilation?: Given<Pair, PoolOptions>,
  ceilMode?: Given<boolean, PoolOptions>,
): NDArray {
  const given = [kernelSize, stride, padding, dilation, ceilMode];
  const { kernelSize: window, options } = poolArguments('maxPool2d', ['dilation', 'ceilMode'], given);
  const a = images('maxPool2d', x);
  return maximum(a, ...windowsOf('maxPool2d', a, window, undilated('maxPool2d', options))).out;
}

/** The largest element of each window of sequences (N, C, L) (torch.nn.functional.max_pool1d). */
export function maxPool1d(
  x: ArrayLike,
  kernelSize: Given<number, MaxOptions>,
  stride?: Given<number | null, PoolOptions>,
  padding?: Given<number, PoolOptions>,
): NDArray {
  return ofSequences('maxPool1d', x, [kernelSize, stride, padding], maxPool2d);
}

/** The mean of each window of sequences (N, C, L) (torch.nn.functional.avg_pool1d). */
export function avgPool1d(
  x: ArrayLike,
  kernelSize: Given<number, MaxOptions>,
  stride?: Given<number | null, PoolOptions>,
  padding?: Given<number, PoolOptions>,
): NDArray {
  return ofSequences('avgPool1d', x, [kernelSize, stride, padding], avgPool2d);
}

/** Pools sequences as images of one row. */
function ofSequences(
  caller: string,
  x: ArrayLike,
  given: readonly unknown[],
  pool: (x: NDArray, kernelSize: Pair, options: PoolOptions) => NDArray,
): NDArray {
  const { kernelSize, options } = poolArguments<PoolOptions>(caller, [], given);
  const a = asarray(x, caller);
  if (a.ndim !== 3)
    throw new RangeError(`${caller}: expected sequences (N, C, L), got ${shapeText(a.shape)}.`);
  const flat = (v: Pair, first: number): Pair => [first, typeof v === 'number' ? v : v[0]];
  const rows = reshape(a, [a.shape[0], a.shape[1], 1, a.shape[2]]);
  const out = pool(rows, flat(kernelSize, 1), {
    ...options,
    stride: flat(options.stride ?? kernelSize, 1),
    padding: flat(options.padding ?? 0, 0),
  });
  return reshape(out, [a.shape[0], a.shape[1], -1]);
}

/** maxPool2d and the switches: the position of each winner in its plane, rows first (int64). */
export function maxPool2dWithIndices(
  x: ArrayLike,
  kernelSize: Pair,
  options: PoolOptions = {},
): [out: NDArray, indices: NDArray<'int64'>] {
  const a = images('maxPool2dWithIndices', x);
  const { out, winners } = maximum(a, ...windowsOf('maxPool2dWithIndices', a, kernelSize, options));
  return [out, astype(winners, 'int64') as NDArray<'int64'>];
}

// ---------------------------------------------------------------- average

function average(a: NDArray, g: backend.PoolGeometry): NDArray {
  const out = empty([a.shape[0], a.shape[1], g.oh, g.ow], a.dtype);
  backend.pool('average', out, ascontiguousarray(a.detach()), g, null);
  return track('avgPool2d', out, [a], [(h) => spread(h, g)], []);
}
register('avgPool2d', true);

function spread(y: NDArray, g: backend.PoolGeometry): NDArray {
  const out = empty([y.shape[0], y.shape[1], g.h, g.w], y.dtype);
  backend.pool('spread', out, ascontiguousarray(y.detach()), g, null);
  return track('avgPoolSpread', out, [y], [(h) => average(h, g)], []);
}
register('avgPoolSpread', true);

/**
 * The mean of each window (torch.nn.functional.avg_pool2d).
 * @param options.countIncludePad whether zeros of the padding count in the mean; true unless given
 */
export function avgPool2d(
  x: ArrayLike,
  kernelSize: Given<Pair, MeanOptions>,
  stride?: Given<Pair | null, MeanOptions>,
  padding?: Given<Pair, MeanOptions>,
  ceilMode?: Given<boolean, MeanOptions>,
  countIncludePad?: Given<boolean, MeanOptions>,
): NDArray {
  const given = [kernelSize, stride, padding, ceilMode, countIncludePad];
  const { kernelSize: window, options } = poolArguments('avgPool2d', ['ceilMode', 'countIncludePad'], given);
  const a = images('avgPool2d', x);
  return average(a, poolGeometry(a, ...windowsOf('avgPool2d', a, window, options)));
}

/** The p-norm of each window, the Euclidean norm unless told otherwise (torch.nn.functional.lp_pool2d). */
export function lpPool2d(
  x: ArrayLike,
  kernelSize: Pair,
  options: PoolOptions & { p?: number } = {},
): NDArray {
  const { p = 2, ...rest } = options;
  const a = images('lpPool2d', x);
  const [kh, kw] = asPair('lpPool2d', 'kernelSize', kernelSize, 1);
  const means = avgPool2d(p === 2 ? square(a) : pow(a, p), kernelSize, rest);
  const sums = mul(means, kh * kw);
  return p === 2 ? sqrt(sums) : pow(sums, 1 / p);
}

// ---------------------------------------------------------------- adaptive

function targets(
  caller: string,
  a: NDArray,
  size: Pair | readonly [number | null, number | null],
): [number, number] {
  const pair = typeof size === 'number' ? [size, size] : size;
  return asPair(caller, 'outputSize', [pair[0] ?? a.shape[2], pair[1] ?? a.shape[3]], 1);
}

/** Means of windows chosen so that the result has the given size (torch.nn.functional.adaptive_avg_pool2d). */
export function adaptiveAvgPool2d(
  x: ArrayLike,
  outputSize: Pair | readonly [number | null, number | null],
): NDArray {
  const a = images('adaptiveAvgPool2d', x);
  const [oh, ow] = targets('adaptiveAvgPool2d', a, outputSize);
  return average(a, poolGeometry(a, adaptive(a.shape[2], oh), adaptive(a.shape[3], ow)));
}

/** Maxima of windows chosen so that the result has the given size (torch.nn.functional.adaptive_max_pool2d). */
export function adaptiveMaxPool2d(
  x: ArrayLike,
  outputSize: Pair | readonly [number | null, number | null],
): NDArray {
  const a = images('adaptiveMaxPool2d', x);
  const [oh, ow] = targets('adaptiveMaxPool2d', a, outputSize);
  return maximum(a, adaptive(a.shape[2], oh), adaptive(a.shape[3], ow)).out;
}
