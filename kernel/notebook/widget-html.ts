// Widgets of a notebook as a page without scripts shows them: controls in the state in which the notebook was saved,
// which cannot be moved. The states are in the notebook's metadata, see widget-state.ts.

import type { Json } from '../protocol/messages.js';
import { escapeHtml } from './ansi.js';
import type { CellOutput, Notebook } from './nbformat.js';

export const WIDGET_VIEW = 'application/vnd.jupyter.widget-view+json';
const WIDGET_STATE = 'application/vnd.jupyter.widget-state+json';
const REFERENCE = /^IPY_MODEL_(.+)$/;

interface Model {
  model_name: string;
  state: Json;
  buffers?: { path: unknown[]; data: string }[];
}

/** One kind of widget: its HTML, from its state. */
type Show = (state: Json, page: WidgetPage, model: Model) => string;

const attribute = (name: string, value: unknown): string =>
  value === undefined || value === null || value === '' ? '' : ` ${name}="${escapeHtml(String(value))}"`;
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

/** A number as d3's formats of sliders write it: 'd', '.2f', '.3g'. */
function formatted(value: unknown, format: unknown): string {
  const number = Number(value);
  const [, digits, kind] = /^\.(\d+)([fge%])$/.exec(String(format)) ?? [];
  if (kind === 'f') return number.toFixed(Number(digits));
  if (kind === 'e') return number.toExponential(Number(digits));
  if (kind === '%') return `${(100 * number).toFixed(Number(digits))}%`;
  return kind === 'g' ? String(Number(number.toPrecision(Number(digits)))) : String(value);
}

/** A widget with its description on the left. */
function described(state: Json, control: string, kind = ''): string {
  const { description, description_allow_html: isHtml } = state;
  const text = isHtml === true ? String(description) : escapeHtml(String(description ?? ''));
  const label = text === '' ? '' : `<span class="w-label">${text}</span>`;
  return `<div class="w ${kind}"${css(state)}>${label}${control}</div>`;
}

/** Of a widget's layout, what a page can take over. */
function css({ $layout }: Json): string {
  const rules = Object.entries(($layout ?? {}) as Json).filter(
    ([name, value]) => !name.startsWith('_') && typeof value === 'string' && /^[\w\s#%.,()/-]+$/.test(value),
  );
  return attribute('style', rules.map(([name, value]) => `${name.replace(/_/g, '-')}: ${value}`).join('; '));
}

const slider: Show = (state) => {
  const { min = 0, max = 100, step = 1, base, readout_format, readout = true } = state;
  const value = base === undefined ? state.value : Math.log(Number(state.value)) / Math.log(Number(base));
  const range = `<input type="range" disabled${attribute('min', min)}${attribute('max', max)}${attribute('step', step)}${attribute('value', value)}>`;
  const shown = readout ? `<output>${escapeHtml(formatted(state.value, readout_format))}</output>` : '';
  return described(state, range + shown);
};

const rangeSlider: Show = (state) => {
  const { min = 0, max = 100, readout_format } = state;
  const [low, high] = (state.value ?? [min, max]) as number[];
  const share = (v: number) => (100 * (v - Number(min))) / (Number(max) - Number(min) || 1);
  const bar = `<span class="w-track"><span style="left: ${share(low)}%; right: ${100 - share(high)}%"></span></span>`;
  const ends = [low, high].map((v) => formatted(v, readout_format)).join(' – ');
  return described(state, `${bar}<output>${escapeHtml(ends)}</output>`);
};

const progress: Show = (state) => {
  const { value = 0, min = 0, max = 100, bar_style } = state;
  const bar = `<progress${attribute('max', Number(max) - Number(min))} value="${Number(value) - Number(min)}"></progress>`;
  return described(state, bar, `w-${bar_style || 'plain'}`);
};

const box =
  (type: string): Show =>
  (state) => {
    const placeholder = String(state.placeholder ?? '').replace('\u200b', '');
    // A password is in the notebook as it is; a page need not show how long it was.
    const value = type === 'password' ? '' : state.value;
    return described(
      state,
      `<input type="${type}" disabled${attribute('value', value)}${attribute('placeholder', placeholder)}>`,
    );
  };

const area: Show = (state) =>
  described(
    state,
    `<textarea disabled${attribute('rows', state.rows)}>${escapeHtml(String(state.value ?? ''))}</textarea>`,
  );

/** The labels of a selection, with those that are chosen. */
function choices({ _options_labels, index }: Json): { text: string; chosen: boolean }[] {
  const chosen = new Set((Array.isArray(index) ? index : [index]).map(Number));
  return texts(_options_labels).map((text, i) => ({ text, chosen: index !== null && chosen.has(i) }));
}

const select =
  (more: string): Show =>
  (state) => {
    const options = choices(state).map(
      ({ text, chosen }) => `<option${chosen ? ' selected' : ''}>${escapeHtml(text)}</option>`,
    );
    const rows = more === '' ? '' : attribute('size', state.rows ?? 5);
    return described(state, `<select disabled${more}${rows}>${options.join('')}</select>`);
  };

const radios: Show = (state) => {
  const options = choices(state).map(
    ({ text, chosen }) =>
      `<label><input type="radio" disabled${chosen ? ' checked' : ''}> ${escapeHtml(text)}</label>`,
  );
  return described(state, `<span class="w-column">${options.join('')}</span>`);
};

const pressed = (text: unknown, on: unknown, style: unknown = ''): string =>
  `<button disabled class="w-${style || 'plain'}${on ? ' on' : ''}">${escapeHtml(String(text ?? ''))}</button>`;

const toggles: Show = (state) =>
  described(
    state,
    choices(state)
      .map(({ text, chosen }) => pressed(text, chosen, state.button_style))
      .join(''),
  );

/** A slider over options; of a range of them both ends. */
const selectionSlider: Show = (state) => {
  const all = choices(state);
  const chosen = all.filter((option) => option.chosen).map(({ text }) => text);
  const at = Array.isArray(state.index) ? state.index[0] : state.index;
  return described(
    state,
    `<input type="range" disabled min="0" max="${all.length - 1}"${attribute('value', at)}><output>${escapeHtml(chosen.join(' – '))}</output>`,
  );
};

const checkbox: Show = (state) =>
  `<div class="w"${css(state)}><label><input type="checkbox" disabled${state.value ? ' checked' : ''}> ${escapeHtml(String(state.description ?? ''))}</label></div>`;

const button: Show = (state) =>
  `<div class="w"${css(state)}>${pressed(state.description, state.value === true, state.button_style)}</div>`;

const valid: Show = (state) =>
  described(
    state,
    state.value ? '✓' : `✗ ${escapeHtml(String(state.readout ?? 'Invalid'))}`,
    state.value ? 'w-success' : 'w-danger',
  );

/** A day as ipywidgets keeps it, months from 0. */
const day: Show = (state) => {
  const { year, month, date } = (state.value ?? {}) as { year?: number; month?: number; date?: number };
  const two = (n: number) => String(n).padStart(2, '0');
  const value = year === undefined ? '' : `${year}-${two(Number(month) + 1)}-${two(Number(date))}`;
  return described(state, `<input type="date" disabled${attribute('value', value)}>`);
};

const image: Show = (state, _, { buffers = [] }) => {
  const bytes = buffers.find(({ path }) => path[0] === 'value')?.data;
  const { format = 'png', width, height } = state;
  if (!bytes) return `<div class="w"${css(state)}></div>`;
  const type = format === 'svg' ? 'svg+xml' : String(format);
  return `<div class="w"${css(state)}><img alt="" src="data:image/${escapeHtml(type)};base64,${bytes}"${attribute('width', width)}${attribute('height', height)}></div>`;
};

const children =
  (kind: string): Show =>
  (state, page) =>
    `<div class="w-box ${kind}"${css(state)}>${texts(state.children)
      .map((child) => page.show(child))
      .join('')}</div>`;

/** Pages of a tab, an accordion or a stack; the ones that were closed can be opened. */
const pages: Show = (state, page) =>
  texts(state.children)
    .map((child, i) => {
      const title = texts(state.titles)[i] || String(i + 1);
      const open = state.selected_index === i ? ' open' : '';
      return `<details class="w-page"${open}><summary>${escapeHtml(title)}</summary>${page.show(child)}</details>`;
    })
    .join('');

const SHOWS: { readonly [model: string]: Show } = {
  IntSliderModel: slider,
  FloatSliderModel: slider,
  FloatLogSliderModel: slider,
  IntRangeSliderModel: rangeSlider,
  FloatRangeSliderModel: rangeSlider,
  IntProgressModel: progress,
  FloatProgressModel: progress,
  IntTextModel: box('number'),
  BoundedIntTextModel: box('number'),
  FloatTextModel: box('number'),
  BoundedFloatTextModel: box('number'),
  PlayModel: box('number'),
  TextModel: box('text'),
  ComboboxModel: box('text'),
  PasswordModel: box('password'),
  TextareaModel: area,
  ColorPickerModel: box('text'),
  DatePickerModel: day,
  DropdownModel: select(''),
  SelectModel: select(' class="w-list"'),
  SelectMultipleModel: select(' class="w-list" multiple'),
  RadioButtonsModel: radios,
  ToggleButtonsModel: toggles,
  SelectionSliderModel: selectionSlider,
  SelectionRangeSliderModel: selectionSlider,
  CheckboxModel: checkbox,
  ToggleButtonModel: button,
  ButtonModel: button,
  ValidModel: valid,
  LabelModel: (state) => described(state, escapeHtml(String(state.value ?? ''))),
  HTMLModel: (state) => described(state, `<div>${String(state.value ?? '')}</div>`),
  HTMLMathModel: (state) => described(state, `<div>${String(state.value ?? '')}</div>`),
  ImageModel: image,
  BoxModel: children('w-row'),
  HBoxModel: children('w-row'),
  VBoxModel: children('w-column'),
  GridBoxModel: children('w-grid'),
  TabModel: pages,
  AccordionModel: pages,
  StackModel: pages,
  OutputModel: (state, page) =>
    `<div class="w-output"${css(state)}>${((state.outputs ?? []) as CellOutput[])
      .map((output) => page.output(output))
      .join('')}</div>`,
};

/** The widgets of one notebook. */
export class WidgetPage {
  private readonly models: Readonly<Record<string, Model>>;
  /** Models that are being shown: a box may not contain itself. */
  private readonly open = new Set<string>();
  /** Whether any was shown, so that the page needs their style. */
  used = false;

  constructor(
    notebook: Notebook,
    /** Shows what an Output widget has captured. */
    readonly output: (output: CellOutput) => string,
  ) {
    const { widgets } = notebook.metadata as { widgets?: Record<string, { state?: Record<string, Model> }> };
    this.models = widgets?.[WIDGET_STATE]?.state ?? {};
  }

  /** The widget with an id; undefined where its state was not saved or its kind has no form without scripts. */
  view(id: string): string | undefined {
    const model = this.models[id];
    const show = model && SHOWS[model.model_name];
    if (!show || this.open.has(id)) return undefined;
    this.used = true;
    this.open.add(id);
    const layout = REFERENCE.exec(String(model.state.layout))?.[1];
    const $layout = layout === undefined ? undefined : this.models[layout]?.state;
    const html = show({ ...model.state, $layout }, this, model);
    this.open.delete(id);
    return html;
  }

  /** A part of a widget, by its reference. */
  show(reference: string): string {
    const id = REFERENCE.exec(reference)?.[1] ?? '';
    const name = this.models[id]?.model_name.replace(/Model$/, '') ?? 'a widget';
    return this.view(id) ?? `<div class="w w-missing">${escapeHtml(name)}</div>`;
  }
}

export const WIDGET_STYLE = `
.w { display: flex; align-items: center; gap: 8px; margin: 3px 0; min-height: 28px; font-size: 14px; max-width: 100%; }
.w-label { min-width: 80px; text-align: right; color: var(--muted); }
.w output { font-family: var(--mono); font-size: 12px; }
.w input:not([type=checkbox]):not([type=radio]), .w select, .w textarea, .w progress { width: 200px; font: inherit; color: inherit; }
.w-list { height: auto; }
.w-box { display: flex; gap: 4px 12px; flex-wrap: wrap; }
.w-column { display: flex; flex-direction: column; gap: 0; }
.w-grid { display: grid; }
.w-track { position: relative; width: 200px; height: 6px; border-radius: 3px; background: var(--line); }
.w-track span { position: absolute; top: 0; bottom: 0; border-radius: 3px; background: var(--link); }
.w button { font: inherit; padding: 2px 14px; border: 1px solid var(--line); border-radius: 4px; background: var(--code); color: var(--muted); }
.w button.on, .w button.w-primary { background: var(--link); color: #fff; }
.w button.w-success { background: #1a7f37; color: #fff; }
.w button.w-info { background: #0e7490; color: #fff; }
.w button.w-warning { background: #8f6100; color: #fff; }
.w button.w-danger { background: #c62828; color: #fff; }
.w-success progress { accent-color: #1a7f37; }
.w-danger progress { accent-color: #c62828; }
.w-page { border: 1px solid var(--line); border-radius: 4px; padding: 4px 10px; margin: 4px 0; }
.w-page summary { cursor: default; font-size: 14px; font-weight: 600; }
.w-missing { color: var(--muted); font-style: italic; }`;
