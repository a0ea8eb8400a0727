// `gradlab run` on real kernels: outputs as nbformat keeps them, progress, failures, time limits, targets.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { type CodeCell, type Notebook, readNotebook } from '../../../kernel/notebook/nbformat.js';
import { type RunOptions, runNotebook } from '../../../kernel/notebook/run.js';
import { runCommand } from '../../../kernel/notebook/run-command.js';

const folder = mkdtempSync(join(tmpdir(), 'gradlab-run-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Source = string | { source: string; tags?: string[] };
let files = 0;

function write(cells: Source[]): string {
  const path = join(folder, `n${files++}.ipynb`);
  const json = cells.map((cell) => {
    const { source, tags = [] } = typeof cell === 'string' ? { source: cell } : cell;
    const old = [{ output_type: 'stream', name: 'stdout', text: 'of an earlier run' }];
    return { cell_type: 'code', metadata: { tags }, source, execution_count: 9, outputs: old };
  });
  writeFileSync(path, JSON.stringify({ nbformat: 4, nbformat_minor: 2, metadata: {}, cells: json }));
  return path;
}

interface Ran {
  code: number;
  progress: string;
  notebook: Notebook;
  cells: CodeCell[];
  text: string;
}

async function run(cells: Source[], options: RunOptions = {}): Promise<Ran> {
  const path = write(cells);
  const out = path.replace('.ipynb', '.out.ipynb');
  let progress = '';
  const code = await runNotebook(path, {
    out,
    write: (text) => (progress += text),
    color: false,
    ...options,
  });
  const text = readFileSync(out, 'utf8');
  const notebook = readNotebook(text);
  return {
    code,
    progress: stripVTControlCharacters(progress),
    notebook,
    cells: notebook.cells as CodeCell[],
    text,
  };
}

describe('a notebook that runs', () => {
  it('has results, joined streams, updated displays and obeyed clears, and no outputs of earlier runs', async () => {
    const { code, cells, progress, notebook } = await run([
      'const a = 20; a + 1',
      "console.log('one'); console.log('two'); console.error('careful')",
      "const shown = display(html('<i>old</i>')); shown.update(html('<b>new</b>'));",
      'for (const i of [1, 2, 3]) { clearOutput(true); print(i); }',
      'const b = 1;',
    ]);
    expect(code).toBe(0);
    expect(cells.map((c) => c.execution_count)).toEqual([1, 2, 3, 4, 5]);
    expect(cells[0].outputs).toMatchObject([
      { output_type: 'execute_result', data: { 'text/plain': '21' }, execution_count: 1 },
    ]);
    expect(cells[1].outputs).toEqual([
      { output_type: 'stream', name: 'stdout', text: 'one\ntwo\n' },
      { output_type: 'stream', name: 'stderr', text: 'careful\n' },
    ]);
    expect(cells[2].outputs).toMatchObject([
      { output_type: 'display_data', data: { 'text/html': '<b>new</b>' } },
    ]);
    expect(cells[3].outputs).toEqual([{ output_type: 'stream', name: 'stdout', text: '3\n' }]);
    expect(cells[4].outputs).toEqual([]);
    expect(notebook.metadata.kernelspec).toMatchObject({ name: 'gradlab', language: 'typescript' });
    expect(notebook.nbformat_minor).toBe(5);
    expect(new Set(cells.map((c) => c.id)).size).toBe(5);
    expect(progress).toMatch(/^\[1\/5\] const a = 20; a \+ 1 \.\.\. \d+\.\ds\n/);
    expect(progress).toMatch(/ran 5 cells in [\d.]+s, wrote .*out\.ipynb\n$/);
  });

  it('updates a display of an earlier cell', async () => {
    const { cells } = await run(["const shown = display(html('old'));", "shown.update(html('new'));"]);
    expect(cells[0].outputs).toMatchObject([{ data: { 'text/html': 'new' } }]);
    expect(cells[1].outputs).toEqual([]);
  });

  it('keeps the charts, the library in the first one only', async () => {
    const html = join(folder, 'charts.html');
    const { cells } = await run(['plot.plot([1, 2])', 'plot.hist([1, 2, 2])'], { html });
    const shown = cells.map((c) => (c.outputs[0] as { data: Record<string, string> }).data);
    expect(shown.map((d) => d['text/plain'])).toEqual([
      'Figure(line: 2 points)',
      'Figure(hist: 3 values in 10 bins)',
    ]);
    expect(shown.map((d) => d['text/html'].length > 1_000_000)).toEqual([true, false]);
    const page = readFileSync(html, 'utf8');
    expect(page.match(/class="gradlab-chart"/g)).toHaveLength(2);
  });

  it('keeps the library in a chart that is drawn over and over', async () => {
    const library = async (source: string): Promise<number[]> => {
      const { cells } = await run([source]);
      return cells[0].outputs.map((o) => (o as { data: Record<string, string> }).data['text/html'].length);
    };
    const [cleared, ...none] = await library(
      'for (const n of [1, 2, 3]) { clearOutput(true); display(plot.plot([n])); }',
    );
    expect(none).toEqual([]);
    expect(cleared).toBeGreaterThan(1_000_000);
    const [updated] = await library(
      'const shown = display(plot.plot([1])); for (const n of [2, 3]) shown.update(plot.plot([n]));',
    );
    expect(updated).toBeGreaterThan(1_000_000);
  });

  it('runs in its own folder, unless another is given', async () => {
    const { cells } = await run(['process.cwd()']);
    expect(JSON.stringify(cells[0].outputs)).toContain(folder);
    const { cells: elsewhere } = await run(['process.cwd()'], { cwd: tmpdir() });
    expect(JSON.stringify(elsewhere[0].outputs)).not.toContain(folder);
  });

  it('passes over cells tagged skip-execution and goes on after ones tagged raises-exception', async () => {
    const { code, cells } = await run([
      { source: "throw new Error('skipped')", tags: ['skip-execution'] },
      { source: "throw new Error('meant')", tags: ['raises-exception'] },
      '1',
    ]);
    expect(code).toBe(0);
    expect(cells.map((c) => c.outputs.map((o) => o.output_type))).toEqual([
      [],
      ['error'],
      ['execute_result'],
    ]);
  });
});

describe('a notebook that fails', () => {
  it('ends with code 1, shows the cell and its trace, and is written with what it had', async () => {
    const { code, cells, progress } = await run([
      'const a = 1;',
      "function f() {\n  throw new Error('boom');\n}\nf();",
      "print('never')",
    ]);
    expect(code).toBe(1);
    expect(cells[1].outputs).toMatchObject([{ output_type: 'error', ename: 'Error', evalue: 'boom' }]);
    expect(cells[2]).toMatchObject({ outputs: [], execution_count: null });
    expect(progress).toContain('cell 2 of 3');
    expect(progress).toContain("2 |   throw new Error('boom');");
    expect(progress).toMatch(/Error: boom\n\s+at f \(Cell \[2\]:2:9\)/);
    expect(progress).toMatch(/\[2\/3\] .* failed\n/);
  });

  it('shows a type error with its place', async () => {
    const { code, progress } = await run(["const a: number = 'x';"]);
    expect(code).toBe(1);
    expect(progress).toContain("TS2322: Type 'string' is not assignable to type 'number'");
  });

  it('goes on with allowErrors', async () => {
    const { code, cells, progress } = await run(["throw new Error('boom')", '2'], { allowErrors: true });
    expect(code).toBe(0);
    expect(cells[1].outputs).toHaveLength(1);
    expect(progress).toContain('(failed, as allowed)');
  });

  it('interrupts a cell that takes longer than the timeout', async () => {
    const { code, cells, progress } = await run(['while (true) {}', '1'], { timeout: 1 });
    expect(code).toBe(1);
    expect(progress).toContain('the cell ran longer than 1 s (--timeout) and was interrupted');
    expect(cells[0].outputs.at(-1)).toMatchObject({ output_type: 'error', ename: 'Timeout' });
  });

  it('interrupts the running cell on Ctrl-C and stops there', async () => {
    const write = (text: string) => {
      if (text.startsWith('[1/3]')) setTimeout(() => process.emit('SIGINT'), 300);
    };
    const { code, cells } = await run(['0', 'while (true) {}', '1'], { allowErrors: true, write });
    expect(code).toBe(1);
    expect(cells[1].outputs).toMatchObject([{ output_type: 'error', ename: 'Interrupted' }]);
    expect(cells[2].outputs).toEqual([]);
  });

  it('reports a cell that kills its session', async () => {
    const { code, progress } = await run(['process.abort()']);
    expect(code).toBe(1);
    expect(progress).toContain('SIGABRT');
  });
});

describe('bad input', () => {
  it.each<[string, () => Promise<number>, string]>([
    ['a file that is not there', () => runNotebook(join(folder, 'no.ipynb')), 'run: there is no file'],
    ['a folder', () => runNotebook(folder), 'is a folder, not a notebook'],
    [
      'a timeout of 0',
      () => runCommand(['x.ipynb', '--timeout', '0']),
      'run: --timeout "0" is not a number of seconds above 0',
    ],
    ['an unknown option', () => runCommand(['x.ipynb', '--fast']), '--fast'],
  ])('explains %s', async (_, call, message) => {
    await expect(call()).rejects.toThrow(message);
  });
});
