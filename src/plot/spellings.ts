// Methods under matplotlib's names, set_title for title, add_subplot for addSubplot: each name calls the method that is
// there, also where a class has a method of its own in its place.

/** Lets a class answer to other names of its methods. */
export function spell(prototype: object, names: Readonly<Record<string, string>>): void {
  for (const [other, name] of Object.entries(names))
    Object.defineProperty(prototype, other, {
      configurable: true,
      value: function (this: Record<string, (...args: unknown[]) => unknown>, ...args: unknown[]): unknown {
        return this[name](...args);
      },
    });
}
