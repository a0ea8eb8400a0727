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

/** The modules of undici-types that `fetch`, `WebSocket` and the other global names come from. */
const GLOBALS_OF_UNDICI = ['eventsource', 'fetch', 'file', 'formdata', 'websocket']
  .map((name) => `export * from './${name}';\n`)
  .join('');

export interface NodeTypes {
  /** The folder that holds the package. */
  root: string;
  /** Files that say less until everything is needed. */
  files: { path: string; whole: string; usual: string }[];
  /** Where modules are declared: nobody has to look for packages with their names. */
  paths: Record<string, string[]>;
}

export function nodeTypes(): NodeTypes {
  const require = createRequire(import.meta.url);
  const folder = realpathSync(dirname(require.resolve('@types/node/package.json')));
  const index = join(folder, 'index.d.ts');
  const whole = readFileSync(index, 'utf8');
  const usual = whole.replace(RARE_FILE, '');
  const paths: NodeTypes['paths'] = {};
  const declare = (name: string, file: string) => {
    if (isBuiltin(name) || isBuiltin(`node:${name}`))
      for (const specifier of [name, `node:${name}`]) paths[specifier] = [file];
  };
  for (const [, name] of whole.matchAll(REFERENCE)) declare(name, join(folder, `${name}.d.ts`));
  // A file that is there already: a rare module's own is not to be brought in by who only mentions it.
  for (const name of RARE) declare(name, index);
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
