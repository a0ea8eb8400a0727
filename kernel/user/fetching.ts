// Node loads its HTTP client when a program first names fetch or one of its classes, and with it begins work that all
// later requests wait for. Begun in a cell that is interrupted it would end with that cell, and every request after it
// would wait for ever: so it is begun outside of all cells.
import { cellScope } from './channel.js';

const NAMES = ['fetch', 'Headers', 'Request', 'Response', 'FormData', 'WebSocket', 'EventSource'];

/** Has the client loaded by the first use of one of its names. */
export function prepareFetch(): void {
  const { fetch } = globalThis;
  const waiting = new Map<string, PropertyDescriptor>();
  const load = () => {
    for (const [name, descriptor] of waiting) Object.defineProperty(globalThis, name, descriptor);
    waiting.clear();
    cellScope.run(undefined as never, () => void fetch('data:,').catch(() => {}));
  };
  for (const name of NAMES) {
    const descriptor = Object.getOwnPropertyDescriptor(globalThis, name);
    if (!descriptor) continue;
    waiting.set(name, descriptor);
    const { enumerable } = descriptor;
    Object.defineProperty(globalThis, name, {
      configurable: true,
      enumerable,
      get() {
        load();
        return (globalThis as Record<string, unknown>)[name];
      },
      // What a cell puts in its place stays there.
      set(value: unknown) {
        waiting.delete(name);
        Object.defineProperty(globalThis, name, { value, configurable: true, writable: true, enumerable });
      },
    });
  }
}
