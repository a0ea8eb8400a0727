// The coordinate system that axes draw on, in matplotlib's words: titles, limits, scales, ticks, legend, colour bar.
// Legends and colour bars are in keys.ts; what is drawn in it comes from axes.ts; lines across, texts and arrows from annotations.ts.

import type { Annotations } from 'plotly.js';
import { cssColor } from './colors.js';
import { type FontSize, fontSize } from './font.js';
import { dash } from './format.js';
import { Frame, type Loose } from './frame.js';
import type { LegendPlace } from './legend.js';
import { type Named, type Names, read } from './options.js';
import { planeScale, type ScaleOptions } from './scales.js';
import type { ColorSpec } from './series.js';
import { isOptions, type One, one, sameLength, type Values, vector } from './values.js';

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
  axis?: AxisWord;
  legend?: boolean | LegendPlace;
  grid?: boolean;
  /** Size of the figure in pixels. */
  width?: number;
  height?: number;
  /** The same in inches of 100 pixels. */
  figsize?: readonly [width: number, height: number];
}

/** The names of the styling options, for those who check the names of theirs. */
export const STYLE: Names<StyleOptions> = {
  title: 1,
  xlabel: 1,
  ylabel: 1,
  xlim: 1,
  ylim: 1,
  xscale: 1,
  yscale: 1,
  axis: 1,
  legend: 1,
  grid: 1,
  width: 1,
  height: 1,
  figsize: 1,
};

export type Limits = readonly [One | null, One | null];
export type Scale = 'linear' | 'log' | 'symlog' | 'logit' | 'function';
export type AxisWord = 'equal' | 'scaled' | 'image' | 'square' | 'tight' | 'auto' | 'off' | 'on';

/** How a title or a label is written. */
export interface TextOptions {
  fontsize?: FontSize;
  color?: ColorSpec;
  fontweight?: 'normal' | 'bold' | number;
  /** Where a title stands. */
  loc?: 'left' | 'center' | 'right';
  /** Room between the text and the axes, in pixels. */
  pad?: number;
  labelpad?: number;
  rotation?: number | 'vertical' | 'horizontal';
  fontstyle?: 'normal' | 'italic' | 'oblique';
  fontfamily?: string;
  /** Where the text is anchored: taken, and left to the chart. */
  horizontalalignment?: string;
  verticalalignment?: string;
  x?: number;
  y?: number;
  fontdict?: object;
}
const TEXT: Names<TextOptions> = {
  fontsize: 1,
  color: 1,
  fontweight: 1,
  loc: 1,
  pad: 1,
  labelpad: 1,
  rotation: 1,
  fontstyle: 1,
  fontfamily: 1,
  horizontalalignment: 1,
  verticalalignment: 1,
  x: 1,
  y: 1,
  fontdict: 1,
};

export interface TickOptions {
  /** Degrees, counter-clockwise as in matplotlib; 'vertical' is 90. */
  rotation?: number | 'vertical' | 'horizontal';
  fontsize?: FontSize;
  color?: ColorSpec;
  ha?: 'left' | 'center' | 'right';
}
const TICKS: Names<TickOptions> = { rotation: 1, fontsize: 1, color: 1, ha: 1 };
type TickLabels = readonly (string | number)[] | Values;

export interface GridOptions {
  color?: ColorSpec;
  linestyle?: string;
  linewidth?: number;
  alpha?: number;
  /** Which lines: those of x (vertical), of y, or both. */
  axis?: 'both' | 'x' | 'y';
  which?: 'major' | 'minor' | 'both';
}
const GRID: Names<GridOptions> = { color: 1, linestyle: 1, linewidth: 1, alpha: 1, axis: 1, which: 1 };

/** What `set` sets at once. */
export interface SetOptions extends Omit<StyleOptions, 'axis' | 'legend' | 'grid'> {
  xticks?: Values;
  yticks?: Values;
  xticklabels?: TickLabels;
  yticklabels?: TickLabels;
  aspect?: 'equal' | 'auto' | number;
}

const SCALES: readonly Scale[] = ['linear', 'log', 'symlog', 'logit', 'function'];
const SCALE: Names<ScaleOptions> = {
  linthresh: 1,
  linscale: 1,
  base: 1,
  functions: 1,
  nonpositive: 1,
  subs: 1,
};

export abstract class Coordinates extends Frame {
  /**
   * Title above the axes.
   * @see matplotlib.pyplot.title
   */
  title(text: string, options: Named<TextOptions> = {}): this {
    const o = read<TextOptions>('title', options, TEXT);
    const annotations = this.layoutList<Partial<Annotations>>('annotations');
    const place = this.titlePlace();
    const side = o.loc ?? 'center';
    const fields = {
      ...place,
      ...(side === 'center' ? {} : { x: this.titleSide(place, side) }),
      text: escaped(text),
      showarrow: false,
      xanchor: side,
      yanchor: 'bottom',
      yshift: o.pad ?? 5,
      font: font(o, 'title', { size: 14 }),
    };
    const old = annotations.find((a) => (a as Loose).name === this.titleName);
    if (old) Object.assign(old, fields);
    else annotations.push({ name: this.titleName, ...fields } as Partial<Annotations>);
    return this;
  }

  private titleSide(place: Loose, side: 'left' | 'right'): number {
    const [left, right] = place.xref === 'paper' && this.domain ? this.domain.x : [0, 1];
    return side === 'left' ? left : right;
  }

  /**
   * Name of the x axis.
   * @see matplotlib.pyplot.xlabel
   */
  xlabel(text: string, options: Named<TextOptions> = {}): this {
    return this.axisTitle('x', text, options);
  }

  /**
   * Name of the y axis.
   * @see matplotlib.pyplot.ylabel
   */
  ylabel(text: string, options: Named<TextOptions> = {}): this {
    return this.axisTitle('y', text, options);
  }

  private axisTitle(which: 'x' | 'y', text: string, options: Named<TextOptions>): this {
    const o = read<TextOptions>(`${which}label`, options, TEXT);
    const style = font(o, `${which}label`, {});
    this.axisLayout(which).title = {
      text: escaped(text),
      ...(Object.keys(style).length > 0 ? { font: style } : {}),
      ...(o.labelpad === undefined ? {} : { standoff: o.labelpad }),
    };
    return this;
  }

  /**
   * Limits of x: `xlim(low, high)` or `xlim([low, high])`; null leaves a side to the data. On a log axis the limits are
   * the values themselves.
   * @see matplotlib.pyplot.xlim
   */
  xlim(limits: Limits): this;
  xlim(low: One | null, high?: One | null): this;
  xlim(low: Limits | One | null, high: One | null = null): this {
    return this.limits('x', low, high);
  }

  /**
   * Limits of y: `ylim(low, high)` or `ylim([low, high])`; null leaves a side to the data.
   * @see matplotlib.pyplot.ylim
   */
  ylim(limits: Limits): this;
  ylim(low: One | null, high?: One | null): this;
  ylim(low: Limits | One | null, high: One | null = null): this {
    return this.limits('y', low, high);
  }

  /**
   * How x runs: 'linear', 'log', 'symlog' (a log axis on both sides of 0), 'logit' (shares from 0 to 1), or 'function'
   * with `functions: [forward, inverse]`.
   * @see matplotlib.pyplot.xscale
   */
  xscale(scale: Scale, options: Named<ScaleOptions> = {}): this {
    return this.scale('x', scale, options);
  }

  /**
   * How y runs: 'linear', 'log', 'symlog', 'logit' or 'function', as for x.
   * @see matplotlib.pyplot.yscale
   */
  yscale(scale: Scale, options: Named<ScaleOptions> = {}): this {
    return this.scale('y', scale, options);
  }

  /**
   * Positions and texts of the ticks on x; an empty list takes them away.
   * @see matplotlib.pyplot.xticks
   */
  xticks(options: Named<TickOptions>): this;
  xticks(at: Values, labels?: TickLabels, options?: Named<TickOptions>): this;
  xticks(at: Values, options: Named<TickOptions>): this;
  xticks(...args: unknown[]): this {
    return this.ticks('x', args);
  }

  /**
   * Positions and texts of the ticks on y; an empty list takes them away.
   * @see matplotlib.pyplot.yticks
   */
  yticks(options: Named<TickOptions>): this;
  yticks(at: Values, labels?: TickLabels, options?: Named<TickOptions>): this;
  yticks(at: Values, options: Named<TickOptions>): this;
  yticks(...args: unknown[]): this {
    return this.ticks('y', args);
  }

  /** Texts of the ticks on x, whose positions `xticks` has set; without, they count from 0. */
  setXticklabels(labels: TickLabels, options: Named<TickOptions> = {}): this {
    return this.tickLabels('x', labels, options);
  }

  /** Texts of the ticks on y, whose positions `yticks` has set; without, they count from 0. */
  setYticklabels(labels: TickLabels, options: Named<TickOptions> = {}): this {
    return this.tickLabels('y', labels, options);
  }

  /**
   * 'off': no axes; 'on': shows them again; 'equal', 'scaled', 'image', 'square': the same unit length on both axes;
   * 'tight': no room around the data; 'auto': as it was; or the limits [xmin, xmax, ymin, ymax].
   * @see matplotlib.pyplot.axis
   */
  axis(how: AxisWord | readonly [One, One, One, One] | boolean): this {
    if (how === 'off' || how === 'on' || typeof how === 'boolean') {
      return this.axisBoth({ visible: how === 'on' || how === true });
    }
    if (how === 'equal' || how === 'scaled' || how === 'image' || how === 'square') {
      this.setAspect('equal');
      return how === 'image' ? this.tight() : this;
    }
    if (how === 'tight') return this.tight();
    if (how === 'auto') {
      this.setAspect('auto');
      for (const which of ['x', 'y'] as const) delete this.axisLayout(which).range;
      return this;
    }
    const limits = Array.isArray(how) ? how : undefined;
    if (limits?.length !== 4)
      throw new RangeError(
        "axis: takes 'equal', 'off' or 'on', 'tight', 'image', 'scaled', 'square', 'auto' or [xmin, xmax, ymin, ymax], " +
          `got ${Array.isArray(how) ? `a list of ${(how as unknown[]).length}` : `'${String(how)}'`}`,
      );
    return this.xlim(limits[0], limits[1]).ylim(limits[2], limits[3]);
  }

  /** 'equal': one unit is as long on both axes; a number: a unit of y is so many times as long; 'auto': neither. */
  setAspect(aspect: 'equal' | 'auto' | number): this {
    const y = this.axisLayout('y');
    if (aspect === 'auto') {
      this.spot.equal = false;
      delete y.scaleanchor;
      delete y.scaleratio;
      return this;
    }
    if (aspect !== 'equal' && !(aspect > 0))
      throw new RangeError(`set_aspect: takes 'equal', 'auto' or a number above 0, got ${String(aspect)}`);
    this.spot.equal = true;
    Object.assign(y, { scaleanchor: this.xName, constrain: 'domain' });
    if (aspect === 'equal') delete y.scaleratio;
    else y.scaleratio = aspect;
    this.axisLayout('x').constrain = 'domain';
    return this;
  }

  /** No room between the data and the edges of the axes. */
  private tight(): this {
    for (const which of ['x', 'y'] as const) {
      const [low, high] = this.spot.bounds[which];
      const axis = this.axisLayout(which);
      if (!(low < high) || axis.range !== undefined) continue;
      if (axis.type === 'log' && low <= 0) continue;
      const edges = axis.type === 'log' ? [Math.log10(low), Math.log10(high)] : [low, high];
      axis.range = axis.autorange === 'reversed' ? edges.reverse() : edges;
      delete axis.autorange;
    }
    return this;
  }

  /** Colour of the paper behind the axes. */
  setFacecolor(color: ColorSpec): this {
    const [x, y] = [`${this.xName} domain`, `${this.yName} domain`];
    const name = `paper ${this.place}`;
    const shapes = this.layoutList<Loose>('shapes').filter((s) => s.name !== name);
    const fillcolor = cssColor(color, 'set_facecolor');
    const place = { type: 'rect', xref: x, yref: y, x0: 0, x1: 1, y0: 0, y1: 1, layer: 'below' };
    shapes.unshift({ ...place, name, fillcolor, line: { width: 0 }, showlegend: false });
    (this.canvas.layout as Loose).shapes = shapes;
    return this;
  }

  /** No axes: the same as `axis('off')`. */
  setAxisOff(): this {
    return this.axis('off');
  }

  /** Shows the axes again: the same as `axis('on')`. */
  setAxisOn(): this {
    return this.axis('on');
  }

  /** The x axis runs from right to left. */
  invertXaxis(): this {
    return this.invert('x');
  }

  /** The y axis runs from top to bottom. */
  invertYaxis(): this {
    return this.invert('y');
  }

  private invert(which: 'x' | 'y'): this {
    const axis = this.axisLayout(which);
    if (Array.isArray(axis.range)) axis.range = [...axis.range].reverse();
    else if (axis.autorange === 'reversed') delete axis.autorange;
    else axis.autorange = 'reversed';
    return this;
  }

  /** Several of title, labels, limits, scales, ticks and aspect at once: `ax.set({ title: 'T', xlim: [0, 1] })`. */
  set(options: SetOptions): this {
    const { xticks, yticks, xticklabels, yticklabels, aspect, ...style } = read<SetOptions>('set', options, {
      ...STYLE,
      xticks: 1,
      yticks: 1,
      xticklabels: 1,
      yticklabels: 1,
      aspect: 1,
    } as Partial<Names<SetOptions>>);
    this.style(style);
    if (xticks !== undefined) this.xticks(xticks);
    if (yticks !== undefined) this.yticks(yticks);
    if (xticklabels !== undefined) this.setXticklabels(xticklabels);
    if (yticklabels !== undefined) this.setYticklabels(yticklabels);
    return aspect === undefined ? this : this.setAspect(aspect);
  }

  /**
   * Shows or hides the lines of the grid.
   * @see matplotlib.pyplot.grid
   */
  grid(show: boolean | Named<GridOptions> = true, options: Named<GridOptions> = {}): this {
    const o = read<GridOptions>('grid', typeof show === 'boolean' ? options : show, GRID);
    const fields: Loose = { showgrid: show !== false };
    if (o.color !== undefined) fields.gridcolor = cssColor(o.color, 'grid');
    if (o.alpha !== undefined) fields.gridcolor = `rgba(128, 128, 128, ${o.alpha})`;
    if (o.linestyle !== undefined) fields.griddash = dash(o.linestyle, 'grid');
    if (o.linewidth !== undefined) fields.gridwidth = o.linewidth;
    if (o.axis !== 'y') Object.assign(this.axisLayout('x'), fields);
    if (o.axis !== 'x') Object.assign(this.axisLayout('y'), fields);
    return this;
  }

  private limits(which: 'x' | 'y', low: Limits | One | null, high: One | null): this {
    const axis = this.axisLayout(which);
    const [from, to] = isPair(low) ? low : [low as One | null, high];
    if (Array.isArray(low) && !isPair(low))
      throw new TypeError(`${which}lim: takes two limits, got a list of ${low.length}`);
    const edge = (v: One | null): number | null => {
      if (v === null || v === undefined) return null;
      const limit = one(v, `${which}lim: a limit`);
      if (!Number.isFinite(limit)) throw new RangeError(`${which}lim: a limit must be finite, got ${limit}`);
      return this.position(which, limit, `${which}lim`);
    };
    axis.range = [edge(from), edge(to)];
    delete axis.autorange;
    return this;
  }

  private scale(which: 'x' | 'y', scale: Scale, options: Named<ScaleOptions>): this {
    const fn = `${which}scale`;
    const o = read<ScaleOptions>(fn, options, SCALE);
    if (!SCALES.includes(scale))
      throw new RangeError(`${fn}: takes ${SCALES.map((s) => `'${s}'`).join(', ')}, got '${String(scale)}'`);
    const axis = this.axisLayout(which);
    const range = axis.range as (number | null)[] | undefined;
    const values = range?.map((v) => (v === null ? null : this.valueAt(which, v)));
    const before = (v: number): number => this.valueAt(which, v);
    const marks = this.marksOn(which).map(({ mark, key }) => ({
      mark,
      key,
      value: before(mark[key] as number),
    }));
    this.spot.scales[which] = planeScale(fn, scale, o);
    axis.type = scale === 'log' ? 'log' : 'linear';
    for (const { mark, key, value } of marks)
      mark[key] = scale === 'log' ? Math.log10(value) : this.position(which, value, fn);
    if (values) this.limits(which, values[0], values[1]);
    if (scale === 'log') Object.assign(axis, { exponentformat: 'power', dtick: axis.dtick });
    return this;
  }

  /** The value at a place of an axis, the other way round than `position`. */
  protected valueAt(which: 'x' | 'y', place: number): number {
    const scale = this.spot.scales[which];
    if (scale) return scale.inverse(place);
    return this.axisLayout(which).type === 'log' ? 10 ** place : place;
  }

  private ticks(which: 'x' | 'y', args: readonly unknown[]): this {
    const options = (isOptions(args.at(-1)) ? args.at(-1) : {}) as Named<TickOptions>;
    const [at, labels] = args.filter((arg) => arg !== options && arg !== undefined);
    if (at !== undefined) {
      const tickvals = vector(at, `${which}ticks`);
      Object.assign(this.axisLayout(which), { tickmode: 'array', tickvals });
      delete this.axisLayout(which).ticktext;
    }
    return this.tickLabels(which, labels as TickLabels | undefined, options);
  }

  private tickLabels(which: 'x' | 'y', labels: TickLabels | undefined, options: Named<TickOptions>): this {
    const axis = this.axisLayout(which);
    const o = read<TickOptions>(`${which}ticks`, options, TICKS);
    if (labels !== undefined) {
      const texts = tickTexts(labels, `${which}ticks: labels`);
      axis.tickvals ??= texts.map((_, i) => i);
      sameLength(`${which}ticks`, {
        positions: (axis.tickvals as unknown[]).length,
        labels: texts.length,
      });
      Object.assign(axis, { tickmode: 'array', ticktext: texts });
    }
    if (o.rotation !== undefined)
      axis.tickangle = o.rotation === 'vertical' ? -90 : o.rotation === 'horizontal' ? 0 : -o.rotation;
    if (o.fontsize !== undefined || o.color !== undefined)
      axis.tickfont = {
        ...(axis.tickfont as object),
        ...(o.fontsize === undefined ? {} : { size: fontSize(o.fontsize, `${which}ticks`) }),
        ...(o.color === undefined ? {} : { color: cssColor(o.color, `${which}ticks`) }),
      };
    return this;
  }

  /** Shows the legend, which keys.ts has. */
  protected abstract showLegend(how: boolean | LegendPlace): void;

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
    if (o.legend !== undefined) this.showLegend(o.legend);
    this.figure.resize(o);
    return this;
  }
}

const isPair = (v: unknown): v is Limits => Array.isArray(v) && v.length === 2;

/** Plotly reads texts as a little HTML; a number may stand where a text is asked for. */
const escaped = (text: unknown): string => String(text);

/** A font from matplotlib's words for it. */
export function font(o: TextOptions, fn: string, base: Loose): Loose {
  return {
    ...base,
    ...(o.fontsize === undefined ? {} : { size: fontSize(o.fontsize, fn) }),
    ...(o.fontstyle === undefined ? {} : { style: o.fontstyle === 'normal' ? 'normal' : 'italic' }),
    ...(o.fontfamily === undefined ? {} : { family: o.fontfamily }),
    ...(o.color === undefined ? {} : { color: cssColor(o.color, fn) }),
    ...(o.fontweight === undefined ? {} : { weight: o.fontweight }),
  };
}

function tickTexts(labels: TickLabels, what: string): string[] {
  if (Array.isArray(labels)) return labels.map((label) => String(label));
  return vector(labels, what).map((v) => String(Number(v.toPrecision(6))));
}
