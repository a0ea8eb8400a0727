// The server's end of a kernel's five sockets. Messages pass through as frames: signed on the way in, their signature
// checked on the way out, only the headers read.
import { randomUUID } from 'node:crypto';
import * as zmq from 'zeromq';
import { type ConnectionInfo, endpoint } from '../../../protocol/connection.js';
import type { Header } from '../../../protocol/messages.js';
import { SendQueue } from '../../../protocol/sockets.js';
import { makeHeader, Signer } from '../../../protocol/wire.js';

export type Channel = 'shell' | 'control' | 'stdin' | 'iopub';
export const CLIENT_CHANNELS: readonly string[] = ['shell', 'control', 'stdin'];

/** What a kernel sent: the four JSON frames and the buffers as they came, with the headers read. */
export interface KernelMessage {
  channel: Channel;
  header: Header;
  parentId: string;
  /** header, parent_header, metadata, content, then raw buffers */
  frames: Buffer[];
}

const DELIMITER = Buffer.from('<IDS|MSG>');
const RECONNECT = { reconnectInterval: 10, reconnectMaxInterval: 40 };

export class KernelLink {
  private readonly signer: Signer;
  private readonly sockets;
  private readonly queues: Record<'shell' | 'control' | 'stdin', SendQueue>;
  private readonly session = randomUUID();
  private closed = false;

  constructor(
    connection: ConnectionInfo,
    private readonly receive: (message: KernelMessage) => Promise<void> | undefined,
    private readonly log: (line: string) => void,
  ) {
    this.signer = new Signer(connection.key, connection.signature_scheme);
    // One identity for shell and stdin: that is how a kernel finds whom to ask for input.
    const dealer = {
      linger: 0,
      sendHighWaterMark: 0,
      receiveHighWaterMark: 0,
      routingId: this.session,
      ...RECONNECT,
    };
    this.sockets = {
      shell: new zmq.Dealer(dealer),
      control: new zmq.Dealer(dealer),
      stdin: new zmq.Dealer(dealer),
      iopub: new zmq.Subscriber({ linger: 0, receiveHighWaterMark: 0, ...RECONNECT }),
    };
    this.queues = {
      shell: new SendQueue(this.sockets.shell, log),
      control: new SendQueue(this.sockets.control, log),
      stdin: new SendQueue(this.sockets.stdin, log),
    };
    this.sockets.iopub.subscribe();
    for (const [name, socket] of Object.entries(this.sockets)) {
      socket.connect(endpoint(connection, name as Channel));
      void this.listen(name as Channel, socket);
    }
  }

  /** Sends the four JSON frames and the buffers. */
  send(channel: 'shell' | 'control' | 'stdin', frames: Buffer[]): void {
    const signature = Buffer.from(this.signer.sign(frames.slice(0, 4)));
    this.queues[channel].send([DELIMITER, signature, ...frames]);
  }

  /** Sends a request of the server's own; returns its msg_id. */
  request(channel: 'shell' | 'control', type: string, content: object): string {
    const header = makeHeader(type, this.session);
    this.send(
      channel,
      [header, {}, {}, content].map((part) => Buffer.from(JSON.stringify(part))),
    );
    return header.msg_id;
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    for (const socket of Object.values(this.sockets)) socket.close();
  }

  private async listen(channel: Channel, socket: zmq.Dealer | zmq.Subscriber): Promise<void> {
    try {
      for await (const frames of socket) {
        const message = this.read(channel, frames);
        try {
          // A page that does not keep up makes the kernel's output wait, not the server's memory grow.
          const wait = message && this.receive(message);
          if (wait) await wait;
        } catch (error) {
          this.log(`a message of a kernel on ${channel} could not be passed on: ${(error as Error).stack}`);
        }
      }
    } catch (error) {
      if (!this.closed) this.log(`a kernel's ${channel} socket stopped: ${(error as Error).message}`);
    }
  }

  private read(channel: Channel, all: Buffer[]): KernelMessage | undefined {
    const at = all.findIndex((frame) => frame.equals(DELIMITER));
    const frames = all.slice(at + 2);
    if (at < 0 || frames.length < 4 || !this.signer.matches(all[at + 1], frames.slice(0, 4))) {
      this.log(`a message of a kernel on ${channel} was dropped: its signature or its form is wrong`);
      return undefined;
    }
    try {
      const header = JSON.parse(frames[0].toString()) as Header;
      const parent = JSON.parse(frames[1].toString()) as Partial<Header> | null;
      return { channel, header, parentId: parent?.msg_id ?? '', frames };
    } catch {
      this.log(`a message of a kernel on ${channel} was dropped: its header is not JSON`);
      return undefined;
    }
  }
}
