// Images in stacks: windows, resizing, affine maps, colours (native/cpu/image.cc). uint8, float32 and float64.

import type { NDArray } from '../core/ndarray.js';
import { begin, opcode, run, setAddress, setParam } from './command.js';

const codes = {
  window: opcode('imageWindow'),
  resize: opcode('imageResize'),
  affine: opcode('imageAffine'),
  colour: opcode('imageColour'),
};

/** Sizes of a stack and of its result. */
export interface ImageGeometry {
  readonly n: number;
  readonly channels: number;
  readonly h: number;
  readonly w: number;
  readonly oh: number;
  readonly ow: number;
}

function start(kind: keyof typeof codes, operands: readonly NDArray[], g: ImageGeometry): void {
  begin(codes[kind], operands[0].dtype, 0);
  operands.forEach((a, k) => {
    setAddress(k, a);
  });
  for (const [k, size] of [g.n, g.channels, g.h, g.w, g.oh, g.ow].entries()) setParam(k, size);
}

/**
 * One command on contiguous stacks, pixels "HWC" for uint8 and "CHW" for floating point. `each` is float64, a row for
 * every image: what it means, and `mode` (border or filter) and `fill`, stand in native/cpu/image.cc.
 */
export function mapImages(
  kind: 'window' | 'resize' | 'affine',
  out: NDArray,
  images: NDArray,
  each: NDArray,
  g: ImageGeometry,
  mode: number,
  fill: number,
): void {
  start(kind, [out, images, each], g);
  setParam(6, mode);
  setParam(7, fill);
  run();
}

/** Changes the colours of a stack in place; `changes` is float64 (n, 8). */
export function colourImages(images: NDArray, changes: NDArray, g: ImageGeometry): void {
  start('colour', [images, changes], g);
  run();
}
