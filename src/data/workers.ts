// The loader's workers, seen from the main thread: batches are asked for in order, made by threads of their own
// (worker.ts), and waited for without leaving the training loop, which is synchronous.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { DType } from '../core/dtype.js';
import { NDArray } from '../core/ndarray.js';
import { storageOver } from '../core/storage.js';
import { Transform } from './transforms/index.js';

/** An array as its bytes. */
export interface Packed {
  $array: true;
  dtype: DType;
  shape: number[];
  buffer: ArrayBuffer | SharedArrayBuffer;
}

/** What a worker gets at its start. */
export interface WorkerStart {
  port: MessagePort;
  signal: Int32Array;
  arrays: Packed[];
  transform: unknown;
}

/** Make batch `index` of round `round`. */
export interface Task {
  round: number;
  index: number;
  rows: Float64Array;
  seed: readonly number[];
}

export interface Answer {
  round: number;
  index: number;
  batch?: unknown[];
  failed?: { name: string; message: string; stack: string };
}

/** A transform or a function as plain data, for another thread. */
function describe(value: unknown): unknown {
  if (value instanceof Transform) {
    const { name, args } = value.spec;
    return { $transform: name, args: args.map(describe) };
  }
  if (typeof value === 'function') return { $function: String(value) };
  if (Array.isArray(value)) return value.map(describe);
  if (value instanceof NDArray) return pack(value, false);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, describe(v)]));
  return value;
}

/** The bytes of an array: a copy, in memory that threads share or in memory that can be handed over. */
export function pack(a: NDArray, shared: boolean): Packed {
  const data = a.data;
  let buffer: ArrayBuffer | SharedArrayBuffer = data.buffer as ArrayBuffer;
  if (shared) {
    buffer = new SharedArrayBuffer(data.byteLength);
    new Uint8Array(buffer).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return { $array: true, dtype: a.dtype, shape: [...a.shape], buffer };
}

/** The array over bytes that were handed over. */
export const unpack = (p: Packed): NDArray =>
  new NDArray(storageOver(p.buffer as ArrayBuffer), p.dtype, p.shape);

const isPacked = (v: unknown): v is Packed => typeof v === 'object' && v !== null && '$array' in v;

/** The program of a worker; sources that run untranslated (tests) use the translated one. */
function program(): URL {
  const here = new URL('./worker.js', import.meta.url);
  const built = new URL('../../dist/src/data/worker.js', import.meta.url);
  const found = [here, built].find((url) => existsSync(fileURLToPath(url)));
  if (found === undefined)
    throw new Error(
      `DataLoader: the workers' program ${fileURLToPath(here)} is missing; build gradlab again.`,
    );
  return found;
}

/** Threads that make batches. */
export class WorkerPool {
  private readonly signal = new Int32Array(new SharedArrayBuffer(4));
  private readonly members: { worker: Worker; port: MessagePort }[] = [];
  private readonly answers = new Map<number, Answer>();
  private round = 0;

  constructor(
    size: number,
    arrays: readonly NDArray[],
    transform: unknown,
    private readonly timeout: number,
  ) {
    const shared = arrays.map((a) => pack(a, true));
    const described = describe(transform);
    for (let i = 0; i < size; i++) {
      const { port1, port2 } = new MessageChannel();
      const start: WorkerStart = { port: port2, signal: this.signal, arrays: shared, transform: described };
      const worker = new Worker(program(), { workerData: start, transferList: [port2], execArgv: [] });
      // Reported through the port while it can be; what comes here must not end the program.
      worker.on('error', () => {});
      worker.unref();
      this.members.push({ worker, port: port1 });
    }
  }

  /** Results of the tasks, in their order; at most `ahead` for each thread are under way. */
  *batches(tasks: readonly Omit<Task, 'round'>[], ahead: number): Generator<unknown[]> {
    const round = ++this.round;
    this.answers.clear();
    let sent = 0;
    for (let i = 0; i < tasks.length; i++) {
      for (; sent < Math.min(tasks.length, i + ahead * this.members.length); sent++)
        this.members[sent % this.members.length].port.postMessage({ ...tasks[sent], round });
      yield this.wait(round, i);
    }
  }

  private wait(round: number, index: number): unknown[] {
    const begun = performance.now();
    for (;;) {
      const seen = Atomics.load(this.signal, 0);
      for (const { port } of this.members) {
        for (let got = receiveMessageOnPort(port); got !== undefined; got = receiveMessageOnPort(port)) {
          const answer = got.message as Answer;
          if (answer.round === round || answer.round === -1) this.answers.set(answer.index, answer);
        }
      }
      const answer = this.answers.get(index) ?? this.answers.get(-1);
      if (answer?.failed !== undefined) throw this.failure(answer.failed);
      if (answer?.batch !== undefined) {
        this.answers.delete(index);
        return answer.batch.map((v) => (isPacked(v) ? unpack(v) : v));
      }
      if (this.timeout > 0 && performance.now() - begun > 1000 * this.timeout) {
        throw new Error(
          `DataLoader: batch ${index} did not come within ${this.timeout} s; a worker may have died for lack of memory. Try fewer workers, or pass {timeout: 0} to wait for ever.`,
        );
      }
      // Short waits, so that an interrupt finds the loop.
      Atomics.wait(this.signal, 0, seen, 50);
    }
  }

  private failure({ name, message, stack }: NonNullable<Answer['failed']>): Error {
    const hint =
      name === 'ReferenceError'
        ? ' A function that runs in a worker sees its arguments and np, nn, data, but no variables of the program: write their values into it, use data.transforms, or workers: 0.'
        : '';
    const error = new Error(`DataLoader: the transform failed in a worker: ${name}: ${message}.${hint}`);
    error.cause = stack;
    return error;
  }

  close(): void {
    for (const { worker, port } of this.members.splice(0)) {
      port.close();
      void worker.terminate();
    }
  }
}
