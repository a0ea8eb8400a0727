// Gradients by finite differences, and the report that compares them with analytic ones: relative errors with the
// verdicts of the course, kinks, rounding, sampled elements of every parameter, raw numbers to look at.

import { asarray } from '../core/create.js';
import { type DType, isFloat } from '../core/dtype.js';
import { escapeHtml } from '../core/html.js';
import type { ArrayLike, NDArray } from '../core/ndarray.js';
import { noGrad, tape } from '../core/node.js';
import { rememberRandomness } from '../core/replay.js';
import { sameShape, shapeText } from '../core/shape.js';
import { type GradOf, isLeaf, leavesOf, mapTree, withLeaves } from '../core/tree.js';
import { copy } from '../ops/shape.js';
import { relativeError } from './check.js';
import { twinOf } from './grad.js';
import { type Choice, changedWinners, countTerms, withChoices } from './kinks.js';
import { filled, gradients, recordingOf } from './tape.js';

/** Leaves of a tree of parameters as fresh arrays of one dtype, and where they stand. */
function parametersOf(
  caller: string,
  params: unknown,
  dtype?: DType,
): { names: string[]; arrays: NDArray[] } {
  const names: string[] = [];
  const arrays: NDArray[] = [];
  mapTree(params, (leaf, path) => {
    const a =
      typeof leaf === 'object' || typeof leaf === 'number' ? asarray(leaf as ArrayLike, caller) : null;
    if (a === null || !isFloat(a.dtype)) {
      throw new TypeError(
        `${caller}: ${path === '' ? 'the argument' : `parameter '${path}'`} is ${a === null ? typeof leaf : a.dtype}; differences need floating point arrays.`,
      );
    }
    names.push(path === '' ? 'x' : path);
    arrays.push(copy((dtype === undefined ? a : a.astype(dtype)).detach()));
    return leaf;
  });
  return { names, arrays };
}

/** The k-th element's index. */
function indexAt(shape: readonly number[], k: number): number[] {
  const index: number[] = [];
  let rest = k;
  for (let d = shape.length - 1; d >= 0; d--) {
    index.unshift(rest % shape[d]);
    rest = Math.floor(rest / shape[d]);
  }
  return index;
}

export interface NumericalGradientOptions {
  /** The step; 1e-5 unless given. */
  h?: number;
  /** (f(x + h) - f(x - h)) / 2h, whose error falls with h squared, or (f(x + h) - f(x)) / h. */
  method?: 'centred' | 'forward';
}

/**
 * The gradient by finite differences, an evaluation or two for each element: slow, approximate and independent of every
 * gradient rule. Random numbers are the same in all evaluations.
 *
 * @param f returns a single number
 * @param params the point: an array, a number, or a tree of them
 * @returns the gradient in the form of `params`
 * @example
 * numericalGradient((x: number) => x ** 2, 3);   // 6.0000...
 */
export function numericalGradient<P>(
  f: (params: P) => ArrayLike,
  params: P,
  options: NumericalGradientOptions = {},
): GradOf<P> {
  const { h = 1e-5, method = 'centred' } = options;
  if (method !== 'centred' && method !== 'forward') {
    throw new TypeError(`numericalGradient: method is 'centred' or 'forward', not '${String(method)}'.`);
  }
  if (!(h > 0)) throw new RangeError(`numericalGradient: the step h must be positive, not ${h}.`);
  const { arrays } = parametersOf('numericalGradient', params);
  const again = rememberRandomness();
  const value = (): number => {
    again();
    return noGrad(() => numberOf('numericalGradient', f(withLeaves(params, numbersAs(params, arrays)) as P)));
  };
  const here = method === 'forward' ? value() : 0;
  const found = arrays.map((a) => {
    const g = filled(a, 0);
    for (let k = 0; k < a.size; k++) {
      const index = indexAt(a.shape, k);
      const x = Number(a.element(index));
      a.setElement(index, x + h);
      const above = value();
      let below = here;
      if (method === 'centred') {
        a.setElement(index, x - h);
        below = value();
      }
      a.setElement(index, x);
      g.setElement(index, (above - below) / (method === 'centred' ? 2 * h : h));
    }
    return g;
  });
  again();
  return withLeaves(params, found) as GradOf<P>;
}

/** Leaves that were plain numbers are handed to the function as numbers. */
const numbersAs = (params: unknown, arrays: readonly NDArray[]): unknown[] =>
  leavesOf(params).map((leaf, i) => (typeof leaf === 'number' ? arrays[i].item() : copy(arrays[i])));

function numberOf(caller: string, value: unknown): number {
  const a = asarray(value as ArrayLike, caller);
  if (a.size !== 1) {
    throw new TypeError(
      `${caller}: the function must return a single number, not an array of shape ${shapeText(a.shape)}. Reduce it, e.g. with np.sum.`,
    );
  }
  return Number(a.item());
}

// ---------------------------------------------------------------- the report

/** What the relative errors of a parameter say. */
export type Verdict = 'good' | 'fine' | 'rounding' | 'kinks' | 'high' | 'suspicious' | 'wrong';

const meanings: Record<Verdict, string> = {
  good: 'at most 1e-7',
  rounding: 'the difference is rounding',
  fine: 'at most 1e-4, and the function has kinks',
  kinks: 'every sampled element crosses a kink',
  high: 'at most 1e-4, too high for a function without kinks',
  suspicious: 'between 1e-4 and 1e-2',
  wrong: 'above 1e-2: the gradient is probably wrong',
};

const order: Verdict[] = ['good', 'rounding', 'fine', 'kinks', 'high', 'suspicious', 'wrong'];

/** One element: both derivatives and what they say. */
export interface CheckedElement {
  readonly index: readonly number[];
  readonly analytic: number;
  readonly numeric: number;
  /** |a - n| / max(|a|, |n|), 0 when both are 0. */
  readonly relativeError: number;
  /** How much of the difference rounding explains: the precision of the loss divided by h. */
  readonly rounding: number;
  /** How many winners of max, relu, abs, ... change between x - h and x + h. */
  readonly kinks: number;
  readonly verdict: Verdict;
}

/** One parameter, for one part of the loss. */
export interface CheckedParameter {
  readonly name: string;
  /** The part of the loss: its name, or 'loss' when there are no parts. */
  readonly part: string;
  readonly shape: readonly number[];
  readonly elements: readonly CheckedElement[];
  /** The largest relative error of elements that cross no kink. */
  readonly worst: number;
  readonly kinks: number;
  readonly verdict: Verdict;
}

export interface GradCheckReportOptions<P> {
  /** Step of the centred difference; 1e-5. */
  h?: number;
  /** How many elements of each parameter are checked, at random places; 10. Small parameters are checked whole. */
  samples?: number;
  /** Decides which elements are sampled; 0. */
  seed?: number;
  /** Runs before the check, for instance some steps of training: gradients are to be right away from the start. */
  burnIn?: (params: P) => P | undefined;
  /** Multiplies the loss, for gradients so small that rounding hides them. */
  lossScale?: number;
  /** Element type to compute in; float64. */
  dtype?: 'float64' | 'float32';
  /** A gradient to check instead of the recorded one: written by hand, in the form of the parameters. */
  gradient?: (params: P) => unknown;
  /** The part of the loss to check, when `f` returns parts; all of them and their sum unless given. */
  part?: string;
}

/**
 * Checks a gradient as one should (the course's advice): centred differences in float64, relative errors, sampled
 * elements of every parameter, the same random numbers in every evaluation, and a warning where a kink lies between
 * the two points, since the difference then says nothing about the gradient.
 *
 * @param f the loss: a single number, or an object of parts such as `{data, reg}`, which are checked one by one, since a
 *   strong regularisation hides a wrong data gradient
 * @param params the point: an array, a number, or a tree of them
 * @returns a report that prints and shows itself as a table; `report.passed` says whether every parameter is fine
 * @throws TypeError when `f` does not return numbers, or does not depend on the parameters through np operations
 * @example
 * gradCheckReport((p) => nn.crossEntropy(X.dot(p.W).add(p.b), y), { W, b: np.zeros(3) }, { samples: 20 });
 */
export function gradCheckReport<P>(
  f: (params: P) => ArrayLike | { readonly [part: string]: ArrayLike },
  params: P,
  options: GradCheckReportOptions<P> = {},
): GradientReport {
  const { h = 1e-5, samples = 10, seed = 0, burnIn, lossScale = 1, dtype = 'float64', part } = options;
  if (!(h > 0)) throw new RangeError(`gradCheckReport: the step h must be positive, not ${h}.`);
  if (!(samples >= 1)) throw new RangeError(`gradCheckReport: samples must be at least 1, not ${samples}.`);
  const point = (burnIn?.(params) ?? params) as P;
  const { names, arrays } = parametersOf('gradCheckReport', point, dtype);
  const again = rememberRandomness();
  const evaluate = (leaves: readonly unknown[]): Map<string, NDArray> => {
    again();
    return partsOf(f(withLeaves(point, leaves) as P), part);
  };
  /** The parts as numbers, and the winners, at the present point. */
  const look = (): { values: Map<string, number>; choices: Choice[] } => {
    const { result, choices } = withChoices(() => evaluate(arrays.map((a) => twinOf(copy(a)))));
    return {
      values: new Map([...result].map(([name, v]) => [name, lossScale * numberOf('gradCheckReport', v)])),
      choices,
    };
  };
  again();
  const analytic = options.gradient
    ? givenGradients(options.gradient(withLeaves(point, arrays) as P), arrays, [
        ...evaluate(arrays.map((a) => twinOf(copy(a)))).keys(),
      ])
    : recordedGradients(arrays, evaluate);
  const terms = countTerms(look().choices);
  const epsilon = dtype === 'float32' ? 2 ** -23 : 2 ** -52;
  const random = generator(seed);
  const rows: CheckedParameter[] = [];
  arrays.forEach((a, i) => {
    const places = sample(a.size, samples, random);
    const found = new Map<string, CheckedElement[]>();
    for (const k of places) {
      const index = indexAt(a.shape, k);
      const x = Number(a.element(index));
      a.setElement(index, x + h);
      const above = look();
      const step = Number(a.element(index));
      a.setElement(index, x - h);
      const below = look();
      // In float32 the step that was taken is not quite h.
      const width = step - Number(a.element(index));
      a.setElement(index, x);
      const kinks = changedWinners(above.choices, below.choices);
      for (const [name, gs] of analytic) {
        const [p, q] = [above.values.get(name)!, below.values.get(name)!];
        const numeric = (p - q) / width;
        const exact = lossScale * Number(gs[i].element(index));
        const rounding = (epsilon * Math.max(Math.abs(p), Math.abs(q))) / h;
        const error = relativeError(exact, numeric);
        const list = found.get(name) ?? [];
        list.push({
          index,
          analytic: exact,
          numeric,
          relativeError: error,
          rounding,
          kinks,
          verdict: kinks > 0 ? 'kinks' : judge(error, Math.abs(exact - numeric), rounding, terms > 0),
        });
        found.set(name, list);
      }
    }
    for (const [name, elements] of found) rows.push(summary(names[i], name, a.shape, elements));
  });
  again();
  return new GradientReport(rows, h, dtype, terms);
}

/** The parts of a loss by name, with their sum as 'total'; only the one that is asked for, if one is. */
function partsOf(given: unknown, part: string | undefined): Map<string, NDArray> {
  const found = new Map<string, NDArray>();
  if (isLeaf(given)) found.set('loss', asarray(given as ArrayLike, 'gradCheckReport'));
  else {
    for (const [name, value] of Object.entries(given as object))
      found.set(name, asarray(value as ArrayLike, 'gradCheckReport'));
    found.set(
      'total',
      [...found.values()].reduce((p, q) => p.add(q)),
    );
  }
  if (part === undefined) return found;
  const one = found.get(part);
  if (one === undefined) {
    throw new TypeError(
      `gradCheckReport: the loss has no part '${part}'; it has ${[...found.keys()].join(', ')}.`,
    );
  }
  return new Map([[part, one]]);
}

/** What the checked elements say of their parameter; those that cross a kink say nothing. */
function summary(
  name: string,
  part: string,
  shape: readonly number[],
  elements: readonly CheckedElement[],
): CheckedParameter {
  const smooth = elements.filter((e) => e.kinks === 0);
  const worst = smooth.reduce(
    (w, e) => (Number.isNaN(e.relativeError) ? Number.NaN : Math.max(w, e.relativeError)),
    0,
  );
  const verdict =
    smooth.length === 0 && elements.length > 0
      ? 'kinks'
      : smooth.reduce<Verdict>(
          (v, e) => (order.indexOf(e.verdict) > order.indexOf(v) ? e.verdict : v),
          'good',
        );
  return { name, part, shape, elements, worst, kinks: elements.length - smooth.length, verdict };
}

function judge(error: number, difference: number, rounding: number, kinks: boolean): Verdict {
  if (error <= 1e-7) return 'good';
  if (difference <= 2 * rounding) return 'rounding';
  if (error <= 1e-4) return kinks ? 'fine' : 'high';
  return error <= 1e-2 ? 'suspicious' : 'wrong';
}

/** The gradients of every part, by the tape. */
function recordedGradients(
  arrays: readonly NDArray[],
  evaluate: (leaves: readonly unknown[]) => Map<string, NDArray>,
): Map<string, NDArray[]> {
  const since = tape.lastId;
  const twins = arrays.map((a) => twinOf(copy(a)));
  const outs = evaluate(twins);
  return new Map(
    [...outs].map(([name, out]) => {
      numberOf('gradCheckReport', out);
      const recording = recordingOf([out], twins, since);
      return [name, noGrad(() => gradients(recording, [filled(out, 1)]))];
    }),
  );
}

/** Gradients that the user computed: in the form of the parameters, or an object with one for each part. */
function givenGradients(
  given: unknown,
  arrays: readonly NDArray[],
  names: readonly string[],
): Map<string, NDArray[]> {
  const shapes = (list: readonly NDArray[]) => list.map((a) => shapeText(a.shape)).join(' ');
  const asLeaves = (tree: unknown) =>
    leavesOf(tree).map((leaf) => asarray(leaf as ArrayLike, 'gradCheckReport'));
  const fits = (leaves: readonly NDArray[]) =>
    leaves.length === arrays.length && leaves.every((g, i) => sameShape(g.shape, arrays[i].shape));
  const found = new Map<string, NDArray[]>();
  const parts = names.filter((name) => !isLeaf(given) && name in (given as object));
  if (parts.length > 0)
    for (const name of parts) found.set(name, asLeaves((given as Record<string, unknown>)[name]));
  if (names.length === 1 && !(found.size > 0 && fits(found.get(names[0])!)))
    found.set(names[0], asLeaves(given));
  if (found.size === 0) {
    throw new TypeError(
      `gradCheckReport: the loss has parts ${names.join(', ')}; return a gradient for each, or choose one with {part}.`,
    );
  }
  for (const leaves of found.values()) {
    if (!fits(leaves)) {
      throw new TypeError(
        `gradCheckReport: the gradient has shapes ${shapes(leaves)}, the parameters ${shapes(arrays)}; they must be equal.`,
      );
    }
  }
  return found;
}

/** Numbers in [0, 1) that depend on the seed alone (Marsaglia's xorshift with 32 bits). */
function generator(seed: number): () => number {
  let x = (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) | 1) >>> 0;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) / 2 ** 32;
  };
}

/** `count` different places of `size`, in order; all of them when there are no more. */
function sample(size: number, count: number, random: () => number): number[] {
  if (size <= count) return Array.from({ length: size }, (_, i) => i);
  const chosen = new Set<number>();
  while (chosen.size < count) chosen.add(Math.floor(random() * size));
  return [...chosen].sort((p, q) => p - q);
}

const short = (v: number): string => (v === 0 ? '0' : Number.isFinite(v) ? v.toExponential(1) : String(v));
const long = (v: number): string => (v === 0 ? '0' : v.toPrecision(9));

/** The result of `gradCheckReport`: a table for each parameter, the numbers behind it, and what to do about them. */
export class GradientReport {
  constructor(
    readonly parameters: readonly CheckedParameter[],
    readonly h: number,
    readonly dtype: 'float64' | 'float32',
    /** How many terms of max, relu, abs, ... the function has at the point. */
    readonly kinkTerms: number,
  ) {}

  /** Whether the gradient of every parameter is good, fine for a function with kinks, or as close as rounding allows. */
  get passed(): boolean {
    return this.parameters.every((p) => order.indexOf(p.verdict) <= order.indexOf('kinks'));
  }

  /** The rows of one parameter or one part. */
  of(name: string, part?: string): CheckedParameter {
    const found = this.parameters.find((p) => p.name === name && (part === undefined || p.part === part));
    if (found === undefined) {
      throw new RangeError(
        `GradientReport.of: no parameter '${name}'${part === undefined ? '' : ` with part '${part}'`}; there are ${[...new Set(this.parameters.map((p) => p.name))].join(', ')}.`,
      );
    }
    return found;
  }

  /** What deserves attention, in sentences. */
  get advice(): string[] {
    const elements = this.parameters.flatMap((p) => p.elements);
    const tiny = elements.filter(
      (e) =>
        !(e.analytic === 0 && e.numeric === 0) && Math.max(Math.abs(e.analytic), Math.abs(e.numeric)) < 1e-10,
    );
    const kinked = elements.filter((e) => e.kinks > 0).length;
    const advice: string[] = [];
    if (tiny.length > 0)
      advice.push(
        `${tiny.length} of ${elements.length} gradients are below 1e-10, where rounding hides errors: scale the loss up, e.g. {lossScale: 1e6}.`,
      );
    if (kinked > 0)
      advice.push(
        `${kinked} of ${elements.length} elements cross a kink: a max, relu, abs or condition changes its winner between x - h and x + h, so the difference is not the gradient there. Fewer examples or a smaller h cross fewer.`,
      );
    if (this.dtype === 'float32')
      advice.push(
        'Computed in float32, which has 7 digits: the same check in float64 finds errors a million times smaller.',
      );
    return advice;
  }

  private rows(): string[][] {
    return this.parameters.map((p) => [
      p.name,
      p.part,
      shapeText(p.shape),
      `${p.elements.length} of ${p.shape.reduce((n, m) => n * m, 1)}`,
      short(p.worst),
      String(p.kinks),
      `${p.verdict}: ${meanings[p.verdict]}`,
    ]);
  }

  private details(): string[][] {
    return this.parameters.flatMap((p) =>
      p.elements.map((e) => [
        p.name,
        p.part,
        `[${e.index.join(', ')}]`,
        long(e.analytic),
        long(e.numeric),
        short(e.relativeError),
        e.kinks > 0 ? `${e.kinks} winners change` : e.verdict,
      ]),
    );
  }

  private get title(): string {
    return `Gradient check ${this.passed ? 'passed' : 'FAILED'}: centred differences, h = ${this.h}, ${this.dtype}, ${this.kinkTerms} terms with kinks`;
  }

  toString(): string {
    return [
      this.title,
      '',
      table(heads, this.rows()),
      '',
      table(detailHeads, this.details()),
      ...this.advice.map((line) => `\n${line}`),
    ].join('\n');
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  [Symbol.for('Jupyter.display')](): Record<string, string> {
    const html = [
      `<p><b>${escapeHtml(this.title)}</b></p>`,
      htmlTable(heads, this.rows()),
      `<details><summary>All ${this.details().length} elements</summary>${htmlTable(detailHeads, this.details())}</details>`,
      ...this.advice.map((line) => `<p>${escapeHtml(line)}</p>`),
    ];
    return { 'text/plain': this.toString(), 'text/html': html.join('\n') };
  }
}

const heads = ['parameter', 'part', 'shape', 'checked', 'worst relative error', 'kinks', 'verdict'];
const detailHeads = ['parameter', 'part', 'element', 'analytic', 'numeric', 'relative error', 'verdict'];

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((h, c) => Math.max(h.length, ...rows.map((r) => r[c].length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, c) => cell.padEnd(widths[c]))
      .join('  ')
      .trimEnd();
  return [line(head), line(widths.map((w) => '-'.repeat(w))), ...rows.map(line)].join('\n');
}

function htmlTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag} style="text-align: left">${escapeHtml(cell)}</${tag}>`).join('')}</tr>`;
  return `<table><thead>${row(head, 'th')}</thead><tbody>${rows.map((r) => row(r, 'td')).join('')}</tbody></table>`;
}
