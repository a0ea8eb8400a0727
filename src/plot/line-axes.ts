// What axes draw over x: points, lines, bars, histograms, areas. The traces are built in series.ts and bars.ts.

import { asarray } from '../core/create.js';
import type { NDArray } from '../core/ndarray.js';
import { Annotated } from './annotations.js';
import {
  Artist,
  BarContainer,
  type Drawn,
  Line2D,
  lines2D,
  PathCollection,
  type Several,
  withArtists,
} from './artists.js';
import { BAR, type BarOptions, bar, HIST, type HistOptions, hist, histArguments } from './bars.js';
import { classColors, cssColor } from './colors.js';
import { STYLE, type StyleOptions } from './coordinates.js';
import { type NumberFormat, written } from './format.js';
import type { Loose } from './frame.js';
import { type Named, read } from './options.js';
import {
  AREA,
  type AreaOptions,
  BAND,
  type BandOptions,
  band,
  type ColorSpec,
  ERRORBAR,
  type ErrorbarOptions,
  errorbar,
  LINE,
  type LineOptions,
  lines,
  plotArguments,
  polygon,
  SCATTER,
  type ScatterOptions,
  scatter,
} from './series.js';
import { isOptions, type Labels, numbers, sameLength, short, type Values, vector } from './values.js';

export const plural = (n: number, word: string): string => `${n} ${word}${n === 1 ? '' : 's'}`;

/** A call's own options with those of styling, by all their names. */
export type Styled<T> = Named<T> & StyleOptions;
type Line = Styled<LineOptions>;
/** The width of bars is theirs, and not the figure's. */
type StyledBars = Named<BarOptions> & Omit<StyleOptions, 'width'>;
type StyledFlatBars = Named<BarhOptions> & Omit<StyleOptions, 'height' | 'width'>;
type Lines<T> = Drawn<T, Several<Line2D>>;

/** What `hist` gives: the counts, one row per set of values, the edges of the bins, and the bars. */
export type Histograms<P = BarContainer> = readonly [counts: NDArray, bins: NDArray, patches: P];

/** Arguments of `plot`: series of [x], y, ['fmt'], then options. */
export type PlotArguments =
  | [y: Values, options?: Line]
  | [y: Values, format: string, options?: Line]
  | [x: Values, y: Values, options?: Line]
  | [x: Values, y: Values, format: string, options?: Line]
  | [x: Values, y: Values, format: string, ...rest: (Values | string | Line)[]]
  | [x: Values, y: Values, x2: Values, y2: Values, ...rest: (Values | string | Line)[]];

const STEP_SHAPES = { pre: 'vh', post: 'hv', mid: 'hvh' } as const;

export abstract class LineAxes extends Annotated {
  /**
   * Draws points. `c` as class labels gives one colour and one trace per class; as numbers, a colour scale; as a
   * string, one colour.
   * @param x,y vectors of equal length
   * @see matplotlib.pyplot.scatter
   */
  scatter(x: Values, y: Values, options?: Styled<ScatterOptions>): Drawn<this, PathCollection>;
  scatter(
    x: Values,
    y: Values,
    s: number | Values,
    c: string | Labels,
    options?: Styled<ScatterOptions>,
  ): Drawn<this, PathCollection>;
  scatter(
    x: Values,
    y: Values,
    s: number | Values,
    options?: Styled<ScatterOptions>,
  ): Drawn<this, PathCollection>;
  scatter(x: Values, y: Values, ...rest: unknown[]): Drawn<this, PathCollection> {
    return this.gives(
      () => this.points(x, y, rest),
      (host, traces) => new PathCollection(host, traces),
    );
  }

  private points(x: Values, y: Values, rest: readonly unknown[]): this {
    const [[s, c], given] = positional('scatter', rest, 2);
    const named = { ...given, ...(s === undefined ? {} : { s }), ...(c === undefined ? {} : { c }) };
    const options = read<ScatterOptions & StyleOptions>('scatter', named as ScatterOptions, SCATTER, STYLE);
    const drawn = scatter(x, y, options);
    if (drawn.classes) {
      const { traces } = drawn;
      const own = drawn.classes;
      this.addClasses({
        cmap: String(options.cmap ?? 'Spectral'),
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
  plot(...args: PlotArguments): Lines<this> {
    return this.gives(() => this.lines('plot', args), lines2D);
  }

  /** The same as `plot`. */
  line(...args: PlotArguments): Lines<this> {
    return this.gives(() => this.lines('line', args), lines2D);
  }

  /**
   * `plot` with a logarithmic x axis.
   * @see matplotlib.pyplot.semilogx
   */
  semilogx(...args: PlotArguments): Lines<this> {
    return this.gives(() => this.lines('semilogx', args).xscale('log'), lines2D);
  }

  /**
   * `plot` with a logarithmic y axis.
   * @see matplotlib.pyplot.semilogy
   */
  semilogy(...args: PlotArguments): Lines<this> {
    return this.gives(() => this.lines('semilogy', args).yscale('log'), lines2D);
  }

  /**
   * `plot` with two logarithmic axes.
   * @see matplotlib.pyplot.loglog
   */
  loglog(...args: PlotArguments): Lines<this> {
    return this.gives(() => this.lines('loglog', args).xscale('log').yscale('log'), lines2D);
  }

  /**
   * Draws a line in steps: `step(x, y, {where: 'mid'})`; 'pre' (default) rises before a point, 'post' after it.
   * @see matplotlib.pyplot.step
   */
  step(x: Values, y: Values, options?: Line & { where?: 'pre' | 'post' | 'mid' }): Lines<this>;
  step(
    x: Values,
    y: Values,
    format: string,
    options?: Line & { where?: 'pre' | 'post' | 'mid' },
  ): Lines<this>;
  step(...args: unknown[]): Lines<this> {
    const last = isOptions(args.at(-1)) ? args.at(-1) : undefined;
    const { where = 'pre', ...options } = (last ?? {}) as Line & { where?: 'pre' | 'post' | 'mid' };
    const shape = STEP_SHAPES[where];
    if (shape === undefined)
      throw new RangeError(`step: where is 'pre', 'post' or 'mid', got '${String(where)}'`);
    const series = [...(last ? args.slice(0, -1) : args), { ...options, step: shape }];
    return this.gives(() => this.lines('step', series), lines2D);
  }

  private lines(fn: string, args: readonly unknown[]): this {
    const { series, options: given } = plotArguments<Line>(args, fn);
    const options = read<LineOptions & StyleOptions>(fn, given, LINE, STYLE);
    for (const s of series) {
      const traces = lines(fn, s, options, () => this.nextColor());
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

  /**
   * Draws how often values fall into bins (np.histogram's counts). A list of arrays is drawn side by side.
   * @param v numbers of any shape, or a list of arrays
   * @param bins how many bins, their edges, or 'auto'
   * @see matplotlib.pyplot.hist
   */
  hist(
    v: Values | readonly Values[],
    bins?: number | Values | 'auto' | Styled<HistOptions>,
    given: Styled<HistOptions> = {},
  ): Drawn<this, Histograms> {
    const [edges, named] = histArguments(bins, given as HistOptions);
    const options = read<HistOptions & StyleOptions>('hist', named as HistOptions, HIST, STYLE);
    const { traces, points, bins: n, heights, edges: at } = hist(v, edges, options, () => this.nextColor());
    (this.canvas.layout as Loose).bargap ??= 0;
    (this.canvas.layout as Loose).barmode ??= 'overlay';
    const counts = options.orientation === 'horizontal' ? 'x' : 'y';
    this.axisLayout(counts).title ??= { text: options.density ? 'density' : 'count' };
    if (options.log) this[`${counts}scale`]('log');
    for (const trace of traces) this.add(trace);
    this.drew(`hist: ${plural(points, 'value')} in ${plural(n, 'bin')}`).style(options);
    const counted = asarray(heights.length === 1 ? heights[0] : heights, 'hist');
    const patches = traces.map((trace) => new BarContainer(this.host(), [trace]));
    const all = (patches.length === 1 ? patches[0] : patches) as BarContainer;
    return withArtists(this, [counted, asarray(at, 'hist'), all] as const);
  }

  /**
   * Draws bars: `bar(names, heights)`, `bar(x, heights, 0.4, {bottom})`. Several calls stand side by side, unless widths
   * or bottoms say where they stand.
   * @param x category names or positions
   * @see matplotlib.pyplot.bar
   */
  bar(x: Labels, height: Values | number, options?: StyledBars): Drawn<this, BarContainer>;
  bar(
    x: Labels,
    height: Values | number,
    width: number | Values,
    options?: StyledBars,
  ): Drawn<this, BarContainer>;
  bar(x: Labels, height: Values | number, ...rest: unknown[]): Drawn<this, BarContainer> {
    const [[width], given] = positional('bar', rest, 1);
    return this.bars('bar', x, height, { ...(width === undefined ? {} : { width }), ...given } as BarOptions);
  }

  /**
   * Draws horizontal bars: `barh(names, lengths)`, `barh(y, lengths, 0.4, {left})`.
   * @see matplotlib.pyplot.barh
   */
  barh(y: Labels, width: Values | number, options?: StyledFlatBars): Drawn<this, BarContainer>;
  barh(
    y: Labels,
    width: Values | number,
    height: number | Values,
    options?: StyledFlatBars,
  ): Drawn<this, BarContainer>;
  barh(y: Labels, width: Values | number, ...rest: unknown[]): Drawn<this, BarContainer> {
    const [[thick], given] = positional('barh', rest, 1);
    const { height, left, ...more } = given as BarhOptions;
    const [size, base] = [thick ?? height, left];
    return this.bars('barh', y, width, {
      ...more,
      orientation: 'horizontal',
      ...(size === undefined ? {} : { width: size }),
      ...(base === undefined ? {} : { bottom: base }),
    } as BarOptions);
  }

  private bars(fn: string, x: Labels, height: Values | number, given: BarOptions): Drawn<this, BarContainer> {
    const { width, ...o } = read<BarOptions & Omit<StyleOptions, 'width'>>(fn, given, BAR, STYLE);
    const trace = bar(fn, x, height, { ...o, width }, this.nextColor());
    if (o.stacked) (this.canvas.layout as Loose).barmode = 'stack';
    const flat = o.orientation === 'horizontal';
    this.add(trace).drew(`bar: ${plural((trace.x as unknown[]).length, 'bar')}`);
    if (o.log) this[flat ? 'xscale' : 'yscale']('log');
    if (o.tick_label !== undefined)
      this[flat ? 'yticks' : 'xticks'](trace[flat ? 'y' : 'x'] as number[], o.tick_label);
    return withArtists(this.style(o), new BarContainer(this.host(), [trace]));
  }

  /**
   * Writes their lengths on bars, or the texts in `labels`; `fmt` says how.
   * @example
   * const bars = plot.bar(['a', 'b'], [3, 1]);
   * plot.bar_label(bars, { fmt: '%.1f' });
   * @see matplotlib.pyplot.bar_label
   */
  barLabel(bars: BarContainer, options: Named<BarLabelOptions> = {}): this {
    const o = read<BarLabelOptions>('bar_label', options, BAR_LABEL);
    if (o.labels) sameLength('bar_label', { bars: bars.length, labels: o.labels.length });
    const texts =
      o.labels ?? bars.datavalues.map((v) => (o.fmt === undefined ? short(v) : written(v, o.fmt)));
    bars.label(texts.map(String), o.label_type === 'center', o.fontsize);
    return this;
  }

  /**
   * Draws points with error bars, `errorbar(x, y, yerr)` or `{yerr, xerr}`: a number, one per point, or [lower, upper].
   * @see matplotlib.pyplot.errorbar
   */
  errorbar(x: Values, y: Values, options: Styled<ErrorbarOptions>): Drawn<this, Line2D>;
  errorbar(
    x: Values,
    y: Values,
    yerr: number | Values,
    options?: Styled<ErrorbarOptions>,
  ): Drawn<this, Line2D>;
  errorbar(x: Values, y: Values, ...rest: unknown[]): Drawn<this, Line2D> {
    const [[yerr, xerr], given] = positional('errorbar', rest, 2);
    const named = {
      ...given,
      ...(yerr === undefined ? {} : { yerr }),
      ...(xerr === undefined ? {} : { xerr }),
    } as ErrorbarOptions;
    const options = read<ErrorbarOptions & StyleOptions>('errorbar', named, ERRORBAR, STYLE);
    const trace = errorbar(x, y, options, () => this.nextColor());
    this.add(trace)
      .cover(trace.x as number[], trace.y as number[])
      .drew(`errorbar: ${plural((trace.x as number[]).length, 'point')}`)
      .style(options);
    return withArtists(this, new Line2D(this.host(), [trace]));
  }

  /**
   * Fills the area between two curves, or between a curve and a number; `where` says at which points.
   * @see matplotlib.pyplot.fill_between
   */
  fillBetween(
    x: Values,
    y1: Values | number,
    y2: Values | number | Styled<BandOptions> = 0,
    options: Styled<BandOptions> = {},
  ): Drawn<this, Artist> {
    return this.filled('fillBetween', x, y1, y2, options, false);
  }

  /**
   * Fills the area between two curves over y.
   * @see matplotlib.pyplot.fill_betweenx
   */
  fillBetweenx(
    y: Values,
    x1: Values | number,
    x2: Values | number | Styled<BandOptions> = 0,
    options: Styled<BandOptions> = {},
  ): Drawn<this, Artist> {
    return this.filled('fillBetweenx', y, x1, x2, options, true);
  }

  private filled(
    fn: string,
    along: Values,
    low: Values | number,
    second: Values | number | Styled<BandOptions>,
    more: Styled<BandOptions>,
    turned: boolean,
  ): Drawn<this, Artist> {
    const [high, given] = isOptions(second) ? [0, second as Styled<BandOptions>] : [second, more];
    const options = read<BandOptions & StyleOptions>(fn, given, BAND, STYLE);
    const last = this.own().at(-1)?.line as { color?: string } | undefined;
    const trace = band(fn, along, low, high, options, last?.color ?? this.nextColor());
    if (turned) [trace.x, trace.y] = [trace.y, trace.x];
    this.add(trace)
      .cover(trace.x as number[], trace.y as number[])
      .drew('band')
      .style(options);
    return withArtists(this, new Artist(this.host(), [trace]));
  }

  /**
   * Fills a polygon through the points: `fill(x, y)`, `fill(x, y, 'r')`. `text` is shown when one hovers over it.
   * @see matplotlib.pyplot.fill
   */
  fill(x: Values, y: Values, options?: Styled<AreaOptions>): Drawn<this, Artist>;
  fill(x: Values, y: Values, color: string, options?: Styled<AreaOptions>): Drawn<this, Artist>;
  fill(x: Values, y: Values, ...rest: unknown[]): Drawn<this, Artist> {
    const [[color], given] = positional('fill', rest, 1);
    const named = { ...(color === undefined ? {} : { color }), ...given } as AreaOptions;
    const options = read<AreaOptions & StyleOptions>('fill', named, AREA, STYLE);
    const trace = polygon(x, y, options, this.nextColor());
    this.add(trace)
      .cover(trace.x as number[], trace.y as number[])
      .drew('polygon')
      .style(options);
    return withArtists(this, new Artist(this.host(), [trace]));
  }

  /**
   * Stems from a base line to points: `stem(y)` or `stem(x, y)`.
   * @see matplotlib.pyplot.stem
   */
  stem(y: Values, options?: Styled<StemOptions>): this;
  stem(x: Values, y: Values, options?: Styled<StemOptions>): this;
  stem(x: Values, y: Values, format: string, options?: Styled<StemOptions>): this;
  stem(...args: unknown[]): this {
    const { series, options: given } = plotArguments<LineOptions>(args, 'stem');
    const o = read<StemOptions & StyleOptions>('stem', given as StemOptions, STEM, STYLE);
    const [{ x, y, format }] = series;
    const ys = vector(y, 'stem: y');
    const xs = x === undefined ? ys.map((_, i) => i) : vector(x, 'stem: x');
    sameLength('stem', { x: xs.length, y: ys.length });
    const base = o.bottom ?? 0;
    const css = o.color === undefined ? this.nextColor() : cssColor(o.color, 'stem');
    const gaps = (ends: (i: number) => number[]): (number | null)[] =>
      xs.flatMap((_, i) => [...ends(i), null]);
    const up = { x: gaps((i) => [xs[i], xs[i]]), y: gaps((i) => [base, ys[i]]) };
    const ends = [Math.min(...xs), Math.max(...xs)];
    const draw = (px: unknown, py: unknown, fmt: string, more: LineOptions): void => {
      const own = /^[bgrcmykw]|C\d/.test(fmt) ? {} : { color: css };
      for (const t of lines('stem', { x: px, y: py, format: fmt }, { ...own, ...more }, () => css))
        this.add(t);
    };
    draw(up.x, up.y, o.linefmt ?? format ?? '-', { linewidth: 1.5 });
    if (o.basefmt !== ' ') draw(ends, [base, base], o.basefmt ?? 'r-', { linewidth: 1.5 });
    draw(xs, ys, o.markerfmt ?? 'o', { label: o.label, linestyle: 'none' });
    return this.cover(xs, [...ys, base])
      .drew(`stem: ${plural(xs.length, 'point')}`)
      .style(o);
  }

  /**
   * Areas on top of each other: `stackplot(x, y1, y2)` or `stackplot(x, [y1, y2], {labels})`.
   * @see matplotlib.pyplot.stackplot
   */
  stackplot(x: Values, ...rest: (Values | readonly Values[] | Styled<StackOptions>)[]): this {
    const last = rest.at(-1);
    const given = (isOptions(last) ? rest.pop() : {}) as StackOptions;
    const o = read<StackOptions & StyleOptions>('stackplot', given, STACK, STYLE);
    const xs = vector(x, 'stackplot: x');
    const rows = (rest as Values[]).flatMap((y, k) => {
      const { shape, flat } = numbers(y, `stackplot: y${k + 1}`);
      const n = shape.length === 2 ? shape[1] : flat.length;
      return Array.from({ length: n === 0 ? 0 : flat.length / n }, (_, r) => flat.slice(r * n, (r + 1) * n));
    });
    if (rows.length === 0) throw new TypeError('stackplot: needs at least one y: stackplot(x, y1, y2)');
    let low = xs.map(() => 0);
    rows.forEach((row, k) => {
      sameLength('stackplot', { x: xs.length, [`y${k + 1}`]: row.length });
      const high = low.map((v, i) => v + row[i]);
      const color = o.colors?.[k] === undefined ? this.nextColor() : cssColor(o.colors[k], 'stackplot');
      const options = { alpha: o.alpha ?? 1, label: o.labels?.[k] };
      this.add(band('stackplot', xs, low, high, options, color)).cover(xs, [...low, ...high]);
      low = high;
    });
    return this.drew(`stack: ${plural(rows.length, 'area')}`).style(o);
  }

  /**
   * Horizontal lines at y from xmin to xmax, each one number or one per line.
   * @see matplotlib.pyplot.hlines
   */
  hlines(y: Values | number, xmin: Values | number, xmax: Values | number, options: Line = {}): this {
    return this.pieces('hlines', y, xmin, xmax, options, false);
  }

  /**
   * Vertical lines at x from ymin to ymax, each one number or one per line.
   * @see matplotlib.pyplot.vlines
   */
  vlines(x: Values | number, ymin: Values | number, ymax: Values | number, options: Line = {}): this {
    return this.pieces('vlines', x, ymin, ymax, options, true);
  }

  private pieces(
    fn: string,
    at: Values | number,
    from: Values | number,
    to: Values | number,
    given: Line,
    upright: boolean,
  ): this {
    const options = read<LineOptions & StyleOptions>(fn, given, LINE, STYLE);
    const list = (v: Values | number, what: string): number[] =>
      typeof v === 'number' ? [v] : vector(v, `${fn}: ${what}`);
    const [a, b, c] = [list(at, 'position'), list(from, 'min'), list(to, 'max')];
    const n = Math.max(a.length, b.length, c.length);
    const all = [a, b, c].map((v) => (v.length === 1 ? Array<number>(n).fill(v[0]) : v));
    sameLength(fn, { positions: all[0].length, min: all[1].length, max: all[2].length });
    const across = all[0].flatMap((v) => [v, v, Number.NaN]);
    const along = all[0].flatMap((_, i) => [all[1][i], all[2][i], Number.NaN]);
    const series = upright ? { x: across, y: along } : { x: along, y: across };
    for (const t of lines(fn, series, options, () => this.nextColor())) this.add(t).cover(series.x, series.y);
    return this.drew(`${fn}: ${plural(n, 'line')}`).style(options);
  }
}

/** Arguments in their places before the options, of which there may be up to `most`. */
export function positional(
  fn: string,
  args: readonly unknown[],
  most: number,
): [unknown[], Record<string, unknown>] {
  const options = isOptions(args.at(-1)) ? (args.at(-1) as Record<string, unknown>) : undefined;
  const places = options ? args.slice(0, -1) : [...args];
  if (places.length > most)
    throw new TypeError(
      `${fn}: ${plural(places.length, 'argument')} after the data, where up to ${most} can stand; give the others by name`,
    );
  return [places, options ?? {}];
}

export interface BarhOptions extends Omit<BarOptions, 'width' | 'bottom' | 'orientation'> {
  /** Thickness of the bars. */
  height?: number | Values;
  /** Where the bars begin. */
  left?: number | Values;
}

export interface BarLabelOptions {
  /** How lengths are written: a format such as '%.1f' or '{:.1f}', or a function. */
  fmt?: NumberFormat;
  labels?: readonly (string | number)[];
  /** In the middle of the bars, or at their ends. */
  label_type?: 'edge' | 'center';
  /** Taken, and left to the chart. */
  padding?: number;
  fontsize?: number;
}
const BAR_LABEL = { fmt: 1, labels: 1, label_type: 1, padding: 1, fontsize: 1 } as const;

export interface StemOptions {
  linefmt?: string;
  markerfmt?: string;
  /** The base line's format; ' ' draws none. */
  basefmt?: string;
  bottom?: number;
  label?: string;
  color?: ColorSpec;
}
const STEM = { linefmt: 1, markerfmt: 1, basefmt: 1, bottom: 1, label: 1, color: 1 } as const;

export interface StackOptions {
  labels?: readonly string[];
  colors?: readonly string[];
  alpha?: number;
}
const STACK = { labels: 1, colors: 1, alpha: 1 } as const;
