// Scales that Plotly does not have: symlog, logit, and those of one's own functions. Places are turned into those of a
// plain axis when the figure is shown; its ticks and hover texts tell the values themselves.

import type { Loose } from './frame.js';
import type { Trace } from './series.js';

/** How values become places on a plain axis. */
export interface PlaneScale {
  readonly name: string;
  forward(value: number): number;
  inverse(place: number): number;
  /** Values worth a tick between two values, with their texts. */
  ticks(low: number, high: number): { at: number; text: string }[];
}

export interface ScaleOptions {
  /** Up to here a symlog axis is linear, on both sides of 0. */
  linthresh?: number;
  /** How long the linear part is, in powers of the base. */
  linscale?: number;
  base?: number;
  /** The scale 'function': how values become places, and back. */
  functions?: readonly [forward: (v: number) => number, inverse: (v: number) => number];
  /** What a log axis does with values that are not above 0: they have no place on it. */
  nonpositive?: 'mask' | 'clip';
  subs?: unknown;
}

const power = (exponent: number, base: number): string =>
  exponent === 0 ? '1' : `${base}<sup>${exponent < 0 ? '−' : ''}${Math.abs(exponent)}</sup>`;

/** The scale of a name, or undefined where Plotly has it. */
export function planeScale(fn: string, name: string, o: ScaleOptions): PlaneScale | undefined {
  if (name === 'symlog') return symlog(fn, o);
  if (name === 'logit') return LOGIT;
  if (name !== 'function') return undefined;
  if (o.functions?.length !== 2)
    throw new TypeError(
      `${fn}: 'function' needs two functions: {functions: [(v) => v ** 2, (v) => v ** 0.5]}`,
    );
  const [forward, inverse] = o.functions;
  return {
    name,
    forward,
    inverse,
    ticks: (low, high) => niceTicks(low, high).map((at) => ({ at, text: String(at) })),
  };
}

function symlog(fn: string, { linthresh = 2, linscale = 1, base = 10 }: ScaleOptions): PlaneScale {
  if (!(linthresh > 0 && linscale > 0 && base > 1))
    throw new RangeError(
      `${fn}: symlog needs linthresh and linscale above 0 and a base above 1, got ${linthresh}, ${linscale}, ${base}`,
    );
  const straight = linscale / (1 - 1 / base);
  const log = Math.log(base);
  return {
    name: 'symlog',
    forward: (v) =>
      Math.abs(v) <= linthresh
        ? v * straight
        : Math.sign(v) * linthresh * (straight + Math.log(Math.abs(v) / linthresh) / log),
    inverse: (p) =>
      Math.abs(p) <= linthresh * straight
        ? p / straight
        : Math.sign(p) * linthresh * base ** (Math.abs(p) / linthresh - straight),
    ticks(low, high) {
      const most = Math.floor(Math.log(Math.max(Math.abs(low), Math.abs(high), linthresh)) / log + 1e-9);
      const least = Math.ceil(Math.log(linthresh) / log - 1e-9);
      const step = Math.max(1, Math.ceil((most - least + 1) / 5));
      const powers = Array.from(
        { length: Math.max(0, Math.floor((most - least) / step) + 1) },
        (_, i) => least + i * step,
      );
      const all = [
        ...powers.map((k) => ({ at: -(base ** k), text: `−${power(k, base)}` })).reverse(),
        { at: 0, text: '0' },
        ...powers.map((k) => ({ at: base ** k, text: power(k, base) })),
      ];
      return all.filter(({ at }) => at >= low && at <= high);
    },
  };
}

const LOGIT: PlaneScale = {
  name: 'logit',
  forward: (v) => (v > 0 && v < 1 ? Math.log10(v / (1 - v)) : Number.NaN),
  inverse: (p) => 1 / (1 + 10 ** -p),
  ticks(low, high) {
    const small = [6, 5, 4, 3, 2, 1].map((k) => ({ at: 10 ** -k, text: k === 1 ? '0.1' : power(-k, 10) }));
    const large = [1, 2, 3, 4, 5, 6].map((k) => ({
      at: 1 - 10 ** -k,
      text: k === 1 ? '0.9' : k === 2 ? '0.99' : `1−${power(-k, 10)}`,
    }));
    return [...small, { at: 0.5, text: '½' }, ...large].filter(({ at }) => at >= low && at <= high);
  },
};

/** Round numbers from low to high, about `n` of them. */
export function niceTicks(low: number, high: number, n = 6): number[] {
  if (!(high > low)) return Number.isFinite(low) ? [low] : [];
  const rough = (high - low) / n;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((f) => f * unit).find((s) => s >= rough * 0.999) as number;
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}

type Scales = { x?: PlaneScale; y?: PlaneScale };

/** A trace with its places on plain axes; hover texts tell what the values were. */
export function placed(trace: Trace, scales: Scales): Trace {
  const out: Trace = { ...trace };
  for (const which of ['x', 'y'] as const) {
    const scale = scales[which];
    const values = trace[which] as readonly unknown[] | undefined;
    if (!scale || !Array.isArray(values)) continue;
    const at = (v: unknown): unknown => (typeof v === 'number' ? scale.forward(v) : v);
    out[which] = values.map(at) as Trace['x'];
    const bars = trace[`error_${which}`] as Loose | undefined;
    if (bars) (out as Loose)[`error_${which}`] = placedErrors(bars, values as number[], scale);
    if (trace.type === 'bar' && (trace.orientation === 'h') === (which === 'x')) {
      const base = trace.base as number | number[] | undefined;
      const from = values.map((_, i) => (Array.isArray(base) ? base[i] : (base ?? 0)));
      out.base = from.map(scale.forward) as unknown as Trace['base'];
      out[which] = values.map(
        (v, i) => scale.forward((v as number) + from[i]) - scale.forward(from[i]),
      ) as Trace['x'];
    }
  }
  const [x, y] = [trace.x, trace.y] as unknown as (readonly unknown[] | undefined)[];
  if (Array.isArray(x) && Array.isArray(y) && x.length === y.length) {
    out.customdata = x.map((v, i) => [v, y[i]]) as unknown as Trace['customdata'];
    if (typeof trace.hovertemplate === 'string')
      out.hovertemplate = trace.hovertemplate.replace(
        /%\{([xy])/g,
        (_, which) => `%{customdata[${which === 'x' ? 0 : 1}]`,
      );
  }
  return out;
}

function placedErrors(bars: Loose, values: readonly number[], scale: PlaneScale): Loose {
  const side = (name: string, i: number): number =>
    bars.type === 'constant' ? Number(bars.value) : Number(((bars[name] ?? bars.array) as number[])[i]);
  const reach = (name: string, sign: number): number[] =>
    values.map((v, i) => Math.abs(scale.forward(v + sign * side(name, i)) - scale.forward(v)));
  return {
    ...bars,
    type: 'data',
    symmetric: false,
    array: reach('array', 1),
    arrayminus: reach('arrayminus', -1),
  };
}
