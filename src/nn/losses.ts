// Losses as functions: PyTorch's under its names, and those the course writes. crossEntropy, multiclassHinge and mseLoss
// stand in functional.ts; the module forms in criterions.ts.

import { asarray } from '../core/create.js';
import type { ArrayLike, NDArray } from '../core/ndarray.js';
import { type Given, parameters, type Spelled } from '../core/options.js';
import {
  abs,
  add,
  div,
  exp,
  less,
  log,
  maximum,
  mul,
  neg,
  pow,
  sqrt,
  square,
  sub,
} from '../ops/elementwise.js';
import { get } from '../ops/index.js';
import { concatenate } from '../ops/join.js';
import { max, sum } from '../ops/reduce.js';
import { astype, expandDims, reshape } from '../ops/shape.js';
import { softplus } from '../ops/special.js';
import { where } from '../ops/where.js';
import { checkLabels, lossOptions, lossPair, ofLabels, type Reduction, reduced } from './functional.js';

export interface LossOptions {
  /** 'mean' over the losses unless given; 'sum' or 'none'. */
  reduction?: Reduction;
}

const finish = (losses: NDArray, options: LossOptions): NDArray =>
  reduced(losses, options.reduction ?? 'mean');

// ---------------------------------------------------------------- regression

/** |x - y| (torch.nn.functional.l1_loss). */
export function l1Loss(input: ArrayLike, target: ArrayLike, given: Spelled<LossOptions> = {}): NDArray {
  const options: LossOptions = lossOptions('l1Loss', given);
  const [x, y] = lossPair('l1Loss', input, target);
  return finish(abs(sub(x, y)), options);
}

/** (x - y)^2 / 2 where |x - y| < delta, delta (|x - y| - delta/2) elsewhere (torch.nn.functional.huber_loss). */
export function huberLoss(
  input: ArrayLike,
  target: ArrayLike,
  given: Spelled<LossOptions & { delta?: number }> = {},
): NDArray {
  const options: LossOptions & { delta?: number } = lossOptions('huberLoss', given);
  const { delta = 1 } = options;
  if (!(delta > 0)) throw new RangeError(`huberLoss: delta must be above 0, not ${delta}.`);
  const [x, y] = lossPair('huberLoss', input, target);
  const d = abs(sub(x, y));
  return finish(where(less(d, delta), mul(square(d), 0.5), mul(sub(d, delta / 2), delta)), options);
}

/** (x - y)^2 / (2 beta) where |x - y| < beta, |x - y| - beta/2 elsewhere (torch.nn.functional.smooth_l1_loss). */
export function smoothL1Loss(
  input: ArrayLike,
  target: ArrayLike,
  given: Spelled<LossOptions & { beta?: number }> = {},
): NDArray {
  const options: LossOptions & { beta?: number } = lossOptions('smoothL1Loss', given);
  const { beta = 1, ...rest } = options;
  if (beta === 0) return l1Loss(input, target, rest);
  return div(huberLoss(input, target, { ...rest, delta: beta }), beta);
}

/** exp(x) - y x with `logInput` (the default), x - y log(x + eps) without (torch.nn.functional.poisson_nll_loss). */
export function poissonNllLoss(
  input: ArrayLike,
  target: ArrayLike,
  given: Spelled<LossOptions & { logInput?: boolean; eps?: number }> = {},
): NDArray {
  const options: LossOptions & { logInput?: boolean; eps?: number } = lossOptions('poissonNllLoss', given);
  const [x, y] = lossPair('poissonNllLoss', input, target);
  const { logInput = true, eps = 1e-8 } = options;
  return finish(logInput ? sub(exp(x), mul(y, x)) : sub(x, mul(y, log(add(x, eps)))), options);
}

/** (log v + (x - y)^2 / v) / 2 with variances v of at least eps (torch.nn.functional.gaussian_nll_loss). */
export function gaussianNllLoss(
  input: ArrayLike,
  target: ArrayLike,
  variance: ArrayLike,
  given: Spelled<LossOptions & { full?: boolean; eps?: number }> = {},
): NDArray {
  const options: LossOptions & { full?: boolean; eps?: number } = lossOptions('gaussianNllLoss', given);
  const [x, y] = lossPair('gaussianNllLoss', input, target);
  const v = maximum(asarray(variance, 'gaussianNllLoss'), options.eps ?? 1e-6);
  const losses = mul(add(log(v), div(square(sub(x, y)), v)), 0.5);
  return finish(options.full ? add(losses, 0.5 * Math.log(2 * Math.PI)) : losses, options);
}

// ---------------------------------------------------------------- binary and attribute labels

/**
 * -(w y log x + (1 - y) log(1 - x)) for probabilities x; logarithms are held above -100
 * (torch.nn.functional.binary_cross_entropy).
 */
export function binaryCrossEntropy(
  input: ArrayLike,
  target: ArrayLike,
  given: Spelled<LossOptions & { weight?: ArrayLike }> = {},
): NDArray {
  const options: LossOptions & { weight?: ArrayLike } = lossOptions('binaryCrossEntropy', given);
  const [x, y] = lossPair('binaryCrossEntropy', input, target);
  for (const [name, a] of [
    ['input', x],
    ['target', y],
  ] as const) {
    const low = Number(a.detach().min().item());
    const high = Number(a.detach().max().item());
    if (low < 0 || high > 1) {
      throw new RangeError(
        `binaryCrossEntropy: the ${name} goes from ${low} to ${high}, but must be between 0 and 1. For scores use binaryCrossEntropyWithLogits.`,
      );
    }
  }
  const losses = neg(add(mul(y, maximum(log(x), -100)), mul(sub(1, y), maximum(log(sub(1, x)), -100))));
  return finish(options.weight === undefined ? losses : mul(losses, options.weight), options);
}

/**
 * Logistic loss of scores f: log(1 + e^f) - y f, without overflow; `posWeight` multiplies the losses of positive
 * labels (torch.nn.functional.binary_cross_entropy_with_logits). The gradient is sigmoid(f) - y.
 */
export function binaryCrossEntropyWithLogits(
  input: ArrayLike,
  target: ArrayLike,
  given: Spelled<LossOptions & { weight?: ArrayLike; posWeight?: ArrayLike }> = {},
): NDArray {
  const options: LossOptions & { weight?: ArrayLike; posWeight?: ArrayLike } = lossOptions(
    'binaryCrossEntropyWithLogits',
    given,
  );
  const [f, y] = lossPair('binaryCrossEntropyWithLogits', input, target);
  let losses: NDArray;
  if (options.posWeight === undefined) {
    losses = sub(softplus(f), mul(y, f));
  } else {
    const factor = add(mul(sub(asarray(options.posWeight), 1), y), 1);
    losses = add(mul(sub(1, y), f), mul(factor, softplus(neg(f))));
  }
  return finish(options.weight === undefined ? losses : mul(losses, options.weight), options);
}

/** log(1 + exp(-y x)) for labels y of -1 and 1 (torch.nn.functional.soft_margin_loss). */
export function softMarginLoss(
  input: ArrayLike,
  target: ArrayLike,
  given: Spelled<LossOptions> = {},
): NDArray {
  const options: LossOptions = lossOptions('softMarginLoss', given);
  const [x, y] = lossPair('softMarginLoss', input, target);
  return finish(softplus(neg(mul(y, x))), options);
}

/** max(0, margin - y x) for labels y of -1 and 1: the binary SVM, and one SVM for each attribute. */
export function hingeLoss(
  input: ArrayLike,
  target: ArrayLike,
  given: Spelled<LossOptions & { margin?: number }> = {},
): NDArray {
  const options: LossOptions & { margin?: number } = lossOptions('hingeLoss', given);
  const [x, y] = lossPair('hingeLoss', input, target);
  return finish(maximum(0, sub(options.margin ?? 1, mul(y, x))), options);
}

/** x where y is 1, max(0, margin - x) where it is -1 (torch.nn.functional.hinge_embedding_loss). */
export function hingeEmbeddingLoss(
  input: ArrayLike,
  target: ArrayLike,
  given: Spelled<LossOptions & { margin?: number }> = {},
): NDArray {
  const options: LossOptions & { margin?: number } = lossOptions('hingeEmbeddingLoss', given);
  const [x, y] = lossPair('hingeEmbeddingLoss', input, target);
  return finish(where(less(0, y), x, maximum(0, sub(options.margin ?? 1, x))), options);
}

/** max(0, margin - y (a - b)): y is 1 where a should be the larger (torch.nn.functional.margin_ranking_loss). */
export function marginRankingLoss(
  a: ArrayLike,
  b: ArrayLike,
  target: ArrayLike,
  given: Spelled<LossOptions & { margin?: number }> = {},
): NDArray {
  const options: LossOptions & { margin?: number } = lossOptions('marginRankingLoss', given);
  const [x, y] = lossPair('marginRankingLoss', a, b);
  return finish(maximum(0, add(neg(mul(target, sub(x, y))), options.margin ?? 0)), options);
}

// ---------------------------------------------------------------- classes

/** Minus the log-probability of the label: (N, K) log-probabilities, N labels (torch.nn.functional.nll_loss). */
export function nllLoss(
  logProbabilities: ArrayLike,
  labels: ArrayLike,
  given: Spelled<LossOptions & { weight?: ArrayLike; ignoreIndex?: number }> = {},
): NDArray {
  const options: LossOptions & { weight?: ArrayLike; ignoreIndex?: number } = lossOptions('nllLoss', given);
  const s = asarray(logProbabilities, 'nllLoss');
  const y = asarray(labels, 'nllLoss');
  const { weight, ignoreIndex, reduction = 'mean' } = options;
  if (weight === undefined && ignoreIndex === undefined) {
    checkLabels('nllLoss', s, y);
    return reduced(neg(ofLabels(s, y)), reduction);
  }
  const kept = ignoreIndex === undefined ? null : y.notEqual(ignoreIndex);
  const safe = kept === null ? y : where(kept, y, 0n);
  checkLabels('nllLoss', s, safe);
  let w = weight === undefined ? astype(kept!, s.dtype) : get(asarray(weight, 'nllLoss'), [safe]);
  if (weight !== undefined && kept !== null) w = mul(w, astype(kept, s.dtype));
  const losses = mul(neg(ofLabels(s, safe)), w);
  // Weighted means divide by the weights, as PyTorch's.
  return reduction === 'mean' ? div(sum(losses), sum(w)) : reduced(losses, reduction);
}

/**
 * Multiclass SVM in PyTorch's scaling: the sum over wrong classes of max(0, margin - s_y + s_j)^p, divided by the
 * number of classes (torch.nn.functional.multi_margin_loss). The course's loss, without that division, is
 * `multiclassHinge`.
 */
export function multiMarginLoss(
  scores: ArrayLike,
  labels: ArrayLike,
  given: Spelled<LossOptions & { p?: 1 | 2; margin?: number }> = {},
): NDArray {
  const options: LossOptions & { p?: 1 | 2; margin?: number } = lossOptions('multiMarginLoss', given);
  const { p = 1, margin = 1, reduction = 'mean' } = options;
  const s = asarray(scores, 'multiMarginLoss');
  return reduced(div(hinges('multiMarginLoss', s, labels, margin, p), s.shape[1]), reduction);
}

/** Each row's sum over wrong classes of max(0, s_j - s_y + delta)^p. */
function hinges(caller: string, s: NDArray, labels: ArrayLike, delta: number, p: 1 | 2): NDArray {
  const y = asarray(labels, caller);
  checkLabels(caller, s, y);
  const margins = maximum(0, add(sub(s, reshape(ofLabels(s, y), [-1, 1])), delta));
  // The right class adds exactly delta^p to its row.
  return p === 1
    ? sub(sum(margins, { axis: 1 }), delta)
    : sub(sum(square(margins), { axis: 1 }), delta * delta);
}

/** Squared hinge, the L2-SVM: the sum over wrong classes of max(0, s_j - s_y + delta)^2. */
export function squaredHinge(
  scores: ArrayLike,
  labels: ArrayLike,
  given: Spelled<LossOptions & { delta?: number }> = {},
): NDArray {
  const options: LossOptions & { delta?: number } = lossOptions('squaredHinge', given);
  return finish(
    hinges('squaredHinge', asarray(scores, 'squaredHinge'), labels, options.delta ?? 1, 2),
    options,
  );
}

/** 1 at the label, -1 elsewhere: (N, K). */
function signs(s: NDArray, y: NDArray): NDArray {
  const right = asarray(Array.from({ length: s.shape[1] }, (_, k) => BigInt(k))).equal(reshape(y, [-1, 1]));
  return sub(mul(astype(right, s.dtype), 2), 1);
}

/** Structured SVM: max(0, delta + the best wrong score - s_y). */
export function structuredHinge(
  scores: ArrayLike,
  labels: ArrayLike,
  given: Spelled<LossOptions & { delta?: number }> = {},
): NDArray {
  const options: LossOptions & { delta?: number } = lossOptions('structuredHinge', given);
  const s = asarray(scores, 'structuredHinge');
  const y = asarray(labels, 'structuredHinge');
  checkLabels('structuredHinge', s, y);
  if (s.shape[1] < 2)
    throw new RangeError('structuredHinge: one class has no wrong ones; there must be at least two.');
  const wrong = max(where(less(signs(s, y), 0), s, Number.NEGATIVE_INFINITY), { axis: 1 });
  return finish(maximum(0, add(sub(wrong, ofLabels(s, y)), options.delta ?? 1)), options);
}

/** One-versus-all SVM: a binary hinge for every class, its label 1 for the right class and -1 for the others. */
export function oneVersusAllHinge(
  scores: ArrayLike,
  labels: ArrayLike,
  given: Spelled<LossOptions & { margin?: number }> = {},
): NDArray {
  const options: LossOptions & { margin?: number } = lossOptions('oneVersusAllHinge', given);
  const s = asarray(scores, 'oneVersusAllHinge');
  const y = asarray(labels, 'oneVersusAllHinge');
  checkLabels('oneVersusAllHinge', s, y);
  return finish(sum(maximum(0, sub(options.margin ?? 1, mul(signs(s, y), s))), { axis: 1 }), options);
}

/** Cross-entropy -sum q log p of two distributions along the last axis; 0 log 0 counts 0. */
export function distributionCrossEntropy(
  q: ArrayLike,
  p: ArrayLike,
  given: Spelled<LossOptions> = {},
): NDArray {
  const options: LossOptions = lossOptions('distributionCrossEntropy', given);
  const [truth, estimate] = lossPair('distributionCrossEntropy', q, p);
  return finish(neg(sum(where(less(0, truth), mul(truth, log(estimate)), 0), { axis: -1 })), options);
}

/** Entropy -sum p log p along the last axis; 0 log 0 counts 0. */
export const entropy = (p: ArrayLike, options: LossOptions = {}): NDArray =>
  distributionCrossEntropy(p, p, options);

/**
 * Kullback-Leibler divergence: target (log target - input), where the input holds log-probabilities; 'batchmean'
 * divides the sum by the first axis (torch.nn.functional.kl_div).
 */
export function klDiv(
  input: ArrayLike,
  target: ArrayLike,
  given: Spelled<{ reduction?: Reduction | 'batchmean'; logTarget?: boolean }> = {},
): NDArray {
  const options: { reduction?: Reduction | 'batchmean'; logTarget?: boolean } = lossOptions('klDiv', given);
  const [x, y] = lossPair('klDiv', input, target);
  const { reduction = 'mean', logTarget = false } = options;
  const losses = logTarget
    ? mul(exp(y), sub(y, x))
    : where(less(0, y), mul(y, sub(log(maximum(y, Number.MIN_VALUE)), x)), 0);
  if (reduction !== 'batchmean') return reduced(losses, reduction);
  return div(sum(losses), x.shape[0] ?? 1);
}

/**
 * Softmax over the leaves of a binary tree: each inner node is a logistic choice. `scores` are (N, nodes), `paths` give
 * for every class the inner nodes from the root and the turn taken at each (1 left, 0 right).
 */
export function hierarchicalLogProbabilities(
  scores: ArrayLike,
  paths: readonly (readonly (readonly [node: number, left: 0 | 1])[])[],
): NDArray {
  const s = asarray(scores, 'hierarchicalLogProbabilities');
  const classes = paths.map((path, k) => {
    if (path.length === 0)
      throw new RangeError(
        `hierarchicalLogProbabilities: class ${k} has an empty path; each leaf needs a turn.`,
      );
    const terms = path.map(([node, left]) => {
      const f = get(s, [':', node]);
      return neg(softplus(left === 1 ? neg(f) : f));
    });
    return expandDims(
      terms.reduce((total, t) => add(total, t)),
      1,
    );
  });
  return concatenate(classes, 1);
}

// ---------------------------------------------------------------- distances

/** Cosine of the angle between vectors along an axis (torch.nn.functional.cosine_similarity). */
export function cosineSimilarity(
  a: ArrayLike,
  b: ArrayLike,
  along?: Given<number, { axis?: number; dim?: number; eps?: number }>,
): NDArray {
  const o = parameters<NormOptions>('cosineSimilarity', ['axis', 'eps'], [along], ['dim']);
  const [axis, eps] = [o.axis ?? o.dim ?? 1, o.eps ?? 1e-8];
  const x = asarray(a, 'cosineSimilarity');
  const y = asarray(b, 'cosineSimilarity');
  const product = sum(mul(x, y), { axis });
  const lengths = mul(sum(square(x), { axis }), sum(square(y), { axis }));
  return div(product, sqrt(maximum(lengths, eps * eps)));
}

type NormOptions = { p?: number; axis?: number; dim?: number; eps?: number };

/**
 * Vectors of length 1 along an axis, the second unless told otherwise (torch.nn.functional.normalize).
 *
 * @example
 * nn.functional.normalize([[3, 4]]).tolist();   // [[0.6, 0.8]]
 */
export function normalize(
  x: ArrayLike,
  order?: Given<number, NormOptions>,
  along?: Given<number, NormOptions>,
): NDArray {
  const {
    p = 2,
    axis,
    dim,
    eps = 1e-12,
  } = parameters<NormOptions>('normalize', ['p', 'axis'], [order, along], ['dim', 'eps']);
  const a = asarray(x, 'normalize');
  const options = { axis: axis ?? dim ?? 1, keepdims: true };
  const lengths = p === 2 ? sqrt(sum(square(a), options)) : pow(sum(pow(abs(a), p), options), 1 / p);
  return div(a, maximum(lengths, eps));
}

/** The p-norm of the differences of vectors, along the last axis (torch.nn.functional.pairwise_distance). */
export function pairwiseDistance(
  a: ArrayLike,
  b: ArrayLike,
  order?: Given<number, { p?: number; eps?: number; keepdims?: boolean }>,
): NDArray {
  const {
    p = 2,
    eps = 1e-6,
    keepdims = false,
  } = parameters<{ p?: number; eps?: number; keepdims?: boolean }>(
    'pairwiseDistance',
    ['p', 'eps', 'keepdims'],
    [order],
  );
  const gap = add(sub(asarray(a, 'pairwiseDistance'), asarray(b, 'pairwiseDistance')), eps);
  return pow(sum(pow(abs(gap), p), { axis: -1, keepdims }), 1 / p);
}

/** 1 - cos where y is 1, max(0, cos - margin) where it is -1 (torch.nn.functional.cosine_embedding_loss). */
export function cosineEmbeddingLoss(
  a: ArrayLike,
  b: ArrayLike,
  target: ArrayLike,
  given: Spelled<LossOptions & { margin?: number }> = {},
): NDArray {
  const options: LossOptions & { margin?: number } = lossOptions('cosineEmbeddingLoss', given);
  const similarity = cosineSimilarity(a, b, { axis: -1, eps: 1e-12 });
  const y = asarray(target, 'cosineEmbeddingLoss');
  return finish(
    where(less(0, y), sub(1, similarity), maximum(0, sub(similarity, options.margin ?? 0))),
    options,
  );
}

/** max(0, d(anchor, positive) - d(anchor, negative) + margin) (torch.nn.functional.triplet_margin_loss). */
export function tripletMarginLoss(
  anchor: ArrayLike,
  positive: ArrayLike,
  negative: ArrayLike,
  given: Spelled<LossOptions & { margin?: number; p?: number; eps?: number }> = {},
): NDArray {
  const options: LossOptions & { margin?: number; p?: number; eps?: number } = lossOptions(
    'tripletMarginLoss',
    given,
  );
  const { margin = 1, p = 2, eps = 1e-6 } = options;
  const [a, good] = lossPair('tripletMarginLoss', anchor, positive);
  const [, bad] = lossPair('tripletMarginLoss', anchor, negative);
  const distance = (b: NDArray): NDArray => pow(sum(pow(abs(add(sub(a, b), eps)), p), { axis: -1 }), 1 / p);
  return finish(maximum(0, add(sub(distance(good), distance(bad)), margin)), options);
}
