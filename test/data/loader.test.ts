// The loader's workers (the same batches in the same order as without), its transforms and seeds, and progress bars.

import { afterAll, describe, expect, it } from 'vitest';
import { data, type NDArray, np, progress } from '../../src/index.js';

const t = data.transforms;
const images = new np.random.RandomState(0).randint(0, 256, { size: [50, 12, 10] }).astype('uint8');
const labels = np.arange(50);
const augment = () =>
  new t.Compose([
    new t.RandomHorizontalFlip(),
    new t.RandomRotation(15, { interpolation: 'bilinear' }),
    new t.RandomCrop(8, { padding: 1 }),
    new t.ToTensor(),
    new t.Normalize([0.5], [0.25]),
  ]);
type Batches = { x: unknown; y: unknown; shape: readonly number[]; dtype: string }[];
const loaders: { close(): void }[] = [];
afterAll(() => {
  for (const loader of loaders) loader.close();
});

/** Two epochs of a loader on seed 7. */
function epochs(options: any): Batches {
  np.random.seed(7);
  const loader = new data.DataLoader([images, labels], { batchSize: 8, shuffle: true, ...options });
  loaders.push(loader);
  const all: Batches = [];
  for (let epoch = 0; epoch < 2; epoch++)
    for (const [x, y] of loader as Iterable<NDArray[]>)
      all.push({ x: x.tolist(), y: y.tolist(), shape: x.shape, dtype: x.dtype });
  loader.close();
  return all;
}

describe('DataLoader with workers', () => {
  const alone = epochs({ transform: augment() });
  it.each([1, 2, 3])('gives the same batches in the same order with %d workers', (workers) => {
    expect(alone.map((b) => b.shape)).toContainEqual([8, 1, 8, 8]);
    expect(epochs({ transform: augment(), workers })).toEqual(alone);
    // What np.random gives after the loop does not depend on it either.
    const after = np.random.rand();
    epochs({ transform: augment(), workers: 0 });
    expect(np.random.rand()).toBe(after);
  });
  it('augments anew each epoch, and otherwise for another seed', () => {
    np.random.seed(1);
    const loader = new data.DataLoader([images], { batchSize: 50, transform: augment() });
    const [[first], [second]] = [[...loader][0], [...loader][0]];
    expect(first.tolist()).not.toEqual(second.tolist());
    np.random.seed(1);
    expect(
      [...new data.DataLoader([images], { batchSize: 50, transform: augment() })][0][0].tolist(),
    ).toEqual(first.tolist());
  });
  it('leaves np.random’s stream as it was, but for the order and one number an epoch', () => {
    np.random.seed(3);
    for (const _ of new data.DataLoader([images], { batchSize: 10, transform: augment() }));
    const after = np.random.rand();
    np.random.seed(3);
    np.random.uniform(0, 1);
    expect(after).toBe(np.random.rand());
  });
  it('runs functions of arrays there, with np and the seed of the batch', () => {
    // Made from text, because the test runner rewrites names of modules in functions.
    (globalThis as any).np = np;
    const transform = Function(
      ...['x', 'y', "return [np.add(x.astype('float64'), np.random.rand(...x.shape)), y.mul(2)]"],
    );
    expect(epochs({ transform, workers: 2 })).toEqual(epochs({ transform }));
    const method = {
      transform(x: NDArray, y: NDArray) {
        return [x.mul(2), y];
      },
    };
    expect(epochs({ transform: method.transform, workers: 1 })).toEqual(
      epochs({ transform: method.transform }),
    );
  });
  it('runs without a transform too, and keeps every dtype', () => {
    for (const dtype of ['bool', 'int64', 'float32', 'complex128'] as const) {
      const a = np.arange(24).reshape(12, 2).astype(dtype);
      const loader = new data.DataLoader([a], { batchSize: 5, workers: 1 });
      const got = [...loader].map(([x]) => x);
      loader.close();
      expect(got.map((x) => x.dtype)).toEqual([dtype, dtype, dtype]);
      expect(np.arrayEqual(np.concatenate(got), a)).toBe(true);
    }
  });
  it('goes on with a new epoch after one that was broken off', () => {
    const loader = new data.DataLoader([labels], { batchSize: 10, workers: 2 });
    for (const [y] of loader) if (y.at(0).item() === 10) break;
    expect([...loader].flatMap(([y]) => y.tolist())).toEqual(labels.tolist());
    loader.close();
  });
  it('uses the generator that is given', () => {
    const run = (workers: number) => {
      const generator = np.random.defaultRng(4);
      const loader = new data.DataLoader([images, labels], {
        ...{ batchSize: 20, shuffle: true, transform: augment(), generator, workers },
      });
      const out = [...loader].map(([x, y]) => [x.tolist(), y.tolist()]);
      loader.close();
      return out;
    };
    expect(run(2)).toEqual(run(0));
  });
  it('says what is wrong in a worker', () => {
    const outside = 3;
    const loader = new data.DataLoader([images], { workers: 1, transform: (x) => [x.mul(outside)] });
    expect(() => [...loader]).toThrow(
      /DataLoader: the transform failed in a worker: ReferenceError: outside is not defined.*sees its arguments and np/,
    );
    loader.close();
    const throwing = new data.DataLoader([images], {
      workers: 1,
      transform: () => {
        throw new RangeError('too bad');
      },
    });
    expect(() => [...throwing]).toThrow('RangeError: too bad');
    throwing.close();
    class Mine extends t.RandomHorizontalFlip {}
    const own = new data.DataLoader([images], { workers: 1, transform: new Mine() });
    expect(() => [...own]).toThrow(/Mine is a transform of your own/);
    own.close();
  });
  it('gives up on a batch that does not come', () => {
    const loader = new data.DataLoader([images], {
      workers: 1,
      timeout: 0.3,
      transform: (x) => {
        for (const end = Date.now() + 60_000; Date.now() < end; );
        return [x];
      },
    });
    expect(() => [...loader]).toThrow(/batch 0 did not come within 0.3 s/);
    loader.close();
  });
  it('refuses wrong options', () => {
    const make = (o: object) => () => new data.DataLoader([images], o);
    expect(make({ workers: -1 })).toThrow('workers must be a whole number of at least 0, not -1');
    expect(make({ prefetch: 0 })).toThrow('prefetch must be a whole number of at least 1, not 0');
    expect(make({ numWorkers: 2 })).toThrow(/unknown option 'numWorkers'/);
  });
});

describe('progress', () => {
  const pipe = (isTTY: boolean) => {
    const written: string[] = [];
    return { written, isTTY, write: (text: string) => written.push(text) };
  };
  it('hands every element on and shows one line in a terminal', () => {
    const stream = pipe(true);
    const seen: number[] = [];
    for (const i of progress([5, 6, 7], { stream, desc: 'epoch', mininterval: 0 })) seen.push(i);
    expect(seen).toEqual([5, 6, 7]);
    expect(stream.written.every((w) => w.startsWith('\r'))).toBe(true);
    expect(stream.written.at(-1)).toMatch(
      /^\repoch: 100%\|█{10}\| 3\/3 \[00:00<00:00, \d+\.\d\dit\/s\] *\n$/,
    );
    expect(stream.written.filter((w) => w.includes('\n'))).toHaveLength(1);
    expect(stream.written.find((w) => w.includes('1/3'))).toMatch(/ 33%\|███▍ {6}\| 1\/3 \[00:00</);
  });
  it('knows the length of numbers, loaders and sets, and does without', () => {
    const totals = [10, new Set([1, 2]), new data.DataLoader([labels], { batchSize: 7 })].map(
      (source) => progress(source as Iterable<unknown>, { disable: true }).total,
    );
    expect(totals).toEqual([10, 2, 8]);
    const stream = pipe(false);
    const odd = function* () {
      yield* [1, 2];
    };
    expect([...progress(odd(), { stream })]).toEqual([1, 2]);
    expect(stream.written.at(-1)).toMatch(/^2it \[00:00, .*it\/s\]\n$/);
  });
  it('shows values behind the speed, and counts by hand', () => {
    const stream = pipe(true);
    const bar = progress(100, { stream, unit: 'batch' });
    bar.setPostfix({ loss: np.array(0.123456), name: 'a' });
    bar.setDescription('fit');
    bar.update(25);
    expect(String(bar)).toMatch(/^fit: {2}25%\|.*\| 25\/100 \[.*batch\/s, loss=0.123, name=a\]$/);
    bar.close();
    expect(stream.written).toHaveLength(2);
  });
  it('keeps to its rate', () => {
    const stream = pipe(true);
    for (const _ of progress(5000, { stream, mininterval: 1000 }));
    // The first state and the last.
    expect(stream.written).toHaveLength(2);
  });
  it('ends the line when the loop is left early, and follows asynchronous loops', async () => {
    const stream = pipe(true);
    for (const i of progress(10, { stream })) if (i === 3) break;
    expect(stream.written.at(-1)).toMatch(/3\/10.*\n$/);
    const later = async function* () {
      yield 1;
      yield 2;
    };
    const seen: number[] = [];
    for await (const i of progress(later(), { stream })) seen.push(i);
    expect(seen).toEqual([1, 2]);
    expect(() => [...progress(later() as unknown as Iterable<number>, { stream })]).toThrow('for await');
  });
  it('shows itself in a notebook as one output that changes', () => {
    const shown: any[] = [];
    (globalThis as any).display = (value: unknown, options: unknown) => shown.push([value, options]);
    try {
      for (const _ of progress(3, { mininterval: 0, desc: 'a<b' }));
    } finally {
      delete (globalThis as any).display;
    }
    expect(new Set(shown.map(([, o]) => o.display_id)).size).toBe(1);
    expect(shown.map(([, o]) => o.update)).toEqual([false, ...new Array(shown.length - 1).fill(true)]);
    const [last] = shown.at(-1);
    expect(last['text/plain']).toMatch(/^a<b: 100%/);
    expect(last['text/html']).toContain('value="3" max="3"');
    expect(last['text/html']).toContain('a&lt;b');
  });
  it('refuses what cannot be looped over', () => {
    expect(() => progress(2.5)).toThrow('progress: 2.5 is not a number of steps');
    expect(() => progress(undefined as unknown as number)).toThrow(
      'progress: expected something to loop over',
    );
    expect(() => progress([1], { dsc: 'x' } as object)).toThrow(/did you mean 'desc'/);
  });
});
