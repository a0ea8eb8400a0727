// Bits and digits: numbers in other bases, bits packed into bytes, and how floats are written in decimal.

import * as backend from '../backend/index.js';
import { asarray } from '../core/create.js';
import { isInteger } from '../core/dtype.js';
import { type ArrayLike, empty, NDArray } from '../core/ndarray.js';
import { checkOptions } from '../core/options.js';
import { normalizeAxis } from '../core/shape.js';
import { castTo } from '../ops/operands.js';
import { ascontiguousarray, copy, moveaxis, reshape } from '../ops/shape.js';

type Whole = number | bigint | NDArray;

function wholeNumber(caller: string, value: Whole): bigint {
  const v = value instanceof NDArray ? value.item() : value;
  if (typeof v === 'bigint') return v;
  if (!Number.isInteger(v)) throw new TypeError(`${caller}: ${String(v)} is not a whole number.`);
  return BigInt(v);
}

/**
 * A whole number in binary digits; negative ones with a minus sign, or with `width` as two's complement.
 * @see numpy.binary_repr
 * @example np.binaryRepr(-3, 5)   // '11101'
 */
export function binaryRepr(num: Whole, width?: number | null): string {
  const n = wholeNumber('binaryRepr', num);
  if (width === undefined || width === null) return n.toString(2);
  const digits = n >= 0n ? n.toString(2) : (-n).toString(2);
  if (n >= 0n) {
    if (digits.length > width) throw tooNarrow(n, width, digits.length);
    return digits.padStart(width, '0');
  }
  // One bit more than the magnitude, but for powers of two.
  const needed = 1n << BigInt(digits.length - 1) === -n ? digits.length : digits.length + 1;
  if (needed > width) throw tooNarrow(n, width, needed);
  return BigInt.asUintN(width, n).toString(2).padStart(width, '1');
}

const tooNarrow = (n: bigint, width: number, needed: number): RangeError =>
  new RangeError(`binaryRepr: insufficient bit width=${width} provided for ${n}; it takes ${needed}.`);

/**
 * A whole number in a base from 2 to 36, with `padding` more zeros on the left.
 * @see numpy.base_repr
 * @example np.baseRepr(255, 16)   // 'FF'
 */
export function baseRepr(number: Whole, base = 2, padding = 0): string {
  if (!Number.isInteger(base) || base < 2 || base > 36)
    throw new RangeError(`baseRepr: the base must be a whole number from 2 to 36, not ${base}.`);
  const n = wholeNumber('baseRepr', number);
  const digits = (n < 0n ? -n : n).toString(base).toUpperCase();
  // NumPy writes 0 as '0' repeated.
  const text = n === 0n ? (padding > 0 ? '0'.repeat(padding) : '0') : '0'.repeat(padding) + digits;
  return n < 0n ? `-${text}` : text;
}

export interface PackOptions {
  /** The axis to pack along; flattened by default. */
  axis?: number | null;
  /** Which bit comes first: 'big', the highest (default), or 'little'. */
  bitorder?: 'big' | 'little';
}

function order(caller: string, bitorder: unknown): boolean {
  if (bitorder !== 'big' && bitorder !== 'little')
    throw new TypeError(`${caller}: 'order' must be either 'little' or 'big', not '${String(bitorder)}'.`);
  return bitorder === 'little';
}

/**
 * Bits, eight to a byte: elements other than 0 are ones. The last byte is filled up with zeros.
 * @see numpy.packbits
 */
export function packbits(value: ArrayLike, options: PackOptions = {}): NDArray {
  checkOptions('packbits', options, ['axis', 'bitorder']);
  const little = order('packbits', options.bitorder ?? 'big');
  const given = asarray(value, 'packbits');
  if (given.dtype !== 'bool' && !isInteger(given.dtype))
    throw new TypeError(
      `packbits: expected an input array of integer or boolean data type, not ${given.dtype}.`,
    );
  const { axis = null } = options;
  const a = axis === null ? reshape(given, -1) : given;
  const at = normalizeAxis('packbits', axis ?? 0, a.ndim);
  const bits = castTo(a, 'bool');
  const rows = ascontiguousarray(at === a.ndim - 1 ? bits : moveaxis(bits, at, -1));
  const n = rows.shape[rows.ndim - 1];
  const bytes = Math.ceil(n / 8);
  const out = empty([...rows.shape.slice(0, -1), bytes], 'uint8');
  if (out.size > 0) backend.packBits(out, out.size / bytes, n, rows, little);
  return at === a.ndim - 1 ? out : copy(moveaxis(out, -1, at));
}

export interface UnpackOptions extends PackOptions {
  /** How many bits to give; a negative count leaves that many out at the end. All by default. */
  count?: number | null;
}

/**
 * The bits of bytes (uint8) as zeros and ones, the reverse of `packbits`.
 * @see numpy.unpackbits
 */
export function unpackbits(value: ArrayLike, options: UnpackOptions = {}): NDArray {
  checkOptions('unpackbits', options, ['axis', 'bitorder', 'count']);
  const little = order('unpackbits', options.bitorder ?? 'big');
  const given = asarray(value, 'unpackbits');
  if (given.dtype !== 'uint8')
    throw new TypeError(
      `unpackbits: expected an input array of unsigned byte data type (uint8), not ${given.dtype}.`,
    );
  const { axis = null, count = null } = options;
  const a = axis === null ? reshape(given, -1) : given;
  const at = normalizeAxis('unpackbits', axis ?? 0, a.ndim);
  const rows = ascontiguousarray(moveaxis(a, at, -1));
  const bytes = rows.shape[rows.ndim - 1];
  const n = count === null ? bytes * 8 : count < 0 ? bytes * 8 + count : count;
  if (!Number.isInteger(n) || n < 0)
    throw new RangeError(
      `unpackbits: count ${String(count)} leaves out more than the ${bytes * 8} bits that there are.`,
    );
  const out = empty([...rows.shape.slice(0, -1), n], 'uint8');
  if (out.size > 0) backend.unpackBits(out, out.size / n, n, rows, bytes, little);
  return at === a.ndim - 1 ? out : copy(moveaxis(out, -1, at));
}
