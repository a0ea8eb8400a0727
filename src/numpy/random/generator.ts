// NumPy's newer generator: Generator on PCG64, made by default_rng. Faster than RandomState, with float32
// draws and seeds of any size; its streams are NumPy 1.24's.

import { toDType } from '../../core/dtype.js';
import { type ArrayLike, empty, NDArray } from '../../core/ndarray.js';
import { normalizeAxis } from '../../core/shape.js';
import type { DTypeLike } from '../creation.js';
import { integerBounds, named, type Size, shapeOfSize } from './arguments.js';
import { EXPONENTIAL, NORMAL, PCG64, UNIFORM } from './engine.js';
import type { ChoiceOptions, RandintOptions } from './random-state.js';
import { choose, permutationAlong, Sampler, type SizeOption, shuffleAlong } from './sampler.js';
import type { Entropy, SeedSequence } from './seed-sequence.js';

export interface FloatOptions extends SizeOption {
  /** float64 (default) or float32, which has a stream of its own. */
  dtype?: DTypeLike;
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

/**
 * A generator of random numbers (numpy.random.Generator), bit-equal to NumPy's. Make one with
 * default_rng(seed).
 */
export class Generator extends Sampler<PCG64> {
  /** The source of random bits; its `state` can be read and written. */
  get bit_generator(): PCG64 {
    return this.engine;
  }

  private draws(caller: string, kind: number, args: unknown[]): number | NDArray {
    const given = named(caller, ['size', 'dtype'], args);
    const dtype = given.dtype === undefined ? 'float64' : toDType(given.dtype as string, caller);
    if (dtype !== 'float64' && dtype !== 'float32') {
      throw new TypeError(
        `${caller}: unsupported dtype '${dtype}'; draws are float64 or float32. For integers see integers(low, high).`,
      );
    }
    const shape = shapeOfSize(caller, given.size);
    return shape === undefined ? this.engine.draw(kind, 0, 1, dtype) : this.filled(shape, kind, 0, 1, dtype);
  }

  /**
   * Numbers drawn evenly from [0, 1) (numpy.random.Generator.random).
   * @param size count or shape; without it a single number
   * @param dtype float64 or float32
   */
  random(): number;
  random(size: Size | FloatOptions, dtype?: DTypeLike): NDArray;
  random(size: null | undefined, dtype?: DTypeLike): number;
  random(...args: unknown[]): number | NDArray {
    return this.draws('random', UNIFORM, args);
  }

  /**
   * Numbers of the standard normal distribution, float64 or float32 (numpy.random.Generator.standard_normal).
   */
  standard_normal(): number;
  standard_normal(size: Size | FloatOptions, dtype?: DTypeLike): NDArray;
  standard_normal(size: null | undefined, dtype?: DTypeLike): number;
  standard_normal(...args: unknown[]): number | NDArray {
    return this.draws('standard_normal', NORMAL, args);
  }

  /** Numbers of the exponential distribution with mean 1 (numpy.random.Generator.standard_exponential). */
  standard_exponential(): number;
  standard_exponential(size: Size | FloatOptions, dtype?: DTypeLike): NDArray;
  standard_exponential(size: null | undefined, dtype?: DTypeLike): number;
  standard_exponential(...args: unknown[]): number | NDArray {
    return this.draws('standard_exponential', EXPONENTIAL, args);
  }

  /**
   * Integers drawn evenly from low to high, high not included unless endpoint is true; with one bound, from 0
   * (numpy.random.Generator.integers).
   * @param size count or shape; without it a single number
   * @param dtype int64 (default), int32, uint8 or bool; the stream depends on it
   * @returns NDArray of the dtype, or a number
   * @example integers(10)   integers(0, 6, {size: 100, endpoint: true})
   */
  integers(low: number | bigint, high?: number | bigint | null): number;
  integers(
    low: number | bigint,
    high: number | bigint | null | undefined,
    size: Size | IntegersOptions,
    dtype?: DTypeLike,
    endpoint?: boolean,
  ): NDArray;
  integers(low: number | bigint, options: IntegersOptions): NDArray;
  integers(options: IntegersOptions): NDArray;
  integers(
    low: number | bigint,
    high: number | bigint | null | undefined,
    size: null | undefined,
    dtype?: DTypeLike,
    endpoint?: boolean,
  ): number;
  integers(...args: unknown[]): number | NDArray {
    const given = named('integers', ['low', 'high', 'size', 'dtype', 'endpoint'], args);
    const [first, second] = given.low === undefined ? [given.high, undefined] : [given.low, given.high];
    const { low, high, dtype } = integerBounds(
      'integers',
      first,
      second,
      given.dtype as DTypeLike,
      given.endpoint === true,
    );
    const shape = shapeOfSize('integers', given.size);
    if (shape === undefined) return this.engine.integer(dtype, low, high);
    const out = empty(shape, dtype);
    this.engine.integers(out, low, high);
    return out;
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
    replace?: boolean,
    p?: ArrayLike,
    axis?: number,
    shuffle?: boolean,
  ): NDArray;
  choice<T extends string | object>(a: readonly T[]): T;
  choice<T extends string | object>(
    a: readonly T[],
    size: Size | GeneratorChoiceOptions,
    replace?: boolean,
    p?: ArrayLike,
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
        random: (n) => this.filled([n], UNIFORM).data as Float64Array,
        integers: (n, shape) => {
          const out = empty(shape, 'int64');
          if (out.size > 0) this.engine.integers(out, 0n, BigInt(n - 1));
          return out;
        },
        distinct: (n, count) => {
          const out = empty([count], 'int64');
          this.engine.sample(out, n, shuffled);
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
    shuffleAlong(this.engine, x, axisNumber('shuffle', axis, x));
  }

  /**
   * A copy shuffled along an axis, the first by default; of a number n, 0 ... n - 1 in random order
   * (numpy.random.Generator.permutation).
   */
  override permutation(x: number | ArrayLike, axis: number | { axis?: number } = 0): NDArray {
    return permutationAlong(this.engine, x, axisNumber('permutation', axis, x));
  }
}

function axisNumber(caller: string, axis: number | { axis?: number }, x: unknown): number {
  const n = typeof axis === 'number' ? axis : (axis.axis ?? 0);
  return x instanceof NDArray && x.ndim > 0 ? normalizeAxis(caller, n, x.ndim) : n;
}

/**
 * A new generator (numpy.random.default_rng).
 * @param seed an integer >= 0 of any size, a list of such, a SeedSequence or PCG64; a Generator comes back as it is;
 *   without a seed every generator is different
 * @example const rng = np.random.default_rng(42); rng.normal(0, 1, [2, 3]);
 */
export function default_rng(seed?: Entropy | SeedSequence | PCG64 | Generator | null): Generator {
  if (seed instanceof Generator) return seed;
  if (seed instanceof PCG64) return new Generator(seed);
  return new Generator(new PCG64(seed ?? undefined));
}
