// What ufuncs do beyond the plain call: the options out, where, dtype and casting, and the methods reduce, accumulate,
// outer, at and reduceat. Sums, products and extremes are the reductions of reduce.ts; every other operation is folded
// natively, in order, or out of recorded steps when gradients flow.

import * as backend from '../backend/index.js';
import { asarray } from '../core/create.js';
import { type DType, isInexact, isInteger, toDType } from '../core/dtype.js';
import { type ArrayLike, emptyZeroed, NDArray } from '../core/ndarray.js';
import { checkOptions } from '../core/options.js';
import { broadcastShapes, normalizeAxes, normalizeAxis, shapeText, sizeOf } from '../core/shape.js';
import { addAt, get } from './index.js';
import { concatenate, stack } from './join.js';
import { castTo } from './operands.js';
import { type Axis, all, any, cumprod, cumsum, max, min, prod, sum } from './reduce.js';
import { tracking } from './registry.js';
import { broadcastTo, copy, moveaxis, reshape, transpose } from './shape.js';
import {
  type AnyUfunc,
  type BinaryUfunc,
  binaryMethods,
  type Casting,
  canCast,
  type UfuncAccumulateOptions,
  type UfuncIndices,
  type UfuncOptions,
  type UfuncParts,
  type UfuncReduceOptions,
  unaryMethods,
} from './ufunc.js';
import { where } from './where.js';
import { into, writeInPlace } from './writing.js';

type Binary = BinaryUfunc & UfuncParts;

const callOptions = ['out', 'where', 'dtype', 'casting'];
const reduceOptions = ['axis', 'keepdims', 'dtype', 'out', 'initial', 'where'];
const accumulateOptions = ['axis', 'dtype', 'out'];
const castings: readonly string[] = ['no', 'equiv', 'safe', 'same_kind', 'unsafe'];

// ---------------------------------------------------------------- the call with options

function general(this: AnyUfunc, operands: readonly ArrayLike[], argument: UfuncOptions | NDArray): NDArray {
  const { op } = this;
  if (!(argument instanceof NDArray)) checkOptions(op, argument, callOptions);
  const {
    out: given,
    dtype,
    where: condition,
    casting = 'same_kind',
  } = argument instanceof NDArray ? { out: argument } : argument;
  if (!castings.includes(casting))
    throw new TypeError(`${op}: casting must be one of ${castings.join(', ')}, not '${String(casting)}'.`);
  const out = Array.isArray(given) ? (given as readonly [NDArray])[0] : (given as NDArray | null | undefined);
  let values = operands;
  if (dtype !== undefined && dtype !== null) values = inType(this, operands, toDType(dtype, op), casting);
  const mask = condition === undefined || condition === true ? undefined : maskOf(op, condition);
  if (out && mask === undefined && !tracking(out, ...values)) {
    if (!(out instanceof NDArray)) throw new TypeError(`${op}: out must be an array, not ${typeof out}.`);
    return writeInPlace(op, out, [], () => {
      this.write(out, values, casting);
      return (array) => array;
    });
  }
  const result = (this as (...v: readonly ArrayLike[]) => NDArray)(...values);
  if (out) return into(op, out, result, casting, mask);
  return mask === undefined ? result : where(mask, result, emptyZeroed([], result.dtype));
}

function maskOf(caller: string, condition: ArrayLike): NDArray {
  const mask = asarray(condition, caller).detach();
  if (mask.dtype !== 'bool')
    throw new TypeError(`${caller}: where must be booleans, not ${mask.dtype}; e.g. {where: x.greater(0)}.`);
  return mask;
}

/** The operands in the element type that was asked for. */
function inType(f: AnyUfunc, operands: readonly ArrayLike[], dtype: DType, casting: Casting): ArrayLike[] {
  if (f.boolean) {
    if (dtype === 'bool') return [...operands];
    throw new TypeError(
      `${f.op}: the result is bool whatever the operands are; dtype '${dtype}' is not possible.`,
    );
  }
  return operands.map((value, i) => {
    const weak = typeof value === 'number' || typeof value === 'bigint';
    const a = asarray(value, f.op);
    const whole = weak && isInteger(dtype) && (typeof value === 'bigint' || Number.isInteger(value));
    if (!whole && !canCast(a.dtype, dtype, casting)) {
      throw new TypeError(
        `${f.op}: cannot cast operand ${i} from ${a.dtype} to ${dtype} with casting rule '${casting}'. {casting: 'unsafe'} converts anyway.`,
      );
    }
    return castTo(a, dtype);
  });
}

// ---------------------------------------------------------------- reduce

const reductions: Readonly<Record<string, (a: NDArray, options: UfuncReduceOptions) => NDArray>> = {
  add: sum,
  mul: prod,
  maximum: max,
  minimum: min,
  logicalAnd: all,
  logicalOr: any,
};

function optionsOf<T extends { axis?: Axis }>(
  caller: string,
  argument: Axis | T | undefined,
  known: string[],
): T {
  if (argument === undefined) return {} as T;
  if (argument === null || typeof argument === 'number' || Array.isArray(argument))
    return { axis: argument } as unknown as T;
  checkOptions(caller, argument as object, known);
  return argument as T;
}

/** In the type in which an operation of two equal types stays. */
function foldable(f: Binary, value: ArrayLike, dtype: DType | string | undefined, caller: string): NDArray {
  const a = asarray(value, caller);
  if (f.boolean) return castTo(a, 'bool');
  if (dtype !== undefined) return castTo(a, toDType(dtype, caller));
  // The type that the operation gives: division of integers is floating point.
  const probe = emptyZeroed([0], a.dtype);
  return castTo(a, f(probe, probe).dtype);
}

function reduce(this: Binary, value: ArrayLike, argument?: Axis | UfuncReduceOptions): NDArray {
  const caller = `${this.op}.reduce`;
  const o = optionsOf<UfuncReduceOptions>(caller, argument, reduceOptions);
  const axis = o.axis === undefined ? 0 : o.axis;
  const plain = reductions[this.op];
  if (plain !== undefined) {
    const a = asarray(value, caller);
    return plain(a, { ...o, axis: a.ndim === 0 && axis === 0 ? null : axis });
  }
  let a = foldable(this, value, o.dtype, caller);
  const axes = a.ndim === 0 && axis === 0 ? [] : normalizeAxes(caller, axis, a.ndim);
  if (o.where !== undefined) {
    const start = this.identity ?? o.initial ?? null;
    if (start === null)
      throw new RangeError(
        `${caller}: reduction operation '${this.ufuncName}' does not have an identity, so to use a where mask one has to specify 'initial'.`,
      );
    a = where(maskOf(caller, o.where), a, castTo(asarray(start), a.dtype));
  }
  const kept = a.shape.map((_, d) => d).filter((d) => !axes.includes(d));
  const shape = kept.map((d) => a.shape[d]);
  const n = sizeOf(axes.map((d) => a.shape[d]));
  const rows = reshape(transpose(a, [...axes, ...kept]), [n, ...shape]);
  let out: NDArray;
  if (n === 0) {
    const start = o.initial ?? this.identity;
    if (start === null)
      throw new RangeError(
        `${caller}: zero-size array to reduction operation ${this.ufuncName} which has no identity; the input has shape ${shapeText(a.shape)}.`,
      );
    out = copy(broadcastTo(castTo(asarray(start), a.dtype), shape));
  } else {
    const start =
      o.initial === undefined ? [] : [copy(broadcastTo(castTo(asarray(o.initial), a.dtype), [1, ...shape]))];
    out = folded(this, start.length > 0 ? concatenate([...start, rows]) : rows, false);
  }
  if (o.keepdims)
    out = reshape(
      out,
      a.shape.map((length, d) => (axes.includes(d) ? 1 : length)),
    );
  return o.out ? into(caller, o.out, out) : out;
}

/** Folds the first axis; with `keep`, every step along it. */
function folded(f: Binary, rows: NDArray, keep: boolean): NDArray {
  const n = rows.shape[0];
  const rest = rows.shape.slice(1);
  if (tracking(rows)) {
    const steps = [get(rows, [0])];
    for (let i = 1; i < n; i++) steps.push(f(steps[i - 1], get(rows, [i])));
    return keep ? stack(steps) : steps[n - 1];
  }
  const a = rows.contiguous ? rows : copy(rows);
  const out = emptyZeroed(keep ? rows.shape : rest, rows.dtype);
  backend.fold(f.opcode, out, a, 1, n, sizeOf(rest), keep);
  return out;
}

// ---------------------------------------------------------------- accumulate

function accumulate(this: Binary, value: ArrayLike, argument?: number | UfuncAccumulateOptions): NDArray {
  const caller = `${this.op}.accumulate`;
  const o = optionsOf<UfuncAccumulateOptions>(caller, argument, accumulateOptions);
  const given = asarray(value, caller);
  if (given.ndim === 0) throw new TypeError(`${caller}: cannot accumulate on a scalar.`);
  const axis = normalizeAxis(caller, o.axis ?? 0, given.ndim);
  let out: NDArray;
  if (this.op === 'add' || this.op === 'mul') {
    const a = o.dtype === undefined ? given : castTo(given, toDType(o.dtype, caller));
    out = (this.op === 'add' ? cumsum : cumprod)(a, axis);
  } else {
    const a = foldable(this, value, o.dtype, caller);
    const rows = moveaxis(a, axis, 0);
    out = a.size === 0 ? copy(a) : moveaxis(folded(this, rows, true), 0, axis);
    if (axis !== 0) out = copy(out);
  }
  return o.out ? into(caller, o.out, out) : out;
}

// ---------------------------------------------------------------- outer

function outer(this: Binary, left: ArrayLike, right: ArrayLike, options?: UfuncOptions): NDArray {
  const caller = `${this.op}.outer`;
  const a = asarray(left, caller);
  const b = asarray(right, caller);
  return this(reshape(a, [...a.shape, ...new Array<number>(b.ndim).fill(1)]), b, options);
}

// ---------------------------------------------------------------- at

/** A list of numbers is one index array, any other list has an entry per axis. */
function indexList(indices: UfuncIndices): readonly unknown[] {
  const single =
    !Array.isArray(indices) ||
    (indices.length > 0 && indices.every((i) => typeof i === 'number' || typeof i === 'boolean'));
  return single ? [indices] : (indices as readonly unknown[]);
}

function at(this: AnyUfunc, a: NDArray, indices: UfuncIndices, value?: ArrayLike): NDArray {
  const caller = `${this.op}.at`;
  if (!(a instanceof NDArray))
    throw new TypeError(`${caller}: the first operand must be an array; it is changed in place.`);
  const list = indexList(indices);
  if (this.op === 'add') return addAt(a, list, value as ArrayLike);
  if (this.nin === 2 && value === undefined)
    throw new TypeError(`${caller}: second operand needed for the operation.`);
  if (tracking(a, value)) {
    throw new Error(
      `${caller}: no gradient is defined for this method, and an operand requires grad; np.add.at has one. Use x.detach(), or np.noGrad(() => ...).`,
    );
  }
  const type = (this as (...v: ArrayLike[]) => NDArray)(
    ...(this.nin === 1
      ? [emptyZeroed([0], a.dtype)]
      : [emptyZeroed([0], a.dtype), weakOrEmpty(value as ArrayLike)]),
  ).dtype;
  if (!canCast(type, a.dtype, 'same_kind'))
    throw new TypeError(
      `${caller}: cannot cast the result from ${type} to ${a.dtype} with casting rule 'same_kind'. Give the values as ${a.dtype}: np.array(values, '${a.dtype}').`,
    );
  // Strided arrays, and those of another type than the operation's, go through a copy and back.
  const direct = a.contiguous && type === a.dtype;
  const places = copy(get(positions(a.shape), list));
  const b = this.nin === 1 ? null : spread(caller, value as ArrayLike, places, type);
  return writeInPlace(caller, a, [], () => {
    const target = direct ? a : castTo(copy(a), type);
    backend.scatterFold(this.opcode, target, places, b);
    if (!direct) backend.copy(a, target);
    return (array) => array;
  });
}

const weakOrEmpty = (value: ArrayLike): ArrayLike =>
  typeof value === 'number' || typeof value === 'bigint' ? value : emptyZeroed([0], asarray(value).dtype);

/** Every element's number in C order, as int64. */
function positions(shape: readonly number[]): NDArray {
  const ones = emptyZeroed([sizeOf(shape)], 'int64');
  backend.fill(ones, 1);
  return reshape(cumsum(ones).sub(1), [...shape]);
}

function spread(caller: string, value: ArrayLike, places: NDArray, dtype: DType): NDArray {
  const v = castTo(asarray(value, caller), dtype);
  if (v.size === 1) return copy(reshape(v, [1]));
  broadcastShapes(caller, places.shape, v.shape);
  return copy(broadcastTo(v, places.shape));
}

// ---------------------------------------------------------------- reduceat

function reduceat(
  this: Binary,
  value: ArrayLike,
  indices: ArrayLike,
  argument?: number | UfuncAccumulateOptions,
): NDArray {
  const caller = `${this.op}.reduceat`;
  const o = optionsOf<UfuncAccumulateOptions>(caller, argument, accumulateOptions);
  const a = asarray(value, caller);
  const axis = normalizeAxis(caller, o.axis ?? 0, a.ndim);
  const n = a.shape[axis];
  const given = asarray(indices, caller);
  const cuts = cutsOf(this, given, n);
  const rows = moveaxis(a, axis, 0);
  let out: NDArray;
  if (cuts.size === 0) {
    out = emptyZeroed(
      a.shape.map((length, d) => (d === axis ? 0 : length)),
      a.dtype,
    );
  } else if (tracking(a))
    out = moveaxis(stack(segments(this, rows, [...cuts.data].map(Number), o.dtype)), 0, axis);
  else {
    const type = segmentType(this, rows, o.dtype);
    const typed = castTo(rows.detach(), type);
    const result = emptyZeroed([cuts.size, ...rows.shape.slice(1)], type);
    if (result.size > 0)
      backend.reduceSegments(
        this.opcode,
        segmentFolds[this.op],
        result,
        typed.contiguous ? typed : copy(typed),
        n,
        cuts,
      );
    out = axis === 0 ? result : copy(moveaxis(result, 0, axis));
  }
  return o.out ? into(caller, o.out, out) : out;
}

const segmentFolds: Readonly<Record<string, backend.SegmentFold>> = {
  add: 'sum',
  mul: 'prod',
  maximum: 'max',
  minimum: 'min',
};

/** The type in which segments are folded, which depends on the types alone. */
function segmentType(f: Binary, rows: NDArray, dtype: DType | string | undefined): DType {
  const key = `${f.op} ${rows.dtype} ${dtype}`;
  let type = segmentTypes.get(key);
  if (type === undefined) {
    const one = emptyZeroed([1], rows.dtype);
    type = reductions[f.op]?.(one, { dtype }).dtype ?? foldable(f, one, dtype, `${f.op}.reduceat`).dtype;
    segmentTypes.set(key, type);
  }
  return type;
}
const segmentTypes = new Map<string, DType>();

/** Where segments begin, as contiguous int64, all of them within the axis. */
function cutsOf(f: Binary, given: NDArray, n: number): NDArray {
  const caller = `${f.op}.reduceat`;
  const outside = (c: unknown): RangeError =>
    new RangeError(`${caller}: index ${c} out-of-bounds in ${f.ufuncName}.reduceat [0, ${n}).`);
  if (isInexact(given.dtype)) for (const c of given.data) if (!Number.isInteger(c)) throw outside(c);
  const cuts = castTo(given.detach(), 'int64');
  const flat = cuts.contiguous ? cuts : copy(cuts);
  if (flat.size > 0 && backend.largest(flat) >= n) {
    for (const c of flat.data as BigInt64Array) if (c < 0n || c >= n) throw outside(c);
  }
  return flat;
}

/** The segments one by one, out of recorded steps. */
function segments(
  f: Binary,
  rows: NDArray,
  cuts: readonly number[],
  dtype: DType | string | undefined,
): NDArray[] {
  return cuts.map((from, i) => {
    const to = i + 1 < cuts.length ? cuts[i + 1] : rows.shape[0];
    const fold = (begin: number, end: number): NDArray =>
      reduce.call(f, get(rows, [`${begin}:${end}`]), { axis: 0, dtype });
    // NumPy adds the pairwise sum of the others to the first.
    if (f.op === 'add' && to > from + 1) return f(fold(from, from + 1), fold(from + 1, to));
    return fold(from, Math.max(to, from + 1));
  });
}

// ---------------------------------------------------------------- attaching

for (const [target, methods] of [
  [unaryMethods, { general, at }],
  [binaryMethods, { general, reduce, accumulate, outer, at, reduceat }],
] as const) {
  for (const [name, value] of Object.entries(methods)) Object.defineProperty(target, name, { value });
}
