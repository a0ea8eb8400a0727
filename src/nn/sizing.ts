// The arithmetic of ConvNet sizes: how large an output is and when windows do not fit, how many crops an image has, how
// much memory training takes. Plain numbers; tables of whole models are in summary.ts, receptive fields in receptive.ts.

import { outputSize as windowCount } from '../ops/conv.js';
import { checkCounts } from './linear.js';

export interface WindowOptions {
  stride?: number;
  /** Zeros on each side; 'same' keeps the size (stride 1). */
  padding?: number | 'same';
  /** Distance between the elements of a window; 1 is dense (the course counts from 0). */
  dilation?: number;
  /** Whether windows that do not fit exactly are an error; they are, unless this is false. */
  strict?: boolean;
}

/**
 * (W - F + 2P)/S + 1: how many windows of F lie side by side on W elements. With dilation D the window spans
 * D (F - 1) + 1.
 *
 * @param size W, the input's rows or columns
 * @param window F
 * @returns a whole number
 * @throws RangeError, with the formula, when that is no whole number; `strict: false` rounds down, as layers do
 * @example
 * nn.outputSize(227, 11, { stride: 4 });   // 55
 * nn.outputSize(32, 5, { padding: 'same' });   // 32
 */
export function outputSize(size: number, window: number, options: WindowOptions = {}): number {
  const { stride = 1, dilation = 1, strict = true } = options;
  checkCounts('outputSize', { size, window, stride, dilation });
  if (options.padding === 'same' && stride !== 1)
    throw new RangeError(`outputSize: padding 'same' needs stride 1, not ${stride}.`);
  const padding = options.padding === 'same' ? samePadding(window, dilation) : (options.padding ?? 0);
  checkCounts('outputSize', { padding }, 0);
  return windowCount('outputSize', 'an input', size, window, stride, padding, dilation, strict);
}

/**
 * (W - F)/S + 1 for pooling, where the stride is the window's size unless given.
 * @throws RangeError, with the formula, when windows do not fit exactly; `strict: false` rounds down
 * @example
 * nn.poolOutputSize(224, 2);   // 112
 * nn.poolOutputSize(55, 3, { stride: 2 });   // 27
 */
export function poolOutputSize(
  size: number,
  window: number,
  options: Omit<WindowOptions, 'dilation'> = {},
): number {
  const { stride = window, padding = 0, strict = true } = options;
  checkCounts('poolOutputSize', { size, window, stride });
  if (padding === 'same') throw new RangeError("poolOutputSize: padding 'same' is for convolutions.");
  checkCounts('poolOutputSize', { padding }, 0);
  return windowCount('poolOutputSize', 'an input', size, window, stride, padding, 1, strict);
}

/**
 * (F - 1)/2, the padding that leaves the size as it is at stride 1; D (F - 1)/2 with dilation D.
 * @throws RangeError for windows of even extent
 * @example
 * nn.samePadding(5);   // 2
 */
export function samePadding(window: number, dilation = 1): number {
  checkCounts('samePadding', { window, dilation });
  const padding = (dilation * (window - 1)) / 2;
  if (!Number.isInteger(padding))
    throw new RangeError(
      `samePadding: (F - 1)/2 = ${padding} for a window of ${window} is not a whole number; use an odd window.`,
    );
  return padding;
}

/**
 * How many crops a net that was made into convolutions (`nn.toConvolutional`) evaluates at once: those of `crop` x
 * `crop` pixels, `stride` apart, in a square image.
 * @example
 * nn.cropCount(384, 224, 32);   // 36
 */
export function cropCount(image: number, crop: number, stride: number): number {
  checkCounts('cropCount', { image, crop, stride });
  return windowCount('cropCount', 'an image', image, crop, stride, 0, 1, true) ** 2;
}

/**
 * Bytes of the Hessian of a loss: the square of the number of parameters, in float32 unless `bytes` says otherwise.
 * @example
 * nn.hessianBytes(1e6) / 2 ** 30;   // 3725.290298461914
 */
export const hessianBytes = (parameters: number, bytes = 4): number => parameters * parameters * bytes;

// ---------------------------------------------------------------- memory

export interface MemoryOptions {
  /** Examples at a time; 1 unless given. */
  batch?: number;
  /** Whether the model learns, and keeps activations and their gradients; otherwise it keeps one layer at a time. */
  training?: boolean;
  /** Arrays that the optimiser keeps beside each parameter: 0 for SGD, 1 with momentum (the default), 2 for Adam. */
  cache?: number;
  /** Bytes for everything else, such as batches of images that wait. */
  misc?: number;
}

/** Bytes of a model: what `summary().memory()` gives. */
export class Estimate {
  constructor(
    readonly batch: number,
    /** Activations, and their gradients in training. */
    readonly activations: number,
    /** Parameters, and their gradients and the optimiser's arrays in training. */
    readonly parameters: number,
    readonly misc: number,
    private readonly perExample: number,
  ) {}

  get total(): number {
    return this.activations + this.parameters + this.misc;
  }

  /**
   * The largest batch that fits into so many bytes.
   * @throws RangeError when not even one example does
   */
  largestBatch(bytes: number): number {
    const n = Math.floor((bytes - this.parameters - this.misc) / this.perExample);
    if (n < 1)
      throw new RangeError(
        `largestBatch: one example needs ${inUnits(this.parameters + this.misc + this.perExample)}, more than the ${inUnits(bytes)} there are. A smaller image or a smaller model would help.`,
      );
    return n;
  }

  toString(): string {
    const parts = {
      activations: this.activations,
      parameters: this.parameters,
      misc: this.misc,
      total: this.total,
    };
    return Object.entries(parts)
      .map(([name, bytes]) => `${name.padEnd(12)}${inUnits(bytes).padStart(12)}`)
      .join('\n');
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/** Activations twice in training (with their gradients), parameters 2 + cache times; otherwise each once. */
export function estimateMemory(
  sizes: { activationBytes: number; largestBytes: number; parameterBytes: number },
  options: MemoryOptions,
): Estimate {
  const { batch = 1, training = true, cache = 1, misc = 0 } = options;
  checkCounts('memory', { batch });
  checkCounts('memory', { cache, misc }, 0);
  const each = training ? 2 * sizes.activationBytes : sizes.largestBytes;
  return new Estimate(batch, batch * each, sizes.parameterBytes * (training ? 2 + cache : 1), misc, each);
}

/** 15237608 as 15,237,608. */
export const grouped = (n: number): string => n.toLocaleString('en-US', { maximumFractionDigits: 2 });

/** Bytes in KB or MB of a thousand. */
export const inMegabytes = (bytes: number): string =>
  bytes < 1e4
    ? `${grouped(bytes)} B`
    : bytes < 1e6
      ? `${grouped(Math.round(bytes / 1e3))} KB`
      : `${(bytes / 1e6).toFixed(2)} MB`;

/** Bytes divided by 1024 until the number is small. */
function inUnits(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let [n, k] = [bytes, 0];
  for (; n >= 1024 && k < units.length - 1; k++) n /= 1024;
  return `${k === 0 ? n : n.toFixed(2)} ${units[k]}`;
}
