// The last argument of many functions is an object of options, and every parameter that has a default can be given in
// it by its name, as Python's keywords. A misspelt one would be ignored silently, so names are checked here, and the
// error says which one was meant. Names of several words are read in both spellings, `fullMatrices` and `full_matrices`.

/** A name in NumPy's spelling: `fullMatrices` as `full_matrices`. Letters alone, as `UPLO` or `N`, stay. */
type Snake<S extends string> =
  S extends Uppercase<S> ? S : S extends `${infer C}${infer Rest}` ? `${Lower<C>}${Snaked<Rest>}` : S;
type Snaked<S extends string> = S extends `${infer C}${infer Rest}` ? `${Lower<C>}${Snaked<Rest>}` : S;
type Lower<C extends string> = C extends Lowercase<C> ? C : `_${Lowercase<C>}`;

/** Options whose names of several words may also be written as NumPy does, `fullMatrices` as `full_matrices`. */
export type Spelled<T> = T & {
  [K in keyof T as K extends string ? (Snake<K> extends K ? never : Snake<K>) : never]?: T[K];
};

/** A parameter in its place, or the object of options that stands there. */
export type Given<T, O> = T | Spelled<O>;

// What users of other libraries write.
const elsewhere: Readonly<Record<string, string>> = {
  dim: 'axis',
  dims: 'axis',
  keepdim: 'keepdims',
  type: 'dtype',
  correction: 'ddof',
  destination: 'out',
  mask: 'where',
  learningRate: 'lr',
  learning_rate: 'lr',
  stepSize: 'lr',
  num_workers: 'workers',
  numWorkers: 'workers',
};

/** The known name that `given` most likely stands for, or undefined. */
function meant(given: string, known: readonly string[]): string | undefined {
  const plain = (s: string): string => s.toLowerCase().replace(/_/g, '');
  const alias = elsewhere[given];
  if (alias !== undefined && known.includes(alias)) return alias;
  let best: string | undefined;
  let least = 3;
  for (const name of known) {
    const [is, was] = [plain(name), plain(given)];
    const begun = was.length >= 4 && is.startsWith(was);
    const distance = is === was ? 0 : begun ? 1 : edits(was, is);
    if (distance < least && distance < Math.max(name.length, given.length) / 2) {
      least = distance;
      best = name;
    }
  }
  return best;
}

/** How many letters have to be changed, added, taken away or swapped to get from one word to the other. */
function edits(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    const above = rows[i - 1];
    for (let j = 1; j <= b.length; j++) {
      let least = Math.min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, rows[i - 2][j - 2] + 1);
      row.push(least);
    }
    rows.push(row);
  }
  return rows[a.length][b.length];
}

/** Whether an argument is an object of options rather than an array, a list or another value. */
export function isOptions(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Object.prototype, of whichever realm the object comes from.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** A name in our spelling: `max_norm` as `maxNorm`, `T_max` as `tMax`. */
const camel = (name: string): string =>
  name
    .replace(/^[A-Z](?=_)/, (letter) => letter.toLowerCase())
    .replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/**
 * The options with their names as `known` spells them. Throws when one is not among those, or given in both spellings.
 * For instance checkOptions('sum', { axes: 0 }, ['axis', 'keepdims'])  // sum: unknown option 'axes'; did you mean 'axis'?
 */
export function checkOptions<T extends object>(caller: string, given: T, known: readonly string[]): T {
  let out = given as unknown as Record<string, unknown>;
  for (const name in given) {
    if (known.includes(name)) continue;
    const value: unknown = given[name];
    const ours = camel(name);
    if (known.includes(ours)) {
      if ((out as unknown) === given) out = { ...given } as Record<string, unknown>;
      if (value !== undefined && out[ours] !== undefined)
        throw new TypeError(`${caller}: the option '${ours}' is given twice, as '${ours}' and as '${name}'.`);
      delete out[name];
      if (value !== undefined) out[ours] = value;
    } else if (value !== undefined) {
      const guess = meant(name, known);
      throw new TypeError(
        `${caller}: unknown option '${name}'${guess === undefined ? '.' : `; did you mean '${guess}'?`} Options: ${known.join(', ')}.`,
      );
    }
  }
  return out as T;
}

/**
 * Parameters by their names: those given in their places, and those of an object of options that stands last.
 * @param names of the parameters, in their order
 * @param given the arguments in that order; the object stands in the place of the first one left out
 * @param more names that only the object has
 * For instance parameters('roll', ['shift', 'axis'], [1, { axis: 0 }])  // { shift: 1, axis: 0 }
 */
export function parameters<T extends object>(
  caller: string,
  names: readonly string[],
  given: readonly unknown[],
  more: readonly string[] = [],
): T {
  const out: Record<string, unknown> = {};
  let options: Record<string, unknown> | null = null;
  for (let i = 0; i < given.length; i++) {
    const value = given[i];
    if (value === undefined) continue;
    if (options !== null)
      throw new TypeError(`${caller}: nothing can follow the options; '${names[i]}' belongs among them.`);
    if (isOptions(value)) options = checkOptions(caller, value, [...names, ...more]);
    else out[names[i]] = value;
  }
  if (options === null) return out as T;
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    if (out[name] !== undefined)
      throw new TypeError(
        `${caller}: '${name}' is given twice, in its place and by its name; leave one of them out.`,
      );
    out[name] = value;
  }
  return out as T;
}

/** Parameters that have no default, given by their names: the one that is missing is named in the error. */
export function needed<T>(caller: string, name: string, value: T): NonNullable<T> {
  if (value === undefined || value === null)
    throw new TypeError(`${caller}: the argument '${name}' is missing; give it in its place or by its name.`);
  return value;
}
