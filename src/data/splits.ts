// Splitting data into training, validation and test parts, folds for cross-validation, and labels as vectors.

import { asarray } from '../core/create.js';
import type { ArrayLike, NDArray } from '../core/ndarray.js';
import { shapeText } from '../core/shape.js';
import { zeros } from '../numpy/creation.js';
import { arange } from '../numpy/grid.js';
import * as random from '../numpy/random/index.js';
import { get, set } from '../ops/index.js';
import { concatenate } from '../ops/join.js';

export interface SplitOptions {
  /** Examples (a whole number) or share (below 1) of the validation part. */
  validation?: number;
  /** The same of the test part. */
  test?: number;
  /** Draw the parts at random with np.random; otherwise they are the first examples, then the next. */
  shuffle?: boolean;
}

/** Indices of the three parts: disjoint, and all together every example once. */
export interface Split {
  train: NDArray;
  validation: NDArray;
  test: NDArray;
}

function part(caller: string, name: string, n: number, given: number): number {
  const size = given < 1 ? Math.round(given * n) : given;
  if (!Number.isInteger(size) || size < 0)
    throw new RangeError(
      `${caller}: ${name} must be a whole number of examples or a share below 1, not ${given}.`,
    );
  return size;
}

const order = (n: number, shuffle: boolean): NDArray =>
  shuffle ? asarray(random.permutation(n)) : arange(n);

/**
 * Index arrays of a training, a validation and a test part of `n` examples: the validation part comes first, then the
 * test part.
 *
 * @example
 * const { train, validation } = data.split(6, { validation: 2 });
 * const Xval = X.at(validation);
 */
export function split(n: number, options: SplitOptions = {}): Split {
  const { shuffle = false } = options;
  const validation = part('split', 'validation', n, options.validation ?? 0);
  const test = part('split', 'test', n, options.test ?? 0);
  if (validation + test > n)
    throw new RangeError(`split: ${validation} and ${test} examples cannot be taken from ${n}.`);
  const all = order(n, shuffle);
  return {
    validation: get(all, [`:${validation}`]),
    test: get(all, [`${validation}:${validation + test}`]),
    train: get(all, [`${validation + test}:`]),
  };
}

/** Indices of one round of cross-validation. */
export interface Fold {
  train: NDArray;
  validation: NDArray;
}

/**
 * The rounds of k-fold cross-validation: every example is in the validation part of exactly one, and the parts differ
 * in size by at most one (sklearn.model_selection.KFold).
 */
export function kFold(n: number, k: number, options: { shuffle?: boolean } = {}): Fold[] {
  if (!Number.isInteger(k) || k < 2 || k > n)
    throw new RangeError(`kFold: ${n} examples cannot be divided into ${k} folds; k must be 2 to ${n}.`);
  const all = order(n, options.shuffle ?? false);
  const bounds = Array.from({ length: k + 1 }, (_, i) => i * Math.floor(n / k) + Math.min(i, n % k));
  return Array.from({ length: k }, (_, i) => ({
    validation: get(all, [`${bounds[i]}:${bounds[i + 1]}`]),
    train: concatenate([get(all, [`:${bounds[i]}`]), get(all, [`${bounds[i + 1]}:`])]),
  }));
}

/**
 * Rows of zeros with a one at the label: labels of any shape give (..., classes) (torch.nn.functional.one_hot, as
 * floating point numbers).
 */
export function oneHot(
  labels: ArrayLike,
  classes?: number,
  options: { dtype?: 'float64' | 'float32' } = {},
): NDArray {
  const y = asarray(labels, 'oneHot');
  const values = Array.from(y.ravel().data as Float64Array, Number);
  const wrong = values.find((v) => !Number.isInteger(v) || v < 0 || (classes !== undefined && v >= classes));
  if (wrong !== undefined) {
    throw new RangeError(
      `oneHot: label ${wrong} is no class; labels are whole numbers from 0${classes === undefined ? '' : ` to ${classes - 1}`}.`,
    );
  }
  const k = classes ?? values.reduce((top, v) => Math.max(top, v), -1) + 1;
  const out = zeros([values.length, k], { dtype: options.dtype ?? 'float64' });
  if (values.length > 0) set(out, [arange(values.length), y.ravel().astype('int64')], 1);
  return out.reshape([...y.shape, k]);
}

/** X with a column of ones at its end, so that the last row of W is the bias (the course's bias trick). */
export function biasColumn(X: ArrayLike): NDArray {
  const a = asarray(X, 'biasColumn');
  if (a.ndim !== 2)
    throw new RangeError(`biasColumn: expected rows of examples (N, D), got ${shapeText(a.shape)}.`);
  return concatenate([a, zeros([a.shape[0], 1]).add(1).astype(a.dtype)], 1);
}
