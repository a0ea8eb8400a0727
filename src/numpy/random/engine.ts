// The two bit generators and what they can draw natively. Their states are plain memory owned here, laid out
// as the structs of native/cpu/random_engines.h, so reading and writing a state needs no native code.

import { randomBytes } from 'node:crypto';
import { begin, op, run, setAddress, setParam } from '../../backend/index.js';
import { type DType, readScalar } from '../../core/dtype.js';
import { NDArray } from '../../core/ndarray.js';
import { replayable } from '../../core/replay.js';
import { storageOver } from '../../core/storage.js';
import { type Entropy, SeedSequence } from './seed-sequence.js';

// Codes of native/cpu/random.cc.
export const UNIFORM = 0;
export const NORMAL = 1;
export const EXPONENTIAL = 2;

function block(bytes: number, dtype: DType = 'uint8', shape: number[] = [bytes]): NDArray {
  return new NDArray(storageOver(new ArrayBuffer(bytes)), dtype, shape);
}

/** The memory of a generator's state, which code that runs a function twice may put back. */
function stateBlock(bytes: number): NDArray {
  const memory = block(bytes);
  replayable(memory.storage.buffer);
  return memory;
}

// Single numbers are drawn into one array that is used again and again.
const one: Record<'float64' | 'float32' | 'int64' | 'int32' | 'uint8' | 'bool', NDArray> = {
  float64: block(8, 'float64', []),
  float32: block(8, 'float32', []),
  int64: block(8, 'int64', []),
  int32: block(8, 'int32', []),
  uint8: block(8, 'uint8', []),
  bool: block(8, 'bool', []),
};
const oneFloat64 = one.float64.raw();
const oneFloat32 = one.float32.raw();

// [low, range] of bounded integers, as unsigned 64-bit words.
const bounds = block(16, 'int64', [2]);
const boundWords = new BigUint64Array(bounds.storage.buffer);

/** The 32-bit words of a contiguous int64 array: its elements can be written so without making bigints. */
export function indexWords(a: NDArray): Uint32Array {
  const { buffer, byteOffset } = a.storage;
  return new Uint32Array(buffer, byteOffset + 8 * a.offset, 2 * a.size);
}

/** Element i = value, a whole number >= 0. */
export function writeIndex(words: Uint32Array, i: number, value: number): void {
  words[2 * i] = value;
  words[2 * i + 1] = value / 2 ** 32;
}

/** A source of random bits, with all that is drawn from it in native code. */
export abstract class Engine {
  protected abstract readonly code: number;
  /** The generator's state as bytes. */
  protected abstract readonly memory: NDArray;

  /** Fills a contiguous float array with offset + scale * draw. */
  fill(out: NDArray, distribution: number, offset: number, scale: number): void {
    begin(op.randomFill, out.dtype, 0);
    setAddress(0, out);
    setAddress(1, this.memory);
    setParam(0, this.code);
    setParam(1, distribution);
    setParam(2, out.size);
    setParam(3, offset);
    setParam(4, scale);
    run();
  }

  /** One number, offset + scale * draw. */
  draw(
    distribution: number,
    offset: number,
    scale: number,
    dtype: 'float64' | 'float32' = 'float64',
  ): number {
    this.fill(one[dtype], distribution, offset, scale);
    return (dtype === 'float64' ? oneFloat64[0] : oneFloat32[0]) as number;
  }

  /** Fills a contiguous integer or bool array with integers from low to high, both included. */
  integers(out: NDArray, low: bigint, high: bigint): void {
    boundWords[0] = BigInt.asUintN(64, low);
    boundWords[1] = BigInt.asUintN(64, high - low);
    begin(op.randomIntegers, out.dtype, 0);
    setAddress(0, out);
    setAddress(1, this.memory);
    setAddress(2, bounds);
    setParam(0, this.code);
    setParam(2, out.size);
    run();
  }

  /** One integer from low to high, both included; a plain number while it is safe. */
  integer(dtype: 'int64' | 'int32' | 'uint8' | 'bool', low: bigint, high: bigint): number {
    const out = one[dtype];
    this.integers(out, low, high);
    const value = readScalar(dtype, out.raw(), 0);
    return typeof value === 'boolean' ? Number(value) : (value as number);
  }

  /** Shuffles the rows of a contiguous array in place. */
  shuffleRows(a: NDArray): void {
    const rows = a.shape[0];
    if (rows < 2) return;
    begin(op.randomShuffle, a.dtype, 0);
    setAddress(0, a);
    setAddress(1, this.memory);
    setParam(0, this.code);
    setParam(2, rows);
    setParam(3, (a.size / rows) * a.itemsize);
    run();
    a.storage.version++;
  }

  /** 0 ... n - 1 in random order, as int64. */
  order(n: number): NDArray {
    const out = block(8 * n, 'int64', [n]);
    const words = indexWords(out);
    for (let i = 0; i < n; i++) writeIndex(words, i, i);
    this.shuffleRows(out);
    return out;
  }
}

/** The state of RandomState, as get_state() gives it (NumPy's form with legacy=False). */
export interface MT19937State {
  bit_generator: 'MT19937';
  state: { key: Uint32Array; pos: number };
  has_gauss: number;
  gauss: number;
}

/** Mersenne Twister with the cached second normal number of NumPy's legacy functions. */
export class MT19937 extends Engine {
  protected readonly code = 0;
  protected readonly memory = stateBlock(2512);
  private readonly key = new Uint32Array(this.memory.storage.buffer, 0, 624);
  // Position in the key; whether a normal number waits.
  private readonly flags = new Int32Array(this.memory.storage.buffer, 2496, 2);
  private readonly gauss = new Float64Array(this.memory.storage.buffer, 2504, 1);

  /** Seeds with one 32-bit integer, or with several; without any, from the system's entropy. */
  seed(words?: number | Uint32Array): void {
    const list = words ?? new Uint32Array(new Uint8Array(randomBytes(32)).buffer);
    begin(op.randomSeed, 'int32', 0);
    setAddress(0, this.memory);
    if (typeof list === 'number') {
      setParam(0, 0);
      setParam(1, list);
    } else {
      const array = block(4 * list.length, 'int32', [list.length]);
      new Uint32Array(array.storage.buffer).set(list);
      setAddress(1, array);
      setParam(0, list.length);
    }
    run();
  }

  get state(): MT19937State {
    return {
      bit_generator: 'MT19937',
      state: { key: this.key.slice(), pos: this.flags[0] },
      has_gauss: this.flags[1],
      gauss: this.gauss[0],
    };
  }

  set state(value: MT19937State) {
    const { key, pos } = value.state;
    this.key.set(key);
    this.flags[0] = pos;
    this.flags[1] = value.has_gauss;
    this.gauss[0] = value.gauss;
  }
}

/** The state of a PCG64, as `bit_generator.state` gives it. */
export interface PCG64State {
  bit_generator: 'PCG64';
  state: { state: bigint; inc: bigint };
  has_uint32: number;
  uinteger: number;
}

const MULTIPLIER = (2549297995355413924n << 64n) | 4865540595714422341n;

/**
 * Permuted congruential generator, 128-bit state, XSL-RR output (numpy.random.PCG64): what default_rng uses.
 */
export class PCG64 extends Engine {
  protected readonly code = 1;
  protected readonly memory = stateBlock(40);
  /** What the state was made from. */
  readonly seed_seq: SeedSequence;
  // State and increment, high word first; whether half a draw is kept, and that half.
  private readonly words = new BigUint64Array(this.memory.storage.buffer, 0, 4);
  private readonly spare = new Uint32Array(this.memory.storage.buffer, 32, 2);

  /** Fills a contiguous int64 array with distinct integers of 0 ... population - 1. */
  sample(out: NDArray, population: number, shuffled: boolean): void {
    if (out.size === 0) return;
    begin(op.randomChoice, 'int64', 0);
    setAddress(0, out);
    setAddress(1, this.memory);
    setParam(0, this.code);
    setParam(2, out.size);
    setParam(3, population);
    setParam(4, shuffled ? 1 : 0);
    run();
  }

  constructor(seed?: Entropy | SeedSequence) {
    super();
    this.seed_seq = seed instanceof SeedSequence ? seed : new SeedSequence(seed);
    const [a, b, c, d] = this.seed_seq.generate_state(4, 'uint64');
    const increment = BigInt.asUintN(128, (((c << 64n) | d) << 1n) | 1n);
    const start = BigInt.asUintN(128, increment + ((a << 64n) | b));
    this.write(BigInt.asUintN(128, start * MULTIPLIER + increment), increment);
  }

  private write(state: bigint, increment: bigint): void {
    this.words[0] = state >> 64n;
    this.words[1] = state;
    this.words[2] = increment >> 64n;
    this.words[3] = increment;
  }

  get state(): PCG64State {
    const [a, b, c, d] = this.words;
    return {
      bit_generator: 'PCG64',
      state: { state: (a << 64n) | b, inc: (c << 64n) | d },
      has_uint32: this.spare[0],
      uinteger: this.spare[1],
    };
  }

  set state(value: PCG64State) {
    if (value?.bit_generator !== 'PCG64') {
      throw new TypeError(`PCG64.state: the state is of ${String(value?.bit_generator)}, not of PCG64.`);
    }
    this.write(value.state.state, value.state.inc);
    this.spare[0] = value.has_uint32;
    this.spare[1] = value.uinteger;
  }
}
