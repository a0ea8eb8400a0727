// Comms: named channels between user code and code on the page. This process owns them; the front process passes their
// messages on. Handlers of a message run as a small cell of their own. Widgets are built upon this.
import { randomUUID } from 'node:crypto';
import type { Json } from '../protocol/messages.js';
import type { CommEvent } from '../protocol/pipe.js';
import { currentCell, send } from './channel.js';

export type CommBuffer = ArrayBuffer | ArrayBufferView;

export interface CommMessage {
  content: { comm_id: string; target_name?: string; data: Json };
  metadata: Json;
  buffers: Uint8Array[];
}

export interface CommOptions {
  /** Which code of the page is meant. */
  target_name: string;
  /** What the page gets with the opening. */
  data?: Json;
  metadata?: Json;
  buffers?: readonly CommBuffer[];
  /** A random one by default. */
  comm_id?: string;
}

type Handler = (message: CommMessage) => unknown;
type TargetHandler = (comm: Comm, message: CommMessage) => unknown;

const comms = new Map<string, Comm>();
/** Who takes the comms that the page opens. */
export const targets = new Map<string, TargetHandler>();

/**
 * A channel between this session and the page. Constructing one opens it there; `registerTarget` takes those that the
 * page opens.
 * @example
 * const comm = new Comm({ target_name: 'log', data: { from: 'cell' } });
 * comm.on_msg(({ content }) => print(content.data));
 * comm.send({ text: 'hello' });
 * @see ipykernel.comm.Comm
 */
export class Comm {
  readonly comm_id: string;
  readonly target_name: string;
  private onMessage: Handler | undefined;
  private onClose: Handler | undefined;
  private closed = false;

  constructor(options: CommOptions) {
    const { target_name, data = {}, metadata = {}, buffers = [], comm_id = randomUUID() } = options ?? {};
    if (typeof target_name !== 'string' || target_name === '')
      throw new TypeError(
        `Comm: target_name is ${JSON.stringify(target_name)}; new Comm({target_name: 'name'}) is needed`,
      );
    this.comm_id = comm_id;
    this.target_name = target_name;
    if (comms.has(comm_id))
      throw new Error(`Comm: there is an open comm with the id ${JSON.stringify(comm_id)}`);
    this.post('comm_open', data, metadata, buffers);
    comms.set(comm_id, this);
  }

  /** The session's end of a comm that the page has opened. */
  static opened(comm_id: string, target_name: string): Comm {
    const comm = Object.assign(Object.create(Comm.prototype) as Comm, {
      comm_id,
      target_name,
      closed: false,
    });
    comms.set(comm_id, comm);
    return comm;
  }

  /** Sends a message to the page. */
  send(data: Json = {}, metadata: Json = {}, buffers: readonly CommBuffer[] = []): void {
    if (this.closed) throw new Error(`Comm.send: the comm ${this.comm_id} (${this.target_name}) is closed`);
    this.post('comm_msg', data, metadata, buffers);
  }

  /** Closes the comm on both sides. */
  close(data: Json = {}, metadata: Json = {}, buffers: readonly CommBuffer[] = []): void {
    if (this.closed) return;
    this.post('comm_close', data, metadata, buffers);
    this.forget();
  }

  /** Calls `handler` with every message of the page; undefined stops that. */
  on_msg(handler: Handler | undefined): void {
    this.onMessage = handler;
  }

  /** Calls `handler` when the page closes the comm. */
  on_close(handler: Handler | undefined): void {
    this.onClose = handler;
  }

  handleMessage(message: CommMessage): unknown {
    return this.onMessage?.(message);
  }

  handleClose(message: CommMessage): unknown {
    this.forget();
    return this.onClose?.(message);
  }

  private forget(): void {
    this.closed = true;
    comms.delete(this.comm_id);
  }

  private post(type: CommEvent['type'], data: Json, metadata: Json, buffers: readonly CommBuffer[]): void {
    const { comm_id, target_name } = this;
    const texts = buffers.map((buffer) => toBytes(buffer).toString('base64'));
    send({ t: 'comm', cell: currentCell(), type, comm_id, target_name, data, metadata, buffers: texts });
  }
}

function toBytes(buffer: CommBuffer): Buffer {
  if (ArrayBuffer.isView(buffer)) return Buffer.from(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  if (buffer instanceof ArrayBuffer) return Buffer.from(buffer);
  throw new TypeError(`Comm: a buffer is ${typeof buffer}, not a typed array or an ArrayBuffer`);
}

/**
 * Calls `handler` with every comm that the page opens to `name`, and with the message that opened it. Without a handler
 * the target is taken back.
 * @example
 * registerTarget('log', (comm) => comm.on_msg(({ content }) => print(content.data)));
 * @see ipykernel's comm_manager.register_target
 */
export function registerTarget(name: string, handler: TargetHandler | undefined): void {
  if (typeof name !== 'string' || (handler !== undefined && typeof handler !== 'function')) {
    throw new TypeError(
      `registerTarget: got ${JSON.stringify(name)} and ${typeof handler}; a name and a function (comm, message) => ... are needed`,
    );
  }
  if (handler) targets.set(name, handler);
  else targets.delete(name);
  send({ t: 'comm_target', name, registered: handler !== undefined });
}

/** Runs the handlers of a message that came from the page. */
export function handleComm(event: CommEvent): unknown {
  const { type, comm_id, target_name, data, metadata } = event;
  const buffers = event.buffers.map((text) => new Uint8Array(Buffer.from(text, 'base64')));
  const message: CommMessage = { content: { comm_id, target_name, data }, metadata, buffers };
  if (type === 'comm_open') {
    const handler = targets.get(String(target_name));
    const comm = Comm.opened(comm_id, String(target_name));
    if (!handler) return comm.close();
    return handler(comm, message);
  }
  const comm = comms.get(comm_id);
  return type === 'comm_msg' ? comm?.handleMessage(message) : comm?.handleClose(message);
}
