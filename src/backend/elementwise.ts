// Element-wise operations, copies and fills: operands broadcast against an already allocated result.

import { type DType, infoOf, type Scalar } from '../core/dtype.js';
import { NDArray } from '../core/ndarray.js';
import {
  begin,
  type Operand,
  opcode,
  requireContiguous,
  run,
  setAddress,
  setBroadcast,
  setDim,
  setFlat,
  setImmediate,
  setOperand,
  setParam,
  setShape,
  unrecorded,
} from './command.js';

const chosen = opcode('where');
const copied = opcode('copy');
const spaced = opcode('progression');

/**
 * out[...] = f(a, b, c) for one of the element-wise codes of `op`.
 *
 * @param code e.g. `op.add`, `op.exp`, `op.less`, `op.where`
 * @param loop dtype in which f computes; array operands of other dtypes are converted on the fly, numbers take it
 * @param out result, allocated by the caller, any strides; its dtype may differ from what f gives (converted on
 *   writing). It may be one of the operands (in-place); partial overlap is handled
 * @param a,b,c operands, broadcast to out.shape (right-aligned). Not checked against out.shape here
 */
export function elementwise(
  code: number,
  loop: DType,
  out: NDArray,
  a: Operand,
  b?: Operand,
  c?: Operand,
): void {
  // The condition of `where` is read as bool whatever the loop's dtype is.
  const first = code === chosen ? 'bool' : loop;
  // Contiguous operands of the result's size and numbers: one dimension, whatever the shape.
  if (isFlat(out, out.size) && isFlat(a, out.size) && isFlat(b, out.size) && isFlat(c, out.size)) {
    begin(code, loop, 1);
    setDim(0, out.size);
    setFlat(0, out);
    if (a instanceof NDArray) setFlat(1, a);
    else setImmediate(1, a, first, 1);
    if (b instanceof NDArray) setFlat(2, b);
    else if (b !== undefined) setImmediate(2, b, loop, 1);
    if (c instanceof NDArray) setFlat(3, c);
    else if (c !== undefined) setImmediate(3, c, loop, 1);
  } else {
    const ndim = out.shape.length;
    begin(code, loop, ndim);
    setShape(out.shape);
    setBroadcast(0, out, ndim);
    setOperand(1, a, first, ndim);
    if (b !== undefined) setOperand(2, b, loop, ndim);
    if (c !== undefined) setOperand(3, c, loop, ndim);
  }
  run();
}

/**
 * The same for operands that are known to fit together: all contiguous and of one shape, `a` and `b` of the loop's type,
 * the result of the type that f gives.
 */
export function elementwiseAlike(code: number, out: NDArray, a: NDArray, b: NDArray | null): void {
  begin(code, a.dtype, 1);
  setDim(0, out.size);
  setFlat(0, out);
  setFlat(1, a);
  if (b !== null) setFlat(2, b);
  run();
}

const isFlat = (x: Operand | undefined, size: number): boolean =>
  !(x instanceof NDArray) || (x.contiguous && x.size === size);

/** dst[...] = src, with src broadcast to dst.shape and converted to its dtype as numpy.ndarray.astype does. */
export function copy(dst: NDArray, src: Operand): void {
  elementwise(copied, dst.dtype, dst, src);
}

/** dst[...] = value. */
export function fill(dst: NDArray, value: Scalar): void {
  elementwise(copied, dst.dtype, dst, value);
}

/**
 * out[i] = start + i * step, rounded after each operation as the dtype does; `second` and `last` are what stands there
 * whatever the formula gives. out is contiguous and not complex.
 */
export function progression(out: NDArray, start: number, step: number, second?: number, last?: number): void {
  requireContiguous('progression', out, out.size);
  unrecorded(out, () => {
    begin(spaced, out.dtype, 0);
    setAddress(0, out);
    setParam(0, out.size);
    setParam(1, start);
    setParam(2, step);
    setParam(3, second === undefined ? 0 : 1);
    setParam(4, second ?? 0);
    setParam(5, last === undefined ? 0 : 1);
    setParam(6, last ?? 0);
    run();
  });
}

/** Whether the bytes of two arrays may overlap (numpy.may_share_memory, by extent). */
export function mayShareMemory(a: NDArray, b: NDArray): boolean {
  if (a.storage !== b.storage || a.size === 0 || b.size === 0) return false;
  const [p, q] = extent(a);
  const [r, s] = extent(b);
  return p < s && r < q;
}

function extent(a: NDArray): [number, number] {
  const { itemsize } = infoOf(a.dtype);
  let low = a.offset;
  let high = a.offset;
  for (let d = 0; d < a.shape.length; d++) {
    const reach = a.stridesEl[d] * (a.shape[d] - 1);
    if (reach < 0) low += reach;
    else high += reach;
  }
  return [low * itemsize, (high + 1) * itemsize];
}
