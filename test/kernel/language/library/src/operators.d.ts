// The operators of cells, as gradlab's operators.ts declares them.
import type { ArrayLike, NDArray } from './index.js';

type IsAny<T> = 0 extends 1 & T ? true : false;
export type Operand = NDArray | number | bigint;
export type Arith<A, B> =
  IsAny<A> extends true
    ? any
    : IsAny<B> extends true
      ? any
      : A extends NDArray
        ? NDArray
        : B extends NDArray
          ? NDArray
          : A extends bigint
            ? bigint
            : number;
export type Comparison<A, B> =
  IsAny<A> extends true
    ? any
    : IsAny<B> extends true
      ? any
      : A extends NDArray
        ? NDArray
        : B extends NDArray
          ? NDArray
          : boolean;

interface Arithmetic {
  <A extends Operand, B extends Operand>(a: A, b: B): Arith<A, B>;
  (a: NDArray, b: ArrayLike): NDArray;
  (a: ArrayLike, b: NDArray): NDArray;
}
interface Add extends Arithmetic {
  (a: string, b: unknown): string;
  (a: unknown, b: string): string;
}
interface Compare {
  <A extends Operand, B extends Operand>(a: A, b: B): Comparison<A, B>;
  (a: NDArray, b: ArrayLike): NDArray;
  (a: ArrayLike, b: NDArray): NDArray;
  (a: string, b: string): boolean;
}
interface Equality {
  <A, B>(a: A, b: B): Comparison<A, B>;
}
interface Unary {
  <A extends Operand>(
    a: A,
  ): IsAny<A> extends true ? any : A extends NDArray ? NDArray : A extends bigint ? bigint : number;
}

export const brackets: unique symbol;
export interface Bracketed<I extends readonly unknown[] = readonly never[], R = unknown> {
  [brackets](indices: I): R;
}

export interface BracketTypes {
  readonly indices: readonly unknown[];
  readonly result: unknown;
}
declare const bracketTypes: unique symbol;
export interface TypedBrackets<T extends BracketTypes> {
  [brackets](indices: readonly unknown[]): unknown;
  readonly [bracketTypes]: T;
}

export const $op: {
  add: Add;
  sub: Arithmetic;
  mul: Arithmetic;
  div: Arithmetic;
  mod: Arithmetic;
  pow: Arithmetic;
  neg: Unary;
  pos: Unary;
  invert: Unary;
  lt: Compare;
  le: Compare;
  gt: Compare;
  ge: Compare;
  eq: Equality;
  ne: Equality;
  bitand: Arithmetic;
  bitor: Arithmetic;
  bitxor: Arithmetic;
  shl: Arithmetic;
  shr: Arithmetic;
  iadd: Add;
  isub: Arithmetic;
  imul: Arithmetic;
  idiv: Arithmetic;
  imod: Arithmetic;
  ipow: Arithmetic;
  ibitand: Arithmetic;
  ibitor: Arithmetic;
  ibitxor: Arithmetic;
  truth(x: unknown): boolean;
  get(x: any, indices: readonly any[]): any;
  set<T>(x: any, indices: readonly any[], value: T): T;
  update(x: any, indices: readonly any[], verb: string, value: any): any;
};
