// How good a classifier is: confusion of classes, top-k accuracy, cross-validation, and a test set that is opened once.

import { requireLabels } from '../backend/index.js';
import { asarray } from '../core/create.js';
import type { ArrayLike, NDArray } from '../core/ndarray.js';
import { checkOptions } from '../core/options.js';
import { shapeText } from '../core/shape.js';
import { kFold } from '../data/splits.js';
import { bincount } from '../numpy/histograms.js';
import { add, equal, mul } from '../ops/elementwise.js';
import { get } from '../ops/index.js';
import { any, max, mean, std } from '../ops/reduce.js';
import { astype, reshape } from '../ops/shape.js';
import { argsort } from '../ops/sort.js';
import { Figure } from '../plot/figure.js';
import { examples, labelsOf } from './classifier.js';

/** What cross-validation needs of a classifier. */
export interface Trainable {
  train(X: ArrayLike, y: ArrayLike): unknown;
  accuracy(X: ArrayLike, y: ArrayLike): number;
}

/**
 * How often each class (row) was taken for each class (column): (K, K) counts.
 *
 * @param classes number of classes; default: one more than the largest label
 * @example
 * learn.confusionMatrix([0, 1, 1], [0, 0, 1]);
 * @see sklearn.metrics.confusion_matrix
 */
export function confusionMatrix(predicted: ArrayLike, y: ArrayLike, classes?: number): NDArray<'int64'> {
  const t = asarray(y, 'confusionMatrix');
  const truth = astype(labelsOf('confusionMatrix', t, t.shape[0] ?? 0), 'int64');
  const p = astype(labelsOf('confusionMatrix', predicted, truth.shape[0]), 'int64');
  const largest = truth.size === 0 ? 0 : Math.max(Number(max(truth).item()), Number(max(p).item())) + 1;
  const K = classes ?? largest;
  try {
    requireLabels(truth, K);
    requireLabels(p, K);
  } catch (error) {
    throw new RangeError(`confusionMatrix: ${(error as Error).message}`);
  }
  return reshape(bincount(add(mul(truth, asarray(BigInt(K))), p), { minlength: K * K }), [
    K,
    K,
  ]) as NDArray<'int64'>;
}

/**
 * Share of the examples whose label is among the k classes with the highest scores.
 *
 * @param scores (N, K), or probabilities
 * @param y N class indices
 * @example
 * learn.topKAccuracy([[0.1, 0.3, 0.6], [0.8, 0.15, 0.05]], [1, 2], 2);   // 0.5
 * @see sklearn.metrics.top_k_accuracy_score
 */
export function topKAccuracy(scores: ArrayLike, y: ArrayLike, k = 5): number {
  const s = asarray(scores, 'topKAccuracy');
  if (s.ndim !== 2 || s.shape[0] === 0)
    throw new RangeError(
      `topKAccuracy: scores must be (N, K), one column a class, not ${shapeText(s.shape)}.`,
    );
  const labels = labelsOf('topKAccuracy', y, s.shape[0]);
  if (!Number.isInteger(k) || k < 1 || k > s.shape[1])
    throw new RangeError(`topKAccuracy: k=${k} of ${s.shape[1]} classes; take 1 to ${s.shape[1]}.`);
  try {
    requireLabels(labels, s.shape[1]);
  } catch (error) {
    throw new RangeError(`topKAccuracy: ${(error as Error).message}`);
  }
  const best = get(argsort(mul(s, -1), 1), [':', `:${k}`]);
  return Number(mean(any(equal(best, reshape(labels, [-1, 1])), { axis: 1 })).item());
}

export interface CrossValidationOptions {
  /** Parts of the data. Default 5. */
  folds?: number;
  /** Deal the examples out at random, by np.random. Default false: the folds are blocks in the data's order. */
  shuffle?: boolean;
}

const CROSS_VALIDATION_NAMES = ['folds', 'shuffle'];

/** Accuracies of several settings on every fold. */
export class CrossValidation<V> {
  constructor(
    /** The settings that were tried. */
    readonly values: readonly V[],
    /** (settings, folds) */
    readonly accuracies: NDArray,
  ) {}

  /** Mean over the folds, one for each setting. */
  get mean(): NDArray {
    return mean(this.accuracies, { axis: 1 });
  }

  /** Standard deviation over the folds (ddof 0), one for each setting. */
  get std(): NDArray {
    return std(this.accuracies, { axis: 1 });
  }

  /** The setting with the best mean; of equals, the first. */
  get best(): V {
    const means = Array.from(this.mean.data as Float64Array);
    return this.values[means.indexOf(Math.max(...means))];
  }

  /** Every fold as a dot, the means as a line with error bars of one standard deviation. */
  plot(
    options: {
      title?: string;
      xlabel?: string;
      xscale?: 'linear' | 'log';
      width?: number;
      height?: number;
    } = {},
  ): Figure {
    const { title = 'Cross-validation', xlabel = 'setting', xscale = 'linear', width, height } = options;
    const numeric = this.values.every((v) => typeof v === 'number');
    const x = numeric ? (this.values as unknown as number[]) : this.values.map((_, i) => i);
    const folds = this.accuracies.shape[1];
    const fig = new Figure({ width, height });
    for (let f = 0; f < folds; f++)
      fig.scatter(x, get(this.accuracies, [':', f]), {
        s: 18,
        color: '#7f7f7f',
        alpha: 0.7,
        label: f === 0 ? `the ${folds} folds` : undefined,
      });
    fig.errorbar(x, this.mean, { yerr: this.std, label: 'mean and standard deviation' });
    fig.title(title);
    fig.xlabel(xlabel);
    fig.ylabel('accuracy on the held-out fold');
    if (xscale === 'log') fig.xscale('log');
    fig.xticks(x, numeric ? x.map(String) : this.values.map(String));
    return fig;
  }
}

/**
 * Cross-validation of one classifier: it is trained on all folds but one and measured on that one, for each in turn.
 *
 * @param make a fresh classifier
 * @returns one accuracy for each fold
 * @example
 * const scores = learn.crossValidate(() => new learn.NearestNeighbor(), X, y, { folds: 3 });
 * scores.shape;   // [3]
 * @see sklearn.model_selection.cross_val_score
 */
export function crossValidate(
  make: () => Trainable,
  X: ArrayLike,
  y: ArrayLike,
  options: CrossValidationOptions = {},
): NDArray {
  checkOptions('crossValidate', options, CROSS_VALIDATION_NAMES);
  return get(crossValidateOver([0], make, X, y, options).accuracies, [0]);
}

/**
 * Cross-validation over several settings; all of them see the same folds.
 *
 * @param values the settings to try
 * @param make a fresh classifier with a setting
 * @example
 * const result = learn.crossValidateOver([1, 3], (k) => new learn.KNearestNeighbor({ k }), X, y, { folds: 2 });
 * result.accuracies.shape;   // [2, 2]
 */
export function crossValidateOver<V>(
  values: readonly V[],
  make: (value: V) => Trainable,
  X: ArrayLike,
  y: ArrayLike,
  options: CrossValidationOptions = {},
): CrossValidation<V> {
  checkOptions('crossValidateOver', options, CROSS_VALIDATION_NAMES);
  const rows = examples('crossValidateOver', X);
  const labels = labelsOf('crossValidateOver', y, rows.shape[0]);
  if (values.length === 0) throw new RangeError('crossValidateOver: there are no settings to try.');
  const scores: number[][] = values.map(() => []);
  for (const { train, validation } of kFold(rows.shape[0], options.folds ?? 5, {
    shuffle: options.shuffle,
  })) {
    const [Xtr, ytr] = [get(rows, [train]), get(labels, [train])];
    const [Xval, yval] = [get(rows, [validation]), get(labels, [validation])];
    values.forEach((value, i) => {
      const classifier = make(value);
      classifier.train(Xtr, ytr);
      scores[i].push(classifier.accuracy(Xval, yval));
    });
  }
  return new CrossValidation(values, asarray(scores));
}

/**
 * A test set that counts how often it is used. It is meant for one number at the very end; every further look makes the
 * next number a little less honest, so it comes with a warning.
 */
export class TestSet {
  /** How many times a classifier was measured on it. */
  uses = 0;
  private readonly X: NDArray;
  private readonly y: NDArray;

  constructor(X: ArrayLike, y: ArrayLike) {
    this.X = examples('TestSet', X);
    this.y = labelsOf('TestSet', y, this.X.shape[0]);
  }

  /** Accuracy of a trained classifier. */
  accuracy(classifier: Pick<Trainable, 'accuracy'>): number {
    this.uses++;
    if (this.uses > 1)
      console.warn(
        `TestSet: looked at ${this.uses} times. What is chosen by its answers is fitted to it; choose with a validation set.`,
      );
    return classifier.accuracy(this.X, this.y);
  }
}
