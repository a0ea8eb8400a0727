// printf formatting with Python's exact output: `'%d: loss %f' % (i, loss)` is sprintf('%d: loss %f', i, loss).

import { NDArray } from '../core/ndarray.js';
import { formatScalar } from '../core/print.js';

interface Spec {
  readonly left: boolean;
  readonly plus: boolean;
  readonly space: boolean;
  readonly zero: boolean;
  readonly alternate: boolean;
  readonly width: number;
  readonly precision: number | undefined;
  readonly conversion: string;
}

const pattern = /%(?:\((\w+)\))?([-+ 0#]*)(\*|\d+)?(?:\.(\*|\d*))?([hlL]?)(.)?/gs;

/**
 * Formats values as Python's % operator does: %d %i %u %f %F %e %E %g %G %s %r %a %c %x %X %o %%, with flags
 * `- + space 0 #`, width, precision, `*` for either of them, and `%(name)d` with an object.
 *
 * @param format text with conversions
 * @param values numbers, bigints, booleans, strings, arrays; numeric conversions take arrays of one element
 * @throws TypeError for too few or too many values, or one of the wrong kind
 * @example sprintf('iteration %d: loss %f', 0, 1.096956)   // iteration 0: loss 1.096956
 */
export function sprintf(format: string, ...values: unknown[]): string {
  if (typeof format !== 'string')
    throw new TypeError(`sprintf: the format must be a string, got ${typeof format}.`);
  let used = 0;
  let named = false;
  const next = (): unknown => {
    if (used >= values.length) {
      throw new TypeError(
        `sprintf: not enough arguments for format string '${format}': it needs more than ${values.length}.`,
      );
    }
    return values[used++];
  };
  const out = format.replace(
    pattern,
    (
      whole,
      name: string | undefined,
      flags: string,
      width: string | undefined,
      precision: string | undefined,
      _length: string,
      conversion: string | undefined,
    ) => {
      if (conversion === '%') return '%';
      if (conversion === undefined)
        throw new TypeError(
          `sprintf: incomplete format '${whole}' at the end of '${format}'; write %% for a percent sign.`,
        );
      let left = flags.includes('-');
      let wide = width === undefined ? 0 : width === '*' ? Number(next()) : Number(width);
      if (wide < 0) {
        left = true;
        wide = -wide;
      }
      const digits =
        precision === undefined ? undefined : precision === '*' ? Number(next()) : Number(precision);
      let value: unknown;
      if (name === undefined) {
        value = next();
      } else {
        named = true;
        const source = values[0] as Record<string, unknown> | undefined;
        if (typeof source !== 'object' || source === null || !(name in source)) {
          throw new TypeError(
            `sprintf: '%(${name})${conversion}' needs an object with a value named '${name}'.`,
          );
        }
        value = source[name];
      }
      return convert(
        {
          left,
          plus: flags.includes('+'),
          space: flags.includes(' '),
          zero: flags.includes('0'),
          alternate: flags.includes('#'),
          width: wide,
          precision: digits,
          conversion,
        },
        value,
        format,
      );
    },
  );
  if (!named && used < values.length) {
    throw new TypeError(
      `sprintf: not all arguments converted during string formatting: '${format}' takes ${used}, got ${values.length}.`,
    );
  }
  return out;
}

function convert(spec: Spec, value: unknown, format: string): string {
  switch (spec.conversion) {
    case 'd':
    case 'i':
    case 'u':
      return padNumber(spec, integerText(spec, integerOf(spec, value, true), 10, ''));
    case 'x':
      return padNumber(spec, integerText(spec, integerOf(spec, value, false), 16, '0x'));
    case 'X': {
      const [sign, prefix, digits] = integerText(spec, integerOf(spec, value, false), 16, '0X');
      return padNumber(spec, [sign, prefix, digits.toUpperCase()]);
    }
    case 'o':
      return padNumber(spec, integerText(spec, integerOf(spec, value, false), 8, '0o'));
    case 'f':
    case 'F':
    case 'e':
    case 'E':
    case 'g':
    case 'G':
      return padNumber(spec, floatText(spec, numberOf(spec, value)));
    case 'c': {
      const v = plain(value);
      const text = typeof v === 'number' || typeof v === 'bigint' ? String.fromCodePoint(Number(v)) : v;
      if (typeof text !== 'string' || [...text].length !== 1)
        throw new TypeError(`sprintf: %c requires a code point or a single character, got ${String(v)}.`);
      return pad(spec, text);
    }
    case 's':
    case 'r':
    case 'a': {
      const text = spec.conversion === 's' ? str(value) : repr(value);
      return pad(spec, spec.precision === undefined ? text : [...text].slice(0, spec.precision).join(''));
    }
    default:
      throw new TypeError(
        `sprintf: unsupported format character '${spec.conversion}' in '${format}'; known: d i u f F e E g G s r a c x X o %.`,
      );
  }
}

// ---------------------------------------------------------------- values

/** An array of one element as its element; anything else as it is. */
function plain(value: unknown): unknown {
  return value instanceof NDArray && value.size === 1 ? value.item() : value;
}

function numberOf(spec: Spec, value: unknown): number {
  const v = plain(value);
  if (typeof v === 'number' || typeof v === 'bigint' || typeof v === 'boolean') return Number(v);
  throw new TypeError(`sprintf: %${spec.conversion} format: a number is required, not ${describe(v)}.`);
}

function integerOf(spec: Spec, value: unknown, truncates: boolean): bigint {
  const v = plain(value);
  if (typeof v === 'bigint') return v;
  if (typeof v === 'boolean') return v ? 1n : 0n;
  if (typeof v === 'number') {
    if (!Number.isFinite(v))
      throw new RangeError(`sprintf: %${spec.conversion} format: cannot convert float ${v} to integer.`);
    if (!truncates && !Number.isInteger(v))
      throw new TypeError(`sprintf: %${spec.conversion} format: an integer is required, not ${v}.`);
    return BigInt(Math.trunc(v));
  }
  throw new TypeError(`sprintf: %${spec.conversion} format: a number is required, not ${describe(v)}.`);
}

function describe(v: unknown): string {
  if (v instanceof NDArray) return `an array of shape (${v.shape.join(', ')})`;
  return typeof v === 'string' ? `the string '${v}'` : v === null ? 'null' : typeof v;
}

/** Python's str(): numbers as Python writes them, True and False, arrays as NumPy prints them. */
function str(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof NDArray) return value.toString();
  if (value instanceof Error) return value.message;
  return repr(value);
}

/** Python's repr(). A number without a fraction prints without a point: JavaScript cannot tell 1 from 1.0. */
function repr(value: unknown): string {
  switch (typeof value) {
    case 'number':
      return Number.isInteger(value) && Math.abs(value) < 1e16 ? String(value) : formatFloat(value);
    case 'bigint':
      return String(value);
    case 'boolean':
      return value ? 'True' : 'False';
    case 'string':
      return quoted(value);
    case 'undefined':
      return 'undefined';
    default:
  }
  if (value === null) return 'None';
  if (value instanceof NDArray) {
    const inspect = (value as unknown as Record<symbol, () => string>)[
      Symbol.for('nodejs.util.inspect.custom')
    ];
    return inspect.call(value);
  }
  if (Array.isArray(value)) return `[${value.map(repr).join(', ')}]`;
  if (Object.getPrototypeOf(value) === Object.prototype) {
    return `{${Object.entries(value as object)
      .map(([k, v]) => `${quoted(k)}: ${repr(v)}`)
      .join(', ')}}`;
  }
  return String(value);
}

const formatFloat = (value: number): string => formatScalar(value, 'float64');

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = text
    .replace(/\\/g, '\\\\')
    .replace(/\n/g, '\\n')
    .replace(/\r/g, '\\r')
    .replace(/\t/g, '\\t')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what has to be escaped
    .replace(/[\u0000-\u001f\u007f]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return quote + (quote === "'" ? body.replace(/'/g, "\\'") : body) + quote;
}

// ---------------------------------------------------------------- digits

/** Sign, prefix and digits: zeros to fill the width go between the last two. */
type NumberText = readonly [sign: string, prefix: string, digits: string];

const signOf = (spec: Spec, negative: boolean): string =>
  negative ? '-' : spec.plus ? '+' : spec.space ? ' ' : '';

function integerText(spec: Spec, value: bigint, base: number, prefix: string): NumberText {
  const digits = (value < 0n ? -value : value).toString(base);
  return [signOf(spec, value < 0n), spec.alternate ? prefix : '', digits.padStart(spec.precision ?? 0, '0')];
}

function floatText(spec: Spec, value: number): NumberText {
  const upper = spec.conversion !== spec.conversion.toLowerCase();
  const sign = signOf(spec, value < 0 || Object.is(value, -0));
  const magnitude = Math.abs(value);
  let text: string;
  if (Number.isNaN(value)) text = 'nan';
  else if (magnitude === Number.POSITIVE_INFINITY) text = 'inf';
  else {
    const precision = spec.precision ?? 6;
    const kind = spec.conversion.toLowerCase();
    if (kind === 'f') text = fixed(magnitude, precision) + (spec.alternate && precision === 0 ? '.' : '');
    else if (kind === 'e') text = exponential(magnitude, precision, spec.alternate);
    else text = general(magnitude, precision === 0 ? 1 : precision, spec.alternate);
  }
  return [sign, '', upper ? text.toUpperCase() : text];
}

/** A float as the exact fraction numerator / 2^shift. */
function exact(value: number): { numerator: bigint; shift: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  const numerator = biased === 0 ? fraction : fraction | 0x10000000000000n;
  return { numerator, shift: 1075 - (biased === 0 ? 1 : biased) };
}

/** value * 10^digits as a whole number, the exact value rounded half to even, as C's printf does. */
function scaled(value: number, digits: number): bigint {
  const { numerator, shift } = exact(value);
  let top = digits >= 0 ? numerator * 10n ** BigInt(digits) : numerator;
  let bottom = digits < 0 ? 10n ** BigInt(-digits) : 1n;
  if (shift > 0) bottom <<= BigInt(shift);
  else top <<= BigInt(-shift);
  const whole = top / bottom;
  const twice = 2n * (top - whole * bottom);
  return twice > bottom || (twice === bottom && (whole & 1n) === 1n) ? whole + 1n : whole;
}

// JavaScript's toFixed rounds the exact value too, but half up, and gives up at 1e21.
function fixed(value: number, precision: number): string {
  const digits = scaled(value, precision)
    .toString()
    .padStart(precision + 1, '0');
  return precision === 0 ? digits : `${digits.slice(0, -precision)}.${digits.slice(-precision)}`;
}

/** Decimal exponent and the `count` leading digits. */
function leadingDigits(value: number, count: number): { digits: string; exponent: number } {
  if (value === 0) return { digits: '0'.repeat(count), exponent: 0 };
  let exponent = Math.floor(Math.log10(value));
  let digits = scaled(value, count - 1 - exponent).toString();
  // The estimate may be one off, and rounding may carry into a new digit.
  while (digits.length !== count) {
    exponent += digits.length > count ? 1 : -1;
    digits = scaled(value, count - 1 - exponent).toString();
  }
  return { digits, exponent };
}

const exponentText = (e: number): string => `e${e < 0 ? '-' : '+'}${String(Math.abs(e)).padStart(2, '0')}`;

function exponential(value: number, precision: number, alternate: boolean): string {
  const { digits, exponent } = leadingDigits(value, precision + 1);
  const point = precision > 0 ? `.${digits.slice(1)}` : alternate ? '.' : '';
  return digits[0] + point + exponentText(exponent);
}

function general(value: number, precision: number, alternate: boolean): string {
  const { digits, exponent } = leadingDigits(value, precision);
  const trim = (text: string): string =>
    alternate || !text.includes('.') ? text : text.replace(/\.?0+$/, '');
  if (exponent < -4 || exponent >= precision) {
    const mantissa = precision > 1 ? `${digits[0]}.${digits.slice(1)}` : digits + (alternate ? '.' : '');
    return trim(mantissa) + exponentText(exponent);
  }
  if (exponent < 0) return trim(`0.${'0'.repeat(-exponent - 1)}${digits}`);
  const whole = digits.slice(0, exponent + 1);
  const rest = digits.slice(exponent + 1);
  return trim(rest.length > 0 ? `${whole}.${rest}` : whole + (alternate ? '.' : ''));
}

// ---------------------------------------------------------------- padding

function padNumber(spec: Spec, [sign, prefix, digits]: NumberText): string {
  const zeros =
    spec.zero && !spec.left ? Math.max(0, spec.width - sign.length - prefix.length - digits.length) : 0;
  return pad(spec, sign + prefix + '0'.repeat(zeros) + digits);
}

function pad(spec: Spec, text: string): string {
  const missing = Math.max(0, spec.width - [...text].length);
  return spec.left ? text + ' '.repeat(missing) : ' '.repeat(missing) + text;
}
