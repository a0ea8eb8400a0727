// Differences along an axis: between neighbours, with edges, and as slopes over even and uneven spacing. Composed of
// operations, so gradients flow.

import { asarray } from '../core/create.js';
import { isInexact, realType } from '../core/dtype.js';
import type { ArrayLike, NDArray } from '../core/ndarray.js';
import { isOptions, parameters, type Spelled } from '../core/options.js';
import { normalizeAxis, shapeText } from '../core/shape.js';
import type { DTypeOf, Floating } from '../core/typing.js';
import { add, div, logicalXor, mul, neg, sub } from '../ops/elementwise.js';
import { get } from '../ops/index.js';
import { concatenate } from '../ops/join.js';
import { beside, castTo } from '../ops/operands.js';
import { broadcastTo, reshape } from '../ops/shape.js';
import { along } from './positions.js';

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
      const x = beside('diff', a, v);
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
