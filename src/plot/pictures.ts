// The charts that take a figure of their own: pictures, thumbnails, diagrams, surfaces. Each draws on the current axes
// where nothing is drawn on them yet, and on a new figure otherwise.

import type { StyleOptions } from './coordinates.js';
import { currentFigure, keep } from './current.js';
import type {
  DiagramArrow,
  DiagramBox,
  DiagramOptions,
  NetworkOptions,
  VolumeBox,
  VolumesOptions,
} from './diagram.js';
import { Figure } from './figure.js';
import type { SurfaceArguments } from './grid-axes.js';
import type { ImageGridOptions, ThumbnailOptions } from './images.js';
import type { FigureOptions } from './sheet.js';
import { isOptions, type Values } from './values.js';

/** Where to draw: figure size options may travel with those of the drawing. */
function sheet(options: unknown): Figure {
  const { width, height, figsize } = (isOptions(options) ? options : {}) as FigureOptions;
  const current = currentFigure();
  return current?.unused
    ? current.resize({ width, height, figsize })
    : keep(new Figure({ width, height, figsize }));
}

/**
 * A surface in three dimensions: `surface(z)` or `surface(x, y, z)`.
 * @see mpl_toolkits.mplot3d.Axes3D.plot_surface
 */
export function surface(...args: SurfaceArguments): Figure {
  return sheet(args.at(-1)).surface(...args);
}

/** Images as tiles: a list of images, or an array (N, H, W), (N, H, W, 3) or (N, 3, H, W). */
export function imageGrid(
  images: Values | readonly Values[],
  options: ImageGridOptions & FigureOptions = {},
): Figure {
  return sheet(options).imageGrid(images, options);
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
  return sheet(options).diagram(boxes, arrows, options);
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
  return sheet(options).volumes(volumes, options);
}

/**
 * A fully connected net as circles and lines.
 * @example
 * plot.network([3, 4, 2], { labels: ['input', 'hidden', 'output'] });
 */
export function network(sizes: readonly number[], options: NetworkOptions & FigureOptions = {}): Figure {
  return sheet(options).network(sizes, options);
}

/** Small images at points: `plot.thumbnails(x, y, images)`, for example where an embedding puts them. */
export function thumbnails(
  x: Values,
  y: Values,
  images: Values | readonly Values[],
  options: ThumbnailOptions & StyleOptions = {},
): Figure {
  return sheet(options).thumbnails(x, y, images, options);
}
