// Walks the tape backwards: one pass in reverse order of recording, gradients summed where paths meet. Rules are
// written in the library's own operations, so a walk that records gives derivatives of derivatives.

import { fill } from '../backend/index.js';
import { type DType, isComplex, isInexact } from '../core/dtype.js';
import { empty, getter, leaveGrad, lentGrad, method, NDArray } from '../core/ndarray.js';
import { type Node, noGrad, tape } from '../core/node.js';
import { type Shape, sameShape, shapeText } from '../core/shape.js';
import { allocations, reclaim, release, type Storage, scoped } from '../core/storage.js';
import { BatchedArray, batching, stripAll, unstripAll } from '../ops/batching.js';
import { inPlace } from '../ops/define.js';
import { add } from '../ops/elementwise.js';
import { sum } from '../ops/reduce.js';
import { current, tracking } from '../ops/registry.js';
import { astype, copy, reshape } from '../ops/shape.js';

/** Sums a gradient over the axes that broadcasting added or stretched, down to `shape`. */
function unbroadcast(g: NDArray, shape: Shape): NDArray {
  if (sameShape(g.shape, shape)) return g;
  const lead = g.ndim - shape.length;
  const axes: number[] = [];
  for (let d = 0; d < g.ndim; d++) {
    if (d < lead || (shape[d - lead] === 1 && g.shape[d] !== 1)) axes.push(d);
  }
  const summed = axes.length === 0 ? g : sum(g, { axis: axes, keepdims: true });
  return reshape(summed, shape as number[]);
}

/** A gradient in the dtype of its array: the real part of a complex one for a real array. On the tape, for higher orders. */
const inType = (g: NDArray, dtype: DType): NDArray => (g.dtype === dtype ? g : astype(g, dtype));

/** An array like `a` with every element `value`. */
export function filled(a: NDArray, value: number): NDArray {
  const out = empty(a.shape, a.dtype);
  fill(out, value);
  return out;
}

function checkVersions(node: Node): void {
  const { saved, versions } = node;
  for (let i = 0; i < saved.length; i++) {
    const a = saved[i];
    if (a.storage.version !== versions[i]) {
      throw new Error(
        `backward: an array of shape ${shapeText(a.shape)} that the gradient of '${node.op}' needs was changed in place after it was used ` +
          `(version ${a.storage.version}, expected ${versions[i]}). Change a copy, or use the form that makes a new array.`,
      );
    }
  }
}

/** Every block that a result, or a walk back from it, may still read. */
function blocksOf(value: unknown, into: Set<Storage>): Set<Storage> {
  if (value instanceof BatchedArray) {
    blocksOf(value.physical, into);
  } else if (value instanceof NDArray) {
    into.add(value.storage);
    for (const node of nodesOf([value])) {
      for (const a of [...node.saved, ...node.inputs]) into.add(a.storage);
    }
  } else if (
    Array.isArray(value) ||
    (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype)
  ) {
    for (const part of Object.values(value)) blocksOf(part, into);
  }
  return into;
}

/**
 * Runs `body` and reuses the memory of every array made inside, except those it returns (alone, or in lists and plain
 * objects) and gradients that `backward()` leaves. Never needed: memory is freed without it. It makes a training loop
 * faster, because the next step finds its memory still in the cache.
 *
 * @throws Error when an array of the scope is used after it; return it instead
 * @example
 * for (let i = 0; i < 1000; i++) np.scope(() => void W.isub(W.mul(0.01)));   // one step, parameters updated in place
 */
export function scope<T>(body: () => T): T {
  return reclaim(body, blocksKept);
}

/** What a scope must leave alone: the blocks of its result, or null where that holds none. */
function blocksKept(result: unknown): Set<Storage> | null {
  if (typeof result !== 'object' || result === null) return null;
  if (result instanceof Promise)
    throw new TypeError('scope: the body returned a promise; a scope is synchronous. Put the await outside.');
  return blocksOf(result, new Set());
}

/** The nodes younger than `since` that results depend on, newest first: results before what they were made from. */
function nodesOf(outs: readonly NDArray[], since = 0): Node[] {
  const seen = new Set<number>();
  // Doubles as the list of those whose sources are still to be looked at.
  const found: Node[] = [];
  let last = Number.POSITIVE_INFINITY;
  let sorted = true;
  const visit = (source: Node | NDArray | null) => {
    if (source === null || source instanceof NDArray || source.id <= since || seen.has(source.id)) return;
    seen.add(source.id);
    found.push(source);
    if (source.id > last) sorted = false;
    last = source.id;
  };
  for (const out of outs) visit(out.node);
  for (let k = 0; k < found.length; k++) {
    const { sources } = found[k];
    for (let i = 0; i < sources.length; i++) visit(sources[i]);
  }
  return sorted ? found : found.sort((p, q) => q.id - p.id);
}

/** Where the tape goes on outside: an array for each leaf that is not in `inputs`, and for each node up to `since`. */
function outsideOf(nodes: readonly Node[], inputs: ReadonlySet<NDArray>, since: number): NDArray[] {
  const outside = new Map<Node | NDArray, NDArray>();
  for (const { sources, inputs: arrays } of nodes) {
    for (let i = 0; i < sources.length; i++) {
      const source = sources[i];
      if (source instanceof NDArray ? !inputs.has(source) : source.id <= since)
        outside.set(source, arrays[i]);
    }
  }
  return [...outside.values()];
}

export interface BackwardOptions {
  /** Gradient of the result; ones when absent, which needs a result of one element. */
  gradient?: NDArray;
  /** Record the walk itself, for derivatives of derivatives (torch's create_graph). */
  createGraph?: boolean;
}

/** Where an array stands in the graph: the id of its node, or itself when it is a leaf. Maps find numbers faster. */
type Place = number | NDArray;
const placeOf = (at: Node | NDArray): Place => (at instanceof NDArray ? at : at.id);

/**
 * The walk. Returns the gradients of `inputs`, or when `inputs` is null of every leaf reached. Unless the walk itself
 * is recorded, blocks whose gradient has been used up go back to the pool, and the results own their memory.
 */
function walk(
  nodes: readonly Node[],
  outs: readonly NDArray[],
  seeds: readonly NDArray[],
  inputs: readonly NDArray[] | null,
  createGraph: boolean,
): Map<NDArray, NDArray> {
  const wanted = new Map<Place, NDArray[]>();
  for (const input of inputs ?? []) {
    const key = placeOf(input.node ?? input);
    wanted.set(key, [...(wanted.get(key) ?? []), input]);
  }
  // Null once it is used: deleting an entry would have the whole map laid out anew.
  const pending = new Map<Place, NDArray | null>();
  const found = new Map<NDArray, NDArray>();
  const blocks = new Blocks();
  // Sums that this walk made and nobody else holds: later terms are added in place.
  const sums = new Set<NDArray>();

  const give = (to: Node | NDArray, g: NDArray): void => {
    const key = placeOf(to);
    const before = pending.get(key) ?? null;
    if (before === null) {
      pending.set(key, g);
      blocks.hold(g);
    } else if (sums.has(before) && before.dtype === g.dtype) {
      inPlace.get('add')!(before, g);
    } else {
      const total = add(before, g);
      pending.set(key, total);
      if (!createGraph) {
        blocks.adopt(total);
        sums.add(total);
        blocks.drop(before);
      }
    }
  };
  const keep = (targets: readonly NDArray[], g: NDArray): void => {
    for (const t of targets)
      found.set(t, createGraph || (targets.length === 1 && blocks.isSole(g)) ? g : copy(g));
    blocks.forget(g);
  };

  outs.forEach((out, i) => {
    give(out.node ?? out, seeds[i]);
  });
  for (const node of nodes) {
    const g = pending.get(node.id) ?? null;
    if (g === null) continue;
    pending.set(node.id, null);
    // The rule may hand this array on, to several inputs even: nothing is added to it any more.
    sums.delete(g);
    checkVersions(node);
    const { inputs: operands, sources } = node;
    const run = (): (NDArray | null)[] => {
      const raw = node.vjp(g);
      const fitted = new Array<NDArray | null>(raw.length);
      for (let i = 0; i < raw.length; i++) {
        const r = raw[i];
        fitted[i] = r === null ? null : inType(unbroadcast(r, operands[i].shape), operands[i].dtype);
      }
      return fitted;
    };
    const given = (results: readonly (NDArray | null)[]): void => {
      for (const watcher of tape.watchers) watcher.walked?.(node, g, results);
      for (let i = 0; i < results.length; i++) {
        const r = results[i];
        if (r !== null) give(sources[i], r);
      }
    };
    if (createGraph || node.op === 'custom') {
      // The rule may keep what it sees, so nothing here may be reused.
      blocks.forget(g);
      given(run());
    } else {
      const before = allocations();
      const results = scoped(run);
      const fresh = results.filter((r): r is NDArray => r !== null && r.storage.born > before);
      for (const r of fresh) blocks.adopt(r);
      given(results);
      for (const r of fresh) blocks.drop(r);
    }
    const kept = inputs === null && retained !== null ? retained.get(node) : undefined;
    if (kept !== undefined) leave(kept, createGraph ? g : copy(g), false);
    const targets = wanted.get(node.id);
    if (targets !== undefined) keep(targets, g);
    blocks.drop(g);
  }
  for (const [key, g] of pending)
    if (g === null) continue;
    else if (inputs !== null) keep(wanted.get(key) ?? [], g);
    else if (key instanceof NDArray) keep([key], g);
  return found;
}

/** Counts who holds the blocks that a walk allocated, to give them back when nobody does. */
class Blocks {
  // 0 when it is nobody's any more.
  private readonly holders = new Map<Storage, number>();

  /** A block that came into being in this walk, held once by the caller. */
  adopt(a: NDArray): void {
    this.holders.set(a.storage, (this.holders.get(a.storage) ?? 0) + 1);
  }

  hold(a: NDArray): void {
    const n = this.holders.get(a.storage) ?? 0;
    if (n > 0) this.holders.set(a.storage, n + 1);
  }

  drop(a: NDArray): void {
    const n = this.holders.get(a.storage) ?? 0;
    if (n === 0) return;
    this.holders.set(a.storage, n - 1);
    if (n === 1) release(a.storage);
  }

  /** From now on the block belongs to somebody outside. */
  forget(a: NDArray): void {
    if (this.holders.has(a.storage)) this.holders.set(a.storage, 0);
  }

  /** Whether `a` covers a block that nobody else holds. */
  isSole(a: NDArray): boolean {
    return this.holders.get(a.storage) === 1 && a.contiguous && a.offset === 0;
  }
}

function seedFor(caller: string, out: NDArray, gradient: NDArray | undefined): NDArray {
  current(out);
  if (!out.tracked) {
    throw new Error(
      `${caller}: the array does not depend on any array that requires grad. Call W.requiresGrad() before the computation, and compute outside np.noGrad.`,
    );
  }
  if (gradient !== undefined) {
    if (!sameShape(gradient.shape, out.shape)) {
      throw new RangeError(
        `${caller}: the gradient has shape ${shapeText(gradient.shape)}, the array ${shapeText(out.shape)}; they must be equal.`,
      );
    }
    return gradient;
  }
  if (isComplex(out.dtype)) {
    throw new TypeError(
      `${caller}: gradients start from a real number, but this array is ${out.dtype}. Take np.real(loss) or np.abs(loss), or pass {gradient}.`,
    );
  }
  if (out.size !== 1) {
    throw new RangeError(
      `${caller}: gradients start from a single number, but this array has shape ${shapeText(out.shape)}. Reduce it first, e.g. loss.sum(), or pass {gradient}.`,
    );
  }
  return filled(out, 1);
}

/** Results of one recording: what they were made by, and where that leads outside of the inputs. */
export interface Recording {
  readonly outs: readonly NDArray[];
  readonly inputs: readonly NDArray[];
  readonly nodes: readonly Node[];
  /** Tracked arrays other than the inputs that the results depend on; none inside `noGrad`. */
  readonly outside: readonly NDArray[];
  /** How many vmaps were open. The tape is that of whole batches, so results and inputs are seen so by a walk. */
  readonly levels: number;
}

/**
 * Describes how `outs` depend on `inputs`. Nodes up to the id `since` cannot depend on them (the tape's `lastId` from
 * before the inputs were made), so walks end there.
 */
export function recordingOf(outs: readonly NDArray[], inputs: readonly NDArray[], since: number): Recording {
  const levels = batching.open;
  for (const out of outs) current(out);
  const nodes = nodesOf(whole(outs, levels), since);
  const outside = tape.recording ? outsideOf(nodes, new Set(whole(inputs, levels)), since) : [];
  return { outs, inputs, nodes, outside, levels };
}

/** Arrays as the tape has them: with the examples of every vmap. */
const whole = (arrays: readonly NDArray[], levels: number): readonly NDArray[] =>
  levels === 0 ? arrays : arrays.map((a) => stripAll(a, levels));

/**
 * Gradients of the results with respect to the inputs, weighted by one seed for each result and summed; zeros for an
 * input that none depends on. The walk is recorded where somebody could go through it again.
 */
export function gradients(
  { outs, inputs, nodes, outside, levels }: Recording,
  seeds: readonly NDArray[],
): NDArray[] {
  const createGraph = outside.length > 0 || tracking(...seeds);
  const leaves = whole(inputs, levels);
  const body = () => walk(nodes, whole(outs, levels), whole(seeds, levels), leaves, createGraph);
  const found = createGraph ? body() : noGrad(body);
  return leaves.map((a) => unstripAll(found.get(a) ?? filled(a, 0), levels));
}

/** Inside `vmap` the tape is that of the whole batch. */
function refuseInVmap(caller: string, a: NDArray): void {
  if (a instanceof BatchedArray)
    throw new Error(
      `${caller}: inside vmap an array stands for all examples at once. Take gradients there with grad(f) or vjp(f), or call ${caller} outside.`,
    );
}

/** Leaves that `backward()` gave a gradient since somebody began to listen. */
export const graded: { leaves: Set<NDArray> | null } = { leaves: null };

method('backward', function (options?: NDArray | BackwardOptions) {
  refuseInVmap('backward', this);
  const { gradient, createGraph = false } =
    options instanceof NDArray ? { gradient: options } : (options ?? {});
  const seed = seedFor('backward', this, gradient);
  const sole = !createGraph && tape.watchers.length === 0;
  const body = () => {
    for (const [leaf, g] of walk(nodesOf([this]), [this], [seed], null, createGraph)) {
      leave(leaf, g, sole);
      graded.leaves?.add(leaf);
    }
  };
  if (createGraph) body();
  else noGrad(body);
});

// Arrays that are no leaves and want their gradient all the same, by the node that they stood at.
let retained: WeakMap<Node, NDArray> | null = null;

/**
 * Adds a gradient to what earlier walks left. It outlives the scope that it was computed in.
 * @param sole whether nobody else has it, so that its memory may be used again once it is dropped
 */
function leave(a: NDArray, g: NDArray, sole: boolean): void {
  const before = lentGrad(a);
  if (before !== null && !sole) before.storage.unseen = false;
  leaveGrad(a, before === null ? g : add(before, g));
  if (!sole) lentGrad(a)!.storage.unseen = false;
  else if (before !== null) release(g.storage);
}

method('retainGrad', function () {
  refuseInVmap('retainGrad', this);
  if (!this.tracked) {
    throw new Error(
      'retainGrad: the array does not depend on any array that requires grad, so it has no gradient.',
    );
  }
  retained ??= new WeakMap();
  if (this.node !== null) retained.set(this.node, this);
  return this;
});

method('requiresGrad', function (on = true) {
  refuseInVmap('requiresGrad', this);
  if (on && !isInexact(this.dtype)) {
    throw new TypeError(
      `requiresGrad: only floating point and complex arrays can require gradients; this one is ${this.dtype}. Convert it with astype('float64').`,
    );
  }
  if (this.node !== null) {
    throw new Error(
      'requiresGrad: this array is the result of an operation on the tape; only leaves can be switched. Use detach() for a plain value.',
    );
  }
  this.tracked = on;
  if (!on) this.grad = null;
  return this;
});

method('requires_grad_', function (on = true) {
  return this.requiresGrad(on);
});

Object.defineProperty(NDArray.prototype, 'requires_grad', {
  get(this: NDArray) {
    return this.tracked;
  },
  set(this: NDArray, on: boolean) {
    this.requiresGrad(on);
  },
  configurable: true,
});

method('zeroGrad', function () {
  this.grad = null;
});

getter('isLeaf', function () {
  return this.node === null;
});

declare module '../core/ndarray.js' {
  interface ArrayMethods {
    /**
     * Asks for gradients with respect to this array: operations on it are recorded, and `loss.backward()` leaves the
     * gradient in `grad` (torch.Tensor.requires_grad_). Returns the array.
     */
    requiresGrad<D extends DType>(this: NDArray<D>, on?: boolean): NDArray<D>;
    /** `requiresGrad()` in PyTorch's spelling. */
    requires_grad_<D extends DType>(this: NDArray<D>, on?: boolean): NDArray<D>;
    /** Whether gradients flow to this array; `p.requires_grad = false` freezes a parameter (torch.Tensor.requires_grad). */
    requires_grad: boolean;
    /**
     * Computes the gradients of this one-element array with respect to every leaf that requires grad, and adds them to
     * the leaves' `grad` (torch.Tensor.backward). Set `W.grad = null` between steps.
     * @param options the gradient to start from, or `{gradient, createGraph}`
     */
    backward(options?: NDArray | BackwardOptions): void;
    /** Forgets `grad`. */
    zeroGrad(): void;
    /**
     * Asks `backward()` to leave a gradient here too, although this is the result of an operation and not a leaf
     * (torch.Tensor.retain_grad). Returns the array.
     */
    retainGrad(): NDArray;
    /** Whether no operation on the tape made this array. */
    readonly isLeaf: boolean;
  }
}
