// Completion between quotes: modules of Node, installed packages with their sub-paths, and files. The compiler's own
// completion does not reach the disk.
import { type Dirent, existsSync, readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import type { CompletionResult } from './contract.js';

const SOURCES = /\.(?:[mc]?[jt]sx?|json)$/;

/** What can stand in `from '...'`. */
export function completeModule(typed: string, offset: number, cwd: string): CompletionResult {
  if (/^\.{0,2}\//.test(typed) || typed === '.' || typed === '..')
    return completeFile(typed, offset, cwd, (name) => SOURCES.test(name));
  const names = new Map<string, string>();
  names.set('gradlab', 'module');
  for (const name of builtinModules)
    if (!name.startsWith('_')) names.set(typed.startsWith('node:') ? `node:${name}` : name, 'module');
  const owner = /^(@[^/]+\/[^/]+|[^@/][^/]*)\//.exec(typed)?.[1];
  for (let at = cwd; ; at = dirname(at)) {
    const modules = join(at, 'node_modules');
    for (const name of packagesIn(modules)) names.set(name, 'module');
    if (owner) for (const name of subPaths(join(modules, owner))) names.set(`${owner}/${name}`, 'module');
    if (dirname(at) === at) break;
  }
  return listed(names, typed, offset);
}

/** Files whose path begins with what is typed. */
export function completeFile(
  typed: string,
  offset: number,
  cwd: string,
  wanted: (name: string) => boolean = () => true,
): CompletionResult {
  const cut = typed.lastIndexOf('/') + 1;
  const folder = typed === '.' || typed === '..' ? `${typed}/` : typed.slice(0, cut);
  const at = folder.replace(/^~(?=\/)/, homedir());
  const hidden = typed.slice(cut).startsWith('.') && typed !== '.' && typed !== '..';
  const names = new Map<string, string>();
  for (const entry of entriesOf(isAbsolute(at) ? at : join(cwd, at))) {
    if ((entry.name.startsWith('.') && !hidden) || entry.name === 'node_modules') continue;
    if (entry.isDirectory()) names.set(`${folder}${entry.name}/`, 'path');
    else if (wanted(entry.name)) names.set(folder + entry.name, 'path');
  }
  return listed(names, typed, offset);
}

function listed(names: ReadonlyMap<string, string>, typed: string, offset: number): CompletionResult {
  const start = offset - typed.length;
  const lower = typed.toLowerCase();
  const matches = [...names]
    .filter(([name]) => name.toLowerCase().startsWith(lower))
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([text, type]) => ({ text, type, start, end: offset }));
  return { matches, start, end: offset };
}

function entriesOf(folder: string): Dirent[] {
  try {
    return existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : [];
  } catch {
    return [];
  }
}

function packagesIn(folder: string): string[] {
  const names: string[] = [];
  for (const entry of entriesOf(folder)) {
    if (entry.name.startsWith('.')) continue;
    if (!entry.name.startsWith('@')) names.push(entry.name);
    else if (entry.name !== '@types')
      for (const inner of entriesOf(join(folder, entry.name))) names.push(`${entry.name}/${inner.name}`);
  }
  return names;
}

/** What a package lets be imported below its name: its `exports`, else its files. */
function subPaths(folder: string): string[] {
  let exports: unknown;
  try {
    exports = (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { exports?: unknown })
      .exports;
  } catch {
    return [];
  }
  if (typeof exports === 'object' && exports !== null)
    return Object.keys(exports).flatMap((key) => (/^\.\/[^*]+$/.test(key) ? [key.slice(2)] : []));
  if (exports !== undefined) return [];
  return entriesOf(folder).flatMap(({ name }) =>
    SOURCES.test(name) && name !== 'package.json' ? [name] : [],
  );
}
