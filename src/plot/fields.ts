// Builds Plotly traces for values on a grid: heatmaps, contours, surfaces, decision regions. Pure functions from user
// values to traces.

import { type Colormap, classColors, colorscale, cssColor } from './colors.js';
import { dash } from './format.js';
import type { Names } from './options.js';
import { rcParams } from './rc.js';
import { type ColorSpec, distinct, type Trace } from './series.js';
import {
  extent,
  type Labels,
  labelVector,
  type Matrix,
  matrix,
  type Numbers,
  numbers,
  rowsOf,
  shapeText,
  short,
  type Values,
  vector,
} from './values.js';

export interface HeatmapOptions {
  cmap?: Colormap;
  vmin?: number;
  vmax?: number;
  alpha?: number;
  /** Write each value into its cell: true, a number of significant digits, or the texts themselves. */
  annotate?: boolean | number | readonly (readonly string[])[];
  colorbar?: boolean | string;
  /** Names or positions of the columns and rows. */
  x?: Labels;
  y?: Labels;
  /** Where row 0 lies. Default 'upper', as a matrix is written. */
  origin?: 'upper' | 'lower';
  /** Default 'equal' (square cells), unless the matrix is more than four times as long as wide. */
  aspect?: 'equal' | 'auto' | number;
  /** Where the image lies: [left, right, bottom, top]. */
  extent?: readonly [left: number, right: number, bottom: number, top: number];
  /** Whether cells are shown as they are ('nearest') or blended ('bilinear' and others). */
  interpolation?: Interpolation | null;
}
export const HEATMAP: Names<HeatmapOptions> = {
  cmap: 1,
  vmin: 1,
  vmax: 1,
  alpha: 1,
  annotate: 1,
  colorbar: 1,
  x: 1,
  y: 1,
  origin: 1,
  aspect: 1,
  extent: 1,
  interpolation: 1,
};
export type Interpolation =
  | 'nearest'
  | 'none'
  | 'bilinear'
  | 'bicubic'
  | 'antialiased'
  | 'auto'
  | 'lanczos'
  | 'gaussian';
/** Words that blend neighbouring cells. */
const BLENDING = new Set(['bilinear', 'bicubic', 'lanczos', 'gaussian', 'spline16', 'spline36', 'hanning']);

export interface ContourOptions {
  cmap?: Colormap;
  /** How many levels, or the levels' values (evenly spaced). Default 12. */
  levels?: number | Values;
  colorbar?: boolean | string;
  /** Write the values on the lines. */
  labels?: boolean;
  /** One colour for all lines. */
  color?: ColorSpec;
  linewidth?: number;
  linestyle?: string;
  alpha?: number;
  vmin?: number;
  vmax?: number;
}
export const CONTOUR: Names<ContourOptions> = {
  cmap: 1,
  levels: 1,
  colorbar: 1,
  labels: 1,
  color: 1,
  linewidth: 1,
  linestyle: 1,
  alpha: 1,
  vmin: 1,
  vmax: 1,
};

export interface RegionsOptions {
  cmap?: Colormap;
  opacity?: number;
  /** Draw lines where the classes meet. Default true. */
  boundary?: boolean;
}
export const REGIONS: Names<RegionsOptions> = { cmap: 1, opacity: 1, boundary: 1 };

export interface SurfaceOptions {
  cmap?: Colormap;
  alpha?: number;
  vmin?: number;
  vmax?: number;
  colorbar?: boolean | string;
  /** Draw contour lines on the surface and below it. */
  contours?: boolean;
  zlabel?: string;
  /** matplotlib's words for how finely it draws: taken; all points are drawn. */
  rstride?: number;
  cstride?: number;
  linewidth?: number;
  antialiased?: boolean;
  edgecolor?: string;
}
export const SURFACE: Names<SurfaceOptions> = {
  cmap: 1,
  alpha: 1,
  vmin: 1,
  vmax: 1,
  colorbar: 1,
  contours: 1,
  zlabel: 1,
  rstride: 1,
  cstride: 1,
  linewidth: 1,
  antialiased: 1,
  edgecolor: 1,
};

const defaultMap = (): string => rcParams['image.cmap'] ?? 'viridis';

const barOf = (colorbar: boolean | string | undefined, fallback: boolean): Trace => ({
  showscale: colorbar === undefined ? fallback : colorbar !== false,
  ...(typeof colorbar === 'string' ? { colorbar: { title: { text: colorbar } } } : {}),
});

/** The x and y of a grid: vectors, or the matrices that meshgrid gives. */
function gridAxes(
  fn: string,
  x: unknown,
  y: unknown,
  rows: number,
  cols: number,
): { x: number[]; y: number[] } {
  const along = (value: unknown, name: string, length: number, first: (m: Matrix) => number[]): number[] => {
    const read = numbers(value, `${fn}: ${name}`);
    let out: number[];
    if (read.shape.length === 2 && read.shape[0] > 1 && read.shape[1] > 1) {
      if (read.shape[0] !== rows || read.shape[1] !== cols) {
        throw new RangeError(
          `${fn}: ${name} has shape ${shapeText(read.shape)} and the values (${rows}, ${cols}). ` +
            'Both come from one meshgrid; reshape the values to it: Z.reshape(xx.shape)',
        );
      }
      out = first({ rows, cols, flat: read.flat });
    } else out = vector(value, `${fn}: ${name}`);
    if (out.length !== length) {
      throw new RangeError(
        `${fn}: ${name} has ${out.length} values, but the grid (${rows}, ${cols}) needs ${length}`,
      );
    }
    return out;
  };
  return {
    x: along(x, 'x', cols, (m) => m.flat.slice(0, m.cols)),
    y: along(y, 'y', rows, (m) => Array.from({ length: m.rows }, (_, r) => m.flat[r * m.cols])),
  };
}

export interface Field {
  trace: Trace;
  rows: number;
  cols: number;
  x: number[] | string[];
  y: number[] | string[];
}

const steps = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

export function heatmap(fn: string, z: unknown, o: HeatmapOptions, bar: boolean): Field {
  const { rows, cols, flat } = matrix(z, `${fn}: z`);
  const [low, high] = extent(flat);
  const [zmin, zmax] = [o.vmin ?? low, o.vmax ?? high];
  const cmap = o.cmap ?? defaultMap();
  const blended = BLENDING.has(o.interpolation ?? rcParams['image.interpolation'] ?? 'nearest');
  const [left, right, bottom, top] = o.extent ?? [];
  if (o.extent !== undefined && ![left, right, bottom, top].every(Number.isFinite))
    throw new RangeError(`${fn}: extent must be [left, right, bottom, top], got [${o.extent.join(', ')}]`);
  // An image over [left, right]: where the middles of its n cells are.
  const middles = (from: number, to: number, n: number): number[] =>
    steps(n).map((i) => from + ((i + 0.5) * (to - from)) / n);
  const upper = (o.origin ?? 'upper') === 'upper';
  const axis = (labels: Labels | undefined, name: string, n: number): number[] | string[] => {
    if (labels === undefined && o.extent !== undefined)
      return name === 'x'
        ? middles(left!, right!, n)
        : upper
          ? middles(top!, bottom!, n)
          : middles(bottom!, top!, n);
    if (labels === undefined) return steps(n);
    const read = labelVector(labels, `${fn}: ${name}`);
    if (read.length !== n)
      throw new RangeError(
        `${fn}: ${name} has ${read.length} names, the matrix (${rows}, ${cols}) needs ${n}`,
      );
    return read;
  };
  const x = axis(o.x, 'x', cols);
  const y = axis(o.y, 'y', rows);
  const trace: Trace = {
    type: 'heatmap',
    x,
    y,
    z: rowsOf(flat, rows, cols),
    zmin,
    zmax,
    colorscale: colorscale(cmap, fn),
    ...barOf(o.colorbar, bar),
    opacity: o.alpha ?? 1,
    hovertemplate: 'row %{y}, column %{x}<br>%{z:.6~g}<extra></extra>',
    ...(blended
      ? { zsmooth: 'best' as const }
      : fn === 'heatmap' && rows * cols <= 400
        ? { xgap: 1, ygap: 1 }
        : {}),
  };
  if (o.annotate !== undefined && o.annotate !== false) {
    const digits = typeof o.annotate === 'number' ? o.annotate : 4;
    const texts = Array.isArray(o.annotate)
      ? o.annotate
      : rowsOf(
          flat.map((v) => short(v, digits)),
          rows,
          cols,
        );
    if (texts.length !== rows || texts.some((r) => r.length !== cols)) {
      throw new RangeError(
        `${fn}: annotate has ${texts.length} rows of ${texts[0]?.length} texts, the matrix is (${rows}, ${cols})`,
      );
    }
    Object.assign(trace, { text: texts, texttemplate: '%{text}' });
  }
  return { trace, rows, cols, x, y };
}

/** Evenly spaced levels for Plotly, or the list of others. */
function contourLevels(
  fn: string,
  levels: ContourOptions['levels'],
  low: number,
  high: number,
): { start: number; end: number; size: number } | number[] {
  if (levels !== undefined && typeof levels !== 'number') {
    const list = vector(levels, `${fn}: levels`);
    if (list.length === 0) throw new RangeError(`${fn}: levels is empty`);
    if (list.length === 1) return { start: list[0], end: list[0], size: 1 };
    const size = list[1] - list[0];
    if (list.some((l, i) => i > 0 && !(l > list[i - 1])))
      throw new RangeError(`${fn}: levels must grow, got [${list.join(', ')}]`);
    const even = list.every(
      (l, i) => i === 0 || Math.abs(l - list[i - 1] - size) <= 1e-9 * Math.max(1, Math.abs(size)),
    );
    return even ? { start: list[0], end: list[list.length - 1], size } : list;
  }
  const count = levels ?? 12;
  if (!Number.isInteger(count) || count < 1)
    throw new RangeError(`${fn}: levels must be a whole number of at least 1, got ${count}`);
  const size = (high - low) / (count + 1) || 1;
  return { start: low + size, end: high - size / 2, size };
}

const levelValues = ({ start, end, size }: { start: number; end: number; size: number }): number[] =>
  steps(Math.floor((end - start) / size + 1e-9) + 1).map((i) => start + i * size);

/** A contour call: its traces, one for each level where levels are no even steps. */
export interface Contours extends Omit<Field, 'trace'> {
  traces: Trace[];
  /** The values of the lines. */
  levels: number[];
}

export function contour(fn: 'contour' | 'contourf', args: readonly unknown[], o: ContourOptions): Contours {
  const [x, y, z] = args.length >= 3 ? args : [undefined, undefined, args[0]];
  const { rows, cols, flat } = matrix(z, `${fn}: z`);
  if (rows < 2 || cols < 2)
    throw new RangeError(`${fn}: z needs at least 2 rows and 2 columns, got (${rows}, ${cols})`);
  const grid = x === undefined ? { x: steps(cols), y: steps(rows) } : gridAxes(fn, x, y, rows, cols);
  const [low, high] = extent(flat);
  const filled = fn === 'contourf';
  const levels = contourLevels(fn, o.levels, o.vmin ?? low, o.vmax ?? high);
  const color = o.color === undefined ? undefined : cssColor(o.color, fn);
  const trace = (values: readonly number[], steps: object, range: readonly [number, number]): Trace => ({
    type: 'contour',
    ...grid,
    z: rowsOf(values, rows, cols),
    zmin: o.vmin ?? range[0],
    zmax: o.vmax ?? range[1],
    autocontour: false,
    contours: {
      ...steps,
      coloring: filled ? 'fill' : color ? 'none' : 'lines',
      showlabels: o.labels === true,
    },
    line: {
      width: filled ? 0.5 : (o.linewidth ?? 1.5),
      ...(color ? { color } : filled ? { color: 'rgba(255,255,255,0.4)' } : {}),
      ...(o.linestyle === undefined ? {} : { dash: dash(o.linestyle, fn) }),
    },
    colorscale: colorscale(o.cmap ?? defaultMap(), fn),
    opacity: o.alpha ?? 1,
    ...barOf(o.colorbar, filled),
    showlegend: false,
    hovertemplate: 'x %{x:.4~g}<br>y %{y:.4~g}<br>%{z:.6~g}<extra></extra>',
  });
  const whole = { rows, cols, ...grid, levels: Array.isArray(levels) ? levels : levelValues(levels) };
  if (!Array.isArray(levels)) return { traces: [trace(flat, levels, [low, high])], ...whole };
  if (!filled) {
    // Plotly draws even steps alone: each of these levels is a trace of its own.
    const range = [levels[0], levels[levels.length - 1]] as const;
    const traces = levels.map((level, i) => ({
      ...trace(flat, { start: level, end: level, size: 1 }, range),
      ...(i > 0 ? { showscale: false } : {}),
    }));
    return { traces, ...whole };
  }
  // Between levels in uneven steps the values are stretched to even ones, and the bar tells the true ones.
  const last = levels.length - 1;
  const even = flat.map((v) => {
    if (Number.isNaN(v) || v < levels[0] || v > levels[last]) return Number.NaN;
    const i = Math.min(
      last - 1,
      levels.findLastIndex((level) => level <= v),
    );
    return i + (v - levels[i]) / (levels[i + 1] - levels[i]);
  });
  const stretched = trace(even, { start: 0, end: last, size: 1 }, [0, last]);
  Object.assign(stretched, {
    zmin: 0,
    zmax: last,
    text: rowsOf(
      flat.map((v) => short(v)),
      rows,
      cols,
    ),
    hovertemplate: 'x %{x:.4~g}<br>y %{y:.4~g}<br>%{text}<extra></extra>',
    colorbar: {
      ...(stretched.colorbar as object | undefined),
      tickmode: 'array',
      tickvals: steps(levels.length),
      ticktext: levels.map((level) => short(level)),
    },
  });
  return { traces: [stretched], ...whole };
}

export function surface(args: readonly unknown[], o: SurfaceOptions): Field {
  const [x, y, z] = args.length >= 3 ? args : [undefined, undefined, args[0]];
  const { rows, cols, flat } = matrix(z, 'surface: z');
  const grid = x === undefined ? { x: steps(cols), y: steps(rows) } : gridAxes('surface', x, y, rows, cols);
  const [low, high] = extent(flat);
  const trace: Trace = {
    type: 'surface',
    ...grid,
    z: rowsOf(flat, rows, cols),
    cmin: o.vmin ?? low,
    cmax: o.vmax ?? high,
    colorscale: colorscale(o.cmap ?? defaultMap(), 'surface'),
    opacity: o.alpha ?? 1,
    ...barOf(o.colorbar, true),
    ...(o.contours
      ? { contours: { z: { show: true, usecolormap: true, project: { z: true } } } as Trace['contours'] }
      : {}),
    hovertemplate: 'x %{x:.4~g}<br>y %{y:.4~g}<br>z %{z:.6~g}<extra></extra>',
  };
  return { trace, rows, cols, ...grid };
}

/** Decision regions: a heatmap of class labels, to be painted by `paintRegions`, and its classes. */
export interface Regions extends Field {
  labels: (number | string)[];
  classes: (number | string)[];
  /** Lines between the classes. */
  boundary?: Trace;
}

export function regions(xx: unknown, yy: unknown, labels: unknown, o: RegionsOptions): Regions {
  const shape = numbers(xx, 'regions: xx').shape;
  const rows = shape.length === 2 ? shape[0] : numbers(yy, 'regions: yy').flat.length;
  const cols = shape.length === 2 ? shape[1] : numbers(xx, 'regions: xx').flat.length;
  const read: Pick<Numbers, 'shape'> & { flat: readonly (number | string)[] } =
    Array.isArray(labels) && typeof labels.flat(1)[0] === 'string'
      ? { flat: labels.flat(1) as string[], shape: [labels.flat(1).length] }
      : numbers(labels, 'regions: labels');
  if (read.flat.length !== rows * cols) {
    throw new RangeError(
      `regions: the grid has shape (${rows}, ${cols}), ${rows * cols} points, and labels have shape ` +
        `${shapeText(read.shape)}, ${read.flat.length}. Predict once per grid point: np.c_(xx.ravel(), yy.ravel())`,
    );
  }
  const flat = [...read.flat];
  const classes = distinct(flat);
  if (classes.length > 50) {
    throw new RangeError(
      `regions: labels has ${classes.length} different values; these look like scores. ` +
        'Take np.argmax(scores, {axis: 1}) for classes, or draw scores with contourf',
    );
  }
  const grid = gridAxes('regions', xx, yy, rows, cols);
  const trace: Trace = {
    type: 'heatmap',
    ...grid,
    opacity: o.opacity ?? 0.45,
    showscale: false,
  };
  const boundary: Trace | undefined =
    o.boundary === false
      ? undefined
      : {
          type: 'scatter',
          mode: 'lines',
          ...boundaryLines(flat, rows, cols, grid.x, grid.y),
          line: { color: '#ffffff', width: 2 },
          hoverinfo: 'skip',
          showlegend: false,
        };
  return { trace, rows, cols, ...grid, labels: flat, classes, boundary };
}

/**
 * Where the labels of a grid change, as line segments between the midpoints of neighbours with different labels; three
 * or more classes meet in the middle of their square.
 */
function boundaryLines(
  labels: readonly unknown[],
  rows: number,
  cols: number,
  x: readonly number[],
  y: readonly number[],
): { x: (number | null)[]; y: (number | null)[] } {
  const out = { x: [] as (number | null)[], y: [] as (number | null)[] };
  const segment = (from: readonly number[], to: readonly number[]): void => {
    out.x.push(Number(from[0].toPrecision(6)), Number(to[0].toPrecision(6)), null);
    out.y.push(Number(from[1].toPrecision(6)), Number(to[1].toPrecision(6)), null);
  };
  for (let r = 0; r + 1 < rows; r++) {
    for (let c = 0; c + 1 < cols; c++) {
      const i = r * cols + c;
      const [a, b, d, e] = [labels[i], labels[i + 1], labels[i + cols], labels[i + cols + 1]];
      if (a === b && a === d && a === e) continue;
      const [xm, ym] = [(x[c] + x[c + 1]) / 2, (y[r] + y[r + 1]) / 2];
      const crossings: [number, number][] = [];
      if (a !== b) crossings.push([xm, y[r]]);
      if (b !== e) crossings.push([x[c + 1], ym]);
      if (d !== e) crossings.push([xm, y[r + 1]]);
      if (a !== d) crossings.push([x[c], ym]);
      if (crossings.length === 2) segment(crossings[0], crossings[1]);
      else for (const crossing of crossings) segment(crossing, [xm, ym]);
    }
  }
  return out;
}

/** Gives a region trace its values and one flat colour per class. `classes` are all classes of the axes, sorted. */
export function paintRegions(r: Regions, classes: readonly (number | string)[], cmap: string): void {
  const colors = classColors(classes, cmap, 'regions');
  const n = classes.length;
  const position = new Map(classes.map((c, i) => [c, i]));
  // Where labels count from 0 the cell's value is its label; otherwise each cell carries its name.
  const counted = classes.every((c, i) => c === i);
  Object.assign(r.trace, {
    z: rowsOf(
      r.labels.map((l) => position.get(l) ?? null),
      r.rows,
      r.cols,
    ),
    ...(counted
      ? {}
      : {
          text: rowsOf(
            r.labels.map((l) => (typeof l === 'string' ? l : `class ${l}`)),
            r.rows,
            r.cols,
          ),
        }),
    hovertemplate: `x %{x:.4~g}<br>y %{y:.4~g}<br>${counted ? 'class %{z}' : '%{text}'}<extra></extra>`,
    zmin: -0.5,
    zmax: n - 0.5,
    colorscale: colors.flatMap((c, i) => [
      [i / n, c],
      [(i + 1) / n, c],
    ]),
  });
}
