// Gradient descent, with momentum in the forms that the literature writes, and Nesterov's with a true look-ahead.

import type { NDArray } from '../core/ndarray.js';
import { noGrad } from '../core/node.js';
import type { Given } from '../core/options.js';
import { add, mul } from '../ops/elementwise.js';
import { set } from '../ops/index.js';
import { copy } from '../ops/shape.js';
import {
  type BaseOptions,
  borrows,
  checkSetting,
  fused,
  Optimizer,
  type ParameterState,
  type ParamGroup,
  type Params,
  slot,
} from './optimizer.js';

export interface SGDOptions extends BaseOptions {
  /** Share of the last step's direction that is kept; 0 for plain gradient descent. */
  momentum?: number;
  /** Share of the gradient that is left out of the buffer (form 'torch'). */
  dampening?: number;
  nesterov?: boolean;
  /**
   * How momentum is written. 'torch': `v = mu v + g; p -= lr v`. 'velocity', the course's: `v = mu v - lr g; p += v`.
   * 'average': `v = mu v + (1 - mu) g; p -= lr v`. The first two differ when lr changes, the third by a factor of lr.
   */
  form?: 'torch' | 'velocity' | 'average';
}

/**
 * Stochastic gradient descent with momentum. @see torch.optim.SGD
 *
 * @example
 * const model = new nn.Linear(2, 3);
 * const opt = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
 * opt.zeroGrad();
 * nn.crossEntropy(model(X), y).backward();
 * opt.step();
 */
export class SGD extends Optimizer<SGDOptions> {
  constructor(params: Params<SGDOptions>, options: Given<number, SGDOptions> = {}) {
    super(params, options, {
      lr: 1e-3,
      weightDecay: 0,
      maximize: false,
      momentum: 0,
      dampening: 0,
      nesterov: false,
      form: 'torch',
    });
  }

  protected override checkGroup(group: ParamGroup<SGDOptions>): void {
    super.checkGroup(group);
    checkSetting('SGD', 'momentum', group.momentum, 0);
    if (!['torch', 'velocity', 'average'].includes(group.form))
      throw new TypeError(`SGD: form is 'torch', 'velocity' or 'average', not '${String(group.form)}'.`);
    if (group.nesterov && (group.momentum <= 0 || group.dampening !== 0 || group.form === 'average'))
      throw new RangeError(
        `SGD: nesterov needs momentum above 0, no dampening, and form 'torch' or 'velocity'.`,
      );
  }

  protected update(p: NDArray, g: NDArray, group: ParamGroup<SGDOptions>, state: ParameterState): void {
    const { momentum: mu, dampening, nesterov, form } = group;
    if (mu === 0) {
      fused('sgd', p, g, [], group, []);
    } else if (form === 'velocity') {
      fused('velocity', p, g, [slot(state, 'velocity', p)], group, [mu, 0, nesterov ? 1 : 0]);
    } else {
      // PyTorch's buffer begins as the first gradient itself, without dampening.
      const first = state.momentumBuffer === undefined && form === 'torch';
      const rest = form === 'average' ? 1 - mu : first ? 1 : 1 - dampening;
      fused('sgd', p, g, [slot(state, 'momentumBuffer', p)], group, [mu, rest, nesterov ? 1 : 0]);
    }
  }
}

/**
 * Nesterov's accelerated gradient as it was first written: the gradient is taken at the look-ahead point p + mu v, so
 * `step` needs a closure that computes loss and gradients. `SGD` with `{nesterov: true, form: 'velocity'}` makes the same
 * steps in the variables of the look-ahead point, without a closure.
 */
export class NesterovLookahead extends Optimizer<BaseOptions & { momentum?: number }> {
  constructor(params: Params, options: Given<number, BaseOptions & { momentum?: number }> = {}) {
    super(params, options, { lr: 1e-3, weightDecay: 0, maximize: false, momentum: 0.9 });
  }

  override step<T>(closure?: () => T): T {
    if (closure === undefined) {
      throw new TypeError(
        'NesterovLookahead: step needs a closure that computes the loss and calls backward(), because the gradient is taken at another point.',
      );
    }
    const before = new Map<NDArray, NDArray>();
    noGrad(() => {
      for (const group of this.paramGroups) {
        for (const p of group.params) {
          if (!p.tracked) continue;
          const v = slot(this.stateOf(p), 'velocity', p);
          before.set(p, copy(p.detach()));
          set(p, ['...'], add(p, mul(v, group.momentum)));
        }
      }
    });
    let result: T;
    try {
      result = closure();
    } finally {
      noGrad(() => {
        for (const [p, value] of before) set(p, ['...'], value);
      });
    }
    super.step();
    return result;
  }

  protected update(
    p: NDArray,
    g: NDArray,
    group: ParamGroup<BaseOptions & { momentum?: number }>,
    state: ParameterState,
  ): void {
    fused('velocity', p, g, [slot(state, 'velocity', p)], group, [group.momentum, 0, 0]);
  }
}

borrows(SGD, NesterovLookahead);
