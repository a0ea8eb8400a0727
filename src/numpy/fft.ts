// The `np.fft` namespace: transforms over one axis, two or many, of complex and of real arrays, and the orders of their
// frequencies. Results are complex128 and float64 whatever the input, as NumPy 1.24's; gradients of any order.

import { asarray } from '../core/create.js';
import type { ArrayLike, NDArray } from '../core/ndarray.js';
import { parameters } from '../core/options.js';
import { normalizeAxes, normalizeAxis, shapeText } from '../core/shape.js';
import { conjugate } from '../ops/define.js';
import { fromHalf, toHalf, transform } from '../ops/fft.js';
import { concatenate } from '../ops/join.js';
import { arange } from './grid.js';
import { roll } from './manipulation.js';

/** Where the factor 1/n goes: with the inverse ('backward', the default), half to both ('ortho'), or with the forward. */
export type FftNorm = 'backward' | 'ortho' | 'forward' | null;

export interface FftOptions {
  /** Length of the transformed axis: the input is cut or padded with zeros at its end. */
  n?: number | null;
  /** The last by default. */
  axis?: number;
  norm?: FftNorm;
}

export interface FftnOptions {
  /** Length of each transformed axis. */
  s?: readonly number[] | null;
  /** All by default, or as many last ones as `s` has entries. */
  axes?: readonly number[] | null;
  norm?: FftNorm;
}

type LengthArgument = number | null | FftOptions;
type LengthsArgument = readonly number[] | null | FftnOptions;

/** The factor of a transform over n points. */
function scaleOf(caller: string, norm: FftNorm | undefined, n: number, inverse: boolean): number {
  switch (norm ?? 'backward') {
    case 'backward':
      return inverse ? 1 / n : 1;
    case 'forward':
      return inverse ? 1 : 1 / n;
    case 'ortho':
      return 1 / Math.sqrt(n);
    default:
      throw new RangeError(
        `${caller}: Invalid norm value ${String(norm)}; should be 'backward', 'ortho' or 'forward'.`,
      );
  }
}

const swapped = (norm: FftNorm | undefined): FftNorm =>
  norm === 'ortho'
    ? 'ortho'
    : norm === 'forward'
      ? 'backward'
      : norm === 'backward' || !norm
        ? 'forward'
        : norm;

function points(caller: string, n: number, a: NDArray): number {
  if (!Number.isInteger(n) || n < 1)
    throw new RangeError(
      `${caller}: Invalid number of FFT data points (${n}) specified; it must be a whole number from 1. The array has shape ${shapeText(a.shape)}.`,
    );
  return n;
}

type Kind = 'fft' | 'ifft' | 'rfft' | 'irfft';

function along(
  caller: string,
  kind: Kind,
  a: NDArray,
  n: number | null | undefined,
  axis: number,
  norm?: FftNorm,
): NDArray {
  const at = normalizeAxis(caller, axis, a.ndim);
  const length = points(caller, n ?? (kind === 'irfft' ? 2 * (a.shape[at] - 1) : a.shape[at]), a);
  const inverse = kind === 'ifft' || kind === 'irfft';
  const t = { n: length, axis: at, scale: scaleOf(caller, norm, length, inverse), length };
  if (kind === 'irfft') return fromHalf(a, t);
  if (kind === 'rfft') {
    if (a.dtype.startsWith('complex'))
      throw new TypeError(
        `${caller}: the input must be real, not ${a.dtype}; use np.fft.fft, or np.real of it.`,
      );
    return toHalf(a, { ...t, length: Math.floor(length / 2) + 1 });
  }
  return transform(a, t, inverse);
}

type AxisArgument = number | FftOptions;
type NormArgument = FftNorm | FftOptions;

const argumentsOf = (caller: string, ...given: unknown[]): FftOptions =>
  parameters<FftOptions>(caller, ['n', 'axis', 'norm'], given);

const one =
  (caller: string, kind: Kind) =>
  (value: ArrayLike, n?: LengthArgument, axis?: AxisArgument, norm?: NormArgument): NDArray => {
    const o = argumentsOf(caller, n, axis, norm);
    return along(caller, kind, asarray(value, caller), o.n, o.axis ?? -1, o.norm);
  };

/**
 * Discrete Fourier transform along one axis: out[k] = sum over j of a[j] exp(-2 pi i j k / n).
 * @param a array-like, real or complex
 * @param n length, axis (-1) and norm, or an object of them
 * @returns complex128
 * @throws RangeError for n < 1 and axes that do not exist
 * @example
 * np.fft.fft([1, 0, 0, 0]);              // array([1.+0.j, 1.+0.j, 1.+0.j, 1.+0.j])
 * np.fft.fft(x, { axis: 0, norm: 'ortho' });
 * @see numpy.fft.fft
 */
export const fft = one('fft', 'fft');

/** The inverse of `fft`, with the factor 1/n unless `norm` says otherwise. @see numpy.fft.ifft */
export const ifft = one('ifft', 'ifft');

/**
 * The first n / 2 + 1 points of the transform of a real array, in half the time; the others are their conjugates.
 * @returns complex128, length floor(n / 2) + 1 along the axis
 * @example
 * const power = np.square(np.abs(np.fft.rfft(signal)));
 * @see numpy.fft.rfft
 */
export const rfft = one('rfft', 'rfft');

/**
 * The inverse of `rfft`: a real array from half of its transform.
 * @param n length of the result, 2 (m - 1) for m points unless given; an odd length has to be said
 * @returns float64
 * @see numpy.fft.irfft
 */
export const irfft = one('irfft', 'irfft');

/** The transform, real, of an array with conjugate symmetry, of which half is given. @see numpy.fft.hfft */
export function hfft(
  value: ArrayLike,
  n?: LengthArgument,
  axis?: AxisArgument,
  norm?: NormArgument,
): NDArray {
  const o = argumentsOf('hfft', n, axis, norm);
  return along('hfft', 'irfft', conjugate(asarray(value, 'hfft')), o.n, o.axis ?? -1, swapped(o.norm));
}

/** The inverse of `hfft`. @see numpy.fft.ihfft */
export function ihfft(
  value: ArrayLike,
  n?: LengthArgument,
  axis?: AxisArgument,
  norm?: NormArgument,
): NDArray {
  const o = argumentsOf('ihfft', n, axis, norm);
  return conjugate(along('ihfft', 'rfft', asarray(value, 'ihfft'), o.n, o.axis ?? -1, swapped(o.norm)));
}

// ---------------------------------------------------------------- several axes

function several(
  caller: string,
  kind: Kind,
  value: ArrayLike,
  o: FftnOptions,
  otherwise: readonly number[] | null,
): NDArray {
  let a = asarray(value, caller);
  const { s, norm } = o;
  const chosen = o.axes ?? otherwise ?? (s ? s.map((_, i) => i - s.length) : a.shape.map((_, d) => d));
  const axes = chosen.map((d) => normalizeAxis(caller, d, a.ndim));
  if (s && s.length !== axes.length)
    throw new RangeError(
      `${caller}: Shape and axes have different lengths: s has ${s.length} entries, there are ${axes.length} axes.`,
    );
  if (axes.length === 0) {
    if (kind === 'fft' || kind === 'ifft') return a.astype('complex128');
    throw new RangeError(
      `${caller}: at least one axis is needed; the array has shape ${shapeText(a.shape)}.`,
    );
  }
  const last = axes.length - 1;
  const length = (i: number): number | null => s?.[i] ?? null;
  if (kind === 'rfft') {
    a = along(caller, 'rfft', a, length(last), axes[last], norm);
    for (let i = 0; i < last; i++) a = along(caller, 'fft', a, length(i), axes[i], norm);
    return a;
  }
  if (kind === 'irfft') {
    for (let i = 0; i < last; i++) a = along(caller, 'ifft', a, length(i), axes[i], norm);
    return along(caller, 'irfft', a, length(last), axes[last], norm);
  }
  for (let i = last; i >= 0; i--) a = along(caller, kind, a, length(i), axes[i], norm);
  return a;
}

const many =
  (caller: string, kind: Kind, otherwise: readonly number[] | null = null) =>
  (
    value: ArrayLike,
    s?: LengthsArgument,
    axes?: readonly number[] | null | FftnOptions,
    norm?: FftNorm | FftnOptions,
  ): NDArray => {
    const o = parameters<FftnOptions>(caller, ['s', 'axes', 'norm'], [s, axes, norm]);
    return several(caller, kind, value, o, otherwise);
  };

const plane = [-2, -1];

/**
 * Fourier transform over the last two axes, or the two named.
 * @param s lengths, axes and norm, or an object of them
 * @see numpy.fft.fft2
 */
export const fft2 = many('fft2', 'fft', plane);
/** The inverse of `fft2`. @see numpy.fft.ifft2 */
export const ifft2 = many('ifft2', 'ifft', plane);
/** `fft2` of a real array, half of it: the last axis has n / 2 + 1 points. @see numpy.fft.rfft2 */
export const rfft2 = many('rfft2', 'rfft', plane);
/** The inverse of `rfft2`. @see numpy.fft.irfft2 */
export const irfft2 = many('irfft2', 'irfft', plane);
/**
 * Fourier transform over all axes, or those named.
 * @param s lengths, axes and norm, or an object of them
 * @see numpy.fft.fftn
 */
export const fftn = many('fftn', 'fft');
/** The inverse of `fftn`. @see numpy.fft.ifftn */
export const ifftn = many('ifftn', 'ifft');
/** `fftn` of a real array, half of it: the last axis has n / 2 + 1 points. @see numpy.fft.rfftn */
export const rfftn = many('rfftn', 'rfft');
/** The inverse of `rfftn`. @see numpy.fft.irfftn */
export const irfftn = many('irfftn', 'irfft');

// ---------------------------------------------------------------- frequencies

function frequencies(caller: string, n: number, d: number): number {
  if (!Number.isInteger(n) || n < 0) throw new TypeError(`${caller}: n should be a whole number, not ${n}.`);
  return 1 / (n * d);
}

/**
 * The frequencies of the points of `fft`, in cycles per unit of the sample spacing d: 0, 1/(nd), ..., then the negative
 * ones.
 * @example
 * np.fft.fftfreq(4, 0.5);   // array([ 0. ,  0.5, -1. , -0.5])
 * @see numpy.fft.fftfreq
 */
export function fftfreq(n: number, spacing?: number | { d?: number }): NDArray<'float64'> {
  const { d = 1 } = parameters<{ d?: number }>('fftfreq', ['d'], [spacing]);
  const step = frequencies('fftfreq', n, d);
  const half = Math.floor((n - 1) / 2) + 1;
  return concatenate([arange(0, half), arange(-Math.floor(n / 2), 0)])
    .astype('float64')
    .mul(step);
}

/** The frequencies of the points of `rfft`. @see numpy.fft.rfftfreq */
export function rfftfreq(n: number, spacing?: number | { d?: number }): NDArray<'float64'> {
  const { d = 1 } = parameters<{ d?: number }>('rfftfreq', ['d'], [spacing]);
  const step = frequencies('rfftfreq', n, d);
  return arange(0, Math.floor(n / 2) + 1)
    .astype('float64')
    .mul(step);
}

type ShiftArgument = number | readonly number[] | null | { axes?: number | readonly number[] | null };

const shifted = (
  caller: string,
  value: ArrayLike,
  argument: ShiftArgument | undefined,
  back: boolean,
): NDArray => {
  const { axes } = parameters<{ axes?: number | readonly number[] | null }>(caller, ['axes'], [argument]);
  let a = asarray(value, caller);
  for (const d of normalizeAxes(caller, axes, a.ndim)) {
    const half = Math.floor(a.shape[d] / 2);
    a = roll(a, back ? -half : half, d);
  }
  return a;
};

/** The frequency 0 moved to the middle of the axes, all by default. @see numpy.fft.fftshift */
export const fftshift = (a: ArrayLike, axes?: ShiftArgument): NDArray => shifted('fftshift', a, axes, false);

/** The inverse of `fftshift`. @see numpy.fft.ifftshift */
export const ifftshift = (a: ArrayLike, axes?: ShiftArgument): NDArray => shifted('ifftshift', a, axes, true);
