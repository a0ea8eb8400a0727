// Arrays rearranged beyond reshape and concatenate: padding, rolling, repeating, differences, and parts taken out or
// put in. Composed of operations, so gradients flow.

import { mayShareMemory as extentsMeet } from '../backend/index.js';
import { asarray } from '../core/create.js';
import { isInexact, realType } from '../core/dtype.js';
import { type ArrayLike, emptyZeroed, type NDArray } from '../core/ndarray.js';
import { checkOptions } from '../core/options.js';
import { broadcastShapes, normalizeAxis, type Shape, shapeText } from '../core/shape.js';
import type { DTypeOf, Floating, Promoted, PromotedAll } from '../core/typing.js';
import { add, castTo, div, into, logicalXor, mul, neg, notEqual, sub } from '../ops/elementwise.js';
import { get, set, take } from '../ops/index.js';
import { broadcastTo, concatenate, flip, moveaxis, reshape, split, swapaxes } from '../ops/shape.js';
import { named } from './caller.js';
import { arange } from './grid.js';

/** An int64 vector of positions. */
const positions = (list: readonly number[]): NDArray => asarray(BigInt64Array.from(list, BigInt));

/** Slices that leave all axes but one whole. */
const along = (axis: number, index: unknown): unknown[] => [...new Array<string>(axis).fill(':'), index];

// ---------------------------------------------------------------- padding

export type PadMode = 'constant' | 'edge' | 'reflect' | 'symmetric' | 'wrap';

/** `1`: everywhere; `[1, 2]`: before and after on every axis; `[[1, 2], [0, 0]]`: axis by axis. */
export type PadWidth = number | readonly number[] | readonly (readonly number[])[];

export interface PadOptions {
  mode?: PadMode;
  /** What 'constant' pads with; 0 by default. */
  constantValues?: number | bigint | boolean;
}

function padPairs(width: PadWidth, ndim: number): [number, number][] {
  const pairs = Array.from({ length: ndim }, (_, d): [number, number] => {
    if (typeof width === 'number') return [width, width];
    const own = width.length === 1 && typeof width[0] !== 'number' ? width[0] : width[d];
    if (typeof width[0] === 'number')
      return [width[0] as number, (width.length === 1 ? width[0] : width[1]) as number];
    return Array.isArray(own) ? [own[0], own[own.length - 1]] : [Number.NaN, Number.NaN];
  });
  const flat = typeof width !== 'number' && typeof width[0] === 'number';
  for (const pair of flat && width.length > 2 ? [[Number.NaN]] : pairs) {
    if (!pair.every((n) => Number.isInteger(n) && n >= 0)) {
      throw new RangeError(
        `pad: pad width ${JSON.stringify(width)} does not fit ${ndim} axes; it is a whole number of 0 or more, [before, after], or one such pair per axis.`,
      );
    }
  }
  if (
    typeof width !== 'number' &&
    typeof width[0] !== 'number' &&
    width.length !== 1 &&
    width.length !== ndim
  ) {
    throw new RangeError(`pad: ${width.length} pairs of pad widths for an array of ${ndim} axes.`);
  }
  return pairs;
}

/** Where the elements of a padded axis come from. */
function padSource(mode: PadMode, n: number, before: number, after: number): number[] {
  return Array.from({ length: before + n + after }, (_, i) => {
    const at = i - before;
    if (mode === 'edge') return Math.min(Math.max(at, 0), n - 1);
    if (mode === 'wrap') return ((at % n) + n) % n;
    if (mode === 'reflect') {
      if (n === 1) return 0;
      const period = 2 * (n - 1);
      const k = ((at % period) + period) % period;
      return k < n ? k : period - k;
    }
    const period = 2 * n;
    const k = ((at % period) + period) % period;
    return k < n ? k : period - 1 - k;
  });
}

/**
 * The array with a border.
 * @param width how many elements to add: `1`, `[before, after]`, or `[[1, 1], [0, 2]]` axis by axis
 * @param options mode 'constant' (zeros by default), 'edge', 'reflect', 'symmetric' or 'wrap'
 * @see numpy.pad
 */
export function pad<A extends ArrayLike>(
  value: A,
  width: PadWidth,
  options: PadMode | PadOptions = {},
): NDArray<DTypeOf<A>> {
  const a = asarray(value, 'pad');
  const { mode = 'constant', constantValues = 0 } = typeof options === 'string' ? { mode: options } : options;
  const pairs = padPairs(width, a.ndim);
  if (mode === 'constant') {
    const out = emptyZeroed(
      a.shape.map((n, d) => n + pairs[d][0] + pairs[d][1]),
      a.dtype,
    );
    if (constantValues !== 0) set(out, ['...'], constantValues);
    if (a.ndim === 0) return set(out, ['...'], a);
    return set(
      out,
      pairs.map(([before], d) => `${before}:${before + a.shape[d]}`),
      a,
    );
  }
  if (!['edge', 'reflect', 'symmetric', 'wrap'].includes(mode)) {
    throw new TypeError(
      `pad: mode '${String(mode)}' is not supported; known: constant, edge, reflect, symmetric, wrap.`,
    );
  }
  let out = a;
  pairs.forEach(([before, after], d) => {
    if (before + after === 0) return;
    const n = a.shape[d];
    if (n === 0) throw new RangeError(`pad: can't extend empty axis ${d} using modes other than 'constant'.`);
    out = get(out, along(d, positions(padSource(mode, n, before, after))));
  });
  return out === a ? a.copy() : out;
}

// ---------------------------------------------------------------- order

/** Elements shifted along an axis (of the flattened array without one); what leaves at one end enters at the other. @see numpy.roll */
export function roll<A extends ArrayLike>(
  value: A,
  shift: number | readonly number[],
  axis?: number | readonly number[] | null,
): NDArray<DTypeOf<A>> {
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

/** The array turned by 90 degrees, k times, from the first towards the second axis; a view. @see numpy.rot90 */
export function rot90<A extends ArrayLike>(
  value: A,
  k = 1,
  axes: readonly [number, number] = [0, 1],
): NDArray<DTypeOf<A>> {
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
export function rollaxis<A extends ArrayLike>(value: A, axis: number, start = 0): NDArray<DTypeOf<A>> {
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
  axis?: number | null,
): NDArray<DTypeOf<A>> {
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
export function resize<A extends ArrayLike>(value: A, shape: number | Shape): NDArray<DTypeOf<A>> {
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
  n: number | DiffOptions = 1,
  axis = -1,
): NDArray<DTypeOf<A>> {
  const o: DiffOptions = typeof n === 'number' ? { n, axis } : n;
  let a = asarray(value, 'diff');
  const times = o.n ?? 1;
  if (!Number.isInteger(times) || times < 0)
    throw new RangeError(`diff: order must be non-negative but got ${times}.`);
  if (a.ndim === 0) throw new RangeError('diff: diff requires input that is at least one dimensional.');
  const at = normalizeAxis('diff', o.axis ?? axis, a.ndim);
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

/**
 * Differences between neighbours of the flattened array, with more values before and after them.
 * @see numpy.ediff1d
 */
export function ediff1d<A extends ArrayLike>(
  a: A,
  options: { toEnd?: ArrayLike; toBegin?: ArrayLike } = {},
): NDArray<DTypeOf<A>> {
  checkOptions('ediff1d', options, ['toEnd', 'toBegin']);
  const x = asarray(a, 'ediff1d');
  const inner = diff(reshape(x, -1));
  const edge = (v: ArrayLike | undefined): NDArray[] =>
    v === undefined ? [] : [reshape(castTo(asarray(v, 'ediff1d'), inner.dtype), -1)];
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
 * @param spacing distance between the samples (1), or their coordinates; a list of them has one entry per axis
 * @see numpy.gradient
 * @example np.gradient([1, 4, 9]); np.gradient(X, [0.5, 2]); np.gradient(X, 1, { axis: 0, edgeOrder: 2 })
 */
export function gradient<A extends ArrayLike>(
  value: A,
  spacing: ArrayLike | readonly ArrayLike[] = 1,
  argument?: number | readonly number[] | null | GradientOptions,
): NDArray<Floating<DTypeOf<A>>> | NDArray<Floating<DTypeOf<A>>>[] {
  const o = (
    typeof argument === 'object' && argument !== null && !Array.isArray(argument)
      ? argument
      : { axis: argument }
  ) as GradientOptions;
  checkOptions('gradient', o, ['axis', 'edgeOrder']);
  const { axis, edgeOrder = 1 } = o;
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
  axis?: number | null,
): NDArray<Promoted<A, B>> {
  return named('append', () => concatenate([a, values], axis ?? null));
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
function remove(value: ArrayLike, index: number | string | ArrayLike, axis?: number | null): NDArray {
  let a = asarray(value, 'delete');
  if (axis === undefined || axis === null) a = reshape(a, -1);
  const at = normalizeAxis('delete', axis ?? 0, a.ndim);
  const gone = new Set(named('delete', () => chosen('delete', index, a.shape[at])));
  const left = Array.from({ length: a.shape[at] }, (_, i) => i).filter((i) => !gone.has(i));
  return get(a, along(at, positions(left)));
}

export { remove as delete };

/** The array with values put before the given position. @see numpy.insert */
export function insert<A extends ArrayLike>(
  value: A,
  index: number,
  values: ArrayLike,
  axis?: number | null,
): NDArray<DTypeOf<A>> {
  let a = asarray(value, 'insert');
  if (axis === undefined || axis === null) a = reshape(a, -1);
  const at = normalizeAxis('insert', axis ?? 0, a.ndim);
  const n = a.shape[at];
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

/** The vector without leading and trailing zeros. @see numpy.trim_zeros */
export function trimZeros<A extends ArrayLike>(value: A): NDArray<DTypeOf<A>> {
  const a = asarray(value, 'trimZeros');
  const keep = [...notEqual(a, 0).data].map(Number);
  const first = keep.indexOf(1);
  return first < 0 ? get(a, [':0']) : get(a, [`${first}:${keep.lastIndexOf(1) + 1}`]);
}

/** Elements where the condition holds, along an axis or flattened. @see numpy.compress */
export function compress<A extends ArrayLike>(
  condition: ArrayLike,
  value: A,
  argument?: number | null | { axis?: number | null; out?: NDArray | null },
): NDArray<DTypeOf<A>> {
  const o = typeof argument === 'object' && argument !== null ? argument : { axis: argument };
  checkOptions('compress', o, ['axis', 'out']);
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

/** Lower index pairs: rows and columns of a matrix's lower triangle. @see numpy.tril_indices */
export const trilIndices = (n: number, k = 0, m = n): [NDArray<'int64'>, NDArray<'int64'>] =>
  trianglePairs(n, m, (i, j) => j - i <= k);

/** Rows and columns of a matrix's upper triangle. @see numpy.triu_indices */
export const triuIndices = (n: number, k = 0, m = n): [NDArray<'int64'>, NDArray<'int64'>] =>
  trianglePairs(n, m, (i, j) => j - i >= k);

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

/** Flat positions as one index array per axis. @see numpy.unravel_index */
export function unravelIndex(index: ArrayLike, shape: number | Shape): NDArray<'int64'>[] {
  const to = typeof shape === 'number' ? [shape] : shape;
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

/** The flat position of coordinates, one array per axis. @see numpy.ravel_multi_index */
export function ravelMultiIndex(index: readonly ArrayLike[], shape: number | Shape): NDArray<'int64'> {
  const to = typeof shape === 'number' ? [shape] : shape;
  if (index.length !== to.length)
    throw new RangeError(`ravelMultiIndex: ${index.length} index arrays for ${to.length} axes.`);
  let out: NDArray = asarray(0n);
  index.forEach((v, d) => {
    const at = castTo(asarray(v, 'ravelMultiIndex'), 'int64');
    for (const i of at.data)
      if (i < 0 || i >= to[d])
        throw new RangeError(
          `ravelMultiIndex: invalid entry in coordinates array: ${i} along axis ${d} of length ${to[d]}.`,
        );
    out = out.mul(to[d]).add(at);
  });
  return out;
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
  sections: number | readonly number[],
  axis = 0,
): NDArray<DTypeOf<A>>[] {
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

/** Writes `value` on the main diagonal of a matrix, in place. @see numpy.fill_diagonal */
export function fillDiagonal(a: NDArray, value: ArrayLike): void {
  if (a.ndim !== 2)
    throw new RangeError(
      `fillDiagonal: array must be at least 2-d, here a matrix; this one has shape ${shapeText(a.shape)}.`,
    );
  const steps = arange(Math.min(a.shape[0], a.shape[1]));
  set(a, [steps, steps], value);
}

/** Copies `source` into `target`, broadcast and converted; where a mask holds when one is given. @see numpy.copyto */
export function copyto(target: NDArray, source: ArrayLike, options: { where?: ArrayLike } = {}): void {
  if (options.where === undefined) {
    set(target, ['...'], source);
  } else {
    const mask = broadcastTo(castTo(asarray(options.where, 'copyto'), 'bool'), target.shape);
    set(target, [mask], get(broadcastTo(asarray(source, 'copyto'), target.shape), [mask]));
  }
}

/** Whether the extents of two arrays in memory meet. @see numpy.may_share_memory */
export const mayShareMemory = (a: NDArray, b: NDArray): boolean => extentsMeet(a, b);
