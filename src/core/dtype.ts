// The element types of arrays: names, codes shared with the native side, sizes, and NumPy's promotion
// rules (NEP 50). Nothing here knows about arrays.

export type DType = 'float64' | 'float32' | 'int64' | 'int32' | 'uint8' | 'bool';

export type TypedArray = Float64Array | Float32Array | BigInt64Array | Int32Array | Uint8Array;

/** What one element reads as in JavaScript. int64 elements read as plain numbers while they are safe integers. */
export type Scalar = number | bigint | boolean;

type Kind = 'f' | 'i' | 'u' | 'b';

interface DTypeInfo {
  readonly code: number;
  readonly itemsize: number;
  readonly kind: Kind;
  readonly min: bigint;
  readonly max: bigint;
}

// The codes are part of the command protocol of native/command.h.
export const dtypeInfo: Readonly<Record<DType, DTypeInfo>> = {
  float64: { code: 0, itemsize: 8, kind: 'f', min: 0n, max: 0n },
  float32: { code: 1, itemsize: 4, kind: 'f', min: 0n, max: 0n },
  int64: { code: 2, itemsize: 8, kind: 'i', min: -(2n ** 63n), max: 2n ** 63n - 1n },
  int32: { code: 3, itemsize: 4, kind: 'i', min: -(2n ** 31n), max: 2n ** 31n - 1n },
  uint8: { code: 4, itemsize: 1, kind: 'u', min: 0n, max: 255n },
  bool: { code: 5, itemsize: 1, kind: 'b', min: 0n, max: 1n },
};

export const dtypes = Object.keys(dtypeInfo) as DType[];

// Spellings that NumPy and PyTorch users type.
const aliases: Readonly<Record<string, DType>> = {
  float: 'float64',
  double: 'float64',
  f8: 'float64',
  f4: 'float32',
  int: 'int64',
  i8: 'int64',
  i4: 'int32',
  u1: 'uint8',
  boolean: 'bool',
};

/** The dtype that a name stands for. Throws, naming the known ones, when there is none. */
export function toDType(name: string, caller = 'dtype'): DType {
  if (Object.hasOwn(dtypeInfo, name)) return name as DType;
  const known = aliases[name];
  if (known) return known;
  throw new TypeError(`${caller}: data type '${name}' not understood. Known: ${dtypes.join(', ')}.`);
}

export const itemsize = (dtype: DType): number => dtypeInfo[dtype].itemsize;
export const isFloat = (dtype: DType): boolean => dtypeInfo[dtype].kind === 'f';
export const isInteger = (dtype: DType): boolean =>
  dtypeInfo[dtype].kind === 'i' || dtypeInfo[dtype].kind === 'u';

/** The dtype that holds both operands' values (numpy.promote_types). */
export function promoteTypes(a: DType, b: DType): DType {
  if (a === b) return a;
  const x = dtypeInfo[a];
  const y = dtypeInfo[b];
  if (x.kind === 'b') return b;
  if (y.kind === 'b') return a;
  if (x.kind === 'f' && y.kind === 'f') return x.itemsize > y.itemsize ? a : b;
  if (x.kind === 'f') return y.itemsize <= 2 ? a : 'float64';
  if (y.kind === 'f') return promoteTypes(b, a);
  // Both are integers; an unsigned one fits into every wider signed one.
  return x.itemsize > y.itemsize ? a : b;
}

/**
 * The dtype of an operation between an array of `dtype` and a JavaScript number, which is a weak scalar: an
 * integer-valued number counts as a Python int, any other as a float (NEP 50).
 */
export function promoteWeak(dtype: DType, value: number | bigint): DType {
  const kind = dtypeInfo[dtype].kind;
  if (kind === 'f') return dtype;
  if (typeof value === 'number' && !Number.isInteger(value)) return 'float64';
  return kind === 'b' ? 'int64' : dtype;
}

/** Throws where NEP 50 does: an integer that does not exist in the array's integer dtype. */
export function checkWeak(caller: string, dtype: DType, value: number | bigint): void {
  const info = dtypeInfo[dtype];
  if (info.kind === 'f' || (typeof value === 'number' && !Number.isInteger(value))) return;
  if (value < info.min || value > info.max) {
    throw new RangeError(
      `${caller}: the integer ${value} is out of bounds for ${dtype} (${info.min} to ${info.max}). ` +
        `Convert the array first, e.g. x.astype('int64').`,
    );
  }
}

const kindOrder: Record<Kind, number> = { b: 0, u: 1, i: 2, f: 3 };

/** Whether NumPy's casting rule 'same_kind' lets `from` be written into `to` (float64 into float32, not into int). */
export function canCastSameKind(from: DType, to: DType): boolean {
  return kindOrder[dtypeInfo[from].kind] <= kindOrder[dtypeInfo[to].kind];
}

/** A typed array of `dtype` over `buffer`. bool shares uint8's bytes. */
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
  return undefined;
}

/** Reads a raw element as users see it. */
export function readScalar(dtype: DType, raw: number | bigint): Scalar {
  if (dtype === 'bool') return raw !== 0;
  if (typeof raw === 'bigint') {
    const n = Number(raw);
    return Number.isSafeInteger(n) ? n : raw;
  }
  return raw;
}

/** Turns a user's value into the raw element of `dtype`, with C's conversions (floats truncate, integers wrap). */
export function toRaw(dtype: DType, value: Scalar): number | bigint {
  switch (dtype) {
    case 'bool':
      return value ? 1 : 0;
    case 'int64':
      if (typeof value === 'bigint') return BigInt.asIntN(64, value);
      return Number.isFinite(Number(value))
        ? BigInt.asIntN(64, BigInt(Math.trunc(Number(value))))
        : -(2n ** 63n);
    default:
      // Typed arrays wrap integers and truncate floats by themselves.
      return Number(value);
  }
}
