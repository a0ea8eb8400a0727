// What a cell shows and how: values to MIME bundles (`Symbol.for('Jupyter.display')`, else util.inspect), and the
// functions `display`, `print`, `clearOutput`, `html` and `markdown` that every cell has.

import { randomUUID } from 'node:crypto';
import { type InspectOptions, inspect } from 'node:util';
import { escapeHtml } from '../protocol/html.js';
import type { Json, MimeBundle } from '../protocol/messages.js';
import { type CellScope, capturing, cellScope, currentCell, sendOutput } from './channel.js';
import { charts, mapModuleFrames } from './modules.js';

/** A value with a method of this name shows itself: it returns a MIME bundle, or a promise of one (as in Deno). */
export const displaySymbol: unique symbol = Symbol.for('Jupyter.display') as never;

export interface Displayable {
  [displaySymbol](): MimeBundle | Promise<MimeBundle>;
}

export interface DisplayOptions {
  /** The value is a MIME bundle already, such as `{'text/html': '<b>hi</b>'}`. */
  raw?: boolean;
  /** A name by which `display(value, {display_id, update: true})` replaces this output later. */
  display_id?: string;
  /** Replace the outputs of this `display_id` instead of adding one. */
  update?: boolean;
  /** Metadata of the MIME bundle, by MIME type. */
  metadata?: Json;
}

/** An output on the page that can be replaced. */
export interface DisplayHandle {
  readonly display_id: string;
  update(value: unknown, options?: Omit<DisplayOptions, 'display_id' | 'update'>): void;
}

/** A result shows more than a line of console.log; what the user sets in `util.inspect.defaultOptions` counts. */
const RESULT_OPTIONS: InspectOptions = {
  depth: 4,
  maxArrayLength: 100,
  maxStringLength: 100_000,
  breakLength: 80,
};
const initialOptions = { ...inspect.defaultOptions };

/** How a value prints as text in a result; also the fall-back of every rich value. */
export function inspectText(value: unknown): string {
  const options: InspectOptions = { ...RESULT_OPTIONS, colors: false };
  for (const [name, set] of Object.entries(inspect.defaultOptions) as [keyof InspectOptions, never][])
    if (set !== initialOptions[name]) options[name] = set;
  return mapModuleFrames(inspect(value, options));
}

/**
 * What async_hooks notes on promises and timers, with the running cell behind it as long as a page; and the lists that
 * Node keeps its timers in.
 */
const NOTES =
  /^(?:Symbol\((?:async_id_symbol|trigger_async_id_symbol|asyncId|triggerId|kResourceStore)\)|_idlePrev|_idleNext)$/;

/** Promises and timers print without these. */
export function hideAsyncNotes(): void {
  const timer = setTimeout(() => {}, 0);
  const immediate = setImmediate(() => {});
  clearTimeout(timer);
  clearImmediate(immediate);
  for (const like of [Promise.prototype, timer, immediate]) {
    const prototype = like === Promise.prototype ? like : Object.getPrototypeOf(like);
    Object.defineProperty(prototype, inspect.custom, {
      configurable: true,
      writable: true,
      value: function (this: object, depth: number, options: InspectOptions, print: typeof inspect): string {
        for (const key of Reflect.ownKeys(this))
          if (NOTES.test(String(key))) Object.defineProperty(this, key, { enumerable: false });
        // Printed as if this method were not there.
        Object.defineProperty(this, inspect.custom, { value: undefined, configurable: true });
        try {
          return print(this, { ...options, depth });
        } finally {
          delete (this as { [inspect.custom]?: unknown })[inspect.custom];
        }
      },
    });
  }
}

function isDisplayable(value: unknown): value is Displayable {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    typeof (value as Partial<Displayable>)[displaySymbol] === 'function'
  );
}

/**
 * The MIME bundle of any value.
 * @throws TypeError when the value's own display method returns no bundle
 */
export function toMimeBundle(value: unknown): MimeBundle | Promise<MimeBundle> {
  if (!isDisplayable(value)) return { 'text/plain': inspectText(value) };
  const bundle = value[displaySymbol]();
  return bundle instanceof Promise ? bundle.then(checkBundle) : checkBundle(bundle);
}

function checkBundle(bundle: unknown): MimeBundle {
  if (
    typeof bundle !== 'object' ||
    bundle === null ||
    Object.keys(bundle).some((type) => !type.includes('/'))
  ) {
    throw new TypeError(
      `display: a MIME bundle is an object from MIME types to data, such as {'text/html': '<b>hi</b>'}; ` +
        `got ${inspect(bundle, { depth: 1 })}`,
    );
  }
  return bundle as MimeBundle;
}

/**
 * The running cell as libraries may see it, under `Symbol.for('gradlab.cell')`: charts bring their library along once a
 * notebook, and again when the output that had it is replaced. (The library's side is in src/plot/html.ts.)
 */
interface RunningCell {
  serial: number;
  code: string;
  /** How often this run cleared outputs. */
  cleared: number;
  /** The display whose bundle is being made. */
  display?: string;
  /** Displays that have been given new content. */
  replaced: Set<string>;
}
const runningCells = new WeakMap<CellScope, RunningCell>();
let latestCell: RunningCell | undefined;
Object.defineProperty(globalThis, Symbol.for('gradlab.cell'), { get: runningCell, enumerable: false });

const replaced = new Set<string>();

export function startRunningCell(scope: CellScope, code: string): void {
  latestCell = { serial: scope.serial, code, cleared: 0, replaced };
  runningCells.set(scope, latestCell);
}

function runningCell(): RunningCell | undefined {
  const scope = cellScope.getStore();
  return (scope && runningCells.get(scope)) ?? latestCell;
}

/** Makes a bundle while the library can see which display it is for. */
function bundleFor(display_id: string, value: unknown): MimeBundle | Promise<MimeBundle> {
  const cell = runningCell();
  if (cell === undefined) return toMimeBundle(value);
  cell.display = display_id;
  try {
    return toMimeBundle(value);
  } finally {
    delete cell.display;
  }
}

/**
 * Shows a value in the cell's output now, as a result at the end of a cell would.
 * @param value anything; with `raw: true` a MIME bundle
 * @returns a handle whose `update` replaces what is shown
 * @see IPython.display.display
 */
export function display(value: unknown, options: DisplayOptions = {}): DisplayHandle {
  const display_id = options.display_id ?? randomUUID();
  const cell = currentCell();
  const show = (made: MimeBundle) => {
    const data = capturing.getStore() !== undefined && carriesLibrary(made) ? lightBundle(value) : made;
    sendOutput({
      t: 'display',
      cell,
      data,
      metadata: options.metadata ?? {},
      display_id,
      update: options.update === true,
    });
  };
  if (options.update) replaced.add(display_id);
  const bundle = options.raw ? checkBundle(value) : bundleFor(display_id, value);
  if (bundle instanceof Promise) keep(bundle.then(show));
  else show(bundle);
  return {
    display_id,
    update: (next, more = {}) => void display(next, { ...more, display_id, update: true }),
  };
}

/** Runs code whose figures are not the cell's: what it draws and does not show itself is shown when it has ended. */
export function withOwnFigures<R>(run: () => R): R {
  const library = charts();
  return library ? library.withFigures(run, (figure) => display(figure)) : run();
}

const HEAVY = 1e6;

/** Whether a bundle is the one in which a chart brings its library along. */
function carriesLibrary(data: MimeBundle): boolean {
  return 'application/vnd.plotly.v1+json' in data && String(data['text/html'] ?? '').length > HEAVY;
}

/** An Output widget is sent again with every change: the library goes into the cell's own output, once. */
function lightBundle(value: unknown): MimeBundle {
  capturing.run(undefined, () => display(charts()?.embedLibrary()));
  return toMimeBundle(value) as MimeBundle;
}

/** The cell waits for it, and a failure is the cell's; after its end, one that nobody handled. */
function keep(promise: Promise<unknown>): void {
  const scope = cellScope.getStore();
  if (!scope || scope.over) return;
  scope.pending.add(promise);
  promise.then(
    () => scope.pending.delete(promise),
    (error) => {
      if (scope.over) throw error;
    },
  );
}

/**
 * Prints values separated by spaces, as Python's print does: text as it is, everything else as `util.inspect`
 * or, for values that print themselves (arrays), as their `toString`.
 */
export function print(...values: unknown[]): void {
  const text = `${values.map(printText).join(' ')}\n`;
  sendOutput({ t: 'stream', cell: currentCell(), name: 'stdout', text });
}

function printText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    // A class with a toString of its own and a custom inspect has Python's pair of str and repr.
    const own = value.toString;
    if (typeof own === 'function' && own !== Object.prototype.toString && inspect.custom in value) {
      return String(own.call(value));
    }
  }
  return inspectText(value);
}

/** Clears the cell's output; with `wait` only when the next output comes, which avoids flicker. */
export function clearOutput(wait = false): void {
  const running = runningCell();
  if (running && capturing.getStore() === undefined) running.cleared++;
  sendOutput({ t: 'clear', cell: currentCell(), wait });
}

/** Rich text as a value: it shows itself as a result, and `display(html(...))` shows it anywhere. */
class RichText implements Displayable {
  constructor(
    private readonly type: string,
    private readonly source: string,
  ) {}

  [displaySymbol](): MimeBundle {
    return { [this.type]: this.source, 'text/plain': this.source };
  }

  toString(): string {
    return this.source;
  }
}

function fillIn(
  source: string | readonly string[],
  values: unknown[],
  each: (value: unknown) => string,
): string {
  return typeof source === 'string' ? source : String.raw({ raw: source }, ...values.map(each));
}

/** HTML as a value. As a tag, html`<b>${name}</b>`, it escapes what is filled in (other `html` values excepted). */
export function html(source: string | TemplateStringsArray, ...values: unknown[]): Displayable {
  const each = (value: unknown) => (value instanceof RichText ? String(value) : escapeHtml(String(value)));
  return new RichText('text/html', fillIn(source, values, each));
}

/** Markdown as a value, with LaTeX between dollar signs; also as a tag. */
export function markdown(source: string | TemplateStringsArray, ...values: unknown[]): Displayable {
  // Raw, so that \alpha in a tag stays LaTeX.
  return new RichText(
    'text/markdown',
    fillIn(typeof source === 'string' ? source : source.raw, values, String),
  );
}
