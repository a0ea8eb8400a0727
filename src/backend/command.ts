// The command buffer: one Float64Array shared with the addon. An operation writes op code, operand addresses, shape,
// strides and scalars into fixed slots and makes one call without arguments, so a call costs about 16 ns and
// allocates nothing. The slots are those of native/command.h.

import { type DType, infoOf, type Scalar, typedView, writeScalar } from '../core/dtype.js';
import { NDArray } from '../core/ndarray.js';
import { alignBlocks, deadError, hollowError, meta, nowhere, type Storage } from '../core/storage.js';
import { addon } from './addon.js';

/** An array that broadcasts against the result, or a number that stands for one. */
export type Operand = NDArray | Scalar;

const SLOTS = 1024;
const OP = 0;
const LOOP = 1;
const NDIM = 2;
const PARAM = 4;
const OPERAND = 16; // address, dtype of each of eight operands
const SHAPE = 32;
const STRIDE = 64; // 32 for each of eight operands
const SCRATCH = 960; // immediate operands, two slots for each
export const LIST = 512; // free lists of up to 448 numbers

// Not exported under this name, since what a module exports is looked up anew at every use.
const slots = new Float64Array(SLOTS);
export const command = slots;
const scratchF32 = new Float32Array(slots.buffer);
const scratchI32 = new Int32Array(slots.buffer);
const scratchU8 = new Uint8Array(slots.buffer);
const base = addon.attach(slots);
/** Address of the command buffer, where numbers among the operands lie. */
export const commandAddress = base;
alignBlocks((buffer) => addon.address(buffer));

/** Op codes by name: `op.add`, `op.exp`, `op.sum`... The native side's list, read when the addon was loaded. */
export const op: Readonly<Record<string, number>> = addon.ops();

/** The code of a named operation. Throws when the addon has none of that name. */
export function opcode(name: string): number {
  const code = op[name];
  if (code === undefined) {
    throw new Error(
      `opcode: the native addon has no operation '${name}'. Rebuild it with \`npm run setup\`.`,
    );
  }
  return code;
}

export function addressOf(storage: Storage): number {
  const { slab } = storage;
  if (storage.dead) throw deadError();
  if (slab.address < 0) {
    if (slab === nowhere) {
      if (meta.on) return 0;
      throw hollowError();
    }
    slab.address = addon.address(slab.buffer);
  }
  return slab.address + storage.byteOffset;
}

/** Sees every command before and after it runs, while a function is recorded. */
export interface Recorder {
  /** Operand k lies in `storage`; null: it is a number in the buffer. */
  operand(k: number, storage: Storage | null): void;
  issued(): void;
  ran(): void;
  failed(message: string): void;
  /** JavaScript read a result that a command left in its parameters. */
  read(): void;
}

let recorder: Recorder | null = null;

/** Sets who records, or nobody. */
export function record(by: Recorder | null): void {
  recorder = by;
}

/** Runs `f`, which writes the same into `out` at every call, unseen: to a recording JavaScript has written the array. */
export function unrecorded(out: NDArray, f: () => void): void {
  const seen = recorder;
  if (seen !== null) out.raw();
  recorder = null;
  try {
    f();
  } finally {
    recorder = seen;
  }
}

/** Starts a command. */
export function begin(code: number, loop: DType, ndim: number): void {
  // A recorded command is copied as a whole, so nothing of an earlier one may be left in it.
  if (recorder !== null) slots.fill(0, PARAM, SCRATCH);
  if (code === undefined)
    throw new Error(
      'backend: undefined operation code; the addon may be older than the sources. Run `npm run setup`.',
    );
  slots[OP] = code;
  slots[LOOP] = infoOf(loop).code;
  slots[NDIM] = ndim;
}

export function setParam(k: number, value: number): void {
  slots[PARAM + k] = value;
}

export function getParam(k: number): number {
  if (recorder !== null) recorder.read();
  if (meta.on) return 0;
  return slots[PARAM + k];
}

export function setDim(d: number, n: number): void {
  slots[SHAPE + d] = n;
}

export function setShape(shape: readonly number[]): void {
  for (let d = 0; d < shape.length; d++) slots[SHAPE + d] = shape[d];
}

export function setStride(k: number, d: number, stride: number): void {
  slots[STRIDE + 32 * k + d] = stride;
}

/** Address and dtype of operand k; its strides are set separately. */
export function setAddress(k: number, a: NDArray): void {
  const info = infoOf(a.dtype);
  const storage = a.storage;
  const start = addressOf(storage);
  slots[OPERAND + 2 * k] = start + a.offset * info.itemsize;
  slots[OPERAND + 2 * k + 1] = info.code;
  if (recorder !== null) recorder.operand(k, storage);
}

/** Operand k of a command of one dimension: elements side by side. */
export function setFlat(k: number, a: NDArray): void {
  setAddress(k, a);
  slots[STRIDE + 32 * k] = 1;
}

/** No operand k: its address is null. */
export function clearOperand(k: number): void {
  slots[OPERAND + 2 * k] = 0;
}

/** An address in the list, 0 for none: for commands with more operands than there are places. They cannot be recorded. */
export function setListed(i: number, a: NDArray | null): void {
  slots[LIST + i] = a === null ? 0 : addressOf(a.storage) + a.offset * infoOf(a.dtype).itemsize;
}

/** Operand k with its own shape and strides along dimensions `from`, `from + 1`... */
export function setArray(k: number, a: NDArray, from = 0): void {
  setAddress(k, a);
  const at = STRIDE + 32 * k + from;
  const strides = a.stridesEl;
  for (let d = 0; d < strides.length; d++) slots[at + d] = strides[d];
}

/** Operand k, broadcast to `ndim` dimensions of the command's shape: right-aligned, stride 0 where it repeats. */
export function setBroadcast(k: number, a: NDArray, ndim: number): void {
  setAddress(k, a);
  const { shape, stridesEl } = a;
  const lead = ndim - shape.length;
  const at = STRIDE + 32 * k;
  for (let d = 0; d < lead; d++) slots[at + d] = 0;
  for (let d = 0; d < shape.length; d++) slots[at + lead + d] = shape[d] === 1 ? 0 : stridesEl[d];
}

/** Operand k as a number of `dtype`, kept in the command buffer itself and repeated along every dimension. */
export function setImmediate(k: number, value: Scalar, dtype: DType, ndim: number): void {
  const slot = SCRATCH + 2 * k;
  const { code } = infoOf(dtype);
  if (code === 0) slots[slot] = Number(value);
  else if (code === 1) scratchF32[2 * slot] = Number(value);
  else if (code === 2 && typeof value === 'number' && value === (value | 0)) {
    scratchI32[2 * slot] = value;
    scratchI32[2 * slot + 1] = value < 0 ? -1 : 0;
  } else if (code === 3) scratchI32[2 * slot] = Number(value);
  else if (code === 5) scratchU8[8 * slot] = value ? 1 : 0;
  else writeScalar(dtype, typedView(dtype, slots.buffer, 8 * slot, 1), 0, value);
  slots[OPERAND + 2 * k] = base + 8 * slot;
  slots[OPERAND + 2 * k + 1] = code;
  if (recorder !== null) recorder.operand(k, null);
  const at = STRIDE + 32 * k;
  for (let d = 0; d < ndim; d++) slots[at + d] = 0;
}

/** Operand k, an array or a number; a number takes `dtype`. */
export function setOperand(k: number, x: Operand, dtype: DType, ndim: number): void {
  if (x instanceof NDArray) setBroadcast(k, x, ndim);
  else setImmediate(k, x, dtype, ndim);
}

/** Runs the command. An error of the native side becomes a RangeError with its text. */
export function run(): void {
  if (meta.on) return;
  if (recorder !== null) recorder.issued();
  if (addon.run() !== undefined) {
    const message = addon.error();
    if (recorder !== null) recorder.failed(message);
    throw new RangeError(message);
  }
  if (recorder !== null) recorder.ran();
}

/** Throws unless the elements of `out` lie in C order: results that kernels write straight through need that. */
export function requireContiguous(caller: string, out: NDArray, size: number): void {
  if (!out.contiguous || out.size !== size) {
    throw new Error(
      `${caller}: the result must be contiguous with ${size} elements, not ${out.size} (shape [${out.shape}]).`,
    );
  }
}
