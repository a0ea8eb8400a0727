// The master of a search: workers are processes that train one setting each and leave checkpoints with the validation
// score in their names. A worker that dies is begun again from its last checkpoint; so is a whole search whose master
// died, from the statistics file of its folder.

import { type ChildProcess, fork } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as random from '../numpy/random/index.js';
import { type Params, SearchResult, type Space, sampleSpace, type Trial } from './search.js';
import { type Assignment, lastCheckpoints, type Report } from './trial.js';

/** How a trial stands. */
export interface TrialProgress<S extends Space = Space> {
  readonly id: number;
  readonly params: Params<S>;
  readonly seed: number;
  status: 'waiting' | 'running' | 'done' | 'failed' | 'stopped';
  /** Validation score of every epoch so far. */
  scores: number[];
  /** Processes that have worked on it. */
  attempts: number;
  seconds: number;
  error?: string;
}

export interface MasterOptions<S extends Space> {
  /** Where checkpoints and statistics.jsonl are written; a folder with an unfinished search goes on with it. */
  folder: string;
  /**
   * A JavaScript module (.mjs) whose default export trains one setting:
   * `export default function (trial, { np, nn, optim, data, learn }) { ... }`.
   */
  worker: string;
  space: S;
  /** How many settings to try. Default 10. */
  trials?: number;
  /** Epochs of a trial. Default 10. */
  epochs?: number;
  /** Processes at work at once. Default: half of the cores. */
  workers?: number;
  /** Of the settings, and with the trial's number of the workers' np.random. Default 0. */
  seed?: number;
  /** How often a trial whose process dies is begun again. Default 3. */
  restarts?: number;
  /** After each report: true ends the trial early, because it is hopeless beside the others. */
  stopEarly?: (trial: TrialProgress<S>, all: readonly TrialProgress<S>[]) => boolean;
  onReport?: (trial: TrialProgress<S>, epoch: number, score: number) => void;
}

const STATISTICS = 'statistics.jsonl';
const PROGRAM = fileURLToPath(new URL('./worker.js', import.meta.url));

type Line =
  | {
      kind: 'begin';
      names: string[];
      epochs: number;
      settings: { id: number; params: Record<string, unknown>; seed: number }[];
    }
  | { kind: 'start'; id: number; resumed: string | null }
  | { kind: 'died'; id: number; signal: string | null; code: number | null }
  | { kind: 'stopped'; id: number }
  | (Report & { time?: string });

/**
 * Trains many settings in processes of their own.
 *
 * The worker's function trains `trial.epochs` epochs, reports each, and goes on where an earlier attempt ended:
 * `let epoch = trial.resume({model, optimizer})`, then `trial.report(++epoch, accuracy, {model, optimizer})`.
 */
export class Master<S extends Space> {
  /** All trials, in the order of their numbers. */
  readonly progress: TrialProgress<S>[] = [];
  private readonly running = new Map<number, ChildProcess>();
  private readonly options: Required<Omit<MasterOptions<S>, 'stopEarly' | 'onReport'>> &
    Pick<MasterOptions<S>, 'stopEarly' | 'onReport'>;
  private readonly statistics: string;
  private stopping = false;
  private finish: (() => void) | null = null;
  private broken: Error | null = null;

  constructor(options: MasterOptions<S>) {
    this.options = {
      trials: 10,
      epochs: 10,
      workers: Math.max(1, Math.floor(availableParallelism() / 2)),
      seed: 0,
      restarts: 3,
      ...options,
      worker: resolve(options.worker),
    };
    const { folder, worker, space, trials, epochs, workers } = this.options;
    for (const [name, n] of Object.entries({ trials, epochs, workers }))
      if (!Number.isInteger(n) || n < 1)
        throw new RangeError(`Master: ${name} must be a whole number of at least 1, not ${n}.`);
    if (!existsSync(worker)) throw new Error(`Master: there is no worker module ${worker}.`);
    mkdirSync(folder, { recursive: true });
    this.statistics = join(folder, STATISTICS);
    if (existsSync(this.statistics)) this.readStatistics();
    else this.draw(space, trials, this.options.seed);
  }

  /** The settings, from a stream of their own. */
  private draw(space: S, trials: number, seed: number): void {
    const before = random.getState();
    random.seed(seed);
    try {
      for (let id = 0; id < trials; id++)
        this.progress.push({
          id,
          params: sampleSpace(space),
          seed: seed + 1 + id,
          status: 'waiting',
          scores: [],
          attempts: 0,
          seconds: 0,
        });
    } finally {
      random.setState(before);
    }
    this.write({
      kind: 'begin',
      names: Object.keys(space),
      epochs: this.options.epochs,
      settings: this.progress.map(({ id, params, seed }) => ({ id, params, seed })),
    });
  }

  private readStatistics(): void {
    const { folder, space, epochs } = this.options;
    const text = readFileSync(this.statistics, 'utf8');
    // A line that was being written when the master died has no end, and goes.
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    if (whole !== text) truncateSync(this.statistics, Buffer.byteLength(whole));
    const events: Line[] = [];
    for (const [i, line] of whole.split('\n').entries()) {
      if (line === '') continue;
      try {
        events.push(JSON.parse(line) as Line);
      } catch {
        throw new Error(
          `Master: ${this.statistics}, line ${i + 1} is no statistics line; move the file away to begin anew.`,
        );
      }
    }
    const [begin] = events;
    if (
      begin?.kind !== 'begin' ||
      begin.epochs !== epochs ||
      begin.names.join() !== Object.keys(space).join()
    )
      throw new Error(
        `Master: ${folder} holds another search${begin?.kind === 'begin' ? ` (of ${begin.names.join(', ')} over ${begin.epochs} epochs)` : ''}; give each search a folder of its own.`,
      );
    for (const { id, params, seed } of begin.settings)
      this.progress.push({
        id,
        params: params as Params<S>,
        seed,
        status: 'waiting',
        scores: [],
        attempts: 0,
        seconds: 0,
      });
    for (const e of events) {
      if (e.kind === 'begin') continue;
      const trial = this.progress[e.id];
      if (trial === undefined) continue;
      if (e.kind === 'epoch') trial.scores[e.epoch - 1] = e.score;
      else if (e.kind === 'start') trial.attempts++;
      else if (e.kind === 'done' || e.kind === 'stopped') trial.status = e.kind;
      else if (e.kind === 'failed') {
        trial.status = 'failed';
        trial.error = e.error;
      }
    }
    // What ran when the master died has had its attempt through no fault of its own.
    for (const trial of this.progress) if (trial.status === 'waiting') trial.attempts = 0;
  }

  private write(line: Line): void {
    appendFileSync(this.statistics, `${JSON.stringify({ ...line, time: new Date().toISOString() })}\n`);
  }

  /** The result so far. */
  get result(): SearchResult<S> {
    const trials = this.progress
      .filter((t) => t.status !== 'waiting' || t.scores.length > 0)
      .map(
        (t): Trial<S> => ({
          id: t.id,
          params: t.params,
          score: t.status === 'failed' ? Number.NaN : (t.scores.at(-1) ?? Number.NaN),
          seconds: t.seconds,
          stage: 0,
          epochs: t.scores.length,
          ...(t.error === undefined ? {} : { error: t.error }),
        }),
      );
    return new SearchResult(this.options.space, trials);
  }

  /** Runs until every trial has ended, or `stop()`. */
  async run(): Promise<SearchResult<S>> {
    if (this.finish !== null) throw new Error('Master.run: it is running already.');
    this.stopping = false;
    this.broken = null;
    await new Promise<void>((ended) => {
      this.finish = ended;
      this.fill();
    });
    this.finish = null;
    if (this.broken !== null) throw this.broken;
    return this.result;
  }

  /** Begins waiting trials while there are free places; ends the run when nothing is left. */
  private fill(): void {
    while (!this.stopping && this.running.size < this.options.workers) {
      const next = this.progress.find((t) => t.status === 'waiting');
      if (next === undefined) break;
      this.launch(next);
    }
    if (this.running.size === 0) this.finish?.();
  }

  private launch(trial: TrialProgress<S>): void {
    const { worker, folder, epochs, workers, restarts } = this.options;
    const threads = Math.max(1, Math.floor(availableParallelism() / workers));
    const child = fork(PROGRAM, [worker], {
      env: { ...process.env, OMP_NUM_THREADS: String(threads) },
      execArgv: [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      serialization: 'advanced',
    });
    const begun = performance.now();
    const resume = lastCheckpoints(folder).get(trial.id) ?? null;
    if (resume === null) trial.scores = [];
    else {
      // The file is the truth: a process may die between writing it and saying so.
      trial.scores = trial.scores.slice(0, resume.epoch);
      trial.scores[resume.epoch - 1] = resume.score;
    }
    trial.status = 'running';
    trial.attempts++;
    this.running.set(trial.id, child);
    this.write({ kind: 'start', id: trial.id, resumed: resume?.file ?? null });

    child.on('message', (message: Report | { kind: 'ready' } | { kind: 'broken'; error: string }) => {
      if (message.kind === 'ready') {
        const assignment: Assignment = {
          id: trial.id,
          params: trial.params,
          folder,
          seed: trial.seed,
          epochs,
          resume: resume?.file ?? null,
        };
        child.send(assignment);
      } else if (message.kind === 'broken') {
        this.broken ??= new Error(`Master: the worker module cannot be loaded: ${message.error}`);
        this.stopping = true;
      } else if (trial.status === 'running') {
        this.write(message);
        if (message.kind === 'epoch') this.heard(trial, message, child);
        else {
          trial.status = message.kind;
          if (message.kind === 'failed') trial.error = message.error;
          if (child.connected) child.disconnect();
        }
      }
    });
    child.on('error', (error) => {
      this.broken ??= new Error(`Master: a worker process could not be begun: ${error.message}`);
      this.stopping = true;
    });
    child.on('exit', (code, signal) => {
      this.running.delete(trial.id);
      trial.seconds += (performance.now() - begun) / 1000;
      if (trial.status === 'running') {
        this.write({ kind: 'died', id: trial.id, signal, code });
        if (this.stopping || trial.attempts <= restarts) trial.status = 'waiting';
        else {
          trial.status = 'failed';
          trial.error = `its process ended ${trial.attempts} times, the last time ${signal === null ? `with code ${code}` : `by ${signal}`}`;
          this.write({ kind: 'failed', id: trial.id, error: trial.error });
        }
      }
      this.fill();
    });
  }

  private heard(trial: TrialProgress<S>, report: Report & { kind: 'epoch' }, child: ChildProcess): void {
    trial.scores[report.epoch - 1] = report.score;
    this.options.onReport?.(trial, report.epoch, report.score);
    if (this.options.stopEarly?.(trial, this.progress)) {
      trial.status = 'stopped';
      this.write({ kind: 'stopped', id: trial.id });
      child.kill('SIGKILL');
    }
  }

  /** Kills the process of a trial, as a crash would; it is begun again from its last checkpoint. */
  kill(id: number): boolean {
    return this.running.get(id)?.kill('SIGKILL') ?? false;
  }

  /** Ends all processes; `run()` returns what there is, and another master can go on in the same folder. */
  stop(): void {
    this.stopping = true;
    for (const child of this.running.values()) child.kill('SIGKILL');
  }
}
