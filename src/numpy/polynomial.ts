// Polynomials as NumPy's np.poly* functions and poly1d have them: coefficients from the highest power down. Composed
// of operations, so gradients flow through coefficients and arguments alike.

import { batching } from '../core/batch.js';
import { asarray } from '../core/create.js';
import { isComplex, isFloat, isInexact } from '../core/dtype.js';
import { type ArrayLike, emptyZeroed, type NDArray } from '../core/ndarray.js';
import { needed, parameters } from '../core/options.js';
import { shapeText } from '../core/shape.js';
import { real } from '../ops/complex.js';
import { conj } from '../ops/define.js';
import { add, div, equal, mul, neg, sqrt, square, sub } from '../ops/elementwise.js';
import { get, nonzero } from '../ops/index.js';
import { concatenate, stack } from '../ops/join.js';
import { dot } from '../ops/matmul.js';
import { castTo, inexact } from '../ops/operands.js';
import { all, sum } from '../ops/reduce.js';
import { tracking } from '../ops/registry.js';
import { copy, reshape, transpose } from '../ops/shape.js';
import { sort } from '../ops/sort.js';
import { named } from './caller.js';
import { eye, vander } from './creation.js';
import { sprintf } from './format.js';
import { arange } from './grid.js';
import { eigvals, inv, lstsq } from './linalg.js';
import { pad } from './padding.js';
import { convolve } from './products.js';

/** Coefficients, or a poly1d. */
export type PolynomialLike = ArrayLike | Poly1d;

/** One polynomial of one variable, which can be called: `np.poly1d([1, 2, 3])(2)` is 11. */
export interface Poly1d {
  (x: ArrayLike): NDArray;
  (x: Poly1d): Poly1d;
  /** Coefficients from the highest power down, without leading zeros. */
  readonly c: NDArray;
  readonly coef: NDArray;
  readonly coeffs: NDArray;
  readonly coefficients: NDArray;
  /** The highest power. */
  readonly o: number;
  readonly order: number;
  readonly variable: string;
  /** The coefficient of a power; 0 for powers that do not occur. */
  at(power: number): NDArray;
  deriv(m?: number): Poly1d;
  integ(m?: number, k?: ArrayLike): Poly1d;
  add(other: PolynomialLike): Poly1d;
  sub(other: PolynomialLike): Poly1d;
  mul(other: PolynomialLike): Poly1d;
  /** Quotient and remainder; of a number, the quotient alone. */
  div(other: PolynomialLike): [Poly1d, Poly1d];
  pow(n: number): Poly1d;
  neg(): Poly1d;
  equals(other: Poly1d): boolean;
  toString(): string;
}

const isPoly = (p: unknown): p is Poly1d => typeof p === 'function' && Object.getPrototypeOf(p) === methods;

/** Coefficients as a vector. */
function coefficients(caller: string, p: PolynomialLike): NDArray {
  const a = isPoly(p) ? p.c : asarray(p, caller);
  const c = a.ndim === 0 ? reshape(a, [1]) : a;
  if (c.ndim !== 1)
    throw new RangeError(`${caller}: the coefficients must be 1-d; these have shape ${shapeText(c.shape)}.`);
  return c;
}

/** poly1d where one of the operands is one, else the bare coefficients. */
const like = (c: NDArray, ...operands: readonly PolynomialLike[]): NDArray | Poly1d =>
  operands.some(isPoly) ? poly1d(c) : c;

type Both = {
  (a: ArrayLike, b: ArrayLike): NDArray;
  (a: PolynomialLike, b: PolynomialLike): NDArray | Poly1d;
};

function aligned(caller: string, left: PolynomialLike, right: PolynomialLike): [NDArray, NDArray] {
  const a = coefficients(caller, left);
  const b = coefficients(caller, right);
  const n = Math.max(a.size, b.size);
  const grown = (p: NDArray): NDArray => (p.size === n ? p : pad(p, [n - p.size, 0]));
  return [grown(a), grown(b)];
}

/** Sum of two polynomials. @see numpy.polyadd @example np.polyadd([1, 2], [9, 5, 4])   // 9, 6, 6 */
export const polyadd = ((a: PolynomialLike, b: PolynomialLike) =>
  like(add(...aligned('polyadd', a, b)), a, b)) as Both;

/** Difference of two polynomials. @see numpy.polysub */
export const polysub = ((a: PolynomialLike, b: PolynomialLike) =>
  like(sub(...aligned('polysub', a, b)), a, b)) as Both;

/** Coefficients without zeros in front, which raise no degree. */
function leading(caller: string, p: PolynomialLike): NDArray {
  const c = coefficients(caller, p);
  const first = (c.notEqual(0).toArray() as boolean[]).indexOf(true);
  return first <= 0 ? (first < 0 ? c.at('-1:') : c) : c.at(`${first}:`);
}

/** Product of two polynomials. @see numpy.polymul @example np.polymul([1, 2], [1, 3])   // 1, 5, 6 */
export const polymul = ((a: PolynomialLike, b: PolynomialLike) =>
  like(
    named('polymul', () => convolve(leading('polymul', a), leading('polymul', b))),
    a,
    b,
  )) as Both;

/**
 * Quotient and remainder of two polynomials.
 * @see numpy.polydiv
 * @example np.polydiv([3, 5, 2], [2, 1])   // [array([1.5, 1.75]), array([0.25])]
 */
export function polydiv(dividend: ArrayLike, divisor: ArrayLike): [NDArray, NDArray];
export function polydiv(
  dividend: PolynomialLike,
  divisor: PolynomialLike,
): [NDArray | Poly1d, NDArray | Poly1d];
export function polydiv(
  dividend: PolynomialLike,
  divisor: PolynomialLike,
): [NDArray | Poly1d, NDArray | Poly1d] {
  const floating = (p: PolynomialLike): NDArray => {
    const c = coefficients('polydiv', p);
    return inexact(c);
  };
  const u = floating(dividend);
  const v = floating(divisor);
  if (v.size === 0) throw new RangeError('polydiv: the divisor has no coefficients.');
  const m = u.size - 1;
  const n = v.size - 1;
  const scale = div(1, get(v, ['0:1']));
  let rest = u;
  const quotient: NDArray[] = [];
  for (let k = 0; k <= m - n; k++) {
    const d = mul(scale, get(rest, [`${k}:${k + 1}`]));
    quotient.push(d);
    rest = sub(rest, pad(mul(d, v), [k, m - k - n]));
  }
  let lead = 0;
  const values = rest.data as Float64Array;
  while (lead < values.length - 1 && Math.abs(values[lead]) <= 1e-8) lead++;
  const q = quotient.length > 0 ? concatenate(quotient) : emptyZeroed([1], rest.dtype);
  return [like(q, dividend, divisor), like(get(rest, [`${lead}:`]), dividend, divisor)];
}

/**
 * The polynomial at x, by Horner's scheme; of a poly1d in the place of x, the composition.
 * @param p coefficients from the highest power down
 * @see numpy.polyval
 * @example np.polyval([3, 0, 1], 5)   // 76.0
 */
export function polyval(p: PolynomialLike, x: ArrayLike): NDArray;
export function polyval(p: PolynomialLike, x: Poly1d): Poly1d;
export function polyval(p: PolynomialLike, x: PolynomialLike): NDArray | Poly1d {
  const c = coefficients('polyval', p);
  if (isPoly(x)) {
    let out = poly1d([0]);
    for (let i = 0; i < c.size; i++) out = out.mul(x).add(get(c, [i]));
    return out;
  }
  const at = asarray(x, 'polyval');
  let out = emptyZeroed(at.shape, at.dtype);
  if (
    Array.isArray(p) &&
    isFloat(at.dtype) &&
    c.dtype === at.dtype &&
    !tracking(c, at) &&
    batching.open === 0
  ) {
    // Plain coefficients: in place, as numbers.
    for (const number of c.data as Float64Array) out = out.imul(at).iadd(number);
    return out;
  }
  for (let i = 0; i < c.size; i++) out = add(mul(out, at), get(c, [i]));
  return out;
}

/** The m-th derivative. @see numpy.polyder @example np.polyder([1, 1, 1])   // 2, 1 */
export function polyder(p: ArrayLike, m?: number | { m?: number }): NDArray;
export function polyder(p: PolynomialLike, m?: number | { m?: number }): NDArray | Poly1d;
export function polyder(p: PolynomialLike, times?: number | { m?: number }): NDArray | Poly1d {
  const { m = 1 } = parameters<{ m?: number }>('polyder', ['m'], [times]);
  if (!Number.isInteger(m) || m < 0)
    throw new RangeError(`polyder: order of derivative must be a whole number of 0 or more, not ${m}.`);
  let c = coefficients('polyder', p);
  for (let i = 0; i < m && c.size > 0; i++) {
    const powers = castTo(arange(c.size - 1, 0, -1), c.dtype === 'bool' ? 'int64' : c.dtype);
    c = mul(get(c, [':-1']), powers);
  }
  return like(c, p);
}

export interface PolyintOptions {
  m?: number;
  /** Constants of integration. */
  k?: ArrayLike | null;
}

/**
 * The m-th antiderivative.
 * @param k constants of integration, one for each step or one for all; 0 by default
 * @see numpy.polyint
 */
export function polyint(
  p: ArrayLike,
  m?: number | PolyintOptions,
  k?: ArrayLike | null | PolyintOptions,
): NDArray;
export function polyint(
  p: PolynomialLike,
  m?: number | PolyintOptions,
  k?: ArrayLike | null | PolyintOptions,
): NDArray | Poly1d;
export function polyint(p: PolynomialLike, ...given: unknown[]): NDArray | Poly1d {
  const { m = 1, k = null } = parameters<PolyintOptions>('polyint', ['m', 'k'], given);
  if (!Number.isInteger(m) || m < 0)
    throw new RangeError(`polyint: order of integral must be a whole number of 0 or more, not ${m}.`);
  let constants = k === null ? emptyZeroed([m], 'float64') : reshape(asarray(k, 'polyint'), -1);
  if (constants.size === 1 && m > 1) constants = concatenate(Array.from({ length: m }, () => constants));
  if (constants.size < m)
    throw new RangeError(
      `polyint: k must be a scalar or a rank-1 array of length 1 or >m; ${constants.size} constants for m = ${m}.`,
    );
  let c = coefficients('polyint', p);
  for (let i = 0; i < m; i++)
    c = concatenate([div(c, arange(c.size, 0, -1)), get(constants, [`${i}:${i + 1}`])]);
  return like(c, p);
}

/**
 * The polynomial with the given roots, highest coefficient 1; of a square matrix, its characteristic polynomial is
 * np.poly(np.linalg.eigvals(A)).
 * Of complex roots complex, unless they come in conjugate pairs.
 * @see numpy.poly
 * @example np.poly([1, 2])   // array([1., -3., 2.])
 */
export function poly(roots: ArrayLike): NDArray {
  const z = asarray(roots, 'poly');
  if (z.ndim > 1)
    throw new RangeError(
      `poly: input must be 1d: the roots, not an array of shape ${shapeText(z.shape)}. For a matrix use np.poly(np.linalg.eigvals(A)).`,
    );
  const list = reshape(inexact(z), -1);
  let out: NDArray = castTo(asarray([1]), list.dtype);
  for (let i = 0; i < list.size; i++)
    out = convolve(out, stack([castTo(asarray(1), list.dtype), neg(get(list, [i]))]));
  // Roots in conjugate pairs make real coefficients.
  const paired = isComplex(list.dtype) && all(equal(sort(list, 0), sort(conj(list), 0))).item();
  return paired ? copy(real(out)) : out;
}

export interface PolyfitOptions {
  /** The degree. */
  deg?: number;
  /** Weights of the points, applied to the residuals. */
  w?: ArrayLike | null;
  /** Singular values below this share of the largest count as 0; len(x) * eps by default. */
  rcond?: number | null;
  /** Also residuals, rank, singular values and rcond. */
  full?: boolean;
  /** Also the covariance of the coefficients; 'unscaled' leaves the size of the residuals out. */
  cov?: boolean | 'unscaled';
}

/**
 * The polynomial of a degree that lies nearest to points, in the least squares sense: coefficients from the highest
 * power down. `y` may hold several columns.
 * @see numpy.polyfit
 * @example np.polyfit([0, 1, 2], [1, 3, 7], 2)   // array([1., 1., 1.])
 */
export function polyfit(
  x: ArrayLike,
  y: ArrayLike,
  deg: number,
  options?: PolyfitOptions & { full?: false; cov?: false },
): NDArray;
export function polyfit(
  x: ArrayLike,
  y: ArrayLike,
  options: PolyfitOptions & { deg: number; full?: false; cov?: false },
): NDArray;
export function polyfit(
  x: ArrayLike,
  y: ArrayLike,
  deg: number | (PolyfitOptions & { deg: number }),
  options?: PolyfitOptions,
): NDArray[];
export function polyfit(x: ArrayLike, y: ArrayLike, ...given: unknown[]): NDArray | NDArray[] {
  const options = parameters<PolyfitOptions>('polyfit', ['deg', 'rcond', 'full', 'w', 'cov'], given);
  const deg = needed('polyfit', 'deg', options.deg);
  if (!Number.isInteger(deg) || deg < 0)
    throw new RangeError(`polyfit: expected deg >= 0, a whole number, not ${String(deg)}.`);
  const points = castTo(asarray(x, 'polyfit'), 'float64');
  let right = castTo(asarray(y, 'polyfit'), 'float64');
  if (points.ndim !== 1)
    throw new TypeError(`polyfit: expected 1D vector for x, not shape ${shapeText(points.shape)}.`);
  if (points.size === 0) throw new TypeError('polyfit: expected non-empty vector for x.');
  if (right.ndim < 1 || right.ndim > 2)
    throw new TypeError(`polyfit: expected 1D or 2D array for y, not shape ${shapeText(right.shape)}.`);
  if (right.shape[0] !== points.size)
    throw new TypeError(
      `polyfit: expected x and y to have same length; ${points.size} and ${right.shape[0]}.`,
    );
  let left = vander(points, deg + 1);
  if (options.w !== undefined && options.w !== null) {
    const w = castTo(asarray(options.w, 'polyfit'), 'float64');
    if (w.ndim !== 1 || w.size !== points.size)
      throw new TypeError(
        `polyfit: expected w and y to have the same length; ${shapeText(w.shape)} and ${points.size}.`,
      );
    left = mul(left, reshape(w, -1, 1));
    right = mul(right, right.ndim === 2 ? reshape(w, -1, 1) : w);
  }
  const rcond = options.rcond ?? points.size * 2 ** -52;
  // Columns of equal length make the small singular values mean something.
  const scale = sqrt(sum(square(left), 0));
  left = div(left, scale);
  const [solution, residuals, rank, values] = lstsq(left, right, rcond);
  const c = div(solution, right.ndim === 2 ? reshape(scale, -1, 1) : scale);
  if (options.full) return [c, residuals, asarray(rank as ArrayLike), values, asarray(rcond)];
  if (!options.cov) return c;
  let base = div(inv(dot(transpose(left), left)), mul(reshape(scale, -1, 1), scale));
  if (options.cov !== 'unscaled') {
    const free = points.size - (deg + 1);
    if (free <= 0)
      throw new RangeError(
        `polyfit: the number of data points must exceed order to scale the covariance matrix: ${points.size} points, ${deg + 1} coefficients.`,
      );
    const factor = div(residuals, free);
    base = right.ndim === 2 ? mul(reshape(base, [...base.shape, 1]), factor) : mul(base, factor);
  }
  return [c, base];
}

/**
 * The roots of a polynomial, as the eigenvalues of its companion matrix: complex128 unless all of them are real.
 * @param p coefficients from the highest power down
 * @see numpy.roots
 * @example np.roots([1, -3, 2])   // array([2., 1.])
 */
export function roots(p: PolynomialLike): NDArray {
  let c = poly1d(p).c;
  if (c.size === 1) return emptyZeroed([0], 'float64');
  // Roots at zero are known.
  const last = nonzero(c.detach())[0];
  const zeros = c.size - 1 - Number(last.data[last.size - 1]);
  c = get(c, [`:${c.size - zeros}`]);
  if (!isInexact(c.dtype)) c = castTo(c, 'float64');
  const n = c.size - 1;
  if (n === 0) return emptyZeroed([zeros], c.dtype);
  const top = reshape(div(neg(get(c, ['1:'])), get(c, ['0:1'])), 1, -1);
  const companion = n > 1 ? concatenate([top, castTo(eye(n - 1, n), c.dtype)]) : top;
  const found = eigvals(companion);
  return zeros === 0 ? found : concatenate([found, emptyZeroed([zeros], found.dtype)]);
}

// ---------------------------------------------------------------- poly1d

const methods = Object.create(Function.prototype) as Poly1d;

export interface Poly1dOptions {
  /** The first argument holds roots, not coefficients. */
  r?: boolean;
  /** The letter that prints; x by default. */
  variable?: string;
}

/**
 * A polynomial that can be called and calculated with.
 * @param c coefficients from the highest power down, or with `{r: true}` the roots
 * @see numpy.poly1d
 * @example const p = np.poly1d([1, -3, 2]); p(4); p.deriv().c; p.mul(p).toString()
 */
export function poly1d(c: PolynomialLike, options?: Poly1dOptions | boolean): Poly1d {
  const o = parameters<Poly1dOptions>('poly1d', ['r', 'variable'], [options]);
  const { r = false, variable = isPoly(c) ? c.variable : 'x' } = o;
  let list = r ? poly(coefficients('poly1d', c)) : coefficients('poly1d', c);
  const first = nonzero(list.detach())[0];
  list = first.size === 0 ? emptyZeroed([1], list.dtype) : get(list, [`${Number(first.data[0])}:`]);
  const p = ((x: ArrayLike & Poly1d) => polyval(p, x)) as Poly1d;
  Object.setPrototypeOf(p, methods);
  for (const name of ['c', 'coef', 'coeffs', 'coefficients']) Object.defineProperty(p, name, { value: list });
  for (const name of ['o', 'order']) Object.defineProperty(p, name, { value: list.size - 1 });
  Object.defineProperty(p, 'variable', { value: variable });
  return p;
}

function power(p: Poly1d, n: number): Poly1d {
  if (!Number.isInteger(n) || n < 0)
    throw new RangeError(`poly1d: power to non-negative integers only, not ${n}.`);
  let out = poly1d([1], { variable: p.variable });
  for (let i = 0; i < n; i++) out = out.mul(p);
  return out;
}

/** Terms on one line with the powers above them, as NumPy prints polynomials; lines of at most 70 characters. */
function text({ c, variable }: Poly1d): string {
  const n = c.size - 1;
  const terms: { body: string; power: string }[] = [];
  [...c.data].forEach((value, i) => {
    const digits = sprintf('%.4g', Number(value));
    const k = n - i;
    if (digits === '0' && !(k === 0 && terms.length === 0)) return;
    const sign = terms.length === 0 ? '' : digits.startsWith('-') ? ' - ' : ' + ';
    const size = terms.length > 0 && digits.startsWith('-') ? digits.slice(1) : digits;
    terms.push({ body: sign + size + (k > 0 ? ` ${variable}` : ''), power: k > 1 ? String(k) : '' });
  });
  const lines: [above: string, below: string][] = [['', '']];
  let pending = '';
  for (const term of terms) {
    pending += term.body;
    if (term.power === '') continue;
    // The power stands over the place right after its variable.
    const above = ' '.repeat(pending.length - 1) + term.power;
    const below = pending + ' '.repeat(term.power.length - 1);
    const line = lines[lines.length - 1];
    if (line[0].length + above.length > WIDTH || line[1].length + below.length > WIDTH) {
      lines.push([above, below]);
    } else {
      line[0] += above;
      line[1] += below;
    }
    pending = '';
  }
  return lines.map(([above, below]) => ` ${above}\n${below}`).join('\n') + pending;
}

const WIDTH = 70;

const attached: Record<string, (this: Poly1d, ...args: never[]) => unknown> = {
  at(this: Poly1d, k: number) {
    return k < 0 || k > this.order ? asarray(0) : get(this.c, [this.order - k]);
  },
  deriv(this: Poly1d, m = 1) {
    return polyder(this, m);
  },
  integ(this: Poly1d, m = 1, k: ArrayLike | null = 0) {
    return polyint(this, m, k);
  },
  add(this: Poly1d, other: PolynomialLike) {
    return polyadd(this, other);
  },
  sub(this: Poly1d, other: PolynomialLike) {
    return polysub(this, other);
  },
  mul(this: Poly1d, other: PolynomialLike) {
    return polymul(this, other);
  },
  div(this: Poly1d, other: PolynomialLike) {
    return polydiv(this, other);
  },
  pow(this: Poly1d, n: number) {
    return power(this, n);
  },
  neg(this: Poly1d) {
    return poly1d(neg(this.c), { variable: this.variable });
  },
  equals(this: Poly1d, other: Poly1d) {
    return isPoly(other) && other.order === this.order && this.c.data.every((v, i) => v === other.c.data[i]);
  },
  toString(this: Poly1d) {
    return text(this);
  },
  [Symbol.for('nodejs.util.inspect.custom') as unknown as string](this: Poly1d) {
    return `poly1d([${[...copy(this.c).data].map((v) => String(asarray(Number(v)))).join(', ')}])`;
  },
};
for (const name of Reflect.ownKeys(attached))
  Object.defineProperty(methods, name, { value: attached[name as string] });
