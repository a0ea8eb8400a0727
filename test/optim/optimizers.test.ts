// Optimisers against PyTorch's numbers (test/fixtures/torch_optim.py), the course's first-step values, groups, state.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type NDArray, nn, np, optim } from '../../src/index.js';

interface Run {
  losses: number[];
  params: number[][][];
}
interface OptimCase {
  optimizer: string;
  options: Record<string, unknown>;
  steps: number;
  closure: boolean;
  float64: Run;
  float32: Run;
}
const fixture = JSON.parse(
  readFileSync(new URL('../fixtures/torch_optim.json', import.meta.url), 'utf8'),
) as {
  X: number[][];
  Y: number[][];
  W1: number[][];
  W2: number[][];
  cases: OptimCase[];
  schedules: { schedule: string; arguments: unknown[]; rates: number[] }[];
  plateau: { values: number[]; rates: number[] };
};

const named = optim as any;
const item = (a: NDArray): number => Number(a.item());

/** A leaf with these elements. */
const leaf = (values: number | number[] | number[][], dtype: 'float64' | 'float32' = 'float64'): NDArray =>
  np.array(values, { dtype }).requiresGrad();

describe.each(['float64', 'float32'] as const)('ten steps in %s are PyTorch’s', (dtype) => {
  it.each(fixture.cases.map((c) => [`${c.optimizer} ${JSON.stringify(c.options)}`, c] as const))(
    '%s',
    (_, c) => {
      const [X, Y] = [fixture.X, fixture.Y].map((a) => np.array(a, { dtype }));
      const params = [leaf(fixture.W1, dtype), leaf(fixture.W2, dtype)];
      const opt = new named[c.optimizer](params, c.options) as optim.Optimizer;
      const evaluate = (): NDArray => {
        opt.zeroGrad();
        const loss = np.mean(np.square(np.sub(np.dot(np.tanh(np.dot(X, params[0])), params[1]), Y)));
        loss.backward();
        return loss;
      };
      const expected = c[dtype];
      // L-BFGS in float32 amplifies roundings of dot products through its curvature estimates.
      const rtol = dtype === 'float64' ? 1e-10 : c.closure ? 2e-3 : 1e-5;
      for (let i = 0; i < c.steps; i++) {
        const loss = c.closure ? opt.step(evaluate)! : evaluate();
        if (!c.closure) opt.step();
        np.testing.assertAllclose(item(loss), expected.losses[i], { rtol });
      }
      params.forEach((p, i) => {
        expect(p.dtype).toBe(dtype);
        np.testing.assertAllclose(p.detach(), np.array(expected.params[i]), { rtol, atol: rtol });
      });
    },
  );
});

describe('the forms that the course writes', () => {
  const firstStep = (make: (p: NDArray) => optim.Optimizer, gradient: number): number => {
    const p = leaf([1]);
    p.grad = np.array([gradient]);
    make(p).step();
    return 1 - item(p);
  };
  it.each([1e-4, 0.3, -7])('first steps for a gradient of %f', (g) => {
    const lr = 1e-3;
    const eps = 1e-12;
    np.testing.assertAllclose(
      firstStep((p) => new optim.Adagrad([p], { lr, eps }), g),
      lr * Math.sign(g),
      {
        rtol: 1e-6,
      },
    );
    np.testing.assertAllclose(
      firstStep((p) => new optim.RMSprop([p], { lr, alpha: 0.99, eps }), g),
      10 * lr * Math.sign(g),
      { rtol: 1e-6 },
    );
    np.testing.assertAllclose(
      firstStep((p) => new optim.Adam([p], { lr, eps }), g),
      lr * Math.sign(g),
      {
        rtol: 1e-6,
      },
    );
    np.testing.assertAllclose(
      firstStep((p) => new optim.Adam([p], { lr, eps, biasCorrection: false }), g),
      Math.sqrt(10) * lr * Math.sign(g),
      { rtol: 1e-6 },
    );
  });

  // A curved valley on which every form moves.
  const valley = (p: NDArray): NDArray => np.sum(np.mul(np.square(p), np.array([1, 25])));
  const descend = (p: NDArray, opt: optim.Optimizer, steps: number): void => {
    for (let i = 0; i < steps; i++) {
      opt.step(() => {
        opt.zeroGrad();
        valley(p).backward();
      });
    }
  };

  it('both Nesterov forms visit the same look-ahead points', () => {
    const [p, q] = [leaf([3, -2]), leaf([3, -2])];
    const ahead = new optim.NesterovLookahead([p], { lr: 0.01, momentum: 0.9 });
    const rewritten = new optim.SGD([q], { lr: 0.01, momentum: 0.9, nesterov: true, form: 'velocity' });
    for (let i = 0; i < 100; i++) {
      descend(p, ahead, 1);
      descend(q, rewritten, 1);
      const v = ahead.stateDict().state[0].velocity as NDArray;
      np.testing.assertAllclose(np.add(p.detach(), np.mul(v, 0.9)), q.detach(), { atol: 1e-14 });
    }
  });
  it('momentum with the rate inside the velocity makes PyTorch’s steps while the rate stays', () => {
    const [p, q] = [leaf([3, -2]), leaf([3, -2])];
    descend(p, new optim.SGD([p], { lr: 0.01, momentum: 0.9, form: 'velocity' }), 50);
    descend(q, new optim.SGD([q], { lr: 0.01, momentum: 0.9 }), 50);
    np.testing.assertAllclose(p.detach(), q.detach(), { atol: 1e-13 });
  });
  it('the averaging form with lr / (1 - mu) is the velocity form', () => {
    const [p, q] = [leaf([3, -2]), leaf([3, -2])];
    descend(p, new optim.SGD([p], { lr: 0.01, momentum: 0.9, form: 'velocity' }), 50);
    descend(q, new optim.SGD([q], { lr: 0.01 / (1 - 0.9), momentum: 0.9, form: 'average' }), 50);
    np.testing.assertAllclose(p.detach(), q.detach(), { atol: 1e-13 });
  });
  it('a constant gradient brings the velocity to -lr g / (1 - mu)', () => {
    const p = leaf([0]);
    const opt = new optim.SGD([p], { lr: 0.1, momentum: 0.9, form: 'velocity' });
    for (let i = 0; i < 300; i++) {
      p.grad = np.array([2]);
      opt.step();
    }
    np.testing.assertAllclose(opt.stateDict().state[0].velocity as NDArray, [(-0.1 * 2) / (1 - 0.9)], {
      rtol: 1e-6,
    });
  });
  it('steps to leave the saddle x^2 - y^2 from (1, 1e-4)', () => {
    const leave = (make: (p: NDArray) => optim.Optimizer): number => {
      const p = leaf([1, 1e-4]);
      const opt = make(p);
      for (let t = 1; t < 5000; t++) {
        opt.zeroGrad();
        np.sum(np.mul(np.square(p), np.array([1, -1]))).backward();
        opt.step();
        if (Math.abs(Number(p.detach().at(1).item())) > 1) return t;
      }
      return Number.POSITIVE_INFINITY;
    };
    const lr = 0.01;
    const eps = 1e-8;
    expect(leave((p) => new optim.RMSprop([p], { lr, alpha: 0.9, eps }))).toBe(72);
    expect(leave((p) => new optim.Adam([p], { lr, eps }))).toBe(77);
    expect(leave((p) => new optim.SGD([p], { lr, momentum: 0.9 }))).toBe(95);
    expect(leave((p) => new optim.SGD([p], { lr }))).toBe(466);
    expect(leave((p) => new optim.Adagrad([p], { lr, eps }))).toBe(1263);
  });
  it('Newton solves a quadratic in one step', () => {
    const A = np.array([
      [3, 1],
      [1, 2],
    ]);
    const b = np.array([1, -1]);
    const p = leaf([10, -20]);
    const loss = (): NDArray => np.sub(np.mul(np.dot(p, np.dot(A, p)), 0.5), np.dot(b, p));
    new optim.Newton([p]).step(loss);
    np.testing.assertAllclose(p.detach(), np.linalg.solve(A, b), { atol: 1e-10 });
  });
  it('Newton with several parameters moves them together', () => {
    const [u, v] = [leaf([[1, 2]]), leaf(5)];
    const loss = (): NDArray => np.add(np.sum(np.square(np.sub(u, v))), np.square(np.sub(v, 3)));
    new optim.Newton([u, v]).step(loss);
    np.testing.assertAllclose(v.detach(), 3, { atol: 1e-10 });
    np.testing.assertAllclose(u.detach(), [[3, 3]], { atol: 1e-10 });
  });
});

describe('groups and state', () => {
  it('keeps a frozen parameter and one without gradient bit by bit', () => {
    const [a, b, c] = [leaf([1, 2]), leaf([3, 4]), leaf([5, 6])];
    const opt = new optim.Adam([a, b, c], { lr: 0.1, weightDecay: 0.1 });
    np.sum(np.add(np.square(a), np.square(b))).backward();
    b.tracked = false;
    opt.step();
    expect(a.tolist()).not.toEqual([1, 2]);
    expect(b.tolist()).toEqual([3, 4]);
    expect(c.tolist()).toEqual([5, 6]);
  });
  it('gives each group its own rate and decay', () => {
    const [a, b] = [leaf([1]), leaf([1])];
    const opt = new optim.SGD([{ params: [a], lr: 1e-3 }, { params: [b] }], { lr: 0.5 });
    np.sum(np.add(a, b)).backward();
    opt.step();
    np.testing.assertAllclose(a.detach(), [0.999], { rtol: 1e-15 });
    np.testing.assertAllclose(b.detach(), [0.5], { rtol: 1e-15 });
  });
  it.each(['SGD', 'Adam', 'RMSprop', 'Adagrad', 'Adadelta'])(
    'resumes %s bit by bit from its state',
    (name) => {
      const options = name === 'SGD' ? { lr: 0.1, momentum: 0.9 } : { lr: 0.1 };
      const train = (p: NDArray, opt: optim.Optimizer): void => {
        for (let i = 0; i < 5; i++) {
          opt.zeroGrad();
          np.sum(np.square(np.sub(p, np.array([1, 2, 3])))).backward();
          opt.step();
        }
      };
      const p = leaf([0, 0, 0]);
      const opt = new named[name]([p], options) as optim.Optimizer;
      train(p, opt);
      const saved = opt.stateDict();
      const q = np.copy(p.detach()).requiresGrad();
      train(p, opt);
      const again = new named[name]([q], { lr: 77 }) as optim.Optimizer;
      again.loadStateDict(saved);
      train(q, again);
      expect(q.tolist()).toEqual(p.tolist());
    },
  );
  it('refuses the state of another model and changes nothing', () => {
    const opt = new optim.Adam([leaf([1, 2])]);
    const other = new optim.Adam([leaf([1, 2, 3])]);
    np.sum(np.square(other.paramGroups[0].params[0])).backward();
    other.step();
    expect(() => opt.loadStateDict(other.stateDict())).toThrow(
      /Adam\.loadStateDict: 'expAvg' of parameter 0 is \(3,\), the parameter is \(2,\)/,
    );
    expect(opt.stateDict().state).toEqual({});
  });
  it('updates a parameter that is a strided view', () => {
    const whole = np.zeros([4, 2]);
    const p = whole.at(':', 0).requiresGrad();
    p.grad = np.ones([4]);
    new optim.SGD([p], { lr: 1 }).step();
    expect(whole.tolist()).toEqual([
      [-1, 0],
      [-1, 0],
      [-1, 0],
      [-1, 0],
    ]);
  });
  it('reads settings in both spellings', () => {
    const opt = new optim.SGD([leaf([1])], { lr: 0.1, weight_decay: 0.5 });
    expect(opt.paramGroups[0].weightDecay).toBe(0.5);
    const memory = new optim.LBFGS([leaf([1])], { max_iter: 3, history_size: 5 });
    expect([memory.paramGroups[0].maxIter, memory.paramGroups[0].historySize]).toEqual([3, 5]);
    opt.addParamGroup({ params: [leaf([2])], weight_decay: 0.25 } as never);
    expect(opt.paramGroups[1].weightDecay).toBe(0.25);
    expect(() => new optim.SGD([leaf([1])], { weightDecay: 1, weight_decay: 0 })).toThrow(
      "SGD: the option 'weightDecay' is given twice",
    );
  });
  it('says what is wrong with its arguments', () => {
    expect(() => new optim.SGD([])).toThrow(/SGD: the list of parameters is empty/);
    expect(() => new optim.SGD([leaf([1])], { lr: -1 })).toThrow('SGD: lr must be at least 0, not -1.');
    expect(() => new optim.Adam([leaf([1])], { learningRate: 1 } as never)).toThrow(
      /Adam: unknown option 'learningRate'; did you mean 'lr'\? Options: lr, weightDecay/,
    );
    expect(() => new optim.SGD([leaf([1])], { lr: 0.1, momentm: 0.9 } as never)).toThrow(
      "SGD: unknown option 'momentm'; did you mean 'momentum'?",
    );
    expect(() => new optim.SGD([{ params: [leaf([1])], wd: 1 } as never])).toThrow(
      "SGD: unknown option 'wd'",
    );
    expect(() => new optim.Adam([np.array([1n])])).toThrow(
      /parameter 0 of shape \(1,\) is int64, not floating/,
    );
    const a = leaf([1]);
    expect(() => new optim.SGD([{ params: [a] }, { params: [a] }])).toThrow(/is in another group already/);
    expect(() => new optim.SGD([np.mul(a, 2)])).toThrow(/result of an operation; only leaves/);
    expect(() => new optim.Newton([np.zeros([70, 70]).requiresGrad()])).toThrow(/0\.18 GiB.*optim\.LBFGS/);
    expect(() => new optim.LBFGS([a]).step()).toThrow('LBFGS: step needs a closure');
  });
});

describe('schedules', () => {
  it.each(fixture.schedules.map((s) => [`${s.schedule}(${JSON.stringify(s.arguments)})`, s] as const))(
    '%s gives PyTorch’s rates',
    (_, s) => {
      const opt = new optim.SGD([leaf([0])], { lr: 0.2 });
      const schedule = new named[s.schedule](opt, ...s.arguments) as optim.LRScheduler;
      const rates = [schedule.getLastLr()[0]];
      for (let i = 1; i < s.rates.length; i++) {
        schedule.step();
        rates.push(schedule.getLastLr()[0]);
      }
      np.testing.assertAllclose(rates, s.rates, { rtol: 1e-13 });
    },
  );
  it('ReduceLROnPlateau waits, reduces and cools down as PyTorch’s', () => {
    const opt = new optim.SGD([leaf([0])], { lr: 0.2 });
    const schedule = new optim.ReduceLROnPlateau(opt, { factor: 0.5, patience: 2, cooldown: 1, minLr: 0.06 });
    const rates = fixture.plateau.values.map((v) => {
      schedule.step(v);
      return schedule.getLastLr()[0];
    });
    np.testing.assertAllclose(rates, fixture.plateau.rates, { rtol: 1e-14 });
  });
  it('exponential and 1/t decay are the course’s formulas', () => {
    const opt = new optim.SGD([leaf([0])], { lr: 0.2 });
    const exponential = new optim.ExponentialDecay(opt, 0.1);
    for (let i = 0; i < 7; i++) exponential.step();
    np.testing.assertAllclose(exponential.getLastLr(), [0.2 * Math.exp(-0.7)], { rtol: 1e-14 });
    opt.paramGroups[0].lr = 0.2;
    const inverse = new optim.InverseTimeDecay(opt, 0.5);
    for (let i = 0; i < 4; i++) inverse.step();
    np.testing.assertAllclose(inverse.getLastLr(), [0.2 / 3], { rtol: 1e-14 });
  });
  it('resumes from its state', () => {
    const make = () => {
      const opt = new optim.SGD([leaf([0])], { lr: 0.2 });
      return new optim.CosineAnnealingWarmRestarts(opt, 3, { tMult: 2 });
    };
    const [a, b] = [make(), make()];
    for (let i = 0; i < 5; i++) a.step();
    b.loadStateDict(a.stateDict());
    expect(b.getLastLr()).toEqual(a.getLastLr());
  });
  it('momentum goes from 0.5 to 0.99', () => {
    const opt = new optim.SGD([leaf([0])], { lr: 0.2, momentum: 0.9 });
    const schedule = new optim.MomentumSchedule(opt, 7);
    expect(opt.paramGroups[0].momentum).toBe(0.5);
    for (let i = 0; i < 9; i++) schedule.step();
    expect(opt.paramGroups[0].momentum).toBe(0.99);
  });
});

describe('state', () => {
  it('outlives the np.scope of the first step', () => {
    const train = (scoped: boolean): unknown => {
      const w = leaf([1, 2, 3]);
      const opt = new optim.Adam([w], { lr: 0.1 });
      const step = (): void => {
        opt.zeroGrad();
        np.sum(w.mul(w)).backward();
        opt.step();
      };
      for (let i = 0; i < 5; i++) scoped ? np.scope(step) : step();
      return w.tolist();
    };
    expect(train(true)).toEqual(train(false));
  });
});

describe('clipping and averages', () => {
  it('clips the common norm and returns the one before', () => {
    const [a, b] = [leaf([0, 0]), leaf([0])];
    a.grad = np.array([3, 0]);
    b.grad = np.array([4]);
    expect(optim.clipGradNorm([a, b], 1)).toBeCloseTo(5, 12);
    const norm = Math.hypot(...(a.grad.tolist() as number[]), ...(b.grad.tolist() as number[]));
    expect(norm).toBeLessThanOrEqual(1);
    expect(norm).toBeGreaterThan(1 - 1e-6);
    expect(optim.clipGradNorm([a, b], 10)).toBeLessThanOrEqual(1);
    a.grad = np.array([Number.NaN, 0]);
    expect(() => optim.clipGradNorm([a], 1, { errorIfNonfinite: true })).toThrow(
      /norm of the gradients is NaN/,
    );
  });
  it('keeps its state from one np.scope to the next', () => {
    const [a, b] = [leaf([1, 2]), leaf([1, 2])];
    const [inside, plain] = [new optim.Adam([a]), new optim.Adam([b])];
    for (let i = 0; i < 3; i++) {
      for (const p of [a, b]) p.grad = np.array([0.5, i]);
      np.scope(() => void inside.step());
      plain.step();
    }
    expect(a.tolist()).toEqual(b.tolist());
  });
  it('clips by value', () => {
    const a = leaf([0, 0]);
    a.grad = np.array([3, -0.2]);
    optim.clipGradValue([a], 0.5);
    expect(a.grad.tolist()).toEqual([0.5, -0.2]);
  });
  it('averages weights, puts them in and takes them out', () => {
    const model = new nn.Linear(1, 1, { bias: false, dtype: 'float64' });
    nn.init.constant(model.weight, 1);
    const ema = new optim.EMA(model, 0.9);
    nn.init.constant(model.weight, 2);
    ema.update();
    ema.update();
    ema.apply();
    np.testing.assertAllclose(model.weight.detach(), [[2 - 0.81]], { rtol: 1e-14 });
    ema.restore();
    expect(model.weight.tolist()).toEqual([[2]]);
  });
});

describe('gradients that are dropped', () => {
  const steps = (look: (p: NDArray) => void, make: (p: NDArray) => optim.Optimizer): number[] => {
    const w = np.linspace(0, 1, 4096).astype('float32').requiresGrad();
    const opt = make(w);
    const losses: number[] = [];
    for (let i = 0; i < 4; i++) {
      opt.zeroGrad();
      const loss = np.sum(np.square(w.sub(i)));
      loss.backward();
      look(w);
      opt.step();
      losses.push(loss.item() as number);
    }
    return losses;
  };
  const sgd = (p: NDArray): optim.Optimizer => new optim.SGD([p], { lr: 0.1, momentum: 0.9 });

  it('keep their values for whoever has read them', () => {
    const kept: NDArray[] = [];
    const copies: NDArray[] = [];
    steps((p) => {
      kept.push(p.grad!);
      copies.push(np.copy(p.grad!));
    }, sgd);
    expect(kept.map((g, i) => np.arrayEqual(g, copies[i]))).toEqual([true, true, true, true]);
  });

  it('lend their memory to later ones where nobody has, with the same result', () => {
    const found = new Set<unknown>();
    const unread = steps(() => {}, sgd);
    expect(steps((p) => void found.add(p.grad), sgd)).toEqual(unread);
    expect(found.size).toBe(4);
  });

  it('keep their values for an optimiser of one’s own', () => {
    class Keeping extends optim.SGD {
      readonly seen: NDArray[] = [];
      readonly copies: NDArray[] = [];
      protected override update(...[p, g, ...rest]: Parameters<optim.SGD['update']>): void {
        this.seen.push(g);
        this.copies.push(np.copy(g));
        super.update(p, g, ...rest);
      }
    }
    let own: Keeping | undefined;
    steps(
      () => {},
      (p) => {
        own = new Keeping([p], { lr: 0.1 });
        return own;
      },
    );
    expect(own!.seen.map((g, i) => np.arrayEqual(g, own!.copies[i]))).toEqual([true, true, true, true]);
  });

  it('are clipped alike, read or not, and stay after the scope that clipped them', () => {
    const clipped = (read: boolean): NDArray[] => {
      const w = np.linspace(0, 1, 4096).requiresGrad();
      const grads: NDArray[] = [];
      for (let i = 0; i < 3; i++) {
        w.zeroGrad();
        np.scope(() => {
          np.sum(np.square(w.sub(i))).backward();
          if (read) grads.push(w.grad!);
          optim.clipGradNorm(w, 0.5 + i);
          optim.clipGradValue(w, 0.02);
        });
        np.noGrad(() => void w.isub(np.mul(w.grad!, 0.1)));
        grads.push(np.copy(w.grad!));
      }
      return grads.filter((_, i) => !read || i % 2 === 1);
    };
    const [unread, seen] = [clipped(false), clipped(true)];
    expect(unread.length).toBe(3);
    expect(unread.map((g, i) => np.arrayEqual(g, seen[i]))).toEqual([true, true, true]);
  });

  it('add up over several walks', () => {
    const w = np.linspace(0, 1, 4096).requiresGrad();
    for (let i = 0; i < 3; i++) np.sum(np.mul(w, i + 1)).backward();
    // New arrays, which may have the memory of the terms.
    const others = [7, 8, 9].map((v) => np.full([4096], v));
    expect(np.allclose(w.grad!, 6)).toBe(true);
    expect(others.map((a) => a.at(0).item())).toEqual([7, 8, 9]);
  });
});
