// Widgets of one's own on the page, by the contract of anywidget: the model carries a module as text, whose default
// export has `initialize({ model })` and `render({ model, el })` (or is a function that returns these). What they return
// is called when the widget goes.

import {
  DOMWidgetModel,
  DOMWidgetView,
  type IBackboneModelOptions,
  IJupyterWidgetRegistry,
} from '@jupyter-widgets/base';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

/** The version of anywidget whose contract this is; models ask for ~0.9. */
const VERSION = '0.9.21';

type Cleanup = undefined | (() => unknown);
interface Hooks {
  initialize?(given: { model: Face }): Cleanup | Promise<Cleanup>;
  render?(given: { model: Face; el: HTMLElement }): Cleanup | Promise<Cleanup>;
}
type Callback = (...args: unknown[]) => unknown;

/** What a module sees of a model. Its listeners end with the view, or the model, that it was given to. */
interface Face {
  get(key: string): unknown;
  set(key: string, value: unknown): void;
  save_changes(): void;
  send(content: unknown, callbacks?: unknown, buffers?: ArrayBuffer[]): void;
  on(name: string, callback: Callback): void;
  off(name?: string | null, callback?: Callback | null): void;
  widget_manager: unknown;
}

function faceOf(model: DOMWidgetModel, owner: object): Face {
  return {
    get: (key) => model.get(key),
    set: (key, value) => void model.set(key, value),
    save_changes: () => model.save_changes(),
    send: (content, callbacks, buffers) => model.send(content as never, callbacks as never, buffers),
    on: (name, callback) => void model.on(name, callback, owner),
    off: (name = null, callback = null) => void model.off(name as string, callback as Callback, owner),
    widget_manager: model.widget_manager,
  };
}

/** Loads a module from its text or its address. */
async function load(esm: string): Promise<Hooks> {
  const isAddress = /^https?:\/\/\S+$/.test(esm);
  const url = isAddress ? esm : URL.createObjectURL(new Blob([esm], { type: 'text/javascript' }));
  try {
    const module = (await import(url)) as {
      default?: Hooks | (() => Hooks | Promise<Hooks>);
      render?: Hooks['render'];
    };
    const { default: main, render } = module;
    if (typeof main === 'function') return await main();
    if (main) return main;
    if (render) return { render };
  } finally {
    if (!isAddress) URL.revokeObjectURL(url);
  }
  throw new Error('the module of this widget exports no default { render({ model, el }) {} }');
}

class AnyModel extends DOMWidgetModel {
  // Backbone calls `initialize` from its constructor: initial values here would come after it.
  declare hooks: Promise<Hooks>;
  declare private style: HTMLStyleElement;
  declare private cleanup: Promise<Cleanup>;
  /** Whom the listeners of the module belong to. */
  declare private owner: object;

  override initialize(attributes: Record<string, unknown>, options: IBackboneModelOptions): void {
    super.initialize(attributes, options);
    this.style = document.createElement('style');
    this.cleanup = Promise.resolve(undefined);
    this.owner = {};
    document.head.append(this.style);
    this.on('change:_css', this.showStyle, this);
    this.on('change:_esm', this.start, this);
    this.once('destroy', this.end, this);
    this.showStyle();
    this.start();
  }

  private showStyle(): void {
    this.style.textContent = String(this.get('_css') ?? '');
  }

  private start(): void {
    const before = this.cleanup;
    this.hooks = load(String(this.get('_esm') ?? ''));
    this.cleanup = this.hooks.then(async (hooks) => {
      (await before.catch(() => undefined))?.();
      this.off(null as never, null as never, this.owner);
      return hooks.initialize?.({ model: faceOf(this, this.owner) });
    });
    // The views say what is wrong with the module.
    this.cleanup.catch(() => {});
    this.trigger('gradlab:hooks');
  }

  private end(): void {
    this.style.remove();
    this.cleanup.then((cleanup) => cleanup?.()).catch(() => {});
  }

  /** When `initialize` has run. */
  get ready(): Promise<unknown> {
    return this.cleanup;
  }
}

class AnyView extends DOMWidgetView {
  private cleanup: Cleanup;
  private turn = 0;
  /** Whom the listeners of the module belong to. */
  private owner = {};

  override async render(): Promise<void> {
    super.render();
    this.listenTo(this.model, 'gradlab:hooks', () => void this.draw());
    await this.draw();
  }

  private async draw(): Promise<void> {
    const turn = ++this.turn;
    const model = this.model as AnyModel;
    try {
      const hooks = await model.hooks;
      await model.ready;
      if (turn !== this.turn) return;
      this.clear();
      const cleanup = await hooks.render?.({
        model: faceOf(model, this.owner),
        el: this.el as HTMLElement,
      });
      if (turn === this.turn) this.cleanup = cleanup;
      else cleanup?.();
    } catch (error) {
      if (turn !== this.turn) return;
      const note = document.createElement('pre');
      note.textContent = `The widget could not be drawn: ${error instanceof Error ? error.message : String(error)}`;
      this.el.replaceChildren(note);
      console.error(error);
    }
  }

  private clear(): void {
    this.cleanup?.();
    this.cleanup = undefined;
    this.model.off(null as never, null as never, this.owner);
    this.el.replaceChildren();
  }

  override remove(): unknown {
    this.turn++;
    this.clear();
    return super.remove();
  }
}

const plugin: JupyterFrontEndPlugin<void> = {
  id: 'gradlab:anywidget',
  description: "Draws widgets of one's own (anywidget).",
  autoStart: true,
  requires: [IJupyterWidgetRegistry],
  activate: (_app: JupyterFrontEnd, registry: IJupyterWidgetRegistry) => {
    registry.registerWidget({
      name: 'anywidget',
      version: VERSION,
      exports: { AnyModel, AnyView } as never,
    });
  },
};

export default { default: [plugin] };
