// How element types and shapes are named in the arguments of functions that make arrays: a dtype by name or as an
// option, a shape as a list or a length.

import { type DType, toDType } from '../core/dtype.js';
import { NDArray } from '../core/ndarray.js';
import { checkOptions } from '../core/options.js';
import { checkShape } from '../core/shape.js';

/** The names that a dtype can be given by: NumPy's, and Python's `float`, `int`. */
export type DTypeLike =
  | DType
  | 'float'
  | 'double'
  | 'int'
  | 'uint'
  | 'complex'
  | 'boolean'
  | 'f8'
  | 'f4'
  | 'i8'
  | 'i4'
  | 'i2'
  | 'i1'
  | 'u8'
  | 'u4'
  | 'u2'
  | 'u1'
  | 'c16'
  | 'c8';

/** A shape: a list of lengths, or one length for a vector. */
export type ShapeLike = number | NDArray | readonly (number | NDArray)[];

export interface DTypeOption {
  dtype?: DTypeLike;
}

/** `'float32'` and `{dtype: 'float32'}` both name an element type. */
export type DTypeArgument = DTypeLike | DTypeOption | undefined;

/** The dtype that an argument names, if any; `more` are the names that options may have beside it. */
export function dtypeArgument(
  caller: string,
  argument: DTypeArgument,
  more?: readonly string[],
): DType | undefined {
  if (typeof argument === 'number') {
    throw new TypeError(
      `${caller}: the second argument is a dtype, not ${argument as number}. Pass the shape as a list: np.${caller}([2, 3]).`,
    );
  }
  const name =
    typeof argument === 'object' && argument !== null
      ? checkOptions(caller, argument, more === undefined ? ['dtype'] : ['dtype', ...more]).dtype
      : argument;
  return name === undefined || name === null ? undefined : toDType(name, caller);
}

/** A shape argument as a checked list. */
export function shapeList(caller: string, shape: ShapeLike | NDArray, itemsize = 8): number[] {
  let list: number[];
  if (typeof shape === 'number') list = [shape];
  else if (shape instanceof NDArray) list = [...(shape.data as Float64Array)].map(Number);
  else if (Array.isArray(shape)) list = shape.map(Number);
  else
    throw new TypeError(
      `${caller}: the shape must be a whole number or a list of them, such as [2, 3]; got ${String(shape)}.`,
    );
  checkShape(caller, list, itemsize);
  return list;
}
