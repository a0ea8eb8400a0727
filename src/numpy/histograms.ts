// Counting: how often whole numbers occur, and how many elements fell into which bin, in one dimension and two. The
// edges of bins, given or by a rule, are found here for every histogram.

import { binNumbers as binNumbersOf, bincount as count, largest } from '../backend/index.js';
import { asarray } from '../core/create.js';
import { isFloat } from '../core/dtype.js';
import { type ArrayLike, empty, emptyZeroed, type NDArray } from '../core/ndarray.js';
import { parameters } from '../core/options.js';
import { checkShape, shapeText } from '../core/shape.js';
import { div, greaterEqual, sub } from '../ops/elementwise.js';
import { addAt, get } from '../ops/index.js';
import { castTo, realOnly } from '../ops/operands.js';
import { max, min, sum } from '../ops/reduce.js';
import { tracking } from '../ops/registry.js';
import { ascontiguousarray, copy, reshape } from '../ops/shape.js';
import { searchsorted } from '../ops/sort.js';
import { linspace } from './grid.js';

/** Whole numbers as int64. Lists of numbers are float64 here and pass when every one is whole. */
function wholeNumbers(caller: string, value: ArrayLike): NDArray {
  const a = asarray(value, caller);
  if (isFloat(a.dtype)) {
    for (const v of a.data) {
      if (!Number.isInteger(v)) {
        throw new TypeError(
          `${caller}: cannot safely convert ${a.dtype} to int64: ${v} is not a whole number. Use astype('int64') to truncate.`,
        );
      }
    }
  }
  const out = castTo(a, 'int64');
  return out.contiguous ? out : copy(out);
}

export interface BincountOptions {
  /** Sum these instead of counting; one per element. The result is float64. */
  weights?: ArrayLike | null;
  /** The least length of the result. */
  minlength?: number;
}

/**
 * How often each of 0, 1, 2, ... occurs in a vector of whole numbers, as int64 of length max + 1.
 * @throws RangeError for negative numbers
 * @see numpy.bincount
 */
export function bincount(
  x: ArrayLike,
  options?: null | { weights?: undefined; minlength?: number },
  minlength?: number,
): NDArray<'int64'>;
export function bincount(
  x: ArrayLike,
  weights: ArrayLike | BincountOptions,
  minlength?: number | BincountOptions,
): NDArray<'float64'>;
export function bincount(x: ArrayLike, ...given: unknown[]): NDArray {
  const o = parameters<BincountOptions>('bincount', ['weights', 'minlength'], given);
  const { minlength = 0 } = o;
  const weights = o.weights ?? undefined;
  const list = wholeNumbers('bincount', x);
  if (list.ndim !== 1)
    throw new RangeError(
      `bincount: object of too small or too large depth for desired array: x must be 1-d, not of shape ${shapeText(list.shape)}.`,
    );
  if (!Number.isInteger(minlength) || minlength < 0)
    throw new RangeError(`bincount: 'minlength' must not be negative: ${minlength}.`);
  const most = list.size === 0 ? -1 : largest(list);
  if (most >= 2 ** 63) {
    throw new RangeError(
      `bincount: 'list' argument must have no negative elements; the smallest is ${min(list).item()}.`,
    );
  }
  const length = Math.max(minlength, most + 1);
  checkShape('bincount', [length]);
  if (weights === undefined) {
    const out = emptyZeroed([length], 'int64');
    if (list.size > 0) count(out, list);
    return out;
  }
  const w = asarray(weights, 'bincount');
  if (w.ndim !== 1 || w.size !== list.size) {
    throw new RangeError(
      `bincount: the weights and list don't have the same length: ${shapeText(w.shape)} and ${shapeText(list.shape)}.`,
    );
  }
  const out = emptyZeroed([length], 'float64');
  if (tracking(w)) return addAt(out, [list], w);
  const weight = castTo(w, 'float64');
  if (list.size > 0) count(out, list, weight.contiguous ? weight : copy(weight));
  return out;
}

/** What bins can be said of by name. */
export interface BinOptions {
  /** A number of equally wide bins (10), a list of edges, or a rule such as 'auto'. */
  bins?: number | BinRule | ArrayLike;
  /** Lower and upper end of the bins; the extremes of the data by default. */
  range?: readonly [number, number] | null;
  /** What each element counts for. */
  weights?: ArrayLike | null;
}

export interface HistogramOptions extends BinOptions {
  /** Scale so that the area is 1. */
  density?: boolean;
}

/** How NumPy estimates the number of bins. */
export type BinRule = 'auto' | 'sturges' | 'sqrt' | 'fd' | 'scott' | 'rice';

function outerEdges(
  caller: string,
  a: NDArray,
  range: readonly [number, number] | undefined,
): [number, number] {
  let [first, last] = range ?? [0, 1];
  if (range !== undefined) {
    if (first > last)
      throw new RangeError(`${caller}: max must be larger than min in range parameter: [${first}, ${last}].`);
    if (!Number.isFinite(first) || !Number.isFinite(last))
      throw new RangeError(`${caller}: supplied range of [${first}, ${last}] is not finite.`);
  } else if (a.size > 0) {
    first = Number(min(a).item());
    last = Number(max(a).item());
    if (!Number.isFinite(first) || !Number.isFinite(last)) {
      throw new RangeError(
        `${caller}: autodetected range of [${first}, ${last}] is not finite. Give {range: [low, high]}, or drop what is not: a.at(np.isfinite(a)).`,
      );
    }
  }
  return first === last ? [first - 0.5, last + 0.5] : [first, last];
}

function binCount(
  rule: BinRule,
  a: NDArray,
  first: number,
  last: number,
  range?: readonly [number, number],
): number {
  let x = a.data as Float64Array;
  if (range !== undefined) x = x.filter((v) => v >= first && v <= last);
  const n = x.length;
  if (n === 0) return 1;
  const values = Float64Array.from(x as Iterable<number | bigint>, Number).sort();
  const spread = values[n - 1] - values[0];
  const quantile = (q: number): number => {
    const at = q * (n - 1);
    const low = Math.floor(at);
    return values[low] + (values[Math.min(low + 1, n - 1)] - values[low]) * (at - low);
  };
  const fd = (2 * (quantile(0.75) - quantile(0.25))) / n ** (1 / 3);
  const sturges = spread / (Math.log2(n) + 1);
  const average = values.reduce((s, v) => s + v, 0) / n;
  const deviation = Math.sqrt(values.reduce((s, v) => s + (v - average) ** 2, 0) / n);
  const widths: Record<BinRule, number> = {
    auto: fd > 0 ? Math.min(fd, sturges) : sturges,
    sturges,
    fd,
    sqrt: spread / Math.sqrt(n),
    scott: ((24 * Math.sqrt(Math.PI)) / n) ** (1 / 3) * deviation,
    rice: spread / (2 * n ** (1 / 3)),
  };
  const width = widths[rule];
  if (width === undefined)
    throw new TypeError(
      `histogram: '${String(rule)}' is not a valid estimator for bins; known: ${Object.keys(widths).join(', ')}.`,
    );
  return width > 0 ? Math.ceil((last - first) / width) : 1;
}

export interface Bins {
  edges: NDArray;
  /** First and last edge and the number of bins, when they are equally wide. */
  uniform: { first: number; last: number; n: number } | null;
}

export function binEdges(
  caller: string,
  a: NDArray,
  bins: number | BinRule | ArrayLike,
  range?: readonly [number, number],
): Bins {
  if (typeof bins === 'number' || typeof bins === 'string') {
    const [first, last] = outerEdges(caller, a, range);
    const n = typeof bins === 'number' ? bins : binCount(bins, a, first, last, range);
    if (!Number.isInteger(n))
      throw new TypeError(`${caller}: bins must be a whole number, a rule or a list of edges; got ${n}.`);
    if (n < 1) throw new RangeError(`${caller}: bins must be positive, when an integer; got ${n}.`);
    const edges = linspace(first, last, n + 1);
    return { edges: a.dtype === 'float32' ? castTo(edges, 'float32') : edges, uniform: { first, last, n } };
  }
  const edges = asarray(bins, caller);
  if (edges.ndim !== 1)
    throw new RangeError(`${caller}: bins must be 1d, when an array; got shape ${shapeText(edges.shape)}.`);
  const raw = edges.data;
  for (let i = 1; i < raw.length; i++) {
    if (raw[i - 1] > raw[i])
      throw new RangeError(
        `${caller}: bins must increase monotonically, when an array; edge ${i} is ${raw[i]} after ${raw[i - 1]}.`,
      );
  }
  return { edges, uniform: null };
}

/** The edges of the bins that `histogram` would use. @see numpy.histogram_bin_edges */
export function histogramBinEdges(
  a: ArrayLike,
  bins?: number | BinRule | ArrayLike | BinOptions,
  range?: readonly [number, number] | null | BinOptions,
  weights?: ArrayLike | null,
): NDArray {
  // The weights make no difference, as in NumPy.
  const o = parameters<BinOptions>('histogramBinEdges', ['bins', 'range', 'weights'], [bins, range, weights]);
  const x = reshape(asarray(a, 'histogramBinEdges').detach(), -1);
  return binEdges('histogramBinEdges', x, o.bins ?? 10, o.range ?? undefined).edges;
}

/**
 * The bin of every element (int64), -1 outside. Bins are half open but the last, which holds its right edge too.
 * @param cells numbers of cells so far, to which these bins add a dimension, in place
 */
export function binNumbers(data: NDArray, { edges, uniform }: Bins, cells?: NDArray): NDArray {
  const out = cells ?? empty([data.size], 'int64');
  if (edges.size < 2) return sub(emptyZeroed([data.size], 'int64'), 1);
  const float = (a: NDArray): NDArray => ascontiguousarray(castTo(a.detach(), 'float64'));
  const wide = uniform && { first: uniform.first, scale: uniform.n / (uniform.last - uniform.first) };
  if (out.size > 0) binNumbersOf(out, float(data), float(edges), wide, cells !== undefined);
  return out;
}

/**
 * How many elements fell into each of n bins, or the sum of their weights, through which gradients flow.
 * @param numbers the bin of every element (int64), -1 for none
 */
export function tally(caller: string, numbers: NDArray, n: number, weights?: ArrayLike): NDArray {
  if (weights === undefined) {
    const counts = emptyZeroed([n], 'int64');
    if (numbers.size > 0 && n > 0) count(counts, numbers, null, true);
    return counts;
  }
  const w = reshape(realOnly(caller, asarray(weights, caller)), -1);
  if (w.size !== numbers.size)
    throw new RangeError(
      `${caller}: weights should have the same shape as a: ${w.size} and ${numbers.size} elements.`,
    );
  if (tracking(w)) {
    const inside = greaterEqual(numbers, 0);
    return addAt(emptyZeroed([n], w.dtype), [get(numbers, [inside])], get(w, [inside]));
  }
  const sums = emptyZeroed([n], 'float64');
  if (w.size > 0 && n > 0) count(sums, numbers, ascontiguousarray(castTo(w, 'float64')), true);
  return castTo(sums, isFloat(w.dtype) ? w.dtype : 'int64');
}

/**
 * Counts of the elements per bin and the edges of the bins: `[counts, edges] = np.histogram(a, 20)`. Counts are int64
 * (float64 with weights or density), edges one more.
 * @param count a number of equally wide bins (10), a list of edges, or a rule such as 'auto'
 * @throws RangeError when the data hold NaN or infinities and no range is given
 * @see numpy.histogram
 */
export function histogram(
  value: ArrayLike,
  count?: number | BinRule | ArrayLike | HistogramOptions,
  range?: readonly [number, number] | null | HistogramOptions,
): [NDArray, NDArray] {
  const options = parameters<HistogramOptions>(
    'histogram',
    ['bins', 'range'],
    [count, range],
    ['density', 'weights'],
  );
  const { bins = 10 } = options;
  let a = reshape(realOnly('histogram', asarray(value, 'histogram')).detach(), -1);
  if (a.dtype === 'bool') a = castTo(a, 'uint8');
  const found = binEdges('histogram', a, bins, options.range ?? undefined);
  const numbers = binNumbers(a, found);
  let out = tally('histogram', numbers, Math.max(found.edges.size - 1, 0), options.weights ?? undefined);
  if (options.density)
    out = div(
      div(out, castTo(sub(get(found.edges, ['1:']), get(found.edges, [':-1'])), 'float64')),
      sum(out),
    );
  return [out, found.edges];
}

type Bins2d = number | readonly [number | ArrayLike, number | ArrayLike] | ArrayLike;

export interface Histogram2dOptions {
  /** A number of bins, a list of edges, or one of either for each side; 10 by default. */
  bins?: Bins2d;
  /** Lower and upper end of the bins of both sides. */
  range?: readonly [readonly [number, number], readonly [number, number]] | null;
  /** Scale so that the volume is 1. */
  density?: boolean;
  /** What each point counts for. */
  weights?: ArrayLike | null;
}

/** Counts of points (x, y) per cell, with the edges along both: [counts (nx, ny), xEdges, yEdges]. @see numpy.histogram2d */
export function histogram2d(
  xs: ArrayLike,
  ys: ArrayLike,
  count?: Bins2d | Histogram2dOptions,
  range?: Histogram2dOptions['range'] | Histogram2dOptions,
): [NDArray, NDArray, NDArray] {
  const options = parameters<Histogram2dOptions>(
    'histogram2d',
    ['bins', 'range'],
    [count, range],
    ['density', 'weights'],
  );
  const { bins: wanted = 10 } = options;
  // One list of edges serves both sides, as in NumPy.
  const bins =
    typeof wanted === 'number' || (Array.isArray(wanted) && wanted.length === 2)
      ? (wanted as number | readonly [number | ArrayLike, number | ArrayLike])
      : ([wanted, wanted] as const);
  const points = [xs, ys].map((v) => reshape(asarray(v, 'histogram2d').detach(), -1));
  if (points[0].size !== points[1].size)
    throw new RangeError(
      `histogram2d: x and y must have the same length: ${points[0].size} and ${points[1].size}.`,
    );
  const sides = points.map((p, d) =>
    binEdges('histogram2d', p, typeof bins === 'number' ? bins : bins[d], options.range?.[d]),
  );
  const [nx, ny] = sides.map((s) => s.edges.size - 1);
  const cells = binNumbers(points[1], sides[1], binNumbers(points[0], sides[0]));
  let out = castTo(
    reshape(tally('histogram2d', cells, nx * ny, options.weights ?? undefined), nx, ny),
    'float64',
  );
  if (options.density) {
    const width = (e: NDArray) => sub(get(e, ['1:']), get(e, [':-1']));
    const area = reshape(width(sides[0].edges), -1, 1).mul(width(sides[1].edges));
    out = div(div(out, area), sum(out));
  }
  return [out, sides[0].edges, sides[1].edges];
}

/**
 * The number of the bin that each element falls into: i with edges[i-1] <= x < edges[i] for rising edges; 0 below,
 * the number of edges above. `right` closes the bins on the right instead.
 * @see numpy.digitize
 */
export function digitize(
  value: ArrayLike,
  bins: ArrayLike,
  right?: boolean | { right?: boolean },
): NDArray<'int64'> {
  const { right: closed = false } = parameters<{ right?: boolean }>('digitize', ['right'], [right]);
  const x = realOnly('digitize', asarray(value, 'digitize'));
  const edges = realOnly('digitize', asarray(bins, 'digitize'));
  if (edges.ndim !== 1)
    throw new RangeError(
      `digitize: object of too small or too large depth: bins must be 1-d, not of shape ${shapeText(edges.shape)}.`,
    );
  const raw = edges.data;
  let rising = true;
  let falling = true;
  for (let i = 1; i < raw.length; i++) {
    if (!(raw[i - 1] <= raw[i])) rising = false;
    if (!(raw[i - 1] >= raw[i])) falling = false;
  }
  if (!rising && !falling)
    throw new RangeError('digitize: bins must be monotonically increasing or decreasing.');
  if (rising) return searchsorted(edges, x, closed ? 'left' : 'right');
  return sub(edges.size, searchsorted(copy(get(edges, ['::-1'])), x, closed ? 'left' : 'right'));
}
