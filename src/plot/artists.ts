// Artists: what drawing calls give back beside the figure or the axes they drew on, `const [line] = plt.plot(x, y)`,
// `const im = ax.imshow(a)`. They change what was drawn: its data, names and looks. Each holds the traces that it is.

import { asarray } from '../core/create.js';
import type { NDArray } from '../core/ndarray.js';
import type { Axes } from './axes.js';
import { type Colormap, colorscale, cssColor, translucent } from './colors.js';
import type { Figure } from './figure.js';
import { dash, markerSymbol } from './format.js';
import type { Loose } from './frame.js';
import { imageTrace, readImages } from './images.js';
import type { ColorSpec, Trace } from './series.js';
import { diameter } from './series.js';
import { numbers, rowsOf, sameLength, shapeText, type Values, vector } from './values.js';

/** What an artist may do to the axes it is drawn on. */
export interface Host {
  readonly figure: Figure;
  cover(x: readonly unknown[], y: readonly unknown[]): unknown;
  /** Where Plotly wants a place on an axis. */
  place(which: 'x' | 'y', value: number, fn: string): number;
  /** Takes a trace, shape or annotation off the axes. */
  drop(part: object): void;
}

/** The part of an artist that has a colour scale, for `colorbar(artist)`. */
export const SCALED: unique symbol = Symbol('scaled');
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/** What was drawn by one call, or a part of it. */
export class Artist {
  constructor(
    protected readonly owner: Host,
    /** Plotly's traces, shapes or annotations that show it. */
    protected readonly shown: readonly Loose[],
  ) {}

  get_label(): string {
    return String(this.shown[0]?.name ?? '');
  }

  /** Its name in the legend. */
  set_label(label: string): void {
    for (const part of this.shown) Object.assign(part, { name: String(label), showlegend: true });
  }

  get_visible(): boolean {
    return this.shown.some((part) => part.visible !== false);
  }

  set_visible(visible: boolean): void {
    for (const part of this.shown) part.visible = visible;
  }

  get_alpha(): number {
    return (this.shown[0]?.opacity as number | undefined) ?? 1;
  }

  set_alpha(alpha: number): void {
    for (const part of this.shown) part.opacity = alpha;
  }

  set_zorder(zorder: number): void {
    for (const part of this.shown) part.zorder = zorder;
  }

  /** Changes the colour of all of it. */
  set_color(color: ColorSpec): void {
    const css = cssColor(color, 'set_color');
    for (const part of this.shown) {
      if (part.line) part.line = { ...(part.line as object), color: css };
      if (part.marker) part.marker = { ...(part.marker as object), color: css };
      if (part.fillcolor !== undefined)
        part.fillcolor = translucent(css, opacityOf(part.fillcolor as string));
    }
  }

  set_facecolor(color: ColorSpec): void {
    const css = cssColor(color, 'set_facecolor');
    for (const part of this.shown) {
      if (part.fillcolor !== undefined)
        part.fillcolor = translucent(css, opacityOf(part.fillcolor as string));
      else part.marker = { ...(part.marker as object), color: css };
    }
  }

  set_edgecolor(color: ColorSpec): void {
    const css = cssColor(color, 'set_edgecolor');
    for (const part of this.shown) {
      const place = (part.fillcolor === undefined ? (part.marker ?? part) : part) as Loose;
      place.line = { ...(place.line as object), color: css };
    }
  }

  set_linewidth(width: number): void {
    for (const part of this.shown) {
      const place = (part.line ? part : (part.marker ?? part)) as Loose;
      place.line = { ...(place.line as object), width };
    }
  }

  set_linestyle(style: string): void {
    for (const part of this.shown)
      part.line = { ...(part.line as object), dash: dash(style, 'set_linestyle') };
  }

  /** Takes it off the chart. */
  remove(): void {
    for (const part of this.shown) this.owner.drop(part);
  }

  /** The part with a colour scale, if one has. */
  [SCALED](): Loose | undefined {
    for (const part of this.shown) {
      if (part.colorscale !== undefined) return part;
      const marker = part.marker as Loose | undefined;
      if (marker?.colorscale !== undefined) return marker;
    }
    return undefined;
  }

  protected scalePart(fn: string): Loose {
    const found = this[SCALED]();
    if (found === undefined) throw new TypeError(`${fn}: this has no colour scale`);
    return found;
  }

  /** The values at the two ends of the colour scale. */
  set_clim(low: number | readonly [number, number], high?: number): void {
    const [a, b] = typeof low === 'number' ? [low, high] : low;
    const part = this.scalePart('set_clim');
    const name = part.z !== undefined && part.type !== 'surface' ? 'z' : 'c';
    if (a !== undefined) part[`${name}min`] = a;
    if (b !== undefined) part[`${name}max`] = b;
  }

  get_clim(): [number, number] {
    const part = this.scalePart('get_clim');
    return [Number(part.zmin ?? part.cmin), Number(part.zmax ?? part.cmax)];
  }

  set_cmap(cmap: Colormap): void {
    this.scalePart('set_cmap').colorscale = colorscale(cmap, 'set_cmap');
  }

  toString(): string {
    const label = this.get_label();
    return `${this.constructor.name}(${label === '' ? '' : JSON.stringify(label)})`;
  }

  [INSPECT](): string {
    return this.toString();
  }
}

/** A line, or its markers. */
export class Line2D extends Artist {
  private get trace(): Trace {
    return this.shown[0] as Trace;
  }

  /** New points: `set_data(x, y)` or `set_data([x, y])`. */
  set_data(x: Values, y?: Values): void {
    const [xs, ys] = y === undefined ? ([...(x as readonly Values[])] as Values[]) : [x, y];
    const line = { x: vector(xs, 'set_data: x'), y: vector(ys, 'set_data: y') };
    sameLength('set_data', { x: line.x.length, y: line.y.length });
    Object.assign(this.trace, line);
    this.owner.cover(line.x, line.y);
  }

  set_xdata(x: Values): void {
    this.trace.x = vector(x, 'set_xdata: x');
    this.owner.cover(this.trace.x as number[], []);
  }

  set_ydata(y: Values): void {
    this.trace.y = vector(y, 'set_ydata: y');
    this.owner.cover([], this.trace.y as number[]);
  }

  get_xdata(): NDArray {
    return asarray(this.trace.x as number[], 'get_xdata');
  }

  get_ydata(): NDArray {
    return asarray(this.trace.y as number[], 'get_ydata');
  }

  get_data(): [x: NDArray, y: NDArray] {
    return [this.get_xdata(), this.get_ydata()];
  }

  get_color(): string {
    const { line, marker } = this.trace as { line?: Loose; marker?: Loose };
    return String(line?.color ?? marker?.color);
  }

  /** Draws a marker at each point; 'none' draws none. */
  set_marker(marker: string): void {
    const lines = (this.trace.mode ?? 'lines').includes('lines');
    const none = marker === 'none' || marker === '';
    this.trace.mode = none ? 'lines' : lines ? 'lines+markers' : 'markers';
    if (none) return;
    const before = { color: this.get_color(), size: 7, ...(this.trace.marker as object) };
    this.trace.marker = { ...before, symbol: markerSymbol(marker) } as Trace['marker'];
  }

  set_markersize(size: number): void {
    this.trace.marker = { ...(this.trace.marker as object), size } as Trace['marker'];
  }
}

/** The points of a scatter call. */
export class PathCollection extends Artist {
  private single(fn: string): Trace {
    if (this.shown.length === 1) return this.shown[0] as Trace;
    throw new TypeError(
      `${fn}: these points are drawn class by class, each with its name and colour. ` +
        `Draw them with {classes: false}, or draw the figure again`,
    );
  }

  /** New places, an array of shape (n, 2). */
  set_offsets(offsets: Values): void {
    const { shape, flat } = numbers(offsets, 'set_offsets');
    if (shape.length !== 2 || shape[1] !== 2)
      throw new TypeError(`set_offsets: takes an array of shape (n, 2), got ${shapeText(shape)}`);
    const at = (k: number): number[] => Array.from({ length: shape[0] }, (_, i) => flat[2 * i + k]);
    const points = { x: at(0), y: at(1) };
    Object.assign(this.single('set_offsets'), points);
    this.owner.cover(points.x, points.y);
  }

  get_offsets(): NDArray {
    const points = this.shown.flatMap(({ x, y }) => (x as number[]).map((v, i) => [v, (y as number[])[i]]));
    return asarray(points, 'get_offsets');
  }

  /** The numbers that the colour scale turns into colours. */
  set_array(values: Values): void {
    const marker = this.single('set_array').marker as Loose;
    marker.color = vector(values, 'set_array');
    this.scalePart('set_array');
  }

  /** Marker areas in points squared. */
  set_sizes(sizes: Values | number): void {
    const areas = typeof sizes === 'number' ? [sizes] : vector(sizes, 'set_sizes');
    const all = areas.map(diameter);
    const marker = this.single('set_sizes').marker as Loose;
    marker.size = all.length === 1 ? all[0] : all;
  }

  /** What a legend of the classes is made of: `ax.legend(...points.legend_elements())`. */
  legend_elements(): [handles: Artist[], labels: string[]] {
    const handles = this.shown.map((part) => new Artist(this.owner, [part]));
    return [handles, handles.map((each) => each.get_label().replace(/^class (?=-?\d)/, ''))];
  }
}

/** An image, or the cells of a mesh. */
export class AxesImage extends Artist {
  /** Another image in its place; the colour scale stays. */
  set_data(image: Values): void {
    const [trace] = this.shown as Trace[];
    const [read] = readImages(image, 'set_data', false);
    if (read.channels === 1 && trace.type !== 'image')
      trace.z = rowsOf(read.flat, read.height, read.width) as Trace['z'];
    else if (read.channels > 1 && trace.type === 'image')
      trace.source = imageTrace(read, 'set_data').source as string;
    else
      throw new TypeError(
        `set_data: the image that was drawn has ${trace.type === 'image' ? 'colours' : 'one channel'}, ` +
          `this one ${read.channels} channels; draw it anew with imshow`,
      );
  }

  /** The same as `set_data`; a flat list is laid into the rows that are there. */
  set_array(values: Values): void {
    const { shape, flat } = numbers(values, 'set_array');
    const before = this.shown[0].z as number[][] | undefined;
    if (shape.length > 1 || before === undefined) return this.set_data(values);
    sameLength('set_array', { cells: before.length * before[0].length, values: flat.length });
    this.shown[0].z = rowsOf(flat, before.length, before[0].length);
  }

  get_array(): NDArray {
    if (this.shown[0].z === undefined)
      throw new TypeError('get_array: an image of colours is kept as a picture; its numbers are not kept');
    return asarray(this.shown[0].z as number[][], 'get_array');
  }
}

/** Contour lines or the areas between them. */
export class ContourSet extends Artist {
  constructor(
    host: Host,
    shown: readonly Loose[],
    readonly levels: readonly number[],
  ) {
    super(host, shown);
  }
}

/** One bar. */
export class Rectangle {
  constructor(
    private readonly bars: Loose,
    private readonly index: number,
  ) {}

  private get flat(): boolean {
    return this.bars.orientation === 'h';
  }

  private at(name: string, otherwise: number): number {
    const value = this.bars[name] as number | readonly number[] | undefined;
    return value === undefined ? otherwise : typeof value === 'number' ? value : value[this.index];
  }

  /** Where the bar's side begins; names count 0, 1, 2. */
  private get side(): number {
    const place = (this.bars[this.flat ? 'y' : 'x'] as (number | string)[])[this.index];
    const middle = typeof place === 'number' ? place : this.index;
    const width = this.at('width', 0.8);
    return middle + this.at('offset', -width / 2);
  }

  private get reach(): number {
    return (this.bars[this.flat ? 'x' : 'y'] as number[])[this.index];
  }

  get_x(): number {
    return this.flat ? this.at('base', 0) : this.side;
  }

  get_y(): number {
    return this.flat ? this.side : this.at('base', 0);
  }

  get_width(): number {
    return this.flat ? this.reach : this.at('width', 0.8);
  }

  get_height(): number {
    return this.flat ? this.at('width', 0.8) : this.reach;
  }

  set_height(height: number): void {
    this.put(this.flat ? 'width' : 'y', height);
  }

  set_width(width: number): void {
    this.put(this.flat ? 'x' : 'width', width);
  }

  /** Gives one bar a value of its own where all had one. */
  private put(name: string, value: number): void {
    const before = this.bars[name];
    const n = (this.bars.x as unknown[]).length;
    const all = Array.isArray(before) ? [...before] : Array(n).fill(before ?? 0.8);
    all[this.index] = value;
    this.bars[name] = all;
  }

  private paint(owner: Loose, name: string, color: string): void {
    const n = (this.bars.x as unknown[]).length;
    const before = owner[name];
    const all = Array.isArray(before) ? [...before] : Array(n).fill(before);
    all[this.index] = color;
    owner[name] = all;
  }

  set_color(color: ColorSpec): void {
    this.paint(this.bars.marker as Loose, 'color', cssColor(color, 'set_color'));
  }

  set_facecolor(color: ColorSpec): void {
    this.set_color(color);
  }

  set_edgecolor(color: ColorSpec): void {
    const marker = this.bars.marker as Loose;
    marker.line = { width: 1, ...(marker.line as object) };
    this.paint(marker.line as Loose, 'color', cssColor(color, 'set_edgecolor'));
  }

  set_alpha(alpha: number): void {
    this.paint(this.bars.marker as Loose, 'opacity', alpha as unknown as string);
  }
}

/** Several artists in order, to take apart, count into and go through. */
export interface Several<T> extends Iterable<T> {
  readonly length: number;
  readonly [index: number]: T;
}

const several = <T, A extends object>(owner: A, items: readonly T[]): A & Several<T> =>
  Object.defineProperties(owner, {
    length: { value: items.length },
    [Symbol.iterator]: { value: () => items.values() },
    ...Object.fromEntries(items.map((value, i) => [i, { value, enumerable: true }])),
  }) as A & Several<T>;

/** The bars of one call: all of them, or each. */
export class BarContainer extends Artist {
  declare readonly length: number;
  declare [Symbol.iterator]: () => IterableIterator<Rectangle>;
  readonly [index: number]: Rectangle;
  /** The bars, one by one. */
  readonly patches: readonly Rectangle[];
  /** How long the bars are. */
  readonly datavalues: readonly number[];

  constructor(host: Host, shown: readonly Loose[]) {
    super(host, shown);
    const [bars] = shown;
    this.datavalues = [...((bars.orientation === 'h' ? bars.x : bars.y) as number[])];
    this.patches = this.datavalues.map((_, i) => new Rectangle(bars, i));
    several(this, this.patches);
  }

  /** Writes texts on the bars: their lengths, unless given. */
  label(texts: readonly string[], inside: boolean, fontsize?: number): void {
    const [bars] = this.shown;
    Object.assign(bars, {
      text: [...texts],
      textposition: inside ? 'inside' : 'outside',
      cliponaxis: false,
      ...(inside ? { insidetextanchor: 'middle' } : {}),
      ...(fontsize === undefined ? {} : { textfont: { size: fontsize } }),
    });
  }
}

/** A text on the axes. */
export class Text extends Artist {
  get_text(): string {
    return String(this.shown[0].text);
  }

  set_text(text: string): void {
    this.shown[0].text = String(text);
  }

  set_x(x: number): void {
    this.shown[0].x = this.owner.place('x', x, 'set_x');
  }

  set_y(y: number): void {
    this.shown[0].y = this.owner.place('y', y, 'set_y');
  }

  set_position([x, y]: readonly [number, number]): void {
    this.set_x(x);
    this.set_y(y);
  }

  override set_color(color: ColorSpec): void {
    this.font({ color: cssColor(color, 'set_color') });
  }

  set_fontsize(size: number): void {
    this.font({ size });
  }

  private font(change: object): void {
    this.shown[0].font = { ...(this.shown[0].font as object), ...change };
  }
}

/** A line across the axes. */
export class Rule extends Artist {
  set_xdata(x: Values | number): void {
    this.move('x', x);
  }

  set_ydata(y: Values | number): void {
    this.move('y', y);
  }

  private move(which: 'x' | 'y', to: Values | number): void {
    const ends = typeof to === 'number' ? [to] : vector(to, `set_${which}data`);
    Object.assign(this.shown[0], { [`${which}0`]: ends[0], [`${which}1`]: ends.at(-1) });
  }
}

/** The bar of a colour scale. */
export class Colorbar {
  constructor(private readonly colorAxis: Loose) {}

  set_label(label: string): void {
    this.colorAxis.title = { text: String(label), side: 'right' };
  }

  set_ticks(ticks: Values, options: { labels?: readonly string[] } = {}): void {
    Object.assign(this.colorAxis, { tickmode: 'array', tickvals: vector(ticks, 'colorbar: ticks') });
    if (options.labels) this.set_ticklabels(options.labels);
  }

  /** Texts of the ticks, whose places `set_ticks` has set. */
  set_ticklabels(labels: readonly (string | number)[]): void {
    const ticks = this.colorAxis.tickvals as number[] | undefined;
    if (ticks === undefined)
      throw new Error('set_ticklabels: set the places first: cbar.set_ticks([0, 1], { labels: [...] })');
    sameLength('set_ticklabels', { ticks: ticks.length, labels: labels.length });
    this.colorAxis.ticktext = labels.map(String);
  }

  /** The axes of the bar, as far as charts have them. */
  get ax() {
    return {
      set_ylabel: (label: string, _options?: object): void => this.set_label(label),
      set_xlabel: (label: string, _options?: object): void => this.set_label(label),
      set_title: (label: string, _options?: object): void => {
        this.colorAxis.title = { text: String(label), side: 'top' };
      },
      set_yticks: (ticks: Values, options?: { labels?: readonly string[] }): void =>
        this.set_ticks(ticks, options),
      set_yticklabels: (labels: readonly string[]): void => this.set_ticklabels(labels),
      tick_params: (options: { labelsize?: number }): void => {
        if (options.labelsize !== undefined) this.colorAxis.tickfont = { size: options.labelsize };
      },
    };
  }
}

/** The opacity that an `rgba(...)` colour has. */
const opacityOf = (css: string): number => Number(/^rgba\(.*,\s*([\d.]+)\)$/.exec(css)?.[1] ?? 1);

/** The lines of one call: `const [a, b] = plt.plot(x, y1, x, y2)`. */
export const lines2D = (host: Host, traces: readonly Trace[]): Several<Line2D> =>
  several(
    {},
    traces.map((trace) => new Line2D(host, [trace])),
  );

// ---------------------------------------------------------------------------------------- artists with their figure

/** The figure or the axes that a call has drawn on, which go on being drawn on, with what it has drawn. */
export type Drawn<T, A> = (T extends Figure ? Figure : Axes) & A;

const targets = new WeakMap<object, object>();
const artistsOf = new WeakMap<object, object>();

/** The figure or axes themselves, without what a call has drawn. */
export const original = <T>(value: T): T =>
  ((typeof value === 'object' && value !== null ? targets.get(value) : undefined) as T | undefined) ?? value;

/** What a call has drawn, if it says so. */
export const drawnBy = (value: unknown): object | undefined =>
  typeof value === 'object' && value !== null ? artistsOf.get(value) : undefined;

/**
 * The figure or axes, which also answer to the names of what was drawn on them. What changes the chart through it
 * changes the figure itself; `original` gives that back.
 */
export function withArtists<T extends object, A extends object>(host: T, artists: A): Drawn<T, A> {
  const target = original(host);
  const own = (key: PropertyKey): boolean =>
    Object.hasOwn(artists, key) ||
    (!Array.isArray(artists) && key in artists && !(key in Object.prototype) && key !== INSPECT) ||
    (key === Symbol.iterator && key in artists);
  const both: T = new Proxy(target, {
    has: (_, key) => own(key) || key in target || key in artists,
    get(_, key) {
      const owner = own(key) || (key in artists && !(key in target)) ? artists : target;
      const value = Reflect.get(owner, key, owner);
      if (typeof value !== 'function' || key === 'constructor') return value;
      return (...args: unknown[]): unknown => {
        const result = value.apply(owner, args);
        return result === target ? both : result;
      };
    },
  });
  targets.set(both, target);
  artistsOf.set(both, artists);
  return both as unknown as Drawn<T, A>;
}
