// Compiles a recording into a program for native/cpu/fused.cc: work done twice or for nothing is left out, steps over
// the same rows are gathered into fused loops, what lives for a while gets a place in one arena, and the rest is written
// down as words. Running a program is one native call.

import { dtypeInfo } from '../core/dtype.js';
import { allocate, release, type Storage } from '../core/storage.js';
import { addon } from './addon.js';
import { addressOf, begin, getParam, op, run, setParam } from './command.js';
import { FORM, type Form, Forms, finished, type Guard, type Lane } from './loops.js';
import { dtypeNames, names, type Recording, type Step, type Value } from './record.js';

const [COMMAND, ZERO, COPY, IOTA, BOUNDS, REGION] = [0, 1, 2, 3, 4, 5];
const ALIGN = 64;
/** What the operands of one block of rows may take, so that they stay near the processor. */
const BLOCK_BYTES = 64 * 1024;
const MAX_PARTS = 60;

/** Steps that run together: one alone, what a block holds at first, or a loop over rows. */
interface Slot {
  index: number;
  rows: number;
  steps: Step[];
  /** The form of each step in the loop, when it is one. */
  forms: Form[];
  initial: Value | null;
}

const touched = (step: Step): { value: Value; written: boolean }[] => {
  const list = step.writes.map((p) => ({ value: p.value!, written: true }));
  for (const p of step.reads) list.push({ value: p.value!, written: false });
  return list;
};

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

// ---------------------------------------------------------------- fused loops

const lanesOf = (forms: readonly Form[]): Lane[] =>
  forms.flatMap((f) => f.parts.flatMap((p) => [...p.lanes]));

/** Whether forms fit into one loop: what it writes is only met row by row, and sums are not read. */
function compatible(forms: readonly Form[]): boolean {
  const parts = forms.reduce((n, f) => n + f.parts.length, 0);
  if (parts > MAX_PARTS) return false;
  // A sum of everything takes 8192 elements at a time; wider rows than one element would leave the cache by then.
  if (forms.some((f) => f.multiple > 1) && forms.some((f) => f.parts.some((p) => p.width > 1))) return false;
  const written = new Map<Value, Lane[]>();
  const sums = new Set<Value>();
  const counts = new Map<Value, number>();
  for (const form of forms) {
    if (form.sums !== null) {
      if (sums.has(form.sums)) return false;
      sums.add(form.sums);
    }
    for (const part of form.parts) {
      const [out] = part.lanes;
      if (out.value !== null && out.value !== form.sums) written.set(out.value, []);
    }
  }
  for (const lane of lanesOf(forms)) {
    if (lane.value === null) continue;
    counts.set(lane.value, (counts.get(lane.value) ?? 0) + 1);
    written.get(lane.value)?.push(lane);
  }
  for (const value of sums) if (counts.get(value) !== 1 || written.has(value)) return false;
  // What stands before the loop must not be made in it; what comes after must not be met in it.
  for (const form of forms) {
    for (const step of form.before) {
      for (const p of step.reads) if (written.has(p.value!) || sums.has(p.value!)) return false;
    }
    for (const step of form.after) for (const p of step.writes) if (counts.has(p.value!)) return false;
  }
  for (const lanes of written.values()) {
    const { row } = lanes[0];
    if (row <= 0) return false;
    let low = Number.POSITIVE_INFINITY;
    let high = 0;
    for (const lane of lanes) {
      if (lane.row !== row) return false;
      low = Math.min(low, lane.offset);
      high = Math.max(high, lane.offset + lane.span);
    }
    if (!(high - low <= row)) return false;
  }
  return true;
}

/** Orders the steps into slots: each as early as what it depends on allows, into a loop over its rows where one fits. */
function schedule(steps: readonly Step[], forms: Forms, initials: ReadonlyMap<Value, Step>): Slot[] {
  const slots: Slot[] = [];
  const home = new Map<Step, Slot>();
  const users = new Map<Value, { slot: Slot; written: boolean }[]>();
  const insert = (at: number, slot: Slot): Slot => {
    slots.splice(at, 0, slot);
    for (let i = at; i < slots.length; i++) slots[i].index = i;
    return slot;
  };
  const note = (slot: Slot, list: readonly { value: Value; written: boolean }[]): void => {
    for (const { value, written } of list) {
      const known = users.get(value);
      if (known === undefined) users.set(value, [{ slot, written }]);
      else known.push({ slot, written });
    }
  };
  for (const step of steps) {
    for (const { value } of touched(step)) {
      if (initials.has(value) && !users.has(value)) {
        const slot = insert(0, { index: 0, rows: 0, steps: [], forms: [], initial: value });
        note(slot, [{ value, written: true }]);
      }
    }
    const list = touched(step);
    let after = -1;
    for (const { value, written } of list) {
      for (const user of users.get(value) ?? []) {
        if (written || user.written) after = Math.max(after, user.slot.index);
      }
    }
    const rows = forms.rows(step);
    let slot: Slot | null = null;
    // A loop that exists already, over its rows or over this step's.
    for (let i = Math.max(after, 0); i < slots.length && slot === null && rows.length > 0; i++) {
      const loop = slots[i];
      if (loop.rows === 0) continue;
      for (const n of new Set([loop.rows, ...rows])) {
        const found = joined(loop, step, n, forms);
        if (found !== null) {
          loop.rows = n;
          loop.steps.push(step);
          loop.forms = found;
          slot = loop;
          break;
        }
      }
    }
    for (const n of rows) {
      if (slot !== null) break;
      const found = joined({ index: 0, rows: n, steps: [], forms: [], initial: null }, step, n, forms);
      if (found !== null)
        slot = insert(after + 1, { index: 0, rows: n, steps: [step], forms: found, initial: null });
    }
    slot ??= insert(after + 1, { index: 0, rows: 0, steps: [step], forms: [], initial: null });
    home.set(step, slot);
    note(slot, list);
  }
  return slots;
}

/** The forms of a loop's steps and one more over `n` rows, or null when they do not go together. */
function joined(loop: Slot, step: Step, n: number, forms: Forms): Form[] | null {
  let chosen = loop.forms;
  if (n !== loop.rows) {
    chosen = [];
    for (const s of loop.steps) {
      const next = forms.of(s, n).find((f) => compatible([...chosen, f]));
      if (next === undefined) return null;
      chosen = [...chosen, next];
    }
  }
  const last = forms.of(step, n).find((f) => compatible([...chosen, f]));
  return last === undefined ? null : [...chosen, last];
}

// ---------------------------------------------------------------- places

/** Hands out ranges of a block to lives that begin and end: first fit. */
class Places {
  size = 0;
  private readonly taken: { start: number; end: number; until: number }[] = [];

  place(bytes: number, from: number, until: number): number {
    const length = Math.max(ALIGN, Math.ceil(bytes / ALIGN) * ALIGN);
    for (let i = this.taken.length - 1; i >= 0; i--) if (this.taken[i].until < from) this.taken.splice(i, 1);
    let start = 0;
    let at = 0;
    for (; at < this.taken.length; at++) {
      if (this.taken[at].start - start >= length) break;
      start = this.taken[at].end;
    }
    this.taken.splice(at, 0, { start, end: start + length, until });
    this.size = Math.max(this.size, start + length);
    return start;
  }
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

const rawWords = (bits: Uint8Array | null): Uint8Array[] =>
  bits === null ? [new Uint8Array(8), new Uint8Array(8)] : [bits.slice(0, 8), bits.slice(8, 16)];

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

/** Where every value lies while a program runs. */
class Layout {
  readonly arena = new Places();
  /** Pointer 0 is the arena; then arguments, closures, results; the last is that of the constants. */
  readonly pointers: (Value | null)[] = [null];
  private readonly pointerOf = new Map<Value, number>();
  private readonly offsetOf = new Map<Value, number>();
  private readonly constantOf = new Map<Value, number>();
  private constantSize = 0;
  /** Values that only exist in the memory of a loop's block. */
  private readonly local = new Map<Value, Slot>();

  constructor(slots: readonly Slot[], results: readonly Value[], initials: ReadonlyMap<Value, Step>) {
    const first = new Map<Value, number>();
    const last = new Map<Value, number>();
    const homes = new Map<Value, Set<Slot>>();
    const sums = new Set<Value>();
    const outside = new Set<Value>();
    const meet = (value: Value, slot: Slot, at: number): void => {
      if (!first.has(value)) first.set(value, at);
      last.set(value, at);
      let set = homes.get(value);
      if (set === undefined) {
        set = new Set();
        homes.set(value, set);
      }
      set.add(slot);
    };
    slots.forEach((slot, i) => {
      slot.index = i;
      if (slot.initial !== null) meet(slot.initial, slot, i);
      if (slot.rows === 0) {
        for (const step of slot.steps) {
          for (const { value } of touched(step)) {
            meet(value, slot, i);
            outside.add(value);
          }
        }
      } else {
        for (const form of slot.forms) {
          if (form.sums !== null) sums.add(form.sums);
          for (const lane of lanesOf([form])) if (lane.value !== null) meet(lane.value, slot, i);
          for (const step of [...form.before, ...form.after]) {
            for (const { value } of touched(step)) {
              meet(value, slot, i);
              outside.add(value);
            }
          }
        }
      }
    });
    for (const value of results) this.addPointer(value);
    const order = [...first.entries()].sort((a, b) => a[1] - b[1]);
    for (const [value, from] of order) {
      if (this.pointerOf.has(value)) {
        if (initials.has(value) && value.initial !== 'zeros') this.addConstant(value);
        continue;
      }
      if (value.kind !== 'fresh') {
        this.addPointer(value);
      } else if (value.initial !== 'nothing' && !initials.has(value)) {
        this.addConstant(value);
      } else if (
        !initials.has(value) &&
        !outside.has(value) &&
        !sums.has(value) &&
        homes.get(value)!.size === 1 &&
        [...homes.get(value)!][0].rows > 0
      ) {
        this.local.set(value, [...homes.get(value)!][0]);
      } else {
        if (initials.has(value) && value.initial !== 'zeros') this.addConstant(value);
        this.pointerOf.set(value, 0);
        this.offsetOf.set(value, this.arena.place(value.bytes, from, last.get(value)!));
      }
    }
    this.constants = this.pointers.length;
    for (const value of this.constantOf.keys()) {
      if (!this.pointerOf.has(value)) {
        this.pointerOf.set(value, this.constants);
        this.offsetOf.set(value, this.constantOf.get(value)!);
      }
    }
  }

  readonly constants: number;

  private addPointer(value: Value): void {
    if (this.pointerOf.has(value)) return;
    this.pointerOf.set(value, this.pointers.length);
    this.offsetOf.set(value, 0);
    this.pointers.push(value);
  }

  private addConstant(value: Value): void {
    if (this.constantOf.has(value)) return;
    this.constantOf.set(value, this.constantSize);
    this.constantSize += Math.ceil(value.bytes / ALIGN) * ALIGN;
  }

  constantBytes(): Uint8Array {
    const out = new Uint8Array(Math.max(this.constantSize, 8));
    for (const [value, at] of this.constantOf)
      if (value.initial instanceof Uint8Array) out.set(value.initial, at);
    return out;
  }

  constantAt(value: Value): number {
    return this.constantOf.get(value)!;
  }

  pointer(value: Value): number {
    const p = this.pointerOf.get(value);
    if (p === undefined) throw new Error(`fuse: value ${value.id} has no place`);
    return p;
  }

  offset(value: Value): number {
    return this.offsetOf.get(value)!;
  }

  command(step: Step): (number | Uint8Array)[] {
    const out: (number | Uint8Array)[] = [
      step.op,
      step.loop,
      step.shape.length,
      step.places.length,
      ...step.params,
      ...step.shape,
    ];
    for (const p of step.places) {
      out.push(p.slot);
      if (p.value === null) out.push(-1, 0);
      else out.push(this.pointer(p.value), this.offset(p.value) + p.offset);
      out.push(p.dtype, ...rawWords(p.bits), ...p.strides);
    }
    return out;
  }

  /** A loop: how many rows at a time, what a block needs, and the parts. */
  region(slot: Slot): { words: (number | Uint8Array)[]; block: number } {
    const parts = finished(
      slot.forms.flatMap((f) => [...f.parts]),
      (value) => this.local.get(value) === slot,
    );
    const lives = new Map<Value, { low: number; row: number; from: number; until: number }>();
    parts.forEach((part, i) => {
      for (const lane of part.lanes) {
        if (lane.value === null || this.local.get(lane.value) !== slot) continue;
        const life = lives.get(lane.value);
        if (life === undefined) lives.set(lane.value, { low: lane.offset, row: lane.row, from: i, until: i });
        else {
          life.low = Math.min(life.low, lane.offset);
          life.until = i;
        }
      }
    });
    const ordered = [...lives.values()].sort((a, b) => a.from - b.from);
    // Bytes of a row that are alive together, and of what streams by.
    let alive = 0;
    parts.forEach((_, i) => {
      const now = ordered.reduce((n, l) => (l.from <= i && i <= l.until ? n + l.row : n), 0);
      alive = Math.max(alive, now);
    });
    const multiple = Math.max(1, ...slot.forms.map((f) => f.multiple));
    let block = Math.max(8, Math.floor(BLOCK_BYTES / Math.max(alive, 16)) & ~7);
    if (multiple > 1) block = Math.max(1, Math.round(block / multiple)) * multiple;
    block = Math.min(block, slot.rows);
    const places = new Places();
    const at = new Map<Value, number>();
    for (const [value, life] of [...lives.entries()].sort((a, b) => a[1].from - b[1].from)) {
      at.set(value, places.place(life.row * block, life.from, life.until) - life.low);
    }
    const work = parts.reduce((n, p) => n + p.width * (p.form === FORM.loop ? 2 : 1), 0);
    const parallel = slot.forms.every((f) => f.sums === null);
    const words: (number | Uint8Array)[] = [
      slot.rows,
      block,
      places.size,
      work,
      parallel ? 1 : 0,
      parts.length,
    ];
    for (const part of parts) {
      const q = [0, 1, 2, 3, 4, 5].map((k) => part.q[k] ?? 0);
      words.push(part.form, part.code, part.order, part.dtype, part.width, ...q, ...(part.numbers ?? [0, 0]));
      words.push(part.lanes.length);
      for (const lane of part.lanes) {
        if (lane.value === null) words.push(-2, 0);
        else if (at.has(lane.value)) words.push(-1, at.get(lane.value)! + lane.offset);
        else words.push(this.pointer(lane.value), this.offset(lane.value) + lane.offset);
        words.push(lane.row, lane.col, ...rawWords(lane.bits));
      }
    }
    return { words, block };
  }
}
