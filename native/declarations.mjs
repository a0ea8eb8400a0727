// Joins the declarations of the library and of the kernel's widgets into a few files in dist/types, for the checker of
// cells: every module becomes an ambient one, `declare module "gradlab:/src/core/ndarray"`, which is found by its name.
// The compiler then reads a dozen files instead of 220, and looks for none. TypeScript's own libraries become one file as
// well: what several of them declare, such as Array, would have to be put together in every check. Without these files, or
// where they are older than what the compiler has written since, the checker takes the modules one by one.
//
//   node native/declarations.mjs   after the compiler (npm run build does both)

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, posix, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const INDEX = 'src/index';
/** What the checker's session imports; with it comes all that these import. */
const ENTRIES = [INDEX, 'src/operators', 'kernel/user/widgets/index'];
/** Characters of a joined file: whoever looks at one declaration is sent the whole file. */
const FILE_SIZE = 60_000;

/** `from './x.js'`, `import './x.js'`, `import("./x.js")` and `declare module './x.js'`: before, quote, path. */
const SPECIFIER = /(\bfrom |^import |\bimport\(|^declare module )(['"])(\.[^'"]*)\.js\2/gm;
/** Comments keep what they say. */
const COMMENT = /\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;
const IMPORT = /^import [^;]*;$/gm;
const AUGMENTATION = /^declare module ('[^']+') \{\n([\s\S]*?\n)\}$/gm;
/** A type of a module, exported or not. */
const DECLARED = /^(?:export )?(?:type|interface|abstract class|class) (\w+)\b/gm;
const mentions = (text, name) => new RegExp(`\\b${name}\\b`).test(text);

/** Replaces outside comments. */
function edit(text, pattern, change) {
  let at = 0;
  let edited = '';
  const take = (to) => {
    edited += text.slice(at, to).replace(pattern, change);
  };
  for (const comment of text.matchAll(COMMENT)) {
    take(comment.index);
    edited += comment[0];
    at = comment.index + comment[0].length;
  }
  take(text.length);
  return edited;
}

const nameOf = (module) => `gradlab:/${module}`;

/** A module as text of ambient ones: itself, and what it adds to other modules. */
function ambient(module, written, found) {
  const declared = written.replace(/^\/\/# sourceMappingURL=.*\n?/m, '');
  let text = edit(declared, SPECIFIER, (_, before, quote, path) => {
    const other = posix.join(posix.dirname(module), path);
    found(other);
    return before + quote + nameOf(other) + quote;
  });
  const imports = [...text.matchAll(IMPORT)].map(([line]) => line).filter((line) => line.includes(' from '));
  const bodies = [];
  text = text.replace(AUGMENTATION, (_, name, body) => {
    bodies.push({ name, body });
    return '';
  });
  text = edit(text, /^(export )?declare /gm, '$1');
  const additions = [];
  for (const { name, body } of bodies) {
    // What the module itself declares is brought along from there.
    const own = [...text.matchAll(DECLARED)].map(([, type]) => type).filter((type) => mentions(body, type));
    text = text.replace(DECLARED, (line, type) =>
      own.includes(type) ? line.replace(/^(?:export )?/, 'export ') : line,
    );
    const lines = imports.filter((line) => !line.includes(name));
    if (own.length > 0) lines.push(`import type { ${own.join(', ')} } from '${nameOf(module)}';`);
    const to = name.slice(1, -1).replace(nameOf(''), '');
    additions.push({ to, text: `declare module ${name} {\n${lines.join('\n')}\n${body}}\n` });
  }
  return { text: text.trimEnd(), additions };
}

const LIB_REFERENCE = /^\/\/\/ <reference lib="([^"]+)" \/>\n/gm;

/** The libraries of these names, and all that they refer to, as one text. */
function joinLibraries(names) {
  const typescript = createRequire(createRequire(import.meta.url).resolve('typescript/package.json'));
  const { platform, arch } = process;
  const folder = dirname(typescript.resolve(`@typescript/typescript-${platform}-${arch}/package.json`));
  const texts = new Map();
  const take = (name) => {
    if (texts.has(name)) return;
    texts.set(name, '');
    const text = readFileSync(join(folder, 'lib', `lib.${name}.d.ts`), 'utf8');
    for (const [, other] of text.matchAll(LIB_REFERENCE)) take(other);
    texts.set(
      name,
      text.replace(LIB_REFERENCE, '').replace(/^\/\/\/ <reference no-default-lib[^\n]*\n/gm, ''),
    );
  };
  names.forEach(take);
  const LICENSE = /^\/\*![\s\S]*?\*\/\s*/;
  const [license] = LICENSE.exec(texts.get('es5')) ?? [''];
  return license + [...texts.values()].map((text) => text.replace(LICENSE, '')).join('');
}

/** @param dist the folder with what the compiler has written; the joined files go into its `types` */
export async function joinDeclarations(dist = join(root, 'dist')) {
  const { LIBS } = await import(pathToFileURL(join(dist, 'kernel/language/library.js')).href);
  const target = join(dist, 'types');
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  // Whoever looks for it need not look further up.
  writeFileSync(join(target, 'package.json'), '{ "type": "module" }\n');
  const modules = new Map();
  const added = [];
  const open = [...ENTRIES];
  for (let module = open.pop(); module; module = open.pop()) {
    if (modules.has(module)) continue;
    modules.set(module, '');
    const written = readFileSync(join(dist, `${module}.d.ts`), 'utf8');
    let { text, additions } = ambient(module, written, (other) => open.push(other));
    if (module === INDEX) {
      // A file by itself: what a cell imports is found by its path.
      writeFileSync(join(target, 'index.d.ts'), `${text}\n`);
      text = "export * from 'gradlab';";
    }
    modules.set(module, `declare module '${nameOf(module)}' {\n${text}\n}\n`);
    added.push(...additions);
  }
  // In one file with what it adds to: every checker would have to put them together, otherwise.
  for (const { to, text } of added) modules.set(to, modules.get(to) + text);
  let text = '';
  let count = 0;
  const write = () => {
    if (text !== '') writeFileSync(join(target, `library-${++count}.d.ts`), text);
    text = '';
  };
  for (const module of [...modules.keys()].sort()) {
    const next = modules.get(module);
    if (text.length + next.length > FILE_SIZE) write();
    text += next;
  }
  write();
  writeFileSync(join(target, 'lib.d.ts'), joinLibraries(LIBS));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await joinDeclarations();
