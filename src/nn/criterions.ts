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

/** @see torch.nn.CrossEntropyLoss */
export class CrossEntropyLoss extends criterion<CrossEntropyOptions>(crossEntropy) {}
/** @see torch.nn.NLLLoss */
export class NLLLoss extends criterion(losses.nllLoss) {}
/** @see torch.nn.MSELoss */
export class MSELoss extends criterion(mseLoss) {}
/** @see torch.nn.L1Loss */
export class L1Loss extends criterion(losses.l1Loss) {}
/** @see torch.nn.HuberLoss */
export class HuberLoss extends criterion(losses.huberLoss) {}
/** @see torch.nn.SmoothL1Loss */
export class SmoothL1Loss extends criterion(losses.smoothL1Loss) {}
/** @see torch.nn.PoissonNLLLoss */
export class PoissonNLLLoss extends criterion(losses.poissonNllLoss) {}
/** @see torch.nn.BCELoss */
export class BCELoss extends criterion(losses.binaryCrossEntropy) {}
/** @see torch.nn.BCEWithLogitsLoss */
export class BCEWithLogitsLoss extends criterion(losses.binaryCrossEntropyWithLogits) {}
/** @see torch.nn.SoftMarginLoss */
export class SoftMarginLoss extends criterion(losses.softMarginLoss) {}
/** @see torch.nn.HingeEmbeddingLoss */
export class HingeEmbeddingLoss extends criterion(losses.hingeEmbeddingLoss) {}
/** @see torch.nn.MultiMarginLoss */
export class MultiMarginLoss extends criterion(losses.multiMarginLoss) {}
/** @see torch.nn.KLDivLoss */
export class KLDivLoss extends criterion(losses.klDiv) {}
/** The course's multiclass SVM loss, `nn.multiclassHinge`. */
export class MulticlassHingeLoss extends criterion(multiclassHinge) {}
