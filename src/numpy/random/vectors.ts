// Distributions whose draws are vectors: multinomial, Dirichlet, multivariate normal and multivariate hypergeometric.
// The last axis of a result is one draw.

import { begin, op, run, setAddress, setParam, setStride } from '../../backend/index.js';
import { asarray } from '../../core/create.js';
import { type ArrayLike, empty, type NDArray } from '../../core/ndarray.js';
import { noGrad } from '../../core/node.js';
import { broadcastShapes, type Shape, shapeText, sizeOf } from '../../core/shape.js';
import { abs, add, mul, sqrt } from '../../ops/elementwise.js';
import { matmul } from '../../ops/matmul.js';
import { astype, broadcastTo, reshape, transpose } from '../../ops/shape.js';
import { zeros } from '../creation.js';
import { cholesky, eigh, svd } from '../linalg.js';
import { allclose } from '../logic.js';
import { named, type Size, shapeOfSize } from './arguments.js';
import { Discrete } from './discrete.js';
import { checkFits, fill, type Source } from './draw.js';

/** How many vectors: a count or a shape, plain or as an option. */
type VectorSize = Size | null | { size?: Size | null };

export interface MultivariateNormalOptions {
  size?: Size | null;
  /** What to do with a covariance that is not symmetric positive-semidefinite; default 'warn'. */
  check_valid?: 'warn' | 'raise' | 'ignore';
  /** How far from that it may be; default 1e-8. */
  tol?: number;
}

export interface GeneratorMultivariateNormalOptions extends MultivariateNormalOptions {
  /** The factorisation of the covariance: 'svd' (default), 'eigh' (faster) or 'cholesky' (fastest). */
  method?: 'svd' | 'eigh' | 'cholesky';
}

/** A plain contiguous array of a dtype. */
function plain(caller: string, value: unknown, dtype: 'float64' | 'int64'): NDArray {
  if (value === undefined) throw new TypeError(`${caller}: an argument is missing.`);
  const a = asarray(value as ArrayLike, caller);
  return a.dtype === dtype && a.contiguous ? a : noGrad(() => astype(a, dtype));
}

/** Broadcast, and laid out in C order. */
const spread = (a: NDArray, shape: Shape): NDArray => noGrad(() => astype(broadcastTo(a, shape), a.dtype));

function start(source: Source, code: number, out: NDArray): void {
  begin(code, out.dtype, 0);
  setAddress(0, out);
  setAddress(1, source.bits.memory);
  if (source.waiting !== undefined) setAddress(2, source.waiting);
  setParam(0, source.bits.code);
  setParam(2, source.waiting === undefined ? 0 : 1);
}

/** All distributions that RandomState and Generator share by name. */
export abstract class Vectors extends Discrete {
  /**
   * How often each outcome occurs in `n` experiments: binomial with more than two outcomes.
   * @param n experiments, >= 0; in a Generator also an array
   * @param pvals probability of each outcome along the last axis; the last one is taken to be what is left to 1. In a
   *   Generator also rows of them, which broadcast with n
   * @param size count or shape of draws
   * @returns int64 NDArray of shape (...size, pvals.length)
   * @throws RangeError when n < 0, a probability is none, or all but the last exceed 1
   * @example rng.multinomial(20, [1/6, 1/6, 1/6, 1/6, 1/6, 1/6])
   * @see numpy.random.Generator.multinomial
   */
  multinomial(n: ArrayLike, pvals: ArrayLike, size?: VectorSize): NDArray<'int64'>;
  multinomial(named: { n: ArrayLike; pvals: ArrayLike; size?: Size | null }): NDArray<'int64'>;
  multinomial(...args: unknown[]): NDArray {
    const given = named('multinomial', ['n', 'pvals', 'size'], args);
    const n = plain('multinomial', typeof given.n === 'number' ? Math.trunc(given.n) : given.n, 'int64');
    const pvals = plain('multinomial', given.pvals, 'float64');
    const legacy = this.source.waiting !== undefined;
    if (pvals.ndim === 0 || (legacy && (pvals.ndim > 1 || n.ndim > 0))) {
      throw new TypeError(
        legacy
          ? `multinomial: n is a number and pvals a list, not of shapes ${shapeText(n.shape)} and ${shapeText(pvals.shape)}. default_rng takes arrays of both.`
          : 'multinomial: pvals must have at least 1 dimension: a list of probabilities.',
      );
    }
    const length = pvals.shape[pvals.ndim - 1];
    if (length === 0 && !legacy) {
      throw new RangeError('multinomial: pvals is empty; there must be at least one outcome.');
    }
    checkOutcomes(pvals, length);
    for (const x of n.data) {
      if (x < 0) throw new RangeError(`multinomial: n < 0: it must not be negative, got ${x}.`);
    }
    const own = broadcastShapes('multinomial', n.shape, pvals.shape.slice(0, -1));
    const rows = vectorShape('multinomial', own, given.size);
    const out = zeros([...rows, length], { dtype: 'int64' });
    if (out.size === 0) return out;
    const trials = n.size === 1 ? n : spread(n, rows);
    const chances = pvals.size === length ? pvals : spread(pvals, [...rows, length]);
    start(this.source, op.randomMultinomial, out);
    setAddress(3, trials);
    setAddress(4, chances);
    setStride(3, 0, trials.size === 1 ? 0 : 1);
    setStride(4, 0, chances.size === length ? 0 : length);
    setParam(3, sizeOf(rows));
    setParam(4, length);
    run();
    return out;
  }

  /**
   * Vectors of shares that sum to 1: p(x) ∝ ∏ x_i^(alpha_i - 1).
   * @param alpha concentration of each share, greater than 0; large ones give shares close to alpha / sum(alpha)
   * @param size count or shape of draws
   * @returns float64 NDArray of shape (...size, alpha.length)
   * @throws RangeError when an alpha <= 0
   * @example rng.dirichlet([10, 5, 3], 20)
   * @see numpy.random.Generator.dirichlet
   */
  dirichlet(alpha: ArrayLike, size?: VectorSize): NDArray<'float64'>;
  dirichlet(named: { alpha: ArrayLike; size?: Size | null }): NDArray<'float64'>;
  dirichlet(...args: unknown[]): NDArray {
    const given = named('dirichlet', ['alpha', 'size'], args);
    const alpha = plain('dirichlet', given.alpha, 'float64');
    if (alpha.ndim !== 1) {
      throw new RangeError(`dirichlet: alpha must be a list, not of shape ${shapeText(alpha.shape)}.`);
    }
    for (const x of alpha.data) {
      if (x <= 0) throw new RangeError(`dirichlet: alpha <= 0: all must be greater than 0, got ${x}.`);
    }
    const rows = shapeOfSize('dirichlet', given.size) ?? [];
    const out = zeros([...rows, alpha.size]);
    if (out.size === 0) return out;
    start(this.source, op.randomDirichlet, out);
    setAddress(3, alpha);
    setParam(3, sizeOf(rows));
    setParam(4, alpha.size);
    run();
    return out;
  }

  /** Normal vectors around `mean`; `factor` gives what standard normal rows are multiplied by. */
  protected normalVectors(
    given: Record<string, unknown>,
    factor: (cov: NDArray, check: (deviates: (tol: number) => boolean) => void) => NDArray,
  ): NDArray {
    const caller = 'multivariate_normal';
    const mean = plain(caller, given.mean, 'float64');
    const cov = plain(caller, given.cov, 'float64');
    if (mean.ndim !== 1) {
      throw new RangeError(`${caller}: mean must be 1-dimensional, not of shape ${shapeText(mean.shape)}.`);
    }
    if (cov.ndim !== 2 || cov.shape[0] !== cov.shape[1]) {
      throw new RangeError(
        `${caller}: cov must be 2-dimensional and square, not of shape ${shapeText(cov.shape)}.`,
      );
    }
    if (mean.size !== cov.shape[0]) {
      throw new RangeError(
        `${caller}: mean and cov must have the same length: ${mean.size} != ${cov.shape[0]}.`,
      );
    }
    const valid = (given.check_valid ?? 'warn') as string;
    if (!['warn', 'raise', 'ignore'].includes(valid)) {
      throw new RangeError(`${caller}: check_valid must be 'warn', 'raise' or 'ignore', not '${valid}'.`);
    }
    const shape = [...(shapeOfSize(caller, given.size) ?? []), mean.size];
    return noGrad(() => {
      const rows = factor(cov, (deviates) => {
        if (valid === 'ignore' || !deviates((given.tol as number | undefined) ?? 1e-8)) return;
        const text = `${caller}: covariance is not symmetric positive-semidefinite`;
        if (valid === 'raise') throw new RangeError(`${text}. Pass {check_valid: 'ignore'} to draw anyway.`);
        process.emitWarning(text, 'RuntimeWarning');
      });
      const x = empty([sizeOf(shape.slice(0, -1)), mean.size], 'float64');
      fill(this.source, caller, 'standardNormal', [], x);
      return reshape(add(matmul(x, rows), mean), shape);
    });
  }
}

/** RandomState's way: singular values and right singular vectors. */
export function legacyFactor(cov: NDArray, check: (deviates: (tol: number) => boolean) => void): NDArray {
  const [, s, v] = svd(cov);
  check((tol) => !allclose(matmul(mul(transpose(v), s), v), cov, { rtol: tol, atol: tol }));
  return mul(reshape(sqrt(s), [-1, 1]), v);
}

/** Generator's ways. */
export const factors = {
  svd(cov: NDArray, check: (deviates: (tol: number) => boolean) => void): NDArray {
    const [u, s, v] = svd(cov);
    check((tol) => !allclose(matmul(mul(transpose(v), s), v), cov, { rtol: tol, atol: tol }));
    return transpose(mul(u, sqrt(s)));
  },
  eigh(cov: NDArray, check: (deviates: (tol: number) => boolean) => void): NDArray {
    const [s, u] = eigh(cov);
    check((tol) => (s.data as Float64Array).some((x) => x < -tol));
    return transpose(mul(u, sqrt(abs(s))));
  },
  cholesky: (cov: NDArray): NDArray => transpose(cholesky(cov)),
};

/**
 * How many of each colour are in a sample taken without replacement from an urn
 * (numpy.random.Generator.multivariate_hypergeometric).
 */
export function multivariateHypergeometric(source: Source, given: Record<string, unknown>): NDArray {
  const caller = 'multivariate_hypergeometric';
  const method = (given.method ?? 'marginals') as string;
  if (method !== 'marginals' && method !== 'count') {
    throw new RangeError(`${caller}: method must be 'marginals' or 'count', not '${method}'.`);
  }
  const sample = given.nsample;
  if (typeof sample !== 'number' || !Number.isSafeInteger(sample) || sample < 0) {
    throw new RangeError(`${caller}: nsample must be a whole number >= 0, not ${String(sample)}.`);
  }
  const list = asarray((given.colors ?? []) as ArrayLike, caller);
  const bad = Array.from(list.data as Iterable<number | bigint>, Number).find(
    (x) => !Number.isInteger(x) || x < 0,
  );
  if (list.ndim !== 1 || bad !== undefined) {
    throw new RangeError(
      `${caller}: colors must be a list of whole numbers >= 0, not ${bad ?? `of shape ${shapeText(list.shape)}`}.`,
    );
  }
  const colors = plain(caller, list, 'int64');
  const total = Array.from(colors.data as BigInt64Array, Number).reduce((a, b) => a + b, 0);
  if (method === 'marginals' && total >= 1e9) {
    throw new RangeError(
      `${caller}: with method 'marginals' sum(colors) must be less than 10**9, not ${total}.`,
    );
  }
  if (sample > total) {
    throw new RangeError(
      `${caller}: nsample > sum(colors): ${sample} > ${total}; a sample cannot be larger than the urn.`,
    );
  }
  const rows = shapeOfSize(caller, given.size) ?? [];
  const out = zeros([...rows, colors.size], { dtype: 'int64' });
  if (out.size === 0) return out;
  start(source, op.randomMultivariateHypergeometric, out);
  setAddress(3, colors);
  setParam(3, sizeOf(rows));
  setParam(4, colors.size);
  setParam(5, sample);
  setParam(6, method === 'count' ? 1 : 0);
  run();
  return out;
}

/** Rows of probabilities: each from 0 to 1, all but the last at most 1 together. */
function checkOutcomes(pvals: NDArray, length: number): void {
  const values = pvals.data as Float64Array;
  for (const x of values) {
    if (!(x >= 0 && x <= 1)) {
      throw new RangeError(
        `multinomial: pvals < 0, pvals > 1 or NaN: they are probabilities, from 0 to 1, got ${x}.`,
      );
    }
  }
  for (let row = 0; row < values.length; row += length) {
    // Kahan's summation, as in NumPy.
    let sum = length > 1 ? values[row] : 0;
    let lost = 0;
    for (let i = 1; i < length - 1; i++) {
      const y = values[row + i] - lost;
      const t = sum + y;
      lost = t - sum - y;
      sum = t;
    }
    if (sum > 1 + 1e-12) {
      throw new RangeError(
        `multinomial: sum(pvals[:-1]) > 1: the outcomes before the last have probability ${sum}. Divide pvals by their sum.`,
      );
    }
  }
}

/** The shape of the draws: the parameters', or a size that they broadcast to. */
function vectorShape(caller: string, own: Shape, size: unknown): Shape {
  const given = shapeOfSize(caller, size);
  if (given === undefined) return own;
  checkFits(caller, own, given);
  return given;
}
