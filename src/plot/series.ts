// Builds Plotly traces for points and lines over x: scatter, line, hist, bar, errorbar, bands. Pure functions
// from user values to traces; where they are drawn is axes.ts's business.

import type { PlotData } from 'plotly.js';
import { colorscale, cssColor, translucent } from './colors.js';
import { dash, lineColor, markerSize, markerSymbol, mode, parseFormat } from './format.js';
import {
  extent,
  indices,
  isOptions,
  type Labels,
  labelVector,
  numbers,
  sameLength,
  shapeText,
  short,
  type Values,
  vector,
} from './values.js';

/** A Plotly trace. */
export type Trace = Partial<PlotData> & { [field: string]: unknown };

export type ColorSpec = string | readonly number[];

export interface ScatterOptions {
  /** One colour, class labels (one colour per class), or numbers (a colour scale). */
  c?: string | Labels;
  /** Colours themselves: one, or one per point. */
  color?: string | readonly string[];
  /** Marker area in points squared, as in matplotlib; one, or one per point. Default 36. */
  s?: number | Values;
  cmap?: string;
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
  edgecolors?: string;
  linewidths?: number;
  /** Hover text per point. */
  text?: readonly string[];
}

export interface LineOptions {
  color?: ColorSpec;
  linewidth?: number;
  lw?: number;
  linestyle?: string;
  ls?: string;
  marker?: string;
  markersize?: number;
  ms?: number;
  alpha?: number;
  /** Legend name; one per column when y is a matrix. */
  label?: string | readonly string[];
  /** Draw as steps: 'hv' holds the left value, 'vh' the right one, 'hvh' changes in the middle. */
  step?: 'hv' | 'vh' | 'hvh';
  /** Fill down to 0. */
  fill?: boolean;
}

export interface HistOptions {
  /** How many bins, or their edges, when they are not given by position. */
  bins?: number | Values;
  range?: readonly [number, number];
  density?: boolean;
  cumulative?: boolean;
  label?: string;
  color?: ColorSpec;
  alpha?: number;
}

export interface BarOptions {
  label?: string;
  color?: ColorSpec | readonly string[];
  alpha?: number;
  width?: number;
  orientation?: 'vertical' | 'horizontal';
  /** Error bar half lengths. */
  yerr?: number | Values;
  /** Write the value on each bar. */
  annotate?: boolean;
  /** Draw bars of several calls on top of each other instead of side by side. */
  stacked?: boolean;
}

export interface ErrorbarOptions extends LineOptions {
  yerr?: number | Values;
  xerr?: number | Values;
  fmt?: string;
  /** Width of the caps in pixels. Default 4. */
  capsize?: number;
  ecolor?: ColorSpec;
}

const EDGE = 'rgba(31, 35, 40, 0.7)';
const POINT_HOVER = 'x %{x:.4~g}<br>y %{y:.4~g}';

/** Marker diameters in pixels from matplotlib's areas in points squared. */
const diameter = (s: number): number => Math.sqrt(Math.max(0, s)) * (96 / 72);

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
  });
  const line = {
    color: o.edgecolors === 'none' ? 'rgba(0, 0, 0, 0)' : cssColor(o.edgecolors ?? EDGE, 'scatter'),
    width: o.linewidths ?? (open ? 2 : 0.8),
  };
  if (o.text) sameLength('scatter', { x: n, text: o.text.length });

  if (o.color !== undefined || typeof o.c === 'string' || o.c === undefined) {
    const color = typeof o.c === 'string' ? o.c : o.color;
    if (Array.isArray(color)) sameLength('scatter', { x: n, color: color.length });
    const css = Array.isArray(color)
      ? color.map((c) => cssColor(c, 'scatter'))
      : color === undefined
        ? undefined
        : cssColor(color as string, 'scatter');
    const edge = open || o.edgecolors !== undefined ? line : { ...line, color: 'rgba(255, 255, 255, 0.9)' };
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
    colorscale: colorscale(o.cmap ?? 'viridis', 'scatter'),
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
export function plotArguments<O extends LineOptions>(
  args: readonly unknown[],
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
        `plot: expected numbers before the format '${format}'. Write plot(y), plot(x, y) or plot(x, y, 'o-')`,
      );
    }
    const [x, y] = arrays.length === 1 ? [undefined, arrays[0]] : arrays;
    series.push({ x, y, format });
  }
  if (series.length === 0)
    throw new TypeError("plot: needs at least one series: plot(y), plot(x, y) or plot(x, y, 'o-')");
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
  const marker = o.marker ?? f.marker;
  const style = o.linestyle ?? o.ls ?? f.linestyle ?? (f.marker && !o.linestyle ? 'none' : '-');
  const hasLine = style !== 'none' && style !== '';
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
              width: o.linewidth ?? o.lw ?? 2,
              dash: dash(style, fn),
              ...(o.step ? { shape: o.step } : {}),
            },
          }
        : {}),
      ...(marker ? { marker: markerOf(marker, color, o) } : {}),
      ...(o.fill ? { fill: 'tozeroy', fillcolor: translucent(color, 0.2) } : {}),
      hovertemplate: `${POINT_HOVER}<extra>${name ?? ''}</extra>`,
    };
  });
}

function markerOf(marker: string, color: string, o: LineOptions): Record<string, unknown> {
  const symbol = markerSymbol(marker);
  return {
    symbol,
    color,
    size: o.markersize ?? o.ms ?? markerSize(marker),
    ...(symbol.endsWith('-open') ? { line: { color, width: 2 } } : {}),
  };
}

/** Counts and edges as np.histogram gives them: the last bin includes its right edge. */
function histogram(
  values: readonly number[],
  bins: number | readonly number[],
  range?: readonly [number, number],
): { counts: number[]; edges: number[] } {
  let edges: number[];
  if (typeof bins === 'number') {
    if (!Number.isInteger(bins) || bins < 1)
      throw new RangeError(`hist: bins must be a whole number of at least 1, got ${bins}`);
    let [low, high] = range ?? extent(values);
    if (!(low <= high)) throw new RangeError(`hist: range [${low}, ${high}] runs backwards`);
    if (low === high) [low, high] = [low - 0.5, high + 0.5];
    edges = Array.from({ length: bins + 1 }, (_, i) => (i === bins ? high : low + (i * (high - low)) / bins));
  } else {
    edges = [...bins];
    if (edges.length < 2 || edges.some((e, i) => i > 0 && e <= edges[i - 1])) {
      throw new RangeError('hist: bin edges must be at least two and grow');
    }
  }
  const last = edges.length - 2;
  const counts = new Array<number>(last + 1).fill(0);
  for (const v of values) {
    if (!(v >= edges[0] && v <= edges[last + 1])) continue;
    let lo = 0;
    let hi = last;
    while (lo < hi) {
      const mid = (lo + hi + 1) >> 1;
      if (edges[mid] <= v) lo = mid;
      else hi = mid - 1;
    }
    counts[lo]++;
  }
  return { counts, edges };
}

/** The bins of a histogram by position or by name. */
export function histArguments<O extends HistOptions>(
  bins: number | Values | O,
  given: O,
): [number | Values, O] {
  if (!isOptions(bins)) return [bins as number | Values, given];
  const options = bins as O;
  return [options.bins ?? 10, options];
}

export function hist(
  v: unknown,
  bins: unknown,
  o: HistOptions,
  color: string,
): { trace: Trace; points: number } {
  const values = numbers(v, 'hist: v').flat;
  const { counts, edges } = histogram(
    values,
    typeof bins === 'number' ? bins : vector(bins, 'hist: bins'),
    o.range,
  );
  const widths = counts.map((_, i) => edges[i + 1] - edges[i]);
  const total = counts.reduce((a, b) => a + b, 0);
  let heights = o.density ? counts.map((c, i) => (total > 0 ? c / (total * widths[i]) : 0)) : counts;
  if (o.cumulative) {
    let sum = 0;
    heights = heights.map((h, i) => (sum += o.density ? h * widths[i] : h));
  }
  const trace: Trace = {
    type: 'bar',
    x: counts.map((_, i) => (edges[i] + edges[i + 1]) / 2),
    y: heights,
    width: widths,
    marker: {
      color: o.color === undefined ? color : cssColor(o.color, 'hist'),
      line: { color: '#ffffff', width: 0.5 },
    },
    opacity: o.alpha ?? 1,
    ...(o.label ? { name: o.label } : {}),
    showlegend: o.label !== undefined,
    text: counts.map((_, i) => `${short(edges[i])} to ${short(edges[i + 1])}`),
    textposition: 'none',
    hovertemplate: `%{text}<br>${o.density ? 'density %{y:.4~g}' : '%{y}'}<extra>${o.label ?? ''}</extra>`,
  };
  return { trace, points: values.length };
}

export function bar(x: unknown, height: unknown, o: BarOptions, color: string): Trace {
  const names = labelVector(x, 'bar: x');
  const heights = vector(height, 'bar: height');
  sameLength('bar', { x: names.length, height: heights.length });
  const flat = o.orientation === 'horizontal';
  const many = Array.isArray(o.color) && typeof o.color[0] === 'string';
  if (many) sameLength('bar', { x: names.length, color: o.color!.length });
  const css =
    o.color === undefined
      ? color
      : many
        ? (o.color as string[]).map((c) => cssColor(c, 'bar'))
        : cssColor(o.color as ColorSpec, 'bar');
  return {
    type: 'bar',
    x: flat ? heights : names,
    y: flat ? names : heights,
    ...(flat ? { orientation: 'h' } : {}),
    ...(o.width !== undefined ? { width: o.width } : {}),
    marker: { color: css },
    opacity: o.alpha ?? 1,
    ...(o.label ? { name: o.label } : {}),
    showlegend: o.label !== undefined,
    ...(o.annotate ? { text: heights.map((h) => short(h)), textposition: 'auto' } : {}),
    ...(o.yerr !== undefined
      ? { [flat ? 'error_x' : 'error_y']: errors('bar', o.yerr, heights.length, INK_ERROR, 4) }
      : {}),
    hovertemplate: `${flat ? '%{y}<br>%{x:.6~g}' : '%{x}<br>%{y:.6~g}'}<extra>${o.label ?? ''}</extra>`,
  };
}

const INK_ERROR = '#1f2328';

/** Plotly's error bars from matplotlib's forms: a number, one per point, or [lower, upper]. */
function errors(
  fn: string,
  err: number | Values,
  n: number,
  color: string,
  capsize: number,
): Record<string, unknown> {
  const look = { visible: true, color, thickness: 1.5, width: capsize };
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
    trace.error_y = errors('errorbar', o.yerr, n, color, o.capsize ?? 4) as unknown as PlotData['error_y'];
  if (o.xerr !== undefined)
    trace.error_x = errors('errorbar', o.xerr, n, color, o.capsize ?? 4) as unknown as PlotData['error_x'];
  return trace;
}

/** The area between two curves, as a closed outline. */
export function band(x: unknown, low: unknown, high: unknown, o: LineOptions, color: string): Trace {
  const xs = vector(x, 'fillBetween: x');
  const side = (v: unknown, name: string): number[] =>
    typeof v === 'number' ? xs.map(() => v) : vector(v, `fillBetween: ${name}`);
  const [lows, highs] = [side(low, 'y1'), side(high, 'y2')];
  sameLength('fillBetween', { x: xs.length, y1: lows.length, y2: highs.length });
  const css = lineColor(o.color, 'fillBetween') ?? color;
  const name = typeof o.label === 'string' ? o.label : undefined;
  return {
    type: 'scatter',
    mode: 'lines',
    x: [...xs, ...[...xs].reverse()],
    y: [...highs, ...[...lows].reverse()],
    fill: 'toself',
    fillcolor: translucent(css, o.alpha ?? 0.25),
    line: { width: 0, color: css },
    hoverinfo: 'skip',
    ...(name !== undefined ? { name } : {}),
    showlegend: name !== undefined,
  };
}

/** A filled polygon. */
export function polygon(
  x: unknown,
  y: unknown,
  o: { color?: ColorSpec; alpha?: number; label?: string; text?: string; linewidth?: number },
  color: string,
): Trace {
  const [xs, ys] = [vector(x, 'fill: x'), vector(y, 'fill: y')];
  sameLength('fill', { x: xs.length, y: ys.length });
  const css = o.color === undefined ? color : cssColor(o.color, 'fill');
  return {
    type: 'scatter',
    mode: 'lines',
    x: [...xs, xs[0]],
    y: [...ys, ys[0]],
    fill: 'toself',
    fillcolor: translucent(css, o.alpha ?? 0.5),
    line: { width: o.linewidth ?? 1, color: css },
    ...(o.text === undefined ? { hoverinfo: 'skip' } : { text: o.text, hoverinfo: 'text', hoveron: 'fills' }),
    ...(o.label !== undefined ? { name: o.label } : {}),
    showlegend: o.label !== undefined,
  };
}
