// `gradlab repl` without a terminal: pipes, code, scripts, their exit codes; and how a pipe is cut into cells.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cliPath } from '../../kernel/protocol/product.js';
import { splitCells } from '../../kernel/repl/repl.js';

const folder = mkdtempSync(join(tmpdir(), 'gradlab-repl-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function repl(args: string[], input = '', cwd = folder): { out: string; err: string; code: number | null } {
  const { stdout, stderr, status } = spawnSync(process.execPath, [cliPath, 'repl', ...args], {
    cwd,
    input,
    encoding: 'utf8',
    timeout: 120_000,
    env: { ...process.env, FORCE_COLOR: undefined },
  });
  return { out: stdout, err: stderr, code: status };
}

function script(name: string, code: string): string {
  const path = join(folder, name);
  writeFileSync(path, code);
  return path;
}

describe('gradlab repl with a pipe', () => {
  it('prints the result of every statement plainly, with the operators of arrays', () => {
    const input = 'const a = np.ones([2, 2])\na * 2 + 1\n[1, 2]\n  .map((x) => x + 1)\nawait 7\nX = a[0]\n';
    const { out, err, code } = repl([], input.replace('X = a[0]', "a[':', 0]"));
    expect(out).toBe('array([[3., 3.],\n       [3., 3.]])\n[ 2, 3 ]\n7\narray([1., 1.])\n');
    expect(err).toBe('');
    expect(code).toBe(0);
  });

  it('ends at exit, unless that is a variable', () => {
    expect(repl([], '1\nexit\n2\n')).toEqual({ out: '1\n', err: '', code: 0 });
    expect(repl([], 'const exit = 3\nexit\n2\n').out).toBe('3\n2\n');
  });

  it('stops at the first error, of types or at run time, without colours, with code 1', () => {
    const types = repl([], "1 + 1\nconst n: number = 'a'\nprint('not reached')\n");
    expect(types.out).toBe('2\n');
    expect(types.err).toContain(
      "Cell [2]:1:7 - error TS2322: Type 'string' is not assignable to type 'number'.",
    );
    expect(types.code).toBe(1);
    const thrown = repl([], "throw new Error('oh')\n");
    expect(thrown.err).toMatch(/^Error: oh\n {4}at Cell \[1\]:1:7\n/);
    expect(thrown.code).toBe(1);
  });

  it('knows the commands and the question mark, and says what was meant', () => {
    const { out, err, code } = repl([], 'const w = np.zeros(3)\n.type w * 2\nw.reshape?\n.hlep\n');
    expect(out).toContain('NDArray<"float64">\n');
    expect(out).toMatch(/^Signature: .*reshape/m);
    expect(err).toBe('.hlep: there is no such command. Did you mean .help? See .help\n');
    expect(code).toBe(1);
  });

  it('waits for timers, and shows what they throw', () => {
    const { out, err, code } = repl(
      [],
      "setTimeout(() => { print('late'); throw new Error('oh') }, 30); 1\n",
    );
    expect(out).toBe('1\nlate\n');
    expect(err).toContain('Error: oh (uncaught error)');
    expect(code).toBe(1);
  });

  it('shows a progress bar as the line that it ended with, and rich text as text', () => {
    const { out } = repl([], 'for (const i of progress(3));\nhtml`<b>a</b> &lt; b<br>c`\n');
    expect(out).toMatch(/^100%\|█{10}\| 3\/3 \[.*\]\na < b\nc\n$/);
  });
});

describe('gradlab repl --eval', () => {
  it('prints the value, and saves a chart as a page that needs no network', () => {
    expect(repl(['-e', '6 * 7']).out).toBe('42\n');
    const { out, code } = repl(['--charts', 'charts', '-e', 'plot.plot([1, 2], [3, 4])']);
    const path = join(folder, 'charts/chart-1.html');
    expect(out).toBe(`Figure(line: 2 points)\n${path}\n`);
    expect(code).toBe(0);
    const page = readFileSync(path, 'utf8');
    expect(page).toMatch(/^<!DOCTYPE html>/);
    expect(page).not.toMatch(/<script[^>]* src=/);
  });

  it('names a wrong option', () => {
    const { err, code } = repl(['--evil', '1']);
    expect(err).toBe(
      'gradlab: repl: there is no option --evil. Did you mean --eval? See gradlab help repl\n',
    );
    expect(code).toBe(1);
  });
});

describe('gradlab repl SCRIPT', () => {
  it('runs it with its arguments, and imports from its folder', () => {
    mkdirSync(join(folder, 'work'), { recursive: true });
    script('work/lib.ts', 'export const twice = (x: number) => 2 * x\n');
    const path = script(
      'work/main.ts',
      "#!/usr/bin/env gradlab\nimport { twice } from './lib.ts'\nprint(twice(4), process.argv.slice(1).join(' '), np.ones(2) + 1)\n'not shown'\n",
    );
    const { out, err, code } = repl([path, 'a', '--b'], '', tmpdir());
    expect(err).toBe('');
    expect(out).toBe(`8 ${path} a --b [2. 2.]\n`);
    expect(code).toBe(0);
  });

  it('has the exit code of process.exit, or 1 after an error, which names the file', () => {
    expect(repl([script('three.ts', "print('before')\nprocess.exit(3)\n")])).toEqual({
      out: 'before\n',
      err: '',
      code: 3,
    });
    const { err, code } = repl([script('bad.ts', "print('x')\nthrow new TypeError('oh')\n")]);
    expect(err).toMatch(/^TypeError: oh\n {4}at bad\.ts:2:7\n/);
    expect(code).toBe(1);
    expect(repl(['nowhere.ts']).err).toBe('gradlab: repl: there is no file nowhere.ts\n');
  });

  it('says when it crashes', () => {
    const { err, code } = repl([script('crash.ts', 'process.abort()\n')]);
    expect(err).toContain('it was aborted (SIGABRT)');
    expect(code).toBe(1);
  });

  it('reads answers from the pipe, and says when there is none', () => {
    const path = script('ask.ts', "print(`Hello ${input('name? ')}`)\n");
    expect(repl([path], 'Ada\n').out).toBe('name? Hello Ada\n');
    expect(repl([path]).err).toContain('Error: input: standard input has ended');
  });

  it('goes on with the pipe after -i, in the same session', () => {
    const path = script('start.ts', 'const w = np.arange(3)\n');
    const { out, code } = repl(['-i', path], 'w + 1\n');
    expect(out).toBe('array([1, 2, 3])\n');
    expect(code).toBe(0);
    expect(existsSync(path)).toBe(true);
  });
});

describe('splitCells', () => {
  const open = (code: string): string => {
    const depth = [...code].reduce((d, c) => d + ('{(['.includes(c) ? 1 : ')]}'.includes(c) ? -1 : 0), 0);
    return depth > 0 ? 'incomplete' : 'complete';
  };

  it('cuts after statements, keeps blocks, chains and else together', () => {
    const cells = [
      'const a = 1',
      'if (a) {\n\n  f(a)\n}\nelse {\n  g()\n}',
      'xs\n  .map(f)\n  .filter(g)',
      'b = a\n  + 1',
      '.help',
      'f?',
      'i++',
      '++i',
    ];
    expect(splitCells(cells.join('\n'), open)).toEqual(cells);
  });
});
