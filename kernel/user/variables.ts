// Variables as the debugger and the variable explorer show them: a name, a type, a short value, and what is inside
// when it is opened. The inspector calls this face from outside, also in the middle of a paused cell.
import { inspect } from 'node:util';
import type { MimeBundle } from '../protocol/messages.js';
import { HELD_KEY, VARIABLES_KEY, type VariableRow } from '../protocol/variables.js';
import { inspectText, toMimeBundle } from './display.js';
import { localModules, moduleScript } from './modules.js';

/** More entries than this are shown as groups of so many. */
const PAGE = 100;
/** Rows and columns of an array's table. */
const TABLE = 12;

/** What is needed of an NDArray here; the library itself is loaded at run time. */
interface ArrayLike {
  shape: readonly number[];
  dtype: unknown;
  grad?: unknown;
  at(index: number): ArrayLike;
  set(index: number[], value: unknown): unknown;
  item(): unknown;
}

let arrayClass: (abstract new () => ArrayLike) | undefined;

/** The library's array class, known once the library is loaded. */
export function setArrayClass(NDArray: unknown): void {
  if (typeof NDArray === 'function') arrayClass = NDArray as typeof arrayClass;
}

/** Names that `%reset` has taken back: a script's variable cannot be removed. */
export const forgotten = new Set<string>();

export function startVariables(): void {
  Object.defineProperty(globalThis, Symbol.for(VARIABLES_KEY), { value: face, enumerable: false });
}

type Entry = [name: string, value: unknown];
/** A list of rows as JSON, then the values of those rows that can be opened: the inspector hands out references. */
type Rows = [string, ...unknown[]];

/** A stretch of a long list, opened like a value. */
class Group {
  constructor(
    readonly holder: unknown,
    readonly start: number,
    readonly end: number,
  ) {}
}

const face = {
  rows: (name: string, value: unknown): Rows => toRows([[name, value]]),

  /** The variables of scopes, the innermost first. `own` lists what the compiler added. */
  scopes(hidden: string, ...scopes: Record<string, unknown>[]): Rows {
    const seen = new Set(hidden.split(' '));
    const entries: Entry[] = [];
    for (const scope of scopes)
      for (const name of Object.keys(scope)) {
        if (seen.has(name)) continue;
        seen.add(name);
        entries.push([name, scope[name]]);
      }
    return toRows(entries);
  },

  /** Variables of cells; one whose cell failed before its first value has none, one that was forgotten neither. */
  globals(readers: Record<string, () => unknown>): Rows {
    const entries: Entry[] = [];
    for (const [name, read] of Object.entries(readers)) {
      try {
        const value = read();
        const gone = forgotten.has(name) && value === (globalThis as Record<string, unknown>)[name];
        if (!gone) entries.push([name, value]);
      } catch {
        // It was never initialized.
      }
    }
    return toRows(entries);
  },

  children: (value: unknown): Rows => toRows(childrenOf(value)),

  /** Writes into an object, a list, a map or an array, by the name that `children` gave to the place. */
  set(holder: unknown, name: string, value: unknown): Rows {
    const index = /^\[(\d+)\]$/.exec(name)?.[1];
    const key = index === undefined ? name : Number(index);
    if (holder instanceof Group) return face.set(holder.holder, name, value);
    if (isArray(holder)) {
      if (typeof key !== 'number') throw new TypeError(`setVariable: ${name} of an array cannot be changed`);
      holder.set([key], value);
      return toRows([childAt(holder, key)]);
    }
    if (holder instanceof Map) {
      const at = [...holder.keys()].find((each) => short(each) === name);
      if (at === undefined) throw new TypeError(`setVariable: the map has no key ${name}`);
      holder.set(at, value);
    } else if (typeof holder === 'object' && holder !== null && !(holder instanceof Set)) {
      (holder as Record<string | number, unknown>)[key] = value;
    } else {
      throw new TypeError(`setVariable: ${name} of a ${typeName(holder)} cannot be changed`);
    }
    return toRows([[name, value]]);
  },

  /** The value as a cell would show it, as JSON; arrays also as a table. */
  bundle(value: unknown): string {
    if (isArray(value)) return JSON.stringify({ 'text/plain': inspectText(value), ...table(value) });
    let bundle: MimeBundle | Promise<MimeBundle>;
    try {
      bundle = toMimeBundle(value);
    } catch {
      bundle = { 'text/plain': inspectText(value) };
    }
    // A paused session settles no promise.
    if (bundle instanceof Promise) {
      bundle.catch(() => {});
      bundle = { 'text/plain': inspectText(value) };
    }
    return JSON.stringify(bundle);
  },

  /** Keeps a value for the one expression that takes it. */
  hold(value: unknown): void {
    Object.defineProperty(globalThis, Symbol.for(HELD_KEY), {
      configurable: true,
      get: () => {
        Reflect.deleteProperty(globalThis, Symbol.for(HELD_KEY));
        return value;
      },
    });
  },

  /** Paths of the user's own modules, as JSON. */
  modules: (): string => JSON.stringify(localModules()),

  /** A module's text and script, as JSON. */
  module: (path: string): string => JSON.stringify(moduleScript(path)),
};
export type VariablesFace = typeof face;

function toRows(entries: Entry[]): Rows {
  const values: unknown[] = [];
  const rows = entries.map(([name, value]): VariableRow => {
    const row: VariableRow = { name, type: typeName(value), value: short(value) };
    if (isOpenable(value)) row.at = values.push(value);
    return row;
  });
  return [JSON.stringify(rows), ...values];
}

function isArray(value: unknown): value is ArrayLike {
  return arrayClass !== undefined && value instanceof arrayClass;
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (value instanceof Group) return '';
  if (typeof value === 'function') return isClass(value) ? 'class' : 'function';
  if (typeof value !== 'object') return typeof value;
  try {
    return value.constructor?.name || 'object';
  } catch {
    return 'object';
  }
}

function isClass(value: object): boolean {
  return /^class\b/.test(Function.prototype.toString.call(value));
}

/** The value in a few words. */
function short(value: unknown): string {
  try {
    if (isArray(value)) return shortArray(value);
    if (value instanceof Group) return `${value.end - value.start} entries`;
    if (typeof value === 'string') return inspect(value, { maxStringLength: 200 });
    if (value instanceof Error) return `${value.name}: ${value.message}`;
    const line = isPlain(value) ? shortObject(value) : inspectLine(value, 0);
    return line.length > 160 ? `${line.slice(0, 159)}…` : line;
  } catch {
    return 'a value that cannot be shown';
  }
}

function shortArray(array: ArrayLike): string {
  const shape = `NDArray ${String(array.dtype)} (${array.shape.join(', ')})`;
  return array.shape.length === 0 ? `${shape} ${inspect(array.item())}` : shape;
}

function inspectLine(value: unknown, depth: number): string {
  const options = { depth, maxArrayLength: 6, maxStringLength: 60, breakLength: Infinity, compact: 3 };
  return inspect(value, options).replace(/\s*\n\s*/g, ' ');
}

/** Lists and objects that print nothing of their own. */
function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || inspect.custom in value) return false;
  return /^\[object (Array|Object|Map)\]$/.test(Object.prototype.toString.call(value));
}

/** `[ 1, 2 ]` and `{ a: 1 }`, with arrays inside by their shapes only. */
function shortObject(value: object): string {
  const inner = (each: unknown) => (isArray(each) ? shortArray(each) : inspectLine(each, 0));
  const list = (items: string[], size: number) => {
    if (size > items.length) items.push(`… ${size - items.length} more`);
    return items.join(', ');
  };
  if (Array.isArray(value)) {
    return value.length === 0 ? '[]' : `[ ${list(value.slice(0, 6).map(inner), value.length)} ]`;
  }
  const isMap = value instanceof Map;
  const entries: [unknown, unknown][] = isMap ? [...value].slice(0, 6) : propertiesOf(value).slice(0, 6);
  const items = entries.map(([key, each]) =>
    isMap ? `${inner(key)} => ${inner(each)}` : `${key}: ${inner(each)}`,
  );
  const size = isMap ? value.size : Object.keys(value).length;
  const type = isMap ? `Map(${size})` : typeName(value);
  const inside = size === 0 ? '{}' : `{ ${list(items, size)} }`;
  return type === 'Object' ? inside : `${type} ${inside}`;
}

/** Number of entries of what has entries by number. */
function lengthOf(value: unknown): number | undefined {
  if (isArray(value)) return value.shape[0];
  if (Array.isArray(value)) return value.length;
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return (value as Uint8Array).length;
  if (value instanceof Map || value instanceof Set) return value.size;
  return value instanceof Group ? value.end - value.start : undefined;
}

function isOpenable(value: unknown): boolean {
  try {
    const length = lengthOf(value);
    if (length !== undefined) return length > 0;
    if (value instanceof Error) return true;
    if (typeof value === 'object' && value !== null) return Reflect.ownKeys(value).length > 0;
    return typeof value === 'function' && Object.keys(value).length > 0;
  } catch {
    return false;
  }
}

function childrenOf(value: unknown): Entry[] {
  if (value instanceof Group) return stretch(value.holder, value.start, value.end);
  const length = lengthOf(value);
  if (length === undefined) return propertiesOf(value as object);
  return isArray(value) ? [...traitsOf(value), ...stretch(value, 0, length)] : stretch(value, 0, length);
}

/** Entries from `start` to `end`, in groups when there are many. */
function stretch(holder: unknown, start: number, end: number): Entry[] {
  let size = 1;
  while ((end - start) / size > PAGE) size *= PAGE;
  const entries: Entry[] = [];
  if (size === 1) {
    const list = holder instanceof Map || holder instanceof Set ? [...holder] : undefined;
    for (let i = start; i < end; i++) entries.push(list ? listed(holder, list[i], i) : childAt(holder, i));
    return entries;
  }
  for (let at = start; at < end; at += size) {
    const stop = Math.min(at + size, end);
    entries.push([`[${at}…${stop - 1}]`, new Group(holder, at, stop)]);
  }
  return entries;
}

function listed(holder: unknown, item: unknown, i: number): Entry {
  return holder instanceof Map ? [short((item as Entry)[0]), (item as Entry)[1]] : [`[${i}]`, item];
}

function childAt(holder: unknown, i: number): Entry {
  if (!isArray(holder)) return [`[${i}]`, (holder as unknown[])[i]];
  const row = holder.at(i);
  return [`[${i}]`, isArray(row) && row.shape.length === 0 ? row.item() : row];
}

function traitsOf(array: ArrayLike): Entry[] {
  const traits: Entry[] = [
    ['shape', array.shape],
    ['dtype', String(array.dtype)],
  ];
  if (isArray(array.grad)) traits.push(['grad', array.grad]);
  return traits;
}

function propertiesOf(value: object): Entry[] {
  const entries: Entry[] = [];
  for (const key of Reflect.ownKeys(value)) {
    const property = Object.getOwnPropertyDescriptor(value, key);
    if (!property || (!property.enumerable && !(value instanceof Error && key !== 'constructor'))) continue;
    // A getter is the user's code: it is not run behind his back.
    const name = typeof key === 'symbol' ? String(key) : key;
    entries.push([name, 'value' in property ? property.value : new Getter()]);
  }
  return entries;
}

class Getter {
  [inspect.custom](): string {
    return '[Getter]';
  }
}

/** The corner of an array of one or two dimensions as a table. */
function table(array: ArrayLike): MimeBundle {
  const { shape } = array;
  if (shape.length < 1 || shape.length > 2) return {};
  const cut = (size: number) => Math.min(size, TABLE);
  const cell = (one: ArrayLike) => escapeHtml(inspect(one.item()));
  const more = (size: number, tag: string) => (size > TABLE ? `<${tag}>…</${tag}>` : '');
  const columns = shape.length === 2 ? shape[1] : 1;
  const heads = Array.from({ length: cut(columns) }, (_, i) => `<th>${shape.length === 2 ? i : ''}</th>`);
  const rows = Array.from({ length: cut(shape[0]) }, (_, i) => {
    const row = array.at(i);
    const cells =
      shape.length === 1
        ? [`<td>${cell(row)}</td>`]
        : Array.from({ length: cut(columns) }, (_, j) => `<td>${cell(row.at(j))}</td>`);
    return `<tr><th>${i}</th>${cells.join('')}${more(columns, 'td')}</tr>`;
  });
  if (shape[0] > TABLE) rows.push('<tr><th>…</th></tr>');
  const head = `<tr><th></th>${heads.join('')}${more(columns, 'th')}</tr>`;
  const caption = `<caption>${escapeHtml(shortArray(array))}</caption>`;
  return { 'text/html': `<table>${caption}<thead>${head}</thead><tbody>${rows.join('')}</tbody></table>` };
}

function escapeHtml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
}
