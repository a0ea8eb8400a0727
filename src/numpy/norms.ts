// Norms of vectors and matrices (`np.linalg.norm`), all of NumPy's orders, with gradients.

import { asarray } from '../core/create.js';
import { isComplex, realType } from '../core/dtype.js';
import type { ArrayLike, NDArray } from '../core/ndarray.js';
import { noGrad } from '../core/node.js';
import { parameters } from '../core/options.js';
import { normalizeAxes, normalizeAxis, shapeText } from '../core/shape.js';
import type { DTypeOf, Floating, RealOf } from '../core/typing.js';
import { svdvals } from '../ops/decompose.js';
import {
  abs,
  div,
  equal,
  isfinite,
  logicalAnd,
  logicalNot,
  logicalOr,
  mul,
  notEqual,
  pow,
  sign,
  sqrt,
  square,
} from '../ops/elementwise.js';
import { matmul } from '../ops/matmul.js';
import { inexact } from '../ops/operands.js';
import { type Axis, max, min, sum } from '../ops/reduce.js';
import { register, track } from '../ops/registry.js';
import { moveaxis, reshape } from '../ops/shape.js';
import { where } from '../ops/where.js';

/** Orders of a norm: a number, 'fro' (Frobenius) or 'nuc' (sum of singular values). */
export type NormOrder = number | 'fro' | 'nuc';

export interface NormOptions {
  ord?: NormOrder | null;
  axis?: Axis;
  keepdims?: boolean;
}

/**
 * Norm of a vector or matrix: by default the root of the sum of squares of all elements, without overflow.
 * @param ord vectors: any number, Infinity, -Infinity, 0; matrices: 1, -1, 2, -2, Infinity, -Infinity, 'fro', 'nuc'
 * @param axis one axis for vector norms, two for matrix norms
 * @see numpy.linalg.norm
 */
export function norm<A extends ArrayLike>(
  value: A,
  ord?: NormOrder | null | NormOptions,
  axis?: Axis | NormOptions,
  keepdims?: boolean | NormOptions,
): NDArray<RealOf<Floating<DTypeOf<A>>>> {
  const o = parameters<NormOptions>('norm', ['ord', 'axis', 'keepdims'], [ord, axis, keepdims]);
  const given = asarray(value, 'norm');
  const x = inexact(given);
  const order = o.ord ?? null;
  let axes: number[];
  if (o.axis === null || o.axis === undefined) {
    axes = x.shape.map((_, d) => d);
    if (order === null || (order === 2 && x.ndim === 1) || (order === 'fro' && x.ndim === 2))
      return euclidean(x, axes, o.keepdims ?? false);
  } else {
    // Matrix norms tell the row axis from the column axis, so the given order counts.
    normalizeAxes('norm', o.axis, x.ndim);
    axes = (typeof o.axis === 'number' ? [o.axis] : [...o.axis]).map((d) => normalizeAxis('norm', d, x.ndim));
  }
  if (axes.length === 1) return vectorNorm(x, order, axes[0], o.keepdims ?? false);
  if (axes.length === 2) return matrixNorm(x, order, axes, o.keepdims ?? false);
  throw new RangeError(
    `norm: Improper number of dimensions to norm: ${axes.length} axes of shape ${shapeText(x.shape)}; give one axis for vectors, two for matrices.`,
  );
}

/** Root of the sum of squares. Its gradient is x / norm, and 0 where the norm is 0. */
function euclidean(x: NDArray, axes: number[], keepdims: boolean): NDArray {
  const kept = noGrad(() => {
    // Over all elements the dot product needs no temporary, and is what NumPy takes.
    const plain =
      axes.length === x.ndim && x.contiguous && x.ndim > 0 && !isComplex(x.dtype)
        ? reshape(
            sqrt(matmul(reshape(x, -1), reshape(x, -1))),
            x.shape.map(() => 1),
          )
        : sqrt(sum(square(isComplex(x.dtype) ? abs(x) : x), { axis: axes, keepdims: true }));
    if (x.size === 0) return plain;
    if (Number(min(plain).item()) > 0 && Number(max(plain).item()) < Number.POSITIVE_INFINITY) return plain;
    const suspect = logicalOr(logicalNot(isfinite(plain)), equal(plain, 0));
    // Squares overflow or vanish although the norm does not: divide by the largest element first.
    const top = max(abs(x), { axis: axes, keepdims: true });
    const scale = where(logicalAnd(isfinite(top), notEqual(top, 0)), top, 1);
    return where(
      suspect,
      mul(scale, sqrt(sum(square(div(abs(x), scale)), { axis: axes, keepdims: true }))),
      plain,
    );
  });
  track('norm', kept, [x], [(g) => mul(g, div(x, where(equal(kept, 0), 1, kept)))], [x, kept]);
  return keepdims
    ? kept
    : reshape(
        kept,
        x.shape.filter((_, d) => !axes.includes(d)),
      );
}
register('norm', true);

function vectorNorm(x: NDArray, order: NormOrder | null, axis: number, keepdims: boolean): NDArray {
  const o = { axis, keepdims };
  if (order === null || order === 2) return euclidean(x, [axis], keepdims);
  if (typeof order !== 'number')
    throw new RangeError(`norm: Invalid norm order '${order}' for vectors; use a number.`);
  if (order === Number.POSITIVE_INFINITY) return max(abs(x), o);
  if (order === Number.NEGATIVE_INFINITY) return min(abs(x), o);
  if (order === 0) return sum(notEqual(x, 0).astype(realType(x.dtype)), o);
  if (order === 1) return sum(abs(x), o);
  return powerNorm(x, order, axis, keepdims);
}

/** x / |x|, and 0 for 0. */
const direction = (x: NDArray): NDArray => {
  if (!isComplex(x.dtype)) return sign(x);
  const size = abs(x);
  return div(x, where(equal(size, 0), 1, size));
};

/** (sum |x|^p)^(1/p). Its gradient is sign(x) (|x| / norm)^(p - 1), and 0 where the norm is 0. */
function powerNorm(x: NDArray, order: number, axis: number, keepdims: boolean): NDArray {
  const kept = noGrad(() => pow(sum(pow(abs(x), order), { axis, keepdims: true }), 1 / order));
  track(
    'norm',
    kept,
    [x],
    [
      (g) => {
        const none = equal(kept, 0);
        const ratio = div(abs(x), where(none, 1, kept));
        // Where an element is 0 a power below 0 is infinite; such a slice has norm 0 or a gradient that is NaN in earnest.
        return mul(g, where(none, 0, mul(direction(x), pow(where(none, 1, ratio), order - 1))));
      },
    ],
    [x, kept],
  );
  return keepdims
    ? kept
    : reshape(
        kept,
        x.shape.filter((_, d) => d !== axis),
      );
}

function matrixNorm(x: NDArray, order: NormOrder | null, [row, col]: number[], keepdims: boolean): NDArray {
  const restore = (out: NDArray) =>
    keepdims
      ? reshape(
          out,
          x.shape.map((n, d) => (d === row || d === col ? 1 : n)),
        )
      : out;
  const sums = (axis: number, other: number, pick: typeof max) =>
    restore(pick(sum(abs(x), axis), { axis: other > axis ? other - 1 : other }));
  const values = () => svdvals(moveaxis(x, [row, col], [-2, -1]));
  switch (order) {
    case null:
    case 'fro':
      return euclidean(x, [row, col], keepdims);
    case 'nuc':
      return restore(sum(values(), { axis: -1 }));
    case 2:
      return restore(max(values(), { axis: -1 }));
    case -2:
      return restore(min(values(), { axis: -1 }));
    case 1:
      return sums(row, col, max);
    case -1:
      return sums(row, col, min);
    case Number.POSITIVE_INFINITY:
      return sums(col, row, max);
    case Number.NEGATIVE_INFINITY:
      return sums(col, row, min);
    default:
      throw new RangeError(
        `norm: Invalid norm order ${String(order)} for matrices; known: 1, -1, 2, -2, Infinity, -Infinity, 'fro', 'nuc'.`,
      );
  }
}
