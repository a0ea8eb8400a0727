// Normalisation: batch, layer, group, instance, and the local response normalisation of early ConvNets. Functions with
// PyTorch's names and the layers that hold their parameters and running statistics.

import { asarray } from '../core/create.js';
import type { ArrayLike, NDArray } from '../core/ndarray.js';
import { noGrad } from '../core/node.js';
import { checkOptions, parameters } from '../core/options.js';
import { type Shape, sameShape, shapeText } from '../core/shape.js';
import { ones, zeros } from '../numpy/creation.js';
import { batching } from '../ops/batching.js';
import { add, div, mul, pow, sqrt, square, sub } from '../ops/elementwise.js';
import { get, set } from '../ops/index.js';
import { concatenate } from '../ops/join.js';
import { normalize } from '../ops/normalize.js';
import { mean } from '../ops/reduce.js';
import { reshape } from '../ops/shape.js';
import { type Given, layerArguments, type Named, optional } from './arguments.js';
import * as init from './init.js';
import { checkCounts, type LayerOptions, newParameter } from './linear.js';
import { getDefaultDtype, layerInput, Module, type Parameter } from './module.js';

/** A vector over axis 1 of an array of `ndim` axes. */
const perChannel = (a: ArrayLike, ndim: number): NDArray =>
  reshape(asarray(a), [-1, ...new Array<number>(ndim - 2).fill(1)]);

/** Whether the native passes take an array: of the layers' dtypes, and not inside vmap. */
const native = (x: NDArray, ...more: (NDArray | null | undefined)[]): boolean =>
  (x.dtype === 'float32' || x.dtype === 'float64') &&
  batching.open === 0 &&
  more.every((a) => !a || a.dtype === x.dtype);

/** (x - mean) / sqrt(variance + eps) over the last `axis.length` axes. */
function standardized(x: NDArray, axis: number[], eps: number): NDArray {
  if (native(x) && x.size > 0) {
    const inner = axis.reduce((n, d) => n * x.shape[d], 1);
    return normalize(x, [1, x.size / inner, inner], eps, null, null, null).out;
  }
  return standardizedBy(x, axis, eps).out;
}

/** (x - mean) / sqrt(variance + eps) over some axes in operations, with the statistics that were used. */
function standardizedBy(
  x: NDArray,
  axis: number[],
  eps: number,
): { out: NDArray; mean: NDArray; variance: NDArray } {
  const m = mean(x, { axis, keepdims: true });
  const centred = sub(x, m);
  const variance = mean(square(centred), { axis, keepdims: true });
  return { out: div(centred, sqrt(add(variance, eps))), mean: m, variance };
}

function scaled(out: NDArray, weight: NDArray | null | undefined, bias: NDArray | null | undefined): NDArray {
  const stretched = weight ? mul(out, weight) : out;
  return bias ? add(stretched, bias) : stretched;
}

/** Blends the statistics of a batch of `n` elements a channel into the running ones. */
function blend(
  runningMean: NDArray,
  runningVar: NDArray,
  batchMean: NDArray,
  variance: NDArray,
  n: number,
  momentum: number,
): void {
  const into = (running: NDArray, batch: NDArray): void => {
    set(running, ['...'], add(mul(running, 1 - momentum), mul(reshape(batch.detach(), -1), momentum)));
  };
  noGrad(() => {
    into(runningMean, batchMean);
    into(runningVar, mul(variance, n / (n - 1)));
  });
}

export interface BatchNormOptions {
  weight?: NDArray | null;
  bias?: NDArray | null;
  /** Use the batch's statistics, and update the running ones. */
  training?: boolean;
  momentum?: number;
  eps?: number;
}

const BATCH_NORM_NAMES = ['weight', 'bias', 'training', 'momentum', 'eps'];
const AFFINE_NAMES = ['weight', 'bias', 'eps'];
interface AffineOptions {
  weight?: NDArray | null;
  bias?: NDArray | null;
  eps?: number;
}
/** PyTorch's places, or an object in the place of the first one left out. */
type AffinePlaces = [
  weight?: Given<NDArray | null, AffineOptions>,
  bias?: Given<NDArray | null, AffineOptions>,
  eps?: Given<number, AffineOptions>,
];
type BatchNormPlaces = [
  weight?: Given<NDArray | null, BatchNormOptions>,
  bias?: Given<NDArray | null, BatchNormOptions>,
  training?: Given<boolean, BatchNormOptions>,
  momentum?: Given<number, BatchNormOptions>,
  eps?: Given<number, BatchNormOptions>,
];

/**
 * Normalises each channel (axis 1) over all other axes (Ioffe and Szegedy 2015; torch.nn.functional.batch_norm). The
 * running statistics are updated in place: `(1 - momentum) running + momentum batch`, with the unbiased variance.
 *
 * @param x (N, C) or (N, C, ...)
 * @param runningMean,runningVar (C), or null to use the batch's statistics always
 */
export function batchNorm(
  x: ArrayLike,
  runningMean: NDArray | null,
  runningVar: NDArray | null,
  ...given: BatchNormPlaces
): NDArray {
  const options = parameters<BatchNormOptions>('batchNorm', BATCH_NORM_NAMES, given);
  const a = asarray(x, 'batchNorm');
  const { weight, bias, training = false, momentum = 0.1, eps = 1e-5 } = options;
  if (a.ndim < 2)
    throw new RangeError(`batchNorm: expected (N, C) or (N, C, ...), got ${shapeText(a.shape)}.`);
  const channels = a.shape[1];
  for (const [name, v] of Object.entries({ weight, bias, runningMean, runningVar })) {
    if (v && (v.ndim !== 1 || v.shape[0] !== channels))
      throw new RangeError(
        `batchNorm: ${name} has shape ${shapeText(v.shape)}, the input ${channels} channels.`,
      );
  }
  const n = channels === 0 ? 0 : a.size / channels;
  if (training && n <= 1) {
    throw new RangeError(
      `batchNorm: training needs more than one value per channel, but the input is ${shapeText(a.shape)}; use a larger batch, or eval().`,
    );
  }
  const fixed = !training && runningMean !== null && runningVar !== null;
  const remember = (m: NDArray, variance: NDArray): void => {
    if (training && runningMean !== null && runningVar !== null)
      blend(runningMean, runningVar, m, variance, n, momentum);
  };
  if (n > 0 && native(a, weight, bias, ...(fixed ? [runningMean, runningVar] : []))) {
    const given = fixed ? { mean: runningMean, variance: runningVar } : null;
    const shape = [a.shape[0], channels, n / a.shape[0]] as const;
    const { out, statistics } = normalize(a, shape, eps, weight ?? null, bias ?? null, given);
    remember(statistics.mean, statistics.variance);
    return out;
  }
  const w = weight ? perChannel(weight, a.ndim) : null;
  const b = bias ? perChannel(bias, a.ndim) : null;
  if (!training && runningMean !== null && runningVar !== null) {
    const factor = sqrt(add(perChannel(runningVar, a.ndim), eps));
    return scaled(div(sub(a, perChannel(runningMean, a.ndim)), factor), w, b);
  }
  const axis = a.shape.map((_, d) => d).filter((d) => d !== 1);
  const { out, mean: m, variance } = standardizedBy(a, axis, eps);
  remember(m, variance);
  return scaled(out, w, b);
}

/** Normalises over the last axes, of shape `normalizedShape` (Ba et al. 2016; torch.nn.functional.layer_norm). */
export function layerNorm(x: ArrayLike, normalizedShape: Shape, ...given: AffinePlaces): NDArray {
  const options = parameters<AffineOptions>('layerNorm', AFFINE_NAMES, given);
  const a = asarray(x, 'layerNorm');
  const k = normalizedShape.length;
  if (k === 0 || !sameShape(a.shape.slice(-k), normalizedShape)) {
    throw new RangeError(
      `layerNorm: the input ${shapeText(a.shape)} must end in the normalized shape ${shapeText(normalizedShape)}.`,
    );
  }
  const axis = normalizedShape.map((_, i) => a.ndim - k + i);
  return scaled(standardized(a, axis, options.eps ?? 1e-5), options.weight, options.bias);
}

/** Normalises groups of channels of each example (Wu and He 2018; torch.nn.functional.group_norm). */
export function groupNorm(x: ArrayLike, groups: number, ...given: AffinePlaces): NDArray {
  const options = parameters<AffineOptions>('groupNorm', AFFINE_NAMES, given);
  const a = asarray(x, 'groupNorm');
  if (a.ndim < 2 || a.shape[1] % groups !== 0)
    throw new RangeError(
      `groupNorm: the channels of ${shapeText(a.shape)} cannot be divided into ${groups} groups.`,
    );
  const out = standardized(reshape(a, [a.shape[0], groups, -1]), [2], options.eps ?? 1e-5);
  const { weight, bias } = options;
  return scaled(
    reshape(out, a.shape as number[]),
    weight ? perChannel(weight, a.ndim) : null,
    bias ? perChannel(bias, a.ndim) : null,
  );
}

/**
 * x / (k + alpha/size sum of x^2 over `size` neighbouring channels)^beta: the contrast normalisation of AlexNet
 * (Krizhevsky et al. 2012; torch.nn.functional.local_response_norm).
 */
export function localResponseNorm(
  x: ArrayLike,
  size: number,
  options: { alpha?: number; beta?: number; k?: number } = {},
): NDArray {
  checkOptions('localResponseNorm', options, ['alpha', 'beta', 'k']);
  const a = asarray(x, 'localResponseNorm');
  const { alpha = 1e-4, beta = 0.75, k = 1 } = options;
  if (a.ndim < 3) throw new RangeError(`localResponseNorm: expected (N, C, ...), got ${shapeText(a.shape)}.`);
  checkCounts('localResponseNorm', { size });
  const [n, c, ...rest] = a.shape;
  const nothing = (channels: number): NDArray => zeros([n, channels, ...rest], { dtype: a.dtype });
  const before = Math.floor(size / 2);
  const after = Math.floor((size - 1) / 2);
  const padded = concatenate([nothing(before), square(a), nothing(after)], 1);
  let total = get(padded, [':', `0:${c}`]);
  for (let i = 1; i < size; i++) total = add(total, get(padded, [':', `${i}:${i + c}`]));
  return div(a, pow(add(mul(total, alpha / size), k), beta));
}

// ---------------------------------------------------------------- layers

export interface BatchNormLayerOptions extends LayerOptions {
  eps?: number;
  /** Share of the batch in the running statistics. */
  momentum?: number;
  /** Learn a factor and an offset for each channel. */
  affine?: boolean;
  /** Keep running statistics for evaluation. */
  trackRunningStats?: boolean;
}

const BATCH_NORM_PLACES = ['eps', 'momentum', 'affine', 'trackRunningStats'];

abstract class BatchNorm extends Module {
  readonly numFeatures: number;
  readonly options: BatchNormLayerOptions;
  /** Null without `affine`. */
  readonly weight: Parameter;
  /** Null without `affine`. */
  readonly bias: Parameter;
  // Buffers carry PyTorch's own names, so that files of weights go both ways.
  declare running_mean: NDArray | null;
  declare running_var: NDArray | null;
  declare num_batches_tracked: NDArray | null;
  protected abstract readonly axes: readonly number[];

  constructor(
    numFeatures: number,
    eps?: Given<number, BatchNormLayerOptions>,
    momentum?: Given<number, BatchNormLayerOptions>,
    affine?: Given<boolean, BatchNormLayerOptions>,
    trackRunningStats?: Given<boolean, BatchNormLayerOptions>,
  );
  constructor(named: Named<{ numFeatures: number }, BatchNormLayerOptions>);
  constructor(...given: unknown[]) {
    super();
    const layer = this.constructor.name;
    const { numFeatures, ...options } = layerArguments<{ numFeatures: number }, BatchNormLayerOptions>(
      layer,
      given,
      ['numFeatures'],
      BATCH_NORM_PLACES,
      ['dtype'],
    );
    checkCounts(layer, { numFeatures });
    this.numFeatures = numFeatures;
    this.options = options;
    const affine = options.affine ?? true;
    this.weight = optional(affine, () => init.ones(newParameter([numFeatures], options)));
    this.bias = optional(affine, () => init.zeros(newParameter([numFeatures], options)));
    if (options.trackRunningStats ?? true) {
      const dtype = options.dtype ?? getDefaultDtype();
      this.registerBuffer('running_mean', zeros([numFeatures], { dtype }));
      this.registerBuffer('running_var', ones([numFeatures], { dtype }));
      this.registerBuffer('num_batches_tracked', zeros([], { dtype: 'int64' }));
    } else {
      this.running_mean = null;
      this.running_var = null;
      this.num_batches_tracked = null;
    }
  }

  /** Running mean of each channel, or null. */
  get runningMean(): NDArray | null {
    return this.running_mean;
  }

  /** Running (unbiased) variance of each channel, or null. */
  get runningVar(): NDArray | null {
    return this.running_var;
  }

  /** How many training batches the running statistics have seen. */
  get numBatchesTracked(): NDArray | null {
    return this.num_batches_tracked;
  }

  forward(x: ArrayLike): NDArray {
    const { options, runningMean, runningVar, weight, bias, training } = this;
    const a = layerInput(this.constructor.name, x, options.dtype ?? weight?.dtype ?? getDefaultDtype());
    if (!this.axes.includes(a.ndim)) {
      throw new RangeError(
        `${this.constructor.name}: expected an input of ${this.axes.join(' or ')} axes, got ${shapeText(a.shape)}.`,
      );
    }
    if (a.shape[1] !== this.numFeatures)
      throw new RangeError(
        `${this.constructor.name}: the input ${shapeText(a.shape)} has ${a.shape[1]} channels (axis 1), the layer ${this.numFeatures} (numFeatures).`,
      );
    if (training) countBatch(this);
    return batchNorm(a, runningMean, runningVar, {
      weight,
      bias,
      training: training || runningMean === null,
      momentum: options.momentum,
      eps: options.eps,
    });
  }

  protected override extraRepr(): string {
    const { eps = 1e-5, momentum = 0.1, affine = true, trackRunningStats = true } = this.options;
    return `${this.numFeatures}, eps=${eps}, momentum=${momentum}, affine=${affine}, track_running_stats=${trackRunningStats}`;
  }
}

function countBatch({ numBatchesTracked }: BatchNorm): void {
  if (numBatchesTracked !== null) set(numBatchesTracked, [], numBatchesTracked.add(1n));
}

/** What a layer in training does about a batch of `n` elements a channel that was normalised for it. */
export function remember(layer: BatchNorm, batchMean: NDArray, variance: NDArray, n: number): void {
  if (!layer.training) return;
  countBatch(layer);
  const { runningMean, runningVar, options } = layer;
  if (runningMean !== null && runningVar !== null)
    blend(runningMean, runningVar, batchMean, variance, n, options.momentum ?? 0.1);
}

/** Batch normalisation of features (N, C) or sequences (N, C, L). @see torch.nn.BatchNorm1d */
export class BatchNorm1d extends BatchNorm {
  protected get axes(): readonly number[] {
    return [2, 3];
  }
}

/**
 * Batch normalisation of images (N, C, H, W). @see torch.nn.BatchNorm2d
 *
 * @example
 * const bn = new nn.BatchNorm2d(64);   // eps 1e-5, momentum 0.1, affine, running statistics
 */
export class BatchNorm2d extends BatchNorm {
  protected get axes(): readonly number[] {
    return [4];
  }
}

type LayerNormOptions = LayerOptions & { eps?: number; elementwiseAffine?: boolean };

/** Normalises each example over its last axes. @see torch.nn.LayerNorm */
export class LayerNorm extends Module {
  /** Null without `elementwiseAffine`. */
  readonly weight: Parameter;
  /** Null without `elementwiseAffine`. */
  readonly bias: Parameter;
  readonly normalizedShape: Shape;
  readonly options: LayerNormOptions;

  constructor(
    normalizedShape: number | Shape,
    eps?: Given<number, LayerNormOptions>,
    elementwiseAffine?: Given<boolean, LayerNormOptions>,
  );
  constructor(named: Named<{ normalizedShape: number | Shape }, LayerNormOptions>);
  constructor(...given: unknown[]) {
    super();
    const { normalizedShape, ...options } = layerArguments<
      { normalizedShape: number | Shape },
      LayerNormOptions
    >('LayerNorm', given, ['normalizedShape'], ['eps', 'elementwiseAffine'], ['dtype']);
    this.normalizedShape = typeof normalizedShape === 'number' ? [normalizedShape] : normalizedShape;
    this.options = options;
    const affine = options.elementwiseAffine ?? true;
    this.weight = optional(affine, () => init.ones(newParameter(this.normalizedShape, options)));
    this.bias = optional(affine, () => init.zeros(newParameter(this.normalizedShape, options)));
  }

  forward(x: ArrayLike): NDArray {
    const { weight, bias, options } = this;
    const a = layerInput('LayerNorm', x, options.dtype ?? weight?.dtype ?? getDefaultDtype());
    return layerNorm(a, this.normalizedShape, { weight, bias, eps: options.eps });
  }

  protected override extraRepr(): string {
    const { eps = 1e-5, elementwiseAffine = true } = this.options;
    return `${shapeText(this.normalizedShape)}, eps=${eps}, elementwise_affine=${elementwiseAffine}`;
  }
}

type GroupNormOptions = LayerOptions & { eps?: number; affine?: boolean };

/** Normalises groups of channels. @see torch.nn.GroupNorm */
export class GroupNorm extends Module {
  readonly numGroups: number;
  readonly numChannels: number;
  readonly options: GroupNormOptions;
  /** Null without `affine`. */
  readonly weight: Parameter;
  /** Null without `affine`. */
  readonly bias: Parameter;

  constructor(
    numGroups: number,
    numChannels: number,
    eps?: Given<number, GroupNormOptions>,
    affine?: Given<boolean, GroupNormOptions>,
  );
  constructor(named: Named<{ numGroups: number; numChannels: number }, GroupNormOptions>);
  constructor(...given: unknown[]) {
    super();
    const { numGroups, numChannels, ...options } = layerArguments<
      { numGroups: number; numChannels: number },
      GroupNormOptions
    >('GroupNorm', given, ['numGroups', 'numChannels'], ['eps', 'affine'], ['dtype']);
    this.numGroups = numGroups;
    this.numChannels = numChannels;
    this.options = options;
    checkCounts('GroupNorm', { numGroups, numChannels });
    if (numChannels % numGroups !== 0)
      throw new RangeError(`GroupNorm: ${numChannels} channels cannot be divided into ${numGroups} groups.`);
    const affine = options.affine ?? true;
    this.weight = optional(affine, () => init.ones(newParameter([numChannels], options)));
    this.bias = optional(affine, () => init.zeros(newParameter([numChannels], options)));
  }

  forward(x: ArrayLike): NDArray {
    const { weight, bias, options } = this;
    const a = layerInput('GroupNorm', x, options.dtype ?? weight?.dtype ?? getDefaultDtype());
    return groupNorm(a, this.numGroups, { weight, bias, eps: options.eps });
  }

  protected override extraRepr(): string {
    const { eps = 1e-5, affine = true } = this.options;
    return `${this.numGroups}, ${this.numChannels}, eps=${eps}, affine=${affine}`;
  }
}

type ResponseOptions = { alpha?: number; beta?: number; k?: number };

/** Local response normalisation, AlexNet's. @see torch.nn.LocalResponseNorm */
export class LocalResponseNorm extends Module {
  readonly size: number;
  readonly options: ResponseOptions;

  constructor(
    size: number,
    alpha?: Given<number, ResponseOptions>,
    beta?: Given<number, ResponseOptions>,
    k?: Given<number, ResponseOptions>,
  );
  constructor(named: Named<{ size: number }, ResponseOptions>);
  constructor(...given: unknown[]) {
    super();
    const { size, ...options } = layerArguments<{ size: number }, ResponseOptions>(
      'LocalResponseNorm',
      given,
      ['size'],
      ['alpha', 'beta', 'k'],
    );
    this.size = size;
    this.options = options;
  }
  forward(x: ArrayLike): NDArray {
    return localResponseNorm(x, this.size, this.options);
  }
  protected override extraRepr(): string {
    const { alpha = 1e-4, beta = 0.75, k = 1 } = this.options;
    return `${this.size}, alpha=${alpha}, beta=${beta}, k=${k}`;
  }
}
