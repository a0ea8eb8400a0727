// Mini-batches: examples in a new order every epoch, gathered batch by batch, transformed when asked.

import { asarray } from '../core/create.js';
import type { NDArray } from '../core/ndarray.js';
import { shapeText } from '../core/shape.js';
import { arange } from '../numpy/grid.js';
import type { Generator as RandomGenerator } from '../numpy/random/index.js';
import * as random from '../numpy/random/index.js';
import { get } from '../ops/index.js';

export interface LoaderOptions<B extends readonly unknown[]> {
  /** Examples of a batch; 32 unless given. */
  batchSize?: number;
  /** A new random order every epoch. */
  shuffle?: boolean;
  /** Leave out a last batch that is smaller than the others. */
  dropLast?: boolean;
  /** What becomes of a batch before it is handed out, e.g. augmentation and normalisation. */
  transform?: (...batch: NDArray[]) => B;
  /** Where the order is drawn from; np.random unless given. */
  generator?: RandomGenerator;
}

/**
 * Batches of arrays that belong together, along their first axis. Iterating it is one epoch
 * (torch.utils.data.DataLoader).
 *
 * @example
 * const loader = new data.DataLoader([X, y], { batchSize: 64, shuffle: true });
 * for (const [xb, yb] of loader) nn.crossEntropy(np.dot(xb, W), yb);
 */
export class DataLoader<A extends readonly NDArray[], B extends readonly unknown[] = A> {
  readonly n: number;
  readonly batchSize: number;
  /** Epochs begun so far. */
  epoch = 0;

  constructor(
    readonly arrays: A,
    readonly options: LoaderOptions<B> = {},
  ) {
    if (!Array.isArray(arrays) || arrays.length === 0)
      throw new TypeError('DataLoader: pass a list of arrays, e.g. [X, y].');
    this.n = arrays[0].shape[0];
    if (arrays.some((a) => a.ndim === 0 || a.shape[0] !== this.n)) {
      throw new RangeError(
        `DataLoader: the arrays must have one number of examples, but their shapes are ${arrays.map((a) => shapeText(a.shape)).join(', ')}.`,
      );
    }
    this.batchSize = options.batchSize ?? 32;
    if (!Number.isInteger(this.batchSize) || this.batchSize < 1)
      throw new RangeError(
        `DataLoader: batchSize must be a whole number of at least 1, not ${this.batchSize}.`,
      );
  }

  /** Batches of an epoch. */
  get length(): number {
    return this.options.dropLast ? Math.floor(this.n / this.batchSize) : Math.ceil(this.n / this.batchSize);
  }

  /** The order of the examples of an epoch. */
  private order(): NDArray {
    const { shuffle, generator } = this.options;
    if (!shuffle) return arange(this.n);
    return asarray((generator ?? random).permutation(this.n) as NDArray);
  }

  *[Symbol.iterator](): Generator<B> {
    this.epoch++;
    const { shuffle, transform } = this.options;
    const order = this.order();
    for (let i = 0; i < this.length; i++) {
      const rows = `${i * this.batchSize}:${Math.min((i + 1) * this.batchSize, this.n)}`;
      // In order, a batch is a view; shuffled, its rows are gathered.
      const at = shuffle ? get(order, [rows]) : rows;
      const batch = this.arrays.map((a) => get(a, [at]));
      yield transform === undefined ? (batch as unknown as B) : transform(...batch);
    }
  }
}
