// Grids of subplots: where their axes lie in a figure, and the lists of axes that `plot.subplots` hands out, which answer
// to `axes[0][1]`, `axes.flat()`, `ravel()` and `shape` as NumPy's arrays of axes do.

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
}

/** Where a block of a grid's cells lies, row 0 on top. */
export function domainOf({ rows, cols, top, bottom, left, right }: Cell, gaps: Gaps): Domain {
  const size = { x: (1 - gaps.x * (cols - 1)) / cols, y: (1 - gaps.y * (rows - 1)) / rows };
  if (size.x <= 0 || size.y <= 0)
    throw new RangeError(
      `subplots: gaps of ${gaps.x} and ${gaps.y} leave no room for ${rows} x ${cols} subplots`,
    );
  const clamp = (v: number): number => Math.min(1, Math.max(0, Number(v.toFixed(6))));
  return {
    x: [clamp(left * (size.x + gaps.x)), clamp(right * (size.x + gaps.x) + size.x)],
    y: [clamp(1 - bottom * (size.y + gaps.y) - size.y), clamp(1 - top * (size.y + gaps.y))],
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
  readonly size: number;
  /** All axes, row by row. */
  ravel(): Axes[];
  flatten(): Axes[];
  readonly flat: (() => Axes[]) & Iterable<Axes>;
}

/** The axes of one row or one column. */
export type AxesList = readonly Axes[] & Arranged;

/** The axes of several rows: `axes[0][1]`. */
export type AxesRows = readonly AxesList[] & Arranged;

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

function arranged<T extends object>(list: T, shape: readonly number[], all: readonly Axes[]): T & Arranged {
  const copy = (): Axes[] => [...all];
  const fields: Record<string, unknown> = {
    shape,
    size: all.length,
    ravel: copy,
    flatten: copy,
    flat: Object.assign(copy, { [Symbol.iterator]: () => all.values() }),
  };
  for (const [name, value] of Object.entries(fields)) Object.defineProperty(list, name, { value });
  return list as T & Arranged;
}

/** The axes of a grid in the shape that `subplots` gives them. */
export function axesGrid(axes: readonly Axes[], rows: number, cols: number, squeeze: boolean): unknown {
  if (squeeze && axes.length === 1) return axes[0];
  if (squeeze && (rows === 1 || cols === 1)) return arranged([...axes], [axes.length], axes);
  const lines = Array.from({ length: rows }, (_, r) => {
    const row = axes.slice(r * cols, (r + 1) * cols);
    return arranged([...row], [cols], row);
  });
  return arranged(lines, [rows, cols], axes);
}
