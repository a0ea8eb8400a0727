// The declarations of Node's own modules. Some are large and hardly ever imported: they are left out of the program until
// a cell may need them, which spares every session a tenth of its declarations. No global name depends on them. Of the
// HTTP client behind `fetch`, too, only what global names are declared with is there at first.
import { readFileSync, realpathSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';

const RARE = [
  'domain',
  'http2',
  'inspector',
  'punycode',
  'repl',
  'sea',
  'test',
  'trace_events',
  'v8',
  'wasi',
];
const RARE_FILE = new RegExp(
  `^/// <reference path="(?:${RARE.join('|')})(?:\\.generated)?\\.d\\.ts" />$`,
  'gm',
);
const RARE_MODULE = new RegExp(`^(?:node:)?(?:${RARE.join('|')})(?:/|$)`);
const REFERENCE = /^\/\/\/ <reference path="([\w/]+)\.d\.ts" \/>$/gm;
/** A session has all that this asks for, and may have it joined in one file. */
const LIB_REFERENCE = /^\/\/\/ <reference lib="[^"]*" \/>$/gm;

/** The modules of undici-types that `fetch`, `WebSocket` and the other global names come from. */
const GLOBALS_OF_UNDICI = ['eventsource', 'fetch', 'file', 'formdata', 'websocket']
  .map((name) => `export * from './${name}';\n`)
  .join('');

export interface NodeTypes {
  /** The folder that holds the package. */
  root: string;
  /** Files that say less until everything is needed. */
  files: { path: string; whole: string; usual: string }[];
  /** Says of the modules' names that they are known: nobody has to look for packages that are called so. */
  paths: Record<string, string[]>;
}

/** @param some a file of the program, as the configuration names it: the modules themselves are declared by name */
export function nodeTypes(some: string): NodeTypes {
  const require = createRequire(import.meta.url);
  const folder = realpathSync(dirname(require.resolve('@types/node/package.json')));
  const index = join(folder, 'index.d.ts');
  const whole = readFileSync(index, 'utf8').replace(LIB_REFERENCE, '');
  const usual = whole.replace(RARE_FILE, '');
  // Names that begin with `node:` are no packages' anyway. The list is short: every answer of the compiler repeats it.
  const names = [...RARE, ...[...whole.matchAll(REFERENCE)].map(([, name]) => name)];
  const paths = Object.fromEntries(names.filter((name) => isBuiltin(name)).map((name) => [name, [some]]));
  const files = [{ path: index, whole, usual }];
  try {
    const manifest = createRequire(join(folder, 'package.json')).resolve('undici-types/package.json');
    const path = realpathSync(join(dirname(manifest), 'index.d.ts'));
    files.push({ path, whole: readFileSync(path, 'utf8'), usual: GLOBALS_OF_UNDICI });
  } catch {
    // Another version of the package gets its types elsewhere.
  }
  return { root: dirname(folder), files, paths };
}

/** Whether a cell may have to do with a rare module: it imports one, or something whose own imports are not known. */
export function mayNeedRare(code: string): boolean {
  if (!/\b(?:import|require|getBuiltinModule|from)\b/.test(code)) return false;
  if (/\bgetBuiltinModule\b/.test(code)) return true;
  for (const [, , specifier] of code.matchAll(/\b(?:import|require|from)\s*\(?\s*(['"`])(.*?)\1/g))
    if (specifier !== 'gradlab' && (!isBuiltin(specifier) || RARE_MODULE.test(specifier))) return true;
  return false;
}
