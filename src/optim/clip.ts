// Gradient clipping, by value and by norm, and averages of weights over time.

import { isFloat } from '../core/dtype.js';
import { leaveGrad, lentGrad, NDArray } from '../core/ndarray.js';
import { noGrad } from '../core/node.js';
import { type Given, layerArguments } from '../nn/arguments.js';
import { type AnyModule, Module } from '../nn/module.js';
import { norm } from '../numpy/linalg.js';
import { add, clip, mul } from '../ops/elementwise.js';
import { set } from '../ops/index.js';
import { stack } from '../ops/join.js';
import { castTo } from '../ops/operands.js';
import { copy } from '../ops/shape.js';

const listOf = (params: Iterable<NDArray> | NDArray): NDArray[] =>
  (params instanceof NDArray ? [params] : [...params]).filter((p) => lentGrad(p) !== null);

type ClipOptions = { normType?: number; errorIfNonfinite?: boolean };

/**
 * Scales all gradients by one factor so that their common norm is at most `maxNorm` (Pascanu et al. 2013).
 *
 * @param order of the norm, `normType` among the options: 2 unless given, Infinity for the largest element
 * @param options.errorIfNonfinite throw when the norm is NaN or infinite
 * @returns the norm before
 * @see torch.nn.utils.clip_grad_norm_
 */
export function clipGradNorm(
  params: Iterable<NDArray> | NDArray,
  maxNorm: Given<number, ClipOptions & { maxNorm?: number }>,
  order?: Given<number, ClipOptions>,
): number {
  const {
    maxNorm: most,
    normType = 2,
    errorIfNonfinite = false,
  } = layerArguments<{ maxNorm: number }, ClipOptions>(
    'clipGradNorm',
    [maxNorm, order],
    ['maxNorm'],
    ['normType', 'errorIfNonfinite'],
  );
  if (!(most >= 0)) throw new RangeError(`clipGradNorm: maxNorm must be at least 0, not ${most}.`);
  const found = listOf(params);
  if (found.length === 0) return 0;
  return noGrad(() => {
    const norms = found.map((p) => norm(castTo(lentGrad(p)!, 'float64').ravel(), normType));
    const total = Number(norm(stack(norms), normType).item());
    if (errorIfNonfinite && !Number.isFinite(total))
      throw new RangeError(
        `clipGradNorm: the norm of the gradients is ${total}; the loss has overflowed or is NaN.`,
      );
    const factor = most / (total + 1e-6);
    if (factor < 1) for (const p of found) leaveGrad(p, mul(lentGrad(p)!, factor));
    return total;
  });
}

/** Holds every element of every gradient between -value and value. @see torch.nn.utils.clip_grad_value_ */
export function clipGradValue(params: Iterable<NDArray> | NDArray, value: number): void {
  if (!(value >= 0)) throw new RangeError(`clipGradValue: the bound must be at least 0, not ${value}.`);
  noGrad(() => {
    for (const p of listOf(params)) leaveGrad(p, clip(lentGrad(p)!, -value, value));
  });
}

/**
 * An exponentially decaying average of a model's weights: `average = decay average + (1 - decay) weights`, after every
 * `update()`. `apply()` puts the averages into the model and `restore()` takes them out again.
 */
export class EMA {
  readonly averages: NDArray[];
  private readonly params: NDArray[];
  private backup: NDArray[] | null = null;

  constructor(
    params: Iterable<NDArray> | AnyModule,
    readonly decay = 0.999,
  ) {
    if (!(decay >= 0 && decay <= 1))
      throw new RangeError(`EMA: decay must be between 0 and 1, not ${decay}.`);
    this.params = params instanceof Module ? params.parameters() : [...(params as Iterable<NDArray>)];
    const wrong = this.params.find((p) => !isFloat(p.dtype));
    if (wrong !== undefined) throw new TypeError(`EMA: weights are floating point, not ${wrong.dtype}.`);
    this.averages = this.params.map((p) => copy(p.detach()));
  }

  /** Takes the present weights into the averages. */
  update(): void {
    if (this.backup !== null)
      throw new Error('EMA: update while the averages are in the model; call restore() first.');
    noGrad(() => {
      this.params.forEach((p, i) => {
        const average = this.averages[i];
        set(average, ['...'], add(mul(average, this.decay), mul(p.detach(), 1 - this.decay)));
      });
    });
  }

  /** Puts the averages into the model, e.g. to evaluate it. */
  apply(): void {
    if (this.backup !== null) return;
    this.backup = this.params.map((p) => copy(p.detach()));
    this.write(this.averages);
  }

  /** Puts the trained weights back. */
  restore(): void {
    if (this.backup === null) return;
    this.write(this.backup);
    this.backup = null;
  }

  private write(values: readonly NDArray[]): void {
    noGrad(() => {
      this.params.forEach((p, i) => {
        set(p, ['...'], values[i]);
      });
    });
  }
}
