// The prompt: reads a cell, runs it, shows what came out, again. The editor reads, the session runs; here they meet,
// and here it is decided what Ctrl-C means and what happens to output that comes while somebody types.
import type { ReadStream } from 'node:tty';
import { stripVTControlCharacters } from 'node:util';
import { historyFolder } from '../front/history.js';
import { readVersion } from '../protocol/product.js';
import { isColored, placeOf, type ReplOptions, readScript } from './arguments.js';
import { dotCommandNames, isDotCommand, runDotCommand } from './commands.js';
import { Editor, type EditorHost } from './editor.js';
import { SavedFigures } from './figures.js';
import { askedForHelp, helpRows, showHelp } from './help.js';
import { colorsOf } from './highlight.js';
import { Keys } from './keys.js';
import type { Offer } from './menu.js';
import { ReplSession } from './session.js';
import { Show } from './show.js';

const REMEMBERED = 2000;
const PASTE_ON = '\x1b[?2004h';
const PASTE_OFF = '\x1b[?2004l';

/** Runs the prompt; resolves with the exit code. */
export async function interactive(options: ReplOptions): Promise<number> {
  return new Prompt(options, options.history ? await historyFolder() : undefined).run();
}

class Prompt {
  private readonly keys = new Keys(process.stdin as ReadStream);
  private readonly color = isColored(process.stdout);
  private readonly history: string[] = [];
  private readonly editor: Editor;
  private readonly show: Show;
  private readonly session: ReplSession;
  private busy = false;
  private closed = false;

  constructor(
    private readonly options: ReplOptions,
    history: string | undefined,
  ) {
    const columns = (): number => process.stdout.columns || 80;
    this.show = new Show(new SavedFigures(options.charts, options.open), {
      prompts: true,
      results: true,
      color: this.color,
      overwrite: true,
      columns,
      // Timers of earlier cells print while somebody types.
      write: (text) => (this.editor.reading ? this.editor.above(text) : void process.stdout.write(text)),
    });
    this.session = new ReplSession(
      {
        publish: (type, content) => this.show.publish(type, content),
        ask: (prompt, hidden) => void this.ask(prompt, hidden),
        died: () => {},
      },
      { ...placeOf(options), history },
    );
    const tail = this.session.history.find({ hist_access_type: 'tail', n: REMEMBERED });
    for (const [, , input] of tail) this.remember(String(input));
    this.editor = new Editor(this.host(columns), this.keys);
  }

  async run(): Promise<number> {
    this.keys.atOnce = (name) => this.atOnce(name);
    process.stdout.on('resize', () => this.editor.reading && this.editor.redraw());
    process.stdout.on('error', () => this.leave(1));
    process.on('SIGINT', () => this.session.interrupt());
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void this.leave(143));
    process.stdout.write(PASTE_ON);
    const { script, code } = this.options;
    if (script !== undefined || code !== undefined) {
      const source = script === undefined ? { code: code ?? '', label: undefined } : readScript(script);
      await this.cell(source.code, source.label);
    } else {
      this.say(`gradlab ${readVersion()}: TypeScript with arrays (np, nn, plot...); .help tells more\n`);
      // The prompt is on the screen before anything heavy is loaded.
      setImmediate(() => this.session.begin());
    }
    for (;;) {
      const entered = await this.editor.read({ prompt: (line) => this.prompt(line) });
      if (entered === 'end') break;
      if (entered === 'cancelled') continue;
      if (entered.text.trim() !== '' && (await this.obey(entered.text))) break;
    }
    return this.leave(0);
  }

  /** Runs what was entered. Returns true to leave. */
  private async obey(text: string): Promise<boolean> {
    this.remember(text);
    if (await this.session.isExit(text)) return true;
    if (isDotCommand(text)) {
      const { session, show } = this;
      const left = await this.whileBusy(() =>
        runDotCommand(
          {
            session,
            show,
            editBlock: () => this.editBlock(),
            clearScreen: () => process.stdout.write('\x1b[H\x1b[2J'),
          },
          text,
        ),
      );
      if (left) return true;
      this.say('');
    } else if (askedForHelp(text)) {
      await this.whileBusy(() => showHelp(this.session, this.show, text));
      this.say('');
    } else await this.cell(text);
    return false;
  }

  private async cell(code: string, label?: string): Promise<void> {
    await this.whileBusy(() => this.session.run(code, { label }));
    await this.show.endCell();
    this.say('');
  }

  private async whileBusy<T>(work: () => Promise<T>): Promise<T> {
    this.busy = true;
    try {
      return await work();
    } finally {
      this.busy = false;
    }
  }

  private async editBlock(): Promise<void> {
    this.say('\x1b[90m// Ctrl-D runs the block, Ctrl-C drops it\x1b[0m');
    this.busy = false;
    const entered = await this.editor.read({ prompt: () => '', block: true });
    if (typeof entered !== 'object' || entered.text.trim() === '') return;
    this.remember(entered.text);
    await this.cell(entered.text);
  }

  /** `input()` of a cell. */
  private async ask(prompt: string, hidden: boolean): Promise<void> {
    const lines = prompt.split('\n');
    const last = lines.pop() ?? '';
    for (const line of lines) this.show.line(line);
    this.busy = false;
    const entered = await this.editor.read({ prompt: () => last, plain: hidden ? 'hidden' : 'shown' });
    this.busy = true;
    if (typeof entered === 'object') this.session.answer(entered.text);
    else this.session.interrupt();
  }

  /** Keys that do not wait until somebody reads. */
  private atOnce(name: string): boolean {
    if (name === 'ctrl-z') {
      this.suspend();
      return true;
    }
    if (!this.busy) return false;
    if (name === 'ctrl-c') {
      process.stdout.write('^C\n');
      this.keys.drop();
      this.session.interrupt();
      return true;
    }
    // The way out when a cell does not hear.
    if (name === 'ctrl-\\') void this.leave(131);
    return name === 'ctrl-\\';
  }

  private suspend(): void {
    process.stdin.setRawMode(false);
    process.stdout.write(PASTE_OFF);
    process.once('SIGCONT', () => {
      this.keys.resume();
      process.stdout.write(PASTE_ON);
      if (this.editor.reading) this.editor.redraw();
    });
    process.kill(process.pid, 'SIGTSTP');
  }

  private async leave(code: number): Promise<number> {
    if (this.closed) return code;
    this.closed = true;
    process.stdout.write(PASTE_OFF);
    this.keys.close();
    await this.session.close();
    process.exit(code);
  }

  private say(text: string): void {
    process.stdout.write(`${this.color ? text : stripVTControlCharacters(text)}\n`);
  }

  private prompt(line: number): string {
    const name = `In [${this.session.next}]: `;
    const text = line === 0 ? name : '...: '.padStart(name.length);
    if (!this.color) return text;
    return line === 0
      ? `\x1b[32mIn [\x1b[1m${this.session.next}\x1b[22m]: \x1b[0m`
      : `\x1b[32m${text}\x1b[0m`;
  }

  private remember(input: string): void {
    const text = input.trimEnd();
    if (text !== '' && this.history.at(-1) !== text) this.history.push(text);
  }

  private host(columns: () => number): EditorHost {
    const { session, history } = this;
    return {
      write: (text) => process.stdout.write(text),
      columns,
      height: () => process.stdout.rows || 24,
      colors: (text) => (this.color ? colorsOf(text) : []),
      history,
      finished: async (text) => {
        if (text.trim() === '' || isDotCommand(text) || askedForHelp(text)) return true;
        const { status, indent = '' } = (await session.language()).isComplete(text);
        return status === 'incomplete' ? { indent } : true;
      },
      complete: async (text, offset): Promise<Offer> => {
        const dotted = /^\s*(\.[a-z]*)$/.exec(text.slice(0, offset))?.[1];
        if (dotted !== undefined) {
          const names = dotCommandNames().filter((name) => name.startsWith(dotted));
          const matches = names.map((name) => ({ text: name, type: 'command' }));
          return { matches, start: offset - dotted.length, end: offset };
        }
        return (await session.language()).complete(text, offset);
      },
      explain: async (text, offset) => {
        const found = (await session.language()).inspect(text, offset);
        return found.found ? helpRows(found, columns() - 1) : [];
      },
    };
  }
}
