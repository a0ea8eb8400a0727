// Convolution, its gradients, and pooling: float32 and float64, contiguous operands.

import type { NDArray } from '../core/ndarray.js';
import {
  begin,
  clearOperand,
  command,
  getParam,
  LIST,
  opcode,
  run,
  setAddress,
  setParam,
} from './command.js';

/** Sizes of a convolution: input (N, C, H, W), filters (F, C / groups, KH, KW), result (N, F, OH, OW). */
export interface ConvGeometry {
  readonly n: number;
  readonly c: number;
  readonly h: number;
  readonly w: number;
  readonly f: number;
  readonly kh: number;
  readonly kw: number;
  readonly oh: number;
  readonly ow: number;
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly groups: number;
}

const codes = {
  forward: opcode('conv2d'),
  data: opcode('conv2dData'),
  weight: opcode('conv2dWeight'),
};

/**
 * 'forward': out = x * weight + bias. 'data': what of y = `a` came from each input element, with the weights `b`.
 * 'weight': the sum of y = `a` times the windows of x = `b`.
 */
export function convolve(
  kind: keyof typeof codes,
  out: NDArray,
  a: NDArray,
  b: NDArray,
  g: ConvGeometry,
  bias: NDArray | null = null,
): void {
  begin(codes[kind], out.dtype, 0);
  setAddress(0, out);
  setAddress(1, a);
  setAddress(2, b);
  operand(3, bias);
  setSizes(g);
  run();
}

function operand(k: number, a: NDArray | null): void {
  if (a === null) clearOperand(k);
  else setAddress(k, a);
}

function setSizes(g: ConvGeometry): void {
  const { stride, padding, dilation } = g;
  let at = LIST;
  for (const n of [g.n, g.c, g.h, g.w, g.f, g.kh, g.kw, g.oh, g.ow]) command[at++] = n;
  for (const pair of [stride, padding, dilation]) for (const n of pair) command[at++] = n;
  command[at] = g.groups;
}

const blockCodes = { forward: opcode('convBlock'), backward: opcode('convBlockGrad') };

/** A convolution in single precision, the rectifier, and max pooling unless `windows` is null. */
export interface BlockGeometry extends ConvGeometry {
  /** Rows and columns of the result. */
  readonly rows: number;
  readonly cols: number;
  /** float64 (rows + cols, 3): begin, end and divisor of each window of rows, then of columns. */
  readonly windows: NDArray | null;
}

function setBlock(g: BlockGeometry): void {
  setSizes(g);
  command[LIST + 16] = g.rows;
  command[LIST + 17] = g.cols;
}

/**
 * The block in one pass; null, with nothing written, where the native side has no such pass for these sizes. What it
 * returns belongs to `convolveBlockGrad`.
 *
 * @param winners uint8, of as many elements as the result with its channels rounded up to 16; null without pooling
 * @param gradient whether the input will want its gradient
 */
export function convolveBlock(
  out: NDArray,
  x: NDArray,
  weight: NDArray,
  bias: NDArray | null,
  winners: NDArray | null,
  g: BlockGeometry,
  gradient: boolean,
): number | null {
  begin(blockCodes.forward, out.dtype, 0);
  setAddress(0, out);
  setAddress(1, x);
  setAddress(2, weight);
  operand(3, bias);
  operand(4, winners);
  operand(5, g.windows);
  setParam(0, Number(gradient));
  setBlock(g);
  run();
  return getParam(0) === 1 ? getParam(1) : null;
}

/**
 * The gradients of the block from that of its result, each null where it is not wanted; false, with nothing written,
 * where it cannot be done so.
 *
 * @param kept the winners, or the result where there is no pooling
 */
export function convolveBlockGrad(
  found: { x: NDArray | null; weight: NDArray | null; bias: NDArray | null },
  gradient: NDArray,
  x: NDArray,
  weight: NDArray,
  kept: NDArray,
  g: BlockGeometry,
  layout: number,
): boolean {
  begin(blockCodes.backward, gradient.dtype, 0);
  operand(0, found.x);
  operand(1, found.weight);
  operand(2, found.bias);
  setAddress(3, gradient);
  setAddress(4, x);
  setAddress(5, weight);
  setAddress(6, kept);
  operand(7, g.windows);
  setParam(0, layout);
  setBlock(g);
  run();
  return getParam(0) === 1;
}

const normCodes = { forward: opcode('convNorm'), backward: opcode('convNormGrad') };

/** What `numbers` of a normalised block holds, a row of `f` numbers each; the windows follow. */
export const normRows = {
  mean: 0,
  variance: 1,
  weight: 2,
  bias: 3,
  weightGrad: 4,
  biasGrad: 5,
  convBiasGrad: 6,
  windows: 7,
} as const;

/**
 * A convolution in single precision, its normalisation by the batch's statistics, rectifier and max pooling in one pass;
 * null, with nothing written, where the native side has no such pass for these sizes.
 *
 * @param winners uint8, of as many elements as the result with its channels rounded up to 16
 * @param numbers float64, in the rows of `normRows`; mean and variance are written
 * @param kept room for the convolution's result with its channels rounded up to 16
 * @param gradient whether the input will want its gradient
 */
export function convolveNorm(
  out: NDArray,
  x: NDArray,
  weight: NDArray,
  bias: NDArray | null,
  winners: NDArray,
  numbers: NDArray,
  kept: NDArray,
  g: BlockGeometry,
  eps: number,
  gradient: boolean,
): number | null {
  begin(normCodes.forward, out.dtype, 0);
  setAddress(0, out);
  setAddress(1, x);
  setAddress(2, weight);
  operand(3, bias);
  setAddress(4, winners);
  setAddress(5, numbers);
  setAddress(6, kept);
  setParam(0, Number(gradient));
  setParam(1, eps);
  setBlock(g);
  run();
  return getParam(0) === 1 ? getParam(1) : null;
}

/** The gradients of `convolveNorm`: those by channel go to `numbers`. False, with nothing written, where it cannot be done. */
export function convolveNormGrad(
  found: { x: NDArray | null; weight: NDArray | null },
  gradient: NDArray,
  x: NDArray,
  weight: NDArray,
  winners: NDArray,
  numbers: NDArray,
  kept: NDArray,
  g: BlockGeometry,
  eps: number,
  layout: number,
): boolean {
  begin(normCodes.backward, gradient.dtype, 0);
  operand(0, found.x);
  operand(1, found.weight);
  setAddress(2, gradient);
  setAddress(3, x);
  setAddress(4, weight);
  setAddress(5, winners);
  setAddress(6, numbers);
  setAddress(7, kept);
  setParam(0, layout);
  setParam(1, eps);
  setBlock(g);
  run();
  return getParam(0) === 1;
}

const poolCodes = {
  max: opcode('maxPool'),
  gather: opcode('poolGather'),
  scatter: opcode('poolScatter'),
  average: opcode('averagePool'),
  spread: opcode('averageSpread'),
};

/** Planes of H x W and of OH x OW elements, the windows between them, and the winners of max pooling. */
export interface PoolGeometry {
  readonly planes: number;
  readonly h: number;
  readonly w: number;
  readonly oh: number;
  readonly ow: number;
  /** float64 (OH, 3) and (OW, 3): begin, end, divisor of each window. */
  readonly rows: NDArray;
  readonly cols: NDArray;
}

/** out = one of the pooling operations of native/cpu/pool.cc on `a`. */
export function pool(
  kind: keyof typeof poolCodes,
  out: NDArray,
  a: NDArray,
  g: PoolGeometry,
  winners: NDArray | null,
): void {
  begin(poolCodes[kind], out.dtype, 0);
  setAddress(0, out);
  setAddress(1, a);
  setAddress(2, g.rows);
  setAddress(3, g.cols);
  if (winners === null) clearOperand(4);
  else setAddress(4, winners);
  const sizes = [g.planes, g.h, g.w, g.oh, g.ow];
  for (let i = 0; i < sizes.length; i++) setParam(i, sizes[i]);
  run();
}
