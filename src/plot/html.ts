// Charts as HTML: the `text/html` of a chart in a notebook, the page that `save` writes, and the chart library
// itself, which travels in the page (compressed, about 2 MB, no network). A notebook carries it once: the first
// chart of a session has it, later charts wait for it on the page.

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import { escapeHtml } from '../core/html.js';
import type { FigureJSON } from './figure.js';

/** The running cell, as the kernel shows it to libraries under `Symbol.for('gradlab.cell')`. */
export interface RunningCell {
  /** Grows with every run of any cell. */
  serial: number;
  /** The front end's name of the cell, where it tells one (classic Notebook does not). */
  cellId?: string;
  code: string;
  /** How often this run has cleared its output. */
  cleared: number;
  /** The display that is being made, where its output has a name. */
  display?: string;
  /** Displays whose content has been replaced since they carried something. */
  replaced?: Set<string>;
}

const CELL = Symbol.for('gradlab.cell');
const runningCell = (): RunningCell | undefined =>
  (globalThis as unknown as Record<symbol, RunningCell | undefined>)[CELL];

let compressed: string | undefined;

/** plotly.js, gzipped, as base64. */
function library(): string {
  if (compressed === undefined) {
    const path = createRequire(import.meta.url).resolve('plotly.js-dist-min/plotly.min.js');
    compressed = gzipSync(readFileSync(path), { level: 5 }).toString('base64');
  }
  return compressed;
}

// ------------------------------------------------------------------------------------------------ code for the page
// Each chart brings these few lines, whichever of them comes first on the page sets up `window.gradlabCharts`.

const PAGE = `var page = window.gradlabCharts;
if (!page) {
  page = window.gradlabCharts = { plotly: null, loading: false, live: {} };
  page.ready = new Promise(function (give) { page.give = function (plotly) { page.plotly = plotly; give(plotly); }; });
  page.inflate = function (base64) {
    var bytes = Uint8Array.from(atob(base64), function (c) { return c.charCodeAt(0); });
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).text();
  };
}`;

// RequireJS pages (classic Notebook) define a global \`define\`, with which the library would register itself as a
// nameless module and fail: it runs with define, module and exports hidden. Another plotly.js on the page is kept.
const LOAD = `if (!page.loading) {
  page.loading = true;
  page.inflate(LIBRARY).then(function (code) {
    var other = window.Plotly;
    var script = document.createElement('script');
    script.textContent = '(function (define, module, exports) {' + code + '\\n}).call(window);';
    document.head.appendChild(script).remove();
    page.give(window.Plotly);
    if (other) window.Plotly = other;
  }).catch(function (error) { page.loading = false; console.error('gradlab: the chart library did not load:', error); });
}`;

const DRAW = `var tries = 0;
function draw(box) {
  var note = box.firstElementChild;
  var late = setTimeout(function () {
    if (page.plotly || page.loading) return;
    if (window.Plotly && window.Plotly.newPlot) page.give(window.Plotly);
    else { note.textContent = MISSING; box.style.minHeight = ''; }
  }, 3000);
  box.style.minHeight = HEIGHT;
  Promise.all([page.ready, FIGURE]).then(function (both) {
    clearTimeout(late);
    var plotly = both[0], figure = both[1];
    box.textContent = '';
    box.style.minHeight = '';
    // A chart that is wider than its cell shrinks to it.
    if (box.clientWidth && figure.layout.width > box.clientWidth) figure.layout.width = box.clientWidth;
    // The next state of a live chart goes into the chart that is there, which keeps what the reader zoomed.
    var shown = LIVE && page.live[LIVE];
    if (shown) {
      box.replaceWith(shown);
      shown.id = box.id;
      return plotly.react(shown, figure.data, figure.layout, figure.config);
    }
    return plotly.newPlot(box, figure.data, figure.layout, figure.config).then(function () {
      if (figure.frames) plotly.addFrames(box, figure.frames);
      if (LIVE) page.live[LIVE] = box;
    });
  }).catch(function (error) { box.textContent = 'The chart could not be drawn: ' + error; });
}
(function find() {
  var box = document.getElementById(BOX);
  if (box) draw(box);
  else if (tries++ < 200) setTimeout(find, 50);
})();`;

/** A JavaScript literal that is safe inside a script element. */
const literal = (value: unknown): string =>
  JSON.stringify(value)
    .replace(/</g, '\\u003c')
    .replace(/\u2028/g, '\\u2028')
    .replace(/\u2029/g, '\\u2029');

/** The figure as an expression of page code: itself, or compressed where that is worth it. */
function figureExpression(figure: FigureJSON): string {
  const json = literal(figure);
  if (json.length < 20000) return json;
  return `page.inflate('${gzipSync(JSON.stringify(figure)).toString('base64')}').then(JSON.parse)`;
}

const script = (...parts: string[]): string => `<script>(function () {\n${parts.join('\n')}\n})();</script>`;
const loadLibrary = (): string => LOAD.replace('LIBRARY', () => `'${library()}'`);

const MISSING =
  'This chart waits for the chart library, which another cell of the notebook carried. ' +
  'Run a cell with plot.embedLibrary(), or restart the kernel and run all cells.';

/** A chart as a piece of a page, with or without the library. Charts of one `live` name are states of one chart. */
export function chartHtml(figure: FigureJSON, text: string, withLibrary: boolean, live?: string): string {
  const id = `gradlab-chart-${randomUUID().slice(0, 13)}`;
  const { width, height } = figure.layout as { width?: number; height?: number };
  const size =
    `${width ? `width: ${width}px; ` : ''}max-width: 100%; background: #ffffff; ` +
    'color: #59636e; font: 13px sans-serif; overflow-x: auto';
  const values: Record<string, string> = {
    MISSING: literal(MISSING),
    HEIGHT: literal(`${height ?? 420}px`),
    FIGURE: figureExpression(figure),
    BOX: literal(id),
    LIVE: literal(live ?? ''),
  };
  const code = DRAW.replace(/\b(MISSING|HEIGHT|FIGURE|BOX|LIVE)\b/g, (name) => values[name]);
  return (
    `<div id="${id}" class="gradlab-chart" style="${size}"><p style="padding: 12px">${escapeHtml(text)}. ` +
    'To see the chart, trust the notebook or run the cell.</p></div>' +
    script(PAGE, ...(withLibrary ? [loadLibrary()] : []), code)
  );
}

// ------------------------------------------------------------------------------------------ who carries the library

let carrier: RunningCell | undefined;
let carried = false;

/** Whether two texts are versions of one cell: what lies between their common beginning and end is the smaller part. */
function sameCode(a: string, b: string): boolean {
  const shorter = Math.min(a.length, b.length);
  let head = 0;
  while (head < shorter && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < shorter - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  return head + tail > Math.max(a.length, b.length) / 2;
}

/**
 * Whether the output that is made now has to carry the library: no output has it yet, or the output that had it is
 * about to go, because its cell runs again or has cleared its output.
 */
export function mustCarry(last: RunningCell | undefined, now: RunningCell | undefined): boolean {
  if (!last || !now) return false;
  if (last.display !== undefined && (now.display === last.display || now.replaced?.has(last.display)))
    return true;
  if (now.serial === last.serial) return now.cleared > last.cleared;
  if (now.cellId !== undefined && last.cellId !== undefined) return now.cellId === last.cellId;
  return sameCode(now.code, last.code);
}

function carry(): boolean {
  const now = runningCell();
  if (carried && !mustCarry(carrier, now)) return false;
  carried = true;
  carrier = now && { ...now };
  if (now?.display !== undefined) now.replaced?.delete(now.display);
  return true;
}

/** The `text/html` of a chart in a notebook. */
export function chartFragment(figure: FigureJSON, text: string, live?: string): string {
  return chartHtml(figure, text, carry(), live);
}

/** The library as an output of its own, if no output has it: for charts whose own output will be replaced. */
export function libraryOutput(): ReturnType<typeof embedLibrary> | null {
  return carried && !mustCarry(carrier, runningCell()) ? null : embedLibrary();
}

/** Puts the chart library into this cell's output, for a notebook that lost the cell which carried it. */
export function embedLibrary(): { [key: symbol]: () => Record<string, unknown> } {
  return {
    [Symbol.for('Jupyter.display')]: () => {
      const now = runningCell();
      carried = true;
      carrier = now && { ...now };
      if (now?.display !== undefined) now.replaced?.delete(now.display);
      // Where there is no page it is nothing, and says nothing.
      return { 'text/html': libraryHtml(), 'text/plain': '' };
    },
  };
}

/** The library alone, as a piece of a page. */
export const libraryHtml = (): string => script(PAGE, loadLibrary());

/** A self-contained page with one chart. */
export function chartPage(figure: FigureJSON, text: string): string {
  const title = (figure.layout.title as { text?: string } | undefined)?.text?.replace(/<[^>]*>/g, '') ?? text;
  return `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title></head>
<body style="margin: 16px; background: #ffffff">
${chartHtml(figure, text, true)}
</body>
</html>
`;
}
