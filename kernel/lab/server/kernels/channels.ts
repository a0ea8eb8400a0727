// The websocket of a page to its kernel: agrees on the protocol, passes messages both ways, waits for a page that does
// not keep up.
import type { RawData, WebSocket } from 'ws';
import { HttpError } from '../http.js';
import type { Kernel, Page } from './kernel.js';
import type { KernelMessage } from './link.js';
import { decodeLegacy, decodeV1, encodeLegacy, encodeV1, V1 } from './wire.js';

/** So much may wait to be sent to one page before the kernel has to wait too. */
const MAX_WAITING = 16 * 2 ** 20;
/** A page that has taken nothing for so long has lost its connection. */
const STALLED_MS = 30_000;

class SocketPage implements Page {
  private readonly v1: boolean;

  constructor(
    private readonly socket: WebSocket,
    readonly session: string,
  ) {
    this.v1 = socket.protocol === V1;
  }

  send(message: KernelMessage): Promise<void> | undefined {
    const { socket } = this;
    if (socket.readyState !== socket.OPEN) return undefined;
    const data = this.v1 ? encodeV1(message.channel, message.frames) : encodeLegacy(message);
    if (socket.bufferedAmount < MAX_WAITING) {
      socket.send(data, ignore);
      return undefined;
    }
    return new Promise((done) => {
      const stalled = setTimeout(() => socket.terminate(), STALLED_MS);
      socket.send(data, () => {
        clearTimeout(stalled);
        done();
      });
    });
  }

  close(code: number, reason: string): void {
    this.socket.close(code, reason);
  }

  decode(data: Buffer, binary: boolean) {
    return this.v1 ? decodeV1(data) : decodeLegacy(data, binary);
  }
}

/** A failed send has closed the socket, which is seen there. */
const ignore = (): void => {};

const bytes = (data: RawData): Buffer =>
  Buffer.isBuffer(data) ? data : Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);

export function connectPage(kernel: Kernel, socket: WebSocket, session: string): void {
  const page = new SocketPage(socket, session);
  socket.on('message', (data: RawData, binary: boolean) => {
    try {
      kernel.submit(page, page.decode(bytes(data), binary));
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      socket.close(1003, error.message);
    }
  });
  socket.on('close', () => kernel.disconnect(page));
  kernel.connect(page);
}
