// The type checker is a child process that this process talks to synchronously. Should it ever stop answering, the
// kernel would hang with it; a worker thread watches the main thread and ends a mute checker, which is then started
// anew. This file is both sides: the part that starts the worker, and the worker.
import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import { isMainThread, Worker, workerData } from 'node:worker_threads';

const TICK_MS = 500;
const DEFAULT_TIMEOUT_S = 20;

/** Places in the memory that both threads see. */
const BEATS = 0;
const COMPILER_PID = 1;

interface WatchdogData {
  shared: Int32Array;
  timeoutSeconds: number;
}

const shared = new Int32Array(new SharedArrayBuffer(8));

/**
 * To be called before the compiler is loaded. Its process gets a group of its own: clients send their SIGINT to the
 * kernel's whole group, and a checker that has got one answers no more.
 */
export function adoptCompiler(): void {
  const { spawn } = childProcess;
  const adopting = (command: string, args: readonly string[], options: childProcess.SpawnOptions) => {
    const child = spawn(command, args, { ...options, detached: process.platform !== 'win32' });
    Atomics.store(shared, COMPILER_PID, child.pid ?? 0);
    return child;
  };
  childProcess.spawn = adopting as typeof spawn;
  syncBuiltinESMExports();
}

/** Starts watching. GRADLAB_CHECK_TIMEOUT_S sets the seconds that a check may take, 20 by default. */
export function watchMainThread(): void {
  const asked = Number(process.env.GRADLAB_CHECK_TIMEOUT_S);
  const data: WatchdogData = { shared, timeoutSeconds: asked > 0 ? asked : DEFAULT_TIMEOUT_S };
  setInterval(() => Atomics.add(shared, BEATS, 1), TICK_MS).unref();
  const worker = new Worker(new URL(import.meta.url), { workerData: data });
  worker.on('error', () => {});
  worker.unref();
}

/** The worker: counts its own ticks and not the time, so that a machine that slept is no fault. */
function watch({ shared: seen, timeoutSeconds }: WatchdogData): void {
  const patience = (timeoutSeconds * 1000) / TICK_MS;
  let last = -1;
  let silent = 0;
  setInterval(() => {
    const beats = Atomics.load(seen, BEATS);
    silent = beats === last ? silent + 1 : 0;
    last = beats;
    const pid = Atomics.load(seen, COMPILER_PID);
    if (silent < patience || pid === 0) return;
    silent = 0;
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }, TICK_MS);
}

if (!isMainThread) watch(workerData as WatchdogData);
