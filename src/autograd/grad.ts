// The functional face of autograd: `grad(f)` and `valueAndGrad(f)` take a function of arrays, or of objects and lists
// of arrays, and return one that computes its gradient, in the type of the arguments.

import { asarray } from '../core/create.js';
import { isComplex, isInexact } from '../core/dtype.js';
import type { ArrayLike, NDArray } from '../core/ndarray.js';
import { enableGrad, tape } from '../core/node.js';
import { shapeText } from '../core/shape.js';
import { type GradOf, mapArrays, mapTree, withLeaves } from '../core/tree.js';
import type { Arguments } from '../core/typing.js';
import { batching, stripAll, unstripAll } from '../ops/batching.js';
import { castTo } from '../ops/operands.js';
import { track } from '../ops/registry.js';
import { filled, gradients, type Recording, recordingOf } from './tape.js';

export type { GradOf, Tree } from '../core/tree.js';

/** Which arguments the gradient is taken of: the position of one, or a list of positions. */
export type Argnums = number | readonly number[];

/** The gradient of the arguments that `argnums` names: of one position a gradient, of a list a list. */
export type GradAt<A extends readonly unknown[], N extends Argnums> = N extends number
  ? GradOf<A[N]>
  : { -readonly [K in keyof N]: N[K] extends number ? GradOf<A[N[K]]> : never };

export interface GradOptions<N extends Argnums = Argnums> {
  /** Position, or list of positions, of the arguments to differentiate; the first by default. */
  argnums?: N;
  /** The function returns `[result, more]`; `more` is handed through. */
  hasAux?: boolean;
}

/** Twins of the leaves of an argument: the same values as leaves of a tape of their own. */
export interface Twins<T> {
  readonly inside: T;
  readonly leaves: NDArray[];
}

/** Replaces the leaves of a tree by twins, so that the caller's arrays stay as they are; a twin of a tracked array is tied to it. */
export function twinsOf<T>(caller: string, tree: T, name: string): Twins<T> {
  const leaves: NDArray[] = [];
  const inside = mapTree(tree, (leaf, path) => {
    const where = path === '' ? name : `parameter '${path}'`;
    if (typeof leaf !== 'number' && (typeof leaf !== 'object' || leaf === null)) {
      throw new TypeError(
        `${caller}: ${where} is ${typeof leaf} ${String(leaf)}; gradients exist for floating point arrays and numbers.`,
      );
    }
    const a = asarray(leaf as ArrayLike, caller);
    if (!isInexact(a.dtype)) {
      throw new TypeError(
        `${caller}: ${where} has dtype ${a.dtype}; gradients exist for floating point arrays. Convert it with astype('float64').`,
      );
    }
    const twin = twinOf(a);
    leaves.push(twin);
    return twin;
  }) as T;
  return { inside, leaves };
}

/**
 * The same values as a leaf of a tape of its own, tied to `a` when that is tracked. Inside `vmap` every example gets a
 * twin, so that what they share has a gradient for each.
 */
export function twinOf(a: NDArray): NDArray {
  const { open } = batching;
  if (open > 0) return unstripAll(plainTwin(stripAll(a, open)), open);
  return plainTwin(a);
}

function plainTwin(a: NDArray): NDArray {
  const twin = a.remap(a.shape, a.stridesEl, a.offset);
  twin.base = null;
  track('identity', twin, [a], [(g) => g], []);
  twin.tracked = true;
  return twin;
}

/** Refuses a promise: gradients are taken of synchronous functions. */
export function refusePromise(caller: string, result: unknown): void {
  if (result instanceof Promise) {
    throw new TypeError(
      `${caller}: the function returned a promise; gradients are taken of synchronous functions.`,
    );
  }
}

/** A result as the caller sees it: a plain value, unless it also depends on tracked arrays outside. */
export const settled = (a: NDArray, recording: Recording): NDArray =>
  recording.outside.length > 0 ? a : a.detach();

const ordinal = (i: number): string => (i === 0 ? 'the argument' : `argument ${i}`);

/**
 * A function that returns the value of `f` and its gradient, by default with respect to the first argument
 * (jax.value_and_grad).
 *
 * @param f returns a single number; the arguments to differentiate are arrays, numbers or objects/lists of arrays
 * @param options `argnums`: which arguments; `hasAux`: f returns `[value, more]`, and the result is
 *   `[[value, more], gradient]`
 * @returns `(...args) => [value, gradient]`; the gradient has the form of the argument
 * @throws TypeError when `f` does not return a single number, or an argument is not floating point
 * @example
 * const loss = (W: NDArray, b: NDArray) => nn.crossEntropy(X.dot(W).add(b), y);
 * const [value, g] = valueAndGrad((p: { W: NDArray }) => np.sum(X.dot(p.W).square()))({ W });
 * g.W.shape;   // [2, 3]
 * const [l, [dW, db]] = valueAndGrad(loss, { argnums: [0, 1] })(W, np.zeros(3));
 */
export function valueAndGrad<P = NDArray, A extends unknown[] = NDArray[]>(
  f: (params: P, ...rest: A) => ArrayLike,
): (params: P, ...rest: A) => [NDArray, GradOf<P>];
export function valueAndGrad<A extends Arguments, X, const N extends Argnums = 0>(
  f: (...args: A) => readonly [ArrayLike, X],
  options: GradOptions<N> & { hasAux: true },
): (...args: A) => [[NDArray, X], GradAt<A, N>];
export function valueAndGrad<A extends Arguments, const N extends Argnums = 0>(
  f: (...args: A) => ArrayLike,
  options: GradOptions<N> & { hasAux?: false },
): (...args: A) => [NDArray, GradAt<A, N>];
export function valueAndGrad(
  f: (...args: never[]) => unknown,
  options: GradOptions = {},
): (...args: unknown[]) => [unknown, unknown] {
  return withGrad('grad', f as (...args: unknown[]) => unknown, options);
}

function withGrad(
  caller: string,
  f: (...args: unknown[]) => unknown,
  { argnums = 0, hasAux = false }: GradOptions,
): (...args: unknown[]) => [unknown, unknown] {
  const positions = typeof argnums === 'number' ? [argnums] : argnums;
  return (...args) => {
    const since = tape.lastId;
    const inside = [...args];
    const twins = positions.map((i) => {
      if (!Number.isInteger(i) || i < 0 || i >= Math.max(args.length, 1)) {
        throw new RangeError(`${caller}: argnums names argument ${i}, but ${args.length} were given.`);
      }
      const found = twinsOf(caller, args[i], ordinal(i));
      inside[i] = found.inside;
      return found;
    });
    const result = enableGrad(() => f(...inside));
    refusePromise(caller, result);
    if (hasAux && !(Array.isArray(result) && result.length === 2)) {
      throw new TypeError(`${caller}: with hasAux the function must return [value, more].`);
    }
    const [given, aux] = hasAux ? (result as [ArrayLike, unknown]) : [result as ArrayLike, undefined];
    const value = asarray(given, caller);
    if (value.size !== 1) {
      throw new TypeError(
        `${caller}: the function must return a single number, not an array of shape ${shapeText(value.shape)}. Reduce it, e.g. with np.sum.`,
      );
    }
    if (isComplex(value.dtype)) {
      throw new TypeError(
        `${caller}: gradients start from a real number, but the function returned ${value.dtype}. Take np.real(loss) or np.abs(loss).`,
      );
    }
    const recording = recordingOf(
      [value],
      twins.flatMap((t) => t.leaves),
      since,
    );
    const found = gradients(recording, [filled(value, 1)]);
    let i = 0;
    const gs = positions.map((p, k) =>
      withLeaves(
        args[p],
        twins[k].leaves.map((leaf) => castTo(found[i++], leaf.dtype)),
      ),
    );
    const gradient = typeof argnums === 'number' ? gs[0] : gs;
    const plain = settled(value, recording);
    return [
      hasAux ? [plain, mapArrays(aux, (a) => (a.tracked ? settled(a, recording) : a))] : plain,
      gradient,
    ];
  };
}

/**
 * A function that returns the gradient of `f`, by default with respect to its first argument (jax.grad). May be
 * nested: `grad(grad(f))` is the second derivative of a function of one number.
 *
 * @param f returns a single number
 * @param options `argnums`: which arguments, `hasAux`: f returns `[value, more]`, and the result is `[gradient, more]`
 * @returns `(...args) => gradient`, in the form of the argument
 * @example
 * grad((x: number) => np.sin(x))(0);   // 1.0
 * const params = { W, b: np.zeros(3) };
 * const { W: dW, b: db } = grad((p: typeof params) => nn.crossEntropy(X.dot(p.W).add(p.b), y))(params);
 * const [du, dv] = grad((u: NDArray, v: NDArray) => u.mul(v).sum(), { argnums: [0, 1] })(u, v);
 * du;   // array([3., 4.])
 */
export function grad<P = NDArray, A extends unknown[] = NDArray[]>(
  f: (params: P, ...rest: A) => ArrayLike,
): (params: P, ...rest: A) => GradOf<P>;
export function grad<A extends Arguments, X, const N extends Argnums = 0>(
  f: (...args: A) => readonly [ArrayLike, X],
  options: GradOptions<N> & { hasAux: true },
): (...args: A) => [GradAt<A, N>, X];
export function grad<A extends Arguments, const N extends Argnums = 0>(
  f: (...args: A) => ArrayLike,
  options: GradOptions<N> & { hasAux?: false },
): (...args: A) => GradAt<A, N>;
export function grad(
  f: (...args: never[]) => unknown,
  options: GradOptions = {},
): (...args: unknown[]) => unknown {
  const both = withGrad('grad', f as (...args: unknown[]) => unknown, options);
  return (...args) => {
    const [value, gradient] = both(...args);
    return options.hasAux ? [gradient, (value as [unknown, unknown])[1]] : gradient;
  };
}
