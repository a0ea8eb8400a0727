// The command line: what it writes, what it says.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { cliPath } from '../../kernel/protocol/product.js';

function gradlab(
  args: string[],
  env: Record<string, string> = {},
): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [cliPath, ...args], { env: { ...process.env, ...env } }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err });
    });
  });
}

describe('gradlab install', () => {
  it('writes a kernelspec below --prefix that starts this very program with this very Node', async () => {
    const prefix = mkdtempSync(join(tmpdir(), 'gradlab-prefix-'));
    expect(await gradlab(['install', '--prefix', prefix])).toMatchObject({ code: 0 });
    const folder = join(prefix, 'share/jupyter/kernels/gradlab');
    const spec = JSON.parse(readFileSync(join(folder, 'kernel.json'), 'utf8'));
    expect(spec).toMatchObject({
      display_name: 'TypeScript (gradlab)',
      language: 'typescript',
      interrupt_mode: 'message',
    });
    expect(spec.argv).toEqual([
      process.execPath,
      '--max-semi-space-size=1',
      cliPath,
      'kernel',
      '--connection-file',
      '{connection_file}',
    ]);
    expect(readFileSync(join(folder, 'logo-svg.svg'), 'utf8')).toContain('<svg');
  });

  it('draws logos of 32 and 64 pixels: opaque in the middle, transparent in the corner', async () => {
    const prefix = mkdtempSync(join(tmpdir(), 'gradlab-prefix-'));
    await gradlab(['install', '--prefix', prefix]);
    for (const size of [32, 64]) {
      const png = readFileSync(join(prefix, `share/jupyter/kernels/gradlab/logo-${size}x${size}.png`));
      expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([size, size]);
      const start = png.indexOf('IDAT') + 4;
      const rows = inflateSync(png.subarray(start, start + png.readUInt32BE(start - 8)));
      const alpha = (x: number, y: number) => rows[y * (1 + 4 * size) + 1 + 4 * x + 3];
      expect([alpha(0, 0), alpha(size / 2, size / 2)]).toEqual([0, 255]);
    }
  });

  it('--user writes where Jupyter looks, and uninstall removes it', async () => {
    const data = mkdtempSync(join(tmpdir(), 'gradlab-data-'));
    await gradlab(['install', '--user'], { JUPYTER_DATA_DIR: data });
    expect(existsSync(join(data, 'kernels/gradlab/kernel.json'))).toBe(true);
    expect(await gradlab(['uninstall'], { JUPYTER_DATA_DIR: data })).toMatchObject({ code: 0 });
    expect(existsSync(join(data, 'kernels/gradlab'))).toBe(false);
    const again = await gradlab(['uninstall'], { JUPYTER_DATA_DIR: data });
    expect(again.code).toBe(1);
    expect(again.err).toContain('there is no kernelspec in');
  });

  it('refuses two places at once', async () => {
    const { code, err } = await gradlab(['install', '--user', '--prefix', '/tmp']);
    expect([code, err]).toEqual([1, 'gradlab: install: choose one of --user and --prefix\n']);
  });
});

describe('gradlab', () => {
  it("--version is the package's", async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect((await gradlab(['--version'])).out.trim()).toBe(version);
  });

  it.each([
    [['kernel'], 'kernel: --connection-file FILE is missing'],
    [['kernel', '--connection-file', '/no/such'], 'connection file /no/such: ENOENT'],
    [['run'], 'run: name a notebook or a folder of notebooks'],
    [['run', 'a.ipynb', '--timeout', 'soon'], 'run: --timeout "soon" is not a number of seconds above 0'],
  ])('%j says what is wrong', async (args, message) => {
    const { code, err } = await gradlab(args);
    expect(code).toBe(1);
    expect(err).toContain(message);
  });
});
