// What the magics of a cell do: commands of the shell with their output live, timing, lists of variables, files. The
// language turns `%time f()` or `!ls` into calls of these (kernel/language/magics.ts).
import { spawn } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { cellScope, currentCell, send } from './channel.js';
import { inspectText, print } from './display.js';
import { confirm, Interrupted } from './stdin.js';
import { forgotten } from './variables.js';

interface Ended {
  code: number;
  lines: string[];
}

/** Runs a program; what it writes belongs to the cell. It ends with the cell when that is interrupted. */
function execute(file: string, args: string[], keep: boolean): Promise<Ended> {
  const cell = currentCell();
  const scope = cellScope.getStore();
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const stop = () => {
    try {
      if (child.pid) process.kill(-child.pid, 'SIGTERM');
    } catch {
      // It has ended.
    }
  };
  scope?.onStop.add(stop);
  let kept = '';
  for (const name of ['stdout', 'stderr'] as const) {
    const decoder = new StringDecoder('utf8');
    child[name].on('data', (chunk: Buffer) => {
      const text = decoder.write(chunk);
      if (keep && name === 'stdout') kept += text;
      else if (text) send({ t: 'stream', cell, name, text });
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) => {
      scope?.onStop.delete(stop);
      reject(error.code === 'ENOENT' ? new Error(`${file}: there is no such program here`) : error);
    });
    child.on('close', (code, signal) => {
      scope?.onStop.delete(stop);
      const lines = kept.replace(/\n$/, '').split('\n');
      resolve({ code: code ?? (signal ? 128 : 1), lines: kept ? lines : [] });
    });
  });
}

let started: { wall: number; cpu: NodeJS.CpuUsage } | undefined;

function timeStart(): void {
  started = { wall: performance.now(), cpu: process.cpuUsage() };
}

function timeEnd(): void {
  if (!started) return;
  const wall = performance.now() - started.wall;
  const { user, system } = process.cpuUsage(started.cpu);
  print(`CPU time: ${duration(user / 1000 + system / 1000)}, wall time: ${duration(wall)}`);
  started = undefined;
}

/** Milliseconds in a unit that fits. */
function duration(ms: number): string {
  const digits = (value: number) => value.toPrecision(3).replace(/e\+?(-?\d+)$/, 'e$1');
  if (ms >= 60_000) return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
  if (ms >= 1000) return `${digits(ms / 1000)} s`;
  if (ms >= 1) return `${digits(ms)} ms`;
  return ms >= 1e-3 ? `${digits(ms * 1e3)} µs` : `${digits(ms * 1e6)} ns`;
}

interface TimeitOptions {
  loops?: number;
  runs?: number;
}

/** A batch is long enough for the clock. */
const ENOUGH_MS = 100;
const RUNS = 7;

async function timeit(body: () => unknown, { loops, runs = RUNS }: TimeitOptions = {}): Promise<void> {
  const asynchronous = body() instanceof Promise;
  const batch = async (count: number): Promise<number> => {
    const begin = performance.now();
    if (asynchronous) for (let i = 0; i < count; i++) await body();
    else for (let i = 0; i < count; i++) body();
    return performance.now() - begin;
  };
  let count = Math.max(loops ?? 1, 1);
  if (loops === undefined) while ((await batch(count)) < ENOUGH_MS && count < 1e9) count *= 10;
  const times: number[] = [];
  for (let run = 0; run < Math.max(runs, 1); run++) times.push((await batch(count)) / count);
  const mean = times.reduce((a, b) => a + b) / times.length;
  const deviation = Math.sqrt(times.reduce((a, t) => a + (t - mean) ** 2, 0) / times.length);
  print(
    `${duration(mean)} ± ${duration(deviation)} per loop ` +
      `(mean ± std. dev. of ${times.length} ${times.length === 1 ? 'run' : 'runs'}, ${count} ${count === 1 ? 'loop' : 'loops'} each)`,
  );
}

type Readers = Record<string, () => unknown>;

/** The values of names that cells declared; names of types have none. Imports that may change are read by the cell. */
function valuesOf(names: readonly string[], live: Readers): [string, unknown][] {
  const found: [string, unknown][] = [];
  // Script scope: an indirect eval is the one way to read variables of cells by name.
  // biome-ignore lint/security/noGlobalEval: the names come from the checker
  const read = globalThis.eval;
  for (const name of names) {
    try {
      found.push([name, Object.hasOwn(live, name) ? live[name]() : read(name)]);
    } catch {
      // A type, or a variable whose cell failed before it had a value.
    }
  }
  return found;
}

function typeText(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'function')
    return /^class\b/.test(Function.prototype.toString.call(value)) ? 'class' : 'function';
  if (typeof value !== 'object') return typeof value;
  const { shape, dtype } = value as { shape?: unknown; dtype?: unknown };
  const name = value.constructor?.name ?? 'object';
  return Array.isArray(shape) && dtype !== undefined ? `${name} ${dtype} (${shape.join(', ')})` : name;
}

function valueText(value: unknown): string {
  if (typeof value === 'function') return '';
  const text = inspectText(value).replace(/\s+/g, ' ');
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

/** Whether the user wants to lose all variables; who cannot be asked has written the cell to that end, as in IPython. */
function agreed(): boolean {
  try {
    return confirm('Forgotten variables cannot be brought back. Go on?');
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    return true;
  }
}

export const magics = {
  /** `!command` */
  async shell(command: string): Promise<void> {
    await execute('/bin/sh', ['-c', command], false);
  },
  /** `const lines = !command` */
  async capture(command: string): Promise<string[]> {
    return (await execute('/bin/sh', ['-c', command], true)).lines;
  },
  /** `%%bash` and the like: a failure is the cell's. */
  async run(file: string, args: string[], name: string): Promise<void> {
    const { code } = await execute(file, args, false);
    if (code !== 0) throw new Error(`${name}: the script ended with exit code ${code}`);
  },
  timeStart,
  timeEnd,
  async timed<T>(body: () => T): Promise<Awaited<T>> {
    timeStart();
    const value = body();
    const settled = (value instanceof Promise ? await value : value) as Awaited<T>;
    timeEnd();
    return settled;
  },
  timeit,
  who(names: readonly string[], live: Readers): void {
    const found = valuesOf(names, live).map(([name]) => name);
    print(found.length > 0 ? found.join('  ') : 'The session has no variables.');
  },
  whos(names: readonly string[], live: Readers): void {
    const rows = valuesOf(names, live).map(([name, value]) => [name, typeText(value), valueText(value)]);
    if (rows.length === 0) return print('The session has no variables.');
    rows.unshift(['Variable', 'Type', 'Value']);
    const width = (k: number) => Math.max(...rows.map((row) => row[k].length));
    const [first, second] = [width(0), width(1)];
    print(rows.map(([a, b, c]) => `${a.padEnd(first)}  ${b.padEnd(second)}  ${c}`.trimEnd()).join('\n'));
  },
  reset(names: readonly string[], force: boolean): void {
    if (!force && !agreed()) return print('Nothing is forgotten.');
    // biome-ignore lint/security/noGlobalEval: as in valuesOf
    const write = globalThis.eval;
    for (const name of names) {
      try {
        // A name of the kernel's or of the library's is theirs again. Strict: a type has no variable, and gets none.
        write(`'use strict'; ${name} = globalThis[${JSON.stringify(name)}]`);
        forgotten.add(name);
      } catch {
        // A type, or a variable that never had a value.
      }
    }
    send({ t: 'reset', cell: currentCell() });
  },
  cd(folder: string): void {
    process.chdir(folder.replace(/^~(?=\/|$)/, process.env.HOME ?? '~') || process.env.HOME || '.');
    print(process.cwd());
  },
  env(text: string): void {
    const [, name, value] = /^(\w+)(?:\s*=\s*|\s+)?(.*)$/.exec(text) ?? [];
    if (!name)
      print(
        Object.entries(process.env)
          .map(([k, v]) => `${k}=${v}`)
          .join('\n'),
      );
    else if (value) process.env[name] = value;
    else print(process.env[name] ?? '');
  },
  async write(path: string, text: string, append: boolean): Promise<void> {
    (append ? appendFileSync : writeFileSync)(path, text.endsWith('\n') ? text : `${text}\n`);
    print(`${append ? 'Appended to' : 'Wrote'} ${path}`);
  },
};
