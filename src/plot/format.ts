// matplotlib's format strings ('ob-', 'r--', 'C1^:') and marker and line codes, as Plotly's words; numbers written by
// Python's formats.

import type { Dash, PlotData } from 'plotly.js';
import { sprintf } from '../numpy/format.js';
import { cssColor } from './colors.js';
import type { ArrayObject } from './values.js';

const MARKERS: Record<string, string> = {
  o: 'circle',
  '.': 'circle',
  ',': 'circle',
  s: 'square',
  '^': 'triangle-up',
  v: 'triangle-down',
  '<': 'triangle-left',
  '>': 'triangle-right',
  D: 'diamond',
  d: 'diamond-tall',
  p: 'pentagon',
  h: 'hexagon',
  '*': 'star',
  '+': 'cross-thin-open',
  x: 'x-thin-open',
  X: 'x',
  P: 'cross',
  '|': 'line-ns-open',
  _: 'line-ew-open',
};
const MARKER_SIZES: Record<string, number> = { '.': 5, ',': 2, '*': 11, x: 8, '+': 9 };

const DASHES: Record<string, Dash> = {
  '-': 'solid',
  '--': 'dash',
  '-.': 'dashdot',
  ':': 'dot',
  solid: 'solid',
  dashed: 'dash',
  dashdot: 'dashdot',
  dotted: 'dot',
};

export interface LineFormat {
  color?: string;
  marker?: string;
  linestyle?: string;
}

/**
 * Takes a format string apart: a colour, a marker and a line style, each at most once, in any order.
 * @throws RangeError that shows the part it cannot read
 */
export function parseFormat(format: string, fn: string): LineFormat {
  const out: LineFormat = {};
  let rest = format;
  const take = (key: keyof LineFormat, value: string): void => {
    if (out[key] !== undefined) {
      throw new RangeError(`${fn}: the format '${format}' has two ${key}s, '${out[key]}' and '${value}'`);
    }
    out[key] = value;
    rest = rest.slice(value.length);
  };
  while (rest.length > 0) {
    const line = /^(--|-\.|-|:)/.exec(rest);
    const cycle = /^C\d/.exec(rest);
    if (line) take('linestyle', line[0]);
    else if (cycle) take('color', cycle[0]);
    else if ('bgrcmykw'.includes(rest[0])) take('color', rest[0]);
    else if (MARKERS[rest[0]]) take('marker', rest[0]);
    else {
      throw new RangeError(
        `${fn}: cannot read '${rest}' in the format '${format}'. ` +
          "A format is a colour (b g r c m y k w, C0-C9), a marker (o . s ^ v * + x D) and a line (- -- -. :), e.g. 'ob-'",
      );
    }
  }
  return out;
}

/** Plotly's symbol for a marker code; a Plotly symbol name passes through. */
export function markerSymbol(marker: string): string {
  return MARKERS[marker] ?? marker;
}

/** Default size of a marker code, in pixels. */
export const markerSize = (marker: string): number => MARKER_SIZES[marker] ?? 7;

/** Plotly's dash for a line style. */
export function dash(linestyle: string, fn: string): Dash {
  const known = DASHES[linestyle];
  if (!known) {
    throw new RangeError(
      `${fn}: there is no line style '${linestyle}'. Known are '-' '--' '-.' ':' and 'none'`,
    );
  }
  return known;
}

/** `mode` of a scatter trace from what is to be drawn. */
export function mode(line: boolean, marker: boolean): PlotData['mode'] {
  return line ? (marker ? 'lines+markers' : 'lines') : 'markers';
}

export const lineColor = (
  color: string | readonly number[] | ArrayObject | undefined,
  fn: string,
): string | undefined => (color === undefined ? undefined : cssColor(color, fn));

/** How numbers are written: '%.1f', '{:.1f}', '{x:,.0f}', '{:.1%}', or a function. */
export type NumberFormat = string | ((value: number) => string);

/** A number written as a format says. */
export function written(value: number, format: NumberFormat): string {
  if (typeof format === 'function') return String(format(value));
  if (!/\{[^{}]*\}/.test(format)) return sprintf(format, value);
  return format.replace(/\{\w*(?::([^{}]*))?\}/g, (_, spec = '') => {
    const [, comma, digits, kind] = /(,?)(\.\d+)?([a-z%]?)$/i.exec(spec) as RegExpExecArray;
    const flags = spec.slice(0, spec.length - comma.length - (digits ?? '').length - kind.length);
    const text =
      kind === '%'
        ? `${sprintf(`%${flags}${digits ?? '.6'}f`, 100 * value)}%`
        : kind === '' && digits === undefined
          ? String(value)
          : sprintf(`%${flags}${digits ?? ''}${kind === '' ? 'g' : kind}`, value);
    return comma === '' ? text : text.replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ',');
  });
}
