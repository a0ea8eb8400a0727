// Activations and losses as functions of arrays (torch.nn.functional). Written in the library's operations, so
// gradients of every order follow.

import { requireLabels } from '../backend/index.js';
import { asarray } from '../core/create.js';
import { isFloat } from '../core/dtype.js';
import type { ArrayLike, NDArray } from '../core/ndarray.js';
import { checkOptions, type Spelled } from '../core/options.js';
import { sameShape, shapeText } from '../core/shape.js';
import type { Promoted } from '../core/typing.js';
import { arange } from '../numpy/grid.js';
import { batching } from '../ops/batching.js';
import { add, div, less, maximum, mul, notEqual, sigmoid, square, sub, tanh } from '../ops/elementwise.js';
import { get } from '../ops/index.js';
import { dot } from '../ops/matmul.js';
import { crossEntropyOfRows } from '../ops/normalize.js';
import { mean, sum } from '../ops/reduce.js';
import { astype, transpose } from '../ops/shape.js';
import { logSoftmax, softmax } from '../ops/softmax.js';
import { where } from '../ops/where.js';

export { logSoftmax, sigmoid, softmax, tanh };

/** How a loss over examples becomes one value. */
export type Reduction = 'mean' | 'sum' | 'none';

/** The names of options that each loss has. */
export const lossNames = {
  crossEntropy: ['reduction', 'weight', 'ignoreIndex', 'labelSmoothing'],
  mseLoss: ['reduction'],
  multiclassHinge: ['reduction', 'delta'],
  l1Loss: ['reduction'],
  huberLoss: ['reduction', 'delta'],
  smoothL1Loss: ['reduction', 'beta'],
  poissonNllLoss: ['reduction', 'logInput', 'eps'],
  gaussianNllLoss: ['reduction', 'full', 'eps'],
  binaryCrossEntropy: ['reduction', 'weight'],
  binaryCrossEntropyWithLogits: ['reduction', 'weight', 'posWeight'],
  softMarginLoss: ['reduction'],
  hingeLoss: ['reduction', 'margin'],
  hingeEmbeddingLoss: ['reduction', 'margin'],
  marginRankingLoss: ['reduction', 'margin'],
  nllLoss: ['reduction', 'weight', 'ignoreIndex'],
  multiMarginLoss: ['reduction', 'p', 'margin'],
  squaredHinge: ['reduction', 'delta'],
  structuredHinge: ['reduction', 'delta'],
  oneVersusAllHinge: ['reduction', 'margin'],
  distributionCrossEntropy: ['reduction'],
  klDiv: ['reduction', 'logTarget'],
  cosineEmbeddingLoss: ['reduction', 'margin'],
  tripletMarginLoss: ['reduction', 'margin', 'p', 'eps'],
} as const;

/** The options of a loss, with their names checked. */
export const lossOptions = <O extends object>(loss: keyof typeof lossNames, given: O): O =>
  checkOptions(loss, given, lossNames[loss]);

/** max(0, x); the gradient at 0 is 0 (torch.nn.functional.relu). */
export const relu = <A extends ArrayLike>(x: A): NDArray<Promoted<0, A>> => maximum(0, x);

/** x where it is positive, `negativeSlope * x` elsewhere (torch.nn.functional.leaky_relu). */
export function leakyRelu(x: ArrayLike, negativeSlope = 0.01): NDArray {
  const a = asarray(x, 'leakyRelu');
  return where(less(0, a), a, mul(a, negativeSlope));
}

/**
 * x W^T + b: (..., D), weight (K, D) and bias (K) give (..., K) (torch.nn.functional.linear). With weights of shape
 * (D, K), as the course writes them, use `np.dot(X, W) + b`.
 */
export function linear(x: ArrayLike, weight: ArrayLike, bias?: ArrayLike | null): NDArray {
  const out = dot(x, transpose(weight));
  return bias === undefined || bias === null ? out : add(out, bias);
}

/** The mean or sum of losses, or the losses themselves. */
export function reduced(losses: NDArray, reduction: Reduction): NDArray {
  if (reduction === 'none') return losses;
  if (reduction === 'sum') return sum(losses);
  if (reduction !== 'mean')
    throw new TypeError(`reduction is 'mean', 'sum' or 'none', not '${String(reduction)}'.`);
  return mean(losses);
}

function checkLabelShapes(caller: string, scores: NDArray, labels: NDArray): void {
  if (scores.ndim !== 2 || labels.ndim !== 1 || labels.shape[0] !== scores.shape[0]) {
    throw new RangeError(
      `${caller}: expected scores of shape (N, K) and N labels, got ${shapeText(scores.shape)} and ${shapeText(labels.shape)}.` +
        (labels.ndim === 2 && labels.shape[1] === 1 ? ' Use labels.ravel().' : ''),
    );
  }
}

/** Runs what reads labels natively; its error gets the caller's name. */
function readingLabels<T>(caller: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (!(error instanceof RangeError) || !error.message.startsWith('label ')) throw error;
    throw new RangeError(`${caller}: ${error.message}`);
  }
}

export function checkLabels(caller: string, scores: NDArray, labels: NDArray): void {
  checkLabelShapes(caller, scores, labels);
  readingLabels(caller, () => requireLabels(labels, scores.shape[1]));
}

/** Each row's entry in the column of its label. */
export const ofLabels = (rows: NDArray, labels: NDArray): NDArray =>
  get(rows, [arange(rows.shape[0]), labels]);

export interface CrossEntropyOptions {
  reduction?: Reduction;
  /** A weight for each class. */
  weight?: ArrayLike;
  /** Examples with this label count nothing. */
  ignoreIndex?: number;
  /** Share of the target spread evenly over all classes. */
  labelSmoothing?: number;
}

/**
 * Softmax loss: minus the log of the probability that the scores give to the right class
 * (torch.nn.functional.cross_entropy).
 *
 * @param scores (N, K), unnormalised
 * @param labels N class indices, or (N, K) probabilities
 * @throws RangeError for a label that is no class
 */
export function crossEntropy(
  scores: ArrayLike,
  labels: ArrayLike,
  given: Spelled<CrossEntropyOptions> = {},
): NDArray {
  const options: CrossEntropyOptions = lossOptions('crossEntropy', given);
  const s = asarray(scores, 'crossEntropy');
  const y = asarray(labels, 'crossEntropy');
  const { reduction = 'mean', weight, ignoreIndex, labelSmoothing = 0 } = options;
  if (s.ndim === 2 && y.ndim === 2 && isFloat(y.dtype)) return softCrossEntropy(s, y, options);
  if (
    weight === undefined &&
    ignoreIndex === undefined &&
    labelSmoothing === 0 &&
    (s.dtype === 'float32' || s.dtype === 'float64') &&
    batching.open === 0
  ) {
    checkLabelShapes('crossEntropy', s, y);
    const known = reduction === 'mean' || reduction === 'sum';
    const found = readingLabels('crossEntropy', () => crossEntropyOfRows(s, y, known ? reduction : 'none'));
    return known ? found : reduced(found, reduction);
  }
  const kept = ignoreIndex === undefined ? null : notEqual(y, ignoreIndex);
  const classes = kept === null ? y : where(kept, y, 0n);
  checkLabels('crossEntropy', s, classes);
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1))
    throw new RangeError(`crossEntropy: labelSmoothing must be between 0 and 1, not ${labelSmoothing}.`);
  const logs = logSoftmax(s);
  const right = mul(ofLabels(logs, classes), -1);
  if (weight === undefined && kept === null && labelSmoothing === 0) return reduced(right, reduction);
  const w = weight === undefined ? null : asarray(weight, 'crossEntropy');
  // How much each example counts: the weight of its class, nothing where it is ignored.
  let share = w === null ? null : get(w, [classes]);
  if (kept !== null) share = share === null ? astype(kept, s.dtype) : mul(share, astype(kept, s.dtype));
  let losses = share === null ? right : mul(right, share);
  if (labelSmoothing > 0) {
    let spread = mul(sum(w === null ? logs : mul(logs, w), { axis: 1 }), -1 / s.shape[1]);
    if (kept !== null) spread = mul(spread, astype(kept, s.dtype));
    losses = add(mul(losses, 1 - labelSmoothing), mul(spread, labelSmoothing));
  }
  if (reduction !== 'mean' || share === null) return reduced(losses, reduction);
  return div(sum(losses), sum(share));
}

/** Cross-entropy with a distribution as each target. */
function softCrossEntropy(s: NDArray, target: NDArray, options: CrossEntropyOptions): NDArray {
  if (s.shape[0] !== target.shape[0] || s.shape[1] !== target.shape[1]) {
    throw new RangeError(
      `crossEntropy: scores ${shapeText(s.shape)} and probabilities ${shapeText(target.shape)} must have one shape.`,
    );
  }
  const { weight, labelSmoothing = 0, reduction = 'mean' } = options;
  const smooth =
    labelSmoothing === 0 ? target : add(mul(target, 1 - labelSmoothing), labelSmoothing / s.shape[1]);
  const logs = logSoftmax(s);
  return reduced(
    mul(sum(mul(weight === undefined ? logs : mul(logs, weight), smooth), { axis: 1 }), -1),
    reduction,
  );
}

/**
 * Multiclass SVM loss: the sum over wrong classes of max(0, s_j - s_y + delta).
 * @param scores (N, K)
 * @param labels N class indices
 */
export function multiclassHinge(
  scores: ArrayLike,
  labels: ArrayLike,
  given: { delta?: number; reduction?: Reduction } = {},
): NDArray {
  const options = lossOptions('multiclassHinge', given);
  const s = asarray(scores, 'multiclassHinge');
  const y = asarray(labels, 'multiclassHinge');
  const { delta = 1, reduction = 'mean' } = options;
  checkLabels('multiclassHinge', s, y);
  const right = ofLabels(s, y).reshape([-1, 1]);
  // The right class contributes exactly delta to its row.
  return reduced(sub(sum(maximum(0, add(sub(s, right), delta)), { axis: 1 }), delta), reduction);
}

/**
 * Both as arrays of one shape and a floating point target. PyTorch broadcasts here with a warning; a silent broadcast
 * is nearly always a mistake.
 */
export function lossPair(caller: string, input: ArrayLike, target: ArrayLike): [NDArray, NDArray] {
  const x = asarray(input, caller);
  const y = asarray(target, caller);
  if (!sameShape(x.shape, y.shape)) {
    throw new RangeError(
      `${caller}: input ${shapeText(x.shape)} and target ${shapeText(y.shape)} must have one shape; reshape one of them.`,
    );
  }
  return [x, isFloat(y.dtype) || !isFloat(x.dtype) ? y : astype(y, x.dtype)];
}

/** Squared differences, their mean unless told otherwise (torch.nn.functional.mse_loss). */
export function mseLoss(input: ArrayLike, target: ArrayLike, given: { reduction?: Reduction } = {}): NDArray {
  const options = lossOptions('mseLoss', given);
  const [x, y] = lossPair('mseLoss', input, target);
  return reduced(square(sub(x, y)), options.reduction ?? 'mean');
}
