// Arguments of layers, losses, initialisers and schedules: in PyTorch's places, by their names in either spelling, and
// what is said about names that do not exist; and PyTorch's names of methods.
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { data, type NDArray, nn, np, optim } from '../../src/index.js';

describe('layers', () => {
  const same: [string, (() => nn.AnyModule)[]][] = [
    [
      'Linear(in_features=3, out_features=4, bias=false)',
      [
        () => new nn.Linear(3, 4, false),
        () => new nn.Linear(3, 4, { bias: false }),
        () => new nn.Linear({ in_features: 3, out_features: 4, bias: false }),
        () => new nn.Linear({ inFeatures: 3, outFeatures: 4, bias: false }),
      ],
    ],
    [
      'Conv2d(3, 8, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))',
      [
        () => new nn.Conv2d(3, 8, 3, 1, 1),
        () => new nn.Conv2d({ in_channels: 3, out_channels: 8, kernel_size: 3, padding: 1 }),
      ],
    ],
    [
      'LSTM(3, 4, num_layers=2, batch_first=true)',
      [
        () => new nn.LSTM(3, 4, 2, true, true),
        () => new nn.LSTM(3, 4, 2, { batch_first: true }),
        () => new nn.LSTM({ inputSize: 3, hiddenSize: 4, numLayers: 2, batchFirst: true }),
        () => new nn.LSTM({ input_size: 3, hidden_size: 4, num_layers: 2, batch_first: true }),
      ],
    ],
    ['GRUCell(3, 4)', [() => new nn.GRUCell({ input_size: 3, hidden_size: 4 })]],
    [
      'Embedding(10, 3, padding_idx=0)',
      [() => new nn.Embedding(10, 3, 0), () => new nn.Embedding(10, 3, { padding_idx: 0 })],
    ],
    [
      'Dropout(p=0.2)',
      [() => new nn.Dropout(0.2), () => new nn.Dropout({ p: 0.2 }), () => new nn.Dropout(0.2, true)],
    ],
    [
      'BatchNorm2d(8, eps=0.001, momentum=0.2, affine=true, track_running_stats=true)',
      [
        () => new nn.BatchNorm2d(8, 0.001, 0.2),
        () => new nn.BatchNorm2d({ num_features: 8, eps: 0.001, momentum: 0.2 }),
      ],
    ],
    [
      'LayerNorm((5,), eps=0.001, elementwise_affine=false)',
      [
        () => new nn.LayerNorm(5, 0.001, false),
        () => new nn.LayerNorm([5], { eps: 0.001, elementwise_affine: false }),
      ],
    ],
    ['GroupNorm(2, 6, eps=0.00001, affine=false)', [() => new nn.GroupNorm(2, 6, { affine: false })]],
    [
      'LeakyReLU(negative_slope=0.2)',
      [() => new nn.LeakyReLU(0.2, true), () => new nn.LeakyReLU({ negative_slope: 0.2 })],
    ],
    ['ReLU()', [() => new nn.ReLU(), () => new nn.ReLU(true), () => new nn.ReLU({ inplace: true })]],
    [
      'Softmax(axis=1)',
      [() => new nn.Softmax(1), () => new nn.Softmax({ dim: 1 }), () => new nn.Softmax({ axis: 1 })],
    ],
    ['Flatten(start_dim=0, end_dim=-1)', [() => new nn.Flatten(0), () => new nn.Flatten({ start_dim: 0 })]],
    [
      'MultiheadAttention(embed_dim=4, num_heads=2',
      [
        () => new nn.MultiheadAttention(4, 2, 0.1),
        () => new nn.MultiheadAttention({ embed_dim: 4, num_heads: 2 }),
      ],
    ],
  ];
  it.each(same)('%s', (text, ways) => {
    // A layer with parts prints those on lines of their own.
    for (const make of ways)
      expect(
        String(make())
          .split(/\n {2}\(/)[0]
          .replace(/\n */g, ''),
      ).toBe(text);
  });

  it('take settings in places for what they are', () => {
    expect(new nn.Linear(3, 4, false).bias).toBeNull();
    expect(new nn.BatchNorm1d(3, 1e-5, 0.1, false).weight).toBeNull();
    expect(
      nn.functional
        .softmax(
          [
            [1, 2],
            [3, 5],
          ],
          0,
        )
        .toArray(),
    ).toEqual(
      nn
        .softmax(
          [
            [1, 2],
            [3, 5],
          ],
          { dim: 0 },
        )
        .toArray(),
    );
    expect(nn.functional.dropout(np.ones(4), 0.5, false).toArray()).toEqual([1, 1, 1, 1]);
    expect(nn.functional.dropout(np.ones(4), { p: 1 }).toArray()).toEqual([0, 0, 0, 0]);
  });

  it('one_hot counts the classes itself or is told', () => {
    const { one_hot } = nn.functional;
    expect(one_hot([0, 2]).toArray()).toEqual([
      [1, 0, 0],
      [0, 0, 1],
    ]);
    expect(one_hot(np.array([[1]]), { num_classes: 2 }).toArray()).toEqual([[[0, 1]]]);
    expect(() => one_hot([3], 2)).toThrow('oneHot: the indices go from 3 to 3, but there are 2 classes.');
  });

  const wrong: [string, () => unknown, string][] = [
    [
      'Linear',
      () => new nn.Linear(3, 4, { bais: false } as never),
      "Linear: unknown option 'bais'; did you mean 'bias'?",
    ],
    [
      'Linear without its sizes',
      () => new nn.Linear({ in_features: 3 }),
      "Linear: the argument 'outFeatures' is missing",
    ],
    ['LSTM', () => new nn.LSTM(3, 4, { layers: 2 } as never), "LSTM: unknown option 'layers'"],
    ['BatchNorm2d', () => new nn.BatchNorm2d(3, { momentun: 1 } as never), "did you mean 'momentum'?"],
    [
      'Dropout',
      () => new nn.Dropout({ p: 0.5, keep: 0.5 }),
      'Dropout: p is the probability of dropping and keep that of keeping',
    ],
    ['softmax', () => nn.softmax([1, 2], { dims: 0 } as never), "softmax: unknown option 'dims'"],
    [
      'crossEntropy',
      () => nn.crossEntropy([[1, 2]], [0], { reducton: 'sum' } as never),
      "crossEntropy: unknown option 'reducton'; did you mean 'reduction'?",
    ],
    [
      'CrossEntropyLoss',
      () => new nn.CrossEntropyLoss({ label_smooth: 0.1 } as never),
      "CrossEntropyLoss: unknown option 'label_smooth'; did you mean 'labelSmoothing'?",
    ],
    [
      'huberLoss',
      () => nn.functional.huberLoss([1], [2], { beta: 1 } as never),
      "huberLoss: unknown option 'beta'; did you mean 'delta'?",
    ],
    [
      'kaimingNormal',
      () => nn.init.kaimingNormal(np.zeros([2, 2]), { gain: 2 } as never),
      "kaimingNormal: unknown option 'gain'",
    ],
    [
      'StepLR',
      () => new optim.StepLR(new optim.SGD([np.zeros(1)], { lr: 1 }), { gamma: 0.1 }),
      "StepLR: the argument 'stepSize' is missing",
    ],
    [
      'ReduceLROnPlateau',
      () => new optim.ReduceLROnPlateau(new optim.SGD([np.zeros(1)]), { patients: 3 } as never),
      "did you mean 'patience'?",
    ],
  ];
  it.each(wrong)('%s says which names it knows', (_, make, message) => {
    expect(make).toThrow(message);
  });
});

describe('losses', () => {
  it('read both spellings, as functions and as modules', () => {
    const scores = np.array([
      [1, 2, 3],
      [3, 1, 2],
    ]);
    const labels = np.array([1, 0]);
    const expected = nn.crossEntropy(scores, labels, { labelSmoothing: 0.1, ignoreIndex: 0 }).item();
    expect(
      nn.functional.cross_entropy(scores, labels, { label_smoothing: 0.1, ignore_index: 0 }).item(),
    ).toBe(expected);
    expect(new nn.CrossEntropyLoss({ label_smoothing: 0.1, ignore_index: 0 })(scores, labels).item()).toBe(
      expected,
    );
    expect(new nn.BCEWithLogitsLoss({ pos_weight: 2 })([0.5], [1]).item()).toBe(
      nn.binaryCrossEntropyWithLogits([0.5], [1], { posWeight: 2 }).item(),
    );
  });
});

describe('printed', () => {
  it('optimisers, schedules and loaders say what they are', () => {
    const opt = new optim.Adam(new nn.Linear(2, 1), { lr: 0.5 });
    expect(String(opt)).toBe(
      [
        'Adam (',
        'Parameter Group 0: 2 arrays',
        '    amsgrad: false',
        '    betas: (0.9, 0.999)',
        '    biasCorrection: true',
        '    eps: 1e-8',
        '    lr: 0.5',
        '    maximize: false',
        '    weightDecay: 0',
        ')',
      ].join('\n'),
    );
    const schedule = new optim.StepLR(opt, 2, 0.1);
    schedule.step();
    expect(inspect(schedule)).toBe('StepLR(stepSize=2, gamma=0.1), step 1, lr [0.5]');
    expect(inspect(new data.DataLoader([np.zeros([20, 2])], { batchSize: 8, shuffle: true }))).toBe(
      'DataLoader(20 examples in 3 batches of 8, shuffled)',
    );
  });
});

describe("PyTorch's names", () => {
  it('of models and optimisers do the same', () => {
    const model = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Linear(3, 1));
    const opt = new optim.SGD(model.parameters(), { lr: 0.1 });
    const x = np.ones([4, 2], { dtype: 'float32' });
    let seen: NDArray | null = null;
    const hook = (model[0] as nn.Linear).register_forward_hook((_module, _input, output) => {
      seen = output as NDArray;
    });
    model(x).sum().backward();
    hook.remove();
    expect(seen!.shape).toEqual([4, 3]);
    expect(model.named_parameters().map(([name]) => name)).toEqual([
      '0.weight',
      '0.bias',
      '2.weight',
      '2.bias',
    ]);
    expect(Object.keys(model.state_dict())).toEqual(Object.keys(model.stateDict()));
    expect(optim.clip_grad_norm_(model.parameters(), { max_norm: 1e-3 })).toBeGreaterThan(1e-3);
    expect(optim.clip_grad_norm_(model.parameters(), 1)).toBeLessThan(1.01e-3);
    opt.step();
    opt.zero_grad();
    expect(model.parameters().every((p) => p.grad === null)).toBe(true);
    const other = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Linear(3, 1));
    other.load_state_dict(model.state_dict());
    expect(other(x).toArray()).toEqual(model(x).toArray());
    opt.load_state_dict(opt.state_dict());
    expect(opt.param_groups[0].lr).toBe(0.1);
  });

  it('requires_grad can be read, and written to freeze a parameter', () => {
    const model = new nn.Linear(2, 1);
    model.bias.requires_grad = false;
    expect(model.parameters().map((p) => p.requires_grad)).toEqual([true, false]);
    model(np.ones([1, 2], { dtype: 'float32' }))
      .sum()
      .backward();
    expect(model.bias.grad).toBeNull();
    const w = np.ones(2).requires_grad_();
    expect([w.requires_grad, w.mul(2).requires_grad, np.ones(2).requires_grad]).toEqual([true, true, false]);
    expect(() => {
      np.arange(2).requires_grad = true;
    }).toThrow(/requiresGrad: only floating point/);
  });

  it('of initialisers fill in place', () => {
    const w = np.zeros([50, 40]);
    expect(nn.init.xavier_uniform_(w, 2)).toBe(w);
    expect(Math.abs(Number(np.abs(w).max().item()) - 2 * Math.sqrt(6 / 90))).toBeLessThan(0.01);
    nn.init.kaiming_normal_(w, { mode: 'fan_out', nonlinearity: 'relu' });
    expect(Math.abs(Number(w.std().item()) - Math.sqrt(2 / 50))).toBeLessThan(0.01);
    expect(nn.init.constant_(np.zeros(2), 3).toArray()).toEqual([3, 3]);
    expect(nn.init.calculate_gain('leaky_relu', 0.2)).toBe(nn.init.calculateGain('leakyRelu', 0.2));
  });

  it('of schedules, with their settings by name', () => {
    const rates = (make: (o: optim.SGD) => optim.LRScheduler): number[] => {
      const schedule = make(new optim.SGD([np.zeros(1)], { lr: 1 }));
      return Array.from({ length: 4 }, () => {
        schedule.step();
        return schedule.get_last_lr()[0];
      });
    };
    const { lr_scheduler } = optim;
    for (const [a, b] of [
      [(o) => new lr_scheduler.StepLR(o, { step_size: 2, gamma: 0.5 }), (o) => new optim.StepLR(o, 2, 0.5)],
      [
        (o) => new lr_scheduler.CosineAnnealingLR(o, { T_max: 8, eta_min: 0.1 }),
        (o) => new optim.CosineAnnealingLR(o, 8, 0.1),
      ],
      [
        (o) => new lr_scheduler.CosineAnnealingWarmRestarts(o, { T_0: 3, T_mult: 2 }),
        (o) => new optim.CosineAnnealingWarmRestarts(o, 3, 2),
      ],
      [
        (o) => new lr_scheduler.MultiStepLR(o, { milestones: [1, 3] }),
        (o) => new optim.MultiStepLR(o, [1, 3]),
      ],
      [
        (o) => new lr_scheduler.LambdaLR(o, { lr_lambda: (t) => 1 / t }),
        (o) => new optim.LambdaLR(o, (t) => 1 / t),
      ],
      [
        (o) => new lr_scheduler.LinearLR(o, 0.5, 1, 4),
        (o) => new optim.LinearLR(o, { startFactor: 0.5, totalIters: 4 }),
      ],
    ] as [(o: optim.SGD) => optim.LRScheduler, (o: optim.SGD) => optim.LRScheduler][])
      expect(rates(a)).toEqual(rates(b));
  });
});
