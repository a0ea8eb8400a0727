// Where this installation lives and what it is called: the version, the package's folder, the kernel's program.
// Cheap to import: one small JSON file is read, when it is asked for.
import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

// Compiled, this file is dist/kernel/protocol/product.js; under vitest it is the source, without the `dist`.
const base = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
export const packageFolder = basename(base) === 'dist' ? dirname(base) : base;
/** Where the compiled library and kernel lie. */
export const distFolder = resolve(packageFolder, 'dist');
/** The program of `kernel.json` and of the command `gradlab`. */
export const cliPath = resolve(distFolder, 'kernel/cli.js');
/**
 * How clients start a kernel. The first process of it, which only passes messages on and asks the checker, makes little
 * garbage at a time: a small nursery spares ten megabytes.
 */
export const kernelArgv: readonly string[] = [
  process.execPath,
  '--max-semi-space-size=1',
  cliPath,
  'kernel',
  '--connection-file',
  '{connection_file}',
];
export const PROTOCOL_VERSION = '5.5';

export function readVersion(): string {
  return versionOf(resolve(packageFolder, 'package.json'));
}

/** The version of the TypeScript that checks the cells. */
export function readTypeScriptVersion(): string {
  return versionOf(resolve(packageFolder, 'node_modules/typescript/package.json'));
}

function versionOf(file: string): string {
  try {
    return String(JSON.parse(readFileSync(file, 'utf8')).version);
  } catch {
    return 'unknown';
  }
}
