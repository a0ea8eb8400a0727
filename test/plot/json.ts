// Reads a figure's Plotly JSON in tests without fighting its types.
import { close, type Figure } from '../../src/plot/index.js';

export type Any = any;

/** The figure after a round trip through JSON, as a front end gets it; what is drawn next begins another. */
export function json(figure: Figure): { data: Any[]; layout: Any; config: Any; frames?: Any[] } {
  close(figure);
  return JSON.parse(JSON.stringify(figure));
}

/** The MIME bundle that a notebook shows. */
export const mime = (shown: object): Record<string, Any> =>
  (shown as Record<symbol, () => Record<string, Any>>)[Symbol.for('Jupyter.display')]();

/** Something that looks like an NDArray. */
export const arrayLike = (shape: number[], dtype: string, values: unknown) => ({
  shape,
  dtype,
  toArray: () => values,
});
