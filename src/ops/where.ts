// Elements chosen by a condition: `where`, the operation that the gradients of many others are written in.

import * as backend from '../backend/index.js';
import { asarray } from '../core/create.js';
import { type ArrayLike, empty, NDArray } from '../core/ndarray.js';
import { broadcastShapes, type Shape } from '../core/shape.js';
import type { Promoted } from '../core/typing.js';
import { batching, overElements } from './batching.js';
import { loopType, operand } from './operands.js';
import { register, track } from './registry.js';

/**
 * Elements of `a` where `condition` holds, of `b` elsewhere; the three broadcast together.
 * @see numpy.where
 */
export function where<A extends ArrayLike, B extends ArrayLike>(
  condition: ArrayLike,
  a: A,
  b: B,
): NDArray<Promoted<A, B>> {
  const c = asarray(condition, 'where');
  let x = operand(a, 'where');
  let y = operand(b, 'where');
  if (!(x instanceof NDArray) && !(y instanceof NDArray)) {
    // Two weak numbers: bigint pairs are int64, any other pair float64, as `asarray` makes them.
    x = asarray(x);
    y = asarray(y);
  }
  const batch = batching.open > 0 ? overElements([c, x, y], where as never) : null;
  if (batch !== null) return batch;
  const loop = loopType('where', 'promote', x, y);
  let shape: Shape = c.shape;
  if (x instanceof NDArray) shape = broadcastShapes('where', shape, x.shape);
  if (y instanceof NDArray) shape = broadcastShapes('where', shape, y.shape);
  const out = empty(shape, loop);
  backend.elementwise(backend.op.where, loop, out, c, x, y);
  return track('where', out, [x, y], [(g) => where(c, g, 0), (g) => where(c, 0, g)], [c]);
}
register('where', true);
