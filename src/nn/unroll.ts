// A step of a recurrent net, again and again along a sequence: however inputs and outputs are wired.

import { asarray } from '../core/create.js';
import { type ArrayLike, NDArray } from '../core/ndarray.js';
import { zerosLike } from '../numpy/creation.js';
import { get } from '../ops/index.js';
import { stack } from '../ops/join.js';

/** One step: an input and the state before it (null at the start) give an output and the state after it. */
export type RecurrentStep<S> = (x: NDArray, state: S | null) => readonly [output: NDArray, state: S];

export interface UnrollOptions<S> {
  /** How many steps; as many as there are inputs unless given. */
  steps?: number;
  /** The first step whose output is kept: `inputs.length - 1` reads everything before it answers. */
  from?: number;
  /** Makes the next input of an output when there are no more inputs; without it they are zeros. */
  feed?: (output: NDArray, step: number) => ArrayLike;
  /** State before the first step. */
  state?: S | null;
}

/**
 * Applies one step, with the same weights, along a sequence. The five usual wirings are:
 * one to one `unroll(step, [x])`; one to many `unroll(step, [x], {steps: 4, feed})`; many to one
 * `unroll(step, xs, {from: xs.length - 1})`; many to many after reading
 * `unroll(step, xs, {steps: n + m - 1, from: n - 1, feed})`; many to many in step `unroll(step, xs)`.
 *
 * @param step a cell with a head on it, say
 * @param inputs a list of arrays, or an array whose first axis is time
 * @returns the outputs that are kept, stacked along a new first axis, and the last state
 * @throws RangeError when there is no input, or no step to keep
 * @example
 * const cell = new nn.RNNCell(4, 3);
 * const step = (x: NDArray, h: NDArray | null) => {
 *   const next = cell(x, h);
 *   return [next, next] as const;
 * };
 * const [outputs, h] = nn.unroll(step, np.zeros([5, 1, 4]), { from: 4 });   // many to one
 * [outputs.shape, h.shape];   // [[1, 1, 3], [1, 3]]
 */
export function unroll<S>(
  step: RecurrentStep<S>,
  inputs: NDArray | readonly ArrayLike[],
  options: UnrollOptions<S> = {},
): [outputs: NDArray, state: S] {
  const given =
    inputs instanceof NDArray
      ? Array.from({ length: inputs.ndim === 0 ? 0 : inputs.shape[0] }, (_, t) => get(inputs, [t]))
      : inputs.map((x) => asarray(x, 'unroll'));
  if (given.length === 0) throw new RangeError('unroll: there is no input; it needs at least one.');
  const { steps = given.length, from = 0, feed } = options;
  if (!Number.isInteger(steps) || steps < given.length)
    throw new RangeError(
      `unroll: steps must be a whole number of at least ${given.length}, the number of inputs, not ${steps}.`,
    );
  if (!Number.isInteger(from) || from < 0 || from >= steps)
    throw new RangeError(`unroll: from must be one of the steps 0 to ${steps - 1}, not ${from}.`);
  let state: S | null = options.state ?? null;
  let x = given[0];
  const kept: NDArray[] = [];
  for (let t = 0; t < steps; t++) {
    const [output, next] = step(x, state);
    state = next;
    if (t >= from) kept.push(output);
    if (t + 1 < given.length) x = given[t + 1];
    else if (t + 1 < steps) x = feed === undefined ? zerosLike(given[0]) : asarray(feed(output, t), 'unroll');
  }
  return [stack(kept), state as S];
}
