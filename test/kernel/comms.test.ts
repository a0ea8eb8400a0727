// Comms between a client and user code, driven by the project's own client over the kernel's sockets.
import { describe, expect, it } from 'vitest';
import type { Message } from '../../kernel/protocol/messages.js';
import { failure, printed, result, useKernel } from './session.js';

const types = (messages: Message[]) =>
  messages.map(({ header }) => header.msg_type).filter((type) => type !== 'status');
const text = (messages: Message[]) =>
  messages.map(({ content }) => (typeof content.text === 'string' ? content.text : '')).join('');

describe('comms', () => {
  const session = useKernel();
  const kernel = () => session.kernel;
  const openIds = async (target_name?: string) => {
    const reply = await kernel().request('shell', 'comm_info_request', { target_name });
    return reply.content.comms as Record<string, { target_name: string }>;
  };

  it('user code opens one, and the page gets data, metadata and buffers', async () => {
    const { messages } = await session.run(
      "const comm = new Comm({ target_name: 'page', data: { a: 1 }, metadata: { m: 2 }, buffers: [new Uint8Array([1, 2, 3])] });\n" +
        'comm.send({ b: 2 }, {}, [new Float64Array([0.5])]);',
    );
    const [open, sent] = messages.filter(({ header }) => header.msg_type.startsWith('comm_'));
    expect(open.content).toMatchObject({ target_name: 'page', data: { a: 1 } });
    expect(open.metadata).toEqual({ m: 2 });
    expect([...open.buffers[0]]).toEqual([1, 2, 3]);
    expect(sent.content).toEqual({ comm_id: open.content.comm_id, data: { b: 2 } });
    expect(sent.buffers[0].readDoubleLE(0)).toBe(0.5);
    expect((await openIds('page'))[String(open.content.comm_id)]).toEqual({ target_name: 'page' });
  });

  it('a target takes what the page opens; its handlers answer, print and show under the message', async () => {
    await session.run(`registerTarget('echo', (comm, opened) => {
      comm.send({ hello: opened.content.data });
      comm.on_msg(({ content, buffers }) => {
        print('got', content.data, buffers.length, [...buffers[0]]);
        display(html('<b>shown</b>'));
        comm.send({ back: content.data }, { meta: 1 }, buffers);
      });
      comm.on_close(({ content }) => print('closed', content.data));
    })`);
    const opened = await kernel().comm('comm_open', {
      comm_id: 'e1',
      target_name: 'echo',
      data: { from: 'page' },
    });
    expect(opened.find(({ header }) => header.msg_type === 'comm_msg')?.content.data).toEqual({
      hello: { from: 'page' },
    });
    const answered = await kernel().comm(
      'comm_msg',
      { comm_id: 'e1', data: { n: 7 } },
      { buffers: [Buffer.from([9, 8])] },
    );
    expect(types(answered)).toEqual(['stream', 'display_data', 'comm_msg']);
    expect(text(answered)).toBe('got { n: 7 } 1 [ 9, 8 ]\n');
    const back = answered.find(({ header }) => header.msg_type === 'comm_msg') as Message;
    expect(back.content.data).toEqual({ back: { n: 7 } });
    expect(back.metadata).toEqual({ meta: 1 });
    expect([...back.buffers[0]]).toEqual([9, 8]);
    const parents = new Set(answered.map(({ parent_header }) => parent_header.msg_id));
    expect(parents.size).toBe(1);
    expect(await openIds('echo')).toEqual({ e1: { target_name: 'echo' } });
    expect(text(await kernel().comm('comm_close', { comm_id: 'e1', data: { bye: 1 } }))).toBe(
      'closed { bye: 1 }\n',
    );
    expect(await openIds('echo')).toEqual({});
  });

  it('an unknown target is closed at once, also while a cell loops', async () => {
    let started = () => {};
    const looping = new Promise<void>((resolve) => {
      started = resolve;
    });
    const cell = session.run("print('in'); for (;;) {}", { onOutput: () => started() });
    await looping;
    const answered = await kernel().comm('comm_open', { comm_id: 'u1', target_name: 'nobody' });
    expect(answered.find(({ header }) => header.msg_type === 'comm_close')?.content.comm_id).toBe('u1');
    await kernel().interrupt();
    expect(failure(await cell).ename).toBe('Interrupted');
  });

  it('a handler that fails shows its error with the line of the cell, and the session goes on', async () => {
    await session.run(
      "registerTarget('bad', (comm) => {\n  comm.on_msg(() => {\n    throw new RangeError('no');\n  });\n})",
    );
    await kernel().comm('comm_open', { comm_id: 'b1', target_name: 'bad' });
    const answered = await kernel().comm('comm_msg', { comm_id: 'b1' });
    const error = answered.find(({ header }) => header.msg_type === 'error')?.content as {
      ename: string;
      traceback: string[];
    };
    expect(error.ename).toBe('RangeError');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours of a traceback
    expect(error.traceback.join('\n').replace(/\u001b\[\d+m/g, '')).toMatch(/Cell \[\d+\]:3:11/);
    expect(result(await session.run('1 + 1'))).toBe('2');
  });

  it('an interrupt ends a handler that never ends, by loop and by await', async () => {
    await session.run(
      "registerTarget('stuck', (comm) => comm.on_msg(async ({ content }) => { print('in'); if (content.data.loop) for (;;) {} await new Promise(() => { globalThis.setInterval(() => {}, 1000).unref() }) }))",
    );
    await kernel().comm('comm_open', { comm_id: 's1', target_name: 'stuck' });
    for (const loop of [true, false]) {
      const begun = new Promise<void>((resolve) => {
        kernel().onIopub = ({ content }) => {
          if (content.text === 'in\n') resolve();
        };
      });
      const handled = kernel().comm('comm_msg', { comm_id: 's1', data: { loop } });
      await begun;
      await kernel().interrupt();
      const error = (await handled).find(({ header }) => header.msg_type === 'error');
      expect(error?.content.ename).toBe('Interrupted');
    }
    kernel().onIopub = undefined;
    expect(result(await session.run('2 + 2'))).toBe('4');
  });

  it('messages that come while a cell loops are handled after it, in order, none lost', async () => {
    await session.run(
      "const seen: unknown[] = []; registerTarget('log', (comm) => comm.on_msg(({ content }) => { seen.push(content.data.i) }))",
    );
    await kernel().comm('comm_open', { comm_id: 'l1', target_name: 'log' });
    const sent: Promise<Message[]>[] = [];
    const cell = session.run(
      "print('in'); const until = Date.now() + 300; while (Date.now() < until); seen.length",
      {
        onOutput: () => {
          while (sent.length < 100)
            sent.push(kernel().comm('comm_msg', { comm_id: 'l1', data: { i: sent.length } }));
        },
      },
    );
    expect(result(await cell)).toBe('0');
    await Promise.all(sent);
    expect(result(await session.run('seen.length === 100 && seen.every((each, i) => each === i)'))).toBe(
      'true',
    );
  });

  it('messages are handled while a cell awaits, on the main shell and on subshells', async () => {
    const subshell = (await kernel().request('control', 'create_subshell_request', {})).content.subshell_id;
    await session.run(
      "let release = (_: unknown) => {}; registerTarget('gate', (comm) => comm.on_msg(({ content }) => release(content.data.word)))",
    );
    await kernel().comm('comm_open', { comm_id: 'g1', target_name: 'gate' });
    for (const options of [{}, { subshell: String(subshell) }]) {
      let started = () => {};
      const waiting = new Promise<void>((resolve) => {
        started = resolve;
      });
      const cell = session.run(
        "const word = new Promise((resolve) => { release = resolve }); print('in'); await word",
        {
          onOutput: () => started(),
        },
      );
      await waiting;
      await kernel().comm('comm_msg', { comm_id: 'g1', data: { word: 'open' } }, options);
      expect(result(await cell)).toBe("'open'");
    }
  });

  it('a message sent right behind a cell finds what the cell has made', async () => {
    const cell = session.run(
      "registerTarget('quick', (comm) => { comm.send({ taken: true }) }); print('made')",
    );
    expect(printed(await cell)).toBe('made\n');
    const other = session.run('await new Promise((resolve) => setTimeout(resolve, 1)); const after = 1');
    const opened = kernel().comm('comm_open', { comm_id: 'q1', target_name: 'quick' });
    await other;
    expect(types(await opened)).toContain('comm_msg');
  });

  it('wrong arguments are told', async () => {
    const wrong = await session.run("new Comm({ target_name: '' })");
    expect(failure(wrong).evalue).toContain(
      'Comm: target_name is ""; new Comm({target_name: \'name\'}) is needed',
    );
    const closed = await session.run("const c = new Comm({ target_name: 'x' }); c.close(); c.send({})");
    expect(failure(closed).evalue).toMatch(/^Comm.send: the comm \S+ \(x\) is closed/);
    const malformed = await kernel().comm('comm_open', {
      comm_id: 'm1',
      target_name: 'echo',
      data: 3 as never,
    });
    expect(types(malformed)).not.toContain('comm_msg');
  });

  it('comms of a session that died are closed towards the client', async () => {
    await session.run("new Comm({ target_name: 'page', comm_id: 'dying' })");
    const closed: unknown[] = [];
    kernel().onIopub = ({ header, content }) => {
      if (header.msg_type === 'comm_close') closed.push(content.comm_id);
    };
    await session.run('process.exit(0)');
    await session.run('1');
    expect(closed).toContain('dying');
    kernel().onIopub = undefined;
    expect(await openIds()).toEqual({});
  });
});
