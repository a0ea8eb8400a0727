// Operands of element-wise operations and the types they compute in: arrays and weak numbers (NEP 50), the dtype of the
// loop that follows from both, and conversions to it.

import * as backend from '../backend/index.js';
import { Complex } from '../core/complex.js';
import { asarray } from '../core/create.js';
import {
  checkWeak,
  type DType,
  infoOf,
  isComplex,
  isInexact,
  promoteTypes,
  promoteWeak,
} from '../core/dtype.js';
import { type ArrayLike, empty, NDArray } from '../core/ndarray.js';
import { batching, overArray } from './batching.js';

export type Operand = NDArray | number | bigint | Complex;

/** How the element type of the loop and of the result follow from the operands. */
export type Typing = 'promote' | 'float' | 'double' | 'compare' | 'logical' | 'integer' | 'test';

/** The operand as an array, or as a weak number. A boolean is a bool array of no dimension, as in NumPy. */
export function operand(value: ArrayLike, caller: string): Operand {
  if (value instanceof NDArray || typeof value === 'number' || typeof value === 'bigint') return value;
  return value instanceof Complex ? value : asarray(value, caller);
}

/** An array of `dtype` with the same elements; the array itself when it has that type already. */
export function castTo(a: NDArray, dtype: DType): NDArray {
  if (a.dtype === dtype) return a;
  const batch = batching.open > 0 ? overArray(a, (x) => castTo(x, dtype)) : null;
  if (batch !== null) return batch;
  const out = empty(a.shape, dtype);
  backend.copy(out, a);
  return out;
}

/** Integers and booleans as float64; floating point and complex arrays as they are. */
export const inexact = (a: NDArray): NDArray => (isInexact(a.dtype) ? a : castTo(a, 'float64'));

/** The operand of a function that has no complex form, or the error that says so. */
export function realOnly(name: string, a: NDArray): NDArray {
  if (!isComplex(a.dtype)) return a;
  throw new TypeError(
    `${name}: not defined for ${a.dtype} elements; take np.real(z), np.imag(z) or np.abs(z) first.`,
  );
}

export function loopType(name: string, typing: Typing, a: Operand, b: Operand): DType {
  let dtype: DType;
  if (a instanceof NDArray) {
    if (b instanceof NDArray) {
      dtype = a.dtype === b.dtype ? a.dtype : promoteTypes(a.dtype, b.dtype);
      // Each operand by itself decides whether single precision holds it.
      if (typing === 'float' && !isInexact(dtype))
        return floatType(name, a.itemsize > b.itemsize ? a.dtype : b.dtype);
    } else dtype = weakType(name, typing, a.dtype, b);
  } else {
    dtype = weakType(name, typing, (b as NDArray).dtype, a);
  }
  if (typing === 'double') return isComplex(dtype) ? 'complex128' : 'float64';
  return typing === 'float' ? floatType(name, dtype) : dtype;
}

/** Where functions of floats compute: integers of two bytes in float32 as NumPy's, others in float64. */
export function floatType(name: string, dtype: DType): DType {
  if (isInexact(dtype)) return dtype;
  return infoOf(dtype).itemsize === 2 && name !== 'div' && name !== 'reciprocal' ? 'float32' : 'float64';
}

function weakType(name: string, typing: Typing, dtype: DType, value: number | bigint | Complex): DType {
  const result = promoteWeak(dtype, value);
  if (typeof value === 'object' || isInexact(result)) return result;
  if (typing === 'float') return floatType(name, result);
  // A comparison with a number outside the dtype has an answer; arithmetic with it does not.
  if (typing !== 'compare') checkWeak(name, result, value);
  else if (value < infoOf(result).min || value > infoOf(result).max) return 'float64';
  return result;
}

/** A value that is put beside an array, by itself: a bare number takes the type that arithmetic with the array has. */
export function beside(name: string, a: NDArray, value: ArrayLike): NDArray {
  const x = asarray(value, name);
  return typeof value === 'number' || typeof value === 'bigint'
    ? castTo(x, loopType(name, 'promote', a, value))
    : x;
}
