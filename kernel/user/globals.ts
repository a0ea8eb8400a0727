// The names that every cell finds: the library (np, nn, plot...), the kernel's own functions (display, print...),
// `require` and friends, and the two that compiled cells call: `$cell` and `$op`.
import { type CellRuntime, PRELOADED } from '../language/contract.js';
import { clearOutput, display, html, markdown, print } from './display.js';
import { setCellValue } from './evaluate.js';
import { Fragment, jsx } from './jsx.js';
import { magics } from './magics.js';
import { cellMeta, importInCell, requireInCell, setLibrary, startModules } from './modules.js';
import { input, password, prompt } from './stdin.js';
import { setArrayClass, startVariables } from './variables.js';

export const cellFunctions = { display, print, clearOutput, html, markdown, input, prompt, password };
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
}

export function defineLibrary(library: Record<string, unknown>, operators: unknown): void {
  setLibrary(library);
  setArrayClass(library.NDArray);
  for (const name of PRELOADED) {
    if (name in library) define(name, library[name]);
  }
  define('$op', operators);
}
