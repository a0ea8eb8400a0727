// The list of completions under the line: what can stand at the cursor, with kinds and types; Tab goes through it.
import { clip, width } from './width.js';

export interface OfferedMatch {
  text: string;
  /** Function, class, module... */
  type: string;
  /** TypeScript's type. */
  signature?: string;
}

/** Matches, and the stretch of text that they replace. */
export interface Offer {
  matches: readonly OfferedMatch[];
  start: number;
  end: number;
}

const NAME_COLUMNS = 32;

export class Menu {
  private selected = -1;

  constructor(
    private readonly text: string,
    /** Where the cursor stands after a choice. */
    public cursor: number,
    private readonly offer: Offer,
  ) {}

  /** Whether one of them is in the text. */
  get chosen(): boolean {
    return this.selected >= 0;
  }

  /** What all matches begin with. */
  get common(): string {
    const [first = '', ...others] = this.offer.matches.map((match) => match.text);
    let length = first.length;
    for (const other of others) while (!other.startsWith(first.slice(0, length))) length--;
    return first.slice(0, length);
  }

  /** The text with the next match, or the one before. */
  choose(way: 1 | -1): string {
    const { matches, start, end } = this.offer;
    const count = matches.length;
    this.selected = this.selected < 0 && way === -1 ? count - 1 : (this.selected + way + count) % count;
    const { text } = matches[this.selected];
    this.cursor = start + text.length;
    return this.text.slice(0, start) + text + this.text.slice(end);
  }

  rows(columns: number, room: number): string[] {
    const { matches } = this.offer;
    if (room < 1) return [];
    const fits = matches.length <= room ? matches.length : Math.max(room - 1, 1);
    const first = Math.max(0, Math.min(this.selected - fits + 1, matches.length - fits));
    const names = Math.min(NAME_COLUMNS, Math.max(...matches.map((match) => width(match.text))));
    const rows = matches.slice(first, first + fits).map(({ text, type, signature }, i) => {
      const name = clip(text, names);
      const padded = ` ${name}${' '.repeat(Math.max(0, names - width(name)))} `;
      const marked = first + i === this.selected ? `\x1b[7m${padded}\x1b[0m` : padded;
      const kind = ` ${type.padEnd(9)}`;
      const rest = columns - width(padded) - width(kind) - 1;
      const shown = signature && rest > 8 ? ` ${clip(signature.replace(/\s+/g, ' '), rest)}` : '';
      return `${marked}\x1b[90m${kind}${shown}\x1b[0m`;
    });
    const more = matches.length - first - fits;
    if (fits < matches.length && rows.length < room) {
      const note = more > 0 ? `${more} more` : `${matches.length} in all`;
      rows.push(`\x1b[90m ${note}\x1b[0m`);
    }
    return rows;
  }
}
