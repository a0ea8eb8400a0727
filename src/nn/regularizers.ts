// Penalties on weights, with explicit factors, and the projection of max-norm regularisation.

import { asarray } from '../core/create.js';
import type { ArrayLike, NDArray } from '../core/ndarray.js';
import { noGrad } from '../core/node.js';
import { abs, add, div, minimum, mul, sqrt, square } from '../ops/elementwise.js';
import { set } from '../ops/index.js';
import { sum } from '../ops/reduce.js';

type Weights = ArrayLike | readonly NDArray[];

function total(caller: string, weights: Weights, penalty: (w: NDArray) => NDArray): NDArray {
  const list =
    Array.isArray(weights) && weights.length > 0 && typeof weights[0] === 'object' && 'storage' in weights[0]
      ? (weights as readonly NDArray[])
      : [asarray(weights as ArrayLike, caller)];
  return list.map((w) => sum(penalty(w))).reduce((a, b) => add(a, b));
}

/**
 * factor times the sum of squares. The factor is explicit because both conventions are in use: `l2(W, lambda)` has the
 * gradient 2 lambda W, `l2(W, lambda / 2)` has lambda W.
 * @param weights one array, or a list of them
 */
export const l2 = (weights: Weights, factor = 1): NDArray => mul(total('l2', weights, square), factor);

/** factor times the sum of absolute values; the subgradient is factor sign(W). */
export const l1 = (weights: Weights, factor = 1): NDArray => mul(total('l1', weights, abs), factor);

/** lambda1 |W| + lambda2 W^2, summed (Zou and Hastie 2005). With lambda1 = 1 the form beta W^2 + |W|. */
export const elasticNet = (weights: Weights, lambda1: number, lambda2: number): NDArray =>
  add(l1(weights, lambda1), l2(weights, lambda2));

/**
 * Scales every unit's incoming weights down to a norm of at most `c`, in place; call it after the optimiser's step.
 *
 * @param weights a matrix or filters; units lie along axis 0, as in PyTorch's layers
 * @param options.layout 'in-out' for the course's (D, H), whose units are columns
 */
export function maxNorm<A extends NDArray>(
  weights: A,
  c: number,
  options: { layout?: 'out-in' | 'in-out' } = {},
): A {
  if (!(c > 0)) throw new RangeError(`maxNorm: the bound must be above 0, not ${c}.`);
  const unit = options.layout === 'in-out' ? 1 : 0;
  const axis = weights.shape.map((_, d) => d).filter((d) => d !== unit);
  noGrad(() => {
    const norms = sqrt(sum(square(weights), { axis, keepdims: true }));
    // A unit of norm 0 divides to infinity, and the minimum makes that 1.
    set(weights, ['...'], mul(weights, minimum(1, div(c, norms))));
  });
  return weights;
}
