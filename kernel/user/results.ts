// The results of the last three cells under IPython's names: `_`, `__` and `___`. No more of them: a session that kept
// every array it has shown would never let go of any.

const NAMES = ['_', '__', '___'];
/** What the names were given here. A name that holds something else is the user's own. */
const given: unknown[] = NAMES.map(() => undefined);

export function defineResults(): void {
  for (const name of NAMES)
    Object.defineProperty(globalThis, name, { value: undefined, writable: true, configurable: true });
}

/** A cell has shown this value. */
export function rememberResult(value: unknown): void {
  const globals = globalThis as unknown as Record<string, unknown>;
  let next = value;
  for (const [i, name] of NAMES.entries()) {
    const last = given[i];
    if (!Object.is(globals[name], last)) return;
    globals[name] = next;
    given[i] = next;
    next = last;
  }
}
