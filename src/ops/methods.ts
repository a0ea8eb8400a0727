// The types of the methods that the op files attach to NDArray, in one place so that an editor shows one list.

import type { DType } from '../core/dtype.js';
import type { ClipOptions } from './elementwise.js';
import type { Index } from './index.js';
import type { Axis, ReduceOptions, SumOptions, VarOptions } from './reduce.js';

type AxisOrOptions<T> = Axis | T;

declare module '../core/ndarray.js' {
  interface NDArray<D extends DType> {
    // Arithmetic: element by element, broadcast; see np.add and the others.
    add(b: ArrayLike): NDArray;
    sub(b: ArrayLike): NDArray;
    mul(b: ArrayLike): NDArray;
    div(b: ArrayLike): NDArray;
    floorDivide(b: ArrayLike): NDArray;
    mod(b: ArrayLike): NDArray;
    pow(b: ArrayLike): NDArray;
    maximum(b: ArrayLike): NDArray;
    minimum(b: ArrayLike): NDArray;
    arctan2(b: ArrayLike): NDArray;
    // In place: the array keeps its memory, and everything that shares it sees the change. Returns the array.
    iadd(b: ArrayLike): NDArray;
    isub(b: ArrayLike): NDArray;
    imul(b: ArrayLike): NDArray;
    idiv(b: ArrayLike): NDArray;
    ifloorDivide(b: ArrayLike): NDArray;
    imod(b: ArrayLike): NDArray;
    ipow(b: ArrayLike): NDArray;
    imaximum(b: ArrayLike): NDArray;
    iminimum(b: ArrayLike): NDArray;
    ibitwiseAnd(b: ArrayLike): NDArray;
    ibitwiseOr(b: ArrayLike): NDArray;
    ibitwiseXor(b: ArrayLike): NDArray;
    // Comparison and logic: arrays of booleans.
    less(b: ArrayLike): NDArray;
    lessEqual(b: ArrayLike): NDArray;
    greater(b: ArrayLike): NDArray;
    greaterEqual(b: ArrayLike): NDArray;
    equal(b: ArrayLike): NDArray;
    notEqual(b: ArrayLike): NDArray;
    logicalAnd(b: ArrayLike): NDArray;
    logicalOr(b: ArrayLike): NDArray;
    logicalXor(b: ArrayLike): NDArray;
    logicalNot(): NDArray;
    bitwiseAnd(b: ArrayLike): NDArray;
    bitwiseOr(b: ArrayLike): NDArray;
    bitwiseXor(b: ArrayLike): NDArray;
    invert(): NDArray;
    leftShift(b: ArrayLike): NDArray;
    rightShift(b: ArrayLike): NDArray;
    isnan(): NDArray;
    isfinite(): NDArray;
    isinf(): NDArray;
    // Functions of each element.
    neg(): NDArray;
    abs(): NDArray;
    sign(): NDArray;
    sqrt(): NDArray;
    square(): NDArray;
    reciprocal(): NDArray;
    exp(): NDArray;
    expm1(): NDArray;
    log(): NDArray;
    log1p(): NDArray;
    log2(): NDArray;
    log10(): NDArray;
    sin(): NDArray;
    cos(): NDArray;
    tan(): NDArray;
    arcsin(): NDArray;
    arccos(): NDArray;
    arctan(): NDArray;
    sinh(): NDArray;
    cosh(): NDArray;
    tanh(): NDArray;
    sigmoid(): NDArray;
    floor(): NDArray;
    ceil(): NDArray;
    rint(): NDArray;
    trunc(): NDArray;
    clip(low?: ArrayLike | null | ClipOptions, high?: ArrayLike | null, options?: ClipOptions): NDArray;
    // Reductions: over an axis, a list of axes, or everything.
    sum(axis?: AxisOrOptions<SumOptions>): NDArray;
    prod(axis?: AxisOrOptions<SumOptions>): NDArray;
    max(axis?: AxisOrOptions<ReduceOptions>): NDArray;
    min(axis?: AxisOrOptions<ReduceOptions>): NDArray;
    mean(axis?: AxisOrOptions<SumOptions>): NDArray;
    var(axis?: AxisOrOptions<VarOptions>): NDArray;
    std(axis?: AxisOrOptions<VarOptions>): NDArray;
    any(axis?: AxisOrOptions<ReduceOptions>): NDArray;
    all(axis?: AxisOrOptions<ReduceOptions>): NDArray;
    argmax(axis?: number | null | ReduceOptions): NDArray;
    argmin(axis?: number | null | ReduceOptions): NDArray;
    cumsum(axis?: number | { axis?: number | null }): NDArray;
    cumprod(axis?: number | { axis?: number | null }): NDArray;
    // Products.
    dot(b: ArrayLike): NDArray;
    matmul(b: ArrayLike): NDArray;
    // Shape: views of the same memory where strides allow.
    readonly T: NDArray;
    reshape(shape: number | readonly number[], ...rest: number[]): NDArray;
    ravel(): NDArray;
    flatten(): NDArray;
    transpose(axes?: number | readonly number[], ...rest: number[]): NDArray;
    swapaxes(axis1: number, axis2: number): NDArray;
    squeeze(axis?: number | readonly number[] | null): NDArray;
    copy(): NDArray;
    astype(dtype: DType | string): NDArray;
    // Indexing.
    /**
     * Reads with NumPy's rules: `X.at(0)`, `X.at(':', 0)`, `X.at('1:3, ::-1')`, `X.at(mask)`,
     * `X.at(np.arange(N), y)`. Numbers and slices give a view. Index arrays and masks give a copy, and an in-place
     * operation right on that result writes back: `probs.at(np.arange(N), y).isub(1)`.
     */
    at(...indices: Index[]): NDArray;
    /** Writes with NumPy's rules: `X.set([':', 0], 1)`, `X.set([mask], 0)`. Returns the array. */
    set(indices: Index | readonly Index[], value: ArrayLike): NDArray;
  }
}
