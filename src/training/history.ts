// What a monitor measures while a model trains, by epoch: losses, accuracies, update ratios, gradient norms, and of the
// layers' outputs and their gradients: histograms, dead units.

import { asarray } from '../core/create.js';
import type { NDArray } from '../core/ndarray.js';
import { noGrad } from '../core/node.js';
import { histogram } from '../numpy/histograms.js';
import { abs, equal, mul, sub } from '../ops/elementwise.js';
import { max, mean, min, sum } from '../ops/reduce.js';
import { reshape } from '../ops/shape.js';

/** A line of a chart: x in epochs. */
export interface Line {
  x: number[];
  y: number[];
}

/** How often the values of an array fall into each of the bins between `edges`. */
export interface Histogram {
  edges: number[];
  counts: number[];
}

/** Everything measured so far. */
export interface History {
  loss: Line;
  train: Line;
  validation: Line;
  /** Size of the update over size of the weights, by parameter. */
  ratio: Record<string, Line>;
  /** Norm of the gradient, by parameter. */
  gradient: Record<string, Line>;
  /** Share of units that are zero for the whole batch, by layer. */
  dead: Record<string, Line>;
  /** The latest outputs of each layer, and the gradients that came back to them. */
  activations: Record<string, Histogram>;
  gradients: Record<string, Histogram>;
}

export const emptyHistory = (): History => ({
  loss: { x: [], y: [] },
  train: { x: [], y: [] },
  validation: { x: [], y: [] },
  ratio: {},
  gradient: {},
  dead: {},
  activations: {},
  gradients: {},
});

/** Adds a point to the line of a name. */
export function push(lines: Record<string, Line>, name: string, x: number, y: number): void {
  lines[name] ??= { x: [], y: [] };
  lines[name].x.push(x);
  lines[name].y.push(y);
}

/** The Euclidean norm of all elements (numpy.linalg.norm of `ravel()`), safe from overflow. */
export function norm(a: NDArray): number {
  return noGrad(() => {
    const flat = a.detach();
    if (flat.size === 0) return 0;
    const largest = Number(max(abs(flat)).item());
    if (largest === 0 || !Number.isFinite(largest)) return largest;
    const scaled = flat.astype('float64').div(largest);
    return largest * Math.sqrt(Number(sum(mul(scaled, scaled)).item()));
  });
}

/**
 * The size of an update beside the size of the weights, about 1e-3 when the learning rate is right: the norm of
 * `after - before` over that of `before`.
 *
 * @example
 * const W = np.ones([10, 5]), before = W.copy();
 * W.isub(W.mul(2 ** -10));
 * training.updateRatio(before, W);   // 0.0009765625
 */
export function updateRatio(before: NDArray, after: NDArray): number {
  const size = norm(before);
  const update = noGrad(() => norm(sub(after.detach(), before.detach())));
  return size === 0 ? (update === 0 ? 0 : Infinity) : update / size;
}

/** The histogram of an array's finite values; null when it has none. */
export function histogramOf(a: NDArray, bins = 40): Histogram | null {
  return noGrad(() => {
    const flat = reshape(a.detach(), [a.size]).astype('float64');
    if (flat.size === 0) return null;
    const [low, high] = [Number(min(flat).item()), Number(max(flat).item())];
    if (!Number.isFinite(low) || !Number.isFinite(high)) return null;
    const [counts, edges] = histogram(flat, bins);
    const list = (v: NDArray): number[] => Array.from(v.data as Float64Array, Number);
    return { counts: list(counts), edges: list(edges) };
  });
}

/** Share of units that are zero for every example of a batch: (N, D) has D units, (N, C, H, W) has C. */
export function deadFraction(output: NDArray): number {
  return noGrad(() => {
    const axis = output.shape.map((_, d) => d).filter((d) => d !== 1);
    const zero = equal(output.detach(), 0);
    return Number(mean(min(zero.astype('float64'), { axis })).item());
  });
}

/** Elements of an array that outlive every scope. */
export const kept = (a: NDArray): NDArray => reshape(asarray(a.detach().data as Float64Array), a.shape);
