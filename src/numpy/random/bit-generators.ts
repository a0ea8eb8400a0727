// The bit generators behind np.random. Their states are plain memory owned here, laid out as the structs of
// native/cpu/random_engines.h, so reading and writing a state needs no native code; draw.ts draws from them.

import { randomBytes } from 'node:crypto';
import { begin, op, run, setAddress, setParam } from '../../backend/index.js';
import { type DType, dtypeInfo } from '../../core/dtype.js';
import { NDArray } from '../../core/ndarray.js';
import { replayable } from '../../core/replay.js';
import { contiguousStrides, sizeOf } from '../../core/shape.js';
import { storageOver } from '../../core/storage.js';
import { type Size, shapeOfSize, snakeCase } from './arguments.js';
import { type Entropy, SeedSequence } from './seed-sequence.js';

/** Memory of its own, zero, that no pool ever takes. */
export function block(bytes: number, dtype: DType = 'uint8', shape: number[] = [bytes]): NDArray {
  return new NDArray(storageOver(new ArrayBuffer(bytes)), dtype, shape);
}

/** Memory that decides what is drawn next; a checkpoint or vmap puts it back to draw the same again. */
export function stateBlock(bytes: number): NDArray {
  const memory = block(bytes);
  replayable(memory.storage.buffer);
  return memory;
}

/** 64-bit words from whatever a state was written as: integers, decimal strings, lists of them. */
type Words = BigUint64Array | readonly (bigint | number | string)[];
type Word = bigint | number | string;

function words(caller: string, value: Words | Word | undefined, count: number): bigint[] {
  const list =
    typeof value === 'object' && value !== null
      ? Array.from(value as readonly Word[], BigInt)
      : value === undefined
        ? []
        : Array.from({ length: count }, (_, i) => BigInt.asUintN(64, BigInt(value) >> BigInt(64 * i)));
  if (list.length !== count) throw new RangeError(`${caller}: takes ${count} words, not ${list.length}.`);
  return list;
}

/** What JSON.stringify makes of a state: big integers as decimal strings, typed arrays as lists. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as Iterable<number | bigint>, plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, x]) => [name, plain(x)]));
}

/** Lets a state go through JSON.stringify; the generators read what JSON.parse gives back. */
export const jsonable = <T extends object>(state: T): T =>
  Object.defineProperty(state, 'toJSON', { value: () => plain(state), enumerable: false });

/** What the state of every bit generator says. */
export interface BitState {
  bit_generator: string;
  state: object;
}

/** The spare half of a 64-bit draw, as NumPy's states name it. */
interface SpareState {
  has_uint32: number;
  uinteger: number;
}

// Kinds of native/cpu/random.cc.
const RAW = 0;

/**
 * A source of random bits (numpy.random.BitGenerator): MT19937, PCG64, PCG64DXSM, Philox or SFC64. A Generator makes
 * distributions of them: `new np.random.Generator(new np.random.Philox(7))`.
 */
export abstract class BitGenerator {
  /** What the native side calls it. */
  abstract readonly code: number;
  /** The generator's state as bytes. */
  abstract readonly memory: NDArray;
  /** What the state was made from. */
  readonly seedSeq: SeedSequence;

  constructor(seed?: Entropy | SeedSequence | null) {
    this.seedSeq = seed instanceof SeedSequence ? seed : new SeedSequence(seed ?? undefined);
  }

  /** Everything that decides the bits to come, as a plain object; assign it to continue there. It survives JSON. */
  abstract get state(): BitState;
  abstract set state(value: BitState);

  get seed_seq(): SeedSequence {
    return this.seedSeq;
  }

  /**
   * The next words as the generator makes them: 32 bits of MT19937, 64 bits of the others
   * (numpy.random.BitGenerator.random_raw).
   * @param size count or shape; without it one bigint
   * @returns uint64 NDArray, or a bigint
   * @example new np.random.PCG64(1).randomRaw(3)
   */
  randomRaw(): bigint;
  randomRaw(size: Size): NDArray;
  randomRaw(size?: Size): bigint | NDArray {
    const shape = shapeOfSize('random_raw', size);
    const out = bits(this, RAW, shape === undefined ? 1 : sizeOf(shape), 'uint64');
    return shape === undefined
      ? (out.raw() as BigUint64Array)[0]
      : out.remap(shape, contiguousStrides(shape), 0);
  }

  /** `n` bit generators of the same kind, independent of this one and of each other. */
  spawn(n: number): this[] {
    const Kind = this.constructor as new (seed: SeedSequence) => this;
    return this.seedSeq.spawn(n).map((seed) => new Kind(seed));
  }

  declare readonly random_raw: this['randomRaw'];

  /** Throws unless a state is one of this kind. */
  protected check(value: BitState): void {
    const name = this.constructor.name;
    if (value?.bit_generator === name && typeof value.state === 'object') return;
    throw new TypeError(
      `${name}.state: the state is of ${String(value?.bit_generator)}, not of ${name}: it looks like {bit_generator: '${name}', state: {...}}.`,
    );
  }
}
snakeCase(BitGenerator, ['randomRaw']);

/** `count` numbers of 32 or 64 bits without any distribution. */
export function bits(source: BitGenerator, kind: number, count: number, dtype: DType): NDArray {
  const out = block(count * dtypeInfo[dtype].itemsize, dtype, [count]);
  begin(op.randomBits, dtype, 0);
  setAddress(0, out);
  setAddress(1, source.memory);
  setParam(0, source.code);
  setParam(1, kind);
  setParam(2, count);
  run();
  return out;
}

/** A generator of 64-bit words, which keeps the half that a 32-bit draw leaves. */
abstract class Halving extends BitGenerator {
  /** Where the spare half lies in the memory. */
  protected abstract readonly spare: Uint32Array;

  protected get kept(): SpareState {
    return { has_uint32: this.spare[0], uinteger: this.spare[1] };
  }

  protected set kept(value: Partial<SpareState>) {
    this.spare[0] = value.has_uint32 ?? 0;
    this.spare[1] = value.uinteger ?? 0;
  }
}

// -----------------------------------------------------------------------------------------------------------
// MT19937

export interface MT19937State extends BitState {
  state: { key: Uint32Array | readonly number[]; pos: number };
}

/** Mersenne Twister (numpy.random.MT19937), what RandomState and np.random.seed use. */
export class MT19937 extends BitGenerator {
  readonly code = 0;
  readonly memory = stateBlock(2504);
  private readonly key = new Uint32Array(this.memory.storage.buffer, 0, 624);
  private readonly position = new Int32Array(this.memory.storage.buffer, 2496, 1);

  constructor(seed?: Entropy | SeedSequence | null) {
    super(seed);
    this.key.set(this.seedSeq.generateState(624));
    this.key[0] = 0x80000000;
    this.position[0] = 623;
  }

  /** Seeds as np.random.seed does: with one 32-bit integer, or with several; without any, from the system's entropy. */
  legacySeed(words?: number | Uint32Array): void {
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
    return jsonable({
      bit_generator: 'MT19937',
      state: { key: this.key.slice(), pos: this.position[0] },
    });
  }

  set state(value: MT19937State) {
    this.check(value);
    const { key, pos } = value.state;
    if (key?.length !== 624 || !Number.isInteger(pos) || pos < 0 || pos > 624) {
      throw new RangeError(
        `MT19937.state: the key has 624 words and pos lies in 0 ... 624, not ${key?.length} and ${pos}.`,
      );
    }
    this.key.set(key);
    this.position[0] = pos;
  }
}

// -----------------------------------------------------------------------------------------------------------
// PCG64 and PCG64DXSM

export interface PCG64State extends BitState, SpareState {
  state: { state: bigint; inc: bigint };
}

const MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n;

const u128 = (x: bigint): bigint => BigInt.asUintN(128, x);

/** How far `jumped` goes: 2**128 divided by the golden ratio. */
const JUMP = 0x9e3779b97f4a7c15f39cc0605cedc835n;

/** A 128-bit linear congruential generator, of which PCG64 and PCG64DXSM differ in multiplier and output. */
abstract class Congruential extends Halving {
  readonly memory = stateBlock(40);
  protected readonly spare = new Uint32Array(this.memory.storage.buffer, 32, 2);
  // State and increment, high word first.
  private readonly words = new BigUint64Array(this.memory.storage.buffer, 0, 4);

  constructor(
    seed: Entropy | SeedSequence | null | undefined,
    private readonly multiplier: bigint,
  ) {
    super(seed);
    const [a, b, c, d] = this.seedSeq.generateState(4, 'uint64');
    const increment = u128((((c << 64n) | d) << 1n) | 1n);
    // Both start with a step of PCG64.
    this.write(u128((increment + ((a << 64n) | b)) * MULTIPLIER + increment), increment);
  }

  private write(state: bigint, increment: bigint): void {
    this.words[0] = state >> 64n;
    this.words[1] = state;
    this.words[2] = increment >> 64n;
    this.words[3] = increment;
  }

  get state(): PCG64State {
    const [a, b, c, d] = this.words;
    return jsonable({
      bit_generator: this.constructor.name,
      state: { state: (a << 64n) | b, inc: (c << 64n) | d },
      ...this.kept,
    });
  }

  set state(value: PCG64State) {
    this.check(value);
    this.write(BigInt(value.state.state), BigInt(value.state.inc));
    this.kept = value;
  }

  /**
   * Goes `delta` draws of 64 bits forward (backward when negative) in one step (numpy.random.PCG64.advance).
   * @returns this generator
   */
  advance(delta: number | bigint): this {
    const { state, inc } = this.state.state;
    // delta steps are one step with another multiplier and increment, composed by squaring.
    let [multiplier, increment] = [this.multiplier, inc];
    let [total, sum] = [1n, 0n];
    for (let rest = u128(BigInt(delta)); rest > 0n; rest >>= 1n) {
      if (rest & 1n) {
        total = u128(total * multiplier);
        sum = u128(sum * multiplier + increment);
      }
      increment = u128((multiplier + 1n) * increment);
      multiplier = u128(multiplier * multiplier);
    }
    this.write(u128(total * state + sum), inc);
    this.kept = {};
    return this;
  }

  /**
   * A new generator as if this one had made about 2**128 / 1.618 draws for each jump: streams that far apart do not
   * meet (numpy.random.PCG64.jumped).
   */
  jumped(jumps: number | bigint = 1): this {
    const next = new (this.constructor as new (seed: SeedSequence) => this)(this.seedSeq);
    next.state = this.state;
    return next.advance(JUMP * BigInt(jumps));
  }
}

/** NumPy's default bit generator (numpy.random.PCG64), what default_rng uses. */
export class PCG64 extends Congruential {
  readonly code = 1;
  constructor(seed?: Entropy | SeedSequence | null) {
    super(seed, MULTIPLIER);
  }
}

/** PCG64 with a stronger output function (numpy.random.PCG64DXSM), for very many parallel streams. */
export class PCG64DXSM extends Congruential {
  readonly code = 2;
  constructor(seed?: Entropy | SeedSequence | null) {
    super(seed, 0xda942042e4dd58b5n);
  }
}

// -----------------------------------------------------------------------------------------------------------
// Philox

export interface PhiloxState extends BitState, SpareState {
  state: { counter: BigUint64Array; key: BigUint64Array };
  buffer: BigUint64Array;
  buffer_pos: number;
}

/**
 * A counter-based generator (numpy.random.Philox): draw n is a function of counter and key.
 * @param options counter (256 bits) and key (128 bits; instead of a seed), each an integer or a list of 64-bit words
 */
export class Philox extends Halving {
  readonly code = 3;
  readonly memory = stateBlock(96);
  protected readonly spare = new Uint32Array(this.memory.storage.buffer, 88, 2);
  private readonly counter = new BigUint64Array(this.memory.storage.buffer, 0, 4);
  private readonly key = new BigUint64Array(this.memory.storage.buffer, 32, 2);
  private readonly buffer = new BigUint64Array(this.memory.storage.buffer, 48, 4);
  private readonly position = new BigInt64Array(this.memory.storage.buffer, 80, 1);

  constructor(
    seed?: Entropy | SeedSequence | null,
    options: { counter?: Words | Word; key?: Words | Word } = {},
  ) {
    super(seed);
    if (seed !== undefined && seed !== null && options.key !== undefined) {
      throw new TypeError(
        'Philox: seed and key cannot both be given; the seed makes a key. Pass null as seed.',
      );
    }
    this.key.set(
      options.key === undefined
        ? this.seedSeq.generateState(2, 'uint64')
        : words('Philox: key', options.key, 2),
    );
    if (options.counter !== undefined) this.counter.set(words('Philox: counter', options.counter, 4));
    this.position[0] = 4n;
  }

  get state(): PhiloxState {
    return jsonable({
      bit_generator: 'Philox',
      state: { counter: this.counter.slice(), key: this.key.slice() },
      buffer: this.buffer.slice(),
      buffer_pos: Number(this.position[0]),
      ...this.kept,
    });
  }

  set state(value: PhiloxState) {
    this.check(value);
    const [counter, key, buffer] = [
      words('Philox.state: counter', value.state.counter, 4),
      words('Philox.state: key', value.state.key, 2),
      words('Philox.state: buffer', value.buffer, 4),
    ];
    this.counter.set(counter);
    this.key.set(key);
    this.buffer.set(buffer);
    this.position[0] = BigInt(value.buffer_pos);
    this.kept = value;
  }

  /**
   * Moves the counter on by `delta`, that is 4 * delta draws of 64 bits (numpy.random.Philox.advance).
   * @returns this generator
   */
  advance(delta: number | bigint): this {
    const now = this.counter.reduceRight((sum, word) => (sum << 64n) | word, 0n);
    this.counter.set(words('advance', BigInt.asUintN(256, now + BigInt(delta)), 4));
    this.buffer.fill(0n);
    this.position[0] = 4n;
    this.kept = {};
    return this;
  }

  /** A new generator as if this one had made 2**128 steps for each jump (numpy.random.Philox.jumped). */
  jumped(jumps: number | bigint = 1): Philox {
    const next = new Philox(this.seedSeq);
    next.state = this.state;
    return next.advance(BigInt(jumps) << 128n);
  }
}

// -----------------------------------------------------------------------------------------------------------
// SFC64

export interface SFC64State extends BitState, SpareState {
  state: { state: BigUint64Array };
}

/** The fastest of the bit generators (numpy.random.SFC64); it cannot jump. */
export class SFC64 extends Halving {
  readonly code = 4;
  readonly memory = stateBlock(40);
  protected readonly spare = new Uint32Array(this.memory.storage.buffer, 32, 2);
  private readonly words = new BigUint64Array(this.memory.storage.buffer, 0, 4);

  constructor(seed?: Entropy | SeedSequence | null) {
    super(seed);
    this.words.set(this.seedSeq.generateState(3, 'uint64'));
    this.words[3] = 1n;
    bits(this, RAW, 12, 'uint64');
  }

  get state(): SFC64State {
    return jsonable({ bit_generator: 'SFC64', state: { state: this.words.slice() }, ...this.kept });
  }

  set state(value: SFC64State) {
    this.check(value);
    this.words.set(words('SFC64.state', value.state.state, 4));
    this.kept = value;
  }
}
