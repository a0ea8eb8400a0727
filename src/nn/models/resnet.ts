// Residual networks: the two kinds of block, and ResNet-18, -34 and -50 made of them.

import type { NDArray } from '../../core/ndarray.js';
import type { Shape } from '../../core/shape.js';
import { add } from '../../ops/elementwise.js';
import { ReLU } from '../activations.js';
import { type Part, Sequential } from '../containers.js';
import { Conv2d, GlobalAvgPool2d, MaxPool2d } from '../conv.js';
import { relu } from '../functional.js';
import { Linear } from '../linear.js';
import { Module } from '../module.js';
import { BatchNorm2d } from '../normalization.js';
import { type ClassCount, classesOf, heStart } from './convnets.js';

const conv3x3 = (from: number, to: number, stride = 1): Conv2d =>
  new Conv2d(from, to, 3, { stride, padding: 1, bias: false });
const conv1x1 = (from: number, to: number, stride = 1): Conv2d =>
  new Conv2d(from, to, 1, { stride, bias: false });

/** A projection where the block changes the shape, otherwise nothing. */
const projection = (from: number, to: number, stride: number): Sequential | null =>
  from === to && stride === 1 ? null : new Sequential(conv1x1(from, to, stride), new BatchNorm2d(to));

/** Two 3x3 convolutions, and the input added to what they give (He et al. 2015). */
export class BasicBlock extends Module {
  static readonly expansion = 1;
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly relu = new ReLU();
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm2d;
  readonly downsample: Sequential | null;

  constructor(inChannels: number, width: number, stride = 1) {
    super();
    this.conv1 = conv3x3(inChannels, width, stride);
    this.bn1 = new BatchNorm2d(width);
    this.conv2 = conv3x3(width, width);
    this.bn2 = new BatchNorm2d(width);
    this.downsample = projection(inChannels, width, stride);
  }

  forward(x: NDArray): NDArray {
    const out = this.bn2(this.conv2(this.relu(this.bn1(this.conv1(x)))));
    return relu(add(out, this.downsample === null ? x : this.downsample(x)));
  }
}

/** 1x1 to fewer channels, 3x3, 1x1 to four times as many, and the input added (He et al. 2015). */
export class Bottleneck extends Module {
  static readonly expansion = 4;
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm2d;
  readonly conv3: Conv2d;
  readonly bn3: BatchNorm2d;
  readonly relu = new ReLU();
  readonly downsample: Sequential | null;

  constructor(inChannels: number, width: number, stride = 1) {
    super();
    const out = width * Bottleneck.expansion;
    this.conv1 = conv1x1(inChannels, width);
    this.bn1 = new BatchNorm2d(width);
    this.conv2 = conv3x3(width, width, stride);
    this.bn2 = new BatchNorm2d(width);
    this.conv3 = conv1x1(width, out);
    this.bn3 = new BatchNorm2d(out);
    this.downsample = projection(inChannels, out, stride);
  }

  forward(x: NDArray): NDArray {
    const thin = this.relu(this.bn2(this.conv2(this.relu(this.bn1(this.conv1(x))))));
    const out = this.bn3(this.conv3(thin));
    return relu(add(out, this.downsample === null ? x : this.downsample(x)));
  }
}

/** Four stages of residual blocks, then the mean of each map and one linear layer. */
export class ResNet extends Module {
  readonly inputShape: Shape = [3, 224, 224];
  readonly conv1 = new Conv2d(3, 64, 7, { stride: 2, padding: 3, bias: false });
  readonly bn1 = new BatchNorm2d(64);
  readonly relu = new ReLU();
  readonly maxpool = new MaxPool2d(3, { stride: 2, padding: 1 });
  readonly layer1: Sequential;
  readonly layer2: Sequential;
  readonly layer3: Sequential;
  readonly layer4: Sequential;
  readonly avgpool = new GlobalAvgPool2d();
  /** Scores; another head may take its place: `net.fc = new nn.Linear(512, 10)`. */
  fc: Part;

  constructor(
    block: typeof BasicBlock | typeof Bottleneck,
    counts: readonly [number, number, number, number],
    options: ClassCount = {},
  ) {
    super();
    let channels = 64;
    const stage = (width: number, count: number, stride: number): Sequential =>
      new Sequential(
        ...Array.from({ length: count }, (_, i) => {
          const made = new block(channels, width, i === 0 ? stride : 1);
          channels = width * block.expansion;
          return made;
        }),
      );
    this.layer1 = stage(64, counts[0], 1);
    this.layer2 = stage(128, counts[1], 2);
    this.layer3 = stage(256, counts[2], 2);
    this.layer4 = stage(512, counts[3], 2);
    this.fc = new Linear(channels, classesOf('resnet', options, 1000));
  }

  forward(x: NDArray): NDArray {
    const first = this.maxpool(this.relu(this.bn1(this.conv1(x))));
    const last = this.layer4(this.layer3(this.layer2(this.layer1(first))));
    return this.fc(this.avgpool(last));
  }
}

/** ResNet of 18 layers (He et al. 2015): 11,689,512 parameters. @see torchvision.models.resnet18 */
export const resnet18 = (options: ClassCount = {}): ResNet =>
  heStart(new ResNet(BasicBlock, [2, 2, 2, 2], options));
/** ResNet of 34 layers: 21,797,672 parameters. @see torchvision.models.resnet34 */
export const resnet34 = (options: ClassCount = {}): ResNet =>
  heStart(new ResNet(BasicBlock, [3, 4, 6, 3], options));
/**
 * ResNet of 50 layers, with bottlenecks: 25,557,032 parameters. @see torchvision.models.resnet50
 * @example
 * nn.meta(() => nn.models.resnet50()).summary().parameters;   // 25557032
 */
export const resnet50 = (options: ClassCount = {}): ResNet =>
  heStart(new ResNet(Bottleneck, [3, 4, 6, 3], options));
