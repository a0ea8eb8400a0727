// A terminal for tests: a program under a pseudo-terminal (util-linux's `script`), keys that are typed into it, and
// the screen that a user would see, with what scrolled off its top.
import { type ChildProcess, spawn } from 'node:child_process';

const WIDTH = 80;
const HEIGHT = 24;

/** What a VT100 makes of a program's output, as far as programs of this project use it. */
class Screen {
  private rows: string[][] = [[]];
  private row = 0;
  private column = 0;
  private pending = '';
  /** The first row of the window; those above have scrolled off. */
  private top = 0;
  /** What is no text and no known escape. */
  readonly unknown: string[] = [];

  write(text: string): void {
    const all = this.pending + text;
    this.pending = '';
    for (let at = 0; at < all.length; ) {
      if (all[at] === '\x1b') {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: escapes begin with one
        const found = /^\x1b(?:\[([?\d;]*)([A-Za-z])|\][^\x07]*\x07|[=>]|\([AB0])/.exec(all.slice(at));
        if (!found) {
          this.pending = all.slice(at);
          return;
        }
        if (found[2]) this.obey(found[1], found[2]);
        at += found[0].length;
        continue;
      }
      const symbol = String.fromCodePoint(all.codePointAt(at) as number);
      at += symbol.length;
      this.put(symbol);
    }
  }

  /** The rows that were written, without spaces at their ends. */
  get text(): string {
    return this.rows
      .map((row) =>
        Array.from(row, (c) => c ?? ' ')
          .join('')
          .trimEnd(),
      )
      .join('\n')
      .trimEnd();
  }

  /** The row of the cursor up to it, spaces kept. */
  get beforeCursor(): string {
    return Array.from({ length: this.column }, (_, i) => this.rows[this.row]?.[i] ?? ' ').join('');
  }

  /** The terminal's answer to the question for the cursor's place. */
  get position(): string {
    return `\x1b[${this.row - this.top + 1};${this.column + 1}R`;
  }

  /** The cursor's row, counted from the first that was written. */
  get cursorRow(): number {
    return this.row;
  }

  private put(symbol: string): void {
    if (symbol === '\r') this.column = 0;
    else if (symbol === '\n') this.down();
    else if (symbol === '\b') this.column = Math.max(0, this.column - 1);
    else if (symbol !== '\x07') {
      if (this.column >= WIDTH) {
        this.column = 0;
        this.down();
      }
      this.rows[this.row][this.column++] = symbol;
      // East Asian characters take two columns.
      if (/[\u3000-\u9fff\uff00-\uff60]/.test(symbol)) this.rows[this.row][this.column++] = '';
    }
  }

  private down(): void {
    this.row++;
    this.rows[this.row] ??= [];
    this.top = Math.max(this.top, this.row - HEIGHT + 1);
  }

  private obey(parameters: string, letter: string): void {
    const [first, second] = parameters.split(';').map(Number);
    const count = first || 1;
    switch (letter) {
      case 'A':
        this.row = Math.max(this.top, this.row - count);
        return;
      case 'B':
        for (let i = 0; i < count; i++) this.down();
        return;
      case 'C':
        this.column = Math.min(WIDTH - 1, this.column + count);
        return;
      case 'D':
        this.column = Math.max(0, this.column - count);
        return;
      case 'G':
        this.column = count - 1;
        return;
      case 'H':
        this.row = this.top + count - 1;
        this.column = (second || 1) - 1;
        while (this.rows.length <= this.row) this.rows.push([]);
        return;
      case 'J':
        if (parameters === '2') for (let row = this.top; row < this.rows.length; row++) this.rows[row] = [];
        else {
          this.rows.length = this.row + 1;
          this.rows[this.row].length = Math.min(this.column, this.rows[this.row].length);
        }
        return;
      case 'K':
        if (parameters === '2') this.rows[this.row] = [];
        else this.rows[this.row].length = Math.min(this.column, this.rows[this.row].length);
        return;
      case 'P':
        this.rows[this.row].splice(this.column, count);
        return;
      case 'm':
      case 'h':
      case 'l':
      case 'n':
        return;
      default:
        this.unknown.push(`${parameters}${letter}`);
    }
  }
}

export interface TerminalOptions {
  cwd: string;
  /** Instead of this process's environment. */
  env?: NodeJS.ProcessEnv;
}

/** A program at a terminal of 80 columns and 24 rows. */
export class Terminal {
  readonly screen = new Screen();
  /** All bytes that came, with escapes. */
  raw = '';
  readonly ended: Promise<number | null>;
  private readonly process: ChildProcess;
  private waiting: (() => void)[] = [];
  /** The row of the last `ready`. */
  private mark = 0;

  constructor(command: string[], { cwd, env }: TerminalOptions) {
    const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
    // With `exec` no shell stands between the terminal and the program.
    const line = `stty cols ${WIDTH} rows ${HEIGHT}; exec ${quoted}`;
    this.process = spawn('script', ['-qfec', line, '/dev/null'], {
      cwd,
      env: { ...(env ?? { ...process.env, NO_COLOR: undefined }), TERM: 'xterm', SHELL: '/bin/sh' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.raw += text;
      this.screen.write(text);
      // Some programs ask where the cursor is.
      if (text.includes('\x1b[6n')) this.type(this.screen.position);
      for (const check of this.waiting.splice(0)) check();
    });
    this.ended = new Promise((resolve) => this.process.on('close', resolve));
  }

  type(keys: string): void {
    this.process.stdin?.write(keys);
  }

  /** What the screen shows since the last `ready`. */
  get shown(): string {
    return this.screen.text.split('\n').slice(this.mark).join('\n');
  }

  /** Waits until the screen shows something, which it did not before the last `ready`. */
  async until(what: string | RegExp | ((screen: Screen) => boolean), seconds = 120): Promise<void> {
    const shown = (): boolean =>
      typeof what === 'function'
        ? what(this.screen)
        : typeof what === 'string'
          ? this.shown.includes(what)
          : what.test(this.shown);
    const deadline = Date.now() + seconds * 1000;
    while (!shown()) {
      const left = deadline - Date.now();
      if (left <= 0)
        throw new Error(
          `the terminal did not show ${what}:\n${this.screen.text}\n(cursor behind ${JSON.stringify(this.screen.beforeCursor)})`,
        );
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** Waits for the cursor behind some text. */
  at(text: string): Promise<void> {
    return this.until((screen) => screen.beforeCursor === text);
  }

  /** Waits for an empty prompt; what is on the screen before it is forgotten. Returns its number. */
  async ready(): Promise<number> {
    await this.until((screen) => /^In \[\d+\]: $/.test(screen.beforeCursor));
    this.mark = this.screen.cursorRow;
    return Number(/\d+/.exec(this.screen.beforeCursor)?.[0]);
  }

  /** Types a line at a prompt and waits for the next prompt; returns what came between. */
  async enter(code: string): Promise<string> {
    const number = await this.ready();
    this.type(`${code}\r`);
    await this.at(`In [${number + 1}]: `);
    return this.shown.slice(0, this.shown.lastIndexOf('In [')).trimEnd();
  }

  end(): void {
    this.process.kill('SIGKILL');
  }
}
