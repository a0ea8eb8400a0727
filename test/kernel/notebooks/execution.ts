// One of the course's notebooks, run from top to bottom before the tests of a file, what it gave, and what holds for
// every notebook.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runNotebook } from '../../../kernel/notebook/run.js';
import { type Executed, readExecuted } from '../../clients/executed.js';

export interface Execution {
  /** Where the notebook lies. */
  readonly notebook: string;
  /** The exit code of `gradlab run`, and what it said meanwhile. */
  code: number;
  progress: string;
  executed: Executed;
  /** The Plotly figures, in order. */
  figures: any[];
  /** The first figure whose layout holds the text. */
  titled(title: string): any;
}

/** Runs notebooks/NAME.ipynb before the tests of the `describe` block that calls it, the first two of which it adds. */
export function execution(name: string, timeout: number): Execution {
  const notebook = fileURLToPath(new URL(`../../../notebooks/${name}.ipynb`, import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'gradlab-notebook-'));
  const run: Execution = {
    notebook,
    code: -1,
    progress: '',
    executed: { printed: '', charts: [], results: [], errors: [] },
    figures: [],
    titled(title) {
      const found = run.figures.find((f) => JSON.stringify(f.layout).includes(title));
      if (found === undefined) throw new Error(`no figure has the title ${title}`);
      return found;
    },
  };
  beforeAll(async () => {
    const out = join(folder, 'out.ipynb');
    const write = (text: string): void => {
      run.progress += text;
    };
    run.code = await runNotebook(notebook, { out, write, color: false });
    run.executed = readExecuted(out);
    run.figures = run.executed.charts.map((chart) => chart['application/vnd.plotly.v1+json']);
  }, timeout);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('runs from top to bottom', () => {
    expect(run.code, run.progress).toBe(0);
    expect(run.executed.errors).toEqual([]);
  });

  it('is kept without outputs', () => {
    const kept = readExecuted(run.notebook);
    expect([kept.results, kept.charts, kept.printed]).toEqual([[], [], '']);
  });
  return run;
}
