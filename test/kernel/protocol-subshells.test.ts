// Subshells: created, listed and deleted on the control channel; each runs its own cells, while a cell of the main
// shell awaits. Everything that is not a cell is answered at once, also while a cell is in a loop.
import { describe, expect, it } from 'vitest';
import type { Message } from '../../kernel/protocol/messages.js';
import { failure, printed, result, useKernel } from './session.js';

const session = useKernel();

async function control(type: string, content: object = {}): Promise<Record<string, unknown>> {
  return (await session.kernel.request('control', type, content)).content;
}

const create = async () => String((await control('create_subshell_request')).subshell_id);

/** Resolves when an output holds the text: the cell is at that point. */
function when(text: string): { reached: Promise<void>; onMessage(message: Message): void } {
  let arrive: () => void = () => {};
  const reached = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  return { reached, onMessage: ({ content }) => String(content.text ?? '').includes(text) && arrive() };
}

describe('the requests', () => {
  it('kernel_info says that there are subshells', async () => {
    expect((await session.kernel.kernelInfo()).supported_features).toContain('kernel subshells');
  });

  it('create gives an id, list has it, delete takes it away', async () => {
    const [one, two] = [await create(), await create()];
    expect(await control('list_subshell_request')).toEqual({ status: 'ok', subshell_id: [one, two] });
    expect(await control('delete_subshell_request', { subshell_id: one })).toEqual({ status: 'ok' });
    expect(await control('list_subshell_request')).toEqual({ status: 'ok', subshell_id: [two] });
    await control('delete_subshell_request', { subshell_id: two });
  });

  it('delete of an unknown one is an error that names it', async () => {
    expect(await control('delete_subshell_request', { subshell_id: 'gone' })).toMatchObject({
      status: 'error',
      evalue: 'delete_subshell_request: there is no subshell "gone"',
    });
  });

  it('a request for an unknown subshell is refused, whatever it asks', async () => {
    for (const [type, content] of [
      ['execute_request', { code: '1' }],
      ['kernel_info_request', {}],
    ] as const) {
      const reply = await session.kernel.request('shell', type, content, { subshell: 'gone' });
      expect(reply.content).toMatchObject({
        status: 'error',
        evalue: `${type}: there is no subshell "gone"`,
      });
    }
  });
});

describe('cells in a subshell', () => {
  it('run while a cell of the main shell awaits, and can end its wait', async () => {
    const subshell = await create();
    const at = when('waiting');
    const main = session.run(
      'var release: (text: string) => void = () => {};\nconsole.log("waiting"); await new Promise<string>((r) => { release = r; })',
      { onMessage: at.onMessage },
    );
    await at.reached;
    const cell = await session.run('console.log("side"); release("released by a subshell"); 6 * 7', {
      subshell,
    });
    expect(printed(cell)).toBe('side\n');
    expect(result(cell)).toBe('42');
    expect(result(await main)).toBe("'released by a subshell'");
    await control('delete_subshell_request', { subshell_id: subshell });
  });

  it('run one after the other, and beside those of another subshell', async () => {
    const [one, two] = [await create(), await create()];
    await session.run('var order: string[] = []; var open: (() => void)[] = [];');
    const first = session.run('await new Promise<void>((r) => open.push(r)); order.push("first")', {
      subshell: one,
    });
    const second = session.run('order.push("second")', { subshell: one });
    await session.run('order.push("other")', { subshell: two });
    while (result(await session.run('open.length')) !== '1');
    await session.run('open[0]()');
    await Promise.all([first, second]);
    expect(result(await session.run('order.join()'))).toBe("'other,first,second'");
    for (const subshell_id of [one, two]) await control('delete_subshell_request', { subshell_id });
  });

  it('have their outputs, also late ones, under their own request', async () => {
    const subshell = await create();
    const at = when('main 0');
    const main = session.run(
      'for (let i = 0; i < 20; i++) { console.log("main", i); await new Promise((r) => setTimeout(r, 5)); }',
      { onMessage: at.onMessage },
    );
    await at.reached;
    const side = await session.run(
      'for (let i = 0; i < 10; i++) { console.log("side", i); await new Promise((r) => setTimeout(r, 5)); }',
      { subshell },
    );
    const lines = (name: string, n: number) => Array.from({ length: n }, (_, i) => `${name} ${i}\n`).join('');
    expect(printed(side)).toBe(lines('side', 10));
    expect(printed(await main)).toBe(lines('main', 20));
    await control('delete_subshell_request', { subshell_id: subshell });
  });

  it('fail alone: what waits in the main shell runs', async () => {
    const subshell = await create();
    const [failed, aborted, main] = await Promise.all([
      session.run('throw new Error("here only")', { subshell }),
      session.run('1', { subshell }),
      session.run('"main goes on"'),
    ]);
    expect(failure(failed).evalue).toBe('here only');
    expect(aborted.reply).toEqual({ status: 'aborted' });
    expect(result(main)).toBe("'main goes on'");
    await control('delete_subshell_request', { subshell_id: subshell });
  });

  it('wait for a loop of the main shell; completion for a subshell does not', async () => {
    const subshell = await create();
    await session.run('const landscape = { hills: 3 };');
    const at = when('looping');
    const main = session.run('console.log("looping"); while (true) {}', { onMessage: at.onMessage });
    await at.reached;
    let ended = false;
    const cell = session.run('1 + 1', { subshell }).finally(() => {
      ended = true;
    });
    const completed = await session.kernel.request(
      'shell',
      'complete_request',
      { code: 'landscape.hi', cursor_pos: 12 },
      { subshell },
    );
    expect(completed.content.matches).toContain('hills');
    const info = await session.kernel.request('shell', 'kernel_info_request', {}, { subshell });
    expect(info.content.status).toBe('ok');
    expect(ended).toBe(false);
    await session.kernel.interrupt();
    expect(failure(await main).ename).toBe('Interrupted');
    // The interrupt is everybody's: the cell that waited had begun or not.
    expect((await cell).reply.status).not.toBe('ok');
    await control('delete_subshell_request', { subshell_id: subshell });
  });

  it('are all stopped by an interrupt, and the session goes on', async () => {
    const subshell = await create();
    const [a, b] = [when('main is here'), when('side is here')];
    const main = session.run('console.log("main is here"); await new Promise(() => {})', {
      onMessage: a.onMessage,
    });
    const side = session.run(
      'console.log("side is here"); for (;;) await new Promise((r) => setTimeout(r, 1))',
      {
        subshell,
        onMessage: b.onMessage,
      },
    );
    await Promise.all([a.reached, b.reached]);
    await session.kernel.interrupt();
    expect([failure(await main).ename, failure(await side).ename]).toEqual(['Interrupted', 'Interrupted']);
    expect(result(await session.run('await new Promise((r) => setTimeout(() => r("alive"), 5))'))).toBe(
      "'alive'",
    );
    expect(result(await session.run('"alive too"', { subshell }))).toBe("'alive too'");
    await control('delete_subshell_request', { subshell_id: subshell });
  });

  it('die together when one of them ends the session; the next ones run', async () => {
    const subshell = await create();
    const at = when('waiting');
    const main = session.run('console.log("waiting"); await new Promise(() => {})', {
      onMessage: at.onMessage,
    });
    await at.reached;
    const side = await session.run('process.exit(4)', { subshell });
    for (const cell of [side, await main]) expect(failure(cell).evalue).toContain('process.exit(4)');
    expect(result(await session.run('2 + 2'))).toBe('4');
    expect(result(await session.run('3 + 3', { subshell }))).toBe('6');
    await control('delete_subshell_request', { subshell_id: subshell });
  });

  it('that wait are aborted when the subshell is deleted; the running one ends by itself', async () => {
    const subshell = await create();
    const at = when('begun');
    const running = session.run(
      'var finish: () => void = () => {};\nconsole.log("begun"); await new Promise<void>((r) => { finish = r; })',
      { subshell, onMessage: at.onMessage },
    );
    const waiting = session.run('"never"', { subshell });
    await at.reached;
    await control('delete_subshell_request', { subshell_id: subshell });
    await session.run('finish()');
    expect((await running).reply.status).toBe('ok');
    expect((await waiting).reply).toEqual({ status: 'aborted' });
  });
});
