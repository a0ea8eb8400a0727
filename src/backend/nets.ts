// Layers and losses of nets in one native pass: normalisation of channels, softmax with cross-entropy, linear layers one
// after the other.

import type { NDArray } from '../core/ndarray.js';
import {
  begin,
  clearOperand,
  command,
  LIST,
  opcode,
  run,
  setAddress,
  setListed,
  setParam,
} from './command.js';

const codes = {
  norm: opcode('batchNorm'),
  given: opcode('batchNormGiven'),
  normGrad: opcode('batchNormGrad'),
  givenGrad: opcode('batchNormGivenGrad'),
  crossEntropy: opcode('crossEntropy'),
  maskByResult: opcode('maskByResult'),
  dense: opcode('dense'),
  denseGrad: opcode('denseGrad'),
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

/** out = gradient where `result`, the rectifier's, is positive, else 0. All contiguous, of one dtype and size. */
export function maskByResult(out: NDArray, gradient: NDArray, result: NDArray): void {
  begin(codes.maskByResult, out.dtype, 0);
  setAddress(0, out);
  setAddress(1, gradient);
  setAddress(2, result);
  setParam(0, out.size);
  run();
}

/** A linear layer: weight (columns of the result, of the input), what is added to each row, whether a rectifier follows. */
export interface Dense {
  readonly weight: NDArray;
  readonly bias: NDArray | null;
  readonly rectified: boolean;
}

/** How many layers a command takes. */
export const MOST_DENSE = 32;

/** Runs x (rows, columns) through layers one after the other. All contiguous and of one floating point dtype. */
export function dense(x: NDArray, layers: readonly Dense[], results: readonly NDArray[]): void {
  begin(codes.dense, x.dtype, 0);
  setAddress(0, x);
  setParam(0, x.shape[0]);
  setParam(1, layers.length);
  setParam(2, x.shape[1]);
  for (let l = 0; l < layers.length; l++) {
    const { weight, bias, rectified } = layers[l];
    command[LIST + 5 * l] = weight.shape[0];
    setListed(5 * l + 1, weight);
    setListed(5 * l + 2, bias);
    setListed(5 * l + 3, results[l]);
    command[LIST + 5 * l + 4] = Number(rectified);
  }
  run();
}

/** Gradients of a linear layer; null for those that nobody wants. */
export interface DenseGradients {
  readonly weight: NDArray | null;
  readonly bias: NDArray | null;
  readonly input: NDArray | null;
}

/**
 * Writes the gradients of `dense`, from that of the last result before its rectifier.
 * @param inputs of each layer
 */
export function denseGrad(
  found: readonly DenseGradients[],
  gradient: NDArray,
  layers: readonly Dense[],
  inputs: readonly NDArray[],
): void {
  begin(codes.denseGrad, gradient.dtype, 0);
  setAddress(0, gradient);
  setParam(0, gradient.shape[0]);
  setParam(1, layers.length);
  setParam(2, inputs[0].shape[1]);
  for (let l = 0; l < layers.length; l++) {
    command[LIST + 7 * l] = layers[l].weight.shape[0];
    setListed(7 * l + 1, layers[l].weight);
    setListed(7 * l + 2, inputs[l]);
    setListed(7 * l + 3, found[l].weight);
    setListed(7 * l + 4, found[l].bias);
    setListed(7 * l + 5, found[l].input);
    command[LIST + 7 * l + 6] = Number(l > 0 && layers[l - 1].rectified);
  }
  run();
}
