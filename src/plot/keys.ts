// What explains colours and lines: legends and colour bars, beside the axes whose they are or where they are told.

import { type Artist, Colorbar, type Drawn, original, SCALED, withArtists } from './artists.js';
import { Coordinates } from './coordinates.js';
import type { Loose } from './frame.js';
import { type LegendOptions, type LegendPlace, legendEntries, legendLayout } from './legend.js';
import { type Names, read } from './options.js';
import { isOptions, type One, one, type Values } from './values.js';

export interface ColorbarOptions {
  /** Title of the bar. */
  label?: string;
  ticks?: Values;
  /** Length of the bar as a share of the axes'. */
  shrink?: number;
  orientation?: 'vertical' | 'horizontal';
  /** How wide the bar is and how far away: taken, and left to the chart. */
  fraction?: number;
  pad?: number;
  aspect?: number;
  /** The axes that the bar stands beside: those of what it explains, unless told; a list stands for all of them. */
  ax?: object;
  /** Axes of its own for the bar: it takes their place. */
  cax?: object;
  location?: 'right' | 'bottom';
  /** How the numbers are written: '%.2f'. */
  format?: string;
  /** What lies beyond the ends of the scale: taken, and left to the chart. */
  extend?: 'neither' | 'both' | 'min' | 'max';
}
const COLORBAR: Names<ColorbarOptions> = {
  label: 1,
  ticks: 1,
  shrink: 1,
  orientation: 1,
  fraction: 1,
  pad: 1,
  aspect: 1,
  ax: 1,
  cax: 1,
  location: 1,
  format: 1,
  extend: 1,
};

export abstract class Keyed extends Coordinates {
  /**
   * Shows the legend: `legend()`, `legend(['a', 'b'])` with names for what was drawn, `legend({ loc: 'upper left' })`.
   * It stands where the fewest points are, at one of matplotlib's places, or 'outside'; `legend(false)` hides it.
   * @see matplotlib.pyplot.legend
   */
  legend(show?: boolean | LegendPlace): this;
  legend(options: LegendOptions): this;
  legend(labels: readonly string[], options?: LegendOptions): this;
  legend(handles: readonly Artist[], labels?: readonly string[], options?: LegendOptions): this;
  legend(
    first: boolean | LegendPlace | LegendOptions | readonly string[] | readonly Artist[] = true,
    more?: LegendOptions | readonly string[],
    last?: LegendOptions,
  ): this {
    const key = this.place === 1 ? 'legend' : `legend${this.place}`;
    const traces = this.own();
    const named = (s: Loose): boolean => s.name !== undefined && !String(s.name).startsWith('paper ');
    const rules = this.layoutList<Loose>('shapes').filter((s) => named(s) && this.holds(s));
    if (first === false) {
      for (const entry of [...traces, ...rules]) entry.showlegend = false;
      return this;
    }
    const options = legendEntries(traces, first, more, last);
    for (const rule of rules) rule.showlegend = true;
    if (this.place > 1) for (const entry of [...traces, ...rules]) entry.legend = key;
    (this.canvas.layout as Loose)[key] = legendLayout(traces, options, this.domain, this.spot.bounds);
    return this;
  }

  protected override showLegend(how: boolean | LegendPlace): void {
    this.legend(how);
  }

  /**
   * Shows the colour bar of what was drawn last with a colour scale. Points of classes have none: their legend is shown.
   * @see matplotlib.pyplot.colorbar
   */
  colorbar(of?: Artist | string | ColorbarOptions, more: ColorbarOptions = {}): Drawn<this, Colorbar> {
    const given = typeof of === 'string' ? { ...more, label: of } : isOptions(of) ? of : more;
    const o = read<ColorbarOptions>('colorbar', given, COLORBAR);
    const artist = typeof of === 'object' && !isOptions(of) ? (of as Artist) : undefined;
    const beside = barAxes(o);
    const on = (beside[0] ?? this) as Keyed;
    const scaled = artist?.[SCALED]?.() ?? on.lastScaled();
    if (scaled === undefined && on.spot.classGroups.length > 0) {
      on.legend();
      return withArtists(this, new Colorbar({}));
    }
    const shown = scaled ?? on.scaled('colorbar');
    shown.showscale = true;
    const bar = { ...(shown.colorbar as Loose | undefined) };
    shown.colorbar = bar;
    const drawn = new Colorbar(bar);
    if (o.label !== undefined) drawn.set_label(o.label);
    if (o.ticks !== undefined) drawn.set_ticks(o.ticks);
    if (o.format !== undefined) bar.tickformat = o.format.replace(/^%|[{}]|^\w*:/g, '').replace(/d$/, '.0f');
    const places = beside.flatMap((axes) => axes.domain ?? []);
    if (places.length > 0 && (beside.length > 1 || o.cax !== undefined)) {
      const [bottom, top] = [Math.min(...places.map((p) => p.y[0])), Math.max(...places.map((p) => p.y[1]))];
      const edge = o.cax === undefined ? Math.max(...places.map((p) => p.x[1])) + 0.01 : places[0].x[0];
      Object.assign(bar, { x: edge, xanchor: 'left', xpad: 0, y: (bottom + top) / 2, len: top - bottom });
    }
    if (o.cax !== undefined) on.axis('off');
    if (o.shrink !== undefined) bar.len = ((bar.len as number | undefined) ?? 1) * o.shrink;
    if (o.orientation === 'horizontal' || o.location === 'bottom') {
      const { x, y } = on.domain ?? { x: [0, 1], y: [0, 1] };
      Object.assign(bar, {
        orientation: 'h',
        x: (x[0] + x[1]) / 2,
        xanchor: 'center',
        y: y[0],
        yanchor: 'top',
        ypad: 34,
        len: (x[1] - x[0]) * (o.shrink ?? 1),
      });
    }
    return withArtists(this, drawn);
  }

  /**
   * The values at the two ends of the colour scale of what was drawn last.
   * @see matplotlib.pyplot.clim
   */
  clim(low: One, high: One): this {
    const scaled = this.scaled('clim');
    const [a, b] = [one(low, 'clim: vmin'), one(high, 'clim: vmax')];
    if (scaled.type === undefined || scaled.type === 'surface') Object.assign(scaled, { cmin: a, cmax: b });
    else Object.assign(scaled, { zmin: a, zmax: b });
    return this;
  }

  /** The part of the last trace with a colour scale that holds it: the trace, or its markers. */
  private lastScaled(): Loose | undefined {
    const markerOf = (t: Loose): Loose | undefined => t.marker as Loose | undefined;
    const last = this.own().findLast(
      (t) => t.colorscale !== undefined || markerOf(t)?.colorscale !== undefined,
    );
    return last && (last.colorscale !== undefined ? last : markerOf(last));
  }

  private scaled(fn: string): Loose {
    const scaled = this.lastScaled();
    if (scaled) return scaled;
    throw new Error(
      `${fn}: nothing with a colour scale is drawn here. Draw a heatmap, contourf or scatter({c: numbers}) first`,
    );
  }
}

/** The axes that a colour bar stands beside, or in. */
function barAxes({ ax, cax }: ColorbarOptions): Keyed[] {
  const axes = original(cax ?? ax);
  if (axes === undefined) return [];
  return ((axes as { ravel?: () => Keyed[] }).ravel?.() ?? [axes].flat()).map(original) as Keyed[];
}
