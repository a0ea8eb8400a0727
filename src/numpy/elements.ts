// Functions of each element that are composed of others: choices by condition, angles, NaN replaced, and any function
// of numbers made a function of arrays.

import { asarray } from '../core/create.js';
import { isComplex, isFloat } from '../core/dtype.js';
import { type ArrayLike, NDArray } from '../core/ndarray.js';
import { checkOptions, parameters } from '../core/options.js';
import { broadcastShapes, type Shape, sizeOf } from '../core/shape.js';
import type { Tuple } from '../core/tuple.js';
import type { DTypeOf, Floating, Promoted } from '../core/typing.js';
import { complex, imag, real } from '../ops/complex.js';
import { div, equal, isnan, mul, sin } from '../ops/elementwise.js';
import { get, nonzero, set } from '../ops/index.js';
import { stack } from '../ops/join.js';
import { inexact, realOnly } from '../ops/operands.js';
import { tracking } from '../ops/registry.js';
import { broadcastTo, reshape } from '../ops/shape.js';
import { where as choose } from '../ops/where.js';
import { finfo } from './dtypes.js';

/**
 * Elements of `a` where the condition holds, of `b` elsewhere. Of a condition alone, the coordinates where it holds, as
 * `np.nonzero`.
 * @see numpy.where
 */
export function where(condition: ArrayLike): Tuple<NDArray<'int64'>>;
export function where<A extends ArrayLike, B extends ArrayLike>(
  condition: ArrayLike,
  a: A,
  b: B,
): NDArray<Promoted<A, B>>;
export function where(condition: ArrayLike, a?: ArrayLike, b?: ArrayLike): NDArray | NDArray[] {
  if (a === undefined && b === undefined) return nonzero(condition);
  if (a === undefined || b === undefined)
    throw new TypeError('where: either both or neither of a and b should be given.');
  return choose(condition, a, b);
}

/** sin(pi a) / (pi a), 1 at 0. @see numpy.sinc */
export function sinc<A extends ArrayLike>(a: A): NDArray<Floating<DTypeOf<A>>> {
  // As NumPy: a tiny number in the place of 0 keeps the division defined.
  const x = mul(where(equal(a, 0), 1e-20, floating(a)), Math.PI);
  return div(sin(x), x);
}

const floating = (a: ArrayLike): NDArray => inexact(asarray(a));

export interface NanToNumOptions {
  nan?: number;
  posinf?: number | null;
  neginf?: number | null;
  /** Whether to leave the array as it is and return a new one, as is the default; false writes into it. */
  copy?: boolean;
}

/** NaN and infinities replaced by numbers: 0 and the largest there are, unless given. @see numpy.nan_to_num */
export function nanToNum<A extends ArrayLike>(value: A, given: NanToNumOptions = {}): NDArray<DTypeOf<A>> {
  const options = checkOptions('nanToNum', given, ['nan', 'posinf', 'neginf', 'copy']);
  const a = asarray(value, 'nanToNum');
  if (isComplex(a.dtype)) return complex(nanToNum(real(a), options), nanToNum(imag(a), options));
  if (!isFloat(a.dtype)) return options.copy === false ? a : a.copy();
  const { max } = finfo(a.dtype);
  const { nan = 0 } = options;
  const [posinf, neginf] = [options.posinf ?? max, options.neginf ?? -max];
  const numbers = where(isnan(a), nan, a);
  const out = where(
    equal(numbers, Number.POSITIVE_INFINITY),
    posinf,
    where(equal(numbers, Number.NEGATIVE_INFINITY), neginf, numbers),
  );
  return options.copy === false && value instanceof NDArray ? set(value, ['...'], out) : out;
}

/** From each place the choice whose condition holds first, else the last argument, or 0. @see numpy.select */
export function select(
  conditions: readonly ArrayLike[],
  choices: readonly ArrayLike[],
  fallback?: ArrayLike | { default?: ArrayLike },
): NDArray {
  const { default: otherwise = 0 } = parameters<{ default?: ArrayLike }>('select', ['default'], [fallback]);
  if (conditions.length !== choices.length || conditions.length === 0) {
    throw new RangeError(
      `select: list of cases must be same length as list of conditions: ${choices.length} and ${conditions.length}.`,
    );
  }
  let out: ArrayLike = otherwise;
  for (let i = conditions.length - 1; i >= 0; i--) out = where(conditions[i], choices[i], out);
  return asarray(out);
}

/**
 * A function of numbers as a function of arrays, which broadcast. A loop, not faster than one. Where gradients are
 * recorded, the function is called with 0-d arrays in place of numbers, and has to compute with np functions.
 * @see numpy.vectorize
 * @example np.vectorize((a, b) => (a > b ? a - b : a + b))([1, 2, 3, 4], 2)   // array([3., 4., 1., 2.])
 */
export function vectorize(f: (...values: number[]) => ArrayLike): (...arrays: ArrayLike[]) => NDArray {
  return (...values) => {
    const arrays = values.map((v) => asarray(v, 'vectorize'));
    const shape = arrays.reduce<Shape>((s, a) => broadcastShapes('vectorize', s, a.shape), []);
    const size = sizeOf(shape);
    let out: ArrayLike[];
    if (tracking(...arrays)) {
      const columns = arrays.map((a) => reshape(broadcastTo(a, shape), -1));
      const g = f as unknown as (...values: NDArray[]) => ArrayLike;
      out = Array.from({ length: size }, (_, i) => {
        const y = g(...columns.map((c) => get(c, [i])));
        if (y instanceof NDArray && y.tracked) return y;
        throw new TypeError(
          'vectorize: the function computes with plain numbers, so the gradient that an argument requires would be lost. Use np functions or methods in it (x.mul(x) rather than x * x), or pass x.detach().',
        );
      });
      if (size > 0) return reshape(stack(out), [...shape]);
    } else {
      const columns = arrays.map((a) => broadcastTo(realOnly('vectorize', a), shape).data);
      out = Array.from({ length: size }, (_, i) => f(...columns.map((c) => Number(c[i]))));
    }
    return reshape(asarray(out), [...shape]);
  };
}

/** A function of numbers as a function of arrays; the same as `vectorize`. @see numpy.frompyfunc */
export const frompyfunc = (f: (...values: number[]) => ArrayLike): ((...arrays: ArrayLike[]) => NDArray) =>
  vectorize(f);
