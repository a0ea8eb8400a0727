// What stands between the brackets of an index: whole numbers, slice strings, null, index arrays and masks are parsed
// against a shape into one item per axis. Reading and writing with the items is in index.ts.

import * as backend from '../backend/index.js';
import { asarray } from '../core/create.js';
import { isFloat } from '../core/dtype.js';
import { type ArrayLike, empty, NDArray } from '../core/ndarray.js';
import { MAX_DIMS, shapeText } from '../core/shape.js';
import { Tuple } from '../core/tuple.js';

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
  | Uint8Array
  | Tuple<NDArray | number>;

/** A view's part of an index, per axis of the source or new axis. */
export type Basic =
  | { readonly kind: 'int'; readonly at: number }
  | { readonly kind: 'slice'; readonly start: number; readonly step: number; readonly length: number }
  | { readonly kind: 'new' };

/** An index array, for one axis of the source. */
export interface Advanced {
  readonly kind: 'array';
  readonly index: NDArray;
}

/** A mask over several axes stands for the coordinates of its true elements. */
export interface Masked {
  readonly kind: 'mask';
  readonly mask: NDArray;
}

export type Item = Basic | Advanced | Masked;

// ---------------------------------------------------------------- parsing

/** What stands between the brackets when that is a tuple alone: its entries. */
export function entriesOf(indices: readonly unknown[]): readonly unknown[] {
  return indices.length === 1 && indices[0] instanceof Tuple ? indices[0] : indices;
}

/** A slice as it is written, for axes of any length. */
interface Slice {
  readonly start?: number;
  readonly stop?: number;
  readonly step: number;
}

type Entry = number | '...' | null | Slice | NDArray;

const written = new Map<string, readonly Entry[]>();

/** What a string index says, entry by entry; programs use few different ones, so that is kept. */
function stringEntries(caller: string, text: string): readonly Entry[] {
  let found = written.get(text);
  if (found === undefined) {
    found = text.split(',').map((part) => stringEntry(caller, part.trim()));
    if (written.size > 1000) written.clear();
    written.set(text, found);
  }
  return found;
}

const sliceForm = /^(-?\d+)?\s*:\s*(-?\d+)?\s*(?::\s*(-?\d+)?)?$/;

function stringEntry(caller: string, text: string): Entry {
  if (text === '...') return text;
  if (text === 'newaxis' || text === 'None' || text === 'null') return null;
  if (/^-?\d+$/.test(text)) return Number(text);
  const match = sliceForm.exec(text);
  if (match === null) {
    throw new SyntaxError(
      `${caller}: '${text}' is not an index; slices look like ':', '1:3', '::-1', '...'.`,
    );
  }
  const [start, stop, step = 1] = match.slice(1).map((n) => (n === undefined ? undefined : Number(n)));
  if (step === 0) throw new RangeError(`${caller}: slice step cannot be zero, in '${text}'.`);
  return { start, stop, step };
}

function sliceOf({ start, stop, step }: Slice, length: number): Basic {
  const from = bound(start, step, length, step > 0 ? 0 : length - 1);
  const to = bound(stop, step, length, step > 0 ? length : -1);
  return { kind: 'slice', start: from, step, length: Math.max(0, Math.ceil((to - from) / step)) };
}

/** Where an end of a slice lies on an axis of this length. */
function bound(n: number | undefined, step: number, length: number, otherwise: number): number {
  if (n === undefined) return otherwise;
  const at = n < 0 ? n + length : n;
  return step > 0 ? Math.min(Math.max(at, 0), length) : Math.min(Math.max(at, -1), length - 1);
}

/** Turns the entries into one item per axis of the source (masks cover several), with new axes between. */
export function parse(caller: string, a: NDArray, indices: readonly unknown[]): Item[] {
  const entries: Entry[] = [];
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i];
    if (typeof index === 'string') {
      const several = stringEntries(caller, index);
      for (let k = 0; k < several.length; k++) entries.push(several[k]);
    } else entries.push(arrayEntry(caller, index));
  }
  let covered = 0;
  let ellipsis = -1;
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i];
    if (entry === '...') {
      if (ellipsis >= 0) throw new RangeError(`${caller}: an index can only have a single ellipsis ('...').`);
      ellipsis = i;
    } else if (entry instanceof NDArray && entry.dtype === 'bool') covered += entry.ndim;
    else if (entry !== null) covered++;
  }
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
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i];
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
    } else if (typeof entry === 'number') {
      const n = a.shape[axis];
      const at = entry < 0 ? entry + n : entry;
      if (!(at >= 0 && at < n))
        throw new RangeError(`${caller}: index ${entry} is out of bounds for axis ${axis} with size ${n}.`);
      items.push({ kind: 'int', at });
      axis++;
    } else {
      items.push(sliceOf(entry as Slice, a.shape[axis++]));
    }
  }
  if (ellipsis < 0) whole(a.ndim - covered);
  if (items.length > MAX_DIMS) {
    const ndim = items.filter((item) => item.kind !== 'int').length;
    if (ndim > MAX_DIMS)
      throw new RangeError(
        `${caller}: ${ndim} dimensions with the new axes; an array has at most ${MAX_DIMS}.`,
      );
  }
  return items;
}

/** An entry that is no string: a whole number, null, or an index array of integers or booleans. */
function arrayEntry(caller: string, entry: unknown): number | null | NDArray {
  if (typeof entry === 'number') {
    if (!Number.isInteger(entry)) {
      throw new TypeError(
        `${caller}: ${entry} is not an index; only whole numbers, slices ('1:3'), '...', null and integer or boolean arrays are.`,
      );
    }
    return entry;
  }
  if (entry === null) return null;
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
  let flat = a;
  if (!a.contiguous && a.ndim !== 1) {
    flat = empty(a.shape, a.dtype);
    backend.copy(flat, a);
  }
  const out = empty(a.shape, 'int64');
  try {
    backend.wholeNumbers(out, flat);
  } catch (error) {
    throw new TypeError(`${caller}: ${(error as Error).message}`);
  }
  return out;
}

// ---------------------------------------------------------------- views

/** The view that the basic items select; index arrays and masks leave their axes whole. */
export function basicView(a: NDArray, items: readonly Item[]): NDArray {
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
  return a.remap(shape, strides, offset);
}

export function isBasic(items: readonly Item[]): items is Basic[] {
  for (let i = 0; i < items.length; i++) {
    const { kind } = items[i];
    if (kind === 'array' || kind === 'mask') return false;
  }
  return true;
}
