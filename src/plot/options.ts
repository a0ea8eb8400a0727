// The options of drawing calls: matplotlib's short names and plurals are read as the long ones, and a name that a call
// does not know is an error that says which one was probably meant.

import { checkOptions } from '../core/options.js';
import { cssColor } from './colors.js';
import { isArrayObject } from './values.js';

/** Other names of options, as matplotlib has them. */
const OTHER = {
  lw: 'linewidth',
  linewidths: 'linewidth',
  ls: 'linestyle',
  linestyles: 'linestyle',
  ms: 'markersize',
  mfc: 'markerfacecolor',
  mec: 'markeredgecolor',
  mew: 'markeredgewidth',
  c: 'color',
  colors: 'color',
  ec: 'edgecolor',
  edgecolors: 'edgecolor',
  fc: 'facecolor',
  facecolors: 'facecolor',
  size: 'fontsize',
  ha: 'horizontalalignment',
  va: 'verticalalignment',
  weight: 'fontweight',
  style: 'fontstyle',
  family: 'fontfamily',
  fontname: 'fontfamily',
  sharex: 'shareX',
  sharey: 'shareY',
} as const;
type Other = typeof OTHER;

/** Options that may be given by matplotlib's other names too: `lw` for `linewidth`, `edgecolors` for `edgecolor`. */
export type Named<T> = T & {
  [A in keyof Other as A extends keyof T ? never : Other[A] extends keyof T ? A : never]?: T[Other[A] &
    keyof T];
};

/** The names of options, each once: a name that is missing or too much is a type error. */
export type Names<T> = Record<keyof T, 1>;

const COLORS = ['color', 'c', 'colors', 'facecolor', 'edgecolor'] as const;

/** Rows of numbers that are a colour each, as an array or a list, as a list of colours. */
function listOfColors(given: unknown, fn: string): unknown {
  const rows = isArrayObject(given) && given.shape.length === 2 ? given.toArray() : given;
  const colors = Array.isArray(rows) && rows.length > 0 && rows.every(isColor);
  return colors ? rows.map((row) => cssColor(row, fn)) : given;
}
const isColor = (row: unknown): row is number[] =>
  (Array.isArray(row) && (row.length === 3 || row.length === 4) && row.every((v) => typeof v === 'number')) ||
  (isArrayObject(row) && row.shape.length === 1 && (row.shape[0] === 3 || row.shape[0] === 4));

const others = Object.entries(OTHER) as [keyof Other, Other[keyof Other]][];

/**
 * The options under the names that `known` lists.
 * @throws TypeError for a name that is not known, or given twice
 */
export function read<T extends object>(fn: string, given: Named<T>, ...known: Partial<Names<T>>[]): T {
  const names = known.flatMap((each) => Object.keys(each));
  const out = { ...given } as Record<string, unknown>;
  for (const [other, name] of others) {
    if (!(other in out) || names.includes(other) || !names.includes(name)) continue;
    if (out[name] !== undefined && out[other] !== undefined)
      throw new TypeError(
        `${fn}: the option '${name}' is given twice, as '${name}' and as '${other}'; leave one out.`,
      );
    out[name] ??= out[other];
    delete out[other];
  }
  for (const name of COLORS) {
    if (typeof out[name] !== 'object') continue;
    const colors = listOfColors(out[name], fn);
    if (colors === out[name]) continue;
    delete out[name];
    // As `c` of points, texts would be names of classes.
    out[name === 'c' && names.includes('color') ? 'color' : name] = colors;
  }
  return checkOptions(fn, out, names) as T;
}
