// The names of cells as files, by Jupyter's contract: a prefix, the Murmur2 hash of the code, a suffix. A client that
// knows the three finds the cell that a breakpoint or a frame belongs to.
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';

export const HASH_METHOD = 'Murmur2';
export const HASH_SEED = 0x6772_6164;
export const FILE_PREFIX = join(tmpdir(), `gradlab_${process.pid}`) + sep;
export const FILE_SUFFIX = '.ts';

/** The file name of a cell. */
export function cellFile(code: string): string {
  return `${FILE_PREFIX}${murmur2(code, HASH_SEED)}${FILE_SUFFIX}`;
}

/** Austin Appleby's MurmurHash2, 32 bits, of the UTF-8 bytes of a text. */
export function murmur2(text: string, seed: number): number {
  const FACTOR = 0x5bd1e995;
  const bytes = Buffer.from(text, 'utf8');
  let hash = seed ^ bytes.length;
  let at = 0;
  for (; bytes.length - at >= 4; at += 4) {
    let word = Math.imul(bytes.readInt32LE(at), FACTOR);
    word = Math.imul(word ^ (word >>> 24), FACTOR);
    hash = Math.imul(hash, FACTOR) ^ word;
  }
  if (at < bytes.length) {
    for (let i = bytes.length - 1; i >= at; i--) hash ^= bytes[i] << (8 * (i - at));
    hash = Math.imul(hash, FACTOR);
  }
  hash = Math.imul(hash ^ (hash >>> 13), FACTOR);
  return (hash ^ (hash >>> 15)) >>> 0;
}
