// From JavaScript values to arrays: numbers, typed arrays, nested lists, arrays among them.

import { NO_STORAGE } from './batch.js';
import { Complex } from './complex.js';
import {
  type DType,
  dtypeOfTypedArray,
  isComplex,
  isFloat,
  promoteTypes,
  readScalar,
  type Scalar,
  type TypedArray,
  writeScalar,
} from './dtype.js';
import { type ArrayLike, empty, NDArray, scalar } from './ndarray.js';
import { tape } from './node.js';
import { checkShape, shapeText } from './shape.js';
import { storageOver } from './storage.js';

const INT64_MAX = 2n ** 63n - 1n;

/** The dtype that a lone value has as an array: numbers float64, bigints int64, booleans bool, complex numbers complex128. */
function dtypeOfScalar(value: Scalar): DType {
  if (typeof value === 'object') return 'complex128';
  if (typeof value === 'bigint') return value > INT64_MAX ? 'uint64' : 'int64';
  return typeof value === 'number' ? 'float64' : 'bool';
}

/** Whether a value is one element rather than a list of them. */
export const isScalar = (value: unknown): value is Scalar =>
  typeof value === 'number' ||
  typeof value === 'bigint' ||
  typeof value === 'boolean' ||
  value instanceof Complex;

const isTyped = (v: unknown): v is ArrayBufferView & ArrayLike & { length: number } =>
  ArrayBuffer.isView(v) && !(v instanceof DataView);

/** The array itself, or a new one made of the value. `dtype` only applies to values that are not arrays yet. */
export function asarray(value: ArrayLike, caller = 'array', dtype?: DType): NDArray {
  if (value instanceof NDArray) return value;
  if (isScalar(value)) return scalar(value, dtype ?? dtypeOfScalar(value));
  return fromNested(value, caller, dtype);
}

/** How lists of arrays that gradients flow to become one array; set by ops/join.ts and ops/shape.ts. */
export const lists = {
  stack: (_: NDArray[]): NDArray => {
    throw new Error('array: the operations are not loaded.');
  },
  astype: (a: NDArray, _: DType): NDArray => a,
};

const stacked = (value: unknown): NDArray =>
  Array.isArray(value) ? lists.stack(value.map(stacked)) : asarray(value as ArrayLike);

/** A new array with the elements of a nested list, a typed array, or an array (numpy.array with copy=True). */
export function fromNested(value: ArrayLike, caller: string, dtype?: DType): NDArray {
  const found: Found = { dtype: undefined };
  const shape = discover(value, caller, found, []);
  if (found.live && Array.isArray(value)) {
    const out = stacked(value);
    return dtype === undefined ? out : lists.astype(out, dtype);
  }
  const type = dtype ?? found.dtype ?? 'float64';
  checkShape(caller, shape);
  if (isTyped(value) && dtypeOfTypedArray(value) === type) {
    const copy = (value as Float64Array).slice();
    return new NDArray(storageOver(copy.buffer as ArrayBuffer), type, shape);
  }
  if (found.dtype !== undefined && isComplex(found.dtype) && !isComplex(type) && type !== 'bool') {
    throw new TypeError(
      `${caller}: cannot make ${type} elements of complex numbers; take np.real(z) or np.abs(z).`,
    );
  }
  const out = empty(shape, type);
  write(value, type, out.raw(), 0);
  return out;
}

interface Found {
  dtype: DType | undefined;
  /** An element is on the tape, or stands for a batch: it must not be read as numbers. */
  live?: boolean;
}

function discover(value: unknown, caller: string, found: Found, path: number[]): number[] {
  if (isScalar(value)) {
    meet(found, dtypeOfScalar(value));
    return [];
  }
  if (value instanceof NDArray) {
    if ((value.tracked && tape.recording) || value.storage === NO_STORAGE) found.live = true;
    meet(found, value.dtype);
    return [...value.shape];
  }
  if (isTyped(value)) {
    const type = dtypeOfTypedArray(value);
    if (type !== undefined) meet(found, type);
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
    `${caller}: cannot make an array element of ${what}${where}; numbers, bigints, booleans, complex numbers, typed arrays and nested lists of them work.`,
  );
}

function meet(found: Found, dtype: DType): void {
  found.dtype = found.dtype === undefined ? dtype : promoteTypes(found.dtype, dtype);
}

/** Writes the elements of a value from position `at` on; returns the position after them. */
function write(value: unknown, dtype: DType, raw: TypedArray, at: number): number {
  if (value instanceof NDArray) {
    const data = value.data;
    for (let i = 0; i < value.size; i++) writeScalar(dtype, raw, at++, readScalar(value.dtype, data, i));
    return at;
  }
  if (isTyped(value)) {
    for (const v of value as Float64Array) writeScalar(dtype, raw, at++, v);
    return at;
  }
  if (Array.isArray(value)) {
    const plain = isFloat(dtype);
    for (const v of value) {
      if (plain && typeof v === 'number') raw[at++] = v as never;
      else at = write(v, dtype, raw, at);
    }
    return at;
  }
  writeScalar(dtype, raw, at, value as Scalar);
  return at + 1;
}
