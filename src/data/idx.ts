// IDX, the file format of MNIST and its successors: a magic number with the element type and the number of axes, the
// shape as big-endian integers, then the elements.

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { DType } from '../core/dtype.js';
import { empty, type NDArray } from '../core/ndarray.js';
import { shapeText, sizeOf } from '../core/shape.js';

const types: Readonly<Record<number, [DType, number]>> = {
  8: ['uint8', 1],
  9: ['int8', 1],
  11: ['int16', 2],
  12: ['int32', 4],
  13: ['float32', 4],
  14: ['float64', 8],
};

/**
 * The array in an IDX file, gzipped or not.
 *
 * @throws Error when the file is no IDX file, is cut short, or has bytes too many
 */
export function readIdx(file: string): NDArray {
  let bytes: Uint8Array = readFileSync(file);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    try {
      bytes = gunzipSync(bytes);
    } catch (error) {
      throw new Error(`readIdx: ${file} is a broken gzip file (${(error as Error).message}).`);
    }
  }
  return decodeIdx(bytes, file);
}

/** The array in an IDX file's bytes; `name` stands in errors. */
export function decodeIdx(bytes: Uint8Array, name = 'the file'): NDArray {
  const broken = (why: string): never => {
    throw new Error(`readIdx: ${name} is not a whole IDX file: ${why}.`);
  };
  const type = types[bytes[2]];
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0 || type === undefined)
    broken('it does not begin with the magic number');
  const ndim = bytes[3];
  const start = 4 + 4 * ndim;
  if (bytes.length < start) broken(`its header of ${ndim} axes is cut short`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: ndim }, (_, d) => view.getUint32(4 + 4 * d));
  const [dtype, width] = type;
  const expected = start + sizeOf(shape) * width;
  if (bytes.length !== expected)
    broken(`shape ${shapeText(shape)} of ${dtype} needs ${expected} bytes, it has ${bytes.length}`);
  const out = empty(shape, dtype);
  const target = new Uint8Array(out.storage.buffer, out.storage.byteOffset, sizeOf(shape) * width);
  target.set(bytes.subarray(start));
  // Elements of several bytes stand in the file with the largest first.
  for (let i = 0; width > 1 && i < target.length; i += width) target.subarray(i, i + width).reverse();
  return out;
}
