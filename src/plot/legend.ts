// Legends: which entries they have, and where they stand. 'best' is the corner with the fewest points.

import type { Artist } from './artists.js';
import { type FontSize, fontSize } from './font.js';
import type { Domain, Loose } from './frame.js';
import { type Named, type Names, read } from './options.js';
import type { Trace } from './series.js';
import { isOptions } from './values.js';

/** matplotlib's places, in the order of its numbers 0 to 10. */
const PLACES = [
  'best',
  'upper right',
  'upper left',
  'lower left',
  'lower right',
  'right',
  'center left',
  'center right',
  'lower center',
  'upper center',
  'center',
  'outside',
] as const;
export type LegendPlace = (typeof PLACES)[number];

export interface LegendOptions {
  /** A place by its name, or matplotlib's number of it. */
  loc?: LegendPlace | number;
  labels?: readonly string[];
  title?: string;
  fontsize?: FontSize;
  /** More than one: the entries stand side by side. */
  ncol?: number;
  ncols?: number;
  frameon?: boolean;
  /** What stands in the legend, in this order. */
  handles?: readonly Artist[];
  /** The legend's corner at this place of the axes, in shares of them. */
  bbox_to_anchor?: readonly number[];
  /** How it looks: taken, and left to the chart. */
  shadow?: boolean;
  fancybox?: boolean;
  framealpha?: number;
  markerscale?: number;
  numpoints?: number;
  scatterpoints?: number;
  borderaxespad?: number;
  handlelength?: number;
  columnspacing?: number;
  labelspacing?: number;
  edgecolor?: unknown;
}
const LEGEND: Names<LegendOptions> = {
  loc: 1,
  labels: 1,
  title: 1,
  fontsize: 1,
  ncol: 1,
  ncols: 1,
  frameon: 1,
  handles: 1,
  bbox_to_anchor: 1,
  shadow: 1,
  fancybox: 1,
  framealpha: 1,
  markerscale: 1,
  numpoints: 1,
  scatterpoints: 1,
  borderaxespad: 1,
  handlelength: 1,
  columnspacing: 1,
  labelspacing: 1,
  edgecolor: 1,
};

/** Gives traces their names and lets those that have one appear. */
export function legendEntries(
  traces: readonly Trace[],
  first: true | LegendPlace | LegendOptions | readonly string[] | readonly Artist[],
  second: LegendOptions | readonly string[] = {},
  last?: LegendOptions,
): LegendOptions {
  const more: Named<LegendOptions> = { ...last, ...(isOptions(second) ? second : {}) };
  if (Array.isArray(first) && typeof first[0] === 'object') return handlesOnly(traces, first, second, more);
  const given: Named<LegendOptions> = Array.isArray(first)
    ? { ...more, labels: first as readonly string[] }
    : isOptions(first)
      ? first
      : { ...more, ...(first === true ? {} : { loc: first as LegendPlace }) };
  const options = read<LegendOptions>('legend', given, LEGEND);
  if (options.handles !== undefined)
    return handlesOnly(traces, options.handles, options.labels ?? {}, { ...given, handles: undefined });
  if (options.labels !== undefined) {
    // Traces without points of their own, such as those that carry hover texts, have no entry.
    const drawn = traces.filter((t) => (t.marker as Loose | undefined)?.opacity !== 0 && t.type !== 'image');
    options.labels.forEach((label, i) => {
      if (drawn[i] !== undefined) drawn[i].name = String(label);
    });
  }
  for (const trace of traces) trace.showlegend = trace.name !== undefined && !trace.name.startsWith('_');
  return options;
}

/** Only the artists that are listed appear, under their own names or those given. */
function handlesOnly(
  traces: readonly Trace[],
  handles: readonly Artist[],
  names: LegendOptions | readonly string[],
  given: Named<LegendOptions>,
): LegendOptions {
  const options = read<LegendOptions>('legend', given, LEGEND);
  const labels = Array.isArray(names) ? (names as readonly string[]) : options.labels;
  for (const trace of traces) trace.showlegend = false;
  handles.forEach((handle, i) => {
    handle.set_label(labels?.[i] ?? handle.get_label());
  });
  return options;
}

/** Where a legend stands and how it looks, as Plotly has it. */
export function legendLayout(
  traces: readonly Trace[],
  options: LegendOptions,
  domain: Domain | null,
  bounds: { x: readonly number[]; y: readonly number[] },
): Loose {
  const { loc = 'best', title, fontsize, ncols, ncol = ncols, frameon, bbox_to_anchor: anchor } = options;
  const named = typeof loc === 'number' ? PLACES[loc] : loc;
  if (named === undefined || !PLACES.includes(named))
    throw new RangeError(`legend: there is no place '${loc}'. Known are ${PLACES.join(', ')}`);
  const look: Loose = {
    ...(title === undefined ? {} : { title: { text: title } }),
    ...(fontsize === undefined ? {} : { font: { size: fontSize(fontsize, 'legend') } }),
    ...(ncol !== undefined && ncol > 1 ? { orientation: 'h' } : {}),
    ...(frameon === false ? { borderwidth: 0, bgcolor: 'rgba(0, 0, 0, 0)' } : {}),
  };
  if (named === 'outside') return look;
  const place = named === 'best' ? emptiest(traces, bounds) : named;
  const vertical = place.startsWith('upper') ? 1 : place.startsWith('lower') ? 0 : 0.5;
  const horizontal = place.endsWith('left') ? 0 : place.endsWith('right') ? 1 : 0.5;
  if (anchor !== undefined && place !== 'outside') {
    const spot = (span: readonly number[], f: number): number => span[0] + f * (span[1] - span[0]);
    return {
      x: spot(domain?.x ?? [0, 1], anchor[0]),
      y: spot(domain?.y ?? [0, 1], anchor[1]),
      xanchor: horizontal === 0 ? 'left' : horizontal === 1 ? 'right' : 'center',
      yanchor: vertical === 0 ? 'bottom' : vertical === 1 ? 'top' : 'middle',
      ...look,
    };
  }
  const inside = (span: readonly number[], f: number): number =>
    span[0] + (0.015 + f * 0.97) * (span[1] - span[0]);
  return {
    x: inside(domain?.x ?? [0, 1], horizontal),
    y: inside(domain?.y ?? [0, 1], vertical),
    xanchor: horizontal === 0 ? 'left' : horizontal === 1 ? 'right' : 'center',
    yanchor: vertical === 0 ? 'bottom' : vertical === 1 ? 'top' : 'middle',
    ...look,
  };
}

/** The place with the fewest points; of equals, the first in matplotlib's order. */
function emptiest(
  traces: readonly Trace[],
  bounds: { x: readonly number[]; y: readonly number[] },
): LegendPlace {
  const corners = ['upper right', 'upper left', 'lower left', 'lower right'] as const;
  const points: [number, number][] = [];
  for (const trace of traces) {
    const [x, y] = [trace.x, trace.y] as unknown[][];
    if (!Array.isArray(x) || !Array.isArray(y)) continue;
    const step = Math.max(1, Math.floor(x.length / 500));
    for (let i = 0; i < x.length; i += step) {
      const at = [x[i], y[i]].map((v, axis) => {
        const [low, high] = axis === 0 ? bounds.x : bounds.y;
        return (Number(v) - low) / (high - low);
      });
      if (at.every(Number.isFinite)) points.push(at as [number, number]);
    }
  }
  let best: LegendPlace = 'upper right';
  let fewest = Infinity;
  for (const corner of corners) {
    const count = points.filter(
      ([x, y]) =>
        (corner.endsWith('left') ? x < 0.35 : x > 0.65) && (corner.startsWith('upper') ? y > 0.65 : y < 0.35),
    ).length;
    if (count < fewest) {
      fewest = count;
      best = corner;
    }
  }
  return best;
}
