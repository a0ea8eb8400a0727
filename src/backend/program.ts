// Compiles a recording into a program for native/cpu/fused.cc: work done twice or for nothing is left out, steps over
// the same rows are gathered into fused loops, what lives for a while gets a place in one arena, and the rest is written
// down as words. Running a program is one native call.

import { dtypeInfo } from '../core/dtype.js';
import { allocate, release, type Storage } from '../core/storage.js';
import { addon } from './addon.js';
import { addressOf, begin, getParam, op, run, setParam } from './command.js';
import type { Guard } from './forms.js';
import { Layout } from './layout.js';
import { Forms } from './loops.js';
import { dtypeNames, names, type Recording, type Step, type Value } from './record.js';
import { type Slot, schedule, touched } from './schedule.js';

const [COMMAND, ZERO, COPY, IOTA, BOUNDS, REGION] = [0, 1, 2, 3, 4, 5];

// ---------------------------------------------------------------- leaving work out

/** Steps whose results other steps compute already, or that nobody reads, are dropped. */
function reduced(
  steps: readonly Step[],
  results: ReadonlySet<Value>,
): { steps: Step[]; alias: Map<Value, Value> } {
  const interned = new Map<string, number>();
  const intern = (key: string): number => {
    let id = interned.get(key);
    if (id === undefined) {
      id = interned.size;
      interned.set(key, id);
    }
    return id;
  };
  const content = new Map<Value, number>();
  const contentOf = (value: Value): number => {
    let id = content.get(value);
    if (id === undefined) {
      const { initial } = value;
      let key = `block ${value.id}`;
      if (value.kind === 'fresh' && initial === 'zeros') key = `zeros ${value.bytes}`;
      else if (value.kind === 'fresh' && initial instanceof Uint8Array && initial.length <= 4096)
        key = `bytes ${Buffer.from(initial).toString('latin1')}`;
      id = intern(key);
      content.set(value, id);
    }
    return id;
  };
  const lastWrite = new Map<Value, number>();
  const firstRead = new Map<Value, number>();
  steps.forEach((step, i) => {
    const own = new Set(step.writes.map((p) => p.value));
    for (const p of step.reads) {
      if (!own.has(p.value) && !firstRead.has(p.value!)) firstRead.set(p.value!, i);
    }
    const key = `${step.op},${step.loop};${step.params};${step.shape};${step.places
      .map((p) => {
        const layout = `${p.slot},${p.offset},${p.dtype},${p.strides}`;
        if (p.value === null) return `${layout},${Buffer.from(p.bits!).toString('latin1')}`;
        const fresh = p.value.kind === 'fresh' && p.value.initial === 'nothing' && !content.has(p.value);
        return `${layout},${fresh ? 'new' : contentOf(p.value)}`;
      })
      .join(';')}`;
    step.writes.forEach((p, k) => {
      content.set(p.value!, intern(`${key}#${k}`));
      lastWrite.set(p.value!, i);
    });
  });
  // Fresh values that end up the same, and are only read when they are complete.
  const first = new Map<number, Value>();
  const alias = new Map<Value, Value>();
  const candidates = [...lastWrite.entries()].filter(([v]) => v.kind === 'fresh').sort((a, b) => a[1] - b[1]);
  for (const [value, written] of candidates) {
    const id = content.get(value)!;
    const before = first.get(id);
    if (before === undefined) {
      if ((firstRead.get(value) ?? Number.POSITIVE_INFINITY) > written) first.set(id, value);
    } else if ((firstRead.get(value) ?? Number.POSITIVE_INFINITY) > written && !results.has(value)) {
      alias.set(value, before);
    }
  }
  const renamed = steps.map((step) => {
    if (!step.reads.some((p) => alias.has(p.value!))) return step;
    const places = step.places.map((p) =>
      p.value !== null && alias.has(p.value) ? { ...p, value: alias.get(p.value)! } : p,
    );
    const pick = (list: readonly (typeof places)[number][]) =>
      list.map((p) => places[step.places.indexOf(p)]);
    return { ...step, places, reads: pick(step.reads), writes: pick(step.writes) };
  });
  const needed = new Set(results);
  const kept: Step[] = [];
  for (let i = steps.length - 1; i >= 0; i--) {
    if (steps[i].writes.length > 0 && steps[i].writes.every((p) => alias.has(p.value!))) continue;
    const step = renamed[i];
    if (!step.checks && !step.writes.some((p) => p.value!.kind !== 'fresh' || needed.has(p.value!))) continue;
    for (const p of step.reads) needed.add(p.value!);
    kept.push(step);
  }
  return { steps: kept.reverse(), alias };
}

// ---------------------------------------------------------------- the program

/** Words of a program: numbers, and eight raw bytes where a number operand stands. */
class Words {
  private readonly list: (number | Uint8Array)[] = [];
  push(...words: (number | Uint8Array)[]): void {
    for (const w of words) this.list.push(w);
  }
  /** A step: its kind, its length, its words. */
  step(kind: number, words: readonly (number | Uint8Array)[]): void {
    this.push(kind, words.length, ...words);
  }
  done(): Float64Array {
    const out = new Float64Array(Math.max(this.list.length, 8));
    const bytes = new Uint8Array(out.buffer);
    this.list.forEach((w, i) => {
      if (typeof w === 'number') out[i] = w;
      else bytes.set(w, 8 * i);
    });
    return out;
  }
}

export interface ProgramSummary {
  /** Operations recorded, and how many were left after dropping what is done twice or for nothing. */
  readonly recorded: number;
  readonly kept: number;
  /** Fused loops, with their rows and the operations in each. */
  readonly loops: readonly { rows: number; block: number; operations: readonly string[] }[];
  /** Operations that run as they are. */
  readonly single: readonly string[];
  readonly arenaBytes: number;
}

export class Program {
  readonly summary: ProgramSummary;
  /** Blocks found in the surroundings that the program writes to. */
  readonly written: readonly Storage[];
  /** Arguments, by number, that it writes to. */
  readonly writtenArguments: readonly number[];
  private readonly words: Float64Array;
  private readonly table: Float64Array;
  private readonly wordsAddress: number;
  private readonly tableAddress: number;
  private readonly arenaBytes: number;
  private readonly closures: { readonly value: Value; readonly at: number }[] = [];
  private readonly argumentsAt: number[] = [];
  private readonly constants: Uint8Array;

  /** @param results blocks that the caller gets, fresh at every run */
  constructor(
    recording: Recording,
    private readonly results: readonly Value[],
  ) {
    const wanted = new Set(results);
    const { steps } = reduced(recording.steps, wanted);
    // What JavaScript put into a block goes into it again where the program, or the caller, writes to it.
    const initials = new Map<Value, Step>();
    const used = new Set(steps.flatMap((s) => touched(s).map((t) => t.value)));
    const nowhere = { steps: [] } as unknown as Step;
    for (const value of new Set([...used, ...results])) {
      if (value.kind !== 'fresh' || value.initial === 'nothing') continue;
      if (wanted.has(value) || steps.some((s) => s.writes.some((p) => p.value === value)))
        initials.set(value, nowhere);
    }
    let lastId = recording.values.length;
    const temporary = (bytes: number): Value => ({
      id: lastId++,
      kind: 'fresh',
      storage: null as unknown as Storage,
      bytes,
      argument: -1,
      origin: 0,
      initial: 'nothing',
      writes: 1,
      used: true,
      touched: false,
    });
    const slots = schedule(steps, new Forms(steps, temporary), initials);
    for (const value of results) {
      if (initials.has(value) && !slots.some((s) => s.initial === value)) {
        slots.unshift({ index: 0, rows: 0, steps: [], forms: [], initial: value });
      }
    }
    // A loop of one operation runs as the operation itself.
    for (const slot of slots) {
      if (slot.rows > 0 && slot.steps.length === 1) {
        slot.rows = 0;
        slot.forms = [];
      }
    }
    const layout = new Layout(slots, results, initials);
    this.constants = layout.constantBytes();
    const words = new Words();
    const loops: ProgramSummary['loops'][number][] = [];
    const single: string[] = [];
    const body = new Words();
    let count = 0;
    const emit = (kind: number, list: readonly (number | Uint8Array)[]): void => {
      body.step(kind, list);
      count++;
    };
    for (const guard of guardsOf(slots)) {
      const { place } = guard;
      const size = dtypeInfo[dtypeNames[place.dtype]].itemsize;
      if (place.value!.kind === 'fresh') continue;
      emit(guard.kind === 'iota' ? IOTA : BOUNDS, [
        layout.pointer(place.value!),
        layout.offset(place.value!) + place.offset,
        place.dtype,
        guard.count,
        (place.strides[0] ?? 0) * size,
        guard.limit,
      ]);
    }
    const emitStep = (step: Step): void => emit(COMMAND, layout.command(step));
    for (const slot of slots) {
      if (slot.initial !== null) {
        const value = slot.initial;
        const at = [layout.pointer(value), layout.offset(value)];
        if (value.initial === 'zeros') emit(ZERO, [...at, value.bytes]);
        else emit(COPY, [...at, layout.constants, layout.constantAt(value), value.bytes]);
      } else if (slot.rows === 0) {
        for (const step of slot.steps) {
          emitStep(step);
          single.push(names[step.op]);
        }
      } else {
        for (const form of slot.forms) form.before.forEach(emitStep);
        const region = layout.region(slot);
        emit(REGION, region.words);
        for (const form of slot.forms) form.after.forEach(emitStep);
        loops.push({ rows: slot.rows, block: region.block, operations: slot.steps.map((s) => names[s.op]) });
      }
    }
    words.push(count);
    this.words = concatenate(words.done().subarray(0, 1), body.done());
    this.table = new Float64Array(Math.max(layout.pointers.length + 2, 8));
    this.wordsAddress = addon.address(this.words.buffer as ArrayBuffer);
    this.tableAddress = addon.address(this.table.buffer as ArrayBuffer);
    this.arenaBytes = layout.arena.size;
    this.table[layout.constants] = addon.address(this.constants.buffer as ArrayBuffer);
    layout.pointers.forEach((value, i) => {
      if (value === null) return;
      if (value.kind === 'argument') this.argumentsAt.push(value.argument, i);
      else if (value.kind === 'closure') this.closures.push({ value, at: i });
    });
    this.resultsAt = results.map((value) => layout.pointer(value));
    const writes = new Set(steps.flatMap((s) => s.writes.map((p) => p.value!)));
    this.written = [...writes].filter((v) => v.kind === 'closure').map((v) => v.storage);
    this.writtenArguments = [...writes].filter((v) => v.kind === 'argument').map((v) => v.argument);
    this.summary = {
      recorded: recording.steps.length,
      kept: steps.length,
      loops,
      single,
      arenaBytes: this.arenaBytes,
    };
  }

  private readonly resultsAt: readonly number[];

  /**
   * Runs the program. Returns the blocks of the results, or null when an index array is not what the program was
   * compiled for; then nothing has been done.
   * @param given address of the first element of each argument
   */
  run(given: readonly number[]): Storage[] | null {
    const { table } = this;
    for (let i = 0; i < this.argumentsAt.length; i += 2) {
      table[this.argumentsAt[i + 1]] = given[this.argumentsAt[i]];
    }
    for (const { value, at } of this.closures) table[at] = addressOf(value.storage);
    const out: Storage[] = [];
    for (let i = 0; i < this.results.length; i++) {
      const storage = allocate(this.results[i].bytes);
      table[this.resultsAt[i]] = addressOf(storage);
      out.push(storage);
    }
    const arena = this.arenaBytes === 0 ? null : allocate(this.arenaBytes);
    if (arena !== null) table[0] = addressOf(arena);
    begin(op.fused, 'float64', 0);
    setParam(0, this.wordsAddress);
    setParam(1, this.tableAddress);
    try {
      run();
    } finally {
      if (arena !== null) release(arena);
    }
    if (getParam(0) !== 0) {
      for (const storage of out) release(storage);
      return null;
    }
    for (const storage of this.written) storage.version++;
    return out;
  }
}

function concatenate(a: Float64Array, b: Float64Array): Float64Array {
  const out = new Float64Array(a.length + b.length);
  // As bytes: a double may change the bits of an integer on its way.
  const bytes = new Uint8Array(out.buffer);
  bytes.set(new Uint8Array(a.buffer, a.byteOffset, a.byteLength), 0);
  bytes.set(new Uint8Array(b.buffer, b.byteOffset, b.byteLength), a.byteLength);
  return out;
}

function guardsOf(slots: readonly Slot[]): Guard[] {
  const seen = new Map<string, Guard>();
  for (const slot of slots) {
    for (const guard of slot.forms.flatMap((f) => f.guards)) {
      const { value, offset, strides, dtype } = guard.place;
      seen.set(
        `${guard.kind},${value!.id},${offset},${strides},${dtype},${guard.count},${guard.limit}`,
        guard,
      );
    }
  }
  return [...seen.values()];
}
