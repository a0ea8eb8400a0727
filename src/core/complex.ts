// One complex number: what an element of a complex array reads as, and a weak scalar in operations. Arithmetic is that
// of arrays; nothing of it lives here.

import { formatScalar } from './print.js';

/**
 * A complex number, made by `np.complex(re, im)`. It does not change. In cells operators take it, `z * np.complex(0, 1)`;
 * elsewhere the functions of `np` do.
 */
export class Complex {
  constructor(
    readonly re: number,
    readonly im: number = 0,
  ) {}

  /** The same number with the sign of the imaginary part turned (complex.conjugate). */
  conj(): Complex {
    return new Complex(this.re, -this.im);
  }

  /** Whether both parts are equal to those of another number. */
  equals(other: Complex | number): boolean {
    return typeof other === 'number'
      ? this.re === other && this.im === 0
      : this.re === other.re && this.im === other.im;
  }

  /** As Python writes it: `(1+2j)`. */
  toString(): string {
    return formatScalar(this, 'complex128');
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  [Symbol.toPrimitive](hint: string): string {
    if (hint === 'string') return this.toString();
    throw new TypeError(
      `cannot convert the complex number ${this.toString()} to a real one; take z.re or z.im, or compute with np.add, np.mul, ... (operators work in notebook cells).`,
    );
  }
}
