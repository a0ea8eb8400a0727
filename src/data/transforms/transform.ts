// What a transform is: an object that is called with one image or with a stack of them, of which each gets random
// numbers of its own, drawn from np.random or from the generator that is passed. Transforms in a row and functions as
// transforms are here too.

import { asarray } from '../../core/create.js';
import type { ArrayLike, NDArray } from '../../core/ndarray.js';
import * as random from '../../numpy/random/index.js';
import { type Stack, stackOf } from '../images.js';

/** Where random numbers come from: np.random, a RandomState or a Generator. */
export interface RandomSource {
  uniform(low: number, high: number, size: number | readonly number[]): NDArray;
}

/** A transform as plain data, for sending it to a worker: its name and its arguments. */
export interface TransformSpec {
  name: string;
  args: unknown[];
}

export const shared: RandomSource = {
  uniform: (low, high, size) => random.uniform(low, high, size as number[]),
};

/** n numbers from U[low, high). */
export function draws(source: RandomSource, n: number, low: number, high: number): Float64Array {
  return n === 0 ? new Float64Array(0) : (source.uniform(low, high, [n]).data as Float64Array);
}

export interface Transform {
  /** Transforms an image or a stack of images; random numbers come from `generator`, np.random's unless given. */
  (images: ArrayLike, generator?: RandomSource): NDArray;
}

/** The base class of transforms: `forward` is written for a stack, calls take single images too. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the call signature is what the constructor returns
export abstract class Transform {
  /** The arguments that made it, so that a worker can make the same. */
  declare readonly args: unknown[];

  constructor(args: unknown[]) {
    const call = (images: ArrayLike, generator?: RandomSource): NDArray =>
      self.apply(images, generator ?? shared);
    const self = Object.setPrototypeOf(call, new.target.prototype) as this;
    Object.assign(self, { args });
    // biome-ignore lint/correctness/noConstructorReturn: a transform is a function
    return self;
  }

  protected apply(images: ArrayLike, source: RandomSource): NDArray {
    const stack = stackOf(this.constructor.name, images);
    return stack.unpack(this.forward(stack, source));
  }

  protected abstract forward(stack: Stack, source: RandomSource): NDArray;

  /** Name and arguments, from which `fromSpec` makes the same transform. */
  get spec(): TransformSpec {
    return { name: this.constructor.name, args: this.args };
  }

  toString(): string {
    return `${this.constructor.name}(${this.args.map((a) => (a instanceof Transform ? String(a) : JSON.stringify(a))).join(', ')})`;
  }
}

/**
 * Transforms one after the other. A function among them gets and returns an array.
 * @see torchvision.transforms.Compose
 *
 * @example
 * const { Compose, Resize, RandomHorizontalFlip, ToTensor } = data.transforms;
 * const augment = new Compose([new Resize([32, 32]), new RandomHorizontalFlip(), new ToTensor()]);
 * augment(np.zeros([5, 28, 28], { dtype: 'uint8' })).shape;   // [5, 1, 32, 32]
 */
export class Compose extends Transform {
  readonly transforms: readonly (Transform | ((images: NDArray) => NDArray))[];
  constructor(transforms: readonly (Transform | ((images: NDArray) => NDArray))[]) {
    const wrong = transforms.findIndex((t) => typeof t !== 'function');
    if (wrong >= 0)
      throw new TypeError(
        `Compose: element ${wrong} is no transform or function, but ${typeof transforms[wrong]}.`,
      );
    super([transforms]);
    this.transforms = transforms;
  }
  protected override apply(images: ArrayLike, source: RandomSource): NDArray {
    return this.transforms.reduce<NDArray>(
      (x, t) => (t instanceof Transform ? t(x, source) : t(x)),
      asarray(images, 'Compose'),
    );
  }
  protected forward(stack: Stack): NDArray {
    return stack.images;
  }
  override toString(): string {
    return `Compose(\n${this.transforms.map((t) => `    ${String(t)}`).join('\n')}\n)`;
  }
}

/** A function as a transform. @see torchvision.transforms.Lambda */
export class Lambda extends Transform {
  constructor(readonly f: (images: NDArray) => NDArray) {
    if (typeof f !== 'function') throw new TypeError(`Lambda: expected a function, got ${typeof f}.`);
    super([f]);
  }
  protected override apply(images: ArrayLike): NDArray {
    return this.f(asarray(images, 'Lambda'));
  }
  protected forward(stack: Stack): NDArray {
    return stack.images;
  }
}
