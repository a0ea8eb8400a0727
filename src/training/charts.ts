// The charts of a monitor. Every x axis that is time counts in epochs.

import type { NDArray } from '../core/ndarray.js';
import { get } from '../ops/index.js';
import { reshape } from '../ops/shape.js';
import { type Axes, Figure } from '../plot/index.js';
import type { Histogram, History, Line } from './history.js';

/** The charts that a monitor can draw. */
export const PANELS = [
  'loss',
  'logLoss',
  'accuracy',
  'ratio',
  'gradientNorm',
  'dead',
  'activations',
  'gradients',
  'firstLayer',
] as const;
export type Panel = (typeof PANELS)[number];

const titles: Record<Panel, string> = {
  loss: 'Loss of each batch',
  logLoss: 'Loss, logarithmic',
  accuracy: 'Accuracy',
  ratio: 'Norm of update / norm of weights',
  gradientNorm: 'Norm of the gradient',
  dead: 'Dead ReLUs, share of units',
  activations: 'Activations, share of values',
  gradients: 'Gradients of activations',
  firstLayer: 'Weights of the first layer',
};

const COLORS = [
  '#1f77b4',
  '#ff7f0e',
  '#2ca02c',
  '#d62728',
  '#9467bd',
  '#8c564b',
  '#e377c2',
  '#17becf',
  '#bcbd22',
  '#7f7f7f',
];

/** At most about `most` points of a line: means of neighbours. */
function thin({ x, y }: Line, most = 600): Line {
  if (x.length <= most) return { x, y };
  const size = Math.ceil(x.length / most);
  const out: Line = { x: [], y: [] };
  for (let i = 0; i < x.length; i += size) {
    const part = y.slice(i, i + size);
    out.x.push(x[Math.min(i + size, x.length) - 1]);
    out.y.push(part.reduce((a, b) => a + b, 0) / part.length);
  }
  return out;
}

/** The mean of up to `size` values up to each. */
function smooth({ x, y }: Line, size: number): Line {
  let total = 0;
  return {
    x,
    y: y.map((v, i) => {
      total += v - (i >= size ? y[i - size] : 0);
      return total / Math.min(i + 1, size);
    }),
  };
}

function drawLoss(ax: Axes, line: Line, scale: 'linear' | 'log'): void {
  const points = thin({ x: line.x, y: line.y.map((v) => (Number.isFinite(v) ? v : Number.NaN)) });
  ax.plot(points.x, points.y, { color: '#a6c8e4', xlabel: 'epoch' });
  if (points.x.length > 20) {
    const finite = { x: points.x, y: points.y.map((v) => (Number.isNaN(v) ? 0 : v)) };
    const mean = smooth(finite, Math.max(5, Math.round(points.x.length / 25)));
    ax.plot(mean.x, mean.y, { color: '#1f77b4' });
  }
  if (scale === 'log') ax.yscale('log');
}

/** A line for each name, in the name's colour. Names stand in the legend once and switch their lines in all panels. */
function drawNamed(ax: Axes, lines: Record<string, Line>, group: string, inLegend: boolean): void {
  Object.entries(lines).forEach(([name, { x, y }], i) => {
    ax.plot(x, y, { color: COLORS[i % COLORS.length], linewidth: 1.5, label: name });
    const trace = ax.figure.data[ax.figure.data.length - 1];
    Object.assign(trace, {
      legendgroup: `${group} ${name}`,
      showlegend: inLegend,
      name: group === 'layer' ? `layer ${name}` : name,
    });
  });
}

function drawLines(ax: Axes, lines: Record<string, Line>, group: string, inLegend: boolean): void {
  const thinned = Object.entries(lines).map(([name, line]) => [name, thin(line, 300)] as const);
  drawNamed(ax, Object.fromEntries(thinned), group, inLegend);
  ax.xlabel('epoch');
}

function drawHistograms(ax: Axes, all: Record<string, Histogram>, inLegend: boolean): void {
  const lines = Object.entries(all).map(([name, { edges, counts }]) => {
    const total = Math.max(
      1,
      counts.reduce((a, b) => a + b, 0),
    );
    const centres = counts.map((_, k) => (edges[k] + edges[k + 1]) / 2);
    // Empty bins are gaps on the logarithmic axis.
    return [name, { x: centres, y: counts.map((c) => (c > 0 ? c / total : Number.NaN)) }] as const;
  });
  drawNamed(ax, Object.fromEntries(lines), 'layer', inLegend);
  ax.yscale('log');
}

/** The weights of the first layer as tiles, one a unit; null when they are no images. */
function weightTiles(weights: NDArray, imageShape?: readonly number[], most = 36): NDArray | null {
  const [units, ...rest] = weights.shape;
  const size = rest.reduce((a, b) => a * b, 1);
  let shape: number[] | null = null;
  if (imageShape !== undefined) shape = [...imageShape];
  else if (weights.ndim === 4 && (rest[0] === 1 || rest[0] === 3)) shape = rest;
  else if (weights.ndim === 2) {
    const side = [1, 3].map((c) => Math.sqrt(size / c)).findIndex((s) => Number.isInteger(s) && s >= 4);
    const c = [1, 3][side];
    if (side >= 0)
      shape = c === 1 ? [Math.sqrt(size), Math.sqrt(size)] : [3, Math.sqrt(size / 3), Math.sqrt(size / 3)];
  }
  if (shape === null || shape.reduce((a, b) => a * b, 1) !== size) return null;
  const n = Math.min(units, most);
  const tiles = reshape(get(weights, [`:${n}`]), [
    n,
    ...(shape[0] === 1 && shape.length === 3 ? shape.slice(1) : shape),
  ]);
  return tiles.astype('float64');
}

/** All charts in one figure, three in a row. */
export function monitorFigure(
  history: History,
  firstLayer: NDArray | null,
  options: { panels?: readonly Panel[]; title?: string; imageShape?: readonly number[] },
): Figure {
  const panels = options.panels ?? PANELS;
  const cols = Math.min(3, panels.length);
  const rows = Math.ceil(panels.length / cols);
  const names = Array.from({ length: rows * cols }, (_, i) =>
    panels[i] === undefined ? '' : titles[panels[i]],
  );
  const figure = new Figure(
    { height: 110 + 270 * rows, title: options.title },
    { rows, cols, titles: names, wspace: 0.07, hspace: 0.3 / rows },
  );
  (figure.layout as Record<string, unknown>).legend = {
    orientation: 'h',
    x: 0,
    y: -0.22 / rows,
    yanchor: 'top',
  };
  const draw: Record<Panel, (ax: Axes) => void> = {
    loss: (ax) => drawLoss(ax, history.loss, 'linear'),
    logLoss: (ax) => drawLoss(ax, history.loss, 'log'),
    accuracy(ax) {
      const { train, validation } = history;
      for (const [name, line, color] of [
        ['training', train, '#d62728'],
        ['validation', validation, '#2ca02c'],
      ] as const)
        if (line.x.length > 0) ax.plot(line.x, line.y, 'o-', { color, label: name });
      ax.xlabel('epoch');
      if (train.x.length > 0 || validation.x.length > 0) ax.legend('lower right');
    },
    ratio(ax) {
      drawLines(ax, history.ratio, 'parameter', true);
      ax.yscale('log');
      ax.hline(1e-3, { linestyle: '--', color: '#555555' });
    },
    gradientNorm(ax) {
      drawLines(ax, history.gradient, 'parameter', !panels.includes('ratio'));
      ax.yscale('log');
    },
    dead(ax) {
      drawLines(ax, history.dead, 'layer', !panels.includes('activations'));
      ax.ylim(-0.02, 1.02);
    },
    activations(ax) {
      drawHistograms(ax, history.activations, true);
      ax.xlabel('activation');
    },
    gradients(ax) {
      drawHistograms(ax, history.gradients, !panels.includes('activations'));
      ax.xlabel('gradient');
    },
    firstLayer(ax) {
      const tiles = firstLayer === null ? null : weightTiles(firstLayer, options.imageShape);
      if (tiles !== null)
        ax.imageGrid(tiles, { normalize: 'each', cols: Math.ceil(Math.sqrt(tiles.shape[0])) });
      else if (firstLayer !== null)
        ax.heatmap(reshape(firstLayer, [firstLayer.shape[0], -1]), { cmap: 'RdBu' });
    },
  };
  panels.forEach((panel, i) => {
    draw[panel](figure.axes[i]);
  });
  for (let i = panels.length; i < rows * cols; i++) figure.axes[i].axis('off');
  return figure;
}
