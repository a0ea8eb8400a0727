// Starts the contenders of a benchmark as processes of their own and asks them, one JSON line at a time. Every one gets
// its best settings: what a machine exports for OpenBLAS is unset for all, Debian's NumPy and PyTorch get the OpenMP
// flavour of OpenBLAS, the widest vectors, and an allocator that keeps large blocks.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const python = '/usr/bin/python3';

export interface Answer {
  /** what the case took, by the contender's own clock, data preparation excluded */
  seconds: number;
  /** a result that all contenders must agree on */
  value: number;
  /** the process's largest resident set so far, in MB */
  rss: number;
}

export interface Contender {
  name: string;
  threads: number;
  ask(request: object): Promise<Answer>;
  close(): void;
}

function environment(threads: number): NodeJS.ProcessEnv {
  const env = { ...process.env };
  for (const name of Object.keys(env)) if (name.startsWith('OPENBLAS_')) delete env[name];
  const openblas = readdirSync('/usr/lib')
    .map((name) => `/usr/lib/${name}/openblas-openmp`)
    .find((folder) => existsSync(folder));
  const cpu = existsSync('/proc/cpuinfo') ? readFileSync('/proc/cpuinfo', 'utf8') : '';
  return {
    ...env,
    ...(openblas ? { LD_LIBRARY_PATH: openblas } : {}),
    ATEN_CPU_CAPABILITY: cpu.includes(' avx512f ') ? 'avx512' : 'avx2',
    MALLOC_MMAP_THRESHOLD_: String(2 ** 30),
    MALLOC_TRIM_THRESHOLD_: String(2 ** 32),
    OMP_NUM_THREADS: String(threads),
    OPENBLAS_NUM_THREADS: String(threads),
  };
}

class Process implements Contender {
  private readonly child: ChildProcess;
  private readonly lines: Interface;

  constructor(
    readonly name: string,
    readonly threads: number,
    command: string,
    args: string[],
  ) {
    this.child = spawn(command, args, {
      env: environment(threads),
      stdio: ['pipe', 'pipe', 'inherit'],
      cwd: root,
    });
    this.lines = createInterface(this.child.stdout!);
  }

  ask(request: object): Promise<Answer> {
    return new Promise((done, fail) => {
      const ended = (code: number | null) => fail(new Error(`${this.name} ended with code ${code}`));
      this.child.once('exit', ended);
      this.lines.once('line', (line) => {
        this.child.off('exit', ended);
        done(JSON.parse(line) as Answer);
      });
      this.child.stdin!.write(`${JSON.stringify(request)}\n`);
    });
  }

  close(): void {
    this.child.stdin!.end();
  }
}

export type Kind = 'gradlab' | 'numpy' | 'torch';

export function contend(kind: Kind, name: string, threads = availableParallelism()): Contender {
  if (kind === 'gradlab') {
    return new Process(name, threads, process.execPath, [
      '--expose-gc',
      join(root, 'build/bench/gradlab.js'),
    ]);
  }
  return new Process(name, threads, python, [join(root, 'test/bench/peers.py'), kind]);
}

/** Which of the peers this machine has; says what to install for the others. */
export function peers(): Kind[] {
  return (['numpy', 'torch'] as const).filter((module) => {
    if (spawnSync(python, ['-c', `import ${module}`]).status === 0) return true;
    console.log(`(without ${module}: apt-get install python3-${module})`);
    return false;
  });
}

/**
 * Every contender at the thread count that suits it: each is tried with one thread and with all on a short request, the
 * faster process stays.
 */
export async function atBest(kind: Kind, name: string, trial: object): Promise<Contender> {
  const counts = [...new Set([1, availableParallelism()])];
  const tried: { contender: Contender; seconds: number }[] = [];
  for (const threads of counts) {
    const contender = contend(kind, name, threads);
    await contender.ask(trial);
    const runs = [await contender.ask(trial), await contender.ask(trial), await contender.ask(trial)];
    tried.push({ contender, seconds: Math.min(...runs.map((run) => run.seconds)) });
  }
  tried.sort((a, b) => a.seconds - b.seconds);
  for (const { contender } of tried.slice(1)) contender.close();
  return tried[0].contender;
}

export const median = (values: number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};
