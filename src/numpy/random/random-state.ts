// NumPy's legacy generator, RandomState on MT19937: what np.random.seed and the functions of np.random use.
// Its streams never change, so that seeded results of old notebooks can be repeated to the last bit.

import { type ArrayLike, empty, NDArray } from '../../core/ndarray.js';
import { contiguousStrides, shapeText } from '../../core/shape.js';
import type { DTypeLike } from '../creation.js';
import { integerBounds, named, type Size, shapeOfSize } from './arguments.js';
import { EXPONENTIAL, MT19937, type MT19937State, NORMAL, UNIFORM } from './engine.js';
import { choose, Sampler, type SizeOption } from './sampler.js';

/** What seeds a RandomState: an integer from 0 to 2**32 - 1, or a list of them. */
export type Seed = number | bigint | readonly (number | bigint)[] | Uint32Array | NDArray;

export interface RandintOptions extends SizeOption {
  low?: number | bigint;
  high?: number | bigint;
  dtype?: DTypeLike;
}

export interface ChoiceOptions extends SizeOption {
  /** Whether a candidate may be chosen more than once; default true. */
  replace?: boolean;
  /** Probability of each candidate; by default all are equal. */
  p?: ArrayLike;
}

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
 *
 * @example
 * const rng = new RandomState(0);
 * rng.randn(2, 3);
 */
export class RandomState extends Sampler<MT19937> {
  constructor(seed?: Seed | null) {
    super(new MT19937());
    this.seed(seed);
  }

  /**
   * Starts the stream that belongs to `seed`; without one, a stream that nobody has seen (numpy.random.seed).
   */
  seed(seed?: Seed | null): void {
    this.engine.seed(seed === undefined || seed === null ? undefined : seedWords(seed));
  }

  /**
   * Everything that decides the numbers to come; for set_state (numpy.random.get_state with legacy=False).
   */
  get_state(): MT19937State {
    return this.engine.state;
  }

  /**
   * Continues the stream where get_state() was called (numpy.random.set_state). NumPy's tuple form works too.
   */
  set_state(
    state: MT19937State | readonly ['MT19937', ArrayLike | Uint32Array, number, number?, number?],
  ): void {
    const full: MT19937State = Array.isArray(state)
      ? {
          bit_generator: state[0],
          state: {
            key: Uint32Array.from(state[1] instanceof NDArray ? state[1].data : state[1], Number),
            pos: state[2],
          },
          has_gauss: state[3] ?? 0,
          gauss: state[4] ?? 0,
        }
      : (state as MT19937State);
    if (full?.bit_generator !== 'MT19937') {
      throw new TypeError(
        'set_state: takes what get_state() of a RandomState gave: {bit_generator: "MT19937", state: {key, pos}, ...}.',
      );
    }
    const { key, pos } = full.state;
    if (key.length !== 624 || !Number.isInteger(pos) || pos < 0 || pos > 624) {
      throw new RangeError(
        `set_state: the key has 624 words and pos lies in 0 ... 624, not ${key.length} and ${pos}.`,
      );
    }
    this.engine.state = full;
  }

  private draws(caller: string, kind: number, size: unknown): number | NDArray {
    const shape = shapeOfSize(caller, named(caller, ['size'], [size]).size);
    return shape === undefined ? this.engine.draw(kind, 0, 1) : this.filled(shape, kind);
  }

  private ofDimensions(caller: string, kind: number, shape: number[]): number | NDArray {
    for (const n of shape) {
      if (typeof n === 'number') continue;
      throw new TypeError(
        `${caller}: takes the dimensions one by one, ${caller}(2, 3) or ${caller}(...X.shape), not a list.`,
      );
    }
    return shape.length === 0 ? this.engine.draw(kind, 0, 1) : this.filled(shapeOfSize(caller, shape)!, kind);
  }

  /**
   * Numbers drawn evenly from [0, 1) (numpy.random.rand).
   * @param shape the dimensions, one by one; without any, a single number
   * @returns float64 NDArray, or a number
   */
  rand(): number;
  rand(...shape: number[]): NDArray;
  rand(...shape: number[]): number | NDArray {
    return this.ofDimensions('rand', UNIFORM, shape);
  }

  /**
   * Numbers of the standard normal distribution (numpy.random.randn).
   * @param shape the dimensions, one by one; without any, a single number
   * @returns float64 NDArray, or a number
   * @example const W = np.random.randn(D, K).mul(0.01);
   */
  randn(): number;
  randn(...shape: number[]): NDArray;
  randn(...shape: number[]): number | NDArray {
    return this.ofDimensions('randn', NORMAL, shape);
  }

  /**
   * Numbers drawn evenly from [0, 1), of a shape (numpy.random.random_sample); without one, a single number.
   */
  random_sample(): number;
  random_sample(size: Size | { size: Size }): NDArray;
  random_sample(size?: unknown): number | NDArray {
    return this.draws('random_sample', UNIFORM, size);
  }

  /** Same as random_sample (numpy.random.random). */
  random(): number;
  random(size: Size | { size: Size }): NDArray;
  random(size?: unknown): number | NDArray {
    return this.draws('random', UNIFORM, size);
  }

  /** Numbers of the standard normal distribution, of a shape (numpy.random.standard_normal). */
  standard_normal(): number;
  standard_normal(size: Size | { size: Size }): NDArray;
  standard_normal(size?: unknown): number | NDArray {
    return this.draws('standard_normal', NORMAL, size);
  }

  /** Numbers of the exponential distribution with mean 1 (numpy.random.standard_exponential). */
  standard_exponential(): number;
  standard_exponential(size: Size | { size: Size }): NDArray;
  standard_exponential(size?: unknown): number | NDArray {
    return this.draws('standard_exponential', EXPONENTIAL, size);
  }

  /**
   * Integers drawn evenly from low to high, high not included; with one bound, from 0 (numpy.random.randint).
   * @param size count or shape; without it a single number
   * @param dtype int64 (default), int32, uint8 or bool; the stream depends on it
   * @returns NDArray of the dtype, or a number
   * @throws RangeError when there is no such integer, or a bound does not fit the dtype
   * @example randint(0, 10, 5)   randint(2, {size: [3, 3], dtype: 'uint8'})
   */
  randint(low: number | bigint, high?: number | bigint | null): number;
  randint(
    low: number | bigint,
    high: number | bigint | null | undefined,
    size: Size | RandintOptions,
    dtype?: DTypeLike,
  ): NDArray;
  randint(low: number | bigint, options: RandintOptions): NDArray;
  randint(options: RandintOptions): NDArray;
  randint(
    low: number | bigint,
    high: number | bigint | null | undefined,
    size: null | undefined,
    dtype?: DTypeLike,
  ): number;
  randint(...args: unknown[]): number | NDArray {
    const given = named('randint', ['low', 'high', 'size', 'dtype'], args);
    const { low, high, dtype } = integerBounds(
      'randint',
      given.low ?? given.high,
      given.low === undefined ? undefined : given.high,
      given.dtype as DTypeLike,
    );
    const shape = shapeOfSize('randint', given.size);
    if (shape === undefined) return this.engine.integer(dtype, low, high);
    const out = empty(shape, dtype);
    this.engine.integers(out, low, high);
    return out;
  }

  /**
   * Picks candidates at random (numpy.random.choice).
   * @param a a number n, for candidates 0 ... n - 1; a 1-d array; or a list of anything
   * @param size count or shape; without it a single candidate
   * @param replace whether a candidate may be picked again; default true
   * @param p probability of each candidate
   * @returns NDArray of a's dtype (int64 for a number), a number, or items of the list
   * @example choice(5, 3)   choice(n, {size: 64, replace: false})   choice(['cat', 'dog'])
   */
  choice(a: number | ArrayLike): number;
  choice(a: number | ArrayLike, size: Size | ChoiceOptions, replace?: boolean, p?: ArrayLike): NDArray;
  choice(a: number | ArrayLike, size: null | undefined, replace?: boolean, p?: ArrayLike): number;
  choice<T extends string | object>(a: readonly T[]): T;
  choice<T extends string | object>(
    a: readonly T[],
    size: Size | ChoiceOptions,
    replace?: boolean,
    p?: ArrayLike,
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
        random: (n) => this.filled([n], UNIFORM).data as Float64Array,
        integers: (n, shape) => {
          const out = empty(shape, 'int64');
          if (out.size > 0) this.engine.integers(out, 0n, BigInt(n - 1));
          return out;
        },
        distinct: (n, count) => {
          const order = this.engine.order(n);
          return order.view([count], contiguousStrides([count]), 0);
        },
      },
      args,
      ['a', 'size', 'replace', 'p'],
      () => 0,
    );
  }
}
