// The kernel as a Jupyter client sees it: binds the sockets, takes requests, says busy and idle around each, and
// answers from the handler table. Cells queue up; everything else is answered at once, also while a cell runs.
import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { resolve } from 'node:path';
import type { LanguageService } from '../language/index.js';
import { type ConnectionInfo, readConnectionFile } from '../protocol/connection.js';
import {
  contentFault,
  type Header,
  type IopubContents,
  type IopubType,
  isRequestType,
  type Json,
  type Message,
  quote,
} from '../protocol/messages.js';
import { KernelSockets } from '../protocol/sockets.js';
import { decode, encode, makeHeader, ReplayGuard, Signer, WireError } from '../protocol/wire.js';
import { Comms } from './comms.js';
import type { Debugger } from './debugger/debugger.js';
import { type ExecuteOutcome, Executor } from './executor.js';
import { handlers, type Served } from './handlers.js';
import { History } from './history.js';
import { loadLanguage } from './load-language.js';
import { type Attached, Output } from './output.js';
import { UsageMeter } from './usage.js';

/** The background work starts by itself when no kernel_info_request comes this soon. */
const WARM_UP_MS = 150;
/** A client that has sent no cell for so long is not about to send one. */
const QUIET_MS = 250;
const PARENT_CHECK_MS = 1000;
/** Of one entry of the log; a client may have put anything into it. */
const LOGGED_CHARACTERS = 4000;

export type Channel = 'shell' | 'control';

export class Kernel implements Served {
  readonly connection: ConnectionInfo;
  readonly history: History;
  readonly executor: Executor;
  readonly usage = new UsageMeter();
  private readonly session = randomUUID();
  private readonly signer: Signer;
  private readonly replays = new ReplayGuard();
  private readonly sockets: KernelSockets;
  private readonly output = new Output(
    (type, content, parent, attached) => this.publish(type, content, parent, undefined, attached),
    (ms) => this.executor.throttle(ms),
  );
  readonly comms = new Comms({
    output: this.output,
    handle: (message, event) => this.executor.handleComm(message, event),
    tellOutputs: (comm_id, outputs) => this.executor.tell({ t: 'outputs', comm_id, outputs }),
    log: (text) => this.log(text),
  });
  private service: Promise<LanguageService> | undefined;
  private debugging: Debugger | undefined;
  /** The question that a cell waits for, and the request of that cell. */
  private asked: { header: Header; parent: Message } | undefined;
  private closing = false;

  /** @param historyFolder where the inputs of all sessions are kept; without it only this one's are known */
  constructor(connectionFile: string, historyFolder?: string) {
    this.connection = readConnectionFile(connectionFile);
    this.signer = new Signer(this.connection.key, this.connection.signature_scheme);
    this.sockets = new KernelSockets(this.connection, (text) => this.log(text));
    this.history = new History(historyFolder, (text) => this.log(text));
    this.executor = new Executor({
      output: this.output,
      history: this.history,
      comms: this.comms,
      language: () => this.language(),
      requestInput: (parent, prompt, password) => this.requestInput(parent, prompt, password),
      prepare: (cell) => this.debugging?.prepare(cell),
      inspector: (frame) => this.debugging?.receive(frame),
      lost: () => this.debugging?.lost(),
      log: (text) => this.log(text),
    });
    // The user process loads the library while the sockets are being bound.
    this.executor.start();
  }

  async start(): Promise<void> {
    await this.sockets.bind();
    this.sockets.receive((channel, frames) => this.receive(channel, frames));
    this.sockets.welcome((subscription) =>
      this.publish('iopub_welcome', { subscription }, undefined, subscription),
    );
    this.publish('status', { execution_state: 'starting' }, undefined);
    process.on('SIGINT', () => this.executor.interrupt());
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void this.shutdown());
    this.watchParent();
    setTimeout(() => this.warmUp(), WARM_UP_MS).unref();
  }

  /** Loads and exercises the language service before the first cell needs it. */
  warmUp(): void {
    this.language().catch((error) => this.log(`the language service cannot be loaded: ${error.stack}`));
  }

  /** The language service, loaded on first use. */
  language(): Promise<LanguageService> {
    if (!this.service) {
      this.service = loadLanguage(process.cwd());
      this.service.then(
        (language) => this.exercise(language),
        () => {},
      );
    }
    return this.service;
  }

  /** The debugger and variable explorer, loaded on first use. */
  async debugger(): Promise<Debugger> {
    const { Debugger } = await import('./debugger/debugger.js');
    this.debugging ??= new Debugger({
      send: (call) => this.executor.inspect(call),
      cells: () => this.executor.compiledCells(),
      label: (id) => this.executor.label(id),
      language: () => this.language(),
      runningCell: () => this.executor.runningSerial,
      event: (content) => this.publish('debug_event', content, this.executor.running),
    });
    return this.debugging;
  }

  /** Lets the checker see arrays and operators before the first cell uses them, when no cell would have to wait. */
  private exercise(language: LanguageService): void {
    const timer = setTimeout(() => {
      if (this.executor.idleMilliseconds < QUIET_MS) this.exercise(language);
      else void language.warmUp();
    }, QUIET_MS);
    timer.unref();
  }

  /** Never fails: whoever read the log may be gone, and a failing log would log its failure. */
  log(text: string): void {
    try {
      writeSync(2, `[gradlab] ${text.slice(0, LOGGED_CHARACTERS)}\n`);
    } catch {
      // Nobody listens.
    }
  }

  /** @param topic what subscribers choose messages by; a welcome has the topic that was subscribed to */
  publish<T extends IopubType>(
    type: T,
    content: IopubContents[T],
    parent: Message | undefined,
    topic = `kernel.${this.session}.${type}`,
    { metadata = {}, buffers = [] }: Attached = {},
  ): void {
    this.sockets.out.iopub.send(
      encode(
        {
          identities: [Buffer.from(topic)],
          header: makeHeader(type, this.session),
          parent_header: parent?.header ?? {},
          metadata,
          content: content as unknown as Json,
          buffers,
        },
        this.signer,
      ),
    );
  }

  /** Ends everything in order: user process, pending messages, sockets, this process. */
  async shutdown(): Promise<void> {
    if (this.closing) return;
    this.closing = true;
    await this.executor.stop();
    this.output.flush();
    if (this.service) await this.service.then((language) => language.close()).catch(() => {});
    await this.sockets.close();
    process.exit(0);
  }

  private receive(channel: Channel | 'stdin', frames: Buffer[]): void {
    let message: Message;
    try {
      message = decode(frames, this.signer, this.replays);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.log(`a message on ${channel} was dropped: ${error.message}`);
      if (error.header && channel !== 'stdin')
        this.refuse(channel, error.identities, error.header, error.message);
      return;
    }
    if (channel === 'stdin') return this.receiveInput(message);
    if (message.header.msg_type === 'execute_request' && !this.faultOf(message)) {
      void this.executor
        .submit(message, () => this.status('busy', message))
        .then((outcome) => this.answerExecute(channel, message, outcome));
      return;
    }
    void this.answer(channel, message);
  }

  private answerExecute(channel: Channel, message: Message, outcome: ExecuteOutcome): void {
    this.reply(channel, message, outcome);
    this.status('idle', message);
    this.sayBusyAgain();
  }

  /** Clients show the state that was said last, and a cell may still be running. */
  private sayBusyAgain(): void {
    const { running } = this.executor;
    if (running) this.status('busy', running);
  }

  /** What is wrong with a request: its type, its content, or the shell it is for. */
  private faultOf({ header, content }: Message): string | undefined {
    const { msg_type, subshell_id } = header;
    if (!isRequestType(msg_type)) return `${msg_type}: this kernel does not know this message`;
    const id = subshell_id ?? undefined;
    if (id !== undefined && !this.executor.subshellIds.includes(id))
      return `${msg_type}: there is no subshell ${quote(id)}`;
    return contentFault(msg_type, content);
  }

  /** Everything but cells: busy, the handler's reply, idle. */
  private async answer(channel: Channel, message: Message): Promise<void> {
    const type = message.header.msg_type;
    let leaving = false;
    this.status('busy', message);
    try {
      const fault = this.faultOf(message);
      if (fault) throw new Error(fault);
      const handler = handlers[type as keyof typeof handlers] as (
        kernel: Kernel,
        content: never,
        message: Message,
      ) => unknown;
      const reply = (await handler(this, message.content as never, message)) as Json | null;
      if (reply) this.reply(channel, message, { status: 'ok', ...reply });
      leaving = type === 'shutdown_request';
    } catch (error) {
      this.log((error as Error).message);
      if (!type.startsWith('comm_')) this.reply(channel, message, errorReply(error as Error));
    }
    this.status('idle', message);
    this.sayBusyAgain();
    if (type === 'kernel_info_request') setTimeout(() => this.warmUp(), 5);
    if (leaving) void this.shutdown();
  }

  private refuse(channel: Channel, identities: Buffer[], header: Message['header'], why: string): void {
    const message = { identities, header, parent_header: {}, metadata: {}, content: {}, buffers: [] };
    this.status('busy', message);
    this.reply(channel, message, errorReply(new Error(why)));
    this.status('idle', message);
  }

  private reply(channel: Channel, message: Message, content: object): void {
    this.output.flush();
    const type = message.header.msg_type.replace(/_request$/, '_reply');
    this.sockets.out[channel].send(
      encode(
        {
          identities: message.identities,
          header: makeHeader(type.endsWith('_reply') ? type : `${type}_reply`, this.session),
          parent_header: message.header,
          metadata: {},
          content: content as Json,
          buffers: [],
        },
        this.signer,
      ),
    );
  }

  private status(execution_state: 'busy' | 'idle', parent: Message): void {
    this.output.flush();
    this.publish('status', { execution_state }, parent);
  }

  private requestInput(parent: Message, prompt: string, password: boolean): void {
    const header = makeHeader('input_request', this.session);
    this.asked = { header, parent };
    this.sockets.out.stdin.send(
      encode(
        {
          identities: parent.identities,
          header,
          parent_header: parent.header,
          metadata: {},
          content: { prompt, password },
          buffers: [],
        },
        this.signer,
      ),
    );
  }

  /** An answer counts when it is for this question, as far as it says so, and from the client that was asked. */
  private receiveInput({ header, parent_header, identities, content }: Message): void {
    const { asked } = this;
    const late = parent_header.msg_type === 'input_request' && parent_header.msg_id !== asked?.header.msg_id;
    const stranger = asked && !sameIdentities(identities, asked.parent.identities);
    if (header.msg_type !== 'input_reply' || !asked || late || stranger) {
      return this.log(`${header.msg_type}: nobody waits for it`);
    }
    if (typeof content.value !== 'string') {
      return this.log(`input_reply: "value" is ${quote(content.value)}, not a string; still waiting`);
    }
    this.asked = undefined;
    this.executor.answerInput(content.value);
  }

  /** No orphans: a kernel whose starter is gone ends. */
  private watchParent(): void {
    const announced = Number(process.env.JPY_PARENT_PID);
    const first = process.ppid;
    if (!announced && first <= 1) return;
    setInterval(() => {
      if (announced ? isAlive(announced) : process.ppid === first) return;
      this.log('the process that started this kernel is gone');
      void this.shutdown();
    }, PARENT_CHECK_MS).unref();
  }
}

function sameIdentities(one: Buffer[], other: Buffer[]): boolean {
  return one.length === other.length && one.every((each, at) => each.equals(other[at]));
}

function errorReply(error: Error): Json {
  return {
    status: 'error',
    ename: error.name,
    evalue: error.message,
    traceback: [`${error.name}: ${error.message}`],
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Runs a kernel until it is shut down. */
export async function runKernel(connectionFile: string, historyFolder?: string): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const kernel = new Kernel(resolve(connectionFile), historyFolder);
  process.on('uncaughtException', (error) => kernel.log(`uncaught: ${error.stack}`));
  process.on('unhandledRejection', (reason) =>
    kernel.log(`unhandled: ${(reason as Error)?.stack ?? reason}`),
  );
  try {
    await kernel.start();
  } catch (error) {
    // An address is taken: nothing of this kernel stays behind.
    await kernel.executor.stop();
    throw error;
  }
}
