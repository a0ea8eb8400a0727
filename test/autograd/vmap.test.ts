// vmap against the same function in a loop: every operation of the op table and more, over axes, trees, nested vmaps,
// and with gradients inside and outside. `strict` shows that the batch was computed at once.

import { describe, expect, it } from 'vitest';
import {
  checkpoint,
  customVjp,
  grad,
  hessian,
  jacobian,
  jvp,
  type NDArray,
  nn,
  np,
  valueAndGrad,
  vjp,
  vmap,
} from '../../src/index.js';
import { cases } from '../ops/ops.cases.js';

/** Distinct values in a range, away from whole numbers and halves. */
function input(shape: readonly number[], [low, high]: readonly [number, number], salt: number): NDArray {
  const n = shape.reduce((p, q) => p * q, 1);
  return np
    .array(
      Float64Array.from({ length: n }, (_, i) => {
        const v = low + (high - low) * (((i + 1) * 0.6180339887498949 + salt * 0.37) % 1);
        return Math.abs(v * 2 - Math.round(v * 2)) < 0.02 ? v + 0.03 : v;
      }),
    )
    .reshape([...shape]);
}

const close = (a: NDArray, b: NDArray): void => np.testing.assertAllclose(a, b, { rtol: 1e-12, atol: 1e-13 });

// Operations that have a batching rule; any other may be computed in a loop.
const ruled = new Set(
  (
    'add sub mul div mod pow maximum minimum arctan2 arcsinh arccosh arctanh hypot logaddexp copysign fmax fmin fmod neg abs ' +
    'sign sqrt square reciprocal exp expm1 log log1p log2 log10 sin cos tan arcsin arccos arctan sinh cosh tanh sigmoid floor ' +
    'ceil rint trunc where sum prod max min cumsum cumprod matmul copy astype reshape transpose broadcastTo flip concatenate ' +
    'part embed slice scatterView gather scatterAdd set inv solve cholesky det '
  )
    .trim()
    .split(' '),
);

describe('every operation of the table, batched as in a loop', () => {
  const B = 3;
  for (const { op, f, shapes, range = [0.3, 1.7] as [number, number], note } of cases) {
    if (note === 'mask') continue; // selects a different number of elements from each example
    const strict = ruled.has(op);
    for (const trial of shapes) {
      it(`${op}${note ? ` (${note})` : ''} ${JSON.stringify(trial)}${strict ? '' : ' in a loop'}`, () => {
        const call = f ?? (np as unknown as Record<string, (...a: NDArray[]) => NDArray>)[op];
        const batch = trial.map((shape, i) => input([B, ...shape], range, i + 1));
        const shared = trial.map((shape, i) => input(shape, range, i + 5));
        const loop = (g: typeof call, args: (k: number) => NDArray[]) =>
          np.stack(Array.from({ length: B }, (_, k) => g(...args(k))));
        // All operands batched, then each one alone.
        const choices = [
          trial.map(() => true),
          ...(trial.length > 1 ? trial.map((_, i) => trial.map((_, j) => i === j)) : []),
        ];
        for (const chosen of choices) {
          const args = chosen.map((on, i) => (on ? batch[i] : shared[i]));
          const inAxes = chosen.map((on) => (on ? 0 : null));
          const example = (k: number) => chosen.map((on, i) => (on ? batch[i].at(k) : shared[i]));
          const safe = strict && !(op === 'set' && !chosen[0]);
          const got = vmap(call, { inAxes, strict: safe })(...args);
          close(got as NDArray, loop(call, example));
          // A gradient for each example.
          const g = grad((...xs: NDArray[]) => np.sum(np.sin(call(...xs))), {
            argnums: chosen.map((_, i) => i),
          });
          const each = vmap(g as never, { inAxes })(...(args as never[])) as unknown as NDArray[];
          each.forEach((gi, i) => {
            close(gi, np.stack(Array.from({ length: B }, (_, k) => (g(...example(k)) as NDArray[])[i])));
          });
          // The gradient of the sum over examples.
          const total = (...xs: NDArray[]) => np.sum(np.sin(vmap(call, { inAxes })(...xs) as NDArray));
          const summed = grad(total, { argnums: chosen.map((_, i) => i) })(...args) as NDArray[];
          summed.forEach((gi, i) => {
            close(gi, chosen[i] ? each[i] : each[i].sum(0));
          });
        }
      });
    }
  }
});

describe('vmap, by example', () => {
  const A = input([4, 3], [-2, 2], 1);
  const W = input([3, 2], [-1, 1], 2);
  const distance = (a: NDArray, b: NDArray) => np.sqrt(np.sum(a.sub(b).square()));

  it('arrays inside have the shape and axes of one example', () => {
    const seen: unknown[] = [];
    vmap((x: NDArray) => {
      seen.push([x.shape, x.ndim, x.size, x.dtype]);
      return x;
    })(np.zeros([5, 2, 3], 'float32'));
    expect(seen).toEqual([[[2, 3], 2, 6, 'float32']]);
  });

  it('nested: every row with every row', () => {
    const all = vmap(vmap(distance, { inAxes: [null, 0], strict: true }) as typeof distance, {
      inAxes: [0, null],
      strict: true,
    });
    const B = input([5, 3], [-2, 2], 3);
    const wanted = np.sqrt(np.sum(A.at(':', null).sub(B.at(null)).square(), 2));
    close(all(A, B), wanted);
    const other = vmap(vmap(distance, { inAxes: [0, null] }) as typeof distance, {
      inAxes: [null, 0],
      outAxes: 1,
    });
    close(other(A, B), wanted);
  });

  it('takes the axes of examples from lists and trees, and puts them where outAxes says', () => {
    const p = { W: input([2, 3, 4], [-1, 1], 1), b: input([2], [-1, 1], 2), scale: 3 };
    const f = (q: typeof p, x: NDArray) => ({ y: np.dot(x, q.W).add(q.b).mul(q.scale), b: q.b });
    const x = input([5, 2, 4], [-1, 1], 4);
    const batched = vmap(f as never, {
      inAxes: [{ W: 2, b: null, scale: null }, 2],
      outAxes: { y: 1, b: 0 },
      strict: true,
    });
    expect(() => batched(p as never, x as never)).toThrow(
      /dot: shapes \(5, 2\) and \(2, 3\)|could not be broadcast/,
    );
    const q = { ...p, b: input([3], [-1, 1], 2) };
    const got = batched(q as never, x as never) as unknown as { y: NDArray; b: NDArray };
    expect([got.y.shape, got.b.shape]).toEqual([
      [5, 4, 3],
      [4, 3],
    ]);
    for (let k = 0; k < 4; k++) {
      close(
        got.y.at(':', k),
        np
          .dot(x.at(':', ':', k), q.W.at(':', ':', k))
          .add(q.b)
          .mul(3),
      );
    }
  });

  it('a function that ignores its examples gives the same to each', () => {
    expect(vmap((_: NDArray) => np.array([1, 2]))(A).toArray()).toEqual([
      [1, 2],
      [1, 2],
      [1, 2],
      [1, 2],
    ]);
    expect(vmap((_: NDArray) => 7)(A).toArray()).toEqual([7, 7, 7, 7]);
  });

  it('zero examples give an array of none', () => {
    expect(vmap((x: NDArray) => np.dot(x, W).sum(), { strict: true })(np.zeros([0, 3])).shape).toEqual([0]);
  });

  it('reads by index: slices, whole numbers, index arrays, and indices that differ between examples', () => {
    const X = input([4, 3, 5, 2], [-2, 2], 1);
    const i = np
      .array([
        [0, 2],
        [1, 1],
        [2, 0],
        [0, 0],
      ])
      .astype('int64');
    const j = np.array([4, 0, 1, 3]).astype('int64');
    const check = (f: (x: NDArray, i: NDArray, j: NDArray) => NDArray) => {
      const got = vmap(f, { strict: true })(X, i, j);
      close(got, np.stack([0, 1, 2, 3].map((k) => f(X.at(k), i.at(k), j.at(k)))));
    };
    check((x) => x.at('1:, ::-2'));
    check((x) => x.at(-1, null, ':', 0));
    check((x) => x.at([0, 2, 1]));
    check((x) => x.at(':', [0, 4, 4]));
    check((x) => x.at([0, 1], ':', [1, 0]));
    check((x) => x.at(0, ':', [1, 0]));
    check((x) => x.at('...', [1, 0]));
    check((x, a) => x.at(a));
    check((x, a) => x.at(':', a));
    check((x, a) => x.at(a, a.add(1)));
    check((x, a) => x.at(a, ':', [[1], [0]]));
    check((x, _, b) => x.at(1, b));
    check((x, _, b) => x.at(':', b, [0, 1, 1]));
    check((x, _, b) => x.at('...', b, 0));
    check((x, a, b) => np.takeAlongAxis(x, np.argsort(x, 1), 1).at(a, b));
    check((x, a) => np.take(x, a, 1));
    check((x) => np.sort(x, 0).at('::2'));
    const table = input([6, 2], [-1, 1], 5);
    close(
      vmap((k: NDArray) => table.at(k, [1, 0]), { strict: true })(j),
      np.stack([4, 0, 1, 3].map((k) => table.at(k, [1, 0]))),
    );
    close(
      vmap((k: NDArray) => table.at(':', k), { strict: true })(i.minimum(1)),
      np.stack([0, 1, 2, 3].map((k) => table.at(':', i.at(k).minimum(1)))),
    );
  });

  it('writes in place on the arrays of an example', () => {
    const X = input([4, 3, 5], [-2, 2], 1);
    const check = (f: (x: NDArray, v: NDArray) => NDArray, strict = true) => {
      const v = input([4, 5], [0, 1], 2);
      const [a, b] = [X.copy(), X.copy()];
      const wanted = np.stack([0, 1, 2, 3].map((k) => f(a.at(k), v.at(k))));
      close(vmap(f, { strict })(b, v), wanted);
      close(b, a);
    };
    check((x, v) => x.iadd(v));
    check((x) => x.imul(2));
    check((x, v) => x.set([1], v));
    check((x, v) =>
      x.set(
        [
          [0, 2],
          [1, 3],
        ],
        v.at('1:3'),
      ),
    );
    check((x) => x.set([0, ':', null], np.zeros([5, 1])));
    check((x) => {
      x.at([0, 2]).isub(100);
      return x;
    });
    check((x, v) => {
      x.at(':', '1:3').imul(v.at('1:3'));
      return x;
    });
  });

  it('falls back to a loop for what has no rule: an if on a value, a fresh array written, a mask', () => {
    const checks: ((x: NDArray) => NDArray)[] = [
      (x) => (Number(x.sum().item()) > 0 ? x.mul(2) : x.neg()),
      (x) => {
        const out = np.zeros(3);
        out.set([0], x.at(1));
        return out;
      },
      (x) => np.array([x.at(0).item() as number, 1]),
      (x) => x.at(x.less(10)),
      (x) => np.interp(x, [0, 1], [2, 3]),
      (x) => {
        try {
          return x.mul(x.item(0));
        } catch {
          return x.mul(0);
        }
      },
    ];
    for (const f of checks) {
      close(vmap(f)(A), np.stack([0, 1, 2, 3].map((k) => f(A.at(k)))));
      expect(() => vmap(f, { strict: true })(A)).toThrow(/^vmap: /);
    }
  });

  it('draws the same random numbers for every example, in a loop too', () => {
    const noisy = (x: NDArray) => x.add(np.random.rand(3));
    for (const f of [noisy, (x: NDArray) => (x.at(0).item() === 99 ? x : noisy(x))]) {
      np.random.seed(4);
      const out = vmap(f)(np.zeros([2, 3]));
      expect(out.at(0).toArray()).toEqual(out.at(1).toArray());
      np.random.seed(4);
      expect(out.at(0).toArray()).toEqual(np.random.rand(3).toArray());
    }
  });

  it('an array of an example that slipped out says so', () => {
    let leaked = A;
    vmap((x: NDArray) => {
      leaked = x;
      return x;
    })(A);
    expect(() => leaked.toArray()).toThrow(/belonged to one example inside vmap/);
    expect(() => leaked.add(1)).toThrow(/belonged to one example inside vmap/);
  });

  it('an error inside leaves nothing behind', () => {
    expect(() => vmap((x: NDArray) => x.reshape(7))(A)).toThrow(/^reshape: .*\(3,\)/s);
    expect(A.mul(2).sum().item()).toBe((A.sum().item() as number) * 2);
    expect(np.var(A).item()).toBeCloseTo(Number(np.mean(A.sub(A.mean()).square()).item()), 14);
  });

  it.each([
    [
      () => vmap((a: NDArray, b: NDArray) => a.add(b))(A, np.zeros([5, 3])),
      /^vmap: the arguments have different numbers of examples: 4 before, 5 along axis 0 of argument 1/,
    ],
    [
      () => vmap((a: NDArray, b: number) => a.mul(b))(A, 3),
      /^vmap: argument 1 holds number 3, .*inAxes: \[0, null\]/,
    ],
    [() => vmap((a: NDArray) => a)(np.array(3)), /^vmap: argument 0 holds an array of no dimensions/],
    [() => vmap((a: NDArray) => a, { inAxes: 2 })(A), /^vmap: axis 2 is out of bounds/],
    [() => vmap((a: NDArray) => a, { inAxes: [0, 0] })(A), /^vmap: inAxes has 2 entries, but 1 arguments/],
    [() => vmap((a: NDArray) => a, { inAxes: null })(A), /^vmap: no argument has an axis of examples/],
    [() => vmap((a: NDArray) => [a, 'x'] as unknown as NDArray)(A), /^vmap: the function returned string/],
    [() => vmap((a: NDArray) => a.requiresGrad())(A), /^requiresGrad: inside vmap/],
  ])('refuses %#', (call, message) => {
    expect(call).toThrow(message);
  });
});

describe('vmap with gradients', () => {
  const X = input([4, 3], [-2, 2], 1);
  const y = input([4], [-1, 1], 2);
  const params = { W: input([3], [-1, 1], 3), b: np.array(0.3) };
  const loss = (p: typeof params, x: NDArray, t: NDArray) => np.tanh(np.dot(x, p.W).add(p.b)).sub(t).square();

  it('a gradient for each example: vmap of grad', () => {
    const each = vmap(grad(loss), { inAxes: [null, 0, 0], strict: true })(params, X, y);
    expect(each.W.shape).toEqual([4, 3]);
    for (let k = 0; k < 4; k++) {
      const g = grad(loss)(params, X.at(k), y.at(k));
      close(each.W.at(k), g.W);
      close(each.b.at(k), g.b);
    }
  });

  it('the same, of a tracked array used from outside', () => {
    const W = params.W.copy().requiresGrad();
    const out = vmap((x: NDArray) => np.tanh(np.dot(x, W)), { strict: true })(X);
    out.sum().backward();
    close(W.grad!, grad((w: NDArray) => np.tanh(np.dot(X, w)).sum())(params.W));
  });

  it('grad of vmap of grad', () => {
    const f = (w: NDArray) =>
      np.sum(
        vmap((x: NDArray) => grad((v: NDArray) => np.sin(np.dot(v, w)).mul(v.sum()))(x), { strict: true })(X),
      );
    const slow = (w: NDArray) =>
      [0, 1, 2, 3]
        .map((k) => np.sum(grad((v: NDArray) => np.sin(np.dot(v, w)).mul(v.sum()))(X.at(k))))
        .reduce((p, q) => p.add(q));
    close(grad(f)(params.W), grad(slow)(params.W));
  });

  it('hessian, jacobian, jvp and vjp inside vmap', () => {
    const f = (x: NDArray) => np.exp(x.mul(0.3)).mul(x.sum());
    const h = (x: NDArray) => np.sum(f(x).mul(x));
    const rows = (g: (x: NDArray) => NDArray) => np.stack([0, 1, 2, 3].map((k) => g(X.at(k))));
    close(vmap(hessian(h), { strict: true })(X), rows(hessian(h) as never));
    close(vmap(jacobian(f), { strict: true })(X), rows(jacobian(f) as never));
    close(vmap(jacobian(f, { mode: 'forward' }), { strict: true })(X), rows(jacobian(f) as never));
    const along = (x: NDArray) => jvp(f, [x], [x.square()])[1];
    close(vmap(along, { strict: true })(X), rows(along));
    const back = (x: NDArray) => vjp(f)(x)[1](np.ones(3).mul(x));
    close(vmap(back, { strict: true })(X), rows(back));
  });

  it('jvp and vjp of vmap', () => {
    const f = vmap((x: NDArray) => np.sin(x).mul(x.sum()));
    const V = input([4, 3], [-1, 1], 8);
    const [, dy] = jvp(f, [X], [V]);
    const rows = [0, 1, 2, 3].map(
      (k) => jvp((x: NDArray) => np.sin(x).mul(x.sum()), [X.at(k)], [V.at(k)])[1],
    );
    close(dy, np.stack(rows));
  });

  it('valueAndGrad with more handed through, checkpoint and customVjp inside', () => {
    const [[values, more], g] = vmap((x: NDArray) =>
      valueAndGrad((v: NDArray) => [v.square().sum(), { twice: v.mul(2) }], { hasAux: true })(x),
    )(X) as unknown as [[NDArray, { twice: NDArray }], NDArray];
    close(values, X.square().sum(1));
    close(more.twice, X.mul(2));
    close(g, X.mul(2));
    const cube = customVjp({
      forward: (x: NDArray) => [x.pow(3), x],
      backward: (x, gy) => gy.mul(x.square()).mul(3),
    });
    close(vmap(grad((x: NDArray) => cube(x).sum()))(X), X.square().mul(3));
    close(vmap(grad((x: NDArray) => checkpoint(np.sin as (x: NDArray) => NDArray)(x).sum()))(X), np.cos(X));
  });

  it('per-example gradients of a softmax classifier', () => {
    const W = input([3, 5], [-1, 1], 9);
    const labels = np.array([0, 4, 2, 1]).astype('int64');
    const one = (w: NDArray, x: NDArray, label: NDArray) => nn.logSoftmax(np.dot(x, w)).at(label).neg();
    const each = vmap(grad(one), { inAxes: [null, 0, 0], strict: true })(W, X, labels);
    close(each.mean(0), grad((w: NDArray) => nn.crossEntropy(np.dot(X, w), labels))(W));
  });
});
