// Classifiers that learn by gradient descent on mini-batches: the linear SVM, the softmax classifier, one-vs-all, and a
// network with one hidden layer. Weights have the course's shape (D, K), scores are np.dot(X, W) + b.

import type { DType } from '../core/dtype.js';
import type { ArrayLike, NDArray } from '../core/ndarray.js';
import { noGrad } from '../core/node.js';
import { checkOptions } from '../core/options.js';
import { crossEntropy, multiclassHinge, relu, softmax } from '../nn/functional.js';
import { hingeLoss, squaredHinge } from '../nn/losses.js';
import { l2 } from '../nn/regularizers.js';
import { zeros } from '../numpy/creation.js';
import * as random from '../numpy/random/index.js';
import { add, equal, mul } from '../ops/elementwise.js';
import { get } from '../ops/index.js';
import { stack } from '../ops/join.js';
import { dot } from '../ops/matmul.js';
import { astype, reshape } from '../ops/shape.js';
import { where } from '../ops/where.js';
import { SGD } from '../optim/sgd.js';
import { ScoringClassifier } from './classifier.js';

export interface TrainingOptions {
  /** Step size. Default 0.1; scaled pixels want less, raw pixels far less. */
  learningRate?: number;
  /** Strength of the L2 penalty: `reg * sum(W * W)` is added to the loss (twice the course's second form). Default 0. */
  reg?: number;
  /** Passes over the data. Default 20. */
  epochs?: number;
  /** Examples a step; null takes all of them. Default 128. */
  batchSize?: number | null;
  /** Default 0.9. */
  momentum?: number;
  /** The rate is multiplied by this after every epoch. Default 1. */
  decay?: number;
  /** Standard deviation of the initial weights. Default 0.001, of networks sqrt(2 / inputs). */
  weightScale?: number;
  /** Called after every epoch. */
  onEpoch?: (epoch: number, loss: number) => void;
}

/** Learns weights by stochastic gradient descent. */
export abstract class GradientClassifier extends ScoringClassifier {
  /** The weights, by name, in the order of the layers. */
  weights: Record<string, NDArray> = {};
  /** Loss of every step, penalty included. */
  lossHistory: number[] = [];
  readonly options: Required<Omit<TrainingOptions, 'onEpoch' | 'weightScale'>> &
    Pick<TrainingOptions, 'onEpoch' | 'weightScale'>;

  constructor(options: TrainingOptions = {}) {
    super();
    const name = this.constructor.name;
    checkOptions(name, options, [
      ...['learningRate', 'reg', 'epochs', 'batchSize', 'momentum', 'decay', 'weightScale', 'onEpoch'],
    ]);
    this.options = {
      learningRate: 0.1,
      reg: 0,
      epochs: 20,
      batchSize: 128,
      momentum: 0.9,
      decay: 1,
      ...options,
    };
    const { learningRate, reg, epochs, batchSize } = this.options;
    if (!(learningRate > 0))
      throw new RangeError(`${name}: learningRate must be above 0, not ${learningRate}.`);
    if (!(reg >= 0)) throw new RangeError(`${name}: reg must not be negative, but it is ${reg}.`);
    if (!Number.isInteger(epochs) || epochs < 1)
      throw new RangeError(`${name}: epochs must be a whole number of at least 1, not ${epochs}.`);
    if (batchSize !== null && (!Number.isInteger(batchSize) || batchSize < 1))
      throw new RangeError(
        `${name}: batchSize must be a whole number of at least 1, or null for all examples, not ${batchSize}.`,
      );
  }

  /** Initial weights for D features and K classes. */
  protected abstract begin(features: number, classes: number, dtype: DType): Record<string, NDArray>;

  /** Mean loss of scores (N, K), without the penalty. */
  protected abstract dataLoss(scores: NDArray, codes: NDArray): NDArray;

  /** The loss of examples with the present weights, penalty included. */
  protected loss(X: NDArray, codes: NDArray): NDArray {
    const loss = this.dataLoss(this.forward(X), codes);
    const penalised = Object.values(this.weights).filter((w) => w.ndim > 1);
    return this.options.reg === 0 ? loss : add(loss, l2(penalised, this.options.reg));
  }

  protected abstract forward(X: NDArray): NDArray;

  protected score(X: NDArray): NDArray {
    return noGrad(() => this.forward(this.typed(X)));
  }

  /** Probabilities (M, K): the softmax of the scores. */
  probabilities(X: ArrayLike): NDArray {
    return softmax(this.scores(X));
  }

  /** float32 stays float32, everything else is float64. */
  private typed(X: NDArray): NDArray {
    return X.dtype === 'float32' || X.dtype === 'float64' ? X : astype(X, 'float64');
  }

  protected learn(X: NDArray, codes: NDArray<'int64'>): void {
    const rows = this.typed(X);
    const { learningRate, epochs, momentum, decay, batchSize, onEpoch } = this.options;
    const n = rows.shape[0];
    const size = Math.min(batchSize ?? n, n);
    this.weights = this.begin(rows.shape[1], this.classes.shape[0], rows.dtype);
    for (const w of Object.values(this.weights)) w.requiresGrad();
    this.lossHistory = [];
    const optimizer = new SGD(Object.values(this.weights), { lr: learningRate, momentum });
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const order = size === n ? null : (random.permutation(n) as NDArray);
      let total = 0;
      let seen = 0;
      for (let at = 0; at < n; at += size) {
        const part = order === null ? null : get(order, [`${at}:${Math.min(at + size, n)}`]);
        optimizer.zeroGrad();
        const loss =
          part === null ? this.loss(rows, codes) : this.loss(get(rows, [part]), get(codes, [part]));
        const value = Number(loss.item());
        if (!Number.isFinite(value))
          throw new RangeError(
            `${this.constructor.name}.train: the loss is ${value} in epoch ${epoch}; a learning rate of ${learningRate} is too high for this data. Try ${learningRate / 10}, or scale the features.`,
          );
        this.lossHistory.push(value);
        total += value;
        seen++;
        loss.backward();
        optimizer.step();
      }
      for (const group of optimizer.paramGroups) group.lr *= decay;
      onEpoch?.(epoch, total / seen);
    }
    for (const w of Object.values(this.weights)) w.grad = null;
  }
}

/** Scores that are linear in the features. */
export abstract class LinearClassifier extends GradientClassifier {
  /** (D, K) */
  get W(): NDArray {
    return this.weights.W;
  }
  /** K */
  get b(): NDArray {
    return this.weights.b;
  }

  protected begin(features: number, classes: number, dtype: DType): Record<string, NDArray> {
    const scale = this.options.weightScale ?? 1e-3;
    return {
      W: astype(mul(random.randn(features, classes), scale), dtype),
      b: zeros([classes], { dtype }),
    };
  }

  protected forward(X: NDArray): NDArray {
    return add(dot(X, this.W), this.b);
  }
}

/**
 * The softmax classifier (multinomial logistic regression): cross-entropy of the scores.
 *
 * @example
 * np.random.seed(0);
 * const model = new learn.SoftmaxClassifier({ epochs: 50 }).train([[-1], [-2], [1], [2]], [0, 0, 1, 1]);
 * model.predict([[-3], [3]]);   // array([0., 1.])
 * @see sklearn.linear_model.LogisticRegression
 */
export class SoftmaxClassifier extends LinearClassifier {
  protected dataLoss(scores: NDArray, codes: NDArray): NDArray {
    return crossEntropy(scores, codes);
  }
}

export interface SVMOptions extends TrainingOptions {
  /** The margin. Default 1; it trades off with `reg`, so only one of them needs tuning. */
  delta?: number;
  /** Square the margins that are violated (L2-SVM). */
  squared?: boolean;
}

/**
 * The multiclass support vector machine (Weston and Watkins): every wrong class's score has to stay below the right
 * one's by the margin.
 * @see sklearn.svm.LinearSVC
 */
export class LinearSVM extends LinearClassifier {
  readonly delta: number;
  readonly squared: boolean;
  constructor(options: SVMOptions = {}) {
    const { delta = 1, squared = false, ...rest } = options;
    super(rest);
    if (!(delta > 0)) throw new RangeError(`LinearSVM: delta must be above 0, not ${delta}.`);
    this.delta = delta;
    this.squared = squared;
  }
  protected dataLoss(scores: NDArray, codes: NDArray): NDArray {
    return this.squared
      ? squaredHinge(scores, codes, { delta: this.delta })
      : multiclassHinge(scores, codes, { delta: this.delta });
  }
}

/**
 * The support vector machine for two classes: max(0, 1 - t s) with t = -1 for the smaller label and +1 for the larger,
 * and one score s for each example.
 */
export class BinarySVM extends LinearClassifier {
  protected override begin(features: number, classes: number, dtype: DType): Record<string, NDArray> {
    if (classes > 2)
      throw new RangeError(
        `BinarySVM.train: ${classes} classes; it tells two apart. Use LinearSVM, or OneVsAll(() => new BinarySVM()).`,
      );
    return super.begin(features, 1, dtype);
  }
  protected dataLoss(scores: NDArray, codes: NDArray): NDArray {
    return hingeLoss(reshape(scores, -1), where(equal(codes, 0), -1, 1));
  }
  /** The scores, M numbers: positive for the larger label. */
  decision(X: ArrayLike): NDArray {
    return reshape(this.scores(X), -1);
  }
  protected override decide(X: NDArray): NDArray {
    const positive = astype(reshape(this.score(X), -1).greater(0), 'int64');
    return this.classes.shape[0] === 1 ? mul(positive, 0) : positive;
  }
}

/** A classifier of two classes with one score. */
export interface BinaryClassifier {
  train(X: ArrayLike, y: ArrayLike): unknown;
  decision(X: ArrayLike): NDArray;
}

/**
 * One binary classifier for each class, trained to tell it from all others; the one that is surest wins.
 *
 * @example
 * np.random.seed(0);
 * const [X, y] = data.blobs(10, [[0, 0], [3, 0], [0, 3]]);
 * const model = new learn.OneVsAll(() => new learn.BinarySVM({ epochs: 30 })).train(X, y);
 * model.members.length;   // 3
 * @see sklearn.multiclass.OneVsRestClassifier
 */
export class OneVsAll extends ScoringClassifier {
  members: BinaryClassifier[] = [];
  constructor(readonly make: () => BinaryClassifier) {
    super();
    if (typeof make !== 'function')
      throw new TypeError('OneVsAll: pass a function that makes a classifier: () => new learn.BinarySVM().');
  }
  protected learn(X: NDArray, codes: NDArray<'int64'>): void {
    this.members = Array.from({ length: this.classes.shape[0] }, (_, k) => {
      const member = this.make();
      member.train(X, astype(equal(codes, k), 'int64'));
      return member;
    });
  }
  protected score(X: NDArray): NDArray {
    return stack(
      this.members.map((m) => m.decision(X)),
      1,
    );
  }
}

export interface TwoLayerOptions extends TrainingOptions {
  /** Units of the hidden layer. Default 100. */
  hidden?: number;
}

/** A network with one hidden layer of rectified linear units: np.dot(relu(np.dot(X, W1) + b1), W2) + b2, softmax loss. */
export class TwoLayerNet extends GradientClassifier {
  readonly hidden: number;
  constructor(options: TwoLayerOptions = {}) {
    const { hidden = 100, ...rest } = options;
    super(rest);
    if (!Number.isInteger(hidden) || hidden < 1)
      throw new RangeError(`TwoLayerNet: hidden must be a whole number of at least 1, not ${hidden}.`);
    this.hidden = hidden;
  }
  protected begin(features: number, classes: number, dtype: DType): Record<string, NDArray> {
    const layer = (inputs: number, outputs: number): NDArray =>
      astype(mul(random.randn(inputs, outputs), this.options.weightScale ?? Math.sqrt(2 / inputs)), dtype);
    return {
      W1: layer(features, this.hidden),
      b1: zeros([this.hidden], { dtype }),
      W2: layer(this.hidden, classes),
      b2: zeros([classes], { dtype }),
    };
  }
  protected forward(X: NDArray): NDArray {
    const { W1, b1, W2, b2 } = this.weights;
    return add(dot(relu(add(dot(X, W1), b1)), W2), b2);
  }
  protected dataLoss(scores: NDArray, codes: NDArray): NDArray {
    return crossEntropy(scores, codes);
  }
}
