// `gradlab repl` at a terminal: what a user types and what the screen then shows. One session serves most tests, each
// of which begins at an empty prompt.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { cliPath } from '../../kernel/protocol/product.js';
import { Terminal } from './terminal.js';

const UP = '\x1b[A';
const LEFT = '\x1b[D';
const HOME = '\x01';
const SHIFT_TAB = '\x1b[Z';
const CTRL_C = '\x03';
const CTRL_D = '\x04';

const folder = mkdtempSync(join(tmpdir(), 'gradlab-repl-test-'));
const open = (...args: string[]): Terminal =>
  new Terminal([process.execPath, cliPath, 'repl', ...args], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: undefined, GRADLAB_HISTORY: join(folder, 'history') },
  });

let terminal: Terminal;
beforeAll(() => {
  terminal = open();
});
// After a failure nobody knows what is on the screen.
afterEach(({ task }) => {
  if (task.result?.state !== 'fail') return;
  terminal.end();
  terminal = open();
});
afterAll(() => {
  terminal.end();
  rmSync(folder, { recursive: true, force: true });
});

describe('the prompt', () => {
  it('shows results behind the number of their cell, in colours', async () => {
    expect(await terminal.enter('const a = np.arange(4).reshape(2, 2)')).toBe(
      'In [1]: const a = np.arange(4).reshape(2, 2)',
    );
    expect(await terminal.enter('a * 2')).toBe('In [2]: a * 2\nOut[2]:\narray([[0, 2],\n       [4, 6]])');
    expect(await terminal.enter("await 'text'")).toBe("In [3]: await 'text'\nOut[3]: 'text'");
    expect(terminal.raw).toContain('\x1b[35mconst\x1b[0m');
    expect(terminal.raw).toContain('\x1b[31mOut[');
  });

  it('goes on to a second line while something is open, with its indentation', async () => {
    const n = await terminal.ready();
    terminal.type('for (const i of [1, 2]) {\r');
    await terminal.at('   ...:   ');
    terminal.type('print(i)\r');
    await terminal.until('print(i)\n');
    await terminal.at('   ...:   ');
    terminal.type('}\r');
    await terminal.at(`In [${n + 1}]: `);
    expect(terminal.shown).toContain('   ...:   print(i)\n   ...: }\n1\n2\n');
    terminal.type(UP);
    await terminal.at('   ...: }');
    terminal.type(`${UP}X`);
    await terminal.until(' X print(i)');
    terminal.type(CTRL_C);
  });

  it('takes pasted lines as one cell', async () => {
    await terminal.ready();
    terminal.type('\x1b[200~const b = 1\nconst c = 2\n\tprint(b + c)\x1b[201~');
    await terminal.at('   ...:   print(b + c)');
    terminal.type('\r');
    await terminal.until('print(b + c)\n3\n');
  });

  it('has the errors of the type checker, and of the cell', async () => {
    const n = await terminal.ready();
    expect(await terminal.enter('const n: string = 3')).toContain(
      `Cell [${n}]:1:7 - error TS2322: Type 'number' is not assignable to type 'string'.`,
    );
    expect(await terminal.enter("throw new Error('oh')")).toContain(`Error: oh\n    at Cell [${n + 1}]:1:7`);
  });

  it('draws wide characters and lines longer than the screen where they belong', async () => {
    const n = await terminal.ready();
    terminal.type(`'日本語 ${'x'.repeat(70)}'${LEFT}${LEFT}y`);
    await terminal.until(/xyx'/);
    terminal.type(`${HOME}Z`);
    await terminal.at(`In [${n}]: Z`);
    expect(terminal.shown.replace('\n', '')).toBe(`In [${n}]: Z'日本語 ${'x'.repeat(69)}yx'`);
    terminal.type(CTRL_C);
  });
});

describe('completion and help', () => {
  it('completes with Tab, lists what is possible with types, and goes through it', async () => {
    await terminal.enter('const table = { alpha: 1, alphabet: np.zeros(2) }');
    const n = await terminal.ready();
    terminal.type('table.al\t');
    await terminal.until(/table\.alpha\n alpha +\w+ +number\n alphabet +\w+ +NDArray/);
    terminal.type('\t\t');
    await terminal.at(`In [${n}]: table.alphabet`);
    terminal.type('\r');
    await terminal.until((screen) => !/ alphabet +\w+ +NDArray/.test(screen.text));
    terminal.type('\r');
    await terminal.until('array([0., 0.])');
  });

  it('explains with Shift-Tab, a question mark and .type; two marks show the source', async () => {
    await terminal.ready();
    terminal.type(`np.dot(${SHIFT_TAB}`);
    await terminal.until(/Signature: function dot[\s\S]*Dot product/);
    terminal.type(CTRL_C);
    await terminal.ready();
    expect(terminal.screen.text).not.toContain('Dot product');
    await terminal.enter('/** Adds one. */ function next(x: number) { return x + 1 }');
    await terminal.ready();
    terminal.type('next??\r');
    await terminal.until(
      /Signature: function next\(x: number\): number\nDocstring:\nAdds one\.\nSource:\n\/\*\* Adds one\. \*\/ function next\(x: number\)/,
    );
    await terminal.ready();
    terminal.type('.type [next(1)]\r');
    await terminal.until(/\.type \[next\(1\)\]\nnumber\[\]/);
  });
});

describe('Ctrl-C', () => {
  it('drops the line, and stops a cell, whose session lives on', async () => {
    await terminal.enter('let count = 0');
    const n = await terminal.ready();
    terminal.type(`never run${CTRL_C}`);
    await terminal.until(`In [${n}]: never run^C`);
    await terminal.ready();
    terminal.type("print('go'); while (true) count++\r");
    await terminal.until(/^go$/m);
    terminal.type(CTRL_C);
    await terminal.until('Interrupted: the cell was interrupted; variables keep their values');
    expect(await terminal.enter('count > 0')).toContain(': true');
  });

  it('ends a question', async () => {
    await terminal.ready();
    terminal.type("input('sure? ')\r");
    await terminal.at('sure? ');
    terminal.type(CTRL_C);
    await terminal.until('Interrupted');
  });
});

describe('the session', () => {
  it('asks, and hides a password', async () => {
    await terminal.ready();
    terminal.type("const who = input('name? ')\r");
    await terminal.at('name? ');
    terminal.type('Ada\r');
    await terminal.ready();
    terminal.type('const word = password()\r');
    await terminal.at('Password: ');
    terminal.type('secret\r');
    expect(await terminal.enter('[who, word.length]')).toContain("[ 'Ada', 6 ]");
    expect(terminal.raw).not.toContain('secret');
  });

  it('writes what timers print above the line that is being typed', async () => {
    const n = await terminal.ready();
    terminal.type("setTimeout(() => print('late'), 300); 0\r");
    await terminal.at(`In [${n + 1}]: `);
    terminal.type('typed');
    await terminal.until(/^late\nIn \[\d+\]: typed$/m);
    terminal.type(CTRL_C);
  });

  it('keeps a progress bar on one line', async () => {
    const before = terminal.raw.length;
    const shown = await terminal.enter(
      'for (const i of progress(4, { mininterval: 0 })) await new Promise((r) => setTimeout(r, 50))',
    );
    expect(terminal.raw.slice(before)).toMatch(/ 50%\|/);
    expect(shown.match(/%\|/g)).toHaveLength(1);
    expect(shown).toMatch(/^100%\|█{10}\| 4\/4 /m);
  });

  it('keeps a live chart and a bar beside it in their lines, and saves the chart once', async () => {
    await terminal.enter(
      'const w = np.zeros(2); const monitor = new training.Monitor({ w }, { batchesPerEpoch: 2, every: 0 })',
    );
    const shown = await terminal.enter(
      'for (const epoch of progress(3, { mininterval: 0 })) { for (const l of [2, 1]) { monitor.batch(l - epoch / 4); await null } monitor.epoch() }; monitor.close()',
    );
    const said = shown.slice(shown.search(/^\S.*%\|/m));
    expect(said).toMatch(/^100%\|█{10}\| 3\/3 [^\n]*\nepoch 3\.00, step 6: loss 1[^\n]*\n\/[^\n]*\.html$/);
    const path = /\/.*\.html/.exec(said)?.[0] ?? '';
    expect(readFileSync(path, 'utf8')).toContain('Plotly');
    expect(readdirSync(join(path, '..'))).toEqual(['chart-1.html']);
    expect(await terminal.enter('monitor')).toMatch(/Out\[\d+\]: Monitor\(epoch 3\.00, step 6: loss/);
  });

  it('saves charts and says where', async () => {
    const shown = await terminal.enter('plot.plot([1, 2], [3, 4])');
    const path = /^(\/.*chart-2\.html)$/m.exec(shown)?.[1] ?? '';
    expect(existsSync(path)).toBe(true);
    rmSync(join(path, '..'), { recursive: true });
  });

  it('loads files, edits blocks, saves inputs', async () => {
    writeFileSync(join(folder, 'part.ts'), 'const part = 5\nprint(part + 1)\n');
    await terminal.ready();
    terminal.type('.load part.ts\r');
    await terminal.until(/^6$/m);
    await terminal.ready();
    terminal.type('.editor\r');
    await terminal.until('Ctrl-D runs the block');
    terminal.type(`print(part +\r2)\r${CTRL_D}`);
    await terminal.until(/^7$/m);
    await terminal.ready();
    terminal.type('.save out/all.ts\r');
    await terminal.until(/Wrote \d+ inputs to out\/all\.ts/);
    expect(readFileSync(join(folder, 'out/all.ts'), 'utf8')).toContain('const part = 5\nprint(part + 1)\n');
  });

  it('survives a crash of the cell, and starts afresh on .restart', async () => {
    await terminal.enter('let lost = 1');
    expect(await terminal.enter('process.abort()')).toContain('the session ended: it was aborted (SIGABRT)');
    expect(await terminal.enter('lost')).toMatch(/Fresh session: .*\n.*Cannot find name 'lost'/s);
    await terminal.ready();
    terminal.type('.restart\r');
    await terminal.until('Fresh session.\n');
    expect(await terminal.enter('40 + 2')).toBe('In [1]: 40 + 2\nOut[1]: 42');
  });
});

describe('beginning and end', () => {
  it('remembers inputs for the next session: by arrows, by a beginning, by Ctrl-R', async () => {
    await terminal.enter('const apple = 1');
    await terminal.enter('const pear = 2');
    terminal.type(CTRL_D);
    expect(await terminal.ended).toBe(0);
    expect(terminal.screen.unknown).toEqual([]);
    writeFileSync(join(folder, 'start.ts'), "const w = np.ones(2)\nprint('ran')\n");
    terminal = open('-i', 'start.ts');
    expect(await terminal.enter('w + 1')).toMatch(/Out\[\d\]: array\(\[2\., 2\.\]\)/);
    expect(terminal.screen.text).toMatch(/^ran\n/);
    await terminal.ready();
    terminal.type(`${UP}${UP}`);
    await terminal.until('const pear = 2');
    terminal.type(`${CTRL_C}const a${UP}`);
    await terminal.until('const apple = 1');
    terminal.type(`${CTRL_C}\x12PEA`);
    await terminal.until("(reverse-i-search)'PEA': const pear = 2");
    terminal.type('\r');
    await terminal.ready();
    terminal.type('exit\r');
    expect(await terminal.ended).toBe(0);
  });

  it('has no colours for NO_COLOR', async () => {
    terminal = new Terminal([process.execPath, cliPath, 'repl', '--no-history'], {
      cwd: folder,
      env: { ...process.env, NO_COLOR: '1' },
    });
    expect(await terminal.enter('const one = 1; one')).toBe('In [1]: const one = 1; one\nOut[1]: 1');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours that must not be there
    expect(terminal.raw).not.toMatch(/\x1b\[\d+m/);
  });
});
