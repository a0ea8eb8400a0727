// Grids of subplots: where their axes lie in a figure, and the lists of axes that `plot.subplots` hands out, which answer
// to `axes[0][1]`, `axes.flat`, `ravel()` and `shape` as NumPy's arrays of axes do, and in cells to `axes[0, 1]`.

import { asarray } from '../core/create.js';
import type { NDArray } from '../core/ndarray.js';
import { type BracketTypes, brackets, type TypedBrackets } from '../operators.js';
import { get, type Index } from '../ops/index.js';
import type { Axes } from './axes.js';
import type { Domain } from './frame.js';

/** Gaps between columns and rows, as fractions of the figure. */
export interface Gaps {
  x: number;
  y: number;
}

/** A cell of a grid of subplots, or a block of cells, counted from 0. */
export interface Cell {
  rows: number;
  cols: number;
  top: number;
  bottom: number;
  left: number;
  right: number;
  /** How wide columns and how high rows are to each other. */
  widths?: readonly number[];
  heights?: readonly number[];
}

/** Shares of a whole: as they are given, or equal. */
export function shares(what: string, n: number, given?: readonly number[]): readonly number[] {
  if (given === undefined) return Array<number>(n).fill(1);
  if (given.length !== n || !given.every((v) => v > 0))
    throw new RangeError(`${what} must be ${n} numbers above 0, got [${given.join(', ')}]`);
  return given;
}

/** Where a block of a grid's cells lies, row 0 on top. */
export function domainOf(
  { rows, cols, top, bottom, left, right, widths, heights }: Cell,
  gaps: Gaps,
): Domain {
  const room = { x: 1 - gaps.x * (cols - 1), y: 1 - gaps.y * (rows - 1) };
  if (room.x <= 0 || room.y <= 0)
    throw new RangeError(
      `subplots: gaps of ${gaps.x} and ${gaps.y} leave no room for ${rows} x ${cols} subplots`,
    );
  const clamp = (v: number): number => Math.min(1, Math.max(0, Number(v.toFixed(6))));
  const ends = (ratios: readonly number[], space: number, gap: number): [number, number][] => {
    const whole = ratios.reduce((a, b) => a + b, 0);
    let at = -gap;
    return ratios.map((ratio) => {
      const from = at + gap;
      at = from + (space * ratio) / whole;
      return [from, at];
    });
  };
  const x = ends(shares('subplots: width_ratios', cols, widths), room.x, gaps.x);
  const y = ends(shares('subplots: height_ratios', rows, heights), room.y, gaps.y);
  return {
    x: [clamp(x[left][0]), clamp(x[right][1])],
    y: [clamp(1 - y[bottom][1]), clamp(1 - y[top][0])],
  };
}

/** The arguments of subplot: (rows, cols, index), 121 for (1, 2, 1), with index from 1, or [first, last] of a block. */
export function cellOf(fn: string, args: readonly unknown[]): Cell {
  let [rows, cols, index] = args as [number, number, number | readonly [number, number]];
  if (args.length === 1 && Number.isInteger(rows) && rows >= 111 && rows <= 999)
    [rows, cols, index] = String(rows).split('').map(Number) as [number, number, number];
  const [first, last] = typeof index === 'number' ? [index, index] : (index ?? [0, 0]);
  const whole = [rows, cols, first, last].every(Number.isInteger);
  if (!whole || rows < 1 || cols < 1 || first < 1 || last < first || last > rows * cols)
    throw new RangeError(
      `${fn}: takes (rows, columns, index) with the index from 1 to rows * columns, or 121 for (1, 2, 1); ` +
        `got (${args.map((a) => JSON.stringify(a)).join(', ')})`,
    );
  const at = (i: number): [number, number] => [Math.floor((i - 1) / cols), (i - 1) % cols];
  const [[r0, c0], [r1, c1]] = [at(first), at(last)];
  return {
    rows,
    cols,
    top: r0,
    bottom: r1,
    left: Math.min(c0, c1),
    right: Math.max(c0, c1),
  };
}

/** What a list of axes has beside a list's own methods. */
interface Arranged {
  readonly shape: readonly number[];
  readonly ndim: number;
  readonly size: number;
  /** All axes, row by row. */
  ravel(): AxesList;
  flatten(): AxesList;
  /** All axes, row by row: to go through, to count into, `axes.flat[2]`, or to call. */
  readonly flat: Flat;
}

interface Flat extends Iterable<Axes> {
  (): Axes[];
  <A, D extends number = 1>(this: A, depth?: D): FlatArray<A, D>[];
  readonly [index: number]: Axes;
}

/** The axes of one row or one column; in cells also `axes['1:']`. */
export interface AxesList extends ReadonlyArray<Axes>, Arranged, TypedBrackets<OneRow> {
  readonly flat: Flat;
}

/** The axes of several rows: `axes[0][1]`, and in cells `axes[0, 1]`, `axes[':', 0]`. */
export interface AxesRows extends ReadonlyArray<AxesList>, Arranged, TypedBrackets<SeveralRows> {
  readonly flat: Flat;
  /** Rows as columns. */
  readonly T: AxesRows;
}

type Many = string | null | undefined | readonly number[];
interface OneRow extends BracketTypes {
  readonly result: this['indices'] extends readonly [number]
    ? Axes
    : this['indices'] extends readonly [Many]
      ? AxesList
      : any;
}
interface SeveralRows extends BracketTypes {
  readonly result: this['indices'] extends readonly [number, number]
    ? Axes
    : this['indices'] extends readonly [number] | readonly [number, Many] | readonly [Many, number]
      ? AxesList
      : this['indices'] extends readonly [Many] | readonly [Many, Many]
        ? AxesRows
        : any;
}

/** What `subplots(rows, cols)` gives beside the figure: axes, a list of them, or a list of lists. */
export type AxesOf<R extends number, C extends number, Squeeze = true> = number extends R | C
  ? any
  : Squeeze extends false
    ? AxesRows
    : R extends 1
      ? C extends 1
        ? Axes
        : AxesList
      : C extends 1
        ? AxesList
        : AxesRows;

/** A list, or a list of lists, of the axes whose numbers an array holds: brackets and T are those of the numbers. */
function arranged(all: readonly Axes[], numbers: NDArray): unknown {
  const nested = (places: unknown): Axes => all[Number(places)];
  const rows = numbers.toArray() as unknown[];
  const list = numbers.ndim === 1 ? rows.map(nested) : rows.map((_, r) => arranged(all, get(numbers, [r])));
  const flat = (numbers.toArray() as unknown[]).flat(numbers.ndim).map(nested);
  const ravel = (): unknown =>
    arranged(
      flat,
      asarray(
        flat.map((_, i) => i),
        'subplots',
      ),
    );
  const fields: Record<string | symbol, unknown> = {
    shape: numbers.shape,
    ndim: numbers.ndim,
    size: flat.length,
    ravel,
    flatten: ravel,
    flat: Object.assign(() => [...flat], flat, { [Symbol.iterator]: () => flat.values() }),
    [brackets]: (indices: readonly Index[]): unknown => {
      const chosen = get(numbers, indices);
      return chosen.ndim === 0 ? nested(chosen) : arranged(all, chosen);
    },
  };
  for (const name of Reflect.ownKeys(fields))
    Object.defineProperty(list, name, { value: fields[name as string] });
  return Object.defineProperty(list, 'T', { get: () => arranged(all, numbers.T) });
}

/** The axes of a grid in the shape that `subplots` gives them. */
export function axesGrid(axes: readonly Axes[], rows: number, cols: number, squeeze: boolean): unknown {
  if (squeeze && axes.length === 1) return axes[0];
  const number = (r: number): number[] => Array.from({ length: cols }, (_, c) => r * cols + c);
  const numbers = Array.from({ length: rows }, (_, r) => number(r));
  return arranged(
    axes,
    asarray(squeeze && (rows === 1 || cols === 1) ? numbers.flat() : numbers, 'subplots'),
  );
}
