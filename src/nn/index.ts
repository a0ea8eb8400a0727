// The nn namespace: layers, activations, losses, initialisers.

export {
  type ConvOptions,
  type ConvTransposeOptions,
  conv1d,
  conv2d,
  convTranspose2d,
  type Pair,
} from '../ops/conv.js';
export {
  adaptiveAvgPool2d,
  adaptiveMaxPool2d,
  avgPool1d,
  avgPool2d,
  lpPool2d,
  maxPool1d,
  maxPool2d,
  maxPool2dWithIndices,
  type PoolOptions,
} from '../ops/pool.js';
export * from './activations.js';
export * from './attention.js';
export * from './containers.js';
export * from './conv.js';
export * from './criterions.js';
export * from './dropout.js';
export * as functional from './function-names.js';
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
export { LocallyConnected2d, type UnfoldOptions, unfold } from './local.js';
export * from './losses.js';
export * as models from './models/index.js';
export {
  type AnyModule,
  type ForwardHook,
  getDefaultDtype,
  Module,
  Parameter,
  type StateDict,
  setDefaultDtype,
} from './module.js';
export * from './normalization.js';
export { fromPattern, type PatternOptions } from './pattern.js';
export { type ReceptiveField, receptiveField, type SlidingWindow } from './receptive.js';
export * from './recurrent.js';
export * from './regularizers.js';
export { type InterpolateOptions, PixelShuffle, Unflatten, Upsample, ZeroPad2d } from './resizing.js';
export {
  cropCount,
  type Estimate,
  hessianBytes,
  type MemoryOptions,
  outputSize,
  poolOutputSize,
  samePadding,
  type WindowOptions,
} from './sizing.js';
export { decodeSafetensors, encodeSafetensors, load, save } from './state.js';
export { type Summary, type SummaryOptions, type SummaryRow, summary } from './summary.js';
export { convMatrix, toConvolutional } from './surgery.js';
export { type ModelInput, meta } from './trace.js';
export { type RecurrentStep, type UnrollOptions, unroll } from './unroll.js';
