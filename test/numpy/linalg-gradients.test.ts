// Values, gradients and gradients of gradients of linear algebra against PyTorch's, to 1e-10 in float64
// (test/fixtures/linalg_gradients.py), and the gradients where PyTorch has none.

import { describe, expect, it } from 'vitest';
import { grad, type NDArray, np, valueAndGrad } from '../../src/index.js';
import { readCases } from '../fixtures/cases.js';

interface Encoded {
  s: number[];
  d: number[];
}
interface GradientCase {
  f: string;
  x: Encoded[];
  value: Encoded;
  grad: Encoded[];
  second: (Encoded | null)[];
}

const { linalg } = np;
const T = (a: NDArray): NDArray => np.swapaxes(a, -1, -2);
const flat = (parts: NDArray[]): NDArray => np.concatenate(parts.map((p) => p.ravel()));
const thin = (a: NDArray): NDArray[] => linalg.svd(a, { fullMatrices: false });
const number = (text: string): number => Number(text.replace('inf', 'Infinity'));

const functions: Record<string, (...x: NDArray[]) => NDArray> = {
  inv: linalg.inv,
  solve: linalg.solve,
  solveTriangular: (a, b) => linalg.solveTriangular(a, b, { lower: true }),
  det: linalg.det,
  slogdet: (a) => linalg.slogdet(a)[1],
  cholesky: (a) => linalg.cholesky(np.matmul(a, T(a)).add(np.eye(a.shape[a.ndim - 1]))),
  'svd U': (a) => thin(a)[0],
  'svd S': (a) => thin(a)[1],
  'svd Vt': (a) => thin(a)[2],
  'svd all': (a) => flat(thin(a)),
  svdvals: linalg.svdvals,
  'eigh w': (a) => linalg.eigh(a.add(T(a)))[0],
  'eigh v': (a) => linalg.eigh(a.add(T(a)))[1],
  'eigh U': (a) => flat(linalg.eigh(a.add(T(a)), 'U')),
  eigvalsh: (a) => linalg.eigvalsh(a.add(T(a))),
  'qr Q': (a) => linalg.qr(a)[0],
  'qr R': (a) => linalg.qr(a)[1],
  'lu L': (a) => linalg.lu(a)[1],
  'lu U': (a) => linalg.lu(a)[2],
  pinv: (a) => linalg.pinv(a),
  lstsq: (a, b) => linalg.lstsq(a, b)[0],
  matrixPower: (a) => linalg.matrixPower(a, 3),
  'matrixPower -2': (a) => linalg.matrixPower(a, -2),
  multiDot: (...x) => linalg.multiDot(x),
  tensorsolve: (a, b) => linalg.tensorsolve(a, b),
  tensorinv: (a) => linalg.tensorinv(a),
  cond: (a) => linalg.cond(a),
  'cond 1': (a) => linalg.cond(a, 1),
  'cond fro': (a) => linalg.cond(a, 'fro'),
  'cond -2': (a) => linalg.cond(a, -2),
};
for (const order of ['fro', 'nuc', '2', '-2', '1', '-1', 'inf', '-inf']) {
  const ord = order === 'fro' || order === 'nuc' ? order : number(order);
  functions[`norm ${order}`] = (a) => linalg.norm(a, { ord, axis: [-2, -1] });
}
for (const order of ['2', '1', '3', '0.5', '-1.5', 'inf', '-inf'])
  functions[`vector norm ${order}`] = (a) => linalg.norm(a, number(order), -1);

function weights(shape: readonly number[], salt: number): NDArray {
  const n = shape.reduce((p, q) => p * q, 1);
  return np
    .array(
      Float64Array.from({ length: n }, (_, i) => 0.5 + Math.abs(Math.sin(12.9898 * (i + 1) + 78.233 * salt))),
    )
    .reshape([...shape]);
}
const array = ({ s, d }: Encoded): NDArray => np.array(Float64Array.from(d)).reshape(s);

function expectClose(got: NDArray, wanted: Encoded | null): void {
  const w = wanted === null ? np.zeros(got.shape) : array(wanted);
  expect(got.shape).toEqual(w.shape);
  const worst = np.max(np.abs(got.sub(w))).item();
  expect(worst / Math.max(1, np.max(np.abs(w)).item())).toBeLessThan(1e-10);
}

describe('gradients of linear algebra are PyTorch’s', () => {
  for (const c of readCases<GradientCase>('linalg_gradients')) {
    it(`${c.f} of ${c.x.map((x) => `(${x.s.join(', ')})`).join(' and ')}`, () => {
      const f = functions[c.f];
      const x = c.x.map(array);
      expectClose(f(...x), c.value);
      const loss = (args: NDArray[]): NDArray => {
        const out = f(...args);
        return out.mul(weights(out.shape, 1)).sum();
      };
      const first = grad(loss)(x);
      const second = grad((args: NDArray[]) =>
        (grad(loss)(args) as NDArray[])
          .map((g, i) => g.mul(weights(g.shape, i + 2)).sum())
          .reduce((p, q) => p.add(q)),
      )(x) as NDArray[];
      (first as NDArray[]).forEach((g, i) => {
        expectClose(g, c.grad[i]);
      });
      second.forEach((g, i) => {
        expectClose(g, c.second[i]);
      });
    });
  }
});

describe('gradients at special matrices', () => {
  it('the determinant of a singular matrix has its cofactors as gradient', () => {
    const a = np.array([
      [1, 2, 3],
      [2, 4, 6],
      [1, 0, 1],
    ]);
    const g = grad((x: NDArray) => linalg.det(x))(a);
    const cofactors = [
      [4, 4, -4],
      [-2, -2, 2],
      [0, 0, 0],
    ];
    expect(np.allclose(g, cofactors, { atol: 1e-12 })).toBe(true);
    const [value, zero] = valueAndGrad((x: NDArray) => linalg.det(x))(np.zeros([2, 2]));
    expect([value.item(), zero.toArray()]).toEqual([
      0,
      [
        [0, 0],
        [0, 0],
      ],
    ]);
  });

  it('singular values that repeat have a gradient; the vectors that belong to them have none', () => {
    const values = grad((x: NDArray) => linalg.svdvals(x).mul([2, 1]).sum())(np.eye(2));
    expect(np.all(np.isfinite(values)).item()).toBe(true);
    const vectors = grad((x: NDArray) => linalg.svd(x)[0].at(0, 0))(np.eye(2));
    expect(np.all(np.isfinite(vectors)).item()).toBe(false);
  });

  it('eigenvalues and their gradients read one triangle as the whole matrix', () => {
    const a = np.array([
      [2, 9],
      [1, 3],
    ]);
    const whole = np.array([
      [2, 1],
      [1, 3],
    ]);
    const f = (x: NDArray): NDArray => linalg.eigvalsh(x).at(0);
    expect(np.allclose(grad(f)(a), grad(f)(whole))).toBe(true);
  });

  it('the norm of zeros of any order has gradient 0', () => {
    for (const order of [0.5, 1, 2, 3, Number.POSITIVE_INFINITY]) {
      const g = grad((x: NDArray) => linalg.norm(x, order))(np.zeros(2));
      expect(np.all(np.equal(g, 0)).item()).toBe(true);
    }
  });

  it('the raw form of qr refuses an array that requires grad', () => {
    const a = np.eye(2).requiresGrad();
    expect(() => linalg.qr(a, 'raw')).toThrow(/^qr: mode 'raw' has no gradient.*detach\(\)/);
    expect(linalg.qr(a.detach(), 'raw')[0].shape).toEqual([2, 2]);
  });
});
