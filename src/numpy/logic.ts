// Questions about whole arrays: equal, close, and what kind of thing a value is.

import * as backend from '../backend/index.js';
import { batching } from '../core/batch.js';
import { asarray, isScalar } from '../core/create.js';
import { isComplex } from '../core/dtype.js';
import { type ArrayLike, empty, type NDArray } from '../core/ndarray.js';
import { parameters, type Spelled } from '../core/options.js';
import { broadcastShapes, normalizeAxis, sameShape } from '../core/shape.js';
import { scoped } from '../core/storage.js';
import { imag, real } from '../ops/complex.js';
import {
  abs,
  add,
  equal,
  isfinite,
  isinf,
  isnan,
  less,
  lessEqual,
  logicalAnd,
  logicalOr,
  mul,
  notEqual,
  sub,
} from '../ops/elementwise.js';
import { all } from '../ops/reduce.js';
import { ascontiguousarray } from '../ops/shape.js';
import { where } from '../ops/where.js';
import { named } from './caller.js';

export interface CloseOptions {
  /** Tolerance relative to |b|; 1e-5 by default. */
  rtol?: number;
  /** Absolute tolerance; 1e-8 by default. */
  atol?: number;
  /** Whether NaN equals NaN. */
  equalNan?: boolean;
}

/**
 * Which elements are equal within |a - b| <= atol + rtol * |b|. Infinities are close when equal.
 * @see numpy.isclose
 */
export function isclose(
  a: ArrayLike,
  b: ArrayLike,
  tolerance?: number | Spelled<CloseOptions>,
  absolute?: number | Spelled<CloseOptions>,
  nan?: boolean | Spelled<CloseOptions>,
): NDArray<'bool'> {
  const o = closeOptions('isclose', [tolerance, absolute, nan]);
  const x = asarray(a, 'isclose').detach();
  const y = asarray(b, 'isclose').detach();
  const pair = plainPair(x, y);
  if (pair !== null) {
    const out = empty(x.ndim >= y.ndim ? x.shape : y.shape, 'bool');
    backend.close(out, ...pair, o);
    return out;
  }
  return closeElements(x, y, o);
}

const closeOptions = (caller: string, given: readonly unknown[]): Required<CloseOptions> => {
  const {
    rtol = 1e-5,
    atol = 1e-8,
    equalNan = false,
  } = parameters<CloseOptions>(caller, ['rtol', 'atol', 'equalNan'], given);
  return { rtol, atol, equalNan };
};

/** Both in C order, when they are float64 of one shape, or one of them is a single element; else null. */
function plainPair(x: NDArray, y: NDArray): [NDArray, NDArray] | null {
  if (x.dtype !== 'float64' || y.dtype !== 'float64' || batching.open > 0) return null;
  if (!sameShape(x.shape, y.shape) && x.ndim > 0 && y.ndim > 0) return null;
  return x.size === 0 || y.size === 0 ? null : [ascontiguousarray(x), ascontiguousarray(y)];
}

function closeElements(
  a: NDArray,
  b: NDArray,
  { rtol, atol, equalNan }: Required<CloseOptions>,
): NDArray<'bool'> {
  // In float64, so that the tolerance is not rounded and unsigned integers do not wrap.
  return scoped(() => {
    const x = a.astype('float64');
    const y = b.astype('float64');
    broadcastShapes('isclose', x.shape, y.shape);
    const near = lessEqual(abs(sub(x, y)), add(atol, mul(rtol, abs(y))));
    const close = where(logicalAnd(isfinite(x), isfinite(y)), near, equal(x, y));
    return equalNan ? logicalOr(close, logicalAnd(isnan(x), isnan(y))) : close;
  });
}

/** Whether all elements are close, see `isclose`. @see numpy.allclose */
export function allclose(
  a: ArrayLike,
  b: ArrayLike,
  rtol?: number | Spelled<CloseOptions>,
  atol?: number | Spelled<CloseOptions>,
  equalNan?: boolean | Spelled<CloseOptions>,
): boolean {
  return named('allclose', () => {
    const o = closeOptions('allclose', [rtol, atol, equalNan]);
    const x = asarray(a, 'isclose').detach();
    const y = asarray(b, 'isclose').detach();
    const pair = plainPair(x, y);
    return pair === null
      ? Boolean(all(closeElements(x, y, o)).item())
      : backend.close(null, ...pair, o) === 0;
  });
}

/** Whether two arrays have the same shape and elements. @see numpy.array_equal */
export function arrayEqual(
  a: ArrayLike,
  b: ArrayLike,
  nan?: boolean | Spelled<{ equalNan?: boolean }>,
): boolean {
  const options = parameters<{ equalNan?: boolean }>('arrayEqual', ['equalNan'], [nan]);
  const x = asarray(a, 'arrayEqual');
  const y = asarray(b, 'arrayEqual');
  if (!sameShape(x.shape, y.shape)) return false;
  const same = equal(x, y);
  return Boolean(all(options.equalNan ? logicalOr(same, logicalAnd(isnan(x), isnan(y))) : same).item());
}

/** Which elements are plus infinity. @see numpy.isposinf */
export const isposinf = (a: ArrayLike): NDArray<'bool'> => logicalAnd(isinf(a), asarray(a).greater(0));

/** Which elements are minus infinity. @see numpy.isneginf */
export const isneginf = (a: ArrayLike): NDArray<'bool'> => logicalAnd(isinf(a), asarray(a).less(0));

/** Whether a value is a number, bigint, boolean or complex number, rather than an array or list. @see numpy.isscalar */
export const isscalar = (value: unknown): boolean => isScalar(value);

/** The number of dimensions of an array or nested list. @see numpy.ndim */
export const ndim = (a: ArrayLike): number => asarray(a, 'ndim').ndim;

/** The lengths of an array or nested list. @see numpy.shape */
export const shape = (a: ArrayLike): readonly number[] => asarray(a, 'shape').shape;

/** The number of elements, in all or along an axis. @see numpy.size */
export function size(a: ArrayLike, along?: number | null | { axis?: number | null }): number {
  const { axis } = parameters<{ axis?: number | null }>('size', ['axis'], [along]);
  const x = asarray(a, 'size');
  return axis === undefined || axis === null ? x.size : x.shape[normalizeAxis('size', axis, x.ndim)];
}

/** Which elements have an imaginary part other than 0. @see numpy.iscomplex */
export const iscomplex = (a: ArrayLike): NDArray => notEqual(imag(a), 0);

/** Which elements have no imaginary part, or 0. @see numpy.isreal */
export const isreal = (a: ArrayLike): NDArray => equal(imag(a), 0);

/** Whether the dtype is complex, whatever the elements. @see numpy.iscomplexobj */
export const iscomplexobj = (a: ArrayLike): boolean => isComplex(asarray(a, 'iscomplexobj').dtype);

/** Whether the dtype is not complex. @see numpy.isrealobj */
export const isrealobj = (a: ArrayLike): boolean => !iscomplexobj(a);

/**
 * The real parts when all imaginary parts are close to 0 (below `tol` times the dtype's eps, or below `tol` itself when
 * it is less than 1), else the array itself.
 * @see numpy.real_if_close
 */
export function realIfClose(value: ArrayLike, tolerance?: number | { tol?: number }): NDArray {
  const { tol = 100 } = parameters<{ tol?: number }>('realIfClose', ['tol'], [tolerance]);
  const a = asarray(value, 'realIfClose');
  if (!isComplex(a.dtype)) return a;
  const limit = tol > 1 ? tol * (a.dtype === 'complex128' ? 2 ** -52 : 2 ** -23) : tol;
  return all(less(abs(imag(a)), limit)).item() ? real(a) : a;
}
