// The notebook on preprocessing: runs through, prints its numbers, and draws its figures.
import { describe, expect, it } from 'vitest';
import { execution } from './execution.js';

describe('notebook 07, data preprocessing', () => {
  const run = execution('07-data-preprocessing', 400_000);
  const { titled } = run;
  const points = (trace: any): number[][] => trace.x.map((x: number, i: number) => [x, trace.y[i]]);
  const moments = (values: number[]): [number, number] => {
    const mean = values.reduce((a, b) => a + b) / values.length;
    return [mean, Math.sqrt(values.reduce((a, v) => a + (v - mean) ** 2, 0) / values.length)];
  };

  it('shows the cloud original, centred and normalised, with its reach in red', () => {
    const clouds = titled('zero-centred').data.filter((t: any) => t.x.length === 400);
    expect(clouds).toHaveLength(3);
    const [, centred, normalised] = clouds.map((t: any) =>
      [0, 1].map((k) => moments(points(t).map((p) => p[k]))),
    );
    for (const k of [0, 1]) {
      expect(Math.abs(centred[k][0])).toBeLessThan(1e-9);
      expect(normalised[k][1]).toBeCloseTo(1, 9);
    }
    // Two red lines in each panel, from the smallest to the largest value.
    const red = titled('zero-centred').data.filter((t: any) => t.x.length === 2);
    expect(red).toHaveLength(6);
    const xs = points(clouds[0]).map((p) => p[0]);
    expect(red[0].x).toEqual([Math.min(...xs), Math.max(...xs)]);
  });

  it('shows it decorrelated and whitened', () => {
    const clouds = titled('decorrelated').data.filter((t: any) => t.x.length === 400);
    const [correlated, ...turned] = clouds.map(
      (t: any) => points(t).reduce((s, [x, y]) => s + x * y, 0) / 400,
    );
    expect(Math.abs(correlated)).toBeGreaterThan(1);
    for (const c of turned) expect(Math.abs(c)).toBeLessThan(1e-9);
  });

  it('shows 49 pictures, 144 eigenvectors, 49 rebuilt and 49 whitened', () => {
    const counts = ['49 pictures', '144 strongest', 'from 144 numbers each', 'whitened, turned back'].map(
      (title) => titled(title).layout.images.length,
    );
    expect(counts).toEqual([49, 144, 49, 49]);
  });

  it('says what is kept and lost, and that only training data may be measured', () => {
    const [, error, dropped] = /rebuilt picture ([\d.]+), dropped variance ([\d.]+)/.exec(
      run.executed.printed,
    )!;
    expect(error).toBe(dropped);
    expect(run.executed.printed).toMatch(/144 of 784 directions hold 9\d\.\d\d% of the variance/);
    expect(run.executed.printed).toMatch(/training \d\.\de-1\d, test 0\.\d+/);
    expect(run.executed.printed).toContain('in place on bytes: sub: cannot cast');
  });

  it('compares four preparations', () => {
    const curves = titled('four preparations').data;
    expect(curves.map((t: any) => t.y.length)).toEqual([150, 150, 150, 150]);
    for (const t of curves) expect(t.y[0]).toBeCloseTo(Math.log(10), 4);
  });
});
