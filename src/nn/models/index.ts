// The nets of the course's case studies, from LeNet to ResNet, with the layers and parameter counts of their papers or
// of torchvision, whose parameter names they carry, so that its weights load. `nn.models.vgg16()` makes one;
// `nn.meta(() => nn.models.vgg16())` one that has no memory, for tables.

export {
  alexnet,
  allConvolutional,
  type ClassCount,
  ConvNet,
  lenet5,
  type NetOptions,
  networkInNetwork,
  type VggOptions,
  vgg11,
  vgg13,
  vgg16,
  vgg19,
  zfnet,
} from './convnets.js';
export { GoogLeNet, googlenet, Inception, type InceptionSizes } from './googlenet.js';
export { BasicBlock, Bottleneck, ResNet, resnet18, resnet34, resnet50 } from './resnet.js';
