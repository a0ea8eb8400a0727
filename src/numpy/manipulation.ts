// Arrays rearranged beyond reshape and concatenate: rolling, repeating, differences, and parts taken out or
// put in. Composed of operations, so gradients flow.

import { mayShareMemory as extentsMeet } from '../backend/index.js';
import { asarray } from '../core/create.js';
import { isInexact, realType } from '../core/dtype.js';
import { type ArrayLike, emptyZeroed, type NDArray } from '../core/ndarray.js';
import { checkOptions, isOptions, needed, parameters, type Spelled } from '../core/options.js';
import { broadcastShapes, normalizeAxis, type Shape, shapeText } from '../core/shape.js';
import type { DTypeOf, Floating, Promoted, PromotedAll } from '../core/typing.js';
import {
  add,
  castTo,
  div,
  into,
  logicalXor,
  maximum,
  minimum,
  mod,
  mul,
  neg,
  notEqual,
  sub,
} from '../ops/elementwise.js';
import { get, set, take } from '../ops/index.js';
import {
  broadcastTo,
  concatenate,
  flip,
  moveaxis,
  reshape,
  type SplitOptions,
  split,
  splitArguments,
  swapaxes,
} from '../ops/shape.js';
import { type Casting, canCast } from '../ops/ufunc.js';
import { named } from './caller.js';
import { arange } from './grid.js';

/** An int64 vector of positions. */
const positions = (list: readonly number[]): NDArray => asarray(BigInt64Array.from(list, BigInt));

/** Slices that leave all axes but one whole. */
const along = (axis: number, index: unknown): unknown[] => [...new Array<string>(axis).fill(':'), index];

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
  let counts = [...asarray(repeats, 'repeat').data].map(Number);
  if (counts.length === 1) counts = new Array<number>(n).fill(counts[0]);
  if (counts.length !== n) {
    throw new RangeError(
      `repeat: operands could not be broadcast together: ${counts.length} counts for ${n} elements along axis ${at}.`,
    );
  }
  const bad = counts.find((c) => !Number.isInteger(c) || c < 0);
  if (bad !== undefined)
    throw new RangeError(
      `repeat: repeats may not contain negative values; each count is a whole number of 0 or more, not ${bad}.`,
    );
  const list = new BigInt64Array(counts.reduce((s, c) => s + c, 0));
  let k = 0;
  counts.forEach((c, i) => {
    list.fill(BigInt(i), k, k + c);
    k += c;
  });
  return get(a, along(at, asarray(list)));
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

// ---------------------------------------------------------------- differences

/**
 * The n-th difference, a[i+1] - a[i], along an axis; of booleans, whether neighbours differ.
 * @see numpy.diff
 */
export function diff<A extends ArrayLike>(
  value: A,
  n?: number | DiffOptions,
  axis?: number | DiffOptions,
): NDArray<DTypeOf<A>> {
  const o = parameters<DiffOptions>('diff', ['n', 'axis'], [n, axis], ['prepend', 'append']);
  let a = asarray(value, 'diff');
  const times = o.n ?? 1;
  if (!Number.isInteger(times) || times < 0)
    throw new RangeError(`diff: order must be non-negative but got ${times}.`);
  if (a.ndim === 0) throw new RangeError('diff: diff requires input that is at least one dimensional.');
  const at = normalizeAxis('diff', o.axis ?? -1, a.ndim);
  if (o.prepend !== undefined || o.append !== undefined) {
    const edge = (v: ArrayLike): NDArray => {
      const x = asarray(v, 'diff');
      return x.ndim === 0
        ? broadcastTo(
            x,
            a.shape.map((length, d) => (d === at ? 1 : length)),
          )
        : x;
    };
    a = concatenate(
      [
        ...(o.prepend === undefined ? [] : [edge(o.prepend)]),
        a,
        ...(o.append === undefined ? [] : [edge(o.append)]),
      ],
      at,
    );
  }
  const step = a.dtype === 'bool' ? logicalXor : sub;
  for (let i = 0; i < times; i++) a = step(get(a, along(at, '1:')), get(a, along(at, ':-1')));
  return a;
}

export interface DiffOptions {
  n?: number;
  axis?: number;
  /** Values before the first and after the last element. */
  prepend?: ArrayLike;
  append?: ArrayLike;
}

export interface EdgeOptions {
  /** What to put after the differences, and before them. */
  toEnd?: ArrayLike | null;
  toBegin?: ArrayLike | null;
}

/**
 * Differences between neighbours of the flattened array, with more values before and after them.
 * @see numpy.ediff1d
 */
export function ediff1d<A extends ArrayLike>(
  a: A,
  toEnd?: ArrayLike | null | Spelled<EdgeOptions>,
  toBegin?: ArrayLike | null | Spelled<EdgeOptions>,
): NDArray<DTypeOf<A>> {
  const options = parameters<EdgeOptions>('ediff1d', ['toEnd', 'toBegin'], [toEnd, toBegin]);
  const x = asarray(a, 'ediff1d');
  const inner = diff(reshape(x, -1));
  const edge = (v: ArrayLike | null | undefined): NDArray[] =>
    v === undefined || v === null ? [] : [reshape(castTo(asarray(v, 'ediff1d'), inner.dtype), -1)];
  const parts = [...edge(options.toBegin), inner, ...edge(options.toEnd)];
  return parts.length === 1 ? inner : concatenate(parts);
}

export interface GradientOptions {
  axis?: number | readonly number[] | null;
  /** Order of accuracy at the ends: 1 (default) or 2. */
  edgeOrder?: 1 | 2;
}

/**
 * Slopes by central differences, one-sided at the ends: an array for one axis, a list of arrays for several.
 * @param distances spacing: distance between the samples (1), or their coordinates; for several axes one each, in a list
 *   or one after the other; then the options
 * @see numpy.gradient
 * @example np.gradient([1, 4, 9]); np.gradient(X, 0.5, 2); np.gradient(X, [0.5, 2]); np.gradient(X, 1, { axis: 0, edgeOrder: 2 })
 */
export function gradient<A extends ArrayLike>(
  value: A,
  ...distances: (ArrayLike | readonly ArrayLike[] | Spelled<GradientOptions>)[]
): NDArray<Floating<DTypeOf<A>>> | NDArray<Floating<DTypeOf<A>>>[] {
  type Given = GradientOptions & { spacing?: ArrayLike | readonly ArrayLike[] };
  const count = distances.filter((d) => !isOptions(d)).length;
  const given = count > 1 ? [distances.slice(0, count), ...distances.slice(count)] : distances;
  const o = parameters<Given>('gradient', ['spacing'], given, ['axis', 'edgeOrder']);
  const { spacing = 1, axis, edgeOrder = 1 } = o;
  if (edgeOrder !== 1 && edgeOrder !== 2)
    throw new RangeError(
      `gradient: 'edgeOrder' greater than 2 not supported; it is 1 or 2, not ${String(edgeOrder)}.`,
    );
  let f = asarray(value, 'gradient');
  if (!isInexact(f.dtype)) f = castTo(f, 'float64');
  const axes =
    axis === undefined || axis === null
      ? f.shape.map((_, d) => d)
      : (typeof axis === 'number' ? [axis] : axis).map((d) => normalizeAxis('gradient', d, f.ndim));
  const perAxis =
    Array.isArray(spacing) && (axes.length > 1 || spacing.some((s) => typeof s !== 'number'))
      ? (spacing as readonly ArrayLike[])
      : null;
  if (perAxis !== null && perAxis.length !== axes.length)
    throw new TypeError(
      `gradient: invalid number of arguments: ${perAxis.length} spacings for ${axes.length} axes.`,
    );
  const slopes = axes.map((d, i) =>
    slope(f, d, stepOf(f, perAxis?.[i] ?? (spacing as ArrayLike)), edgeOrder),
  );
  return slopes.length === 1 ? slopes[0] : slopes;
}

/** A number as the distance between samples does not widen single precision. */
const stepOf = (f: NDArray, spacing: ArrayLike): NDArray =>
  asarray(spacing, 'gradient', typeof spacing === 'number' ? realType(f.dtype) : undefined);

function slope(f: NDArray, d: number, spacing: NDArray, edgeOrder: 1 | 2): NDArray {
  const n = f.shape[d];
  if (n < edgeOrder + 1)
    throw new RangeError(
      `gradient: Shape of array too small to calculate a numerical gradient, at least (edgeOrder + 1) = ${edgeOrder + 1} elements are required; axis ${d} has ${n}.`,
    );
  if (spacing.ndim > 1 || (spacing.ndim === 1 && spacing.size !== n))
    throw new RangeError(
      `gradient: when 1d, distances must match the length of the corresponding dimension: shape ${shapeText(spacing.shape)} for ${n} elements along axis ${d}.`,
    );
  const at = (index: string): NDArray => get(f, along(d, index));
  if (spacing.ndim === 1) {
    const h = diff(spacing);
    const step = (index: string): NDArray =>
      reshape(
        get(h, [index]),
        f.shape.map((_, k) => (k === d ? -1 : 1)),
      );
    const [h1, h2] = [step(':-1'), step('1:')];
    const inner = add(
      add(mul(neg(h2).div(mul(h1, add(h1, h2))), at(':-2')), mul(sub(h2, h1).div(mul(h1, h2)), at('1:-1'))),
      mul(h1.div(mul(h2, add(h1, h2))), at('2:')),
    );
    if (edgeOrder === 1) {
      const ends = [sub(at('1:2'), at('0:1')).div(step(':1')), sub(at('-1:'), at('-2:-1')).div(step('-1:'))];
      return concatenate([ends[0], inner, ends[1]], d);
    }
    const three = (p: NDArray, q: NDArray, places: [string, string, string]): NDArray => {
      const a = neg(add(mul(p, 2), q)).div(mul(p, add(p, q)));
      const b = add(p, q).div(mul(p, q));
      const c = neg(p).div(mul(q, add(p, q)));
      return add(add(mul(a, at(places[0])), mul(b, at(places[1]))), mul(c, at(places[2])));
    };
    return concatenate(
      [
        three(step(':1'), step('1:2'), ['0:1', '1:2', '2:3']),
        inner,
        neg(three(step('-1:'), step('-2:-1'), ['-1:', '-2:-1', '-3:-2'])),
      ],
      d,
    );
  }
  const inner = sub(at('2:'), at(':-2')).div(mul(spacing, 2));
  if (edgeOrder === 1)
    return concatenate(
      [sub(at('1:2'), at('0:1')).div(spacing), inner, sub(at('-1:'), at('-2:-1')).div(spacing)],
      d,
    );
  const [a, b, c] = [div(-1.5, spacing), div(2, spacing), div(-0.5, spacing)];
  const first = add(add(mul(a, at('0:1')), mul(b, at('1:2'))), mul(c, at('2:3')));
  const last = add(add(mul(neg(c), at('-3:-2')), mul(neg(b), at('-2:-1'))), mul(neg(a), at('-1:')));
  return concatenate([first, inner, last], d);
}

// ---------------------------------------------------------------- parts in and out

/** Values put at the end, along an axis or flattened. @see numpy.append */
export function append<A extends ArrayLike, B extends ArrayLike>(
  a: A,
  values: B,
  argument?: number | null | { axis?: number | null },
): NDArray<Promoted<A, B>> {
  const { axis = null } = parameters<{ axis?: number | null }>('append', ['axis'], [argument]);
  return named('append', () => concatenate([a, values], axis));
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
  const keep = [...notEqual(a, 0).data].map(Number);
  const first = keep.indexOf(1);
  if (first < 0) return get(a, [':0']);
  const [from, to] = [
    where.includes('f') ? first : 0,
    where.includes('b') ? keep.lastIndexOf(1) + 1 : a.size,
  ];
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
): [NDArray<'int64'>, NDArray<'int64'>] {
  const { k = 0, m } = parameters<TriangleOptions>('trilIndices', ['k', 'm'], [diagonal, columns]);
  return trianglePairs(n, m ?? n, (i, j) => j - i <= k);
}

/** Rows and columns of a matrix's upper triangle. @see numpy.triu_indices */
export function triuIndices(
  n: number,
  diagonal?: number | TriangleOptions,
  columns?: number | null | TriangleOptions,
): [NDArray<'int64'>, NDArray<'int64'>] {
  const { k = 0, m } = parameters<TriangleOptions>('triuIndices', ['k', 'm'], [diagonal, columns]);
  return trianglePairs(n, m ?? n, (i, j) => j - i >= k);
}

function trianglePairs(n: number, m: number, inside: (i: number, j: number) => boolean): [NDArray, NDArray] {
  const rows: number[] = [];
  const columns: number[] = [];
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) {
      if (inside(i, j)) {
        rows.push(i);
        columns.push(j);
      }
    }
  }
  return [positions(rows), positions(columns)];
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
): NDArray<'int64'>[] {
  const o = parameters<{ shape?: number | Shape; order?: 'C' | 'F' }>(
    'unravelIndex',
    ['shape', 'order'],
    [lengths, counting],
  );
  const shape = needed('unravelIndex', 'shape', o.shape);
  const to = typeof shape === 'number' ? [shape] : shape;
  if (columnMajor('unravelIndex', o.order)) return unravelIndex(index, [...to].reverse()).reverse();
  let rest = castTo(asarray(index, 'unravelIndex'), 'int64');
  const size = to.reduce((s, n) => s * n, 1);
  for (const v of rest.data) {
    if (v < 0 || v >= size)
      throw new RangeError(`unravelIndex: index ${v} is out of bounds for array with size ${size}.`);
  }
  const out = new Array<NDArray>(to.length);
  for (let d = to.length - 1; d >= 0; d--) {
    out[d] = rest.mod(to[d]);
    rest = rest.floorDivide(to[d]);
  }
  return out;
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
  let out: NDArray = asarray(0n);
  for (const d of axes)
    out = out
      .mul(to[d])
      .add(coordinatesWithin(asarray(coordinates[d], 'ravelMultiIndex'), to[d], modes[d], d));
  return out;
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
  for (const i of at.data)
    if (i < 0 || i >= n)
      throw new RangeError(
        `ravelMultiIndex: invalid entry in coordinates array: ${i} along axis ${d} of length ${n}.`,
      );
  return at;
}

// ---------------------------------------------------------------- joining and cutting

/** At least three dimensions. @see numpy.atleast_3d */
export function atleast3d<A extends ArrayLike>(value: A): NDArray<DTypeOf<A>> {
  const a = asarray(value, 'atleast3d');
  if (a.ndim >= 3) return a;
  return reshape(a, a.ndim === 2 ? [...a.shape, 1] : [1, a.size, 1]);
}

/** Arrays joined along the third axis. @see numpy.dstack */
export const dstack = <T extends readonly ArrayLike[] | readonly [ArrayLike]>(
  values: T,
): NDArray<PromotedAll<T>> => named('dstack', () => concatenate([...values].map(atleast3d), 2));

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
