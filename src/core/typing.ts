// The dtype rules of dtype.ts once more, as types: what the type of an array says about the result of an operation.
// Nothing here exists at run time. An array of unknown dtype (`NDArray`) gives one of unknown dtype. `NoInfer` keeps the
// checker from searching these types for type arguments in nested calls such as np.exp(np.sum(x)), which is slow.

import type { Complex } from './complex.js';
import type { DType } from './dtype.js';
import type { ArrayLike, NDArray } from './ndarray.js';

/** numpy.promote_types as a table: `Promotion['int32']['float32']` is 'float64'. */
// biome-ignore format: a table
interface Promotion {
  float64: {
    float64: 'float64'; float32: 'float64'; int64: 'float64'; int32: 'float64'; int16: 'float64';
    int8: 'float64'; uint64: 'float64'; uint32: 'float64'; uint16: 'float64'; uint8: 'float64';
    bool: 'float64'; complex128: 'complex128'; complex64: 'complex128';
  };
  float32: {
    float64: 'float64'; float32: 'float32'; int64: 'float64'; int32: 'float64'; int16: 'float32';
    int8: 'float32'; uint64: 'float64'; uint32: 'float64'; uint16: 'float32'; uint8: 'float32';
    bool: 'float32'; complex128: 'complex128'; complex64: 'complex64';
  };
  int64: {
    float64: 'float64'; float32: 'float64'; int64: 'int64'; int32: 'int64'; int16: 'int64'; int8: 'int64';
    uint64: 'float64'; uint32: 'int64'; uint16: 'int64'; uint8: 'int64'; bool: 'int64';
    complex128: 'complex128'; complex64: 'complex128';
  };
  int32: {
    float64: 'float64'; float32: 'float64'; int64: 'int64'; int32: 'int32'; int16: 'int32'; int8: 'int32';
    uint64: 'float64'; uint32: 'int64'; uint16: 'int32'; uint8: 'int32'; bool: 'int32';
    complex128: 'complex128'; complex64: 'complex128';
  };
  int16: {
    float64: 'float64'; float32: 'float32'; int64: 'int64'; int32: 'int32'; int16: 'int16'; int8: 'int16';
    uint64: 'float64'; uint32: 'int64'; uint16: 'int32'; uint8: 'int16'; bool: 'int16';
    complex128: 'complex128'; complex64: 'complex64';
  };
  int8: {
    float64: 'float64'; float32: 'float32'; int64: 'int64'; int32: 'int32'; int16: 'int16'; int8: 'int8';
    uint64: 'float64'; uint32: 'int64'; uint16: 'int32'; uint8: 'int16'; bool: 'int8';
    complex128: 'complex128'; complex64: 'complex64';
  };
  uint64: {
    float64: 'float64'; float32: 'float64'; int64: 'float64'; int32: 'float64'; int16: 'float64';
    int8: 'float64'; uint64: 'uint64'; uint32: 'uint64'; uint16: 'uint64'; uint8: 'uint64'; bool: 'uint64';
    complex128: 'complex128'; complex64: 'complex128';
  };
  uint32: {
    float64: 'float64'; float32: 'float64'; int64: 'int64'; int32: 'int64'; int16: 'int64'; int8: 'int64';
    uint64: 'uint64'; uint32: 'uint32'; uint16: 'uint32'; uint8: 'uint32'; bool: 'uint32';
    complex128: 'complex128'; complex64: 'complex128';
  };
  uint16: {
    float64: 'float64'; float32: 'float32'; int64: 'int64'; int32: 'int32'; int16: 'int32'; int8: 'int32';
    uint64: 'uint64'; uint32: 'uint32'; uint16: 'uint16'; uint8: 'uint16'; bool: 'uint16';
    complex128: 'complex128'; complex64: 'complex64';
  };
  uint8: {
    float64: 'float64'; float32: 'float32'; int64: 'int64'; int32: 'int32'; int16: 'int16'; int8: 'int16';
    uint64: 'uint64'; uint32: 'uint32'; uint16: 'uint16'; uint8: 'uint8'; bool: 'uint8';
    complex128: 'complex128'; complex64: 'complex64';
  };
  bool: {
    float64: 'float64'; float32: 'float32'; int64: 'int64'; int32: 'int32'; int16: 'int16'; int8: 'int8';
    uint64: 'uint64'; uint32: 'uint32'; uint16: 'uint16'; uint8: 'uint8'; bool: 'bool';
    complex128: 'complex128'; complex64: 'complex64';
  };
  complex128: {
    float64: 'complex128'; float32: 'complex128'; int64: 'complex128'; int32: 'complex128';
    int16: 'complex128'; int8: 'complex128'; uint64: 'complex128'; uint32: 'complex128';
    uint16: 'complex128'; uint8: 'complex128'; bool: 'complex128'; complex128: 'complex128';
    complex64: 'complex128';
  };
  complex64: {
    float64: 'complex128'; float32: 'complex64'; int64: 'complex128'; int32: 'complex128';
    int16: 'complex64'; int8: 'complex64'; uint64: 'complex128'; uint32: 'complex128'; uint16: 'complex64';
    uint8: 'complex64'; bool: 'complex64'; complex128: 'complex128'; complex64: 'complex64';
  };
}

/** Names of dtypes beside the dtypes themselves. */
interface Aliases {
  float: 'float64';
  double: 'float64';
  f8: 'float64';
  f4: 'float32';
  int: 'int64';
  i8: 'int64';
  i4: 'int32';
  u1: 'uint8';
  boolean: 'bool';
}

/** The dtype that a name stands for. */
export type DTypeNamed<N> = N extends DType ? N : NoInfer<N extends keyof Aliases ? Aliases[N] : DType>;

interface TypedArrays {
  Float64Array: 'float64';
  Float32Array: 'float32';
  BigInt64Array: 'int64';
  Int32Array: 'int32';
  Int16Array: 'int16';
  Int8Array: 'int8';
  BigUint64Array: 'uint64';
  Uint32Array: 'uint32';
  Uint16Array: 'uint16';
  Uint8Array: 'uint8';
  Uint8ClampedArray: 'uint8';
}

/** Without an intersection such as `1 & T`: of an array, the checker would look through all members. */
export type IsAny<T> = boolean extends (T extends never ? true : false) ? true : false;

type Leaf<T> =
  T extends NDArray<infer D>
    ? D
    : T extends number
      ? 'float64'
      : T extends bigint
        ? 'int64'
        : T extends boolean
          ? 'bool'
          : T extends Complex
            ? 'complex128'
            : T extends { readonly [Symbol.toStringTag]: infer S extends keyof TypedArrays }
              ? TypedArrays[S]
              : DType;

// Nested lists, to five levels: a recursive type would cost more, and lists are written by hand.
type List1<E> = [E] extends [never]
  ? 'float64'
  : ArrayLike extends E
    ? DType
    : E extends readonly (infer F)[]
      ? List2<F>
      : Leaf<E>;
type List2<E> = [E] extends [never] ? 'float64' : E extends readonly (infer F)[] ? List3<F> : Leaf<E>;
type List3<E> = [E] extends [never] ? 'float64' : E extends readonly (infer F)[] ? List4<F> : Leaf<E>;
type List4<E> = [E] extends [never] ? 'float64' : E extends readonly (infer F)[] ? List5<F> : Leaf<E>;
type List5<E> = [E] extends [never] ? 'float64' : E extends readonly unknown[] ? DType : Leaf<E>;

/** The dtype that a value has as an array: of an array its own, of numbers float64, of bigints int64... */
export type DTypeOf<T> =
  IsAny<T> extends true ? DType : NoInfer<T extends readonly (infer E)[] ? List1<E> : Leaf<T>>;

/** The dtype that holds the values of both. */
export type Promote<A extends DType, B extends DType> = [DType] extends [A]
  ? DType
  : NoInfer<[DType] extends [B] ? DType : Promotion[A][B]>;

type Inexact = 'float64' | 'float32' | 'complex128' | 'complex64';

/** The dtype of an operation between an array and a number: a whole number is an int, any other a float (NEP 50). */
type Weak<D extends DType, N> = [DType] extends [D]
  ? DType
  : N extends Complex
    ? ComplexOf<D>
    : D extends Inexact
      ? D
      : N extends bigint
        ? WeakInt<D>
        : number extends N
          ? WeakInt<D> | 'float64'
          : `${N & number}` extends `${bigint}`
            ? WeakInt<D>
            : 'float64';
type WeakInt<D extends DType> = D extends 'bool' ? 'int64' : D;

/** The complex dtype whose parts hold the values. */
export type ComplexOf<D extends DType> = [DType] extends [D]
  ? DType
  : NoInfer<D extends 'float32' | 'complex64' ? 'complex64' : 'complex128'>;

/** The dtype of `a + b`. */
export type Promoted<A, B> =
  IsAny<A> extends true
    ? DType
    : NoInfer<
        IsAny<B> extends true
          ? DType
          : B extends number | bigint | Complex
            ? Weak<DTypeOf<A>, B>
            : A extends number | bigint | Complex
              ? Weak<DTypeOf<B>, A>
              : Promote<DTypeOf<A>, DTypeOf<B>>
      >;

/** The dtype of `a.add(b)` for an array `a` of dtype D. */
export type PromotedWith<D extends DType, B> =
  IsAny<B> extends true
    ? DType
    : NoInfer<B extends number | bigint | Complex ? Weak<D, B> : Promote<D, DTypeOf<B>>>;

type Joined<T extends readonly unknown[], D extends DType | undefined = undefined> = T extends readonly [
  infer A,
  ...infer Rest,
]
  ? Joined<Rest, D extends DType ? Promote<D, DTypeOf<A>> : DTypeOf<A>>
  : D extends DType
    ? D
    : DTypeOf<T>;

/** The dtype of several arrays joined. */
export type PromotedAll<T extends readonly unknown[]> = IsAny<T> extends true ? DType : NoInfer<Joined<T>>;

/** The dtype of functions with floating point values: integers and booleans give float64. */
export type Floating<D extends DType> = [DType] extends [D]
  ? DType
  : NoInfer<D extends Inexact ? D : 'float64'>;

/** The dtype that sums accumulate in: integers and booleans in 64 bits. */
export type Accumulated<D extends DType> = [DType] extends [D]
  ? DType
  : NoInfer<D extends Inexact ? D : D extends `u${string}` ? 'uint64' : 'int64'>;

/** The dtype of absolute values and variances. */
export type RealOf<D extends DType> = [DType] extends [D]
  ? DType
  : NoInfer<D extends 'complex128' ? 'float64' : D extends 'complex64' ? 'float32' : D>;

/**
 * Arguments of a function that is handed over. `any`: a parameter of an arrow function that has no type would otherwise
 * be unknown, and `jacobian((x) => x * x)` an error.
 */
// biome-ignore lint/suspicious/noExplicitAny: see above
export type Arguments = readonly any[];
