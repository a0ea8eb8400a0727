// Window functions for spectra and filters, and the Bessel function that one of them needs.

import { asarray } from '../core/create.js';
import { type ArrayLike, emptyZeroed, type NDArray } from '../core/ndarray.js';
import { checkShape } from '../core/shape.js';
import { abs, add, cos, div, exp, lessEqual, mul, sqrt, square, sub } from '../ops/elementwise.js';
import { castTo } from '../ops/operands.js';
import { where } from '../ops/where.js';
import { arange } from './grid.js';

/** The odd numbers 1 - m, 3 - m, ..., m - 1 that windows of m points are functions of, or none for m < 1. */
function steps(caller: string, m: number): NDArray {
  if (!Number.isInteger(m))
    throw new TypeError(`${caller}: the number of points must be a whole number, not ${String(m)}.`);
  if (m < 1) return emptyZeroed([0], 'float64');
  checkShape(caller, [m]);
  return castTo(arange(1 - m, m, 2), 'float64');
}

function cosines(caller: string, m: number, constant: number, factors: readonly number[]): NDArray {
  const n = steps(caller, m);
  if (m <= 1) return add(mul(n, 0), 1);
  // One cosine at a time, in NumPy's order: the sum rounds as there.
  let out: NDArray | null = null;
  factors.forEach((factor, k) => {
    const wave = mul(cos(div(mul(n, (k + 1) * Math.PI), m - 1)), factor);
    out = out === null ? add(wave, constant) : add(out, wave);
  });
  return out as unknown as NDArray;
}

/** Raised cosine that ends in 0, m points. @see numpy.hanning @example np.hanning(5)   // 0, 0.5, 1, 0.5, 0 */
export const hanning = (m: number): NDArray => cosines('hanning', m, 0.5, [0.5]);

/** Raised cosine on a pedestal, m points. @see numpy.hamming */
export const hamming = (m: number): NDArray => cosines('hamming', m, 0.54, [0.46]);

/** Sum of two cosines with small side lobes, m points. @see numpy.blackman */
export const blackman = (m: number): NDArray => cosines('blackman', m, 0.42, [0.5, 0.08]);

/** Triangle that ends in 0, m points. @see numpy.bartlett */
export function bartlett(m: number): NDArray {
  const n = steps('bartlett', m);
  if (m <= 1) return add(mul(n, 0), 1);
  const slope = div(n, m - 1);
  return where(lessEqual(n, 0), add(slope, 1), sub(1, slope));
}

/**
 * Kaiser's window of m points.
 * @param beta shape: 0 is a rectangle, 5 like Hamming, 6 like Hann, 8.6 like Blackman
 * @see numpy.kaiser
 */
export function kaiser(m: number, beta: number): NDArray {
  const points = steps('kaiser', m);
  if (m <= 1) return add(mul(points, 0), 1);
  const alpha = (m - 1) / 2;
  const n = castTo(arange(m), 'float64');
  const ratio = div(sub(n, alpha), alpha);
  return div(i0(mul(sqrt(sub(1, mul(ratio, ratio))), beta)), i0(castTo(asarray(beta), 'float64')));
}

// Chebyshev coefficients of exp(-x) sqrt(x) i0(x) on [8, inf), as a function of 16 / x - 1, to the precision of
// doubles.
const far = chebyshev((t) => scaledI0(16 / (t + 1)) * Math.sqrt(16 / (t + 1)), 25);

/** exp(-x) i0(x) as the mean of exp(x (cos t - 1)) over half a turn; the trapezoidal rule converges geometrically. */
function scaledI0(x: number): number {
  if (!Number.isFinite(x)) return 0;
  if (x > 400) {
    // The asymptotic series is exact here.
    let term = 1;
    let sum = 1;
    for (let k = 1; k < 20; k++) {
      term *= ((2 * k - 1) * (2 * k - 1)) / (8 * k * x);
      sum += term;
    }
    return sum / Math.sqrt(2 * Math.PI * x);
  }
  const n = 160;
  const terms = Array.from({ length: n - 1 }, (_, k) =>
    Math.exp(-2 * x * Math.sin((Math.PI * (k + 1)) / (2 * n)) ** 2),
  );
  return total([...terms, 0.5, Math.exp(-2 * x) / 2]) / n;
}

/** A sum with the part that rounding loses carried along. */
function total(terms: readonly number[]): number {
  let sum = 0;
  let lost = 0;
  for (const term of terms) {
    const next = sum + term;
    lost += Math.abs(sum) >= Math.abs(term) ? sum - next + term : term - next + sum;
    sum = next;
  }
  return sum + lost;
}

/** Coefficients c0 / 2, c1, ... of a function on [-1, 1] as a Chebyshev series. */
function chebyshev(f: (t: number) => number, terms: number): number[] {
  const n = 2 * terms;
  const values = Array.from({ length: n }, (_, j) => f(Math.cos((Math.PI * (j + 0.5)) / n)));
  return Array.from({ length: terms }, (_, k) => {
    const sum = total(
      values.map((v, j) => v * Math.cos((Math.PI * ((k * (2 * j + 1)) % (4 * n))) / (2 * n))),
    );
    return (sum * (k === 0 ? 1 : 2)) / n;
  });
}

/** Clenshaw's sum of a Chebyshev series at the elements of t. */
function series(t: NDArray, c: readonly number[]): NDArray {
  let [later, last]: [NDArray | number, NDArray | number] = [0, 0];
  const twice = mul(t, 2);
  for (let k = c.length - 1; k > 0; k--) {
    [later, last] = [add(sub(mul(twice, later), last), c[k]), later];
  }
  return add(sub(mul(t, later), last), c[0]);
}

/**
 * Modified Bessel function of the first kind, order 0.
 * @see numpy.i0
 * @example np.i0([0, 1])   // array([1. , 1.26606588])
 */
export function i0(value: ArrayLike): NDArray {
  const a = asarray(value, 'i0');
  const x = abs(a.dtype === 'float64' ? a : castTo(a, 'float64'));
  const small = lessEqual(x, 8);
  // Up to 8 the power series, sum of (x / 2)^2k / k!^2: all its terms are positive.
  const quarter = mul(square(where(small, x, 0)), 0.25);
  let low: NDArray | number = 1;
  for (let k = 30; k > 0; k--) low = add(mul(mul(quarter, 1 / (k * k)), low), 1);
  const safe = where(small, 8, x);
  const high = mul(exp(safe), div(series(sub(div(16, safe), 1), far), sqrt(safe)));
  return where(small, low, high);
}
