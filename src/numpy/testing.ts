// Assertions for tests and for notebook cells that check what they claim (`np.testing`). They say how far apart the
// arrays are and show where.

import { asarray } from '../core/create.js';
import { type ArrayLike, NDArray } from '../core/ndarray.js';
import { sameShape, shapeText } from '../core/shape.js';
import {
  abs,
  div,
  equal,
  isnan,
  less,
  logicalAnd,
  logicalNot,
  logicalOr,
  maximum,
  notEqual,
  sub,
} from '../ops/elementwise.js';
import { max, sum } from '../ops/reduce.js';
import { spacing } from '../ops/special.js';
import { where } from '../ops/where.js';
import { type CloseOptions, isclose } from './logic.js';

/** What a failed assertion throws (Python's AssertionError). */
export class AssertionError extends Error {
  override name = 'AssertionError';
}

function compare(
  caller: string,
  actual: ArrayLike,
  desired: ArrayLike,
  same: (a: NDArray, d: NDArray) => NDArray,
  claim: string,
  message: string,
): void {
  const a = asarray(actual, caller).detach();
  const d = asarray(desired, caller).detach();
  const head = message === '' ? `${caller}:` : `${caller}: ${message}.`;
  if (a.ndim > 0 && d.ndim > 0 && !sameShape(a.shape, d.shape)) {
    throw new AssertionError(`${head} shapes ${shapeText(a.shape)} and ${shapeText(d.shape)} mismatch.`);
  }
  const wrong = logicalNot(same(a, d));
  const count = Number(sum(wrong).item());
  if (count === 0) return;
  const [x, y] = [a.astype('float64'), d.astype('float64')];
  const distance = where(wrong, abs(sub(x, y)), 0);
  const relative = where(logicalAnd(wrong, notEqual(y, 0)), div(distance, abs(where(equal(y, 0), 1, y))), 0);
  throw new AssertionError(
    `${head} not equal${claim}.\n` +
      `Mismatched elements: ${count} / ${wrong.size} (${((100 * count) / wrong.size).toPrecision(3)}%)\n` +
      `Max absolute difference: ${max(distance)}\nMax relative difference: ${max(relative)}\n actual: ${a}\n desired: ${d}`,
  );
}

/** Throws unless all elements are within rtol (1e-7) of the desired ones. @see numpy.testing.assert_allclose */
export function assertAllclose(
  actual: ArrayLike,
  desired: ArrayLike,
  options: CloseOptions & { errMsg?: string } = {},
): void {
  const { rtol = 1e-7, atol = 0, equalNan = true, errMsg = '' } = options;
  compare(
    'assertAllclose',
    actual,
    desired,
    (a, d) => isclose(a, d, { rtol, atol, equalNan }),
    ` to tolerance rtol=${rtol}, atol=${atol}`,
    errMsg,
  );
}

/** Throws unless both arrays have the same shape and elements; NaN equals NaN. @see numpy.testing.assert_array_equal */
export function assertArrayEqual(actual: ArrayLike, desired: ArrayLike, errMsg = ''): void {
  compare(
    'assertArrayEqual',
    actual,
    desired,
    (a, d) => logicalOr(equal(a, d), logicalAnd(isnan(a), isnan(d))),
    '',
    errMsg,
  );
}

/** Throws unless two values are equal: arrays element by element, others by ===. @see numpy.testing.assert_equal */
export function assertEqual(actual: unknown, desired: unknown, errMsg = ''): void {
  if (actual instanceof NDArray || desired instanceof NDArray || Array.isArray(desired)) {
    assertArrayEqual(actual as ArrayLike, desired as ArrayLike, errMsg);
  } else if (!Object.is(actual, desired) && actual !== desired) {
    throw new AssertionError(
      `assertEqual: ${errMsg === '' ? '' : `${errMsg}. `}items are not equal.\n actual: ${String(actual)}\n desired: ${String(desired)}`,
    );
  }
}

export {
  assertAllclose as assert_allclose,
  assertArrayEqual as assert_array_equal,
  assertEqual as assert_equal,
};

/** Throws unless a condition holds. @see numpy.testing.assert_ */
export function assert_(condition: unknown, message = ''): void {
  if (!condition)
    throw new AssertionError(`assert_: ${message === '' ? 'the condition does not hold.' : message}`);
}

/** Throws unless |actual - desired| < 1.5 * 10^-decimal everywhere. @see numpy.testing.assert_array_almost_equal */
export function assertArrayAlmostEqual(
  actual: ArrayLike,
  desired: ArrayLike,
  decimal = 6,
  errMsg = '',
): void {
  compare(
    'assertArrayAlmostEqual',
    actual,
    desired,
    (a, d) => isclose(a, d, { rtol: 0, atol: 1.5 * 10 ** -decimal, equalNan: true }),
    ` to ${decimal} decimals`,
    errMsg,
  );
}

/** As `assertArrayAlmostEqual`, to 7 decimals. @see numpy.testing.assert_almost_equal */
export const assertAlmostEqual = (actual: ArrayLike, desired: ArrayLike, decimal = 7, errMsg = ''): void =>
  assertArrayAlmostEqual(actual, desired, decimal, errMsg);

/** Throws unless two numbers agree to so many significant digits. @see numpy.testing.assert_approx_equal */
export function assertApproxEqual(actual: number, desired: number, significant = 7, errMsg = ''): void {
  if (Object.is(actual, desired) || actual === desired) return;
  const scale = 10 ** Math.floor(Math.log10((Math.abs(actual) + Math.abs(desired)) / 2));
  if (Math.abs(actual / scale - desired / scale) < 10 ** -(significant - 1)) return;
  throw new AssertionError(
    `assertApproxEqual: ${errMsg === '' ? '' : `${errMsg}. `}items are not equal to ${significant} significant digits.\n actual: ${actual}\n desired: ${desired}`,
  );
}

/** Throws unless every element is less than its counterpart. @see numpy.testing.assert_array_less */
export function assertArrayLess(x: ArrayLike, y: ArrayLike, errMsg = ''): void {
  compare('assertArrayLess', x, y, (a, d) => less(a, d), ' (not all of the first are less)', errMsg);
}

/** How many floating point numbers lie between the elements of two arrays, at most. */
function ulps(caller: string, x: ArrayLike, y: ArrayLike): { most: number; a: NDArray } {
  const a = asarray(x, caller).detach();
  const d = asarray(y, caller).detach();
  const gap = spacing(maximum(abs(a), abs(d)));
  return { most: Number(max(div(abs(sub(a, d)), gap)).item()), a };
}

/** Throws unless elements are at most `nulp` spacings apart. @see numpy.testing.assert_array_almost_equal_nulp */
export function assertArrayAlmostEqualNulp(x: ArrayLike, y: ArrayLike, nulp = 1): void {
  const { most } = ulps('assertArrayAlmostEqualNulp', x, y);
  if (!(most <= nulp))
    throw new AssertionError(
      `assertArrayAlmostEqualNulp: X and Y are not equal to ${nulp} ULP (max is ${most}).`,
    );
}

/** Throws unless elements are at most `maxulp` spacings apart; returns the largest distance. @see numpy.testing.assert_array_max_ulp */
export function assertArrayMaxUlp(a: ArrayLike, b: ArrayLike, maxulp = 1): number {
  const { most } = ulps('assertArrayMaxUlp', a, b);
  if (!(most <= maxulp))
    throw new AssertionError(
      `assertArrayMaxUlp: Arrays are not almost equal up to ${maxulp} ULP (max difference is ${most} ULP).`,
    );
  return most;
}

/** Throws unless a function throws an error of a class. @see numpy.testing.assert_raises */
export function assertRaises(
  type: new (...args: never[]) => Error,
  f: (...args: never[]) => unknown,
  ...args: never[]
): void {
  assertRaisesRegex(type, /(?:)/, f, ...args);
}

/** Throws unless a function throws an error of a class with a message like this. @see numpy.testing.assert_raises_regex */
export function assertRaisesRegex(
  type: new (...args: never[]) => Error,
  message: RegExp | string,
  f: (...args: never[]) => unknown,
  ...args: never[]
): void {
  let thrown: unknown;
  try {
    f(...args);
  } catch (error) {
    thrown = error;
  }
  const found = thrown instanceof type && new RegExp(message).test(thrown.message);
  if (!found)
    throw new AssertionError(
      `assertRaises: ${type.name} like ${String(message)} not raised; ${thrown === undefined ? 'nothing was thrown' : `got ${String(thrown)}`}.`,
    );
}

/** Throws unless two texts are equal, showing the first line that differs. @see numpy.testing.assert_string_equal */
export function assertStringEqual(actual: string, desired: string): void {
  if (actual === desired) return;
  const [a, d] = [actual.split('\n'), desired.split('\n')];
  const i = a.findIndex((line, k) => line !== d[k]);
  const at = i < 0 ? a.length : i;
  throw new AssertionError(
    `assertStringEqual: differences in strings, line ${at + 1}:\n actual: ${JSON.stringify(a[at])}\n desired: ${JSON.stringify(d[at])}`,
  );
}

export {
  assertAlmostEqual as assert_almost_equal,
  assertApproxEqual as assert_approx_equal,
  assertArrayAlmostEqual as assert_array_almost_equal,
  assertArrayAlmostEqualNulp as assert_array_almost_equal_nulp,
  assertArrayLess as assert_array_less,
  assertArrayMaxUlp as assert_array_max_ulp,
  assertRaises as assert_raises,
  assertRaisesRegex as assert_raises_regex,
  assertStringEqual as assert_string_equal,
};
