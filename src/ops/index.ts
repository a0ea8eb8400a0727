// Indexing, reading and writing, with NumPy's rules: whole numbers, slice strings ('1:3', '::-1', '...'), null for a
// new axis, index arrays (paired with each other), boolean masks, and all of them mixed. Whole numbers and slices
// alone give views; an index array, a mask, or a whole number for every axis gives a copy.

import * as backend from '../backend/index.js';
import { batching, levelOf } from '../core/batch.js';
import { Complex } from '../core/complex.js';
import { asarray } from '../core/create.js';
import { isComplex, isInexact } from '../core/dtype.js';
import { type ArrayLike, empty, emptyZeroed, method, NDArray } from '../core/ndarray.js';
import { checkOptions } from '../core/options.js';
import { broadcastShapes, normalizeAxis, type Shape, shapeText } from '../core/shape.js';
import { type Tuple, tuple } from '../core/tuple.js';
import type { DTypeOf } from '../core/typing.js';
import { readBatched, readItems, scatterItems, writeBatched } from './batching-index.js';
import { inPlace } from './define.js';
import { positionOf, readElement, readRow, writeElement } from './element.js';
import { maximum, minimum, mod } from './elementwise.js';
import { type Basic, basicView, entriesOf, type Item, isBasic, parse } from './indices.js';
import type { Operand } from './operands.js';
import { register, track, tracking } from './registry.js';
import { broadcastTo, copy, reshape, transpose } from './shape.js';
import { where } from './where.js';
import { into, writeInPlace } from './writing.js';

export type { Index } from './indices.js';

/** @param dots whether the index has an ellipsis, which makes a view even of one element */
function readView(a: NDArray, items: readonly Basic[], dots = false): NDArray {
  const batch = batching.open > 0 ? readItems(a, items, access) : null;
  if (batch !== null) return batch;
  const out = !dots && isElement(items) ? elementOf(a, items) : basicView(a, items);
  return a.tracked ? track('slice', out, [a], [(g) => scatterView(g, a.shape, items)], []) : out;
}
register('slice', true);

type Whole = Extract<Basic, { kind: 'int' }>;
function isElement(items: readonly Basic[]): items is Whole[] {
  for (let i = 0; i < items.length; i++) if (items[i].kind !== 'int') return false;
  return items.length > 0;
}

function elementOf(a: NDArray, items: readonly Whole[]): NDArray {
  let at = a.offset;
  for (let i = 0; i < items.length; i++) at += items[i].at * a.stridesEl[i];
  const element = readElement(a, at);
  if (element !== null) return element;
  const out = empty([], a.dtype);
  backend.copy(out, basicView(a, items));
  return out;
}

/** The element or the row that whole numbers alone pick from an array without gradients, or null. */
function quick(a: NDArray, indices: readonly unknown[]): NDArray | null {
  if (batching.open > 0 || tracking(a)) return null;
  const at = positionOf(a, indices);
  return at < 0 ? readRow(a, indices) : readElement(a, at);
}

/** Zeros of `shape` with `g` where the items point: the reverse of reading a view. */
function scatterView(g: NDArray, shape: Shape, items: readonly Basic[]): NDArray {
  const batch = batching.open > 0 ? scatterItems(g, shape, items, scatterView as typeof scatterAdd) : null;
  if (batch !== null) return batch;
  const out = emptyZeroed(shape, g.dtype);
  backend.copy(basicView(out, items), g);
  return track('scatterView', out, [g], [(gg) => readView(gg, items)], []);
}
register('scatterView', true);

// ---------------------------------------------------------------- index arrays

/** An advanced index, resolved against a source: where the elements lie, and how the result is laid out. */
interface Gather {
  /** The source with its basic items applied; `offset` is where the offsets count from. */
  readonly from: NDArray;
  readonly offsets: NDArray;
  readonly restShape: number[];
  readonly restStrides: number[];
  /** Shape that the index arrays broadcast to, and the axis of the result where it stands. */
  readonly block: Shape;
  readonly at: number;
}

function resolve(caller: string, a: NDArray, items: readonly Item[]): Gather {
  // Next to an index array a whole number is one too (of no dimensions), which decides where its axis goes.
  const only = items.length === 1 ? items[0] : undefined;
  if (only?.kind === 'mask' && only.mask.ndim === a.ndim) {
    const offsets = empty([backend.countNonzero(only.mask)], 'int64');
    backend.maskOffsets(offsets, only.mask, a.stridesEl);
    return { from: a, offsets, restShape: [], restStrides: [], block: offsets.shape, at: 0 };
  }
  const dims: number[] = [];
  const steps: number[] = [];
  const axes: number[] = [];
  const arrays: NDArray[] = [];
  const restShape: number[] = [];
  const restStrides: number[] = [];
  const places: number[] = [];
  let offset = a.offset;
  let axis = 0;
  let at = -1;
  let block: Shape = [];
  for (let i = 0; i < items.length; i++) {
    const item = items[i];
    if (item.kind === 'new') {
      restShape.push(1);
      restStrides.push(0);
    } else if (item.kind === 'slice') {
      if (item.length > 0) offset += item.start * a.stridesEl[axis];
      restShape.push(item.length);
      restStrides.push(item.step * a.stridesEl[axis++]);
    } else {
      if (at < 0) at = restShape.length;
      places.push(i);
      if (item.kind === 'int') {
        offset += item.at * a.stridesEl[axis++];
      } else if (item.kind === 'array') {
        arrays.push(item.index);
        axes.push(axis);
        dims.push(a.shape[axis]);
        steps.push(a.stridesEl[axis++]);
        block = broadcastIndices(caller, block, item.index.shape);
      } else {
        for (const coordinates of nonzero(item.mask)) {
          arrays.push(coordinates);
          axes.push(axis);
          dims.push(a.shape[axis]);
          steps.push(a.stridesEl[axis++]);
          block = broadcastIndices(caller, block, coordinates.shape);
        }
      }
    }
  }
  // Index arrays that are not neighbours put their axes first.
  if (places[places.length - 1] - places[0] + 1 !== places.length) at = 0;
  const offsets = empty(block, 'int64');
  try {
    backend.indexOffsets(offsets, arrays, dims, steps, axes);
  } catch (error) {
    throw new RangeError(`${caller}: ${(error as Error).message}`);
  }
  return { from: a.remap([], [], offset), offsets, restShape, restStrides, block, at };
}

function broadcastIndices(caller: string, a: Shape, b: Shape): Shape {
  try {
    return broadcastShapes(caller, a, b);
  } catch {
    throw new RangeError(
      `${caller}: shape mismatch: indexing arrays could not be broadcast together with shapes ${shapeText(a)} ${shapeText(b)}. Index arrays pair up element by element; np.ix_ makes them span a grid.`,
    );
  }
}

/** Moves the axes of the block from the front to their place in the result, or back. */
function place(x: NDArray, gather: Gather, direction: 'in' | 'out'): NDArray {
  const { at } = gather;
  if (at === 0) return x;
  const blockDims = gather.block.length;
  const rest = gather.restShape.length;
  // Order of the result's axes, as axes of [block, rest].
  const order: number[] = [];
  for (let i = 0; i < at; i++) order.push(blockDims + i);
  for (let i = 0; i < blockDims; i++) order.push(i);
  for (let i = at; i < rest; i++) order.push(blockDims + i);
  if (direction === 'in') return transpose(x, order);
  return transpose(
    x,
    order.map((_, i) => order.indexOf(i)),
  );
}

function gatherCopy(a: NDArray, gather: Gather): NDArray {
  const out = empty([...gather.block, ...gather.restShape], a.dtype);
  backend.takeOffsets(out, gather.from, gather.offsets, gather.restShape, gather.restStrides);
  return place(out, gather, 'in');
}

function readAdvanced(caller: string, a: NDArray, items: readonly Item[]): NDArray {
  const batch = batching.open > 0 ? readItems(a, items, access) : null;
  if (batch !== null) return batch;
  return gathered(a, items, resolve(caller, a, items));
}

function gathered(a: NDArray, items: readonly Item[], gather: Gather): NDArray {
  const out = gatherCopy(a, gather);
  return tracking(a)
    ? track('gather', out, [a], [(g) => scatterAdd(g, a.shape, items)], arraysOf(items))
    : out;
}
register('gather', true);

/** The index arrays and masks, which gradients read again. */
const arraysOf = (items: readonly Item[]): NDArray[] =>
  items.flatMap((item) => (item.kind === 'array' ? [item.index] : item.kind === 'mask' ? [item.mask] : []));

/** Writes values, laid out as a read would give them, or one number, to where a gather points. */
function scatter(gather: Gather, value: Operand, code = backend.op.put): void {
  const { from, offsets, restShape, restStrides, block, at } = gather;
  if (!(value instanceof NDArray)) {
    backend.putOffsets(from, offsets, restShape, restStrides, value, code);
    return;
  }
  const shape = [...restShape.slice(0, at), ...block, ...restShape.slice(at)];
  // Values that lie in the memory being written are read before it changes.
  const source = value.storage === from.storage ? value.copy() : value;
  const spread = broadcastTo(fitted(source.detach(), shape), shape);
  backend.putOffsets(from, offsets, restShape, restStrides, place(spread, gather, 'out'), code);
}

/** Zeros of `shape` with `g` added where the items point, repeats accumulating: the reverse of a gather. */
function scatterAdd(g: NDArray, shape: Shape, items: readonly Item[]): NDArray {
  const batch = batching.open > 0 ? scatterItems(g, shape, items, scatterAdd) : null;
  if (batch !== null) return batch;
  const out = emptyZeroed(shape, g.dtype);
  scatter(resolve('at', out, items), g, backend.op.putAdd);
  return track('scatterAdd', out, [g], [(gg) => readAdvanced('at', gg, items)], arraysOf(items));
}
register('scatterAdd', true);

/** Coordinates of the elements that are not zero, one int64 array per axis, in C order. @see numpy.nonzero */
export function nonzero(value: ArrayLike): Tuple<NDArray<'int64'>> {
  const a = asarray(value, 'nonzero');
  const n = backend.countNonzero(a);
  const out = empty([Math.max(a.ndim, 1), n], 'int64');
  backend.nonzero(out, a);
  return tuple(Array.from({ length: out.shape[0] }, (_, d) => out.remap([n], [1], d * n)));
}

// ---------------------------------------------------------------- reading and writing

/**
 * Reads with NumPy's indexing rules: `X.at(0)`, `X.at(':', 0)`, `X.at('1:3, ::-1')`, `X.at(mask)`,
 * `X.at(np.arange(N), y)`. Whole numbers and slices give a view that shares memory; index arrays, masks and a whole
 * number for every axis a copy.
 */
export function get(a: NDArray, between: readonly unknown[]): NDArray {
  const found = quick(a, between);
  if (found !== null) return found;
  const indices = entriesOf(between);
  const batch = batching.open > 0 ? readBatched(a, indices, access) : null;
  if (batch !== null) return batch.out;
  const items = parse('at', a, indices);
  return isBasic(items) ? readView(a, items, indices.some(hasDots)) : readAdvanced('at', a, items);
}

const hasDots = (index: unknown): boolean => typeof index === 'string' && index.includes('...');

/**
 * Writes with NumPy's indexing rules: `X.set([':', 0], 1)`, `X.set([mask], 0)`, `X.set([rows, y], values)`. The value
 * broadcasts to the selected shape and is converted to the array's dtype.
 * @throws RangeError when the shapes do not broadcast or an index is out of range
 */
export function set(a: NDArray, between: readonly unknown[], value: ArrayLike): NDArray {
  if (batching.open === 0 && !tracking(a, value)) {
    const at = positionOf(a, between);
    if (at >= 0 && writeElement(a, at, value)) {
      a.storage.version++;
      a.selection?.(a);
      return a;
    }
  }
  const indices = entriesOf(between);
  const batch = batching.open > 0 ? writeBatched(a, indices, value, access) : null;
  if (batch !== null) return batch;
  return setItems(a, parse('set', a, indices), value);
}

function setItems(a: NDArray, items: readonly Item[], value: ArrayLike): NDArray {
  const v =
    value instanceof NDArray ||
    value instanceof Complex ||
    typeof value === 'number' ||
    typeof value === 'bigint'
      ? value
      : asarray(value, 'set');
  writeInPlace('set', a, [v], (old) => {
    write(a, items, v);
    return (out) =>
      track(
        'set',
        out,
        [old, v],
        [
          (g) => zeroed(g, items),
          (g) => summedTo(isBasic(items) ? readView(g, items) : readAdvanced('at', g, items), v),
        ],
        arraysOf(items),
      );
  });
  return a;
}
register('set', true);

/** Reading and writing by parsed items, for the batching rules. */
const access = {
  read: (a: NDArray, items: readonly Item[]): NDArray =>
    isBasic(items) ? readView(a, items) : readAdvanced('at', a, items),
  write: setItems,
};

/** The gradient without the overwritten elements. */
function zeroed(g: NDArray, items: readonly Item[]): NDArray {
  const mask = emptyZeroed(g.shape, 'bool');
  write(mask, items, 1);
  return where(mask, 0, g);
}

/** The value may have had leading axes of length 1 more than the place it went to. */
function summedTo(g: NDArray, v: unknown): NDArray {
  return v instanceof NDArray && v.ndim > g.ndim
    ? reshape(g, [...new Array<number>(v.ndim - g.ndim).fill(1), ...g.shape])
    : g;
}

function write(a: NDArray, items: readonly Item[], value: Operand): void {
  if (
    (value instanceof Complex || (value instanceof NDArray && isComplex(value.dtype))) &&
    !isComplex(a.dtype)
  ) {
    throw new TypeError(
      `set: cannot put complex numbers into an array of ${a.dtype}; take np.real(v) or np.abs(v), or convert the array with astype('complex128').`,
    );
  }
  const raw = value instanceof NDArray ? value : finite(a, value);
  if (isBasic(items)) {
    const target = basicView(a, items);
    backend.copy(target, fitted<Operand>(raw, target.shape));
    return;
  }
  const only = items.length === 1 ? items[0] : undefined;
  if (only?.kind === 'mask' && only.mask.ndim === a.ndim && !(raw instanceof NDArray && raw.ndim > 0)) {
    // One value for all chosen elements: a masked pass is faster than collecting positions.
    backend.elementwise(backend.op.where, a.dtype, a, only.mask, raw, a);
    return;
  }
  scatter(resolve('set', a, items), raw);
}

/** NaN and infinities have no integer; NumPy refuses them too. */
function finite(a: NDArray, value: number | bigint | Complex): number | bigint | Complex {
  if (!isInexact(a.dtype) && a.dtype !== 'bool' && !Number.isFinite(Number(value))) {
    throw new RangeError(`set: cannot convert ${value} to ${a.dtype}.`);
  }
  return value;
}

/** Checks that a value broadcasts into the selection, dropping leading axes of length 1 as NumPy does. */
function fitted<T extends Operand>(value: T, shape: Shape): T;
function fitted(value: Operand, shape: Shape): Operand {
  if (!(value instanceof NDArray)) return value;
  let v = value;
  while (v.ndim > shape.length && v.shape[0] === 1)
    v = v.remap(v.shape.slice(1), v.stridesEl.slice(1), v.offset);
  const fits =
    v.ndim <= shape.length && v.shape.every((n, i) => n === 1 || n === shape[shape.length - v.ndim + i]);
  if (!fits) {
    throw new RangeError(
      `set: could not broadcast input array from shape ${shapeText(value.shape)} into shape ${shapeText(shape)}.`,
    );
  }
  return v;
}

/**
 * `X[indices] op= value`: reads the selection, computes, writes it back. Repeated indices count once, as in NumPy
 * (`np.add.at` accumulates).
 */
export function update(a: NDArray, between: readonly unknown[], op: string, value: ArrayLike): NDArray {
  const indices = entriesOf(between);
  const compute = inPlace.get(op);
  if (compute === undefined)
    throw new TypeError(`update: no operation '${op}'; known: ${[...inPlace.keys()].join(', ')}.`);
  if (batching.open > 0 && levelOf([a, value, ...indices]) > 0)
    return set(a, indices, compute(copy(get(a, indices)), value));
  const items = parse('set', a, indices);
  if (!tracking(a, value)) {
    if (isBasic(items)) {
      compute(basicView(a, items), value);
    } else {
      const gather = resolve('set', a, items);
      scatter(gather, compute(gatherCopy(a, gather), value));
      a.storage.version++;
    }
    return a;
  }
  const part = isBasic(items) ? readView(a, items).copy() : readAdvanced('set', a, items);
  return set(a, indices, compute(part, value));
}

/**
 * Adds values at index arrays, accumulating where an index occurs more than once.
 * @see numpy.ufunc.at (np.add.at)
 */
export function addAt(a: NDArray, indices: readonly unknown[], value: ArrayLike): NDArray {
  const items = parse('addAt', a, indices);
  if (isBasic(items)) return update(a, indices, 'add', value);
  const v = asarray(value, 'addAt');
  return writeInPlace('addAt', a, [v], (old) => {
    scatter(resolve('addAt', a, items), v, backend.op.putAdd);
    return (out) =>
      track(
        'addAt',
        out,
        [old, v],
        [(g) => g, (g) => summedTo(readAdvanced('at', g, items), v)],
        arraysOf(items),
      );
  });
}
register('addAt', true);

export interface TakeOptions {
  axis?: number | null;
  out?: NDArray | null;
  /** Positions outside: an error ('raise', where negative ones count from the end), the remainder, or the nearest. */
  mode?: 'raise' | 'wrap' | 'clip';
}

/**
 * Elements at the given positions along an axis (of the flattened array without one).
 * @see numpy.take
 * @example np.take(X, [0, 1], 1); np.take(X, [5, -1], { axis: 0, mode: 'clip' })
 */
export function take<A extends ArrayLike>(
  value: A,
  indices: ArrayLike,
  argument?: number | null | TakeOptions,
): NDArray<DTypeOf<A>> {
  const o = typeof argument === 'object' && argument !== null ? argument : { axis: argument };
  if (o === argument) checkOptions('take', o, ['axis', 'out', 'mode']);
  let a: NDArray = asarray(value, 'take');
  if (o.axis === undefined || o.axis === null) a = reshape(a, [-1]);
  const axis = normalizeAxis('take', o.axis ?? 0, a.ndim);
  const n = a.shape[axis];
  let at: unknown =
    typeof indices === 'number' || typeof indices === 'bigint' ? indices : asarray(indices, 'take');
  if (o.mode === 'wrap') at = mod(asarray(at as ArrayLike), n);
  else if (o.mode === 'clip') at = minimum(maximum(asarray(at as ArrayLike), 0), n - 1);
  else if (o.mode !== undefined && o.mode !== 'raise')
    throw new TypeError(`take: clipmode must be one of 'clip', 'raise', or 'wrap', not '${String(o.mode)}'.`);
  const items = [...new Array<string>(axis).fill(':'), at];
  let out: NDArray;
  try {
    out = get(a, items);
  } catch (error) {
    if (error instanceof Error) error.message = error.message.replace(/^at: /, 'take: ');
    throw error;
  }
  return o.out ? into('take', o.out, out) : out;
}

method('at', function (...between: unknown[]) {
  const found = quick(this, between);
  if (found !== null) {
    if (found.ndim === 0) found.selection = (value) => set(this, between, value);
    return found;
  }
  const indices = entriesOf(between);
  const batch = batching.open > 0 ? readBatched(this, indices, access) : null;
  if (batch !== null) {
    if (!batch.basic) batch.out.selection = (value) => set(this, indices, value);
    return batch.out;
  }
  const items = parse('at', this, indices);
  if (isBasic(items)) {
    const out = readView(this, items);
    if (isElement(items)) out.selection = (value) => set(this, indices, value);
    return out;
  }
  const gather = resolve('at', this, items);
  const out = gathered(this, items, gather);
  out.selection = (value) => {
    if (tracking(this, value)) set(this, indices, value);
    else {
      scatter(gather, value);
      this.storage.version++;
    }
  };
  return out;
});
method('set', function (indices: readonly unknown[], value: ArrayLike) {
  return set(this, Array.isArray(indices) ? indices : [indices], value);
});
for (const name of [
  'add',
  'sub',
  'mul',
  'div',
  'mod',
  'pow',
  'floorDivide',
  'maximum',
  'minimum',
  'bitwiseAnd',
  'bitwiseOr',
  'bitwiseXor',
]) {
  const compute = inPlace.get(name)!;
  method(`i${name}`, function (value: ArrayLike) {
    return compute(this, value);
  });
}
