// Starts the process in which cells run; ahead, where a kernel has other things to load meanwhile.
import { type ChildProcess, spawn } from 'node:child_process';
import { totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';

/** What a session is started with. */
export interface SessionOptions {
  /** The folder that cells import from; the working folder by default. */
  folder?: string;
  /** What follows the program's name in `process.argv`. */
  argv?: string[];
}

/** Half of the memory, at most 4 GB: more JavaScript heap than that is a runaway cell. Arrays do not count. */
export function heapLimitMegabytes(): number {
  const asked = Number(process.env.GRADLAB_MAX_HEAP_MB);
  if (Number.isFinite(asked) && asked >= 32) return Math.round(asked);
  return Math.min(4096, Math.round(totalmem() / 2 ** 21));
}

let ahead: ChildProcess | undefined;

/** Starts the process of a session without options before there is a supervisor for it. */
export function startSessionAhead(): void {
  ahead = start({});
  ahead.on('error', () => {});
}

/** Ends what was started ahead, when nobody will want it. */
export function endSessionAhead(): void {
  ahead?.kill('SIGKILL');
  ahead = undefined;
}

/** A process for a session: the one that was started ahead, if it is of that kind and lives, or a new one. */
export function sessionProcess(options: SessionOptions): ChildProcess {
  const waiting = ahead;
  ahead = undefined;
  if (waiting && options.folder === undefined && isAlive(waiting)) return waiting;
  waiting?.kill('SIGKILL');
  return start(options);
}

const isAlive = ({ pid, exitCode, signalCode }: ChildProcess): boolean =>
  pid !== undefined && exitCode === null && signalCode === null;

function start({ folder, argv = [] }: SessionOptions): ChildProcess {
  return spawn(
    process.execPath,
    [
      `--max-old-space-size=${heapLimitMegabytes()}`,
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      fileURLToPath(new URL('../user/main.js', import.meta.url)),
      ...(folder === undefined ? [] : [folder, ...argv]),
    ],
    // A group of its own: a terminal's or a client's SIGINT reaches the front process, which knows what to stop.
    { stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'], detached: process.platform !== 'win32' },
  );
}
