// Data sets that give one example at a time, parts of them, and the loader's batches of both.
import { describe, expect, it } from 'vitest';
import { data, np } from '../../src/index.js';

const X = np.arange(12).reshape(6, 2);
const y = np.arange(6);

class Squares {
  readonly length = 5;
  get(i: number) {
    return [np.array([i, i * i]), i] as const;
  }
}

class Pythonic {
  __len__() {
    return 3;
  }
  __getitem__(i: number) {
    return [[i, i + 1], 2 * i];
  }
}

describe('a data set of one’s own', () => {
  it('is read example by example, and its parts are stacked', () => {
    const batches = [...new data.DataLoader(new Squares(), { batchSize: 2 })];
    expect(batches.map(([xb, yb]) => [xb.toArray(), yb.toArray()])).toEqual([
      [
        [
          [0, 0],
          [1, 1],
        ],
        [0, 1],
      ],
      [
        [
          [2, 4],
          [3, 9],
        ],
        [2, 3],
      ],
      [[[4, 16]], [4]],
    ]);
  });

  it('may have Python’s methods', () => {
    const loader = new data.DataLoader(new Pythonic(), { batch_size: 3 });
    expect([loader.length, loader.dataset.length]).toEqual([1, 3]);
    for (const [i, [xb, yb]] of loader.entries())
      expect([i, xb.toArray(), yb.toArray()]).toEqual([
        0,
        [
          [0, 1],
          [1, 2],
          [2, 3],
        ],
        [0, 2, 4],
      ]);
  });

  it('comes in the order of np.random, as arrays do', () => {
    const order = (from: unknown): unknown => {
      np.random.seed(3);
      return [...new data.DataLoader(from as Squares, { batchSize: 5, shuffle: true })][0][1].toArray();
    };
    expect(order(new Squares())).toEqual(order([X.at('1:'), np.arange(5)]));
  });

  it('that cannot be read says how', () => {
    const alone = { length: 2, get: () => 3 };
    expect(() => [...new data.DataLoader(alone as never)]).toThrow(/must return a list of the parts/);
    expect(() => new data.DataLoader(new Squares(), { workers: 2 })).toThrow(
      /Leave workers out, or pass arrays/,
    );
    expect(() => new data.DataLoader({} as never)).toThrow(/a data set with length and get\(i\)/);
  });
});

describe('TensorDataset, Subset and randomSplit', () => {
  it('hold arrays that belong together', () => {
    const set = new data.TensorDataset(X, y);
    expect([set.length, set.get(2).map((a) => a.toArray())]).toEqual([6, [[4, 5], 2]]);
    const [[xb, yb]] = [...new data.DataLoader(set, { batchSize: 4 })];
    expect([xb.shape, yb.toArray()]).toEqual([
      [4, 2],
      [0, 1, 2, 3],
    ]);
    expect(() => new data.TensorDataset(X, np.arange(5))).toThrow(/one number of examples.*\(6, 2\), \(5,\)/);
  });

  it('are cut into disjoint parts that cover them', () => {
    const parts = data.randomSplit(new data.TensorDataset(X, y), [4, 2]);
    const labels = parts.flatMap((part) => [...new data.DataLoader(part, { batchSize: 9 })][0][1].toArray());
    expect(labels.toSorted()).toEqual([0, 1, 2, 3, 4, 5]);
    expect(data.random_split(new Squares(), [0.5, 0.5]).map((part) => part.length)).toEqual([3, 2]);
    const part = new data.Subset(new Squares(), [4, 1]);
    expect([...new data.DataLoader(part)][0][1].toArray()).toEqual([4, 1]);
  });

  it('say what does not fit', () => {
    expect(() => data.randomSplit(new Squares(), [4, 2])).toThrow(
      /parts of 4, 2 examples do not make up a data set of 5/,
    );
    expect(() => new data.Subset(new Squares(), [5])).toThrow(/no example 5 in a data set of 5/);
  });
});
