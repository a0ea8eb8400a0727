// Grids whose cells are taken one by one or in blocks: `const gs = fig.add_gridspec(2, 3); fig.add_subplot(gs[0, ':'])`,
// and mosaics of names. They say where axes lie; the figure makes them.

import { asarray } from '../core/create.js';
import { type Bracketed, brackets } from '../operators.js';
import { get, type Index } from '../ops/index.js';
import { type Named, type Names, read } from './options.js';
import { type Cell, type Gaps, shares } from './subplots.js';

export interface GridSpecOptions {
  /** How wide columns and how high rows are to each other. */
  width_ratios?: readonly number[];
  height_ratios?: readonly number[];
  /** Gaps between columns and rows, as fractions of the figure. */
  wspace?: number;
  hspace?: number;
  /** The edges of the grid in the figure: taken, and left to the chart. */
  left?: number;
  right?: number;
  top?: number;
  bottom?: number;
  figure?: unknown;
}
const GRIDSPEC: Names<GridSpecOptions> = {
  width_ratios: 1,
  height_ratios: 1,
  wspace: 1,
  hspace: 1,
  left: 1,
  right: 1,
  top: 1,
  bottom: 1,
  figure: 1,
};

/** A cell of a grid, or a block of cells. */
export class SubplotSpec {
  constructor(
    readonly cell: Cell,
    readonly gaps: Partial<Gaps>,
  ) {}
}

/** A grid of cells for subplots; what stands in its brackets is a place for `fig.add_subplot`. */
export interface GridSpec extends Bracketed<readonly Index[], SubplotSpec> {
  readonly nrows: number;
  readonly ncols: number;
  /** The place of a cell or a block of cells. */
  at(...indices: Index[]): SubplotSpec;
}

/**
 * A grid of cells for subplots. In cells of a notebook `gs[0, 1]`, `gs[0, ':']` and `gs['1:', 0]` are places for
 * `fig.add_subplot`; elsewhere `gs.at(0, ':')`.
 * @example
 * const gs = plot.GridSpec(2, 2, { width_ratios: [2, 1] });
 * plot.subplot(gs[0, ':']);
 * @see matplotlib.gridspec.GridSpec
 */
export function GridSpec(nrows: number, ncols: number, options: Named<GridSpecOptions> = {}): GridSpec {
  return new Cells(nrows, ncols, options);
}

class Cells implements GridSpec {
  private readonly options: GridSpecOptions;

  constructor(
    readonly nrows: number,
    readonly ncols: number,
    options: Named<GridSpecOptions>,
  ) {
    this.options = read<GridSpecOptions>('GridSpec', options, GRIDSPEC);
    shares('GridSpec: height_ratios', nrows, this.options.height_ratios);
    shares('GridSpec: width_ratios', ncols, this.options.width_ratios);
  }

  at(...indices: Index[]): SubplotSpec {
    const { nrows: rows, ncols: cols } = this;
    const { width_ratios: widths, height_ratios: heights, wspace, hspace } = this.options;
    const numbers = Array.from({ length: rows }, (_, r) =>
      Array.from({ length: cols }, (_, c) => r * cols + c),
    );
    const chosen = [get(asarray(numbers, 'GridSpec'), indices).toArray()].flat(2).map(Number);
    if (chosen.length === 0) throw new RangeError('GridSpec: no cell is left between the brackets');
    const [r, c] = [chosen.map((k) => Math.floor(k / cols)), chosen.map((k) => k % cols)];
    const [top, bottom, left, right] = [Math.min(...r), Math.max(...r), Math.min(...c), Math.max(...c)];
    return new SubplotSpec(
      { rows, cols, top, bottom, left, right, widths, heights },
      { ...(wspace === undefined ? {} : { x: wspace }), ...(hspace === undefined ? {} : { y: hspace }) },
    );
  }

  [brackets](indices: readonly Index[]): SubplotSpec {
    return this.at(...indices);
  }
}

/** The names of a mosaic, each with the block of cells that it fills: 'AB;CC' or [['A', 'B'], ['C', 'C']]. */
export function mosaicCells(layout: string | readonly (readonly string[])[]): Map<string, Cell> {
  const lines =
    typeof layout === 'string'
      ? layout
          .trim()
          .split(/\s*[;\n]\s*/)
          .map((line) => [...line])
      : layout.map((line) => [...line]);
  const [rows, cols] = [lines.length, lines[0]?.length ?? 0];
  if (cols === 0 || lines.some((line) => line.length !== cols))
    throw new RangeError(
      `subplot_mosaic: all rows must be as long as the first, got ${lines.map((l) => l.length).join(', ')}`,
    );
  const out = new Map<string, Cell>();
  lines.forEach((line, r) => {
    line.forEach((name, c) => {
      if (name === '.') return;
      const cell = out.get(name) ?? { rows, cols, top: r, bottom: r, left: c, right: c };
      out.set(name, {
        ...cell,
        bottom: Math.max(cell.bottom, r),
        left: Math.min(cell.left, c),
        right: Math.max(cell.right, c),
      });
    });
  });
  for (const [name, { top, bottom, left, right }] of out)
    for (let r = top; r <= bottom; r++)
      for (let c = left; c <= right; c++)
        if (lines[r][c] !== name)
          throw new RangeError(`subplot_mosaic: the places of '${name}' are not a rectangle`);
  return out;
}
