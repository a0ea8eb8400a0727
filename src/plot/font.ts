// Sizes of letters, as numbers and by matplotlib's words.

/** Points, or matplotlib's words for them. */
export type FontSize = number | keyof typeof SIZES;
const SIZES = {
  'xx-small': 7,
  'x-small': 8.5,
  small: 10,
  medium: 12,
  large: 14,
  'x-large': 17,
  'xx-large': 20,
} as const;

/** A size of letters as a number. */
export function fontSize(size: FontSize, fn: string): number {
  const points = typeof size === 'number' ? size : SIZES[size];
  if (points === undefined)
    throw new RangeError(
      `${fn}: there is no size '${size}'; take a number or ${Object.keys(SIZES).join(', ')}`,
    );
  return points;
}
