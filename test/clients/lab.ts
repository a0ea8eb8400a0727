// `gradlab lab` as a process, and its page in Chromium: opened, run, typed into. Every request of the page is watched:
// one that would leave this machine is stopped and kept for the test to complain about.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, onTestFailed } from 'vitest';
import { openChromium } from './chromium.js';
import { freePort, type JupyterHome, jupyterHome, root, savedPicture } from './jupyter.js';

export const cli = join(root, 'dist/kernel/cli.js');

export interface LabProcess {
  process: ChildProcess;
  /** What it printed, both streams. */
  printed(): string;
  /** The address that it printed, with the token. */
  url: string;
  /** `http://127.0.0.1:PORT` */
  origin: string;
  /** Sends the signal and waits for the end; returns the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export async function startLabProcess(
  home: JupyterHome,
  folder: string,
  ...args: string[]
): Promise<LabProcess> {
  const port = await freePort();
  const child = spawn(process.execPath, [cli, 'lab', folder, '--no-browser', '--port', `${port}`, ...args], {
    cwd: home.folder,
    env: home.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk));
  const ended = new Promise<number | null>((done) => child.on('close', done));
  for (const deadline = Date.now() + 120_000; ; ) {
    const url = /http:\/\/\S+/.exec(text)?.[0];
    if (url) {
      const stop = (signal: NodeJS.Signals = 'SIGTERM') => {
        child.kill(signal);
        return ended;
      };
      return { process: child, printed: () => text, url, origin: new URL(url).origin, stop };
    }
    if (child.exitCode !== null || Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`gradlab lab printed no address:\n${text}`);
    }
    await new Promise((done) => setTimeout(done, 20));
  }
}

/** Errors that the front end itself logs at every start of Notebook's pages, whatever the server. */
const KNOWN = [/Command 'filebrowser:open-path' not registered/, /reading 'schema'/];

export interface Watched {
  browser: Browser;
  context: BrowserContext;
  page: Page;
  /** Addresses that are not of this machine, and were not reached. */
  outside: string[];
  /** Errors that the page threw. */
  errors: string[];
}

async function openWatched(home: JupyterHome, origin: string): Promise<Watched> {
  const browser = await openChromium(home);
  const context = await browser.newContext({
    viewport: { width: 1280, height: 1000 },
    acceptDownloads: true,
  });
  const outside: string[] = [];
  const errors: string[] = [];
  const ours = (url: string) => url.startsWith(`${origin}/`) || /^(data|blob|about):/.test(url);
  await context.route(
    (url) => !ours(url.href),
    (route) => {
      outside.push(route.request().url());
      return route.abort();
    },
  );
  const page = await context.newPage();
  page.setDefaultTimeout(90_000);
  context.on('weberror', (thrown) => {
    const text = String(thrown.error().stack ?? thrown.error());
    if (!KNOWN.some((known) => known.test(text))) errors.push(text);
  });
  page.on('websocket', (socket) => {
    if (!socket.url().startsWith(origin.replace('http', 'ws'))) outside.push(socket.url());
  });
  return { browser, context, page, outside, errors };
}

export interface LabSession {
  home: JupyterHome;
  /** The folder that the lab serves. */
  folder: string;
  lab: LabProcess;
  watched: Watched;
  page: Page;
  book: NotebookPage;
  /** Keeps what the page shows, as NAME-what.png. */
  picture(what: string): Promise<unknown>;
}

/**
 * A lab over an empty folder and its page, for the tests of one suite: started before them, ended after them. What the
 * page shows when a test fails is kept as a picture. The fields are there once the tests begin.
 */
export function useLab(name: string, ...args: string[]): LabSession {
  const session = {
    picture: (what) => session.page.screenshot({ path: savedPicture(`${name}-${what}.png`) }),
  } as LabSession;
  beforeAll(async () => {
    session.home = jupyterHome();
    session.folder = join(session.home.folder, 'notebooks');
    mkdirSync(session.folder);
    session.lab = await startLabProcess(session.home, session.folder, ...args);
    session.watched = await openWatched(session.home, session.lab.origin);
    session.page = session.watched.page;
    session.book = new NotebookPage(session.page);
  });
  afterAll(async () => {
    await session.watched?.browser.close();
    await session.lab?.stop();
    session.home?.remove();
  });
  beforeEach(({ task }) => {
    onTestFailed(async () => {
      await session.picture(`failed-${task.name.replace(/\W+/g, '-').slice(0, 40)}`);
    });
  });
  return session;
}

/** The notebook that is in front. */
const front = '.jp-NotebookPanel:not(.lm-mod-hidden)';

/** Drives the notebook in front as a person does: keyboard and menus. */
class NotebookPage {
  constructor(readonly page: Page) {}

  /** Waits until the kernel is connected and has nothing to do. */
  async idle(timeout = 120_000): Promise<void> {
    await this.page.waitForSelector(`${front} .jp-Notebook-ExecutionIndicator[data-status="idle"]`, {
      timeout,
    });
    await this.page.waitForSelector('#jp-main-statusbar :text("| Idle")', { timeout });
  }

  async busy(): Promise<void> {
    await this.page.waitForSelector(`${front} .jp-Notebook-ExecutionIndicator[data-status="busy"]`);
  }

  async menu(...path: string[]): Promise<void> {
    await this.page.click(`.lm-MenuBar-itemLabel:text-is("${path[0]}")`);
    for (const [i, label] of path.slice(1).entries()) {
      const item = this.page.locator('.lm-Menu').nth(i).locator(`.lm-Menu-itemLabel:text-is("${label}")`);
      if (i < path.length - 2) await item.hover();
      else await item.click();
    }
  }

  /** Cells out of sight are put on the page when there is time for it: waits until all are. */
  async complete(): Promise<void> {
    await this.page.waitForFunction((selector) => {
      const said = /Cell \d+\/(\d+)/.exec(document.querySelector('#jp-main-statusbar')?.textContent ?? '');
      return (
        document.querySelectorAll(`${selector} .jp-Cell`).length === Number(said?.[1]) &&
        document.querySelector(`${selector} .jp-Cell-Placeholder`) === null
      );
    }, front);
  }

  /** Scrolls to a chart of the notebook in front. */
  async chart(at: number) {
    await this.complete();
    const charts = this.page.locator(`${front} .gradlab-plotly`);
    await charts.nth(at).scrollIntoViewIfNeeded();
    await charts.nth(at).locator('.main-svg').first().waitFor();
    return charts.nth(at);
  }

  /** A new code cell below the last one, in edit mode. */
  async newCell(): Promise<void> {
    await this.complete();
    const cells = this.page.locator(`${front} .jp-Notebook .jp-Cell`);
    const before = await cells.count();
    await cells.last().locator('.jp-InputPrompt').click();
    await this.page.keyboard.press('b');
    await this.page.waitForFunction(
      ([selector, count]) =>
        document.querySelectorAll(`${selector} .jp-Notebook .jp-Cell`).length > Number(count),
      [front, before],
    );
    await this.page.keyboard.press('Enter');
    await this.page.waitForSelector(`${front} .jp-Notebook.jp-mod-editMode .jp-mod-active .cm-content`);
  }

  /** Types a cell below the last one, without the editor's closing of brackets getting in the way. */
  async write(code: string): Promise<void> {
    await this.newCell();
    await this.page.keyboard.insertText(code);
  }

  /** The cell that was written last. */
  get lastCell() {
    return this.page.locator(`${front} .jp-CodeCell`).last();
  }

  /** Runs a new cell to its end; returns the text of its outputs. */
  async run(code: string, timeout = 120_000): Promise<string> {
    await this.write(code);
    await this.page.keyboard.press('Control+Enter');
    await this.ended(timeout);
    return this.output();
  }

  /** Waits until the last cell has its number. */
  async ended(timeout = 120_000): Promise<void> {
    await this.page.waitForFunction(
      (selector) => {
        const cells = document.querySelectorAll(`${selector} .jp-CodeCell`);
        const prompt = cells[cells.length - 1]?.querySelector('.jp-InputPrompt')?.textContent ?? '';
        return /\[\d+\]/.test(prompt);
      },
      front,
      { timeout },
    );
    await this.idle(timeout);
  }

  async output(): Promise<string> {
    return (await this.lastCell.locator('.jp-OutputArea-output').allInnerTexts()).join('\n');
  }

  async save(): Promise<void> {
    const saved = this.page.waitForResponse(
      (reply) => reply.request().method() === 'PUT' && reply.url().includes('/api/contents/'),
    );
    await this.pressSave();
    await saved;
  }

  async pressSave(): Promise<void> {
    await this.page.click(`${front} .jp-Toolbar-item[data-jp-item-name="save"]`);
  }
}
