// Layers that stand one after the other and are done together: a linear layer or a convolution, the rectifier, and max
// pooling. Results are the same; only layers that are exactly those of the library, without hooks, are joined.

import { NDArray } from '../core/ndarray.js';
import { convBlock, joinable, linearBlock } from '../ops/blocks.js';
import { ReLU } from './activations.js';
import { Conv2d, MaxPool2d } from './conv.js';
import { Linear } from './linear.js';
import { type AnyModule, hasHooks } from './module.js';

/** Whether a call of the module does what its class says and nobody looks on. */
const isPlain = <M extends AnyModule>(
  m: AnyModule | undefined,
  type: abstract new (...args: never[]) => M,
): m is M =>
  m !== undefined && m.constructor === type && m.forward === type.prototype.forward && !hasHooks(m);

/**
 * Runs the layers from number `at` on that can be done together; null when the next one has to run by itself.
 * @returns their result, and the number of the layer after them
 */
export function joined(
  layers: { readonly [index: number]: AnyModule },
  at: number,
  x: unknown,
): { out: NDArray; next: number } | null {
  const first = layers[at];
  if (!(x instanceof NDArray) || !joinable()) return null;
  if (isPlain(first, Linear)) {
    // The gradient of the rectifier reads its result, so that has to stay between the layers.
    const rectified = isPlain(layers[at + 1], ReLU) && layers[at + 2] !== undefined;
    const out =
      first.inFeatures === x.shape[x.ndim - 1] ? linearBlock(x, first.weight, first.bias, rectified) : null;
    return out === null ? null : { out, next: at + (rectified ? 2 : 1) };
  }
  if (!isPlain(first, Conv2d) || !isPlain(layers[at + 1], ReLU)) return null;
  const pool = layers[at + 2];
  const pooled = isPlain(pool, MaxPool2d);
  if (pool === undefined) return null;
  const out = convBlock(x, first.weight, first.bias, first.options, pooled ? pool : null);
  return out === null ? null : { out, next: at + (pooled ? 3 : 2) };
}
