// What a ufunc is: an element-wise function that can be called, takes `{out, where, dtype, casting}`, and has the
// methods reduce, accumulate, outer, at and reduceat. Here are the types and how a function becomes one; what the
// methods do stands in ufunc-methods.ts.

import { canCastSameKind, type DType, promoteTypes } from '../core/dtype.js';
import type { ArrayLike, NDArray } from '../core/ndarray.js';
import type { DTypeNamed, DTypeOf, Floating, Promoted, RealOf } from '../core/typing.js';
import type { Axis } from './reduce.js';

/** NumPy's rules for converting elements: from none at all to any. */
export type Casting = 'no' | 'equiv' | 'safe' | 'same_kind' | 'unsafe';

/** Options of every element-wise function. */
export interface UfuncOptions {
  /** Array to write the result into; it is returned. */
  out?: NDArray | readonly [NDArray] | null;
  /** Where to compute, broadcast: elsewhere `out` keeps its elements, and without `out` the result is 0. */
  where?: ArrayLike;
  /** Element type of the calculation and the result. */
  dtype?: DType | string;
  /** Which conversions `dtype` and `out` may ask for; 'same_kind' unless given. */
  casting?: Casting;
}

/** Options, or as in NumPy the array to write into. Numbers are ignored, so that `list.map(np.exp)` works. */
export type UfuncArgument = UfuncOptions | NDArray | number | null | undefined;

export interface UfuncReduceOptions {
  /** Axis or axes; 0 unless given, null for all. */
  axis?: Axis;
  keepdims?: boolean;
  dtype?: DType | string;
  out?: NDArray | null;
  /** Value to start from. */
  initial?: number | bigint | boolean;
  /** Which elements take part. */
  where?: ArrayLike;
}

export interface UfuncAccumulateOptions {
  axis?: number;
  dtype?: DType | string;
  out?: NDArray | null;
}

/** Where `at` applies: one index array, or a list with an entry per axis. */
export type UfuncIndices = ArrayLike | readonly unknown[];

interface Ufunc {
  /** NumPy's name of it. */
  readonly ufuncName: string;
  readonly nin: number;
  readonly nout: number;
  readonly nargs: number;
  /** What a reduction of nothing gives, or null. */
  readonly identity: number | boolean | null;
}

interface UnaryMethods extends Ufunc {
  /** `np.negative.at(a, indices)`: applies the function in place at the given places, once per occurrence. */
  at(a: NDArray, indices: UfuncIndices): NDArray;
}

interface BinaryMethods extends Ufunc {
  /**
   * Folds along an axis: `np.multiply.reduce(a)` is a[0] * a[1] * ...
   * @param options axis (0 unless given; null for all), or `{axis, keepdims, dtype, out, initial, where}`
   * @see numpy.ufunc.reduce
   */
  reduce(a: ArrayLike, options?: Axis | UfuncReduceOptions): NDArray;
  /**
   * The fold with every step kept: `np.maximum.accumulate(a)` is the running maximum.
   * @see numpy.ufunc.accumulate
   */
  accumulate(a: ArrayLike, options?: number | UfuncAccumulateOptions): NDArray;
  /**
   * The operation on all pairs of elements, of shape [...a.shape, ...b.shape].
   * @see numpy.ufunc.outer
   */
  outer(a: ArrayLike, b: ArrayLike, options?: UfuncOptions): NDArray;
  /**
   * a[indices] = op(a[indices], b) in place, once per occurrence of an index: `np.add.at(a, [0, 0, 2], 1)` adds 2 to
   * a[0]. One list of numbers is an index array; a list of lists, arrays or slices has an entry per axis.
   * @see numpy.ufunc.at
   */
  at(a: NDArray, indices: UfuncIndices, b: ArrayLike): NDArray;
  /**
   * Folds of slices: element i folds a[indices[i]] to a[indices[i + 1]], or is a[indices[i]] when those do not rise.
   * @see numpy.ufunc.reduceat
   */
  reduceat(a: ArrayLike, indices: ArrayLike, options?: number | UfuncAccumulateOptions): NDArray;
}

/** An element-wise function of one operand. */
export interface UnaryUfunc extends UnaryMethods {
  (a: ArrayLike, options?: UfuncArgument): NDArray;
}

/** An element-wise function of two operands. */
export interface BinaryUfunc extends BinaryMethods {
  (a: ArrayLike, b: ArrayLike, options?: UfuncArgument): NDArray;
}

// The same with the dtype of the result in its type: that of the operands, a floating point one, or bool. The options
// come first, since a call without them cannot mean that form.

type Into<N> = UfuncOptions & ({ dtype: N } | { out: NDArray<DTypeNamed<N>> });

/** A function of one operand that keeps its dtype. */
export interface Unary extends UnaryMethods {
  <N extends string>(a: ArrayLike, options: Into<N>): NDArray<DTypeNamed<N>>;
  <A extends ArrayLike>(a: A, options?: UfuncArgument): NDArray<DTypeOf<A>>;
}

/** A function of one operand with floating point values. */
export interface UnaryFloat extends UnaryMethods {
  <N extends string>(a: ArrayLike, options: Into<N>): NDArray<DTypeNamed<N>>;
  <A extends ArrayLike>(a: A, options?: UfuncArgument): NDArray<Floating<DTypeOf<A>>>;
}

/** A function of one operand that keeps its dtype, or the real one of a complex operand. */
export interface UnaryReal extends UnaryMethods {
  <N extends string>(a: ArrayLike, options: Into<N>): NDArray<DTypeNamed<N>>;
  <A extends ArrayLike>(a: A, options?: UfuncArgument): NDArray<RealOf<DTypeOf<A>>>;
}

/** A question about each element. */
export interface UnaryBool extends UnaryMethods {
  (a: ArrayLike, options?: UfuncArgument): NDArray<'bool'>;
}

/** A function of two operands, in the dtype that both promote to. */
export interface Binary extends BinaryMethods {
  <N extends string>(a: ArrayLike, b: ArrayLike, options: Into<N>): NDArray<DTypeNamed<N>>;
  <A extends ArrayLike, B extends ArrayLike>(a: A, b: B, options?: UfuncArgument): NDArray<Promoted<A, B>>;
}

/** A function of two operands with floating point values. */
export interface BinaryFloat extends BinaryMethods {
  <N extends string>(a: ArrayLike, b: ArrayLike, options: Into<N>): NDArray<DTypeNamed<N>>;
  <A extends ArrayLike, B extends ArrayLike>(
    a: A,
    b: B,
    options?: UfuncArgument,
  ): NDArray<Floating<Promoted<A, B>>>;
}

/** A comparison. */
export interface BinaryBool extends BinaryMethods {
  (a: ArrayLike, b: ArrayLike, options?: UfuncArgument): NDArray<'bool'>;
}

/** What the methods need to know of a ufunc beside calling it. */
export interface UfuncParts {
  /** The library's name of the operation, with which errors begin. */
  readonly op: string;
  readonly opcode: number;
  /** Whether the result is bool whatever the operands are. */
  readonly boolean: boolean;
  /** Computes into an array that the result broadcasts to. Off the tape. */
  readonly write: (out: NDArray, operands: readonly ArrayLike[], casting: Casting) => void;
}

export type AnyUfunc = (UnaryUfunc | BinaryUfunc) & UfuncParts;

/** What the methods are attached to; ufunc-methods.ts fills them. */
export const unaryMethods = Object.create(Function.prototype) as UnaryUfunc & General;
export const binaryMethods = Object.create(Function.prototype) as BinaryUfunc & General;

interface General {
  /** The call with options. */
  general(operands: readonly ArrayLike[], options: UfuncOptions | NDArray): NDArray;
}

/** Every ufunc by the library's name. */
export const ufuncs = new Map<string, AnyUfunc>();

// NumPy's names of the operations whose names here are shorter.
const numpyNames: Readonly<Record<string, string>> = {
  sub: 'subtract',
  mul: 'multiply',
  div: 'divide',
  mod: 'remainder',
  pow: 'power',
  neg: 'negative',
  abs: 'absolute',
};

const identities: Readonly<Record<string, number | boolean>> = {
  add: 0,
  mul: 1,
  logicalAnd: true,
  logicalOr: false,
  logicalXor: false,
  bitwiseAnd: -1,
  bitwiseOr: 0,
  bitwiseXor: 0,
  hypot: 0,
  gcd: 0,
  logaddexp: Number.NEGATIVE_INFINITY,
  logaddexp2: Number.NEGATIVE_INFINITY,
};

/** Makes a function of one or two operands a ufunc. */
export function ufunc<F extends object>(
  f: F,
  nin: 1 | 2,
  parts: UfuncParts,
): F & (typeof unaryMethods | typeof binaryMethods) {
  const name = numpyNames[parts.op] ?? parts.op.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
  Object.setPrototypeOf(f, nin === 1 ? unaryMethods : binaryMethods);
  const own = {
    ...parts,
    ufuncName: name,
    nin,
    nout: 1,
    nargs: nin + 1,
    identity: identities[parts.op] ?? null,
  };
  for (const [key, value] of Object.entries(own)) Object.defineProperty(f, key, { value });
  Object.defineProperty(f, 'name', { value: name });
  ufuncs.set(parts.op, f as unknown as AnyUfunc);
  return f as F & typeof unaryMethods;
}

/** Whether NumPy's casting rule lets elements of one type be written as another. */
export function canCast(from: DType, to: DType, casting: Casting = 'safe'): boolean {
  if (from === to || casting === 'unsafe') return true;
  if (casting === 'safe') return promoteTypes(from, to) === to;
  return casting === 'same_kind' && canCastSameKind(from, to);
}
