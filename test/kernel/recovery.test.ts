// Cells that end their session: the cause is said, the next cell runs in a fresh session and says so, the kernel
// process is the same all along. And the other way round: nothing survives a kernel that is gone.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { startKernel } from '../../kernel/protocol/client.js';
import { failure, isAlive, PATIENCE, printed, result, useKernel } from './session.js';

const session = useKernel({ env: { GRADLAB_MAX_HEAP_MB: '128' } });

/** Processes whose parent is `pid`. */
function children(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((each) => {
      try {
        return Number(readFileSync(`/proc/${each}/stat`, 'utf8').split(') ')[1].split(' ')[1]) === pid;
      } catch {
        return false;
      }
    });
}

const ends: [string, string, RegExp][] = [
  ['process.exit(3)', 'process.exit(3)', /a cell called process\.exit\(3\)/],
  [
    'process.exit after an await',
    'await new Promise((r) => setTimeout(r, 10)); process.exit()',
    /process\.exit\(0\)/,
  ],
  ['process.abort()', 'process.abort()', /aborted \(SIGABRT\)/],
  ['a killed process', "process.kill(process.pid, 'SIGKILL'); await new Promise(() => {})", /SIGKILL/],
  [
    'a fault in native code',
    "process.kill(process.pid, 'SIGSEGV'); await new Promise(() => {})",
    /native code \(SIGSEGV\)/,
  ],
  [
    'a cell that eats all memory',
    'const all: number[][] = [];\nwhile (true) all.push(new Array(100_000).fill(1.5));',
    /JavaScript heap reached the limit of 128 MB.*GRADLAB_MAX_HEAP_MB/,
  ],
];

describe('a session that dies', () => {
  it.each(ends)('by %s is reported with its cause, and the next cell runs afresh', async (_, code, cause) => {
    await session.run('var before = 1;');
    const dying = await session.run(code);
    const error = failure(dying);
    expect(error.evalue).toMatch(cause);
    expect(error.evalue).toContain('the next cell runs in a fresh session');
    // Node's own crash reports are not the cell's output.
    expect(printed(dying, 'stderr')).toBe('');
    const next = await session.run('typeof (globalThis as any).before');
    expect(result(next)).toBe("'undefined'");
    expect(printed(next, 'stderr')).toContain('Fresh session');
    expect(printed(await session.run('1'), 'stderr')).toBe('');
  });

  it('forgets its types too', async () => {
    await session.run('const gone = 1;');
    await session.run('process.exit()');
    expect(failure(await session.run('gone')).evalue).toContain("Cannot find name 'gone'");
  });

  it('keeps what it printed before', async () => {
    const cell = await session.run('console.log("last words"); process.abort()');
    expect(printed(cell)).toBe('last words\n');
  });

  it('between cells is told as well', async () => {
    const cell = await session.run('setTimeout(() => process.exit(7), 20);');
    const told = new Promise<string>((resolve) => {
      session.kernel.onIopub = (m) => m.header.msg_type === 'stream' && resolve(String(m.content.text));
    });
    expect(cell.reply.status).toBe('ok');
    expect(await told).toContain('process.exit(7)');
    session.kernel.onIopub = undefined;
    expect(result(await session.run('2 + 2'))).toBe('4');
  });

  it('shows the line of a process.exit', async () => {
    const error = failure(await session.run('const leave = () => {\n  process.exit(1);\n};\nleave();'));
    expect(error.traceback).toMatch(/at leave \(Cell \[\d+\]:2:\d+\)/);
  });
});

describe('a session that fills memory with arrays', () => {
  it('is stopped at its limit, with the way out', async () => {
    const kernel = await startKernel({ env: { GRADLAB_MAX_MEMORY_MB: '500' } });
    const cell = await kernel.execute(
      'const all: NDArray[] = [];\nwhile (true) all.push(np.ones([1000, 1000]));',
    );
    const error = failure(cell);
    expect(error.ename).toBe('OutOfMemory');
    expect(error.evalue).toContain('it held more than the 500 MB that GRADLAB_MAX_MEMORY_MB allows');
    expect(error.evalue).toContain('Let go of arrays that are no longer needed');
    expect(result(await kernel.execute('1 + 1'))).toBe('2');
    await kernel.shutdown();
  });
});

describe('a session without the library', () => {
  it('is the only thing that a broken library breaks: plain TypeScript still runs', async () => {
    const kernel = await startKernel({ env: { GRADLAB_ADDON: '/no/such/addon.node' } });
    const cell = await kernel.execute('const n: number = 20;\nn + 1');
    expect(result(cell)).toBe('21');
    expect(printed(cell, 'stderr')).toContain('The library could not be loaded, only plain TypeScript runs');
    expect(printed(cell, 'stderr')).toContain('/no/such/addon.node');
    await kernel.shutdown();
  });
});

describe('a type checker that answers no more', () => {
  it('is replaced, and the cell that waited for it runs', async () => {
    const kernel = await startKernel({ env: { GRADLAB_CHECK_TIMEOUT_S: '3' } });
    await kernel.execute('const before = 1;');
    const checkerOf = (pid: number) =>
      children(pid).find((each) => readFileSync(`/proc/${each}/cmdline`, 'utf8').includes('--api'));
    const checker = await vi.waitUntil(() => checkerOf(kernel.pid), { timeout: PATIENCE });
    process.kill(checker, 'SIGSTOP');
    expect(result(await kernel.execute('before + 1'))).toBe('2');
    await kernel.shutdown();
  });
});

describe('no orphans', () => {
  it('when the kernel is killed, its session and the children of cells go with it', async () => {
    const kernel = await startKernel();
    const cell = kernel.execute(
      "import { spawn } from 'node:child_process';\nconsole.log(process.pid, spawn('sleep', ['60']).pid);\nwhile (true) {}",
      {
        onOutput: (outputs) => outputs.length > 0 && ready(outputs),
      },
    );
    cell.catch(() => {});
    let ready: (outputs: unknown[]) => void = () => {};
    const outputs = (await new Promise<unknown[]>((resolve) => {
      ready = resolve;
    })) as { text: string }[];
    const pids = outputs[0].text.trim().split(' ').map(Number);
    expect(pids.every(isAlive)).toBe(true);
    kernel.kill();
    await vi.waitUntil(() => !pids.some(isAlive), { timeout: PATIENCE });
  });

  it('a shut-down kernel leaves no process', async () => {
    const kernel = await startKernel();
    const users = children(kernel.pid);
    expect(users.length).toBeGreaterThan(0);
    await kernel.shutdown();
    await vi.waitUntil(() => !users.some(isAlive), { timeout: PATIENCE });
  });

  it('when the process that started it is killed, a kernel with a cell in a loop ends', async () => {
    const client = new URL('../../dist/kernel/protocol/client.js', import.meta.url).href;
    const starter = spawn(process.execPath, [
      '--input-type=module',
      '-e',
      `const { startKernel } = await import('${client}');
       const kernel = await startKernel();
       await new Promise((begun) => {
         kernel.execute('for (;;) console.log("still here")', { onOutput: begun }).catch(() => {});
       });
       console.log(kernel.pid);`,
    ]);
    const pid = Number(
      await new Promise<string>((resolve) => starter.stdout.once('data', (chunk) => resolve(String(chunk)))),
    );
    const all = [pid, ...children(pid)];
    expect(all.length).toBeGreaterThan(1);
    starter.kill('SIGKILL');
    await vi.waitUntil(() => !all.some(isAlive), { timeout: PATIENCE });
  });

  it('a kernel whose parent is gone ends', async () => {
    const kernel = await startKernel({ env: { JPY_PARENT_PID: '999999999' } }).catch((error: Error) => error);
    if (kernel instanceof Error)
      return expect(kernel.message).toContain('the process that started this kernel is gone');
    expect(await kernel.exited).toBe(0);
  });
});
