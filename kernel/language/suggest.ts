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
function namesOfNode(): ReadonlyMap<string, string> {
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
function importLine(name: string): string | undefined {
  if (MODULES.includes(name)) return `import ${name} from 'node:${name}'`;
  const module = namesOfNode().get(name);
  return module && `import { ${name} } from 'node:${module}'`;
}

const SPACES = ['np', 'nn', 'optim', 'plot', 'data', 'training'];

interface Exported {
  /** As it is written in a cell; an import line for what is no global. */
  text: string;
  /** The library's name that has it. */
  space: string | undefined;
  /** Whether it is more than a type; found out when it is first offered. */
  isValue?: boolean;
}

const libraries = new WeakMap<TypeService, Map<string, Exported>>();

function behind(service: TypeService, symbol: TsSymbol): TsSymbol {
  return symbol.flags & SymbolFlags.Alias ? service.compiler.checker.getAliasedSymbol(symbol) : symbol;
}

/** What one of the library's names holds. Symbols are of one program: they are never kept. */
function membersOf(service: TypeService, space: string, exports: readonly TsSymbol[]): readonly TsSymbol[] {
  const owner = exports.find((s) => s.name === space);
  return owner ? service.compiler.checker.getExportsOfModule(behind(service, owner)) : [];
}

/** Names inside the library's namespaces, and what it exports besides. */
function namesOfLibrary(service: TypeService): Map<string, Exported> {
  const known = libraries.get(service);
  if (known) return known;
  const found = new Map<string, Exported>();
  const exports = service.libraryExports();
  for (const space of SPACES) {
    for (const { name } of membersOf(service, space, exports))
      if (!found.has(name) && name !== 'default') found.set(name, { text: `${space}.${name}`, space });
  }
  for (const { name } of exports)
    if (!found.has(name) && !name.startsWith('$'))
      found.set(name, { text: `import { ${name} } from 'gradlab'`, space: undefined });
  libraries.set(service, found);
  return found;
}

/** `np.zeros` for `zeros`, an import line for `readFileSync`. */
export function exportedElsewhere(service: TypeService, name: string): string | undefined {
  return namesOfLibrary(service).get(name)?.text ?? importLine(name);
}

/** How much has to be typed before names from elsewhere are offered, and how many are. */
const TYPED = 3;
const OFFERED = 12;

/** Names from elsewhere that begin with what was typed, as they have to be written. */
export function namesElsewhere(service: TypeService, typed: string): { text: string; signature: string }[] {
  if (typed.length < TYPED) return [];
  const out: { text: string; signature: string }[] = [];
  const members = new Map<string, readonly TsSymbol[]>();
  for (const [name, exported] of namesOfLibrary(service)) {
    const { text, space } = exported;
    if (!name.startsWith(typed) || !space) continue;
    if (exported.isValue === undefined) {
      const among = members.get(space) ?? membersOf(service, space, service.libraryExports());
      members.set(space, among);
      const symbol = among.find((s) => s.name === name);
      exported.isValue = !!symbol && (behind(service, symbol).flags & SymbolFlags.Value) !== 0;
    }
    if (exported.isValue) out.push({ text, signature: 'of the library' });
    if (out.length === OFFERED) return out;
  }
  for (const [name, module] of namesOfNode())
    if (name.startsWith(typed))
      out.push({ text: name, signature: `import { ${name} } from 'node:${module}'` });
  return out.slice(0, OFFERED);
}
