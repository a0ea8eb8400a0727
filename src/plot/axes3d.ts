// Axes in three dimensions, `plt.subplot({projection: '3d'})`: points, lines, surfaces, wire frames and bars that can be
// turned. Titles, limits and ticks are those of all axes, with z besides.

import { Artist, type Line2D, lines2D, PathCollection, type Several, withArtists } from './artists.js';
import { classColors, colorscale, cssColor } from './colors.js';
import { type Limits, STYLE, type StyleOptions, type TextOptions } from './coordinates.js';
import { SURFACE, type SurfaceOptions, surface } from './fields.js';
import type { Loose } from './frame.js';
import { gridArguments, type SurfaceArguments } from './grid-axes.js';
import { Keyed } from './keys.js';
import { plural, type Styled } from './line-axes.js';
import { type Named, type Names, read } from './options.js';
import {
  type ColorSpec,
  type Colors,
  LINE,
  type LineOptions,
  lines,
  SCATTER,
  type ScatterOptions,
  scatter,
  type Trace,
} from './series.js';
import { spell } from './spellings.js';
import {
  extent,
  isOptions,
  type Labels,
  matrix,
  numbers,
  type One,
  sameLength,
  type Values,
  vector,
} from './values.js';

interface PointOptions extends ScatterOptions {
  /** Whether far points are paler: taken, and left to the chart. */
  depthshade?: boolean;
}
const POINTS: Names<PointOptions> = { ...SCATTER, depthshade: 1 };

interface SolidOptions extends SurfaceOptions {
  color?: ColorSpec;
  /** How finely it is drawn: taken; all points are drawn. */
  rcount?: number;
  ccount?: number;
  shade?: boolean;
}
const SOLID: Names<SolidOptions> = { ...SURFACE, color: 1, rcount: 1, ccount: 1, shade: 1 };

interface WireOptions extends LineOptions {
  /** Every so many rows and columns. */
  rstride?: number;
  cstride?: number;
  /** How many rows and columns are drawn at most. Default 50. */
  rcount?: number;
  ccount?: number;
}
const WIRE: Names<WireOptions> = { ...LINE, rstride: 1, cstride: 1, rcount: 1, ccount: 1 };

interface Bar3dOptions {
  color?: Colors;
  alpha?: number;
  label?: string;
  shade?: boolean;
  zsort?: string;
  edgecolor?: ColorSpec;
}
const BAR3D: Names<Bar3dOptions> = { color: 1, alpha: 1, label: 1, shade: 1, zsort: 1, edgecolor: 1 };

type Point3 = Styled<PointOptions>;
type Line3 = Styled<LineOptions>;

/** Symbols that Plotly has in three dimensions. */
const SYMBOLS: Record<string, string> = {
  'circle-open': 'circle-open',
  square: 'square',
  'square-open': 'square-open',
  diamond: 'diamond',
  'diamond-open': 'diamond-open',
  'diamond-tall': 'diamond',
  cross: 'cross',
  'cross-thin-open': 'cross',
  x: 'x',
  'x-thin-open': 'x',
};
/** The corners of a box, as steps of its sides, and its faces as triangles of corners. */
const CORNERS = [0, 1, 2, 3, 4, 5, 6, 7].map((k) => [k & 1, (k >> 1) & 1, (k >> 2) & 1]);
const FACES = '0 1 3 0 3 2 4 5 7 4 7 6 0 1 5 0 5 4 2 3 7 2 7 6 0 2 6 0 6 4 1 3 7 1 7 5'
  .split(' ')
  .map(Number);

/** Axes of x, y and z. */
export class Axes3D extends Keyed {
  /** The cell of the grid that it fills. */
  cellKey: string | undefined;
  isTwin = false;

  private get scene(): Loose {
    const layout = this.canvas.layout as Loose;
    layout[this.sceneName] ??= {
      ...(this.domain ? { domain: this.domain } : {}),
      xaxis: { title: { text: '' } },
      yaxis: { title: { text: '' } },
      zaxis: { title: { text: '' } },
      aspectmode: 'manual',
      aspectratio: { x: 1, y: 1, z: 0.75 },
      camera: eyeAt(30, -60),
    };
    return layout[this.sceneName] as Loose;
  }

  /** Begins the part of the layout that is in three dimensions. */
  begin(): this {
    this.scene;
    return this;
  }

  protected override axisLayout(which: 'x' | 'y' | 'z'): Loose {
    return this.scene[`${which}axis`] as Loose;
  }

  protected override axisBoth(fields: Loose): this {
    for (const which of ['x', 'y', 'z'] as const) Object.assign(this.axisLayout(which), fields);
    return this;
  }

  protected override own(): Trace[] {
    return this.canvas.data.filter((t) => t.scene === this.sceneName);
  }

  protected override add(trace: Trace): this {
    trace.scene = this.sceneName;
    if (this.domain) {
      const { x, y } = this.domain;
      const bar = { x: x[1], xanchor: 'left', y: (y[0] + y[1]) / 2, len: 0.7 * (y[1] - y[0]) };
      const marker = trace.marker as Loose | undefined;
      if (trace.colorscale !== undefined)
        trace.colorbar = { ...bar, ...(trace.colorbar as object) } as Trace['colorbar'];
      else if (marker?.colorscale !== undefined) marker.colorbar = { ...bar, ...(marker.colorbar as object) };
    }
    this.canvas.data.push(trace);
    return this;
  }

  /**
   * Points: `scatter(x, y, z, {c, s})`.
   * @see mpl_toolkits.mplot3d.Axes3D.scatter
   */
  scatter(x: Values, y: Values, z: Values | number, options?: Point3): Drawn3D<PathCollection>;
  scatter(
    x: Values,
    y: Values,
    z: Values | number,
    s: number | Values,
    c: string | Labels,
    options?: Point3,
  ): Drawn3D<PathCollection>;
  scatter(x: Values, y: Values, z: Values | number = 0, ...rest: unknown[]): Drawn3D<PathCollection> {
    const given = (isOptions(rest.at(-1)) ? rest.pop() : {}) as Point3;
    const [s, c] = rest;
    const named = {
      ...given,
      ...(s === undefined ? {} : { s }),
      ...(c === undefined ? {} : { c }),
    } as Point3;
    const o = read<PointOptions & StyleOptions>('scatter', named, POINTS, STYLE);
    const { xs, ys, zs } = points3('scatter', x, y, z);
    // The flat points carry their numbers, by which they find their places in space.
    const { traces, classes } = scatter(
      xs.map((_, i) => i),
      ys,
      o,
    );
    const colors = classes && classColors(classes, String(o.cmap ?? 'Spectral'), 'scatter');
    traces.forEach((trace, k) => {
      const keep = trace.x as number[];
      const marker = trace.marker as Loose;
      if (colors) marker.color = colors[k];
      else marker.color ??= this.nextColor();
      marker.symbol = SYMBOLS[String(marker.symbol)] ?? 'circle';
      marker.size = inSpaceSize(marker.size as number | number[]);
      const name = trace.name ?? '';
      Object.assign(trace, {
        type: 'scatter3d',
        x: keep.map((i) => xs[i]),
        y: keep.map((i) => ys[i]),
        z: keep.map((i) => zs[i]),
        hovertemplate: `${o.text ? '%{text}<br>' : ''}${HOVER}<extra>${name}</extra>`,
      });
      if (classes) trace.showlegend = true;
      this.add(trace);
    });
    this.drew(`scatter: ${plural(xs.length, 'point')}`).style(o);
    return withArtists(this, new PathCollection(this.host(), traces)) as unknown as Drawn3D<PathCollection>;
  }

  /**
   * Lines or markers in space: `plot(x, y, z)`, `plot(x, y, z, 'r--')`.
   * @see mpl_toolkits.mplot3d.Axes3D.plot
   */
  plot(x: Values, y: Values, z: Values | number, options?: Line3): Drawn3D<Several<Line2D>>;
  plot(x: Values, y: Values, z: Values | number, format: string, options?: Line3): Drawn3D<Several<Line2D>>;
  plot(x: Values, y: Values, z: Values | number, ...rest: unknown[]): Drawn3D<Several<Line2D>> {
    const given = (isOptions(rest.at(-1)) ? rest.pop() : {}) as Line3;
    const o = read<LineOptions & StyleOptions>('plot', given, LINE, STYLE);
    const { xs, ys, zs } = points3('plot', x, y, z);
    const [trace] = lines('plot', { x: xs, y: ys, format: rest[0] as string }, o, () => this.nextColor());
    this.inSpace(trace, zs);
    this.drew(`line: ${plural(xs.length, 'point')}`).style(o);
    return withArtists(this, lines2D(this.host(), [trace])) as unknown as Drawn3D<Several<Line2D>>;
  }

  /** A flat line as one in space. */
  private inSpace(trace: Trace, z: readonly number[]): void {
    const marker = trace.marker as Loose | undefined;
    if (marker)
      Object.assign(marker, {
        symbol: SYMBOLS[String(marker.symbol)] ?? 'circle',
        size: inSpaceSize((marker.size as number) ?? 6),
      });
    const line = trace.line as Loose | undefined;
    if (line) {
      delete line.shape;
      line.width = 2 * Number(line.width);
    }
    Object.assign(trace, {
      type: 'scatter3d',
      z: [...z],
      hovertemplate: `${HOVER}<extra>${trace.name ?? ''}</extra>`,
    });
    this.add(trace);
  }

  /**
   * A surface over a grid: `plot_surface(X, Y, Z, {cmap: 'viridis'})`.
   * @see mpl_toolkits.mplot3d.Axes3D.plot_surface
   */
  plotSurface(...args: SurfaceArguments): Drawn3D<Artist> {
    const { arrays, options: given } = gridArguments<Styled<SolidOptions>>('plot_surface', args);
    const {
      color,
      rcount: _r,
      ccount: _c,
      shade: _s,
      ...o
    } = read<SolidOptions & StyleOptions>('plot_surface', given, SOLID, STYLE);
    const { trace, rows, cols } = surface(arrays, { colorbar: false, ...o });
    if (o.cmap === undefined) {
      const css = color === undefined ? this.nextColor() : cssColor(color, 'plot_surface');
      Object.assign(trace, {
        colorscale: [
          [0, css],
          [1, css],
        ],
      });
    }
    this.add(trace).drew(`surface: ${rows}x${cols}`);
    const { contours: _k, ...style } = o;
    this.style(style);
    return withArtists(this, new Artist(this.host(), [trace])) as unknown as Drawn3D<Artist>;
  }

  /** The same as `plotSurface`, coloured by height. */
  surface(...args: SurfaceArguments): Drawn3D<Artist> {
    const options = (isOptions(args.at(-1)) ? args.at(-1) : {}) as SurfaceOptions;
    const arrays = args.filter((each) => each !== options) as unknown as [Values];
    return this.plotSurface(...arrays, { cmap: 'viridis', colorbar: true, ...options });
  }

  /**
   * The lines of a grid: `plot_wireframe(X, Y, Z)`.
   * @see mpl_toolkits.mplot3d.Axes3D.plot_wireframe
   */
  plotWireframe(x: Values, y: Values, z: Values, options: Styled<WireOptions> = {}): Drawn3D<Artist> {
    const o = read<WireOptions & StyleOptions>('plot_wireframe', options, WIRE, STYLE);
    const { rows, cols, flat } = matrix(z, 'plot_wireframe: z');
    const grid = (v: Values, name: 'x' | 'y'): readonly number[] => {
      const { shape, flat: all } = numbers(v, `plot_wireframe: ${name}`);
      if (all.length === flat.length) return all;
      const n = name === 'x' ? cols : rows;
      if (shape.length !== 1 || all.length !== n)
        throw new RangeError(`plot_wireframe: ${name} has ${all.length} values, z is (${rows}, ${cols})`);
      return flat.map((_, i) => all[name === 'x' ? i % cols : Math.floor(i / cols)]);
    };
    const [xs, ys] = [grid(x, 'x'), grid(y, 'y')];
    const every = (n: number, stride?: number, count = 50): number[] => {
      const step = stride ?? Math.max(1, Math.ceil(n / count));
      const all = Array.from({ length: Math.ceil(n / step) }, (_, i) => i * step);
      return all.at(-1) === n - 1 ? all : [...all, n - 1];
    };
    const path: number[] = [];
    for (const r of every(rows, o.rstride, o.rcount))
      path.push(...Array.from({ length: cols }, (_, c) => r * cols + c), -1);
    for (const c of every(cols, o.cstride, o.ccount))
      path.push(...Array.from({ length: rows }, (_, r) => r * cols + c), -1);
    const along = (v: readonly number[]): number[] => path.map((i) => (i < 0 ? Number.NaN : v[i]));
    const { rstride: _r, cstride: _c, rcount: _rc, ccount: _cc, ...look } = o;
    const line = { x: along(xs), y: along(ys), format: '-' };
    const [trace] = lines('plot_wireframe', line, { linewidth: 1, ...look }, () => this.nextColor());
    this.inSpace(trace, along(flat));
    this.drew(`wireframe: ${rows}x${cols}`).style(o);
    return withArtists(this, new Artist(this.host(), [trace])) as unknown as Drawn3D<Artist>;
  }

  /**
   * A surface through points anywhere: `plot_trisurf(x, y, z)`, over the triangles between neighbours.
   * @see mpl_toolkits.mplot3d.Axes3D.plot_trisurf
   */
  plotTrisurf(x: Values, y: Values, z: Values, options: Styled<SolidOptions> = {}): Drawn3D<Artist> {
    const o = read<SolidOptions & StyleOptions>('plot_trisurf', options, SOLID, STYLE);
    const { xs, ys, zs } = points3('plot_trisurf', x, y, z);
    const css =
      o.color === undefined ? (o.cmap ? undefined : this.nextColor()) : cssColor(o.color, 'plot_trisurf');
    const trace: Trace = {
      type: 'mesh3d',
      x: xs,
      y: ys,
      z: zs,
      alphahull: -1,
      delaunayaxis: 'z',
      opacity: o.alpha ?? 1,
      flatshading: true,
      ...(css === undefined
        ? {
            intensity: zs,
            colorscale: colorscale(o.cmap!, 'plot_trisurf'),
            cmin: o.vmin ?? extent(zs)[0],
            cmax: o.vmax ?? extent(zs)[1],
            showscale: o.colorbar === true,
          }
        : { color: css }),
      hovertemplate: `${HOVER}<extra></extra>`,
    } as Trace;
    this.add(trace)
      .drew(`trisurf: ${plural(xs.length, 'point')}`)
      .style(o);
    return withArtists(this, new Artist(this.host(), [trace])) as unknown as Drawn3D<Artist>;
  }

  /**
   * Boxes with corners at (x, y, z) and sides dx, dy, dz, each one number or one per box.
   * @see mpl_toolkits.mplot3d.Axes3D.bar3d
   */
  bar3d(
    x: Values,
    y: Values,
    z: Values | number,
    dx: Values | number,
    dy: Values | number,
    dz: Values | number,
    options: Styled<Bar3dOptions> = {},
  ): Drawn3D<Artist> {
    const o = read<Bar3dOptions & StyleOptions>('bar3d', options, BAR3D, STYLE);
    const xs = [...numbers(x, 'bar3d: x').flat];
    const each = (v: Values | number, name: string): number[] => {
      const all = typeof v === 'number' ? xs.map(() => v) : [...numbers(v, `bar3d: ${name}`).flat];
      sameLength('bar3d', { x: xs.length, [name]: all.length });
      return all;
    };
    const places = [xs, each(y, 'y'), each(z, 'z')];
    const sizes = [each(dx, 'dx'), each(dy, 'dy'), each(dz, 'dz')];
    const corner = (k: number): number[] =>
      xs.flatMap((_, i) => CORNERS.map((c) => places[k][i] + c[k] * sizes[k][i]));
    const side = (k: number): number[] =>
      xs.flatMap((_, i) => FACES.filter((_, f) => f % 3 === k).map((c) => 8 * i + c));
    const many = Array.isArray(o.color) && typeof o.color[0] === 'string' ? (o.color as string[]) : undefined;
    if (many) sameLength('bar3d', { x: xs.length, color: many.length });
    const css = many
      ? undefined
      : o.color === undefined
        ? this.nextColor()
        : cssColor(o.color as ColorSpec, 'bar3d');
    const trace: Trace = {
      type: 'mesh3d',
      x: corner(0),
      y: corner(1),
      z: corner(2),
      i: side(0),
      j: side(1),
      k: side(2),
      ...(many ? { facecolor: many.flatMap((c) => Array(12).fill(cssColor(c, 'bar3d'))) } : { color: css }),
      flatshading: true,
      lighting: { ambient: 0.55, diffuse: 0.7 },
      opacity: o.alpha ?? 1,
      ...(o.label === undefined ? {} : { name: o.label, showlegend: true }),
      hovertemplate: `${HOVER}<extra></extra>`,
    } as unknown as Trace;
    this.add(trace)
      .drew(`bar3d: ${plural(xs.length, 'bar')}`)
      .style(o);
    return withArtists(this, new Artist(this.host(), [trace])) as unknown as Drawn3D<Artist>;
  }

  /** A text at a point in space. */
  text(
    x: number,
    y: number,
    z: number,
    text: string,
    options: { color?: ColorSpec; fontsize?: number } = {},
  ): this {
    const { color, fontsize } = options;
    const font = {
      ...(color === undefined ? {} : { color: cssColor(color, 'text') }),
      ...(fontsize === undefined ? {} : { size: fontsize }),
    };
    this.scene.annotations = [
      ...((this.scene.annotations as Loose[] | undefined) ?? []),
      { x, y, z, text: String(text), showarrow: false, font },
    ];
    return this;
  }

  /** Name of the z axis. */
  zlabel(text: string, _options: Named<TextOptions> = {}): this {
    this.axisLayout('z').title = { text: String(text) };
    return this;
  }

  /** Limits of z. */
  zlim(low: Limits | One | null, high: One | null = null): this {
    const [from, to] = Array.isArray(low) ? low : [low, high];
    this.axisLayout('z').range = [from, to].map((v) => (v === null ? null : Number(v)));
    return this;
  }

  /** Positions and texts of the ticks on z. */
  zticks(at: Values, labels?: readonly (string | number)[]): this {
    const tickvals = vector(at, 'zticks');
    if (labels) sameLength('zticks', { positions: tickvals.length, labels: labels.length });
    Object.assign(this.axisLayout('z'), {
      tickmode: 'array',
      tickvals,
      ...(labels ? { ticktext: labels.map(String) } : {}),
    });
    return this;
  }

  /**
   * From where the axes are seen: so many degrees above the floor, and around it.
   * @see mpl_toolkits.mplot3d.Axes3D.view_init
   */
  viewInit(elev: number | { elev?: number; azim?: number } = 30, azim = -60): this {
    const from = typeof elev === 'number' ? { elev, azim } : { elev: 30, azim: -60, ...elev };
    this.scene.camera = eyeAt(from.elev, from.azim);
    return this;
  }

  /** How long the axes are to each other. */
  setBoxAspect(aspect: readonly [x: number, y: number, z: number]): this {
    const longest = Math.max(...aspect);
    const [x, y, z] = aspect.map((v) => v / longest);
    this.scene.aspectratio = { x, y, z };
    return this;
  }

  /** 'equal': one unit is as long on all axes. */
  override setAspect(aspect: 'equal' | 'auto' | number): this {
    this.scene.aspectmode = aspect === 'equal' ? 'data' : 'manual';
    return this;
  }

  override setFacecolor(color: ColorSpec): this {
    this.scene.bgcolor = cssColor(color, 'set_facecolor');
    return this;
  }

  /** Takes away what is drawn on these axes. */
  cla(): this {
    const own = new Set(this.own());
    const kept = this.canvas.data.filter((trace) => !own.has(trace));
    this.canvas.data.splice(0, this.canvas.data.length, ...kept);
    delete (this.canvas.layout as Loose)[this.sceneName];
    return this.begin();
  }

  declare plot_surface: this['plotSurface'];
  declare plot_wireframe: this['plotWireframe'];
  declare plot_trisurf: this['plotTrisurf'];
  declare view_init: this['viewInit'];
  declare set_box_aspect: this['setBoxAspect'];
  declare scatter3D: this['scatter'];
  declare plot3D: this['plot'];
  declare set_title: this['title'];
  declare set_xlabel: this['xlabel'];
  declare set_ylabel: this['ylabel'];
  declare set_zlabel: this['zlabel'];
  declare set_xlim: this['xlim'];
  declare set_ylim: this['ylim'];
  declare set_zlim: this['zlim'];
  declare set_xticks: this['xticks'];
  declare set_yticks: this['yticks'];
  declare set_zticks: this['zticks'];
  declare set_axis_off: this['setAxisOff'];
}

/** Axes in space go on being drawn on, and answer to the names of what was drawn. */
export type Drawn3D<A> = Axes3D & A;

const SPELLINGS = {
  plot_surface: 'plotSurface',
  plot_wireframe: 'plotWireframe',
  plot_trisurf: 'plotTrisurf',
  view_init: 'viewInit',
  set_box_aspect: 'setBoxAspect',
  scatter3D: 'scatter',
  plot3D: 'plot',
  set_title: 'title',
  set_xlabel: 'xlabel',
  set_ylabel: 'ylabel',
  set_zlabel: 'zlabel',
  set_xlim: 'xlim',
  set_ylim: 'ylim',
  set_zlim: 'zlim',
  set_xticks: 'xticks',
  set_yticks: 'yticks',
  set_zticks: 'zticks',
  set_axis_off: 'setAxisOff',
} as const satisfies { [name: string]: keyof Axes3D };
spell(Axes3D.prototype, SPELLINGS);

/** Markers in space are drawn larger than their numbers say. */
const inSpaceSize = (size: number | number[]): number | number[] =>
  typeof size === 'number' ? 0.6 * size : size.map((each) => 0.6 * each);

const HOVER = 'x %{x:.4~g}<br>y %{y:.4~g}<br>z %{z:.4~g}';

/** A camera that looks from so many degrees above the floor and around it. */
function eyeAt(elev: number, azim: number): Loose {
  const [up, round] = [elev, azim].map((v) => (v * Math.PI) / 180);
  const away = 2.1;
  return {
    center: { x: 0, y: 0, z: -0.12 },
    eye: {
      x: away * Math.cos(up) * Math.cos(round),
      y: away * Math.cos(up) * Math.sin(round),
      z: away * Math.sin(up),
    },
  };
}

function points3(
  fn: string,
  x: Values,
  y: Values,
  z: Values | number,
): { xs: number[]; ys: number[]; zs: number[] } {
  const flat = (v: Values, name: string): number[] => [...numbers(v, `${fn}: ${name}`).flat];
  const [xs, ys] = [flat(x, 'x'), flat(y, 'y')];
  const zs = typeof z === 'number' ? xs.map(() => z) : flat(z, 'z');
  sameLength(fn, { x: xs.length, y: ys.length, z: zs.length });
  return { xs, ys, zs };
}
