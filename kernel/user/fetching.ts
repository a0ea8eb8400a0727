// Node loads its HTTP client when a program first names fetch or one of its classes, and with it begins work that all
// later requests wait for. Begun in a cell that is interrupted it would end with that cell, and every request after it
// would wait for ever: so it is begun outside of all cells.
import { cellScope } from './channel.js';

const NAMES = ['fetch', 'Headers', 'Request', 'Response', 'FormData', 'WebSocket', 'EventSource'];

/** Has the client loaded by the first use of one of its names. */
export function prepareFetch(): void {
  const { fetch } = globalThis;
  const originals = NAMES.flatMap((name) => {
    const descriptor = Object.getOwnPropertyDescriptor(globalThis, name);
    return descriptor ? [[name, descriptor] as const] : [];
  });
  const restore = () => {
    for (const [name, descriptor] of originals) Object.defineProperty(globalThis, name, descriptor);
  };
  for (const [name, { enumerable }] of originals)
    Object.defineProperty(globalThis, name, {
      configurable: true,
      enumerable,
      get() {
        restore();
        cellScope.run(undefined as never, () => void fetch('data:,').catch(() => {}));
        return (globalThis as Record<string, unknown>)[name];
      },
      set(value: unknown) {
        Object.defineProperty(globalThis, name, { value, configurable: true, writable: true, enumerable });
      },
    });
}
