// The Output widget: a place on the page that takes what code prints, shows and throws. The front process gathers that
// and sends it as the widget's state, so what is captured arrives in any client and stays when a page is loaded again.
import { capturing, currentCell, sendOutput } from '../channel.js';
import { clearOutput, display, withOwnFigures } from '../display.js';
import { describeError } from '../errors.js';
import { Interrupted } from '../stdin.js';
import { type LayoutProperties, row } from './controls.js';
import type { Instance, WidgetClass } from './define.js';
import { Widget } from './model.js';

interface Properties {
  tooltip: string | null;
  tabbable: boolean | null;
  /** What it shows, as a notebook keeps outputs. */
  outputs: readonly { readonly output_type: string; readonly [field: string]: unknown }[];
}

/** What an Output widget has beside its properties. */
export interface Captures {
  /**
   * Calls a function whose output goes into this widget, that of its awaits, timers and callbacks included. An error is
   * shown there too.
   * @returns what the function returns; undefined when it failed
   * @see ipywidgets' `with output:`
   */
  run<R>(f: () => R): R | undefined;
  /**
   * A function that does the same as `f` with its output in this widget: `button.on_click(output.capture(() => ...))`.
   * @param options `clear_output: true` clears the widget before every call, with `wait: true` when new output comes
   */
  capture<A extends unknown[], R>(
    f: (...args: A) => R,
    options?: { clear_output?: boolean; wait?: boolean },
  ): (...args: A) => R | undefined;
  /** Clears the widget; with `wait` only when the next output comes. */
  clear_output(wait?: boolean): void;
  append_stdout(text: string): void;
  append_stderr(text: string): void;
  /** Shows a value in the widget, as `display` does in a cell. */
  append_display_data(value: unknown): void;
}

class OutputBase extends Widget implements Captures {
  run<R>(f: () => R): R | undefined {
    return capturing.run(this.model_id, () => {
      try {
        const result = withOwnFigures(f);
        return result instanceof Promise ? (result.catch(fail) as R) : result;
      } catch (error) {
        return fail(error);
      }
    });
  }

  capture<A extends unknown[], R>(
    f: (...args: A) => R,
    options: { clear_output?: boolean; wait?: boolean } = {},
  ): (...args: A) => R | undefined {
    if (typeof f !== 'function')
      throw new TypeError(`Output.capture: a function is needed, got ${String(f)}`);
    return (...args) => {
      if (options.clear_output) this.clear_output(options.wait);
      return this.run(() => f(...args));
    };
  }

  clear_output(wait = false): void {
    capturing.run(this.model_id, () => clearOutput(wait));
  }

  append_stdout(text: string): void {
    this.append('stdout', text);
  }

  append_stderr(text: string): void {
    this.append('stderr', text);
  }

  append_display_data(value: unknown): void {
    capturing.run(this.model_id, () => display(value));
  }

  private append(name: 'stdout' | 'stderr', text: string): void {
    capturing.run(this.model_id, () =>
      sendOutput({ t: 'stream', cell: currentCell(), name, text: String(text) }),
    );
  }
}

/** The error is shown where the output goes. An interrupt ends the cell, not this function alone. */
function fail(error: unknown): undefined {
  if (error instanceof Interrupted) throw error;
  sendOutput({ t: 'error', cell: currentCell(), origin: '', error: describeError(error) });
}

/** A place for output: `output.run(() => print('hello'))`, or around a handler `output.capture(handler)`. */
export const Output = row('Output', {
  module: '@jupyter-widgets/output',
  version: '1.0.0',
  properties: { tooltip: null, tabbable: null, _dom_classes: [], outputs: [], msg_id: '' },
  base: OutputBase,
}) as unknown as WidgetClass<Properties, LayoutProperties, object, Captures>;
export interface Output extends Instance<Properties, LayoutProperties, object>, Captures {}
