// What the front process and the user process say to each other over their pipes, and its framing: four bytes of
// length, then JSON. Output frames are written synchronously by the user process, so their order is the order of
// events in the cell.
import type { Json, MimeBundle } from './messages.js';

/** File descriptors of the user process beside stdin, stdout and stderr. */
export const FD_OUTPUT = 3;
export const FD_CONTROL = 4;
export const FD_INTERRUPT = 5;

/** An error as it crosses the pipe: the text of its stack still speaks of generated positions. */
export interface WireErrorValue {
  name: string;
  message: string;
  stack: string;
  /** Own properties worth showing (`code`, `errno`...), already formatted. */
  details?: string;
  cause?: WireErrorValue;
  /** Members of an AggregateError. */
  errors?: WireErrorValue[];
  /** How many members it has beside these. */
  more?: number;
}

/** From the user process. `cell` is the serial number of the cell that the output belongs to. */
export type UserFrame =
  | { t: 'ready'; libraryError?: string }
  | ({ t: 'stream'; cell: number; name: 'stdout' | 'stderr'; text: string } & Captured)
  | ({ t: 'display'; cell: number; data: MimeBundle; metadata: Json; display_id?: string } & Captured & {
        update: boolean;
      })
  | ({ t: 'clear'; cell: number; wait: boolean } & Captured)
  /** A `console.trace`, whose stack the front process can map. */
  | { t: 'trace'; cell: number; label: string; stack: string }
  | { t: 'result'; cell: number; data: MimeBundle; metadata: Json }
  | ({ t: 'error'; cell: number; origin: string; error: WireErrorValue } & Captured)
  /** `%reset`: the variables of earlier cells are gone. */
  | { t: 'reset'; cell: number }
  /** User code opens, uses or closes a comm. */
  | ({ t: 'comm'; cell: number } & CommEvent)
  /** User code takes comms of this target from now on, or no longer. */
  | { t: 'comm_target'; name: string; registered: boolean }
  | { t: 'input'; cell: number; prompt: string; password: boolean }
  /** A child process ended. The session waits until what it wrote to the inherited streams has been read. */
  | { t: 'drain' }
  | { t: 'exit'; code: number; how: string }
  | { t: 'done'; cell: number; outcome: CellOutcome };

/** Output that does not go to the cell but into an Output widget, the one whose model has this comm. */
export interface Captured {
  into?: string;
}

/** A comm message in either direction. Buffers are base64. */
export interface CommEvent {
  type: 'comm_open' | 'comm_msg' | 'comm_close';
  comm_id: string;
  target_name?: string;
  data: Json;
  metadata: Json;
  buffers: string[];
}

export type CellOutcome =
  /** `data` is the value's bundle when the order asked to have it back. */
  | { status: 'ok'; data?: MimeBundle }
  | { status: 'error'; error: WireErrorValue }
  /** `stack` is where the cell stood, empty when it was waiting. */
  | { status: 'interrupted'; stack: string };

export interface ExecuteOrder {
  t: 'execute';
  cell: number;
  id: string;
  js: string;
  /** What becomes of the last value: shown as a result, dropped, or given back with the outcome. */
  value: 'show' | 'drop' | 'return';
  /** A comm message instead of code: its handlers run as a small cell. */
  comm?: CommEvent;
}
/**
 * From the front process, on the control pipe. `outputs` is what an Output widget holds by now; `finish`: the session
 * ends when nothing is left for it to do.
 */
export type ControlFrame =
  | ExecuteOrder
  | { t: 'exit' }
  | { t: 'finish' }
  | { t: 'outputs'; comm_id: string; outputs: unknown[] };
/** From the front process, on the interrupt pipe that a worker thread reads. */
export interface InterruptFrame {
  cells: number[];
}
/** The debugger calls V8's inspector: a method of its protocol, or `DETACH`. On the interrupt pipe as well. */
export interface InspectorCall {
  call: number;
  method: string;
  params?: Json;
}
/** Ends the debugger's session with the inspector. */
export const DETACH = 'detach';
/** From the worker thread, on the interrupt pipe: the answer to a call, or an event of the inspector. */
export type WorkerFrame =
  | { call: number; result: Json }
  | { call: number; fault: string }
  | { event: string; params: Json };
/** From the front process, on the output pipe: the answer to an `input` frame, where a cell blocks. */
export type InputFrame = { value: string } | { interrupted: true } | { refused: string };
/** The answer to a `drain` frame. */
export interface DrainedFrame {
  drained: true;
}

const HEADER_BYTES = 4;

export function encodeFrame(frame: object): Buffer {
  const text = JSON.stringify(frame);
  const size = Buffer.byteLength(text);
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + size);
  bytes.writeUInt32LE(size, 0);
  bytes.write(text, HEADER_BYTES);
  return bytes;
}

/** Cuts a byte stream into frames; chunks of a long frame are joined once, when it is whole. */
export class FrameDecoder<F> {
  private chunks: Buffer[] = [];
  private held = 0;

  /** Adds bytes; calls `on` for every frame that is whole, in order. */
  push(chunk: Buffer, on: (frame: F) => void): void {
    this.chunks.push(chunk);
    this.held += chunk.length;
    for (;;) {
      const size = this.frameSize();
      if (size < 0 || this.held < size) return;
      const all = this.chunks.length === 1 ? this.chunks[0] : Buffer.concat(this.chunks);
      const rest = all.subarray(size);
      this.chunks = rest.length > 0 ? [rest] : [];
      this.held = rest.length;
      on(JSON.parse(all.toString('utf8', HEADER_BYTES, size)) as F);
    }
  }

  private frameSize(): number {
    if (this.held < HEADER_BYTES) return -1;
    if (this.chunks[0].length < HEADER_BYTES) this.chunks = [Buffer.concat(this.chunks)];
    return HEADER_BYTES + this.chunks[0].readUInt32LE(0);
  }
}
