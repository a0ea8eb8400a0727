// `npm run bench lab`: what a student waits for, from the command to the first cell that ran, and the server's memory:
// the lab's two pages beside Debian's jupyter-notebook, in turns, each time in a fresh browser with the same notebook
// and the same kernel.
import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Page } from 'playwright-core';
import { openChromium } from '../clients/chromium.js';
import {
  chromium,
  freePort,
  type JupyterHome,
  jupyter,
  jupyterHome,
  notebook,
  root,
} from '../clients/jupyter.js';
import { median } from './contenders.js';
import { table } from './report.js';

const ROUNDS = 5;
const TOKEN = 'for-this-benchmark';

interface Front {
  name: string;
  command(port: number): [string, string[]];
  page: string;
  /** A code cell of the notebook, and its number when it has run. */
  cell: string;
  count: string;
  /** What says that the kernel is connected. */
  ready: string;
}

const cli = join(root, 'dist/kernel/cli.js');
const lumino = {
  cell: '.jp-CodeCell .cm-content',
  count: '.jp-CodeCell .jp-InputPrompt',
  ready: '.jp-Notebook-ExecutionIndicator[data-status="idle"]',
};
const fronts: Front[] = [
  {
    name: 'gradlab lab',
    command: (port) => [
      process.execPath,
      [cli, 'lab', '.', '--no-browser', '--port', String(port), '--token', TOKEN],
    ],
    page: 'lab/tree',
    ...lumino,
  },
  {
    name: 'gradlab lab --classic',
    command: (port) => [
      process.execPath,
      [cli, 'lab', '.', '--classic', '--no-browser', '--port', String(port), '--token', TOKEN],
    ],
    page: 'notebooks',
    ...lumino,
  },
  {
    name: 'jupyter-notebook 6 (Python)',
    command: (port) => [
      jupyter,
      ['notebook', '--no-browser', '--allow-root', `--port=${port}`, '--port-retries=0'],
    ],
    page: 'notebooks',
    cell: '.code_cell .CodeMirror',
    count: '.code_cell .input_prompt',
    ready: '.kernel_idle_icon',
  },
];

interface Measured {
  listening: number;
  cells: number;
  executed: number;
  memory: number;
}

const rss = (process: ChildProcess): number =>
  Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${process.pid}/status`, 'utf8'))?.[1]) / 1000;

async function measure(front: Front, home: JupyterHome, folder: string): Promise<Measured> {
  const browser = await openChromium(home);
  const page: Page = await browser.newPage();
  const port = await freePort();
  const [program, args] = front.command(port);
  const began = performance.now();
  const server = spawn(program, args, {
    cwd: folder,
    env: { ...home.env, JUPYTER_TOKEN: TOKEN },
    stdio: 'ignore',
  });
  const ended = new Promise((done) => server.on('close', done));
  try {
    const address = `http://127.0.0.1:${port}`;
    while (
      !(await fetch(`${address}/api`).then(
        (reply) => reply.ok,
        () => false,
      ))
    ) {
      if (server.exitCode !== null)
        throw new Error(`bench: ${front.name} ended with code ${server.exitCode}`);
      await new Promise((done) => setTimeout(done, 10));
    }
    const listening = performance.now() - began;
    const opened = performance.now();
    await page.goto(`${address}/${front.page}/${basename(notebook)}?token=${TOKEN}`);
    await page.waitForSelector(front.cell);
    const cells = performance.now() - opened;
    await page.waitForSelector(front.ready);
    // A page may look ready before its kernel is connected; a cell that is run then stays without a number.
    const ran = () =>
      page.waitForFunction(
        (selector) => /\[\d+\]/.test(document.querySelector(selector)?.textContent ?? ''),
        front.count,
        { timeout: 2000 },
      );
    for (let tries = 0; ; tries++) {
      await page.locator(front.cell).first().click();
      await page.keyboard.press('Control+Enter');
      const done = await ran().catch((error: Error) => error);
      if (!(done instanceof Error)) break;
      if (tries === 10) throw new Error(`bench: ${front.name} did not run the first cell`);
    }
    return { listening, cells, executed: performance.now() - began, memory: rss(server) };
  } finally {
    await browser.close();
    server.kill('SIGTERM');
    const stubborn = setTimeout(() => server.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(stubborn);
  }
}

export async function lab(): Promise<void> {
  console.log('\n## The lab: a notebook opened in Chromium, medians\n');
  if (!existsSync(chromium)) {
    console.log('(without Chromium: apt-get install chromium)');
    return;
  }
  const home = jupyterHome();
  const folder = join(home.folder, 'notebooks');
  mkdirSync(folder);
  copyFileSync(notebook, join(folder, basename(notebook)));
  const asked = fronts.filter(({ command }) => existsSync(command(0)[0]));
  const measured = asked.map((): Measured[] => []);
  try {
    for (let round = 0; round < ROUNDS; round++) {
      for (const [i, front] of asked.entries()) measured[i].push(await measure(front, home, folder));
    }
  } finally {
    home.remove();
  }
  const row = (what: string, unit: string, of: keyof Measured): string[] => [
    what,
    ...measured.map((runs) => {
      const values = runs.map((run) => run[of]);
      const digits = of === 'memory' ? 0 : 2;
      const scale = of === 'memory' ? 1 : 1000;
      return `${(median(values) / scale).toFixed(digits)} ${unit} (least ${(Math.min(...values) / scale).toFixed(digits)})`;
    }),
  ];
  table(
    ['', ...asked.map(({ name }) => name)],
    [
      row('command to a listening server', 's', 'listening'),
      row('page to cells', 's', 'cells'),
      row('command to the first executed cell', 's', 'executed'),
      row("the server's memory", 'MB', 'memory'),
    ],
  );
}
