// In which order einsum multiplies its operands: the greedy and the exhaustive search, with the costs that NumPy's
// search counts, so that it finds the same paths; and the report of np.einsumPath. Knows labels and sizes, no arrays.

import { formatBytes } from '../core/shape.js';

/** What there is to contract: the labels of each operand and of the output, and the size of each label. */
export interface Contraction {
  readonly inputs: readonly string[];
  readonly output: string;
  readonly sizes: ReadonlyMap<string, number>;
}

/** Positions to multiply, step by step, behind the word that einsum knows a path by. */
export type ContractionPath = readonly ('einsum_path' | readonly number[])[];

type Labels = ReadonlySet<string>;

interface Step {
  readonly result: Labels;
  readonly remaining: readonly Labels[];
  readonly removed: number;
  readonly all: Labels;
}

const sizeOfLabels = (labels: Iterable<string>, sizes: ReadonlyMap<string, number>): number => {
  let n = 1;
  for (const l of labels) n *= sizes.get(l)!;
  return n;
};

/** What multiplying the operands at `positions` leaves: the other operands, and the result behind them. */
function step(positions: readonly number[], inputs: readonly Labels[], output: Labels): Step {
  const all = new Set<string>();
  const needed = new Set(output);
  const remaining: Labels[] = [];
  inputs.forEach((labels, i) => {
    if (positions.includes(i)) for (const l of labels) all.add(l);
    else {
      remaining.push(labels);
      for (const l of labels) needed.add(l);
    }
  });
  const result = new Set([...all].filter((l) => needed.has(l)));
  remaining.push(result);
  return { result, remaining, removed: all.size - result.size, all };
}

/** Multiplications and additions of a step. */
const flops = (s: Step, terms: number, sizes: ReadonlyMap<string, number>): number =>
  sizeOfLabels(s.all, sizes) * (Math.max(1, terms - 1) + (s.removed > 0 ? 1 : 0));

const pairs = (n: number): number[][] => {
  const out: number[][] = [];
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) out.push([i, j]);
  return out;
};

const everything = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

interface Candidate {
  readonly gain: number;
  readonly cost: number;
  readonly positions: readonly number[];
  readonly remaining: readonly Labels[];
}

/** At each step the pair that frees the most elements, the cheapest among equals; outer products come last. */
function greedy(
  inputs: readonly Labels[],
  output: Labels,
  sizes: ReadonlyMap<string, number>,
  limit: number,
): number[][] {
  const n = inputs.length;
  const naive = flops(step(everything(n), inputs, output), n, sizes);
  const path: number[][] = [];
  let left = inputs;
  let spent = 0;
  let known: Candidate[] = [];
  let fresh = pairs(n);
  for (let round = 0; round < n - 1; round++) {
    const consider = (positions: readonly number[]): void => {
      const s = step(positions, left, output);
      const size = sizeOfLabels(s.result, sizes);
      const cost = flops(s, 2, sizes);
      if (size > limit || spent + cost > naive) return;
      const before = positions.reduce((t, i) => t + sizeOfLabels(left[i], sizes), 0);
      known.push({ gain: before - size, cost, positions, remaining: s.remaining });
    };
    for (const [i, j] of fresh) if ([...left[i]].some((l) => left[j].has(l))) consider([i, j]);
    if (known.length === 0) for (const pair of pairs(left.length)) consider(pair);
    if (known.length === 0) {
      path.push(everything(left.length));
      break;
    }
    let best = known[0];
    for (const c of known) if (c.gain > best.gain || (c.gain === best.gain && c.cost < best.cost)) best = c;
    const [p, q] = best.positions;
    const shifted = (i: number): number => i - (i > p ? 1 : 0) - (i > q ? 1 : 0);
    const made = best.remaining[best.remaining.length - 1];
    // What is known of pairs that the step left alone stays true; their places move.
    known = known
      .filter((c) => !c.positions.includes(p) && !c.positions.includes(q))
      .map((c) => {
        const [x, y] = c.positions;
        const rest = c.remaining.filter((_, i) => {
          const place = (k: number): number => k - (k > x ? 1 : 0) - (k > y ? 1 : 0);
          return i !== place(p) && i !== place(q);
        });
        return {
          ...c,
          positions: [shifted(x), shifted(y)],
          remaining: [...rest.slice(0, -1), made, ...rest.slice(-1)],
        };
      });
    left = best.remaining;
    const last = left.length - 1;
    fresh = everything(last).map((i) => [i, last]);
    path.push([...best.positions]);
    spent += best.cost;
  }
  return path;
}

/** All orders of pairs whose results stay within the limit; the cheapest, the first among equals. */
function optimal(
  inputs: readonly Labels[],
  output: Labels,
  sizes: ReadonlyMap<string, number>,
  limit: number,
): number[][] {
  const n = inputs.length;
  let states: { cost: number; path: number[][]; left: readonly Labels[] }[] = [
    { cost: 0, path: [], left: inputs },
  ];
  const cheapest = () => states.reduce((best, s) => (s.cost < best.cost ? s : best));
  for (let round = 0; round < n - 1; round++) {
    const next: typeof states = [];
    for (const state of states) {
      for (const pair of pairs(n - round)) {
        const s = step(pair, state.left, output);
        if (sizeOfLabels(s.result, sizes) > limit) continue;
        next.push({
          cost: state.cost + flops(s, 2, sizes),
          path: [...state.path, pair],
          left: s.remaining,
        });
      }
    }
    if (next.length === 0) return [...cheapest().path, everything(n - round)];
    states = next;
  }
  return cheapest().path;
}

/** The steps that `optimize` asks for. */
export function findPath(
  caller: string,
  contraction: Contraction,
  optimize: unknown,
): readonly (readonly number[])[] {
  const { sizes } = contraction;
  const n = contraction.inputs.length;
  if (Array.isArray(optimize) && optimize[0] === 'einsum_path') return checked(caller, optimize.slice(1), n);
  let kind = optimize;
  let limit: number | null = null;
  if (Array.isArray(optimize) && optimize.length === 2 && typeof optimize[1] === 'number') {
    kind = optimize[0];
    limit = optimize[1];
  }
  if (kind === true) kind = 'greedy';
  if (kind !== false && kind !== null && kind !== 'greedy' && kind !== 'optimal') {
    throw new RangeError(
      `${caller}: optimize ${JSON.stringify(optimize)} is not known; use false, true, 'greedy', 'optimal', or a path of np.einsumPath.`,
    );
  }
  const inputs = contraction.inputs.map((labels) => new Set(labels));
  const output = new Set(contraction.output);
  const all = new Set(contraction.inputs.join(''));
  if (kind === false || kind === null || n <= 2 || all.size === output.size) return [everything(n)];
  limit ??= Math.max(...[...contraction.inputs, contraction.output].map((l) => sizeOfLabels(l, sizes)));
  return kind === 'greedy' ? greedy(inputs, output, sizes, limit) : optimal(inputs, output, sizes, limit);
}

function checked(caller: string, path: readonly unknown[], n: number): readonly (readonly number[])[] {
  let left = n;
  for (const positions of path) {
    const good =
      Array.isArray(positions) &&
      positions.length > 0 &&
      new Set(positions).size === positions.length &&
      positions.every((i) => Number.isInteger(i) && i >= 0 && i < left);
    if (!good)
      throw new RangeError(
        `${caller}: step ${JSON.stringify(positions)} of the path does not name different ones of the ${left} operands that are left.`,
      );
    left -= (positions as number[]).length - 1;
  }
  return path as number[][];
}

/** What a path costs, step by step, against one loop over all labels. */
export function pathReport(contraction: Contraction, path: readonly (readonly number[])[]): string {
  const { sizes } = contraction;
  const readable = (labels: Iterable<string>): string => {
    const text = [...labels];
    const letters = text.filter((l) => l < '\ue000').join('');
    return letters.length < text.length ? `...${letters}` : letters;
  };
  const output = new Set(contraction.output);
  let left: readonly Labels[] = contraction.inputs.map((labels) => new Set(labels));
  const naive = flops(step(everything(left.length), left, output), left.length, sizes);
  const lines: string[] = [];
  let total = 0;
  let largest = 0;
  let deepest = 0;
  for (const positions of path) {
    const s = step(positions, left, output);
    const cost = flops(s, positions.length, sizes);
    total += cost;
    largest = Math.max(largest, sizeOfLabels(s.result, sizes));
    deepest = Math.max(deepest, s.all.size);
    const factors = positions.map((i) => readable(left[i])).join(',');
    left = s.remaining;
    const result = left.length === 1 ? contraction.output : s.result;
    lines.push(
      `  ${`${factors}->${readable(result)}`.padEnd(30)} ${cost.toExponential(3)} operations over ${s.all.size} labels`,
    );
  }
  const all = new Set(contraction.inputs.join('')).size;
  return [
    `${contraction.inputs.map(readable).join(',')}->${readable(contraction.output)}`,
    `in one loop: ${naive.toExponential(3)} operations over ${all} labels`,
    `by this path: ${total.toExponential(3)} operations over at most ${deepest} labels, ${(naive / total).toFixed(3)} times fewer`,
    `largest result: ${largest} elements (${formatBytes(8 * largest)} in float64)`,
    ...lines,
  ].join('\n');
}
