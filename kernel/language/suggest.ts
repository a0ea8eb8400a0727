// Where a name that a cell does not know is exported: a member of np, nn or another name of the library, a module of
// Node. For error messages and for completion.
import { createRequire } from 'node:module';
import type { TypeService } from './types.js';
import type { TsSymbol } from './typescript.js';
import { SymbolFlags } from './typescript.js';

/** Modules whose names are worth knowing, the likeliest first. */
const MODULES =
  'fs path os util url crypto zlib events readline child_process perf_hooks worker_threads stream http https assert fs/promises timers/promises'.split(
    ' ',
  );

/** Functions with these names exist in several modules; one of them is nearly always meant. */
const NOT_OFFERED = new Set(['default', 'constants', 'promises', 'test']);

let nodeNames: Map<string, string> | undefined;

/** Names that modules of Node export, with their modules; read off the modules themselves, once. */
export function namesOfNode(): ReadonlyMap<string, string> {
  if (nodeNames) return nodeNames;
  const require = createRequire(import.meta.url);
  nodeNames = new Map();
  for (const module of MODULES) {
    const exports = require(`node:${module}`) as object;
    for (const name of Object.keys(exports))
      if (!NOT_OFFERED.has(name) && !name.startsWith('_') && !nodeNames.has(name))
        nodeNames.set(name, module);
  }
  return nodeNames;
}

/** The import line that brings a name of Node's modules in. */
export function importLine(name: string): string | undefined {
  if (MODULES.includes(name)) return `import ${name} from 'node:${name}'`;
  const module = namesOfNode().get(name);
  return module && `import { ${name} } from 'node:${module}'`;
}

const SPACES = ['np', 'nn', 'optim', 'plot', 'data', 'training'];
const libraries = new WeakMap<TypeService, Map<string, string>>();

/** Names inside the library's namespaces, as they are written in a cell. */
function namesOfLibrary(service: TypeService): ReadonlyMap<string, string> {
  const known = libraries.get(service);
  if (known) return known;
  const found = new Map<string, string>();
  const { checker } = service.compiler;
  const behind = (s: TsSymbol): TsSymbol => (s.flags & SymbolFlags.Alias ? checker.getAliasedSymbol(s) : s);
  const exports = service.libraryExports();
  for (const space of SPACES) {
    const symbol = exports.find((s) => s.name === space);
    if (!symbol) continue;
    for (const member of checker.getExportsOfModule(behind(symbol)))
      if (!found.has(member.name) && member.name !== 'default')
        found.set(member.name, `${space}.${member.name}`);
  }
  for (const symbol of exports)
    if (!found.has(symbol.name) && !symbol.name.startsWith('$'))
      found.set(symbol.name, `import { ${symbol.name} } from 'gradlab'`);
  libraries.set(service, found);
  return found;
}

/** `np.zeros` for `zeros`, an import line for `readFileSync`. */
export function exportedElsewhere(service: TypeService, name: string): string | undefined {
  return namesOfLibrary(service).get(name) ?? importLine(name);
}
