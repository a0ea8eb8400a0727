// Element-wise operations: arithmetic, comparison, logic, and the unary functions. Each is one block: name, result
// type, gradient, documentation. Operands broadcast; numbers are weak scalars (NEP 50). The loops are native.

import * as backend from '../backend/index.js';
import { asarray } from '../core/create.js';
import { type DType, isInexact, realType } from '../core/dtype.js';
import { type ArrayLike, method, type NDArray, partOf } from '../core/ndarray.js';
import { parameters, type Spelled } from '../core/options.js';
import type { DTypeOf } from '../core/typing.js';
import { binary, conj, type UnaryRule, unary } from './define.js';
import type {
  Binary,
  BinaryBool,
  BinaryFloat,
  Casting,
  Unary,
  UnaryBool,
  UnaryFloat,
  UnaryReal,
} from './ufunc.js';
import { where } from './where.js';
import { into } from './writing.js';

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
