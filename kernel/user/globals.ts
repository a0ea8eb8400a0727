// The names that every cell finds: the library (np, nn, plot...), the kernel's own functions (display, print...),
// `require` and friends, and the two that compiled cells call: `$cell` and `$op`.
import { type CellRuntime, PRELOADED } from '../language/contract.js';
import { Comm, registerTarget } from './comms.js';
import { clearOutput, display, html, markdown, print } from './display.js';
import { setCellValue } from './evaluate.js';
import { Fragment, jsx } from './jsx.js';
import { magics } from './magics.js';
import { cellMeta, importInCell, requireInCell, setLibrary, startModules } from './modules.js';
import { defineResults } from './results.js';
import { confirm, input, password, prompt } from './stdin.js';
import { setArrayClass, startVariables } from './variables.js';

const cellFunctions = {
  display,
  print,
  clearOutput,
  html,
  markdown,
  input,
  prompt,
  confirm,
  password,
  Comm,
  registerTarget,
};
export type CellFunctions = typeof cellFunctions;

/** Configurable and writable, so that a cell may use the name for something else. */
function define(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
}

export function defineGlobals(cwd: string): void {
  startModules(cwd);
  startVariables();
  const runtime: CellRuntime = {
    value: setCellValue,
    import: importInCell,
    require: requireInCell,
    meta: cellMeta,
  };
  define('$cell', runtime);
  define('$magic', magics);
  define('$jsx', jsx);
  define('$Fragment', Fragment);
  for (const [name, value] of Object.entries(cellFunctions)) define(name, value);
  define('require', requireInCell);
  define('__dirname', cwd);
  define('__filename', cellMeta.filename);
  defineResults();
}

let haveWidgets = false;

/** Whether a cell mentions widgets before they are there. Most sessions have none, and need not load them. */
export function wantsWidgets(js: string): boolean {
  return !haveWidgets && /\b(widgets|interact)\b/.test(js);
}

export async function loadWidgets(): Promise<void> {
  haveWidgets = true;
  const widgets = await import('./widgets/index.js');
  for (const [name, value] of [
    ['widgets', widgets],
    ['interact', widgets.interact],
  ] as const) {
    if (!Object.hasOwn(globalThis, name)) define(name, value);
  }
}

export function defineLibrary(library: Record<string, unknown>, operators: unknown): void {
  setLibrary(library);
  setArrayClass(library.NDArray);
  for (const name of PRELOADED) {
    if (name in library) define(name, library[name]);
  }
  define('$op', operators);
}
