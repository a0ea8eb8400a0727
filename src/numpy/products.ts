// Products beyond dot and matmul: inner, tensordot, kron, cross, convolve. Composed of operations, so gradients flow.

import * as backend from '../backend/index.js';
import { batching } from '../core/batch.js';
import { asarray } from '../core/create.js';
import { isComplex, promoteTypes } from '../core/dtype.js';
import { type ArrayLike, empty, emptyZeroed, type NDArray } from '../core/ndarray.js';
import { parameters } from '../core/options.js';
import { normalizeAxis, sameShape, shapeText } from '../core/shape.js';
import type { Promoted } from '../core/typing.js';
import { conj } from '../ops/define.js';
import { mul, sub } from '../ops/elementwise.js';
import { get } from '../ops/index.js';
import { concatenate } from '../ops/join.js';
import { matmul } from '../ops/matmul.js';
import { castTo } from '../ops/operands.js';
import { tracking } from '../ops/registry.js';
import { ascontiguousarray, moveaxis, reshape, transpose } from '../ops/shape.js';
import { arange } from './grid.js';
import { roll } from './manipulation.js';
import { pad } from './padding.js';

/** Sum of products over the last axes of both. @see numpy.inner */
export function inner<A extends ArrayLike, B extends ArrayLike>(left: A, right: B): NDArray<Promoted<A, B>> {
  const a = asarray(left, 'inner');
  const b = asarray(right, 'inner');
  if (a.ndim === 0 || b.ndim === 0) return mul(a, b);
  if (a.ndim === 1 && b.ndim === 1 && a.shape[0] === b.shape[0]) return matmul(a, b);
  return tensordot(a, b, [[-1], [-1]]);
}

/** Inner product of the flattened arrays, the first of them conjugated. @see numpy.vdot */
export const vdot = <A extends ArrayLike, B extends ArrayLike>(a: A, b: B): NDArray<Promoted<A, B>> =>
  matmul(conj(reshape(asarray(a, 'vdot'), -1)), reshape(asarray(b, 'vdot'), -1));

/** A number of axes, or the two lists of them. */
export type SummedAxes = number | readonly [readonly number[] | number, readonly number[] | number];

/**
 * Sum of products over pairs of axes.
 * @param pairs axes: how many last axes of `a` meet first axes of `b` (2), or the two lists of axes
 * @see numpy.tensordot
 */
export function tensordot<A extends ArrayLike, B extends ArrayLike>(
  left: A,
  right: B,
  pairs?: SummedAxes | { axes?: SummedAxes },
): NDArray<Promoted<A, B>> {
  const { axes = 2 } = parameters<{ axes?: SummedAxes }>('tensordot', ['axes'], [pairs]);
  const a = asarray(left, 'tensordot');
  const b = asarray(right, 'tensordot');
  const list = (v: readonly number[] | number) => (typeof v === 'number' ? [v] : [...v]);
  const [p, q] =
    typeof axes === 'number'
      ? [Array.from({ length: axes }, (_, i) => a.ndim - axes + i), Array.from({ length: axes }, (_, i) => i)]
      : [
          list(axes[0]).map((d) => normalizeAxis('tensordot', d, a.ndim)),
          list(axes[1]).map((d) => normalizeAxis('tensordot', d, b.ndim)),
        ];
  if (p.length !== q.length || p.some((d, i) => a.shape[d] !== b.shape[q[i]])) {
    throw new RangeError(
      `tensordot: shape-mismatch for sum: axes [${p}] of shape ${shapeText(a.shape)} and axes [${q}] of shape ${shapeText(b.shape)}.`,
    );
  }
  const freeA = a.shape.map((_, d) => d).filter((d) => !p.includes(d));
  const freeB = b.shape.map((_, d) => d).filter((d) => !q.includes(d));
  const shape = [...freeA.map((d) => a.shape[d]), ...freeB.map((d) => b.shape[d])];
  const k = p.reduce((s, d) => s * a.shape[d], 1);
  const rows = reshape(transpose(a, [...freeA, ...p]), [freeA.reduce((s, d) => s * a.shape[d], 1), k]);
  const columns = reshape(transpose(b, [...q, ...freeB]), [k, freeB.reduce((s, d) => s * b.shape[d], 1)]);
  return reshape(matmul(rows, columns), shape);
}

/** Kronecker product: every element of `a` times the whole of `b`, as blocks. @see numpy.kron */
export function kron<A extends ArrayLike, B extends ArrayLike>(left: A, right: B): NDArray<Promoted<A, B>> {
  let a = asarray(left, 'kron');
  let b = asarray(right, 'kron');
  const n = Math.max(a.ndim, b.ndim);
  a = reshape(a, [...new Array<number>(n - a.ndim).fill(1), ...a.shape]);
  b = reshape(b, [...new Array<number>(n - b.ndim).fill(1), ...b.shape]);
  const product = mul(
    reshape(
      a,
      a.shape.flatMap((m) => [m, 1]),
    ),
    reshape(
      b,
      b.shape.flatMap((m) => [1, m]),
    ),
  );
  return reshape(
    product,
    a.shape.map((m, d) => m * b.shape[d]),
  );
}

export interface CrossOptions {
  /** Where the vectors stand in `a`, in `b` and in the result; the last axis by default. */
  axisa?: number;
  axisb?: number;
  axisc?: number;
  /** All three at once. */
  axis?: number | null;
}

/**
 * Cross product of vectors of 3, or of 2, which count as lying in the plane; of two of those the third component alone.
 * @see numpy.cross
 * @example np.cross([1, 0, 0], [0, 1, 0])   // array([0., 0., 1.])
 */
export function cross<A extends ArrayLike, B extends ArrayLike>(
  left: A,
  right: B,
  options?: number | CrossOptions,
  ...more: (number | null | CrossOptions)[]
): NDArray<Promoted<A, B>> {
  const o = parameters<CrossOptions>('cross', ['axisa', 'axisb', 'axisc', 'axis'], [options, ...more]);
  const place = (axis: number | undefined): number => o.axis ?? axis ?? -1;
  const vectors = (value: ArrayLike, axis: number | undefined): NDArray => {
    const x = asarray(value, 'cross');
    return moveaxis(x, normalizeAxis('cross', place(axis), x.ndim), -1);
  };
  const [a, b] = [vectors(left, o.axisa), vectors(right, o.axisb)];
  const [m, n] = [a.shape[a.ndim - 1], b.shape[b.ndim - 1]];
  if ((m !== 2 && m !== 3) || (n !== 2 && n !== 3)) {
    throw new RangeError(
      `cross: incompatible dimensions for cross product (dimension must be 2 or 3): shapes ${shapeText(a.shape)} and ${shapeText(b.shape)}.`,
    );
  }
  if (m === 2 && n === 2) {
    const at = (x: NDArray, i: number): NDArray => get(x, ['...', i]);
    return sub(mul(at(a, 0), at(b, 1)), mul(at(a, 1), at(b, 0)));
  }
  const dtype = promoteTypes(a.dtype, b.dtype);
  if (
    m === 3 &&
    n === 3 &&
    sameShape(a.shape, b.shape) &&
    !tracking(a, b) &&
    batching.open === 0 &&
    !isComplex(dtype) &&
    dtype !== 'bool'
  ) {
    const rows = empty(a.shape, dtype);
    if (rows.size > 0)
      backend.crossProduct(rows, ascontiguousarray(castTo(a, dtype)), ascontiguousarray(castTo(b, dtype)));
    return moveaxis(rows, -1, normalizeAxis('cross', place(o.axisc), rows.ndim));
  }
  const inSpace = (x: NDArray): NDArray => {
    if (x.shape[x.ndim - 1] === 3) return x;
    return concatenate([x, emptyZeroed([...x.shape.slice(0, -1), 1], x.dtype)], -1);
  };
  const [p, q] = [inSpace(a), inSpace(b)];
  const turn = (x: NDArray, by: number) => roll(x, by, -1);
  const out = sub(mul(turn(p, -1), turn(q, 1)), mul(turn(p, 1), turn(q, -1)));
  return moveaxis(out, -1, normalizeAxis('cross', place(o.axisc), out.ndim));
}

export type ConvolveMode = 'full' | 'same' | 'valid';

/** The part of a convolution that is asked for, in its place or by name. */
export function convolveMode(caller: string, argument: unknown, otherwise: ConvolveMode): ConvolveMode {
  const { mode = otherwise } = parameters<{ mode?: ConvolveMode }>(caller, ['mode'], [argument]);
  if (!['valid', 'same', 'full'].includes(mode))
    throw new TypeError(`${caller}: mode must be one of 'valid', 'same', or 'full', not '${String(mode)}'.`);
  return mode;
}

/** out[i] = the sum over j of a[i + j] * v[j]: a row times the windows of `a`, one in each column, which are not copied. */
function windowed(a: NDArray, v: NDArray, n: number): NDArray {
  const m = v.size;
  if (tracking(a, v) || batching.open > 0) {
    const rows = get(a, [arange(n).reshape(-1, 1).add(arange(m))]);
    return matmul(rows, v);
  }
  const dtype = promoteTypes(a.dtype, v.dtype);
  const x = ascontiguousarray(castTo(a, dtype));
  return reshape(matmul(reshape(castTo(v, dtype), 1, m), x.remap([m, n], [1, 1], x.offset)), n);
}

/** Discrete linear convolution of two vectors. @param part mode: 'full' (default), 'same' or 'valid' @see numpy.convolve */
export function convolve<A extends ArrayLike, B extends ArrayLike>(
  left: A,
  right: B,
  part?: ConvolveMode | { mode?: ConvolveMode },
): NDArray<Promoted<A, B>> {
  const mode = convolveMode('convolve', part, 'full');
  let a = asarray(left, 'convolve');
  let v = asarray(right, 'convolve');
  if (a.ndim !== 1 || v.ndim !== 1)
    throw new RangeError(
      `convolve: both operands must be 1-d; shapes ${shapeText(a.shape)} and ${shapeText(v.shape)}.`,
    );
  if (a.size === 0 || v.size === 0)
    throw new RangeError(`convolve: ${a.size === 0 ? 'a' : 'v'} cannot be empty.`);
  if (v.size > a.size) [a, v] = [v, a];
  const [n, m] = [a.size, v.size];
  const all = windowed(pad(a, m - 1), get(v, ['::-1']), n + m - 1);
  if (mode === 'full') return all;
  if (mode === 'valid') return get(all, [`${m - 1}:${n}`]);
  const skip = (m - 1) >> 1;
  return get(all, [`${skip}:${skip + n}`]);
}
