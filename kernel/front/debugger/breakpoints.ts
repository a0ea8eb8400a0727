// Breakpoints: what the client asked for, by file, and where that is in V8's scripts. A cell may run before and after
// its breakpoints are set, and every run is a script of its own; new runs get them before their first line.
import type { CompiledCell } from '../../language/index.js';
import { placeOfLine } from '../../language/places.js';
import type { SourceBreakpoint } from './dap.js';
import type { Inspector } from './inspector.js';

/** Runs of one cell that still get its breakpoints: closures of older ones are rarely alive. */
const RUNS = 16;

interface Location {
  lineNumber: number;
  columnNumber: number;
}

/** A file's breakpoint as the client sees it. */
export interface Breakpoint extends SourceBreakpoint {
  id: number;
}

export interface BreakpointHost {
  inspector: Inspector;
  /** The scripts of a file, the newest last: runs of a cell, or a module. */
  scriptsOf(path: string): Promise<CompiledCell[]>;
  /** An expression of cells as JavaScript that a frame can evaluate. */
  compile(expression: string): Promise<string>;
}

export class Breakpoints {
  private readonly files = new Map<string, Breakpoint[]>();
  /** V8's ids: to which of ours they belong. */
  private readonly placed = new Map<string, { path: string; id: number }>();
  private count = 0;

  constructor(private readonly host: BreakpointHost) {}

  /** What is set, by file. */
  get all(): [string, Breakpoint[]][] {
    return [...this.files].filter(([, list]) => list.length > 0);
  }

  /** Replaces a file's breakpoints, in the scripts that it has already. */
  async set(path: string, asked: SourceBreakpoint[]): Promise<Breakpoint[]> {
    const { inspector } = this.host;
    const old = [...this.placed].filter(([, { path: of }]) => of === path);
    for (const [breakpointId] of old) {
      this.placed.delete(breakpointId);
      await inspector.post('Debugger.removeBreakpoint', { breakpointId });
    }
    const list = asked.map((each) => ({ ...each, id: ++this.count }));
    this.files.set(path, list);
    for (const cell of (await this.host.scriptsOf(path)).slice(-RUNS)) await this.place(path, list, cell);
    return list;
  }

  /** Sets a cell's breakpoints in a script that is about to run. */
  async prepare(path: string, cell: CompiledCell): Promise<void> {
    const list = this.files.get(path);
    if (list) await this.place(path, list, cell);
  }

  /** Our ids of V8's. */
  ids(breakpointIds: readonly string[]): number[] {
    return breakpointIds.flatMap((each) => this.placed.get(each)?.id ?? []);
  }

  clear(): void {
    this.files.clear();
    this.placed.clear();
  }

  private async place(path: string, list: Breakpoint[], cell: CompiledCell): Promise<void> {
    for (const breakpoint of list) {
      const place = placeOfLine(cell, breakpoint.line);
      if (!place) continue;
      try {
        const { breakpointId, locations } = await this.host.inspector.post<{
          breakpointId: string;
          locations: Location[];
        }>('Debugger.setBreakpointByUrl', {
          url: cell.id,
          lineNumber: place.line - 1,
          columnNumber: place.column - 1,
          condition: await this.condition(breakpoint),
        });
        this.placed.set(breakpointId, { path, id: breakpoint.id });
        breakpoint.line = place.cellLine;
        const [at] = locations;
        const line = at && cell.positions.toCell(at.lineNumber + 1, at.columnNumber + 1)?.line;
        if (line) breakpoint.line = line;
      } catch (error) {
        // Two lines of which one has no code share a place.
        if (!/already exists/.test((error as Error).message)) throw error;
      }
    }
  }

  /** Condition, count and message in one expression: true when the breakpoint stops. */
  private async condition({ id, condition, hitCondition, logMessage }: Breakpoint): Promise<string> {
    const parts: string[] = [];
    if (condition) parts.push(`(${await this.host.compile(condition)})`);
    if (hitCondition) {
      const [, sign = '>=', number] = /^\s*(>=|<=|==?=?|>|<|%)?\s*(\d+)\s*$/.exec(hitCondition) ?? [];
      if (number === undefined)
        throw new Error(
          `setBreakpoints: the hit condition ${JSON.stringify(hitCondition)} is no count; use 3, > 3 or % 3`,
        );
      const hits = `(globalThis[Symbol.for('gradlab.hits')] ??= {})`;
      const test = sign === '%' ? `% ${number} === 0` : `${sign.startsWith('=') ? '===' : sign} ${number}`;
      parts.push(`((${hits}[${id}] = (${hits}[${id}] ?? 0) + 1) ${test})`);
    }
    if (logMessage) {
      const text = logMessage.replace(/[`\\]|\$(?=\{)/g, '\\$&').replace(/\{([^{}]+)\}/g, '$${$1}');
      parts.push(`(console.log(\`${text}\`), false)`);
    }
    return parts.join(' && ');
  }
}
