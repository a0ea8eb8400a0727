// What a page does with a kernel: a websocket in the binary or the older protocol, cells run through it, every message
// kept in the order in which it came.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import WebSocket from 'ws';
import { decodeV1, encodeV1, V1 } from '../../kernel/lab/server/kernels/wire.js';
import type { TestLab } from './lab.js';

export interface Received {
  channel: string;
  header: { msg_id: string; msg_type: string; session: string };
  parent_header: { msg_id?: string };
  content: any;
  buffers: Buffer[];
}

export interface PageOptions {
  session?: string;
  /** The older protocol of JSON text. */
  legacy?: boolean;
  headers?: Record<string, string>;
}

export class PageClient {
  readonly messages: Received[] = [];
  private readonly listeners = new Set<() => void>();

  private constructor(
    readonly socket: WebSocket,
    readonly session: string,
    private readonly legacy: boolean,
  ) {
    socket.on('message', (data: Buffer, binary: boolean) => {
      this.messages.push(this.read(data, binary));
      for (const listener of this.listeners) listener();
    });
  }

  static async open(lab: TestLab, kernel: string, options: PageOptions = {}): Promise<PageClient> {
    const { session = randomUUID(), legacy = false } = options;
    const address = `${lab.server.baseAddress.replace('http', 'ws')}api/kernels/${kernel}/channels?session_id=${session}`;
    const headers = { Authorization: `token ${lab.server.token}`, ...options.headers };
    const socket = new WebSocket(address, legacy ? [] : [V1], { headers });
    const page = new PageClient(socket, session, legacy);
    await once(socket, 'open');
    return page;
  }

  private read(data: Buffer, binary: boolean): Received {
    if (this.legacy) {
      if (!binary) return { ...JSON.parse(data.toString()), buffers: [] };
      const count = data.readUInt32BE(0);
      const offsets = Array.from({ length: count }, (_, i) => data.readUInt32BE(4 * (i + 1)));
      const parts = offsets.map((offset, i) => data.subarray(offset, offsets[i + 1] ?? data.length));
      return { ...JSON.parse(parts[0].toString()), buffers: parts.slice(1) };
    }
    const { channel, frames } = decodeV1(data);
    const [header, parent_header, , content] = frames
      .slice(0, 4)
      .map((frame) => JSON.parse(frame.toString()));
    return { channel, header, parent_header, content, buffers: frames.slice(4) };
  }

  /** Sends a request; returns its msg_id. */
  send(msg_type: string, content: object, channel = 'shell', parent: object = {}): string {
    const header = {
      msg_id: randomUUID(),
      msg_type,
      session: this.session,
      username: '',
      date: new Date().toISOString(),
      version: '5.4',
    };
    if (this.legacy) {
      this.socket.send(
        JSON.stringify({ header, parent_header: parent, metadata: {}, content, channel, buffers: [] }),
      );
    } else {
      const parts = [header, parent, {}, content].map((part) => Buffer.from(JSON.stringify(part)));
      this.socket.send(encodeV1(channel, parts));
    }
    return header.msg_id;
  }

  /** Waits for the first message, of all that ever came, that is what is looked for. */
  async find(is: (message: Received) => boolean, what: string, timeout = 100_000): Promise<Received> {
    const deadline = Date.now() + timeout;
    for (;;) {
      const found = this.messages.find(is);
      if (found) return found;
      if (Date.now() > deadline) {
        const seen = this.messages.slice(-10).map(({ channel, header }) => `${channel}:${header.msg_type}`);
        throw new Error(`no ${what} within ${timeout} ms; the last messages: ${seen.join(', ')}`);
      }
      await new Promise<void>((done) => {
        const wake = () => {
          this.listeners.delete(wake);
          clearTimeout(timer);
          done();
        };
        const timer = setTimeout(wake, 200);
        this.listeners.add(wake);
      });
    }
  }

  reply(id: string, timeout?: number): Promise<Received> {
    return this.find(
      ({ channel, parent_header }) =>
        parent_header.msg_id === id && (channel === 'shell' || channel === 'control'),
      `reply to ${id}`,
      timeout,
    );
  }

  idle(id: string): Promise<Received> {
    return this.find(
      ({ header, parent_header, content }) =>
        header.msg_type === 'status' && parent_header.msg_id === id && content.execution_state === 'idle',
      `idle of ${id}`,
    );
  }

  execute(code: string): string {
    return this.send('execute_request', {
      code,
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: true,
      stop_on_error: true,
    });
  }

  /** Runs a cell to its end; returns the reply and the text that it showed. */
  async run(code: string): Promise<{ reply: any; text: string }> {
    const id = this.execute(code);
    const reply = await this.reply(id);
    await this.idle(id);
    return { reply: reply.content, text: this.textOf(id) };
  }

  /** Streams and results of a request, as text. */
  textOf(id: string): string {
    return this.messages
      .filter(({ channel, parent_header }) => channel === 'iopub' && parent_header.msg_id === id)
      .map(({ content }) => content.text ?? content.data?.['text/plain'] ?? '')
      .join('');
  }

  async close(): Promise<void> {
    const closed = once(this.socket, 'close');
    this.socket.close();
    await closed;
  }

  /** The line is cut: no goodbye. */
  cut(): Promise<unknown> {
    const closed = once(this.socket, 'close');
    this.socket.terminate();
    return closed;
  }
}
