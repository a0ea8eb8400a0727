// Axes: one coordinate system of a figure with matplotlib's drawing methods. Every method returns the axes, so calls
// chain and compose. What is drawn over x is in line-axes.ts, values on grids in grid-axes.ts; here are pictures,
// surfaces, diagrams and twins. The traces themselves are built in series.ts, bars.ts, fields.ts and images.ts.

import { LOOKS } from './axis-looks.js';
import { STYLE, type StyleOptions } from './coordinates.js';
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
import { SURFACE, type SurfaceOptions, surface } from './fields.js';
import { emptySpot, type Loose } from './frame.js';
import { gridArguments, type SurfaceArguments } from './grid-axes.js';
import {
  IMAGE_GRID,
  type ImageGridOptions,
  imageTiles,
  pixelRange,
  readImages,
  THUMBNAILS,
  type ThumbnailOptions,
  toPixels,
} from './images.js';
import { plural, type Styled } from './line-axes.js';
import { read } from './options.js';
import { pngDataUri } from './png.js';
import type { Trace } from './series.js';
import { spell } from './spellings.js';
import { StatAxes } from './stat-axes.js';
import { extent, sameLength, type Values, vector } from './values.js';

/** One pair of axes: what is drawn on it, its titles, limits and scales. */
export class Axes extends StatAxes {
  /** Whether it shares the place of axes that were there before. */
  isTwin = false;
  /** The cell of the grid that it fills. */
  cellKey: string | undefined;

  // matplotlib's names of the methods of axes, in both spellings.
  declare set_title: this['title'];
  declare set_xlabel: this['xlabel'];
  declare set_ylabel: this['ylabel'];
  declare set_xlim: this['xlim'];
  declare set_ylim: this['ylim'];
  declare set_xticks: this['xticks'];
  declare set_yticks: this['yticks'];
  declare set_xscale: this['xscale'];
  declare set_yscale: this['yscale'];
  declare setTitle: this['title'];
  declare setXlabel: this['xlabel'];
  declare setYlabel: this['ylabel'];
  declare setXlim: this['xlim'];
  declare setYlim: this['ylim'];
  declare setXticks: this['xticks'];
  declare setYticks: this['yticks'];
  declare setXscale: this['xscale'];
  declare setYscale: this['yscale'];
  declare set_xticklabels: this['setXticklabels'];
  declare set_yticklabels: this['setYticklabels'];
  declare set_aspect: this['setAspect'];
  declare set_axis_off: this['setAxisOff'];
  declare set_axis_on: this['setAxisOn'];
  declare invert_xaxis: this['invertXaxis'];
  declare invert_yaxis: this['invertYaxis'];
  declare fill_between: this['fillBetween'];
  declare fill_betweenx: this['fillBetweenx'];
  declare bar_label: this['barLabel'];
  declare inset_axes: this['insetAxes'];
  declare set_facecolor: this['setFacecolor'];
  declare tick_params: this['tickParams'];
  declare ticklabel_format: this['ticklabelFormat'];
  declare locator_params: this['locatorParams'];
  declare minorticks_on: this['minorticksOn'];
  declare minorticks_off: this['minorticksOff'];
  declare label_outer: this['labelOuter'];
  declare autoscale_view: this['relim'];
  declare get_xlim: this['getXlim'];
  declare get_ylim: this['getYlim'];
  declare get_xticks: this['getXticks'];
  declare get_yticks: this['getYticks'];
  declare get_xticklabels: this['getXticklabels'];
  declare get_yticklabels: this['getYticklabels'];
  declare get_title: this['getTitle'];
  declare get_xlabel: this['getXlabel'];
  declare get_ylabel: this['getYlabel'];
  declare get_legend_handles_labels: this['getLegendHandlesLabels'];
  declare get_lines: this['getLines'];

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

  /**
   * Draws a surface over a grid: `surface(z)` or `surface(x, y, z)`.
   * @see mpl_toolkits.mplot3d.Axes3D.plot_surface
   */
  surface(...args: SurfaceArguments): this {
    const { arrays, options: given } = gridArguments<Styled<SurfaceOptions>>('surface', args);
    const options = read<SurfaceOptions & StyleOptions>('surface', given, SURFACE, STYLE);
    const { trace, rows, cols } = surface(arrays, options);
    const scene = this.sceneName;
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
      const title = this.layoutList<Loose>('annotations').find((a) => a.name === this.titleName);
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
    const { title, width, height } = options;
    return this.style({ title, width, height });
  }

  /**
   * Shows images as tiles, crisp however small they are.
   * @param images a list of images, or an array (N, H, W), (N, H, W, 3) or (N, 3, H, W)
   */
  imageGrid(images: Values | readonly Values[], given: ImageGridOptions & StyleOptions = {}): this {
    const options = read<ImageGridOptions & StyleOptions>('imageGrid', given, IMAGE_GRID, STYLE);
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
    given: ThumbnailOptions & StyleOptions = {},
  ): this {
    const options = read<ThumbnailOptions & StyleOptions>('thumbnails', given, THUMBNAILS, STYLE);
    const tiles = readImages(images, 'thumbnails', true);
    const [xs, ys] = [vector(x, 'thumbnails: x'), vector(y, 'thumbnails: y')];
    sameLength('thumbnails', { x: xs.length, y: ys.length, images: tiles.length });
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
    this.layoutList<Loose>('images').push({ ...fields, ...anchored });
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

  /** Takes away what is drawn on these axes, and their titles and limits. */
  cla(): this {
    const { data, layout } = this.canvas;
    const own = new Set(this.own());
    const kept = data.filter((trace) => !own.has(trace));
    data.splice(0, data.length, ...kept);
    for (const key of ['annotations', 'shapes', 'images'] as const) {
      const list = this.layoutList<Loose>(key);
      list.splice(0, list.length, ...list.filter((each) => !this.holds(each)));
    }
    for (const which of ['x', 'y'] as const) {
      const { domain, anchor, overlaying, side, matches } = this.axisLayout(which);
      const place = { domain, anchor, overlaying, side, matches };
      (layout as Loose)[this.axisKey(which)] = Object.fromEntries(
        Object.entries(place).filter(([, v]) => v !== undefined),
      );
    }
    this.spot = emptySpot(this.place, this.domain, this.xPlace, this.spot.yPlace);
    return this;
  }

  /** The same as `cla`. */
  clear(): this {
    return this.cla();
  }

  /**
   * Axes over these with the same x and a y axis of their own on the right.
   * @see matplotlib.axes.Axes.twinx
   */
  twinx(): Axes {
    const twin = new Axes(this.canvas, this.canvas.places + 1, this.domain, this.xPlace);
    twin.isTwin = true;
    this.canvas.axes.push(twin);
    twin.spot.cycle = this.spot.cycle;
    Object.assign(twin.axisLayout('y'), {
      overlaying: this.yName,
      side: 'right',
      anchor: this.xName,
      showgrid: false,
    });
    this.figure.sca(twin);
    return twin;
  }

  /**
   * Axes over these with the same y and an x axis of their own on top.
   * @see matplotlib.axes.Axes.twiny
   */
  twiny(): Axes {
    const n = this.canvas.places + 1;
    const twin = new Axes(this.canvas, n, this.domain, n, this.spot.yPlace);
    twin.isTwin = true;
    this.canvas.axes.push(twin);
    twin.spot.cycle = this.spot.cycle;
    Object.assign(twin.axisLayout('x'), {
      overlaying: this.xName,
      side: 'top',
      anchor: this.yName,
      showgrid: false,
    });
    this.figure.sca(twin);
    return twin;
  }

  /**
   * Small axes inside these, at [left, bottom, width, height] in shares of them.
   * @see matplotlib.axes.Axes.inset_axes
   */
  insetAxes(rect: readonly [left: number, bottom: number, width: number, height: number]): Axes {
    if (rect.length !== 4 || !rect.every((v) => Number.isFinite(v)))
      throw new RangeError(`inset_axes: takes [left, bottom, width, height], got [${rect.join(', ')}]`);
    const { x, y } = this.domain ?? { x: [0, 1], y: [0, 1] };
    const inside = ([from, to]: readonly number[], at: number, size: number): [number, number] => {
      const clamp = (v: number): number => Math.min(1, Math.max(0, v));
      return [clamp(from + at * (to - from)), clamp(from + (at + size) * (to - from))];
    };
    const domain = { x: inside(x, rect[0], rect[2]), y: inside(y, rect[1], rect[3]) };
    const small = new Axes(this.canvas, this.canvas.places + 1, domain);
    small.isTwin = true;
    this.canvas.axes.push(small);
    Object.assign(small.axisLayout('x'), { domain: domain.x, anchor: small.yName });
    Object.assign(small.axisLayout('y'), { domain: domain.y, anchor: small.xName });
    return small;
  }
}

const SPELLINGS = {
  set_title: 'title',
  set_xlabel: 'xlabel',
  set_ylabel: 'ylabel',
  set_xlim: 'xlim',
  set_ylim: 'ylim',
  set_xticks: 'xticks',
  set_yticks: 'yticks',
  set_xscale: 'xscale',
  set_yscale: 'yscale',
  setTitle: 'title',
  setXlabel: 'xlabel',
  setYlabel: 'ylabel',
  setXlim: 'xlim',
  setYlim: 'ylim',
  setXticks: 'xticks',
  setYticks: 'yticks',
  setXscale: 'xscale',
  setYscale: 'yscale',
  set_xticklabels: 'setXticklabels',
  set_yticklabels: 'setYticklabels',
  set_aspect: 'setAspect',
  set_axis_off: 'setAxisOff',
  set_axis_on: 'setAxisOn',
  invert_xaxis: 'invertXaxis',
  invert_yaxis: 'invertYaxis',
  fill_between: 'fillBetween',
  fill_betweenx: 'fillBetweenx',
  bar_label: 'barLabel',
  inset_axes: 'insetAxes',
  set_facecolor: 'setFacecolor',
} as const satisfies { [name: string]: keyof Axes };

spell(Axes.prototype, { ...LOOKS, ...SPELLINGS });
