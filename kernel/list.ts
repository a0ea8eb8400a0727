// `gradlab list`: the kernels that Jupyter, and so the lab, finds on this machine, and where they lie.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { type Command, parseOptions } from './command.js';
import { dataFolders } from './lab/server/folders.js';
import { cliPath } from './protocol/product.js';

export interface ListedKernel {
  name: string;
  displayName: string;
  language: string;
  folder: string;
  argv: string[];
  /** Whether it is this installation's kernel. */
  own: boolean;
  /** Why it cannot start, where that can be told. */
  problem?: string;
}

/** Every kernelspec in Jupyter's folders; of two with a name, Jupyter takes the first. */
export function listKernels(): ListedKernel[] {
  const found = new Map<string, ListedKernel>();
  for (const data of dataFolders()) {
    const folder = join(data, 'kernels');
    for (const entry of existsSync(folder) ? readdirSync(folder).sort() : []) {
      const kernel = readSpec(entry.toLowerCase(), join(folder, entry));
      if (kernel && !found.has(kernel.name)) found.set(kernel.name, kernel);
    }
  }
  return [...found.values()];
}

function readSpec(name: string, folder: string): ListedKernel | undefined {
  const file = join(folder, 'kernel.json');
  if (!existsSync(file)) return undefined;
  const nothing = { name, displayName: name, language: '', folder, argv: [], own: false };
  try {
    const spec = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    if (!Array.isArray(spec.argv)) return { ...nothing, problem: 'kernel.json has no argv' };
    const argv = spec.argv.map(String);
    const missing = argv.filter((arg) => isAbsolute(arg) && !existsSync(arg));
    return {
      name,
      displayName: String(spec.display_name ?? name),
      language: String(spec.language ?? ''),
      folder,
      argv,
      own: argv.includes(cliPath),
      problem: missing.length > 0 ? `there is no ${missing.join(', and no ')}` : undefined,
    };
  } catch (error) {
    return { ...nothing, problem: `kernel.json cannot be read: ${(error as Error).message}` };
  }
}

const underHome = (path: string): string =>
  path.startsWith(`${homedir()}/`) ? `~${path.slice(homedir().length)}` : path;

export const list: Command = {
  help: `gradlab list [--json]

  The kernels that Jupyter finds on this machine: name, title, folder. One that cannot start is marked with the reason.

  --json    the same, with the command lines, for programs
`,
  run: async (args) => {
    const { values } = parseOptions('list', { args, options: { json: { type: 'boolean' } } });
    const kernels = listKernels();
    if (values.json) {
      process.stdout.write(`${JSON.stringify(kernels, null, 2)}\n`);
      return 0;
    }
    const wide = (pick: (k: ListedKernel) => string): number =>
      Math.max(0, ...kernels.map((k) => pick(k).length));
    const names = wide((k) => k.name);
    const titles = wide((k) => k.displayName);
    for (const { name, displayName, folder, own, problem } of kernels) {
      const note = problem ? `  cannot start: ${problem}` : own ? '  (this installation)' : '';
      process.stdout.write(
        `${name.padEnd(names)}  ${displayName.padEnd(titles)}  ${underHome(folder)}${note}\n`,
      );
    }
    if (!kernels.some((kernel) => kernel.own))
      process.stdout.write('This installation has no kernelspec; to make one: gradlab install --user\n');
    return 0;
  },
};
