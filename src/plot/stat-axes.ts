// What axes draw of distributions, shares and fields of arrows: boxes, violins, pies, counts in cells and hexagons.

import { asarray } from '../core/create.js';
import type { NDArray } from '../core/ndarray.js';
import { Artist, AxesImage, type Drawn, PathCollection, withArtists } from './artists.js';
import { dataSets } from './bars.js';
import { type Colormap, colorscale, cssColor, sampler } from './colors.js';
import { STYLE, type StyleOptions } from './coordinates.js';
import { type NumberFormat, written } from './format.js';
import { GridAxes } from './grid-axes.js';
import { plural, type Styled } from './line-axes.js';
import { type Names, read } from './options.js';
import { rcParams } from './rc.js';
import { area, type ColorSpec, type Trace } from './series.js';
import { streams } from './streams.js';
import { extent, matrix, numbers, rowsOf, sameLength, short, type Values, vector } from './values.js';

export interface BoxOptions {
  /** Names under the boxes; `tick_labels` is the same. */
  labels?: readonly string[];
  tick_labels?: readonly string[];
  positions?: Values;
  widths?: number;
  /** Whether boxes stand; false lays them down. */
  vert?: boolean;
  notch?: boolean;
  /** Points beyond the whiskers; '' or false draws none. */
  showfliers?: boolean;
  sym?: string;
  showmeans?: boolean;
  /** Fill the boxes with colour. */
  patch_artist?: boolean;
  color?: ColorSpec;
}
const BOX: Names<BoxOptions> = {
  labels: 1,
  tick_labels: 1,
  positions: 1,
  widths: 1,
  vert: 1,
  notch: 1,
  showfliers: 1,
  sym: 1,
  showmeans: 1,
  patch_artist: 1,
  color: 1,
};

export interface ViolinOptions {
  positions?: Values;
  widths?: number;
  vert?: boolean;
  showmeans?: boolean;
  showmedians?: boolean;
  showextrema?: boolean;
  color?: ColorSpec;
}
const VIOLIN: Names<ViolinOptions> = {
  positions: 1,
  widths: 1,
  vert: 1,
  showmeans: 1,
  showmedians: 1,
  showextrema: 1,
  color: 1,
};

export interface PieOptions {
  labels?: readonly string[];
  colors?: readonly ColorSpec[];
  /** The shares inside: a format such as '%1.1f%%', or a function of the percentage. */
  autopct?: NumberFormat;
  /** How far each wedge is moved out. */
  explode?: Values;
  /** Where the first wedge begins, in degrees counter-clockwise from the right. */
  startangle?: number;
  counterclock?: boolean;
  radius?: number;
  labeldistance?: number;
  pctdistance?: number;
}
const PIE: Names<PieOptions> = {
  labels: 1,
  colors: 1,
  autopct: 1,
  explode: 1,
  startangle: 1,
  counterclock: 1,
  radius: 1,
  labeldistance: 1,
  pctdistance: 1,
};

export interface MeshOptions {
  cmap?: Colormap;
  vmin?: number;
  vmax?: number;
  alpha?: number;
  /** 'gouraud' blends neighbouring cells. */
  shading?: 'auto' | 'flat' | 'nearest' | 'gouraud';
  colorbar?: boolean | string;
}
const MESH: Names<MeshOptions> = { cmap: 1, vmin: 1, vmax: 1, alpha: 1, shading: 1, colorbar: 1 };

export interface Hist2dOptions extends Omit<MeshOptions, 'shading'> {
  bins?: number | readonly [number, number];
  range?: readonly [readonly [number, number], readonly [number, number]];
  density?: boolean;
}
const HIST2D: Names<Hist2dOptions> = {
  cmap: 1,
  vmin: 1,
  vmax: 1,
  alpha: 1,
  colorbar: 1,
  bins: 1,
  range: 1,
  density: 1,
};

export interface HexbinOptions {
  /** How many hexagons fit along x. Default 100, as in matplotlib. */
  gridsize?: number;
  cmap?: Colormap;
  /** Hexagons with fewer points are left out. Default 1. */
  mincnt?: number;
  colorbar?: boolean | string;
}
const HEXBIN: Names<HexbinOptions> = { gridsize: 1, cmap: 1, mincnt: 1, colorbar: 1 };

export interface QuiverOptions {
  color?: ColorSpec;
  /** How much of an arrow's value is one unit of x: larger makes arrows shorter. */
  scale?: number;
  /** Width of the lines in pixels. */
  linewidth?: number;
  label?: string;
}
const QUIVER: Names<QuiverOptions> = { color: 1, scale: 1, linewidth: 1, label: 1 };

/** What `hist2d` gives: counts by x and y, the edges of both, and the cells. */
export type Hist2d = readonly [counts: NDArray, xedges: NDArray, yedges: NDArray, image: AxesImage];

type MeshArguments =
  | [z: Values, options?: Styled<MeshOptions>]
  | [x: Values, y: Values, z: Values, options?: Styled<MeshOptions>];

export interface StreamOptions {
  /** How close lines may come to each other. Default 1. */
  density?: number;
  color?: ColorSpec;
  linewidth?: number;
  arrowsize?: number;
}
const STREAM: Names<StreamOptions> = { density: 1, color: 1, linewidth: 1, arrowsize: 1 };

export abstract class StatAxes extends GridAxes {
  /**
   * Boxes of quartiles with whiskers: one for an array, one each for a list of arrays.
   * @see matplotlib.pyplot.boxplot
   */
  boxplot(x: Values | readonly Values[], options: Styled<BoxOptions> = {}): this {
    const o = read<BoxOptions & StyleOptions>('boxplot', options, BOX, STYLE);
    const sets = columnsOf(x, 'boxplot: x');
    const fliers = o.showfliers !== false && o.sym !== '';
    return this.distributions('boxplot', sets, o, (css) => ({
      type: 'box',
      quartilemethod: 'linear',
      boxpoints: fliers ? 'outliers' : false,
      boxmean: o.showmeans === true,
      notched: o.notch === true,
      width: o.widths ?? 0.5,
      line: { color: o.color === undefined && !o.patch_artist ? '#1f2328' : css, width: 1.5 },
      fillcolor: o.patch_artist ? css : 'rgba(0, 0, 0, 0)',
      marker: { symbol: 'circle-open', size: 6 },
    })).style(o);
  }

  /**
   * The shapes of distributions: one for an array, one each for a list of arrays.
   * @see matplotlib.pyplot.violinplot
   */
  violinplot(x: Values | readonly Values[], options: Styled<ViolinOptions> = {}): this {
    const o = read<ViolinOptions & StyleOptions>('violinplot', options, VIOLIN, STYLE);
    const sets = columnsOf(x, 'violinplot: x');
    return this.distributions('violinplot', sets, o, (css) => ({
      type: 'violin',
      width: o.widths ?? 0.5,
      spanmode: 'hard',
      points: false,
      meanline: { visible: o.showmeans === true },
      box: { visible: o.showmedians === true, width: 0.1 },
      line: { color: css, width: 1.5 },
    })).style(o);
  }

  private distributions(
    fn: string,
    sets: number[][],
    o: BoxOptions & ViolinOptions,
    look: (css: string) => object,
  ): this {
    const at =
      o.positions === undefined ? sets.map((_, i) => i + 1) : vector(o.positions, `${fn}: positions`);
    sameLength(fn, { x: sets.length, positions: at.length });
    const names = o.tick_labels ?? o.labels;
    if (names) sameLength(fn, { x: sets.length, labels: names.length });
    const flat = o.vert === false;
    const css = o.color === undefined ? this.nextColor() : cssColor(o.color, fn);
    sets.forEach((values, i) => {
      const along = values.map(() => at[i]);
      const place = flat ? { x: values, y: along, orientation: 'h' } : { x: along, y: values };
      this.add({ ...look(css), ...place, name: names?.[i] ?? String(at[i]), showlegend: false } as Trace);
    });
    this[flat ? 'yticks' : 'xticks'](at, names ?? at.map((v) => short(v)));
    return this.drew(`${fn}: ${plural(sets.length, 'set')}`);
  }

  /**
   * A pie of shares: `pie([30, 70], {labels: ['a', 'b'], autopct: '%1.1f%%'})`.
   * @see matplotlib.pyplot.pie
   */
  pie(x: Values, options: Styled<PieOptions> = {}): this {
    const o = read<PieOptions & StyleOptions>('pie', options, PIE, STYLE);
    const sizes = vector(x, 'pie: x');
    if (o.labels) sameLength('pie', { x: sizes.length, labels: o.labels.length });
    const total = sizes.reduce((a, b) => a + b, 0);
    if (sizes.some((v) => !(v >= 0)) || !(total > 0))
      throw new RangeError(
        `pie: sizes must be 0 or more, and not all 0; got [${sizes.map((v) => short(v)).join(', ')}]`,
      );
    const out = o.explode === undefined ? sizes.map(() => 0) : vector(o.explode, 'pie: explode');
    sameLength('pie', { x: sizes.length, explode: out.length });
    const radius = o.radius ?? 1;
    const turn = o.counterclock === false ? -1 : 1;
    let angle = ((o.startangle ?? 0) * Math.PI) / 180;
    sizes.forEach((size, i) => {
      const end = angle + (turn * 2 * Math.PI * size) / total;
      const middle = (angle + end) / 2;
      const on = (r: number, a: number): [number, number] => [
        out[i] * Math.cos(middle) + r * Math.cos(a),
        out[i] * Math.sin(middle) + r * Math.sin(a),
      ];
      const steps = Math.max(2, Math.ceil((Math.abs(end - angle) / (2 * Math.PI)) * 120));
      const rim = Array.from({ length: steps + 1 }, (_, k) =>
        on(radius, angle + ((end - angle) * k) / steps),
      );
      const outline = [on(0, middle), ...rim, on(0, middle)];
      const css = o.colors ? cssColor(o.colors[i % o.colors.length], 'pie') : this.nextColor();
      const percent = (100 * size) / total;
      const text = `${o.labels?.[i] ?? `part ${i}`}: ${short(size)} (${percent.toFixed(1)}%)`;
      const wedge = { x: outline.map(([px]) => px), y: outline.map(([, py]) => py) };
      this.add({
        ...area(wedge, { edgecolor: 'w', alpha: 1, text }, css, 1, 'pie'),
        ...(o.labels ? { name: o.labels[i] } : {}),
      });
      if (o.labels) {
        const [tx, ty] = on((o.labeldistance ?? 1.1) * radius, middle);
        this.text(tx, ty, o.labels[i], { ha: Math.cos(middle) >= 0 ? 'left' : 'right' });
      }
      if (o.autopct !== undefined) {
        const [tx, ty] = on((o.pctdistance ?? 0.6) * radius, middle);
        this.text(tx, ty, written(percent, o.autopct));
      }
      angle = end;
    });
    const reach = radius * 1.25 + Math.max(...out);
    this.cover([-reach, reach], [-reach, reach]);
    return this.axis('off')
      .axis('equal')
      .xlim(-reach, reach)
      .ylim(-reach, reach)
      .drew(`pie: ${plural(sizes.length, 'part')}`)
      .style(o);
  }

  /**
   * Cells of a grid as colours: `pcolormesh(z)` or `pcolormesh(x, y, z)`, where x and y are the cells' middles or their
   * edges, as vectors or a meshgrid.
   * @see matplotlib.pyplot.pcolormesh
   */
  pcolormesh(...args: MeshArguments): Drawn<this, AxesImage> {
    const last = args.at(-1);
    const given = (args.length === 2 || args.length === 4 ? last : {}) as Styled<MeshOptions> | undefined;
    const o = read<MeshOptions & StyleOptions>('pcolormesh', given ?? {}, MESH, STYLE);
    const arrays = args.slice(0, args.length >= 3 ? 3 : 1) as Values[];
    const [x, y, z] = arrays.length === 3 ? arrays : [undefined, undefined, arrays[0]];
    const { rows, cols, flat } = matrix(z, 'pcolormesh: z');
    const side = (v: Values | undefined, n: number, name: 'x' | 'y'): number[] => {
      if (v === undefined) return Array.from({ length: n + 1 }, (_, i) => i);
      const { shape, flat: all } = numbers(v, `pcolormesh: ${name}`);
      const line =
        shape.length < 2
          ? [...all]
          : name === 'x'
            ? all.slice(0, shape[1])
            : Array.from({ length: shape[0] }, (_, r) => all[r * shape[1]]);
      if (line.length !== n && line.length !== n + 1)
        throw new RangeError(
          `pcolormesh: ${name} has ${line.length} values; the grid (${rows}, ${cols}) needs ${n} middles or ${n + 1} edges`,
        );
      return line;
    };
    const [xs, ys] = [side(x, cols, 'x'), side(y, rows, 'y')];
    return this.gives(
      () => this.mesh('pcolormesh', xs, ys, rowsOf(flat, rows, cols), o).style(o),
      (host, traces) => new AxesImage(host, traces),
    );
  }

  private mesh(fn: string, x: number[], y: number[], z: number[][], o: MeshOptions): this {
    const [low, high] = extent(z.flat());
    this.add({
      type: 'heatmap',
      x,
      y,
      z,
      zmin: o.vmin ?? low,
      zmax: o.vmax ?? high,
      colorscale: colorscale(o.cmap ?? rcParams['image.cmap'] ?? 'viridis', fn),
      showscale: o.colorbar !== undefined && o.colorbar !== false,
      ...(typeof o.colorbar === 'string' ? { colorbar: { title: { text: o.colorbar } } } : {}),
      ...(o.shading === 'gouraud' ? { zsmooth: 'best' } : {}),
      opacity: o.alpha ?? 1,
      hovertemplate: 'x %{x:.4~g}<br>y %{y:.4~g}<br>%{z:.6~g}<extra></extra>',
    } as Trace);
    return this.axisBoth({ showgrid: false }).cover(x, y).drew(`${fn}: ${z.length}x${z[0].length}`);
  }

  /**
   * How many points fall into each cell of a grid: `hist2d(x, y, 20)`.
   * @see matplotlib.pyplot.hist2d
   */
  hist2d(
    x: Values,
    y: Values,
    bins: number | readonly [number, number] | Styled<Hist2dOptions> = {},
    given: Styled<Hist2dOptions> = {},
  ): Drawn<this, Hist2d> {
    const named = typeof bins === 'number' || Array.isArray(bins) ? { ...given, bins } : bins;
    const o = read<Hist2dOptions & StyleOptions>('hist2d', named as Hist2dOptions, HIST2D, STYLE);
    const [xs, ys] = [vector(x, 'hist2d: x'), vector(y, 'hist2d: y')];
    sameLength('hist2d', { x: xs.length, y: ys.length });
    const [nx, ny] =
      typeof o.bins === 'number' || o.bins === undefined ? [o.bins ?? 10, o.bins ?? 10] : o.bins;
    if (![nx, ny].every((n) => Number.isInteger(n) && n >= 1))
      throw new RangeError(`hist2d: bins must be whole numbers of at least 1, got ${nx} and ${ny}`);
    const [[x0, x1], [y0, y1]] = o.range ?? [extent(xs), extent(ys)];
    const counts = Array.from({ length: ny }, () => new Array<number>(nx).fill(0));
    const cell = (v: number, low: number, high: number, n: number): number =>
      v === high ? n - 1 : Math.floor(((v - low) / (high - low || 1)) * n);
    let total = 0;
    xs.forEach((v, i) => {
      const [c, r] = [cell(v, x0, x1, nx), cell(ys[i], y0, y1, ny)];
      if (counts[r]?.[c] === undefined) return;
      counts[r][c]++;
      total++;
    });
    const size = ((x1 - x0) / nx) * ((y1 - y0) / ny) * total;
    const z = o.density ? counts.map((row) => row.map((v) => v / size)) : counts;
    const edges = (low: number, high: number, n: number): number[] =>
      Array.from({ length: n + 1 }, (_, i) => low + ((high - low) * i) / n);
    const [xEdges, yEdges] = [edges(x0, x1, nx), edges(y0, y1, ny)];
    this.mesh('hist2d', xEdges, yEdges, z, o).style(o);
    const image = new AxesImage(this.host(), [this.own().at(-1) as Trace]);
    const counted = asarray(
      xEdges.slice(1).map((_, c) => z.map((row) => row[c])),
      'hist2d',
    );
    return withArtists(this, [counted, asarray(xEdges, 'hist2d'), asarray(yEdges, 'hist2d'), image] as const);
  }

  /**
   * How many points fall into each hexagon of a honeycomb: `hexbin(x, y, {gridsize: 20})`.
   * @see matplotlib.pyplot.hexbin
   */
  hexbin(x: Values, y: Values, options: Styled<HexbinOptions> = {}): Drawn<this, PathCollection> {
    const o = read<HexbinOptions & StyleOptions>('hexbin', options, HEXBIN, STYLE);
    const [xs, ys] = [vector(x, 'hexbin: x'), vector(y, 'hexbin: y')];
    sameLength('hexbin', { x: xs.length, y: ys.length });
    const n = o.gridsize ?? 100;
    if (!Number.isInteger(n) || n < 1)
      throw new RangeError(`hexbin: gridsize must be a whole number of at least 1, got ${n}`);
    const [[x0, x1], [y0, y1]] = [extent(xs), extent(ys)];
    const dx = (x1 - x0 || 1) / n;
    const dy = (y1 - y0 || 1) / Math.max(1, Math.floor(n / Math.sqrt(3)));
    const cells = new Map<string, { x: number; y: number; count: number }>();
    xs.forEach((v, i) => {
      // Two grids of centres, the second shifted by half a cell; the nearer centre takes the point.
      const [u, w] = [(v - x0) / dx, (ys[i] - y0) / dy];
      const near = [
        [Math.round(u), Math.round(w)],
        [Math.floor(u) + 0.5, Math.floor(w) + 0.5],
      ];
      const [a, b] = near.map(([p, q]) => (u - p) ** 2 + 3 * (w - q) ** 2);
      const [p, q] = a < b ? near[0] : near[1];
      const key = `${p} ${q}`;
      const cell = cells.get(key) ?? { x: x0 + p * dx, y: y0 + q * dy, count: 0 };
      cell.count++;
      cells.set(key, cell);
    });
    const shown = [...cells.values()].filter((cell) => cell.count >= (o.mincnt ?? 1));
    const most = Math.max(1, ...shown.map((cell) => cell.count));
    const cmap = o.cmap ?? rcParams['image.cmap'] ?? 'viridis';
    const at = sampler(cmap, 'hexbin');
    const corners = [
      [0.5, 1 / 6],
      [0, 1 / 3],
      [-0.5, 1 / 6],
      [-0.5, -1 / 6],
      [0, -1 / 3],
      [0.5, -1 / 6],
      [0.5, 1 / 6],
    ];
    // Cells of one count are one trace.
    for (const count of new Set(shown.map((cell) => cell.count))) {
      const same = shown.filter((cell) => cell.count === count);
      const outline = {
        x: same.flatMap((cell) => [...corners.map(([p]) => cell.x + p * dx), null]),
        y: same.flatMap((cell) => [...corners.map(([, q]) => cell.y + q * dy), null]),
      };
      const css = cssColor(
        at(count / most).map((v) => v / 255),
        'hexbin',
      );
      this.add(area(outline, { alpha: 1, linewidth: 0.5 }, css, 1, 'hexbin'));
    }
    this.add({
      type: 'scatter',
      mode: 'markers',
      x: shown.map((cell) => cell.x),
      y: shown.map((cell) => cell.y),
      marker: {
        size: 6,
        opacity: 0,
        color: shown.map((cell) => cell.count),
        cmin: 0,
        cmax: most,
        colorscale: colorscale(cmap, 'hexbin'),
        showscale: o.colorbar !== undefined && o.colorbar !== false,
      },
      showlegend: false,
      hovertemplate: '%{marker.color} points<extra></extra>',
    } as Trace);
    this.cover(xs, ys)
      .drew(`hexbin: ${plural(xs.length, 'point')}`)
      .style(o);
    return withArtists(this, new PathCollection(this.host(), [this.own().at(-1) as Trace]));
  }

  /**
   * Arrows (u, v) at points (x, y), as long as they fit between their neighbours unless `scale` says otherwise.
   * @see matplotlib.pyplot.quiver
   */
  quiver(
    x: Values,
    y: Values,
    u: Values,
    v: Values,
    options: Styled<QuiverOptions> = {},
  ): Drawn<this, Artist> {
    const o = read<QuiverOptions & StyleOptions>('quiver', options, QUIVER, STYLE);
    const flat = (a: Values, name: string): number[] => [...numbers(a, `quiver: ${name}`).flat];
    let [xs, ys] = [flat(x, 'x'), flat(y, 'y')];
    const [us, vs] = [flat(u, 'u'), flat(v, 'v')];
    if (xs.length * ys.length === us.length && xs.length !== us.length) {
      // The vectors that a meshgrid would be made from.
      const [nx, ny] = [xs, ys];
      xs = ny.flatMap(() => nx);
      ys = ny.flatMap((value) => nx.map(() => value));
    }
    sameLength('quiver', { x: xs.length, y: ys.length, u: us.length, v: vs.length });
    const longest = Math.max(...us.map((a, i) => Math.hypot(a, vs[i]))) || 1;
    const spread = Math.max(...[xs, ys].map((all) => extent(all)).map(([low, high]) => high - low)) || 1;
    const factor = o.scale === undefined ? (0.9 * spread) / Math.sqrt(xs.length) / longest : 1 / o.scale;
    const line = { x: [] as (number | null)[], y: [] as (number | null)[] };
    xs.forEach((px, i) => {
      const [dx, dy] = [us[i] * factor, vs[i] * factor];
      const [ex, ey] = [px + dx, ys[i] + dy];
      const wing = (side: number): [number, number] => [
        ex - 0.3 * dx + side * 0.12 * dy,
        ey - 0.3 * dy - side * 0.12 * dx,
      ];
      const [left, right] = [wing(1), wing(-1)];
      line.x.push(px, ex, left[0], right[0], ex, null);
      line.y.push(ys[i], ey, left[1], right[1], ey, null);
    });
    const css = cssColor(o.color ?? 'k', 'quiver');
    const more = {
      linewidth: o.linewidth ?? 1.2,
      alpha: 1,
      ...(o.label === undefined ? {} : { label: o.label }),
    };
    const trace = area(line, more, css, 1, 'quiver');
    this.add(trace)
      .cover(line.x, line.y)
      .drew(`quiver: ${plural(xs.length, 'arrow')}`)
      .style(o);
    return withArtists(this, new Artist(this.host(), [trace]));
  }

  /**
   * Lines along a field of arrows: `streamplot(x, y, u, v)`, where x and y are evenly spaced vectors or a meshgrid and u
   * and v matrices of shape (y, x).
   * @see matplotlib.pyplot.streamplot
   */
  streamplot(
    x: Values,
    y: Values,
    u: Values,
    v: Values,
    options: Styled<StreamOptions> = {},
  ): Drawn<this, Artist> {
    const o = read<StreamOptions & StyleOptions>('streamplot', options, STREAM, STYLE);
    const { rows, cols, flat: us } = matrix(u, 'streamplot: u');
    const { rows: vRows, cols: vCols, flat: vs } = matrix(v, 'streamplot: v');
    const side = (given: Values, name: 'x' | 'y', n: number): number[] => {
      const { shape, flat } = numbers(given, `streamplot: ${name}`);
      const line =
        shape.length < 2
          ? [...flat]
          : Array.from({ length: n }, (_, i) => flat[name === 'x' ? i : i * shape[1]]);
      if (line.length !== n || n < 2 || line.some((v, i) => i > 0 && !(v > line[i - 1])))
        throw new RangeError(
          `streamplot: ${name} must be ${n} growing numbers, at least 2; u is (${rows}, ${cols})`,
        );
      return line;
    };
    if (rows !== vRows || cols !== vCols)
      throw new RangeError(
        `streamplot: u is (${rows}, ${cols}) and v (${vRows}, ${vCols}); they must be alike`,
      );
    const [xs, ys] = [side(x, 'x', cols), side(y, 'y', rows)];
    const field = { x: xs, y: ys, u: rowsOf(us, rows, cols), v: rowsOf(vs, rows, cols) };
    const { lines, heads } = streams(field, o.density ?? 1);
    const css = o.color === undefined ? this.nextColor() : cssColor(o.color, 'streamplot');
    const path = lines.flatMap((line) => [...line, [Number.NaN, Number.NaN]]);
    const line = {
      type: 'scatter',
      mode: 'lines',
      x: path.map(([px]) => px),
      y: path.map(([, py]) => py),
      line: { color: css, width: o.linewidth ?? 1.5 },
      hoverinfo: 'skip',
      showlegend: false,
    } as Trace;
    const [wide, high] = [xs[cols - 1] - xs[0], ys[rows - 1] - ys[0]];
    const arrows = {
      type: 'scatter',
      mode: 'markers',
      x: heads.map(({ at }) => at[0]),
      y: heads.map(({ at }) => at[1]),
      marker: {
        symbol: 'triangle-up',
        size: 8 * (o.arrowsize ?? 1),
        color: css,
        // A triangle that points upwards turns clockwise.
        angle: heads.map(({ along }) => (Math.atan2(along[0] / wide, along[1] / high) * 180) / Math.PI),
      },
      hoverinfo: 'skip',
      showlegend: false,
    } as unknown as Trace;
    this.add(line).add(arrows).cover(xs, ys);
    this.drew(`streamplot: ${plural(lines.length, 'line')}`).style(o);
    return withArtists(this, new Artist(this.host(), [line, arrows]));
  }
}

/** Sets of values: a list's arrays, a matrix's columns, or the one vector. */
function columnsOf(v: unknown, what: string): number[][] {
  if (Array.isArray(v)) return dataSets(v, what);
  const { shape, flat } = numbers(v, what);
  if (shape.length !== 2) return [[...flat]];
  return Array.from({ length: shape[1] }, (_, c) =>
    Array.from({ length: shape[0] }, (_, r) => flat[r * shape[1] + c]),
  );
}
