// Stops a training run when numbers stop being numbers: says which parameter, at which step and epoch, and puts the last
// good weights back.

import { asarray } from '../core/create.js';
import { NDArray } from '../core/ndarray.js';
import { noGrad } from '../core/node.js';
import { checkOptions, type Spelled } from '../core/options.js';
import type { AnyModule } from '../nn/module.js';
import { isfinite, logicalNot } from '../ops/elementwise.js';
import { set } from '../ops/index.js';
import { sum } from '../ops/reduce.js';
import { reshape } from '../ops/shape.js';

/** What is trained: a model, or the arrays of one by name. */
export type Trained = AnyModule | Readonly<Record<string, NDArray>>;

/** Names and arrays of what is trained. */
export function parametersOf(caller: string, trained: Trained): [string, NDArray][] {
  const named = (trained as Partial<AnyModule>).namedParameters;
  const list =
    typeof named === 'function'
      ? [...named.call(trained)]
      : Object.entries(trained as Record<string, NDArray>).filter(([, v]) => v instanceof NDArray);
  if (list.length === 0)
    throw new TypeError(`${caller}: expected a model with parameters or an object of arrays, e.g. {W, b}.`);
  return list as [string, NDArray][];
}

/** A loss as a number. */
export function lossNumber(caller: string, loss: NDArray | number): number {
  if (typeof loss === 'number') return loss;
  if (!(loss instanceof NDArray) || loss.size !== 1)
    throw new TypeError(
      `${caller}: the loss must be one number, got ${loss instanceof NDArray ? `an array of shape (${loss.shape})` : typeof loss}.`,
    );
  return Number(loss.item());
}

/** How many elements of an array are NaN or infinite. */
const broken = (a: NDArray): number => {
  // A finite sum has finite terms; only otherwise they are counted.
  const detached = a.detach();
  return Number.isFinite(Number(sum(detached).item()))
    ? 0
    : Number(sum(logicalNot(isfinite(detached))).item());
};

/** The error that ends a run, with what is known about it. */
export class TrainingStopped extends Error {
  override name = 'TrainingStopped';
  constructor(
    message: string,
    /** The first parameter that is not finite, or whose gradient is not; null when only the loss is not. */
    readonly parameter: string | null,
    readonly step: number,
    readonly epoch: number,
    readonly loss: number,
    /** The step after which the weights were good; they are in the model again. Null: none were kept yet. */
    readonly lastGood: { step: number; epoch: number; loss: number } | null,
  ) {
    super(message);
  }
}

export interface StopOptions {
  /** Steps of an epoch, to tell the epoch of a step. */
  batchesPerEpoch?: number;
  /** Keep the weights every so many steps: 1 for up to 10,000 parameters, 10 up to a million, else 50. */
  keepEvery?: number;
  /** A loss above this ends the run too; Infinity unless given. */
  limit?: number;
}

/**
 * Watches the loss and the weights of a run. Call `check(loss)` after every step.
 *
 * @example
 * const model = new nn.Linear(2, 3), watch = new training.StopOnNaN(model);
 * watch.check(0.7);           // fine
 * // watch.check(NaN) would throw: the loss is NaN at step 1 ...
 */
export class StopOnNaN {
  /** Steps checked. */
  steps = 0;
  private readonly options: StopOptions;
  private readonly keepEvery: number;
  private kept: { step: number; epoch: number; loss: number; values: ReturnType<typeof valuesOf>[] } | null =
    null;

  constructor(
    private readonly trained: Trained,
    given: Spelled<StopOptions> = {},
  ) {
    const options: StopOptions = checkOptions('StopOnNaN', given, ['batchesPerEpoch', 'keepEvery', 'limit']);
    this.options = options;
    const size = parametersOf('StopOnNaN', trained).reduce((n, [, p]) => n + p.size, 0);
    this.keepEvery = options.keepEvery ?? (size <= 1e4 ? 1 : size <= 1e6 ? 10 : 50);
    if (!Number.isInteger(this.keepEvery) || this.keepEvery < 1)
      throw new RangeError(
        `StopOnNaN: keepEvery must be a whole number of at least 1, not ${this.keepEvery}.`,
      );
    this.keep(Number.NaN);
  }

  private get epoch(): number {
    return this.steps / (this.options.batchesPerEpoch ?? Number.NaN);
  }

  private keep(loss: number): void {
    const values = parametersOf('StopOnNaN', this.trained).map(([, p]) => valuesOf(p));
    this.kept = { step: this.steps, epoch: this.epoch, loss, values };
  }

  /** The weights that were kept last, by name. */
  lastGood(): Record<string, NDArray> {
    const names = parametersOf('StopOnNaN', this.trained);
    return Object.fromEntries(
      names.map(([name, p], i) => [name, reshape(asarray(this.kept!.values[i]), p.shape)]),
    );
  }

  /** Writes the weights that were kept last into the model. */
  restore(): void {
    const good = this.lastGood();
    noGrad(() => {
      for (const [name, p] of parametersOf('StopOnNaN', this.trained)) set(p, ['...'], good[name]);
    });
  }

  /**
   * Looks at the loss of a step and at the weights after it.
   * @throws TrainingStopped when one of them is not finite; the last good weights are in the model then
   */
  check(loss: NDArray | number): void {
    const value = lossNumber('StopOnNaN.check', loss);
    this.steps++;
    const parameters = parametersOf('StopOnNaN', this.trained);
    const bad = noGrad(() => {
      for (const [name, p] of parameters) {
        const count = broken(p);
        if (count > 0) return { name, what: 'values', count, size: p.size };
      }
      if (Number.isFinite(value)) return null;
      for (const [name, p] of parameters) {
        const count = p.grad === null ? 0 : broken(p.grad);
        if (count > 0) return { name, what: 'elements of the gradient', count, size: p.size };
      }
      return null;
    });
    const { limit = Infinity } = this.options;
    if (bad === null && Number.isFinite(value) && value <= limit) {
      if (this.steps % this.keepEvery === 0) this.keep(value);
      return;
    }
    const { epoch } = this;
    const kept = this.kept!;
    this.restore();
    const at = `step ${this.steps}${Number.isNaN(epoch) ? '' : `, epoch ${epoch.toFixed(2)}`}`;
    const where =
      bad === null
        ? Number.isFinite(value)
          ? `the loss is above the limit ${limit}`
          : 'all parameters are finite, so it comes from the loss itself or from the data'
        : `${bad.count} of ${bad.size} ${bad.what} of '${bad.name}' are not finite`;
    throw new TrainingStopped(
      `training stopped at ${at}: the loss is ${value}; ${where}. ` +
        `The weights of step ${kept.step} are in the model again. A smaller learning rate, clipping of gradients (optim.clipGradNorm) or scaled data help.`,
      bad?.name ?? null,
      this.steps,
      epoch,
      value,
      { step: kept.step, epoch: kept.epoch, loss: kept.loss },
    );
  }
}

/** The elements, in memory of their own that no scope takes back. */
const valuesOf = (p: NDArray) => p.detach().data as Float64Array;
