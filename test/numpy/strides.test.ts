// The same memory in other shapes, types and windows, and helpers that take several arrays.
import { describe, expect, it } from 'vitest';
import { grad, np } from '../../src/index.js';

describe('view', () => {
  it('takes a shape, as PyTorch’s', () => {
    const x = np.arange(12).reshape(3, 4);
    expect(x.view(-1, 6).toArray()).toEqual([
      [0, 1, 2, 3, 4, 5],
      [6, 7, 8, 9, 10, 11],
    ]);
    expect([x.view(2, 3, 2).shape, x.view([4, 3]).shape, x.view(-1).shape, x.view().shape]).toEqual([
      [2, 3, 2],
      [4, 3],
      [12],
      [3, 4],
    ]);
    x.view(-1).set([0], 99);
    expect(x.at(0, 0).item()).toBe(99);
    expect(grad((v: typeof x) => v.view(-1).at('2:').square().sum())(np.ones([2, 2])).toArray()).toEqual([
      [0, 0],
      [2, 2],
    ]);
  });

  it('takes a dtype, as NumPy’s: the bytes are read as that', () => {
    const x = np.array([1, -2], { dtype: 'float32' });
    expect(x.view('int32').toArray()).toEqual([0x3f800000, -0x40000000]);
    const bytes = np.arange(8, { dtype: 'uint8' }).reshape(2, 4);
    expect(bytes.view({ dtype: 'uint16' }).toArray()).toEqual([
      [256, 770],
      [1284, 1798],
    ]);
    expect(bytes.view(np.int8).shape).toEqual([2, 4]);
    const z = np.array([1, 2, 3, 4]).view(np.complex128);
    expect([z.dtype, z.shape, z.imag.toArray()]).toEqual(['complex128', [2], [2, 4]]);
    expect(() => bytes.T.view('int32')).toThrow(
      /view: rows of shape \(4, 2\) of uint8 cannot be read as int32/,
    );
  });
});

describe('np.lib.stride_tricks', () => {
  it('slides windows', () => {
    const { sliding_window_view } = np.lib.stride_tricks;
    expect(sliding_window_view(np.arange(5), 3).toArray()).toEqual([
      [0, 1, 2],
      [1, 2, 3],
      [2, 3, 4],
    ]);
    const image = np.arange(12).reshape(3, 4);
    expect(sliding_window_view(image, { window_shape: [2, 2] }).shape).toEqual([2, 3, 2, 2]);
    expect(sliding_window_view(image, [2, 2]).at(1, 2).toArray()).toEqual([
      [6, 7],
      [10, 11],
    ]);
    expect(sliding_window_view(image.T, 2, { axis: 0 }).at(2, 1).toArray()).toEqual([6, 7]);
    const g = grad((x: typeof image) => np.lib.stride_tricks.slidingWindowView(x, 2).sum())(np.ones(4));
    expect(g.toArray()).toEqual([1, 2, 2, 1]);
    expect(() => sliding_window_view(np.arange(3), 4)).toThrow(
      /a window of 4 does not fit into axis 0 of length 3/,
    );
    expect(() => sliding_window_view(image, 2)).toThrow(/a window of 1 lengths for 2 axes/);
  });

  it('lays a view out by strides, within the array', () => {
    const { as_strided } = np.lib.stride_tricks;
    const x = np.arange(6);
    expect(
      as_strided(x, { shape: [4, 3], strides: [8, 8] })
        .at(3)
        .toArray(),
    ).toEqual([3, 4, 5]);
    expect(as_strided(x, [2, 2], [0, 16]).toArray()).toEqual([
      [0, 2],
      [0, 2],
    ]);
    expect(() => as_strided(x, [5, 3], [8, 8])).toThrow(/reaches beyond the elements/);
    expect(() => as_strided(x, [2], [4])).toThrow(/whole elements of 8 bytes/);
  });
});

describe('several at once', () => {
  it('atleast_2d and its kin give a list', () => {
    const [a, b] = np.atleast_2d([1, 2], np.ones([2, 2]));
    expect([a.shape, b.shape]).toEqual([
      [1, 2],
      [2, 2],
    ]);
    expect(np.atleast_1d(3, [4]).map((x) => x.shape)).toEqual([[1], [1]]);
    expect(np.atleast_3d([1, 2], 3).map((x) => x.shape)).toEqual([
      [1, 2, 1],
      [1, 1, 1],
    ]);
    expect(
      np.vstack([
        [1, 2],
        [3, 4],
      ]).shape,
    ).toEqual([2, 2]);
    expect(
      np.dstack([
        [1, 2],
        [3, 4],
      ]).shape,
    ).toEqual([1, 2, 2]);
  });

  it('names of element types stay those in a list', () => {
    for (const dtype of [np.int8, np.ubyte, np.intc]) expect(np.zeros(1, { dtype }).dtype).toBe(dtype);
    expect([np.int8, np.int16].map((dtype) => np.iinfo(dtype).max)).toEqual([127, 32767]);
  });
});

describe('what differed from NumPy', () => {
  it('a number that is put beside whole numbers leaves them whole', () => {
    const a = np.arange(3);
    const results = [np.append(a, 5), np.diff(a, { prepend: 0 }), np.append(a, 0.5), np.append([1, 2], 3)];
    expect(results.map((r) => [r.dtype, r.toArray()])).toEqual([
      ['int64', [0, 1, 2, 5]],
      ['int64', [0, 1, 1]],
      ['float64', [0, 1, 2, 0.5]],
      ['float64', [1, 2, 3]],
    ]);
  });

  it('histograms of integers by a rule, and products of polynomials with zeros in front', () => {
    expect(np.histogram(np.array([1n, 5n, 7n, 9n]), { bins: 'sturges' })[0].toArray()).toEqual([1, 1, 2]);
    expect(np.polymul([0, 4], [-89]).toArray()).toEqual([-356]);
    expect(np.polymul([0, 0], [2]).toArray()).toEqual([0]);
  });
});
