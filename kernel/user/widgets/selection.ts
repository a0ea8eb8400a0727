// Widgets that choose among options: the table's rows for them, and how options become labels for the page and values
// for code. The page knows the index alone; value and label follow from it, and the other way round.
import { inspect } from 'node:util';
import { type LayoutProperties, row } from './controls.js';
import type { Instance } from './define.js';
import type { Spec } from './model.js';
import { isSame } from './wire.js';

/** What can be chosen: values, `[label, value]` pairs, or an object or Map from labels to values. */
export type Choices =
  | readonly unknown[]
  | ReadonlyMap<string, unknown>
  | { readonly [label: string]: unknown };
/** The values of choices. */
export type Chosen<O> = O extends readonly (infer E)[]
  ? E extends readonly [string, infer V]
    ? V
    : E
  : O extends ReadonlyMap<string, infer V>
    ? V
    : O[keyof O];

type Pair = [label: string, value: unknown];

function pairs(choices: unknown, name: string): Pair[] {
  if (choices instanceof Map) return [...choices].map(([label, value]) => [String(label), value]);
  if (Array.isArray(choices)) {
    return choices.map(
      (each): Pair =>
        Array.isArray(each) && each.length === 2 && typeof each[0] === 'string'
          ? [each[0], each[1]]
          : [typeof each === 'string' ? each : inspect(each, { depth: 1 }), each],
    );
  }
  if (typeof choices === 'object' && choices !== null) return Object.entries(choices);
  throw new TypeError(
    `${name}: options is ${inspect(choices)}, not an array of values, [label, value] pairs, or an object`,
  );
}

function find(all: Pair[], at: 0 | 1, wanted: unknown, name: string): number {
  const index = all.findIndex((pair) => isSame(pair[at], wanted));
  if (index >= 0) return index;
  const offered = all
    .map((pair) => inspect(pair[at], { depth: 0 }))
    .slice(0, 12)
    .join(', ');
  throw new RangeError(
    `${name}: ${at === 0 ? 'label' : 'value'} ${inspect(wanted)} is none of ${offered || 'no options'}`,
  );
}

/** One choice. Without a value, the first option is chosen. */
const settleOne: Spec['settle'] = (next, changes, name) => {
  const all = pairs(next.options, name);
  const fresh = 'options' in changes;
  next._options_labels = all.map(([label]) => label);
  let index = fresh ? (all.length > 0 ? 0 : null) : (next.index as number | null);
  if ('index' in changes && changes.index !== undefined && !(fresh && changes.index === null)) {
    index = changes.index as number | null;
    if (index !== null && !(Number.isInteger(index) && index >= 0 && index < all.length))
      throw new RangeError(`${name}: index ${index} is not from 0 to ${all.length - 1}`);
  } else if (changes.label !== undefined && changes.label !== null) index = find(all, 0, changes.label, name);
  else if (changes.value === null && all.every(([, value]) => value !== null)) index = null;
  else if (changes.value !== undefined) index = find(all, 1, changes.value, name);
  next.index = index;
  next.label = index === null ? null : all[index][0];
  next.value = index === null ? null : all[index][1];
};

/** Several choices; index, label and value are lists. */
const settleMany: Spec['settle'] = (next, changes, name) => {
  const all = pairs(next.options, name);
  const fresh = 'options' in changes;
  next._options_labels = all.map(([label]) => label);
  const given = (key: string) => (changes[key] === undefined ? undefined : [...(changes[key] as unknown[])]);
  const values = given('value');
  let index = fresh ? [] : [...(next.index as number[])];
  const indices = given('index') as number[] | undefined;
  if (values && !(fresh && values.length === 0)) index = values.map((each) => find(all, 1, each, name));
  else if (indices) index = indices;
  for (const each of index) {
    if (!(Number.isInteger(each) && each >= 0 && each < all.length))
      throw new RangeError(`${name}: index ${each} is not from 0 to ${all.length - 1}`);
  }
  next.index = index;
  next.label = index.map((i) => all[i][0]);
  next.value = index.map((i) => all[i][1]);
};

const common = {
  tooltip: null as string | null,
  tabbable: null as boolean | null,
  _dom_classes: [] as string[],
  description: '',
  description_allow_html: false,
  disabled: false,
};
const LOCAL = ['options', 'value', 'label'];
const one = {
  ...common,
  options: [] as unknown,
  _options_labels: [] as string[],
  index: undefined as number | null | undefined,
  value: undefined as unknown,
  label: undefined as string | null | undefined,
};

interface OneOf<V> {
  /** Assigning chooses the first of the new ones. */
  options: Choices;
  index: number | null;
  value: V;
  label: string | null;
}
interface ManyOf<V> {
  options: Choices;
  index: readonly number[];
  value: readonly V[];
  label: readonly string[];
}
type Common = Omit<typeof common, '_dom_classes'>;

/** A class that chooses one: the type of its value comes from its options. */
export interface ChoiceClass<T, S> {
  new <const O extends Choices = readonly []>(
    options?: ChoiceOptions<T, S, O, NoInfer<Chosen<O>> | null>,
  ): Choice<T, S, Chosen<O>>;
  <const O extends Choices = readonly []>(
    options?: ChoiceOptions<T, S, O, NoInfer<Chosen<O>> | null>,
  ): Choice<T, S, Chosen<O>>;
}
/** A class that chooses several. */
export interface ChoicesClass<T, S> {
  new <const O extends Choices = readonly []>(
    options?: ChoiceOptions<T, S, O, readonly NoInfer<Chosen<O>>[]>,
  ): MultipleChoice<T, S, Chosen<O>>;
  <const O extends Choices = readonly []>(
    options?: ChoiceOptions<T, S, O, readonly NoInfer<Chosen<O>>[]>,
  ): MultipleChoice<T, S, Chosen<O>>;
}
type ChoiceOptions<T, S, O, V> = Partial<T & Common> & {
  options?: O;
  value?: V;
  index?: V extends readonly unknown[] ? readonly number[] : number | null;
  label?: string;
  layout?: Partial<LayoutProperties>;
  style?: Partial<S>;
};
export type Choice<T, S, V> = Instance<T & Common & OneOf<V>, LayoutProperties, S>;
export type MultipleChoice<T, S, V> = Instance<T & Common & ManyOf<V>, LayoutProperties, S>;

interface Described {
  description_width: string;
}
interface ToggleStyle extends Described {
  button_width: string;
  font_weight: string;
}

function chooser<T extends object>(
  name: string,
  properties: T,
  style: 'description' | 'toggleButtons' = 'description',
) {
  return row(name, {
    properties: { ...one, ...properties },
    style,
    settle: settleOne,
    local: LOCAL,
  }) as unknown;
}
function multiChooser<T extends object>(name: string, properties: T) {
  const many = { ...one, index: [] as number[], ...properties };
  return row(name, { properties: many, style: 'description', settle: settleMany, local: LOCAL }) as unknown;
}

type ButtonStyle = '' | 'primary' | 'success' | 'info' | 'warning' | 'danger';
type Orientation = 'horizontal' | 'vertical';

type Nothing = object;
/** A list that opens: `new widgets.Dropdown({ options: ['a', 'b'] })`. */
export const Dropdown = chooser('Dropdown', {}) as ChoiceClass<Nothing, Described>;
export interface Dropdown<V = unknown> extends Choice<Nothing, Described, V> {}

interface Rows {
  rows: number;
}
/** A list that is open. */
export const Select = chooser('Select', { rows: 5 }) as ChoiceClass<Rows, Described>;
export interface Select<V = unknown> extends Choice<Rows, Described, V> {}

interface Oriented {
  orientation: Orientation;
}
/** One button for each option, of which one is on. */
export const RadioButtons = chooser('RadioButtons', { orientation: 'vertical' }) as ChoiceClass<
  Oriented,
  Described
>;
export interface RadioButtons<V = unknown> extends Choice<Oriented, Described, V> {}

interface Toggles {
  tooltips: readonly string[];
  icons: readonly string[];
  button_style: ButtonStyle;
}
/** Buttons side by side, of which one is pressed. */
export const ToggleButtons = chooser(
  'ToggleButtons',
  { tooltips: [], icons: [], button_style: '' },
  'toggleButtons',
) as ChoiceClass<Toggles, ToggleStyle>;
export interface ToggleButtons<V = unknown> extends Choice<Toggles, ToggleStyle, V> {}

interface Slides extends Oriented {
  readout: boolean;
  continuous_update: boolean;
}
const slides = { orientation: 'horizontal', readout: true, continuous_update: true };
/** A slider whose steps are the options. */
export const SelectionSlider = chooser('SelectionSlider', slides) as ChoiceClass<Slides, Described>;
export interface SelectionSlider<V = unknown> extends Choice<Slides, Described, V> {}

/** A list of which several can be chosen; value is an array. */
export const SelectMultiple = multiChooser('SelectMultiple', { rows: 5 }) as ChoicesClass<Rows, Described>;
export interface SelectMultiple<V = unknown> extends MultipleChoice<Rows, Described, V> {}
