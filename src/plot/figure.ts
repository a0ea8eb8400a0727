// Figure: what a chart helper returns. It is the axes that one draws on, or a grid of them, together with
// Plotly's data, layout and config; it shows itself in a notebook and saves itself as a page.

import { writeFileSync } from 'node:fs';
import type { Config, Frame, Layout } from 'plotly.js';
import { notebook } from '../core/notebook.js';
import { checkOptions } from '../core/options.js';
import { Axes } from './axes.js';
import { type Canvas, DISPLAY } from './coordinates.js';
import { chartFragment, chartPage } from './html.js';
import type { Trace } from './series.js';
import { CONFIG, TEMPLATE } from './template.js';
import { isArrayObject, isTypedArray } from './values.js';

type Loose = Record<string, unknown>;
const INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom') as never;

export interface FigureOptions {
  width?: number;
  height?: number;
  /** Width and height in inches, as in matplotlib, of 100 pixels each. */
  figsize?: readonly [number, number];
  title?: string;
}

export interface SubplotsOptions extends FigureOptions {
  /** Titles of the subplots, row by row. */
  titles?: readonly string[];
  /** Let columns share x, or rows share y: zooming one zooms all. */
  shareX?: boolean;
  shareY?: boolean;
  /** Gaps between columns and rows, as fractions of the figure. */
  wspace?: number;
  hspace?: number;
}

const FIGURE = [...['width', 'height', 'figsize', 'title', 'titles', 'shareX', 'shareY', 'wspace', 'hspace']];

/** A figure as Plotly's JSON. */
export interface FigureJSON {
  data: Trace[];
  layout: Partial<Layout>;
  config: Partial<Config>;
  frames?: Partial<Frame>[];
}

/** A chart: axes, their traces and layout. As the value of a cell it shows itself; `toJSON()` is Plotly's form. */
export class Figure extends Axes {
  constructor(
    options: FigureOptions = {},
    grid: { rows: number; cols: number } & SubplotsOptions = { rows: 1, cols: 1 },
  ) {
    const canvas: Canvas = { data: [], layout: {}, config: {}, frames: [], parts: [], axes: [] };
    const { rows, cols } = grid;
    const single = rows * cols === 1;
    const cells = single ? [null] : domains(rows, cols, grid);
    super(canvas, 1, cells[0]);
    canvas.figure = this;
    canvas.axes.push(this.single ? this : new Axes(canvas, 1, cells[0]));
    this.rows = rows;
    this.cols = cols;
    checkOptions(single ? 'figure' : 'subplots', options, FIGURE);
    (['width', 'height'] as const).forEach((size, i) => {
      const inches = options.figsize?.[i];
      const value = options[size] ?? (inches === undefined ? undefined : 100 * inches);
      if (value === undefined) return;
      if (!(value > 0))
        throw new RangeError(`figure: ${size} must be a number of pixels above 0, got ${value}`);
      canvas.layout[size] = value;
    });
    if (!single) this.placeAxes(cells as Cell[], grid);
    if (options.title !== undefined) this.title(options.title);
  }

  private readonly rows: number;
  private readonly cols: number;
  private liveName: string | undefined;
  /** Whether it has been shown. */
  seen = false;

  /** Makes this figure a state of the chart of that name: shown again, it goes into the chart on the page. */
  live(name: string): this {
    this.liveName = name;
    return this;
  }

  private get single(): boolean {
    return this.domain === null;
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
    return this.canvas.axes[row * this.cols + col];
  }

  /** All axes, row by row: `const [left, right] = plot.subplots(1, 2).axes`. */
  get axes(): readonly Axes[] {
    return this.canvas.axes.slice(0, this.rows * this.cols);
  }

  /** The title of the whole figure. */
  override title(text: string): this {
    (this.canvas.layout as Loose).title = { ...(this.canvas.layout.title as object), text };
    return this;
  }

  /**
   * Makes the figure play: each frame is a figure whose traces replace this one's, one by one, under a slider and a
   * play button.
   * @param frames at least two figures with as many traces as this one
   */
  animate(
    frames: readonly Figure[],
    options: { labels?: readonly (string | number)[]; duration?: number; prefix?: string } = {},
  ): this {
    if (frames.length < 2) throw new RangeError(`animate: needs at least two frames, got ${frames.length}`);
    const labels = frames.map((_, i) => String(options.labels?.[i] ?? i));
    frames.forEach((frame, i) => {
      if (frame.data.length !== this.data.length) {
        throw new RangeError(
          `animate: frame ${i} has ${frame.data.length} traces and the figure ${this.data.length}; draw the same parts in each`,
        );
      }
      const title = frame.layout.title;
      this.frames.push({
        name: labels[i],
        data: frame.data,
        ...(title ? { layout: { title } } : {}),
      } as Partial<Frame>);
    });
    const duration = options.duration ?? 300;
    const play = {
      mode: 'immediate',
      fromcurrent: true,
      frame: { duration, redraw: true },
      transition: { duration: 0 },
    };
    const jump = { mode: 'immediate', frame: { duration: 0, redraw: true }, transition: { duration: 0 } };
    Object.assign(this.canvas.layout as Loose, {
      sliders: [
        {
          x: 0.1,
          len: 0.9,
          pad: { t: 40, b: 0 },
          currentvalue: { prefix: options.prefix ?? '', font: { size: 12 } },
          steps: labels.map((name) => ({ label: name, method: 'animate', args: [[name], jump] })),
        },
      ],
      updatemenus: [
        {
          type: 'buttons',
          direction: 'left',
          showactive: false,
          x: 0.08,
          xanchor: 'right',
          y: 0,
          yanchor: 'top',
          pad: { t: 44, r: 8 },
          buttons: [
            { label: '▶', method: 'animate', args: [null, play] },
            { label: '❚❚', method: 'animate', args: [[null], jump] },
          ],
        },
      ],
    });
    return this;
  }

  // -------------------------------------------------------------------------------------------------------- showing

  /** Plotly's JSON: plain numbers and nested lists; NaN and infinities are null. */
  toJSON(): FigureJSON {
    const layout = this.finished();
    return plain({
      data: this.data,
      layout,
      config: { ...CONFIG, ...this.config },
      ...(this.frames.length > 0 ? { frames: this.frames } : {}),
    }) as FigureJSON;
  }

  /** A self-contained HTML page that needs no network. */
  toHTML(): string {
    return chartPage(this.toJSON(), this.toString());
  }

  /** Shows the figure now, in the middle of a cell; as a cell's last value it shows itself. */
  show(): this {
    const display = notebook();
    if (display === null) {
      throw new Error("show: there is no notebook to show in. Write a page instead: save('chart.html')");
    }
    this.seen = true;
    display(this);
    return this;
  }

  /** Writes the chart as a self-contained HTML page, or as Plotly's JSON if the name ends in .json. */
  save(path: string): this {
    if (!/\.(html?|json)$/i.test(path)) {
      throw new RangeError(`save: can write .html (a page) and .json (Plotly's figure), got '${path}'`);
    }
    writeFileSync(path, /\.json$/i.test(path) ? `${JSON.stringify(this.toJSON())}\n` : this.toHTML());
    return this;
  }

  /** A one-line description: Figure(scatter: 300 points, "Spiral"). */
  override toString(): string {
    const title = (this.layout.title as { text?: string } | undefined)?.text;
    const parts =
      this.canvas.parts.length > 6
        ? [...this.canvas.parts.slice(0, 5), `${this.canvas.parts.length - 5} more`]
        : this.canvas.parts;
    return `Figure(${[...parts, ...(title ? [JSON.stringify(title.replace(/<[^>]*>/g, ' '))] : [])].join(', ')})`;
  }

  [INSPECT](): string {
    return this.toString();
  }

  /** The MIME bundle that notebooks show. */
  override [DISPLAY](): Record<string, unknown> {
    this.seen = true;
    const figure = this.toJSON();
    const text = this.toString();
    return {
      'application/vnd.plotly.v1+json': figure,
      'text/html': chartFragment(figure, text, this.liveName),
      'text/plain': text,
    };
  }

  // ------------------------------------------------------------------------------------------------------- defaults

  private placeAxes(
    cells: Cell[],
    { rows, cols, titles, shareX, shareY }: { rows: number; cols: number } & SubplotsOptions,
  ): void {
    if (titles && titles.length !== rows * cols) {
      throw new RangeError(`subplots: ${rows} x ${cols} subplots and ${titles.length} titles; give one each`);
    }
    const layout = this.canvas.layout as Loose;
    cells.forEach((cell, i) => {
      const n = i === 0 ? '' : String(i + 1);
      const [row, col] = [Math.floor(i / cols), i % cols];
      layout[`xaxis${n}`] = {
        domain: cell.x,
        anchor: `y${n}`,
        ...(shareX && i > 0 ? { matches: 'x' } : {}),
        ...(shareX && row < rows - 1 ? { showticklabels: false } : {}),
      };
      layout[`yaxis${n}`] = {
        domain: cell.y,
        anchor: `x${n}`,
        ...(shareY && i > 0 ? { matches: 'y' } : {}),
        ...(shareY && col > 0 ? { showticklabels: false } : {}),
      };
      if (i > 0) this.canvas.axes.push(new Axes(this.canvas, i + 1, cell));
      if (titles) this.canvas.axes[i].title(titles[i]);
    });
  }

  /** The layout with defaults where the user left something open. */
  private finished(): Partial<Layout> {
    const given = this.canvas.layout as Loose;
    const title = (given.title as { text?: string } | undefined)?.text;
    const scene = Object.keys(given).some((k) => k.startsWith('scene'));
    const margin = {
      l: 64,
      r: 24,
      t: title ? (this.single ? 52 : 72) : this.single ? 28 : 40,
      b: given.sliders ? 100 : 52,
      ...(scene && this.single ? { l: 8, r: 8, b: 8 } : {}),
    };
    const height =
      (given.height as number | undefined) ??
      (this.single ? (scene ? 480 : this.equal ? 460 : 420) : Math.max(380, 60 + 280 * this.rows));
    const width = (given.width as number | undefined) ?? this.equalWidth(height, margin);
    return {
      template: TEMPLATE as unknown as Layout['template'],
      autosize: width === undefined,
      margin,
      showlegend: this.data.some((t) => t.showlegend === true),
      ...given,
      height,
      ...(width !== undefined ? { width } : {}),
    } as Partial<Layout>;
  }

  /** Equal axes alone in a figure get a width that fits their data, so that nothing floats in an empty page. */
  private equalWidth(
    height: number,
    margin: { l: number; r: number; t: number; b: number },
  ): number | undefined {
    if (!this.single || !this.equal) return undefined;
    const range = (which: 'x' | 'y'): number => {
      const set = this.axisLayout(which).range as (number | null)[] | undefined;
      const [low, high] = [set?.[0] ?? this.bounds[which][0], set?.[1] ?? this.bounds[which][1]];
      return Math.abs(high - low);
    };
    const ratio = range('x') / range('y');
    if (!Number.isFinite(ratio) || ratio <= 0) return undefined;
    const inner = (height - margin.t - margin.b) * Math.min(3, Math.max(0.3, ratio));
    const aside = this.data.some((t) => t.showlegend === true) && !(this.layout as Loose).legend ? 110 : 0;
    const bar = this.data.some(
      (t) => t.showscale === true || (t.marker as Loose | undefined)?.showscale === true,
    )
      ? 80
      : 0;
    return Math.round(inner + margin.l + margin.r + Math.max(aside, bar));
  }
}

interface Cell {
  x: [number, number];
  y: [number, number];
}

/** Where the subplots of a grid lie, row 0 on top. */
function domains(rows: number, cols: number, o: SubplotsOptions): Cell[] {
  const gaps = {
    x: o.wspace ?? (o.shareY ? 0.12 : 0.24) / cols,
    y: o.hspace ?? (o.titles ? 0.36 : o.shareX ? 0.16 : 0.28) / rows,
  };
  const size = { x: (1 - gaps.x * (cols - 1)) / cols, y: (1 - gaps.y * (rows - 1)) / rows };
  if (size.x <= 0 || size.y <= 0)
    throw new RangeError(
      `subplots: gaps of ${gaps.x} and ${gaps.y} leave no room for ${rows} x ${cols} subplots`,
    );
  const clamp = (v: number): number => Math.min(1, Math.max(0, Number(v.toFixed(6))));
  return Array.from({ length: rows * cols }, (_, i) => {
    const x = (i % cols) * (size.x + gaps.x);
    const y = 1 - Math.floor(i / cols) * (size.y + gaps.y);
    return { x: [clamp(x), clamp(x + size.x)], y: [clamp(y - size.y), clamp(y)] };
  });
}

/** A deep copy in plain JSON values: arrays of any kind become lists, what is not finite becomes null. */
function plain(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  if (isTypedArray(value)) return Array.from(value as Iterable<number | bigint>, (v) => plain(Number(v)));
  if (isArrayObject(value)) return plain(value.toArray());
  if (value instanceof Date) return value.toJSON();
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, v]) => v !== undefined)
      .map(([k, v]) => [k, plain(v)]),
  );
}
