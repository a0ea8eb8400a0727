// Less common element-wise functions: inverse hyperbolic functions, hypot, logaddexp, and the NaN-ignoring extremes.

import { asarray } from '../core/create.js';
import { type DType, isFloat, isInteger } from '../core/dtype.js';
import type { ArrayLike, NDArray } from '../core/ndarray.js';
import { checkOptions } from '../core/options.js';
import type { DTypeOf, Floating, Promoted, PromotedWith } from '../core/typing.js';
import { binary, unary } from './define.js';
import {
  add,
  div,
  equal,
  exp,
  floorDivide,
  greaterEqual,
  isinf,
  type less,
  lessEqual,
  log,
  mod,
  mul,
  neg,
  notEqual,
  sigmoid,
  sign,
  sqrt,
  square,
  sub,
  trunc,
} from './elementwise.js';
import { castTo, type Operand } from './operands.js';
import { any } from './reduce.js';
import type { Binary, BinaryFloat, UfuncArgument, UnaryBool, UnaryFloat } from './ufunc.js';
import { where } from './where.js';
import { into } from './writing.js';

/** Inverse hyperbolic sine. @see numpy.arcsinh */
export const arcsinh: UnaryFloat = unary('arcsinh', {
  dtype: 'float',
  vjp: (g, _, a) => div(g, sqrt(add(square(a), 1))),
});

/** Inverse hyperbolic cosine; NaN below 1. @see numpy.arccosh */
export const arccosh: UnaryFloat = unary('arccosh', {
  dtype: 'float',
  vjp: (g, _, a) => div(g, sqrt(sub(square(a), 1))),
});

/** Inverse hyperbolic tangent; NaN outside [-1, 1]. @see numpy.arctanh */
export const arctanh: UnaryFloat = unary('arctanh', {
  dtype: 'float',
  vjp: (g, _, a) => div(g, sub(1, square(a))),
});

/** Whether the sign bit is set, of -0 too. @see numpy.signbit */
export const signbit: UnaryBool = unary('signbit', { dtype: 'test' });

/** sqrt(a * a + b * b) without overflow. @see numpy.hypot */
export const hypot: BinaryFloat = binary('hypot', {
  dtype: 'float',
  saves: ['ao', 'bo'],
  vjp: [(g, out, a) => div(mul(g, a), out), (g, out, _a, b) => div(mul(g, b), out)],
});

/** log(exp(a) + exp(b)) without overflow. @see numpy.logaddexp */
export const logaddexp: BinaryFloat = binary('logaddexp', {
  dtype: 'float',
  saves: ['ao', 'bo'],
  vjp: [(g, out, a) => mul(g, exp(sub(a, out))), (g, out, _a, b) => mul(g, exp(sub(b, out)))],
});

/** The first operand with the sign of the second. @see numpy.copysign */
export const copysign: BinaryFloat = binary('copysign', {
  dtype: 'float',
  saves: ['ao', ''],
  vjp: [(g, out, a) => mul(g, mul(sign(out), sign(a))), (g) => mul(g, 0)],
});

/** Element-wise maximum; a NaN loses against a number. @see numpy.fmax */
export const fmax: Binary = binary('fmax', {
  dtype: 'promote',
  vjp: [
    (g, _, a, b) => where(winsOver(a, b, greaterEqual), g, 0),
    (g, _, a, b) => where(winsOver(a, b, greaterEqual), 0, g),
  ],
});

/** Element-wise minimum; a NaN loses against a number. @see numpy.fmin */
export const fmin: Binary = binary('fmin', {
  dtype: 'promote',
  vjp: [
    (g, _, a, b) => where(winsOver(a, b, lessEqual), g, 0),
    (g, _, a, b) => where(winsOver(a, b, lessEqual), 0, g),
  ],
});

/** Where the first operand is the result: it is the better one, or the second is NaN. */
function winsOver(a: Operand, b: Operand, better: typeof less): NDArray {
  return add(better(a, b), where(greaterEqual(b, b), false, true));
}

/** log2(2^a + 2^b) without overflow. @see numpy.logaddexp2 */
export const logaddexp2: BinaryFloat = binary('logaddexp2', {
  dtype: 'float',
  saves: ['ao', 'bo'],
  vjp: [(g, out, a) => mul(g, exp2(sub(a, out))), (g, out, _a, b) => mul(g, exp2(sub(b, out)))],
});

/** 0 below zero, 1 above, `b` at zero. @see numpy.heaviside */
export const heaviside: BinaryFloat = binary('heaviside', {
  dtype: 'float',
  saves: ['', 'a'],
  vjp: [(g) => mul(g, 0), (g, _, a) => where(equal(a, 0), g, 0)],
});

/** The next number after `a` in the direction of `b`. @see numpy.nextafter */
export const nextafter: BinaryFloat = binary('nextafter', {
  dtype: 'float',
  saves: ['', ''],
  vjp: [(g) => g, (g) => mul(g, 0)],
});

/** a to the power b, always in float64. @see numpy.float_power */
export const floatPower: BinaryFloat = binary('floatPower', {
  dtype: 'double',
  saves: ['ab', 'ao'],
  vjp: [
    (g, _, a, b) => mul(g, mul(b, floatPower(a, where(equal(b, 0), 1, sub(b, 1))))),
    (g, out, a) => mul(g, mul(out, log(where(equal(a, 0), 1, a)))),
  ],
});

const whole = (dtype: DType) =>
  isInteger(dtype)
    ? undefined
    : `not supported for ${dtype}; both operands must be integers, e.g. x.astype('int64').`;

/** Greatest common divisor of integers. @see numpy.gcd */
export const gcd: Binary = binary('gcd', { dtype: 'integer', refuse: whole });

/** Lowest common multiple of integers. @see numpy.lcm */
export const lcm: Binary = binary('lcm', { dtype: 'integer', refuse: whole });

const timesPower = binary('ldexp', {
  dtype: 'float',
  saves: ['b', ''],
  vjp: [(g, _, _a, b) => timesPower(g, b), (g) => mul(g, 0)],
});

/**
 * a * 2^b, b being whole numbers. The result has the type of `a`.
 * @see numpy.ldexp
 * @example np.ldexp(5, [0, 1, 2])   // array([ 5., 10., 20.])
 */
export function ldexp(a: ArrayLike, b: ArrayLike, options?: UfuncArgument): NDArray {
  const exponent = asarray(b, 'ldexp');
  if (isFloat(exponent.dtype) && any(notEqual(trunc(exponent), exponent)).item())
    throw new TypeError(`ldexp: exponents must be whole numbers, not ${exponent}.`);
  const x = asarray(a, 'ldexp');
  return timesPower(x, castTo(exponent, isFloat(x.dtype) ? x.dtype : 'float64'), options);
}

/** Absolute value in floating point. @see numpy.fabs */
export const fabs: UnaryFloat = unary('fabs', { dtype: 'float', vjp: (g, _, a) => mul(g, sign(a)) });

/** Cube root, of negative numbers too. @see numpy.cbrt */
export const cbrt: UnaryFloat = unary('cbrt', {
  dtype: 'float',
  saves: 'o',
  vjp: (g, out) => div(g, mul(square(out), 3)),
});

/** 2 to the power a. @see numpy.exp2 */
export const exp2: UnaryFloat = unary('exp2', {
  dtype: 'float',
  saves: 'o',
  vjp: (g, out) => mul(g, mul(out, Math.LN2)),
});

/** Degrees to radians. @see numpy.deg2rad */
export const deg2rad: UnaryFloat = unary('deg2rad', { dtype: 'float', saves: '', vjp: (g) => deg2rad(g) });

/** Radians to degrees. @see numpy.rad2deg */
export const rad2deg: UnaryFloat = unary('rad2deg', { dtype: 'float', saves: '', vjp: (g) => rad2deg(g) });

/** The distance to the next number away from zero. @see numpy.spacing */
export const spacing: UnaryFloat = unary('spacing', { dtype: 'float', saves: '', vjp: (g) => mul(g, 0) });

const mantissa = unary('mantissa', { dtype: 'float', vjp: (g, _, a) => timesPower(g, neg(exponent(a))) });
const exponent = unary('exponent', { dtype: 'float', saves: '', vjp: (g) => mul(g, 0) });

/** Options of ufuncs with two results: arrays to write them into. */
export interface PairOptions {
  out?: readonly [NDArray | null, NDArray | null] | null;
}

const pair = (caller: string, results: [NDArray, NDArray], options: PairOptions): [NDArray, NDArray] => {
  checkOptions(caller, options, ['out']);
  const { out } = options;
  return out
    ? ([0, 1].map((i) => (out[i] ? into(caller, out[i], results[i]) : results[i])) as [NDArray, NDArray])
    : results;
};

/**
 * Mantissa in [0.5, 1) and exponent (int32) of every element: a = mantissa * 2^exponent.
 * @see numpy.frexp
 */
export const frexp = (a: ArrayLike, options: PairOptions = {}): [NDArray, NDArray] =>
  pair('frexp', [mantissa(a), castTo(exponent(asarray(a, 'frexp').detach()), 'int32')], options);

/** Fractional and whole part, both with the sign of the element. @see numpy.modf */
export function modf<A extends ArrayLike>(
  value: A,
  options: PairOptions = {},
): [fraction: NDArray<Floating<DTypeOf<A>>>, whole: NDArray<Floating<DTypeOf<A>>>] {
  const a = asarray(value, 'modf');
  const integral = trunc(a);
  const fraction = copysign(where(isinf(integral), 0, sub(a, integral)), integral);
  return pair('modf', [fraction, integral], options);
}

/** Quotient and remainder: [floorDivide(a, b), mod(a, b)]. @see numpy.divmod */
export const divmod = <A extends ArrayLike, B extends ArrayLike>(
  a: A,
  b: B,
  options: PairOptions = {},
): [quotient: NDArray<Promoted<A, B>>, remainder: NDArray<Promoted<A, B>>] =>
  pair('divmod', [floorDivide(a, b), mod(a, b)], options);

/** Remainder with the sign of the dividend, as C's fmod. @see numpy.fmod */
export const fmod: Binary = binary('fmod', {
  dtype: 'promote',
  vjp: [(g) => g, (g, _, a, b) => neg(mul(g, trunc(div(a, b))))],
});

/** The error function, 2/sqrt(pi) times the integral of exp(-t^2) from 0 to a (scipy.special.erf, torch.erf). */
export const erf: UnaryFloat = unary('erf', {
  dtype: 'float',
  vjp: (g, _, a) => mul(g, mul(exp(neg(square(a))), 2 / Math.sqrt(Math.PI))),
});

/** log(1 + exp(a)) without overflow, a smooth max(0, a). */
export const softplus: UnaryFloat = unary('softplus', {
  dtype: 'float',
  vjp: (g, _, a) => mul(g, sigmoid(a)),
});

declare module '../core/ndarray.js' {
  interface ArrayMethods {
    arcsinh<D extends DType>(this: NDArray<D>): NDArray<Floating<D>>;
    arccosh<D extends DType>(this: NDArray<D>): NDArray<Floating<D>>;
    arctanh<D extends DType>(this: NDArray<D>): NDArray<Floating<D>>;
    signbit(): NDArray<'bool'>;
    hypot<D extends DType, B extends ArrayLike>(
      this: NDArray<D>,
      b: B,
    ): NDArray<Floating<PromotedWith<D, B>>>;
    logaddexp<D extends DType, B extends ArrayLike>(
      this: NDArray<D>,
      b: B,
    ): NDArray<Floating<PromotedWith<D, B>>>;
    copysign<D extends DType, B extends ArrayLike>(
      this: NDArray<D>,
      b: B,
    ): NDArray<Floating<PromotedWith<D, B>>>;
    fmax<D extends DType, B extends ArrayLike>(this: NDArray<D>, b: B): NDArray<PromotedWith<D, B>>;
    fmin<D extends DType, B extends ArrayLike>(this: NDArray<D>, b: B): NDArray<PromotedWith<D, B>>;
    fmod<D extends DType, B extends ArrayLike>(this: NDArray<D>, b: B): NDArray<PromotedWith<D, B>>;
  }
}
