// Functions of NumPy's main namespace that are small, old or both: element types by letter, arrays compared after
// broadcasting, values found by a pattern in a text.

import { readFileSync } from 'node:fs';
import { cpuFeatures } from '../backend/index.js';
import { getNumThreads } from '../backend/threads.js';
import { asarray } from '../core/create.js';
import { type DType, dtypeInfo, isComplex, promoteTypes, toDType } from '../core/dtype.js';
import { type ArrayLike, emptyZeroed, NDArray } from '../core/ndarray.js';
import { broadcastShapes } from '../core/shape.js';
import { equal } from '../ops/elementwise.js';
import { castTo } from '../ops/operands.js';
import { all } from '../ops/reduce.js';
import { astype, copy, reshape, transpose } from '../ops/shape.js';
import { sort } from '../ops/sort.js';
import { type DTypeSource, issubdtype } from './dtypes.js';
import { readable } from './io.js';
import { fromstring } from './text.js';

/** Whether two arrays broadcast together and are equal then. @see numpy.array_equiv */
export function arrayEquiv(a: ArrayLike, b: ArrayLike): boolean {
  const [x, y] = [asarray(a, 'arrayEquiv'), asarray(b, 'arrayEquiv')];
  try {
    broadcastShapes('arrayEquiv', x.shape, y.shape);
  } catch {
    return false;
  }
  return Boolean(all(equal(x, y)).item());
}

/** The array itself when it is one, else a new array: there are no subclasses of arrays. @see numpy.asanyarray */
export function asanyarray(value: ArrayLike, dtype?: DType | string): NDArray {
  const a = asarray(value, 'asanyarray');
  return dtype === undefined || toDType(dtype, 'asanyarray') === a.dtype ? a : astype(a, dtype);
}

/** Writes a value and a line break to standard output. @see numpy.disp */
export function disp(value: unknown, linefeed = true): void {
  process.stdout.write(`${String(value)}${linefeed ? '\n' : ''}`);
}

/** The array's transpose as a contiguous copy. @see numpy.fastCopyAndTranspose */
export const fastCopyAndTranspose = (a: ArrayLike): NDArray =>
  copy(transpose(asarray(a, 'fastCopyAndTranspose')));

/** Sorted copy as complex numbers: by real part, then by imaginary part. @see numpy.sort_complex */
export function sortComplex(value: ArrayLike): NDArray {
  const a = sort(asarray(value, 'sortComplex'));
  return isComplex(a.dtype) ? a : castTo(a, a.dtype === 'float32' ? 'complex64' : 'complex128');
}

/** Addresses of an array's first byte and of the one after its last, within its own memory. @see numpy.byte_bounds */
export function byteBounds(a: NDArray): [number, number] {
  if (!(a instanceof NDArray)) throw new TypeError('byteBounds: an array is needed.');
  let low = a.offset;
  let high = a.offset;
  a.shape.forEach((n, d) => {
    const reach = a.stridesEl[d] * (n - 1);
    if (reach < 0) low += reach;
    else high += reach;
  });
  return [low * a.itemsize, (high + 1) * a.itemsize];
}

// ---------------------------------------------------------------- element types by letter

const letters: Readonly<Record<DType, string>> = {
  bool: '?',
  int8: 'b',
  uint8: 'B',
  int16: 'h',
  uint16: 'H',
  int32: 'i',
  uint32: 'I',
  int64: 'l',
  uint64: 'L',
  float32: 'f',
  float64: 'd',
  complex64: 'F',
  complex128: 'D',
};

const names: Readonly<Record<string, string>> = {
  '?': 'bool',
  b: 'signed char',
  B: 'unsigned char',
  h: 'short',
  H: 'unsigned short',
  i: 'integer',
  I: 'unsigned integer',
  l: 'long integer',
  L: 'unsigned long integer',
  f: 'single precision',
  d: 'double precision',
  F: 'complex single precision',
  D: 'complex double precision',
};

/** The letter of a dtype: 'd' for float64. @see numpy.sctype2char */
export const sctype2char = (dtype: DTypeSource): string =>
  letters[dtype instanceof NDArray ? dtype.dtype : toDType(dtype, 'sctype2char')];

/** What a dtype's letter stands for: 'double precision'. @see numpy.typename */
export function typename(char: string): string {
  const name = names[char];
  if (name === undefined)
    throw new TypeError(`typename: there is no type '${char}'; known: ${Object.keys(names).join(' ')}.`);
  return name;
}

/**
 * The letter of the smallest type among `typeset` to which all the given ones convert.
 * @see numpy.mintypecode
 */
export function mintypecode(
  typechars: string | readonly (string | NDArray)[],
  typeset = 'GDFgdf',
  otherwise = 'd',
): string {
  const given = [...typechars].map((t) => (t instanceof NDArray ? letters[t.dtype] : t));
  const within = given.filter((t) => typeset.includes(t));
  if (within.length === 0) return otherwise;
  if (within.includes('F') && within.includes('d')) return 'D';
  return within.sort((p, q) => typeset.indexOf(p) - typeset.indexOf(q))[0];
}

/** The widest dtype of the same kind. @see numpy.maximum_sctype */
export function maximumSctype(dtype: DTypeSource): DType {
  const type = dtype instanceof NDArray ? dtype.dtype : toDType(dtype, 'maximumSctype');
  const widest = { f: 'float64', c: 'complex128', i: 'int64', u: 'uint64', b: 'bool' } as const;
  return widest[dtypeInfo[type].kind];
}

/** Whether a dtype, or an array's, belongs to a family; see `issubdtype`. @see numpy.issubsctype */
export const issubsctype = (dtype: DTypeSource, family: string): boolean => issubdtype(dtype, family);

/** The dtype that arrays of some types and numbers of others give together. @see numpy.find_common_type */
export function findCommonType(arrays: readonly string[], scalars: readonly string[]): DType {
  const join = (list: readonly string[]): DType | undefined =>
    list.length === 0 ? undefined : list.map((t) => toDType(t, 'findCommonType')).reduce(promoteTypes);
  const [a, s] = [join(arrays), join(scalars)];
  if (a === undefined && s === undefined) throw new TypeError('findCommonType: at least one type is needed.');
  if (a === undefined) return s as DType;
  if (s === undefined) return a;
  // A number only counts when it is of a higher kind than the arrays.
  const order = 'buifc';
  const rank = (t: DType): number => order.indexOf(dtypeInfo[t].kind);
  return rank(s) > rank(a) ? promoteTypes(a, s) : a;
}

/** Prints which instruction set and how many threads are in use. @see numpy.show_config */
export function showConfig(): void {
  disp(`native loops: ${cpuFeatures()}; threads: ${getNumThreads()}; node ${process.version}`);
}

// ---------------------------------------------------------------- patterns

/**
 * Numbers that a pattern finds in a text file: one row per match, one column per group.
 * @param regexp with groups for the numbers; looked for everywhere
 * @see numpy.fromregex
 * @example
 * np.savetxt('log.txt', [[0.5, 0.9]], { fmt: 'loss %g acc %g' });
 * np.fromregex('log.txt', /loss (\S+) acc (\S+)/);   // array([[0.5, 0.9]])
 */
export function fromregex(
  file: string | URL,
  regexp: RegExp | string,
  dtype: DType | string = 'float64',
): NDArray {
  const path = readable('fromregex', file);
  const pattern = new RegExp(
    regexp,
    typeof regexp === 'string' ? 'g' : [...new Set(`${regexp.flags}g`)].join(''),
  );
  const text = readFileSync(path, 'utf8');
  const rows = [...text.matchAll(pattern)].map((m) => {
    const line = text.slice(0, m.index).split('\n').length;
    const fields = m.length > 1 ? m.slice(1) : [m[0]];
    return fields.map((field) => {
      try {
        return fromstring(field, { sep: ' ', dtype, count: 1 }).item();
      } catch {
        throw new TypeError(
          `fromregex: ${path}: could not convert string '${field}' to ${toDType(dtype, 'fromregex')} at line ${line}.`,
        );
      }
    });
  });
  if (rows.length === 0) return emptyZeroed([0], toDType(dtype, 'fromregex'));
  const table = astype(asarray(rows), dtype);
  return table.shape[1] === 1 ? reshape(table, -1) : table;
}
