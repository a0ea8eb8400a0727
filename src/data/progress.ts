// Progress bars for loops, with tqdm's fields: share, bar, count, time gone and left, speed.

import { escapeHtml } from '../core/html.js';
import { LiveOutput } from '../core/live.js';
import { checkOptions } from '../core/options.js';

export interface ProgressOptions {
  /** What stands before the bar. */
  desc?: string;
  /** How many steps there will be; found out for arrays, ranges and loaders. */
  total?: number;
  /** What is counted: 'it' unless given. */
  unit?: string;
  /** Seconds between updates at least; 0.1 unless given. */
  mininterval?: number;
  /** Width of the bar in characters; 10 unless given. */
  width?: number;
  /** No output at all. */
  disable?: boolean;
  /** Where a program writes to; a notebook shows the bar in its cell. */
  stream?: { write(text: string): unknown; isTTY?: boolean };
}

/** Seconds as 00:07, 12:34 or 1:02:03. */
function clock(seconds: number): string {
  const s = Math.floor(seconds);
  const two = (n: number): string => String(n).padStart(2, '0');
  const [h, m] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s % 60)}` : `${two(m)}:${two(s % 60)}`;
}

/** A bar of `width` characters, in eighths of a character. */
function bar(share: number, width: number): string {
  const eighths = Math.round(Math.min(Math.max(share, 0), 1) * width * 8);
  const full = Math.floor(eighths / 8);
  return '█'.repeat(full) + (full < width ? ' ▏▎▍▌▋▊▉'[eighths % 8] + ' '.repeat(width - full - 1) : '');
}

/** A loop's progress: iterate it, or call `update` yourself. */
export class Progress<T> implements Iterable<T>, AsyncIterable<T> {
  /** Steps done. */
  n = 0;
  readonly total: number | undefined;
  private desc: string;
  private postfix = '';
  private readonly begun = performance.now();
  private readonly live: LiveOutput;
  private closed = false;

  constructor(
    private readonly source: Iterable<T> | AsyncIterable<T>,
    private readonly options: ProgressOptions = {},
  ) {
    checkOptions('progress', options, [
      ...['desc', 'total', 'unit', 'mininterval', 'width', 'disable', 'stream'],
    ]);
    const sized = source as { length?: unknown; size?: unknown };
    const known = [sized.length, sized.size].find((v) => typeof v === 'number') as number | undefined;
    this.total = options.total ?? known;
    this.desc = options.desc ?? '';
    this.live = new LiveOutput({
      every: options.mininterval ?? 0.1,
      quiet: 10,
      oneLine: true,
      stream: options.stream,
    });
  }

  /** The line as it stands now. */
  toString(): string {
    const seconds = (performance.now() - this.begun) / 1000;
    const { n, total } = this;
    const unit = this.options.unit ?? 'it';
    const rate = seconds > 0 && n > 0 ? n / seconds : Number.NaN;
    const speed = Number.isNaN(rate)
      ? `?${unit}/s`
      : rate >= 1
        ? `${rate.toFixed(2)}${unit}/s`
        : `${(1 / rate).toFixed(2)}s/${unit}`;
    const head = this.desc === '' ? '' : `${this.desc}: `;
    const tail = this.postfix === '' ? '' : `, ${this.postfix}`;
    if (total === undefined) return `${head}${n}${unit} [${clock(seconds)}, ${speed}${tail}]`;
    const share = total > 0 ? n / total : 1;
    const left = Number.isNaN(rate) ? '?' : clock(Math.max(total - n, 0) / rate);
    return `${head}${String(Math.floor(100 * share)).padStart(3)}%|${bar(share, this.options.width ?? 10)}| ${n}/${total} [${clock(seconds)}<${left}, ${speed}${tail}]`;
  }

  /** Counts steps that are done. */
  update(steps = 1): void {
    this.n += steps;
    if (!this.options.disable && this.live.due) this.draw();
  }

  /** Changes what stands before the bar (tqdm's set_description). */
  setDescription(desc: string): void {
    this.desc = desc;
  }

  /** Shows values behind the speed: `bar.setPostfix({loss})` (tqdm's set_postfix). */
  setPostfix(values: Readonly<Record<string, unknown>>): void {
    const text = (v: unknown): string =>
      typeof v === 'string' || Number.isNaN(Number(v)) ? String(v) : String(Number(Number(v).toPrecision(3)));
    this.postfix = Object.entries(values)
      .map(([name, v]) => `${name}=${text(v)}`)
      .join(', ');
  }

  /** Draws the last state; iterating does it at the end. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    if (!this.options.disable) this.draw(true);
  }

  private draw(end = false): void {
    const line = this.toString();
    const { total, n } = this;
    const state = total === undefined ? '' : ` value="${Math.min(n, total)}" max="${Math.max(total, 1)}"`;
    const words = escapeHtml(line.replace(/\|.*\|/, ' '));
    // Without a bar of characters: the page draws its own.
    const html = `<div style="font: 13px monospace"><progress${state} style="width: 240px; vertical-align: middle"></progress> ${words}</div>`;
    this.live.show({ 'text/plain': line, 'text/html': html }, line, { raw: true, end });
  }

  *[Symbol.iterator](): Generator<T> {
    if (!(Symbol.iterator in this.source))
      throw new TypeError('progress: this is an asynchronous iterable; loop over it with `for await`.');
    if (!this.options.disable) this.draw();
    try {
      for (const item of this.source as Iterable<T>) {
        yield item;
        this.update();
      }
    } finally {
      this.close();
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    if (!this.options.disable) this.draw();
    try {
      for await (const item of this.source) {
        yield item;
        this.update();
      }
    } finally {
      this.close();
    }
  }
}

/**
 * Shows how far a loop has come: share, bar, count, time gone and left, steps a second. In a notebook it is one
 * output that changes, in a terminal one line. `progress(100)` counts from 0 to 99.
 *
 * @see tqdm.tqdm
 * @example
 * for (const i of progress(3, { desc: 'epoch' })) print(i);
 */
export function progress<T>(source: Iterable<T> | AsyncIterable<T>, options?: ProgressOptions): Progress<T>;
export function progress(count: number, options?: ProgressOptions): Progress<number>;
export function progress(source: unknown, options: ProgressOptions = {}): Progress<unknown> {
  if (typeof source === 'number') {
    if (!Number.isInteger(source) || source < 0)
      throw new RangeError(`progress: ${source} is not a number of steps.`);
    return new Progress(
      Array.from({ length: source }, (_, i) => i),
      options,
    );
  }
  const iterable =
    source !== null &&
    source !== undefined &&
    (Symbol.iterator in Object(source) || Symbol.asyncIterator in Object(source));
  if (!iterable)
    throw new TypeError(
      `progress: expected something to loop over or a number of steps, got ${typeof source}.`,
    );
  return new Progress(source as Iterable<unknown>, options);
}
