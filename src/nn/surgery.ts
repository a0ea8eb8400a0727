// Turning fully connected layers into convolutions and back: the same numbers in another shape, so that a net for
// images of one size slides over larger ones, and a convolution can be seen as the sparse matrix that it is.

import type { NDArray } from '../core/ndarray.js';
import { noGrad } from '../core/node.js';
import { type Shape, shapeText, sizeOf } from '../core/shape.js';
import { nowhere } from '../core/storage.js';
import { eye } from '../numpy/creation.js';
import { type ConvOptions, convolve } from '../ops/conv.js';
import { reshape, transpose } from '../ops/shape.js';
import { Activation } from './activations.js';
import { Sequential } from './containers.js';
import { AdaptiveAvgPool2d, AvgPool2d, Conv2d, GlobalAvgPool2d } from './conv.js';
import { Dropout } from './dropout.js';
import { Flatten, Identity, Linear } from './linear.js';
import { ConvNet } from './models/index.js';
import { type AnyModule, Parameter } from './module.js';
import { type ModelInput, meta, trace } from './trace.js';

/** The layers of a net that is one row of layers. */
function layersInRow(model: AnyModule): AnyModule[] {
  if (model instanceof ConvNet) return model.layers();
  if (model instanceof Sequential) return model.children().flatMap(layersInRow);
  if (model.children().length === 0) return [model];
  throw new TypeError(
    `toConvolutional: ${model.constructor.name} is not a row of layers; pass an nn.Sequential, or one of the nets of nn.models that have features and a classifier.`,
  );
}

/** A linear layer as the convolution whose window is the whole volume that was flattened. */
function asConvolution(fc: Linear, [channels, rows, columns]: Shape): Conv2d {
  // Made without memory: the weights come from the linear layer.
  const conv = meta(
    () =>
      new Conv2d(channels, fc.outFeatures, [rows, columns], {
        bias: fc.bias !== null,
        dtype: fc.weight.dtype as 'float32',
      }),
  );
  const copied = (): Conv2d =>
    Object.assign(conv, {
      weight: new Parameter(reshape(fc.weight, [fc.outFeatures, channels, rows, columns])),
      bias: fc.bias === null ? null : new Parameter(fc.bias),
    });
  return fc.weight.storage.slab === nowhere ? meta(copied) : copied();
}

/**
 * The net with its fully connected layers as convolutions: the first one with a window as large as the volume that it
 * reads, the others of 1x1. On images of the net's own size it gives the same scores; on larger ones it gives those of
 * all crops, a stride apart, in one pass. Exactly equal crops need a net without zero padding: with padding, a crop has
 * zeros at its edges where the larger image has pixels.
 *
 * @param model an nn.Sequential or a net of features and classifier; its convolutions are shared, the weights of linear
 * layers copied
 * @param input shape of one image of the net's own size, unless the net knows it
 * @returns a row of layers from (N, C, H, W) to (N, classes, H', W')
 * @example
 * const net = nn.meta(() => nn.toConvolutional(nn.models.vgg16()));
 * net.summary([3, 384, 384]).rows.at(-1)!.size;   // '6x6x1000'
 */
export function toConvolutional(model: AnyModule, input?: ModelInput): Sequential {
  const layers = layersInRow(model);
  const sizes = new Map<AnyModule, { before: Shape; after: Shape }>();
  for (const { module, inputs, outputs } of trace('toConvolutional', model, input).calls)
    sizes.set(module, { before: inputs[0].shape.slice(1), after: outputs[0].shape.slice(1) });
  const made: AnyModule[] = [];
  let volume: Shape | null = null;
  for (const layer of layers) {
    const { before, after } = sizes.get(layer) ?? { before: [], after: [] };
    if (before.length === 3) volume = after.length === 3 ? after : before;
    if (layer instanceof Flatten || layer instanceof Identity) continue;
    if (layer instanceof Linear) {
      if (volume === null || sizeOf(volume) !== layer.inFeatures)
        throw new RangeError(
          `toConvolutional: the linear layer of ${layer.inFeatures} inputs follows ${volume === null ? 'no volume' : `a volume of shape ${shapeText(volume)}`}; its inputs must be the values of a volume (C, H, W).`,
        );
      made.push(asConvolution(layer, volume));
      volume = [layer.outFeatures, 1, 1];
    } else if (layer instanceof GlobalAvgPool2d || layer instanceof AdaptiveAvgPool2d) {
      const [rows, columns] = [before[1], before[2]];
      const [to, across] = layer instanceof GlobalAvgPool2d ? [1, 1] : [after[1], after[2]];
      if (to === 1 && across === 1) made.push(new AvgPool2d([rows, columns], { stride: 1 }));
      else if (to !== rows || across !== columns)
        throw new RangeError(
          `toConvolutional: a pooling from ${rows}x${columns} to ${to}x${across} has windows of no fixed place; only means of the whole map can slide.`,
        );
      volume = [before[0], to, across];
    } else if (before.length === 3 || layer instanceof Activation || layer instanceof Dropout) {
      made.push(layer);
    } else {
      throw new TypeError(
        `toConvolutional: ${layer.constructor.name} after a fully connected layer has no convolutional form here.`,
      );
    }
  }
  return new Sequential(...made);
}

/**
 * The matrix M of a convolution: M x.ravel() is conv2d(x).ravel() for an image x of the given shape. Each row holds one
 * filter at one place, so it is nearly all zeros, and the weights stand in it again and again.
 *
 * @param weight (F, C, KH, KW)
 * @param image (C, H, W)
 * @returns (F H' W', C H W)
 * @example
 * nn.convMatrix(np.ones([1, 1, 1, 2]), [1, 1, 4]).tolist();   // [[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1]]
 */
export function convMatrix(weight: NDArray, image: Shape, options: ConvOptions = {}): NDArray {
  if (image.length !== 3)
    throw new RangeError(`convMatrix: the image's shape is (C, H, W), not ${shapeText(image)}.`);
  const n = sizeOf(image);
  // Column j is what the convolution makes of an image that is 1 at pixel j only.
  return noGrad(() => {
    const pixels = reshape(eye(n, { dtype: weight.dtype }), [n, ...image]);
    return transpose(reshape(convolve(pixels, weight, null, options), [n, -1]));
  });
}
