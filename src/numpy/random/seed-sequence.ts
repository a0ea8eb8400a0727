// NumPy's SeedSequence: turns any integers into well mixed words that seed a PCG64, and spawns independent
// children.

import { randomBytes } from 'node:crypto';
import { NDArray } from '../../core/ndarray.js';
import { snakeCase } from './arguments.js';

/** Integers of any size, one or several. */
export type Entropy = number | bigint | readonly (number | bigint)[] | Uint32Array | NDArray;

const INIT_A = 0x43b0d7e5;
const MULT_A = 0x931e8875;
const INIT_B = 0x8b51f9dd;
const MULT_B = 0x58f38ded;
const MIX_LEFT = 0xca01f9dd;
const MIX_RIGHT = 0x4973f715;

/** Little-endian 32-bit words of an entropy; 0 is one word. */
function words(caller: string, entropy: Entropy): number[] {
  if (entropy instanceof NDArray)
    return words(
      caller,
      [...entropy.data].map((v) => v as number | bigint),
    );
  if (typeof entropy !== 'number' && typeof entropy !== 'bigint') {
    return [...entropy].flatMap((e: number | bigint) => words(caller, e));
  }
  if (typeof entropy === 'number' && !Number.isSafeInteger(entropy)) {
    const hint = Number.isInteger(entropy)
      ? 'Write large integers as bigints, e.g. 2n ** 100n.'
      : 'Use a whole number.';
    throw new TypeError(`${caller}: a seed is an integer or a list of integers, not ${entropy}. ${hint}`);
  }
  if (entropy < 0) throw new RangeError(`${caller}: expected a non-negative integer, not ${entropy}.`);
  const out: number[] = [];
  let rest = BigInt(entropy);
  do {
    out.push(Number(rest & 0xffffffffn));
    rest >>= 32n;
  } while (rest > 0n);
  return out;
}

export interface SeedSequenceOptions {
  /** Which child of its parent this is; spawn() sets it. */
  spawnKey?: readonly number[];
  spawn_key?: readonly number[];
  /** Words of entropy that are kept, at least 4; default 4. */
  poolSize?: number;
  pool_size?: number;
  nChildrenSpawned?: number;
  n_children_spawned?: number;
}

/**
 * Mixes entropy into reproducible seeds (numpy.random.SeedSequence). Without entropy the system's is used.
 * @example const streams = new np.random.SeedSequence(42).spawn(4).map((s) => np.random.defaultRng(s));
 */
export class SeedSequence {
  readonly entropy: Entropy;
  readonly spawnKey: readonly number[];
  /** How many children spawn() has made so far. */
  nChildrenSpawned: number;
  /** The mixed entropy. */
  readonly pool: Uint32Array;

  constructor(entropy?: Entropy | null, options: SeedSequenceOptions = {}) {
    this.entropy = entropy ?? BigInt(`0x${randomBytes(16).toString('hex')}`);
    this.spawnKey = options.spawnKey ?? options.spawn_key ?? [];
    this.nChildrenSpawned = options.nChildrenSpawned ?? options.n_children_spawned ?? 0;
    const size = options.poolSize ?? options.pool_size ?? 4;
    if (!Number.isInteger(size) || size < 4) {
      throw new RangeError(`SeedSequence: pool_size must be a whole number of at least 4, not ${size}.`);
    }
    this.pool = new Uint32Array(size);
    const own = words('SeedSequence', this.entropy);
    const key = words('SeedSequence', this.spawnKey);
    if (key.length > 0) while (own.length < this.pool.length) own.push(0);
    this.mix([...own, ...key]);
  }

  get spawn_key(): readonly number[] {
    return this.spawnKey;
  }
  get n_children_spawned(): number {
    return this.nChildrenSpawned;
  }
  get poolSize(): number {
    return this.pool.length;
  }
  get pool_size(): number {
    return this.pool.length;
  }

  /** What it takes to make this sequence again, as a plain object (numpy.random.SeedSequence.state). */
  get state(): {
    entropy: Entropy;
    spawn_key: readonly number[];
    pool_size: number;
    n_children_spawned: number;
  } {
    return {
      entropy: this.entropy,
      spawn_key: this.spawnKey,
      pool_size: this.pool.length,
      n_children_spawned: this.nChildrenSpawned,
    };
  }

  private mix(entropy: readonly number[]): void {
    const { pool } = this;
    let factor = INIT_A;
    const hash = (value: number): number => {
      let x = value ^ factor;
      factor = Math.imul(factor, MULT_A);
      x = Math.imul(x, factor);
      return x ^ (x >>> 16);
    };
    const join = (x: number, y: number): number => {
      const z = Math.imul(MIX_LEFT, x) - Math.imul(MIX_RIGHT, y);
      return z ^ (z >>> 16);
    };
    for (let i = 0; i < pool.length; i++) pool[i] = hash(entropy[i] ?? 0);
    for (let from = 0; from < pool.length; from++) {
      for (let to = 0; to < pool.length; to++) if (from !== to) pool[to] = join(pool[to], hash(pool[from]));
    }
    for (let from = pool.length; from < entropy.length; from++) {
      for (let to = 0; to < pool.length; to++) pool[to] = join(pool[to], hash(entropy[from]));
    }
  }

  /** `n` words for seeding a generator (numpy.random.SeedSequence.generate_state). */
  generateState(n: number, dtype?: 'uint32'): Uint32Array;
  generateState(n: number, dtype: 'uint64'): BigUint64Array;
  generateState(n: number, dtype: 'uint32' | 'uint64' = 'uint32'): Uint32Array | BigUint64Array {
    const out = new Uint32Array(dtype === 'uint64' ? 2 * n : n);
    let factor = INIT_B;
    for (let i = 0; i < out.length; i++) {
      let x = this.pool[i % this.pool.length] ^ factor;
      factor = Math.imul(factor, MULT_B);
      x = Math.imul(x, factor);
      out[i] = x ^ (x >>> 16);
    }
    return dtype === 'uint64' ? new BigUint64Array(out.buffer) : out;
  }

  /** `n` further sequences, independent of this one and of each other (numpy.random.SeedSequence.spawn). */
  spawn(n: number): SeedSequence[] {
    return Array.from(
      { length: n },
      () =>
        new SeedSequence(this.entropy, {
          spawnKey: [...this.spawnKey, this.nChildrenSpawned++],
          poolSize: this.pool.length,
        }),
    );
  }

  declare readonly generate_state: this['generateState'];
}
snakeCase(SeedSequence, ['generateState']);
