// Sanity checks before a long training run: the loss of a net that knows nothing, more regularisation means more loss,
// twenty examples are learned by heart, and noise is learned by heart without teaching anything.

import { inspect } from 'node:util';
import { asarray } from '../core/create.js';
import type { ArrayLike, NDArray } from '../core/ndarray.js';
import { noGrad } from '../core/node.js';
import { checkOptions, type Spelled } from '../core/options.js';
import { crossEntropy, multiclassHinge } from '../nn/functional.js';
import type { AnyModule } from '../nn/module.js';
import { l2 } from '../nn/regularizers.js';
import { sprintf } from '../numpy/format.js';
import * as random from '../numpy/random/index.js';
import { add, equal } from '../ops/elementwise.js';
import { get } from '../ops/index.js';
import { argmax, mean, std } from '../ops/reduce.js';
import { Adam } from '../optim/adaptive.js';

export interface SanityOptions {
  /** Makes a fresh model: examples to scores (N, classes). */
  model: () => AnyModule;
  /** Examples as the model takes them, and their classes. */
  X: ArrayLike;
  y: ArrayLike;
  /** 'softmax' (cross-entropy), 'svm' (the multiclass hinge with margin 1), or a function of scores and labels. */
  loss?: 'softmax' | 'svm' | ((scores: NDArray, y: NDArray) => NDArray);
  /** The loss that chance gives, for a loss of one's own; ln K for softmax, K - 1 for the SVM. */
  expected?: number;
  /** How far the first loss may be from it; 5% of it unless given. */
  tolerance?: number;
  /** Strength of regularisation that is tried, and ten times that; 1e-3 unless given. */
  lambda?: number;
  /** The penalty; the sum of squares of all matrices unless given. */
  regularization?: (model: AnyModule) => NDArray;
  /** Examples to learn by heart; 20 unless given. */
  examples?: number;
  /** Learning rate (of Adam) and steps to do it in; 1e-2 and 500 unless given. */
  lr?: number;
  maxSteps?: number;
}

export interface SanityCheck {
  name: string;
  passed: boolean;
  /** What came out, in words with numbers. */
  found: string;
  expected: string;
  /** What to do when it failed. */
  advice: string;
  /** The numbers behind `found`. */
  values: number[];
}

/** What the checks found; prints as a table. */
export class SanityReport {
  constructor(readonly checks: readonly SanityCheck[]) {}

  get passed(): boolean {
    return this.checks.every((c) => c.passed);
  }

  /** The check of a name. */
  check(name: string): SanityCheck {
    const found = this.checks.find((c) => c.name === name);
    if (found === undefined)
      throw new RangeError(
        `SanityReport: no check '${name}'; there are ${this.checks.map((c) => c.name).join(', ')}.`,
      );
    return found;
  }

  toString(): string {
    return this.checks
      .map(
        (c) =>
          `${c.passed ? 'ok  ' : 'FAIL'} ${c.name.padEnd(22)} ${c.found} (expected ${c.expected})${c.passed ? '' : `\n     ${c.advice}`}`,
      )
      .join('\n');
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

const number = (a: NDArray): number => Number(a.item());
const weights = (model: AnyModule): NDArray[] => model.parameters().filter((p) => p.ndim >= 2);

interface Memorised {
  loss: number;
  accuracy: number;
  steps: number;
}

/** Trains until the loss is below `goal`. */
function memorise(
  model: AnyModule,
  X: NDArray,
  y: NDArray,
  loss: (scores: NDArray, y: NDArray) => NDArray,
  o: { lr: number; maxSteps: number; goal: number },
): Memorised {
  const optimizer = new Adam(model.parameters(), { lr: o.lr });
  let value = Number.POSITIVE_INFINITY;
  let steps = 0;
  const right = (): number => noGrad(() => number(mean(equal(argmax(model(X) as NDArray, { axis: 1 }), y))));
  for (; steps < o.maxSteps; steps++) {
    optimizer.zeroGrad();
    const l = loss(model(X) as NDArray, y);
    value = number(l);
    if (!(value >= o.goal)) break;
    l.backward();
    optimizer.step();
  }
  return { loss: value, accuracy: right(), steps };
}

/**
 * Looks whether a model, its loss and its data fit together, before time goes into training them.
 *
 * @param wanted.model makes a fresh model, because two of the checks train one
 * @returns a report that prints as a table; `passed` says whether all is well
 * @example
 * np.random.seed(0);
 * const X = np.random.randn(100, 8), y = np.random.randint(0, 3, { size: [100] });
 * const report = training.sanityChecks({ model: () => new nn.Sequential(new nn.Linear(8, 50), new nn.ReLU(), new nn.Linear(50, 3)), X, y });
 * report.check('chance loss').values[0];   // about ln 3
 */
export function sanityChecks(wanted: Spelled<SanityOptions>): SanityReport {
  const options: SanityOptions = checkOptions('sanityChecks', wanted, [
    'model',
    'X',
    'y',
    'loss',
    'expected',
    'tolerance',
    'lambda',
    'regularization',
    'examples',
    'lr',
    'maxSteps',
  ]);
  const { model: make, lambda = 1e-3, examples = 20, lr = 1e-2, maxSteps = 500 } = options;
  if (typeof make !== 'function' || 'forward' in make)
    throw new TypeError('sanityChecks: model must be a function that makes a fresh model: () => new Net().');
  const X = asarray(options.X, 'sanityChecks').detach();
  const y = asarray(options.y, 'sanityChecks').detach();
  if (y.ndim !== 1 || y.shape[0] !== X.shape[0] || X.shape[0] < 2)
    throw new RangeError(
      `sanityChecks: X of shape (${X.shape}) and y of shape (${y.shape}) are not examples with one label each.`,
    );
  const given = options.loss ?? 'softmax';
  const losses = { softmax: crossEntropy, svm: multiclassHinge } as const;
  const loss = typeof given === 'function' ? given : (losses[given] as (s: NDArray, y: NDArray) => NDArray);
  if (loss === undefined)
    throw new RangeError(`sanityChecks: loss is 'softmax', 'svm' or a function, not '${String(given)}'.`);
  const penalty = options.regularization ?? ((m: AnyModule) => l2(weights(m)));

  const some = `:${Math.min(1000, X.shape[0])}`;
  const [Xs, ys] = [get(X, [some]), get(y, [some])];
  const fresh = make().eval();
  const { scores, first } = noGrad(() => {
    const s = fresh(Xs) as NDArray;
    return { scores: s, first: number(loss(s, ys)) };
  });
  const K = scores.shape[scores.ndim - 1];
  const expected =
    options.expected ?? (given === 'softmax' ? Math.log(K) : given === 'svm' ? K - 1 : undefined);
  if (expected === undefined)
    throw new TypeError('sanityChecks: for a loss of your own pass {expected}, its value at chance.');
  const n = Math.min(examples, X.shape[0]);
  const byHeart = (model: AnyModule, few: NDArray) =>
    memorise(model, few, get(y, [`:${n}`]), loss, { lr, maxSteps, goal: 1e-2 });

  return new SanityReport([
    chanceLoss(scores, first, expected, options.tolerance ?? 0.05 * expected),
    moreRegularisation(
      () => loss(fresh(Xs) as NDArray, ys),
      () => penalty(fresh),
      lambda,
    ),
    overfit(n, byHeart(make().eval(), get(X, [`:${n}`]))),
    randomFeatures(make().eval(), X, y, n, K, byHeart),
  ]);
}

function chanceLoss(scores: NDArray, first: number, expected: number, tolerance: number): SanityCheck {
  const spread = number(noGrad(() => std(scores)));
  return {
    name: 'chance loss',
    passed: Math.abs(first - expected) <= tolerance,
    found: sprintf('%.4f, scores spread by %.3g', first, spread),
    expected: sprintf('%.4f +- %.3g', expected, tolerance),
    advice:
      'At the start all classes should have about the same score: smaller weights in the last layer, or scaled data.',
    values: [first, spread],
  };
}

function moreRegularisation(loss: () => NDArray, penalty: () => NDArray, lambda: number): SanityCheck {
  const totals = noGrad(() => {
    const data = loss();
    const price = penalty();
    return [0, lambda, 10 * lambda].map((k) => number(add(data, price.mul(k))));
  });
  return {
    name: 'more regularisation',
    passed: totals[0] < totals[1] && totals[1] < totals[2],
    found: totals.map((t) => t.toPrecision(6)).join(' < '),
    expected: 'a higher loss each time',
    advice: 'The penalty adds nothing: does it reach the weights, and are they other than zero?',
    values: totals,
  };
}

/** Some examples by heart. */
function overfit(n: number, few: Memorised): SanityCheck {
  return {
    name: `overfit ${n}`,
    passed: few.loss < 1e-2 && few.accuracy === 1,
    found: sprintf('loss %.2g, accuracy %.0f%% after %d steps', few.loss, 100 * few.accuracy, few.steps),
    expected: 'loss below 0.01, accuracy 100%',
    advice:
      'Do not go on before this works: a fault in the model, the loss or the gradient, or a wrong learning rate.',
    values: [few.loss, few.accuracy, few.steps],
  };
}

/** Noise by heart: it can be learned, and teaches nothing. */
function randomFeatures(
  net: AnyModule,
  X: NDArray,
  y: NDArray,
  n: number,
  K: number,
  byHeart: (model: AnyModule, few: NDArray) => Memorised,
): SanityCheck {
  const noise = (count: number): NDArray => random.randn(count, ...X.shape.slice(1));
  const learned = byHeart(net, noise(n));
  const others = Math.min(500, y.shape[0]);
  const guessed = noGrad(() =>
    number(mean(equal(argmax(net(noise(others)) as NDArray, { axis: 1 }), get(y, [`:${others}`])))),
  );
  const share = 1 / K;
  const room = 5 * Math.sqrt((share * (1 - share)) / others) + 0.1;
  return {
    name: 'random features',
    passed: learned.loss < 1e-2 && guessed < share + room,
    found: sprintf('training loss %.2g, accuracy on other noise %.1f%%', learned.loss, 100 * guessed),
    expected: sprintf('learned by heart, but no more than chance (%.1f%%) elsewhere', 100 * share),
    advice:
      'Noise should be learned by heart; better than chance on other noise means that labels leak into the examples.',
    values: [learned.loss, guessed],
  };
}
