// Questions about element types: their limits, which converts to which, and what several of them together give.

import { asarray } from '../core/create.js';
import {
  type DType,
  dtypeInfo,
  dtypes,
  isComplex,
  isFloat,
  isInexact,
  isInteger,
  promoteTypes,
  promoteWeak,
  realType,
  toDType,
} from '../core/dtype.js';
import { type ArrayLike, NDArray } from '../core/ndarray.js';
import { type Casting, canCast as castable } from '../ops/ufunc.js';

/** A dtype's name, or an array that has one. */
export type DTypeSource = DType | 'float' | 'int' | 'complex' | NDArray;

const typeOf = (caller: string, source: DTypeSource | string): DType =>
  source instanceof NDArray ? source.dtype : toDType(source, caller);

export interface FloatInfo {
  readonly dtype: DType;
  readonly bits: number;
  /** The gap between 1 and the next number. */
  readonly eps: number;
  /** The gap between 1 and the number before it. */
  readonly epsneg: number;
  readonly max: number;
  readonly min: number;
  /** The smallest number of full precision. */
  readonly tiny: number;
  readonly smallest_normal: number;
  /** The smallest number above 0. */
  readonly smallest_subnormal: number;
  /** Bits of the mantissa and of the exponent. */
  readonly nmant: number;
  readonly nexp: number;
  /** Decimal digits that are certain, and 10 to minus their number. */
  readonly precision: number;
  readonly resolution: number;
  readonly maxexp: number;
  readonly minexp: number;
}

/** The limits of a floating point dtype; of a complex one, those of its parts. @see numpy.finfo */
export function finfo(dtype: DTypeSource = 'float64'): FloatInfo {
  const given = typeOf('finfo', dtype);
  const type = realType(given);
  if (!isFloat(type))
    throw new TypeError(`finfo: data type ${given} is not inexact; np.iinfo describes integers.`);
  const [bits, nmant, nexp, precision] = type === 'float64' ? [64, 52, 11, 15] : [32, 23, 8, 6];
  const maxexp = 2 ** (nexp - 1);
  const minexp = 2 - maxexp;
  const max = (2 - 2 ** -nmant) * 2 ** (maxexp - 1);
  return {
    dtype: type,
    bits,
    eps: 2 ** -nmant,
    epsneg: 2 ** (-nmant - 1),
    max,
    min: -max,
    tiny: 2 ** minexp,
    smallest_normal: 2 ** minexp,
    smallest_subnormal: 2 ** (minexp - nmant),
    nmant,
    nexp,
    precision,
    resolution: Number(`1e-${precision}`),
    maxexp,
    minexp,
  };
}

/** The limits of an integer dtype; those of 64 bits are bigints. @see numpy.iinfo */
export function iinfo(dtype: DTypeSource = 'int64'): {
  dtype: DType;
  bits: number;
  min: number | bigint;
  max: number | bigint;
} {
  const type = typeOf('iinfo', dtype);
  if (!isInteger(type))
    throw new TypeError(`iinfo: invalid integer data type ${type}; np.finfo describes floating point.`);
  const { itemsize, min, max } = dtypeInfo[type];
  return itemsize === 8
    ? { dtype: type, bits: 64, min, max }
    : { dtype: type, bits: itemsize * 8, min: Number(min), max: Number(max) };
}

const isName = (v: unknown): v is DType => typeof v === 'string';

/**
 * The dtype that an operation on these gives: arrays, names of dtypes, and numbers, which are weak.
 * @see numpy.result_type
 * @example np.resultType('int32', 'float32')   // 'float64'
 * np.resultType(np.zeros(3, 'float32'), 2)     // 'float32'
 */
export function resultType(...values: (ArrayLike | DType)[]): DType {
  if (values.length === 0) throw new TypeError('resultType: at least one array or dtype is required.');
  const strong: DType[] = [];
  const weak: (number | bigint)[] = [];
  for (const v of values) {
    if (isName(v)) strong.push(toDType(v, 'resultType'));
    else if (typeof v === 'number' || typeof v === 'bigint') weak.push(v);
    else strong.push(asarray(v, 'resultType').dtype);
  }
  if (strong.length === 0) return weak.some((v) => typeof v === 'number') ? 'float64' : 'int64';
  return weak.reduce<DType>((t, v) => promoteWeak(t, v), strong.reduce(promoteTypes));
}

/** The smallest dtype that holds the values of both. @see numpy.promote_types */
export const promoteDtypes = (a: DType, b: DType): DType =>
  promoteTypes(toDType(a, 'promoteTypes'), toDType(b, 'promoteTypes'));

/**
 * Whether elements of one dtype may be converted to another under a casting rule.
 * @param casting 'no', 'equiv', 'safe' (default), 'same_kind' or 'unsafe'
 * @see numpy.can_cast
 */
export function canCast(from: DTypeSource, to: DTypeSource, casting: Casting = 'safe'): boolean {
  if (!['no', 'equiv', 'safe', 'same_kind', 'unsafe'].includes(casting))
    throw new TypeError(
      `canCast: casting must be one of 'no', 'equiv', 'safe', 'same_kind', or 'unsafe', not '${casting}'.`,
    );
  return castable(typeOf('canCast', from), typeOf('canCast', to), casting);
}

/** The inexact dtype that holds the values of all arrays; integers count as float64. @see numpy.common_type */
export function commonType(...arrays: ArrayLike[]): DType {
  if (arrays.length === 0) throw new TypeError('commonType: at least one array is required.');
  const inexact = (a: ArrayLike): DType => {
    const { dtype } = asarray(a, 'commonType');
    if (dtype === 'bool')
      throw new TypeError("commonType: can't get common type for non-numeric array: bool.");
    return isInexact(dtype) ? dtype : 'float64';
  };
  return arrays.map(inexact).reduce(promoteTypes);
}

/** The smallest dtype that holds a value; of an array, its dtype. @see numpy.min_scalar_type */
export function minScalarType(value: ArrayLike): DType {
  const a = asarray(value, 'minScalarType');
  if (a.ndim > 0 || a.dtype === 'bool') return a.dtype;
  const v = a.item() as unknown as number | bigint;
  if (isInteger(a.dtype) || (typeof value === 'number' && Number.isInteger(value))) {
    const n = BigInt(v);
    const fits = dtypes.filter((d) => isInteger(d) && n >= dtypeInfo[d].min && n <= dtypeInfo[d].max);
    fits.sort(
      (p, q) =>
        dtypeInfo[p].itemsize - dtypeInfo[q].itemsize ||
        Number(dtypeInfo[p].kind === 'i') - Number(dtypeInfo[q].kind === 'i'),
    );
    return fits[0];
  }
  if (isComplex(a.dtype)) return 'complex64';
  return Number.isFinite(v) && Math.abs(v as number) > finfo('float32').max ? 'float64' : 'float32';
}

const kinds: Readonly<Record<string, string>> = {
  generic: 'fiubc',
  number: 'fiuc',
  inexact: 'fc',
  floating: 'f',
  complexfloating: 'c',
  integer: 'iu',
  signedinteger: 'i',
  unsignedinteger: 'u',
};

/**
 * Whether a dtype belongs to a family: 'number', 'inexact', 'floating', 'complexfloating', 'integer', 'signedinteger',
 * 'unsignedinteger', 'generic', or is a given dtype.
 * @see numpy.issubdtype
 */
export function issubdtype(dtype: DTypeSource, family: string): boolean {
  const type = typeOf('issubdtype', dtype);
  const letters = kinds[family];
  return letters === undefined
    ? toDType(family, 'issubdtype') === type
    : letters.includes(dtypeInfo[type].kind);
}
