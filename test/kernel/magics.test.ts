// Magics as IPython has them, in a running kernel: %time, !command, %%bash, %%js... and what is said about the others.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { failure, PATIENCE, printed, result, useKernel } from './session.js';

const session = useKernel();

describe('lines', () => {
  it('%time says how long a statement or an expression took, and shows its value', async () => {
    const timed = await session.run('%time const t = [1, 2, 3]\n%time t.length + 1');
    expect(printed(timed)).toMatch(/^(CPU time: [\d.]+ \S+, wall time: [\d.]+ \S+\n){2}$/);
    expect(result(timed)).toBe('4');
    expect(result(await session.run('%time await Promise.resolve(np.arange(3) + 1)'))).toBe(
      'array([1, 2, 3])',
    );
  });
  it('%timeit runs an expression many times', async () => {
    const timed = await session.run('let calls = 0;\n%timeit -n 5 -r 2 calls++\nprint(calls)');
    expect(printed(timed)).toMatch(/per loop \(mean ± std\. dev\. of 2 runs, 5 loops each\)\n11\n$/);
  });
  it('! runs a command, whose output is the cell’s, and gives it to a variable', async () => {
    await session.run('const word = "hello"');
    expect(printed(await session.run('!echo {word} "$((1 + 2))" && echo no >&2'))).toBe('hello 3\n');
    expect(result(await session.run("const lines = !printf 'a\\nb\\n'\nlines.map((l) => l.length)"))).toBe(
      '[ 1, 1 ]',
    );
    const other = await session.run('for (const i of [1, 2]) {\n  !echo again\n}');
    expect(printed(other)).toBe('again\nagain\n');
  });
  it('leaves TypeScript alone that looks like one', async () => {
    expect(result(await session.run('const done = false;\n!done'))).toBe('true');
    const wrong = failure(await session.run('!done && nothingLikeIt()'));
    expect(wrong.evalue).toContain("Cannot find name 'nothingLikeIt'");
    expect(failure(await session.run('const both = !done && nope()')).evalue).toContain('nope');
    expect(failure(await session.run('const ready = 1;\n!ready && nope()')).evalue).toContain('nope');
    expect(result(await session.run('const odd = 7\n% 2\nodd'))).toBe('1');
    expect(result(await session.run('const text = `\n%time x\n!ls`; text.length'))).toBe('12');
  });
  it('%who and %whos list the variables', async () => {
    await session.run(
      'const M = np.zeros([2, 3]); interface Shape { a: 1 } function twice(x: number) { return 2 * x }',
    );
    expect(printed(await session.run('%who')).split(/\s+/)).toEqual(expect.arrayContaining(['M', 'twice']));
    const list = printed(await session.run('%whos'));
    expect(list).toMatch(/^Variable +Type +Value\n/);
    expect(list).toMatch(/M +NDArray float64 \(2, 3\) +array\(/);
    expect(list).toMatch(/twice +function/);
    expect(list).not.toContain('Shape');
  });
  it('%reset forgets variables and types, gives the library its names back, and counts on', async () => {
    await session.run('const big = np.ones(9); class Thing {} interface Plan { a: 1 }');
    expect(result(await session.run('const np = 5, print = 6; np + print'))).toBe('11');
    const cell = await session.run('%reset -f\nconst after = np;');
    expect(cell.reply.status).toBe('ok');
    expect(printed(await session.run('%who'))).toBe('after\n');
    for (const code of ['big', 'new Thing()', 'let p: Plan']) {
      const { evalue, traceback } = failure(await session.run(code));
      expect(evalue).toMatch(/Cannot find name/);
      expect(traceback).toContain('%reset has forgotten it: run the cell that declares it again');
    }
    expect(printed(await session.run('print(np.zeros(2))'))).toBe('[0. 0.]\n');
    const count = (cell.reply as { execution_count: number }).execution_count;
    const { reply } = await session.run('const big = "again"; big');
    expect(reply).toMatchObject({ status: 'ok', execution_count: count + 6 });
    expect(failure(await session.run('%reset everything')).evalue).toMatch(
      /%reset: "everything" means nothing/,
    );
  });
  it('%reset asks first, and goes ahead when nobody can be asked', async () => {
    await session.run('const answer = 42');
    const asked: string[] = [];
    const no = await session.run('%reset', {
      onInput: (prompt: string) => {
        asked.push(prompt);
        return 'n';
      },
    });
    expect(asked).toEqual(['Forgotten variables cannot be brought back. Go on? [y/N] ']);
    expect(printed(no)).toBe('Nothing is forgotten.\n');
    expect(result(await session.run('answer'))).toBe('42');
    await session.run('%reset');
    expect(failure(await session.run('answer')).evalue).toMatch(/Cannot find name/);
  });
  it('%env and %pwd', async () => {
    expect(printed(await session.run('%env GRADLAB_TEST=7\n%env GRADLAB_TEST'))).toBe('7\n');
    expect(result(await session.run('%pwd'))).toContain('gradlab-test-');
  });
});

describe('cells', () => {
  it('%%time times the cell and keeps its value, its declarations and its positions', async () => {
    const timed = await session.run('%%time\nconst inside = np.ones(3) * 2\ninside.sum()');
    expect(printed(timed)).toMatch(/^CPU time: .*wall time: /);
    expect(result(timed)).toBe('6.0');
    expect(result(await session.run('inside.shape'))).toBe('[ 3 ]');
    expect(failure(await session.run('%%time\n\ninside.nope')).traceback).toMatch(/Cell \[\d+\]:3:8 - error/);
    expect(
      failure(await session.run('%%time\nfunction f() {\n  throw new Error("here")\n}\nf()')).traceback,
    ).toMatch(/Cell \[\d+\]:3:9/);
  });
  it('%%timeit measures the cell as a function', async () => {
    const timed = await session.run('%%timeit -n 3 -r 1\nlet s = 0\nfor (let i = 0; i < 10; i++) s += i');
    expect(printed(timed)).toMatch(/of 1 run, 3 loops each/);
  });
  it('%%js checks no types, and neither do later cells that use its names', async () => {
    await session.run(
      '%%js\nclass Untyped { constructor() { this.anything = 5 } }\nvar loose = new Untyped(); loose = 3;',
    );
    expect(result(await session.run('new Untyped().anything + loose'))).toBe('8');
    expect(
      result(await session.run('%%javascript\nconst X = np.array([1, 2]); X * 2 + "".nope')),
    ).toBeUndefined();
  });
  it('%%bash runs the cell in a shell; its failure is the cell’s', async () => {
    expect(printed(await session.run('%%bash\nfor i in 1 2; do\n  echo "line $i"\ndone'))).toBe(
      'line 1\nline 2\n',
    );
    expect(failure(await session.run('%%bash\nexit 3')).evalue).toBe(
      '%%bash: the script ended with exit code 3',
    );
  });
  it('%%html, %%markdown, %%latex and %%svg show the cell', async () => {
    for (const [name, type] of [
      ['html', 'text/html'],
      ['markdown', 'text/markdown'],
      ['latex', 'text/latex'],
      ['svg', 'image/svg+xml'],
    ]) {
      const { outputs } = await session.run(`%%${name}\n<b>$x</b>\n`);
      expect(outputs).toMatchObject([{ output_type: 'display_data', data: { [type]: '<b>$x</b>\n' } }]);
    }
  });
  it('%%writefile writes a file', async () => {
    await session.run('%%writefile made.ts\nexport const made: number = 5');
    expect(readFileSync(join(session.folder, 'made.ts'), 'utf8')).toBe('export const made: number = 5\n');
    expect(result(await session.run("import { made } from './made'\nmade"))).toBe('5');
  });
  it('an interrupt ends the command', async () => {
    const running = session.run('!touch begun; sleep 60');
    const begun = join(session.folder, 'begun');
    await expect.poll(() => existsSync(begun), { timeout: PATIENCE }).toBe(true);
    await session.kernel.interrupt();
    expect(failure(await running).ename).toBe('Interrupted');
  });
});

describe('help', () => {
  it('name?? shows the source as it was written', async () => {
    await session.run('const half = (x: NDArray) => x * 0.5');
    const page = async (code: string) => JSON.stringify((await session.run(code)).reply);
    expect(await page('half??')).toContain('Source:\\nconst half = (x: NDArray) => x * 0.5');
    expect(await page('half?')).not.toContain('Source');
  });
});

it('what the first cell of a Python notebook asks for is so already', async () => {
  const cell = await session.run(
    "%load_ext autoreload\n%autoreload 2\n%matplotlib inline\n%config InlineBackend.figure_format = 'retina'\n1 + 1",
  );
  expect(result(cell)).toBe('2');
  expect(cell.outputs).toHaveLength(1);
  expect((await session.run('%matplotlib inline')).outputs).toEqual([]);
});

describe('what there is not', () => {
  const table: [string, RegExp][] = [
    ['%matplotlib qt', /%matplotlib: this kernel has no such magic\. Charts show themselves/],
    ['%load_ext sql', /%load_ext: this kernel has no such magic\. There are no extensions/],
    ['1 + 1\n%pip install x', /!npm install name/],
    ['%%nothing\nx', /%%nothing: this kernel has no such magic\. There are %%js.*%%bash/],
    ['%%who', /There is %who: the names of the session/],
    ['%timeit', /%timeit needs something to measure/],
  ];
  it.each(table)('%j', async (code, message) => {
    const { evalue, traceback } = failure(await session.run(code));
    expect(evalue).toMatch(message);
    // No number of TypeScript's, which has not seen it.
    expect(evalue + traceback).not.toMatch(/TS\d/);
  });
});
