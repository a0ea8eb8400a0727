// The command `gradlab lab` around its page: the one-document pages, the list of servers, and how they end.
import { execFile, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, type JupyterHome, jupyterHome, notebook, runToEnd, savedPicture } from './jupyter.js';
import { cli, startLabProcess, useLab } from './lab.js';

const gradlab = (home: JupyterHome, ...args: string[]) =>
  runToEnd(process.execPath, [cli, ...args], home.env, home.folder);

describe('gradlab lab --classic', () => {
  const session = useLab('classic', '--classic');
  beforeAll(() => {
    copyFileSync(notebook, join(session.folder, basename(notebook)));
  });

  it('opens with the list of files', async () => {
    const { lab, page } = session;
    await page.goto(lab.url);
    expect(new URL(page.url()).pathname).toBe('/tree');
    await page.waitForSelector(`.jp-DirListing-itemText:has-text("${basename(notebook)}")`);
    await page.screenshot({ path: savedPicture('classic-tree.png') });
  });

  it("runs cells in Jupyter Notebook's page and draws a live chart", async () => {
    const { lab, page } = session;
    await page.goto(`${lab.origin}/notebooks/${basename(notebook)}`);
    await page.waitForSelector('.jp-Notebook-ExecutionIndicator[data-status="idle"]');
    await page.waitForSelector('mjx-container');
    for (const at of [0, 1, 2]) {
      const cell = page.locator('.jp-CodeCell').nth(at);
      const taken = cell.locator('.jp-InputPrompt:text-matches("\\\\[(\\\\*|\\\\d+)\\\\]")').first();
      // While the page still settles it may lose a press: again, until the cell's prompt has changed.
      for (let tries = 0; tries < 10 && !(await taken.isVisible()); tries++) {
        await cell.locator('.cm-content').click();
        await page.keyboard.press('Control+Enter');
        await taken.waitFor({ timeout: 5000 }).catch(() => {});
      }
      await cell
        .locator(`.jp-InputPrompt:text-matches("\\\\[${at + 1}\\\\]")`)
        .first()
        .waitFor();
    }
    const points = page.locator('.gradlab-plotly .scatterlayer .points path');
    await points.first().waitFor();
    expect(await points.count()).toBe(300);
    await points.nth(120).hover({ force: true });
    await page.waitForSelector('.hoverlayer .hovertext');
    await page.screenshot({ path: savedPicture('classic-notebook.png') });
  });

  it('reached nothing outside of this machine, and threw no error', () => {
    const { watched } = session;
    expect(watched.outside).toEqual([]);
    expect(watched.errors).toEqual([]);
  });
});

describe('the command gradlab lab', () => {
  let home: JupyterHome;
  beforeAll(() => {
    home = jupyterHome();
  });
  afterAll(() => home.remove());

  it('serves the folder of a notebook and opens its page, when a notebook is named', async () => {
    const folder = join(home.folder, 'work');
    mkdirSync(folder);
    copyFileSync(notebook, join(folder, 'a b.ipynb'));
    const lab = await startLabProcess(home, join(folder, 'a b.ipynb'));
    expect(lab.url).toMatch(/\/lab\/tree\/work\/a%20b\.ipynb\?token=[0-9a-f]{48}$/);
    await lab.stop();
  });

  it('is in the list while it runs, with Jupyter servers; `stop` ends it and its kernels', async () => {
    const lab = await startLabProcess(home, home.folder);
    const token = new URL(lab.url).searchParams.get('token') ?? '';
    const headers = { Authorization: `token ${token}` };
    const kernel = (await (
      await fetch(`${lab.origin}/api/kernels`, { method: 'POST', headers, body: '{"name": "gradlab"}' })
    ).json()) as { id: string };
    expect(kernel.id).toBeTruthy();
    const listed = JSON.parse(gradlab(home, 'lab', 'list', '--json')) as { port: number; pid: number }[];
    expect(listed).toHaveLength(1);
    expect(listed[0]).toMatchObject({ port: Number(new URL(lab.url).port), pid: lab.process.pid, token });
    expect(gradlab(home, 'lab', 'list')).toContain(`${lab.origin}/?token=${token} :: ${home.folder}`);
    const children = readFileSync(`/proc/${lab.process.pid}/task/${lab.process.pid}/children`, 'utf8');
    const kernels = children.trim().split(' ').map(Number);
    expect(kernels.length).toBeGreaterThan(0);
    // Not a synchronous run: this process is the server's parent and has to take note of its end.
    const stop = promisify(execFile)(process.execPath, [cli, 'lab', 'stop'], { env: home.env });
    expect((await stop).stdout).toContain(`Stopped ${lab.origin}`);
    expect(gradlab(home, 'lab', 'list')).toBe('No server is running.\n');
    for (const pid of kernels) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it('ends with code 0 on SIGTERM', async () => {
    const lab = await startLabProcess(home, home.folder);
    expect(await lab.stop()).toBe(0);
  });

  it('on Ctrl-C asks while a kernel runs, goes on after a no, ends after a yes', async () => {
    const port = await freePort();
    // Without `exec` a shell stands between, and dies of the Ctrl-C itself.
    const command = `exec ${process.execPath} ${cli} lab . --no-browser --port ${port} --token t`;
    const terminal = spawn('script', ['-qfec', command, '/dev/null'], {
      cwd: home.folder,
      env: { ...home.env, SHELL: '/bin/sh' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let shown = '';
    terminal.stdout.on('data', (chunk: Buffer) => (shown += chunk));
    const ended = new Promise<number | null>((done) => terminal.on('close', done));
    const until = async (text: string) => {
      for (const deadline = Date.now() + 120_000; !shown.includes(text); ) {
        if (Date.now() > deadline)
          throw new Error(`the terminal did not show ${JSON.stringify(text)}:\n${shown}`);
        await new Promise((done) => setTimeout(done, 20));
      }
      shown = '';
    };
    await until('?token=t');
    const headers = { Authorization: 'token t' };
    const kernels = `http://127.0.0.1:${port}/api/kernels`;
    await fetch(kernels, { method: 'POST', headers, body: '{"name": "gradlab"}' });
    terminal.stdin.write('\x03');
    await until('End? [y/N]');
    terminal.stdin.write('n\r');
    await until('going on');
    expect(await (await fetch(kernels, { headers })).json()).toHaveLength(1);
    terminal.stdin.write('\x03');
    await until('End? [y/N]');
    terminal.stdin.write('y\r');
    expect(await ended).toBe(0);
  });

  it('says what is wrong with what it was given', () => {
    writeFileSync(join(home.folder, 'here.txt'), '');
    const wrong: [string[], RegExp][] = [
      [['nowhere'], /lab: there is no folder or file .*nowhere/],
      [['a', 'b'], /lab: one folder or notebook, got 2: a b/],
      [['--port', 'x'], /lab: --port "x" is not a whole number from 0 to 65535/],
      [['stop', '1'], /lab stop: no server runs on port 1; see gradlab lab list/],
      [['stop'], /lab stop: no server is running/],
    ];
    for (const [args, message] of wrong) expect(() => gradlab(home, 'lab', ...args)).toThrow(message);
  });
});
