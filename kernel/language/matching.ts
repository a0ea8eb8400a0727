// Which names fit what was typed, and how well: the beginning in its case, the beginning in any case, the beginnings of
// the words in a name (`rFS` and `rfs` for readFileSync, `l_s` for log_softmax).

/** Smaller is better; undefined does not fit. */
export function fit(name: string, typed: string): number | undefined {
  if (name.startsWith(typed)) return 0;
  if (name.toLowerCase().startsWith(typed.toLowerCase())) return 1;
  return typed.length >= 2 && fitsWords(name, typed) ? 2 : undefined;
}

/** Every letter typed follows the one before it in the name, or begins a word further on. */
function fitsWords(name: string, typed: string): boolean {
  const lower = name.toLowerCase();
  const starts = (i: number) =>
    i === 0 ||
    name[i - 1] === '_' ||
    (/[A-Z]/.test(name[i] as string) && !/[A-Z]/.test(name[i - 1] as string)) ||
    (/[A-Z]/.test(name[i] as string) && /[a-z]/.test(name[i + 1] ?? '')) ||
    (/\d/.test(name[i] as string) && !/\d/.test(name[i - 1] as string));
  const letters = typed.toLowerCase();
  const from = (k: number, at: number): boolean => {
    if (k === letters.length) return true;
    if (lower[at] === letters[k] && from(k + 1, at + 1)) return true;
    for (let i = at + 1; i < lower.length; i++)
      if (lower[i] === letters[k] && starts(i) && from(k + 1, i + 1)) return true;
    return false;
  };
  return lower[0] === letters[0] && from(1, 1);
}

/** The names that fit, the best first; among equals the order stays. */
export function fitting<T>(list: readonly T[], typed: string, nameOf: (item: T) => string): T[] {
  if (typed === '') return [...list];
  const groups: T[][] = [[], [], []];
  for (const item of list) {
    const how = fit(nameOf(item), typed);
    if (how !== undefined) (groups[how] as T[]).push(item);
  }
  return groups.flat();
}
