// Debian's Jupyter Notebook as a process, and a notebook of it opened in Chromium.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { openChromium } from './chromium.js';
import { freePort, type JupyterHome, jupyter, jupyterHome } from './jupyter.js';

/**
 * A notebook server and a page with one notebook, its kernel idle, for the tests of one suite. `page` is there once the
 * tests begin.
 * @param prepare puts the notebook into the folder that is served, and returns its name
 */
export function useNotebookPage(prepare: (folder: string) => string, height: number): { page: Page } {
  const session = {} as { page: Page };
  let home: JupyterHome;
  let server: ChildProcess;
  let browser: Browser;

  beforeAll(async () => {
    home = jupyterHome();
    const folder = join(home.folder, 'notebooks');
    mkdirSync(folder);
    const name = prepare(folder);
    const port = await freePort();
    const token = 'for-this-test-only';
    server = spawn(
      jupyter,
      ['notebook', '--no-browser', '--allow-root', `--port=${port}`, '--port-retries=0'],
      { cwd: folder, env: { ...home.env, JUPYTER_TOKEN: token }, stdio: 'ignore' },
    );
    const base = `http://127.0.0.1:${port}`;
    const answers = (): Promise<boolean> =>
      fetch(`${base}/api`).then(
        (reply) => reply.ok,
        () => false,
      );
    for (const deadline = Date.now() + 120_000; !(await answers()); ) {
      if (Date.now() > deadline) throw new Error('the notebook server did not answer within two minutes');
      await new Promise((done) => setTimeout(done, 100));
    }
    browser = await openChromium(home);
    session.page = await browser.newPage({ viewport: { width: 1200, height } });
    session.page.setDefaultTimeout(90_000);
    await session.page.goto(`${base}/notebooks/${name}?token=${token}`);
    await session.page.waitForSelector('.kernel_idle_icon', { timeout: 120_000 });
  });
  afterAll(async () => {
    await browser?.close();
    server?.kill('SIGTERM');
    home?.remove();
  });
  return session;
}
