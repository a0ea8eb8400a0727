// Notebook files (nbformat 4): reads and writes them exactly as Jupyter does (sorted keys, indent 1, text split into
// lines, numbers as they were), keeps every field it does not know, and adds what 4.5 needs.

import { randomBytes } from 'node:crypto';

export type Json = Record<string, unknown>;
export type MimeBundle = Record<string, unknown>;

export interface StreamOutput {
  output_type: 'stream';
  name: 'stdout' | 'stderr';
  text: string;
}
export interface DisplayOutput {
  output_type: 'display_data';
  data: MimeBundle;
  metadata: Json;
}
export interface ResultOutput {
  output_type: 'execute_result';
  data: MimeBundle;
  metadata: Json;
  execution_count: number | null;
}
export interface ErrorOutput {
  output_type: 'error';
  ename: string;
  evalue: string;
  traceback: string[];
}
export type CellOutput = StreamOutput | DisplayOutput | ResultOutput | ErrorOutput;

interface BaseCell {
  id?: string;
  metadata: Json;
  source: string;
  [field: string]: unknown;
}
export interface CodeCell extends BaseCell {
  cell_type: 'code';
  execution_count: number | null;
  outputs: CellOutput[];
}
export interface TextCell extends BaseCell {
  cell_type: 'markdown' | 'raw';
  attachments?: Record<string, MimeBundle>;
}
export type Cell = CodeCell | TextCell;

export interface Notebook {
  cells: Cell[];
  metadata: Json;
  nbformat: 4;
  nbformat_minor: number;
  [field: string]: unknown;
}

/** A number whose text in the file is not what JavaScript would write (1.0, 1e-07): it is written back as it came. */
class WrittenNumber extends Number {
  constructor(readonly text: string) {
    super(text);
  }
}

const NUMBER = /-?\d[\d.eE+-]*/g;
const NUMBER_MARK = '\u0000number ';

/** JSON.parse that keeps how numbers were written, or writes them as `write` says. */
export function parseJson(text: string, write: (token: string) => string = (token) => token): unknown {
  const pieces: string[] = [];
  let done = 0;
  const mark = (token: string): string => {
    const written = write(token);
    return String(Number(token)) === written ? token : JSON.stringify(NUMBER_MARK + written);
  };
  // Strings are skipped whole; what lies between them is searched for numbers.
  for (let at = 0; at < text.length; ) {
    const quote = text.indexOf('"', at);
    const end = quote < 0 ? text.length : quote;
    const between = text.slice(at, end);
    const marked = between.replace(NUMBER, mark);
    if (marked !== between) {
      pieces.push(text.slice(done, at), marked);
      done = end;
    }
    if (quote < 0) break;
    at = endOfString(text, quote);
  }
  if (pieces.length === 0) return JSON.parse(text);
  pieces.push(text.slice(done));
  return JSON.parse(pieces.join(''), (_, v) =>
    typeof v === 'string' && v.startsWith(NUMBER_MARK) ? new WrittenNumber(v.slice(NUMBER_MARK.length)) : v,
  );
}

/** The position after the string that begins at `quote`. */
function endOfString(text: string, quote: number): number {
  for (let at = quote + 1; ; ) {
    const next = text.indexOf('"', at);
    if (next < 0) return text.length;
    let slashes = 0;
    while (text[next - 1 - slashes] === '\\') slashes++;
    if (slashes % 2 === 0) return next + 1;
    at = next + 1;
  }
}

/** A number of JSON as Python's json module reads and writes it: 0.00001 is 1e-05, 1e3 is 1000.0. */
export function pythonNumber(token: string): string {
  if (/^-?\d+$/.test(token)) return token === '-0' ? '0' : token;
  const value = Number(token);
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : value < 0 ? '-Infinity' : token;
  if (Object.is(value, -0)) return '-0.0';
  const [digits, exponent] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power < -4 || power >= 16) {
    return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  }
  const plain = value.toFixed(Math.max(1, digits.replace(/[-.]/g, '').length - 1 - power));
  return plain;
}

/** JSON as Python's json.dumps(indent=1, sort_keys=True, ensure_ascii=False) writes it. */
function writeJson(value: unknown, indent: string): string {
  if (value instanceof WrittenNumber) return value.text;
  if (value instanceof Number) return String(value);
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    // Lines of text, the most of a notebook: a line end in the result is one of the layout, those of the text are \n.
    if (isLines(value)) return JSON.stringify(value, null, 1).replaceAll('\n', `\n${indent}`);
    const inner = `${indent} `;
    return `[\n${value.map((v) => inner + writeJson(v === undefined ? null : v, inner)).join(',\n')}\n${indent}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const keys = Object.keys(value)
      .filter((k) => (value as Json)[k] !== undefined)
      .sort();
    if (keys.length === 0) return '{}';
    const inner = `${indent} `;
    const fields = keys.map((k) => `${inner}${JSON.stringify(k)}: ${writeJson((value as Json)[k], inner)}`);
    return `{\n${fields.join(',\n')}\n${indent}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

// Python's str.splitlines(True) breaks at more than \n.
// biome-ignore lint/suspicious/noControlCharactersInRegex: line ends they are
const LINES = /[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]*(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]|$)/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: line ends they are
const RARE_ENDS = /[\r\v\f\x1c-\x1e\x85\u2028\u2029]/;

function splitLines(text: string): string[] {
  if (RARE_ENDS.test(text)) return (text.match(LINES) ?? []).filter((line) => line !== '');
  const lines: string[] = [];
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf('\n', from);
    const next = end < 0 ? text.length : end + 1;
    lines.push(text.slice(from, next));
    from = next;
  }
  return lines;
}

const isJsonMime = (mime: string): boolean =>
  mime === 'application/json' || /^application\/.*\+json$/.test(mime);
const isSplit = (mime: string): boolean =>
  mime.startsWith('text/') || mime === 'application/javascript' || mime === 'image/svg+xml';

const isLines = (v: unknown): v is string[] =>
  Array.isArray(v) && v.every((line) => typeof line === 'string');
const joined = (v: unknown): unknown => (isLines(v) ? v.join('') : v);
const mapValues = (bundle: unknown, map: (v: unknown, key: string) => unknown): Json =>
  Object.fromEntries(Object.entries((bundle ?? {}) as Json).map(([k, v]) => [k, map(v, k)]));
const joinBundle = (bundle: unknown): MimeBundle =>
  mapValues(bundle, (v, mime) => (isJsonMime(mime) ? v : joined(v)));
const splitBundle = (bundle: unknown): MimeBundle =>
  mapValues(bundle, (v, mime) => (typeof v === 'string' && isSplit(mime) ? splitLines(v) : v));

/** Fields that say how a notebook was held in memory, which nbformat never writes. */
const TRANSIENT = ['orig_nbformat', 'orig_nbformat_minor', 'signature'];
const without = (fields: Json, names: readonly string[]): Json =>
  Object.fromEntries(Object.entries(fields).filter(([k]) => !names.includes(k)));

const isObject = (v: unknown): v is Json => typeof v === 'object' && v !== null && !Array.isArray(v);

/**
 * Reads a notebook's text. Multi-line text becomes one string; unknown fields stay.
 * @param name how errors call the notebook, its path
 * @throws Error when it is not JSON, not a notebook, or older or newer than version 4
 */
export function readNotebook(text: string, name = 'notebook'): Notebook {
  let raw: unknown;
  try {
    raw = parseJson(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new Error(`${name}: not a notebook, its text is not JSON (${(error as Error).message})`);
  }
  return notebookOf(raw, name);
}

/** A notebook from parsed JSON: from a file, or from a page. Errors are those of `readNotebook`. */
export function notebookOf(raw: unknown, name = 'notebook'): Notebook {
  if (!isObject(raw) || raw.nbformat === undefined)
    throw new Error(`${name}: not a notebook, it has no "nbformat" field`);
  const version = Number(raw.nbformat);
  if (version < 4) {
    throw new Error(
      `${name}: notebook format ${version} is from before 2014. Convert it first: jupyter nbconvert --to notebook --nbformat 4 ${name}`,
    );
  }
  if (version > 4)
    throw new Error(`${name}: notebook format ${version} is newer than this program, which reads version 4`);
  if (!Array.isArray(raw.cells)) throw new Error(`${name}: not a notebook, it has no list of cells`);
  const cells = raw.cells.map((cell, i): Cell => {
    const where = `${name}: cell ${i + 1}`;
    if (!isObject(cell)) throw new Error(`${where} is not an object`);
    const { cell_type: type } = cell;
    if (type !== 'code' && type !== 'markdown' && type !== 'raw') {
      throw new Error(`${where} has the type ${JSON.stringify(type)}; known are code, markdown and raw`);
    }
    const source = joined(cell.source);
    if (typeof source !== 'string') throw new Error(`${where} has no source text`);
    const common = {
      ...cell,
      metadata: isObject(cell.metadata) ? without(cell.metadata, ['trusted']) : {},
      source,
    };
    if (type !== 'code') {
      return {
        ...common,
        ...(isObject(cell.attachments) ? { attachments: mapValues(cell.attachments, joinBundle) } : {}),
      } as TextCell;
    }
    const outputs = (Array.isArray(cell.outputs) ? cell.outputs : []).map((o: Json) =>
      o.data !== undefined
        ? { ...o, data: joinBundle(o.data) }
        : o.text !== undefined
          ? { ...o, text: joined(o.text) }
          : o,
    );
    const count = cell.execution_count;
    return {
      ...common,
      outputs,
      execution_count: count === undefined || count === null ? null : Number(count),
    } as unknown as CodeCell;
  });
  const metadata = isObject(raw.metadata) ? without(raw.metadata, TRANSIENT) : {};
  return { ...raw, cells, metadata, nbformat: 4, nbformat_minor: Number(raw.nbformat_minor ?? 0) };
}

/** The text of a notebook's file, byte for byte as Jupyter writes it. */
export function writeNotebook(notebook: Notebook): string {
  const cells = notebook.cells.map((cell): Json => {
    const out: Json = {
      ...cell,
      metadata: without(cell.metadata, ['trusted']),
      source: splitLines(cell.source),
    };
    if (isObject(cell.attachments)) out.attachments = mapValues(cell.attachments, splitBundle);
    if (cell.cell_type === 'code') {
      out.outputs = (cell as CodeCell).outputs.map((o) =>
        'data' in o
          ? { ...o, data: splitBundle(o.data) }
          : o.output_type === 'stream'
            ? { ...o, text: splitLines(o.text) }
            : o,
      );
    }
    return out;
  });
  return `${writeJson({ ...notebook, cells, metadata: without(notebook.metadata, TRANSIENT) }, '')}\n`;
}

/** A notebook of version 4.5: cells that lack an id get one. */
export function upgradeNotebook(notebook: Notebook): Notebook {
  const seen = new Set<string>();
  const cells = notebook.cells.map((cell) => {
    let id = typeof cell.id === 'string' && cell.id !== '' ? cell.id : undefined;
    while (id === undefined || seen.has(id)) id = randomBytes(4).toString('hex');
    seen.add(id);
    return id === cell.id ? cell : { ...cell, id };
  });
  return { ...notebook, cells, nbformat_minor: Math.max(5, notebook.nbformat_minor) };
}
