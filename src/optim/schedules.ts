// Learning rates over time. A schedule changes the `lr` of an optimiser's groups every time its `step()` is called,
// once an epoch or once an iteration as you count. Each is a formula of the step number, as the docstrings say.

import type { Optimizer } from './optimizer.js';

// biome-ignore lint/suspicious/noExplicitAny: an optimiser of any settings
type AnyOptimizer = Optimizer<any>;

/** The base class of schedules (torch.optim.lr_scheduler). The first rate is set when it is made. */
export abstract class LRScheduler {
  /** How often `step()` was called. */
  t = 0;
  /** The rates that the groups had when the schedule was made. */
  protected readonly base: number[];

  constructor(protected readonly optimizer: AnyOptimizer) {
    this.base = optimizer.paramGroups.map((g) => g.lr as number);
  }

  /** The rate at step t of a group that began with `base`. */
  protected abstract rate(base: number, t: number): number;

  /** The next epoch or iteration. */
  step(): void {
    this.t++;
    this.write();
  }

  protected write(): void {
    this.optimizer.paramGroups.forEach((group, i) => {
      group.lr = this.rate(this.base[i], this.t);
    });
  }

  /** The rates now, one for each group. */
  getLastLr(): number[] {
    return this.optimizer.paramGroups.map((g) => g.lr as number);
  }

  stateDict(): Record<string, unknown> {
    const { optimizer: _, ...own } = this as unknown as Record<string, unknown>;
    return structuredClone(own);
  }

  loadStateDict(state: Record<string, unknown>): void {
    Object.assign(this, structuredClone(state));
    this.write();
  }
}

function positive(caller: string, name: string, value: number): void {
  if (!(value > 0)) throw new RangeError(`${caller}: ${name} must be above 0, not ${value}.`);
}

/** lr = base gamma^floor(t / stepSize): step decay. @see torch.optim.lr_scheduler.StepLR */
export class StepLR extends LRScheduler {
  constructor(
    optimizer: AnyOptimizer,
    readonly stepSize: number,
    readonly gamma = 0.1,
  ) {
    super(optimizer);
    positive('StepLR', 'stepSize', stepSize);
  }
  protected rate(base: number, t: number): number {
    return base * this.gamma ** Math.floor(t / this.stepSize);
  }
}

/** base gamma^k after the k-th milestone. @see torch.optim.lr_scheduler.MultiStepLR */
export class MultiStepLR extends LRScheduler {
  constructor(
    optimizer: AnyOptimizer,
    readonly milestones: readonly number[],
    readonly gamma = 0.1,
  ) {
    super(optimizer);
  }
  protected rate(base: number, t: number): number {
    return base * this.gamma ** this.milestones.filter((m) => m <= t).length;
  }
}

/** base gamma^t. With gamma = e^-k the course's exponential decay. @see torch.optim.lr_scheduler.ExponentialLR */
export class ExponentialLR extends LRScheduler {
  constructor(
    optimizer: AnyOptimizer,
    readonly gamma: number,
  ) {
    super(optimizer);
  }
  protected rate(base: number, t: number): number {
    return base * this.gamma ** t;
  }
}

/** base e^(-k t): exponential decay as the course writes it. */
export class ExponentialDecay extends LRScheduler {
  constructor(
    optimizer: AnyOptimizer,
    readonly k: number,
  ) {
    super(optimizer);
  }
  protected rate(base: number, t: number): number {
    return base * Math.exp(-this.k * t);
  }
}

/** base / (1 + k t): 1/t decay. */
export class InverseTimeDecay extends LRScheduler {
  constructor(
    optimizer: AnyOptimizer,
    readonly k: number,
  ) {
    super(optimizer);
  }
  protected rate(base: number, t: number): number {
    return base / (1 + this.k * t);
  }
}

/** base f(t), for any f. @see torch.optim.lr_scheduler.LambdaLR */
export class LambdaLR extends LRScheduler {
  readonly f: (t: number) => number;
  constructor(optimizer: AnyOptimizer, f: (t: number) => number) {
    super(optimizer);
    this.f = f;
    this.write();
  }
  protected rate(base: number, t: number): number {
    return base * this.f(t);
  }
  override stateDict(): Record<string, unknown> {
    return { t: this.t, base: [...this.base] };
  }
}

/** base times a factor that goes in a line from `startFactor` to `endFactor` in `totalIters` steps: a warm-up. @see torch.optim.lr_scheduler.LinearLR */
export class LinearLR extends LRScheduler {
  readonly startFactor: number;
  readonly endFactor: number;
  readonly totalIters: number;
  constructor(
    optimizer: AnyOptimizer,
    options: { startFactor?: number; endFactor?: number; totalIters?: number } = {},
  ) {
    super(optimizer);
    this.startFactor = options.startFactor ?? 1 / 3;
    this.endFactor = options.endFactor ?? 1;
    this.totalIters = options.totalIters ?? 5;
    positive('LinearLR', 'totalIters', this.totalIters);
    this.write();
  }
  protected rate(base: number, t: number): number {
    const share = Math.min(t, this.totalIters) / this.totalIters;
    return base * (this.startFactor + (this.endFactor - this.startFactor) * share);
  }
}

/** etaMin + (base - etaMin) (1 + cos(pi t / tMax)) / 2. @see torch.optim.lr_scheduler.CosineAnnealingLR */
export class CosineAnnealingLR extends LRScheduler {
  constructor(
    optimizer: AnyOptimizer,
    readonly tMax: number,
    readonly etaMin = 0,
  ) {
    super(optimizer);
    positive('CosineAnnealingLR', 'tMax', tMax);
  }
  protected rate(base: number, t: number): number {
    return this.etaMin + ((base - this.etaMin) * (1 + Math.cos((Math.PI * t) / this.tMax))) / 2;
  }
}

/**
 * The cosine from base to etaMin, begun again after t0, t0 tMult, t0 tMult^2... steps: the cyclic rate of SGDR and of
 * snapshot ensembles (Loshchilov and Hutter 2016). @see torch.optim.lr_scheduler.CosineAnnealingWarmRestarts
 */
export class CosineAnnealingWarmRestarts extends LRScheduler {
  readonly tMult: number;
  readonly etaMin: number;
  constructor(
    optimizer: AnyOptimizer,
    readonly t0: number,
    options: { tMult?: number; etaMin?: number } = {},
  ) {
    super(optimizer);
    this.tMult = options.tMult ?? 1;
    this.etaMin = options.etaMin ?? 0;
    positive('CosineAnnealingWarmRestarts', 't0', t0);
    if (!Number.isInteger(this.tMult) || this.tMult < 1)
      throw new RangeError(
        `CosineAnnealingWarmRestarts: tMult must be a whole number of at least 1, not ${this.tMult}.`,
      );
  }

  /** The cycle that step t is in: how far into it, and its length. */
  cycle(t = this.t): { at: number; length: number } {
    if (this.tMult === 1) return { at: t % this.t0, length: this.t0 };
    let at = t;
    let length = this.t0;
    while (at >= length) {
      at -= length;
      length *= this.tMult;
    }
    return { at, length };
  }

  protected rate(base: number, t: number): number {
    const { at, length } = this.cycle(t);
    return this.etaMin + ((base - this.etaMin) * (1 + Math.cos((Math.PI * at) / length))) / 2;
  }
}

export interface PlateauOptions {
  /** Whether the measured value should fall ('min', a loss) or rise ('max', an accuracy). */
  mode?: 'min' | 'max';
  factor?: number;
  /** Epochs without improvement that are waited for. */
  patience?: number;
  threshold?: number;
  thresholdMode?: 'rel' | 'abs';
  /** Epochs after a reduction in which nothing is counted. */
  cooldown?: number;
  minLr?: number;
  eps?: number;
}

/**
 * Multiplies the rate by `factor` when the value given to `step` has stopped improving. @see torch.optim.lr_scheduler.ReduceLROnPlateau
 *
 * @example
 * const opt = new optim.SGD([W], { lr: 0.1 });
 * const schedule = new optim.ReduceLROnPlateau(opt, { factor: 0.5, patience: 5 });
 * schedule.step(0.7);   // the loss on the validation set
 */
export class ReduceLROnPlateau {
  best: number;
  badEpochs = 0;
  private cooling = 0;
  private readonly options: Required<PlateauOptions>;

  constructor(
    private readonly optimizer: AnyOptimizer,
    options: PlateauOptions = {},
  ) {
    this.options = {
      mode: 'min',
      factor: 0.1,
      patience: 10,
      threshold: 1e-4,
      thresholdMode: 'rel',
      cooldown: 0,
      minLr: 0,
      eps: 1e-8,
      ...options,
    };
    if (!(this.options.factor < 1))
      throw new RangeError(`ReduceLROnPlateau: factor must be below 1, not ${this.options.factor}.`);
    this.best = this.options.mode === 'min' ? Infinity : -Infinity;
  }

  private improves(value: number): boolean {
    const { mode, threshold, thresholdMode } = this.options;
    if (mode === 'min')
      return value < (thresholdMode === 'rel' ? this.best * (1 - threshold) : this.best - threshold);
    return value > (thresholdMode === 'rel' ? this.best * (1 + threshold) : this.best + threshold);
  }

  /** The next epoch, with the value that it measured. */
  step(value: number | { item(): unknown }): void {
    const v = Number(typeof value === 'number' ? value : value.item());
    if (this.improves(v)) {
      this.best = v;
      this.badEpochs = 0;
    } else {
      this.badEpochs++;
    }
    if (this.cooling > 0) {
      this.cooling--;
      this.badEpochs = 0;
    }
    if (this.badEpochs > this.options.patience) {
      for (const group of this.optimizer.paramGroups) {
        const next = Math.max(group.lr * this.options.factor, this.options.minLr);
        if (group.lr - next > this.options.eps) group.lr = next;
      }
      this.cooling = this.options.cooldown;
      this.badEpochs = 0;
    }
  }

  getLastLr(): number[] {
    return this.optimizer.paramGroups.map((g) => g.lr as number);
  }
}

/** A momentum that goes in a line from `from` to `to` in `steps` steps: the course's 0.5 to 0.99. */
export class MomentumSchedule {
  t = 0;
  constructor(
    private readonly optimizer: AnyOptimizer,
    readonly steps: number,
    readonly from = 0.5,
    readonly to = 0.99,
  ) {
    positive('MomentumSchedule', 'steps', steps);
    if (optimizer.paramGroups.some((g) => !('momentum' in g)))
      throw new TypeError(`MomentumSchedule: ${optimizer.constructor.name} has no momentum.`);
    this.write();
  }
  private write(): void {
    const value = this.from + (this.to - this.from) * Math.min(1, this.t / this.steps);
    for (const group of this.optimizer.paramGroups) (group as { momentum?: number }).momentum = value;
  }
  step(): void {
    this.t++;
    this.write();
  }
}
