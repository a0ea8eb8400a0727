// The distributions of counts that RandomState and Generator share by name. As continuous.ts, with int64 results.

import { NDArray } from '../../core/ndarray.js';
import { noGrad } from '../../core/node.js';
import { add, div, greater, greaterEqual, less, logicalOr, mul, sqrt, sub } from '../../ops/elementwise.js';
import { any } from '../../ops/reduce.js';
import { type Each, type NoSize, named, type One, type SizeArgument, snakeCase } from './arguments.js';
import { Continuous } from './continuous.js';
import { draw, type Parameter, real, whole } from './draw.js';

/** The largest rate whose Poisson draws surely fit into int64. */
const MOST_RATE = 2 ** 63 - Math.sqrt(2 ** 63) * 10;

/** Where Generator's hypergeometric draws would lose precision. */
const MOST_ITEMS = 1e9;

const anyOf = (a: NDArray): boolean => Boolean(any(a).item());

/** Continuous distributions and those of counts. */
export abstract class Discrete extends Continuous {
  /** Whether RandomState draws, whose algorithms are older and accept more. */
  private get legacy(): boolean {
    return this.source.waiting !== undefined;
  }

  /**
   * Successes in `n` trials that succeed with probability `p`: P(k) = C(n, k) p^k (1 - p)^(n - k).
   * @param n trials, >= 0; cut to a whole number
   * @param p from 0 to 1
   * @returns int64 NDArray, or a number
   * @throws RangeError when n < 0 or p is no probability
   * @example rng.binomial(10, 0.5, 1000)
   * @see numpy.random.Generator.binomial
   */
  binomial(n: One<'n' | 'p'>, p?: One<'p'>, size?: NoSize): number;
  binomial(n: Each<'n' | 'p'>, p?: Each<'p'>, size?: SizeArgument): NDArray<'int64'>;
  binomial(...args: unknown[]): number | NDArray {
    const given = named('binomial', ['n', 'p', 'size'], args);
    const parameters = [
      whole('binomial', 'n', given.n, 'notNegative'),
      real('binomial', 'p', given.p, 'upToOne'),
    ];
    return draw(this.source, 'binomial', 'binomial', parameters, given.size);
  }

  /**
   * Failures before the n-th success, each trial a success with probability `p`:
   * P(k) = Γ(k + n) / (k! Γ(n)) p^n (1 - p)^k.
   * @param n successes, greater than 0, not necessarily whole
   * @param p greater than 0 and at most 1
   * @returns int64 NDArray, or a number
   * @throws RangeError when n <= 0, p is no probability, or the counts would not fit into int64
   * @example rng.negativeBinomial(1, 0.1, 1000)
   * @see numpy.random.Generator.negative_binomial
   */
  negativeBinomial(n: One<'n' | 'p'>, p?: One<'p'>, size?: NoSize): number;
  negativeBinomial(n: Each<'n' | 'p'>, p?: Each<'p'>, size?: SizeArgument): NDArray<'int64'>;
  negativeBinomial(...args: unknown[]): number | NDArray {
    const caller = 'negative_binomial';
    const given = named(caller, ['n', 'p', 'size'], args);
    const n = real(caller, 'n', given.n, this.legacy ? 'positive' : 'positiveNumber');
    const p = real(caller, 'p', given.p, this.legacy ? 'upToOne' : 'aboveZeroUpToOne');
    if (!this.legacy) this.checkRate(caller, n, p);
    return draw(this.source, caller, 'negativeBinomial', [n, p], given.size);
  }

  /** Throws when ten deviations above the mean is too much for a Poisson draw. */
  private checkRate(caller: string, n: Parameter, p: Parameter): void {
    const [count, share] = [n.value as number, p.value as number];
    const tooLarge =
      typeof n.value === 'number' && typeof p.value === 'number'
        ? ((1 - share) / share) * (count + 10 * Math.sqrt(count)) > MOST_RATE && share > 0
        : noGrad(() => {
            const rate = mul(div(sub(1, share), share), add(count, mul(10, sqrt(count))));
            return anyOf(logicalOr(greater(rate, MOST_RATE), false)) && !anyOf(less(share as never, 0));
          });
    if (tooLarge) {
      throw new RangeError(
        `${caller}: n is too large or p too small for counts of 64 bits: n = ${n.value}, p = ${p.value}.`,
      );
    }
  }

  /**
   * Events in a time in which `lam` are expected: P(k) = lam^k e^-lam / k!.
   * @param lam expected count, >= 0, default 1
   * @returns int64 NDArray, or a number
   * @throws RangeError when lam < 0 or lam is above about 9.2e18
   * @example rng.poisson(5, 1000); rng.poisson([0.1, 500])
   * @see numpy.random.Generator.poisson
   */
  poisson(lam?: One<'lam'>, size?: NoSize): number;
  poisson(lam?: Each<'lam'>, size?: SizeArgument): NDArray<'int64'>;
  poisson(...args: unknown[]): number | NDArray {
    return this.distribution('poisson', 'poisson', [['lam', 'rate', 1]], args);
  }

  /**
   * Trials until the first success, each with probability `p`: P(k) = (1 - p)^(k - 1) p for k >= 1.
   * @param p greater than 0 and at most 1
   * @returns int64 NDArray, or a number
   * @throws RangeError when p is not in (0, 1]
   * @example rng.geometric(0.35, 1000)
   * @see numpy.random.Generator.geometric
   */
  geometric(p: One<'p'>, size?: NoSize): number;
  geometric(p: Each<'p'>, size?: SizeArgument): NDArray<'int64'>;
  geometric(...args: unknown[]): number | NDArray {
    return this.distribution('geometric', 'geometric', [['p', 'aboveZeroUpToOne']], args);
  }

  /**
   * Logarithmic series distribution: P(k) = -p^k / (k ln(1 - p)) for k >= 1.
   * @param p at least 0 and less than 1
   * @returns int64 NDArray, or a number
   * @throws RangeError when p is not in [0, 1)
   * @example rng.logseries(0.6, 1000)
   * @see numpy.random.Generator.logseries
   */
  logseries(p: One<'p'>, size?: NoSize): number;
  logseries(p: Each<'p'>, size?: SizeArgument): NDArray<'int64'>;
  logseries(...args: unknown[]): number | NDArray {
    return this.distribution('logseries', 'logseries', [['p', 'belowOne']], args);
  }

  /**
   * Zipf distribution, ranks of words: P(k) = k^-a / ζ(a) for k >= 1.
   * @param a greater than 1
   * @returns int64 NDArray, or a number
   * @throws RangeError when a <= 1
   * @example rng.zipf(2, 1000)
   * @see numpy.random.Generator.zipf
   */
  zipf(a: One<'a'>, size?: NoSize): number;
  zipf(a: Each<'a'>, size?: SizeArgument): NDArray<'int64'>;
  zipf(...args: unknown[]): number | NDArray {
    return this.distribution('zipf', 'zipf', [['a', 'aboveOne']], args);
  }

  /**
   * Good ones in a sample taken without replacement: P(k) = C(ngood, k) C(nbad, nsample - k) / C(ngood + nbad, nsample).
   * @param ngood,nbad how many there are of both kinds, >= 0; a Generator takes less than 10^9 of each
   * @param nsample size of the sample, at most ngood + nbad; a RandomState takes at least 1
   * @returns int64 NDArray, or a number
   * @throws RangeError when the counts are negative or the sample is larger than the population
   * @example rng.hypergeometric(100, 2, 10, 1000)
   * @see numpy.random.Generator.hypergeometric
   */
  hypergeometric(
    ngood: One<'ngood' | 'nbad' | 'nsample'>,
    nbad?: One<'nbad' | 'nsample'>,
    nsample?: One<'nsample'>,
    size?: NoSize,
  ): number;
  hypergeometric(
    ngood: Each<'ngood' | 'nbad' | 'nsample'>,
    nbad?: Each<'nbad' | 'nsample'>,
    nsample?: Each<'nsample'>,
    size?: SizeArgument,
  ): NDArray<'int64'>;
  hypergeometric(...args: unknown[]): number | NDArray {
    const caller = 'hypergeometric';
    const given = named(caller, ['ngood', 'nbad', 'nsample', 'size'], args);
    const good = whole(caller, 'ngood', given.ngood, 'notNegative');
    const bad = whole(caller, 'nbad', given.nbad, 'notNegative');
    const sample = whole(caller, 'nsample', given.nsample, this.legacy ? 'fromOne' : 'notNegative');
    const [g, b, n] = [good.value, bad.value, sample.value] as NDArray[];
    const exceeds = [good, bad].find(({ value }) => !this.legacy && above(value, MOST_ITEMS));
    if (exceeds !== undefined) {
      throw new RangeError(
        `${caller}: both ngood and nbad must be less than 10**9, got ${exceeds.name} = ${exceeds.value}. RandomState takes more.`,
      );
    }
    if (noGrad(() => anyOf(less(add(g, b), n)))) {
      throw new RangeError(
        `${caller}: ngood + nbad < nsample: ${good.value} + ${bad.value} < ${sample.value}; a sample cannot be larger than what there is.`,
      );
    }
    return draw(this.source, caller, 'hypergeometric', [good, bad, sample], given.size);
  }

  declare readonly negative_binomial: this['negativeBinomial'];
}
snakeCase(Discrete, ['negativeBinomial']);

const above = (value: number | bigint | NDArray, limit: number): boolean =>
  value instanceof NDArray ? anyOf(greaterEqual(value, limit)) : value >= limit;
