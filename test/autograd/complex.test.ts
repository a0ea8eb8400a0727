// Gradients of complex arrays: PyTorch's numbers (fixture made by test/fixtures/complex_gradients.py), dtypes of
// gradients, and what is refused.
import { describe, expect, it } from 'vitest';
import {
  type ArrayLike,
  customVjp,
  grad,
  gradCheck,
  type NDArray,
  np,
  valueAndGrad,
} from '../../src/index.js';
import { readCases } from '../fixtures/cases.js';

interface Fixture {
  Z: number[];
  W: number[];
  X: number[];
  rows: { name: string; value: number; grads: (number[] | null)[] }[];
}
const fixture = readCases('complex_gradients') as unknown as Fixture;

const complexOf = (flat: number[], shape: number[]): NDArray => {
  const pairs = np.array(flat).reshape(-1, 2);
  return np.complex(pairs.at(':', 0), pairs.at(':', 1)).reshape(shape);
};
const leaves = (): NDArray[] => [
  complexOf(fixture.Z, [2, 3]),
  complexOf(fixture.W, [3, 2]),
  np.array(fixture.X).reshape(2, 3),
];

type Loss = (z: NDArray, w: NDArray, x: NDArray) => NDArray;
const size = (a: ArrayLike): NDArray => np.sum(np.abs(a));
const losses: Record<string, Loss> = {
  abs: (z) => size(z),
  'square of abs': (z) => np.sum(np.square(np.abs(z))),
  'abs at zero': (z, _, x) => np.sum(np.abs(z.sub(z.at(0, 0).detach())).mul(x)),
  angle: (z, _, x) => np.sum(np.angle(z).mul(x)),
  sign: (z, _, x) => np.sum(np.sign(z).real.mul(x)).add(np.sum(np.sign(z).imag.mul(x).mul(x))),
  'real and imag': (z, _, x) => np.sum(z.real.mul(z.imag).mul(x)),
  conj: (z, w) => np.sum(np.real(z.mul(z.conj()).mul(w.T))),
  mul: (z, w, x) => size(z.mul(w.T).mul(x)),
  div: (z, w, x) => size(z.div(w.T).div(x)),
  pow: (z, w, x) => size(z.pow(2.5).add(x.pow(w.T))),
  'pow of complex': (z, w) => size(z.pow(w.T)),
  'exp log sqrt': (z, w) => size(z.exp().add(z.log().mul(w.T.sqrt()))),
  'sin tanh': (z, w) => np.sum(z.sin().mul(w.T.tanh()).imag),
  'arcsin arctan': (z, w) => size(z.arcsin().add(w.T.arctan())),
  matmul: (z, w) => size(np.matmul(z, w)),
  'matmul with real': (z, w, x) =>
    np.sum(np.square(np.abs(np.matmul(x, w)))).add(np.sum(np.matmul(z, x.T).imag)),
  prod: (z, w) => size(z.prod(1)).add(w.prod().imag),
  cumsum: (z, _, x) => size(z.cumsum(1).mul(x)),
  mean: (z, w) => size(z.mean(0)).add(np.abs(w.sum())),
  'complex of parts': (z, _, x) => size(np.complex(x, x.mul(x)).mul(z).exp()),
  reciprocal: (z, w, x) => np.sum(z.reciprocal().imag).add(np.sum(w.T.add(x).square().real)),
};

describe("gradients in PyTorch's convention, d/dre + i d/dim", () => {
  for (const { name, value, grads } of fixture.rows) {
    it(name, () => {
      const arrays = leaves().map((a) => a.requiresGrad());
      const loss = losses[name](arrays[0], arrays[1], arrays[2]);
      loss.backward();
      expect(Math.abs(loss.item() - value)).toBeLessThan(1e-12 * Math.max(1, Math.abs(value)));
      grads.forEach((want, i) => {
        const got = arrays[i].grad;
        if (want === null) {
          expect(got).toBe(null);
          return;
        }
        expect(got?.dtype).toBe(arrays[i].dtype);
        const data = [...(got as NDArray).data].map(Number);
        const scale = Math.max(...want.map(Math.abs));
        data.forEach((g, k) => {
          expect(Math.abs(g - want[k]), `leaf ${i}, number ${k}: ${g}, PyTorch has ${want[k]}`).toBeLessThan(
            1e-12 * scale + 1e-14,
          );
        });
      });
    });
  }
});

describe('dtypes of gradients', () => {
  it('a complex64 parameter has a complex64 gradient, a float32 one beside it a float32 gradient', () => {
    const z = np
      .array([np.complex(1, 2)])
      .astype('complex64')
      .requiresGrad();
    const x = np.ones(1, 'float32').requiresGrad();
    np.abs(z.mul(x)).sum().backward();
    expect([z.grad?.dtype, x.grad?.dtype]).toEqual(['complex64', 'float32']);
  });

  it('gradients of mixed single and double precision have a second order', () => {
    const x = np.array([2], 'float32').requiresGrad();
    const y = np.array([3]);
    const second = grad((a: NDArray) => grad((b: NDArray) => np.sum(b.mul(b).mul(b).mul(y)))(a).sum())(x);
    expect(second.toArray()).toEqual([36]);
  });
});

describe("rules of one's own, and checks", () => {
  it('customVjp hands complex gradients to the rule', () => {
    const seen: string[] = [];
    const twice = customVjp({
      forward: (z: NDArray) => [z.mul(2), null] as const,
      backward: (_: null, g: NDArray) => {
        seen.push(g.dtype);
        return g.mul(2);
      },
    });
    const z = np.array([np.complex(3, 4)]).requiresGrad();
    np.abs(twice(z)).sum().backward();
    expect(seen).toEqual(['complex128']);
    expect(String(z.grad)).toBe('[1.2+1.6j]');
  });

  it('gradCheck finds a rule that forgets the conjugate', () => {
    const wrong = customVjp({
      forward: (z: NDArray) => [z.mul(z), z] as const,
      backward: (z: NDArray, g: NDArray) => g.mul(z).mul(2),
    });
    const z = np.array([np.complex(1, 2), np.complex(0.5, -1)]);
    expect(gradCheck((a) => wrong(a), [z], { order: 1 }).passed).toBe(false);
    expect(gradCheck((a) => a.mul(a), [z]).passed).toBe(true);
  });
});

describe('what is refused', () => {
  const z = () => np.array([np.complex(1, 2)]).requiresGrad();

  it('backward from a complex number names the real functions', () => {
    expect(() => z().sum().backward()).toThrow(
      /backward: gradients start from a real number.*np\.real\(loss\)/,
    );
    expect(() => valueAndGrad((a: NDArray) => a.sum())(z())).toThrow(/grad: .*a real number.*complex128/);
  });

  it('backward from a complex array takes a complex gradient', () => {
    const a = z();
    a.mul(a).backward({ gradient: np.array([np.complex(0, 1)]) });
    expect(String(a.grad)).toBe('[4.+2.j]');
  });

  it('a parameter of integers', () => {
    expect(() => np.ones(2, 'int16').requiresGrad()).toThrow(
      /requiresGrad: only floating point and complex arrays/,
    );
  });
});
