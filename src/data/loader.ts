// Mini-batches: examples in a new order every epoch, gathered batch by batch, transformed when asked, here or in workers.

import { asarray } from '../core/create.js';
import type { NDArray } from '../core/ndarray.js';
import { noGrad } from '../core/node.js';
import { checkOptions, type Spelled } from '../core/options.js';
import { shapeText } from '../core/shape.js';
import { arange } from '../numpy/grid.js';
import type { Generator as RandomGenerator } from '../numpy/random/index.js';
import * as random from '../numpy/random/index.js';
import { get } from '../ops/index.js';
import { arraysOf, collate, type Dataset, datasetOf, type PythonDataset, TensorDataset } from './dataset.js';
import { Transform } from './transforms/index.js';
import { WorkerPool } from './workers.js';

interface BaseLoaderOptions {
  /** Examples of a batch; 32 unless given. */
  batchSize?: number;
  /** A new random order every epoch. */
  shuffle?: boolean;
  /** Leave out a last batch that is smaller than the others. */
  dropLast?: boolean;
  /** Where the order and the seeds of transforms are drawn from; np.random unless given. */
  generator?: RandomGenerator;
  /** Threads that gather and transform batches ahead of the loop; 0 unless given: the loop itself does. */
  workers?: number;
  /** Batches that each worker may be ahead; 2 unless given. */
  prefetch?: number;
  /** Seconds to wait for a batch before giving up; 120 unless given, 0 for ever. */
  timeout?: number;
}

export interface LoaderOptions<B extends readonly unknown[]> extends BaseLoaderOptions {
  /** What becomes of a batch before it is handed out, e.g. augmentation and normalisation. */
  transform?: (...batch: NDArray[]) => B;
}

export interface ImageLoaderOptions extends BaseLoaderOptions {
  /** Applied to the first array, the images. */
  transform?: Transform;
}

/** What a loader does to its batches. */
type Change = Transform | ((...batch: NDArray[]) => readonly unknown[]) | undefined;

/**
 * A batch after the transform, whose random numbers belong to the seed, whichever thread runs it: np.random's stream is
 * set aside meanwhile.
 */
export function runBatch(change: Change, seed: readonly number[], batch: NDArray[]): readonly unknown[] {
  if (change === undefined) return batch;
  const before = random.getState();
  random.seed(seed);
  try {
    return noGrad(() =>
      change instanceof Transform ? [change(batch[0]), ...batch.slice(1)] : change(...batch),
    );
  } finally {
    random.setState(before);
  }
}

// A loader that nobody holds any more takes its threads along.
const orphans = new FinalizationRegistry<WorkerPool>((pool) => pool.close());

/**
 * Batches of arrays that belong together, along their first axis. Iterating it is one epoch
 * (torch.utils.data.DataLoader). With `workers` batches are made ahead by other threads; they are the same, in the
 * same order, as without.
 *
 * @example
 * const loader = new data.DataLoader([X, y], { batchSize: 64, shuffle: true });
 * for (const [xb, yb] of loader) nn.crossEntropy(np.dot(xb, W), yb);
 * @param from a list of arrays, or a data set: an object with `length` and `get(i)`, which returns `[x, y]`
 */
export class DataLoader<A extends readonly NDArray[], B extends readonly unknown[] = A> {
  readonly n: number;
  /** The arrays, or null where examples come one by one. */
  readonly arrays: A | null;
  /** What the batches are made of. */
  readonly dataset: Dataset;
  readonly batchSize: number;
  readonly options: LoaderOptions<B> | ImageLoaderOptions;
  /** Epochs begun so far. */
  epoch = 0;
  private pool: WorkerPool | null = null;

  constructor(arrays: A, options?: Spelled<ImageLoaderOptions>);
  constructor(arrays: A, options?: Spelled<LoaderOptions<B>>);
  constructor(dataset: TensorDataset<A>, options?: Spelled<LoaderOptions<B>>);
  constructor(dataset: Dataset | PythonDataset, options?: Spelled<LoaderOptions<B>>);
  constructor(
    from: A | Dataset | PythonDataset,
    given: Spelled<LoaderOptions<B>> | Spelled<ImageLoaderOptions> = {},
  ) {
    const options = checkOptions('DataLoader', given, [
      ...['batchSize', 'shuffle', 'dropLast', 'transform', 'generator', 'workers', 'prefetch', 'timeout'],
    ]);
    this.options = options;
    const dataset = datasetOf(from);
    if (dataset === null && (!Array.isArray(from) || from.length === 0))
      throw new TypeError(
        'DataLoader: pass a list of arrays, e.g. [X, y], or a data set with length and get(i).',
      );
    this.arrays = dataset === null ? (from as A) : (arraysOf(dataset) as A | null);
    const { arrays } = this;
    if (arrays?.some((a) => a.ndim === 0 || a.shape[0] !== arrays[0].shape[0])) {
      throw new RangeError(
        `DataLoader: the arrays must have one number of examples, but their shapes are ${arrays.map((a) => shapeText(a.shape)).join(', ')}.`,
      );
    }
    this.dataset = dataset ?? new TensorDataset(...arrays!);
    this.n = this.dataset.length;
    if (arrays === null && (options.workers ?? 0) > 0)
      throw new TypeError(
        'DataLoader: workers make batches of arrays; a data set with a get(i) of its own is read by the loop itself. Leave workers out, or pass arrays.',
      );
    this.batchSize = options.batchSize ?? 32;
    for (const [name, value, least] of [
      ['batchSize', this.batchSize, 1],
      ['workers', options.workers ?? 0, 0],
      ['prefetch', options.prefetch ?? 2, 1],
    ] as const) {
      if (!Number.isInteger(value) || value < least)
        throw new RangeError(
          `DataLoader: ${name} must be a whole number of at least ${least}, not ${value}.`,
        );
    }
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
    const { shuffle, transform, generator, workers = 0 } = this.options;
    const order = this.order();
    // One number for the epoch, from which each batch's seed follows.
    const base = transform === undefined ? 0 : Math.floor(Number((generator ?? random).uniform(0, 2 ** 32)));
    const bounds = (i: number): [number, number] => [
      i * this.batchSize,
      Math.min((i + 1) * this.batchSize, this.n),
    ];
    if (workers > 0) {
      yield* this.ahead(workers, Float64Array.from(order.data as BigInt64Array, Number), base, bounds);
      return;
    }
    for (let i = 0; i < this.length; i++) {
      const rows = bounds(i).join(':');
      // In order, a batch is a view; shuffled, its rows are gathered.
      const at = shuffle ? get(order, [rows]) : rows;
      const batch =
        this.arrays?.map((a) => get(a, [at])) ??
        collate(Array.from(get(order, [rows]).data as BigInt64Array, (n) => this.dataset.get(Number(n))));
      yield runBatch(transform as Change, [base, i], batch) as unknown as B;
    }
  }

  /** `DataLoader(20 examples in 3 batches of 8, shuffled)`. */
  toString(): string {
    const { length, n, batchSize, options } = this;
    return `DataLoader(${n} examples in ${length} ${length === 1 ? 'batch' : 'batches'} of ${batchSize}${options.shuffle ? ', shuffled' : ''})`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  /** Batches with their numbers: `for (const [i, [xb, yb]] of loader.entries())`. */
  *entries(): Generator<[number, B]> {
    let i = 0;
    for (const batch of this) yield [i++, batch];
  }

  /** The same batches, made by workers. */
  private *ahead(
    workers: number,
    order: Float64Array,
    base: number,
    bounds: (i: number) => [number, number],
  ): Generator<B> {
    const { transform, prefetch = 2, timeout = 120 } = this.options;
    if (this.pool === null) {
      this.pool = new WorkerPool(workers, this.arrays!, transform, timeout);
      orphans.register(this, this.pool, this);
    }
    const tasks = Array.from({ length: this.length }, (_, index) => ({
      index,
      rows: order.slice(...bounds(index)),
      seed: [base, index],
    }));
    yield* this.pool.batches(tasks, prefetch) as Generator<unknown> as Generator<B>;
  }

  /** Ends the workers; the next epoch starts new ones, which read the arrays again. */
  close(): void {
    if (this.pool === null) return;
    orphans.unregister(this);
    this.pool.close();
    this.pool = null;
  }
}
