// Learning rates over time. A schedule changes the `lr` of an optimiser's groups every time its `step()` is called,
// once an epoch or once an iteration as you count. Each is a formula of the step number, as the docstrings say.

import { checkOptions, type Spelled } from '../core/options.js';
import { type Given, layerArguments } from '../nn/arguments.js';
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

  /** `StepLR(stepSize=30, gamma=0.1), step 2, lr [0.1]`. */
  toString(): string {
    const { optimizer: _, base: _base, t, ...settings } = this as unknown as Record<string, unknown>;
    const shown = Object.entries(settings).map(([name, value]) => `${name}=${String(value)}`);
    return `${this.constructor.name}(${shown.join(', ')}), step ${t}, lr [${this.getLastLr().join(', ')}]`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
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

  // PyTorch's spelling.
  get_last_lr(): number[] {
    return this.getLastLr();
  }
  state_dict(): Record<string, unknown> {
    return this.stateDict();
  }
  load_state_dict(state: Record<string, unknown>): void {
    this.loadStateDict(state);
  }
}

function positive(caller: string, name: string, value: number): void {
  if (!(value > 0)) throw new RangeError(`${caller}: ${name} must be above 0, not ${value}.`);
}

type StepLROptions = { stepSize?: number; gamma?: number };

/** lr = base gamma^floor(t / stepSize): step decay. @see torch.optim.lr_scheduler.StepLR */
export class StepLR extends LRScheduler {
  readonly stepSize: number;
  readonly gamma: number;
  constructor(
    optimizer: AnyOptimizer,
    stepSize: Given<number, StepLROptions>,
    gamma?: Given<number, StepLROptions>,
  ) {
    super(optimizer);
    const given = layerArguments<{ stepSize: number }, StepLROptions>(
      'StepLR',
      [stepSize, gamma],
      ['stepSize'],
      ['gamma'],
    );
    this.stepSize = given.stepSize;
    this.gamma = given.gamma ?? 0.1;
    positive('StepLR', 'stepSize', this.stepSize);
  }
  protected rate(base: number, t: number): number {
    return base * this.gamma ** Math.floor(t / this.stepSize);
  }
}

type MultiStepLROptions = { milestones?: readonly number[]; gamma?: number };

/** base gamma^k after the k-th milestone. @see torch.optim.lr_scheduler.MultiStepLR */
export class MultiStepLR extends LRScheduler {
  readonly milestones: readonly number[];
  readonly gamma: number;
  constructor(
    optimizer: AnyOptimizer,
    milestones: Given<readonly number[], MultiStepLROptions>,
    gamma?: Given<number, MultiStepLROptions>,
  ) {
    super(optimizer);
    const given = layerArguments<{ milestones: readonly number[] }, MultiStepLROptions>(
      'MultiStepLR',
      [milestones, gamma],
      ['milestones'],
      ['gamma'],
    );
    this.milestones = given.milestones;
    this.gamma = given.gamma ?? 0.1;
  }
  protected rate(base: number, t: number): number {
    return base * this.gamma ** this.milestones.filter((m) => m <= t).length;
  }
}

type ExponentialLROptions = { gamma?: number };

/** base gamma^t. With gamma = e^-k the course's exponential decay. @see torch.optim.lr_scheduler.ExponentialLR */
export class ExponentialLR extends LRScheduler {
  readonly gamma: number;
  constructor(optimizer: AnyOptimizer, gamma: Given<number, ExponentialLROptions>) {
    super(optimizer);
    const given = layerArguments<{ gamma: number }, ExponentialLROptions>(
      'ExponentialLR',
      [gamma],
      ['gamma'],
      [],
    );
    this.gamma = given.gamma;
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

type LambdaOptions = { lrLambda?: (t: number) => number };

/** base f(t), for any f. @see torch.optim.lr_scheduler.LambdaLR */
export class LambdaLR extends LRScheduler {
  readonly f: (t: number) => number;
  constructor(optimizer: AnyOptimizer, lrLambda: ((t: number) => number) | Spelled<LambdaOptions>) {
    super(optimizer);
    const names = ['lrLambda'];
    this.f = layerArguments<Required<LambdaOptions>, object>('LambdaLR', [lrLambda], names, []).lrLambda;
    this.write();
  }
  protected rate(base: number, t: number): number {
    return base * this.f(t);
  }
  override stateDict(): Record<string, unknown> {
    return { t: this.t, base: [...this.base] };
  }
}

type LinearLROptions = { startFactor?: number; endFactor?: number; totalIters?: number };

/** base times a factor that goes in a line from `startFactor` to `endFactor` in `totalIters` steps: a warm-up. @see torch.optim.lr_scheduler.LinearLR */
export class LinearLR extends LRScheduler {
  readonly startFactor: number;
  readonly endFactor: number;
  readonly totalIters: number;
  constructor(
    optimizer: AnyOptimizer,
    startFactor?: Given<number, LinearLROptions>,
    endFactor?: Given<number, LinearLROptions>,
    totalIters?: Given<number, LinearLROptions>,
  ) {
    super(optimizer);
    const given = layerArguments<object, LinearLROptions>(
      'LinearLR',
      [startFactor, endFactor, totalIters],
      [],
      ['startFactor', 'endFactor', 'totalIters'],
    );
    this.startFactor = given.startFactor ?? 1 / 3;
    this.endFactor = given.endFactor ?? 1;
    this.totalIters = given.totalIters ?? 5;
    positive('LinearLR', 'totalIters', this.totalIters);
    this.write();
  }
  protected rate(base: number, t: number): number {
    const share = Math.min(t, this.totalIters) / this.totalIters;
    return base * (this.startFactor + (this.endFactor - this.startFactor) * share);
  }
}

type CosineAnnealingLROptions = { tMax?: number; T_max?: number; etaMin?: number };

/** etaMin + (base - etaMin) (1 + cos(pi t / tMax)) / 2. @see torch.optim.lr_scheduler.CosineAnnealingLR */
export class CosineAnnealingLR extends LRScheduler {
  readonly tMax: number;
  readonly etaMin: number;
  constructor(
    optimizer: AnyOptimizer,
    tMax: Given<number, CosineAnnealingLROptions>,
    etaMin?: Given<number, CosineAnnealingLROptions>,
  ) {
    super(optimizer);
    const given = layerArguments<{ tMax: number }, CosineAnnealingLROptions>(
      'CosineAnnealingLR',
      [tMax, etaMin],
      ['tMax'],
      ['etaMin'],
    );
    this.tMax = given.tMax;
    this.etaMin = given.etaMin ?? 0;
    positive('CosineAnnealingLR', 'tMax', this.tMax);
  }
  protected rate(base: number, t: number): number {
    return this.etaMin + ((base - this.etaMin) * (1 + Math.cos((Math.PI * t) / this.tMax))) / 2;
  }
}

type RestartOptions = { t0?: number; T_0?: number; tMult?: number; T_mult?: number; etaMin?: number };

/**
 * The cosine from base to etaMin, begun again after t0, t0 tMult, t0 tMult^2... steps: the cyclic rate of SGDR and of
 * snapshot ensembles (Loshchilov and Hutter 2016). @see torch.optim.lr_scheduler.CosineAnnealingWarmRestarts
 */
export class CosineAnnealingWarmRestarts extends LRScheduler {
  readonly t0: number;
  readonly tMult: number;
  readonly etaMin: number;
  constructor(
    optimizer: AnyOptimizer,
    t0: Given<number, RestartOptions>,
    tMult?: Given<number, RestartOptions>,
    etaMin?: Given<number, RestartOptions>,
  ) {
    super(optimizer);
    const given = layerArguments<{ t0: number }, RestartOptions>(
      'CosineAnnealingWarmRestarts',
      [t0, tMult, etaMin],
      ['t0'],
      ['tMult', 'etaMin'],
    );
    this.t0 = given.t0;
    this.tMult = given.tMult ?? 1;
    this.etaMin = given.etaMin ?? 0;
    positive('CosineAnnealingWarmRestarts', 't0', this.t0);
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

const PLATEAU_NAMES = [
  ...['mode', 'factor', 'patience', 'threshold', 'thresholdMode', 'cooldown', 'minLr', 'eps'],
];

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
    given: Spelled<PlateauOptions> = {},
  ) {
    const options: PlateauOptions = checkOptions('ReduceLROnPlateau', given, PLATEAU_NAMES);
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

  /** `getLastLr()` in PyTorch's spelling. */
  get_last_lr(): number[] {
    return this.getLastLr();
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
