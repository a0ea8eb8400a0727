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

const AGAIN_MS = 1;

const session = new inspector.Session();
session.connectToMainThread();

const decoder = new FrameDecoder<InterruptFrame | InspectorCall>();
const pipe = new Socket({ fd: FD_INTERRUPT, readable: true, writable: true });
const proxy = new InspectorProxy((frame) => pipe.write(encodeFrame(frame)));

pipe.on('data', (chunk: Buffer) => {
  decoder.push(chunk, (frame) => {
    if (!('cells' in frame)) return proxy.call(frame);
    for (const cell of frame.cells) wanted.add(cell);
    interrupt();
  });
});
pipe.on('error', endWithFront);
pipe.on('close', endWithFront);

/** The cells that are still to be interrupted. */
const wanted = new Set<number>();
let calling = false;

/**
 * Calls the main thread's function until it says that all is done. One call at a time: a call that comes while the
 * termination of an earlier one is on its way takes it, fails, and leaves the cell running.
 */
function interrupt(): void {
  if (calling || wanted.size === 0) return;
  calling = true;
  const cells = [...wanted];
  wanted.clear();
  const expression = `globalThis[Symbol.for('${INTERRUPT_KEY}')](${JSON.stringify(cells)})`;
  session.post('Runtime.evaluate', { expression, returnByValue: true }, (error, reply) => {
    proxy.release();
    if (error || reply.result.value === true) for (const cell of cells) wanted.add(cell);
    setTimeout(() => {
      calling = false;
      interrupt();
    }, AGAIN_MS);
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
