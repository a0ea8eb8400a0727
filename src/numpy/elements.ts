// Functions of each element that are composed of others: choices by condition, angles, NaN replaced, and any function
// of numbers made a function of arrays.

import { asarray } from '../core/create.js';
import { type DType, dtypeInfo, isFloat, promoteTypes, toDType } from '../core/dtype.js';
import { type ArrayLike, NDArray } from '../core/ndarray.js';
import { broadcastShapes, type Shape } from '../core/shape.js';
import { where as choose, div, equal, floorDivide, isnan, mod, mul, pow, sin } from '../ops/elementwise.js';
import { nonzero } from '../ops/index.js';
import { broadcastTo, reshape } from '../ops/shape.js';

/**
 * Elements of `a` where the condition holds, of `b` elsewhere. Of a condition alone, the coordinates where it holds, as
 * `np.nonzero`.
 * @see numpy.where
 */
export function where(condition: ArrayLike): NDArray[];
export function where(condition: ArrayLike, a: ArrayLike, b: ArrayLike): NDArray;
export function where(condition: ArrayLike, a?: ArrayLike, b?: ArrayLike): NDArray | NDArray[] {
  if (a === undefined && b === undefined) return nonzero(condition);
  if (a === undefined || b === undefined)
    throw new TypeError('where: either both or neither of a and b should be given.');
  return choose(condition, a, b);
}

/** Degrees to radians. @see numpy.deg2rad */
export const deg2rad = (a: ArrayLike): NDArray => mul(a, Math.PI / 180);

/** Radians to degrees. @see numpy.rad2deg */
export const rad2deg = (a: ArrayLike): NDArray => mul(a, 180 / Math.PI);

/** 2 to the power a. @see numpy.exp2 */
export const exp2 = (a: ArrayLike): NDArray => pow(2, floating(a));

/** a to the power b, in floating point. @see numpy.float_power */
export const floatPower = (a: ArrayLike, b: ArrayLike): NDArray => pow(asarray(a).astype('float64'), b);

/** sin(pi a) / (pi a), 1 at 0. @see numpy.sinc */
export function sinc(a: ArrayLike): NDArray {
  // As NumPy: a tiny number in the place of 0 keeps the division defined.
  const x = mul(where(equal(a, 0), 1e-20, floating(a)), Math.PI);
  return div(sin(x), x);
}

const floating = (a: ArrayLike): NDArray => {
  const x = asarray(a);
  return isFloat(x.dtype) ? x : x.astype('float64');
};

/** 0 below zero, 1 above, `half` at zero. @see numpy.heaviside */
export function heaviside(value: ArrayLike, half: ArrayLike): NDArray {
  const a = floating(value);
  return where(isnan(a), a, where(equal(a, 0), half, a.greater(0).astype(a.dtype)));
}

/** Quotient and remainder: [floorDivide(a, b), mod(a, b)]. @see numpy.divmod */
export const divmod = (a: ArrayLike, b: ArrayLike): [NDArray, NDArray] => [floorDivide(a, b), mod(a, b)];

/** NaN and infinities replaced by numbers: 0 and the largest there are, unless given. @see numpy.nan_to_num */
export function nanToNum(
  value: ArrayLike,
  options: { nan?: number; posinf?: number; neginf?: number } = {},
): NDArray {
  const a = asarray(value, 'nanToNum');
  if (!isFloat(a.dtype)) return a.copy();
  const { max } = finfo(a.dtype);
  const { nan = 0, posinf = max, neginf = -max } = options;
  const numbers = where(isnan(a), nan, a);
  return where(
    equal(numbers, Number.POSITIVE_INFINITY),
    posinf,
    where(equal(numbers, Number.NEGATIVE_INFINITY), neginf, numbers),
  );
}

/** From each place the choice whose condition holds first, else `otherwise`. @see numpy.select */
export function select(
  conditions: readonly ArrayLike[],
  choices: readonly ArrayLike[],
  otherwise: ArrayLike = 0,
): NDArray {
  if (conditions.length !== choices.length || conditions.length === 0) {
    throw new RangeError(
      `select: list of cases must be same length as list of conditions: ${choices.length} and ${conditions.length}.`,
    );
  }
  let out: ArrayLike = otherwise;
  for (let i = conditions.length - 1; i >= 0; i--) out = where(conditions[i], choices[i], out);
  return asarray(out);
}

/**
 * A function of numbers as a function of arrays, which broadcast. A loop, not faster than one; for derivatives use
 * operations instead.
 * @see numpy.vectorize
 */
export function vectorize(f: (...values: number[]) => number | boolean): (...arrays: ArrayLike[]) => NDArray {
  return (...values) => {
    const arrays = values.map((v) => asarray(v, 'vectorize'));
    const shape = arrays.reduce<Shape>((s, a) => broadcastShapes('vectorize', s, a.shape), []);
    const columns = arrays.map((a) => broadcastTo(a.detach(), shape).data);
    const size = shape.reduce((s, n) => s * n, 1);
    const out = Array.from({ length: size }, (_, i) => f(...columns.map((c) => Number(c[i]))));
    return reshape(asarray(out), [...shape]);
  };
}

// ---------------------------------------------------------------- what dtypes hold

export interface FloatInfo {
  readonly dtype: DType;
  readonly bits: number;
  /** The gap between 1 and the next number. */
  readonly eps: number;
  readonly max: number;
  readonly min: number;
  /** The smallest number of full precision. */
  readonly tiny: number;
}

/** The limits of a floating point dtype. @see numpy.finfo */
export function finfo(dtype: DType | 'float' | NDArray = 'float64'): FloatInfo {
  const type = dtype instanceof NDArray ? dtype.dtype : toDType(dtype, 'finfo');
  if (!isFloat(type))
    throw new TypeError(`finfo: data type ${type} is not inexact; np.iinfo describes integers.`);
  return type === 'float64'
    ? {
        dtype: type,
        bits: 64,
        eps: 2 ** -52,
        max: Number.MAX_VALUE,
        min: -Number.MAX_VALUE,
        tiny: 2 ** -1022,
      }
    : {
        dtype: type,
        bits: 32,
        eps: 2 ** -23,
        max: (2 - 2 ** -23) * 2 ** 127,
        min: -(2 - 2 ** -23) * 2 ** 127,
        tiny: 2 ** -126,
      };
}

/** The limits of an integer dtype; those of int64 are bigints. @see numpy.iinfo */
export function iinfo(dtype: DType | 'int' | NDArray = 'int64'): {
  dtype: DType;
  bits: number;
  min: number | bigint;
  max: number | bigint;
} {
  const type = dtype instanceof NDArray ? dtype.dtype : toDType(dtype, 'iinfo');
  const { kind, itemsize, min, max } = dtypeInfo[type];
  if (kind !== 'i' && kind !== 'u')
    throw new TypeError(`iinfo: invalid integer data type ${type}; np.finfo describes floating point.`);
  return type === 'int64'
    ? { dtype: type, bits: 64, min, max }
    : { dtype: type, bits: itemsize * 8, min: Number(min), max: Number(max) };
}

/** The smallest dtype that holds all the arrays' values. @see numpy.result_type */
export function resultType(...values: ArrayLike[]): DType {
  return values.map((v) => asarray(v, 'resultType').dtype).reduce((s, t) => promoteTypes(s, t));
}

/** The smallest dtype that holds the values of both. @see numpy.promote_types */
export const promoteDtypes = (a: DType, b: DType): DType =>
  promoteTypes(toDType(a, 'promoteTypes'), toDType(b, 'promoteTypes'));
