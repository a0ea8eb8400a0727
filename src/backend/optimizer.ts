// The fused step of an optimiser: parameter, gradient and state in one pass over memory.

import type { NDArray } from '../core/ndarray.js';
import {
  begin,
  clearOperand,
  opcode,
  requireContiguous,
  run,
  setAddress,
  setDim,
  setParam,
} from './command.js';

const code = opcode('optimizerStep');

/** The rules of native/cpu/isa/steps.cc, in its order. */
const stepRules = ['sgd', 'velocity', 'adagrad', 'rmsprop', 'adam', 'adadelta'] as const;
export type StepRule = (typeof stepRules)[number];

/**
 * Updates `parameter` and `state` in place.
 *
 * @param gradient of the parameter's shape and dtype, contiguous
 * @param state arrays like the parameter; null where the rule does without
 * @param numbers learning rate, weight decay, sign, then the rule's own
 */
export function optimizerStep(
  rule: StepRule,
  parameter: NDArray,
  gradient: NDArray,
  state: readonly (NDArray | null)[],
  numbers: readonly number[],
): void {
  requireContiguous('optimizerStep', parameter, parameter.size);
  begin(code, parameter.dtype, 1);
  setDim(0, parameter.size);
  setParam(0, stepRules.indexOf(rule));
  for (let i = 0; i < numbers.length; i++) setParam(1 + i, numbers[i]);
  setAddress(0, parameter);
  setAddress(1, gradient);
  for (let k = 0; k < 3; k++) {
    const s = state[k];
    if (s) setAddress(2 + k, s);
    else clearOperand(2 + k);
  }
  run();
  parameter.storage.version++;
}
