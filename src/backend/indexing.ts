// Advanced indexing in two steps: index arrays or a mask become element offsets, then elements are gathered from or
// scattered to those offsets. `rest` are the axes of the array that no index array covers; they are moved as blocks.

import { NDArray } from '../core/ndarray.js';
import {
  begin,
  command,
  getParam,
  type Operand,
  op,
  requireContiguous,
  run,
  setAddress,
  setArray,
  setBroadcast,
  setOperand,
  setParam,
  setShape,
  setStride,
} from './command.js';

/**
 * out[...] = sum over i of indices[i] * strides[i]: element offsets for paired index arrays (a[i0, i1, ...]).
 *
 * @param out contiguous int64 of the shape the index arrays broadcast to
 * @param indices integer arrays of any integer dtype and strides
 * @param dims length of the indexed axis of each; negative indices count from its end
 * @param strides element stride of the indexed axis of each
 * @param axes number of the indexed axis of each, for the error text
 * @throws RangeError "index 5 is out of bounds for axis 0 with size 3"
 */
export function indexOffsets(
  out: NDArray,
  indices: readonly NDArray[],
  dims: readonly number[],
  strides: readonly number[],
  axes: readonly number[],
): void {
  requireContiguous('indexOffsets', out, out.size);
  const ndim = out.shape.length;
  // One pass per index array; the first stores, the others add.
  for (let i = 0; i < indices.length; i++) {
    begin(op.indexOffsets, 'int64', ndim);
    setShape(out.shape);
    setArray(0, out);
    setBroadcast(1, indices[i], ndim);
    setParam(0, dims[i]);
    setParam(1, strides[i]);
    setParam(2, axes[i]);
    setParam(3, i === 0 ? 0 : 1);
    run();
  }
}

/**
 * out[i, r...] = a.storage[a.offset + offsets[i] + r . restStrides].
 * @param out contiguous, offsets.size * prod(restShape) elements, dtype of a
 * @param offsets contiguous int64
 */
export function takeOffsets(
  out: NDArray,
  a: NDArray,
  offsets: NDArray,
  restShape: readonly number[],
  restStrides: readonly number[],
): void {
  if (out.dtype !== a.dtype) throw new Error(`takeOffsets: the result must be ${a.dtype}, not ${out.dtype}.`);
  requireContiguous('takeOffsets', offsets, offsets.size);
  const ndim = restShape.length;
  begin(op.take, a.dtype, ndim);
  setShape(restShape);
  setAddress(0, out);
  setAddress(1, a);
  for (let d = 0; d < ndim; d++) setStride(1, d, restStrides[d]);
  setAddress(2, offsets);
  setParam(0, offsets.size);
  run();
}

/**
 * a.storage[a.offset + offsets[i] + r . restStrides] = value[i, r...], or += and the like.
 *
 * @param a written in place
 * @param offsets contiguous int64 of any shape
 * @param value array that broadcasts to [...offsets.shape, ...restShape], or a number; converted to a's dtype
 * @param code op.put (the last of repeated offsets wins) or op.putAdd (repeated offsets accumulate, numpy.add.at)
 */
export function putOffsets(
  a: NDArray,
  offsets: NDArray,
  restShape: readonly number[],
  restStrides: readonly number[],
  value: Operand,
  code: number = op.put,
): void {
  requireContiguous('putOffsets', offsets, offsets.size);
  const lead = offsets.shape.length;
  const ndim = lead + restShape.length;
  begin(code, a.dtype, ndim);
  setShape(offsets.shape);
  for (let d = 0; d < restShape.length; d++) {
    command[32 + lead + d] = restShape[d];
    setStride(0, lead + d, restStrides[d]);
  }
  setAddress(0, a);
  setAddress(1, offsets);
  setOperand(2, value, a.dtype, ndim);
  setParam(0, lead);
  // Whether the value may lie in the array: then it is read before anything is written.
  setParam(1, value instanceof NDArray && value.storage === a.storage ? 1 : 0);
  run();
}

/** How many elements of a are not zero (numpy.count_nonzero). */
export function countNonzero(a: NDArray): number {
  begin(op.countNonzero, a.dtype, a.shape.length);
  setShape(a.shape);
  setArray(0, a);
  setParam(0, 0);
  run();
  return getParam(0);
}

/** The same into an int64 array of one element. */
export function countNonzeroInto(out: NDArray, a: NDArray): void {
  begin(op.countNonzero, a.dtype, a.shape.length);
  setShape(a.shape);
  setArray(0, a);
  setAddress(1, out);
  setParam(0, 1);
  run();
}

/**
 * out[i] = sum over d of (index of the i-th true element along d) * strides[d], in C order: the offsets of a[mask].
 * @param out contiguous int64 with countNonzero(mask) elements
 * @param strides element strides of the axes of the array that the mask covers
 */
export function maskOffsets(out: NDArray, mask: NDArray, strides: readonly number[]): void {
  const ndim = mask.shape.length;
  begin(op.maskOffsets, mask.dtype, ndim);
  setShape(mask.shape);
  setAddress(0, out);
  setArray(1, mask);
  for (let d = 0; d < ndim; d++) setStride(2, d, strides[d]);
  setParam(0, out.size);
  run();
}

/**
 * Coordinates of the elements that are not zero, in C order (numpy.nonzero): out[d, i] is the index along d.
 * @param out contiguous int64, shape [a.ndim, countNonzero(a)]
 */
export function nonzero(out: NDArray, a: NDArray): void {
  const ndim = a.shape.length;
  begin(op.nonzero, a.dtype, ndim);
  setShape(a.shape);
  setAddress(0, out);
  setArray(1, a);
  setParam(0, ndim === 0 ? out.size : out.size / ndim);
  run();
}

/**
 * out = the elements of a floating point array as int64, for use as indices.
 * @param out contiguous int64 of a's size
 * @param a one-dimensional, or contiguous of any shape
 * @throws RangeError naming the first element that is no whole number
 */
export function wholeNumbers(out: NDArray, a: NDArray): void {
  begin(op.wholeNumbers, 'int64', 0);
  setAddress(0, out);
  setAddress(1, a);
  setParam(0, a.size);
  setParam(1, a.contiguous ? 1 : a.stridesEl[0]);
  run();
}

/** Throws a RangeError that names the first of the labels (1-d) that is not a whole number from 0 to classes - 1. */
export function requireLabels(labels: NDArray, classes: number): void {
  begin(op.requireLabels, 'float64', 0);
  setAddress(0, labels);
  setParam(0, labels.size);
  setParam(1, labels.stridesEl[0]);
  setParam(2, classes);
  run();
}
