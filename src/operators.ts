// What the operators of a notebook cell become: `a + b` in a cell is checked and run as `$op.add(a, b)`. Numbers take
// the plain operator, arrays the library's operation. The types say what TypeScript says, with arrays added.

import { Complex } from './core/complex.js';
import { isScalar } from './core/create.js';
import type { DType } from './core/dtype.js';
import { type ArrayLike, NDArray } from './core/ndarray.js';
import { shapeText } from './core/shape.js';
import type { Floating, IsAny, Promoted } from './core/typing.js';
import { inPlace } from './ops/define.js';
import * as el from './ops/elementwise.js';
import { get as getIndex, type Index, set as setIndex, update as updateIndex } from './ops/index.js';

/** What arithmetic takes. Lists only meet arrays: `[1, 2] + [3]` stays the error that it is. */
export type Operand = NDArray | Complex | number | bigint;

/** The type of `a + b`: an array if one of them is, else the number or bigint that both are. */
export type Arith<A, B> =
  IsAny<A> extends true
    ? any
    : IsAny<B> extends true
      ? any
      : A extends NDArray
        ? NDArray<Promoted<A, B>>
        : B extends NDArray
          ? NDArray<Promoted<A, B>>
          : A extends Complex
            ? Complex
            : B extends Complex
              ? Complex
              : A extends bigint
                ? B extends bigint
                  ? bigint
                  : never
                : B extends bigint
                  ? never
                  : number;

/** The type of a comparison: an array of booleans if one side is an array. */
export type Comparison<A, B> =
  IsAny<A> extends true
    ? any
    : IsAny<B> extends true
      ? any
      : A extends NDArray
        ? B extends null | undefined
          ? boolean
          : NDArray<'bool'>
        : B extends NDArray
          ? A extends null | undefined
            ? boolean
            : NDArray<'bool'>
          : boolean;

interface Arithmetic {
  <A extends Operand, B extends Operand>(a: A, b: B): Arith<A, B>;
  <A extends NDArray, B extends ArrayLike>(a: A, b: B): NDArray<Promoted<A, B>>;
  <A extends ArrayLike, B extends NDArray>(a: A, b: B): NDArray<Promoted<A, B>>;
}

type Quotient<A, B> = Arith<A, B> extends NDArray<infer D> ? NDArray<Floating<D>> : Arith<A, B>;
type Sum<A, B> = IsAny<A> extends true ? any : A extends NDArray ? A : Arith<A, B>;

/** True division: integers give float64. */
interface Division {
  <A extends Operand, B extends Operand>(a: A, b: B): Quotient<A, B>;
  <A extends NDArray, B extends ArrayLike>(a: A, b: B): NDArray<Floating<Promoted<A, B>>>;
  <A extends ArrayLike, B extends NDArray>(a: A, b: B): NDArray<Floating<Promoted<A, B>>>;
}

/** `a += b` keeps the memory of an array, and so its dtype. */
interface InPlace {
  <A extends Operand, B extends Operand>(a: A, b: B): Sum<A, B>;
  <A extends NDArray>(a: A, b: ArrayLike): A;
  <A extends ArrayLike, B extends NDArray>(a: A, b: B): NDArray<Promoted<A, B>>;
}

// Strings come last, or an operand of type any would make the sum a string.
type Joining = { (a: string, b: unknown): string; (a: unknown, b: string): string };
type Add = Arithmetic & Joining;

interface Compare {
  <A extends Operand, B extends Operand>(a: A, b: B): Comparison<A, B>;
  (a: NDArray, b: ArrayLike): NDArray<'bool'>;
  (a: ArrayLike, b: NDArray): NDArray<'bool'>;
  (a: string, b: string): boolean;
  (a: boolean, b: boolean): boolean;
  (a: Date, b: Date | number): boolean;
  (a: number, b: Date): boolean;
}

interface Unary {
  <A extends Operand>(
    a: A,
  ): IsAny<A> extends true
    ? any
    : A extends NDArray
      ? A
      : A extends Complex
        ? Complex
        : A extends bigint
          ? bigint
          : number;
}

type Falsy = false | 0 | 0n | '' | null | undefined;
type UpdateName = 'add' | 'sub' | 'mul' | 'div' | 'mod' | 'pow' | 'bitwiseAnd' | 'bitwiseOr' | 'bitwiseXor';

/** An object that answers brackets itself, such as `np.c_[a, b]`, has a method of this name. */
export const brackets: unique symbol = Symbol.for('gradlab.brackets');

export interface Bracketed<I extends readonly unknown[] = readonly never[], R = unknown> {
  [brackets](indices: I): R;
}

/** Says of what stands between brackets, `this['indices']`, what comes out: `result`. */
export interface BracketTypes {
  readonly indices: readonly unknown[];
  readonly result: unknown;
}
/** A name for types alone; no object has it. */
declare const bracketTypes: unique symbol;

/** Brackets whose result depends on what stands in them, such as a grid of axes: `axes[0, 1]`, `axes[':', 0]`. */
export interface TypedBrackets<T extends BracketTypes> {
  [brackets](indices: readonly unknown[]): unknown;
  readonly [bracketTypes]: T;
}

type Plain = (a: never, b: never) => unknown;

/** An operator: plain for plain operands, the array operation as soon as one side is an array. */
function operator<F>(plain: (a: any, b: any) => unknown, arrays: (a: ArrayLike, b: ArrayLike) => NDArray): F {
  const f = (a: unknown, b: unknown): unknown => {
    if (typeof a === 'number' && typeof b === 'number') return plain(a, b);
    if (a instanceof NDArray) return typeof b === 'string' ? plain(String(a), b) : arrays(a, b as ArrayLike);
    if (b instanceof NDArray) return typeof a === 'string' ? plain(a, String(b)) : arrays(a as ArrayLike, b);
    if (a instanceof Complex || b instanceof Complex) return complexPair(plain, arrays, a, b);
    return plain(a, b);
  };
  return f as unknown as F;
}

/** Numbers of which one is complex compute as arrays of no dimension do; text takes the complex number's own. */
function complexPair(
  plain: (a: any, b: any) => unknown,
  arrays: (a: ArrayLike, b: ArrayLike) => NDArray,
  a: unknown,
  b: unknown,
): unknown {
  if (isScalar(a) && isScalar(b)) return arrays(a, b).item();
  return typeof a === 'string'
    ? plain(a, String(b))
    : typeof b === 'string'
      ? plain(String(a), b)
      : plain(a, b);
}

/**
 * A compound assignment: in place when the target is an array, else the new value. When the result is assigned, a
 * number in an array of no dimension counts as NumPy's scalars do: it becomes another one, and who else holds the old
 * one keeps it. What gradients are collected for stays the same array.
 */
function compound<F>(name: string, f: Plain): F {
  const write = inPlace.get(name)!;
  const g = (a: unknown, b: unknown, assigned = false): unknown => {
    if (!(a instanceof NDArray) || typeof b === 'string') return f(a as never, b as never);
    const leaf = a.tracked && a.node === null;
    return assigned && a.ndim === 0 && !leaf ? f(a as never, b as never) : write(a, b as ArrayLike);
  };
  return g as unknown as F;
}

/** A compound assignment to a constant: an array was changed in place, and nothing else can be. */
function kept<T>(result: unknown, target: T, name: string): T {
  if (result === target && result instanceof NDArray) return target;
  throw new TypeError(
    `'${name}' is declared with const, so it cannot be given another value; declare it with let.`,
  );
}

function truth<T>(x: T): x is Exclude<T, Falsy> {
  if (x instanceof Complex) return x.re !== 0 || x.im !== 0;
  if (!(x instanceof NDArray)) return Boolean(x);
  if (x.size === 1) return Boolean(x.item());
  if (x.size === 0)
    throw new TypeError('the truth value of an empty array is ambiguous; ask for x.size > 0.');
  throw new TypeError(
    `the truth value of an array with more than one element is ambiguous (shape ${shapeText(x.shape)}); use np.any(a) or np.all(a); element by element, conditions join with & and |.`,
  );
}

function equality(same: boolean) {
  const arrays = same ? el.equal : el.notEqual;
  return <A, B>(a: A, b: B): Comparison<A, B> => {
    const array = a instanceof NDArray || b instanceof NDArray;
    const nothing = a === null || a === undefined || b === null || b === undefined;
    if (isScalar(a) && isScalar(b) && (a instanceof Complex || b instanceof Complex))
      return Boolean(arrays(a, b).item()) as Comparison<A, B>;
    if (array && !nothing && typeof a !== 'string' && typeof b !== 'string') {
      return arrays(a as ArrayLike, b as ArrayLike) as Comparison<A, B>;
    }
    // biome-ignore lint/suspicious/noDoubleEquals: the cell wrote ==
    return ((a as unknown) == (b as unknown) ? same : !same) as Comparison<A, B>;
  };
}

function get<T extends BracketTypes, const I extends readonly unknown[]>(
  x: TypedBrackets<T>,
  indices: I,
): (T & { readonly indices: I })['result'];
function get<I extends readonly unknown[], R>(x: Bracketed<I, R>, indices: I): R;
function get<D extends DType>(x: NDArray<D>, indices: readonly Index[]): NDArray<D>;
function get<T extends object, K extends keyof T>(x: T, indices: readonly [...unknown[], K]): T[K];
function get(x: any, indices: readonly any[]): any;
function get(x: any, indices: readonly any[]): unknown {
  if (x instanceof NDArray) return getIndex(x, indices);
  if (x?.[brackets] !== undefined) return x[brackets](indices);
  return x[plainKey(x, indices)];
}

function set<T>(x: NDArray, indices: readonly Index[], value: T): T;
function set<T>(x: any, indices: readonly any[], value: T): T;
function set(x: any, indices: readonly any[], value: any): unknown {
  if (x instanceof NDArray) setIndex(x, indices, value);
  else x[plainKey(x, indices)] = value;
  return value;
}

function update<D extends DType>(
  x: NDArray<D>,
  indices: readonly Index[],
  op: UpdateName,
  value: ArrayLike,
): NDArray<D>;
function update(x: any, indices: readonly any[], op: UpdateName, value: any): any;
function update(x: any, indices: readonly any[], op: UpdateName, value: any): unknown {
  if (x instanceof NDArray) return updateIndex(x, indices, op, value);
  const key = plainKey(x, indices);
  x[key] = assign[op](x[key], value);
  return x[key];
}

/** Brackets on anything that is not an array mean what JavaScript means: the last of a comma list counts. */
function plainKey(x: unknown, indices: readonly unknown[]): PropertyKey {
  const key = indices[indices.length - 1];
  if (key instanceof NDArray) {
    if (key.size === 1) return Number(key.item());
    const what = Array.isArray(x) ? 'a JavaScript list' : typeof x;
    throw new TypeError(
      `an index array of shape ${shapeText(key.shape)} cannot index ${what}; make it an array first: np.array(list).`,
    );
  }
  return key as PropertyKey;
}

/**
 * Arithmetic that wants both operands. JavaScript counts null as 0, and the step of a gradient that nobody has computed
 * would silently do nothing.
 */
const something =
  (sign: string, plain: (a: any, b: any) => unknown) =>
  (a: unknown, b: unknown): unknown => {
    if (a === null || b === null)
      throw new TypeError(
        `${sign}: one side is null, which is neither a number nor an array. A gradient, W.grad, is null until backward() has left one.`,
      );
    return plain(a, b);
  };

const add: Add = operator((a, b) => a + b, el.add);
const sub: Arithmetic = operator(
  something('-', (a, b) => a - b),
  el.sub,
);
const mul: Arithmetic = operator(
  something('*', (a, b) => a * b),
  el.mul,
);
const div: Division = operator(
  something('/', (a, b) => a / b),
  el.div,
);
const mod: Arithmetic = operator((a, b) => a % b, el.mod);
const pow: Arithmetic = operator(
  something('**', (a, b) => a ** b),
  el.pow,
);
const bitand: Arithmetic = operator((a, b) => a & b, el.bitwiseAnd);
const bitor: Arithmetic = operator((a, b) => a | b, el.bitwiseOr);
const bitxor: Arithmetic = operator((a, b) => a ^ b, el.bitwiseXor);

const assign: Record<UpdateName, (a: any, b: any) => unknown> = {
  add: compound('add', add as Plain),
  sub: compound('sub', sub as Plain),
  mul: compound('mul', mul as Plain),
  div: compound('div', div as Plain),
  mod: compound('mod', mod as Plain),
  pow: compound('pow', pow as Plain),
  bitwiseAnd: compound('bitwiseAnd', bitand as Plain),
  bitwiseOr: compound('bitwiseOr', bitor as Plain),
  bitwiseXor: compound('bitwiseXor', bitxor as Plain),
};

/** The operators of cells, by name. Not for hand-written code: use `np.add` and the methods of arrays there. */
export const $op = {
  add,
  sub,
  mul,
  div,
  mod,
  pow,
  neg: ((a: any) =>
    a instanceof NDArray ? el.neg(a) : a instanceof Complex ? new Complex(-a.re, -a.im) : -a) as Unary,
  pos: ((a: any) => (a instanceof NDArray || a instanceof Complex ? a : +a)) as Unary,
  lt: operator<Compare>((a, b) => a < b, el.less),
  le: operator<Compare>((a, b) => a <= b, el.lessEqual),
  gt: operator<Compare>((a, b) => a > b, el.greater),
  ge: operator<Compare>((a, b) => a >= b, el.greaterEqual),
  eq: equality(true),
  ne: equality(false),
  bitand,
  bitor,
  bitxor,
  shl: operator<Arithmetic>((a, b) => a << b, el.leftShift),
  shr: operator<Arithmetic>((a, b) => a >> b, el.rightShift),
  invert: ((a: any) => (a instanceof NDArray ? el.invert(a) : ~a)) as Unary,
  truth,
  not: (x: unknown): boolean => !truth(x),
  and: <A, B>(a: A, b: () => B): A | B => (truth(a) ? b() : a),
  or: <A, B>(a: A, b: () => B): A | B => (truth(a) ? a : b()),
  iadd: assign.add as InPlace & Joining,
  isub: assign.sub as InPlace,
  imul: assign.mul as InPlace,
  idiv: assign.div as InPlace,
  imod: assign.mod as InPlace,
  ipow: assign.pow as InPlace,
  ibitand: assign.bitwiseAnd as InPlace,
  ibitor: assign.bitwiseOr as InPlace,
  ibitxor: assign.bitwiseXor as InPlace,
  kept,
  get,
  set,
  update,
};
