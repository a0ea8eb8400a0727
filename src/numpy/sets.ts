// Arrays as sets: their different values, with where and how often each occurs, membership, and what two arrays have
// in common or not.

import * as backend from '../backend/index.js';
import { asarray } from '../core/create.js';
import { type DType, dtypeInfo, isComplex, isInexact, isInteger, promoteTypes } from '../core/dtype.js';
import { type ArrayLike, empty, emptyZeroed, type NDArray } from '../core/ndarray.js';
import { checkOptions, parameters, type Spelled } from '../core/options.js';
import { normalizeAxis } from '../core/shape.js';
import type { DTypeOf, Promoted } from '../core/typing.js';
import { equal, isnan, logicalNot, minimum, notEqual, sub } from '../ops/elementwise.js';
import { get, set } from '../ops/index.js';
import { concatenate } from '../ops/join.js';
import { castTo } from '../ops/operands.js';
import { any, cumsum, sum } from '../ops/reduce.js';
import { tracking } from '../ops/registry.js';
import { ascontiguousarray, copy, moveaxis, reshape } from '../ops/shape.js';
import { argsort, searchsorted, sort } from '../ops/sort.js';
import { flatnonzero } from './sorting.js';

export interface UniqueOptions {
  /** Also the position of each value's first occurrence. */
  returnIndex?: boolean;
  /** Also the position in the result of every input element. */
  returnInverse?: boolean;
  /** Also how often each value occurs. */
  returnCounts?: boolean;
  /** Compare whole slices along this axis instead of elements. */
  axis?: number | null;
  /** Count all NaN as one value; true by default. */
  equalNan?: boolean;
}

/**
 * The different values, sorted. With `returnIndex`, `returnInverse` or `returnCounts` a list: values, then those
 * asked for, in this order.
 * @see numpy.unique
 * @example const [labels, counts] = np.unique(y, { returnCounts: true });
 */
export function unique<A extends ArrayLike>(a: A): NDArray<DTypeOf<A>>;
export function unique<A extends ArrayLike>(
  a: A,
  options: Spelled<{
    axis?: number | null;
    equalNan?: boolean;
    returnIndex?: false;
    returnInverse?: false;
    returnCounts?: false;
  }>,
): NDArray<DTypeOf<A>>;
export function unique<A extends ArrayLike>(
  a: A,
  returnIndex: boolean | Spelled<UniqueOptions>,
  returnInverse?: boolean | Spelled<UniqueOptions>,
  returnCounts?: boolean | Spelled<UniqueOptions>,
): [values: NDArray<DTypeOf<A>>, ...counts: NDArray<'int64'>[]];
export function unique(value: ArrayLike, ...given: unknown[]): NDArray | NDArray[] {
  const a = asarray(value, 'unique');
  const options = parameters<UniqueOptions>('unique', uniqueNames, given);
  const { axis = null, equalNan = true } = options;
  const along = axis === null ? 0 : normalizeAxis('unique', axis, a.ndim);
  // One row per thing to compare.
  const rows = axis === null ? reshape(a, -1) : moveaxis(a, along, 0);
  const wanted = options.returnIndex || options.returnInverse || options.returnCounts;
  if (axis === null && rows.size > 0 && !tracking(a)) {
    const found = elements(rows, options);
    return wanted ? found : found[0];
  }
  if (axis === null && !wanted) {
    const sorted = sort(rows, 0);
    return get(sorted, [firsts(sorted, equalNan)]);
  }
  const order = axis === null ? argsort(rows) : rowOrder(rows);
  const sorted = get(rows, [order]);
  const first = firsts(sorted, equalNan);
  const values = get(sorted, [first]);
  const starts = flatnonzero(first);
  const out = [axis === null ? values : copy(moveaxis(values, 0, along))];
  if (options.returnIndex) out.push(get(order, [starts]));
  if (options.returnInverse) out.push(set(empty([order.size], 'int64'), [order], sub(cumsum(first), 1)));
  if (options.returnCounts) {
    const ends = concatenate([starts, asarray([BigInt(order.size)])]);
    out.push(sub(get(ends, ['1:']), starts));
  }
  return wanted ? out : out[0];
}

/** The different elements of a vector, and what else is asked for, by one pass over the sorted ones. */
function elements(rows: NDArray, options: UniqueOptions): NDArray[] {
  const { returnIndex = false, returnInverse = false, returnCounts = false, equalNan = true } = options;
  const n = rows.size;
  const order = returnIndex || returnInverse ? argsort(rows) : null;
  const sorted = order === null ? sort(rows, 0) : get(rows, [order]);
  const starts = returnIndex || returnCounts ? empty([n], 'int64') : null;
  const inverse = returnInverse ? empty([n], 'int64') : null;
  const room = empty([n], rows.dtype);
  const count = backend.uniques(room, sorted, equalNan, starts, order, inverse);
  const first = (a: NDArray): NDArray => (count === n ? a : copy(get(a, [`:${count}`])));
  const out = [first(room)];
  const from = starts === null ? null : first(starts);
  if (order !== null && from !== null && returnIndex) out.push(get(order, [from]));
  if (inverse !== null) out.push(inverse);
  if (from !== null && returnCounts) {
    const counts = empty([count], 'int64');
    const [begins, raw] = [from.raw() as BigInt64Array, counts.raw() as BigInt64Array];
    if (count < 32)
      for (let k = 0; k < count; k++) raw[k] = (k + 1 < count ? begins[k + 1] : BigInt(n)) - begins[k];
    else {
      set(counts, [':-1'], sub(get(from, ['1:']), get(from, [':-1'])));
      raw[count - 1] = BigInt(n) - begins[count - 1];
    }
    out.push(counts);
  }
  return out;
}

const uniqueNames = ['returnIndex', 'returnInverse', 'returnCounts', 'axis', 'equalNan'];

/** Which sorted elements, or rows, differ from the one before them. */
function firsts(sorted: NDArray, equalNan: boolean): NDArray {
  const n = sorted.shape[0];
  const first = emptyZeroed([n], 'bool');
  if (n === 0) return first;
  const x = sorted.detach();
  const differ = notEqual(get(x, ['1:']), get(x, [':-1']));
  set(first, [0], true);
  set(first, ['1:'], any(reshape(differ, [n - 1, sorted.size / n]), 1));
  if (equalNan && x.ndim === 1 && isInexact(x.dtype)) {
    // NaN sort last: all but the first of them count as repeats.
    const numbers = n - Number(sum(isnan(x)).item());
    set(first, [`${numbers + 1}:`], false);
  }
  return first;
}

/** Positions that sort rows lexicographically, stable. */
function rowOrder(rows: NDArray): NDArray {
  const n = rows.shape[0];
  const data = rows.data;
  // Complex numbers are two numbers each, the real part first.
  const width = n === 0 ? 0 : data.length / n;
  const order = Array.from({ length: n }, (_, i) => i);
  order.sort((p, q) => {
    for (let k = 0; k < width; k++) {
      const x = data[p * width + k];
      const y = data[q * width + k];
      if (x < y) return -1;
      if (x > y) return 1;
    }
    return p - q;
  });
  return asarray(BigInt64Array.from(order, BigInt));
}

export interface SetOptions {
  /** The inputs hold no value twice: spares a pass. The results are the same. */
  assumeUnique?: boolean;
  /** How NumPy searches: 'sort' or 'table'. The results are the same, so it makes no difference here. */
  kind?: 'sort' | 'table' | null;
}

/**
 * Which elements of `a` occur in `values`: booleans in the shape of `a`.
 * @see numpy.isin
 */
export function isin(
  a: ArrayLike,
  values: ArrayLike,
  options: Spelled<SetOptions & { invert?: boolean }> = {},
): NDArray<'bool'> {
  const { invert } = checkOptions('isin', options, ['assumeUnique', 'invert', 'kind']);
  const [p, q] = [asarray(a, 'isin').detach(), asarray(values, 'isin').detach()];
  // A list of whole numbers is compared as such, although numbers are float64 as an array.
  const whole = isInteger(p.dtype) && Array.isArray(values) && holdsAll(p.dtype, q);
  const type = whole ? p.dtype : promoteTypes(p.dtype, q.dtype);
  const x = castTo(p, type);
  const known = sort(castTo(reshape(q, -1), type), 0);
  let found: NDArray<'bool'> = emptyZeroed(x.shape, 'bool');
  if (known.size > 0 && x.size > 0 && !isComplex(type)) {
    backend.member(found, ascontiguousarray(x), known);
  } else if (known.size > 0) {
    // Each element beside the smallest known one that is not below it. NaN equals nothing.
    found = equal(get(known, [minimum(searchsorted(known, x), known.size - 1)]), x);
  }
  return invert ? logicalNot(found) : found;
}

/** Whether every element of a list of numbers is an element of an integer dtype. */
function holdsAll(dtype: DType, list: NDArray): boolean {
  if (list.dtype !== 'float64') return false;
  const { min, max } = dtypeInfo[dtype];
  const [low, high] = [Number(min), Number(max)];
  for (const v of list.data as Float64Array)
    if (!Number.isSafeInteger(v) || v < low || v > high) return false;
  return true;
}

/** As `isin`, but the result is 1-d. @see numpy.in1d */
export const in1d = (
  a: ArrayLike,
  values: ArrayLike,
  options: Spelled<SetOptions & { invert?: boolean }> = {},
): NDArray =>
  isin(
    reshape(asarray(a, 'in1d'), -1),
    values,
    checkOptions('in1d', options, ['assumeUnique', 'invert', 'kind']),
  );

/**
 * Values that occur in both arrays, sorted; with `returnIndices` also where each stands first in `a` and in `b`.
 * @see numpy.intersect1d
 */
export function intersect1d<A extends ArrayLike, B extends ArrayLike>(
  a: A,
  b: B,
  options?: Spelled<SetOptions & { returnIndices?: false }>,
): NDArray<Promoted<A, B>>;
export function intersect1d(
  a: ArrayLike,
  b: ArrayLike,
  options: Spelled<SetOptions & { returnIndices?: boolean }>,
): NDArray[];
export function intersect1d(
  a: ArrayLike,
  b: ArrayLike,
  options: Spelled<SetOptions & { returnIndices?: boolean }> = {},
): NDArray | NDArray[] {
  const { returnIndices } = checkOptions('intersect1d', options, ['assumeUnique', 'returnIndices']);
  const [x, i] = unique(a, { returnIndex: true });
  const here = isin(x, b);
  if (!returnIndices) return get(x, [here]);
  const [y, j] = unique(b, { returnIndex: true });
  return [get(x, [here]), get(i, [here]), get(j, [isin(y, x)])];
}

/** Values that occur in either array, sorted. @see numpy.union1d */
export const union1d = <A extends ArrayLike, B extends ArrayLike>(a: A, b: B): NDArray<Promoted<A, B>> =>
  unique(concatenate([a, b], null));

/** Values of `a` that do not occur in `b`, sorted. @see numpy.setdiff1d */
export function setdiff1d<A extends ArrayLike>(
  a: A,
  b: ArrayLike,
  assumeUnique?: boolean | Spelled<SetOptions>,
): NDArray<DTypeOf<A>> {
  const options = parameters<SetOptions>('setdiff1d', ['assumeUnique'], [assumeUnique]);
  // As in NumPy: with `assumeUnique` the order stays.
  const x = options.assumeUnique ? reshape(asarray(a, 'setdiff1d'), -1) : unique(a);
  return get(x, [isin(x, b, { invert: true })]);
}

/** Values that occur in exactly one of the arrays, sorted. @see numpy.setxor1d */
export function setxor1d(a: ArrayLike, b: ArrayLike, assumeUnique?: boolean | Spelled<SetOptions>): NDArray {
  parameters<SetOptions>('setxor1d', ['assumeUnique'], [assumeUnique]);
  const [x, y] = [unique(a), unique(b)];
  return sort(concatenate([get(x, [isin(x, y, { invert: true })]), get(y, [isin(y, x, { invert: true })])]));
}
