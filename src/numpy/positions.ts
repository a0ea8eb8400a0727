// Positions as arrays: the slices that single out one axis, the index arrays of diagonals, triangles and masks, and flat
// positions turned into coordinates and back.

import * as backend from '../backend/index.js';
import { asarray } from '../core/create.js';
import { type ArrayLike, empty, type NDArray } from '../core/ndarray.js';
import { needed, parameters } from '../core/options.js';
import { checkShape, type Shape, shapeText } from '../core/shape.js';
import { type Tuple, tuple } from '../core/tuple.js';
import { greaterEqual, logicalNot, maximum, minimum, mod } from '../ops/elementwise.js';
import { get, nonzero } from '../ops/index.js';
import { castTo } from '../ops/operands.js';
import { ascontiguousarray, reshape } from '../ops/shape.js';
import { arange } from './grid.js';

/** An int64 vector of positions. */
export const positions = (list: readonly number[]): NDArray =>
  castTo(asarray(Float64Array.from(list)), 'int64');

/** Slices that leave all axes but one whole. */
export const along = (axis: number, index: unknown): unknown[] => [
  ...new Array<string>(axis).fill(':'),
  index,
];

/** Whether an element of a matrix lies at or below the k-th diagonal, as a mask. */
export function belowDiagonal(rows: number, columns: number, k: number): NDArray {
  const row = arange(k, rows + k, { dtype: 'int32' });
  return greaterEqual(reshape(row, rows, 1), arange(columns, { dtype: 'int32' }));
}

export interface TriangleOptions {
  /** The diagonal that the triangle ends at: above the main one when positive. */
  k?: number;
  /** Columns; as many as rows by default. */
  m?: number | null;
}

/** Lower index pairs: rows and columns of a matrix's lower triangle. @see numpy.tril_indices */
export function trilIndices(
  n: number,
  diagonal?: number | TriangleOptions,
  columns?: number | null | TriangleOptions,
): Tuple<NDArray<'int64'>> {
  const { k = 0, m } = parameters<TriangleOptions>('trilIndices', ['k', 'm'], [diagonal, columns]);
  return nonzero(belowDiagonal(n, m ?? n, k)) as Tuple<NDArray<'int64'>>;
}

/** Rows and columns of a matrix's upper triangle. @see numpy.triu_indices */
export function triuIndices(
  n: number,
  diagonal?: number | TriangleOptions,
  columns?: number | null | TriangleOptions,
): Tuple<NDArray<'int64'>> {
  const { k = 0, m } = parameters<TriangleOptions>('triuIndices', ['k', 'm'], [diagonal, columns]);
  return nonzero(logicalNot(belowDiagonal(n, m ?? n, k - 1))) as Tuple<NDArray<'int64'>>;
}

function columnMajor(caller: string, order: unknown): boolean {
  if (order !== undefined && order !== 'C' && order !== 'F')
    throw new TypeError(`${caller}: only 'C' or 'F' order is permitted, not '${String(order)}'.`);
  return order === 'F';
}

/** Flat positions as one index array per axis. @see numpy.unravel_index */
export function unravelIndex(
  index: ArrayLike,
  lengths: number | Shape | { shape: number | Shape; order?: 'C' | 'F' },
  counting?: 'C' | 'F' | { order?: 'C' | 'F' },
): Tuple<NDArray<'int64'>> {
  const o = parameters<{ shape?: number | Shape; order?: 'C' | 'F' }>(
    'unravelIndex',
    ['shape', 'order'],
    [lengths, counting],
  );
  const shape = needed('unravelIndex', 'shape', o.shape);
  const to = typeof shape === 'number' ? [shape] : shape;
  if (columnMajor('unravelIndex', o.order)) return tuple(unravelIndex(index, [...to].reverse()).reverse());
  const at = ascontiguousarray(castTo(asarray(index, 'unravelIndex').detach(), 'int64'));
  const out = empty([to.length, ...at.shape], 'int64');
  backend.unravel(out, at, to);
  return tuple(to.map((_, d) => get(out, [d, '...'])));
}

export type OutOfBounds = 'raise' | 'wrap' | 'clip';

export interface RavelMultiIndexOptions {
  /** Lengths of the axes. */
  dims?: number | Shape;
  /** Coordinates outside: an error, the remainder, or the nearest inside; one for all axes or one for each. */
  mode?: OutOfBounds | readonly OutOfBounds[];
  /** Whether the last axis runs fastest ('C', the default) or the first ('F'). */
  order?: 'C' | 'F';
}

/** The flat position of coordinates, one array per axis. @see numpy.ravel_multi_index */
export function ravelMultiIndex(
  index: readonly ArrayLike[] | NDArray,
  shape: number | Shape | RavelMultiIndexOptions,
  outside?: RavelMultiIndexOptions['mode'] | RavelMultiIndexOptions,
  counting?: 'C' | 'F' | RavelMultiIndexOptions,
): NDArray<'int64'> {
  const o = parameters<RavelMultiIndexOptions>(
    'ravelMultiIndex',
    ['dims', 'mode', 'order'],
    [shape, outside, counting],
  );
  const dims = needed('ravelMultiIndex', 'dims', o.dims);
  const to = typeof dims === 'number' ? [dims] : dims;
  const coordinates = [...index] as ArrayLike[];
  if (coordinates.length !== to.length)
    throw new RangeError(`ravelMultiIndex: ${coordinates.length} index arrays for ${to.length} axes.`);
  const { mode = 'raise' } = o;
  const modes = typeof mode === 'string' ? to.map(() => mode) : mode;
  const axes = to.map((_, d) => d);
  if (columnMajor('ravelMultiIndex', o.order)) axes.reverse();
  let out: NDArray | undefined;
  for (const d of axes) {
    const at = coordinatesWithin(asarray(coordinates[d], 'ravelMultiIndex'), to[d], modes[d], d);
    out = out === undefined ? at.copy() : out.mul(to[d]).add(at);
  }
  return out ?? asarray(0n);
}

/** Coordinates along one axis of length n, those outside treated as `mode` says. */
function coordinatesWithin(value: NDArray, n: number, mode: OutOfBounds, d: number): NDArray {
  const at = castTo(value, 'int64');
  if (mode === 'wrap') return mod(at, n);
  if (mode === 'clip') return minimum(maximum(at, 0), n - 1);
  if (mode !== 'raise')
    throw new TypeError(
      `ravelMultiIndex: clipmode must be one of 'clip', 'raise', or 'wrap', not '${String(mode)}'.`,
    );
  if (backend.largest(ascontiguousarray(at.detach())) < n) return at;
  for (const i of at.data)
    if (i < 0 || i >= n)
      throw new RangeError(
        `ravelMultiIndex: invalid entry in coordinates array: ${i} along axis ${d} of length ${n}.`,
      );
  return at;
}

/** Index arrays of the main diagonal of an array with ndim axes of length n. @see numpy.diag_indices */
export function diagIndices(n: number, axes?: number | { ndim?: number }): Tuple<NDArray<'int64'>> {
  const { ndim = 2 } = parameters<{ ndim?: number }>('diagIndices', ['ndim'], [axes]);
  return tuple(Array.from({ length: ndim }, () => arange(n) as NDArray<'int64'>));
}

/** Index arrays of an array's main diagonal. @see numpy.diag_indices_from */
export function diagIndicesFrom(a: NDArray): Tuple<NDArray<'int64'>> {
  if (a.ndim < 2)
    throw new RangeError(
      `diagIndicesFrom: input array must be at least 2-d; this one has shape ${shapeText(a.shape)}.`,
    );
  if (a.shape.some((n) => n !== a.shape[0]))
    throw new RangeError(
      `diagIndicesFrom: All dimensions of input must be of equal length; the shape is ${shapeText(a.shape)}.`,
    );
  return diagIndices(a.shape[0], a.ndim);
}

function matrix(caller: string, a: NDArray): [number, number] {
  if (a.ndim !== 2)
    throw new RangeError(`${caller}: input array must be 2-d; this one has shape ${shapeText(a.shape)}.`);
  return [a.shape[0], a.shape[1]];
}

/** Rows and columns of a matrix's lower triangle. @see numpy.tril_indices_from */
export function trilIndicesFrom(a: NDArray, diagonal?: number | { k?: number }): Tuple<NDArray<'int64'>> {
  const { k = 0 } = parameters<{ k?: number }>('trilIndicesFrom', ['k'], [diagonal]);
  const [n, m] = matrix('trilIndicesFrom', a);
  return trilIndices(n, k, m);
}

/** Rows and columns of a matrix's upper triangle. @see numpy.triu_indices_from */
export function triuIndicesFrom(a: NDArray, diagonal?: number | { k?: number }): Tuple<NDArray<'int64'>> {
  const { k = 0 } = parameters<{ k?: number }>('triuIndicesFrom', ['k'], [diagonal]);
  const [n, m] = matrix('triuIndicesFrom', a);
  return triuIndices(n, k, m);
}

/**
 * Where a function such as np.triu leaves the elements of an n x n matrix.
 * @see numpy.mask_indices
 */
export function maskIndices(
  n: number,
  mask: (m: NDArray, k: number) => ArrayLike,
  diagonal?: number | { k?: number },
): Tuple<NDArray<'int64'>> {
  const { k = 0 } = parameters<{ k?: number }>('maskIndices', ['k'], [diagonal]);
  checkShape('maskIndices', [n, n]);
  return nonzero(
    asarray(
      mask(
        arange(n * n)
          .mul(0)
          .add(1)
          .reshape(n, n),
        k,
      ),
      'maskIndices',
    ),
  );
}
