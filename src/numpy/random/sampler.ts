// What RandomState and Generator have in common: continuous distributions and shuffling. They differ in the
// bits that they draw, which their engines decide, and in how they pick samples.

import { copy as copyInto } from '../../backend/index.js';
import { asarray } from '../../core/create.js';
import { type ArrayLike, empty, NDArray } from '../../core/ndarray.js';
import {
  broadcastShapes,
  contiguousStrides,
  type Shape,
  sameShape,
  shapeText,
  sizeOf,
} from '../../core/shape.js';
import { add, mul, sub, writeInPlace } from '../../ops/elementwise.js';
import { take } from '../../ops/index.js';
import { track } from '../../ops/registry.js';
import { copy } from '../../ops/shape.js';
import {
  cumulative,
  named,
  notNegative,
  parameter,
  probabilities,
  type Size,
  searchRight,
  shapeOfSize,
} from './arguments.js';
import { type Engine, EXPONENTIAL, indexWords, NORMAL, UNIFORM, writeIndex } from './engine.js';

export interface SizeOption {
  size?: Size | null;
}

export interface UniformOptions extends SizeOption {
  low?: number | ArrayLike;
  high?: number | ArrayLike;
}

export interface NormalOptions extends SizeOption {
  loc?: number | ArrayLike;
  scale?: number | ArrayLike;
}

export interface ExponentialOptions extends SizeOption {
  scale?: number | ArrayLike;
}

/** A list of anything that is not made of numbers: names, objects. */
export type Items = readonly (string | object)[];

export abstract class Sampler<E extends Engine = Engine> {
  constructor(protected readonly engine: E) {}

  /**
   * Numbers drawn evenly from [low, high): `low + (high - low) * random()` (numpy.random.uniform).
   * @param low default 0; an array draws one number for each of its elements
   * @param high default 1; not included
   * @param size count or shape; without it a single number (or the shape of low and high)
   * @returns float64 NDArray, or a number
   * @example uniform(-6, 1)   uniform(-1, 1, [2, 3])   uniform({low: -1, size: 10})
   */
  uniform(low?: number, high?: number): number;
  uniform(
    low: number | ArrayLike | undefined,
    high: number | ArrayLike | undefined,
    size: Size | UniformOptions,
  ): NDArray;
  uniform(low: ArrayLike, high?: ArrayLike, size?: Size | null): NDArray;
  uniform(low: number | ArrayLike, options: UniformOptions): NDArray;
  uniform(options: UniformOptions): NDArray;
  uniform(...args: unknown[]): number | NDArray {
    const given = named('uniform', ['low', 'high', 'size'], args);
    const low = parameter('uniform', 'low', given.low, 0);
    const high = parameter('uniform', 'high', given.high, 1);
    const range = typeof low === 'number' && typeof high === 'number' ? high - low : sub(high, low);
    for (const x of typeof range === 'number' ? [range] : range.data) {
      if (!Number.isFinite(Number(x)))
        throw new RangeError(
          `uniform: the range from ${low} to ${high} exceeds valid bounds; low, high and high - low must be finite.`,
        );
    }
    return this.distribute('uniform', UNIFORM, low, range, given.size);
  }

  /**
   * Normally distributed numbers (numpy.random.normal).
   * @param loc mean, default 0; an array draws one number for each of its elements
   * @param scale standard deviation, default 1
   * @param size count or shape; without it a single number (or the shape of loc and scale)
   * @returns float64 NDArray, or a number
   */
  normal(loc?: number, scale?: number): number;
  normal(
    loc: number | ArrayLike | undefined,
    scale: number | ArrayLike | undefined,
    size: Size | NormalOptions,
  ): NDArray;
  normal(loc: ArrayLike, scale?: ArrayLike, size?: Size | null): NDArray;
  normal(loc: number | ArrayLike, options: NormalOptions): NDArray;
  normal(options: NormalOptions): NDArray;
  normal(...args: unknown[]): number | NDArray {
    const given = named('normal', ['loc', 'scale', 'size'], args);
    const scale = parameter('normal', 'scale', given.scale, 1);
    notNegative('normal', 'scale', scale);
    return this.distribute('normal', NORMAL, parameter('normal', 'loc', given.loc, 0), scale, given.size);
  }

  /**
   * Exponentially distributed numbers (numpy.random.exponential).
   * @param scale mean, default 1; an array draws one number for each of its elements
   * @param size count or shape; without it a single number (or the shape of scale)
   * @returns float64 NDArray, or a number
   */
  exponential(scale?: number): number;
  exponential(scale: number | ArrayLike | undefined, size: Size | ExponentialOptions): NDArray;
  exponential(scale: ArrayLike, size?: Size | null): NDArray;
  exponential(options: ExponentialOptions): NDArray;
  exponential(...args: unknown[]): number | NDArray {
    const given = named('exponential', ['scale', 'size'], args);
    const scale = parameter('exponential', 'scale', given.scale, 1);
    notNegative('exponential', 'scale', scale);
    return this.distribute('exponential', EXPONENTIAL, 0, scale, given.size);
  }

  /** offset + scale * draw. */
  private distribute(
    caller: string,
    kind: number,
    offset: number | NDArray,
    scale: number | NDArray,
    size: unknown,
  ): number | NDArray {
    const shape = shapeOfSize(caller, size);
    if (typeof offset === 'number' && typeof scale === 'number') {
      return shape === undefined
        ? this.engine.draw(kind, offset, scale)
        : this.filled(shape, kind, offset, scale);
    }
    const shapes = [offset, scale].map((x) => (typeof x === 'number' ? [] : x.shape));
    const own = broadcastShapes(caller, shapes[0], shapes[1]);
    const to = shape ?? own;
    if (!sameShape(broadcastShapes(caller, own, to), to)) {
      throw new RangeError(
        `${caller}: parameters of shape ${shapeText(own)} do not broadcast to size ${shapeText(to)}.`,
      );
    }
    const scaled = mul(scale, this.filled(to, kind, 0, 1));
    return kind === EXPONENTIAL ? scaled : add(offset, scaled);
  }

  /** A new array of draws. */
  protected filled(
    shape: Shape,
    kind: number,
    offset = 0,
    scale = 1,
    dtype: 'float64' | 'float32' = 'float64',
  ): NDArray {
    const out = empty(shape, dtype);
    this.engine.fill(out, kind, offset, scale);
    return out;
  }

  /**
   * Shuffles along the first axis, in place (numpy.random.shuffle). Rows of a matrix stay whole.
   * @param x array (a view writes through to its base) or a JavaScript list
   */
  shuffle(x: NDArray | unknown[]): void {
    shuffleAlong(this.engine, x, 0);
  }

  /**
   * A shuffled copy, along the first axis; of a number n, 0 ... n - 1 in random order
   * (numpy.random.permutation).
   * @returns NDArray: int64 for a number, else the dtype and shape of x
   */
  permutation(x: number | ArrayLike): NDArray {
    return permutationAlong(this.engine, x, 0);
  }
}

/** Generator and RandomState: shuffle(x) along an axis. */
export function shuffleAlong(engine: Engine, x: NDArray | unknown[], axis: number): void {
  if (Array.isArray(x)) {
    if (axis !== 0) throw new TypeError('shuffle: an axis applies to NDArrays; a list has only axis 0.');
    const before = x.slice();
    indices(engine.order(x.length)).forEach((from, to) => {
      x[to] = before[from];
    });
    return;
  }
  if (!(x instanceof NDArray)) {
    throw new TypeError(
      `shuffle: takes an NDArray or a list to shuffle in place, not ${typeof x}. permutation(n) gives shuffled numbers.`,
    );
  }
  if (x.ndim === 0)
    throw new TypeError('shuffle: a 0-d array has nothing to shuffle; it must be at least 1-dimensional.');
  if (axis === 0 && x.contiguous && !x.tracked) {
    engine.shuffleRows(x);
    return;
  }
  const order = engine.order(x.shape[axis]);
  writeInPlace('shuffle', x, [], (old) => {
    // A view that view() made is not on the tape.
    copyInto(x, take(x.view(x.shape, x.stridesEl, x.offset), order, axis));
    return (out) => track('shuffle', out, [old], [(g) => take(g, inverse(order), axis)], []);
  });
}

/** The order that undoes an order. */
function inverse(order: NDArray): NDArray {
  const out = empty(order.shape, 'int64');
  const words = indexWords(out);
  indices(order).forEach((from, to) => {
    writeIndex(words, from, to);
  });
  return out;
}

/** Generator and RandomState: permutation(x) along an axis. */
export function permutationAlong(engine: Engine, x: number | ArrayLike, axis: number): NDArray {
  if (typeof x === 'number' || typeof x === 'bigint') {
    const n = Number(x);
    if (!Number.isInteger(n))
      throw new TypeError(`permutation: x must be an integer or at least 1-dimensional, not ${n}.`);
    return engine.order(Math.max(n, 0));
  }
  const a = asarray(x, 'permutation');
  if (a.ndim === 0)
    throw new TypeError(
      'permutation: x must be an integer or at least 1-dimensional, not a 0-d array. Use x.item().',
    );
  return take(a, engine.order(a.shape[axis]), axis);
}

const indices = (order: NDArray): number[] => Array.from(order.data as BigInt64Array, Number);

// -----------------------------------------------------------------------------------------------------------
// choice

/** What choice needs from its generator. */
export interface ChoiceSource {
  /** Numbers in [0, 1). */
  random(n: number): Float64Array;
  /** Integers of 0 ... n - 1. */
  integers(n: number, shape: Shape): NDArray;
  /** Distinct integers of 0 ... n - 1. */
  distinct(n: number, count: number): NDArray;
}

/**
 * `choice(a, size, replace, p)` on top of a generator's draws; NumPy's two generators share all but these.
 */
export function choose(
  source: ChoiceSource,
  args: unknown[],
  names: readonly string[],
  axisOf: (axis: unknown) => number,
): unknown {
  const given = named('choice', names, args);
  const axis = axisOf(given.axis);
  const items =
    Array.isArray(given.a) && given.a.some((x) => typeof x === 'string' || isItem(x))
      ? (given.a as Items)
      : undefined;
  const { population, candidates } = candidatesOf(given.a, items, axis);
  const shape = shapeOfSize('choice', given.size);
  const count = shape === undefined ? 1 : sizeOf(shape);
  if (candidates <= 0 && count > 0) {
    const what =
      population === undefined && items === undefined
        ? `a must be greater than 0, not ${candidates},`
        : 'a cannot be empty';
    throw new RangeError(`choice: ${what} unless no samples are taken.`);
  }
  const p = given.p === undefined ? undefined : probabilities('choice', given.p, candidates);
  const chosen =
    (given.replace ?? true)
      ? withReplacement(source, candidates, shape ?? [], count, p)
      : withoutReplacement(source, candidates, shape ?? [], count, p);

  if (items !== undefined) {
    if (shape === undefined) return items[chosen.item()];
    if (shape.length !== 1)
      throw new RangeError(`choice: of a list of items, size is a count, not the shape ${shapeText(shape)}.`);
    return indices(chosen).map((i) => items[i]);
  }
  if (population === undefined) return shape === undefined ? chosen.item() : chosen;
  if (shape !== undefined) return take(population, chosen, axis);
  return population.ndim === 1 ? population.item(chosen.item()) : copy(take(population, chosen, axis));
}

const isItem = (x: unknown) =>
  typeof x === 'object' &&
  x !== null &&
  !Array.isArray(x) &&
  !(x instanceof NDArray) &&
  !ArrayBuffer.isView(x);

function candidatesOf(
  a: unknown,
  items: Items | undefined,
  axis: number,
): { population?: NDArray; candidates: number } {
  if (items !== undefined) return { candidates: items.length };
  if (typeof a === 'number' || typeof a === 'bigint') {
    if (!Number.isInteger(Number(a)))
      throw new TypeError(`choice: a must be 1-dimensional or an integer, not ${a}.`);
    return { candidates: Number(a) };
  }
  if (a === undefined)
    throw new TypeError('choice: takes what to choose from: a number n for 0 ... n - 1, or an array.');
  const population = asarray(a as ArrayLike, 'choice');
  if (population.ndim === 0) return candidatesOf(population.item(), undefined, axis);
  return { population, candidates: population.shape[axis < 0 ? axis + population.ndim : axis] };
}

function withReplacement(
  source: ChoiceSource,
  candidates: number,
  shape: Shape,
  count: number,
  p?: Float64Array,
): NDArray {
  if (p === undefined) return source.integers(candidates, shape);
  const cdf = cumulative(p);
  const out = empty(shape, 'int64');
  const words = indexWords(out);
  source.random(count).forEach((u, i) => {
    writeIndex(words, i, searchRight(cdf, u));
  });
  return out;
}

function withoutReplacement(
  source: ChoiceSource,
  candidates: number,
  shape: Shape,
  count: number,
  p?: Float64Array,
): NDArray {
  if (count > candidates) {
    throw new RangeError(
      `choice: cannot take a larger sample (${count}) than the population (${candidates}) when replace is false.`,
    );
  }
  if (p === undefined) {
    const order = source.distinct(candidates, count);
    return order.view(shape, contiguousStrides(shape), order.offset);
  }
  const possible = p.reduce((n, x) => n + (x > 0 ? 1 : 0), 0);
  if (possible < count) {
    throw new RangeError(
      `choice: fewer non-zero entries in p (${possible}) than size (${count}), and replace is false.`,
    );
  }
  // Draws as many as are missing, drops repeats, and removes what was found from the distribution.
  const rest = p.slice();
  const found = new Set<number>();
  while (found.size < count) {
    const draws = source.random(count - found.size);
    for (const i of found) rest[i] = 0;
    const cdf = cumulative(rest);
    for (const u of draws) found.add(searchRight(cdf, u));
  }
  const out = empty(shape, 'int64');
  const words = indexWords(out);
  [...found].forEach((index, i) => {
    writeIndex(words, i, index);
  });
  return out;
}
