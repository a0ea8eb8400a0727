// What wrong input gets: an error that begins with the function's name, shows what came, and says what to do. One row
// per kind of mistake.

import { describe, expect, it } from 'vitest';
import { np } from '../../src/index.js';

const a = np.arange(6, { dtype: 'float64' }).reshape(2, 3);
const any = (v: unknown) => v as never;

/** What is wrong, the call, the function that the message begins with, and what the message has to contain. */
const table: [what: string, f: () => unknown, name: string, ...parts: string[]][] = [
  // ---- shapes
  [
    'operands that do not broadcast',
    () => np.add(a, np.ones([2, 2])),
    'add',
    '(2, 3)',
    '(2, 2)',
    '3 and 2 differ',
  ],
  [
    'a row where a column is meant',
    () => np.add(a, [1, 2]),
    'add',
    '(2, 3)',
    '(2,)',
    'reshape(2, 1)',
    'keepdims',
  ],
  ['a matrix the wrong way round', () => np.add(a, np.ones([3, 2])), 'add', '(3, 2)', '.T'],
  [
    'products that do not align',
    () => np.dot(a, a),
    'dot',
    '(2, 3)',
    '3 (dim 1) != 2 (dim 0)',
    'np.dot(X, W.T)',
  ],
  ['matmul of a number', () => np.matmul(a, 2), 'matmul', 'is a scalar', 'np.mul'],
  ['a reshape to another size', () => np.reshape(a, [4, 2]), 'reshape', '(2, 3)', '(4, 2)'],
  ['two unknown lengths', () => np.reshape(a, [-1, -1]), 'reshape', '-1'],
  [
    'joining shapes that differ',
    () => np.concatenate([a, np.ones([2, 2])]),
    'concatenate',
    '(2, 3)',
    '(2, 2)',
  ],
  ['joining nothing', () => np.concatenate([]), 'concatenate', 'at least one array'],
  ['joining numbers', () => np.concatenate([1, 2]), 'concatenate', 'np.stack'],
  [
    'stacking shapes that differ',
    () =>
      np.stack([
        [1, 2],
        [1, 2, 3],
      ]),
    'stack',
    '(2,)',
    '(3,)',
  ],
  ['an unequal split', () => np.split([1, 2, 3], 2), 'split', '3 elements', '2 parts'],
  ['broadcasting to less', () => np.broadcastTo(a, [3]), 'broadcastTo', '(2, 3)', '(3,)'],
  ['squeezing an axis of length 3', () => np.squeeze(a, 1), 'squeeze', 'axis 1 has length 3'],
  ['out of another shape', () => np.add(a, 1, { out: np.zeros(2) }), 'add', '(2,)', '(2, 3)'],
  ['out of another shape, in a reduction', () => np.sum(a, { out: np.zeros(2) }), 'sum', '(2,)', '()'],
  [
    'a mask of another length',
    () => a.at(np.array([true, false, true])),
    'at',
    'boolean index',
    'length 2',
    'the mask 3',
  ],
  ['writing what does not fit', () => a.copy().set([0], [1, 2]), 'set', '(2,)', '(3,)'],
  ['weights of another length', () => np.average(a, { weights: [1, 2] }), 'average', '(2, 3)', '(2,)'],
  ['interp of lists that differ', () => np.interp([1], [1, 2], [1]), 'interp', 'same length'],
  // ---- axes
  ['an axis beyond the last', () => np.sum(a, 2), 'sum', 'axis 2', 'dimension 2', '-2 to 1'],
  ['an axis before the first', () => np.sort(a, -3), 'sort', 'axis -3', 'dimension 2'],
  ['an axis twice', () => np.sum(a, [0, 0]), 'sum', '0'],
  ['an axis that is no whole number', () => np.max(a, 0.5), 'max', '0.5'],
  ['an axis of a number', () => np.sum(3, 1), 'sum', '0-d array'],
  ['a transpose that leaves axes out', () => np.transpose(a, [0]), 'transpose', '[0]', '(2, 3)'],
  ['a transpose with an axis twice', () => np.transpose(a, [0, 0]), 'transpose', 'each of its 2 axes once'],
  // ---- dtypes
  ['an unknown dtype', () => np.zeros(3, any('float16')), 'zeros', "'float16'", 'Known: float64'],
  ['a shape in the place of the dtype', () => np.zeros(any(2), any(3)), 'zeros', 'np.zeros([2, 3])'],
  ['bits of floats', () => np.bitwiseAnd(a, a), 'bitwiseAnd', 'float64', 'integers'],
  ['minus booleans', () => np.neg([true]), 'neg', 'np.logicalNot'],
  ['a difference of booleans', () => np.sub([true], [false]), 'sub', 'np.logicalXor'],
  ['a fraction into integers', () => np.arange(3).iadd(0.5), 'add', 'float64', 'int64', 'same_kind'],
  ['NaN into integers', () => np.arange(3).set([0], Number.NaN), 'set', 'NaN', 'int64'],
  ['a number that the dtype has not', () => np.array([300], 'uint8'), 'array', '300', '0 to 255'],
  [
    'a number that the operand has not',
    () => np.add(np.ones(1, 'uint8'), 300),
    'add',
    '300',
    'uint8',
    'astype',
  ],
  [
    'integers to negative powers',
    () => np.pow(np.arange(3), np.array([-1], 'int64')),
    'pow',
    'negative integer powers',
    'float64',
  ],
  ['a common divisor of floats', () => np.gcd(a, 2), 'gcd', 'float64', 'astype'],
  ['a mask that is not boolean', () => np.sum(a, { where: a }), 'sum', 'where must be booleans'],
  [
    'a casting rule that there is not',
    () => np.add(a, 1, any({ casting: 'maybe' })),
    'add',
    "'maybe'",
    'same_kind',
  ],
  // ---- indices
  ['an index beyond the last', () => a.at(2), 'at', 'index 2', 'axis 0', 'size 2'],
  ['too many indices', () => a.at(0, 0, 0), 'at', '2-dimensional', '3 were indexed'],
  ['an index that is no whole number', () => a.at(0.5), 'at', '0.5', 'whole numbers'],
  ['NaN in an index array', () => a.at([0, Number.NaN]), 'at', 'element 1', 'NaN'],
  ['infinity in an index array', () => np.take(a, [0, Number.POSITIVE_INFINITY]), 'take', 'element 1', 'inf'],
  ['an index array beyond the last', () => a.at([0, 5]), 'at', 'index 5', 'size 2'],
  ['index arrays that do not pair', () => a.at([0, 1], [0, 1, 2]), 'at', '(2,)', '(3,)', 'np.ix_'],
  ['two ellipses', () => a.at('...', '...'), 'at', 'single ellipsis'],
  ['a slice without a step', () => a.at('::0'), 'at', 'zero'],
  ['a slice that is none', () => a.at('a:b'), 'at', "'a:b'", "'1:3'"],
  ['writing beyond the last', () => a.copy().set([7], 1), 'set', 'index 7', 'size 2'],
  ['take beyond the last', () => np.take(a, 9), 'take', 'index 9', 'size 6'],
  ['a partition beyond the last', () => np.partition([1, 2], 5), 'partition', 'kth(=5)', '(2)'],
  ['positions for put outside', () => np.put(a.copy(), 9, 1), 'put', 'index 9'],
  // ---- sizes
  ['a negative length', () => np.zeros([2, -1]), 'zeros', '(2, -1)', 'negative'],
  ['half a length', () => np.ones([1.5]), 'ones', '(1.5,)', 'whole numbers'],
  [
    'more dimensions than there can be',
    () => np.zeros(new Array(33).fill(1)),
    'zeros',
    '33 dimensions',
    'at most 32',
  ],
  ['more dimensions by an index', () => np.zeros(new Array(32).fill(1)).at(null), 'at', '33', '32'],
  [
    'more dimensions by expandDims',
    () => np.expandDims(np.zeros(new Array(32).fill(1)), 0),
    'reshape',
    '33',
    '32',
  ],
  [
    'lists nested too deep',
    () => np.array(any(JSON.parse(`${'['.repeat(40)}1${']'.repeat(40)}`))),
    'array',
    '40 dimensions',
  ],
  [
    'more memory than there is',
    () => np.zeros([1e9, 1e9]),
    'zeros',
    'unable to allocate',
    'PiB',
    '(1000000000, 1000000000)',
  ],
  [
    'more memory by a product',
    () => np.multiply.outer(np.zeros(2e7), np.zeros(2e7)),
    'allocate',
    'unable to allocate',
  ],
  ['more memory by repetition', () => np.tile(np.zeros(1e6), [1e9]), 'allocate', 'unable to allocate'],
  ['an endless range', () => np.arange(0, Number.POSITIVE_INFINITY), 'arange', 'Infinity'],
  ['a range without a step', () => np.arange(0, 1, 0), 'arange', '0'],
  ['a negative number of samples', () => np.linspace(0, 1, -3), 'linspace', '-3'],
  ['a shape of NaN', () => np.empty(Number.NaN), 'empty', 'NaN'],
  // ---- values
  ['a ragged list', () => np.array([[1, 2], [3]]), 'array', 'inhomogeneous', '(2,)', '(1,)', '[1]'],
  [
    'a ragged list, deeper',
    () =>
      np.array([
        [[1], [2]],
        [[3], [4, 5]],
      ]),
    'array',
    'inhomogeneous',
    '[1][1]',
  ],
  ['a text in a list', () => np.array(any([1, 'x'])), 'array', 'x', '[1]'],
  ['undefined in a list', () => np.array(any([1, undefined])), 'array', 'undefined', '[1]'],
  ['an object', () => np.array(any({ a: 1 })), 'array', 'Object'],
  ['nothing', () => np.add(any(undefined), 1), 'add', 'undefined'],
  ['the largest of nothing', () => np.max([]), 'max', 'zero-size array', '(0,)'],
  ['where the largest of nothing is', () => np.argmax([]), 'argmax', 'zero-size', '(0,)'],
  ['some of none', () => np.max(a, { where: a.less(0) }), 'max', "'initial'"],
  ['a percentile beyond 100', () => np.percentile(a, 101), 'percentile', '[0, 100]', '101'],
  [
    'a method of quantiles that there is not',
    () => np.quantile(a, 0.5, any({ method: 'best' })),
    'quantile',
    "'best'",
    'hazen',
  ],
  ['bins of NaN', () => np.histogram([1, Number.NaN]), 'histogram', 'not finite', 'range'],
  ['edges that fall', () => np.histogram(a, [2, 1]), 'histogram', 'increase monotonically'],
  ['negative counts', () => np.bincount([-1]), 'bincount', '-1'],
  ['a degree below 0', () => np.polyfit([1, 2], [1, 2], -1), 'polyfit', '-1'],
  [
    'padding that does not fit',
    () =>
      np.pad(a, [
        [1, 1],
        [1, 1],
        [1, 1],
      ]),
    'pad',
    '3 pairs',
    '2 axes',
  ],
  ['a mode of padding that there is not', () => np.pad(a, 1, any('mirror')), 'pad', "'mirror'", 'reflect'],
  // ---- options
  [
    'a misspelt option',
    () => np.sum(a, any({ axes: 0 })),
    'sum',
    "unknown option 'axes'",
    "did you mean 'axis'?",
  ],
  ["PyTorch's name of an option", () => np.mean(a, any({ dim: 0 })), 'mean', "'dim'", "did you mean 'axis'?"],
  ["PyTorch's keepdim", () => np.std(a, any({ keepdim: true })), 'std', "did you mean 'keepdims'?"],
  [
    'a snake_case option',
    () => np.quantile(a, 0.5, any({ keep_dims: true })),
    'quantile',
    "did you mean 'keepdims'?",
  ],
  [
    'an option of another function',
    () => np.exp(a, any({ axis: 0 })),
    'exp',
    "'axis'",
    'Options: out, where, dtype, casting',
  ],
];

describe('bad input', () => {
  it.each(table)('%s', (_what, f, name, ...parts) => {
    let message = '';
    try {
      f();
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toMatch(new RegExp(`^${name}: `));
    for (const part of parts) expect(message).toContain(part);
  });
});
