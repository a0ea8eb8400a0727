// A long session in short: cells by the thousand from two clients at once, interrupts, crashes and reconnects, in a
// seeded order. No output is lost, the front process does not grow, and nothing is left behind.
// 5,000 cells, 200 interrupts, 20 crashes and 10 reconnects; SOAK=1 runs a tenth of that.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { KernelConnection, startKernel } from '../../kernel/protocol/client.js';
import { failure, isAlive, printed, result } from './session.js';

const SIZE = Number(process.env.SOAK) || 10;
const CELLS = 500 * SIZE;
const INTERRUPTS = 20 * SIZE;
const CRASHES = 2 * SIZE;
const RECONNECTS = Math.max(2, SIZE);
const GROWTH_BYTES = 50e6;

/** Resident memory of one process. */
function residentBytes(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4096;
}

/** All processes that descend from `root`. */
function descendants(root: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // No process, or one that has just ended.
    }
  }
  const found = [root];
  for (const pid of found) for (const [child, parent] of parents) if (parent === pid) found.push(child);
  return found.slice(1);
}

it(`${CELLS} cells, ${INTERRUPTS} interrupts, ${CRASHES} crashes, ${RECONNECTS} reconnects of a second client`, {
  timeout: SIZE * 90_000,
}, async () => {
  const kernel = await startKernel();
  let other = new KernelConnection(kernel.connection);
  await other.waitUntilReady();
  const seen = new Set<number>();
  let interrupts = 0;
  let crashes = 0;
  let reconnects = 0;
  let before = 0;
  /** Every kind of cell that ends well, with what it must print and show. */
  const kinds: [(n: number) => string, (n: number) => string, (n: number) => string | undefined][] = [
    [(n) => `console.log("line", ${n}); ${n} * 2`, (n) => `line ${n}\n`, (n) => `${n * 2}`],
    [
      (n) => `for (let i = 0; i < 30; i++) print(${n}, i);`,
      (n) => Array.from({ length: 30 }, (_, i) => `${n} ${i}\n`).join(''),
      () => undefined,
    ],
    [
      (n) => `await new Promise((r) => setTimeout(r, 1)); console.log("after", ${n});`,
      (n) => `after ${n}\n`,
      () => undefined,
    ],
    [(n) => `np.ones([50, 50]).sum().item() + ${n}`, () => '', (n) => `${2500 + n}`],
    [(n) => `const value${n % 40} = { n: ${n} }; print(value${n % 40}.n)`, (n) => `${n}\n`, () => undefined],
  ];
  for (let n = 0; n < CELLS; n += 2) {
    const [one, two] = [kinds[n % kinds.length], kinds[(n * 7 + 3) % kinds.length]];
    const [mine, its] = await Promise.all([kernel.execute(one[0](n)), other.execute(two[0](n + 1))]);
    expect([printed(mine), result(mine)]).toEqual([one[1](n), one[2](n)]);
    expect([printed(its), result(its)]).toEqual([two[1](n + 1), two[2](n + 1)]);
    if (n >= ((interrupts + 1) * CELLS) / (INTERRUPTS + 1)) {
      interrupts++;
      await interruptOne(interrupts);
    }
    if (n >= ((crashes + 1) * CELLS) / (CRASHES + 1)) {
      crashes++;
      for (const pid of descendants(kernel.pid)) seen.add(pid);
      const ends = ['process.exit(1)', 'process.abort()', "process.kill(process.pid, 'SIGSEGV'); for (;;);"];
      expect(failure(await kernel.execute(`console.log("last words"); ${ends[crashes % 3]}`)).ename).toBe(
        'SessionEnded',
      );
    }
    if (n >= ((reconnects + 1) * CELLS) / (RECONNECTS + 1)) {
      reconnects++;
      // It leaves in the middle of a cell of its own.
      void other.execute('await new Promise((r) => setTimeout(r, 5)); print("to nobody")').catch(() => {});
      other.close();
      other = new KernelConnection(kernel.connection);
      await other.waitUntilReady();
    }
    // Buffers and caches have their size after the first quarter.
    if (n === Math.floor(CELLS / 8) * 2) before = residentBytes(kernel.pid);
  }
  const growth = residentBytes(kernel.pid) - before;
  console.log(
    `${CELLS} cells: the front process has ${Math.round(residentBytes(kernel.pid) / 1e6)} MB, ${Math.round(growth / 1e6)} MB of it since the first quarter`,
  );
  expect([interrupts, crashes, reconnects]).toEqual([INTERRUPTS, CRASHES, RECONNECTS]);
  expect(growth).toBeLessThan(GROWTH_BYTES);
  await expect(kernel.heartbeat()).resolves.toBeTypeOf('number');
  for (const pid of descendants(kernel.pid)) seen.add(pid);
  expect(seen.size).toBeGreaterThan(CRASHES);
  other.close();
  await kernel.shutdown();
  while ([...seen].some(isAlive)) await new Promise((resolve) => setTimeout(resolve, 20));

  async function interruptOne(n: number): Promise<void> {
    const codes = [
      'while (true) {}',
      'await new Promise(() => {})',
      'for (;;) { print("again"); await null; }',
    ];
    let running: () => void = () => {};
    const begun = new Promise<void>((resolve) => {
      running = resolve;
    });
    const cell = kernel.execute(`var n = ${n}; print("begun"); ${codes[n % 3]}`, {
      onOutput: () => running(),
    });
    await begun;
    if (n % 2) await kernel.interrupt();
    else kernel.signal('SIGINT');
    expect(failure(await cell).ename).toBe('Interrupted');
    const after = await kernel.execute('n');
    expect(result(after), JSON.stringify(after.reply)).toBe(`${n}`);
  }
});
