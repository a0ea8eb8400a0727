// The notebook that this program runs in, if any: a way to show a value in the middle of a cell. The project's own
// kernel has a global `display`; tslab and Deno are found by what they leave on the global object, and nothing of
// theirs is imported.

const DISPLAY = Symbol.for('Jupyter.display');

type Bundle = Record<string, unknown>;

export interface ShowOptions {
  /** The value is a MIME bundle. */
  raw?: boolean;
  /** The name of the output, by which it can be replaced. */
  display_id?: string;
  /** Replace the output of that name. */
  update?: boolean;
}

export type Show = (value: unknown, options?: ShowOptions) => unknown;

/** What tslab's `newDisplay()` gives: one output of one MIME type, replaced at every call. */
interface TslabOutput {
  raw(type: string, data: string): void;
}

interface Surroundings {
  display?: Show;
  __tslab__?: { require(name: 'tslab'): { newDisplay(): TslabOutput } };
  Deno?: { jupyter?: { display: Show } };
}

/** The notebook's way to show a value; null in a plain program. */
export function notebook(): Show | null {
  const { display, __tslab__, Deno } = globalThis as Surroundings;
  if (typeof display === 'function') return display;
  if (__tslab__ !== undefined) return (value, options) => showInTslab(__tslab__, value, options);
  try {
    return Deno?.jupyter?.display ?? null;
  } catch {
    return null; // Outside of `deno jupyter` the property throws.
  }
}

const outputs = new Map<string, TslabOutput>();

function showInTslab(
  tslab: NonNullable<Surroundings['__tslab__']>,
  value: unknown,
  options: ShowOptions = {},
) {
  const { raw = false, display_id, update = false } = options;
  const shown = display_id !== undefined && update ? outputs.get(display_id) : undefined;
  const output = shown ?? tslab.require('tslab').newDisplay();
  if (display_id !== undefined) outputs.set(display_id, output);
  const [type, data] = richest(raw ? (value as Bundle) : bundleOf(value));
  output.raw(type, typeof data === 'string' ? data : JSON.stringify(data));
}

function bundleOf(value: unknown): Bundle {
  const own = (value as { [DISPLAY]?: () => Bundle } | null | undefined)?.[DISPLAY];
  return typeof own === 'function' ? own.call(value) : { 'text/plain': String(value) };
}

/** tslab's outputs have one type each: the page's own, else the first. */
function richest(bundle: Bundle): [string, unknown] {
  return 'text/html' in bundle ? ['text/html', bundle['text/html']] : Object.entries(bundle)[0];
}
