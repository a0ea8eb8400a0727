// The type service of a session: parses a cell, rewrites its operators until their operands' types are known, checks
// the rewritten cell against what earlier cells declared, and brings the diagnostics back to the cell's own text.
import { existsSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accumulators, beginnings } from './accumulators.js';
import type { Analysis, Parsed } from './analysis.js';
import { readAnnotations } from './annotations.js';
import { commitCell } from './committed.js';
import type { CellDiagnostic, LanguageOptions } from './contract.js';
import { readTopLevel } from './declarations.js';
import { diagnose, isIgnored, type SiteCall } from './diagnostics.js';
import { Disk } from './disk.js';
import { forwards } from './forwards.js';
import { GLOBALS } from './globals.js';
import { readImports } from './imports.js';
import { libraryTypes } from './library.js';
import { exportAccess, isLive, readLive } from './live.js';
import { mayNeedRare, nodeTypes } from './node-types.js';
import { depthBelow, indexNodes } from './nodes.js';
import { Operands } from './operands.js';
import { collectSites, type Site } from './operators.js';
import { Edits, Lines, literal, MappedText, type Mark } from './positions.js';
import { editSite } from './rewrite.js';
import { NO_PRELUDE, preludeText, retyped, Session } from './session.js';
import type { Ast, Diagnostic, Node, SourceFile, TsSymbol } from './typescript.js';
import { Compiler, SymbolFlags, SyntaxKind } from './typescript.js';

const MAX_PASSES = 7;
/** Perhaps an object literal rather than a block, as in `{ a: 1 }`. */
const STARTS_WITH_BRACE = /^(?:\s|\/\/.*\n|\/\*[\s\S]*?\*\/)*\{/;
/** TypeScript's comment at the top of a file; a cell is not at the top of what is checked. */
const NO_CHECK = /^(?:\s|\/\/.*\n)*\/\/\s*@ts-nocheck/;

/**
 * What a cell is analysed for: to be run, and so checked; to say what a name in it is; or to see all names that it
 * could mention, not only those that it does.
 */
export type Purpose = 'run' | 'look up' | 'look around';

interface Generated {
  /** Length of what stands before the cell. */
  head: number;
  mapped: MappedText;
  probes: Mark[][];
  calls: (Mark | undefined)[];
}

export class TypeService {
  readonly session: Session;
  readonly compiler: Compiler;
  readonly cellPath: string;
  /** Where cells import from. */
  readonly folder: string;
  private readonly jsxPath: string;
  private readonly sessionPath: string;
  private readonly settledPath: string;
  private readonly library: string;
  private readonly libraryPath: string;
  private libraryKnown = false;
  private readonly operands: Operands;
  private readonly disk: Disk;
  /** The namespaces of the cells that were committed. */
  private readonly spaces = new WeakMap<Analysis, string>();
  private readonly node = nodeTypes('./$gradlab-globals.d.ts');

  constructor(options: LanguageOptions, onStart?: (pid: number) => void) {
    const cwd = existsSync(options.cwd) ? realpathSync(options.cwd) : realpathSync(tmpdir());
    this.library = existsSync(options.libraryTypes)
      ? realpathSync(options.libraryTypes)
      : options.libraryTypes;
    const declarations = libraryTypes(this.library);
    this.libraryPath = declarations.index;
    this.session = new Session(declarations);
    this.folder = cwd;
    this.disk = new Disk(cwd);
    this.cellPath = join(cwd, '$gradlab-cell.ts');
    this.jsxPath = join(cwd, '$gradlab-cell-jsx.tsx');
    this.sessionPath = join(cwd, '$gradlab-session.ts');
    this.settledPath = join(cwd, '$gradlab-settled.ts');
    const globals = join(cwd, '$gradlab-globals.d.ts');
    const config = join(cwd, '$gradlab-tsconfig.json');
    const compilerOptions = {
      strict: true,
      target: 'es2023',
      lib: declarations.lib,
      module: 'esnext',
      moduleResolution: 'bundler',
      moduleDetection: 'force',
      customConditions: ['node'],
      types: ['node'],
      typeRoots: [this.node.root],
      paths: { ...this.node.paths, gradlab: [this.libraryPath] },
      skipLibCheck: true,
      noEmit: true,
      allowImportingTsExtensions: true,
      resolveJsonModule: true,
      esModuleInterop: true,
      allowJs: true,
      maxNodeModuleJsDepth: 0,
      jsx: 'preserve',
    };
    const files = [
      this.cellPath,
      this.jsxPath,
      this.sessionPath,
      this.settledPath,
      globals,
      ...declarations.files,
    ];
    const texts = new Map([
      [config, JSON.stringify({ compilerOptions, files })],
      [this.cellPath, NO_PRELUDE],
      [this.jsxPath, NO_PRELUDE],
      [this.sessionPath, this.session.texts().young],
      [this.settledPath, this.session.texts().settled],
      [globals, GLOBALS],
      ...this.node.files.map(({ path, usual }) => [path, usual] as const),
    ]);
    this.compiler = new Compiler({ cwd, config, files: texts }, onStart);
    this.operands = new Operands(this.compiler, this.session, this.library);
  }

  /** Starts the compiler and learns which names the library exports. */
  prepare(): void {
    if (this.libraryKnown) return;
    this.session.restrictLibrary(this.exportedNames() ?? new Set(this.libraryExports().map((s) => s.name)));
    this.libraryKnown = true;
  }

  /** The names that the library's module lists, without a checker; undefined where it takes all of another module. */
  private exportedNames(): Set<string> | undefined {
    const names = new Set<string>();
    for (const statement of this.compiler.sourceFile(this.libraryPath)?.statements ?? []) {
      if (statement.kind === SyntaxKind.ExportDeclaration) {
        const { exportClause } = statement as Ast.ExportDeclaration;
        if (!exportClause) return undefined;
        if (exportClause.kind === SyntaxKind.NamespaceExport) names.add(exportClause.name.text);
        else for (const { name } of (exportClause as Ast.NamedExports).elements) names.add(name.text);
      } else if (statement.kind !== SyntaxKind.ImportDeclaration) return undefined;
    }
    return names;
  }

  /** What the library exports. */
  libraryExports(): readonly TsSymbol[] {
    const { checker } = this.compiler;
    const place = { document: this.settledPath, position: 0 };
    const library = checker.resolveName('$lib', SymbolFlags.Namespace | SymbolFlags.Alias, place);
    const target = library && checker.getAliasedSymbol(library);
    return target && !checker.isUnknownSymbol(target) ? checker.getExportsOfModule(target) : [];
  }

  /** Parses without checking anything; `before` is what the cell will be checked with. */
  parse(code: string, before = NO_PRELUDE): Parsed {
    this.prepare();
    if (STARTS_WITH_BRACE.test(code)) {
      const object = this.parseAs(code, true, this.cellPath, before);
      const own = object.file.statements.filter((s) => s.end > object.origin);
      if (object.syntax.length === 0 && own.length === 1) return object;
    }
    const plain = this.parseAs(code, false, this.cellPath, before);
    if (plain.syntax.length > 0 && /<[\w>]/.test(code) && /\/>|<\/|<>/.test(code)) {
      const jsx = this.parseAs(code, false, this.jsxPath, before);
      if (jsx.syntax.length === 0) return jsx;
    }
    return plain;
  }

  private parseAs(code: string, wrapped: boolean, path: string, before: string): Parsed {
    const prefix = before + (wrapped ? '(' : '');
    const raw = prefix + code + (wrapped ? '\n)' : '');
    this.compiler.write(path, raw);
    this.compiler.parseAhead(path);
    const syntax = this.compiler.syntactic(path);
    const file = this.compiler.sourceFile(path);
    if (!file) throw new Error('the compiler lost the cell');
    return { code, raw, origin: prefix.length, file, path, syntax, wrapped, loose: [], retyped: new Map() };
  }

  /** Parses, rewrites and checks. */
  analyze(code: string, purpose: Purpose = 'run'): Analysis {
    this.disk.refresh(this.compiler);
    if (mayNeedRare(code)) for (const { path, whole } of this.node.files) this.compiler.write(path, whole);
    this.prepare();
    const everything = purpose === 'look around';
    const likely = this.session.likelyPrelude(code, everything);
    const plain = this.parse(code, preludeText(likely));
    const nulls = beginnings(plain);
    const parsed = { ...plain, loose: [...forwards(plain), ...nulls] };
    const { file, raw } = parsed;
    const top = readTopLevel(file, parsed.origin);
    const imports = readImports(file, raw).filter((i) => i.node.getStart() >= parsed.origin);
    const sites = collectSites(file, raw);
    const own = new Set(top.declared.map((d) => d.name));
    const needed = this.session.prelude(everything ? undefined : top.mentions, own);
    // A name too many does no harm, and saves another version of the program.
    const fits =
      [...needed.keys()].every((n) => likely.has(n)) && ![...likely.keys()].some((n) => own.has(n));
    const prelude = preludeText(fits ? likely : needed);
    const analysis: Analysis = {
      ...parsed,
      top,
      prelude: preludeText(needed),
      jsx: this.jsxFor(own),
      disk: this.disk.version,
      imports,
      sites,
      checked: new MappedText([], code),
      diagnostics: [],
      typeNames: new Set(),
      live: new Map(),
      liveUses: [],
      enumValues: [],
      annotations: undefined,
    };
    const broken = parsed.syntax.length > 0;
    this.operands.guess(sites, top.mentions);

    // Whoever asks while typing wants to know types, not errors.
    const checks = purpose === 'run' && !broken;
    const generated = this.settled(parsed, sites, prelude, checks);
    analysis.checked = generated.mapped;
    if (broken) {
      const lines = new Lines(code);
      analysis.diagnostics = parsed.syntax.map((d) =>
        this.place(d.code, d.text, d.pos - parsed.origin, d.end - parsed.origin, lines),
      );
      return analysis;
    }

    if (!checks) return analysis;
    this.check(analysis, prelude, generated);
    const { loose, earlier } = accumulators(analysis);
    const bases = forwards(analysis, analysis.diagnostics);
    for (const name of earlier.keys()) if (!this.session.has(name)) earlier.delete(name);
    const unlike = bases.some(({ text }, i) => text !== analysis.loose[i]?.text);
    if (loose.length + earlier.size > 0 || unlike) {
      Object.assign(analysis, { loose: [...bases, ...nulls, ...loose], retyped: earlier });
      const again = preludeText(retyped(fits ? likely : needed, earlier));
      this.check(analysis, again, this.settled(analysis, sites, again, true));
    }
    this.readValues(analysis);
    readLive(analysis, this.session, this.compiler.checker);
    for (const d of analysis.diagnostics)
      if (d.code === 2307 || d.code === 2792)
        this.disk.missing.add(code.slice(d.start + 1, d.start + d.length - 1));
    return analysis;
  }

  /** Rewrites the cell until the types of all operands are known. If it will be checked, that begins meanwhile. */
  private settled(parsed: Parsed, sites: Site[], prelude: string, checks: boolean): Generated {
    let generated = this.write(parsed, sites, prelude, 'typing');
    for (let pass = 0; pass < MAX_PASSES && sites.length > 0; pass++) {
      if (checks) this.compiler.checkAhead(parsed.path);
      const changed = this.operands.settle(parsed.path, sites, generated.probes);
      if (!changed) break;
      generated = this.write(parsed, sites, prelude, 'typing');
    }
    return generated;
  }

  /** Fills in the diagnostics of a rewritten cell. */
  private check(analysis: Analysis, prelude: string, settled: Generated): void {
    const { sites } = analysis;
    let generated = settled;
    analysis.checked = generated.mapped;
    analysis.diagnostics = [];
    let found = this.errors(analysis, generated);
    if (found.length > 0 && sites.some((s) => s.typing !== s.final || s.kind === 'truth')) {
      generated = this.write(analysis, sites, prelude, 'final');
      analysis.checked = generated.mapped;
      found = this.errors(analysis, generated);
    }
    if (found.length > 0) analysis.diagnostics = this.explain(analysis, generated, found);
    if (found.length > 1 && sites.some((s) => s.wrong)) {
      generated = this.write(analysis, sites, prelude, 'final');
      analysis.checked = generated.mapped;
      analysis.diagnostics = this.explain(analysis, generated, this.errors(analysis, generated));
    }
  }

  private place(code: number, message: string, from: number, to: number, lines: Lines): CellDiagnostic {
    const start = Math.min(Math.max(from, 0), lines.text.length);
    const end = Math.min(Math.max(to, start), lines.text.length);
    return { code, message, category: 'error', ...lines.at(start), length: Math.max(end - start, 1), start };
  }

  /** Writes the cell in one of its checked forms and remembers where everything came to lie. */
  private write(parsed: Parsed, sites: Site[], prelude: string, form: 'typing' | 'final'): Generated {
    const { raw, origin, code, wrapped } = parsed;
    const edits = new Edits(raw);
    const probes: Mark[][] = [];
    const calls: (Mark | undefined)[] = [];
    for (const { at, text } of parsed.loose) edits.close(at, text, -1);
    for (const site of sites) {
      const isTruth = site.kind === 'truth';
      probes.push(
        site.probes.map((node) =>
          edits.mark(
            node.getStart(),
            node.end,
            isTruth ? site.depth : depthBelow(site.node, node, site.depth),
          ),
        ),
      );
      const use = site[form];
      calls.push(
        use === 'plain' || isTruth ? undefined : edits.mark(site.node.getStart(), site.node.end, site.depth),
      );
      if (use !== 'plain' && !(isTruth && form === 'typing')) editSite(edits, site, use, 'cell');
    }
    const head = `${prelude}${wrapped ? '(' : ''}`;
    const body = edits.pieces(origin, origin + code.length, head.length);
    for (const piece of body) piece.source -= origin;
    const mapped = new MappedText([literal(head), ...body, literal(wrapped ? '\n)' : '', code.length)], code);
    this.compiler.write(parsed.path, mapped.text);
    this.operands.forget();
    return { head: head.length, mapped, probes, calls };
  }

  /** Errors that lie in the cell itself. */
  private errors({ path, code }: Parsed, { head, mapped }: Generated): Diagnostic[] {
    if (NO_CHECK.test(code)) return [];
    const length = mapped.text.length;
    return this.compiler.semantic(path).filter((d) => d.pos >= head && d.pos < length && !isIgnored(d));
  }

  private explain(analysis: Analysis, generated: Generated, found: Diagnostic[]): CellDiagnostic[] {
    const { checker } = this.compiler;
    const file = this.compiler.sourceFile(analysis.path) as SourceFile;
    const index = indexNodes(file);
    const calls: SiteCall[] = [];
    analysis.sites.forEach((site, i) => {
      const call = generated.calls[i];
      if (!call) return;
      const probes = generated.probes[i] as Mark[];
      calls.push({
        site,
        call,
        probes,
        type: (k) => {
          const mark = probes[k];
          const node = mark && index.get(mark.start * 0x200000 + mark.end);
          return node ? checker.getTypeAtLocation(node) : undefined;
        },
        isOperand: (pos, end) =>
          probes.some((mark) => {
            let node = index.get(mark.start * 0x200000 + mark.end);
            while (node?.kind === SyntaxKind.ParenthesizedExpression)
              node = (node as Ast.ParenthesizedExpression).expression;
            return node !== undefined && node.getStart() === pos && node.end === end;
          }),
      });
    });
    return diagnose(found, {
      code: analysis.code,
      origin: analysis.origin,
      mapped: generated.mapped,
      calls,
      checker,
      classify: (type) => this.operands.classify(type),
      isConstant: (name) => this.session.isConstant(name),
      folder: this.folder,
    });
  }

  /** Which imported names are types, and what the enum members are worth. */
  private readValues(analysis: Analysis): void {
    const { checker } = this.compiler;
    const bindings = analysis.imports.flatMap((i) => (i.typeOnly ? [] : i.bindings));
    if (bindings.length > 0) {
      const positions = bindings.map((b) =>
        analysis.checked.toGenerated(b.node.getStart() - analysis.origin),
      );
      const symbols = checker.getSymbolAtPosition(analysis.path, positions);
      bindings.forEach((binding, i) => {
        const symbol = symbols[i];
        if (!symbol || !(symbol.flags & SymbolFlags.Alias)) return;
        const target = checker.getAliasedSymbol(symbol);
        if (checker.isUnknownSymbol(target)) return;
        if (binding.imported !== '*' && isLive(target))
          analysis.live.set(binding.local, exportAccess(binding.imported));
        if (target.flags & SymbolFlags.Value) return;
        analysis.typeNames.add(binding.local);
      });
    }
    if (analysis.top.enums.length === 0) return;
    const file = this.compiler.sourceFile(analysis.path);
    const visit = (node: Node): undefined => {
      if (node.kind === SyntaxKind.EnumMember) analysis.enumValues.push(checker.getConstantValue(node));
      else node.forEachChild(visit);
      return undefined;
    };
    file?.forEachChild(visit);
  }

  /** The types of a cell's declarations, written down for the session; see annotations.ts. */
  annotate(analysis: Analysis): void {
    if (analysis.annotations) return;
    if (this.compiler.read(analysis.path) !== analysis.checked.text) {
      // Something else has been asked since.
      this.compiler.write(analysis.path, analysis.checked.text);
      this.operands.forget();
    }
    analysis.annotations = readAnnotations(analysis, {
      compiler: this.compiler,
      isArray: (type) => this.operands.isArray(type),
      isTaken: (name) => this.session.has(name),
    });
  }

  /**
   * Makes a cell's declarations visible to the next. When it is run again as it was, and nothing else has been declared
   * under its names, nothing changes: what was built on them need not be checked again either.
   */
  commit(analysis: Analysis): void {
    const space = this.spaces.get(analysis);
    const names = analysis.top.declared.map((d) => d.name);
    if (space !== undefined && this.session.isNewest(space, names)) return;
    const cell = commitCell(analysis, (name) => this.session.isConstant(name));
    this.spaces.set(analysis, this.session.commit(cell));
    this.writeSession();
    if (cell.aliases.length > 0) {
      // What is imported has changed; both files at once, then, and before the next cell comes.
      this.compiler.write(this.cellPath, NO_PRELUDE);
      this.compiler.flush();
    }
  }

  private writeSession(): void {
    const { young, settled } = this.session.texts();
    this.compiler.write(this.settledPath, settled);
    this.compiler.write(this.sessionPath, young);
  }

  /** Takes in what was committed, so that the next cell need not wait for it. */
  settleDown(): void {
    void this.compiler.program;
    this.compiler.giveRoom();
  }

  reset(): void {
    this.operands.reset();
    this.session.reset();
    this.writeSession();
    this.compiler.invalidate();
  }

  /** Forgets all declarations but these. */
  forget(kept: ReadonlySet<string>): void {
    this.session.forget(kept);
    this.writeSession();
  }

  /** Whether a cell that was checked before would be checked to the same end now. */
  isCurrent({ top, prelude, imports, jsx, disk }: Analysis): boolean {
    this.disk.refresh(this.compiler);
    if (imports.length > 0 || top.dynamicImports.length > 0) return false;
    if (this.session.augments || this.disk.version !== disk) return false;
    const own = new Set(top.declared.map((d) => d.name));
    return preludeText(this.session.prelude(top.mentions, own)) === prelude && this.jsxFor(own) === jsx;
  }

  private jsxFor(own: ReadonlySet<string>): Analysis['jsx'] {
    return (['React', 'h'] as const).find((name) => own.has(name) || this.session.has(name));
  }

  /** Remembers the local modules that a cell brought in, to see when they are edited. */
  watchLocalModules({ imports, top }: Analysis): void {
    if (imports.length === 0 && top.dynamicImports.length === 0) return;
    this.disk.watch(this.compiler.program.getSourceFileNames(), this.library);
  }
}
