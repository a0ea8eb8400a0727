// Normalisation of channels and the softmax loss: one native pass forwards and one backwards. Where the walk back is
// itself recorded, the gradients are written in operations, so derivatives of every order exist.

import * as backend from '../backend/index.js';
import { asarray } from '../core/create.js';
import { empty, type NDArray } from '../core/ndarray.js';
import { tape } from '../core/node.js';
import { add, div, equal, mul, sqrt, square, sub } from './elementwise.js';
import { mean as meanOf, sum } from './reduce.js';
import { register, track, tracking, trackJointly } from './registry.js';
import { ascontiguousarray, astype, reshape } from './shape.js';
import { softmax } from './softmax.js';

/** Mean and variance of each channel: those of the input, or `given` ones that no gradient flows to. */
export interface Statistics {
  mean: NDArray;
  variance: NDArray;
  given: boolean;
}

/**
 * (x - mean) / sqrt(variance + eps) * weight + bias, where x is seen as (examples, channels, elements).
 *
 * @param shape how x is seen
 * @param weight,bias (channels), or null
 * @param given statistics to use; null for those of x, which are returned
 */
export function normalize(
  x: NDArray,
  shape: backend.Channels,
  eps: number,
  weight: NDArray | null,
  bias: NDArray | null,
  given: { mean: NDArray; variance: NDArray } | null,
): { out: NDArray; statistics: Statistics } {
  const flat = (a: NDArray | null): NDArray | null => (a === null ? null : ascontiguousarray(a.detach()));
  const channels = shape[1];
  const statistics: Statistics =
    given === null
      ? { mean: empty([channels], x.dtype), variance: empty([channels], x.dtype), given: false }
      : { mean: flat(given.mean)!, variance: flat(given.variance)!, given: true };
  const out = empty(x.shape, x.dtype);
  const a = flat(x)!;
  const w = flat(weight);
  backend.normalize(out, a, w, flat(bias), statistics, shape, eps);
  const rule = (g: NDArray): NDArray[] => {
    if (tape.recording) return recordedGradient(g, x, shape, eps, weight, statistics);
    const dx = empty(x.shape, x.dtype);
    const dweight = empty([channels], x.dtype);
    const dbias = empty([channels], x.dtype);
    backend.normalizeGrad(dx, dweight, dbias, a, ascontiguousarray(g), w, statistics, shape, eps);
    return weight === null ? [dx, dbias] : [dx, dweight, dbias];
  };
  const operands = [x, weight, bias].filter((p) => p !== null);
  const { mean, variance } = given ?? statistics;
  const saved = [...operands, mean, variance];
  return { out: trackJointly('batchNorm', out, operands, rule, saved), statistics };
}
register('batchNorm', true);

/** The same gradients in operations, in the order of x, weight and bias. */
export function recordedGradient(
  g: NDArray,
  x: NDArray,
  shape: backend.Channels,
  eps: number,
  weight: NDArray | null,
  statistics: Statistics,
): NDArray[] {
  const axis = [0, 2];
  const seen = (a: NDArray): NDArray => reshape(a, [...shape]);
  const column = (a: NDArray): NDArray => reshape(a, [1, -1, 1]);
  const keep = { axis, keepdims: true };
  const h = seen(g);
  const m = statistics.given ? column(statistics.mean) : meanOf(seen(x), keep);
  const centred = sub(seen(x), m);
  const variance = statistics.given ? column(statistics.variance) : meanOf(square(centred), keep);
  const spread = sqrt(add(variance, eps));
  const unit = div(centred, spread);
  const stretched = weight === null ? h : mul(h, column(weight));
  const inner = statistics.given
    ? stretched
    : sub(sub(stretched, meanOf(stretched, keep)), mul(unit, meanOf(mul(stretched, unit), keep)));
  const dx = reshape(div(inner, spread), x.shape as number[]);
  const dbias = sum(h, { axis });
  return weight === null ? [dx, dbias] : [dx, sum(mul(h, unit), { axis }), dbias];
}

/**
 * Minus the logarithm of the softmax of each row at its label; their sum or mean as one operation with it.
 *
 * @param scores (N, K), float64 or float32
 * @param labels N whole numbers below K, of any real dtype
 * @returns (N), or one number
 * @throws RangeError for a label that is no class, naming its example
 */
export function crossEntropyOfRows(
  scores: NDArray,
  labels: NDArray,
  reduction: 'mean' | 'sum' | 'none' = 'none',
): NDArray {
  const [n, k] = scores.shape;
  const rows = scores.stridesEl[1] === 1 || k === 1 ? scores.detach() : ascontiguousarray(scores.detach());
  const losses = empty([n], scores.dtype);
  const gradient = tracking(scores) ? empty([n, k], scores.dtype) : null;
  backend.crossEntropy(losses, gradient, rows, labels);
  const total = reduction === 'none' ? losses : sum(losses);
  const out = reduction === 'mean' ? div(total, n) : total;
  const rule = (g: NDArray): NDArray => {
    const share = reduction === 'none' ? reshape(g, [-1, 1]) : reduction === 'mean' ? div(g, n) : g;
    if (!tape.recording) return mul(gradient!, share);
    const classes = asarray(Array.from({ length: k }, (_, i) => i));
    const right = astype(equal(classes, reshape(labels, [-1, 1])), scores.dtype);
    return mul(sub(softmax(scores, { axis: 1 }), right), share);
  };
  return track('crossEntropy', out, [scores], [rule], [scores, gradient]);
}
register('crossEntropy', true);
