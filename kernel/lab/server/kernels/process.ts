// A kernel's process: started from its kernelspec with a connection file for its owner alone, in a process group of
// its own, ended politely and then by force.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../../protocol/client.js';
import { type ConnectionInfo, makeConnection } from '../../../protocol/connection.js';
import { makePrivateFolder, runtimeFolder } from '../folders.js';
import { type FoundSpec, OWN_KERNEL } from './specs.js';

/** What a kernel says on its way down is kept for the message about its end. */
const LOG_BYTES = 8192;

export interface LaunchOptions {
  id: string;
  cwd: string;
  /** The notebook that the kernel is for; Jupyter's kernels read it from JPY_SESSION_NAME. */
  sessionName?: string;
}

/** Where a kernel listens. It stays the same when the kernel is started again. */
export class KernelPlace {
  private constructor(
    readonly connection: ConnectionInfo,
    readonly file: string,
    private readonly folder: string | undefined,
  ) {}

  /** Unix sockets for our own kernels, which need no free ports; TCP for the others, as every kernel knows it. */
  static async make(id: string, spec: FoundSpec): Promise<KernelPlace> {
    const local = spec.name === OWN_KERNEL && process.platform !== 'win32';
    const folder = local ? mkdtempSync(join(tmpdir(), 'gradlab-')) : undefined;
    const connection = folder
      ? makeConnection('ipc', join(folder, 'socket'), [1, 2, 3, 4, 5])
      : makeConnection('tcp', '127.0.0.1', await freePorts());
    connection.kernel_name = spec.name;
    const file = join(makePrivateFolder(runtimeFolder()), `kernel-${id}.json`);
    writeFileSync(file, JSON.stringify(connection, null, 2), { mode: 0o600 });
    return new KernelPlace(connection, file, folder);
  }

  remove(): void {
    rmSync(this.file, { force: true });
    if (this.folder) rmSync(this.folder, { recursive: true, force: true });
  }
}

export class KernelProcess {
  readonly child: ChildProcess;
  /** Resolves when the process has ended, with how. */
  readonly ended: Promise<string>;
  isAlive = true;
  private logged = '';

  constructor(spec: FoundSpec, place: KernelPlace, options: LaunchOptions, log: (line: string) => void) {
    const replaced: Record<string, string> = {
      connection_file: place.file,
      resource_dir: spec.folder ?? '',
      prefix: '',
    };
    const [program, ...args] = spec.spec.argv.map((arg) =>
      arg.replace(/\{(\w+)\}/g, (all, name: string) => replaced[name] ?? all),
    );
    const env: NodeJS.ProcessEnv = { ...process.env, JPY_PARENT_PID: String(process.pid) };
    for (const [name, value] of Object.entries(spec.spec.env ?? {})) {
      env[name] = String(value).replace(
        /\$\{(\w+)\}|\$(\w+)/g,
        (all, a: string, b: string) => process.env[a ?? b] ?? all,
      );
    }
    if (options.sessionName) env.JPY_SESSION_NAME = options.sessionName;
    for (const name of SECRETS) delete env[name];
    this.child = spawn(program, args, {
      cwd: options.cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.logged = (this.logged + text).slice(-LOG_BYTES);
        for (const line of text.trimEnd().split('\n')) log(`kernel ${options.id.slice(0, 8)}: ${line}`);
      });
    }
    this.ended = new Promise((resolve) => {
      const end = (how: string) => {
        this.isAlive = false;
        resolve(how);
      };
      this.child.once('error', (error) => end(`it cannot be started: ${error.message}`));
      this.child.once('exit', (code, signal) => end(signal ? `signal ${signal}` : `exit code ${code}`));
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  get log(): string {
    return this.logged.trim();
  }

  /** To the whole process group, as Jupyter does. */
  signal(name: NodeJS.Signals): void {
    const { pid } = this.child;
    if (pid === undefined || !this.isAlive) return;
    try {
      if (process.platform === 'win32') this.child.kill(name);
      else process.kill(-pid, name);
    } catch {
      this.child.kill(name);
    }
  }

  /** Waits for the end; after `patience` milliseconds it is forced. */
  async stop(patience: number): Promise<void> {
    if (!this.isAlive) return;
    const forced = setTimeout(() => this.signal('SIGKILL'), patience);
    await this.ended;
    clearTimeout(forced);
  }

  /** Kills and waits until the process is gone. */
  async kill(): Promise<void> {
    if (!this.isAlive) return;
    this.signal('SIGKILL');
    if (this.isAlive) await once(this.child, 'exit');
  }
}

/** What the server may know and its kernels need not. */
const SECRETS = ['JUPYTERHUB_API_TOKEN', 'JPY_API_TOKEN', 'JUPYTER_TOKEN', 'GRADLAB_PASSWORD'];
