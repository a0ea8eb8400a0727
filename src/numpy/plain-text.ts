// Text that holds plain numbers and nothing else, read and written natively: what text.ts tries before it looks at
// every field.

import * as backend from '../backend/index.js';
import { isComplex, isFloat } from '../core/dtype.js';
import { empty, type NDArray } from '../core/ndarray.js';
import { get } from '../ops/index.js';
import { castTo } from '../ops/operands.js';
import { ascontiguousarray, copy, reshape } from '../ops/shape.js';

/** Whether a text is one character that is one byte, and no end of a line. */
const oneByte = (sign: string): boolean => /^[^\n\r\u0080-\uffff]$/.test(sign);

function read(bytes: Uint8Array, text: backend.PlainText): NDArray | null {
  const { delimiter, comment } = text;
  if (bytes.length === 0 || (delimiter !== '' && !oneByte(delimiter))) return null;
  if (comment !== null && !oneByte(comment)) return null;
  const from = empty([bytes.length], 'uint8');
  (from.raw() as Uint8Array).set(bytes);
  // A number takes a digit and something before the next one.
  const room = empty([(bytes.length + 1) >> 1], 'float64');
  const found = backend.readNumbers(room, from, text);
  if (found === null || found[0] === 0) return null;
  return reshape(copy(get(room, [`:${found[0] * found[1]}`])), [...found]);
}

/** The numbers of a text between which one character stands, or white space. Null: look closer. */
export function plainVector(text: string, delimiter: string): NDArray | null {
  const found = read(new TextEncoder().encode(text), { delimiter, comment: null, oneLine: true });
  return found === null ? null : reshape(found, -1);
}

/** Lines of numbers, as many in each, after the first `skip` lines: a matrix. Null: look closer. */
export function plainRows(
  bytes: Uint8Array,
  delimiter: string,
  comment: string | null,
  skip: number,
): NDArray | null {
  let rest = bytes;
  for (let line = 0; line < skip; line++) {
    const end = rest.findIndex((b) => b === 10 || b === 13);
    if (end < 0) return null;
    rest = rest.subarray(end + (rest[end] === 13 && rest[end + 1] === 10 ? 2 : 1));
  }
  return read(rest, { delimiter, comment, oneLine: false });
}

const ofFloats = /^%[-+ ]*(\d{0,2})(?:\.(\d{1,2}))?[eEfFgG]$/;
const ofWholes = /^%[-+ 0]*(\d{0,2})[di]$/;

function closed(text: string): NDArray {
  const bytes = new TextEncoder().encode(text);
  const out = empty([bytes.length + 1], 'uint8');
  const raw = out.raw() as Uint8Array;
  raw.set(bytes);
  raw[bytes.length] = 0;
  return out;
}

/** The rows of a matrix as text, where one plain format serves all columns. Null: look closer. */
export function writtenRows(
  rows: NDArray,
  format: string,
  delimiter: string,
  newline: string,
): Uint8Array[] | null {
  if (rows.size === 0 || isComplex(rows.dtype) || rows.dtype === 'uint64') return null;
  if (delimiter.includes('\0') || newline.includes('\0')) return null;
  const floats = ofFloats.test(format);
  if (!floats && (isFloat(rows.dtype) || !ofWholes.test(format))) return null;
  const table = ascontiguousarray(castTo(rows.detach(), floats ? 'float64' : 'int64'));
  const texts = [
    closed(floats ? format : format.replace(/[di]$/, 'lld')),
    closed(delimiter),
    closed(newline),
  ] as const;
  const chunks: Uint8Array[] = [];
  // The largest float64 has 309 digits before the point; width and decimals have two digits.
  const most = 512;
  for (let next = 0; next < table.size; ) {
    const room = empty(
      [Math.min(1 << 20, (table.size - next + 1) * (most + delimiter.length * 3 + newline.length * 3))],
      'uint8',
    );
    const [after, bytes] = backend.writeNumbers(room, table, rows.shape[1], texts, next, most);
    chunks.push((room.raw() as Uint8Array).subarray(room.offset, room.offset + bytes));
    if (after === next) return null;
    next = after;
  }
  return chunks;
}
