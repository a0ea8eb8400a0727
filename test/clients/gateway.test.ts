// A Python user of our server: nbclient runs a notebook through the lab's REST and websocket API, by the gateway client
// of Debian's jupyter_server.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Notebook, readNotebook, writeNotebook } from '../../kernel/notebook/nbformat.js';
import { startLab, type TestLab } from '../lab/lab.js';
import { python, root } from './jupyter.js';

const missing = spawnSync(python, ['-c', 'import jupyter_server.gateway.managers, nbclient']).status !== 0;

/** Runs cells through our server by Python; returns the cells with what they showed. */
async function run(lab: TestLab, kernel: string, cells: string[]): Promise<any[]> {
  const source = join(lab.root, 'in.ipynb');
  const target = join(lab.root, 'out.ipynb');
  const notebook: Notebook = {
    cells: cells.map((code, i) => ({
      id: `cell-${i}`,
      cell_type: 'code',
      execution_count: null,
      metadata: {},
      source: code,
      outputs: [],
    })),
    metadata: { kernelspec: { name: kernel, display_name: kernel } },
    nbformat: 4,
    nbformat_minor: 5,
  };
  writeFileSync(source, writeNotebook(notebook));
  const script = join(root, 'test/clients/gateway.py');
  // The server runs in this process: it has to go on while Python works.
  const child = spawn(python, [script, lab.server.baseAddress, lab.server.token, source, target], {
    env: { ...process.env, PATH: '/usr/bin:/bin', PYTHONPATH: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      said += text;
    });
  }
  const code = await new Promise((done) => child.once('exit', done));
  expect([code, code === 0 ? '' : said]).toEqual([0, '']);
  return readNotebook(readFileSync(target, 'utf8')).cells;
}

describe.skipIf(missing)('nbclient through the gateway client', () => {
  let lab: TestLab;
  beforeAll(async () => {
    lab = await startLab();
  });
  afterAll(() => lab.close());

  it('runs a notebook on our server: output, results, a chart', async () => {
    const made = await run(lab, 'gradlab', [
      'const a = np.arange(4)\na * 2',
      'for (let i = 0; i < 3; i++) console.log("line", i)',
      'plot.plot([1, 2, 3])',
      'await new Promise((r) => setTimeout(r, 300)); a.sum()',
    ]);
    expect(made[0].outputs[0].data['text/plain']).toBe('array([0, 2, 4, 6])');
    expect(made[1].outputs[0].text).toBe('line 0\nline 1\nline 2\n');
    expect(Object.keys(made[2].outputs[0].data)).toContain('application/vnd.plotly.v1+json');
    expect(made[3].outputs[0].data['text/plain']).toBe('6');
    expect((await lab.ask('/api/kernels')).json).toEqual([]);
  });

  it("runs a notebook in Python's own kernel, which our server finds and starts as any other", async () => {
    const made = await run(lab, 'python3', ['print("hello")\n1 + 1', 'import os; os.getcwd()']);
    expect(made[0].outputs.map((output: any) => output.text ?? output.data['text/plain'])).toEqual([
      'hello\n',
      '2',
    ]);
    expect(made[1].outputs[0].data['text/plain']).toBe(`'${lab.server.root}'`);
  });
});
