// Ranges and grids: evenly spaced numbers, coordinate grids, and NumPy's bracket objects c_, r_, mgrid and ogrid, which
// are callable here and answer to brackets in cells.

import * as backend from '../backend/index.js';
import { asarray } from '../core/create.js';
import {
  type DType,
  dtypeInfo,
  isComplex,
  isFloat,
  isInexact,
  isInteger,
  promoteTypes,
  toDType,
} from '../core/dtype.js';
import { type ArrayLike, empty, NDArray } from '../core/ndarray.js';
import { checkOptions, isOptions, parameters } from '../core/options.js';
import { broadcastShapes, checkShape, shapeText } from '../core/shape.js';
import { type Tuple, tuple } from '../core/tuple.js';
import type { DTypeNamed, DTypeOf, Floating, Promote } from '../core/typing.js';
import { type Bracketed, brackets } from '../operators.js';
import { abs, add, div, equal, floor, less, log10, mul, pow, sign, sub } from '../ops/elementwise.js';
import { get, nonzero } from '../ops/index.js';
import { concatenate, stack } from '../ops/join.js';
import { castTo, inexact, realOnly } from '../ops/operands.js';
import { any } from '../ops/reduce.js';
import { astype, broadcastTo, copy, expandDims, moveaxis, reshape } from '../ops/shape.js';
import { type DTypeArgument, type DTypeLike, dtypeArgument, type ShapeLike, shapeList } from './arguments.js';
import { named } from './caller.js';

/** A number, or an array of one element. */
export type NumberLike = number | bigint | NDArray;

const MAX_LENGTH = 2 ** 43;

/** The dtype of a range: float64 as soon as one number has a fraction, int64 when all are known to be whole. */
type Spaced<Whole> = 'no' extends Whole ? 'float64' : 'perhaps' extends Whole ? 'int64' | 'float64' : 'int64';
type IsWhole<T> =
  T extends NDArray<infer D>
    ? D extends 'float64' | 'float32'
      ? 'no'
      : 'yes'
    : T extends bigint
      ? 'yes'
      : number extends T
        ? 'perhaps'
        : `${T & number}` extends `${bigint}`
          ? 'yes'
          : 'no';

export interface RangeOptions {
  start?: NumberLike;
  stop?: NumberLike;
  step?: NumberLike;
  dtype?: DTypeLike;
}

/**
 * Evenly spaced numbers from `start` (0) up to but without `stop`. Whole numbers give int64, others float64.
 * @throws RangeError when the step is 0
 * @see numpy.arange
 * @example np.arange(3); np.arange(1, 10, 2); np.arange(0, 1, 0.1); np.arange(5, { dtype: 'float32' })
 */
export function arange<A extends NumberLike, B extends NumberLike = 0, C extends NumberLike = 1>(
  start: A,
  stop?: B,
  step?: C,
): NDArray<Spaced<IsWhole<A> | IsWhole<B> | IsWhole<C>>>;
export function arange<N extends DTypeLike>(stop: NumberLike, options: { dtype: N }): NDArray<DTypeNamed<N>>;
export function arange<N extends DTypeLike>(
  start: NumberLike,
  stop: NumberLike,
  options: { dtype: N },
): NDArray<DTypeNamed<N>>;
export function arange<N extends DTypeLike>(
  start: NumberLike,
  stop: NumberLike,
  step: NumberLike,
  options: N | { dtype: N },
): NDArray<DTypeNamed<N>>;
export function arange<N extends DTypeLike = 'int64' | 'float64'>(
  range: RangeOptions & { dtype?: N },
): NDArray<DTypeNamed<N>>;
export function arange<N extends DTypeLike = 'int64' | 'float64'>(
  start: NumberLike,
  range: RangeOptions & { dtype?: N },
): NDArray<DTypeNamed<N>>;
export function arange(...given: (NumberLike | DTypeArgument | RangeOptions)[]): NDArray {
  const args = [...given];
  const last = args[args.length - 1];
  let dtype: DType | undefined;
  if (isOptions(last) || typeof last === 'string') {
    args.pop();
    dtype = dtypeArgument('arange', last as DTypeArgument, ['start', 'stop', 'step']);
    const { start, stop, step } = (typeof last === 'string' ? {} : last) as RangeOptions;
    if (start !== undefined || stop !== undefined || step !== undefined) {
      // A single number in its place is the stop, unless that has a name.
      const own = args.length === 1 && stop === undefined ? [undefined, args[0]] : args;
      const o = parameters<RangeOptions>(
        'arange',
        ['start', 'stop', 'step'],
        [...own, { start, stop, step }],
      );
      if (o.stop === undefined)
        throw new TypeError('arange: the stop is missing: np.arange({ stop: 5, step: 2 }).');
      args.splice(0, args.length, o.start ?? 0, o.stop, o.step ?? 1);
    }
  }
  const numbers = args.filter((v) => v !== undefined) as NumberLike[];
  if (numbers.length < 1 || numbers.length > 3) {
    throw new TypeError(
      'arange: needs a stop, or start and stop, or start, stop and step: np.arange(5), np.arange(1, 10, 2).',
    );
  }
  const whole = numbers.every((v) =>
    v instanceof NDArray ? !isFloat(v.dtype) : typeof v === 'bigint' || Number.isInteger(v),
  );
  const values = numbers.map((v) => {
    if (v instanceof NDArray) return Number(v.item());
    if (typeof v !== 'number' && typeof v !== 'bigint')
      throw new TypeError(`arange: ${String(v)} is not a number.`);
    return Number(v);
  });
  const [start, stop, step] =
    values.length === 1 ? [0, values[0], 1] : [values[0], values[1], values[2] ?? 1];
  if (step === 0) throw new RangeError(`arange: the step from ${start} to ${stop} must not be 0.`);
  const exact = (stop - start) / step;
  if (Number.isNaN(exact))
    throw new RangeError(
      `arange: cannot compute length of the range from ${start} to ${stop} in steps of ${step}.`,
    );
  const n = Math.max(0, Math.ceil(exact));
  if (n > MAX_LENGTH)
    throw new RangeError(
      `arange: Maximum allowed size exceeded: from ${start} to ${stop} in steps of ${step} are ${n} numbers.`,
    );
  const type = dtype ?? (whole ? 'int64' : 'float64');
  checkShape('arange', [n], dtypeInfo[type].itemsize);
  return progression(type, n, start, step);
}

/** start + i * step. The step of a float range is (start + step) - start, as in NumPy, to the last bit. */
function progression(dtype: DType, n: number, start: number, step: number): NDArray {
  if (dtype === 'uint64') return castTo(progression('int64', n, start, step), dtype);
  if (isComplex(dtype)) return castTo(progression('float64', n, start, step), dtype);
  const out = empty([n], dtype);
  if (isFloat(dtype)) {
    const round = dtype === 'float32' ? Math.fround : (x: number) => x;
    const first = round(start);
    backend.progression(out, first, round(round(start + step) - first), start + step);
  } else {
    const first = Math.trunc(start);
    backend.progression(out, first, Math.trunc(start + step) - first);
  }
  return out;
}

export interface LinspaceOptions {
  /** How many numbers, 50 by default. */
  num?: number | NDArray;
  dtype?: DTypeLike;
  /** Whether `stop` is the last number; true by default. */
  endpoint?: boolean;
  /** Return [numbers, step]. */
  retstep?: boolean;
  /** Where the new axis stands when start or stop are arrays. */
  axis?: number;
}

/**
 * `num` evenly spaced numbers from `start` to `stop`, both included (unless `endpoint` is false). Always floating
 * point unless a dtype is given; the last number is exactly `stop`. Arrays make one column per element.
 * @see numpy.linspace
 */
export function linspace<N extends DTypeLike = 'float64'>(
  start: ArrayLike,
  stop: ArrayLike,
  num: number | NDArray | undefined,
  options: LinspaceOptions & { retstep: true; dtype?: N },
): [numbers: NDArray<DTypeNamed<N>>, step: NDArray<'float64'>];
export function linspace<N extends DTypeLike = 'float64'>(
  start: ArrayLike,
  stop: ArrayLike,
  options: LinspaceOptions & { retstep: true; dtype?: N },
): [numbers: NDArray<DTypeNamed<N>>, step: NDArray<'float64'>];
export function linspace<N extends DTypeLike>(
  start: ArrayLike,
  stop: ArrayLike,
  num: number | NDArray | undefined,
  options: LinspaceOptions & { dtype: N },
): NDArray<DTypeNamed<N>>;
export function linspace<N extends DTypeLike>(
  start: ArrayLike,
  stop: ArrayLike,
  options: LinspaceOptions & { dtype: N },
): NDArray<DTypeNamed<N>>;
export function linspace<A extends ArrayLike, B extends ArrayLike>(
  start: A,
  stop: B,
  num?: number | NDArray | LinspaceOptions,
  options?: LinspaceOptions,
): NDArray<Floating<Promote<DTypeOf<A>, DTypeOf<B>>>>;
export function linspace(
  start: ArrayLike,
  stop: ArrayLike,
  ...given: unknown[]
): NDArray | [NDArray, NDArray] {
  const options = parameters<LinspaceOptions>('linspace', spacing, given);
  const num = Number(options.num ?? 50);
  const { endpoint = true, retstep = false, axis = 0 } = options;
  const dtype = options.dtype === undefined ? undefined : toDType(options.dtype, 'linspace');
  if (!Number.isInteger(num) || num < 0) {
    throw new RangeError(`linspace: number of samples, ${num}, must be a whole number of 0 or more.`);
  }
  checkShape('linspace', [num]);
  const parts = endpoint ? num - 1 : num;
  const p = asarray(start, 'linspace');
  const q = asarray(stop, 'linspace');
  const common = promoteTypes(p.dtype, q.dtype);
  const type = isInexact(common) ? common : 'float64';
  const a = p.dtype === type ? p : astype(p, type);
  const b = q.dtype === type ? q : astype(q, type);
  let y: NDArray;
  let step: NDArray;
  if (type === 'float64' && a.ndim === 0 && b.ndim === 0 && !a.tracked && !b.tracked) {
    const first = Number(a.item());
    const delta = Number(b.item()) - first;
    const s = delta / parts;
    const last = endpoint ? Number(b.item()) : undefined;
    y = empty([num], 'float64');
    if (parts > 0 && s === 0) {
      // A step that underflows to zero would lose the range.
      const raw = y.raw() as Float64Array;
      for (let i = 0; i < num; i++) raw[i] = (i / parts) * delta + first;
      if (last !== undefined && num > 1) raw[num - 1] = last;
    } else {
      backend.progression(y, first, parts > 0 ? s : delta, undefined, last);
    }
    step = asarray(parts > 0 ? s : Number.NaN);
  } else {
    const delta = sub(b, a);
    const count = reshape(arange(num, { dtype: type }), [num, ...new Array<number>(delta.ndim).fill(1)]);
    step = parts > 0 ? div(delta, parts) : mul(delta, Number.NaN);
    if (parts > 0) {
      const hasZero = any(equal(step.detach(), 0)).item();
      y = hasZero ? mul(div(count, parts), delta) : mul(count, step);
    } else {
      y = mul(count, delta);
    }
    y = add(y, a);
    if (endpoint && num > 1) {
      const end = expandDims(broadcastTo(b, delta.shape), 0);
      y = concatenate([y.at(`:${num - 1}`), end], 0);
    }
    if (axis !== 0) y = moveaxis(y, 0, axis);
  }
  if (dtype !== undefined && dtype !== y.dtype) y = (isInteger(dtype) ? floor(y) : y).astype(dtype);
  return retstep ? [y, step] : y;
}

const spacing = ['num', 'endpoint', 'retstep', 'dtype', 'axis'];

export interface LogspaceOptions extends Omit<LinspaceOptions, 'retstep'> {
  /** 10 by default. */
  base?: number;
}

/** Numbers evenly spaced on a logarithmic scale, from base^start to base^stop. @see numpy.logspace */
export function logspace<N extends DTypeLike = 'float64'>(
  start: ArrayLike,
  stop: ArrayLike,
  count?: number | (LogspaceOptions & { dtype?: N }),
  options?: LogspaceOptions & { dtype?: N },
): NDArray<DTypeNamed<N>> {
  const o = parameters<LogspaceOptions>(
    'logspace',
    ['num', 'endpoint', 'base', 'dtype', 'axis'],
    [count, options],
  );
  const { num, base = 10, dtype, endpoint, axis } = o;
  const y = pow(base, linspace(start, stop, num, { endpoint, axis }));
  return dtype === undefined ? y : y.astype(toDType(dtype, 'logspace'));
}

export type GeomspaceOptions = Omit<LinspaceOptions, 'retstep'>;

/**
 * Numbers of which each is a constant multiple of the one before; the ends are exact. Arrays make one column per
 * element.
 * @see numpy.geomspace
 */
export function geomspace<A extends ArrayLike, B extends ArrayLike, N extends DTypeLike>(
  start: A,
  stop: B,
  count?: number | NDArray | (GeomspaceOptions & { dtype?: N }),
  options?: GeomspaceOptions & { dtype?: N },
): NDArray<DTypeLike extends N ? Floating<Promote<DTypeOf<A>, DTypeOf<B>>> : DTypeNamed<N>> {
  const o = parameters<GeomspaceOptions>('geomspace', ['num', 'endpoint', 'dtype', 'axis'], [count, options]);
  const num = Number(o.num ?? 50);
  const { endpoint = true, dtype, axis = 0 } = o;
  const floating = (v: ArrayLike): NDArray => {
    const a = asarray(v, 'geomspace');
    return inexact(realOnly('geomspace', a));
  };
  const shape = broadcastShapes(
    'geomspace',
    asarray(start, 'geomspace').shape,
    asarray(stop, 'geomspace').shape,
  );
  const [a, b] = [broadcastTo(floating(start), shape), broadcastTo(floating(stop), shape)];
  const product = mul(sign(a.detach()), sign(b.detach()));
  if (any(equal(product, 0)).item())
    throw new RangeError(`geomspace: geometric sequence cannot include zero; start is ${a}, stop ${b}.`);
  if (any(less(product, 0)).item())
    throw new RangeError(`geomspace: start ${a} and stop ${b} must have the same sign.`);
  const direction = sign(a.detach());
  const exponents = linspace(log10(abs(a)), log10(abs(b)), num, { endpoint });
  let y = mul(pow(10, exponents), direction);
  // The ends exactly as given.
  const ends = (count: number) => get(y, [`1:${count}`]);
  if (num === 1) y = expandDims(a, 0);
  else if (num > 1)
    y = concatenate(
      endpoint ? [expandDims(a, 0), ends(num - 1), expandDims(b, 0)] : [expandDims(a, 0), ends(num)],
    );
  if (axis !== 0) y = moveaxis(y, 0, axis);
  return dtype === undefined ? y : y.astype(toDType(dtype, 'geomspace'));
}

// ---------------------------------------------------------------- grids

export interface MeshgridOptions {
  /** 'xy' (default): the first input runs along columns, as in plots; 'ij': along rows, as in matrices. */
  indexing?: 'xy' | 'ij';
  /** Keep axes of length 1, so that the grids broadcast against each other. */
  sparse?: boolean;
  /** Whether the grids have memory of their own, as is the default; else they may be views. */
  copy?: boolean;
}

/**
 * Coordinate grids from coordinate vectors: `[xx, yy] = np.meshgrid(x, y)`.
 * @see numpy.meshgrid
 */
export function meshgrid(...given: (ArrayLike | MeshgridOptions)[]): NDArray[] {
  const last = given[given.length - 1];
  const named = isOptions(last);
  const {
    indexing = 'xy',
    sparse = false,
    copy: fresh = true,
  } = (named ? checkOptions('meshgrid', last, ['indexing', 'sparse', 'copy']) : {}) as MeshgridOptions;
  if (indexing !== 'xy' && indexing !== 'ij')
    throw new TypeError(`meshgrid: indexing must be 'xy' or 'ij', not '${String(indexing)}'.`);
  const arrays = (named ? given.slice(0, -1) : given).map((v) => asarray(v as ArrayLike, 'meshgrid'));
  const n = arrays.length;
  const place = (i: number): number => (indexing === 'xy' && n > 1 && i < 2 ? 1 - i : i);
  const shape = new Array<number>(n);
  arrays.forEach((a, i) => {
    shape[place(i)] = a.size;
  });
  return arrays.map((a, i) => {
    const open = reshape(
      a,
      shape.map((length, d) => (d === place(i) ? length : 1)),
    );
    const grid = sparse ? open : broadcastTo(open, shape);
    return fresh ? copy(grid) : grid;
  });
}

export interface IndicesOptions {
  dtype?: DTypeLike;
  /** One array per axis, of length 1 along the others, rather than a filled one. */
  sparse?: boolean;
}

/**
 * The coordinates of every element: an int64 array of shape [ndim, ...shape], or with `sparse` a list of arrays.
 * @see numpy.indices
 */
export function indices<N extends DTypeLike = 'int64'>(
  shape: ShapeLike,
  options: { dtype?: N; sparse: true },
): NDArray<DTypeNamed<N>>[];
export function indices<N extends DTypeLike = 'int64'>(
  shape: ShapeLike,
  dtype?: N | { dtype?: N; sparse?: false },
): NDArray<DTypeNamed<N>>;
export function indices(shape: ShapeLike, ...given: unknown[]): NDArray | NDArray[] {
  const { dtype, sparse } = parameters<IndicesOptions>('indices', ['dtype', 'sparse'], given);
  const type = dtypeArgument('indices', dtype) ?? 'int64';
  const list = shapeList('indices', shape);
  if (sparse) return ix_(...list.map((n) => arange(n, { dtype: type })));
  if (list.length === 0) return empty([0], type);
  return stack(
    list.map((n, d) =>
      broadcastTo(
        reshape(
          arange(n, { dtype: type }),
          list.map((_, i) => (i === d ? n : 1)),
        ),
        list,
      ),
    ),
  );
}

/** Index arrays that span a grid: `X[np.ix_(rows, columns)]`. @see numpy.ix_ */
export function ix_(...sequences: ArrayLike[]): Tuple<NDArray<'int64'>> {
  const arrays = sequences.map((s, d) => {
    let a = asarray(s, 'ix_');
    if (a.ndim !== 1)
      throw new RangeError(
        `ix_: cross index must be 1 dimensional; argument ${d} has shape ${shapeText(a.shape)}.`,
      );
    if (a.dtype === 'bool') a = nonzero(a)[0];
    else if (isFloat(a.dtype)) a = castTo(a, 'int64');
    return reshape(
      a,
      sequences.map((_, i) => (i === d ? -1 : 1)),
    );
  });
  return tuple(arrays as NDArray<'int64'>[]);
}

// ---------------------------------------------------------------- bracket objects

/** A function that can be called, and in cells indexed with brackets. */
export interface Bracket<T, R> extends Bracketed<readonly T[], R> {
  (...items: T[]): R;
}

function bracket<T, R>(f: (...items: T[]) => R): Bracket<T, R> {
  return Object.assign(f, { [brackets]: (items: readonly T[]) => f(...items) });
}

const rangeForm = /^([^:]*):([^:]*)(?::([^:]*))?$/;

/** `'0:5'`, `'0:10:2'` as arange, `'0:1:5j'` as linspace of 5 numbers. */
function rangeOf(caller: string, text: string): NDArray {
  const match = rangeForm.exec(text.trim());
  const number = (part: string | undefined, otherwise: number): number => {
    if (part === undefined || part.trim() === '') return otherwise;
    const v = Number(part);
    if (Number.isNaN(v))
      throw new SyntaxError(
        `${caller}: '${text}' is not a range; ranges look like '0:5', '0:10:2', or '0:1:5j' for 5 numbers.`,
      );
    return v;
  };
  if (match === null || match[2].trim() === '') {
    throw new SyntaxError(
      `${caller}: '${text}' is not a range; ranges look like '0:5', '0:10:2', or '0:1:5j' for 5 numbers.`,
    );
  }
  const start = number(match[1], 0);
  const stop = number(match[2], 0);
  if (match[3]?.trim().endsWith('j'))
    return linspace(start, stop, Math.floor(Math.abs(number(match[3].trim().slice(0, -1), 1))));
  return arange(start, stop, number(match[3], 1));
}

function piece(caller: string, item: ArrayLike | string): NDArray {
  return typeof item === 'string' ? rangeOf(caller, item) : asarray(item, caller);
}

function joined(
  caller: string,
  items: readonly (ArrayLike | string)[],
  shaped: (a: NDArray) => NDArray,
): NDArray {
  if (items.length === 0) throw new RangeError(`${caller}: need at least one array to concatenate.`);
  return named(caller, () =>
    concatenate(
      items.map((item) => shaped(piece(caller, item))),
      -1,
    ),
  );
}

/**
 * Columns side by side: 1-d arrays become columns, arrays of more dimensions are joined along the last axis.
 * `np.c_(a, b)`; in cells also `np.c_[a, b]`.
 * @see numpy.c_
 */
export const c_: Bracket<ArrayLike | string, NDArray> = bracket((...items) =>
  joined('c_', items, (a) => (a.ndim < 2 ? reshape(a, -1, 1) : a)),
);

/**
 * Arrays, numbers and ranges one after another along the first axis: `np.r_(a, 0, b)`, `np.r_('0:5', 10)`; in cells
 * also `np.r_[a, 0, b]`.
 * @see numpy.r_
 */
export const r_: Bracket<ArrayLike | string, NDArray> = bracket((...items) => {
  if (items.length === 0) throw new RangeError('r_: need at least one array to concatenate.');
  const pieces = items.map((item) => {
    const a = piece('r_', item);
    return a.ndim === 0 ? reshape(a, 1) : a;
  });
  return named('r_', () => concatenate(pieces, 0));
});

function openGrid(caller: string, texts: readonly string[]): NDArray[] {
  const lines = texts.flatMap((t) => t.split(',')).map((t) => rangeOf(caller, t));
  const dtype = lines.reduce<DType>((d, a) => promoteTypes(d, a.dtype), 'int64');
  return lines.map((a, d) =>
    reshape(
      castTo(a, dtype),
      lines.map((_, i) => (i === d ? -1 : 1)),
    ),
  );
}

/** A filled coordinate grid, one block per range: `np.mgrid('0:3', '0:1:5j')`. @see numpy.mgrid */
export const mgrid: Bracket<string, NDArray> = bracket((...ranges) => {
  const open = openGrid('mgrid', ranges);
  if (open.length === 1) return open[0];
  const shape = open.map((a, d) => a.shape[d]);
  return stack(open.map((a) => broadcastTo(a, shape)));
});

/** An open coordinate grid: arrays that broadcast against each other. @see numpy.ogrid */
export const ogrid: Bracket<string, NDArray[]> = bracket((...ranges) => openGrid('ogrid', ranges));

/** What `np.s_` gives: the entries of an index, to be used as `X.at(...index)` and `X.set(index, v)`. */
export type IndexEntries = (string | number | null | ArrayLike)[];

/**
 * An index as a value: `const rows = np.s_('1:3', ':')`, used as `X.at(...rows)`; in cells also `np.s_['1:3', 0]`.
 * @see numpy.s_
 */
export const s_: Bracket<string | number | null | ArrayLike, IndexEntries> = bracket((...items) => items);

/** The same as `s_`. @see numpy.index_exp */
export const index_exp: typeof s_ = s_;
