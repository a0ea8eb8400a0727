// What all classifiers share: `train(X, y)` and `predict(X)`, labels of any whole numbers, checks of what comes in.

import { asarray } from '../core/create.js';
import { isComplex, isFloat } from '../core/dtype.js';
import type { ArrayLike, NDArray } from '../core/ndarray.js';
import { shapeText } from '../core/shape.js';
import { unique } from '../numpy/sets.js';
import { equal, floor, isfinite } from '../ops/elementwise.js';
import { get } from '../ops/index.js';
import { all, argmax, mean } from '../ops/reduce.js';

/** Rows of examples (N, D). */
export function examples(caller: string, X: ArrayLike, features?: number): NDArray {
  const a = asarray(X, caller);
  if (a.ndim !== 2)
    throw new RangeError(
      `${caller}: X must hold one example a row, (N, D), not ${shapeText(a.shape)}. ` +
        (a.ndim > 2
          ? 'Reshape images first: X.reshape(X.shape[0], -1).'
          : "One example is X.at('0:1'), a matrix of one row."),
    );
  if (features !== undefined && a.shape[1] !== features)
    throw new RangeError(
      `${caller}: X has ${a.shape[1]} features a row, the classifier was trained with ${features}.`,
    );
  if (isComplex(a.dtype)) throw new TypeError(`${caller}: X is ${a.dtype}; features are real numbers.`);
  return a.detach();
}

/** N labels beside N examples: whole numbers. */
export function labelsOf(caller: string, y: ArrayLike, n: number): NDArray {
  const a = asarray(y, caller);
  if (a.ndim !== 1 || a.shape[0] !== n)
    throw new RangeError(
      `${caller}: y must hold one label for each of the ${n} examples, not ${shapeText(a.shape)}.`,
    );
  if (isComplex(a.dtype) || (isFloat(a.dtype) && !all(equal(a, floor(a))).item()))
    throw new TypeError(
      `${caller}: labels are whole numbers; y holds others. y.astype('int64') cuts them off.`,
    );
  return a.detach();
}

/** Learns from examples with labels, and gives labels to others. */
export abstract class Classifier {
  /** The labels that occurred in training, in rising order. */
  classes!: NDArray;
  /** Numbers in an example. */
  features = 0;

  /** Learns from X (N, D) and N labels; `codes` are their places in `classes`. */
  protected abstract learn(X: NDArray, codes: NDArray<'int64'>): void;

  /** For each example of X (M, D) its class's place in `classes`. */
  protected abstract decide(X: NDArray): NDArray;

  /**
   * Learns from examples.
   * @param X (N, D), one example a row
   * @param y N labels, whole numbers
   */
  train(X: ArrayLike, y: ArrayLike): this {
    const caller = `${this.constructor.name}.train`;
    const rows = examples(caller, X);
    const labels = labelsOf(caller, y, rows.shape[0]);
    if (rows.size === 0)
      throw new RangeError(`${caller}: there are no examples in an array of shape ${shapeText(rows.shape)}.`);
    if (isFloat(rows.dtype) && !all(isfinite(rows)).item())
      throw new RangeError(`${caller}: X holds NaN or infinity. np.argwhere(np.isnan(X)) shows where.`);
    const [classes, codes] = unique(labels, { returnInverse: true });
    this.classes = classes;
    this.features = rows.shape[1];
    this.learn(rows, codes as NDArray<'int64'>);
    return this;
  }

  /**
   * Labels of other examples, in the dtype of the labels that `train` was given.
   * @param X (M, D)
   */
  predict(X: ArrayLike): NDArray {
    return get(this.classes, [this.decide(this.ready('predict', X))]);
  }

  /** Share of the examples whose label is predicted right. */
  accuracy(X: ArrayLike, y: ArrayLike): number {
    return accuracy(this.predict(X), y);
  }

  /** X checked against what was trained. */
  protected ready(method: string, X: ArrayLike): NDArray {
    const caller = `${this.constructor.name}.${method}`;
    if (this.features === 0) throw new Error(`${caller}: call train(X, y) first.`);
    return examples(caller, X, this.features);
  }
}

/** A classifier that gives every class a score; the largest wins. */
export abstract class ScoringClassifier extends Classifier {
  /** Scores of rows in the type that the classifier computes in. */
  protected abstract score(X: NDArray): NDArray;

  /** Scores (M, K), one column for each of `classes`. */
  scores(X: ArrayLike): NDArray {
    return this.score(this.ready('scores', X)).detach();
  }

  protected decide(X: NDArray): NDArray {
    return argmax(this.score(X).detach(), { axis: 1 });
  }
}

/**
 * Share of predictions that are right.
 *
 * @example
 * learn.accuracy([0, 1, 2, 2], [0, 1, 1, 2]);   // 0.75
 */
export function accuracy(predicted: ArrayLike, y: ArrayLike): number {
  const p = asarray(predicted, 'accuracy');
  const t = asarray(y, 'accuracy');
  if (p.ndim !== 1 || t.ndim !== 1 || p.shape[0] !== t.shape[0] || p.size === 0)
    throw new RangeError(
      `accuracy: takes N predictions and N labels, not ${shapeText(p.shape)} and ${shapeText(t.shape)}.`,
    );
  return Number(mean(equal(p, t)).item());
}
