// The set-up as `npm start` and `npm test` run it, on a clone where everything has been built already.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const setup = (args: string[], env: NodeJS.ProcessEnv = process.env) =>
  spawnSync(process.execPath, [join(root, 'native/setup.mjs'), ...args], {
    cwd: tmpdir(),
    env,
    encoding: 'utf8',
  });

describe('native/setup.mjs', () => {
  it('finds nothing to do when nothing changed', () => {
    const { stdout, stderr, status } = setup(['build']);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^gradlab: ready \(\d+\.\d s\)\n$/);
    expect(status).toBe(0);
  });

  it('without apt-get names the missing packages and how other systems call them, and stops', () => {
    const { stderr, status } = setup(['build'], { PATH: '/nonexistent' });
    expect(status).toBe(1);
    expect(stderr).toContain('gradlab: missing: g++, make, cmake');
    expect(stderr).toContain('sudo dnf install gcc-c++ make cmake openblas-devel onednn-devel');
    expect(stderr).not.toContain('    at ');
  });

  it.runIf(process.getuid?.() === 0)('that may not install says which command root has to type', () => {
    // A PATH with apt-get but no compiler and no sudo, for a user who is not root.
    const folder = mkdtempSync(join(tmpdir(), 'gradlab-setup-'));
    try {
      chmodSync(folder, 0o755);
      symlinkSync('/bin/true', join(folder, 'apt-get'));
      const code = `process.setuid(65534); process.argv[2] = 'build'; await import(${JSON.stringify(join(root, 'native/setup.mjs'))})`;
      const { stderr, status } = spawnSync(
        process.execPath,
        ['--input-type=module', '-e', code, 'setup', 'build'],
        {
          env: { PATH: folder },
          encoding: 'utf8',
        },
      );
      expect(status).toBe(1);
      expect(stderr).toContain(
        'As root, run:\n  apt-get update && apt-get install -y --no-install-recommends g++ make cmake',
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('names the commands it has when asked for another', () => {
    const { stderr, status } = setup(['instal']);
    expect(status).toBe(1);
    expect(stderr).toBe('gradlab: unknown command "instal". There are: build, dev, lab, start, apt, wish\n');
  });
});
