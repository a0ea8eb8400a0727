// Modules: parameters by name, state, modes, hooks, printing; layers; containers; dropout; initialisers.

import { describe, expect, it } from 'vitest';
import { gradCheck, type NDArray, nn, np } from '../../src/index.js';

const item = (a: NDArray): number => Number(a.item());

class Net extends nn.Module {
  fc1 = new nn.Linear(4, 5, { dtype: 'float64' });
  drop = new nn.Dropout(0.5);
  fc2 = new nn.Linear(5, 3, { dtype: 'float64' });
  forward(x: NDArray): NDArray {
    return this.fc2(this.drop(nn.relu(this.fc1(x))));
  }
}

describe('a module', () => {
  it('is called like a function and is an instance of its class', () => {
    const net = new Net().eval();
    expect(net(np.zeros([2, 4])).shape).toEqual([2, 3]);
    expect(net).toBeInstanceOf(Net);
    expect(net).toBeInstanceOf(nn.Module);
  });
  it('names parameters in the order of assignment, shared ones once', () => {
    const net = new Net();
    expect(net.namedParameters().map(([name, p]) => [name, [...p.shape]])).toEqual([
      ['fc1.weight', [5, 4]],
      ['fc1.bias', [5]],
      ['fc2.weight', [3, 5]],
      ['fc2.bias', [3]],
    ]);
    class Tied extends nn.Module {
      a = new nn.Linear(2, 2);
      b = this.a;
      w = this.a.weight;
      forward(x: NDArray): NDArray {
        return this.b(this.a(x));
      }
    }
    expect(new Tied().parameters()).toHaveLength(2);
  });
  it('may have fields called name and length', () => {
    class Named extends nn.Module {
      override name = 'mine';
      override length = 3;
      forward(x: NDArray): NDArray {
        return x;
      }
    }
    expect([new Named().name, new Named().length]).toEqual(['mine', 3]);
  });
  it('switches all modules inside between training and evaluation', () => {
    const net = new Net();
    net.eval();
    expect(net.modules().map((m) => m.training)).toEqual([false, false, false, false]);
    net.train();
    expect(net.drop.training).toBe(true);
  });
  it('learns: gradients reach every parameter, zeroGrad forgets them, a frozen part has none', () => {
    const net = new Net().eval();
    net.fc1.requiresGrad(false);
    np.sum(net(np.ones([2, 4]))).backward();
    expect(net.fc1.weight.grad).toBeNull();
    expect(net.fc2.bias!.grad!.tolist()).toEqual([2, 2, 2]);
    net.zero_grad({ set_to_none: false });
    expect(net.fc2.bias!.grad!.tolist()).toEqual([0, 0, 0]);
    expect(net.fc1.weight.grad).toBeNull();
    net.zeroGrad();
    expect(net.fc2.bias!.grad).toBeNull();
  });
  it('saves copies and loads them bit by bit', () => {
    const [a, b] = [new Net().eval(), new Net().eval()];
    const state = a.stateDict();
    nn.init.zeros(a.fc1.weight);
    expect(state['fc1.weight'].tolist()).not.toEqual(a.fc1.weight.tolist());
    expect(b.loadStateDict(state)).toEqual({ missing: [], unexpected: [] });
    expect(b.fc1.weight.tolist()).toEqual(state['fc1.weight'].tolist());
  });
  it('refuses a state that does not fit, names why, and changes nothing', () => {
    const net = new Net();
    const before = net.fc2.weight.tolist();
    const state = { ...net.stateDict(), 'fc2.weight': np.zeros([3, 6]) };
    expect(() => net.loadStateDict(state)).toThrow(
      /does not fit Net; shapes differ: 'fc2\.weight' is \(3, 6\), the model's is \(3, 5\)\. Nothing was changed/,
    );
    const { 'fc1.bias': _, ...less } = net.stateDict();
    expect(() => net.loadStateDict({ ...less, other: np.zeros([1]) })).toThrow(
      /missing: fc1\.bias\. not in the model: other/,
    );
    expect(net.fc2.weight.tolist()).toEqual(before);
    expect(net.loadStateDict(less, { strict: false }).missing).toEqual(['fc1.bias']);
  });
  it('keeps buffers with the state but not among the parameters', () => {
    class Counter extends nn.Module {
      declare steps: NDArray;
      constructor() {
        super();
        this.registerBuffer('steps', np.zeros([1]));
      }
      forward(x: NDArray): NDArray {
        return x;
      }
    }
    const c = new Counter();
    expect(c.parameters()).toEqual([]);
    expect(Object.keys(c.stateDict())).toEqual(['steps']);
  });
  it('runs hooks after forward until they are removed, and takes what they return', () => {
    const fc = new nn.Linear(2, 2);
    const shapes: number[][] = [];
    const hook = fc.registerForwardHook((_m, _input, output) => {
      shapes.push([...(output as NDArray).shape]);
      return np.zeros([1]);
    });
    expect(fc(np.ones([3, 2])).tolist()).toEqual([0]);
    hook.remove();
    expect(fc(np.ones([3, 2])).shape).toEqual([3, 2]);
    expect(shapes).toEqual([[3, 2]]);
  });
  it('converts its parameters', () => {
    const net = new Net().float();
    expect(net.parameters().map((p) => p.dtype)).toEqual(new Array(4).fill('float32'));
    expect(net.fc1.weight.tracked).toBe(true);
  });
  it('prints as a tree', () => {
    expect(String(new Net())).toBe(
      [
        'Net(',
        '  (fc1): Linear(in_features=4, out_features=5, bias=true)',
        '  (drop): Dropout(p=0.5)',
        '  (fc2): Linear(in_features=5, out_features=3, bias=true)',
        ')',
      ].join('\n'),
    );
  });
});

describe('layers', () => {
  it('take the default dtype and convert their input to it', () => {
    expect(new nn.Linear(2, 2).weight.dtype).toBe('float32');
    const before = nn.setDefaultDtype('float64');
    expect(new nn.Linear(2, 2).weight.dtype).toBe('float64');
    nn.setDefaultDtype(before);
    expect(new nn.Linear(2, 2)(np.ones([1, 2])).dtype).toBe('float32');
  });
  it('Linear starts uniform in +-1/sqrt(in), the same for the same seed', () => {
    const make = (): nn.Linear => {
      np.random.seed(1);
      return new nn.Linear(100, 400);
    };
    const w = make().weight;
    const bound = 0.1;
    expect(item(np.max(np.abs(w.detach())))).toBeLessThanOrEqual(bound);
    // The standard deviation of U(-b, b) is b / sqrt(3); its own standard error here is under 0.2 %.
    expect(item(np.std(w.detach()))).toBeCloseTo(bound / Math.sqrt(3), 3);
    expect(make().weight.tolist()).toEqual(w.tolist());
  });
  it('Linear says which axis is wrong and that Flatten may be missing', () => {
    expect(() => new nn.Linear(12, 2)(np.zeros([5, 3, 2, 2]))).toThrow(
      /the last axis of the input \(5, 3, 2, 2\) must have 12 features.*nn\.Flatten/,
    );
    expect(() => new nn.Linear(0, 2)).toThrow(
      /Linear: inFeatures must be a whole number of at least 1, not 0/,
    );
  });
  it('Bilinear is the sum over both inputs', () => {
    const f = new nn.Bilinear(3, 2, 4, { dtype: 'float64' });
    const [a, b] = [np.random.randn(5, 3), np.random.randn(5, 2)];
    const expected = np.stack(
      [0, 1, 2, 3].map((k) => np.sum(np.mul(np.dot(a, f.weight.detach().at(k)), b), { axis: 1 })),
      1,
    );
    np.testing.assertAllclose(f(a, b).detach(), np.add(expected, f.bias!.detach()), { rtol: 1e-12 });
  });
  it('Embedding reads rows, gives the padding row no gradient, refuses indices that are none', () => {
    const e = new nn.Embedding(4, 2, { dtype: 'float64', paddingIdx: 1 });
    expect(e.weight.at(1).tolist()).toEqual([0, 0]);
    np.sum(e([[0, 1, 3, 3]])).backward();
    expect(e.weight.grad!.tolist()).toEqual([
      [1, 1],
      [0, 0],
      [0, 0],
      [2, 2],
    ]);
    expect(() => e([4])).toThrow(/out of bounds/);
  });
  it('Flatten joins axes', () => {
    expect(new nn.Flatten()(np.zeros([2, 3, 4, 5])).shape).toEqual([2, 60]);
    expect(new nn.Flatten(0, 1)(np.zeros([2, 3, 4])).shape).toEqual([6, 4]);
    expect(() => new nn.Flatten(3)(np.zeros([2, 3]))).toThrow(/axes 3 to -1 do not exist/);
  });
  it('Maxout takes the largest of k pieces, and halves the features', () => {
    expect(nn.maxout(np.array([[1, 5, 2, -2]])).tolist()).toEqual([[5, 2]]);
    expect(() => nn.maxout(np.zeros([2, 3]))).toThrow(/must be divisible by k = 2/);
  });
});

describe('containers', () => {
  it('Sequential runs its parts, knows its size, slices and iterates', () => {
    const s = new nn.Sequential(new nn.Linear(2, 4), new nn.ReLU(), new nn.Linear(4, 3));
    expect(s.size).toBe(3);
    expect(s(np.ones([5, 2])).shape).toEqual([5, 3]);
    expect([...s].map((m) => m.constructor.name)).toEqual(['Linear', 'ReLU', 'Linear']);
    expect(s.slice(0, 2)(np.ones([5, 2])).shape).toEqual([5, 4]);
    expect(Object.keys(s.stateDict())).toEqual(['0.weight', '0.bias', '2.weight', '2.bias']);
    expect(() => new nn.Sequential(nn.relu as never)).toThrow(
      /layer 0 is function; every part must be an nn.Module/,
    );
  });
  it('lists and dictionaries of modules give their parameters', () => {
    const list = new nn.ModuleList([new nn.Linear(1, 2), new nn.Linear(2, 1)]);
    expect(list.parameters()).toHaveLength(4);
    expect(() => list()).toThrow(/a list is not a layer/);
    const dict = new nn.ModuleDict({ left: new nn.Linear(1, 2) });
    expect(dict.namedParameters().map(([n]) => n)).toEqual(['left.weight', 'left.bias']);
    expect(() => dict.get('right')).toThrow(/no module 'right'; there are 'left'/);
  });
  it('a part of Sequential and the head of a net can be replaced; a list of modules has map', () => {
    const model = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU());
    model[1] = new nn.Linear(3, 4);
    expect(model(np.ones([1, 2])).shape).toEqual([1, 4]);
    const net = nn.models.resnet18({ num_classes: 3 });
    expect(net.fc.in_features).toBe(512);
    net.fc = new nn.Identity();
    expect(net.eval()(np.zeros([1, 3, 32, 32])).shape).toEqual([1, 512]);
    expect(() => nn.models.resnet18({ clases: 3 } as object)).toThrow("did you mean 'classes'?");
    const list = new nn.ModuleList([new nn.Linear(2, 3), new nn.Linear(2, 5)]);
    expect(list.map((layer, i) => [i, layer(np.ones([1, 2])).shape[1]])).toEqual([
      [0, 3],
      [1, 5],
    ]);
  });
  it('Residual adds, and says when the shapes differ', () => {
    const r = new nn.Residual(new nn.Linear(3, 3));
    const x = np.ones([2, 3], { dtype: 'float32' });
    np.testing.assertAllclose(r(x).detach(), np.add(x, r.body(x).detach()));
    expect(() => new nn.Residual(new nn.Linear(3, 4))(x)).toThrow(/pass a shortcut/);
  });
});

describe('dropout', () => {
  const n = 200_000;
  it('keeps the share it says and the expectation, inverted or vanilla', () => {
    np.random.seed(3);
    const x = np.ones([n]);
    const inverted = new nn.Dropout({ keep: 0.7 })(x);
    expect(Math.abs(item(np.mean(np.greater(inverted, 0))) - 0.7)).toBeLessThan(4 * Math.sqrt(0.21 / n));
    expect(item(np.mean(inverted))).toBeCloseTo(1, 2);
    expect(item(np.max(inverted))).toBeCloseTo(1 / 0.7, 14);
    const vanilla = new nn.Dropout({ keep: 0.7, vanilla: true });
    expect(item(np.mean(vanilla(x)))).toBeCloseTo(0.7, 2);
    expect(item(np.max(vanilla.eval()(x)))).toBe(0.7);
  });
  it('does nothing in evaluation, bit by bit', () => {
    const x = np.random.randn(5, 5);
    expect(new nn.Dropout(0.5).eval()(x)).toBe(x);
  });
  it('p is PyTorch’s probability of dropping', () => {
    np.random.seed(3);
    expect(item(np.mean(np.equal(new nn.Dropout(0.2)(np.ones([n])), 0)))).toBeCloseTo(0.2, 2);
    expect(new nn.Dropout(1)(np.ones([3])).tolist()).toEqual([0, 0, 0]);
    expect(() => new nn.Dropout(1.5)).toThrow(/a probability of dropping of 1.5 is not between 0 and 1/);
  });
  it('its gradient uses the mask of the forward pass', () => {
    const x = np.random.randn(3, 4);
    const report = gradCheck(
      (a) => {
        np.random.seed(7);
        return np.sum(np.square(nn.dropout(a, 0.5)));
      },
      [x],
    );
    expect(report.passed, String(report)).toBe(true);
  });
  it('Dropout2d drops whole channels; DropConnect drops weights', () => {
    np.random.seed(0);
    const out = new nn.Dropout2d(0.5)(np.ones([4, 6, 3, 3]));
    const sums = np
      .sum(out, { axis: [2, 3] })
      .ravel()
      .tolist() as number[];
    expect([...new Set(sums)].sort((a, b) => a - b)).toEqual([0, 18]);
    const layer = new nn.DropConnect(8, 1, 0.5);
    const x = np.ones([1, 8]);
    const outputs = new Set(Array.from({ length: 10 }, () => item(layer(x))));
    expect(outputs.size).toBeGreaterThan(1);
    layer.eval();
    expect(item(layer(x))).toBe(item(layer.linear(x)));
  });
});

describe('initialisers', () => {
  const fresh = (...shape: number[]): NDArray => np.zeros(shape);
  /** Within four standard errors of a standard deviation from n draws. */
  const closeStd = (w: NDArray, sigma: number): void => {
    expect(Math.abs(item(np.std(w)) - sigma)).toBeLessThan((4 * sigma) / Math.sqrt(2 * w.size));
  };
  it('reach the standard deviations of their formulas', () => {
    np.random.seed(0);
    closeStd(nn.init.normal(fresh(200, 300), 0, 0.01), 0.01);
    closeStd(nn.init.xavierNormal(fresh(200, 300)), Math.sqrt(2 / 500));
    closeStd(nn.init.kaimingNormal(fresh(200, 300), { nonlinearity: 'relu' }), Math.sqrt(2 / 300));
    closeStd(
      nn.init.kaimingNormal(fresh(200, 300), { nonlinearity: 'relu', layout: 'in-out' }),
      Math.sqrt(2 / 200),
    );
    closeStd(
      nn.init.kaimingNormal(fresh(200, 300), { mode: 'fanOut', nonlinearity: 'linear' }),
      Math.sqrt(1 / 200),
    );
    // Uniform draws have less spread around their standard deviation, so the bound holds for them too.
    closeStd(nn.init.xavierUniform(fresh(200, 300)), Math.sqrt(2 / 500));
    closeStd(nn.init.kaimingUniform(fresh(64, 16, 3, 3), { nonlinearity: 'relu' }), Math.sqrt(2 / 144));
    const cut = nn.init.truncNormal(fresh(1000), 0, 1, -1, 0.5);
    expect([item(np.min(cut)) >= -1, item(np.max(cut)) <= 0.5]).toEqual([true, true]);
  });
  it('sparse leaves exactly ten inputs of each unit', () => {
    const w = nn.init.sparse(fresh(7, 50));
    expect(np.countNonzero(w, { axis: 1 }).tolist()).toEqual(new Array(7).fill(10));
    const courses = nn.init.sparse(fresh(50, 7), { layout: 'in-out', nonzero: 3 });
    expect(np.countNonzero(courses, { axis: 0 }).tolist()).toEqual(new Array(7).fill(3));
  });
  it('orthogonal rows or columns are orthonormal', () => {
    const tall = nn.init.orthogonal(fresh(6, 4));
    np.testing.assertAllclose(np.dot(tall.T, tall), np.eye(4), { atol: 1e-14 });
    const wide = nn.init.orthogonal(fresh(3, 2, 2), { gain: 2 }).reshape(3, 4);
    np.testing.assertAllclose(np.dot(wide, wide.T), np.mul(np.eye(3), 4), { atol: 1e-13 });
  });
  it('zeros, ones, constant, eye', () => {
    expect(nn.init.eye(fresh(2, 3)).tolist()).toEqual([
      [1, 0, 0],
      [0, 1, 0],
    ]);
    expect(nn.init.constant(fresh(2), 0.01).tolist()).toEqual([0.01, 0.01]);
  });
  it('LSUV brings every layer’s output to unit variance', () => {
    np.random.seed(0);
    const model = new nn.Sequential(
      new nn.Linear(50, 80),
      new nn.Tanh(),
      new nn.Linear(80, 80),
      new nn.Tanh(),
      new nn.Linear(80, 10),
    );
    const reached = nn.init.lsuv(model, np.random.randn(256, 50));
    expect(Object.keys(reached)).toEqual(['0', '2', '4']);
    for (const s of Object.values(reached)) expect(Math.abs(s - 1)).toBeLessThan(0.02);
  });
  it('say that a bias has no fans', () => {
    expect(() => nn.init.kaimingNormal(fresh(5))).toThrow(
      /kaimingNormal: an array of shape \(5,\) has no fan-in/,
    );
  });
});
