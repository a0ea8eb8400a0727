// Ranges, random and grid search, stages, and searches by worker processes: killed, resumed, stopped, broken.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
// Workers are processes that run the built library.
import { learn as built } from '../../dist/src/index.js';
import { data, learn, nn, np, optim } from '../../src/index.js';

const dir = mkdtempSync(join(tmpdir(), 'gradlab-search-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** Kolmogorov-Smirnov distance of values from the uniform distribution on [0, 1], times sqrt(n). */
function ks(values: number[]): number {
  const v = [...values].sort((a, b) => a - b);
  const n = v.length;
  return Math.sqrt(n) * Math.max(...v.map((x, i) => Math.max((i + 1) / n - x, x - i / n)));
}

describe('ranges', () => {
  it('draw evenly: numbers, or their powers of ten', () => {
    np.random.seed(0);
    const draws = (range: learn.Range): number[] => Array.from({ length: 2000 }, () => range.sample());
    // 1.95 is the 0.1% point of the Kolmogorov-Smirnov statistic.
    expect(ks(draws(learn.logUniform(1e-6, 10)).map((v) => (Math.log10(v) + 6) / 7))).toBeLessThan(1.95);
    expect(ks(draws(learn.uniform(-2, 3)).map((v) => (v + 2) / 5))).toBeLessThan(1.95);
    expect(ks(draws(learn.uniform(1e-6, 10)).map((v) => (Math.log10(v) + 6) / 7))).toBeGreaterThan(5);
    const counts = np.bincount(np.array(draws(learn.integers(1, 4)))).tolist() as number[];
    expect(counts[0]).toBe(0);
    for (const n of counts.slice(1)) expect(Math.abs(Number(n) - 500)).toBeLessThan(100);
    const chosen = new Set(Array.from({ length: 50 }, () => learn.choice(['a', 'b']).sample()));
    expect([...chosen].sort()).toEqual(['a', 'b']);
  });

  it('make grids with both ends', () => {
    expect(learn.uniform(0, 1).grid(3)).toEqual([0, 0.5, 1]);
    np.testing.assertAllclose(learn.logUniform(1e-4, 1).grid(5), [1e-4, 1e-3, 1e-2, 0.1, 1]);
    expect(learn.integers(1, 3).grid(9)).toEqual([1, 2, 3]);
    expect(learn.choice(['x', 'y']).grid(7)).toEqual(['x', 'y']);
  });

  it('know their borders, and narrow around values', () => {
    const range = learn.logUniform(1e-6, 1);
    expect([range.border(1.5e-6), range.border(1e-3), range.border(0.9)]).toEqual(['low', null, 'high']);
    const near = range.around([1e-3, 1e-2]);
    expect(near.border(1e-4)).toBe('low');
    const [low, high] = near.grid(2);
    expect(low).toBeGreaterThan(1e-5);
    expect(low).toBeLessThan(1e-3);
    expect(high).toBeLessThan(0.2);
    expect(high).toBeGreaterThan(1e-2);
  });

  it.each([
    ['an empty range', () => learn.uniform(1, 1), /^uniform: the range from 1 to 1 is empty/],
    ['powers from 0', () => learn.logUniform(0, 1), /^logUniform: a range of powers begins above 0/],
    ['halves of integers', () => learn.integers(0.5, 2), /^integers: the ends must be whole/],
    ['an infinite range', () => learn.uniform(0, Number.POSITIVE_INFINITY), /^uniform: the range/],
    ['no choice', () => learn.choice([]), /^choice: there is nothing/],
  ])('refuse %s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});

describe('search', () => {
  const space = { lr: learn.logUniform(1e-6, 10), reg: learn.uniform(0, 1) };

  it('at random tries a new value of each hyperparameter every time, a grid only three of nine', async () => {
    np.random.seed(1);
    const score = (p: { lr: number; reg: number }): number => -((Math.log10(p.lr) + 2) ** 2) - 0.01 * p.reg;
    const random = await learn.randomSearch(score, space, { trials: 9 });
    const grid = await learn.gridSearch(score, space, { points: 3 });
    const different = (r: typeof random): number => new Set(r.trials.map((t) => t.params.lr)).size;
    expect([random.trials.length, different(random)]).toEqual([9, 9]);
    expect([grid.trials.length, different(grid)]).toEqual([9, 3]);
    expect(random.best.score).toBe(Math.max(...random.trials.map((t) => t.score)));
    const best = random.bestSoFar;
    expect(best.every((b, i) => b === Math.max(...random.trials.slice(0, i + 1).map((t) => t.score)))).toBe(
      true,
    );
  });

  it('is repeated by its seed', async () => {
    const run = async (): Promise<unknown> => {
      np.random.seed(2);
      return (await learn.randomSearch((p) => p.reg, space, { trials: 4 })).trials.map((t) => t.params);
    };
    expect(await run()).toEqual(await run());
  });

  it('warns of a best value at the border, and of none inside', async () => {
    np.random.seed(3);
    const low = await learn.randomSearch((p) => -p.lr, { lr: learn.logUniform(1e-3, 1) }, { trials: 100 });
    expect(low.warnings[0]).toMatch(
      /^lr: the best value, .* lower border of 0.001 to 1 by powers; search below/,
    );
    const high = await learn.gridSearch((p) => p.lr, { lr: learn.uniform(0, 1) });
    expect(high.warnings[0]).toMatch(/upper border/);
    const inside = await learn.gridSearch(
      (p) => -((p.lr - 0.5) ** 2),
      { lr: learn.uniform(0, 1) },
      { points: 5 },
    );
    expect(inside.warnings).toEqual([]);
  });

  it('goes on when a trial fails or diverges, and says why', async () => {
    np.random.seed(4);
    const found = await learn.randomSearch(
      (_, { trial }) => {
        if (trial === 1) throw new Error('the loss is NaN');
        return trial === 2 ? Number.NaN : trial;
      },
      space,
      { trials: 5 },
    );
    expect(found.trials.map((t) => t.error)).toEqual([
      undefined,
      'the loss is NaN',
      'the score is NaN',
      undefined,
      undefined,
    ]);
    expect(found.ranking.map((t) => t.id)).toEqual([4, 3, 0]);
    const none = await learn.randomSearch(() => Number.NaN, space, { trials: 2 });
    expect(() => none.best).toThrow(
      /none of the 2 trials gave a number; the first one said: the score is NaN/,
    );
  });

  it('keeps its budget of time', async () => {
    np.random.seed(5);
    const slow = await learn.randomSearch(
      () => new Promise<number>((r) => setTimeout(() => r(1), 30)),
      space,
      { trials: 1000, seconds: 0.1 },
    );
    expect(slow.trials.length).toBeGreaterThan(0);
    expect(slow.trials.length).toBeLessThan(20);
  });

  it('from coarse to fine gives fewer trials more epochs in a narrower range', async () => {
    np.random.seed(6);
    const epochs: number[] = [];
    const found = await learn.coarseToFine(
      (p, budget) => {
        epochs.push(budget.epochs!);
        return -Math.abs(Math.log10(p.lr) + 2.3);
      },
      { lr: learn.logUniform(1e-6, 10) },
      {
        stages: [
          { epochs: 1, trials: 16 },
          { epochs: 5, trials: 8 },
          { epochs: 20, trials: 4 },
        ],
      },
    );
    expect(epochs).toEqual([...Array(16).fill(1), ...Array(8).fill(5), ...Array(4).fill(20)]);
    const widths = found.spaces.map((s) => {
      const [low, high] = s.lr.grid(2);
      return Math.log10(high / low);
    });
    expect(widths.length).toBe(3);
    expect(widths[1]).toBeLessThan(0.6 * widths[0]);
    expect(widths[2]).toBeLessThan(widths[1]);
    expect(found.trials.map((t) => t.stage)).toEqual([
      ...Array(16).fill(0),
      ...Array(8).fill(1),
      ...Array(4).fill(2),
    ]);
    expect(Math.abs(Math.log10(found.best.params.lr) + 2.3)).toBeLessThan(0.5);
  });

  it('draws its trials within the frame of the range, and the best so far', async () => {
    np.random.seed(7);
    const found = await learn.randomSearch((p) => p.reg, space, { trials: 12 });
    const { data: traces, layout } = found.plot().toJSON() as { data: any[]; layout: any };
    expect(traces[0].x.length).toBe(12);
    expect(layout.xaxis.type).toBe('log');
    const line = (found.plotBestSoFar().toJSON() as { data: any[] }).data.at(-1);
    expect([...line.y]).toEqual(found.bestSoFar);
    expect(() => found.plot('lr', 'x' as never)).toThrow(/^SearchResult.plot: 'x' is no range/);
  });

  it.each([
    ['no space', () => learn.randomSearch(() => 1, {}), /^randomSearch: the space is empty/],
    [
      'a number as a range',
      () => learn.gridSearch(() => 1, { lr: 0.1 as never }),
      /^gridSearch: lr is no range.*choice\(\[0.1\]\)/,
    ],
    [
      'no trials',
      () => learn.randomSearch(() => 1, { lr: learn.uniform(0, 1) }, { trials: 0 }),
      /^randomSearch: trials/,
    ],
    [
      'keep 0',
      () => learn.coarseToFine(() => 1, { lr: learn.uniform(0, 1) }, { keep: 0 }),
      /^coarseToFine: keep/,
    ],
  ])('refuses %s', async (_, run, message) => {
    await expect(run()).rejects.toThrow(message);
  });
});

describe('the master', () => {
  const worker = join(dir, 'worker.mjs');
  writeFileSync(
    worker,
    `export default async function (trial, { np, nn, optim, data }) {
      const [X, y] = data.spiral(30);
      const x = X.astype('float32');
      const model = new nn.Sequential(new nn.Linear(2, 12), new nn.ReLU(), new nn.Linear(12, 3));
      const optimizer = new optim.Adam(model.parameters(), { lr: trial.params.lr });
      let epoch = trial.resume({ model, optimizer });
      while (epoch < trial.epochs) {
        for (const at of np.random.permutation(3).tolist()) {
          optimizer.zeroGrad();
          const rows = np.arange(Number(at), 90, 3);
          nn.crossEntropy(model(x.at(rows)), y.at(rows)).backward();
          optimizer.step();
        }
        const score = np.mean(np.argmax(model(x), { axis: 1 }).equal(y)).item();
        const loss = nn.crossEntropy(model(x), y).item();
        trial.report(++epoch, score, { model, optimizer }, { loss });
        await new Promise((done) => setTimeout(done, 20));
      }
    }`,
  );
  const options = {
    worker,
    space: { lr: built.logUniform(1e-3, 0.1) },
    trials: 3,
    epochs: 5,
    workers: 2,
    seed: 5,
  };
  const events = (folder: string): any[] =>
    readFileSync(join(folder, 'statistics.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((l) => JSON.parse(l));
  const losses = (folder: string, id: number): number[] => {
    const found: number[] = [];
    for (const e of events(folder)) if (e.kind === 'epoch' && e.id === id) found[e.epoch - 1] = e.values.loss;
    return found;
  };

  const quiet = join(dir, 'quiet');

  it('trains every setting, keeps a checkpoint of each with the score in its name, and writes statistics', async () => {
    const result = await new built.Master({ ...options, folder: quiet }).run();
    expect(result.trials.map((t) => t.epochs)).toEqual([5, 5, 5]);
    const files = readdirSync(quiet).filter((f) => f.endsWith('.safetensors'));
    expect(files.length).toBe(3);
    const ranked = data.rankCheckpoints(quiet);
    expect(ranked.map((r) => r.score)).toEqual(result.ranking.map((t) => Number(t.score.toFixed(6))));
    const model = new nn.Sequential(new nn.Linear(2, 12), new nn.ReLU(), new nn.Linear(12, 3));
    const extra = data.loadCheckpoint(ranked[0].file, { model, random: false });
    expect([extra.epoch, extra.score]).toEqual([5, result.best.score]);
    expect(events(quiet).filter((e) => e.kind === 'epoch').length).toBe(15);
  });

  it('begins a killed worker again from its last checkpoint, and the run ends as if nothing had happened', async () => {
    const folder = join(dir, 'killed');
    let victim = -1;
    let left: string | undefined;
    const master = new built.Master({
      ...options,
      folder,
      onReport: (trial: { id: number }, epoch: number) => {
        if (victim >= 0 || epoch !== 2) return;
        victim = trial.id;
        expect(master.kill(trial.id)).toBe(true);
        left = readdirSync(folder).find((f) => f.startsWith(`trial000${trial.id}`));
      },
    });
    const result = await master.run();
    expect(victim).toBeGreaterThanOrEqual(0);
    // What the dead process left is a whole checkpoint.
    expect(left).toMatch(/epoch000\d-val\d\.\d{6}\.safetensors$/);
    const log = events(folder);
    expect(log.filter((e) => e.kind === 'died').map((e) => [e.id, e.signal])).toEqual([[victim, 'SIGKILL']]);
    const starts = log.filter((e) => e.kind === 'start' && e.id === victim);
    expect(starts.length).toBe(2);
    expect(starts[1].resumed).toMatch(/epoch000\d-val/);
    expect(master.progress[victim].attempts).toBe(2);
    expect(result.trials.map((t) => t.epochs)).toEqual([5, 5, 5]);
    for (const id of [0, 1, 2]) expect(losses(folder, id)).toEqual(losses(quiet, id));
  });

  it('goes on in the folder of a master that was stopped, with the same settings', async () => {
    const folder = join(dir, 'stopped');
    const first = new built.Master({
      ...options,
      folder,
      onReport: (_: unknown, epoch: number) => {
        if (epoch === 2) first.stop();
      },
    });
    await first.run();
    expect(first.progress.some((t) => t.status === 'waiting')).toBe(true);
    // The master died while it wrote a line.
    writeFileSync(
      join(folder, 'statistics.jsonl'),
      `${readFileSync(join(folder, 'statistics.jsonl'), 'utf8')}{"kind":"epo`,
    );
    const second = new built.Master({ ...options, folder, seed: 99 });
    expect(second.progress.map((t) => t.params)).toEqual(first.progress.map((t) => t.params));
    const result = await second.run();
    expect(result.trials.map((t) => t.epochs)).toEqual([5, 5, 5]);
    const again = await new built.Master({ ...options, folder }).run();
    expect(again.best.score).toBe(result.best.score);
  });

  it('ends hopeless trials early', async () => {
    const folder = join(dir, 'early');
    const master = new built.Master({
      ...options,
      folder,
      stopEarly: (t: { id: number; scores: number[] }) => t.id === 1 && t.scores.length === 2,
    });
    const result = await master.run();
    expect(master.progress.map((t) => t.status)).toEqual(['done', 'stopped', 'done']);
    expect(result.trials.map((t) => t.epochs)).toEqual([5, 2, 5]);
  });

  it('reports trials whose function throws or whose process ends', async () => {
    const bad = join(dir, 'bad.mjs');
    writeFileSync(
      bad,
      `export default (trial) => { if (trial.id === 0) throw new Error('no such data'); process.exit(3); }`,
    );
    const folder = join(dir, 'bad');
    const master = new built.Master({ ...options, worker: bad, folder, trials: 2, restarts: 1 });
    const result = await master.run();
    expect(result.trials.map((t) => t.error)).toEqual([
      'no such data',
      'its process ended 2 times, the last time with code 3',
    ]);
    expect(existsSync(join(folder, 'statistics.jsonl'))).toBe(true);
  });

  it('refuses what it cannot run', async () => {
    const folder = join(dir, 'refused');
    expect(() => new built.Master({ ...options, folder, worker: join(dir, 'none.mjs') })).toThrow(
      /^Master: there is no worker module/,
    );
    expect(() => new built.Master({ ...options, folder, trials: 0 })).toThrow(/^Master: trials/);
    expect(
      () => new built.Master({ ...options, folder: quiet, space: { width: learn.integers(1, 3) } }),
    ).toThrow(/^Master: .*quiet holds another search \(of lr over 5 epochs\)/);
    const broken = join(dir, 'broken.mjs');
    writeFileSync(broken, 'this is no module');
    await expect(new built.Master({ ...options, folder, worker: broken }).run()).rejects.toThrow(
      /^Master: the worker module cannot be loaded/,
    );
  });
});

describe('ensembles', () => {
  np.random.seed(8);
  const [X, y] = data.spiral(40);
  const [Xval, yval] = data.spiral(30);
  const make = (): learn.TwoLayerNet => new learn.TwoLayerNet({ hidden: 12, epochs: 15, learningRate: 0.2 });
  const surprise = (p: learn.Member | learn.Ensemble): number => {
    const right = p.probabilities(Xval).at(np.arange(90), yval);
    return -Number(np.mean(np.log(right)).item());
  };

  it('of different initial weights average probabilities, and cost no more than their members do (Jensen)', () => {
    const group = learn.Ensemble.ofInits(4, make, X, y, { seed: 20 });
    const p = group.probabilities(Xval);
    np.testing.assertAllclose(np.sum(p, { axis: 1 }), np.ones(90));
    const members = group.members.map(surprise);
    expect(new Set(members).size).toBe(4);
    expect(surprise(group)).toBeLessThanOrEqual(members.reduce((a, b) => a + b, 0) / 4);
    expect(group.predict(Xval).tolist()).toEqual(np.argmax(p, { axis: 1 }).tolist());
  });

  it('of one model is that model', () => {
    const model = make().train(X, y);
    const one = new learn.Ensemble([model]);
    expect(one.probabilities(Xval).tolist()).toEqual(model.probabilities(Xval).tolist());
    expect(one.predict(Xval).tolist()).toEqual(model.predict(Xval).tolist());
  });

  it('of the best trials take k of the ranking', async () => {
    np.random.seed(9);
    const found = await learn.randomSearch((p) => p.a, { a: learn.uniform(0, 1) }, { trials: 6 });
    const built: number[] = [];
    const model = make().train(X, y);
    learn.Ensemble.topK(found, 3, (t) => {
      built.push(t.id);
      return model;
    });
    expect(built).toEqual(found.ranking.slice(0, 3).map((t) => t.id));
    expect(() => learn.Ensemble.topK(found, 7, () => model)).toThrow(/^Ensemble.topK: k=7 of 6 trials/);
  });

  it('of snapshots keep the weights at the end of each cycle, and leave the network alone', () => {
    np.random.seed(10);
    const model = new nn.Sequential(
      new nn.Linear(2, 8),
      new nn.Dropout(0.5),
      new nn.ReLU(),
      new nn.Linear(8, 3),
    );
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.5 });
    const snapshots = new learn.Snapshots(model, new optim.CosineAnnealingWarmRestarts(optimizer, 7));
    const x = X.astype('float32');
    const seen: unknown[] = [];
    for (let i = 1; i <= 21; i++) {
      // The rate of the formula, restarts included.
      expect(optimizer.paramGroups[0].lr).toBeCloseTo(
        0.25 * (1 + Math.cos((Math.PI * ((i - 1) % 7)) / 7)),
        12,
      );
      optimizer.zeroGrad();
      nn.crossEntropy(model(x), y).backward();
      optimizer.step();
      snapshots.step();
      if (i % 7 === 0) seen.push(model.stateDict()['0.weight'].tolist());
    }
    expect(snapshots.taken).toEqual([7, 14, 21]);
    expect(snapshots.states.map((s) => s['0.weight'].tolist())).toEqual(seen);
    const before = model.stateDict()['0.weight'].tolist();
    const group = snapshots.ensemble(2);
    const [one, two] = group.members.map((m) => m.probabilities(x));
    np.testing.assertAllclose(group.probabilities(x), one.add(two).div(2), { rtol: 1e-6 });
    expect(model.stateDict()['0.weight'].tolist()).toEqual(before);
    expect(model.training).toBe(true);
    expect(() => snapshots.ensemble(4)).toThrow(/^Snapshots.ensemble: 4 of 3 snapshots/);
  });

  it('of averaged weights are the network with the averages', () => {
    np.random.seed(11);
    const model = new nn.Linear(2, 3);
    const ema = new optim.EMA(model, 0.9);
    const before = model.weight.detach().copy();
    np.noGrad(() => model.weight.iadd(1));
    ema.update();
    const x = X.astype('float32');
    const averaged = before.mul(0.9).add(before.add(1).mul(0.1));
    const want = nn.softmax(np.dot(x, averaged.T).add(model.bias!.detach()));
    np.testing.assertAllclose(learn.averagedMember(model, ema).probabilities(x), want, { rtol: 1e-5 });
    np.testing.assertAllclose(model.weight.detach(), before.add(1));
  });

  it('refuse what cannot be averaged', () => {
    expect(() => new learn.Ensemble([])).toThrow(/^Ensemble: there are no members/);
    expect(() => new learn.Ensemble([{} as never])).toThrow(/^Ensemble: member 0 has no probabilities/);
    expect(() => learn.averageProbabilities([[[1, 0]], [[1, 0, 0]]])).toThrow(
      /^averageProbabilities: .*\(1, 2\) and \(1, 3\)/,
    );
    expect(() => learn.Ensemble.ofInits(0, make, X, y)).toThrow(/^Ensemble.ofInits: n must/);
  });
});

it('cross-validation, search and t-SNE know the names of their options', async () => {
  const [rows, labels] = [np.ones([8, 2]), np.arange(8).mod(2)];
  const space = { lr: learn.uniform(0, 1) };
  const wrong = (options: object) => options as never;
  expect(() =>
    learn.crossValidate(() => new learn.NearestNeighbor(), rows, labels, wrong({ fold: 2 })),
  ).toThrow("crossValidate: unknown option 'fold'; did you mean 'folds'?");
  expect(() => learn.tsne(rows, wrong({ perplexty: 2 }))).toThrow("did you mean 'perplexity'?");
  await expect(learn.randomSearch((p) => p.lr, space, wrong({ trial: 2 }))).rejects.toThrow(
    "did you mean 'trials'?",
  );
  await expect(learn.gridSearch((p) => p.lr, space, wrong({ point: 2 }))).rejects.toThrow(
    "did you mean 'points'?",
  );
  await expect(learn.coarseToFine((p) => p.lr, space, wrong({ stage: [] }))).rejects.toThrow(
    "did you mean 'stages'?",
  );
  const { embedding } = learn.tsne(np.random.randn(8, 3), {
    perplexity: 2,
    iterations: 5,
    learning_rate: 50,
  });
  expect(embedding.shape).toEqual([8, 2]);
});
