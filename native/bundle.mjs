// Joins the library's modules in dist/src into a few files, in place: whatever starts with it (a session, a thread of a
// data loader) then loads it in half the time. Likewise the modules that a kernel's processes start with, and the API of
// TypeScript's compiler. What the compiler has written works as well, only slower.
//
//   node native/bundle.mjs         after the compiler (npm run build does both)

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const library = join(root, 'dist', 'src');

/**
 * What is imported, or started in a thread or process of its own, by its path. Any other module imported so would bring
 * a second copy of the library along, with buffers of its own for the same native code.
 */
const ENTRIES = ['backend/index.js', 'data/worker.js', 'learn/worker.js'];
const INDEX = join(library, 'index.js');

function pathFrom(file, target) {
  const path = relative(dirname(file), target).split(sep).join('/');
  return path.startsWith('.') ? path : `./${path}`;
}

const EXPORTED_MODULE = /^export \* as (\w+) from '([^']+)';$/gm;

/** The modules that users see as objects, such as `np` and `np.linalg`. */
function namespaces(file, found = new Set()) {
  for (const [, , path] of readFileSync(file, 'utf8').matchAll(EXPORTED_MODULE)) {
    const target = resolve(dirname(file), path);
    if (!found.has(target)) namespaces(target, found.add(target));
  }
  return found;
}

/** Who exports such a module as an object imports it by its path. The importers are joined in files of dist/src. */
const leaveNamespaces = {
  name: 'namespaces',
  setup({ onResolve }) {
    onResolve({ filter: /^\./, namespace: 'file' }, ({ path, importer, resolveDir }) =>
      objectsOf(importer).some((each) => each.path === path)
        ? { path: pathFrom(INDEX, resolve(resolveDir, path)), external: true, sideEffects: false }
        : undefined,
    );
  },
};

const objectsOf = (file) =>
  file.startsWith(library + sep)
    ? [...readFileSync(file, 'utf8').matchAll(EXPORTED_MODULE)].map(([, name, path]) => ({ name, path }))
    : [];

/** A module of `src` or `kernel` keeps the address it had on its own: some find their neighbours by it. */
const addresses = (part) => ({
  name: 'addresses',
  setup({ onLoad }) {
    const folder = join(root, 'dist', part);
    onLoad({ filter: /\.js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      if (!path.startsWith(folder + sep) || !text.includes('import.meta.url')) return undefined;
      const place = relative(folder, path).split(sep).join('/');
      const address = `import.meta.url.replace(/(.*)\\/${part}\\/.*/, '$1/${part}/${place}')`;
      return { contents: text.replaceAll('import.meta.url', address), loader: 'js' };
    });
  },
});

const NAMING = 'globalThis[Symbol.for("gradlab.naming")]';
const HELPER = 'var __name = (target, value) => __defProp(target, "name", { value, configurable: true });';

/**
 * Joined functions get their names back from esbuild's helper, every closure of every call too. That costs more than the
 * closures: once the library is loaded, names are left alone.
 */
function nameOnlyWhileLoading(outputs) {
  const edit = (file, change) => {
    const text = readFileSync(file, 'utf8');
    const changed = change(text);
    if (changed !== text) writeFileSync(file, changed);
    return changed !== text;
  };
  const scripts = outputs.filter((file) => file.endsWith('.js')).map((file) => join(root, file));
  const helper = HELPER.replace('=> __defProp', '=> !__naming.on ? target : __defProp');
  const helped = scripts.filter((file) =>
    edit(file, (text) => text.replace(HELPER, `var __naming = ${NAMING} ??= { on: true }; ${helper}`)),
  );
  if (helped.length === 0) throw new Error('bundle: esbuild no longer names functions as it did');
}

async function bundleLibrary() {
  // Loaded here: the set-up runs before there are packages.
  const { build } = await import('esbuild');
  const options = {
    absWorkingDir: root,
    outbase: library,
    outdir: library,
    chunkNames: 'joined-[hash]',
    bundle: true,
    splitting: true,
    keepNames: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    plugins: [addresses('src'), leaveNamespaces],
    sourcemap: true,
    allowOverwrite: true,
    metafile: true,
    logLevel: 'warning',
  };
  const faces = [INDEX, join(library, 'operators.js'), ...namespaces(INDEX)];
  const looked = await build({ ...options, entryPoints: faces, write: false });
  const exported = faces.map((file) => {
    const objects = objectsOf(file);
    const { exports } = looked.metafile.outputs[relative(root, file).split(sep).join('/')];
    return { file, objects, names: exports.filter((name) => !objects.some((each) => each.name === name)) };
  });
  // All that is exported anywhere comes from one file; what users see as modules merely names its share of that.
  const all = join(library, 'joined.js');
  const list = (names) => `export { ${names.join(', ')} }`;
  const text = exported.map(
    ({ file, names }, i) =>
      `${list(names.map((name) => `${name} as ${name}$${i}`))} from '${pathFrom(all, file)}';`,
  );
  const everything = {
    name: 'everything',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^everything$/ }, () => ({ path: all, namespace: 'everything' }));
      onLoad({ filter: /./, namespace: 'everything' }, () => ({
        contents: text.join('\n'),
        resolveDir: library,
      }));
    },
  };
  const { metafile } = await build({
    ...options,
    entryPoints: [
      { in: 'everything', out: 'joined' },
      ...ENTRIES.map((file) => ({ in: join(library, file), out: file.replace(/\.js$/, '') })),
    ],
    plugins: [everything, ...options.plugins],
  });
  for (const [i, { file, objects, names }] of exported.entries()) {
    const lines = objects.map(({ name, path }) => `export * as ${name} from '${path}';`);
    lines.push(`${list(names.map((name) => `${name}$${i} as ${name}`))} from '${pathFrom(file, all)}';`);
    if (file === INDEX) lines.push(`${NAMING}.on = false;`);
    writeFileSync(file, `${lines.join('\n')}\n`);
  }
  nameOnlyWhileLoading(Object.keys(metafile.outputs));
  checkImports(metafile.outputs, 'whoever exports a namespace must not be joined');
}

/** What is left outside by its path has to be found from where the importer now is. */
function checkImports(outputs, why) {
  for (const [output, { imports }] of Object.entries(outputs)) {
    for (const { path, external } of imports)
      if (external && path.startsWith('.') && !existsSync(resolve(root, dirname(output), path)))
        throw new Error(`bundle: ${output} imports ${path}, which is not there: ${why}`);
  }
}

// --------------------------------------------------------------------------------------------------------- the kernel

const kernel = join(root, 'dist', 'kernel');
/** The programs of a kernel's processes; see kernel/cli.ts, kernel/front/session-process.ts and kernel/user/main.ts. */
const PROGRAMS = ['front/command.js', 'user/main.js', 'user/interrupt.js'];
/** It is joined by itself: another project's text needs no readable stack. */
const COMPILER = join(kernel, 'language/compiler-api.js');

/** The library and the compiler stay apart. The importers are joined in files that lie in dist/kernel. */
const leaveApart = {
  name: 'leave-apart',
  setup({ onResolve }) {
    onResolve({ filter: /^\./ }, ({ path, resolveDir }) => {
      const target = resolve(resolveDir, path);
      if (target !== COMPILER && !target.startsWith(library + sep)) return undefined;
      return { path: pathFrom(join(kernel, 'joined.js'), target), external: true };
    });
  },
};

/** TypeScript's own packages and short names, as Node finds them. */
const typescript = {
  name: 'typescript',
  setup({ onResolve }) {
    onResolve({ filter: /^(?:typescript\/|#)/ }, ({ path, importer }) => ({
      path: createRequire(importer).resolve(path),
    }));
  },
};

async function bundleKernel() {
  const { build } = await import('esbuild');
  const common = {
    absWorkingDir: root,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    allowOverwrite: true,
    metafile: true,
    logLevel: 'warning',
  };
  await build({
    ...common,
    entryPoints: [COMPILER],
    outfile: COMPILER,
    minify: true,
    plugins: [typescript],
    banner: { js: '// The API of the package "typescript": Apache-2.0, see its LICENSE.' },
  });
  const { metafile } = await build({
    ...common,
    entryPoints: PROGRAMS.map((file) => join(kernel, file)),
    outbase: kernel,
    outdir: kernel,
    chunkNames: 'joined-[hash]',
    splitting: true,
    keepNames: true,
    packages: 'external',
    plugins: [addresses('kernel'), leaveApart],
    sourcemap: true,
  });
  checkImports(metafile.outputs, 'only joined files may import it');
}

export async function bundle() {
  await bundleLibrary();
  await bundleKernel();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundle();
