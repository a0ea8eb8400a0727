// What a fused loop over rows is made of: parts, which are one native call on a block of rows, the lanes they read and
// write, and forms, which say what one recorded step becomes. How the steps of each kind get their forms is in
// loops.ts, loop-products.ts and loop-gathers.ts.

import { dtypeInfo } from '../core/dtype.js';
import { dtypeNames, type Place, type Step, type Value } from './record.js';

// As in native/cpu/fused.cc.
export const FORM = {
  loop: 0,
  cast: 1,
  fold: 2,
  find: 3,
  foldRows: 4,
  foldAll: 5,
  outer: 6,
  inner: 7,
  outerSum: 8,
  offsets: 9,
  take: 10,
  put: 11,
} as const;
const [ROWS_OF_ELEMENTS, FLAT, ELEMENTS_OF_ROWS] = [0, 1, 2];

/** An operand of a part: rows `row` bytes apart of elements `col` bytes apart; row 0: the same for every row. */
export interface Lane {
  readonly value: Value | null;
  readonly offset: number;
  readonly row: number;
  readonly col: number;
  /** Bytes from the first to the end of the last element of a row. */
  readonly span: number;
  readonly bits: Uint8Array | null;
}

export interface Part {
  readonly form: number;
  readonly code: number;
  readonly order: number;
  readonly dtype: number;
  readonly width: number;
  readonly q: readonly number[];
  readonly lanes: readonly Lane[];
  /** Numbers that what follows a product compares with and puts in. */
  readonly numbers?: readonly [number, number];
}

/** What must hold of an index array at run time: element i is i, or all are within -limit .. limit - 1. */
export interface Guard {
  readonly kind: 'iota' | 'bounds';
  readonly place: Place;
  readonly count: number;
  readonly limit: number;
}

export interface Form {
  readonly parts: readonly Part[];
  /** Adds up over the rows into this value, which is complete only after the loop. */
  readonly sums: Value | null;
  /** Steps to take before the loop, and after it. */
  readonly before: readonly Step[];
  readonly after: readonly Step[];
  readonly guards: readonly Guard[];
  /** Blocks must hold a multiple of so many rows. */
  readonly multiple: number;
}

/** Largest input, in elements, of a sum over rows inside a loop: such a loop runs on one thread. */
export const MAX_SUM = 2 ** 18;

export const sizeOf = (dtype: number): number => dtypeInfo[dtypeNames[dtype]].itemsize;
export const isFloat = (dtype: number): boolean => dtypeInfo[dtypeNames[dtype]].kind === 'f';
export const product = (shape: readonly number[]): number => shape.reduce((n, x) => n * x, 1);

interface Dims {
  shape: number[];
  strides: number[][];
}

/** Without axes of length 1, neighbours merged where every operand walks them as one. */
export function merged(shape: readonly number[], strides: readonly (readonly number[])[]): Dims {
  const out: Dims = { shape: [], strides: strides.map(() => []) };
  for (let d = 0; d < shape.length; d++) {
    if (shape[d] === 1) continue;
    const last = out.shape.length - 1;
    if (last >= 0 && strides.every((s, j) => out.strides[j][last] === s[d] * shape[d])) {
      out.shape[last] *= shape[d];
      strides.forEach((s, j) => {
        out.strides[j][last] = s[d];
      });
    } else {
      out.shape.push(shape[d]);
      strides.forEach((s, j) => {
        out.strides[j].push(s[d]);
      });
    }
  }
  return out;
}

/** A lane in a memory. */
export const laneAt = (
  value: Value | null,
  offset: number,
  row: number,
  col: number,
  span: number,
): Lane => ({
  value,
  offset,
  row,
  col,
  span,
  bits: null,
});

/** A lane over the elements of a place: rows so many elements apart. */
export function lane(place: Place, row: number, col: number, width: number): Lane {
  const size = sizeOf(place.dtype);
  const reach = col * size * (width - 1);
  return {
    value: place.value,
    offset: place.offset,
    row: row * size,
    col: col * size,
    // A negative step reaches before the first element; such rows are never taken apart.
    span: reach < 0 ? Number.POSITIVE_INFINITY : reach + size,
    bits: place.bits,
  };
}

export const partOf = (
  form: number,
  dtype: number,
  width: number,
  lanes: readonly Lane[],
  more: Partial<Part> = {},
): Part => ({ form, code: 0, order: 0, dtype, width, q: [], lanes, ...more });

export const formOf = (parts: readonly Part[], more: Partial<Form> = {}): Form => ({
  parts,
  sums: null,
  before: [],
  after: [],
  guards: [],
  multiple: 1,
  ...more,
});

/** A part that runs a loop or a cast over rows of `width` elements. */
export function loopPart(
  form: number,
  code: number,
  dtype: number,
  n: number,
  width: number,
  lanes: readonly Lane[],
): Part {
  let order = ROWS_OF_ELEMENTS;
  if (width === 1) order = ELEMENTS_OF_ROWS;
  else if (lanes.every((l) => l.row === l.col * width)) order = FLAT;
  else if (width < 8 && n > 2 * width) order = ELEMENTS_OF_ROWS;
  return partOf(form, dtype, width, lanes, { code, order });
}

/** Gives a block for a result that only the loop sees. */
export type Temporary = (bytes: number) => Value;

/** A lane of dtype `want` with the elements of `from`, and the conversion it takes, which goes to `parts`. */
export function converted(
  temporary: Temporary,
  from: Lane,
  have: number,
  want: number,
  n: number,
  width: number,
  parts: Part[],
): Lane {
  if (have === want) return from;
  // What is the same for every row is converted once a row all the same: it costs little.
  const to = ownLane(temporary, want, n, width);
  parts.push(loopPart(FORM.cast, want, have, n, width, [to, from]));
  return to;
}

/** A lane of its own for rows of `width` elements. */
export function ownLane(temporary: Temporary, dtype: number, n: number, width: number): Lane {
  const size = sizeOf(dtype);
  return laneAt(temporary(n * width * size), 0, width * size, size, width * size);
}
