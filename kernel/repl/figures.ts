// Charts and pictures of a terminal session as files: a chart is a page of its own that needs no network, a picture
// what its type says. They are written when their cell has ended, so that a chart that changes is written once.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { browserCommand } from '../browser.js';
import type { MimeBundle } from '../protocol/messages.js';

const CHART = 'application/vnd.plotly.v1+json';
const KINDS: Record<string, string> = {
  [CHART]: '.html',
  'image/svg+xml': '.svg',
  'image/png': '.png',
  'image/jpeg': '.jpg',
  'image/gif': '.gif',
  'image/webp': '.webp',
};

interface Figure {
  path: string;
  type: string;
  data: MimeBundle;
  saved: boolean;
  opened: boolean;
}

export class SavedFigures {
  private readonly figures: Figure[] = [];
  private readonly displays = new Map<string, Figure>();

  /**
   * @param folder where files go; a temporary folder, made when it is needed, by default
   * @param open whether they are opened in the browser as well
   */
  constructor(
    private folder: string | undefined,
    private readonly open: boolean,
  ) {}

  /** Takes a value's bundle; returns the path of its file, undefined when text is all there is. */
  add(data: MimeBundle, id?: string): string | undefined {
    const type = Object.keys(KINDS).find((each) => data[each] !== undefined);
    if (type === undefined) return undefined;
    const kind = type === CHART ? 'chart' : 'picture';
    const path = join(this.target(), `${kind}-${this.figures.length + 1}${KINDS[type]}`);
    const figure = { path, type, data, saved: false, opened: false };
    this.figures.push(figure);
    if (id !== undefined) this.displays.set(id, figure);
    return path;
  }

  /** Replaces the content of a display's file, and returns its path; undefined when it has none. */
  update(data: MimeBundle, id: string): string | undefined {
    const figure = this.displays.get(id);
    if (figure === undefined || data[figure.type] === undefined) return undefined;
    figure.data = data;
    figure.saved = false;
    return figure.path;
  }

  /** Writes what is new; returns what went wrong. */
  async save(): Promise<string | undefined> {
    for (const figure of this.figures) {
      if (figure.saved) continue;
      figure.saved = true;
      try {
        writeFileSync(figure.path, await contentOf(figure));
      } catch (error) {
        return `repl: ${figure.path} cannot be written: ${(error as Error).message}. Choose a folder with --charts DIR`;
      }
      if (this.open && !figure.opened) openFile(figure.path);
      figure.opened = true;
      figure.data = {};
    }
    return undefined;
  }

  private target(): string {
    if (this.folder === undefined) this.folder = mkdtempSync(join(tmpdir(), 'gradlab-repl-'));
    else mkdirSync(this.folder, { recursive: true });
    return resolve(this.folder);
  }
}

async function contentOf({ type, data }: Figure): Promise<string | Buffer> {
  const content = data[type];
  if (type === CHART) {
    const { chartDocument } = await import('../notebook/html.js');
    return chartDocument(content, String(data['text/plain'] ?? 'A chart'));
  }
  return type === 'image/svg+xml' ? String(content) : Buffer.from(String(content), 'base64');
}

function openFile(path: string): void {
  const command = browserCommand();
  if (!command) return;
  const [program, ...args] = command;
  const child = spawn(program, [...args, path], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined); // the path is on the screen
  child.unref();
}
