// Fourier transforms along one axis, as operations: complex to complex, real to half spectrum and back. Each is linear,
// and the gradient of one is another, so every order exists. The np.fft functions are composed of them.

import * as backend from '../backend/index.js';
import { isComplex } from '../core/dtype.js';
import { emptyZeroed, empty as fresh, type NDArray } from '../core/ndarray.js';
import { mul } from './elementwise.js';
import { register, track } from './registry.js';
import { astype, reshape } from './shape.js';

/** What a transform computes: its length, its axis, the factor, and how many points the result has. */
export interface Transform {
  readonly n: number;
  readonly axis: number;
  readonly scale: number;
  /** Points of the result along the axis: the first ones of the transform, then zeros. */
  readonly length: number;
}

/** In float64 or complex128, as NumPy computes. The conversion is on the tape. */
function widened(a: NDArray): NDArray {
  if (isComplex(a.dtype)) return a.dtype === 'complex128' ? a : astype(a, 'complex128');
  return a.dtype === 'float64' ? a : astype(a, 'float64');
}

function run(a: NDArray, t: Transform, kind: backend.FftKind, inverse: boolean): NDArray {
  const shape = [...a.shape];
  shape[t.axis] = t.length;
  const points = kind === 'toHalf' ? Math.floor(t.n / 2) + 1 : t.n;
  const wanted = Math.min(t.length, points);
  const available = Math.min(a.shape[t.axis], kind === 'fromHalf' ? Math.floor(t.n / 2) + 1 : t.n);
  const dtype = kind === 'fromHalf' ? 'float64' : 'complex128';
  const out = t.length > wanted || a.size === 0 ? emptyZeroed(shape, dtype) : fresh(shape, dtype);
  if (out.size > 0 && a.size > 0)
    backend.fft(out, a.detach(), t.axis, t.n, available, wanted, kind, inverse, t.scale);
  return out;
}

/** The sum over j of a[j] exp(-2 pi i j k / n), or with + for the inverse, times the scale. */
export function transform(value: NDArray, t: Transform, inverse: boolean): NDArray {
  const a = widened(value);
  const back = { ...t, length: a.shape[t.axis] };
  return track('fft', run(a, t, 'complex', inverse), [a], [(g) => transform(g, back, !inverse)], []);
}
register('fft', true);

/** The first n / 2 + 1 points of the transform of a real array; the others are their conjugates. */
export function toHalf(value: NDArray, t: Transform): NDArray {
  const a = widened(value);
  const back = { ...t, length: a.shape[t.axis] };
  return track(
    'rfft',
    run(a, t, 'toHalf', false),
    [a],
    [(g) => fromHalf(mul(g, shares(g, t, 0.5)), back)],
    [],
  );
}
register('rfft', true);

/** The real array whose transform begins with these n / 2 + 1 points, times n. */
export function fromHalf(value: NDArray, t: Transform): NDArray {
  const a = widened(value);
  const back = { ...t, length: a.shape[t.axis] };
  return track('irfft', run(a, t, 'fromHalf', true), [a], [(g) => mul(toHalf(g, back), shares(a, t, 2))], []);
}
register('irfft', true);

/** The factor for points that stand for two, themselves and their conjugates; 1 for the first and the middle one. */
function shares(like: NDArray, t: Transform, factor: number): NDArray {
  const length = like.shape[t.axis];
  const out = fresh([length], 'float64');
  const raw = out.raw() as Float64Array;
  for (let k = 0; k < length; k++) raw[k] = k === 0 || 2 * k === t.n ? 1 : factor;
  return reshape(
    out,
    like.shape.map((_, d) => (d === t.axis ? length : 1)),
  );
}
