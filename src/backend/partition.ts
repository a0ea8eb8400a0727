// Partial sorts along the last axis.

import type { NDArray } from '../core/ndarray.js';
import { begin, command, LIST, op, requireContiguous, run, setAddress, setParam } from './command.js';

// What the command buffer's list holds.
const MOST = 400;

/** Writes and runs the command. */
function issue(code: number, a: NDArray, out: NDArray, kth: readonly number[]): void {
  const n = a.shape.length === 0 ? 1 : a.shape[a.shape.length - 1];
  begin(code, a.dtype, 0);
  setAddress(0, out);
  setAddress(1, a);
  setParam(0, a.size / n);
  setParam(1, n);
  setParam(2, kth.length);
  for (let i = 0; i < kth.length; i++) command[LIST + i] = kth[i];
  run();
}

/** Whether this many positions fit into one command; a full sort is the answer to more. */
export const partitionable = (kth: readonly number[]): boolean => kth.length <= MOST;

/** Partitions a along its last axis, in place (numpy.ndarray.partition). a is contiguous and not empty. */
export function partitionRows(a: NDArray, kth: readonly number[]): void {
  requireContiguous('partition', a, a.size);
  issue(op.partition, a, a, kth);
}

/** out = indices that partition a along its last axis (numpy.argpartition). Both contiguous, not empty. */
export function argpartitionRows(out: NDArray, a: NDArray, kth: readonly number[]): void {
  requireContiguous('argpartition', a, a.size);
  requireContiguous('argpartition', out, a.size);
  issue(op.argpartition, a, out, kth);
}
