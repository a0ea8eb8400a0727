// t-SNE (van der Maaten and Hinton 2008): points in two dimensions whose neighbours are the neighbours in many. Exact,
// all pairs at every step, in native loops; and a measure of how well neighbours were kept.

import * as backend from '../backend/index.js';
import { type ArrayLike, empty, type NDArray } from '../core/ndarray.js';
import { checkOptions, type Spelled } from '../core/options.js';
import { svd } from '../numpy/linalg.js';
import * as random from '../numpy/random/index.js';
import { cdist, nearest } from '../ops/distance.js';
import { add, div, mul, square, sub } from '../ops/elementwise.js';
import { get } from '../ops/index.js';
import { dot } from '../ops/matmul.js';
import { mean, std } from '../ops/reduce.js';
import { copy, transpose } from '../ops/shape.js';
import { examples } from './classifier.js';

export interface TSNEOptions {
  /** Dimensions of the embedding, 1 to 3. Default 2. */
  components?: number;
  /** How many neighbours a point has, roughly. Default 30, at most a third of the points. */
  perplexity?: number;
  /** Steps. Default 750. */
  iterations?: number;
  /** Default: points / 12, at least 50. */
  learningRate?: number;
  /** For the first quarter of the steps attraction counts this much more, so that clusters find together. Default 12. */
  exaggeration?: number;
  /** Where to begin: the first principal components (default), or normal random numbers of np.random. */
  init?: 'pca' | 'random';
}

const TSNE_NAMES = ['components', 'perplexity', 'iterations', 'learningRate', 'exaggeration', 'init'];

/** An embedding, and how it came about. */
export interface TSNEResult {
  /** (N, components) float64. */
  embedding: NDArray<'float64'>;
  /** The Kullback-Leibler divergence of the two neighbourhoods, every 25 steps; without exaggeration in all of them. */
  divergences: { iteration: number; value: number }[];
  /** The symmetric affinities of the data, (N, N), sum 1. */
  affinities: NDArray<'float64'>;
}

/** Where to begin: the first principal components of the data, the first with a standard deviation of 1e-4. */
function pca(X: NDArray, components: number): NDArray {
  const centred = sub(X.astype('float64'), mean(X.astype('float64'), { axis: 0 }));
  const [n, d] = centred.shape;
  // The eigenvectors of the smaller of the two products.
  let scores: NDArray;
  if (d <= n) {
    const [U] = svd(dot(transpose(centred), centred));
    scores = dot(centred, get(U, [':', `:${components}`]));
  } else {
    const [U, S] = svd(dot(centred, transpose(centred)));
    scores = mul(get(U, [':', `:${components}`]), get(S, [`:${components}`]).pow(0.5));
  }
  const spread = Number(std(get(scores, [':', 0])).item());
  return mul(div(scores, spread > 0 ? spread : 1), 1e-4);
}

/**
 * Lays points out in a plane, near ones near each other. Only neighbourhoods have a meaning, not distances between
 * clusters, and axes have no unit.
 *
 * @param X (N, D); cost grows with N squared, and a few thousand points take seconds
 * @example
 * np.random.seed(0);
 * const { embedding } = learn.tsne(np.random.randn(30, 5), { perplexity: 5, iterations: 50 });
 * embedding.shape;   // [30, 2]
 * @see sklearn.manifold.TSNE
 */
export function tsne(X: ArrayLike, given: Spelled<TSNEOptions> = {}): TSNEResult {
  const options: TSNEOptions = checkOptions('tsne', given, TSNE_NAMES);
  const rows = examples('tsne', X);
  const n = rows.shape[0];
  if (n < 4) throw new RangeError(`tsne: ${n} points are too few to have neighbourhoods; give at least 4.`);
  const { components = 2, perplexity = Math.min(30, (n - 1) / 3), iterations = 750 } = options;
  const { exaggeration = 12, init = 'pca', learningRate = Math.max(50, n / 12) } = options;
  if (!(perplexity > 0) || perplexity > (n - 1) / 3)
    throw new RangeError(
      `tsne: a perplexity of ${perplexity} for ${n} points; it lies above 0 and is at most ${((n - 1) / 3).toFixed(1)}, a third of them.`,
    );
  if (components !== 1 && components !== 2 && components !== 3)
    throw new RangeError(`tsne: components must be 1, 2 or 3, not ${components}.`);
  if (!Number.isInteger(iterations) || iterations < 1)
    throw new RangeError(`tsne: iterations must be a whole number of at least 1, not ${iterations}.`);
  if (init !== 'pca' && init !== 'random')
    throw new TypeError(`tsne: init is 'pca' or 'random', not '${String(init)}'.`);

  const squares = square(cdist(rows.astype('float64'), rows.astype('float64')));
  const conditional = empty([n, n], 'float64');
  backend.tsneAffinities(conditional, squares, Math.log(perplexity));
  const P = copy(div(add(conditional, transpose(conditional)), 2 * n));

  // Coordinates one after the other: (components, n).
  const start = init === 'pca' ? pca(rows, components) : (mul(random.randn(n, components), 1e-4) as NDArray);
  const Y = copy(transpose(start));
  const gradient = empty([components, n], 'float64');
  const y = Y.raw() as Float64Array;
  const g = gradient.raw() as Float64Array;
  const velocity = new Float64Array(y.length);
  const gains = new Float64Array(y.length).fill(1);
  const early = exaggeration === 1 ? 0 : Math.floor(iterations / 4);
  const divergences: TSNEResult['divergences'] = [];
  for (let t = 0; t < iterations; t++) {
    const weights = backend.tsneForces(gradient, P, Y, t < early ? exaggeration : 1);
    if (t % 25 === 0)
      divergences.push({ iteration: t, value: backend.tsneDivergence(P, Y) + Math.log(weights) });
    const momentum = t < early ? 0.5 : 0.8;
    for (let i = 0; i < y.length; i++) {
      // Steps that keep their direction grow, those that turn shrink.
      gains[i] = Math.max(0.01, Math.sign(g[i]) === Math.sign(velocity[i]) ? gains[i] * 0.8 : gains[i] + 0.2);
      velocity[i] = momentum * velocity[i] - learningRate * gains[i] * g[i];
      y[i] += velocity[i];
    }
    for (let c = 0; c < components; c++) {
      let centre = 0;
      for (let i = c * n; i < (c + 1) * n; i++) centre += y[i] / n;
      for (let i = c * n; i < (c + 1) * n; i++) y[i] -= centre;
    }
  }
  const weights = backend.tsneForces(gradient, P, Y, 1);
  divergences.push({ iteration: iterations, value: backend.tsneDivergence(P, Y) + Math.log(weights) });
  return {
    embedding: copy(transpose(Y)) as NDArray<'float64'>,
    divergences,
    affinities: P as NDArray<'float64'>,
  };
}

/**
 * Share of each point's k nearest neighbours in X that are among its k nearest in the embedding, on average: 1 when all
 * neighbourhoods are kept, about k / N for a random layout.
 *
 * @example learn.neighborPreservation(X, X, 2);   // 1
 */
export function neighborPreservation(X: ArrayLike, embedding: ArrayLike, k = 10): number {
  const a = examples('neighborPreservation', X);
  const b = examples('neighborPreservation', embedding);
  if (a.shape[0] !== b.shape[0])
    throw new RangeError(
      `neighborPreservation: ${a.shape[0]} points and an embedding of ${b.shape[0]}; rows belong together.`,
    );
  const n = a.shape[0];
  if (!Number.isInteger(k) || k < 1 || k > n - 1)
    throw new RangeError(
      `neighborPreservation: k=${k}, but every point has ${n - 1} others; take 1 to ${n - 1}.`,
    );
  const others = (points: NDArray): Set<number>[] => {
    const { indices } = nearest(points, points, { k: k + 1 });
    const flat = Array.from(indices.data as BigInt64Array, Number);
    return Array.from({ length: n }, (_, i) => {
      const row = flat.slice(i * (k + 1), (i + 1) * (k + 1)).filter((j) => j !== i);
      return new Set(row.slice(0, k));
    });
  };
  const [before, after] = [others(a), others(b)];
  let kept = 0;
  before.forEach((near, i) => {
    for (const j of near) if (after[i].has(j)) kept++;
  });
  return kept / (n * k);
}
