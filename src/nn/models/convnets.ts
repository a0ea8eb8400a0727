// Nets that are one row of layers: LeNet, AlexNet, ZFNet and VGG, which end in fully connected layers, and two that
// need none. How deep nets start is here too, for all of them.

import type { NDArray } from '../../core/ndarray.js';
import { checkOptions } from '../../core/options.js';
import type { Shape } from '../../core/shape.js';
import { ReLU, Tanh } from '../activations.js';
import { Sequential } from '../containers.js';
import { AvgPool2d, Conv2d, GlobalAvgPool2d, MaxPool2d } from '../conv.js';
import { Dropout } from '../dropout.js';
import * as init from '../init.js';
import { Flatten, Linear } from '../linear.js';
import { type AnyModule, Module } from '../module.js';
import { BatchNorm2d, LocalResponseNorm } from '../normalization.js';

/** How many scores a net gives, under our name or torchvision's. */
export interface ClassCount {
  /** Scores at the end: 1000, ImageNet's, unless given. */
  classes?: number;
  /** `classes` under torchvision's name. */
  numClasses?: number;
  num_classes?: number;
}

/** The number of scores of a net; the names of all its options are checked. */
export function classesOf(
  net: string,
  options: ClassCount,
  usual: number,
  more: readonly string[] = [],
): number {
  const { classes, numClasses } = checkOptions(net, options, ['classes', 'numClasses', ...more]);
  return classes ?? numClasses ?? usual;
}

/** What all nets may be told. */
export interface NetOptions extends ClassCount {
  /** Rows and columns of the images, where a fully connected layer depends on them. */
  image?: number;
}

/** The normal deviates of He et al. (2015) for filters, N(0, 0.01) for linear layers, as torchvision starts its nets. */
export function heStart<M extends AnyModule>(model: M): M {
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
  features: Sequential;
  classifier: Sequential;

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
export function lenet5(options: ClassCount = {}): ConvNet {
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
    [new Linear(120, 84), new Tanh(), new Linear(84, classesOf('lenet5', options, 10))],
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
  options: ClassCount & { variant?: 'torchvision' | 'paper'; groups?: 1 | 2 } = {},
): ConvNet {
  const { variant = 'torchvision', groups = 2 } = options;
  const classes = classesOf('alexnet', options, 1000, ['variant', 'groups']);
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
export function zfnet(options: ClassCount = {}): ConvNet {
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
  return new ConvNet(
    [3, 224, 224],
    features,
    alexNetClassifier(256 * 6 * 6, classesOf('zfnet', options, 1000)),
  );
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
  const { image = 224, batchNorm = false } = options;
  const classes = classesOf(`vgg${depth}`, options, 1000, ['image', 'batchNorm']);
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
export function networkInNetwork(options: ClassCount = {}): Sequential {
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
      ...mlp(192, 3, [192, 192, classesOf('networkInNetwork', options, 10)]),
      new GlobalAvgPool2d(),
    ],
  );
}

/**
 * The all-convolutional net All-CNN-C for CIFAR-10 (Springenberg et al. 2014): a stride of 2 takes the place of
 * pooling. 1,369,738 parameters.
 */
export function allConvolutional(options: ClassCount = {}): Sequential {
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
      ...conv(192, classesOf('allConvolutional', options, 10), 1),
      new GlobalAvgPool2d(),
    ],
  );
}
