// `model.summary()`: the table of a model, layer by layer, as the course writes it: what each layer gives, how much
// memory that takes, how many weights it has and where they come from, and how much arithmetic it is. Nothing is
// computed for it, so a net built inside `nn.meta` has one too.

import { dtypeInfo } from '../core/dtype.js';
import { escapeHtml } from '../core/html.js';
import type { NDArray } from '../core/ndarray.js';
import type { Shape } from '../core/shape.js';
import type { Storage } from '../core/storage.js';
import { Activation, GLU, Maxout, Softmax } from './activations.js';
import {
  AdaptiveAvgPool2d,
  AvgPool2d,
  Conv1d,
  Conv2d,
  ConvTranspose2d,
  GlobalAvgPool2d,
  LPPool2d,
  MaxPool2d,
} from './conv.js';
import { Dropout } from './dropout.js';
import { Linear } from './linear.js';
import { LocallyConnected2d } from './local.js';
import { type AnyModule, Module, Parameter } from './module.js';
import { BatchNorm1d, BatchNorm2d, LocalResponseNorm } from './normalization.js';
import { GRU, LSTM, RNN } from './recurrent.js';
import { type Estimate, estimateMemory, grouped, inMegabytes, type MemoryOptions } from './sizing.js';
import { type Call, type ModelInput, trace } from './trace.js';

const DISPLAY: unique symbol = Symbol.for('Jupyter.display') as never;
const INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom') as never;

/** One line of the table. Counts are of one example. */
export interface SummaryRow {
  /** The course's notation: `CONV3-64`, `POOL2`, `FC`; the class of other modules. */
  readonly layer: string;
  /** Dotted name in the model. */
  readonly name: string;
  /** Layers that follow and write over the result: ReLU and the like, dropout. */
  readonly inPlace: readonly string[];
  /** Shape of the result, without the axis of the batch. */
  readonly shape: Shape;
  /** The shape as the course writes it, `224x224x64`. */
  readonly size: string;
  /** Values that the result holds, and bytes. */
  readonly activations: number;
  readonly bytes: number;
  readonly weights: number;
  readonly biases: number;
  /** Where the weights come from: `(3*3*64)*128`. */
  readonly formula: string;
  /** Two for each multiply-add of convolutions, linear and recurrent layers. */
  readonly flops: number;
}

export interface SummaryOptions {
  /** List activations and dropout as rows of their own, with memory of their own. */
  all?: boolean;
}

// ---------------------------------------------------------------- what layers are called, and what they cost

const times = (v: number | readonly number[]): string =>
  typeof v === 'number' || v[0] === v[1] ? String(typeof v === 'number' ? v : v[0]) : `${v[0]}x${v[1]}`;

const strided = (
  stride: number | readonly number[] | undefined,
  usual: number | readonly number[],
): string => (stride === undefined || times(stride) === times(usual) ? '' : `/${times(stride)}`);

/** The layer in the course's notation. */
export function layerName(module: AnyModule): string {
  if (module instanceof Conv2d)
    return `CONV${times(module.kernelSize)}-${module.outChannels}${strided(module.options.stride, 1)}`;
  if (module instanceof LocallyConnected2d)
    return `LOCAL${times(module.kernelSize)}-${module.outChannels}${strided(module.options.stride, 1)}`;
  if (module instanceof MaxPool2d)
    return `POOL${times(module.kernelSize)}${strided(module.options.stride, module.kernelSize)}`;
  if (module instanceof AvgPool2d)
    return `AVGPOOL${times(module.kernelSize)}${strided(module.options.stride, module.kernelSize)}`;
  if (module instanceof LPPool2d)
    return `L${module.p}POOL${times(module.kernelSize)}${strided(module.options.stride, module.kernelSize)}`;
  if (module instanceof GlobalAvgPool2d || module instanceof AdaptiveAvgPool2d) return 'AVGPOOL';
  if (module instanceof Linear) return 'FC';
  if (module instanceof BatchNorm1d || module instanceof BatchNorm2d) return 'BN';
  if (module instanceof LocalResponseNorm) return 'LRN';
  return module.constructor.name;
}

const product = (shape: Shape): number => shape.reduce((p, n) => p * n, 1);

/** Where a layer's weights come from; `volume` is what a linear layer's input was before it was flattened. */
function formulaOf(module: AnyModule, weights: readonly Parameter[], volume: Shape): string {
  if (module instanceof Conv2d || module instanceof Conv1d) {
    const [f, c, ...window] = module.weight.shape;
    return `(${[...window, c].join('*')})*${f}`;
  }
  if (module instanceof LocallyConnected2d)
    return `${module.places.join('*')}*(${[...module.kernelSize, module.inChannels].join('*')})*${module.outChannels}`;
  if (module instanceof Linear) {
    const flattened =
      volume.length === 3 && product(volume) === module.inFeatures && product(volume) > volume[0];
    const from = flattened ? [volume[1], volume[2], volume[0]] : [module.inFeatures];
    return [...from, module.outFeatures].join('*');
  }
  return weights.map((w) => w.shape.join('*')).join(' + ');
}

/** Multiply-adds of one example. */
function multiplyAdds(module: AnyModule, call: Call, weights: readonly Parameter[], batch: number): number {
  const results = (call.outputs[0]?.size ?? 0) / batch;
  if (module instanceof Conv2d || module instanceof Conv1d)
    return (results * module.weight.size) / module.outChannels;
  if (module instanceof ConvTranspose2d)
    return ((call.inputs[0].size / batch) * module.weight.size) / module.inChannels;
  if (module instanceof Linear) return results * module.inFeatures;
  if (module instanceof LocallyConnected2d) return module.weight.size;
  if (module instanceof RNN || module instanceof LSTM || module instanceof GRU) {
    const steps = results / (module.hiddenSize * (module.options.bidirectional ? 2 : 1));
    return steps * weights.reduce((s, w) => s + w.size, 0);
  }
  return 0;
}

/** Layers whose result may take the place of their input. */
const overwrites = (call: Call): boolean =>
  call.module instanceof Dropout ||
  (call.module instanceof Activation &&
    !(call.module instanceof GLU || call.module instanceof Maxout || call.module instanceof Softmax));

const isBias = (name: string): boolean => /(^|_)bias/.test(name);

/** `224x224x64`: rows, columns, channels; vectors of a net of volumes are `1x1x4096`. */
const sizeText = (shape: Shape, volumes: boolean): string =>
  shape.length === 3
    ? `${shape[1]}x${shape[2]}x${shape[0]}`
    : shape.length === 1 && volumes
      ? `1x1x${shape[0]}`
      : shape.join('x');

// ---------------------------------------------------------------- the table

/** The table of a model: rows and totals as numbers, and as text or HTML when it is shown. */
export class Summary {
  constructor(
    readonly rows: readonly SummaryRow[],
    /** Bytes of one parameter. */
    private readonly parameterSize: number,
  ) {}

  private total(of: (row: SummaryRow) => number): number {
    return this.rows.reduce((sum, row) => sum + of(row), 0);
  }

  /** Values that one example leaves behind in a forward pass, the input included. */
  get activations(): number {
    return this.total((row) => row.activations);
  }

  /** Bytes of the activations of one example. */
  get bytes(): number {
    return this.total((row) => row.bytes);
  }

  /** Parameters without biases. */
  get weights(): number {
    return this.total((row) => row.weights);
  }

  get biases(): number {
    return this.total((row) => row.biases);
  }

  /** Weights and biases. */
  get parameters(): number {
    return this.weights + this.biases;
  }

  /** Bytes of the parameters. */
  get parameterBytes(): number {
    return this.parameters * this.parameterSize;
  }

  /** Floating point operations of a forward pass of one example: two for each multiply-add. */
  get flops(): number {
    return this.total((row) => row.flops);
  }

  /**
   * How much memory the model takes, in training or when it only answers.
   * @example
   * const net = new nn.Sequential(new nn.Linear(784, 100), new nn.ReLU(), new nn.Linear(100, 10));
   * net.summary().memory({ batch: 128 }).total;   // 1869576
   */
  memory(options: MemoryOptions = {}): Estimate {
    let [largest, before] = [0, 0];
    for (const row of this.rows) {
      largest = Math.max(largest, before + row.bytes);
      before = row.bytes;
    }
    return estimateMemory(
      { activationBytes: this.bytes, largestBytes: largest, parameterBytes: this.parameterBytes },
      options,
    );
  }

  private cells(): { head: string[]; body: string[][]; foot: string[] } {
    const head = ['layer', 'name', 'size', 'values', 'memory', 'weights', 'from', 'biases', 'MFLOP'];
    const body = this.rows.map((row) => [
      [row.layer, ...row.inPlace].join(' + '),
      row.name,
      row.size,
      grouped(row.activations),
      inMegabytes(row.bytes),
      grouped(row.weights),
      row.formula,
      grouped(row.biases),
      row.flops === 0 ? '' : (row.flops / 1e6).toFixed(1),
    ]);
    const foot = [
      'total',
      '',
      '',
      grouped(this.activations),
      inMegabytes(this.bytes),
      grouped(this.weights),
      '',
      grouped(this.biases),
      (this.flops / 1e6).toFixed(1),
    ];
    return { head, body, foot };
  }

  /** What stands below the table. */
  private notes(): string[] {
    const both = (bytes: number): string => `${inMegabytes(bytes)} (${(bytes / 2 ** 20).toFixed(2)} MiB)`;
    return [
      `activations: ${grouped(this.activations)} values, ${both(this.bytes)} for each example forward; twice that with the gradients, ${both(2 * this.bytes)}`,
      `parameters: ${grouped(this.weights)} weights + ${grouped(this.biases)} biases = ${grouped(this.parameters)}, ${both(this.parameterBytes)}; three times that with gradient and momentum, ${both(3 * this.parameterBytes)}`,
      `arithmetic: ${grouped(Math.round(this.flops))} operations for each example forward, about three times that with the backward pass`,
    ];
  }

  /** The table as text. */
  toString(): string {
    const { head, body, foot } = this.cells();
    const all = [head, ...body, foot];
    const left = new Set([0, 1, 6]);
    const used = head
      .map((_, k) => k)
      .filter((k) => k === 0 || body.some((row) => row[k] !== '' && row[k] !== '0'));
    const widths = head.map((_, k) => Math.max(...all.map((row) => row[k].length)));
    const line = (row: string[]): string =>
      used
        .map((k) => (left.has(k) ? row[k].padEnd(widths[k]) : row[k].padStart(widths[k])))
        .join('  ')
        .trimEnd();
    const rule = '-'.repeat(used.reduce((sum, k) => sum + widths[k] + 2, -2));
    return [line(head), rule, ...body.map(line), rule, line(foot), ...this.notes()].join('\n');
  }

  /** The table as HTML, with a bar for each layer's share of memory and of weights. */
  toHTML(): string {
    const { head, body, foot } = this.cells();
    const names = new Set([0, 1, 6]);
    const most = {
      4: Math.max(1, ...this.rows.map((row) => row.bytes)),
      5: Math.max(1, ...this.rows.map((row) => row.weights)),
    };
    const style = (k: number, row?: SummaryRow): string => {
      const base = `padding:2px 7px;text-align:${names.has(k) ? 'left' : 'right'};white-space:nowrap;border:0`;
      if (row === undefined || (k !== 4 && k !== 5)) return base;
      const share = (100 * (k === 4 ? row.bytes : row.weights)) / most[k];
      const color = k === 4 ? 'rgba(37,99,235,.22)' : 'rgba(220,38,38,.2)';
      return `${base};background:linear-gradient(to left,${color} ${share.toFixed(1)}%,transparent ${share.toFixed(1)}%)`;
    };
    const cells = (tag: string, texts: string[], row?: SummaryRow): string =>
      texts.map((text, k) => `<${tag} style="${style(k, row)}">${escapeHtml(text)}</${tag}>`).join('');
    const border = 'border-top:1px solid rgba(128,128,128,.6)';
    return [
      '<div class="gradlab-summary" style="overflow-x:auto">',
      '<table style="border-collapse:collapse;font-size:12px;font-variant-numeric:tabular-nums;margin:0">',
      `<thead><tr>${cells('th', head)}</tr></thead><tbody style="${border}">`,
      ...body.map((texts, i) => `<tr>${cells('td', texts, this.rows[i])}</tr>`),
      `</tbody><tfoot style="${border};font-weight:bold"><tr>${cells('td', foot)}</tr></tfoot></table>`,
      ...this.notes().map((note) => `<div style="font-size:12px;margin-top:3px">${escapeHtml(note)}</div>`),
      '</div>',
    ].join('\n');
  }

  [INSPECT](): string {
    return this.toString();
  }

  [DISPLAY](): Record<string, string> {
    return { 'text/html': this.toHTML(), 'text/plain': this.toString() };
  }
}

const storages = (arrays: readonly NDArray[]): NDArray[] => {
  const seen = new Set<Storage>();
  return arrays.filter(({ storage }) => !seen.has(storage) && seen.add(storage));
};

/** The parameters of each module of a call's rows: its own, and those of modules inside that were never called. */
function parametersByModule(
  model: AnyModule,
  called: ReadonlySet<AnyModule>,
): Map<AnyModule, [string, Parameter][]> {
  const found = new Map<AnyModule, [string, Parameter][]>();
  const seen = new Set<Parameter>();
  const visit = (module: AnyModule, owner: AnyModule): void => {
    const home = called.has(module) ? module : owner;
    const list = found.get(home) ?? [];
    for (const [key, value] of Object.entries(module)) {
      if (value instanceof Parameter && !seen.has(value)) {
        seen.add(value);
        list.push([key, value]);
      }
    }
    found.set(home, list);
    for (const child of module.children()) visit(child, home);
  };
  visit(model, model);
  return found;
}

/**
 * The table of a model: layers, sizes of what they give, memory, weights and where they come from, arithmetic. Shapes
 * are worked out without computing. Layers that may write over their input, such as ReLU, take no row and no memory.
 *
 * @param model any module
 * @param input shape of one example, such as [3, 224, 224]; or arrays with the axis of the batch; or a list of either
 * for models of several inputs. May be left out for the models of `nn.models` and those that begin with a linear layer
 * @throws the layer's own error when sizes do not fit
 * @example
 * const net = new nn.Sequential(new nn.Conv2d(3, 8, 3, { padding: 1 }), new nn.ReLU(), new nn.MaxPool2d(2));
 * nn.summary(net, [3, 32, 32]).activations;   // 13312
 */
export function summary(model: AnyModule, input?: ModelInput, options: SummaryOptions = {}): Summary {
  const { calls, inputs, batch } = trace('summary', model, input);
  const parameters = parametersByModule(model, new Set(calls.map((call) => call.module)));
  const examples = (a: NDArray): Shape => (a.shape[0] === batch ? a.shape.slice(1) : a.shape);
  // What does not grow with the batch, such as a state of a net that has time first, counts whole.
  const ofOne = (a: NDArray): number => (a.size % batch === 0 ? a.size / batch : a.size);
  const volumes = inputs.some((a) => examples(a).length === 3);
  const rows: SummaryRow[] = inputs.map((a) => ({
    layer: 'INPUT',
    name: '',
    inPlace: [],
    shape: examples(a),
    size: sizeText(examples(a), volumes),
    activations: a.size / batch,
    bytes: a.nbytes / batch,
    weights: 0,
    biases: 0,
    formula: '',
    flops: 0,
  }));
  let volume: Shape = [];
  const remember = (call: Call): void => {
    if (call.module.children().length > 0) return;
    for (const a of call.inputs) if (a.ndim === 4) volume = a.shape.slice(1);
  };
  for (const call of calls) {
    const { module, outputs } = call;
    remember(call);
    const own = parameters.get(module) ?? [];
    parameters.delete(module);
    const last = rows.at(-1)!;
    if (options.all !== true && own.length === 0 && overwrites(call)) {
      (last.inPlace as string[]).push(module.constructor.name);
      continue;
    }
    const leaf = module.children().length === 0;
    // Views (Flatten) and containers that hand on what a layer inside made are no rows.
    if (own.length === 0 && !call.makes && !(leaf && options.all === true)) continue;
    const made = call.makes ? storages(outputs) : [];
    const weights = own.filter(([name]) => !isBias(name)).map(([, p]) => p);
    const biases = own.filter(([name]) => isBias(name)).map(([, p]) => p);
    const count = (list: readonly Parameter[]): number => list.reduce((sum, p) => sum + p.size, 0);
    rows.push({
      layer: layerName(module),
      name: call.name,
      inPlace: [],
      shape: examples(outputs[0]),
      size: sizeText(examples(outputs[0]), volumes),
      activations: made.reduce((sum, a) => sum + ofOne(a), 0),
      bytes: made.reduce((sum, a) => sum + ofOne(a) * a.itemsize, 0),
      weights: count(weights),
      biases: count(biases),
      formula: formulaOf(module, weights, volume),
      flops: 2 * multiplyAdds(module, call, weights, batch),
    });
    for (const a of outputs) if (a.ndim === 4) volume = a.shape.slice(1);
  }
  const dtype = model.parameters()[0]?.dtype ?? 'float32';
  return new Summary(rows, dtypeInfo[dtype].itemsize);
}

declare module './module.js' {
  interface Module<In extends readonly unknown[], Out> {
    /**
     * The table of the model: layers, sizes, memory, weights, arithmetic, with totals. @see torchinfo.summary
     *
     * @param input shape of one example, such as [3, 32, 32], or arrays with the axis of the batch
     * @example
     * const net = new nn.Sequential(new nn.Linear(784, 100), new nn.ReLU(), new nn.Linear(100, 10));
     * net.summary().parameters;   // 79510
     */
    summary(input?: ModelInput, options?: SummaryOptions): Summary;
  }
}
Module.prototype.summary = function (input, options) {
  return summary(this as AnyModule, input, options);
};
