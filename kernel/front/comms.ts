// Comms as the client sees them: which are open, and to what target. Messages go through to the user process, which owns
// them, and come back from it; what nobody there would take is answered here, also while a cell loops. Output that
// Output widgets capture is gathered here and becomes the state of their models.

import {
  type CommContent,
  type IopubContents,
  type IopubType,
  type Json,
  type Message,
  quote,
} from '../protocol/messages.js';
import { type NotebookOutput, OutputCollector } from '../protocol/outputs.js';
import type { CommEvent, UserFrame } from '../protocol/pipe.js';
import type { Output } from './output.js';

/** Every session has the targets of widgets. */
const WIDGET_TARGETS = ['jupyter.widget', 'jupyter.widget.control'];
/** A captured output is sent whole each time: a large one as often as makes this many characters a second. */
const STATE_RATE = 4e6;

type CommType = CommEvent['type'];

export interface CommHost {
  output: Output;
  /** Has the handlers of a message run; resolves when they have. */
  handle(message: Message, event: CommEvent): Promise<void>;
  /** Tells the session what an Output widget holds. */
  tellOutputs(comm_id: string, outputs: NotebookOutput[]): void;
  log(text: string): void;
}

/** What an Output widget has captured. */
interface Area {
  collector: OutputCollector;
  parent: Message;
  changed: boolean;
  /** When it may be sent again, in ms of performance.now(). */
  next: number;
}

export class Comms {
  private readonly open = new Map<string, string>();
  private targets = new Set(WIDGET_TARGETS);
  private readonly areas = new Map<string, Area>();

  constructor(private readonly host: CommHost) {
    host.output.beforeFlush = (all) => this.sendCaptured(all);
  }

  /** The open comms, of one target or of all. */
  info(target?: string): Record<string, { target_name: string }> {
    const chosen = [...this.open].filter(([, name]) => target === undefined || name === target);
    return Object.fromEntries(chosen.map(([id, target_name]) => [id, { target_name }]));
  }

  /** A message of the client. */
  async receive(
    type: CommType,
    content: CommContent & { target_name?: string },
    message: Message,
  ): Promise<void> {
    const { comm_id, target_name, data } = content;
    if (type === 'comm_open') {
      if (!this.targets.has(String(target_name))) {
        this.host.log(`comm_open: there is no comm target ${quote(target_name)}`);
        this.host.output.event('comm_close', { comm_id, data: {} }, message);
        return;
      }
      this.open.set(comm_id, String(target_name));
    } else if (!this.open.has(comm_id)) {
      this.host.log(`${type}: there is no comm ${quote(comm_id)}`);
      return;
    }
    if (type === 'comm_close') this.forget(comm_id);
    const buffers = message.buffers.map((buffer) => buffer.toString('base64'));
    const { metadata } = message;
    await this.host.handle(message, { type, comm_id, target_name, data: data ?? {}, metadata, buffers });
  }

  /** A message of user code. `parent` is the request that the code belongs to. */
  send(
    { type, comm_id, target_name, data, metadata, buffers }: CommEvent,
    parent: Message | undefined,
  ): void {
    if (type === 'comm_open') this.open.set(comm_id, String(target_name));
    if (type === 'comm_close') this.forget(comm_id);
    const { state } = data as { state?: { outputs?: NotebookOutput[] } };
    // Outputs that code assigns are what further output is added to.
    if (type === 'comm_msg' && state?.outputs && parent) this.areas.set(comm_id, area(parent, state.outputs));
    const attached = { metadata, buffers: buffers.map((text) => Buffer.from(text, 'base64')) };
    if (type === 'comm_open')
      this.host.output.event(type, { comm_id, target_name: String(target_name), data }, parent, attached);
    else this.host.output.event(type, { comm_id, data }, parent, attached);
  }

  setTarget(name: string, registered: boolean): void {
    if (registered) this.targets.add(name);
    else this.targets.delete(name);
  }

  /** The session is gone, and its ends of all comms with it. */
  sessionLost(): void {
    for (const comm_id of this.open.keys())
      this.host.output.event('comm_close', { comm_id, data: {} }, undefined);
    this.open.clear();
    this.areas.clear();
    this.targets = new Set(WIDGET_TARGETS);
  }

  /** Output that an Output widget takes. */
  capture<T extends IopubType>(comm_id: string, type: T, content: IopubContents[T], parent: Message): void {
    if (!this.open.has(comm_id)) return;
    const taken = this.areas.get(comm_id) ?? area(parent, []);
    this.areas.set(comm_id, taken);
    taken.parent = parent;
    if (taken.collector.add({ header: { msg_type: type }, content: content as unknown as Json } as Message))
      taken.changed = true;
    this.host.output.schedule();
  }

  /** New content for a display that may stand in an Output widget. */
  updateDisplays(content: Json, parent: Message): void {
    for (const area of this.areas.values()) {
      if (!area.collector.update(content)) continue;
      Object.assign(area, { changed: true, parent });
      this.host.output.schedule();
    }
  }

  private forget(comm_id: string): void {
    this.open.delete(comm_id);
    this.areas.delete(comm_id);
  }

  private sendCaptured(all: boolean): void {
    for (const [comm_id, area] of this.areas) {
      if (!area.changed) continue;
      const now = performance.now();
      if (!all && now < area.next) {
        this.host.output.schedule();
        continue;
      }
      area.changed = false;
      // A copy: the collector goes on while the message waits to be sent.
      const text = JSON.stringify(area.collector.outputs);
      area.next = now + (text.length / STATE_RATE) * 1000;
      const outputs = JSON.parse(text) as NotebookOutput[];
      const data = { method: 'update', state: { outputs }, buffer_paths: [] };
      this.host.output.event('comm_msg', { comm_id, data }, area.parent);
      this.host.tellOutputs(comm_id, outputs);
    }
  }
}

function area(parent: Message, outputs: readonly NotebookOutput[]): Area {
  return { collector: new OutputCollector([...outputs]), parent, changed: false, next: 0 };
}

/** The frames of user code that may belong into an Output widget. */
export type CapturedFrame = Extract<UserFrame, { into?: string }>;
