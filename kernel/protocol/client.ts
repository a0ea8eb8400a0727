// A small client for our own use: starts a kernel as a child process, speaks the protocol to it, gathers outputs.
// `gradlab run` and the tests drive the real kernel through it.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as zmq from 'zeromq';
import { type ConnectionInfo, endpoint, makeConnection } from './connection.js';
import type {
  CommContent,
  ExecuteReply,
  Header,
  HistoryRequest,
  Json,
  KernelInfo,
  Message,
  Requests,
} from './messages.js';
import { type NotebookOutput, OutputCollector } from './outputs.js';
import { kernelArgv } from './product.js';
import { clientCurve, curveKeys, SendQueue } from './sockets.js';
import { decode, encode, type Frame, makeHeader, Signer } from './wire.js';

export type { NotebookOutput } from './outputs.js';

export interface KernelOptions {
  /** The notebook's folder; this process's by default. */
  cwd?: string;
  /** Added to this process's environment. */
  env?: Record<string, string | undefined>;
  /** Unix sockets by default, which need no free ports; `tcp` on Windows. */
  transport?: 'ipc' | 'tcp';
  /** Encrypts what goes over the sockets, for kernels whose kernelspec has `supported_encryption: ['curve']`. */
  encrypted?: boolean;
  /** Gives the kernel a process group of its own, as Jupyter does. Without it a Ctrl-C reaches it too. */
  ownGroup?: boolean;
  /** Milliseconds until the kernel must have answered; 30,000 by default. */
  startTimeout?: number;
  /** Another kernel than ours: the `argv` of its kernel.json, with `{connection_file}` where the file's path goes. */
  argv?: readonly string[];
  /** What the kernel's front process logs. */
  onLog?(text: string): void;
}

export interface ExecuteOptions {
  silent?: boolean;
  storeHistory?: boolean;
  userExpressions?: Record<string, string>;
  stopOnError?: boolean;
  /** The id of the subshell to run in, the reply to a `create_subshell_request`. */
  subshell?: string;
  /** Answers `input()`; without it the cell may not ask. */
  onInput?(prompt: string, password: boolean): string | Promise<string>;
  /** Called after every change of the outputs. */
  onOutput?(outputs: NotebookOutput[]): void;
  /** Every iopub message of this cell. */
  onMessage?(message: Message): void;
  /** Milliseconds; when they have passed the cell is interrupted and the result has `timedOut`. */
  timeout?: number;
}

export type ExecuteReplyContent =
  | ({ status: 'ok' } & ExecuteReply)
  | { status: 'error'; execution_count: number; ename: string; evalue: string; traceback: string[] }
  | { status: 'aborted' };

export interface ExecuteResult {
  reply: ExecuteReplyContent;
  /** nbformat 4 outputs. */
  outputs: NotebookOutput[];
  /** All iopub messages of the cell, `busy` to `idle`. */
  messages: Message[];
  timedOut: boolean;
}

type Channel = 'shell' | 'control';
type Reply<T extends keyof Requests> = Requests[T]['reply'] & { status: string };

interface Exchange {
  reply?: Message;
  idle: boolean;
  onMessage?(message: Message): void;
  onInput?: ExecuteOptions['onInput'];
  resolve(reply: Message): void;
  reject(error: Error): void;
}

/** How long a reply whose iopub `idle` never comes is waited for. */
const IDLE_GRACE_MS = 10_000;
/** A kernel that starts is seen at once: zeromq by itself tries again after a tenth of a second or two. */
const RECONNECT = { reconnectInterval: 10, reconnectMaxInterval: 40 };

/**
 * Starts a kernel and waits until it has answered kernel_info.
 * @throws Error with what the kernel logged, when it ends or does not answer in time
 */
export async function startKernel(options: KernelOptions = {}): Promise<KernelClient> {
  const client = await launchKernel(options);
  try {
    await client.waitUntilReady(options.startTimeout ?? 30_000);
  } catch (error) {
    client.kill();
    throw error;
  }
  return client;
}

/** Starts a kernel and waits for nothing: the first request is answered when the kernel is there. */
export async function launchKernel(options: KernelOptions = {}): Promise<KernelClient> {
  const transport = options.transport ?? (process.platform === 'win32' ? 'tcp' : 'ipc');
  const folder = mkdtempSync(join(tmpdir(), 'gradlab-'));
  const connection =
    transport === 'ipc'
      ? makeConnection('ipc', join(folder, 'socket'), [1, 2, 3, 4, 5])
      : makeConnection('tcp', '127.0.0.1', await freePorts());
  if (options.encrypted) Object.assign(connection, curveKeys());
  const file = join(folder, 'connection.json');
  writeFileSync(file, JSON.stringify(connection), { mode: 0o600 });
  const argv = options.argv ?? kernelArgv;
  const [program, ...args] = argv.map((arg) => arg.replaceAll('{connection_file}', file));
  const child = spawn(program, args, {
    cwd: options.cwd,
    // What a program runs is nobody's history.
    env: { ...process.env, JPY_PARENT_PID: String(process.pid), GRADLAB_HISTORY: '', ...options.env },
    stdio: ['ignore', 'inherit', 'pipe'],
    detached: options.ownGroup === true,
  });
  return new KernelClient(child, connection, folder, options.onLog);
}

/** Free ports of this machine, found by asking for them. */
export async function freePorts(): Promise<[number, number, number, number, number]> {
  const servers = await Promise.all(
    Array.from(
      { length: 5 },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
          const server = createServer().on('error', reject);
          server.listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports as [number, number, number, number, number];
}

/** Another client of a kernel that is running; wait with `waitUntilReady`, and `close` it in the end. */
export class KernelConnection {
  /** Called with every iopub message, whoever caused it. */
  onIopub: ((message: Message) => void) | undefined;
  readonly session = randomUUID();
  private readonly signer: Signer;
  private readonly sockets;
  private readonly queues: Record<Channel | 'stdin', SendQueue>;
  private readonly exchanges = new Map<string, Exchange>();
  private closed = false;

  constructor(
    readonly connection: ConnectionInfo,
    onLog?: (text: string) => void,
  ) {
    this.signer = new Signer(connection.key, connection.signature_scheme);
    // The identity is shared by shell and stdin: that is how an input_request finds its asker.
    const routingId = this.session;
    const curve = clientCurve(connection);
    const options = { linger: 0, sendHighWaterMark: 0, receiveHighWaterMark: 0, ...RECONNECT, ...curve };
    this.sockets = {
      shell: new zmq.Dealer({ ...options, routingId }),
      control: new zmq.Dealer({ ...options, routingId }),
      stdin: new zmq.Dealer({ ...options, routingId }),
      iopub: new zmq.Subscriber({ linger: 0, receiveHighWaterMark: 0, ...RECONNECT, ...curve }),
      hb: new zmq.Request({ linger: 0, ...RECONNECT, ...curve }),
    };
    const log = (text: string) => onLog?.(`client: ${text}\n`);
    this.queues = {
      shell: new SendQueue(this.sockets.shell, log),
      control: new SendQueue(this.sockets.control, log),
      stdin: new SendQueue(this.sockets.stdin, log),
    };
    for (const [name, socket] of Object.entries(this.sockets))
      socket.connect(endpoint(connection, name as 'shell'));
    this.sockets.iopub.subscribe();
    void this.listen(this.sockets.shell, (message) => this.onReply(message));
    void this.listen(this.sockets.control, (message) => this.onReply(message));
    void this.listen(this.sockets.stdin, (message) => void this.onInputRequest(message));
    void this.listen(this.sockets.iopub, (message) => this.onBroadcast(message));
  }

  /** Waits for kernel_info, and for iopub to deliver: a subscription takes a moment to arrive. */
  async waitUntilReady(timeout = 30_000): Promise<void> {
    const deadline = Date.now() + timeout;
    const first = this.request('shell', 'kernel_info_request', {}, { timeout });
    await first;
    while (!this.heard) {
      if (Date.now() > deadline) throw new Error(`the kernel's iopub channel is silent after ${timeout} ms`);
      const again = this.request('shell', 'kernel_info_request', {}, { timeout, idle: false });
      await again;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  private heard = false;

  kernelInfo(channel: Channel = 'shell'): Promise<KernelInfo & { status: string }> {
    return this.ask(channel, 'kernel_info_request', {});
  }

  /** Runs a cell; resolves when both its reply and its idle have come. */
  async execute(code: string, options: ExecuteOptions = {}): Promise<ExecuteResult> {
    const collector = new OutputCollector();
    const messages: Message[] = [];
    let timedOut = false;
    const onMessage = (message: Message) => {
      messages.push(message);
      options.onMessage?.(message);
      if (collector.add(message)) options.onOutput?.(collector.outputs);
    };
    const timer =
      options.timeout === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            this.interrupt().catch(() => {});
          }, options.timeout);
    try {
      const reply = await this.request(
        'shell',
        'execute_request',
        {
          code,
          silent: options.silent ?? false,
          store_history: options.storeHistory ?? true,
          user_expressions: options.userExpressions ?? {},
          allow_stdin: options.onInput !== undefined,
          stop_on_error: options.stopOnError ?? true,
        },
        { onMessage, onInput: options.onInput, subshell: options.subshell },
      );
      return { reply: reply.content as ExecuteReplyContent, outputs: collector.outputs, messages, timedOut };
    } finally {
      clearTimeout(timer);
    }
  }

  /** `cursor` counts code points, as in the protocol; the end of the code by default. */
  complete(code: string, cursor = [...code].length): Promise<Reply<'complete_request'>> {
    return this.ask('shell', 'complete_request', { code, cursor_pos: cursor });
  }

  inspect(
    code: string,
    cursor = [...code].length,
    detail_level: 0 | 1 = 0,
  ): Promise<Reply<'inspect_request'>> {
    return this.ask('shell', 'inspect_request', { code, cursor_pos: cursor, detail_level });
  }

  isComplete(code: string): Promise<Reply<'is_complete_request'>> {
    return this.ask('shell', 'is_complete_request', { code });
  }

  history(content: HistoryRequest): Promise<Reply<'history_request'>> {
    return this.ask('shell', 'history_request', content as unknown as Json);
  }

  /** Interrupts by message. `signal('SIGINT')` does it by signal. */
  interrupt(): Promise<Reply<'interrupt_request'>> {
    return this.ask('control', 'interrupt_request', {});
  }

  /** A request of the debug adapter protocol; resolves with its response. */
  async debug(command: string, args: Json = {}): Promise<Json> {
    const content = { type: 'request', seq: ++this.debugSeq, command, arguments: args };
    return (await this.request('control', 'debug_request', content)).content;
  }
  private debugSeq = 0;

  /** Milliseconds that the heartbeat takes to come back. */
  async heartbeat(): Promise<number> {
    const start = performance.now();
    await this.sockets.hb.send('ping');
    await this.sockets.hb.receive();
    return performance.now() - start;
  }

  /** Sends frames as they are, for tests of what a kernel must survive. */
  sendRaw(channel: Channel | 'stdin', frames: Frame[]): void {
    this.queues[channel].send(frames);
  }

  /** A request and its reply, with the iopub messages between. */
  request(
    channel: Channel,
    type: string,
    content: object,
    options: {
      onMessage?(message: Message): void;
      onInput?: ExecuteOptions['onInput'];
      /** Whether to wait for iopub's idle as well. */
      idle?: boolean;
      timeout?: number;
      /** The subshell that the request is for. */
      subshell?: string;
    } = {},
  ): Promise<Message> {
    if (this.closed) return Promise.reject(new Error(`${type}: the kernel has ended${this.logTail()}`));
    const header: Header = makeHeader(type, this.session);
    if (options.subshell !== undefined) header.subshell_id = options.subshell;
    let timer: NodeJS.Timeout | undefined;
    const answered = new Promise<Message>((resolve, reject) => {
      this.exchanges.set(header.msg_id, {
        idle: options.idle === false || !this.heard,
        onMessage: options.onMessage,
        onInput: options.onInput,
        resolve,
        reject,
      });
      if (options.timeout !== undefined) {
        timer = setTimeout(
          () => reject(new Error(`${type}: no reply within ${options.timeout} ms${this.logTail()}`)),
          options.timeout,
        );
      }
    });
    const message = {
      identities: [],
      header,
      parent_header: {},
      metadata: {},
      content: content as Json,
      buffers: [],
    };
    this.queues[channel].send(encode(message, this.signer));
    return answered.finally(() => {
      clearTimeout(timer);
      this.exchanges.delete(header.msg_id);
    });
  }

  /** A comm message; resolves with the iopub messages that it caused when its handlers have run. */
  async comm(
    type: 'comm_open' | 'comm_msg' | 'comm_close',
    content: CommContent & { target_name?: string },
    options: { metadata?: Json; buffers?: Buffer[]; subshell?: string } = {},
  ): Promise<Message[]> {
    const messages: Message[] = [];
    const header = { ...makeHeader(type, this.session), subshell_id: options.subshell };
    await new Promise<Message>((resolve, reject) => {
      const onMessage = (message: Message) => {
        messages.push(message);
        if (message.content.execution_state === 'idle') resolve(message);
      };
      this.exchanges.set(header.msg_id, { idle: false, onMessage, resolve, reject });
      const { metadata = {}, buffers = [] } = options;
      const message = {
        identities: [],
        header,
        parent_header: {},
        metadata,
        content: { ...content },
        buffers,
      };
      this.queues.shell.send(encode(message, this.signer));
    }).finally(() => this.exchanges.delete(header.msg_id));
    return messages;
  }

  private async ask<T extends keyof Requests>(channel: Channel, type: T, content: Json): Promise<Reply<T>> {
    return (await this.request(channel, type, content)).content as unknown as Reply<T>;
  }

  private async listen(socket: zmq.Dealer | zmq.Subscriber, on: (message: Message) => void): Promise<void> {
    try {
      for await (const frames of socket) on(decode(frames, this.signer));
    } catch (error) {
      if (!this.closed) this.fail(error as Error);
    }
  }

  private exchangeOf(message: Message): Exchange | undefined {
    return this.exchanges.get(String(message.parent_header.msg_id));
  }

  private onReply(message: Message): void {
    const exchange = this.exchangeOf(message);
    if (!exchange) return;
    exchange.reply = message;
    if (exchange.idle) return exchange.resolve(message);
    setTimeout(() => exchange.resolve(message), IDLE_GRACE_MS).unref();
  }

  private onBroadcast(message: Message): void {
    this.heard = true;
    this.onIopub?.(message);
    const exchange = this.exchangeOf(message);
    if (!exchange) return;
    exchange.onMessage?.(message);
    if (message.header.msg_type !== 'status' || message.content.execution_state !== 'idle') return;
    exchange.idle = true;
    if (exchange.reply) exchange.resolve(exchange.reply);
  }

  private async onInputRequest(message: Message): Promise<void> {
    const { prompt, password } = message.content as { prompt: string; password: boolean };
    const value = await this.exchangeOf(message)?.onInput?.(prompt, password);
    const reply = {
      identities: [],
      header: makeHeader('input_reply', this.session),
      parent_header: message.header,
      metadata: {},
      content: { value: value ?? '' },
      buffers: [],
    };
    this.queues.stdin.send(encode(reply, this.signer));
  }

  /** What the kernel said last, for errors. */
  protected logTail(): string {
    return '';
  }

  protected fail(error: Error): void {
    for (const exchange of this.exchanges.values()) exchange.reject(error);
    this.exchanges.clear();
  }

  /** Takes leave of the kernel, which goes on. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    for (const socket of Object.values(this.sockets)) socket.close();
  }
}

/** The client that started a kernel and ends it. */
export class KernelClient extends KernelConnection {
  /** Resolves with the exit code (or signal) of the front process. */
  readonly exited: Promise<number | NodeJS.Signals | null>;
  private logged = '';

  constructor(
    readonly process: ChildProcess,
    connection: ConnectionInfo,
    private readonly folder: string,
    onLog?: (text: string) => void,
  ) {
    super(connection, onLog);
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.logged = (this.logged + text).slice(-8192);
      onLog?.(text);
    });
    this.exited = new Promise((resolve) => {
      this.process.once('exit', (code, signal) => {
        this.fail(new Error(`the kernel ended (${signal ?? `exit code ${code}`})${this.logTail()}`));
        resolve(signal ?? code);
      });
      this.process.once('error', (error) => this.fail(error));
    });
  }

  get pid(): number {
    return this.process.pid as number;
  }

  signal(name: NodeJS.Signals): void {
    this.process.kill(name);
  }

  /** Asks the kernel to end, and waits until it has. */
  async shutdown(restart = false): Promise<Reply<'shutdown_request'>> {
    const reply = await this.request('control', 'shutdown_request', { restart }, { idle: false });
    const timer = setTimeout(() => this.process.kill('SIGKILL'), 5000);
    await this.exited;
    clearTimeout(timer);
    this.close();
    return reply.content as Reply<'shutdown_request'>;
  }

  /** Ends the kernel without asking. */
  kill(): void {
    this.process.kill('SIGKILL');
    this.close();
  }

  override close(): void {
    super.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  protected override logTail(): string {
    return this.logged ? `\nThe kernel's log:\n${this.logged.trimEnd()}` : '';
  }
}
