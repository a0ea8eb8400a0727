// The declarations of Node's own modules. Some are large and hardly ever imported: they are left out of the program until
// a cell may need them, which spares every session a tenth of its declarations. No global name depends on them.
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

export interface NodeTypes {
  /** The folder that holds the package. */
  root: string;
  /** The file that names all others. */
  index: string;
  /** What it says, and what it says without the rare modules. */
  whole: string;
  usual: string;
  /** Where modules that are not rare are declared: nobody has to look for packages with their names. */
  paths: Record<string, string[]>;
}

export function nodeTypes(): NodeTypes {
  const folder = realpathSync(dirname(createRequire(import.meta.url).resolve('@types/node/package.json')));
  const index = join(folder, 'index.d.ts');
  const whole = readFileSync(index, 'utf8');
  const usual = whole.replace(RARE_FILE, '');
  const paths: NodeTypes['paths'] = {};
  for (const [, name] of usual.matchAll(REFERENCE)) {
    if (!isBuiltin(name)) continue;
    for (const specifier of [name, `node:${name}`]) paths[specifier] = [join(folder, `${name}.d.ts`)];
  }
  return { root: dirname(folder), index, whole, usual, paths };
}

/** Whether a cell may have to do with a rare module: it imports one, or something whose own imports are not known. */
export function mayNeedRare(code: string): boolean {
  if (!/\b(?:import|require|getBuiltinModule|from)\b/.test(code)) return false;
  if (/\bgetBuiltinModule\b/.test(code)) return true;
  for (const [, , specifier] of code.matchAll(/\b(?:import|require|from)\s*\(?\s*(['"`])(.*?)\1/g))
    if (specifier !== 'gradlab' && (!isBuiltin(specifier) || RARE_MODULE.test(specifier))) return true;
  return false;
}
