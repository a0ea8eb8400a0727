// Layers that are linear in their input, and those that only move it: Linear, Bilinear, Embedding, Flatten, Identity.

import { asarray } from '../core/create.js';
import { isFloat } from '../core/dtype.js';
import type { ArrayLike, NDArray } from '../core/ndarray.js';
import { empty } from '../core/ndarray.js';
import { shapeText } from '../core/shape.js';
import { named } from '../numpy/caller.js';
import { eye } from '../numpy/creation.js';
import { add, mul } from '../ops/elementwise.js';
import { take } from '../ops/index.js';
import { matmul } from '../ops/matmul.js';
import { sum } from '../ops/reduce.js';
import { astype, reshape, transpose } from '../ops/shape.js';
import { type Given, layerArguments, type Named, optional } from './arguments.js';
import { linear } from './functional.js';
import * as init from './init.js';
import { getDefaultDtype, layerInput, Module, Parameter } from './module.js';

export interface LayerOptions {
  /** 'float32' unless `nn.setDefaultDtype` says otherwise. */
  dtype?: 'float32' | 'float64';
}

type BiasOptions = LayerOptions & { bias?: boolean };
type BilinearSizes = { in1Features: number; in2Features: number; outFeatures: number };

/** An array that an initialiser is about to fill. */
export const newParameter = (shape: readonly number[], options: LayerOptions): Parameter =>
  new Parameter(empty(shape, options.dtype ?? getDefaultDtype()));

/** Throws unless every number is a whole one from `least` on. */
export function checkCounts(layer: string, counts: Record<string, number>, least = 1): void {
  for (const [name, n] of Object.entries(counts)) {
    if (!Number.isInteger(n) || n < least)
      throw new RangeError(`${layer}: ${name} must be a whole number of at least ${least}, not ${n}.`);
  }
}

/**
 * x W^T + b, the fully connected layer: (..., inFeatures) gives (..., outFeatures). `weight` is (outFeatures,
 * inFeatures) and `bias` (outFeatures); both start uniform in +-1/sqrt(inFeatures). @see torch.nn.Linear
 *
 * @example
 * const fc = new nn.Linear(784, 10);
 * fc(np.zeros([32, 784])).shape;   // [32, 10]
 */
export class Linear extends Module {
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly weight: Parameter;
  /** Null without bias. */
  readonly bias: Parameter;

  constructor(inFeatures: number, outFeatures: number, bias?: Given<boolean, BiasOptions>);
  constructor(named: Named<{ inFeatures: number; outFeatures: number }, BiasOptions>);
  constructor(...given: unknown[]) {
    super();
    const { inFeatures, outFeatures, ...options } = layerArguments<
      { inFeatures: number; outFeatures: number },
      BiasOptions
    >('Linear', given, ['inFeatures', 'outFeatures'], ['bias'], ['dtype']);
    checkCounts('Linear', { inFeatures, outFeatures });
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    this.weight = newParameter([outFeatures, inFeatures], options);
    this.bias = optional(options.bias ?? true, () => newParameter([outFeatures], options));
    const bound = 1 / Math.sqrt(inFeatures);
    init.uniform(this.weight, -bound, bound);
    if (this.bias !== null) init.uniform(this.bias, -bound, bound);
  }

  // PyTorch's spelling.
  get in_features(): number {
    return this.inFeatures;
  }
  get out_features(): number {
    return this.outFeatures;
  }

  forward(x: ArrayLike): NDArray {
    return this.with(x, this.weight);
  }

  /** The layer with other weights in the place of its own, e.g. masked ones. */
  with(x: ArrayLike, weight: NDArray): NDArray {
    const a = layerInput('Linear', x, weight.dtype);
    if (a.ndim === 0 || a.shape[a.ndim - 1] !== this.inFeatures) {
      const flat = a.size % this.inFeatures === 0 && a.ndim > 2 ? ' Is an nn.Flatten missing before it?' : '';
      throw new RangeError(
        `Linear: the last axis of the input ${shapeText(a.shape)} must have ${this.inFeatures} features (inFeatures).${flat}`,
      );
    }
    return linear(a, weight, this.bias);
  }

  protected override extraRepr(): string {
    return `in_features=${this.inFeatures}, out_features=${this.outFeatures}, bias=${this.bias !== null}`;
  }
}

/** x1^T W_k x2 + b_k: (..., in1) and (..., in2) give (..., outFeatures). @see torch.nn.Bilinear */
export class Bilinear extends Module<[ArrayLike, ArrayLike]> {
  readonly in1Features: number;
  readonly in2Features: number;
  readonly outFeatures: number;
  readonly weight: Parameter;
  /** Null without bias. */
  readonly bias: Parameter;

  constructor(
    in1Features: number,
    in2Features: number,
    outFeatures: number,
    bias?: Given<boolean, BiasOptions>,
  );
  constructor(named: Named<BilinearSizes, BiasOptions>);
  constructor(...given: unknown[]) {
    super();
    const { in1Features, in2Features, outFeatures, ...options } = layerArguments<BilinearSizes, BiasOptions>(
      'Bilinear',
      given,
      ['in1Features', 'in2Features', 'outFeatures'],
      ['bias'],
      ['dtype'],
    );
    checkCounts('Bilinear', { in1Features, in2Features, outFeatures });
    this.in1Features = in1Features;
    this.in2Features = in2Features;
    this.outFeatures = outFeatures;
    this.weight = newParameter([outFeatures, in1Features, in2Features], options);
    this.bias = optional(options.bias ?? true, () => newParameter([outFeatures], options));
    const bound = 1 / Math.sqrt(in1Features);
    init.uniform(this.weight, -bound, bound);
    if (this.bias !== null) init.uniform(this.bias, -bound, bound);
  }

  forward(x1: ArrayLike, x2: ArrayLike): NDArray {
    const a = layerInput('Bilinear', x1, this.weight.dtype);
    const b = layerInput('Bilinear', x2, this.weight.dtype);
    if (a.shape.at(-1) !== this.in1Features || b.shape.at(-1) !== this.in2Features) {
      throw new RangeError(
        `Bilinear: inputs ${shapeText(a.shape)} and ${shapeText(b.shape)} must end in ${this.in1Features} and ${this.in2Features} features.`,
      );
    }
    const lead = a.shape.slice(0, -1);
    const rows = reshape(a, [1, -1, this.in1Features]);
    const left = matmul(rows, this.weight);
    const out = transpose(sum(mul(left, reshape(b, [1, -1, this.in2Features])), { axis: -1 }));
    const shaped = reshape(out, [...lead, this.outFeatures]);
    return this.bias === null ? shaped : add(shaped, this.bias);
  }

  protected override extraRepr(): string {
    return `in1_features=${this.in1Features}, in2_features=${this.in2Features}, out_features=${this.outFeatures}, bias=${this.bias !== null}`;
  }
}

/**
 * 1 at the place that an index names and 0 elsewhere, int64: indices of any shape give (..., numClasses). Without
 * `numClasses` there are as many as the largest index asks for (torch.nn.functional.one_hot).
 */
export function oneHot(indices: ArrayLike, numClasses?: Given<number, { numClasses?: number }>): NDArray {
  const at = asarray(indices, 'oneHot');
  const given = layerArguments<object, { numClasses?: number }>('oneHot', [numClasses], [], ['numClasses']);
  const whole = isFloat(at.dtype) ? astype(at, 'int64') : at;
  const largest = at.size === 0 ? -1 : Number(whole.max().item());
  const count = given.numClasses === undefined || given.numClasses === -1 ? largest + 1 : given.numClasses;
  if (!Number.isInteger(count) || count <= largest || (at.size > 0 && Number(whole.min().item()) < 0))
    throw new RangeError(
      `oneHot: the indices go from ${at.size === 0 ? 0 : String(whole.min())} to ${largest}, but there are ${count} classes.`,
    );
  return take(eye(count, { dtype: 'int64' }), whole, 0);
}

/** Rows of `weight` by integer index: indices of any shape give (..., dim) (torch.nn.functional.embedding). */
export function embedding(indices: ArrayLike, weight: NDArray): NDArray {
  const at = asarray(indices, 'embedding');
  const whole = isFloat(at.dtype) ? astype(at, 'int64') : at;
  return named('embedding', () => take(weight, whole, 0));
}

type EmbeddingOptions = LayerOptions & { paddingIdx?: number };

/**
 * A table of `numEmbeddings` learned vectors of `embeddingDim` numbers, drawn from N(0, 1); the input holds integer
 * indices. @see torch.nn.Embedding
 */
export class Embedding extends Module<[ArrayLike]> {
  readonly numEmbeddings: number;
  readonly embeddingDim: number;
  readonly weight: Parameter;
  readonly options: EmbeddingOptions;

  constructor(numEmbeddings: number, embeddingDim: number, paddingIdx?: Given<number, EmbeddingOptions>);
  constructor(named: Named<{ numEmbeddings: number; embeddingDim: number }, EmbeddingOptions>);
  constructor(...given: unknown[]) {
    super();
    const { numEmbeddings, embeddingDim, ...options } = layerArguments<
      { numEmbeddings: number; embeddingDim: number },
      EmbeddingOptions
    >('Embedding', given, ['numEmbeddings', 'embeddingDim'], ['paddingIdx'], ['dtype']);
    this.numEmbeddings = numEmbeddings;
    this.embeddingDim = embeddingDim;
    this.options = options;
    checkCounts('Embedding', { numEmbeddings, embeddingDim });
    this.weight = newParameter([numEmbeddings, embeddingDim], options);
    init.normal(this.weight);
    const { paddingIdx } = options;
    if (paddingIdx !== undefined) {
      if (!Number.isInteger(paddingIdx) || paddingIdx < 0 || paddingIdx >= numEmbeddings)
        throw new RangeError(`Embedding: paddingIdx ${paddingIdx} is not an index of ${numEmbeddings} rows.`);
      init.constant(this.weight.at(paddingIdx), 0);
    }
  }

  forward(indices: ArrayLike): NDArray {
    const { paddingIdx } = this.options;
    const out = embedding(indices, this.weight);
    if (paddingIdx === undefined) return out;
    // The padding row takes no gradient.
    const learned = reshape(asarray(indices).notEqual(paddingIdx), [...asarray(indices).shape, 1]);
    return mul(out, astype(learned, out.dtype));
  }

  protected override extraRepr(): string {
    const { paddingIdx } = this.options;
    return `${this.numEmbeddings}, ${this.embeddingDim}${paddingIdx === undefined ? '' : `, padding_idx=${paddingIdx}`}`;
  }
}

type FlattenOptions = { startDim?: number; endDim?: number };

/** Axes `startDim` to `endDim` as one: (N, C, H, W) gives (N, C H W). @see torch.nn.Flatten */
export class Flatten extends Module {
  readonly startDim: number;
  readonly endDim: number;

  constructor(startDim?: Given<number, FlattenOptions>, endDim?: Given<number, FlattenOptions>) {
    super();
    const given = layerArguments<object, FlattenOptions>(
      'Flatten',
      [startDim, endDim],
      [],
      ['startDim', 'endDim'],
    );
    this.startDim = given.startDim ?? 1;
    this.endDim = given.endDim ?? -1;
  }

  forward(x: ArrayLike): NDArray {
    const a = asarray(x, 'Flatten');
    const from = this.startDim < 0 ? a.ndim + this.startDim : this.startDim;
    const to = this.endDim < 0 ? a.ndim + this.endDim : this.endDim;
    if (from < 0 || to >= a.ndim || from > to) {
      throw new RangeError(
        `Flatten: axes ${this.startDim} to ${this.endDim} do not exist in an input of shape ${shapeText(a.shape)}.`,
      );
    }
    const middle = a.shape.slice(from, to + 1).reduce((p, n) => p * n, 1);
    return reshape(a, [...a.shape.slice(0, from), middle, ...a.shape.slice(to + 1)]);
  }

  protected override extraRepr(): string {
    return `start_dim=${this.startDim}, end_dim=${this.endDim}`;
  }
}

/** The input itself. @see torch.nn.Identity */
export class Identity extends Module {
  forward(x: NDArray): NDArray {
    return x;
  }
}
