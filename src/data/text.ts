// Text as numbers: a vocabulary of characters, and windows of a text for training sequence models.

import { asarray } from '../core/create.js';
import { empty, type NDArray } from '../core/ndarray.js';

/** Characters and their indices, sorted; made from a text, or from the characters themselves in their order. */
export class Vocabulary {
  readonly chars: readonly string[];
  private readonly index: ReadonlyMap<string, number>;

  constructor(source: string | readonly string[]) {
    this.chars = typeof source === 'string' ? [...new Set(source)].sort() : [...source];
    this.index = new Map(this.chars.map((c, i) => [c, i]));
    if (this.chars.length === 0) throw new RangeError('Vocabulary: the text is empty.');
    if (this.index.size !== this.chars.length)
      throw new RangeError('Vocabulary: a character stands in it twice.');
  }

  get size(): number {
    return this.chars.length;
  }

  /** int64 indices of a text's characters. @throws RangeError naming a character that is not in the vocabulary */
  encode(text: string): NDArray<'int64'> {
    const found: bigint[] = [];
    for (const c of text) {
      const i = this.index.get(c);
      if (i === undefined)
        throw new RangeError(
          `Vocabulary.encode: ${JSON.stringify(c)} is not one of the ${this.size} characters.`,
        );
      found.push(BigInt(i));
    }
    return asarray(BigInt64Array.from(found)) as NDArray<'int64'>;
  }

  /** The text of indices. */
  decode(indices: NDArray | readonly number[]): string {
    const list = Array.isArray(indices) ? indices : Array.from((indices as NDArray).ravel().data, Number);
    return list
      .map((i) => {
        const c = this.chars[Number(i)];
        if (c === undefined)
          throw new RangeError(`Vocabulary.decode: ${i} is no index of ${this.size} characters.`);
        return c;
      })
      .join('');
  }
}

/**
 * Entropy in nats of a text's characters taken one by one: a model that has learned anything about their order has a
 * smaller loss.
 */
export function unigramEntropy(text: string): number {
  const counts = new Map<string, number>();
  let n = 0;
  for (const c of text) {
    counts.set(c, (counts.get(c) ?? 0) + 1);
    n++;
  }
  let h = 0;
  for (const k of counts.values()) h -= (k / n) * Math.log(k / n);
  return h;
}

/**
 * Windows of a sequence for truncated backpropagation through time: `batchSize` readers start at places spread over the
 * text and advance by `length` at every window, so a hidden state can be carried from one to the next.
 *
 * @yields [x, y], int64 (length, batchSize): y is x one step later
 */
export function* sequenceBatches(
  indices: NDArray,
  length: number,
  batchSize = 1,
): Generator<[x: NDArray<'int64'>, y: NDArray<'int64'>]> {
  const all = indices.ravel().astype('int64').data as BigInt64Array;
  const share = Math.floor((all.length - 1) / batchSize);
  if (!(length >= 1 && batchSize >= 1 && share >= length)) {
    throw new RangeError(
      `sequenceBatches: ${all.length} characters are too few for ${batchSize} readers of windows of ${length}.`,
    );
  }
  for (let start = 0; start + length <= share; start += length) {
    const x = empty([length, batchSize], 'int64');
    const y = empty([length, batchSize], 'int64');
    const [xs, ys] = [x.raw() as BigInt64Array, y.raw() as BigInt64Array];
    for (let t = 0; t < length; t++) {
      for (let b = 0; b < batchSize; b++) {
        const at = b * share + start + t;
        xs[t * batchSize + b] = all[at];
        ys[t * batchSize + b] = all[at + 1];
      }
    }
    yield [x as NDArray<'int64'>, y as NDArray<'int64'>];
  }
}
