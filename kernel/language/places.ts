// From a line of a cell to the place in the JavaScript that V8 runs: where a breakpoint is set. (The other way is the
// position map of the compiled cell.)
import type { CompiledCell } from './contract.js';

/**
 * The first place of a line's code; of the next line that has code when this one has none.
 * @param line 1-based line of the cell
 * @returns 1-based line and column of the JavaScript and the line of the cell, undefined below the last line of code
 */
export function placeOfLine(
  { js, positions }: CompiledCell,
  line: number,
): { line: number; column: number; cellLine: number } | undefined {
  let best: { line: number; column: number; cellLine: number } | undefined;
  const rows = js.split('\n');
  // The last row names the script.
  for (let row = 1; row < rows.length; row++) {
    const text = rows[row - 1] as string;
    for (let column = 1; column <= text.length; column++) {
      if (/\s/.test(text[column - 1] as string)) continue;
      const cellLine = positions.toCell(row, column)?.line;
      if (cellLine === undefined || cellLine < line) continue;
      if (!best || cellLine < best.cellLine) best = { line: row, column, cellLine };
      if (cellLine === line) return best;
    }
  }
  return best;
}
