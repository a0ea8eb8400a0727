// Windows as columns (im2col), and the layer that needs them: locally connected, with weights of its own at every place.

import { asarray } from '../core/create.js';
import type { ArrayLike, NDArray } from '../core/ndarray.js';
import { type Shape, shapeText } from '../core/shape.js';
import { pad } from '../numpy/padding.js';
import { asPair, outputSize, type Pair } from '../ops/conv.js';
import { einsum } from '../ops/einsum.js';
import { add } from '../ops/elementwise.js';
import { get } from '../ops/index.js';
import { stack } from '../ops/join.js';
import { reshape } from '../ops/shape.js';
import * as init from './init.js';
import { checkCounts, type LayerOptions, newParameter } from './linear.js';
import { layerInput, Module, type Parameter } from './module.js';

export interface UnfoldOptions {
  stride?: Pair;
  /** Zeros on each side. */
  padding?: Pair;
  dilation?: Pair;
}

/** How many windows there are along rows and columns. */
function places(
  caller: string,
  rows: number,
  columns: number,
  window: Pair,
  o: UnfoldOptions,
): [number, number] {
  const [kernel, stride] = [
    asPair(caller, 'kernelSize', window, 1),
    asPair(caller, 'stride', o.stride ?? 1, 1),
  ];
  const [padding, dilation] = [
    asPair(caller, 'padding', o.padding ?? 0, 0),
    asPair(caller, 'dilation', o.dilation ?? 1, 1),
  ];
  const along = (axis: 0 | 1, name: string, size: number): number =>
    outputSize(caller, name, size, kernel[axis], stride[axis], padding[axis], dilation[axis], false);
  return [along(0, 'height', rows), along(1, 'width', columns)];
}

/**
 * The windows of images as columns, known as im2col: a convolution is the product of its filters, one in each row,
 * with this matrix (torch.nn.functional.unfold).
 *
 * @param x (N, C, H, W)
 * @returns (N, C KH KW, L), where L counts the windows row by row
 * @throws RangeError when no window fits, with the formula
 * @example
 * const columns = nn.unfold(np.arange(9).reshape(1, 1, 3, 3), 2);
 * columns.at(0, ':', 0);   // array([0, 1, 3, 4])
 */
export function unfold(x: ArrayLike, kernelSize: Pair, options: UnfoldOptions = {}): NDArray {
  const caller = 'unfold';
  const a = asarray(x, caller);
  if (a.ndim !== 4)
    throw new RangeError(
      `unfold: expected images (N, C, H, W), got ${shapeText(a.shape)}.${a.ndim === 3 ? ' For a single image add an axis: x.reshape(1, C, H, W).' : ''}`,
    );
  const [n, c, h, w] = a.shape;
  const [rows, columns] = places(caller, h, w, kernelSize, options);
  const [kh, kw] = asPair(caller, 'kernelSize', kernelSize, 1);
  const [sy, sx] = asPair(caller, 'stride', options.stride ?? 1, 1);
  const [py, px] = asPair(caller, 'padding', options.padding ?? 0, 0);
  const [dy, dx] = asPair(caller, 'dilation', options.dilation ?? 1, 1);
  const padded =
    py + px === 0
      ? a
      : pad(a, [
          [0, 0],
          [0, 0],
          [py, py],
          [px, px],
        ]);
  const met: NDArray[] = [];
  for (let i = 0; i < kh; i++) {
    for (let j = 0; j < kw; j++) {
      const [y, x0] = [i * dy, j * dx];
      met.push(
        get(padded, [
          ':',
          ':',
          `${y}:${y + sy * (rows - 1) + 1}:${sy}`,
          `${x0}:${x0 + sx * (columns - 1) + 1}:${sx}`,
        ]),
      );
    }
  }
  return reshape(stack(met, 2), [n, c * kh * kw, rows * columns]);
}

/**
 * Filters over images without sharing: every place has weights of its own. For images in which things always stand at
 * the same place. `weight` is (outChannels, inChannels KH KW, H' W'), `bias` (outChannels, H', W').
 *
 * @param imageSize rows and columns of the images
 * @example
 * const layer = new nn.LocallyConnected2d(3, 4, 8, 3);
 * layer(np.zeros([1, 3, 8, 8])).shape;   // [1, 4, 6, 6]
 */
export class LocallyConnected2d extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | null;
  readonly kernelSize: readonly [number, number];
  /** Rows and columns of the input and of the result. */
  readonly imageSize: readonly [number, number];
  readonly places: readonly [number, number];

  constructor(
    readonly inChannels: number,
    readonly outChannels: number,
    imageSize: Pair,
    kernelSize: Pair,
    readonly options: UnfoldOptions & LayerOptions & { bias?: boolean } = {},
  ) {
    super();
    const caller = 'LocallyConnected2d';
    checkCounts(caller, { inChannels, outChannels });
    this.kernelSize = asPair(caller, 'kernelSize', kernelSize, 1);
    this.imageSize = asPair(caller, 'imageSize', imageSize, 1);
    this.places = places(caller, ...this.imageSize, this.kernelSize, options);
    const inputs = inChannels * this.kernelSize[0] * this.kernelSize[1];
    const bound = 1 / Math.sqrt(inputs);
    const made = (shape: Shape): Parameter => init.uniform(newParameter(shape, options), -bound, bound);
    this.weight = made([outChannels, inputs, this.places[0] * this.places[1]]);
    this.bias = (options.bias ?? true) ? made([outChannels, ...this.places]) : null;
  }

  forward(x: ArrayLike): NDArray {
    const a = layerInput('LocallyConnected2d', x, this.weight.dtype);
    const [rows, columns] = this.imageSize;
    if (a.ndim !== 4 || a.shape[1] !== this.inChannels || a.shape[2] !== rows || a.shape[3] !== columns)
      throw new RangeError(
        `LocallyConnected2d: expected images (N, ${this.inChannels}, ${rows}, ${columns}), got ${shapeText(a.shape)}; its weights belong to places, so the size is fixed.`,
      );
    const met = unfold(a, this.kernelSize, this.options);
    const out = reshape(einsum('krp,nrp->nkp', this.weight, met), [
      a.shape[0],
      this.outChannels,
      ...this.places,
    ]);
    return this.bias === null ? out : add(out, this.bias);
  }

  protected override extraRepr(): string {
    const { stride = 1, padding = 0 } = this.options;
    return `${this.inChannels}, ${this.outChannels}, image_size=(${this.imageSize.join(', ')}), kernel_size=(${this.kernelSize.join(', ')}), stride=${JSON.stringify(stride)}, padding=${JSON.stringify(padding)}`;
  }
}
