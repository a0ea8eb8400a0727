// Output and errors to the letter: the console's functions, floods, clear_output and displays in loops, children of
// cells, and errors of every odd kind.
import { describe, expect, it } from 'vitest';
import type { ExecuteResult } from '../../kernel/protocol/client.js';
import { failure, PATIENCE, printed, result, useKernel } from './session.js';

const session = useKernel();

type Any = {
  execution_count: number;
  user_expressions: { [name: string]: { data: Record<string, string> } };
};

const labelOf = ({ reply }: ExecuteResult) =>
  `Cell [${(reply as { execution_count: number }).execution_count}]`;

describe('the console', () => {
  it('prints groups, counts, assertions, tables and dir as in a terminal', async () => {
    const cell =
      await session.run(`console.group('g'); console.log('in'); console.groupEnd(); console.log('out');
console.count('c'); console.count('c'); console.countReset('c'); console.count('c');
console.dir({ a: { b: { c: 1 } } }, { depth: 0 });
console.log('%s %d %j', 'x', 3, { y: 1 });
console.assert(true, 'never'); console.assert(1 > 2, 'claim %s', 'one');`);
    expect(printed(cell)).toBe('g\n  in\nout\nc: 1\nc: 2\nc: 1\n{ a: [Object] }\nx 3 {"y":1}\n');
    expect(printed(cell, 'stderr')).toBe('Assertion failed: claim one\n');
  });

  it('trace says where in the cells, and nothing of the kernel', async () => {
    const cell = await session.run('function inner() {\n  console.trace("at %d", 7);\n}\ninner();');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours of a trace
    const text = printed(cell, 'stderr').replace(/\u001b\[\d+m/g, '');
    expect(text).toMatch(/^Trace: at 7\n {4}at inner \(Cell \[\d+\]:2:\d+\)\n {4}at Cell \[\d+\]:4:1\n/);
    expect(text).not.toMatch(/node:|kernel\/user|cell-/);
  });

  it.each([
    'console.error(e)',
    'print(e)',
    'console.log((e as Error).stack)',
    'process.stdout.write(inspect(e))',
  ])('an error that is caught and printed tells the lines of the cells: %s', async (way) => {
    const first = await session.run(
      "import { inspect } from 'node:util';\nfunction third(x: number[]) {\n  return x[3].toFixed(2) }\n1",
    );
    const second = await session.run(`try {\n  third([1]) } catch (e) { ${way} }`);
    const [one, two] = [first, second].map(labelOf);
    expect(printed(second, way.startsWith('console.error') ? 'stderr' : 'stdout').trimEnd()).toBe(
      `TypeError: Cannot read properties of undefined (reading 'toFixed')\n` +
        `    at third (${one}:3:15)\n    at ${two}:2:3`,
    );
  });

  it('so do errors in results and displays, with what Node prints behind their frames', async () => {
    const cell = await session.run(
      "const both = [Object.assign(new Error('a'), { code: 1 }), np.ones([2])];\ndisplay(both[0]);\n[...both, new Error('b')]",
    );
    const label = labelOf(cell);
    expect(
      cell.outputs.map((output) => (output as { data?: Record<string, unknown> }).data?.['text/plain']),
    ).toEqual([
      `Error: a\n    at ${label}:1:29 {\n  code: 1\n}`,
      `[\n  Error: a\n      at ${label}:1:29 {\n    code: 1\n  },\n  array([1., 1.]),\n  Error: b\n      at ${label}:3:11\n]`,
    ]);
  });

  it('and in expressions that a client asks for beside a cell', async () => {
    const { reply } = await session.kernel.execute('const wrong = new Error("w"); 0', {
      userExpressions: { wrong: 'wrong' },
    });
    const { execution_count: n, user_expressions } = reply as Any;
    expect(user_expressions.wrong.data['text/plain']).toBe(`Error: w\n    at Cell [${n}]:1:15`);
  });

  it('keeps frames of others above the last cell, and texts that are no stack', async () => {
    const cell = await session.run(
      "try { [1].map(() => JSON.parse('{')) } catch (e) { console.log((e as Error).stack) }\n" +
        "console.log('look at cell-1:2:3\\n  at home');",
    );
    const label = labelOf(cell);
    expect(printed(cell)).toMatch(/^SyntaxError: .*\n {4}at JSON\.parse \(<anonymous>\)\n/);
    expect(printed(cell)).toContain(
      `at Array.map (<anonymous>)\n    at ${label}:1:11\nlook at cell-1:2:3\n  at home\n`,
    );
  });

  it('promises and timers show nothing of the kernel', async () => {
    expect(result(await session.run('Promise.resolve({ a: [1] })'))).toBe('Promise { { a: [ 1 ] } }');
    expect(result(await session.run('const waits = new Promise(() => {}); ({ waits })'))).toBe(
      '{ waits: Promise { <pending> } }',
    );
    expect(result(await session.run('clearTimeout(0); setTimeout(() => {}, 5)'))).not.toMatch(
      /kResourceStore|asyncId|serial|expiry/,
    );
  });

  it('results follow util.inspect.defaultOptions when they are set', async () => {
    const deep = '({ a: { b: { c: { d: { e: { f: 1 } } } } } })';
    expect(result(await session.run(deep))).toContain('[Object]');
    expect(result(await session.run(`inspect.defaultOptions.depth = 0; ${deep}`))).toBe('{ a: [Object] }');
    expect(result(await session.run(`inspect.defaultOptions.depth = 9; ${deep}`))).toContain('f: 1');
    expect(result(await session.run(`inspect.defaultOptions.depth = 2; ${deep}`))).toContain('[Object]');
  });

  it('lets ANSI colours of programs through, and adds none of its own', async () => {
    const cell = await session.run("console.log('\\x1b[32mgreen\\x1b[0m', { plain: 1 })");
    expect(printed(cell)).toBe('\u001b[32mgreen\u001b[0m { plain: 1 }\n');
  });
});

describe('floods', () => {
  it('100 MB from one cell arrive whole', async () => {
    const cell = await session.run(
      'const row = "z".repeat(999_999); for (let i = 0; i < 100; i++) console.log(row);',
      { timeout: PATIENCE },
    );
    expect(cell.reply.status).toBe('ok');
    expect(printed(cell).length).toBe(100e6);
  });

  it('that never end are stopped by an interrupt', async () => {
    let size = 0;
    const flowing = new Promise<void>((resolve) => {
      session.kernel.onIopub = ({ header, content }) => {
        if (header.msg_type === 'stream') size += String(content.text).length;
        if (size > 80e6) resolve();
      };
    });
    const cell = session.run('const block = "y".repeat(1e6); for (;;) process.stdout.write(block);', {
      timeout: PATIENCE,
    });
    await flowing;
    session.kernel.onIopub = undefined;
    await session.kernel.interrupt();
    const end = await cell;
    expect(failure(end).ename).toBe('Interrupted');
    expect(end.timedOut).toBe(false);
    expect(result(await session.run('block.length'))).toBe('1000000');
  });
});

describe('in a synchronous loop', () => {
  it('clear_output(wait) and what follows stay in order; the last state is what remains', async () => {
    const cell = await session.run(
      'for (let i = 0; i < 50; i++) { clearOutput(true); console.log("step", i); }',
    );
    expect(cell.outputs).toEqual([{ output_type: 'stream', name: 'stdout', text: 'step 49\n' }]);
  });

  it('a display is updated while the loop runs', async () => {
    const states: string[] = [];
    const cell = session.run(
      'const shown = display("0", { display_id: "live" });\nlet k = 0;\nwhile (true) { shown.update(String(++k)); const end = Date.now() + 5; while (Date.now() < end); }',
      {
        onMessage: ({ header, content }) => {
          if (header.msg_type !== 'update_display_data') return;
          states.push(String((content.data as Record<string, unknown>)['text/plain']));
          // Only a live one gets to its fifth state: the loop has no end.
          if (states.length === 5) void session.kernel.interrupt();
        },
      },
    );
    expect(failure(await cell).ename).toBe('Interrupted');
    expect(states.length).toBeGreaterThanOrEqual(5);
  });
});

describe('child processes', () => {
  it('write in their place, whichever way they are started', async () => {
    const cell = await session.run(`import { exec, spawn, spawnSync } from 'node:child_process';
console.log('a'); spawnSync('sh', ['-c', 'echo b; echo e >&2'], { stdio: 'inherit' }); console.log('c');
await new Promise<void>((done) => exec('echo d', (_, out) => { process.stdout.write(out); done(); }));
await new Promise((done) => spawn('sh', ['-c', 'echo f; echo g'], { stdio: 'inherit' }).on('close', done));
console.log('h');`);
    expect(printed(cell)).toBe('a\nb\nc\nd\nf\ng\nh\n');
    expect(printed(cell, 'stderr')).toBe('e\n');
  });
});

describe('errors', () => {
  const shown = async (code: string) => failure(await session.run(code));

  it('of an AggregateError show its members, at most eight', async () => {
    const { traceback } = await shown(
      'throw new AggregateError(Array.from({ length: 50 }, (_, i) => new Error(`member ${i}`)), "several")',
    );
    expect(traceback).toContain('AggregateError: several');
    expect(traceback.match(/Error: member \d+/g)).toHaveLength(8);
    expect(traceback).toContain('... and 42 more errors');
  });

  it('whose causes form a circle end where it closes', async () => {
    const { traceback } = await shown(
      'const one = new Error("one"); const two = new Error("two", { cause: one }); one.cause = two; throw two',
    );
    expect(traceback.match(/Error: (one|two)/g)).toEqual(['Error: two', 'Error: one']);
    expect(traceback).toContain('Caused by: Error: the same error as above (a circle)');
  });

  it('with huge messages are cut, and say how long they were', async () => {
    const long = await shown('throw new Error("x".repeat(5e6))');
    expect(long.evalue).toBe(`${'x'.repeat(10_000)}... (5000000 characters in all)`);
    expect(long.traceback.length).toBeLessThan(12_000);
    const lines = await shown('throw new Error("line\\n".repeat(3000))');
    expect(lines.evalue.split('\n')).toHaveLength(200);
  });

  it('show their name and message whatever their inspect or getters do', async () => {
    const custom = await shown(
      "class Odd extends Error {\n  name = 'Odd';\n  [Symbol.for('nodejs.util.inspect.custom')]() { throw 1; }\n}\nthrow new Odd('plain')",
    );
    expect(custom).toMatchObject({ ename: 'Odd', evalue: 'plain' });
    const hostile = await shown('throw new Proxy({}, { get() { throw new Error("trap"); } })');
    expect(hostile.evalue).toBe('a value that cannot be shown');
  });

  it('of a stream that nobody listens to are shown, and the session lives', async () => {
    const cell = await session.run(`import { Readable } from 'node:stream';
const broken = new Readable({ read() { this.destroy(new Error('in a stream')); } });
broken.resume();
await new Promise((done) => setTimeout(done, 20));`);
    expect(cell.outputs).toMatchObject([{ output_type: 'error', evalue: 'in a stream' }]);
    expect(result(await session.run('broken.destroyed'))).toBe('true');
  });

  it('of arrays show shapes and the expression', async () => {
    const { traceback } = await shown('const X = np.zeros([3, 2]);\nconst h = np.dot(X, X);');
    expect(traceback).toContain('shapes (3, 2) and (3, 2) do not align');
    expect(traceback).toMatch(/Cell \[\d+\]:2:\d+/);
    expect(traceback).toContain('const h = np.dot(X, X);');
  });
});

describe('questions', () => {
  it('confirm is true for y and yes alone, prompt gives its initial value for nothing', async () => {
    const answers = ['y', 'YES ', 'no', ''];
    const asked: string[] = [];
    const cell = await session.run(
      '[confirm("one?"), confirm("two?"), confirm("three?"), prompt("four?", "initial")]',
      {
        onInput: (text) => {
          asked.push(text);
          return answers[asked.length - 1];
        },
      },
    );
    expect(result(cell)).toBe("[ true, true, false, 'initial' ]");
    expect(asked).toEqual(['one? [y/N] ', 'two? [y/N] ', 'three? [y/N] ', 'four? [initial] ']);
  });
});

describe('interrupts', () => {
  it.each([
    ['timers', 'setInterval(() => { state++; }, 1); console.log("on"); await new Promise(() => {});'],
    [
      'a request that is never answered',
      "import { createServer } from 'node:http';\nconst server = createServer(() => console.log('on')).listen(0);\nawait new Promise((r) => server.once('listening', r));\nawait fetch(`http://127.0.0.1:${(server.address() as any).port}/`);",
    ],
    ['native code', 'console.log("on"); const A = np.ones([150, 150]); for (;;) np.linalg.svd(A);'],
    [
      'charts that are drawn',
      'console.log("on"); for (;;) display(plot.plot([1, 2, 3]), { display_id: "c", update: state++ > 0 });',
    ],
  ])('stop %s, again and again; variables stay', async (_, code) => {
    for (let i = 0; i < 3; i++) {
      await session.run('var state = 5;');
      let begin: () => void = () => {};
      const begun = new Promise<void>((resolve) => {
        begin = resolve;
      });
      const cell = session.run(code, { onOutput: () => begin() });
      await begun;
      await session.kernel.interrupt();
      const end = await cell;
      expect([failure(end).ename, end.timedOut]).toEqual(['Interrupted', false]);
      expect(Number(result(await session.run('state')))).toBeGreaterThanOrEqual(5);
    }
  });
});
