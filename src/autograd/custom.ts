// Functions that say themselves how gradients flow back: `customVjp` with a rule of the user's, `checkpoint` by running
// the function again.

import { asarray } from '../core/create.js';
import { isInexact } from '../core/dtype.js';
import { type ArrayLike, NDArray } from '../core/ndarray.js';
import { enableGrad, noGrad, record, tape } from '../core/node.js';
import { rememberRandomness } from '../core/replay.js';
import { sameShape, shapeText } from '../core/shape.js';
import { type GradOf, mapArrays, mapTree } from '../core/tree.js';
import type { Arguments } from '../core/typing.js';
import { batching, refuseBatched } from '../ops/batching.js';
import { concatenate, split } from '../ops/join.js';
import { castTo } from '../ops/operands.js';
import { ravel, reshape } from '../ops/shape.js';
import { refusePromise, twinOf } from './grad.js';
import { filled, gradients, recordingOf } from './tape.js';

/** The arrays in a list of arguments that gradients flow to. */
function trackedIn(args: readonly unknown[]): NDArray[] {
  const found: NDArray[] = [];
  mapArrays(args, (a) => {
    if (a.tracked) found.push(a);
    return a;
  });
  return found;
}

/**
 * Puts a result of any form on the tape as one node: `rule` takes the gradients of its floating point arrays, in order,
 * to those of `inputs`. Results of several arrays are parts of one flat array, whose gradient collects theirs.
 */
function joined<Y>(
  result: Y,
  inputs: readonly NDArray[],
  saved: readonly NDArray[],
  rule: (gs: NDArray[]) => (NDArray | null)[],
): Y {
  const leaves: NDArray[] = [];
  mapArrays(result, (a) => {
    if (isInexact(a.dtype)) leaves.push(a);
    return a;
  });
  if (!tape.recording || inputs.length === 0 || leaves.length === 0) return result;
  refuseBatched('customVjp', inputs);
  const outs: NDArray[] = [];
  if (leaves.length === 1) {
    const out = leaves[0].detach();
    out.base = null;
    record('custom', out, inputs, saved, (g) => rule([g]));
    outs.push(out);
  } else {
    const flat = concatenate(leaves.map((a) => ravel(a.detach())));
    let end = 0;
    const ends = leaves.map((a) => {
      end += a.size;
      return end;
    });
    record('custom', flat, inputs, saved, (g) =>
      rule(
        split(g, ends.slice(0, -1)).map((part, i) => reshape(castTo(part, leaves[i].dtype), leaves[i].shape)),
      ),
    );
    split(flat, ends.slice(0, -1)).forEach((part, i) => {
      outs.push(reshape(part.astype(leaves[i].dtype), leaves[i].shape));
    });
  }
  let i = 0;
  return mapArrays(result, (a) => (isInexact(a.dtype) ? outs[i++] : a));
}

/** A forward function and the rule that takes gradients back through it. */
export interface CustomRule<A extends Arguments, Y, R> {
  /** Computes the result, and whatever `backward` needs besides the gradient. */
  forward(...args: A): readonly [Y, R];
  /**
   * The gradients of the arguments from that of the result: one of the form of each argument, in a list (of a single
   * argument, it alone); null for an argument that none flows to.
   */
  backward(residuals: R, g: GradOf<Y>): unknown;
}

/**
 * A function with a gradient of its own (jax.custom_vjp, torch.autograd.Function): for rules that are more stable or
 * cheaper than the recorded one, or that differ on purpose (straight-through estimators, guided backpropagation).
 *
 * @param rule `forward(...args)` returns `[result, residuals]`; `backward(residuals, g)` the gradients of the arguments.
 *   Written in np functions, `backward` can be differentiated in turn
 * @returns a function like `forward`, without the residuals
 * @throws TypeError when `backward` returns something of another form than the arguments
 * @example
 * // rounds, and lets gradients pass as if it did not
 * const round = customVjp({ forward: (x: NDArray) => [np.round(x), null], backward: (_, g) => g });
 */
export function customVjp<A extends Arguments, Y, R>(rule: CustomRule<A, Y, R>): (...args: A) => Y {
  return (...args) => {
    const inputs = trackedIn(args);
    const given = rule.forward(...args);
    refusePromise('customVjp', given);
    if (!Array.isArray(given) || given.length !== 2) {
      throw new TypeError('customVjp: forward must return [result, residuals]; residuals may be null.');
    }
    const [result, residuals] = given as unknown as [Y, R];
    // The residuals stay on the tape of the arguments, for derivatives of the rule.
    const plain = mapTreeArrays(result, 'customVjp');
    return joined(plain, inputs, [], (gs) => {
      let i = 0;
      const g = mapArrays(plain, (a) => (isInexact(a.dtype) ? gs[i++] : filled(a, 0)));
      const back = rule.backward(residuals, g as GradOf<Y>);
      return matched(args, args.length === 1 ? [back] : back);
    });
  };
}

/** A result with arrays in the place of its leaves. */
const mapTreeArrays = <Y>(result: Y, caller: string): Y =>
  mapTree(result, (leaf) =>
    typeof leaf === 'object' || typeof leaf === 'number' ? asarray(leaf as ArrayLike, caller) : leaf,
  ) as Y;

/** The gradients that belong to the tracked arrays in the arguments. */
function matched(args: readonly unknown[], back: unknown): (NDArray | null)[] {
  if (!Array.isArray(back) || back.length !== args.length) {
    throw new TypeError(
      `customVjp: backward must return a list of ${args.length} gradients, one for each argument; null where none flows.`,
    );
  }
  const found: (NDArray | null)[] = [];
  const visit = (arg: unknown, g: unknown, path: string): void => {
    if (arg instanceof NDArray) {
      if (!arg.tracked) return;
      if (g === null || g === undefined) {
        found.push(null);
        return;
      }
      const a = asarray(g as ArrayLike, 'customVjp');
      if (!sameShape(a.shape, arg.shape)) {
        throw new RangeError(
          `customVjp: backward gave a gradient of shape ${shapeText(a.shape)} for ${path} of shape ${shapeText(arg.shape)}; they must be equal.`,
        );
      }
      found.push(a);
    } else if (typeof arg === 'object' && arg !== null && !ArrayBuffer.isView(arg)) {
      for (const [key, value] of Object.entries(arg)) {
        visit(value, (g as Record<string, unknown> | null)?.[key], `${path}.${key}`);
      }
    }
  };
  args.forEach((arg, i) => {
    visit(arg, back[i], `argument ${i}`);
  });
  return found;
}

/**
 * The same function, with less memory: what it computes on the way is forgotten, and computed again in the backward
 * pass, with the same random numbers (torch.utils.checkpoint, jax.checkpoint). Use it around parts of a deep net: the
 * memory of a part is needed only while the gradient flows through it, for one more evaluation of the part.
 *
 * @param f returns an array, or a tree of arrays. Gradients flow to its arguments and to whatever tracked arrays it uses
 *   from outside
 * @throws Error when an argument was changed in place between the two evaluations
 * @example
 * const block = checkpoint((h: NDArray) => np.tanh(np.dot(h, B)));
 * let h = X;
 * for (let i = 0; i < 100; i++) h = block(h);
 */
export function checkpoint<A extends Arguments, Y>(f: (...args: A) => Y): (...args: A) => Y {
  return (...args) => {
    // Inside vmap a part is not worth forgetting: the batch is computed at once.
    if (!tape.recording || batching.open > 0) return f(...args);
    const restore = rememberRandomness();
    /** Runs f on leaves of its own, and finds what else it used. */
    const run = (twin: (a: NDArray) => NDArray) => {
      const arrays = trackedIn(args);
      const begin = tape.lastId;
      const twins = arrays.map(twin);
      let i = 0;
      const inside = mapArrays(args as unknown as unknown[], (a) => (a.tracked ? twins[i++] : a));
      const result = mapTreeArrays(
        enableGrad(() => f(...(inside as unknown as A))),
        'checkpoint',
      );
      refusePromise('checkpoint', result);
      const outs: NDArray[] = [];
      mapArrays(result, (a) => {
        if (isInexact(a.dtype)) outs.push(a);
        return a;
      });
      return { result, arrays, twins, recording: recordingOf(outs, twins, begin) };
    };
    const first = run((a) => noGrad(() => twinOf(a)));
    const captured = first.recording.outside;
    const inputs = [...first.arrays, ...captured];
    const result = mapArrays(first.result, (a) => a.detach());
    return joined(result, inputs, inputs, (gs) => {
      const now = rememberRandomness();
      restore();
      try {
        // Tied to the arguments if this walk is recorded.
        const { recording, twins } = run(twinOf);
        const used = { ...recording, inputs: [...twins, ...captured] };
        return gradients(used, gs);
      } finally {
        now();
      }
    });
  };
}
