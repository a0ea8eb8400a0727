// The protocol as a client sees it, message by message.
import { describe, expect, it } from 'vitest';
import { startKernel } from '../../kernel/protocol/client.js';
import { makeHeader, Signer } from '../../kernel/protocol/wire.js';
import { failure, printed, result, useKernel } from './session.js';

const session = useKernel();

describe('kernel_info', () => {
  it('says protocol 5.5 and TypeScript, on shell and on control', async () => {
    for (const channel of ['shell', 'control'] as const) {
      const info = await session.kernel.kernelInfo(channel);
      expect(info).toMatchObject({ status: 'ok', protocol_version: '5.5', implementation: 'gradlab' });
      expect(info.language_info).toMatchObject({ name: 'typescript', file_extension: '.ts' });
    }
  });
});

describe('execute', () => {
  it('goes busy, execute_input, execute_result, idle; all with the request as parent', async () => {
    const cell = await session.run('20 + 22');
    expect(cell.messages.map((m) => m.header.msg_type)).toEqual([
      'status',
      'execute_input',
      'execute_result',
      'status',
    ]);
    expect(cell.messages[1].content).toMatchObject({ code: '20 + 22' });
    expect(new Set(cell.messages.map((m) => m.parent_header.msg_id)).size).toBe(1);
    expect(new Set(cell.messages.map((m) => m.header.msg_id)).size).toBe(4);
    expect(result(cell)).toBe('42');
  });

  it('counts stored cells only, and gives the count in input, result and reply', async () => {
    const first = await session.run('1');
    const unstored = await session.run('2', { storeHistory: false });
    const next = await session.run('3');
    const counts = [first, unstored, next].map(({ reply }) =>
      reply.status === 'ok' ? reply.execution_count : NaN,
    );
    expect(counts).toEqual([counts[0], counts[0], counts[0] + 1]);
    expect(next.messages[1].content.execution_count).toBe(counts[2]);
    expect(next.messages[2].content.execution_count).toBe(counts[2]);
  });

  it('shows nothing when silent, and still runs', async () => {
    const before = await session.run('1');
    const silent = await session.run('const hushed = 5; console.log("x"); hushed', { silent: true });
    expect(silent.messages.map((m) => m.header.msg_type)).toEqual(['status', 'status']);
    const after = await session.run('hushed');
    expect(result(after)).toBe('5');
    if (before.reply.status !== 'ok' || after.reply.status !== 'ok') throw new Error('a cell failed');
    expect(after.reply.execution_count).toBe(before.reply.execution_count + 1);
  });

  it('evaluates user_expressions after the cell, each with its own status', async () => {
    const { reply } = await session.run('const side = 3;', {
      userExpressions: {
        area: 'side ** 2',
        wrong: 'side.nope',
        thrown: '(() => { throw new Error("oops") })()',
      },
    });
    if (reply.status !== 'ok') throw new Error(JSON.stringify(reply));
    expect(reply.user_expressions.area).toEqual({ status: 'ok', data: { 'text/plain': '9' }, metadata: {} });
    expect(reply.user_expressions.wrong).toMatchObject({ status: 'error', ename: 'TypeScriptError' });
    expect(reply.user_expressions.thrown).toMatchObject({ status: 'error', ename: 'Error', evalue: 'oops' });
  });

  it('sends an error message with the same name, value and traceback as the reply', async () => {
    const cell = await session.run('throw new RangeError("too far")');
    const [error] = cell.outputs;
    expect(cell.reply).toMatchObject({ status: 'error', ename: 'RangeError', evalue: 'too far' });
    expect(error).toMatchObject({ output_type: 'error', ename: 'RangeError', evalue: 'too far' });
    if (error.output_type === 'error' && cell.reply.status === 'error')
      expect(error.traceback).toEqual(cell.reply.traceback);
  });

  it('aborts what is queued behind an error, and only that', async () => {
    const [first, second, third] = await Promise.all([
      session.run('throw new Error("stop")'),
      session.run('console.log("must not run")'),
      session.run('console.log("must not run")'),
    ]);
    expect(first.reply.status).toBe('error');
    expect([second.reply, third.reply]).toEqual([{ status: 'aborted' }, { status: 'aborted' }]);
    expect(printed(second)).toBe('');
    expect(result(await session.run('"runs again"'))).toBe("'runs again'");
  });

  it('goes on after an error when stop_on_error is false', async () => {
    const [first, second] = await Promise.all([
      session.run('throw new Error("go on")', { stopOnError: false }),
      session.run('"ran"'),
    ]);
    expect(first.reply.status).toBe('error');
    expect(result(second)).toBe("'ran'");
  });
});

describe('complete and inspect', () => {
  it('count the cursor in code points: an emoji before it is one', async () => {
    await session.run('const measure = { width: 1, height: 2 };');
    const code = '"😀"; measure.wi';
    const reply = await session.kernel.complete(code);
    expect(reply.matches).toContain('width');
    expect([reply.cursor_start, reply.cursor_end]).toEqual([13, 15]);
    const types = reply.metadata._jupyter_types_experimental as {
      text: string;
      start: number;
      end: number;
    }[];
    expect(types.find((each) => each.text === 'width')).toMatchObject({ start: 13, end: 15 });
  });

  it('show the type of a variable of an earlier cell', async () => {
    const reply = await session.kernel.inspect('measure', 3);
    expect(reply.found).toBe(true);
    expect(reply.data['text/plain']).toContain('width: number');
    expect((await session.kernel.inspect('   ', 1)).found).toBe(false);
  });

  it('answer while a cell is in an endless loop', async () => {
    const { cell: looping } = await session.begin('print("on"); while (true) {}');
    expect((await session.kernel.complete('measure.he')).matches).toContain('height');
    expect((await session.kernel.inspect('measure', 3)).found).toBe(true);
    await expect(session.kernel.heartbeat()).resolves.toBeTypeOf('number');
    await session.kernel.interrupt();
    expect(failure(await looping).ename).toBe('Interrupted');
  });
});

describe('the other requests', () => {
  it('is_complete tells complete, incomplete and invalid code apart', async () => {
    expect((await session.kernel.isComplete('1 + 1')).status).toBe('complete');
    expect((await session.kernel.isComplete('for (const x of [1]) {')).status).toBe('incomplete');
    expect((await session.kernel.isComplete('const import = 7q')).status).toBe('invalid');
  });

  it('history gives inputs and outputs of this session', async () => {
    await session.run('6 * 7');
    const { history } = await session.kernel.history({ hist_access_type: 'tail', n: 1, output: true });
    expect(history).toHaveLength(1);
    expect(history[0][2]).toEqual(['6 * 7', '42']);
  });

  it('connect_request lists the ports', async () => {
    const { content } = await session.kernel.request('shell', 'connect_request', {});
    const { shell_port, hb_port } = session.kernel.connection;
    expect(content).toMatchObject({ status: 'ok', shell_port, hb_port });
  });

  it('comm_info is empty, and an unknown comm target is closed at once', async () => {
    const { content } = await session.kernel.request('shell', 'comm_info_request', {});
    expect(content).toEqual({ status: 'ok', comms: {} });
    const closed = new Promise<unknown>((resolve) => {
      session.kernel.onIopub = (m) => m.header.msg_type === 'comm_close' && resolve(m.content.comm_id);
    });
    void session.kernel
      .request('shell', 'comm_open', { comm_id: 'c1', target_name: 'nobody', data: {} })
      .catch(() => {});
    expect(await closed).toBe('c1');
    session.kernel.onIopub = undefined;
  });

  it('an unknown request gets an error reply that names it', async () => {
    const { content, header } = await session.kernel.request('shell', 'dance_request', {});
    expect(header.msg_type).toBe('dance_reply');
    expect(content).toMatchObject({
      status: 'error',
      evalue: 'dance_request: this kernel does not know this message',
    });
  });

  it('a request without its fields gets an error reply that names the field', async () => {
    const { content } = await session.kernel.request('shell', 'execute_request', { silent: false });
    expect(content).toMatchObject({
      status: 'error',
      evalue: 'execute_request: the content has no "code" (a string is needed)',
    });
  });
});

describe('bad messages', () => {
  const run = (key: string) => {
    const signer = new Signer(key);
    const header = makeHeader('execute_request', 'intruder');
    const parts = [header, {}, {}, { code: 'console.log("intruder"); (globalThis as any).intruded = true' }];
    const frames = parts.map((part) => Buffer.from(JSON.stringify(part)));
    return [Buffer.from('<IDS|MSG>'), Buffer.from(signer.sign(frames)), ...frames];
  };

  it('with a wrong signature are dropped', async () => {
    session.kernel.sendRaw('shell', run('not the key'));
    expect(result(await session.run('(globalThis as any).intruded'))).toBeUndefined();
    // The same frames with the right key do run: the test above can fail.
    session.kernel.sendRaw('shell', run(session.kernel.connection.key));
    expect(result(await session.run('(globalThis as any).intruded'))).toBe('true');
  });

  it('of any shape do not hurt the kernel', async () => {
    const good = run(session.kernel.connection.key);
    const signer = new Signer(session.kernel.connection.key);
    const junk = ['nonsense', '[]', '{"msg_type": 5}', 'null'].map((text) => Buffer.from(text));
    session.kernel.sendRaw('shell', [Buffer.from('')]);
    session.kernel.sendRaw('shell', good.slice(0, 3));
    session.kernel.sendRaw('control', [Buffer.from('<IDS|MSG>')]);
    session.kernel.sendRaw('shell', [Buffer.from('<IDS|MSG>'), Buffer.from(signer.sign(junk)), ...junk]);
    expect(result(await session.run('1 + 1'))).toBe('2');
  });
});

describe('stdin', () => {
  it('input() asks the client and returns its answer, twice in order', async () => {
    const asked: [string, boolean][] = [];
    const cell = await session.run(
      'const name = input("Name? ");\nconst word = password("Word? ");\n[name, word].join("/")',
      {
        onInput: (prompt, password) => {
          asked.push([prompt, password]);
          return password ? 'secret' : 'Ada ü😀';
        },
      },
    );
    expect(asked).toEqual([
      ['Name? ', false],
      ['Word? ', true],
    ]);
    expect(result(cell)).toBe("'Ada ü😀/secret'");
  });

  it('what was printed before the question arrives before it', async () => {
    let show: (text: string) => void = () => {};
    const shown = new Promise<string>((resolve) => {
      show = resolve;
    });
    const cell = await session.run('console.log("first"); input("second")', {
      onOutput: ([output]) => {
        if (output.output_type === 'stream') show(output.text);
      },
      // Two sockets: their messages may change places on the way.
      onInput: () => shown,
    });
    expect(result(cell)).toBe("'first\\n'");
  });

  it('is refused when the client takes no input', async () => {
    const error = failure(await session.run('input("Name? ")'));
    expect(error.evalue).toBe('input: this client takes no input (allow_stdin is false)');
  });

  it('is interrupted like any other wait', async () => {
    let ask: () => void = () => {};
    const asked = new Promise<void>((resolve) => {
      ask = resolve;
    });
    const cell = session.run('input("never")', {
      onInput: () => {
        ask();
        return new Promise<string>(() => {});
      },
    });
    await asked;
    await session.kernel.interrupt();
    expect(failure(await cell).ename).toBe('Interrupted');
    expect(result(await session.run('2'))).toBe('2');
  });
});

describe('transports and the end', () => {
  it('tcp works like ipc', async () => {
    const kernel = await startKernel({ transport: 'tcp' });
    expect(kernel.connection.transport).toBe('tcp');
    expect(result(await kernel.execute('1 + 1'))).toBe('2');
    await expect(kernel.heartbeat()).resolves.toBeTypeOf('number');
    expect(await kernel.shutdown()).toMatchObject({ status: 'ok', restart: false });
    expect(await kernel.exited).toBe(0);
  });

  it('a restart is echoed, and the process ends for its manager to start the next', async () => {
    const kernel = await startKernel();
    expect(await kernel.shutdown(true)).toMatchObject({ status: 'ok', restart: true });
    expect(await kernel.exited).toBe(0);
  });
});
