// Dropout: units, channels or weights set to zero at random while training. In PyTorch's layers p is the probability
// of dropping; the course's formulas use the probability of keeping, so `keep` may be given instead.

import { asarray } from '../core/create.js';
import type { ArrayLike, NDArray } from '../core/ndarray.js';
import { parameters } from '../core/options.js';
import { shapeText } from '../core/shape.js';
import * as random from '../numpy/random/index.js';
import { less, mul } from '../ops/elementwise.js';
import { astype } from '../ops/shape.js';
import { type Given, layerArguments } from './arguments.js';
import { Linear } from './linear.js';
import { type AnyModule, Module } from './module.js';

export interface DropoutOptions {
  /** The probability of dropping a unit; 0.5 unless given. */
  p?: number;
  /** Taken as in PyTorch, and without effect: results are new arrays. */
  inplace?: boolean;
  /** The probability of keeping a unit, the course's p; instead of the probability of dropping. */
  keep?: number;
  /** Vanilla dropout: no scaling while training, scaling by `keep` in evaluation. Inverted dropout is the default. */
  vanilla?: boolean;
}

function keepOf(layer: string, { p = 0.5, keep: kept }: DropoutOptions): number {
  const keep = kept ?? 1 - p;
  if (!(keep >= 0 && keep <= 1)) {
    throw new RangeError(
      `${layer}: a probability of ${kept === undefined ? `dropping of ${String(p)}` : `keeping of ${kept}`} is not between 0 and 1.`,
    );
  }
  return keep;
}

/** The arguments of a dropout layer. */
function dropoutArguments(layer: string, ...given: unknown[]): DropoutOptions {
  const options = layerArguments<object, DropoutOptions>(
    layer,
    given,
    [],
    ['p', 'inplace'],
    ['keep', 'vanilla'],
  );
  if (options.p !== undefined && options.keep !== undefined)
    throw new TypeError(
      `${layer}: p is the probability of dropping and keep that of keeping; give one of them.`,
    );
  return options;
}

/** A mask of 0 and `value`, 0 with probability 1 - keep; drawn from np.random's generator. */
function mask(shape: readonly number[], keep: number, value: number, like: NDArray): NDArray {
  return mul(astype(less(random.random([...shape]), keep), like.dtype), value);
}

/**
 * Sets elements to zero with probability p and scales the others by 1/(1 - p), so that the expectation stays
 * (inverted dropout; torch.nn.functional.dropout). Nothing happens unless `training`.
 */
export function dropout(
  x: ArrayLike,
  p?: Given<number, { p?: number; training?: boolean }>,
  training?: Given<boolean, { training?: boolean }>,
): NDArray {
  const a = asarray(x, 'dropout');
  const given = parameters<{ p?: number; training?: boolean }>('dropout', ['p', 'training'], [p, training]);
  const keep = keepOf('dropout', given);
  if (!(given.training ?? true) || keep === 1) return a;
  return mul(a, mask(a.shape, keep, keep === 0 ? 0 : 1 / keep, a));
}

/**
 * Drops units with probability p while training (Srivastava et al. 2014). @see torch.nn.Dropout
 *
 * @example
 * new nn.Dropout(0.5);                        // PyTorch's p: dropped with probability 0.5
 * new nn.Dropout({ keep: 0.8 });              // the course's p: kept with probability 0.8
 * new nn.Dropout({ keep: 0.8, vanilla: true })// scales by 0.8 in evaluation, not in training
 */
export class Dropout extends Module {
  readonly keep: number;
  readonly vanilla: boolean;

  constructor(p?: number | DropoutOptions, options?: boolean | DropoutOptions) {
    super();
    const given = dropoutArguments(this.constructor.name, p, options);
    this.keep = keepOf('Dropout', given);
    this.vanilla = given.vanilla ?? false;
  }

  /** The shape of the mask: that of the input; Dropout2d drops whole channels. */
  protected maskShape(x: NDArray): readonly number[] {
    return x.shape;
  }

  forward(x: ArrayLike): NDArray {
    const a = asarray(x, 'Dropout');
    const { keep, vanilla } = this;
    if (!this.training) return vanilla ? mul(a, keep) : a;
    if (keep === 1) return a;
    return mul(a, mask(this.maskShape(a), keep, vanilla || keep === 0 ? 1 : 1 / keep, a));
  }

  protected override extraRepr(): string {
    return `p=${Number((1 - this.keep).toPrecision(12))}${this.vanilla ? ', vanilla' : ''}`;
  }
}

/** Drops whole channels of (N, C, H, W). @see torch.nn.Dropout2d */
export class Dropout2d extends Dropout {
  protected override maskShape(x: NDArray): readonly number[] {
    if (x.ndim < 2) throw new RangeError(`Dropout2d: expected (N, C, ...), got ${shapeText(x.shape)}.`);
    return [x.shape[0], x.shape[1], ...new Array<number>(x.ndim - 2).fill(1)];
  }
}

/**
 * A linear layer whose weights, not its units, are dropped while training (Wan et al. 2013); scaled so that the
 * expectation stays. Arguments as nn.Linear's, and the probability p of dropping a weight.
 */
export class DropConnect extends Module {
  readonly linear: Linear;
  readonly keep: number;

  constructor(inFeatures: number, outFeatures: number, p: number | DropoutOptions = 0.5) {
    super();
    this.keep = keepOf('DropConnect', dropoutArguments('DropConnect', p));
    this.linear = new Linear(inFeatures, outFeatures);
  }

  forward(x: ArrayLike): NDArray {
    const { linear, keep } = this;
    if (!this.training || keep === 1) return linear.with(x, linear.weight);
    const { weight } = linear;
    const dropped = mul(weight, mask(weight.shape, keep, keep === 0 ? 0 : 1 / keep, weight));
    return linear.with(x, dropped);
  }

  protected override extraRepr(): string {
    return `p=${Number((1 - this.keep).toPrecision(12))}`;
  }
}

/** Every dropout layer inside in training mode, all else as it is: for averaging predictions over masks (Gal 2015). */
export function monteCarloDropout(model: AnyModule): void {
  for (const m of model.modules()) if (m instanceof Dropout || m instanceof DropConnect) m.training = true;
}
