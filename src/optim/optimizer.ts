// What all optimisers share: parameter groups, state per parameter, zeroing of gradients, saving and loading. A rule
// itself updates one parameter; the loops are native, in place, without temporaries.

import * as backend from '../backend/index.js';
import { type DType, isFloat } from '../core/dtype.js';
import { empty, lentGrad, NDArray } from '../core/ndarray.js';
import { noGrad } from '../core/node.js';
import { checkOptions, type Spelled } from '../core/options.js';
import { sameShape, shapeText } from '../core/shape.js';
import { type AnyModule, forgetGradients, Module, type ZeroGradOptions } from '../nn/module.js';
import { set } from '../ops/index.js';
import { castTo } from '../ops/operands.js';
import { ascontiguousarray, copy } from '../ops/shape.js';

/** Settings that every optimiser has; a group may have its own. */
export interface BaseOptions {
  /** Learning rate. */
  lr?: number;
  /** Factor of the L2 penalty's gradient: `weightDecay * p` is added to the gradient. */
  weightDecay?: number;
  /** Climb instead of descend. */
  maximize?: boolean;
}

/** Parameters with settings of their own: `{params: model.fc.parameters(), lr: 1e-4}`. */
export type ParamGroup<O extends BaseOptions = BaseOptions> = { params: NDArray[] } & Required<O>;

/** What an optimiser takes: parameters, groups of them, or the model that has them. */
export type Params<O extends BaseOptions = BaseOptions> =
  | Iterable<NDArray>
  | AnyModule
  | readonly ({ readonly params: Iterable<NDArray> | NDArray } & O)[];

/** Everything to go on exactly where an optimiser stopped, as plain data and arrays. */
export interface OptimizerState {
  state: Record<number, Record<string, number | NDArray>>;
  groups: (Record<string, unknown> & { params: number[] })[];
}

/** The state of one parameter: arrays like it, and counters. */
export type ParameterState = Record<string, number | NDArray>;

/** Checks that a setting is a number within bounds. */
export function checkSetting(
  caller: string,
  name: string,
  value: number,
  low: number,
  high = Infinity,
): void {
  if (!(typeof value === 'number' && value >= low && value <= high)) {
    const range = high === Infinity ? `at least ${low}` : `between ${low} and ${high}`;
    throw new RangeError(`${caller}: ${name} must be ${range}, not ${String(value)}.`);
  }
}

/** The base class of optimisers (torch.optim.Optimizer). */
export abstract class Optimizer<O extends BaseOptions = BaseOptions> {
  /** Parameters and their settings; change `lr` here, or let a schedule do it. */
  readonly paramGroups: ParamGroup<O>[] = [];
  protected readonly state = new Map<NDArray, ParameterState>();

  constructor(
    params: Params<O>,
    given: O | number,
    /** Every setting with its default. */
    protected readonly defaults: Required<O>,
  ) {
    const caller = this.constructor.name;
    const settings = checkOptions(
      caller,
      (typeof given === 'number' ? { lr: given } : given) as O,
      Object.keys(defaults),
    );
    Object.assign(defaults, Object.fromEntries(Object.entries(settings).filter(([, v]) => v !== undefined)));
    if (params instanceof NDArray)
      throw new TypeError(`${caller}: the parameters must be a list, e.g. [W, b] or model.parameters().`);
    const items = [...(params instanceof Module ? params.parameters() : (params as Iterable<unknown>))];
    if (items.length === 0) {
      throw new RangeError(`${caller}: the list of parameters is empty; has the model parameters?`);
    }
    const grouped = items.every((i) => !(i instanceof NDArray));
    if (grouped) for (const group of items) this.addParamGroup(group as { params: NDArray[] } & O);
    else this.addParamGroup({ params: items as NDArray[] } as { params: NDArray[] } & O);
  }

  /** Adds parameters, with settings of their own where given: for layers that are unfrozen later. */
  addParamGroup(given: { readonly params: Iterable<NDArray> | NDArray } & O): void {
    const caller = this.constructor.name;
    if (typeof given !== 'object' || given === null || !('params' in given))
      throw new TypeError(`${caller}: a group is an object with params, e.g. {params: [W], lr: 1e-3}.`);
    const group = checkOptions(caller, given, [...Object.keys(this.defaults), 'params']);
    const params = group.params instanceof NDArray ? [group.params] : [...group.params];
    const known = new Set(this.paramGroups.flatMap((g) => g.params));
    params.forEach((p, i) => {
      if (!(p instanceof NDArray)) throw new TypeError(`${caller}: parameter ${i} is not an array.`);
      if (p.node !== null || !isFloat(p.dtype)) {
        throw new TypeError(
          `${caller}: parameter ${i} of shape ${shapeText(p.shape)} is ${p.node !== null ? 'the result of an operation; only leaves can be learned' : `${p.dtype}, not floating point`}.`,
        );
      }
      if (known.has(p))
        throw new RangeError(
          `${caller}: parameter ${i} of shape ${shapeText(p.shape)} is in another group already.`,
        );
      known.add(p);
    });
    const full = { ...this.defaults, ...group, params } as unknown as ParamGroup<O>;
    this.checkGroup(full);
    this.paramGroups.push(full);
  }

  /** Checks the settings of a group. */
  protected checkGroup(group: ParamGroup<O>): void {
    const caller = this.constructor.name;
    checkSetting(caller, 'lr', group.lr as number, 0);
    checkSetting(caller, 'weightDecay', group.weightDecay as number, 0);
  }

  /** Updates one parameter with its gradient (contiguous, of its dtype), in place. */
  protected abstract update(p: NDArray, g: NDArray, group: ParamGroup<O>, state: ParameterState): void;

  /**
   * Updates every parameter that has a gradient; frozen ones and those without stay as they are.
   *
   * @param closure recomputes the loss and its gradients first; its result is returned
   */
  step<T>(closure?: () => T): T | undefined {
    const result = closure?.();
    noGrad(() => {
      for (const group of this.paramGroups) {
        for (const p of group.params) {
          if (lentGrad(p) === null || !p.tracked) continue;
          this.update(p, this.gradientOf(p), group, this.stateOf(p));
        }
      }
    });
    return result;
  }

  protected gradientOf(p: NDArray): NDArray {
    // An update of somebody else's may keep what it gets.
    const g = (borrowing.has(this.update) ? lentGrad(p) : p.grad)!;
    if (!sameShape(g.shape, p.shape)) {
      throw new RangeError(
        `${this.constructor.name}: a parameter of shape ${shapeText(p.shape)} has a gradient of shape ${shapeText(g.shape)}.`,
      );
    }
    return ascontiguousarray(castTo(g, p.dtype));
  }

  protected stateOf(p: NDArray): ParameterState {
    let found = this.state.get(p);
    if (found === undefined) {
      found = {};
      this.state.set(p, found);
    }
    return found;
  }

  /** Forgets the gradients of all parameters. */
  zeroGrad(options?: Spelled<ZeroGradOptions>): void {
    for (const group of this.paramGroups) forgetGradients(group.params, options);
  }

  // PyTorch's spelling.
  get param_groups(): ParamGroup<O>[] {
    return this.paramGroups;
  }
  add_param_group(given: { readonly params: Iterable<NDArray> | NDArray } & O): void {
    this.addParamGroup(given);
  }
  zero_grad(options?: Spelled<ZeroGradOptions>): void {
    this.zeroGrad(options);
  }
  state_dict(): OptimizerState {
    return this.stateDict();
  }
  load_state_dict(saved: OptimizerState): void {
    this.loadStateDict(saved);
  }

  /** Groups and their settings, as PyTorch prints them. */
  toString(): string {
    const groups = this.paramGroups.map(({ params, ...settings }, i) => {
      const lines = Object.entries(settings)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(
          ([name, value]) => `    ${name}: ${Array.isArray(value) ? `(${value.join(', ')})` : String(value)}`,
        );
      return [`Parameter Group ${i}: ${params.length} ${params.length === 1 ? 'array' : 'arrays'}`, ...lines];
    });
    return [`${this.constructor.name} (`, ...groups.flat(), ')'].join('\n');
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  /** All state and settings, with copies of the arrays: what a checkpoint keeps (torch's state_dict). */
  stateDict(): OptimizerState {
    const all = this.paramGroups.flatMap((g) => g.params);
    const state: OptimizerState['state'] = {};
    all.forEach((p, i) => {
      const own = this.state.get(p);
      if (own !== undefined) {
        state[i] = Object.fromEntries(
          Object.entries(own).map(([k, v]) => [k, v instanceof NDArray ? copy(v) : v]),
        );
      }
    });
    let at = 0;
    const groups = this.paramGroups.map(({ params, ...settings }) => ({
      ...settings,
      params: params.map(() => at++),
    }));
    return { state, groups };
  }

  /** Takes over what `stateDict()` of the same optimiser gave. Nothing is changed unless all of it fits. */
  loadStateDict(saved: OptimizerState): void {
    const caller = `${this.constructor.name}.loadStateDict`;
    const sizes = this.paramGroups.map((g) => g.params.length).join(', ');
    const theirs = saved.groups?.map((g) => g.params.length).join(', ');
    if (sizes !== theirs) {
      throw new RangeError(
        `${caller}: groups of ${theirs} parameters do not fit this optimiser's of ${sizes}.`,
      );
    }
    const all = this.paramGroups.flatMap((g) => g.params);
    for (const [i, own] of Object.entries(saved.state)) {
      const p = all[Number(i)];
      for (const [name, v] of Object.entries(own)) {
        if (v instanceof NDArray && v.ndim > 0 && !sameShape(v.shape, p.shape)) {
          throw new RangeError(
            `${caller}: '${name}' of parameter ${i} is ${shapeText(v.shape)}, the parameter is ${shapeText(p.shape)}.`,
          );
        }
      }
    }
    this.state.clear();
    for (const [i, own] of Object.entries(saved.state)) {
      const p = all[Number(i)];
      this.state.set(
        p,
        Object.fromEntries(
          Object.entries(own).map(([k, v]) => [k, v instanceof NDArray ? copy(castTo(v, p.dtype)) : v]),
        ),
      );
    }
    saved.groups.forEach(({ params: _, ...settings }, i) => {
      Object.assign(this.paramGroups[i], settings);
    });
  }
}

// Updates that keep nothing of the gradients they are given.
const borrowing = new WeakSet<object>();

/** Says so of a class's update. */
export function borrows(...classes: readonly { readonly prototype: object }[]): void {
  for (const { prototype } of classes) borrowing.add((prototype as { update: object }).update);
}

/** An array of zeros like `p` in `state[name]`, made when it is first asked for. */
export function slot(state: ParameterState, name: string, p: NDArray, value = 0): NDArray {
  let a = state[name] as NDArray | undefined;
  if (a === undefined) {
    a = empty(p.shape, p.dtype as DType);
    backend.fill(a, value);
    // It lives as long as the optimiser, also when the first step runs inside np.scope.
    a.storage.exempt = true;
    state[name] = a;
  }
  return a;
}

/** Counts the steps of a parameter: 1 at the first. */
export function count(state: ParameterState): number {
  const t = ((state.step as number | undefined) ?? 0) + 1;
  state.step = t;
  return t;
}

/** Runs a fused rule; a parameter that is a view with gaps takes the detour over a copy. */
export function fused(
  rule: backend.StepRule,
  p: NDArray,
  g: NDArray,
  state: readonly (NDArray | null)[],
  group: ParamGroup,
  numbers: readonly number[],
  rate = group.lr,
  decay = group.weightDecay,
): void {
  const target = p.contiguous ? p : ascontiguousarray(p.detach());
  backend.optimizerStep(rule, target, g, state, [rate, decay, group.maximize ? -1 : 1, ...numbers]);
  if (target !== p) set(p, ['...'], target);
}
