// Bits in bytes, flat positions as coordinates, and numbers in text.

import type { NDArray } from '../core/ndarray.js';
import {
  begin,
  getParam,
  opcode,
  requireContiguous,
  run,
  setAddress,
  setParam,
  setShape,
} from './command.js';

const packCode = opcode('packBits');
const unpackCode = opcode('unpackBits');
const unravelCode = opcode('unravel');
const writeCode = opcode('writeNumbers');
const readCode = opcode('readNumbers');

/** Rows of n bools to rows of ceil(n / 8) bytes (uint8), the lowest bit first when `little`. Both contiguous. */
export function packBits(out: NDArray, rows: number, n: number, a: NDArray, little: boolean): void {
  requireContiguous('packBits', a, rows * n);
  begin(packCode, 'uint8', 0);
  setAddress(0, out);
  setAddress(1, a);
  setParam(0, rows);
  setParam(1, n);
  setParam(2, little ? 1 : 0);
  run();
}

/** Rows of so many bytes to rows of n zeros and ones (uint8). Both contiguous. */
export function unpackBits(
  out: NDArray,
  rows: number,
  n: number,
  a: NDArray,
  bytes: number,
  little: boolean,
): void {
  requireContiguous('unpackBits', a, rows * bytes);
  begin(unpackCode, 'uint8', 0);
  setAddress(0, out);
  setAddress(1, a);
  setParam(0, rows);
  setParam(1, bytes);
  setParam(2, n);
  setParam(3, little ? 1 : 0);
  run();
}

/**
 * out[d, i] = coordinate d of position at[i] in an array of a shape, in C order.
 * @param out contiguous int64 of shape (dimensions, positions), as `at`
 * @throws RangeError "unravelIndex: index 9 is out of bounds for array with size 9."
 */
export function unravel(out: NDArray, at: NDArray, shape: readonly number[]): void {
  requireContiguous('unravel', at, at.size);
  begin(unravelCode, 'int64', shape.length);
  setShape(shape);
  setAddress(0, out);
  setAddress(1, at);
  setParam(0, at.size);
  run();
}

export interface PlainText {
  /** The one character between numbers; white space when it is empty. */
  readonly delimiter: string;
  /** The one character that begins a comment, or null. */
  readonly comment: string | null;
  /** Whether ends of lines are nothing but white space. */
  readonly oneLine: boolean;
}

/**
 * Lines of numbers, as many in each. Returns rows and columns, null for a text that is not as plain as that.
 * @param out contiguous float64, takes the numbers
 * @param text bytes (uint8), contiguous
 */
export function readNumbers(
  out: NDArray,
  text: NDArray,
  { delimiter, comment, oneLine }: PlainText,
): [rows: number, columns: number] | null {
  begin(readCode, 'float64', 0);
  setAddress(0, out);
  setAddress(1, text);
  setParam(0, text.size);
  setParam(1, out.size);
  setParam(2, delimiter === '' ? 0 : delimiter.charCodeAt(0));
  setParam(3, comment === null ? -1 : comment.charCodeAt(0));
  setParam(4, oneLine ? 1 : 0);
  run();
  const rows = getParam(0);
  return rows < 0 ? null : [rows, getParam(1)];
}

/**
 * Elements of a table as text from `first` on, while there is room; returns the next element and the bytes written.
 * @param out bytes (uint8); table contiguous float64 or int64
 * @param texts the C format of a number, what stands between columns, what ends a row: bytes closed by a zero
 * @param most bytes that a number takes at most
 */
export function writeNumbers(
  out: NDArray,
  table: NDArray,
  columns: number,
  texts: readonly [NDArray, NDArray, NDArray],
  first: number,
  most: number,
): [next: number, bytes: number] {
  requireContiguous('writeNumbers', table, table.size);
  begin(writeCode, table.dtype, 0);
  setAddress(0, out);
  setAddress(1, table);
  for (let k = 0; k < 3; k++) setAddress(2 + k, texts[k]);
  setParam(0, table.size);
  setParam(1, columns);
  setParam(2, first);
  setParam(3, out.size);
  setParam(4, most);
  run();
  return [getParam(0), getParam(1)];
}
