// Ensembles: several models whose probabilities are averaged. Members come from different initial weights, from the best
// trials of a search, from one run's snapshots at the ends of learning rate cycles, or from a running average of weights.

import { asarray } from '../core/create.js';
import type { ArrayLike, NDArray } from '../core/ndarray.js';
import { noGrad } from '../core/node.js';
import { sameShape, shapeText } from '../core/shape.js';
import { softmax } from '../nn/functional.js';
import type { AnyModule, StateDict } from '../nn/module.js';
import * as random from '../numpy/random/index.js';
import { add, div } from '../ops/elementwise.js';
import { get } from '../ops/index.js';
import { argmax } from '../ops/reduce.js';
import type { EMA } from '../optim/clip.js';
import type { CosineAnnealingWarmRestarts } from '../optim/schedules.js';
import { accuracy } from './classifier.js';
import type { SearchResult, Space, Trial } from './search.js';

/** A member of an ensemble: class probabilities (M, K) of examples. */
export interface Member {
  probabilities(X: ArrayLike): NDArray;
  /** Labels of the columns; without them the columns are classes 0, 1, 2... */
  readonly classes?: NDArray;
}

/**
 * The mean of several models' probabilities. Its cross-entropy is never larger than the mean of theirs.
 *
 * @param probabilities arrays of one shape (M, K), each row with the sum 1
 * @example
 * learn.averageProbabilities([[[1, 0]], [[0.5, 0.5]]]);   // array([[0.75, 0.25]])
 */
export function averageProbabilities(probabilities: readonly ArrayLike[]): NDArray {
  if (probabilities.length === 0)
    throw new RangeError('averageProbabilities: there are no members to average.');
  const all = probabilities.map((p) => asarray(p, 'averageProbabilities').detach());
  const wrong = all.find((p) => p.ndim !== 2 || !sameShape(p.shape, all[0].shape));
  if (wrong !== undefined)
    throw new RangeError(
      `averageProbabilities: members must agree on the shape (M, K); there are ${shapeText(all[0].shape)} and ${shapeText(wrong.shape)}.`,
    );
  return all.length === 1
    ? all[0]
    : div(
        all.slice(1).reduce((sum, p) => add(sum, p), all[0]),
        all.length,
      );
}

/** Several models as one: their probabilities are averaged, and the most probable class wins. */
export class Ensemble implements Member {
  constructor(readonly members: readonly Member[]) {
    if (members.length === 0) throw new RangeError('Ensemble: there are no members.');
    for (const [i, m] of members.entries())
      if (typeof m?.probabilities !== 'function')
        throw new TypeError(
          `Ensemble: member ${i} has no probabilities(X). Wrap a network: learn.moduleMember(model).`,
        );
  }

  get classes(): NDArray | undefined {
    return this.members[0].classes;
  }

  /** Mean probabilities (M, K). */
  probabilities(X: ArrayLike): NDArray {
    return averageProbabilities(this.members.map((m) => m.probabilities(X)));
  }

  /** The most probable labels. */
  predict(X: ArrayLike): NDArray {
    const best = argmax(this.probabilities(X), { axis: 1 });
    return this.classes === undefined ? best : get(this.classes, [best]);
  }

  /** Share of the examples whose label is predicted right. */
  accuracy(X: ArrayLike, y: ArrayLike): number {
    return accuracy(this.predict(X), y);
  }

  /**
   * The same model trained from n different initial weights.
   *
   * @param make a fresh classifier
   * @param options.seed the members draw from np.random with seed, seed + 1...; without it, from the stream as it is
   */
  static ofInits<M extends Member & { train(X: ArrayLike, y: ArrayLike): unknown }>(
    n: number,
    make: () => M,
    X: ArrayLike,
    y: ArrayLike,
    options: { seed?: number } = {},
  ): Ensemble {
    if (!Number.isInteger(n) || n < 1)
      throw new RangeError(`Ensemble.ofInits: n must be a whole number of at least 1, not ${n}.`);
    const members = Array.from({ length: n }, (_, i) => {
      if (options.seed !== undefined) random.seed(options.seed + i);
      const member = make();
      member.train(X, y);
      return member;
    });
    return new Ensemble(members);
  }

  /** Models with the settings of a search's k best trials. */
  static topK<S extends Space>(
    result: SearchResult<S>,
    k: number,
    build: (trial: Trial<S>) => Member,
  ): Ensemble {
    const best = result.ranking.slice(0, k);
    if (!Number.isInteger(k) || k < 1 || best.length < k)
      throw new RangeError(`Ensemble.topK: k=${k} of ${best.length} trials that gave a number.`);
    return new Ensemble(best.map(build));
  }
}

/**
 * A network as a member: the softmax of its outputs, in eval mode and without a tape.
 * @param state weights to use instead of those it has; they are in the network only while it computes
 */
export function moduleMember(model: AnyModule, state?: StateDict): Member {
  return {
    probabilities(X: ArrayLike): NDArray {
      const training = model.training;
      const before = state === undefined ? null : copied(model);
      try {
        if (state !== undefined) model.loadStateDict(state);
        model.eval();
        return noGrad(() => softmax((model as unknown as (x: ArrayLike) => NDArray)(X))).detach();
      } finally {
        if (before !== null) model.loadStateDict(before);
        model.train(training);
      }
    },
  };
}

const copied = (model: AnyModule): StateDict =>
  Object.fromEntries(Object.entries(model.stateDict()).map(([name, a]) => [name, a.detach().copy()]));

/** A network with the running average of its weights. */
export function averagedMember(model: AnyModule, ema: EMA): Member {
  const plain = moduleMember(model);
  return {
    probabilities(X: ArrayLike): NDArray {
      ema.apply();
      try {
        return plain.probabilities(X);
      } finally {
        ema.restore();
      }
    },
  };
}

/**
 * Snapshots of one training run: the learning rate falls along a cosine and jumps up again, and at the bottom of every
 * cycle the weights are kept. Call `step()` after each step of the optimiser, in place of the schedule's own.
 *
 * @example
 * const model = new nn.Linear(2, 3), optimizer = new optim.SGD(model.parameters(), { lr: 0.5 });
 * const snapshots = new learn.Snapshots(model, new optim.CosineAnnealingWarmRestarts(optimizer, 10));
 * for (let i = 0; i < 30; i++) {
 *   optimizer.zeroGrad();
 *   nn.crossEntropy(model(X), y).backward();
 *   optimizer.step();
 *   snapshots.step();
 * }
 * snapshots.states.length;   // 3
 */
export class Snapshots {
  /** Weights at the end of each cycle. */
  readonly states: StateDict[] = [];
  /** The steps after which they were taken. */
  readonly taken: number[] = [];
  private steps = 0;

  constructor(
    readonly model: AnyModule,
    readonly schedule: CosineAnnealingWarmRestarts,
  ) {}

  /** Moves the schedule on, and keeps the weights when a cycle has ended. */
  step(): void {
    const { at, length } = this.schedule.cycle(this.steps++);
    if (at === length - 1) {
      this.states.push(copied(this.model));
      this.taken.push(this.steps);
    }
    this.schedule.step();
  }

  /** The last snapshots as an ensemble; all of them by default. */
  ensemble(last = this.states.length): Ensemble {
    if (last < 1 || last > this.states.length)
      throw new RangeError(
        `Snapshots.ensemble: ${last} of ${this.states.length} snapshots; a snapshot is taken at the end of each cycle of the schedule.`,
      );
    return new Ensemble(this.states.slice(-last).map((state) => moduleMember(this.model, state)));
  }
}
