// Memory. Every array's bytes live in V8-owned ArrayBuffers, so forgetting one is never a leak. Small arrays share a
// slab, larger ones have a buffer each; a pool by size class hands released blocks out again. Only code that knows
// that nobody can see a block may release it.

import { takes } from './collector.js';
import { formatBytes } from './shape.js';

/** A V8 buffer and where it lies; the address never changes while the buffer lives. */
export class Slab {
  /** Address of the first byte, filled in by the backend when it is first needed. */
  address = -1;
  private bytes: DataView | null = null;

  /** For single elements: making a typed array costs more than reading one. */
  get view(): DataView {
    this.bytes ??= new DataView(this.buffer);
    return this.bytes;
  }

  constructor(readonly buffer: ArrayBuffer) {}
}

/** The block of memory behind an array and its views. */
export class Storage {
  // Only declared, as the fields of NDArray: what the constructor sets would otherwise be set twice.
  declare readonly slab: Slab;
  declare readonly byteOffset: number;
  declare readonly byteLength: number;
  /** Whether the length is that of a size class, so that the pool may take the block. */
  declare readonly pooled: boolean;
  /** Counts in-place writes, so that a pending backward notices a value that changed under it. */
  declare version: number;
  /** Counts in-place writes that were recorded: views whose node is older have to be put on the tape again. */
  declare moved: number;
  /** Set when the block went back to the pool; a second release would hand one block to two arrays. */
  declare released: boolean;
  /** When the block was handed out, see `allocations`. */
  declare born: number;
  /** Set when the block was taken back at the end of a `scope`: whoever still has the array gets an error. */
  declare dead: boolean;
  /** Set for blocks that outlive the scope they were made in, such as gradients left on a leaf. */
  declare exempt: boolean;
  /** Set while it is the gradient on a leaf and nobody but the library has had it. */
  declare unseen: boolean;

  constructor(slab: Slab, byteOffset: number, byteLength: number, pooled = false) {
    this.slab = slab;
    this.byteOffset = byteOffset;
    this.byteLength = byteLength;
    this.pooled = pooled;
    this.version = 0;
    this.moved = 0;
    this.released = false;
    this.born = 0;
    this.dead = false;
    this.exempt = false;
    this.unseen = false;
  }

  /** The buffer, for JavaScript to read or write; native code gets addresses from the backend. */
  get buffer(): ArrayBuffer {
    if (this.dead) throw deadError();
    if (watcher !== null) watcher.touched(this);
    return this.slab.buffer;
  }
}

/** Sees which blocks come into being and which are read or written by JavaScript, while a function is recorded. */
export interface Watcher {
  allocated(storage: Storage): void;
  zeroed(storage: Storage): void;
  touched(storage: Storage): void;
}

let watcher: Watcher | null = null;

/** Sets who watches, or nobody. */
export function watch(by: Watcher | null): void {
  watcher = by;
}

/** What using an array after the end of its scope says. */
export const deadError = (): Error =>
  new Error(
    'this array was freed when its np.scope ended; return it from the scope, or keep a copy made outside.',
  );

/** While `on`, blocks are handed out without memory and commands are not run: only shapes and dtypes come about. */
export const meta = { on: false };

/** The slab of all blocks without memory; its address stays unknown, so whoever wants to compute with it has to ask. */
export const nowhere = new Slab(new ArrayBuffer(0));

/** What computing with an array that has no memory says. */
export const hollowError = (): Error =>
  new Error(
    'this array has a shape but no memory, because it was made inside nn.meta; make it (or the model it belongs to) outside to compute with it.',
  );

/** A block without memory. While shapes are worked out, JavaScript that looks into one finds zeros of its own. */
class HollowStorage extends Storage {
  private scratch: ArrayBuffer | null = null;

  override get buffer(): ArrayBuffer {
    if (!meta.on) throw hollowError();
    this.scratch ??= new ArrayBuffer(this.byteLength);
    return this.scratch;
  }
}

/** Whether JavaScript may work on the bytes of a block itself: nobody is recording, and there is memory. */
function open(storage: Storage): boolean {
  if (storage.dead) throw deadError();
  return watcher === null && storage.slab !== nowhere;
}

/**
 * Copies one element, without a call into native code.
 * @returns false when it has to be a command
 */
export function copyElement(
  to: Storage,
  toByte: number,
  from: Storage,
  fromByte: number,
  itemsize: number,
): boolean {
  if (!open(to) || !open(from)) return false;
  const source = from.slab.view;
  const target = to.slab.view;
  const read = from.byteOffset + fromByte;
  const write = to.byteOffset + toByte;
  if (itemsize < 4) {
    for (let i = 0; i < itemsize; i++) target.setUint8(write + i, source.getUint8(read + i));
  } else {
    for (let i = 0; i < itemsize; i += 4) target.setInt32(write + i, source.getInt32(read + i));
  }
  return true;
}

/**
 * Writes a number as one element of the dtype with this code, without a call into native code.
 * @returns false when it has to be a command
 */
export function storeNumber(to: Storage, byte: number, code: number, value: number): boolean {
  if (!open(to)) return false;
  const { view } = to.slab;
  const at = to.byteOffset + byte;
  if (code === 0) view.setFloat64(at, value, true);
  else if (code === 1) view.setFloat32(at, value, true);
  else if (code === 2 && value === (value | 0)) {
    view.setInt32(at, value, true);
    view.setInt32(at + 4, value < 0 ? -1 : 0, true);
  } else return false;
  return true;
}

/** A storage over a buffer that exists already. */
export function storageOver(buffer: ArrayBuffer): Storage {
  const storage = new Storage(new Slab(buffer), 0, buffer.byteLength);
  if (watcher !== null) {
    watcher.allocated(storage);
    watcher.touched(storage);
  }
  return storage;
}

// Arrays up to this size share slabs: a buffer of their own costs more than they do. One of them that lives on keeps
// its whole slab alive, so slabs are small.
const SMALL = 4096;
const MEDIUM = 16384;
const ALIGN = 64;

/** Where the next small blocks come from: they are cut from one buffer after another. */
class Cutter {
  private slab = new Slab(new ArrayBuffer(0));
  private used: number;
  constructor(private readonly length: number) {
    this.used = length;
  }
  cut(size: number): Storage {
    if (this.used + size > this.length) {
      takes(this.length);
      const fresh = blockIn(unfilled(this.length + ALIGN), this.length, ALIGN, 0);
      this.slab = fresh.slab;
      this.used = fresh.byteOffset;
    }
    this.used += size;
    return new Storage(this.slab, this.used - size, size, true);
  }
}

// V8 aligns buffers to 16 bytes; vector loops want 64. The backend tells where a buffer lies.
let addressOf: ((buffer: ArrayBuffer) => number) | null = null;

/** Lets blocks start on a boundary of 64 bytes from now on. Called by the backend, which knows addresses. */
export function alignBlocks(addresses: (buffer: ArrayBuffer) => number): void {
  addressOf = addresses;
}

/** A buffer whose bytes nobody has set. It shares memory with no other, and is shorter than 4 GiB. */
const unfilled = (bytes: number): ArrayBuffer => Buffer.allocUnsafeSlow(bytes).buffer as ArrayBuffer;

/** A block of `size` bytes in a buffer with `unit` bytes more: its address, divided by `unit`, leaves `rest`. */
function blockIn(buffer: ArrayBuffer, size: number, unit: number, rest: number): Storage {
  const slab = new Slab(buffer);
  if (addressOf !== null) slab.address = addressOf(buffer);
  const { address } = slab;
  return new Storage(slab, address > 0 ? (rest - address) & (unit - 1) : 0, size, true);
}

// Loops that read one block and write another are up to a third slower where the second lies a little further on in its
// page than the first, as buffers that follow each other do. So large blocks begin at places in their pages that differ
// by more, and never by an odd number of cache lines.
const PAGE = 4096;
const STEP = 6 * ALIGN;
let place = 0;

/** A large block in a buffer of its own that has PAGE bytes more. */
function spread(buffer: ArrayBuffer, size: number): Storage {
  place = (place + STEP) % PAGE;
  return blockIn(buffer, size, PAGE, place);
}

const small = new Cutter(2 ** 16);
const medium = new Cutter(2 ** 18);

// Pooled bytes kept at most; beyond it blocks are left to the garbage collector.
let poolLimit = 256 * 2 ** 20;
let pooledBytes = 0;
let poison = false;

const pool = new Map<number, Storage[]>();

let births = 0;

/** How many blocks were handed out so far: a block with a larger `born` is younger than this moment. */
export const allocations = (): number => births;

/** Four classes per power of two: at most a quarter of a block is unused. */
function sizeClass(bytes: number): number {
  if (bytes <= SMALL) return bytes <= ALIGN ? ALIGN : (bytes + ALIGN - 1) & ~(ALIGN - 1);
  if (bytes < 2 ** 30) {
    const unit = 1 << (29 - Math.clz32(bytes));
    return (bytes + unit - 1) & -unit;
  }
  const unit = 2 ** (Math.floor(Math.log2(bytes)) - 2);
  return Math.ceil(bytes / unit) * unit;
}

// A scope collects the blocks allocated while it is open, see `scoped`.
let scopeLog: Storage[] | null = null;

/** A buffer of zeros, or what a user should read when there is not so much memory. */
function zeroed(size: number): ArrayBuffer {
  takes(size);
  try {
    return new ArrayBuffer(size + PAGE);
  } catch {
    throw new RangeError(
      `allocate: unable to allocate ${formatBytes(size)} for an array. Work on parts of it, or in a smaller dtype such as float32.`,
    );
  }
}

/** A block of at least `bytes` bytes with arbitrary content: the caller writes all of it. */
export function allocate(bytes: number): Storage {
  if (meta.on) return new HollowStorage(nowhere, 0, Math.max(ALIGN, Math.ceil(bytes / 8) * 8));
  const size = sizeClass(bytes);
  const free = pool.get(size);
  if (free !== undefined && free.length > 0) {
    const storage = free.pop()!;
    storage.released = false;
    storage.version = 0;
    storage.moved = 0;
    storage.exempt = false;
    storage.unseen = false;
    pooledBytes -= size;
    return handOut(storage);
  }
  if (size <= SMALL) return handOut(small.cut(size));
  if (size <= MEDIUM) return handOut(medium.cut(size));
  if (size >= 2 ** 32 - PAGE) return handOut(spread(zeroed(size), size));
  takes(size);
  return handOut(spread(unfilled(size + PAGE), size));
}

function handOut(storage: Storage): Storage {
  storage.born = ++births;
  if (scopeLog !== null) scopeLog.push(storage);
  if (watcher !== null) watcher.allocated(storage);
  return storage;
}

/** A zeroed block. A large one that the pool has not got comes from the system already zero, and costs nothing until touched. */
export function allocateZeroed(bytes: number): Storage {
  if (meta.on) return allocate(bytes);
  const size = sizeClass(bytes);
  let storage: Storage;
  if (size > MEDIUM && !pool.get(size)?.length) {
    storage = handOut(spread(zeroed(size), size));
  } else {
    storage = allocate(bytes);
    new Uint8Array(storage.slab.buffer, storage.byteOffset, size).fill(0);
  }
  if (watcher !== null) watcher.zeroed(storage);
  return storage;
}

/** Gives a block back. Only for blocks that no user can reach. */
export function release(storage: Storage): void {
  const size = storage.byteLength;
  if (storage.released || !storage.pooled || size > poolLimit) return;
  storage.released = true;
  if (poison) new Float64Array(storage.slab.buffer, storage.byteOffset, size >> 3).fill(Number.NaN);
  if (pooledBytes + size > poolLimit) trim(size);
  pooledBytes += size;
  const free = pool.get(size);
  if (free === undefined) pool.set(size, [storage]);
  else free.push(storage);
}

/** Gives back the block of a gradient that is dropped, unless somebody has had it or may read it in a recording. */
export function releaseUnseen(storage: Storage): void {
  if (storage.unseen && watcher === null) release(storage);
}

/** Leaves blocks to the garbage collector until `size` bytes fit, from the classes that have been there longest. */
function trim(size: number): void {
  for (const [length, free] of pool) {
    while (free.length > 0) {
      if (pooledBytes + size <= poolLimit) return;
      free.pop();
      pooledBytes -= length;
    }
    pool.delete(length);
  }
}

/** While `off` is above 0, `scoped` gives nothing back: results may stand for other arrays than themselves. */
export const reuse = { off: 0 };

interface HasStorage {
  readonly storage: Storage;
}

/**
 * Runs `body` and gives every block allocated inside back to the pool, except those of its results. For rules and
 * composite operations whose temporaries nobody else can hold.
 */
export function scoped<T extends HasStorage | readonly (HasStorage | null | undefined)[]>(body: () => T): T {
  if (reuse.off > 0) return body();
  const outer = scopeLog;
  const log: Storage[] = [];
  scopeLog = log;
  let result: T | undefined;
  try {
    result = body();
    return result;
  } finally {
    scopeLog = outer;
    if (result !== undefined) {
      const kept = Array.isArray(result) ? result : [result];
      for (const storage of log) {
        let keep = false;
        for (const k of kept) if (k && (k as HasStorage).storage === storage) keep = true;
        if (!keep) release(storage);
        else if (outer !== null) outer.push(storage);
      }
    }
  }
}

/**
 * Runs `body` and takes back every block allocated inside, except those that `keep` finds in its result (null: none).
 * Unlike `scoped` this is for user code, where somebody may still hold an array: its storage is marked dead, and the
 * pool gets the memory under a new one.
 */
export function reclaim<T>(body: () => T, keep: (result: T) => ReadonlySet<Storage> | null): T {
  const outer = scopeLog;
  const log: Storage[] = [];
  scopeLog = log;
  let result: T;
  try {
    result = body();
  } finally {
    scopeLog = outer;
  }
  const kept = keep(result);
  for (let i = 0; i < log.length; i++) {
    const storage = log[i];
    if (kept?.has(storage)) outer?.push(storage);
    else if (!storage.released && !storage.dead && !storage.exempt) {
      storage.dead = true;
      release(new Storage(storage.slab, storage.byteOffset, storage.byteLength, storage.pooled));
    }
  }
  return result;
}

/** Debug mode: released blocks are filled with NaN, so that a use after release shows. */
export function setPoison(on: boolean): void {
  poison = on;
}

/** Bytes that the pool holds and may hold, and its blocks by size. */
export function poolUsage(): { pooled: number; limit: number; blocks: { bytes: number; count: number }[] } {
  const blocks = [...pool].flatMap(([bytes, free]) =>
    free.length > 0 ? [{ bytes, count: free.length }] : [],
  );
  return { pooled: pooledBytes, limit: poolLimit, blocks: blocks.sort((p, q) => p.bytes - q.bytes) };
}

/** Sets the pool's limit and empties it. */
export function setPoolLimit(bytes: number): void {
  poolLimit = bytes;
  pool.clear();
  pooledBytes = 0;
}
