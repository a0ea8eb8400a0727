// Arrays joined and cut: concatenate, stack and their kin, tile and split. Results are new arrays, parts are views;
// gradients flow through both.

import * as backend from '../backend/index.js';
import { asarray, lists } from '../core/create.js';
import { type DType, promoteTypes, toDType } from '../core/dtype.js';
import { type ArrayLike, empty, emptyZeroed, type NDArray } from '../core/ndarray.js';
import { checkOptions, needed, parameters, type Spelled } from '../core/options.js';
import { normalizeAxis, type Shape, sameShape, shapeText } from '../core/shape.js';
import type { DTypeOf, PromotedAll } from '../core/typing.js';
import { batching, overAll, overArray } from './batching.js';
import { register, track } from './registry.js';
import { astype, broadcastTo, copy, expandDims, ravel, reshape, viewOf } from './shape.js';
import { type Casting, canCast } from './ufunc.js';
import { into } from './writing.js';

/** The part `from..to` of one axis, as a view. */
function part(a: NDArray, axis: number, from: number, to: number): NDArray {
  const batch = batching.open > 0 ? overArray(a, (x) => part(x, axis + 1, from, to)) : null;
  if (batch !== null) return batch;
  const shape = [...a.shape];
  shape[axis] = to - from;
  return viewOf('part', a, shape, a.stridesEl, a.offset + from * a.stridesEl[axis], (g) =>
    embed(g, a.shape, axis, from),
  );
}
register('part', true);

/** Zeros of `shape` with `a` in the part that starts at `from`: the reverse of `part`. */
function embed(a: NDArray, shape: Shape, axis: number, from: number): NDArray {
  const batch =
    batching.open > 0 ? overArray(a, (x) => embed(x, [x.shape[0], ...shape], axis + 1, from)) : null;
  if (batch !== null) return batch;
  const out = emptyZeroed(shape, a.dtype);
  backend.copy(out.remap(a.shape, out.stridesEl, from * out.stridesEl[axis]), a);
  return track('embed', out, [a], [(g) => part(g, axis, from, from + a.shape[axis])], []);
}
register('embed', true);

export interface JoinOptions {
  axis?: number | null;
  /** Array to write the result into; it is returned. */
  out?: NDArray | null;
  /** Element type of the result, which `casting` ('same_kind' unless given) has to allow. */
  dtype?: DType | string;
  casting?: Casting;
}

/** A joined array in the type, or the place, that options ask for. */
function joined(
  caller: string,
  result: NDArray,
  { out, dtype, casting = 'same_kind' }: JoinOptions,
): NDArray {
  if (out && dtype !== undefined)
    throw new TypeError(`${caller}: only one of 'out' and 'dtype' can be given: out has a dtype of its own.`);
  if (out) {
    if (!sameShape(out.shape, result.shape))
      throw new RangeError(
        `${caller}: output array is the wrong shape: ${shapeText(out.shape)}, the result has ${shapeText(result.shape)}.`,
      );
    return into(caller, out, result, casting);
  }
  if (dtype === undefined) return result;
  const type = toDType(dtype, caller);
  if (!canCast(result.dtype, type, casting))
    throw new TypeError(
      `${caller}: cannot cast from ${result.dtype} to ${type} with casting rule '${casting}'.`,
    );
  return type === result.dtype ? result : astype(result, type);
}

/** Arrays joined along an existing axis; null joins them flattened. @see numpy.concatenate */
export function concatenate<T extends readonly ArrayLike[] | readonly [ArrayLike]>(
  values: T,
  axis: number | null | JoinOptions = 0,
): NDArray<PromotedAll<T>> {
  if (typeof axis === 'object' && axis !== null) {
    checkOptions('concatenate', axis, ['axis', 'out', 'dtype', 'casting']);
    const { axis: along = 0, ...rest } = axis;
    return joined('concatenate', concatenate(values, along), rest);
  }
  const chosen = axis;
  let arrays = [...values].map((v) => asarray(v, 'concatenate'));
  if (arrays.length === 0) throw new RangeError('concatenate: need at least one array to concatenate.');
  if (chosen === null) arrays = arrays.map((a) => ravel(a));
  const first = arrays[0];
  if (first.ndim === 0)
    throw new RangeError('concatenate: zero-dimensional arrays cannot be concatenated; use np.stack.');
  const at = normalizeAxis('concatenate', chosen ?? 0, first.ndim);
  let dtype = first.dtype;
  let length = 0;
  for (const [i, a] of arrays.entries()) {
    dtype = promoteTypes(dtype, a.dtype);
    if (a.ndim !== first.ndim || a.shape.some((n, d) => d !== at && n !== first.shape[d])) {
      throw new RangeError(
        `concatenate: all the input array dimensions except for the concatenation axis (${at}) must match exactly; ` +
          `array 0 has shape ${shapeText(first.shape)}, array ${i} ${shapeText(a.shape)}.`,
      );
    }
    length += a.shape[at];
  }
  const batch = batching.open > 0 ? overAll(arrays, (physical) => concatenate(physical, at + 1)) : null;
  if (batch !== null) return batch;
  const shape = [...first.shape];
  shape[at] = length;
  const out = empty(shape, dtype);
  let from = 0;
  const starts: number[] = [];
  for (const a of arrays) {
    starts.push(from);
    backend.copy(out.remap(a.shape, out.stridesEl, from * out.stridesEl[at]), a);
    from += a.shape[at];
  }
  return track(
    'concatenate',
    out,
    arrays,
    arrays.map((a, i) => (g) => part(g, at, starts[i], starts[i] + a.shape[at])),
    [],
  );
}
register('concatenate', true);

/** Arrays of equal shape joined along a new axis. @see numpy.stack */
export function stack<T extends readonly ArrayLike[] | readonly [ArrayLike]>(
  values: T,
  axis: number | (JoinOptions & { axis?: number }) = 0,
): NDArray<PromotedAll<T>> {
  if (typeof axis === 'object') {
    checkOptions('stack', axis, ['axis', 'out', 'dtype', 'casting']);
    const { axis: at = 0, ...rest } = axis;
    return joined('stack', stack(values, at), rest);
  }
  const arrays = [...values].map((v) => asarray(v, 'stack'));
  if (arrays.length === 0) throw new RangeError('stack: need at least one array to stack.');
  const at = normalizeAxis('stack', axis, arrays[0].ndim + 1);
  for (const [i, a] of arrays.entries()) {
    if (shapeText(a.shape) !== shapeText(arrays[0].shape)) {
      throw new RangeError(
        `stack: all input arrays must have the same shape; array 0 has ${shapeText(arrays[0].shape)}, array ${i} ${shapeText(a.shape)}.`,
      );
    }
  }
  return concatenate(
    arrays.map((a) => expandDims(a, at)),
    at,
  );
}

lists.stack = (arrays) => stack(arrays);

/** Every array through `f`: of one array its result, of several a list. */
function each(caller: string, values: readonly ArrayLike[], f: (a: NDArray) => NDArray): NDArray | NDArray[] {
  const all = values.map((value) => f(asarray(value, caller)));
  return all.length === 1 ? all[0] : all;
}

/**
 * The array with at least one dimension: a number becomes a vector of one element. Of several arrays, a list.
 * @see numpy.atleast_1d
 */
export function atleast1d<A extends ArrayLike>(value: A): NDArray<DTypeOf<A>>;
export function atleast1d(first: ArrayLike, second: ArrayLike, ...more: ArrayLike[]): NDArray[];
export function atleast1d(...values: ArrayLike[]): NDArray | NDArray[] {
  return each('atleast1d', values, (a) => (a.ndim >= 1 ? a : reshape(a, [1])));
}

/**
 * The array with at least two dimensions: a vector becomes a row. Of several arrays, a list.
 * @see numpy.atleast_2d
 */
export function atleast2d<A extends ArrayLike>(value: A): NDArray<DTypeOf<A>>;
export function atleast2d(first: ArrayLike, second: ArrayLike, ...more: ArrayLike[]): NDArray[];
export function atleast2d(...values: ArrayLike[]): NDArray | NDArray[] {
  return each('atleast2d', values, (a) => (a.ndim >= 2 ? a : reshape(a, [1, a.size])));
}

/** At least three dimensions; of several arrays, a list. @see numpy.atleast_3d */
export function atleast3d<A extends ArrayLike>(value: A): NDArray<DTypeOf<A>>;
export function atleast3d(first: ArrayLike, second: ArrayLike, ...more: ArrayLike[]): NDArray[];
export function atleast3d(...values: ArrayLike[]): NDArray | NDArray[] {
  return each('atleast3d', values, (a) =>
    a.ndim >= 3 ? a : reshape(a, a.ndim === 2 ? [...a.shape, 1] : [1, a.size, 1]),
  );
}

/** Arrays on top of each other: 1-d arrays become rows. @see numpy.vstack */
export const vstack = <T extends readonly ArrayLike[] | readonly [ArrayLike]>(
  values: T,
  options: { dtype?: DType | string; casting?: Casting } = {},
): NDArray<PromotedAll<T>> =>
  joined(
    'vstack',
    concatenate(
      [...values].map((value) => atleast2d(value)),
      0,
    ),
    checkOptions('vstack', options, ['dtype', 'casting']),
  );

/** Arrays side by side: along the second axis, of 1-d arrays along the first. @see numpy.hstack */
export function hstack<T extends readonly ArrayLike[] | readonly [ArrayLike]>(
  values: T,
  options: { dtype?: DType | string; casting?: Casting } = {},
): NDArray<PromotedAll<T>> {
  const arrays = [...values].map((value) => atleast1d(value));
  const result = concatenate(arrays, arrays[0]?.ndim === 1 ? 0 : 1);
  return joined('hstack', result, checkOptions('hstack', options, ['dtype', 'casting']));
}

/** 1-d arrays as the columns of a matrix, 2-d arrays side by side. @see numpy.column_stack */
export function columnStack<T extends readonly ArrayLike[] | readonly [ArrayLike]>(
  values: T,
): NDArray<PromotedAll<T>> {
  return concatenate(
    [...values].map((v) => {
      const a = asarray(v, 'columnStack');
      return a.ndim < 2 ? reshape(a, [a.size, 1]) : a;
    }),
    1,
  );
}

/** The array repeated as a block, `reps` times along each axis. @see numpy.tile */
export function tile<A extends ArrayLike>(
  value: A,
  argument: number | readonly number[] | { reps: number | readonly number[] },
): NDArray<DTypeOf<A>> {
  let a = asarray(value, 'tile');
  const o = parameters<{ reps?: number | readonly number[] }>('tile', ['reps'], [argument]);
  const reps = needed('tile', 'reps', o.reps);
  let times = typeof reps === 'number' ? [reps] : [...reps];
  const n = Math.max(times.length, a.ndim);
  times = [...new Array<number>(n - times.length).fill(1), ...times];
  if (a.ndim < n) a = reshape(a, [...new Array<number>(n - a.ndim).fill(1), ...a.shape]);
  const spread = a.shape.flatMap((length) => [1, length]);
  const wide = a.shape.flatMap((length, d) => [times[d], length]);
  return reshape(
    copy(broadcastTo(reshape(a, spread), wide)),
    a.shape.map((length, d) => length * times[d]),
  );
}

/** A number of parts, or the places to cut at, and the axis to cut along. */
export interface SplitOptions {
  indicesOrSections?: number | readonly number[];
  axis?: number;
}

/** The arguments of `split` and `arraySplit`. */
export function splitArguments(
  caller: string,
  given: readonly unknown[],
): [number | readonly number[], number] {
  const o = parameters<SplitOptions>(caller, ['indicesOrSections', 'axis'], given);
  return [needed(caller, 'indicesOrSections', o.indicesOrSections), o.axis ?? 0];
}

/** The array cut into parts along an axis: a number of equal parts, or the places to cut at. @see numpy.split */
export function split<A extends ArrayLike>(
  value: A,
  indicesOrSections: number | readonly number[] | Spelled<SplitOptions>,
  along?: number | { axis?: number },
): NDArray<DTypeOf<A>>[] {
  const a = asarray(value, 'split');
  const [sections, axis] = splitArguments('split', [indicesOrSections, along]);
  const at = normalizeAxis('split', axis, a.ndim);
  const n = a.shape[at];
  let cuts: number[];
  if (typeof sections === 'number') {
    if (!(sections > 0) || n % sections !== 0) {
      throw new RangeError(
        `split: array split does not result in an equal division: ${n} elements along axis ${at} into ${sections} parts.`,
      );
    }
    cuts = Array.from({ length: sections - 1 }, (_, i) => ((i + 1) * n) / sections);
  } else {
    cuts = sections.map((c) => Math.min(n, c < 0 ? Math.max(0, c + n) : c));
  }
  const starts = [0, ...cuts];
  const ends = [...cuts, n];
  return starts.map((from, i) => part(a, at, from, Math.max(from, ends[i])));
}
