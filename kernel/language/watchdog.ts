// Ends the compiler's process when a request takes too long. Requests are synchronous reads of a pipe, so nobody on
// this thread could: a native thread looks at the clock instead, or a worker where that addon is not built. The compiler
// has inputs on which it never answers.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { packageFolder } from '../protocol/product.js';

export interface Watchdog {
  /** Which process answers from now on. */
  guard(pid: number): void;
  /** Runs a request that may take `limit` milliseconds. */
  run<T>(limit: number, request: () => T): T;
  close(): void;
}

export function startWatchdog(): Watchdog {
  try {
    return new NativeWatchdog();
  } catch {
    return new WorkerWatchdog();
  }
}

/** What build/Release/watchdog.node offers. */
interface Addon {
  guard(pid: number): void;
  begin(limit: number): void;
  end(): void;
}

export class NativeWatchdog implements Watchdog {
  private readonly addon: Addon = createRequire(import.meta.url)(
    join(packageFolder, 'build/Release/watchdog.node'),
  );

  guard(pid: number): void {
    this.addon.guard(pid);
  }

  run<T>(limit: number, request: () => T): T {
    this.addon.begin(limit);
    try {
      return request();
    } finally {
      this.addon.end();
    }
  }

  close(): void {
    this.addon.guard(0);
  }
}

const SOURCE = `
const { workerData } = require('node:worker_threads');
const state = new Int32Array(workerData.state);
let seen = 0;
let since = 0;
for (;;) {
  Atomics.wait(state, 3, 0, 200);
  const request = Atomics.load(state, 0);
  if (request === -1) break;
  if (request === 0 || request !== seen) { seen = request; since = Date.now(); continue; }
  if (Date.now() - since < Atomics.load(state, 2)) continue;
  const pid = Atomics.load(state, 1);
  if (pid > 0) try { process.kill(pid, 'SIGKILL'); } catch {}
  seen = 0;
}
`;

export class WorkerWatchdog implements Watchdog {
  /** [number of the request in progress or 0, process id, milliseconds allowed, never changed]. */
  private readonly state = new Int32Array(new SharedArrayBuffer(16));
  private readonly worker: Worker;
  private count = 0;

  constructor() {
    this.worker = new Worker(SOURCE, { eval: true, workerData: { state: this.state.buffer }, stdin: false });
    this.worker.unref();
    this.worker.on('error', () => {}); // Without it, requests merely have no limit.
  }

  guard(pid: number): void {
    Atomics.store(this.state, 1, pid);
  }

  run<T>(limit: number, request: () => T): T {
    Atomics.store(this.state, 2, limit);
    this.count = (this.count % 0x3fffffff) + 1;
    Atomics.store(this.state, 0, this.count);
    try {
      return request();
    } finally {
      Atomics.store(this.state, 0, 0);
    }
  }

  close(): void {
    Atomics.store(this.state, 0, -1);
  }
}
