// Output: live, in order, complete before idle, under the right cell, and not too many messages.
import { describe, expect, it } from 'vitest';
import { failure, printed, result, useKernel } from './session.js';

const session = useKernel();

describe('streams', () => {
  it('10,000 printed lines arrive all, in order, before idle, in at most 50 messages', async () => {
    const cell = await session.run('for (let i = 0; i < 10_000; i++) console.log("line", i);');
    expect(printed(cell)).toBe(Array.from({ length: 10_000 }, (_, i) => `line ${i}\n`).join(''));
    const streams = cell.messages.filter((m) => m.header.msg_type === 'stream');
    expect(streams.length).toBeLessThanOrEqual(50);
    expect(cell.messages.at(-1)?.content).toEqual({ execution_state: 'idle' });
  });

  it('come live out of a synchronous loop', async () => {
    let lines = 0;
    const cell = await session.run(
      'for (let i = 0; ; i++) { console.log(i); for (const end = Date.now() + 5; Date.now() < end; ); }',
      {
        onMessage: ({ header }) => {
          // Only a live loop gets to its fourth line: it has no end.
          if (header.msg_type === 'stream' && ++lines === 4) void session.kernel.interrupt();
        },
      },
    );
    expect(failure(cell).ename).toBe('Interrupted');
    expect(printed(cell)).toMatch(/^0\n1\n2\n3\n/);
  });

  it('keep the order of stdout, stderr, displays and the result', async () => {
    const cell = await session.run(
      'console.log("a"); console.error("b"); process.stdout.write("c\\n"); display("d"); print("e", 1, [2]);\nprocess.stderr.write("f\\n"); "g"',
    );
    const seen = cell.outputs.map((o) =>
      o.output_type === 'stream' ? `${o.name}: ${o.text}` : o.output_type,
    );
    expect(seen).toEqual([
      'stdout: a\n',
      'stderr: b\n',
      'stdout: c\n',
      'display_data',
      'stdout: e 1 [ 2 ]\n',
      'stderr: f\n',
      'execute_result',
    ]);
  });

  it('take the output of child processes at the place where they ran', async () => {
    const cell = await session.run(`import { execSync, spawn } from 'node:child_process';
console.log('before');
execSync('echo from a child; echo its error >&2', { stdio: 'inherit' });
console.log('between');
await new Promise((done) => spawn('echo', ['spawned'], { stdio: 'inherit' }).on('exit', done));
console.log('after');`);
    expect(printed(cell)).toBe('before\nfrom a child\nbetween\nspawned\nafter\n');
    expect(printed(cell, 'stderr')).toBe('its error\n');
  });

  it('write bytes of a character in two pieces as one character', async () => {
    const cell = await session.run(
      "const bytes = Buffer.from('ü😀');\nfor (const b of bytes) process.stdout.write(Buffer.from([b]));",
    );
    expect(printed(cell)).toBe('ü😀');
  });

  it('20 MB in one print arrive', async () => {
    expect(printed(await session.run('console.log("y".repeat(20e6))')).length).toBe(20e6 + 1);
  });

  it('console.table, group, count and time print', async () => {
    const text = printed(
      await session.run(
        'console.table([{ a: 1 }]); console.group("g"); console.log("in"); console.groupEnd(); console.count(); console.log("%s is %d", "x", 3)',
      ),
    );
    expect(text).toContain('│ (index) │ a │');
    expect(text).toContain('g\n  in\ndefault: 1\nx is 3\n');
  });
});

describe('output after the cell', () => {
  it('belongs to the cell whose timer or promise made it', async () => {
    const late: string[] = [];
    session.kernel.onIopub = (m) => {
      if (m.header.msg_type === 'stream')
        late.push(`${String(m.parent_header.msg_id)} ${String(m.content.text)}`);
    };
    const first = await session.run('setTimeout(() => console.log("late one"), 150);');
    const second = await session.run(
      'Promise.resolve().then(() => new Promise((r) => setTimeout(r, 50))).then(() => console.log("late two"));',
    );
    await session.run('await new Promise((r) => setTimeout(r, 300)); console.log("third")');
    session.kernel.onIopub = undefined;
    const id = (cell: typeof first) => String(cell.messages[0].parent_header.msg_id);
    expect(late.filter((line) => line.startsWith(id(first)))).toEqual([`${id(first)} late one\n`]);
    expect(late.filter((line) => line.startsWith(id(second)))).toEqual([`${id(second)} late two\n`]);
  });

  it('errors of timers and rejections nobody handles are shown, and the session lives', async () => {
    const cell = await session.run(`const kept = 1;
setTimeout(() => { throw new Error('in a timer'); }, 10);
Promise.reject(new Error('nobody cares'));
await new Promise((r) => setTimeout(r, 100));`);
    expect(cell.reply.status).toBe('ok');
    const errors = cell.outputs.map((o) => (o.output_type === 'error' ? o.evalue : ''));
    expect(errors).toEqual(['nobody cares', 'in a timer']);
    expect(result(await session.run('kept'))).toBe('1');
  });
});

describe('displays', () => {
  it('a value shows itself by its Symbol.for("Jupyter.display"), also when that is a promise', async () => {
    const cell = await session.run(`const show = Symbol.for('Jupyter.display');
display({ [show]: () => ({ 'text/html': '<b>now</b>' }) });
({ [show]: async () => ({ 'text/html': '<i>later</i>', 'text/plain': 'later' }) })`);
    expect(cell.outputs).toMatchObject([
      { output_type: 'display_data', data: { 'text/html': '<b>now</b>' } },
      { output_type: 'execute_result', data: { 'text/html': '<i>later</i>', 'text/plain': 'later' } },
    ]);
  });

  it('a promised display is there before the cell ends', async () => {
    const cell = await session.run(
      "display({ [Symbol.for('Jupyter.display')]: () => new Promise((r) => setTimeout(() => r({ 'text/plain': 'slow' }), 80)) });\nundefined",
    );
    expect(cell.outputs).toMatchObject([{ data: { 'text/plain': 'slow' } }]);
  });

  it('raw bundles, ids, updates and clear_output work', async () => {
    const cell = await session.run(`clearOutput();
const handle = display({ 'text/html': '<p>1</p>' }, { raw: true, display_id: 'spot' });
handle.update({ 'text/html': '<p>2</p>' }, { raw: true });`);
    expect(cell.messages.map((m) => m.header.msg_type)).toEqual([
      'status',
      'execute_input',
      'clear_output',
      'display_data',
      'update_display_data',
      'status',
    ]);
    expect(cell.messages[3].content.transient).toEqual({ display_id: 'spot' });
    expect(cell.outputs).toMatchObject([{ data: { 'text/html': '<p>2</p>' } }]);
  });

  it('html and markdown are values; the html tag escapes what is filled in', async () => {
    const cell = await session.run('const danger = "<script>";\nhtml`<b>${danger}</b>`');
    expect(cell.outputs).toMatchObject([{ data: { 'text/html': '<b>&lt;script&gt;</b>' } }]);
    const formula = await session.run('markdown`$\\alpha$`');
    expect(formula.outputs).toMatchObject([{ data: { 'text/markdown': '$\\alpha$' } }]);
  });

  it('what is no MIME bundle is refused with an example', async () => {
    const error = failure(await session.run('display(5, { raw: true })'));
    expect(error.evalue).toContain(
      "display: a MIME bundle is an object from MIME types to data, such as {'text/html'",
    );
    expect(error.evalue).toContain('got 5');
  });

  it('results are text as util.inspect writes it, without colours; undefined shows nothing', async () => {
    expect(result(await session.run('({ a: [1, "b"], c: null })'))).toBe("{ a: [ 1, 'b' ], c: null }");
    expect((await session.run('undefined')).outputs).toEqual([]);
    expect(result(await session.run('null'))).toBe('null');
  });
});

describe('errors', () => {
  it('a type error stops the cell before it runs, with its TypeScript code and place', async () => {
    const cell = await session.run('console.log("must not print");\nconst count: number = "three";');
    expect(printed(cell)).toBe('');
    const error = failure(cell);
    expect(error.ename).toBe('TypeScriptError');
    expect(error.evalue).toBe("TS2322: Type 'string' is not assignable to type 'number'.");
    const { reply } = cell;
    if (reply.status === 'error') expect(error.traceback).toContain(`Cell [${reply.execution_count}]:2:7`);
  });

  it('a runtime error shows the frames of cells alone, the line, and its causes', async () => {
    const defining = await session.run(
      'function deep(n: number): number {\n  if (n === 0) throw new Error("bottom", { cause: new TypeError("the reason") });\n  return deep(n - 1);\n}',
    );
    const error = failure(await session.run('// a line above\ndeep(1)'));
    const count = defining.reply.status === 'ok' ? defining.reply.execution_count : 0;
    expect(error.traceback).toContain(`at deep (Cell [${count}]:2:22)`);
    expect(error.traceback).toContain(`at Cell [${count + 1}]:2:1`);
    expect(error.traceback).toContain('Caused by: TypeError: the reason');
    expect(error.traceback).toContain('throw new Error("bottom"');
    expect(error.traceback).not.toMatch(/node:|kernel\/user|evaluate\.js/);
  });

  it('properties like code are shown', async () => {
    const error = failure(
      await session.run("import { readFileSync } from 'node:fs';\nreadFileSync('/no/such/file')"),
    );
    expect(error.evalue).toContain('ENOENT');
    expect(error.traceback).toContain("code: 'ENOENT'");
  });

  it.each([
    ['throw null', 'null'],
    ['throw { a: 1 }', '{ a: 1 }'],
    ['throw "text"', "'text'"],
    ['throw 12n', '12n'],
  ])('%s is reported with its value', async (code, evalue) => {
    expect(failure(await session.run(code))).toMatchObject({ ename: 'Uncaught', evalue });
  });

  it('a rejected top-level await is the error of its cell', async () => {
    expect(failure(await session.run('await Promise.reject(new RangeError("later"))'))).toMatchObject({
      ename: 'RangeError',
      evalue: 'later',
    });
  });

  it("of a library call keep the library's words", async () => {
    const error = failure(await session.run('np.dot(np.ones([3, 2]), np.ones([3, 100]))'));
    expect(error.evalue).toContain('dot: shapes (3, 2) and (3, 100) do not align');
  });
});
