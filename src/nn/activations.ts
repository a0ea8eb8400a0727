// Activations: functions of arrays under PyTorch's names, and the same as modules for `nn.Sequential`. relu, leakyRelu,
// softmax and logSoftmax stand in functional.ts.

import { asarray } from '../core/create.js';
import type { ArrayLike, NDArray } from '../core/ndarray.js';
import { checkOptions, parameters } from '../core/options.js';
import { shapeText } from '../core/shape.js';
import * as random from '../numpy/random/index.js';
import {
  add,
  clip,
  div,
  abs as elementAbs,
  equal,
  expm1,
  less,
  maximum,
  minimum,
  mul,
  sigmoid,
  sub,
  tanh,
} from '../ops/elementwise.js';
import { get } from '../ops/index.js';
import { max } from '../ops/reduce.js';
import { astype, reshape } from '../ops/shape.js';
import type { AxisOption } from '../ops/softmax.js';
import { erf, softplus as unitSoftplus } from '../ops/special.js';
import { where } from '../ops/where.js';
import { type Given, layerArguments } from './arguments.js';
import { leakyRelu, logSoftmax, relu, softmax } from './functional.js';
import { getDefaultDtype, Module, Parameter } from './module.js';

// ---------------------------------------------------------------- functions

/** max(0, x) + w min(0, x): `weight` is one number, or one for each channel (axis 1) (torch.prelu). */
export function prelu(x: ArrayLike, weight: ArrayLike): NDArray {
  const a = asarray(x, 'prelu');
  let w = asarray(weight, 'prelu');
  if (w.size !== 1) {
    if (a.ndim < 2 || a.shape[1] !== w.size) {
      throw new RangeError(
        `prelu: ${w.size} weights for an input of shape ${shapeText(a.shape)}; there must be one, or one for each channel (axis 1).`,
      );
    }
    w = reshape(w, [1, w.size, ...new Array<number>(a.ndim - 2).fill(1)]);
  } else {
    w = reshape(w, []);
  }
  return where(less(0, a), a, mul(a, w));
}

/** x where positive, alpha (exp(x) - 1) elsewhere (torch.nn.functional.elu). */
export function elu(x: ArrayLike, alpha = 1): NDArray {
  const a = asarray(x, 'elu');
  return where(less(0, a), a, mul(expm1(minimum(a, 0)), alpha));
}

const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;

/** Scaled elu with the self-normalising constants (torch.selu; Klambauer et al. 2017). */
export const selu = (x: ArrayLike): NDArray => mul(elu(x, SELU_ALPHA), SELU_SCALE);

/** max(0, x) + min(0, alpha (exp(x / alpha) - 1)) (torch.celu). */
export function celu(x: ArrayLike, alpha = 1): NDArray {
  const a = asarray(x, 'celu');
  return where(less(0, a), a, mul(expm1(div(minimum(a, 0), alpha)), alpha));
}

/**
 * x times the probability that a standard normal variable is below x (torch.nn.functional.gelu; Hendrycks and Gimpel
 * 2016). `approximate: 'tanh'` is the formula with tanh.
 */
export function gelu(
  x: ArrayLike,
  given?: Given<'none' | 'tanh', { approximate?: 'none' | 'tanh' }>,
): NDArray {
  const options = parameters<{ approximate?: 'none' | 'tanh' }>('gelu', ['approximate'], [given]);
  const a = asarray(x, 'gelu');
  const { approximate = 'none' } = options;
  if (approximate === 'none') return mul(mul(a, 0.5), add(erf(mul(a, Math.SQRT1_2)), 1));
  if (approximate !== 'tanh')
    throw new TypeError(`gelu: approximate is 'none' or 'tanh', not '${String(approximate)}'.`);
  const cubic = mul(a, mul(a, a));
  const inner = mul(add(a, mul(cubic, 0.044715)), Math.sqrt(2 / Math.PI));
  return mul(mul(a, 0.5), add(tanh(inner), 1));
}

/** x sigmoid(x), also called swish (torch.nn.functional.silu). */
export function silu(x: ArrayLike): NDArray {
  const a = asarray(x, 'silu');
  return mul(a, sigmoid(a));
}

/** log(1 + exp(beta x)) / beta; x itself where beta x is above `threshold` (torch.nn.functional.softplus). */
export function softplus(
  x: ArrayLike,
  scale?: Given<number, { beta?: number; threshold?: number }>,
  linearFrom?: Given<number, { threshold?: number }>,
): NDArray {
  const { beta = 1, threshold = 20 } = parameters<{ beta?: number; threshold?: number }>(
    'softplus',
    ['beta', 'threshold'],
    [scale, linearFrom],
  );
  const a = asarray(x, 'softplus');
  const scaled = mul(a, beta);
  return where(less(threshold, scaled), a, div(unitSoftplus(scaled), beta));
}

/** x tanh(softplus(x)) (torch.nn.functional.mish). */
export function mish(x: ArrayLike): NDArray {
  const a = asarray(x, 'mish');
  return mul(a, tanh(softplus(a)));
}

/** x / (1 + |x|) (torch.nn.functional.softsign). */
export function softsign(x: ArrayLike): NDArray {
  const a = asarray(x, 'softsign');
  return div(a, add(elementAbs(a), 1));
}

/** log(sigmoid(x)) without overflow (torch.nn.functional.logsigmoid). */
export const logSigmoid = (x: ArrayLike): NDArray => mul(unitSoftplus(mul(asarray(x, 'logSigmoid'), -1)), -1);

/** x held between `low` and `high` (torch.nn.functional.hardtanh). */
export const hardtanh = (x: ArrayLike, low = -1, high = 1): NDArray => clip(x, low, high);

/** x held between 0 and 6 (torch.nn.functional.relu6). */
export const relu6 = (x: ArrayLike): NDArray => clip(x, 0, 6);

/** x / 6 + 1/2 held between 0 and 1 (torch.nn.functional.hardsigmoid). */
export const hardsigmoid = (x: ArrayLike): NDArray => div(relu6(add(asarray(x, 'hardsigmoid'), 3)), 6);

/** x hardsigmoid(x) (torch.nn.functional.hardswish). */
export function hardswish(x: ArrayLike): NDArray {
  const a = asarray(x, 'hardswish');
  return mul(a, hardsigmoid(a));
}

/** x where |x| is above `lambd`, 0 elsewhere (torch.nn.functional.hardshrink). */
export function hardshrink(x: ArrayLike, lambd = 0.5): NDArray {
  const a = asarray(x, 'hardshrink');
  return where(less(lambd, elementAbs(a)), a, 0);
}

/** x moved towards 0 by `lambd` (torch.nn.functional.softshrink). */
export function softshrink(x: ArrayLike, lambd = 0.5): NDArray {
  const a = asarray(x, 'softshrink');
  return add(maximum(sub(a, lambd), 0), minimum(add(a, lambd), 0));
}

/** x - tanh(x) (torch.nn.functional.tanhshrink). */
export function tanhshrink(x: ArrayLike): NDArray {
  const a = asarray(x, 'tanhshrink');
  return sub(a, tanh(a));
}

/** x where it is above `at`, `value` elsewhere (torch.nn.functional.threshold). */
export function threshold(x: ArrayLike, at: number, value: number): NDArray {
  const a = asarray(x, 'threshold');
  return where(less(at, a), a, value);
}

/** softmax(-x) (torch.nn.functional.softmin). */
export const softmin = (x: ArrayLike, options?: number | AxisOption): NDArray =>
  softmax(mul(asarray(x, 'softmin'), -1), options);

/**
 * Shares drawn at random that gradients can pass: softmax of the scores with Gumbel noise, sharper the smaller `tau`;
 * `hard` gives ones and zeros, with the gradient of the shares (torch.nn.functional.gumbel_softmax; Jang et al. 2017).
 */
export function gumbelSoftmax(
  x: ArrayLike,
  tau?: Given<number, GumbelOptions>,
  hard?: Given<boolean, GumbelOptions>,
): NDArray {
  const given = [tau, hard];
  const o = parameters<GumbelOptions>('gumbelSoftmax', ['tau', 'hard'], given, ['axis', 'dim']);
  const a = asarray(x, 'gumbelSoftmax');
  const axis = o.axis ?? o.dim ?? -1;
  const noise = astype(asarray(random.gumbel(0, 1, [...a.shape])), a.dtype);
  const shares = softmax(div(add(a, noise), o.tau ?? 1), axis);
  if (!o.hard) return shares;
  const winners = equal(shares, max(shares.detach(), { axis, keepdims: true }));
  return add(sub(astype(winners, shares.dtype), shares.detach()), shares);
}
interface GumbelOptions extends AxisOption {
  tau?: number;
  hard?: boolean;
}

/** The first half of an axis times the sigmoid of the second (torch.nn.functional.glu). */
export function glu(x: ArrayLike, options?: number | AxisOption): NDArray {
  const along = axisOf('glu', options);
  const a = asarray(x, 'glu');
  const axis = along < 0 ? a.ndim + along : along;
  const n = a.shape[axis];
  if (n === undefined || n % 2 !== 0)
    throw new RangeError(
      `glu: axis ${along} of shape ${shapeText(a.shape)} must have an even number of elements.`,
    );
  const all = new Array<string>(axis).fill(':');
  return mul(get(a, [...all, `:${n / 2}`]), sigmoid(get(a, [...all, `${n / 2}:`])));
}

/**
 * The largest of each `k` neighbouring features (Goodfellow et al. 2013): (N, k m) gives (N, m), the maximum over
 * k linear pieces. Features of one unit stand side by side.
 */
export function maxout(x: ArrayLike, k = 2): NDArray {
  const a = asarray(x, 'maxout');
  const last = a.shape[a.ndim - 1];
  if (a.ndim === 0 || last % k !== 0) {
    throw new RangeError(
      `maxout: the last axis of shape ${shapeText(a.shape)} must be divisible by k = ${k}; make the layer before it k times as wide.`,
    );
  }
  return max(reshape(a, [...a.shape.slice(0, -1), last / k, k]), { axis: -1 });
}

// ---------------------------------------------------------------- modules

/** The module form of a function of one array; `parts` are what its repr shows. */
export abstract class Activation extends Module {
  protected show: Record<string, unknown> = {};
  protected override extraRepr(): string {
    return Object.entries(this.show)
      .map(([k, v]) => `${k}=${String(v)}`)
      .join(', ');
  }
}

interface InPlace {
  /** Taken as in PyTorch, and without effect: results are new arrays. */
  inplace?: boolean;
}

/** An activation that PyTorch can do in place, with nothing to set but that. */
abstract class Plain extends Activation {
  constructor(inplace?: Given<boolean, InPlace>) {
    super();
    layerArguments(this.constructor.name, [inplace], [], ['inplace']);
  }
}

/** max(0, x). @see torch.nn.ReLU */
export class ReLU extends Plain {
  forward(x: NDArray): NDArray {
    return relu(x);
  }
}

/** x held between 0 and 6. @see torch.nn.ReLU6 */
export class ReLU6 extends Plain {
  forward(x: NDArray): NDArray {
    return relu6(x);
  }
}

/** x, or `negativeSlope` x below 0. @see torch.nn.LeakyReLU */
export class LeakyReLU extends Activation {
  readonly negativeSlope: number;
  constructor(
    negativeSlope?: Given<number, { negativeSlope?: number } & InPlace>,
    inplace?: Given<boolean, InPlace>,
  ) {
    super();
    const given = layerArguments<object, { negativeSlope?: number }>(
      'LeakyReLU',
      [negativeSlope, inplace],
      [],
      ['negativeSlope', 'inplace'],
    );
    this.negativeSlope = given.negativeSlope ?? 0.01;
    this.show = { negative_slope: this.negativeSlope };
  }
  forward(x: NDArray): NDArray {
    return leakyRelu(x, this.negativeSlope);
  }
}

type PReLUOptions = { numParameters?: number; init?: number };

/** x, or w x below 0 with a learned w: one for all, or one for each channel. @see torch.nn.PReLU */
export class PReLU extends Activation {
  readonly weight: Parameter;
  constructor(numParameters?: Given<number, PReLUOptions>, init?: Given<number, PReLUOptions>) {
    super();
    const given = layerArguments<object, PReLUOptions>(
      'PReLU',
      [numParameters, init],
      [],
      ['numParameters', 'init'],
    );
    const count = given.numParameters ?? 1;
    this.weight = new Parameter(new Array<number>(count).fill(given.init ?? 0.25), {
      dtype: getDefaultDtype(),
    });
    this.show = { num_parameters: count };
  }
  forward(x: NDArray): NDArray {
    return prelu(x, this.weight);
  }
}

/** The activation as a layer. @see torch.nn.ELU */
export class ELU extends Activation {
  readonly alpha: number;
  constructor(alpha?: Given<number, { alpha?: number } & InPlace>, inplace?: Given<boolean, InPlace>) {
    super();
    const names = ['alpha', 'inplace'];
    this.alpha = layerArguments<object, { alpha?: number }>('ELU', [alpha, inplace], [], names).alpha ?? 1;
    this.show = { alpha: this.alpha };
  }
  forward(x: NDArray): NDArray {
    return elu(x, this.alpha);
  }
}

/** The activation as a layer. @see torch.nn.SELU */
export class SELU extends Plain {
  forward(x: NDArray): NDArray {
    return selu(x);
  }
}

/** The activation as a layer. @see torch.nn.CELU */
export class CELU extends Activation {
  readonly alpha: number;
  constructor(alpha?: Given<number, { alpha?: number } & InPlace>, inplace?: Given<boolean, InPlace>) {
    super();
    const names = ['alpha', 'inplace'];
    this.alpha = layerArguments<object, { alpha?: number }>('CELU', [alpha, inplace], [], names).alpha ?? 1;
    this.show = { alpha: this.alpha };
  }
  forward(x: NDArray): NDArray {
    return celu(x, this.alpha);
  }
}

/** The activation as a layer. @see torch.nn.GELU */
export class GELU extends Activation {
  constructor(readonly options: { approximate?: 'none' | 'tanh' } = {}) {
    super();
    checkOptions('GELU', options, ['approximate']);
    this.show = { approximate: `'${options.approximate ?? 'none'}'` };
  }
  forward(x: NDArray): NDArray {
    return gelu(x, this.options);
  }
}

/** The activation as a layer. @see torch.nn.SiLU */
export class SiLU extends Plain {
  forward(x: NDArray): NDArray {
    return silu(x);
  }
}

/** The activation as a layer. @see torch.nn.Mish */
export class Mish extends Plain {
  forward(x: NDArray): NDArray {
    return mish(x);
  }
}

type SoftplusOptions = { beta?: number; threshold?: number };

/** The activation as a layer. @see torch.nn.Softplus */
export class Softplus extends Activation {
  readonly options: SoftplusOptions;
  constructor(beta?: Given<number, SoftplusOptions>, threshold?: Given<number, SoftplusOptions>) {
    super();
    const names = ['beta', 'threshold'];
    this.options = layerArguments<object, SoftplusOptions>('Softplus', [beta, threshold], [], names);
    this.show = { beta: this.options.beta ?? 1, threshold: this.options.threshold ?? 20 };
  }
  forward(x: NDArray): NDArray {
    return softplus(x, this.options);
  }
}

/** The activation as a layer. @see torch.nn.Softsign */
export class Softsign extends Activation {
  forward(x: NDArray): NDArray {
    return softsign(x);
  }
}

/** The activation as a layer. @see torch.nn.Sigmoid */
export class Sigmoid extends Activation {
  forward(x: NDArray): NDArray {
    return sigmoid(x);
  }
}

/** The activation as a layer. @see torch.nn.LogSigmoid */
export class LogSigmoid extends Activation {
  forward(x: NDArray): NDArray {
    return logSigmoid(x);
  }
}

/** The activation as a layer. @see torch.nn.Tanh */
export class Tanh extends Activation {
  forward(x: NDArray): NDArray {
    return tanh(x);
  }
}

type HardtanhOptions = { minVal?: number; maxVal?: number } & InPlace;

/** The activation as a layer. @see torch.nn.Hardtanh */
export class Hardtanh extends Activation {
  readonly low: number;
  readonly high: number;
  constructor(minVal?: Given<number, HardtanhOptions>, maxVal?: Given<number, HardtanhOptions>) {
    super();
    const given = layerArguments<object, HardtanhOptions>(
      'Hardtanh',
      [minVal, maxVal],
      [],
      ['minVal', 'maxVal', 'inplace'],
    );
    this.low = given.minVal ?? -1;
    this.high = given.maxVal ?? 1;
    this.show = { min_val: this.low, max_val: this.high };
  }
  forward(x: NDArray): NDArray {
    return hardtanh(x, this.low, this.high);
  }
}

/** The activation as a layer. @see torch.nn.Hardsigmoid */
export class Hardsigmoid extends Plain {
  forward(x: NDArray): NDArray {
    return hardsigmoid(x);
  }
}

/** The activation as a layer. @see torch.nn.Hardswish */
export class Hardswish extends Plain {
  forward(x: NDArray): NDArray {
    return hardswish(x);
  }
}

/** The axis that a layer works along, the last by default. */
function axisOf(layer: string, axis: number | AxisOption | undefined): number {
  const given = layerArguments<object, AxisOption>(layer, [axis], [], ['axis'], ['dim']);
  return given.axis ?? given.dim ?? -1;
}

/** The activation as a layer, along the last axis unless told otherwise. @see torch.nn.Softmax */
export class Softmax extends Activation {
  readonly axis: number;
  constructor(axis?: number | AxisOption) {
    super();
    this.axis = axisOf('Softmax', axis);
    this.show = { axis: this.axis };
  }
  forward(x: NDArray): NDArray {
    return softmax(x, { axis: this.axis });
  }
}

/** The activation as a layer. @see torch.nn.LogSoftmax */
export class LogSoftmax extends Activation {
  readonly axis: number;
  constructor(axis?: number | AxisOption) {
    super();
    this.axis = axisOf('LogSoftmax', axis);
    this.show = { axis: this.axis };
  }
  forward(x: NDArray): NDArray {
    return logSoftmax(x, { axis: this.axis });
  }
}

/** The activation as a layer. @see torch.nn.GLU */
export class GLU extends Activation {
  readonly axis: number;
  constructor(axis?: number | AxisOption) {
    super();
    this.axis = axisOf('GLU', axis);
    this.show = { axis: this.axis };
  }
  forward(x: NDArray): NDArray {
    return glu(x, { axis: this.axis });
  }
}

/** The largest of each k neighbouring features: put it after a layer k times as wide. */
export class Maxout extends Activation {
  constructor(readonly k = 2) {
    super();
    this.show = { k };
  }
  forward(x: NDArray): NDArray {
    return maxout(x, this.k);
  }
}
