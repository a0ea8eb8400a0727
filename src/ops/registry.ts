// What all operations share: the list of them, which the op-table test walks, and how a result gets onto the tape.
// An operation itself is one block in the file of its family.

import { BatchedArray, batching, NoBatchingRule } from '../core/batch.js';
import { asarray } from '../core/create.js';
import { type ArrayLike, method, NDArray } from '../core/ndarray.js';
import { record, tape, type Vjp } from '../core/node.js';

export interface OpInfo {
  readonly name: string;
  readonly differentiable: boolean;
}

/** Every operation, by NumPy's name. A differentiable one must have a row in the op table of the tests. */
export const registry = new Map<string, OpInfo>();

export function register(name: string, differentiable: boolean): void {
  registry.set(name, { name, differentiable });
}

/** The gradient of one operand from the gradient of the result, in the library's own operations. */
export type Rule = (g: NDArray) => ArrayLike | null;

/** Puts a view on the tape again whose memory was written through another array; set by alias.ts. */
export const views = { refresh: (_: NDArray): void => {} };

/** An array, with the node of what its memory holds now. */
export function current(a: NDArray): NDArray {
  if (a.base !== null && a.node !== null && a.node.moved !== a.storage.moved) views.refresh(a);
  return a;
}

/**
 * Puts a result on the tape when one of its operands is tracked. `operands` and `rules` go in pairs; a rule runs only
 * for a tracked operand, and its result is summed down to that operand's shape by the walker. `saved` are the arrays
 * whose values the rules read.
 */
export function track(
  op: string,
  out: NDArray,
  operands: readonly unknown[],
  rules: readonly Rule[],
  saved: readonly unknown[],
): NDArray {
  if (!tape.recording) return out;
  const inputs: NDArray[] = [];
  const active: Rule[] = [];
  for (let i = 0; i < operands.length; i++) {
    const operand = operands[i];
    if (operand instanceof NDArray && operand.tracked) {
      inputs.push(current(operand));
      active.push(rules[i]);
    }
  }
  if (inputs.length === 0) return out;
  if (batching.open > 0 && out instanceof BatchedArray)
    throw new NoBatchingRule(`'${op}' has no batching rule`);
  const kept: NDArray[] = [];
  for (let i = 0; i < saved.length; i++) {
    const array = saved[i];
    if (array instanceof NDArray) kept.push(array);
  }
  const vjp: Vjp = (g) => {
    const found = new Array<NDArray | null>(active.length);
    for (let i = 0; i < active.length; i++) {
      const result = active[i](g);
      found[i] = result === null || result instanceof NDArray ? result : asarray(result);
    }
    return found;
  };
  record(op, out, inputs, kept, vjp, operands);
  return out;
}

/**
 * `track` with one rule for all operands, for gradients that share work. Gradients of operands that are not tracked are
 * dropped; the rule may leave them null.
 */
export function trackJointly(
  op: string,
  out: NDArray,
  operands: readonly NDArray[],
  rule: (g: NDArray) => readonly (NDArray | null)[],
  saved: readonly NDArray[],
): NDArray {
  if (!tracking(...operands)) return out;
  const active = operands.flatMap((a, i) => (a.tracked ? [i] : []));
  record(
    op,
    out,
    active.map((i) => current(operands[i])),
    saved,
    (g) => {
      const found = rule(g);
      return active.map((i) => found[i]);
    },
  );
  return out;
}

/** Whether a call on these operands has to go onto the tape. */
export function tracking(...operands: unknown[]): boolean {
  if (!tape.recording) return false;
  for (const operand of operands) if (operand instanceof NDArray && operand.tracked) return true;
  return false;
}

export { method };
