// Records the commands that a function issues, with every operand named by the block it lies in, so that they can be
// issued again for other blocks. What cannot be repeated, because JavaScript looked at a value on the way, makes the
// recording say so and stop; the function itself runs on undisturbed.

import { type DType, dtypeInfo } from '../core/dtype.js';
import { Slab, Storage, type Watcher, watch } from '../core/storage.js';
import { addon } from './addon.js';
import { addressOf, command, commandAddress, op, type Recorder, record } from './command.js';

/** A block of memory during one life of it: the pool may hand the same block out again as another value. */
export interface Value {
  readonly id: number;
  /** Passed in, found by the function in its surroundings, or made by it. */
  readonly kind: 'argument' | 'closure' | 'fresh';
  storage: Storage;
  readonly bytes: number;
  /** Which argument, and where in the block its first element lies. */
  readonly argument: number;
  readonly origin: number;
  /** What a fresh block holds before the first command writes to it. */
  initial: 'nothing' | 'zeros' | Uint8Array;
  /** Commands that wrote to it, and whether any used it. */
  writes: number;
  used: boolean;
  touched: boolean;
}

export interface Place {
  /** null: a number, in `bits`. */
  readonly value: Value | null;
  readonly slot: number;
  /** Bytes from the first element of an argument, or from the start of any other block. */
  readonly offset: number;
  readonly dtype: number;
  /** Element strides, one for each dimension of the command. */
  readonly strides: readonly number[];
  readonly bits: Uint8Array | null;
}

export interface Step {
  readonly op: number;
  readonly loop: number;
  readonly params: readonly number[];
  readonly shape: readonly number[];
  readonly places: readonly Place[];
  readonly reads: readonly Place[];
  readonly writes: readonly Place[];
  /** May fail for some values: it has to happen even when nobody needs its result. */
  readonly checks: boolean;
}

const PARAMS = 12;
const [PARAM, OPERAND, SHAPE, STRIDE] = [4, 16, 32, 64];

export const names: readonly string[] = (() => {
  const list: string[] = [];
  for (const [name, code] of Object.entries(op)) list[code] = name;
  return list;
})();
/** Element types by their codes. */
export const dtypeNames: readonly DType[] = (() => {
  const list: DType[] = [];
  for (const [name, { code }] of Object.entries(dtypeInfo)) list[code] = name as DType;
  return list;
})();
/** Inputs of element-wise operations by code; 0 for reductions, -1 for other commands. */
export const operandCounts: readonly number[] = addon.operands();
/** Element-wise operations whose result is bool whatever the operands are. */
export const predicates: readonly boolean[] = addon.predicates();

/** Slots that other commands write, and those that they read. */
const roles: Readonly<Record<string, readonly [readonly number[], readonly number[]]>> = {
  cumsum: [[0], [1]],
  cumprod: [[0], [1]],
  matmul: [[0], [1, 2]],
  indexOffsets: [[0], [1]],
  take: [[0], [1, 2]],
  put: [[0], [0, 1, 2]],
  putAdd: [[0], [0, 1, 2]],
  sort: [[0], [0]],
  optimizerStep: [
    [0, 2, 3, 4],
    [0, 1, 2, 3, 4],
  ],
  recurrentForward: [
    [0, 1, 6],
    [0, 2, 3, 4, 5, 7],
  ],
  recurrentBackward: [
    [0, 6, 7],
    [1, 2, 3, 4, 5, 7],
  ],
  argsort: [[0], [1]],
  searchsorted: [[0], [1, 2]],
  wholeNumbers: [[0], [1]],
  requireLabels: [[], [0]],
  batchNorm: [
    [0, 4, 5],
    [1, 2, 3],
  ],
  batchNormGiven: [[0], [1, 2, 3, 4, 5]],
  batchNormGrad: [
    [0, 6, 7],
    [1, 2, 3, 4, 5],
  ],
  batchNormGivenGrad: [
    [0, 6, 7],
    [1, 2, 3, 4, 5],
  ],
  crossEntropy: [
    [0, 1],
    [2, 3],
  ],
  softmax: [[0], [1]],
  variance: [[0], [1]],
};

const counting = new Set(['countNonzero', 'maskOffsets', 'nonzero']);

export class Recording implements Watcher, Recorder {
  readonly values: Value[] = [];
  readonly steps: Step[] = [];
  /** Why the commands cannot be repeated, or null. */
  refusal: string | null = null;
  private readonly current = new Map<Storage, Value>();
  private operands: (Storage | null | undefined)[] = [];
  private pending: Step | null = null;
  private last = '';

  /** @param given blocks of the arguments, with the byte where the first element lies */
  constructor(given: readonly { storage: Storage; origin: number }[]) {
    given.forEach(({ storage, origin }, i) => {
      this.current.set(storage, this.value('argument', storage, i, origin));
    });
  }

  private value(kind: Value['kind'], storage: Storage, argument = -1, origin = 0): Value {
    const value: Value = {
      id: this.values.length,
      kind,
      storage,
      bytes: storage.byteLength,
      argument,
      origin,
      initial: 'nothing',
      writes: 0,
      used: false,
      touched: false,
    };
    this.values.push(value);
    return value;
  }

  /** The value that lies in a block now. */
  valueOf(storage: Storage): Value {
    let value = this.current.get(storage);
    if (value === undefined) {
      value = this.value('closure', storage);
      this.current.set(storage, value);
    }
    return value;
  }

  nameOf(step: Step): string {
    return names[step.op];
  }

  refuse(reason: string): void {
    this.refusal ??= reason;
    this.stop();
  }

  start(): void {
    watch(this);
    record(this);
    active = this;
  }

  stop(): void {
    watch(null);
    record(null);
    active = null;
  }

  /** Lets go of the blocks of what the function made: a program has its own, and the recording outlives them. */
  forget(): void {
    this.current.clear();
    for (const value of this.values) if (value.kind === 'fresh') value.storage = nowhere;
  }

  // ---------------------------------------------------------------- memory

  allocated(storage: Storage): void {
    this.current.set(storage, this.value('fresh', storage));
  }

  zeroed(storage: Storage): void {
    this.valueOf(storage).initial = 'zeros';
  }

  touched(storage: Storage): void {
    const value = this.valueOf(storage);
    if (value.kind !== 'fresh' || value.writes > 0 || value.used) {
      const after = this.last === '' ? '' : ` after ${this.last}`;
      this.refuse(
        `JavaScript reads or writes the elements of an array${after} (item(), toArray(), data, printing, a condition); ` +
          'its value is not known when the recorded operations run again',
      );
      return;
    }
    // What follows the elements in the block is compared between recordings too.
    if (!value.touched && storage.pooled)
      new Uint8Array(storage.slab.buffer, storage.byteOffset, storage.byteLength).fill(0);
    value.touched = true;
  }

  /** What JavaScript wrote into a fresh block is part of the program. */
  private settle(value: Value): void {
    if (value.kind !== 'fresh' || value.used || value.writes > 0 || !value.touched) return;
    const { slab, byteOffset, byteLength } = value.storage;
    value.initial = new Uint8Array(slab.buffer, byteOffset, byteLength).slice();
  }

  /** Results are used too. */
  result(storage: Storage): Value {
    const value = this.valueOf(storage);
    this.settle(value);
    value.used = true;
    return value;
  }

  // ---------------------------------------------------------------- commands

  operand(k: number, storage: Storage | null): void {
    this.operands[k] = storage;
  }

  failed(message: string): void {
    this.refuse(`an operation failed: ${message}`);
  }

  read(): void {
    this.refuse('JavaScript reads a number that an operation computed');
  }

  /** The command as it is about to run: some change their own slots. */
  issued(): void {
    const code = command[0];
    const name = names[code];
    this.last = name;
    const inputs = operandCounts[code];
    const role = inputs > 0 ? [[0], [1, 2, 3].slice(0, inputs)] : inputs === 0 ? [[0], [1]] : roles[name];
    const operands = this.operands;
    this.operands = [];
    if (role === undefined) {
      this.refuse(
        name.startsWith('random')
          ? 'it draws random numbers, new ones at every call'
          : counting.has(name)
            ? 'the size of a result depends on values (a mask that picks elements, nonzero, unique, a count)'
            : `the operation '${name}' is not one that can be repeated`,
      );
      return;
    }
    const ndim = command[2];
    const places: Place[] = [];
    operands.forEach((storage, slot) => {
      if (storage === undefined) return;
      const at = STRIDE + 32 * slot;
      let value: Value | null = null;
      let offset = 0;
      let bits: Uint8Array | null = null;
      if (storage === null) {
        // The number stands in the command buffer; its bytes are copied, since a double may change them.
        const from = command[OPERAND + 2 * slot] - commandAddress;
        bits = new Uint8Array(command.buffer, from, 16).slice();
      } else {
        value = this.valueOf(storage);
        offset = command[OPERAND + 2 * slot] - addressOf(storage) - value.origin;
        this.settle(value);
      }
      places.push({
        value,
        slot,
        offset,
        dtype: command[OPERAND + 2 * slot + 1],
        strides: [...command.subarray(at, at + ndim)],
        bits,
      });
    });
    const [out, into] = role;
    const reads = places.filter(
      (p) =>
        p.value !== null && (into.includes(p.slot) || (name === 'indexOffsets' && command[PARAM + 3] === 1)),
    );
    const writes = places.filter((p) => p.value !== null && out.includes(p.slot));
    for (const p of reads) p.value!.used = true;
    for (const p of writes) p.value!.writes++;
    this.pending = {
      op: code,
      loop: command[1],
      params: [...command.subarray(PARAM, PARAM + PARAMS)],
      shape: [...command.subarray(SHAPE, SHAPE + ndim)],
      places,
      reads,
      writes,
      checks:
        name === 'indexOffsets' ||
        name === 'pow' ||
        name === 'wholeNumbers' ||
        name === 'requireLabels' ||
        name === 'crossEntropy',
    };
  }

  ran(): void {
    if (this.pending !== null) this.steps.push(this.pending);
    this.pending = null;
  }
}

const nowhere = new Storage(new Slab(new ArrayBuffer(0)), 0, 0);

let active: Recording | null = null;

/** Whether a function is being recorded now. */
export const recording = (): boolean => active !== null;
