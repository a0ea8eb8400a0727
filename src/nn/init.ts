// Initialisers: each fills an array in place and returns it (torch.nn.init). Draws come from np.random, so a seed
// fixes them. Fans are read from PyTorch's shapes (out, in, ...); `layout: 'in-out'` is for the course's (D, H).

import { asarray } from '../core/create.js';
import type { ArrayLike, NDArray } from '../core/ndarray.js';
import { noGrad } from '../core/node.js';
import { checkOptions } from '../core/options.js';
import { shapeText } from '../core/shape.js';
import { diagonal, qr } from '../numpy/linalg.js';
import * as random from '../numpy/random/index.js';
import { div, mul, sign } from '../ops/elementwise.js';
import { get, set } from '../ops/index.js';
import { std as deviation, mean } from '../ops/reduce.js';
import { reshape, transpose } from '../ops/shape.js';
import { type Given, layerArguments } from './arguments.js';
import type { AnyModule } from './module.js';

export interface FanOptions {
  /** Whether W is (out, in, ...), as in PyTorch, or (in, out), as in the course's `np.dot(X, W)`. */
  layout?: 'out-in' | 'in-out';
}

/** How nonlinearities change the size of what passes: the factors of torch.nn.init.calculate_gain. */
export type Nonlinearity =
  | 'linear'
  | 'conv'
  | 'sigmoid'
  | 'tanh'
  | 'relu'
  | 'leakyRelu'
  | 'leaky_relu'
  | 'selu';

/** The recommended gain of a nonlinearity; `slope` is leakyRelu's. @see torch.nn.init.calculate_gain */
export function calculateGain(nonlinearity: Nonlinearity, slope = 0.01): number {
  switch (nonlinearity) {
    case 'linear':
    case 'conv':
    case 'sigmoid':
      return 1;
    case 'tanh':
      return 5 / 3;
    case 'relu':
      return Math.SQRT2;
    case 'leakyRelu':
    case 'leaky_relu':
      return Math.sqrt(2 / (1 + slope * slope));
    case 'selu':
      return 3 / 4;
    default:
      throw new TypeError(
        `calculateGain: '${String(nonlinearity)}' is not one of linear, conv, sigmoid, tanh, relu, leakyRelu, selu.`,
      );
  }
}

/** Numbers of inputs and outputs of one unit: a filter's fan-in is its area times its depth. */
export function fans(
  w: NDArray,
  options: FanOptions = {},
  caller = 'fans',
): { fanIn: number; fanOut: number } {
  if (w.ndim < 2) {
    throw new RangeError(
      `${caller}: an array of shape ${shapeText(w.shape)} has no fan-in and fan-out; it needs at least two axes (out, in). Use init.uniform or init.constant for biases.`,
    );
  }
  const area = w.shape.slice(2).reduce((p, n) => p * n, 1);
  const [first, second] = w.shape;
  return (options.layout ?? 'out-in') === 'out-in'
    ? { fanIn: second * area, fanOut: first * area }
    : { fanIn: first * area, fanOut: second * area };
}

function fill<A extends NDArray>(w: A, values: ArrayLike): A {
  noGrad(() => set(w, ['...'], values));
  return w;
}

/** Every element drawn from U[low, high). @see torch.nn.init.uniform_ */
export const uniform = <A extends NDArray>(w: A, low = 0, high = 1): A =>
  fill(w, random.uniform(low, high, [...w.shape]));

/** Every element drawn from N(mean, std^2). @see torch.nn.init.normal_ */
export const normal = <A extends NDArray>(w: A, location = 0, std = 1): A =>
  fill(w, random.normal(location, std, [...w.shape]));

/** N(mean, std^2) cut to [low, high] by drawing again. @see torch.nn.init.trunc_normal_ */
export function truncNormal<A extends NDArray>(w: A, location = 0, std = 1, low = -2, high = 2): A {
  if (!(low < high)) throw new RangeError(`truncNormal: the interval [${low}, ${high}] is empty.`);
  const values = new Float64Array(w.size);
  let done = 0;
  for (let round = 0; done < values.length; round++) {
    if (round === 1000)
      throw new RangeError(
        `truncNormal: [${low}, ${high}] is too far from N(${location}, ${std}^2): nearly no draw falls into it.`,
      );
    const draws = asarray(random.normal(location, std, [values.length - done])).data as Float64Array;
    for (const v of draws) if (v >= low && v <= high) values[done++] = v;
  }
  return fill(w, reshape(asarray(values), w.shape as number[]));
}

/** Every element `value`. @see torch.nn.init.constant_ */
export const constant = <A extends NDArray>(w: A, value: number): A => fill(w, value);
/** @see torch.nn.init.zeros_ */
export const zeros = <A extends NDArray>(w: A): A => fill(w, 0);
/** @see torch.nn.init.ones_ */
export const ones = <A extends NDArray>(w: A): A => fill(w, 1);

/** Ones on the diagonal of a matrix, zeros elsewhere. @see torch.nn.init.eye_ */
export function eye<A extends NDArray>(w: A): A {
  if (w.ndim !== 2) throw new RangeError(`eye: expected a matrix, got shape ${shapeText(w.shape)}.`);
  fill(w, 0);
  const n = Math.min(...w.shape);
  const index = asarray(Array.from({ length: n }, (_, i) => BigInt(i)));
  noGrad(() => set(w, [index, index], 1));
  return w;
}

type GainOptions = FanOptions & { gain?: number };

/** What an initialiser was told, the first of `places` in its place or all by name. */
const initOptions = <O extends object>(caller: string, given: unknown, places: readonly string[]): O =>
  layerArguments<object, O>(caller, [given], [], places, ['layout']);

/** U(-a, a) with a = gain sqrt(6 / (fanIn + fanOut)) (Glorot and Bengio 2010). @see torch.nn.init.xavier_uniform_ */
export function xavierUniform<A extends NDArray>(w: A, gain?: Given<number, GainOptions>): A {
  const options = initOptions<GainOptions>('xavierUniform', gain, ['gain']);
  const { fanIn, fanOut } = fans(w, options, 'xavierUniform');
  const bound = (options.gain ?? 1) * Math.sqrt(6 / (fanIn + fanOut));
  return uniform(w, -bound, bound);
}

/** N(0, gain^2 2 / (fanIn + fanOut)) (Glorot and Bengio 2010). @see torch.nn.init.xavier_normal_ */
export function xavierNormal<A extends NDArray>(w: A, gain?: Given<number, GainOptions>): A {
  const options = initOptions<GainOptions>('xavierNormal', gain, ['gain']);
  const { fanIn, fanOut } = fans(w, options, 'xavierNormal');
  return normal(w, 0, (options.gain ?? 1) * Math.sqrt(2 / (fanIn + fanOut)));
}

export { xavierNormal as glorotNormal, xavierUniform as glorotUniform };

export interface KaimingOptions extends FanOptions {
  /** Keep the variance of activations ('fanIn') or of gradients ('fanOut'). */
  mode?: 'fanIn' | 'fanOut' | 'fan_in' | 'fan_out';
  nonlinearity?: Nonlinearity;
  /** The slope of leakyRelu. */
  a?: number;
}

function kaimingStd(w: NDArray, given: Given<number, KaimingOptions> | undefined, caller: string): number {
  const options = initOptions<KaimingOptions>(caller, given, ['a', 'mode', 'nonlinearity']);
  const found = fans(w, options, caller);
  const { mode = 'fanIn', nonlinearity = 'leakyRelu', a = 0 } = options;
  const fan = { ...found, fan_in: found.fanIn, fan_out: found.fanOut }[mode];
  if (fan === undefined)
    throw new TypeError(`${caller}: mode is 'fanIn' or 'fanOut', not '${String(mode)}'.`);
  return calculateGain(nonlinearity, a) / Math.sqrt(fan);
}

/** U(-b, b) with b = gain sqrt(3 / fan) (He et al. 2015). @see torch.nn.init.kaiming_uniform_ */
export function kaimingUniform<A extends NDArray>(w: A, a?: Given<number, KaimingOptions>): A {
  const bound = Math.sqrt(3) * kaimingStd(w, a, 'kaimingUniform');
  return uniform(w, -bound, bound);
}

/** N(0, gain^2 / fan): with ReLU's gain the course's sqrt(2/n) (He et al. 2015). @see torch.nn.init.kaiming_normal_ */
export const kaimingNormal = <A extends NDArray>(w: A, a?: Given<number, KaimingOptions>): A =>
  normal(w, 0, kaimingStd(w, a, 'kaimingNormal'));

export { kaimingNormal as heNormal, kaimingUniform as heUniform };

/** A random orthogonal matrix (rows or columns orthonormal) times `gain` (Saxe et al. 2013). @see torch.nn.init.orthogonal_ */
export function orthogonal<A extends NDArray>(w: A, gain?: Given<number, { gain?: number }>): A {
  const options = layerArguments<object, { gain?: number }>('orthogonal', [gain], [], ['gain']);
  if (w.ndim < 2)
    throw new RangeError(`orthogonal: expected at least two axes, got shape ${shapeText(w.shape)}.`);
  const rows = w.shape[0];
  const columns = w.size / rows;
  return noGrad(() => {
    const draws = asarray(random.standard_normal(rows < columns ? [columns, rows] : [rows, columns]));
    const [q, r] = qr(draws);
    // With positive diagonal signs Q is uniformly distributed over the orthogonal matrices.
    const uniformQ = mul(q, sign(diagonal(r)));
    const matrix = rows < columns ? transpose(uniformQ) : uniformQ;
    return fill(w, mul(reshape(matrix, w.shape as number[]), options.gain ?? 1));
  });
}

/**
 * Zeros but for some inputs of each unit, drawn from N(0, std^2): `nonzero` of them (the course's 10), or all but the
 * fraction `sparsity` (torch.nn.init.sparse_, whose matrices are read as (in, out)).
 */
export function sparse<A extends NDArray>(
  w: A,
  options: FanOptions & { nonzero?: number; sparsity?: number; std?: number } = {},
): A {
  checkOptions('sparse', options, ['nonzero', 'sparsity', 'std', 'layout']);
  if (w.ndim !== 2) throw new RangeError(`sparse: expected a matrix, got shape ${shapeText(w.shape)}.`);
  const { layout = 'out-in', std = 0.01 } = options;
  const [inputs, units] = layout === 'out-in' ? [w.shape[1], w.shape[0]] : [w.shape[0], w.shape[1]];
  const kept =
    options.nonzero ?? (options.sparsity === undefined ? 10 : inputs - Math.ceil(options.sparsity * inputs));
  if (!Number.isInteger(kept) || kept < 0 || kept > inputs)
    throw new RangeError(`sparse: ${kept} of ${inputs} inputs cannot be non-zero.`);
  normal(w, 0, std);
  noGrad(() => {
    for (let unit = 0; unit < units; unit++) {
      const zeroed = get(asarray(random.permutation(inputs)), [`${kept}:`]);
      set(w, layout === 'out-in' ? [unit, zeroed] : [zeroed, unit], 0);
    }
  });
  return w;
}

/**
 * Layer-sequential unit variance (Mishkin and Matas 2015): orthogonal weights, then each layer's are divided by the
 * standard deviation of its output on `x` until that is 1 within `tolerance`. Works on every module inside `model`
 * that has a `weight` of at least two axes.
 *
 * @param x a batch of inputs of the model
 * @returns the standard deviations reached, by module name
 */
export function lsuv(
  model: AnyModule,
  x: NDArray,
  options: { tolerance?: number; maxIterations?: number } = {},
): Record<string, number> {
  const { tolerance = 0.02, maxIterations = 10 } = options;
  const reached: Record<string, number> = {};
  noGrad(() => {
    for (const [name, layer] of model.namedModules()) {
      const { weight } = layer as unknown as { weight?: NDArray };
      if (weight === undefined || weight.ndim < 2) continue;
      orthogonal(weight);
      for (let i = 0; i < maxIterations; i++) {
        let output: NDArray | undefined;
        const hook = layer.registerForwardHook((_m, _input, out) => {
          output ??= out as NDArray;
        });
        try {
          model(x);
        } finally {
          hook.remove();
        }
        if (output === undefined) break;
        const s = Number(deviation(output).item());
        if (!(s > 0) || !Number.isFinite(s)) {
          throw new Error(
            `lsuv: the output of '${name}' has standard deviation ${s}; its input is constant or not finite (mean ${Number(mean(output).item())}).`,
          );
        }
        reached[name] = s;
        if (Math.abs(s - 1) <= tolerance) break;
        fill(weight, div(weight, s));
      }
    }
  });
  return reached;
}

// PyTorch's spelling.
export {
  calculateGain as calculate_gain,
  constant as constant_,
  eye as eye_,
  kaimingNormal as kaiming_normal_,
  kaimingUniform as kaiming_uniform_,
  normal as normal_,
  ones as ones_,
  orthogonal as orthogonal_,
  sparse as sparse_,
  truncNormal as trunc_normal_,
  uniform as uniform_,
  xavierNormal as xavier_normal_,
  xavierUniform as xavier_uniform_,
  zeros as zeros_,
};
