// How a row of the table of widgets becomes a class, at run time and for the type checker: options are the properties,
// all optional; an instance has them as accessors. Classes may be called with or without `new`, as in Python.
import type { Json } from '../../protocol/messages.js';
import type { Comm } from '../comms.js';
import { type Spec, Widget } from './model.js';

/** A widget that is a part of another one; its properties alone may be given for it. */
export type Part<P> = Widget<P> & P;

interface Parts<L, S> {
  get layout(): Part<L>;
  set layout(value: Part<L> | Partial<L>);
  get style(): Part<S>;
  set style(value: Part<S> | Partial<S>);
}

/** Options of a widget with the properties `T`, a layout and a style. */
export type Options<T, L, S> = Partial<T> & { layout?: Part<L> | Partial<L>; style?: Part<S> | Partial<S> };
export type Instance<T, L, S> = Widget<T> & T & Parts<L, S>;

/** `M` are the methods of the class. */
export interface WidgetClass<T, L, S, M = unknown> {
  new (options?: Options<T, L, S>): Instance<T, L, S> & M;
  (options?: Options<T, L, S>): Instance<T, L, S> & M;
}

const classes = new Map<string, new (options: object, comm?: Comm) => Widget>();

/** A class of methods that properties alone do not give. */
export type BaseClass = new (spec: Spec, options?: object, comm?: Comm) => object;

/** Makes the class of a spec. */
export function define(spec: Spec, Base: BaseClass = Widget): unknown {
  class Defined extends (Base as typeof Widget) {
    constructor(options: object = {}, comm?: Comm) {
      super(spec, options, comm);
    }
  }
  for (const name of Object.keys(spec.defaults)) {
    Object.defineProperty(Defined.prototype, name, {
      get(this: { state: Json }) {
        return this.state[name];
      },
      set(this: { assign(changes: Json): unknown }, value: unknown) {
        this.assign({ [name]: value });
      },
      configurable: true,
      enumerable: true,
    });
  }
  Object.defineProperty(Defined, 'name', { value: spec.name });
  classes.set(spec.model, Defined);
  // A class cannot be called without `new`; a function in front of it can.
  return new Proxy(Defined, { apply: (target, _self, [options]) => new target(options) });
}

/** A widget that code of the page has asked for. */
export function openedByPage(comm: Comm, data: Json): void {
  const state = (data.state ?? {}) as Json;
  const Class = classes.get(String(state._model_name));
  if (!Class) return comm.close();
  const options = Object.fromEntries(Object.entries(state).filter(([key]) => !key.startsWith('_')));
  new Class(options, comm);
}
