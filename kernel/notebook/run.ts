// `gradlab run`: executes a notebook without a browser, through the same kernel that a notebook page talks to, and
// writes the result as a notebook and as an HTML page. Cells run top to bottom; the first one that fails ends it.

import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { type ExecuteReplyContent, type KernelClient, startKernel } from '../protocol/client.js';
import type { Json, Message } from '../protocol/messages.js';
import { OutputCollector } from '../protocol/outputs.js';
import { notebookToHtml } from './html.js';
import {
  type CellOutput,
  type CodeCell,
  type Notebook,
  readNotebook,
  upgradeNotebook,
  writeNotebook,
} from './nbformat.js';
import { injectParameters } from './parameters.js';
import { WidgetState } from './widget-state.js';

export interface RunOptions {
  /** Where the executed notebook goes; it is written after a failure too. */
  out?: string;
  /** Where the HTML page goes. */
  html?: string;
  /** Seconds that one cell may take; it is interrupted then. Default: no limit. */
  timeout?: number;
  /** The kernel's folder; default: the notebook's. */
  cwd?: string;
  /** Go on after cells that fail. */
  allowErrors?: boolean;
  /** Seconds that the kernel may take to start; 30 by default. */
  kernelTimeout?: number;
  /** Values for the notebook's parameters, by name. */
  parameters?: Readonly<Record<string, unknown>>;
  /** Where progress goes; default: stderr. */
  write?: (text: string) => void;
  /** Whether progress and traces are coloured; default: when stderr is a terminal. */
  color?: boolean;
}

export interface RunOutcome {
  cells: number;
  milliseconds: number;
  /** What failed, in a line. */
  failure?: string;
  interrupted: boolean;
}

/** How long an interrupted cell has to end before the kernel is killed. */
const GRACE_MS = 10_000;

const hasTag = (cell: CodeCell, tag: string): boolean =>
  Array.isArray(cell.metadata.tags) && cell.metadata.tags.includes(tag);

/** The first line of code that says something, to name a cell by. */
function caption(source: string, width: number): string {
  const lines = source
    .split('\n')
    .map((l) => l.trim())
    .filter(Boolean);
  const line = lines.find((l) => !/^(\/\/|\/\*|\*|import\b)/.test(l)) ?? lines[0] ?? '';
  return line.length > width ? `${line.slice(0, width - 1)}…` : line;
}

export const seconds = (ms: number): string =>
  ms < 99_950
    ? `${(ms / 1000).toFixed(1)}s`
    : `${Math.floor(ms / 60_000)}m ${Math.round((ms % 60_000) / 1000)}s`;

/** Runs the cells of one notebook and keeps its outputs. */
class Run {
  private readonly collectors: OutputCollector[] = [];
  /** Requests by id, for output that comes after its cell ended (timers). */
  private readonly byRequest = new Map<string, OutputCollector>();
  private readonly done = new Set<OutputCollector>();
  private readonly widgets = new WidgetState();
  interrupted = false;
  /** Whether a cell runs now. */
  busy = false;

  constructor(
    private readonly client: KernelClient,
    private readonly timeout: number | undefined,
  ) {
    client.onIopub = (message) => {
      this.widgets.add(message);
      const late = this.byRequest.get(String(message.parent_header.msg_id));
      if (late && this.done.has(late)) this.take(late, message);
    };
  }

  /** The notebook's metadata with the widgets as they are now, which front ends show without a kernel. */
  withWidgets({ widgets: _, ...metadata }: Json): Json {
    const widgets = this.widgets.metadata;
    return widgets ? { ...metadata, widgets } : metadata;
  }

  private take(collector: OutputCollector, message: Message): void {
    if (message.header.msg_type === 'update_display_data')
      for (const c of this.collectors) c.update(message.content);
    else collector.add(message);
  }

  /** @returns what failed, or undefined */
  async cell(cell: CodeCell): Promise<string | undefined> {
    const collector = new OutputCollector();
    this.collectors.push(collector);
    cell.outputs = collector.outputs as CellOutput[];
    let stuck: NodeJS.Timeout | undefined;
    const limit = this.timeout === undefined ? undefined : this.timeout * 1000;
    if (limit !== undefined) stuck = setTimeout(() => this.client.kill(), limit + GRACE_MS);
    let timedOut = false;
    this.busy = true;
    let reply: ExecuteReplyContent;
    try {
      const result = await this.client.execute(cell.source, {
        timeout: limit,
        onMessage: (message) => {
          this.byRequest.set(String(message.parent_header.msg_id), collector);
          this.take(collector, message);
        },
      });
      ({ reply, timedOut } = result);
    } catch (error) {
      const lost = (error as Error).message;
      const text =
        stuck && limit !== undefined && /SIGKILL/.test(lost)
          ? `the cell ran longer than ${this.timeout} s and did not react to an interrupt; the kernel was ended`
          : lost;
      cell.outputs.push({ output_type: 'error', ename: 'KernelDied', evalue: text, traceback: [text] });
      return text;
    } finally {
      clearTimeout(stuck);
      this.busy = false;
      this.done.add(collector);
    }
    if ('execution_count' in reply) cell.execution_count = reply.execution_count;
    if (timedOut) {
      const text = `the cell ran longer than ${this.timeout} s (--timeout) and was interrupted`;
      cell.outputs.push({ output_type: 'error', ename: 'Timeout', evalue: text, traceback: [text] });
      return text;
    }
    if (reply.status === 'ok') return undefined;
    return reply.status === 'aborted'
      ? 'the kernel refused the cell (aborted)'
      : `${reply.ename}: ${reply.evalue}`;
  }
}

/**
 * Runs a notebook headless, through a real kernel.
 * @param path the notebook; it is changed only if `out` names it
 * @returns the exit code: 0, or 1 when a cell failed
 * @throws Error when the notebook cannot be read or a target cannot be written
 */
export async function runNotebook(path: string, options: RunOptions = {}): Promise<number> {
  return (await runForOutcome(path, options)).failure === undefined ? 0 : 1;
}

/** As `runNotebook`, and says what came of it. */
export async function runForOutcome(path: string, options: RunOptions = {}): Promise<RunOutcome> {
  if (options.timeout !== undefined && !(options.timeout > 0)) {
    throw new Error(`run: the timeout must be a number of seconds above 0, got ${options.timeout}`);
  }
  if (!existsSync(path)) throw new Error(`run: there is no file ${path}`);
  if (statSync(path).isDirectory()) throw new Error(`run: ${path} is a folder, not a notebook`);
  const notebook = upgradeNotebook(readNotebook(readFileSync(path, 'utf8'), path));
  const color = options.color ?? process.stderr.isTTY === true;
  const write = options.write ?? ((text: string) => void process.stderr.write(text));
  const say = (text: string): void => write(color ? text : stripVTControlCharacters(text));
  if (options.parameters && Object.keys(options.parameters).length > 0)
    injectParameters(notebook, options.parameters, path);
  const code = notebook.cells.filter(
    (c): c is CodeCell =>
      c.cell_type === 'code' && c.source.trim() !== '' && !hasTag(c as CodeCell, 'skip-execution'),
  );
  for (const cell of notebook.cells)
    if (cell.cell_type === 'code') Object.assign(cell, { outputs: [], execution_count: null });

  const started = performance.now();
  const client = await startKernel({
    cwd: resolve(options.cwd ?? dirname(path)),
    startTimeout: options.kernelTimeout === undefined ? undefined : options.kernelTimeout * 1000,
  });
  const run = new Run(client, options.timeout);
  // A terminal's Ctrl-C reaches the kernel as well and it interrupts its cell; a signal to this process alone does not.
  // The second Ctrl-C ends the kernel.
  const onSigint = (): void => {
    if (run.interrupted) client.kill();
    run.interrupted = true;
    setTimeout(() => {
      if (run.busy) client.interrupt().catch(() => client.kill());
    }, 500).unref();
  };
  process.on('SIGINT', onSigint);
  let failed: Failure | undefined;
  try {
    await describeKernel(client, notebook);
    for (const [i, cell] of code.entries()) {
      if (run.interrupted) {
        failed = { cell, place: `before cell ${i + 1} of ${code.length}`, why: 'interrupted' };
        break;
      }
      const place = `[${String(i + 1).padStart(String(code.length).length)}/${code.length}]`;
      const text = caption(cell.source, 60);
      if (color) write(`${place} ${text} `);
      const before = performance.now();
      const why = await run.cell(cell);
      const time = seconds(performance.now() - before);
      const expected =
        why !== undefined && (hasTag(cell, 'raises-exception') || options.allowErrors === true);
      const end = why === undefined ? time : expected ? `${time} (failed, as allowed)` : `${time} failed`;
      write(
        color
          ? `\r${place} ${text.padEnd(60)} ${why === undefined ? '' : '\x1b[31m'}${end}\x1b[0m\n`
          : `${place} ${text} ... ${end}\n`,
      );
      if (why !== undefined && (!expected || run.interrupted)) {
        failed = { cell, place: `cell ${i + 1} of ${code.length}`, why };
        break;
      }
    }
  } finally {
    process.off('SIGINT', onSigint);
    notebook.metadata = run.withWidgets(notebook.metadata);
    await shutdown(client);
  }

  if (options.out !== undefined) writeTo(options.out, writeNotebook(notebook));
  if (options.html !== undefined) {
    const page = notebookToHtml(notebook, {
      folder: dirname(resolve(path)),
      fallbackTitle: basename(path, '.ipynb'),
    });
    writeTo(options.html, page);
  }
  const targets = [options.out, options.html].filter((t) => t !== undefined);
  if (failed) say(failureText(failed, path));
  const written = targets.length > 0 ? `, wrote ${targets.join(' and ')}` : '';
  const milliseconds = performance.now() - started;
  say(
    `${failed ? '\x1b[31mfailed\x1b[0m' : `ran ${code.length} cell${code.length === 1 ? '' : 's'}`} in ${seconds(milliseconds)}${written}\n`,
  );
  return {
    cells: code.length,
    milliseconds,
    failure: failed && `${failed.place}: ${failed.why.split('\n')[0]}`,
    interrupted: run.interrupted,
  };
}

/** The kernel's name and language, as front ends keep them in a notebook. */
async function describeKernel(client: KernelClient, notebook: Notebook): Promise<void> {
  const info = await client.kernelInfo();
  notebook.metadata = {
    ...notebook.metadata,
    kernelspec: { display_name: 'TypeScript (gradlab)', language: info.language_info.name, name: 'gradlab' },
    language_info: { ...info.language_info },
  };
}

async function shutdown(client: KernelClient): Promise<void> {
  try {
    await client.shutdown();
  } catch {
    client.kill();
  }
}

function writeTo(path: string, text: string): void {
  mkdirSync(dirname(resolve(path)), { recursive: true });
  writeFileSync(path, text);
}

interface Failure {
  cell: CodeCell;
  place: string;
  why: string;
}

/** The failing cell with line numbers, and its trace. */
function failureText(
  { cell, place, why }: { cell: CodeCell; place: string; why: string },
  path: string,
): string {
  const lines = cell.source.split('\n');
  const width = String(lines.length).length;
  const source = lines
    .map((line, i) => `\x1b[90m${String(i + 1).padStart(width)} |\x1b[0m ${line}`)
    .join('\n');
  const trace = cell.outputs.flatMap((o) => (o.output_type === 'error' ? o.traceback : [])).join('\n') || why;
  return `\n\x1b[1m${path}, ${place}:\x1b[0m\n${source}\n\n${trace}\n\n`;
}
