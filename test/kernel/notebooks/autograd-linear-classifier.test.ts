// The notebook on autograd and the linear classifier: runs through, prints its numbers, and draws its figures.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runNotebook } from '../../../kernel/notebook/run.js';
import { courseLosses, type Executed, readExecuted } from '../../clients/executed.js';

const notebook = fileURLToPath(
  new URL('../../../notebooks/03-autograd-linear-classifier.ipynb', import.meta.url),
);

type Any = any;

describe('notebook 03, a linear classifier by autograd', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gradlab-notebook-'));
  let code = -1;
  let progress = '';
  let executed: Executed;
  let figures: Any[];
  beforeAll(async () => {
    const out = join(folder, 'out.ipynb');
    code = await runNotebook(notebook, { out, write: (text) => (progress += text), color: false });
    executed = readExecuted(out);
    figures = executed.charts.map((chart) => chart['application/vnd.plotly.v1+json']);
  }, 400_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const titled = (title: string): Any => {
    const found = figures.find((f) => JSON.stringify(f.layout).includes(title));
    if (found === undefined) throw new Error(`no figure has the title ${title}`);
    return found;
  };

  it('runs from top to bottom, and is kept without outputs', () => {
    expect(code, progress).toBe(0);
    expect(executed.errors).toEqual([]);
    expect(readExecuted(notebook).results).toEqual([]);
  });

  it('takes the steps of the course’s table with backward()', () => {
    const losses = [...executed.printed.matchAll(/^iteration +\d+: loss ([\d.]+)/gm)].map((m) => m[1]);
    expect(losses.map(Number)).toEqual(courseLosses.linear.map(Number));
  });

  it('prints that both W and 2W have no loss, and what the penalties of two weight vectors are', () => {
    expect(executed.printed).toMatch(/^ W: loss 0,.*\n2W: loss 0,/m);
    expect(executed.printed).toContain('w1: score 1, L2 1, L1 1, elastic (L2 + L1) 2');
    expect(executed.printed).toContain('w2: score 1, L2 0.25, L1 1, elastic (L2 + L1) 1.25');
    expect(executed.printed).toContain('terms 0 + 8 = 8  squared: 64');
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
