// Losses as modules, for those who write `const criterion = new nn.CrossEntropyLoss()`: each calls the function of the
// same meaning with the options it was made with.

import type { ArrayLike, NDArray } from '../core/ndarray.js';
import { checkOptions } from '../core/options.js';
import { crossEntropy, lossNames, mseLoss, multiclassHinge } from './functional.js';
import * as losses from './losses.js';
import { Module } from './module.js';

/** A loss of an input and a target, with its options. */
class Criterion<O extends object> extends Module<[ArrayLike, ArrayLike]> {
  readonly options: O;

  constructor(
    private readonly f: (input: ArrayLike, target: ArrayLike, options?: O) => NDArray,
    known: readonly string[],
    given: O,
  ) {
    super();
    this.options = checkOptions(this.constructor.name, given, known);
  }
  forward(input: ArrayLike, target: ArrayLike): NDArray {
    return this.f(input, target, this.options);
  }
}

/** The class of a function's module form. */
const criterion = <O extends object>(
  f: (input: ArrayLike, target: ArrayLike, options?: O) => NDArray,
  known: readonly string[],
): (new (
  options?: O,
) => Criterion<O>) =>
  class extends Criterion<O> {
    constructor(options: O = {} as O) {
      super(f, known, options);
    }
  };

/** The loss as a module. @see torch.nn.CrossEntropyLoss */
export class CrossEntropyLoss extends criterion(crossEntropy, lossNames.crossEntropy) {}
/** The loss as a module. @see torch.nn.NLLLoss */
export class NLLLoss extends criterion(losses.nllLoss, lossNames.nllLoss) {}
/** The loss as a module. @see torch.nn.MSELoss */
export class MSELoss extends criterion(mseLoss, lossNames.mseLoss) {}
/** The loss as a module. @see torch.nn.L1Loss */
export class L1Loss extends criterion(losses.l1Loss, lossNames.l1Loss) {}
/** The loss as a module. @see torch.nn.HuberLoss */
export class HuberLoss extends criterion(losses.huberLoss, lossNames.huberLoss) {}
/** The loss as a module. @see torch.nn.SmoothL1Loss */
export class SmoothL1Loss extends criterion(losses.smoothL1Loss, lossNames.smoothL1Loss) {}
/** The loss as a module. @see torch.nn.PoissonNLLLoss */
export class PoissonNLLLoss extends criterion(losses.poissonNllLoss, lossNames.poissonNllLoss) {}
/** The loss as a module. @see torch.nn.BCELoss */
export class BCELoss extends criterion(losses.binaryCrossEntropy, lossNames.binaryCrossEntropy) {}
/** The loss as a module. @see torch.nn.BCEWithLogitsLoss */
export class BCEWithLogitsLoss extends criterion(
  losses.binaryCrossEntropyWithLogits,
  lossNames.binaryCrossEntropyWithLogits,
) {}
/** The loss as a module. @see torch.nn.SoftMarginLoss */
export class SoftMarginLoss extends criterion(losses.softMarginLoss, lossNames.softMarginLoss) {}
/** The loss as a module. @see torch.nn.HingeEmbeddingLoss */
export class HingeEmbeddingLoss extends criterion(losses.hingeEmbeddingLoss, lossNames.hingeEmbeddingLoss) {}
/** The loss as a module. @see torch.nn.MultiMarginLoss */
export class MultiMarginLoss extends criterion(losses.multiMarginLoss, lossNames.multiMarginLoss) {}
/** The loss as a module. @see torch.nn.KLDivLoss */
export class KLDivLoss extends criterion(losses.klDiv, lossNames.klDiv) {}
/** The course's multiclass SVM loss, `nn.multiclassHinge`. */
export class MulticlassHingeLoss extends criterion(multiclassHinge, lossNames.multiclassHinge) {}
