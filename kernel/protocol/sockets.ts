// The five zeromq sockets of a kernel, and the one rule that makes them reliable: a zeromq.js socket takes one send
// at a time (a second one rejects with EBUSY and the message is lost), so every socket has exactly one send queue.
import * as zmq from 'zeromq';
import { type ConnectionInfo, endpoint } from './connection.js';
import type { Frame } from './wire.js';

interface Sender {
  send(frames: Frame[]): Promise<void>;
}

/** Sends in order, one at a time; `send` never throws and never waits. */
export class SendQueue {
  private readonly waiting: Frame[][] = [];
  private pumping: Promise<void> | undefined;

  constructor(
    private readonly socket: Sender,
    private readonly log: (text: string) => void,
  ) {}

  send(frames: Frame[]): void {
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

type Keys = Pick<ConnectionInfo, 'curve_publickey' | 'curve_secretkey'>;

/** A pair of keys for a connection that is encrypted. */
export function curveKeys(): Required<Keys> {
  const { publicKey, secretKey } = zmq.curveKeyPair();
  return { curve_publickey: publicKey, curve_secretkey: secretKey };
}

/** Options of the kernel's sockets: with keys, who does not have the public one gets no message through. */
const kernelCurve = ({ curve_publickey, curve_secretkey }: Keys) =>
  curve_secretkey
    ? { curveServer: true, curvePublicKey: curve_publickey, curveSecretKey: curve_secretkey }
    : {};

/** Options of a client's sockets; its own keys are fresh ones, since the kernel asks for the right server key alone. */
export function clientCurve({ curve_publickey: curveServerKey }: Keys) {
  if (!curveServerKey) return {};
  const { publicKey, secretKey } = zmq.curveKeyPair();
  return { curveServerKey, curvePublicKey: publicKey, curveSecretKey: secretKey };
}

/** The first byte of what an XPUB socket hears when somebody subscribes. */
const SUBSCRIBED = 1;

/** The kernel's side: bound sockets, with the callbacks that get what arrives. */
export class KernelSockets {
  private readonly shell: zmq.Router;
  private readonly control: zmq.Router;
  private readonly stdin: zmq.Router;
  private readonly iopub: zmq.XPublisher;
  private readonly heartbeat: zmq.Router;
  readonly out: Record<'shell' | 'control' | 'stdin' | 'iopub', SendQueue>;

  constructor(
    private readonly info: ConnectionInfo,
    private readonly log: (text: string) => void,
  ) {
    const curve = kernelCurve(info);
    const options = { ...OPTIONS, ...curve, handover: true };
    this.shell = new zmq.Router(options);
    this.control = new zmq.Router(options);
    this.stdin = new zmq.Router(options);
    // Hears of every subscription, also of one that another client has too.
    this.iopub = new zmq.XPublisher({
      linger: OPTIONS.linger,
      sendHighWaterMark: 0,
      verbosity: 'allSubs',
      ...curve,
    });
    this.heartbeat = new zmq.Router({ ...OPTIONS, ...curve });
    this.out = {
      shell: new SendQueue(this.shell, log),
      control: new SendQueue(this.control, log),
      stdin: new SendQueue(this.stdin, log),
      iopub: new SendQueue(this.iopub, log),
    };
  }

  /** Binds all five; rejects with the address that is taken or unusable. */
  async bind(): Promise<void> {
    const pairs = [
      ['shell', this.shell],
      ['control', this.control],
      ['stdin', this.stdin],
      ['iopub', this.iopub],
      ['hb', this.heartbeat],
    ] as const;
    await Promise.all(
      pairs.map(async ([name, socket]) => {
        const address = endpoint(this.info, name);
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
