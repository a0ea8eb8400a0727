// Losses as modules, for those who write `const criterion = new nn.CrossEntropyLoss()`: each calls the function of the
// same meaning with the options it was made with.

import type { ArrayLike, NDArray } from '../core/ndarray.js';
import { type CrossEntropyOptions, crossEntropy, mseLoss, multiclassHinge } from './functional.js';
import * as losses from './losses.js';
import { Module } from './module.js';

/** A loss of an input and a target, with its options. */
class Criterion<O extends object> extends Module<[ArrayLike, ArrayLike]> {
  constructor(
    private readonly f: (input: ArrayLike, target: ArrayLike, options?: O) => NDArray,
    readonly options: O,
  ) {
    super();
  }
  forward(input: ArrayLike, target: ArrayLike): NDArray {
    return this.f(input, target, this.options);
  }
}

/** The class of a function's module form. */
const criterion = <O extends object>(
  f: (input: ArrayLike, target: ArrayLike, options?: O) => NDArray,
): (new (
  options?: O,
) => Criterion<O>) =>
  class extends Criterion<O> {
    constructor(options: O = {} as O) {
      super(f, options);
    }
  };

/** The loss as a module. @see torch.nn.CrossEntropyLoss */
export class CrossEntropyLoss extends criterion<CrossEntropyOptions>(crossEntropy) {}
/** The loss as a module. @see torch.nn.NLLLoss */
export class NLLLoss extends criterion(losses.nllLoss) {}
/** The loss as a module. @see torch.nn.MSELoss */
export class MSELoss extends criterion(mseLoss) {}
/** The loss as a module. @see torch.nn.L1Loss */
export class L1Loss extends criterion(losses.l1Loss) {}
/** The loss as a module. @see torch.nn.HuberLoss */
export class HuberLoss extends criterion(losses.huberLoss) {}
/** The loss as a module. @see torch.nn.SmoothL1Loss */
export class SmoothL1Loss extends criterion(losses.smoothL1Loss) {}
/** The loss as a module. @see torch.nn.PoissonNLLLoss */
export class PoissonNLLLoss extends criterion(losses.poissonNllLoss) {}
/** The loss as a module. @see torch.nn.BCELoss */
export class BCELoss extends criterion(losses.binaryCrossEntropy) {}
/** The loss as a module. @see torch.nn.BCEWithLogitsLoss */
export class BCEWithLogitsLoss extends criterion(losses.binaryCrossEntropyWithLogits) {}
/** The loss as a module. @see torch.nn.SoftMarginLoss */
export class SoftMarginLoss extends criterion(losses.softMarginLoss) {}
/** The loss as a module. @see torch.nn.HingeEmbeddingLoss */
export class HingeEmbeddingLoss extends criterion(losses.hingeEmbeddingLoss) {}
/** The loss as a module. @see torch.nn.MultiMarginLoss */
export class MultiMarginLoss extends criterion(losses.multiMarginLoss) {}
/** The loss as a module. @see torch.nn.KLDivLoss */
export class KLDivLoss extends criterion(losses.klDiv) {}
/** The course's multiclass SVM loss, `nn.multiclassHinge`. */
export class MulticlassHingeLoss extends criterion(multiclassHinge) {}
