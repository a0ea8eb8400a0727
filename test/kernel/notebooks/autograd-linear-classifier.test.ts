// The notebook on autograd and the linear classifier: runs through, prints its numbers, and draws its figures.
import { describe, expect, it } from 'vitest';
import { courseLosses } from '../../clients/executed.js';
import { execution } from './execution.js';

type Any = any;

describe('notebook 03, a linear classifier by autograd', () => {
  const run = execution('03-autograd-linear-classifier', 400_000);
  const { titled } = run;

  it('takes the steps of the course’s table with backward()', () => {
    const losses = [...run.executed.printed.matchAll(/^iteration +\d+: loss ([\d.]+)/gm)].map((m) => m[1]);
    expect(losses.map(Number)).toEqual(courseLosses.linear.map(Number));
  });

  it('prints that both W and 2W have no loss, and what the penalties of two weight vectors are', () => {
    expect(run.executed.printed).toMatch(/^ W: loss 0,.*\n2W: loss 0,/m);
    expect(run.executed.printed).toContain('w1: score 1, L2 1, L1 1, elastic (L2 + L1) 2');
    expect(run.executed.printed).toContain('w2: score 1, L2 0.25, L1 1, elastic (L2 + L1) 1.25');
    expect(run.executed.printed).toContain('terms 0 + 8 = 8  squared: 64');
  });

  it('draws the regions with three zero-score lines and three arrows', () => {
    const { data, layout } = titled('Trained with backward(): accuracy 0.49');
    expect(data.filter((t: Any) => t.mode === 'lines' && t.x.length === 2)).toHaveLength(3);
    expect(layout.annotations.filter((a: Any) => a.showarrow === true)).toHaveLength(3);
  });

  it('draws the margin as a band that ends at the right score', () => {
    const { layout } = titled('Whatever lies in the red band');
    const band = layout.shapes.find((s: Any) => s.type === 'rect');
    expect([band.x0, band.x1]).toEqual([3, 13]);
  });

  it('draws the losses of aW: the SVM’s lies on zero, the softmax’s falls for ever, prices give both a lowest point', () => {
    const [hinge, soft, priced, pricedSoft] = titled('when W is multiplied').data.map((t: Any) => [...t.y]);
    expect(hinge.slice(20).every((v: number) => v === 0)).toBe(true);
    expect(soft.every((v: number, i: number) => i === 0 || v < soft[i - 1])).toBe(true);
    for (const line of [priced, pricedSoft]) {
      const lowest = line.indexOf(Math.min(...line));
      expect(lowest).toBeGreaterThan(0);
      expect(lowest).toBeLessThan(line.length - 1);
    }
  });
});
