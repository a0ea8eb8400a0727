// The types of the methods that the op files attach to NDArray, in one place so that an editor shows one list.

import type { DType } from '../core/dtype.js';
import type { Spelled } from '../core/options.js';
import type { Accumulated, DTypeNamed, Floating, PromotedWith, RealOf } from '../core/typing.js';
import type { ClipOptions } from './elementwise.js';
import type { Index } from './index.js';
import type { Axis, ReduceOptions, SumOptions, VarOptions } from './reduce.js';
import type { Length, Order, ReshapeOptions } from './shape.js';

type AxisOrOptions<T> = Axis | T;

declare module '../core/ndarray.js' {
  interface ArrayMethods {
    // Arithmetic: element by element, broadcast; see np.add and the others.
    add<D extends DType, B extends ArrayLike>(this: NDArray<D>, b: B): NDArray<PromotedWith<D, B>>;
    sub<D extends DType, B extends ArrayLike>(this: NDArray<D>, b: B): NDArray<PromotedWith<D, B>>;
    mul<D extends DType, B extends ArrayLike>(this: NDArray<D>, b: B): NDArray<PromotedWith<D, B>>;
    div<D extends DType, B extends ArrayLike>(this: NDArray<D>, b: B): NDArray<Floating<PromotedWith<D, B>>>;
    floorDivide<D extends DType, B extends ArrayLike>(this: NDArray<D>, b: B): NDArray<PromotedWith<D, B>>;
    mod<D extends DType, B extends ArrayLike>(this: NDArray<D>, b: B): NDArray<PromotedWith<D, B>>;
    pow<D extends DType, B extends ArrayLike>(this: NDArray<D>, b: B): NDArray<PromotedWith<D, B>>;
    maximum<D extends DType, B extends ArrayLike>(this: NDArray<D>, b: B): NDArray<PromotedWith<D, B>>;
    minimum<D extends DType, B extends ArrayLike>(this: NDArray<D>, b: B): NDArray<PromotedWith<D, B>>;
    arctan2<D extends DType, B extends ArrayLike>(
      this: NDArray<D>,
      b: B,
    ): NDArray<Floating<PromotedWith<D, B>>>;
    // In place: the array keeps its memory, and everything that shares it sees the change. Returns the array.
    iadd<D extends DType>(this: NDArray<D>, b: ArrayLike): NDArray<D>;
    isub<D extends DType>(this: NDArray<D>, b: ArrayLike): NDArray<D>;
    imul<D extends DType>(this: NDArray<D>, b: ArrayLike): NDArray<D>;
    idiv<D extends DType>(this: NDArray<D>, b: ArrayLike): NDArray<D>;
    ifloorDivide<D extends DType>(this: NDArray<D>, b: ArrayLike): NDArray<D>;
    imod<D extends DType>(this: NDArray<D>, b: ArrayLike): NDArray<D>;
    ipow<D extends DType>(this: NDArray<D>, b: ArrayLike): NDArray<D>;
    imaximum<D extends DType>(this: NDArray<D>, b: ArrayLike): NDArray<D>;
    iminimum<D extends DType>(this: NDArray<D>, b: ArrayLike): NDArray<D>;
    ibitwiseAnd<D extends DType>(this: NDArray<D>, b: ArrayLike): NDArray<D>;
    ibitwiseOr<D extends DType>(this: NDArray<D>, b: ArrayLike): NDArray<D>;
    ibitwiseXor<D extends DType>(this: NDArray<D>, b: ArrayLike): NDArray<D>;
    // Comparison and logic: arrays of booleans.
    less(b: ArrayLike): NDArray<'bool'>;
    lessEqual(b: ArrayLike): NDArray<'bool'>;
    greater(b: ArrayLike): NDArray<'bool'>;
    greaterEqual(b: ArrayLike): NDArray<'bool'>;
    equal(b: ArrayLike): NDArray<'bool'>;
    notEqual(b: ArrayLike): NDArray<'bool'>;
    logicalAnd(b: ArrayLike): NDArray<'bool'>;
    logicalOr(b: ArrayLike): NDArray<'bool'>;
    logicalXor(b: ArrayLike): NDArray<'bool'>;
    logicalNot(): NDArray<'bool'>;
    bitwiseAnd<D extends DType, B extends ArrayLike>(this: NDArray<D>, b: B): NDArray<PromotedWith<D, B>>;
    bitwiseOr<D extends DType, B extends ArrayLike>(this: NDArray<D>, b: B): NDArray<PromotedWith<D, B>>;
    bitwiseXor<D extends DType, B extends ArrayLike>(this: NDArray<D>, b: B): NDArray<PromotedWith<D, B>>;
    invert<D extends DType>(this: NDArray<D>): NDArray<D>;
    leftShift<D extends DType, B extends ArrayLike>(this: NDArray<D>, b: B): NDArray<PromotedWith<D, B>>;
    rightShift<D extends DType, B extends ArrayLike>(this: NDArray<D>, b: B): NDArray<PromotedWith<D, B>>;
    isnan(): NDArray<'bool'>;
    isfinite(): NDArray<'bool'>;
    isinf(): NDArray<'bool'>;
    // Functions of each element.
    neg<D extends DType>(this: NDArray<D>): NDArray<D>;
    abs<D extends DType>(this: NDArray<D>): NDArray<RealOf<D>>;
    sign<D extends DType>(this: NDArray<D>): NDArray<D>;
    sqrt<D extends DType>(this: NDArray<D>): NDArray<Floating<D>>;
    square<D extends DType>(this: NDArray<D>): NDArray<D>;
    reciprocal<D extends DType>(this: NDArray<D>): NDArray<D>;
    exp<D extends DType>(this: NDArray<D>): NDArray<Floating<D>>;
    expm1<D extends DType>(this: NDArray<D>): NDArray<Floating<D>>;
    log<D extends DType>(this: NDArray<D>): NDArray<Floating<D>>;
    log1p<D extends DType>(this: NDArray<D>): NDArray<Floating<D>>;
    log2<D extends DType>(this: NDArray<D>): NDArray<Floating<D>>;
    log10<D extends DType>(this: NDArray<D>): NDArray<Floating<D>>;
    sin<D extends DType>(this: NDArray<D>): NDArray<Floating<D>>;
    cos<D extends DType>(this: NDArray<D>): NDArray<Floating<D>>;
    tan<D extends DType>(this: NDArray<D>): NDArray<Floating<D>>;
    arcsin<D extends DType>(this: NDArray<D>): NDArray<Floating<D>>;
    arccos<D extends DType>(this: NDArray<D>): NDArray<Floating<D>>;
    arctan<D extends DType>(this: NDArray<D>): NDArray<Floating<D>>;
    sinh<D extends DType>(this: NDArray<D>): NDArray<Floating<D>>;
    cosh<D extends DType>(this: NDArray<D>): NDArray<Floating<D>>;
    tanh<D extends DType>(this: NDArray<D>): NDArray<Floating<D>>;
    sigmoid<D extends DType>(this: NDArray<D>): NDArray<Floating<D>>;
    floor<D extends DType>(this: NDArray<D>): NDArray<D>;
    ceil<D extends DType>(this: NDArray<D>): NDArray<D>;
    rint<D extends DType>(this: NDArray<D>): NDArray<D>;
    trunc<D extends DType>(this: NDArray<D>): NDArray<D>;
    clip<D extends DType>(
      this: NDArray<D>,
      low?: ArrayLike | null | Spelled<ClipOptions>,
      high?: ArrayLike | null | Spelled<ClipOptions>,
      options?: Spelled<ClipOptions>,
    ): NDArray<D>;
    // Reductions: over an axis, a list of axes, or everything.
    sum<N extends string>(options: SumOptions & { dtype: N }): NDArray<DTypeNamed<N>>;
    sum<D extends DType>(this: NDArray<D>, axis?: AxisOrOptions<SumOptions>): NDArray<Accumulated<D>>;
    prod<N extends string>(options: SumOptions & { dtype: N }): NDArray<DTypeNamed<N>>;
    prod<D extends DType>(this: NDArray<D>, axis?: AxisOrOptions<SumOptions>): NDArray<Accumulated<D>>;
    max<D extends DType>(this: NDArray<D>, axis?: AxisOrOptions<ReduceOptions>): NDArray<D>;
    min<D extends DType>(this: NDArray<D>, axis?: AxisOrOptions<ReduceOptions>): NDArray<D>;
    mean<D extends DType>(this: NDArray<D>, axis?: AxisOrOptions<SumOptions>): NDArray<Floating<D>>;
    var<D extends DType>(this: NDArray<D>, axis?: AxisOrOptions<VarOptions>): NDArray<RealOf<Floating<D>>>;
    std<D extends DType>(this: NDArray<D>, axis?: AxisOrOptions<VarOptions>): NDArray<RealOf<Floating<D>>>;
    any(axis?: AxisOrOptions<ReduceOptions>): NDArray<'bool'>;
    all(axis?: AxisOrOptions<ReduceOptions>): NDArray<'bool'>;
    argmax(axis?: number | null | ReduceOptions): NDArray<'int64'>;
    argmin(axis?: number | null | ReduceOptions): NDArray<'int64'>;
    cumsum<D extends DType>(
      this: NDArray<D>,
      axis?: number | { axis?: number | null },
    ): NDArray<Accumulated<D>>;
    cumprod<D extends DType>(
      this: NDArray<D>,
      axis?: number | { axis?: number | null },
    ): NDArray<Accumulated<D>>;
    // Products.
    dot<D extends DType, B extends ArrayLike>(this: NDArray<D>, b: B): NDArray<PromotedWith<D, B>>;
    matmul<D extends DType, B extends ArrayLike>(this: NDArray<D>, b: B): NDArray<PromotedWith<D, B>>;
    // Shape: views of the same memory where strides allow.
    reshape<D extends DType>(
      this: NDArray<D>,
      shape: Length | readonly Length[] | ReshapeOptions,
      ...rest: (Length | ReshapeOptions)[]
    ): NDArray<D>;
    /** The same memory: as it is, in another shape, or, given a dtype, its bytes read as that. */
    view<D extends DType>(this: NDArray<D>): NDArray<D>;
    view<N extends string>(dtype: N | { dtype: N }): NDArray<DTypeNamed<N>>;
    view<D extends DType>(this: NDArray<D>, shape: Length | readonly Length[], ...rest: Length[]): NDArray<D>;
    ravel<D extends DType>(this: NDArray<D>, order?: Order | { order?: Order }): NDArray<D>;
    flatten<D extends DType>(this: NDArray<D>, order?: Order | { order?: Order }): NDArray<D>;
    transpose<D extends DType>(
      this: NDArray<D>,
      axes?: number | readonly number[] | { axes?: readonly number[] | null },
      ...rest: number[]
    ): NDArray<D>;
    swapaxes<D extends DType>(
      this: NDArray<D>,
      axis1: number | { axis1: number; axis2: number },
      axis2?: number,
    ): NDArray<D>;
    squeeze<D extends DType>(
      this: NDArray<D>,
      axis?: number | readonly number[] | null | { axis?: number | readonly number[] | null },
    ): NDArray<D>;
    copy<D extends DType>(this: NDArray<D>, order?: Order | { order?: Order }): NDArray<D>;
    astype<N extends string>(dtype: N, options?: { copy?: boolean }): NDArray<DTypeNamed<N>>;
    // Indexing.
    /**
     * Reads with NumPy's rules: `X.at(0)`, `X.at(':', 0)`, `X.at('1:3, ::-1')`, `X.at(mask)`,
     * `X.at(np.arange(N), y)`. Numbers and slices give a view. Index arrays and masks give a copy, and an in-place
     * operation right on that result writes back: `probs.at(np.arange(N), y).isub(1)`.
     */
    at<D extends DType>(this: NDArray<D>, ...indices: Index[]): NDArray<D>;
    /** Writes with NumPy's rules: `X.set([':', 0], 1)`, `X.set([mask], 0)`. Returns the array. */
    set<D extends DType>(this: NDArray<D>, indices: Index | readonly Index[], value: ArrayLike): NDArray<D>;
  }
}
