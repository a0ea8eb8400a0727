// How wide text is in a terminal: what a user sees as one character (a grapheme) takes one column, two in East Asian
// scripts and for pictures, none for marks that stand on another character.

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const WIDE =
  /^[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const NOTHING = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]/u;
const PLAIN = /^[\x20-\x7e]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: escapes begin with one
const ESCAPES = /\x1b\[[\d;?]*[A-Za-z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)/g;

/** Columns of one grapheme. */
export function graphemeWidth(grapheme: string): number {
  if (grapheme.length === 1 && PLAIN.test(grapheme)) return 1;
  if (NOTHING.test(grapheme)) return 0;
  return WIDE.test(grapheme) ? 2 : 1;
}

/** The graphemes of a text. */
export function split(text: string): string[] {
  return PLAIN.test(text) ? [...text] : Array.from(graphemes.segment(text), (s) => s.segment);
}

/** Columns of a line of text, colours not counted. */
export function width(text: string): number {
  const bare = text.includes('\x1b') ? text.replace(ESCAPES, '') : text;
  return PLAIN.test(bare) ? bare.length : split(bare).reduce((sum, g) => sum + graphemeWidth(g), 0);
}

/** The beginning of a line that fits into so many columns. */
export function clip(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  let clipped = '';
  let room = columns - 1;
  for (const g of split(text)) {
    room -= graphemeWidth(g);
    if (room < 0) break;
    clipped += g;
  }
  return `${clipped}…`;
}

/** A text's lines, those that are too long in pieces, broken at spaces where there are some. */
export function wrap(text: string, columns: number): string[] {
  return text.split('\n').flatMap((line) => {
    const pieces: string[] = [];
    let rest = line;
    while (width(rest) > columns) {
      let fits = '';
      let room = columns;
      for (const g of split(rest)) {
        room -= graphemeWidth(g);
        if (room < 0) break;
        fits += g;
      }
      const space = fits.lastIndexOf(' ');
      const piece = space > fits.length / 2 ? fits.slice(0, space) : fits || rest;
      pieces.push(piece);
      rest = rest.slice(piece.length).trimStart();
    }
    return [...pieces, rest];
  });
}

/** Where the grapheme before (`-1`) or after (`1`) a position begins or ends. */
export function step(text: string, at: number, way: -1 | 1): number {
  if (way === 1) return at + (split(text.slice(at, at + 64))[0]?.length ?? 0);
  return at - (split(text.slice(Math.max(0, at - 64), at)).at(-1)?.length ?? 0);
}
