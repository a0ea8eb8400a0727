// nn.Module in cells: forward of any shape, a net whose parts are replaced, parameters held in objects.
import { expect, it } from 'vitest';
import { failure, result, useKernel } from './session.js';

const session = useKernel();

const shows = async (code: string) => result(await session.run(code));
const says = async (code: string) => failure(await session.run(code)).traceback;

it('what forward takes and gives is read off the method', async () => {
  await session.run(
    'class Step extends nn.Module { forward(x: NDArray, h?: NDArray) { return [x, h ?? x]; } }',
  );
  expect(await shows('const [u, v] = new Step()(np.arange(3)); u + v')).toBe('array([0, 2, 4])');
  expect(await says('new Step()({})')).toContain("missing the following properties from type 'NDArray'");
  expect(
    await shows('class Pick extends nn.Module { forward(x, ...i) { return x[i[0]] } } new Pick()([5, 6], 1)'),
  ).toBe('6');
  expect(
    await says('class Bad extends nn.Module<[NDArray], NDArray> { forward(x: string) { return x } }'),
  ).toContain("Property 'forward'");
});

it('what begins as null may be anything later', async () => {
  await session.run(
    'function scores(x: NDArray, y = null, { seed = null } = {}) { return y === null ? x : x[y] + (seed ?? 0) }',
  );
  expect(await shows('scores(np.arange(3), 1, { seed: 2 })')).toBe('3');
  await session.run('class Best { val = null; at = { epoch: null } }; const best = new Best()');
  expect(await shows('best.val = np.ones(2); best.at.epoch = 3; best.val * best.at.epoch')).toBe(
    'array([3., 3.])',
  );
});

it('an array of unknown type is indexed by what ndindex gives', async () => {
  await session.run(
    'function count(x) { let n = 0; for (const at of np.ndindex(...x.shape)) { x[at] += 1; n += x[at] } return n }',
  );
  expect(await shows('count(np.zeros([2, 3]))')).toBe('6.0');
});

it('parameters in an object are filled, read and changed in place', async () => {
  await session.run("const params = {}; params['W'] = np.ones([2, 2]); params.b = np.zeros(2)");
  await session.run('for (const [name, p] of Object.entries(params)) p -= 1');
  expect(await shows('params.W[0] - params.b')).toBe('array([1., 1.])');
  expect(await says('const c: any = 3; c += 1')).toContain("'c' is declared with const");
});

it('PyTorch names that are not here say what takes their place', async () => {
  expect(await says('nn.flatten(np.ones([2, 3]))')).toContain('new nn.Flatten()');
  expect(await says("np.random.randn(2, 3, { dtype: 'float32' })")).toContain(
    "np.random.randn(2, 3).astype('float32')",
  );
  expect(await says("for (const t of ['int8', 'int16']) np.iinfo(t)")).toContain('as const');
  expect(await says('new nn.Linear(2, 3).weight.data += 1')).toContain('np.noGrad(() =>');
});
