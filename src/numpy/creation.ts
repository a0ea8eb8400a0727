// Making arrays: from values, filled with one value, and the standard matrices. Number ranges and grids are in
// grid.ts; random arrays in random/.

import { fill } from '../backend/index.js';
import { batching } from '../core/batch.js';
import { fromNested, asarray as fromValue } from '../core/create.js';
import { type DType, dtypeInfo, isFloat, isInteger, type Scalar } from '../core/dtype.js';
import { type ArrayLike, emptyZeroed, NDArray, empty as newArray } from '../core/ndarray.js';
import { tape } from '../core/node.js';
import { needed, parameters, type Spelled } from '../core/options.js';
import { type Shape, shapeText } from '../core/shape.js';
import type { DTypeNamed, DTypeOf } from '../core/typing.js';
import { diagonalMatrix, diagonalView } from '../ops/diagonal.js';
import { get, set } from '../ops/index.js';
import { stack } from '../ops/join.js';
import { castTo } from '../ops/operands.js';
import { cumprod } from '../ops/reduce.js';
import { tracking } from '../ops/registry.js';
import {
  ascontiguousarray,
  astype,
  axesFor,
  broadcastTo,
  copy,
  type Order,
  reshape,
  transpose,
} from '../ops/shape.js';
import { where } from '../ops/where.js';
import {
  type DTypeArgument,
  type DTypeLike,
  type DTypeOption,
  dtypeArgument,
  type ShapeLike,
  shapeList,
} from './arguments.js';
import { arange } from './grid.js';
import { belowDiagonal } from './positions.js';

// ---------------------------------------------------------------- from values

export interface ArrayOptions extends DTypeOption {
  /** Whether to copy an array that is given; true by default. */
  copy?: boolean;
  /** The least number of dimensions; ones are put in front. */
  ndmin?: number;
  /** How the elements lie in memory; 'C', row by row, by default. */
  order?: Order;
}

/** Whether a nested list holds an array that gradients flow to. */
function holdsTracked(value: unknown): boolean {
  return Array.isArray(value) && value.some((v) => (v instanceof NDArray ? v.tracked : holdsTracked(v)));
}

function stacked(value: unknown): NDArray {
  return Array.isArray(value) && holdsTracked(value)
    ? stack(value.map(stacked))
    : fromValue(value as ArrayLike, 'array');
}

/** Integers are checked: a number that the dtype lacks is refused, as NumPy 2 does, rather than wrapped. */
function toIntegers(value: ArrayLike, dtype: DType): NDArray {
  if (ArrayBuffer.isView(value)) {
    const found = fromNested(value, 'array');
    return found.dtype === dtype ? found : astype(found, dtype);
  }
  const out = fromNested(value, 'array', dtype);
  checkIntegers(value, dtype);
  return out;
}

function checkIntegers(value: ArrayLike, dtype: DType): void {
  if (Array.isArray(value)) {
    for (const v of value) checkIntegers(v, dtype);
  } else if (value instanceof NDArray || ArrayBuffer.isView(value)) {
    const data = value instanceof NDArray ? value.data : (value as Float64Array);
    for (const v of data) checkIntegers(v, dtype);
  } else if (typeof value === 'number' || typeof value === 'bigint') {
    const { min, max } = dtypeInfo[dtype];
    if (typeof value === 'number' && !Number.isFinite(value))
      throw new TypeError(`array: cannot convert ${value} to ${dtype}.`);
    if (value < min || value > max) {
      throw new RangeError(
        `array: the integer ${value} is out of bounds for ${dtype} (${min} to ${max}). np.array(x).astype('${dtype}') wraps it around.`,
      );
    }
  }
}

/**
 * A new array from numbers, nested lists, typed arrays or another array. Numbers make float64, bigints int64,
 * booleans bool, typed arrays keep their type; `{dtype}` decides otherwise. Gradients flow through arrays in lists.
 * @throws TypeError for ragged lists and for values that are not numbers
 * @see numpy.array
 * @example np.array([[1, 2], [3, 4]]); np.array([1, 2, 3], { dtype: 'int64' });
 */
export function array<N extends DTypeLike>(
  value: ArrayLike,
  options: N | (ArrayOptions & { dtype: N }),
): NDArray<DTypeNamed<N>>;
export function array<A extends ArrayLike>(value: A, options?: DTypeLike | ArrayOptions): NDArray<DTypeOf<A>>;
export function array(value: ArrayLike, options?: DTypeLike | ArrayOptions): NDArray {
  const dtype = dtypeArgument('array', options, ['copy', 'ndmin', 'order']);
  const { copy: copying = true, ndmin = 0, order } = typeof options === 'object' ? options : {};
  let out: NDArray;
  if (value instanceof NDArray) {
    if (dtype !== undefined && dtype !== value.dtype) out = astype(value, dtype);
    else out = copying ? copy(value) : value;
  } else if (tape.recording && holdsTracked(value)) {
    out = stacked(value);
    if (dtype !== undefined && dtype !== out.dtype) out = astype(out, dtype);
  } else if (dtype !== undefined && isInteger(dtype)) {
    out = toIntegers(value, dtype);
  } else {
    out = fromNested(value, 'array', dtype);
  }
  if (order !== undefined && order !== 'C' && (order !== 'K' || out.ndim > 1)) out = copy(out, order);
  return out.ndim < ndmin
    ? reshape(out, [...new Array<number>(ndmin - out.ndim).fill(1), ...out.shape])
    : out;
}

/** The array itself when it is one (of that dtype), else a new array. @see numpy.asarray */
export function asarray<N extends DTypeLike>(
  value: ArrayLike,
  dtype: N | { dtype: N },
): NDArray<DTypeNamed<N>>;
export function asarray<A extends ArrayLike>(value: A, dtype?: DTypeArgument): NDArray<DTypeOf<A>>;
export function asarray(value: ArrayLike, dtype?: DTypeArgument): NDArray {
  const wanted = dtypeArgument('asarray', dtype);
  if (value instanceof NDArray)
    return wanted === undefined || wanted === value.dtype ? value : astype(value, wanted);
  return array(value, wanted);
}

/** Calls `f` once with arrays of row numbers, column numbers... @see numpy.fromfunction */
export function fromfunction(
  f: (...index: NDArray[]) => ArrayLike,
  shape: ShapeLike,
  dtype?: DTypeArgument,
): NDArray {
  const list = shapeList('fromfunction', shape);
  const type = dtypeArgument('fromfunction', dtype) ?? 'float64';
  const coordinates = list.map((n, d) => {
    const line = reshape(
      arange(n, { dtype: type }),
      list.map((_, i) => (i === d ? n : 1)),
    );
    return ascontiguousarray(
      line.remap(
        list,
        line.stridesEl.map((s, i) => (i === d ? s : 0)),
        line.offset,
      ),
    );
  });
  return asarray(f(...coordinates));
}

// ---------------------------------------------------------------- filled

/** How the elements of a new array lie: row by row, or column by column. */
export type Layout = 'C' | 'F';

export interface MakeOptions extends DTypeOption {
  /** 'C', row by row, unless 'F' is given. */
  order?: Layout;
}

/** A new array with its elements in another order in memory: all are alike, or will be set afterwards. */
function laid(caller: string, out: NDArray, order: Order | undefined, like = out): NDArray {
  if (order === undefined || order === 'C') return out;
  const axes = axesFor(caller, like.ndim === out.ndim ? like : out, order);
  if (axes === null) return out;
  const strides = new Array<number>(axes.length);
  let step = 1;
  for (let i = axes.length - 1; i >= 0; i--) {
    strides[axes[i]] = step;
    step *= out.shape[axes[i]];
  }
  return new NDArray(out.storage, out.dtype, out.shape, strides);
}

/** An array of zeros, float64 unless `dtype` is given. @see numpy.zeros */
export function zeros<N extends DTypeLike = 'float64'>(
  shape: ShapeLike,
  dtype?: N | (MakeOptions & { dtype?: N }),
  order?: Layout | MakeOptions,
): NDArray<DTypeNamed<N>> {
  const o = parameters<MakeOptions>('zeros', ['dtype', 'order'], [dtype, order]);
  const type = dtypeArgument('zeros', o.dtype) ?? 'float64';
  const out = emptyZeroed(shapeList('zeros', shape, dtypeInfo[type].itemsize), type);
  return laid('zeros', out, o.order);
}

/** An array of ones, float64 unless `dtype` is given. @see numpy.ones */
export function ones<N extends DTypeLike = 'float64'>(
  shape: ShapeLike,
  dtype?: N | (MakeOptions & { dtype?: N }),
  order?: Layout | MakeOptions,
): NDArray<DTypeNamed<N>> {
  const o = parameters<MakeOptions>('ones', ['dtype', 'order'], [dtype, order]);
  const type = dtypeArgument('ones', o.dtype) ?? 'float64';
  const out = newArray(shapeList('ones', shape, dtypeInfo[type].itemsize), type);
  fill(out, 1);
  return laid('ones', out, o.order);
}

/** An array whose elements are arbitrary until they are set. @see numpy.empty */
export function empty<N extends DTypeLike = 'float64'>(
  shape: ShapeLike,
  dtype?: N | (MakeOptions & { dtype?: N }),
  order?: Layout | MakeOptions,
): NDArray<DTypeNamed<N>> {
  const o = parameters<MakeOptions>('empty', ['dtype', 'order'], [dtype, order]);
  const type = dtypeArgument('empty', o.dtype) ?? 'float64';
  const out = newArray(shapeList('empty', shape, dtypeInfo[type].itemsize), type);
  return laid('empty', out, o.order);
}

/** What `full` and `fullLike` are filled with, by name. */
export interface FillOptions extends MakeOptions {
  fillValue?: ArrayLike;
}

/** An array filled with a value, whose dtype it takes unless one is given. @see numpy.full */
export function full<N extends DTypeLike>(
  shape: ShapeLike,
  value: ArrayLike,
  dtype: N | (MakeOptions & { dtype: N }),
  order?: Layout | MakeOptions,
): NDArray<DTypeNamed<N>>;
export function full<A extends ArrayLike>(
  shape: ShapeLike,
  value: A,
  dtype?: DTypeLike | MakeOptions,
  order?: Layout | MakeOptions,
): NDArray<DTypeOf<A>>;
export function full(shape: ShapeLike, options: Spelled<FillOptions>): NDArray;
export function full(
  shape: ShapeLike,
  given: ArrayLike | Spelled<FillOptions>,
  argument?: DTypeLike | MakeOptions,
  order?: Layout | MakeOptions,
): NDArray {
  const o = parameters<FillOptions>('full', ['fillValue', 'dtype', 'order'], [given, argument, order]);
  const value = needed('full', 'fillValue', o.fillValue);
  const v = fromValue(value, 'full');
  const type = dtypeArgument('full', o.dtype) ?? v.dtype;
  const empty = newArray(shapeList('full', shape, dtypeInfo[type].itemsize), type);
  return filled('full', laid('full', empty, o.order), value);
}

function filled(caller: string, out: NDArray, value: ArrayLike): NDArray {
  const { dtype } = out;
  if (isInteger(dtype) && typeof value === 'number' && !Number.isFinite(value)) {
    throw new TypeError(`${caller}: cannot convert ${value} to ${dtype}.`);
  }
  if (typeof value === 'object') return set(out, ['...'], value);
  fill(out, value as Scalar);
  return out;
}

export interface LikeOptions extends DTypeOption {
  /** Another shape than the prototype's. */
  shape?: ShapeLike;
  /** 'C', row by row, unless 'F' or, as the prototype lies, 'A' or 'K' is given. */
  order?: Order;
}

type LikeArgument = DTypeLike | LikeOptions | undefined;

/** A new array in the shape and dtype of another; `make` allocates it. */
function like(
  caller: string,
  prototype: ArrayLike,
  argument: LikeArgument,
  make: (shape: Shape, dtype: DType) => NDArray,
): NDArray {
  const a = fromValue(prototype, caller);
  const dtype = dtypeArgument(caller, argument, ['shape', 'order']) ?? a.dtype;
  const o = typeof argument === 'object' ? argument : {};
  const out = make(shapeList(caller, o.shape ?? a.shape, dtypeInfo[dtype].itemsize), dtype);
  return laid(caller, out, o.order, a);
}

/** Zeros in the shape and dtype of another array. @see numpy.zeros_like */
export function zerosLike<N extends DTypeLike>(
  a: ArrayLike,
  dtype: N | (LikeOptions & { dtype: N }),
): NDArray<DTypeNamed<N>>;
export function zerosLike<A extends ArrayLike>(a: A, dtype?: LikeArgument): NDArray<DTypeOf<A>>;
export function zerosLike(a: ArrayLike, dtype?: LikeArgument): NDArray {
  return like('zerosLike', a, dtype, emptyZeroed);
}

/** Ones in the shape and dtype of another array. @see numpy.ones_like */
export function onesLike<N extends DTypeLike>(
  a: ArrayLike,
  dtype: N | (LikeOptions & { dtype: N }),
): NDArray<DTypeNamed<N>>;
export function onesLike<A extends ArrayLike>(a: A, dtype?: LikeArgument): NDArray<DTypeOf<A>>;
export function onesLike(a: ArrayLike, dtype?: LikeArgument): NDArray {
  return filled('onesLike', like('onesLike', a, dtype, newArray), 1);
}

/** An array with arbitrary elements in the shape and dtype of another. @see numpy.empty_like */
export function emptyLike<N extends DTypeLike>(
  a: ArrayLike,
  dtype: N | (LikeOptions & { dtype: N }),
): NDArray<DTypeNamed<N>>;
export function emptyLike<A extends ArrayLike>(a: A, dtype?: LikeArgument): NDArray<DTypeOf<A>>;
export function emptyLike(a: ArrayLike, dtype?: LikeArgument): NDArray {
  return like('emptyLike', a, dtype, newArray);
}

/** A value repeated in the shape and dtype of another array. @see numpy.full_like */
export function fullLike<N extends DTypeLike>(
  a: ArrayLike,
  value: ArrayLike,
  dtype: N | (LikeOptions & { dtype: N }),
): NDArray<DTypeNamed<N>>;
export function fullLike<A extends ArrayLike>(
  a: A,
  value: ArrayLike,
  dtype?: LikeArgument,
): NDArray<DTypeOf<A>>;
export function fullLike<A extends ArrayLike>(
  a: A,
  options: Spelled<FillOptions & LikeOptions>,
): NDArray<DTypeOf<A>>;
export function fullLike(
  a: ArrayLike,
  given: ArrayLike | Spelled<FillOptions & LikeOptions>,
  argument?: LikeArgument,
): NDArray {
  const names = ['fillValue', 'dtype'];
  const { fillValue, ...rest } = parameters<FillOptions & LikeOptions>(
    'fullLike',
    names,
    [given, argument],
    ['shape', 'order'],
  );
  const value = needed('fullLike', 'fillValue', fillValue);
  return filled('fullLike', like('fullLike', a, rest, newArray), value);
}

// ---------------------------------------------------------------- standard matrices

export interface EyeOptions extends MakeOptions {
  /** Columns; as many as rows by default. */
  M?: number;
  /** Which diagonal: above the main one when positive. */
  k?: number;
}

/** Ones on a diagonal, zeros elsewhere. @see numpy.eye */
export function eye<N extends DTypeLike = 'float64'>(
  n: number,
  columns?: number | null | (EyeOptions & { dtype?: N }),
  k?: number | (EyeOptions & { dtype?: N }),
  dtype?: N | (MakeOptions & { dtype?: N }),
  order?: Layout | MakeOptions,
): NDArray<DTypeNamed<N>> {
  const o = parameters<EyeOptions>('eye', ['M', 'k', 'dtype', 'order'], [columns, k, dtype, order]);
  const type = dtypeArgument('eye', o.dtype) ?? 'float64';
  const shape = shapeList('eye', [n, o.M ?? n], dtypeInfo[type].itemsize);
  const out = laid('eye', emptyZeroed(shape, type), o.order);
  const [down, across] = out.stridesEl;
  const d = diagonalOf(shape[0], shape[1], o.k ?? 0);
  if (d.length > 0) fill(out.remap([d.length], [down + across], d.row * down + d.column * across), 1);
  return out;
}

/** The identity matrix. @see numpy.identity */
export const identity = <N extends DTypeLike = 'float64'>(
  n: number,
  dtype?: N | { dtype?: N },
): NDArray<DTypeNamed<N>> => eye(n, n, 0, dtype);

/** Where the k-th diagonal of a matrix starts, and how long it is. */
function diagonalOf(
  rows: number,
  columns: number,
  k: number,
): { row: number; column: number; length: number } {
  if (!Number.isInteger(k)) throw new TypeError(`diag: k must be a whole number, not ${k}.`);
  const row = Math.max(0, -k);
  const column = Math.max(0, k);
  return { row, column, length: Math.max(0, Math.min(rows - row, columns - column)) };
}

/**
 * Of a matrix, its k-th diagonal as a vector; of a vector, the matrix with it on that diagonal.
 * @see numpy.diag
 */
export function diag<A extends ArrayLike>(value: A, k: number | { k?: number } = 0): NDArray<DTypeOf<A>> {
  const v = fromValue(value, 'diag');
  const { k: by = 0 } = parameters<{ k?: number }>('diag', ['k'], [k]);
  if (!Number.isInteger(by)) throw new TypeError(`diag: k must be a whole number, not ${String(by)}.`);
  if (v.ndim === 2) return copy(diagonalView(v, by)) as NDArray<DTypeOf<A>>;
  if (v.ndim !== 1)
    throw new RangeError(`diag: input must be 1- or 2-d; this one has shape ${shapeText(v.shape)}.`);
  const n = v.size + Math.abs(by);
  return diagonalMatrix(v, n, n, by) as NDArray<DTypeOf<A>>;
}

/** Ones at and below the k-th diagonal, zeros above. @see numpy.tri */
export function tri<N extends DTypeLike = 'float64'>(
  n: number,
  columns?: number | null | (Omit<EyeOptions, 'order'> & { dtype?: N }),
  diagonal?: number | (Omit<EyeOptions, 'order'> & { dtype?: N }),
  dtype?: N | { dtype?: N },
): NDArray<DTypeNamed<N>> {
  const o = parameters<EyeOptions>('tri', ['M', 'k', 'dtype'], [columns, diagonal, dtype]);
  const { k = 0 } = o;
  const type = dtypeArgument('tri', o.dtype) ?? 'float64';
  const shape = shapeList('tri', [n, o.M ?? n]);
  return castTo(belowDiagonal(shape[0], shape[1], k), type) as NDArray<DTypeNamed<N>>;
}

function triangle(
  caller: string,
  value: ArrayLike,
  argument: number | { k?: number } | undefined,
  lower: boolean,
): NDArray {
  const { k = 0 } = parameters<{ k?: number }>(caller, ['k'], [argument]);
  const a = fromValue(value, caller);
  if (a.ndim === 0)
    throw new RangeError(`${caller}: a number has no triangle; give an array of one dimension or more.`);
  const columns = a.shape[a.ndim - 1];
  const mask = belowDiagonal(a.ndim === 1 ? columns : a.shape[a.ndim - 2], columns, lower ? k : k - 1);
  const zero = emptyZeroed([], a.dtype);
  return lower ? where(mask, a, zero) : where(mask, zero, a);
}

/** The matrix with zeros above the k-th diagonal. Leading axes are a stack. @see numpy.tril */
export const tril = <A extends ArrayLike>(m: A, k?: number | { k?: number }): NDArray<DTypeOf<A>> =>
  triangle('tril', m, k, true);

/** The matrix with zeros below the k-th diagonal. @see numpy.triu */
export const triu = <A extends ArrayLike>(m: A, k?: number | { k?: number }): NDArray<DTypeOf<A>> =>
  triangle('triu', m, k, false);

export interface VanderOptions {
  /** Columns; as many as there are elements by default. */
  N?: number | null;
  /** Powers from the left to the right. */
  increasing?: boolean;
}

/** Columns x^(n-1), ..., x, 1: the matrix of polynomial fits. @see numpy.vander */
export function vander<A extends ArrayLike>(
  value: A,
  columns?: number | null | VanderOptions,
  rising?: boolean | VanderOptions,
): NDArray<DTypeOf<A>> {
  const o = parameters<VanderOptions>('vander', ['N', 'increasing'], [columns, rising]);
  const { N: n, increasing = false } = o;
  const x = fromValue(value, 'vander');
  if (x.ndim !== 1) throw new RangeError(`vander: x must be 1-d; this one has shape ${shapeText(x.shape)}.`);
  const count = n ?? x.size;
  if (isFloat(x.dtype) && count > 1 && !tracking(x) && batching.open === 0) {
    // Powers as products, one after the other.
    const out = newArray([x.size, count], x.dtype);
    const rising = increasing ? out : get(out, [':', '::-1']);
    set(rising, [':', 0], 1);
    set(rising, [':', '1:'], transpose(cumprod(broadcastTo(x, [count - 1, x.size]), 0)));
    return out;
  }
  const powers = arange(count, { dtype: isFloat(x.dtype) ? x.dtype : 'int64' });
  const order = increasing ? powers : get(powers, ['::-1']);
  return reshape(x, -1, 1).pow(order);
}
