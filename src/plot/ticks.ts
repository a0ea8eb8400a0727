// Where ticks stand and how their numbers are written, by matplotlib's locators and formatters, and the objects that
// matplotlib's axes hand out: `ax.xaxis`, `ax.spines`, `ax.get_xticklabels()`.

import { type BracketTypes, brackets, type TypedBrackets } from '../operators.js';
import { cssColor } from './colors.js';
import { type FontSize, fontSize } from './font.js';
import { type NumberFormat, written } from './format.js';
import type { Loose } from './frame.js';
import type { ColorSpec } from './series.js';
import { type Values, vector } from './values.js';

/** Says where ticks stand: fields of an axis as Plotly has them. */
export interface Locator {
  locate(low: number, high: number): Loose;
}
/** Says how numbers are written: fields of an axis, or a function of the value and its place among the ticks. */
export interface Formatter {
  fields?: Loose;
  write?(value: number, place: number): string;
}

const locator = (fields: Loose): Locator => ({ locate: () => fields });
const free: Loose = { tickmode: undefined, tickvals: undefined, ticktext: undefined };

/** A tick at every multiple of a number. */
export const MultipleLocator = (base = 1, offset = 0): Locator =>
  locator({ ...free, tickmode: 'linear', dtick: base, tick0: offset });
/** At most so many ticks, at round numbers; `integer` leaves fractions out. */
export const MaxNLocator = (
  n: number | { nbins?: number; integer?: boolean } = 9,
  o: { integer?: boolean } = {},
): Locator => {
  const { nbins = 9, integer = o.integer } = typeof n === 'number' ? { nbins: n, integer: o.integer } : n;
  return {
    locate: (low, high) =>
      integer
        ? { ...free, tickmode: 'linear', tick0: 0, dtick: Math.max(1, Math.ceil((high - low) / nbins)) }
        : { ...free, nticks: nbins + 1 },
  };
};
/** So many ticks from end to end. */
export const LinearLocator = (n = 11): Locator => ({
  locate: (low, high) => ({
    tickmode: 'array',
    tickvals: Array.from({ length: n }, (_, i) => low + ((high - low) * i) / (n - 1)),
  }),
});
/** Ticks at these values. */
export const FixedLocator = (at: Values): Locator =>
  locator({ tickmode: 'array', tickvals: vector(at, 'FixedLocator') });
/** No ticks. */
export const NullLocator = (): Locator => locator({ tickmode: 'array', tickvals: [] });
/** Ticks where the chart thinks best. */
export const AutoLocator = (): Locator => locator({ ...free, dtick: undefined });
/** Small ticks where the chart thinks best. */
export const AutoMinorLocator = (_n?: number): Locator => locator({});
/** Ticks at powers, as logarithmic axes have them. */
export const LogLocator = (_options?: object): Locator => locator({ ...free });

const every =
  (unit: string | number) =>
  (options: number | { interval?: number } = 1): Locator => {
    const n = typeof options === 'number' ? options : (options.interval ?? 1);
    return locator({
      ...free,
      tickmode: 'linear',
      tick0: '2000-01-01',
      dtick: typeof unit === 'string' ? `M${n * Number(unit)}` : n * unit,
    });
  };
const DAY = 86_400_000;
/** Ticks and texts of dates, as in matplotlib.dates. */
export const dates = {
  YearLocator: every('12'),
  MonthLocator: every('1'),
  WeekdayLocator: every(7 * DAY),
  DayLocator: every(DAY),
  HourLocator: every(DAY / 24),
  MinuteLocator: every(DAY / 1440),
  AutoDateLocator: AutoLocator,
  /** Dates by strftime's letters: `DateFormatter('%Y-%m-%d')`. */
  DateFormatter: (format: string): Formatter => ({ fields: { tickformat: format, hoverformat: format } }),
  ConciseDateFormatter: (_locator?: unknown): Formatter => ({ fields: { tickformat: undefined } }),
  AutoDateFormatter: (_locator?: unknown): Formatter => ({ fields: { tickformat: undefined } }),
};

/** Numbers written by C's formats: `FormatStrFormatter('%.2f')`. */
export const FormatStrFormatter = (format: string): Formatter => ({ write: (v) => written(v, format) });
/** Numbers written by Python's formats: `StrMethodFormatter('{x:,.0f}')`. */
export const StrMethodFormatter = (format: string): Formatter => ({ write: (v) => written(v, format) });
/** Numbers written by a function of the value and its place among the ticks. */
export const FuncFormatter = (write: (value: number, place: number) => string): Formatter => ({ write });
/** Texts in the order of the ticks. */
export const FixedFormatter = (texts: readonly string[]): Formatter => ({ write: (_, i) => texts[i] ?? '' });
/** Shares of `xmax` as percentages. */
export const PercentFormatter = (
  xmax: number | { xmax?: number; decimals?: number } = 100,
  decimals?: number,
): Formatter => {
  const o = typeof xmax === 'number' ? { xmax, decimals } : { xmax: 100, ...xmax };
  return {
    write: (v) => {
      const percent = (100 * v) / (o.xmax ?? 100);
      return `${o.decimals === undefined || o.decimals === null ? Number(percent.toPrecision(6)) : percent.toFixed(o.decimals)}%`;
    },
  };
};
/** Numbers with the letters of their thousands: 5k, 2M. */
export const EngFormatter = (options: { unit?: string } = {}): Formatter => ({
  fields: { tickformat: '~s', ticksuffix: options.unit ?? '' },
});
/** Ticks without texts. */
export const NullFormatter = (): Formatter => ({ fields: { showticklabels: false } });
/** Numbers as they are, without powers of ten. */
export const ScalarFormatter = (_options?: object): Formatter => ({
  fields: { tickformat: undefined, exponentformat: 'none' },
});

/** What the objects below change: the layout of one axis. */
export interface AxisHost {
  axis(): Loose;
  /** Ticks that depend on the data are found when the figure is shown. */
  locator(locator: Locator): void;
  formatter(formatter: Formatter): void;
}

/** The texts of an axis' ticks. */
export class TickLabels {
  constructor(private readonly host: AxisHost) {}

  set_rotation(degrees: number | 'vertical' | 'horizontal'): void {
    this.host.axis().tickangle = degrees === 'vertical' ? -90 : degrees === 'horizontal' ? 0 : -degrees;
  }

  set_fontsize(size: FontSize): void {
    this.font({ size: fontSize(size, 'set_fontsize') });
  }

  set_color(color: ColorSpec): void {
    this.font({ color: cssColor(color, 'set_color') });
  }

  set_visible(visible: boolean): void {
    this.host.axis().showticklabels = visible;
  }

  /** Where texts are anchored is left to the chart. */
  set_ha(_side: string): void {}
  set_horizontalalignment(_side: string): void {}

  private font(change: object): void {
    const axis = this.host.axis();
    axis.tickfont = { ...(axis.tickfont as object), ...change };
  }
}

/** `ax.xaxis` or `ax.yaxis`. */
export class Axis {
  constructor(private readonly host: AxisHost) {}

  /** Where ticks stand: `ax.xaxis.set_major_locator(plt.MultipleLocator(0.5))`. */
  set_major_locator(locator: Locator): void {
    this.host.locator(locator);
  }

  /** How numbers are written: a formatter, a format such as '{x:.1f}', or a function. */
  set_major_formatter(formatter: Formatter | NumberFormat): void {
    const write = formatter;
    this.host.formatter(
      typeof write === 'object'
        ? write
        : {
            write: (v, i) =>
              typeof write === 'function'
                ? (write as (v: number, i: number) => string)(v, i)
                : written(v, write),
          },
    );
  }

  /** Small ticks between the others. */
  set_minor_locator(locator: Locator): void {
    this.host.axis().minor = {
      ticks: 'outside',
      ticklen: 2,
      ...pick(locator.locate(0, 1), ['dtick', 'tick0']),
    };
  }

  /** Small ticks have no texts. */
  set_minor_formatter(_formatter: Formatter | NumberFormat): void {}

  set_visible(visible: boolean): void {
    this.host.axis().visible = visible;
  }

  set_ticks_position(side: 'top' | 'bottom' | 'left' | 'right' | 'none' | 'both'): void {
    if (side === 'none') this.host.axis().ticks = '';
    else if (side !== 'both') this.host.axis().side = side;
  }

  set_label_position(side: 'top' | 'bottom' | 'left' | 'right'): void {
    this.host.axis().side = side;
  }

  tick_top(): void {
    this.host.axis().side = 'top';
  }

  tick_bottom(): void {
    this.host.axis().side = 'bottom';
  }

  tick_left(): void {
    this.host.axis().side = 'left';
  }

  tick_right(): void {
    this.host.axis().side = 'right';
  }

  set_ticks(at: Values, options: { labels?: readonly string[] } = {}): void {
    const { labels } = options;
    Object.assign(this.host.axis(), { tickmode: 'array', tickvals: vector(at, 'set_ticks') });
    if (labels) this.host.axis().ticktext = [...labels];
  }

  set_ticklabels(labels: readonly string[]): void {
    this.host.axis().ticktext = [...labels];
  }

  set_label_text(text: string): void {
    this.host.axis().title = { ...(this.host.axis().title as object), text: String(text) };
  }

  grid(show = true): void {
    this.host.axis().showgrid = show;
  }
}

const pick = (fields: Loose, names: readonly string[]): Loose =>
  Object.fromEntries(names.filter((name) => fields[name] !== undefined).map((name) => [name, fields[name]]));

export type Side = 'left' | 'right' | 'top' | 'bottom';

/** Lines around axes: one, or several at once. */
export class Spine {
  constructor(
    private readonly sides: readonly Side[],
    private readonly axisOf: (which: 'x' | 'y') => Loose,
  ) {}

  private each(change: (axis: Loose, far: boolean) => void): void {
    for (const side of this.sides) {
      const which = side === 'left' || side === 'right' ? 'y' : 'x';
      change(this.axisOf(which), side === 'top' || side === 'right');
    }
  }

  set_visible(visible: boolean): void {
    this.each((axis, far) => Object.assign(axis, far ? { mirror: visible } : { showline: visible }));
  }

  set_color(color: ColorSpec | 'none'): void {
    if (color === 'none') return this.set_visible(false);
    const css = cssColor(color, 'set_color');
    this.each((axis) => Object.assign(axis, { linecolor: css }));
  }

  set_linewidth(width: number): void {
    this.each((axis) => Object.assign(axis, { linewidth: width }));
  }

  /** Lets the line run through a value: 'zero', 'center', or ['data', 0]; charts have that for 0. */
  set_position(position: 'zero' | 'center' | readonly [kind: string, value: number]): void {
    const at = Array.isArray(position) ? position[1] : 0;
    if (at !== 0 || (Array.isArray(position) && position[0] !== 'data'))
      throw new RangeError(
        `set_position: charts draw axes at their edges or through 0, got ${JSON.stringify(position)}; draw a line with axhline`,
      );
    // The line at 0 of the other axis is this one's.
    for (const side of this.sides) {
      const own = side === 'left' || side === 'right' ? 'y' : 'x';
      const color = '#1f2328';
      Object.assign(this.axisOf(own === 'x' ? 'y' : 'x'), {
        zeroline: true,
        zerolinecolor: color,
        zerolinewidth: 1,
      });
      this.axisOf(own).showline = false;
    }
  }
}

interface SpineTypes extends BracketTypes {
  readonly result: Spine;
}

/** `ax.spines`: by name, `ax.spines.top`, or in cells several, `ax.spines[['top', 'right']]`. */
export interface Spines extends Readonly<Record<Side, Spine>>, TypedBrackets<SpineTypes>, Iterable<Spine> {
  values(): Spine[];
}

export function spinesOf(axisOf: (which: 'x' | 'y') => Loose): Spines {
  const names: readonly Side[] = ['left', 'right', 'bottom', 'top'];
  const known = (name: unknown): Side => {
    if (names.includes(name as Side)) return name as Side;
    throw new RangeError(`spines: there is no '${String(name)}'; known are ${names.join(', ')}`);
  };
  const all = names.map((name) => new Spine([name], axisOf));
  return Object.assign(Object.fromEntries(names.map((name, i) => [name, all[i]])), {
    values: () => [...all],
    [Symbol.iterator]: () => all.values(),
    [brackets]: ([which]: readonly unknown[]) => {
      if (which === ':') return new Spine(names, axisOf);
      return new Spine((Array.isArray(which) ? which : [which]).map(known), axisOf);
    },
  }) as unknown as Spines;
}
