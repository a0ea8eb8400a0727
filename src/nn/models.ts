// The nets of the course's case studies, from LeNet to ResNet, with the layers and parameter counts of their papers or
// of torchvision, whose parameter names they carry, so that its weights load. `nn.models.vgg16()` makes one;
// `nn.meta(() => nn.models.vgg16())` one that has no memory, for tables.

import type { NDArray } from '../core/ndarray.js';
import type { Shape } from '../core/shape.js';
import { add } from '../ops/elementwise.js';
import { concatenate } from '../ops/join.js';
import { ReLU, Tanh } from './activations.js';
import { Sequential } from './containers.js';
import { AvgPool2d, Conv2d, GlobalAvgPool2d, MaxPool2d } from './conv.js';
import { Dropout } from './dropout.js';
import { relu } from './functional.js';
import * as init from './init.js';
import { Flatten, Linear } from './linear.js';
import { type AnyModule, Module } from './module.js';
import { BatchNorm2d, LocalResponseNorm } from './normalization.js';

/** What all nets may be told. */
export interface NetOptions {
  /** Scores at the end: 1000, ImageNet's, unless given. */
  classes?: number;
  /** Rows and columns of the images, where a fully connected layer depends on them. */
  image?: number;
}

/** The normal deviates of He et al. (2015) for filters, N(0, 0.01) for linear layers, as torchvision starts its nets. */
function heStart<M extends AnyModule>(model: M): M {
  return model.apply((m) => {
    if (m instanceof Conv2d) {
      init.kaimingNormal(m.weight, { mode: 'fanOut', nonlinearity: 'relu' });
      if (m.bias !== null) init.zeros(m.bias);
    } else if (m instanceof Linear) {
      init.normal(m.weight, 0, 0.01);
      if (m.bias !== null) init.zeros(m.bias);
    }
  });
}

// ---------------------------------------------------------------- features and a classifier

/** Convolutions that make features, then fully connected layers that classify: the form of LeNet, AlexNet and VGG. */
export class ConvNet extends Module {
  /** Shape of one image: channels, rows, columns. */
  readonly inputShape: Shape;
  readonly features: Sequential;
  readonly classifier: Sequential;

  constructor(inputShape: Shape, features: readonly AnyModule[], classifier: readonly AnyModule[]) {
    super();
    this.inputShape = inputShape;
    this.features = new Sequential(...features);
    this.classifier = new Sequential(...classifier);
  }

  /** All layers in a row, with the one that flattens between features and classifier. */
  layers(): AnyModule[] {
    return [...this.features.children(), new Flatten(), ...this.classifier.children()];
  }

  forward(x: NDArray): NDArray {
    const f = this.features(x);
    return this.classifier(f.reshape(f.shape[0], f.size / f.shape[0]));
  }
}

/** Dropout and two hidden layers before the scores, AlexNet's end; VGG has dropout after the layers. */
const alexNetClassifier = (inputs: number, classes: number): AnyModule[] => [
  new Dropout(0.5),
  new Linear(inputs, 4096),
  new ReLU(),
  new Dropout(0.5),
  new Linear(4096, 4096),
  new ReLU(),
  new Linear(4096, classes),
];

/** Five filter banks of 3x3 after the first two, with pooling 3/2: what AlexNet and ZFNet share. */
const lastThree = (channels: readonly [number, number, number, number], groups = 1): AnyModule[] => [
  new Conv2d(channels[0], channels[1], 3, { padding: 1 }),
  new ReLU(),
  new Conv2d(channels[1], channels[2], 3, { padding: 1, groups }),
  new ReLU(),
  new Conv2d(channels[2], channels[3], 3, { padding: 1, groups }),
  new ReLU(),
  new MaxPool2d(3, { stride: 2 }),
];

/**
 * LeNet-5 (LeCun et al. 1998) on 1x32x32, with all 16 maps of the second bank connected to all 6 of the first:
 * 61,706 parameters.
 * @example
 * nn.models.lenet5().summary().parameters;   // 61706
 */
export function lenet5(options: { classes?: number } = {}): ConvNet {
  return new ConvNet(
    [1, 32, 32],
    [
      new Conv2d(1, 6, 5),
      new Tanh(),
      new AvgPool2d(2),
      new Conv2d(6, 16, 5),
      new Tanh(),
      new AvgPool2d(2),
      new Conv2d(16, 120, 5),
      new Tanh(),
    ],
    [new Linear(120, 84), new Tanh(), new Linear(84, options.classes ?? 10)],
  );
}

/**
 * AlexNet (Krizhevsky et al. 2012). Torchvision's has fewer filters and takes 224x224 with padding: 61,100,840
 * parameters. The paper's takes 227x227 and normalises: 60,965,224 with its two groups, 62,378,344 in one.
 *
 * @param options.variant 'torchvision' unless it is 'paper'
 * @param options.groups the paper's: 2 as published, where each half of the filters sees half of the maps; or 1
 * @see torchvision.models.alexnet
 * @example
 * nn.meta(() => nn.models.alexnet({ variant: 'paper', groups: 1 })).summary().parameters;   // 62378344
 */
export function alexnet(
  options: { classes?: number; variant?: 'torchvision' | 'paper'; groups?: 1 | 2 } = {},
): ConvNet {
  const { classes = 1000, variant = 'torchvision', groups = 2 } = options;
  const pool = () => new MaxPool2d(3, { stride: 2 });
  if (variant === 'torchvision') {
    const features = [
      new Conv2d(3, 64, 11, { stride: 4, padding: 2 }),
      new ReLU(),
      pool(),
      new Conv2d(64, 192, 5, { padding: 2 }),
      new ReLU(),
      pool(),
      ...lastThree([192, 384, 256, 256]),
    ];
    return new ConvNet([3, 224, 224], features, alexNetClassifier(256 * 6 * 6, classes));
  }
  if (variant !== 'paper')
    throw new TypeError(`alexnet: variant is 'torchvision' or 'paper', not '${String(variant)}'.`);
  const norm = () => new LocalResponseNorm(5, { alpha: 1e-4, beta: 0.75, k: 2 });
  const features = [
    new Conv2d(3, 96, 11, { stride: 4, strict: true }),
    new ReLU(),
    norm(),
    pool(),
    new Conv2d(96, 256, 5, { padding: 2, groups }),
    new ReLU(),
    norm(),
    pool(),
    ...lastThree([256, 384, 384, 256], groups),
  ];
  return new ConvNet([3, 227, 227], features, alexNetClassifier(256 * 6 * 6, classes));
}

/**
 * ZF Net (Zeiler and Fergus 2013): AlexNet with 7x7 filters at stride 2 in the first bank; 62,357,608 parameters.
 */
export function zfnet(options: { classes?: number } = {}): ConvNet {
  const pool = () => new MaxPool2d(3, { stride: 2, padding: 1 });
  const features = [
    new Conv2d(3, 96, 7, { stride: 2, padding: 1 }),
    new ReLU(),
    pool(),
    new LocalResponseNorm(5),
    new Conv2d(96, 256, 5, { stride: 2 }),
    new ReLU(),
    pool(),
    new LocalResponseNorm(5),
    ...lastThree([256, 384, 384, 256]),
  ];
  return new ConvNet([3, 224, 224], features, alexNetClassifier(256 * 6 * 6, options.classes ?? 1000));
}

// ---------------------------------------------------------------- VGG

export interface VggOptions extends NetOptions {
  /** Batch normalisation after each convolution, without which deep ones hardly start to learn. */
  batchNorm?: boolean;
}

/** Filters per stage, each ended by pooling. Configuration D and E of the paper. */
const configurations = {
  11: [[64], [128], [256, 256], [512, 512], [512, 512]],
  13: [
    [64, 64],
    [128, 128],
    [256, 256],
    [512, 512],
    [512, 512],
  ],
  16: [
    [64, 64],
    [128, 128],
    [256, 256, 256],
    [512, 512, 512],
    [512, 512, 512],
  ],
  19: [
    [64, 64],
    [128, 128],
    [256, 256, 256, 256],
    [512, 512, 512, 512],
    [512, 512, 512, 512],
  ],
} as const;

function vgg(depth: keyof typeof configurations, options: VggOptions): ConvNet {
  const { classes = 1000, image = 224, batchNorm = false } = options;
  if (!Number.isInteger(image / 32) || image < 32)
    throw new RangeError(
      `vgg${depth}: five poolings halve the image five times, so its size must be a multiple of 32, not ${image}.`,
    );
  const features: AnyModule[] = [];
  let channels = 3;
  for (const stage of configurations[depth]) {
    for (const filters of stage) {
      features.push(new Conv2d(channels, filters, 3, { padding: 1 }));
      if (batchNorm) features.push(new BatchNorm2d(filters));
      features.push(new ReLU());
      channels = filters;
    }
    features.push(new MaxPool2d(2));
  }
  const classifier = [
    new Linear(512 * (image / 32) ** 2, 4096),
    new ReLU(),
    new Dropout(0.5),
    new Linear(4096, 4096),
    new ReLU(),
    new Dropout(0.5),
    new Linear(4096, classes),
  ];
  return heStart(new ConvNet([3, image, image], features, classifier));
}

/** VGG with 8 convolutions (Simonyan and Zisserman 2014): 132,863,336 parameters. @see torchvision.models.vgg11 */
export const vgg11 = (options: VggOptions = {}): ConvNet => vgg(11, options);
/** VGG with 10 convolutions: 133,047,848 parameters. @see torchvision.models.vgg13 */
export const vgg13 = (options: VggOptions = {}): ConvNet => vgg(13, options);
/**
 * VGG-16 (Simonyan and Zisserman 2014): 13 convolutions of 3x3 and 3 fully connected layers; 138,357,544 parameters.
 *
 * @param options.image size of the images, a multiple of 32; 224 unless given
 * @see torchvision.models.vgg16
 * @example
 * const net = nn.meta(() => nn.models.vgg16());
 * net.summary().activations;   // 15237608
 */
export const vgg16 = (options: VggOptions = {}): ConvNet => vgg(16, options);
/** VGG with 16 convolutions: 143,667,240 parameters. @see torchvision.models.vgg19 */
export const vgg19 = (options: VggOptions = {}): ConvNet => vgg(19, options);

// ---------------------------------------------------------------- GoogLeNet

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
  readonly fc: Linear;

  constructor(options: { classes?: number; variant?: 'torchvision' | 'paper' } = {}) {
    super();
    const { classes = 1000, variant = 'torchvision' } = options;
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
export const googlenet = (options: { classes?: number; variant?: 'torchvision' | 'paper' } = {}): GoogLeNet =>
  heStart(new GoogLeNet(options));

// ---------------------------------------------------------------- ResNet

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
  readonly fc: Linear;

  constructor(
    block: typeof BasicBlock | typeof Bottleneck,
    counts: readonly [number, number, number, number],
    options: { classes?: number } = {},
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
    this.fc = new Linear(channels, options.classes ?? 1000);
  }

  forward(x: NDArray): NDArray {
    const first = this.maxpool(this.relu(this.bn1(this.conv1(x))));
    const last = this.layer4(this.layer3(this.layer2(this.layer1(first))));
    return this.fc(this.avgpool(last));
  }
}

/** ResNet of 18 layers (He et al. 2015): 11,689,512 parameters. @see torchvision.models.resnet18 */
export const resnet18 = (options: { classes?: number } = {}): ResNet =>
  heStart(new ResNet(BasicBlock, [2, 2, 2, 2], options));
/** ResNet of 34 layers: 21,797,672 parameters. @see torchvision.models.resnet34 */
export const resnet34 = (options: { classes?: number } = {}): ResNet =>
  heStart(new ResNet(BasicBlock, [3, 4, 6, 3], options));
/**
 * ResNet of 50 layers, with bottlenecks: 25,557,032 parameters. @see torchvision.models.resnet50
 * @example
 * nn.meta(() => nn.models.resnet50()).summary().parameters;   // 25557032
 */
export const resnet50 = (options: { classes?: number } = {}): ResNet =>
  heStart(new ResNet(Bottleneck, [3, 4, 6, 3], options));

// ---------------------------------------------------------------- nets without fully connected layers

/** Layers in a row that know the shape of their input. */
class ImageSequence extends Sequential {
  readonly inputShape: Shape;
  constructor(inputShape: Shape, layers: readonly AnyModule[]) {
    super(...layers);
    this.inputShape = inputShape;
  }
}

/**
 * Network in Network for CIFAR-10 (Lin et al. 2013): after each bank of filters two of 1x1, little nets that slide over
 * the image; the mean of each map is its class's score. 966,986 parameters.
 */
export function networkInNetwork(options: { classes?: number } = {}): Sequential {
  const mlp = (from: number, window: number, sizes: readonly [number, number, number]): AnyModule[] => [
    new Conv2d(from, sizes[0], window, { padding: (window - 1) / 2 }),
    new ReLU(),
    new Conv2d(sizes[0], sizes[1], 1),
    new ReLU(),
    new Conv2d(sizes[1], sizes[2], 1),
    new ReLU(),
  ];
  return new ImageSequence(
    [3, 32, 32],
    [
      ...mlp(3, 5, [192, 160, 96]),
      new MaxPool2d(3, { stride: 2, ceilMode: true }),
      new Dropout(0.5),
      ...mlp(96, 5, [192, 192, 192]),
      new AvgPool2d(3, { stride: 2, ceilMode: true }),
      new Dropout(0.5),
      ...mlp(192, 3, [192, 192, options.classes ?? 10]),
      new GlobalAvgPool2d(),
    ],
  );
}

/**
 * The all-convolutional net All-CNN-C for CIFAR-10 (Springenberg et al. 2014): a stride of 2 takes the place of
 * pooling. 1,369,738 parameters.
 */
export function allConvolutional(options: { classes?: number } = {}): Sequential {
  const conv = (from: number, to: number, window: number, stride = 1): AnyModule[] => [
    new Conv2d(from, to, window, { stride, padding: (window - 1) / 2 }),
    new ReLU(),
  ];
  return new ImageSequence(
    [3, 32, 32],
    [
      new Dropout(0.2),
      ...conv(3, 96, 3),
      ...conv(96, 96, 3),
      ...conv(96, 96, 3, 2),
      new Dropout(0.5),
      ...conv(96, 192, 3),
      ...conv(192, 192, 3),
      ...conv(192, 192, 3, 2),
      new Dropout(0.5),
      ...conv(192, 192, 3),
      ...conv(192, 192, 1),
      ...conv(192, options.classes ?? 10, 1),
      new GlobalAvgPool2d(),
    ],
  );
}
