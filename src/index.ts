// gradlab, the library: arrays like NumPy's with gradients, and charts. Notebook cells have these names preloaded.

import './ops/methods.js';
import './autograd/tape.js';

export { type GradCheckOptions, type GradCheckReport, gradCheck } from './autograd/check.js';
export {
  Circuit,
  type CircuitEdge,
  type CircuitNode,
  type CircuitOptions,
  circuit,
} from './autograd/circuit.js';
export { type CustomRule, checkpoint, customVjp } from './autograd/custom.js';
export {
  type Argnums,
  type GradAt,
  type GradOf,
  type GradOptions,
  grad,
  type Tree,
  valueAndGrad,
} from './autograd/grad.js';
export {
  type CheckedElement,
  type CheckedParameter,
  type GradCheckReportOptions,
  GradientReport,
  gradCheckReport,
  type NumericalGradientOptions,
  numericalGradient,
  type Verdict,
} from './autograd/numeric.js';
export {
  hessian,
  hvp,
  type JacobianOf,
  type JacobianOptions,
  jacobian,
  jvp,
  stopGradient,
  vjp,
} from './autograd/transforms.js';
export { type Axes, type VmapOptions, vmap } from './autograd/vmap.js';
export { Complex } from './core/complex.js';
export type { DType, Scalar, TypedArray } from './core/dtype.js';
export { type ArrayLike, NDArray, type NestedArray } from './core/ndarray.js';
export * as data from './data/index.js';
export { progress } from './data/progress.js';
export * as learn from './learn/index.js';
export * as nn from './nn/index.js';
export { sprintf } from './numpy/format.js';
export * as np from './numpy/index.js';
export * as optim from './optim/index.js';
export * as plot from './plot/index.js';
export * as plt from './plot/index.js';
export * as training from './training/index.js';
