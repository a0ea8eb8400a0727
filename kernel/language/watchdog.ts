// Ends the compiler's process when a request takes too long. Requests are synchronous reads of a pipe, so nobody on
// this thread could: a worker looks at the clock instead. The compiler has inputs on which it never answers.
import { Worker } from 'node:worker_threads';

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

export class Watchdog {
  /** [number of the request in progress or 0, process id, milliseconds allowed, never changed]. */
  private readonly state = new Int32Array(new SharedArrayBuffer(16));
  private readonly worker: Worker;
  private count = 0;

  constructor() {
    this.worker = new Worker(SOURCE, { eval: true, workerData: { state: this.state.buffer }, stdin: false });
    this.worker.unref();
    this.worker.on('error', () => {}); // Without it, requests merely have no limit.
  }

  /** Which process answers from now on. */
  guard(pid: number): void {
    Atomics.store(this.state, 1, pid);
  }

  /** Runs a request that may take `limit` milliseconds. */
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
