// Polar axes: angles in radians along x, distances from the middle along y, `plt.subplot({projection: 'polar'})`. They
// draw what other axes draw over x: lines, points, bars and areas; Plotly's polar traces are made when they are shown.

import type { TextAtOptions } from './annotations.js';
import type { Drawn } from './artists.js';
import { Text, withArtists } from './artists.js';
import { Axes } from './axes.js';
import { cssColor } from './colors.js';
import type { Domain, Loose } from './frame.js';
import type { Named } from './options.js';
import type { ColorSpec, Trace } from './series.js';
import { spell } from './spellings.js';
import { type One, one, sameLength, type Values, vector } from './values.js';

const DEGREES = 180 / Math.PI;
const COMPASS: Record<string, number> = { E: 0, NE: 45, N: 90, NW: 135, W: 180, SW: 225, S: 270, SE: 315 };

/** Axes of angles and distances. */
export class PolarAxes extends Axes {
  private get polarName(): string {
    return this.place === 1 ? 'polar' : `polar${this.place}`;
  }

  private get polar(): Loose {
    const layout = this.canvas.layout as Loose;
    const whole: Domain = { x: [0, 1], y: [0, 1] };
    layout[this.polarName] ??= {
      domain: { x: (this.domain ?? whole).x, y: below((this.domain ?? whole).y) },
      barmode: 'overlay',
      bargap: 0,
      angularaxis: { dtick: 45, rotation: 0, direction: 'counterclockwise' },
      radialaxis: { angle: 22.5, tickangle: 0, nticks: 6, rangemode: 'tozero' },
    };
    return layout[this.polarName] as Loose;
  }

  /** Begins the polar part of the layout. */
  begin(): this {
    this.polar;
    return this;
  }

  protected override axisLayout(which: 'x' | 'y'): Loose {
    return this.polar[which === 'x' ? 'angularaxis' : 'radialaxis'] as Loose;
  }

  /** Takes away what is drawn on these axes. */
  override cla(): this {
    const own = new Set(this.own());
    const kept = this.canvas.data.filter((trace) => !own.has(trace));
    this.canvas.data.splice(0, this.canvas.data.length, ...kept);
    delete (this.canvas.layout as Loose)[this.polarName];
    this.spot.cycle = 0;
    return this.begin();
  }

  protected override own(): Trace[] {
    return this.canvas.data.filter((t) => t.subplot === this.polarName);
  }

  protected override titlePlace(): Loose {
    const { x, y } = this.domain ?? { x: [0, 1], y: [0, 1] };
    return { xref: 'paper', yref: 'paper', x: (x[0] + x[1]) / 2, y: y[1] };
  }

  protected override add(trace: Trace): this {
    const { type = 'scatter' } = trace;
    if (!['scatter', 'scattergl', 'bar'].includes(type))
      throw new TypeError(
        `polar: polar axes draw lines, points, bars and areas, and no ${type}; draw it on axes without a projection`,
      );
    trace.subplot = this.polarName;
    this.canvas.data.push(trace);
    return this;
  }

  override setFacecolor(color: ColorSpec): this {
    this.polar.bgcolor = cssColor(color, 'set_facecolor');
    return this;
  }

  /** Texts stand at an angle and a distance. */
  override text(x: One, y: One, text: string, options: Named<TextAtOptions> = {}): Drawn<this, Text> {
    const { color, fontsize, size } = options as Loose;
    const trace: Trace = {
      type: 'scatter',
      mode: 'text',
      x: [one(x, 'text: x')],
      y: [one(y, 'text: y')],
      text: String(text),
      textfont: {
        ...(color === undefined ? {} : { color: cssColor(color as string, 'text') }),
        size: (fontsize ?? size ?? 12) as number,
      },
      showlegend: false,
      hoverinfo: 'skip',
    } as Trace;
    this.add(trace);
    return withArtists(this, new Text(this.host(), [trace as Loose]));
  }

  /** Which way angle 0 points: 'N', 'E', 'NW'... */
  setThetaZeroLocation(where: 'N' | 'NW' | 'W' | 'SW' | 'S' | 'SE' | 'E' | 'NE', offset = 0): void {
    if (COMPASS[where] === undefined)
      throw new RangeError(
        `set_theta_zero_location: takes one of ${Object.keys(COMPASS).join(', ')}, got '${where}'`,
      );
    this.axisLayout('x').rotation = COMPASS[where] + offset;
  }

  /** Angles grow counter-clockwise (1) or clockwise (-1). */
  setThetaDirection(direction: 1 | -1 | 'clockwise' | 'counterclockwise' | 'anticlockwise'): void {
    const clockwise = direction === -1 || direction === 'clockwise';
    this.axisLayout('x').direction = clockwise ? 'clockwise' : 'counterclockwise';
  }

  /** Where angle 0 points, in radians. */
  setThetaOffset(offset: number): void {
    this.axisLayout('x').rotation = offset * DEGREES;
  }

  /** Lines at angles in degrees, with texts of one's own. */
  setThetagrids(angles: Values, labels?: readonly string[]): void {
    const tickvals = vector(angles, 'set_thetagrids');
    if (labels) sameLength('set_thetagrids', { angles: tickvals.length, labels: labels.length });
    const axis = this.axisLayout('x');
    delete axis.dtick;
    Object.assign(axis, { tickmode: 'array', tickvals, ...(labels ? { ticktext: [...labels] } : {}) });
  }

  /** Angles of the ticks in radians. */
  override xticks(...args: any[]): this {
    const [at, labels] = args;
    this.setThetagrids(
      vector(at, 'xticks').map((v) => v * DEGREES),
      labels as string[] | undefined,
    );
    return this;
  }

  /** Circles at distances. */
  setRticks(distances: Values): void {
    this.yticks(distances);
  }

  setRmax(most: number): void {
    this.setRlim((this.axisLayout('y').range as number[] | undefined)?.[0] ?? 0, most);
  }

  setRmin(least: number): void {
    this.setRlim(least, (this.axisLayout('y').range as number[] | undefined)?.[1] ?? this.spot.bounds.y[1]);
  }

  setRlim(least: number, most: number): void {
    this.ylim(least, most);
  }

  /** The angle, in degrees, along which the distances are written. */
  setRlabelPosition(angle: number): void {
    this.axisLayout('y').angle = angle;
  }

  /** The sector that is shown, in degrees. */
  setThetamin(least: number): void {
    this.polar.sector = [least, (this.polar.sector as number[] | undefined)?.[1] ?? 360];
  }

  setThetamax(most: number): void {
    this.polar.sector = [(this.polar.sector as number[] | undefined)?.[0] ?? 0, most];
  }

  declare set_theta_zero_location: this['setThetaZeroLocation'];
  declare set_theta_direction: this['setThetaDirection'];
  declare set_theta_offset: this['setThetaOffset'];
  declare set_thetagrids: this['setThetagrids'];
  declare set_rticks: this['setRticks'];
  declare set_rmax: this['setRmax'];
  declare set_rmin: this['setRmin'];
  declare set_rlim: this['setRlim'];
  declare set_rlabel_position: this['setRlabelPosition'];
  declare set_thetamin: this['setThetamin'];
  declare set_thetamax: this['setThetamax'];
}

spell(PolarAxes.prototype, {
  set_theta_zero_location: 'setThetaZeroLocation',
  set_theta_direction: 'setThetaDirection',
  set_theta_offset: 'setThetaOffset',
  set_thetagrids: 'setThetagrids',
  set_rticks: 'setRticks',
  set_rmax: 'setRmax',
  set_rmin: 'setRmin',
  set_rlim: 'setRlim',
  set_rlabel_position: 'setRlabelPosition',
  set_thetamin: 'setThetamin',
  set_thetamax: 'setThetamax',
} as const satisfies { [name: string]: keyof PolarAxes });

/** Room for the angles' texts above the circle. */
const below = ([bottom, top]: [number, number]): [number, number] => [
  bottom + 0.05 * (top - bottom),
  top - 0.08 * (top - bottom),
];

/** A trace of polar axes as Plotly has it; others stay as they are. */
export function polarTrace(trace: Trace): Trace {
  if (trace.subplot === undefined || trace.theta !== undefined) return trace;
  const { type, x, y, xaxis: _x, yaxis: _y, hovertemplate, ...rest } = trace;
  const hover = typeof hovertemplate === 'string' ? hovertemplate : undefined;
  const line = rest.line as Loose | undefined;
  return {
    ...rest,
    type: type === 'bar' ? 'barpolar' : 'scatterpolar',
    theta: x,
    r: y,
    thetaunit: 'radians',
    ...(line?.shape === undefined ? {} : { line: { ...line, shape: 'linear' } }),
    ...(rest.fill === 'tozeroy' ? { fill: 'toself' } : {}),
    ...(hover === undefined
      ? {}
      : {
          hovertemplate: hover
            .replace(/^x %\{x/, 'θ %{theta')
            .replace(/\by %\{y/, 'r %{r')
            .replace(/%\{x/g, '%{theta')
            .replace(/%\{y/g, '%{r'),
        }),
  } as Trace;
}
