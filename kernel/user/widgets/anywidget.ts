// Widgets of one's own: state here, and a module for the page that draws it. The page needs the front end of anywidget,
// whose contract this is; `gradlab lab` has it.
import { existsSync, readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { Layout, type LayoutProperties } from './controls.js';
import { define, type Instance } from './define.js';

/** What a widget of one's own has beside its state. */
export interface PageCode {
  /** A module for the page, as text or as the path of a file: `export default { render({ model, el }) {...} }`. */
  esm: string;
  /** A style sheet, as text or as the path of a file. */
  css?: string;
}

/** Text that is one line and names a file is that file. */
function load(text: unknown, name: string): string {
  if (typeof text !== 'string')
    throw new TypeError(`anywidget: ${name} is ${inspect(text, { depth: 0 })}, not a string`);
  const isPath = /^[^\n{}();]+\.(m?js|css)$/.test(text.trim());
  if (!isPath) return text;
  if (!existsSync(text.trim())) throw new Error(`anywidget: there is no file ${text.trim()} for ${name}`);
  return readFileSync(text.trim(), 'utf8');
}

/** Numbers may change, text stay text: the types of the state's values without their literals. */
type Widened<S> = {
  [K in keyof S]: S[K] extends number
    ? number
    : S[K] extends string
      ? string
      : S[K] extends boolean
        ? boolean
        : S[K];
};

/**
 * A widget of one's own: every further option is a property, the same here and on the page (`model.get('count')`).
 * @example
 * const counter = widgets.anywidget({
 *   count: 0,
 *   esm: `export default {
 *     render({ model, el }) {
 *       const button = document.createElement('button');
 *       const show = () => { button.textContent = model.get('count'); };
 *       button.onclick = () => { model.set('count', model.get('count') + 1); model.save_changes(); };
 *       model.on('change:count', show);
 *       show();
 *       el.append(button);
 *     },
 *   }`,
 * });
 * counter.observe(({ new: count }) => print(count), 'count');
 * @see https://anywidget.dev
 */
export function anywidget<S extends object>(
  options: PageCode & S,
): Instance<Widened<Omit<S, keyof PageCode>>, LayoutProperties, object> {
  const { esm, css, ...state } = options ?? {};
  const Class = define({
    name: 'anywidget',
    model: 'AnyModel',
    view: 'AnyView',
    module: 'anywidget',
    version: '~0.9.*',
    defaults: {
      tooltip: null,
      tabbable: null,
      _dom_classes: [],
      layout: null,
      ...state,
      _esm: load(esm, 'esm'),
      _css: css === undefined ? '' : load(css, 'css'),
      _anywidget_id: 'gradlab',
    },
    parts: { layout: (given) => new Layout(given) },
  }) as new () => never;
  return new Class();
}
