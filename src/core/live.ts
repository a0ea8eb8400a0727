// Output that changes while code runs: in a notebook a display that is updated by its id, in a terminal one line that is
// written again, elsewhere plain lines now and then. It works inside synchronous loops, at a bounded rate.

import { randomUUID } from 'node:crypto';
import { notebook } from './notebook.js';

export interface LiveOptions {
  /** Seconds between updates at least. */
  every: number;
  /** Seconds between lines where output is neither a notebook nor a terminal. */
  quiet: number;
  /** In a terminal, write the line again in its place; otherwise each update is a line of its own. */
  oneLine?: boolean;
  /** Where to write, instead of the notebook or `standard`. */
  stream?: Stream;
  /** Where a program's lines go: standard error unless given. */
  standard?: Stream;
}

interface Stream {
  write(text: string): unknown;
  isTTY?: boolean;
}

/** One place on the screen. */
export class LiveOutput {
  readonly id = `gradlab-live-${randomUUID().slice(0, 13)}`;
  private readonly stream: Stream;
  private last = Number.NEGATIVE_INFINITY;
  private shown = false;
  private width = 0;
  /** Milliseconds that it took to make the last state. */
  private cost = 0;

  constructor(private readonly options: LiveOptions) {
    this.stream = options.stream ?? options.standard ?? process.stderr;
  }

  get inNotebook(): boolean {
    return this.options.stream === undefined && notebook() !== null;
  }

  /** Whether enough time has gone by for the next update: states that say when they were begun take a tenth of it. */
  get due(): boolean {
    const { every, quiet } = this.options;
    const gap = this.inNotebook || this.stream.isTTY ? every : quiet;
    return performance.now() - this.last >= Math.max(1000 * gap, 9 * this.cost);
  }

  /**
   * Shows the next state.
   * @param value for a notebook: a MIME bundle (`raw`) or what shows itself
   * @param line for a terminal
   * @param end nothing follows
   * @param begun when the work on this state began (performance.now())
   */
  show(value: unknown, line: string, how: { raw?: boolean; end?: boolean; begun?: number } = {}): void {
    const display = this.options.stream === undefined ? notebook() : null;
    if (display !== null) {
      display(value, { raw: how.raw, display_id: this.id, update: this.shown });
    } else if (this.stream.isTTY && this.options.oneLine) {
      this.stream.write(`\r${line.padEnd(this.width)}${how.end ? '\n' : ''}`);
      this.width = line.length;
    } else this.stream.write(`${line}\n`);
    this.shown = true;
    this.last = performance.now();
    this.cost = how.begun === undefined ? 0 : this.last - how.begun;
  }
}
