// The other kernels that run here, for tests and benchmarks: how each is started, and a folder in which the packed
// library is installed as a user's project would have it.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { python, root } from './jupyter.js';

/** The `argv` of tslab's kernel.json. */
export const tslabKernel = [
  process.execPath,
  join(root, 'node_modules/tslab/bin/tslab'),
  ...['kernel', '--config-path', '{connection_file}'],
];

/** The `argv` of Deno's kernel.json; null where there is no Deno, on the PATH or as GRADLAB_DENO. */
export function denoKernel(): string[] | null {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const places = [process.env.GRADLAB_DENO ?? '', ...folders.map((folder) => join(folder, 'deno'))];
  const program = places.find((place) => place !== '' && existsSync(place));
  return program === undefined ? null : [program, 'jupyter', '--kernel', '--conn', '{connection_file}'];
}

/** The `argv` of Debian's ipykernel; null without it. */
export function ipykernel(): string[] | null {
  if (spawnSync(python, ['-c', 'import ipykernel']).status !== 0) return null;
  return [python, '-m', 'ipykernel_launcher', '-f', '{connection_file}'];
}

export interface Project {
  folder: string;
  remove(): void;
}

/** A folder whose node_modules have the library as `npm pack` makes it, beside the packages that it needs. */
export function projectWithLibrary(): Project {
  const folder = mkdtempSync(join(tmpdir(), 'gradlab-guest-'));
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, 'gradlab'), { recursive: true });
  const description = { name: 'guest', private: true, dependencies: { gradlab: '*' } };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(description));
  const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder];
  const packed = execFileSync('npm', pack, { cwd: root, encoding: 'utf8' }).trim();
  execFileSync('tar', ['xzf', join(folder, packed), '--strip-components=1', '-C', join(modules, 'gradlab')]);
  symlinkSync(join(root, 'build'), join(modules, 'gradlab/build'));
  for (const name of ['@types', 'plotly.js-dist-min'])
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
