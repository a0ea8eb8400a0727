// np.fft against NumPy (test/fixtures/numpy_fft.py): lengths of all kinds, axes, norms, views, dtypes, and errors.
// Gradients are rows of the op table; here against what PyTorch's conventions say.

import { describe, expect, it } from 'vitest';
import { grad, type NDArray, np } from '../../src/index.js';
import { call, expectSame, readCases, title } from '../fixtures/cases.js';

describe('np.fft as in NumPy', () => {
  readCases('numpy_fft').forEach((c, i) => {
    it(`${i}: ${title(c)}`, () => {
      if (c.e !== undefined) {
        expect(() => call(c)).toThrow(new RegExp(`^${c.f.slice(4)}: `));
        return;
      }
      let got = call(c);
      if (c.note === 'some points') {
        const y = np.ravel(got as NDArray);
        const at = np.arange(8).mul(Math.floor(y.size / 8));
        got = [y.at(at), np.sum(y.mul(np.cos(np.arange(y.size))))];
      }
      expectSame(got, c.r, c.rtol);
    });
  });
});

const { fft } = np;

describe('np.fft', () => {
  it('comes back: ifft(fft(x)) is x, to a few roundings, at any length', () => {
    const rng = new np.random.RandomState(3);
    for (const n of [1, 2, 30, 97, 1009, 4096, 6000, 20000, 65537]) {
      const z = np.complex(rng.randn(n), rng.randn(n));
      const error = np.max(np.abs(np.sub(fft.ifft(fft.fft(z)), z))).item();
      expect(error).toBeLessThan(2e-15 * (2 + Math.log2(n)));
      const x = rng.randn(n);
      expect(np.max(np.abs(fft.irfft(fft.rfft(x), n).sub(x))).item()).toBeLessThan(
        2e-15 * (2 + Math.log2(n)),
      );
    }
  });

  it('the power of the spectrum is that of the signal (Parseval)', () => {
    const x = np.random.default_rng(2).normal(0, 1, 3000);
    const spectrum = np.sum(np.square(np.abs(fft.fft(x, { norm: 'ortho' })))).item();
    expect(spectrum / np.sum(np.square(x)).item()).toBeCloseTo(1, 13);
  });

  it('the gradient of a spectrum’s power is the signal, as torch.fft has it', () => {
    const x = np.array([1, -2, 3, 0.5]);
    const g = grad((a: NDArray) => np.sum(np.square(np.abs(fft.fft(a)))).mul(0.5))(x);
    expect(np.allclose(g, x.mul(4), { rtol: 1e-14 })).toBe(true);
    const z = np.complex(x, x.mul(x));
    const h = grad((a: NDArray) => np.sum(np.square(np.abs(fft.ifft(a)))).mul(0.5))(z);
    expect(np.max(np.abs(np.sub(h, np.div(z, 4)))).item()).toBeLessThan(1e-15);
  });

  it.each<[() => unknown, string]>([
    [
      () => fft.fft([1, 2], 0),
      'fft: Invalid number of FFT data points (0) specified; it must be a whole number from 1. The array has shape (2,).',
    ],
    [
      () => fft.fft([1, 2], { axis: 1 }),
      'fft: axis 1 is out of bounds for array of dimension 1; use -1 to 0.',
    ],
    [
      () => fft.rfft(np.zeros(3, 'complex128')),
      'rfft: the input must be real, not complex128; use np.fft.fft, or np.real of it.',
    ],
    [
      () => fft.ifft([1, 2], { norm: 'both' as never }),
      "ifft: Invalid norm value both; should be 'backward', 'ortho' or 'forward'.",
    ],
    [
      () => fft.fftn(np.zeros([2, 3]), { s: [4], axes: [0, 1] }),
      'fftn: Shape and axes have different lengths: s has 1 entries, there are 2 axes.',
    ],
  ])('%s', (f, message) => {
    expect(f).toThrow(message);
  });
});
