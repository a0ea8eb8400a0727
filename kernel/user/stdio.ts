// Captures what a session prints: process.stdout, process.stderr and console write frames to the output pipe.
// Child processes that inherit stdio write to file descriptors 1 and 2, which the front process reads as well; when
// one has ended, the session waits until that is read, so that the order is exact.
import childProcess from 'node:child_process';
import { Console } from 'node:console';
import { syncBuiltinESMExports } from 'node:module';
import { Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { format } from 'node:util';
import { ask, currentCell, send, sendOutput } from './channel.js';
import { clearOutput } from './display.js';
import { mapModuleFrames } from './modules.js';

type Done = (error?: Error | null) => void;

/** A standard stream of the session: as synchronous as a terminal, and always the running cell's. */
class CellStream extends Writable {
  readonly isTTY = false;
  private readonly decoder = new StringDecoder('utf8');

  constructor(
    private readonly label: 'stdout' | 'stderr',
    readonly fd: number,
  ) {
    super({ decodeStrings: false });
  }

  override write(chunk: unknown, encoding?: BufferEncoding | Done, done?: Done): boolean {
    const callback = typeof encoding === 'function' ? encoding : done;
    if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) {
      throw new TypeError(
        `process.${this.label}.write: the chunk is a ${typeof chunk}, not a string or Uint8Array`,
      );
    }
    const isText = typeof encoding !== 'string' || /^utf-?8$/i.test(encoding);
    const text =
      typeof chunk === 'string'
        ? isText
          ? chunk
          : Buffer.from(chunk, encoding).toString('utf8')
        : this.decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    if (text !== '')
      sendOutput({ t: 'stream', cell: currentCell(), name: this.label, text: mapModuleFrames(text) });
    if (callback) process.nextTick(callback);
    return true;
  }

  override end(...args: unknown[]): this {
    if (args[0] !== undefined && typeof args[0] !== 'function') this.write(args[0]);
    return this;
  }

  override destroy(): this {
    return this;
  }
}

/** Puts the session's own streams and console in the place of Node's. */
export function captureOutput(): void {
  const stdout = new CellStream('stdout', 1);
  const stderr = new CellStream('stderr', 2);
  for (const [name, stream] of [
    ['stdout', stdout],
    ['stderr', stderr],
  ] as const) {
    Object.defineProperty(process, name, {
      value: stream,
      configurable: true,
      enumerable: true,
      writable: true,
    });
  }
  // A console of our own: Node's also keeps every logged value for a debugger, and memory would grow.
  const own = new Console({ stdout, stderr });
  own.clear = () => clearOutput();
  own.trace = (...values: unknown[]) => {
    const stack = mapModuleFrames(new Error('trace').stack ?? '');
    send({ t: 'trace', cell: currentCell(), label: format(...values), stack });
  };
  const global = globalThis as { console: Console };
  global.console = Object.assign(Object.create(Object.getPrototypeOf(console)), console, own) as Console;
  drainAfterChildren();
}

/** When a child that may have written to the inherited streams ends, what it wrote comes before what follows. */
function drainAfterChildren(): void {
  const drain = () => void ask({ t: 'drain' });
  type Any = (...args: unknown[]) => unknown;
  const functions = childProcess as unknown as Record<string, Any>;
  for (const name of ['spawnSync', 'execSync', 'execFileSync']) {
    const original = functions[name];
    functions[name] = (...args) => {
      try {
        return original(...args);
      } finally {
        drain();
      }
    };
  }
  for (const name of ['spawn', 'fork']) {
    const original = functions[name];
    functions[name] = (...args) => {
      const child = original(...args) as childProcess.ChildProcess;
      child.prependListener('exit', drain);
      return child;
    };
  }
  syncBuiltinESMExports();
}
