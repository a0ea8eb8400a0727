// How an element-wise operation is made of its name, result type and gradient: `binary` and `unary` give it the call
// with options, the array method and the in-place form. The operations are in elementwise.ts and special.ts; only the
// conjugate is here, for complex gradients need it.

import * as backend from '../backend/index.js';
import { Complex } from '../core/complex.js';
import { asarray } from '../core/create.js';
import { type DType, isComplex, isFloat } from '../core/dtype.js';
import { type ArrayLike, empty, method, NDArray } from '../core/ndarray.js';
import { tape } from '../core/node.js';
import { broadcastShapes, type Shape, sameShape } from '../core/shape.js';
import { batching, overArray, overElements, overWrite } from './batching.js';
import { floatType, loopType, type Operand, operand, type Typing } from './operands.js';
import { type Rule, register, track } from './registry.js';
import {
  type BinaryUfunc,
  type Casting,
  type UfuncArgument,
  type Unary,
  type UnaryUfunc,
  ufunc,
} from './ufunc.js';
import { checkOutput, writeInPlace } from './writing.js';

export type UnaryRule = (g: NDArray, out: NDArray, a: NDArray) => ArrayLike;
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

/** Contiguous arrays of floats, of one shape and type: the operands of most calls. */
const alike = (a: NDArray, b: NDArray): boolean =>
  a.dtype === b.dtype && a.contiguous && b.contiguous && isFloat(a.dtype) && sameShape(a.shape, b.shape);

function compute(
  name: string,
  opcode: number,
  spec: BinarySpec,
  plain: boolean,
  a: Operand,
  b: Operand,
  into: NDArray | null,
  casting: Casting = 'same_kind',
): NDArray {
  if (into === null && a instanceof NDArray && b instanceof NDArray && plain && alike(a, b)) {
    const out = empty(a.shape, spec.dtype === 'compare' || spec.dtype === 'logical' ? 'bool' : a.dtype);
    backend.elementwiseAlike(opcode, out, a, b);
    return out;
  }
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

/** A copy that stays off the tape. */
function copyOf(a: NDArray): NDArray {
  const out = empty(a.shape, a.dtype);
  backend.copy(out, a);
  return out;
}

export type BinaryOp = BinaryUfunc;

/** Operations whose in-place form exists, by name: `iadd` writes the result of `add` into its array. */
export const inPlace = new Map<string, (target: NDArray, value: ArrayLike) => NDArray>();

/** The rule of an operand that no gradient flows to. */
const none: Rule = () => null;

export function binary(name: string, spec: BinarySpec): BinaryOp {
  const opcode = backend.opcode(name);
  const { vjp, saves = ['ab', 'ab'] } = spec;
  /** Whether the operation keeps the type of floats, or compares them. */
  const plain = spec.dtype !== 'double' && spec.refuse?.('float64') === undefined;
  register(name, vjp !== undefined);
  /** Whether the rules of the tracked operands read the values of `a`, of `b` or of the result (`o`). */
  const reads = (letter: 'a' | 'b' | 'o', left: boolean, right: boolean): boolean =>
    (left && saves[0].includes(letter)) || (right && saves[1].includes(letter));
  const tracks = (x: Operand): boolean => x instanceof NDArray && x.tracked;
  const attach = (out: NDArray, a: Operand, b: Operand): NDArray => {
    if (vjp === undefined) return out;
    const left = tracks(a);
    const right = tracks(b);
    const saved: unknown[] = [];
    if (reads('a', left, right)) saved.push(a);
    if (reads('b', left, right)) saved.push(b);
    if (reads('o', left, right)) saved.push(out);
    const rules = [left ? rule(0, out, a, b) : none, right ? rule(1, out, a, b) : none];
    return track(name, out, [a, b], rules, saved);
  };
  const rule = (which: 0 | 1, out: NDArray, a: Operand, b: Operand): Rule => {
    const plain: Rule = (g) => (vjp === undefined ? null : vjp[which](g, out, a, b));
    return saves[which] === '' ? plain : holomorphic(out, plain);
  };
  const f = (left: ArrayLike, right: ArrayLike, options?: UfuncArgument): NDArray => {
    if (typeof options === 'object' && options !== null) return face.general([left, right], options);
    let a = operand(left, name);
    const b = operand(right, name);
    const batch = batching.open > 0 ? overElements([a, b], (x, y) => f(x, y)) : null;
    if (batch !== null) return batch;
    if (!(a instanceof NDArray) && !(b instanceof NDArray)) a = asarray(a);
    const out = compute(name, opcode, spec, plain, a, b, null);
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
        plain,
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
      const [left, right] = [recording && tracks(target), recording && tracks(b)];
      const needed = reads('a', left, right) || (b === target && reads('b', left, right));
      const before = needed ? track('copy', copyOf(old), [old], [(g) => g], []) : old;
      compute(name, opcode, spec, plain, target, b, target);
      return (out) => (recording ? attach(out, before, b === target ? before : b) : out);
    });
  };
  inPlace.set(name, write);
  return face as BinaryUfunc;
}

export function unary(name: string, spec: UnarySpec): UnaryUfunc {
  const opcode = backend.opcode(name);
  const { vjp, saves = 'a' } = spec;
  const boolean = spec.dtype === 'test' || spec.dtype === 'logical';
  const plain = spec.refuse?.('float64') === undefined;
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
    let out: NDArray;
    if (plain && a.contiguous && isFloat(a.dtype)) {
      out = empty(a.shape, boolean ? 'bool' : a.dtype);
      backend.elementwiseAlike(opcode, out, a, null);
    } else {
      out = empty(a.shape, typeOf(a));
      run(out, a);
    }
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

/** The complex conjugate: the sign of the imaginary part turned; real elements stay. @see numpy.conjugate */
export const conjugate: Unary = unary('conj', { dtype: 'promote', saves: '', vjp: (g) => conj(g) });

/** The complex conjugate of an operand; a real one is returned as it is. For rules of gradients. */
export function conj<T extends Operand>(a: T): T;
export function conj(a: Operand): Operand {
  if (a instanceof NDArray) return isComplex(a.dtype) ? conjugate(a) : a;
  return a instanceof Complex ? a.conj() : a;
}
