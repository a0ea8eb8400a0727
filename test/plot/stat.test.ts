// Distributions, shares, counts in cells and arrows, as matplotlib draws them.
import { beforeEach, describe, expect, it } from 'vitest';
import * as plot from '../../src/plot/index.js';
import { arrayLike, json } from './json.js';

beforeEach(() => plot.close('all'));

describe('distributions', () => {
  it('have a box for each array of a list, or column of a matrix, at 1, 2...', () => {
    const { data, layout } = json(
      plot.boxplot([[1, 2, 3], [4]], { tick_labels: ['a', 'b'], showfliers: false }),
    );
    expect(data.map((t) => [t.type, t.x, t.y, t.boxpoints])).toEqual([
      ['box', [1, 1, 1], [1, 2, 3], false],
      ['box', [2], [4], false],
    ]);
    expect(layout.xaxis).toMatchObject({ tickvals: [1, 2], ticktext: ['a', 'b'] });
    const matrix = arrayLike([2, 2], 'float64', [
      [1, 2],
      [3, 4],
    ]);
    expect(json(plot.boxplot(matrix)).data.map((t) => t.y)).toEqual([
      [1, 3],
      [2, 4],
    ]);
    expect(json(plot.violinplot([1, 2, 3], { vert: false })).data[0]).toMatchObject({
      type: 'violin',
      x: [1, 2, 3],
    });
    expect(() => plot.boxplot([[1], [2]], { labels: ['a'] })).toThrow('boxplot: x has 2 points and labels 1');
  });
});

describe('pie', () => {
  it('has a wedge for each share, from the right and counter-clockwise, with names and percentages', () => {
    const { data, layout } = json(
      plot.pie([1, 3], { labels: ['a', 'b'], autopct: '%1.1f%%', explode: [0.1, 0] }),
    );
    expect(data).toHaveLength(2);
    expect(data[0].text).toBe('a: 1 (25.0%)');
    // The first wedge is the quarter up to the top, moved out along its middle.
    const shift = 0.1 * Math.SQRT1_2;
    expect(data[0].x[1]).toBeCloseTo(1 + shift);
    expect(data[0].y.at(-2)).toBeCloseTo(1 + shift);
    expect(layout.annotations.map((a: { text: string }) => a.text)).toEqual(['a', '25.0%', 'b', '75.0%']);
    expect(() => plot.pie([1, -1])).toThrow('pie: sizes must be 0 or more, and not all 0; got [1, -1]');
  });
});

describe('cells', () => {
  it('of pcolormesh take middles or edges, as vectors or a meshgrid', () => {
    const z = [
      [1, 2],
      [3, 4],
    ];
    const xx = [
      [5, 6],
      [5, 6],
    ];
    const yy = [
      [7, 7],
      [8, 8],
    ];
    expect(json(plot.pcolormesh(z)).data[0]).toMatchObject({ x: [0, 1, 2], y: [0, 1, 2] });
    expect(json(plot.pcolormesh(xx, yy, z, { cmap: 'gray' })).data[0]).toMatchObject({
      x: [5, 6],
      y: [7, 8],
    });
    expect(() => plot.pcolormesh([1], [1, 2], z)).toThrow(
      'pcolormesh: x has 1 values; the grid (2, 2) needs 2 middles or 3 edges',
    );
  });

  it('of hist2d and hexagons of hexbin count every point once', () => {
    const [x, y] = [
      [0, 0, 1, 1, 0.1],
      [0, 1, 0, 1, 0.1],
    ];
    expect(json(plot.hist2d(x, y, 2)).data[0].z).toEqual([
      [2, 1],
      [1, 1],
    ]);
    const { data } = json(plot.hexbin(x, y, { gridsize: 2 }));
    const counts: number[] = data.at(-1).marker.color;
    expect(counts.reduce((a, b) => a + b)).toBe(5);
    expect(() => plot.hexbin(x, y, { gridsize: 0.5 })).toThrow('hexbin: gridsize must be a whole number');
  });
});

it('quiver draws an arrow from each point in its direction', () => {
  const { data } = json(plot.quiver([0, 1], [0, 1], [1, 0], [0, 2], { scale: 2 }));
  expect(data[0].x.slice(0, 2)).toEqual([0, 0.5]);
  expect(data[0].y.slice(6, 8)).toEqual([1, 2]);
  expect(json(plot.quiver([0, 1], [0, 1, 2], [1, 1, 1, 1, 1, 1], [0, 0, 0, 0, 0, 0])).data[0].x).toHaveLength(
    36,
  );
  expect(() => plot.quiver([0], [0], [1, 2], [1])).toThrow('quiver: x has 1 points and u 2');
});

it('images lie where extent says, blended if asked', () => {
  const { data, layout } = json(plot.imshow([[1, 2]], { extent: [0, 4, 0, 2], interpolation: 'bilinear' }));
  expect(data[0]).toMatchObject({ x: [1, 3], y: [1], zsmooth: 'best' });
  expect(layout).toMatchObject({ xaxis: { range: [0, 4] }, yaxis: { range: [0, 2] } });
});

it('contours take levels in their place, in uneven steps too', () => {
  const z = [
    [0, 1],
    [2, 3],
  ];
  expect(json(plot.contour(z, [0, 1, 3])).data.map((t) => t.contours.start)).toEqual([0, 1, 3]);
  const { data } = json(plot.contourf([0, 1], [0, 1], z, [0, 1, 3]));
  expect(data[0].z).toEqual([
    [0, 1],
    [1.5, 2],
  ]);
  expect(data[0].colorbar.ticktext).toEqual(['0', '1', '3']);
});
