// The comparison behind fixtures that hold sums of a result instead of all its elements (see torch_conv.py).

import { expect } from 'vitest';
import { type NDArray, np } from '../../src/index.js';

export interface Digest {
  shape: number[];
  sums: number[];
}

/** The shape, and three weighted sums that tell any two results apart, relative to the size of their terms. */
export function expectDigest(a: NDArray, expected: Digest, rtol: number): void {
  expect(a.shape).toEqual(expected.shape);
  const v = a.detach().ravel().astype('float64');
  const k = np.arange(v.size);
  const sums = [
    np.sum(v),
    np.sum(np.mul(v, np.cos(k))),
    np.sum(np.mul(np.square(v), np.sin(np.add(k, 1)))),
  ].map((s) => Number(s.item()));
  const scale = Number(np.sum(np.add(np.abs(v), np.square(v))).item()) + 1e-300;
  sums.forEach((s, i) => {
    expect(Math.abs(s - expected.sums[i]) / scale, `sum ${i}: ${s}, ${expected.sums[i]}`).toBeLessThan(rtol);
  });
}

/** A weighted sum of a result, so that every element's gradient is another. */
export const weighted = (out: NDArray): NDArray =>
  np.sum(
    np.mul(
      out,
      np
        .cos(np.arange(out.size))
        .reshape([...out.shape])
        .astype(out.dtype),
    ),
  );
