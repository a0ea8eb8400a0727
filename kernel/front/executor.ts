// The queues of cells: compile, run in the user process, answer; one at a time, in order of arrival. After an error
// with stop_on_error, what was already queued is answered with status "aborted". The main shell has one queue, every
// subshell another: its cells run while a cell of the main shell awaits something.
import { randomUUID } from 'node:crypto';
import type { CompiledCell, LanguageService } from '../language/index.js';
import type {
  ErrorContent,
  ExecuteReply,
  ExecuteRequest,
  ExpressionResult,
  Message,
} from '../protocol/messages.js';
import type {
  CellOutcome,
  CommEvent,
  ControlFrame,
  InputFrame,
  InspectorCall,
  UserFrame,
  WireErrorValue,
  WorkerFrame,
} from '../protocol/pipe.js';
import { CellOutput, type Showing } from './cell-output.js';
import type { Comms } from './comms.js';
import { deathReport, interruption, printedBundle, runtimeError, type Tracer, typeError } from './errors.js';
import { ASK_EXIT, exitName } from './exit.js';
import { helpPage, helpTopic } from './help.js';
import type { History } from './history.js';
import type { Output } from './output.js';
import { type Death, type SessionOptions, Supervisor } from './supervisor.js';

/** Handlers of comm messages whose late output still finds its request. */
const REMEMBERED_HANDLERS = 200;
/** How long after an error cells that are still on their way count as queued with it. */
const ABORT_WINDOW_MS = 8;

export type ExecuteOutcome =
  | ({ status: 'ok' } & ExecuteReply)
  | ({ status: 'error'; execution_count: number } & ErrorContent)
  | { status: 'aborted' };

/** What the executor needs of the kernel around it. */
export interface ExecutorHost {
  output: Output;
  history: History;
  comms: Comms;
  language(): Promise<LanguageService>;
  /** Asks the client for input; the answer comes back through `answerInput`. */
  requestInput(parent: Message, prompt: string, password: boolean): void;
  /** Sets breakpoints in a cell before it runs; undefined when nobody debugs. */
  prepare(cell: CompiledCell): Promise<void> | undefined;
  /** What the inspector of the user process says. */
  inspector(frame: WorkerFrame): void;
  /** The user process is gone. */
  lost(): void;
  log(text: string): void;
  session?: SessionOptions;
  /** How errors name the cell of a request; `Cell [n]` by default. */
  label?(request: Message): string | undefined;
  /** The session has ended, in a cell or between cells. */
  died?(death: Death): void;
}

interface Cell extends Showing {
  serial: number;
  id: string;
  allowStdin: boolean;
  compiled?: CompiledCell;
  interrupted: boolean;
}

interface Queued {
  message: Message;
  resolve(outcome: ExecuteOutcome): void;
  aborted: boolean;
  begin(): void;
}

/** Cells that wait for each other: those of the main shell, or of one subshell. */
class Lane {
  readonly queue: Queued[] = [];
  current: Cell | undefined;
  draining = false;

  abortWaiting(): void {
    for (const waiting of this.queue) waiting.aborted = true;
  }
}

export class Executor {
  executionCount = 0;
  private readonly cells = new Map<number, Cell>();
  private readonly main = new Lane();
  private readonly subshells = new Map<string, Lane>();
  private readonly supervisor: Supervisor;
  private readonly shows: CellOutput;
  private serial = 0;
  /** Handlers of comm messages, those that run and the latest that ran. */
  private readonly handlers = new Set<Cell>();
  private handling = 0;
  /** Cells that are being compiled; comm messages that came after one wait until it has been sent. */
  private preparing = 0;
  private held: (() => void)[] = [];
  private idleSince = performance.now();
  /** A cell is blocked in `input()`. */
  private asking = false;
  private freshSession = false;
  private libraryError: string | undefined;
  private service: LanguageService | undefined;

  constructor(private readonly host: ExecutorHost) {
    this.shows = new CellOutput(
      host,
      (serial) => this.cells.get(serial),
      () => this.tracer,
    );
    this.supervisor = new Supervisor(
      {
        frame: (frame) => this.onFrame(frame),
        raw: (name, text) => this.shows.stream(name, text, this.serial),
        inspector: (frame) => host.inspector(frame),
        lost: () => host.lost(),
        idleDeath: (death) => this.onIdleDeath(death),
        log: host.log,
      },
      host.session,
    );
  }

  /** Starts the user process. */
  start(): void {
    this.supervisor.start();
  }

  stop(): Promise<void> {
    return this.supervisor.stop();
  }

  /** Lets the session's timers and promises run out, as at the end of a program; resolves with how it ended. */
  finish(): Promise<Death | undefined> {
    return this.supervisor.finish();
  }

  throttle(ms: number): void {
    this.supervisor.throttle(ms);
  }

  /** How long no cell has run or waited; 0 while one does. */
  get idleMilliseconds(): number {
    return this.lanes.some((lane) => lane.draining) ? 0 : performance.now() - this.idleSince;
  }

  /** Serial number of the running cell, 0 when none runs. */
  get runningSerial(): number {
    return this.currentCell?.serial ?? 0;
  }

  /** The cells that have run, the oldest first. */
  compiledCells(): CompiledCell[] {
    return [...this.cells.values()].flatMap(({ compiled }) => compiled ?? []);
  }

  inspect(call: InspectorCall): void {
    this.supervisor.inspect(call);
  }

  /** The request whose cell is running; the main shell's if several are. */
  get running(): Message | undefined {
    return this.currentCell?.message;
  }

  createSubshell(): string {
    const id = randomUUID();
    this.subshells.set(id, new Lane());
    return id;
  }

  /** Its running cell runs to its end, those that wait are aborted. Returns whether there was such a subshell. */
  deleteSubshell(id: string): boolean {
    this.subshells.get(id)?.abortWaiting();
    return this.subshells.delete(id);
  }

  get subshellIds(): string[] {
    return [...this.subshells.keys()];
  }

  /**
   * Queues a request. `begin` is called when its turn comes (to say "busy"); resolves with the reply.
   */
  submit(message: Message, begin: () => void): Promise<ExecuteOutcome> {
    const lane = this.subshells.get(message.header.subshell_id ?? '') ?? this.main;
    return new Promise((resolve) => {
      lane.queue.push({ message, resolve, aborted: false, begin });
      void this.drain(lane);
    });
  }

  /**
   * Stops the running cells and drops those that wait behind them, in all shells: they share one thread of
   * JavaScript, and stopping one cell in a loop drops what the others were about to continue with.
   */
  interrupt(): void {
    const running = this.lanes.flatMap((lane) => {
      lane.abortWaiting();
      return lane.current ?? [];
    });
    if (running.length === 0 && this.handling === 0) return;
    for (const cell of running) cell.interrupted = true;
    this.answer({ interrupted: true });
    this.supervisor.interrupt();
  }

  /** Runs the handlers of a comm message as a small cell: beside a cell that awaits, after one that does not. */
  async handleComm(message: Message, comm: CommEvent): Promise<void> {
    if (this.preparing > 0) await new Promise<void>((resolve) => this.held.push(resolve));
    const cell = this.addCell(message, this.executionCount, false, false, 'comm');
    this.handlers.add(cell);
    for (const old of this.handlers) {
      if (this.handlers.size <= REMEMBERED_HANDLERS + this.handling) break;
      this.handlers.delete(old);
      this.cells.delete(old.serial);
    }
    this.handling++;
    const { serial, id } = cell;
    const outcome = await this.supervisor.execute({
      t: 'execute',
      cell: serial,
      id,
      js: '',
      value: 'drop',
      comm,
    });
    this.handling--;
    if (outcome.status !== 'ok') this.host.output.event('error', this.report(outcome), message);
  }

  tell(frame: ControlFrame): void {
    this.supervisor.tell(frame);
  }

  private prepared(): void {
    this.preparing--;
    if (this.preparing > 0) return;
    const { held } = this;
    this.held = [];
    for (const go of held) go();
  }

  private get lanes(): Lane[] {
    return [this.main, ...this.subshells.values()];
  }

  private get currentCell(): Cell | undefined {
    return this.lanes.find((lane) => lane.current)?.current;
  }

  /** The client's answer to the question that the cell waits for. */
  answerInput(value: string): void {
    this.answer({ value });
  }

  /** There is no answer, and why: an error in the cell. */
  refuseInput(why: string): void {
    this.answer({ refused: why });
  }

  /** One answer a question: anything else would be taken for the answer to the next one. */
  private answer(frame: InputFrame): void {
    if (this.asking) this.supervisor.answerInput(frame);
    this.asking = false;
  }

  private async drain(lane: Lane): Promise<void> {
    if (lane.draining) return;
    lane.draining = true;
    for (let next = lane.queue.shift(); next; next = lane.queue.shift()) {
      next.begin();
      const outcome: ExecuteOutcome = next.aborted
        ? { status: 'aborted' }
        : await this.runSafely(next.message, lane);
      lane.current = undefined;
      const { stop_on_error = true } = next.message.content as unknown as ExecuteRequest;
      if (outcome.status === 'error' && stop_on_error) {
        await new Promise((resolve) => setTimeout(resolve, ABORT_WINDOW_MS));
        lane.abortWaiting();
      }
      this.host.output.flush();
      next.resolve(outcome);
      // The reply goes out before the next cell says that it is busy.
      await new Promise((resolve) => setImmediate(resolve));
    }
    lane.draining = false;
    this.idleSince = performance.now();
  }

  private async runSafely(message: Message, lane: Lane): Promise<ExecuteOutcome> {
    try {
      return await this.run(message, lane);
    } catch (error) {
      return this.internalError(error as Error, message);
    }
  }

  private async run(message: Message, lane: Lane): Promise<ExecuteOutcome> {
    const request = message.content as unknown as ExecuteRequest;
    const silent = request.silent === true;
    const store = !silent && request.store_history !== false;
    if (store) this.executionCount++;
    const count = this.executionCount;
    const cell = this.addCell(message, count, silent, request.allow_stdin === true);
    lane.current = cell;
    const { output } = this.host;
    if (!silent) output.event('execute_input', { code: request.code, execution_count: count }, message);
    this.preparing++;
    let language: LanguageService;
    let running: Promise<CellOutcome | Death>;
    try {
      language = await this.host.language();
      this.service = language;
      this.announceSession(cell);
      const topic = helpTopic(request.code);
      if (topic !== undefined) return this.help(cell, topic, language, store);
      const name = exitName(request.code);
      if (name !== undefined && !language.declares(name)) return await this.leave(cell, store);
      const compiled = language.compile(cell.id, request.code, this.label(cell.id));
      cell.compiled = compiled;
      if (isRefused(compiled)) return this.fail(cell, typeError(compiled, this.label(cell.id), language));
      if (compiled.diagnostics.length > 0)
        this.shows.stream(
          'stderr',
          `${language.formatDiagnostics(compiled, this.label(cell.id), false)}\n`,
          cell.serial,
        );
      await this.host.prepare(compiled);
      if (cell.interrupted) return this.fail(cell, interruption('', this.tracer));
      running = this.supervisor.execute({
        t: 'execute',
        cell: cell.serial,
        id: cell.id,
        js: compiled.js,
        value: silent ? 'drop' : 'show',
      });
    } finally {
      this.prepared();
    }
    // While the cell runs, the clients hear that it does, and the checker learns its declarations.
    output.flush(false);
    language.commit(cell.id);
    const outcome = await running;
    if (outcome.status !== 'ok') {
      const error = this.report(outcome);
      language.failed(cell.id, this.label(cell.id));
      return this.fail(cell, error);
    }
    const user_expressions: Record<string, ExpressionResult> = {};
    for (const [name, code] of Object.entries(request.user_expressions ?? {})) {
      user_expressions[name] = await this.expression(cell, String(code), language);
    }
    if (store) this.host.history.add(count, request.code, cell.resultText);
    return { status: 'ok', execution_count: count, user_expressions, payload: [] };
  }

  private help(cell: Cell, topic: string, language: LanguageService, store: boolean): ExecuteOutcome {
    const { code } = cell.message.content as unknown as ExecuteRequest;
    const page = helpPage(topic, code.includes('??'), language);
    if (!page)
      this.shows.stream(
        'stderr',
        `There is no help for ${topic}: no such name is known here.\n`,
        cell.serial,
      );
    if (store) this.host.history.add(cell.count, `${topic}?`, null);
    return { status: 'ok', execution_count: cell.count, user_expressions: {}, payload: page ? [page] : [] };
  }

  /**
   * `exit` and `quit`: the session ends. A client that is there for this kernel alone leaves with it, as the payload
   * asks; all others find a fresh session with their next cell.
   */
  private async leave({ serial, id, count, message }: Cell, store: boolean): Promise<ExecuteOutcome> {
    await this.supervisor.execute({ t: 'execute', cell: serial, id, js: 'process.exit()', value: 'drop' });
    this.onSessionLost();
    const { code } = message.content as unknown as ExecuteRequest;
    if (store) this.host.history.add(count, code, null);
    return { status: 'ok', execution_count: count, user_expressions: {}, payload: [ASK_EXIT] };
  }

  /** One of the request's user_expressions, evaluated after the cell as a small cell of its own. */
  private async expression(owner: Cell, code: string, language: LanguageService): Promise<ExpressionResult> {
    const cell = this.addCell(owner.message, owner.count, true, false);
    const compiled = language.compile(cell.id, code);
    cell.compiled = compiled;
    if (isRefused(compiled))
      return { status: 'error', ...typeError(compiled, this.label(cell.id), language) };
    const outcome = await this.supervisor.execute({
      t: 'execute',
      cell: cell.serial,
      id: cell.id,
      js: compiled.js,
      value: 'return',
    });
    if (outcome.status === 'ok') {
      const data = printedBundle(outcome.data ?? {}, () => this.tracer);
      return { status: 'ok', data, metadata: {} };
    }
    return { status: 'error', ...this.report(outcome) };
  }

  private addCell(
    message: Message,
    count: number,
    silent: boolean,
    allowStdin: boolean,
    kind: 'cell' | 'comm' = 'cell',
  ): Cell {
    const serial = ++this.serial;
    const id = `${kind}-${serial}`;
    const cell = { serial, id, message, count, silent, allowStdin, resultText: null, interrupted: false };
    this.cells.set(serial, cell);
    return cell;
  }

  /** Sends the error to iopub, remembers the input, and makes the reply. */
  private fail(cell: Cell, error: ErrorContent): ExecuteOutcome {
    const { message, silent, count } = cell;
    if (!silent) this.host.output.event('error', error, message);
    const { code, store_history = true } = message.content as unknown as ExecuteRequest;
    if (!silent && store_history) this.host.history.add(count, code, null);
    return { status: 'error', execution_count: count, ...error };
  }

  private report(outcome: Exclude<CellOutcome, { status: 'ok' }> | Death): ErrorContent {
    switch (outcome.status) {
      case 'error':
        return runtimeError(this.explained(outcome.error), this.tracer);
      case 'interrupted':
        return interruption(outcome.stack, this.tracer);
      case 'died':
        this.host.died?.(outcome);
        this.onSessionLost();
        return deathReport(outcome, this.tracer);
    }
  }

  /** An error with what the language knows of its cause. */
  private explained(error: WireErrorValue): WireErrorValue {
    const hint = this.service?.explain(error.name, error.message);
    return hint ? { ...error, message: `${error.message}. ${hint}` } : error;
  }

  /** A fault of ours: the cell gets it as its error, the kernel goes on. */
  private internalError(error: Error, message: Message): ExecuteOutcome {
    this.host.log(`a cell could not be run: ${error.stack}`);
    const content = {
      ename: error.name,
      evalue: error.message,
      traceback: [`${error.name}: ${error.message}`],
    };
    this.host.output.event('error', content, message);
    return { status: 'error', execution_count: this.executionCount, ...content };
  }

  /** First words of a cell that does not find what earlier cells made, or no library. */
  private announceSession(cell: Cell): void {
    const say = (text: string) => this.shows.stream('stderr', `${text}\n`, cell.serial);
    if (this.freshSession) say('Fresh session: the variables and imports of earlier cells are gone.');
    this.freshSession = false;
    if (this.libraryError)
      say(`The library could not be loaded, only plain TypeScript runs: ${this.libraryError}`);
    this.libraryError = undefined;
  }

  private onSessionLost(): void {
    this.asking = false;
    this.freshSession = true;
    this.host.comms.sessionLost();
    this.service?.reset();
  }

  private onIdleDeath(death: Death): void {
    this.host.died?.(death);
    const anything = this.cells.size > 0;
    if (anything) this.onSessionLost();
    const { evalue } = deathReport(death, this.tracer);
    this.shows.stream('stderr', `${evalue}\n`, this.serial);
  }

  private onFrame(frame: UserFrame): void {
    switch (frame.t) {
      case 'ready':
        this.libraryError = frame.libraryError;
        if (this.currentCell) this.announceSession(this.currentCell);
        return;
      case 'comm':
        return this.host.comms.send(frame, this.cells.get(frame.cell)?.message);
      case 'comm_target':
        return this.host.comms.setTarget(frame.name, frame.registered);
      case 'reset': {
        const cell = this.cells.get(frame.cell);
        return this.service?.forget(cell ? cell.id : '');
      }
      case 'input':
        return this.onInput(frame.cell, frame.prompt, frame.password);
      case 'drain':
      case 'done':
      case 'exit':
        return;
      default:
        return this.shows.take(frame);
    }
  }

  private onInput(serial: number, prompt: string, password: boolean): void {
    const cell = this.cells.get(serial);
    this.asking = true;
    if (!cell?.allowStdin) {
      this.answer({ refused: 'this client takes no input (allow_stdin is false)' });
    } else if (cell.interrupted) {
      this.answer({ interrupted: true });
    } else {
      this.host.output.flush();
      this.host.requestInput(cell.message, prompt, password);
    }
  }

  private get tracer(): Tracer {
    return {
      language: this.service,
      cells: (id) => this.cellById(id)?.compiled,
      label: (id) => this.label(id),
    };
  }

  label(id: string): string {
    const cell = this.cellById(id);
    return cell ? (this.host.label?.(cell.message) ?? `Cell [${cell.count}]`) : id;
  }

  private cellById(id: string): Cell | undefined {
    return this.cells.get(Number(id.slice('cell-'.length)));
  }
}

function isRefused(compiled: CompiledCell): boolean {
  return compiled.diagnostics.some((diagnostic) => diagnostic.category === 'error');
}
