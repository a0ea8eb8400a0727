// Where every value of a program lies while it runs: in an argument, a closed-over array, a result, the constants, the
// arena, or only in the memory of one block of a loop. Writes steps and loops down as words with these places.

import { finished } from './epilogue.js';
import { FORM } from './forms.js';
import type { Step, Value } from './record.js';
import { lanesOf, type Slot, touched } from './schedule.js';

const ALIGN = 64;
/** What the operands of one block of rows may take, so that they stay near the processor. */
const BLOCK_BYTES = 64 * 1024;

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

const rawWords = (bits: Uint8Array | null): Uint8Array[] =>
  bits === null ? [new Uint8Array(8), new Uint8Array(8)] : [bits.slice(0, 8), bits.slice(8, 16)];

/** Where every value lies while a program runs. */
export class Layout {
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
