// The program of a loader's worker: takes tasks from its port, gathers rows, transforms them, hands the batch over and
// wakes the main thread. Functions find the names of a notebook cell here (np, nn, data...), but none of its variables.

import { runInThisContext } from 'node:vm';
import { workerData } from 'node:worker_threads';
import { empty, NDArray } from '../core/ndarray.js';
import { runBatch } from './loader.js';
import * as transforms from './transforms/index.js';
import { type Answer, type Packed, pack, type Task, unpack, type WorkerStart } from './workers.js';

const { port, signal, arrays, transform } = workerData as WorkerStart;

function answer(message: Answer): void {
  const buffers = (message.batch ?? [])
    .filter((v): v is Packed => typeof v === 'object' && v !== null && '$array' in v)
    .map((p) => p.buffer as ArrayBuffer);
  port.postMessage(message, buffers);
  Atomics.add(signal, 0, 1);
  Atomics.notify(signal, 0);
}

function fail(round: number, index: number, cause: unknown): void {
  const error = cause instanceof Error ? cause : new Error(String(cause));
  const { name, message, stack = '' } = error;
  answer({ round, index, failed: { name, message: message.replace(/\.$/, ''), stack } });
}

/** A function from its source; methods are written without the word `function`. */
function evaluate(source: string): unknown {
  const run = (text: string): unknown => runInThisContext(`(${text})`);
  try {
    return run(source);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return run(`function ${source}`);
  }
}

/** The transform that `describe` described. */
function revive(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revive);
  if (typeof value !== 'object' || value === null) return value;
  if ('$function' in value) return evaluate((value as { $function: string }).$function);
  if ('$array' in value) return unpack(value as Packed);
  if ('$transform' in value) {
    const { $transform: name, args } = value as { $transform: string; args: unknown[] };
    const Kind = (transforms as unknown as Record<string, new (...args: unknown[]) => unknown>)[name];
    if (typeof Kind !== 'function')
      throw new TypeError(
        `${name} is a transform of your own, which a worker does not know; use data.transforms, a Lambda, or workers: 0`,
      );
    return new Kind(...(args.map(revive) as unknown[]));
  }
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, revive(v)]));
}

/** Rows of an array in shared memory, copied together. */
function gather({ dtype, shape, buffer }: Packed, rows: Float64Array): NDArray {
  const out = empty([rows.length, ...shape.slice(1)], dtype);
  const bytes = shape[0] === 0 ? 0 : buffer.byteLength / shape[0];
  const to = new Uint8Array(out.storage.buffer, out.storage.byteOffset, bytes * rows.length);
  const from = new Uint8Array(buffer);
  rows.forEach((row, i) => {
    to.set(from.subarray(row * bytes, (row + 1) * bytes), i * bytes);
  });
  return out;
}

try {
  const library = (await import(new URL('../index.js', import.meta.url).href)) as Record<string, unknown>;
  const { $op } = (await import(new URL('../operators.js', import.meta.url).href)) as { $op: unknown };
  Object.assign(globalThis, library, { $op });
  const change = revive(transform) as Parameters<typeof runBatch>[0];
  port.on('message', ({ round, index, rows, seed }: Task) => {
    try {
      const batch = runBatch(
        change,
        seed,
        arrays.map((a) => gather(a, rows)),
      );
      answer({ round, index, batch: batch.map((v) => (v instanceof NDArray ? pack(v, false) : v)) });
    } catch (error) {
      fail(round, index, error);
    }
  });
} catch (error) {
  fail(-1, -1, error);
}
