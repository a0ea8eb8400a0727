// Points and lines: the traces that scatter, plot, hist, bar, errorbar and fillBetween make.
import { beforeEach, describe, expect, it } from 'vitest';
import * as plot from '../../src/plot/index.js';
import { arrayLike, json } from './json.js';

beforeEach(() => plot.close('all'));

describe('scatter', () => {
  it('gives one trace and one colour per class: Spectral is red, yellow, blue', () => {
    const c = [0, 1, 2, 0, 1, 2];
    const { data } = json(plot.scatter([1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1], { c, cmap: 'Spectral' }));
    expect(data.map((t) => t.marker.color)).toEqual(['#9e0142', '#ffffbf', '#5e4fa2']);
    expect(data.map((t) => t.x)).toEqual([
      [1, 4],
      [2, 5],
      [3, 6],
    ]);
    expect(data.map((t) => t.name)).toEqual(['class 0', 'class 1', 'class 2']);
    expect(data.every((t) => t.mode === 'markers')).toBe(true);
  });

  it('names classes as it is told, and takes names for classes', () => {
    const named = json(plot.scatter([1, 2], [1, 2], { c: [0, 1], labels: ['cat', 'dog'] }));
    expect(named.data.map((t) => t.name)).toEqual(['cat', 'dog']);
    expect(json(plot.scatter([1, 2, 3], [1, 2, 3], { c: ['b', 'a', 'b'] })).data.map((t) => t.name)).toEqual([
      'a',
      'b',
    ]);
  });

  it('takes bigint labels, as toArray() of int64 may give them', () => {
    const c = arrayLike([3], 'int64', [0n, 1n, 0n]);
    expect(json(plot.scatter([1, 2, 3], [1, 2, 3], { c })).data.map((t) => t.x)).toEqual([[1, 3], [2]]);
  });

  it('gives numbers a colour scale and a colour bar', () => {
    const { data } = json(plot.scatter([1, 2, 3], [1, 2, 3], { c: [0.5, 1.5, 2.5], cmap: 'viridis' }));
    expect(data).toHaveLength(1);
    expect(data[0].marker).toMatchObject({ color: [0.5, 1.5, 2.5], cmin: 0.5, cmax: 2.5, showscale: true });
    expect(data[0].marker.colorscale[0]).toEqual([0, '#440154']);
  });

  it('reads s as an area in points squared, one or one per point', () => {
    const size = (s: number | number[]) => json(plot.scatter([1, 2], [1, 2], { s })).data[0].marker.size;
    expect(size(36)).toBeCloseTo(8);
    expect(size([36, 144])).toEqual([8, 16].map((v) => expect.closeTo(v)));
  });

  it('draws single colours, letters included, and steps through the colour cycle', () => {
    const figure = plot.scatter([1], [1], { c: 'r' }).scatter([1], [1]).scatter([1], [1]);
    expect(json(figure).data.map((t) => t.marker.color)).toEqual(['#d62728', '#1f77b4', '#ff7f0e']);
  });

  it('goes to WebGL for more than 20,000 points', () => {
    const many = new Float64Array(20_001);
    expect(json(plot.scatter(many, many)).data[0].type).toBe('scattergl');
  });

  it.each([
    [() => plot.scatter(new Float64Array(300), new Float64Array(200)), 'scatter: x has 300 points and y 200'],
    [() => plot.scatter([1, 2], [1, 2], { c: [1, 2, 3] }), 'scatter: x has 2 points and c 3'],
    [() => plot.scatter([1, 2], [1, 2], { s: [1] }), 'scatter: x has 2 points and s 1'],
    [
      () => plot.scatter([1, 2], [1, 2], { c: [0, 1], labels: ['one'] }),
      'scatter: c has 2 classes (0, 1) and labels 1 names',
    ],
    [
      () =>
        plot.scatter(
          [
            [1, 2],
            [3, 4],
          ],
          [1, 2],
        ),
      'scatter: x must be a vector, got shape (2, 2)',
    ],
    [() => plot.scatter('ab' as never, [1, 2]), 'scatter: x must be an array of numbers, got "ab"'],
    [() => plot.scatter(['a', 'b'] as never, [1, 2]), 'scatter: x must hold numbers, but it holds "a"'],
    [
      () => plot.scatter([[1], [1, 2]] as never, [1, 2]),
      'scatter: x is ragged: it has rows of shapes (1,) and (2,)',
    ],
    [
      () => plot.scatter([1], [1], { c: [1], cmap: 'spectrum' as never }),
      'scatter: there is no colormap "spectrum". Known are viridis',
    ],
  ])('explains bad input %#', (call, message) => {
    expect(call).toThrow(message);
  });
});

describe('plot', () => {
  it('counts x from 0 when only y is given', () => {
    expect(json(plot.plot([5, 6, 7])).data[0]).toMatchObject({ x: [0, 1, 2], y: [5, 6, 7], mode: 'lines' });
  });

  it.each([
    [
      'ob-',
      { mode: 'lines+markers', line: { color: '#1f77b4', dash: 'solid' }, marker: { symbol: 'circle' } },
    ],
    ['or-', { mode: 'lines+markers', line: { color: '#d62728' } }],
    ['k--', { mode: 'lines', line: { color: '#1f2328', dash: 'dash' } }],
    ['s', { mode: 'markers', marker: { symbol: 'square' } }],
    [
      'C1^:',
      { mode: 'lines+markers', line: { color: '#ff7f0e', dash: 'dot' }, marker: { symbol: 'triangle-up' } },
    ],
    ['-.', { mode: 'lines', line: { dash: 'dashdot' } }],
  ])('reads the format %s', (format, trace) => {
    expect(json(plot.plot([1, 2], [3, 4], format)).data[0]).toMatchObject(trace);
  });

  it('draws several series in one call, and a matrix column by column', () => {
    const { data } = json(plot.plot([1, 2], [1, 2], 'b', [1, 2], [3, 4], 'r--'));
    expect(data.map((t) => t.line.dash)).toEqual(['solid', 'dash']);
    const columns = json(
      plot.plot(
        [
          [1, 10],
          [2, 20],
          [3, 30],
        ],
        { label: ['one', 'ten'] },
      ),
    ).data;
    expect(columns.map((t) => t.y)).toEqual([
      [1, 2, 3],
      [10, 20, 30],
    ]);
    expect(columns.map((t) => t.name)).toEqual(['one', 'ten']);
  });

  it('shows in the legend what has a label', () => {
    const { data, layout } = json(plot.plot([1], { label: 'loss' }).plot([2]));
    expect(data.map((t) => t.showlegend)).toEqual([true, false]);
    expect(layout.showlegend).toBe(true);
  });

  it('writes what is not finite as null', () => {
    expect(json(plot.plot([1, NaN, Infinity, null as never])).data[0].y).toEqual([1, null, null, null]);
  });

  it('writes float32 in its own few digits', () => {
    expect(json(plot.plot(Float32Array.of(0.1, 1 / 3))).data[0].y).toEqual([0.1, 0.33333334]);
    expect(json(plot.plot(arrayLike([2], 'float32', [Math.fround(0.1), 2]))).data[0].y).toEqual([0.1, 2]);
  });

  it.each([
    [() => plot.plot([1, 2], 'oq'), "plot: cannot read 'q' in the format 'oq'"],
    [() => plot.plot([1, 2], 'br'), "plot: the format 'br' has two colors, 'b' and 'r'"],
    [() => plot.plot([1, 2], [1, 2, 3]), 'plot: x has 2 points and y 3'],
    [() => plot.plot('o' as never), "plot: expected numbers before the format 'o'"],
    [() => plot.plot([1], { linestyle: '~' }), "plot: there is no line style '~'"],
    [() => (plot.plot as () => unknown)(), 'plot: needs at least one series'],
  ])('explains bad input %#', (call, message) => {
    expect(call).toThrow(message);
  });
});

describe('hist', () => {
  it("has np.histogram's counts: the last bin includes its right edge, what is outside does not count", () => {
    const { data } = json(plot.hist([-2, -1, -0.5, 0, 0.5, 1, 1, 3], 4, { range: [-1, 1] }));
    expect(data[0].y).toEqual([1, 1, 1, 3]);
    expect(data[0].x).toEqual([-0.75, -0.25, 0.25, 0.75]);
    expect(data[0].width).toEqual([0.5, 0.5, 0.5, 0.5]);
  });

  it('has an area of 1 as a density', () => {
    const { data } = json(plot.hist([1, 2, 2, 3, 7], 10, { density: true }));
    expect(
      data[0].y.reduce((sum: number, h: number, i: number) => sum + h * data[0].width[i], 0),
    ).toBeCloseTo(1);
  });

  it('takes bin edges, arrays of any shape, and a single repeated value', () => {
    expect(
      json(
        plot.hist(
          arrayLike([2, 2], 'float64', [
            [1, 2],
            [3, 4],
          ]),
          [0, 2, 10],
        ),
      ).data[0].y,
    ).toEqual([1, 3]);
    expect(json(plot.hist([5, 5], 1)).data[0]).toMatchObject({ x: [5], y: [2], width: [1] });
    expect(json(plot.hist([5, 5], { bins: 1 })).data[0]).toEqual(json(plot.hist([5, 5], 1)).data[0]);
  });

  it('names its y axis unless that is done already', () => {
    expect(json(plot.hist([1], 2)).layout.yaxis.title.text).toBe('count');
    expect(json(plot.hist([1], 2, { ylabel: 'units' })).layout.yaxis.title.text).toBe('units');
  });

  it.each([
    [() => plot.hist([1], 0), 'hist: bins must be a whole number of at least 1, got 0'],
    [() => plot.hist([1], 3, { range: [2, 1] }), 'hist: range [2, 1] runs backwards'],
    [() => plot.hist([1], [1, 1]), 'hist: bin edges must be at least two and grow'],
  ])('explains bad input %#', (call, message) => {
    expect(call).toThrow(message);
  });
});

describe('bar and errorbar', () => {
  it('draws bars over names, lying down if asked', () => {
    expect(json(plot.bar(['cat', 'dog'], [0.2, 0.8])).data[0]).toMatchObject({
      type: 'bar',
      x: ['cat', 'dog'],
      y: [0.2, 0.8],
    });
    expect(json(plot.bar(['a'], [2], { orientation: 'horizontal' })).data[0]).toMatchObject({
      x: [2],
      y: ['a'],
      orientation: 'h',
    });
  });

  it('takes errors as a number, one per point, or lower and upper', () => {
    const y = (yerr: number | number[] | number[][]) =>
      json(plot.errorbar([1, 2], [3, 4], { yerr })).data[0].error_y;
    expect(y(0.5)).toMatchObject({ type: 'constant', value: 0.5 });
    expect(y([0.1, 0.2])).toMatchObject({ type: 'data', array: [0.1, 0.2], symmetric: true });
    expect(
      y([
        [0.1, 0.2],
        [0.3, 0.4],
      ]),
    ).toMatchObject({ arrayminus: [0.1, 0.2], array: [0.3, 0.4], symmetric: false });
  });

  it('needs some error', () => {
    expect(() => plot.errorbar([1], [1], {})).toThrow('errorbar: give {yerr} or {xerr}');
  });

  it('fills a band between two curves as one outline', () => {
    const { data } = json(plot.figure().fillBetween([1, 2], [0, 0], [3, 4]));
    expect(data[0]).toMatchObject({ x: [1, 2, 2, 1], y: [3, 4, 0, 0], fill: 'toself' });
  });
});
