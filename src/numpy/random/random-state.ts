// NumPy's legacy generator, RandomState on MT19937: what np.random.seed and the functions of np.random use.
// Its streams never change, so that seeded results of old notebooks can be repeated to the last bit.

import { type ArrayLike, NDArray } from '../../core/ndarray.js';
import { contiguousStrides, shapeText, sizeOf } from '../../core/shape.js';
import type { DTypeLike } from '../arguments.js';
import {
  type Each,
  type NoSize,
  named,
  type One,
  type Size,
  type SizeArgument,
  shapeOfSize,
  snakeCase,
} from './arguments.js';
import { BitGenerator, type BitState, bits, jsonable, MT19937, stateBlock } from './bit-generators.js';
import { type Distribution, draw, type Source } from './draw.js';
import { type ChoiceOptions, choose, order, type RandintOptions, Sampler } from './sampler.js';
import { legacyFactor, type MultivariateNormalOptions } from './vectors.js';

/** What seeds a RandomState: an integer from 0 to 2**32 - 1, or a list of them. */
export type Seed = number | bigint | readonly (number | bigint)[] | Uint32Array | NDArray;

/** The state of a RandomState: its bit generator's, and the second normal number of a pair, if it waits. */
export interface RandomStateState extends BitState {
  has_gauss: number;
  gauss: number;
}

/** NumPy's older form of the same. */
export type LegacyState = readonly [
  bit_generator: 'MT19937',
  key: ArrayLike | Uint32Array,
  pos: number,
  has_gauss?: number,
  gauss?: number,
];

// Kind of native/cpu/random.cc.
const POSITIVE = 1;

const MAX_SEED = 2 ** 32 - 1;

function seedWords(seed: Seed): number | Uint32Array {
  if (typeof seed === 'number' || typeof seed === 'bigint') return seedWord(seed);
  // NumPy squeezes arrays, but not lists: of one element an array is an integer seed, a list is a list.
  if (seed instanceof NDArray && seed.size === 1) return seedWord(seed.item());
  if (seed instanceof NDArray && seed.ndim !== 1) {
    throw new RangeError(`seed: a seed array must be 1-d, not of shape ${shapeText(seed.shape)}.`);
  }
  const values = seed instanceof NDArray ? seed.data : seed;
  if (values.length === 0) throw new RangeError('seed: a seed list must be non-empty.');
  return Uint32Array.from(values as Iterable<number | bigint>, seedWord);
}

function seedWord(value: number | bigint): number {
  const n = Number(value);
  if (!Number.isInteger(n)) {
    throw new TypeError(
      `seed: a seed is a whole number or a list of them, not ${typeof value === 'object' ? 'a nested list' : String(value)}.`,
    );
  }
  if (n < 0 || n > MAX_SEED)
    throw new RangeError(
      `seed: a seed must be between 0 and 2**32 - 1, not ${value}. default_rng takes integers of any size.`,
    );
  return n;
}

/**
 * NumPy's legacy random generator (numpy.random.RandomState), bit-equal to it.
 * @param seed an integer from 0 to 2**32 - 1, a list of them, or a bit generator; without it every one is different
 *
 * @example
 * const rng = new np.random.RandomState(0);
 * rng.randn(2, 3);
 */
export class RandomState extends Sampler {
  protected override source: Source & { waiting: NDArray };
  // The waiting number, and whether there is one.
  private readonly gauss: Float64Array;
  private readonly hasGauss: BigInt64Array;

  constructor(seed?: Seed | BitGenerator | null) {
    super();
    const waiting = stateBlock(16);
    this.source = { bits: seed instanceof BitGenerator ? seed : new MT19937(0), waiting };
    this.gauss = new Float64Array(waiting.storage.buffer, 0, 1);
    this.hasGauss = new BigInt64Array(waiting.storage.buffer, 8, 1);
    if (!(seed instanceof BitGenerator)) this.seed(seed);
  }

  /**
   * Starts the stream that belongs to `seed`; without one, a stream that nobody has seen (numpy.random.seed).
   */
  seed(seed?: Seed | null): void {
    const { bits } = this.source;
    if (!(bits instanceof MT19937)) {
      throw new TypeError(
        `seed: only a RandomState on MT19937 can be seeded again, this one is on ${bits.constructor.name}. Make a new one.`,
      );
    }
    bits.legacySeed(seed === undefined || seed === null ? undefined : seedWords(seed));
    this.gauss[0] = 0;
    this.hasGauss[0] = 0n;
  }

  /** Draws from another bit generator from now on, as numpy.random.set_bit_generator makes the shared one do. */
  useBitGenerator(bits: BitGenerator): void {
    if (!(bits instanceof BitGenerator)) {
      throw new TypeError('set_bit_generator: takes a bit generator such as new PCG64(seed).');
    }
    this.source = { ...this.source, bits };
    this.gauss[0] = 0;
    this.hasGauss[0] = 0n;
  }

  /**
   * Everything that decides the numbers to come; for setState (numpy.random.get_state with legacy=False). It survives
   * JSON.
   * @param legacy true for NumPy's tuple ['MT19937', key, pos, has_gauss, gauss]
   */
  getState(legacy?: false): RandomStateState & { state: { key: Uint32Array; pos: number } };
  getState(legacy: true): ['MT19937', Uint32Array, number, number, number];
  getState(legacy = false): unknown {
    const { state, ...rest } = this.source.bits.state as BitState & {
      state: { key: Uint32Array; pos: number };
    };
    const waiting = { has_gauss: Number(this.hasGauss[0]), gauss: this.gauss[0] };
    if (!legacy) return jsonable({ ...rest, state, ...waiting });
    if (rest.bit_generator !== 'MT19937') {
      throw new TypeError(`get_state: the tuple form is for MT19937, not for ${rest.bit_generator}.`);
    }
    return ['MT19937', state.key, state.pos, waiting.has_gauss, waiting.gauss];
  }

  /**
   * Continues the stream where getState() was called (numpy.random.set_state). NumPy's tuple form works too.
   */
  setState(state: BitState | LegacyState): void {
    const full = (
      Array.isArray(state)
        ? {
            bit_generator: state[0],
            state: {
              key: Uint32Array.from(state[1] instanceof NDArray ? state[1].data : state[1], Number),
              pos: state[2],
            },
            has_gauss: state[3],
            gauss: state[4],
          }
        : state
    ) as RandomStateState;
    const { bits } = this.source;
    const kind = bits.constructor.name;
    if (full?.bit_generator !== kind || typeof full.state !== 'object') {
      throw new TypeError(
        `set_state: takes what get_state() of a RandomState on ${kind} gave: {bit_generator: "${kind}", state: {...}, ...}.`,
      );
    }
    bits.state = full;
    this.gauss[0] = full.gauss ?? 0;
    this.hasGauss[0] = BigInt(full.has_gauss ?? 0);
  }

  private ofDimensions(caller: string, distribution: Distribution, shape: number[]): number | NDArray {
    for (const n of shape) {
      if (typeof n === 'number') continue;
      throw new TypeError(
        `${caller}: takes the dimensions one by one, ${caller}(2, 3) or ${caller}(...X.shape), not a list.`,
      );
    }
    if (shape.length === 0) return draw(this.source, caller, distribution, [], undefined);
    return draw(this.source, caller, distribution, [], shape);
  }

  /**
   * Numbers drawn evenly from [0, 1) (numpy.random.rand).
   * @param shape the dimensions, one by one; without any, a single number
   * @returns float64 NDArray, or a number
   */
  rand(): number;
  rand(...shape: number[]): NDArray<'float64'>;
  rand(...shape: number[]): number | NDArray {
    return this.ofDimensions('rand', 'standardUniform', shape);
  }

  /**
   * Numbers of the standard normal distribution (numpy.random.randn).
   * @param shape the dimensions, one by one; without any, a single number
   * @returns float64 NDArray, or a number
   * @example const W = np.random.randn(2, 3).mul(0.01);
   */
  randn(): number;
  randn(...shape: number[]): NDArray<'float64'>;
  randn(...shape: number[]): number | NDArray {
    return this.ofDimensions('randn', 'standardNormal', shape);
  }

  /**
   * Numbers drawn evenly from [0, 1), of a shape (numpy.random.random_sample); without one, a single number.
   */
  randomSample(size?: NoSize): number;
  randomSample(size: SizeArgument): NDArray<'float64'>;
  randomSample(...args: unknown[]): number | NDArray {
    return this.distribution('random_sample', 'standardUniform', [], args);
  }

  /** Same as randomSample (numpy.random.random). */
  random(size?: NoSize): number;
  random(size: SizeArgument): NDArray<'float64'>;
  random(...args: unknown[]): number | NDArray {
    return this.distribution('random', 'standardUniform', [], args);
  }

  /** Numbers of the standard normal distribution, of a shape (numpy.random.standard_normal). */
  standardNormal(size?: NoSize): number;
  standardNormal(size: SizeArgument): NDArray<'float64'>;
  standardNormal(...args: unknown[]): number | NDArray {
    return this.distribution('standard_normal', 'standardNormal', [], args);
  }

  /** Numbers of the exponential distribution with mean 1 (numpy.random.standard_exponential). */
  standardExponential(size?: NoSize): number;
  standardExponential(size: SizeArgument): NDArray<'float64'>;
  standardExponential(...args: unknown[]): number | NDArray {
    return this.distribution('standard_exponential', 'standardExponential', [], args);
  }

  /**
   * Numbers of the gamma distribution of scale 1 (numpy.random.standard_gamma), see gamma.
   * @param shape k >= 0
   * @throws RangeError when shape < 0
   */
  standardGamma(shape: One<'shape'>, size?: NoSize): number;
  standardGamma(shape: Each<'shape'>, size?: SizeArgument): NDArray<'float64'>;
  standardGamma(...args: unknown[]): number | NDArray {
    return this.distribution('standard_gamma', 'standardGamma', [['shape', 'notNegative']], args);
  }

  /**
   * Integers drawn evenly from low to high, high not included; with one bound, from 0 (numpy.random.randint).
   * @param low,high whole numbers, or arrays of them that broadcast and draw one integer for each element
   * @param size count or shape; without it a single number
   * @param dtype int64 (default), another integer dtype or bool; the stream depends on it
   * @returns NDArray of the dtype, or a number
   * @throws RangeError when there is no such integer, or a bound does not fit the dtype
   * @example np.random.randint(0, 10, 5); np.random.randint(2, { size: [3, 3], dtype: 'uint8'}); np.random.randint([10, 100, 1000])
   */
  randint(
    low: number | bigint | { low?: number | bigint; high?: number | bigint; size?: null; dtype?: DTypeLike },
    high?: number | bigint | { size?: null; dtype?: DTypeLike } | null,
    size?: { size?: null; dtype?: DTypeLike } | null,
    dtype?: DTypeLike,
  ): number;
  randint(
    low: ArrayLike | bigint | RandintOptions,
    high?: ArrayLike | bigint | RandintOptions | null,
    size?: Size | RandintOptions | null,
    dtype?: DTypeLike,
  ): NDArray;
  randint(...args: unknown[]): number | NDArray {
    return this.between('randint', named('randint', ['low', 'high', 'size', 'dtype'], args));
  }

  /**
   * Integers drawn evenly from low to high, high included; with one bound, from 1 (numpy.random.random_integers, which
   * NumPy advises against: use randint).
   */
  randomIntegers(low: number, high?: number | null): number;
  randomIntegers(
    low: number,
    high: number | null | undefined,
    size: Size | { size?: Size },
  ): NDArray<'int64'>;
  randomIntegers(...args: unknown[]): number | NDArray {
    const given = named('random_integers', ['low', 'high', 'size'], args);
    const { low, high, size } = given;
    return this.between('random_integers', {
      ...(high === undefined ? { low: 1, high: low } : { low, high }),
      size,
      endpoint: true,
    });
  }

  /**
   * Integers drawn evenly from 0 to 2**63 - 1 (numpy.random.RandomState.tomaxint).
   * @returns int64 NDArray, or without size a number (a bigint beyond 2**53)
   */
  tomaxint(size?: null): number | bigint;
  tomaxint(size: Size): NDArray<'int64'>;
  tomaxint(size?: unknown): number | bigint | NDArray {
    const shape = shapeOfSize('tomaxint', size ?? undefined);
    const out = bits(this.source.bits, POSITIVE, shape === undefined ? 1 : sizeOf(shape), 'int64');
    return shape === undefined ? out.item(0) : out.remap(shape, contiguousStrides(shape), 0);
  }

  /**
   * Normal vectors: p(x) ∝ exp(-(x - mean)ᵀ cov⁻¹ (x - mean) / 2) (numpy.random.multivariate_normal).
   * @param mean of shape (d,)
   * @param cov covariance of shape (d, d), symmetric and positive-semidefinite
   * @param size count or shape of draws; check_valid 'warn' (default), 'raise' or 'ignore', and tol, say what happens to
   *   another covariance
   * @returns float64 NDArray of shape (...size, d)
   * @throws RangeError when the shapes do not fit
   * @example np.random.multivariateNormal([0, 0], [[1, 0.5], [0.5, 2]], 100)
   */
  multivariateNormal(
    mean: ArrayLike,
    cov: ArrayLike,
    size?: Size | null | MultivariateNormalOptions,
    check_valid?: 'warn' | 'raise' | 'ignore',
    tol?: number,
  ): NDArray {
    const args = [mean, cov, size, check_valid, tol];
    while (args.length > 0 && args[args.length - 1] === undefined) args.pop();
    const given = named('multivariate_normal', ['mean', 'cov', 'size', 'check_valid', 'tol'], args);
    return this.normalVectors(given, legacyFactor);
  }

  /**
   * Picks candidates at random (numpy.random.choice).
   * @param a a number n, for candidates 0 ... n - 1; a 1-d array; or a list of anything
   * @param size count or shape; without it a single candidate
   * @param replace whether a candidate may be picked again; default true
   * @param p probability of each candidate
   * @returns NDArray of a's dtype (int64 for a number), a number, or items of the list
   * @example np.random.choice(5, 3); np.random.choice(99, 64, {replace: false}); np.random.choice(['cat', 'dog'])
   */
  choice(a: number | ArrayLike): number;
  choice(
    a: number | ArrayLike,
    size: Size | ChoiceOptions,
    replace?: boolean | ChoiceOptions,
    p?: ArrayLike | ChoiceOptions,
  ): NDArray;
  choice(a: number | ArrayLike, size: null | undefined, replace?: boolean, p?: ArrayLike): number;
  choice<T extends string | object>(a: readonly T[]): T;
  choice<T extends string | object>(
    a: readonly T[],
    size: Size | ChoiceOptions,
    replace?: boolean | ChoiceOptions,
    p?: ArrayLike | ChoiceOptions,
  ): T[];
  choice(...args: unknown[]): unknown {
    const [a] = args;
    const ndim = a instanceof NDArray ? a.ndim : Array.isArray(a) && Array.isArray(a[0]) ? 2 : 1;
    if (ndim > 1) {
      const n = a instanceof NDArray ? a.shape[0] : (a as unknown[]).length;
      throw new RangeError(
        `choice: a must be 1-dimensional. To choose rows, choose their numbers: X.at(np.random.choice(${n}, size)).`,
      );
    }
    return choose(
      {
        random: (shape) => this.random([...shape]),
        integers: (n, shape) => this.randint(0, n, shape),
        distinct: (n, count) => order(this.source, n).remap([count], [1], 0),
      },
      args,
      ['a', 'size', 'replace', 'p'],
      () => 0,
    );
  }

  declare readonly get_state: this['getState'];
  declare readonly set_state: this['setState'];
  declare readonly random_sample: this['randomSample'];
  declare readonly random_integers: this['randomIntegers'];
  declare readonly standard_normal: this['standardNormal'];
  declare readonly standard_exponential: this['standardExponential'];
  declare readonly standard_gamma: this['standardGamma'];
  declare readonly multivariate_normal: this['multivariateNormal'];
}
snakeCase(RandomState, [
  'getState',
  'setState',
  'randomSample',
  'randomIntegers',
  'standardNormal',
  'standardExponential',
  'standardGamma',
  'multivariateNormal',
]);
