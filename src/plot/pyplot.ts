// matplotlib.pyplot: functions that draw on the current axes of the current figure, and those that make, choose, show
// and close figures. Each drawing function is a method of Axes, called on the current axes; it returns the figure, so
// that `plot.scatter(x, y)` as the last line of a cell is a chart, and `plot.regions(xx, yy, Z).scatter(x, y)` one with
// two layers.

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
export function subplots(
  options: Named<SubplotsOptions> & { subplot_kw: { projection: '3d' } },
): Subplots<Axes3D>;
export function subplots(
  options: Named<SubplotsOptions> & { subplot_kw: { projection: 'polar' } | { polar: true } },
): Subplots<PolarAxes>;
export function subplots(
  rows: number,
  cols: number,
  options: Named<SubplotsOptions> & { subplot_kw: { projection: 'polar' | '3d' } | { polar: true } },
): Subplots<any>;
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

/** Drawing is always interactive here: this does nothing. */
export function ion(): void {}
/** Figures are shown at the end of their cell with or without it: this does nothing. */
export function ioff(): void {}
/** A figure is drawn when it is shown: this does nothing. */
export function draw(): void {}
/** Does nothing: a cell that shows a chart as it grows uses `figure.live(name)`. */
export function pause(_seconds?: number): void {}

// --------------------------------------------------------------------------------------------------------- drawing

/** The methods of Axes that return the axes. */
type Drawing = {
  [K in keyof Axes]: Axes[K] extends (...args: any) => infer R ? (R extends Axes ? K : never) : never;
}[keyof Axes];

/** A method of the current axes as a function that returns their figure, with what was drawn. */
function drawn<K extends Drawing>(name: K): Figure[K] {
  const f = (...args: unknown[]): Figure => {
    const axes = gca();
    if (typeof axes[name] !== 'function')
      throw new TypeError(
        `${name}: axes in three dimensions do not draw it; take plain axes: plot.subplot()`,
      );
    const artists = drawnBy((axes[name] as (...args: unknown[]) => unknown)(...args));
    return artists === undefined ? axes.figure : withArtists(axes.figure, artists);
  };
  return Object.defineProperty(f, 'name', { value: name }) as unknown as Figure[K];
}

/**
 * Points: `scatter(x, y, {c, s})`. `c` may hold class labels (one colour each) or numbers (a colour scale).
 * @see matplotlib.pyplot.scatter
 */
export const scatter = drawn('scatter');

/**
 * Lines or markers: `plot(y)`, `plot(x, y)`, `plot(x, y, 'or-')`, `plot(x1, y1, 'b', x2, y2, 'r--')`.
 * @see matplotlib.pyplot.plot
 */
export const plot = drawn('plot');

/**
 * The same as `plot`.
 * @see matplotlib.pyplot.plot
 */
export const line = drawn('line');

/**
 * `plot` with a logarithmic x axis.
 * @see matplotlib.pyplot.semilogx
 */
export const semilogx = drawn('semilogx');

/**
 * `plot` with a logarithmic y axis.
 * @see matplotlib.pyplot.semilogy
 */
export const semilogy = drawn('semilogy');

/**
 * `plot` with two logarithmic axes.
 * @see matplotlib.pyplot.loglog
 */
export const loglog = drawn('loglog');

/**
 * A line in steps: `step(x, y, {where: 'mid'})`.
 * @see matplotlib.pyplot.step
 */
export const step = drawn('step');

/**
 * A histogram with np.histogram's counts: `hist(v, 30, {range: [-1, 1]})`, `hist(v, {bins: 30})`.
 * @see matplotlib.pyplot.hist
 */
export const hist = drawn('hist');

/**
 * Bars over names or positions: `bar(names, heights)`, `bar(x, heights, 0.4, {bottom})`.
 * @see matplotlib.pyplot.bar
 */
export const bar = drawn('bar');

/**
 * Horizontal bars: `barh(names, lengths)`.
 * @see matplotlib.pyplot.barh
 */
export const barh = drawn('barh');

/**
 * Points with error bars: `errorbar(k, mean, {yerr: std})`.
 * @see matplotlib.pyplot.errorbar
 */
export const errorbar = drawn('errorbar');

/**
 * The area between two curves, or between a curve and a number.
 * @see matplotlib.pyplot.fill_between
 */
export const fillBetween = drawn('fillBetween');

/**
 * The area between two curves over y.
 * @see matplotlib.pyplot.fill_betweenx
 */
export const fillBetweenx = drawn('fillBetweenx');

/**
 * A filled polygon: `fill(x, y, 'r')`.
 * @see matplotlib.pyplot.fill
 */
export const fill = drawn('fill');

/**
 * Stems from a base line to points.
 * @see matplotlib.pyplot.stem
 */
export const stem = drawn('stem');

/**
 * Areas on top of each other: `stackplot(x, y1, y2)`.
 * @see matplotlib.pyplot.stackplot
 */
export const stackplot = drawn('stackplot');

/**
 * Horizontal lines: `hlines(y, xmin, xmax)`.
 * @see matplotlib.pyplot.hlines
 */
export const hlines = drawn('hlines');

/**
 * Vertical lines: `vlines(x, ymin, ymax)`.
 * @see matplotlib.pyplot.vlines
 */
export const vlines = drawn('vlines');

/**
 * A matrix as coloured cells; `{annotate: true}` writes the numbers into them.
 * @see seaborn.heatmap
 */
export const heatmap = drawn('heatmap');

/**
 * An image (H, W), (H, W, 3) or (H, W, 4).
 * @see matplotlib.pyplot.imshow
 */
export const imshow = drawn('imshow');

/**
 * A matrix as an image with its rows and columns numbered.
 * @see matplotlib.pyplot.matshow
 */
export const matshow = drawn('matshow');

/**
 * Where a matrix is not zero.
 * @see matplotlib.pyplot.spy
 */
export const spy = drawn('spy');

/**
 * Lines of equal value: `contour(z)` or `contour(x, y, z, levels)`.
 * @see matplotlib.pyplot.contour
 */
export const contour = drawn('contour');

/**
 * Filled contours: `contourf(z)` or `contourf(x, y, z, 20)`.
 * @see matplotlib.pyplot.contourf
 */
export const contourf = drawn('contourf');

/**
 * Writes the values on the contour lines that were drawn last.
 * @see matplotlib.pyplot.clabel
 */
export const clabel = drawn('clabel');

/** Decision regions: the class of each point of a meshgrid, to draw points over. */
export const regions = drawn('regions');

/**
 * A horizontal line across the axes.
 * @see matplotlib.pyplot.axhline
 */
export const axhline = drawn('axhline');

/**
 * A vertical line across the axes.
 * @see matplotlib.pyplot.axvline
 */
export const axvline = drawn('axvline');

/**
 * A horizontal band across the axes.
 * @see matplotlib.pyplot.axhspan
 */
export const axhspan = drawn('axhspan');

/**
 * A vertical band across the axes.
 * @see matplotlib.pyplot.axvspan
 */
export const axvspan = drawn('axvspan');

/**
 * A text at a point: `text(x, y, 'here')`.
 * @see matplotlib.pyplot.text
 */
export const text = drawn('text');

/**
 * A text with an arrow: `annotate('here', {xy: [1, 2], xytext: [2, 3]})`.
 * @see matplotlib.pyplot.annotate
 */
export const annotate = drawn('annotate');

/**
 * An arrow from (x, y) to (x + dx, y + dy).
 * @see matplotlib.pyplot.arrow
 */
export const arrow = drawn('arrow');

/**
 * Title of the current axes.
 * @see matplotlib.pyplot.title
 */
export const title = drawn('title');

/**
 * Name of the x axis.
 * @see matplotlib.pyplot.xlabel
 */
export const xlabel = drawn('xlabel');

/**
 * Name of the y axis.
 * @see matplotlib.pyplot.ylabel
 */
export const ylabel = drawn('ylabel');

/**
 * Limits of x: `xlim(low, high)` or `xlim([low, high])`; null leaves a side to the data.
 * @see matplotlib.pyplot.xlim
 */
export const xlim = drawn('xlim');

/**
 * Limits of y: `ylim(low, high)` or `ylim([low, high])`; null leaves a side to the data.
 * @see matplotlib.pyplot.ylim
 */
export const ylim = drawn('ylim');

/**
 * Positions and texts of the ticks on x.
 * @see matplotlib.pyplot.xticks
 */
export const xticks = drawn('xticks');

/**
 * Positions and texts of the ticks on y.
 * @see matplotlib.pyplot.yticks
 */
export const yticks = drawn('yticks');

/**
 * A 'linear' or a 'log' x axis.
 * @see matplotlib.pyplot.xscale
 */
export const xscale = drawn('xscale');

/**
 * A 'linear' or a 'log' y axis.
 * @see matplotlib.pyplot.yscale
 */
export const yscale = drawn('yscale');

/**
 * Shows or hides the lines of the grid.
 * @see matplotlib.pyplot.grid
 */
export const grid = drawn('grid');

/**
 * Shows the legend: `legend()`, `legend(['a', 'b'])`, `legend({loc: 'upper left'})`.
 * @see matplotlib.pyplot.legend
 */
export const legend = drawn('legend');

/**
 * Writes their lengths on bars: `bar_label(plot.bar(names, heights))`.
 * @see matplotlib.pyplot.bar_label
 */
export const barLabel = drawn('barLabel');

/**
 * 'off', 'equal', 'tight', 'image' or [xmin, xmax, ymin, ymax].
 * @see matplotlib.pyplot.axis
 */
export const axis = drawn('axis');

/**
 * The colour bar of what was drawn last with a colour scale.
 * @see matplotlib.pyplot.colorbar
 */
export const colorbar = drawn('colorbar');

/**
 * The values at the two ends of the colour scale of what was drawn last.
 * @see matplotlib.pyplot.clim
 */
export const clim = drawn('clim');

/**
 * Boxes of quartiles with whiskers: one for an array, one each for a list of arrays.
 * @see matplotlib.pyplot.boxplot
 */
export const boxplot = drawn('boxplot');

/**
 * The shapes of distributions: one for an array, one each for a list of arrays.
 * @see matplotlib.pyplot.violinplot
 */
export const violinplot = drawn('violinplot');

/**
 * A pie of shares: `pie([30, 70], {labels: ['a', 'b'], autopct: '%1.1f%%'})`.
 * @see matplotlib.pyplot.pie
 */
export const pie = drawn('pie');

/**
 * Cells of a grid as colours: `pcolormesh(x, y, z)`.
 * @see matplotlib.pyplot.pcolormesh
 */
export const pcolormesh = drawn('pcolormesh');

/**
 * How many points fall into each cell of a grid: `hist2d(x, y, 20)`.
 * @see matplotlib.pyplot.hist2d
 */
export const hist2d = drawn('hist2d');

/**
 * How many points fall into each hexagon of a honeycomb: `hexbin(x, y, {gridsize: 20})`.
 * @see matplotlib.pyplot.hexbin
 */
export const hexbin = drawn('hexbin');

/**
 * Arrows (u, v) at points (x, y).
 * @see matplotlib.pyplot.quiver
 */
export const quiver = drawn('quiver');

// In NumPy's spelling.
export {
  barLabel as bar_label,
  fillBetween as fill_between,
  fillBetweenx as fill_betweenx,
  GridSpec,
  subplotMosaic as subplot_mosaic,
  subplotsAdjust as subplots_adjust,
  tightLayout as tight_layout,
};
