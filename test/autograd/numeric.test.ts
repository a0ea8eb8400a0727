// Gradient checks as the course teaches them: every experiment of its section, with its numbers.

import { describe, expect, it } from 'vitest';
import { grad, gradCheckReport, type NDArray, nn, np, numericalGradient } from '../../src/index.js';

const slope = (x: number[], y: number[]): number => {
  const [mx, my] = [x, y].map((v) => v.reduce((p, q) => p + q) / v.length);
  const top = x.reduce((s, v, i) => s + (v - mx) * (y[i] - my), 0);
  return top / x.reduce((s, v) => s + (v - mx) ** 2, 0);
};

/** Hinge losses of the wrong classes, N examples and K classes: N (K - 1) terms. */
function svm(N: number, K: number, seed: number, D = 4) {
  const rng = np.random.default_rng(seed);
  const X = rng.standard_normal([N, D]);
  const y = rng.integers(0, K, { size: [N] });
  const W = rng.standard_normal([D, K]);
  const wrong = np
    .array(
      Array.from({ length: N }, (_, i) =>
        Array.from({ length: K }, (_, k) => k).filter((k) => k !== y.item(i)),
      ),
    )
    .astype('int64');
  const rows = np.arange(N).reshape(N, 1);
  const loss = (w: NDArray) => {
    const scores = np.dot(X, w);
    const right = scores.at(np.arange(N), y).reshape(N, 1);
    return np.maximum(0, scores.at(rows, wrong).sub(right).add(1)).sum().div(N);
  };
  return { loss, W, X, y };
}

describe('finite differences', () => {
  const exact = 1 - Math.tanh(0.7) ** 2;
  const error = (method: 'forward' | 'centred', h: number) =>
    Math.abs(numericalGradient((x: number) => np.tanh(x), 0.7, { method, h }).item() - exact);

  it('forward differences err like h, centred ones like h squared', () => {
    const steps = [1e-4, 1e-3, 1e-2, 1e-1];
    const logs = steps.map(Math.log10);
    for (const [method, wanted] of [
      ['forward', 1],
      ['centred', 2],
    ] as const) {
      const errors = steps.map((h) => Math.log10(error(method, h)));
      expect(Math.abs(slope(logs, errors) - wanted)).toBeLessThan(0.05);
    }
    // Relative to the derivative.
    expect(error('forward', 1e-3) / exact).toBeCloseTo(6.04e-4, 6);
    expect(error('centred', 1e-3) / exact).toBeCloseTo(3.19e-8, 10);
    expect(error('centred', 1e-3) / (error('centred', 1e-4) * 100)).toBeCloseTo(1, 1);
  });

  it('rounding takes over: centred differences are best near 1e-5 and worse below 1e-8', () => {
    expect(error('centred', 1e-5)).toBeLessThan(5e-11);
    expect(error('centred', 1e-9)).toBeGreaterThan(error('centred', 1e-5));
    expect(error('centred', 1e-12)).toBeGreaterThan(1e-6);
  });

  it('work on trees, and on functions that np does not record', () => {
    const g = numericalGradient((p: { a: NDArray; b: number }) => p.a.toArray() as never, {
      a: np.array([1]),
      b: 2,
    });
    expect(g.a.toArray()[0 as never]).toBeCloseTo(1, 8);
    const h = numericalGradient(({ a, b }: { a: NDArray; b: number }) => Number(a.sum().item()) * b ** 2, {
      a: np.array([1, 2]),
      b: 3,
    });
    (h.a.toArray() as number[]).forEach((v) => {
      expect(v).toBeCloseTo(9, 6);
    });
    expect(h.b.item()).toBeCloseTo(18, 6);
  });

  it('refuse what they cannot do', () => {
    expect(() => numericalGradient((x: NDArray) => x, np.ones(2))).toThrow(
      /^numericalGradient: the function must return a single number/,
    );
    expect(() => numericalGradient((x: number) => x, 1, { h: 0 })).toThrow(
      /^numericalGradient: the step h must be positive/,
    );
    expect(() => numericalGradient((x: NDArray) => x, np.arange(2))).toThrow(
      /^numericalGradient: the argument is int64/,
    );
  });
});

describe('the report', () => {
  const tanhNet = (p: { W1: NDArray; W2: NDArray; b: NDArray }) =>
    np
      .tanh(np.dot(np.tanh(np.dot(X, p.W1)), p.W2).add(p.b))
      .square()
      .mean();
  const rng = np.random.default_rng(3);
  const X = rng.standard_normal([5, 4]);
  const params = () => ({
    W1: np.random.default_rng(1).standard_normal([4, 6]),
    W2: np.random.default_rng(2).standard_normal([6, 3]),
    b: np.zeros(3),
  });

  it('a right gradient of a smooth function is good: at most 1e-7, in every parameter', () => {
    const report = gradCheckReport(tanhNet, params(), { samples: 100 });
    expect(report.passed, String(report)).toBe(true);
    expect(report.kinkTerms).toBe(0);
    for (const p of report.parameters) {
      expect(p.elements.length).toBe(p.shape.reduce((n, m) => n * m, 1));
      expect(['good', 'rounding']).toContain(p.verdict);
    }
  });

  it('samples every parameter by itself, reproducibly', () => {
    const p = { big: np.ones([100, 50]), bias: np.ones(3) };
    const f = (q: typeof p) => q.big.square().sum().add(q.bias.square().sum());
    const report = gradCheckReport(f, p, { samples: 7 });
    expect(report.of('big').elements.length).toBe(7);
    expect(report.of('bias').elements.length).toBe(3);
    const places = (seed: number) =>
      gradCheckReport(f, p, { samples: 7, seed })
        .of('big')
        .elements.map((e) => e.index);
    expect(places(0)).toEqual(report.of('big').elements.map((e) => e.index));
    expect(places(1)).not.toEqual(places(0));
    expect(new Set(places(1).map(String)).size).toBe(7);
  });

  it('float32 is worse by a factor of 1000 and more', () => {
    const worst = (dtype: 'float64' | 'float32') =>
      gradCheckReport(
        (w: NDArray) =>
          np
            .tanh(np.dot(X.astype(w.dtype), w))
            .square()
            .mean(),
        params().W1,
        { dtype, samples: 24 },
      );
    const [double, all32] = [worst('float64'), worst('float32')];
    expect(double.of('x').worst).toBeLessThan(1e-7);
    expect(all32.of('x').worst).toBeGreaterThan(1000 * double.of('x').worst);
    expect(String(all32)).toMatch(/Computed in float32/);
  });

  it('thresholds: above 1e-2 wrong, to 1e-4 suspicious, to 1e-7 fine with kinks and too high without', () => {
    const w = np.array([0.5, 1.5]);
    const smooth = (x: NDArray) => x.square().sum();
    const kinked = (x: NDArray) => np.maximum(x, -5).square().sum();
    const off = (by: number) => (x: NDArray) => x.mul(2 * (1 + by));
    const verdict = (f: typeof smooth, by: number) =>
      gradCheckReport(f, w, { gradient: off(by) }).of('x').verdict;
    expect([0, 5e-8, 1e-5, 1e-3, 0.1].map((by) => verdict(smooth, by))).toEqual([
      'good',
      'good',
      'high',
      'suspicious',
      'wrong',
    ]);
    expect([0, 5e-8, 1e-5, 1e-3, 0.1].map((by) => verdict(kinked, by))).toEqual([
      'good',
      'good',
      'fine',
      'suspicious',
      'wrong',
    ]);
    expect(gradCheckReport(smooth, w, { gradient: off(0.1) }).passed).toBe(false);
    expect(gradCheckReport(kinked, w, { gradient: off(1e-5) }).passed).toBe(true);
  });

  it('both derivatives zero is no error', () => {
    const report = gradCheckReport((x: NDArray) => np.maximum(0, x).sum(), np.array([-1, -2]));
    expect(report.of('x').elements.map((e) => [e.analytic, e.numeric, e.relativeError, e.verdict])).toEqual([
      [0, 0, 0, 'good'],
      [0, 0, 0, 'good'],
    ]);
  });

  it('the kink of relu: at x = -1e-6 the difference over h = 1e-5 is 0.45, the gradient 0, and it is flagged', () => {
    const report = gradCheckReport((x: NDArray) => np.maximum(0, x).sum(), np.array([-1e-6, -1]), {
      h: 1e-5,
    });
    const [near, far] = report.of('x').elements;
    expect(near.analytic).toBe(0);
    expect(Math.abs(near.numeric - 0.45)).toBeLessThan(1e-12);
    expect([near.kinks, near.verdict]).toEqual([1, 'kinks']);
    expect([far.kinks, far.verdict]).toEqual([0, 'good']);
    expect(report.passed).toBe(true);
    expect(report.advice.join(' ')).toMatch(/1 of 2 elements cross a kink/);
  });

  it.each([
    ['max', (x: NDArray) => np.max(x)],
    ['abs', (x: NDArray) => np.abs(x.at(0).sub(x.at(1))).sum()],
    ['where', (x: NDArray) => np.where(x.at(0).greater(x.at(1)), x.at(0), x.at(1).mul(2))],
    ['clip', (x: NDArray) => np.clip(x, 1, null).sum()],
    ['sort', (x: NDArray) => np.sort(x).mul([1, 2, 3]).sum()],
    ['median', (x: NDArray) => np.median(x)],
    ['pooling', (x: NDArray) => nn.maxPool2d(x.reshape(1, 1, 1, 3), [1, 2]).sum()],
    ['floor', (x: NDArray) => x.add(np.floor(x)).sum()],
    ['an if', (x: NDArray) => ((x.item(0) as number) > 1 ? x.sum() : np.exp(x).sum())],
  ])('winners of %s are seen to change', (_, f) => {
    const at = (v: number) => gradCheckReport(f, np.array([v, 1, -4]), { h: 1e-5 }).of('x').elements[0].kinks;
    expect(at(1 - 1e-6)).toBeGreaterThan(0);
    expect(at(1.7)).toBe(0);
  });

  it('counts the hinge terms: 9 for each example with 10 classes', () => {
    const { loss, W } = svm(50, 10, 1);
    expect(gradCheckReport(loss, W, { samples: 1 }).kinkTerms).toBe(450);
  });

  it('few examples cross fewer kinks', () => {
    const flagged = (N: number) => {
      const { loss, W } = svm(N, 5, 7);
      return gradCheckReport(loss, W, { samples: 100, h: 2e-2 }).of('x').kinks;
    };
    expect(flagged(3)).toBeLessThan(flagged(300));
    expect(flagged(300)).toBeGreaterThan(10);
  });

  it('a strong regularisation hides a wrong data gradient; the parts show it', () => {
    const { loss, W } = svm(3, 4, 2);
    const f = (lambda: number) => (w: NDArray) => ({ data: loss(w), reg: w.square().sum().mul(lambda) });
    const wrong = (lambda: number) => (w: NDArray) => {
      const data = grad(loss)(w).mul(1.5);
      const reg = w.mul(2 * lambda);
      return { data, reg, total: data.add(reg) };
    };
    const strong = gradCheckReport(f(1e7), W, { gradient: wrong(1e7), part: 'total' });
    expect(strong.passed, String(strong)).toBe(true);
    const none = gradCheckReport(f(0), W, { gradient: wrong(0), part: 'total' });
    expect(none.of('x').verdict).toBe('wrong');
    const parts = gradCheckReport(f(1e7), W, { gradient: wrong(1e7) });
    expect(parts.of('x', 'data').verdict).toBe('wrong');
    expect(parts.of('x', 'reg').verdict).not.toBe('wrong');
    expect(gradCheckReport(f(0.1), W, { part: 'data' }).parameters.map((p) => p.part)).toEqual(['data']);
  });

  it('dropout draws the same mask in every evaluation', () => {
    np.random.seed(3);
    const W = np.array([
      [0.3, -0.2],
      [0.8, 0.5],
      [-0.4, 0.1],
    ]);
    const rng2 = np.random.default_rng(11);
    const f = (w: NDArray) => {
      const mask = np.random
        .rand(5, 2)
        .less(0.5)
        .mul(2)
        .mul(rng2.random([5, 2]).less(0.9));
      return np
        .tanh(np.dot(X.at(':', ':3'), w))
        .mul(mask)
        .square()
        .sum();
    };
    const before = np.random.get_state();
    const report = gradCheckReport(f, W);
    expect(report.of('x').worst).toBeLessThan(1e-7);
    expect(np.random.get_state()).toEqual(before);
  });

  it('burn-in trains first', () => {
    const W = np.array([2, -3]);
    const f = (w: NDArray) => w.square().sum();
    const report = gradCheckReport(f, W, {
      burnIn: (w) => {
        let now = w;
        for (let i = 0; i < 10; i++) now = now.sub(grad(f)(now).mul(0.1));
        return now;
      },
    });
    expect(report.of('x').elements[0].analytic).toBeCloseTo(4 * 0.8 ** 10, 12);
    expect(W.toArray()).toEqual([2, -3]);
  });

  it('warns below 1e-10 and scales the loss', () => {
    const f = (x: NDArray) => np.tanh(x).sum().mul(1e-12);
    const x = np.array([0.3, 0.5]);
    const small = gradCheckReport(f, x);
    expect(small.advice.join(' ')).toMatch(/2 of 2 gradients are below 1e-10.*lossScale/);
    const scaled = gradCheckReport(f, x, { lossScale: 1e12 });
    expect(scaled.advice).toEqual([]);
    expect(scaled.of('x').elements[0].analytic).toBeCloseTo(1 - Math.tanh(0.3) ** 2, 12);
    expect(scaled.of('x').verdict).toBe('good');
  });

  it('prints the raw numbers, and shows itself as a table', () => {
    const report = gradCheckReport(tanhNet, params(), { samples: 2 });
    const text = String(report);
    for (const p of report.parameters) {
      expect(text).toContain(p.name);
      for (const e of p.elements) {
        expect(text).toContain(e.analytic.toPrecision(9));
        expect(text).toContain(e.numeric.toPrecision(9));
      }
    }
    const bundle = (report as unknown as Record<symbol, () => Record<string, string>>)[
      Symbol.for('Jupyter.display')
    ]();
    expect(bundle['text/plain']).toBe(text);
    expect(bundle['text/html']).toMatch(/<table>.*W1.*<\/table>/s);
  });

  it.each([
    [
      () => gradCheckReport((x: NDArray) => x, np.ones(2)),
      /^gradCheckReport: the function must return a single number, not an array of shape \(2,\)/,
    ],
    [() => gradCheckReport((x: NDArray) => x.sum(), np.arange(2)), /^gradCheckReport: the argument is int64/],
    [
      () => gradCheckReport((x: NDArray) => x.sum(), np.ones(2), { h: -1 }),
      /^gradCheckReport: the step h must be positive/,
    ],
    [
      () => gradCheckReport((x: NDArray) => x.sum(), np.ones(2), { part: 'data' }),
      /^gradCheckReport: the loss has no part 'data'; it has loss/,
    ],
    [
      () => gradCheckReport((x: NDArray) => x.sum(), np.ones(2), { gradient: () => np.ones(3) }),
      /^gradCheckReport: the gradient has shapes \(3,\), the parameters \(2,\)/,
    ],
  ])('refuses %#', (call, message) => {
    expect(call).toThrow(message);
  });
});
