// The worker thread of the user process. It listens on the interrupt pipe while the main thread may be stuck in a
// loop, and reaches into it through the inspector: to interrupt it, and for the debugger. When the pipe closes, the
// front process is gone: so are we.
import inspector from 'node:inspector';
import { Socket } from 'node:net';
import {
  encodeFrame,
  FD_INTERRUPT,
  FrameDecoder,
  type InspectorCall,
  type InterruptFrame,
} from '../protocol/pipe.js';
import { InspectorProxy } from './inspector-proxy.js';
import { INTERRUPT_KEY } from './interrupt-key.js';

const session = new inspector.Session();
session.connectToMainThread();

const decoder = new FrameDecoder<InterruptFrame | InspectorCall>();
const pipe = new Socket({ fd: FD_INTERRUPT, readable: true, writable: true });
const proxy = new InspectorProxy((frame) => pipe.write(encodeFrame(frame)));

pipe.on('data', (chunk: Buffer) => {
  decoder.push(chunk, (frame) => {
    if ('cells' in frame) interrupt(frame.cells);
    else proxy.call(frame);
  });
});
pipe.on('error', endWithFront);
pipe.on('close', endWithFront);

/** Calls the main thread's function until it says that it came at a good moment. */
function interrupt(cells: number[]): void {
  const expression = `globalThis[Symbol.for('${INTERRUPT_KEY}')](${JSON.stringify(cells)})`;
  session.post('Runtime.evaluate', { expression, returnByValue: true }, (error, reply) => {
    if (!error && reply.result.value === true) setTimeout(() => interrupt(cells), 1);
    else proxy.release();
  });
}

function endWithFront(): void {
  try {
    // The user process leads its own group: children of cells go with it.
    process.kill(-process.pid, 'SIGKILL');
  } catch {
    process.kill(process.pid, 'SIGKILL');
  }
}
