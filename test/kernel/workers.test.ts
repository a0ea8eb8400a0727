// What of training needs a kernel: workers that run functions written in cells, progress bars and charts as one output.
import { describe, expect, it } from 'vitest';
import { failure, printed, useKernel } from './session.js';

const session = useKernel();

describe('training in cells', () => {
  it('runs a transform with operators in workers, with the batches that the cell itself would make', async () => {
    const outcome = await session.run(`
const X = np.arange(12).reshape(6, 2), y = np.arange(6)
const make = (workers: number) => new data.DataLoader([X, y], {
  batchSize: 2, workers, transform: (x: NDArray, y: NDArray) => [x * 2 + np.random.rand(2), y],
})
np.random.seed(1)
const alone = [...make(0)]
np.random.seed(1)
const loader = make(2)
const ahead = [...loader]
loader.close()
print(alone.map(([x, y], i) => [np.arrayEqual(x, ahead[i][0]), np.arrayEqual(y, ahead[i][1])]))`);
    expect(printed(outcome)).toBe('[ [ true, true ], [ true, true ], [ true, true ] ]\n');
  });

  it('says that a worker does not see the variables of cells', async () => {
    const outcome = await session.run(`
const factor = 3
const blind = new data.DataLoader([X], {workers: 1, transform: (x: NDArray) => [x * factor]});
[...blind]`);
    expect(JSON.stringify(failure(outcome))).toMatch(/factor is not defined.*no variables of the program/);
  });

  it('can be interrupted while it waits for a batch', async () => {
    await session.run(`
const slow = new data.DataLoader([X], {
  workers: 1,
  transform: (x: NDArray) => {
    while (Date.now() > 0);
    return [x]
  },
})`);
    const { cell: waiting } = await session.begin('print("on"); [...slow]');
    void session.kernel.interrupt();
    expect(failure(await waiting).ename).toBe('Interrupted');
    expect(printed(await session.run('slow.close(); print(1 + 1)'))).toBe('2\n');
  });
});
