// A monitor of a training run: it looks at the model after every batch, at its layers through forward hooks now and
// then, and draws what it saw: live in a notebook, as lines in a terminal. A run that goes to NaN is stopped.

import { inspect } from 'node:util';
import { LiveOutput } from '../core/live.js';
import type { NDArray } from '../core/ndarray.js';
import { NDArray as ArrayClass } from '../core/ndarray.js';
import { notebook } from '../core/notebook.js';
import { checkOptions, type Spelled } from '../core/options.js';
import { ReLU } from '../nn/activations.js';
import type { AnyModule } from '../nn/module.js';
import { Module } from '../nn/module.js';
import { DISPLAY } from '../plot/frame.js';
import { libraryOutput } from '../plot/html.js';
import type { Figure } from '../plot/index.js';
import { monitorFigure, PANELS, type Panel } from './charts.js';
import {
  deadFraction,
  emptyHistory,
  type History,
  histogramOf,
  kept,
  norm,
  push,
  updateRatio,
} from './history.js';
import { lossNumber, parametersOf, StopOnNaN, type Trained } from './stop.js';

export interface MonitorOptions {
  /** Batches of an epoch (`loader.length`): all charts count in epochs. */
  batchesPerEpoch: number;
  /** Seconds between updates of the charts at least; 1 unless given. */
  every?: number;
  /** Batches between looks at layers and parameters; about 25 looks an epoch unless given. */
  sampleEvery?: number;
  /** Which charts, in which order; all of them unless given. */
  panels?: readonly Panel[];
  /** Height and width (and colours) of the first layer's weights as images: [28, 28], [32, 32, 3]; found out if it can be. */
  imageShape?: readonly number[];
  /** Above the charts. */
  title?: string;
  /** Stop when the loss or a weight is not finite; true unless given. */
  stopOnNaN?: boolean;
  /** Show charts or lines while it runs; true unless given. Without, call `figure()`. */
  live?: boolean;
  /** Where a program's lines go: standard output unless given. */
  stream?: { write(text: string): unknown; isTTY?: boolean };
}

/**
 * Watches a model while it trains: loss by batch, accuracies by epoch, the size of updates beside that of weights,
 * gradient norms, histograms of activations and their gradients, dead ReLUs, the first layer's weights.
 *
 * Call `batch(loss)` after each step and before gradients are forgotten, `epoch({train, validation})` after each epoch.
 *
 * @example
 * const model = new nn.Sequential(new nn.Linear(2, 20), new nn.ReLU(), new nn.Linear(20, 3));
 * const opt = new optim.SGD(model.parameters(), { lr: 0.1 });
 * const monitor = new training.Monitor(model, { batchesPerEpoch: 10, live: false });
 * for (let step = 0; step < 20; step++) {
 *   opt.zeroGrad();
 *   const loss = nn.crossEntropy(model(np.ones([5, 2])), [0, 1, 2, 0, 1]);
 *   loss.backward();
 *   opt.step();
 *   monitor.batch(loss);
 * }
 * monitor.epoch({ train: 0.4 });
 * monitor.figure();
 */
export class Monitor {
  readonly history: History = emptyHistory();
  /** Batches seen. */
  steps = 0;
  private readonly parameters: [string, NDArray][];
  private readonly hooks: { remove(): void }[] = [];
  private readonly guard: StopOnNaN | null;
  private readonly live: LiveOutput;
  private readonly sampleEvery: number;
  private readonly options: MonitorOptions;
  private readonly module: boolean;
  /** Draws what an epoch left, if nothing does before. */
  private later: ReturnType<typeof setTimeout> | undefined;
  /** Whether the step under way is looked at closely, and what it left so far. */
  private sampling = true;
  private before = new Map<string, NDArray>();
  private readonly seen = new Map<string, { output: NDArray; relu: boolean }>();

  constructor(trained: Trained, given: Spelled<MonitorOptions>) {
    const options: MonitorOptions = checkOptions('Monitor', given, [
      ...[
        'batchesPerEpoch',
        'every',
        'sampleEvery',
        'panels',
        'imageShape',
        'title',
        'stopOnNaN',
        'live',
        'stream',
      ],
    ]);
    this.options = options;
    const { batchesPerEpoch, panels = PANELS } = options;
    if (!(batchesPerEpoch > 0))
      throw new RangeError(
        `Monitor: batchesPerEpoch must be the number of batches of an epoch (loader.length), not ${batchesPerEpoch}.`,
      );
    const unknown = panels.find((p) => !PANELS.includes(p));
    if (unknown !== undefined)
      throw new RangeError(`Monitor: there is no panel '${unknown}'; panels are ${PANELS.join(', ')}.`);
    this.parameters = parametersOf('Monitor', trained);
    this.sampleEvery = options.sampleEvery ?? Math.max(1, Math.floor(batchesPerEpoch / 25));
    this.guard = (options.stopOnNaN ?? true) ? new StopOnNaN(trained, { batchesPerEpoch }) : null;
    this.live = new LiveOutput({
      every: options.every ?? 1,
      quiet: 5,
      stream: options.stream,
      standard: process.stdout,
    });
    this.module = trained instanceof Module;
    if (this.module) this.hook(trained as AnyModule);
    this.remember();
  }

  /** Forward hooks on all layers that have no layers inside. */
  private hook(model: AnyModule): void {
    for (const [name, layer] of model.namedModules()) {
      if ([...layer.children()].length > 0) continue;
      const label = name === '' ? layer.constructor.name : name;
      this.hooks.push(
        layer.registerForwardHook((_, __, output) => {
          if (this.sampling && layer.training && output instanceof ArrayClass)
            this.watch(label, output, { relu: layer instanceof ReLU });
          return undefined;
        }),
      );
    }
  }

  /**
   * Looks at an array that is no layer's output, such as `monitor.watch('hidden', np.maximum(0, ...), {relu: true})`.
   * @returns the array itself
   */
  watch<A extends NDArray>(name: string, output: A, options: { relu?: boolean } = {}): A {
    // Without the tape it is an evaluation, not a training step.
    if (this.sampling && output.tracked) {
      output.retainGrad();
      this.seen.set(name, { output, relu: options.relu ?? false });
    }
    return output;
  }

  private remember(): void {
    if (this.sampling) this.before = new Map(this.parameters.map(([name, p]) => [name, kept(p)]));
  }

  /** Epochs gone by, with fractions. */
  get epochs(): number {
    return this.steps / this.options.batchesPerEpoch;
  }

  /**
   * After a step of the optimiser: notes the loss, looks at the layers when it is time, draws when it is time.
   * @throws TrainingStopped when the loss or a weight is not finite
   */
  batch(loss: NDArray | number): void {
    const value = lossNumber('Monitor.batch', loss);
    this.steps++;
    const x = this.epochs;
    this.history.loss.x.push(x);
    this.history.loss.y.push(value);
    try {
      this.guard?.check(value);
    } catch (error) {
      if (this.options.live ?? true) this.draw();
      throw error;
    }
    if (this.sampling) this.measure(x);
    this.sampling = (this.steps + 1) % this.sampleEvery === 0 || this.sampleEvery === 1;
    this.remember();
    if ((this.options.live ?? true) && this.live.due) this.draw();
  }

  private measure(x: number): void {
    const { history } = this;
    for (const [name, p] of this.parameters) {
      const before = this.before.get(name);
      if (before !== undefined) push(history.ratio, name, x, updateRatio(before, p));
      if (p.grad !== null) push(history.gradient, name, x, norm(p.grad));
    }
    for (const [name, { output, relu }] of this.seen) {
      const values = histogramOf(output);
      if (values !== null) history.activations[name] = values;
      const gradients = output.grad === null ? null : histogramOf(output.grad);
      if (gradients !== null) history.gradients[name] = gradients;
      if (relu && output.ndim > 1) push(history.dead, name, x, deadFraction(output));
    }
    this.seen.clear();
  }

  /** After an epoch: accuracies (or whatever should be large) of training and validation data. */
  epoch(accuracy: { train?: NDArray | number; validation?: NDArray | number } = {}): void {
    checkOptions('Monitor.epoch', accuracy, ['train', 'validation']);
    for (const which of ['train', 'validation'] as const) {
      const value = accuracy[which];
      if (value === undefined) continue;
      this.history[which].x.push(this.epochs);
      this.history[which].y.push(lossNumber('Monitor.epoch', value));
    }
    if (!(this.options.live ?? true)) return;
    // A line for each epoch; charts keep to their rate, and show the last state when the loop lets them.
    if (!this.live.inNotebook || this.live.due) this.draw();
    else this.later ??= setTimeout(() => this.draw(), 1000 * (this.options.every ?? 1));
  }

  /** The charts as they stand now. */
  figure(): Figure {
    return monitorFigure(this.history, this.firstLayer(), this.options);
  }

  /** The weights that meet the input. */
  private firstLayer(): NDArray | null {
    const weights = this.parameters.find(([, p]) => p.ndim >= 2)?.[1].detach();
    if (weights === undefined) return null;
    // Modules have (out, in); arrays by name follow the course's np.dot(X, W).
    return weights.ndim === 2 && !this.module ? weights.T : weights;
  }

  /** The state in one line. */
  toString(): string {
    const { loss, train, validation, ratio } = this.history;
    const last = (line: { y: number[] }): number => line.y[line.y.length - 1];
    const recent = loss.y.slice(-Math.max(1, Math.min(50, this.options.batchesPerEpoch)));
    const mean = recent.reduce((a, b) => a + b, 0) / recent.length;
    const ratios = Object.values(ratio)
      .map(last)
      .filter((r) => r > 0 && Number.isFinite(r));
    const typical = Math.exp(ratios.reduce((a, r) => a + Math.log(r), 0) / ratios.length);
    return [
      `epoch ${this.epochs.toFixed(2)}, step ${this.steps}: loss ${Number(mean.toPrecision(4))}`,
      ...(train.y.length > 0 ? [`train ${last(train).toFixed(4)}`] : []),
      ...(validation.y.length > 0 ? [`validation ${last(validation).toFixed(4)}`] : []),
      ...(ratios.length > 0 ? [`update:weight ${typical.toExponential(1)}`] : []),
    ].join(', ');
  }

  [inspect.custom](): string {
    return `Monitor(${this.steps > 0 ? this.toString() : 'no batch yet'})`;
  }

  private draw(): void {
    clearTimeout(this.later);
    this.later = undefined;
    const begun = performance.now();
    const line = this.toString();
    if (!this.live.inNotebook) {
      this.live.show(null, line);
      return;
    }
    // The chart library stays where it is while the charts beside it are replaced.
    const library = libraryOutput();
    if (library !== null) notebook()?.(library);
    const figure = this.figure().live(this.live.id);
    this.live.show({ [DISPLAY]: () => ({ ...figure[DISPLAY](), 'text/plain': line }) }, line, { begun });
  }

  /** Draws the last state and takes the hooks off the model. */
  close(): void {
    if ((this.options.live ?? true) && this.steps > 0) this.draw();
    for (const hook of this.hooks.splice(0)) hook.remove();
  }
}
