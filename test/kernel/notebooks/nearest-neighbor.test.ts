// The notebook on nearest neighbours: runs through, prints its numbers, and draws its figures.
import { describe, expect, it } from 'vitest';
import { execution } from './execution.js';

type Any = any;

describe('notebook 01, nearest neighbours', () => {
  const run = execution('01-nearest-neighbor', 900_000);
  const { titled } = run;

  it('prints the numbers of the course and its own', () => {
    for (const text of [
      'numbers: 297600',
      'as bytes: 1128',
      '456.000000',
      '162.111073',
      'L1 on all of it: accuracy 0.8526',
      'L2 on all of it: accuracy 0.8497',
      'votes [ 2, 2, 1 ]  tied True',
      'k = 1 1.00',
    ])
      expect(run.executed.printed).toContain(text);
  });

  it('draws the image with its numbers and probabilities that sum to 1', () => {
    const { data } = titled('From numbers to a label');
    expect(data.find((t: Any) => t.type === 'bar').y.reduce((a: number, b: number) => a + b)).toBeCloseTo(
      1,
      12,
    );
    expect(data.find((t: Any) => t.type === 'heatmap').z.flat()).toHaveLength(64);
  });

  it('draws seven challenges, a hundred samples, and each test image before its ten neighbours', () => {
    expect(titled('Seven challenges').layout.images).toHaveLength(7);
    expect(titled('Ten examples of each class').layout.images).toHaveLength(100);
    expect(titled('ten nearest neighbours').layout.images).toHaveLength(66);
  });

  it('draws the worked example as three matrices with their 16 numbers, and the sum in the title', () => {
    const { data, layout } = titled('the sum is 456');
    expect(data.map((t: Any) => t.text.flat().length)).toEqual([16, 16, 16]);
    expect(data[2].z.flat().reduce((a: number, b: number) => a + b)).toBe(456);
    expect(JSON.stringify(layout)).toContain('absolute differences');
  });

  it('draws regions for k = 1 and k = 5, ties in a colour of their own', () => {
    const maps = titled('white is a tie').data.filter((t: Any) => t.type === 'heatmap');
    expect(maps).toHaveLength(2);
    const values = maps.map((t: Any) => [...new Set(t.z.flat())].sort());
    expect(values[0]).toEqual([0, 1, 2]);
    expect(values[1]).toEqual([0, 1, 2, 3]);
    expect(maps[1].colorscale.at(-1)[1]).toBe('#ffffff');
  });

  it('draws seven validation accuracies over a log axis', () => {
    const { data, layout } = titled('1,000 validation images');
    expect(data[0].x).toEqual([1, 3, 5, 10, 20, 50, 100]);
    expect(layout.xaxis.type).toBe('log');
  });

  it('draws the folds, and five dots and an error bar for each k', () => {
    expect(titled('four folds train').layout.shapes).toHaveLength(6);
    const { data } = titled('5-fold cross-validation');
    const dots = data.filter((t: Any) => t.mode === 'markers');
    expect(dots).toHaveLength(5);
    const line = data.find((t: Any) => t.error_y);
    line.x.forEach((_: number, i: number) => {
      const accuracies = dots.map((t: Any) => t.y[i]);
      const mean = accuracies.reduce((a: number, b: number) => a + b) / 5;
      const std = Math.sqrt(accuracies.reduce((s: number, a: number) => s + (a - mean) ** 2, 0) / 5);
      expect(line.y[i]).toBeCloseTo(mean, 10);
      expect(line.error_y.array[i]).toBeCloseTo(std, 10);
    });
  });

  it('draws three pictures at one distance, equal to six digits in their titles', () => {
    const titles = titled('at the same L2 distance').layout.annotations.map((a: Any) => a.text);
    const distances = titles.map((t: string) => /: ([\d.]+)$/.exec(t)?.[1]).filter(Boolean);
    expect(distances).toHaveLength(4);
    expect(distances[0]).toBe('0.000000');
    expect(new Set(distances.slice(1)).size).toBe(1);
  });

  it('draws 600 pictures where t-SNE puts them', () => {
    const points = titled('t-SNE of raw pixels').data.reduce((n: number, t: Any) => n + t.x.length, 0);
    expect(points).toBe(600);
    expect(titled('with the pictures themselves').layout.images).toHaveLength(600);
  });
});
