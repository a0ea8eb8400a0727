// The element types: promotion, conversion, complex numbers as values, views on their parts.
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Complex, type DType, type NDArray, np } from '../../src/index.js';

describe('complex numbers', () => {
  const z = () => np.array([np.complex(1, 2), np.complex(3, -4)]);

  it('np.array of complex numbers is complex128 and gives them back', () => {
    expect(z().dtype).toBe('complex128');
    expect(z().toArray()).toEqual([new Complex(1, 2), new Complex(3, -4)]);
    expect(z().at(1).item()).toEqual(new Complex(3, -4));
    expect(z().strides).toEqual([16]);
    expect([...z().data]).toEqual([1, 2, 3, -4]);
  });

  it('prints as NumPy does', () => {
    expect(inspect(z())).toBe('array([1.+2.j, 3.-4.j])');
    expect(String(z())).toBe('[1.+2.j 3.-4.j]');
    expect(inspect(z().astype('complex64'))).toBe('array([1.+2.j, 3.-4.j], dtype=complex64)');
    expect(`${np.complex(0, 2)} ${np.complex(1.5, -2)} ${np.complex(-0, 1)}`).toBe('2j (1.5-2j) (-0+1j)');
  });

  it('real and imag are views: z.real = x writes through', () => {
    const a = z();
    const re = a.real;
    a.real = [7, 8];
    expect(re.toArray()).toEqual([7, 8]);
    a.imag.iadd(1);
    expect(a.toArray()).toEqual([new Complex(7, 3), new Complex(8, -3)]);
    expect(a.at('::-1').imag.toArray()).toEqual([-3, 3]);
  });

  it('a complex number does not turn into a real one silently', () => {
    expect(() => Number(np.complex(1, 2))).toThrow(/complex number \(1\+2j\)/);
    expect(() => np.zeros(2).set([0], np.complex(1, 2))).toThrow(
      /set: cannot put complex numbers into an array of float64/,
    );
    expect(() => np.array([np.complex(1, 2)], 'float64')).toThrow(
      /array: cannot make float64 elements of complex/,
    );
    expect(() => np.zeros(2).iadd(z())).toThrow(/same_kind/);
    expect(z().astype('float64').toArray()).toEqual([1, 3]);
  });

  it('functions without a complex meaning say so', () => {
    expect(() => np.floor(z())).toThrow(/floor: there is no loop for complex128 elements; take np.real/);
    expect(() => np.mod(z(), 2)).toThrow(/mod: there is no loop for complex128/);
  });

  it.each<[string, (z: NDArray) => unknown]>([
    ['quantile', (z) => np.quantile(z, 0.5)],
    ['histogram', (z) => np.histogram([1, 2], 2, { weights: z })],
    ['digitize', (z) => np.digitize(z, [1, 2])],
    ['interp', (z) => np.interp(z, [0, 1], [0, 1])],
    ['vectorize', (z) => np.vectorize((x) => x + 1)(z)],
    ['geomspace', (z) => np.geomspace(z, 10)],
  ])('%s takes real numbers and does not drop imaginary parts', (name, f) => {
    expect(() => f(z())).toThrow(
      new RegExp(`^${name}: not defined for complex128 elements; take np.real\\(z\\)`),
    );
  });

  it('np.poly of roots in conjugate pairs is real, of others complex', () => {
    expect(np.poly([np.complex(0, 1), np.complex(0, -1)]).toArray()).toEqual([1, 0, 1]);
    expect(String(np.poly([np.complex(0, 1)]))).toBe('[1.+0.j 0.-1.j]');
  });

  it('as a weak scalar it keeps single precision: float32 becomes complex64', () => {
    expect(np.ones(2, 'float32').mul(np.complex(0, 1)).dtype).toBe('complex64');
    expect(np.ones(2, 'int8').mul(np.complex(0, 1)).dtype).toBe('complex128');
    expect(z().astype('complex64').add(1.5).dtype).toBe('complex64');
  });
});

describe('integers', () => {
  it('wrap around in their own width', () => {
    const most: [DType, bigint][] = [
      ['int8', 127n],
      ['int16', 32767n],
      ['uint16', 65535n],
      ['uint32', 2n ** 32n - 1n],
      ['uint64', 2n ** 64n - 1n],
    ];
    for (const [dtype, max] of most) {
      const low = dtype.startsWith('u') ? 0n : -max - 1n;
      expect(String(np.array([max], dtype).add(1).item())).toBe(String(low));
      expect(String(np.array([low], dtype).sub(1).item())).toBe(String(max));
    }
  });

  it('uint64 elements beyond 2**53 are bigints, and printed whole', () => {
    const a = np.array([2n ** 64n - 1n, 5n], 'uint64');
    expect(a.toArray()).toEqual([2n ** 64n - 1n, 5]);
    expect(String(a)).toBe('[18446744073709551615                    5]');
    expect(np.array(2n ** 63n).dtype).toBe('uint64');
  });

  it('values outside the dtype are refused by name', () => {
    expect(() => np.array([1, 128], 'int8')).toThrow(
      'array: the integer 128 is out of bounds for int8 (-128 to 127)',
    );
    expect(() => np.ones(2, 'uint16').add(65536)).toThrow(
      /add: the integer 65536 is out of bounds for uint16/,
    );
    expect(() => np.ones(1, 'float16' as DType)).toThrow(/data type 'float16' not understood.*complex64/);
  });

  it('sums of unsigned integers are uint64, of signed ones int64', () => {
    expect(np.ones(3, 'uint8').sum().dtype).toBe('uint64');
    expect(np.ones(3, 'int16').sum().dtype).toBe('int64');
    expect(np.ones(3, 'uint32').cumsum().dtype).toBe('uint64');
  });
});
