// The tape: gradients that meet, sum over broadcast axes and accumulate, writes in place, and what it refuses.
import { describe, expect, it } from 'vitest';
import { grad, np, valueAndGrad } from '../../src/index.js';

describe('the tape', () => {
  it('adds gradients where paths meet: f = x*x + x gives 2x + 1', () => {
    const x = np.array(3).requiresGrad();
    x.mul(x).add(x).backward();
    expect(x.grad!.item()).toBe(7);
  });

  it('adds to a sum of gradients only while nobody else has it', () => {
    // The gradient of c is a sum of two; add hands it to a and to b, and d adds to a's before b's is used.
    const x = np.array([0.3, 0.7]).requiresGrad();
    const [a, b] = [np.sin(x), np.cos(x)];
    const d = np.exp(a);
    const c = a.add(b);
    np.sum(c.mul(c).add(c.mul(3)).add(d)).backward();
    const wanted = [0.3, 0.7].map((v) => {
      const [s, k] = [Math.sin(v), Math.cos(v)];
      return (2 * (s + k) + 3) * (k - s) + Math.exp(s) * k;
    });
    np.testing.assertAllclose(x.grad!, wanted, { rtol: 1e-14 });
  });
  it('accumulates over backward calls until grad is cleared', () => {
    const w = np.array([1, 2]).requiresGrad();
    w.sum().backward();
    w.mul(2).sum().backward();
    expect(w.grad!.toArray()).toEqual([3, 3]);
    w.zeroGrad();
    expect(w.grad).toBeNull();
  });

  it('gives the course values of the sigmoid circuit', () => {
    const w = np.array([2, -3, -3]).requiresGrad();
    const x = np.array([-1, -2]).requiresGrad();
    const f = np.sigmoid(w.at('0:2').dot(x).add(w.at(2)));
    f.backward();
    expect(f.item()).toBeCloseTo(0.7310585786300049, 14);
    [-0.19661193324148185, -0.3932238664829637, 0.19661193324148185].forEach((v, i) => {
      expect(w.grad!.item(i)).toBeCloseTo(v, 14);
    });
    [0.3932238664829637, -0.5898357997244456].forEach((v, i) => {
      expect(x.grad!.item(i)).toBeCloseTo(v, 14);
    });
  });

  it('sums over broadcast axes', () => {
    const b = np.zeros([1, 3]).requiresGrad();
    np.ones([4, 3]).add(b).sum().backward();
    expect(b.grad!.toArray()).toEqual([[4, 4, 4]]);
  });

  it('gives the first of several equal maxima the whole gradient, and relu at 0 none', () => {
    const x = np.array([1, 3, 3]).requiresGrad();
    x.max().backward();
    expect(x.grad!.toArray()).toEqual([0, 1, 0]);
    const z = np.array([0]).requiresGrad();
    np.maximum(0, z).sum().backward();
    expect(z.grad!.toArray()).toEqual([0]);
  });

  it('records nothing inside noGrad and through detach', () => {
    const w = np.array([1, 2]).requiresGrad();
    expect(np.noGrad(() => w.mul(2)).tracked).toBe(false);
    expect(w.detach().mul(2).tracked).toBe(false);
    expect(w.mul(2).tracked).toBe(true);
  });

  it('updates a leaf in place inside noGrad, and refuses outside', () => {
    const w = np.array([1, 2]).requiresGrad();
    np.noGrad(() => w.isub(1));
    expect(w.toArray()).toEqual([0, 1]);
    expect(w.tracked).toBe(true);
    expect(() => w.isub(1)).toThrow(/leaf array that requires grad.*noGrad/);
  });

  it('follows in-place operations on computed arrays', () => {
    const x = np.array([1, 2, 3]).requiresGrad();
    const y = x.mul(2);
    y.imul(x);
    y.set(['0:1'], 5);
    y.sum().backward();
    expect(x.grad!.toArray()).toEqual([0, 8, 12]);
  });

  it('reads values from before an in-place write that depends on the array itself', () => {
    const run = (f: (y: ReturnType<typeof np.array>) => void) => {
      const a = np.array([1, 2, 3]).requiresGrad();
      const y = a.mul(1);
      f(y);
      y.sum().backward();
      return a.grad!.toArray();
    };
    expect(run((y) => y.iadd(y.neg()))).toEqual([0, 0, 0]);
    expect(run((y) => y.iadd(y.mul(2)))).toEqual([3, 3, 3]);
    expect(run((y) => y.imul(y))).toEqual([2, 4, 6]);
    expect(run((y) => y.set([0], y.at(1)))).toEqual([0, 2, 1]);
  });

  it('notices that a value it needs was overwritten', () => {
    const x = np.array([1, 2]).requiresGrad();
    const c = np.array([3, 4]);
    const y = x.mul(c);
    c.iadd(1);
    expect(() => y.sum().backward()).toThrow(/'mul' needs was changed in place/);
  });

  it('leaves gradients that share no memory', () => {
    const a = np.array([1, 2]).requiresGrad();
    const b = np.array([3, 4]).requiresGrad();
    a.add(b).sum().backward();
    a.grad!.iadd(10);
    expect(b.grad!.toArray()).toEqual([1, 1]);
  });

  it('explains a backward from several numbers, and from a value off the tape', () => {
    const w = np.array([1, 2]).requiresGrad();
    expect(() => w.mul(2).backward()).toThrow(/shape \(2,\).*Reduce it first/s);
    expect(() => np.array(1).backward()).toThrow(/requiresGrad/);
    expect(() => np.arange(3).requiresGrad()).toThrow(/int64.*astype/s);
  });

  it('goes on through a walk that was recorded: x**3 has second derivative 6x', () => {
    const x = np.array(2).requiresGrad();
    const y = x.mul(x).mul(x);
    y.backward({ createGraph: true });
    const g = x.grad!;
    x.grad = null;
    g.backward();
    expect(x.grad!.item()).toBe(12);
  });
});

describe('grad and valueAndGrad', () => {
  it('keep the form of the parameters', () => {
    const params = { W: np.array([[1, 2]]), layers: [np.array([3, 4]), np.array(5)] };
    const [value, g] = valueAndGrad((p: typeof params) =>
      p.W.sum().add(p.layers[0].square().sum()).add(p.layers[1].mul(2)),
    )(params);
    expect(value.item()).toBe(38);
    expect(g.W.toArray()).toEqual([[1, 1]]);
    expect(g.layers[0].toArray()).toEqual([6, 8]);
    expect(g.layers[1].item()).toBe(2);
    expect(params.W.tracked).toBe(false);
  });

  it('nest: the third derivative of sin is -cos', () => {
    const third = grad(grad(grad((x: number) => np.sin(x)) as (x: number) => never) as (x: number) => never);
    expect(third(0.5).item()).toBeCloseTo(-Math.cos(0.5), 14);
  });

  it('give zeros for a parameter that does not matter, and refuse what has no gradient', () => {
    const g = grad((p: { a: number[]; b: number[] }) => np.sum(p.a))({ a: [1, 2], b: [3] });
    expect((g.b as unknown as { toArray(): unknown }).toArray()).toEqual([0]);
    expect(() => grad((a: bigint[]) => np.sum(a))([1n])).toThrow(/int64/);
    expect(() => grad((a: number[]) => np.mul(a, 2))([1, 2])).toThrow(/single number.*\(2,\)/s);
  });
});

describe('np.scope', () => {
  it('returns what the body returns, and leaves in-place updates and gradients alone', () => {
    const w = np.array([1, 2, 3]).requiresGrad();
    const loss = np.scope(() => {
      const value = w.mul(w).sum();
      value.backward();
      np.noGrad(() => w.isub(w.grad!.mul(0.5)));
      return value;
    });
    for (let i = 0; i < 20; i++) np.scope(() => np.ones([3]).mul(i));
    expect(loss.item()).toBe(14);
    expect(w.toArray()).toEqual([0, 0, 0]);
    expect(w.grad!.toArray()).toEqual([2, 4, 6]);
  });

  it('keeps what a returned result still needs for backward', () => {
    const w = np.array([1, 2, 3]).requiresGrad();
    const { loss } = np.scope(() => ({ loss: np.exp(w.mul(2)).sum() }));
    for (let i = 0; i < 20; i++) np.scope(() => np.ones([3]).mul(i));
    loss.backward();
    expect(w.grad!.toArray()).toEqual([1, 2, 3].map((v) => 2 * Math.exp(2 * v)));
  });

  it('reuses memory, and an array that slipped out raises instead of showing other numbers', () => {
    let leaked = np.zeros([1]);
    const blocks = new Set<unknown>();
    for (let i = 0; i < 50; i++) {
      np.scope(() => {
        leaked = np.ones([1000]).mul(i);
        blocks.add(leaked.storage.slab);
      });
    }
    expect(blocks.size).toBeLessThan(4);
    expect(() => leaked.sum()).toThrow(/freed when its np\.scope ended/);
    expect(() => leaked.toArray()).toThrow(/freed when its np\.scope ended/);
    expect(() => np.scope(async () => 1)).toThrow(/synchronous/);
  });
});
