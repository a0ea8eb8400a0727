// The nn namespace: layers, activations, losses, initialisers.

export * from './activations.js';
export * from './containers.js';
export * from './criterions.js';
export * from './dropout.js';
export {
  type CrossEntropyOptions,
  crossEntropy,
  leakyRelu,
  linear,
  logSoftmax,
  mseLoss,
  multiclassHinge,
  type Reduction,
  relu,
  sigmoid,
  softmax,
  tanh,
} from './functional.js';
export * as init from './init.js';
export { Bilinear, Embedding, embedding, Flatten, Identity, type LayerOptions, Linear } from './linear.js';
export * from './losses.js';
export {
  type AnyModule,
  type ForwardHook,
  getDefaultDtype,
  Module,
  Parameter,
  type StateDict,
  setDefaultDtype,
} from './module.js';
export * from './regularizers.js';
export { decodeSafetensors, encodeSafetensors, load, save } from './state.js';
