// The experiment on initialisation: random data through a deep net of one nonlinearity and one way to draw weights,
// and what becomes of the activations, and of gradients on their way back.

import { inspect } from 'node:util';
import { asarray } from '../core/create.js';
import type { NDArray } from '../core/ndarray.js';
import { checkOptions } from '../core/options.js';
import { leakyRelu, relu, sigmoid, tanh } from '../nn/functional.js';
import { sprintf } from '../numpy/format.js';
import * as random from '../numpy/random/index.js';
import { mul, square } from '../ops/elementwise.js';
import { dot } from '../ops/matmul.js';
import { mean, std, sum } from '../ops/reduce.js';
import { Figure } from '../plot/index.js';

const NONLINEARITIES = {
  tanh: (x: NDArray) => tanh(x),
  relu: (x: NDArray) => relu(x),
  sigmoid: (x: NDArray) => sigmoid(x),
  leakyRelu: (x: NDArray) => leakyRelu(x),
  linear: (x: NDArray) => mul(x, 1),
} as const;

const INITS = {
  xavier: (fanIn: number) => Math.sqrt(1 / fanIn),
  he: (fanIn: number) => Math.sqrt(2 / fanIn),
} as const;

export interface StatisticsOptions {
  /** Layers, 10 unless given, of the same width, 500 unless given. */
  depth?: number;
  width?: number;
  /** Widths of the layers one by one, instead. */
  widths?: readonly number[];
  /** Examples, standard normal; 1000 unless given. */
  examples?: number;
  /** The data, instead. */
  input?: NDArray;
  /** tanh unless given. */
  nonlinearity?: keyof typeof NONLINEARITIES | ((x: NDArray) => NDArray);
  /** Standard deviation of the weights, 'xavier' (1/sqrt(n)), 'he' (sqrt(2/n)), or a function of (fanIn, fanOut). */
  init?: number | keyof typeof INITS | ((fanIn: number, fanOut: number) => NDArray);
  /** Size of a random gradient at the last layer, to see what comes back; none unless given. */
  gradient?: number;
}

export interface LayerStatistics {
  /** Counted from 1. */
  layer: number;
  mean: number;
  std: number;
  /** Root mean square of the gradient of the layer's output and of its weights. */
  gradient?: number;
  weightGradient?: number;
}

/** What the experiment found; prints as the course's table. */
export class ActivationStatistics {
  constructor(
    readonly input: { mean: number; std: number },
    readonly layers: readonly LayerStatistics[],
    /** The activations themselves, layer by layer. */
    readonly activations: readonly NDArray[],
  ) {}

  toString(): string {
    const lines = [
      sprintf('input layer had mean %f and std %f', this.input.mean, this.input.std),
      ...this.layers.map(
        ({ layer, mean: m, std: s, gradient: g, weightGradient: w }) =>
          sprintf('hidden layer %d had mean %f and std %f', layer, m, s) +
          (g === undefined ? '' : sprintf(', gradient %.3e, of the weights %.3e', g, w)),
      ),
    ];
    return lines.join('\n');
  }

  [inspect.custom](): string {
    return this.toString();
  }

  /** Means and standard deviations by layer, and the sizes of gradients where there are some. */
  figure(): Figure {
    const withGradient = this.layers[0]?.gradient !== undefined;
    const titles = ['layer mean', 'layer std', ...(withGradient ? ['size of gradients'] : [])];
    const fig = new Figure({ height: 340 }, { rows: 1, cols: titles.length, titles, wspace: 0.11 });
    const x = this.layers.map((l) => l.layer);
    fig.axes[0].plot(
      x,
      this.layers.map((l) => l.mean),
      'ob-',
      { xlabel: 'layer', ylabel: 'mean' },
    );
    fig.axes[1].plot(
      x,
      this.layers.map((l) => l.std),
      'or-',
      { xlabel: 'layer', ylabel: 'std' },
    );
    if (withGradient) {
      const ax = fig.axes[2];
      ax.plot(
        x,
        this.layers.map((l) => l.gradient!),
        'o-',
        { label: 'activations' },
      );
      ax.plot(
        x,
        this.layers.map((l) => l.weightGradient!),
        's-',
        { label: 'weights' },
      );
      ax.yscale('log').xlabel('layer').ylabel('root mean square').legend('lower right');
    }
    return fig;
  }

  /** A histogram for each layer: 30 bins over one range, [-1, 1] unless given (for ReLU take another). */
  histograms(options: { bins?: number; range?: readonly [number, number] } = {}): Figure {
    const { bins = 30, range = [-1, 1] } = options;
    const n = this.layers.length;
    const cols = Math.min(n, 5);
    const rows = Math.ceil(n / cols);
    const titles = Array.from({ length: rows * cols }, (_, i) => (i < n ? `layer ${i + 1}` : ''));
    const fig = new Figure({ height: 60 + 190 * rows }, { rows, cols, titles });
    this.activations.forEach((h, i) => {
      fig.axes[i].hist(h.ravel(), bins, {
        range: [...range],
        xlabel: i >= n - cols ? 'activation' : undefined,
        ylabel: '',
      });
    });
    for (let i = n; i < rows * cols; i++) fig.axes[i].axis('off');
    return fig;
  }
}

const number = (a: NDArray): number => Number(a.item());
const rms = (a: NDArray | null): number => (a === null ? 0 : Math.sqrt(number(mean(square(a.detach())))));

/**
 * Sends random data through a deep net and measures each layer. Draws from np.random: the data first, then each layer's
 * weights.
 *
 * @example
 * np.random.seed(0);
 * const table = training.activationStatistics({ depth: 4, width: 100, nonlinearity: 'relu', init: 'he' });
 * table.layers.map((l) => l.std);
 */
export function activationStatistics(options: StatisticsOptions = {}): ActivationStatistics {
  checkOptions('activationStatistics', options, [
    ...['depth', 'width', 'widths', 'examples', 'input', 'nonlinearity', 'init', 'gradient'],
  ]);
  const { depth = 10, width = 500, examples = 1000, nonlinearity = 'tanh', init = 0.01 } = options;
  const widths = options.widths ?? new Array<number>(depth).fill(width);
  if (widths.length === 0 || widths.some((w) => !Number.isInteger(w) || w < 1))
    throw new RangeError(
      `activationStatistics: widths [${widths.join(', ')}] are not numbers of units, each at least 1.`,
    );
  const act = typeof nonlinearity === 'function' ? nonlinearity : NONLINEARITIES[nonlinearity];
  if (act === undefined)
    throw new RangeError(
      `activationStatistics: nonlinearity '${String(nonlinearity)}' is not one of ${Object.keys(NONLINEARITIES).join(', ')}, nor a function.`,
    );
  const draw = (fanIn: number, fanOut: number): NDArray => {
    if (typeof init === 'function') return asarray(init(fanIn, fanOut));
    const scale = typeof init === 'number' ? init : INITS[init]?.(fanIn);
    if (scale === undefined)
      throw new RangeError(
        `activationStatistics: init '${String(init)}' is not a number, one of ${Object.keys(INITS).join(', ')}, or a function.`,
      );
    return mul(random.randn(fanIn, fanOut), scale);
  };
  const withGradient = options.gradient !== undefined;
  const input = options.input ?? random.randn(examples, widths[0]);
  const outputs: NDArray[] = [];
  const matrices: NDArray[] = [];
  let x = input;
  for (const fanOut of widths) {
    const W = draw(x.shape[1], fanOut);
    if (withGradient) W.requiresGrad();
    x = act(dot(x, W));
    if (withGradient) x.retainGrad();
    matrices.push(W);
    outputs.push(x);
  }
  if (withGradient) sum(mul(x, mul(random.randn(...x.shape), options.gradient!))).backward();
  const layers = outputs.map((h, i) => ({
    layer: i + 1,
    mean: number(mean(h.detach())),
    std: number(std(h.detach())),
    ...(withGradient ? { gradient: rms(h.grad), weightGradient: rms(matrices[i].grad) } : {}),
  }));
  return new ActivationStatistics(
    { mean: number(mean(input)), std: number(std(input)) },
    layers,
    outputs.map((h) => h.detach()),
  );
}
