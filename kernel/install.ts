// `gradlab install` and `uninstall`: writes the kernelspec (kernel.json and logos) where Jupyter looks for it. Plain
// files in known folders; no Python and no Jupyter is needed.
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Command, parseOptions } from './command.js';
import { userDataFolder } from './lab/server/folders.js';
import { logoPng, logoSvg } from './logo.js';
import { kernelArgv, PROTOCOL_VERSION } from './protocol/product.js';

const NAME = 'gradlab';

/** What Jupyter reads. The interrupt arrives as a message; a SIGINT works as well. */
export function kernelSpec(): object {
  return {
    argv: kernelArgv,
    display_name: 'TypeScript (gradlab)',
    language: 'typescript',
    interrupt_mode: 'message',
    kernel_protocol_version: PROTOCOL_VERSION,
    metadata: { debugger: true, supported_encryption: ['curve'] },
  };
}

/** The logos that lie beside kernel.json, under the names that Jupyter knows. */
export const logoFiles = {
  'logo-svg.svg': (): string | Buffer => logoSvg(),
  'logo-32x32.png': (): string | Buffer => logoPng(32),
  'logo-64x64.png': (): string | Buffer => logoPng(64),
};

const PLACES = `
  --user         your own folder of kernels (the default)
  --prefix DIR   DIR/share/jupyter/kernels
  --sys-prefix   the active Python environment (VIRTUAL_ENV or CONDA_PREFIX)
`;

export const installCommand: Command = {
  help: `gradlab install [--user | --prefix DIR | --sys-prefix]

  Writes the kernelspec "gradlab" where Jupyter, nbconvert and VS Code find it. No Python is needed for it.
${PLACES}`,
  run: install,
};

export const uninstallCommand: Command = {
  help: `gradlab uninstall [--user | --prefix DIR | --sys-prefix]

  Removes what gradlab install wrote to the same place.
${PLACES}`,
  run: uninstall,
};

/** `gradlab install`: returns the exit code. */
export async function install(args: string[]): Promise<number> {
  const folder = specFolder(args, 'install');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'kernel.json'), `${JSON.stringify(kernelSpec(), null, 2)}\n`);
  for (const [name, logo] of Object.entries(logoFiles)) writeFileSync(join(folder, name), logo());
  process.stdout.write(`Installed the kernel "TypeScript (gradlab)" in ${folder}\n`);
  return 0;
}

/** `gradlab uninstall`: returns the exit code. */
export async function uninstall(args: string[]): Promise<number> {
  const folder = specFolder(args, 'uninstall');
  if (!statSync(join(folder, 'kernel.json'), { throwIfNoEntry: false })) {
    throw new Error(`uninstall: there is no kernelspec in ${folder}`);
  }
  rmSync(folder, { recursive: true });
  process.stdout.write(`Removed ${folder}\n`);
  return 0;
}

function specFolder(args: string[], command: string): string {
  const { values } = parseOptions(command, {
    args,
    options: { user: { type: 'boolean' }, prefix: { type: 'string' }, 'sys-prefix': { type: 'boolean' } },
  });
  const chosen = Object.keys(values);
  if (chosen.length > 1)
    throw new Error(`${command}: choose one of ${chosen.map((name) => `--${name}`).join(' and ')}`);
  if (values.prefix !== undefined) return join(resolve(values.prefix), 'share/jupyter/kernels', NAME);
  if (values['sys-prefix']) {
    const prefix = process.env.VIRTUAL_ENV ?? process.env.CONDA_PREFIX;
    if (!prefix) {
      throw new Error(
        `${command}: --sys-prefix needs an active Python environment (VIRTUAL_ENV or CONDA_PREFIX); use --prefix DIR`,
      );
    }
    return join(prefix, 'share/jupyter/kernels', NAME);
  }
  return join(userDataFolder(), 'kernels', NAME);
}
