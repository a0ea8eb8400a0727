// The continuous distributions that RandomState and Generator share by name. The formulas run in native code; the two
// generators draw different numbers, because their algorithms differ.

import type { NDArray } from '../../core/ndarray.js';
import { noGrad } from '../../core/node.js';
import { equal, greater, isfinite, logicalNot, sub } from '../../ops/elementwise.js';
import { any } from '../../ops/reduce.js';
import { type Each, type NoSize, named, type One, type SizeArgument, snakeCase } from './arguments.js';
import { type Demand, type Distribution, draw, type Parameter, real, type Source } from './draw.js';

/** Name, demand and default of a parameter. */
type Rule = readonly [name: string, demand?: Demand, otherwise?: number];

/**
 * The continuous distributions. Of every one: parameters are numbers or arrays, which broadcast and draw one number for
 * each element; `size` is a count or a shape; parameters and size may be given by name in one options object at the
 * end, `normal(0, {scale: 2, size: 3})`. Results are float64 arrays, or a number when no size and no array is given.
 * They are plain values: gradients do not flow into the parameters (for that, write `loc + scale * standardNormal()`).
 */
export abstract class Continuous {
  /** The generator's bits, and RandomState's waiting normal number. */
  protected abstract readonly source: Source;

  protected distribution(
    caller: string,
    distribution: Distribution,
    rules: readonly Rule[],
    args: readonly unknown[],
  ): number | NDArray {
    const given = named(caller, [...rules.map(([name]) => name), 'size'], args);
    const parameters = rules.map(([name, demand, otherwise]) =>
      real(caller, name, given[name], demand, otherwise),
    );
    return draw(this.source, caller, distribution, parameters, given.size);
  }

  /**
   * Even numbers from low to high: p(x) = 1 / (high - low) for low <= x < high.
   * @param low default 0
   * @param high default 1; not included
   * @throws RangeError when high - low is not finite, or in a Generator negative
   * @example rng.uniform(-6, 1); rng.uniform(-1, 1, [2, 3]); rng.uniform({ low: -1, size: 10})
   * @see numpy.random.Generator.uniform
   */
  uniform(low?: One<'low' | 'high'>, high?: One<'high'>, size?: NoSize): number;
  uniform(low?: Each<'low' | 'high'>, high?: Each<'high'>, size?: SizeArgument): NDArray<'float64'>;
  uniform(...args: unknown[]): number | NDArray {
    const given = named('uniform', ['low', 'high', 'size'], args);
    const low = real('uniform', 'low', given.low, 'anything', 0);
    const high = real('uniform', 'high', given.high, 'anything', 1);
    const range =
      typeof low.value === 'number' && typeof high.value === 'number'
        ? high.value - low.value
        : noGrad(() => sub(high.value as number, low.value as number));
    if (!(typeof range === 'number' ? Number.isFinite(range) : all(isfinite(range)))) {
      throw new RangeError(
        `uniform: the range from ${low.value} to ${high.value} exceeds valid bounds; low, high and high - low must be finite.`,
      );
    }
    const demand = this.source.waiting === undefined ? 'notNegative' : 'anything';
    const parameters: Parameter[] = [low, { name: 'high - low', value: range, demand }];
    return draw(this.source, 'uniform', 'uniform', parameters, given.size);
  }

  /**
   * Normal distribution: p(x) = exp(-(x - loc)² / (2 scale²)) / (scale √(2π)).
   * @param loc mean, default 0
   * @param scale standard deviation, default 1
   * @throws RangeError when scale < 0
   * @example rng.normal(5, 0.1); rng.normal(0, 1, [2, 3]); rng.normal([0, 10], 2)
   * @see numpy.random.Generator.normal
   */
  normal(loc?: One<'loc' | 'scale'>, scale?: One<'scale'>, size?: NoSize): number;
  normal(loc?: Each<'loc' | 'scale'>, scale?: Each<'scale'>, size?: SizeArgument): NDArray<'float64'>;
  normal(...args: unknown[]): number | NDArray {
    const rules: Rule[] = [
      ['loc', 'anything', 0],
      ['scale', 'notNegative', 1],
    ];
    return this.distribution('normal', 'normal', rules, args);
  }

  /**
   * Exponential distribution, waiting times of mean `scale`: p(x) = exp(-x / scale) / scale for x >= 0.
   * @param scale mean, default 1
   * @throws RangeError when scale < 0
   * @example rng.exponential(2.5, 1000)
   * @see numpy.random.Generator.exponential
   */
  exponential(scale?: One<'scale'>, size?: NoSize): number;
  exponential(scale?: Each<'scale'>, size?: SizeArgument): NDArray<'float64'>;
  exponential(...args: unknown[]): number | NDArray {
    return this.distribution('exponential', 'exponential', [['scale', 'notNegative', 1]], args);
  }

  /**
   * Gamma distribution, the sum of `shape` waiting times of mean `scale`:
   * p(x) = x^(shape - 1) exp(-x / scale) / (Γ(shape) scale^shape) for x > 0.
   * @param shape k >= 0
   * @param scale θ >= 0, default 1
   * @throws RangeError when shape < 0 or scale < 0
   * @example rng.gamma(2, 1.5, 1000)
   * @see numpy.random.Generator.gamma
   */
  gamma(shape: One<'shape' | 'scale'>, scale?: One<'scale'>, size?: NoSize): number;
  gamma(shape: Each<'shape' | 'scale'>, scale?: Each<'scale'>, size?: SizeArgument): NDArray<'float64'>;
  gamma(...args: unknown[]): number | NDArray {
    const rules: Rule[] = [
      ['shape', 'notNegative'],
      ['scale', 'notNegative', 1],
    ];
    return this.distribution('gamma', 'gamma', rules, args);
  }

  /**
   * Beta distribution on (0, 1): p(x) = x^(a - 1) (1 - x)^(b - 1) / B(a, b).
   * @param a,b greater than 0
   * @throws RangeError when a <= 0 or b <= 0
   * @example rng.beta(2, 5, 1000)
   * @see numpy.random.Generator.beta
   */
  beta(a: One<'a' | 'b'>, b?: One<'b'>, size?: NoSize): number;
  beta(a: Each<'a' | 'b'>, b?: Each<'b'>, size?: SizeArgument): NDArray<'float64'>;
  beta(...args: unknown[]): number | NDArray {
    const rules: Rule[] = [
      ['a', 'positive'],
      ['b', 'positive'],
    ];
    return this.distribution('beta', 'beta', rules, args);
  }

  /**
   * Chi-square distribution, the sum of the squares of `df` standard normal numbers:
   * p(x) = (1/2)^(df/2) x^(df/2 - 1) exp(-x/2) / Γ(df/2).
   * @param df degrees of freedom, greater than 0
   * @throws RangeError when df <= 0
   * @example rng.chisquare(3, 1000)
   * @see numpy.random.Generator.chisquare
   */
  chisquare(df: One<'df'>, size?: NoSize): number;
  chisquare(df: Each<'df'>, size?: SizeArgument): NDArray<'float64'>;
  chisquare(...args: unknown[]): number | NDArray {
    return this.distribution('chisquare', 'chisquare', [['df', 'positive']], args);
  }

  /**
   * Chi-square distribution of normal numbers that are not centred: a mixture of chi-squares of df + 2i degrees with
   * Poisson weights of rate nonc / 2.
   * @param df degrees of freedom, greater than 0
   * @param nonc sum of the squared means, >= 0
   * @throws RangeError when df <= 0 or nonc < 0
   * @example rng.noncentralChisquare(3, 20, 1000)
   * @see numpy.random.Generator.noncentral_chisquare
   */
  noncentralChisquare(df: One<'df' | 'nonc'>, nonc?: One<'nonc'>, size?: NoSize): number;
  noncentralChisquare(df: Each<'df' | 'nonc'>, nonc?: Each<'nonc'>, size?: SizeArgument): NDArray<'float64'>;
  noncentralChisquare(...args: unknown[]): number | NDArray {
    const rules: Rule[] = [
      ['df', 'positive'],
      ['nonc', 'notNegative'],
    ];
    return this.distribution('noncentral_chisquare', 'noncentralChisquare', rules, args);
  }

  /**
   * F distribution, (χ²(dfnum) / dfnum) / (χ²(dfden) / dfden): the ratio of two variances.
   * @param dfnum,dfden degrees of freedom, greater than 0
   * @throws RangeError when dfnum <= 0 or dfden <= 0
   * @example rng.f(1, 48, 1000)
   * @see numpy.random.Generator.f
   */
  f(dfnum: One<'dfnum' | 'dfden'>, dfden?: One<'dfden'>, size?: NoSize): number;
  f(dfnum: Each<'dfnum' | 'dfden'>, dfden?: Each<'dfden'>, size?: SizeArgument): NDArray<'float64'>;
  f(...args: unknown[]): number | NDArray {
    const rules: Rule[] = [
      ['dfnum', 'positive'],
      ['dfden', 'positive'],
    ];
    return this.distribution('f', 'f', rules, args);
  }

  /**
   * F distribution with a numerator that is not centred: the power of tests.
   * @param dfnum,dfden degrees of freedom, greater than 0
   * @param nonc sum of the squared means of the numerator, >= 0
   * @throws RangeError when dfnum <= 0, dfden <= 0 or nonc < 0
   * @example rng.noncentralF(3, 20, 3, 1000)
   * @see numpy.random.Generator.noncentral_f
   */
  noncentralF(
    dfnum: One<'dfnum' | 'dfden' | 'nonc'>,
    dfden?: One<'dfden' | 'nonc'>,
    nonc?: One<'nonc'>,
    size?: NoSize,
  ): number;
  noncentralF(
    dfnum: Each<'dfnum' | 'dfden' | 'nonc'>,
    dfden?: Each<'dfden' | 'nonc'>,
    nonc?: Each<'nonc'>,
    size?: SizeArgument,
  ): NDArray<'float64'>;
  noncentralF(...args: unknown[]): number | NDArray {
    const rules: Rule[] = [
      ['dfnum', 'positive'],
      ['dfden', 'positive'],
      ['nonc', 'notNegative'],
    ];
    return this.distribution('noncentral_f', 'noncentralF', rules, args);
  }

  /**
   * Student's t distribution: p(x) = Γ((df+1)/2) / (√(π df) Γ(df/2)) (1 + x²/df)^(-(df+1)/2).
   * @param df degrees of freedom, greater than 0
   * @throws RangeError when df <= 0
   * @example rng.standardT(10, 1000)
   * @see numpy.random.Generator.standard_t
   */
  standardT(df: One<'df'>, size?: NoSize): number;
  standardT(df: Each<'df'>, size?: SizeArgument): NDArray<'float64'>;
  standardT(...args: unknown[]): number | NDArray {
    return this.distribution('standard_t', 'standardT', [['df', 'positive']], args);
  }

  /**
   * Cauchy distribution around 0: p(x) = 1 / (π (1 + x²)). It has no mean.
   * @example rng.standardCauchy(1000)
   * @see numpy.random.Generator.standard_cauchy
   */
  standardCauchy(size?: NoSize): number;
  standardCauchy(size?: SizeArgument): NDArray<'float64'>;
  standardCauchy(...args: unknown[]): number | NDArray {
    return this.distribution('standard_cauchy', 'standardCauchy', [], args);
  }

  /**
   * Laplace distribution, two exponentials back to back: p(x) = exp(-|x - loc| / scale) / (2 scale).
   * @param loc centre, default 0
   * @param scale decay, default 1
   * @throws RangeError when scale < 0
   * @example rng.laplace(0, 1, 1000)
   * @see numpy.random.Generator.laplace
   */
  laplace(loc?: One<'loc' | 'scale'>, scale?: One<'scale'>, size?: NoSize): number;
  laplace(loc?: Each<'loc' | 'scale'>, scale?: Each<'scale'>, size?: SizeArgument): NDArray<'float64'>;
  laplace(...args: unknown[]): number | NDArray {
    return this.distribution('laplace', 'laplace', LOCATION, args);
  }

  /**
   * Gumbel distribution, of the largest of many: p(x) = exp(-(z + exp(-z))) / scale with z = (x - loc) / scale. Adding
   * such numbers to logits and taking argmax samples from a softmax.
   * @param loc mode, default 0
   * @param scale default 1
   * @throws RangeError when scale < 0
   * @example np.argmax(X.add(rng.gumbel(0, 1, X.shape)), { axis: 1 })
   * @see numpy.random.Generator.gumbel
   */
  gumbel(loc?: One<'loc' | 'scale'>, scale?: One<'scale'>, size?: NoSize): number;
  gumbel(loc?: Each<'loc' | 'scale'>, scale?: Each<'scale'>, size?: SizeArgument): NDArray<'float64'>;
  gumbel(...args: unknown[]): number | NDArray {
    return this.distribution('gumbel', 'gumbel', LOCATION, args);
  }

  /**
   * Logistic distribution: p(x) = e^-z / (scale (1 + e^-z)²) with z = (x - loc) / scale; its distribution function is
   * the sigmoid.
   * @param loc mean, default 0
   * @param scale default 1
   * @throws RangeError when scale < 0
   * @example rng.logistic(10, 1, 1000)
   * @see numpy.random.Generator.logistic
   */
  logistic(loc?: One<'loc' | 'scale'>, scale?: One<'scale'>, size?: NoSize): number;
  logistic(loc?: Each<'loc' | 'scale'>, scale?: Each<'scale'>, size?: SizeArgument): NDArray<'float64'>;
  logistic(...args: unknown[]): number | NDArray {
    return this.distribution('logistic', 'logistic', LOCATION, args);
  }

  /**
   * Numbers whose logarithm is normal: p(x) = exp(-(ln x - mean)² / (2 sigma²)) / (x sigma √(2π)).
   * @param mean of the logarithm, default 0
   * @param sigma standard deviation of the logarithm, default 1
   * @throws RangeError when sigma < 0
   * @example rng.lognormal(3, 1, 1000)
   * @see numpy.random.Generator.lognormal
   */
  lognormal(mean?: One<'mean' | 'sigma'>, sigma?: One<'sigma'>, size?: NoSize): number;
  lognormal(mean?: Each<'mean' | 'sigma'>, sigma?: Each<'sigma'>, size?: SizeArgument): NDArray<'float64'>;
  lognormal(...args: unknown[]): number | NDArray {
    const rules: Rule[] = [
      ['mean', 'anything', 0],
      ['sigma', 'notNegative', 1],
    ];
    return this.distribution('lognormal', 'lognormal', rules, args);
  }

  /**
   * Pareto II (Lomax) distribution: p(x) = a / (1 + x)^(a + 1) for x >= 0. Add 1 and multiply by m for the classical
   * Pareto distribution from m on.
   * @param a greater than 0
   * @throws RangeError when a <= 0
   * @example rng.pareto(3, 1000).add(1).mul(2)
   * @see numpy.random.Generator.pareto
   */
  pareto(a: One<'a'>, size?: NoSize): number;
  pareto(a: Each<'a'>, size?: SizeArgument): NDArray<'float64'>;
  pareto(...args: unknown[]): number | NDArray {
    return this.distribution('pareto', 'pareto', [['a', 'positive']], args);
  }

  /**
   * Power distribution on [0, 1]: p(x) = a x^(a - 1).
   * @param a greater than 0
   * @throws RangeError when a <= 0
   * @example rng.power(5, 1000)
   * @see numpy.random.Generator.power
   */
  power(a: One<'a'>, size?: NoSize): number;
  power(a: Each<'a'>, size?: SizeArgument): NDArray<'float64'>;
  power(...args: unknown[]): number | NDArray {
    return this.distribution('power', 'power', [['a', 'positive']], args);
  }

  /**
   * Weibull distribution of scale 1, lifetimes: p(x) = a x^(a - 1) exp(-x^a) for x >= 0.
   * @param a shape, >= 0
   * @throws RangeError when a < 0
   * @example rng.weibull(1.5, 1000).mul(20)
   * @see numpy.random.Generator.weibull
   */
  weibull(a: One<'a'>, size?: NoSize): number;
  weibull(a: Each<'a'>, size?: SizeArgument): NDArray<'float64'>;
  weibull(...args: unknown[]): number | NDArray {
    return this.distribution('weibull', 'weibull', [['a', 'notNegative']], args);
  }

  /**
   * Rayleigh distribution, the length of a normal vector in the plane: p(x) = x / scale² exp(-x² / (2 scale²)).
   * @param scale mode, default 1
   * @throws RangeError when scale < 0
   * @example rng.rayleigh(3, 1000)
   * @see numpy.random.Generator.rayleigh
   */
  rayleigh(scale?: One<'scale'>, size?: NoSize): number;
  rayleigh(scale?: Each<'scale'>, size?: SizeArgument): NDArray<'float64'>;
  rayleigh(...args: unknown[]): number | NDArray {
    return this.distribution('rayleigh', 'rayleigh', [['scale', 'notNegative', 1]], args);
  }

  /**
   * Triangular distribution: rises evenly from left to mode and falls to right.
   * @param left,mode,right left <= mode <= right, left < right
   * @throws RangeError when left > mode, mode > right or left == right
   * @example rng.triangular(-3, 0, 8, 1000)
   * @see numpy.random.Generator.triangular
   */
  triangular(
    left: One<'left' | 'mode' | 'right'>,
    mode?: One<'mode' | 'right'>,
    right?: One<'right'>,
    size?: NoSize,
  ): number;
  triangular(
    left: Each<'left' | 'mode' | 'right'>,
    mode?: Each<'mode' | 'right'>,
    right?: Each<'right'>,
    size?: SizeArgument,
  ): NDArray<'float64'>;
  triangular(...args: unknown[]): number | NDArray {
    const given = named('triangular', ['left', 'mode', 'right', 'size'], args);
    const [left, mode, right] = ['left', 'mode', 'right'].map((name) =>
      real('triangular', name, given[name]),
    );
    const wrong = (text: string) =>
      new RangeError(
        `triangular: ${text}; left <= mode <= right and left < right must hold, got ${left.value}, ${mode.value}, ${right.value}.`,
      );
    noGrad(() => {
      const [l, m, r] = [left.value, mode.value, right.value] as number[];
      if (item(any(greater(l, m)))) throw wrong('left > mode');
      if (item(any(greater(m, r)))) throw wrong('mode > right');
      if (item(any(equal(l, r)))) throw wrong('left == right');
    });
    return draw(this.source, 'triangular', 'triangular', [left, mode, right], given.size);
  }

  /**
   * Von Mises distribution, the normal distribution of angles: p(x) = exp(kappa cos(x - mu)) / (2π I₀(kappa)) for
   * -π <= x <= π.
   * @param mu mode in radians
   * @param kappa concentration, >= 0; 0 is even
   * @throws RangeError when kappa < 0
   * @example rng.vonmises(0, 4, 1000)
   * @see numpy.random.Generator.vonmises
   */
  vonmises(mu: One<'mu' | 'kappa'>, kappa?: One<'kappa'>, size?: NoSize): number;
  vonmises(mu: Each<'mu' | 'kappa'>, kappa?: Each<'kappa'>, size?: SizeArgument): NDArray<'float64'>;
  vonmises(...args: unknown[]): number | NDArray {
    const rules: Rule[] = [['mu'], ['kappa', 'notNegative']];
    return this.distribution('vonmises', 'vonmises', rules, args);
  }

  /**
   * Wald (inverse Gaussian) distribution, first passage times of Brownian motion:
   * p(x) = √(scale / (2π x³)) exp(-scale (x - mean)² / (2 mean² x)).
   * @param mean,scale greater than 0
   * @throws RangeError when mean <= 0 or scale <= 0
   * @example rng.wald(3, 2, 1000)
   * @see numpy.random.Generator.wald
   */
  wald(mean: One<'mean' | 'scale'>, scale?: One<'scale'>, size?: NoSize): number;
  wald(mean: Each<'mean' | 'scale'>, scale?: Each<'scale'>, size?: SizeArgument): NDArray<'float64'>;
  wald(...args: unknown[]): number | NDArray {
    const rules: Rule[] = [
      ['mean', 'positive'],
      ['scale', 'positive'],
    ];
    return this.distribution('wald', 'wald', rules, args);
  }

  declare readonly noncentral_chisquare: this['noncentralChisquare'];
  declare readonly noncentral_f: this['noncentralF'];
  declare readonly standard_t: this['standardT'];
  declare readonly standard_cauchy: this['standardCauchy'];
}
snakeCase(Continuous, ['noncentralChisquare', 'noncentralF', 'standardT', 'standardCauchy']);

const LOCATION: readonly Rule[] = [
  ['loc', 'anything', 0],
  ['scale', 'notNegative', 1],
];

const item = (a: NDArray): boolean => Boolean(a.item());
const all = (a: NDArray): boolean => !item(any(logicalNot(a)));
