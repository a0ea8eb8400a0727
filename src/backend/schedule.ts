// Puts the steps of a program in order: each as early as what it depends on allows, and together with others in a loop
// over the same rows wherever nothing in that loop has to be complete before it is read.

import type { Form, Lane } from './forms.js';
import type { Forms } from './loops.js';
import type { Step, Value } from './record.js';

const MAX_PARTS = 60;

/** Steps that run together: one alone, what a block holds at first, or a loop over rows. */
export interface Slot {
  index: number;
  rows: number;
  steps: Step[];
  /** The form of each step in the loop, when it is one. */
  forms: Form[];
  initial: Value | null;
}

export const touched = (step: Step): { value: Value; written: boolean }[] => {
  const list = step.writes.map((p) => ({ value: p.value!, written: true }));
  for (const p of step.reads) list.push({ value: p.value!, written: false });
  return list;
};

export const lanesOf = (forms: readonly Form[]): Lane[] =>
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
export function schedule(steps: readonly Step[], forms: Forms, initials: ReadonlyMap<Value, Step>): Slot[] {
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
