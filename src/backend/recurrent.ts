// What goes from step to step in one direction of a recurrent layer, forward and backward in time: float32 and float64,
// contiguous operands. Operands and their meaning stand in native/cpu/recurrent.cc.

import type { NDArray } from '../core/ndarray.js';
import { begin, clearOperand, opcode, run, setAddress, setParam } from './command.js';

/** The kinds of native/cpu/table.h, in their order. */
const kinds = ['tanh', 'relu', 'LSTM', 'GRU'] as const;
export type RecurrentKind = (typeof kinds)[number];

export interface RecurrentGeometry {
  readonly kind: RecurrentKind;
  /** Steps, examples, hidden units. */
  readonly t: number;
  readonly n: number;
  readonly h: number;
  /** Whether time runs from the last step to the first. */
  readonly reverse: boolean;
}

const codes = { forward: opcode('recurrentForward'), backward: opcode('recurrentBackward') };

function issue(
  code: number,
  g: RecurrentGeometry,
  operands: readonly (NDArray | null)[],
  wanted: boolean,
): void {
  begin(code, operands[0]!.dtype, 0);
  const numbers = [kinds.indexOf(g.kind), g.t, g.n, g.h, Number(g.reverse), Number(wanted)];
  for (let i = 0; i < numbers.length; i++) setParam(i, numbers[i]);
  for (let k = 0; k < operands.length; k++) {
    const a = operands[k];
    if (a === null) clearOperand(k);
    else setAddress(k, a);
  }
  run();
}

/**
 * The hidden states of all steps into `out` (T, N, H), from the inputs' share of the gates. `gates` (T, N, parts H) is
 * replaced by the activated gates; of the plain RNN it is `out`.
 *
 * @param state initial hidden state, and cell state of the LSTM (N, H); null for zeros
 * @param biases (parts H) or null; of the GRU the second one belongs to the products with the state
 * @param memory (T, N, H), written: cell states of the LSTM, the candidate's products of the GRU
 */
export function recurrentForward(
  g: RecurrentGeometry,
  gates: NDArray,
  out: NDArray,
  weights: NDArray,
  state: readonly (NDArray | null)[],
  biases: readonly (NDArray | null)[],
  memory: NDArray | null,
): void {
  issue(codes.forward, g, [gates, out, weights, state[0], ...biases, memory, state[1] ?? null], false);
}

/**
 * The gradient of the gates before activation into `dgates` (T, N, parts H).
 *
 * @param before what a step reads of the one before: cell states of the LSTM, hidden states of the GRU; else null
 * @param initial the same for the first step, null for zeros
 * @param gradient of the hidden states (T, N, H)
 * @param carried (N, H), written: the gradient of the initial hidden state if `wanted`
 * @param more LSTM: gradient of the last cell state in, of the initial one out (N, H). GRU: the candidate's products in,
 *   their gradients out (T, N, H)
 */
export function recurrentBackward(
  g: RecurrentGeometry,
  dgates: NDArray,
  gates: NDArray,
  weights: NDArray,
  before: NDArray | null,
  initial: NDArray | null,
  gradient: NDArray,
  carried: NDArray,
  more: NDArray | null,
  wanted: boolean,
): void {
  issue(codes.backward, g, [dgates, gates, before, weights, gradient, initial, carried, more], wanted);
}
