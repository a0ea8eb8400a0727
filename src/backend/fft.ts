// Fourier transforms along one axis.

import type { NDArray } from '../core/ndarray.js';
import { begin, op, run, setAddress, setDim, setParam, setStride } from './command.js';

/** Complex to complex, real to the half spectrum, half spectrum to real. */
export type FftKind = 'complex' | 'toHalf' | 'fromHalf';
const kinds: readonly FftKind[] = ['complex', 'toHalf', 'fromHalf'];

/**
 * out = the transform of length n along `axis`, times scale; float64 or complex128 arrays with any strides. Points that
 * the input lacks count as zero, what it has beyond is left out; out takes the first `wanted` points of the result and
 * is otherwise left as it is. Shapes but for the axis are the same. `inverse` is the sign of the exponent: 'toHalf'
 * transforms forward, 'fromHalf' back.
 */
export function fft(
  out: NDArray,
  a: NDArray,
  axis: number,
  n: number,
  available: number,
  wanted: number,
  kind: FftKind,
  inverse: boolean,
  scale: number,
): void {
  begin(op.fft, a.dtype, a.ndim - 1);
  setAddress(0, out);
  setAddress(1, a);
  for (let d = 0, k = 0; d < a.ndim; d++) {
    if (d === axis) continue;
    setDim(k, a.shape[d]);
    setStride(0, k, out.stridesEl[d]);
    setStride(1, k, a.stridesEl[d]);
    k++;
  }
  setParam(0, n);
  setParam(1, available);
  setParam(2, wanted);
  setParam(3, out.stridesEl[axis]);
  setParam(4, a.stridesEl[axis]);
  setParam(5, kinds.indexOf(kind));
  setParam(6, inverse ? 1 : 0);
  setParam(7, scale);
  run();
}
