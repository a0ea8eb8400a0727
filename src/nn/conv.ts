// Convolution and pooling as layers, with PyTorch's names, shapes and first weights.

import type { NDArray } from '../core/ndarray.js';
import { shapeText } from '../core/shape.js';
import {
  asPair,
  type Conv1dOptions,
  type ConvOptions,
  type ConvTransposeOptions,
  convolve,
  convolveSequences,
  convolveTransposed,
  type Pair,
} from '../ops/conv.js';
import {
  adaptiveAvgPool2d,
  adaptiveMaxPool2d,
  avgPool1d,
  avgPool2d,
  lpPool2d,
  maxPool1d,
  maxPool2d,
  type PoolOptions,
} from '../ops/pool.js';
import { mean } from '../ops/reduce.js';
import { reshape } from '../ops/shape.js';
import { type Given, layerArguments, type Named, optional } from './arguments.js';
import * as init from './init.js';
import { checkCounts, type LayerOptions, newParameter } from './linear.js';
import { layerInput, Module, type Parameter } from './module.js';

/** Weights and biases uniform in +-1/sqrt(fan-in), as PyTorch's convolutions start. */
function start(weight: Parameter, bias: Parameter | null, fanIn: number): void {
  const bound = 1 / Math.sqrt(fanIn);
  init.uniform(weight, -bound, bound);
  if (bias !== null) init.uniform(bias, -bound, bound);
}

function checkGroups(layer: string, inChannels: number, outChannels: number, groups: number): void {
  if (inChannels % groups !== 0 || outChannels % groups !== 0)
    throw new RangeError(
      `${layer}: ${inChannels} input and ${outChannels} output channels cannot be divided into ${groups} groups.`,
    );
}

type ConvArguments = ConvOptions & LayerOptions & { bias?: boolean };
type SequenceOptions = Conv1dOptions & LayerOptions & { bias?: boolean };
/** What follows the window of a convolution, in PyTorch's order. */
const CONV_PLACES = ['stride', 'padding', 'dilation', 'groups', 'bias'];

type TransposeArguments = ConvTransposeOptions & LayerOptions & { bias?: boolean };

/** The window of a pooling, and the rest of what was given in places and by names. */
function windowOf<W, O extends object>(
  caller: string,
  names: readonly string[],
  given: readonly unknown[],
  more: readonly string[],
): [W, O] {
  const { kernelSize, ...options } = layerArguments<{ kernelSize: W }, O>(
    caller,
    given,
    ['kernelSize'],
    names,
    more,
  );
  return [kernelSize, options as unknown as O];
}

/** What a convolution cannot do without. */
interface Sizes<W> {
  inChannels: number;
  outChannels: number;
  kernelSize: W;
}
const SIZES = ['inChannels', 'outChannels', 'kernelSize'];

const show = (value: Pair | string): string =>
  typeof value === 'string'
    ? `'${value}'`
    : Array.isArray(value)
      ? `(${value.join(', ')})`
      : `(${value}, ${value})`;

/**
 * Filters over images: (N, inChannels, H, W) gives (N, outChannels, H', W'). `weight` is (outChannels,
 * inChannels / groups, KH, KW). @see torch.nn.Conv2d
 *
 * @param kernelSize,stride,padding,dilation,groups,bias in their places as in PyTorch, or by their names in an object;
 * `strict: true` throws where windows do not fit exactly
 * @example
 * const conv = new nn.Conv2d(3, 96, 11, { stride: 4, strict: true });   // or nn.Conv2d(3, 96, 11, 4)
 * conv(np.zeros([1, 3, 227, 227])).shape;   // [1, 96, 55, 55]
 */
export class Conv2d extends Module {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly weight: Parameter;
  /** Null without bias. */
  readonly bias: Parameter;
  readonly kernelSize: readonly [number, number];
  readonly options: ConvArguments;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Given<Pair, ConvArguments & { kernelSize?: Pair }>,
    stride?: Given<Pair, ConvArguments>,
    padding?: Given<Pair | 'same' | 'valid', ConvArguments>,
    dilation?: Given<Pair, ConvArguments>,
    groupCount?: Given<number, ConvArguments>,
    bias?: Given<boolean, ConvArguments>,
  );
  constructor(named: Named<Sizes<Pair>, ConvArguments>);
  constructor(...given: unknown[]) {
    super();
    const {
      inChannels,
      outChannels,
      kernelSize: window,
      ...options
    } = layerArguments<Sizes<Pair>, ConvArguments>('Conv2d', given, SIZES, CONV_PLACES, ['strict', 'dtype']);
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.options = options;
    const { groups = 1 } = options;
    checkCounts('Conv2d', { inChannels, outChannels, groups });
    this.kernelSize = asPair('Conv2d', 'kernelSize', window, 1);
    checkGroups('Conv2d', inChannels, outChannels, groups);
    this.weight = newParameter([outChannels, inChannels / groups, ...this.kernelSize], options);
    this.bias = optional(options.bias ?? true, () => newParameter([outChannels], options));
    start(this.weight, this.bias, (inChannels / groups) * this.kernelSize[0] * this.kernelSize[1]);
  }

  forward(x: NDArray): NDArray {
    return convolve(layerInput('Conv2d', x, this.weight.dtype), this.weight, this.bias, this.options);
  }

  protected override extraRepr(): string {
    const { stride = 1, padding = 0, dilation = 1, groups = 1, bias = true } = this.options;
    return [
      `${this.inChannels}, ${this.outChannels}, kernel_size=${show(this.kernelSize)}, stride=${show(stride)}`,
      ...(padding === 0 ? [] : [`padding=${show(padding)}`]),
      ...(dilation === 1 ? [] : [`dilation=${show(dilation)}`]),
      ...(groups === 1 ? [] : [`groups=${groups}`]),
      ...(bias ? [] : ['bias=false']),
    ].join(', ');
  }
}

/** Filters over sequences: (N, inChannels, L) gives (N, outChannels, L'). @see torch.nn.Conv1d */
export class Conv1d extends Module {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly weight: Parameter;
  /** Null without bias. */
  readonly bias: Parameter;
  readonly kernelSize: number;
  readonly options: SequenceOptions;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Given<number, SequenceOptions & { kernelSize?: number }>,
    stride?: Given<number, SequenceOptions>,
    padding?: Given<number | 'same' | 'valid', SequenceOptions>,
    dilation?: Given<number, SequenceOptions>,
    groupCount?: Given<number, SequenceOptions>,
    bias?: Given<boolean, SequenceOptions>,
  );
  constructor(named: Named<Sizes<number>, SequenceOptions>);
  constructor(...given: unknown[]) {
    super();
    const {
      inChannels,
      outChannels,
      kernelSize: window,
      ...options
    } = layerArguments<Sizes<number>, SequenceOptions>('Conv1d', given, SIZES, CONV_PLACES, [
      'strict',
      'dtype',
    ]);
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.options = options;
    this.kernelSize = window;
    const { groups = 1 } = options;
    checkCounts('Conv1d', { inChannels, outChannels, kernelSize: window, groups });
    checkGroups('Conv1d', inChannels, outChannels, groups);
    this.weight = newParameter([outChannels, inChannels / groups, window], options);
    this.bias = optional(options.bias ?? true, () => newParameter([outChannels], options));
    start(this.weight, this.bias, (inChannels / groups) * window);
  }

  forward(x: NDArray): NDArray {
    return convolveSequences(
      layerInput('Conv1d', x, this.weight.dtype),
      this.weight,
      this.bias,
      this.options,
    );
  }

  protected override extraRepr(): string {
    const { stride = 1, padding = 0 } = this.options;
    return `${this.inChannels}, ${this.outChannels}, kernel_size=(${this.kernelSize},), stride=(${stride},)${padding === 0 ? '' : `, padding=${typeof padding === 'string' ? `'${padding}'` : `(${padding},)`}`}`;
  }
}

/**
 * The transposed convolution: enlarges (N, inChannels, H, W). `weight` is (inChannels, outChannels / groups, KH, KW).
 * @see torch.nn.ConvTranspose2d
 */
export class ConvTranspose2d extends Module {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly weight: Parameter;
  /** Null without bias. */
  readonly bias: Parameter;
  readonly kernelSize: readonly [number, number];
  readonly options: TransposeArguments;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Given<Pair, TransposeArguments & { kernelSize?: Pair }>,
    stride?: Given<Pair, TransposeArguments>,
    padding?: Given<Pair, TransposeArguments>,
    outputPadding?: Given<Pair, TransposeArguments>,
    groupCount?: Given<number, TransposeArguments>,
    bias?: Given<boolean, TransposeArguments>,
    dilation?: Given<Pair, TransposeArguments>,
  );
  constructor(named: Named<Sizes<Pair>, TransposeArguments>);
  constructor(...given: unknown[]) {
    super();
    const {
      inChannels,
      outChannels,
      kernelSize: window,
      ...options
    } = layerArguments<Sizes<Pair>, TransposeArguments>(
      'ConvTranspose2d',
      given,
      SIZES,
      ['stride', 'padding', 'outputPadding', 'groups', 'bias', 'dilation'],
      ['dtype'],
    );
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.options = options;
    const { groups = 1 } = options;
    checkCounts('ConvTranspose2d', { inChannels, outChannels, groups });
    this.kernelSize = asPair('ConvTranspose2d', 'kernelSize', window, 1);
    checkGroups('ConvTranspose2d', inChannels, outChannels, groups);
    this.weight = newParameter([inChannels, outChannels / groups, ...this.kernelSize], options);
    this.bias = optional(options.bias ?? true, () => newParameter([outChannels], options));
    start(this.weight, this.bias, (outChannels / groups) * this.kernelSize[0] * this.kernelSize[1]);
  }

  forward(x: NDArray): NDArray {
    return convolveTransposed(
      layerInput('ConvTranspose2d', x, this.weight.dtype),
      this.weight,
      this.bias,
      this.options,
    );
  }

  protected override extraRepr(): string {
    const { stride = 1 } = this.options;
    return `${this.inChannels}, ${this.outChannels}, kernel_size=${show(this.kernelSize)}, stride=${show(stride)}`;
  }
}

type Window<O = PoolOptions> = Given<Pair, O & { kernelSize?: Pair }>;

abstract class Pool extends Module {
  readonly kernelSize: Pair;
  readonly options: PoolOptions;

  /** @param names of what follows the window, in PyTorch's order */
  constructor(caller: string, names: readonly string[], given: readonly unknown[]) {
    super();
    [this.kernelSize, this.options] = windowOf<Pair, PoolOptions>(caller, names, given, [
      'ceilMode',
      'strict',
    ]);
  }

  protected override extraRepr(): string {
    const { stride = this.kernelSize, padding = 0, ceilMode = false } = this.options;
    const one = (v: Pair): string => (typeof v === 'number' ? String(v) : show(v));
    return `kernel_size=${one(this.kernelSize)}, stride=${one(stride)}, padding=${one(padding)}, ceil_mode=${ceilMode}`;
  }
}

/**
 * The largest element of each window: `new nn.MaxPool2d(2)`, `new nn.MaxPool2d(3, 2)`,
 * `new nn.MaxPool2d(3, {stride: 2, padding: 1})`. @see torch.nn.MaxPool2d
 */
export class MaxPool2d extends Pool {
  constructor(kernelSize: Window, stride?: Given<Pair, PoolOptions>, padding?: Given<Pair, PoolOptions>) {
    super('MaxPool2d', ['stride', 'padding'], [kernelSize, stride, padding]);
  }
  forward(x: NDArray): NDArray {
    return maxPool2d(x, this.kernelSize, this.options);
  }
}

type MeanOptions = PoolOptions & { countIncludePad?: boolean };

/** The mean of each window. @see torch.nn.AvgPool2d */
export class AvgPool2d extends Pool {
  constructor(
    kernelSize: Window<MeanOptions>,
    stride?: Given<Pair, MeanOptions>,
    padding?: Given<Pair, MeanOptions>,
    ceilMode?: Given<boolean, MeanOptions>,
    countIncludePad?: Given<boolean, MeanOptions>,
  ) {
    const names = ['stride', 'padding', 'ceilMode', 'countIncludePad'];
    super('AvgPool2d', names, [kernelSize, stride, padding, ceilMode, countIncludePad]);
  }
  forward(x: NDArray): NDArray {
    return avgPool2d(x, this.kernelSize, this.options);
  }
}

/** The p-norm of each window; p = 2 is L2 pooling. @see torch.nn.LPPool2d */
export class LPPool2d extends Pool {
  constructor(
    readonly p: number,
    kernelSize: Window,
    stride?: Given<Pair, PoolOptions>,
    ceilMode?: Given<boolean, PoolOptions>,
  ) {
    super('LPPool2d', ['stride', 'ceilMode', 'padding'], [kernelSize, stride, ceilMode]);
  }
  forward(x: NDArray): NDArray {
    return lpPool2d(x, this.kernelSize, { ...this.options, p: this.p });
  }
}

/** The largest element of each window of sequences (N, C, L). @see torch.nn.MaxPool1d */
export class MaxPool1d extends Pool {
  constructor(kernelSize: Window, stride?: Given<number, PoolOptions>, padding?: Given<number, PoolOptions>) {
    super('MaxPool1d', ['stride', 'padding'], [kernelSize, stride, padding]);
  }
  forward(x: NDArray): NDArray {
    return maxPool1d(x, this.kernelSize as number, this.options);
  }
}

/** The mean of each window of sequences (N, C, L). @see torch.nn.AvgPool1d */
export class AvgPool1d extends Pool {
  constructor(kernelSize: Window, stride?: Given<number, PoolOptions>, padding?: Given<number, PoolOptions>) {
    super('AvgPool1d', ['stride', 'padding'], [kernelSize, stride, padding]);
  }
  forward(x: NDArray): NDArray {
    return avgPool1d(x, this.kernelSize as number, this.options);
  }
}

type OutputSize = Pair | readonly [number | null, number | null];

/** Means of windows that give the wanted size. @see torch.nn.AdaptiveAvgPool2d */
export class AdaptiveAvgPool2d extends Module {
  readonly outputSize: OutputSize;
  constructor(outputSize: OutputSize | Named<{ outputSize: OutputSize }, object>) {
    super();
    this.outputSize = layerArguments<{ outputSize: OutputSize }, object>(
      'AdaptiveAvgPool2d',
      [outputSize],
      ['outputSize'],
      [],
    ).outputSize;
  }
  forward(x: NDArray): NDArray {
    return adaptiveAvgPool2d(x, this.outputSize);
  }
  protected override extraRepr(): string {
    return `output_size=${JSON.stringify(this.outputSize)}`;
  }
}

/** Maxima of windows that give the wanted size. @see torch.nn.AdaptiveMaxPool2d */
export class AdaptiveMaxPool2d extends Module {
  readonly outputSize: OutputSize;
  constructor(outputSize: OutputSize | Named<{ outputSize: OutputSize }, object>) {
    super();
    this.outputSize = layerArguments<{ outputSize: OutputSize }, object>(
      'AdaptiveMaxPool2d',
      [outputSize],
      ['outputSize'],
      [],
    ).outputSize;
  }
  forward(x: NDArray): NDArray {
    return adaptiveMaxPool2d(x, this.outputSize);
  }
  protected override extraRepr(): string {
    return `output_size=${JSON.stringify(this.outputSize)}`;
  }
}

/** The mean of each channel: (N, C, H, W) gives (N, C), the end of nets without fully connected layers. */
export class GlobalAvgPool2d extends Module {
  forward(x: NDArray): NDArray {
    if (x.ndim !== 4)
      throw new RangeError(`GlobalAvgPool2d: expected (N, C, H, W), got ${shapeText(x.shape)}.`);
    return mean(reshape(x, [x.shape[0], x.shape[1], -1]), { axis: -1 });
  }
}
