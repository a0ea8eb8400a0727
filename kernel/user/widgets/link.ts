// Properties that follow each other: `link` and `dlink` here in the session, `jslink` and `jsdlink` on the page, where
// they work without the session too.
import { inspect } from 'node:util';
import { define } from './define.js';
import { Widget } from './model.js';

/** A widget and the name of one of its properties. */
export type End<W> = readonly [widget: W, property: Extract<Exclude<keyof W, keyof Widget>, string>];

export interface Link {
  unlink(): void;
}

function checked(name: string, end: readonly [unknown, string]): [Widget<Record<string, unknown>>, string] {
  const [widget, property] = end ?? [];
  if (!(widget instanceof Widget) || typeof property !== 'string')
    throw new TypeError(`${name}: ${inspect(end, { depth: 0 })} is not [widget, 'property']`);
  if (!(property in widget)) widget.observe(() => {}, property as never);
  return [widget as Widget<Record<string, unknown>>, property];
}

/**
 * Keeps two properties the same; the second takes the value of the first now.
 * @example
 * const a = new widgets.IntSlider(), b = new widgets.IntText();
 * widgets.link([a, 'value'], [b, 'value']);
 */
export function link<A, B>(source: End<A>, target: End<B>): Link {
  const there = dlink(source, target);
  const back = follow(checked('link', target), checked('link', source), (value) => value);
  return {
    unlink: () => {
      there.unlink();
      back.unlink();
    },
  };
}

/** Lets the second property follow the first, through `transform` if one is given. */
export function dlink<A, B>(
  source: End<A>,
  target: End<B>,
  transform: (value: never) => unknown = (value) => value,
): Link {
  const [from, name] = checked('dlink', source);
  const [to, other] = checked('dlink', target);
  to.set({ [other]: transform(from.get(name) as never) });
  return follow([from, name], [to, other], transform as (value: unknown) => unknown);
}

function follow(
  [from, name]: [Widget<Record<string, unknown>>, string],
  [to, other]: [Widget<Record<string, unknown>>, string],
  transform: (value: unknown) => unknown,
): Link {
  const handler = () => to.set({ [other]: transform(from.get(name)) });
  from.observe(handler, name);
  return { unlink: () => from.unobserve(handler, name) };
}

const onPage = (name: string) =>
  define({
    name,
    model: `${name}Model`,
    view: null,
    module: '@jupyter-widgets/controls',
    version: '2.0.0',
    defaults: { source: [], target: [] },
  }) as new (ends: {
    source: unknown;
    target: unknown;
  }) => Widget;
const PageLink = onPage('Link');
const DirectionalLink = onPage('DirectionalLink');

/** Keeps two properties the same, on the page. */
export function jslink<A, B>(source: End<A>, target: End<B>): Link {
  const made = new PageLink({ source: checked('jslink', source), target: checked('jslink', target) });
  return { unlink: () => made.close() };
}

/** Lets the second property follow the first, on the page. */
export function jsdlink<A, B>(source: End<A>, target: End<B>): Link {
  const made = new DirectionalLink({
    source: checked('jsdlink', source),
    target: checked('jsdlink', target),
  });
  return { unlink: () => made.close() };
}
