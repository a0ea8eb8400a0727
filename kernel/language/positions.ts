// Edits on the text of a cell, and the map between the text before and after. Every generated text (the one TypeScript
// checks, the one V8 runs) is made here, so that any position in it can be told in the cell's own lines and columns.
import type { PositionMap } from './contract.js';

/** Where several edits share a position: first what closes a node there, then what opens one, then replacements. */
const CLOSE = 0;
const OPEN = 1;
const REPLACE = 2;

interface Edit {
  pos: number;
  end: number;
  text: string;
  rank: typeof CLOSE | typeof OPEN | typeof REPLACE;
  /** Depth of the node in the tree: opening goes from the outermost inwards, closing the other way. */
  depth: number;
  /** Source offset that the inserted text stands for in messages. */
  at: number;
  mark: Mark | undefined;
}

/** The place of a source node in the generated text, filled in by `render`. */
export interface Mark {
  start: number;
  end: number;
}

export interface Piece {
  text: string;
  /** Source offset of the first character; for inserted text the offset it stands for. */
  source: number;
  copied: boolean;
}

/** Collects edits on one text. Edits may nest but not cross. */
export class Edits {
  private readonly list: Edit[] = [];
  private sorted = true;
  private readonly renamed = new Map<number, { end: number; text: string }>();

  constructor(readonly source: string) {}

  private add(edit: Edit): void {
    this.list.push(edit);
    this.sorted = false;
  }

  /** Inserts before a node that starts at `pos`. */
  open(pos: number, text: string, depth: number, at = pos): void {
    this.add({ pos, end: pos, text, rank: OPEN, depth, at, mark: undefined });
  }

  /** Inserts after a node that ends at `pos`. */
  close(pos: number, text: string, depth: number, at = pos): void {
    this.add({ pos, end: pos, text, rank: CLOSE, depth, at, mark: undefined });
  }

  replace(pos: number, end: number, text: string, at = pos): void {
    this.add({ pos, end, text, rank: REPLACE, depth: 0, at, mark: undefined });
  }

  /** Gives the name at [pos, end) another form, also where its text is written a second time. */
  rename(pos: number, end: number, text: string): void {
    this.replace(pos, end, text);
    this.renamed.set(pos, { end, text });
  }

  /** The text of source [pos, end), a path that may begin with such a name. */
  pathText(pos: number, end: number): string {
    const first = this.renamed.get(pos);
    return first ? first.text + this.source.slice(first.end, end) : this.source.slice(pos, end);
  }

  /** Replaces by blanks; line breaks stay unless `flat`. */
  blank(pos: number, end: number, flat = false): void {
    const text = this.source.slice(pos, end).replace(flat ? /[\s\S]/g : /[^\r\n]/g, ' ');
    if (end > pos) this.replace(pos, end, text);
  }

  /** Asks where the node [pos, end) at `depth` comes to lie. */
  mark(pos: number, end: number, depth: number): Mark {
    const mark = { start: -1, end: -1 };
    this.add({ pos, end: pos, text: '', rank: OPEN, depth: depth - 0.5, at: pos, mark });
    this.add({ pos: end, end, text: '', rank: CLOSE, depth: depth - 0.5, at: end, mark });
    return mark;
  }

  private sort(): void {
    if (this.sorted) return;
    this.list.sort(
      (a, b) =>
        a.pos - b.pos ||
        a.rank - b.rank ||
        (a.rank === CLOSE ? b.depth - a.depth : a.depth - b.depth) ||
        a.end - b.end,
    );
    this.sorted = true;
  }

  /** The edited form of source [start, end), to be assembled by `MappedText`. Marks get offsets from `base`. */
  pieces(start = 0, end = this.source.length, base = 0): Piece[] {
    this.sort();
    const out: Piece[] = [];
    let at = start;
    let length = base;
    const put = (text: string, source: number, copied: boolean) => {
      if (text === '') return;
      out.push({ text, source, copied });
      length += text.length;
    };
    for (const edit of this.list) {
      if (edit.pos < start || edit.end > end) continue;
      if (
        edit.rank === CLOSE
          ? edit.pos === start && start > 0
          : edit.pos === end && edit.rank === OPEN && end > start
      )
        continue;
      if (edit.pos < at) continue; // inside a range that was replaced as a whole
      put(this.source.slice(at, edit.pos), at, true);
      at = edit.pos;
      if (edit.mark) {
        if (edit.rank === OPEN) edit.mark.start = length;
        else edit.mark.end = length;
        continue;
      }
      put(edit.text, edit.at, false);
      at = edit.end;
    }
    put(this.source.slice(at, end), at, true);
    return out;
  }
}

export function literal(text: string, source = 0): Piece {
  return { text, source, copied: false };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 13 && text.charCodeAt(i + 1) === 10) continue;
    if (c === 10 || c === 13 || c === 0x2028 || c === 0x2029) starts.push(i + 1);
  }
  return starts;
}

/** The place of the last of rising numbers that is not above `offset`. */
function lastUpTo(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] as number) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Line and column arithmetic on one text; lines and columns are 1-based UTF-16. */
export class Lines {
  private readonly starts: number[];
  constructor(readonly text: string) {
    this.starts = lineStarts(text);
  }
  get count(): number {
    return this.starts.length;
  }
  offset(line: number, column: number): number {
    const start = this.starts[Math.min(Math.max(line, 1), this.starts.length) - 1] as number;
    return Math.min(start + Math.max(column, 1) - 1, this.text.length);
  }
  at(offset: number): { line: number; column: number } {
    const at = lastUpTo(this.starts, offset);
    return { line: at + 1, column: offset - (this.starts[at] as number) + 1 };
  }
  /** The text of a line, without its line break. */
  line(line: number): string {
    const start = this.starts[line - 1] ?? this.text.length;
    const end = this.starts[line] ?? this.text.length;
    return this.text.slice(start, end).replace(/[\r\n\u2028\u2029]+$/, '');
  }
}

/** A generated text that knows for each of its characters where in the source it comes from. */
export class MappedText implements PositionMap {
  readonly text: string;
  private readonly starts: number[] = [];
  private readonly pieces: Piece[] = [];
  /** The copied pieces in the order of the source. */
  private bySource: { source: number; length: number; i: number }[] | undefined;
  private generatedLines: Lines | undefined;
  private sourceLines: Lines | undefined;

  constructor(
    pieces: Piece[],
    readonly source: string,
  ) {
    let text = '';
    for (const piece of pieces) {
      if (piece.text === '') continue;
      this.starts.push(text.length);
      this.pieces.push(piece);
      text += piece.text;
    }
    this.text = text;
  }

  private pieceAt(offset: number): number {
    return lastUpTo(this.starts, offset);
  }

  /** Source offset of a generated offset; inserted text gives the offset it stands for. */
  toSource(offset: number): number {
    if (this.pieces.length === 0) return 0;
    const index = this.pieceAt(offset);
    const piece = this.pieces[index] as Piece;
    if (!piece.copied) return piece.source;
    return Math.min(piece.source + offset - (this.starts[index] as number), this.source.length);
  }

  /** True where the generated character was copied from the source. */
  isCopied(offset: number): boolean {
    const piece = this.pieces[this.pieceAt(offset)];
    return piece?.copied ?? false;
  }

  /** Generated offset of a source offset. A cursor keeps to the character before it. */
  toGenerated(offset: number): number {
    this.bySource ??= this.pieces
      .flatMap(({ source, copied, text }, i) => (copied ? [{ source, length: text.length, i }] : []))
      .sort((a, b) => a.source - b.source);
    const list = this.bySource;
    let low = 0;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((list[middle] as { source: number }).source < offset) low = middle + 1;
      else high = middle;
    }
    const before = list[low - 1];
    if (before && offset <= before.source + before.length)
      return (this.starts[before.i] as number) + offset - before.source;
    const here = list[low];
    return here?.source === offset ? (this.starts[here.i] as number) : 0;
  }

  toCell(line: number, column: number): { line: number; column: number } | undefined {
    this.generatedLines ??= new Lines(this.text);
    this.sourceLines ??= new Lines(this.source);
    if (line < 1 || line > this.generatedLines.count) return undefined;
    return this.sourceLines.at(this.toSource(this.generatedLines.offset(line, column)));
  }
}
