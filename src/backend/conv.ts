// Convolution, its gradients, and pooling: float32 and float64, contiguous operands.

import type { NDArray } from '../core/ndarray.js';
import { begin, clearOperand, command, LIST, opcode, run, setAddress, setParam } from './command.js';

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
  if (bias === null) clearOperand(3);
  else setAddress(3, bias);
  const list = [
    g.n,
    g.c,
    g.h,
    g.w,
    g.f,
    g.kh,
    g.kw,
    g.oh,
    g.ow,
    ...g.stride,
    ...g.padding,
    ...g.dilation,
    g.groups,
  ];
  for (let i = 0; i < list.length; i++) command[LIST + i] = list[i];
  run();
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
