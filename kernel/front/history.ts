// The history of inputs and outputs: of this session in memory, and, when the environment variable GRADLAB_HISTORY
// names a file, of earlier sessions too (one JSON row a line).
import { appendFileSync, readFileSync } from 'node:fs';
import type { HistoryRequest, HistoryRow } from '../protocol/messages.js';

interface Entry {
  session: number;
  line: number;
  input: string;
  output: string | null;
}

export class History {
  private readonly entries: Entry[] = [];
  readonly session: number;

  constructor(
    private readonly file: string | undefined,
    private readonly log: (text: string) => void,
  ) {
    if (file) this.entries = this.read(file);
    this.session = (this.entries.at(-1)?.session ?? 0) + 1;
  }

  /** A cell that ran with `store_history`; `output` is its result's text. */
  add(line: number, input: string, output: string | null): void {
    const entry = { session: this.session, line, input, output };
    this.entries.push(entry);
    if (!this.file) return;
    try {
      appendFileSync(this.file, `${JSON.stringify([entry.session, line, input, output])}\n`);
    } catch (error) {
      this.log(`history: ${(error as Error).message}`);
    }
  }

  /** The rows that a history_request asks for: the last `n`, a range of lines, or those that match a glob. */
  find(request: HistoryRequest): HistoryRow[] {
    return this.select(request).map(({ session, line, input, output }) => [
      session,
      line,
      request.output ? [input, output] : input,
    ]);
  }

  private select(request: HistoryRequest): Entry[] {
    const last = (entries: Entry[]) =>
      request.n === undefined ? entries : entries.slice(-Math.max(request.n, 0) || entries.length);
    switch (request.hist_access_type) {
      case 'tail':
        return last(this.entries);
      case 'range': {
        // 0 is this session, a negative number counts back from it.
        const wanted = request.session ?? 0;
        const session = wanted > 0 ? wanted : this.session + wanted;
        const start = request.start ?? 1;
        const stop = request.stop ?? Infinity;
        return this.entries.filter((e) => e.session === session && e.line >= start && e.line < stop);
      }
      case 'search': {
        const pattern = globToRegExp(request.pattern ?? '*');
        let found = this.entries.filter((e) => pattern.test(e.input));
        if (request.unique) {
          const latest = new Map(found.map((e) => [e.input, e]));
          found = found.filter((e) => latest.get(e.input) === e);
        }
        return last(found);
      }
      default:
        throw new Error(
          `history_request: hist_access_type is ${JSON.stringify(request.hist_access_type)}, not "tail", "range" or "search"`,
        );
    }
  }

  private read(file: string): Entry[] {
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch {
      return [];
    }
    return text.split('\n').flatMap((row) => {
      try {
        const [session, line, input, output] = JSON.parse(row);
        return typeof input === 'string' ? [{ session, line, input, output }] : [];
      } catch {
        return [];
      }
    });
  }
}

function globToRegExp(glob: string): RegExp {
  const source = glob
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '[\\s\\S]*')
    .replaceAll('?', '[\\s\\S]');
  return new RegExp(`^${source}$`);
}
