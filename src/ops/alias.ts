// Arrays that share memory, on the tape. A recorded write through a view is also a new value of the array that owns the
// memory, and every other view of it reads from that value from then on.

import * as backend from '../backend/index.js';
import { emptyZeroed, type NDArray } from '../core/ndarray.js';
import { type Shape, shapeText } from '../core/shape.js';
import { register, track, views } from './registry.js';
import { ascontiguousarray } from './shape.js';
import { where } from './where.js';

/** Where a view lies in the memory of a contiguous array, in elements. */
interface Layout {
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
}

/** The part of `a`, as if it were contiguous, that a layout describes. */
function strided(a: NDArray, layout: Layout): NDArray {
  const from = ascontiguousarray(a);
  const view = from.remap(layout.shape, layout.strides, from.offset + layout.offset);
  return track('asStrided', view, [from], [(g) => stridedScatter(g, a.shape, layout)], []);
}
register('asStrided', true);

/** Zeros of `shape` with `g` where a layout lies: the reverse of `strided`. */
function stridedScatter(g: NDArray, shape: Shape, layout: Layout): NDArray {
  const out = emptyZeroed(shape, g.dtype);
  backend.copy(out.remap(layout.shape, layout.strides, layout.offset), g);
  return track('stridedScatter', out, [g], [(gg) => strided(gg, layout)], []);
}
register('stridedScatter', true);

/** Where `view` lies in the array that owns its memory; null when that cannot be said in whole elements. */
function layoutIn(base: NDArray, view: NDArray): Layout | null {
  if (!base.contiguous || base.dtype !== view.dtype) return null;
  if (view.stridesEl.some((s, d) => s === 0 && view.shape[d] > 1)) return null;
  return { shape: view.shape, strides: view.stridesEl, offset: view.offset - base.offset };
}

/**
 * Prepares a recorded write through a view; what it returns, called after the write, gives the owner its new value.
 * @throws Error when the owner is a leaf, or the view has no plain place in it
 */
export function writeThrough(name: string, target: NDArray, base: NDArray): () => void {
  const layout = layoutIn(base, target);
  if (layout === null) {
    throw new Error(
      `${name}: in-place write, while gradients are recorded, through a view of shape ${shapeText(target.shape)} that repeats elements of its array or reads them as another type. Write to the array itself, or take a copy() first.`,
    );
  }
  if (base.tracked && base.node === null) {
    throw new Error(
      `${name}: a leaf array that requires grad is being changed in place, through a view of it. Wrap the update in np.noGrad(() => ...).`,
    );
  }
  const old = base.remap(base.shape, base.stridesEl, base.offset);
  old.base = null;
  old.node = base.node;
  old.tracked = base.tracked;
  return () => {
    base.node = null;
    track('writeView', base, [old, target], [(g) => outside(g, layout), (g) => strided(g, layout)], []);
  };
}
register('writeView', true);

/** The gradient without the elements of the layout. */
function outside(g: NDArray, layout: Layout): NDArray {
  const inside = emptyZeroed(g.shape, 'bool');
  backend.fill(inside.remap(layout.shape, layout.strides, layout.offset), 1);
  return where(inside, 0, g);
}

views.refresh = (view) => {
  const layout = layoutIn(view.base!, view);
  if (layout === null) {
    throw new Error(
      `a view of shape ${shapeText(view.shape)} was taken before its memory was changed in place through another array, and gradients are recorded. Take the view again after the change.`,
    );
  }
  const now = strided(view.base!, layout);
  view.node = now.node;
  view.tracked = now.tracked;
};
