// What `import` and `require` mean in a cell: Node's own resolution from the notebook's folder, local TypeScript
// without a build step, and local files read again when they have changed on disk.
import { readFileSync, statSync } from 'node:fs';
import { createRequire, isBuiltin, SourceMap } from 'node:module';
import { dirname, extname, join, resolve as resolvePath } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { SourceTextModule, SyntheticModule } from 'node:vm';
import vm from 'node:vm';
import { type CellScope, cellScope, currentCell } from './channel.js';

type Namespace = Record<string, unknown>;

const TYPESCRIPT = new Set(['.ts', '.tsx', '.mts', '.cts']);
const TRIED = ['.ts', '.tsx', '.mts', '.js', '.mjs', '.cjs', '.json', '/index.ts', '/index.js', '/index.mjs'];

let folder = process.cwd();
let library: Namespace | undefined;
let cellRequire: NodeJS.Require;

/** Fixes the folder that cells import from. */
export function startModules(cwd: string): void {
  folder = cwd;
  cellRequire = createRequire(join(cwd, 'cell.js'));
  cellRequire.extensions['.ts'] = compileTypeScriptForRequire;
  cellRequire.extensions['.cts'] = compileTypeScriptForRequire;
}

/** The preloaded library, which `import ... from 'gradlab'` gives in cells and in local modules. */
export function setLibrary(namespace: Namespace): void {
  library = namespace;
}

/** What the kernel itself asks the library's charts for. */
interface Charts {
  embedLibrary(): unknown;
  showFigures(except?: unknown): void;
  withFigures<R>(run: () => R, show: (figure: unknown) => unknown): R;
}

/** The library's charts; undefined when it could not be loaded. */
export function charts(): Charts | undefined {
  return library?.plot as Charts | undefined;
}

/** `import.meta` of a cell. */
export const cellMeta = {
  get url(): string {
    return pathToFileURL(join(folder, 'cell.ts')).href;
  },
  get dirname(): string {
    return folder;
  },
  get filename(): string {
    return join(folder, 'cell.ts');
  },
  resolve(specifier: string): string {
    if (isLocal(specifier)) return pathToFileURL(resolveLocal(specifier, folder)).href;
    return isBuiltin(specifier) ? specifier : pathToFileURL(cellRequire.resolve(specifier)).href;
  },
};

/**
 * `import` in a cell, from the notebook's folder.
 * @param names the exports that a static import asks for; a missing one is a SyntaxError, as in a module
 */
export async function importInCell(specifier: string, names: readonly string[] = []): Promise<Namespace> {
  forgetUnfinished();
  const namespace = await importFrom(String(specifier), folder);
  return withExports(specifier, namespace, names);
}

/** `require` in a cell, from the notebook's folder. Local files that changed are loaded again. */
export function requireInCell(specifier: string): unknown {
  if (specifier === 'gradlab' && library) return library;
  forgetUnfinished();
  try {
    if (isLocal(specifier)) {
      const path = resolveLocal(specifier, folder);
      forgetChangedCommonJs(path, new Set());
      const exports: unknown = cellRequire(path);
      rememberCommonJs(path, new Set());
      return exports;
    }
    return cellRequire(specifier);
  } catch (error) {
    throw explain(error, specifier, folder);
  }
}
Object.defineProperties(requireInCell, {
  resolve: { value: (specifier: string) => cellRequire.resolve(specifier) },
  cache: { get: () => cellRequire.cache },
});

function isLocal(specifier: string): boolean {
  return /^(\.{1,2}(\/|$)|\/|file:)/.test(specifier);
}

async function importFrom(specifier: string, from: string): Promise<Namespace> {
  if (specifier === 'gradlab') {
    if (library) return library;
    throw moduleError(
      'import: the library "gradlab" could not be loaded in this session; its first cell says why',
    );
  }
  if (!isLocal(specifier)) return importPackage(specifier, from);
  const path = resolveLocal(specifier, from);
  if (!isSourceModule(path)) return importOther(path, specifier, from);
  forgetChanged(path, new Map());
  const module = await loadSource(path);
  await module.evaluate();
  return module.namespace as Namespace;
}

/** A file by TypeScript's habits: with or without its extension, `./x.js` for `./x.ts`, a folder's index. */
function resolveLocal(specifier: string, from: string): string {
  const base = specifier.startsWith('file:') ? fileURLToPath(specifier) : resolvePath(from, specifier);
  const typed = base.replace(/\.([mc]?)js$/, '.$1ts');
  const candidates = [base, ...(typed === base ? [] : [typed]), ...TRIED.map((end) => base + end)];
  const found = candidates.find((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
  if (found) return found;
  throw moduleError(
    `import: cannot find ${JSON.stringify(specifier)} from ${from} ` +
      `(looked for ${base} and for it with ${TRIED.slice(0, 7).join(', ')})`,
  );
}

function moduleError(message: string): Error {
  const error = new Error(message);
  error.name = 'ModuleNotFoundError';
  return error;
}

/** Node's messages about missing packages, with the way out. */
function explain(error: unknown, specifier: string, from: string): unknown {
  const code = (error as NodeJS.ErrnoException)?.code;
  if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') return error;
  const name = specifier.startsWith('@')
    ? specifier.split('/').slice(0, 2).join('/')
    : specifier.split('/')[0];
  // The error may be about something that the package itself imports.
  if (!String((error as Error).message).includes(`'${name}`)) return error;
  if (isLocal(specifier)) return error;
  return moduleError(
    `import: there is no package ${JSON.stringify(name)} in ${from} or above it. Install it with: npm install ${name}`,
  );
}

/** Real `import()` as a module in `from` would do it, one importer per folder. */
const importers = new Map<string, (specifier: string) => Promise<Namespace>>();

function importerFor(from: string): (specifier: string) => Promise<Namespace> {
  let importer = importers.get(from);
  if (!importer) {
    const script = new vm.Script('(specifier) => import(specifier)', {
      filename: join(from, 'cell.js'),
      importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    });
    importer = script.runInThisContext() as (specifier: string) => Promise<Namespace>;
    importers.set(from, importer);
  }
  return importer;
}

/** Imports that have not ended, for whom; and those that an interrupt has stopped, how often. */
const loads = new Map<string, { scope: CellScope | undefined; stops: number }>();

async function importPackage(specifier: string, from: string): Promise<Namespace> {
  const key = `${from} ${specifier}`;
  const before = loads.get(key);
  const stops = before ? before.stops + Number(before.scope?.stopped ?? false) : 0;
  const load = { scope: cellScope.getStore(), stops };
  loads.set(key, load);
  const end = () => {
    if (stops === 0) loads.delete(key);
    else load.scope = undefined;
  };
  try {
    const namespace = await importerFor(from)(stops === 0 ? specifier : againOf(specifier, from, stops));
    end();
    return namespace;
  } catch (error) {
    // Its evaluation was terminated.
    if (error === null) throw halfLoaded(specifier);
    end();
    const code = (error as NodeJS.ErrnoException)?.code ?? '';
    if (/^ERR_IMPORT_(ASSERTION|ATTRIBUTE)/.test(code)) {
      return { default: createRequire(join(from, 'cell.js'))(specifier) };
    }
    throw explain(error, specifier, from);
  }
}

/** Node keeps a module whose evaluation was stopped, for ever half-made: another query makes it another module. */
function againOf(specifier: string, from: string, stops: number): string {
  if (stops > 1) throw halfLoaded(specifier);
  try {
    const url = specifier.startsWith('file:')
      ? specifier
      : pathToFileURL(createRequire(join(from, 'cell.js')).resolve(specifier)).href;
    return `${url}?again=${stops}`;
  } catch {
    throw halfLoaded(specifier);
  }
}

function halfLoaded(specifier: string): Error {
  return moduleError(
    `import: an interrupt stopped ${JSON.stringify(specifier)} while it was being loaded, and Node keeps the half of it. ` +
      'Restart the kernel to load it whole',
  );
}

/** JSON, CommonJS and whatever else Node can load. */
async function importOther(path: string, specifier: string, from: string): Promise<Namespace> {
  if (extname(path) === '.json') {
    try {
      return { default: JSON.parse(readFileSync(path, 'utf8')) };
    } catch (error) {
      throw new SyntaxError(`import: ${path} is not JSON: ${(error as Error).message}`);
    }
  }
  if (extname(path) === '.cjs' || extname(path) === '.js') {
    try {
      forgetChangedCommonJs(path, new Set());
      const exports: unknown = createRequire(join(from, 'cell.js'))(path);
      rememberCommonJs(path, new Set());
      return { ...ownExports(exports), default: exports };
    } catch (error) {
      throw explain(error, specifier, from);
    }
  }
  return importPackage(pathToFileURL(path).href, from);
}

function ownExports(exports: unknown): Namespace {
  const holder = (typeof exports === 'object' && exports !== null) || typeof exports === 'function';
  return holder ? (exports as Namespace) : {};
}

/** Checks what a static import asked for. CommonJS exports that Node's lexer does not see count as well. */
function withExports(specifier: string, namespace: Namespace, names: readonly string[]): Namespace {
  const missing = names.filter((name) => name !== '*' && !(name in namespace));
  if (missing.length === 0) return namespace;
  const fallback = ownExports(namespace.default);
  const absent = missing.find((name) => !(name in fallback));
  if (absent === undefined) return { ...fallback, ...namespace };
  const known = Object.keys(namespace).slice(0, 12).join(', ');
  throw new SyntaxError(
    `The requested module '${specifier}' does not provide an export named '${absent}'` +
      (known ? `. It exports: ${known}` : ''),
  );
}

// Local ES modules and TypeScript -------------------------------------------------------------------------------------

interface LocalModule {
  module: SourceTextModule;
  version: string;
  /** Local files that it imports. */
  dependencies: Set<string>;
  /** The cell that caused the load. */
  cell: number;
}

const sources = new Map<string, LocalModule>();
const maps = new Map<string, SourceMap>();
/** The JavaScript of modules that were TypeScript. */
const compiled = new Map<string, string>();

function versionOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat ? `${stat.mtimeMs}:${stat.size}` : 'gone';
}

/** Whether a local file is loaded by us as an ES module. Packages and CommonJS are Node's. */
function isSourceModule(path: string): boolean {
  if (path.includes('/node_modules/')) return false;
  const extension = extname(path);
  if (TYPESCRIPT.has(extension) || extension === '.mjs') return true;
  if (extension !== '.js') return false;
  return packageType(dirname(path)) === 'module' || hasModuleSyntax(readFileSync(path, 'utf8'));
}

function packageType(from: string): string | undefined {
  for (let at = from; ; at = dirname(at)) {
    const file = join(at, 'package.json');
    if (statSync(file, { throwIfNoEntry: false })) {
      try {
        return JSON.parse(readFileSync(file, 'utf8')).type;
      } catch {
        return undefined;
      }
    }
    if (dirname(at) === at) return undefined;
  }
}

function hasModuleSyntax(source: string): boolean {
  try {
    new vm.Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`);
    return false;
  } catch (error) {
    return /import|export|await/.test(String((error as Error).message));
  }
}

/** Drops modules that an interrupted or failed load of an earlier cell left half-made. */
function forgetUnfinished(): void {
  const cell = currentCell();
  // CommonJS is loaded in one go: what is not whole when a cell asks never will be.
  for (const [path, module] of Object.entries(cellRequire.cache)) {
    if (module && !module.loaded) delete cellRequire.cache[path];
  }
  for (const [path, entry] of sources) {
    if (entry.module.status !== 'evaluated' && entry.cell !== cell) sources.delete(path);
  }
}

/** Drops `path` and what depends on a changed file below it; says whether it was dropped. */
function forgetChanged(path: string, seen: Map<string, boolean>): boolean {
  const known = seen.get(path);
  if (known !== undefined) return known;
  seen.set(path, false);
  const entry = sources.get(path);
  if (!entry) return true;
  let changed = entry.version !== versionOf(path) || entry.module.status === 'errored';
  for (const dependency of entry.dependencies) {
    if (forgetChanged(dependency, seen)) changed = true;
  }
  if (changed) sources.delete(path);
  seen.set(path, changed);
  return changed;
}

/** The user's own modules that are loaded: their paths. */
export function localModules(): string[] {
  return [...sources.keys()];
}

/** A local module for the debugger: its text, what V8 runs or will run of it, and the source map between the two. */
export function moduleScript(path: string): { code: string; js: string; map?: object } {
  const code = readFileSync(path, 'utf8');
  if (!TYPESCRIPT.has(extname(path))) return { code, js: code };
  if (!compiled.has(path)) {
    const { transformSync } = createRequire(import.meta.url)('esbuild') as typeof import('esbuild');
    compileTypeScript(path, code, 'esm', transformSync);
  }
  return { code, js: compiled.get(path) ?? '', map: maps.get(path)?.payload };
}

async function loadSource(path: string): Promise<SourceTextModule> {
  const module = await instantiate(path);
  if (module.status === 'unlinked') {
    await module.link((specifier, referrer) => link(specifier, fileURLToPath(referrer.identifier)));
  }
  return module;
}

async function instantiate(path: string): Promise<SourceTextModule> {
  const existing = sources.get(path);
  if (existing) return existing.module;
  const version = versionOf(path);
  const from = dirname(path);
  const url = pathToFileURL(path).href;
  const module = new vm.SourceTextModule(await transpile(path), {
    identifier: url,
    initializeImportMeta: (meta) => {
      Object.assign(meta, { url, dirname: from, filename: path });
    },
    importModuleDynamically: (specifier) => importFrom(specifier, from) as never,
  });
  sources.set(path, { module, version, dependencies: new Set(), cell: currentCell() });
  return module;
}

async function link(specifier: string, referrer: string): Promise<SourceTextModule | SyntheticModule> {
  const from = dirname(referrer);
  if (isLocal(specifier)) {
    const path = resolveLocal(specifier, from);
    if (isSourceModule(path)) {
      sources.get(referrer)?.dependencies.add(path);
      return instantiate(path);
    }
  }
  const namespace = await importFrom(specifier, from);
  const names = Object.keys(namespace);
  return new vm.SyntheticModule(
    names,
    function fill(this: SyntheticModule) {
      for (const name of names) this.setExport(name, namespace[name]);
    },
    { identifier: `${specifier} from ${referrer}` },
  );
}

async function transpile(path: string): Promise<string> {
  const source = readFileSync(path, 'utf8');
  if (!TYPESCRIPT.has(extname(path))) return source;
  return compileTypeScript(path, source, 'esm', (await import('esbuild')).transformSync);
}

/** What the nearest tsconfig.json above a module says of its JavaScript: which kind of decorators and of fields. */
function emitOptions(from: string): { experimentalDecorators?: boolean; useDefineForClassFields?: boolean } {
  for (let at = from; ; at = dirname(at)) {
    const file = join(at, 'tsconfig.json');
    if (statSync(file, { throwIfNoEntry: false })) {
      const { parse } = createRequire(import.meta.url)('json5') as typeof import('json5');
      try {
        const { compilerOptions } = parse(readFileSync(file, 'utf8'));
        const { experimentalDecorators, useDefineForClassFields } = compilerOptions ?? {};
        return { experimentalDecorators, useDefineForClassFields };
      } catch (error) {
        throw moduleError(`import: ${file} cannot be read: ${(error as Error).message}`);
      }
    }
    if (dirname(at) === at) return {};
  }
}

type Transform = typeof import('esbuild').transformSync;

function compileTypeScript(
  path: string,
  source: string,
  format: 'esm' | 'cjs',
  transform: Transform,
): string {
  try {
    const { code, map } = transform(source, {
      loader: extname(path) === '.tsx' ? 'tsx' : 'ts',
      format,
      target: 'node20',
      platform: 'node',
      sourcefile: path,
      sourcemap: 'external',
      logLevel: 'silent',
      tsconfigRaw: { compilerOptions: emitOptions(dirname(path)) },
    });
    maps.set(path, new SourceMap(JSON.parse(map)));
    compiled.set(path, code);
    return code;
  } catch (error) {
    const problem = (
      error as { errors?: { text: string; location: { line: number; column: number; lineText: string } }[] }
    ).errors?.[0];
    if (!problem) throw error;
    const { line, column, lineText } = problem.location;
    throw new SyntaxError(
      `${path}:${line}:${column + 1}: ${problem.text}\n  ${lineText}\n  ${' '.repeat(column)}^`,
    );
  }
}

function compileTypeScriptForRequire(module: NodeJS.Module, path: string): void {
  const { transformSync } = createRequire(import.meta.url)('esbuild') as typeof import('esbuild');
  const code = compileTypeScript(path, readFileSync(path, 'utf8'), 'cjs', transformSync);
  (module as NodeJS.Module & { _compile(code: string, path: string): void })._compile(code, path);
}

/** Puts the original lines of transpiled modules into a stack. */
export function mapModuleFrames(stack: string): string {
  if (maps.size === 0 || !stack.includes('\n    at ')) return stack;
  return stack.replace(
    /((?:file:\/\/)?\/[^\s():]+\.[mc]?tsx?):(\d+):(\d+)/g,
    (whole, file: string, line, column) => {
      const path = file.startsWith('file:') ? fileURLToPath(file) : file;
      const origin = maps.get(path)?.findEntry(Number(line) - 1, Number(column) - 1);
      if (!origin || !('originalLine' in origin)) return whole;
      return `${file}:${origin.originalLine + 1}:${origin.originalColumn + 1}`;
    },
  );
}

// CommonJS -------------------------------------------------------------------------------------------------------------

const commonJsVersions = new Map<string, string>();

function forgetChangedCommonJs(path: string, seen: Set<string>): boolean {
  const entry = cellRequire.cache[path];
  if (!entry || seen.has(path) || path.includes('/node_modules/')) return false;
  seen.add(path);
  let changed = commonJsVersions.get(path) !== versionOf(path);
  for (const child of entry.children) {
    if (forgetChangedCommonJs(child.filename, seen)) changed = true;
  }
  if (changed) delete cellRequire.cache[path];
  return changed;
}

function rememberCommonJs(path: string, seen: Set<string>): void {
  const entry = cellRequire.cache[path];
  if (!entry || seen.has(path) || path.includes('/node_modules/')) return;
  seen.add(path);
  commonJsVersions.set(path, versionOf(path));
  for (const child of entry.children) rememberCommonJs(child.filename, seen);
}
