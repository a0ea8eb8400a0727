// The coordinate system that axes draw on: titles, limits, scales, ticks, legend, annotations and shapes, and the
// bookkeeping of a figure's axes in Plotly's layout. What is drawn in it comes from axes.ts.

import type { Annotations, Config, Frame, Layout, Shape } from 'plotly.js';
import { checkOptions } from '../core/options.js';
import type { Axes } from './axes.js';
import { CYCLE, cssColor, translucent } from './colors.js';
import type { Figure } from './figure.js';
import { dash } from './format.js';
import type { ColorSpec, Trace } from './series.js';
import { type One, one, sameLength, type Values, vector } from './values.js';

export type Loose = Record<string, unknown>;
export const DISPLAY: unique symbol = Symbol.for('Jupyter.display') as never;

/** What the axes of one figure draw on. */
export interface Canvas {
  data: Trace[];
  layout: Partial<Layout>;
  config: Partial<Config>;
  frames: Partial<Frame>[];
  /** What was drawn, for the text description. */
  parts: string[];
  axes: Axes[];
  figure?: Figure;
}

/** Styling that every drawing call takes along. */
export interface StyleOptions {
  title?: string;
  xlabel?: string;
  ylabel?: string;
  xlim?: Limits;
  ylim?: Limits;
  xscale?: Scale;
  yscale?: Scale;
  /** 'equal' gives both axes the same unit length; 'off' hides them. */
  axis?: 'equal' | 'off';
  legend?: boolean | LegendPlace;
  grid?: boolean;
}

export type Limits = readonly [One | null, One | null];
export type Scale = 'linear' | 'log';
export type LegendPlace =
  | 'best'
  | 'upper right'
  | 'upper left'
  | 'lower left'
  | 'lower right'
  | 'upper center'
  | 'lower center'
  | 'center left'
  | 'center right'
  | 'center'
  | 'outside';

/** The names of styling options, and of those of the figure, which travel with them. */
const STYLE = [
  ...['title', 'xlabel', 'ylabel', 'xlim', 'ylim', 'xscale', 'yscale', 'axis', 'legend', 'grid'],
  ...['width', 'height', 'figsize'],
];

/** The options of a drawing call, whose names are its own or say how the axes look. */
export const drawingOptions = <O extends object>(fn: string, options: O, own: readonly string[]): O =>
  checkOptions(fn, options, [...own, ...STYLE]);

export interface AnnotateOptions {
  /** Where the text stands; the arrow runs from there to the point. Without it, text and no arrow. */
  xytext?: readonly [One, One];
  color?: ColorSpec;
  fontsize?: number;
  arrow?: boolean;
  /** Which side of the text is at the point; its centre unless given. */
  align?: 'left' | 'center' | 'right';
}

export interface RuleOptions {
  color?: ColorSpec;
  linewidth?: number;
  linestyle?: string;
  label?: string;
}

export interface SpanOptions {
  color?: ColorSpec;
  alpha?: number;
}

interface ClassGroup {
  cmap: string;
  classes: (number | string)[];
  paint(all: readonly (number | string)[], cmap: string): void;
}

export abstract class Coordinates {
  /** Lowest and highest x and y drawn so far. */
  protected bounds = { x: [Infinity, -Infinity], y: [Infinity, -Infinity] };
  /** Whether one unit is to be as long on both axes. */
  protected equal = false;
  private classGroups: ClassGroup[] = [];
  protected cycle = 0;

  /**
   * @param place 1-based number of the axes in its figure
   * @param domain part of the figure that it covers, in fractions, or null for all of it
   */
  constructor(
    protected readonly canvas: Canvas,
    protected readonly place: number,
    protected readonly domain: { x: [number, number]; y: [number, number] } | null,
    protected readonly xPlace: number = place,
  ) {}

  // -------------------------------------------------------------------------------------------------------- styling

  /** Title above the axes. */
  title(text: string): this {
    const annotations = this.list<Partial<Annotations>>('annotations');
    const old = annotations.find((a) => (a as Loose).name === this.titleName);
    if (old) old.text = text;
    else {
      annotations.push({
        ...this.titlePlace(),
        name: this.titleName,
        text,
        showarrow: false,
        xanchor: 'center',
        yanchor: 'bottom',
        yshift: 5,
        font: { size: 14 },
      } as Partial<Annotations>);
    }
    return this;
  }

  xlabel(text: string): this {
    this.axisLayout('x').title = { text };
    return this;
  }

  ylabel(text: string): this {
    this.axisLayout('y').title = { text };
    return this;
  }

  /** Limits of x; null leaves a side to the data. On a log axis the limits are the values themselves. */
  xlim(low: One | null, high: One | null): this {
    return this.limits('x', low, high);
  }

  ylim(low: One | null, high: One | null): this {
    return this.limits('y', low, high);
  }

  xscale(scale: Scale): this {
    return this.scale('x', scale);
  }

  yscale(scale: Scale): this {
    return this.scale('y', scale);
  }

  /** Positions and texts of the ticks on x. */
  xticks(at: Values, labels?: readonly string[]): this {
    return this.ticks('x', at, labels);
  }

  yticks(at: Values, labels?: readonly string[]): this {
    return this.ticks('y', at, labels);
  }

  /** 'equal': the same unit length on both axes; 'off': no axes at all; 'on': shows them again. */
  axis(how: 'equal' | 'off' | 'on'): this {
    if (how === 'equal') {
      this.equal = true;
      Object.assign(this.axisLayout('y'), { scaleanchor: this.xName, constrain: 'domain' });
      this.axisLayout('x').constrain = 'domain';
    } else if (how === 'off' || how === 'on') this.axisBoth({ visible: how === 'on' });
    else throw new RangeError(`axis: takes 'equal', 'off' or 'on', got '${String(how)}'`);
    return this;
  }

  /** Shows the legend, inside at a place of matplotlib's names or outside; `legend(false)` hides it. */
  legend(show: boolean | LegendPlace = true): this {
    const key = this.place === 1 ? 'legend' : `legend${this.place}`;
    for (const t of this.own()) {
      t.showlegend = show !== false && t.name !== undefined;
      if (this.place > 1 && show !== false) t.legend = key;
    }
    if (show === false) return this;
    const place =
      show === true ? (this.domain ? 'upper right' : 'outside') : show === 'best' ? 'upper right' : show;
    if (place === 'outside') return this;
    const vertical = place.startsWith('upper') ? 1 : place.startsWith('lower') ? 0 : 0.5;
    const horizontal = place.endsWith('left') ? 0 : place.endsWith('right') ? 1 : 0.5;
    const inside = (span: readonly number[], f: number): number =>
      span[0] + (0.015 + f * 0.97) * (span[1] - span[0]);
    const anchor = <T extends string>(f: number, low: T, high: T): T | 'middle' | 'center' =>
      f === 0 ? low : f === 1 ? high : 'middle';
    (this.canvas.layout as Loose)[key] = {
      x: inside(this.domain?.x ?? [0, 1], horizontal),
      y: inside(this.domain?.y ?? [0, 1], vertical),
      xanchor: horizontal === 0.5 ? 'center' : anchor(horizontal, 'left', 'right'),
      yanchor: anchor(vertical, 'bottom', 'top'),
    };
    return this;
  }

  grid(show = true): this {
    return this.axisBoth({ showgrid: show });
  }

  /** Shows the colour bar of what was drawn last with a colour scale. */
  colorbar(title?: string): this {
    const scaled = this.own().findLast(
      (t) => t.colorscale !== undefined || (t.marker as Loose | undefined)?.colorscale !== undefined,
    );
    if (!scaled)
      throw new Error(
        'colorbar: nothing with a colour scale is drawn here. Draw a heatmap, contourf or scatter({c: numbers}) first',
      );
    const holder = (scaled.colorscale !== undefined ? scaled : scaled.marker) as Loose;
    holder.showscale = true;
    if (title !== undefined) holder.colorbar = { ...(holder.colorbar as object), title: { text: title } };
    return this;
  }

  // ---------------------------------------------------------------------------------------- annotations and shapes

  /**
   * Writes a text at a point; with `xytext`, an arrow runs from the text to it.
   * @see matplotlib.pyplot.annotate
   */
  annotate(text: string, xy: readonly [One, One], options: AnnotateOptions = {}): this {
    const color =
      options.color === undefined
        ? {}
        : {
            font: { color: cssColor(options.color, 'annotate') },
            arrowcolor: cssColor(options.color, 'annotate'),
          };
    const at = (which: 'x' | 'y', v: One): number =>
      this.position(which, one(v, `annotate: ${which}`), 'annotate');
    const away = options.xytext
      ? {
          ax: at('x', options.xytext[0]),
          ay: at('y', options.xytext[1]),
          axref: this.xName,
          ayref: this.yName,
        }
      : {};
    return this.addAnnotation({
      text,
      x: at('x', xy[0]),
      y: at('y', xy[1]),
      showarrow: options.arrow ?? options.xytext !== undefined,
      ...away,
      ...color,
      ...(options.fontsize ? { font: { ...(color.font ?? {}), size: options.fontsize } } : {}),
      ...(options.align ? { xanchor: options.align } : {}),
    });
  }

  /** Writes a text centred on a point. */
  text(x: One, y: One, text: string, options: Omit<AnnotateOptions, 'xytext' | 'arrow'> = {}): this {
    return this.annotate(text, [x, y], { ...options, arrow: false });
  }

  /**
   * Draws an arrow from (x, y) to (x + dx, y + dy).
   * @see matplotlib.pyplot.arrow
   */
  arrow(
    x: number,
    y: number,
    dx: number,
    dy: number,
    options: { color?: ColorSpec; linewidth?: number } = {},
  ): this {
    this.cover([x, x + dx], [y, y + dy]);
    return this.addAnnotation({
      text: '',
      x: this.position('x', x + dx, 'arrow'),
      y: this.position('y', y + dy, 'arrow'),
      ax: this.position('x', x, 'arrow'),
      ay: this.position('y', y, 'arrow'),
      axref: this.xName,
      ayref: this.yName,
      showarrow: true,
      arrowhead: 2,
      arrowwidth: options.linewidth ?? 2,
      ...(options.color ? { arrowcolor: cssColor(options.color, 'arrow') } : {}),
    });
  }

  /** A horizontal line across the axes (matplotlib's axhline). */
  hline(y: One, options: RuleOptions = {}): this {
    return this.rule('hline', 'y', y, options);
  }

  /** A vertical line across the axes (matplotlib's axvline). */
  vline(x: One, options: RuleOptions = {}): this {
    return this.rule('vline', 'x', x, options);
  }

  /** A horizontal band from y0 to y1 (matplotlib's axhspan). */
  hspan(y0: One, y1: One, options: SpanOptions = {}): this {
    return this.span('hspan', 'y', y0, y1, options);
  }

  /** A vertical band from x0 to x1 (matplotlib's axvspan). */
  vspan(x0: One, x1: One, options: SpanOptions = {}): this {
    return this.span('vspan', 'x', x0, x1, options);
  }

  /** A rectangle with its lower left corner at (x, y); `round` makes it the ellipse inside. */
  rect(
    x: number,
    y: number,
    width: number,
    height: number,
    options: { color?: ColorSpec; fill?: ColorSpec; linewidth?: number; round?: boolean } = {},
  ): this {
    this.cover([x, x + width], [y, y + height]);
    return this.addShape({
      type: options.round ? 'circle' : 'rect',
      x0: x,
      y0: y,
      x1: x + width,
      y1: y + height,
      xref: this.xName,
      yref: this.yName,
      line: { color: cssColor(options.color ?? 'k', 'rect'), width: options.linewidth ?? 1.5 },
      ...(options.fill ? { fillcolor: cssColor(options.fill, 'rect') } : {}),
    });
  }

  /** The figure that these axes belong to. */
  get figure(): Figure {
    return this.canvas.figure!;
  }

  toString(): string {
    return `Axes of ${this.figure}`;
  }

  /** Axes as a cell's value show their figure. */
  [DISPLAY](): Record<string, unknown> {
    return this.figure[DISPLAY]();
  }

  // ----------------------------------------------------------------------------------------------------- inner works

  /** Plotly's names of this axes' axes: x, y, x2, y2... */
  protected get xName(): string {
    return this.xPlace === 1 ? 'x' : `x${this.xPlace}`;
  }

  protected get yName(): string {
    return this.place === 1 ? 'y' : `y${this.place}`;
  }

  protected get titleName(): string {
    return `title ${this.place}`;
  }

  protected titlePlace(): Loose {
    const scene =
      (this.canvas.layout as Loose)[this.place === 1 ? 'scene' : `scene${this.place}`] !== undefined;
    return scene && this.domain
      ? { xref: 'paper', yref: 'paper', x: (this.domain.x[0] + this.domain.x[1]) / 2, y: this.domain.y[1] }
      : { xref: `${this.xName} domain`, yref: `${this.yName} domain`, x: 0.5, y: 1 };
  }

  protected axisKey(which: 'x' | 'y'): string {
    const n = which === 'x' ? this.xPlace : this.place;
    return `${which}axis${n === 1 ? '' : n}`;
  }

  /** The layout of an axis, created when first styled. */
  protected axisLayout(which: 'x' | 'y'): Loose {
    const layout = this.canvas.layout as Loose;
    layout[this.axisKey(which)] ??= {};
    return layout[this.axisKey(which)] as Loose;
  }

  protected axisBoth(fields: Loose): this {
    Object.assign(this.axisLayout('x'), fields);
    Object.assign(this.axisLayout('y'), fields);
    return this;
  }

  protected list<T>(key: 'annotations' | 'shapes' | 'images'): T[] {
    const layout = this.canvas.layout as Loose;
    layout[key] ??= [];
    return layout[key] as T[];
  }

  protected own(): Trace[] {
    return this.canvas.data.filter((t) => (t.xaxis ?? 'x') === this.xName && (t.yaxis ?? 'y') === this.yName);
  }

  protected nextColor(): string {
    return CYCLE[this.cycle++ % CYCLE.length];
  }

  protected add(trace: Trace): this {
    if (this.xName !== 'x') trace.xaxis = this.xName;
    if (this.yName !== 'y') trace.yaxis = this.yName;
    if (this.domain) {
      // Colour bars stand beside their own axes, not at the figure's edge.
      const { x, y } = this.domain;
      const bar = { x: x[1] + 0.005, xanchor: 'left', y: (y[0] + y[1]) / 2, len: y[1] - y[0] };
      const marker = trace.marker as Loose | undefined;
      if (trace.colorscale !== undefined)
        trace.colorbar = { ...bar, ...(trace.colorbar as object) } as Trace['colorbar'];
      else if (marker?.colorscale !== undefined) marker.colorbar = { ...bar, ...(marker.colorbar as object) };
    }
    this.canvas.data.push(trace);
    return this;
  }

  protected drew(part: string): this {
    this.canvas.parts.push(part);
    return this;
  }

  protected cover(x: readonly unknown[], y: readonly unknown[]): this {
    const grow = (span: number[], values: readonly unknown[]): void => {
      for (const v of values) {
        if (typeof v !== 'number' || !Number.isFinite(v)) continue;
        if (v < span[0]) span[0] = v;
        if (v > span[1]) span[1] = v;
      }
    };
    grow(this.bounds.x, x);
    grow(this.bounds.y, y);
    return this;
  }

  /** Classes drawn with one colormap share their colours: regions, points, and more points. */
  protected addClasses(group: ClassGroup): void {
    this.classGroups.push(group);
    const same = this.classGroups.filter((g) => g.cmap === group.cmap);
    const all = [...new Set(same.flatMap((g) => g.classes))];
    const sorted = all.every((v) => typeof v === 'number')
      ? (all as number[]).sort((a, b) => a - b)
      : all.map(String).sort();
    const union = all.every((v) => typeof v === 'number')
      ? sorted
      : sorted.map((s) => all.find((v) => String(v) === s)!);
    for (const g of same) g.paint(union, group.cmap);
  }

  private limits(which: 'x' | 'y', low: One | null, high: One | null): this {
    const axis = this.axisLayout(which);
    const edge = (v: One | null): number | null => {
      if (v === null || v === undefined) return null;
      const limit = one(v, `${which}lim: a limit`);
      if (!Number.isFinite(limit)) throw new RangeError(`${which}lim: a limit must be finite, got ${limit}`);
      return this.position(which, limit, `${which}lim`);
    };
    axis.range = [edge(low), edge(high)];
    delete axis.autorange;
    return this;
  }

  /** Where Plotly wants limits and annotations: on a log axis, at the logarithm. */
  private position(which: 'x' | 'y', value: number, fn: string): number {
    if (this.axisLayout(which).type !== 'log') return value;
    if (value <= 0)
      throw new RangeError(`${fn}: a log axis has no place for ${value}; give a number above 0`);
    return Math.log10(value);
  }

  private moveAnnotations(which: 'x' | 'y', toLog: boolean): void {
    const name = which === 'x' ? this.xName : this.yName;
    const move = (v: unknown): unknown => (typeof v !== 'number' ? v : toLog ? Math.log10(v) : 10 ** v);
    for (const a of this.list<Loose>('annotations')) {
      if (a[`${which}ref`] === name) a[which] = move(a[which]);
      if (a[`a${which}ref`] === name) a[`a${which}`] = move(a[`a${which}`]);
    }
  }

  private scale(which: 'x' | 'y', scale: Scale): this {
    if (scale !== 'linear' && scale !== 'log')
      throw new RangeError(`${which}scale: takes 'linear' or 'log', got '${String(scale)}'`);
    const axis = this.axisLayout(which);
    const range = axis.range as (number | null)[] | undefined;
    const before = axis.type ?? 'linear';
    axis.type = scale;
    if (range && before !== scale) {
      const values = range.map((v) => (v === null ? null : before === 'log' ? 10 ** v : v));
      this.limits(which, values[0], values[1]);
    }
    if (before !== scale) this.moveAnnotations(which, scale === 'log');
    if (scale === 'log') Object.assign(axis, { exponentformat: 'power', dtick: axis.dtick });
    return this;
  }

  private ticks(which: 'x' | 'y', at: Values, labels?: readonly string[]): this {
    const tickvals = vector(at, `${which}ticks`);
    if (labels) sameLength(`${which}ticks`, { positions: tickvals.length, labels: labels.length });
    Object.assign(this.axisLayout(which), {
      tickmode: 'array',
      tickvals,
      ...(labels ? { ticktext: [...labels] } : {}),
    });
    return this;
  }

  protected addAnnotation(annotation: Loose): this {
    this.list<Loose>('annotations').push({ xref: this.xName, yref: this.yName, ...annotation });
    return this;
  }

  private addShape(shape: Loose): this {
    this.list<Partial<Shape>>('shapes').push(shape as Partial<Shape>);
    return this;
  }

  /** A shape from low to high on one axis and all along the other. */
  private across(fn: string, which: 'x' | 'y', low: One, high: One): Loose {
    const [a, b] = [one(low, `${fn}: ${which}`), one(high, `${fn}: ${which}`)];
    return which === 'y'
      ? { x0: 0, x1: 1, y0: a, y1: b, xref: `${this.xName} domain`, yref: this.yName }
      : { x0: a, x1: b, y0: 0, y1: 1, xref: this.xName, yref: `${this.yName} domain` };
  }

  private rule(fn: string, which: 'x' | 'y', value: One, o: RuleOptions): this {
    const color = cssColor(o.color ?? '0.4', fn);
    const label =
      o.label === undefined
        ? {}
        : { label: { text: o.label, font: { size: 11, color }, textposition: 'end', textangle: 0 } };
    return this.addShape({
      type: 'line',
      ...this.across(fn, which, value, value),
      line: { color, width: o.linewidth ?? 1.5, dash: dash(o.linestyle ?? '--', fn) },
      ...label,
    });
  }

  private span(fn: string, which: 'x' | 'y', low: One, high: One, o: SpanOptions): this {
    const fillcolor = translucent(cssColor(o.color ?? 'r', fn), o.alpha ?? 0.15);
    return this.addShape({
      type: 'rect',
      ...this.across(fn, which, low, high),
      fillcolor,
      line: { width: 0 },
      layer: 'below',
    });
  }

  /** Applies the styling options that came with a drawing call. */
  protected style(o: StyleOptions): this {
    if (o.title !== undefined) this.title(o.title);
    if (o.xlabel !== undefined) this.xlabel(o.xlabel);
    if (o.ylabel !== undefined) this.ylabel(o.ylabel);
    if (o.xscale !== undefined) this.xscale(o.xscale);
    if (o.yscale !== undefined) this.yscale(o.yscale);
    if (o.xlim !== undefined) this.xlim(o.xlim[0], o.xlim[1]);
    if (o.ylim !== undefined) this.ylim(o.ylim[0], o.ylim[1]);
    if (o.axis !== undefined) this.axis(o.axis);
    if (o.grid !== undefined) this.grid(o.grid);
    if (o.legend !== undefined) this.legend(o.legend);
    return this;
  }
}
