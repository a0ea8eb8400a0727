// NumPy's SeedSequence: turns any integers into well mixed words that seed a PCG64, and spawns independent
// children.

import { randomBytes } from 'node:crypto';
import { NDArray } from '../../core/ndarray.js';

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

/**
 * Mixes entropy into reproducible seeds (numpy.random.SeedSequence). Without entropy the system's is used.
 */
export class SeedSequence {
  readonly entropy: Entropy;
  readonly spawn_key: readonly number[];
  /** How many children spawn() has made so far. */
  n_children_spawned = 0;
  private readonly pool = new Uint32Array(4);

  constructor(entropy?: Entropy, options: { spawn_key?: readonly number[] } = {}) {
    this.entropy = entropy ?? BigInt(`0x${randomBytes(16).toString('hex')}`);
    this.spawn_key = options.spawn_key ?? [];
    const own = words('SeedSequence', this.entropy);
    const key = words('SeedSequence', this.spawn_key);
    if (key.length > 0) while (own.length < this.pool.length) own.push(0);
    this.mix([...own, ...key]);
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
  generate_state(n: number, dtype?: 'uint32'): Uint32Array;
  generate_state(n: number, dtype: 'uint64'): BigUint64Array;
  generate_state(n: number, dtype: 'uint32' | 'uint64' = 'uint32'): Uint32Array | BigUint64Array {
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
      () => new SeedSequence(this.entropy, { spawn_key: [...this.spawn_key, this.n_children_spawned++] }),
    );
  }
}
