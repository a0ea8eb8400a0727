// Products of vectors and matrices. Transposed views cost no copy.

import * as backend from '../backend/index.js';
import { asarray } from '../core/create.js';
import { promoteTypes, toDType } from '../core/dtype.js';
import { type ArrayLike, empty, method, NDArray } from '../core/ndarray.js';
import { tape } from '../core/node.js';
import { checkOptions } from '../core/options.js';
import { broadcastShapes, type Shape, sameShape, shapeText } from '../core/shape.js';
import { release } from '../core/storage.js';
import type { Promoted } from '../core/typing.js';
import { batching, overMatmul } from './batching.js';
import { holomorphic } from './define.js';
import { mul } from './elementwise.js';
import { castTo } from './operands.js';
import { sum } from './reduce.js';
import { register, track } from './registry.js';
import { expandDims, moveaxis, reshape, swapaxes } from './shape.js';
import type { UfuncArgument, UfuncOptions } from './ufunc.js';
import { into } from './writing.js';

function misaligned(name: string, a: Shape, b: Shape, i: number, j: number): RangeError {
  let hint = '';
  if (b.length === 2 && a[i] === b[1] && j === 0) hint = ` Did you mean np.${name}(X, W.T)?`;
  else if (a.length === 2 && b.length >= 1 && a[0] === b[j]) hint = ` Did you mean np.${name}(X.T, W)?`;
  return new RangeError(
    `${name}: shapes ${shapeText(a)} and ${shapeText(b)} do not align: ${a[i]} (dim ${i}) != ${b[j]} (dim ${j}).${hint}`,
  );
}

/** a @ b with operands of one dtype; no checks, no tape. */
function product(a: NDArray, b: NDArray, shape: Shape): NDArray {
  const dtype = a.dtype === b.dtype ? a.dtype : promoteTypes(a.dtype, b.dtype);
  const x = castTo(a, dtype);
  const y = castTo(b, dtype);
  const out = empty(shape, dtype);
  backend.matmul(out, x, y);
  if (x !== a) release(x.storage);
  if (y !== b) release(y.storage);
  return out;
}

/**
 * Matrix product: vectors are rows or columns as fits, leading axes of stacks of matrices broadcast.
 * Shapes (..., m, k) and (..., k, n) give (..., m, n).
 * @see numpy.matmul
 */
export function matmul<A extends ArrayLike, B extends ArrayLike>(
  left: A,
  right: B,
  options?: UfuncArgument,
): NDArray<Promoted<A, B>> {
  const out = multiply('matmul', asarray(left, 'matmul'), asarray(right, 'matmul'));
  return typeof options === 'object' && options !== null ? delivered('matmul', out, options) : out;
}

/** A product where `{out, dtype, casting}` want it. */
function delivered(name: string, result: NDArray, options: UfuncOptions | NDArray): NDArray {
  if (options instanceof NDArray) return into(name, options, result);
  checkOptions(name, options, ['out', 'dtype', 'casting']);
  const { out, dtype, casting = 'same_kind' } = options;
  const typed = dtype === undefined ? result : castTo(result, toDType(dtype, name));
  if (!out) return typed;
  return into(name, Array.isArray(out) ? (out[0] as NDArray) : (out as NDArray), typed, casting);
}
register('matmul', true);

function multiply(name: string, a: NDArray, b: NDArray): NDArray {
  if (a.ndim === 0 || b.ndim === 0) {
    throw new RangeError(
      `${name}: an operand is a scalar, shapes ${shapeText(a.shape)} and ${shapeText(b.shape)}; use np.mul, or * in a cell.`,
    );
  }
  const i = a.ndim - 1;
  const j = Math.max(b.ndim - 2, 0);
  if (a.shape[i] !== b.shape[j]) throw misaligned(name, a.shape, b.shape, i, j);
  const batch = batching.open > 0 ? overMatmul(a, b, (x, y) => multiply(name, x, y)) : null;
  if (batch !== null) return batch;
  let shape: number[];
  if (a.ndim <= 2 && b.ndim <= 2) shape = [];
  else shape = [...broadcastShapes(name, a.shape.slice(0, -2), b.shape.slice(0, -2))];
  if (a.ndim > 1) shape.push(a.shape[a.ndim - 2]);
  if (b.ndim > 1) shape.push(b.shape[b.ndim - 1]);
  const out = product(a, b, shape);
  return tape.recording && (a.tracked || b.tracked) ? recorded(name, out, a, b) : out;
}

const recorded = (name: string, out: NDArray, a: NDArray, b: NDArray): NDArray =>
  track(
    name,
    out,
    [a, b],
    [holomorphic(out, (g) => leftRule(g, a, b)), holomorphic(out, (g) => rightRule(g, a, b))],
    [a, b],
  );

/** Gradient of a in a @ b; the walker sums broadcast leading axes. */
function leftRule(g: NDArray, a: NDArray, b: NDArray): NDArray {
  if (b.ndim === 1) return a.ndim === 1 ? mul(g, b) : mul(expandDims(g, -1), b);
  if (a.ndim === 1)
    return reshape(matmul(expandDims(g, -2), swapaxes(b, -1, -2)), [...g.shape.slice(0, -1), a.shape[0]]);
  return matmul(g, swapaxes(b, -1, -2));
}

function rightRule(g: NDArray, a: NDArray, b: NDArray): NDArray {
  if (a.ndim === 1) {
    if (b.ndim === 1) return mul(g, a);
    return mul(expandDims(g, -2), reshape(a, [-1, 1]));
  }
  if (b.ndim === 1)
    return sum(mul(expandDims(g, -1), a), { axis: Array.from({ length: a.ndim - 1 }, (_, d) => d) });
  return matmul(swapaxes(a, -1, -2), g);
}

/**
 * Dot product, as NumPy defines it: the inner product of vectors, the matrix product of matrices, multiplication
 * when an operand is a number, and for more dimensions the sum over the last axis of `a` and the second last of `b`.
 * @see numpy.dot
 */
export function dot<A extends ArrayLike, B extends ArrayLike>(
  left: A,
  right: B,
  options?: UfuncArgument,
): NDArray<Promoted<A, B>> {
  if (typeof options === 'object' && options !== null) {
    const result = dot(left, right);
    const out = options instanceof NDArray ? options : (options.out as NDArray | undefined);
    if (out && (out.dtype !== result.dtype || !sameShape(out.shape, result.shape)))
      throw new RangeError(
        `dot: output array is not acceptable: it is ${out.dtype} of shape ${shapeText(out.shape)}, the result ${result.dtype} of shape ${shapeText(result.shape)}.`,
      );
    return delivered('dot', result, options);
  }
  const a = asarray(left, 'dot');
  const b = asarray(right, 'dot');
  if (a.ndim === 0 || b.ndim === 0)
    return mul(typeof left === 'number' ? left : a, typeof right === 'number' ? right : b);
  if (a.ndim <= 2 && b.ndim <= 2) return multiply('dot', a, b);
  const i = a.ndim - 1;
  const j = Math.max(b.ndim - 2, 0);
  if (a.shape[i] !== b.shape[j]) throw misaligned('dot', a.shape, b.shape, i, j);
  const k = a.shape[i];
  const rows = reshape(a, [-1, k]);
  const columns = reshape(moveaxis(b, j, 0), [k, -1]);
  return reshape(multiply('dot', rows, columns), [
    ...a.shape.slice(0, -1),
    ...b.shape.filter((_, d) => d !== j),
  ]);
}

/** Outer product of two vectors (arrays are flattened): out[i, j] = a[i] * b[j]. @see numpy.outer */
export function outer<A extends ArrayLike, B extends ArrayLike>(left: A, right: B): NDArray<Promoted<A, B>> {
  return mul(reshape(asarray(left, 'outer'), [-1, 1]), reshape(asarray(right, 'outer'), [1, -1]));
}

method('dot', function (other: ArrayLike) {
  return dot(this, other);
});
method('matmul', function (other: ArrayLike) {
  return matmul(this, other);
});
