// NumPy's newer generator: Generator on any bit generator, made by defaultRng. Faster than RandomState, with float32
// draws and seeds of any size; its streams are NumPy 1.24's.

import { toDType } from '../../core/dtype.js';
import { type ArrayLike, empty, NDArray } from '../../core/ndarray.js';
import { normalizeAxis, sameShape, shapeText } from '../../core/shape.js';
import type { DTypeLike } from '../arguments.js';
import { type Each, named, type One, type Size, snakeCase } from './arguments.js';
import { BitGenerator, PCG64 } from './bit-generators.js';
import {
  type Distribution,
  drawShape,
  fill,
  one,
  type Parameter,
  readOne,
  real,
  type Source,
  sample,
} from './draw.js';
import {
  type ChoiceOptions,
  choose,
  permutationAlong,
  type RandintOptions,
  Sampler,
  type SizeOption,
  shuffleAlong,
  shuffleEach,
} from './sampler.js';
import type { Entropy, SeedSequence } from './seed-sequence.js';
import { factors, type GeneratorMultivariateNormalOptions, multivariateHypergeometric } from './vectors.js';

export interface FloatOptions extends SizeOption {
  /** float64 (default) or float32, which has a stream of its own. */
  dtype?: DTypeLike;
  /** A contiguous array of the dtype that takes the draws, and is returned. */
  out?: NDArray;
}

export interface ExponentialOptions extends FloatOptions {
  /** 'zig' (default, the ziggurat) or 'inv' (the inverse of the distribution function). */
  method?: 'zig' | 'inv';
}

export interface IntegersOptions extends RandintOptions {
  /** Whether high itself may be drawn; default false. */
  endpoint?: boolean;
}

export interface GeneratorChoiceOptions extends ChoiceOptions {
  /** The axis of `a` to choose along; default 0. */
  axis?: number;
  /** Without replacement: whether the order is random too; default true. */
  shuffle?: boolean;
}

/** One number of a dtype. */
type OneFloat = { size?: null; dtype?: DTypeLike; out?: undefined; method?: 'zig' | 'inv' } | null;

/**
 * A generator of random numbers (numpy.random.Generator), bit-equal to NumPy's. Make one with
 * defaultRng(seed), or on another bit generator: `new Generator(new Philox(7))`.
 */
export class Generator<Bits extends BitGenerator = BitGenerator> extends Sampler<Bits> {
  protected override readonly source: Source<Bits>;

  constructor(bitGenerator: Bits) {
    super();
    if (!(bitGenerator instanceof BitGenerator)) {
      throw new TypeError(
        'Generator: takes a bit generator such as new PCG64(seed). defaultRng(seed) makes both at once.',
      );
    }
    this.source = { bits: bitGenerator };
  }

  /** Draws in float64 or float32, into a new array, a given one, or a plain number. */
  private floats(
    caller: string,
    distribution: Distribution,
    parameters: readonly Parameter[],
    given: Record<string, unknown>,
  ): number | NDArray {
    const dtype = given.dtype === undefined ? 'float64' : toDType(given.dtype as string, caller);
    if (dtype !== 'float64' && dtype !== 'float32') {
      throw new TypeError(
        `${caller}: unsupported dtype '${dtype}'; draws are float64 or float32. For integers see integers(low, high).`,
      );
    }
    let shape = drawShape(caller, parameters, given.size);
    if (given.out !== undefined) {
      const out = target(caller, given.out, dtype);
      if (shape !== undefined && !sameShape(shape, out.shape)) {
        throw new RangeError(
          `${caller}: the draws have shape ${shapeText(shape)}, out has ${shapeText(out.shape)}; they must be the same.`,
        );
      }
      shape = out.shape;
      fill(this.source, caller, distribution, parameters, out);
      out.storage.version++;
      return out;
    }
    const out = shape === undefined ? one(dtype) : empty(shape, dtype);
    fill(this.source, caller, distribution, parameters, out);
    return shape === undefined ? readOne(out) : out;
  }

  /**
   * Numbers drawn evenly from [0, 1) (numpy.random.Generator.random).
   * @param size count or shape; without it a single number
   * @param dtype float64 or float32
   * @param out a contiguous array of the dtype that takes the draws
   * @example rng.random([2, 3]); rng.random(5, 'float32'); rng.random({ out: np.empty(4)})
   */
  random(size?: OneFloat, dtype?: DTypeLike): number;
  random(size: Size | FloatOptions | null | undefined, dtype?: DTypeLike, out?: NDArray): NDArray;
  random(...args: unknown[]): number | NDArray {
    return this.floats('random', 'standardUniform', [], named('random', ['size', 'dtype', 'out'], args));
  }

  /**
   * Numbers of the standard normal distribution, float64 or float32 (numpy.random.Generator.standard_normal).
   * @param size,dtype,out as for random
   * @example rng.standardNormal([2, 3], 'float32')
   */
  standardNormal(size?: OneFloat, dtype?: DTypeLike): number;
  standardNormal(size: Size | FloatOptions | null | undefined, dtype?: DTypeLike, out?: NDArray): NDArray;
  standardNormal(...args: unknown[]): number | NDArray {
    const given = named('standard_normal', ['size', 'dtype', 'out'], args);
    return this.floats('standard_normal', 'standardNormal', [], given);
  }

  /**
   * Numbers of the exponential distribution with mean 1 (numpy.random.Generator.standard_exponential).
   * @param size,dtype,out as for random
   * @param method 'zig' (default, fast) or 'inv' (by the inverse of the distribution function)
   */
  standardExponential(size?: OneFloat, dtype?: DTypeLike, method?: 'zig' | 'inv'): number;
  standardExponential(
    size: Size | ExponentialOptions | null | undefined,
    dtype?: DTypeLike,
    method?: 'zig' | 'inv',
    out?: NDArray,
  ): NDArray;
  standardExponential(...args: unknown[]): number | NDArray {
    const caller = 'standard_exponential';
    const given = named(caller, ['size', 'dtype', 'method', 'out'], args);
    const method = given.method ?? 'zig';
    if (method !== 'zig' && method !== 'inv') {
      throw new RangeError(`${caller}: method must be 'zig' or 'inv', not '${String(method)}'.`);
    }
    return this.floats(caller, method === 'zig' ? 'standardExponential' : 'inverseExponential', [], given);
  }

  /**
   * Numbers of the gamma distribution of scale 1 (numpy.random.Generator.standard_gamma), see gamma.
   * @param shape k >= 0, a number or an array
   * @param size,dtype,out as for random
   * @throws RangeError when shape < 0
   */
  standardGamma(shape: One<'shape'>, size?: OneFloat, dtype?: DTypeLike): number;
  standardGamma(
    shape: Each<'shape'>,
    size?: Size | FloatOptions | null,
    dtype?: DTypeLike,
    out?: NDArray,
  ): NDArray;
  standardGamma(...args: unknown[]): number | NDArray {
    const given = named('standard_gamma', ['shape', 'size', 'dtype', 'out'], args);
    const shape = real('standard_gamma', 'shape', given.shape, 'notNegative');
    return this.floats('standard_gamma', 'standardGamma', [shape], given);
  }

  /**
   * Integers drawn evenly from low to high, high not included unless endpoint is true; with one bound, from 0
   * (numpy.random.Generator.integers).
   * @param low,high whole numbers, or arrays of them that broadcast and draw one integer for each element
   * @param size count or shape; without it a single number
   * @param dtype int64 (default), another integer dtype or bool; the stream depends on it
   * @returns NDArray of the dtype, or a number
   * @throws RangeError when there is no such integer, or a bound does not fit the dtype
   * @example rng.integers(10); rng.integers(0, 6, { size: 100, endpoint: true}); rng.integers([10, 100, 1000])
   */
  integers(
    low:
      | number
      | bigint
      | { low?: number | bigint; high?: number | bigint; size?: null; dtype?: DTypeLike; endpoint?: boolean },
    high?: number | bigint | { size?: null; dtype?: DTypeLike; endpoint?: boolean } | null,
    size?: { size?: null; dtype?: DTypeLike; endpoint?: boolean } | null,
    dtype?: DTypeLike,
    endpoint?: boolean,
  ): number;
  integers(
    low: ArrayLike | bigint | IntegersOptions,
    high?: ArrayLike | bigint | IntegersOptions | null,
    size?: Size | IntegersOptions | null,
    dtype?: DTypeLike,
    endpoint?: boolean,
  ): NDArray;
  integers(...args: unknown[]): number | NDArray {
    return this.between('integers', named('integers', ['low', 'high', 'size', 'dtype', 'endpoint'], args));
  }

  /**
   * Normal vectors: p(x) ∝ exp(-(x - mean)ᵀ cov⁻¹ (x - mean) / 2) (numpy.random.Generator.multivariate_normal).
   * @param mean of shape (d,)
   * @param cov covariance of shape (d, d), symmetric and positive-semidefinite
   * @param size count or shape of draws; options: check_valid 'warn' (default), 'raise' or 'ignore', and tol, say what
   *   happens to another covariance; method 'svd' (default), 'eigh' (faster) or 'cholesky' (fastest)
   * @returns float64 NDArray of shape (...size, d)
   * @throws RangeError when the shapes do not fit
   * @example rng.multivariateNormal([0, 0], [[1, 0.5], [0.5, 2]], { size: 100, method: 'cholesky'})
   */
  multivariateNormal(
    mean: ArrayLike,
    cov: ArrayLike,
    size?: Size | null | GeneratorMultivariateNormalOptions,
    options?: Omit<GeneratorMultivariateNormalOptions, 'size'>,
  ): NDArray {
    const names = ['mean', 'cov', 'size', 'check_valid', 'tol', 'method'];
    const args: unknown[] = [mean, cov, size, options];
    while (args.length > 0 && args[args.length - 1] === undefined) args.pop();
    const given = named('multivariate_normal', names, args);
    const method = (given.method ?? 'svd') as string;
    if (method !== 'svd' && method !== 'eigh' && method !== 'cholesky') {
      throw new RangeError(
        `multivariate_normal: method must be 'svd', 'eigh' or 'cholesky', not '${method}'.`,
      );
    }
    return this.normalVectors(given, factors[method]);
  }

  /**
   * How many of each colour are in a sample taken from an urn without replacement
   * (numpy.random.Generator.multivariate_hypergeometric).
   * @param colors how many of each colour are in the urn
   * @param nsample size of the sample, at most sum(colors)
   * @param size count or shape of draws
   * @param method 'marginals' (default) or 'count', faster when the urn is small
   * @returns int64 NDArray of shape (...size, colors.length)
   * @throws RangeError when the sample is larger than the urn
   * @example rng.multivariateHypergeometric([16, 8, 4], 6, 5)
   */
  multivariateHypergeometric(
    colors: ArrayLike,
    nsample: number,
    size?: Size | null | { size?: Size | null; method?: 'marginals' | 'count' },
    method?: 'marginals' | 'count',
  ): NDArray {
    const args: unknown[] = [colors, nsample, size, method];
    while (args.length > 0 && args[args.length - 1] === undefined) args.pop();
    const given = named('multivariate_hypergeometric', ['colors', 'nsample', 'size', 'method'], args);
    return multivariateHypergeometric(this.source, given);
  }

  /**
   * Picks candidates at random (numpy.random.Generator.choice).
   * @param a a number n, for candidates 0 ... n - 1; an array, of which whole rows are picked; or a list of anything
   * @param size count or shape; without it a single candidate
   * @param replace whether a candidate may be picked again; default true
   * @param p probability of each candidate
   * @param axis the axis of `a` to choose along
   * @param shuffle without replacement: whether the order is random too; false is faster
   */
  choice(a: number | readonly number[]): number;
  choice(
    a: number | ArrayLike,
    size: Size | GeneratorChoiceOptions,
    replace?: boolean | GeneratorChoiceOptions,
    p?: ArrayLike | GeneratorChoiceOptions,
    axis?: number | GeneratorChoiceOptions,
    shuffle?: boolean,
  ): NDArray;
  choice<T extends string | object>(a: readonly T[]): T;
  choice<T extends string | object>(
    a: readonly T[],
    size: Size | GeneratorChoiceOptions,
    replace?: boolean | GeneratorChoiceOptions,
    p?: ArrayLike | GeneratorChoiceOptions,
  ): T[];
  choice(a: ArrayLike): number | NDArray;
  choice(...args: unknown[]): unknown {
    let shuffled = true;
    const last = args[args.length - 1];
    if (args.length > 5) shuffled = args[5] !== false;
    else if (typeof last === 'object' && last !== null && 'shuffle' in last)
      shuffled = last.shuffle !== false;
    const [a] = args;
    return choose(
      {
        random: (shape) => this.random([...shape]),
        integers: (n, shape) => this.integers(0, n, shape),
        distinct: (n, count) => {
          const out = empty([count], 'int64');
          sample(this.source, out, n, shuffled);
          return out;
        },
      },
      args,
      ['a', 'size', 'replace', 'p', 'axis', 'shuffle'],
      (axis) =>
        axis === undefined ? 0 : normalizeAxis('choice', axis as number, a instanceof NDArray ? a.ndim : 1),
    );
  }

  /** Shuffles in place along an axis, the first by default (numpy.random.Generator.shuffle). */
  override shuffle(x: NDArray | unknown[], axis: number | { axis?: number } = 0): void {
    shuffleAlong(this.source, x, axisNumber('shuffle', axis, x));
  }

  /**
   * A copy shuffled along an axis, the first by default; of a number n, 0 ... n - 1 in random order
   * (numpy.random.Generator.permutation).
   */
  override permutation(x: number | ArrayLike, axis: number | { axis?: number } = 0): NDArray {
    return permutationAlong(this.source, x, axisNumber('permutation', axis, x));
  }

  /**
   * A copy in which every row along an axis is shuffled on its own, other than permutation, which keeps rows together
   * (numpy.random.Generator.permuted).
   * @param axis the axis along which numbers change places; without it all do
   * @param out an array of the shape and dtype of x that takes the result; x itself shuffles in place
   * @example rng.permuted([[1, 2, 3], [4, 5, 6]], {axis: 1})
   */
  permuted(x: ArrayLike, axis?: number | null | { axis?: number | null; out?: NDArray }): NDArray {
    const options = named('permuted', ['axis', 'out'], [axis]) as { axis?: number; out?: NDArray };
    return shuffleEach(this.source, x, options.axis, options.out);
  }

  /** `n` generators, independent of this one and of each other. */
  spawn(n: number): Generator<Bits>[] {
    return this.source.bits.spawn(n).map((bits) => new Generator(bits));
  }

  declare readonly standard_normal: this['standardNormal'];
  declare readonly standard_exponential: this['standardExponential'];
  declare readonly standard_gamma: this['standardGamma'];
  declare readonly multivariate_normal: this['multivariateNormal'];
  declare readonly multivariate_hypergeometric: this['multivariateHypergeometric'];
}
snakeCase(Generator, [
  'standardNormal',
  'standardExponential',
  'standardGamma',
  'multivariateNormal',
  'multivariateHypergeometric',
]);

/** An array that a caller gave for draws. */
function target(caller: string, out: unknown, dtype: string): NDArray {
  if (!(out instanceof NDArray)) throw new TypeError(`${caller}: out must be an NDArray, not ${typeof out}.`);
  if (out.dtype !== dtype) {
    throw new TypeError(
      `${caller}: out has dtype ${out.dtype}, the draws are ${dtype}. Pass {dtype: '${out.dtype}'}.`,
    );
  }
  if (!out.contiguous) {
    throw new RangeError(
      `${caller}: out must be contiguous; this one is a strided view. Draw and assign instead.`,
    );
  }
  if (out.tracked) {
    throw new TypeError(`${caller}: out is on the tape; draws have no gradient. Pass out.detach().`);
  }
  return out;
}

function axisNumber(caller: string, axis: number | { axis?: number }, x: unknown): number {
  const n = typeof axis === 'number' ? axis : Number(named(caller, ['axis'], [axis]).axis ?? 0);
  return x instanceof NDArray && x.ndim > 0 ? normalizeAxis(caller, n, x.ndim) : n;
}

/**
 * A new generator (numpy.random.default_rng).
 * @param seed an integer >= 0 of any size, a list of such, a SeedSequence or a bit generator; a Generator comes back as it is;
 *   without a seed every generator is different
 * @example const rng = np.random.defaultRng(42); rng.normal(0, 1, [2, 3]);
 */
export function defaultRng(seed?: Entropy | SeedSequence | null): Generator<PCG64>;
export function defaultRng<Bits extends BitGenerator>(seed: Bits | Generator<Bits>): Generator<Bits>;
export function defaultRng(seed?: Entropy | SeedSequence | BitGenerator | Generator | null): Generator;
export function defaultRng(seed?: Entropy | SeedSequence | BitGenerator | Generator | null): Generator {
  if (seed instanceof Generator) return seed;
  if (seed instanceof BitGenerator) return new Generator(seed);
  return new Generator(new PCG64(seed));
}
