// How arrays lie in memory and are put together: blocks, Fortran order, who shares memory with whom, and the
// requirements that a caller may have. Memory in use is here too.

import { mayShareMemory } from '../backend/index.js';
import { asarray } from '../core/create.js';
import { type DType, isInexact, toDType } from '../core/dtype.js';
import { type ArrayLike, emptyZeroed, NDArray } from '../core/ndarray.js';
import { parameters } from '../core/options.js';
import { broadcastShapes as meet, type Shape, shapeText } from '../core/shape.js';
import { poolUsage } from '../core/storage.js';
import type { DTypeOf } from '../core/typing.js';
import { set } from '../ops/index.js';
import { concatenate, split } from '../ops/join.js';
import { ascontiguousarray, astype, copy, reshape, transpose } from '../ops/shape.js';
import { named } from './caller.js';
import { arange } from './grid.js';

/** Arrays, or lists of them for the next axis in. */
export type Blocks = ArrayLike | readonly Blocks[];

const isList = (v: unknown): v is readonly Blocks[] => Array.isArray(v);

/**
 * One array out of nested lists of blocks: the innermost lists are joined along the last axis, the lists around them
 * along the one before, and so on.
 * @see numpy.block
 * @example np.block([[A, np.zeros([2, 1])], [np.ones([1, 2]), 1]])
 */
export function block(blocks: Blocks): NDArray {
  const depthOf = (b: Blocks, path: string): number => {
    if (!isList(b)) return 0;
    if (b.length === 0) throw new RangeError(`block: List at arrays${path} cannot be empty.`);
    const depths = b.map((x, i) => depthOf(x, `${path}[${i}]`));
    const odd = depths.findIndex((d) => d !== depths[0]);
    if (odd >= 0) {
      throw new RangeError(
        `block: List depths are mismatched. First element was at depth ${depths[0] + 1}, but there is an element at depth ${depths[odd] + 1} (arrays${path}[${odd}]).`,
      );
    }
    return depths[0] + 1;
  };
  const depth = depthOf(blocks, '');
  if (depth === 0) return copy(asarray(blocks as ArrayLike, 'block'));
  let ndim = depth;
  const measure = (b: Blocks): void => {
    if (isList(b)) b.forEach(measure);
    else ndim = Math.max(ndim, asarray(b as ArrayLike, 'block').ndim);
  };
  measure(blocks);
  const build = (b: Blocks, level: number): NDArray => {
    if (isList(b))
      return concatenate(
        b.map((x) => build(x, level - 1)),
        -level,
      );
    const a = asarray(b as ArrayLike, 'block');
    return reshape(a, [...new Array<number>(ndim - a.ndim).fill(1), ...a.shape]);
  };
  return named('block', () => build(blocks, depth));
}

/** A matrix with the flattened input on its k-th diagonal. @see numpy.diagflat */
export function diagflat<A extends ArrayLike>(
  value: A,
  diagonal?: number | { k?: number },
): NDArray<DTypeOf<A>>;
export function diagflat(value: ArrayLike, diagonal?: number | { k?: number }): NDArray {
  const { k = 0 } = parameters<{ k?: number }>('diagflat', ['k'], [diagonal]);
  const v = reshape(asarray(value, 'diagflat'), -1);
  if (!Number.isInteger(k)) throw new TypeError(`diagflat: k must be a whole number, not ${String(k)}.`);
  const n = v.size + Math.abs(k);
  const [row, column] = [Math.max(0, -k), Math.max(0, k)];
  const out = emptyZeroed([n, n], v.dtype);
  return set(out, [arange(row, row + v.size), arange(column, column + v.size)], v);
}

/** `split` along the third axis. @see numpy.dsplit */
export function dsplit(value: ArrayLike, sections: number | readonly number[]): NDArray[] {
  const a = asarray(value, 'dsplit');
  if (a.ndim < 3)
    throw new RangeError(
      `dsplit: dsplit only works on arrays of 3 or more dimensions; the shape is ${shapeText(a.shape)}.`,
    );
  return named('dsplit', () => split(a, sections, 2));
}

/** The shape that shapes broadcast to. @see numpy.broadcast_shapes */
export const broadcastShapes = (...shapes: (Shape | number)[]): number[] => [
  ...shapes.reduce<Shape>((s, t) => meet('broadcastShapes', s, typeof t === 'number' ? [t] : t), []),
];

/** The elements in Fortran order: the first axis is the one whose elements lie side by side. @see numpy.asfortranarray */
export function asfortranarray(value: ArrayLike): NDArray {
  const a = asarray(value, 'asfortranarray');
  return transpose(ascontiguousarray(transpose(a.ndim === 0 ? reshape(a, [1]) : a)));
}

const fortran = (a: NDArray): boolean => a.detach().transpose().contiguous;

/** Whether an array of two or more axes lies in Fortran order and not in C order. @see numpy.isfortran */
export const isfortran = (a: NDArray): boolean => a.ndim > 1 && !a.contiguous && fortran(a);

/**
 * An array with a given dtype and layout: 'C' or 'F' for the order, 'O' for memory of its own.
 * @see numpy.require
 */
export function require(
  value: ArrayLike,
  dtype?: DType | string | null,
  requirements: string | readonly string[] = [],
): NDArray {
  const letters: Record<string, string> = {
    C: 'C',
    C_CONTIGUOUS: 'C',
    CONTIGUOUS: 'C',
    F: 'F',
    F_CONTIGUOUS: 'F',
    FORTRAN: 'F',
    O: 'O',
    OWNDATA: 'O',
    W: 'W',
    WRITEABLE: 'W',
    A: 'A',
    ALIGNED: 'A',
    E: 'E',
    ENSUREARRAY: 'E',
  };
  const wanted = new Set(
    (typeof requirements === 'string' ? [...requirements] : requirements).map((r) => {
      const letter = letters[r.toUpperCase()];
      if (letter === undefined)
        throw new TypeError(`require: there is no requirement '${r}'; known: C, F, O, W, A, E.`);
      return letter;
    }),
  );
  if (wanted.has('C') && wanted.has('F'))
    throw new TypeError('require: Cannot specify both "C" and "F" order.');
  let a = asarray(value, 'require');
  if (dtype !== undefined && dtype !== null && toDType(dtype, 'require') !== a.dtype) a = astype(a, dtype);
  if (wanted.has('F')) {
    if (!fortran(a)) a = asfortranarray(a);
  } else if (wanted.has('C')) {
    a = ascontiguousarray(a);
  }
  return wanted.has('O') && a.base !== null ? copy(a) : a;
}

/** The array as floats; integers and booleans become float64. @see numpy.asfarray */
export function asfarray(value: ArrayLike, dtype: DType | string = 'float64'): NDArray {
  const type = toDType(dtype, 'asfarray');
  const a = asarray(value, 'asfarray');
  const to = isInexact(type) ? type : 'float64';
  return a.dtype === to ? a : astype(a, to);
}

/**
 * Whether two arrays have an element's memory in common. Exact, unlike `mayShareMemory`, which compares extents.
 * @see numpy.shares_memory
 */
export function sharesMemory(a: NDArray, b: NDArray): boolean {
  if (!(a instanceof NDArray && b instanceof NDArray) || !mayShareMemory(a, b)) return false;
  // Bytes of the smaller one are marked, those of the other looked up.
  const [p, q] = a.size <= b.size ? [a, b] : [b, a];
  const bytes = new Set<number>();
  for (const at of p.offsets()) for (let k = 0; k < p.itemsize; k++) bytes.add(at * p.itemsize + k);
  for (const at of q.offsets())
    for (let k = 0; k < q.itemsize; k++) if (bytes.has(at * q.itemsize + k)) return true;
  return false;
}

export interface MemoryUsage {
  /** Bytes of arrays in use, or no longer in use but not yet collected. */
  readonly live: number;
  /** Bytes in the pool, ready to be used again, and how many it may hold. */
  readonly pooled: number;
  readonly limit: number;
  /** Bytes of the whole process, now and at its largest. */
  readonly rss: number;
  readonly peak: number;
  /** The pool's blocks: bytes of a block and how many of them there are. */
  readonly blocks: readonly { readonly bytes: number; readonly count: number }[];
}

/**
 * Memory that arrays use, in bytes.
 * @example const { live, pooled, peak } = np.memoryUsage();
 */
export function memoryUsage(): MemoryUsage {
  const { pooled, limit, blocks } = poolUsage();
  const { arrayBuffers, rss } = process.memoryUsage();
  return {
    live: Math.max(0, arrayBuffers - pooled),
    pooled,
    limit,
    rss,
    peak: process.resourceUsage().maxRSS * 1024,
    blocks,
  };
}

/** Whether a value can be iterated over. @see numpy.iterable */
export const iterable = (value: unknown): boolean =>
  value instanceof NDArray
    ? value.ndim > 0
    : typeof value === 'string' || (typeof value === 'object' && value !== null && Symbol.iterator in value);
