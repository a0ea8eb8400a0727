// What axes draw of values on a grid: images, matrices, contours, decision regions. The traces are built in fields.ts.

import { AxesImage, ContourSet, type Drawn, type Host, withArtists } from './artists.js';
import { STYLE, type StyleOptions } from './coordinates.js';
import {
  CONTOUR,
  type ContourOptions,
  contour,
  HEATMAP,
  type HeatmapOptions,
  heatmap,
  paintRegions,
  REGIONS,
  type Regions,
  type RegionsOptions,
  regions,
  type SurfaceOptions,
} from './fields.js';
import { imageTrace, readImages } from './images.js';
import { LineAxes, type Styled } from './line-axes.js';
import { type Named, read } from './options.js';
import { rcParams } from './rc.js';
import type { Trace } from './series.js';
import { extent, isOptions, type Labels, matrix, numbers, rowsOf, type Values } from './values.js';

/** Takes `z` or `x, y, z` and trailing options apart; contours take their levels before the options too. */
export function gridArguments<O extends object>(
  fn: string,
  args: readonly unknown[],
  withLevels = false,
): { arrays: unknown[]; options: O } {
  const last = args.at(-1);
  const plain = isOptions(last);
  const arrays = plain ? args.slice(0, -1) : [...args];
  while (arrays.at(-1) === undefined && arrays.length > 0) arrays.pop();
  const options = (plain ? last : {}) as O;
  const levels = withLevels && (arrays.length === 2 || arrays.length === 4) ? { levels: arrays.pop() } : {};
  if (levels.levels !== undefined && typeof levels.levels !== 'number') {
    const { shape } = numbers(levels.levels, `${fn}: levels`);
    if (shape.length !== 1) arrays.push(levels.levels);
  }
  if (arrays.length !== 1 && arrays.length !== 3) {
    throw new TypeError(`${fn}: takes ${fn}(z) or ${fn}(x, y, z), got ${arrays.length} arrays`);
  }
  return { arrays, options: { ...levels, ...options } };
}

type Grid<O> = [z: Values, options?: O] | [x: Values, y: Values, z: Values, options?: O];
type Levels = number | Values;
type Contour = Styled<ContourOptions>;
/** `contour(z)`, `contour(x, y, z)`, each with levels and options behind. */
export type ContourArguments =
  | [z: Values, options?: Contour]
  | [z: Values, levels: Levels, options?: Contour]
  | [x: Values, y: Values, z: Values, options?: Contour]
  | [x: Values, y: Values, z: Values, levels: Levels, options?: Contour];
export type SurfaceArguments = Grid<Styled<SurfaceOptions>>;

export interface LabelOptions {
  fontsize?: number;
  /** Taken, and left to the chart, which writes as many digits as are needed, upon the lines. */
  inline?: boolean | number;
  fmt?: unknown;
}
const CLABEL = { fontsize: 1, inline: 1, fmt: 1 } as const;

const image = (host: Host, traces: readonly Trace[]): AxesImage => new AxesImage(host, traces);

export abstract class GridAxes extends LineAxes {
  /**
   * Draws a matrix as coloured cells, row 0 on top; `annotate` writes the numbers into them.
   * @see seaborn.heatmap, matplotlib.pyplot.matshow
   */
  heatmap(z: Values, options: Styled<HeatmapOptions> = {}): Drawn<this, AxesImage> {
    return this.gives(() => this.cells('heatmap', z, options, true), image);
  }

  /**
   * Shows an image: (H, W) through a colormap, or (H, W, 3) and (H, W, 4) as colours, 0-255 if uint8, else 0..1.
   * @see matplotlib.pyplot.imshow
   */
  imshow(pixels: Values, options: Styled<HeatmapOptions> = {}): Drawn<this, AxesImage> {
    return this.gives(() => this.image(pixels, options), image);
  }

  private image(image: Values, options: Styled<HeatmapOptions>): this {
    const [image0] = readImages(image, 'imshow', false);
    if (image0.channels === 1) {
      return this.cells(
        'imshow',
        [...Array(image0.height).keys()].map((r) =>
          image0.flat.slice(r * image0.width, (r + 1) * image0.width),
        ),
        options,
        false,
      );
    }
    const o = read<HeatmapOptions & StyleOptions>('imshow', options, HEATMAP, STYLE);
    const { width, height } = image0;
    const lower = (o.origin ?? rcParams['image.origin']) === 'lower';
    const [left, right, bottom, top] = o.extent ?? [
      -0.5,
      width - 0.5,
      ...(lower ? [-0.5, height - 0.5] : [height - 0.5, -0.5]),
    ];
    const [dx, dy] = [(right - left) / width, (lower ? top - bottom : bottom - top) / height];
    const trace = imageTrace(image0, 'imshow');
    if (o.extent !== undefined || lower)
      Object.assign(trace, { x0: left + dx / 2, dx, y0: (lower ? bottom : top) + dy / 2, dy });
    if (o.alpha !== undefined) trace.opacity = o.alpha;
    this.add(trace);
    this.axisBoth({ constrain: 'domain', showgrid: false });
    if (o.aspect === 'auto') this.axisLayout('y').scaleanchor = false;
    else this.setAspect(o.aspect ?? 'equal');
    this.axisLayout('x').range = [left, right];
    this.axisLayout('y').range = [bottom, top];
    return this.cover([left, right], [bottom, top]).drew(`image: ${height}x${width}`).style(o);
  }

  /**
   * Shows a matrix as an image with its rows and columns numbered.
   * @see matplotlib.pyplot.matshow
   */
  matshow(z: Values, options: Styled<HeatmapOptions> = {}): Drawn<this, AxesImage> {
    this.axisLayout('x').side = 'top';
    return this.gives(() => this.cells('matshow', z, options, false), image);
  }

  /**
   * Shows where a matrix is not zero.
   * @see matplotlib.pyplot.spy
   */
  spy(z: Values, options: Styled<HeatmapOptions> & { precision?: number } = {}): Drawn<this, AxesImage> {
    const { precision = 0, ...more } = options;
    const { rows, cols, flat } = matrix(z, 'spy: z');
    const marks = rowsOf(
      flat.map((v) => (Math.abs(v) > precision ? 1 : 0)),
      rows,
      cols,
    );
    const look = { cmap: 'binary' as const, vmin: 0, vmax: 1, ...more };
    return this.gives(() => this.cells('spy', marks, look, false), image);
  }

  private cells(fn: string, z: Values, given: Styled<HeatmapOptions>, colorbar: boolean): this {
    const options = read<HeatmapOptions & StyleOptions>(fn, given, HEATMAP, STYLE);
    if (fn !== 'heatmap') options.origin ??= rcParams['image.origin'];
    const { trace, rows, cols } = heatmap(fn, z, options, colorbar);
    this.add(trace);
    this.axisBoth({ showgrid: false, constrain: 'domain' });
    const upper = (options.origin ?? 'upper') === 'upper';
    const [left, right, bottom, top] = options.extent ?? [-0.5, cols - 0.5, -0.5, rows - 0.5];
    if (options.extent !== undefined) {
      this.axisLayout('x').range = [left, right];
      this.axisLayout('y').range = [bottom, top];
    } else if (upper) this.axisLayout('y').autorange = 'reversed';
    const long = Math.max(rows / cols, cols / rows);
    const aspect = options.aspect ?? (long > 4 || options.extent !== undefined ? undefined : 'equal');
    if (aspect === 'equal' || typeof aspect === 'number') this.setAspect(aspect);
    else if (aspect === undefined && options.extent !== undefined) this.setAspect('equal');
    const small = Math.max(rows, cols) <= 12 && options.extent === undefined;
    if (small) this.axisBoth({ ticklen: 0, showline: false });
    if (small && options.x === undefined) this.axisLayout('x').dtick = 1;
    if (small && options.y === undefined) this.axisLayout('y').dtick = 1;
    return this.cover([left, right], [bottom, top]).drew(`${fn}: ${rows}x${cols}`).style(options);
  }

  /**
   * Draws lines of equal value: `contour(z)`, `contour(x, y, z)`, `contour(x, y, z, levels)`, where x and y are vectors
   * or a meshgrid and levels a number of them or their values.
   * @see matplotlib.pyplot.contour
   */
  contour(...args: ContourArguments): Drawn<this, ContourSet> {
    return this.contours('contour', args);
  }

  /**
   * Fills the areas between levels: `contourf(z)`, `contourf(x, y, z)`, `contourf(x, y, z, 20)`.
   * @see matplotlib.pyplot.contourf
   */
  contourf(...args: ContourArguments): Drawn<this, ContourSet> {
    return this.contours('contourf', args);
  }

  private contours(fn: 'contour' | 'contourf', args: readonly unknown[]): Drawn<this, ContourSet> {
    const { arrays, options: given } = gridArguments<Contour>(fn, args, true);
    const options = read<ContourOptions & StyleOptions>(fn, given, CONTOUR, STYLE);
    const { traces, rows, cols, x, y, levels } = contour(fn, arrays, options);
    for (const trace of traces) this.add(trace);
    this.cover(x as number[], y as number[])
      .drew(`${fn}: ${rows}x${cols}`)
      .style(options);
    return withArtists(this, new ContourSet(this.host(), traces, levels));
  }

  /**
   * Writes the values on the contour lines that were drawn last.
   * @see matplotlib.pyplot.clabel
   */
  clabel(contours?: ContourSet | Named<LabelOptions>, options: Named<LabelOptions> = {}): this {
    const o = read<LabelOptions>(
      'clabel',
      isOptions(contours) ? (contours as LabelOptions) : options,
      CLABEL,
    );
    const lines = this.own().filter((t) => t.type === 'contour');
    if (lines.length === 0)
      throw new Error('clabel: no contours are drawn here; draw contour(x, y, z) first');
    const labelfont = o.fontsize === undefined ? {} : { labelfont: { size: o.fontsize } };
    for (const t of lines)
      t.contours = { ...(t.contours as object), showlabels: true, ...labelfont } as Trace['contours'];
    return this;
  }

  /**
   * Paints decision regions: the class of every point of a meshgrid. Points drawn over them with
   * `scatter(x, y, {c: labels})` get the same colours.
   * @param xx,yy meshgrid matrices, or the vectors they were made from
   * @param labels one class per grid point, as a matrix or flat
   */
  regions(xx: Values, yy: Values, labels: Labels, given: Styled<RegionsOptions> = {}): this {
    const options = read<RegionsOptions & StyleOptions>('regions', given, REGIONS, STYLE);
    const drawn: Regions = regions(xx, yy, labels, options);
    this.addClasses({
      cmap: String(options.cmap ?? 'Spectral'),
      classes: drawn.classes,
      paint: (all, cmap) => paintRegions(drawn, all, cmap),
    });
    this.add(drawn.trace);
    if (drawn.boundary) this.add(drawn.boundary);
    this.axisBoth({ showgrid: false });
    const [x, y] = [drawn.x as number[], drawn.y as number[]];
    const { x: xAxis, y: yAxis } = { x: this.axisLayout('x'), y: this.axisLayout('y') };
    xAxis.range ??= extent(x);
    yAxis.range ??= extent(y);
    return this.cover(x, y).drew(`regions: ${drawn.rows}x${drawn.cols}`).style(options);
  }
}
