// Movement operations: views of the same memory in another shape or order, and copies in an order or type asked for.
// Joining and cutting is in join.ts.

import * as backend from '../backend/index.js';
import { asarray, lists } from '../core/create.js';
import { type DType, toDType } from '../core/dtype.js';
import { type ArrayLike, empty, emptyZeroed, getter, method, NDArray } from '../core/ndarray.js';
import { checkOptions, isOptions, needed, parameters } from '../core/options.js';
import {
  broadcastShapes,
  broadcastStrides,
  isContiguous,
  normalizeAxes,
  normalizeAxis,
  reshapeStrides,
  resolveReshape,
  type Shape,
  shapeText,
  upTo,
} from '../core/shape.js';
import type { DTypeNamed, DTypeOf } from '../core/typing.js';
import { batching, overArray, overAxes } from './batching.js';
import { type Rule, register, track } from './registry.js';

/** A view of the memory of `a`, on the tape when `a` is; `rule` gives the gradient of `a`. */
export function viewOf(
  name: string,
  a: NDArray,
  shape: Shape,
  strides: readonly number[] | undefined,
  offset: number,
  rule: Rule,
): NDArray {
  const view = a.remap(shape, strides, offset);
  return a.tracked ? track(name, view, [a], [rule], []) : view;
}

/**
 * In which order elements are read or lie: 'C', the last axis runs fastest; 'F', the first; 'A', as 'F' when they lie
 * so, else 'C'; 'K', as they lie in memory.
 */
export type Order = 'C' | 'F' | 'A' | 'K';
type OrderArgument = Order | { order?: Order };

/** The axes from the slowest to the fastest in the order asked for; null for C order. */
export function axesFor(caller: string, a: NDArray, argument: OrderArgument): readonly number[] | null {
  const { order = 'C' } = parameters<{ order?: Order }>(caller, ['order'], [argument]);
  const axes = a.shape.map((_, d) => d);
  switch (order) {
    case 'C':
      return null;
    case 'F':
      return axes.reverse();
    case 'A':
      return !a.contiguous && isContiguous([...a.shape].reverse(), [...a.stridesEl].reverse())
        ? axes.reverse()
        : null;
    case 'K':
      return axes.sort((p, q) => Math.abs(a.stridesEl[q]) - Math.abs(a.stridesEl[p]));
    default:
      throw new TypeError(`${caller}: order must be one of 'C', 'F', 'A', or 'K', not '${String(order)}'.`);
  }
}

/** A copy, in C order unless another is asked for. @see numpy.copy */
export function copy<A extends ArrayLike>(value: A, order: OrderArgument): NDArray<DTypeOf<A>>;
export function copy<A extends ArrayLike>(value: A): NDArray<DTypeOf<A>>;
export function copy(value: ArrayLike, order?: OrderArgument | number): NDArray {
  const a = asarray(value, 'copy');
  // A number is the index that `list.map(np.copy)` hands over.
  if (order !== undefined && typeof order !== 'number') {
    const axes = axesFor('copy', a, order);
    if (axes !== null)
      return transpose(
        copy(transpose(a, axes)),
        axes.map((_, d) => axes.indexOf(d)),
      );
  }
  const batch = batching.open > 0 ? overArray(a, copy) : null;
  if (batch !== null) return batch;
  const out = empty(a.shape, a.dtype);
  backend.copy(out, a);
  return track('copy', out, [a], [(g) => g], []);
}
register('copy', true);

/** The array itself when its elements lie in C order, else a copy that does (numpy.ascontiguousarray). */
export function ascontiguousarray<A extends ArrayLike>(value: A): NDArray<DTypeOf<A>> {
  const a = asarray(value, 'ascontiguousarray');
  return a.contiguous ? a : copy(a);
}

/**
 * A copy converted to another element type (numpy.ndarray.astype). Floats truncate towards zero, integers wrap.
 * @param options.copy false: an array that has the type already is returned as it is
 */
export function astype<N extends string>(
  value: ArrayLike,
  dtype: N,
  options: { copy?: boolean } = {},
): NDArray<DTypeNamed<N>> {
  const a = asarray(value, 'astype');
  if (checkOptions('astype', options, ['copy']).copy === false && a.dtype === toDType(dtype, 'astype'))
    return a;
  const batch = batching.open > 0 ? overArray(a, (x) => astype(x, dtype)) : null;
  if (batch !== null) return batch;
  const out = empty(a.shape, toDType(dtype, 'astype'));
  backend.copy(out, a);
  return track('astype', out, [a], [(g) => g], []);
}
register('astype', true);

export function zerosLike(value: ArrayLike, options: { dtype?: DType | string } = {}): NDArray {
  const a = asarray(value, 'zerosLike');
  return emptyZeroed(a.shape, options.dtype === undefined ? a.dtype : toDType(options.dtype, 'zerosLike'));
}

/** The list that `reshape(2, 3)` and `reshape([2, 3])` both mean. */
function shapeArgument(first: unknown, rest: readonly unknown[]): readonly number[] {
  const list =
    typeof first === 'number' || (first instanceof NDArray && first.ndim === 0)
      ? [first, ...rest]
      : (first as readonly unknown[]);
  if (isOptions(list)) return list as never;
  // A length may be an array of one number, such as np.prod(shape).
  return Array.isArray(list) && list.every((n) => typeof n === 'number') ? list : Array.from(list, Number);
}

/** One length of a shape. */
export type Length = number | NDArray;

/** What `reshape` takes by name: the shape, and the order in which elements are read and written. */
export interface ReshapeOptions {
  newshape?: Length | readonly Length[];
  order?: 'C' | 'F' | 'A';
}

/**
 * The same elements, in C order, in another shape; one length may be -1. A view where strides allow it.
 * @see numpy.reshape
 * @example np.reshape([1, 2, 3, 4], [2, 2]); np.reshape([1, 2, 3, 4], [2, -1], { order: 'F' })
 */
export function reshape<A extends ArrayLike>(
  value: A,
  shape: Length | readonly Length[] | ReshapeOptions,
  ...rest: (Length | ReshapeOptions)[]
): NDArray<DTypeOf<A>> {
  const a = asarray(value, 'reshape');
  // The ordinary case costs one comparison more.
  if (
    rest.length > 0
      ? typeof rest[rest.length - 1] !== 'number' && !(rest[rest.length - 1] instanceof NDArray)
      : typeof shape !== 'number' && isOptions(shape)
  )
    return reshapeInOrder(a, shape, rest);
  const to = resolveReshape('reshape', a.shape, shapeArgument(shape, rest));
  const batch = batching.open > 0 ? overArray(a, (x) => reshape(x, [x.shape[0], ...to])) : null;
  if (batch !== null) return batch;
  const strides = a.contiguous ? undefined : reshapeStrides(a.shape, a.stridesEl, to);
  if (strides === null) return reshape(copy(a), to);
  return viewOf('reshape', a, to, strides, a.offset, (g) => reshape(g, a.shape));
}
register('reshape', true);

/** `reshape` with options: an object, or the letter of the order, after the shape or instead of it. */
function reshapeInOrder(a: NDArray, shape: unknown, rest: unknown[]): NDArray {
  const last = rest.pop();
  const lengths = isOptions(shape) ? shape : shapeArgument(shape, rest);
  const { newshape, order = 'C' } = parameters<{ newshape?: number | readonly number[]; order?: Order }>(
    'reshape',
    ['newshape', 'order'],
    [lengths, last],
  );
  const to = needed('reshape', 'newshape', newshape);
  if (order === 'K')
    throw new TypeError("reshape: order 'K' is not permitted for reshaping; use 'C', 'F' or 'A'.");
  if (axesFor('reshape', a, order) === null) return reshape(a, to);
  const resolved = resolveReshape('reshape', a.shape, typeof to === 'number' ? [to] : to);
  return transpose(reshape(transpose(a), [...resolved].reverse()));
}

/**
 * All elements in one row, in C order unless another is asked for: a view when they lie so.
 * @see numpy.ravel
 * @example np.ravel([[1, 2], [3, 4]], { order: 'F' })   // array([1., 3., 2., 4.])
 */
export function ravel<A extends ArrayLike>(value: A, order: OrderArgument): NDArray<DTypeOf<A>>;
export function ravel<A extends ArrayLike>(value: A): NDArray<DTypeOf<A>>;
export function ravel(value: ArrayLike, order?: OrderArgument | number): NDArray {
  if (order === undefined || typeof order === 'number') return reshape(value, -1);
  const a = asarray(value, 'ravel');
  const axes = axesFor('ravel', a, order);
  return reshape(axes === null ? a : transpose(a, axes), -1);
}

/** All elements in one row, always a copy. @see numpy.ndarray.flatten */
const flatten = <A extends ArrayLike>(a: A, order: OrderArgument = 'C'): NDArray<DTypeOf<A>> =>
  copy(ravel(a, order));

/** Axes in another order, reversed by default; a view. @see numpy.transpose */
export function transpose<A extends ArrayLike>(
  value: A,
  given?: readonly number[] | null | { axes?: readonly number[] | null },
): NDArray<DTypeOf<A>> {
  const a = asarray(value, 'transpose');
  const axes =
    given && !Array.isArray(given) && isOptions(given)
      ? checkOptions('transpose', given, ['axes']).axes
      : (given as readonly number[] | null | undefined);
  if (batching.open > 0) {
    const order = axes ?? a.shape.map((_, d) => a.ndim - 1 - d);
    const batch = overArray(a, (x) =>
      transpose(x, [0, ...order.map((d) => normalizeAxis('transpose', d, a.ndim) + 1)]),
    );
    if (batch !== null) return batch;
  }
  if (!axes) {
    return viewOf('transpose', a, [...a.shape].reverse(), [...a.stridesEl].reverse(), a.offset, (g) =>
      transpose(g),
    );
  }
  const n = a.ndim;
  const order: number[] = [];
  const shape: number[] = [];
  const strides: number[] = [];
  for (let i = 0; i < axes.length; i++) {
    const d = normalizeAxis('transpose', axes[i], n);
    if (order.includes(d)) break;
    order.push(d);
    shape.push(a.shape[d]);
    strides.push(a.stridesEl[d]);
  }
  if (order.length !== n || axes.length !== n) {
    throw new RangeError(
      `transpose: axes [${axes}] do not match an array of shape ${shapeText(a.shape)}; name each of its ${n} axes once.`,
    );
  }
  return viewOf('transpose', a, shape, strides, a.offset, (g) =>
    transpose(
      g,
      order.map((_, i) => order.indexOf(i)),
    ),
  );
}
register('transpose', true);

/** Two axes exchanged. @see numpy.swapaxes */
export function swapaxes<A extends ArrayLike>(value: A, axis1: number, axis2: number): NDArray<DTypeOf<A>>;
export function swapaxes<A extends ArrayLike>(
  value: A,
  axes: { axis1: number; axis2: number },
): NDArray<DTypeOf<A>>;
export function swapaxes(
  value: ArrayLike,
  axis1: number | { axis1: number; axis2: number },
  axis2?: number,
): NDArray {
  const a = asarray(value, 'swapaxes');
  if (typeof axis1 === 'object' || typeof axis2 !== 'number') {
    const o = parameters<{ axis1?: number; axis2?: number }>('swapaxes', ['axis1', 'axis2'], [axis1, axis2]);
    return swapaxes(a, needed('swapaxes', 'axis1', o.axis1), needed('swapaxes', 'axis2', o.axis2));
  }
  const p = normalizeAxis('swapaxes', axis1, a.ndim);
  const q = normalizeAxis('swapaxes', axis2, a.ndim);
  if (batching.open > 0) {
    const order = upTo(a.ndim);
    order[p] = q;
    order[q] = p;
    return transpose(a, order);
  }
  const shape = [...a.shape];
  const strides = [...a.stridesEl];
  shape[p] = a.shape[q];
  shape[q] = a.shape[p];
  strides[p] = a.stridesEl[q];
  strides[q] = a.stridesEl[p];
  return viewOf('transpose', a, shape, strides, a.offset, (g) => swapaxes(g, p, q));
}

/** Axes moved to other places, the rest in order. @see numpy.moveaxis */
export function moveaxis<A extends ArrayLike>(
  value: A,
  source: number | readonly number[],
  destination: number | readonly number[] | { destination: number | readonly number[] },
): NDArray<DTypeOf<A>>;
export function moveaxis<A extends ArrayLike>(
  value: A,
  axes: { source: number | readonly number[]; destination: number | readonly number[] },
): NDArray<DTypeOf<A>>;
export function moveaxis(value: ArrayLike, ...given: unknown[]): NDArray {
  const a = asarray(value, 'moveaxis');
  let [source, destination] = given as [Axes, Axes];
  if (typeof source !== 'number' || typeof destination !== 'number') {
    const o = parameters<{ source?: Axes; destination?: Axes }>('moveaxis', ['source', 'destination'], given);
    source = needed('moveaxis', 'source', o.source);
    destination = needed('moveaxis', 'destination', o.destination);
  }
  const from = (typeof source === 'number' ? [source] : source).map((d) =>
    normalizeAxis('moveaxis', d, a.ndim),
  );
  const to = (typeof destination === 'number' ? [destination] : destination).map((d) =>
    normalizeAxis('moveaxis', d, a.ndim),
  );
  if (from.length !== to.length)
    throw new RangeError(`moveaxis: ${from.length} source axes and ${to.length} destinations.`);
  const order: number[] = [];
  // The axes that stay, in their order, go where none is moved to.
  let next = 0;
  for (let d = 0; d < a.ndim; d++) {
    const k = to.indexOf(d);
    if (k < 0) while (from.includes(next)) next++;
    order.push(k < 0 ? next++ : from[k]);
  }
  return transpose(a, order);
}

/** New axes of length 1 at the given places of the result. @see numpy.expand_dims */
export function expandDims<A extends ArrayLike>(
  value: A,
  axis: number | readonly number[] | { axis: number | readonly number[] },
): NDArray<DTypeOf<A>> {
  const a = asarray(value, 'expandDims');
  if (typeof axis === 'object') {
    if (isOptions(axis))
      return expandDims(a, needed('expandDims', 'axis', checkOptions('expandDims', axis, ['axis']).axis));
    const places = axis as readonly number[];
    const n = a.ndim + places.length;
    const added = normalizeAxes('expandDims', places, n);
    const lengths = [...a.shape];
    return reshape(
      a,
      Array.from({ length: n }, (_, d) => (added.includes(d) ? 1 : lengths.shift()!)),
    );
  }
  const at = normalizeAxis('expandDims', axis, a.ndim + 1);
  return reshape(a, [...a.shape.slice(0, at), 1, ...a.shape.slice(at)]);
}

type Axes = number | readonly number[];

/** Axes in their place or by name. */
function axesArgument(
  caller: string,
  axis: Axes | null | undefined | { axis?: Axes | null },
): Axes | null | undefined {
  if (axis === undefined || axis === null || typeof axis === 'number' || !isOptions(axis))
    return axis as Axes;
  return checkOptions(caller, axis as { axis?: Axes | null }, ['axis']).axis;
}

/** Axes of length 1 removed: all, or the given ones. @see numpy.squeeze */
export function squeeze<A extends ArrayLike>(
  value: A,
  given?: Axes | null | { axis?: Axes | null },
): NDArray<DTypeOf<A>> {
  const a = asarray(value, 'squeeze');
  const axis = axesArgument('squeeze', given);
  if (axis === undefined || axis === null)
    return reshape(
      a,
      a.shape.filter((n) => n !== 1),
    );
  const axes = normalizeAxes('squeeze', axis, a.ndim);
  for (const d of axes) {
    if (a.shape[d] !== 1)
      throw new RangeError(
        `squeeze: axis ${d} has length ${a.shape[d]}, not 1; the shape is ${shapeText(a.shape)}.`,
      );
  }
  return reshape(
    a,
    a.shape.filter((_, d) => !axes.includes(d)),
  );
}

/** The array seen in a larger shape, repeated along new axes and axes of length 1; a view. @see numpy.broadcast_to */
export function broadcastTo<A extends ArrayLike>(
  value: A,
  given: number | Shape | { shape: number | Shape },
): NDArray<DTypeOf<A>> {
  const a = asarray(value, 'broadcastTo');
  if (typeof given === 'number') return broadcastTo(a, [given]) as NDArray<never>;
  if (!Array.isArray(given) && isOptions(given)) {
    const o = checkOptions('broadcastTo', given, ['shape']);
    return broadcastTo(a, needed('broadcastTo', 'shape', o.shape)) as NDArray<never>;
  }
  const shape = given as Shape;
  const out = broadcastShapes('broadcastTo', a.shape, shape);
  if (out.length !== shape.length || out.some((n, i) => n !== shape[i])) {
    throw new RangeError(
      `broadcastTo: an array of shape ${shapeText(a.shape)} does not broadcast to ${shapeText(shape)}.`,
    );
  }
  const batch =
    batching.open > 0
      ? overArray(a, (x) => {
          const ones = new Array<number>(shape.length - a.ndim).fill(1);
          return broadcastTo(reshape(x, [x.shape[0], ...ones, ...a.shape]), [x.shape[0], ...shape]);
        })
      : null;
  if (batch !== null) return batch;
  // The walker sums the gradient down to the input's shape.
  return viewOf(
    'broadcastTo',
    a,
    [...shape],
    broadcastStrides(a.shape, a.stridesEl, shape),
    a.offset,
    (g) => g,
  );
}
register('broadcastTo', true);

/** Elements in reverse order along the axes, all by default; a view. @see numpy.flip */
export function flip<A extends ArrayLike>(
  value: A,
  given?: Axes | null | { axis?: Axes | null },
): NDArray<DTypeOf<A>> {
  const a = asarray(value, 'flip');
  const axis = axesArgument('flip', given);
  const axes = normalizeAxes('flip', axis, a.ndim);
  const batch = batching.open > 0 ? overAxes('flip', a, axes, flip) : null;
  if (batch !== null) return batch;
  const strides = [...a.stridesEl];
  let offset = a.offset;
  if (a.size > 0) {
    for (const d of axes) {
      offset += (a.shape[d] - 1) * strides[d];
      strides[d] = -strides[d];
    }
  }
  return viewOf('flip', a, a.shape, strides, offset, (g) => flip(g, axes));
}
register('flip', true);

lists.astype = (a, dtype) => astype(a, dtype);

// biome-ignore lint/suspicious/noExplicitAny: one list for methods of several shapes; the interface below types them
const methods: [string, (...args: any[]) => unknown][] = [
  ['copy', copy],
  ['astype', astype],
  ['reshape', reshape],
  ['ravel', ravel],
  ['flatten', flatten],
  ['swapaxes', swapaxes],
  ['squeeze', squeeze],
];
for (const [name, f] of methods) {
  method(name, function (...args) {
    return f(this, ...args);
  });
}
method('transpose', function (...axes: (number | readonly number[])[]) {
  return transpose(this, axes.length === 0 ? null : shapeArgument(axes[0], axes.slice(1)));
});
getter('T', function () {
  return transpose(this);
});
