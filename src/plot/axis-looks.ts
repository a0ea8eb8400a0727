// How axes look in detail: tick_params, margins, what axes answer when asked (get_xlim, get_title...), the objects
// ax.xaxis, ax.yaxis and ax.spines. What depends on the data is found when the figure is shown: `settled`.

import { asarray } from '../core/create.js';
import type { NDArray } from '../core/ndarray.js';
import { Artist, Line2D } from './artists.js';
import { cssColor } from './colors.js';
import { type FontSize, fontSize } from './font.js';
import type { Loose } from './frame.js';
import { Keyed } from './keys.js';
import { type Named, type Names, read } from './options.js';
import { niceTicks, placed } from './scales.js';
import type { ColorSpec, Trace } from './series.js';
import {
  Axis,
  type AxisHost,
  type Formatter,
  type Locator,
  type Spines,
  spinesOf,
  TickLabels,
} from './ticks.js';

export interface TickParams {
  axis?: 'x' | 'y' | 'both';
  which?: 'major' | 'minor' | 'both';
  labelsize?: FontSize;
  /** Degrees, counter-clockwise. */
  labelrotation?: number;
  rotation?: number;
  labelcolor?: ColorSpec;
  /** Of the ticks and of their texts. */
  colors?: ColorSpec;
  color?: ColorSpec;
  direction?: 'in' | 'out' | 'inout';
  length?: number;
  width?: number;
  pad?: number;
  bottom?: boolean;
  top?: boolean;
  left?: boolean;
  right?: boolean;
  labelbottom?: boolean;
  labeltop?: boolean;
  labelleft?: boolean;
  labelright?: boolean;
}
const PARAMS: Names<TickParams> = {
  axis: 1,
  which: 1,
  labelsize: 1,
  labelrotation: 1,
  rotation: 1,
  labelcolor: 1,
  colors: 1,
  color: 1,
  direction: 1,
  length: 1,
  width: 1,
  pad: 1,
  bottom: 1,
  top: 1,
  left: 1,
  right: 1,
  labelbottom: 1,
  labeltop: 1,
  labelleft: 1,
  labelright: 1,
};

export interface TickFormat {
  axis?: 'x' | 'y' | 'both';
  /** 'plain' writes all digits, 'sci' powers of ten. */
  style?: 'plain' | 'sci' | 'scientific';
  scilimits?: readonly [number, number];
  useOffset?: boolean;
  useMathText?: boolean;
}
const TICK_FORMAT: Names<TickFormat> = { axis: 1, style: 1, scilimits: 1, useOffset: 1, useMathText: 1 };

export abstract class Looks extends Keyed {
  /** Where a place is meant in shares of the axes: `ax.text(0.5, 0.9, 'top', { transform: ax.transAxes })`. */
  readonly transAxes = 'axes fraction';
  readonly transData = 'data';

  private axisHost(which: 'x' | 'y'): AxisHost {
    return {
      axis: () => this.axisLayout(which),
      locator: (locator) => {
        this.spot.locators[which] = locator;
      },
      formatter: (formatter) => {
        this.spot.formatters[which] = formatter;
      },
    };
  }

  /** The x axis: its ticks and how their numbers are written. */
  get xaxis(): Axis {
    return new Axis(this.axisHost('x'));
  }

  get yaxis(): Axis {
    return new Axis(this.axisHost('y'));
  }

  /** The lines around the axes. */
  get spines(): Spines {
    return spinesOf((which) => this.axisLayout(which));
  }

  private chosen(axis: 'x' | 'y' | 'both' = 'both'): ('x' | 'y')[] {
    return axis === 'both' ? ['x', 'y'] : [axis];
  }

  /**
   * How ticks and their texts look: `tick_params('x', { rotation: 45, labelsize: 8 })`, `tick_params({ labelsize: 8 })`.
   * @see matplotlib.pyplot.tick_params
   */
  tickParams(axis: 'x' | 'y' | 'both' | Named<TickParams> = 'both', options: Named<TickParams> = {}): this {
    const given = typeof axis === 'string' ? { ...options, axis } : axis;
    const o = read<TickParams>('tick_params', given, PARAMS);
    for (const which of this.chosen(o.axis)) {
      const a = this.axisLayout(which);
      const [near, far] = which === 'x' ? [o.bottom, o.top] : [o.left, o.right];
      const [text, other] = which === 'x' ? [o.labelbottom, o.labeltop] : [o.labelleft, o.labelright];
      const ink = o.labelcolor ?? o.colors;
      const font = {
        ...(o.labelsize === undefined ? {} : { size: fontSize(o.labelsize, 'tick_params') }),
        ...(ink === undefined ? {} : { color: cssColor(ink, 'tick_params') }),
      };
      const turn = o.labelrotation ?? o.rotation;
      const line = o.color ?? o.colors;
      Object.assign(a, {
        ...(Object.keys(font).length > 0 ? { tickfont: { ...(a.tickfont as object), ...font } } : {}),
        ...(turn === undefined ? {} : { tickangle: -turn }),
        ...(line === undefined ? {} : { tickcolor: cssColor(line, 'tick_params') }),
        ...(o.length === undefined ? {} : { ticklen: o.length }),
        ...(o.width === undefined ? {} : { tickwidth: o.width }),
        ...(o.direction === undefined ? {} : { ticks: o.direction === 'in' ? 'inside' : 'outside' }),
        ...(near === false ? { ticks: '' } : {}),
        ...(far === true && near === false
          ? { side: which === 'x' ? 'top' : 'right', ticks: 'outside' }
          : {}),
        ...(text === undefined ? {} : { showticklabels: text }),
        ...(other === true ? { side: which === 'x' ? 'top' : 'right', showticklabels: true } : {}),
      });
    }
    return this;
  }

  /** How large numbers are written on the axes. */
  ticklabelFormat(options: Named<TickFormat> = {}): this {
    const o = read<TickFormat>('ticklabel_format', options, TICK_FORMAT);
    for (const which of this.chosen(o.axis))
      Object.assign(this.axisLayout(which), {
        exponentformat: o.style === undefined || o.style === 'plain' ? 'none' : 'power',
        ...(o.style === undefined || o.style === 'plain' ? { tickformat: '~f' } : { showexponent: 'all' }),
      });
    return this;
  }

  /** About how many ticks there are. */
  locatorParams(options: { axis?: 'x' | 'y' | 'both'; nbins?: number; tight?: boolean } = {}): this {
    const { axis, nbins } = read('locator_params', options, { axis: 1, nbins: 1, tight: 1 } as const);
    if (nbins !== undefined) for (const which of this.chosen(axis)) this.axisLayout(which).nticks = nbins + 1;
    return this;
  }

  /** Small ticks between the others. */
  minorticksOn(): this {
    return this.axisBoth({ minor: { ticks: 'outside', ticklen: 2 } });
  }

  minorticksOff(): this {
    return this.axisBoth({ minor: { ticks: '' } });
  }

  /**
   * Room around the data as a share of them: `margins(0.1)`, `margins({ x: 0 })`.
   * @see matplotlib.pyplot.margins
   */
  margins(x: number | { x?: number; y?: number } = 0.05, y?: number): this {
    const share = typeof x === 'number' ? { x, y: y ?? x } : x;
    for (const which of ['x', 'y'] as const) {
      const [low, high] = this.spot.bounds[which];
      const room = share[which];
      if (room === undefined || !(low < high)) continue;
      const [a, b] = [low, high].map((v) => this.position(which, v, 'margins'));
      this.axisLayout(which).range = [a - room * (b - a), b + room * (b - a)];
    }
    return this;
  }

  /** Limits go back to those of the data. */
  autoscale(_enable: unknown = true): this {
    for (const which of ['x', 'y'] as const) delete this.axisLayout(which).range;
    return this;
  }

  /** Limits are found when the figure is shown: nothing is left to do. */
  relim(): void {}

  /** Ticks and names of inner axes are left out. */
  labelOuter(): void {
    const { x, y } = this.domain ?? { x: [0, 1], y: [0, 1] };
    const hide = (which: 'x' | 'y'): void => {
      Object.assign(this.axisLayout(which), { showticklabels: false, title: { text: '' } });
    };
    if (y[0] > 0.01) hide('x');
    if (x[0] > 0.01) hide('y');
  }

  // ----------------------------------------------------------------------------------------------- what axes answer

  private extremes(which: 'x' | 'y'): [number, number] {
    const range = this.axisLayout(which).range as (number | null)[] | undefined;
    const [low, high] = this.spot.bounds[which];
    const room = 0.05 * (high - low);
    const whole = low <= high ? [low - room, high + room] : [0, 1];
    const back = (v: number | null | undefined, otherwise: number): number =>
      typeof v === 'number' ? this.valueAt(which, v) : otherwise;
    return [back(range?.[0], whole[0]), back(range?.[1], whole[1])];
  }

  /** The limits of x: those that are set, or the data with some room. */
  getXlim(): [number, number] {
    return this.extremes('x');
  }

  getYlim(): [number, number] {
    return this.extremes('y');
  }

  getXticks(): NDArray {
    return asarray(this.ticksNow('x'), 'get_xticks');
  }

  getYticks(): NDArray {
    return asarray(this.ticksNow('y'), 'get_yticks');
  }

  private ticksNow(which: 'x' | 'y'): number[] {
    const [least, most] = this.extremes(which).sort((a, b) => a - b);
    const axis = { ...this.axisLayout(which), ...this.spot.locators[which]?.locate(least, most) };
    const set = axis.tickvals as number[] | undefined;
    if (set) return [...set];
    const [low, high] = [least, most];
    if (axis.type === 'log') {
      const [a, b] = [Math.ceil(Math.log10(low)), Math.floor(Math.log10(high))];
      return Array.from({ length: Math.max(0, b - a + 1) }, (_, i) => 10 ** (a + i));
    }
    const step = axis.dtick;
    if (typeof step !== 'number' || !(step > 0)) return niceTicks(low, high);
    const from = Number(axis.tick0 ?? 0);
    const first = Math.ceil((low - from) / step);
    return Array.from({ length: Math.max(0, Math.floor((high - from) / step) - first + 1) }, (_, i) =>
      Number((from + (first + i) * step).toPrecision(12)),
    );
  }

  getXticklabels(): TickLabels[] {
    return [new TickLabels(this.axisHost('x'))];
  }

  getYticklabels(): TickLabels[] {
    return [new TickLabels(this.axisHost('y'))];
  }

  getTitle(): string {
    const own = this.layoutList<Loose>('annotations').find((a) => a.name === this.titleName);
    return String(own?.text ?? '');
  }

  getXlabel(): string {
    return String((this.axisLayout('x').title as Loose | undefined)?.text ?? '');
  }

  getYlabel(): string {
    return String((this.axisLayout('y').title as Loose | undefined)?.text ?? '');
  }

  /** What would stand in the legend, and its names: `ax.legend(handles, labels)`. */
  getLegendHandlesLabels(): [handles: Artist[], labels: string[]] {
    const named = this.own().filter((t) => t.name !== undefined && !String(t.name).startsWith('_'));
    return [named.map((t) => new Artist(this.host(), [t])), named.map((t) => String(t.name))];
  }

  /** The lines that are drawn. */
  getLines(): Line2D[] {
    return this.own()
      .filter((t) => t.type === 'scatter' && String(t.mode).includes('lines') && t.fill === undefined)
      .map((t) => new Line2D(this.host(), [t]));
  }

  // -------------------------------------------------------------------------------------------------- when it is shown

  /** The layout of the axes with what depends on the data, by Plotly's names; nothing where nothing does. */
  settled(): Loose {
    const out: Loose = {};
    for (const which of ['x', 'y'] as const) {
      const { locators, formatters, scales } = this.spot;
      const [locator, formatter, scale] = [locators[which], formatters[which], scales[which]];
      if (!locator && !formatter && !scale) continue;
      const axis = this.axisLayout(which);
      const [low, high] = this.extremes(which).sort((a, b) => a - b);
      const fields: Loose = { ...axis, ...locator?.locate(low, high), ...formatter?.fields };
      const written = formatter?.write;
      if (scale && axis.tickvals === undefined && locator === undefined) {
        const ticks = scale.ticks(low, high);
        Object.assign(fields, {
          tickmode: 'array',
          tickvals: ticks.map(({ at }) => scale.forward(at)),
          ticktext: ticks.map(({ at, text }, i) => written?.(at, i) ?? text),
        });
      } else if (written || scale) {
        const values = this.ticksNow(which);
        const texts = axis.ticktext as string[] | undefined;
        Object.assign(fields, {
          tickmode: 'array',
          tickvals: scale ? values.map(scale.forward) : values,
          ticktext: values.map((v, i) => written?.(v, i) ?? texts?.[i] ?? String(Number(v.toPrecision(6)))),
        });
      }
      out[this.axisKey(which)] = fields;
    }
    return out;
  }

  /** What is drawn on these axes, where their scales put it. */
  settledTraces(): Map<Trace, Trace> {
    const { scales } = this.spot;
    const out = new Map<Trace, Trace>();
    if (scales.x || scales.y) for (const trace of this.own()) out.set(trace, placed(trace, scales));
    return out;
  }

  /** Lines across and bands, where the scales of the axes put them. */
  settledShape(shape: Loose): Loose {
    const out = { ...shape };
    for (const which of ['x', 'y'] as const) {
      const scale = this.spot.scales[which];
      if (!scale || shape[`${which}ref`] !== (which === 'x' ? this.xName : this.yName)) continue;
      for (const end of ['0', '1']) out[which + end] = scale.forward(Number(shape[which + end]));
    }
    return out;
  }
}

/** matplotlib's names of these methods. */
export const LOOKS = {
  tick_params: 'tickParams',
  ticklabel_format: 'ticklabelFormat',
  locator_params: 'locatorParams',
  minorticks_on: 'minorticksOn',
  minorticks_off: 'minorticksOff',
  label_outer: 'labelOuter',
  autoscale_view: 'relim',
  get_xlim: 'getXlim',
  get_ylim: 'getYlim',
  get_xticks: 'getXticks',
  get_yticks: 'getYticks',
  get_xticklabels: 'getXticklabels',
  get_yticklabels: 'getYticklabels',
  get_title: 'getTitle',
  get_xlabel: 'getXlabel',
  get_ylabel: 'getYlabel',
  get_legend_handles_labels: 'getLegendHandlesLabels',
  get_lines: 'getLines',
} as const satisfies { [name: string]: keyof Looks };
export type { Formatter, Locator };
