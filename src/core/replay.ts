// Random states that can be put back: a function run twice draws the same numbers when the states are restored between.
// Generators register the memory of their state; nothing here knows how they draw.

const states: WeakRef<ArrayBuffer>[] = [];
let room = 64;

/** Registers the buffer that decides what a generator draws next. */
export function replayable(state: ArrayBuffer): void {
  if (states.length >= room) {
    const alive = states.filter((ref) => ref.deref() !== undefined);
    states.splice(0, states.length, ...alive);
    room = Math.max(64, 2 * alive.length);
  }
  states.push(new WeakRef(state));
}

/** Remembers every registered state as it is now; the result puts them back. */
export function rememberRandomness(): () => void {
  const saved: [ArrayBuffer, Uint8Array][] = [];
  for (const ref of states) {
    const state = ref.deref();
    if (state !== undefined) saved.push([state, new Uint8Array(state).slice()]);
  }
  return () => {
    for (const [state, before] of saved) new Uint8Array(state).set(before);
  };
}
