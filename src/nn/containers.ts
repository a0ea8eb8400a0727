// Modules made of modules: Sequential, ModuleList, ModuleDict, Residual.

import type { NDArray } from '../core/ndarray.js';
import { sameShape, shapeText } from '../core/shape.js';
import { add } from '../ops/elementwise.js';
import { joined } from './joining.js';
import { type AnyModule, Module } from './module.js';

/** A module among others, whose own properties are not known by type: `model[0].weight`. */
// biome-ignore lint/suspicious/noExplicitAny: see above
export type Part = AnyModule & { readonly [name: string]: any };

/**
 * Modules one after the other; index them by number, iterate over them. @see torch.nn.Sequential
 *
 * @example
 * const model = new nn.Sequential(new nn.Linear(2, 100), new nn.ReLU(), new nn.Linear(100, 3));
 * model(X);   // scores of shape (N, 3)
 */
export class Sequential extends Module {
  [index: number]: Part;
  private count = 0;

  constructor(...layers: readonly (AnyModule | readonly AnyModule[])[]) {
    super();
    // The counter is no part of the model: it must not show up among the properties.
    Object.defineProperty(this, 'count', { value: 0, writable: true, enumerable: false });
    for (const layer of layers.flat()) this.append(layer as AnyModule);
  }

  /** How many modules there are. */
  get size(): number {
    return this.count;
  }

  /** Adds a module at the end. */
  append(layer: AnyModule): this {
    if (!(layer instanceof Module))
      throw new TypeError(
        `Sequential: layer ${this.count} is ${typeof layer}; every part must be an nn.Module.`,
      );
    Object.assign(this, { [this.count++]: layer });
    return this;
  }

  /** The modules from `start` to before `end`, shared with this one; as in JavaScript's slice. */
  slice(start?: number, end?: number): Sequential {
    return new Sequential(...this.children().slice(start, end));
  }

  *[Symbol.iterator](): Generator<AnyModule> {
    yield* this.children();
  }

  forward(x: NDArray): NDArray {
    let out = x;
    for (let i = 0; i < this.count; ) {
      const several = joined(this, i, out);
      out = several === null ? (this[i](out) as NDArray) : several.out;
      i = several === null ? i + 1 : several.next;
    }
    return out;
  }
}

/** A list of modules that `parameters()` finds; it has no forward. @see torch.nn.ModuleList */
export class ModuleList extends Module<never[], never> {
  [index: number]: Part;

  constructor(modules: readonly AnyModule[] = []) {
    super();
    for (const m of modules) this.append(m);
  }

  get size(): number {
    return this.children().length;
  }

  append(module: AnyModule): this {
    Object.assign(this, { [this.size]: module });
    return this;
  }

  /**
   * What `f` makes of each module, as JavaScript's map.
   *
   * @example
   * const heads = new nn.ModuleList([new nn.Linear(4, 2), new nn.Linear(4, 2)]);
   * np.concatenate(heads.map((head) => head(np.ones([3, 4]))), 1).shape;   // [3, 4]
   */
  map<T>(f: (module: Part, index: number) => T): T[] {
    return (this.children() as Part[]).map((module, i) => f(module, i));
  }

  forEach(f: (module: Part, index: number) => void): void {
    (this.children() as Part[]).forEach((module, i) => {
      f(module, i);
    });
  }

  *[Symbol.iterator](): Generator<AnyModule> {
    yield* this.children();
  }

  forward(): never {
    throw new Error('ModuleList: a list is not a layer; call its modules one by one, or use nn.Sequential.');
  }
}

/** Modules by name that `parameters()` finds; it has no forward. @see torch.nn.ModuleDict */
export class ModuleDict extends Module<never[], never> {
  constructor(modules: Readonly<Record<string, AnyModule>> = {}) {
    super();
    for (const [name, m] of Object.entries(modules)) this.set(name, m);
  }

  get(key: string): AnyModule {
    const found = Object.entries(this).find(([k, v]) => k === key && v instanceof Module);
    if (found === undefined)
      throw new RangeError(
        `ModuleDict: no module '${key}'; there are ${
          this.namedChildren()
            .map(([k]) => `'${k}'`)
            .join(', ') || 'none'
        }.`,
      );
    return found[1] as AnyModule;
  }

  set(key: string, module: AnyModule): this {
    if (key in ModuleDict.prototype)
      throw new RangeError(`ModuleDict: '${key}' is a method's name; choose another.`);
    Object.assign(this, { [key]: module });
    return this;
  }

  forward(): never {
    throw new Error('ModuleDict: a dictionary is not a layer; call its modules by name.');
  }
}

/**
 * x + body(x), the skip connection of residual nets (He et al. 2015); `shortcut` brings x to the body's output shape
 * when it changes, e.g. a 1x1 convolution.
 */
export class Residual extends Module {
  constructor(
    readonly body: AnyModule,
    readonly shortcut: AnyModule | null = null,
  ) {
    super();
  }

  forward(x: NDArray): NDArray {
    const through = this.body(x) as NDArray;
    const around = this.shortcut === null ? x : (this.shortcut(x) as NDArray);
    if (!sameShape(through.shape, around.shape)) {
      throw new RangeError(
        `Residual: the body gives ${shapeText(through.shape)}, the shortcut ${shapeText(around.shape)}; pass a shortcut that brings the input to the body's shape, e.g. a 1x1 convolution.`,
      );
    }
    return add(through, around);
  }
}
