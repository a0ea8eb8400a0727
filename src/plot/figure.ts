// Figure: what a chart helper returns. It is the axes that one draws on, or a grid of them, together with
// Plotly's data, layout and config; it shows itself in a notebook and saves itself as a page.

import { writeFileSync } from 'node:fs';
import type { Config, Frame, Layout } from 'plotly.js';
import { notebook } from '../core/notebook.js';
import type { Axes } from './axes.js';
import { release } from './current.js';
import { DISPLAY, type Loose } from './frame.js';
import { chartFragment, chartPage } from './html.js';
import { mathText } from './mathtext.js';
import { type Named, type Names, read } from './options.js';
import { polarTrace } from './polar.js';
import { styled } from './rc.js';
import type { Trace } from './series.js';
import { Sheet, type SubplotsOptions } from './sheet.js';
import { axesGrid } from './subplots.js';
import { CONFIG } from './template.js';
import { isArrayObject, isTypedArray } from './values.js';

/** What matplotlib's savefig takes beside the name; a page needs none of it. */
export interface SaveOptions {
  dpi?: number;
  bbox_inches?: string;
  pad_inches?: number;
  transparent?: boolean;
  facecolor?: string;
  format?: string;
}
const SAVE: Names<SaveOptions> = {
  dpi: 1,
  bbox_inches: 1,
  pad_inches: 1,
  transparent: 1,
  facecolor: 1,
  format: 1,
};

/** A figure as Plotly's JSON. */
export interface FigureJSON {
  data: Trace[];
  layout: Partial<Layout>;
  config: Partial<Config>;
  frames?: Partial<Frame>[];
}

/** A chart: axes, their traces and layout. As the value of a cell it shows itself; `toJSON()` is Plotly's form. */
export class Figure extends Sheet {
  private liveName: string | undefined;
  /** The state that is shown before the frames play. */
  private first: FigureJSON | undefined;

  /** Makes this figure a state of the chart of that name: shown again, it goes into the chart on the page. */
  live(name: string): this {
    this.liveName = name;
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
    const own = frames.map((frame) => frame.figure);
    const labels = frames.map((_, i) => String(options.labels?.[i] ?? i));
    own.forEach((frame, i) => {
      if (frame === this || own.indexOf(frame) < i)
        throw new RangeError(
          `animate: frame ${i} is the ${frame === this ? 'figure itself' : 'same figure as another'}; ` +
            'begin each with a figure of its own: plot.figure().plot(x, y)',
        );
      if (frame.data.length !== this.data.length) {
        throw new RangeError(
          `animate: frame ${i} has ${frame.data.length} traces and the figure ${this.data.length}; draw the same parts in each`,
        );
      }
      release(frame);
      const title = frame.layout.title;
      this.frames.push({
        name: labels[i],
        data: frame.data,
        ...(title ? { layout: { title } } : {}),
      } as Partial<Frame>);
    });
    return this.player(labels, options);
  }

  /** Makes the figure play states of its own, each as it was then. */
  play(
    states: readonly FigureJSON[],
    labels: readonly string[],
    options: { duration?: number; prefix?: string } = {},
  ): this {
    this.first = states[0];
    this.canvas.frames.length = 0;
    states.forEach(({ data, layout }, i) => {
      const names = Object.keys(layout).filter((name) =>
        /^(title|annotations|shapes|[xy]axis\d*)$/.test(name),
      );
      const moving = Object.fromEntries(names.map((name) => [name, layout[name as keyof Layout]]));
      this.frames.push({ name: labels[i], data, layout: moving } as Partial<Frame>);
    });
    return this.player(labels, options);
  }

  private player(labels: readonly string[], options: { duration?: number; prefix?: string }): this {
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
    const layout = { ...this.finished(), ...(this.first ? this.canvas.frames[0].layout : {}) };
    const flat = this.canvas.axes.filter((axes): axes is Axes => typeof axes.settled === 'function');
    const placed = new Map(flat.flatMap((axes) => [...axes.settledTraces()]));
    return plain({
      data: this.first?.data ?? this.data.map((trace) => polarTrace(placed.get(trace) ?? trace)),
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
    display(this);
    return this;
  }

  /** Writes the chart as a self-contained HTML page, or as Plotly's JSON if the name ends in .json. */
  save(path: string): this {
    return this.saveAs('save', path);
  }

  /**
   * Writes the chart as a page (.html) or as Plotly's JSON (.json).
   * @see matplotlib.pyplot.savefig
   */
  savefig(path: string, options: SaveOptions = {}): this {
    read<SaveOptions>('savefig', options, SAVE);
    return this.saveAs('savefig', path);
  }

  private saveAs(fn: string, path: string): this {
    if (typeof path !== 'string' || !/\.(html?|json)$/i.test(path)) {
      throw new RangeError(
        `${fn}: can write .html (a page) and .json (Plotly's figure), got '${path}'. ` +
          'A picture comes from the chart itself: the camera in its tool bar saves a .png',
      );
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

  /** The MIME bundle that notebooks show. */
  override [DISPLAY](): Record<string, unknown> {
    release(this);
    const figure = this.toJSON();
    const text = this.toString();
    return {
      'application/vnd.plotly.v1+json': figure,
      'text/html': chartFragment(figure, text, this.liveName),
      'text/plain': text,
    };
  }

  // ------------------------------------------------------------------------------------------------------- defaults

  /** The layout with defaults where the user left something open. */
  private finished(): Partial<Layout> {
    const given = this.canvas.layout as Loose;
    const flat = this.canvas.axes.filter((axes): axes is Axes => typeof axes.settled === 'function');
    const title = (given.title as { text?: string } | undefined)?.text;
    const scene = Object.keys(given).some((k) => k.startsWith('scene'));
    const margin = {
      l: 64,
      r: 24,
      t: title ? (this.plain ? 52 : 72) : this.plain ? 28 : 40,
      b: given.sliders ? 100 : 52,
      ...(scene && this.plain ? { l: 8, r: 8, b: 8 } : {}),
    };
    const height =
      (given.height as number | undefined) ??
      (this.plain ? (scene ? 480 : this.spot.equal ? 460 : 420) : Math.max(380, 60 + 280 * this.rows));
    const width = (given.width as number | undefined) ?? this.equalWidth(height, margin);
    return {
      template: styled() as unknown as Layout['template'],
      autosize: width === undefined,
      margin,
      showlegend: this.data.some((t) => t.showlegend === true),
      ...given,
      ...Object.assign({}, ...flat.map((axes) => axes.settled())),
      ...(given.shapes
        ? {
            shapes: flat.reduce((all, axes) => all.map((s) => axes.settledShape(s)), given.shapes as Loose[]),
          }
        : {}),
      height,
      ...(width !== undefined ? { width } : {}),
    } as Partial<Layout>;
  }

  /** Equal axes alone in a figure get a width that fits their data, so that nothing floats in an empty page. */
  private equalWidth(
    height: number,
    margin: { l: number; r: number; t: number; b: number },
  ): number | undefined {
    if (!this.plain || !this.spot.equal) return undefined;
    const range = (which: 'x' | 'y'): number => {
      const set = this.axisLayout(which).range as (number | null)[] | undefined;
      const [low, high] = [set?.[0] ?? this.spot.bounds[which][0], set?.[1] ?? this.spot.bounds[which][1]];
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

/** The figure of `plot.subplots`, which can be taken apart: `const [fig, axes] = plot.subplots(2, 2)`. */
export type Subplots<A> = Figure & readonly [figure: Figure, axes: A];

/** A figure that is a pair as well, of itself and its axes. */
export class FigureAndAxes extends Figure {
  readonly length = 2;
  /** The axes: one, a list, or a list of lists. */
  readonly 1: unknown;

  constructor(
    options: Named<SubplotsOptions>,
    grid: { rows: number; cols: number } & Named<SubplotsOptions>,
  ) {
    super(options, grid);
    this[1] = axesGrid(this.axes, grid.rows, grid.cols, grid.squeeze ?? true);
  }

  /** The figure itself. */
  get 0(): Figure {
    return this as unknown as Figure;
  }

  *[Symbol.iterator](): Iterator<unknown> {
    yield this[0];
    yield this[1];
  }
}

/** Fields that hold texts which a reader sees. */
const TEXTS: ReadonlySet<string> = new Set(['text', 'name', 'ticktext', 'hovertemplate']);

/** A deep copy in plain JSON values: arrays of any kind become lists, what is not finite becomes null. */
function plain(value: unknown, name = ''): unknown {
  if (typeof value === 'string') return TEXTS.has(name) ? mathText(value) : value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => plain(each, name));
  if (isTypedArray(value)) return Array.from(value as Iterable<number | bigint>, (v) => plain(Number(v)));
  if (isArrayObject(value)) return plain(value.toArray(), name);
  if (value instanceof Date) return value.toJSON();
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, v]) => v !== undefined)
      .map(([k, v]) => [k, plain(v, k)]),
  );
}
