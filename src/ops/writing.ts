// Writing into arrays that exist already: the protocol of in-place operations, which keeps the tape right, and the
// `out` option.

import * as backend from '../backend/index.js';
import type { DType } from '../core/dtype.js';
import { NDArray } from '../core/ndarray.js';
import { type Node, tape } from '../core/node.js';
import { broadcastShapes, type Shape, sameShape, shapeText } from '../core/shape.js';
import { writeThrough } from './alias.js';
import { batching, refuseBatched } from './batching.js';
import { current, track } from './registry.js';
import { type Casting, canCast } from './ufunc.js';
import { where } from './where.js';

/** Refuses an array that a result of this shape and type cannot be written into. */
export function checkOutput(name: string, out: NDArray, shape: Shape, dtype: DType, casting: Casting): void {
  if (!sameShape(out.shape, shape) && !sameShape(out.shape, broadcastShapes(name, out.shape, shape))) {
    throw new RangeError(
      `${name}: non-broadcastable output: the array has shape ${shapeText(out.shape)}, the result ${shapeText(shape)}. An in-place operation cannot grow its array.`,
    );
  }
  if (!canCast(dtype, out.dtype, casting)) {
    throw new TypeError(
      `${name}: cannot cast the result from ${dtype} to ${out.dtype} with casting rule '${casting}'. ` +
        `Use a = a.${name}(b), {casting: 'unsafe'}, or an array of ${dtype} to write into.`,
    );
  }
}

/** Writes a result into the array that an `out` option names, and returns that array. Gradients flow through it. */
export function into(
  name: string,
  out: NDArray,
  result: NDArray,
  casting: Casting = 'same_kind',
  mask?: NDArray,
): NDArray {
  if (!(out instanceof NDArray))
    throw new TypeError(`${name}: out must be an array to write into, not ${typeof out}.`);
  checkOutput(
    name,
    out,
    mask === undefined ? result.shape : broadcastShapes(name, result.shape, mask.shape),
    result.dtype,
    casting,
  );
  return writeInPlace(name, out, [result], (old) => {
    const recording = tape.recording && (old.tracked || result.tracked);
    const chosen = mask === undefined ? result : recording ? where(mask, result, old) : null;
    if (chosen === null) backend.elementwise(backend.op.where, out.dtype, out, mask as NDArray, result, out);
    else backend.copy(out, chosen);
    return (array) => (chosen === null ? array : track('copy', array, [chosen], [(g) => g], []));
  });
}

/**
 * The protocol of every write into an array: refuses what would break the tape, bumps the version, moves the array's
 * place on the tape to the result (and that of the array it is a view of), and writes an advanced selection back to
 * where it came from.
 */
export function writeInPlace(
  name: string,
  target: NDArray,
  operands: readonly unknown[],
  write: (old: NDArray) => (out: NDArray) => NDArray,
): NDArray {
  if (batching.open > 0) refuseBatched(name, [target, ...operands]);
  const recording =
    tape.recording && (target.tracked || operands.some((o) => o instanceof NDArray && o.tracked));
  let old = target;
  let settle: (() => void) | null = null;
  if (recording) {
    if (target.base !== null) settle = writeThrough(name, current(target), target.base);
    if (target.tracked && target.node === null) {
      throw new Error(
        `${name}: a leaf array that requires grad is being changed in place. Wrap the update in np.noGrad(() => ...).`,
      );
    }
    // The array's history moves to a twin, and the array itself becomes the result.
    old = target.remap(target.shape, target.stridesEl, target.offset);
    old.base = target.base;
    old.node = target.node;
    old.tracked = target.tracked;
  }
  const attach = write(old);
  target.storage.version++;
  if (recording) {
    target.node = null;
    attach(target);
    // From here on other views of the memory are behind; the operands, as they were before the write, were not.
    target.storage.moved++;
    if (target.node !== null) (target.node as Node).moved = target.storage.moved;
    settle?.();
  }
  target.selection?.(target);
  return target;
}
