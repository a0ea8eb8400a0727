// Arrays in files, in NumPy's formats: .npy (one array, with numpy.load and numpy.save both ways) and .npz (a zip
// archive of them). Reading checks what it reads: foreign and truncated files are refused with the reason.

import {
  closeSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { asarray } from '../core/create.js';
import { type DType, dtypeInfo } from '../core/dtype.js';
import { type ArrayLike, empty, type NDArray } from '../core/ndarray.js';
import { checkShape, type Shape, shapeText, sizeOf } from '../core/shape.js';
import { ascontiguousarray, transpose } from '../ops/shape.js';

const descriptors: Readonly<Record<DType, string>> = {
  float64: '<f8',
  float32: '<f4',
  int64: '<i8',
  int32: '<i4',
  uint8: '|u1',
  int8: '|i1',
  int16: '<i2',
  uint16: '<u2',
  uint32: '<u4',
  uint64: '<u8',
  complex128: '<c16',
  complex64: '<c8',
  bool: '|b1',
};

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const ALIGN = 64;
// NumPy leaves room in the header for the first length to grow.
const GROWTH_DIGITS = 21;

export function pathOf(caller: string, file: string | URL): string {
  if (typeof file === 'string') return file;
  if (file instanceof URL) return fileURLToPath(file);
  throw new TypeError(`${caller}: the file must be a path or a file: URL, not ${typeof file}.`);
}

/** The path of a file to read. */
export function readable(caller: string, file: string | URL): string {
  const path = pathOf(caller, file);
  const entry = statSync(path, { throwIfNoEntry: false });
  if (entry && !entry.isDirectory()) return path;
  const problem = entry ? `'${path}' is a folder` : `there is no file '${path}'`;
  const place = isAbsolute(path) ? '' : ` in ${process.cwd()}`;
  throw Object.assign(new Error(`${caller}: ${problem}${place}.`), { code: entry ? 'EISDIR' : 'ENOENT' });
}

// ---------------------------------------------------------------- .npy

function header(a: NDArray): Uint8Array {
  let text = `{'descr': '${descriptors[a.dtype]}', 'fortran_order': False, 'shape': ${shapeText(a.shape)}, }`;
  if (a.ndim > 0) text += ' '.repeat(GROWTH_DIGITS - String(a.shape[0]).length);
  const pad = (ALIGN - ((MAGIC.length + 4 + text.length + 1) % ALIGN)) % ALIGN;
  text += `${' '.repeat(pad)}\n`;
  const out = new Uint8Array(MAGIC.length + 4 + text.length);
  out.set([...MAGIC, 1, 0, text.length & 255, text.length >> 8]);
  out.set(new TextEncoder().encode(text), MAGIC.length + 4);
  return out;
}

const bytesOf = (a: NDArray): Uint8Array =>
  new Uint8Array(a.storage.buffer, a.storage.byteOffset + a.offset * a.itemsize, a.nbytes);

/**
 * Writes one array to a .npy file; the ending is added when it is missing.
 * @see numpy.save
 */
export function save(file: string | URL, value: ArrayLike): void {
  const path = pathOf('save', file);
  const a = ascontiguousarray(asarray(value, 'save').detach());
  const handle = openSync(path.endsWith('.npy') ? path : `${path}.npy`, 'w');
  try {
    const write = (bytes: Uint8Array): void => {
      for (let at = 0; at < bytes.length; )
        at += writeSync(handle, bytes, at, Math.min(bytes.length - at, 2 ** 30));
    };
    write(header(a));
    write(bytesOf(a));
  } finally {
    closeSync(handle);
  }
}

interface Described {
  dtype: DType;
  shape: Shape;
  fortran: boolean;
  /** Where the elements begin. */
  start: number;
}

/** Reads the header from the first bytes of a file of `total` bytes. */
function parseHeader(name: string, head: Uint8Array, total: number): Described {
  const broken = (why: string): never => {
    throw new RangeError(`load: ${name}: ${why}`);
  };
  if (total === 0) broken('the file is empty.');
  if (head.length < 10 || MAGIC.some((b, i) => head[i] !== b)) {
    const first = [...head.subarray(0, 6)].map((b) => b.toString(16).padStart(2, '0')).join(' ');
    broken(`not a .npy file: the magic string is not correct; expected 93 4e 55 4d 50 59, got ${first}.`);
  }
  const major = head[6];
  if (major < 1 || major > 3)
    broken(`we only support format version (1,0), (2,0), and (3,0), not (${major},${head[7]}).`);
  const wide = major >= 2;
  const at = wide ? 12 : 10;
  if (head.length < at) broken(`the header is truncated after ${head.length} bytes.`);
  const length = wide
    ? new DataView(head.buffer, head.byteOffset).getUint32(8, true)
    : head[8] | (head[9] << 8);
  if (total < at + length)
    broken(`EOF: reading array header, expected ${length} bytes got ${total - at}; the file is truncated.`);
  const text = new TextDecoder(major === 3 ? 'utf-8' : 'latin1').decode(head.subarray(at, at + length));
  const descr = /'descr'\s*:\s*(?:'([^']*)'|"([^"]*)"|(\[))/.exec(text);
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text);
  const shape = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(text);
  if (descr === null || order === null || shape === null)
    return broken(`cannot parse the header ${JSON.stringify(text.trim())}.`);
  const code = descr[1] ?? descr[2] ?? 'a structured dtype';
  const dtype = (Object.keys(descriptors) as DType[]).find(
    (d) => descriptors[d] === code || descriptors[d].slice(1) === code.replace(/^[=|]/, ''),
  );
  if (dtype === undefined) {
    return broken(
      `its dtype ${code} is not supported; supported are ${Object.entries(descriptors)
        .map(([d, c]) => `${d} (${c})`)
        .join(', ')}. Convert it in Python: np.save(file, a.astype('float64')).`,
    );
  }
  const lengths = shape[1].split(',').flatMap((n) => (n.trim() === '' ? [] : [Number.parseInt(n, 10)]));
  return { dtype, shape: lengths, fortran: order[1] === 'True', start: at + length };
}

function finish(
  name: string,
  found: Described,
  available: number,
  read: (into: Uint8Array) => void,
): NDArray {
  const { dtype, shape, fortran } = found;
  const { itemsize } = dtypeInfo[dtype];
  checkShape('load', shape, itemsize);
  const size = sizeOf(shape);
  if (available < size * itemsize) {
    throw new RangeError(
      `load: ${name}: the file is truncated: shape ${shapeText(shape)} of ${dtype} takes ${size * itemsize} bytes, ${available} are there.`,
    );
  }
  const out = empty(fortran ? [...shape].reverse() : shape, dtype);
  read(bytesOf(out));
  return fortran ? transpose(out) : out;
}

function fromBytes(name: string, bytes: Uint8Array): NDArray {
  const found = parseHeader(name, bytes, bytes.length);
  return finish(name, found, bytes.length - found.start, (into) =>
    into.set(bytes.subarray(found.start, found.start + into.length)),
  );
}

/**
 * Reads a .npy file into an array, or a .npz archive into an object of arrays.
 * @param file a path, a file: URL, or the bytes themselves
 * @throws RangeError when the file is truncated, foreign, or of a dtype that arrays here do not have
 * @see numpy.load
 */
export function load(file: `${string}.npz`): Record<string, NDArray>;
export function load(file: string | URL | Uint8Array | ArrayBuffer): NDArray;
export function load(file: string | URL | Uint8Array | ArrayBuffer): NDArray | Record<string, NDArray> {
  if (file instanceof ArrayBuffer || ArrayBuffer.isView(file)) {
    const bytes = file instanceof ArrayBuffer ? new Uint8Array(file) : file;
    return isZip(bytes) ? unzip('the archive', bytes) : fromBytes('the data', bytes);
  }
  const path = readable('load', file);
  const handle = openSync(path, 'r');
  try {
    const total = fstatSync(handle).size;
    const read = (into: Uint8Array, from: number): number => {
      let done = 0;
      while (done < into.length) {
        const n = readSync(handle, into, done, Math.min(into.length - done, 2 ** 30), from + done);
        if (n === 0) break;
        done += n;
      }
      return done;
    };
    const head = new Uint8Array(Math.min(total, 65_536));
    read(head, 0);
    if (isZip(head)) return unzip(path, readFileSync(path));
    const found = parseHeader(path, head, total);
    return finish(path, found, total - found.start, (into) => {
      read(into, found.start);
    });
  } finally {
    closeSync(handle);
  }
}

// ---------------------------------------------------------------- .npz

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;

const isZip = (bytes: Uint8Array): boolean =>
  bytes.length >= 4 && new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true) === LOCAL;

function unzip(name: string, bytes: Uint8Array): Record<string, NDArray> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let end = bytes.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== END) end--;
  if (end < 0) throw new RangeError(`load: ${name}: the archive is truncated: it has no directory.`);
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  const out: Record<string, NDArray> = {};
  for (let i = 0; i < count; i++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== CENTRAL)
      throw new RangeError(`load: ${name}: the archive's directory is damaged at entry ${i}.`);
    const method = view.getUint16(at + 10, true);
    const checksum = view.getUint32(at + 16, true);
    const packed = view.getUint32(at + 20, true);
    const nameLength = view.getUint16(at + 28, true);
    const entry = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    const local = view.getUint32(at + 42, true);
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (packed === 0xffffffff || local === 0xffffffff)
      throw new RangeError(
        `load: ${name}: entry '${entry}' is larger than 4 GiB (zip64), which is not supported.`,
      );
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    const body = bytes.subarray(start, start + packed);
    if (method !== 0 && method !== 8)
      throw new RangeError(
        `load: ${name}: entry '${entry}' uses compression method ${method}; stored (0) and deflate (8) are supported.`,
      );
    const raw = method === 8 ? inflateRawSync(body) : body;
    if (crc32(raw) !== checksum)
      throw new RangeError(`load: ${name}: entry '${entry}' is damaged: its checksum is wrong.`);
    if (entry.endsWith('.npy')) out[entry.slice(0, -4)] = fromBytes(`${name}: ${entry}`, raw);
  }
  return out;
}

function archive(
  caller: string,
  file: string | URL,
  arrays: Record<string, ArrayLike>,
  compressed: boolean,
): void {
  const path = pathOf(caller, file);
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const [key, value] of Object.entries(arrays)) {
    const a = ascontiguousarray(asarray(value, caller).detach());
    const raw = Buffer.concat([header(a), bytesOf(a)]);
    const body = compressed ? deflateRawSync(raw) : raw;
    const name = new TextEncoder().encode(`${key}.npy`);
    // Version, flags (UTF-8 names), method, time, date, checksum, sizes, name length, extra length.
    const common = new DataView(new ArrayBuffer(26));
    common.setUint16(0, 20, true);
    common.setUint16(2, 0x800, true);
    common.setUint16(4, compressed ? 8 : 0, true);
    common.setUint16(8, 0x21, true);
    common.setUint32(10, crc32(raw), true);
    common.setUint32(14, body.length, true);
    common.setUint32(18, raw.length, true);
    common.setUint16(22, name.length, true);
    const fields = new Uint8Array(common.buffer);
    const local = Buffer.concat([u32(LOCAL), fields, name, body]);
    const place = new DataView(new ArrayBuffer(14));
    place.setUint32(10, offset, true);
    directory.push(
      Buffer.concat([u32(CENTRAL), Uint8Array.of(20, 0), fields, new Uint8Array(place.buffer), name]),
    );
    parts.push(local);
    offset += local.length;
    if (offset > 0xfffffffe)
      throw new RangeError(
        `${caller}: the archive is larger than 4 GiB, which is not supported; save the arrays one by one with np.save.`,
      );
  }
  const size = directory.reduce((s, d) => s + d.length, 0);
  const tail = new DataView(new ArrayBuffer(22));
  tail.setUint32(0, END, true);
  tail.setUint16(8, directory.length, true);
  tail.setUint16(10, directory.length, true);
  tail.setUint32(12, size, true);
  tail.setUint32(16, offset, true);
  writeFileSync(
    path.endsWith('.npz') ? path : `${path}.npz`,
    Buffer.concat([...parts, ...directory, new Uint8Array(tail.buffer)]),
  );
}

const u32 = (n: number): Uint8Array => Uint8Array.of(n & 255, (n >> 8) & 255, (n >> 16) & 255, n >>> 24);

/** Writes several arrays, by name, to one .npz file. @see numpy.savez */
export const savez = (file: string | URL, arrays: Record<string, ArrayLike>): void =>
  archive('savez', file, arrays, false);

/** As `savez`, compressed. @see numpy.savez_compressed */
export const savezCompressed = (file: string | URL, arrays: Record<string, ArrayLike>): void =>
  archive('savezCompressed', file, arrays, true);
