// Element-wise operations: arithmetic, comparison, logic, and the unary functions. Each is one block: name, result
// type, gradient, documentation. Operands broadcast; numbers are weak scalars (NEP 50). The loops are native.

import * as backend from '../backend/index.js';
import { Complex } from '../core/complex.js';
import { asarray } from '../core/create.js';
import {
  checkWeak,
  type DType,
  dtypeInfo,
  isComplex,
  isInexact,
  promoteTypes,
  promoteWeak,
  realType,
} from '../core/dtype.js';
import { type ArrayLike, empty, method, NDArray, partOf } from '../core/ndarray.js';
import { type Node, tape } from '../core/node.js';
import { parameters, type Spelled } from '../core/options.js';
import { broadcastShapes, type Shape, sameShape, shapeText } from '../core/shape.js';
import type { DTypeOf, Promoted } from '../core/typing.js';
import { writeThrough } from './alias.js';
import { batching, overArray, overElements, overWrite, refuseBatched } from './batching.js';
import { current, type Rule, register, track } from './registry.js';
import {
  type Binary,
  type BinaryBool,
  type BinaryFloat,
  type BinaryUfunc,
  type Casting,
  canCast,
  type UfuncArgument,
  type Unary,
  type UnaryBool,
  type UnaryFloat,
  type UnaryReal,
  type UnaryUfunc,
  ufunc,
} from './ufunc.js';

export type Operand = NDArray | number | bigint | Complex;

/** How the element type of the loop and of the result follow from the operands. */
type Typing = 'promote' | 'float' | 'double' | 'compare' | 'logical' | 'integer' | 'test';

type UnaryRule = (g: NDArray, out: NDArray, a: NDArray) => ArrayLike;
type BinaryRule = (g: NDArray, out: NDArray, a: Operand, b: Operand) => ArrayLike;

interface BinarySpec {
  readonly dtype: Typing;
  /** Gradients of the two operands; absent when there is none. */
  readonly vjp?: readonly [BinaryRule, BinaryRule];
  /** Whose values each rule reads besides `g`: letters of `a`, `b` and `o` for the result. */
  readonly saves?: readonly [string, string];
  /** Dtypes that the operation refuses, with NumPy's reason. */
  readonly refuse?: (dtype: DType) => string | undefined;
}

interface UnarySpec {
  readonly dtype: Typing;
  readonly vjp?: UnaryRule;
  /** What the rule reads besides `g`: letters of `a` and `o`; the operand unless said otherwise. */
  readonly saves?: string;
  readonly refuse?: (dtype: DType) => string | undefined;
  /** What is different for a complex operand: the result's dtype, the calculation, the gradient. */
  readonly complex?: {
    readonly result?: (dtype: DType) => DType;
    readonly write?: (out: NDArray, a: NDArray) => void;
    readonly vjp: UnaryRule;
  };
}

/** The operand as an array, or as a weak number. A boolean is a bool array of no dimension, as in NumPy. */
function operand(value: ArrayLike, caller: string): Operand {
  if (value instanceof NDArray || typeof value === 'number' || typeof value === 'bigint') return value;
  return value instanceof Complex ? value : asarray(value, caller);
}

/** An array of `dtype` with the same elements; the array itself when it has that type already. */
export function castTo(a: NDArray, dtype: DType): NDArray {
  if (a.dtype === dtype) return a;
  const batch = batching.open > 0 ? overArray(a, (x) => castTo(x, dtype)) : null;
  if (batch !== null) return batch;
  const out = empty(a.shape, dtype);
  backend.copy(out, a);
  return out;
}

/** Integers and booleans as float64; floating point and complex arrays as they are. */
export const inexact = (a: NDArray): NDArray => (isInexact(a.dtype) ? a : castTo(a, 'float64'));

/** The operand of a function that has no complex form, or the error that says so. */
export function realOnly(name: string, a: NDArray): NDArray {
  if (!isComplex(a.dtype)) return a;
  throw new TypeError(
    `${name}: not defined for ${a.dtype} elements; take np.real(z), np.imag(z) or np.abs(z) first.`,
  );
}

function loopType(name: string, typing: Typing, a: Operand, b: Operand): DType {
  let dtype: DType;
  if (a instanceof NDArray) {
    if (b instanceof NDArray) {
      dtype = a.dtype === b.dtype ? a.dtype : promoteTypes(a.dtype, b.dtype);
      // Each operand by itself decides whether single precision holds it.
      if (typing === 'float' && !isInexact(dtype))
        return floatType(name, a.itemsize > b.itemsize ? a.dtype : b.dtype);
    } else dtype = weakType(name, typing, a.dtype, b);
  } else {
    dtype = weakType(name, typing, (b as NDArray).dtype, a);
  }
  if (typing === 'double') return isComplex(dtype) ? 'complex128' : 'float64';
  return typing === 'float' ? floatType(name, dtype) : dtype;
}

/** Where functions of floats compute: integers of two bytes in float32 as NumPy's, others in float64. */
export function floatType(name: string, dtype: DType): DType {
  if (isInexact(dtype)) return dtype;
  return dtypeInfo[dtype].itemsize === 2 && name !== 'div' && name !== 'reciprocal' ? 'float32' : 'float64';
}

function weakType(name: string, typing: Typing, dtype: DType, value: number | bigint | Complex): DType {
  const result = promoteWeak(dtype, value);
  if (typeof value === 'object' || isInexact(result)) return result;
  if (typing === 'float') return floatType(name, result);
  // A comparison with a number outside the dtype has an answer; arithmetic with it does not.
  if (typing !== 'compare') checkWeak(name, result, value);
  else if (value < dtypeInfo[result].min || value > dtypeInfo[result].max) return 'float64';
  return result;
}

function compute(
  name: string,
  opcode: number,
  spec: BinarySpec,
  a: Operand,
  b: Operand,
  into: NDArray | null,
  casting: Casting = 'same_kind',
): NDArray {
  const loop = loopType(name, spec.dtype, a, b);
  const reason = spec.refuse?.(loop);
  if (reason !== undefined) throw new TypeError(`${name}: ${reason}`);
  const shape: Shape =
    a instanceof NDArray
      ? b instanceof NDArray
        ? broadcastShapes(name, a.shape, b.shape)
        : a.shape
      : (b as NDArray).shape;
  const dtype = spec.dtype === 'compare' || spec.dtype === 'logical' ? 'bool' : loop;
  let out = into;
  if (out === null) {
    out = empty(shape, dtype);
  } else {
    checkOutput(name, out, shape, dtype, casting);
  }
  backend.elementwise(opcode, loop, out, a, b);
  return out;
}

/** Refuses an array that a result of this shape and type cannot be written into. */
function checkOutput(name: string, out: NDArray, shape: Shape, dtype: DType, casting: Casting): void {
  if (!sameShape(out.shape, shape) && !sameShape(out.shape, broadcastShapes(name, out.shape, shape))) {
    throw new RangeError(
      `${name}: non-broadcastable output: the array has shape ${shapeText(out.shape)}, the result ${shapeText(shape)}. An in-place operation cannot grow its array.`,
    );
  }
  if (!canCast(dtype, out.dtype, casting)) {
    throw new TypeError(
      `${name}: cannot cast the result from ${dtype} to ${out.dtype} with casting rule '${casting}'. ` +
        `Use a = a.${name}(b), {casting: 'unsafe'}, or an array of ${dtype} to write into.`,
    );
  }
}

/** Writes a result into the array that an `out` option names, and returns that array. Gradients flow through it. */
export function into(
  name: string,
  out: NDArray,
  result: NDArray,
  casting: Casting = 'same_kind',
  mask?: NDArray,
): NDArray {
  if (!(out instanceof NDArray))
    throw new TypeError(`${name}: out must be an array to write into, not ${typeof out}.`);
  checkOutput(
    name,
    out,
    mask === undefined ? result.shape : broadcastShapes(name, result.shape, mask.shape),
    result.dtype,
    casting,
  );
  return writeInPlace(name, out, [result], (old) => {
    const recording = tape.recording && (old.tracked || result.tracked);
    const chosen = mask === undefined ? result : recording ? where(mask, result, old) : null;
    if (chosen === null) backend.elementwise(backend.op.where, out.dtype, out, mask as NDArray, result, out);
    else backend.copy(out, chosen);
    return (array) => (chosen === null ? array : track('copy', array, [chosen], [(g) => g], []));
  });
}

/**
 * The rule of a function that is differentiable in the complex sense, for a gradient in PyTorch's convention (the
 * gradient of a real loss by z = x + iy is d/dx + i d/dy): g times the conjugate of the derivative. `rule` is linear
 * in g and multiplies it by the derivative itself.
 */
export function holomorphic(out: NDArray, rule: Rule): Rule {
  if (!isComplex(out.dtype)) return rule;
  return (g) => {
    const product = rule(conj(g));
    return product === null ? null : conj(asarray(product));
  };
}

function copyOf(a: NDArray): NDArray {
  const out = empty(a.shape, a.dtype);
  backend.copy(out, a);
  return out;
}

export type BinaryOp = BinaryUfunc;

/** Operations whose in-place form exists, by name: `iadd` writes the result of `add` into its array. */
export const inPlace = new Map<string, (target: NDArray, value: ArrayLike) => NDArray>();

export function binary(name: string, spec: BinarySpec): BinaryOp {
  const opcode = backend.opcode(name);
  const { vjp, saves = ['ab', 'ab'] } = spec;
  register(name, vjp !== undefined);
  /** Letters of the values that the rules of the tracked operands read. */
  const reads = (a: Operand, b: Operand): string =>
    (a instanceof NDArray && a.tracked ? saves[0] : '') + (b instanceof NDArray && b.tracked ? saves[1] : '');
  const attach = (out: NDArray, a: Operand, b: Operand): NDArray => {
    if (vjp === undefined) return out;
    const letters = reads(a, b);
    const saved: unknown[] = [];
    if (letters.includes('a')) saved.push(a);
    if (letters.includes('b')) saved.push(b);
    if (letters.includes('o')) saved.push(out);
    const left: Rule = (g) => vjp[0](g, out, a, b);
    const right: Rule = (g) => vjp[1](g, out, a, b);
    return track(
      name,
      out,
      [a, b],
      [saves[0] === '' ? left : holomorphic(out, left), saves[1] === '' ? right : holomorphic(out, right)],
      saved,
    );
  };
  const f = (left: ArrayLike, right: ArrayLike, options?: UfuncArgument): NDArray => {
    if (typeof options === 'object' && options !== null) return face.general([left, right], options);
    let a = operand(left, name);
    const b = operand(right, name);
    const batch = batching.open > 0 ? overElements([a, b], (x, y) => f(x, y)) : null;
    if (batch !== null) return batch;
    if (!(a instanceof NDArray) && !(b instanceof NDArray)) a = asarray(a);
    const out = compute(name, opcode, spec, a, b, null);
    if (tape.recording && ((a instanceof NDArray && a.tracked) || (b instanceof NDArray && b.tracked)))
      attach(out, a, b);
    return out;
  };
  const face = ufunc(f, 2, {
    op: name,
    opcode,
    boolean: spec.dtype === 'compare' || spec.dtype === 'logical',
    write: (out, [left, right], casting) => {
      const a = operand(left, name);
      const b = operand(right, name);
      compute(
        name,
        opcode,
        spec,
        a instanceof NDArray || b instanceof NDArray ? a : asarray(a),
        b,
        out,
        casting,
      );
    },
  });
  method(name, function (other: ArrayLike) {
    return f(this, other);
  });
  const write = (target: NDArray, value: ArrayLike): NDArray => {
    const b = operand(value, name);
    const batch = batching.open > 0 ? overWrite(target, b, write) : null;
    if (batch !== null) return batch;
    return writeInPlace(name, target, [b], (old) => {
      // The rules read values from before the write, so those of the target are kept when they are needed.
      const recording = tape.recording && (target.tracked || (b instanceof NDArray && b.tracked));
      const letters = recording ? reads(target, b) : '';
      const needed = letters.includes('a') || (b === target && letters.includes('b'));
      const before = needed ? track('copy', copyOf(old), [old], [(g) => g], []) : old;
      compute(name, opcode, spec, target, b, target);
      return (out) => (recording ? attach(out, before, b === target ? before : b) : out);
    });
  };
  inPlace.set(name, write);
  return face as BinaryUfunc;
}

/**
 * The protocol of every write into an array: refuses what would break the tape, bumps the version, moves the array's
 * place on the tape to the result (and that of the array it is a view of), and writes an advanced selection back to
 * where it came from.
 */
export function writeInPlace(
  name: string,
  target: NDArray,
  operands: readonly unknown[],
  write: (old: NDArray) => (out: NDArray) => NDArray,
): NDArray {
  if (batching.open > 0) refuseBatched(name, [target, ...operands]);
  const recording =
    tape.recording && (target.tracked || operands.some((o) => o instanceof NDArray && o.tracked));
  let old = target;
  let settle: (() => void) | null = null;
  if (recording) {
    if (target.base !== null) settle = writeThrough(name, current(target), target.base);
    if (target.tracked && target.node === null) {
      throw new Error(
        `${name}: a leaf array that requires grad is being changed in place. Wrap the update in np.noGrad(() => ...).`,
      );
    }
    // The array's history moves to a twin, and the array itself becomes the result.
    old = target.view(target.shape, target.stridesEl, target.offset);
    old.base = target.base;
    old.node = target.node;
    old.tracked = target.tracked;
  }
  const attach = write(old);
  target.storage.version++;
  if (recording) {
    target.node = null;
    attach(target);
    // From here on other views of the memory are behind; the operands, as they were before the write, were not.
    target.storage.moved++;
    if (target.node !== null) (target.node as Node).moved = target.storage.moved;
    settle?.();
  }
  target.selection?.(target);
  return target;
}

export function unary(name: string, spec: UnarySpec): UnaryUfunc {
  const opcode = backend.opcode(name);
  const { vjp, saves = 'a' } = spec;
  const boolean = spec.dtype === 'test' || spec.dtype === 'logical';
  register(name, vjp !== undefined);
  const loopOf = (a: NDArray): DType => {
    const reason = spec.refuse?.(a.dtype);
    if (reason !== undefined) throw new TypeError(`${name}: ${reason}`);
    return spec.dtype === 'float' ? floatType(name, a.dtype) : a.dtype;
  };
  const specialOf = (a: NDArray) => (isComplex(a.dtype) ? spec.complex : undefined);
  const typeOf = (a: NDArray): DType => (boolean ? 'bool' : (specialOf(a)?.result?.(a.dtype) ?? loopOf(a)));
  const run = (out: NDArray, a: NDArray): void => {
    const write = specialOf(a)?.write;
    if (write === undefined) backend.elementwise(opcode, loopOf(a), out, a);
    else write(out, a);
  };
  const f = (value: ArrayLike, options?: UfuncArgument): NDArray => {
    if (typeof options === 'object' && options !== null) return face.general([value], options);
    const a = asarray(value, name);
    const batch = batching.open > 0 ? overArray(a, f) : null;
    if (batch !== null) return batch;
    const out = empty(a.shape, typeOf(a));
    run(out, a);
    if (vjp !== undefined && tape.recording && a.tracked) {
      const special = specialOf(a);
      if (special !== undefined) {
        track(name, out, [a], [(g) => special.vjp(g, out, a)], [a, out]);
      } else {
        const rule: Rule = (g) => vjp(g, out, a);
        track(
          name,
          out,
          [a],
          [saves === '' ? rule : holomorphic(out, rule)],
          saves === 'a' ? [a] : saves === 'o' ? [out] : [],
        );
      }
    }
    return out;
  };
  const face = ufunc(f, 1, {
    op: name,
    opcode,
    boolean,
    write: (out, [value], casting) => {
      const a = asarray(value, name);
      checkOutput(name, out, a.shape, typeOf(a), casting);
      run(out, a);
    },
  });
  method(name, function () {
    return f(this);
  });
  return face as UnaryUfunc;
}

const noBool = (verb: string, instead: string) => (dtype: DType) =>
  dtype === 'bool' ? `boolean ${verb} is not supported; ${instead}` : undefined;
const onlyIntegers = (dtype: DType) =>
  isInexact(dtype) ? `not supported for ${dtype}; bitwise operations take integers and booleans.` : undefined;

// Gradients of step functions: zero wherever they exist.
const flat: UnaryRule = (g) => mul(g, 0);

// ---------------------------------------------------------------- arithmetic

/** Element-wise sum. @see numpy.add */
export const add: Binary = binary('add', { dtype: 'promote', saves: ['', ''], vjp: [(g) => g, (g) => g] });

/** Element-wise difference. @see numpy.subtract */
export const sub: Binary = binary('sub', {
  dtype: 'promote',
  saves: ['', ''],
  vjp: [(g) => g, (g) => neg(g)],
  refuse: noBool('subtract', 'use np.bitwiseXor, or np.logicalXor.'),
});

/** Element-wise product. @see numpy.multiply */
export const mul: Binary = binary('mul', {
  dtype: 'promote',
  saves: ['b', 'a'],
  vjp: [(g, _, _a, b) => mul(g, b), (g, _, a) => mul(g, a)],
});

/** Element-wise true division; integers divide to float64. @see numpy.true_divide */
export const div: BinaryFloat = binary('div', {
  dtype: 'float',
  saves: ['b', 'ab'],
  vjp: [(g, _, _a, b) => div(g, b), (g, _, a, b) => neg(div(mul(g, div(a, b)), b))],
});

/** Element-wise quotient, rounded towards minus infinity. @see numpy.floor_divide */
export const floorDivide: Binary = binary('floorDivide', { dtype: 'promote' });

/** Element-wise remainder with the sign of the divisor, as Python's `%`. @see numpy.remainder */
export const mod: Binary = binary('mod', {
  dtype: 'promote',
  saves: ['', 'ab'],
  vjp: [(g) => g, (g, _, a, b) => neg(mul(g, floor(div(a, b))))],
});

/** Element-wise power. Integers to negative integer powers are refused, as in NumPy. @see numpy.power */
export const pow: Binary = binary('pow', {
  dtype: 'promote',
  saves: ['ab', 'ao'],
  vjp: [
    (g, _, a, b) => (b === 2 ? mul(g, mul(a, 2)) : mul(g, mul(b, pow(a, where(equal(b, 0), 1, sub(b, 1)))))),
    // a^b log a, which is 0 at a = 0 for the powers that exist there.
    (g, out, a) => mul(g, mul(out, log(where(equal(a, 0), 1, a)))),
  ],
});

/**
 * Element-wise maximum. NaN in either operand wins; at a tie the first operand takes the gradient.
 * @see numpy.maximum
 */
export const maximum: Binary = binary('maximum', {
  dtype: 'promote',
  vjp: [(g, _, a, b) => where(greaterEqual(a, b), g, 0), (g, _, a, b) => where(less(a, b), g, 0)],
});

/** Element-wise minimum. NaN in either operand wins; at a tie the first operand takes the gradient. @see numpy.minimum */
export const minimum: Binary = binary('minimum', {
  dtype: 'promote',
  vjp: [(g, _, a, b) => where(lessEqual(a, b), g, 0), (g, _, a, b) => where(greater(a, b), g, 0)],
});

/** Angle of the point (b, a), in radians. @see numpy.arctan2 */
export const arctan2: BinaryFloat = binary('arctan2', {
  dtype: 'float',
  vjp: [
    (g, _, a, b) => div(mul(g, b), add(square(a), square(b))),
    (g, _, a, b) => neg(div(mul(g, a), add(square(a), square(b)))),
  ],
});

// ---------------------------------------------------------------- comparison and logic

/** Element-wise a < b, as booleans. @see numpy.less */
export const less: BinaryBool = binary('less', { dtype: 'compare' });
/** Element-wise a <= b. @see numpy.less_equal */
export const lessEqual: BinaryBool = binary('lessEqual', { dtype: 'compare' });
/** Element-wise a > b. @see numpy.greater */
export const greater: BinaryBool = binary('greater', { dtype: 'compare' });
/** Element-wise a >= b. @see numpy.greater_equal */
export const greaterEqual: BinaryBool = binary('greaterEqual', { dtype: 'compare' });
/** Element-wise a == b. @see numpy.equal */
export const equal: BinaryBool = binary('equal', { dtype: 'compare' });
/** Element-wise a != b. @see numpy.not_equal */
export const notEqual: BinaryBool = binary('notEqual', { dtype: 'compare' });

/** Truth of both, element by element. @see numpy.logical_and */
export const logicalAnd: BinaryBool = binary('logicalAnd', { dtype: 'logical' });
/** Truth of either. @see numpy.logical_or */
export const logicalOr: BinaryBool = binary('logicalOr', { dtype: 'logical' });
/** Truth of exactly one. @see numpy.logical_xor */
export const logicalXor: BinaryBool = binary('logicalXor', { dtype: 'logical' });
/** Falsehood. @see numpy.logical_not */
export const logicalNot: UnaryBool = unary('logicalNot', { dtype: 'logical' });

/** Bitwise and of integers; of booleans, logical and. @see numpy.bitwise_and */
export const bitwiseAnd: Binary = binary('bitwiseAnd', { dtype: 'integer', refuse: onlyIntegers });
/** Bitwise or. @see numpy.bitwise_or */
export const bitwiseOr: Binary = binary('bitwiseOr', { dtype: 'integer', refuse: onlyIntegers });
/** Bitwise exclusive or. @see numpy.bitwise_xor */
export const bitwiseXor: Binary = binary('bitwiseXor', { dtype: 'integer', refuse: onlyIntegers });
/** Bits flipped; of booleans, logical not. @see numpy.invert */
export const invert: Unary = unary('invert', { dtype: 'integer', refuse: onlyIntegers });
/** Bits shifted to the left. @see numpy.left_shift */
export const leftShift: Binary = binary('leftShift', { dtype: 'integer', refuse: onlyIntegers });
/** Bits shifted to the right, keeping the sign. @see numpy.right_shift */
export const rightShift: Binary = binary('rightShift', { dtype: 'integer', refuse: onlyIntegers });

// ---------------------------------------------------------------- unary functions

/** Element-wise -a. @see numpy.negative */
export const neg: Unary = unary('neg', {
  dtype: 'promote',
  saves: '',
  vjp: (g) => neg(g),
  refuse: noBool('negative', 'use np.logicalNot or ~.'),
});
/** Absolute value; of a complex number its distance from 0, a real number. @see numpy.absolute */
export const abs: UnaryReal = unary('abs', {
  dtype: 'promote',
  vjp: (g, _, a) => mul(g, sign(a)),
  complex: {
    result: realType,
    write: (out, a) =>
      backend.elementwise(backend.op.hypot, realType(a.dtype), out, partOf(a, 0), partOf(a, 1)),
    vjp: (g, _, a) => mul(g, sign(a)),
  },
});

/** -1, 0 or 1; of a complex number a / |a|, and 0 at 0, as NumPy 2 has it. @see numpy.sign */
export const sign: Unary = unary('sign', {
  dtype: 'promote',
  saves: '',
  vjp: flat,
  complex: { vjp: (g, out, a) => signRule(g, out, a) },
});

/** The direction s = a / |a| turns, but does not grow: what of g is not along s, divided by |a|. */
function signRule(g: NDArray, s: NDArray, a: NDArray): NDArray {
  const product = mul(conj(g), s);
  const along = mul(add(product, conj(product)), 0.5);
  const size = abs(a);
  return where(equal(size, 0), 0, div(sub(g, mul(s, along)), where(equal(size, 0), 1, size)));
}

/** The complex conjugate: the sign of the imaginary part turned; real elements stay. @see numpy.conjugate */
export const conjugate: Unary = unary('conj', { dtype: 'promote', saves: '', vjp: (g) => conj(g) });

/** The complex conjugate of an operand; a real one is returned as it is. For rules of gradients. */
export function conj<T extends Operand>(a: T): T;
export function conj(a: Operand): Operand {
  if (a instanceof NDArray) return isComplex(a.dtype) ? conjugate(a) : a;
  return a instanceof Complex ? a.conj() : a;
}

/** The element itself. @see numpy.positive */
export const positive: Unary = unary('positive', {
  dtype: 'promote',
  saves: '',
  vjp: (g) => g,
  refuse: (dtype) => (dtype === 'bool' ? 'not supported for booleans; use x.copy().' : undefined),
});
/** Square root; NaN below zero. @see numpy.sqrt */
export const sqrt: UnaryFloat = unary('sqrt', {
  dtype: 'float',
  saves: 'o',
  vjp: (g, out) => div(mul(g, 0.5), out),
});
/** a * a. @see numpy.square */
export const square: Unary = unary('square', { dtype: 'promote', vjp: (g, _, a) => mul(g, mul(a, 2)) });
/** 1 / a. @see numpy.reciprocal */
export const reciprocal: UnaryFloat = unary('reciprocal', {
  dtype: 'float',
  saves: 'o',
  vjp: (g, out) => neg(mul(g, mul(out, out))),
});
/** e to the power a. @see numpy.exp */
export const exp: UnaryFloat = unary('exp', { dtype: 'float', saves: 'o', vjp: (g, out) => mul(g, out) });
/** exp(a) - 1, accurate near 0. @see numpy.expm1 */
export const expm1: UnaryFloat = unary('expm1', {
  dtype: 'float',
  saves: 'o',
  vjp: (g, out) => mul(g, add(out, 1)),
});
/** Natural logarithm. @see numpy.log */
export const log: UnaryFloat = unary('log', { dtype: 'float', vjp: (g, _, a) => div(g, a) });
/** log(1 + a), accurate near 0. @see numpy.log1p */
export const log1p: UnaryFloat = unary('log1p', { dtype: 'float', vjp: (g, _, a) => div(g, add(a, 1)) });
/** Logarithm to base 2. @see numpy.log2 */
export const log2: UnaryFloat = unary('log2', { dtype: 'float', vjp: (g, _, a) => div(g, mul(a, Math.LN2)) });
/** Logarithm to base 10. @see numpy.log10 */
export const log10: UnaryFloat = unary('log10', {
  dtype: 'float',
  vjp: (g, _, a) => div(g, mul(a, Math.LN10)),
});
/** Sine of radians. @see numpy.sin */
export const sin: UnaryFloat = unary('sin', { dtype: 'float', vjp: (g, _, a) => mul(g, cos(a)) });
/** Cosine of radians. @see numpy.cos */
export const cos: UnaryFloat = unary('cos', { dtype: 'float', vjp: (g, _, a) => neg(mul(g, sin(a))) });
/** Tangent of radians. @see numpy.tan */
export const tan: UnaryFloat = unary('tan', {
  dtype: 'float',
  saves: 'o',
  vjp: (g, out) => mul(g, add(square(out), 1)),
});
/** Inverse sine, in radians. @see numpy.arcsin */
export const arcsin: UnaryFloat = unary('arcsin', {
  dtype: 'float',
  vjp: (g, _, a) => div(g, sqrt(sub(1, square(a)))),
});
/** Inverse cosine, in radians. @see numpy.arccos */
export const arccos: UnaryFloat = unary('arccos', {
  dtype: 'float',
  vjp: (g, _, a) => neg(div(g, sqrt(sub(1, square(a))))),
});
/** Inverse tangent, in radians. @see numpy.arctan */
export const arctan: UnaryFloat = unary('arctan', {
  dtype: 'float',
  vjp: (g, _, a) => div(g, add(square(a), 1)),
});
/** Hyperbolic sine. @see numpy.sinh */
export const sinh: UnaryFloat = unary('sinh', { dtype: 'float', vjp: (g, _, a) => mul(g, cosh(a)) });
/** Hyperbolic cosine. @see numpy.cosh */
export const cosh: UnaryFloat = unary('cosh', { dtype: 'float', vjp: (g, _, a) => mul(g, sinh(a)) });
/** Hyperbolic tangent. @see numpy.tanh */
export const tanh: UnaryFloat = unary('tanh', {
  dtype: 'float',
  saves: 'o',
  vjp: (g, out) => mul(g, sub(1, square(out))),
});
/** 1 / (1 + exp(-a)), without overflow (torch.sigmoid). */
export const sigmoid: UnaryFloat = unary('sigmoid', {
  dtype: 'float',
  saves: 'o',
  vjp: (g, out) => mul(g, mul(out, sub(1, out))),
});
/** Largest whole number not above a. @see numpy.floor */
export const floor: UnaryFloat = unary('floor', { dtype: 'float', saves: '', vjp: flat });
/** Smallest whole number not below a. @see numpy.ceil */
export const ceil: UnaryFloat = unary('ceil', { dtype: 'float', saves: '', vjp: flat });
/** Nearest whole number, halves to even. @see numpy.rint */
export const rint: UnaryFloat = unary('rint', { dtype: 'float', saves: '', vjp: flat });
/** The whole part, towards zero. @see numpy.trunc */
export const trunc: UnaryFloat = unary('trunc', { dtype: 'float', saves: '', vjp: flat });
/** Which elements are NaN. @see numpy.isnan */
export const isnan: UnaryBool = unary('isnan', { dtype: 'test' });
/** Which elements are finite. @see numpy.isfinite */
export const isfinite: UnaryBool = unary('isfinite', { dtype: 'test' });
/** Which elements are infinite. @see numpy.isinf */
export const isinf: UnaryBool = unary('isinf', { dtype: 'test' });

// ---------------------------------------------------------------- selection

/**
 * Elements of `a` where `condition` holds, of `b` elsewhere; the three broadcast together.
 * @see numpy.where
 */
export function where<A extends ArrayLike, B extends ArrayLike>(
  condition: ArrayLike,
  a: A,
  b: B,
): NDArray<Promoted<A, B>> {
  const c = asarray(condition, 'where');
  let x = operand(a, 'where');
  let y = operand(b, 'where');
  if (!(x instanceof NDArray) && !(y instanceof NDArray)) {
    // Two weak numbers: bigint pairs are int64, any other pair float64, as `asarray` makes them.
    x = asarray(x);
    y = asarray(y);
  }
  const batch = batching.open > 0 ? overElements([c, x, y], where as never) : null;
  if (batch !== null) return batch;
  const loop = loopType('where', 'promote', x, y);
  let shape: Shape = c.shape;
  if (x instanceof NDArray) shape = broadcastShapes('where', shape, x.shape);
  if (y instanceof NDArray) shape = broadcastShapes('where', shape, y.shape);
  const out = empty(shape, loop);
  backend.elementwise(backend.op.where, loop, out, c, x, y);
  return track('where', out, [x, y], [(g) => where(c, g, 0), (g) => where(c, 0, g)], [c]);
}
register('where', true);

export interface ClipOptions {
  /** Array to write the result into; it is returned. */
  out?: NDArray | null;
  casting?: Casting;
  /** The bounds, where they are not given as arguments. */
  min?: ArrayLike | null;
  max?: ArrayLike | null;
  /** The same, under the names of NumPy's parameters. */
  aMin?: ArrayLike | null;
  aMax?: ArrayLike | null;
}

/**
 * Elements held between `low` and `high`; either may be null for no bound.
 * @see numpy.clip
 * @example np.clip(x, 0, 1); np.clip(x, 0, null, { out: x }); np.clip(x, { max: 1 })
 */
export function clip<A extends ArrayLike>(
  a: A,
  low?: ArrayLike | null | Spelled<ClipOptions>,
  high?: ArrayLike | null | Spelled<ClipOptions>,
  options?: Spelled<ClipOptions> | NDArray,
): NDArray<DTypeOf<A>> {
  const o = parameters<ClipOptions>(
    'clip',
    ['aMin', 'aMax', 'out'],
    [low, high, options],
    ['min', 'max', 'casting'],
  );
  const { out: target, casting } = o;
  const least = o.aMin ?? o.min;
  const most = o.aMax ?? o.max;
  if ((least === undefined || least === null) && (most === undefined || most === null))
    throw new TypeError('clip: at least one of low and high must be given.');
  let out = asarray(a, 'clip');
  // The bound comes second, so that an element exactly on it still takes the gradient.
  if (least !== undefined && least !== null) out = maximum(out, least);
  if (most !== undefined && most !== null) out = minimum(out, most);
  return target ? into('clip', target, out, casting) : out;
}

method(
  'clip',
  function (
    low?: ArrayLike | null | ClipOptions,
    high?: ArrayLike | null | ClipOptions,
    options?: ClipOptions,
  ) {
    return clip(this, low, high, options);
  },
);
