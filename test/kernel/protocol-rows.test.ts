// The rest of protocol 5.5, a test for each of its rows: welcome, usage, history on disk, help pages, replays, two
// clients at once, and what a kernel says to messages that are wrong.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as zmq from 'zeromq';
import { kernelSpec } from '../../kernel/install.js';
import { KernelConnection, startKernel } from '../../kernel/protocol/client.js';
import { endpoint } from '../../kernel/protocol/connection.js';
import type { Message, Usage } from '../../kernel/protocol/messages.js';
import { decode, encode, type Frame, makeHeader, Signer } from '../../kernel/protocol/wire.js';
import { failure, printed, result, useKernel } from './session.js';

const session = useKernel();

/** A second client of the same kernel, for the length of a test. */
async function withClient<T>(use: (client: KernelConnection) => Promise<T>): Promise<T> {
  const client = new KernelConnection(session.kernel.connection);
  try {
    await client.waitUntilReady();
    return await use(client);
  } finally {
    client.close();
  }
}

describe('iopub_welcome', () => {
  it.each(['', 'kernel.'])('greets each new subscriber with its subscription, here %j', async (topic) => {
    const { connection } = session.kernel;
    for (let i = 0; i < 2; i++) {
      const subscriber = new zmq.Subscriber();
      subscriber.connect(endpoint(connection, 'iopub'));
      subscriber.subscribe(topic);
      const frames = await subscriber.receive();
      const welcome = decode(frames, new Signer(connection.key));
      expect(welcome.header).toMatchObject({ msg_type: 'iopub_welcome', version: '5.5' });
      expect(welcome.content).toEqual({ subscription: topic });
      expect(welcome.parent_header).toEqual({});
      expect(welcome.identities.map(String)).toEqual([topic]);
      subscriber.close();
    }
  });
});

describe('what the kernel says of itself', () => {
  it('kernel.json names the protocol', () => {
    expect(kernelSpec()).toMatchObject({ kernel_protocol_version: '5.5', interrupt_mode: 'message' });
  });

  it('usage_request tells processor and memory of all processes, and of the machine', async () => {
    const ask = async () =>
      (await session.kernel.request('control', 'usage_request', {})).content as unknown as Usage;
    const first = await ask();
    expect(first).toMatchObject({ status: 'ok', pid: session.kernel.pid, cpu_count: expect.any(Number) });
    await session.run(
      'const heavy = np.ones([2000, 2000]);\nconst end = Date.now() + 120;\nwhile (Date.now() < end);',
    );
    const second = await ask();
    // The session is a process of its own: its 32 MB and its loop show.
    expect(second.kernel_memory - first.kernel_memory).toBeGreaterThan(20e6);
    expect(second.kernel_cpu).toBeGreaterThan(1);
    expect(second.host_cpu_percent).toBeGreaterThan(0);
    const { total, available, used } = second.host_virtual_memory;
    expect(used + available).toBe(total);
    expect(second.kernel_memory).toBeLessThan(total);
  });

  it('the headers of all its messages are of 5.5, with a date', async () => {
    const { messages } = await session.run('1');
    for (const { header } of messages) {
      expect(header.version).toBe('5.5');
      expect(new Date(header.date).toISOString()).toBe(header.date);
    }
  });
});

describe('history', () => {
  it('is kept over sessions: tail, range and search find what an earlier kernel ran', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gradlab-history-'));
    const env = { GRADLAB_HISTORY: join(folder, 'history') };
    const first = await startKernel({ env });
    await first.execute('const earlier = 1');
    await first.execute('earlier + 1');
    await first.execute('"not kept"', { storeHistory: false });
    await first.execute('"hidden"', { silent: true });
    await first.shutdown();
    const [second, third] = await Promise.all([startKernel({ env }), startKernel({ env })]);
    await Promise.all([second.execute('"of two"'), third.execute('"of two"')]);
    expect(readdirSync(env.GRADLAB_HISTORY).sort()).toEqual(['1.jsonl', '2.jsonl', '3.jsonl']);
    const ask = async (content: Parameters<typeof second.history>[0]) =>
      (await second.history(content)).history;
    const own = (await ask({ hist_access_type: 'range', session: 0 }))[0][0];
    expect([2, 3]).toContain(own);
    expect(await ask({ hist_access_type: 'range', session: 1, start: 1, stop: 2 })).toEqual([
      [1, 1, 'const earlier = 1'],
    ]);
    expect(await ask({ hist_access_type: 'tail', n: 1 })).toEqual([[own, 1, '"of two"']]);
    expect(await ask({ hist_access_type: 'search', pattern: 'earlier*', output: true })).toEqual([
      [1, 2, ['earlier + 1', '2']],
    ]);
    expect(await ask({ hist_access_type: 'search', pattern: '*of two*', unique: true })).toHaveLength(1);
    await Promise.all([second.shutdown(), third.shutdown()]);
    rmSync(folder, { recursive: true });
  });
});

describe('help', () => {
  it.each(['np.dot?', '?np.dot', ' np.dot?? '])('%s opens a page with what is known', async (code) => {
    const { reply } = await session.run(code);
    if (reply.status !== 'ok') throw new Error(JSON.stringify(reply));
    expect(reply.payload).toMatchObject([
      { source: 'page', start: 0, data: { 'text/plain': expect.stringContaining('dot') } },
    ]);
    expect((await session.kernel.isComplete(code)).status).toBe('complete');
  });

  it('of an unknown name says so', async () => {
    const cell = await session.run('nobody_knows?');
    expect(cell.reply).toMatchObject({ status: 'ok', payload: [] });
    expect(printed(cell, 'stderr')).toContain('There is no help for nobody_knows');
  });
});

describe('two clients', () => {
  it('see each other on iopub, and get their own replies', async () => {
    await withClient(async (other) => {
      const seen: Message[] = [];
      other.onIopub = (message) => seen.push(message);
      const [mine, its] = await Promise.all([session.run('"mine"'), other.execute('"theirs"')]);
      expect([result(mine), result(its)]).toEqual(["'mine'", "'theirs'"]);
      const results = seen.filter((m) => m.header.msg_type === 'execute_result');
      expect(results.map((m) => (m.content.data as Record<string, unknown>)['text/plain']).sort()).toEqual([
        "'mine'",
        "'theirs'",
      ]);
    });
  });

  it('are asked each for its own input, and answers of others do not count', async () => {
    await withClient(async (other) => {
      const cell = session.run('input("mine? ")', {
        onInput: async () => {
          // An answer of a client that was not asked.
          other.sendRaw('stdin', stdinReply('intruder'));
          // The kernel has read it when this one, sent behind it, is answered.
          await other.kernelInfo('control');
          return 'right';
        },
      });
      expect(result(await cell)).toBe("'right'");
      const its = await other.execute('input("yours? ")', { onInput: (prompt) => `answer to ${prompt}` });
      expect(result(its)).toBe("'answer to yours? '");
    });
  });

  it('one that leaves in the middle of its cell leaves the kernel to the other', async () => {
    await withClient(async (other) => {
      void other.execute('await new Promise((r) => setTimeout(r, 50)); var left = "done"').catch(() => {});
      await other.kernelInfo();
    });
    expect(result(await session.run('left'))).toBe("'done'");
  });
});

describe('messages that are wrong', () => {
  const signer = () => new Signer(session.kernel.connection.key);
  const execute = (code: string, header = makeHeader('execute_request', 'tests')) =>
    encode(
      { identities: [], header, parent_header: {}, metadata: {}, content: { code }, buffers: [] },
      signer(),
    );

  it('a message that comes twice counts once', async () => {
    await session.run('var times = 0;');
    const frames = execute('times++');
    for (let i = 0; i < 3; i++) session.kernel.sendRaw('shell', frames);
    expect(result(await session.run('times'))).toBe('1');
  });

  it('dates, versions and user names are nobody’s business', async () => {
    await session.run('var odd = 0;');
    for (const wrong of [{ date: 'yesterday' }, { date: 5 }, { version: '9.9' }, { username: null }]) {
      const header = { ...makeHeader('execute_request', 'tests'), ...wrong } as ReturnType<typeof makeHeader>;
      session.kernel.sendRaw('shell', execute('odd++', header));
    }
    expect(result(await session.run('odd'))).toBe('4');
  });

  it.each([
    ['execute_request', { code: ['1'] }, 'execute_request: "code" is ["1"], not a string'],
    ['execute_request', { code: '1', silent: 'no' }, 'execute_request: "silent" is "no", not a boolean'],
    [
      'complete_request',
      { code: 'x', cursor_pos: '1' },
      'complete_request: "cursor_pos" is "1", not a number',
    ],
    ['history_request', { hist_access_type: 'all' }, 'history_request: hist_access_type is "all"'],
    [
      'delete_subshell_request',
      {},
      'delete_subshell_request: the content has no "subshell_id" (a string is needed)',
    ],
    ['shutdown_request', { restart: 1 }, 'shutdown_request: "restart" is 1, not a boolean'],
  ])('%s with %j is answered with an error', async (type, content, evalue) => {
    const reply = await session.kernel.request('shell', type, content);
    expect(reply.header.msg_type).toBe(type.replace('request', 'reply'));
    expect(reply.content).toMatchObject({ status: 'error', evalue: expect.stringContaining(evalue) });
  });

  it('a content nested 100,000 deep is refused', async () => {
    const deep = Buffer.from(`{"code": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`);
    const [header, rest] = [makeHeader('execute_request', 'tests'), Buffer.from('{}')];
    const parts = [Buffer.from(JSON.stringify(header)), rest, rest, deep];
    session.kernel.sendRaw('shell', [Buffer.from('<IDS|MSG>'), Buffer.from(signer().sign(parts)), ...parts]);
    expect(result(await session.run('1 + 1'))).toBe('2');
  });

  function stdin(type: string, content: object): Frame[] {
    return encode(
      {
        identities: [],
        header: makeHeader(type, 'tests'),
        parent_header: {},
        metadata: {},
        content: content as Record<string, unknown>,
        buffers: [],
      },
      signer(),
    );
  }

  it('answers without a question, or of no text, are ignored', async () => {
    session.kernel.sendRaw('stdin', stdin('input_reply', { value: 'too early' }));
    const cell = await session.run('input("now? ")', {
      onInput: () => {
        session.kernel.sendRaw('stdin', stdin('input_reply', { value: 5 }));
        session.kernel.sendRaw('stdin', stdin('dance', {}));
        return 'now';
      },
    });
    expect(result(cell)).toBe("'now'");
  });
});

describe('silent user_expressions', () => {
  it('are evaluated, and the errors of the cell leave none', async () => {
    const { reply } = await session.run('var s = 4', { silent: true, userExpressions: { s: 's' } });
    expect(reply).toMatchObject({ status: 'ok', user_expressions: { s: { data: { 'text/plain': '4' } } } });
    expect(failure(await session.run('throw 1', { userExpressions: { s: 's' } })).evalue).toBe('1');
  });
});

function stdinReply(value: string): Frame[] {
  return encode(
    {
      identities: [],
      header: makeHeader('input_reply', 'tests'),
      parent_header: {},
      metadata: {},
      content: { value },
      buffers: [],
    },
    new Signer(session.kernel.connection.key),
  );
}

describe('exit and quit', () => {
  const left = async (code: string) => {
    const { reply } = await session.run(code);
    return reply.status === 'ok' ? reply.payload : reply;
  };

  it.each(['exit', 'exit()', 'quit', ' quit(0) ;\n'])('%j asks the client to leave', async (code) => {
    expect(await left(code)).toEqual([{ source: 'ask_exit', keepkernel: false }]);
  });

  it('ends the session with what it ran at its end; the next cell finds a fresh one', async () => {
    await session.run("const kept = 1; process.on('exit', () => process.stdout.write('bye'))");
    const end = await session.run('exit');
    expect(printed(end)).toBe('bye');
    expect(end.outputs.filter(({ output_type }) => output_type === 'error')).toEqual([]);
    const next = await session.run('kept');
    expect(failure(next).traceback).toMatch(/It went with the session that ended/);
    expect(printed(next, 'stderr')).toMatch(/Fresh session/);
  });

  it('is a variable like any other once a cell has declared it', async () => {
    await session.run('const exit = 5; function quit() { return 6 }');
    expect(result(await session.run('exit'))).toBe('5');
    expect(result(await session.run('quit()'))).toBe('6');
  });
});
