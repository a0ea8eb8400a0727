/** The value 0.0 or d.ddd x 10^exponent, for d.ddd = `digits` with the point after the first digit. */
interface Decimal {
  digits: string;
  exponent: number;
}

export type Digits = (x: number) => Decimal;

const parseExponential = (text: string): Decimal => {
  const e = text.indexOf('e');
  return { digits: text.slice(0, e).replace('.', ''), exponent: Number(text.slice(e + 1)) };
};

/** The fewest digits that tell x >= 0 from its float64 neighbours. */
export const shortest64: Digits = (x) => parseExponential(x.toExponential());

const exponentBits = new DataView(new ArrayBuffer(8));

/** floor(log2(x)) of a positive normal float64. */
function exponentOf(x: number): number {
  exponentBits.setFloat64(0, x);
  return ((exponentBits.getUint16(0) >> 4) & 0x7ff) - 1023;
}

/** The fewest digits that tell x >= 0 from its float32 neighbours. */
export const shortest32: Digits = (x) => {
  if (x === 0) return { digits: '0', exponent: 0 };
  // The numbers that round to x lie between the midpoints to its neighbours, which are exact in float64.
  const exponent = Math.max(exponentOf(x), -126);
  const ulp = 2 ** (exponent - 23);
  const isPower = x === 2 ** exponent;
  const low = x - (isPower && exponent > -126 ? ulp / 4 : ulp / 2);
  const high = x + ulp / 2;
  const even = (x / ulp) % 2 === 0;
  const fits = (y: number) => (even ? y >= low && y <= high : y > low && y < high);
  for (let places = 0; places < 9; places++) {
    const text = x.toExponential(places);
    if (fits(Number(text))) {
      // Of two decimals equally near, toExponential took the upper; NumPy takes the even.
      const { digits, exponent: e } = parseExponential(text);
      const even = rounded(x, places - e);
      return trimmed({ digits: even.length === digits.length ? even : digits, exponent: e });
    }
    if (isPower) {
      // Below a power of two the gap is half as wide, so the next decimal above may fit where the nearest
      // does not.
      const { digits, exponent: e } = parseExponential(text);
      const above = { digits: String(BigInt(digits) + 1n), exponent: e };
      if (above.digits.length === digits.length && fits(Number(`${above.digits}e${e - places}`)))
        return trimmed(above);
    }
  }
  return trimmed(parseExponential(x.toExponential(8)));
};

const trimmed = (d: Decimal): Decimal => ({
  digits: d.digits.replace(/(?<=.)0+$/, ''),
  exponent: d.exponent,
});

/** round(x * 10^place) of x >= 0, from x's exact value with ties to even, as decimal digits. */
function rounded(x: number, place: number): string {
  if (Number.isSafeInteger(x) && place >= 0) return x === 0 ? '0' : String(x) + '0'.repeat(place);
  if (!Number.isInteger(x) && place >= 0 && place <= 100) {
    // toFixed is exact too, but rounds ties up. A tie has place + 1 binary digits after the point.
    const scaled = x * 2 ** place;
    if (Number.isInteger(scaled) || !Number.isInteger(scaled * 2)) {
      return x
        .toFixed(place)
        .replace('.', '')
        .replace(/^0+(?=.)/, '');
    }
  }
  exponentBits.setFloat64(0, x);
  const bits = exponentBits.getBigUint64(0);
  const biased = Number(bits >> 52n);
  const fraction = bits & 0xfffffffffffffn;
  let numerator = biased === 0 ? fraction : fraction | (1n << 52n);
  let denominator = 1n;
  const exponent = Math.max(biased, 1) - 1075;
  if (exponent > 0) numerator <<= BigInt(exponent);
  else denominator <<= BigInt(-exponent);
  if (place > 0) numerator *= 10n ** BigInt(place);
  else denominator *= 10n ** BigInt(-place);
  const quotient = numerator / denominator;
  const twice = 2n * (numerator % denominator);
  const up = twice > denominator || (twice === denominator && quotient % 2n === 1n);
  return String(up ? quotient + 1n : quotient);
}

/** How to write one float; both notations share it. */
export interface FloatStyle {
  digits: Digits;
  /** Shortest digits that tell the number apart, rather than always `precision` digits. */
  unique: boolean;
  /** Digits after the point at most. */
  precision: number;
  /**
   * Digits after the point at least; from 0 on, a large number also shows all its digits before the point.
   */
  minDigits: number;
  /** Zeros at the end: keep them, drop them but keep the point, leave one, drop them and the point. */
  trim: 'keep' | 'point' | 'zero' | 'all';
  sign: string;
  padLeft: number;
  padRight: number;
  exponentDigits: number;
}

export const plainFloat: FloatStyle = {
  digits: shortest64,
  unique: true,
  precision: Infinity,
  minDigits: -Infinity,
  trim: 'zero',
  sign: '',
  padLeft: 0,
  padRight: 0,
  exponentDigits: 2,
};

/** The digits after the point to round to, when the shortest form with its `places` of them will not do. */
function roundTo(places: number, style: FloatStyle): number | undefined {
  if (!style.unique || places > style.precision) return style.precision;
  return places < style.minDigits ? style.minDigits : undefined;
}

export const isNegative = (x: number) => x < 0 || Object.is(x, -0);

export function positional(x: number, style: FloatStyle): string {
  const abs = Math.abs(x);
  const { digits, exponent } = style.digits(abs);
  const places = digits.length - 1 - exponent;
  let whole: string;
  let fraction: string;
  const target = roundTo(places, style);
  if (target !== undefined) {
    const text = rounded(abs, target).padStart(target + 1, '0');
    whole = text.slice(0, text.length - target);
    fraction = text.slice(text.length - target);
  } else if (exponent >= 0) {
    whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
    fraction = digits.slice(exponent + 1);
  } else {
    whole = '0';
    fraction = digits === '0' ? '' : '0'.repeat(-exponent - 1) + digits;
  }
  const sign = isNegative(x) ? '-' : style.sign;
  return (sign + whole).padStart(style.padLeft) + trim(fraction, style).padEnd(style.padRight + 1);
}

export function scientific(x: number, style: FloatStyle): string {
  const abs = Math.abs(x);
  let { digits, exponent } = style.digits(abs);
  const target = roundTo(digits.length - 1, style);
  if (target !== undefined) {
    // A number just below a power of ten, such as float32(1e-12) = 9.99999996e-13.
    if (digits === '1' && rounded(abs, 20 - exponent).length < 21) exponent--;
    digits = rounded(abs, target - exponent).padEnd(target + 1, '0');
    if (digits.length > target + 1) {
      // 9.99 rounded up to 10.
      digits = digits.slice(0, -1);
      exponent++;
    }
  }
  const sign = isNegative(x) ? '-' : style.sign;
  const power = (exponent < 0 ? '-' : '+') + String(Math.abs(exponent)).padStart(style.exponentDigits, '0');
  return `${(sign + digits[0]).padStart(style.padLeft)}${trim(digits.slice(1), style)}e${power}`;
}

/** The digits after the point, with the point. */
function trim(fraction: string, style: FloatStyle): string {
  if (style.trim === 'keep') return `.${fraction}`;
  const kept = fraction.replace(/0+$/, '');
  if (kept !== '' || style.trim === 'point') return `.${kept}`;
  return style.trim === 'zero' ? '.0' : '';
}

export function floatScalar(x: number, digits: Digits): string {
  if (Number.isNaN(x)) return 'nan';
  const abs = Math.abs(x);
  if (abs === Infinity) return x < 0 ? '-inf' : 'inf';
  if (x === 0 || (abs >= 1e-4 && abs < 1e16)) return positional(x, { ...plainFloat, digits });
  return scientific(x, { ...plainFloat, digits, trim: 'all' });
}
