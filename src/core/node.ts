// The tape: what an operation leaves behind so that gradients can flow back through it. Recording lives here, below
// the operations; walking the tape backwards lives in autograd/.

import type { NDArray } from './ndarray.js';

/** Given the gradient of the result, the gradients of the inputs; null where none flows. */
export type Vjp = (g: NDArray) => readonly (NDArray | null)[];

export interface Node {
  /** Grows with time: a result's id is larger than its inputs'. */
  readonly id: number;
  readonly op: string;
  readonly inputs: readonly NDArray[];
  /** Where each input stood on the tape at the time: what made it, or itself when it is a leaf. */
  readonly sources: readonly (Node | NDArray)[];
  readonly vjp: Vjp;
  /** What the operation was called with: the inputs, and arrays and numbers that no gradient flows to. */
  readonly operands: readonly unknown[];
  /** Arrays whose values the rule reads, with the versions that they had. */
  readonly saved: readonly NDArray[];
  readonly versions: readonly number[];
  /** `storage.moved` of the result, to see whether its memory has been written through another array since. */
  moved: number;
}

/** Somebody who looks on while the tape is written, and while it is walked. */
export interface Watcher {
  recorded?(node: Node, out: NDArray): void;
  /** `given` is the gradient of the node's result, `found` those of its inputs. */
  walked?(node: Node, given: NDArray, found: readonly (NDArray | null)[]): void;
}

/**
 * Whether operations record (switched by `np.noGrad`, and off inside a backward that builds no graph), the id of the
 * youngest node, and who looks on.
 */
export const tape = { recording: true, lastId: 0, watchers: [] as readonly Watcher[] };

/** Puts `out = op(inputs)` on the tape. The caller has checked that recording is on and an input is tracked. */
export function record(
  op: string,
  out: NDArray,
  inputs: readonly NDArray[],
  saved: readonly NDArray[],
  vjp: Vjp,
  operands: readonly unknown[] = inputs,
): void {
  // An in-place operation gives an array another place on the tape later, so the places are noted now.
  const sources = new Array<Node | NDArray>(inputs.length);
  for (let i = 0; i < inputs.length; i++) sources[i] = inputs[i].node ?? inputs[i];
  const versions = new Array<number>(saved.length);
  for (let i = 0; i < saved.length; i++) versions[i] = saved[i].storage.version;
  const node: Node = {
    id: ++tape.lastId,
    op,
    inputs,
    sources,
    vjp,
    operands,
    saved,
    versions,
    moved: out.storage.moved,
  };
  out.node = node;
  out.tracked = true;
  const { watchers } = tape;
  for (let i = 0; i < watchers.length; i++) watchers[i].recorded?.(node, out);
}

/** Runs `body` while somebody looks on. */
export function watched<T>(watcher: Watcher, body: () => T): T {
  const before = tape.watchers;
  tape.watchers = [...before, watcher];
  try {
    return body();
  } finally {
    tape.watchers = before;
  }
}

function withRecording<T>(on: boolean, body: () => T): T {
  const before = tape.recording;
  tape.recording = on;
  try {
    return body();
  } finally {
    tape.recording = before;
  }
}

/** Runs `body` without recording (torch.no_grad). Arrays made inside are plain values. */
export const noGrad = <T>(body: () => T): T => withRecording(false, body);

/** Runs `body` with recording, also inside `noGrad` (torch.enable_grad). */
export const enableGrad = <T>(body: () => T): T => withRecording(true, body);
