// The rows of `npm run bench arrays`: what is computed, from which inputs, and how each contender writes it. Inputs are
// made in each process from the same PCG64 stream, so results can be compared. No timing here.
import type { DType } from 'gradlab';

/** How an input is made: kind, shape, dtype. Kinds: normal; uniform in [0.5, 1.5); integers 0..99; a mask, 30 % true; positions 0..999; labels 0..9. */
export type Input = [
  'normal' | 'uniform' | 'integers' | 'mask' | 'positions' | 'sorted' | 'labels',
  number[],
  DType,
];

export interface Row {
  group: string;
  name: string;
  /** Elements, for reading; the inputs' shapes decide. */
  size: number;
  inputs: Record<string, Input>;
  numpy: string;
  torch: string;
  /** In JavaScript, with np, nn and the inputs in scope. */
  gradlab: string;
  /** Floating-point operations, where a share of the machine's peak is of interest. */
  flops?: number;
  dtype?: 'float64' | 'float32';
  /** Bytes of operands and result where they fit in no cache, and the traffic to compare with. */
  traffic?: { bytes: number; of: 'read' | 'add' };
  /** Agreement of the checksums, relative to their size. */
  tolerance?: number;
  /** Shortest time that each contender is measured for, in ms. */
  budget?: number;
}

export const rows: Row[] = [];
const f64 = 'float64';
const f32 = 'float32';

// ---- element by element ---------------------------------------------------------------------------------------------

const sizes = [1e2, 1e3, 1e4, 1e5, 1e6, 1e7];

interface Plain {
  name: string;
  a: Input[0];
  dtype?: DType;
  second?: 'array' | 'row';
  numpy: string;
  torch?: string;
  gradlab?: string;
  sizes?: number[];
}

const plain: Plain[] = [
  { name: 'add', a: 'normal', second: 'array', numpy: 'np.add(a, b)' },
  { name: 'add, float32', a: 'normal', dtype: f32, second: 'array', numpy: 'np.add(a, b)' },
  {
    name: 'a * row (broadcast)',
    a: 'normal',
    second: 'row',
    numpy: 'np.multiply(a, b)',
    torch: 'torch.multiply(a, b)',
    gradlab: 'np.mul(a, b)',
  },
  { name: 'exp', a: 'normal', numpy: 'np.exp(a)' },
  { name: 'exp, float32', a: 'normal', dtype: f32, numpy: 'np.exp(a)' },
  { name: 'log', a: 'uniform', numpy: 'np.log(a)' },
  { name: 'tanh', a: 'normal', numpy: 'np.tanh(a)' },
  { name: 'sqrt', a: 'uniform', numpy: 'np.sqrt(a)' },
  {
    name: 'a ** 2.5',
    a: 'uniform',
    numpy: 'np.power(a, 2.5)',
    torch: 'torch.pow(a, 2.5)',
    gradlab: 'np.pow(a, 2.5)',
    sizes: [1e3, 1e5, 1e6],
  },
  {
    name: 'where(a > 0, a, b)',
    a: 'normal',
    second: 'array',
    numpy: 'np.where(a > 0, a, b)',
    torch: 'torch.where(a > 0, a, b)',
    gradlab: 'np.where(np.greater(a, 0), a, b)',
  },
  { name: 'a < b', a: 'normal', second: 'array', numpy: 'np.less(a, b)', torch: 'torch.lt(a, b)' },
  { name: 'maximum', a: 'normal', second: 'array', numpy: 'np.maximum(a, b)', sizes: [1e3, 1e5, 1e6] },
  {
    name: 'int64 // 7',
    a: 'integers',
    dtype: 'int64',
    numpy: 'a // 7',
    torch: "torch.div(a, 7, rounding_mode='floor')",
    gradlab: 'np.floorDivide(a, 7)',
    sizes: [1e3, 1e5, 1e6],
  },
  {
    name: 'float64 to float32',
    a: 'normal',
    numpy: 'a.astype(np.float32)',
    torch: 'a.to(torch.float32)',
    gradlab: "a.astype('float32')",
    sizes: [1e3, 1e5, 1e6],
  },
];
/** Rows so long that memory sets their pace; `widths` are bytes for each element. */
const trafficOf = (n: number, of: 'read' | 'add', ...widths: number[]): Row['traffic'] =>
  n < 1e7 ? undefined : { bytes: n * widths.reduce((sum, width) => sum + width, 0), of };
const widthOf = (dtype: DType): number => (dtype === f32 ? 4 : 8);

const shapeOf = (n: number): number[] => (n >= 1e4 ? [n / 1000, 1000] : [n / 10, 10]);
for (const p of plain) {
  for (const n of p.sizes ?? sizes) {
    const shape = shapeOf(n);
    const dtype = p.dtype ?? f64;
    const inputs: Row['inputs'] = { a: [p.a, shape, dtype] };
    if (p.second === 'array') inputs.b = ['normal', shape, dtype];
    if (p.second === 'row') inputs.b = ['normal', [shape[1]], dtype];
    rows.push({
      group: 'element-wise',
      name: p.name,
      size: n,
      inputs,
      traffic: trafficOf(
        n,
        'add',
        widthOf(dtype),
        p.second === 'array' ? widthOf(dtype) : 0,
        p.name === 'a < b' ? 1 : widthOf(dtype),
      ),
      numpy: p.numpy,
      torch: p.torch ?? p.numpy.replace('np.', 'torch.'),
      gradlab: p.gradlab ?? p.numpy,
    });
  }
}

// ---- reductions -----------------------------------------------------------------------------------------------------

const reductions: [name: string, numpy: string, torch: string, gradlab: string, dtype?: DType][] = [
  ['sum', 'np.sum(a)', 'torch.sum(a)', 'np.sum(a)'],
  ['sum, float32', 'np.sum(a)', 'torch.sum(a)', 'np.sum(a)', f32],
  ['mean, axis 0', 'np.mean(a, axis=0)', 'torch.mean(a, 0)', 'np.mean(a, {axis: 0})'],
  ['mean, axis 1', 'np.mean(a, axis=1)', 'torch.mean(a, 1)', 'np.mean(a, {axis: 1})'],
  ['max', 'np.max(a)', 'torch.max(a)', 'np.max(a)'],
  ['argmax, axis 1', 'np.argmax(a, axis=1)', 'torch.argmax(a, 1)', 'np.argmax(a, {axis: 1})'],
  ['var, axis 0', 'np.var(a, axis=0)', 'torch.var(a, 0, unbiased=False)', 'np.var(a, {axis: 0})'],
  ['std', 'np.std(a)', 'torch.std(a, unbiased=False)', 'np.std(a)'],
  [
    'softmax of rows, float32',
    '(lambda e: e / np.sum(e, axis=1, keepdims=True))(np.exp(a - np.max(a, axis=1, keepdims=True)))',
    'torch.softmax(a, 1)',
    'nn.softmax(a, {axis: 1})',
    f32,
  ],
];
for (const [name, numpy, torch, gradlab, dtype = f64] of reductions) {
  for (const n of sizes) {
    rows.push({
      group: 'reductions',
      name,
      size: n,
      inputs: { a: ['normal', shapeOf(n), dtype] },
      traffic: name.startsWith('softmax') ? trafficOf(n, 'add', 4, 4) : trafficOf(n, 'read', widthOf(dtype)),
      numpy,
      torch,
      gradlab,
      tolerance: dtype === f32 ? 1e-4 : 1e-9,
    });
  }
}
rows.push({
  group: 'reductions',
  name: 'cumsum',
  size: 1e6,
  inputs: { a: ['normal', [1e6], f64] },
  numpy: 'np.cumsum(a)',
  torch: 'torch.cumsum(a, 0)',
  gradlab: 'np.cumsum(a)',
});

// ---- products -------------------------------------------------------------------------------------------------------

const products: [
  m: number,
  k: number,
  n: number,
  dtypes: ('float64' | 'float32')[],
  transposed?: 'a' | 'b',
][] = [
  [300, 2, 100, [f64, f32]],
  [300, 100, 3, [f64, f32]],
  [100, 300, 3, [f64], 'a'],
  [300, 3, 100, [f64], 'b'],
  [2, 300, 100, [f64], 'a'],
  [128, 784, 256, [f64, f32]],
  [25, 2048, 512, [f32]],
  [64, 1024, 576, [f32]],
  [64, 64, 64, [f64, f32]],
  [128, 128, 128, [f64, f32]],
  [512, 512, 512, [f64, f32]],
  [2048, 2048, 2048, [f64, f32]],
  [1, 1000, 1000, [f64, f32]],
];
for (const [m, k, n, dtypes, transposed] of products) {
  for (const dtype of dtypes) {
    const left = transposed === 'a' ? [k, m] : [m, k];
    const right = transposed === 'b' ? [n, k] : [k, n];
    const call = `${transposed === 'a' ? 'a.T' : 'a'} @ ${transposed === 'b' ? 'b.T' : 'b'}`;
    rows.push({
      group: 'products',
      name: `${m}x${k} @ ${k}x${n}${transposed ? `, ${transposed} transposed` : ''}, ${dtype}`,
      size: m * n,
      inputs: { a: ['normal', left, dtype], b: ['normal', right, dtype] },
      numpy: call,
      torch: call,
      gradlab: `np.matmul(${transposed === 'a' ? 'a.T' : 'a'}, ${transposed === 'b' ? 'b.T' : 'b'})`,
      flops: 2 * m * k * n,
      dtype,
      tolerance: dtype === f32 ? 1e-3 : 1e-9,
    });
  }
}
rows.push({
  group: 'products',
  name: '64 of 16x16 @ 16x16, float64',
  size: 64 * 256,
  inputs: { a: ['normal', [64, 16, 16], f64], b: ['normal', [64, 16, 16], f64] },
  numpy: 'a @ b',
  torch: 'a @ b',
  gradlab: 'np.matmul(a, b)',
  flops: 2 * 64 * 16 ** 3,
  dtype: f64,
});
rows.push({
  group: 'products',
  name: 'kNN distances, 500 to 5000 of 3072, float32',
  size: 500 * 5000,
  inputs: { x: ['normal', [500, 3072], f32], t: ['normal', [5000, 3072], f32] },
  numpy: 'np.sqrt(np.sum(x**2, axis=1, keepdims=True) + np.sum(t**2, axis=1) - 2 * np.dot(x, t.T))',
  torch: 'torch.sqrt(torch.sum(x**2, 1, keepdim=True) + torch.sum(t**2, 1) - 2 * torch.mm(x, t.T))',
  gradlab:
    'np.sqrt(np.sum(np.square(x), {axis: 1, keepdims: true}).add(np.sum(np.square(t), {axis: 1})).sub(np.dot(x, t.T).mul(2)))',
  flops: 2 * 500 * 5000 * 3072,
  dtype: f32,
  tolerance: 1e-3,
});

// ---- moving and choosing elements -----------------------------------------------------------------------------------

const matrix: Row['inputs'] = { a: ['normal', [1000, 1000], f64] };
const moving: [name: string, inputs: Row['inputs'], numpy: string, torch: string, gradlab: string][] = [
  [
    'copy of a[::2, ::2]',
    matrix,
    'a[::2, ::2].copy()',
    'a[::2, ::2].clone(memory_format=torch.contiguous_format)',
    "a.at('::2, ::2').copy()",
  ],
  ['copy of a.T', matrix, 'a.T.copy(order="C")', 'a.T.contiguous()', 'a.T.copy()'],
  ['a + a.T', matrix, 'a + a.T', 'a + a.T', 'np.add(a, a.T)'],
  ['concatenate two', matrix, 'np.concatenate((a, a))', 'torch.cat((a, a))', 'np.concatenate([a, a])'],
  [
    'a[rows, columns]',
    { ...matrix, i: ['positions', [100_000], 'int64'], j: ['positions', [100_000], 'int64'] },
    'a[i, j]',
    'a[i, j]',
    'a.at(i, j)',
  ],
  ['a[rows]', { ...matrix, i: ['positions', [1000], 'int64'] }, 'a[i]', 'a[i]', 'a.at(i)'],
  [
    'a[rows, columns] = 1',
    { ...matrix, i: ['positions', [100_000], 'int64'], j: ['positions', [100_000], 'int64'] },
    'a.__setitem__((i, j), 1)',
    'a.__setitem__((i, j), 1)',
    'a.set([i, j], 1)',
  ],
  ['a[mask]', { ...matrix, m: ['mask', [1000, 1000], 'bool'] }, 'a[m]', 'a[m]', 'a.at(m)'],
  [
    'a[mask] = 0',
    { ...matrix, m: ['mask', [1000, 1000], 'bool'] },
    'a.__setitem__(m, 0)',
    'a.__setitem__(m, 0)',
    'a.set([m], 0)',
  ],
  [
    'nonzero',
    { m: ['mask', [1000, 1000], 'bool'] },
    'np.nonzero(m)[1]',
    'torch.nonzero(m, as_tuple=True)[1]',
    'np.nonzero(m)[1]',
  ],
];
for (const [name, inputs, numpy, torch, gradlab] of moving)
  rows.push({ group: 'moving', name, size: 1e6, inputs, numpy, torch, gradlab });

for (const n of [1e3, 1e5, 1e6]) {
  const inputs: Row['inputs'] = { a: ['normal', [n], f64] };
  const row = { group: 'sorting', size: n, inputs };
  rows.push(
    { ...row, name: 'sort', numpy: 'np.sort(a)', torch: 'torch.sort(a)[0]', gradlab: 'np.sort(a)' },
    {
      ...row,
      name: 'argsort',
      numpy: 'np.argsort(a)',
      torch: 'torch.argsort(a)',
      gradlab: 'np.argsort(a)',
    },
  );
}
rows.push(
  {
    group: 'sorting',
    name: 'sort, int64',
    size: 1e6,
    inputs: { a: ['integers', [1e6], 'int64'] },
    numpy: 'np.sort(a)',
    torch: 'torch.sort(a)[0]',
    gradlab: 'np.sort(a)',
  },
  {
    group: 'sorting',
    name: 'sort of rows, float32',
    size: 1e6,
    inputs: { a: ['normal', [1000, 1000], f32] },
    numpy: 'np.sort(a, axis=1)',
    torch: 'torch.sort(a, 1)[0]',
    gradlab: 'np.sort(a, 1)',
  },
  {
    group: 'sorting',
    name: 'partition at the middle',
    size: 1e6,
    inputs: { a: ['normal', [1e6], f64] },
    numpy: 'np.partition(a, 500000)[500000]',
    torch: 'torch.kthvalue(a, 500001)[0]',
    gradlab: 'np.partition(a, 500000).at(500000)',
  },
  {
    group: 'sorting',
    name: 'searchsorted',
    size: 1e5,
    inputs: { s: ['sorted', [1e5], f64], a: ['normal', [1e5], f64] },
    numpy: 'np.searchsorted(s, a)',
    torch: 'torch.searchsorted(s, a)',
    gradlab: 'np.searchsorted(s, a)',
  },
);

// ---- everyday functions ---------------------------------------------------------------------------------------------

const vector = (n: number, kind: Input[0] = 'normal', dtype: DType = f64): Row['inputs'] => ({
  a: [kind, [n], dtype],
});
const pair = (n: number): Row['inputs'] => ({ a: ['normal', [n], f64], b: ['normal', [n], f64] });
const table = (n: number): Row['inputs'] => ({ a: ['normal', shapeOf(n), f64] });
const everyday: [
  name: string,
  inputs: (n: number) => Row['inputs'],
  numpy: string,
  torch: string,
  gradlab: string,
][] = [
  ['arange', vector, 'np.arange(a.size)', 'torch.arange(a.numel())', 'np.arange(a.size)'],
  [
    'linspace',
    vector,
    'np.linspace(0, 1, a.size)',
    'torch.linspace(0, 1, a.numel(), dtype=torch.float64)',
    'np.linspace(0, 1, a.size)',
  ],
  ['zeros', vector, 'np.zeros(a.size)', 'torch.zeros(a.numel(), dtype=torch.float64)', 'np.zeros(a.size)'],
  ['clip', vector, 'np.clip(a, -1, 1)', 'torch.clip(a, -1, 1)', 'np.clip(a, -1, 1)'],
  ['abs', vector, 'np.abs(a)', 'torch.abs(a)', 'np.abs(a)'],
  ['sign', vector, 'np.sign(a)', 'torch.sign(a)', 'np.sign(a)'],
  ['round', vector, 'np.round(a)', 'torch.round(a)', 'np.round(a)'],
  ['isnan', vector, 'np.isnan(a)', 'torch.isnan(a)', 'np.isnan(a)'],
  ['sin', vector, 'np.sin(a)', 'torch.sin(a)', 'np.sin(a)'],
  ['log1p', (n) => vector(n, 'uniform'), 'np.log1p(a)', 'torch.log1p(a)', 'np.log1p(a)'],
  ['arctan2', pair, 'np.arctan2(a, b)', 'torch.atan2(a, b)', 'np.arctan2(a, b)'],
  ['a % 0.7', vector, 'np.mod(a, 0.7)', 'torch.remainder(a, 0.7)', 'np.mod(a, 0.7)'],
  ['int64 ** 2', (n) => vector(n, 'integers', 'int64'), 'np.power(a, 2)', 'torch.pow(a, 2)', 'np.pow(a, 2)'],
  [
    'bytes to float32',
    (n) => vector(n, 'integers', 'uint8'),
    'a.astype(np.float32)',
    'a.to(torch.float32)',
    "a.astype('float32')",
  ],
  ['a[::2] + b[::2]', pair, 'a[::2] + b[::2]', 'a[::2] + b[::2]', "np.add(a.at('::2'), b.at('::2'))"],
  ['a - mean of columns', table, 'a - a.mean(axis=0)', 'a - a.mean(0)', 'np.sub(a, a.mean({axis: 0}))'],
  [
    'norm of rows',
    table,
    'np.linalg.norm(a, axis=1)',
    'torch.linalg.norm(a, dim=1)',
    'np.linalg.norm(a, {axis: 1})',
  ],
  ['cumsum of rows', table, 'np.cumsum(a, axis=1)', 'torch.cumsum(a, 1)', 'np.cumsum(a, {axis: 1})'],
  ['argmin', vector, 'np.argmin(a)', 'torch.argmin(a)', 'np.argmin(a)'],
  ['dot of vectors', pair, 'np.dot(a, b)', 'torch.dot(a, b)', 'np.dot(a, b)'],
  [
    'einsum ij,ij->i',
    table,
    "np.einsum('ij,ij->i', a, a)",
    "torch.einsum('ij,ij->i', a, a)",
    "np.einsum('ij,ij->i', a, a)",
  ],
  ['diff', vector, 'np.diff(a)', 'torch.diff(a)', 'np.diff(a)'],
  ['stack', pair, 'np.stack((a, b))', 'torch.stack((a, b))', 'np.stack([a, b])'],
  ['roll', vector, 'np.roll(a, 3)', 'torch.roll(a, 3)', 'np.roll(a, 3)'],
  ['repeat', vector, 'np.repeat(a, 3)', 'torch.repeat_interleave(a, 3)', 'np.repeat(a, 3)'],
  ['tile', vector, 'np.tile(a, 3)', 'a.repeat(3)', 'np.tile(a, 3)'],
  ['triu', table, 'np.triu(a)', 'torch.triu(a)', 'np.triu(a)'],
  ['unique', (n) => vector(n, 'integers', 'int64'), 'np.unique(a)', 'torch.unique(a)', 'np.unique(a)'],
  [
    'bincount',
    (n) => vector(n, 'integers', 'int64'),
    'np.bincount(a)',
    'torch.bincount(a)',
    'np.bincount(a)',
  ],
  ['fft', vector, 'np.abs(np.fft.fft(a))', 'torch.abs(torch.fft.fft(a))', 'np.abs(np.fft.fft(a))'],
];
for (const [name, inputs, numpy, torch, gradlab] of everyday)
  for (const n of [1e3, 1e5])
    rows.push({ group: 'everyday', name, size: n, inputs: inputs(n), numpy, torch, gradlab });
rows.push({
  group: 'everyday',
  name: 'images of bytes to channels first',
  size: 98_304,
  inputs: { a: ['integers', [32, 32, 32, 3], 'uint8'] },
  numpy: "a.transpose(0, 3, 1, 2).copy(order='C')",
  torch: 'a.permute(0, 3, 1, 2).contiguous()',
  gradlab: 'a.transpose(0, 3, 1, 2).copy()',
});

// ---- linear algebra -------------------------------------------------------------------------------------------------

const n = 400;
const square: Row['inputs'] = { a: ['normal', [n, n], f64] };
const la = { group: 'linalg', size: n * n, inputs: square, tolerance: 1e-6, budget: 60 };
rows.push(
  {
    ...la,
    name: `svd ${n}`,
    numpy: 'np.linalg.svd(a)[1]',
    torch: 'torch.linalg.svd(a)[1]',
    gradlab: 'np.linalg.svd(a)[1]',
  },
  {
    ...la,
    name: `eigh ${n}`,
    numpy: 'np.linalg.eigh(a)[0]',
    torch: 'torch.linalg.eigh(a)[0]',
    gradlab: 'np.linalg.eigh(a)[0]',
  },
  {
    ...la,
    name: `solve ${n}`,
    numpy: 'np.linalg.solve(a, a)',
    torch: 'torch.linalg.solve(a, a)',
    gradlab: 'np.linalg.solve(a, a)',
  },
  {
    ...la,
    name: `inv ${n}`,
    numpy: 'np.linalg.inv(a)',
    torch: 'torch.linalg.inv(a)',
    gradlab: 'np.linalg.inv(a)',
  },
);
