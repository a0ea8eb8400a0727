// Softmax and its logarithm along one axis, each in one native pass over the rows.

import * as backend from '../backend/index.js';
import { asarray } from '../core/create.js';
import { isComplex } from '../core/dtype.js';
import { type ArrayLike, empty, type NDArray } from '../core/ndarray.js';
import { parameters } from '../core/options.js';
import { normalizeAxis } from '../core/shape.js';
import { release } from '../core/storage.js';
import type { DTypeOf, Floating } from '../core/typing.js';
import { batching, overArray } from './batching.js';
import { exp, mul, sub } from './elementwise.js';
import { castTo } from './operands.js';
import { sum } from './reduce.js';
import { register, track } from './registry.js';
import { swapaxes } from './shape.js';

/** The axis to work along. */
export interface AxisOption {
  axis?: number;
  /** `axis` under PyTorch's name. */
  dim?: number;
}

type Gradient = (g: NDArray, out: NDArray, axis: number) => NDArray;

function alongAxis(name: 'softmax' | 'logSoftmax', gradient: Gradient) {
  register(name, true);
  const log = name === 'logSoftmax';
  const apply = (a: NDArray, axis: number): NDArray => {
    const batch = batching.open > 0 ? overArray(a, (x) => apply(x, axis + 1)) : null;
    if (batch !== null) return batch;
    const out = empty(a.shape, a.dtype);
    const last = a.ndim - 1;
    if (axis === last && (a.contiguous || (a.ndim === 2 && a.stridesEl[1] === 1))) {
      backend.softmax(out, a, log);
    } else if (axis === last) {
      backend.copy(out, a);
      backend.softmax(out, out, log);
    } else {
      const turned = swapaxes(a.detach(), axis, last);
      const rows = empty(turned.shape, a.dtype);
      backend.copy(rows, turned);
      backend.softmax(rows, rows, log);
      backend.copy(out, swapaxes(rows, axis, last));
      release(rows.storage);
    }
    return track(name, out, [a], [(g) => gradient(g, out, axis)], [out]);
  };
  return <A extends ArrayLike>(x: A, along?: number | AxisOption): NDArray<Floating<DTypeOf<A>>> => {
    const { axis, dim } = parameters<AxisOption>(name, ['axis'], [along], ['dim']);
    const given = asarray(x, name);
    if (isComplex(given.dtype))
      throw new TypeError(
        `${name}: defined for real numbers only, not ${given.dtype}; take np.abs or np.real.`,
      );
    const a = given.dtype === 'float32' ? given : castTo(given, 'float64');
    // The softmax of a single number is 1.
    if (a.ndim === 0) return mul(exp(sub(a, a)), log ? 0 : 1) as NDArray<Floating<DTypeOf<A>>>;
    return apply(a, normalizeAxis(name, axis ?? dim ?? -1, a.ndim)) as NDArray<Floating<DTypeOf<A>>>;
  };
}

/**
 * exp(x) / sum(exp(x)) along an axis, the last by default, without overflow; NaN where the largest element is infinite.
 * @see torch.nn.functional.softmax
 * @example nn.softmax([[1, 2, 3]])
 */
export const softmax = alongAxis('softmax', (g, out, axis) =>
  mul(out, sub(g, sum(mul(g, out), { axis, keepdims: true }))),
);

/**
 * log(softmax(x)) along an axis, the last by default, without overflow.
 * @see torch.nn.functional.log_softmax
 * @example nn.logSoftmax([[1, 2, 3]])
 */
export const logSoftmax = alongAxis('logSoftmax', (g, out, axis) =>
  sub(g, mul(exp(out), sum(g, { axis, keepdims: true }))),
);
