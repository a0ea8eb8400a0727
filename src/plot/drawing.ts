// matplotlib.pyplot's functions that draw on the current axes of the current figure. Each is a method of Axes; it returns
// the figure, so that `plot.scatter(x, y)` as the last line of a cell is a chart, and `plot.regions(xx, yy, Z).scatter(x, y)`
// one with two layers, and with it what was drawn: `const [line] = plot.plot(x, y)`.

import { drawnBy, withArtists } from './artists.js';
import type { Axes } from './axes.js';
import type { Figure } from './figure.js';
import { gca } from './pyplot.js';

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

/**
 * How ticks and their texts look: `tick_params('x', {rotation: 45})`.
 * @see matplotlib.pyplot.tick_params
 */
export const tickParams = drawn('tickParams');

/**
 * How large numbers are written on the axes.
 * @see matplotlib.pyplot.ticklabel_format
 */
export const ticklabelFormat = drawn('ticklabelFormat');

/**
 * About how many ticks there are.
 * @see matplotlib.pyplot.locator_params
 */
export const locatorParams = drawn('locatorParams');

/**
 * Small ticks between the others.
 * @see matplotlib.pyplot.minorticks_on
 */
export const minorticksOn = drawn('minorticksOn');

/**
 * No small ticks between the others.
 * @see matplotlib.pyplot.minorticks_off
 */
export const minorticksOff = drawn('minorticksOff');

/**
 * Room around the data as a share of them: `margins(0.1)`.
 * @see matplotlib.pyplot.margins
 */
export const margins = drawn('margins');

/**
 * Limits go back to those of the data.
 * @see matplotlib.pyplot.autoscale
 */
export const autoscale = drawn('autoscale');

/**
 * Lines along a field of arrows: `streamplot(x, y, u, v)`.
 * @see matplotlib.pyplot.streamplot
 */
export const streamplot = drawn('streamplot');

// In NumPy's spelling.
export {
  barLabel as bar_label,
  fillBetween as fill_between,
  fillBetweenx as fill_betweenx,
  locatorParams as locator_params,
  minorticksOff as minorticks_off,
  minorticksOn as minorticks_on,
  ticklabelFormat as ticklabel_format,
  tickParams as tick_params,
};
