// Owns the user process: starts it, restarts it when it dies, says why it died, and passes orders, interrupts and
// answers to it. What it prints comes out in order: frames, and text of its child processes where they ended.
import type { ChildProcess } from 'node:child_process';
import { readFileSync, readSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { totalmem } from 'node:os';
import { StringDecoder } from 'node:string_decoder';
import {
  type CellOutcome,
  type ControlFrame,
  type ExecuteOrder,
  encodeFrame,
  FD_CONTROL,
  FD_INTERRUPT,
  FD_OUTPUT,
  FrameDecoder,
  type InputFrame,
  type InspectorCall,
  type UserFrame,
  type WorkerFrame,
} from '../protocol/pipe.js';
import { heapLimitMegabytes, type SessionOptions, sessionProcess } from './session-process.js';

export type { SessionOptions } from './session-process.js';

/** The end of a user process that nobody asked for. */
export interface Death {
  status: 'died';
  ename: string;
  /** The cause in a sentence. */
  cause: string;
  /** Stack of a `process.exit`, empty for other causes. */
  stack: string;
  /** What the process left with, where it ended by itself. */
  exitCode?: number;
}

export interface SupervisorEvents {
  frame(frame: UserFrame): void;
  /** Text that child processes or native code wrote to the inherited standard streams. */
  raw(name: 'stdout' | 'stderr', text: string): void;
  /** The inspector answers, or tells something. */
  inspector(frame: WorkerFrame): void;
  /** The process is gone, whatever it was doing. */
  lost(): void;
  /** The process died while no cell was running. */
  idleDeath(death: Death): void;
  log(text: string): void;
}

/** Where Node's own report of a crash begins. */
const CRASH_REPORT =
  /<--- Last few GCs --->|FATAL ERROR: |----- Native stack trace -----| {2}# +\S*node\S*\[\d+\]: /;
const MEMORY_CHECK_MS = 100;
/** The system keeps this much; below it, the session is ended before the system ends something else. */
const MEMORY_RESERVE = Math.min(512 * 2 ** 20, totalmem() * 0.04);
const CHILD_INTERRUPT_MS = 400;
const EXIT_GRACE_MS = 500;
const MAX_FAILED_STARTS = 3;

/** What a session may hold in all, arrays included: no limit but the machine's unless one is asked for. */
function memoryLimitBytes(): number {
  const asked = Number(process.env.GRADLAB_MAX_MEMORY_MB);
  return asked > 0 ? asked * 2 ** 20 : Infinity;
}

interface Waiting {
  order: ExecuteOrder;
  resolve(outcome: CellOutcome | Death): void;
  sent: boolean;
}

export class Supervisor {
  private session: UserProcess | undefined;
  /** The cells that run, by serial number: one of each shell. */
  private readonly waiting = new Map<number, Waiting>();
  private failedStarts = 0;
  private stopping = false;

  constructor(
    private readonly events: SupervisorEvents,
    private readonly options: SessionOptions = {},
  ) {}

  /** Starts the process now; it becomes ready in the background. */
  start(): void {
    this.session = new UserProcess(
      {
        frame: (frame) => this.onFrame(frame),
        raw: this.events.raw,
        inspector: this.events.inspector,
        death: (death) => this.onDeath(death),
        log: this.events.log,
      },
      this.options,
    );
  }

  /** Runs a cell; resolves when it has ended and all its output before that was delivered. */
  execute(order: ExecuteOrder): Promise<CellOutcome | Death> {
    if (!this.session) {
      this.failedStarts = 0;
      this.start();
    }
    return new Promise((resolve) => {
      this.waiting.set(order.cell, { order, resolve, sent: false });
      this.sendOrders();
    });
  }

  /** Stops the running cells, whatever they are doing. */
  interrupt(): void {
    const { session } = this;
    if (!session) return;
    const sent = [...this.waiting.keys()].filter((cell) => {
      if (this.waiting.get(cell)?.sent) return true;
      this.settle(cell, { status: 'interrupted', stack: '' });
      return false;
    });
    if (sent.length > 0) session.interrupt(sent);
    // A cell that waits for a child process in native code hears nothing: the child has to end.
    setTimeout(() => {
      if (this.session === session && sent.some((cell) => this.waiting.has(cell)))
        session.interruptChildren();
    }, CHILD_INTERRUPT_MS).unref();
  }

  answerInput(answer: InputFrame): void {
    this.session?.answerInput(answer);
  }

  /** Passes a call on to the inspector; the answer comes as an event. */
  inspect(call: InspectorCall): void {
    if (!this.session) this.start();
    this.session?.inspect(call);
  }

  /** Sends what needs no answer, and is nothing to a session that has just begun. */
  tell(frame: ControlFrame): void {
    if (this.session?.ready) this.session.tell(frame);
  }

  /** Lets the session wait with its output: it blocks in its next write when the pipe is full. */
  throttle(ms: number): void {
    this.session?.throttle(ms);
  }

  /** Lets timers and promises of the session run out, as at the end of a program; resolves with how it ended. */
  finish(): Promise<Death | undefined> {
    this.stopping = true;
    const { session } = this;
    return session ? session.finish() : Promise.resolve(undefined);
  }

  /** Ends the user process and all its children. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.session?.stop();
  }

  private sendOrders(): void {
    if (!this.session?.ready) return;
    for (const waiting of this.waiting.values()) {
      if (!waiting.sent) this.session.tell(waiting.order);
      waiting.sent = true;
    }
  }

  private settle(cell: number, outcome: CellOutcome | Death): void {
    const waiting = this.waiting.get(cell);
    this.waiting.delete(cell);
    waiting?.resolve(outcome);
  }

  private onFrame(frame: UserFrame): void {
    if (frame.t === 'ready') this.failedStarts = 0;
    this.events.frame(frame);
    if (frame.t === 'ready') this.sendOrders();
    if (frame.t === 'done') this.settle(frame.cell, frame.outcome);
  }

  private onDeath(death: Death): void {
    const wasReady = this.session?.ready;
    this.session = undefined;
    this.events.lost();
    if (this.stopping) return;
    this.events.log(`the user process died: ${death.cause}`);
    if (!wasReady) this.failedStarts++;
    const idle = this.waiting.size === 0;
    const again = this.failedStarts < MAX_FAILED_STARTS;
    if (again) this.start();
    // An order that was never sent is not lost with the process: the next one gets it.
    for (const [cell, { sent }] of this.waiting) if (sent || !again) this.settle(cell, death);
    if (idle) this.events.idleDeath(death);
  }
}

interface ProcessEvents {
  frame(frame: UserFrame): void;
  raw(name: 'stdout' | 'stderr', text: string): void;
  inspector(frame: WorkerFrame): void;
  death(death: Death): void;
  log(text: string): void;
}

/** One life of the user process. */
class UserProcess {
  ready = false;
  private readonly child: ChildProcess;
  private readonly decoder = new FrameDecoder<UserFrame>();
  private readonly workerDecoder = new FrameDecoder<WorkerFrame>();
  private readonly texts = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') };
  private readonly heapLimit = heapLimitMegabytes();
  private readonly memoryCheck: NodeJS.Timeout;
  private exitFrame: Extract<UserFrame, { t: 'exit' }> | undefined;
  private readonly memoryLimit = memoryLimitBytes();
  /** Set when this end was for its memory: the cause, as a clause. */
  private overLimit: string | undefined;
  /** V8's last words, kept out of the cell's output. */
  private crashText = '';
  private over = false;
  private finished: ((death: Death) => void) | undefined;

  constructor(
    private readonly events: ProcessEvents,
    options: SessionOptions,
  ) {
    this.child = sessionProcess(options);
    this.child.on('error', (error) => this.end(`it could not be started: ${error.message}`));
    this.child.on('exit', (code, signal) => this.onExit(code, signal));
    this.pipe(FD_OUTPUT).on('data', (chunk: Buffer) => this.onFrames(chunk));
    for (const fd of [1, 2] as const) this.pipe(fd).on('data', (chunk: Buffer) => this.onRaw(fd, chunk));
    this.pipe(FD_INTERRUPT).on('data', (chunk: Buffer) => {
      this.workerDecoder.push(chunk, (frame) => this.events.inspector(frame));
    });
    for (const fd of [1, 2, FD_OUTPUT, FD_CONTROL, FD_INTERRUPT]) this.pipe(fd).on('error', () => {});
    this.memoryCheck = setInterval(() => this.checkMemory(), MEMORY_CHECK_MS);
    this.memoryCheck.unref();
    this.volunteer();
  }

  tell(frame: ControlFrame): void {
    this.pipe(FD_CONTROL).write(encodeFrame(frame));
  }

  interrupt(cells: number[]): void {
    this.pipe(FD_INTERRUPT).write(encodeFrame({ cells }));
  }

  inspect(call: InspectorCall): void {
    this.pipe(FD_INTERRUPT).write(encodeFrame(call));
  }

  /** SIGINT to the group: the session itself ignores it, its children usually end. */
  interruptChildren(): void {
    this.signalGroup('SIGINT');
  }

  answerInput(answer: InputFrame): void {
    this.pipe(FD_OUTPUT).write(encodeFrame(answer));
  }

  throttle(ms: number): void {
    const pipe = this.pipe(FD_OUTPUT);
    pipe.pause();
    setTimeout(() => pipe.resume(), ms);
  }

  /** The session ends when nothing is left for it to do. */
  finish(): Promise<Death | undefined> {
    if (this.over) return Promise.resolve(undefined);
    this.pipe(FD_CONTROL).write(encodeFrame({ t: 'finish' }));
    return new Promise((resolve) => {
      this.finished = resolve;
    });
  }

  async stop(): Promise<void> {
    if (this.over) return;
    const exited = new Promise<void>((resolve) => this.child.once('exit', () => resolve()));
    this.tell({ t: 'exit' });
    const timer = setTimeout(() => this.signalGroup('SIGKILL'), EXIT_GRACE_MS);
    await exited;
    clearTimeout(timer);
    this.signalGroup('SIGKILL');
  }

  private pipe(fd: number): Socket {
    return this.child.stdio[fd] as Socket;
  }

  private signalGroup(signal: NodeJS.Signals): void {
    const { pid } = this.child;
    if (!pid) return;
    try {
      process.kill(process.platform === 'win32' ? pid : -pid, signal);
    } catch {
      // It is gone already.
    }
  }

  private onFrames(chunk: Buffer): void {
    this.decoder.push(chunk, (frame) => {
      if (frame.t === 'drain' || frame.t === 'done') this.drainRaw();
      if (frame.t === 'drain') this.pipe(FD_OUTPUT).write(encodeFrame({ drained: true }));
      if (frame.t === 'ready') this.ready = true;
      if (frame.t === 'exit') this.exitFrame = frame;
      this.events.frame(frame);
    });
  }

  /** Frames that were written before this text come first. */
  private onRaw(fd: 1 | 2, chunk: Buffer): void {
    for (const frames of readAvailable(this.pipe(FD_OUTPUT))) this.onFrames(frames);
    this.deliverRaw(fd, chunk);
  }

  private drainRaw(): void {
    for (const fd of [1, 2] as const) {
      for (const chunk of readAvailable(this.pipe(fd))) this.deliverRaw(fd, chunk);
    }
  }

  private deliverRaw(fd: 1 | 2, chunk: Buffer): void {
    const name = fd === 1 ? 'stdout' : 'stderr';
    let text = this.texts[name].write(chunk);
    if (fd === 2) {
      // Node says this when it exits with the interrupt worker still attached.
      text = text.replace('Waiting for the debugger to disconnect...\n', '');
      const notice = this.crashText === '' ? text.search(CRASH_REPORT) : 0;
      if (notice >= 0 && text !== '') {
        this.crashText += text.slice(notice);
        text = text.slice(0, notice).trimEnd();
      }
    }
    if (text !== '') this.events.raw(name, text);
  }

  private onExit(code: number | null, signal: NodeJS.Signals | null): void {
    for (const frames of readAvailable(this.pipe(FD_OUTPUT))) this.onFrames(frames);
    this.drainRaw();
    if (this.crashText) this.events.log(`Node's crash report:\n${this.crashText.trimEnd()}`);
    // Children that the session left behind end with it.
    this.signalGroup('SIGKILL');
    const { exitFrame } = this;
    if (this.overLimit) {
      const advice = 'Let go of arrays that are no longer needed, or work in batches';
      return this.end(`${this.overLimit} and was stopped. ${advice}`, 'OutOfMemory');
    }
    if (exitFrame)
      return this.end(`a cell called process.exit(${exitFrame.code})`, 'SessionEnded', exitFrame.how);
    if (/heap out of memory|Reached heap limit|invalid (array|table) (length|size)/i.test(this.crashText)) {
      return this.end(
        `its JavaScript heap reached the limit of ${this.heapLimit} MB. Keep less in memory ` +
          '(NDArrays do not count to the heap), or set GRADLAB_MAX_HEAP_MB',
        'OutOfMemory',
      );
    }
    return this.end(exitCause(code, signal));
  }

  private end(cause: string, ename = 'SessionEnded', stack = ''): void {
    if (this.over) return;
    this.over = true;
    clearInterval(this.memoryCheck);
    const death: Death = { status: 'died', ename, cause, stack, exitCode: this.exitFrame?.code };
    this.events.death(death);
    this.finished?.(death);
  }

  /** A container counts its file cache as used; only a session that holds most of the memory itself is at fault. */
  private checkMemory(): void {
    const resident = this.residentBytes();
    if (resident > this.memoryLimit) {
      const megabytes = Math.round(this.memoryLimit / 2 ** 20);
      this.overLimit = `it held more than the ${megabytes} MB that GRADLAB_MAX_MEMORY_MB allows`;
    } else {
      const total = Math.min(totalmem(), process.constrainedMemory() || Infinity);
      if (resident < total / 2 || process.availableMemory() > MEMORY_RESERVE) return;
      this.overLimit = `it held ${Math.round(resident / 2 ** 20)} MB, almost all memory of this machine,`;
    }
    this.signalGroup('SIGKILL');
  }

  private residentBytes(): number {
    try {
      return Number(readFileSync(`/proc/${this.child.pid}/statm`, 'utf8').split(' ')[1]) * 4096;
    } catch {
      return 0;
    }
  }

  /** Should the system run out of memory first, it ends the session and not the kernel. */
  private volunteer(): void {
    if (process.platform !== 'linux' || !this.child.pid) return;
    try {
      writeFileSync(`/proc/${this.child.pid}/oom_score_adj`, '800');
    } catch {
      // Not allowed here: nothing to do about it.
    }
  }
}

function exitCause(code: number | null, signal: NodeJS.Signals | null): string {
  switch (signal) {
    case 'SIGKILL':
      return 'it was killed (SIGKILL), which the system does when memory runs out';
    case 'SIGABRT':
      return 'it was aborted (SIGABRT), by process.abort() or a failed check in native code';
    case 'SIGSEGV':
    case 'SIGBUS':
    case 'SIGILL':
    case 'SIGFPE':
      return `it crashed in native code (${signal})`;
    case null:
      return `it ended with exit code ${code}`;
    default:
      return `it was ended by ${signal}`;
  }
}

/** Reads what is in a pipe right now, without waiting; no more than 16 MB, should the writer be as fast as we are. */
function readAvailable(socket: Socket): Buffer[] {
  const fd = (socket as unknown as { _handle?: { fd?: number } })._handle?.fd;
  if (fd === undefined || fd < 0) return [];
  const chunks: Buffer[] = [];
  while (chunks.length < 256) {
    const chunk = Buffer.allocUnsafe(65536);
    try {
      const size = readSync(fd, chunk);
      if (size === 0) return chunks;
      chunks.push(chunk.subarray(0, size));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EINTR') continue;
      return chunks;
    }
  }
  return chunks;
}
