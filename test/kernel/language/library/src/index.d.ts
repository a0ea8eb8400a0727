// Declarations of a library small enough to test the language of cells with: the shape of gradlab's, one array type.
export type TypedArray = Float64Array | Int32Array | Uint8Array;
export type ArrayLike = NDArray | number | bigint | boolean | TypedArray | readonly ArrayLike[];
export type Index = number | bigint | string | null | NDArray | readonly number[] | readonly boolean[];

/** An array. */
export class NDArray {
  readonly shape: readonly number[];
  readonly size: number;
  readonly T: NDArray;
  grad: NDArray | null;
  /** The number of a 0-d array. */
  item(): number;
  at(...indices: Index[]): NDArray;
  set(indices: readonly Index[], value: ArrayLike): void;
  dot(other: ArrayLike): NDArray;
  toArray(): unknown;
}

/** Functions like NumPy's. */
export namespace np {
  /**
   * Makes an array.
   * @param value numbers, nested or not
   * @example np.array([1, 2, 3])
   */
  function array(value: ArrayLike): NDArray;
  function zeros(shape: number | readonly number[]): NDArray;
  function arange(stop: number): NDArray;
  function sum(a: ArrayLike, options?: { axis?: number; keepdims?: boolean }): NDArray;
  function mean(a: ArrayLike): NDArray;
  function exp(a: ArrayLike): NDArray;
  function dot(a: ArrayLike, b: ArrayLike): NDArray;
  function argmax(a: ArrayLike): NDArray;
  const c_: import('./operators.js').Bracketed<readonly NDArray[], NDArray>;
}
export function grad<A extends unknown[]>(f: (...args: A) => NDArray): (...args: A) => NDArray;
