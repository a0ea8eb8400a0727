// The one array type: a strided, typed view over a storage, which may carry a tape node. This file holds what an
// array *is* (layout, element access, printing); what it can *do* is attached by the op files through `method`.

import type { Complex } from './complex.js';
import {
  type DType,
  infoOf,
  isComplex,
  readScalar,
  realType,
  type Scalar,
  type TypedArray,
  type TypedArrayLike,
  typedView,
  writeScalar,
} from './dtype.js';
import type { Node } from './node.js';
import { arrayRepr, arrayStr } from './print.js';
import { contiguousStrides, isContiguous, type Shape, shapeText, sizeOf } from './shape.js';
import { allocate, allocateZeroed, releaseUnseen, type Storage } from './storage.js';

/** What functions accept where NumPy accepts array_like. */
export type ArrayLike = NDArray | Scalar | TypedArrayLike | readonly ArrayLike[];

/** Nested JavaScript arrays of elements, as `toArray()` gives them. */
export type NestedArray = Scalar | NestedArray[];

/** What `item()` gives: a boolean of a bool array, a complex number of a complex one, else a number. */
export type ElementOf<D extends DType> = [D] extends ['bool']
  ? boolean
  : [D] extends ['complex128' | 'complex64']
    ? Complex
    : number;

/** A row of elements as a list, for dtypes whose elements are read without a look at each; null for others. */
function numberRow(raw: TypedArray, at: number, step: number, n: number, dtype: DType): NestedArray[] | null {
  if (dtype === 'bool' || isComplex(dtype) || dtype === 'uint64') return null;
  if (dtype === 'int64') return wholeRow(raw as BigInt64Array, at, step, n);
  const from = raw as Float64Array;
  const out = new Array<number>(n);
  for (let i = 0; i < n; i++) out[i] = from[at + i * step];
  return out;
}

/** int64 elements by their halves, which takes no bigint for each; those that are no safe numbers stay bigints. */
function wholeRow(raw: BigInt64Array, at: number, step: number, n: number): NestedArray[] {
  const halves = new Int32Array(raw.buffer, raw.byteOffset, 2 * raw.length);
  const out = new Array<Scalar>(n);
  for (let i = 0; i < n; i++) {
    const k = at + i * step;
    const value = halves[2 * k + 1] * 4294967296 + (halves[2 * k] >>> 0);
    out[i] = Number.isSafeInteger(value) ? value : raw[k];
  }
  return out;
}

const inspectCustom = Symbol.for('nodejs.util.inspect.custom');

/**
 * What arrays can do. The op files declare their methods here, where no dtype is a parameter: a method that needs the
 * array's takes it from `this`, as in `ravel<D extends DType>(this: NDArray<D>): NDArray<D>`. Declared on the class
 * itself, every method would be worked out anew for every dtype, in every cell.
 */
// biome-ignore lint/suspicious/noEmptyInterface: the op files fill it
export interface ArrayMethods {}

// biome-ignore lint/correctness/noUnusedVariables: all declarations of a class have its type parameters
export interface NDArray<D extends DType> extends ArrayMethods {}

/**
 * The gradient of an array, for code of the library that keeps nothing of it: unlike one that was read as `grad`, its
 * memory is used again once it is dropped.
 */
export let lentGrad: (a: NDArray) => NDArray | null;

/** Leaves a gradient that nobody else has, with all of its memory. It outlives the scope that it was computed in. */
export function leaveGrad(a: NDArray, g: NDArray): void {
  a.grad = g;
  g.storage.exempt = true;
  g.storage.unseen = true;
}

/**
 * An n-dimensional array. Create one with `np.array`, `np.zeros`, `np.random.randn`...; slices and transposes are
 * views that share memory.
 *
 * The type carries the dtype, as in `NDArray<'float32'>`; `NDArray` alone means any dtype. It informs and never
 * refuses: arrays of different dtypes may be assigned to each other, since `X = X.div(255)` is a right program.
 *
 * @example
 * const X = np.array([[1, 2], [3, 4]]);
 * X.T.dot(X).sum({ axis: 0 });   // array([24., 34.])
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: see ArrayMethods
export class NDArray<D extends DType = DType> {
  // Fields are only declared: what the constructor sets would otherwise be set twice, in every array that is made.
  declare readonly storage: Storage;
  declare readonly dtype: DType;
  declare readonly shape: Shape;
  /** Position of the first element in the storage, in elements. */
  declare readonly offset: number;
  declare readonly size: number;
  /** Whether the elements lie in C order without gaps. */
  declare readonly contiguous: boolean;
  /** Element strides; null until somebody wants those of a contiguous array. */
  declare private steps: readonly number[] | null;
  declare private gradient: NDArray<D> | null;
  /** The operation that made this array, when it is on the tape. */
  declare node: Node | null;
  /** Whether gradients flow to this array: a leaf of `requiresGrad()`, or computed from one. */
  declare tracked: boolean;
  /** The array whose memory this is a view of, or null. */
  declare base: NDArray | null;
  /** The array with its axes reversed, of a matrix the transpose; a view. @see numpy.ndarray.T */
  declare readonly T: NDArray<D>;
  /** On the result of an advanced index: writes values back to where they were read from. */
  declare selection: ((values: NDArray) => void) | null;

  /** @param offset position of the first element in the storage, in elements */
  constructor(
    storage: Storage,
    dtype: DType,
    shape: Shape,
    strides: readonly number[] | null = null,
    offset = 0,
  ) {
    this.storage = storage;
    this.dtype = dtype;
    this.shape = shape;
    this.offset = offset;
    this.size = sizeOf(shape);
    this.contiguous = strides === null || isContiguous(shape, strides);
    this.steps = strides;
    this.gradient = null;
    this.node = null;
    this.tracked = false;
    this.base = null;
    this.selection = null;
  }

  /** Element strides; `strides` gives NumPy's, in bytes. */
  get stridesEl(): readonly number[] {
    this.steps ??= contiguousStrides(this.shape);
    return this.steps;
  }

  /**
   * The gradient that `backward()` left here; null before. Its type is that after, so that `W -= rate * W.grad` is
   * written as it is read.
   */
  get grad(): NDArray<D> {
    if (this.gradient !== null) this.gradient.storage.unseen = false;
    return this.gradient as NDArray<D>;
  }

  set grad(g: NDArray<D> | null) {
    const before = this.gradient;
    this.gradient = g;
    if (before !== null && before !== g) releaseUnseen(before.storage);
  }

  static {
    lentGrad = (a) => a.gradient;
  }

  get ndim(): number {
    return this.shape.length;
  }

  /** Bytes to step in each dimension when traversing the array (numpy.ndarray.strides). */
  get strides(): number[] {
    return this.stridesEl.map((s) => s * this.itemsize);
  }

  get itemsize(): number {
    return infoOf(this.dtype).itemsize;
  }

  get nbytes(): number {
    return this.size * this.itemsize;
  }

  /**
   * The elements in C order, as a copy in a typed array of the array's dtype: bool as Uint8Array of 0 and 1, complex
   * numbers as real and imaginary parts in turns.
   */
  get data(): TypedArray {
    const raw = this.raw();
    const parts = isComplex(this.dtype) ? 2 : 1;
    if (this.contiguous) return raw.slice(parts * this.offset, parts * (this.offset + this.size));
    const out = typedView(this.dtype, new ArrayBuffer(this.nbytes), 0, this.size);
    let i = 0;
    for (const at of this.offsets()) {
      for (let part = 0; part < parts; part++) out[i++] = raw[parts * at + part] as never;
    }
    return out;
  }

  /**
   * The whole storage as a typed array of this dtype; element [0, 0, ...] is at `offset`, of a complex array at
   * `2 * offset`. For library code.
   */
  raw(): TypedArray {
    const { itemsize } = this;
    const { buffer, byteOffset, byteLength } = this.storage;
    return typedView(this.dtype, buffer, byteOffset, Math.floor(byteLength / itemsize));
  }

  /** Storage positions of all elements in C order. */
  *offsets(): Generator<number> {
    const { shape, stridesEl, size } = this;
    const index = new Array<number>(shape.length).fill(0);
    let at = this.offset;
    for (let i = 0; i < size; i++) {
      yield at;
      for (let d = shape.length - 1; d >= 0; d--) {
        at += stridesEl[d];
        if (++index[d] < shape[d]) break;
        at -= stridesEl[d] * shape[d];
        index[d] = 0;
      }
    }
  }

  /** One element, by a full index of non-negative numbers within the shape. */
  element(index: readonly number[]): Scalar {
    let at = this.offset;
    for (let d = 0; d < index.length; d++) at += index[d] * this.stridesEl[d];
    const { buffer, byteOffset } = this.storage;
    return readScalar(this.dtype, typedView(this.dtype, buffer, byteOffset + at * this.itemsize, 1), 0);
  }

  /**
   * An element as a JavaScript value (numpy.ndarray.item): of an array of one element, or at a flat index, or at a
   * full index.
   */
  item<E extends DType>(this: NDArray<E>, ...index: number[]): ElementOf<E> {
    const { shape, ndim, size } = this;
    if (index.length === 0) {
      if (size !== 1) {
        throw new TypeError(
          `item: can only convert an array of size 1 to a number; this one has shape ${shapeText(shape)}. Use item(i, j, ...) or toArray().`,
        );
      }
      return this.element(new Array<number>(ndim).fill(0)) as ElementOf<E>;
    }
    let full = index;
    if (index.length === 1 && ndim !== 1) {
      let rest = index[0] < 0 ? index[0] + size : index[0];
      if (!(rest >= 0 && rest < size))
        throw new RangeError(`item: index ${index[0]} is out of bounds for size ${size}.`);
      full = new Array<number>(ndim);
      for (let d = ndim - 1; d >= 0; d--) {
        full[d] = rest % shape[d];
        rest = Math.floor(rest / shape[d]);
      }
    }
    if (full.length !== ndim) {
      throw new RangeError(
        `item: ${index.length} indices for an array with ${ndim} dimensions, shape ${shapeText(shape)}.`,
      );
    }
    return this.element(
      full.map((i, d) => {
        const at = i < 0 ? i + shape[d] : i;
        if (!Number.isInteger(i) || at < 0 || at >= shape[d]) {
          throw new RangeError(`item: index ${i} is out of bounds for axis ${d} with size ${shape[d]}.`);
        }
        return at;
      }),
    ) as ElementOf<E>;
  }

  /**
   * The number of an array of one element as text with `digits` after the point, as a number's own `toFixed`.
   * @example
   * const loss = np.mean(np.array([0.25, 0.5]));
   * print(`loss ${loss.toFixed(3)}`);   // loss 0.375
   */
  toFixed(digits?: number): string {
    return onlyNumber(this, 'toFixed').toFixed(digits);
  }

  /** The number of an array of one element as text with so many significant digits, as a number's own `toPrecision`. */
  toPrecision(digits?: number): string {
    return onlyNumber(this, 'toPrecision').toPrecision(digits);
  }

  /** The number of an array of one element as text such as 3.1e-4, as a number's own `toExponential`. */
  toExponential(digits?: number): string {
    return onlyNumber(this, 'toExponential').toExponential(digits);
  }

  /** Nested JavaScript arrays of the elements (numpy.ndarray.tolist); of a 0-d array, its element. */
  // biome-ignore lint/suspicious/noExplicitAny: how deep the lists are is not part of an array's type
  toArray(): any {
    const raw = this.raw();
    const read = (depth: number, at: number): NestedArray => {
      if (depth === this.ndim) return readScalar(this.dtype, raw, at);
      const step = this.stridesEl[depth];
      const row = depth === this.ndim - 1 ? numberRow(raw, at, step, this.shape[depth], this.dtype) : null;
      if (row !== null) return row;
      const out = new Array<NestedArray>(this.shape[depth]);
      for (let i = 0; i < out.length; i++) out[i] = read(depth + 1, at + i * step);
      return out;
    };
    return read(0, this.offset);
  }

  /** Same as `toArray()`, under NumPy's name. */
  // biome-ignore lint/suspicious/noExplicitAny: see toArray
  tolist(): any {
    return this.toArray();
  }

  toJSON(): unknown {
    return this.toArray();
  }

  /** A view on the same memory. For library code: it does not record on the tape. */
  remap<E extends DType>(
    this: NDArray<E>,
    shape: Shape,
    strides: readonly number[] | undefined,
    offset: number,
  ): NDArray<E> {
    const v = new NDArray<D>(this.storage, this.dtype, shape, strides, offset);
    v.base = this.base ?? this;
    return v;
  }

  /** The same memory as a plain value, off the tape (torch.Tensor.detach). */
  detach<E extends DType>(this: NDArray<E>): NDArray<E> {
    return this.remap(this.shape, this.stridesEl, this.offset);
  }

  /** Writes one raw element. For library code. */
  setElement(index: readonly number[], value: Scalar): void {
    let at = this.offset;
    for (let d = 0; d < index.length; d++) at += index[d] * this.stridesEl[d];
    const { buffer, byteOffset } = this.storage;
    writeScalar(this.dtype, typedView(this.dtype, buffer, byteOffset + at * this.itemsize, 1), 0, value);
    this.storage.version++;
  }

  /** NumPy's str(a): `[1. 2.]`. */
  toString(): string {
    return arrayStr(this);
  }

  [inspectCustom](): string {
    return this.ndim === 0 ? arrayStr(this) : arrayRepr(this);
  }

  [Symbol.toPrimitive](hint: string): string | number | bigint {
    if (hint === 'string') return this.toString();
    if (this.size === 1) {
      const value = this.element(new Array<number>(this.ndim).fill(0));
      return typeof value === 'bigint' ? value : Number(value);
    }
    throw new TypeError(
      `only arrays of one element can be converted to a number; this one has shape ${shapeText(this.shape)}. ` +
        'In plain TypeScript use methods, a.add(b); operators on arrays work in notebook cells.',
    );
  }

  /** Iterates over the first axis: rows of a matrix, numbers (as 0-d arrays) of a vector. */
  [Symbol.iterator](): Rows<D> {
    return rowsOf(this) as Rows<D>;
  }
}

// TypeScript's own iterators cost every cell's check a millisecond: they are compared member by member for every dtype.
type Rows<D extends DType> = { next(): { done: boolean; value: NDArray<D> } };

function* rowsOf(a: NDArray): Generator<NDArray> {
  if (a.ndim === 0) throw new TypeError('iteration over a 0-d array; use item() for its value.');
  for (let i = 0; i < a.shape[0]; i++) yield (a as unknown as { at(i: number): NDArray }).at(i);
}

function onlyNumber(a: NDArray, caller: string): number {
  if (a.size === 1 && !isComplex(a.dtype)) return Number(a.item());
  const what = isComplex(a.dtype) ? `this array is ${a.dtype}` : `this array has shape ${shapeText(a.shape)}`;
  throw new TypeError(
    `${caller}: only an array of one real number can be written so; ${what}. Take an element with a.item(i), or round the array with np.round(a, digits).`,
  );
}

/** A fresh array whose content the caller writes. */
export function empty(shape: Shape, dtype: DType): NDArray {
  return new NDArray(allocate(sizeOf(shape) * infoOf(dtype).itemsize), dtype, shape);
}

/** A fresh array of zeros. */
export function emptyZeroed(shape: Shape, dtype: DType): NDArray {
  return new NDArray(allocateZeroed(sizeOf(shape) * infoOf(dtype).itemsize), dtype, shape);
}

/** A 0-d array of one value. */
export function scalar(value: Scalar, dtype: DType): NDArray {
  const out = new NDArray(allocate(16), dtype, []);
  writeScalar(dtype, typedView(dtype, out.storage.buffer, out.storage.byteOffset, 1), 0, value);
  return out;
}

/** The real (0) or imaginary (1) parts of a complex array: a view on its memory. For library code. */
export function partOf(a: NDArray, part: 0 | 1): NDArray {
  const strides = a.stridesEl.map((s) => 2 * s);
  const view = new NDArray(a.storage, realType(a.dtype), a.shape, strides, 2 * a.offset + part);
  view.base = a.base ?? a;
  return view;
}

/**
 * Attaches a method. The op file that calls this declares its type beside it:
 * `declare module '../core/ndarray.js' { interface ArrayMethods { add(other: ArrayLike): NDArray } }`.
 */
// biome-ignore lint/suspicious/noExplicitAny: the declared interface carries the types
export function method(name: string, body: (this: NDArray, ...args: any[]) => unknown): void {
  Object.defineProperty(NDArray.prototype, name, { value: body, writable: true, configurable: true });
}

/** Attaches a read-only property, such as `T`. */
export function getter(name: string, get: (this: NDArray) => unknown): void {
  Object.defineProperty(NDArray.prototype, name, { get, configurable: true });
}
