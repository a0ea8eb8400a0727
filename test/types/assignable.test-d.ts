// What the types accept and refuse, checked by the compiler alone (npm run typecheck). The dtype in a type informs: it is
// never a reason to refuse a program that is right.

import { grad, hessian, jacobian, jvp, type NDArray, np, valueAndGrad, vjp, vmap } from '../../src/index.js';

type DTypeIn<T> = T extends NDArray<infer D> ? D : never;
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function dtypeOf<D extends string>() {
  return <A>(
    _: A,
    ..._same: Same<DTypeIn<A>, D> extends true ? [] : [expected: D, found: DTypeIn<A>]
  ): void => {};
}
function typeIs<T>() {
  return <A>(_: A, ..._same: Same<A, T> extends true ? [] : [expected: T, found: A]): void => {};
}

export function variables(): void {
  // A variable may take an array of another dtype, as in NumPy.
  let x = np.zeros([3]);
  x = x.astype('float32');
  x = x.greater(0);
  x = np.argsort(x);
  let h = np.maximum(0, x);
  h = h.mul(2).add(np.ones(3));
  let counts = np.arange(3);
  counts = counts.div(2);
  const list = [np.zeros(3)];
  list.push(np.arange(3));
  const total = [1, 2].reduce((s, k) => s.add(k), np.arange(3));
  dtypeOf<'int64'>()(total);
  let any: NDArray = counts;
  any = np.zeros(3, 'bool');
  const image: NDArray<'uint8'> = any;
  const f = (a: NDArray<'float32'>): NDArray => a;
  f(np.zeros(3));
  f(image);
}

export function elements(): void {
  typeIs<number>()(np.zeros(3).item(0));
  typeIs<boolean>()(np.zeros(3).greater(0).item(0));
  typeIs<number>()((np.zeros(3) as NDArray).item(0));
  // @ts-expect-error a number is not a string
  const s: string = np.zeros(3).item(0);
  void s;
}

export function options(): void {
  const x = np.zeros([2, 3]);
  np.sum(x, { axis: 0, keepdims: true });
  np.sum(x, { axis: [0, 1] as const });
  np.sum(x, 0);
  // @ts-expect-error keepdims is spelt as in NumPy
  np.sum(x, { axis: 0, keepDims: true });
  // @ts-expect-error
  x.mean({ axes: 0 });
  // @ts-expect-error
  np.zeros([2], { type: 'float32' });
  // @ts-expect-error no such dtype
  np.zeros([2], { dtype: 'float23' });
  // @ts-expect-error no such side
  np.searchsorted(x, 1, 'middle');
  np.zeros([2, 3] as const);
  np.zeros(3, 'float');
  dtypeOf<'float64'>()(np.zeros(3, 'float'));
}

export function arguments_(): void {
  // @ts-expect-error text is no array
  np.exp('a');
  // @ts-expect-error
  np.zeros(3).add('a');
  // @ts-expect-error
  np.add(np.zeros(3));
  // @ts-expect-error
  np.array({ a: 1 });
  // @ts-expect-error
  np.zeros(3).at({});
}

export function trees(): void {
  const params = { W: np.zeros([2, 2], 'float32'), layers: [np.zeros(2)], scale: 1 };
  const g = grad((p: typeof params) => p.W.sum())(params);
  dtypeOf<'float32'>()(g.W);
  dtypeOf<'float64'>()(g.layers[0]);
  const [value, both] = valueAndGrad((p: typeof params, _X: NDArray) => p.W.sum())(params, np.zeros(3));
  void value.item();
  dtypeOf<'float32'>()(both.W);
  // @ts-expect-error there is no such parameter
  void g.V;
}

export function parametersWithoutTypes(): void {
  const x = np.zeros(2);
  // Gradients are taken of an array unless the parameter says otherwise.
  const g = grad((w) => w.square().sum())(x);
  void g.ndim;
  const [value, both] = valueAndGrad((w, b) => w.dot(b).sum())(x, x);
  void [value.ndim, both.ndim];
  void jacobian((w) => w.square())(x).shape;
  void hessian((w) => w.square().sum())(x).shape;
  void vmap((w) => w.mul(2))(x).shape;
  void vjp((w) => w.mul(2))(x)[1](x);
  void jvp((w) => w.mul(2), [x], [x]);
  void np.fuse((w, rate) => w.mul(rate))(x, 2).shape;
}

export function inference(): void {
  const X = np.zeros([4, 2], { dtype: 'float32' });
  const [U, S, Vt] = np.linalg.svd(X);
  dtypeOf<'float32'>()(U.mul(S).dot(Vt));
  const [values, counts] = np.unique(X, { returnCounts: true });
  dtypeOf<'float32'>()(values);
  dtypeOf<'int64'>()(counts);
  const bytes = np.array(new Uint8Array(4));
  dtypeOf<'uint8'>()(bytes.add(1));
  dtypeOf<'float64'>()(bytes.div(255));
  const step = (W: NDArray, dW: NDArray) => W.isub(dW.mul(0.1));
  typeIs<NDArray>()(step(X, X));
}
