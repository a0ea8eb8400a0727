// np.fuse: a fused function gives what the function gives, to the last bit, at every call, and runs as ordinary code
// where it cannot be repeated.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { grad, NDArray, nn, np, valueAndGrad } from '../../src/index.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** The leaves of a result as text that tells every bit apart. */
function bits(value: unknown): string {
  if (value instanceof NDArray) {
    const { data } = value;
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex');
    return `${value.dtype}[${value.shape}]${bytes}`;
  }
  if (Array.isArray(value)) return `[${value.map(bits).join()}]`;
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value).map(([k, v]) => `${k}:${bits(v)}`)}}`;
  return Object.is(value, -0) ? '-0' : String(value);
}

type Function = (...args: any[]) => unknown;

/** Calls both with their own copies of the arguments, several times over, and compares results and arguments. */
function compare(f: Function, make: () => unknown[], fused = np.fuse(f)): typeof fused {
  const [mine, theirs] = [make(), make()];
  for (let call = 0; call < 5; call++) {
    expect(bits(fused(...theirs)), `call ${call}`).toBe(bits(f(...mine)));
    expect(bits(theirs), `arguments after call ${call}`).toBe(bits(mine));
  }
  return fused;
}

const random = (seed: number, shape: number[], dtype: 'float64' | 'float32' = 'float64') =>
  np.random.default_rng(seed).standard_normal(shape).astype(dtype);

/** Numbers with NaN, infinities and signed zeros among them. */
function special(shape: number[]): NDArray {
  const a = random(7, shape);
  const flat = a.reshape([-1]);
  [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0].forEach((v, i) => {
    if (3 * i + 1 < flat.size) flat.set([3 * i + 1], v);
  });
  return a;
}

const labels = (n: number, k: number) =>
  np.array(
    Array.from({ length: n }, (_, i) => BigInt((i * 7) % k)),
    { dtype: 'int64' },
  );

describe('a fused function gives the same bits as the function', () => {
  const table: [string, Function, () => unknown[]][] = [
    [
      'a chain of arithmetic',
      (a, b) => a.mul(b).add(a).sub(1.5).div(b),
      () => [random(1, [40, 30]), random(2, [40, 30])],
    ],
    [
      'rows and columns that broadcast',
      (a, r, c) => a.add(r).mul(c).sub(r),
      () => [random(1, [70, 9]), random(2, [9]), random(3, [70, 1])],
    ],
    [
      'transcendental functions',
      (a) =>
        np
          .exp(a)
          .add(np.tanh(a))
          .mul(np.log(np.abs(a).add(1))),
      () => [random(1, [50, 20])],
    ],
    ['specials', (a) => np.maximum(a, 0).add(np.exp(a)).mul(np.isfinite(a)), () => [special([20, 5])]],
    [
      'float32',
      (a, b) => a.mul(b).add(0.1).sum({ axis: 1 }),
      () => [random(1, [33, 17], 'float32'), random(2, [33, 17], 'float32')],
    ],
    [
      'mixed dtypes',
      (a, b, c) => a.add(b).mul(c.add(1)),
      () => [random(1, [30, 8], 'float32'), random(2, [30, 8]), labels(8, 5)],
    ],
    ['integers', (a) => a.mul(3).add(1).floorDivide(2).mod(5), () => [labels(64, 11)]],
    [
      'comparisons and where',
      (a, b) => np.where(a.greater(b), a, b.mul(2)),
      () => [random(1, [31, 6]), random(2, [31, 6])],
    ],
    [
      'a mask write',
      (a) => {
        const h = a.mul(2);
        h.set([h.lessEqual(0)], 0);
        return h;
      },
      () => [random(1, [64, 10])],
    ],
    ['a transposed operand', (a, b) => a.T.mul(b).add(1), () => [random(1, [12, 40]), random(2, [40, 12])]],
    [
      'strided operands',
      (a) => a.at(':, ::2').mul(a.at(':, 1::2')).add(a.at('::-1, ::2')),
      () => [random(1, [40, 20])],
    ],
    [
      'row reductions',
      (a) => [
        np.sum(a, 1),
        np.max(a, { axis: 1, keepdims: true }),
        np.min(a, 1),
        np.prod(a, 1),
        np.argmax(a, 1),
      ],
      () => [special([50, 12])],
    ],
    ['long rows', (a) => np.sum(a.mul(a), 1), () => [random(1, [20, 1000])]],
    [
      'column reductions',
      (a) => [np.sum(a.mul(2), 0), np.max(a, 0), np.mean(a, { axis: 0, keepdims: true })],
      () => [random(1, [200, 7])],
    ],
    [
      'sums of everything',
      (a) => [np.sum(a.mul(a)), np.mean(np.exp(a)), np.max(a.neg())],
      () => [random(1, [113, 97])],
    ],
    ['a large sum', (a) => np.sum(a.mul(0.1).add(a)), () => [random(1, [30000])]],
    [
      'three dimensions',
      (a, b) =>
        a
          .mul(b)
          .sum({ axis: -1 })
          .add(a.sum({ axis: [0, 1] }).sum()),
      () => [random(1, [4, 25, 8]), random(2, [8])],
    ],
    [
      'var and std',
      (a) => [np.var(a, { axis: 0 }), np.std(a, { axis: 1 }), np.var(a)],
      () => [random(1, [40, 9])],
    ],
    [
      'softmax by hand',
      (s) => {
        const e = np.exp(s.sub(np.max(s, { axis: 1, keepdims: true })));
        return e.div(np.sum(e, { axis: 1, keepdims: true }));
      },
      () => [random(1, [100, 10])],
    ],
    [
      'products',
      (x, w, b) => np.maximum(0, np.dot(x, w).add(b)),
      () => [random(1, [90, 5]), random(2, [5, 33]), random(3, [33])],
    ],
    [
      'a small product of long rows',
      (x, w) => np.exp(np.dot(np.tanh(x), w)),
      () => [random(1, [90, 40]), random(2, [40, 3])],
    ],
    [
      'a large product',
      (x, w) => np.dot(x.mul(2), w).add(1),
      () => [random(1, [64, 80]), random(2, [80, 70])],
    ],
    [
      'products over the rows',
      (x, g) => [np.dot(x.mul(2).T, g.mul(3)), np.dot(g.T, x)],
      () => [random(1, [90, 50]), random(2, [90, 3])],
    ],
    [
      'a product with a transpose',
      (g, w) => np.dot(g, w.T).mul(2),
      () => [random(1, [90, 3]), random(2, [40, 3])],
    ],
    [
      'vectors and products',
      (x, v) => [np.dot(x, v), np.dot(v, v), np.dot(x.T, np.dot(x, v))],
      () => [random(1, [50, 6]), random(2, [6])],
    ],
    ['gathers', (x, y) => x.mul(2).at(np.arange(60), y).add(1), () => [random(1, [60, 5]), labels(60, 5)]],
    ['rows by index', (x, y) => x.at(y).mul(2), () => [random(1, [5, 9]), labels(60, 5)]],
    [
      'scatters into rows',
      (x, y) => {
        const p = np.exp(x);
        p.set([np.arange(60), y], p.at(np.arange(60), y).sub(1));
        p.idiv(60);
        return p;
      },
      () => [random(1, [60, 5]), labels(60, 5)],
    ],
    [
      'scatters that repeat',
      (x, y) => {
        const sums = np.zeros([5, 9]);
        np.addAt(sums, [y], x.mul(2));
        return sums.add(1);
      },
      () => [random(1, [60, 9]), labels(60, 5)],
    ],
    [
      'writes to views',
      (a) => {
        a.at(0).iadd(1);
        a.set([':', 2], 5);
        a.at('1:3').imul(2);
        return a.sum({ axis: 0 });
      },
      () => [random(1, [20, 4])],
    ],
    [
      'in-place updates',
      (w, g) => {
        w.isub(g.mul(0.1));
        w.imul(0.99);
        return np.sum(w);
      },
      () => [random(1, [30, 20]), random(2, [30, 20])],
    ],
    [
      'overlapping in-place writes',
      (a) => {
        a.at('1:').iadd(a.at(':-1'));
        return a.copy();
      },
      () => [random(1, [500])],
    ],
    [
      'concatenation and stacking',
      (a, b) => np.concatenate([a.mul(2), b], { axis: 1 }).sum({ axis: 1 }),
      () => [random(1, [40, 3]), random(2, [40, 4])],
    ],
    ['running sums', (a) => np.cumsum(a.mul(2), 1), () => [random(1, [30, 7])]],
    ['sorting', (a) => [np.sort(a.neg(), 1), np.argsort(a, 1)], () => [random(1, [30, 7])]],
    ['empty arrays', (a) => [a.mul(2).add(1), np.sum(a, 0), np.sum(a, 1)], () => [np.zeros([0, 3])]],
    ['0-d arrays', (a, b) => a.mul(b).add(1).div(a), () => [np.array(3), np.array(0.5)]],
    [
      'arrays of one row or column',
      (a, b) => [a.add(b).sum({ axis: 1 }), a.mul(b).sum({ axis: 0 })],
      () => [random(1, [1, 50]), random(2, [50, 1])],
    ],
    [
      'objects and lists',
      ({ w, list }, s) => ({ sum: np.sum(w.mul(s)), parts: [list[0].add(1), 'name', list[1]], s }),
      () => [{ w: random(1, [20]), list: [random(2, [4]), null] }, 2],
    ],
    [
      'gradients',
      (w, x) => valueAndGrad((v: NDArray) => np.sum(np.tanh(np.dot(x, v)).square()))(w),
      () => [random(1, [6, 4]), random(2, [70, 6])],
    ],
    [
      'second derivatives',
      (x) => grad((v: NDArray) => np.sum(grad((u: NDArray) => np.sum(np.exp(u.mul(u))))(v)))(x),
      () => [random(1, [40])],
    ],
    [
      'library losses',
      (s, y) => [nn.softmax(s), nn.logSoftmax(s), nn.mseLoss(s, s.mul(0.5)), nn.sigmoid(s), y.sum()],
      () => [random(1, [50, 4]), labels(50, 4)],
    ],
    [
      'cross entropy and its gradient',
      (s, y) => valueAndGrad((v: NDArray) => nn.crossEntropy(v, y))(s),
      () => [random(1, [50, 4]), labels(50, 4)],
    ],
    [
      'broadcast against a scalar array',
      (a, s) => a.mul(s).add(s),
      () => [random(1, [33, 5]), np.array(0.3)],
    ],
    [
      'the same array twice',
      (a, b) => {
        a.iadd(1);
        return b.mul(2);
      },
      () => {
        const a = random(1, [30]);
        return [a, a];
      },
    ],
    [
      'overlapping views',
      (a, b) => {
        a.imul(2);
        return b.add(a);
      },
      () => {
        const a = random(1, [60]);
        return [a.at(':50'), a.at('10:')];
      },
    ],
    [
      'a result that is an argument',
      (a, b) => [a, b.add(1), a.at(0), b],
      () => [random(1, [5, 3]), random(2, [4])],
    ],
    [
      'results of one block',
      (a) => {
        const b = a.mul(2);
        return [b, b.at('1:'), b.T];
      },
      () => [random(1, [6, 4])],
    ],
  ];
  it.each(table)('%s', (_name, f, make) => {
    const fused = compare(f, make);
    expect(fused.explain()).not.toContain('ordinary code');
  });
});

/** The step of a two-layer net on the arrays in `net`, gradient by hand. */
function trainStep(net: { X: NDArray; y: NDArray; W: NDArray; b: NDArray; W2: NDArray; b2: NDArray }) {
  const { X, y, W, b, W2, b2 } = net;
  const n = X.shape[0];
  const rows = np.arange(n);
  return () => {
    const hidden = np.maximum(0, np.dot(X, W).add(b));
    const e = np.exp(np.dot(hidden, W2).add(b2));
    const probs = e.div(np.sum(e, { axis: 1, keepdims: true }));
    const loss = np
      .sum(np.log(probs.at(rows, y)).neg())
      .div(n)
      .add(np.sum(W.mul(W)).mul(0.0005));
    probs.set([rows, y], probs.at(rows, y).sub(1));
    probs.idiv(n);
    const dW2 = np.dot(hidden.T, probs);
    const dhidden = np.dot(probs, W2.T);
    dhidden.set([hidden.lessEqual(0)], 0);
    W2.iadd(dW2.mul(-1));
    b2.iadd(np.sum(probs, { axis: 0, keepdims: true }).mul(-1));
    W.iadd(np.dot(X.T, dhidden).add(W.mul(0.001)).mul(-1));
    b.iadd(np.sum(dhidden, { axis: 0, keepdims: true }).mul(-1));
    return loss;
  };
}
const net = (n = 60, h = 100) => ({
  X: random(1, [n, 2]),
  y: labels(n, 3),
  W: random(2, [2, h]),
  b: np.zeros([1, h]),
  W2: random(3, [h, 3]),
  b2: np.zeros([1, 3]),
});

describe('a layer, its rectifier and its gradients, in the shapes that products take in their own ways', () => {
  // No infinities: their differences are NaN of the other sign, and which of two NaN a sum gives is not settled.
  const finite = (shape: number[]) => np.where(np.isinf(special(shape)), 1, special(shape));
  const shapes = [1, 2, 3, 4, 5].flatMap((inputs) => [3, 8, 37, 100].map((units) => [inputs, units]));
  it.each(shapes)('%i inputs, %i units', (inputs, units) => {
    for (const dtype of ['float64', 'float32'] as const) {
      const step = (X: NDArray, W: NDArray, b: NDArray, V: NDArray, c: NDArray, d: NDArray) => {
        const hidden = np.maximum(0, np.dot(X, W).add(b));
        const leftward = np.maximum(np.dot(X, W).add(b), 0);
        const scores = np.dot(hidden, V).add(c);
        const back = np.dot(d, V.T);
        back.set([hidden.lessEqual(0)], 0);
        const db = np.sum(back, { axis: 0, keepdims: true });
        const dW = np.dot(X.T, back);
        return [scores, leftward, np.dot(hidden.T, d), np.sum(d, 0), dW, db];
      };
      const fused = compare(step, () => [
        finite([45, inputs]).astype(dtype),
        random(2, [inputs, units], dtype),
        random(3, [1, units], dtype),
        random(4, [units, 3], dtype),
        random(5, [1, 3], dtype),
        random(6, [45, 3], dtype),
      ]);
      expect(fused.explain()).toContain('runs fused');
    }
  });
});

describe('a maximum and a comparison of what it is taken of', () => {
  const comparisons: [string, (p: NDArray, s: number) => NDArray][] = [
    ['s < p', (p, s) => np.less(s, p)],
    ['p < s', (p, s) => np.less(p, s)],
    ['p > s', (p, s) => np.greater(p, s)],
    ['s <= p', (p, s) => np.lessEqual(s, p)],
    ['p <= s', (p, s) => np.lessEqual(p, s)],
    ['s >= p', (p, s) => np.greaterEqual(s, p)],
    ['p >= s', (p, s) => np.greaterEqual(p, s)],
    ['p == s', (p, s) => np.equal(p, s)],
    ['another number', (p, s) => np.less(s + 1, p)],
  ];
  it.each(comparisons)('%s', (_name, test) => {
    for (const s of [0, -0.5]) {
      const f = (X: NDArray, W: NDArray, g: NDArray) => {
        const p = np.dot(X, W).add(s);
        const h = np.maximum(s, p);
        return [np.sum(h, 0), np.sum(np.where(test(p, s), g, 0), 0)];
      };
      const withTies = (): NDArray => special([30, 2]).set([8], 0);
      compare(f, () => [withTies(), random(2, [2, 20]), random(3, [30, 20])]);
    }
  });
});

describe('training steps', () => {
  it('by hand, with closed-over parameters, over 40 steps, in one loop over the rows', () => {
    for (const n of [60, 300, 301]) {
      const [mine, theirs] = [net(n), net(n)];
      const [plain, fused] = [trainStep(mine), np.fuse(trainStep(theirs))];
      for (let i = 0; i < 40; i++) expect(bits(fused())).toBe(bits(plain()));
      expect(bits(theirs)).toBe(bits(mine));
      expect(fused.explain()).toMatch(new RegExp(`a loop over ${n} rows.*matmul.*exp.*put.*matmul`));
    }
  });

  it('with backward() inside and parameters updated in place', () => {
    const make = (p: ReturnType<typeof net>) => {
      const params = [p.W, p.b, p.W2, p.b2];
      for (const a of params) a.requiresGrad();
      return () => {
        const hidden = np.maximum(0, np.dot(p.X, p.W).add(p.b));
        const loss = nn.crossEntropy(np.dot(hidden, p.W2).add(p.b2), p.y);
        loss.backward();
        np.noGrad(() => {
          for (const a of params) {
            a.isub(a.grad!.mul(0.5));
            a.grad = null;
          }
        });
        return loss;
      };
    };
    const [mine, theirs] = [net(), net()];
    const [plain, fused] = [make(mine), np.fuse(make(theirs))];
    for (let i = 0; i < 20; i++) expect(bits(fused())).toBe(bits(plain()));
    expect(bits(theirs)).toBe(bits(mine));
    expect(fused.explain()).toContain('runs fused');
    expect(theirs.W.grad).toBeNull();
  });

  it('that take and return parameters', () => {
    const step = (p: { w: NDArray; v: NDArray }, x: NDArray, rate: NDArray) => {
      const [loss, g] = valueAndGrad((q: typeof p) => np.sum(np.tanh(np.dot(x, q.w)).mul(q.v)))(p);
      return { loss, next: { w: p.w.sub(g.w.mul(rate)), v: p.v.sub(g.v.mul(rate)) } };
    };
    const fused = np.fuse(step);
    let [mine, theirs] = [0, 0].map(() => ({ w: random(1, [5, 8]), v: random(2, [8]) }));
    const x = random(3, [80, 5]);
    for (let i = 0; i < 12; i++) {
      const rate = np.array(0.1 / (i + 1));
      const [a, b] = [step(mine, x, rate), fused(theirs, x, rate)];
      expect(bits(b)).toBe(bits(a));
      mine = a.next;
      theirs = b.next;
    }
    expect(fused.explain()).toContain('runs fused');
  });
});

describe('calls', () => {
  it('records again for new shapes, dtypes, strides and numbers', () => {
    const f = (a: NDArray, s: number) => np.sum(a.mul(s).add(1), 0);
    const fused = np.fuse(f);
    for (let round = 0; round < 4; round++) {
      for (const a of [
        random(1, [9, 4]),
        random(1, [4, 9]),
        random(1, [9, 4], 'float32'),
        random(1, [4, 9]).T,
      ]) {
        for (const s of [2, -0.5]) expect(bits(fused(a, s))).toBe(bits(f(a, s)));
      }
    }
    expect(fused.explain().match(/runs fused/g)).toHaveLength(8);
  });

  it('reads arrays of the surroundings at every call', () => {
    const w = random(1, [30]);
    const fused = np.fuse((a: NDArray) => a.mul(w).add(1));
    const a = random(2, [30]);
    for (let i = 0; i < 6; i++) {
      expect(bits(fused(a))).toBe(bits(a.mul(w).add(1)));
      w.iadd(i);
    }
  });

  it('returns arrays that later calls leave alone', () => {
    const fused = np.fuse((a: NDArray) => [a.add(1), np.sum(a)] as const);
    const kept = Array.from({ length: 8 }, (_, i) => fused(np.full([50], i)));
    kept.forEach(([b, s], i) => {
      expect(bits(b)).toBe(bits(np.full([50], i + 1)));
      expect(s.item()).toBe(50 * i);
    });
  });

  it('counts in-place writes, so that a pending backward notices them', () => {
    const w = np.ones([4]);
    const other = np.ones([4]);
    const fused = np.fuse((a: NDArray) => {
      w.iadd(a);
      a.imul(2);
    });
    for (let i = 0; i < 4; i++) fused(other);
    const x = np.ones([4]).requiresGrad();
    const y = np.sum(x.mul(w));
    const z = np.sum(x.mul(other));
    fused(other);
    expect(() => y.backward()).toThrow(/changed in place/);
    expect(() => z.backward()).toThrow(/changed in place/);
  });

  it('inside another fused function is part of that one', () => {
    const inner = np.fuse((a: NDArray) => a.mul(2).add(1));
    const outer = np.fuse((a: NDArray) => inner(inner(a)).sum());
    const a = random(1, [40]);
    for (let i = 0; i < 5; i++) expect(bits(outer(a))).toBe(bits(a.mul(2).add(1).mul(2).add(1).sum()));
    expect(outer.explain()).toContain('runs fused');
    expect(inner.explain()).toBe('was not called yet');
  });

  it('an argument that is also taken from the surroundings', () => {
    const w = random(1, [30]);
    const f = (a: NDArray) => {
      w.iadd(1);
      return a.mul(2).add(w);
    };
    const fused = np.fuse(f);
    const a = random(2, [30]);
    const [mine, theirs] = [w.copy(), w];
    const plain = (x: NDArray | null) => {
      mine.iadd(1);
      return (x ?? mine).mul(2).add(mine);
    };
    for (const x of [a, a, a, null, a, null, a, a]) expect(bits(fused(x ?? theirs))).toBe(bits(plain(x)));
    // The other way round: the first calls get the array itself.
    const again = np.fuse(f);
    for (const x of [null, null, null, a, null, a, a]) expect(bits(again(x ?? theirs))).toBe(bits(plain(x)));
  });

  it('does not keep what the function made on the way', () => {
    collectGarbage();
    const before = process.memoryUsage().arrayBuffers;
    const kept = Array.from({ length: 40 }, () => {
      const fused = np.fuse((a: NDArray) => np.sum(np.dot(a.mul(2).add(1), a).mul(3)));
      const a = np.ones([300, 300]);
      for (let i = 0; i < 4; i++) fused(a);
      return fused;
    });
    expect(kept.every((f) => f.explain().includes('runs fused'))).toBe(true);
    collectGarbage();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 2 ** 20);
  });

  it('keeps `this`, name and length', () => {
    const fused = np.fuse(function scale(this: { by: number }, a: NDArray) {
      return a.mul(this.by);
    });
    expect(fused.name).toBe('scale');
    expect(fused.length).toBe(1);
    expect(fused.call({ by: 3 }, np.array([2])).toArray()).toEqual([6]);
  });

  it('an exception of the function passes, before and after it is fused', () => {
    const fused = np.fuse((a: NDArray, b: NDArray) => a.add(b));
    const [a, b] = [np.ones([3]), np.ones([4])];
    expect(() => fused(a, b)).toThrow(/shapes?/);
    expect(() => fused(a, b)).toThrow(/shapes?/);
    for (let i = 0; i < 4; i++) expect(fused(a, a).toArray()).toEqual([2, 2, 2]);
    expect(() => fused(a, b)).toThrow(/shapes?/);
  });

  it('an index that goes out of bounds later gives the error of the function, and nothing is written', () => {
    const w = np.zeros([5]);
    const f = (x: NDArray, y: NDArray) => {
      w.iadd(1);
      return x.mul(2).at(np.arange(5), y).add(1);
    };
    const fused = np.fuse(f);
    const x = random(1, [5, 3]);
    for (let i = 0; i < 4; i++) fused(x, labels(5, 3));
    expect(() => fused(x, np.array([0n, 1n, 7n, 0n, 0n]))).toThrow(
      /at: index 7 is out of bounds for axis 1 with size 3/,
    );
    expect(fused(x, labels(5, 3)).shape).toEqual([5]);
  });

  it('an index array that no longer counts up is noticed', () => {
    const rows = np.arange(6);
    const f = (x: NDArray, y: NDArray) => {
      const p = x.mul(2);
      p.set([rows, y], 0);
      return p.at(rows, y).add(np.sum(p, 1));
    };
    const fused = np.fuse(f);
    const [x, y] = [random(1, [6, 3]), labels(6, 3)];
    for (let i = 0; i < 4; i++) expect(bits(fused(x, y))).toBe(bits(f(x, y)));
    rows.set([2], 4);
    for (let i = 0; i < 4; i++) expect(bits(fused(x, y))).toBe(bits(f(x, y)));
  });

  it('memory stays bounded over 10,000 calls', () => {
    const w = random(1, [64, 64]);
    const fused = np.fuse((a: NDArray) => np.tanh(a.mul(w)).add(a).mul(0.5));
    let a = random(2, [64, 64]);
    for (let i = 0; i < 100; i++) a = fused(a);
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 10000; i++) a = fused(a);
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 2 ** 20);
  });
});

describe('gradients through a fused function', () => {
  it('are those of the function', () => {
    const f = (a: NDArray) => np.sum(np.exp(a).mul(a));
    const fused = np.fuse(f);
    const a = random(1, [20]);
    for (let i = 0; i < 4; i++) expect(bits(grad(fused)(a))).toBe(bits(grad(f)(a)));
    for (let i = 0; i < 4; i++) expect(bits(fused(a))).toBe(bits(f(a)));
    const w = random(2, [20]).requiresGrad();
    fused(w).backward();
    expect(bits(w.grad)).toBe(bits(grad(f)(w.detach())));
  });
});

describe('what cannot be repeated runs as ordinary code', () => {
  const refused: [string, RegExp, Function][] = [
    ['item()', /item\(\), toArray\(\)/, (a) => a.mul(np.sum(a).item())],
    ['a condition', /a condition/, (a) => (np.sum(a).greater(0).item() ? a.add(1) : a.sub(1))],
    ['toArray()', /item\(\), toArray\(\)/, (a) => np.array(a.add(1).toArray() as number[])],
    ['a mask that picks elements', /size of a result/, (a) => a.at(a.greater(0)).mul(2)],
    ['nonzero', /size of a result/, (a) => np.nonzero(a)[0]],
    ['a promise', /promise/, async (a) => a.add(1)],
  ];
  it.each(refused)('%s', (_name, reason, f) => {
    const fused = np.fuse(f);
    for (const seed of [1, 2, 3, 4]) {
      const a = random(seed, [12]).sub(0.3);
      const [x, y] = [fused(a), f(a)];
      if (!(x instanceof Promise)) expect(bits(x)).toBe(bits(y));
    }
    expect(fused.explain()).toMatch(reason);
    expect(fused.explain()).toContain('runs as ordinary code');
    expect(() => np.fuse(f, { strict: true })(random(1, [12]))).toThrow(reason);
  });

  it('random draws go on', () => {
    const fused = np.fuse((a: NDArray) => a.add(np.random.randn(5)));
    const a = np.zeros([5]);
    const seen = new Set(Array.from({ length: 5 }, () => bits(fused(a))));
    expect(seen.size).toBe(5);
    expect(fused.explain()).toMatch(/random/);
  });

  it('a number of the surroundings that changes at once', () => {
    let rate = 1;
    const fused = np.fuse((a: NDArray) => a.mul(rate));
    for (rate = 1; rate < 8; rate++) expect(fused(np.ones([2])).toArray()).toEqual([rate, rate]);
    expect(fused.explain()).toMatch(/0-d array/);
  });

  it('an array of the surroundings that is another one at every call', () => {
    let w = np.ones([3]);
    const fused = np.fuse((a: NDArray) => {
      w = w.add(a);
      return w.mul(2);
    });
    for (let i = 0; i < 6; i++)
      expect(fused(np.ones([3])).toArray()).toEqual([4 + 2 * i, 4 + 2 * i, 4 + 2 * i]);
    expect(fused.explain()).toMatch(/surroundings is another one/);
  });

  it('one that changes later is an error at the next check, and ordinary code after it', () => {
    let rate = 2;
    const fused = np.fuse((a: NDArray) => a.mul(rate).add(1));
    const a = np.ones([2]);
    for (let i = 0; i < 4; i++) fused(a);
    rate = 5;
    expect(() => {
      for (let i = 0; i < 20; i++) fused(a);
    }).toThrow(/fuse: the function no longer does what it did/);
    expect(fused(a).toArray()).toEqual([6, 6]);
  });

  it('a gradient that is left on an array', () => {
    const w = np.ones([3]).requiresGrad();
    const fused = np.fuse((a: NDArray) => {
      w.grad = null;
      np.sum(w.mul(a)).backward();
    });
    for (let i = 0; i < 4; i++) {
      fused(np.full([3], i));
      expect(w.grad!.toArray()).toEqual([i, i, i]);
    }
    expect(fused.explain()).toMatch(/W\.grad/);
  });

  it('too many forms of arguments', () => {
    const fused = np.fuse((a: NDArray, t: number) => a.mul(t));
    for (let t = 0; t < 40; t++) expect(fused(np.ones([2]), t).toArray()).toEqual([t, t]);
    expect(fused.explain()).toMatch(/more than 16 forms of arguments/);
  });

  it('names what is wrong with the argument', () => {
    expect(() => np.fuse(3 as never)).toThrow('fuse: pass a function, not number 3.');
  });
});
