// Data sets as PyTorch knows them: something with a length that gives one example at a time, what is made of several
// arrays, and parts of another. The loader that makes batches of them is in loader.ts.

import { asarray } from '../core/create.js';
import { type ArrayLike, NDArray } from '../core/ndarray.js';
import { shapeText } from '../core/shape.js';
import * as random from '../numpy/random/index.js';
import { get } from '../ops/index.js';
import { stack } from '../ops/join.js';

/** Examples by number: `get(i)` gives the parts of one, such as `[image, label]` (torch.utils.data.Dataset). */
export interface Dataset {
  readonly length: number;
  get(index: number): readonly ArrayLike[];
}

/** A data set with the methods that Python looks for. */
export interface PythonDataset {
  __len__(): number;
  __getitem__(index: number): readonly ArrayLike[];
}

/**
 * Arrays that belong together, as a data set: example i is row i of each.
 * @see torch.utils.data.TensorDataset
 * @example
 * const set = new data.TensorDataset(np.zeros([10, 3]), np.arange(10));
 * const [x, y] = set.get(4);
 */
export class TensorDataset<A extends readonly NDArray[] = readonly NDArray[]> implements Dataset {
  readonly arrays: A;

  constructor(...arrays: A) {
    this.arrays = arrays;
    if (arrays.length === 0 || !arrays.every((a) => a instanceof NDArray))
      throw new TypeError(
        'TensorDataset: pass arrays one after the other, e.g. new data.TensorDataset(X, y).',
      );
    if (arrays.some((a) => a.ndim === 0 || a.shape[0] !== arrays[0].shape[0]))
      throw new RangeError(
        `TensorDataset: the arrays must have one number of examples, but their shapes are ${arrays.map((a) => shapeText(a.shape)).join(', ')}.`,
      );
  }

  get length(): number {
    return this.arrays[0].shape[0];
  }

  get(index: number): readonly NDArray[] {
    return this.arrays.map((a) => get(a, [index]));
  }
}

/**
 * Some examples of another data set, by their numbers.
 * @see torch.utils.data.Subset
 */
export class Subset implements Dataset {
  readonly indices: readonly number[];

  constructor(
    readonly dataset: Dataset,
    indices: ArrayLike,
  ) {
    this.indices = Array.from(asarray(indices, 'Subset').ravel().data as Float64Array, Number);
    const wrong = this.indices.find((i) => !Number.isInteger(i) || i < 0 || i >= dataset.length);
    if (wrong !== undefined)
      throw new RangeError(`Subset: there is no example ${wrong} in a data set of ${dataset.length}.`);
  }

  get length(): number {
    return this.indices.length;
  }

  get(index: number): readonly ArrayLike[] {
    return this.dataset.get(this.indices[index]);
  }
}

/**
 * Parts of a data set, drawn at random with np.random: as many examples each as `lengths` says, or shares of it that
 * make 1 together.
 * @see torch.utils.data.random_split
 * @example
 * const set = new data.TensorDataset(np.zeros([10, 3]), np.arange(10));
 * const [train, validation] = data.randomSplit(set, [8, 2]);
 */
export function randomSplit(dataset: Dataset, lengths: readonly number[]): Subset[] {
  const n = dataset.length;
  const total = lengths.reduce((sum, k) => sum + k, 0);
  const shares = lengths.every((k) => k >= 0 && k <= 1) && Math.abs(total - 1) < 1e-9;
  const sizes = shares ? lengths.map((k) => Math.floor(k * n)) : [...lengths];
  // What is left of rounded shares goes to the parts one by one, as PyTorch does it.
  let left = n - sizes.reduce((sum, k) => sum + k, 0);
  for (let i = 0; shares && left > 0; i = (i + 1) % sizes.length, left--) sizes[i]++;
  if (left !== 0 || sizes.some((k) => !Number.isInteger(k) || k < 0))
    throw new RangeError(
      `randomSplit: parts of ${lengths.join(', ')} examples do not make up a data set of ${n}; give numbers that do, or shares such as [0.8, 0.2].`,
    );
  const order = asarray(random.permutation(n) as NDArray);
  return sizes.map((size, i) => {
    const from = sizes.slice(0, i).reduce((sum, k) => sum + k, 0);
    return new Subset(dataset, get(order, [`${from}:${from + size}`]));
  });
}

/** A data set in either spelling, or null. */
export function datasetOf(value: unknown): Dataset | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const given = value as Partial<Dataset & PythonDataset>;
  if (typeof given.get === 'function' && typeof given.length === 'number') return given as Dataset;
  if (typeof given.__getitem__ !== 'function' || typeof given.__len__ !== 'function') return null;
  const own = given as PythonDataset;
  return {
    get length() {
      return own.__len__();
    },
    get: (index) => own.__getitem__(index),
  };
}

/** Examples put on top of each other, part by part. */
export function collate(examples: readonly (readonly ArrayLike[])[]): NDArray[] {
  const [first] = examples;
  if (!Array.isArray(first))
    throw new TypeError(
      'DataLoader: get(i) of the data set must return a list of the parts of an example, e.g. [x, y].',
    );
  return first.map((_, part) =>
    typeof first[part] === 'number' || typeof first[part] === 'bigint'
      ? asarray(examples.map((example) => example[part]))
      : stack(examples.map((example) => asarray(example[part], 'DataLoader'))),
  );
}

/** The arrays that a data set is made of, when it is made of arrays alone. */
export function arraysOf(dataset: Dataset): readonly NDArray[] | null {
  if (dataset instanceof TensorDataset && dataset.get === TensorDataset.prototype.get) return dataset.arrays;
  if (!(dataset instanceof Subset)) return null;
  const at = asarray(BigInt64Array.from(dataset.indices, BigInt));
  return arraysOf(dataset.dataset)?.map((a) => get(a, [at])) ?? null;
}
