// The base of layers and models (torch.nn.Module). A module is a function: `model(x)` runs its `forward`. Parameters,
// buffers and modules that are its properties are found by name, in the order in which they were assigned.

import { inspect } from 'node:util';
import { asarray } from '../core/create.js';
import { type DType, isFloat } from '../core/dtype.js';
import { type ArrayLike, NDArray } from '../core/ndarray.js';
import { noGrad } from '../core/node.js';
import { checkOptions, type Spelled } from '../core/options.js';
import { sameShape, shapeText } from '../core/shape.js';
import { zeros } from '../numpy/creation.js';
import { set } from '../ops/index.js';
import { castTo } from '../ops/operands.js';
import { astype, copy } from '../ops/shape.js';

let defaultDtype: 'float32' | 'float64' = 'float32';

/**
 * Sets the dtype of the layers made from now on: 'float32' unless it is changed (torch.set_default_dtype). Gradient
 * checks want 'float64'. Returns the one before.
 */
export function setDefaultDtype(dtype: 'float32' | 'float64'): 'float32' | 'float64' {
  if (dtype !== 'float32' && dtype !== 'float64') {
    throw new TypeError(`setDefaultDtype: layers are float32 or float64, not '${String(dtype)}'.`);
  }
  const before = defaultDtype;
  defaultDtype = dtype;
  return before;
}

/** The dtype that new layers take (torch.get_default_dtype). */
export const getDefaultDtype = (): 'float32' | 'float64' => defaultDtype;

/**
 * An array that a module learns (torch.nn.Parameter): a leaf of the tape that `model.parameters()` finds.
 *
 * @example
 * class Scale extends nn.Module {
 *   s = new nn.Parameter(np.ones([3]));
 *   forward(x: NDArray) { return np.mul(x, this.s); }
 * }
 */
export class Parameter extends NDArray {
  constructor(data: ArrayLike, options: { dtype?: DType; requiresGrad?: boolean } = {}) {
    let a = asarray(data, 'Parameter');
    const dtype = options.dtype ?? (isFloat(a.dtype) ? a.dtype : defaultDtype);
    if (!isFloat(dtype)) throw new TypeError(`Parameter: parameters are floating point, not ${dtype}.`);
    a = noGrad(() => (a.dtype === dtype ? copy(a) : castTo(a, dtype)));
    super(a.storage, a.dtype, a.shape, a.stridesEl, a.offset);
    this.tracked = options.requiresGrad ?? true;
  }
}

export interface ZeroGradOptions {
  /** false: gradients become zeros instead of null. */
  setToNone?: boolean;
}

/** Forgets the gradients of parameters (torch's zero_grad). */
export function forgetGradients(parameters: readonly NDArray[], options?: Spelled<ZeroGradOptions>): void {
  const { setToNone = true } =
    options === undefined ? {} : checkOptions<ZeroGradOptions>('zeroGrad', options, ['setToNone']);
  for (const p of parameters)
    if (setToNone) p.grad = null;
    else if (p.grad !== null) p.grad = zeros(p.shape, { dtype: p.dtype });
}

/** Weights and buffers by name, as `stateDict()` gives them and files hold them. */
export type StateDict = Record<string, NDArray>;

// biome-ignore lint/suspicious/noExplicitAny: a module of any input and output
export type AnyModule = Module<any, any>;

/** Runs after a module's forward; a returned value replaces the output. */
// biome-ignore lint/suspicious/noExplicitAny: what goes in and out is the module's affair
export type ForwardHook = (module: AnyModule, input: readonly any[], output: any) => unknown;

export interface Module<In extends readonly unknown[] = [NDArray], Out = NDArray> {
  /** Runs the module: `forward` and its hooks. */
  (...input: In): Out;
}

/**
 * The base class of layers and models. Assign parameters and modules to properties, write `forward`, call it like a
 * function (torch.nn.Module).
 *
 * @example
 * class Net extends nn.Module {
 *   fc1 = new nn.Linear(2, 100);
 *   fc2 = new nn.Linear(100, 3);
 *   forward(x: NDArray) { return this.fc2(nn.relu(this.fc1(x))); }
 * }
 * const model = new Net();
 * nn.crossEntropy(model(X), y).backward();
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the call signature is what the constructor returns
export abstract class Module<In extends readonly unknown[] = [NDArray], Out = NDArray> {
  /** Whether dropout drops and batch normalisation uses the batch: set by `train()` and `eval()`. */
  declare training: boolean;

  constructor() {
    const call = (...input: In): Out => {
      const output = self.forward(...input);
      const hooks = forwardHooks.get(self as AnyModule);
      return hooks === undefined ? output : runHooks(self as AnyModule, hooks, input, output);
    };
    const self = call as unknown as this;
    // A function whose prototype is the class: properties, methods and instanceof work as on any object.
    Object.setPrototypeOf(call, new.target.prototype as object);
    self.training = true;
    // biome-ignore lint/correctness/noConstructorReturn: this is how a module becomes callable
    return self;
  }

  abstract forward(...input: In): Out;

  /** What stands between the parentheses when the module is printed. */
  protected extraRepr(): string {
    return '';
  }

  // ---------------------------------------------------------------- contents

  /** Parameters of this module and those inside, each once, with dotted names (torch's named_parameters). */
  namedParameters(): [string, Parameter][] {
    return this.collect((value) => value instanceof Parameter) as [string, Parameter][];
  }

  /** Parameters of this module and those inside: what an optimiser takes. */
  parameters(): Parameter[] {
    return this.namedParameters().map(([, p]) => p);
  }

  /** Arrays that are saved but not learned, such as running statistics, with dotted names. */
  namedBuffers(): [string, NDArray][] {
    return this.collect((_, owner, key) => buffersOf.get(owner)?.has(key) === true);
  }

  buffers(): NDArray[] {
    return this.namedBuffers().map(([, b]) => b);
  }

  /** Modules directly inside, by name. */
  namedChildren(): [string, AnyModule][] {
    const found: [string, AnyModule][] = [];
    for (const [key, value] of Object.entries(this)) {
      if (value instanceof Module) found.push([key, value]);
    }
    return found;
  }

  children(): AnyModule[] {
    return this.namedChildren().map(([, m]) => m);
  }

  /** This module under the name '', and all inside, each once. */
  namedModules(): [string, AnyModule][] {
    const seen = new Set<AnyModule>();
    const found: [string, AnyModule][] = [];
    const visit = (module: AnyModule, name: string): void => {
      if (seen.has(module)) return;
      seen.add(module);
      found.push([name, module]);
      for (const [key, child] of module.namedChildren()) visit(child, name === '' ? key : `${name}.${key}`);
    };
    visit(this as AnyModule, '');
    return found;
  }

  modules(): AnyModule[] {
    return this.namedModules().map(([, m]) => m);
  }

  private collect(wanted: (value: unknown, owner: AnyModule, key: string) => boolean): [string, NDArray][] {
    const seen = new Set<unknown>();
    const found: [string, NDArray][] = [];
    for (const [name, module] of this.namedModules()) {
      for (const [key, value] of Object.entries(module)) {
        if (!(value instanceof NDArray) || seen.has(value) || !wanted(value, module, key)) continue;
        seen.add(value);
        found.push([name === '' ? key : `${name}.${key}`, value]);
      }
    }
    return found;
  }

  /** Makes `this[name]` an array that is saved with the weights but not learned. */
  registerBuffer(name: string, value: NDArray): void {
    const names = buffersOf.get(this as AnyModule) ?? new Set<string>();
    names.add(name);
    buffersOf.set(this as AnyModule, names);
    Object.assign(this, { [name]: value });
  }

  /** Runs `f` on every module inside and then on this one (torch's apply), e.g. to initialise weights. */
  apply(f: (module: AnyModule) => void): this {
    for (const child of this.children()) child.apply(f);
    f(this as AnyModule);
    return this;
  }

  // ---------------------------------------------------------------- modes

  /** Training mode: dropout drops, batch normalisation uses and records the batch's statistics. */
  train(mode = true): this {
    for (const m of this.modules()) m.training = mode;
    return this;
  }

  /** Evaluation mode: every layer a fixed function of its input. */
  eval(): this {
    return this.train(false);
  }

  /** Switches gradients of all parameters; `requiresGrad(false)` freezes the module. */
  requiresGrad(on = true): this {
    for (const p of this.parameters()) {
      p.tracked = on;
      if (!on) p.grad = null;
    }
    return this;
  }

  /** Forgets the gradients of all parameters. */
  zeroGrad(options?: Spelled<ZeroGradOptions>): void {
    forgetGradients(this.parameters(), options);
  }

  /** Converts parameters and floating point buffers. Do it before making an optimiser: the parameters are new arrays. */
  astype(dtype: 'float32' | 'float64'): this {
    for (const module of this.modules()) {
      for (const [key, value] of Object.entries(module)) {
        if (!(value instanceof NDArray) || !isFloat(value.dtype) || value.dtype === dtype) continue;
        const converted =
          value instanceof Parameter
            ? new Parameter(value, { dtype, requiresGrad: value.tracked })
            : castTo(value, dtype);
        Object.assign(module, { [key]: converted });
      }
    }
    return this;
  }

  /** `astype('float64')`. */
  double(): this {
    return this.astype('float64');
  }

  /** `astype('float32')`. */
  float(): this {
    return this.astype('float32');
  }

  /** Calls `hook(module, input, output)` after every forward. Call `remove()` of the result to end it. */
  registerForwardHook(hook: ForwardHook): { remove(): void } {
    const module = this as AnyModule;
    const hooks = forwardHooks.get(module) ?? [];
    forwardHooks.set(module, hooks);
    hooks.push(hook);
    return {
      remove() {
        hooks.splice(hooks.indexOf(hook), 1);
        if (hooks.length === 0) forwardHooks.delete(module);
      },
    };
  }

  // ---------------------------------------------------------------- state

  /** Copies of all parameters and buffers by dotted name, in PyTorch's names and shapes (torch's state_dict). */
  stateDict(): StateDict {
    const entries = [...this.namedParameters(), ...this.namedBuffers()];
    return noGrad(() => Object.fromEntries(entries.map(([name, a]) => [name, copy(a.detach())])));
  }

  /**
   * Writes the arrays of `state` into the parameters and buffers of the same name. Nothing is written unless all fit.
   *
   * @param options.strict false lets names be missing on either side; they are returned
   * @throws Error naming what is missing, unexpected, or of another shape
   */
  loadStateDict(
    state: Readonly<StateDict>,
    options: { strict?: boolean } = {},
  ): { missing: string[]; unexpected: string[] } {
    const own = new Map<string, NDArray>([...this.namedParameters(), ...this.namedBuffers()]);
    const missing = [...own.keys()].filter((name) => !Object.hasOwn(state, name));
    const unexpected = Object.keys(state).filter((name) => !own.has(name));
    const wrong: string[] = [];
    for (const [name, target] of own) {
      const source = state[name];
      if (source !== undefined && !sameShape(source.shape, target.shape)) {
        wrong.push(`'${name}' is ${shapeText(source.shape)}, the model's is ${shapeText(target.shape)}`);
      }
    }
    const strict = options.strict ?? true;
    if (wrong.length > 0 || (strict && missing.length + unexpected.length > 0)) {
      const problems = [
        ...(wrong.length > 0 ? [`shapes differ: ${wrong.join('; ')}`] : []),
        ...(strict && missing.length > 0 ? [`missing: ${missing.join(', ')}`] : []),
        ...(strict && unexpected.length > 0 ? [`not in the model: ${unexpected.join(', ')}`] : []),
      ];
      throw new Error(
        `loadStateDict: the state does not fit ${this.constructor.name}; ${problems.join('. ')}. ` +
          `Nothing was changed.${strict ? ' {strict: false} loads what has the same name and shape.' : ''}`,
      );
    }
    noGrad(() => {
      for (const [name, target] of own) if (state[name] !== undefined) set(target, ['...'], state[name]);
    });
    return { missing, unexpected };
  }

  // ---------------------------------------------------------------- PyTorch's spelling

  named_parameters(): [string, Parameter][] {
    return this.namedParameters();
  }
  named_buffers(): [string, NDArray][] {
    return this.namedBuffers();
  }
  named_children(): [string, AnyModule][] {
    return this.namedChildren();
  }
  named_modules(): [string, AnyModule][] {
    return this.namedModules();
  }
  register_buffer(name: string, value: NDArray): void {
    this.registerBuffer(name, value);
  }
  register_forward_hook(hook: ForwardHook): { remove(): void } {
    return this.registerForwardHook(hook);
  }
  requires_grad_(on = true): this {
    return this.requiresGrad(on);
  }
  zero_grad(options?: Spelled<ZeroGradOptions>): void {
    this.zeroGrad(options);
  }
  state_dict(): StateDict {
    return this.stateDict();
  }
  load_state_dict(
    state: Readonly<StateDict>,
    options: { strict?: boolean } = {},
  ): { missing: string[]; unexpected: string[] } {
    return this.loadStateDict(state, options);
  }

  // ---------------------------------------------------------------- printing

  /** The modules as a tree, as PyTorch prints them. */
  toString(): string {
    const lines = this.namedChildren().map(
      ([name, child]) => `  (${name}): ${child.toString().split('\n').join('\n  ')}`,
    );
    const extra = this.extraRepr();
    const name = this.constructor.name;
    if (lines.length === 0) return `${name}(${extra})`;
    return [`${name}(`, ...(extra === '' ? [] : [`  ${extra}`]), ...lines, ')'].join('\n');
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

// Kept beside the modules, so that the properties of one are its own parts only.
const buffersOf = new WeakMap<AnyModule, Set<string>>();
const forwardHooks = new WeakMap<AnyModule, ForwardHook[]>();

/** Whether somebody sees or replaces what the module returns. */
export const hasHooks = (module: AnyModule): boolean => forwardHooks.has(module);

function runHooks<In extends readonly unknown[], Out>(
  module: AnyModule,
  hooks: readonly ForwardHook[],
  input: In,
  output: Out,
): Out {
  let result = output;
  for (const hook of [...hooks]) {
    const replaced = hook(module, input, result);
    if (replaced !== undefined) result = replaced as Out;
  }
  return result;
}

/** What a layer computes with: its input as an array of the layer's dtype. */
export function layerInput(caller: string, x: ArrayLike, dtype: DType): NDArray {
  const a = asarray(x, caller);
  return a.dtype === dtype ? a : astype(a, dtype);
}
