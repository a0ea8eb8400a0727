// The shapes that cross the border of the language service: a compiled cell, its diagnostics and its position map,
// completions and inspection. No behaviour lives here; the service is in service.ts.

/** One message of the type checker, in the cell's own coordinates. */
export interface CellDiagnostic {
  /** TypeScript's number, as in TS2322; 0 for what TypeScript does not know, such as a magic. */
  code: number;
  message: string;
  category: 'error' | 'warning' | 'suggestion';
  /** 1-based line of the cell. */
  line: number;
  /** 1-based UTF-16 column. */
  column: number;
  /** UTF-16 units covered, at least 1. */
  length: number;
  /** 0-based UTF-16 offset in the cell. */
  start: number;
}

/** Where the text that V8 ran comes from: generated line and column (1-based) to the cell's (1-based). */
export interface PositionMap {
  toCell(line: number, column: number): { line: number; column: number } | undefined;
}

/** A cell after type check, rewriting and emit. */
export interface CompiledCell {
  id: string;
  /** The cell as the user wrote it. */
  code: string;
  /** What V8 evaluates in REPL mode; it ends with `//# sourceURL=<id>`. Empty when an error stops the cell. */
  js: string;
  diagnostics: CellDiagnostic[];
  /** True when a diagnostic of category `error` stops the cell. */
  failed: boolean;
  positions: PositionMap;
}

export interface CompletionMatch {
  text: string;
  /** Jupyter's type names: `function`, `class`, `instance`, `module`, `property`, `keyword`, `path`... */
  type: string;
  start: number;
  end: number;
  /** TypeScript's type of the entry, where it is cheap to know. */
  signature?: string;
}

export interface CompletionResult {
  matches: CompletionMatch[];
  /** UTF-16 offsets of the text that a match replaces. */
  start: number;
  end: number;
}

export interface InspectResult {
  found: boolean;
  text: string;
  markdown: string;
}

export interface CompletenessResult {
  status: 'complete' | 'incomplete' | 'invalid' | 'unknown';
  indent?: string;
}

export interface LanguageOptions {
  /** The notebook's folder: npm packages and relative imports resolve from here. */
  cwd: string;
  /** The `dist` folder of gradlab: `src/index.d.ts` and `src/operators.d.ts` lie below it. */
  libraryTypes: string;
}

/**
 * What the emitted JavaScript expects from the user process as the global `$cell`, besides the global `$op`.
 * `import.meta` becomes `$cell.meta`; `import x from 'y'` becomes `await $cell.import('y', ['default'])`.
 */
export interface CellRuntime {
  /** Hands over the value of the cell's last expression. */
  value(v: unknown): void;
  /**
   * Imports a module from the notebook's folder. `names` lists what a static import asked for: a name that the
   * module lacks must raise a SyntaxError, as a static import does.
   */
  import(specifier: string, names?: readonly string[]): Promise<Record<string, unknown>>;
  require(specifier: string): unknown;
  meta: { url: string; dirname: string; filename: string; resolve(specifier: string): string };
}

/** With this begin the variables that hold modules whose exports may change. */
export const LIVE = '$live_';

/** Exports of the library that are globals of every cell, as far as the library has them. */
export const PRELOADED = [
  'np',
  'nn',
  'optim',
  'data',
  'plot',
  'plt',
  'progress',
  'training',
  'learn',
  'grad',
  'valueAndGrad',
  'vjp',
  'jvp',
  'jacobian',
  'hessian',
  'hvp',
  'vmap',
  'customVjp',
  'checkpoint',
  'stopGradient',
  'circuit',
  'gradCheck',
  'gradCheckReport',
  'numericalGradient',
  'NDArray',
  'sprintf',
] as const;

/** What the kernel's widgets put into every cell: the namespace itself, and some of its members. */
export const WIDGET_NAMES: readonly string[] = ['widgets', 'interact', 'Comm', 'registerTarget'];
