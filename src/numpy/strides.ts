// np.lib.stride_tricks: views with a layout of one's own, and the windows that slide over an array. Also `x.view`, the
// same memory in another shape or as another type.

import { asarray } from '../core/create.js';
import { type DType, dtypeInfo, toDType } from '../core/dtype.js';
import { type ArrayLike, method, NDArray } from '../core/ndarray.js';
import { isOptions, needed, parameters, type Spelled } from '../core/options.js';
import { normalizeAxis, type Shape, shapeText } from '../core/shape.js';
import { get } from '../ops/index.js';
import { tracking } from '../ops/registry.js';
import { ascontiguousarray, reshape } from '../ops/shape.js';
import { arange } from './grid.js';

export interface WindowOptions {
  windowShape?: number | Shape;
  /** The axis, or axes, that the windows slide along; all unless given. */
  axis?: number | readonly number[] | null;
}

/**
 * The windows that slide over an array: new axes at the end hold the elements of each. A view; where gradients
 * are recorded a copy, through which they flow.
 * @see numpy.lib.stride_tricks.sliding_window_view
 * @example
 * np.lib.stride_tricks.sliding_window_view(np.arange(5), 3)   // rows 0 1 2, 1 2 3 and 2 3 4
 */
export function slidingWindowView(
  x: ArrayLike,
  windowShape: number | Shape | Spelled<WindowOptions>,
  axis?: number | readonly number[] | null | Spelled<WindowOptions>,
): NDArray {
  const caller = 'slidingWindowView';
  const a = asarray(x, caller);
  const given = parameters<WindowOptions>(caller, ['windowShape', 'axis'], [windowShape, axis]);
  const window = [needed(caller, 'windowShape', given.windowShape)].flat() as number[];
  const axes = (
    given.axis === undefined || given.axis === null ? a.shape.map((_, d) => d) : [given.axis].flat()
  ).map((d) => normalizeAxis(caller, d as number, a.ndim));
  if (window.length !== axes.length)
    throw new RangeError(
      `${caller}: a window of ${window.length} lengths for ${axes.length} axes of an array of shape ${shapeText(a.shape)}; give one length for each, or the axes with {axis}.`,
    );
  const shape = [...a.shape];
  axes.forEach((d, i) => {
    if (!Number.isInteger(window[i]) || window[i] < 0)
      throw new RangeError(`${caller}: the window's lengths must be whole numbers, not ${window[i]}.`);
    shape[d] -= window[i] - 1;
    if (shape[d] < 1)
      throw new RangeError(
        `${caller}: a window of ${window[i]} does not fit into axis ${d} of length ${a.shape[d]}.`,
      );
  });
  const lay = (v: NDArray): NDArray =>
    v.remap([...shape, ...window], [...v.stridesEl, ...axes.map((d) => v.stridesEl[d])], v.offset);
  if (!tracking(a)) return lay(a);
  // An element is in several windows, whose gradients add up.
  return get(reshape(a, -1), [ascontiguousarray(lay(reshape(arange(a.size), a.shape)))]);
}

/**
 * A view with a shape and strides, in bytes, of one's own. Unlike NumPy's it stays within the elements of `x`.
 * @see numpy.lib.stride_tricks.as_strided
 */
export function asStrided(
  x: ArrayLike,
  shape: Shape | { shape?: Shape; strides?: readonly number[] },
  strides?: readonly number[] | { strides?: readonly number[] },
): NDArray {
  const a = asarray(x, 'asStrided');
  const o = parameters<{ shape?: Shape; strides?: readonly number[] }>(
    'asStrided',
    ['shape', 'strides'],
    [shape, strides],
  );
  const to = o.shape ?? a.shape;
  const by = (o.strides ?? a.strides).map((s) => s / a.itemsize);
  if (to.length !== by.length || !by.every(Number.isInteger))
    throw new RangeError(
      `asStrided: strides ${o.strides} do not fit shape ${shapeText(to)}: there is one for each axis, in whole elements of ${a.itemsize} bytes.`,
    );
  const reach = (lengths: Shape, steps: readonly number[], sign: 1 | -1): number =>
    steps.reduce((sum, s, d) => (s * sign > 0 ? sum + s * Math.max(0, lengths[d] - 1) : sum), 0);
  if (
    to.every((n) => n > 0) &&
    (reach(to, by, 1) > reach(a.shape, a.stridesEl, 1) || reach(to, by, -1) < reach(a.shape, a.stridesEl, -1))
  )
    throw new RangeError(
      `asStrided: shape ${shapeText(to)} with strides ${o.strides} reaches beyond the elements of an array of shape ${shapeText(a.shape)}.`,
    );
  return a.remap(to, by, a.offset);
}

export { asStrided as as_strided, slidingWindowView as sliding_window_view };

/** The bytes of an array read as another type. */
function reinterpreted(a: NDArray, dtype: DType): NDArray {
  const [from, to] = [a.itemsize, dtypeInfo[dtype].itemsize];
  if (from === to) return over(a, dtype, a.shape, a.stridesEl, a.offset);
  const last = a.ndim - 1;
  const bytes = last < 0 ? 0 : a.shape[last] * from;
  if (last < 0 || a.stridesEl[last] !== 1 || bytes % to !== 0 || (a.offset * from) % to !== 0)
    throw new RangeError(
      `view: rows of shape ${shapeText(a.shape)} of ${a.dtype} cannot be read as ${dtype}: the last axis must lie without gaps and hold whole elements. Use x.astype('${dtype}') to convert values.`,
    );
  const strides = a.stridesEl.map((s, d) => (d === last ? 1 : (s * from) / to));
  if (!strides.every(Number.isInteger))
    throw new RangeError(
      `view: the strides of the array are no whole numbers of ${dtype}; take a copy() first.`,
    );
  return over(a, dtype, [...a.shape.slice(0, -1), bytes / to], strides, (a.offset * from) / to);
}

function over(a: NDArray, dtype: DType, shape: Shape, strides: readonly number[], offset: number): NDArray {
  const view = new NDArray(a.storage, dtype, shape, strides, offset);
  view.base = a.base ?? a;
  return view;
}

method('view', function (first?: unknown, ...rest: unknown[]) {
  const dtype = isOptions(first) ? parameters<{ dtype?: string }>('view', ['dtype'], [first]).dtype : first;
  if (typeof dtype === 'string') return reinterpreted(this, toDType(dtype, 'view'));
  return reshape(this, first === undefined ? [...this.shape] : (first as number), ...(rest as number[]));
});
