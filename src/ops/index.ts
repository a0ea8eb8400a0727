// Indexing, reading and writing, with NumPy's rules: whole numbers, slice strings ('1:3', '::-1', '...'), null for a
// new axis, index arrays (paired with each other), boolean masks, and all of them mixed. Whole numbers and slices
// alone give views; an index array or a mask gives a copy.

import * as backend from '../backend/index.js';
import { asarray } from '../core/create.js';
import { dtypeInfo, isFloat } from '../core/dtype.js';
import { type ArrayLike, empty, emptyZeroed, method, NDArray } from '../core/ndarray.js';
import { broadcastShapes, type Shape, shapeText } from '../core/shape.js';
import { inPlace, where, writeInPlace } from './elementwise.js';
import { register, track } from './registry.js';
import { broadcastTo, reshape, transpose } from './shape.js';

/** One entry between the brackets. Strings hold slices, several when separated by commas: `'1:3, ::-1'`. */
export type Index =
  | number
  | bigint
  | string
  | null
  | NDArray
  | readonly number[]
  | readonly boolean[]
  | readonly (readonly number[])[]
  | Int32Array
  | BigInt64Array
  | Uint8Array;

/** A view's part of an index, per axis of the source or new axis. */
type Basic =
  | { readonly kind: 'int'; readonly at: number }
  | { readonly kind: 'slice'; readonly start: number; readonly step: number; readonly length: number }
  | { readonly kind: 'new' };

/** An index array, for one axis of the source. */
interface Advanced {
  readonly kind: 'array';
  readonly index: NDArray;
}

/** A mask over several axes stands for the coordinates of its true elements. */
interface Masked {
  readonly kind: 'mask';
  readonly mask: NDArray;
}

type Item = Basic | Advanced | Masked;

// ---------------------------------------------------------------- parsing

const sliceCache = new Map<string, readonly (string | null)[]>();

/** Splits a string index at its commas and keeps the result: programs use few different ones. */
function stringItems(text: string): readonly (string | null)[] {
  let items = sliceCache.get(text);
  if (items === undefined) {
    items = text.split(',').map((part) => {
      const t = part.trim();
      return t === 'newaxis' || t === 'None' || t === 'null' ? null : t;
    });
    if (sliceCache.size > 1000) sliceCache.clear();
    sliceCache.set(text, items);
  }
  return items;
}

const sliceForm = /^\s*(-?\d+)?\s*:\s*(-?\d+)?\s*(?::\s*(-?\d+)?\s*)?$/;

function parseSlice(caller: string, text: string, length: number): Basic {
  if (text === ':') return { kind: 'slice', start: 0, step: 1, length };
  const match = sliceForm.exec(text);
  if (match === null) {
    if (/^-?\d+$/.test(text)) return { kind: 'int', at: Number(text) };
    throw new SyntaxError(
      `${caller}: '${text}' is not an index; slices look like ':', '1:3', '::-1', '...'.`,
    );
  }
  const step = match[3] === undefined ? 1 : Number(match[3]);
  if (step === 0) throw new RangeError(`${caller}: slice step cannot be zero, in '${text}'.`);
  const clamp = (bound: string | undefined, otherwise: number): number => {
    if (bound === undefined) return otherwise;
    const n = Number(bound);
    const at = n < 0 ? n + length : n;
    return step > 0 ? Math.min(Math.max(at, 0), length) : Math.min(Math.max(at, -1), length - 1);
  };
  const start = clamp(match[1], step > 0 ? 0 : length - 1);
  const stop = clamp(match[2], step > 0 ? length : -1);
  return { kind: 'slice', start, step, length: Math.max(0, Math.ceil((stop - start) / step)) };
}

/** Turns the entries into one item per axis of the source (masks cover several), with new axes between. */
function parse(caller: string, a: NDArray, indices: readonly unknown[]): Item[] {
  const flat: unknown[] = [];
  for (const index of indices) {
    if (typeof index === 'string') flat.push(...stringItems(index));
    else flat.push(index);
  }
  const entries = flat.map((entry) => arrayEntry(caller, entry));
  let covered = 0;
  let ellipsis = -1;
  entries.forEach((entry, i) => {
    if (entry === '...') {
      if (ellipsis >= 0) throw new RangeError(`${caller}: an index can only have a single ellipsis ('...').`);
      ellipsis = i;
    } else if (entry instanceof NDArray && entry.dtype === 'bool') covered += entry.ndim;
    else if (entry !== null) covered++;
  });
  if (covered > a.ndim) {
    throw new RangeError(
      `${caller}: too many indices for array: array is ${a.ndim}-dimensional, shape ${shapeText(a.shape)}, but ${covered} were indexed.`,
    );
  }
  const items: Item[] = [];
  let axis = 0;
  const whole = (count: number) => {
    for (let i = 0; i < count; i++, axis++)
      items.push({ kind: 'slice', start: 0, step: 1, length: a.shape[axis] });
  };
  entries.forEach((entry, i) => {
    if (i === ellipsis) {
      whole(a.ndim - covered);
    } else if (entry === null) {
      items.push({ kind: 'new' });
    } else if (entry instanceof NDArray) {
      if (entry.dtype === 'bool') {
        entry.shape.forEach((n, d) => {
          if (n !== a.shape[axis + d]) {
            throw new RangeError(
              `${caller}: boolean index did not match indexed array along axis ${axis + d}; the axis has length ${a.shape[axis + d]}, the mask ${n}.`,
            );
          }
        });
        items.push({ kind: 'mask', mask: entry });
        axis += entry.ndim;
      } else {
        items.push({ kind: 'array', index: entry });
        axis++;
      }
    } else {
      const item: Basic =
        typeof entry === 'string'
          ? parseSlice(caller, entry, a.shape[axis])
          : { kind: 'int', at: entry as number };
      if (item.kind === 'int') {
        const n = a.shape[axis];
        const at = item.at < 0 ? item.at + n : item.at;
        if (!(at >= 0 && at < n)) {
          throw new RangeError(
            `${caller}: index ${item.at} is out of bounds for axis ${axis} with size ${n}.`,
          );
        }
        items.push({ kind: 'int', at });
      } else {
        items.push(item);
      }
      axis++;
    }
  });
  if (ellipsis < 0) whole(a.ndim - covered);
  return items;
}

/** An entry as a whole number, a slice string, null, or an index array of integers or booleans. */
function arrayEntry(caller: string, entry: unknown): number | string | null | NDArray {
  if (typeof entry === 'number') {
    if (!Number.isInteger(entry)) {
      throw new TypeError(
        `${caller}: ${entry} is not an index; only whole numbers, slices ('1:3'), '...', null and integer or boolean arrays are.`,
      );
    }
    return entry;
  }
  if (typeof entry === 'string' || entry === null) return entry;
  if (typeof entry === 'bigint') return Number(entry);
  if (typeof entry === 'boolean') return asarray(entry);
  if (typeof entry !== 'object') {
    throw new TypeError(
      `${caller}: ${String(entry)} is not an index; only whole numbers, slices ('1:3'), '...', null and integer or boolean arrays are.`,
    );
  }
  const array =
    Array.isArray(entry) && entry.length === 0 ? empty([0], 'int64') : asarray(entry as ArrayLike, caller);
  if (array.ndim === 0 && array.dtype !== 'bool') {
    const value = Number(array.item());
    if (!Number.isInteger(value))
      throw new TypeError(`${caller}: ${value} is not a whole number, so not an index.`);
    return value;
  }
  if (isFloat(array.dtype)) return wholeNumbers(caller, array);
  return array;
}

/** Lists of numbers are float64 here; as an index they may stand for integers when each of them is one. */
function wholeNumbers(caller: string, a: NDArray): NDArray {
  const data = a.data as Float64Array;
  for (let i = 0; i < data.length; i++) {
    if (!Number.isInteger(data[i])) {
      throw new TypeError(
        `${caller}: arrays used as indices must be of integer or boolean type; element ${i} of this ${a.dtype} array is ${data[i]}.`,
      );
    }
  }
  const out = empty(a.shape, 'int64');
  backend.copy(out, a);
  return out;
}

// ---------------------------------------------------------------- views

/** The view that the basic items select; index arrays and masks leave their axes whole. */
function basicView(a: NDArray, items: readonly Item[]): NDArray {
  const shape: number[] = [];
  const strides: number[] = [];
  let offset = a.offset;
  let axis = 0;
  for (const item of items) {
    if (item.kind === 'new') {
      shape.push(1);
      strides.push(0);
    } else if (item.kind === 'int') {
      offset += item.at * a.stridesEl[axis++];
    } else if (item.kind === 'slice') {
      if (item.length > 0) offset += item.start * a.stridesEl[axis];
      shape.push(item.length);
      strides.push(item.step * a.stridesEl[axis++]);
    } else {
      const count = item.kind === 'mask' ? item.mask.ndim : 1;
      for (let i = 0; i < count; i++, axis++) {
        shape.push(a.shape[axis]);
        strides.push(a.stridesEl[axis]);
      }
    }
  }
  return a.view(shape, strides, offset);
}

const isBasic = (items: readonly Item[]): items is Basic[] =>
  items.every((i) => i.kind !== 'array' && i.kind !== 'mask');

function readView(a: NDArray, items: readonly Basic[]): NDArray {
  return track('slice', basicView(a, items), [a], [(g) => scatterView(g, a.shape, items)], []);
}
register('slice', true);

/** Zeros of `shape` with `g` where the items point: the reverse of reading a view. */
function scatterView(g: NDArray, shape: Shape, items: readonly Basic[]): NDArray {
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
  items.forEach((item, i) => {
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
  });
  // Index arrays that are not neighbours put their axes first.
  if (places[places.length - 1] - places[0] + 1 !== places.length) at = 0;
  const offsets = empty(block, 'int64');
  try {
    backend.indexOffsets(offsets, arrays, dims, steps, axes);
  } catch (error) {
    throw new RangeError(`${caller}: ${(error as Error).message}`);
  }
  return { from: a.view([], [], offset), offsets, restShape, restStrides, block, at };
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
  const only = items.length === 1 ? items[0] : undefined;
  if (only?.kind === 'mask' && only.mask.ndim === a.ndim) {
    const offsets = maskOffsets(only.mask, a);
    const out = empty([offsets.size], a.dtype);
    backend.takeOffsets(out, a, offsets, [], []);
    return track('gather', out, [a], [(g) => scatterAdd(g, a.shape, items)], []);
  }
  const out = gatherCopy(a, resolve(caller, a, items));
  return track('gather', out, [a], [(g) => scatterAdd(g, a.shape, items)], []);
}
register('gather', true);

function maskOffsets(mask: NDArray, a: NDArray): NDArray {
  const offsets = empty([backend.countNonzero(mask)], 'int64');
  backend.maskOffsets(offsets, mask, a.stridesEl);
  return offsets;
}

/** Zeros of `shape` with `g` added where the items point, repeats accumulating: the reverse of a gather. */
function scatterAdd(g: NDArray, shape: Shape, items: readonly Item[]): NDArray {
  const out = emptyZeroed(shape, g.dtype);
  const gather = resolve('at', out, items);
  backend.putOffsets(
    gather.from,
    gather.offsets,
    gather.restShape,
    gather.restStrides,
    place(g, gather, 'out'),
    backend.op.putAdd,
  );
  return track('scatterAdd', out, [g], [(gg) => readAdvanced('at', gg, items)], []);
}
register('scatterAdd', true);

/** Coordinates of the elements that are not zero, one int64 array per axis, in C order. @see numpy.nonzero */
export function nonzero(value: ArrayLike): NDArray[] {
  const a = asarray(value, 'nonzero');
  const n = backend.countNonzero(a);
  const out = empty([Math.max(a.ndim, 1), n], 'int64');
  backend.nonzero(out, a);
  return Array.from({ length: out.shape[0] }, (_, d) => out.view([n], [1], d * n));
}

// ---------------------------------------------------------------- reading and writing

/**
 * Reads with NumPy's indexing rules: `X.at(0)`, `X.at(':', 0)`, `X.at('1:3, ::-1')`, `X.at(mask)`,
 * `X.at(np.arange(N), y)`. Whole numbers and slices give a view that shares memory; index arrays and masks a copy.
 */
export function get(a: NDArray, indices: readonly unknown[]): NDArray {
  const items = parse('at', a, indices);
  return isBasic(items) ? readView(a, items) : readAdvanced('at', a, items);
}

/**
 * Writes with NumPy's indexing rules: `X.set([':', 0], 1)`, `X.set([mask], 0)`, `X.set([rows, y], values)`. The value
 * broadcasts to the selected shape and is converted to the array's dtype.
 * @throws RangeError when the shapes do not broadcast or an index is out of range
 */
export function set(a: NDArray, indices: readonly unknown[], value: ArrayLike): NDArray {
  const items = parse('set', a, indices);
  const v =
    value instanceof NDArray || typeof value === 'number' || typeof value === 'bigint'
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
        [],
      );
  });
  return a;
}
register('set', true);

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

function write(a: NDArray, items: readonly Item[], value: NDArray | number | bigint): void {
  const raw = value instanceof NDArray ? value : finite(a, value);
  if (isBasic(items)) {
    const target = basicView(a, items);
    backend.copy(target, fitted<NDArray | number | bigint>(raw, target.shape));
    return;
  }
  const only = items.length === 1 ? items[0] : undefined;
  if (only?.kind === 'mask' && only.mask.ndim === a.ndim && !(raw instanceof NDArray && raw.ndim > 0)) {
    // One value for all chosen elements: a masked pass is faster than collecting positions.
    backend.elementwise(backend.op.where, a.dtype, a, only.mask, raw, a);
    return;
  }
  const gather = resolve('set', a, items);
  const shape = [...gather.block, ...gather.restShape];
  if (!(raw instanceof NDArray)) {
    backend.putOffsets(gather.from, gather.offsets, gather.restShape, gather.restStrides, raw);
    return;
  }
  const outShape = [
    ...shape.slice(gather.block.length, gather.block.length + gather.at),
    ...gather.block,
    ...shape.slice(gather.block.length + gather.at),
  ];
  const spread = broadcastTo(fitted(raw.detach(), outShape), outShape);
  backend.putOffsets(
    gather.from,
    gather.offsets,
    gather.restShape,
    gather.restStrides,
    place(spread, gather, 'out'),
  );
}

/** NaN and infinities have no integer; NumPy refuses them too. */
function finite(a: NDArray, value: number | bigint): number | bigint {
  if (dtypeInfo[a.dtype].kind !== 'f' && a.dtype !== 'bool' && !Number.isFinite(Number(value))) {
    throw new RangeError(`set: cannot convert ${value} to ${a.dtype}.`);
  }
  return value;
}

/** Checks that a value broadcasts into the selection, dropping leading axes of length 1 as NumPy does. */
function fitted<T extends NDArray | number | bigint>(value: T, shape: Shape): T;
function fitted(value: NDArray | number | bigint, shape: Shape): NDArray | number | bigint {
  if (!(value instanceof NDArray)) return value;
  let v = value;
  while (v.ndim > shape.length && v.shape[0] === 1)
    v = v.view(v.shape.slice(1), v.stridesEl.slice(1), v.offset);
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
export function update(a: NDArray, indices: readonly unknown[], op: string, value: ArrayLike): NDArray {
  const items = parse('set', a, indices);
  const compute = inPlace.get(op);
  if (compute === undefined)
    throw new TypeError(`update: no operation '${op}'; known: ${[...inPlace.keys()].join(', ')}.`);
  if (isBasic(items) && !a.tracked && !(value instanceof NDArray && value.tracked)) {
    compute(basicView(a, items), value);
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
    const gather = resolve('addAt', a, items);
    const shape = gather.restShape
      .slice(0, gather.at)
      .concat(gather.block, gather.restShape.slice(gather.at));
    const spread = broadcastTo(fitted(v.detach(), shape), shape);
    backend.putOffsets(
      gather.from,
      gather.offsets,
      gather.restShape,
      gather.restStrides,
      place(spread, gather, 'out'),
      backend.op.putAdd,
    );
    return (out) =>
      track('addAt', out, [old, v], [(g) => g, (g) => summedTo(readAdvanced('at', g, items), v)], []);
  });
}
register('addAt', true);

/** Elements at the given positions along an axis (of the flattened array without one). @see numpy.take */
export function take(
  value: ArrayLike,
  indices: ArrayLike,
  axis?: number | null | { axis?: number | null },
): NDArray {
  const a = asarray(value, 'take');
  const chosen = typeof axis === 'object' && axis !== null ? axis.axis : axis;
  if (chosen === undefined || chosen === null) return get(reshape(a, [-1]), [asarray(indices, 'take')]);
  const at = chosen < 0 ? chosen + a.ndim : chosen;
  return get(a, [...new Array<string>(at).fill(':'), asarray(indices, 'take')]);
}

method('at', function (...indices: unknown[]) {
  const items = parse('at', this, indices);
  if (isBasic(items)) return readView(this, items);
  const out = readAdvanced('at', this, items);
  out.selection = { source: this, indices };
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
