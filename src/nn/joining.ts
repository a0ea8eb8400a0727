// Layers that stand one after the other and are done together: a linear layer or a convolution, batch normalisation, the
// rectifier, and max pooling. Results are the same; only layers that are exactly those of the library, without hooks, are joined.

import { NDArray } from '../core/ndarray.js';
import { noGrad } from '../core/node.js';
import { convBlock, convNormBlock, joinable, linearBlock } from '../ops/blocks.js';
import { add, div, mul, sqrt, sub } from '../ops/elementwise.js';
import { tracking } from '../ops/registry.js';
import { reshape } from '../ops/shape.js';
import { ReLU } from './activations.js';
import { Conv2d, MaxPool2d } from './conv.js';
import { Linear } from './linear.js';
import { type AnyModule, hasHooks } from './module.js';
import { BatchNorm2d, remember } from './normalization.js';

/** Whether a call of the module does what its class says and nobody looks on. */
const isPlain = <M extends AnyModule>(
  m: AnyModule | undefined,
  type: abstract new (...args: never[]) => M,
): m is M =>
  m !== undefined && m.constructor === type && m.forward === type.prototype.forward && !hasHooks(m);

type Layers = { readonly [index: number]: AnyModule };

/**
 * Runs the layers from number `at` on that can be done together; null when the next one has to run by itself.
 * @returns their result, and the number of the layer after them
 */
export function joined(layers: Layers, at: number, x: unknown): { out: NDArray; next: number } | null {
  const first = layers[at];
  if (!(x instanceof NDArray) || !joinable()) return null;
  if (isPlain(first, Linear)) return linear(layers, at, x);
  if (!isPlain(first, Conv2d)) return null;
  const norm = layers[at + 1];
  const normed = isPlain(norm, BatchNorm2d);
  const after = at + (normed ? 2 : 1);
  const pool = layers[after + 1];
  // Without normalisation the gradient reads the result, see above.
  if (!isPlain(layers[after], ReLU) || (pool === undefined && !normed)) return null;
  const pooled = isPlain(pool, MaxPool2d) ? pool : null;
  const out = normed
    ? normalized(x, first, norm, pooled)
    : convBlock(x, first.weight, first.bias, first.options, pooled);
  return out === null ? null : { out, next: after + (pooled === null ? 1 : 2) };
}

/** Linear layers with their rectifiers, as many as follow each other. */
function linear(layers: Layers, at: number, x: NDArray): { out: NDArray; next: number } | null {
  const run: { weight: NDArray; bias: NDArray | null; rectified: boolean }[] = [];
  let next = at;
  let width = x.shape[x.ndim - 1];
  for (let layer = layers[at]; isPlain(layer, Linear) && layer.inFeatures === width; layer = layers[next]) {
    // The gradient of the rectifier reads its result, so that has to stay between the layers.
    const rectified = isPlain(layers[next + 1], ReLU) && layers[next + 2] !== undefined;
    run.push({ weight: layer.weight, bias: layer.bias, rectified });
    width = layer.outFeatures;
    next += rectified ? 2 : 1;
  }
  const out = run.length > 0 ? linearBlock(x, run) : null;
  return out === null ? null : { out, next };
}

/** A convolution whose result is normalised, rectified and pooled; null where it has to be done one by one. */
function normalized(x: NDArray, conv: Conv2d, norm: BatchNorm2d, pool: MaxPool2d | null): NDArray | null {
  const { weight, bias, runningMean, runningVar } = norm;
  const { eps = 1e-5, dtype = weight?.dtype } = norm.options;
  if (norm.numFeatures !== conv.outChannels || (dtype ?? conv.weight.dtype) !== 'float32') return null;
  if (norm.training || runningMean === null || runningVar === null) {
    const block = convNormBlock(x, conv.weight, conv.bias, conv.options, { weight, bias, eps }, pool);
    if (block === null) return null;
    remember(norm, block.mean, block.variance, block.count);
    return block.out;
  }
  // With given statistics it is a convolution with other weights.
  const own = [conv.weight, conv.bias, weight, bias];
  if (
    tracking(x, ...own) ||
    [...own, runningMean, runningVar].some((a) => a !== null && a.dtype !== 'float32')
  )
    return null;
  return noGrad(() => {
    const spread = sqrt(add(runningVar, eps));
    const factor = weight === null ? div(1, spread) : div(weight, spread);
    const centred = conv.bias === null ? mul(runningMean, -1) : sub(conv.bias, runningMean);
    const offset = bias === null ? mul(centred, factor) : add(mul(centred, factor), bias);
    return convBlock(x, mul(conv.weight, reshape(factor, [-1, 1, 1, 1])), offset, conv.options, pool);
  });
}
