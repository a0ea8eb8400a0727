// What earlier cells leave to later ones, for the type checker: a virtual module in which every committed cell is a
// namespace, and the table of names that a new cell sees. The newest declaration of a name wins; functions and
// classes of older cells keep the meanings they were written with. What is declared with every new cell is read again,
// so most of the namespaces are in a second module that is written anew only now and then.
import type { Known } from './calculation.js';
import { PRELOADED, WIDGET_NAMES } from './contract.js';
import type { LibraryTypes } from './library.js';

const YOUNG = '"./$gradlab-session"';
const SETTLED = '"./$gradlab-settled"';

/** How a name of an earlier cell is brought into a later one. */
export type NameKind = 'alias' | 'variable';

export interface Declared {
  /** The name in the cell. */
  name: string;
  /** The exported name in the cell's namespace, where that differs. */
  exported: string;
  /** `variable` can be assigned in later cells; `alias` keeps every meaning (class, type, enum, constant...). */
  kind: NameKind;
  /** Declared with `const`. */
  constant: boolean;
  /** An import that its module may change: how it is read off the module. */
  live?: string;
  /** Its type is that of a number. */
  number?: boolean;
}

export interface CommittedCell {
  /** Body of the namespace: the checked cell with `export` before its declarations. */
  body: string;
  /** Import statements with private names, for the top of the module. */
  imports: (space: string) => string;
  /** Names that those imports give to the cell. */
  aliases: string[];
  declared: Declared[];
  /** Extends global or module declarations, and so is never forgotten. */
  augments: boolean;
  /** Names of earlier cells that the cell mentions. */
  mentions: ReadonlySet<string>;
}

/** What brings earlier names into a cell, by name: an export of the session module, and a declaration. */
export type Prelude = ReadonlyMap<string, { from: string; text: string }>;

/**
 * On one line. Nothing is imported that is not needed: for some of its answers the compiler looks through everything
 * that can be reached by the imports of a file.
 */
export function preludeText(prelude: Prelude): string {
  const brought = [...prelude.values()];
  const from = new Set(['$op', ...brought.map((b) => b.from)]);
  return `import { ${[...from].join(', ')} } from ${YOUNG};${brought.map((b) => b.text).join('')}`;
}

/** The same names, some of them of other types than their own. */
export function retyped(prelude: Prelude, types: ReadonlyMap<string, string>): Prelude {
  const changed = [...types].map(
    ([name, type]) => [name, { from: '$op', text: `declare let ${name}: ${type};` }] as const,
  );
  return new Map([...prelude, ...changed]);
}

/** For a cell that needs no earlier names. */
export const NO_PRELUDE = preludeText(new Map());

const NAME = /[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/gu;
/** What probably declares a name, or a list of names in braces or brackets. */
const DECLARES =
  /\b(?:const|let|var|function\s*\*?|class|interface|type|enum|namespace|import)\s*(?:([\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*)|[{[]([^}\]=]*)[}\]])/gu;

interface Entry extends CommittedCell {
  space: string;
  /** Where each mentioned name came from when the cell was committed. */
  seen: Map<string, Visible>;
  /** Its namespace is in the settled module. */
  settled: boolean;
}

interface Visible {
  space: string;
  declared: Declared;
}

/** Types of `$op`: the library's, with brackets and truth values as strict as a cell wants them. */
const OPERATORS = `
type $Any<X, Y, N> = boolean extends (X extends never ? true : false) ? Y : N;
interface $List<T> { [index: number]: T }
interface $Strict {
  get<X>(x: X, index: $Any<X, readonly unknown[], never>): any;
  get<T>(x: $List<T>, index: readonly [$NDArray]): T;
  get<T extends $BracketTypes, const I extends readonly unknown[]>(x: $TypedBrackets<T>, index: I): (T & { readonly indices: I })['result'];
  get<I extends readonly unknown[], R>(x: $Bracketed<I, R>, index: I): R;
  get<A extends $NDArray>(x: A, index: readonly $Index[]): A;
  set<X, V>(x: X, index: $Any<X, readonly unknown[], never>, value: V): V;
  set<T>(x: $List<T>, index: readonly [$NDArray], value: T): T;
  set<V extends $ArrayLike>(x: $NDArray, index: readonly $Index[], value: V): V;
  update<X>(x: X, index: $Any<X, readonly unknown[], never>, verb: string, value: unknown): any;
  update<T>(x: $List<T>, index: readonly [$NDArray], verb: string, value: T): T;
  update<A extends $NDArray>(x: A, index: readonly $Index[], verb: string, value: $ArrayLike): A;
  truth(x: unknown): boolean;
}
export declare const $op: Omit<typeof $library_op, keyof $Strict> & $Strict;
export declare const $array: $NDArray;
export declare const $bracketed: $Bracketed<any, any>;
export declare function $await<T>(value: T): Awaited<T>;
`;

/** What the young module needs of the settled one; everything else is found by way of the module itself. */
const YOUNG_HEADER =
  `export * from ${SETTLED};\nimport * as $self from ${YOUNG};\n` +
  `import { $op, $await, type $NDArray } from ${SETTLED};\n`;
/** So many cells are young at a time. */
const YOUNG_CELLS = 12;

export class Session {
  private readonly entries = new Map<string, Entry>();
  private readonly visible = new Map<string, Visible>();
  private counter = 0;
  private readonly header: string;
  private settledText: string;
  private readonly widgetNames: readonly string[];

  constructor(
    { specifiers }: LibraryTypes,
    /** Which of the library's names exist; asked of the checker once. */
    private libraryNames: readonly string[] = PRELOADED,
  ) {
    const [index, operators] = [specifiers.index, specifiers.operators].map((name) => JSON.stringify(name));
    this.header =
      `import * as $lib from ${index};\nimport * as $self from ${SETTLED};\n` +
      `import { $op as $library_op, type Bracketed as $Bracketed, type BracketTypes as $BracketTypes, ` +
      `type TypedBrackets as $TypedBrackets } from ${operators};\n` +
      `import type { NDArray as $NDArray, ArrayLike as $ArrayLike } from ${index};\nexport type { $NDArray };\n` +
      `type $Index = Parameters<$NDArray['at']>[number];\nexport { ${PRELOADED.join(', ')} } from ${index};\n${OPERATORS}`;
    this.widgetNames = specifiers.widgets ? WIDGET_NAMES : [];
    if (specifiers.widgets)
      this.header +=
        `export * as widgets from ${JSON.stringify(specifiers.widgets)};\n` +
        `export { ${WIDGET_NAMES.filter((name) => name !== 'widgets').join(', ')} } from ${JSON.stringify(specifiers.widgets)};\n`;
    this.settledText = this.header;
  }

  /** Keeps only the library names that exist. */
  restrictLibrary(exports: ReadonlySet<string>): void {
    this.libraryNames = [...PRELOADED.filter((name) => exports.has(name)), ...this.widgetNames];
  }

  /** Texts of the session module and of the settled one, which the first re-exports. */
  texts(): { young: string; settled: string } {
    const young = [...this.entries.values()].filter((entry) => !entry.settled);
    return { young: YOUNG_HEADER + this.write(young), settled: this.settledText };
  }

  private write(entries: Iterable<Entry>): string {
    let imports = '';
    let spaces = '';
    for (const entry of entries) {
      imports += entry.imports(entry.space);
      let bring = '';
      for (const [name, from] of entry.seen) {
        const near = this.entries.get(from.space)?.settled === entry.settled;
        bring += bringIn(name, from, near ? '' : '$self.');
      }
      const own = new Set(entry.declared.map((d) => d.name));
      for (const name of this.libraryNames)
        if (entry.mentions.has(name) && !own.has(name) && !entry.seen.has(name))
          bring += `import ${name} = $self.${name};`;
      for (const name of entry.aliases) {
        imports += `export { ${entry.space}_${name} };\n`;
        // Only a dotted name brings in types as well, so the module imports itself.
        bring += `export import ${name} = $self.${entry.space}_${name};`;
      }
      spaces += `export namespace ${entry.space} {${bring}\n${entry.body}\n}\n`;
    }
    return imports + spaces;
  }

  /** Moves all cells into the settled module; those that are gone leave it. */
  private settle(): void {
    for (const entry of this.entries.values()) entry.settled = true;
    this.settledText = this.header + this.write(this.entries.values());
  }

  /** Declarations that give a cell the names it mentions, by name. `undefined` means every visible name. */
  prelude(mentions: ReadonlySet<string> | undefined, own: ReadonlySet<string>): Prelude {
    const found = new Map<string, { from: string; text: string }>();
    for (const name of this.libraryNames) {
      if (own.has(name) || this.visible.has(name) || (mentions && !mentions.has(name))) continue;
      found.set(name, { from: name, text: '' });
    }
    for (const [name, from] of this.visible) {
      if (own.has(name) || (mentions && !mentions.has(name))) continue;
      found.set(name, { from: from.space, text: bringIn(name, from, '') });
    }
    return found;
  }

  /** What a cell that has not been parsed will probably need: a parse with the right names need not be repeated. */
  likelyPrelude(code: string, everything: boolean): Prelude {
    const own = new Set<string>();
    for (const [, name, list] of code.matchAll(DECLARES)) {
      if (name) own.add(name);
      for (const [part] of list?.matchAll(NAME) ?? []) own.add(part);
    }
    return this.prelude(everything ? undefined : new Set(code.match(NAME)), own);
  }

  /** Whether an earlier cell declared the name. */
  has(name: string): boolean {
    return this.visible.has(name);
  }

  /** How an imported name that may change is read off its module. */
  liveAccess(name: string): string | undefined {
    return this.visible.get(name)?.declared.live;
  }

  /** A name of an earlier cell that can be given another value. */
  isVariable(name: string): boolean {
    const declared = this.visible.get(name)?.declared;
    return declared?.kind === 'variable' && !declared.constant && declared.live === undefined;
  }

  /** A name of the library or of the kernel's widgets that no cell has declared. */
  isOfLibrary(name: string): boolean {
    return this.libraryNames.includes(name) && !this.visible.has(name);
  }

  isConstant(name: string): boolean {
    return this.visible.get(name)?.declared.constant ?? false;
  }

  /** What is known of a name without asking the checker. */
  known(name: string): Known {
    const declared = this.visible.get(name)?.declared;
    if (!declared || declared.live !== undefined) return undefined;
    if (declared.number) return 'number';
    return declared.constant || declared.kind === 'variable' ? 'value' : undefined;
  }

  /** Names that earlier cells declared. */
  declaredNames(): Iterable<string> {
    return this.visible.keys();
  }

  /** The names of earlier cells as magics want them. */
  variables(): { names: string[]; live: string[] } {
    const names = [...this.visible.keys()];
    return { names, live: names.filter((name) => this.liveAccess(name) !== undefined) };
  }

  /** Names that a cell has without declaring them: of earlier cells (newest first) and of the library. */
  names(): string[] {
    return [...[...this.visible.keys()].reverse(), ...this.libraryNames];
  }

  /** Whether all names that a cell declared still mean what it declared. @param space what `commit` gave for it */
  isNewest(space: string, names: Iterable<string>): boolean {
    for (const name of names) if (this.visible.get(name)?.space !== space) return false;
    return this.entries.has(space);
  }

  /** @returns the namespace of the cell */
  commit(cell: CommittedCell): string {
    const space = `$c${++this.counter}`;
    const own = new Set(cell.declared.map((d) => d.name));
    const seen = new Map<string, Visible>();
    for (const name of cell.mentions) {
      const from = this.visible.get(name);
      if (from && !own.has(name)) seen.set(name, from);
    }
    if (cell.declared.length === 0 && !cell.augments) return space;
    this.entries.set(space, { ...cell, space, seen, settled: false });
    for (const declared of cell.declared) this.visible.set(declared.name, { space, declared });
    this.sweep();
    const young = [...this.entries.values()].filter((entry) => !entry.settled);
    // Another import has the compiler look at the whole program anyway: once, then, and not when the cell is moved.
    if (young.length > YOUNG_CELLS || cell.imports(space) !== '') this.settle();
    return space;
  }

  /** Forgets cells that no visible name leads to, so that running a cell a thousand times keeps one copy. */
  private sweep(): void {
    const live = new Set<string>();
    const follow = (space: string): void => {
      if (live.has(space)) return;
      live.add(space);
      for (const from of this.entries.get(space)?.seen.values() ?? []) follow(from.space);
    };
    for (const from of this.visible.values()) follow(from.space);
    for (const entry of this.entries.values()) if (entry.augments) follow(entry.space);
    for (const space of [...this.entries.keys()]) if (!live.has(space)) this.entries.delete(space);
  }

  /** Forgets all names but these. */
  forget(kept: ReadonlySet<string>): void {
    for (const name of [...this.visible.keys()]) if (!kept.has(name)) this.visible.delete(name);
    for (const entry of this.entries.values()) entry.augments = false;
    this.sweep();
    this.settle();
  }

  reset(): void {
    this.entries.clear();
    this.visible.clear();
    this.settle();
  }

  /** Whether some cell extends global declarations. */
  get augments(): boolean {
    for (const entry of this.entries.values()) if (entry.augments) return true;
    return false;
  }

  get size(): number {
    return this.entries.size;
  }
}

/** @param root what stands before the namespace of the cell that declares the name */
function bringIn(name: string, { space, declared }: Visible, root: string): string {
  return declared.kind === 'alias'
    ? `import ${name} = ${root}${space}.${declared.exported};`
    : `declare let ${name}: typeof ${root}${space}.${declared.exported};`;
}
