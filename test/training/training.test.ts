// Training tools: sanity checks with the course's numbers, the experiment on initialisation, the stop at NaN, logs, and
// the monitor's measurements and charts.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { data, type NDArray, nn, np, optim, training } from '../../src/index.js';

const dir = mkdtempSync(join(tmpdir(), 'gradlab-training-'));
afterAll(() => rmSync(dir, { recursive: true }));
const item = (a: NDArray): number => Number(a.item());

/** A linear classifier whose weights are `scale` times normal numbers. */
const linear = (inputs: number, classes: number, scale: number) => () => {
  const model = new nn.Linear(inputs, classes);
  nn.init.normal(model.weight, 0, scale);
  nn.init.zeros(model.bias!);
  return model;
};
const perceptron = (inputs: number, classes: number) => () =>
  new nn.Sequential(new nn.Linear(inputs, 100), new nn.ReLU(), new nn.Linear(100, classes));

describe('sanity checks', () => {
  const rng = new np.random.RandomState(0);
  const X = rng.randn(300, 30);
  const y = rng.randint(0, 10, { size: [300] });

  it.each([
    ['softmax', Math.log(10)],
    ['svm', 9],
  ] as const)('%s of ten classes starts at %f, exactly with zero weights', (loss, expected) => {
    np.random.seed(0);
    const report = training.sanityChecks({ model: linear(30, 10, 0), X, y, loss });
    expect(report.check('chance loss').values[0]).toBeCloseTo(expected, 6);
    const small = training.sanityChecks({ model: linear(30, 10, 1e-3), X, y, loss });
    expect(Math.abs(small.check('chance loss').values[0] - expected)).toBeLessThan(
      loss === 'svm' ? 0.02 : 5e-3,
    );
    expect(small.check('chance loss').passed).toBe(true);
  });
  it('a network passes all, and learns twenty examples and noise by heart', () => {
    np.random.seed(0);
    const report = training.sanityChecks({ model: perceptron(30, 10), X, y });
    expect(report.check('overfit 20').values[0]).toBeLessThan(1e-2);
    expect(report.check('overfit 20').values[1]).toBe(1);
    const totals = report.check('more regularisation').values;
    expect(totals[0]).toBeLessThan(totals[1]);
    expect(totals[1]).toBeLessThan(totals[2]);
    expect(report.check('random features').values[1]).toBeLessThan(0.25);
    expect(String(report)).toMatch(/^ok {3}chance loss/);
    expect(report.passed).toBe(true);
  });
  it('say what fails: large weights on raw pixels, weights out of the penalty’s reach, a model that cannot learn', () => {
    np.random.seed(0);
    const raw = rng.randn(200, 300).mul(64);
    const few = { X: raw, y: y.at(':200'), maxSteps: 3, lr: 1e-9 };
    const large = training.sanityChecks({ model: linear(300, 10, 1e-2), ...few });
    expect(large.check('chance loss').passed).toBe(false);
    expect(large.check('overfit 20').passed).toBe(false);
    expect(large.passed).toBe(false);
    expect(String(large)).toMatch(/FAIL chance loss[\s\S]*smaller weights in the last layer, or scaled data/);
    const free = training.sanityChecks({
      model: linear(300, 10, 1e-5),
      ...few,
      regularization: () => np.array(0),
    });
    expect(free.check('more regularisation').passed).toBe(false);
  });
  it('refuse what they cannot use', () => {
    const model = linear(30, 10, 0);
    expect(() => training.sanityChecks({ model: model() as never, X, y })).toThrow(
      /must be a function that makes a fresh model/,
    );
    expect(() => training.sanityChecks({ model, X, y: y.at(':5') })).toThrow(
      /X of shape \(300,30\) and y of shape \(5\)/,
    );
    expect(() => training.sanityChecks({ model, X, y, loss: 'mse' as never })).toThrow(
      /loss is 'softmax', 'svm' or a function/,
    );
    expect(() => training.sanityChecks({ model, X, y, loss: nn.crossEntropy })).toThrow(/pass \{expected\}/);
  });
});

describe('the experiment on initialisation', () => {
  it('ten layers of 500 tanh units with weights 0.01: each is 0.2236 of the one before', () => {
    np.random.seed(0);
    const table = training.activationStatistics({ gradient: 1e-3 });
    const stds = table.layers.map((l) => l.std);
    expect(Math.abs(table.input.std - 1)).toBeLessThan(0.003);
    expect(Math.abs(stds[0] - 0.2134)).toBeLessThan(0.002);
    for (let l = 1; l < 10; l++) expect(Math.abs(stds[l] / stds[l - 1] / 0.2236 - 1)).toBeLessThan(0.02);
    for (const l of table.layers) expect(Math.abs(l.mean)).toBeLessThan(0.011 * l.std);
    // Gradients shrink on their way back by the same factor; those of the weights stay.
    const gradients = table.layers.map((l) => l.gradient!);
    expect(Math.abs(gradients[9] / 1e-3 - 1)).toBeLessThan(0.01);
    for (let l = 1; l < 9; l++)
      expect(Math.abs(gradients[l - 1] / gradients[l] / 0.2236 - 1)).toBeLessThan(0.02);
    // The slide: 1.4e-9 at the first layer, 4.2e-8 for the weights of every layer.
    const weights = table.layers.map((l) => l.weightGradient!);
    expect(Math.max(...weights) / Math.min(...weights)).toBeLessThan(40);
    expect(String(table)).toMatch(
      /^input layer had mean -?0\.00\d+ and std 0\.99\d+\nhidden layer 1 had mean/,
    );
    expect(table.figure().data.length).toBe(4);
    expect(table.histograms().data.length).toBe(10);
  });
  it('ReLU with He’s weights keeps its size', () => {
    np.random.seed(0);
    const { layers } = training.activationStatistics({ nonlinearity: 'relu', init: 'he' });
    expect(Math.abs(layers[0].mean - 0.56419)).toBeLessThan(0.006);
    expect(Math.abs(layers[0].std - 0.82565)).toBeLessThan(0.006);
    expect(layers[9].std).toBeGreaterThan(0.4);
    expect(layers[9].std).toBeLessThan(1.4);
  });
  it('takes any widths, functions and data, from np.random in the course’s order', () => {
    np.random.seed(3);
    const D = np.random.randn(20, 8);
    const first = np.tanh(np.dot(D, np.random.randn(8, 5).mul(0.3)));
    np.random.seed(3);
    const table = training.activationStatistics({ widths: [8, 5], examples: 20, init: 0.3 });
    expect(table.activations).toHaveLength(2);
    np.random.seed(3);
    const own = training.activationStatistics({
      ...{ widths: [5, 4], input: np.random.randn(20, 8), nonlinearity: (x) => np.sin(x) },
      init: (fanIn, fanOut) => np.random.randn(fanIn, fanOut).mul(0.3),
    });
    expect(own.activations.map((a) => a.shape)).toEqual([
      [20, 5],
      [20, 4],
    ]);
    np.random.seed(3);
    const tanh = training.activationStatistics({ widths: [5], input: np.random.randn(20, 8), init: 0.3 });
    expect(tanh.activations[0].tolist()).toEqual(first.tolist());
    expect(() => training.activationStatistics({ nonlinearity: 'cube' as never })).toThrow(
      /not one of tanh, relu/,
    );
    expect(() => training.activationStatistics({ init: 'best' as never })).toThrow(
      /not a number, one of xavier, he/,
    );
    expect(() => training.activationStatistics({ widths: [0] })).toThrow(/not numbers of units/);
  });
});

describe('the stop at NaN', () => {
  const X = new np.random.RandomState(0).randn(40, 6);
  const y = new np.random.RandomState(1).randint(0, 3, { size: [40] });

  it('names parameter, step and epoch, and puts the last good weights back', () => {
    np.random.seed(0);
    const model = perceptron(6, 3)();
    const optimizer = new optim.SGD(model.parameters(), { lr: 1e30 });
    const stop = new training.StopOnNaN(model, { batchesPerEpoch: 4 });
    let error: unknown;
    let good = model.stateDict();
    for (let step = 1; error === undefined && step < 50; step++) {
      optimizer.zeroGrad();
      const loss = nn.crossEntropy(model(X), y);
      loss.backward();
      optimizer.step();
      try {
        stop.check(loss);
        good = model.stateDict();
      } catch (caught) {
        error = caught;
      }
    }
    expect(error).toBeInstanceOf(training.TrainingStopped);
    const stopped = error as InstanceType<typeof training.TrainingStopped>;
    expect(stopped.message).toMatch(
      /^training stopped at step \d+, epoch \d\.\d\d: the loss is .*of '\d\.(weight|bias)' are not finite\. The weights of step \d+ are in the model again/,
    );
    expect(stopped.step).toBe(stop.steps);
    expect(stopped.epoch).toBe(stop.steps / 4);
    expect(stopped.lastGood?.step).toBe(stop.steps - 1);
    expect(Object.keys(good)).toContain(stopped.parameter);
    for (const [name, a] of Object.entries(model.stateDict())) {
      expect(np.all(np.isfinite(a)).item()).toBe(true);
      expect(a.tolist()).toEqual(good[name].tolist());
    }
  });
  it('tells a broken gradient, a broken loss and a loss above the limit apart', () => {
    const make = () => ({ W: np.ones([2, 2]), b: np.zeros([2]) });
    const params = make();
    const stop = new training.StopOnNaN(params, { limit: 100 });
    params.b.grad = np.array([Number.NaN, 1]);
    expect(() => stop.check(Number.NaN)).toThrow(
      /step 1: the loss is NaN; 1 of 2 elements of the gradient of 'b'/,
    );
    params.b.grad = null;
    expect(() => stop.check(Infinity)).toThrow(/all parameters are finite, so it comes from the loss itself/);
    expect(() => stop.check(101)).toThrow(/the loss is above the limit 100/);
    stop.check(3);
    params.W.set([0, 0], Infinity);
    expect(() => stop.check(3)).toThrow(/1 of 4 values of 'W' are not finite/);
    expect(params.W.tolist()).toEqual(make().W.tolist());
    expect(stop.lastGood().W.tolist()).toEqual(make().W.tolist());
  });
  it('keeps its weights through scopes that take memory back', () => {
    const W = np.ones([3]);
    const stop = new training.StopOnNaN({ W });
    np.scope(() => {
      W.iadd(1);
      stop.check(1);
    });
    for (let i = 0; i < 20; i++) np.scope(() => void np.ones([3]).mul(7));
    W.set(['...'], Number.NaN);
    expect(() => stop.check(1)).toThrow('training stopped at step 2');
    expect(W.tolist()).toEqual([2, 2, 2]);
  });
  it('refuses what has no parameters or is no loss', () => {
    expect(() => new training.StopOnNaN({} as never)).toThrow(
      /a model with parameters or an object of arrays/,
    );
    const stop = new training.StopOnNaN({ W: np.ones([2]) });
    expect(() => stop.check(np.ones([2]))).toThrow(
      /the loss must be one number, got an array of shape \(2\)/,
    );
    expect(() => new training.StopOnNaN({ W: np.ones([2]) }, { keepEvery: 0 })).toThrow(/keepEvery/);
  });
});

describe('experiments on disk', () => {
  const run = ({ lr }: training.Settings, log: training.ExperimentLog) => {
    log.print('lr %.3f', lr);
    const W = np.random.randn(3);
    for (let epoch = 0; epoch < 3; epoch++) {
      W.isub(W.mul(lr as number));
      log.record({ epoch, norm: np.linalg.norm(W), best: Number.POSITIVE_INFINITY });
    }
    return { W };
  };
  it('run again from their file, give every line, record and result again', () => {
    const file = join(dir, 'logs/run.jsonl');
    const { W } = training.experiment(file, { seed: 4, lr: 0.1 }, run);
    const [logged] = training.readExperiments(file);
    expect(logged).toMatchObject({ settings: { seed: 4, lr: 0.1 }, text: ['lr 0.100'], finished: true });
    expect(logged.records).toHaveLength(3);
    expect(logged.records[0]).toMatchObject({ epoch: 0, best: 'Infinity' });
    np.random.seed(99);
    expect(training.reproduce(file, run).W.tolist()).toEqual(W.tolist());
    expect(() =>
      training.reproduce(file, (s, log) => {
        const out = run(s, log);
        log.record({ extra: 1 });
        return out;
      }),
    ).toThrow(/reproduce: record 4 was undefined, and is \{"extra":1\} now/);
    expect(() => training.reproduce(file, (s, log) => run({ ...s, lr: 0.2 }, log))).toThrow(
      /reproduce: line 1 was "lr 0.100", and is "lr 0.200" now/,
    );
  });
  it('add up in a file; a run that was killed stays visible', () => {
    const file = join(dir, 'more.jsonl');
    training.experiment(file, { seed: 1, lr: 0.1 }, run);
    expect(() =>
      training.experiment(file, { seed: 2, lr: 0.1 }, (_, log) => {
        log.print('begun');
        throw new Error('killed');
      }),
    ).toThrow('killed');
    writeFileSync(file, `${readFileSync(file, 'utf8')}{"text": "cut in the mid`);
    const runs = training.readExperiments(file);
    expect(runs.map((r) => [r.settings.seed, r.finished])).toEqual([
      [1, true],
      [2, false],
    ]);
    // The last one that came to its end.
    expect(training.reproduce(file, run).W.shape).toEqual([3]);
  });
  it('refuse settings without a seed and files that are something else', () => {
    expect(() => training.experiment(join(dir, 'x.jsonl'), {} as never, run)).toThrow(/settings need a seed/);
    expect(() => training.readExperiments(join(dir, 'none.jsonl'))).toThrow(/there is no file/);
    writeFileSync(join(dir, 'bad.jsonl'), '{"a": 1}\n');
    expect(() => training.readExperiments(join(dir, 'bad.jsonl'))).toThrow(
      /is no log of training.experiment/,
    );
    writeFileSync(join(dir, 'worse.jsonl'), 'hello\nworld\n');
    expect(() => training.readExperiments(join(dir, 'worse.jsonl'))).toThrow(/line 1 of .* is no JSON/);
  });
});

describe('the monitor', () => {
  const X = new np.random.RandomState(0).randn(64, 25);
  const y = np.argmax(X.at(':', ':3'), { axis: 1 });
  const lines = () => {
    const written: string[] = [];
    return { written, write: (text: string) => written.push(text) };
  };

  /** Trains with a monitor; 8 batches an epoch. */
  function run(options: object, epochs = 2) {
    np.random.seed(0);
    const model = perceptron(25, 3)();
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
    const monitor = new training.Monitor(model, {
      batchesPerEpoch: 8,
      sampleEvery: 1,
      live: false,
      ...options,
    });
    const loader = new data.DataLoader([X, y], { batchSize: 8 });
    for (let epoch = 0; epoch < epochs; epoch++) {
      for (const [xb, yb] of loader) {
        optimizer.zeroGrad();
        const loss = nn.crossEntropy(model(xb), yb);
        loss.backward();
        optimizer.step();
        monitor.batch(loss);
      }
      model.eval();
      const accuracy = np.mean(np.equal(np.argmax(model(X), { axis: 1 }), y));
      model.train();
      monitor.epoch({ train: accuracy, validation: item(accuracy) - 0.1 });
    }
    return { monitor, model, optimizer };
  }

  it('measures losses, accuracies, ratios, gradients and dead units by epoch', () => {
    const { monitor } = run({});
    const h = monitor.history;
    expect(h.loss.x).toEqual(Array.from({ length: 16 }, (_, i) => (i + 1) / 8));
    expect(h.train.x).toEqual([1, 2]);
    expect(h.validation.y[1]).toBeCloseTo(h.train.y[1] - 0.1, 12);
    expect(Object.keys(h.ratio)).toEqual(['0.weight', '0.bias', '2.weight', '2.bias']);
    // Plain gradient descent: the update is the learning rate times the gradient.
    expect(h.ratio['0.weight'].y).toHaveLength(16);
    expect(Object.keys(h.activations)).toEqual(['0', '1', '2']);
    expect(Object.keys(h.gradients)).toEqual(['0', '1', '2']);
    expect(h.activations['1'].counts.reduce((a, b) => a + b)).toBe(8 * 100);
    expect(Object.keys(h.dead)).toEqual(['1']);
    expect(h.dead['1'].y.every((v) => v >= 0 && v < 1)).toBe(true);
  });
  it('gets the ratio of update and weight right', () => {
    np.random.seed(0);
    const model = new nn.Linear(25, 3);
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
    const monitor = new training.Monitor(model, { batchesPerEpoch: 1, live: false });
    const before = item(np.linalg.norm(model.weight.ravel()));
    const loss = nn.crossEntropy(model(X), y);
    loss.backward();
    const gradient = item(np.linalg.norm(model.weight.grad!.ravel()));
    optimizer.step();
    monitor.batch(loss);
    expect(monitor.history.ratio.weight.y[0]).toBeCloseTo((0.1 * gradient) / before, 6);
    expect(monitor.history.gradient.weight.y[0]).toBeCloseTo(gradient, 6);
    const W = np.ones([4, 4]);
    expect(training.updateRatio(W, W.mul(1.001))).toBeCloseTo(1e-3, 12);
    expect(training.updateRatio(W.mul(1e200), W.mul(1.001e200))).toBeCloseTo(1e-3, 12);
  });
  it('counts dead units', () => {
    const model = new nn.Sequential(new nn.Linear(2, 4), new nn.ReLU());
    const layer = [...model.children()][0] as InstanceType<typeof nn.Linear>;
    np.noGrad(() => {
      layer.weight.set(
        ['...'],
        [
          [1, 0],
          [-1, 0],
          [0, 0],
          [0, 0],
        ],
      );
      layer.bias!.set(['...'], [0, 0, -1, 1]);
    });
    const monitor = new training.Monitor(model, { batchesPerEpoch: 1, live: false });
    const loss = np.sum(
      model(
        np.array([
          [1, 0],
          [2, 0],
        ]),
      ),
    );
    loss.backward();
    monitor.batch(loss);
    // Units 1 and 2 are silent for both examples.
    expect(monitor.history.dead['1'].y).toEqual([0.5]);
  });
  it('draws nine charts, all over epochs', () => {
    const { monitor } = run({ title: 'Run' });
    const figure = monitor.figure().toJSON();
    const titles = (figure.layout.annotations ?? []).map((a) => a.text);
    for (const title of [
      'Loss of each batch',
      'Loss, logarithmic',
      'Norm of update',
      'Dead ReLUs',
      'Weights of the first layer',
    ])
      expect(titles.join('|')).toContain(title);
    const layout = figure.layout as Record<string, any>;
    const timed = [1, 2, 3, 4, 5, 6].map((i) => layout[`xaxis${i === 1 ? '' : i}`].title.text);
    expect(timed).toEqual(new Array(6).fill('epoch'));
    expect(layout.yaxis2.type).toBe('log');
    expect(layout.yaxis4.type).toBe('log');
    // The first layer: 36 of its 100 units as 5 x 5 tiles.
    expect(layout.images).toHaveLength(36);
    const one = run({ panels: ['ratio', 'loss'] })
      .monitor.figure()
      .toJSON();
    expect(Object.keys(one.layout).filter((k) => /^xaxis/.test(k))).toHaveLength(2);
  });
  it('writes lines in a program, at a bounded rate and after each epoch', () => {
    const stream = lines();
    const { monitor } = run({ live: true, stream, every: 1000 }, 3);
    // One at once, and one for each epoch: however many batches there are.
    expect(stream.written).toHaveLength(4);
    expect(stream.written[3]).toMatch(
      /^epoch 3.00, step 24: loss [\d.]+, train 0\.\d+, validation 0\.\d+, update:weight \d\.\de-\d\n$/,
    );
    expect(String(monitor)).toBe(stream.written[3].trim());
  });
  it('shows one output in a notebook, which changes, and the chart library beside it', () => {
    const shown: any[] = [];
    (globalThis as any).display = (value: any, options: any) =>
      shown.push({ bundle: value[Symbol.for('Jupyter.display')](), ...options });
    try {
      const { monitor } = run({ live: true, every: 0 });
      monitor.close();
    } finally {
      delete (globalThis as any).display;
    }
    const [library, first, ...rest] = shown;
    expect(library.display_id).toBeUndefined();
    expect(library.bundle['text/html']).toContain('page.inflate');
    expect([first.update, first.bundle['text/plain']]).toEqual([
      false,
      expect.stringMatching(/^epoch 0.13, step 1/),
    ]);
    // As often as drawing allows, and at the end.
    expect(rest.length).toBeGreaterThan(0);
    expect(rest.length).toBeLessThanOrEqual(18);
    expect(rest.at(-1).bundle['text/plain']).toMatch(/^epoch 2.00, step 16/);
    expect(rest.every((r) => r.update && r.display_id === first.display_id)).toBe(true);
    // The library went once, not with every state.
    for (const r of [first, ...rest]) expect(r.bundle['text/html'].length).toBeLessThan(200_000);
    expect(rest.at(-1).bundle['application/vnd.plotly.v1+json'].data.length).toBeGreaterThan(10);
  });
  it('stops at NaN, with the last good weights in the model', () => {
    np.random.seed(0);
    const W = np.random.randn(25, 3).requiresGrad();
    const monitor = new training.Monitor({ W }, { batchesPerEpoch: 4, live: false });
    const step = (lr: number) => {
      W.grad = null;
      const loss = nn.crossEntropy(np.dot(X, W), y);
      loss.backward();
      np.noGrad(() => W.isub(W.grad!.mul(lr)));
      monitor.batch(loss);
    };
    step(0.1);
    const good = W.tolist();
    expect(() => step(Number.POSITIVE_INFINITY)).toThrow(/training stopped at step 2, epoch 0.50/);
    expect(W.tolist()).toEqual(good);
    // The course's layout: columns are units, drawn as tiles all the same.
    expect((monitor.figure().toJSON().layout as any).images).toHaveLength(3);
  });
  it('looks only now and then, leaves evaluation alone, and takes its hooks off', () => {
    const { monitor, model } = run({ sampleEvery: 4 });
    expect(monitor.history.ratio['0.weight'].x).toEqual([1, 4, 8, 12, 16].map((s) => s / 8));
    const before = JSON.stringify(monitor.history);
    np.noGrad(() => model(X));
    monitor.close();
    nn.crossEntropy(model(X), y).backward();
    expect(JSON.stringify(monitor.history)).toBe(before);
    const own = monitor.watch('mine', np.ones([2]));
    expect(own.tolist()).toEqual([1, 1]);
  });
  it('refuses wrong options', () => {
    const model = perceptron(4, 2)();
    const make = (o: object) => () => new training.Monitor(model, o as never);
    expect(make({})).toThrow(/batchesPerEpoch must be the number of batches of an epoch/);
    expect(make({ batchesPerEpoch: 3, panels: ['los'] })).toThrow(/there is no panel 'los'/);
    expect(make({ batchesPerEpoch: 3, evry: 2 })).toThrow(/did you mean 'every'/);
    const monitor = new training.Monitor(model, { batchesPerEpoch: 3, live: false });
    expect(() => monitor.epoch({ accuracy: 3 } as never)).toThrow(/unknown option 'accuracy'/);
  });
});
