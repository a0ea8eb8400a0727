// Arrays as text and as raw bytes: loadtxt, genfromtxt and savetxt with NumPy's options, and arrays from strings,
// buffers, iterators and binary files. What cannot be read is reported with its line.

import { closeSync, openSync, readFileSync, readSync, statSync, writeFileSync } from 'node:fs';
import { Complex } from '../core/complex.js';
import { asarray, fromNested } from '../core/create.js';
import { type DType, dtypeInfo, isComplex, isFloat, type Scalar, toDType } from '../core/dtype.js';
import { type ArrayLike, empty, NDArray } from '../core/ndarray.js';
import { checkOptions, type Spelled } from '../core/options.js';
import { checkShape } from '../core/shape.js';
import { storageOver } from '../core/storage.js';
import { get } from '../ops/index.js';
import { castTo } from '../ops/operands.js';
import { ascontiguousarray, astype, reshape, transpose } from '../ops/shape.js';
import { sprintf } from './format.js';
import { pathOf, readable } from './io.js';
import { plainRows, plainVector, writtenRows } from './plain-text.js';

/** A file, or its lines. */
export type TextSource = string | URL | readonly string[];

function linesOf(caller: string, source: TextSource): { name: string; lines: string[] } {
  if (Array.isArray(source)) return { name: 'the list of lines', lines: source as string[] };
  const name = readable(caller, source as string | URL);
  const lines = readFileSync(name, 'utf8').split(/\r\n|\n|\r/);
  if (lines[lines.length - 1] === '') lines.pop();
  return { name, lines };
}

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const special: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  infinity: Number.POSITIVE_INFINITY,
};

/** A field as a float, or undefined when it is none. */
function floatOf(field: string): number | undefined {
  const text = field.trim();
  if (decimal.test(text)) return Number(text);
  const named = special[text.replace(/^[+-]/, '').toLowerCase()];
  return named === undefined ? undefined : text.startsWith('-') ? -named : named;
}

const pair = /^\(?\s*(.*?[^eE+-])??\s*([+-]?[^+-]*(?:[eE][+-]\d+)?)[ij]\s*\)?$/;

/** A field as an element of a dtype, or undefined. */
function elementOf(field: string, dtype: DType): Scalar | undefined {
  const text = field.trim();
  if (isFloat(dtype)) return floatOf(text);
  if (isComplex(dtype)) {
    const real = floatOf(text.replace(/^\((.*)\)$/, '$1'));
    if (real !== undefined) return new Complex(real, 0);
    const match = pair.exec(text);
    if (match === null) return undefined;
    const re = match[1] === undefined ? 0 : floatOf(match[1]);
    const part = match[2].trim();
    const im = part === '+' || part === '' ? 1 : part === '-' ? -1 : floatOf(part);
    return re === undefined || im === undefined ? undefined : new Complex(re, im);
  }
  if (dtype === 'bool') {
    if (/^true$/i.test(text)) return true;
    if (/^false$/i.test(text)) return false;
    return /^[+-]?\d+$/.test(text) ? Number(text) !== 0 : undefined;
  }
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const value = BigInt(text.replace(/^\+/, ''));
  const { min, max } = dtypeInfo[dtype];
  return value < min || value > max ? undefined : value;
}

/** Turns a field into an element, per column: a function from its text, for all columns or by their number. */
export type Converters = ((field: string) => Scalar) | Readonly<Record<number, (field: string) => Scalar>>;

interface TableOptions {
  dtype?: DType | string;
  /** What begins a comment: '#' by default, a list of such, or null for none. */
  comments?: string | readonly string[] | null;
  /** Between columns; white space by default. */
  delimiter?: string | null;
  converters?: Converters;
  /** Which columns to read; negative ones count from the end. */
  usecols?: number | readonly number[];
  /** The columns as a list of vectors. */
  unpack?: boolean;
  maxRows?: number | null;
}

export interface LoadtxtOptions extends TableOptions {
  /** Lines to leave out at the top, comments and empty ones included. */
  skiprows?: number;
  /** The least number of dimensions: 0, 1 or 2. */
  ndmin?: 0 | 1 | 2;
  /** Fields between two of these may hold delimiters. */
  quotechar?: string | null;
}

const tableNames = ['dtype', 'comments', 'delimiter', 'converters', 'usecols', 'unpack', 'maxRows'];

function withoutComment(line: string, comments: readonly string[]): string {
  let end = line.length;
  for (const c of comments) {
    const at = c === '' ? -1 : line.indexOf(c);
    if (at >= 0 && at < end) end = at;
  }
  return line.slice(0, end);
}

function commentList(comments: TableOptions['comments']): readonly string[] {
  return comments === null
    ? []
    : comments === undefined
      ? ['#']
      : typeof comments === 'string'
        ? [comments]
        : comments;
}

function fieldsOf(
  text: string,
  delimiter: string | null | undefined,
  quote: string | null | undefined,
): string[] {
  if (quote !== undefined && quote !== null && text.includes(quote)) return quoted(text, delimiter, quote);
  if (delimiter === undefined || delimiter === null) return text.trim().split(/\s+/);
  return text.split(delimiter);
}

/** Splits where delimiters stand outside quotes; a doubled quote inside stands for one. */
function quoted(text: string, delimiter: string | null | undefined, quote: string): string[] {
  const out: string[] = [];
  let field = '';
  let inside = false;
  let begun = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === quote) {
      if (inside && text[i + 1] === quote) {
        field += quote;
        i++;
      } else inside = !inside;
      begun = true;
    } else if (!inside && (delimiter ? text.startsWith(delimiter, i) : /\s/.test(c))) {
      if (delimiter || begun) out.push(field);
      field = '';
      begun = false;
      if (delimiter) i += delimiter.length - 1;
    } else {
      field += c;
      begun = true;
    }
  }
  if (delimiter || begun) out.push(field);
  return out;
}

const converterFor = (converters: Converters | undefined, column: number, columns: number) =>
  typeof converters === 'function' ? converters : (converters?.[column] ?? converters?.[column - columns]);

/** Elements, row after row, as an array of a dtype. */
function table(values: readonly Scalar[], shape: readonly number[], dtype: DType): NDArray {
  checkShape('loadtxt', shape, dtypeInfo[dtype].itemsize);
  if (values.length === 0) return empty([...shape], dtype);
  return reshape(fromNested(values as readonly ArrayLike[], 'loadtxt', dtype), [...shape]);
}

/** Axes of length 1 dropped, down to ndmin of them; columns apart when asked. */
function delivered(a: NDArray, ndmin: number, unpack: boolean | undefined): NDArray | NDArray[] {
  let out = a;
  if (ndmin < 2 && a.ndim === 2 && (a.shape[0] === 1 || a.shape[1] === 1))
    out = reshape(a, a.size === 1 && ndmin === 0 ? [] : [-1]);
  if (!unpack) return out;
  return out.ndim === 2 ? [...transpose(out)] : out;
}

/**
 * Reads numbers from a text file, one row per line, as float64 unless `dtype` says otherwise.
 * @param source a path, a file: URL, or a list of lines
 * @throws TypeError with the line for a field that is no number; RangeError when the number of columns changes
 * @see numpy.loadtxt
 * @example np.savetxt('data.csv', X, { delimiter: ',' }); np.loadtxt('data.csv', { delimiter: ',' })
 */
export function loadtxt(source: TextSource, options: Spelled<LoadtxtOptions> & { unpack: true }): NDArray[];
export function loadtxt(source: TextSource, options?: Spelled<LoadtxtOptions>): NDArray;
export function loadtxt(source: TextSource, given: Spelled<LoadtxtOptions> = {}): NDArray | NDArray[] {
  const known = [...tableNames, 'skiprows', 'ndmin', 'quotechar'];
  const options: LoadtxtOptions = checkOptions('loadtxt', given, known);
  const { delimiter, skiprows = 0, usecols, ndmin = 0, quotechar } = options;
  const dtype = toDType(options.dtype ?? 'float64', 'loadtxt');
  const comments = commentList(options.comments);
  const most = options.maxRows ?? Number.POSITIVE_INFINITY;
  const columns = usecols === undefined ? null : typeof usecols === 'number' ? [usecols] : usecols;
  if (isFloat(dtype) && (quotechar ?? null) === null) {
    const plain = plainTable(source, options, skiprows, delimiter);
    if (plain !== null) return delivered(castTo(plain, dtype), ndmin, options.unpack);
  }
  const { name, lines } = linesOf('loadtxt', source);
  const values: Scalar[] = [];
  let rows = 0;
  let width = -1;
  for (let i = skiprows; i < lines.length && rows < most; i++) {
    const text = withoutComment(lines[i], comments);
    if (text.trim() === '') continue;
    const fields = fieldsOf(delimiter ? text.trim() : text, delimiter, quotechar);
    const chosen = columns ?? fields.keys();
    let count = 0;
    for (const c of chosen) {
      const at = c < 0 ? c + fields.length : c;
      if (at < 0 || at >= fields.length)
        throw new RangeError(
          `loadtxt: ${name}: invalid column index ${c} at line ${i + 1} with ${fields.length} columns.`,
        );
      const convert = converterFor(options.converters, at, fields.length);
      const value = convert === undefined ? elementOf(fields[at], dtype) : convert(fields[at]);
      if (value === undefined) {
        throw new TypeError(
          `loadtxt: ${name}: could not convert string '${fields[at].trim()}' to ${dtype} at line ${i + 1}, column ${at + 1}. Give the delimiter, e.g. {delimiter: ','}, or {skiprows: 1} for a heading.`,
        );
      }
      values.push(value);
      count++;
    }
    if (width >= 0 && count !== width)
      throw new RangeError(
        `loadtxt: ${name}: the number of columns changed from ${width} to ${count} at line ${i + 1}; use usecols to select a subset.`,
      );
    width = count;
    rows++;
  }
  if (rows === 0)
    return delivered(table([], ndmin === 2 ? [0, columns?.length ?? 1] : [0], dtype), ndmin, options.unpack);
  return delivered(table(values, [rows, width], dtype), ndmin, options.unpack);
}

export interface GenfromtxtOptions extends Omit<TableOptions, 'delimiter'> {
  /** Between columns (white space by default), or the widths of columns in characters. */
  delimiter?: string | number | readonly number[] | null;
  skipHeader?: number;
  skipFooter?: number;
  /** Texts that stand for a missing value, beside the empty one. */
  missingValues?: string | readonly string[];
  /** What missing and unreadable values become: NaN, for integers -1, unless given. */
  fillingValues?: number;
  /** Whether a row with another number of columns is an error (true), or left out. */
  invalidRaise?: boolean;
  ndmin?: 0 | 1 | 2;
}

/**
 * As `loadtxt`, for tables with gaps: missing and unreadable values become NaN, or `fillingValues`.
 * @see numpy.genfromtxt
 * @example np.genfromtxt(['1,2,', '4,n/a,6'], { delimiter: ',', missingValues: 'n/a' })
 */
export function genfromtxt(
  source: TextSource,
  options: Spelled<GenfromtxtOptions> & { unpack: true },
): NDArray[];
export function genfromtxt(source: TextSource, options?: Spelled<GenfromtxtOptions>): NDArray;
export function genfromtxt(source: TextSource, given: Spelled<GenfromtxtOptions> = {}): NDArray | NDArray[] {
  const known = ['skipHeader', 'skipFooter', 'missingValues', 'fillingValues', 'invalidRaise', 'ndmin'];
  const options: GenfromtxtOptions = checkOptions('genfromtxt', given, [...tableNames, ...known]);
  const { delimiter, skipHeader = 0, skipFooter = 0, usecols, invalidRaise = true, ndmin = 0 } = options;
  const dtype = toDType(options.dtype ?? 'float64', 'genfromtxt');
  const comments = commentList(options.comments);
  const missing = new Set([
    '',
    ...(options.missingValues === undefined ? [] : [options.missingValues].flat()),
  ]);
  const filling: Scalar =
    options.fillingValues ??
    (isFloat(dtype) || isComplex(dtype) ? Number.NaN : dtype === 'bool' ? false : -1);
  if (isFloat(dtype) && skipFooter === 0 && options.missingValues === undefined) {
    const plain = plainTable(source, options as TableOptions, skipHeader, delimiter);
    if (plain !== null) return delivered(castTo(plain, dtype), ndmin, options.unpack);
  }
  const { name, lines } = linesOf('genfromtxt', source);
  const cut = (line: string): string[] => {
    if (typeof delimiter !== 'number' && typeof delimiter !== 'object')
      return fieldsOf(line, delimiter, null);
    if (delimiter === null) return fieldsOf(line, null, null);
    const widths = typeof delimiter === 'number' ? null : delimiter;
    const out: string[] = [];
    for (let at = 0, k = 0; widths === null ? at < line.length : k < widths.length; k++) {
      const width = widths === null ? (delimiter as number) : widths[k];
      out.push(line.slice(at, at + width));
      at += width;
    }
    return out;
  };
  const found: { line: number; fields: string[] }[] = [];
  lines.slice(skipHeader).forEach((line, i) => {
    const text = withoutComment(line, comments).replace(/\s+$/, '');
    if (text.trim() !== '') found.push({ line: i + skipHeader + 1, fields: cut(text) });
  });
  const kept = found.slice(0, Math.min(found.length - skipFooter, options.maxRows ?? found.length));
  const columns = usecols === undefined ? null : typeof usecols === 'number' ? [usecols] : usecols;
  const width = kept[0]?.fields.length ?? 0;
  const odd = kept.filter((r) => r.fields.length !== width);
  if (odd.length > 0 && invalidRaise) {
    throw new RangeError(
      `genfromtxt: ${name}: some errors were detected: line ${odd[0].line} has ${odd[0].fields.length} columns instead of ${width}${odd.length > 1 ? `, and ${odd.length - 1} more lines differ` : ''}. {invalidRaise: false} leaves such lines out.`,
    );
  }
  const values: Scalar[] = [];
  let rows = 0;
  for (const { line, fields } of kept) {
    if (fields.length !== width) continue;
    for (const c of columns ?? fields.keys()) {
      const at = c < 0 ? c + width : c;
      if (at < 0 || at >= width)
        throw new RangeError(
          `genfromtxt: ${name}: invalid column index ${c} at line ${line} with ${width} columns.`,
        );
      const field = fields[at].trim();
      const convert = converterFor(options.converters, at, width);
      if (convert !== undefined) values.push(convert(field));
      else values.push(missing.has(field) ? filling : (elementOf(field, dtype) ?? filling));
    }
    rows++;
  }
  const shape = rows === 0 ? [0] : [rows, columns?.length ?? width];
  return delivered(table(values, shape, dtype), ndmin, options.unpack);
}

export interface SavetxtOptions {
  /** printf format of each number, '%.18e' by default; a list has one per column, a text with several a whole row. */
  fmt?: string | readonly string[];
  delimiter?: string;
  newline?: string;
  /** Lines before and after the numbers, behind `comments`, '# ' by default. */
  header?: string;
  footer?: string;
  comments?: string;
}

/**
 * Writes a vector or matrix as text, one row per line.
 * @see numpy.savetxt
 * @example np.savetxt('w.csv', W, { fmt: '%.4f', delimiter: ',', header: 'a,b', comments: '' })
 */
export function savetxt(file: string | URL, value: ArrayLike, options: SavetxtOptions = {}): void {
  checkOptions('savetxt', options, ['fmt', 'delimiter', 'newline', 'header', 'footer', 'comments']);
  const { delimiter = ' ', newline = '\n', header = '', footer = '', comments = '# ' } = options;
  const a = asarray(value, 'savetxt');
  if (a.ndim === 0 || a.ndim > 2)
    throw new RangeError(`savetxt: Expected 1D or 2D array, got ${a.ndim}D array instead.`);
  const rows = a.ndim === 2 ? a : reshape(a, -1, 1);
  const width = rows.shape[1];
  const complex = isComplex(a.dtype);
  const fmt = options.fmt ?? '%.18e';
  const formats = typeof fmt === 'string' ? [fmt] : fmt;
  if (typeof fmt !== 'string' && formats.length !== width)
    throw new RangeError(
      `savetxt: fmt has wrong number of % formats: ${formats.length} for ${width} columns.`,
    );
  // A single text may hold the formats of a whole row.
  const several = typeof fmt === 'string' ? (fmt.replace(/%%/g, '').match(/%/g) ?? []).length : 1;
  if (several > 1 && several !== (complex ? 2 * width : width))
    throw new RangeError(
      `savetxt: fmt has wrong number of % formats:  ${fmt}; it has ${several} for ${width} columns.`,
    );
  const one = (v: unknown, k: number): string => {
    const format = formats[formats.length === 1 ? 0 : k];
    if (!(v instanceof Complex)) return sprintf(format, v);
    // The sign of the imaginary part stands for the plus between them.
    return ` (${sprintf(format, v.re)}+${sprintf(format, v.im)}j)`.replace('+-', '-');
  };
  const lines: string[] = [];
  const noted = (text: string): void => {
    if (text !== '') lines.push(`${comments}${text.split('\n').join(`\n${comments}`)}`);
  };
  noted(header);
  const plain = typeof fmt === 'string' && several === 1 ? writtenRows(rows, fmt, delimiter, newline) : null;
  if (plain !== null) {
    const head = lines
      .splice(0)
      .map((l) => l + newline)
      .join('');
    noted(footer);
    const foot = lines.map((l) => l + newline).join('');
    writeFileSync(pathOf('savetxt', file), Buffer.concat([Buffer.from(head), ...plain, Buffer.from(foot)]));
    return;
  }
  for (const row of width === 0 ? [] : (rows.toArray() as Scalar[][])) {
    const values = row.map((v) => (typeof v === 'boolean' ? Number(v) : v));
    lines.push(several > 1 ? sprintf(fmt as string, ...values) : values.map(one).join(delimiter));
  }
  noted(footer);
  writeFileSync(pathOf('savetxt', file), lines.map((l) => l + newline).join(''));
}

/** The table when nothing but numbers and the delimiter stands in a file; null: it takes a closer look. */
function plainTable(
  source: TextSource,
  options: TableOptions,
  skip: number,
  delimiter: unknown,
): NDArray | null {
  const comments = commentList(options.comments);
  if (Array.isArray(source) || comments.length > 1 || options.converters !== undefined) return null;
  if ((options.maxRows ?? null) !== null || typeof (delimiter ?? ' ') !== 'string' || delimiter === '')
    return null;
  const bytes = readFileSync(readable('loadtxt', source as string | URL));
  const found = plainRows(bytes, (delimiter ?? '') as string, comments[0] ?? null, skip);
  if (found === null || options.usecols === undefined) return found;
  const columns = [options.usecols].flat() as number[];
  const width = found.shape[1];
  if (columns.some((c) => !Number.isInteger(c) || c < -width || c >= width)) return null;
  return get(found, [':', columns]);
}

// ---------------------------------------------------------------- strings, buffers, iterators

export interface FromstringOptions {
  dtype?: DType | string;
  /** How many elements to read; all by default. */
  count?: number;
  /** Between numbers; white space matches any white space. */
  sep?: string;
}

/**
 * Numbers from a text in which `sep` stands between them.
 * @see numpy.fromstring
 * @example np.fromstring('1, 2, 3', { sep: ',' })
 */
export function fromstring(text: string, options: FromstringOptions = {}): NDArray {
  checkOptions('fromstring', options, ['dtype', 'count', 'sep']);
  const { sep = '', count = -1 } = options;
  const dtype = toDType(options.dtype ?? 'float64', 'fromstring');
  if (typeof text !== 'string')
    throw new TypeError(`fromstring: the text must be a string, not ${typeof text}.`);
  if (sep === '')
    throw new TypeError(
      "fromstring: the separator is missing, e.g. {sep: ' '}. For raw bytes use np.frombuffer(buffer, {dtype}).",
    );
  const plain = count < 0 && isFloat(dtype) ? plainVector(text, sep.trim()) : null;
  if (plain !== null) return dtype === 'float64' ? plain : astype(plain, dtype);
  const parts = sep.trim() === '' ? text.trim().split(/\s+/) : text.split(sep.trim());
  const fields = parts.length === 1 && parts[0].trim() === '' ? [] : parts;
  if (fields[fields.length - 1]?.trim() === '') fields.pop();
  const wanted = count < 0 ? fields.length : count;
  if (wanted > fields.length)
    throw new RangeError(
      `fromstring: string is smaller than requested size: ${fields.length} numbers, not ${wanted}.`,
    );
  const values = fields.slice(0, wanted).map((field, i) => {
    const value = elementOf(field, dtype);
    if (value === undefined)
      throw new TypeError(
        `fromstring: string or file could not be read to its end due to unmatched data: '${field.trim()}' (number ${i + 1}) is no ${dtype}.`,
      );
    return value;
  });
  return table(values, [values.length], dtype);
}

export interface FrombufferOptions {
  dtype?: DType | string;
  /** Elements to read; all by default. */
  count?: number;
  /** Bytes to leave out at the beginning. */
  offset?: number;
}

function extent(
  caller: string,
  bytes: number,
  options: FrombufferOptions,
): { dtype: DType; offset: number; n: number } {
  const { count = -1, offset = 0 } = options;
  const dtype = toDType(options.dtype ?? 'float64', caller);
  const { itemsize } = dtypeInfo[dtype];
  if (!Number.isInteger(offset) || offset < 0 || offset > bytes)
    throw new RangeError(
      `${caller}: offset must be non-negative and no greater than buffer length (${bytes}); it is ${offset}.`,
    );
  const rest = bytes - offset;
  if (count < 0 && rest % itemsize !== 0)
    throw new RangeError(
      `${caller}: buffer size must be a multiple of element size: ${rest} bytes, ${itemsize} per ${dtype}.`,
    );
  const n = count < 0 ? rest / itemsize : count;
  if (!Number.isInteger(n) || n * itemsize > rest)
    throw new RangeError(
      `${caller}: buffer is smaller than requested size: ${rest} bytes for ${n} elements of ${dtype}.`,
    );
  return { dtype, offset, n };
}

/**
 * A vector of the numbers that lie in a buffer, in the machine's byte order. It shares the buffer's memory where the
 * elements are aligned there, else it is a copy.
 * @see numpy.frombuffer
 */
export function frombuffer(buffer: ArrayBuffer | ArrayBufferView, options: FrombufferOptions = {}): NDArray {
  checkOptions('frombuffer', options, ['dtype', 'count', 'offset']);
  if (!(buffer instanceof ArrayBuffer) && !ArrayBuffer.isView(buffer))
    throw new TypeError(`frombuffer: an ArrayBuffer or a view of one is needed, not ${typeof buffer}.`);
  const whole = ArrayBuffer.isView(buffer) ? (buffer.buffer as ArrayBuffer) : buffer;
  const start = ArrayBuffer.isView(buffer) ? buffer.byteOffset : 0;
  const { dtype, offset, n } = extent('frombuffer', buffer.byteLength, options);
  const { itemsize } = dtypeInfo[dtype];
  const at = start + offset;
  const unit = isComplex(dtype) ? itemsize / 2 : itemsize;
  if (at % unit === 0 && at % itemsize === 0)
    return new NDArray(storageOver(whole), dtype, [n], [1], at / itemsize);
  return new NDArray(storageOver(whole.slice(at, at + n * itemsize)), dtype, [n]);
}

export interface FromfileOptions extends FrombufferOptions {
  /** For text: what stands between numbers. Empty (default) for raw bytes. */
  sep?: string;
}

/** A vector of the numbers in a binary file, or with `sep` in a text file. @see numpy.fromfile */
export function fromfile(file: string | URL, options: FromfileOptions = {}): NDArray {
  checkOptions('fromfile', options, ['dtype', 'count', 'offset', 'sep']);
  const path = readable('fromfile', file);
  const { sep = '', ...rest } = options;
  if (sep !== '')
    return fromstring(readFileSync(path, 'utf8'), { sep, dtype: rest.dtype, count: rest.count });
  const size = statSync(path).size;
  const itemsize = dtypeInfo[toDType(rest.dtype ?? 'float64', 'fromfile')].itemsize;
  // As NumPy: a last element that is not whole is left out.
  const count = rest.count ?? -1;
  const { dtype, offset, n } = extent('fromfile', size, {
    ...rest,
    count: count < 0 ? Math.floor(Math.max(0, size - (rest.offset ?? 0)) / itemsize) : count,
  });
  const out = empty([n], dtype);
  const into = new Uint8Array(out.storage.buffer, out.storage.byteOffset, n * itemsize);
  const handle = openSync(path, 'r');
  try {
    for (let done = 0; done < into.length; ) {
      const got = readSync(handle, into, done, Math.min(into.length - done, 2 ** 30), offset + done);
      if (got === 0)
        throw new RangeError(`fromfile: ${path}: the file ended after ${done} of ${into.length} bytes.`);
      done += got;
    }
  } finally {
    closeSync(handle);
  }
  return out;
}

/** The elements in C order as raw bytes. @see numpy.ndarray.tobytes */
export function tobytes(value: NDArray): Uint8Array {
  const a = ascontiguousarray(value.detach());
  return new Uint8Array(a.storage.buffer, a.storage.byteOffset + a.offset * a.itemsize, a.nbytes).slice();
}

/** Writes the elements as raw bytes, or with `sep` as text; `np.fromfile` reads them. @see numpy.ndarray.tofile */
export function tofile(
  value: NDArray,
  file: string | URL,
  options: { sep?: string; format?: string } = {},
): void {
  checkOptions('tofile', options, ['sep', 'format']);
  const { sep = '', format = '%s' } = options;
  const path = pathOf('tofile', file);
  if (sep === '') writeFileSync(path, tobytes(value));
  else
    writeFileSync(
      path,
      ([...reshape(value, -1)] as NDArray[]).map((v) => sprintf(format, v.item())).join(sep),
    );
}

/**
 * A vector of what an iterator gives.
 * @param count how many to take; all by default
 * @see numpy.fromiter
 */
export function fromiter(
  iterable: Iterable<Scalar>,
  dtype: DType | string | { dtype?: DType | string; count?: number } = 'float64',
  count = -1,
): NDArray {
  const o = typeof dtype === 'object' ? dtype : { dtype, count };
  checkOptions('fromiter', o, ['dtype', 'count']);
  const type = toDType(o.dtype ?? 'float64', 'fromiter');
  const wanted = o.count ?? -1;
  const values: Scalar[] = [];
  if (wanted !== 0) {
    for (const v of iterable) {
      values.push(v);
      if (values.length === wanted) break;
    }
  }
  if (values.length < wanted)
    throw new RangeError(
      `fromiter: iterator too short: expected ${wanted} but iterator had only ${values.length} items.`,
    );
  const found = table(
    values,
    [values.length],
    values.length > 0 && typeof values[0] === 'number' ? 'float64' : type,
  );
  return found.dtype === type ? found : astype(found, type);
}
