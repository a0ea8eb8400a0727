// Preprocessing with statistics of the training data only: `fit` measures, `apply` uses what was measured on any data,
// `invert` goes back.

import { asarray } from '../core/create.js';
import type { ArrayLike, NDArray } from '../core/ndarray.js';
import { shapeText } from '../core/shape.js';
import { svd } from '../numpy/linalg.js';
import { add, div, mul, sqrt, sub } from '../ops/elementwise.js';
import { get } from '../ops/index.js';
import { dot } from '../ops/matmul.js';
import { max, mean, min, std } from '../ops/reduce.js';
import { transpose } from '../ops/shape.js';
import { where } from '../ops/where.js';

/** A preprocessing step whose statistics come from the training data. */
export abstract class Preprocessor {
  protected fitted = false;

  protected abstract measure(X: NDArray): void;
  protected abstract forward(X: NDArray): NDArray;
  protected abstract backward(X: NDArray): NDArray;

  /** Measures the training data. */
  fit(X: ArrayLike): this {
    const a = asarray(X, `${this.constructor.name}.fit`);
    if (a.shape[0] === 0)
      throw new RangeError(
        `${this.constructor.name}.fit: there are no examples in an array of shape ${shapeText(a.shape)}.`,
      );
    this.measure(a.detach());
    this.fitted = true;
    return this;
  }

  /** The data after the step, with the statistics of `fit`. */
  apply(X: ArrayLike): NDArray {
    return this.forward(this.ready(X, 'apply'));
  }

  /** The data before the step. */
  invert(X: ArrayLike): NDArray {
    return this.backward(this.ready(X, 'invert'));
  }

  /** `fit` and `apply` on the training data. */
  fitApply(X: ArrayLike): NDArray {
    return this.fit(X).apply(X);
  }

  private ready(X: ArrayLike, method: string): NDArray {
    if (!this.fitted)
      throw new Error(`${this.constructor.name}.${method}: call fit with the training data first.`);
    return asarray(X, `${this.constructor.name}.${method}`);
  }
}

/** How statistics are taken: one for each feature, one for each channel (the last axis), or one in all. */
export type Per = 'feature' | 'channel' | 'all';

function axesOf(X: NDArray, per: Per): number[] | null {
  if (per === 'feature') return [0];
  if (per === 'all') return null;
  if (per !== 'channel') throw new TypeError(`per is 'feature', 'channel' or 'all', not '${String(per)}'.`);
  return X.shape.map((_, d) => d).slice(0, -1);
}

/** Subtracts the mean: the mean image, the mean of each channel, or one number. */
export class Center extends Preprocessor {
  mean!: NDArray;
  constructor(readonly per: Per = 'feature') {
    super();
  }
  protected measure(X: NDArray): void {
    this.mean = mean(X, { axis: axesOf(X, this.per) });
  }
  protected forward(X: NDArray): NDArray {
    return sub(X, this.mean);
  }
  protected backward(X: NDArray): NDArray {
    return add(X, this.mean);
  }
}

/** Zero mean and unit standard deviation (ddof 0); a constant feature stays at zero. */
export class Standardize extends Preprocessor {
  mean!: NDArray;
  std!: NDArray;
  constructor(readonly per: Per = 'feature') {
    super();
  }
  protected measure(X: NDArray): void {
    const axis = axesOf(X, this.per);
    this.mean = mean(X, { axis });
    const s = std(X, { axis });
    this.std = where(s.equal(0), 1, s);
  }
  protected forward(X: NDArray): NDArray {
    return div(sub(X, this.mean), this.std);
  }
  protected backward(X: NDArray): NDArray {
    return add(mul(X, this.std), this.mean);
  }
}

/** Brings each feature's range in the training data to [low, high], [-1, 1] unless told otherwise. */
export class MinMax extends Preprocessor {
  min!: NDArray;
  range!: NDArray;
  constructor(
    readonly low = -1,
    readonly high = 1,
    readonly per: Per = 'feature',
  ) {
    super();
    if (!(low < high)) throw new RangeError(`MinMax: the range [${low}, ${high}] is empty.`);
  }
  protected measure(X: NDArray): void {
    const axis = axesOf(X, this.per);
    this.min = min(X, { axis });
    const range = sub(max(X, { axis }).astype('float64'), this.min);
    this.range = where(range.equal(0), 1, range);
  }
  protected forward(X: NDArray): NDArray {
    return add(mul(div(sub(X, this.min), this.range), this.high - this.low), this.low);
  }
  protected backward(X: NDArray): NDArray {
    return add(mul(div(sub(X, this.low), this.high - this.low), this.range), this.min);
  }
}

/**
 * Principal component analysis: centred data in the basis of the covariance's eigenvectors, the first `components` of
 * them. With `whiten` each is divided by sqrt(variance + eps).
 */
export class PCA extends Preprocessor {
  mean!: NDArray;
  /** Eigenvectors as columns, (D, components). */
  U!: NDArray;
  /** All eigenvalues of the covariance, largest first: the variances along the eigenvectors. */
  S!: NDArray;
  readonly components: number | null;
  readonly whiten: boolean;
  readonly eps: number;

  constructor(options: { components?: number | null; whiten?: boolean; eps?: number } = {}) {
    super();
    this.components = options.components ?? null;
    this.whiten = options.whiten ?? false;
    this.eps = options.eps ?? 1e-5;
  }

  protected measure(X: NDArray): void {
    if (X.ndim !== 2)
      throw new RangeError(
        `PCA.fit: expected rows of examples (N, D), got ${shapeText(X.shape)}; reshape images first.`,
      );
    const [n, d] = X.shape;
    if (this.components !== null && !(this.components >= 1 && this.components <= d))
      throw new RangeError(`PCA.fit: ${this.components} components of ${d} features do not exist.`);
    this.mean = mean(X, { axis: 0 });
    const centred = sub(X, this.mean);
    const [U, S] = svd(div(dot(transpose(centred), centred), n));
    this.S = S;
    this.U = this.components === null ? U : get(U, [':', `:${this.components}`]);
  }

  /** Share of the variance that the kept components hold. */
  get explained(): number {
    const S = this.S.data as Float64Array;
    const kept = this.U.shape[1];
    return S.slice(0, kept).reduce((a, b) => a + b, 0) / S.reduce((a, b) => a + b, 0);
  }

  private scale(): NDArray {
    return sqrt(add(get(this.S, [`:${this.U.shape[1]}`]), this.eps));
  }

  protected forward(X: NDArray): NDArray {
    const rotated = dot(sub(X, this.mean), this.U);
    return this.whiten ? div(rotated, this.scale()) : rotated;
  }

  protected backward(X: NDArray): NDArray {
    return add(dot(this.whiten ? mul(X, this.scale()) : X, transpose(this.U)), this.mean);
  }
}
