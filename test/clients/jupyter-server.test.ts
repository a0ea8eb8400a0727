// Jupyter's own server beside ours: the same list of requests, the same answers. With GRADLAB_RECORD=1 what it answers
// is written to test/fixtures/jupyter-server.json, against which test/lab/recorded.test.ts holds ours without Python.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../lab/lab.js';
import { answers, CASES, filesOf, type Recorded, SEED } from '../lab/requests.js';
import { freePort, type JupyterHome, jupyterHome, python, root } from './jupyter.js';

const file = join(root, 'test/fixtures/jupyter-server.json');
const version = spawnSync(python, ['-c', 'import jupyter_server; print(jupyter_server.__version__)'], {
  encoding: 'utf8',
}).stdout?.trim();

describe.skipIf(!version)(`jupyter_server ${version}`, () => {
  let home: JupyterHome;
  let server: ChildProcess;
  let given: Recorded[];
  let folder: string;
  let said = '';

  beforeAll(async () => {
    home = jupyterHome();
    folder = join(realpathSync(home.folder), 'root');
    for (const [name, content] of Object.entries(SEED)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
    const port = await freePort();
    const args = [
      '-m',
      'jupyter_server',
      '--no-browser',
      '--allow-root',
      '--ServerApp.token=abc',
      `--ServerApp.root_dir=${folder}`,
      `--ServerApp.port=${port}`,
      '--ServerApp.port_retries=0',
      '--FileContentsManager.delete_to_trash=False',
      '--MultiKernelManager.default_kernel_name=gradlab',
    ];
    server = spawn(python, args, { env: home.env, cwd: home.folder, stdio: ['ignore', 'ignore', 'pipe'] });
    server.stderr?.on('data', (text) => {
      said += text;
    });
    const base = `http://127.0.0.1:${port}/`;
    for (let tries = 0; ; tries++) {
      try {
        await ask(base, '/api', {});
        break;
      } catch {
        if (tries > 1200) throw new Error(`jupyter_server does not answer:\n${said}`);
        await new Promise((done) => setTimeout(done, 100));
      }
    }
    given = await answers(base, 'abc', folder);
    if (process.env.GRADLAB_RECORD) {
      const fixture = { server: `jupyter_server ${version}`, answers: given, files: filesOf(folder) };
      writeFileSync(file, `${JSON.stringify(fixture, null, 1)}\n`);
    }
  });
  afterAll(async () => {
    const ended = new Promise((done) => server.once('exit', done));
    // It would wait for its kernels; they end by themselves when it is gone.
    server.kill('SIGKILL');
    await ended;
    home.remove();
  });

  it('answers as it was recorded', () => {
    const recorded = JSON.parse(readFileSync(file, 'utf8')) as { answers: Recorded[] };
    for (const [i, { method, path }] of CASES.entries()) {
      expect([method, path, given[i]]).toEqual([method, path, recorded.answers[i]]);
    }
  });

  it('leaves the files that were recorded', () => {
    expect(filesOf(folder)).toEqual(JSON.parse(readFileSync(file, 'utf8')).files);
  });
});
