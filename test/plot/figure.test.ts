// Figures: styling, subplots, composition, animation, and how they show and save themselves.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import * as plot from '../../src/plot/index.js';
import { type Any, arrayLike, json, mime } from './json.js';

beforeEach(() => plot.close('all'));

describe('styling', () => {
  it('takes titles, names, limits and scales as options or as calls', () => {
    const byOptions = plot.plot([1, 10, 100], {
      title: 'T',
      xlabel: 'x',
      ylabel: 'y',
      xlim: [0, 2],
      yscale: 'log',
      ylim: [1, 1000],
    });
    const byCalls = plot
      .plot([1, 10, 100])
      .title('T')
      .xlabel('x')
      .ylabel('y')
      .xlim(0, 2)
      .yscale('log')
      .ylim(1, 1000);
    const { layout } = json(byOptions);
    expect(layout).toEqual(json(byCalls).layout);
    expect(layout.title.text).toBe('T');
    expect(layout.xaxis).toMatchObject({ title: { text: 'x' }, range: [0, 2] });
    expect(layout.yaxis).toMatchObject({ type: 'log', range: [0, 3] });
  });

  it('reads log limits as values, whichever is called first', () => {
    expect(json(plot.plot([1]).ylim(1, 100).yscale('log')).layout.yaxis.range).toEqual([0, 2]);
  });

  it('gives equal axes one unit length, and a width that fits the data', () => {
    const { layout } = json(plot.scatter([0, 2], [0, 1]).axis('equal'));
    expect(layout.yaxis.scaleanchor).toBe('x');
    expect(layout.width).toBeGreaterThan(layout.height);
    expect(json(plot.scatter([0, 2], [0, 1])).layout.width).toBeUndefined();
  });

  it('lets what the user sets in the layout win', () => {
    const figure = plot.plot([1]);
    figure.layout.height = 99;
    figure.layout.margin = { l: 1 };
    expect(json(figure).layout).toMatchObject({ height: 99, margin: { l: 1 } });
  });

  it('draws lines across, bands, texts and arrows', () => {
    const { layout } = json(
      plot
        .plot([1])
        .hline(0.5, { color: 'r' })
        .vspan(0, 1)
        .annotate('here', [0, 1], { xytext: [1, 2] })
        .arrow(0, 0, 1, 2),
    );
    expect(layout.shapes).toMatchObject([
      { type: 'line', y0: 0.5, y1: 0.5, xref: 'x domain', line: { color: '#d62728' } },
      { type: 'rect', x0: 0, x1: 1, yref: 'y domain' },
    ]);
    expect(layout.annotations).toMatchObject([
      { text: 'here', x: 0, y: 1, ax: 1, ay: 2, showarrow: true },
      { x: 1, y: 2, ax: 0, ay: 0 },
    ]);
  });

  it('takes arrays of one number, such as a mean, where a number goes', () => {
    const mean = arrayLike([], 'float64', 0.25);
    const { layout } = json(plot.plot([1]).hline(mean).ylim(mean, null).annotate('mean', [0, mean]));
    expect(layout.shapes[0]).toMatchObject({ y0: 0.25, y1: 0.25 });
    expect(layout.yaxis.range).toEqual([0.25, null]);
    expect(layout.annotations[0]).toMatchObject({ x: 0, y: 0.25 });
    expect(() => plot.plot([1]).hline(arrayLike([2], 'float64', [1, 2]))).toThrow(
      'hline: y must be one number, got shape (2,)',
    );
  });

  it('keeps annotations at their values when the axis becomes logarithmic', () => {
    expect(
      json(plot.plot([1, 100]).annotate('a', [0, 100]).yscale('log')).layout.annotations[0],
    ).toMatchObject({ x: 0, y: 2 });
    expect(json(plot.plot([1, 100], { yscale: 'log' }).annotate('a', [0, 100])).layout.annotations[0].y).toBe(
      2,
    );
  });

  it('places the legend inside by matplotlib names', () => {
    expect(json(plot.plot([1], { label: 'a' }).legend('lower left')).layout.legend).toMatchObject({
      xanchor: 'left',
      yanchor: 'bottom',
    });
    expect(json(plot.plot([1], { label: 'a' }).legend(false)).layout.showlegend).toBe(false);
  });

  it('gives a second y axis on the right', () => {
    const figure = plot.plot([1, 2]);
    figure.twinx().plot([100, 200]).ylabel('right');
    const { data, layout } = json(figure);
    expect(data.map((t) => [t.xaxis, t.yaxis])).toEqual([
      [undefined, undefined],
      [undefined, 'y2'],
    ]);
    expect(layout.yaxis2).toMatchObject({ overlaying: 'y', side: 'right', title: { text: 'right' } });
    expect(data[1].line.color).not.toBe(data[0].line.color);
  });

  it.each([
    [() => plot.plot([1]).ylim(0, 1).yscale('log'), 'ylim: a log axis has no place for 0'],
    [() => plot.plot([1]).axis('round' as never), /^axis: takes 'equal', 'off' or 'on', .* got 'round'$/],
    [() => plot.plot([1]).xscale('cube' as never), /^xscale: takes 'linear', 'log', .* got 'cube'$/],
    [() => plot.plot([1]).colorbar(), 'colorbar: nothing with a colour scale is drawn here'],
    [() => plot.figure({ width: -1 }), 'figure: width must be a number of pixels above 0, got -1'],
    [
      () => plot.plot([1]).save('x.png'),
      "save: can write .html (a page) and .json (Plotly's figure), got 'x.png'",
    ],
  ])('explains bad input %#', (call, message) => {
    expect(call).toThrow(message);
  });
});

describe('subplots', () => {
  it('lays axes out row by row, row 0 on top, without overlap', () => {
    const { layout } = json(plot.subplots(2, 2));
    const cells = ['', '2', '3', '4'].map((n) => ({
      x: layout[`xaxis${n}`].domain,
      y: layout[`yaxis${n}`].domain,
    }));
    expect(cells[0].y[0]).toBeGreaterThan(cells[2].y[1]);
    expect(cells[0].x[1]).toBeLessThan(cells[1].x[0]);
    expect(cells[0].y).toEqual(cells[1].y);
  });

  it('draws into the axes at a row and column', () => {
    const figure = plot.subplots(1, 2, { titles: ['left', 'right'], title: 'both' });
    figure.at(0, 0).plot([1]);
    figure.at(0, 1).hist([1, 2], 2).xlabel('value');
    const { data, layout } = json(figure);
    expect(data.map((t) => t.xaxis ?? 'x')).toEqual(['x', 'x2']);
    expect(layout.annotations.map((a: Any) => a.text)).toEqual(['left', 'right']);
    expect(layout.title.text).toBe('both');
    expect(layout.xaxis2.title.text).toBe('value');
  });

  it('shares axes', () => {
    const { layout } = json(plot.subplots(2, 1, { shareX: true }));
    expect(layout.xaxis2.matches).toBe('x');
    expect(layout.xaxis.showticklabels).toBe(false);
  });

  it('puts a surface in place of flat axes, title included', () => {
    const figure = plot.subplots(1, 2, { titles: ['flat', 'deep'] });
    figure.at(0, 1).surface([
      [1, 2],
      [3, 4],
    ]);
    const { layout } = json(figure);
    expect(layout.xaxis2).toBeUndefined();
    expect(layout.scene2.domain.x[1]).toBe(1);
    expect(layout.annotations[1]).toMatchObject({ text: 'deep', xref: 'paper' });
  });

  it.each([
    [
      () => plot.subplots(1, 2).at(1, 0),
      'at: there is no subplot (1, 0) in 1 rows and 2 columns; both count from 0',
    ],
    [
      () => plot.subplots(0, 2),
      'subplots: rows and columns must be whole numbers of at least 1, got 0 and 2',
    ],
    [() => plot.subplots(1, 2, { titles: ['a'] }), 'subplots: 1 x 2 subplots and 1 titles'],
    [() => plot.subplots(1, 9, { wspace: 0.2 }), 'leave no room'],
  ])('explains bad input %#', (call, message) => {
    expect(call).toThrow(message);
  });
});

describe('animate', () => {
  it('has a frame and a slider step per figure', () => {
    const drawn = (y: number[]) => plot.figure().plot(y);
    const figure = drawn([0, 0]).animate([drawn([0, 1]), drawn([0, 2])], { labels: ['a', 'b'] });
    const { frames, layout } = json(figure);
    expect(frames?.map((f) => [f.name, f.data[0].y])).toEqual([
      ['a', [0, 1]],
      ['b', [0, 2]],
    ]);
    expect(layout.sliders[0].steps.map((s: Any) => s.label)).toEqual(['a', 'b']);
  });

  it('wants the same traces in each frame', () => {
    const drawn = (y: number[]) => plot.figure().plot(y);
    expect(() => drawn([0]).animate([drawn([1]), drawn([1]).plot([2])])).toThrow(
      'animate: frame 1 has 2 traces and the figure 1',
    );
    expect(() => plot.plot([0]).animate([plot.plot([1]), plot.plot([2])])).toThrow(
      'animate: frame 0 is the figure itself; begin each with a figure of its own: plot.figure().plot(x, y)',
    );
  });
});

describe('showing itself', () => {
  it('gives Plotly JSON, HTML and a one-line text', () => {
    const bundle = mime(plot.scatter(new Float64Array(300), new Float64Array(300), { title: 'Spiral' }));
    expect(Object.keys(bundle)).toEqual(['application/vnd.plotly.v1+json', 'text/html', 'text/plain']);
    expect(bundle['text/plain']).toBe('Figure(scatter: 300 points, "Spiral")');
    expect(bundle['application/vnd.plotly.v1+json'].data[0].x).toHaveLength(300);
    expect(JSON.parse(JSON.stringify(bundle))).toEqual(bundle);
  });

  it('prints as that text, and axes show their figure', () => {
    const figure = plot.subplots(1, 2);
    plot.close(figure);
    expect(inspect(plot.plot([1, 2]))).toBe('Figure(line: 2 points)');
    expect(mime(figure.at(0, 1).plot([1]))['text/plain']).toBe('Figure(line: 1 point)');
  });

  it('waits for plot.show(), which shows what nobody has seen yet', () => {
    const surroundings = globalThis as { display?: unknown };
    const shown: unknown[] = [];
    plot.show();
    surroundings.display = (value: unknown) => shown.push(value);
    const [first, second] = [plot.plot([1]), plot.figure().plot([1])];
    plot.figure();
    mime(plot.scatter([1], [2]));
    plot.show();
    plot.show();
    delete surroundings.display;
    expect(shown).toEqual([first, second]);
  });

  it('shows in the middle of a cell, and says what to do outside of one', () => {
    const shown: unknown[] = [];
    (globalThis as { display?: unknown }).display = (value: unknown) => shown.push(value);
    const figure = plot.plot([1]).show();
    delete (globalThis as { display?: unknown }).display;
    expect(shown).toEqual([figure]);
    expect(() => figure.show()).toThrow(
      "show: there is no notebook to show in. Write a page instead: save('chart.html')",
    );
  });

  it('saves a page without addresses, and JSON', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gradlab-plot-'));
    const figure = plot
      .plot([1, 2], { title: 'a < b' })
      .save(join(folder, 'f.html'))
      .save(join(folder, 'f.json'));
    const page = readFileSync(join(folder, 'f.html'), 'utf8');
    expect(JSON.parse(readFileSync(join(folder, 'f.json'), 'utf8'))).toEqual(json(figure));
    rmSync(folder, { recursive: true });
    expect(page).toContain('<title>a &lt; b</title>');
    expect(page).not.toMatch(/<script[^>]+src|<link|https?:\/\//);
  });
});
