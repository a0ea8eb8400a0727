// Optimisers with a learning rate per parameter: Adagrad, RMSprop, Adadelta, Adam in both forms, AdamW.

import type { NDArray } from '../core/ndarray.js';
import type { Given } from '../core/options.js';
import {
  type BaseOptions,
  borrows,
  checkSetting,
  count,
  fused,
  Optimizer,
  type ParameterState,
  type ParamGroup,
  type Params,
  slot,
} from './optimizer.js';

export interface AdagradOptions extends BaseOptions {
  lrDecay?: number;
  initialAccumulatorValue?: number;
  eps?: number;
}

/**
 * `cache += g^2; p -= lr g / (sqrt(cache) + eps)` (Duchi et al. 2011). @see torch.optim.Adagrad
 */
export class Adagrad extends Optimizer<AdagradOptions> {
  constructor(params: Params<AdagradOptions>, options: Given<number, AdagradOptions> = {}) {
    super(params, options, {
      lr: 1e-2,
      weightDecay: 0,
      maximize: false,
      lrDecay: 0,
      initialAccumulatorValue: 0,
      eps: 1e-10,
    });
  }

  protected override checkGroup(group: ParamGroup<AdagradOptions>): void {
    super.checkGroup(group);
    for (const name of ['lrDecay', 'initialAccumulatorValue', 'eps'] as const)
      checkSetting('Adagrad', name, group[name], 0);
  }

  protected update(p: NDArray, g: NDArray, group: ParamGroup<AdagradOptions>, state: ParameterState): void {
    const rate = group.lr / (1 + (count(state) - 1) * group.lrDecay);
    fused('adagrad', p, g, [slot(state, 'sum', p, group.initialAccumulatorValue)], group, [group.eps], rate);
  }
}

export interface RMSpropOptions extends BaseOptions {
  /** Share of the cache that is kept: the course's decay_rate. */
  alpha?: number;
  eps?: number;
  momentum?: number;
  /** Subtract the squared running mean, so that the cache is a variance. */
  centered?: boolean;
}

/**
 * `cache = alpha cache + (1 - alpha) g^2; p -= lr g / (sqrt(cache) + eps)` (Tieleman and Hinton 2012).
 * @see torch.optim.RMSprop
 */
export class RMSprop extends Optimizer<RMSpropOptions> {
  constructor(params: Params<RMSpropOptions>, options: Given<number, RMSpropOptions> = {}) {
    super(params, options, {
      lr: 1e-2,
      weightDecay: 0,
      maximize: false,
      alpha: 0.99,
      eps: 1e-8,
      momentum: 0,
      centered: false,
    });
  }

  protected override checkGroup(group: ParamGroup<RMSpropOptions>): void {
    super.checkGroup(group);
    checkSetting('RMSprop', 'alpha', group.alpha, 0, 1);
    checkSetting('RMSprop', 'eps', group.eps, 0);
    checkSetting('RMSprop', 'momentum', group.momentum, 0);
  }

  protected update(p: NDArray, g: NDArray, group: ParamGroup<RMSpropOptions>, state: ParameterState): void {
    const { alpha, eps, momentum } = group;
    const arrays = [
      slot(state, 'squareAvg', p),
      momentum > 0 ? slot(state, 'momentumBuffer', p) : null,
      group.centered ? slot(state, 'gradAvg', p) : null,
    ];
    fused('rmsprop', p, g, arrays, group, [eps, alpha, 1 - alpha, momentum]);
  }
}

export interface AdadeltaOptions extends BaseOptions {
  rho?: number;
  eps?: number;
}

/** Steps in the units of the parameters, without a rate to choose (Zeiler 2012). @see torch.optim.Adadelta */
export class Adadelta extends Optimizer<AdadeltaOptions> {
  constructor(params: Params<AdadeltaOptions>, options: Given<number, AdadeltaOptions> = {}) {
    super(params, options, { lr: 1, weightDecay: 0, maximize: false, rho: 0.9, eps: 1e-6 });
  }

  protected override checkGroup(group: ParamGroup<AdadeltaOptions>): void {
    super.checkGroup(group);
    checkSetting('Adadelta', 'rho', group.rho, 0, 1);
    checkSetting('Adadelta', 'eps', group.eps, 0);
  }

  protected update(p: NDArray, g: NDArray, group: ParamGroup<AdadeltaOptions>, state: ParameterState): void {
    const arrays = [slot(state, 'squareAvg', p), slot(state, 'accDelta', p)];
    fused('adadelta', p, g, arrays, group, [group.eps, group.rho, 1 - group.rho]);
  }
}

export interface AdamOptions extends BaseOptions {
  /** Shares that the running means of g and g^2 keep. */
  betas?: readonly [number, number];
  eps?: number;
  /** Use the largest mean of g^2 so far. */
  amsgrad?: boolean;
  /** false is the simplified form, without the correction of the means' start at zero. */
  biasCorrection?: boolean;
}

/**
 * Running means of the gradient and its square (Kingma and Ba 2014). `biasCorrection: false` is the simplified form
 * that the course prints first. @see torch.optim.Adam
 */
export class Adam extends Optimizer<AdamOptions> {
  /** AdamW takes weight decay out of the gradient. */
  protected readonly decoupled: boolean = false;

  constructor(params: Params<AdamOptions>, options: Given<number, AdamOptions> = {}, weightDecay = 0) {
    super(params, options, {
      lr: 1e-3,
      weightDecay,
      maximize: false,
      betas: [0.9, 0.999],
      eps: 1e-8,
      amsgrad: false,
      biasCorrection: true,
    });
  }

  protected override checkGroup(group: ParamGroup<AdamOptions>): void {
    super.checkGroup(group);
    const caller = this.constructor.name;
    checkSetting(caller, 'eps', group.eps, 0);
    for (const beta of group.betas) {
      if (!(beta >= 0 && beta < 1))
        throw new RangeError(`${caller}: betas must be from 0 to below 1, not [${group.betas}].`);
    }
  }

  protected update(p: NDArray, g: NDArray, group: ParamGroup<AdamOptions>, state: ParameterState): void {
    const { lr, eps, biasCorrection, amsgrad, weightDecay } = group;
    const [b1, b2] = group.betas;
    const t = count(state);
    const c1 = biasCorrection ? 1 - b1 ** t : 1;
    const c2 = biasCorrection ? 1 - b2 ** t : 1;
    const arrays = [
      slot(state, 'expAvg', p),
      slot(state, 'expAvgSq', p),
      amsgrad ? slot(state, 'maxExpAvgSq', p) : null,
    ];
    const shrink = this.decoupled ? 1 - lr * weightDecay : 1;
    const numbers = [eps, b1, b2, 0, Math.sqrt(c2), shrink];
    fused('adam', p, g, arrays, group, numbers, lr / c1, this.decoupled ? 0 : weightDecay);
  }
}

/** Adam with weight decay on the weights themselves, not in the gradient (Loshchilov and Hutter 2017). @see torch.optim.AdamW */
export class AdamW extends Adam {
  protected override readonly decoupled: boolean = true;
  constructor(params: Params<AdamOptions>, options: Given<number, AdamOptions> = {}) {
    super(params, options, 1e-2);
  }
}

borrows(Adagrad, RMSprop, Adadelta, Adam);
