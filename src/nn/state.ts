// Weights in files: the safetensors format, which PyTorch's users exchange, and .npz. Files are written beside their
// place and moved there, so a crash never leaves half of one; reading checks everything before it builds an array.

import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { asarray } from '../core/create.js';
import { type DType, dtypeInfo } from '../core/dtype.js';
import { type ArrayLike, empty, type NDArray } from '../core/ndarray.js';
import { type Shape, shapeText, sizeOf } from '../core/shape.js';
import { load as loadNpy, readable, savezCompressed } from '../numpy/io.js';
import { ascontiguousarray } from '../ops/shape.js';
import type { StateDict } from './module.js';

// Names of element types in the format. Half precision is read as float32, which holds its values exactly.
const names: Partial<Record<DType, string>> = {
  float64: 'F64',
  float32: 'F32',
  int64: 'I64',
  int32: 'I32',
  int16: 'I16',
  int8: 'I8',
  uint64: 'U64',
  uint32: 'U32',
  uint16: 'U16',
  uint8: 'U8',
  bool: 'BOOL',
  complex64: 'C64',
};
const dtypes = new Map(Object.entries(names).map(([dtype, name]) => [name, dtype as DType]));
const HALVES: Readonly<Record<string, (bits: number) => number>> = {
  F16: halfToNumber,
  BF16: (bits) => {
    scratch[0] = bits << 16;
    return scratchFloat[0];
  },
};
const scratch = new Uint32Array(1);
const scratchFloat = new Float32Array(scratch.buffer);
const MAX_HEADER = 100_000_000;

function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Bytes of a safetensors file: 8 bytes of header length, the JSON header, the elements one array after the other. */
export function encodeSafetensors(
  arrays: Readonly<Record<string, ArrayLike>>,
  metadata?: Readonly<Record<string, string>>,
): Uint8Array {
  const header: Record<string, unknown> = metadata === undefined ? {} : { __metadata__: metadata };
  const parts: Uint8Array[] = [];
  let at = 0;
  // The widest types first, as the reference writer does: then every array is aligned.
  const entries = Object.entries(arrays)
    .map(([name, a]) => [name, ascontiguousarray(asarray(a, 'save').detach())] as const)
    .sort(([n, a], [m, b]) => b.itemsize - a.itemsize || (n < m ? -1 : 1));
  for (const [name, a] of entries) {
    const type = names[a.dtype];
    if (type === undefined || name === '__metadata__') {
      throw new TypeError(
        `save: '${name}' of dtype ${a.dtype} cannot be stored as safetensors; ${type === undefined ? 'use a .npz file' : 'that name is reserved'}.`,
      );
    }
    header[name] = { dtype: type, shape: a.shape, data_offsets: [at, at + a.nbytes] };
    parts.push(new Uint8Array(a.storage.buffer, a.storage.byteOffset + a.offset * a.itemsize, a.nbytes));
    at += a.nbytes;
  }
  let text = JSON.stringify(header);
  text += ' '.repeat(-text.length & 7);
  const head = new TextEncoder().encode(text);
  // A name outside ASCII makes the text longer in bytes than in characters.
  const pad = -head.length & 7;
  const out = new Uint8Array(8 + head.length + pad + at);
  new DataView(out.buffer).setBigUint64(0, BigInt(head.length + pad), true);
  out.set(head, 8);
  out.fill(32, 8 + head.length, 8 + head.length + pad);
  let to = 8 + head.length + pad;
  for (const part of parts) {
    out.set(part, to);
    to += part.length;
  }
  return out;
}

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

const isCount = (n: unknown): n is number => typeof n === 'number' && Number.isSafeInteger(n) && n >= 0;

/** The arrays and the metadata of a safetensors file's bytes; `name` stands in errors. */
export function decodeSafetensors(
  bytes: Uint8Array,
  name = 'the file',
): { arrays: StateDict; metadata: Record<string, string> } {
  const broken = (why: string): never => {
    throw new Error(`load: ${name} is not a whole safetensors file: ${why}.`);
  };
  if (bytes.length < 8) broken(`it has ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = Number(view.getBigUint64(0, true));
  if (size > MAX_HEADER || size > bytes.length - 8) broken(`its header should have ${size} bytes`);
  let header: Record<string, unknown> = {};
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, 8 + size)));
  } catch (error) {
    broken(`its header is not JSON (${(error as Error).message})`);
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    broken('its header is no object');
  const { __metadata__, ...rest } = header;
  const available = bytes.length - 8 - size;
  const entries = Object.entries(rest as Record<string, Entry>);
  let end = 0;
  for (const [key, entry] of [...entries].sort((a, b) => a[1]?.data_offsets?.[0] - b[1]?.data_offsets?.[0])) {
    const { dtype, shape, data_offsets: range } = entry ?? {};
    if (!Array.isArray(shape) || !shape.every(isCount) || !Array.isArray(range) || !range.every(isCount))
      broken(`'${key}' has no shape and range`);
    const type = dtypes.get(dtype);
    const width = dtype in HALVES ? 2 : type === undefined ? 0 : dtypeInfo[type].itemsize;
    if (width === 0) broken(`'${key}' has the unknown element type ${String(dtype)}`);
    if (range[1] - range[0] !== sizeOf(shape) * width)
      broken(
        `'${key}' of shape ${shapeText(shape)} and type ${dtype} does not have ${range[1] - range[0]} bytes`,
      );
    if (range[0] !== end) broken(`there is a gap or an overlap before '${key}'`);
    end = range[1];
  }
  if (end !== available) broken(`${end} bytes of elements are described, ${available} are there`);
  const arrays: StateDict = {};
  for (const [key, { dtype, shape, data_offsets: range }] of entries) {
    arrays[key] = elements(bytes.subarray(8 + size + range[0], 8 + size + range[1]), dtype, shape);
  }
  return { arrays, metadata: (__metadata__ ?? {}) as Record<string, string> };
}

function elements(bytes: Uint8Array, dtype: string, shape: Shape): NDArray {
  const half = HALVES[dtype];
  const out = empty(shape, half === undefined ? dtypes.get(dtype)! : 'float32');
  if (half === undefined) {
    new Uint8Array(out.storage.buffer, out.storage.byteOffset, bytes.length).set(bytes);
  } else {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const raw = out.raw() as Float32Array;
    for (let i = 0; i < out.size; i++) raw[i] = half(view.getUint16(2 * i, true));
  }
  return out;
}

/** Writes a file whole or not at all: beside its place first, then moved over it. */
export function writeWhole(path: string, bytes: Uint8Array): void {
  const beside = `${path}.${process.pid}.tmp`;
  try {
    const handle = openSync(beside, 'w');
    try {
      for (let at = 0; at < bytes.length; )
        at += writeSync(handle, bytes, at, Math.min(bytes.length - at, 2 ** 30));
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}

/**
 * Writes arrays by name: to a .safetensors file (what PyTorch's users load with `safetensors.torch.load_file`) or to a
 * .npz file, by the name's ending.
 *
 * @example
 * nn.save(model.stateDict(), 'model.safetensors');
 * model.loadStateDict(nn.load('model.safetensors'));
 */
export function save(
  state: Readonly<Record<string, ArrayLike>>,
  file: string,
  metadata?: Readonly<Record<string, string>>,
): void {
  if (file.endsWith('.npz')) savezCompressed(file, { ...state });
  else if (file.endsWith('.safetensors')) writeWhole(file, encodeSafetensors(state, metadata));
  else throw new RangeError(`save: '${file}' must end in .safetensors or .npz.`);
}

/** Reads what `save`, NumPy's savez or PyTorch's safetensors wrote. */
export function load(file: string): StateDict {
  if (file.endsWith('.npz')) return loadNpy(file as `${string}.npz`);
  if (file.endsWith('.safetensors'))
    return decodeSafetensors(readFileSync(readable('load', file)), file).arrays;
  throw new RangeError(
    `load: '${file}' must end in .safetensors or .npz. PyTorch's own .pt files are pickles; save them with safetensors.torch.save_file.`,
  );
}
