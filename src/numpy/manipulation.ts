// Arrays rearranged beyond reshape and concatenate: rolling, repeating, joining and cutting, and parts
// taken out, put in or written into. Composed of operations, so gradients flow.

import { mayShareMemory as extentsMeet } from '../backend/index.js';
import { asarray } from '../core/create.js';
import { type ArrayLike, emptyZeroed, type NDArray } from '../core/ndarray.js';
import { checkOptions, needed, parameters, type Spelled } from '../core/options.js';
import { broadcastShapes, normalizeAxis, type Shape, shapeText } from '../core/shape.js';
import type { DTypeOf, Promoted, PromotedAll } from '../core/typing.js';
import { notEqual } from '../ops/elementwise.js';
import { get, set, take } from '../ops/index.js';
import { atleast3d, concatenate, type SplitOptions, split, splitArguments } from '../ops/join.js';
import { beside, castTo } from '../ops/operands.js';
import { broadcastTo, copy, expandDims, flip, moveaxis, reshape, swapaxes } from '../ops/shape.js';
import { type Casting, canCast } from '../ops/ufunc.js';
import { into } from '../ops/writing.js';
import { named } from './caller.js';
import { arange } from './grid.js';
import { along, positions } from './positions.js';

// ---------------------------------------------------------------- order

/** Elements shifted along an axis (of the flattened array without one); what leaves at one end enters at the other. @see numpy.roll */
export function roll<A extends ArrayLike>(
  value: A,
  shift: number | readonly number[],
  argument?: number | readonly number[] | null | { axis?: number | readonly number[] | null },
): NDArray<DTypeOf<A>> {
  const { axis } = parameters<{ axis?: number | readonly number[] | null }>('roll', ['axis'], [argument]);
  const a = asarray(value, 'roll');
  if (axis === undefined || axis === null) {
    const by = typeof shift === 'number' ? shift : shift.reduce((s, n) => s + n, 0);
    return reshape(roll(reshape(a, -1), by, 0), [...a.shape]);
  }
  const axes = (typeof axis === 'number' ? [axis] : axis).map((d) => normalizeAxis('roll', d, a.ndim));
  const shifts = typeof shift === 'number' ? axes.map(() => shift) : shift;
  const pairs: [number, number][] =
    axes.length === 1
      ? shifts.map((s) => [axes[0], s])
      : axes.map((d, i) => [d, shifts[shifts.length === 1 ? 0 : i]]);
  let out = a;
  for (const [d, s] of pairs) {
    if (!Number.isInteger(s))
      throw new TypeError(`roll: the shift must be a whole number for each axis; got ${String(shift)}.`);
    const n = a.shape[d];
    const by = n === 0 ? 0 : ((s % n) + n) % n;
    if (by > 0) out = concatenate([get(out, along(d, `${n - by}:`)), get(out, along(d, `:${n - by}`))], d);
  }
  return out === a ? a.copy() : out;
}

export interface Rot90Options {
  /** How many times, 1 by default. */
  k?: number;
  /** The plane, [0, 1] by default. */
  axes?: readonly [number, number];
}

/** The array turned by 90 degrees, k times, from the first towards the second axis; a view. @see numpy.rot90 */
export function rot90<A extends ArrayLike>(
  value: A,
  turns?: number | Rot90Options,
  plane?: readonly [number, number] | Rot90Options,
): NDArray<DTypeOf<A>> {
  const { k = 1, axes = [0, 1] } = parameters<Rot90Options>('rot90', ['k', 'axes'], [turns, plane]);
  const m = asarray(value, 'rot90');
  const [p, q] = axes.map((d) => normalizeAxis('rot90', d, m.ndim));
  if (p === q) throw new RangeError(`rot90: Axes must be different; got [${axes}].`);
  switch (((k % 4) + 4) % 4) {
    case 0:
      return get(m, ['...']);
    case 1:
      return swapaxes(flip(m, q), p, q);
    case 2:
      return flip(flip(m, p), q);
    default:
      return flip(swapaxes(m, p, q), q);
  }
}

/** Columns in reverse order; a view. @see numpy.fliplr */
export function fliplr<A extends ArrayLike>(value: A): NDArray<DTypeOf<A>> {
  const m = asarray(value, 'fliplr');
  if (m.ndim < 2)
    throw new RangeError(`fliplr: Input must be >= 2-d; this one has shape ${shapeText(m.shape)}.`);
  return flip(m, 1);
}

/** Rows in reverse order; a view. @see numpy.flipud */
export const flipud = <A extends ArrayLike>(m: A): NDArray<DTypeOf<A>> => flip(m, 0);

/** An axis moved to lie before another. @see numpy.rollaxis */
export function rollaxis<A extends ArrayLike>(
  value: A,
  axis: number,
  place?: number | { start?: number },
): NDArray<DTypeOf<A>> {
  const { start = 0 } = parameters<{ start?: number }>('rollaxis', ['start'], [place]);
  const a = asarray(value, 'rollaxis');
  const from = normalizeAxis('rollaxis', axis, a.ndim);
  let to = start < 0 ? start + a.ndim : start;
  if (from < to) to--;
  return from === to ? a : moveaxis(a, from, to);
}

// ---------------------------------------------------------------- repetition

/**
 * Every element repeated, along an axis or flattened.
 * @param repeats one count for all, or one per element of the axis
 * @see numpy.repeat
 */
export function repeat<A extends ArrayLike>(
  value: A,
  repeats: ArrayLike,
  argument?: number | null | { axis?: number | null },
): NDArray<DTypeOf<A>> {
  const { axis } = parameters<{ axis?: number | null }>('repeat', ['axis'], [argument]);
  let a = asarray(value, 'repeat');
  if (axis === undefined || axis === null) a = reshape(a, -1);
  const at = normalizeAxis('repeat', axis ?? 0, a.ndim);
  const n = a.shape[at];
  const given = asarray(repeats, 'repeat');
  if (given.size !== 1 && given.size !== n) {
    throw new RangeError(
      `repeat: operands could not be broadcast together: ${given.size} counts for ${n} elements along axis ${at}.`,
    );
  }
  const counts = Array.from(given.data, Number);
  const bad = counts.find((c) => !Number.isInteger(c) || c < 0);
  if (bad !== undefined)
    throw new RangeError(
      `repeat: repeats may not contain negative values; each count is a whole number of 0 or more, not ${bad}.`,
    );
  if (counts.length === 1) {
    const [times] = counts;
    const wide = [...a.shape.slice(0, at + 1), times, ...a.shape.slice(at + 1)];
    const merged = a.shape.map((length, d) => (d === at ? length * times : length));
    return reshape(copy(broadcastTo(expandDims(a, at + 1), wide)), merged) as NDArray<DTypeOf<A>>;
  }
  const list = new Float64Array(counts.reduce((s, c) => s + c, 0));
  let k = 0;
  counts.forEach((c, i) => {
    list.fill(i, k, k + c);
    k += c;
  });
  return get(a, along(at, castTo(asarray(list), 'int64')));
}

/** The array in another shape, repeated or cut as needed. @see numpy.resize */
export function resize<A extends ArrayLike>(
  value: A,
  given: number | Shape | Spelled<{ newShape?: number | Shape }>,
): NDArray<DTypeOf<A>> {
  const o = parameters<{ newShape?: number | Shape }>('resize', ['newShape'], [given]);
  const shape = needed('resize', 'newShape', o.newShape);
  const a = reshape(asarray(value, 'resize'), -1);
  const to = typeof shape === 'number' ? [shape] : [...shape];
  const size = to.reduce((s, n) => s * n, 1);
  if (a.size === 0) return emptyZeroed(to, a.dtype);
  return reshape(get(a, [arange(size).mod(a.size)]), to);
}

/** Arrays broadcast against each other, as views. @see numpy.broadcast_arrays */
export function broadcastArrays(...values: ArrayLike[]): NDArray[] {
  const arrays = values.map((v) => asarray(v, 'broadcastArrays'));
  const shape = arrays.reduce<Shape>((s, a) => broadcastShapes('broadcastArrays', s, a.shape), []);
  return arrays.map((a) => broadcastTo(a, shape));
}

// ---------------------------------------------------------------- parts in and out

/** Values put at the end, along an axis or flattened. @see numpy.append */
export function append<A extends ArrayLike, B extends ArrayLike>(
  a: A,
  values: B,
  argument?: number | null | { axis?: number | null },
): NDArray<Promoted<A, B>> {
  const { axis = null } = parameters<{ axis?: number | null }>('append', ['axis'], [argument]);
  const first = asarray(a, 'append');
  const joined = named('append', () => concatenate([first, beside('append', first, values)], axis));
  return joined as NDArray<Promoted<A, B>>;
}

/** Positions that an index names: a number, a slice, an array or a mask. */
function chosen(caller: string, index: number | string | ArrayLike, n: number): number[] {
  const all = arange(n);
  const picked = get(all, [
    typeof index === 'number' || typeof index === 'string' ? index : asarray(index as ArrayLike, caller),
  ]);
  return [...picked.data].map(Number);
}

/** The array without some parts. @param index number, slice string, list or mask @see numpy.delete */
function remove<A extends ArrayLike>(
  value: A,
  index: number | string | ArrayLike,
  argument?: number | null | { axis?: number | null },
): NDArray<DTypeOf<A>>;
function remove(value: ArrayLike, index: number | string | ArrayLike, argument?: unknown): NDArray {
  const { axis } = parameters<{ axis?: number | null }>('delete', ['axis'], [argument]);
  let a = asarray(value, 'delete');
  if (axis === undefined || axis === null) a = reshape(a, -1);
  const at = normalizeAxis('delete', axis ?? 0, a.ndim);
  const gone = new Set(named('delete', () => chosen('delete', index, a.shape[at])));
  const left = Array.from({ length: a.shape[at] }, (_, i) => i).filter((i) => !gone.has(i));
  return get(a, along(at, positions(left)));
}

export { remove as delete };

/** The array with values put before the given position, or before each of a list of them. @see numpy.insert */
export function insert<A extends ArrayLike>(
  value: A,
  index: number | readonly number[] | NDArray,
  values: ArrayLike,
  argument?: number | null | { axis?: number | null },
): NDArray<DTypeOf<A>>;
export function insert(
  value: ArrayLike,
  index: number | readonly number[] | NDArray,
  values: ArrayLike,
  argument?: unknown,
): NDArray {
  const { axis } = parameters<{ axis?: number | null }>('insert', ['axis'], [argument]);
  let a = asarray(value, 'insert');
  if (axis === undefined || axis === null) a = reshape(a, -1);
  const at = normalizeAxis('insert', axis ?? 0, a.ndim);
  const n = a.shape[at];
  if (typeof index !== 'number')
    return insertEach(a, [...asarray(index, 'insert').data].map(Number), values, at);
  const place = index < 0 ? index + n : index;
  if (!Number.isInteger(index) || place < 0 || place > n)
    throw new RangeError(`insert: index ${index} is out of bounds for axis ${at} with size ${n}.`);
  let v = asarray(values, 'insert');
  const rest = a.shape.map((length, d) => (d === at ? 1 : length));
  if (v.ndim === a.ndim)
    v = broadcastTo(
      v,
      a.shape.map((length, d) => (d === at ? v.shape[d] : length)),
    );
  else
    v = broadcastTo(
      v.ndim === a.ndim - 1 && a.ndim > 1
        ? reshape(
            v,
            rest.map((_, d) => (d === at ? 1 : v.shape[d < at ? d : d - 1])),
          )
        : v,
      rest,
    );
  const cast = v.dtype === a.dtype ? v : v.astype(a.dtype);
  return concatenate([get(a, along(at, `:${place}`)), cast, get(a, along(at, `${place}:`))], at);
}

/** One value before each of the positions, which count in the array as it was. */
function insertEach(a: NDArray, index: readonly number[], values: ArrayLike, at: number): NDArray {
  const n = a.shape[at];
  let v = asarray(values, 'insert');
  if (v.ndim < a.ndim) v = reshape(v, [...new Array<number>(a.ndim - v.ndim).fill(1), ...v.shape]);
  // Before a single position any number of values can stand.
  const all = index.length === 1 ? new Array<number>(v.shape[at]).fill(index[0]) : index;
  const places = all.map((i) => {
    const place = i < 0 ? i + n : i;
    if (!Number.isInteger(i) || place < 0 || place > n)
      throw new RangeError(`insert: index ${i} is out of bounds for axis ${at} with size ${n}.`);
    return place;
  });
  const added = castTo(
    broadcastTo(
      v,
      a.shape.map((length, d) => (d === at ? places.length : length)),
    ),
    a.dtype,
  );
  const order = [...places.keys()].sort((p, q) => places[p] - places[q]);
  const source: number[] = [];
  let next = 0;
  for (const i of order) {
    while (next < places[i]) source.push(next++);
    source.push(n + i);
  }
  while (next < n) source.push(next++);
  return get(concatenate([a, added], at), along(at, positions(source)));
}

/** The vector without leading zeros ('f'), trailing ones ('b') or both ('fb', the default). @see numpy.trim_zeros */
export function trimZeros<A extends ArrayLike>(
  value: A,
  ends?: string | { trim?: string },
): NDArray<DTypeOf<A>> {
  const { trim = 'fb' } = parameters<{ trim?: string }>('trimZeros', ['trim'], [ends]);
  const where = trim.toLowerCase();
  if (!/^[fb]+$/.test(where)) throw new TypeError(`trimZeros: trim must be 'f', 'b' or 'fb', not '${trim}'.`);
  const a = asarray(value, 'trimZeros');
  const keep = notEqual(a, 0);
  const raw = keep.data as Uint8Array;
  const first = raw.indexOf(1);
  if (first < 0) return get(a, [':0']);
  const from = where.includes('f') ? first : 0;
  const to = where.includes('b') ? raw.lastIndexOf(1) + 1 : a.size;
  return get(a, [`${from}:${to}`]);
}

/** Elements where the condition holds, along an axis or flattened. @see numpy.compress */
export function compress<A extends ArrayLike>(
  condition: ArrayLike,
  value: A,
  argument?: number | null | { axis?: number | null; out?: NDArray | null },
): NDArray<DTypeOf<A>> {
  type Given = { axis?: number | null; out?: NDArray | null };
  const o = parameters<Given>('compress', ['axis'], [argument], ['out']);
  const a = asarray(value, 'compress');
  const mask = castTo(asarray(condition, 'compress'), 'bool');
  if (mask.ndim !== 1)
    throw new RangeError(
      `compress: condition must be a 1-d array; this one has shape ${shapeText(mask.shape)}.`,
    );
  const list = [...mask.data].flatMap((v, i) => (v ? [i] : []));
  const out = named('compress', () => take(a, positions(list), o.axis));
  return o.out ? into('compress', o.out, out) : out;
}

/** Elements of the flattened array where the mask holds. @see numpy.extract */
export const extract = <A extends ArrayLike>(condition: ArrayLike, a: A): NDArray<DTypeOf<A>> =>
  compress(reshape(asarray(condition), -1), reshape(asarray(a), -1));

// ---------------------------------------------------------------- joining and cutting

/** Arrays joined along the third axis. @see numpy.dstack */
export const dstack = <T extends readonly ArrayLike[] | readonly [ArrayLike]>(
  values: T,
): NDArray<PromotedAll<T>> =>
  named('dstack', () =>
    concatenate(
      [...values].map((value) => atleast3d(value)),
      2,
    ),
  );

/** `split` along the first axis. @see numpy.vsplit */
export const vsplit = <A extends ArrayLike>(
  a: A,
  sections: number | readonly number[],
): NDArray<DTypeOf<A>>[] => named('vsplit', () => split(a, sections, 0));

/** `split` along the second axis (the first of a vector). @see numpy.hsplit */
export function hsplit<A extends ArrayLike>(
  value: A,
  sections: number | readonly number[],
): NDArray<DTypeOf<A>>[] {
  const a = asarray(value, 'hsplit');
  return named('hsplit', () => split(a, sections, a.ndim === 1 ? 0 : 1));
}

/** Parts of equal length but for the first few, which are one longer when it does not divide. @see numpy.array_split */
export function arraySplit<A extends ArrayLike>(
  value: A,
  indicesOrSections: number | readonly number[] | Spelled<SplitOptions>,
  argument?: number | { axis?: number },
): NDArray<DTypeOf<A>>[] {
  const [sections, axis] = splitArguments('arraySplit', [indicesOrSections, argument]);
  const a = asarray(value, 'arraySplit');
  if (typeof sections !== 'number') return split(a, sections, axis);
  if (!Number.isInteger(sections) || sections < 1)
    throw new RangeError(`arraySplit: number sections must be larger than 0; got ${sections}.`);
  const n = a.shape[normalizeAxis('arraySplit', axis, a.ndim)];
  const [size, longer] = [Math.floor(n / sections), n % sections];
  const cuts = Array.from({ length: sections - 1 }, (_, i) => (i + 1) * size + Math.min(i + 1, longer));
  return split(a, cuts, axis);
}

// ---------------------------------------------------------------- writing into parts

/**
 * Writes `value` on the main diagonal of a matrix, in place.
 * @param again wrap: whether the diagonal of a tall matrix begins anew below its last column
 * @see numpy.fill_diagonal
 */
export function fillDiagonal(a: NDArray, value: ArrayLike, again?: boolean | { wrap?: boolean }): void {
  const { wrap = false } = parameters<{ wrap?: boolean }>('fillDiagonal', ['wrap'], [again]);
  if (a.ndim !== 2)
    throw new RangeError(
      `fillDiagonal: array must be at least 2-d, here a matrix; this one has shape ${shapeText(a.shape)}.`,
    );
  const [rows, columns] = a.shape;
  if (wrap && rows > columns) {
    const flat = arange(0, a.size, columns + 1);
    set(a, [flat.floorDivide(columns), flat.mod(columns)], value);
    return;
  }
  const steps = arange(Math.min(rows, columns));
  set(a, [steps, steps], value);
}

/** Copies `source` into `target`, broadcast and converted; where a mask holds when one is given. @see numpy.copyto */
export function copyto(
  target: NDArray,
  source: ArrayLike,
  given: { where?: ArrayLike; casting?: Casting } = {},
): void {
  const options = checkOptions('copyto', given, ['where', 'casting']);
  const { casting } = options;
  const { dtype } = asarray(source, 'copyto');
  if (casting !== undefined && !canCast(dtype, target.dtype, casting))
    throw new TypeError(
      `copyto: cannot cast from ${dtype} to ${target.dtype} with casting rule '${casting}'.`,
    );
  if (options.where === undefined) {
    set(target, ['...'], source);
  } else {
    const mask = broadcastTo(castTo(asarray(options.where, 'copyto'), 'bool'), target.shape);
    set(target, [mask], get(broadcastTo(asarray(source, 'copyto'), target.shape), [mask]));
  }
}

/** Whether the extents of two arrays in memory meet. @see numpy.may_share_memory */
export const mayShareMemory = (a: NDArray, b: NDArray): boolean => extentsMeet(a, b);
