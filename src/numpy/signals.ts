// Sequences: correlation, phases without jumps, and histograms in any number of dimensions.

import { asarray } from '../core/create.js';
import { isInexact } from '../core/dtype.js';
import { type ArrayLike, emptyZeroed, NDArray } from '../core/ndarray.js';
import { parameters } from '../core/options.js';
import { normalizeAxis, shapeText } from '../core/shape.js';
import { conjugate } from '../ops/define.js';
import { abs, add, div, equal, greater, less, logicalAnd, mod, sub } from '../ops/elementwise.js';
import { get } from '../ops/index.js';
import { concatenate } from '../ops/join.js';
import { castTo } from '../ops/operands.js';
import { cumsum, sum } from '../ops/reduce.js';
import { reshape } from '../ops/shape.js';
import { where } from '../ops/where.js';
import { named } from './caller.js';
import { diff } from './differences.js';
import { type BinRule, type Bins, binEdges, binNumbers, tally } from './histograms.js';
import { type ConvolveMode, convolve, convolveMode } from './products.js';

/**
 * Cross-correlation of two vectors: c[k] = sum of a[n + k] * conj(v[n]).
 * @param part mode: 'valid' (default), 'same' or 'full'
 * @see numpy.correlate
 * @example np.correlate([1, 2, 3], [0, 1, 0.5])   // array([3.5])
 */
export function correlate(
  a: ArrayLike,
  v: ArrayLike,
  part?: ConvolveMode | { mode?: ConvolveMode },
): NDArray {
  const mode = convolveMode('correlate', part, 'valid');
  const [x, y] = [asarray(a, 'correlate'), asarray(v, 'correlate')];
  if (x.ndim !== 1 || y.ndim !== 1)
    throw new RangeError(
      `correlate: both operands must be 1-d; shapes ${shapeText(x.shape)} and ${shapeText(y.shape)}.`,
    );
  const all = named('correlate', () => convolve(x, get(conjugate(y), ['::-1'])));
  const [n, m] = [Math.max(x.size, y.size), Math.min(x.size, y.size)];
  if (mode === 'full') return all;
  if (mode === 'valid') return get(all, [`${m - 1}:${n}`]);
  const skip = y.size > x.size ? m >> 1 : (m - 1) >> 1;
  return get(all, [`${skip}:${skip + n}`]);
}

export interface UnwrapOptions {
  /** Jumps larger than this are taken back; half a period unless given. */
  discont?: number | null;
  axis?: number;
  /** 2 pi by default. */
  period?: number;
}

/**
 * Phases without jumps: multiples of the period are added where neighbours differ by more than half of it.
 * @see numpy.unwrap
 */
export function unwrap(
  value: ArrayLike,
  jump?: number | null | UnwrapOptions,
  along?: number | UnwrapOptions,
): NDArray {
  const options = parameters<UnwrapOptions>('unwrap', ['discont', 'axis'], [jump, along], ['period']);
  const { axis = -1, period = 2 * Math.PI } = options;
  const p = asarray(value, 'unwrap');
  const at = normalizeAxis('unwrap', axis, p.ndim);
  if (p.shape[at] < 2) return p.copy();
  const discont = options.discont ?? period / 2;
  const half = period / 2;
  // The correction is a multiple of the period: it has no gradient.
  const d = diff(p.detach(), 1, at);
  const whole = !isInexact(d.dtype) && Number.isInteger(period);
  const low = whole ? -Math.floor(period / 2) : -half;
  const folded = add(mod(sub(d, low), period), low);
  const ambiguous = !whole || period % 2 === 0;
  const near = ambiguous ? where(logicalAnd(equal(folded, low), greater(d, 0)), -low, folded) : folded;
  const correction = where(less(abs(d), discont), 0, sub(near, d));
  const index = (text: string): unknown[] => [...new Array<string>(at).fill(':'), text];
  return concatenate([get(p, index(':1')), add(get(p, index('1:')), cumsum(correction, at))], at);
}

export interface HistogramddOptions {
  bins?: number | readonly (number | BinRule | ArrayLike)[];
  range?: readonly (readonly [number, number] | null | undefined)[] | null;
  density?: boolean;
  weights?: ArrayLike | null;
}

/**
 * Counts of points per cell of a grid: [counts, edges], with one list of edges per dimension.
 * @param sample points as rows (N, D), or a list of D coordinate vectors
 * @param count bins: a number of bins for all dimensions, or a list of numbers and edges
 * @see numpy.histogramdd
 */
export function histogramdd(
  sample: ArrayLike | readonly ArrayLike[],
  count?: number | readonly (number | BinRule | ArrayLike)[] | HistogramddOptions,
  ranges?: HistogramddOptions['range'] | HistogramddOptions,
): [NDArray, NDArray[]] {
  const given = parameters<HistogramddOptions>(
    'histogramdd',
    ['bins', 'range'],
    [count, ranges],
    ['density', 'weights'],
  );
  const { bins = 10 } = given;
  const options = { ...given, range: given.range ?? undefined, weights: given.weights ?? undefined };
  const columns =
    Array.isArray(sample) && sample.some((s) => s instanceof NDArray)
      ? sample.map((s) => reshape(asarray(s as ArrayLike, 'histogramdd').detach(), -1))
      : columnsOf(asarray(sample as ArrayLike, 'histogramdd').detach());
  const d = columns.length;
  if (typeof bins !== 'number' && bins.length !== d)
    throw new RangeError(
      `histogramdd: The dimension of bins must be equal to the dimension of the sample x: ${bins.length} and ${d}.`,
    );
  if (options.range !== undefined && options.range.length !== d)
    throw new RangeError(
      `histogramdd: range argument must have one entry per dimension: ${options.range.length} for ${d}.`,
    );
  const sides: Bins[] = columns.map((c, i) =>
    binEdges('histogramdd', c, typeof bins === 'number' ? bins : bins[i], options.range?.[i] ?? undefined),
  );
  const shape = sides.map((s) => s.edges.size - 1);
  // The number of a cell counts cells in C order.
  const n = columns[0]?.size ?? 0;
  let cells: NDArray | undefined;
  columns.forEach((c, i) => {
    if (c.size !== n)
      throw new RangeError(`histogramdd: coordinate vectors differ in length: ${n} and ${c.size}.`);
    cells = binNumbers(c, sides[i], cells);
  });
  let counts = reshape(
    tally(
      'histogramdd',
      cells ?? emptyZeroed([0], 'int64'),
      shape.reduce((s, n) => s * n, 1),
      options.weights,
    ),
    shape,
  );
  counts = castTo(counts, 'float64');
  if (options.density) {
    const total = sum(counts);
    sides.forEach((s, i) => {
      const width = sub(get(s.edges, ['1:']), get(s.edges, [':-1']));
      counts = div(
        counts,
        reshape(
          width,
          shape.map((_, k) => (k === i ? -1 : 1)),
        ),
      );
    });
    counts = div(counts, total);
  }
  return [counts, sides.map((s) => s.edges)];
}

function columnsOf(points: NDArray): NDArray[] {
  if (points.ndim > 2)
    throw new RangeError(`histogramdd: the sample must be (N, D); its shape is ${shapeText(points.shape)}.`);
  const table = points.ndim === 2 ? points : reshape(points, [-1, 1]);
  return Array.from({ length: table.shape[1] }, (_, i) => get(table, [':', i]));
}
