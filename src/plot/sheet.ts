// Sheet: the paper of a figure with its axes: one that is the figure itself, or several in grids and at places of one's
// own; which of them are the current ones; the figure's size and title. Showing and saving are figure.ts's.

import type { Config, Frame, Layout } from 'plotly.js';
import { original } from './artists.js';
import { Axes } from './axes.js';
import { Axes3D } from './axes3d.js';
import { cssColor } from './colors.js';
import { font, type Limits, type TextOptions } from './coordinates.js';
import type { Figure } from './figure.js';
import { type Canvas, type Domain, emptySpot, type Loose } from './frame.js';
import { GridSpec, type GridSpecOptions, mosaicCells, SubplotSpec } from './gridspec.js';
import { type Named, type Names, read } from './options.js';
import { PolarAxes } from './polar.js';
import { rcParams } from './rc.js';
import type { ColorSpec, Trace } from './series.js';
import { spell } from './spellings.js';
import { type AxesOf, axesGrid, type Cell, cellOf, domainOf, type Gaps } from './subplots.js';
import { isOptions } from './values.js';

export interface FigureOptions {
  /** Size in pixels. */
  width?: number;
  height?: number;
  /** Size in inches of 100 pixels, as in matplotlib. */
  figsize?: readonly [width: number, height: number];
  /** Pixels to an inch of `figsize`. */
  dpi?: number;
  title?: string;
  /** Colour of the paper. */
  facecolor?: ColorSpec;
  /** A number or name, by which `plot.figure` finds the figure again while it is open. */
  num?: number | string;
  tight_layout?: boolean;
  constrained_layout?: boolean;
  layout?: string;
}
const FIGURE: Names<FigureOptions> = {
  width: 1,
  height: 1,
  figsize: 1,
  dpi: 1,
  title: 1,
  facecolor: 1,
  num: 1,
  tight_layout: 1,
  constrained_layout: 1,
  layout: 1,
};

export interface SubplotsOptions extends FigureOptions {
  /** Titles of the subplots, row by row. */
  titles?: readonly string[];
  /** Let columns share x, or rows share y: zooming one zooms all. matplotlib's words mean true. */
  shareX?: boolean | 'all' | 'row' | 'col' | 'none';
  shareY?: boolean | 'all' | 'row' | 'col' | 'none';
  /** Gaps between columns and rows, as fractions of the figure. */
  wspace?: number;
  hspace?: number;
  /** Whether one row or column is a list instead of a list of lists, and a single one axes. Default true. */
  squeeze?: boolean;
  /** Options of each subplot: `{ projection: 'polar' }`. */
  subplot_kw?: Named<SubplotOptions>;
  gridspec_kw?: GridSpecOptions;
  /** How wide columns and how high rows are to each other. */
  width_ratios?: readonly number[];
  height_ratios?: readonly number[];
}
const SUBPLOTS: Names<Omit<SubplotsOptions, keyof FigureOptions>> = {
  titles: 1,
  shareX: 1,
  shareY: 1,
  wspace: 1,
  hspace: 1,
  squeeze: 1,
  subplot_kw: 1,
  gridspec_kw: 1,
  width_ratios: 1,
  height_ratios: 1,
};

/** Options of axes that are added to a figure. */
export interface SubplotOptions {
  title?: string;
  xlabel?: string;
  ylabel?: string;
  facecolor?: ColorSpec;
  /** Axes whose x or y these share: zooming one zooms both. */
  shareX?: Axes;
  shareY?: Axes;
  /** 'polar' axes of angles and distances, or '3d' axes. */
  projection?: Projection;
  /** The same as `{ projection: 'polar' }`. */
  polar?: boolean;
  aspect?: 'equal' | 'auto' | number;
  xlim?: Limits;
  ylim?: Limits;
  label?: string;
  frameon?: boolean;
}
export type Projection = 'polar' | '3d' | 'rectilinear' | null;
/** The axes of a projection. */
export type Projected<O> = O extends { readonly projection: '3d' }
  ? Axes3D
  : O extends { readonly projection: 'polar' } | { readonly polar: true }
    ? PolarAxes
    : Axes;
const SUBPLOT: Names<SubplotOptions> = {
  title: 1,
  xlabel: 1,
  ylabel: 1,
  facecolor: 1,
  shareX: 1,
  shareY: 1,
  projection: 1,
  polar: 1,
  aspect: 1,
  xlim: 1,
  ylim: 1,
  label: 1,
  frameon: 1,
};

/** The projection that needs axes of its own. */
function projectionOf(o: SubplotOptions | undefined): 'polar' | '3d' | undefined {
  const { projection, polar } = o ?? {};
  if (projection === 'polar' || projection === '3d') return projection;
  if (projection !== undefined && projection !== null && projection !== 'rectilinear')
    throw new RangeError(
      `subplot: there is no projection '${String(projection)}'; take 'polar', '3d' or 'rectilinear'`,
    );
  return polar ? 'polar' : undefined;
}

const DPI = 100;

/** Where a subplot stands: (rows, columns, index), or 121 for (1, 2, 1). */
export type SubplotArguments<O = Named<SubplotOptions>> =
  | [options?: O]
  | [position: number | SubplotSpec, options?: O]
  | [rows: number, cols: number, index: number | readonly [first: number, last: number], options?: O];

export abstract class Sheet extends Axes {
  // matplotlib's names of the methods of figures.
  declare add_subplot: this['addSubplot'];
  declare add_axes: this['addAxes'];
  declare add_gridspec: this['addGridspec'];
  declare subplot_mosaic: this['subplotMosaic'];
  declare tight_layout: this['tightLayout'];
  declare subplots_adjust: this['subplotsAdjust'];
  declare set_size_inches: this['setSizeInches'];
  declare autofmt_xdate: this['autofmtXdate'];
  declare clf: this['clear'];

  /** The axes on which `plot.plot` and the figure's own methods draw. */
  private now: Axes;
  /** Whether the figure itself is its axes, and not a paper with several. */
  protected plain = true;
  protected rows = 1;
  private cols = 1;
  private overall: string | undefined;
  readonly num: number | string | undefined;

  constructor(
    options: Named<FigureOptions> = {},
    grid?: { rows: number; cols: number } & Named<SubplotsOptions>,
  ) {
    const canvas: Canvas = {
      data: [],
      layout: {},
      config: {},
      frames: [],
      parts: [],
      axes: [],
      places: 0,
    };
    super(canvas, 1, null);
    canvas.figure = this as unknown as Figure;
    canvas.axes.push(this);
    this.now = this;
    const o = read<FigureOptions>(
      grid ? 'subplots' : 'figure',
      options,
      FIGURE,
      SUBPLOTS as object,
      { rows: 1, cols: 1 } as object,
    );
    this.num = o.num;
    this.resize({ ...o, figsize: o.figsize ?? rcParams['figure.figsize'] });
    if (o.facecolor !== undefined) (canvas.layout as Loose).paper_bgcolor = cssColor(o.facecolor, 'figure');
    if (grid) {
      const { rows, cols, ...more } = grid;
      const own = Object.fromEntries(Object.entries(more).filter(([name]) => !(name in FIGURE)));
      const named = read<SubplotsOptions>('subplots', own, SUBPLOTS as object);
      if (rows * cols > 1 || projectionOf(named.subplot_kw) !== undefined) this.divide(rows, cols, named);
      else if (named.titles !== undefined) this.nameAxes(named.titles);
    }
    if (o.title !== undefined) this.title(o.title);
  }

  /** Gives the figure the size that options name. */
  resize({ width, height, figsize: inches, dpi }: FigureOptions): this {
    const inch = dpi ?? (rcParams['figure.dpi'] as number | undefined) ?? DPI;
    if (inches !== undefined && !(inches.length === 2 && inches.every((v) => Number(v) > 0)))
      throw new RangeError(
        `figure: figsize must be [width, height] in inches, got ${JSON.stringify(inches)}; [6.4, 4.8] is matplotlib's`,
      );
    const given = {
      width: width ?? (inches && Math.round(inches[0] * inch)),
      height: height ?? (inches && Math.round(inches[1] * inch)),
    };
    for (const size of ['width', 'height'] as const) {
      const value = given[size];
      if (value === undefined) continue;
      if (!(value > 0))
        throw new RangeError(`figure: ${size} must be a number of pixels above 0, got ${value}`);
      this.canvas.layout[size] = value;
    }
    return this;
  }

  /** Plotly's traces; change them freely. */
  get data(): Trace[] {
    return this.canvas.data;
  }

  /** Plotly's layout; what is set here wins over every default. */
  get layout(): Partial<Layout> {
    return this.canvas.layout;
  }

  /** Plotly's config. */
  get config(): Partial<Config> {
    return this.canvas.config;
  }

  /** Plotly's animation frames; see `animate`. */
  get frames(): Partial<Frame>[] {
    return this.canvas.frames;
  }

  /** Whether nothing is drawn on it yet. */
  get blank(): boolean {
    const { layout, data } = this.canvas;
    const drawn = (['annotations', 'shapes', 'images'] as const).some((key) =>
      ((layout as Loose)[key] as Loose[] | undefined)?.some(
        (each) => !String(each.name).startsWith('title '),
      ),
    );
    return data.length === 0 && !drawn;
  }

  /** Whether nothing is drawn on the current axes yet. */
  get unused(): boolean {
    return this.blank || (!this.plain && (this.now as Sheet).own().length === 0);
  }

  // ----------------------------------------------------------------------------------------------------------- axes

  /**
   * The axes at a row and a column, counted from 0.
   * @see matplotlib.pyplot.subplots
   */
  at(row: number, col: number): Axes {
    if (
      !(
        row >= 0 &&
        row < this.rows &&
        col >= 0 &&
        col < this.cols &&
        Number.isInteger(row) &&
        Number.isInteger(col)
      )
    ) {
      throw new RangeError(
        `at: there is no subplot (${row}, ${col}) in ${this.rows} rows and ${this.cols} columns; both count from 0`,
      );
    }
    return this.plain ? this : this.addSubplot(this.rows, this.cols, row * this.cols + col + 1);
  }

  /** All axes, row by row: `const [left, right] = plot.subplots(1, 2).axes`. */
  get axes(): readonly Axes[] {
    return this.canvas.axes.filter((axes) => !(axes as Sheet).isTwin);
  }

  /** The current axes: those that `plot.plot` draws on. */
  gca(): Axes {
    return this.now;
  }

  /** Makes axes of this figure the current ones. */
  sca(given: Axes): this {
    const axes = original(given);
    if (!this.canvas.axes.includes(axes))
      throw new Error('sca: these axes belong to another figure; take one of figure.axes');
    this.now = axes;
    // A figure of several axes draws on the current ones; one that is axes itself stays what it is.
    if (!this.plain) this.spot = (axes as Sheet).spot;
    return this;
  }

  /**
   * The subplot of that number, counted from 1 along the rows, of a grid; made where it is not there yet. `addSubplot(121)`
   * is `addSubplot(1, 2, 1)`.
   * @see matplotlib.figure.Figure.add_subplot
   */
  addSubplot<const O extends Named<SubplotOptions> = Record<never, never>>(
    ...args: SubplotArguments<O>
  ): Projected<O> {
    const given: unknown[] = [...args];
    const options = (isOptions(given.at(-1)) ? given.pop() : {}) as Named<SubplotOptions>;
    const o = read<SubplotOptions>('subplot', options, SUBPLOT);
    const [first] = given;
    const cell =
      first instanceof SubplotSpec ? first.cell : cellOf('subplot', given.length === 0 ? [1, 1, 1] : given);
    return this.cellAxes(cell, o, first instanceof SubplotSpec ? first.gaps : {}) as Projected<O>;
  }

  /** The axes of a cell, made where they are not there yet. */
  private cellAxes(cell: Cell, o: SubplotOptions, gaps: Partial<Gaps> = {}): Axes {
    const key = `${Object.values(cell).join()} ${projectionOf(o)}`;
    const there = this.canvas.axes.find((axes) => (axes as Sheet).cellKey === key);
    const between = { ...this.gaps(cell.rows, cell.cols, {}), ...gaps };
    const axes = there ?? this.occupy(domainOf(cell, between), key, projectionOf(o));
    if (!there) [this.rows, this.cols] = [cell.rows, cell.cols];
    return this.withOptions(axes, o);
  }

  /**
   * A grid whose cells are places for `addSubplot`: `const gs = fig.add_gridspec(2, 3); fig.add_subplot(gs[0, ':'])`.
   * @see matplotlib.figure.Figure.add_gridspec
   */
  addGridspec(rows = 1, cols = 1, options: Named<GridSpecOptions> = {}): GridSpec {
    return GridSpec(rows, cols, options);
  }

  /**
   * Axes by names: `fig.subplot_mosaic('AB;CC')` gives `{ A, B, C }`; a dot leaves a cell empty.
   * @see matplotlib.figure.Figure.subplot_mosaic
   */
  subplotMosaic(
    layout: string | readonly (readonly string[])[],
    options: Named<GridSpecOptions> = {},
  ): Record<string, Axes> {
    const { width_ratios: widths, height_ratios: heights, wspace, hspace } = options;
    const gaps = {
      ...(wspace === undefined ? {} : { x: wspace }),
      ...(hspace === undefined ? {} : { y: hspace }),
    };
    return Object.fromEntries(
      [...mosaicCells(layout)].map(([name, cell]) => [
        name,
        this.cellAxes({ ...cell, widths, heights }, {}, gaps),
      ]),
    );
  }

  /** Axes at [left, bottom, width, height], in fractions of the figure. */
  addAxes<const O extends Named<SubplotOptions> = Record<never, never>>(
    rect: readonly [left: number, bottom: number, width: number, height: number],
    options?: O,
  ): Projected<O> {
    const o = read<SubplotOptions>('add_axes', (options ?? {}) as Named<SubplotOptions>, SUBPLOT);
    const [left, bottom, width, height] = rect;
    if (rect.length !== 4 || !rect.every((v) => v >= 0 && v <= 1))
      throw new RangeError(
        `add_axes: takes [left, bottom, width, height] in fractions of the figure, got [${rect.join(', ')}]`,
      );
    const clamp = (v: number): number => Math.min(1, v);
    const domain: Domain = { x: [left, clamp(left + width)], y: [bottom, clamp(bottom + height)] };
    return this.withOptions(this.occupy(domain, '', projectionOf(o)), o) as Projected<O>;
  }

  /**
   * Makes a grid of subplots in this figure.
   * @returns the axes: one, a list, or a list of lists
   */
  subplots<const R extends number = 1, const C extends number = 1>(
    rows: R = 1 as R,
    cols: C = 1 as C,
    options: Named<Omit<SubplotsOptions, keyof FigureOptions>> = {},
  ): AxesOf<R, C> {
    const o = read<SubplotsOptions>('subplots', options, SUBPLOTS as object);
    if (rows * cols > 1 || projectionOf(o.subplot_kw) !== undefined) this.divide(rows, cols, o);
    return axesGrid(this.axes, rows, cols, o.squeeze ?? true) as AxesOf<R, C>;
  }

  /** Takes all axes and what is drawn on them away; the size stays. */
  override clear(): this {
    const { layout, data, parts, axes } = this.canvas;
    const { width, height } = layout;
    data.length = parts.length = axes.length = 0;
    for (const key of Object.keys(layout)) delete (layout as Loose)[key];
    Object.assign(layout, { ...(width ? { width } : {}), ...(height ? { height } : {}) });
    this.spot = emptySpot(1, null);
    this.canvas.places = 1;
    this.plain = true;
    this.rows = this.cols = 1;
    this.overall = undefined;
    this.canvas.axes.push(this);
    this.now = this;
    return this;
  }

  /** New axes that cover a part of the figure; the current ones from now on. */
  private occupy(domain: Domain, key: string, projection?: 'polar' | '3d'): Axes {
    if (this.plain && this.blank && this.canvas.axes.length === 1) {
      // The figure has been a sheet with nothing on it: it becomes a paper for several axes.
      this.canvas.axes.length = 0;
      this.canvas.places = 0;
    }
    const n = this.canvas.places + 1;
    const axes = this.projected(projection, n, domain);
    (axes as Sheet).cellKey = key;
    this.canvas.axes.push(axes);
    this.plain = false;
    return this.sca(axes).now;
  }

  private projected(projection: 'polar' | '3d' | undefined, n: number, domain: Domain): Axes {
    if (projection === '3d') return new Axes3D(this.canvas, n, domain).begin() as unknown as Axes;
    if (projection === 'polar') return new PolarAxes(this.canvas, n, domain).begin();
    const number = n === 1 ? '' : String(n);
    Object.assign(this.canvas.layout as Loose, {
      [`xaxis${number}`]: { domain: domain.x, anchor: `y${number}` },
      [`yaxis${number}`]: { domain: domain.y, anchor: `x${number}` },
    });
    return new Axes(this.canvas, n, domain);
  }

  private divide(rows: number, cols: number, options: SubplotsOptions): void {
    const o = { ...options, ...options.gridspec_kw } as SubplotsOptions;
    const { titles } = o;
    if (titles && titles.length !== rows * cols)
      throw new RangeError(`subplots: ${rows} x ${cols} subplots and ${titles.length} titles; give one each`);
    const gaps = this.gaps(rows, cols, o);
    const shares = (how: SubplotsOptions['shareX']): boolean =>
      how !== undefined && how !== false && how !== 'none';
    [this.rows, this.cols] = [rows, cols];
    for (let i = 0; i < rows * cols; i++) {
      const [row, col] = [Math.floor(i / cols), i % cols];
      const cell: Cell = { rows, cols, top: row, bottom: row, left: col, right: col };
      const ratios = { widths: o.width_ratios, heights: o.height_ratios };
      const projection = projectionOf(o.subplot_kw);
      const key = `${Object.values(cell).join()} ${projection}`;
      const axes = this.occupy(domainOf({ ...cell, ...ratios }, gaps), key, projection) as Sheet;
      if (o.subplot_kw) this.withOptions(axes, read<SubplotOptions>('subplots', o.subplot_kw, SUBPLOT));
      if (shares(o.shareX)) {
        if (i > 0) axes.axisLayout('x').matches = 'x';
        if (row < rows - 1) axes.axisLayout('x').showticklabels = false;
      }
      if (shares(o.shareY)) {
        if (i > 0) axes.axisLayout('y').matches = 'y';
        if (col > 0) axes.axisLayout('y').showticklabels = false;
      }
    }
    if (titles) this.nameAxes(titles);
  }

  private nameAxes(titles: readonly string[]): void {
    for (const [i, axes] of this.axes.entries()) axes.title(titles[i]);
  }

  /** Room for the texts between subplots: in pixels where the figure's size is known, else in fractions. */
  private gaps(rows: number, cols: number, o: SubplotsOptions): Gaps {
    const { width, height } = this.canvas.layout;
    const room = (pixels: number, of: number | undefined, share: number, n: number): number =>
      of === undefined ? share / n : Math.min(Math.max(share / n, pixels / Math.max(1, of - 90)), 0.6 / n);
    return {
      x: o.wspace ?? room(55, width, o.shareY ? 0.12 : 0.24, cols),
      y: o.hspace ?? room(o.shareX ? 40 : 62, height, o.titles ? 0.36 : o.shareX ? 0.16 : 0.28, rows),
    };
  }

  private withOptions(axes: Axes, o: SubplotOptions): Axes {
    const styled = axes as Sheet;
    this.sca(axes);
    if (o.aspect !== undefined) axes.setAspect(o.aspect);
    if (o.facecolor !== undefined) axes.setFacecolor(o.facecolor);
    if (o.frameon === false) axes.axis('off');
    for (const which of ['x', 'y'] as const) {
      const shared = original(o[which === 'x' ? 'shareX' : 'shareY']) as Sheet | undefined;
      if (shared !== undefined)
        styled.axisLayout(which).matches = which === 'x' ? shared.xName : shared.yName;
    }
    styled.style({ title: o.title, xlabel: o.xlabel, ylabel: o.ylabel, xlim: o.xlim, ylim: o.ylim });
    return axes;
  }

  // -------------------------------------------------------------------------------------------------- the whole figure

  /** Takes axes off the figure, with what is drawn on them. */
  delaxes(given: Axes): void {
    const axes = original(given) as Sheet;
    axes.cla();
    const layout = this.canvas.layout as Loose;
    for (const key of [axes.axisKey('x'), axes.axisKey('y'), axes.sceneName]) delete layout[key];
    this.canvas.axes = this.canvas.axes.filter((each) => each !== axes);
    if (this.now === axes) this.now = this.canvas.axes.at(-1) ?? this;
  }

  /** Room for texts: charts see to that themselves. */
  tightLayout(_options: object = {}): void {}

  /** Room around subplots: charts see to that themselves. */
  subplotsAdjust(_options: object = {}): void {}

  setSizeInches(width: number | readonly [number, number], height?: number): void {
    const size = typeof width === 'number' ? [width, height as number] : width;
    this.resize({ figsize: size as [number, number] });
  }

  /** Dates on x axes are written aslant, so that they do not overlap. */
  autofmtXdate(options: { rotation?: number } = {}): void {
    for (const axes of this.axes) (axes as Sheet).axisLayout('x').tickangle = -(options.rotation ?? 30);
  }

  /** A name for all x axes. */
  supxlabel(text: string): this {
    return this.beside(text, { x: 0.5, y: 0, yanchor: 'top', yshift: -34 });
  }

  /** A name for all y axes. */
  supylabel(text: string): this {
    return this.beside(text, { x: 0, y: 0.5, xanchor: 'right', xshift: -40, textangle: -90 });
  }

  private beside(text: string, place: Loose): this {
    const font = { size: 14 };
    this.layoutList<Loose>('annotations').push({
      text: String(text),
      xref: 'paper',
      yref: 'paper',
      showarrow: false,
      font,
      ...place,
    });
    return this;
  }

  /** The title of the whole figure. */
  override title(text: string, options: Named<TextOptions> = {}): this {
    if (this.plain && this.overall !== undefined) return super.title(text, options);
    const { fontsize, color, fontweight } = options;
    const style = font({ fontsize, color, fontweight } as TextOptions, 'title', {});
    (this.canvas.layout as Loose).title = {
      ...(this.canvas.layout.title as object),
      text: String(text),
      ...(Object.keys(style).length > 0 ? { font: style } : {}),
    };
    return this;
  }

  /**
   * The title over all subplots; a figure with one pair of axes keeps its title below it.
   * @see matplotlib.pyplot.suptitle
   */
  suptitle(text: string, options: Named<TextOptions> = {}): this {
    const before = (this.canvas.layout.title as { text?: string } | undefined)?.text;
    if (this.plain && this.overall === undefined && before !== undefined) super.title(before);
    this.overall = undefined;
    this.title(text, options);
    this.overall = text;
    return this;
  }
}

spell(Sheet.prototype, {
  add_subplot: 'addSubplot',
  add_axes: 'addAxes',
  add_gridspec: 'addGridspec',
  subplot_mosaic: 'subplotMosaic',
  tight_layout: 'tightLayout',
  subplots_adjust: 'subplotsAdjust',
  set_size_inches: 'setSizeInches',
  autofmt_xdate: 'autofmtXdate',
  clf: 'clear',
} as const satisfies { [name: string]: keyof Sheet });
