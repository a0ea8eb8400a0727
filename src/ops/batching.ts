// Batching rules: how an operation on arrays of one example (inside `vmap`) is computed for all examples at once, by the
// same operation on the arrays behind them, whose first axis counts the examples. An operation calls the rule of its
// kind before anything else; null means that no operand is batched. Tapes, gradients and in-place writes happen to the
// arrays behind, so nothing else has to know.

import { BatchedArray, batching, levelOf, NoBatchingRule, physicalAt } from '../core/batch.js';
import { type ArrayLike, NDArray } from '../core/ndarray.js';
import { normalizeAxes, sizeOf } from '../core/shape.js';
import { broadcastTo, expandDims, reshape, squeeze, swapaxes } from './shape.js';

export { BatchedArray, batching } from '../core/batch.js';

/** Axes of length 1 between the examples and the rest, so that examples of different dimensions broadcast. */
function padded(physical: NDArray, ndim: number): NDArray {
  const missing = ndim - (physical.ndim - 1);
  if (missing <= 0) return physical;
  return reshape(physical, [
    physical.shape[0],
    ...new Array<number>(missing).fill(1),
    ...physical.shape.slice(1),
  ]);
}

/** Operations whose operands broadcast, element by element. */
export function overElements(
  operands: readonly unknown[],
  f: (...physical: ArrayLike[]) => NDArray,
): NDArray | null {
  const level = levelOf(operands);
  if (level === 0) return null;
  let ndim = 0;
  for (const a of operands) if (a instanceof NDArray && a.ndim > ndim) ndim = a.ndim;
  const lifted = operands.map((a) => {
    const physical = physicalAt(a, level);
    return (physical === null ? a : padded(physical, ndim)) as ArrayLike;
  });
  return new BatchedArray(f(...lifted), level);
}

/** Writes into an array, element by element. */
export function overWrite(
  target: NDArray,
  value: unknown,
  f: (target: NDArray, value: ArrayLike) => NDArray,
): NDArray | null {
  const level = levelOf([target, value]);
  if (level === 0) return null;
  const into = physicalAt(target, level);
  if (into === null)
    throw new NoBatchingRule(
      'an array that all examples share is changed in place with values of one example',
    );
  const from = physicalAt(value, level);
  f(into, from === null ? (value as ArrayLike) : padded(from, target.ndim));
  target.tracked = into.tracked;
  target.selection?.(target);
  return target;
}

/** Operations of one array, given what to do with the array behind it. */
export function overArray(a: NDArray, f: (physical: NDArray) => NDArray): NDArray | null {
  return a instanceof BatchedArray ? new BatchedArray(f(a.physical), a.level) : null;
}

/** Operations along axes of one array: those of the array behind it are one more. */
export function overAxes(
  caller: string,
  a: NDArray,
  axes: number | readonly number[] | null | undefined,
  f: (physical: NDArray, axes: number[]) => NDArray,
): NDArray | null {
  if (!(a instanceof BatchedArray)) return null;
  const shifted = normalizeAxes(caller, axes, a.ndim).map((d) => d + 1);
  return new BatchedArray(f(a.physical, shifted), a.level);
}

/** Operations on several arrays that each get an axis of examples, whether or not they differ between examples. */
export function overAll(arrays: readonly NDArray[], f: (physical: NDArray[]) => NDArray): NDArray | null {
  const level = levelOf(arrays);
  if (level === 0) return null;
  return new BatchedArray(f(arrays.map((a) => strip(a, level))), level);
}

/** Systems a @ x = b of stacks (..., n, n) and (..., n, k): the examples are one more axis of both stacks. */
export function overSystems(a: NDArray, b: NDArray, f: (a: NDArray, b: NDArray) => NDArray): NDArray | null {
  return overElements([a, b], (p, q) => {
    const [x, y] = [p, q] as [NDArray, NDArray];
    // With one dimension less than a, b would be a stack of vectors.
    const missing = Math.max(x.ndim - y.ndim, 0);
    return f(x, missing === 0 ? y : reshape(y, [...new Array<number>(missing).fill(1), ...y.shape]));
  });
}

/** The array behind `a` at a level, with the examples of that level along its first axis. */
function strip(a: NDArray, level: number): NDArray {
  if (a instanceof BatchedArray) {
    if (a.level === level) return a.physical;
    if (a.level > level) return new BatchedArray(swapaxes(strip(a.physical, level), 0, 1), a.level);
  }
  return broadcastTo(a, [batching.sizes[level - 1], ...a.shape]);
}

/** The reverse of `strip`: the first axis counts the examples of `level`. */
function unstrip(a: NDArray, level: number): NDArray {
  if (a instanceof BatchedArray && a.level > level)
    return new BatchedArray(unstrip(swapaxes(a.physical, 0, 1), level), a.level);
  return new BatchedArray(a, level);
}

/** Stripped of all levels up to `levels`, innermost first. */
export function stripAll(a: NDArray, levels: number): NDArray {
  let out = a;
  for (let level = levels; level > 0; level--) out = strip(out, level);
  return out;
}

export function unstripAll(a: NDArray, levels: number): NDArray {
  let out = a;
  for (let level = 1; level <= levels; level++) out = unstrip(out, level);
  return out;
}

/** a @ b: one product of matrices where b is the same for every example, or W x is wanted for every x. */
export function overMatmul(a: NDArray, b: NDArray, f: (a: NDArray, b: NDArray) => NDArray): NDArray | null {
  const level = levelOf([a, b]);
  if (level === 0 || a.ndim === 0 || b.ndim === 0) return null;
  const [x, y] = [physicalAt(a, level), physicalAt(b, level)];
  const wrap = (out: NDArray): NDArray => new BatchedArray(out, level);
  if (x !== null && y === null && b.ndim <= 2) {
    // Examples and rows together are the rows of one product.
    const lead = x.shape.slice(0, -1);
    const flat = f(reshape(x, [sizeOf(lead), x.shape[x.ndim - 1]]), b);
    return wrap(reshape(flat, [...lead, ...b.shape.slice(1)]));
  }
  if (x === null && y !== null && b.ndim === 1 && a.ndim <= 2) return wrap(f(y, swapaxes2(a)));
  // Vectors become matrices of one row or one column; that axis goes afterwards.
  const ndim = Math.max(a.ndim, b.ndim, 2);
  const left = a.ndim === 1 ? expandDims(x ?? a, -2) : (x ?? a);
  const right = b.ndim === 1 ? expandDims(y ?? b, -1) : (y ?? b);
  let out = f(x === null ? left : padded(left, ndim), y === null ? right : padded(right, ndim));
  if (b.ndim === 1) out = squeeze(out, -1);
  if (a.ndim === 1) out = squeeze(out, b.ndim === 1 ? -1 : -2);
  return wrap(out);
}

const swapaxes2 = (a: NDArray): NDArray => (a.ndim === 2 ? swapaxes(a, 0, 1) : a);

/** Refuses what cannot be put on the tape, or written, for a whole batch. */
export function refuseBatched(name: string, operands: readonly unknown[]): void {
  if (levelOf(operands) > 0) throw new NoBatchingRule(`'${name}' has no batching rule`);
}
