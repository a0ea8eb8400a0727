// Experiments that are written down: settings with their seed, everything that was printed and recorded, and the result,
// as lines of JSON in a file. The same settings give the same lines again, and `reproduce` checks it.

import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { NDArray } from '../core/ndarray.js';
import { sprintf } from '../numpy/format.js';
import * as random from '../numpy/random/index.js';

/** What an experiment is called with: plain data, with the seed of np.random. */
export interface Settings {
  seed: number;
  [name: string]: unknown;
}

/** A run as it stands in the file. */
export interface LoggedRun {
  settings: Settings;
  /** When it began. */
  date: string;
  /** Printed lines, in order. */
  text: string[];
  records: Record<string, unknown>[];
  /** What the run returned; undefined when it did not come to its end. */
  result?: unknown;
  finished: boolean;
}

/** Numbers and lists as JSON has them; NaN and infinities as words. */
function plain(value: unknown): unknown {
  if (value instanceof NDArray) return plain(value.tolist());
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (Array.isArray(value)) return value.map(plain);
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as Iterable<number>, plain);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, v]) => v !== undefined)
        .map(([k, v]) => [k, plain(v)]),
    );
  return value;
}

/** A log: prints like printf and keeps what it printed and recorded. */
export class ExperimentLog {
  readonly text: string[] = [];
  readonly records: Record<string, unknown>[] = [];
  private readonly begun = performance.now();

  constructor(
    /** Null: nothing is written. */
    readonly file: string | null = null,
    private readonly quiet = false,
  ) {
    if (file !== null) mkdirSync(dirname(file), { recursive: true });
  }

  /**
   * Prints a line as printf does, and writes it down: `log.print('epoch %d: loss %f', epoch, loss)`.
   * @returns the line
   */
  print(format: string, ...values: unknown[]): string {
    const line = sprintf(format, ...values);
    this.text.push(line);
    this.write({ text: line });
    if (!this.quiet) console.log(line);
    return line;
  }

  /** Writes numbers down: `log.record({epoch, loss, accuracy})`. */
  record(values: Record<string, unknown>): void {
    const entry = plain(values) as Record<string, unknown>;
    this.records.push(entry);
    this.write({ record: entry });
  }

  write(entry: Record<string, unknown>): void {
    if (this.file === null) return;
    const seconds = Number(((performance.now() - this.begun) / 1000).toFixed(3));
    appendFileSync(this.file, `${JSON.stringify({ ...entry, seconds })}\n`);
  }
}

function perform<R>(
  settings: Settings,
  run: (settings: Settings, log: ExperimentLog) => R,
  log: ExperimentLog,
): R {
  if (!Number.isInteger(settings?.seed))
    throw new TypeError(
      `experiment: settings need a seed, a whole number, e.g. {seed: 0, lr: 1e-3}; got ${JSON.stringify(settings)}.`,
    );
  random.seed(settings.seed);
  return run(settings, log);
}

/**
 * Runs an experiment with np.random at its seed and writes it to a file, after what stands there.
 *
 * @param file lines of JSON: settings, printed lines, records, result
 * @returns what `run` returns
 * @example
 * const best = training.experiment('log.jsonl', { seed: 0, lr: 0.1 }, ({ lr }, log) => {
 *   log.print('learning rate %.2f', lr);
 *   log.record({ loss: np.random.rand() });
 *   return 'done';
 * });
 * training.reproduce('log.jsonl', ({ lr }, log) => {
 *   log.print('learning rate %.2f', lr);
 *   log.record({ loss: np.random.rand() });
 *   return 'done';
 * });
 */
export function experiment<R>(
  file: string,
  settings: Settings,
  run: (settings: Settings, log: ExperimentLog) => R,
): R {
  const log = new ExperimentLog(file);
  log.write({ experiment: plain(settings), date: new Date().toISOString(), node: process.version });
  const result = perform(settings, run, log);
  log.write({ result: plain(result) ?? null });
  return result;
}

/** All runs of a file, oldest first. */
export function readExperiments(file: string): LoggedRun[] {
  if (!existsSync(file)) throw new Error(`readExperiments: there is no file ${file}.`);
  const runs: LoggedRun[] = [];
  const lines = readFileSync(file, 'utf8').split('\n');
  lines.forEach((line, i) => {
    if (line === '') return;
    let entry: Record<string, unknown>;
    try {
      entry = JSON.parse(line);
    } catch {
      // The last line of a run that was killed may be cut.
      if (i === lines.length - 1) return;
      throw new Error(`readExperiments: line ${i + 1} of ${file} is no JSON: ${line.slice(0, 60)}`);
    }
    const run = runs[runs.length - 1];
    if ('experiment' in entry) {
      const { experiment: settings, date } = entry as unknown as { experiment: Settings; date: string };
      runs.push({ settings, date, text: [], records: [], finished: false });
    } else if (run === undefined)
      throw new Error(`readExperiments: ${file} is no log of training.experiment.`);
    else if ('text' in entry) run.text.push(entry.text as string);
    else if ('record' in entry) run.records.push(entry.record as Record<string, unknown>);
    else if ('result' in entry) Object.assign(run, { result: entry.result, finished: true });
  });
  return runs;
}

/**
 * Runs the last finished experiment of a file again and compares everything it prints, records and returns.
 *
 * @throws Error at the first difference
 */
export function reproduce<R>(file: string, run: (settings: Settings, log: ExperimentLog) => R): R {
  const before = readExperiments(file)
    .filter((r) => r.finished)
    .pop();
  if (before === undefined) throw new Error(`reproduce: ${file} holds no finished experiment.`);
  const log = new ExperimentLog(null, true);
  const result = perform(before.settings, run, log);
  const compare = (what: string, then: readonly unknown[], now: readonly unknown[]): void => {
    for (let i = 0; i < Math.max(then.length, now.length); i++) {
      const [a, b] = [JSON.stringify(then[i]), JSON.stringify(now[i])];
      if (a !== b) throw new Error(`reproduce: ${what} ${i + 1} was ${a}, and is ${b} now.`);
    }
  };
  compare('line', before.text, log.text);
  compare('record', before.records, log.records);
  compare('result', [before.result], [plain(result) ?? null]);
  return result;
}
