// `_`, `__` and `___`: what the last cells have shown, as in IPython.
import { expect, it } from 'vitest';
import { failure, result, useKernel } from './session.js';

const session = useKernel();

const shows = async (code: string) => result(await session.run(code));

it('are the results of the last three cells that had one', async () => {
  expect(await shows('_')).toBeUndefined();
  await shows('1 + 1');
  await shows("'two'");
  await shows('const quiet = 5');
  await shows('np.arange(3)');
  expect(await shows('[_, __, ___]')).toBe("[ array([0, 1, 2]), 'two', 2 ]");
  expect(await shows('__ * 2 + _[0]')).toBe('array([0, 3, 6])');
});

it('silent cells, errors and expressions of the client leave them as they are', async () => {
  await shows('7');
  await session.kernel.execute('8', { silent: true });
  failure(await session.run('throw new Error("no")'));
  const asked = await session.kernel.execute('undefined', { userExpressions: { last: '_ + 1' } });
  expect(asked.reply).toMatchObject({ user_expressions: { last: { data: { 'text/plain': '8' } } } });
  expect(await shows('_')).toBe('7');
});

it('a value that is awaited, and one whose display fails', async () => {
  expect(await shows('await Promise.resolve(3)')).toBe('3');
  expect(await shows('_ + 1')).toBe('4');
  failure(await session.run("({ [Symbol.for('Jupyter.display')]() { throw new Error('no') } })"));
  expect(await shows('_')).toBe('4');
});

it('names of the user stay the user’s', async () => {
  await shows('var _ = (x: number) => x * 2');
  await shows('5');
  expect(await shows('_(4)')).toBe('8');
  expect(await shows('_(5)')).toBe('10');
  const fresh = await session.run('const [__, rest] = [1, 2]; 11');
  expect(result(fresh)).toBe('11');
  expect(await shows('__ + rest')).toBe('3');
});

it('what they do not keep has its way out in the error', async () => {
  expect(failure(await session.run('Out[3]')).evalue).toContain('the last three are kept, as _, __ and ___');
  expect(failure(await session.run('np.float32(3)')).evalue).toContain("np.array(x, {dtype: 'float32'})");
});
