// The language service of one kernel session: compiles cells, remembers what they declare, answers completion,
// inspection and completeness. No input makes it throw; when the compiler's process dies, it starts another.

import type { Analysis } from './analysis.js';
import { compileCalculation, type Known, readCalculation } from './calculation.js';
import { completeness } from './completeness.js';
import { complete } from './completion.js';
import type {
  CellDiagnostic,
  CompiledCell,
  CompletenessResult,
  CompletionResult,
  InspectResult,
  LanguageOptions,
  PositionMap,
} from './contract.js';
import { declarationTexts } from './declarations.js';
import { formatDiagnostics } from './diagnostics.js';
import { emit, LoweringError } from './emit.js';
import { addHints } from './hints.js';
import { moduleOf } from './imports.js';
import { inspect } from './inspection.js';
import {
  completeMagic,
  isCellMagic,
  MagicError,
  mayHaveMagics,
  type Translated,
  translateMagics,
} from './magics.js';
import { Lines } from './positions.js';
import { exportedElsewhere } from './suggest.js';
import { mapPrinted, mapStack, SOURCE_URL, scriptName, type TraceOptions } from './trace.js';
import { TypeService } from './types.js';
import { preloadCompiler } from './typescript.js';
import { floorDivisions } from './warnings.js';
import { startWatchdog, type Watchdog } from './watchdog.js';

/** Compiled cells that `commit` may still ask for, and cells that may be run again. */
const REMEMBERED = 64;

/** Cells that touch what the first real cells will need: types of the library, operators, brackets, errors. */
const WARM_UP = [
  'typeof 1',
  'const a = np.zeros([2, 2]), b = a * 2 + 1;\nfor (let i = 0; i < 2; i++) { a[i] -= b[0] }\na == b',
  "const text: string = 1; [1, 2].map((x) => x + 1)[0]; print('a')",
];

/** Milliseconds for the check of a cell, and for anything that is asked while typing. */
const asked = Number(process.env.GRADLAB_CHECK_TIMEOUT_S);
const CHECK_LIMIT = asked > 0 ? asked * 1000 : 15_000;
const ASK_LIMIT = 4_000;
/** A cell that runs longer than this leaves time for its declarations. */
const SETTLE_MS = 20;

/** The code of a diagnostic that is not TypeScript's: it has none to show. */
const OWN = 0;

const nowhere = { toCell: () => undefined };

export class LanguageService {
  private types: TypeService | undefined;
  private watchdog: Watchdog | undefined;
  private readonly analyses = new Map<string, Analysis>();
  /** Cells without errors, by their text. */
  private readonly checked = new Map<string, { cell: CompiledCell; analysis: Analysis }>();
  /** Names that cells declare but that are not there, and why. */
  private readonly absent = new Map<string, string>();
  /** Names that cells declared which failed while they ran, and what the user calls those cells. */
  private readonly unset = new Map<string, string>();
  /** What the cells declare that were run last. */
  private readonly declared = new Map<string, string[]>();
  /** The statements that declared names, as they were written. */
  private readonly sources = new Map<string, string>();
  /** Cells whose declarations are not in the session yet: that is done when there is time, or when they are needed. */
  private readonly committed: Analysis[] = [];
  private settling: NodeJS.Timeout | undefined;
  /** Names that the cell checked last declares. */
  private declaring: string[] = [];

  constructor(private readonly options: LanguageOptions) {}

  /**
   * Loads the compiler ahead of the first cell and runs every part of it once, in steps that leave the event loop
   * free between them. Never rejects.
   */
  async warmUp(): Promise<void> {
    try {
      await preloadCompiler();
    } catch {
      return; // The first cell will say what is wrong.
    }
    for (const code of WARM_UP) {
      await new Promise((resolve) => setImmediate(resolve));
      this.compile('warm-up', code);
      this.analyses.delete('warm-up');
    }
    this.complete('pr', 2);
  }

  /**
   * Type checks a cell, rewrites its operators and emits JavaScript. Commits nothing.
   * @param id the script name that stack frames will carry
   * @param label what the user calls the cell
   * @returns the JavaScript for V8's REPL mode; with errors the diagnostics and no JavaScript
   */
  compile(id: string, code: string, label = id): CompiledCell {
    const cell = this.compiled(id, code, label);
    if (cell.failed) return cell;
    const warnings = floorDivisions(code, (name) => this.known(name) !== undefined);
    return warnings.length > 0 ? { ...cell, diagnostics: [...cell.diagnostics, ...warnings] } : cell;
  }

  private compiled(id: string, code: string, label: string): CompiledCell {
    const calculation = readCalculation(code, (name) => this.known(name));
    if (calculation) return compileCalculation(id, code, calculation);
    return this.guard(
      (types) => {
        let magic: Translated | undefined;
        let text = code;
        const translate = () => {
          magic = translateMagics(code, types.session.variables());
          text = magic?.mapped.text ?? code;
        };
        try {
          if (isCellMagic(code)) translate();
          let cell = this.check(types, id, text);
          // What is TypeScript as it stands is never taken for anything else.
          if (cell.failed && !magic && mayHaveMagics(code)) {
            translate();
            if (magic) cell = this.check(types, id, text);
          }
          if (magic) cell = restore(cell, magic, code);
          return cell.failed ? this.teach(types, cell, label) : cell;
        } catch (error) {
          if (!(error instanceof MagicError)) throw error;
          return this.failure(id, code, error.start, error.message, error.length);
        }
      },
      (error) => this.failure(id, code, 0, `The type checker failed on this cell: ${messageOf(error)}`),
      { limit: CHECK_LIMIT },
    );
  }

  private known(name: string): Known {
    return this.guard(
      ({ session }) => session.known(name),
      () => undefined,
      { start: false },
    );
  }

  private check(types: TypeService, id: string, code: string): CompiledCell {
    const again = this.rerun(types, id, code);
    if (again) return again;
    const analysis = types.analyze(code);
    types.watchLocalModules(analysis);
    const cell = this.finish(id, code, analysis);
    this.declaring = analysis.top.declared.map((d) => d.name);
    if (!cell.failed) remember(this.checked, code, { cell, analysis });
    return cell;
  }

  /** A cell that is run again as it is, among the same names, needs no second check. */
  private rerun(types: TypeService, id: string, code: string): CompiledCell | undefined {
    const known = this.checked.get(code);
    if (!known) return undefined;
    this.checked.delete(code);
    if (!types.isCurrent(known.analysis)) return undefined;
    const { js } = known.cell;
    const cell = {
      ...known.cell,
      id,
      js: js.slice(0, js.lastIndexOf(SOURCE_URL)) + SOURCE_URL + scriptName(id),
    };
    remember(this.analyses, id, known.analysis);
    remember(this.checked, code, { ...known, cell });
    return cell;
  }

  /** Says the way out with every error, and remembers what the cell would have declared. */
  private teach(types: TypeService, cell: CompiledCell, label: string): CompiledCell {
    const diagnostics = addHints(cell.code, cell.diagnostics, {
      absent: (name) => this.absent.get(name),
      elsewhere: (name) => exportedElsewhere(types, name),
    });
    for (const name of this.declaring)
      this.absent.set(name, `${label}, which declares it, has an error: mend it and run it first.`);
    return { ...cell, diagnostics };
  }

  private finish(id: string, code: string, analysis: Analysis): CompiledCell {
    const { diagnostics } = analysis;
    const failed = diagnostics.some((d) => d.category === 'error');
    if (failed) return { id, code, js: '', diagnostics, failed, positions: nowhere };
    try {
      const { js, positions } = emit(analysis, id);
      remember(this.analyses, id, analysis);
      return { id, code, js, diagnostics, failed, positions };
    } catch (error) {
      if (!(error instanceof LoweringError)) throw error;
      return this.failure(id, code, error.start, error.message);
    }
  }

  private failure(id: string, code: string, start: number, message: string, length = 1): CompiledCell {
    const at = new Lines(code).at(Math.min(start, code.length));
    const diagnostic: CellDiagnostic = { code: OWN, message, category: 'error', ...at, length, start };
    return { id, code, js: '', diagnostics: [diagnostic], failed: true, positions: nowhere };
  }

  /** Makes the declarations of a compiled cell visible to later cells. */
  commit(id: string): void {
    const analysis = this.analyses.get(id);
    if (!analysis) return;
    this.analyses.delete(id);
    const names = analysis.top.declared.map((d) => d.name);
    for (const name of names) {
      this.absent.delete(name);
      this.unset.delete(name);
    }
    remember(this.declared, id, names);
    for (const [name, text] of declarationTexts(analysis)) this.sources.set(name, text);
    this.committed.push(analysis);
    // Not while the client waits for what a quick cell gives.
    this.settling ??= setTimeout(() => {
      this.settling = undefined;
      this.guard(
        (types) => types.settleDown(),
        () => undefined,
        { start: false },
      );
    }, SETTLE_MS).unref();
  }

  /** Brings what committed cells declare into the session. */
  private settle(types: TypeService): void {
    for (let analysis = this.committed[0]; analysis; analysis = this.committed[0]) {
      try {
        types.annotate(analysis);
      } catch (error) {
        analysis.annotations = []; // Without them, when this is tried again.
        throw error;
      }
      types.commit(analysis);
      this.committed.shift();
    }
  }

  /** A cell has failed while it ran: what it declares may have no value. */
  failed(id: string, label: string): void {
    for (const name of this.declared.get(id) ?? []) this.unset.set(name, label);
  }

  /** What the error of a running cell leaves unsaid: where a name without a value was declared. */
  explain(errorName: string, message: string): string | undefined {
    if (errorName !== 'ReferenceError') return undefined;
    const name = /^(?:Cannot access ')?([\w$]+)'? (?:is not defined|before initialization)$/.exec(
      message,
    )?.[1];
    const label = name && this.unset.get(name);
    return label && `${label} declares it, and failed before it had a value: run that cell again.`;
  }

  /** How imported variables that their modules change are read, by their names. */
  liveReads(): ReadonlyMap<string, string> {
    return this.guard(
      ({ session }) =>
        new Map(session.variables().live.map((name) => [name, moduleOf(name) + session.liveAccess(name)])),
      () => new Map(),
      { start: false },
    );
  }

  /** Whether a cell has declared the name. */
  declares(name: string): boolean {
    return this.guard(
      ({ session }) => session.has(name),
      () => false,
    );
  }

  /** Forgets what cells declared, but for the cell that asks for it: `%reset`. */
  forget(id: string): void {
    const kept = new Set(this.declared.get(id));
    this.checked.clear();
    this.guard(
      (types) => {
        for (const name of types.session.declaredNames()) {
          if (kept.has(name)) continue;
          this.sources.delete(name);
          this.absent.set(name, '%reset has forgotten it: run the cell that declares it again.');
        }
        types.forget(kept);
      },
      () => undefined,
      { start: false },
    );
  }

  /** Forgets every cell: the user process has started afresh. */
  reset(): void {
    this.analyses.clear();
    this.checked.clear();
    this.sources.clear();
    this.unset.clear();
    const lose = (name: string) =>
      this.absent.set(name, 'It went with the session that ended: run the cell that declares it again.');
    for (const { top } of this.committed.splice(0)) for (const { name } of top.declared) lose(name);
    this.guard(
      ({ session }) => {
        for (const name of session.declaredNames()) lose(name);
      },
      () => undefined,
      { start: false },
    );
    this.guard(
      (types) => types.reset(),
      () => undefined,
      { start: false },
    );
  }

  complete(code: string, offset: number): CompletionResult {
    const at = Math.min(Math.max(Math.trunc(offset) || 0, 0), code.length);
    const magics = completeMagic(code.slice(0, at));
    if (magics) {
      const { start, names } = magics;
      const matches = names.map(([text]) => ({ text, type: 'magic', start, end: at }));
      return { matches, start, end: at };
    }
    return this.guard(
      (types) => {
        const magic = this.magicOf(types, code);
        if (!magic) return complete(types, code, at, this.options.cwd);
        if (magic.foreign) return { matches: [], start: at, end: at };
        const { mapped } = magic;
        const found = complete(types, mapped.text, mapped.toGenerated(at), this.options.cwd);
        const range = { start: mapped.toSource(found.start), end: mapped.toSource(found.end) };
        return { matches: found.matches.map((match) => ({ ...match, ...range })), ...range };
      },
      () => ({ matches: [], start: at, end: at }),
    );
  }

  /** What stands at the cursor; with `detail` 1 its source too. */
  inspect(code: string, offset: number, detail: 0 | 1 = 0): InspectResult {
    const source = detail === 1 ? (name: string) => this.sources.get(name) : undefined;
    return this.guard(
      (types) => {
        const magic = this.magicOf(types, code);
        const at = Math.trunc(offset) || 0;
        if (magic?.foreign) return { found: false, text: '', markdown: '' };
        return magic
          ? inspect(types, magic.mapped.text, magic.mapped.toGenerated(at), source)
          : inspect(types, code, at, source);
      },
      () => ({ found: false, text: '', markdown: '' }),
    );
  }

  /** The magics of a cell that is being written. */
  private magicOf(types: TypeService, code: string): Translated | undefined {
    if (!/^[ \t]*(?:%|!\w+[ \t]+[-\w])/m.test(code)) return undefined;
    try {
      return translateMagics(code, types.session.variables());
    } catch {
      return undefined;
    }
  }

  isComplete(code: string): CompletenessResult {
    return this.guard<CompletenessResult>(
      (types) => {
        // The lines of a cell magic may be anything; an empty one ends them, as in IPython.
        if (isCellMagic(code))
          return /\n\s*$/.test(code) ? { status: 'complete' } : { status: 'incomplete', indent: '' };
        const plain = completeness(types.parse(code));
        const magic = plain.status === 'complete' ? undefined : this.magicOf(types, code);
        return magic ? completeness(types.parse(magic.mapped.text)) : plain;
      },
      () => ({ status: 'unknown' }),
    );
  }

  /** The diagnostics of a cell with code frames, as `tsc --pretty` prints them. */
  formatDiagnostics(cell: CompiledCell, executionLabel: string, color: boolean): string {
    return formatDiagnostics(cell, executionLabel, color);
  }

  /** A V8 stack in the cells' own lines and columns; see trace.ts. */
  mapStack(stack: string, cells: (id: string) => CompiledCell | undefined, options?: TraceOptions): string[] {
    try {
      return mapStack(stack, cells, options);
    } catch {
      return stack.split('\n');
    }
  }

  /** A text that cells printed, with the stacks in it in the cells' own positions; see trace.ts. */
  mapPrinted(...args: Parameters<typeof mapPrinted>): string {
    return mapPrinted(...args);
  }

  close(): void {
    this.analyses.clear();
    this.checked.clear();
    this.types?.compiler.close();
    this.types = undefined;
    this.watchdog?.close();
    this.watchdog = undefined;
  }

  /** Runs a request; if the compiler's process has died, or was ended for not answering, once more with a new one. */
  private guard<T>(
    request: (types: TypeService) => T,
    fallback: (error: unknown) => T,
    { start = true, limit = ASK_LIMIT } = {},
  ): T {
    if (!start && !this.types) return fallback(undefined);
    this.watchdog ??= startWatchdog();
    let last: unknown;
    for (let attempt = 0; attempt < 2; attempt++) {
      const begin = Date.now();
      try {
        this.types ??= new TypeService(this.options, (pid) => this.watchdog?.guard(pid));
        const { types } = this;
        return this.watchdog.run(limit, () => {
          this.settle(types);
          return request(types);
        });
      } catch (error) {
        const mute = Date.now() - begin >= limit;
        last = mute ? new Error(`it did not answer within ${limit / 1000} s`) : error;
        this.types?.compiler.close();
        // A cell has to be checked; nobody waits twice for a completion.
        if (mute && limit !== CHECK_LIMIT) break;
      }
    }
    return fallback(last);
  }
}

/** Adds the newest entry of a map that keeps only so many. */
function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  for (const old of map.keys()) {
    if (map.size <= REMEMBERED) break;
    map.delete(old);
  }
}

/** A cell that was checked in another form, in its own words and positions. */
function restore(cell: CompiledCell, { mapped, tail }: Translated, code: string): CompiledCell {
  const lines = new Lines(code);
  const diagnostics = cell.diagnostics.map((d) => {
    const start = mapped.toSource(d.start);
    const end = mapped.toSource(d.start + d.length - 1) + 1;
    return { ...d, start, length: Math.max(end - start, 1), ...lines.at(start) };
  });
  const js =
    tail && cell.js ? cell.js.replace(/\n\/\/# sourceURL=[^\n]*$/, (name) => `\n${tail}${name}`) : cell.js;
  const positions: PositionMap = {
    toCell: (line, column) => {
      const middle = cell.positions.toCell(line, column);
      return middle && mapped.toCell(middle.line, middle.column);
    },
  };
  return { ...cell, code, js, diagnostics, positions };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
