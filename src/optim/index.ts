// The optim namespace: optimisers, learning rate schedules, gradient clipping, averages of weights.

export {
  Adadelta,
  type AdadeltaOptions,
  Adagrad,
  type AdagradOptions,
  Adam,
  type AdamOptions,
  AdamW,
  RMSprop,
  type RMSpropOptions,
} from './adaptive.js';
export {
  clipGradNorm,
  clipGradNorm as clip_grad_norm_,
  clipGradValue,
  clipGradValue as clip_grad_value_,
  EMA,
} from './clip.js';
export {
  type BaseOptions,
  Optimizer,
  type OptimizerState,
  type ParamGroup,
  type Params,
} from './optimizer.js';
export * as lr_scheduler from './schedules.js';
export {
  CosineAnnealingLR,
  CosineAnnealingWarmRestarts,
  ExponentialDecay,
  ExponentialLR,
  InverseTimeDecay,
  LambdaLR,
  LinearLR,
  LRScheduler,
  MomentumSchedule,
  MultiStepLR,
  type PlateauOptions,
  ReduceLROnPlateau,
  StepLR,
} from './schedules.js';
export { LBFGS, type LBFGSOptions, Newton, type NewtonOptions } from './second-order.js';
export { NesterovLookahead, SGD, type SGDOptions } from './sgd.js';
