// Stack traces in the cell's own words: keeps the frames that lie in cells, puts them at the line and column of the
// TypeScript as written, and shows the line of code. Frames of the kernel, of Node and of packages are left out.
import type { CompiledCell } from './contract.js';
import { Lines } from './positions.js';

export interface TraceOptions {
  /** How a cell is called in the trace, given its id. By default the id itself. */
  label?: (id: string) => string;
  color?: boolean;
}

/** What stands before the name of a script, at its end. */
export const SOURCE_URL = '\n//# sourceURL=';

/** The name that V8 knows a cell by: its id, without the blanks that a `sourceURL` may not have. */
export function scriptName(id: string): string {
  return id.replace(/\s/g, (blank) => encodeURIComponent(blank));
}

function idOf(script: string): string {
  try {
    return decodeURIComponent(script);
  } catch {
    return script;
  }
}

const FRAME = /^\s*at (async )?(?:(.*?) \()?(.+?):(\d+):(\d+)\)?\s*$/;

const GRAY = '\u001b[90m';
const CYAN = '\u001b[96m';
const YELLOW = '\u001b[93m';
const RED = '\u001b[91m';
const RESET = '\u001b[0m';

/**
 * Maps a V8 stack to its frames in cells.
 * @param stack `error.stack`: a head (name and message) and frames
 * @param cells finds the compiled cell of a script name (the `sourceURL`)
 * @returns the head, then one line a frame, then the code around the innermost one
 */
export function mapStack(
  stack: string,
  cells: (id: string) => CompiledCell | undefined,
  { label = (id) => id, color = false }: TraceOptions = {},
): string[] {
  const paint = (style: string, text: string) => (color ? `${style}${text}${RESET}` : text);
  const out: string[] = [];
  // Causes and aggregated errors follow in the text that Node prints; each part is mapped where it stands.
  let excerpt: { cell: CompiledCell; line: number; column: number } | undefined;
  const seen = new Set<string>();
  for (const line of stack.split('\n')) {
    if (!isFrame(line)) {
      out.push(line);
      seen.clear();
      continue;
    }
    const frame = frameInCell(line, cells);
    if (!frame) continue;
    const { cell, place } = frame;
    const text = `    ${frame.write(`${paint(CYAN, label(cell.id))}:${paint(YELLOW, `${place.line}`)}:${paint(YELLOW, `${place.column}`)}`)}`;
    if (seen.has(text)) continue;
    seen.add(text);
    out.push(text);
    excerpt ??= { cell, ...place };
  }
  if (excerpt) out.push('', ...codeAround(excerpt.cell.code, excerpt.line, excerpt.column, paint));
  return out;
}

const isFrame = (line: string): boolean => /^\s+at /.test(line);

/** A frame of a V8 stack that lies in a cell: where, and its text with another name for the place. */
function frameInCell(line: string, cells: (id: string) => CompiledCell | undefined) {
  const match = FRAME.exec(line);
  if (!match) return undefined;
  const [, async = '', name, script, row, column] = match as unknown as string[];
  const cell = cells(script as string) ?? cells(idOf(script as string));
  if (!cell) return undefined;
  const at = { line: Number(row), column: Number(column) };
  const place = cell.positions.toCell(at.line, at.column) ?? at;
  const readable =
    name && !/^(?:Object\.)?<anonymous>$|^eval\b|^Timeout\._onTimeout$|^Immediate\b/.test(name) ? name : '';
  const write = (where: string) => `at ${async}${readable ? `${readable} (${where})` : where}`;
  return { cell, place, write };
}

/** A frame in a text that Node printed; behind the last one may stand what goes on: ` {`, `,`. */
const PRINTED = /^(\s+)(at .*(?::\d+:\d+\)?|\)))(.*)$/;

/**
 * Puts the stacks in a text that user code printed into the cells' own positions. Unlike `mapStack` it keeps frames
 * that lie in no cell, those of a package say, but for those that `isOurs` and for what is below the last cell.
 */
export function mapPrinted(
  text: string,
  cells: (id: string) => CompiledCell | undefined,
  label: (id: string) => string,
  isOurs: (frame: string) => boolean,
): string {
  const out: string[] = [];
  let block: RegExpExecArray[] = [];
  const endBlock = () => {
    const mapped = block.map(([, indent, text]) => {
      const frame = frameInCell(` ${text}`, cells);
      return (
        frame && indent + frame.write(`${label(frame.cell.id)}:${frame.place.line}:${frame.place.column}`)
      );
    });
    const last = mapped.findLastIndex((line) => line !== undefined);
    for (const [i, [line, indent, text]] of block.entries()) {
      if (last < 0) out.push(line);
      else if (mapped[i] !== undefined) out.push(mapped[i]);
      else if (i < last && !isOurs(text as string)) out.push(`${indent}${text}`);
    }
    if (last >= 0) out[out.length - 1] += block.at(-1)?.[3] ?? '';
    block = [];
  };
  for (const line of text.split('\n')) {
    const frame = PRINTED.exec(line);
    if (frame) {
      block.push(frame);
      if (!frame[3]) continue;
    }
    if (block.length > 0) endBlock();
    if (!frame) out.push(line);
  }
  if (block.length > 0) endBlock();
  return out.join('\n');
}

/** A few lines of code with a marker under the column. */
function codeAround(
  code: string,
  line: number,
  column: number,
  paint: (style: string, text: string) => string,
): string[] {
  const lines = new Lines(code);
  const from = Math.max(line - 1, 1);
  const to = Math.min(line + 1, lines.count);
  const width = `${to}`.length;
  const out: string[] = [];
  for (let at = from; at <= to; at++) {
    const text = lines.line(at);
    out.push(
      `${at === line ? paint(RED, '>') : ' '} ${paint(GRAY, `${`${at}`.padStart(width)} |`)} ${text}`.trimEnd(),
    );
    if (at !== line) continue;
    const indent = text.slice(0, column - 1).replace(/[^\t]/g, ' ');
    out.push(`  ${paint(GRAY, `${' '.repeat(width)} |`)} ${indent}${paint(RED, '^')}`);
  }
  return out;
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Reads a source map (version 3, one source): generated line and column (1-based) to the original's. */
export function decodeSourceMap(
  json: string,
): (line: number, column: number) => { line: number; column: number } | undefined {
  const { mappings } = JSON.parse(json) as { mappings: string };
  const rows: { column: number; line: number; from: number }[][] = [];
  let sourceLine = 0;
  let sourceColumn = 0;
  for (const row of mappings.split(';')) {
    const segments: { column: number; line: number; from: number }[] = [];
    let column = 0;
    for (const text of row.split(',')) {
      const fields: number[] = [];
      let value = 0;
      let shift = 0;
      for (const digit of text) {
        const bits = DIGITS.indexOf(digit);
        value += (bits & 31) << shift;
        shift += 5;
        if (bits & 32) continue;
        fields.push(value & 1 ? -(value >> 1) : value >> 1);
        value = 0;
        shift = 0;
      }
      if (fields.length === 0) continue;
      column += fields[0] as number;
      if (fields.length < 4) continue;
      sourceLine += fields[2] as number;
      sourceColumn += fields[3] as number;
      segments.push({ column, line: sourceLine, from: sourceColumn });
    }
    rows.push(segments);
  }
  return (line, column) => {
    const segments = rows[line - 1];
    let best: { column: number; line: number; from: number } | undefined;
    for (const segment of segments ?? []) if (segment.column <= column - 1) best = segment;
    return best && { line: best.line + 1, column: best.from + 1 + Math.min(column - 1 - best.column, 0) };
  };
}
