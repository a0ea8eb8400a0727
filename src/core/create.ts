// From JavaScript values to arrays: numbers, typed arrays, nested lists, arrays among them.

import { type DType, dtypeOfTypedArray, promoteTypes, type Scalar, toRaw } from './dtype.js';
import { type ArrayLike, empty, NDArray, scalar } from './ndarray.js';
import { checkShape, shapeText } from './shape.js';
import { storageOver } from './storage.js';

/** The dtype that a lone JavaScript value has as an array: numbers float64, bigints int64, booleans bool. */
function dtypeOfScalar(value: Scalar): DType {
  return typeof value === 'number' ? 'float64' : typeof value === 'bigint' ? 'int64' : 'bool';
}

const isTyped = (v: unknown): v is ArrayBufferView & ArrayLike & { length: number } =>
  ArrayBuffer.isView(v) && !(v instanceof DataView);

/** The array itself, or a new one made of the value. `dtype` only applies to values that are not arrays yet. */
export function asarray(value: ArrayLike, caller = 'array', dtype?: DType): NDArray {
  if (value instanceof NDArray) return value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') {
    return scalar(value, dtype ?? dtypeOfScalar(value));
  }
  return fromNested(value, caller, dtype);
}

/** A new array with the elements of a nested list, a typed array, or an array (numpy.array with copy=True). */
export function fromNested(value: ArrayLike, caller: string, dtype?: DType): NDArray {
  const found: Found = { dtype: undefined };
  const shape = discover(value, caller, found, []);
  const type = dtype ?? found.dtype ?? 'float64';
  checkShape(caller, shape);
  if (isTyped(value) && dtypeOfTypedArray(value) === type) {
    const copy = (value as Float64Array).slice();
    return new NDArray(storageOver(copy.buffer as ArrayBuffer), type, shape);
  }
  const out = empty(shape, type);
  const raw = out.raw();
  write(value, type, raw as { [i: number]: number | bigint }, 0);
  return out;
}

interface Found {
  dtype: DType | undefined;
}

function discover(value: unknown, caller: string, found: Found, path: number[]): number[] {
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') {
    meet(found, dtypeOfScalar(value));
    return [];
  }
  if (value instanceof NDArray) {
    meet(found, value.dtype);
    return [...value.shape];
  }
  if (isTyped(value)) {
    const type = dtypeOfTypedArray(value);
    if (type !== undefined) meet(found, type);
    else
      meet(
        found,
        value instanceof BigUint64Array ? 'int64' : value instanceof Uint32Array ? 'int64' : 'int32',
      );
    return [value.length];
  }
  if (Array.isArray(value)) {
    if (value.length === 0) return [0];
    if (value.every((v) => typeof v === 'number')) {
      meet(found, 'float64');
      return [value.length];
    }
    const first = discover(value[0], caller, found, [...path, 0]);
    for (let i = 1; i < value.length; i++) {
      const shape = discover(value[i], caller, found, [...path, i]);
      if (shape.length !== first.length || shape.some((n, d) => n !== first[d])) {
        throw new TypeError(
          `${caller}: setting an array element with a sequence. The array has an inhomogeneous shape: element ` +
            `[${[...path, 0].join('][')}] has shape ${shapeText(first)}, element [${[...path, i].join('][')}] ${shapeText(shape)}.`,
        );
      }
    }
    return [value.length, ...first];
  }
  const where = path.length > 0 ? ` at [${path.join('][')}]` : '';
  const what =
    value === undefined
      ? 'undefined'
      : value === null
        ? 'null'
        : typeof value === 'object'
          ? value.constructor?.name
          : `${typeof value} ${String(value).slice(0, 40)}`;
  throw new TypeError(
    `${caller}: cannot make an array element of ${what}${where}; numbers, bigints, booleans, typed arrays and nested lists of them work.`,
  );
}

function meet(found: Found, dtype: DType): void {
  found.dtype = found.dtype === undefined ? dtype : promoteTypes(found.dtype, dtype);
}

function write(value: unknown, dtype: DType, raw: { [i: number]: number | bigint }, at: number): number {
  if (value instanceof NDArray || isTyped(value)) {
    for (const v of value instanceof NDArray ? value.data : (value as Float64Array))
      raw[at++] = toRaw(dtype, v);
    return at;
  }
  if (Array.isArray(value)) {
    const plain = dtype !== 'int64' && dtype !== 'bool';
    for (const v of value) {
      if (plain && typeof v === 'number') raw[at++] = v;
      else at = write(v, dtype, raw, at);
    }
    return at;
  }
  raw[at] = toRaw(dtype, value as Scalar);
  return at + 1;
}
