// The user process's end of the output pipe: one synchronous write per frame, so output streams live from a loop
// that never yields and its order is exact. Also knows which cell is running where (AsyncLocalStorage).
import { AsyncLocalStorage } from 'node:async_hooks';
import { readSync, writeSync } from 'node:fs';
import {
  type DrainedFrame,
  encodeFrame,
  FD_OUTPUT,
  FrameDecoder,
  type InputFrame,
  type UserFrame,
} from '../protocol/pipe.js';

/** What a cell carries through its awaits, timers and callbacks. */
export interface CellScope {
  serial: number;
  /** The last value handed over by `$cell.value`, and whether there was one. */
  value: unknown;
  hasValue: boolean;
  /** Displays that are still being made; the cell is not done before them. */
  pending: Set<Promise<unknown>>;
  /** The cell has ended; what still happens in it is its aftermath. */
  over: boolean;
  /** The user interrupted it. */
  stopped: boolean;
  /** What else has to end when the user interrupts the cell while it waits. */
  onStop: Set<() => void>;
}

export const cellScope = new AsyncLocalStorage<CellScope>();

/** The Output widget that takes what the running code prints and shows, by the id of its comm. */
export const capturing = new AsyncLocalStorage<string | undefined>();

let latest = 0;

/** @param cell whether it is for a cell, or for the handlers of a message */
export function makeScope(serial: number, cell = true): CellScope {
  if (cell) latest = serial;
  return {
    serial,
    value: undefined,
    hasValue: false,
    pending: new Set(),
    over: false,
    stopped: false,
    onStop: new Set(),
  };
}

/** The cell that the running code belongs to; code outside any cell counts to the one that ran last. */
export function currentCell(): number {
  return cellScope.getStore()?.serial ?? latest;
}

const SHORTEST_WAIT_MS = 0.05;
const LONGEST_WAIT_MS = 2;
/** Waited for in vain. */
const nobody = new Int32Array(new SharedArrayBuffer(4));

let unwritten: Buffer = Buffer.alloc(0);
let writing = false;
let afterWrite: (() => void) | undefined;

/** True while a frame is on its way; an interrupt must not cut it in two. */
export function isWriting(): boolean {
  return writing;
}

/** Runs `action` as soon as the frame that is being written is out. */
export function whenWritten(action: () => void): void {
  afterWrite = action;
}

/** Writes output of the running code: into the Output widget that captures it, if one does. */
export function sendOutput(frame: Extract<UserFrame, { into?: string }>): void {
  const into = capturing.getStore();
  send(into === undefined ? frame : { ...frame, into });
}

/** Writes frames and returns when they are in the pipe. */
export function send(...frames: UserFrame[]): void {
  const bytes = frames.map(encodeFrame);
  writing = true;
  unwritten = unwritten.length === 0 && bytes.length === 1 ? bytes[0] : Buffer.concat([unwritten, ...bytes]);
  let wait = SHORTEST_WAIT_MS;
  try {
    while (unwritten.length > 0) {
      try {
        unwritten = unwritten.subarray(writeSync(FD_OUTPUT, unwritten));
        wait = SHORTEST_WAIT_MS;
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'EPIPE' || code === 'EBADF') process.kill(process.pid, 'SIGKILL');
        if (code !== 'EAGAIN' && code !== 'EINTR') throw error;
        if (code !== 'EAGAIN') continue;
        // The pipe is full: soon the reader has taken some, or it was told to take its time.
        Atomics.wait(nobody, 0, 0, wait);
        wait = Math.min(LONGEST_WAIT_MS, 2 * wait);
      }
    }
  } finally {
    writing = false;
  }
  if (afterWrite) {
    const action = afterWrite;
    afterWrite = undefined;
    action();
  }
}

/** Sends a frame that is answered, and blocks until the answer is there. */
export function ask(frame: Extract<UserFrame, { t: 'input' }>): InputFrame;
export function ask(frame: Extract<UserFrame, { t: 'drain' }>): DrainedFrame;
export function ask(frame: UserFrame): InputFrame | DrainedFrame {
  send(frame);
  const decoder = new FrameDecoder<InputFrame | DrainedFrame>();
  const chunk = Buffer.alloc(4096);
  let answer: InputFrame | DrainedFrame | undefined;
  while (!answer) {
    let size: number;
    try {
      size = readSync(FD_OUTPUT, chunk);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EINTR') continue;
      throw error;
    }
    if (size === 0) process.kill(process.pid, 'SIGKILL');
    decoder.push(Buffer.from(chunk.subarray(0, size)), (received) => {
      answer = received;
    });
  }
  return answer;
}
