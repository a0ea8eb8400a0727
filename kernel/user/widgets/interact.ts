// `interact`: a function's arguments as controls, its output below them, new with every change. Which control an
// argument gets follows from the value that stands for it.
import { inspect } from 'node:util';
import { currentCell, sendOutput } from '../channel.js';
import { clearOutput, display } from '../display.js';
import { Button, Checkbox, FloatSlider, IntSlider, Text, VBox } from './controls.js';
import { type AnyWidget, Widget } from './model.js';
import { Output } from './output.js';
import { type Choices, type Chosen, Dropdown } from './selection.js';

/** An argument without a control. */
class Fixed<V> {
  constructor(readonly value: V) {}
}

/** An argument that keeps its value: `interact(f, { x: 3, data: fixed(table) })`. */
export function fixed<V>(value: V): Fixed<V> {
  return new Fixed(value);
}

/** What stands for an argument's control: a value, [min, max] or [min, max, step], options, a widget, or `fixed`. */
export type Abbreviation = string | number | boolean | Choices | AnyWidget | Fixed<unknown>;
/** The argument that a control gives. */
export type Argument<A> =
  A extends Fixed<infer V>
    ? V
    : A extends { readonly model_id: string; value: infer V }
      ? V
      : A extends string
        ? string
        : A extends number
          ? number
          : A extends boolean
            ? boolean
            : A extends readonly [number, number] | readonly [number, number, number]
              ? number
              : Chosen<A>;
type Arguments<A> = { -readonly [K in keyof A]: Argument<A[K]> };

interface Control extends Widget<{ value: unknown }> {
  value: unknown;
  description?: string;
}

/** A box with controls and the output of a function. */
export type Interactive<A, R> = VBox & {
  /** What the function returned last. */
  readonly result: Awaited<R> | undefined;
  /** The arguments as they are. */
  readonly kwargs: A;
  readonly out: Output;
  /** Calls the function. */
  update(): unknown;
};

function slider(name: string, numbers: readonly number[], value?: number): Control {
  const [min, max, step] = numbers;
  if (!(min < max))
    throw new RangeError(`interact: ${name}: [${numbers.join(', ')}] has a min that is not below max`);
  if (step !== undefined && !(step > 0))
    throw new RangeError(`interact: ${name}: [${numbers.join(', ')}] has a step that is not above 0`);
  const whole = [...numbers, value ?? 0].every(Number.isInteger);
  if (whole) {
    const middle = min + Math.floor((max - min) / 2);
    return new IntSlider({
      description: name,
      min,
      max,
      step: step ?? 1,
      value: value ?? middle,
    }) as unknown as Control;
  }
  return new FloatSlider({
    description: name,
    min,
    max,
    step: step ?? 0.1,
    value: value ?? (min + max) / 2,
  }) as unknown as Control;
}

/** Zero to twice or three times a number, as ipywidgets has it. */
function around(name: string, value: number): Control {
  if (!Number.isFinite(value))
    throw new TypeError(`interact: ${name}: ${value} says no range; give [min, max, step]`);
  const range = value === 0 ? [0, 1] : value > 0 ? [-value, 3 * value] : [3 * value, -value];
  return slider(name, range, value);
}

function control(name: string, given: unknown): Control | Fixed<unknown> {
  if (given instanceof Fixed) return given;
  if (given instanceof Widget) {
    if ('value' in given) return given as unknown as Control;
    throw new TypeError(`interact: ${name}: ${inspect(given, { depth: 0 })} has no value`);
  }
  switch (typeof given) {
    case 'number':
      return around(name, given);
    case 'string':
      return new Text({ description: name, value: given }) as unknown as Control;
    case 'boolean':
      return new Checkbox({ description: name, value: given }) as unknown as Control;
  }
  if (
    Array.isArray(given) &&
    (given.length === 2 || given.length === 3) &&
    given.every((each) => typeof each === 'number')
  )
    return slider(name, given);
  if (typeof given === 'object' && given !== null)
    return new Dropdown({ description: name, options: given as Choices }) as unknown as Control;
  throw new TypeError(
    `interact: ${name}: ${inspect(given)} gives no control. Use a number, [min, max, step], a string, a boolean, ` +
      'an array or object of options, a widget, or widgets.fixed(value)',
  );
}

function build<A, R>(f: (args: A) => R, given: object, manual: boolean): Interactive<A, R> {
  if (typeof f !== 'function')
    throw new TypeError(`interact: a function is needed, got ${inspect(f, { depth: 0 })}`);
  const controls = Object.entries(given).map(([name, each]) => [name, control(name, each)] as const);
  const shown = controls.flatMap(([name, each]) => {
    if (each instanceof Fixed) return [];
    if (each.description === '') each.description = name;
    return [each];
  });
  const out = new Output();
  const run = manual ? new Button({ description: 'Run Interact' }) : undefined;
  const box = new VBox({ children: [...shown, ...(run ? [run] : []), out] });
  const args = () => Object.fromEntries(controls.map(([name, each]) => [name, each.value])) as A;
  let latest = 0;
  let result: unknown;
  const update = (): unknown => {
    const turn = ++latest;
    const show = (value: unknown) => {
      // A slower call of before must not replace what a later one has shown.
      if (turn !== latest) return;
      result = value;
      if (value !== undefined) display(value);
      // Output that shows nothing still takes the place of what was there.
      sendOutput({ t: 'stream', cell: currentCell(), name: 'stdout', text: '' });
    };
    return out.run(() => {
      clearOutput(true);
      const value = f(args());
      return value instanceof Promise ? value.then(show) : show(value);
    });
  };
  if (run) run.on_click(update);
  else for (const each of shown) each.observe(update, 'value');
  return Object.defineProperties(box, {
    result: { get: () => result },
    kwargs: { get: args },
    out: { value: out },
    update: { value: update },
  }) as Interactive<A, R>;
}

/**
 * A box with a control for every argument of a function and its output, to be shown or put into other boxes.
 * @param f takes an object of arguments: `({ x, kind }) => ...`
 * @param abbreviations for each argument what stands for its control
 * @see ipywidgets.interactive
 */
export function interactive<const A extends { readonly [name: string]: Abbreviation }, R>(
  f: (args: Arguments<A>) => R,
  abbreviations: A,
): Interactive<Arguments<A>, R> {
  const box = build(f, abbreviations, false);
  box.update();
  return box;
}

/**
 * Shows controls for the arguments of a function, and below them what it prints, shows and returns; every change of a
 * control calls it again and replaces that. Numbers and [min, max, step] become sliders, strings text boxes, booleans
 * check boxes, other arrays and objects lists of options; a widget is itself.
 * @param f takes an object of arguments: `({ x, kind }) => ...`
 * @example
 * interact(({ n, name }) => print(name.repeat(n)), { n: [1, 5], name: 'ab' });
 * @see ipywidgets.interact
 */
export function interact<const A extends { readonly [name: string]: Abbreviation }, R>(
  f: (args: Arguments<A>) => R,
  abbreviations: A,
): void {
  const box = build(f, abbreviations, false);
  display(box);
  box.update();
}

/** `interact` that calls the function when its button is clicked. */
export function interactManual<const A extends { readonly [name: string]: Abbreviation }, R>(
  f: (args: Arguments<A>) => R,
  abbreviations: A,
): void {
  display(build(f, abbreviations, true));
}
