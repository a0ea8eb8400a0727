// The search for hyperparameters: what may be tried (on which scale), random and grid search, stages from coarse to
// fine, and what was found, with a warning when the best lies at the border of what was tried.

import { asarray } from '../core/create.js';
import type { NDArray } from '../core/ndarray.js';
import { checkOptions } from '../core/options.js';
import * as random from '../numpy/random/index.js';
import { Figure } from '../plot/figure.js';

/** Values that a hyperparameter may take. */
export interface Range<V = number> {
  readonly kind: 'linear' | 'log' | 'integer' | 'choice';
  /** A random value, by np.random. */
  sample(): V;
  /** n values from one end to the other; a choice gives all of its own. */
  grid(n: number): V[];
  /** 'low' or 'high' when the value lies in the outermost twentieth of the range, else null. */
  border(value: V): 'low' | 'high' | null;
  /** The part of the range around some values, with a margin. */
  around(values: readonly V[]): Range<V>;
  toString(): string;
}

const short = (v: number): string => String(Number(v.toPrecision(4)));
const draw = (): number => Number(asarray(random.rand() as NDArray | number).item());

class Interval implements Range<number> {
  /** The ends on the scale that values are drawn on. */
  private readonly a: number;
  private readonly b: number;
  constructor(
    readonly kind: 'linear' | 'log' | 'integer',
    readonly low: number,
    readonly high: number,
  ) {
    const name = kind === 'log' ? 'logUniform' : kind === 'integer' ? 'integers' : 'uniform';
    if (!(low < high) || !Number.isFinite(low) || !Number.isFinite(high))
      throw new RangeError(
        `${name}: the range from ${low} to ${high} is empty; the first end must be the smaller one.`,
      );
    if (kind === 'log' && low <= 0)
      throw new RangeError(`${name}: a range of powers begins above 0, not at ${low}. Use uniform, or 1e-6.`);
    if (kind === 'integer' && !(Number.isInteger(low) && Number.isInteger(high)))
      throw new RangeError(`${name}: the ends must be whole numbers, not ${low} and ${high}.`);
    this.a = this.scale(low);
    this.b = this.scale(high);
  }
  private scale(v: number): number {
    return this.kind === 'log' ? Math.log10(v) : v;
  }
  private value(s: number): number {
    const v = this.kind === 'log' ? 10 ** s : this.kind === 'integer' ? Math.round(s) : s;
    return Math.min(this.high, Math.max(this.low, v));
  }
  sample(): number {
    if (this.kind === 'integer')
      return Math.min(this.high, this.low + Math.floor(draw() * (this.high - this.low + 1)));
    return this.value(this.a + draw() * (this.b - this.a));
  }
  grid(n: number): number[] {
    if (n === 1) return [this.value((this.a + this.b) / 2)];
    const all = Array.from({ length: n }, (_, i) => this.value(this.a + (i * (this.b - this.a)) / (n - 1)));
    return [...new Set(all)];
  }
  border(value: number): 'low' | 'high' | null {
    const at = (this.scale(value) - this.a) / (this.b - this.a);
    return at <= 0.05 ? 'low' : at >= 0.95 ? 'high' : null;
  }
  around(values: readonly number[]): Range<number> {
    const at = values.map((v) => this.scale(v));
    const [low, high] = [Math.min(...at), Math.max(...at)];
    // At least a sixth of the range is kept, so that one lucky value does not end the search.
    const margin = Math.max((high - low) * 0.25, (this.b - this.a) / 12);
    const [from, to] = [
      this.value(Math.max(this.a, low - margin)),
      this.value(Math.min(this.b, high + margin)),
    ];
    if (this.kind === 'integer' && from === to) return this;
    return new Interval(this.kind, from, to);
  }
  toString(): string {
    return `${short(this.low)} to ${short(this.high)}${this.kind === 'log' ? ' by powers' : ''}`;
  }
}

class Choice<V> implements Range<V> {
  readonly kind = 'choice' as const;
  constructor(readonly values: readonly V[]) {
    if (values.length === 0) throw new RangeError('choice: there is nothing to choose from.');
  }
  sample(): V {
    return this.values[Math.floor(draw() * this.values.length)];
  }
  grid(): V[] {
    return [...this.values];
  }
  border(): null {
    return null;
  }
  around(values: readonly V[]): Range<V> {
    return new Choice(this.values.filter((v) => values.includes(v)));
  }
  toString(): string {
    return `one of ${this.values.map(String).join(', ')}`;
  }
}

/** Any number between two, all equally likely: dropout, momentum. */
export const uniform = (low: number, high: number): Range<number> => new Interval('linear', low, high);

/**
 * 10 to a power that is drawn evenly: learning rates and strengths of regularisation, which act by factors.
 * `logUniform(1e-6, 10)` is `10 ** uniform(-6, 1)`.
 */
export const logUniform = (low: number, high: number): Range<number> => new Interval('log', low, high);

/** A whole number between two, both included: units of a layer. */
export const integers = (low: number, high: number): Range<number> => new Interval('integer', low, high);

/** One of the values given. */
export const choice = <V>(values: readonly V[]): Range<V> => new Choice(values);

// biome-ignore lint/suspicious/noExplicitAny: a space holds ranges of any values
export type Space = Readonly<Record<string, Range<any>>>;
export type Params<S extends Space> = { [K in keyof S]: S[K] extends Range<infer V> ? V : never };

/** One setting that was tried. */
export interface Trial<S extends Space = Space> {
  readonly id: number;
  readonly params: Params<S>;
  /** The objective: larger is better. NaN when the trial failed. */
  readonly score: number;
  readonly seconds: number;
  /** Stage of a search from coarse to fine, from 0. */
  readonly stage: number;
  /** What it was given to train for. */
  readonly epochs?: number;
  /** Why it failed. */
  readonly error?: string;
}

/** All trials of a search, and what they say. */
export class SearchResult<S extends Space = Space> {
  constructor(
    readonly space: S,
    readonly trials: readonly Trial<S>[],
  ) {}

  /** The trials that gave a number, best first. */
  get ranking(): Trial<S>[] {
    return this.trials
      .filter((t) => Number.isFinite(t.score))
      .sort((a, b) => b.score - a.score || a.id - b.id);
  }

  /** The best trial. */
  get best(): Trial<S> {
    const [first] = this.ranking;
    if (first === undefined)
      throw new Error(
        `SearchResult.best: none of the ${this.trials.length} trials gave a number${this.trials[0]?.error ? `; the first one said: ${this.trials[0].error}` : ''}.`,
      );
    return first;
  }

  /** The best score after each trial. */
  get bestSoFar(): number[] {
    let best = Number.NEGATIVE_INFINITY;
    return this.trials.map((t) => {
      if (t.score > best) best = t.score;
      return best;
    });
  }

  /** What to be careful about: a best value at the border of its range may have better ones beyond. */
  get warnings(): string[] {
    const { params } = this.best;
    return Object.entries(this.space).flatMap(([name, range]) => {
      const side = range.border(params[name]);
      return side === null
        ? []
        : [
            `${name}: the best value, ${typeof params[name] === 'number' ? short(params[name]) : String(params[name])}, lies at the ${side === 'low' ? 'lower' : 'upper'} border of ${range}; search ${side === 'low' ? 'below' : 'above'} it too.`,
          ];
    });
  }

  /** Trials over two hyperparameters, coloured by score; the range is framed, failed trials are crosses. */
  plot(
    x?: keyof S & string,
    y?: keyof S & string,
    options: { title?: string; width?: number; height?: number } = {},
  ): Figure {
    const names = Object.keys(this.space);
    const [first, second] = [x ?? names[0], y ?? names[1]];
    for (const name of [first, second])
      if (name === undefined || this.space[name] === undefined || this.space[name].kind === 'choice')
        throw new TypeError(
          `SearchResult.plot: '${String(name)}' is no range of numbers in this space; there are ${names.join(', ')}.`,
        );
    const at = (trials: readonly Trial<S>[], name: string): number[] =>
      trials.map((t) => t.params[name] as number);
    const good = this.ranking.reverse();
    const failed = this.trials.filter((t) => !Number.isFinite(t.score));
    const fig = new Figure({ width: options.width, height: options.height });
    if (good.length > 0)
      fig.scatter(at(good, first), at(good, second), {
        c: good.map((t) => t.score),
        s: 60,
        cmap: 'viridis',
        colorbar: 'score',
      } as never);
    if (failed.length > 0)
      fig.scatter(at(failed, first), at(failed, second), {
        marker: 'x',
        color: 'red',
        label: 'failed',
      } as never);
    fig.title(options.title ?? 'What was tried, and how well it did');
    fig.xlabel(first);
    fig.ylabel(second);
    if (this.space[first].kind === 'log') fig.xscale('log');
    if (this.space[second].kind === 'log') fig.yscale('log');
    const ends = (name: string): [number, number] => {
      const all = this.space[name].grid(2) as number[];
      return [all[0], all[all.length - 1]];
    };
    const [[x0, x1], [y0, y1]] = [ends(first), ends(second)];
    fig.plot([x0, x1, x1, x0, x0], [y0, y0, y1, y1, y0], 'k--', { label: 'border of the range' } as never);
    return fig;
  }

  /** The score of every trial and the best so far. */
  plotBestSoFar(options: { title?: string; width?: number; height?: number } = {}): Figure {
    const x = this.trials.map((_, i) => i + 1);
    const fig = new Figure({ width: options.width, height: options.height });
    const good = this.trials.flatMap((t, i) => (Number.isFinite(t.score) ? [i] : []));
    fig.scatter(
      good.map((i) => x[i]),
      good.map((i) => this.trials[i].score),
      { s: 24, label: 'trial' },
    );
    fig.plot(
      x,
      this.bestSoFar.map((v) => (Number.isFinite(v) ? v : Number.NaN)),
      { label: 'best so far' } as never,
    );
    fig.title(options.title ?? 'Best so far');
    fig.xlabel('trial');
    fig.ylabel('score');
    return fig;
  }

  toString(): string {
    const shown = this.ranking.slice(0, 10).map((t) => {
      const params = Object.entries(t.params).map(
        ([k, v]) => `${k} ${typeof v === 'number' ? short(v) : String(v)}`,
      );
      return `${t.score.toFixed(4)}  ${params.join(', ')}${t.epochs === undefined ? '' : `  (${t.epochs} epochs)`}`;
    });
    return [...shown, ...(this.ranking.length > 0 ? this.warnings : [])].join('\n');
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/** Trains with a setting and returns the validation score, larger is better. A thrown error makes the trial a failed one. */
export type Objective<S extends Space> = (
  params: Params<S>,
  budget: { epochs?: number; trial: number },
) => number | Promise<number>;

export interface Budget<S extends Space = Space> {
  /** Begin no further trial after this many seconds. */
  seconds?: number;
  /** Passes over the data that each trial gets. */
  epochs?: number;
  onTrial?: (trial: Trial<S>) => void;
}

const BUDGET_NAMES = ['seconds', 'epochs', 'onTrial'];

async function run<S extends Space>(
  settings: Iterable<Params<S>>,
  objective: Objective<S>,
  budget: Budget<S>,
  first = 0,
  stage = 0,
): Promise<Trial<S>[]> {
  const trials: Trial<S>[] = [];
  const begun = performance.now();
  const { seconds = Number.POSITIVE_INFINITY, epochs } = budget;
  for (const params of settings) {
    if (trials.length > 0 && (performance.now() - begun) / 1000 >= seconds) break;
    const id = first + trials.length;
    const start = performance.now();
    let score = Number.NaN;
    let error: string | undefined;
    try {
      score = Number(await objective(params, { epochs, trial: id }));
      if (!Number.isFinite(score)) error = `the score is ${score}`;
    } catch (thrown) {
      error = thrown instanceof Error ? thrown.message : String(thrown);
    }
    const trial: Trial<S> = {
      id,
      params,
      score: error === undefined ? score : Number.NaN,
      seconds: (performance.now() - start) / 1000,
      stage,
      ...(epochs === undefined ? {} : { epochs }),
      ...(error === undefined ? {} : { error }),
    };
    trials.push(trial);
    budget.onTrial?.(trial);
  }
  return trials;
}

export const sampleSpace = <S extends Space>(space: S): Params<S> =>
  Object.fromEntries(Object.entries(space).map(([name, range]) => [name, range.sample()])) as Params<S>;

function checkSpace(caller: string, space: Space): void {
  if (Object.keys(space).length === 0)
    throw new RangeError(`${caller}: the space is empty; give ranges: {lr: learn.logUniform(1e-5, 1)}.`);
  for (const [name, range] of Object.entries(space))
    if (typeof range?.sample !== 'function')
      throw new TypeError(
        `${caller}: ${name} is no range. Use learn.uniform, logUniform, integers or choice: {${name}: learn.choice([${String(range)}])}.`,
      );
}

function checkTrials(caller: string, trials: number): void {
  if (!Number.isInteger(trials) || trials < 1)
    throw new RangeError(`${caller}: trials must be a whole number of at least 1, not ${trials}.`);
}

/**
 * Tries settings that are drawn at random, by np.random. With as many trials as a grid it tries many more values of each
 * hyperparameter, and usually only one or two matter.
 *
 * @example
 * np.random.seed(0);
 * const found = await learn.randomSearch((p) => -((Math.log10(p.lr) + 2) ** 2), { lr: learn.logUniform(1e-6, 10) }, { trials: 20 });
 * found.trials.length;   // 20
 * @see sklearn.model_selection.RandomizedSearchCV
 */
export async function randomSearch<S extends Space>(
  objective: Objective<S>,
  space: S,
  options: Budget<S> & { trials?: number } = {},
): Promise<SearchResult<S>> {
  const { trials = 20 } = checkOptions('randomSearch', options, [...BUDGET_NAMES, 'trials']);
  checkSpace('randomSearch', space);
  checkTrials('randomSearch', trials);
  const settings = Array.from({ length: trials }, () => sampleSpace(space));
  return new SearchResult(space, await run(settings, objective, options));
}

/**
 * Tries every combination of `points` values of each range.
 * @see sklearn.model_selection.GridSearchCV
 */
export async function gridSearch<S extends Space>(
  objective: Objective<S>,
  space: S,
  options: Budget<S> & { points?: number } = {},
): Promise<SearchResult<S>> {
  const { points = 3 } = checkOptions('gridSearch', options, [...BUDGET_NAMES, 'points']);
  checkSpace('gridSearch', space);
  if (!Number.isInteger(points) || points < 1)
    throw new RangeError(`gridSearch: points must be a whole number of at least 1, not ${points}.`);
  let settings: Record<string, unknown>[] = [{}];
  for (const [name, range] of Object.entries(space))
    settings = settings.flatMap((s) => range.grid(points).map((value) => ({ ...s, [name]: value })));
  return new SearchResult(space, await run(settings as Params<S>[], objective, options));
}

export interface Stage {
  /** Passes over the data that each trial of this stage gets. */
  epochs: number;
  trials: number;
}

/**
 * Random search in stages: many short trials over the whole space, then fewer and longer ones around the best of them.
 *
 * @param options.stages default: 1 epoch with 20 trials, 5 with 10, 20 with 5
 * @param options.keep share of a stage's trials that the next one is drawn around; default a quarter
 * @returns all trials; `ranking` compares trials of different lengths, the last stage's are the longest
 */
export async function coarseToFine<S extends Space>(
  objective: Objective<S>,
  space: S,
  options: Omit<Budget<S>, 'epochs'> & { stages?: readonly Stage[]; keep?: number } = {},
): Promise<SearchResult<S> & { spaces: S[] }> {
  const { keep = 0.25 } = checkOptions('coarseToFine', options, ['seconds', 'onTrial', 'stages', 'keep']);
  const stages = options.stages ?? [
    { epochs: 1, trials: 20 },
    { epochs: 5, trials: 10 },
    { epochs: 20, trials: 5 },
  ];
  checkSpace('coarseToFine', space);
  if (!(keep > 0 && keep <= 1))
    throw new RangeError(`coarseToFine: keep is a share of the trials, above 0 and up to 1, not ${keep}.`);
  for (const { trials } of stages) checkTrials('coarseToFine', trials);
  const begun = performance.now();
  const spaces: S[] = [];
  const trials: Trial<S>[] = [];
  let here = space;
  for (const [stage, { epochs, trials: count }] of stages.entries()) {
    const left = (options.seconds ?? Number.POSITIVE_INFINITY) - (performance.now() - begun) / 1000;
    if (stage > 0 && left <= 0) break;
    spaces.push(here);
    const settings = Array.from({ length: count }, () => sampleSpace(here));
    const found = await run(settings, objective, { ...options, seconds: left, epochs }, trials.length, stage);
    trials.push(...found);
    const ranked = new SearchResult(here, found).ranking;
    if (ranked.length === 0) break;
    const kept = ranked.slice(0, Math.max(1, Math.round(keep * found.length)));
    here = Object.fromEntries(
      Object.entries(here).map(([name, range]) => [name, range.around(kept.map((t) => t.params[name]))]),
    ) as unknown as S;
  }
  return Object.assign(new SearchResult(space, trials), { spaces });
}
