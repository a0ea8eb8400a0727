// One running kernel as its pages see it: the process and its link, its state, who gets which message, what is kept
// for a page that lost its connection, and what happens when the process dies.
import { randomUUID } from 'node:crypto';
import { makeHeader, readObject } from '../../../protocol/wire.js';
import { type Channel, CLIENT_CHANNELS, KernelLink, type KernelMessage } from './link.js';
import { KernelPlace, KernelProcess, type LaunchOptions } from './process.js';
import type { FoundSpec } from './specs.js';
import type { PageMessage } from './wire.js';

export type KernelState = 'starting' | 'idle' | 'busy' | 'restarting' | 'dead';

/** A page's connection to the kernel. */
export interface Page {
  readonly session: string;
  /** The promise, if there is one, is a page that does not keep up. */
  send(message: KernelMessage): Promise<void> | undefined;
  close(code: number, reason: string): void;
}

/** How often a kernel that is coming up is asked whether it is there. */
const NUDGE_MS = 250;
const START_MS = 60_000;
const SHUTDOWN_MS = 5000;
/** A kernel that dies again within this time after its start has not recovered. */
const STABLE_MS = 10_000;
const MAX_RESTARTS = 5;
/** What is kept for pages that lost their connection: so many pages, so many bytes each. */
const MAX_KEPT = 4;
const MAX_KEPT_BYTES = 16 * 2 ** 20;

interface Kept {
  messages: KernelMessage[];
  bytes: number;
  lost: boolean;
}

export class Kernel {
  readonly pages = new Set<Page>();
  state: KernelState = 'starting';
  lastActivity = new Date();
  /** Why the kernel is dead. */
  reason: string | undefined;
  private process!: KernelProcess;
  private link!: KernelLink;
  private readonly serverSession = randomUUID();
  /** Requests of pages that are not answered yet, with the session that asked. */
  private readonly asked = new Map<string, string>();
  /** Requests of the server itself. */
  private readonly own = new Map<string, ((message: KernelMessage) => void) | undefined>();
  private readonly kept = new Map<string, Kept>();
  private waiting: { channel: 'shell' | 'control' | 'stdin'; frames: Buffer[] }[] = [];
  private isReady = false;
  private ready: Promise<void> = Promise.resolve();
  private heardIopub: (() => void) | undefined;
  private started = 0;
  private failures = 0;
  /** Set while an end of the process is what was asked for. */
  private ending = false;
  private restarting: Promise<void> | undefined;

  private constructor(
    readonly id: string,
    readonly found: FoundSpec,
    readonly path: string | undefined,
    private readonly launch: LaunchOptions,
    private readonly place: KernelPlace,
    private readonly log: (line: string) => void,
  ) {}

  /** Starts the process and returns at once; messages wait until the kernel answers. */
  static async start(
    found: FoundSpec,
    path: string | undefined,
    launch: LaunchOptions,
    log: (line: string) => void,
  ): Promise<Kernel> {
    const place = await KernelPlace.make(launch.id, found);
    const kernel = new Kernel(launch.id, found, path, launch, place, log);
    kernel.spawn();
    return kernel;
  }

  get name(): string {
    return this.found.name;
  }

  get pid(): number | undefined {
    return this.process.pid;
  }

  model(): object {
    return {
      id: this.id,
      name: this.name,
      last_activity: this.lastActivity.toISOString(),
      execution_state: this.state,
      connections: this.pages.size,
      ...(this.reason ? { reason: this.reason } : {}),
    };
  }

  // Pages

  connect(page: Page): void {
    for (const other of this.pages) {
      if (other.session === page.session) other.close(1001, 'the page has connected again');
    }
    this.pages.add(page);
    const kept = this.kept.get(page.session);
    this.kept.delete(page.session);
    if (kept?.lost) {
      void page.send(
        this.message('stream', {
          name: 'stderr',
          text: `While this page had no connection more than ${MAX_KEPT_BYTES / 2 ** 20} MiB of output came: the first part of it is lost.\n`,
        }),
      );
    }
    for (const message of kept?.messages ?? []) void page.send(message);
  }

  disconnect(page: Page): void {
    if (!this.pages.delete(page) || this.state === 'dead') return;
    for (const other of this.pages) if (other.session === page.session) return;
    this.kept.set(page.session, { messages: [], bytes: 0, lost: false });
    if (this.kept.size > MAX_KEPT) this.kept.delete([...this.kept.keys()][0]);
  }

  /** A message of a page to the kernel. */
  submit(page: Page, { channel, frames }: PageMessage): void {
    if (!CLIENT_CHANNELS.includes(channel) || frames.length < 4) return;
    const [header] = readObject(frames[0]);
    if (!header) return;
    const type = String(header.msg_type ?? '');
    if (/_request$/.test(type)) this.asked.set(String(header.msg_id), page.session);
    this.lastActivity = new Date();
    const message = { channel: channel as 'shell', frames };
    if (this.isReady) this.link.send(message.channel, frames);
    else this.waiting.push(message);
  }

  /** Resolves when the kernel answers; rejects when it died or is silent for a minute (it may still come up). */
  async whenReady(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, fail) => {
      const why = new Error(`the kernel did not answer within ${START_MS / 1000} s`);
      timer = setTimeout(() => fail(why), START_MS);
    });
    await Promise.race([this.ready, late]).finally(() => clearTimeout(timer));
  }

  // What users ask for

  async interrupt(): Promise<void> {
    if (this.found.spec.interrupt_mode === 'message') {
      const answered = this.ask('control', 'interrupt_request', {});
      await Promise.race([answered, new Promise((done) => setTimeout(done, 2000).unref())]);
    } else this.process.signal('SIGINT');
  }

  /** Restarts because a user wants it: the pages are not told that the kernel died, because it did not. */
  restart(): Promise<void> {
    this.restarting ??= this.restartOnce().finally(() => {
      this.restarting = undefined;
    });
    return this.restarting;
  }

  private async restartOnce(): Promise<void> {
    this.failures = 0;
    await this.end(true);
    this.state = 'starting';
    this.reason = undefined;
    this.spawn();
    await this.whenReady();
  }

  async shutdown(): Promise<void> {
    await this.end(false);
    this.state = 'dead';
    for (const page of this.pages) page.close(1000, 'the kernel was shut down');
    this.kept.clear();
    this.place.remove();
  }

  private async end(restart: boolean): Promise<void> {
    this.ending = true;
    if (this.process.isAlive) {
      // A kernel that never came up cannot be asked.
      if (this.isReady) this.link.request('control', 'shutdown_request', { restart });
      else this.process.signal('SIGTERM');
      await this.process.stop(this.isReady ? SHUTDOWN_MS : 1000);
    }
    this.isReady = false;
    this.link.close();
  }

  // The process

  private spawn(): void {
    this.ending = false;
    this.started = Date.now();
    this.asked.clear();
    this.own.clear();
    this.kept.clear();
    this.process = new KernelProcess(this.found, this.place, this.launch, this.log);
    this.link = new KernelLink(this.place.connection, (message) => this.receive(message), this.log);
    const { process, link } = this;
    this.ready = this.greet(process, link);
    this.ready.catch(() => {});
    void process.ended.then((how) => {
      if (process === this.process && !this.ending) this.died(how);
    });
  }

  /** Waits for one kernel_info_reply and one message on iopub: only then nothing that a page sends is lost. */
  private async greet(process: KernelProcess, link: KernelLink): Promise<void> {
    this.isReady = false;
    let timer: NodeJS.Timeout | undefined;
    try {
      const heard = new Promise<void>((done) => {
        this.heardIopub = done;
      });
      let informed = false;
      const info = this.ask('shell', 'kernel_info_request', {}).then(() => {
        informed = true;
      });
      timer = setInterval(() => {
        // Only iopub is missing: something to say on it.
        if (informed) this.own.set(link.request('shell', 'kernel_info_request', {}), undefined);
      }, NUDGE_MS);
      const ended = process.ended.then((how) => {
        throw new Error(
          `the kernel ended while it started (${how})${process.log ? `:\n${process.log}` : ''}`,
        );
      });
      await Promise.race([Promise.all([info, heard]), ended]);
    } finally {
      clearInterval(timer);
    }
    if (link !== this.link) return;
    this.isReady = true;
    if (this.state === 'starting' || this.state === 'restarting') this.state = 'idle';
    for (const { channel, frames } of this.waiting.splice(0)) link.send(channel, frames);
  }

  /** The process has ended and nobody asked for it. */
  private died(how: string): void {
    const neverReady = !this.isReady;
    this.isReady = false;
    this.link.close();
    this.waiting = [];
    this.failures = Date.now() - this.started > STABLE_MS ? 1 : this.failures + 1;
    this.log(`kernel ${this.id.slice(0, 8)} (${this.name}) died: ${how}`);
    if (this.failures > (neverReady ? 1 : MAX_RESTARTS)) {
      this.state = 'dead';
      this.reason = `${this.name}: ${how}${this.process.log ? `\n${this.process.log}` : ''}`;
      this.broadcast(
        this.message('stream', {
          name: 'stderr',
          text: `The kernel ended and does not come up again (${this.reason})\n`,
        }),
      );
      this.broadcast(this.message('status', { execution_state: 'dead' }));
      return;
    }
    this.state = 'restarting';
    this.broadcast(this.message('status', { execution_state: 'restarting' }));
    this.spawn();
  }

  // Messages of the kernel

  private receive(message: KernelMessage): Promise<void> | undefined {
    const { channel, header, parentId, frames } = message;
    if (channel === 'iopub') {
      this.heardIopub?.();
      this.heardIopub = undefined;
      if (header.msg_type === 'status' && !this.own.has(parentId)) this.readStatus(frames[3]);
    }
    if (this.own.has(parentId)) {
      if (channel === 'iopub') return undefined;
      this.own.get(parentId)?.(message);
      return undefined;
    }
    this.lastActivity = new Date();
    if (channel === 'iopub') return this.broadcast(message);
    const session = this.asked.get(parentId);
    if (session === undefined) return undefined;
    if (channel !== 'stdin') this.asked.delete(parentId);
    for (const page of this.pages) if (page.session === session) return page.send(message);
    this.keep(session, message);
    return undefined;
  }

  private readStatus(content: Buffer): void {
    try {
      const { execution_state } = JSON.parse(content.toString()) as { execution_state?: unknown };
      if (execution_state === 'busy' || execution_state === 'idle') this.state = execution_state;
    } catch {
      // A status that cannot be read changes nothing.
    }
  }

  private broadcast(message: KernelMessage): Promise<void> | undefined {
    const slow: Promise<void>[] = [];
    for (const page of this.pages) {
      const wait = page.send(message);
      if (wait) slow.push(wait);
    }
    for (const session of this.kept.keys()) this.keep(session, message);
    return slow.length > 0 ? Promise.all(slow).then(() => {}) : undefined;
  }

  private keep(session: string, message: KernelMessage): void {
    const kept = this.kept.get(session);
    if (!kept) return;
    kept.messages.push(message);
    kept.bytes += sizeOf(message);
    while (kept.bytes > MAX_KEPT_BYTES && kept.messages.length > 1) {
      const oldest = kept.messages.findIndex(({ header }) => header.msg_type !== 'status');
      const [dropped] = kept.messages.splice(Math.max(0, oldest), 1);
      kept.bytes -= sizeOf(dropped);
      kept.lost = true;
    }
  }

  /** A request of the server itself; resolves with the reply. */
  private ask(channel: 'shell' | 'control', type: string, content: object): Promise<KernelMessage> {
    return new Promise((done) => {
      this.own.set(this.link.request(channel, type, content), done);
    });
  }

  /** An iopub message that the server itself says. */
  private message(type: string, content: object): KernelMessage {
    const header = makeHeader(type, this.serverSession);
    const frames = [header, {}, {}, content].map((part) => Buffer.from(JSON.stringify(part)));
    return { channel: 'iopub' as Channel, header, parentId: '', frames };
  }
}

const sizeOf = ({ frames }: KernelMessage): number => frames.reduce((sum, frame) => sum + frame.length, 0);
