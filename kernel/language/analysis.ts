// What is known of a cell: as it was parsed, and after its types were found out. The type service fills it in; whoever
// emits, commits, completes or explains the cell reads it.
import type { Loosened } from './accumulators.js';
import type { CellDiagnostic } from './contract.js';
import type { TopLevel } from './declarations.js';
import type { ImportStatement } from './imports.js';
import type { Site } from './operators.js';
import type { MappedText } from './positions.js';
import type { Diagnostic, SourceFile } from './typescript.js';

/** A cell as parsed, before its types are known. */
export interface Parsed {
  code: string;
  /** What was parsed: a fixed prefix, the cell, perhaps a closing parenthesis. */
  raw: string;
  /** Offset of the cell in `raw`. */
  origin: number;
  file: SourceFile;
  path: string;
  syntax: readonly Diagnostic[];
  /** The cell is one object literal, parsed in parentheses. */
  wrapped: boolean;
  /** What makes declarations be of any type, see accumulators.ts. */
  loose: readonly Loosened[];
  /** The same for names of earlier cells: the types that they have from this cell on. */
  retyped: ReadonlyMap<string, string>;
}

export interface Analysis extends Parsed {
  top: TopLevel;
  /** What gave the cell the names of earlier cells: the same text again means the same types. */
  prelude: string;
  /** Who makes the elements of JSX: React or a function `h` where they are in scope, else the kernel. */
  jsx: 'React' | 'h' | undefined;
  /** Which state of the disk it was checked against. */
  disk: number;
  imports: ImportStatement[];
  sites: Site[];
  /** The text that was checked last, with its map to the cell. */
  checked: MappedText;
  diagnostics: CellDiagnostic[];
  /** Imported names that have no value and so leave no trace in the JavaScript. */
  typeNames: Set<string>;
  /** Names that this cell imports and their modules may change, and how they are read off the module. */
  live: Map<string, string>;
  /** Where the cell uses such a name, its own or an earlier cell's. */
  liveUses: LiveUse[];
  /** Annotations to write down when the cell is committed: where in `raw`, and the type. Found out by `annotate`. */
  annotations: Annotation[] | undefined;
  /** Values of enum members in the order of the text; undefined where they are computed at run time. */
  enumValues: (string | number | undefined)[];
}

export interface Annotation {
  /** Where in the parsed text it belongs. */
  at: number;
  type: string;
}

/** Where a live name stands in a cell, and what takes its place. */
export interface LiveUse {
  start: number;
  end: number;
  text: string;
}
