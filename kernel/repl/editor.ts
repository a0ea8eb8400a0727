// The line editor of the prompt: text of one or more lines under the keys of a shell, drawn again after every key.
// It knows nothing of cells; what completes, explains and decides about Enter comes from its host.
import type { Colored } from './highlight.js';
import type { Keys, Stroke } from './keys.js';
import { layOut } from './layout.js';
import { Menu, type Offer } from './menu.js';
import { step } from './width.js';

export interface EditorHost {
  write(text: string): void;
  columns(): number;
  height(): number;
  colors(text: string): Colored[];
  /** Whether Enter runs the text; otherwise the indentation of the line that it begins. */
  finished(text: string): Promise<true | { indent: string }>;
  complete(text: string, offset: number): Promise<Offer>;
  /** Rows that explain what is at the cursor. */
  explain(text: string, offset: number): Promise<string[]>;
  /** Earlier inputs, the newest last. */
  history: readonly string[];
}

export interface ReadOptions {
  /** What stands before each line. */
  prompt(line: number): string;
  /** Enter always begins a line, Ctrl-D ends. */
  block?: boolean;
  /** One line, without history and completion; `hidden` shows nothing of it. */
  plain?: 'shown' | 'hidden';
}

/** How a reading ended: with text, with Ctrl-C, or with Ctrl-D on nothing. */
export type Entered = { text: string } | 'cancelled' | 'end';

interface Search {
  query: string;
  /** Where in the history it stands. */
  at: number;
  found: boolean;
  before: { text: string; cursor: number };
}

const UNDO_DEPTH = 200;

/** Other names of the same keys, as in a shell. */
const ALIASES: Record<string, string> = {
  'ctrl-a': 'home',
  'ctrl-e': 'end',
  'ctrl-b': 'left',
  'ctrl-f': 'right',
  'ctrl-p': 'up',
  'ctrl-n': 'down',
  'ctrl-h': 'backspace',
  'shift-backspace': 'backspace',
  'alt-b': 'ctrl-left',
  'alt-left': 'ctrl-left',
  'alt-f': 'ctrl-right',
  'alt-right': 'ctrl-right',
  'ctrl-delete': 'alt-d',
};

export class Editor {
  /** Set while a reading goes on. */
  reading = false;
  private options: ReadOptions = { prompt: () => '' };
  private text = '';
  private cursor = 0;
  private menu: Menu | undefined;
  private panel: string[] = [];
  private search: Search | undefined;
  /** Position in the history, its length for the text being written; `draft` is that text. */
  private at = 0;
  private draft: string | undefined;
  private killed = '';
  private undo: { text: string; cursor: number }[] = [];
  /** The row of the screen's cursor, counted from the first row that was drawn. */
  private cursorRow = 0;

  constructor(
    private readonly host: EditorHost,
    private readonly keys: Keys,
  ) {}

  async read(options: ReadOptions): Promise<Entered> {
    Object.assign(this, { options, text: '', cursor: 0, cursorRow: 0, undo: [], draft: undefined });
    this.at = this.host.history.length;
    this.reading = true;
    this.draw();
    for (;;) {
      const stroke = await this.keys.next();
      const entered = await this.press(stroke);
      if (entered !== undefined) {
        this.end(entered);
        return entered;
      }
      if (!this.keys.more) this.draw();
    }
  }

  /** Writes above what is being edited. */
  above(text: string): void {
    const { row, rows } = { row: this.cursorRow, rows: text.endsWith('\n') ? text : `${text}\n` };
    this.host.write(`${row > 0 ? `\x1b[${row}A` : ''}\r\x1b[J${rows}`);
    this.cursorRow = 0;
    this.draw();
  }

  /** Draws everything again, below what is on the screen. */
  redraw(): void {
    this.cursorRow = 0;
    this.draw();
  }

  private end(entered: Entered): void {
    this.menu = undefined;
    this.panel = [];
    this.search = undefined;
    this.cursor = this.text.length;
    this.draw();
    this.reading = false;
    this.host.write(entered === 'cancelled' ? '^C\r\n' : '\r\n');
  }

  // ---------------------------------------------------------------------------------------------------- what keys do

  private async press(stroke: Stroke): Promise<Entered | undefined> {
    const { name } = stroke;
    this.panel = [];
    if (this.search) {
      const goesOn = this.pressInSearch(stroke);
      if (goesOn) return undefined;
    }
    if (name === 'tab' || name === 'shift-tab') {
      if (!this.options.plain) await this.tab(name === 'tab' ? 1 : -1);
      return undefined;
    }
    const chosen = this.menu?.chosen === true;
    this.menu = undefined;
    if (chosen && (name === 'return' || name === 'enter')) return undefined;
    switch (name) {
      case 'return':
      case 'enter':
        return this.enter();
      case 'ctrl-c':
        return 'cancelled';
      case 'ctrl-d':
        if (this.options.block) return { text: this.text };
        if (this.text === '') return 'end';
        this.remove(this.cursor, step(this.text, this.cursor, 1));
        return undefined;
    }
    const action = this.actions[ALIASES[name] ?? name];
    if (action) action();
    else if (stroke.text !== undefined) this.type(stroke.text, name === 'paste');
    return undefined;
  }

  private readonly actions: Record<string, () => void> = {
    'alt-return': () => this.type('\n'),
    'alt-enter': () => this.type('\n'),
    left: () => this.move(step(this.text, this.cursor, -1)),
    right: () => this.move(step(this.text, this.cursor, 1)),
    up: () => this.vertical(-1),
    down: () => this.vertical(1),
    home: () => this.move(this.lineStart()),
    end: () => this.move(this.lineEnd()),
    'ctrl-home': () => this.move(0),
    'ctrl-end': () => this.move(this.text.length),
    'alt-<': () => this.recall(0),
    'alt->': () => this.recall(this.host.history.length),
    'ctrl-left': () => this.move(this.wordLeft()),
    'ctrl-right': () => this.move(this.wordRight()),
    backspace: () => this.backspace(),
    delete: () => this.remove(this.cursor, step(this.text, this.cursor, 1)),
    'ctrl-w': () =>
      this.kill(
        this.cursor - (/\S*\s*$/.exec(this.text.slice(0, this.cursor))?.[0].length ?? 0),
        this.cursor,
      ),
    'alt-backspace': () => this.kill(this.wordLeft(), this.cursor),
    'alt-d': () => this.kill(this.cursor, this.wordRight()),
    'ctrl-k': () => this.kill(this.cursor, this.lineEnd() === this.cursor ? this.cursor + 1 : this.lineEnd()),
    'ctrl-u': () => this.kill(this.lineStart(), this.cursor),
    'ctrl-y': () => this.type(this.killed, true),
    'ctrl-t': () => this.transpose(),
    'ctrl-l': () => {
      this.host.write('\x1b[H\x1b[2J');
      this.cursorRow = 0;
    },
    'ctrl-_': () => {
      const last = this.undo.pop();
      if (last) Object.assign(this, last);
    },
    'ctrl-r': () => {
      if (this.options.plain) return;
      const { text, cursor } = this;
      this.search = { query: '', at: this.host.history.length, found: true, before: { text, cursor } };
    },
  };
  private async enter(): Promise<Entered | undefined> {
    const { text, cursor } = this;
    if (this.options.plain) return { text };
    const inLastLine = !text.slice(cursor).includes('\n');
    if (!this.options.block && inLastLine) {
      // Two empty lines at the end run what is there, whatever the parser thinks of it.
      const forced = /\n[ ]*\n[ ]*$/.test(text) && cursor === text.length;
      const answer = forced || (await this.host.finished(text));
      if (answer === true) return { text };
      if (cursor === text.length) {
        this.type(`\n${answer.indent}`, true);
        return undefined;
      }
    }
    const line = text.slice(this.lineStart(), cursor);
    const deeper = /[{[(]\s*$/.test(line) ? '  ' : '';
    this.type(`\n${/^ */.exec(line)?.[0] ?? ''}${deeper}`, true);
    return undefined;
  }

  private type(typed: string, whole = false): void {
    // A bracket that closes stands under the line that opened it.
    const before = this.text.slice(this.lineStart(), this.cursor);
    if (!whole && /^[}\])]$/.test(typed) && /^ {2,}$/.test(before) && before.length < this.cursor)
      this.remove(this.cursor - 2, this.cursor);
    this.replace(this.cursor, this.cursor, this.options.plain ? typed.replaceAll('\n', ' ') : typed);
  }

  private replace(start: number, end: number, by: string): void {
    this.undo.push({ text: this.text, cursor: this.cursor });
    if (this.undo.length > UNDO_DEPTH) this.undo.shift();
    this.text = this.text.slice(0, start) + by + this.text.slice(end);
    this.cursor = start + by.length;
    this.draft = undefined;
    this.at = this.host.history.length;
  }

  private remove(start: number, end: number): void {
    if (start < end) this.replace(start, end, '');
  }

  private kill(start: number, end: number): void {
    if (start >= end || start >= this.text.length) return;
    this.killed = this.text.slice(start, end);
    this.remove(start, end);
  }

  /** In the indentation of a line, one step of it. */
  private backspace(): void {
    const before = this.text.slice(this.lineStart(), this.cursor);
    const width = /^ +$/.test(before) ? 2 - (before.length % 2) : 0;
    this.remove(width > 0 ? this.cursor - width : step(this.text, this.cursor, -1), this.cursor);
  }

  private transpose(): void {
    const end = this.cursor === this.lineEnd() ? this.cursor : step(this.text, this.cursor, 1);
    const middle = step(this.text, end, -1);
    const start = step(this.text, middle, -1);
    if (start < this.lineStart() || start === middle) return;
    this.replace(start, end, this.text.slice(middle, end) + this.text.slice(start, middle));
  }

  private move(to: number): void {
    this.cursor = to;
  }

  private lineStart(at = this.cursor): number {
    return at === 0 ? 0 : this.text.lastIndexOf('\n', at - 1) + 1;
  }

  private lineEnd(at = this.cursor): number {
    const end = this.text.indexOf('\n', at);
    return end < 0 ? this.text.length : end;
  }

  private wordLeft(): number {
    return (
      this.cursor -
      (/[\p{L}\p{N}_$]*[^\p{L}\p{N}_$]*$/u.exec(this.text.slice(0, this.cursor))?.[0].length ?? 0)
    );
  }

  private wordRight(): number {
    return (
      this.cursor + (/^[^\p{L}\p{N}_$]*[\p{L}\p{N}_$]*/u.exec(this.text.slice(this.cursor))?.[0].length ?? 0)
    );
  }

  /** To the line above or below; from the first or last line, into the history. */
  private vertical(way: -1 | 1): void {
    const start = this.lineStart();
    const column = this.cursor - start;
    if (way === -1 && start > 0) {
      const above = this.lineStart(start - 1);
      this.move(Math.min(above + column, start - 1));
    } else if (way === 1 && this.lineEnd() < this.text.length) {
      const below = this.lineEnd() + 1;
      this.move(Math.min(below + column, this.lineEnd(below)));
    } else if (!this.options.plain) this.browse(way);
  }

  // ------------------------------------------------------------------------------------------------------ the history

  /** The next input that begins with what was typed. */
  private browse(way: -1 | 1): void {
    const { history } = this.host;
    const draft = this.draft ?? this.text;
    for (let at = this.at + way; at >= 0 && at <= history.length; at += way) {
      const entry = at === history.length ? draft : history[at];
      if (at < history.length && (!entry.startsWith(draft) || entry === this.text)) continue;
      this.draft = draft;
      this.recall(at);
      return;
    }
  }

  private recall(at: number): void {
    const draft = this.draft ?? this.text;
    this.draft = draft;
    this.at = at;
    this.text = this.host.history[at] ?? draft;
    this.cursor = this.text.length;
  }

  /** @returns false when the key ends the search and is still to be obeyed */
  private pressInSearch({ name, text }: Stroke): boolean {
    const search = this.search as Search;
    if (name === 'ctrl-r') this.find(search.at - 1, -1);
    else if (name === 'ctrl-s') this.find(search.at + 1, 1);
    else if (name === 'backspace' || name === 'ctrl-h') {
      search.query = search.query.slice(0, -1);
      this.find(this.host.history.length - 1, -1);
    } else if (name === 'ctrl-c' || name === 'ctrl-g') {
      Object.assign(this, search.before);
      this.search = undefined;
    } else if (text !== undefined) {
      search.query += text;
      this.find(search.at, -1);
    } else {
      this.search = undefined;
      return name === 'escape';
    }
    return true;
  }

  private find(from: number, way: -1 | 1): void {
    const { history } = this.host;
    const search = this.search as Search;
    if (search.query === '') return;
    for (let at = Math.min(from, history.length - 1); at >= 0 && at < history.length; at += way) {
      const index = history[at].toLowerCase().lastIndexOf(search.query.toLowerCase());
      if (index < 0 || (at !== search.at && history[at] === this.text)) continue;
      Object.assign(search, { at, found: true });
      Object.assign(this, { text: history[at], cursor: index, at });
      return;
    }
    search.found = false;
  }

  // ------------------------------------------------------------------------------------------------------- completion

  private async tab(way: 1 | -1): Promise<void> {
    if (this.menu) {
      this.text = this.menu.choose(way);
      this.cursor = this.menu.cursor;
      return;
    }
    const { text, cursor } = this;
    if (way === -1) {
      this.panel = await this.host.explain(text, cursor);
      return;
    }
    if (/^\s*$/.test(text.slice(this.lineStart(), cursor)) && text !== '') return this.type('  ');
    const offer = await this.host.complete(text, cursor);
    const menu = new Menu(text, cursor, offer);
    const { common } = menu;
    if (common.length > offer.end - offer.start) this.replace(offer.start, offer.end, common);
    if (offer.matches.length > 1)
      this.menu = new Menu(this.text, this.cursor, { ...offer, end: this.cursor });
  }

  // ---------------------------------------------------------------------------------------------------------- drawing

  private draw(): void {
    const { host, options, search } = this;
    const hidden = options.plain === 'hidden';
    const shown = hidden ? '' : this.text;
    const prompt = search
      ? (line: number) =>
          line === 0
            ? `(${search.found ? '' : 'failed '}reverse-i-search)'${search.query}': `
            : options.prompt(line)
      : options.prompt;
    const columns = host.columns();
    const colors = options.plain ? [] : host.colors(shown);
    const { rows, row, column } = layOut(shown, hidden ? 0 : this.cursor, prompt, colors, columns);
    const height = Math.max(host.height(), 2);
    // Of a text that is higher than the screen, the part around the cursor.
    const first = Math.max(0, Math.min(row - (height >> 1), rows.length - height));
    const visible = rows.slice(first, first + height);
    const room = height - visible.length;
    const below = this.menu ? this.menu.rows(columns - 1, Math.min(room, 10)) : this.panelRows(room);
    const all = [...visible, ...below];
    const up = this.cursorRow > 0 ? `\x1b[${this.cursorRow}A` : '';
    const back = all.length - 1 - (row - first);
    host.write(
      `\x1b[?25l${up}\r${all.map((each) => `${each}\x1b[K`).join('\r\n')}\x1b[J` +
        `${back > 0 ? `\x1b[${back}A` : ''}\r${column > 0 ? `\x1b[${column}C` : ''}\x1b[?25h`,
    );
    this.cursorRow = row - first;
  }

  private panelRows(room: number): string[] {
    const { panel } = this;
    const rows = panel.length > room ? [...panel.slice(0, Math.max(room - 1, 0)), '\x1b[90m…\x1b[0m'] : panel;
    return rows.slice(0, room);
  }
}
