// A session of cells without sockets: the kernel's own executor, output and language service, in this process, with
// a terminal where a Jupyter client would be. What a cell prints and shows comes out as the kernel's messages.
import { randomUUID } from 'node:crypto';
import { Comms } from '../front/comms.js';
import { type ExecuteOutcome, Executor } from '../front/executor.js';
import { exitName } from '../front/exit.js';
import { History } from '../front/history.js';
import { loadLanguage } from '../front/load-language.js';
import { Output } from '../front/output.js';
import type { Death } from '../front/supervisor.js';
import type { LanguageService } from '../language/index.js';
import type { ExecuteRequest, IopubContents, IopubType, Json, Message } from '../protocol/messages.js';
import { makeHeader } from '../protocol/wire.js';

export interface SessionEvents {
  publish<T extends IopubType>(type: T, content: IopubContents[T]): void;
  /** A cell asks; the answer comes back through `answer`. */
  ask(prompt: string, password: boolean): void;
  died(death: Death): void;
}

export interface SessionStart {
  /** The folder that cells import from. */
  folder: string;
  /** What follows the program's name in `process.argv`. */
  argv: string[];
  /** The folder where inputs are kept. */
  history: string | undefined;
}

export interface RunOptions {
  /** Whether the input goes into the history, and counts. */
  store?: boolean;
  /** Whether nothing is shown. */
  silent?: boolean;
  /** Whether the cell may ask; it may by default. */
  input?: boolean;
  /** Evaluated after the cell; its value is in the outcome's user_expressions, under `value`. */
  expression?: string;
  /** How errors name the cell, instead of `Cell [n]`. */
  label?: string;
}

export class ReplSession {
  readonly history: History;
  private executor: Executor;
  private output: Output;
  private service: Promise<LanguageService> | undefined;
  private readonly id = randomUUID();

  constructor(
    private readonly events: SessionEvents,
    private readonly start: SessionStart,
  ) {
    this.history = new History(start.history, log);
    this.output = this.makeOutput();
    this.executor = this.makeExecutor();
  }

  /** Starts the user process and, if asked, the language service, both in the background. */
  begin(): void {
    this.executor.start();
    this.language().catch(() => {});
  }

  language(): Promise<LanguageService> {
    this.service ??= loadLanguage(this.start.folder);
    return this.service;
  }

  /** The number of the next cell. */
  get next(): number {
    return this.executor.executionCount + 1;
  }

  /** Runs a cell; resolves when it has ended and all its output is out. */
  run(
    code: string,
    { store = true, silent = false, input = true, expression = '', label }: RunOptions = {},
  ): Promise<ExecuteOutcome> {
    const content: ExecuteRequest = {
      code,
      silent,
      store_history: store,
      allow_stdin: input && !silent,
      stop_on_error: false,
      user_expressions: expression === '' ? {} : { value: expression },
    };
    const message: Message = {
      identities: [],
      header: makeHeader('execute_request', this.id),
      parent_header: {},
      metadata: { label },
      content: content as unknown as Json,
      buffers: [],
    };
    return this.executor.submit(message, () => {});
  }

  /** Whether a cell is the wish to leave: `exit` or `quit`, unless a cell has declared that name. */
  async isExit(code: string): Promise<boolean> {
    const name = exitName(code);
    return name !== undefined && !(await this.language()).declares(name);
  }

  interrupt(): void {
    this.executor.interrupt();
  }

  answer(value: string): void {
    this.executor.answerInput(value);
  }

  /** There is no answer: an error in the cell. */
  refuse(why: string): void {
    this.executor.refuseInput(why);
  }

  /** A fresh session in the place of this one; cells count from 1 again. */
  async restart(): Promise<void> {
    await this.executor.stop();
    (await this.language()).reset();
    this.output = this.makeOutput();
    this.executor = this.makeExecutor();
    this.executor.start();
  }

  /** Waits for timers and promises of the session, as the end of a program does. */
  async finish(): Promise<Death | undefined> {
    const death = await this.executor.finish();
    this.output.flush();
    return death;
  }

  async close(): Promise<void> {
    await this.executor.stop();
    this.output.flush();
    if (this.service) await this.service.then((language) => language.close()).catch(() => {});
  }

  private makeOutput(): Output {
    return new Output(
      (type, content) => this.events.publish(type, content),
      (ms) => this.executor.throttle(ms),
    );
  }

  private makeExecutor(): Executor {
    const { folder, argv } = this.start;
    return new Executor({
      output: this.output,
      history: this.history,
      // A terminal has no page: comms that code opens lead nowhere, Output widgets keep what they capture.
      comms: new Comms({
        output: this.output,
        handle: () => Promise.resolve(),
        tellOutputs: (comm_id, outputs) => this.executor.tell({ t: 'outputs', comm_id, outputs }),
        log,
      }),
      language: () => this.language(),
      // Nobody debugs at a prompt.
      prepare: () => undefined,
      inspector: () => {},
      lost: () => {},
      requestInput: (_, prompt, password) => this.events.ask(prompt, password),
      log,
      session: { folder, argv },
      label: ({ metadata }) => metadata.label as string | undefined,
      died: (death) => this.events.died(death),
    });
  }
}

/** What the kernel would log is no business of a terminal's user, unless asked for. */
function log(text: string): void {
  if (process.env.GRADLAB_DEBUG) process.stderr.write(`[gradlab] ${text}\n`);
}
