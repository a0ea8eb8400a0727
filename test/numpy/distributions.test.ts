// Every distribution of np.random against NumPy 1.24, bit for bit and draw after draw, on every bit generator:
// test/fixtures/random_distributions.py makes the fixture.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { asarray } from '../../src/core/create.js';
import { type DType, typedView } from '../../src/core/dtype.js';
import { NDArray } from '../../src/core/ndarray.js';
import * as random from '../../src/numpy/random/index.js';
import '../../src/autograd/tape.js';
import { eigh } from '../../src/numpy/linalg.js';
import { abs, sub } from '../../src/ops/elementwise.js';
import { matmul } from '../../src/ops/matmul.js';
import { ravel, transpose } from '../../src/ops/shape.js';

type Call = [name: string, args: unknown[], options?: Record<string, unknown>];
type Face = 'seeded' | 'RandomState' | 'Generator';
type Kind = 'MT19937' | 'PCG64' | 'PCG64DXSM' | 'Philox' | 'SFC64';
interface Bits {
  kind: Kind | 'keyed';
  raw: string[];
  one: string;
  state: unknown;
  jumped?: [unknown, unknown];
  after: string[];
  advanced?: unknown[];
  bytes: number[][];
}
interface Fixture {
  calls: Call[];
  sessions: {
    face: Face;
    kind: Kind;
    seed: number;
    calls: number[];
    results: string[];
    states: Record<number, unknown>;
  }[];
  bits: Bits[];
  mean: number[];
  cov: number[][];
  normals: {
    method: 'legacy' | 'svd' | 'eigh' | 'cholesky';
    size: number | number[] | null;
    values: number[];
    shape: number[];
    next: number;
  }[];
}
const fixture: Fixture = JSON.parse(
  readFileSync(new URL('../fixtures/random_distributions.json', import.meta.url), 'utf8'),
);

const digest = (bytes: Uint8Array, digits: number) =>
  createHash('sha256').update(bytes).digest('hex').slice(0, digits);

/** What a call returned, in the fixture's form; numbers have the dtype that the fixture says. */
function encode(value: unknown, like: string): string {
  if (value instanceof NDArray) {
    const { data } = value;
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return `${value.dtype}(${value.shape})#${digest(bytes, 12)}`;
  }
  const dtype = like.slice(0, like.search(/[(#]/)) as DType;
  const view = typedView(dtype, new ArrayBuffer(8), 0, 1);
  view[0] = (view instanceof BigInt64Array ? BigInt(value as number) : value) as never;
  return `${dtype}#${digest(new Uint8Array(view.buffer, 0, view.byteLength), 12)}`;
}

/** A state in the fixture's form. */
function plain(state: unknown): unknown {
  if (typeof state === 'string') return state;
  if (typeof state === 'bigint' || typeof state === 'number') return String(state);
  if (ArrayBuffer.isView(state)) {
    const { buffer, byteOffset, byteLength } = state;
    const list = [...(state as unknown as Uint32Array)];
    return list.length > 8 ? digest(new Uint8Array(buffer, byteOffset, byteLength), 24) : list.map(String);
  }
  return Object.fromEntries(
    Object.entries(state as object)
      .filter(([name]) => name !== 'bit_generator')
      .map(([name, x]) => [name, name === 'gauss' ? x : plain(x)]),
  );
}

function argument(x: unknown): unknown {
  if (typeof x !== 'object' || x === null) return x;
  if ('number' in x) return Number.NaN;
  if ('array' in x && 'dtype' in x) return asarray(x.array as number[], 'test', x.dtype as DType);
  return x;
}

function generator(face: Face, kind: Kind, seed: number): random.RandomState | random.Generator {
  if (face === 'seeded') return new random.RandomState(seed);
  const bits = new random[kind](seed);
  return face === 'RandomState' ? new random.RandomState(bits) : new random.Generator(bits);
}

describe.each(fixture.sessions)(
  '$face on $kind, seed $seed',
  ({ face, kind, seed, calls, results, states }) => {
    it(`gives what NumPy gives in ${calls.length} calls, one after the other`, () => {
      const rng = generator(face, kind, seed);
      const methods = rng as unknown as Record<string, (...args: unknown[]) => unknown>;
      calls.forEach((index, i) => {
        const [name, args, options] = fixture.calls[index];
        const all = args.map(argument);
        if (options !== undefined) {
          all.push(Object.fromEntries(Object.entries(options).map(([key, x]) => [key, argument(x)])));
        }
        const value = methods[name](...all);
        expect(encode(value, results[i]), `${i}: ${JSON.stringify(fixture.calls[index])}`).toBe(results[i]);
        if (states[i] !== undefined) {
          const state = rng instanceof random.RandomState ? rng.getState() : rng.bitGenerator.state;
          expect(plain(state)).toEqual(states[i]);
        }
      });
    });
  },
);

const rawOf = (g: random.BitGenerator, n: number) => [...(g.randomRaw(n).raw() as BigUint64Array)];

describe.each(fixture.bits.filter((b) => b.kind !== 'keyed'))('$kind', (bits) => {
  const kind = bits.kind as Kind;
  const used = () => {
    const g = new random[kind](42);
    g.randomRaw(7);
    new random.Generator(g).random(1, 'float32');
    return g;
  };

  it('makes the words of NumPy, and has its state', () => {
    const g = new random[kind](42);
    expect(rawOf(g, 6).map(String)).toEqual(bits.raw);
    expect(String(g.random_raw())).toBe(bits.one);
    new random.Generator(g).random(1, 'float32');
    expect(plain(g.state)).toEqual(bits.state);
  });

  it('continues from a state that went through JSON', () => {
    const g = used();
    const text = JSON.stringify(g.state);
    const next = rawOf(g, 700);
    const other = new random[kind](1);
    other.state = JSON.parse(text);
    expect(rawOf(other, 700)).toEqual(next);
  });

  it('makes the bytes of NumPy', () => {
    const g = used();
    for (const delta of bits.advanced === undefined ? [] : [1n, 10n ** 30n, -5n])
      (g as random.PCG64).advance(delta);
    const rng = new random.Generator(g);
    expect([0, 1, 4, 7].map((n) => [...rng.bytes(n)])).toEqual(bits.bytes);
  });

  it('spawns what SeedSequence.spawn gives', () => {
    const g = new random[kind](42);
    const seeds = new random.SeedSequence(42).spawn(2);
    expect(g.spawn(2).map((child) => child.randomRaw())).toEqual(
      seeds.map((seed) => new random[kind](seed).randomRaw()),
    );
  });

  if (bits.advanced !== undefined) {
    it('advances and jumps as NumPy does, and leaves the original where it was', () => {
      const g = used() as random.PCG64;
      expect([g.jumped(), g.jumped(3)].map((j) => plain(j.state))).toEqual(bits.jumped);
      expect(rawOf(g.jumped(), 3).map(String)).toEqual(bits.after);
      const states = [1, 10n ** 30n, -5].map((delta) => plain(g.advance(delta).state));
      expect(states).toEqual(bits.advanced);
    });
  }
});

describe('other bit generators', () => {
  it('Philox takes a counter and a key', () => {
    const g = new random.Philox(null, { key: 2n ** 70n + 5n, counter: [1, 2, 3, 4] });
    expect(rawOf(g, 6).map(String)).toEqual(fixture.bits.find((b) => b.kind === 'keyed')!.raw);
  });

  it('Generators spawn independent ones', () => {
    const seeds = new random.SeedSequence(5).spawn(2);
    expect(
      random
        .defaultRng(5)
        .spawn(2)
        .map((g) => g.random()),
    ).toEqual(seeds.map((seed) => random.defaultRng(seed).random()));
  });

  it('the state of a RandomState goes through JSON with its waiting number', () => {
    const rng = new random.RandomState(new random.Philox(3));
    rng.randn(3);
    const text = JSON.stringify(rng.getState());
    const next = [rng.randn(), rng.randn(), rng.rand()];
    const other = new random.RandomState(new random.Philox(4));
    other.setState(JSON.parse(text));
    expect([other.randn(), other.randn(), other.rand()]).toEqual(next);
  });

  it('getState(true) is the tuple of NumPy', () => {
    const rng = new random.RandomState(3);
    rng.randn(3);
    const tuple = rng.getState(true);
    expect([tuple[0], tuple[1].length, tuple[3]]).toEqual(['MT19937', 624, 1]);
    const next = rng.randn(3).toArray();
    rng.setState(tuple);
    expect(rng.randn(3).toArray()).toEqual(next);
  });
});

describe('the shared generator', () => {
  it('can draw from another bit generator', () => {
    const before = random.getBitGenerator();
    random.setBitGenerator(new random.PCG64(9));
    const x = random.rand(3).toArray();
    random.setBitGenerator(before);
    expect(x).toEqual(new random.RandomState(new random.PCG64(9)).rand(3).toArray());
  });
});

describe('multivariateNormal', () => {
  it.each(fixture.normals)('$method, size $size: as NumPy up to signs of the factor', (c) => {
    const options = c.method === 'legacy' ? {} : { method: c.method };
    const legacy = c.method === 'legacy';
    const rng = legacy ? new random.RandomState(5) : random.defaultRng(5);
    const x = rng.multivariateNormal(fixture.mean, fixture.cov, { size: c.size, ...options });
    expect(x.shape).toEqual(c.shape);
    // The signs of eigenvectors are LAPACK's choice, so of those it is the distances along them that must agree.
    const compared =
      c.method === 'eigh' ? abs(matmul(sub(x, fixture.mean), eigh(asarray(fixture.cov))[1])) : x;
    const values = ravel(compared).toArray() as number[];
    const expected = c.values;
    values.forEach((v, i) => {
      expect(v, `value ${i}`).toBeCloseTo(expected[i], 10);
    });
    expect(rng.standardNormal()).toBe(c.next);
  });

  const bad = [
    [1, 2],
    [2, 1],
  ];
  it('refuses or warns of a covariance that is none', () => {
    const rng = random.defaultRng(0);
    for (const method of ['svd', 'eigh'] as const) {
      expect(() => rng.multivariateNormal([0, 0], bad, { method, check_valid: 'raise' })).toThrow(
        'multivariate_normal: covariance is not symmetric positive-semidefinite',
      );
      expect(rng.multivariateNormal([0, 0], bad, { method, check_valid: 'ignore' }).shape).toEqual([2]);
    }
    expect(() => rng.multivariateNormal([0, 0], bad, { method: 'cholesky' })).toThrow(/cholesky|positive/);
  });
});

describe('draws', () => {
  it('are plain values, also of tracked parameters', () => {
    const loc = asarray([1, 2, 3]);
    loc.requiresGrad();
    const x = random.defaultRng(0).normal(loc, 0);
    expect([x.tracked, x.toArray()]).toEqual([false, [1, 2, 3]]);
  });

  it('write into out and return it', () => {
    const out = asarray([0, 0, 0, 0]);
    const same = random.defaultRng(1).random({ out });
    expect(same).toBe(out);
    expect(out.toArray()).toEqual(random.defaultRng(1).random(4).toArray());
    const gammas = asarray([0, 0], 'test', 'float32');
    random.defaultRng(1).standardGamma(asarray([1, 5]), { out: gammas, dtype: 'float32' });
    expect(gammas.toArray()).toEqual(
      random
        .defaultRng(1)
        .standardGamma(asarray([1, 5]), { dtype: 'float32' })
        .toArray(),
    );
  });

  it('permuted shuffles a transposed matrix in the order of memory, and x itself with out', () => {
    const a = asarray([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    const flat = random
      .defaultRng(4)
      .permuted(asarray([0, 1, 2, 3, 4, 5]))
      .toArray() as number[];
    const turned = random.defaultRng(4).permuted(transpose(a));
    expect(transpose(turned).toArray()).toEqual([flat.slice(0, 3), flat.slice(3)]);
    const expected = random.defaultRng(4).permuted(a, 1).toArray();
    expect(random.defaultRng(4).permuted(a, { axis: 1, out: a })).toBe(a);
    expect(a.toArray()).toEqual(expected);
  });

  it('zipf with an exponent beyond 2**1024 gives 1', () => {
    expect(random.defaultRng(0).zipf(2000, 3).toArray()).toEqual([1, 1, 1]);
  });

  it('counts cut parameters that are not whole', () => {
    expect(random.defaultRng(0).binomial(3.9, 1)).toBe(3);
    expect(
      random
        .defaultRng(0)
        .binomial(asarray([3.9, 5]), 1)
        .toArray(),
    ).toEqual([3, 5]);
  });

  it('names with underscores are the same functions', () => {
    const [a, b] = [random.defaultRng(2), random.defaultRng(2)];
    expect(a.standard_t(3)).toBe(b.standardT(3));
    expect(a.standard_normal(3, 'float32').toArray()).toEqual(b.standardNormal(3, 'float32').toArray());
    expect(a.negative_binomial(3, 0.2)).toBe(b.negativeBinomial(3, 0.2));
    random.seed(0);
    const first = random.standard_gamma(2);
    random.seed(0);
    expect(random.standardGamma({ shape: 2 })).toBe(first);
    random.seed(0);
    const [p, q] = [random.ranf(), random.sample(2)];
    random.seed(0);
    expect([p, ...(q.toArray() as number[])]).toEqual(random.randomSample(3).toArray());
  });
});

describe('errors name the parameter and its value, and take nothing from the stream', () => {
  const rng = random.defaultRng(0);
  const old = new random.RandomState(0);
  const cases: [string, () => unknown][] = [
    ['gamma: shape < 0: it must not be negative, got -1.', () => rng.gamma(-1)],
    ['gamma: scale < 0: it must not be negative, got -2.', () => rng.gamma([1, 2], [3, -2])],
    ['normal: scale < 0: it must not be negative, got 0.', () => rng.normal(0, -0)],
    ['gamma: shape is missing: pass a number or an array of numbers.', () => rng.gamma({} as never)],
    ['beta: b <= 0: it must be greater than 0, got 0.', () => rng.beta(1, 0, 5)],
    ['poisson: lam < 0, lam too large or NaN: it must be from 0', () => rng.poisson([1, 2, Number.NaN])],
    ['poisson: lam < 0, lam too large or NaN', () => old.poisson(1e19)],
    ['binomial: p < 0, p > 1 or NaN: it is a probability, from 0 to 1, got 1.5.', () => rng.binomial(5, 1.5)],
    ['binomial: n < 0: it must not be negative, got -3.', () => rng.binomial(asarray([1, -3]), 0.5)],
    ['binomial: n must be a whole number, not NaN.', () => rng.binomial(Number.NaN, 0.5)],
    ['geometric: p <= 0, p > 1 or NaN', () => rng.geometric(0)],
    ['logseries: p < 0, p >= 1 or NaN', () => rng.logseries(1)],
    ['zipf: a <= 1 or NaN: it must be greater than 1, got 1.', () => old.zipf(1)],
    ['negative_binomial: n <= 0 or NaN', () => rng.negativeBinomial(Number.NaN, 0.5)],
    ['negative_binomial: n is too large or p too small', () => rng.negativeBinomial(1e15, 1e-10)],
    ['negative_binomial: n is too large or p too small', () => rng.negativeBinomial([1, 1e15], 1e-10)],
    ['hypergeometric: ngood + nbad < nsample: 3 + 4 < 8', () => rng.hypergeometric(3, 4, 8)],
    ['hypergeometric: nsample < 1: it must be at least 1, got 0.', () => old.hypergeometric(3, 4, 0)],
    ['hypergeometric: both ngood and nbad must be less than 10**9', () => rng.hypergeometric(1e9, 4, 1)],
    ['triangular: left > mode', () => rng.triangular(3, 2, 5)],
    ['triangular: mode > right', () => rng.triangular(0, [1, 7], 5)],
    ['triangular: left == right', () => old.triangular(1, 1, 1)],
    ['uniform: high - low < 0: it must not be negative, got -4.', () => rng.uniform(5, 1)],
    ['vonmises: kappa < 0', () => rng.vonmises(0, -1)],
    ['wald: mean <= 0', () => rng.wald(0, 1)],
    ['dirichlet: alpha <= 0: all must be greater than 0, got 0.', () => rng.dirichlet([1, 0])],
    ['multinomial: sum(pvals[:-1]) > 1', () => rng.multinomial(3, [0.7, 0.7, 0])],
    ['multinomial: n < 0: it must not be negative, got -1.', () => rng.multinomial(-1, [0.5, 0.5])],
    ['multinomial: n is a number and pvals a list', () => old.multinomial([1, 2], [0.5, 0.5])],
    [
      'multivariate_hypergeometric: nsample > sum(colors): 8 > 7',
      () => rng.multivariateHypergeometric([3, 4], 8),
    ],
    [
      "multivariate_hypergeometric: method must be 'marginals' or 'count', not 'x'",
      () => rng.multivariateHypergeometric([3, 4], 1, 1, 'x' as never),
    ],
    [
      'multivariate_normal: mean and cov must have the same length: 1 != 2.',
      () =>
        rng.multivariateNormal(
          [0],
          [
            [1, 0],
            [0, 1],
          ],
        ),
    ],
    [
      'poisson: parameters of shape (3,) do not broadcast to size (3, 2).',
      () => rng.poisson([1, 2, 3], [3, 2]),
    ],
    [
      'integers: low >= high: there is no integer from 5 to 5, high not included (element 1).',
      () => rng.integers([0, 5], 5),
    ],
    [
      'integers: high is out of bounds for uint8: 300 > 255 + 1.',
      () => rng.integers([0, 5], 300, { dtype: 'uint8' }),
    ],
    [
      'randint: low is out of bounds for int32: -3000000000 < -2147483648.',
      () => old.randint([-3e9, 0], 3, { dtype: 'int32' }),
    ],
    [
      "standard_exponential: method must be 'zig' or 'inv', not 'x'.",
      () => rng.standardExponential(1, 'float64', 'x' as never),
    ],
    [
      'random: out has dtype float64, the draws are float32',
      () => rng.random({ dtype: 'float32', out: asarray([1, 2]) }),
    ],
    ['random: the draws have shape (3,), out has (2,)', () => rng.random({ size: 3, out: asarray([1, 2]) })],
    ['Generator: takes a bit generator such as new PCG64(seed)', () => new random.Generator(5 as never)],
    [
      'seed: only a RandomState on MT19937 can be seeded again, this one is on PCG64',
      () => new random.RandomState(new random.PCG64(1)).seed(1),
    ],
    ['Philox: seed and key cannot both be given', () => new random.Philox(1, { key: 2 })],
    [
      'SFC64.state: the state is of PCG64, not of SFC64',
      () => {
        new random.SFC64(1).state = new random.PCG64(1).state as never;
      },
    ],
    [
      'SeedSequence: pool_size must be a whole number of at least 4, not 2.',
      () => new random.SeedSequence(1, { pool_size: 2 }),
    ],
    ['bytes: length must be a whole number >= 0, not -1.', () => rng.bytes(-1)],
    ['permuted: axis 2 is out of bounds', () => rng.permuted([1, 2], 2)],
  ];
  it.each(cases)('%s', (message, body) => {
    const before = [JSON.stringify(rng.bitGenerator.state), JSON.stringify(old.getState())];
    expect(body).toThrow(message);
    expect([JSON.stringify(rng.bitGenerator.state), JSON.stringify(old.getState())]).toEqual(before);
  });
});
