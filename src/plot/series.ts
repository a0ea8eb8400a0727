// Builds Plotly traces for points and lines over x: scatter, line, errorbar, bands. Pure functions from user values
// to traces; where they are drawn is the axes' business. Bars and histograms are in bars.ts.

import type { PlotData } from 'plotly.js';
import { type Colormap, colorscale, cssColor, translucent } from './colors.js';
import { dash, lineColor, markerSize, markerSymbol, mode, parseFormat } from './format.js';
import type { Names } from './options.js';
import { rcParams } from './rc.js';
import {
  type ArrayObject,
  extent,
  indices,
  isOptions,
  type Labels,
  labelVector,
  numbers,
  sameLength,
  shapeText,
  type Values,
  vector,
} from './values.js';

/** A Plotly trace. */
export type Trace = Partial<PlotData> & { [field: string]: unknown };

/** One colour: a name, a code, [r, g, b] or [r, g, b, a] from 0 to 1, also as an array. */
export type ColorSpec = string | readonly number[] | ArrayObject;
/** One colour, or one for each. */
export type Colors = ColorSpec | readonly ColorSpec[];

export interface ScatterOptions {
  /** One colour, class labels (one colour per class), or numbers (a colour scale). */
  c?: string | Labels;
  /** Colours themselves: one, or one per point. */
  color?: Colors;
  /** Marker area in points squared, as in matplotlib; one, or one per point. Default 36. */
  s?: number | Values;
  cmap?: Colormap;
  alpha?: number;
  marker?: string;
  label?: string;
  /** Legend names of the classes in `c`, in the order of the sorted labels. */
  labels?: readonly string[];
  /** Whether `c` holds classes. Default: whole numbers with at most 20 different values, or strings. */
  classes?: boolean;
  vmin?: number;
  vmax?: number;
  colorbar?: boolean | string;
  /** Colour of the markers' edges; 'none' draws none. */
  edgecolor?: ColorSpec;
  /** 'none' leaves the markers empty. */
  facecolor?: ColorSpec;
  linewidth?: number;
  /** Hover text per point. */
  text?: readonly string[];
  zorder?: number;
}
export const SCATTER: Names<ScatterOptions> = {
  c: 1,
  color: 1,
  s: 1,
  cmap: 1,
  alpha: 1,
  marker: 1,
  label: 1,
  labels: 1,
  classes: 1,
  vmin: 1,
  vmax: 1,
  colorbar: 1,
  edgecolor: 1,
  facecolor: 1,
  linewidth: 1,
  text: 1,
  zorder: 1,
};

export interface LineOptions {
  color?: ColorSpec;
  linewidth?: number;
  linestyle?: string;
  marker?: string;
  markersize?: number;
  markerfacecolor?: ColorSpec;
  markeredgecolor?: ColorSpec;
  markeredgewidth?: number;
  alpha?: number;
  /** Legend name; one per column when y is a matrix. */
  label?: string | readonly string[];
  /** Draw as steps: 'hv' holds the left value, 'vh' the right one, 'hvh' changes in the middle. */
  step?: 'hv' | 'vh' | 'hvh';
  /** matplotlib's words for steps. */
  drawstyle?: 'default' | 'steps' | 'steps-pre' | 'steps-mid' | 'steps-post';
  /** Fill down to 0. */
  fill?: boolean;
  zorder?: number;
}
export const LINE: Names<LineOptions> = {
  color: 1,
  linewidth: 1,
  linestyle: 1,
  marker: 1,
  markersize: 1,
  markerfacecolor: 1,
  markeredgecolor: 1,
  markeredgewidth: 1,
  alpha: 1,
  label: 1,
  step: 1,
  drawstyle: 1,
  fill: 1,
  zorder: 1,
};

export interface AreaOptions {
  color?: ColorSpec;
  facecolor?: ColorSpec;
  edgecolor?: ColorSpec;
  linewidth?: number;
  linestyle?: string;
  alpha?: number;
  label?: string;
  /** Hover text of the area. */
  text?: string;
  zorder?: number;
}
export const AREA: Names<AreaOptions> = {
  color: 1,
  facecolor: 1,
  edgecolor: 1,
  linewidth: 1,
  linestyle: 1,
  alpha: 1,
  label: 1,
  text: 1,
  zorder: 1,
};

export interface BandOptions extends AreaOptions {
  /** Where to fill: one true or false per point. */
  where?: Values | readonly boolean[];
  step?: 'pre' | 'post' | 'mid';
  interpolate?: boolean;
}
export const BAND: Names<BandOptions> = { ...AREA, where: 1, step: 1, interpolate: 1 };

export interface ErrorbarOptions extends LineOptions {
  yerr?: number | Values;
  xerr?: number | Values;
  fmt?: string;
  /** Width of the caps in pixels. Default 4. */
  capsize?: number;
  ecolor?: ColorSpec;
  elinewidth?: number;
}
export const ERRORBAR: Names<ErrorbarOptions> = {
  ...LINE,
  yerr: 1,
  xerr: 1,
  fmt: 1,
  capsize: 1,
  ecolor: 1,
  elinewidth: 1,
};

const CLEAR = 'rgba(0, 0, 0, 0)';
const EDGE = 'rgba(31, 35, 40, 0.7)';
const POINT_HOVER = 'x %{x:.4~g}<br>y %{y:.4~g}';

/** Marker diameters in pixels from matplotlib's areas in points squared. */
export const diameter = (s: number): number => Math.sqrt(Math.max(0, s)) * (96 / 72);

/** Big clouds go to WebGL. */
const pointType = (n: number): PlotData['type'] => (n > 20000 ? 'scattergl' : 'scatter');

/** What a scatter call becomes: traces, and the classes that its traces stand for, if any. */
export interface Scatter {
  traces: Trace[];
  points: number;
  x: number[];
  y: number[];
  classes?: (number | string)[];
}

/** Sorted distinct labels. */
export function distinct(labels: readonly (number | string)[]): (number | string)[] {
  const set = [...new Set(labels)];
  return set.every((l) => typeof l === 'number') ? (set as number[]).sort((a, b) => a - b) : set.sort();
}

const looksLikeClasses = (c: readonly (number | string)[]): boolean =>
  typeof c[0] === 'string' || (c.every((v) => Number.isInteger(v)) && new Set(c).size <= 20);

export function scatter(x: unknown, y: unknown, o: ScatterOptions): Scatter {
  const xs = vector(x, 'scatter: x');
  const ys = vector(y, 'scatter: y');
  sameLength('scatter', { x: xs.length, y: ys.length });
  const n = xs.length;

  let size: number | number[] = diameter(36);
  if (typeof o.s === 'number') size = diameter(o.s);
  else if (o.s !== undefined) {
    const s = vector(o.s, 'scatter: s');
    sameLength('scatter', { x: n, s: s.length });
    size = s.map(diameter);
  }
  const pick = <T>(v: T | T[], keep: number[]): T | T[] => (Array.isArray(v) ? keep.map((i) => v[i]) : v);

  const symbol = markerSymbol(o.marker ?? 'o');
  const open = symbol.endsWith('-open');
  const base = (keep?: number[]): Trace => ({
    type: pointType(n),
    mode: 'markers',
    x: keep ? keep.map((i) => xs[i]) : xs,
    y: keep ? keep.map((i) => ys[i]) : ys,
    ...(o.text ? { text: keep ? keep.map((i) => o.text![i]) : [...o.text] } : {}),
    ...(o.label ? { name: o.label } : {}),
    hovertemplate: `${o.text ? '%{text}<br>' : ''}${POINT_HOVER}<extra>${o.label ?? ''}</extra>`,
    opacity: o.alpha ?? 1,
    showlegend: o.label !== undefined,
    ...(o.zorder === undefined ? {} : { zorder: o.zorder }),
  });
  const clear = (color: ColorSpec | undefined): boolean => color === 'none';
  const line = {
    color: clear(o.edgecolor) ? CLEAR : cssColor(o.edgecolor ?? EDGE, 'scatter'),
    width: o.linewidth ?? (open ? 2 : 0.8),
  };
  if (o.text) sameLength('scatter', { x: n, text: o.text.length });

  if (o.color !== undefined || typeof o.c === 'string' || o.c === undefined) {
    const color = typeof o.c === 'string' ? o.c : (o.color ?? (clear(o.facecolor) ? undefined : o.facecolor));
    const many = Array.isArray(color) && typeof color[0] === 'string';
    if (many) sameLength('scatter', { x: n, color: color.length });
    const css = many
      ? (color as string[]).map((c) => cssColor(c, 'scatter'))
      : color === undefined
        ? undefined
        : cssColor(color as ColorSpec, 'scatter');
    if (clear(o.facecolor) && !open) {
      // An empty marker is drawn by its edge.
      const edge = o.edgecolor === undefined ? css : line.color;
      const marker = {
        symbol: `${symbol}-open`,
        size,
        ...(edge ? { color: edge } : {}),
        line: { width: o.linewidth ?? 1.5 },
      };
      return { traces: [{ ...base(), marker }], points: n, x: xs, y: ys };
    }
    const edge = open || o.edgecolor !== undefined ? line : { ...line, color: 'rgba(255, 255, 255, 0.9)' };
    const marker = { symbol, size, ...(css ? { color: css } : {}), ...(open ? {} : { line: edge }) };
    return { traces: [{ ...base(), marker }], points: n, x: xs, y: ys };
  }

  const c = labelVector(o.c, 'scatter: c');
  sameLength('scatter', { x: n, c: c.length });
  if (o.classes ?? looksLikeClasses(c)) {
    const classes = distinct(c);
    if (o.labels && o.labels.length !== classes.length) {
      throw new RangeError(
        `scatter: c has ${classes.length} classes (${classes.slice(0, 8).join(', ')}) ` +
          `and labels ${o.labels.length} names`,
      );
    }
    const traces = classes.map((value, k): Trace => {
      const keep = indices(n).filter((i) => c[i] === value);
      const name = o.labels?.[k] ?? (typeof value === 'string' ? value : `${o.label ?? 'class'} ${value}`);
      return {
        ...base(keep),
        name,
        hovertemplate: `${o.text ? '%{text}<br>' : ''}${POINT_HOVER}<extra>${name}</extra>`,
        showlegend: o.labels !== undefined || o.label !== undefined,
        marker: { symbol, size: pick(size, keep), line },
      };
    });
    return { traces, points: n, x: xs, y: ys, classes };
  }
  if (typeof c[0] === 'string')
    throw new TypeError('scatter: c holds strings, which are classes; drop {classes: false}');
  const [low, high] = extent(c as number[]);
  const marker = {
    symbol,
    size,
    line,
    color: c as number[],
    cmin: o.vmin ?? low,
    cmax: o.vmax ?? high,
    colorscale: colorscale(o.cmap ?? rcParams['image.cmap'] ?? 'viridis', 'scatter'),
    showscale: o.colorbar !== false,
    ...(typeof o.colorbar === 'string' ? { colorbar: { title: { text: o.colorbar } } } : {}),
  };
  const hover = `${o.text ? '%{text}<br>' : ''}${POINT_HOVER}<br>c %{marker.color:.4~g}<extra>${o.label ?? ''}</extra>`;
  return { traces: [{ ...base(), marker, hovertemplate: hover }], points: n, x: xs, y: ys };
}

/** One x, y pair of a plot call. */
export interface Series {
  x: unknown;
  y: unknown;
  format?: string;
}

/** Takes the arguments of plot apart: [x], y, ['fmt'], repeated, and options at the end. */
export function plotArguments<O extends object>(
  args: readonly unknown[],
  fn: string,
): { series: Series[]; options: O } {
  const rest = [...args];
  const options = (isOptions(rest.at(-1)) ? rest.pop() : {}) as O;
  const series: Series[] = [];
  while (rest.length > 0) {
    const arrays: unknown[] = [];
    while (rest.length > 0 && typeof rest[0] !== 'string' && arrays.length < 2) arrays.push(rest.shift());
    const format = typeof rest[0] === 'string' ? (rest.shift() as string) : undefined;
    if (arrays.length === 0) {
      throw new TypeError(
        `${fn}: expected numbers before the format '${format}'. Write ${fn}(y), ${fn}(x, y) or ${fn}(x, y, 'o-')`,
      );
    }
    const [x, y] = arrays.length === 1 ? [undefined, arrays[0]] : arrays;
    series.push({ x, y, format });
  }
  if (series.length === 0)
    throw new TypeError(`${fn}: needs at least one series: ${fn}(y), ${fn}(x, y) or ${fn}(x, y, 'o-')`);
  return { series, options };
}

/** Columns of a matrix, or the one vector. */
function columns(value: unknown, what: string): number[][] {
  const { shape, flat } = numbers(value, what);
  if (shape.length < 2 || shape.filter((d) => d !== 1).length < 2) return [flat as number[]];
  if (shape.length > 2)
    throw new TypeError(`${what} must be a vector or a matrix, got shape ${shapeText(shape)}`);
  return indices(shape[1]).map((c) => indices(shape[0]).map((r) => flat[r * shape[1] + c]));
}

/** Traces of one series; a matrix y gives one line per column. */
export function lines(
  fn: string,
  { x, y, format }: Series,
  o: LineOptions,
  nextColor: () => string,
): Trace[] {
  const ys = columns(y, `${fn}: y`);
  const xs = x === undefined ? [indices(ys[0].length)] : columns(x, `${fn}: x`);
  sameLength(fn, { x: xs[0].length, y: ys[0].length });
  const f = parseFormat(format ?? '', fn);
  const marker = [o.marker ?? f.marker].find((m) => m !== 'none' && m !== 'None' && m !== '' && m !== ' ');
  const style = o.linestyle ?? f.linestyle ?? (f.marker ? 'none' : (rcParams['lines.linestyle'] ?? '-'));
  const hasLine = !['none', 'None', '', ' '].includes(style);
  const shape = o.step ?? STEPS[o.drawstyle ?? 'default'];
  if (!hasLine && !marker) throw new RangeError(`${fn}: neither a line nor a marker is left to draw`);
  const names = o.label === undefined || typeof o.label === 'string' ? undefined : o.label;
  if (names && names.length !== ys.length) {
    throw new RangeError(`${fn}: ${ys.length} columns of y and ${names.length} labels`);
  }
  return ys.map((values, k): Trace => {
    const color = lineColor(o.color ?? f.color, fn) ?? nextColor();
    const name = names ? names[k] : (o.label as string | undefined);
    const n = values.length;
    return {
      type: pointType(n),
      mode: mode(hasLine, marker !== undefined),
      x: xs[k % xs.length],
      y: values,
      ...(name !== undefined ? { name } : {}),
      showlegend: name !== undefined,
      opacity: o.alpha ?? 1,
      ...(hasLine
        ? {
            line: {
              color,
              width: o.linewidth ?? rcParams['lines.linewidth'] ?? 2,
              dash: dash(style, fn),
              ...(shape ? { shape } : {}),
            },
          }
        : {}),
      ...(marker ? { marker: markerOf(marker, color, o) } : {}),
      ...(o.fill ? { fill: 'tozeroy', fillcolor: translucent(color, 0.2) } : {}),
      hovertemplate: `${POINT_HOVER}<extra>${name ?? ''}</extra>`,
      ...(o.zorder === undefined ? {} : { zorder: o.zorder }),
    };
  });
}

/** matplotlib's words for steps, as shapes of Plotly's lines. */
const STEPS: Record<string, LineOptions['step']> = {
  steps: 'vh',
  'steps-pre': 'vh',
  'steps-mid': 'hvh',
  'steps-post': 'hv',
};

function markerOf(marker: string, color: string, o: LineOptions): Record<string, unknown> {
  const empty = o.markerfacecolor === 'none' || o.markerfacecolor === 'None';
  const symbol = markerSymbol(marker);
  const edge = o.markeredgecolor === undefined ? color : cssColor(o.markeredgecolor, 'plot');
  const outlined = o.markeredgecolor !== undefined || o.markeredgewidth !== undefined;
  const open = symbol.endsWith('-open') || empty;
  return {
    symbol: empty && !symbol.endsWith('-open') ? `${symbol}-open` : symbol,
    color: open ? edge : o.markerfacecolor === undefined ? color : cssColor(o.markerfacecolor, 'plot'),
    size: o.markersize ?? rcParams['lines.markersize'] ?? markerSize(marker),
    ...(open || outlined ? { line: { color: edge, width: o.markeredgewidth ?? (open ? 2 : 1) } } : {}),
  };
}

export const INK_ERROR = '#1f2328';

/** Plotly's error bars from matplotlib's forms: a number, one per point, or [lower, upper]. */
export function errors(
  fn: string,
  err: number | Values,
  n: number,
  color: string,
  capsize: number,
  thickness?: number,
): Record<string, unknown> {
  const look = { visible: true, color, thickness: thickness ?? 1.5, width: capsize };
  if (typeof err === 'number') return { type: 'constant', value: err, ...look };
  const { shape, flat } = numbers(err, `${fn}: err`);
  if (shape.length === 2 && shape[0] === 2 && shape[1] === n) {
    return { type: 'data', symmetric: false, arrayminus: flat.slice(0, n), array: flat.slice(n), ...look };
  }
  sameLength(fn, { x: n, err: flat.length });
  return { type: 'data', symmetric: true, array: [...flat], ...look };
}

export function errorbar(x: unknown, y: unknown, o: ErrorbarOptions, nextColor: () => string): Trace {
  if (o.yerr === undefined && o.xerr === undefined) {
    throw new TypeError('errorbar: give {yerr} or {xerr}: a number, one per point, or [lower, upper]');
  }
  const [trace] = lines('errorbar', { x, y, format: o.fmt ?? 'o-' }, o, nextColor);
  const n = (trace.x as number[]).length;
  const line = trace.line as { color?: string } | undefined;
  const marker = trace.marker as { color?: string } | undefined;
  const color = lineColor(o.ecolor, 'errorbar') ?? line?.color ?? marker?.color ?? INK_ERROR;
  if (o.yerr !== undefined)
    trace.error_y = errors(
      'errorbar',
      o.yerr,
      n,
      color,
      o.capsize ?? 4,
      o.elinewidth,
    ) as unknown as PlotData['error_y'];
  if (o.xerr !== undefined)
    trace.error_x = errors(
      'errorbar',
      o.xerr,
      n,
      color,
      o.capsize ?? 4,
      o.elinewidth,
    ) as unknown as PlotData['error_x'];
  return trace;
}

/** The area between two curves, as closed outlines: one for each run of points where it is wanted. */
export function band(
  fn: string,
  x: unknown,
  low: unknown,
  high: unknown,
  o: BandOptions,
  color: string,
): Trace {
  const xs = vector(x, `${fn}: x`);
  const side = (v: unknown, name: string): number[] =>
    typeof v === 'number' ? xs.map(() => v) : vector(v, `${fn}: ${name}`);
  const [lows, highs] = [side(low, 'y1'), side(high, 'y2')];
  sameLength(fn, { x: xs.length, y1: lows.length, y2: highs.length });
  const wanted = o.where === undefined ? undefined : vector(o.where, `${fn}: where`);
  if (wanted) sameLength(fn, { x: xs.length, where: wanted.length });
  const line: { x: (number | null)[]; y: (number | null)[] } = { x: [], y: [] };
  for (let from = 0; from < xs.length; ) {
    let to = from;
    while (to < xs.length && (!wanted || wanted[to])) to++;
    if (to > from) {
      const run = indices(to - from).map((i) => from + i);
      const back = [...run].reverse();
      if (line.x.length > 0) line.x.push(null), line.y.push(null);
      line.x.push(...run.map((i) => xs[i]), ...back.map((i) => xs[i]));
      line.y.push(...run.map((i) => highs[i]), ...back.map((i) => lows[i]));
    }
    from = to + 1;
  }
  const shape = o.step && { pre: 'vh', post: 'hv', mid: 'hvh' }[o.step];
  const css = cssColor(o.facecolor ?? o.color ?? color, fn);
  return {
    ...area(line, o, css, 0.25, fn),
    line: {
      width: o.edgecolor === undefined ? (o.linewidth ?? 0) : (o.linewidth ?? 1),
      color: o.edgecolor === undefined ? css : cssColor(o.edgecolor, fn),
      ...(shape ? { shape: shape as 'hv' } : {}),
    },
    hoverinfo: 'skip',
  };
}

/** A filled polygon. */
export function polygon(x: unknown, y: unknown, o: AreaOptions, color: string): Trace {
  const [xs, ys] = [vector(x, 'fill: x'), vector(y, 'fill: y')];
  sameLength('fill', { x: xs.length, y: ys.length });
  const css = cssColor(o.facecolor ?? o.color ?? color, 'fill');
  return area({ x: [...xs, xs[0]], y: [...ys, ys[0]] }, o, css, 0.5, 'fill');
}

/** A filled outline; gaps in it begin another. */
export function area(
  outline: { x: readonly (number | null)[]; y: readonly (number | null)[] },
  o: AreaOptions,
  css: string,
  alpha: number,
  fn: string,
): Trace {
  return {
    type: 'scatter',
    mode: 'lines',
    x: [...outline.x],
    y: [...outline.y],
    fill: 'toself',
    fillcolor: translucent(css, o.alpha ?? alpha),
    line: {
      width: o.linewidth ?? 1,
      color: o.edgecolor === undefined ? css : cssColor(o.edgecolor, fn),
      ...(o.linestyle === undefined ? {} : { dash: dash(o.linestyle, fn) }),
    },
    ...(o.text === undefined ? { hoverinfo: 'skip' } : { text: o.text, hoverinfo: 'text', hoveron: 'fills' }),
    ...(o.label !== undefined ? { name: o.label } : {}),
    ...(o.zorder === undefined ? {} : { zorder: o.zorder }),
    showlegend: o.label !== undefined,
  };
}
