// Axes: one coordinate system of a figure with matplotlib's drawing methods. Every method returns the axes, so calls
// chain and compose. The traces themselves are built in series.ts, fields.ts and images.ts.

import { type Colormap, classColors } from './colors.js';
import { Coordinates, drawingOptions, type Loose, type StyleOptions } from './coordinates.js';
import {
  type DiagramArrow,
  type DiagramBox,
  type DiagramOptions,
  drawDiagram,
  drawNetwork,
  drawVolumes,
  type NetworkOptions,
  type VolumeBox,
  type VolumesOptions,
} from './diagram.js';
import {
  type ContourOptions,
  contour,
  type HeatmapOptions,
  heatmap,
  paintRegions,
  type Regions,
  type RegionsOptions,
  regions,
  type SurfaceOptions,
  surface,
} from './fields.js';
import {
  type ImageGridOptions,
  imageTiles,
  imageTrace,
  pixelRange,
  readImages,
  type ThumbnailOptions,
  toPixels,
} from './images.js';
import { pngDataUri } from './png.js';
import {
  type BarOptions,
  band,
  bar,
  type ColorSpec,
  type ErrorbarOptions,
  errorbar,
  type HistOptions,
  hist,
  histArguments,
  type LineOptions,
  lines,
  plotArguments,
  polygon,
  type ScatterOptions,
  scatter,
  type Trace,
} from './series.js';
import { extent, isOptions, type Labels, sameLength, type Values, vector } from './values.js';

// The names of options that the drawing calls have, besides those of the axes.
const LINE = [
  ...[
    'color',
    'linewidth',
    'lw',
    'linestyle',
    'ls',
    'marker',
    'markersize',
    'ms',
    'alpha',
    'label',
    'step',
    'fill',
  ],
];
const POINTS = [
  ...['c', 'color', 's', 'cmap', 'alpha', 'marker', 'label', 'labels', 'classes', 'vmin', 'vmax', 'colorbar'],
  ...['edgecolors', 'linewidths', 'text'],
];
const HISTOGRAM = ['bins', 'range', 'density', 'cumulative', 'label', 'color', 'alpha'];
const BARS = ['label', 'color', 'alpha', 'width', 'orientation', 'yerr', 'annotate', 'stacked'];
const CELLS = [
  ...['cmap', 'vmin', 'vmax', 'alpha', 'annotate', 'colorbar', 'x', 'y', 'origin', 'aspect', 'interpolation'],
];
const LEVELS = ['cmap', 'levels', 'colorbar', 'labels', 'color', 'linewidth', 'alpha', 'vmin', 'vmax'];

const plural = (n: number, word: string): string => `${n} ${word}${n === 1 ? '' : 's'}`;

/** One pair of axes: what is drawn on it, its titles, limits and scales. */
export class Axes extends Coordinates {
  // ---------------------------------------------------------------------------------------------- points and lines

  /**
   * Draws points. `c` as class labels gives one colour and one trace per class; as numbers, a colour scale; as a
   * string, one colour.
   * @param x,y vectors of equal length
   * @see matplotlib.pyplot.scatter
   */
  scatter(x: Values, y: Values, options: ScatterOptions & StyleOptions & { cmap?: Colormap } = {}): this {
    drawingOptions('scatter', options, POINTS);
    const drawn = scatter(x, y, options);
    if (drawn.classes) {
      const { traces } = drawn;
      const own = drawn.classes;
      this.addClasses({
        cmap: options.cmap ?? 'Spectral',
        classes: own,
        paint: (all, cmap) => {
          const colors = classColors(all, cmap, 'scatter');
          own.forEach((value, k) => {
            const marker = traces[k].marker as Loose;
            marker.color = colors[all.indexOf(value)];
          });
        },
      });
      if (this.domain === null) for (const t of traces) t.showlegend = true;
    } else if ((drawn.traces[0].marker as Loose).color === undefined) {
      (drawn.traces[0].marker as Loose).color = this.nextColor();
    }
    for (const t of drawn.traces) this.add(t);
    return this.cover(drawn.x, drawn.y)
      .drew(`scatter: ${plural(drawn.points, 'point')}`)
      .style(options);
  }

  /**
   * Draws lines or markers: `plot(y)`, `plot(x, y)`, `plot(x, y, 'or-')`, `plot(x1, y1, 'b', x2, y2, 'r--')`, options
   * last. A matrix `y` gives one line per column.
   * @see matplotlib.pyplot.plot
   */
  plot(...args: PlotArguments): this {
    const { series, options } = plotArguments<LineOptions & StyleOptions>(args);
    drawingOptions('plot', options, LINE);
    for (const s of series) {
      const traces = lines('plot', s, options, () => this.nextColor());
      for (const t of traces) {
        this.add(t).cover(t.x as number[], t.y as number[]);
      }
      const n = (traces[0].y as number[]).length;
      this.drew(
        traces.length === 1
          ? `line: ${plural(n, 'point')}`
          : `${traces.length} lines: ${plural(n, 'point')} each`,
      );
    }
    return this.style(options);
  }

  /** The same as `plot`. */
  line(...args: PlotArguments): this {
    return this.plot(...args);
  }

  /**
   * Draws how often values fall into bins (np.histogram's counts).
   * @param v numbers of any shape
   * @param bins how many bins, or their edges
   * @see matplotlib.pyplot.hist
   */
  hist(
    v: Values,
    bins: number | Values | (HistOptions & StyleOptions) = 10,
    given: HistOptions & StyleOptions = {},
  ): this {
    const [edges, options] = histArguments(bins, given);
    drawingOptions('hist', options, HISTOGRAM);
    const { trace, points } = hist(v, edges, options, this.nextColor());
    (this.canvas.layout as Loose).bargap ??= 0;
    (this.canvas.layout as Loose).barmode ??= 'overlay';
    this.axisLayout('y').title ??= { text: options.density ? 'density' : 'count' };
    return this.add(trace)
      .drew(`hist: ${plural(points, 'value')} in ${plural((trace.y as number[]).length, 'bin')}`)
      .style(options);
  }

  /**
   * Draws bars. Several calls stand side by side.
   * @param x category names or positions
   * @see matplotlib.pyplot.bar
   */
  bar(x: Labels, height: Values, options: BarOptions & StyleOptions = {}): this {
    drawingOptions('bar', options, BARS);
    const trace = bar(x, height, options, this.nextColor());
    if (options.stacked) (this.canvas.layout as Loose).barmode = 'stack';
    return this.add(trace)
      .drew(`bar: ${plural((trace.x as unknown[]).length, 'bar')}`)
      .style(options);
  }

  /**
   * Draws points with error bars; `yerr` and `xerr` are a number, one per point, or [lower, upper].
   * @see matplotlib.pyplot.errorbar
   */
  errorbar(x: Values, y: Values, options: ErrorbarOptions & StyleOptions): this {
    drawingOptions('errorbar', options, [...LINE, 'yerr', 'xerr', 'fmt', 'capsize', 'ecolor']);
    const trace = errorbar(x, y, options, () => this.nextColor());
    return this.add(trace)
      .cover(trace.x as number[], trace.y as number[])
      .drew(`errorbar: ${plural((trace.x as number[]).length, 'point')}`)
      .style(options);
  }

  /**
   * Fills the area between two curves, or between a curve and a number.
   * @see matplotlib.pyplot.fill_between
   */
  fillBetween(
    x: Values,
    y1: Values | number,
    y2: Values | number = 0,
    options: LineOptions & StyleOptions = {},
  ): this {
    const last = this.canvas.data.at(-1)?.line as { color?: string } | undefined;
    drawingOptions('fillBetween', options, LINE);
    const trace = band(x, y1, y2, options, last?.color ?? this.nextColor());
    return this.add(trace)
      .cover(trace.x as number[], trace.y as number[])
      .drew('band')
      .style(options);
  }

  /**
   * Fills a polygon through the points. `text` is shown when one hovers over it.
   * @see matplotlib.pyplot.fill
   */
  fill(
    x: Values,
    y: Values,
    options: {
      color?: ColorSpec;
      alpha?: number;
      label?: string;
      text?: string;
      linewidth?: number;
    } & StyleOptions = {},
  ): this {
    drawingOptions('fill', options, ['color', 'alpha', 'label', 'text', 'linewidth']);
    const trace = polygon(x, y, options, this.nextColor());
    return this.add(trace)
      .cover(trace.x as number[], trace.y as number[])
      .drew('polygon')
      .style(options);
  }

  // ------------------------------------------------------------------------------------------------------- diagrams

  /** Boxes with texts, and arrows between them: `diagram([{ text: 'x', x: 0, y: 0 }, ...], [['x', 'y'], ...])`. */
  diagram(
    boxes: readonly DiagramBox[],
    arrows: readonly DiagramArrow[] = [],
    options: DiagramOptions = {},
  ): this {
    drawDiagram(this, boxes, arrows, options);
    return this;
  }

  /** The volumes of a ConvNet from left to right, as blocks: `volumes([{ shape: [32, 32, 3], label: 'INPUT' }, ...])`. */
  volumes(volumes: readonly VolumeBox[], options: VolumesOptions = {}): this {
    drawVolumes(this, volumes, options);
    return this;
  }

  /** A fully connected net as circles and lines: `network([3, 4, 2])`. */
  network(sizes: readonly number[], options: NetworkOptions = {}): this {
    drawNetwork(this, sizes, options);
    return this;
  }

  // ------------------------------------------------------------------------------------------------ values on grids

  /**
   * Draws a matrix as coloured cells, row 0 on top; `annotate` writes the numbers into them.
   * @see seaborn.heatmap, matplotlib.pyplot.matshow
   */
  heatmap(z: Values, options: HeatmapOptions & StyleOptions & { cmap?: Colormap } = {}): this {
    return this.cells('heatmap', z, options, true);
  }

  /**
   * Shows an image: (H, W) through a colormap, or (H, W, 3) and (H, W, 4) as colours, 0-255 if uint8, else 0..1.
   * @see matplotlib.pyplot.imshow
   */
  imshow(image: Values, options: HeatmapOptions & StyleOptions & { cmap?: Colormap } = {}): this {
    const [read] = readImages(image, 'imshow', false);
    if (read.channels === 1) {
      return this.cells(
        'imshow',
        [...Array(read.height).keys()].map((r) => read.flat.slice(r * read.width, (r + 1) * read.width)),
        options,
        false,
      );
    }
    this.add(imageTrace(read, 'imshow'));
    this.equal = true;
    this.axisBoth({ constrain: 'domain', showgrid: false });
    this.axisLayout('y').scaleanchor = this.xName;
    Object.assign(this.axisLayout('x'), { range: [-0.5, read.width - 0.5] });
    Object.assign(this.axisLayout('y'), { range: [read.height - 0.5, -0.5] });
    return this.cover([-0.5, read.width - 0.5], [-0.5, read.height - 0.5])
      .drew(`image: ${read.height}x${read.width}`)
      .style(options);
  }

  private cells(fn: string, z: Values, options: HeatmapOptions & StyleOptions, colorbar: boolean): this {
    drawingOptions(fn, options, CELLS);
    const { trace, rows, cols } = heatmap(fn, z, options, colorbar);
    this.add(trace);
    this.axisBoth({ showgrid: false, constrain: 'domain' });
    if ((options.origin ?? 'upper') === 'upper') this.axisLayout('y').autorange = 'reversed';
    const long = Math.max(rows / cols, cols / rows);
    if ((options.aspect ?? (long > 4 ? 'auto' : 'equal')) === 'equal') {
      this.equal = true;
      this.axisLayout('y').scaleanchor = this.xName;
    }
    const small = Math.max(rows, cols) <= 12;
    if (small) this.axisBoth({ ticklen: 0, showline: false });
    if (small && options.x === undefined) this.axisLayout('x').dtick = 1;
    if (small && options.y === undefined) this.axisLayout('y').dtick = 1;
    return this.cover([-0.5, cols - 0.5], [-0.5, rows - 0.5])
      .drew(`${fn}: ${rows}x${cols}`)
      .style(options);
  }

  /**
   * Draws lines of equal value: `contour(z)` or `contour(x, y, z)`, where x and y are vectors or a meshgrid.
   * @see matplotlib.pyplot.contour
   */
  contour(z: Values, options?: ContourOptions & StyleOptions & { cmap?: Colormap }): this;
  contour(
    x: Values,
    y: Values,
    z: Values,
    options?: ContourOptions & StyleOptions & { cmap?: Colormap },
  ): this;
  contour(...args: unknown[]): this {
    return this.contours('contour', args);
  }

  /**
   * Fills the areas between levels: `contourf(z)` or `contourf(x, y, z)`.
   * @see matplotlib.pyplot.contourf
   */
  contourf(z: Values, options?: ContourOptions & StyleOptions & { cmap?: Colormap }): this;
  contourf(
    x: Values,
    y: Values,
    z: Values,
    options?: ContourOptions & StyleOptions & { cmap?: Colormap },
  ): this;
  contourf(...args: unknown[]): this {
    return this.contours('contourf', args);
  }

  private contours(fn: 'contour' | 'contourf', args: unknown[]): this {
    const { arrays, options } = gridArguments<ContourOptions & StyleOptions>(fn, args);
    drawingOptions(fn, options, LEVELS);
    const { trace, rows, cols, x, y } = contour(fn, arrays, options);
    this.add(trace);
    return this.cover(x as number[], y as number[])
      .drew(`${fn}: ${rows}x${cols}`)
      .style(options);
  }

  /**
   * Paints decision regions: the class of every point of a meshgrid. Points drawn over them with
   * `scatter(x, y, {c: labels})` get the same colours.
   * @param xx,yy meshgrid matrices, or the vectors they were made from
   * @param labels one class per grid point, as a matrix or flat
   */
  regions(
    xx: Values,
    yy: Values,
    labels: Labels,
    options: RegionsOptions & StyleOptions & { cmap?: Colormap } = {},
  ): this {
    drawingOptions('regions', options, ['cmap', 'opacity', 'boundary']);
    const drawn: Regions = regions(xx, yy, labels, options);
    this.addClasses({
      cmap: options.cmap ?? 'Spectral',
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

  /**
   * Draws a surface over a grid: `surface(z)` or `surface(x, y, z)`.
   * @see mpl_toolkits.mplot3d.Axes3D.plot_surface
   */
  surface(z: Values, options?: SurfaceOptions & StyleOptions & { zlabel?: string; cmap?: Colormap }): this;
  surface(
    x: Values,
    y: Values,
    z: Values,
    options?: SurfaceOptions & StyleOptions & { zlabel?: string; cmap?: Colormap },
  ): this;
  surface(...args: unknown[]): this {
    const { arrays, options } = gridArguments<SurfaceOptions & StyleOptions & { zlabel?: string }>(
      'surface',
      args,
    );
    drawingOptions('surface', options, ['cmap', 'alpha', 'vmin', 'vmax', 'colorbar', 'contours', 'zlabel']);
    const { trace, rows, cols } = surface(arrays, options);
    const scene = this.place === 1 ? 'scene' : `scene${this.place}`;
    const layout = this.canvas.layout as Loose;
    const label = (text?: string): Loose => (text === undefined ? {} : { title: { text } });
    layout[scene] = {
      ...(this.domain ? { domain: this.domain } : {}),
      xaxis: label(options.xlabel),
      yaxis: label(options.ylabel),
      zaxis: label(options.zlabel),
      aspectmode: 'manual',
      aspectratio: { x: 1, y: 1, z: 0.75 },
      camera: { eye: { x: 1.25, y: -1.25, z: 0.9 } },
    };
    if (this.domain) {
      // The flat axes of this place give way, and a title that hung on them moves to the paper.
      delete layout[this.axisKey('x')];
      delete layout[this.axisKey('y')];
      const {
        x: [left, right],
        y: [bottom, top],
      } = this.domain;
      const title = this.list<Loose>('annotations').find((a) => a.name === this.titleName);
      if (title) Object.assign(title, this.titlePlace());
      trace.colorbar = {
        len: 0.7 * (top - bottom),
        x: right,
        y: (bottom + top) / 2,
        ...(trace.colorbar as object),
      } as Trace['colorbar'];
      if (right - left < 0.6) Object.assign(trace.colorbar as object, { thickness: 10 });
    }
    this.canvas.data.push({ ...trace, scene });
    this.drew(`surface: ${rows}x${cols}`);
    return options.title === undefined ? this : this.title(options.title);
  }

  /**
   * Shows images as tiles, crisp however small they are.
   * @param images a list of images, or an array (N, H, W), (N, H, W, 3) or (N, 3, H, W)
   */
  imageGrid(images: Values | readonly Values[], options: ImageGridOptions = {}): this {
    drawingOptions('imageGrid', options, ['cols', 'titles', 'normalize', 'cmap', 'tile']);
    const { tiles, cols, rows, aspect, step } = imageTiles(images, options);
    const layout = this.canvas.layout as Loose;
    for (const { source, x, y, title } of tiles) {
      this.picture({ source, x, y, sizex: 1, sizey: aspect, xanchor: 'left', yanchor: 'top' });
      if (title !== undefined) {
        this.addAnnotation({
          text: title,
          x: x + 0.5,
          y: y - 0.02,
          showarrow: false,
          yanchor: 'bottom',
          font: { size: 11 },
        });
      }
    }
    this.hoverPoints(
      tiles.map((t) => t.x + 0.5),
      tiles.map((t) => t.y + aspect / 2),
      1,
      tiles.map((t) => t.hover),
    );
    const [width, height] = [cols * step.x - 0.08, rows * step.y];
    this.axis('off');
    Object.assign(this.axisLayout('x'), { range: [-0.02, width + 0.02], constrain: 'domain' });
    Object.assign(this.axisLayout('y'), {
      range: [height, -0.02],
      scaleanchor: this.xName,
      constrain: 'domain',
    });
    if (this.domain === null) {
      const tile = options.tile ?? Math.max(36, Math.min(120, Math.floor(860 / cols)));
      const top = options.title ? 52 : 12;
      layout.width ??= Math.round(width * tile) + 24;
      layout.height ??= Math.round(height * tile) + top + 12;
      layout.margin ??= { l: 12, r: 12, t: top, b: 12 };
    }
    this.drew(`imageGrid: ${plural(tiles.length, 'image')}`);
    return options.title === undefined ? this : this.title(options.title);
  }

  /**
   * Draws small images at points, for example where an embedding puts them. Hover text names each.
   * @param x,y the images' centres
   * @param images a list of images, or an array (N, H, W), (N, H, W, 3) or (N, 3, H, W)
   */
  thumbnails(
    x: Values,
    y: Values,
    images: Values | readonly Values[],
    options: ThumbnailOptions & StyleOptions = {},
  ): this {
    const tiles = readImages(images, 'thumbnails', true);
    const [xs, ys] = [vector(x, 'thumbnails: x'), vector(y, 'thumbnails: y')];
    sameLength('thumbnails', { x: xs.length, y: ys.length, images: tiles.length });
    drawingOptions('thumbnails', options, ['size', 'cmap', 'text']);
    if (options.text) sameLength('thumbnails', { images: tiles.length, text: options.text.length });
    const { size = 0.05, cmap = 'gray' } = options;
    const span = (v: readonly number[]): number => {
      const [low, high] = extent(v);
      return high > low ? high - low : 1;
    };
    tiles.forEach((tile, i) => {
      this.picture({
        source: pngDataUri(toPixels(tile, pixelRange(tile), cmap, 'thumbnails')),
        x: xs[i],
        y: ys[i],
        sizex: size * span(xs),
        sizey: size * span(ys),
        xanchor: 'center',
        yanchor: 'middle',
      });
    });
    // They take no room on the axes either: the points do.
    this.hoverPoints(xs, ys, 12, options.text ? [...options.text] : tiles.map((_, i) => `image ${i}`));
    return this.cover(xs, ys)
      .drew(`thumbnails: ${plural(tiles.length, 'image')}`)
      .style(options);
  }

  /** Puts an image at a place of the axes. */
  private picture(fields: Loose): void {
    const anchored = { xref: this.xName, yref: this.yName, sizing: 'contain', layer: 'above' };
    this.list<Loose>('images').push({ ...fields, ...anchored });
  }

  /** Invisible points for what shows no hover text of its own, as layout images. */
  private hoverPoints(x: number[], y: number[], size: number, text: string[]): void {
    this.add({
      type: 'scatter',
      mode: 'markers',
      x,
      y,
      marker: { size, opacity: 0 },
      showlegend: false,
      text,
      hovertemplate: '%{text}<extra></extra>',
    });
  }

  /**
   * Axes over these with the same x and a y axis of their own on the right.
   * @see matplotlib.axes.Axes.twinx
   */
  twinx(): Axes {
    const twin = new Axes(this.canvas, this.canvas.axes.length + 1, this.domain, this.xPlace);
    this.canvas.axes.push(twin);
    twin.cycle = this.cycle;
    Object.assign(twin.axisLayout('y'), {
      overlaying: this.yName,
      side: 'right',
      anchor: this.xName,
      showgrid: false,
    });
    return twin;
  }
}

/** Arguments of `plot`: series of [x], y, ['fmt'], then options. */
export type PlotArguments =
  | [y: Values, options?: LineOptions & StyleOptions]
  | [y: Values, format: string, options?: LineOptions & StyleOptions]
  | [x: Values, y: Values, options?: LineOptions & StyleOptions]
  | [x: Values, y: Values, format: string, options?: LineOptions & StyleOptions]
  | [x: Values, y: Values, format: string, ...rest: (Values | string | (LineOptions & StyleOptions))[]];

/** Takes `z` or `x, y, z` and trailing options apart. */
function gridArguments<O>(fn: string, args: readonly unknown[]): { arrays: unknown[]; options: O } {
  const last = args.at(-1);
  const plain = isOptions(last);
  const arrays = plain ? args.slice(0, -1) : [...args];
  if (arrays.at(-1) === undefined) arrays.pop();
  if (arrays.length !== 1 && arrays.length !== 3) {
    throw new TypeError(`${fn}: takes ${fn}(z) or ${fn}(x, y, z), got ${arrays.length} arrays`);
  }
  return { arrays, options: (plain ? last : {}) as O };
}
