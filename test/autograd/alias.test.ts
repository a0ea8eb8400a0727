// Gradients where arrays share memory: writes through views and beside them, lists of arrays, products with zeros,
// and what backward() leaves behind.

import { describe, expect, it } from 'vitest';
import { grad, gradCheck, type NDArray, np } from '../../src/index.js';

const passes = (f: (...x: NDArray[]) => NDArray, inputs: NDArray[]): void => {
  const report = gradCheck(f, inputs, { order: 2 });
  expect(report.passed, String(report)).toBe(true);
};

const v = np.array([0.31, 1.42, -0.73, 0.94, 2.15]);
const m = np.array([
  [0.3, 1.4, -0.7],
  [0.9, 2.1, 0.55],
]);

describe('writes through views', () => {
  it.each<[string, (x: NDArray) => NDArray]>([
    [
      'a slice',
      (x) => {
        const o = x.mul(x);
        o.at('1:3').imul(3);
        return o;
      },
    ],
    [
      'a slice of a slice',
      (x) => {
        const o = x.mul(x);
        o.at('1:').at('::2').imul(x.at(0));
        return o;
      },
    ],
    [
      'one element',
      (x) => {
        const o = x.mul(x);
        o.at(2).isub(x.at(0));
        return o.mul(x);
      },
    ],
    [
      'zeros that did not depend on x',
      (x) => {
        const o = np.zeros([2, 5]);
        o.at(1).set(['...'], x);
        return o.mul(2);
      },
    ],
    [
      'a row that is read again',
      (x) => {
        const o = np.zeros([2, 5]);
        const row = o.at(1);
        row.set(['...'], x);
        return row.mul(o.at(1));
      },
    ],
    [
      'twice',
      (x) => {
        const o = x.mul(1);
        o.at('1:3').imul(x.at(0));
        o.at('2:4').imul(x.at(1));
        return o;
      },
    ],
    [
      'an earlier view of the whole',
      (x) => {
        const o = x.mul(1);
        const z = o.at('1:3');
        o.imul(x);
        return z.mul(z);
      },
    ],
    [
      'an earlier view beside it',
      (x) => {
        const o = x.mul(1);
        const z = o.at(':4');
        o.at('2:').imul(x.at(0));
        return np.sin(z);
      },
    ],
    [
      'reversed',
      (x) => {
        const o = x.mul(1);
        np.flip(o).iadd(x.mul(x));
        return o.mul(x);
      },
    ],
    [
      'a write of a view into its own array',
      (x) => {
        const o = x.mul(x);
        o.at('1:').set(['...'], o.at(':-1'));
        return o.mul(x);
      },
    ],
    [
      'sort in place',
      (x) => {
        const o = x.mul(1);
        o.at('1:').sort();
        return o.mul([1, 2, 3, 4, 5]);
      },
    ],
  ])('%s', (_, f) => passes(f, [v]));

  it('transposed and reshaped', () => {
    passes(
      (x) => {
        const o = x.mul(x);
        o.T.at(1).imul(x.at(':', 0));
        o.reshape(3, 2).at(0).isub(x.at(0, 0));
        return o;
      },
      [m],
    );
  });

  it('gives the numbers that the same steps without views give', () => {
    const x = np.array([1, 2, 3]).requiresGrad();
    const o = x.mul(2);
    const z = o.at('1:');
    z.imul(x.at('1:'));
    o.sum().backward();
    expect(o.toArray()).toEqual([2, 8, 18]);
    expect(x.grad!.toArray()).toEqual([2, 8, 12]);
  });

  it('refuses a leaf, and a view that repeats elements', () => {
    const w = np
      .array([
        [1, 2],
        [3, 4],
      ])
      .requiresGrad();
    expect(() => w.at(0).iadd(1)).toThrow(
      /^add: a leaf array that requires grad is being changed in place, through a view of it\. Wrap the update in np\.noGrad/,
    );
    np.noGrad(() => w.at(0).iadd(1));
    expect(w.toArray()).toEqual([
      [2, 3],
      [3, 4],
    ]);
    const wide = np.broadcastTo(w.mul(1).at(0, 0), [2, 2]);
    expect(() => wide.iadd(1)).toThrow(/^add: in-place write.*repeats elements/);
  });

  it('a view of a leaf outlives an update outside of the tape', () => {
    const w = np
      .array([
        [1, 2],
        [3, 4],
      ])
      .requiresGrad();
    const t = w.T;
    np.noGrad(() => w.imul(2));
    t.at(0).sum().backward();
    expect(w.grad!.toArray()).toEqual([
      [1, 0],
      [1, 0],
    ]);
  });
});

describe('lists of arrays on the tape', () => {
  it('are stacked wherever an array is taken', () => {
    passes((x) => np.add([x.at(0), x.at(1)], 1), [v]);
    passes((x) => np.sum([x, [1, 2, 3, 4, x.at(0)]], 0), [v]);
    passes(
      (x) =>
        np.dot(
          [
            [x.at(0), 1],
            [2, x.at(1)],
          ],
          x.at('1:3'),
        ),
      [v],
    );
    passes((x) => np.maximum([x.at(0), 0.5], [0.1, x.at(1)]), [v]);
  });

  it('keep a dtype that is asked for', () => {
    const x = np.array([1, 2]).requiresGrad();
    const y = np.asarray([x.at(0), x.at(1)], 'float32');
    expect([y.dtype, y.tracked]).toEqual(['float32', true]);
  });
});

describe('products with zeros', () => {
  const zeros = [
    [0.5, 0, 2, -1.5],
    [0, 1, 0, 3],
    [0, 0, 0, 0],
    [1, 2, 3, 0],
  ];
  it.each(zeros.map((z) => [z]))('prod and cumprod of %j', (z) => {
    passes((x) => np.prod(x), [np.array(z)]);
    passes((x) => np.cumprod(x), [np.array(z)]);
  });

  it('along axes, and of a hundred thousand elements', () => {
    const a = np.array([
      [1, 0, 2],
      [0, 0, 3],
    ]);
    passes((x) => np.prod(x, { axis: 0 }), [a]);
    passes((x) => np.cumprod(x, { axis: 1 }), [a]);
    const ones = np.ones(100_000);
    ones.set([5], 0);
    const g = grad((x: NDArray) => np.prod(x))(ones);
    expect([g.sum().item(), g.item(5)]).toEqual([1, 1]);
    const c = grad((x: NDArray) => np.cumprod(x).sum())(ones);
    expect([c.item(0), c.item(5), c.item(6)]).toEqual([5, 99_995, 0]);
  });
});

describe('what backward leaves', () => {
  it('retainGrad keeps the gradient of an array in between, and adds up', () => {
    const x = np.array([1, 2]).requiresGrad();
    const h = x.square().retainGrad();
    h.mul(3).sum().backward();
    expect([h.grad!.toArray(), x.grad!.toArray()]).toEqual([
      [3, 3],
      [6, 12],
    ]);
    h.sum().backward();
    expect([h.grad!.toArray(), x.grad!.toArray()]).toEqual([
      [4, 4],
      [8, 16],
    ]);
    expect(() => np.ones(2).retainGrad()).toThrow(/^retainGrad: the array does not depend/);
  });

  it('backward of several numbers takes the gradient to start from', () => {
    const x = np.array([1, 2]).requiresGrad();
    x.square().backward(np.array([1, 10]));
    expect(x.grad!.toArray()).toEqual([2, 40]);
    expect(() => x.square().backward(np.ones(3))).toThrow(
      /^backward: the gradient has shape \(3,\), the array \(2,\)/,
    );
  });

  it("gradients and their blocks are nobody else's", () => {
    const x = np.ones([300, 300]).requiresGrad();
    const y = np.ones([300, 300]).requiresGrad();
    x.add(y).sum().backward();
    x.grad!.imul(5);
    expect(y.grad!.item(0, 0)).toBe(1);
    // Blocks that the walk gave back are used again without touching what it left.
    for (let i = 0; i < 20; i++) np.full([300, 300], i).mul(2);
    expect([x.grad!.sum().item(), y.grad!.sum().item()]).toEqual([450_000, 90_000]);
  });
});
