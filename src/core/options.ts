// The last argument of many functions is an object of options. A misspelt one would be ignored silently, so names are
// checked here, and the error says which one was meant.

// What users of other libraries write.
const elsewhere: Readonly<Record<string, string>> = {
  dim: 'axis',
  dims: 'axis',
  keepdim: 'keepdims',
  type: 'dtype',
  correction: 'ddof',
  destination: 'out',
  mask: 'where',
};

/** The known name that `given` most likely stands for, or undefined. */
function meant(given: string, known: readonly string[]): string | undefined {
  const plain = (s: string): string => s.toLowerCase().replace(/_/g, '');
  const alias = elsewhere[given];
  if (alias !== undefined && known.includes(alias)) return alias;
  let best: string | undefined;
  let least = 3;
  for (const name of known) {
    const distance = plain(name) === plain(given) ? 0 : edits(plain(given), plain(name));
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

/**
 * Throws when an options object has a name that is not among the known ones.
 * For instance checkOptions('sum', { axes: 0 }, ['axis', 'keepdims'])  // sum: unknown option 'axes'; did you mean 'axis'?
 */
export function checkOptions(caller: string, given: object, known: readonly string[]): void {
  for (const name in given) {
    if (known.includes(name) || (given as Record<string, unknown>)[name] === undefined) continue;
    const guess = meant(name, known);
    throw new TypeError(
      `${caller}: unknown option '${name}'${guess === undefined ? '.' : `; did you mean '${guess}'?`} Options: ${known.join(', ')}.`,
    );
  }
}
