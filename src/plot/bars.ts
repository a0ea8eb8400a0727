// Builds Plotly traces for bars and histograms. Pure functions from user values to traces.

import { cssColor } from './colors.js';
import type { Names } from './options.js';
import { type ColorSpec, type Colors, errors, INK_ERROR, type Trace } from './series.js';
import { extent, isOptions, labelVector, numbers, sameLength, short, type Values, vector } from './values.js';

export interface HistOptions {
  /** How many bins, their edges, or 'auto', when they are not given by position. */
  bins?: number | Values | 'auto';
  range?: readonly [number, number];
  density?: boolean;
  cumulative?: boolean;
  label?: string | readonly string[];
  color?: Colors;
  alpha?: number;
  /** How much each value counts. */
  weights?: Values;
  /** 'step' draws the outline alone. */
  histtype?: 'bar' | 'barstacked' | 'step' | 'stepfilled';
  orientation?: 'vertical' | 'horizontal';
  edgecolor?: ColorSpec;
  linewidth?: number;
  /** Width of the bars as a share of the bins'. */
  rwidth?: number;
  /** A logarithmic axis for the counts. */
  log?: boolean;
  /** Several sets of values on top of each other. */
  stacked?: boolean;
}
export const HIST: Names<HistOptions> = {
  bins: 1,
  range: 1,
  density: 1,
  cumulative: 1,
  label: 1,
  color: 1,
  alpha: 1,
  weights: 1,
  histtype: 1,
  orientation: 1,
  edgecolor: 1,
  linewidth: 1,
  rwidth: 1,
  log: 1,
  stacked: 1,
};

export interface BarOptions {
  label?: string;
  color?: Colors;
  alpha?: number;
  /** Width of the bars, in units of their positions. */
  width?: number | Values;
  /** Where the bars begin. */
  bottom?: number | Values;
  /** Whether positions are the bars' middles or their left edges. */
  align?: 'center' | 'edge';
  orientation?: 'vertical' | 'horizontal';
  /** Error bar half lengths, along the bars. */
  yerr?: number | Values;
  xerr?: number | Values;
  capsize?: number;
  ecolor?: ColorSpec;
  edgecolor?: ColorSpec;
  linewidth?: number;
  /** Names of the bars in place of their positions. */
  tick_label?: readonly string[];
  log?: boolean;
  /** Write the value on each bar. */
  annotate?: boolean;
  /** Draw bars of several calls on top of each other instead of side by side. */
  stacked?: boolean;
}
export const BAR: Names<BarOptions> = {
  label: 1,
  color: 1,
  alpha: 1,
  width: 1,
  bottom: 1,
  align: 1,
  orientation: 1,
  yerr: 1,
  xerr: 1,
  capsize: 1,
  ecolor: 1,
  edgecolor: 1,
  linewidth: 1,
  tick_label: 1,
  log: 1,
  annotate: 1,
  stacked: 1,
};

/** Counts and edges as np.histogram gives them: the last bin includes its right edge. */
function histogram(
  values: readonly number[],
  bins: number | readonly number[],
  range?: readonly [number, number],
  weights?: readonly number[],
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
  for (const [i, v] of values.entries()) {
    if (!(v >= edges[0] && v <= edges[last + 1])) continue;
    let lo = 0;
    let hi = last;
    while (lo < hi) {
      const mid = (lo + hi + 1) >> 1;
      if (edges[mid] <= v) lo = mid;
      else hi = mid - 1;
    }
    counts[lo] += weights ? weights[i] : 1;
  }
  return { counts, edges };
}

/** The bins of a histogram by position or by name. */
export function histArguments<O extends HistOptions>(
  bins: number | Values | 'auto' | O | undefined,
  given: O,
): [number | Values, O] {
  const options = (isOptions(bins) ? bins : given) as O;
  const edges = (isOptions(bins) ? options.bins : (bins ?? options.bins)) as
    | number
    | Values
    | 'auto'
    | undefined;
  return [edges === 'auto' ? Number.NaN : (edges ?? 10), options];
}

/** How many bins numpy's rule 'auto' takes: the more of Sturges' and Freedman and Diaconis' rules. */
function automaticBins(values: readonly number[], range?: readonly [number, number]): number {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  const n = sorted.length;
  if (n === 0) return 1;
  const quantile = (q: number): number => {
    const at = q * (n - 1);
    const i = Math.floor(at);
    return sorted[i] + (at - i) * ((sorted[i + 1] ?? sorted[i]) - sorted[i]);
  };
  const [low, high] = range ?? extent(sorted);
  const spread = (2 * (quantile(0.75) - quantile(0.25))) / Math.cbrt(n);
  const sturges = (high - low) / (Math.log2(n) + 1);
  const width = spread > 0 ? Math.min(spread, sturges) : sturges;
  return width > 0 ? Math.ceil((high - low) / width) : 1;
}

/** One set of values after another: a list of arrays holds several, everything else is one. */
export function dataSets(v: unknown, what: string): number[][] {
  const several =
    Array.isArray(v) && v.length > 0 && v.every((each) => typeof each === 'object' && each !== null);
  return several
    ? (v as unknown[]).map((each, i) => [...numbers(each, `${what}[${i}]`).flat])
    : [[...numbers(v, what).flat]];
}

export interface Histogram {
  traces: Trace[];
  points: number;
  bins: number;
  /** Of each set of values, in each bin. */
  heights: number[][];
  edges: number[];
}

export function hist(v: unknown, bins: unknown, o: HistOptions, nextColor: () => string): Histogram {
  const sets = dataSets(v, 'hist: v');
  const all = sets.length === 1 ? sets[0] : sets.flat();
  const wanted =
    typeof bins !== 'number'
      ? vector(bins, 'hist: bins')
      : Number.isNaN(bins)
        ? automaticBins(all, o.range)
        : bins;
  const weights = o.weights === undefined ? undefined : vector(o.weights, 'hist: weights');
  if (weights) sameLength('hist', { v: all.length, weights: weights.length });
  // All sets have the bins of all values together.
  const { edges } = histogram(all, wanted, o.range);
  const names = typeof o.label === 'string' ? [o.label] : o.label;
  const colors = Array.isArray(o.color) && typeof o.color[0] === 'string' ? (o.color as string[]) : undefined;
  const stacked = o.stacked === true || o.histtype === 'barstacked';
  const base = new Array<number>(edges.length - 1).fill(0);
  const heights: number[][] = [];
  const traces = sets.map((values, k) => {
    const { counts } = histogram(values, edges, undefined, weights);
    const css =
      colors?.[k] !== undefined
        ? cssColor(colors[k], 'hist')
        : o.color === undefined || colors
          ? nextColor()
          : cssColor(o.color as ColorSpec, 'hist');
    const place = { k, of: stacked ? 1 : sets.length, base: stacked ? [...base] : undefined };
    const trace = histTrace(counts, edges, o, css, names?.[k], place);
    const own = heightsOf(counts, edges, o);
    if (stacked) for (const [i, h] of own.entries()) base[i] += h;
    heights.push(stacked ? [...base] : own);
    return trace;
  });
  return { traces, points: all.length, bins: edges.length - 1, heights, edges };
}

function heightsOf(counts: readonly number[], edges: readonly number[], o: HistOptions): number[] {
  const total = counts.reduce((a, b) => a + b, 0);
  const width = (i: number): number => edges[i + 1] - edges[i];
  const heights = o.density ? counts.map((c, i) => (total > 0 ? c / (total * width(i)) : 0)) : [...counts];
  if (!o.cumulative) return heights;
  let sum = 0;
  return heights.map((h, i) => (sum += o.density ? h * width(i) : h));
}

function histTrace(
  counts: readonly number[],
  edges: readonly number[],
  o: HistOptions,
  css: string,
  name: string | undefined,
  { k, of, base }: { k: number; of: number; base?: number[] },
): Trace {
  const heights = heightsOf(counts, edges, o);
  const flat = o.orientation === 'horizontal';
  const label = { ...(name ? { name } : {}), showlegend: name !== undefined };
  if (o.histtype === 'step' || o.histtype === 'stepfilled') {
    const along = [edges[0], ...edges, edges[edges.length - 1]];
    const up = [0, ...heights, heights[heights.length - 1], 0];
    const line = { color: css, width: o.linewidth ?? 1.5, shape: flat ? ('vh' as const) : ('hv' as const) };
    const filled = o.histtype === 'stepfilled' ? { fill: 'toself', fillcolor: css } : {};
    const outline = { type: 'scatter', mode: 'lines', line, opacity: o.alpha ?? 1, ...label } as Trace;
    return { ...outline, x: flat ? up : along, y: flat ? along : up, ...filled } as Trace;
  }
  // Several sets share a bin as matplotlib has it: four fifths of it, side by side.
  const share = o.rwidth ?? (of > 1 ? 0.8 : 1);
  const widths = counts.map((_, i) => ((edges[i + 1] - edges[i]) * share) / of);
  const shift = (i: number): number => (of > 1 ? (k - (of - 1) / 2) * widths[i] : 0);
  const middles = counts.map((_, i) => (edges[i] + edges[i + 1]) / 2 + shift(i));
  const hover = `%{text}<br>${o.density ? 'density %{y:.4~g}' : '%{y}'}<extra>${name ?? ''}</extra>`;
  return {
    type: 'bar',
    x: flat ? heights : middles,
    y: flat ? middles : heights,
    ...(flat ? { orientation: 'h' } : {}),
    width: widths,
    ...(base ? { base } : {}),
    marker: {
      color: css,
      line: {
        color: o.edgecolor === undefined ? '#ffffff' : cssColor(o.edgecolor, 'hist'),
        width: o.linewidth ?? (o.edgecolor === undefined ? 0.5 : 1),
      },
    },
    opacity: o.alpha ?? 1,
    ...label,
    text: counts.map((_, i) => `${short(edges[i])} to ${short(edges[i + 1])}`),
    textposition: 'none',
    hovertemplate: flat ? hover.replace('%{y', '%{x') : hover,
  };
}

export function bar(fn: string, x: unknown, height: unknown, o: BarOptions, color: string): Trace {
  const names = labelVector(x, `${fn}: x`);
  const lengths = typeof height === 'number' ? names.map(() => height) : vector(height, `${fn}: height`);
  sameLength(fn, { x: names.length, height: lengths.length });
  const flat = o.orientation === 'horizontal';
  const each = (v: number | Values | undefined, what: string): number | number[] | undefined => {
    if (v === undefined || typeof v === 'number') return v;
    const read = vector(v, `${fn}: ${what}`);
    sameLength(fn, { x: names.length, [what]: read.length });
    return read;
  };
  const [width, base] = [each(o.width, 'width'), each(o.bottom, 'bottom')];
  const many = Array.isArray(o.color) && typeof o.color[0] === 'string';
  if (many) sameLength(fn, { x: names.length, color: (o.color as string[]).length });
  const css =
    o.color === undefined
      ? color
      : many
        ? (o.color as string[]).map((c) => cssColor(c, fn))
        : cssColor(o.color as ColorSpec, fn);
  const half = (w: number): number => (o.align === 'edge' ? 0 : -w / 2);
  // Bars whose place is told stand there; others of several calls stand side by side.
  const fixed =
    typeof names[0] !== 'string' && (width !== undefined || base !== undefined || o.align !== undefined);
  const offset = !fixed ? undefined : Array.isArray(width) ? width.map(half) : half(width ?? 0.8);
  const line =
    o.edgecolor === undefined && o.linewidth === undefined
      ? {}
      : { line: { color: cssColor(o.edgecolor ?? 'k', fn), width: o.linewidth ?? 1 } };
  const ink = o.ecolor === undefined ? INK_ERROR : cssColor(o.ecolor, fn);
  const bars = (which: 'x' | 'y', err: number | Values | undefined) =>
    err === undefined ? {} : { [`error_${which}`]: errors(fn, err, lengths.length, ink, o.capsize ?? 4) };
  return {
    type: 'bar',
    x: flat ? lengths : names,
    y: flat ? names : lengths,
    ...(flat ? { orientation: 'h' } : {}),
    ...(width !== undefined ? { width } : fixed ? { width: 0.8 } : {}),
    ...(offset !== undefined ? { offset } : {}),
    ...(base !== undefined ? { base } : {}),
    marker: { color: css, ...line },
    opacity: o.alpha ?? 1,
    ...(o.label ? { name: o.label } : {}),
    showlegend: o.label !== undefined,
    ...(o.annotate ? { text: lengths.map((h) => short(h)), textposition: 'auto' } : {}),
    ...bars(flat && o.xerr === undefined ? 'x' : 'y', o.yerr),
    ...bars('x', o.xerr),
    hovertemplate: `${flat ? '%{y}<br>%{x:.6~g}' : '%{x}<br>%{y:.6~g}'}<extra>${o.label ?? ''}</extra>`,
  };
}
