// np.random against NumPy 1.24, bit for bit: test/fixtures/numpy_random.py makes the fixture.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { asarray } from '../../src/core/create.js';
import { type DType, typedView } from '../../src/core/dtype.js';
import { NDArray } from '../../src/core/ndarray.js';
import * as random from '../../src/numpy/random/index.js';
import '../../src/autograd/tape.js';
import { mul } from '../../src/ops/elementwise.js';
import { sum } from '../../src/ops/reduce.js';
import { ravel, transpose } from '../../src/ops/shape.js';

interface Result {
  dtype: DType;
  shape: number[];
  data?: string;
  sha256?: string;
  scalar?: boolean;
}
interface Call {
  name: string;
  args: unknown[];
  arrays: number[];
  options: Record<string, unknown>;
  result: Result;
  state?: {
    key?: string;
    pos?: number;
    has_gauss?: number;
    gauss?: number;
    state?: string;
    inc?: string;
    has_uint32?: number;
    uinteger?: number;
  };
}
interface Fixture {
  sessions: { kind: 'RandomState' | 'default_rng'; seed: string | number[]; calls: Call[] }[];
  sequences: {
    entropy: string | number[];
    spawn_key: number[];
    uint32: number[];
    uint64: string[];
    children: number[][];
  }[];
}
const fixture: Fixture = JSON.parse(
  readFileSync(new URL('../fixtures/numpy_random.json', import.meta.url), 'utf8'),
);

const bytesOf = (a: NDArray) => {
  const { data } = a;
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
};
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** What a call returned, in the fixture's form. */
function encode(value: unknown, like: Result): Result {
  if (!(value instanceof NDArray)) {
    const view = typedView(like.dtype, new ArrayBuffer(8), 0, 1);
    view[0] = (view instanceof BigInt64Array ? BigInt(value as number) : value) as never;
    return {
      dtype: like.dtype,
      shape: [],
      data: Buffer.from(view.buffer, 0, view.byteLength).toString('base64'),
      scalar: true,
    };
  }
  const bytes = bytesOf(value);
  const content = bytes.length > 1000 ? { sha256: sha256(bytes) } : { data: bytes.toString('base64') };
  return { dtype: value.dtype, shape: [...value.shape], ...content };
}

const text = (call: Call) =>
  `${call.name}(${JSON.stringify(call.args).slice(1, -1)} ${JSON.stringify(call.options)})`;

describe.each(fixture.sessions)('$kind($seed) gives what NumPy gives', ({ kind, seed, calls }) => {
  it(`in ${calls.length} calls, one after the other`, () => {
    const start = typeof seed === 'string' ? BigInt(seed) : seed;
    const rng = kind === 'RandomState' ? new random.RandomState(start) : random.default_rng(start);
    const methods = rng as unknown as Record<string, (...args: unknown[]) => unknown>;
    for (const call of calls) {
      const args: unknown[] = call.args.map((a, i) => (call.arrays.includes(i) ? asarray(a as number[]) : a));
      if (Object.keys(call.options).length > 0) args.push(call.options);
      let value = methods[call.name](...args);
      if (call.name === 'shuffle') value = args[0];
      expect(encode(value, call.result), text(call)).toEqual(call.result);
      if (call.state === undefined) continue;
      if (rng instanceof random.RandomState) {
        const { state, has_gauss, gauss } = rng.get_state();
        const key = sha256(new Uint8Array(state.key.buffer, state.key.byteOffset, state.key.byteLength));
        expect({ key, pos: state.pos, has_gauss, gauss }).toEqual(call.state);
      } else {
        const { state, has_uint32, uinteger } = rng.bit_generator.state;
        expect({ state: String(state.state), inc: String(state.inc), has_uint32, uinteger }).toEqual(
          call.state,
        );
      }
    }
  });
});

describe('np.random.seed(0), the stream of the course', () => {
  it('starts rand with 0.5488135039273248', () => {
    random.seed(0);
    expect(random.rand(3).toArray()).toEqual([0.5488135039273248, 0.7151893663724195, 0.6027633760716439]);
  });

  it('starts randn with 1.764052345967664 and reaches the draws of the spiral case study', () => {
    random.seed(0);
    const draws = random.randn(1000).toArray() as number[];
    const known = [
      1.764052345967664, 0.4001572083672233, 0.9787379841057392, 2.240893199201458, 1.8675579901499675,
    ];
    expect(draws.slice(0, 5)).toEqual(known);
    expect(draws.slice(318, 327)).toEqual([
      -0.0616264020956474, -0.10730527629117469, -0.7196043885517929, -0.8129929885540773, 0.2745163577239395,
      -0.8909150829955279, -1.1573552591908536, -0.3122922511256933, -0.1576670161638159,
    ]);
  });

  it('does not depend on how the draws are split over calls', () => {
    random.seed(0);
    const whole = random.randn(9).toArray();
    random.seed(0);
    const parts = [
      random.randn(),
      ...(random.randn(3).toArray() as number[]),
      random.randn(),
      ...(ravel(random.randn(2, 2)).toArray() as number[]),
    ];
    expect(parts).toEqual(whole);
  });
});

describe('states', () => {
  it('get_state and set_state repeat the stream, the cached normal number too', () => {
    const rng = new random.RandomState(5);
    rng.randn(3);
    const state = rng.get_state();
    expect(state.has_gauss).toBe(1);
    const next = [rng.randn(), rng.randn(), rng.rand()];
    rng.set_state(state);
    expect([rng.randn(), rng.randn(), rng.rand()]).toEqual(next);
    const other = new random.RandomState(6);
    other.set_state(['MT19937', state.state.key, state.state.pos, state.has_gauss, state.gauss]);
    expect([other.randn(), other.randn(), other.rand()]).toEqual(next);
  });

  it('a state that was read does not change with later draws', () => {
    const rng = new random.RandomState(5);
    const before = [...rng.get_state().state.key];
    const state = rng.get_state();
    rng.rand(2000);
    expect([...state.state.key]).toEqual(before);
  });

  it('PCG64 keeps the spare half of a 32-bit draw in its state', () => {
    const rng = random.default_rng(5);
    rng.random(1, 'float32');
    const { state } = rng.bit_generator;
    expect(state.has_uint32).toBe(1);
    const next = [rng.random(null, 'float32'), rng.random()];
    rng.bit_generator.state = state;
    expect([rng.random(null, 'float32'), rng.random()]).toEqual(next);
  });

  it('without a seed two generators differ', () => {
    expect(random.default_rng().random()).not.toBe(random.default_rng().random());
    expect(new random.RandomState().rand()).not.toBe(new random.RandomState().rand());
  });

  it('an array of one element is an integer seed, a list of one element is not, as in NumPy', () => {
    const five = new random.RandomState(5).rand();
    expect(new random.RandomState(asarray([5])).rand()).toBe(five);
    expect(new random.RandomState([5]).rand()).not.toBe(five);
  });

  it('default_rng returns a Generator as it is and takes SeedSequence and PCG64', () => {
    const rng = random.default_rng(3);
    expect(random.default_rng(rng)).toBe(rng);
    const first = random.default_rng(3).random();
    expect(random.default_rng(new random.SeedSequence(3)).random()).toBe(first);
    expect(new random.Generator(new random.PCG64(3)).random()).toBe(first);
  });
});

describe.each(fixture.sequences)('SeedSequence($entropy, $spawn_key)', (s) => {
  it('generates the words of NumPy, and the same children', () => {
    const entropy = typeof s.entropy === 'string' ? BigInt(s.entropy) : s.entropy;
    const q = new random.SeedSequence(entropy, { spawn_key: s.spawn_key });
    expect([...q.generate_state(6)]).toEqual(s.uint32);
    expect([...q.generate_state(3, 'uint64')].map(String)).toEqual(s.uint64);
    expect(q.spawn(2).map((c) => [...c.generate_state(2)])).toEqual(s.children);
  });
});

describe('arguments', () => {
  const rng = new random.RandomState(0);

  it('sizes come by position or by name, and none gives a plain number', () => {
    expect(rng.uniform(0, 1, 3).shape).toEqual([3]);
    expect(rng.uniform(0, 1, { size: [2, 3] }).shape).toEqual([2, 3]);
    expect(rng.normal({ loc: 5, scale: 0, size: 2 }).toArray()).toEqual([5, 5]);
    expect(rng.randint(0, 1, { size: [2], dtype: 'uint8' }).dtype).toBe('uint8');
    expect(typeof rng.randint(10)).toBe('number');
    expect(typeof rng.uniform()).toBe('number');
    expect(rng.random_sample([]).shape).toEqual([]);
    expect(rng.rand(0, 3).shape).toEqual([0, 3]);
  });

  it('integers beyond 2**53 come as bigints', () => {
    expect(rng.randint(2n ** 62n, 2n ** 62n + 1n)).toBe(2n ** 62n);
    expect(rng.randint(-(2n ** 63n), 2n ** 63n, 4).dtype).toBe('int64');
  });

  it('randint cuts bounds that are not whole, as NumPy does', () => {
    expect(rng.randint(2.7, 3.9)).toBe(2);
  });

  it('choice picks from lists of anything', () => {
    expect(['cat', 'dog']).toContain(rng.choice(['cat', 'dog']));
    expect(rng.choice(['a', 'b'], 3, true, [0, 1])).toEqual(['b', 'b', 'b']);
    expect(rng.choice(['a', 'b'], 3, { p: [0, 1] })).toEqual(['b', 'b', 'b']);
    expect(rng.choice(4, 4, { replace: false }).tolist().sort()).toEqual([0, 1, 2, 3]);
    expect(random.choice(4, 4, { replace: false }).tolist().sort()).toEqual([0, 1, 2, 3]);
    expect(new Set(random.default_rng(0).choice(['a', 'b', 'c'], { size: 3, replace: false }))).toEqual(
      new Set(['a', 'b', 'c']),
    );
  });

  it('shuffle works in place on lists, views and columns', () => {
    const order = new random.RandomState(1).permutation(6).toArray() as number[];
    const list = ['a', 'b', 'c', 'd', 'e', 'f'];
    new random.RandomState(1).shuffle(list);
    expect(list).toEqual(order.map((i) => 'abcdef'[i]));

    const a = asarray([
      [0, 1, 2, 3, 4, 5],
      [10, 11, 12, 13, 14, 15],
    ]);
    new random.RandomState(1).shuffle(transpose(a));
    expect(a.toArray()).toEqual([order, order.map((i) => i + 10)]);
  });

  it('rows of a reversed view keep their order of reading', () => {
    const a = asarray([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    const reversed = a.remap([3, 2], [-2, 1], 4);
    const order = new random.RandomState(3).permutation(3).toArray() as number[];
    const rows = [
      [5, 6],
      [3, 4],
      [1, 2],
    ];
    expect(new random.RandomState(3).permutation(reversed).toArray()).toEqual(order.map((i) => rows[i]));
    new random.RandomState(3).shuffle(reversed);
    expect(a.toArray()).toEqual(order.map((i) => rows[i]).reverse());
  });

  it('gradients flow through permutation and shuffle', () => {
    const a = asarray([1, 2, 3]);
    a.requiresGrad();
    const order = new random.RandomState(2).permutation(3).toArray() as number[];
    sum(mul(new random.RandomState(2).permutation(a), [10, 20, 30])).backward();
    const expected = [0, 0, 0];
    order.forEach((from, to) => {
      expected[from] = 10 * (to + 1);
    });
    expect(a.grad!.toArray()).toEqual(expected);

    const shuffled = mul(a, 1);
    a.grad = null;
    new random.RandomState(2).shuffle(shuffled);
    sum(mul(shuffled, [10, 20, 30])).backward();
    expect(a.grad!.toArray()).toEqual(expected);
  });

  it('permutation leaves its argument alone', () => {
    const a = asarray([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    rng.permutation(a);
    expect(a.toArray()).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
  });
});

describe('errors say what is wrong and what to do', () => {
  const rng = new random.RandomState(0);
  const gen = random.default_rng(0);
  const cases: [string, () => unknown, string][] = [
    ['a negative seed', () => random.seed(-1), 'seed: a seed must be between 0 and 2**32 - 1, not -1'],
    [
      'a seed that is not whole',
      () => random.seed(1.5),
      'seed: a seed is a whole number or a list of them, not 1.5',
    ],
    ['an empty seed', () => random.seed([]), 'seed: a seed list must be non-empty'],
    ['a list for rand', () => rng.rand([2, 3] as never), 'rand: takes the dimensions one by one, rand(2, 3)'],
    ['a negative dimension', () => rng.rand(-1), 'rand: shape (-1,): negative dimensions are not allowed'],
    [
      'no integer between the bounds',
      () => rng.randint(5, 5),
      'randint: low >= high: there is no integer from 5 to 5, high not included',
    ],
    ['a bound of zero', () => rng.randint(0), 'randint: high <= 0'],
    [
      'a bound that does not fit',
      () => rng.randint(0, 300, 3, 'uint8'),
      'randint: high is out of bounds for uint8: the largest value would be 299 > 255',
    ],
    [
      'a low bound that does not fit',
      () => rng.randint(-1, 3, 3, 'uint8'),
      'randint: low is out of bounds for uint8: -1 < 0',
    ],
    ['a float dtype', () => rng.randint(0, 3, 3, 'float64'), "randint: unsupported dtype 'float64'"],
    [
      'a misspelled option',
      () => rng.uniform(0, 1, { sise: 3 } as never),
      "uniform: unknown option 'sise'; did you mean 'size'? Options: low, high, size",
    ],
    ['a negative scale', () => rng.normal(0, -1), 'normal: scale < 0: it must not be negative, got -1'],
    [
      'an infinite range',
      () => rng.uniform(0, Infinity),
      'uniform: the range from 0 to Infinity exceeds valid bounds',
    ],
    [
      'probabilities that do not sum to 1',
      () => rng.choice(2, 1, true, [0.5, 0.4]),
      'choice: probabilities do not sum to 1 (sum 0.9)',
    ],
    [
      'a negative probability',
      () => rng.choice(3, 1, true, [0.5, 0.6, -0.1]),
      'choice: probabilities are not non-negative (p[2] is -0.1)',
    ],
    [
      'a NaN probability',
      () => rng.choice(2, 1, true, [NaN, 0.6]),
      'choice: probabilities contain NaN (p[0])',
    ],
    [
      'too few probabilities',
      () => rng.choice(3, 1, true, [0.5, 0.5]),
      'choice: a and p must have the same size: 3 candidates, 2 probabilities',
    ],
    [
      'a sample larger than the population',
      () => gen.choice(3, { size: 4, replace: false }),
      'choice: cannot take a larger sample (4) than the population (3)',
    ],
    [
      'too few possible candidates',
      () => rng.choice(3, 3, false, [0.5, 0.5, 0]),
      'choice: fewer non-zero entries in p (2) than size (3)',
    ],
    [
      'nothing to choose from',
      () => rng.choice(0),
      'choice: a must be greater than 0, not 0, unless no samples are taken',
    ],
    [
      'rows for the legacy choice',
      () => rng.choice([[1, 2]], 1),
      'choice: a must be 1-dimensional. To choose rows',
    ],
    ['a number to shuffle', () => rng.shuffle(3 as never), 'shuffle: takes an NDArray or a list'],
    ['an integer draw from a Generator', () => gen.random(3, 'int64'), "random: unsupported dtype 'int64'"],
    ['a large seed as a number', () => random.default_rng(2 ** 60), 'Write large integers as bigints'],
    [
      'a negative seed for default_rng',
      () => random.default_rng(-1),
      'expected a non-negative integer, not -1',
    ],
    [
      'an axis that is not there',
      () => gen.shuffle(asarray([1, 2]), 1),
      'shuffle: axis 1 is out of bounds for array of dimension 1',
    ],
    ['sizes that do not fit', () => rng.normal(asarray([1, 2, 3]), 1, 2), 'normal: '],
    [
      'a foreign state',
      () => rng.set_state({} as never),
      'set_state: takes what get_state() of a RandomState on MT19937 gave',
    ],
  ];
  it.each(cases)('%s', (_what, body, message) => {
    expect(body).toThrow(message);
  });
});
