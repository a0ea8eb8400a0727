// What JSX in a cell makes when neither React nor an `h` is in scope: HTML that shows itself.
import { escapeHtml } from '../protocol/html.js';
import { type Displayable, displaySymbol, html } from './display.js';

type Props = Record<string, unknown> | null;
type Component = (props: Record<string, unknown>) => unknown;

const VOID = new Set('area base br col embed hr img input link meta source track wbr'.split(' '));
const ATTRIBUTES: Readonly<Record<string, string>> = { className: 'class', htmlFor: 'for' };

/** Children without an element around them. */
export function Fragment({ children }: { children?: unknown }): Displayable {
  return html(content(children));
}

/**
 * An element of JSX as HTML; `<b>{x}</b>` is `jsx('b', null, x)`. What is filled in is escaped; values that show
 * themselves as HTML (charts, arrays, `html` and other elements) are put in as they are.
 * @param tag the name of an element, or a function from properties to what it shows
 * @throws TypeError when the tag is neither
 */
export function jsx(tag: string | Component, props: Props, ...children: unknown[]): Displayable {
  if (typeof tag === 'function') return html(content(tag({ ...props, children })));
  if (typeof tag !== 'string' || !/^[a-zA-Z][\w:.-]*$/.test(tag))
    throw new TypeError(`jsx: a tag is the name of an element or a function, got ${String(tag)}`);
  let text = `<${tag}`;
  let inner = children.map(content).join('');
  for (const [name, value] of Object.entries(props ?? {})) {
    if (name === 'children') inner ||= content(value);
    else if (name === 'innerHTML') inner = String(value);
    else if (name !== 'key' && name !== 'ref') text += attribute(name, value);
  }
  return html(VOID.has(tag) ? `${text}>` : `${text}>${inner}</${tag}>`);
}

function attribute(name: string, value: unknown): string {
  if (value === false || value === null || value === undefined || typeof value === 'function') return '';
  const written = ATTRIBUTES[name] ?? name;
  if (!/^[^\s"'<>/=]+$/.test(written)) return '';
  if (value === true) return ` ${written}`;
  const text = name === 'style' && typeof value === 'object' ? styleText(value) : String(value);
  return ` ${written}="${escapeHtml(text)}"`;
}

function styleText(style: object): string {
  return Object.entries(style)
    .map(([name, value]) => `${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}: ${value}`)
    .join('; ');
}

function content(child: unknown): string {
  if (child === null || child === undefined || typeof child === 'boolean') return '';
  if (Array.isArray(child)) return child.map(content).join('');
  const show = (child as Partial<Displayable>)[displaySymbol];
  const bundle = typeof show === 'function' ? show.call(child) : undefined;
  if (bundle && !(bundle instanceof Promise) && typeof bundle['text/html'] === 'string')
    return bundle['text/html'];
  return escapeHtml(String(child));
}
