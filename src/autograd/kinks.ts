// Kinks: places where a function is not differentiable because a max, a relu, an abs or a condition changes its winner.
// Winners are found by looking on while the operations are recorded, so every function shows its own.

import type { NDArray } from '../core/ndarray.js';
import { type Node, noGrad, tape, watched } from '../core/node.js';
import { sameShape } from '../core/shape.js';
import { notEqual } from '../ops/elementwise.js';
import { countNonzero } from '../ops/reduce.js';
import { filled } from './tape.js';

/** What identifies the winners of an operation: its derivative, its result (of step functions), or its index arrays. */
type Identity = 'derivative' | 'result' | 'positions';

/** The operations that choose. One that is added with a kink of its own gets its line here. */
const choosing = new Map<string, Identity>([
  ['maximum', 'derivative'],
  ['minimum', 'derivative'],
  ['fmax', 'derivative'],
  ['fmin', 'derivative'],
  ['abs', 'derivative'],
  ['copysign', 'derivative'],
  ['where', 'derivative'],
  ['max', 'derivative'],
  ['min', 'derivative'],
  ['maxPool2d', 'derivative'],
  ['mod', 'derivative'],
  ['fmod', 'derivative'],
  ['sign', 'result'],
  ['floor', 'result'],
  ['ceil', 'result'],
  ['rint', 'result'],
  ['trunc', 'result'],
  // Sorting, percentiles and medians read at positions that depend on the values.
  ['gather', 'positions'],
]);

/** One recorded operation: its name, and when it chose, arrays that differ where the winners do. */
export interface Choice {
  readonly op: string;
  readonly winners: readonly NDArray[];
}

/** Runs `body` and collects the operations that depend on a tracked array, with the winners of those that choose. */
export function withChoices<T>(body: () => T): { result: T; choices: Choice[] } {
  const choices: Choice[] = [];
  const recorded = (node: Node, out: NDArray): void => {
    const identity = choosing.get(node.op);
    if (identity === undefined) {
      choices.push({ op: node.op, winners: [] });
      return;
    }
    const watchers = tape.watchers;
    tape.watchers = [];
    try {
      const winners = noGrad(() => {
        if (identity === 'result') return [out.detach()];
        if (identity === 'positions') return node.saved.filter((a) => a.dtype !== 'bool');
        return node.vjp(filled(out, 1)).filter((g) => g !== null);
      });
      choices.push({ op: node.op, winners });
    } finally {
      tape.watchers = watchers;
    }
  };
  return { result: watched({ recorded }, body), choices };
}

/**
 * How many terms take part in the choices: 450,000 for the hinge losses of 50,000 examples and 9 wrong classes. Index
 * arrays are not counted, since most of them do not depend on the parameters.
 */
export function countTerms(choices: readonly Choice[]): number {
  return choices.reduce(
    (n, { op, winners }) =>
      n + (choosing.get(op) === 'positions' ? 0 : Math.max(0, ...winners.map((w) => w.size))),
    0,
  );
}

/** How many winners differ between two evaluations; all of them when other operations were recorded. */
export function changedWinners(p: readonly Choice[], q: readonly Choice[]): number {
  let changed = 0;
  for (let i = 0; i < Math.max(p.length, q.length); i++) {
    const [a, b] = [p[i], q[i]];
    if (a === undefined || b === undefined || a.op !== b.op || a.winners.length !== b.winners.length) {
      return Math.max(1, countTerms(p));
    }
    a.winners.forEach((w, k) => {
      const other = b.winners[k];
      changed += sameShape(w.shape, other.shape)
        ? Number(countNonzero(notEqual(w, other)).item())
        : Math.max(w.size, other.size);
    });
  }
  return changed;
}
