// Convolution of images (cross-correlation, as in all nets) and the two operations that its gradients are. All three
// are bilinear, and each one's gradients are the other two, so derivatives of every order exist.

import * as backend from '../backend/index.js';
import { asarray } from '../core/create.js';
import { type DType, isFloat, promoteTypes } from '../core/dtype.js';
import { type ArrayLike, empty, type NDArray } from '../core/ndarray.js';
import { type Given, parameters } from '../core/options.js';
import { shapeText } from '../core/shape.js';
import { add } from './elementwise.js';
import { sum } from './reduce.js';
import { register, track } from './registry.js';
import { ascontiguousarray, astype, reshape } from './shape.js';

/** One number for rows and columns, or [rows, columns]. */
export type Pair = number | readonly [number, number];

export interface ConvOptions {
  stride?: Pair;
  /** Zeros added on each side; 'same' keeps the size (stride 1), 'valid' adds none. */
  padding?: Pair | 'same' | 'valid';
  /** Distance between the elements of a window; 1 is the ordinary convolution (the course counts from 0). */
  dilation?: Pair;
  groups?: number;
  /** Throw when windows do not fit exactly, as the course does; PyTorch drops the rest of the image. */
  strict?: boolean;
}

export const asPair = (caller: string, name: string, value: Pair, least: number): [number, number] => {
  const pair: readonly number[] = typeof value === 'number' ? [value, value] : value;
  if (pair.length !== 2 || pair.some((v) => !Number.isInteger(v) || v < least))
    throw new RangeError(
      `${caller}: ${name} must be a whole number of at least ${least}, or two of them, not ${JSON.stringify(value)}.`,
    );
  return [pair[0], pair[1]];
};

/**
 * (W - F + 2P)/S + 1 with a dilated window, rounded down; throws, showing the formula, when no window fits, or when
 * `strict` and the division leaves a rest.
 */
export function outputSize(
  caller: string,
  axis: string,
  size: number,
  window: number,
  stride: number,
  padding: number,
  dilation: number,
  strict: boolean,
): number {
  const extent = dilation * (window - 1) + 1;
  const exact = (size - extent + 2 * padding) / stride + 1;
  const formula = `(${size} - ${extent} + ${2 * padding})/${stride} + 1 = ${Number(exact.toFixed(4))}`;
  if (size - extent + 2 * padding < 0) {
    throw new RangeError(
      `${caller}: a window of ${extent} does not fit into ${axis} of ${size} with padding ${padding}: ${formula}. Use more padding or a smaller window.`,
    );
  }
  if (strict && !Number.isInteger(exact)) {
    const rest = (size - extent + 2 * padding) % stride;
    const more = (stride - rest) % 2 === 0 ? `Use padding ${padding + (stride - rest) / 2}, or crop` : 'Crop';
    throw new RangeError(
      `${caller}: ${axis} of ${size}, window ${extent}, stride ${stride}, padding ${padding}: ${formula} is not a whole number. ${more} the input to ${size - rest}.`,
    );
  }
  return Math.floor(exact);
}

/** The padding that leaves rows and columns as many as they are. */
function samePadding(
  caller: string,
  kernel: readonly number[],
  stride: number[],
  dilation: number[],
): [number, number] {
  if (stride[0] !== 1 || stride[1] !== 1)
    throw new RangeError(`${caller}: padding 'same' needs stride 1, not [${stride}].`);
  const needed = kernel.map((k, i) => dilation[i] * (k - 1));
  if (needed.some((n) => n % 2 !== 0))
    throw new RangeError(
      `${caller}: windows of even size [${kernel}] have no equal padding that keeps the size; use an odd size, or pad with np.pad first.`,
    );
  return [needed[0] / 2, needed[1] / 2];
}

export function geometry(caller: string, x: NDArray, w: NDArray, options: ConvOptions): backend.ConvGeometry {
  if (x.ndim !== 4 || w.ndim !== 4) {
    throw new RangeError(
      `${caller}: expected images (N, C, H, W) and filters (F, C/groups, KH, KW), got ${shapeText(x.shape)} and ${shapeText(w.shape)}.` +
        (x.ndim === 3 ? ' For a single image add an axis: x.reshape(1, C, H, W).' : ''),
    );
  }
  const { groups = 1, strict = false } = options;
  const [n, c, h, width] = x.shape;
  const [f, cg, kh, kw] = w.shape;
  if (!Number.isInteger(groups) || groups < 1 || c % groups !== 0 || f % groups !== 0) {
    throw new RangeError(
      `${caller}: ${c} channels and ${f} filters cannot be divided into ${groups} groups.`,
    );
  }
  if (cg !== c / groups) {
    throw new RangeError(
      `${caller}: filters of ${cg} channels do not fit an input of ${c} channels in ${groups} group${groups === 1 ? '' : 's'}; they must have ${c / groups}.` +
        (width === cg * groups ? ' Are the images (N, H, W, C)? Use x.transpose(0, 3, 1, 2).' : ''),
    );
  }
  const stride = asPair(caller, 'stride', options.stride ?? 1, 1);
  const dilation = asPair(caller, 'dilation', options.dilation ?? 1, 1);
  const given = options.padding ?? 0;
  const padding =
    given === 'same'
      ? samePadding(caller, [kh, kw], stride, dilation)
      : asPair(caller, 'padding', given === 'valid' ? 0 : given, 0);
  const oh = outputSize(caller, 'height', h, kh, stride[0], padding[0], dilation[0], strict);
  const ow = outputSize(caller, 'width', width, kw, stride[1], padding[1], dilation[1], strict);
  return { n, c, h, w: width, f, kh, kw, oh, ow, stride, padding, dilation, groups };
}

/** Both operands as contiguous arrays of one floating point type. */
function floats(caller: string, a: NDArray, b: NDArray): [NDArray, NDArray] {
  let dtype: DType = promoteTypes(a.dtype, b.dtype);
  if (!isFloat(dtype)) dtype = 'float64';
  const convert = (v: NDArray): NDArray => {
    if (v.dtype !== dtype && !isFloat(v.dtype) && v.dtype.startsWith('complex'))
      throw new TypeError(`${caller}: complex arrays are not supported; convolve real and imaginary parts.`);
    return v.dtype === dtype ? v : astype(v, dtype);
  };
  return [convert(a), convert(b)];
}

const inputShape = (g: backend.ConvGeometry): number[] => [g.n, g.c, g.h, g.w];
const filterShape = (g: backend.ConvGeometry): number[] => [g.f, g.c / g.groups, g.kh, g.kw];
const resultShape = (g: backend.ConvGeometry): number[] => [g.n, g.f, g.oh, g.ow];

type Kind = 'forward' | 'data' | 'weight';

const names: Readonly<Record<Kind, string>> = {
  forward: 'conv2d',
  data: 'conv2dData',
  weight: 'conv2dWeight',
};

/** One of the three operations, with the other two as its gradients; `bias` (F) belongs to 'forward'. */
export function bilinear(
  kind: Kind,
  a: NDArray,
  b: NDArray,
  g: backend.ConvGeometry,
  bias: NDArray | null = null,
): NDArray {
  const shape = kind === 'forward' ? resultShape(g) : kind === 'data' ? inputShape(g) : filterShape(g);
  const out = empty(shape, a.dtype);
  const offsets = bias === null ? null : ascontiguousarray(bias.detach());
  backend.convolve(kind, out, ascontiguousarray(a.detach()), ascontiguousarray(b.detach()), g, offsets);
  const rules: Record<Kind, [(h: NDArray) => NDArray, (h: NDArray) => NDArray]> = {
    // a = x, b = w
    forward: [(h) => bilinear('data', h, b, g), (h) => bilinear('weight', h, a, g)],
    // a = y, b = w
    data: [(h) => bilinear('forward', h, b, g), (h) => bilinear('weight', a, h, g)],
    // a = y, b = x
    weight: [(h) => bilinear('forward', b, h, g), (h) => bilinear('data', a, h, g)],
  };
  if (bias === null) return track(names[kind], out, [a, b], rules[kind], [a, b]);
  return track(names[kind], out, [a, b, bias], [...rules[kind], (h) => sum(h, { axis: [0, 2, 3] })], [a, b]);
}
for (const name of Object.values(names)) register(name, true);

/** The bias of `channels` numbers as an array, or null for none. */
function biasOf(
  caller: string,
  bias: ArrayLike | null | undefined,
  channels: number,
  dtype: DType,
): NDArray | null {
  if (bias === null || bias === undefined) return null;
  const b = asarray(bias, caller);
  if (b.ndim !== 1 || b.shape[0] !== channels)
    throw new RangeError(`${caller}: the bias has shape ${shapeText(b.shape)}; it must be (${channels},).`);
  return b.dtype === dtype ? b : astype(b, dtype);
}

/** Adds one number to each channel (axis 1). */
function addBias(caller: string, out: NDArray, bias: ArrayLike | null | undefined): NDArray {
  const b = biasOf(caller, bias, out.shape[1], out.dtype);
  return b === null ? out : add(out, reshape(b, [-1, ...new Array<number>(out.ndim - 2).fill(1)]));
}

/** What follows the weights of a convolution, in PyTorch's order. */
const PLACES = ['bias', 'stride', 'padding', 'dilation', 'groups'];
type Bias = ArrayLike | null;

/**
 * Convolution of images with filters (torch.nn.functional.conv2d). Settings stand in PyTorch's places or in an object.
 *
 * @param x (N, C, H, W)
 * @param weight (F, C / groups, KH, KW)
 * @param bias (F), or null
 * @returns (N, F, (H + 2P - D(KH - 1) - 1)/S + 1, ...)
 * @throws RangeError when shapes or windows do not fit, with the formula
 * @example
 * const x = np.ones([1, 3, 8, 8]);
 * nn.conv2d(x, np.ones([16, 3, 3, 3]), null, { padding: 1 }).shape;   // [1, 16, 8, 8]
 */
export function conv2d(
  x: ArrayLike,
  weight: ArrayLike,
  bias?: Given<Bias, ConvOptions & { bias?: Bias }>,
  stride?: Given<Pair, ConvOptions>,
  padding?: Given<ConvOptions['padding'], ConvOptions>,
  dilation?: Given<Pair, ConvOptions>,
  groups?: Given<number, ConvOptions>,
): NDArray {
  const given = [bias, stride, padding, dilation, groups];
  const { bias: b, ...options } = parameters<ConvOptions & { bias?: Bias }>('conv2d', PLACES, given, [
    'strict',
  ]);
  return convolve(x, weight, b, options);
}

/** `conv2d` with options whose names are known. */
export function convolve(
  x: ArrayLike,
  weight: ArrayLike,
  bias: Bias | undefined,
  options: ConvOptions,
): NDArray {
  const [a, w] = floats('conv2d', asarray(x, 'conv2d'), asarray(weight, 'conv2d'));
  const g = geometry('conv2d', a, w, options);
  return bilinear('forward', a, w, g, biasOf('conv2d', bias, g.f, a.dtype));
}

export interface ConvTransposeOptions {
  stride?: Pair;
  padding?: Pair;
  /** Rows and columns added on one side of the result, where the stride leaves its size open. */
  outputPadding?: Pair;
  dilation?: Pair;
  groups?: number;
}

/**
 * The transposed convolution: the gradient of conv2d with respect to its input, as a layer that enlarges
 * (torch.nn.functional.conv_transpose2d).
 *
 * @param x (N, F, H, W)
 * @param weight (F, C / groups, KH, KW)
 * @returns (N, C, (H - 1) S - 2P + D(KH - 1) + outputPadding + 1, ...)
 */
export function convTranspose2d(
  x: ArrayLike,
  weight: ArrayLike,
  bias?: Given<Bias, ConvTransposeOptions & { bias?: Bias }>,
  stride?: Given<Pair, ConvTransposeOptions>,
  padding?: Given<Pair, ConvTransposeOptions>,
  outputPadding?: Given<Pair, ConvTransposeOptions>,
  groups?: Given<number, ConvTransposeOptions>,
  dilation?: Given<Pair, ConvTransposeOptions>,
): NDArray {
  const caller = 'convTranspose2d';
  const names = ['bias', 'stride', 'padding', 'outputPadding', 'groups', 'dilation'];
  const given = [bias, stride, padding, outputPadding, groups, dilation];
  const { bias: b, ...options } = parameters<ConvTransposeOptions & { bias?: Bias }>(caller, names, given);
  return convolveTransposed(x, weight, b, options);
}

/** `convTranspose2d` with options whose names are known. */
export function convolveTransposed(
  x: ArrayLike,
  weight: ArrayLike,
  bias: Bias | undefined,
  options: ConvTransposeOptions,
): NDArray {
  const caller = 'convTranspose2d';
  const [a, w] = floats(caller, asarray(x, caller), asarray(weight, caller));
  const { groups = 1 } = options;
  if (a.ndim !== 4 || w.ndim !== 4 || a.shape[1] !== w.shape[0] || a.shape[1] % groups !== 0) {
    throw new RangeError(
      `${caller}: expected (N, F, H, W) and weights (F, C/groups, KH, KW) with F divisible by ${groups}, got ${shapeText(a.shape)} and ${shapeText(w.shape)}.`,
    );
  }
  const stride = asPair(caller, 'stride', options.stride ?? 1, 1);
  const padding = asPair(caller, 'padding', options.padding ?? 0, 0);
  const dilation = asPair(caller, 'dilation', options.dilation ?? 1, 1);
  const extra = asPair(caller, 'outputPadding', options.outputPadding ?? 0, 0);
  const size = (i: 0 | 1): number => {
    if (extra[i] >= Math.max(stride[i], dilation[i]))
      throw new RangeError(
        `${caller}: outputPadding ${extra[i]} must be smaller than the stride or the dilation.`,
      );
    const n =
      (a.shape[2 + i] - 1) * stride[i] - 2 * padding[i] + dilation[i] * (w.shape[2 + i] - 1) + extra[i] + 1;
    if (n < 1) throw new RangeError(`${caller}: the result would have ${n} ${i === 0 ? 'rows' : 'columns'}.`);
    return n;
  };
  const g: backend.ConvGeometry = {
    n: a.shape[0],
    c: w.shape[1] * groups,
    h: size(0),
    w: size(1),
    f: a.shape[1],
    kh: w.shape[2],
    kw: w.shape[3],
    oh: a.shape[2],
    ow: a.shape[3],
    stride,
    padding,
    dilation,
    groups,
  };
  return addBias(caller, bilinear('data', a, w, g), bias);
}

/** A number or a pair as the second entry of a pair whose first is `first`: options of one axis, in two. */
const lift = (value: number | readonly number[] | undefined, first: number): [number, number] | undefined =>
  value === undefined ? undefined : [first, typeof value === 'number' ? value : value[0]];

export interface Conv1dOptions {
  stride?: number;
  padding?: number | 'same' | 'valid';
  dilation?: number;
  groups?: number;
  strict?: boolean;
}

/**
 * Convolution of sequences: x (N, C, L), weight (F, C / groups, K) (torch.nn.functional.conv1d).
 */
export function conv1d(
  x: ArrayLike,
  weight: ArrayLike,
  bias?: Given<Bias, Conv1dOptions & { bias?: Bias }>,
  stride?: Given<number, Conv1dOptions>,
  padding?: Given<Conv1dOptions['padding'], Conv1dOptions>,
  dilation?: Given<number, Conv1dOptions>,
  groups?: Given<number, Conv1dOptions>,
): NDArray {
  const given = [bias, stride, padding, dilation, groups];
  const { bias: b, ...options } = parameters<Conv1dOptions & { bias?: Bias }>('conv1d', PLACES, given, [
    'strict',
  ]);
  return convolveSequences(x, weight, b, options);
}

/** `conv1d` with options whose names are known. */
export function convolveSequences(
  x: ArrayLike,
  weight: ArrayLike,
  bias: Bias | undefined,
  options: Conv1dOptions,
): NDArray {
  const caller = 'conv1d';
  const [a, w] = floats(caller, asarray(x, caller), asarray(weight, caller));
  if (a.ndim !== 3 || w.ndim !== 3) {
    throw new RangeError(
      `${caller}: expected (N, C, L) and filters (F, C/groups, K), got ${shapeText(a.shape)} and ${shapeText(w.shape)}.`,
    );
  }
  const { padding, ...rest } = options;
  const images = reshape(a, [a.shape[0], a.shape[1], 1, a.shape[2]]);
  const filters = reshape(w, [w.shape[0], w.shape[1], 1, w.shape[2]]);
  const g = geometry(caller, images, filters, {
    ...rest,
    stride: lift(rest.stride, 1),
    dilation: lift(rest.dilation, 1),
    padding: typeof padding === 'string' ? padding : lift(padding, 0),
  });
  const out = bilinear('forward', images, filters, g, biasOf(caller, bias, g.f, a.dtype));
  return reshape(out, [g.n, g.f, g.ow]);
}
