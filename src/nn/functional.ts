// Activations and losses as functions of arrays (torch.nn.functional). Written in the library's operations, so
// gradients of every order follow.

import { asarray } from '../core/create.js';
import type { ArrayLike, NDArray } from '../core/ndarray.js';
import { shapeText } from '../core/shape.js';
import { arange } from '../numpy/grid.js';
import { add, exp, less, maximum, mul, sigmoid, square, sub, tanh, where } from '../ops/elementwise.js';
import { get } from '../ops/index.js';
import { dot } from '../ops/matmul.js';
import { logsumexp, mean, sum } from '../ops/reduce.js';
import { transpose } from '../ops/shape.js';

export { sigmoid, tanh };

/** How a loss over examples becomes one value. */
export type Reduction = 'mean' | 'sum' | 'none';

/** max(0, x); the gradient at 0 is 0 (torch.nn.functional.relu). */
export const relu = (x: ArrayLike): NDArray => maximum(0, x);

/** x where it is positive, `negativeSlope * x` elsewhere (torch.nn.functional.leaky_relu). */
export function leakyRelu(x: ArrayLike, negativeSlope = 0.01): NDArray {
  const a = asarray(x, 'leakyRelu');
  return where(less(0, a), a, mul(a, negativeSlope));
}

/** log(softmax(x)) along an axis, the last by default, without overflow (torch.nn.functional.log_softmax). */
export function logSoftmax(x: ArrayLike, options: { axis?: number } = {}): NDArray {
  const a = asarray(x, 'logSoftmax');
  return sub(a, logsumexp(a, { axis: options.axis ?? -1, keepdims: true }));
}

/** exp(x) / sum(exp(x)) along an axis, the last by default, without overflow (torch.nn.functional.softmax). */
export const softmax = (x: ArrayLike, options: { axis?: number } = {}): NDArray =>
  exp(logSoftmax(x, options));

/**
 * x W^T + b: (..., D), weight (K, D) and bias (K) give (..., K) (torch.nn.functional.linear). With weights of shape
 * (D, K), as the course writes them, use `np.dot(X, W) + b`.
 */
export function linear(x: ArrayLike, weight: ArrayLike, bias?: ArrayLike | null): NDArray {
  const out = dot(x, transpose(weight));
  return bias === undefined || bias === null ? out : add(out, bias);
}

function reduced(losses: NDArray, reduction: Reduction): NDArray {
  return reduction === 'mean' ? mean(losses) : reduction === 'sum' ? sum(losses) : losses;
}

function checkLabels(caller: string, scores: NDArray, labels: NDArray): void {
  if (scores.ndim !== 2 || labels.ndim !== 1 || labels.shape[0] !== scores.shape[0]) {
    throw new RangeError(
      `${caller}: expected scores of shape (N, K) and N labels, got ${shapeText(scores.shape)} and ${shapeText(labels.shape)}.`,
    );
  }
  const k = scores.shape[1];
  for (const [i, y] of Array.from(labels.data as Float64Array, Number).entries()) {
    if (!(Number.isInteger(y) && y >= 0 && y < k)) {
      throw new RangeError(
        `${caller}: label ${y} of example ${i} is out of range; with ${k} classes labels are 0 to ${k - 1}.`,
      );
    }
  }
}

/** Each row's entry in the column of its label. */
const ofLabels = (rows: NDArray, labels: NDArray): NDArray => get(rows, [arange(rows.shape[0]), labels]);

/**
 * Softmax loss: minus the log of the probability that the scores give to the right class
 * (torch.nn.functional.cross_entropy).
 * @param scores (N, K), unnormalised
 * @param labels N class indices
 */
export function crossEntropy(
  scores: ArrayLike,
  labels: ArrayLike,
  options: { reduction?: Reduction } = {},
): NDArray {
  const s = asarray(scores, 'crossEntropy');
  const y = asarray(labels, 'crossEntropy');
  checkLabels('crossEntropy', s, y);
  return reduced(mul(ofLabels(logSoftmax(s), y), -1), options.reduction ?? 'mean');
}

/**
 * Multiclass SVM loss: the sum over wrong classes of max(0, s_j - s_y + delta).
 * @param scores (N, K)
 * @param labels N class indices
 */
export function multiclassHinge(
  scores: ArrayLike,
  labels: ArrayLike,
  options: { delta?: number; reduction?: Reduction } = {},
): NDArray {
  const s = asarray(scores, 'multiclassHinge');
  const y = asarray(labels, 'multiclassHinge');
  const { delta = 1, reduction = 'mean' } = options;
  checkLabels('multiclassHinge', s, y);
  const right = ofLabels(s, y).reshape([-1, 1]);
  // The right class contributes exactly delta to its row.
  return reduced(sub(sum(maximum(0, add(sub(s, right), delta)), { axis: 1 }), delta), reduction);
}

/** Mean of squared differences (torch.nn.functional.mse_loss). */
export function mseLoss(a: ArrayLike, b: ArrayLike, options: { reduction?: Reduction } = {}): NDArray {
  return reduced(square(sub(a, b)), options.reduction ?? 'mean');
}
