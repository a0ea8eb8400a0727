// Text that holds plain numbers and nothing else, read natively: what text.ts tries before it looks at every field.

import * as backend from '../backend/index.js';
import { empty, type NDArray } from '../core/ndarray.js';
import { get } from '../ops/index.js';
import { copy, reshape } from '../ops/shape.js';

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
