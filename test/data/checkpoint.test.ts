// A training run with augmentation, dropout, momentum and a schedule goes on from a checkpoint bit by bit; checkpoints
// that do not fit change nothing.

import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { data, nn, np, optim } from '../../src/index.js';

const dir = mkdtempSync(join(tmpdir(), 'gradlab-checkpoint-'));
afterAll(() => rmSync(dir, { recursive: true }));

const t = data.transforms;
const source = new np.random.RandomState(0);
const X = source.randint(0, 256, { size: [96, 10, 10] }).astype('uint8');
const y = source.randint(0, 4, { size: [96] });

/** A run in its parts, at the start of which np.random is at `seed`. */
function start(seed: number, workers = 0) {
  np.random.seed(seed);
  const model = new nn.Sequential(
    new nn.Conv2d(1, 4, 3),
    new nn.BatchNorm2d(4),
    new nn.ReLU(),
    new nn.Flatten(),
    new nn.Dropout(0.4),
    new nn.Linear(4 * 36, 4),
  );
  const optimizer = new optim.Adam(model.parameters(), { lr: 3e-3, weightDecay: 1e-3 });
  const schedule = new optim.StepLR(optimizer, 1, 0.7);
  const transform = new t.Compose([
    new t.RandomHorizontalFlip(),
    new t.RandomRotation(10, { interpolation: 'bilinear' }),
    new t.RandomCrop(8),
    new t.ToTensor(),
  ]);
  const loader = new data.DataLoader([X, y], { batchSize: 16, shuffle: true, transform, workers });
  return { model, optimizer, schedule, loader };
}

/** Trains whole epochs; the loss of every batch. */
function train({ model, optimizer, schedule, loader }: ReturnType<typeof start>, epochs: number): number[] {
  const losses: number[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const [xb, yb] of loader) {
      optimizer.zeroGrad();
      const loss = nn.crossEntropy(model(xb), yb);
      loss.backward();
      optimizer.step();
      losses.push(Number(loss.item()));
    }
    schedule.step();
  }
  loader.close();
  return losses;
}
const weights = (run: ReturnType<typeof start>): unknown =>
  Object.entries(run.model.stateDict()).map(([name, a]) => [name, a.tolist()]);

describe('a checkpoint', () => {
  it.each([0, 2])(
    'goes on bit by bit with transforms, dropout, Adam and a schedule; %d workers',
    (workers) => {
      const whole = start(1);
      const expected = train(whole, 4);

      const first = start(1, workers);
      const before = train(first, 2);
      const file = join(dir, `half-${workers}.safetensors`);
      data.saveCheckpoint(file, first, { epoch: 2 });

      // Another process: other weights, another seed.
      const second = start(99, workers);
      expect(data.loadCheckpoint(file, second)).toEqual({ epoch: 2 });
      const after = train(second, 2);

      expect([...before, ...after]).toEqual(expected);
      expect(weights(second)).toEqual(weights(whole));
    },
  );

  it('that does not fit leaves model, optimiser, schedule and random numbers as they were', () => {
    const file = join(dir, 'fits.safetensors');
    data.saveCheckpoint(file, start(1));
    const bytes = readFileSync(file);

    const other = new nn.Sequential(new nn.Linear(3, 4));
    const run = start(5);
    train(run, 1);
    const state = () =>
      createHash('sha256')
        .update(
          JSON.stringify([
            weights(run),
            run.optimizer.stateDict(),
            run.schedule.stateDict(),
            np.random.getState(),
          ]),
        )
        .digest('hex');
    const before = state();
    const refuse = (parts: object, message: RegExp, path = file): void => {
      expect(() => data.loadCheckpoint(path, parts)).toThrow(message);
      expect(state()).toBe(before);
    };

    const { model, optimizer, schedule } = run;
    refuse({ model: other, optimizer }, /does not fit Sequential.*Nothing was changed/);
    refuse(
      { model, optimizer: new optim.SGD(model.parameters(), { lr: 1 }) },
      /the optimizer in .* is Adam, not SGD/,
    );
    refuse(
      { model, optimizer, schedule: new optim.ExponentialLR(optimizer, 0.9) },
      /the schedule in .* is StepLR, not ExponentialLR/,
    );
    refuse(
      { model, optimizer: new optim.Adam(other.parameters()) },
      /groups of 6 parameters do not fit this optimiser's of 2/,
    );
    const failing = {
      stateDict: () => ({}),
      loadStateDict() {
        if (this.stateDict !== undefined && !failed) {
          failed = true;
          throw new Error('no room');
        }
      },
      constructor: { name: 'StepLR' },
    };
    let failed = false;
    refuse({ model, optimizer, schedule: failing as never }, /no room/);

    for (const size of [0, 7, 8, 40, bytes.length - 1, Math.floor(bytes.length / 2)]) {
      const cut = join(dir, 'cut.safetensors');
      writeFileSync(cut, bytes.subarray(0, size));
      refuse({ model, optimizer, schedule }, /is not a whole safetensors file/, cut);
    }
    const wrong = join(dir, 'text.safetensors');
    writeFileSync(wrong, 'this is no checkpoint at all, but a line of text');
    refuse({ model, optimizer, schedule }, /is not a whole safetensors file/, wrong);
    refuse({ model }, /ENOENT/, join(dir, 'missing.safetensors'));
    nn.save(model.stateDict(), join(dir, 'weights.safetensors'));
    refuse({ model }, /is not a checkpoint of data.saveCheckpoint/, join(dir, 'weights.safetensors'));
    data.saveCheckpoint(join(dir, 'alone.safetensors'), { model });
    refuse({ model, optimizer }, /holds no optimizer/, join(dir, 'alone.safetensors'));

    // And the whole one still loads.
    expect(() => data.loadCheckpoint(file, run)).not.toThrow();
    expect(state()).not.toBe(before);
  });
});
