// What the type of an expression says about its dtype, beside what the array then has: every expression is checked as a
// cell by the language service, and run. The type may name several dtypes (a number of unknown value), one of which
// the array must have; it never names another.
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LanguageService } from '../../kernel/language/index.js';
import { dtypes } from '../../src/core/dtype.js';
import { grad, NDArray, nn, np, valueAndGrad } from '../../src/index.js';
import { $op } from '../../src/operators.js';

const SETUP = `
const f64 = np.ones([2, 2]), f32 = np.ones([2, 2], { dtype: 'float32' }), i64 = np.ones([2, 2], 'int64');
const i32 = np.ones([2, 2], { dtype: 'int32' }), u8 = np.ones([2, 2], 'uint8'), b = np.ones([2, 2], 'bool');
const v = np.ones(3), n = Math.floor(2.5), unknown: NDArray = f32, any: any = f32;`;

let service: LanguageService;
let scope: Record<string, unknown>;

function run(code: string): unknown {
  let value: unknown;
  const cell = service.compile('run', code);
  if (cell.failed) throw new Error(cell.diagnostics.map((d) => d.message).join('\n'));
  const runtime = { value: (x: unknown) => (value = x) };
  const names = { np, nn, grad, valueAndGrad, NDArray, $op, $cell: runtime, ...scope };
  new Function(...Object.keys(names), cell.js)(...Object.values(names));
  return value;
}

const typeOf = (expression: string): string => {
  const { text } = service.inspect(`const it = ${expression}`, 7);
  return text.split('\n')[0].replace(/^const it: /, '');
};

beforeAll(() => {
  service = new LanguageService({
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    libraryTypes: fileURLToPath(new URL('../../dist', import.meta.url)),
  });
  const cell = service.compile('setup', SETUP);
  expect(cell.diagnostics).toEqual([]);
  service.commit('setup');
  const names = [...SETUP.matchAll(/(\w+)(?:: \w+)? = (?!')/g)].map((m) => m[1]);
  scope = new Function('np', `${cell.js}\nreturn {${names}}`)(np) as Record<string, unknown>;
});
afterAll(() => service.close());

/** Expressions, with the type where it is not just the dtype that the array has. */
const table: Record<string, (string | [string, string])[]> = {
  creation: [
    'np.zeros([2, 3])',
    "np.zeros([2, 3], { dtype: 'float32' })",
    "np.zeros(3, 'int32')",
    "np.ones(3, 'float')",
    'np.empty(3)',
    "np.empty(3, { dtype: 'bool' })",
    'np.full([2], 7)',
    'np.full([2], true)',
    'np.full([2], 7n)',
    "np.full([2], 7, 'float32')",
    'np.eye(3)',
    "np.eye(3, { dtype: 'int64' })",
    'np.identity(2)',
    "np.tri(3, 3, 0, 'bool')",
    'np.array([1, 2])',
    'np.array([[1, 2], [3, 4]])',
    'np.array([1n])',
    'np.array([true, false])',
    'np.array([])',
    'np.array(3)',
    'np.array(new Float32Array(2))',
    'np.array(new BigInt64Array(2))',
    'np.array([new Uint8Array(2)])',
    'np.array(f32)',
    'np.array([f32, f32])',
    "np.array([1, 2], 'int64')",
    "np.array([1, 2], { dtype: 'float32' })",
    'np.array(f32, { ndmin: 3 })',
    'np.asarray(u8)',
    "np.asarray(u8, 'float32')",
    'np.zerosLike(f32)',
    "np.onesLike(f32, 'int64')",
    "np.zeros_like(f32, { dtype: 'bool' })",
    'np.fullLike(i64, 3)',
    'np.arange(3)',
    ['np.arange(n)', 'NDArray<"float64" | "int64">'],
    'np.arange(0, 1, 0.1)',
    'np.arange(n, 1, 0.5)',
    'np.arange(2, 10, 2)',
    'np.arange(2n)',
    "np.arange(3, { dtype: 'float32' })",
    "np.arange(0, 3, { dtype: 'int32' })",
    'np.linspace(0, 1, 5)',
    "np.linspace(0, 1, 5, { dtype: 'float32' })",
    'np.linspace(f32, 1, 5)',
    'np.linspace(0, 1, 5, { retstep: true })[0]',
    'np.logspace(0, 1, 5)',
    'np.geomspace(1, 8, 4)',
    'np.indices([2, 2])',
    'np.diag(i64)',
    'np.tril(f32)',
    'np.triuIndices(3)[0]',
  ],
  arithmetic: [
    'f64.add(f32)',
    'f32.add(f32)',
    'f32.mul(2)',
    'f32.mul(0.5)',
    'i64.mul(2)',
    'i64.mul(0.5)',
    'i64.mul(-3)',
    ['i64.mul(n)', 'NDArray<"float64" | "int64">'],
    ['b.add(n)', 'NDArray<"float64" | "int64">'],
    'f32.mul(n)',
    'b.add(1)',
    'b.add(true)',
    'u8.add(1)',
    'u8.add(2n)',
    'u8.add(i32)',
    'i32.add(f32)',
    'u8.add(f32)',
    'i64.div(2)',
    'u8.div(f32)',
    'f32.div(2)',
    'i64.floorDivide(2)',
    'i64.mod(2)',
    'i64.pow(2)',
    'f32.pow(0.5)',
    'f32.maximum(0)',
    'f32.arctan2(1)',
    'f32.add([[1, 2], [3, 4]])',
    'f32.less(1)',
    'f32.equal(f64)',
    'b.logicalNot()',
    'i64.bitwiseAnd(3)',
    'f32.copy().iadd(f64)',
    'np.add(f32, 1)',
    'np.add(1, f32)',
    'np.add(1, 2)',
    'np.add(f32, i64)',
    "np.add(f32, 1, { dtype: 'float64' })",
    'np.divide(i64, i32)',
    'np.maximum(0, f32)',
    'np.where(b, f32, 0)',
    'np.where(b, i64, f32)',
    'np.where(b)[0]',
    'np.clip(f32, 0, 1)',
    'np.divmod(i64, 2)[0]',
    'np.hypot(f32, f32)',
    'np.isclose(f64, f32)',
    ['unknown.add(1)', 'NDArray'],
    ['unknown.add(f64)', 'NDArray'],
    ['np.exp(unknown)', 'NDArray'],
    ['np.add(any, 1)', 'NDArray'],
  ],
  operators: [
    'f32 + 1',
    '1 - f32',
    'f32 * f64',
    'i64 / 2',
    'i64 / i64',
    'i64 % 2',
    'f32 ** 2',
    '-f32',
    'f32 > 0',
    'f32 == 0',
    '(f32 > 0) & (f32 < 2)',
    '~b',
    'f32[0]',
    "f32[':', 0]",
    'f32[f32 > 0]',
    'f32[np.arange(2), np.arange(2)]',
    "2 * f32[':', 0] + 1",
    ['unknown * 2', 'NDArray'],
    ['i64 * n', 'NDArray<"float64" | "int64">'],
  ],
  functions: [
    'np.exp(f32)',
    'np.exp(i64)',
    'np.exp([1, 2])',
    'np.exp(1)',
    'i64.sqrt()',
    'f32.tanh()',
    'np.abs(i64)',
    'np.floor(f32)',
    'np.isnan(f32)',
    'np.square(u8)',
    "np.exp(f64, { dtype: 'float32' })",
    'np.rad2deg(f32)',
    'np.around(f32, 1)',
  ],
  reductions: [
    'f32.sum()',
    'i64.sum()',
    'b.sum()',
    'i32.sum(0)',
    'u8.prod({ axis: 0 })',
    "b.sum({ dtype: 'float32' })",
    'f32.mean()',
    'i64.mean({ axis: 1, keepdims: true })',
    'f32.max(0)',
    'i64.min()',
    'f32.var()',
    'i64.std()',
    'f32.any()',
    'f32.argmax(1)',
    'f32.cumsum(0)',
    'b.cumsum()',
    'np.sum(f32, { axis: 0 })',
    "np.sum(u8, { dtype: 'float64' })",
    'np.sum([true, false])',
    'np.mean([1n, 2n])',
    'np.max(u8)',
    'np.all(b)',
    'np.argmin(f64)',
    'np.countNonzero(f64)',
    'np.logsumexp(f32)',
    'np.median(f32)',
    'np.percentile(f64, 50)',
    'np.average(f64)',
    'np.nansum(f32)',
    'np.ptp(i64)',
    'np.trace(i32)',
  ],
  shape: [
    'f32.T',
    'f32.reshape(4)',
    'f32.reshape([4, 1])',
    'f32.ravel()',
    'f32.transpose()',
    'f32.copy()',
    "f32.astype('int64')",
    "f32.astype('float')",
    'f32.at(0)',
    "i64.at(':', 0)",
    'f32.detach()',
    'f32.set([0], 1)',
    '[...f32][0]',
    'np.reshape(f32, [4])',
    'np.transpose(i64)',
    'np.expandDims(f32, 0)',
    'np.squeeze(f32)',
    'np.broadcastTo(f32, [3, 2, 2])',
    'np.flip(f32)',
    'np.tile(b, 2)',
    'np.split(f32, 2)[0]',
    'np.concatenate([f32, f64])',
    'np.concatenate([i64, f32, u8])',
    'np.concatenate([f32, f32], 1)',
    'np.stack([i64, i64])',
    'np.vstack([f32, [1, 2]])',
    'np.hstack([f32, f32])',
    'np.columnStack([v, v])',
    'np.repeat(f32, 2)',
    'np.roll(f32, 1)',
    'np.take(f32, [0])',
    'np.pad(f32, 1)',
    'np.append(i64, f32)',
    'np.atleast2d(f32)',
  ],
  searching: [
    'np.sort(f32)',
    'np.argsort(f32)',
    'f32.argsort()',
    'np.nonzero(f32)[0]',
    'np.argwhere(f32)',
    'np.flatnonzero(f32)',
    'np.searchsorted(v, [1, 2])',
    'np.unique(i32)',
    'np.isin(f32, [1])',
    'np.digitize(v, [0, 1])',
    'np.bincount([1, 2])',
  ],
  products: [
    'f32.dot(f32)',
    'f32.dot(f64)',
    'np.dot(f32, i64)',
    'np.matmul(i64, i64)',
    'np.outer(f32, f32)',
    'np.inner(v, v)',
    'np.kron(f32, f32)',
    'np.tensordot(f32, f64, 1)',
  ],
  linalg: [
    'np.linalg.inv(np.eye(2))',
    "np.linalg.inv(np.eye(2, { dtype: 'float32' }))",
    'np.linalg.det(f64)',
    'np.linalg.solve(np.eye(2), [1, 2])',
    'np.linalg.svd(f64)[0]',
    'np.linalg.eigh(f64)[0]',
    'np.linalg.norm(f32)',
    'np.linalg.qr(f64)[1]',
    'np.linalg.cholesky(np.eye(2))',
    'np.linalg.pinv(f64)',
    'np.linalg.matrixRank(f64)',
  ],
  complex: [
    'f32.add(np.complex(1, 2))',
    "np.ones(2, 'complex64').add(f32)",
    "np.ones(2, 'complex128').abs()",
    "np.real(np.ones(2, 'complex64'))",
    "np.exp(np.ones(2, 'complex64'))",
    "np.ones(2, 'complex64').sum()",
  ],
  random: [
    'np.random.randn(2, 3)',
    'np.random.rand(2)',
    'np.random.uniform(0, 1, [2])',
    'np.random.default_rng(0).gamma(2, 1, [2])',
    'np.random.default_rng(0).poisson(2, [3])',
  ],
  nn: ['nn.relu(f32)', 'nn.relu(i64)'],
  transforms: ['np.fft.fftfreq(4)', 'np.fft.rfftfreq(4)'],
  gradients: ['grad((x: typeof f32) => x.sum())(f32)'],
};

for (const [family, rows] of Object.entries(table)) {
  describe(family, () => {
    it.each(rows.map((row) => (typeof row === 'string' ? [row, undefined] : row)))('%s', (code, said) => {
      const value = run(code) as NDArray;
      const type = typeOf(code);
      expect(type).toBe(said ?? `NDArray<"${value.dtype}">`);
      if (type !== 'NDArray') expect(type).toContain(`"${value.dtype}"`);
    });
  });
}

describe('promotion', () => {
  it('of types is that of arrays, over the whole table', () => {
    const lines = ['type D<T> = T extends NDArray<infer D> ? D : never;'];
    for (const a of dtypes) {
      for (const c of dtypes) {
        const result = np.promoteTypes(a, c);
        // Both ways: the type is just this dtype, neither less nor more.
        lines.push(`{ const r = np.zeros(1, '${a}').add(np.zeros(1, '${c}')); type R = D<typeof r>;`);
        lines.push(`  const back: '${result}' = null! as R, there: R = '${result}'; }`);
      }
    }
    expect(service.compile('table', lines.join('\n')).diagnostics).toEqual([]);
    const wrong = `type D<T> = T extends NDArray<infer D> ? D : never; const x = np.zeros(1, 'int8').add(np.zeros(1, 'uint8'));
const no: 'int8' = null! as D<typeof x>`;
    expect(service.compile('table', wrong).diagnostics).toHaveLength(1);
  });
});
