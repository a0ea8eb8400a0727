// `gradlab run` on real kernels: outputs as nbformat keeps them, progress, failures, time limits, targets.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { notebookToHtml } from '../../../kernel/notebook/html.js';
import { type CodeCell, type Notebook, readNotebook } from '../../../kernel/notebook/nbformat.js';
import { declarations } from '../../../kernel/notebook/parameters.js';
import { type RunOptions, runNotebook } from '../../../kernel/notebook/run.js';
import { runCommand } from '../../../kernel/notebook/run-command.js';
import { cliPath } from '../../../kernel/protocol/product.js';

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
  it('keeps its widgets as they were in the end, and none of an earlier run', async () => {
    const { code, notebook, cells } = await run([
      "const slider = widgets.IntSlider({ value: 3, description: 'n' }); slider",
      "slider.value = 7; const gone = widgets.Label({ value: 'x' }); gone.close()",
      "new widgets.Password({ value: 'secret' })",
    ]);
    expect(code).toBe(0);
    expect(JSON.stringify(notebook.metadata)).not.toContain('secret');
    expect(notebookToHtml(notebook)).toContain(
      '<input type="range" disabled min="0" max="100" step="1" value="7">',
    );
    const [{ data }] = cells[0].outputs as unknown as { data: Record<string, { model_id: string }> }[];
    const { model_id } = data['application/vnd.jupyter.widget-view+json'];
    const kept = (notebook.metadata.widgets as Record<string, { state: Record<string, unknown> }>)[
      'application/vnd.jupyter.widget-state+json'
    ];
    expect(kept).toMatchObject({ version_major: 2, version_minor: 0 });
    expect(kept.state[model_id]).toMatchObject({
      model_name: 'IntSliderModel',
      model_module: '@jupyter-widgets/controls',
      state: { value: 7, description: 'n' },
    });
    expect(JSON.stringify(kept)).not.toContain('LabelModel');
    expect((await run(['1 + 1'])).notebook.metadata).not.toHaveProperty('widgets');
  });

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
    const begun = join(folder, 'begun');
    const looping = `import { writeFileSync } from 'node:fs';\nwriteFileSync(${JSON.stringify(begun)}, '');\nwhile (true) {}`;
    const running = run(['0', looping, '1'], { allowErrors: true });
    await vi.waitUntil(() => existsSync(begun), { timeout: 100_000 });
    process.emit('SIGINT');
    const { code, cells } = await running;
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
    [
      'a kernel timeout that is no number',
      () => runCommand(['x.ipynb', '--kernel-timeout', 'soon']),
      'run: --kernel-timeout "soon" is not a number of seconds above 0',
    ],
    [
      'a kernel that does not start in time',
      () => runCommand([write(['1']), '--kernel-timeout', '0.001']),
      'ms',
    ],
    ['an unknown option', () => runCommand(['x.ipynb', '--fast']), '--fast'],
  ])('explains %s', async (_, call, message) => {
    await expect(call()).rejects.toThrow(message);
  });
});

describe('parameters', () => {
  const cells: Source[] = [
    'const unrelated = 1',
    { source: "let epochs = 10\nconst lr: number | null = 0.1, name = 'a, b'", tags: ['parameters'] },
    'print(epochs, lr, name, typeof epochs)',
  ];

  it('are set by a cell after the one with the tag, which replaces one of an earlier run', async () => {
    const first = await run(cells, { parameters: { epochs: 3, lr: null } });
    expect(first.code).toBe(0);
    expect(first.cells.map((c) => c.metadata.tags)).toEqual([
      [],
      ['parameters'],
      ['injected-parameters'],
      [],
    ]);
    expect(first.cells[2].source).toBe('// Parameters\nlet epochs = 3\nlet lr: number | null = null');
    expect(first.cells[3].outputs).toMatchObject([{ text: '3 null a, b number\n' }]);
    const path = write([]);
    writeFileSync(path, first.text);
    const out = path.replace('.ipynb', '.again.ipynb');
    const quiet = { out, write: () => {} };
    expect(await runNotebook(path, { ...quiet, parameters: { epochs: 5 } })).toBe(0);
    const again = readNotebook(readFileSync(out, 'utf8')).cells as CodeCell[];
    expect(again).toHaveLength(4);
    expect(again[3].outputs).toMatchObject([{ text: '5 0.1 a, b number\n' }]);
  });

  it('come from the command line as JSON or text, or all together', async () => {
    const path = write(cells);
    const out = path.replace('.ipynb', '.out.ipynb');
    const args = [path, '-o', out, '-y', '{"lr": 0.5}', '-p', 'epochs', '7', '--raw', 'name', '12'];
    expect(await runCommand(args)).toBe(0);
    const ran = readNotebook(readFileSync(out, 'utf8')).cells as CodeCell[];
    expect(ran[3].outputs).toMatchObject([{ text: '7 0.5 12 number\n' }]);
  });

  it('must be names of the notebook', async () => {
    await expect(run(cells, { parameters: { epoch: 3 } })).rejects.toThrow(
      /has no parameter "epoch"\. Did you mean epochs\? Parameters: epochs, lr, name$/,
    );
    await expect(run(['1'], { parameters: { epochs: 3 } })).rejects.toThrow(
      /has no parameters\. Give the cell that declares them \(let epochs = 10\) the tag "parameters"$/,
    );
    await expect(runCommand(['x.ipynb', '-p', 'epochs'])).rejects.toThrow(/-p needs a name and a value/);
    await expect(runCommand(['x.ipynb', '-y', '[1]'])).rejects.toThrow(/there is no file \[1\]/);
  });

  it('are declared with const, let or var at the top, with or without a type', () => {
    const source = [
      "let a = 1, b: Array<[number, string]> = [[1, ',']]; const c = { x: 1, y: [2, 3] }",
      'var d: (x: number) => number = (x) => { let inner = x; return inner }',
      '// let no = 1',
      "const text = 'let none = 1'",
    ].join('\n');
    expect([...declarations(source)]).toEqual([
      ['a', ''],
      ['b', ': Array<[number, string]>'],
      ['c', ''],
      ['d', ': (x: number) => number'],
      ['text', ''],
    ]);
  });
});

describe('several notebooks', () => {
  it('all run, also after one that fails; a table says how each went', () => {
    const base = join(folder, 'several');
    mkdirSync(join(base, 'deeper'), { recursive: true });
    mkdirSync(join(base, '.ipynb_checkpoints'));
    for (const [name, source] of [
      ['a.ipynb', '1 + 1'],
      ['b.ipynb', "throw new Error('oh')"],
      ['deeper/c.ipynb', 'print(2)'],
      ['.ipynb_checkpoints/a.ipynb', "throw new Error('never run')"],
    ])
      writeFileSync(join(base, name), readFileSync(write([source]), 'utf8'));
    writeFileSync(join(base, 'd.ipynb'), 'no notebook');
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      [cliPath, 'run', 'several', '-o', 'done', '--jobs', '2'],
      { cwd: folder, encoding: 'utf8' },
    );
    expect(status).toBe(1);
    const rows = stdout.trim().split('\n');
    expect(rows[0]).toMatch(/^several\/a\.ipynb +ok +1 cell +[\d.]+s$/);
    expect(rows[1]).toMatch(/^several\/b\.ipynb +failed +1 cell +[\d.]+s {2}cell 1 of 1: Error: oh$/);
    expect(rows[2]).toMatch(/^several\/d\.ipynb +failed +0 cells +[\d.]+s {2}.*d\.ipynb/);
    expect(rows[3]).toMatch(/^several\/deeper\/c\.ipynb +ok /);
    expect(rows.at(-1)).toBe('4 notebooks, 2 failed');
    expect(stderr).toContain('Error: oh');
    const done = readNotebook(readFileSync(join(folder, 'done/deeper/c.ipynb'), 'utf8')).cells as CodeCell[];
    expect(done[0].outputs).toMatchObject([{ text: '2\n' }]);
  });

  it('is refused for a folder without any', async () => {
    mkdirSync(join(folder, 'empty'));
    await expect(runCommand([join(folder, 'empty')])).rejects.toThrow(/run: there is no notebook in .*empty/);
  });
});
