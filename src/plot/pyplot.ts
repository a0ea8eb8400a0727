// The helpers by themselves: each makes a new figure and draws into it, so that `plot.scatter(x, y)` as the last
// line of a cell is a chart, and `plot.regions(xx, yy, Z).scatter(x, y)` one with two layers.

import { notebook } from '../core/notebook.js';
import type { PlotArguments } from './axes.js';
import type { Colormap } from './colors.js';
import type { StyleOptions } from './coordinates.js';
import type {
  DiagramArrow,
  DiagramBox,
  DiagramOptions,
  NetworkOptions,
  VolumeBox,
  VolumesOptions,
} from './diagram.js';
import type { ContourOptions, HeatmapOptions, RegionsOptions, SurfaceOptions } from './fields.js';
import { Figure, type FigureOptions, type SubplotsOptions } from './figure.js';
import type { ImageGridOptions, ThumbnailOptions } from './images.js';
import {
  type BarOptions,
  type ErrorbarOptions,
  type HistOptions,
  histArguments,
  type LineOptions,
  type ScatterOptions,
} from './series.js';
import { isOptions, type Labels, type Values } from './values.js';

type Style = StyleOptions & Pick<FigureOptions, 'width' | 'height' | 'figsize'>;
type Mapped = { cmap?: Colormap };

// Figures that were made and have not been seen, the newest last, for those who write plot.show() below the drawing.
const unseen: Figure[] = [];

function made(figure: Figure): Figure {
  unseen.push(figure);
  if (unseen.length > 20) unseen.shift();
  return figure;
}

/**
 * Shows the figures that were made and not shown yet. Without a notebook it does nothing; `figure.save(path)` writes a page.
 * The value of a cell shows itself, so that this is needed only for figures in the middle of one.
 * @see matplotlib.pyplot.show
 */
export function show(): void {
  const figures = unseen.splice(0).filter((figure) => !figure.seen);
  if (notebook() !== null) for (const figure of figures) figure.show();
}

/** Figure size options may travel with the drawing options. */
function open(options: unknown): Figure {
  const { width, height, figsize } = (isOptions(options) ? options : {}) as FigureOptions;
  return made(new Figure({ width, height, figsize }));
}

/**
 * An empty figure to draw into.
 * @see matplotlib.pyplot.figure
 */
export function figure(options: FigureOptions = {}): Figure {
  return made(new Figure(options));
}

/**
 * A figure of rows x cols axes: `const fig = plot.subplots(1, 2); fig.at(0, 1).plot(y)`.
 * @see matplotlib.pyplot.subplots
 */
export function subplots(rows: number, cols: number, options: SubplotsOptions = {}): Figure {
  if (!Number.isInteger(rows) || !Number.isInteger(cols) || rows < 1 || cols < 1) {
    throw new RangeError(
      `subplots: rows and columns must be whole numbers of at least 1, got ${rows} and ${cols}`,
    );
  }
  return made(new Figure(options, { ...options, rows, cols }));
}

/**
 * Points. `c` may hold class labels (one colour each) or numbers (a colour scale).
 * @param x,y vectors of equal length
 * @see matplotlib.pyplot.scatter
 */
export function scatter(x: Values, y: Values, options: ScatterOptions & Style & Mapped = {}): Figure {
  return open(options).scatter(x, y, options);
}

/**
 * Lines or markers: `plot(y)`, `plot(x, y)`, `plot(x, y, 'or-')`, `plot(x1, y1, 'b', x2, y2, 'r--')`.
 * @see matplotlib.pyplot.plot
 */
export function plot(...args: PlotArguments | [...unknown[], Style & LineOptions]): Figure {
  return open(args.at(-1)).plot(...(args as PlotArguments));
}

/** The same as `plot`. */
export const line = plot;

/**
 * A histogram with np.histogram's counts: `hist(v, 30, {range: [-1, 1]})`, `hist(v, {bins: 30})`.
 * @see matplotlib.pyplot.hist
 */
export function hist(
  v: Values,
  bins: number | Values | (HistOptions & Style) = 10,
  given: HistOptions & Style = {},
): Figure {
  const [edges, options] = histArguments(bins, given);
  return open(options).hist(v, edges, options);
}

/**
 * Bars over names or positions.
 * @see matplotlib.pyplot.bar
 */
export function bar(
  x: Labels,
  height: Values,
  options: BarOptions & StyleOptions & FigureOptions = {},
): Figure {
  return made(new Figure({ height: options.height })).bar(x, height, options);
}

/**
 * Points with error bars: `errorbar(k, mean, {yerr: std})`.
 * @see matplotlib.pyplot.errorbar
 */
export function errorbar(x: Values, y: Values, options: ErrorbarOptions & Style): Figure {
  return open(options).errorbar(x, y, options);
}

/**
 * A matrix as coloured cells; `{annotate: true}` writes the numbers into them.
 * @see seaborn.heatmap
 */
export function heatmap(z: Values, options: HeatmapOptions & Style & Mapped = {}): Figure {
  return open(options).heatmap(z, options);
}

/**
 * An image (H, W), (H, W, 3) or (H, W, 4).
 * @see matplotlib.pyplot.imshow
 */
export function imshow(image: Values, options: HeatmapOptions & Style & Mapped = {}): Figure {
  return open(options).imshow(image, options);
}

type Grid<O> = [z: Values, options?: O] | [x: Values, y: Values, z: Values, options?: O];

/**
 * Lines of equal value: `contour(z)` or `contour(x, y, z)`.
 * @see matplotlib.pyplot.contour
 */
export function contour(...args: Grid<ContourOptions & Style & Mapped>): Figure {
  return open(args.at(-1)).contour(...(args as [Values]));
}

/**
 * Filled contours: `contourf(z)` or `contourf(x, y, z)`.
 * @see matplotlib.pyplot.contourf
 */
export function contourf(...args: Grid<ContourOptions & Style & Mapped>): Figure {
  return open(args.at(-1)).contourf(...(args as [Values]));
}

/**
 * Decision regions: the class of each point of a meshgrid, to draw points over:
 * `plot.regions(xx, yy, Z).scatter(x, y, {c: labels})`.
 */
export function regions(
  xx: Values,
  yy: Values,
  labels: Labels,
  options: RegionsOptions & Style & Mapped = {},
): Figure {
  return open(options).regions(xx, yy, labels, options);
}

/**
 * A surface in three dimensions: `surface(z)` or `surface(x, y, z)`.
 * @see mpl_toolkits.mplot3d.Axes3D.plot_surface
 */
export function surface(...args: Grid<SurfaceOptions & Style & Mapped & { zlabel?: string }>): Figure {
  return open(args.at(-1)).surface(...(args as [Values]));
}

/** Images as tiles: a list of images, or an array (N, H, W), (N, H, W, 3) or (N, 3, H, W). */
export function imageGrid(
  images: Values | readonly Values[],
  options: ImageGridOptions & FigureOptions = {},
): Figure {
  return open(options).imageGrid(images, options);
}

/**
 * A diagram: boxes with texts at places of your choice, y upwards, and arrows between them.
 * @example
 * plot.diagram(
 *   [{ text: 'input', x: 0, y: 0 }, { text: 'conv', x: 3, y: 0 }],
 *   [['input', 'conv']],
 * );
 */
export function diagram(
  boxes: readonly DiagramBox[],
  arrows: readonly DiagramArrow[] = [],
  options: DiagramOptions & FigureOptions = {},
): Figure {
  return open(options).diagram(boxes, arrows, options);
}

/**
 * The volumes of a ConvNet from left to right, as blocks.
 * @example
 * plot.volumes(
 *   [{ shape: [32, 32, 3], label: 'INPUT' }, { shape: [32, 32, 12], label: 'CONV' }, { shape: [10], label: 'FC' }],
 *   { between: ['3x3 filters', ''] },
 * );
 */
export function volumes(volumes: readonly VolumeBox[], options: VolumesOptions & FigureOptions = {}): Figure {
  return open(options).volumes(volumes, options);
}

/**
 * A fully connected net as circles and lines.
 * @example
 * plot.network([3, 4, 2], { labels: ['input', 'hidden', 'output'] });
 */
export function network(sizes: readonly number[], options: NetworkOptions & FigureOptions = {}): Figure {
  return open(options).network(sizes, options);
}

/** Small images at points: `plot.thumbnails(x, y, images)`, for example where an embedding puts them. */
export function thumbnails(
  x: Values,
  y: Values,
  images: Values | readonly Values[],
  options: ThumbnailOptions & Style = {},
): Figure {
  return open(options).thumbnails(x, y, images, options);
}
