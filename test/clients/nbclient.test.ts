// Debian's nbclient runs the spiral notebook with our kernel; the losses it records are the course's.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { courseLosses, type Executed, printedLosses, readExecuted } from './executed.js';
import { type JupyterHome, jupyterHome, notebook, python, root, runToEnd } from './jupyter.js';

describe('nbclient with the spiral notebook', () => {
  let home: JupyterHome;
  let executed: Executed;
  beforeAll(() => {
    home = jupyterHome();
    const out = join(home.folder, 'executed.ipynb');
    runToEnd(
      python,
      [join(root, 'test/clients/execute.py'), notebook, out, 'gradlab'],
      home.env,
      home.folder,
    );
    executed = readExecuted(out);
  });
  afterAll(() => home.remove());

  it('runs every cell without an error', () => {
    expect(executed.errors).toEqual([]);
  });

  it("prints the 20 losses of the linear classifier as the course's, to 6 decimals", () => {
    expect(printedLosses(executed.printed).linear).toEqual(courseLosses.linear);
  });

  it("prints the 10 losses of the network within 1e-5 of the course's", () => {
    const { net } = printedLosses(executed.printed);
    expect(net).toHaveLength(10);
    for (const [i, loss] of net.entries())
      expect(Math.abs(loss - courseLosses.net[i])).toBeLessThanOrEqual(1e-5);
  });

  it('prints accuracies 0.49, 0.98 and, with autograd, 0.98', () => {
    const accuracies = [...executed.printed.matchAll(/^training accuracy: (.*)$/gm)].map((m) => m[1]);
    expect(accuracies).toEqual(['0.49', '0.98', '0.98']);
  });

  it('keeps three charts, each as a Plotly figure, as HTML and as text', () => {
    expect(executed.charts).toHaveLength(3);
    for (const chart of executed.charts) {
      expect(Object.keys(chart).sort()).toEqual([
        'application/vnd.plotly.v1+json',
        'text/html',
        'text/plain',
      ]);
    }
    const [scatter, linear, net] = executed.charts.map(
      (chart) =>
        chart['application/vnd.plotly.v1+json'] as {
          data: { x: unknown[]; mode?: string }[];
          layout: object;
        },
    );
    const points = scatter.data.reduce((sum, trace) => sum + trace.x.length, 0);
    expect(points).toBe(300);
    expect(JSON.stringify(linear.layout)).toContain('accuracy 0.49');
    expect(JSON.stringify(net.layout)).toContain('accuracy 0.98');
  });
});
