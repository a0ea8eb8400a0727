// The code that a chart brings to a page, run in a page of our own: RequireJS guard, charts that wait for the library,
// what is said when it is missing; and which outputs carry the library.
import { createContext, runInContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { chartHtml, libraryHtml, mustCarry, type RunningCell } from '../../src/plot/html.js';
import * as plot from '../../src/plot/index.js';
import { json, mime } from './json.js';

const LIBRARY = /page\.inflate\('[A-Za-z0-9+/=]{1000000,}'\)/;
/** Stands for plotly.js, in its wrapper: registers where a module system shows itself, else on window. */
const FAKE = `(function (root, factory) {
  if (typeof define === 'function' && define.amd) define([], factory);
  else if (typeof module === 'object' && module.exports) module.exports = factory();
  else root.Plotly = factory();
})(this, function () { return { newPlot: function (box, data) { drawn.push([box.id, data[0].y.length]); return Promise.resolve(); } }; });`;

/** A page with a few elements, on which the scripts of HTML outputs run in turn, as notebooks run them. */
function makePage(globals: Record<string, unknown> = {}) {
  const drawn: [string, number][] = [];
  const boxes = new Map<
    string,
    { id: string; textContent: string; style: object; firstElementChild: { textContent: string } }
  >();
  const errors: unknown[] = [];
  const window: Record<string, unknown> = {
    drawn,
    atob,
    Blob,
    Response,
    DecompressionStream,
    Promise,
    setTimeout,
    clearTimeout,
    console: { error: (...args: unknown[]) => errors.push(args) },
    document: {
      getElementById: (id: string) => boxes.get(id) ?? null,
      createElement: () => ({ textContent: '', remove() {} }),
      head: {
        appendChild(script: { textContent: string }) {
          runInContext(script.textContent, context);
          return script;
        },
      },
    },
    ...globals,
  };
  window.window = window;
  const context = createContext(window);
  return {
    drawn,
    errors,
    window,
    show(html: string) {
      const id = /<div id="([^"]+)"/.exec(html)?.[1];
      const note = { textContent: 'waiting' };
      const box = { id: id ?? '', textContent: '', style: {}, firstElementChild: note };
      if (id) boxes.set(id, box);
      const small = html.replace(LIBRARY, `page.inflate('${gzipSync(FAKE).toString('base64')}')`);
      for (const [, code] of small.matchAll(/<script>([\s\S]*?)<\/script>/g)) runInContext(code, context);
      return { note, box };
    },
  };
}

const chart = (points: number, withLibrary: boolean): string =>
  chartHtml(
    json(plot.plot(Array.from({ length: points }, (_, i) => i * 1.37))) as never,
    'text',
    withLibrary,
  );
const soon = () => new Promise((resolve) => setTimeout(resolve, 50));
/** Waits until so many charts are drawn: decompression takes its time on a busy machine. */
const drawings = (page: { drawn: unknown[] }, count: number) =>
  vi.waitFor(() => expect(page.drawn).toHaveLength(count), { timeout: 30_000, interval: 10 });

describe('a chart on a page', () => {
  it('draws, with the library that it carries', async () => {
    const page = makePage();
    page.show(chart(3, true));
    await drawings(page, 1);
    expect(page.drawn.map(([, n]) => n)).toEqual([3]);
  });

  it('draws on a RequireJS page and does not register as a module there', async () => {
    const define = Object.assign(vi.fn(), { amd: {} });
    const page = makePage({ define, module: { exports: {} }, exports: {} });
    page.show(chart(3, true));
    await drawings(page, 1);
    expect(define).not.toHaveBeenCalled();
    expect(page.drawn).toHaveLength(1);
  });

  it('waits for the library of another output, before or after it', async () => {
    const page = makePage();
    page.show(chart(2, false));
    await soon();
    expect(page.drawn).toHaveLength(0);
    page.show(chart(3, true));
    page.show(chart(4, false));
    await drawings(page, 3);
    expect(page.drawn.map(([, n]) => n).sort()).toEqual([2, 3, 4]);
  });

  it('loads the library once', async () => {
    const page = makePage();
    page.show(chart(2, true));
    await drawings(page, 1);
    const first = (page.window.gradlabCharts as { plotly: unknown }).plotly;
    page.show(chart(2, true));
    page.show(libraryHtml());
    await drawings(page, 2);
    await soon();
    expect((page.window.gradlabCharts as { plotly: unknown }).plotly).toBe(first);
    expect(page.drawn).toHaveLength(2);
  });

  it('leaves another plotly.js of the page where it was', async () => {
    const other = { newPlot: vi.fn() };
    const page = makePage({ Plotly: other });
    page.show(chart(2, true));
    await drawings(page, 1);
    expect(page.window.Plotly).toBe(other);
    expect(page.drawn).toHaveLength(1);
  });

  it('carries large figures compressed, and they draw the same', async () => {
    const html = chart(5000, false);
    expect(html.length).toBeLessThan(50_000);
    const page = makePage();
    page.show(html);
    page.show(libraryHtml());
    await drawings(page, 1);
    expect(page.drawn.map(([, n]) => n)).toEqual([5000]);
  });

  it('says after a while what to do when the library is missing, and still draws when it comes', async () => {
    vi.useFakeTimers();
    const page = makePage({ setTimeout, clearTimeout });
    const { note } = page.show(chart(2, false));
    vi.advanceTimersByTime(3500);
    vi.useRealTimers();
    expect(note.textContent).toContain('Run a cell with plot.embedLibrary()');
    page.show(libraryHtml());
    await drawings(page, 1);
    expect(page.drawn).toHaveLength(1);
  });

  it('cannot be broken out of by a title', () => {
    const html = chartHtml(
      json(plot.plot([1], { title: '</script><script>alert(1)' })) as never,
      '<b>',
      false,
    );
    expect(html.match(/<\/script>/g)).toHaveLength(1);
    expect(html).toContain('&lt;b&gt;');
  });
});

describe('who carries the library', () => {
  const cell = (serial: number, code: string, more: Partial<RunningCell> = {}): RunningCell => ({
    serial,
    code,
    cleared: 0,
    ...more,
  });
  const first = cell(3, 'plot.scatter(x, y, {title: "one"})');

  it.each<[string, RunningCell | undefined, boolean]>([
    ['another chart of the same run', cell(3, first.code), false],
    ['the same run after it cleared its output', cell(3, first.code, { cleared: 1 }), true],
    ['the same cell again', cell(4, first.code), true],
    ['the same cell again, edited', cell(4, 'plot.scatter(x, y, {title: "another"})'), true],
    ['a different cell', cell(4, 'const loss = train(1000); plot.plot(loss)'), false],
    ['a program without cells', undefined, false],
  ])('%s: %#', (_, now, carries) => {
    expect(mustCarry(first, now)).toBe(carries);
  });

  it('goes by displays: an output that is replaced takes what it carried along, others do not', () => {
    const replaced = new Set<string>();
    const shown = cell(3, 'display(chart)', { display: 'a', replaced });
    expect(mustCarry(shown, cell(3, shown.code, { display: 'b', replaced }))).toBe(false);
    expect(mustCarry(shown, cell(3, shown.code, { display: 'a', replaced }))).toBe(true);
    replaced.add('a');
    expect(mustCarry(shown, cell(8, 'another', { replaced }))).toBe(true);
  });

  it('goes by the cell id where the front end tells one', () => {
    const named = { ...first, cellId: 'a' };
    expect(mustCarry(named, cell(9, 'entirely different', { cellId: 'a' }))).toBe(true);
    expect(mustCarry(named, cell(9, named.code, { cellId: 'b' }))).toBe(false);
  });

  describe('in a session', () => {
    const key = Symbol.for('gradlab.cell');
    const globals = globalThis as unknown as Record<symbol, RunningCell | undefined>;
    const hasLibrary = (shown: object): boolean => LIBRARY.test(mime(shown)['text/html']);
    beforeEach(() => vi.resetModules());
    afterEach(() => {
      globals[key] = undefined;
    });

    it('the first chart does, later ones do not, the first cell run again does', async () => {
      const fresh = await import('../../src/plot/index.js');
      const draw = (serial: number, code: string): boolean => {
        globals[key] = cell(serial, code);
        return hasLibrary(fresh.plot([1]));
      };
      expect([
        draw(1, 'plot.plot([1])'),
        draw(1, 'plot.plot([1])'),
        draw(2, 'const a = 1; plot.hist(a)'),
        draw(3, 'plot.plot([12])'),
      ]).toEqual([true, false, false, true]);
    });

    it('embedLibrary() carries it whenever asked', async () => {
      const fresh = await import('../../src/plot/index.js');
      expect(hasLibrary(fresh.plot([1]))).toBe(true);
      expect(hasLibrary(fresh.plot([1]))).toBe(false);
      expect(hasLibrary(fresh.embedLibrary())).toBe(true);
    });
  });
});
