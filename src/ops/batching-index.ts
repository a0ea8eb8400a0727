// Reading and writing by index inside `vmap`: the indices of one example, applied to all examples at once. The axis of
// examples comes in front of the items; index arrays that differ between examples are paired with their numbers.

import { BatchedArray, levelOf, NoBatchingRule, physicalAt } from '../core/batch.js';
import { type ArrayLike, empty, NDArray } from '../core/ndarray.js';
import type { Shape } from '../core/shape.js';
import { type Item, isBasic, parse } from './indices.js';
import { broadcastTo, moveaxis, reshape } from './shape.js';

/** Reading and writing with parsed items, as index.ts does it. */
interface Access {
  read(a: NDArray, items: readonly Item[]): NDArray;
  write(a: NDArray, items: readonly Item[], value: ArrayLike): void;
}

const whole = (length: number): Item => ({ kind: 'slice', start: 0, step: 1, length });

/** How the axes of an advanced index's block lie in the result: how many, from where, and whether in front. */
function blockOf(items: readonly Item[]): { ndim: number; at: number; apart: boolean } {
  let ndim = 0;
  let at = -1;
  let before = 0;
  const places: number[] = [];
  items.forEach((item, i) => {
    if (item.kind === 'new' || item.kind === 'slice') {
      before++;
      return;
    }
    if (at < 0) at = before;
    places.push(i);
    if (item.kind === 'array') ndim = Math.max(ndim, item.index.ndim);
    else if (item.kind === 'mask') ndim = Math.max(ndim, 1);
  });
  const advanced = items.some((item) => item.kind === 'array' || item.kind === 'mask');
  const apart = advanced && places[places.length - 1] - places[0] + 1 !== places.length;
  return { ndim, at: apart ? 0 : at, apart };
}

/** Reads from, or with, arrays of one example; null when none takes part. `basic` says that the result is a view. */
export function readBatched(
  a: NDArray,
  indices: readonly unknown[],
  access: Access,
): { out: NDArray; basic: boolean } | null {
  const level = levelOf([a, ...indices]);
  if (level === 0) return null;
  if (levelOf(indices) < level) {
    const items = parse('at', a, indices);
    return { out: access.read(a, items), basic: isBasic(items) };
  }
  const out = readWithBatched(a, physicalAt(a, level), indices, level, access);
  return { out: new BatchedArray(out, level), basic: false };
}

/** Reads with indices that all examples share. */
export function readItems(a: NDArray, items: readonly Item[], access: Access): NDArray | null {
  if (!(a instanceof BatchedArray)) return null;
  const out = access.read(a.physical, [whole(a.physical.shape[0]), ...items]);
  const block = blockOf(items);
  return new BatchedArray(block.apart ? moveaxis(out, block.ndim, 0) : out, a.level);
}

/** The reverse of reading, see `scatterAdd` in index.ts. */
export function scatterItems(
  g: NDArray,
  shape: Shape,
  items: readonly Item[],
  scatter: (g: NDArray, shape: Shape, items: readonly Item[]) => NDArray,
): NDArray | null {
  if (!(g instanceof BatchedArray)) return null;
  const count = g.physical.shape[0];
  const block = blockOf(items);
  const values = block.apart ? moveaxis(g.physical, 0, block.ndim) : g.physical;
  return new BatchedArray(scatter(values, [count, ...shape], [whole(count), ...items]), g.level);
}

/** Index arrays that differ between examples: their block begins with the axis of examples. */
function readWithBatched(
  a: NDArray,
  x: NDArray | null,
  indices: readonly unknown[],
  level: number,
  access: Access,
): NDArray {
  let ndim = 0;
  for (const index of indices) {
    if (physicalAt(index, level)?.dtype === 'bool')
      throw new NoBatchingRule('a mask of one example selects a different number of elements from each');
    if (typeof index === 'object' && index !== null) {
      ndim = Math.max(ndim, index instanceof NDArray ? index.ndim : depthOf(index));
    }
  }
  let count = 0;
  const entries = indices.map((index) => {
    const physical = physicalAt(index, level);
    if (physical === null) return index;
    count = physical.shape[0];
    const ones = new Array<number>(ndim - physical.ndim + 1).fill(1);
    return reshape(physical, [count, ...ones, ...physical.shape.slice(1)]);
  });
  const items = parse('at', a, entries);
  const block = blockOf(items);
  if (x === null) return moveaxis(access.read(a, items), block.at, 0);
  const own: Item = {
    kind: 'array',
    index: reshape(counting(count), [count, ...new Array<number>(ndim).fill(1)]),
  };
  // All index arrays together now start at axis 0, so the block comes first; put it where one example has it.
  const out = access.read(x, [own, ...items]);
  const axes = Array.from({ length: ndim }, (_, d) => d + 1);
  return moveaxis(
    out,
    axes,
    axes.map((d) => d + block.at),
  );
}

const depthOf = (list: unknown): number => (Array.isArray(list) ? 1 + depthOf(list[0]) : 0);

function counting(n: number): NDArray {
  const out = empty([n], 'int64');
  const raw = out.raw() as BigInt64Array;
  for (let i = 0; i < n; i++) raw[i] = BigInt(i);
  return out;
}

/** Writes values into an array of one example; null when no operand is one. */
export function writeBatched(
  a: NDArray,
  indices: readonly unknown[],
  value: ArrayLike,
  access: Access,
): NDArray | null {
  const level = levelOf([a, value, ...indices]);
  if (level === 0) return null;
  const x = physicalAt(a, level);
  if (x === null || levelOf(indices) === level) {
    throw new NoBatchingRule(
      'an array is written at positions, or with values, that its batching rule does not cover',
    );
  }
  const items = parse('set', a, indices);
  const block = blockOf(items);
  const physicalItems = [whole(x.shape[0]), ...items];
  let from = value;
  if (value instanceof NDArray && (block.apart || physicalAt(value, level) !== null)) {
    // The values of one example, as they lie in what a read would give.
    const like = access.read(x.detach(), physicalItems);
    const shape = block.apart ? moveaxis(like, block.ndim, 0).shape : like.shape;
    const v = physicalAt(value, level);
    if (v !== null && value.ndim > shape.length - 1)
      throw new NoBatchingRule("'set' with leading axes of length 1");
    const ones = new Array<number>(shape.length - 1 - value.ndim).fill(1);
    const full = v === null ? broadcastTo(value, shape) : reshape(v, [v.shape[0], ...ones, ...value.shape]);
    from = block.apart ? moveaxis(broadcastTo(full, shape), 0, block.ndim) : full;
  }
  access.write(x, physicalItems, from);
  a.tracked = x.tracked;
  return a;
}
