// Where things are, and sorting by several keys or along the first axis. Sorting itself is an operation, in ops/sort.ts.

import { asarray } from '../core/create.js';
import { type ArrayLike, emptyZeroed, type NDArray } from '../core/ndarray.js';
import { get, nonzero } from '../ops/index.js';
import { stack } from '../ops/join.js';
import { reshape } from '../ops/shape.js';
import { argsort, sort } from '../ops/sort.js';
import { arange } from './grid.js';

/** Flat positions (int64) of the elements that are not zero. @see numpy.flatnonzero */
export const flatnonzero = (a: ArrayLike): NDArray<'int64'> =>
  nonzero(reshape(asarray(a, 'flatnonzero'), -1))[0];

/** Coordinates of the elements that are not zero, one row each: shape (count, ndim). @see numpy.argwhere */
export function argwhere(value: ArrayLike): NDArray<'int64'> {
  const a = asarray(value, 'argwhere');
  if (a.ndim === 0) return emptyZeroed([Number(a.item()) !== 0 ? 1 : 0, 0], 'int64');
  return stack(nonzero(a), 1);
}

/** A copy sorted along the first axis. @see numpy.msort */
export const msort = (a: ArrayLike): NDArray => sort(a, 0);

/** Positions that sort by the last key, then by the one before it... @see numpy.lexsort */
export function lexsort(keys: readonly ArrayLike[]): NDArray<'int64'> {
  if (keys.length === 0) throw new TypeError('lexsort: need sequence of keys with len > 0.');
  let order = arange(asarray(keys[0], 'lexsort').size);
  for (const key of keys) order = get(order, [argsort(get(asarray(key, 'lexsort'), [order]))]);
  return order;
}
