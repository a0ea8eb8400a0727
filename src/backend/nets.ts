// Layers and losses of nets in one native pass: normalisation of channels, softmax with cross-entropy, what follows the
// product of a linear layer.

import type { NDArray } from '../core/ndarray.js';
import { begin, clearOperand, opcode, run, setAddress, setParam } from './command.js';

const codes = {
  norm: opcode('batchNorm'),
  given: opcode('batchNormGiven'),
  normGrad: opcode('batchNormGrad'),
  givenGrad: opcode('batchNormGivenGrad'),
  crossEntropy: opcode('crossEntropy'),
  finishRows: opcode('finishRows'),
  maskByResult: opcode('maskByResult'),
};

function operand(k: number, a: NDArray | null): void {
  if (a === null) clearOperand(k);
  else setAddress(k, a);
}

/** (examples, channels, elements of a channel in an example). */
export type Channels = readonly [n: number, c: number, s: number];

/**
 * out = (x - mean) / sqrt(variance + eps) * weight + bias, by channel. All contiguous and of one dtype; weight and bias
 * may be null. Unless `given`, mean and variance are those of x, and are written.
 */
export function normalize(
  out: NDArray,
  x: NDArray,
  weight: NDArray | null,
  bias: NDArray | null,
  statistics: { mean: NDArray; variance: NDArray; given: boolean },
  shape: Channels,
  eps: number,
): void {
  begin(statistics.given ? codes.given : codes.norm, out.dtype, 0);
  setAddress(0, out);
  setAddress(1, x);
  operand(2, weight);
  operand(3, bias);
  setAddress(4, statistics.mean);
  setAddress(5, statistics.variance);
  for (let i = 0; i < 3; i++) setParam(i, shape[i]);
  setParam(3, eps);
  run();
}

/** The gradients of `normalize`: of its input, and by channel of weight and bias. */
export function normalizeGrad(
  dx: NDArray,
  dweight: NDArray,
  dbias: NDArray,
  x: NDArray,
  g: NDArray,
  weight: NDArray | null,
  statistics: { mean: NDArray; variance: NDArray; given: boolean },
  shape: Channels,
  eps: number,
): void {
  begin(statistics.given ? codes.givenGrad : codes.normGrad, dx.dtype, 0);
  setAddress(0, dx);
  setAddress(1, x);
  setAddress(2, g);
  operand(3, weight);
  setAddress(4, statistics.mean);
  setAddress(5, statistics.variance);
  setAddress(6, dweight);
  setAddress(7, dbias);
  for (let i = 0; i < 3; i++) setParam(i, shape[i]);
  setParam(3, eps);
  run();
}

/**
 * losses = log(sum(exp(scores))) - the score of the label, by row; gradient = probabilities, minus 1 at the label.
 * @param scores (n, k) with contiguous rows
 * @param labels n, of any real dtype; throws for one that is no class
 */
export function crossEntropy(
  losses: NDArray,
  gradient: NDArray | null,
  scores: NDArray,
  labels: NDArray,
): void {
  const [n, k] = scores.shape;
  begin(codes.crossEntropy, losses.dtype, 0);
  setAddress(0, losses);
  operand(1, gradient);
  setAddress(2, scores);
  setAddress(3, labels);
  setParam(0, n);
  setParam(1, k);
  setParam(2, n > 1 ? scores.stridesEl[0] : k);
  setParam(3, labels.stridesEl[0]);
  run();
}

/** Adds `row` to each row of `out` (rows, cols), and then replaces negative elements by 0 if `rectified`. Contiguous. */
export function finishRows(out: NDArray, row: NDArray | null, rectified: boolean): void {
  begin(codes.finishRows, out.dtype, 0);
  setAddress(0, out);
  operand(1, row);
  setParam(0, out.shape[0]);
  setParam(1, out.shape[1]);
  setParam(2, Number(rectified));
  run();
}

/** out = gradient where `result`, the rectifier's, is positive, else 0. All contiguous, of one dtype and size. */
export function maskByResult(out: NDArray, gradient: NDArray, result: NDArray): void {
  begin(codes.maskByResult, out.dtype, 0);
  setAddress(0, out);
  setAddress(1, gradient);
  setAddress(2, result);
  setParam(0, out.size);
  run();
}
