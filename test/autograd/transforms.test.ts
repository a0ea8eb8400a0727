// Functional transforms against torch.autograd.functional (test/fixtures/torch_transforms.py), over trees, nested in
// each other, and with wrong arguments.

import { describe, expect, it } from 'vitest';
import {
  checkpoint,
  customVjp,
  grad,
  gradCheck,
  hessian,
  hvp,
  jacobian,
  jvp,
  type NDArray,
  np,
  stopGradient,
  valueAndGrad,
  vjp,
} from '../../src/index.js';
import { readCases } from '../fixtures/cases.js';

interface Encoded {
  s: number[];
  d: number[];
}

interface TransformCase {
  name: string;
  kind: 'vector' | 'scalar';
  x: Encoded[];
  y: Encoded;
  g: Encoded;
  v: Encoded[];
  jacobian: Encoded[];
  vjp: Encoded[];
  jvp: Encoded;
  hessian: Encoded[][];
  hvp: Encoded[];
}

type F = (...x: NDArray[]) => NDArray;

const functions: Record<string, F> = {
  'tanh of a product': (x, W) => np.tanh(np.dot(W, x)),
  softmax: (x) => np.exp(x.sub(np.logsumexp(x))),
  'outer and sort': (x, y) => np.sort(np.outer(x, y).sum(1)),
  cumulative: (x) => np.cumsum(x.mul(x)).mul(np.cumprod(x)),
  'maximum and where': (x, y) => np.where(x.greater(y), x.mul(y), np.maximum(x, y.neg())),
  indexing: (x) => x.at([0, 2, 2, 1]).mul(np.flip(x.at('1:5'))),
  'matrix to matrix': (A) => np.dot(A, A.T).sub(np.exp(A.at(':2, :2'))),
  quartic: (x) =>
    x
      .pow(4)
      .sum()
      .add(x.at(0).mul(x.at(1))),
  'log of a sum of exponentials': (x) => np.logsumexp(x.mul(x)),
  'two layers': (x, W) =>
    np
      .tanh(np.dot(W, np.sin(x)))
      .pow(2)
      .sum(),
  'norm and division': (x) => np.prod(np.cumsum(x.div(np.sqrt(x.mul(x).sum())))),
  rosenbrock: (x) =>
    x
      .at('1:')
      .sub(x.at(':-1').square())
      .square()
      .mul(100)
      .add(np.sub(1, x.at(':-1')).square())
      .sum(),
};

const decode = ({ s, d }: Encoded): NDArray => np.array(d).reshape(s);

function close(a: NDArray, e: Encoded): void {
  expect(a.shape).toEqual(e.s);
  np.testing.assertAllclose(a, decode(e), { rtol: 1e-10, atol: 1e-12 });
}

describe('transforms as torch.autograd.functional', () => {
  for (const c of readCases<TransformCase>('torch_transforms')) {
    const f = functions[c.name];
    const x = c.x.map(decode);
    if (c.kind === 'vector') {
      it(`vjp: ${c.name}`, () => {
        const [y, pullback] = vjp(f)(...x);
        close(y, c.y);
        const g = pullback(decode(c.g)) as NDArray | NDArray[];
        (Array.isArray(g) ? g : [g]).forEach((gi, i) => {
          close(gi, c.vjp[i]);
        });
        expect(y.tracked).toBe(false);
      });
      it(`jvp: ${c.name}`, () => {
        const [y, dy] = jvp(f, x, c.v.map(decode));
        close(y, c.y);
        close(dy, c.jvp);
        expect(dy.tracked).toBe(false);
      });
      for (const mode of ['reverse', 'forward'] as const) {
        it(`jacobian, ${mode}: ${c.name}`, () => {
          const J = jacobian(f, { argnums: x.map((_, i) => i), mode })(...x) as NDArray[];
          J.forEach((j, i) => {
            close(j, c.jacobian[i]);
          });
        });
      }
    } else {
      it(`hessian: ${c.name}`, () => {
        const H = hessian((p: NDArray[]) => f(...p))(x) as unknown as NDArray[][];
        H.forEach((row, i) => {
          row.forEach((h, j) => {
            close(h, c.hessian[i][j]);
          });
        });
      });
      it(`hvp: ${c.name}`, () => {
        hvp((p: NDArray[]) => f(...p), x, c.v.map(decode)).forEach((h, i) => {
          close(h, c.hvp[i]);
        });
      });
    }
  }
});

describe('trees', () => {
  const params = () => ({ W: np.array([[1, 2]]), b: np.array([0.5]) });
  const X = np.array([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  const scores = (p: ReturnType<typeof params>) => np.dot(X, p.W.T).add(p.b);

  it('a Jacobian has the form of the result and in it that of the argument', () => {
    const J = jacobian((p: ReturnType<typeof params>) => ({ s: scores(p), twice: [p.b.mul(2)] as const }))(
      params(),
    );
    expect(J.s.W.shape).toEqual([3, 1, 1, 2]);
    expect(J.s.b.toArray()).toEqual([[[1]], [[1]], [[1]]]);
    expect(J.twice[0].b.toArray()).toEqual([[2]]);
    expect(J.twice[0].W.toArray()).toEqual([[[0, 0]]]);
  });

  it('a Hessian is a tree of trees, symmetric in its blocks', () => {
    const H = hessian((p: ReturnType<typeof params>) => np.tanh(scores(p)).sum())(params());
    expect(H.W.b.shape).toEqual([1, 2, 1]);
    np.testing.assertAllclose(H.W.b.ravel(), H.b.W.ravel(), { rtol: 1e-12 });
    expect(H.b.b.item()).not.toBe(0);
  });

  it('a pullback takes a tree of the form of the result, and may be called again', () => {
    const [y, pullback] = vjp((p: ReturnType<typeof params>) => ({ s: scores(p), r: p.b.square() }))(
      params(),
    );
    expect(y.r.toArray()).toEqual([0.25]);
    const g = pullback({ s: np.zeros([3, 1]), r: [1] });
    expect(g.b.toArray()).toEqual([1]);
    expect(g.W.toArray()).toEqual([[0, 0]]);
    expect(pullback({ s: np.ones([3, 1]), r: [0] }).W.toArray()).toEqual([[9, 12]]);
  });

  it('argnums names arguments, hasAux hands more through', () => {
    const f = (x: NDArray, k: number, y: NDArray) => x.mul(y).sum().mul(k);
    const [x, y] = [np.array([1, 2]), np.array([3, 4])];
    expect(grad(f, { argnums: 2 })(x, 2, y).toArray()).toEqual([2, 4]);
    const [dx, dy] = grad(f, { argnums: [0, 2] })(x, 2, y);
    expect([dx.toArray(), dy.toArray()]).toEqual([
      [6, 8],
      [2, 4],
    ]);
    expect(grad(f, { argnums: 1 })(x, 2, y).item()).toBe(11);
    const [[value, aux], g] = valueAndGrad((a: NDArray) => [a.square().sum(), { a2: a.mul(2), n: 7 }], {
      hasAux: true,
    })(x);
    expect([value.item(), aux.a2.toArray(), aux.n, g.toArray()]).toEqual([5, [2, 4], 7, [2, 4]]);
    expect(aux.a2.tracked).toBe(false);
    expect(() => grad(f, { argnums: 3 })(x, 2, y)).toThrow(
      /^grad: argnums names argument 3, but 3 were given/,
    );
  });

  it('float32 stays float32', () => {
    const x = np.array([1, 2]).astype('float32');
    expect(hessian((a: NDArray) => a.pow(3).sum())(x).dtype).toBe('float32');
    expect(jvp((a: NDArray) => a.square(), [x], [x])[1].dtype).toBe('float32');
    expect(jacobian((a: NDArray) => a.square(), { mode: 'forward' })(x).dtype).toBe('float32');
  });

  it('empty arguments and results have empty Jacobians', () => {
    expect(jacobian((a: NDArray) => a.mul(2))(np.zeros([0])).shape).toEqual([0, 0]);
    expect(jacobian((a: NDArray) => a.at(':0'), { mode: 'reverse' })(np.zeros([3])).shape).toEqual([0, 3]);
  });
});

describe('transforms inside each other', () => {
  const cube = (x: NDArray) => x.pow(3).sum();

  it('the gradient of a jvp, the jvp of a gradient and hvp agree', () => {
    const x = np.array([1, 2, 3]);
    const v = np.array([1, 0, 2]);
    const wanted = [6, 0, 36];
    expect(jvp(grad(cube), [x], [v])[1].toArray()).toEqual(wanted);
    expect(grad((a: NDArray) => jvp(cube, [a], [v])[1])(x).toArray()).toEqual(wanted);
    expect(hvp(cube, x, v).toArray()).toEqual(wanted);
  });

  it('the third derivative by a jvp of a jvp of a jvp', () => {
    const d = (f: (x: NDArray) => NDArray) => (x: NDArray) => jvp(f, [x], [1])[1];
    expect(d(d(d((x) => np.sin(x))))(np.array(0.3)).item()).toBeCloseTo(-Math.cos(0.3), 14);
  });

  it('the gradient of an entry of a Hessian', () => {
    const f = (x: NDArray) => x.at(0).pow(3).mul(x.at(1).square());
    const g = grad((x: NDArray) => hessian(f)(x).at(0, 0))(np.array([2, 3]));
    expect(g.toArray()).toEqual([6 * 9, 6 * 2 * 2 * 3]);
  });

  it('the gradient of a Jacobian of a Jacobian', () => {
    const J = jacobian(jacobian((x: NDArray) => x.pow(3)))(np.array([1, 2]));
    expect(J.toArray()).toEqual([
      [
        [6, 0],
        [0, 0],
      ],
      [
        [0, 0],
        [0, 12],
      ],
    ]);
  });

  it('work inside noGrad, and leave plain values', () => {
    const W = np.array([1, 2]).requiresGrad();
    const g = np.noGrad(() => grad((x: NDArray) => x.mul(W).mul(x).sum())(np.array([3, 4])));
    expect(g.toArray()).toEqual([6, 16]);
    expect(g.tracked).toBe(false);
    const kept = grad((x: NDArray) => x.mul(W).mul(x).sum())(np.array([3, 4]));
    kept.sum().backward();
    expect(W.grad!.toArray()).toEqual([6, 8]);
    expect(np.noGrad(() => hvp(cube, np.array([1]), np.array([1])).toArray())).toEqual([6]);
  });

  it('stopGradient cuts: d/dx x * stop(x) = x', () => {
    expect(grad((x: number) => np.mul(x, stopGradient(x)))(3).item()).toBe(3);
    const g = grad((p: { a: NDArray; b: NDArray }) => {
      const still = stopGradient(p);
      return p.a.mul(still.b).add(still.a.mul(p.b)).sum();
    })({ a: np.array([1]), b: np.array([2]) });
    expect([g.a.item(), g.b.item()]).toEqual([2, 1]);
  });
});

describe('customVjp', () => {
  const round = customVjp({ forward: (x: NDArray) => [np.rint(x), null], backward: (_, g) => g });

  it('lets gradients pass straight through a rounding', () => {
    expect(grad((x: NDArray) => round(x).mul(2).sum())(np.array([0.4, 1.7])).toArray()).toEqual([2, 2]);
  });

  it('is differentiated in turn through its residuals', () => {
    const log1pexp = customVjp({
      forward: (x: NDArray) => [np.log1p(np.exp(x)), x],
      backward: (x, g) => g.mul(np.sub(1, np.div(1, np.add(1, np.exp(x))))),
    });
    const report = gradCheck(log1pexp, [np.array([-0.5, 0.2, 1.5])], { order: 2 });
    expect(report.passed, String(report)).toBe(true);
  });

  it('takes and gives trees, null where no gradient flows', () => {
    const split = customVjp({
      forward: (p: { a: NDArray; b: NDArray }, k: number, c: NDArray) => [
        { s: p.a.add(p.b), d: p.a.sub(p.b).mul(k).mul(c) },
        k,
      ],
      backward: (k, g) => [{ a: g.s.mul(10), b: g.d.mul(k) }, null, null],
    });
    const g = grad((p: { a: NDArray; b: NDArray }) => {
      const { s, d } = split(p, 3, np.ones(2));
      return s.add(d.mul(2)).sum();
    })({ a: np.array([1, 2]), b: np.array([3, 4]) });
    expect([g.a.toArray(), g.b.toArray()]).toEqual([
      [10, 10],
      [6, 6],
    ]);
  });

  it('names what is wrong with a rule', () => {
    const x = np.array([1, 2]).requiresGrad();
    const wrong = customVjp({ forward: (a: NDArray) => [a.mul(2), null], backward: () => np.ones(3) });
    expect(() => wrong(x).sum().backward()).toThrow(
      /^customVjp: backward gave a gradient of shape \(3,\) for argument 0 of shape \(2,\)/,
    );
    const bare = customVjp({ forward: ((a: NDArray) => a.mul(2)) as never, backward: () => null });
    expect(() => bare(x)).toThrow(/^customVjp: forward must return \[result, residuals\]/);
  });
});

describe('checkpoint', () => {
  it('gives the same values and gradients, of arguments and of arrays from outside', () => {
    const W = np
      .array([
        [0.5, -1],
        [2, 0.3],
      ])
      .requiresGrad();
    const layer = (h: NDArray) => np.tanh(np.dot(h, W));
    const x = np.array([[1, 2]]);
    const run = (f: (h: NDArray) => NDArray) => {
      W.zeroGrad();
      const h = x.copy().requiresGrad();
      const y = f(f(h)).sum();
      y.backward();
      return [y.item(), h.grad!.toArray(), W.grad!.toArray()];
    };
    expect(run(checkpoint(layer))).toEqual(run(layer));
  });

  it('draws the same random numbers when it computes again', () => {
    const rng = np.random.default_rng(3);
    const dropout = (h: NDArray) => h.mul(np.random.rand(50).less(0.5)).mul(rng.random([50]).less(0.5));
    np.random.seed(1);
    const h = np.ones(50).requiresGrad();
    const y = checkpoint(dropout)(h);
    const next = np.random.rand();
    y.sum().backward();
    expect(h.grad!.toArray()).toEqual(y.toArray());
    expect(np.random.rand()).not.toBe(next);
    np.random.seed(1);
    np.random.rand(50);
    expect(np.random.rand()).toBe(next);
  });

  it('can be differentiated twice', () => {
    const W = np.array([0.3, 0.7]);
    const f = checkpoint((x: NDArray, w: NDArray) => [np.tanh(x.mul(w)), np.exp(x)] as const);
    const report = gradCheck(
      (x, w) => {
        const [a, b] = f(x, w);
        return a.mul(b);
      },
      [np.array([0.4, -0.2]), W],
      { order: 2 },
    );
    expect(report.passed, String(report)).toBe(true);
  });

  it('keeps nothing of what it computed on the way', () => {
    const nodes = (y: NDArray): string[] =>
      y.node === null ? [] : [y.node.op, ...y.node.inputs.flatMap(nodes)];
    const x = np.ones(3).requiresGrad();
    expect(nodes(checkpoint((a: NDArray) => np.exp(np.sin(a)))(x))).toEqual(['custom']);
  });

  it('notices an argument that was changed in between', () => {
    const x = np.ones(3).requiresGrad();
    const y = checkpoint((a: NDArray) => a.mul(a))(x);
    np.noGrad(() => x.iadd(1));
    expect(() => y.sum().backward()).toThrow(/changed in place/);
  });
});

describe('what transforms refuse', () => {
  const x = np.array([1, 2]);
  it.each([
    [
      () => jvp((a: NDArray) => a, [x], [np.zeros(3)]),
      /^jvp: tangents has shape \(3,\) where \(2,\) belongs/,
    ],
    [() => jvp((a: NDArray) => a, [x], [] as never), /^jvp: primals and tangents are lists of equal length/],
    [() => vjp((a: NDArray) => a)(x)[1](np.zeros(3)), /^vjp: the gradient of the result has shape \(3,\)/],
    [() => vjp((a: NDArray) => a)(np.arange(2)), /^vjp: the argument has dtype int64/],
    [() => jacobian((a: NDArray) => a.greater(1))(x), /^jacobian: the function returned bool/],
    [
      () => jacobian((a: NDArray) => a, { mode: 'sideways' as never }),
      /^jacobian: mode is 'reverse' or 'forward'/,
    ],
    [
      () => jacobian((a: NDArray) => a, { argnums: 1 })(x),
      /^jacobian: argument 1 is to be differentiated, but 1/,
    ],
    [() => hvp((a: NDArray) => a.sum(), x, np.zeros(3)), /^hvp: the direction has shape \(3,\)/],
    [() => hessian((a: NDArray) => a)(x), /^grad: the function must return a single number/],
  ])('%#', (call, message) => {
    expect(call).toThrow(message);
  });
});
