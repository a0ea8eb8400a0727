// What RandomState and Generator have in common besides distributions: shuffling, permutations and choices. They
// differ in how they pick samples.

import { argsortRows, copy as copyInto, searchsorted } from '../../backend/index.js';
import { asarray } from '../../core/create.js';
import { readScalar } from '../../core/dtype.js';
import { type ArrayLike, empty, NDArray } from '../../core/ndarray.js';
import { noGrad } from '../../core/node.js';
import {
  broadcastShapes,
  contiguousStrides,
  normalizeAxis,
  type Shape,
  sameShape,
  shapeText,
  sizeOf,
} from '../../core/shape.js';
import { take } from '../../ops/index.js';
import { track } from '../../ops/registry.js';
import { copy, transpose } from '../../ops/shape.js';
import { writeInPlace } from '../../ops/writing.js';
import type { DTypeLike } from '../arguments.js';
import { arange } from '../grid.js';
import {
  cumulative,
  integerBounds,
  named,
  probabilities,
  type Size,
  searchRight,
  shapeOfSize,
} from './arguments.js';
import { type BitGenerator, bits } from './bit-generators.js';
import { checkFits, fillBetween, fillIntegers, one, type Source, shuffleRows } from './draw.js';
import { Vectors } from './vectors.js';

export interface SizeOption {
  size?: Size | null;
}

export interface RandintOptions extends SizeOption {
  low?: number | bigint | ArrayLike;
  high?: number | bigint | ArrayLike;
  dtype?: DTypeLike;
}

export interface ChoiceOptions extends SizeOption {
  /** Whether a candidate may be chosen more than once; default true. */
  replace?: boolean;
  /** Probability of each candidate; by default all are equal. */
  p?: ArrayLike;
}

/** A list of anything that is not made of numbers: names, objects. */
export type Items = readonly (string | object)[];

// Kind of native/cpu/random.cc.
const WORDS = 2;

export abstract class Sampler<Bits extends BitGenerator = BitGenerator> extends Vectors {
  protected abstract override readonly source: Source<Bits>;

  /** The source of random bits; its `state` can be read and written. */
  get bitGenerator(): Bits {
    return this.source.bits;
  }
  get bit_generator(): Bits {
    return this.source.bits;
  }

  /**
   * Random bytes.
   * @param length how many
   * @example rng.bytes(16)
   * @see numpy.random.Generator.bytes
   */
  bytes(length: number): Uint8Array {
    if (!Number.isInteger(length) || length < 0) {
      throw new RangeError(`bytes: length must be a whole number >= 0, not ${String(length)}.`);
    }
    // NumPy draws a word even for no bytes.
    const count = Math.max(Math.ceil(length / 4), 1);
    return new Uint8Array(bits(this.source.bits, WORDS, count, 'int32').storage.buffer, 0, length);
  }

  /**
   * Shuffles along the first axis, in place (numpy.random.shuffle). Rows of a matrix stay whole.
   * @param x array (a view writes through to its base) or a JavaScript list
   */
  shuffle(x: NDArray | unknown[]): void {
    shuffleAlong(this.source, x, 0);
  }

  /**
   * A shuffled copy, along the first axis; of a number n, 0 ... n - 1 in random order
   * (numpy.random.permutation).
   * @returns NDArray: int64 for a number, else the dtype and shape of x
   */
  permutation(x: number | ArrayLike): NDArray {
    return permutationAlong(this.source, x, 0);
  }

  /** Integers between bounds, as randint and integers read them. */
  protected between(caller: string, given: Record<string, unknown>): number | NDArray {
    const [first, second] = given.low === undefined ? [given.high, undefined] : [given.low, given.high];
    const endpoint = given.endpoint === true;
    const bounds = integerBounds(caller, first, second, given.dtype as DTypeLike, endpoint);
    const { dtype } = bounds;
    const shape = shapeOfSize(caller, given.size);
    if (bounds.each) {
      const { low, high } = bounds;
      const own = broadcastShapes(caller, low.shape, high.shape);
      if (shape !== undefined) checkFits(caller, own, shape);
      const out = empty(shape ?? own, dtype);
      if (out.size > 0) fillBetween(this.source, caller, out, low, high, endpoint);
      return out;
    }
    const out = shape === undefined ? one(dtype) : empty(shape, dtype);
    fillIntegers(this.source, out, bounds.low, bounds.high);
    if (shape !== undefined) return out;
    const value = readScalar(dtype, out.raw(), 0);
    return typeof value === 'boolean' ? Number(value) : (value as number);
  }
}

/** 0 ... n - 1 in random order, as int64. */
export function order(source: Source, n: number): NDArray {
  const out = arange(n, { dtype: 'int64' });
  shuffleRows(source, out, n, 8);
  return out;
}

/** Generator and RandomState: shuffle(x) along an axis. */
export function shuffleAlong(source: Source, x: NDArray | unknown[], axis: number): void {
  if (Array.isArray(x)) {
    if (axis !== 0) throw new TypeError('shuffle: an axis applies to NDArrays; a list has only axis 0.');
    const before = x.slice();
    indices(order(source, x.length)).forEach((from, to) => {
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
  if (axis === 0 && x.contiguous && !x.tracked && x.size > 0) {
    shuffleRows(source, x, x.shape[0], (x.size / x.shape[0]) * x.itemsize);
    return;
  }
  const rows = order(source, x.shape[axis]);
  writeInPlace('shuffle', x, [], (old) => {
    // A view that view() made is not on the tape.
    copyInto(x, take(x.remap(x.shape, x.stridesEl, x.offset), rows, axis));
    return (out) => track('shuffle', out, [old], [(g) => take(g, inverse(rows), axis)], []);
  });
}

/** The order that undoes an order. */
function inverse(rows: NDArray): NDArray {
  const out = empty(rows.shape, 'int64');
  argsortRows(out, rows);
  return out;
}

/** Generator and RandomState: permutation(x) along an axis. */
export function permutationAlong(source: Source, x: number | ArrayLike, axis: number): NDArray {
  if (typeof x === 'number' || typeof x === 'bigint') {
    const n = Number(x);
    if (!Number.isInteger(n))
      throw new TypeError(`permutation: x must be an integer or at least 1-dimensional, not ${n}.`);
    return order(source, Math.max(n, 0));
  }
  const a = asarray(x, 'permutation');
  if (a.ndim === 0)
    throw new TypeError(
      'permutation: x must be an integer or at least 1-dimensional, not a 0-d array. Use x.item().',
    );
  return take(a, order(source, a.shape[axis]), axis);
}

const indices = (list: NDArray): number[] => Array.from(list.data as BigInt64Array, Number);

// -----------------------------------------------------------------------------------------------------------
// choice

/** What choice needs from its generator. */
export interface ChoiceSource {
  /** Numbers in [0, 1). */
  random(shape: Shape): NDArray;
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
      ? withReplacement(source, candidates, shape ?? [], p)
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

function withReplacement(source: ChoiceSource, candidates: number, shape: Shape, p?: Float64Array): NDArray {
  if (p === undefined) return source.integers(candidates, shape);
  const out = empty(shape, 'int64');
  searchsorted(out, asarray(cumulative(p)), source.random(shape), 'right');
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
    return order.remap(shape, contiguousStrides(shape), order.offset);
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
    const draws = source.random([count - found.size]).data as Float64Array;
    for (const i of found) rest[i] = 0;
    const cdf = cumulative(rest);
    for (const u of draws) found.add(searchRight(cdf, u));
  }
  const out = empty(shape, 'int64');
  const list = out.raw() as BigInt64Array;
  let at = 0;
  for (const index of found) list[at++] = BigInt(index);
  return out;
}

// -----------------------------------------------------------------------------------------------------------
// permuted

/** Generator's permuted: every row along an axis is shuffled on its own. */
export function shuffleEach(source: Source, x: ArrayLike, axis: number | undefined, out?: NDArray): NDArray {
  const a = asarray(x, 'permuted');
  if (out !== undefined && !(out instanceof NDArray)) {
    throw new TypeError(`permuted: out must be an NDArray, not ${typeof out}.`);
  }
  if (out !== undefined && (!sameShape(out.shape, a.shape) || out.dtype !== a.dtype)) {
    throw new RangeError(
      `permuted: out must have the shape and dtype of x: ${shapeText(out.shape)} ${out.dtype} is not ${shapeText(a.shape)} ${a.dtype}.`,
    );
  }
  if (out?.tracked) throw new TypeError('permuted: out is on the tape. Pass out.detach().');
  const at = axis === undefined ? undefined : normalizeAxis('permuted', axis, a.ndim);
  // The work is done on a plain copy in C order; rows lie `step` elements apart in it.
  const work = noGrad(() => copy(a));
  if (at === undefined && columnMajor(a)) {
    const columns = noGrad(() => copy(transpose(a)));
    shuffleRows(source, columns, columns.size, columns.itemsize);
    copyInto(work, transpose(columns));
  } else if (at === undefined) shuffleRows(source, work, work.size, work.itemsize);
  else {
    const length = work.shape[at];
    const step = work.stridesEl[at];
    const inner = step;
    for (let first = 0; length > 0 && first < work.size; first += length * inner) {
      for (let i = 0; i < inner; i++) {
        shuffleRows(
          source,
          work.remap([length], [step], first + i),
          length,
          work.itemsize,
          step * work.itemsize,
        );
      }
    }
  }
  if (out === undefined) return work;
  copyInto(out, work);
  out.storage.version++;
  return out;
}

/** Whether the first axis is the one whose elements lie next to each other: NumPy then shuffles in that order. */
function columnMajor(a: NDArray): boolean {
  const steps = a.stridesEl.filter((_, d) => a.shape[d] > 1).map(Math.abs);
  return steps.length > 1 && steps.every((step, d) => d === 0 || step > steps[d - 1]);
}
