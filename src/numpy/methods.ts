// Methods of arrays that are functions of this namespace with the array as first argument: a.take(i), a.ptp(),
// a.repeat(2). Those of operations are attached beside the operations.

import type { DType, Scalar } from '../core/dtype.js';
import { type ArrayLike, method, type NDArray } from '../core/ndarray.js';
import type { Tuple } from '../core/tuple.js';
import { nonzero, set, type TakeOptions, take } from '../ops/index.js';
import type { Axis, ReduceOptions } from '../ops/reduce.js';
import { type SearchOptions, searchsorted } from '../ops/sort.js';
import { type ChooseOptions, choose, type OutOfRange, type PutOptions, put } from './choosing.js';
import { type DiagonalOptions, diagonal, type TraceOptions, trace } from './linalg.js';
import { compress, repeat, resize } from './manipulation.js';
import { around, ptp, type RoundOptions } from './statistics.js';
import { tobytes, tofile } from './text.js';

// biome-ignore lint/suspicious/noExplicitAny: one list for methods of several shapes; the interface below types them
const methods: Record<string, (a: any, ...args: any[]) => unknown> = {
  choose,
  diagonal,
  nonzero,
  ptp,
  put,
  repeat,
  searchsorted,
  take,
  tobytes,
  tofile,
  trace,
  round: around,
  compress: (a: NDArray, condition: ArrayLike, options) => compress(condition, a, options),
  fill: (a: NDArray, value: ArrayLike) => set(a, ['...'], value),
  itemset: (a: NDArray, ...args: [...number[], Scalar]) => {
    const value = args.pop() as ArrayLike;
    if (args.length === 1 && a.ndim !== 1) put(a, args[0] as number, value);
    else set(a, args.length === 0 ? ['...'] : args, value);
  },
};
for (const [name, f] of Object.entries(methods)) {
  method(name, function (...args) {
    return f(this, ...args);
  });
}

/** The array in another shape, repeated or cut as needed: a new array, unlike NumPy's method. */
method('resize', function (shape: number | readonly number[]) {
  return resize(this, shape);
});

declare module '../core/ndarray.js' {
  interface ArrayMethods {
    /** Elements from a list of arrays by number, see `np.choose`. */
    choose(
      choices: readonly ArrayLike[] | NDArray,
      out?: NDArray | null | ChooseOptions,
      mode?: OutOfRange | ChooseOptions,
    ): NDArray;
    /** Slices where a condition holds, see `np.compress`. */
    compress(
      condition: ArrayLike,
      options?: number | null | { axis?: number | null; out?: NDArray | null },
    ): NDArray;
    /** The diagonal over two axes, see `np.diagonal`. */
    diagonal<D extends DType>(
      this: NDArray<D>,
      offset?: number | DiagonalOptions,
      axis1?: number | DiagonalOptions,
      axis2?: number | DiagonalOptions,
    ): NDArray<D>;
    /** Writes one value everywhere, in place; returns the array. */
    fill(value: ArrayLike): NDArray;
    /** Writes one element: `a.itemset(1, 2, 9)` sets a[1, 2], `a.itemset(5, 9)` the sixth in C order. */
    itemset(...args: Scalar[]): void;
    /** Coordinates of the elements that are not zero, one array per axis. */
    nonzero(): Tuple<NDArray<'int64'>>;
    /** Largest minus smallest element. */
    ptp(axis?: Axis | ReduceOptions): NDArray;
    /** Writes values at flat positions, in place. */
    put(index: ArrayLike, values: ArrayLike, mode?: OutOfRange | PutOptions): void;
    /** Every element repeated, see `np.repeat`. */
    repeat<D extends DType>(
      this: NDArray<D>,
      repeats: ArrayLike,
      axis?: number | null | { axis?: number | null },
    ): NDArray<D>;
    resize(shape: number | readonly number[]): NDArray;
    /** Rounded to a number of decimals, halves to even. */
    round(decimals?: number | RoundOptions): NDArray;
    searchsorted(
      values: ArrayLike,
      side?: 'left' | 'right' | SearchOptions,
      sorter?: ArrayLike | null,
    ): NDArray<'int64'>;
    /** Elements at positions along an axis, see `np.take`. */
    take(indices: ArrayLike, axis?: number | null | TakeOptions): NDArray;
    /** The elements in C order as raw bytes. */
    tobytes(): Uint8Array;
    /** Writes the elements to a file as raw bytes, or with `sep` as text. */
    tofile(file: string | URL, options?: { sep?: string; format?: string }): void;
    /** Sum over a diagonal, see `np.trace`. */
    trace(
      offset?: number | TraceOptions,
      axis1?: number | TraceOptions,
      axis2?: number | TraceOptions,
    ): NDArray;
  }
}
