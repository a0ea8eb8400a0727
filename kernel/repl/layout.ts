// Code under the cursor as rows of a terminal: prompts before its lines, colours, long lines wrapped, and where the
// cursor stands. Pure; the editor writes the rows.
import type { Colored } from './highlight.js';
import { graphemeWidth, split, width } from './width.js';

export interface Layout {
  rows: string[];
  /** Row and column of the cursor. */
  row: number;
  column: number;
}

const RESET = '\x1b[0m';

/** @param columns the terminal's; the last one stays free, where terminals differ about the end of a line */
export function layOut(
  text: string,
  cursor: number,
  prompt: (line: number) => string,
  colors: readonly Colored[],
  columns: number,
): Layout {
  const room = Math.max(columns - 1, 2);
  const rows: string[] = [];
  let at = 0;
  let place = { row: 0, column: 0 };
  for (const [number, line] of text.split('\n').entries()) {
    let row = prompt(number);
    let column = width(row);
    let style = '';
    for (const grapheme of [...split(line), '']) {
      const columnsOfIt = graphemeWidth(grapheme);
      if (column + columnsOfIt > room || (grapheme === '' && column >= room)) {
        rows.push(style ? row + RESET : row);
        row = style ? `\x1b[${style}m` : '';
        column = 0;
      }
      if (at === cursor) place = { row: rows.length, column };
      const here = grapheme === '' ? '' : styleAt(colors, at);
      if (here !== style) {
        row += here ? `${style ? RESET : ''}\x1b[${here}m` : RESET;
        style = here;
      }
      row += grapheme;
      column += columnsOfIt;
      // The empty one stands for the line's end.
      at += grapheme.length || 1;
    }
    rows.push(row);
  }
  return { rows, ...place };
}

function styleAt(colors: readonly Colored[], at: number): string {
  let low = 0;
  let high = colors.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (colors[middle].end <= at) low = middle + 1;
    else high = middle;
  }
  return colors[low] && colors[low].start <= at ? colors[low].style : '';
}
