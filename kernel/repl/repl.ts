// `gradlab repl`: cells in the terminal, scripts and pipes in the language of cells. This file runs what does not need an
// editor; interactive.ts has the prompt, arguments.ts reads the command line.
import { text as readAll } from 'node:stream/consumers';
import type { Command } from '../command.js';
import type { IopubContents, IopubType } from '../protocol/messages.js';
import { isColored, placeOf, type ReplOptions, readArguments, readScript } from './arguments.js';
import { isDotCommand, runDotCommand } from './commands.js';
import { SavedFigures } from './figures.js';
import { askedForHelp, showHelp } from './help.js';
import { ReplSession } from './session.js';
import { Show } from './show.js';

export const repl: Command = {
  help: `gradlab repl [OPTIONS] [SCRIPT.ts [ARGUMENTS]]

  TypeScript with arrays at a prompt: the same language as in notebook cells, checked before it runs. With a script,
  runs the script; with input from a pipe, runs that and prints the results. Exit code 1 after an error.

  -i, --interactive   stays at the prompt after the script or the code
  -e, --eval CODE     runs CODE and prints its value
  --charts DIR        where charts are saved; a temporary folder by default
  --open              opens charts in the browser as well
  --no-history        neither reads nor keeps the history of inputs

  At the prompt: Tab completes, Shift-Tab or NAME? explains, Ctrl-R searches the history, Ctrl-C stops a cell,
  Ctrl-D leaves, .help tells the rest.

  Environment: NO_COLOR switches colours off; GRADLAB_HISTORY names another folder for the history.
`,
  run: async (args) => {
    const options = readArguments(args);
    const terminal = process.stdin.isTTY && process.stdout.isTTY;
    const atPrompt = options.interactive || (options.script === undefined && options.code === undefined);
    if (terminal && atPrompt) return (await import('./interactive.js')).interactive(options);
    return new Batch(options).run();
  },
};

/** A script, code, or what comes through a pipe. */
class Batch {
  private readonly session: ReplSession;
  private readonly show: Show;
  /** The session's own end: process.exit. */
  private exitCode: number | undefined;
  private interrupted = false;
  private ended = false;

  constructor(private readonly options: ReplOptions) {
    this.show = new Show(new SavedFigures(options.charts, options.open), {
      prompts: false,
      results: true,
      color: isColored(process.stdout) && isColored(process.stderr),
      overwrite: process.stdout.isTTY === true && process.env.TERM !== 'dumb',
      columns: () => process.stdout.columns || 80,
      write: (text, stream) => void process[stream].write(text),
    });
    this.session = new ReplSession(
      {
        publish: (type, content) => this.publish(type, content),
        ask: (prompt, hidden) => void this.ask(prompt, hidden),
        died: (death) => {
          this.ended = true;
          this.exitCode = death.exitCode;
        },
      },
      { ...placeOf(options), history: undefined },
    );
  }

  async run(): Promise<number> {
    // The reader of our output may have seen enough.
    process.stdout.on('error', () => process.exit(this.show.failed ? 1 : 0));
    process.on('SIGINT', () => {
      if (this.interrupted) process.exit(130);
      this.interrupted = true;
      this.session.interrupt();
    });
    const { script, code, interactive } = this.options;
    const source = script === undefined ? undefined : readScript(script);
    this.session.begin();
    if (source) {
      this.show.options.results = false;
      await this.cell(source.code, source.label);
      this.show.options.results = true;
    } else if (code !== undefined) await this.cell(code, undefined);
    if ((source === undefined && code === undefined) || interactive) await this.pipe();
    if (!this.ended && !this.interrupted) this.exitCode = (await this.session.finish())?.exitCode;
    await this.show.endCell();
    await this.session.close();
    return this.interrupted ? 130 : this.exitCode || (this.show.failed ? 1 : 0);
  }

  private get over(): boolean {
    return this.ended || this.interrupted || this.show.failed;
  }

  private async cell(code: string, label: string | undefined, input = true): Promise<void> {
    await this.session.run(code, { store: label === undefined, label, input });
    await this.show.endCell();
  }

  /** What comes through the pipe, statement by statement, until one fails. */
  private async pipe(): Promise<void> {
    const language = await this.session.language();
    const cells = splitCells(await readAll(process.stdin), (code) => language.isComplete(code).status);
    for (const cell of cells) {
      if (this.over) return;
      if (await this.session.isExit(cell)) return;
      if (isDotCommand(cell)) {
        const { session, show } = this;
        if (await runDotCommand({ session, show }, cell)) return;
      } else if (askedForHelp(cell)) await showHelp(this.session, this.show, cell);
      // The pipe is the code: there is nobody to answer.
      else await this.cell(cell, undefined, false);
    }
  }

  private publish<T extends IopubType>(type: T, content: IopubContents[T]): void {
    // A program that ends itself has not failed.
    const own = type === 'error' && (content as { ename: string }).ename === 'SessionEnded';
    if (own && this.exitCode !== undefined) return;
    this.show.publish(type, content);
  }

  private async ask(prompt: string, hidden: boolean): Promise<void> {
    const { askLine } = await import('./ask.js');
    const answer = await askLine(prompt, hidden);
    if (answer === 'interrupted') this.session.interrupt();
    else if (answer === 'end') this.session.refuse('standard input has ended');
    else this.session.answer(answer.text);
  }
}

/** A line that begins so goes on with the statement before it. */
const GOES_ON =
  /^\s*(?:[.?:)\]},*/&|<>=^]|%(?!%?[a-z])|[+-](?![+-])|(?:else|catch|finally|instanceof|as|satisfies|in)\b)/;

/** The statements of a text as cells, as a prompt would take them line by line. */
export function splitCells(text: string, statusOf: (code: string) => string): string[] {
  const lines = text.replace(/\r\n?/g, '\n').split('\n');
  const cells: string[] = [];
  let cell = '';
  for (const [at, line] of lines.entries()) {
    if (cell === '' && (isDotCommand(line) || askedForHelp(line))) {
      cells.push(line);
      continue;
    }
    cell = cell === '' ? line : `${cell}\n${line}`;
    if (cell.trim() === '') {
      cell = '';
      continue;
    }
    const next = lines.slice(at + 1).find((each) => each.trim() !== '');
    if (next !== undefined && GOES_ON.test(next) && !isDotCommand(next)) continue;
    if (statusOf(cell) === 'incomplete') continue;
    cells.push(cell);
    cell = '';
  }
  if (cell.trim() !== '') cells.push(cell);
  return cells;
}
