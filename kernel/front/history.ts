// The history of inputs and outputs: of this session in memory, and in a folder, where every session that stored a
// cell has a file of its own (one JSON row a line), so that sessions side by side never write into each other's.
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type HistoryRequest, type HistoryRow, quote } from '../protocol/messages.js';

interface Entry {
  session: number;
  line: number;
  input: string;
  output: string | null;
}

/** Older sessions are forgotten. */
const KEPT_SESSIONS = 200;
/** Of an output; a history is for inputs. */
const KEPT_CHARACTERS = 10_000;

export class History {
  private readonly entries: Entry[] = [];
  /** The number of this session, once its file exists. */
  private number: number | undefined;

  /** @param folder where sessions are kept; without one this session is all there is */
  constructor(
    private folder: string | undefined,
    private readonly log: (text: string) => void,
  ) {}

  /** This session's number; the next free one as long as nothing was stored. */
  get session(): number {
    return this.number ?? (this.storedSessions().at(-1) ?? 0) + 1;
  }

  /** A cell that ran with `store_history`; `output` is its result's text. */
  add(line: number, input: string, output: string | null): void {
    this.number ??= this.openSession();
    const kept = output?.slice(0, KEPT_CHARACTERS) ?? null;
    this.entries.push({ session: this.number, line, input, output: kept });
    if (!this.folder) return;
    try {
      appendFileSync(this.fileOf(this.number), `${JSON.stringify([line, input, kept])}\n`);
    } catch (error) {
      this.giveUp(error as Error);
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
        return last(this.latest(request.n ?? Infinity));
      case 'range': {
        // 0 is this session, a negative number counts back from it.
        const wanted = request.session ?? 0;
        const session = wanted > 0 ? wanted : this.session + wanted;
        const start = request.start ?? 1;
        const stop = request.stop ?? Infinity;
        return this.entriesOf(session).filter((e) => e.line >= start && e.line < stop);
      }
      case 'search': {
        const pattern = globToRegExp(request.pattern ?? '*');
        let found = this.latest(Infinity).filter((e) => pattern.test(e.input));
        if (request.unique) {
          const latest = new Map(found.map((e) => [e.input, e]));
          found = found.filter((e) => latest.get(e.input) === e);
        }
        return last(found);
      }
      default:
        throw new Error(
          `history_request: hist_access_type is ${quote(request.hist_access_type)}, not "tail", "range" or "search"`,
        );
    }
  }

  /** At least the last `n` entries of all sessions, this one's at the end; earlier files are read as far as needed. */
  private latest(n: number): Entry[] {
    const parts = [this.entries];
    let count = this.entries.length;
    for (const session of this.storedSessions().reverse()) {
      if (count >= n) break;
      if (session === this.number) continue;
      const entries = this.entriesOf(session);
      count += entries.length;
      parts.unshift(entries);
    }
    return parts.flat();
  }

  private entriesOf(session: number): Entry[] {
    if (session === this.session || !this.folder) return this.entries.filter((e) => e.session === session);
    let text: string;
    try {
      text = readFileSync(this.fileOf(session), 'utf8');
    } catch {
      return [];
    }
    return text.split('\n').flatMap((row) => {
      try {
        const [line, input, output] = JSON.parse(row);
        return typeof input === 'string' ? [{ session, line, input, output }] : [];
      } catch {
        return [];
      }
    });
  }

  /** Takes the next free number by making its file, which only one of two sessions that start together can do. */
  private openSession(): number {
    if (!this.folder) return 1;
    try {
      mkdirSync(this.folder, { recursive: true, mode: 0o700 });
      const stored = this.storedSessions();
      for (const old of stored.slice(0, 1 - KEPT_SESSIONS)) rmSync(this.fileOf(old), { force: true });
      for (let session = (stored.at(-1) ?? 0) + 1; ; session++) {
        try {
          writeFileSync(this.fileOf(session), '', { flag: 'wx', mode: 0o600 });
          return session;
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        }
      }
    } catch (error) {
      this.giveUp(error as Error);
      return 1;
    }
  }

  private giveUp(error: Error): void {
    this.log(`history: it is kept for this session only: ${error.message}`);
    this.folder = undefined;
  }

  private fileOf(session: number): string {
    return join(this.folder as string, `${session}.jsonl`);
  }

  /** The numbers of the sessions that have a file, in order. */
  private storedSessions(): number[] {
    if (!this.folder) return [];
    try {
      return readdirSync(this.folder)
        .flatMap((name) => /^(\d+)\.jsonl$/.exec(name)?.[1] ?? [])
        .map(Number)
        .sort((a, b) => a - b);
    } catch {
      return [];
    }
  }
}

function globToRegExp(glob: string): RegExp {
  const source = glob
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '[\\s\\S]*')
    .replaceAll('?', '[\\s\\S]');
  return new RegExp(`^${source}$`);
}

/** The environment variable GRADLAB_HISTORY names another folder; empty, it switches the kept history off. */
export async function historyFolder(): Promise<string | undefined> {
  const { GRADLAB_HISTORY: named } = process.env;
  if (named !== undefined) return named || undefined;
  const { privateFolder } = await import('../lab/server/folders.js');
  return `${privateFolder()}/history`;
}
