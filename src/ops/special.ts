// Less common element-wise functions: inverse hyperbolic functions, hypot, logaddexp, and the NaN-ignoring extremes.

import type { DType } from '../core/dtype.js';
import type { NDArray } from '../core/ndarray.js';
import {
  add,
  binary,
  div,
  exp,
  greaterEqual,
  type less,
  lessEqual,
  mul,
  neg,
  type Operand,
  sigmoid,
  sign,
  sqrt,
  square,
  sub,
  trunc,
  unary,
  where,
} from './elementwise.js';

/** Inverse hyperbolic sine. @see numpy.arcsinh */
export const arcsinh = unary('arcsinh', {
  dtype: 'float',
  vjp: (g, _, a) => div(g, sqrt(add(square(a), 1))),
});

/** Inverse hyperbolic cosine; NaN below 1. @see numpy.arccosh */
export const arccosh = unary('arccosh', {
  dtype: 'float',
  vjp: (g, _, a) => div(g, sqrt(sub(square(a), 1))),
});

/** Inverse hyperbolic tangent; NaN outside [-1, 1]. @see numpy.arctanh */
export const arctanh = unary('arctanh', { dtype: 'float', vjp: (g, _, a) => div(g, sub(1, square(a))) });

/** Whether the sign bit is set, of -0 too. @see numpy.signbit */
export const signbit = unary('signbit', { dtype: 'test' });

/** sqrt(a * a + b * b) without overflow. @see numpy.hypot */
export const hypot = binary('hypot', {
  dtype: 'float',
  saves: ['ao', 'bo'],
  vjp: [(g, out, a) => div(mul(g, a), out), (g, out, _a, b) => div(mul(g, b), out)],
});

/** log(exp(a) + exp(b)) without overflow. @see numpy.logaddexp */
export const logaddexp = binary('logaddexp', {
  dtype: 'float',
  saves: ['ao', 'bo'],
  vjp: [(g, out, a) => mul(g, exp(sub(a, out))), (g, out, _a, b) => mul(g, exp(sub(b, out)))],
});

/** The first operand with the sign of the second. @see numpy.copysign */
export const copysign = binary('copysign', {
  dtype: 'float',
  saves: ['ao', ''],
  vjp: [(g, out, a) => mul(g, mul(sign(out), sign(a))), (g) => mul(g, 0)],
});

/** Element-wise maximum; a NaN loses against a number. @see numpy.fmax */
export const fmax = binary('fmax', {
  dtype: 'promote',
  vjp: [
    (g, _, a, b) => where(winsOver(a, b, greaterEqual), g, 0),
    (g, _, a, b) => where(winsOver(a, b, greaterEqual), 0, g),
  ],
});

/** Element-wise minimum; a NaN loses against a number. @see numpy.fmin */
export const fmin = binary('fmin', {
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

/** Remainder with the sign of the dividend, as C's fmod. @see numpy.fmod */
export const fmod = binary('fmod', {
  dtype: 'promote',
  vjp: [(g) => g, (g, _, a, b) => neg(mul(g, trunc(div(a, b))))],
});

/** The error function, 2/sqrt(pi) times the integral of exp(-t^2) from 0 to a (scipy.special.erf, torch.erf). */
export const erf = unary('erf', {
  dtype: 'float',
  vjp: (g, _, a) => mul(g, mul(exp(neg(square(a))), 2 / Math.sqrt(Math.PI))),
});

/** log(1 + exp(a)) without overflow, a smooth max(0, a). */
export const softplus = unary('softplus', { dtype: 'float', vjp: (g, _, a) => mul(g, sigmoid(a)) });

declare module '../core/ndarray.js' {
  interface NDArray<D extends DType> {
    arcsinh(): NDArray;
    arccosh(): NDArray;
    arctanh(): NDArray;
    signbit(): NDArray;
    hypot(b: ArrayLike): NDArray;
    logaddexp(b: ArrayLike): NDArray;
    copysign(b: ArrayLike): NDArray;
    fmax(b: ArrayLike): NDArray;
    fmin(b: ArrayLike): NDArray;
    fmod(b: ArrayLike): NDArray;
  }
}
