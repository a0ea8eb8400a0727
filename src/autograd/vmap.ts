// vmap: a function written for one example, computed for a batch of them at once. Inside, arrays are those of one
// example (core/batch.ts); each operation applies its batching rule (ops/batching.ts) to the whole batch.

import { BatchedArray, batching, type NoBatchingRule } from '../core/batch.js';
import { asarray } from '../core/create.js';
import { type ArrayLike, NDArray } from '../core/ndarray.js';
import { rememberRandomness } from '../core/replay.js';
import { normalizeAxis, shapeText } from '../core/shape.js';
import { reuse } from '../core/storage.js';
import { type GradOf, leavesOf, withLeaves } from '../core/tree.js';
import type { Arguments } from '../core/typing.js';
import { get } from '../ops/index.js';
import { stack } from '../ops/join.js';
import { broadcastTo, moveaxis } from '../ops/shape.js';

/** Where the examples lie: an axis, null for what all share, or a tree of them in the form of the argument. */
export type Axes = number | null | readonly Axes[] | { readonly [name: string]: Axes };

export interface VmapOptions {
  /**
   * The axis of the examples: one for all arguments, or a list with one for each: an axis, null when the argument is
   * the same for every example, or a tree of axes in the form of the argument. 0 by default.
   */
  inAxes?: number | null | readonly Axes[];
  /** The axis of the examples in the results; a number, or a tree of numbers in the form of the result. 0 by default. */
  outAxes?: Axes;
  /** Raise an error, instead of computing example by example, when an operation has no batching rule. */
  strict?: boolean;
}

/** One entry for each leaf of the tree: the tree of axes spread over it. */
function spread(caller: string, what: string, axes: Axes, tree: unknown): (number | null)[] {
  if (axes === null || typeof axes === 'number') return leavesOf(tree).map(() => axes);
  if (typeof axes !== 'object' || typeof tree !== 'object' || tree === null || tree instanceof NDArray) {
    throw new TypeError(`${caller}: ${what} does not have the form of the value it stands for.`);
  }
  const found: (number | null)[] = [];
  for (const [key, value] of Object.entries(tree)) {
    const own = (axes as Record<string, Axes>)[key];
    if (own === undefined) throw new TypeError(`${caller}: ${what} says nothing about '${key}'.`);
    found.push(...spread(caller, what, own, value));
  }
  return found;
}

/** A leaf of an argument: its value, and the axis of the examples unless all share it. */
interface Mapped {
  readonly value: unknown;
  readonly axis: number | null;
}

function mappedLeaves(args: readonly unknown[], inAxes: VmapOptions['inAxes']): Mapped[][] {
  if (Array.isArray(inAxes) && inAxes.length !== args.length) {
    throw new TypeError(
      `vmap: inAxes has ${inAxes.length} entries, but ${args.length} arguments were given; one entry for each.`,
    );
  }
  return args.map((arg, i) => {
    const axes = spread('vmap', 'inAxes', Array.isArray(inAxes) ? inAxes[i] : (inAxes as number | null), arg);
    return leavesOf(arg).map((leaf, k): Mapped => {
      const axis = axes[k];
      if (axis === null) return { value: leaf, axis };
      if (typeof leaf !== 'object' || leaf === null) {
        throw new TypeError(
          `vmap: argument ${i} holds ${typeof leaf} ${String(leaf)}, which has no axis of examples. Say with inAxes that all share it: {inAxes: [${args.map((_, j) => (j === i ? 'null' : '0')).join(', ')}]}.`,
        );
      }
      const value = asarray(leaf as ArrayLike, 'vmap');
      if (value.ndim === 0)
        throw new TypeError(
          `vmap: argument ${i} holds an array of no dimensions, which has no axis of examples; use null in inAxes for what all examples share.`,
        );
      return { value, axis: normalizeAxis('vmap', axis, value.ndim) };
    });
  });
}

function countOf(leaves: readonly Mapped[][]): number {
  let count = -1;
  leaves.forEach((list, i) => {
    for (const { value, axis } of list) {
      if (axis === null) continue;
      const { shape } = value as NDArray;
      if (count < 0) count = shape[axis];
      else if (shape[axis] !== count) {
        throw new RangeError(
          `vmap: the arguments have different numbers of examples: ${count} before, ${shape[axis]} along axis ${axis} of argument ${i} with shape ${shapeText(shape)}.`,
        );
      }
    }
  });
  if (count < 0)
    throw new TypeError(
      'vmap: no argument has an axis of examples; at least one entry of inAxes must be a number.',
    );
  return count;
}

/** The results with the examples where outAxes says. */
function placed(result: unknown, outAxes: Axes, batch: (leaf: unknown) => NDArray): unknown {
  const axes = spread('vmap', 'outAxes', outAxes, result);
  return withLeaves(
    result,
    leavesOf(result).map((leaf, i) => {
      if (
        leaf === null ||
        (typeof leaf !== 'object' &&
          typeof leaf !== 'number' &&
          typeof leaf !== 'bigint' &&
          typeof leaf !== 'boolean')
      ) {
        throw new TypeError(
          `vmap: the function returned ${leaf === null ? 'null' : typeof leaf}; it must return arrays or trees of them.`,
        );
      }
      const out = batch(leaf);
      const axis = axes[i] ?? 0;
      return axis === 0 ? out : moveaxis(out, 0, normalizeAxis('vmap', axis, out.ndim));
    }),
  );
}

/**
 * A function of batches from a function of one example (jax.vmap, torch.func.vmap). Inside `f`, arrays have the shape,
 * number of dimensions and axes of one example; operations compute all examples at once. Works together with grad and
 * the other transforms in any order: `vmap(grad(loss), {inAxes: [null, 0, 0]})(params, X, y)` gives a gradient for each
 * example.
 *
 * Where `f` needs the numbers themselves (`item()`, an `if` on a value, an operation without a batching rule), it is
 * run again for each example in a loop, with the same result; so it should have no side effects. Random numbers drawn
 * inside are the same for every example.
 *
 * @param f a function of one example, of arrays or trees of arrays
 * @param options `inAxes`, `outAxes`: where the examples lie; `strict`: an error instead of the loop
 * @returns a function like `f` whose arguments and results have one more axis
 * @throws RangeError when the arguments have different numbers of examples
 * @example
 * const distance = (a: NDArray, b: NDArray) => np.sqrt(np.sum(a.sub(b).square()));
 * vmap(distance)(A, B);                                             // rows with rows
 * const all = vmap(vmap(distance, { inAxes: [null, 0] }), { inAxes: [0, null] });
 * all(A, B);                                                        // every row of A with every row of B
 */
export function vmap<A extends Arguments, Y>(
  f: (...args: A) => Y,
  options: VmapOptions = {},
): (...args: A) => GradOf<Y> {
  const { inAxes = 0, outAxes = 0, strict = false } = options;
  return (...args) => {
    const leaves = mappedLeaves(args, inAxes);
    const count = countOf(leaves);
    const rebuilt = (leafOf: (leaf: Mapped) => unknown): A =>
      args.map((arg, i) => withLeaves(arg, leaves[i].map(leafOf))) as unknown as A;
    const randomness = rememberRandomness();
    let missed: NoBatchingRule | null = null;
    const missedBefore = batching.missed;
    batching.missed = null;
    try {
      const result = atOnce(count, outAxes, (level) =>
        f(
          ...rebuilt(({ value, axis }) =>
            axis === null ? value : new BatchedArray(moveaxis(value as NDArray, axis, 0), level),
          ),
        ),
      ) as GradOf<Y>;
      if (batching.missed === null) return result;
    } catch (error) {
      if (batching.missed === null) throw error;
    } finally {
      missed = batching.missed;
      batching.missed = missedBefore;
    }
    if (strict) throw missed;
    if (count === 0) {
      throw new RangeError(
        'vmap: there are no examples, and the function can only be computed example by example.',
      );
    }
    const results: unknown[] = [];
    for (let k = 0; k < count; k++) {
      randomness();
      const example = rebuilt(({ value, axis }) =>
        axis === null ? value : get(value as NDArray, [...new Array<string>(axis).fill(':'), k]),
      );
      results.push(f(...example));
    }
    const columns = results.map(leavesOf);
    let i = 0;
    return placed(results[0], outAxes, () => {
      const at = i++;
      return stack(columns.map((leaf) => asarray(leaf[at] as ArrayLike, 'vmap')));
    }) as GradOf<Y>;
  };
}

/** Runs `body` at a new level, and gives its results the axis of examples. */
function atOnce(count: number, outAxes: Axes, body: (level: number) => unknown): unknown {
  const level = ++batching.open;
  batching.sizes.push(count);
  reuse.off++;
  try {
    const result = body(level);
    if (result instanceof Promise) {
      throw new TypeError('vmap: the function returned a promise; it must be synchronous.');
    }
    return placed(result, outAxes, (leaf) => {
      const a = asarray(leaf as ArrayLike, 'vmap');
      return a instanceof BatchedArray && a.level === level
        ? a.physical
        : broadcastTo(a, [count, ...a.shape]);
    });
  } finally {
    reuse.off--;
    batching.sizes.pop();
    batching.open--;
  }
}
