// Nearest neighbours: the label of the closest training example, or the vote of the k closest.

import { asarray } from '../core/create.js';
import type { ArrayLike, NDArray } from '../core/ndarray.js';
import { checkOptions } from '../core/options.js';
import { arange } from '../numpy/grid.js';
import { bincount } from '../numpy/histograms.js';
import { type Neighbors, nearest } from '../ops/distance.js';
import { add, equal, less, mul } from '../ops/elementwise.js';
import { get } from '../ops/index.js';
import { argmax, max, sum } from '../ops/reduce.js';
import { reshape } from '../ops/shape.js';
import { where } from '../ops/where.js';
import { Classifier } from './classifier.js';

export interface NearestNeighborOptions {
  /** Order of the norm: 1 sums absolute differences, 2 (default) is Euclidean, Infinity takes the largest. */
  p?: number;
}

function checkOrder(caller: string, p: number): number {
  if (!(p > 0))
    throw new RangeError(
      `${caller}: p=${p} is the order of no norm; take 1 (absolute differences), 2 (Euclidean) or Infinity.`,
    );
  return p;
}

/**
 * Remembers the training data and answers with the label of the nearest example; of equally near ones, the first.
 * Training costs nothing, prediction one distance to every example remembered. Images may stay bytes: they are compared
 * exactly, without wrapping around.
 *
 * @example
 * const model = new learn.NearestNeighbor({ p: 1 }).train([[0, 0], [9, 9]], [0, 1]);
 * model.predict([[1, 2], [8, 5]]);   // array([0., 1.])
 * @see sklearn.neighbors.KNeighborsClassifier
 */
export class NearestNeighbor extends Classifier {
  /** The training examples (N, D). */
  Xtr!: NDArray;
  /** Places of their labels in `classes`. */
  protected codes!: NDArray<'int64'>;
  readonly p: number;

  constructor(options: NearestNeighborOptions = {}) {
    super();
    checkOptions(this.constructor.name, options, ['p', 'k', 'ties']);
    this.p = checkOrder(this.constructor.name, options.p ?? 2);
  }

  protected learn(X: NDArray, codes: NDArray<'int64'>): void {
    this.Xtr = X;
    this.codes = codes;
  }

  /** The k training examples nearest to each row of X: `indices` and `distances`, (M, k), nearest first. */
  neighbors(X: ArrayLike, options: { k?: number } = {}): Neighbors {
    checkOptions('neighbors', options, ['k']);
    const k = this.checkK('neighbors', options.k ?? 1);
    return nearest(this.ready('neighbors', X), this.Xtr, { k, p: this.p });
  }

  protected checkK(method: string, k: number): number {
    if (!Number.isInteger(k) || k < 1 || (this.features > 0 && k > this.Xtr.shape[0]))
      throw new RangeError(
        `${this.constructor.name}.${method}: k=${k}, but it is a whole number from 1 to the number of training examples${this.features > 0 ? `, ${this.Xtr.shape[0]}` : ''}.`,
      );
    return k;
  }

  protected decide(X: NDArray): NDArray {
    return get(this.codes, [reshape(nearest(X, this.Xtr, { k: 1, p: this.p }).indices, -1)]);
  }
}

export interface VoteOptions {
  /** How many neighbours vote. Default: the classifier's. */
  k?: number;
}

/** The outcome of a vote for each row. */
export interface Votes {
  /** Labels: the class with most votes; at a tie, as the classifier's `ties` says. */
  labels: NDArray;
  /** Whether another class had as many votes. */
  tied: NDArray<'bool'>;
  /** Votes of each class, (M, K). */
  counts: NDArray<'int64'>;
}

export interface KNearestNeighborOptions extends NearestNeighborOptions {
  /** How many neighbours vote. Default 5. */
  k?: number;
  /** Who wins a tied vote: the smallest label (default), or the tied class that has the nearest example. */
  ties?: 'smallest' | 'nearest';
}

/**
 * The k nearest training examples vote on the label.
 *
 * @example
 * const knn = new learn.KNearestNeighbor({ k: 3 }).train([[0], [1], [2], [9]], [0, 0, 1, 1]);
 * knn.predict([[1.2], [7]]);             // array([0., 1.])
 * knn.predict([[1.2], [7]], { k: 1 });   // array([0., 1.])
 * knn.vote([[1.6]], { k: 2 }).tied;      // array([ True])
 * @see sklearn.neighbors.KNeighborsClassifier
 */
export class KNearestNeighbor extends NearestNeighbor {
  readonly k: number;
  readonly ties: 'smallest' | 'nearest';

  constructor(options: KNearestNeighborOptions = {}) {
    super(options);
    this.k = options.k ?? 5;
    this.ties = options.ties ?? 'smallest';
    if (!Number.isInteger(this.k) || this.k < 1)
      throw new RangeError(`KNearestNeighbor: k must be a whole number of at least 1, not ${this.k}.`);
    if (this.ties !== 'smallest' && this.ties !== 'nearest')
      throw new TypeError(`KNearestNeighbor: ties is 'smallest' or 'nearest', not '${String(this.ties)}'.`);
  }

  /** Labels of rows, with the classifier's k or another. */
  override predict(X: ArrayLike, options: VoteOptions = {}): NDArray {
    return this.vote(X, options).labels;
  }

  /** Labels, and whether the vote was tied: draw such places in a colour of their own. */
  vote(X: ArrayLike, options: VoteOptions = {}): Votes {
    const k = this.checkK('vote', options.k ?? this.k);
    const { codes, tied, counts } = this.ballot(this.ready('vote', X), k);
    return { labels: get(this.classes, [codes]), tied, counts };
  }

  protected override decide(X: NDArray): NDArray {
    return this.ballot(X, this.checkK('predict', this.k)).codes;
  }

  private ballot(X: NDArray, k: number): { codes: NDArray; tied: NDArray<'bool'>; counts: NDArray<'int64'> } {
    const found = nearest(X, this.Xtr, { k, p: this.p });
    const m = X.shape[0];
    const K = this.classes.shape[0];
    const voted = get(this.codes, [found.indices]);
    const ballots = add(mul(reshape(arange(m), [-1, 1]), asarray(BigInt(K))), voted);
    const counts = reshape(bincount(reshape(ballots, -1), { minlength: m * K }), [m, K]);
    const most = max(counts, { axis: 1, keepdims: true });
    const winners = equal(counts, most);
    const tied = less(1, sum(winners, { axis: 1 })) as NDArray<'bool'>;
    let codes = argmax(counts, { axis: 1 });
    if (this.ties === 'nearest') {
      // The first neighbour whose class is among the winners.
      const among = get(winners, [reshape(arange(m), [-1, 1]), voted]);
      const first = argmax(where(among, 1, 0), { axis: 1 });
      codes = get(voted, [arange(m), first]) as NDArray<'int64'>;
    }
    return { codes, tied, counts: counts as NDArray<'int64'> };
  }
}
