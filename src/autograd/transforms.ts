// Functions of functions besides grad: products with the Jacobian from either side, whole Jacobians and Hessians.
// Everything is made of the one mechanism, the recorded walk, so any of them may stand inside any other.

import { asarray } from '../core/create.js';
import { isFloat } from '../core/dtype.js';
import { type ArrayLike, empty, emptyZeroed, type NDArray } from '../core/ndarray.js';
import { enableGrad, tape } from '../core/node.js';
import { sameShape, shapeText } from '../core/shape.js';
import { type GradOf, leavesOf, type MapTree, mapArrays, mapTree, withLeaves } from '../core/tree.js';
import type { Arguments } from '../core/typing.js';
import { mul } from '../ops/elementwise.js';
import { concatenate } from '../ops/join.js';
import { castTo } from '../ops/operands.js';
import { sum } from '../ops/reduce.js';
import { moveaxis, reshape } from '../ops/shape.js';
import { type Argnums, grad, refusePromise, settled, type Twins, twinOf, twinsOf } from './grad.js';
import { filled, gradients, type Recording, recordingOf } from './tape.js';
import { vmap } from './vmap.js';

/** A Jacobian has the form of the result, with a tree of the form of the argument in the place of each leaf. */
export type JacobianOf<Y, X> = MapTree<Y, GradOf<X>>;

/** The Jacobian for the arguments that `argnums` names. */
export type JacobianAt<Y, A extends readonly unknown[], N extends Argnums> = N extends number
  ? JacobianOf<Y, A[N]>
  : { -readonly [K in keyof N]: N[K] extends number ? JacobianOf<Y, A[N[K]]> : never };

type AnyFunction = (...args: unknown[]) => unknown;

/** A function run once with its arguments as leaves: the arrays of its result, and how they depend on the leaves. */
interface Run {
  readonly result: unknown;
  readonly recording: Recording;
  readonly outs: readonly NDArray[];
}

function runOn(
  caller: string,
  f: AnyFunction,
  args: readonly unknown[],
  positions: readonly number[],
): Run & { twins: Twins<unknown>[] } {
  const since = tape.lastId;
  const inside = [...args];
  const twins = positions.map((i) => {
    if (!Number.isInteger(i) || i < 0 || i >= args.length) {
      throw new RangeError(
        `${caller}: argument ${i} is to be differentiated, but ${args.length} were given.`,
      );
    }
    const found = twinsOf(caller, args[i], args.length === 1 ? 'the argument' : `argument ${i}`);
    inside[i] = found.inside;
    return found;
  });
  const given = enableGrad(() => f(...inside));
  refusePromise(caller, given);
  const result = mapTree(given, (leaf, path) => {
    const y = asarray(leaf as ArrayLike, caller);
    if (!isFloat(y.dtype)) {
      throw new TypeError(
        `${caller}: the function returned ${y.dtype}${path === '' ? '' : ` at '${path}'`}; gradients flow from floating point results.`,
      );
    }
    return y;
  });
  const outs = leavesOf(result) as NDArray[];
  const recording = recordingOf(
    outs,
    twins.flatMap((t) => t.leaves),
    since,
  );
  return { result, outs, recording, twins };
}

/** Arrays of a tree that has to look like another: the cotangents of a result, the tangents of an argument. */
function matching(
  caller: string,
  what: string,
  trees: readonly unknown[],
  like: readonly NDArray[],
): NDArray[] {
  const leaves = trees.flatMap(leavesOf).map((leaf) => asarray(leaf as ArrayLike, caller));
  if (leaves.length !== like.length) {
    throw new TypeError(`${caller}: ${what} has ${leaves.length} arrays, it needs ${like.length}.`);
  }
  return leaves.map((leaf, i) => {
    if (!sameShape(leaf.shape, like[i].shape)) {
      throw new RangeError(
        `${caller}: ${what} has shape ${shapeText(leaf.shape)} where ${shapeText(like[i].shape)} belongs.`,
      );
    }
    return castTo(leaf, like[i].dtype);
  });
}

/** The gradients in the form of the arguments. */
const formed = (
  trees: readonly unknown[],
  twins: readonly Twins<unknown>[],
  found: readonly NDArray[],
): unknown[] => {
  let i = 0;
  return trees.map((tree, k) =>
    withLeaves(
      tree,
      twins[k].leaves.map((leaf) => castTo(found[i++], leaf.dtype)),
    ),
  );
};

/**
 * The value of `f` and its pullback, which takes a gradient of the result to the gradients of the arguments: the
 * product of a row vector with the Jacobian (jax.vjp, torch.func.vjp).
 *
 * @param f returns an array, or a tree of arrays, of any shape
 * @returns `(...args) => [y, pullback]`. `pullback(g)` takes a `g` of the form of `y` and returns the gradient in the form
 *   of the argument (of several arguments, a list of gradients); it may be called as often as needed
 * @throws TypeError when an argument or the result is not floating point
 * @example
 * const [y, pullback] = vjp((x: NDArray) => np.sin(x))(np.array([0, 1]));
 * pullback(np.array([1, 1]));     // array([1.    , 0.5403...])
 */
export function vjp<A extends Arguments, Y>(
  f: (...args: A) => Y,
): (
  ...args: A
) => [
  GradOf<Y>,
  (
    g: MapTree<Y, ArrayLike>,
  ) => A extends readonly [infer P] ? GradOf<P> : { -readonly [K in keyof A]: GradOf<A[K]> },
] {
  return ((...args: unknown[]) => {
    const { result, outs, recording, twins } = runOn(
      'vjp',
      f as unknown as AnyFunction,
      args,
      args.map((_, i) => i),
    );
    const pullback = (g: unknown): unknown => {
      const gs = formed(
        args,
        twins,
        gradients(recording, matching('vjp', 'the gradient of the result', [g], outs)),
      );
      return args.length === 1 ? gs[0] : gs;
    };
    return [mapArrays(result, (y) => settled(y, recording)), pullback];
  }) as never;
}

/** The sum of products of arrays with their weights: what a gradient is taken of to get a product with a vector. */
const inner = (arrays: readonly NDArray[], weights: readonly NDArray[]): NDArray =>
  arrays.map((a, i) => sum(mul(a, weights[i]))).reduce((p, q) => p.add(q));

/**
 * Forward mode: the value of `f` and its directional derivative, the product of the Jacobian with a vector
 * (jax.jvp, torch.func.jvp). Computed by walking back twice, since the pullback is linear in the gradient that it takes:
 * it costs a recorded evaluation of `f` and two walks, and the memory of a gradient.
 *
 * @param f returns an array, or a tree of arrays
 * @param primals the arguments of `f`, as a list
 * @param tangents a direction for each argument, of the same form and shapes
 * @returns [y, dy], both of the form of the result
 * @example
 * const [y, dy] = jvp((x: NDArray) => np.sin(x), [np.array([0, 1])], [np.array([1, 0])]);
 * // dy: array([1., 0.])
 */
export function jvp<A extends Arguments, Y>(
  f: (...args: A) => Y,
  primals: readonly [...A],
  tangents: readonly [...{ [K in keyof A]: MapTree<A[K], ArrayLike> }],
): [GradOf<Y>, GradOf<Y>] {
  if (!Array.isArray(primals) || !Array.isArray(tangents) || primals.length !== tangents.length) {
    throw new TypeError(
      'jvp: primals and tangents are lists of equal length, one entry for each argument: jvp(f, [x], [v]).',
    );
  }
  const { result, outs, recording } = runOn(
    'jvp',
    f as unknown as AnyFunction,
    primals,
    primals.map((_, i) => i),
  );
  const directions = matching('jvp', 'tangents', tangents, recording.inputs);
  const found = forward(recording, directions);
  const tree = mapTree(result, (y) => settled(y as NDArray, recording));
  return [
    tree,
    withLeaves(
      tree,
      found.map((d, i) => castTo(d, outs[i].dtype)),
    ),
  ] as never;
}

/** The derivatives of the results in one direction: the gradient, by u, of the pullback of u times the direction. */
function forward(recording: Recording, directions: readonly NDArray[]): NDArray[] {
  const outside = tape.recording ? [...recording.outside, ...directions.filter((d) => d.tracked)] : [];
  return enableGrad(() => {
    const since = tape.lastId;
    const dummies = recording.outs.map((y) => twinOf(filled(y, 0)));
    const product = inner(gradients(recording, dummies), directions);
    // The leaves of the recording are private; they are no reason to record the second walk.
    return gradients({ ...recordingOf([product], dummies, since), outside }, [filled(product, 1)]);
  });
}

export interface JacobianOptions<N extends Argnums = Argnums> {
  /** Position, or list of positions, of the arguments to differentiate; the first by default. */
  argnums?: N;
  /**
   * 'reverse' computes a row for each element of the result, 'forward' a column for each element of the arguments;
   * the one that needs fewer by default.
   */
  mode?: 'reverse' | 'forward';
}

/**
 * A function that returns the Jacobian of `f`: all derivatives of all elements of the result (jax.jacobian,
 * torch.func.jacrev).
 *
 * @param f returns an array, or a tree of arrays
 * @returns `(...args) => J`, for arrays an array of shape (...shape of the result, ...shape of the argument); for trees the
 *   form of the result, with the form of the argument in each place
 * @example
 * jacobian((x: NDArray) => x.square())(np.array([1, 2]));    // array([[2., 0.], [0., 4.]])
 */
export function jacobian<A extends Arguments, Y, const N extends Argnums = 0>(
  f: (...args: A) => Y,
  options: JacobianOptions<N> = {},
): (...args: A) => JacobianAt<Y, A, N> {
  const { argnums = 0, mode } = options;
  if (mode !== undefined && mode !== 'reverse' && mode !== 'forward') {
    throw new TypeError(`jacobian: mode is 'reverse' or 'forward', not '${String(mode)}'.`);
  }
  const positions = typeof argnums === 'number' ? [argnums] : (argnums as readonly number[]);
  return ((...args: unknown[]) => {
    const { result, outs, recording, twins } = runOn(
      'jacobian',
      f as unknown as AnyFunction,
      args,
      positions,
    );
    const inputs = recording.inputs;
    const rows = outs.reduce((n, y) => n + y.size, 0);
    const columns = inputs.reduce((n, x) => n + x.size, 0);
    // A column costs about twice as much as a row.
    const reverse = mode === undefined ? rows <= 2 * columns : mode === 'reverse';
    const blocks = reverse ? byRows(recording) : byColumns(recording);
    const form = (k: number): unknown => {
      const first = twins.slice(0, k).reduce((n, t) => n + t.leaves.length, 0);
      let y = 0;
      return mapTree(result, () => {
        const row = blocks[y++];
        let x = first;
        return mapTree(args[positions[k]], () => row[x++]);
      });
    };
    return typeof argnums === 'number' ? form(0) : positions.map((_, k) => form(k));
  }) as never;
}

// Rows or columns that one batch computes at most: its memory is that many gradients.
const CHUNK = 128;

/**
 * For every element of every leaf, the results of `f` for a direction that is 1 there and 0 elsewhere; `join` puts the
 * results of the elements of one leaf, stacked along the first axis, into place.
 */
function alongUnits(leaves: readonly NDArray[], f: (seeds: NDArray[]) => NDArray[]): (NDArray[] | null)[] {
  const batched = vmap((...seeds: NDArray[]) => f(seeds));
  return leaves.map((leaf, at) => {
    const parts: NDArray[][] = [];
    for (let from = 0; from < leaf.size; from += CHUNK) {
      const count = Math.min(CHUNK, leaf.size - from);
      const seeds = leaves.map((y) => emptyZeroed([count, ...y.shape], y.dtype));
      const raw = seeds[at].raw();
      for (let k = 0; k < count; k++) raw[k * leaf.size + from + k] = 1 as never;
      parts.push(batched(...seeds) as NDArray[]);
    }
    if (parts.length < 2) return parts[0] ?? null;
    return parts[0].map((_, i) => concatenate(parts.map((p) => p[i])));
  });
}

/** The blocks of the Jacobian, by result and input, one walk back for each element of the results. */
function byRows(recording: Recording): NDArray[][] {
  const { outs, inputs } = recording;
  const rows = alongUnits(outs, (seeds) => gradients(recording, seeds));
  return outs.map((y, i) =>
    inputs.map((x, j) => {
      const shape = [...y.shape, ...x.shape];
      return reshape(rows[i]?.[j] ?? empty(shape, x.dtype), shape);
    }),
  );
}

/** The same, one directional derivative for each element of the inputs. */
function byColumns(recording: Recording): NDArray[][] {
  const { outs, inputs } = recording;
  const columns = alongUnits(inputs, (seeds) => forward(recording, seeds));
  return outs.map((y, i) =>
    inputs.map((x, j) => {
      const shape = [...y.shape, ...x.shape];
      const found = columns[j]?.[i];
      return reshape(found === undefined ? empty(shape, y.dtype) : moveaxis(found, 0, -1), shape);
    }),
  );
}

/**
 * A function that returns the matrix of second derivatives of `f` (jax.hessian, torch.func.hessian).
 *
 * @param f returns a single number
 * @returns `(...args) => H`, for an array argument an array of shape (...shape, ...shape); for a tree, a tree of trees:
 *   `H.W.b` holds the derivatives by W and by b
 * @example
 * hessian((x: NDArray) => x.pow(3).sum())(np.array([1, 2]));    // array([[ 6.,  0.], [ 0., 12.]])
 */
export function hessian<A extends Arguments>(
  f: (...args: A) => ArrayLike,
): (...args: A) => JacobianOf<GradOf<A[0]>, A[0]> {
  const gradient = grad(f as (...args: never) => ArrayLike, { argnums: 0 });
  return jacobian(gradient, { mode: 'reverse' }) as never;
}

/**
 * The product of the Hessian of `f` with a vector, without making the matrix: the cost of a few gradients
 * (torch.autograd.functional.hvp).
 *
 * @param f returns a single number
 * @param x the point, an array or a tree of arrays
 * @param v a direction of the same form
 * @returns H v, in the form of `x`
 * @example
 * hvp((x: NDArray) => x.pow(3).sum(), np.array([1, 2]), np.array([1, 1]));    // array([ 6., 12.])
 */
export function hvp<X>(f: (x: X) => ArrayLike, x: X, v: MapTree<X, ArrayLike>): GradOf<X> {
  const gradient = grad(f);
  const along = (point: X): ArrayLike => {
    const g = leavesOf(gradient(point)) as NDArray[];
    return inner(g, matching('hvp', 'the direction', [v], g));
  };
  return grad(along)(x);
}

/**
 * The same values, cut off from the tape: no gradient flows through them (jax.lax.stop_gradient, torch.Tensor.detach).
 *
 * @param value an array, or a tree of arrays; other values are handed through
 * @example
 * const target = stopGradient(X.dot(W));
 */
export function stopGradient<T>(value: T): T {
  return mapArrays(value, (a) => a.detach());
}
