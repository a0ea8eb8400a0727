// np.fuse: a function of arrays is recorded once for every form of its arguments and then runs as a compiled program,
// in one native call. What a program cannot repeat runs as the ordinary code it is. Recording and programs live in
// backend/; here are signatures, results, and the checks that a program still does what the function does.

import { createHash } from 'node:crypto';
import { addressOf, Program, Recording, recording } from '../backend/index.js';
import { type DType, dtypeInfo } from '../core/dtype.js';
import { NDArray } from '../core/ndarray.js';
import { tape } from '../core/node.js';
import { type Shape, sameShape } from '../core/shape.js';
import type { Storage } from '../core/storage.js';
import { batching } from '../ops/batching.js';
import { graded } from './tape.js';

export interface FuseOptions {
  /** Throw when the function cannot be fused, instead of running it as ordinary code. */
  strict?: boolean;
}

/** A function like the one that was fused, which can say what became of it. */
export type Fused<F> = F & {
  /** What runs fused and what does not, and why. */
  explain(): string;
};

/** So many forms of arguments get a program; after that the function runs as ordinary code. */
const MAX_SIGNATURES = 16;
/** A program of more operations than this takes longer to compile than it saves. */
const MAX_STEPS = 4000;
/** Recordings that may differ from the one before until the function is left alone. */
const MAX_ATTEMPTS = 4;

// ---------------------------------------------------------------- arguments

/** What has to be the same of an array argument. */
interface ArraySpec {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly tracked: boolean;
  /** The first argument that lies in the same block, and how many elements further on this one begins. */
  readonly alias: number;
  readonly shift: number;
}

/** The leaves of the arguments in order, with marks for the lists and objects around them. */
function flatten(value: unknown, into: unknown[], depth = 0): boolean {
  // Deeper trees are taken for ones that contain themselves.
  if (depth > 50) return false;
  if (value instanceof NDArray || typeof value !== 'object' || value === null) {
    into.push(value);
    return true;
  }
  if (Array.isArray(value)) {
    into.push(`[${value.length}`);
    for (const item of value) if (!flatten(item, into, depth + 1)) return false;
    return true;
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) {
    const keys = Object.keys(value);
    into.push(`{${keys.join()}`);
    for (const key of keys)
      if (!flatten((value as Record<string, unknown>)[key], into, depth + 1)) return false;
    return true;
  }
  // The elements of a typed array may change without a sign.
  if (ArrayBuffer.isView(value)) return false;
  into.push(value);
  return true;
}

function aliasOf(leaves: readonly unknown[], i: number): number {
  const { storage } = leaves[i] as NDArray;
  for (let j = 0; j < i; j++) {
    const other = leaves[j];
    if (other instanceof NDArray && other.storage === storage) return j;
  }
  return -1;
}

function specOf(leaves: readonly unknown[], i: number): unknown {
  const leaf = leaves[i];
  if (!(leaf instanceof NDArray)) return leaf;
  const alias = aliasOf(leaves, i);
  const spec: ArraySpec = {
    dtype: leaf.dtype,
    shape: leaf.shape,
    strides: leaf.stridesEl,
    tracked: leaf.tracked,
    alias,
    shift: alias < 0 ? 0 : leaf.offset - (leaves[alias] as NDArray).offset,
  };
  return new ArrayMark(spec);
}

class ArrayMark {
  constructor(readonly spec: ArraySpec) {}
}

function matches(marks: readonly unknown[], leaves: readonly unknown[]): boolean {
  if (marks.length !== leaves.length) return false;
  for (let i = 0; i < marks.length; i++) {
    const mark = marks[i];
    const leaf = leaves[i];
    if (!(mark instanceof ArrayMark)) {
      if (!Object.is(mark, leaf)) return false;
      continue;
    }
    const { spec } = mark;
    if (!(leaf instanceof NDArray) || leaf.dtype !== spec.dtype || leaf.tracked !== spec.tracked)
      return false;
    if (!sameShape(leaf.shape, spec.shape) || !sameShape(leaf.stridesEl, spec.strides)) return false;
    const alias = aliasOf(leaves, i);
    if (alias !== spec.alias) return false;
    if (alias >= 0 && leaf.offset - (leaves[alias] as NDArray).offset !== spec.shift) return false;
  }
  return true;
}

// ---------------------------------------------------------------- results

/** How to make one part of the result again. */
type Template =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'argument'; readonly leaf: number }
  | {
      readonly kind: 'array';
      readonly from: 'fresh' | 'argument' | 'closure';
      /** Number of the result's block, or of the argument's leaf. */
      readonly index: number;
      readonly array: NDArray | null;
      readonly storage: Storage | null;
      readonly dtype: DType;
      readonly shape: Shape;
      readonly strides: readonly number[] | undefined;
      readonly offset: number;
    }
  | { readonly kind: 'list'; readonly items: readonly Template[] }
  | { readonly kind: 'object'; readonly entries: readonly (readonly [string, Template])[] };

interface Trace {
  readonly recording: Recording;
  readonly template: Template;
  readonly results: ReturnType<Recording['result']>[];
  readonly storages: readonly Storage[];
  readonly fingerprint: readonly string[];
}

function describe(
  value: unknown,
  leaves: readonly unknown[],
  trace: Recording,
  results: ReturnType<Recording['result']>[],
): Template {
  if (value instanceof NDArray) {
    const leaf = leaves.indexOf(value);
    if (leaf >= 0) return { kind: 'argument', leaf };
    if (value.tracked && value.node !== null && graded.leaves!.size === 0) {
      trace.refuse(
        'its result carries a gradient graph; take the gradient inside, np.fuse(valueAndGrad(f)), or call backward() in it',
      );
    }
    const layout = {
      kind: 'array',
      dtype: value.dtype,
      shape: value.shape,
      strides: value.contiguous ? undefined : value.stridesEl,
      offset: value.offset,
    } as const;
    const place = trace.result(value.storage);
    if (place.kind === 'fresh') {
      let index = results.indexOf(place);
      if (index < 0) index = results.push(place) - 1;
      return { ...layout, from: 'fresh', index, array: null, storage: null };
    }
    if (place.kind === 'argument') {
      const at = leaves.findIndex((l) => l instanceof NDArray && l.storage === value.storage);
      const offset = value.offset - (leaves[at] as NDArray).offset;
      return { ...layout, offset, from: 'argument', index: at, array: null, storage: null };
    }
    return { ...layout, from: 'closure', index: -1, array: value, storage: value.storage };
  }
  if (typeof value !== 'object' || value === null) return { kind: 'value', value };
  if (value instanceof Promise) {
    trace.refuse('it returns a promise; fused functions are synchronous');
    return { kind: 'value', value };
  }
  if (Array.isArray(value))
    return { kind: 'list', items: value.map((v) => describe(v, leaves, trace, results)) };
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) {
    return {
      kind: 'object',
      entries: Object.entries(value).map(([k, v]) => [k, describe(v, leaves, trace, results)] as const),
    };
  }
  return { kind: 'value', value };
}

function rebuild(template: Template, leaves: readonly unknown[], blocks: readonly Storage[]): unknown {
  switch (template.kind) {
    case 'value':
      return template.value;
    case 'argument':
      return leaves[template.leaf];
    case 'list':
      return template.items.map((t) => rebuild(t, leaves, blocks));
    case 'object':
      return Object.fromEntries(template.entries.map(([k, t]) => [k, rebuild(t, leaves, blocks)]));
    case 'array': {
      const { dtype, shape, strides, offset } = template;
      if (template.from === 'fresh')
        return new NDArray(blocks[template.index], dtype, shape, strides, offset);
      if (template.from === 'argument') {
        const leaf = leaves[template.index] as NDArray;
        return viewOf(leaf, template, leaf.offset + offset);
      }
      return template.array!.base === null ? template.array : viewOf(template.array!, template, offset);
    }
  }
}

function viewOf(a: NDArray, layout: Extract<Template, { kind: 'array' }>, offset: number): NDArray {
  const v = new NDArray(a.storage, layout.dtype, layout.shape, layout.strides, offset);
  v.base = a.base ?? a;
  return v;
}

// ---------------------------------------------------------------- recording and comparing

function record(
  f: (...args: never[]) => unknown,
  self: unknown,
  args: readonly unknown[],
  leaves: readonly unknown[],
): { value: unknown; trace: Trace | string } {
  const blocks: { storage: Storage; origin: number }[] = [];
  for (const leaf of leaves) {
    if (leaf instanceof NDArray && !blocks.some((b) => b.storage === leaf.storage))
      blocks.push({ storage: leaf.storage, origin: leaf.offset * dtypeInfo[leaf.dtype].itemsize });
  }
  const trace = new Recording(blocks);
  const outer = graded.leaves;
  graded.leaves = new Set();
  trace.start();
  try {
    const value = f.apply(self, args as never[]);
    const results: ReturnType<Recording['result']>[] = [];
    const template = describe(value, leaves, trace, results);
    for (const leaf of graded.leaves) {
      if (leaf.grad !== null && trace.valueOf(leaf.grad.storage).kind !== 'argument')
        trace.refuse(
          'it leaves a gradient on an array (W.grad); set W.grad = null after using it, or use valueAndGrad',
        );
    }
    trace.stop();
    trace.forget();
    if (trace.steps.length > MAX_STEPS) trace.refuse(`it issues more than ${MAX_STEPS} operations`);
    if (trace.refusal !== null) return { value, trace: trace.refusal };
    return {
      value,
      trace: {
        recording: trace,
        template,
        results,
        storages: trace.values.filter((v) => v.kind === 'closure').map((v) => v.storage),
        fingerprint: fingerprint(trace, template),
      },
    };
  } finally {
    trace.stop();
    graded.leaves = outer;
  }
}

/** What the recording consists of, one text per operation, so that two can be compared. */
function fingerprint(trace: Recording, template: Template): string[] {
  const list = trace.steps.map((step) => {
    const places = step.places.map((p) => {
      const what = p.value === null ? `number ${Buffer.from(p.bits!).toString('hex')}` : p.value.id;
      return `${p.slot}:${what}+${p.offset}:${p.dtype}[${p.strides}]`;
    });
    return `${step.op}/${step.loop}(${step.params})[${step.shape}]${places.join(' ')}`;
  });
  for (const value of trace.values) {
    if (value.initial instanceof Uint8Array)
      list.push(`bytes ${createHash('sha1').update(value.initial).digest('base64')}`);
    else list.push(`${value.kind} ${value.initial}`);
  }
  list.push(templateText(template));
  return list;
}

const identities = new WeakMap<object, number>();
let lastIdentity = 0;
function identity(value: unknown): string {
  if ((typeof value !== 'object' || value === null) && typeof value !== 'function')
    return `${typeof value} ${String(value)}`;
  let id = identities.get(value);
  if (id === undefined) {
    id = ++lastIdentity;
    identities.set(value, id);
  }
  return `object ${id}`;
}

function templateText(t: Template): string {
  switch (t.kind) {
    case 'value':
      return Object.is(t.value, -0) ? '-0' : identity(t.value);
    case 'argument':
      return `argument ${t.leaf}`;
    case 'list':
      return `[${t.items.map(templateText).join()}]`;
    case 'object':
      return `{${t.entries.map(([k, v]) => `${k}:${templateText(v)}`).join()}}`;
    case 'array': {
      // A view is made anew by every call; an array that is no view is the same one.
      const which = t.array !== null && t.array.base === null ? identity(t.array) : '';
      return `${t.from}${t.index}${which}:${t.dtype}[${t.shape}][${t.strides}]+${t.offset}`;
    }
  }
}

/** Why two recordings are not the same, or null. */
function difference(a: Trace, b: Trace): string | null {
  if (a.storages.length === b.storages.length && a.storages.some((s, i) => s !== b.storages[i])) {
    return 'an array that it takes from its surroundings is another one than before; pass it as an argument, or update it in place';
  }
  const n = Math.max(a.fingerprint.length, b.fingerprint.length);
  for (let i = 0; i < n; i++) {
    if (a.fingerprint[i] === b.fingerprint[i]) continue;
    const step = b.recording.steps[i] ?? a.recording.steps[i];
    if (step === undefined)
      return 'a list of numbers or the result that it makes is not the same at every call';
    return `a number or an operation is not the same at every call, near '${a.recording.nameOf(step)}'; pass numbers that change as 0-d arrays, np.array(x)`;
  }
  return null;
}

interface Entry {
  readonly marks: readonly unknown[];
  readonly recordingTape: boolean;
  trace: Trace | null;
  program: Program | null;
  refusal: string | null;
  attempts: number;
  calls: number;
  /** At which call the function is recorded again and compared. */
  check: number;
  /** Blocks of the arguments of the first call: with other ones the recording is compared once more. */
  readonly first: readonly (WeakRef<Storage> | null)[];
  readonly varied: boolean[];
}

/**
 * A function that does what `f` does, faster: its operations are recorded at the first calls and then run as one
 * compiled program, element-wise chains, row sums and small products in blocks that stay in the cache. Results are the
 * same to the last bit. Wrap a training step, or a function of several array operations.
 *
 * Arguments and results may be arrays, numbers, and lists or objects of them; `valueAndGrad` and `backward` work inside.
 * Arrays that `f` takes from its surroundings are read, and may be written in place, at every call. Numbers from the
 * surroundings are taken as they are at the first calls (as jax.jit does): pass those that change as arguments, and
 * those that change at every call as 0-d arrays, `np.array(rate)`. Other effects of `f`, such as filling a list, only
 * happen when it is recorded.
 *
 * What cannot be repeated (`item()`, printing or a condition on an array, random draws, results whose size depends on
 * values) makes the function run as ordinary code; `fused.explain()` says what happened.
 *
 * @param f a synchronous function
 * @param options `{strict: true}` throws when `f` cannot be fused
 * @throws Error when numbers or arrays from the surroundings turn out to have changed
 * @example
 * const lossOf = (W: NDArray, X: NDArray, y: NDArray) => nn.crossEntropy(X.dot(W), y);
 * const step = np.fuse((W: NDArray, X: NDArray, y: NDArray) => {
 *   const [loss, dW] = valueAndGrad(lossOf)(W, X, y);
 *   W.isub(dW.mul(0.1));
 *   return loss;
 * });
 * @see jax.jit, torch.compile
 */
// biome-ignore lint/suspicious/noExplicitAny: parameters of an arrow function without types would be never
export function fuse<F extends (...args: any[]) => unknown>(f: F, options: FuseOptions = {}): Fused<F> {
  if (typeof f !== 'function') throw new TypeError(`fuse: pass a function, not ${typeof f} ${String(f)}.`);
  const entries: Entry[] = [];
  let off: string | null = null;

  const refuse = (reason: string): void => {
    if (options.strict) throw new Error(`fuse: the function cannot be fused: ${reason}.`);
  };

  const fused = function (this: unknown, ...args: unknown[]): unknown {
    const plain = () => f.apply(this, args as never[]);
    if (off !== null || recording() || batching.open > 0 || tape.watchers.length > 0) return plain();
    const leaves: unknown[] = [this];
    if (!flatten(args, leaves)) return plain();
    let at = 0;
    while (
      at < entries.length &&
      !(entries[at].recordingTape === tape.recording && matches(entries[at].marks, leaves))
    )
      at++;
    if (at === entries.length) {
      if (entries.length === MAX_SIGNATURES) {
        off = `it was called with more than ${MAX_SIGNATURES} forms of arguments (shapes, dtypes, numbers); pass numbers that change as 0-d arrays, np.array(x)`;
        refuse(off);
        return plain();
      }
      entries.push({
        marks: leaves.map((_, i) => specOf(leaves, i)),
        recordingTape: tape.recording,
        trace: null,
        program: null,
        refusal: null,
        attempts: 0,
        calls: 0,
        check: 0,
        first: leaves.map((l) => (l instanceof NDArray ? new WeakRef(l.storage) : null)),
        varied: leaves.map(() => false),
      });
    }
    const entry = entries[at];
    if (entry.refusal !== null) return plain();
    // An array that comes both as an argument and from the surroundings is another program.
    if (entry.trace?.storages.some((s) => leaves.some((l) => l instanceof NDArray && l.storage === s)))
      return plain();
    entry.calls++;
    const unseen = entry.program !== null && meetsNew(entry, leaves);
    if (entry.program !== null && entry.calls < entry.check && !unseen) {
      const done = replay(entry, leaves);
      if (done !== null) return done.value;
      return plain();
    }
    const { value, trace } = record(f, this, args, leaves);
    if (typeof trace === 'string') {
      const late = entry.program !== null;
      entry.refusal = trace;
      entry.program = null;
      entry.trace = null;
      if (late && !unseen) throw changed(trace);
      refuse(trace);
      return value;
    }
    const before = entry.trace;
    const why = before === null ? null : difference(before, trace);
    if (why !== null && entry.program !== null) {
      entry.refusal = why;
      entry.program = null;
      entry.trace = null;
      // With blocks that were never seen before nothing has been computed yet.
      if (!unseen) throw changed(why);
      refuse(why);
      return value;
    }
    if (before !== null && why === null) {
      entry.program ??= new Program(trace.recording, trace.results);
      // Looked at again after 16, 128, 1024... calls.
      entry.check = Math.max(entry.check, 2);
      while (entry.check <= entry.calls) entry.check *= 8;
    } else if (++entry.attempts === MAX_ATTEMPTS) {
      entry.refusal = why!;
      refuse(why!);
    }
    entry.trace = trace;
    return value;
  };

  /** Whether an argument lies in another block than at the first call, for the first time. */
  const meetsNew = (entry: Entry, leaves: readonly unknown[]): boolean => {
    let found = false;
    for (let i = 0; i < leaves.length; i++) {
      const leaf = leaves[i];
      if (!(leaf instanceof NDArray) || entry.varied[i]) continue;
      if (entry.first[i]!.deref() !== leaf.storage) {
        entry.varied[i] = true;
        found = true;
      }
    }
    return found;
  };

  const replay = (entry: Entry, leaves: readonly unknown[]): { value: unknown } | null => {
    const given: number[] = [];
    const storages: Storage[] = [];
    for (let i = 0; i < leaves.length; i++) {
      const leaf = leaves[i];
      if (!(leaf instanceof NDArray)) continue;
      const mark = entry.marks[i] as ArrayMark;
      if (mark.spec.alias >= 0) continue;
      given.push(addressOf(leaf.storage) + leaf.offset * dtypeInfo[leaf.dtype].itemsize);
      storages.push(leaf.storage);
    }
    const program = entry.program!;
    const blocks = program.run(given);
    if (blocks === null) return null;
    for (const i of program.writtenArguments) storages[i].version++;
    return { value: rebuild(entry.trace!.template, leaves, blocks) };
  };

  Object.defineProperty(fused, 'name', { value: f.name });
  Object.defineProperty(fused, 'length', { value: f.length });
  return Object.assign(fused as unknown as F, { explain: () => explanation(off, entries) });
}

function changed(reason: string): Error {
  return new Error(
    `fuse: the function no longer does what it did when it was recorded: ${reason}. Calls since the last check may have used old values.`,
  );
}

function explanation(off: string | null, entries: readonly Entry[]): string {
  const lines: string[] = [];
  if (off !== null) lines.push(`runs as ordinary code: ${off}`);
  for (const entry of entries) {
    const form = entry.marks
      .filter((m) => m instanceof ArrayMark || typeof m === 'number')
      .map((m) => (m instanceof ArrayMark ? `${m.spec.dtype}[${m.spec.shape.join(', ')}]` : String(m)))
      .join(', ');
    if (entry.refusal !== null) lines.push(`(${form}) runs as ordinary code: ${entry.refusal}`);
    else if (entry.program === null)
      lines.push(`(${form}) is still being recorded: ${entry.calls} of 2 calls`);
    else {
      const { recorded, kept, loops, single, arenaBytes } = entry.program.summary;
      lines.push(
        `(${form}) runs fused: ${recorded} operations recorded, ${kept} kept, ${arenaBytes} bytes for what lives between them`,
      );
      for (const loop of loops)
        lines.push(`  a loop over ${loop.rows} rows, ${loop.block} at a time: ${loop.operations.join(' ')}`);
      if (single.length > 0) lines.push(`  one by one: ${single.join(' ')}`);
    }
  }
  return lines.length === 0 ? 'was not called yet' : lines.join('\n');
}
