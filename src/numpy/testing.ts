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
  logicalAnd,
  logicalNot,
  logicalOr,
  notEqual,
  sub,
  where,
} from '../ops/elementwise.js';
import { max, sum } from '../ops/reduce.js';
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
