// Interrupts, by message and by signal: the cell ends at once, whatever it does, and variables keep their values.
import { describe, expect, it } from 'vitest';
import type { KernelClient } from '../../kernel/protocol/client.js';
import { failure, printed, result, sleep, useKernel } from './session.js';

const session = useKernel({ ownGroup: true });

const ways: [string, (kernel: KernelClient) => void][] = [
  ['a message', (kernel) => void kernel.interrupt()],
  ['SIGINT', (kernel) => kernel.signal('SIGINT')],
  // As Jupyter sends it: the compiler, a child of the kernel, must not be hit.
  ['SIGINT to the process group', (kernel) => process.kill(-kernel.pid, 'SIGINT')],
];

const waits: [string, string][] = [
  ['a synchronous loop', 'while (true) state.n++;'],
  ['a loop that catches everything', 'for (;;) { try { state.n++; throw 1 } catch {} }'],
  ['a pending await', 'await new Promise(() => {});'],
  ['a loop after an await', 'await new Promise((r) => setTimeout(r, 20));\nwhile (true) state.n++;'],
  ['a loop in microtasks', 'for (;;) { await null; state.n++; }'],
  ['a loop in a timer', 'await new Promise(() => setTimeout(() => { while (true) state.n++; }, 20));'],
  ['a loop in a nextTick', 'await new Promise(() => process.nextTick(() => { while (true) state.n++; }));'],
  ['a loop that prints', 'for (;;) { console.log("x".repeat(100)); state.n++; }'],
  ['Atomics.wait', 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);'],
];

describe.each(ways)('by %s', (_, stop) => {
  it.each(waits)('ends %s', async (_, code) => {
    await session.run('var state = { n: 0 };');
    const cell = session.run(code);
    await sleep(250);
    stop(session.kernel);
    const end = await cell;
    expect(failure(end)).toMatchObject({ ename: 'Interrupted' });
    // It ended by this interrupt, not because the client lost its patience.
    expect(end.timedOut).toBe(false);
    expect(result(await session.run('typeof state.n'))).toBe("'number'");
    // Timers and awaits still work in the session.
    expect(result(await session.run('await new Promise((r) => setTimeout(() => r("alive"), 10))'))).toBe(
      "'alive'",
    );
  });
});

describe('an interrupt', () => {
  it('of a loop that waits between its steps stops the loop, not only the cell', async () => {
    await session.run('var steps = 0;');
    const cell = session.run(`async function pause() { await new Promise((r) => setTimeout(r, 10)); }
async function train() { for (;;) { await pause(); steps++; } }
await train();`);
    await sleep(200);
    await session.kernel.interrupt();
    expect(failure(await cell).ename).toBe('Interrupted');
    const first = Number(result(await session.run('steps')));
    expect(first).toBeGreaterThan(2);
    await sleep(200);
    expect(Number(result(await session.run('await new Promise((r) => setTimeout(r, 100)); steps')))).toBe(
      first,
    );
  });

  // The second comes while V8 is about to end the loop for the first.
  it('that comes twice ends the loop all the same', { timeout: 120_000 }, async () => {
    for (let n = 0; n < 40; n++) {
      let begin: () => void = () => {};
      const begun = new Promise<void>((resolve) => {
        begin = resolve;
      });
      const cell = session.kernel.execute(`var round = ${n}; for (;;) { print("again"); await null; }`, {
        onOutput: () => begin(),
      });
      await begun;
      const first = session.kernel.interrupt();
      await sleep(n % 4);
      await session.kernel.interrupt();
      await first;
      expect(failure(await cell).ename).toBe('Interrupted');
      expect(result(await session.run('round'))).toBe(`${n}`);
    }
  });

  it('frees a session whose event loop a finished cell has taken', async () => {
    await session.run('setTimeout(() => { while (true) {} }, 50);');
    await sleep(150);
    const cell = session.run('"mine"');
    await sleep(150);
    await session.kernel.interrupt();
    expect(failure(await cell).ename).toBe('Interrupted');
    expect(result(await session.run('"mine"'))).toBe("'mine'");
  });

  it('says where the cell was', async () => {
    const cell = session.run('function spin(): never {\n  for (;;) {}\n}\nspin();');
    await sleep(200);
    await session.kernel.interrupt();
    const { traceback } = failure(await cell);
    expect(traceback).toMatch(/at spin \(Cell \[\d+\]:2:\d+\)/);
    expect(traceback).toMatch(/at Cell \[\d+\]:4:1/);
  });

  it('ends a child process that the cell waits for', async () => {
    const cell = session.run("import { execSync } from 'node:child_process';\nexecSync('sleep 600');");
    await sleep(300);
    await session.kernel.interrupt();
    const end = await cell;
    expect(failure(end).ename).toMatch(/Interrupted|Error/);
    expect(end.timedOut).toBe(false);
  });

  it('aborts the cells that wait behind', async () => {
    const looping = session.run('while (true) {}');
    const waiting = session.run('console.log("must not run")');
    await sleep(200);
    await session.kernel.interrupt();
    expect(failure(await looping).ename).toBe('Interrupted');
    expect((await waiting).reply).toEqual({ status: 'aborted' });
    expect(printed(await waiting)).toBe('');
  });

  it('with no cell running does nothing', async () => {
    await session.kernel.interrupt();
    session.kernel.signal('SIGINT');
    await sleep(50);
    expect(result(await session.run('1 + 1'))).toBe('2');
  });

  it('right behind the request stops the cell as well, begun or not', async () => {
    for (let i = 0; i < 5; i++) {
      const cell = session.run('await new Promise(() => {});');
      await session.kernel.interrupt();
      const settled = await Promise.race([cell, sleep(3000)]);
      if (!settled) await session.kernel.interrupt();
      const { reply } = settled ?? (await cell);
      expect([settled !== undefined, reply.status === 'error' ? reply.ename : reply.status]).toEqual([
        true,
        expect.stringMatching(/^(Interrupted|aborted)$/),
      ]);
    }
  });
});
