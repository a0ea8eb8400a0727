// Interrupts, by message and by signal: the cell ends at once, whatever it does, and variables keep their values.
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KernelClient } from '../../kernel/protocol/client.js';
import type { Message } from '../../kernel/protocol/messages.js';
import { failure, printed, result, sleep, useKernel } from './session.js';

const session = useKernel({ ownGroup: true });

const ways: [string, (kernel: KernelClient) => void][] = [
  ['a message', (kernel) => void kernel.interrupt()],
  ['SIGINT', (kernel) => kernel.signal('SIGINT')],
  // As Jupyter sends it: the compiler, a child of the kernel, must not be hit.
  ['SIGINT to the process group', (kernel) => process.kill(-kernel.pid, 'SIGINT')],
];

// Each says when it begins.
const loop = 'print("on"); while (true) state.n++;';
const waits: [string, string][] = [
  ['a synchronous loop', loop],
  ['a loop that catches everything', 'print("on"); for (;;) { try { state.n++; throw 1 } catch {} }'],
  ['a pending await', 'print("on"); await new Promise(() => {});'],
  ['a loop after an await', `await new Promise((r) => setTimeout(r, 20));\n${loop}`],
  ['a loop in microtasks', 'print("on"); for (;;) { await null; state.n++; }'],
  ['a loop in a timer', `await new Promise(() => setTimeout(() => { ${loop} }, 20));`],
  ['a loop in a nextTick', `await new Promise(() => process.nextTick(() => { ${loop} }));`],
  ['a loop that prints', 'for (;;) { console.log("x".repeat(100)); state.n++; }'],
  ['Atomics.wait', 'print("on"); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);'],
];

describe.each(ways)('by %s', (_, stop) => {
  it.each(waits)('ends %s', async (_, code) => {
    await session.run('var state = { n: 0 };');
    const { cell } = await session.begin(code);
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

/** The next message on iopub of which something holds. */
const message = (holds: (m: Message) => boolean): Promise<void> =>
  new Promise((resolve) => {
    session.kernel.onIopub = (m) => {
      if (!holds(m)) return;
      session.kernel.onIopub = undefined;
      resolve();
    };
  });

describe('an interrupt', () => {
  it('of a loop that waits between its steps stops the loop, not only the cell', async () => {
    await session.run('var steps = 0;');
    const { cell } =
      await session.begin(`async function pause() { await new Promise((r) => setTimeout(r, 10)); }
async function train() { for (;;) { await pause(); if (++steps === 3) print("on"); } }
await train();`);
    await session.kernel.interrupt();
    expect(failure(await cell).ename).toBe('Interrupted');
    const first = Number(result(await session.run('steps')));
    expect(first).toBeGreaterThan(2);
    expect(Number(result(await session.run('await new Promise((r) => setTimeout(r, 300)); steps')))).toBe(
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
    const taken = message(({ header }) => header.msg_type === 'stream');
    await session.run('setTimeout(() => { print("on"); while (true) {} }, 20);');
    await taken;
    const prepared = message(({ content }) => content.code === '"mine"');
    const cell = session.run('"mine"');
    await prepared;
    // Answered when the cell has been checked and waits for the session.
    await session.kernel.complete('np.ones');
    await session.kernel.interrupt();
    expect(failure(await cell).ename).toBe('Interrupted');
    expect(result(await session.run('"mine"'))).toBe("'mine'");
  });

  it('says where the cell was', async () => {
    const { cell } = await session.begin('function spin(): never {\n  print("on"); for (;;) {}\n}\nspin();');
    await session.kernel.interrupt();
    const { traceback } = failure(await cell);
    expect(traceback).toMatch(/at spin \(Cell \[\d+\]:2:\d+\)/);
    expect(traceback).toMatch(/at Cell \[\d+\]:4:1/);
  });

  it('ends a child process that the cell waits for', async () => {
    const { cell } = await session.begin(
      "import { execSync } from 'node:child_process';\nprint('on');\nexecSync('sleep 600');",
    );
    await session.kernel.interrupt();
    const end = await cell;
    expect(failure(end).ename).toMatch(/Interrupted|Error/);
    expect(end.timedOut).toBe(false);
  });

  it('aborts the cells that wait behind', async () => {
    const { cell: looping } = await session.begin('print("on"); while (true) {}');
    const waiting = session.run('console.log("must not run")');
    await session.kernel.interrupt();
    expect(failure(await looping).ename).toBe('Interrupted');
    expect((await waiting).reply).toEqual({ status: 'aborted' });
    expect(printed(await waiting)).toBe('');
  });

  it('with no cell running does nothing', async () => {
    await session.kernel.interrupt();
    session.kernel.signal('SIGINT');
    // The signal has arrived when the second answer has.
    await session.kernel.kernelInfo();
    await session.kernel.kernelInfo();
    expect(result(await session.run('1 + 1'))).toBe('2');
  });

  it('right behind the request stops the cell as well, begun or not', async () => {
    for (let i = 0; i < 5; i++) {
      const cell = session.run('await new Promise(() => {});');
      await session.kernel.interrupt();
      const { reply, timedOut } = await cell;
      expect([timedOut, reply.status === 'error' ? reply.ename : reply.status]).toEqual([
        false,
        expect.stringMatching(/^(Interrupted|aborted)$/),
      ]);
    }
  });
});

describe('an interrupt of a cell that loads parts of Node for the first time', () => {
  const mute = createServer(() => {});
  const answering = createServer((socket) =>
    socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok'),
  );
  const portOf = (server: Server) => (server.address() as AddressInfo).port;
  beforeAll(async () => {
    for (const server of [mute, answering])
      await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  });
  afterAll(() => {
    for (const server of [mute, answering]) server.close();
  });

  it.each([
    ['fetch', (port: number) => `await fetch('http://127.0.0.1:${port}').then((r) => r.text())`],
    [
      'node:http',
      (port: number) =>
        `await new Promise((got) => require('node:http').get('http://127.0.0.1:${port}', (r) => r.resume().on('end', () => got('ok'))))`,
    ],
  ])('%s: it ends at any moment, and the next one works', async (_, ask) => {
    for (let moment = 0; moment < 60; moment += 10) {
      await session.run('exit');
      await session.run("'the session has begun'");
      const cell = session.run(ask(portOf(mute)));
      await sleep(moment);
      await session.kernel.interrupt();
      expect(failure(await cell).ename).toBe('Interrupted');
      expect(result(await session.run(ask(portOf(answering))))).toBe("'ok'");
    }
  });

  it('a fetch that a cell has put in its place stays there', async () => {
    await session.run('exit');
    await session.run("globalThis.fetch = (async () => 'mine') as never;");
    expect(result(await session.run('[new Headers([["a", "b"]]).get("a"), await fetch("")]'))).toBe(
      "[ 'b', 'mine' ]",
    );
  });
});
