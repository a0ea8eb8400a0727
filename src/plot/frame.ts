// One coordinate system of a figure as Plotly keeps it: the names of its axes in the layout, the traces, annotations and
// shapes that belong to it, its colour cycle and what it covers. Nothing here is a user's word; coordinates.ts has those.

import type { Config, Layout, Frame as PlotlyFrame, Shape } from 'plotly.js';
import { type Drawn, type Host, withArtists } from './artists.js';
import type { Axes } from './axes.js';
import { CYCLE } from './colors.js';
import type { Figure } from './figure.js';
import { styleColors } from './rc.js';
import type { PlaneScale } from './scales.js';
import type { Trace } from './series.js';
import type { Formatter, Locator } from './ticks.js';
import { areDates } from './values.js';

export type Loose = Record<string, unknown>;
export const DISPLAY: unique symbol = Symbol.for('Jupyter.display') as never;
export const INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom') as never;

/** What the axes of one figure draw on. */
export interface Canvas {
  data: Trace[];
  layout: Partial<Layout>;
  config: Partial<Config>;
  frames: Partial<PlotlyFrame>[];
  /** What was drawn, for the text description. */
  parts: string[];
  axes: Axes[];
  /** How many numbers of axes are taken. */
  places: number;
  figure?: Figure;
}

export interface ClassGroup {
  cmap: string;
  classes: (number | string)[];
  paint(all: readonly (number | string)[], cmap: string): void;
}

export type Domain = { x: [number, number]; y: [number, number] };

/** What is one axes' own. A figure of several axes shares that of its current ones. */
export interface Spot {
  /** 1-based number of the axes in its figure. */
  readonly place: number;
  /** The numbers of its x and y axes, which twins share. */
  readonly xPlace: number;
  readonly yPlace: number;
  /** Part of the figure that it covers, in fractions; null for all of it. */
  readonly domain: Domain | null;
  /** Lowest and highest x and y drawn so far. */
  readonly bounds: { x: [number, number]; y: [number, number] };
  /** Whether one unit is to be as long on both axes. */
  equal: boolean;
  readonly classGroups: ClassGroup[];
  /** How many colours of the cycle are used up. */
  cycle: number;
  /** Scales that Plotly does not have, and what says where ticks stand and how they are written. */
  readonly scales: { x?: PlaneScale; y?: PlaneScale };
  readonly locators: { x?: Locator; y?: Locator };
  readonly formatters: { x?: Formatter; y?: Formatter };
}

export function emptySpot(place: number, domain: Domain | null, xPlace = place, yPlace = place): Spot {
  const bounds: Spot['bounds'] = { x: [Infinity, -Infinity], y: [Infinity, -Infinity] };
  const asked = { scales: {}, locators: {}, formatters: {} };
  return { place, xPlace, yPlace, domain, bounds, equal: false, classGroups: [], cycle: 0, ...asked };
}

export abstract class Frame {
  protected spot: Spot;

  constructor(
    protected readonly canvas: Canvas,
    place: number,
    domain: Domain | null,
    xPlace: number = place,
    yPlace: number = place,
  ) {
    this.spot = emptySpot(place, domain, xPlace, yPlace);
    canvas.places = Math.max(canvas.places, place);
  }

  protected get place(): number {
    return this.spot.place;
  }

  protected get xPlace(): number {
    return this.spot.xPlace;
  }

  protected get domain(): Domain | null {
    return this.spot.domain;
  }

  /** The figure that these axes belong to. */
  get figure(): Figure {
    return this.canvas.figure!;
  }

  toString(): string {
    return `Axes of ${this.figure}`;
  }

  [INSPECT](): string {
    return this.toString();
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
    return this.spot.yPlace === 1 ? 'y' : `y${this.spot.yPlace}`;
  }

  protected get titleName(): string {
    return `title ${this.place}`;
  }

  /** Plotly's name of the three-dimensional axes of this place. */
  protected get sceneName(): string {
    return this.place === 1 ? 'scene' : `scene${this.place}`;
  }

  protected titlePlace(): Loose {
    return (this.canvas.layout as Loose)[this.sceneName] !== undefined && this.domain
      ? { xref: 'paper', yref: 'paper', x: (this.domain.x[0] + this.domain.x[1]) / 2, y: this.domain.y[1] }
      : { xref: `${this.xName} domain`, yref: `${this.yName} domain`, x: 0.5, y: 1 };
  }

  protected axisKey(which: 'x' | 'y'): string {
    const n = which === 'x' ? this.xPlace : this.spot.yPlace;
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

  protected layoutList<T>(key: 'annotations' | 'shapes' | 'images'): T[] {
    const layout = this.canvas.layout as Loose;
    layout[key] ??= [];
    return layout[key] as T[];
  }

  protected own(): Trace[] {
    return this.canvas.data.filter((t) =>
      t.scene !== undefined
        ? t.scene === this.sceneName
        : (t.xaxis ?? 'x') === this.xName && (t.yaxis ?? 'y') === this.yName,
    );
  }

  /** Whether a shape or an annotation hangs on these axes. */
  protected holds({ xref, yref }: Loose): boolean {
    const name = (ref: unknown): string => String(ref).replace(' domain', '');
    return name(xref) === this.xName && name(yref) === this.yName;
  }

  protected nextColor(): string {
    const colors = styleColors() ?? CYCLE;
    return colors[this.spot.cycle++ % colors.length];
  }

  protected add(trace: Trace): this {
    for (const which of ['x', 'y'] as const)
      if (areDates(trace[which])) this.axisLayout(which).type ??= 'date';
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

  /** What artists of these axes may do to them. */
  protected host(): Host {
    return {
      figure: this.figure,
      cover: (x, y) => this.cover(x, y),
      place: (which, value, fn) => this.position(which, value, fn),
      drop: (part) => {
        const lists = [this.canvas.data, this.layoutList('annotations'), this.layoutList('shapes')];
        for (const list of lists as object[][]) if (list.includes(part)) list.splice(list.indexOf(part), 1);
      },
    };
  }

  /** Draws, and gives back the axes with what was drawn on them. */
  protected gives<A extends object>(
    draw: () => unknown,
    artists: (host: Host, traces: Trace[]) => A,
  ): Drawn<this, A> {
    const before = this.canvas.data.length;
    draw();
    return withArtists(this, artists(this.host(), this.canvas.data.slice(before)));
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
    grow(this.spot.bounds.x, x);
    grow(this.spot.bounds.y, y);
    return this;
  }

  /** Classes drawn with one colormap share their colours: regions, points, and more points. */
  protected addClasses(group: ClassGroup): void {
    this.spot.classGroups.push(group);
    const same = this.spot.classGroups.filter((g) => g.cmap === group.cmap);
    const all = [...new Set(same.flatMap((g) => g.classes))];
    const sorted = all.every((v) => typeof v === 'number')
      ? (all as number[]).sort((a, b) => a - b)
      : all.map(String).sort();
    const union = all.every((v) => typeof v === 'number')
      ? sorted
      : sorted.map((s) => all.find((v) => String(v) === s)!);
    for (const g of same) g.paint(union, group.cmap);
  }

  /** Where Plotly wants limits and annotations: on a log axis, at the logarithm. */
  protected position(which: 'x' | 'y', value: number, fn: string): number {
    const scale = this.spot.scales[which];
    if (scale) return scale.forward(value);
    if (this.axisLayout(which).type !== 'log') return value;
    if (value <= 0)
      throw new RangeError(`${fn}: a log axis has no place for ${value}; give a number above 0`);
    return Math.log10(value);
  }

  /** The places of annotations along an axis. */
  protected marksOn(which: 'x' | 'y'): { mark: Loose; key: string }[] {
    const name = which === 'x' ? this.xName : this.yName;
    return this.layoutList<Loose>('annotations').flatMap((mark) =>
      ['', 'a']
        .map((end) => ({ mark, key: end + which, of: mark[`${end}${which}ref`] }))
        .filter(({ key, of }) => of === name && typeof mark[key] === 'number'),
    );
  }

  protected addAnnotation(annotation: Loose): this {
    this.layoutList<Loose>('annotations').push({ xref: this.xName, yref: this.yName, ...annotation });
    return this;
  }

  protected addShape(shape: Loose): this {
    this.layoutList<Partial<Shape>>('shapes').push(shape as Partial<Shape>);
    return this;
  }
}
