// Our kernel in Debian's `jupyter console`, at a terminal: cells, several lines, completion, questions, the end.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Terminal } from '../kernel/terminal.js';
import { type JupyterHome, jupyter, jupyterHome } from './jupyter.js';

const CTRL_C = '\x03';

describe('jupyter console', () => {
  let home: JupyterHome;
  let terminal: Terminal;

  beforeAll(async () => {
    home = jupyterHome();
    // On a busy machine a kernel that has just started may take longer than the second that the console grants.
    const patience = '--ZMQTerminalInteractiveShell.kernel_is_complete_timeout=60';
    terminal = new Terminal([jupyter, 'console', '--kernel', 'gradlab', patience], {
      cwd: home.folder,
      env: home.env,
    });
    await terminal.until((screen) => screen.beforeCursor === 'In [1]: ');
  });
  afterAll(() => {
    terminal.end();
    home.remove();
  });

  // First, for the answer comes when the language service has been loaded: until then the console, which waits for
  // is_complete in the middle of a key, can stumble over itself.
  it('completes with Tab', async () => {
    const n = await terminal.ready();
    terminal.type('np.concatena\t');
    await terminal.at(`In [${n}]: np.concatenate`);
    terminal.type(CTRL_C);
  });

  it('greets with the banner of the kernel and shows results', async () => {
    expect(terminal.screen.text).toMatch(/gradlab \d/);
    expect(await terminal.enter('np.ones(2) + 1')).toContain('Out[1]: array([2., 2.])');
    expect(await terminal.enter("throw new TypeError('oh')")).toMatch(/TypeError: oh\n +at Cell \[2\]:1:7/);
  });

  it('asks for more lines while something is open', async () => {
    const n = await terminal.ready();
    terminal.type('for (const i of [1, 2]) {\r');
    await terminal.at('   ...:   ');
    terminal.type('print(i)\r');
    await terminal.until('print(i)\n');
    await terminal.at('   ...:   ');
    // The line came with an indentation.
    terminal.type('\x7f\x7f}\r');
    await terminal.at(`In [${n + 1}]: `);
    expect(terminal.shown).toMatch(/\n1\n2\n/);
  });

  it('asks questions of a cell', async () => {
    await terminal.ready();
    terminal.type("input('name? ') + '!'\r");
    await terminal.at('name? ');
    terminal.type('Ada\r');
    await terminal.until("'Ada!'");
  });

  // Its Ctrl-C is not tested: with Python 3.11 it fails in the console itself, whatever the kernel.
  it('leaves with exit', async () => {
    await terminal.ready();
    terminal.type('exit\r');
    expect(await terminal.ended).toBe(0);
  });
});
