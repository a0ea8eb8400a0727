// Data sets in their file formats (fixtures/cifar.py), splits, preprocessing, batches, text, toy sets, checkpoints.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { data, type NDArray, nn, np, optim } from '../../src/index.js';

const dir = mkdtempSync(join(tmpdir(), 'gradlab-data-'));
afterAll(() => rmSync(dir, { recursive: true }));
const cifar = fileURLToPath(new URL('../fixtures/cifar', import.meta.url));
const item = (a: NDArray): number => Number(a.item());

describe('IDX files', () => {
  const bytes = Uint8Array.from([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255]);
  it('are read, gzipped or not', () => {
    for (const [name, content] of [
      ['plain', bytes],
      ['packed.gz', gzipSync(bytes)],
    ] as const) {
      writeFileSync(join(dir, name), content);
      const a = data.readIdx(join(dir, name));
      expect([a.dtype, a.tolist()]).toEqual([
        'uint8',
        [
          [1, 2, 3],
          [4, 5, 255],
        ],
      ]);
    }
  });
  it('may hold wider types, largest byte first', () => {
    const wide = data.decodeIdx(Uint8Array.from([0, 0, 11, 1, 0, 0, 0, 2, 1, 0, 255, 254]));
    expect([wide.dtype, wide.tolist()]).toEqual(['int16', [256, -2]]);
  });
  it('that are cut short, too long or something else are refused', () => {
    for (let n = 0; n < bytes.length; n++)
      expect(() => data.decodeIdx(bytes.slice(0, n), 'cut')).toThrow(/readIdx: cut is not a whole IDX file/);
    expect(() => data.decodeIdx(Uint8Array.from([...bytes, 0]))).toThrow(
      /shape \(2, 3\) of uint8 needs 18 bytes, it has 19/,
    );
    expect(() => data.decodeIdx(new TextEncoder().encode('hello world'))).toThrow(/magic number/);
    writeFileSync(join(dir, 'broken.gz'), gzipSync(bytes).subarray(0, 15));
    expect(() => data.readIdx(join(dir, 'broken.gz'))).toThrow(/broken gzip file/);
  });
  it('make up a data set, or the message says how to get it', () => {
    const idx = (...head: number[]): Uint8Array => Uint8Array.from([0, 0, 8, ...head]);
    const folder = join(dir, 'mnist');
    mkdirSync(folder);
    for (const part of ['train', 't10k']) {
      writeFileSync(
        join(folder, `${part}-images-idx3-ubyte.gz`),
        gzipSync(idx(3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 3, 4)),
      );
      writeFileSync(join(folder, `${part}-labels-idx1-ubyte`), idx(1, 0, 0, 0, 2, 7, 9));
    }
    const set = data.loadMNIST({ dir: folder });
    expect(set.trainImages.tolist()).toEqual([[[1, 2]], [[3, 4]]]);
    expect(set.testLabels.tolist()).toEqual([7, 9]);
    writeFileSync(join(folder, 'train-labels-idx1-ubyte'), idx(1, 0, 0, 0, 1, 7));
    expect(() => data.loadMNIST({ dir: folder })).toThrow(/the train files do not belong together/);
    expect(() => data.loadFashionMNIST({ dir: join(dir, 'nowhere') })).toThrow(
      /train-images-idx3-ubyte\(\.gz\) was not found in .*nowhere.*apt-get install dataset-fashion-mnist/,
    );
  });
});

describe('CIFAR-10', () => {
  it.each(['cifar-10-batches-bin', 'cifar-10-batches-py'])('reads %s: rows, columns, channels', (folder) => {
    const set = data.loadCIFAR10(join(cifar, folder));
    expect(set.trainImages.shape).toEqual([4, 32, 32, 3]);
    expect(set.trainImages.dtype).toBe('uint8');
    expect(set.trainLabels.tolist()).toEqual([0, 3, 1, 4]);
    expect(set.testLabels.tolist()).toEqual([2, 5]);
    // Pixel p of image i in batch b is (7 i + 13 p + b) mod 256; p counts channels, then rows, then columns.
    for (const [image, i, b] of [
      [1, 1, 0],
      [2, 0, 1],
    ] as const) {
      const at = (r: number, c: number, channel: number) =>
        (7 * i + 13 * (channel * 1024 + r * 32 + c) + b) % 256;
      expect(item(set.trainImages.at(image, 3, 5, 2))).toBe(at(3, 5, 2));
      expect(item(set.trainImages.at(image, 31, 0, 1))).toBe(at(31, 0, 1));
    }
    expect(data.hasCIFAR10({ dir: join(cifar, folder) })).toBe(true);
  });
  it('gives the course’s four arrays', () => {
    const [Xtr, Ytr, Xte, Yte] = data.load_CIFAR10(cifar);
    expect([Xtr, Ytr, Xte, Yte].map((a) => a.shape)).toEqual([[4, 32, 32, 3], [4], [2, 32, 32, 3], [2]]);
    expect(Xtr.dtype).toBe('float64');
  });
  it('says how to get it when it is absent, and what is wrong with a file', () => {
    expect(data.hasCIFAR10({ dir })).toBe(false);
    expect(() => data.loadCIFAR10({ dir })).toThrow(
      /loadCIFAR10: no batches in .*Get cifar-10-binary\.tar\.gz/,
    );
    const batch = readFileSync(join(cifar, 'cifar-10-batches-bin', 'data_batch_1.bin'));
    writeFileSync(join(dir, 'short.bin'), batch.subarray(0, 3000));
    expect(() => data.readCifarBinary(join(dir, 'short.bin'))).toThrow(/3000 bytes.*cut short/);
    const bad = Uint8Array.from(batch);
    bad[3073] = 200;
    writeFileSync(join(dir, 'bad.bin'), bad);
    expect(() => data.readCifarBinary(join(dir, 'bad.bin'))).toThrow(
      /label 200 of image 1 is no class of ten/,
    );
  });
});

describe('pickles', () => {
  const text = (s: string): Uint8Array => new TextEncoder().encode(s);
  it('that name anything but data are refused, and nothing is run', () => {
    expect(() => data.unpickle(text("cos\nsystem\n(S'true'\ntR."), 'evil')).toThrow(
      /unpickle: evil at byte \d+: it names os\.system, which is not plain data; nothing was run/,
    );
    expect(() => data.unpickle(text('cos\nsystem\n.'))).toThrow(/no plain data/);
  });
  it('that are cut short are refused', () => {
    const whole = readFileSync(join(cifar, 'cifar-10-batches-py', 'data_batch_1'));
    for (let n = 0; n < whole.length - 1; n += 97)
      expect(() => data.unpickle(whole.subarray(0, n))).toThrow(/unpickle:/);
  });
  it('hold numbers, text, lists and dictionaries', () => {
    expect(data.unpickle(text('(lp0\nI1\naF2.5\naNa.'))).toEqual([1, 2.5, null]);
  });
});

describe('splits', () => {
  it('are disjoint and cover everything, shuffled or not', () => {
    for (const shuffle of [false, true]) {
      const { train, validation, test } = data.split(50, { validation: 0.2, test: 5, shuffle });
      expect([train.size, validation.size, test.size]).toEqual([35, 10, 5]);
      const all = np.sort(np.concatenate([train, validation, test]));
      expect(all.tolist()).toEqual(np.arange(50).tolist());
    }
    expect(data.split(10, { validation: 3 }).validation.tolist()).toEqual([0, 1, 2]);
    expect(() => data.split(10, { validation: 8, test: 3 })).toThrow(
      /8 and 3 examples cannot be taken from 10/,
    );
  });
  it.each([3, 5, 10])('%i folds are disjoint, cover everything and differ by at most one', (k) => {
    const folds = data.kFold(53, k, { shuffle: true });
    expect(folds).toHaveLength(k);
    const sizes = folds.map((f) => f.validation.size);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    expect(np.sort(np.concatenate(folds.map((f) => f.validation))).tolist()).toEqual(np.arange(53).tolist());
    for (const f of folds)
      expect(np.sort(np.concatenate([f.train, f.validation])).tolist()).toEqual(np.arange(53).tolist());
  });
  it('labels become rows with a one', () => {
    expect(data.oneHot([2, 0]).tolist()).toEqual([
      [0, 0, 1],
      [1, 0, 0],
    ]);
    expect(data.oneHot([[0], [1]], 2).shape).toEqual([2, 1, 2]);
    expect(() => data.oneHot([0, 3], 3)).toThrow(/label 3 is no class; labels are whole numbers from 0 to 2/);
  });
  it('the bias trick: [X 1][W; b] = X W + b', () => {
    const [X, W, b] = [np.random.randn(5, 3), np.random.randn(3, 2), np.random.randn(1, 2)];
    np.testing.assertAllclose(np.dot(data.biasColumn(X), np.concatenate([W, b])), np.add(np.dot(X, W), b), {
      rtol: 1e-12,
    });
  });
});

describe('preprocessing', () => {
  np.random.seed(4);
  const X = np
    .dot(
      np.random.randn(200, 3),
      np.array([
        [3, 1, 0],
        [0, 2, 1],
        [0, 0, 0.1],
      ]),
    )
    .add(5);
  const test = np.random.randn(20, 3).add(4);
  it('centres and scales with the statistics of the training data', () => {
    const step = new data.Standardize().fit(X);
    np.testing.assertAllclose(np.mean(step.apply(X), { axis: 0 }), np.zeros(3), { atol: 1e-12 });
    np.testing.assertAllclose(np.std(step.apply(X), { axis: 0 }), np.ones(3), { atol: 1e-12 });
    expect(Math.abs(item(np.mean(step.apply(test))))).toBeGreaterThan(0.01);
    np.testing.assertAllclose(step.invert(step.apply(test)), test, { rtol: 1e-12 });
    expect(item(np.std(new data.Standardize().fitApply(np.ones([4, 1]))))).toBe(0);
  });
  it('brings the range to exactly -1 and 1', () => {
    const scaled = new data.MinMax().fitApply(X);
    expect(np.min(scaled, { axis: 0 }).tolist()).toEqual([-1, -1, -1]);
    expect(np.max(scaled, { axis: 0 }).tolist()).toEqual([1, 1, 1]);
  });
  it('takes one mean for each channel, or one in all', () => {
    const images = np.random.rand(6, 4, 4, 3);
    expect(new data.Center('channel').fit(images).mean.shape).toEqual([3]);
    expect(new data.Center('all').fit(images).mean.shape).toEqual([]);
    expect(new data.Center().fit(images).mean.shape).toEqual([4, 4, 3]);
  });
  it('decorrelates, whitens to S / (S + eps), reduces, and goes back', () => {
    const covariance = (Y: NDArray): NDArray => np.div(np.dot(Y.T, Y), Y.shape[0]);
    const pca = new data.PCA().fit(X);
    const rotated = covariance(pca.apply(X));
    const off = np.sub(rotated, np.diag(np.diag(rotated)));
    expect(item(np.max(np.abs(off))) / item(np.trace(rotated))).toBeLessThan(1e-12);
    const white = new data.PCA({ whiten: true }).fit(X);
    np.testing.assertAllclose(np.diag(covariance(white.apply(X))), np.div(white.S, np.add(white.S, 1e-5)), {
      rtol: 1e-12,
    });
    np.testing.assertAllclose(white.invert(white.apply(X)), X, { rtol: 1e-10 });
    const reduced = new data.PCA({ components: 2 }).fit(X);
    expect(reduced.apply(X).shape).toEqual([200, 2]);
    const error = item(np.mean(np.sum(np.square(np.sub(reduced.invert(reduced.apply(X)), X)), { axis: 1 })));
    expect(error).toBeCloseTo(item(reduced.S.at(2)), 12);
    expect(reduced.explained).toBeGreaterThan(0.99);
  });
  it('asks to be fitted first', () => {
    expect(() => new data.Center().apply(X)).toThrow('Center.apply: call fit with the training data first.');
  });
});

describe('batches', () => {
  const X = np
    .arange(10)
    .reshape(10, 1)
    .mul(np.ones([1, 2]));
  const y = np.arange(10);
  it('show every example once an epoch, in a new order each time', () => {
    np.random.seed(0);
    const loader = new data.DataLoader([X, y], { batchSize: 4, shuffle: true });
    expect(loader.length).toBe(3);
    const epochs = [0, 1].map(() =>
      [...loader].map(([xb, yb]) => {
        expect(xb.at(':', 1).tolist()).toEqual(yb.tolist());
        return yb.tolist() as number[];
      }),
    );
    for (const e of epochs) expect(e.flat().sort((a, b) => a - b)).toEqual(y.tolist());
    expect(epochs[0]).not.toEqual(epochs[1]);
    expect(epochs[0].map((b) => b.length)).toEqual([4, 4, 2]);
  });
  it('drop a small last batch, transform, and repeat under a seed', () => {
    const run = (): unknown => {
      const loader = new data.DataLoader([X, y], {
        batchSize: 3,
        shuffle: true,
        dropLast: true,
        generator: np.random.defaultRng(5),
        transform: (xb, yb) => [xb.mul(-1), yb.tolist()] as const,
      });
      return [...loader].map(([xb, labels]) => [item(np.sum(xb)), labels]);
    };
    expect(run()).toEqual(run());
    expect(run()).toHaveLength(3);
  });
  it('refuse arrays of different lengths', () => {
    expect(() => new data.DataLoader([X, np.zeros([3])])).toThrow(/shapes are \(10, 2\), \(3,\)/);
    expect(() => new data.DataLoader([X], { batchSize: 0 })).toThrow(/batchSize must be a whole number/);
  });
});

describe('text', () => {
  it('a vocabulary goes both ways and names the character that it lacks', () => {
    const v = new data.Vocabulary('hello');
    expect(v.chars).toEqual(['e', 'h', 'l', 'o']);
    expect(v.encode('hello').tolist()).toEqual([1, 0, 2, 2, 3]);
    expect(v.decode(v.encode('hole'))).toBe('hole');
    expect(() => v.encode('help')).toThrow(/"p" is not one of the 4 characters/);
    expect(new data.Vocabulary(['h', 'e', 'l', 'o']).encode('he').tolist()).toEqual([0, 1]);
  });
  it('windows follow each other for every reader, targets one step later', () => {
    const windows = [...data.sequenceBatches(np.arange(21).astype('int64'), 5, 2)];
    expect(windows.map(([x]) => x.T.tolist())).toEqual([
      [
        [0, 1, 2, 3, 4],
        [10, 11, 12, 13, 14],
      ],
      [
        [5, 6, 7, 8, 9],
        [15, 16, 17, 18, 19],
      ],
    ]);
    for (const [x, y] of windows) expect(y.tolist()).toEqual(x.add(1).tolist());
  });
  it('the entropy of equal letters is ln of their number', () => {
    expect(data.unigramEntropy('abcd')).toBeCloseTo(Math.log(4), 14);
  });
});

describe('toy sets', () => {
  it('the spiral with seed 0 is the course’s', () => {
    np.random.seed(0);
    const [X, y] = data.spiral();
    expect([X.shape, y.dtype, y.shape]).toEqual([[300, 2], 'uint8', [300]]);
    // The stream of NumPy's RandomState(0): row 1 of the first arm.
    const t = 4 / 99 + 0.2 * 0.4001572083672233;
    np.testing.assertAllclose(X.at(1), [Math.sin(t) / 99, Math.cos(t) / 99], { rtol: 1e-12 });
  });
  it('blobs, circles, moons, clouds and shapes have their sizes and labels', () => {
    for (const [X, y] of [
      data.blobs(7, [
        [0, 0],
        [5, 5],
      ]),
      data.circles(7),
      data.moons(7),
    ]) {
      expect([X.shape, np.bincount(y).tolist()]).toEqual([
        [14, 2],
        [7, 7],
      ]);
    }
    expect(data.gaussianCloud(9).shape).toEqual([9, 2]);
    const [images, labels] = data.shapesImages(200, 12);
    expect([images.shape, images.dtype]).toEqual([[200, 12, 12, 3], 'uint8']);
    expect(np.unique(labels).tolist()).toEqual([0, 1, 2, 3, 4]);
  });
});

describe('checkpoints', () => {
  const make = () => {
    np.random.seed(1);
    const model = new nn.Sequential(new nn.Linear(3, 5), new nn.Dropout(0.5), new nn.Linear(5, 2));
    const optimizer = new optim.Adam(model.parameters(), { lr: 0.1 });
    const schedule = new optim.StepLR(optimizer, 3, 0.5);
    return { model, optimizer, schedule };
  };
  const train = ({ model, optimizer, schedule }: ReturnType<typeof make>, steps: number): void => {
    for (let i = 0; i < steps; i++) {
      const X = np.random.randn(8, 3);
      optimizer.zeroGrad();
      nn.crossEntropy(model(X), np.random.randint(0, 2, 8) as NDArray).backward();
      optimizer.step();
      schedule.step();
    }
  };
  const file = join(dir, 'run-acc0.75.safetensors');
  it('resume bit by bit: weights, optimiser, schedule, random numbers', () => {
    const a = make();
    train(a, 4);
    data.saveCheckpoint(file, a, { epoch: 4, best: Infinity });
    train(a, 5);
    const b = make();
    expect(data.loadCheckpoint(file, b)).toEqual({ epoch: 4, best: Infinity });
    train(b, 5);
    for (const [name, p] of Object.entries(a.model.stateDict()))
      expect(b.model.stateDict()[name].tolist(), name).toEqual(p.tolist());
    expect(b.schedule.getLastLr()).toEqual(a.schedule.getLastLr());
  });
  it('of another model change nothing and say what differs', () => {
    const other = new nn.Linear(3, 2);
    const before = other.weight.tolist();
    expect(() => data.loadCheckpoint(file, { model: other })).toThrow(
      /does not fit Linear; missing: weight, bias/,
    );
    expect(other.weight.tolist()).toEqual(before);
    const { model } = make();
    const wrong = new optim.Adam([np.zeros([1]).requiresGrad()]);
    const weights = model.stateDict();
    expect(() => data.loadCheckpoint(file, { model, optimizer: wrong })).toThrow(
      /Adam\.loadStateDict: groups of 4/,
    );
    expect(model.stateDict()['0.weight'].tolist()).toEqual(weights['0.weight'].tolist());
  });
  it('are told apart from other files, and ranked by the score in their names', () => {
    nn.save({ a: np.zeros([1]) }, join(dir, 'weights.safetensors'));
    expect(() => data.loadCheckpoint(join(dir, 'weights.safetensors'))).toThrow(/not a checkpoint/);
    data.saveCheckpoint(join(dir, 'run-acc0.9.safetensors'), {});
    expect(data.rankCheckpoints(dir).map((c) => c.score)).toEqual([0.9, 0.75]);
  });
});
