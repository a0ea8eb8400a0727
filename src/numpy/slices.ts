// What functions that reduce axes share: their last argument, and the input with the reduced axes merged.

import type { NDArray } from '../core/ndarray.js';
import { checkOptions } from '../core/options.js';
import { normalizeAxes, sizeOf } from '../core/shape.js';
import type { Axis, ReduceOptions } from '../ops/reduce.js';
import { reshape, transpose } from '../ops/shape.js';

export type AxisArgument = Axis | ReduceOptions | undefined;

/** `f(a, 0)` and `f(a, {axis: 0})` both work; names beside axis, keepdims and out are `more`. */
export function options<T extends ReduceOptions>(
  caller: string,
  argument: Axis | T | undefined,
  more: readonly string[] = [],
): T {
  if (argument === null || argument === undefined) return {} as T;
  if (typeof argument === 'number' || Array.isArray(argument)) return { axis: argument } as unknown as T;
  checkOptions(caller, argument as object, ['axis', 'keepdims', 'out', ...more]);
  return argument as T;
}

/** The array with the reduced axes merged into a first one, and the shape of the result with and without them. */
export function slices(
  caller: string,
  a: NDArray,
  axis: Axis | undefined,
): { rows: NDArray; n: number; shape: number[]; kept: number[] } {
  const axes = normalizeAxes(caller, axis, a.ndim);
  const rest = a.shape.map((_, d) => d).filter((d) => !axes.includes(d));
  const n = sizeOf(axes.map((d) => a.shape[d]));
  const shape = rest.map((d) => a.shape[d]);
  return {
    rows: reshape(transpose(a, [...axes, ...rest]), [n, ...shape]),
    n,
    shape,
    kept: a.shape.map((length, d) => (axes.includes(d) ? 1 : length)),
  };
}
