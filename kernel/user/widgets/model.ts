// A widget's end in this session: its properties with their checks, the messages that keep the page's model the same
// (widget protocol 2.1), observers, and the view it shows itself by. Which widgets there are stands in controls.ts.
import { inspect } from 'node:util';
import type { Json, MimeBundle } from '../../protocol/messages.js';
import { type CellScope, cellScope } from '../channel.js';
import { Comm, type CommBuffer } from '../comms.js';
import { displaySymbol } from '../display.js';
import { models } from './models.js';
import { isSame, type Packed, pack, unpack } from './wire.js';

const PROTOCOL = { version: '2.1.0' };
const VIEW = 'application/vnd.jupyter.widget-view+json';

/** What a class of widgets is made of. */
export interface Spec {
  name: string;
  model: string;
  /** Without a view the widget cannot be shown. */
  view: string | null;
  module: string;
  version: string;
  /** Another module that the view is in: that of parts of a widget, which are not shown alone. */
  viewModule?: string;
  /** The properties that users set, with their defaults; these say which values fit. */
  defaults: Json;
  /** Properties that only this side has. */
  local?: readonly string[];
  /** Numbers are whole. */
  whole?: boolean;
  /** Makes the parts of a widget that are widgets themselves, such as its layout, from options. */
  parts?: Record<string, (options: object) => unknown>;
  /** Makes properties fit each other before they count; `changes` are those that have been set. */
  settle?(next: Json, changes: Json, name: string): void;
}

/** What observers are told. */
export interface Change<T, K extends keyof T = keyof T> {
  type: 'change';
  name: K;
  old: T[K];
  new: T[K];
  owner: Widget<T>;
}

type Observer = (change: Change<Json>) => unknown;
type MessageHandler = (content: Json, buffers: Uint8Array[]) => unknown;

/** A widget of any kind. */
export interface AnyWidget {
  readonly model_id: string;
  send_state(names?: readonly string[]): void;
}

/** What all widgets have. `T` are its properties: `widget.value = 3` sets one here and on the page. */
export class Widget<T = unknown> {
  private readonly spec: Spec;
  private readonly comm: Comm;
  private state: Json;
  /** By property; observers of all of them stand under ''. */
  private readonly observers = new Map<string, Set<Observer>>();
  private readonly messageHandlers = new Set<MessageHandler>();
  /** While a message of the page is handled: properties that the page does not have yet. */
  private held: { names: Set<string>; scope: CellScope | undefined } | undefined;

  /** Widgets are made by the functions of `widgets`. */
  constructor(spec: Spec, options: object = {}, comm?: Comm) {
    this.spec = spec;
    this.state = { ...spec.defaults };
    const given: Json = { ...options };
    for (const [part, make] of Object.entries(spec.parts ?? {})) {
      const value = given[part] ?? {};
      given[part] = value instanceof Widget ? value : make(value as object);
    }
    this.state = this.next(given, true);
    const packed = this.packed();
    this.comm =
      comm ??
      new Comm({
        target_name: 'jupyter.widget',
        data: { state: packed.state, buffer_paths: packed.buffer_paths },
        metadata: PROTOCOL,
        buffers: packed.buffers,
      });
    this.comm.on_msg(({ content, buffers }) => this.receive(content.data, buffers));
    this.comm.on_close(() => models.delete(this.model_id));
    models.set(this.model_id, this as never);
    if (comm) this.send_state();
  }

  /** The id of its model on the page. */
  get model_id(): string {
    return this.comm.comm_id;
  }

  /** Names of the properties. */
  get keys(): string[] {
    return Object.keys(this.spec.defaults).filter((key) => !key.startsWith('_'));
  }

  /** A property's value. */
  get<K extends keyof T & string>(name: K): T[K] {
    return this.state[name] as T[K];
  }

  /** Sets several properties at once, with one message to the page. */
  set(values: Partial<T>): this {
    this.assign(values as Json);
    return this;
  }

  /**
   * Calls a function after every change of a property, by code or by the reader of the page.
   * @param names one property or several; all without it
   * @example
   * const slider = new widgets.IntSlider({ max: 10 });
   * slider.observe(({ new: value }) => print(value), 'value');
   */
  observe<K extends keyof T & string>(
    handler: (change: Change<T, K>) => unknown,
    names?: K | readonly K[],
  ): void {
    if (typeof handler !== 'function')
      throw new TypeError(`${this.spec.name}.observe: a function is needed, got ${inspect(handler)}`);
    for (const name of this.observed(names)) {
      const set = this.observers.get(name) ?? new Set();
      this.observers.set(name, set.add(handler as unknown as Observer));
    }
  }

  /** Ends what `observe` began, for the same function and names. */
  unobserve<K extends keyof T & string>(
    handler: (change: Change<T, K>) => unknown,
    names?: K | readonly K[],
  ): void {
    for (const name of this.observed(names)) this.observers.get(name)?.delete(handler as unknown as Observer);
  }

  /** Sends a custom message to the widget's model on the page. */
  send(content: unknown, buffers: readonly CommBuffer[] = []): void {
    this.comm.send({ method: 'custom', content }, {}, buffers);
  }

  /** Calls a function with every custom message of the page. */
  on_msg(handler: (content: Json, buffers: Uint8Array[]) => unknown, remove = false): void {
    if (remove) this.messageHandlers.delete(handler);
    else this.messageHandlers.add(handler);
  }

  /** Adds a CSS class to the widget's element. */
  add_class(name: string): this {
    const classes = (this.state._dom_classes ?? []) as string[];
    if (!classes.includes(name)) this.assign({ _dom_classes: [...classes, name] });
    return this;
  }

  remove_class(name: string): this {
    this.assign({
      _dom_classes: ((this.state._dom_classes ?? []) as string[]).filter((each) => each !== name),
    });
    return this;
  }

  /** Takes the widget off the page for good. */
  close(): void {
    this.comm.close();
    models.delete(this.model_id);
  }

  /** Sends properties to the page again, all of them without names. */
  send_state(names?: readonly string[]): void {
    const { state, buffer_paths, buffers } = this.packed(names);
    this.comm.send({ method: 'update', state, buffer_paths }, {}, buffers);
  }

  /** The state as the page has it. */
  packed(names?: readonly string[]): Packed {
    const { spec } = this;
    const fixed = {
      _model_module: spec.module,
      _model_module_version: spec.version,
      _model_name: spec.model,
      _view_module: spec.viewModule ?? spec.module,
      _view_module_version: spec.version,
      _view_name: spec.view,
    };
    const local = new Set(spec.local);
    const own = Object.entries(this.state).filter(
      ([key]) => !local.has(key) && (names?.includes(key) ?? true),
    );
    return pack(names ? Object.fromEntries(own) : { ...Object.fromEntries(own), ...fixed });
  }

  get model(): { model_name: string; model_module: string; model_module_version: string } {
    const { model, module, version } = this.spec;
    return { model_name: model, model_module: module, model_module_version: version };
  }

  /** The front process has gathered what an Output widget captured, and sent it to the page. */
  receiveOutputs(outputs: unknown[]): void {
    const old = this.state.outputs;
    this.state = { ...this.state, outputs };
    void this.notify([{ name: 'outputs', old }]);
  }

  [displaySymbol](): MimeBundle {
    const text = { 'text/plain': inspect(this) };
    if (this.spec.view === null || this.spec.viewModule !== undefined || !models.has(this.model_id))
      return text;
    return { [VIEW]: { version_major: 2, version_minor: 0, model_id: this.model_id }, ...text };
  }

  [inspect.custom](depth: number, options: object): string {
    const entries = Object.entries(this.state).filter(
      ([key, value]) =>
        !key.startsWith('_') &&
        !(value instanceof Widget) &&
        (key === 'value' || !isSame(value, this.spec.defaults[key])),
    );
    if (depth < 0 || entries.length === 0) return this.spec.name;
    const text = inspect(Object.fromEntries(entries), { ...options, depth: 1 });
    return `${this.spec.name} ${text}`;
  }

  /** Sets properties; observers hear of what has really changed. */
  protected assign(changes: Json): unknown {
    const before = this.state;
    this.state = this.next(changes, false);
    const changed = Object.keys(this.state).filter((key) => !isSame(this.state[key], before[key]));
    const synced = changed.filter((key) => !this.spec.local?.includes(key));
    // An interrupted handler never says that it has ended.
    if (this.held && !this.held.scope?.over) for (const key of synced) this.held.names.add(key);
    else if (synced.length > 0) this.send_state(synced);
    return this.notify(changed.map((name) => ({ name, old: before[name] })));
  }

  private next(changes: Json, fresh: boolean): Json {
    const next = { ...this.state };
    for (const [key, value] of Object.entries(changes)) {
      if (value === undefined && fresh) continue;
      next[key] = this.check(key, value);
    }
    this.spec.settle?.(next, fresh ? { ...this.spec.defaults, ...changes } : changes, this.spec.name);
    return next;
  }

  private notify(changed: { name: string; old: unknown }[]): unknown {
    const calls = changed.flatMap(({ name, old }) =>
      [...(this.observers.get(name) ?? []), ...(this.observers.get('') ?? [])].map(
        (observer) => () =>
          observer({ type: 'change', name, old, new: this.state[name], owner: this as never }),
      ),
    );
    return callAll(calls);
  }

  private observed(names: string | readonly string[] | undefined): readonly string[] {
    const list = names === undefined ? [''] : typeof names === 'string' ? [names] : names;
    for (const name of list) if (name !== '') this.known(name);
    return list;
  }

  private known(name: string): void {
    if (Object.hasOwn(this.spec.defaults, name)) return;
    const near = this.keys.find(
      (key) => key.toLowerCase().replace(/_/g, '') === name.toLowerCase().replace(/_/g, ''),
    );
    const hint = near ? `Did you mean "${near}"?` : `It has ${this.keys.join(', ')}`;
    throw new TypeError(`${this.spec.name}: there is no property "${name}". ${hint}`);
  }

  /** The value as the property keeps it. */
  private check(name: string, value: unknown): unknown {
    this.known(name);
    const model = this.spec.defaults[name];
    const fail = (what: string) =>
      new TypeError(`${this.spec.name}: ${name} is ${inspect(value, { depth: 0 })}, not ${what}`);
    const part = this.spec.parts?.[name];
    if (part) {
      if (value instanceof Widget) return value;
      if (typeof value !== 'object' || value === null) throw fail('an object of properties');
      return part(value);
    }
    switch (typeof model) {
      case 'number': {
        const number = toNumber(value);
        if (number === undefined || Number.isNaN(number)) throw fail('a number');
        return this.spec.whole ? Math.trunc(number) : number;
      }
      case 'string':
        if (typeof value !== 'string') throw fail('a string');
        return value;
      case 'boolean':
        if (typeof value !== 'boolean') throw fail('a boolean');
        return value;
    }
    if (!Array.isArray(model) || this.spec.local?.includes(name)) return value;
    if (typeof value !== 'object' || value === null || !(Symbol.iterator in value)) throw fail('an array');
    return [...(value as Iterable<unknown>)];
  }

  /** A message of the page. */
  private receive(data: Json, buffers: Uint8Array[]): unknown {
    switch (data.method) {
      case 'update':
        return this.receiveState(
          data.state as Json,
          (data.buffer_paths ?? []) as (string | number)[][],
          buffers,
        );
      case 'request_state':
        return this.send_state();
      case 'custom':
        return callAll(
          [...this.messageHandlers].map((handler) => () => handler(data.content as Json, buffers)),
        );
    }
  }

  private receiveState(raw: Json, paths: (string | number)[][], buffers: Uint8Array[]): unknown {
    const sent = unpack(raw, paths, buffers, (id) => models.get(id));
    const known = Object.entries(sent).filter(
      ([key]) => Object.hasOwn(this.spec.defaults, key) && !this.spec.local?.includes(key),
    );
    const changes = Object.fromEntries(known);
    // Other pages that show this widget hear of it; the one that sent it knows that it has arrived.
    const echo = pack(changes);
    const { state, buffer_paths } = echo;
    this.comm.send({ method: 'echo_update', state, buffer_paths }, {}, echo.buffers);
    const held = new Set<string>();
    this.held = { names: held, scope: cellScope.getStore() };
    try {
      return this.assign(changes);
    } finally {
      this.held = undefined;
      const names = [...held, ...Object.keys(changes)].filter(
        (key) => !isSame(this.state[key], changes[key]),
      );
      if (names.length > 0) this.send_state([...new Set(names)]);
    }
  }
}

function toNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  const { item } = (value ?? {}) as { item?: () => unknown };
  return typeof item === 'function' ? Number(item.call(value)) : undefined;
}

/** Calls all, also when one throws; then throws what was thrown. Promises are for who awaits the handlers. */
export function callAll(calls: readonly (() => unknown)[]): unknown {
  const errors: unknown[] = [];
  const promises: Promise<unknown>[] = [];
  for (const call of calls) {
    try {
      const result = call();
      if (result instanceof Promise) promises.push(result);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 1) throw new AggregateError(errors, `${errors.length} handlers failed`);
  if (errors.length === 1) throw errors[0];
  return promises.length > 0 ? Promise.all(promises) : undefined;
}

/** All models with their states, for a page that has been opened or loaded again. */
export function allStates(): { states: Json; buffer_paths: (string | number)[][]; buffers: Uint8Array[] } {
  const states: Json = {};
  const buffer_paths: (string | number)[][] = [];
  const buffers: Uint8Array[] = [];
  for (const [id, widget] of models as unknown as Map<string, Widget>) {
    const packed = widget.packed();
    states[id] = { ...widget.model, state: packed.state };
    for (const path of packed.buffer_paths) buffer_paths.push([id, ...path]);
    buffers.push(...packed.buffers);
  }
  return { states, buffer_paths, buffers };
}
