// matplotlib.pyplot's functions that make, choose, show and close figures and axes. Those that draw are in drawing.ts.

import { notebook } from '../core/notebook.js';
import { drawnBy, type Line2D, original, type Several, withArtists } from './artists.js';
import type { Axes } from './axes.js';
import type { Axes3D } from './axes3d.js';
import { currentFigure, keep, makeCurrent, openFigures, release, showOpen } from './current.js';
import { Figure, FigureAndAxes, type SaveOptions, type Subplots } from './figure.js';
import { GridSpec, type GridSpecOptions, SubplotSpec } from './gridspec.js';
import type { PlotArguments } from './line-axes.js';
import { type Named, type Names, read } from './options.js';
import { PolarAxes } from './polar.js';
import type { FigureOptions, Projected, SubplotArguments, SubplotOptions, SubplotsOptions } from './sheet.js';
import { type AxesOf, type AxesRows, cellOf } from './subplots.js';
import { isOptions } from './values.js';

// ------------------------------------------------------------------------------------------------ figures and axes

/**
 * Begins a figure, on which everything is drawn from now on: `figure({figsize: [8, 4]})`; or goes back to an open one
 * by its number or name.
 * @param options its size, in inches of 100 pixels (`figsize`) or in pixels (`width`, `height`), and its title
 * @example
 * plot.figure({ figsize: [6, 3] });
 * plot.plot([1, 4, 9], 'o-');
 * plot.title('squares');
 * @see matplotlib.pyplot.figure
 */
export function figure(options?: Named<FigureOptions>): Figure;
export function figure(num: number | string | Figure, options?: Named<FigureOptions>): Figure;
export function figure(
  first: number | string | Figure | Named<FigureOptions> = {},
  more: Named<FigureOptions> = {},
): Figure {
  if (first instanceof Figure) return keep(first.figure);
  const options = isOptions(first) ? (first as Named<FigureOptions>) : { ...more, num: first as number };
  const there = options.num === undefined ? undefined : openFigures().find((f) => f.num === options.num);
  return keep(there ?? new Figure(options));
}

/** How many rows and columns, by their names. */
interface GridOptions extends SubplotsOptions {
  nrows?: number;
  ncols?: number;
}

/** Options of subplots in three dimensions, and of polar ones. */
interface InSpace extends SubplotsOptions {
  subplot_kw: { projection: '3d' };
}
interface OfAngles extends SubplotsOptions {
  subplot_kw: { projection: 'polar' } | { projection?: undefined; polar: true };
}

/**
 * A figure with a grid of axes. It is the figure, and can be taken apart: `const [fig, axes] = plot.subplots(2, 3)` gives
 * the axes as `axes[0][1]`; one row or column is a list, and `subplots()` gives axes alone.
 * @example
 * const [fig, axes] = plot.subplots(1, 2, { figsize: [8, 3] });
 * axes[0].plot([1, 4, 9]);
 * axes[1].hist([1, 2, 2, 3], 3);
 * fig.suptitle('two charts');
 * @see matplotlib.pyplot.subplots
 */
export function subplots(options: InSpace): Subplots<Axes3D>;
export function subplots(options: OfAngles): Subplots<PolarAxes>;
export function subplots(rows: number, cols: number, options: InSpace | OfAngles): Subplots<any>;
export function subplots(
  rows: number,
  cols: number,
  options: Named<SubplotsOptions> & { squeeze: false },
): Subplots<AxesRows>;
export function subplots<const R extends number = 1, const C extends number = 1>(
  rows?: R,
  cols?: C,
  options?: Named<SubplotsOptions>,
): Subplots<AxesOf<R, C>>;
export function subplots<const R extends number>(
  rows: R,
  options: Named<SubplotsOptions>,
): Subplots<AxesOf<R, 1>>;
export function subplots<const R extends number = 1, const C extends number = 1>(
  options: Named<SubplotsOptions> & { nrows?: R; ncols?: C },
): Subplots<AxesOf<R, C>>;
export function subplots(...args: unknown[]): Subplots<never> {
  const given = (isOptions(args.at(-1)) ? args.pop() : {}) as GridOptions;
  const { nrows = 1, ncols = 1, ...options } = given;
  const [rows = nrows, cols = ncols] = args as [number?, number?];
  if (!Number.isInteger(rows) || !Number.isInteger(cols) || rows < 1 || cols < 1) {
    throw new RangeError(
      `subplots: rows and columns must be whole numbers of at least 1, got ${rows} and ${cols}`,
    );
  }
  return keep(new FigureAndAxes(options, { ...options, rows, cols })) as unknown as Subplots<never>;
}

/**
 * Makes a subplot of the current figure the current axes: number `index`, counted from 1 along the rows, of a grid.
 * `subplot(121)` is `subplot(1, 2, 1)`; an index [first, last] covers several cells.
 * @returns the axes
 * @example
 * plot.subplot(1, 2, 1);
 * plot.plot([1, 2, 3]);
 * plot.subplot(1, 2, 2);
 * plot.plot([3, 2, 1]);
 * @see matplotlib.pyplot.subplot
 */
export function subplot<const O extends Named<SubplotOptions> = Record<never, never>>(
  ...args: SubplotArguments<O>
): Projected<O> {
  if (!(args[0] instanceof SubplotSpec)) cellOf('subplot', positions(args));
  return current().addSubplot(...args);
}

/**
 * Axes by names: `plot.subplot_mosaic('AB;CC')` gives the figure and `{ A, B, C }`; a dot leaves a cell empty.
 * @example
 * const [fig, parts] = plot.subplot_mosaic('AB;CC');
 * parts.C.plot([1, 2, 3]);
 * @see matplotlib.pyplot.subplot_mosaic
 */
export function subplotMosaic(
  layout: string | readonly (readonly string[])[],
  options: Named<GridSpecOptions & FigureOptions> = {},
): [figure: Figure, axes: Record<string, Axes>] {
  const { figsize, width, height, ...more } = options;
  const made = figure({ figsize, width, height });
  return [made, made.subplotMosaic(layout, more)];
}

/**
 * A subplot at a row and a column of a grid, counted from 0: `subplot2grid([3, 3], [1, 0], { colspan: 2 })`.
 * @see matplotlib.pyplot.subplot2grid
 */
export function subplot2grid(
  shape: readonly [rows: number, cols: number],
  place: readonly [row: number, col: number],
  { rowspan = 1, colspan = 1 }: { rowspan?: number; colspan?: number } = {},
): Axes {
  const [row, col] = place;
  const spec = GridSpec(...shape).at(`${row}:${row + rowspan}`, `${col}:${col + colspan}`);
  return current().addSubplot(spec);
}

/**
 * Draws on polar axes: `polar(theta, r, 'r-')`, angles in radians. The current axes where they are polar, else new ones.
 * @example
 * const theta = np.linspace(0, 2 * Math.PI, 100);
 * plot.polar(theta, 1 + np.cos(theta));
 * @see matplotlib.pyplot.polar
 */
export function polar(...args: PlotArguments): Figure & Several<Line2D> {
  const axes = gca() instanceof PolarAxes ? gca() : current().addSubplot(1, 1, 1, { projection: 'polar' });
  return withArtists(axes.figure, drawnBy(axes.plot(...args)) as Several<Line2D>);
}

const positions = (args: readonly unknown[]): readonly unknown[] => {
  const places = args.filter((arg) => !isOptions(arg));
  return places.length === 0 ? [1, 1, 1] : places;
};

/**
 * New axes at [left, bottom, width, height] of the current figure, in fractions of it; without, its current axes.
 * @see matplotlib.pyplot.axes
 */
export function axes<const O extends Named<SubplotOptions> = Record<never, never>>(
  rect?: readonly [left: number, bottom: number, width: number, height: number] | O,
  options?: O,
): Projected<O> {
  if (rect === undefined) return current().gca() as Projected<O>;
  if (Array.isArray(rect))
    return current().addAxes(rect as unknown as [number, number, number, number], options);
  return current().addSubplot(1, 1, 1, rect as O);
}

/** The current figure, made when there is none. */
const current = (): Figure => currentFigure() ?? keep(new Figure());

/**
 * The current figure; a new one when there is none.
 * @see matplotlib.pyplot.gcf
 */
export function gcf(): Figure {
  return current();
}

/**
 * The current axes; those of a new figure when there is none.
 * @see matplotlib.pyplot.gca
 */
export function gca(): Axes {
  return current().gca();
}

/**
 * Makes axes the current ones, and their figure the current figure.
 * @see matplotlib.pyplot.sca
 */
export function sca(axes: Axes): Figure {
  makeCurrent(original(axes));
  return axes.figure;
}

/**
 * Takes everything off the current figure.
 * @see matplotlib.pyplot.clf
 */
export function clf(): void {
  currentFigure()?.clear();
}

/**
 * Takes everything off the current axes.
 * @see matplotlib.pyplot.cla
 */
export function cla(): void {
  currentFigure()?.gca().cla();
}

/**
 * Closes the current figure, a figure, or 'all': it will not be shown, and what is drawn next begins another.
 * @see matplotlib.pyplot.close
 */
export function close(which?: Figure | Axes | 'all' | number | string): void {
  if (which === 'all') for (const each of [...openFigures()]) release(each);
  else if (which === undefined) {
    const open = currentFigure();
    if (open) release(open);
  } else if (typeof which === 'object') release(which.figure);
  else {
    const found = openFigures().find((each) => each.num === which);
    if (found) release(found);
  }
}

/**
 * Shows the figures that are open, in the order in which they were made, and closes them. At the end of a cell this
 * happens by itself.
 * @see matplotlib.pyplot.show
 */
export function show(): void {
  const display = notebook();
  if (display === null && openFigures().some((each) => !each.blank))
    throw new Error(
      "show: there is no notebook to show in. Write a page instead: plot.savefig('chart.html')",
    );
  if (display !== null) showOpen(display);
}

/**
 * Shows what a cell has drawn and not shown itself. The kernel calls it when a cell ends.
 * @param except the value of the cell, which is shown as its result
 */
export function showFigures(except?: unknown): void {
  const display = notebook();
  if (display !== null) showOpen(display, except);
}

/**
 * Writes the current figure as a page (.html) or as Plotly's JSON (.json).
 * @see matplotlib.pyplot.savefig
 */
export function savefig(path: string, options: SaveOptions = {}): Figure {
  return current().savefig(path, options);
}

/**
 * The title over all subplots of the current figure.
 * @see matplotlib.pyplot.suptitle
 */
export const suptitle: Figure['suptitle'] = (text, options) => current().suptitle(text, options);

/**
 * New axes over the current ones, with the same x and a y axis of their own on the right; the current ones from now on.
 * @see matplotlib.pyplot.twinx
 */
export function twinx(): Axes {
  return gca().twinx();
}

/**
 * New axes over the current ones, with the same y and an x axis of their own on top; the current ones from now on.
 * @see matplotlib.pyplot.twiny
 */
export function twiny(): Axes {
  return gca().twiny();
}

const ADJUST = { left: 1, right: 1, top: 1, bottom: 1, wspace: 1, hspace: 1 } as const;

/**
 * Room around subplots; charts see to that themselves, so this does nothing but check its options.
 * @see matplotlib.pyplot.subplots_adjust
 */
export function subplotsAdjust(options: { [K in keyof typeof ADJUST]?: number } = {}): void {
  read('subplots_adjust', options, ADJUST);
}

interface TightOptions {
  pad?: number;
  w_pad?: number;
  h_pad?: number;
  rect?: readonly number[];
}
const TIGHT: Names<TightOptions> = { pad: 1, w_pad: 1, h_pad: 1, rect: 1 };

/**
 * Room for texts; charts see to that themselves, so this does nothing but check its options.
 * @see matplotlib.pyplot.tight_layout
 */
export function tightLayout(options: TightOptions = {}): void {
  read('tight_layout', options, TIGHT);
}

/**
 * Sets properties of artists, each by its method: `setp(ax.get_xticklabels(), { rotation: 45 })`.
 * @see matplotlib.pyplot.setp
 */
export function setp(artists: object, properties: Record<string, unknown>): void {
  const list = Symbol.iterator in artists ? [...(artists as Iterable<object>)] : [artists];
  for (const artist of list as Record<string, unknown>[])
    for (const [name, value] of Object.entries(properties)) {
      const set = artist[`set_${name}`];
      if (typeof set !== 'function')
        throw new TypeError(`setp: ${String(artist.constructor?.name ?? 'this')} has no property '${name}'`);
      set.call(artist, value);
    }
}

/** Drawing is always interactive here: this does nothing. */
export function ion(): void {}
/** Figures are shown at the end of their cell with or without it: this does nothing. */
export function ioff(): void {}
/** A figure is drawn when it is shown: this does nothing. */
export function draw(): void {}
/** Does nothing: a cell that shows a chart as it grows uses `figure.live(name)`. */
export function pause(_seconds?: number): void {}

// In NumPy's spelling.
export {
  GridSpec,
  subplotMosaic as subplot_mosaic,
  subplotsAdjust as subplots_adjust,
  tightLayout as tight_layout,
};
