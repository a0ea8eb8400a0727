// The table of widgets: each row names a class, its properties with their defaults, and its style. Names, defaults and
// views are those of ipywidgets 8 (@jupyter-widgets/controls 2.0). What rows share stands before them.
import type { Json } from '../../protocol/messages.js';
import { type BaseClass, define, type Instance, type Part, type WidgetClass } from './define.js';
import { type AnyWidget, type Spec, Widget } from './model.js';

const CONTROLS = { module: '@jupyter-widgets/controls', version: '2.0.0' };
const BASE = { module: '@jupyter-widgets/base', version: '2.0.0' };

/** A property that may be null, and is at first. */
const maybe = <T>(): T | null => null;
const oneOf = <T extends string>(first: T, ..._others: T[]): T => first;

// Layout and styles ----------------------------------------------------------------------------------------------------

const LAYOUT = [
  'align_content align_items align_self border_top border_right border_bottom border_left bottom display flex flex_flow',
  'height justify_content justify_items left margin max_height max_width min_height min_width overflow order padding',
  'right top visibility width object_fit object_position grid_auto_columns grid_auto_flow grid_auto_rows grid_gap',
  'grid_template_rows grid_template_columns grid_template_areas grid_row grid_column grid_area',
].flatMap((line) => line.split(' '));

/** CSS of a widget's box; null leaves it to the page. */
export interface LayoutProperties {
  align_content: string | null;
  align_items: string | null;
  align_self: string | null;
  /** All four borders, as in CSS: `'1px solid gray'`. */
  border: string | null;
  border_top: string | null;
  border_right: string | null;
  border_bottom: string | null;
  border_left: string | null;
  bottom: string | null;
  display: string | null;
  flex: string | null;
  flex_flow: string | null;
  height: string | null;
  justify_content: string | null;
  justify_items: string | null;
  left: string | null;
  margin: string | null;
  max_height: string | null;
  max_width: string | null;
  min_height: string | null;
  min_width: string | null;
  overflow: string | null;
  order: string | null;
  padding: string | null;
  right: string | null;
  top: string | null;
  visibility: string | null;
  width: string | null;
  object_fit: string | null;
  object_position: string | null;
  grid_auto_columns: string | null;
  grid_auto_flow: string | null;
  grid_auto_rows: string | null;
  grid_gap: string | null;
  grid_template_rows: string | null;
  grid_template_columns: string | null;
  grid_template_areas: string | null;
  grid_row: string | null;
  grid_column: string | null;
  grid_area: string | null;
}

const layoutSpec: Spec = {
  ...BASE,
  name: 'Layout',
  model: 'LayoutModel',
  view: 'LayoutView',
  viewModule: BASE.module,
  defaults: Object.fromEntries([...LAYOUT, 'border'].map((name) => [name, null])),
  local: ['border'],
  settle: (next, { border }) => {
    if (border === undefined || border === null) return;
    for (const side of ['top', 'right', 'bottom', 'left']) next[`border_${side}`] = border;
  },
};

/** How large a widget's box is and where it lies: `new widgets.Layout({ width: '50%' })`, or the options alone. */
export const Layout = define(layoutSpec) as {
  new (options?: Partial<LayoutProperties>): Part<LayoutProperties>;
  (options?: Partial<LayoutProperties>): Part<LayoutProperties>;
};
export type Layout = Part<LayoutProperties>;

function style<S extends object>(name: string, properties: S) {
  const spec: Spec = {
    ...CONTROLS,
    name: `${name}Style`,
    model: `${name}StyleModel`,
    view: 'StyleView',
    viewModule: BASE.module,
    defaults: { ...properties } as Json,
  };
  return { make: define(spec) as new (options?: Partial<S>) => Part<S>, properties };
}

const descriptionStyle = { description_width: '' };
const font = {
  font_family: maybe<string>(),
  font_size: maybe<string>(),
  font_style: maybe<string>(),
  font_variant: maybe<string>(),
  font_weight: maybe<string>(),
  text_color: maybe<string>(),
  text_decoration: maybe<string>(),
};
const textStyle = { ...descriptionStyle, background: maybe<string>() };
const smallFont = { font_size: maybe<string>(), text_color: maybe<string>() };

const STYLES = {
  description: style('Description', descriptionStyle),
  slider: style('Slider', { ...descriptionStyle, handle_color: maybe<string>() }),
  progress: style('Progress', { ...descriptionStyle, bar_color: maybe<string>() }),
  button: style('Button', { ...font, button_color: maybe<string>() }),
  checkbox: style('Checkbox', textStyle),
  toggleButton: style('ToggleButton', { ...descriptionStyle, ...font }),
  toggleButtons: style('ToggleButtons', { ...descriptionStyle, button_width: '', font_weight: '' }),
  text: style('Text', { ...textStyle, ...smallFont }),
  label: style('Label', { ...textStyle, ...font }),
  html: style('HTML', { ...textStyle, ...smallFont }),
  htmlMath: style('HTMLMath', { ...textStyle, ...smallFont }),
};
type Styles = typeof STYLES;
type StyleName = keyof Styles;
type StyleOf<S extends StyleName | undefined> = S extends StyleName ? Styles[S]['properties'] : object;

// Rows ------------------------------------------------------------------------------------------------------------------

const dom = { tooltip: maybe<string>(), tabbable: maybe<boolean>(), _dom_classes: [] as string[] };
const described = { ...dom, description: '', description_allow_html: false, disabled: false };

export interface Row<T, S extends StyleName | undefined> extends Partial<Spec> {
  properties: T;
  style?: S;
  base?: BaseClass;
}

/** A class of widgets from its row. The view has the name of the class where the row does not say otherwise. */
export function row<T extends object, S extends StyleName | undefined = undefined, M = unknown>(
  name: string,
  { properties, style: styleName, base, ...rest }: Row<T, S>,
): WidgetClass<T, LayoutProperties, StyleOf<S>, M> {
  const chosen = styleName && STYLES[styleName];
  const spec: Spec = {
    ...CONTROLS,
    name,
    model: `${name}Model`,
    view: `${name}View`,
    ...rest,
    defaults: { ...properties, layout: null, ...(chosen ? { style: null } : {}) },
    parts: {
      layout: (options) => new Layout(options),
      ...(chosen ? { style: (options: object) => new chosen.make(options) } : {}),
    },
  };
  return define(spec, base) as WidgetClass<T, LayoutProperties, StyleOf<S>, M>;
}
/** The instances of a class. */
export type Of<C> = C extends new (options?: never) => infer W ? W : never;

// Numbers ---------------------------------------------------------------------------------------------------------------

const ORIENTATION = oneOf<'horizontal' | 'vertical'>('horizontal');
const STATUS = oneOf<'' | 'success' | 'info' | 'warning' | 'danger'>('');
const BUTTON = oneOf<'' | 'primary' | 'success' | 'info' | 'warning' | 'danger'>('');

const slider = {
  orientation: ORIENTATION,
  readout: true,
  continuous_update: true,
  behavior: oneOf<Behavior>('drag-tap'),
};
type Behavior = 'drag-tap' | 'drag-snap' | 'tap' | 'drag' | 'snap';
const typed = { ...described, continuous_update: false };

/** Keeps the value between min and max, as it is set and when these change. */
const bounded: Spec['settle'] = (next, changes, name) => {
  const { min, max } = next as { min: number; max: number };
  if (min > max) throw new RangeError(`${name}: min ${min} is above max ${max}`);
  const base = 'base' in next ? Number(next.base) : undefined;
  const [low, high] = base === undefined ? [min, max] : [base ** min, base ** max];
  const clamp = (value: number) => Math.min(Math.max(value, low), high);
  if (!Array.isArray(next.value)) {
    next.value = clamp(next.value as number);
    return;
  }
  const pair = next.value.map(Number);
  if (pair.length !== 2 || pair.some(Number.isNaN))
    throw new TypeError(`${name}: value is ${JSON.stringify(changes.value)}, not [lower, upper]`);
  if (pair[0] > pair[1]) throw new RangeError(`${name}: lower ${pair[0]} is above upper ${pair[1]}`);
  next.value = pair.map(clamp);
};
const pair = (low: number, high: number) => [low, high] as readonly [number, number];

/** A slider of whole numbers. Options: value, min, max, step, description. */
export const IntSlider = row('IntSlider', {
  properties: { ...described, ...slider, value: 0, min: 0, max: 100, step: 1, readout_format: 'd' },
  style: 'slider',
  whole: true,
  settle: bounded,
});
export interface IntSlider extends Of<typeof IntSlider> {}

/** A slider of numbers. Options: value, min, max, step, readout_format, description. */
export const FloatSlider = row('FloatSlider', {
  properties: { ...described, ...slider, value: 0, min: 0, max: 10, step: 0.1, readout_format: '.2f' },
  style: 'slider',
  settle: bounded,
});
export interface FloatSlider extends Of<typeof FloatSlider> {}

/** A slider of powers: min and max are exponents of base. */
export const FloatLogSlider = row('FloatLogSlider', {
  properties: {
    ...described,
    ...slider,
    value: 1,
    base: 10,
    min: 0,
    max: 4,
    step: 0.1,
    readout_format: '.3g',
  },
  style: 'slider',
  settle: bounded,
});
export interface FloatLogSlider extends Of<typeof FloatLogSlider> {}

/** A slider with two handles; value is [lower, upper], whole numbers. */
export const IntRangeSlider = row('IntRangeSlider', {
  properties: {
    ...described,
    ...slider,
    value: pair(25, 75),
    min: 0,
    max: 100,
    step: 1,
    readout_format: 'd',
  },
  style: 'slider',
  whole: true,
  settle: bounded,
});
export interface IntRangeSlider extends Of<typeof IntRangeSlider> {}

/** A slider with two handles; value is [lower, upper]. */
export const FloatRangeSlider = row('FloatRangeSlider', {
  properties: {
    ...described,
    ...slider,
    value: pair(2.5, 7.5),
    min: 0,
    max: 10,
    step: 0.1,
    readout_format: '.2f',
  },
  style: 'slider',
  settle: bounded,
});
export interface FloatRangeSlider extends Of<typeof FloatRangeSlider> {}

const progress = { ...described, orientation: ORIENTATION, bar_style: STATUS, value: 0, min: 0 };

/** A bar of progress in whole numbers. */
export const IntProgress = row('IntProgress', {
  properties: { ...progress, max: 100 },
  style: 'progress',
  view: 'ProgressView',
  whole: true,
  settle: bounded,
});
export interface IntProgress extends Of<typeof IntProgress> {}

/** A bar of progress. */
export const FloatProgress = row('FloatProgress', {
  properties: { ...progress, max: 10 },
  style: 'progress',
  view: 'ProgressView',
  settle: bounded,
});
export interface FloatProgress extends Of<typeof FloatProgress> {}

/** A box for a whole number. */
export const IntText = row('IntText', {
  properties: { ...typed, value: 0, step: 1 },
  style: 'description',
  whole: true,
});
export interface IntText extends Of<typeof IntText> {}

/** A box for a whole number between min and max. */
export const BoundedIntText = row('BoundedIntText', {
  properties: { ...typed, value: 0, min: 0, max: 100, step: 1 },
  style: 'description',
  view: 'IntTextView',
  whole: true,
  settle: bounded,
});
export interface BoundedIntText extends Of<typeof BoundedIntText> {}

/** A box for a number. */
export const FloatText = row('FloatText', {
  properties: { ...typed, value: 0, step: maybe<number>() },
  style: 'description',
});
export interface FloatText extends Of<typeof FloatText> {}

/** A box for a number between min and max. */
export const BoundedFloatText = row('BoundedFloatText', {
  properties: { ...typed, value: 0, min: 0, max: 100, step: maybe<number>() },
  style: 'description',
  view: 'FloatTextView',
  settle: bounded,
});
export interface BoundedFloatText extends Of<typeof BoundedFloatText> {}

/** Buttons that count value from min to max, one step every `interval` ms; link its value to a slider's. */
export const Play = row('Play', {
  properties: {
    ...described,
    value: 0,
    min: 0,
    max: 100,
    step: 1,
    interval: 100,
    playing: false,
    repeat: false,
    show_repeat: true,
  },
  style: 'description',
  whole: true,
  settle: bounded,
});
export interface Play extends Of<typeof Play> {}

// Text ------------------------------------------------------------------------------------------------------------------

const text = { ...described, value: '', placeholder: '\u200b' };
const oneLine = { ...text, continuous_update: true };

/** What a text box has beside its properties. */
export interface Submits {
  /** Calls a function when the reader presses Enter in the box. */
  on_submit(handler: () => unknown): void;
}
class TextBase extends Widget {
  on_submit(handler: () => unknown): void {
    this.on_msg(({ event }) => (event === 'submit' ? handler() : undefined));
  }
}

/** A box for a line of text. */
export const Text = row<typeof oneLine, 'text', Submits>('Text', {
  properties: oneLine,
  style: 'text',
  base: TextBase,
});
export interface Text extends Of<typeof Text> {}

/** A box for several lines of text. */
export const Textarea = row('Textarea', {
  properties: { ...oneLine, rows: maybe<number>() },
  style: 'text',
});
export interface Textarea extends Of<typeof Textarea> {}

/** A box for a line of text that is not shown. */
export const Password = row<typeof oneLine, 'text', Submits>('Password', {
  properties: oneLine,
  style: 'text',
  base: TextBase,
});
export interface Password extends Of<typeof Password> {}

/** A box for a line of text with suggestions, `options`. */
export const Combobox = row('Combobox', {
  properties: { ...oneLine, options: [] as readonly string[], ensure_option: false },
  style: 'text',
});
export interface Combobox extends Of<typeof Combobox> {}

/** A line of text to read. */
export const Label = row('Label', { properties: text, style: 'label' });
export interface Label extends Of<typeof Label> {}

/** HTML to read. */
export const HTML = row('HTML', { properties: text, style: 'html' });
export interface HTML extends Of<typeof HTML> {}

/** HTML to read, with formulas between dollar signs. */
export const HTMLMath = row('HTMLMath', { properties: text, style: 'htmlMath' });
export interface HTMLMath extends Of<typeof HTMLMath> {}

// Switches and buttons --------------------------------------------------------------------------------------------------

/** A box to tick; value is a boolean. */
export const Checkbox = row('Checkbox', {
  properties: { ...described, value: false, indent: true },
  style: 'checkbox',
});
export interface Checkbox extends Of<typeof Checkbox> {}

/** A button that stays pressed; value is a boolean. */
export const ToggleButton = row('ToggleButton', {
  properties: { ...described, value: false, icon: '', button_style: BUTTON },
  style: 'toggleButton',
});
export interface ToggleButton extends Of<typeof ToggleButton> {}

/** A sign whether something is valid. */
export const Valid = row('Valid', {
  properties: { ...described, value: false, readout: 'Invalid' },
  style: 'description',
});
export interface Valid extends Of<typeof Valid> {}

/** What a button has beside its properties. */
export interface Clicks {
  /** Calls a function at every click; with `remove` no longer. */
  on_click(handler: (button: Button) => unknown, remove?: boolean): void;
  /** The same as on_click. */
  onClick(handler: (button: Button) => unknown, remove?: boolean): void;
  /** Does what a click does. */
  click(): void;
}
class ButtonBase extends Widget {
  private readonly clicks = new Map<unknown, (content: Record<string, unknown>) => unknown>();

  on_click(handler: (button: Button) => unknown, remove = false): void {
    const known = this.clicks.get(handler);
    if (known) this.on_msg(known, true);
    this.clicks.delete(handler);
    if (remove) return;
    if (typeof handler !== 'function')
      throw new TypeError(`Button.on_click: a function is needed, got ${String(handler)}`);
    const listener = ({ event }: Record<string, unknown>) =>
      event === 'click' ? handler(this as unknown as Button) : undefined;
    this.clicks.set(handler, listener);
    this.on_msg(listener);
  }

  onClick(handler: (button: Button) => unknown, remove = false): void {
    this.on_click(handler, remove);
  }

  click(): void {
    for (const listener of this.clicks.values()) listener({ event: 'click' });
  }
}
const button = { ...dom, description: '', disabled: false, icon: '', button_style: BUTTON };

/** A button; `button.on_click(() => ...)` says what it does. */
export const Button = row<typeof button, 'button', Clicks>('Button', {
  properties: button,
  style: 'button',
  base: ButtonBase,
});
export interface Button extends Instance<typeof button, LayoutProperties, StyleOf<'button'>>, Clicks {}

// Other values ----------------------------------------------------------------------------------------------------------

/** A colour; value is a name or `#rrggbb`. */
export const ColorPicker = row('ColorPicker', {
  properties: { ...described, value: 'black', concise: false },
  style: 'description',
});
export interface ColorPicker extends Of<typeof ColorPicker> {}

/** A day; value is a Date at midnight UTC, or null. */
export const DatePicker = row('DatePicker', {
  properties: {
    ...described,
    value: maybe<Date>(),
    min: maybe<Date>(),
    max: maybe<Date>(),
    step: 1 as number,
  },
  style: 'description',
});
export interface DatePicker extends Of<typeof DatePicker> {}

/** A picture; value are the bytes of its file. */
export const Image = row('Image', {
  properties: { ...dom, value: new Uint8Array() as Uint8Array, format: 'png', width: '', height: '' },
});
export interface Image extends Of<typeof Image> {}

// Boxes -----------------------------------------------------------------------------------------------------------------

const box = { ...dom, children: [] as readonly AnyWidget[], box_style: STATUS };
const pages = { ...box, titles: [] as readonly string[], selected_index: maybe<number>() };

/** What a box of pages has beside its properties. */
export interface Titled {
  set_title(index: number, title: string): void;
  get_title(index: number): string;
}
class PagesBase extends Widget<{ titles: readonly string[] }> {
  set_title(index: number, title: string): void {
    const titles = [...this.get('titles')];
    while (titles.length < index) titles.push('');
    titles[index] = title;
    this.set({ titles });
  }

  get_title(index: number): string {
    return this.get('titles')[index] ?? '';
  }
}

/** Widgets in a row or column, as their layout says. */
export const Box = row('Box', { properties: box });
export interface Box extends Of<typeof Box> {}

/** Widgets side by side: `new widgets.HBox({ children: [a, b] })`. */
export const HBox = row('HBox', { properties: box });
export interface HBox extends Of<typeof HBox> {}

/** Widgets one below the other. */
export const VBox = row('VBox', { properties: box });
export interface VBox extends Of<typeof VBox> {}

/** Widgets in a CSS grid; its layout has grid_template_columns. */
export const GridBox = row('GridBox', { properties: box });
export interface GridBox extends Of<typeof GridBox> {}

/** Widgets under titles, one of which is open. */
export const Accordion = row<typeof pages, undefined, Titled>('Accordion', {
  properties: pages,
  base: PagesBase,
});
export interface Accordion extends Of<typeof Accordion> {}

/** Widgets on tabs with titles. */
export const Tab = row<typeof pages, undefined, Titled>('Tab', {
  properties: pages,
  base: PagesBase,
  settle: (next, changes) => {
    const count = (next.children as unknown[]).length;
    if ('children' in changes && next.selected_index === null && count > 0) next.selected_index = 0;
  },
});
export interface Tab extends Of<typeof Tab> {}

/** Widgets of which one is shown, selected_index. */
export const Stack = row('Stack', { properties: pages });
export interface Stack extends Of<typeof Stack> {}
