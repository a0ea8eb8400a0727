// Reads what a user hands to a chart (NDArray, typed array, nested arrays) into flat plain numbers with a
// shape, and turns them back into rows for Plotly's JSON. The chart helpers see nothing of NDArray but
// its shape, dtype and toArray(), so charts work on any object that has those.

/** What an NDArray looks like from here. */
export interface ArrayObject {
  readonly shape: readonly number[];
  readonly dtype: string;
  toArray(): unknown;
}

export type NumericTypedArray =
  | Float64Array
  | Float32Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array
  | BigUint64Array;

type Scalar = number | bigint | boolean | Date;
interface Nested extends ReadonlyArray<Scalar | ArrayObject | NumericTypedArray | Nested> {}

/** Numbers for a chart: an NDArray, a typed array, or (nested) arrays of numbers. */
export type Values = ArrayObject | NumericTypedArray | Nested;

/** Values along a categorical or a numeric axis. */
export type Labels = Values | readonly string[];

/** Flat numbers in C order, with their shape. */
export interface Numbers {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly flat: readonly number[];
}

/** Lists of numbers that are moments in time: milliseconds, as dates have them. */
const dates = new WeakSet<object>();
export const areDates = (values: unknown): boolean =>
  typeof values === 'object' && values !== null && dates.has(values);

const SCALAR: readonly number[] = [];
const TYPED_DTYPES: Record<string, string> = {
  Float64Array: 'float64',
  Float32Array: 'float32',
  Int32Array: 'int32',
  BigInt64Array: 'int64',
  Uint8Array: 'uint8',
  Uint8ClampedArray: 'uint8',
  Int8Array: 'int8',
  Int16Array: 'int16',
  Uint16Array: 'uint16',
  Uint32Array: 'uint32',
  BigUint64Array: 'uint64',
};

export const isArrayObject = (v: unknown): v is ArrayObject =>
  typeof v === 'object' &&
  v !== null &&
  Array.isArray((v as ArrayObject).shape) &&
  typeof (v as ArrayObject).toArray === 'function';

export const isTypedArray = (v: unknown): v is NumericTypedArray =>
  ArrayBuffer.isView(v) && !(v instanceof DataView);

/** Whether an argument is an options object, and not data. */
export const isOptions = (v: unknown): v is Record<string, unknown> =>
  typeof v === 'object' && v !== null && Object.getPrototypeOf(v) === Object.prototype && !isArrayObject(v);

const isStrings = (v: unknown): v is readonly string[] =>
  Array.isArray(v) && v.length > 0 && v.every((e) => typeof e === 'string');

/** A shape as NumPy writes it: (300,), (3, 4). */
export const shapeText = (shape: readonly number[]): string =>
  shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;

function kindOf(v: unknown): string {
  if (v === null) return 'null';
  if (typeof v === 'string') return JSON.stringify(v);
  return typeof v === 'object' ? (v.constructor?.name ?? 'object') : typeof v;
}

/** float32 values carry digits that are noise in decimal (0.1 -> 0.10000000149): keep the shortest form. */
function shortestFloat32(v: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(v.toPrecision(digits));
    if (Math.fround(short) === v) return short;
  }
  return v;
}

/**
 * Reads `value` as flat numbers and a shape.
 * @param what how an error names it, e.g. 'scatter: x'
 * @throws TypeError if it holds anything but numbers, or is ragged
 */
export function numbers(value: unknown, what: string): Numbers {
  let dtype = 'float64';
  const flat: number[] = [];

  /** Appends v's numbers and returns v's shape. */
  const walk = (v: unknown): readonly number[] => {
    if (typeof v === 'number') {
      flat.push(v);
      return SCALAR;
    }
    if (isArrayObject(v)) {
      walk(v.toArray());
      return v.shape;
    }
    if (isTypedArray(v)) {
      for (const e of v) flat.push(Number(e));
      return [v.length];
    }
    if (Array.isArray(v)) {
      let inner: readonly number[] | undefined;
      for (const e of v) {
        const shape = walk(e);
        inner ??= shape;
        if (shape !== inner && shape.join() !== inner.join()) {
          throw new TypeError(
            `${what} is ragged: it has rows of shapes ${shapeText(inner)} and ${shapeText(shape)}`,
          );
        }
      }
      return [v.length, ...(inner ?? [])];
    }
    if (v instanceof Date) {
      dates.add(flat);
      flat.push(v.getTime());
    } else if (typeof v === 'bigint' || typeof v === 'boolean') flat.push(Number(v));
    else if (v === null || v === undefined) flat.push(NaN);
    else throw new TypeError(`${what} must hold numbers, but it holds ${kindOf(v)}`);
    return SCALAR;
  };

  if (value === undefined || value === null || typeof value === 'string' || typeof value === 'function') {
    throw new TypeError(`${what} must be an array of numbers, got ${kindOf(value)}`);
  }
  if (isArrayObject(value)) dtype = value.dtype;
  else if (isTypedArray(value)) dtype = TYPED_DTYPES[value.constructor.name] ?? 'int32';
  const shape = walk(value);
  return { shape, dtype, flat: dtype === 'float32' ? flat.map(shortestFloat32) : flat };
}

/** Reads a vector. A matrix of one row or one column counts as one, as in matplotlib. */
export function vector(value: unknown, what: string): number[] {
  const { shape, flat } = numbers(value, what);
  const long = shape.filter((d) => d !== 1);
  if (shape.length > 1 && long.length > 1) {
    throw new TypeError(
      `${what} must be a vector, got shape ${shapeText(shape)}. ` +
        `Take one column (X[':', 0]) or ravel() it`,
    );
  }
  return flat as number[];
}

/** Reads a vector of numbers or of category names. */
export function labelVector(value: unknown, what: string): number[] | string[] {
  return isStrings(value) ? [...value] : vector(value, what);
}

export interface Matrix {
  readonly rows: number;
  readonly cols: number;
  readonly flat: readonly number[];
}

/** Reads a matrix. */
export function matrix(value: unknown, what: string): Matrix {
  const { shape, flat } = numbers(value, what);
  if (shape.length !== 2) {
    throw new TypeError(
      `${what} must be a matrix, got shape ${shapeText(shape)}` +
        (shape.length === 1 ? '. Reshape it first: z.reshape(rows, cols)' : ''),
    );
  }
  if (flat.length === 0) throw new TypeError(`${what} is empty: shape ${shapeText(shape)}`);
  return { rows: shape[0], cols: shape[1], flat };
}

/** Rows for Plotly's `z`. */
export function rowsOf<T>(flat: readonly T[], rows: number, cols: number): T[][] {
  return Array.from({ length: rows }, (_, r) => flat.slice(r * cols, (r + 1) * cols));
}

/** One number: a plain one, or an array that holds one (a mean, a loss). */
export type One = number | ArrayObject | Date;

/** Reads one number. */
export function one(value: unknown, what: string): number {
  if (typeof value === 'number') return value;
  if (value instanceof Date) return value.getTime();
  const { flat, shape } = numbers(value, what);
  if (flat.length !== 1) throw new TypeError(`${what} must be one number, got shape ${shapeText(shape)}`);
  return flat[0];
}

/** Checks that vectors drawn against each other are equally long. */
export function sameLength(fn: string, sizes: Record<string, number>): void {
  const entries = Object.entries(sizes);
  const [firstName, first] = entries[0];
  for (const [name, size] of entries.slice(1)) {
    if (size !== first) {
      throw new RangeError(
        `${fn}: ${firstName} has ${first} points and ${name} ${size}. ` +
          'Each point needs one of both; check which axis you sliced',
      );
    }
  }
}

/** Smallest and largest finite value; [0, 1] when there is none. */
export function extent(flat: readonly number[]): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const v of flat) {
    if (!Number.isFinite(v)) continue;
    if (v < low) low = v;
    if (v > high) high = v;
  }
  return low <= high ? [low, high] : [0, 1];
}

/** n evenly spaced numbers 0..n-1. */
export const indices = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** A number for hover texts and cell texts: 4 significant digits, no trailing zeros. */
export function short(v: number, digits = 4): string {
  if (!Number.isFinite(v)) return Number.isNaN(v) ? 'nan' : v > 0 ? 'inf' : '-inf';
  return String(Number(v.toPrecision(digits)));
}
