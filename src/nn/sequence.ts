// One direction of one recurrent layer over a whole sequence, as one operation on the tape: products over all steps,
// native loops over time, and a gradient that is one walk back through time. The same in the library's single
// operations is `composed`: derivatives of the gradient are taken of it, `vmap` runs it, and so does whoever looks on
// while the tape is written. The layers themselves are in recurrent.ts.

import { twinOf } from '../autograd/grad.js';
import { gradients, recordingOf } from '../autograd/tape.js';
import * as backend from '../backend/index.js';
import { empty, type NDArray } from '../core/ndarray.js';
import { tape } from '../core/node.js';
import { release } from '../core/storage.js';
import { zeros } from '../numpy/creation.js';
import { batching } from '../ops/batching.js';
import { add, mul, sigmoid, sub, tanh } from '../ops/elementwise.js';
import { get, take } from '../ops/index.js';
import { concatenate, stack } from '../ops/join.js';
import { dot } from '../ops/matmul.js';
import { sum } from '../ops/reduce.js';
import { register, tracking, trackJointly } from '../ops/registry.js';
import { ascontiguousarray, copy, expandDims, reshape, transpose } from '../ops/shape.js';
import { relu } from './functional.js';

export type RecurrentKind = backend.RecurrentKind;

/** Blocks of hidden size in the weights, and arrays of state: h, or h and c. */
export const kinds: Readonly<Record<RecurrentKind, { readonly parts: number; readonly states: 1 | 2 }>> = {
  tanh: { parts: 1, states: 1 },
  relu: { parts: 1, states: 1 },
  LSTM: { parts: 4, states: 2 },
  GRU: { parts: 3, states: 1 },
};

/** Weights of one direction of one layer, under PyTorch's names. */
export interface Weights {
  readonly wIh: NDArray;
  readonly wHh: NDArray;
  readonly bIh: NDArray | null;
  readonly bHh: NDArray | null;
}

/** Hidden and, for the LSTM, cell state: (N, H) each. */
export type State = readonly NDArray[];

/** Everything that a result depends on; null where a call does without. */
interface Operands extends Weights {
  /** (T, N, features), or int64 (T, N): places of the ones of one-hot vectors. */
  readonly x: NDArray;
  readonly oneHot: boolean;
  readonly h0: NDArray | null;
  readonly c0: NDArray | null;
}
const differentiable = ['x', 'wIh', 'wHh', 'bIh', 'bHh', 'h0', 'c0'] as const;
type Name = (typeof differentiable)[number];

// ---------------------------------------------------------------- step by step

const affine = (x: NDArray, w: NDArray, b: NDArray | null): NDArray => {
  const out = dot(x, transpose(w));
  return b === null ? out : add(out, b);
};

/** Part k of gates (N, parts H). */
const gate = (gates: NDArray, k: number, h: number): NDArray => get(gates, [':', `${k * h}:${(k + 1) * h}`]);

type Step = (gates: NDArray, state: State, w: Weights) => NDArray[];

const vanillaStep =
  (f: (x: NDArray) => NDArray): Step =>
  (gates, [h], w) => [f(add(gates, affine(h, w.wHh, w.bHh)))];

const steps: Readonly<Record<RecurrentKind, Step>> = {
  tanh: vanillaStep((x) => tanh(x)),
  relu: vanillaStep(relu),
  // Gates in PyTorch's order: input, forget, candidate, output (Hochreiter and Schmidhuber 1997, with forget gates).
  LSTM: (gates, [h, c], w) => {
    const size = h.shape[1];
    const all = add(gates, affine(h, w.wHh, w.bHh));
    const [i, f, o] = [0, 1, 3].map((k) => sigmoid(gate(all, k, size)));
    const cell = add(mul(f, c), mul(i, tanh(gate(all, 2, size))));
    return [mul(o, tanh(cell)), cell];
  },
  // Reset, update, candidate; the reset gate multiplies the product with the state (Cho et al. 2014, PyTorch's variant).
  GRU: (gates, [h], w) => {
    const size = h.shape[1];
    const recurrent = affine(h, w.wHh, w.bHh);
    const r = sigmoid(add(gate(gates, 0, size), gate(recurrent, 0, size)));
    const z = sigmoid(add(gate(gates, 1, size), gate(recurrent, 1, size)));
    const n = tanh(add(gate(gates, 2, size), mul(r, gate(recurrent, 2, size))));
    return [add(n, mul(z, sub(h, n)))];
  },
};

/** The hidden states (T, N, H); of the LSTM with the last cell state after them, (T + 1, N, H). */
function composed(kind: RecurrentKind, o: Operands, reverse: boolean): NDArray {
  const [T, N] = o.x.shape;
  const step = steps[kind];
  const start = (s: NDArray | null): NDArray => s ?? zeros([N, o.wHh.shape[1]], { dtype: o.wHh.dtype });
  let state: State = kinds[kind].states === 2 ? [start(o.h0), start(o.c0)] : [start(o.h0)];
  const share = o.oneHot ? take(transpose(o.wIh), o.x, 0) : dot(o.x, transpose(o.wIh));
  const gates = o.bIh === null ? share : add(share, o.bIh);
  const hidden: NDArray[] = new Array(T);
  for (let i = 0; i < T; i++) {
    const t = reverse ? T - 1 - i : i;
    state = step(get(gates, [t]), state, o);
    hidden[t] = state[0];
  }
  const out = stack(hidden);
  return state.length === 1 ? out : concatenate([out, expandDims(state[1], 0)]);
}

// ---------------------------------------------------------------- natively

/** What the walk back reads: the activated gates, and cell states (LSTM) or the candidate's products (GRU). */
interface Memory {
  readonly gates: NDArray;
  readonly more: NDArray | null;
}

/** Fills `out` and gives what is kept for the walk back. */
function forward(g: backend.RecurrentGeometry, o: Operands, out: NDArray): Memory {
  const { t, n, h, kind } = g;
  const { dtype } = o.wHh;
  const all = kinds[kind].parts * h;
  const hidden = kind === 'LSTM' ? get(out, [`0:${t}`]) : out;
  const gates = all === h ? hidden : empty([t, n, all], dtype);
  if (o.oneHot) {
    const rows = copy(transpose(o.wIh));
    backend.takeOffsets(gates, rows, ascontiguousarray(mul(o.x, all)), [all], [1]);
    release(rows.storage);
  } else {
    backend.matmul(reshape(gates, [t * n, all]), reshape(o.x, [t * n, -1]), transpose(o.wIh));
  }
  const more = all === h ? null : empty([t, n, h], dtype);
  backend.recurrentForward(g, gates, hidden, o.wHh, [o.h0, o.c0], [o.bIh, o.bHh], more);
  if (kind === 'LSTM') backend.copy(get(out, [t]), get(more!, [g.reverse ? 0 : t - 1]));
  return { gates, more };
}

/** Gradients of the operands that are `wanted`, from that of `out`. */
function backward(
  r: backend.RecurrentGeometry,
  o: Operands,
  out: NDArray,
  memory: Memory,
  gradient: NDArray,
  wanted: ReadonlySet<Name>,
): Partial<Record<Name, NDArray>> {
  const { t, n, h, kind, reverse } = r;
  const { dtype } = o.wHh;
  const all = kinds[kind].parts * h;
  const lstm = kind === 'LSTM';
  const g = ascontiguousarray(gradient);
  const hidden = lstm ? get(out, [`0:${t}`]) : out;
  const dgates = empty([t, n, all], dtype);
  const carried = empty([n, h], dtype);
  const more = lstm ? copy(get(g, [t])) : memory.more;
  const [before, initial] = lstm ? [memory.more, o.c0] : kind === 'GRU' ? [hidden, o.h0] : [null, null];
  backend.recurrentBackward(
    r,
    dgates,
    memory.gates,
    o.wHh,
    before,
    initial,
    lstm ? get(g, [`0:${t}`]) : g,
    carried,
    more,
    wanted.has('h0'),
  );
  const found: Partial<Record<Name, NDArray>> = { h0: carried };
  if (lstm) found.c0 = more!;
  const rows = reshape(dgates, [t * n, all]);
  if (wanted.has('x')) found.x = reshape(dot(rows, o.wIh), o.x.shape);
  if (wanted.has('wIh')) {
    if (o.oneHot) {
      const sums = zeros([o.wIh.shape[1], all], { dtype });
      backend.putOffsets(sums, ascontiguousarray(mul(o.x, all)), [all], [1], dgates, backend.op.putAdd);
      found.wIh = copy(transpose(sums));
    } else {
      found.wIh = dot(transpose(rows), reshape(o.x, [t * n, -1]));
    }
  }
  // The products with the state: their gradient, of the GRU's candidate apart.
  const parts: [NDArray, number][] =
    kind === 'GRU'
      ? [
          [get(rows, [':', `0:${2 * h}`]), 2 * h],
          [reshape(memory.more!, [t * n, h]), h],
        ]
      : [[rows, all]];
  if (wanted.has('wHh')) {
    const d = empty([all, h], dtype);
    const states = reshape(hidden, [t * n, h]);
    const [later, earlier] = reverse ? [`0:${(t - 1) * n}`, `${n}:`] : [`${n}:`, `0:${(t - 1) * n}`];
    const first = reverse ? `${(t - 1) * n}:` : `0:${n}`;
    let at = 0;
    for (const [part, size] of parts) {
      const to = get(d, [`${at}:${at + size}`]);
      if (t > 1) backend.matmul(to, transpose(get(part, [later])), get(states, [earlier]));
      else backend.fill(to, 0);
      if (o.h0 !== null) to.iadd(dot(transpose(get(part, [first])), o.h0));
      at += size;
    }
    found.wHh = d;
  }
  if (wanted.has('bIh') || wanted.has('bHh')) {
    const sums = sum(rows, { axis: 0 });
    found.bIh = sums;
    found.bHh = kind === 'GRU' ? concatenate(parts.map(([part]) => sum(part, { axis: 0 }))) : sums;
  }
  return found;
}

const names: Readonly<Record<RecurrentKind, string>> = { tanh: 'rnn', relu: 'rnn', LSTM: 'lstm', GRU: 'gru' };
for (const name of new Set(Object.values(names))) register(name, true);

/**
 * Runs one direction of a layer over a sequence.
 *
 * @param x (T, N, features) of the weights' dtype; with `oneHot` int64 (T, N)
 * @param state initial states (N, H); null for zeros
 * @returns hidden states of all steps (T, N, H), and the states after the last one
 */
export function sequence(
  kind: RecurrentKind,
  x: NDArray,
  state: State | null,
  weights: Weights,
  options: { reverse?: boolean; oneHot?: boolean } = {},
): { output: NDArray; states: NDArray[] } {
  const { reverse = false, oneHot = false } = options;
  const T = x.shape[0];
  const operands: Operands = { ...weights, x, oneHot, h0: state?.[0] ?? null, c0: state?.[1] ?? null };
  const plain = batching.open > 0 || tape.watchers.length > 0;
  const out = plain ? composed(kind, operands, reverse) : native(kind, operands, reverse);
  const last = reverse ? 0 : T - 1;
  if (kinds[kind].states === 1) return { output: out, states: [get(out, [last])] };
  return { output: get(out, [`0:${T}`]), states: [get(out, [last]), get(out, [T])] };
}

function native(kind: RecurrentKind, given: Operands, reverse: boolean): NDArray {
  const [t, n] = given.x.shape;
  const h = given.wHh.shape[1];
  const geometry: backend.RecurrentGeometry = { kind, t, n, h, reverse };
  const contiguous = (a: NDArray | null) => (a === null ? null : ascontiguousarray(a.detach()));
  const o: Operands = {
    oneHot: given.oneHot,
    x: contiguous(given.x)!,
    wIh: contiguous(given.wIh)!,
    wHh: contiguous(given.wHh)!,
    bIh: contiguous(given.bIh),
    bHh: contiguous(given.bHh),
    h0: contiguous(given.h0),
    c0: contiguous(given.c0),
  };
  const out = empty([kind === 'LSTM' ? t + 1 : t, n, h], o.wHh.dtype);
  let memory: Memory | null = forward(geometry, o, out);
  /** The activated gates go back to the pool as soon as nobody needs them. */
  const forget = (m: Memory): void => {
    if (m.gates.storage !== out.storage) release(m.gates.storage);
    if (m.more !== null) release(m.more.storage);
  };
  const present = differentiable.filter((name) => given[name] !== null);
  const arrays = present.map((name) => given[name]!);
  if (!tracking(...arrays)) {
    forget(memory);
    return out;
  }
  // They outlive the scope that the result may be returned from.
  for (const a of [memory.gates, memory.more])
    if (a !== null && a.storage !== out.storage) a.storage.exempt = true;
  const wanted = new Set(present.filter((name) => given[name]!.tracked));
  const rule = (g: NDArray): (NDArray | null)[] => {
    if (tape.recording) return recordedRule(kind, given, present, g, reverse);
    // A second walk over the same tape computes them again.
    const m = memory ?? forward(geometry, o, empty(out.shape, out.dtype));
    memory = null;
    const found = backward(geometry, o, out.detach(), m, g, wanted);
    forget(m);
    return present.map((name) => found[name] ?? null);
  };
  return trackJointly(names[kind], out, arrays, rule, [...arrays, out]);
}

/** The gradients as results of recorded operations. */
function recordedRule(
  kind: RecurrentKind,
  given: Operands,
  present: readonly Name[],
  g: NDArray,
  reverse: boolean,
): (NDArray | null)[] {
  const begin = tape.lastId;
  const twins = new Map<Name, NDArray>();
  for (const name of present) if (given[name]!.tracked) twins.set(name, twinOf(given[name]!));
  const out = composed(kind, { ...given, ...Object.fromEntries(twins) }, reverse);
  const found = gradients(recordingOf([out], [...twins.values()], begin), [g]);
  const byName = new Map([...twins.keys()].map((name, i) => [name, found[i]]));
  return present.map((name) => byName.get(name) ?? null);
}
