// The command line around the commands: help, what was meant, kernels that are found, the state of the machine.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { closest } from '../../kernel/command.js';
import type { Finding } from '../../kernel/doctor.js';
import type { ListedKernel } from '../../kernel/list.js';
import { freePorts } from '../../kernel/protocol/client.js';
import { makeConnection } from '../../kernel/protocol/connection.js';
import { cliPath } from '../../kernel/protocol/product.js';

const folder = mkdtempSync(join(tmpdir(), 'gradlab-cli-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function gradlab(...args: string[]): { out: string; err: string; code: number | null } {
  const { stdout, stderr, status } = spawnSync(process.execPath, [cliPath, ...args], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 120_000,
    env: {
      ...process.env,
      HOME: folder,
      JUPYTER_DATA_DIR: join(folder, 'data'),
      JUPYTER_PATH: '',
      GRADLAB_HISTORY: undefined,
    },
  });
  return { out: stdout, err: stderr, code: status };
}

const COMMANDS = ['lab', 'repl', 'run', 'install', 'uninstall', 'list', 'doctor', 'kernel'];

describe('gradlab help', () => {
  it('lists every command in a line, and has a page for each', () => {
    const { out, code } = gradlab('--help');
    expect(code).toBe(0);
    for (const name of COMMANDS) expect(out).toMatch(new RegExp(`^  ${name} +\\S`, 'm'));
    for (const name of COMMANDS) {
      const page = gradlab('help', name);
      expect(page.out).toMatch(new RegExp(`^gradlab ${name}`));
      expect(page.code).toBe(0);
    }
    expect(gradlab('run', '--help').out).toBe(gradlab('help', 'run').out);
  });

  it('names the command or the option that was meant', () => {
    expect(gradlab('dcotor').err).toMatch(/^gradlab: there is no command "dcotor". Did you mean doctor\? /);
    expect(gradlab('run', 'a.ipynb', '--htlm', 'x').err).toBe(
      'gradlab: run: there is no option --htlm. Did you mean --html? See gradlab run --help\n',
    );
    expect(gradlab('install', 'here').err).toMatch(/^gradlab: install: "here" is one argument too many/);
    expect(gradlab('dcotor').code).toBe(1);
  });
});

describe('gradlab kernel', () => {
  it('says which address is taken, and leaves nothing behind', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const [, ...free] = await freePorts();
    const file = join(folder, 'taken.json');
    writeFileSync(file, JSON.stringify(makeConnection('tcp', '127.0.0.1', [port, ...free])));
    const { err, code } = gradlab('kernel', '-f', file);
    other.close();
    expect(err).toMatch(
      new RegExp(
        `^gradlab: the shell socket cannot be bound to tcp://127.0.0.1:${port}: Address already in use`,
        'm',
      ),
    );
    expect(code).toBe(1);
  });
});

describe('closest', () => {
  it('finds words with few wrong letters, swapped ones, and beginnings; nothing for strangers', () => {
    const known = ['--timeout', '--kernel-timeout', '--html', '--output'];
    expect(closest('--timout', known)).toBe('--timeout');
    expect(closest('--kerneltimeout', known)).toBe('--kernel-timeout');
    expect(closest('--ouptut', known)).toBe('--output');
    expect(closest('--kern', known)).toBe('--kernel-timeout');
    expect(closest('--zzz', known)).toBeUndefined();
  });
});

describe('gradlab list', () => {
  it('has the kernels of Jupyter with their folders, and why one cannot start', () => {
    expect(gradlab('list').out).toContain('gradlab install --user');
    gradlab('install');
    const broken = join(folder, 'data/kernels/broken');
    mkdirSync(broken, { recursive: true });
    writeFileSync(
      join(broken, 'kernel.json'),
      JSON.stringify({ argv: ['/nowhere/python', '-m', 'x'], display_name: 'Broken', language: 'python' }),
    );
    const { out } = gradlab('list');
    expect(out).toMatch(
      /^gradlab +TypeScript \(gradlab\) +~\/data\/kernels\/gradlab {2}\(this installation\)$/m,
    );
    expect(out).toMatch(/^broken .*cannot start: there is no \/nowhere\/python$/m);
    const kernels = JSON.parse(gradlab('list', '--json').out) as ListedKernel[];
    expect(kernels.find(({ name }) => name === 'gradlab')).toMatchObject({
      own: true,
      language: 'typescript',
    });
  });
});

describe('gradlab doctor', () => {
  const findings = (): Map<string, Finding> =>
    new Map((JSON.parse(gradlab('doctor', '--json').out) as Finding[]).map((each) => [each.name, each]));

  it('tries the library, and says what mends a kernelspec that is missing or points nowhere', () => {
    rmSync(join(folder, 'data'), { recursive: true, force: true });
    const before = findings();
    expect(before.get('native addon')).toMatchObject({ state: 'ok' });
    expect(before.get('native addon')?.text).toMatch(
      /^instruction set (avx512|avx2|baseline), \d+ threads? of/,
    );
    expect(before.get('Node')?.text).toContain(process.versions.node);
    expect(before.get('kernelspec')).toMatchObject({ state: 'warn', mend: 'gradlab install --user' });
    gradlab('install');
    const file = join(folder, 'data/kernels/gradlab/kernel.json');
    expect(existsSync(file)).toBe(true);
    writeFileSync(file, JSON.stringify({ argv: ['/gone/node', cliPath, 'kernel'], display_name: 'x' }));
    expect(findings().get('kernelspec')?.text).toContain('cannot start: there is no /gone/node');
    gradlab('install');
    const { out, code } = gradlab('doctor');
    expect(out).toMatch(/^ok +kernelspec +\S+\/data\/kernels\/gradlab$/m);
    expect(code).toBe(0);
  });

  it('ends with code 1 when something that is needed is missing', () => {
    const { stdout, status } = spawnSync(process.execPath, [cliPath, 'doctor'], {
      encoding: 'utf8',
      env: { ...process.env, GRADLAB_ADDON: join(folder, 'none.node') },
    });
    expect(stdout).toMatch(/^missing native addon .*none\.node.*\n +-> cd .* && npm run setup$/m);
    expect(status).toBe(1);
  });
});
