// What cells print and show, on its way from the session to the client: each under the request that it belongs to, or
// into the Output widget that captures it; stacks of errors in the cells' own lines.
import type { Json, Message } from '../protocol/messages.js';
import type { UserFrame } from '../protocol/pipe.js';
import type { CapturedFrame, Comms } from './comms.js';
import { printedBundle, printedText, runtimeError, type Tracer, traceText } from './errors.js';
import type { Output } from './output.js';

/** A cell, as far as its output is concerned. */
export interface Showing {
  message: Message;
  count: number;
  silent: boolean;
  /** Its result as text, for the history. */
  resultText: string | null;
}

type ShownFrame = Extract<UserFrame, { t: 'stream' | 'trace' | 'display' | 'clear' | 'result' | 'error' }>;

export class CellOutput {
  constructor(
    private readonly host: { output: Output; comms: Comms; log(text: string): void },
    private readonly find: (serial: number) => Showing | undefined,
    private readonly tracer: () => Tracer,
  ) {}

  /** Text of a cell, or of the kernel about it. */
  stream(name: 'stdout' | 'stderr', text: string, serial: number): void {
    const cell = this.find(serial);
    if (cell && !cell.silent) this.host.output.stream(name, text, cell.message);
    if (!cell) this.host.log(`${name} before the first cell: ${text.trimEnd()}`);
  }

  take(received: ShownFrame): void {
    const frame = this.readable(received);
    if (frame.t === 'trace')
      return this.stream('stderr', traceText(frame.label, frame.stack, this.tracer()), frame.cell);
    if (frame.t !== 'result' && frame.into !== undefined) return this.capture(frame, frame.into);
    if (frame.t === 'stream') return this.stream(frame.name, frame.text, frame.cell);
    const cell = this.find(frame.cell);
    if (!cell || cell.silent) return;
    const { output, comms } = this.host;
    switch (frame.t) {
      case 'display': {
        const { type, content } = shown(frame);
        if (frame.update) comms.updateDisplays(content as unknown as Json, cell.message);
        return output.event(type, content, cell.message);
      }
      case 'clear':
        return output.event('clear_output', { wait: frame.wait }, cell.message);
      case 'result': {
        const text = frame.data['text/plain'];
        cell.resultText = typeof text === 'string' ? text : null;
        const { data, metadata } = frame;
        return output.event('execute_result', { data, metadata, execution_count: cell.count }, cell.message);
      }
      case 'error':
        return output.event('error', runtimeError(frame.error, this.tracer(), frame.origin), cell.message);
    }
  }

  /** Text with the stacks of errors in it, as the user may read them. */
  private readable(frame: ShownFrame): ShownFrame {
    if (frame.t === 'stream') {
      const text = printedText(frame.text, this.tracer);
      return text === frame.text ? frame : { ...frame, text };
    }
    if (frame.t === 'display' || frame.t === 'result')
      return { ...frame, data: printedBundle(frame.data, this.tracer) };
    return frame;
  }

  private capture(frame: CapturedFrame, into: string): void {
    const { comms, output } = this.host;
    const message = this.find(frame.cell)?.message;
    if (!message) return;
    switch (frame.t) {
      case 'stream':
        return comms.capture(into, 'stream', { name: frame.name, text: frame.text }, message);
      case 'display': {
        const { type, content } = shown(frame);
        if (!frame.update) return comms.capture(into, type, content, message);
        // The display may stand in this widget, in another one, or in the cell.
        comms.updateDisplays(content as unknown as Json, message);
        return output.event(type, content, message);
      }
      case 'clear':
        return comms.capture(into, 'clear_output', { wait: frame.wait }, message);
      case 'error':
        return comms.capture(into, 'error', runtimeError(frame.error, this.tracer(), frame.origin), message);
    }
  }
}

function shown({ data, metadata, display_id, update }: Extract<UserFrame, { t: 'display' }>) {
  const type = update ? 'update_display_data' : 'display_data';
  return {
    type,
    content: { data, metadata, transient: display_id === undefined ? {} : { display_id } },
  } as const;
}
