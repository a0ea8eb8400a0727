// Diagrams: boxes and arrows, volumes, nets.
import { beforeEach, describe, expect, it } from 'vitest';
import * as plot from '../../src/plot/index.js';
import { type Any, json } from './json.js';

beforeEach(() => plot.close('all'));

describe('diagram', () => {
  const boxes = [
    { text: 'x', x: 0, y: 0, round: true, width: 1 },
    { text: 'conv', x: 4, y: 0 },
    { id: 'sum', text: '+', x: 8, y: 0, round: true, width: 1, color: 'C3' },
  ];
  it('draws a frame and a text for each box, round ones as circles', () => {
    const { layout } = json(plot.diagram(boxes));
    expect(layout.shapes.map((s: Any) => [s.type, s.x0, s.x1])).toEqual([
      ['circle', -0.5, 0.5],
      ['rect', 3, 5],
      ['circle', 7.5, 8.5],
    ]);
    expect(layout.annotations.map((a: Any) => a.text)).toEqual(['x', 'conv', '+']);
  });
  it('lets arrows run from border to border', () => {
    const { layout } = json(plot.diagram(boxes, [['x', 'conv'], { from: 'conv', to: 'sum', text: 'relu' }]));
    const arrows = layout.annotations.filter((a: Any) => a.showarrow);
    expect(arrows.map((a: Any) => [a.ax, a.x])).toEqual([
      [0.5, 3],
      [5, 7.5],
    ]);
    expect(layout.annotations.map((a: Any) => a.text)).toContain('relu');
  });
  it('leads an arrow over corners', () => {
    const { data, layout } = json(
      plot.diagram(boxes, [
        {
          from: 'x',
          to: 'sum',
          via: [
            [0, 2],
            [8, 2],
          ],
        },
      ]),
    );
    expect([data[0].x, data[0].y]).toEqual([
      [0, 0, 8],
      [0.5, 2, 2],
    ]);
    const [arrow] = layout.annotations.filter((a: Any) => a.showarrow);
    expect([arrow.ax, arrow.ay, arrow.x, arrow.y]).toEqual([8, 2, 8, 0.5]);
  });
  it('names the box that is not there', () => {
    expect(() => plot.diagram(boxes, [['x', 'pool']])).toThrow(
      "diagram: an arrow names 'pool', and there is no such box; there are 'x', 'conv', 'sum'",
    );
    expect(() => plot.diagram([])).toThrow('no boxes');
  });
});

describe('volumes', () => {
  it('draws three faces for each volume, its shape below and its name above', () => {
    const figure = plot.volumes(
      [{ shape: [32, 32, 3], label: 'INPUT' }, { shape: [16, 16, 12] }, { shape: [10], label: 'FC' }],
      { between: ['conv', 'fc'], title: 'A ConvNet' },
    );
    const { data, layout } = json(figure);
    expect(data).toHaveLength(9);
    expect(data.every((t) => t.fill === 'toself')).toBe(true);
    const texts = layout.annotations.map((a: Any) => a.text);
    for (const text of ['32x32x3', '<b>INPUT</b>', '16x16x12', '10', '<b>FC</b>', 'conv', 'fc'])
      expect(texts).toContain(text);
    expect(layout.annotations.filter((a: Any) => a.showarrow)).toHaveLength(2);
    const tall = [0, 3].map((k) => Math.max(...data[k].y) - Math.min(...data[k].y));
    expect(tall[0] / tall[1]).toBeCloseTo(Math.SQRT2, 6);
    const ends = [0, 3, 6].map((k) => [Math.min(...data[k].x), Math.max(...data[k + 2].x)]);
    expect(ends[0][1]).toBeLessThan(ends[1][0]);
    expect(ends[1][1]).toBeLessThan(ends[2][0]);
  });
  it('says what a volume is', () => {
    expect(() => plot.volumes([{ shape: [3, 4] as never }])).toThrow(
      'volumes: a volume is [rows, columns, depth]',
    );
    expect(() => plot.volumes([])).toThrow('no volumes');
  });
});

describe('network', () => {
  it.each([
    [[3, 4, 2], 20],
    [[3, 4, 4, 1], 32],
  ])('%j has as many lines as weights', (sizes, weights) => {
    const { data } = json(plot.network(sizes));
    expect(data[0].x.filter((x: Any) => x === null)).toHaveLength(weights);
    expect(data.slice(1).map((t) => t.x.length)).toEqual(sizes);
  });
  it('says how many of a large layer are shown', () => {
    const { data, layout } = json(plot.network([100, 2], { labels: ['in', 'out'], most: 5 }));
    expect(data[1].x).toHaveLength(5);
    expect(layout.annotations.map((a: Any) => a.text)).toEqual(['in<br>5 of 100 shown', 'out']);
    expect(() => plot.network([3])).toThrow('network: the sizes of at least two layers');
  });
});

describe('in subplots', () => {
  it('each diagram keeps to its own axes', () => {
    const figure = plot.subplots(1, 2);
    figure.at(0, 0).network([2, 2]);
    figure
      .at(0, 1)
      .volumes([{ shape: [4, 4, 2] }])
      .fill([0, 1, 1], [0, 0, 1], { text: 'corner' });
    const { data } = json(figure);
    expect([...new Set(data.map((t) => t.xaxis ?? 'x'))]).toEqual(['x', 'x2']);
    expect(data.at(-1)).toMatchObject({ fill: 'toself', x: [0, 1, 1, 0], text: 'corner' });
  });
});
