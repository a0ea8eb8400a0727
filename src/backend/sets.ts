// Sorted arrays as sets, bins of histograms, curves through points, comparison within a tolerance: loops that would otherwise take a call for every step.

import type { NDArray } from '../core/ndarray.js';
import { begin, getParam, opcode, requireContiguous, run, setAddress, setParam } from './command.js';

const uniquesCode = opcode('uniques');
const memberCode = opcode('member');
const binNumbersCode = opcode('binNumbers');
const interpCode = opcode('interp');
const closeCode = opcode('close');
const largestCode = opcode('largest');

/**
 * The different values of a sorted vector; returns how many they are.
 * @param out so many of its first elements are written; contiguous, dtype and size of `sorted`
 * @param sorted contiguous, not empty
 * @param oneNaN whether all NaN count as one value
 * @param starts int64 of the same size: gets the position in `sorted` of the first element of each value
 * @param order int64, sorts the vector; then `inverse` gets the number of the value of each unsorted element
 */
export function uniques(
  out: NDArray,
  sorted: NDArray,
  oneNaN: boolean,
  starts: NDArray | null,
  order: NDArray | null,
  inverse: NDArray | null,
): number {
  requireContiguous('uniques', sorted, sorted.size);
  begin(uniquesCode, sorted.dtype, 0);
  setAddress(0, out);
  setAddress(1, sorted);
  if (starts !== null) setAddress(2, starts);
  if (order !== null && inverse !== null) {
    requireContiguous('uniques', order, sorted.size);
    setAddress(3, order);
    setAddress(4, inverse);
  }
  setParam(0, sorted.size);
  setParam(1, oneNaN ? 1 : 0);
  setParam(2, starts === null ? 0 : 1);
  setParam(3, inverse === null ? 0 : 1);
  run();
  return getParam(0);
}

/**
 * out[i] = whether x[i] is one of the values of `sorted`; NaN is none.
 * @param out contiguous bool; x and sorted contiguous, of one real dtype, `sorted` without NaN before its end
 */
export function member(out: NDArray, x: NDArray, sorted: NDArray): void {
  requireContiguous('member', x, out.size);
  requireContiguous('member', sorted, sorted.size);
  begin(memberCode, x.dtype, 0);
  setAddress(0, out);
  setAddress(1, x);
  setAddress(2, sorted);
  setParam(0, x.size);
  setParam(1, sorted.size);
  run();
}

/**
 * out[i] = the bin of x[i], -1 outside. Bins are half open but the last, which holds its right edge too.
 * @param out contiguous int64
 * @param x contiguous float64, as `edges`, which rise
 * @param uniform where equally wide bins begin, and how many there are in one unit
 * @param further whether `out` has the numbers of cells so far, to which these bins add a dimension
 */
export function binNumbers(
  out: NDArray,
  x: NDArray,
  edges: NDArray,
  uniform: { first: number; scale: number } | null,
  further: boolean,
): void {
  requireContiguous('binNumbers', x, out.size);
  requireContiguous('binNumbers', edges, edges.size);
  begin(binNumbersCode, 'float64', 0);
  setAddress(0, out);
  setAddress(1, x);
  setAddress(2, edges);
  setParam(0, x.size);
  setParam(1, edges.size - 1);
  setParam(2, uniform === null ? 0 : 1);
  setParam(3, further ? 1 : 0);
  setParam(4, uniform?.first ?? 0);
  setParam(5, uniform?.scale ?? 0);
  run();
}

/** The largest of the elements (contiguous int64) read as unsigned: 2^63 or more when one of them is negative. */
export function largest(x: NDArray): number {
  requireContiguous('largest', x, x.size);
  begin(largestCode, 'int64', 0);
  setAddress(0, x);
  setParam(0, x.size);
  run();
  return getParam(0);
}

/** out = the curve through the points (xp, fp) at x, `left` before and `right` after it, its ends where null; all contiguous float64. */
export function interp(
  out: NDArray,
  x: NDArray,
  xp: NDArray,
  fp: NDArray,
  left: number | null,
  right: number | null,
): void {
  begin(interpCode, 'float64', 0);
  setAddress(0, out);
  setAddress(1, x);
  setAddress(2, xp);
  setAddress(3, fp);
  setParam(0, out.size);
  setParam(1, xp.size);
  setParam(2, left ?? 0);
  setParam(3, right ?? 0);
  setParam(4, left === null ? 1 : 0);
  setParam(5, right === null ? 1 : 0);
  run();
}

/**
 * How many elements of x and y are farther apart than atol + rtol |y|; infinities are close when equal.
 * @param out contiguous bool, gets which are close; null when nobody asks
 * @param x,y contiguous float64; one of n elements, the other of n or of one
 */
export function close(
  out: NDArray | null,
  x: NDArray,
  y: NDArray,
  { rtol, atol, equalNan }: { rtol: number; atol: number; equalNan: boolean },
): number {
  const n = Math.max(x.size, y.size);
  begin(closeCode, 'float64', 0);
  if (out !== null) setAddress(0, out);
  setAddress(1, x);
  setAddress(2, y);
  setParam(0, n);
  setParam(1, out === null ? 0 : 1);
  setParam(2, x.size === n ? 1 : 0);
  setParam(3, y.size === n ? 1 : 0);
  setParam(4, rtol);
  setParam(5, atol);
  setParam(6, equalNan ? 1 : 0);
  run();
  return getParam(0);
}
