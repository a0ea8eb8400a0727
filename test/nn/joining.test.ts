// Layers of a Sequential that are done together (nn/joining.ts) give what they give one by one, gradients of both orders
// included, and only where nobody could tell.
import { describe, expect, it } from 'vitest';
import { type NDArray, nn, np, vjp } from '../../src/index.js';

const rng = np.random.default_rng(5);
const normal = (shape: number[], dtype: 'float32' | 'float64' = 'float32'): NDArray =>
  rng.standardNormal(shape).astype(dtype);

/** The layers one after the other, each by itself. */
const apart = (layers: readonly nn.AnyModule[], x: NDArray): NDArray =>
  layers.reduce((a, layer) => layer(a) as NDArray, x);

/** The result for x, and the gradients of a weighted sum of it: of the parameters, and of x if it is tracked. */
function run(model: nn.Sequential, x: NDArray, together: boolean): NDArray[] {
  for (const p of [x, ...model.parameters()]) p.grad = null;
  const out = together ? model(x) : apart(model.children(), x);
  const weights = np.cos(np.arange(out.size)).reshape(out.shape).astype(out.dtype);
  out.mul(weights).sum().backward();
  const found = [x, ...model.parameters()].flatMap((p) => (p.grad === null ? [] : [p.grad]));
  return [out.detach(), ...found];
}

function same(model: nn.Sequential, x: NDArray, tolerance: number): void {
  const [together, separate] = [run(model, x, true), run(model, x, false)];
  expect(together.length).toBe(separate.length);
  together.forEach((a, i) => {
    const scale = (np.max(np.abs(separate[i])).item() as number) + 1e-30;
    expect(a.shape).toEqual(separate[i].shape);
    expect((np.max(np.abs(a.sub(separate[i]))).item() as number) / scale).toBeLessThan(tolerance);
  });
}

type Row = [
  n: number,
  c: number,
  size: number,
  f: number,
  k: number,
  options: object,
  pool: [number, object] | null,
];
const rows: Row[] = [
  [33, 1, 12, 16, 3, { padding: 1 }, [2, {}]],
  [9, 16, 14, 40, 3, { padding: 1 }, [2, {}]],
  [7, 16, 15, 24, 3, { padding: 1 }, [3, { stride: 2, padding: 1 }]],
  [3, 16, 9, 16, 3, { padding: 1, bias: false }, [2, { ceilMode: true }]],
  [5, 8, 17, 16, 5, { stride: 2 }, null],
  [4, 16, 12, 32, 3, { padding: 1, bias: false }, null],
  [6, 3, 17, 16, 3, { padding: 1 }, [2, {}]],
  [2, 8, 8, 8, 3, { groups: 2 }, [2, {}]],
];

describe('convolution, rectifier and pooling', () => {
  for (const [n, c, size, f, k, options, pool] of rows)
    for (const tracked of [false, true])
      it(`${c} to ${f} channels, windows of ${k} ${JSON.stringify(options)}, pooling ${JSON.stringify(pool)}, input ${tracked ? '' : 'not '}tracked`, () => {
        const model = new nn.Sequential(
          new nn.Conv2d(c, f, k, options),
          new nn.ReLU(),
          ...(pool === null ? [] : [new nn.MaxPool2d(...pool)]),
          new nn.Identity(),
        );
        const x = normal([n, c, size, size]);
        if (tracked) x.requiresGrad();
        same(model, x, 1e-5);
      });

  // All sums are far above 0, so that rounding moves nothing across the rectifier.
  for (const [n, c, size, f, options] of [
    [5, 32, 14, 64, { padding: 1 }],
    [3, 48, 13, 32, {}],
    [2, 64, 16, 32, { padding: 2 }],
  ] as const)
    it(`is as exact as single precision for ${c} to ${f} channels of ${size} x ${size}, ${JSON.stringify(options)}`, () => {
      const model = new nn.Sequential(new nn.Conv2d(c, f, 3, options), new nn.ReLU(), new nn.Identity());
      const exact = new nn.Sequential(
        new nn.Conv2d(c, f, 3, { ...options, dtype: 'float64' }),
        new nn.ReLU(),
        new nn.Identity(),
      );
      np.noGrad(() => void model.parameters()[1].iadd(10));
      for (const [i, p] of exact.parameters().entries())
        np.noGrad(() => p.set(['...'], model.parameters()[i]));
      const x = normal([n, c, size, size]).requiresGrad();
      const found = run(model, x, true);
      const wanted = run(exact, x.detach().astype('float64').requiresGrad(), false);
      expect(found.length).toBe(4);
      found.forEach((a, i) => {
        const scale = np.max(np.abs(wanted[i])).item() as number;
        expect(np.max(np.abs(a.sub(wanted[i]))).item() as number).toBeLessThan(1e-5 * scale);
      });
    });

  it('NaN goes through and takes no gradient', () => {
    const model = new nn.Sequential(new nn.Conv2d(8, 16, 1), new nn.ReLU(), new nn.MaxPool2d(2));
    const x = normal([4, 8, 8, 8]);
    x.set([0, 0, 1, 1], Number.NaN);
    const [together, separate] = [model(x), apart(model.children(), x)];
    expect(np.arrayEqual(together, separate, { equalNan: true })).toBe(true);
    expect(np.isnan(together).sum().item()).toBe(16);
  });

  it('has a second derivative', () => {
    const model = new nn.Sequential(new nn.Conv2d(8, 16, 3), new nn.ReLU(), new nn.MaxPool2d(2));
    const x = normal([4, 8, 10, 10]);
    // The gradient with respect to x depends on the weights.
    const through = (f: (x: NDArray) => NDArray): NDArray => {
      const weight = model.parameters()[0];
      weight.grad = null;
      const [out, pull] = vjp(f)(x);
      np.sum(np.square(pull(np.cos(out)) as NDArray)).backward();
      return weight.grad!;
    };
    const [together, separate] = [through((v) => model(v)), through((v) => apart(model.children(), v))];
    expect(np.allclose(together, separate, { rtol: 1e-4, atol: 1e-4 })).toBe(true);
  });
});

describe('convolution, batch normalisation, rectifier and pooling', () => {
  const build = (row: Row, norm: object = {}): nn.Sequential => {
    const [, c, , f, k, options, pool] = row;
    const model = new nn.Sequential(
      new nn.Conv2d(c, f, k, options),
      new nn.BatchNorm2d(f, norm),
      new nn.ReLU(),
      ...(pool === null ? [] : [new nn.MaxPool2d(...pool)]),
    );
    const { weight, bias } = model[1] as nn.BatchNorm2d;
    np.noGrad(() => {
      weight?.set(['...'], normal([f]));
      bias?.set(['...'], normal([f]).mul(0.3));
    });
    return model;
  };
  const input = ([n, c, size]: Row): NDArray => normal([n, c, size, size]);
  /** The same layer with the same state. */
  const twin = (model: nn.Sequential, row: Row, norm: object = {}): nn.Sequential => {
    const other = build(row, norm);
    other.loadStateDict(model.stateDict());
    return other;
  };
  const close = (a: NDArray, b: NDArray, tolerance: number): void => {
    const scale = (np.max(np.abs(b)).item() as number) + 1e-30;
    expect(a.shape).toEqual(b.shape);
    expect((np.max(np.abs(a.sub(b))).item() as number) / scale).toBeLessThan(tolerance);
  };
  const gradients = (model: nn.Sequential, x: NDArray, together: boolean): Map<string, NDArray> => {
    const all = new Map<string, NDArray>([['input', x], ...model.namedParameters()]);
    for (const p of all.values()) p.grad = null;
    const out = together ? model(x) : apart(model.children(), x);
    out
      .mul(np.cos(np.arange(out.size)).reshape(out.shape).astype(out.dtype))
      .sum()
      .backward();
    const found = new Map<string, NDArray>([['result', out.detach()]]);
    for (const [name, p] of all) if (p.grad !== null) found.set(name, p.grad);
    return found;
  };

  for (const [i, row] of rows.entries())
    for (const tracked of [false, true])
      it(`row ${i} of the convolutions above, input ${tracked ? '' : 'not '}tracked`, () => {
        const model = build(row);
        const other = twin(model, row);
        const x = input(row);
        if (tracked) x.requiresGrad();
        const [together, separate] = [gradients(model, x, true), gradients(other, x, false)];
        expect([...together.keys()]).toEqual([...separate.keys()]);
        for (const [name, a] of together) {
          // What the normalisation takes away again has no gradient but rounding.
          if (name === '0.bias') expect(np.max(np.abs(a)).item()).toBeLessThan(1e-3);
          else close(a, separate.get(name)!, 1e-4);
        }
        for (const [name, a] of model.namedBuffers()) {
          const b = new Map(other.namedBuffers()).get(name)!;
          if (a.ndim === 0) expect(a.item()).toBe(b.item());
          else close(a, b, 1e-5);
        }
      });

  for (const [what, norm] of [
    ['momentum and eps', { momentum: 0.3, eps: 1e-2 }],
    ['no weight and bias', { affine: false }],
    ['no running statistics', { trackRunningStats: false }],
    ['float64', { dtype: 'float64' }],
  ] as const)
    it(what, () => {
      const row: Row = what === 'float64' ? [4, 3, 9, 8, 3, { dtype: 'float64' }, [2, {}]] : rows[1];
      const model = build(row, norm);
      const other = twin(model, row, norm);
      const x = what === 'float64' ? input(row).astype('float64') : input(row);
      const [together, separate] = [gradients(model, x, true), gradients(other, x, false)];
      expect([...together.keys()]).toEqual([...separate.keys()]);
      for (const [name, a] of together) if (name !== '0.bias') close(a, separate.get(name)!, 1e-4);
      for (const [name, a] of model.namedBuffers())
        if (a.ndim > 0) close(a, new Map(other.namedBuffers()).get(name)!, 1e-5);
    });

  it('is precise for channels far from zero', () => {
    const model = build(rows[1]);
    np.noGrad(() => void (model[0] as nn.Conv2d).bias!.iadd(1000));
    const x = input(rows[1]);
    close(
      np.noGrad(() => model(x)),
      np.noGrad(() => apart(model.children(), x)),
      2e-3,
    );
  });

  it('with the running statistics, with and without gradients', () => {
    const model = build(rows[2]);
    const x = input(rows[2]);
    for (let i = 0; i < 3; i++) model(input(rows[2]).mul(2));
    model.eval();
    const before = [...model.namedBuffers()].map(([, a]) => np.copy(a));
    close(
      np.noGrad(() => model(x)),
      np.noGrad(() => apart(model.children(), x)),
      1e-5,
    );
    const [together, separate] = [gradients(model, x, true), gradients(model, x, false)];
    for (const [name, a] of together) close(a, separate.get(name)!, 1e-4);
    for (const [k, [, a]] of [...model.namedBuffers()].entries())
      expect(np.arrayEqual(a, before[k])).toBe(true);
  });

  it('has a second derivative', () => {
    const row: Row = [4, 8, 10, 16, 3, {}, [2, {}]];
    const model = build(row);
    const x = input(row);
    const through = (f: (x: NDArray) => NDArray): NDArray[] => {
      for (const p of model.parameters()) p.grad = null;
      const [out, pull] = vjp(f)(x);
      np.sum(np.square(pull(np.cos(out)) as NDArray)).backward();
      return model.parameters().flatMap((p, i) => (i === 1 ? [] : [p.grad!]));
    };
    const [together, separate] = [through((v) => model(v)), through((v) => apart(model.children(), v))];
    for (const [i, a] of together.entries()) close(a, separate[i], 1e-3);
  });

  it('can be walked twice, and outside of the scope that it was made in', () => {
    const model = build(rows[1]);
    const x = input(rows[1]);
    const out = np.scope(() => np.sum(np.square(model(x))));
    const grads = [0, 1].map(() => {
      for (const p of model.parameters()) p.grad = null;
      out.backward();
      return model.parameters()[0].grad!;
    });
    close(grads[1], grads[0], 1e-4);
  });
});

describe('a linear layer and its rectifier', () => {
  for (const dtype of ['float32', 'float64'] as const)
    for (const bias of [true, false])
      it(`${dtype}${bias ? '' : ' without bias'}`, () => {
        const model = new nn.Sequential(
          new nn.Linear(30, 50, { dtype, bias }),
          new nn.ReLU(),
          new nn.Linear(50, 20, { dtype, bias }),
        );
        const x = normal([40, 30], dtype).requiresGrad();
        same(model, x, dtype === 'float32' ? 1e-6 : 1e-14);
      });

  it('has a second derivative', () => {
    const model = new nn.Sequential(
      new nn.Linear(6, 8, { dtype: 'float64' }),
      new nn.ReLU(),
      new nn.Linear(8, 3, { dtype: 'float64' }),
    );
    const x = normal([5, 6], 'float64');
    const hessian = (f: (x: NDArray) => NDArray): NDArray =>
      vjp((v: NDArray) => vjp((w: NDArray) => np.sum(np.square(f(w))))(v)[1](np.array(1)) as NDArray)(x)[1](
        np.ones([5, 6]),
      ) as NDArray;
    expect(
      np.allclose(
        hessian((v) => model(v)),
        hessian((v) => apart(model.children(), v)),
      ),
    ).toBe(true);
  });

  /** Several layers, with rectifiers where `rectified` says, wide enough for products by panels. */
  const several = (sizes: number[], rectified: boolean[], dtype: 'float32' | 'float64'): nn.Sequential =>
    new nn.Sequential(
      ...rectified.flatMap((r, i) => {
        const layer = new nn.Linear(sizes[i], sizes[i + 1], { dtype, bias: i !== 1 });
        return r ? [layer, new nn.ReLU()] : [layer];
      }),
    );

  for (const dtype of ['float32', 'float64'] as const) {
    const tolerance = dtype === 'float32' ? 2e-6 : 1e-14;
    for (const tracked of [false, true])
      it(`several layers at once, ${dtype}, input ${tracked ? '' : 'not '}tracked`, () => {
        const x = normal([70, 100], dtype).requiresGrad(tracked);
        same(several([100, 64, 160, 33, 10], [true, false, true, false], dtype), x, tolerance);
        // The last rectifier is followed by another layer, so it is part of the block.
        const layers = several([100, 64, 96], [true, true], dtype).children();
        same(new nn.Sequential(...layers, new nn.Tanh()), x, tolerance);
      });

    it(`several layers of which the first are frozen, ${dtype}`, () => {
      const model = several([40, 64, 50, 10], [true, true, false], dtype);
      for (const p of model.parameters().slice(0, 2)) p.requiresGrad(false);
      same(model, normal([36, 40], dtype), tolerance);
      expect(model.parameters().map((p) => p.grad === null)).toEqual([true, true, false, false, false]);
      // Of the second layer only the bias of the third is left to learn.
      model.parameters()[2].requiresGrad(false);
      same(model, normal([36, 40], dtype), tolerance);
    });
  }

  it('several layers have a second derivative, and can be walked twice', () => {
    const model = several([6, 8, 7, 3], [true, true, false], 'float64');
    const x = normal([5, 6], 'float64').requiresGrad();
    const found = [(v: NDArray) => model(v), (v: NDArray) => apart(model.children(), v)].map((f) => {
      for (const p of model.parameters()) p.grad = null;
      const [, back] = vjp((v: NDArray) => np.sum(np.square(f(v))))(x);
      const slope = back(np.array(1)) as NDArray;
      np.sum(np.square(slope)).backward();
      return model.parameters().map((p) => p.grad);
    });
    found[0].forEach((g, i) => {
      expect(g === null).toBe(found[1][i] === null);
      if (g !== null) expect(np.allclose(g, found[1][i]!)).toBe(true);
    });
    const loss = np.sum(np.square(model(x)));
    const [first, second] = [0, 1].map(() => {
      for (const p of model.parameters()) p.grad = null;
      loss.backward();
      return model.parameters().map((p) => p.grad!);
    });
    for (const [i, g] of first.entries()) expect(np.allclose(g, second[i])).toBe(true);
  });

  it('a frozen weight gets no gradient', () => {
    const model = new nn.Sequential(new nn.Linear(4, 4), new nn.ReLU(), new nn.Linear(4, 2));
    model.parameters()[0].requiresGrad(false);
    np.sum(model(normal([3, 4]))).backward();
    expect(model.parameters().map((p) => p.grad === null)).toEqual([true, false, false, false]);
  });
});

it('what a walk back reads outlives the scope that the result is returned from', () => {
  const x = normal([4, 8, 10, 10]);
  const labels = np.array([0, 1, 2, 3]);
  const [linear, lstm] = [new nn.Linear(800, 4), new nn.LSTM(100, 8)];
  const convs = (dtype: 'float32' | 'float64'): nn.Sequential =>
    new nn.Sequential(new nn.Conv2d(8, 16, 3, { dtype }), new nn.ReLU(), new nn.MaxPool2d(2));
  const [single, double] = [convs('float32'), convs('float64')];
  const losses: [nn.AnyModule, () => NDArray][] = [
    [single, () => np.sum(single(x))],
    [double, () => np.sum(double(x.astype('float64')))],
    [lstm, () => np.sum(lstm(x.reshape(4, 8, 100))[0])],
    [linear, () => nn.crossEntropy(linear(x.reshape(4, 800)), labels)],
  ];
  for (const [model, loss] of losses) {
    np.scope(loss).backward();
    const inScope = model.parameters().map((p) => p.grad!);
    for (const p of model.parameters()) p.grad = null;
    loss().backward();
    for (const [i, p] of model.parameters().entries()) expect(np.arrayEqual(p.grad!, inScope[i])).toBe(true);
  }
});

describe('nobody can tell', () => {
  it('hooks see every layer', () => {
    const model = new nn.Sequential(new nn.Linear(4, 4), new nn.ReLU(), new nn.Linear(4, 2));
    const seen: string[] = [];
    const hooks = model
      .children()
      .map((m) => m.registerForwardHook((module) => void seen.push(module.constructor.name)));
    model(normal([3, 4]));
    expect(seen).toEqual(['Linear', 'ReLU', 'Linear']);
    for (const hook of hooks) hook.remove();
  });

  it('a class of one’s own runs its own forward', () => {
    class Half extends nn.ReLU {
      override forward(x: NDArray): NDArray {
        return super.forward(x).mul(0.5);
      }
    }
    const first = new nn.Linear(4, 4);
    const x = normal([3, 4]);
    const halved = new nn.Sequential(first, new Half(), new nn.Identity())(x);
    expect(np.allclose(halved, nn.relu(first(x)).mul(0.5))).toBe(true);
  });

  it('the result may be changed in place, also the rectifier’s', () => {
    const model = new nn.Sequential(new nn.Linear(4, 4), new nn.ReLU());
    const out = model(normal([3, 4]));
    out.iadd(1);
    np.sum(out).backward();
    expect(model.parameters()[0].grad).not.toBeNull();
  });

  it('a weight changed before backward is an error', () => {
    const model = new nn.Sequential(new nn.Conv2d(8, 16, 3), new nn.ReLU(), new nn.MaxPool2d(2));
    const out = np.sum(model(normal([4, 8, 10, 10])));
    np.noGrad(() => void model.parameters()[0].iadd(1));
    expect(() => out.backward()).toThrow(/changed in place/);
  });
});
