// The functional face of autograd: `grad(f)` and `valueAndGrad(f)` take a function of arrays, or of objects and lists
// of arrays, and return one that computes its gradient, in the type of the first argument.

import { asarray } from '../core/create.js';
import { isFloat } from '../core/dtype.js';
import { type ArrayLike, NDArray } from '../core/ndarray.js';
import { shapeText } from '../core/shape.js';
import { castTo } from '../ops/elementwise.js';
import { track } from '../ops/registry.js';
import { gradients } from './tape.js';

/** Parameters: an array, a number, or lists and objects of them to any depth. */
export type Tree = ArrayLike | { readonly [name: string]: Tree } | readonly Tree[];

/** What the gradient of a tree looks like: the same tree, with an array in the place of each leaf. */
export type GradOf<T> = T extends NDArray | number | bigint | boolean
  ? NDArray
  : T extends readonly (infer E)[]
    ? number extends T['length']
      ? E extends number
        ? NDArray
        : GradOf<E>[]
      : { [K in keyof T]: GradOf<T[K]> }
    : T extends object
      ? { [K in keyof T]: GradOf<T[K]> }
      : never;

let depth = 0;

function isLeafValue(value: unknown): boolean {
  return (
    value instanceof NDArray ||
    typeof value !== 'object' ||
    value === null ||
    ArrayBuffer.isView(value) ||
    isNumberList(value)
  );
}

const isNumberList = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && typeof value[0] !== 'object';

/** Applies `f` to the leaves of a tree and keeps its form. */
function mapTree(tree: unknown, f: (leaf: unknown, path: string) => unknown, path = ''): unknown {
  if (isLeafValue(tree)) return f(tree, path);
  if (Array.isArray(tree)) return tree.map((t, i) => mapTree(t, f, `${path}[${i}]`));
  return Object.fromEntries(
    Object.entries(tree as object).map(([k, t]) => [k, mapTree(t, f, path === '' ? k : `${path}.${k}`)]),
  );
}

/**
 * A function that returns the value of `f` and its gradient with respect to the first argument (jax.value_and_grad).
 *
 * @param f returns a single number; its first argument is an array or an object/list of arrays
 * @returns `(params, ...rest) => [value, gradient]`; the gradient has the form of `params`
 * @throws TypeError when `f` does not return a single number, or a parameter is not floating point
 * @example
 * const [loss, g] = valueAndGrad((p: Params) => np.sum((X.dot(p.W).sub(y)).square()))({ W });
 */
export function valueAndGrad<P, A extends unknown[]>(
  f: (params: P, ...rest: A) => ArrayLike,
): (params: P, ...rest: A) => [NDArray, GradOf<P>] {
  return (params, ...rest) => {
    const leaves: NDArray[] = [];
    const inside = mapTree(params, (leaf, path) => {
      const where = path === '' ? 'the argument' : `parameter '${path}'`;
      if (typeof leaf !== 'number' && (typeof leaf !== 'object' || leaf === null)) {
        throw new TypeError(
          `grad: ${where} is ${typeof leaf} ${String(leaf)}; gradients exist for floating point arrays and numbers.`,
        );
      }
      const a = asarray(leaf as ArrayLike, 'grad');
      if (!isFloat(a.dtype)) {
        throw new TypeError(
          `grad: ${where} has dtype ${a.dtype}; gradients exist for floating point arrays. Convert it with astype('float64').`,
        );
      }
      // A twin, so that the caller's array stays as it is; tied to it when an outer gradient is being taken.
      const twin = a.view(a.shape, a.stridesEl, a.offset);
      twin.base = null;
      track('identity', twin, [a], [(g) => g], []);
      twin.tracked = true;
      leaves.push(twin);
      return twin;
    }) as P;
    depth++;
    let value: NDArray;
    let found: NDArray[];
    try {
      const result = f(inside, ...rest);
      if (result instanceof Promise) {
        throw new TypeError(
          'grad: the function returned a promise; gradients are taken of synchronous functions.',
        );
      }
      value = asarray(result, 'grad');
      if (value.size !== 1) {
        throw new TypeError(
          `grad: the function must return a single number, not an array of shape ${shapeText(value.shape)}. Reduce it, e.g. with np.sum.`,
        );
      }
      found = gradients(value, leaves, { nested: depth > 1 });
    } finally {
      depth--;
    }
    let i = 0;
    const gradient = mapTree(params, () => castTo(found[i], leaves[i++].dtype)) as GradOf<P>;
    return [depth > 0 ? value : value.detach(), gradient];
  };
}

/**
 * A function that returns the gradient of `f` with respect to its first argument (jax.grad). May be nested:
 * `grad(grad(f))` is the second derivative of a function of one number.
 */
export function grad<P, A extends unknown[]>(
  f: (params: P, ...rest: A) => ArrayLike,
): (params: P, ...rest: A) => GradOf<P> {
  const both = valueAndGrad(f);
  return (params, ...rest) => both(params, ...rest)[1];
}
