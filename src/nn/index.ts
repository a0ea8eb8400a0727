// The nn namespace: layers, activations, losses, initialisers.

export * from './activations.js';
export * from './containers.js';
export * from './dropout.js';
export * from './functional.js';
export * as init from './init.js';
export { Bilinear, Embedding, embedding, Flatten, Identity, type LayerOptions, Linear } from './linear.js';
export {
  type AnyModule,
  type ForwardHook,
  getDefaultDtype,
  Module,
  Parameter,
  type StateDict,
  setDefaultDtype,
} from './module.js';
