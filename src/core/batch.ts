// Arrays of one example inside `vmap`. What the function sees as an array of one example stands for the whole batch: the
// elements of all examples lie in another array, whose first axis counts them. Operations with a batching rule
// (ops/batching.ts) compute on that one; whatever else asks for elements raises NoBatchingRule, and vmap falls back to a
// loop.

import { NDArray } from './ndarray.js';
import { Slab, Storage } from './storage.js';

/**
 * The vmaps that are running, outermost first: the number of examples of each (level k is that of `sizes[k - 1]`); and
 * the last rule that was found missing, which code in between may have caught or put into other words.
 */
export const batching = { open: 0, sizes: [] as number[], missed: null as NoBatchingRule | null };

/** What `vmap` catches to run its function example by example. */
export class NoBatchingRule extends Error {
  constructor(what?: string) {
    super(
      what === undefined
        ? 'vmap: the function reads the elements of an array of one example (item(), an array as a condition, or a function without a batching rule).'
        : `vmap: ${what}.`,
    );
    batching.missed = this;
  }
}

/** What arrays of one example have in the place of memory. */
export const NO_STORAGE = new Storage(new Slab(new ArrayBuffer(0)), 0, 0);
Object.defineProperty(NO_STORAGE, 'slab', {
  get() {
    throw batching.open > 0
      ? new NoBatchingRule()
      : new Error(
          'this array belonged to one example inside vmap, which has ended; return it from the function instead.',
        );
  },
});

/** An array of one example at a level of vmap: `physical` has the examples along its first axis. */
export class BatchedArray extends NDArray {
  constructor(
    readonly physical: NDArray,
    readonly level: number,
  ) {
    super(NO_STORAGE, physical.dtype, physical.shape.slice(1));
    this.tracked = physical.tracked;
  }

  override remap(): NDArray {
    throw new NoBatchingRule();
  }

  override detach(): NDArray {
    return new BatchedArray(this.physical.detach(), this.level);
  }
}

/** The innermost level that one of the operands is batched at, 0 when none is. */
export function levelOf(operands: readonly unknown[]): number {
  let level = 0;
  for (const a of operands) if (a instanceof BatchedArray && a.level > level) level = a.level;
  return level;
}

/** The array behind `a` when it is batched at `level`; null when it is the same for every example. */
export const physicalAt = (a: unknown, level: number): NDArray | null =>
  a instanceof BatchedArray && a.level === level ? a.physical : null;
