// The five zeromq sockets of a kernel, and the one rule that makes them reliable: a zeromq.js socket takes one send
// at a time (a second one rejects with EBUSY and the message is lost), so every socket has exactly one send queue.
import * as zmq from 'zeromq';
import { type ConnectionInfo, endpoint } from './connection.js';

interface Sender {
  send(frames: Buffer[]): Promise<void>;
}

/** Sends in order, one at a time; `send` never throws and never waits. */
export class SendQueue {
  private readonly waiting: Buffer[][] = [];
  private pumping: Promise<void> | undefined;

  constructor(
    private readonly socket: Sender,
    private readonly log: (text: string) => void,
  ) {}

  send(frames: Buffer[]): void {
    this.waiting.push(frames);
    this.pumping ??= this.pump();
  }

  /** Resolves when everything queued so far was handed to zeromq. */
  async drained(): Promise<void> {
    while (this.pumping) await this.pumping;
  }

  private async pump(): Promise<void> {
    for (let next = this.waiting.shift(); next; next = this.waiting.shift()) {
      try {
        await this.socket.send(next);
      } catch (error) {
        this.log(`a message could not be sent: ${(error as Error).message}`);
      }
    }
    this.pumping = undefined;
  }
}

/** High-water marks are off: a marked iopub socket would drop output silently when a client is slow. */
const OPTIONS = { linger: 1000, sendHighWaterMark: 0, receiveHighWaterMark: 0 };

/** The first byte of what an XPUB socket hears when somebody subscribes. */
const SUBSCRIBED = 1;

/** The kernel's side: bound sockets, with the callbacks that get what arrives. */
export class KernelSockets {
  private readonly shell = new zmq.Router({ ...OPTIONS, handover: true });
  private readonly control = new zmq.Router({ ...OPTIONS, handover: true });
  private readonly stdin = new zmq.Router({ ...OPTIONS, handover: true });
  /** Hears of every subscription, also of one that another client has too. */
  private readonly iopub = new zmq.XPublisher({
    linger: OPTIONS.linger,
    sendHighWaterMark: 0,
    verbosity: 'allSubs',
  });
  private readonly heartbeat = new zmq.Router(OPTIONS);
  readonly out: Record<'shell' | 'control' | 'stdin' | 'iopub', SendQueue>;

  constructor(private readonly log: (text: string) => void) {
    this.out = {
      shell: new SendQueue(this.shell, log),
      control: new SendQueue(this.control, log),
      stdin: new SendQueue(this.stdin, log),
      iopub: new SendQueue(this.iopub, log),
    };
  }

  /** Binds all five; rejects with the address that is taken or unusable. */
  async bind(info: ConnectionInfo): Promise<void> {
    const pairs = [
      ['shell', this.shell],
      ['control', this.control],
      ['stdin', this.stdin],
      ['iopub', this.iopub],
      ['hb', this.heartbeat],
    ] as const;
    await Promise.all(
      pairs.map(async ([name, socket]) => {
        const address = endpoint(info, name);
        try {
          await socket.bind(address);
        } catch (error) {
          throw new Error(`the ${name} socket cannot be bound to ${address}: ${(error as Error).message}`);
        }
      }),
    );
  }

  receive(on: (channel: 'shell' | 'control' | 'stdin', frames: Buffer[]) => void): void {
    for (const channel of ['shell', 'control', 'stdin'] as const) {
      void this.listen(this[channel], (frames) => on(channel, frames));
    }
    const beat = new SendQueue(this.heartbeat, this.log);
    void this.listen(this.heartbeat, (frames) => beat.send(frames));
  }

  /** Calls back for each subscription to iopub, with its topic. */
  welcome(on: (topic: string) => void): void {
    void this.listen(this.iopub, ([frame]) => {
      if (frame?.[0] === SUBSCRIBED) on(frame.toString('utf8', 1));
    });
  }

  /** Waits until everything queued is out, then closes. */
  async close(): Promise<void> {
    await Promise.all(Object.values(this.out).map((queue) => queue.drained()));
    for (const socket of [this.shell, this.control, this.stdin, this.iopub, this.heartbeat]) socket.close();
  }

  private async listen(socket: zmq.Router | zmq.XPublisher, on: (frames: Buffer[]) => void): Promise<void> {
    try {
      for await (const frames of socket) {
        try {
          on(frames);
        } catch (error) {
          this.log(`a message could not be handled: ${(error as Error).stack}`);
        }
      }
    } catch (error) {
      if (!socket.closed) this.log(`a socket stopped receiving: ${(error as Error).message}`);
    }
  }
}
