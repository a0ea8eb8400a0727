// What every command of `gradlab` has: its help, and options that are read with errors that say what was meant.
import { type ParseArgsConfig, parseArgs } from 'node:util';

export interface Command {
  /** What `gradlab help NAME` prints; its first line is how the command is called. */
  help: string;
  /** Returns the exit code; undefined for one that goes on in the background. */
  run(args: string[]): Promise<number | undefined>;
}

/**
 * Node's parseArgs, with errors that begin with the command's name.
 * @throws Error that names the option that was probably meant
 */
export function parseOptions<T extends ParseArgsConfig>(
  command: string,
  config: T,
): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const help = `See gradlab ${command} --help`;
    const quoted = /'([^']*)'/.exec(message)?.[1] ?? '';
    if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
      const known = Object.keys(config.options ?? {}).map((name) => `--${name}`);
      throw new Error(`${command}: there is no option ${quoted}${didYouMean(quoted, known)} ${help}`);
    }
    if (code === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL')
      throw new Error(`${command}: ${JSON.stringify(quoted)} is one argument too many. ${help}`);
    if (code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE') throw new Error(`${command}: ${message}. ${help}`);
    throw error;
  }
}

/** `. Did you mean X?` where a known word is near, otherwise a full stop. */
export function didYouMean(given: string, known: readonly string[]): string {
  const meant = closest(given, known);
  return meant === undefined ? '.' : `. Did you mean ${meant}?`;
}

/** The known word that is nearest, if it is near: one letter in three may be wrong, or its beginning was given. */
export function closest(given: string, known: readonly string[]): string | undefined {
  const bare = (word: string): string => word.toLowerCase().replace(/[-_]/g, '');
  let best: string | undefined;
  let least = Math.max(1, Math.floor(bare(given).length / 3)) + 1;
  for (const word of known) {
    const distance = edits(bare(given), bare(word));
    if (distance >= least) continue;
    least = distance;
    best = word;
  }
  const begun = known.filter((word) => bare(given).length > 1 && bare(word).startsWith(bare(given)));
  return best ?? (begun.length === 1 ? begun[0] : undefined);
}

/** Letters to be changed, added, taken away or swapped. */
function edits(a: string, b: string): number {
  let above: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      let cost = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, above[j - 2] + 1);
      next.push(cost);
    }
    above = row;
    row = next;
  }
  return row[b.length];
}
