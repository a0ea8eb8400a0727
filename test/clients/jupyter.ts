// A Jupyter of Debian's packages for the tests and benchmarks: /usr/bin/python3 and /usr/bin/jupyter whatever else is
// first on the PATH, with empty temporary folders for everything that Jupyter reads and writes, and our kernelspec.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
export const python = '/usr/bin/python3';
export const jupyter = '/usr/bin/jupyter';
export const chromium = '/usr/bin/chromium';
export const notebook = join(root, 'notebooks/17-spiral-case-study.ipynb');

export interface JupyterHome {
  /** the temporary folder that all others are in */
  folder: string;
  env: NodeJS.ProcessEnv;
  remove(): void;
}

/** Makes an empty home with our kernelspec installed into it by `gradlab install --user`. */
export function jupyterHome(): JupyterHome {
  const folder = mkdtempSync(join(tmpdir(), 'gradlab-clients-'));
  const env: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(process.env)) {
    // What vitest, npm and the developer's own Jupyter or Python set must not reach the tested programs.
    if (!/^(JUPYTER|IPYTHON|PYTHON|PYENV|VIRTUAL_ENV|XDG_|npm_|NODE_|VITEST|OPENBLAS_)/.test(name))
      env[name] = value;
  }
  env.HOME = folder;
  env.PATH = `${dirname(process.execPath)}:/usr/bin:/bin`;
  env.JUPYTER_RUNTIME_DIR = join(folder, 'runtime');
  env.JUPYTER_CONFIG_DIR = join(folder, 'config');
  env.JUPYTER_DATA_DIR = join(folder, 'data');
  for (const name of ['runtime', 'config', 'data']) mkdirSync(join(folder, name), { mode: 0o700 });
  execFileSync(process.execPath, [join(root, 'dist/kernel/cli.js'), 'install', '--user'], {
    env,
    stdio: 'pipe',
  });
  return { folder, env, remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }) };
}

/** Runs a program to its end; throws with everything it printed if it fails. Returns its standard output. */
export function runToEnd(program: string, args: string[], env: NodeJS.ProcessEnv, cwd: string): string {
  const done = spawnSync(program, args, { env, cwd, encoding: 'utf8', timeout: 180_000, maxBuffer: 2 ** 28 });
  if (done.status !== 0) {
    const why = done.error?.message ?? `exit code ${done.status}`;
    throw new Error(`${program} ${args.join(' ')}: ${why}\n${done.stdout}${done.stderr}`);
  }
  return done.stdout;
}

export function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.on('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

export type Latencies = Record<string, Record<string, number>>;

/** Runs latency.py for the named kernels; see there for what is measured. */
export function measureLatency(home: JupyterHome, rounds: number, ...kernels: string[]): Latencies {
  const script = join(root, 'test/clients/latency.py');
  return JSON.parse(
    runToEnd(python, [script, String(rounds), ...kernels], home.env, home.folder),
  ) as Latencies;
}

/** The path for a picture of what a browser showed: out/clients/NAME, for whoever wants to look. */
export function savedPicture(name: string): string {
  const folder = join(root, 'out/clients');
  mkdirSync(folder, { recursive: true });
  return join(folder, name);
}
