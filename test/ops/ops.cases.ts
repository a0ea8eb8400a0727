// One row per differentiable operation: how to call it, the shapes to try, the range of inputs. A new operation
// without a row fails the test beside this file.

import { type NDArray, nn, np, vjp } from '../../src/index.js';
import { type RecurrentKind, sequence } from '../../src/nn/sequence.js';
import { addAt, get, set } from '../../src/ops/index.js';
import { registry } from '../../src/ops/registry.js';
import { erf, softplus } from '../../src/ops/special.js';
import { complexLinalg, parts, spread } from './linalg.cases.js';

export interface OpCase {
  op: string;
  /** Another way to call it than `np[op](...inputs)`. */
  f?: (...inputs: NDArray[]) => NDArray;
  /** One list of input shapes per trial. */
  shapes: number[][][];
  /** Inputs lie here; the default keeps away from 0. */
  range?: [number, number];
  /** What sets this row apart from others of the same operation. */
  note?: string;
}

const unaryShapes = [[[3, 4]], [[5]], [[]]];
const binaryShapes = [
  [
    [3, 4],
    [3, 4],
  ],
  [[3, 4], [4]],
  [
    [3, 1],
    [1, 4],
  ],
  [[2, 3], []],
];
const matrix = [[[3, 4]]];

const { linalg } = np;
/** An invertible matrix, a symmetric one. */
const dominant = (a: NDArray): NDArray => a.add(np.eye(a.shape[a.ndim - 1]).mul(3));
const symmetric = (a: NDArray): NDArray => spread(a).add(np.swapaxes(a, -1, -2));

const unary = (op: string, range?: [number, number]): OpCase => ({ op, shapes: unaryShapes, range });
const binary = (op: string, range?: [number, number]): OpCase => ({ op, shapes: binaryShapes, range });

// Images of 5 x 4 with windows of 3 x 2; the gradients of convolution and pooling are operations of their own.
const images = [2, 4, 5, 4];
const strided: nn.ConvOptions = { stride: [2, 1], padding: [1, 2], dilation: [1, 2], groups: 2 };
/** The gradient of a function of one array with ones as the cotangent, as an operation of its inputs. */
const pullback = (f: (x: NDArray) => NDArray, x: NDArray, g: NDArray): NDArray => vjp(f)(x)[1](g) as NDArray;
const convRows: OpCase[] = [
  { op: 'conv2d', f: (x, w) => nn.conv2d(x, w, null, strided), shapes: [[images, [6, 2, 3, 2]]] },
  {
    op: 'conv2dData',
    f: (y, w) => nn.convTranspose2d(y, w, null, { stride: 2, padding: 1, outputPadding: 1 }),
    shapes: [
      [
        [2, 4, 3, 2],
        [4, 3, 3, 3],
      ],
    ],
  },
  {
    op: 'conv2dWeight',
    f: (x, w) => {
      const g = np.cos(np.arange(2 * 6 * 3 * 6)).reshape(2, 6, 3, 6);
      return pullback((v) => nn.conv2d(x, v, null, strided), w, g);
    },
    shapes: [[images, [6, 2, 3, 2]]],
  },
  { op: 'maxPool2d', f: (x) => nn.maxPool2d(x, [3, 2], { stride: 1, padding: 1 }), shapes: [[images]] },
  {
    op: 'poolScatter',
    f: (g) => pullback((v) => nn.maxPool2d(v, 2), np.cos(np.arange(160)).reshape(images), g),
    shapes: [[[2, 4, 2, 2]]],
  },
  {
    op: 'poolGather',
    note: 'second order of max pooling',
    f: (x) => np.square(nn.maxPool2d(x, 2)),
    shapes: [[images]],
  },
  { op: 'avgPool2d', f: (x) => nn.avgPool2d(x, 2, { padding: 1, ceilMode: true }), shapes: [[images]] },
  { op: 'avgPoolSpread', f: (x) => np.square(nn.adaptiveAvgPool2d(x, [2, 3])), shapes: [[images]] },
];

// One direction of one layer: inputs, both weights, both biases, initial states; five rows take the other way through
// the products than one does.
const layerOf =
  (kind: RecurrentKind, reverse = false) =>
  (...a: NDArray[]): NDArray => {
    const [x, wIh, wHh, bIh, bHh, ...state] = a.map((v) => v.sub(1));
    const { output, states } = sequence(kind, x, state, { wIh, wHh, bIh, bHh }, { reverse });
    return np.sum(np.square(output)).add(np.sum(states[states.length - 1]));
  };
const layerShapes = (parts: number, n: number, states: number): number[][] => [
  [2, n, 2],
  [parts * 2, 2],
  [parts * 2, 2],
  [parts * 2],
  [parts * 2],
  ...Array.from({ length: states }, () => [n, 2]),
];
const recurrentRows: OpCase[] = [
  { op: 'rnn', f: layerOf('tanh'), shapes: [layerShapes(1, 1, 1), layerShapes(1, 5, 1)] },
  { op: 'rnn', note: 'relu, backwards', f: layerOf('relu', true), shapes: [layerShapes(1, 2, 1)] },
  { op: 'lstm', f: layerOf('LSTM'), shapes: [layerShapes(4, 1, 2)] },
  { op: 'gru', note: 'backwards', f: layerOf('GRU', true), shapes: [layerShapes(3, 2, 1)] },
];

export const cases: OpCase[] = [
  ...recurrentRows,
  binary('add'),
  binary('sub'),
  binary('mul'),
  binary('div'),
  binary('mod', [0.6, 2.4]),
  binary('pow', [0.5, 2]),
  { op: 'complex', f: (a, b) => np.abs(np.exp(np.complex(a, b))), shapes: binaryShapes },
  { op: 'real', f: (a, b) => np.real(np.complex(a, b).pow(2)), shapes: binaryShapes },
  { op: 'imag', f: (a, b) => np.imag(np.sqrt(np.complex(a, b))), shapes: binaryShapes },
  { op: 'conj', f: (a, b) => np.angle(np.conj(np.complex(a, b))), shapes: binaryShapes },
  { op: 'pow', note: 'number as the exponent', f: (a) => np.pow(a, 3), shapes: unaryShapes },
  { op: 'pow', note: 'negative base', f: (a) => np.pow(a, 2), shapes: unaryShapes, range: [-2, -0.5] },
  binary('maximum'),
  binary('minimum'),
  binary('arctan2'),
  unary('arcsinh'),
  unary('arccosh', [1.3, 3]),
  unary('arctanh', [-0.8, 0.8]),
  binary('hypot'),
  binary('logaddexp'),
  { op: 'erf', f: (a) => erf(a), shapes: unaryShapes },
  { op: 'softplus', f: (a) => softplus(a), shapes: unaryShapes },
  binary('copysign', [-1.7, -0.3]),
  binary('fmax'),
  binary('fmin'),
  binary('fmod', [0.6, 2.4]),
  binary('logaddexp2'),
  binary('heaviside'),
  binary('nextafter'),
  binary('floatPower', [0.5, 2]),
  { op: 'ldexp', f: (a) => np.ldexp(a, [3, -1, 0, 2]), shapes: [[[3, 4]], [[4]]] },
  unary('positive'),
  unary('fabs', [-1.7, 1.3]),
  unary('cbrt', [0.3, 2]),
  unary('exp2'),
  unary('deg2rad'),
  { op: 'rad2deg', f: (a) => np.rad2deg(a).mul(0.01), shapes: unaryShapes },
  unary('spacing'),
  { op: 'mantissa', f: (a) => np.frexp(a.mul(3))[0], shapes: [[[5]]], range: [0.7, 1.2] },
  { op: 'exponent', f: (a) => np.frexp(a)[1].add(a), shapes: [[[5]]], range: [0.55, 0.95] },
  { op: 'trunc', note: 'np.modf', f: (a) => np.modf(a.mul(0.4).add(1))[0], shapes: unaryShapes },
  unary('neg'),
  unary('abs'),
  unary('sign'),
  unary('sqrt', [0.3, 2]),
  unary('square'),
  unary('reciprocal', [0.5, 2]),
  unary('exp'),
  unary('expm1'),
  unary('log', [0.3, 2]),
  unary('log1p', [-0.5, 2]),
  unary('log2', [0.3, 2]),
  unary('log10', [0.3, 2]),
  unary('sin'),
  unary('cos'),
  unary('tan', [-1, 1]),
  unary('arcsin', [-0.8, 0.8]),
  unary('arccos', [-0.8, 0.8]),
  unary('arctan'),
  unary('sinh'),
  unary('cosh'),
  unary('tanh'),
  unary('sigmoid'),
  unary('floor'),
  unary('ceil'),
  unary('rint'),
  unary('trunc'),
  { op: 'where', f: (a, b) => np.where(np.greater(a, 0), a, b), shapes: binaryShapes },
  ...(['sum', 'prod', 'max', 'min'] as const).flatMap((op): OpCase[] => [
    { op, shapes: unaryShapes },
    { op, note: 'axis 0', f: (a) => np[op](a, 0), shapes: [[[3, 4]], [[2, 3, 2]]] },
    {
      op,
      note: 'two axes, kept',
      f: (a) => np[op](a, { axis: [0, -1], keepdims: true }),
      shapes: [[[2, 3, 2]]],
    },
  ]),
  { op: 'var', shapes: [[[3, 4]], [[5]]] },
  {
    op: 'var',
    note: 'along an axis',
    f: (a) => np.var(a, { axis: 0, ddof: 1, keepdims: true }),
    shapes: matrix,
  },
  { op: 'softmax', f: (a) => nn.softmax(a), shapes: [[[3, 4]], [[5]]] },
  { op: 'softmax', note: 'along the first axis', f: (a) => nn.softmax(a, { axis: 0 }), shapes: matrix },
  { op: 'logSoftmax', f: (a) => nn.logSoftmax(a), shapes: [[[3, 4]], [[5]]] },
  { op: 'logSoftmax', note: 'along the first axis', f: (a) => nn.logSoftmax(a, { axis: 0 }), shapes: matrix },
  { op: 'cumsum', f: (a) => np.cumsum(a, 1), shapes: matrix },
  { op: 'cumsum', note: 'flattened', f: (a) => np.cumsum(a), shapes: matrix },
  { op: 'cumprod', f: (a) => np.cumprod(a, 0), shapes: matrix },
  {
    op: 'matmul',
    shapes: [
      [
        [3, 4],
        [4, 2],
      ],
      [[4], [4, 2]],
      [[3, 4], [4]],
      [[4], [4]],
      [
        [2, 3, 4],
        [4, 2],
      ],
      [
        [2, 1, 3, 4],
        [3, 4, 2],
      ],
      [[4], [3, 4, 2]],
      [[3, 2, 4], [4]],
    ],
  },
  {
    op: 'matmul',
    note: 'np.dot',
    f: (a, b) => np.dot(a, b),
    shapes: [
      [
        [3, 4],
        [4, 2],
      ],
      [
        [2, 3, 4],
        [2, 4, 3],
      ],
      [[2, 3, 4], [4]],
    ],
  },
  { op: 'copy', f: (a) => a.copy(), shapes: matrix },
  { op: 'astype', f: (a) => a.astype('float64'), shapes: matrix },
  { op: 'reshape', f: (a) => np.reshape(a, [2, -1]), shapes: [[[3, 4]], [[4, 3]]] },
  { op: 'transpose', f: (a) => np.transpose(a, [1, 2, 0]), shapes: [[[2, 3, 2]]] },
  { op: 'broadcastTo', f: (a) => np.broadcastTo(a, [2, 3, 4]), shapes: [[[3, 1]], [[4]], [[]]] },
  { op: 'flip', f: (a) => np.flip(a, 1), shapes: matrix },
  {
    op: 'concatenate',
    f: (a, b) => np.concatenate([a, b], 1),
    shapes: [
      [
        [3, 2],
        [3, 3],
      ],
    ],
  },
  { op: 'part', f: (a) => np.split(a, [1, 3], 1)[1], shapes: matrix },
  { op: 'embed', note: 'second order of part', f: (a) => np.split(a.mul(a), 2, 1)[0], shapes: matrix },
  { op: 'diagonalView', f: (a) => np.diag(a, 1), shapes: matrix },
  { op: 'diagonalView', note: 'of other axes', f: (a) => np.diagonal(a.mul(a), -1, 1, 0), shapes: matrix },
  { op: 'diagonalMatrix', f: (a) => np.diag(a.ravel(), -2), shapes: matrix },
  { op: 'slice', f: (a) => get(a, ['1:, ::-2']), shapes: matrix },
  { op: 'slice', note: 'numbers and new axes', f: (a) => get(a, [-1, null, ':']), shapes: matrix },
  { op: 'scatterView', note: 'second order of slice', f: (a) => get(a.mul(a), [':', 0]), shapes: matrix },
  {
    op: 'gather',
    note: 'paired index arrays',
    f: (a) =>
      get(a, [
        [0, 2, 2],
        [1, 3, 3],
      ]),
    shapes: matrix,
  },
  { op: 'gather', note: 'index array and slice', f: (a) => get(a, [':', [0, 2, 2]]), shapes: matrix },
  { op: 'gather', note: 'apart: block first', f: (a) => get(a, [0, ':', [1, 1]]), shapes: [[[2, 3, 2]]] },
  { op: 'gather', note: 'mask', f: (a) => get(a, [np.greater(a, 1)]), shapes: matrix },
  { op: 'scatterAdd', note: 'second order of gather', f: (a) => get(a.mul(a), [[0, 0]]), shapes: matrix },
  { op: 'set', f: (a, b) => set(a.copy(), [':', 1], b), shapes: [[[3, 4], [3]]] },
  {
    op: 'set',
    note: 'index arrays',
    f: (a, b) =>
      set(
        a.copy(),
        [
          [0, 2],
          [1, 1],
        ],
        b,
      ),
    shapes: [[[3, 4], [2]]],
  },
  { op: 'inv', f: (a) => linalg.inv(dominant(a)), shapes: [[[3, 3]], [[2, 3, 3]]] },
  {
    op: 'solve',
    f: (a, b) => linalg.solve(dominant(a), b),
    shapes: [
      [
        [3, 3],
        [3, 2],
      ],
      [[3, 3], [3]],
      [
        [2, 1, 3, 3],
        [1, 2, 3, 2],
      ],
    ],
  },
  ...[false, true].flatMap((lower): OpCase[] =>
    [false, true].map((unitDiagonal) => ({
      op: 'solveTriangular',
      note: `${lower ? 'lower' : 'upper'}${unitDiagonal ? ', unit diagonal' : ''}`,
      f: (a, b) => linalg.solveTriangular(dominant(a), b, { lower, unitDiagonal }),
      shapes: [
        [
          [3, 3],
          [3, 2],
        ],
        [
          [2, 3, 3],
          [2, 3],
        ],
      ],
    })),
  ),
  { op: 'det', f: (a) => linalg.det(a), shapes: [[[3, 3]], [[2, 3, 3]], [[1, 1]]] },
  { op: 'slogdet', f: (a) => linalg.slogdet(a)[1], shapes: [[[3, 3]]] },
  {
    op: 'cholesky',
    f: (a) => linalg.cholesky(np.matmul(a, np.swapaxes(a, -1, -2)).add(np.eye(3))),
    shapes: [[[3, 3]], [[2, 3, 3]]],
  },
  ...['U', 'S', 'Vt'].map(
    (note, i): OpCase => ({
      op: 'svd',
      note,
      f: (a) => linalg.svd(spread(a), { fullMatrices: false })[i],
      shapes: [[[3, 3]], [[4, 2]], [[2, 4]], [[2, 3, 2]]],
    }),
  ),
  {
    op: 'svd',
    note: 'full: the spaces of the left-over vectors',
    f: (a) => {
      const [u, s, vt] = linalg.svd(spread(a));
      const rest = u.at(':', `${s.size}:`);
      const below = vt.at(`${s.size}:`);
      return np.append(np.dot(rest, rest.T).ravel(), np.dot(below.T, below).ravel());
    },
    shapes: [[[4, 2]], [[2, 4]]],
  },
  { op: 'svd', note: 'values alone', f: (a) => linalg.svdvals(spread(a)), shapes: [[[3, 3]], [[2, 4]]] },
  {
    op: 'svd',
    note: 'hermitian',
    f: (a) => linalg.svd(symmetric(a), { hermitian: true })[2],
    shapes: [[[3, 3]]],
  },
  ...(['L', 'U'] as const).flatMap((uplo): OpCase[] => [
    { op: 'eigh', note: `w, ${uplo}`, f: (a) => linalg.eigh(symmetric(a), uplo)[0], shapes: [[[3, 3]]] },
    {
      op: 'eigh',
      note: `v, ${uplo}`,
      f: (a) => linalg.eigh(symmetric(a), uplo)[1],
      shapes: [[[3, 3]], [[2, 3, 3]]],
    },
  ]),
  { op: 'eigh', note: 'eigvalsh', f: (a) => linalg.eigvalsh(symmetric(a)), shapes: [[[3, 3]]] },
  // Real eigenvalues, then complex ones, of which the vectors have no phase of their own.
  ...['w', 'v'].flatMap((note, i): OpCase[] => [
    { op: 'eig', note, f: (a) => linalg.eig(spread(a).mul([1, 2, 4]))[i], shapes: [[[3, 3]], [[2, 3, 3]]] },
    {
      op: 'eig',
      note: `complex ${note}`,
      f: (a, b) => {
        const out = linalg.eig(np.complex(spread(a), b))[i];
        return i === 0 ? parts(out) : np.abs(out);
      },
      shapes: [
        [
          [3, 3],
          [3, 3],
        ],
      ],
    },
  ]),
  {
    op: 'eig',
    note: 'complex pairs of a real matrix',
    f: (a) => {
      const [w, v] = linalg.eig(
        a.add([
          [0, -3],
          [2, 0],
        ]),
      );
      return np.append(parts(w), np.abs(v));
    },
    shapes: [[[2, 2]]],
  },
  ...complexLinalg,
  ...['Q', 'R'].map(
    (note, i): OpCase => ({
      op: 'qr',
      note,
      f: (a) => linalg.qr(spread(a))[i],
      shapes: [[[3, 3]], [[4, 2]], [[2, 4]], [[2, 3, 2]]],
    }),
  ),
  { op: 'qr', note: 'r alone', f: (a) => linalg.qr(spread(a), 'r'), shapes: [[[3, 2]]] },
  {
    op: 'qr',
    note: 'complete: the space of the left-over vectors',
    f: (a) => {
      const [q, r] = linalg.qr(spread(a), 'complete');
      const rest = q.at(':', '2:');
      return np.append(np.dot(rest, rest.T).ravel(), r.ravel());
    },
    shapes: [[[4, 2]]],
  },
  ...['L', 'U'].map(
    (note, i): OpCase => ({
      op: 'lu',
      note,
      f: (a) => linalg.lu(spread(a))[1 + i],
      shapes: [[[3, 3]], [[4, 2]], [[2, 4]], [[2, 3, 2]]],
    }),
  ),
  { op: 'pinv', f: (a) => linalg.pinv(spread(a)), shapes: [[[3, 3]], [[4, 2]], [[2, 4]], [[2, 3, 2]]] },
  {
    op: 'pinv',
    note: 'of a product of rank 1',
    f: (a, b) => linalg.pinv(np.matmul(a, b), 1e-8),
    shapes: [
      [
        [3, 1],
        [1, 3],
      ],
    ],
  },
  {
    op: 'lstsq',
    f: (a, b) => linalg.lstsq(spread(a), b)[0],
    shapes: [
      [
        [4, 2],
        [4, 3],
      ],
      [[2, 4], [2]],
      [[3, 3], [3]],
    ],
  },
  {
    op: 'lstsq',
    note: 'residuals',
    f: (a, b) => linalg.lstsq(spread(a), b)[1],
    shapes: [
      [
        [4, 2],
        [4, 3],
      ],
      [[4, 2], [4]],
    ],
  },
  { op: 'lstsq', note: 's', f: (a, b) => linalg.lstsq(spread(a), b)[3], shapes: [[[4, 2], [4]]] },
  { op: 'norm', f: (a) => linalg.norm(a), shapes: [[[3, 4]], [[5]]] },
  { op: 'norm', note: 'axis 1', f: (a) => linalg.norm(a, { axis: 1 }), shapes: matrix },
  ...[0.5, 3, -1, -2.5].map(
    (p): OpCase => ({
      op: 'norm',
      note: `vectors, order ${p}`,
      f: (a) => linalg.norm(a, p, 0),
      shapes: matrix,
    }),
  ),
  ...(['nuc', 2, -2, 1, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 'fro'] as const).map(
    (p): OpCase => ({
      op: 'norm',
      note: `matrices, order ${p}`,
      f: (a) => linalg.norm(spread(a), p),
      shapes: [[[3, 4]]],
    }),
  ),
  ...(
    [
      ['ij,jk->ik', [3, 4], [4, 2]],
      ['ij,kj', [3, 4], [2, 4]],
      ['bij,bjk->kbi', [2, 3, 4], [2, 4, 2]],
      ['ij,ij->', [3, 4], [3, 4]],
      ['ij,i->ij', [3, 4], [3]],
      ['i,j', [3], [2]],
      ['...i,...i', [2, 1, 3], [4, 3]],
      ['ij,jk,kl->il', [2, 3], [3, 4], [4, 2]],
      ['ij->', [3, 4]],
      ['ij->ji', [3, 4]],
      ['iji,j->i', [3, 2, 3], [1]],
    ] as [string, ...number[][]][]
  ).map(
    ([subscripts, ...shapes]): OpCase => ({
      op: 'einsum',
      note: subscripts,
      f: (...x) => np.einsum(subscripts, ...x),
      shapes: [shapes],
    }),
  ),
  ...[undefined, 3, 6].flatMap((n): OpCase[] => [
    {
      op: 'fft',
      note: `${n ?? 'all'} points`,
      f: (a, b) => parts(np.fft.fft(np.complex(a, b), { n, axis: 1, norm: 'ortho' })),
      shapes: [
        [
          [2, 4],
          [2, 4],
        ],
      ],
    },
    { op: 'fft', note: `real, ${n ?? 'all'} points`, f: (a) => parts(np.fft.ifft(a, n)), shapes: [[[5]]] },
    {
      op: 'rfft',
      note: `${n ?? 'all'} points`,
      f: (a) => parts(np.fft.rfft(a, { n, axis: 0 })),
      shapes: [[[4, 2]], [[5, 2]]],
    },
    {
      op: 'irfft',
      note: `${n ?? 'all'} points`,
      f: (a, b) => np.fft.irfft(np.complex(a, b), n),
      shapes: [[[4], [4]]],
    },
  ]),
  { op: 'rfft', note: 'ihfft', f: (a) => parts(np.fft.ihfft(a)), shapes: [[[5]]] },
  {
    op: 'irfft',
    note: 'rfftn and back',
    f: (a) => np.fft.irfftn(np.square(np.fft.rfftn(a)), { s: [3, 4] }),
    shapes: [[[3, 4]]],
  },
  { op: 'diagonal', f: (a) => np.einsum('iij->ij', a), shapes: [[[3, 3, 2]]] },
  {
    op: 'onDiagonal',
    note: 'second order of diagonal',
    f: (a) => np.einsum('ii', a.mul(a)),
    shapes: [[[3, 3]]],
  },
  ...convRows,
  {
    op: 'batchNorm',
    f: (x, w, b) => nn.batchNorm(x, null, null, { weight: w, bias: b, training: true }),
    shapes: [
      [[3, 2, 2, 2], [2], [2]],
      [[4, 3], [3], [3]],
    ],
  },
  {
    op: 'batchNorm',
    note: 'with running statistics',
    f: (x, w) => nn.batchNorm(x, np.array([1, -1]), np.array([2, 0.5]), { weight: w }),
    shapes: [[[3, 2, 2], [2]]],
  },
  { op: 'batchNorm', note: 'of rows', f: (x) => nn.layerNorm(x, [4]), shapes: [[[3, 4]]] },
  {
    op: 'crossEntropy',
    f: (s) => nn.crossEntropy(s, [2, 0, 1], { reduction: 'none' }),
    shapes: [[[3, 4]]],
  },
  { op: 'crossEntropy', note: 'mean', f: (s) => nn.crossEntropy(s, [2, 0, 1]), shapes: [[[3, 4]]] },
  {
    op: 'crossEntropy',
    note: 'sum',
    f: (s) => nn.crossEntropy(s, [2, 0, 1], { reduction: 'sum' }),
    shapes: [[[3, 4]]],
  },
  {
    op: 'addAt',
    f: (a, b) => addAt(a.copy(), [[0, 0, 2]], b),
    shapes: [
      [
        [3, 4],
        [3, 4],
      ],
    ],
  },
  {
    op: 'writeView',
    f: (a, b) => {
      const owner = a.mul(a);
      owner.at('1:').T.imul(b);
      return owner;
    },
    shapes: [
      [
        [3, 4],
        [4, 2],
      ],
    ],
  },
  {
    op: 'asStrided',
    note: 'a view read after its memory was written',
    f: (a) => {
      const owner = a.mul(a);
      const view = owner.at('::2');
      owner.imul(a);
      return np.sin(view);
    },
    shapes: matrix,
  },
  {
    op: 'stridedScatter',
    note: 'second order of asStrided',
    f: (a) => {
      const owner = a.mul(a);
      const view = owner.T.at(1);
      owner.at('0').imul(2);
      return view.mul(view);
    },
    shapes: matrix,
  },
];

/** Differentiable operations that no row names. */
export const missing = (): string[] =>
  [...registry.values()]
    .filter((o) => o.differentiable && !cases.some((c) => c.op === o.name))
    .map((o) => o.name);

// Operations that complex arrays have too; their rows are checked with complex inputs as well.
const complexOps = new Set(
  (
    'add sub mul div pow neg abs sign sqrt square reciprocal exp expm1 log log1p log2 log10 sin cos tan arcsin arccos ' +
    'arctan sinh cosh tanh arcsinh arccosh arctanh real imag conj where sum prod cumsum cumprod matmul copy reshape ' +
    'transpose broadcastTo flip concatenate part embed diagonalView diagonalMatrix slice scatterView gather scatterAdd set addAt'
  ).split(' '),
);
const onlyReal = new Set(['mask', 'negative base']);

export const complexCases: OpCase[] = [
  ...cases.filter(
    ({ op, note }) =>
      complexOps.has(op) && !['real', 'imag', 'conj'].includes(op) && !onlyReal.has(note ?? ''),
  ),
  unary('real'),
  unary('imag'),
  { op: 'conj', shapes: unaryShapes },
  { op: 'arctan2', note: 'np.angle', f: (a) => np.angle(a), shapes: unaryShapes },
  { op: 'sum', note: 'np.var', f: (a) => np.var(a, 0), shapes: matrix },
  { op: 'mul', note: 'a complex number', f: (a) => a.mul(np.complex(0.5, -2)), shapes: unaryShapes },
  {
    op: 'where',
    note: 'an array and a number',
    f: (a) => np.where(np.greater(np.real(a), 1), a, 0),
    shapes: matrix,
  },
];
