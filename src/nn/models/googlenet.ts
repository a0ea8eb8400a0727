// GoogLeNet and the inception modules that it is made of, in torchvision's form and in the paper's.

import type { NDArray } from '../../core/ndarray.js';
import type { Shape } from '../../core/shape.js';
import { concatenate } from '../../ops/join.js';
import { ReLU } from '../activations.js';
import { type Part, Sequential } from '../containers.js';
import { Conv2d, GlobalAvgPool2d, MaxPool2d } from '../conv.js';
import { Dropout } from '../dropout.js';
import { Linear } from '../linear.js';
import { type AnyModule, Module } from '../module.js';
import { BatchNorm2d, LocalResponseNorm } from '../normalization.js';
import { type ClassCount, classesOf, heStart } from './convnets.js';

/** A convolution with batch normalisation and ReLU, or with a bias and ReLU. */
class BasicConv2d extends Module {
  readonly conv: Conv2d;
  readonly bn: BatchNorm2d | null;
  readonly relu = new ReLU();

  constructor(
    inChannels: number,
    outChannels: number,
    window: number,
    options: { stride?: number; padding?: number; batchNorm: boolean },
  ) {
    super();
    const { stride = 1, padding = 0, batchNorm } = options;
    this.conv = new Conv2d(inChannels, outChannels, window, { stride, padding, bias: !batchNorm });
    this.bn = batchNorm ? new BatchNorm2d(outChannels, { eps: 0.001 }) : null;
  }

  forward(x: NDArray): NDArray {
    const out = this.conv(x);
    return this.relu(this.bn === null ? out : this.bn(out));
  }
}

/** Filters of an Inception module's branches: 1x1; 1x1 before 3x3; 1x1 before 5x5; 1x1 after pooling. */
export interface InceptionSizes {
  one: number;
  three: readonly [reduce: number, filters: number];
  five: readonly [reduce: number, filters: number];
  pool: number;
}

/**
 * The Inception module (Szegedy et al. 2014): filters of 1x1, 3x3 and 5x5 and a pooling look at the same input, 1x1
 * filters make it thinner before the wide ones, and all results are stacked in depth.
 *
 * @param window5 width of the third branch's filters; torchvision's have 3 by an old mistake
 * @example
 * const inception = new nn.models.Inception(192, { one: 64, three: [96, 128], five: [16, 32], pool: 32 });
 * inception(np.zeros([1, 192, 28, 28])).shape;   // [1, 256, 28, 28]
 */
export class Inception extends Module {
  readonly branch1: AnyModule;
  readonly branch2: Sequential;
  readonly branch3: Sequential;
  readonly branch4: Sequential;

  constructor(
    readonly inChannels: number,
    sizes: InceptionSizes,
    options: { batchNorm?: boolean; window5?: 3 | 5 } = {},
  ) {
    super();
    const { batchNorm = false, window5 = 5 } = options;
    const conv = (from: number, to: number, window: number): AnyModule =>
      new BasicConv2d(from, to, window, { padding: (window - 1) / 2, batchNorm });
    this.branch1 = conv(inChannels, sizes.one, 1);
    this.branch2 = new Sequential(conv(inChannels, sizes.three[0], 1), conv(...sizes.three, 3));
    this.branch3 = new Sequential(conv(inChannels, sizes.five[0], 1), conv(...sizes.five, window5));
    this.branch4 = new Sequential(
      new MaxPool2d(3, { stride: 1, padding: 1 }),
      conv(inChannels, sizes.pool, 1),
    );
  }

  forward(x: NDArray): NDArray {
    return concatenate(
      [this.branch1, this.branch2, this.branch3, this.branch4].map((branch) => branch(x) as NDArray),
      1,
    );
  }
}

/** GoogLeNet without its auxiliary classifiers, which only help in training. */
export class GoogLeNet extends Module {
  readonly inputShape: Shape = [3, 224, 224];
  readonly conv1: AnyModule;
  readonly maxpool1 = new MaxPool2d(3, { stride: 2, ceilMode: true });
  readonly norm1: LocalResponseNorm | null;
  readonly conv2: AnyModule;
  readonly conv3: AnyModule;
  readonly norm2: LocalResponseNorm | null;
  readonly maxpool2 = new MaxPool2d(3, { stride: 2, ceilMode: true });
  readonly inception3a: Inception;
  readonly inception3b: Inception;
  readonly maxpool3 = new MaxPool2d(3, { stride: 2, ceilMode: true });
  readonly inception4a: Inception;
  readonly inception4b: Inception;
  readonly inception4c: Inception;
  readonly inception4d: Inception;
  readonly inception4e: Inception;
  readonly maxpool4: MaxPool2d;
  readonly inception5a: Inception;
  readonly inception5b: Inception;
  readonly avgpool = new GlobalAvgPool2d();
  readonly dropout: Dropout;
  /** Scores; another head may take its place. */
  fc: Part;

  constructor(options: ClassCount & { variant?: 'torchvision' | 'paper' } = {}) {
    super();
    const { variant = 'torchvision' } = options;
    const classes = classesOf('googlenet', options, 1000, ['variant']);
    if (variant !== 'torchvision' && variant !== 'paper')
      throw new TypeError(`googlenet: variant is 'torchvision' or 'paper', not '${String(variant)}'.`);
    const batchNorm = variant === 'torchvision';
    const norm = () => (batchNorm ? null : new LocalResponseNorm(5));
    const module = (
      from: number,
      one: number,
      three: readonly [number, number],
      five: readonly [number, number],
      pool: number,
    ) => new Inception(from, { one, three, five, pool }, { batchNorm, window5: batchNorm ? 3 : 5 });
    this.conv1 = new BasicConv2d(3, 64, 7, { stride: 2, padding: 3, batchNorm });
    this.norm1 = norm();
    this.conv2 = new BasicConv2d(64, 64, 1, { batchNorm });
    this.conv3 = new BasicConv2d(64, 192, 3, { padding: 1, batchNorm });
    this.norm2 = norm();
    this.inception3a = module(192, 64, [96, 128], [16, 32], 32);
    this.inception3b = module(256, 128, [128, 192], [32, 96], 64);
    this.inception4a = module(480, 192, [96, 208], [16, 48], 64);
    this.inception4b = module(512, 160, [112, 224], [24, 64], 64);
    this.inception4c = module(512, 128, [128, 256], [24, 64], 64);
    this.inception4d = module(512, 112, [144, 288], [32, 64], 64);
    this.inception4e = module(528, 256, [160, 320], [32, 128], 128);
    this.maxpool4 = new MaxPool2d(batchNorm ? 2 : 3, { stride: 2, ceilMode: true });
    this.inception5a = module(832, 256, [160, 320], [32, 128], 128);
    this.inception5b = module(832, 384, [192, 384], [48, 128], 128);
    this.dropout = new Dropout(batchNorm ? 0.2 : 0.4);
    this.fc = new Linear(1024, classes);
  }

  forward(x: NDArray): NDArray {
    const first = this.maxpool1(this.conv1(x));
    const second = this.conv3(this.conv2(this.norm1 === null ? first : this.norm1(first)) as NDArray);
    const third = this.maxpool2(this.norm2 === null ? (second as NDArray) : this.norm2(second));
    const fourth = this.maxpool3(this.inception3b(this.inception3a(third)));
    const middle = [
      this.inception4a,
      this.inception4b,
      this.inception4c,
      this.inception4d,
      this.inception4e,
    ].reduce((out, module) => module(out), fourth);
    const last = this.inception5b(this.inception5a(this.maxpool4(middle)));
    return this.fc(this.dropout(this.avgpool(last)));
  }
}

/**
 * GoogLeNet (Szegedy et al. 2014): nine Inception modules and no hidden fully connected layer. Torchvision's has batch
 * normalisation and 6,624,904 parameters; the paper's has biases, 5x5 filters and 6,998,552.
 * @see torchvision.models.googlenet
 */
export const googlenet = (options: ClassCount & { variant?: 'torchvision' | 'paper' } = {}): GoogLeNet =>
  heStart(new GoogLeNet(options));
