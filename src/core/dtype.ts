// The element types of arrays: names, codes shared with the native side, sizes, and NumPy's promotion
// rules (NEP 50). Nothing here knows about arrays.

import { Complex } from './complex.js';

export type DType =
  | 'float64'
  | 'float32'
  | 'int64'
  | 'int32'
  | 'uint8'
  | 'bool'
  | 'int8'
  | 'int16'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'complex128'
  | 'complex64';

export type TypedArray =
  | Float64Array
  | Float32Array
  | BigInt64Array
  | Int32Array
  | Uint8Array
  | Int8Array
  | Int16Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array;

/**
 * A typed array, as far as a parameter has to say: the checker compares an argument with these four members instead of
 * with all methods of eleven classes.
 */
export interface TypedArrayLike {
  readonly BYTES_PER_ELEMENT: number;
  readonly buffer: ArrayBufferLike;
  readonly length: number;
  readonly [index: number]: number | bigint;
}

/**
 * What one element reads as in JavaScript. int64 and uint64 elements read as plain numbers while they are safe integers.
 */
export type Scalar = number | bigint | boolean | Complex;

type Kind = 'f' | 'i' | 'u' | 'b' | 'c';

interface DTypeInfo {
  readonly code: number;
  readonly itemsize: number;
  readonly kind: Kind;
  readonly min: bigint;
  readonly max: bigint;
}

const inexact = (code: number, kind: 'f' | 'c', itemsize: number): DTypeInfo => ({
  code,
  itemsize,
  kind,
  min: 0n,
  max: 0n,
});

const integer = (code: number, kind: 'i' | 'u', itemsize: number): DTypeInfo => {
  const bits = BigInt(8 * itemsize);
  return kind === 'u'
    ? { code, itemsize, kind, min: 0n, max: 2n ** bits - 1n }
    : { code, itemsize, kind, min: -(2n ** (bits - 1n)), max: 2n ** (bits - 1n) - 1n };
};

// The codes are part of the command protocol of native/command.h.
export const dtypeInfo: Readonly<Record<DType, DTypeInfo>> = {
  float64: inexact(0, 'f', 8),
  float32: inexact(1, 'f', 4),
  int64: integer(2, 'i', 8),
  int32: integer(3, 'i', 4),
  uint8: integer(4, 'u', 1),
  bool: { code: 5, itemsize: 1, kind: 'b', min: 0n, max: 1n },
  int8: integer(6, 'i', 1),
  int16: integer(7, 'i', 2),
  uint16: integer(8, 'u', 2),
  uint32: integer(9, 'u', 4),
  uint64: integer(10, 'u', 8),
  complex128: inexact(11, 'c', 16),
  complex64: inexact(12, 'c', 8),
};

export const dtypes = Object.keys(dtypeInfo) as DType[];

const { float64, float32, int64, bool } = dtypeInfo;

/** `dtypeInfo[dtype]` for code that runs at every call: comparisons cost a tenth of a look-up by name. */
export function infoOf(dtype: DType): DTypeInfo {
  if (dtype === 'float64') return float64;
  if (dtype === 'float32') return float32;
  if (dtype === 'bool') return bool;
  return dtype === 'int64' ? int64 : dtypeInfo[dtype];
}

// Spellings that NumPy and PyTorch users type.
const aliases: Readonly<Record<string, DType>> = {
  float: 'float64',
  double: 'float64',
  f8: 'float64',
  f4: 'float32',
  int: 'int64',
  i8: 'int64',
  i4: 'int32',
  i2: 'int16',
  i1: 'int8',
  uint: 'uint64',
  u8: 'uint64',
  u4: 'uint32',
  u2: 'uint16',
  u1: 'uint8',
  complex: 'complex128',
  c16: 'complex128',
  c8: 'complex64',
  boolean: 'bool',
  bool_: 'bool',
};

/** The dtype that a name stands for. Throws, naming the known ones, when there is none. */
export function toDType(name: string, caller = 'dtype'): DType {
  if (Object.hasOwn(dtypeInfo, name)) return name as DType;
  const known = aliases[name];
  if (known) return known;
  throw new TypeError(`${caller}: data type '${name}' not understood. Known: ${dtypes.join(', ')}.`);
}

export const itemsize = (dtype: DType): number => infoOf(dtype).itemsize;
export const isFloat = (dtype: DType): boolean => infoOf(dtype).kind === 'f';
export const isComplex = (dtype: DType): boolean => infoOf(dtype).kind === 'c';
/** Floating point or complex: the dtypes that have gradients, and that functions such as exp keep. */
export function isInexact(dtype: DType): boolean {
  const { kind } = infoOf(dtype);
  return kind === 'f' || kind === 'c';
}
export function isInteger(dtype: DType): boolean {
  const { kind } = infoOf(dtype);
  return kind === 'i' || kind === 'u';
}

/** The dtype of the real and imaginary parts; of a real dtype, itself. */
export const realType = (dtype: DType): DType =>
  dtype === 'complex128' ? 'float64' : dtype === 'complex64' ? 'float32' : dtype;

/** The complex dtype with parts that hold a dtype's values. */
export const complexType = (dtype: DType): DType =>
  isComplex(dtype) || dtype === 'float32'
    ? itemsize(dtype) === 16
      ? 'complex128'
      : 'complex64'
    : 'complex128';

const signedOf: Readonly<Record<number, DType>> = { 1: 'int8', 2: 'int16', 4: 'int32', 8: 'int64' };

/** The dtype that holds both operands' values (numpy.promote_types). */
export function promoteTypes(a: DType, b: DType): DType {
  if (a === b) return a;
  const x = dtypeInfo[a];
  const y = dtypeInfo[b];
  if (x.kind === 'b') return b;
  if (y.kind === 'b') return a;
  if (x.kind === y.kind) return x.itemsize > y.itemsize ? a : b;
  if (x.kind === 'c') return promoteTypes(realType(a), b) === realType(a) ? a : 'complex128';
  if (y.kind === 'c') return promoteTypes(b, a);
  if (x.kind === 'f') return y.itemsize <= 2 ? a : 'float64';
  if (y.kind === 'f') return promoteTypes(b, a);
  // A signed and an unsigned integer: the signed one when it is wider, else one wider than the unsigned.
  const [signed, unsigned] = x.kind === 'i' ? [x, y] : [y, x];
  if (signed.itemsize > unsigned.itemsize) return signed === x ? a : b;
  return signedOf[2 * unsigned.itemsize] ?? 'float64';
}

/**
 * The dtype of an operation between an array of `dtype` and a JavaScript number, which is a weak scalar: an
 * integer-valued number counts as a Python int, any other as a float, a Complex as a complex (NEP 50).
 */
export function promoteWeak(dtype: DType, value: number | bigint | Complex): DType {
  const { kind } = infoOf(dtype);
  if (kind === 'c') return dtype;
  if (typeof value === 'object') return complexType(dtype);
  if (kind === 'f') return dtype;
  if (typeof value === 'number' && !Number.isInteger(value)) return 'float64';
  return kind === 'b' ? 'int64' : dtype;
}

/** Throws where NEP 50 does: an integer that does not exist in the array's integer dtype. */
export function checkWeak(caller: string, dtype: DType, value: number | bigint | Complex): void {
  const info = infoOf(dtype);
  if (
    isInexact(dtype) ||
    typeof value === 'object' ||
    (typeof value === 'number' && !Number.isInteger(value))
  )
    return;
  if (value < info.min || value > info.max) {
    throw new RangeError(
      `${caller}: the integer ${value} is out of bounds for ${dtype} (${info.min} to ${info.max}). ` +
        `Convert the array first, e.g. x.astype('int64').`,
    );
  }
}

const kindOrder: Record<Kind, number> = { b: 0, u: 1, i: 2, f: 3, c: 4 };

/** Whether NumPy's casting rule 'same_kind' lets `from` be written into `to` (float64 into float32, not into int). */
export function canCastSameKind(from: DType, to: DType): boolean {
  return kindOrder[dtypeInfo[from].kind] <= kindOrder[dtypeInfo[to].kind];
}

/**
 * A typed array of `length` elements of `dtype` over `buffer`. bool shares uint8's bytes; a complex element is two
 * numbers, real and imaginary part.
 */
export function typedView(dtype: DType, buffer: ArrayBuffer, byteOffset: number, length: number): TypedArray {
  switch (dtype) {
    case 'float64':
      return new Float64Array(buffer, byteOffset, length);
    case 'float32':
      return new Float32Array(buffer, byteOffset, length);
    case 'int64':
      return new BigInt64Array(buffer, byteOffset, length);
    case 'int32':
      return new Int32Array(buffer, byteOffset, length);
    case 'int8':
      return new Int8Array(buffer, byteOffset, length);
    case 'int16':
      return new Int16Array(buffer, byteOffset, length);
    case 'uint16':
      return new Uint16Array(buffer, byteOffset, length);
    case 'uint32':
      return new Uint32Array(buffer, byteOffset, length);
    case 'uint64':
      return new BigUint64Array(buffer, byteOffset, length);
    case 'complex128':
      return new Float64Array(buffer, byteOffset, 2 * length);
    case 'complex64':
      return new Float32Array(buffer, byteOffset, 2 * length);
    default:
      return new Uint8Array(buffer, byteOffset, length);
  }
}

/** The dtype of a JavaScript typed array; undefined for those that have no counterpart. */
export function dtypeOfTypedArray(a: ArrayBufferView): DType | undefined {
  if (a instanceof Float64Array) return 'float64';
  if (a instanceof Float32Array) return 'float32';
  if (a instanceof BigInt64Array) return 'int64';
  if (a instanceof Int32Array) return 'int32';
  if (a instanceof Uint8Array || a instanceof Uint8ClampedArray) return 'uint8';
  if (a instanceof Int8Array) return 'int8';
  if (a instanceof Int16Array) return 'int16';
  if (a instanceof Uint16Array) return 'uint16';
  if (a instanceof Uint32Array) return 'uint32';
  if (a instanceof BigUint64Array) return 'uint64';
  return undefined;
}

/** Reads element `at` of a typed array of `dtype` as users see it. */
export function readScalar(dtype: DType, raw: TypedArray, at: number): Scalar {
  if (isComplex(dtype)) return new Complex(raw[2 * at] as number, raw[2 * at + 1] as number);
  const value = raw[at];
  if (dtype === 'bool') return value !== 0;
  if (typeof value === 'bigint') {
    const n = Number(value);
    return Number.isSafeInteger(n) ? n : value;
  }
  return value;
}

/** Writes a user's value as element `at`, with C's conversions: floats truncate, integers wrap. */
export function writeScalar(dtype: DType, raw: TypedArray, at: number, value: Scalar): void {
  if (isComplex(dtype)) {
    const complex = value instanceof Complex;
    raw[2 * at] = complex ? value.re : (Number(value) as never);
    raw[2 * at + 1] = complex ? value.im : (0 as never);
    return;
  }
  raw[at] = toRaw(dtype, value) as never;
}

function toRaw(dtype: DType, value: Scalar): number | bigint {
  if (value instanceof Complex) {
    if (dtype !== 'bool')
      throw new TypeError(`cannot convert the complex number ${value} to ${dtype}; take its re or im.`);
    return value.re !== 0 || value.im !== 0 ? 1 : 0;
  }
  switch (dtype) {
    case 'bool':
      return value ? 1 : 0;
    case 'int64':
      return wide(value);
    case 'uint64':
      return BigInt.asUintN(64, wide(value));
    default:
      // Typed arrays wrap integers and truncate floats by themselves.
      return typeof value === 'bigint' && isInteger(dtype) ? Number(BigInt.asIntN(32, value)) : Number(value);
  }
}

function wide(value: number | bigint | boolean): bigint {
  if (typeof value === 'bigint') return BigInt.asIntN(64, value);
  return Number.isFinite(Number(value)) ? BigInt.asIntN(64, BigInt(Math.trunc(Number(value)))) : -(2n ** 63n);
}
