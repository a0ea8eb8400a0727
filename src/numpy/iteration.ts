// Walks over the elements of arrays: np.nditer, with its indices. Walks over indices alone are in choosing.ts.

import { asarray } from '../core/create.js';
import type { ArrayLike, NDArray } from '../core/ndarray.js';
import { checkOptions, type Spelled } from '../core/options.js';
import { broadcastShapes, type Shape, sizeOf } from '../core/shape.js';
import { type Tuple, tuple } from '../core/tuple.js';
import { get } from '../ops/index.js';
import { broadcastTo } from '../ops/shape.js';

export interface NditerOptions {
  /** 'multi_index', 'c_index' and 'f_index' are understood, as are those that only concern memory. */
  flags?: readonly string[];
  /** Taken as in NumPy, and without effect: every element can be written to, `x['...'] = 0`. */
  opFlags?: readonly (string | readonly string[])[];
  /** Which axis runs fastest: the last ('C'), the first ('F'), or the one with the smallest step ('K'). */
  order?: 'C' | 'F' | 'A' | 'K';
}

const FLAGS = [
  ...['multi_index', 'c_index', 'f_index', 'buffered', 'refs_ok', 'zerosize_ok', 'reduce_ok', 'grow_inner'],
];

/** The axes from the slowest to the fastest. */
function axesOf(arrays: readonly NDArray[], order: NditerOptions['order'] = 'K'): number[] {
  const axes = arrays[0].shape.map((_, d) => d);
  if (order === 'F' || (order === 'A' && arrays.every((a) => a.T.contiguous))) return axes.reverse();
  if (order !== 'K') return axes;
  const step = (d: number): number => Math.max(...arrays.map((a) => Math.abs(a.stridesEl[d])));
  return axes.sort((p, q) => step(q) - step(p) || p - q);
}

/** What `np.nditer` gives: stands at one element at a time, and can be looped over. */
class Nditer {
  readonly shape: Shape;
  readonly itersize: number;
  readonly operands: readonly NDArray[];
  private readonly axes: readonly number[];
  private readonly at: number[];
  /** How many elements have been passed. */
  iterindex = 0;

  constructor(
    arrays: readonly NDArray[],
    private readonly flags: readonly string[],
    order: NditerOptions['order'],
  ) {
    this.shape = arrays.reduce<Shape>((shape, a) => broadcastShapes('nditer', shape, a.shape), []);
    this.operands = arrays.map((a) => broadcastTo(a, this.shape));
    this.itersize = sizeOf(this.shape);
    this.axes = axesOf(this.operands, order);
    this.at = new Array<number>(this.shape.length).fill(0);
  }

  /** Whether all elements have been passed. */
  get finished(): boolean {
    return this.iterindex >= this.itersize;
  }

  /** The index of the element it stands at: `x[it.multi_index]` reads it, `x[it.multi_index] = 0` writes it. */
  get multi_index(): Tuple<number> {
    this.wants('multi_index');
    return tuple(this.at);
  }

  /** The element's position in the order of the flag 'c_index' or 'f_index'. */
  get index(): number {
    const last = this.shape.length - 1;
    const axes = this.shape.map((_, d) => (this.flags.includes('f_index') ? last - d : d));
    if (!this.flags.includes('f_index')) this.wants('c_index');
    return axes.reduce((position, d) => position * this.shape[d] + this.at[d], 0);
  }

  private wants(flag: string): void {
    if (!this.flags.includes(flag))
      throw new Error(
        `nditer: ${flag === 'c_index' ? 'index' : flag} is kept when it is asked for: np.nditer(x, { flags: ['${flag}'] }).`,
      );
    if (this.finished) throw new RangeError(`nditer: the iterator is past the end; there is no ${flag}.`);
  }

  /** The element, a view that can be written to; of several arrays, one for each. */
  // biome-ignore lint/suspicious/noExplicitAny: an array, or a list of them where several are walked
  get value(): any {
    if (this.finished) throw new RangeError('nditer: the iterator is past the end; there is no value.');
    const elements = this.operands.map((a) => get(a, [...this.at, '...']));
    return elements.length === 1 ? elements[0] : tuple(elements);
  }

  get 0(): NDArray {
    return get(this.operands[0], [...this.at, '...']);
  }

  get 1(): NDArray {
    return get(this.operands[1], [...this.at, '...']);
  }

  /** Goes on to the next element; false when there is none. */
  iternext(): boolean {
    this.iterindex++;
    for (let i = this.axes.length - 1; i >= 0; i--) {
      const d = this.axes[i];
      if (++this.at[d] < this.shape[d]) break;
      this.at[d] = 0;
    }
    return !this.finished;
  }

  /** Back to the first element. */
  reset(): void {
    this.iterindex = 0;
    this.at.fill(0);
  }

  // biome-ignore lint/suspicious/noExplicitAny: see value
  *[Symbol.iterator](): Generator<any> {
    while (!this.finished) {
      yield this.value;
      this.iternext();
    }
  }
}

/**
 * Walks over the elements of an array, or of several that broadcast together. In a loop it gives each element as a
 * view of no dimensions, so that `x['...'] = 2 * x` writes into the array; with the flag 'multi_index' it knows the
 * index. Operations on whole arrays are much faster.
 *
 * @example
 * const x = np.arange(6).reshape(2, 3);
 * for (const it = np.nditer(x, { flags: ['multi_index'] }); !it.finished; it.iternext()) {
 *   const ix = it.multi_index;
 *   x[ix] = x[ix] * 10;
 * }
 * @see numpy.nditer
 */
export function nditer(
  operands: ArrayLike | readonly NDArray[],
  options: Spelled<NditerOptions> = {},
): Nditer {
  const { flags = [], order }: NditerOptions = checkOptions('nditer', options, ['flags', 'opFlags', 'order']);
  for (const flag of flags) {
    if (!FLAGS.includes(flag))
      throw new TypeError(`nditer: the flag '${flag}' is not one of ${FLAGS.join(', ')}.`);
  }
  const several = Array.isArray(operands) && operands.some((a) => (a as NDArray).stridesEl !== undefined);
  const arrays = several ? (operands as NDArray[]) : [operands as ArrayLike];
  const walked = arrays.map((a) => asarray(a, 'nditer'));
  if (walked.some((a) => a.size === 0) && !flags.includes('zerosize_ok'))
    throw new RangeError(
      "nditer: there is nothing to walk over in an empty array; { flags: ['zerosize_ok'] } allows it.",
    );
  return new Nditer(walked, flags, order);
}
