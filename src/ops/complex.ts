// Complex arrays and their parts: real and imaginary parts as views, arrays put together from parts, angles. The
// arithmetic of complex numbers is that of elementwise.ts.

import * as backend from '../backend/index.js';
import { Complex } from '../core/complex.js';
import { asarray, isScalar } from '../core/create.js';
import { complexType, isComplex, promoteTypes } from '../core/dtype.js';
import { type ArrayLike, empty, emptyZeroed, NDArray, partOf } from '../core/ndarray.js';
import { broadcastShapes } from '../core/shape.js';
import type { DTypeOf, Floating, RealOf } from '../core/typing.js';
import { batching, overArray, overElements } from './batching.js';
import { conjugate } from './define.js';
import { arctan2, mul } from './elementwise.js';
import { set } from './index.js';
import { method, register, track } from './registry.js';

/**
 * The real parts: of a complex array a view on its memory, of a real array the array itself.
 * @see numpy.real
 */
export function real<A extends ArrayLike>(value: A): NDArray<RealOf<DTypeOf<A>>> {
  const a = asarray(value, 'real');
  if (!isComplex(a.dtype)) return a;
  const batch = batching.open > 0 ? overArray(a, real) : null;
  if (batch !== null) return batch;
  return track('real', partOf(a, 0), [a], [(g) => g], []);
}
register('real', true);

/**
 * The imaginary parts: of a complex array a view on its memory, of a real array zeros.
 * @see numpy.imag
 */
export function imag<A extends ArrayLike>(value: A): NDArray<RealOf<DTypeOf<A>>> {
  const a = asarray(value, 'imag');
  if (!isComplex(a.dtype)) return emptyZeroed(a.shape, a.dtype);
  const batch = batching.open > 0 ? overArray(a, imag) : null;
  if (batch !== null) return batch;
  return track('imag', partOf(a, 1), [a], [(g) => mul(g, new Complex(0, 1))], []);
}
register('imag', true);

/**
 * A complex number `np.complex(re, im)`, or of arrays the complex array with these parts (torch.complex).
 * @param re,im numbers, or arrays that broadcast together; float32 parts make complex64, others complex128
 * @example np.complex(1, 2);                       // (1+2j)
 * np.complex(np.cos(t), np.sin(t));
 */
export function complex(re: number, im?: number): Complex;
export function complex(re: ArrayLike, im?: ArrayLike): NDArray;
export function complex(re: ArrayLike, im: ArrayLike = 0): Complex | NDArray {
  if (typeof re === 'number' && typeof im === 'number') return new Complex(re, im);
  const [x, y] = [asarray(re, 'complex'), asarray(im, 'complex')];
  if (isComplex(x.dtype) || isComplex(y.dtype)) {
    throw new TypeError(
      `complex: the parts must be real; these are ${x.dtype} and ${y.dtype}. Take np.real(z) and np.imag(z).`,
    );
  }
  const batch = batching.open > 0 ? overElements([x, y], (p, q) => complex(p, q)) : null;
  if (batch !== null) return batch;
  // A number beside an array of float32 is no reason for complex128.
  const type = isScalar(im) ? x.dtype : isScalar(re) ? y.dtype : promoteTypes(x.dtype, y.dtype);
  const out = empty(broadcastShapes('complex', x.shape, y.shape), complexType(type));
  backend.copy(partOf(out, 0), x);
  backend.copy(partOf(out, 1), y);
  return track('complex', out, [x, y], [(g) => real(g), (g) => imag(g)], []);
}
register('complex', true);

/**
 * The angle of each element in the complex plane, in radians from -pi to pi (in degrees with `deg`).
 * @see numpy.angle
 */
export function angle<A extends ArrayLike>(
  value: A,
  deg: boolean | { deg?: boolean } = false,
): NDArray<RealOf<Floating<DTypeOf<A>>>> {
  const a = asarray(value, 'angle');
  const degrees = typeof deg === 'object' ? deg.deg === true : deg;
  const radians = isComplex(a.dtype) ? arctan2(imag(a), real(a)) : arctan2(0, a);
  return degrees ? mul(radians, 180 / Math.PI) : radians;
}

method('conjugate', function () {
  return conjugate(this);
});
for (const [name, part] of [
  ['real', real],
  ['imag', imag],
] as const) {
  Object.defineProperty(NDArray.prototype, name, {
    get(this: NDArray) {
      return part(this);
    },
    set(this: NDArray, value: ArrayLike) {
      if (name === 'imag' && !isComplex(this.dtype))
        throw new TypeError(
          `imag: a ${this.dtype} array has no imaginary part to set; use astype('complex128').`,
        );
      set(part(this), ['...'], value);
    },
    configurable: true,
  });
}

declare module '../core/ndarray.js' {
  interface ArrayMethods {
    /** The real parts, a view on the memory of a complex array; `z.real = x` sets them. */
    get real(): NDArray;
    set real(value: ArrayLike);
    /** The imaginary parts, a view on the memory of a complex array; `z.imag = y` sets them. */
    get imag(): NDArray;
    set imag(value: ArrayLike);
    conj(): NDArray;
    conjugate(): NDArray;
  }
}
