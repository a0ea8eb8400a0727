// Trees: parameters as users keep them, an array or objects and lists of arrays to any depth. How to walk one, and the
// types that say that a result has the form of its argument.

import { Complex } from './complex.js';
import { type ArrayLike, NDArray } from './ndarray.js';
import type { IsAny } from './typing.js';

/** Parameters: an array, a number, or lists and objects of them to any depth. */
export type Tree = ArrayLike | { readonly [name: string]: Tree } | readonly Tree[];

/**
 * The same tree with a `Leaf` in the place of each array or number; a list of numbers is one leaf. `any` is a parameter
 * without a type in a function that is handed over: nothing is known of what follows from it either.
 */
export type MapTree<T, Leaf> =
  IsAny<T> extends true
    ? T
    : T extends NDArray | number | bigint | boolean | Complex
      ? Leaf
      : T extends readonly (infer E)[]
        ? number extends T['length']
          ? E extends number
            ? Leaf
            : MapTree<E, Leaf>[]
          : { -readonly [K in keyof T]: MapTree<T[K], Leaf> }
        : T extends object
          ? { -readonly [K in keyof T]: MapTree<T[K], Leaf> }
          : never;

/** What the gradient of a tree looks like: the same tree, with an array of its dtype in the place of each leaf. */
export type GradOf<T> =
  IsAny<T> extends true
    ? T
    : T extends NDArray<infer D>
      ? NDArray<D>
      : T extends number | bigint | boolean | Complex
        ? NDArray
        : T extends readonly (infer E)[]
          ? number extends T['length']
            ? E extends number
              ? NDArray
              : GradOf<E>[]
            : { -readonly [K in keyof T]: GradOf<T[K]> }
          : T extends object
            ? { -readonly [K in keyof T]: GradOf<T[K]> }
            : never;

const isNumberList = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && typeof value[0] !== 'object';

/** Whether a value stands for one array: not an object or a list of further parameters. */
export function isLeaf(value: unknown): boolean {
  return (
    value instanceof NDArray ||
    value instanceof Complex ||
    typeof value !== 'object' ||
    value === null ||
    ArrayBuffer.isView(value) ||
    isNumberList(value)
  );
}

/** Applies `f` to the leaves of a tree, in order, and keeps its form. `path` is where a leaf stands: `layers[0].W`. */
export function mapTree(tree: unknown, f: (leaf: unknown, path: string) => unknown, path = ''): unknown {
  if (isLeaf(tree)) return f(tree, path);
  if (Array.isArray(tree)) return tree.map((t, i) => mapTree(t, f, `${path}[${i}]`));
  return Object.fromEntries(
    Object.entries(tree as object).map(([k, t]) => [k, mapTree(t, f, path === '' ? k : `${path}.${k}`)]),
  );
}

/** The leaves of a tree in order. */
export function leavesOf(tree: unknown): unknown[] {
  const leaves: unknown[] = [];
  mapTree(tree, (leaf) => leaves.push(leaf));
  return leaves;
}

/** The tree with its leaves replaced, in order. */
export function withLeaves(tree: unknown, leaves: readonly unknown[]): unknown {
  let i = 0;
  return mapTree(tree, () => leaves[i++]);
}

/** The arrays inside any value: alone, in lists or in plain objects. */
export function mapArrays<T>(value: T, f: (a: NDArray) => unknown): T {
  if (value instanceof NDArray) return f(value) as T;
  if (Array.isArray(value)) return value.map((v) => mapArrays(v, f)) as T;
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, mapArrays(v, f)])) as T;
  }
  return value;
}
