// The list that stands for several entries between brackets, as Python's tuple does.

/**
 * A list that is an index as a whole, one entry for each axis, as Python's tuple: `x[np.nonzero(x > 0)]` means
 * `x[rows, columns]`. Functions whose results are made to index with return one. In every other way it is a list, and
 * what map, slice or spreading makes of it is an ordinary one: a list between brackets is one index array.
 */
export class Tuple<T = unknown> extends Array<T> {
  /** Only for the type: a plain list is none. */
  declare private readonly kind: 'tuple';

  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  [Symbol.for('nodejs.util.inspect.custom')](
    _depth: number,
    options: unknown,
    inspect: (value: unknown, options: unknown) => string,
  ): string {
    return inspect([...this], options);
  }
}

/** The same entries as a tuple. */
export function tuple<T>(entries: Iterable<T>): Tuple<T> {
  return Tuple.from(entries) as Tuple<T>;
}
