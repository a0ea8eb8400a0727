// Who ends a compiler that does not answer: the native thread, and the worker that stands in for it.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { NativeWatchdog, startWatchdog, WorkerWatchdog } from '../../../kernel/language/watchdog.js';

const state = (pid: number): string => {
  try {
    return execFileSync('ps', ['-o', 'stat=', '-p', `${pid}`], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
};
const lives = (pid: number): boolean => /^[^Z]/.test(state(pid));
const sleep = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

describe.each([
  ['the native watchdog', NativeWatchdog],
  ['the worker', WorkerWatchdog],
])('%s', (_, Kind) => {
  let sleeper: ChildProcess | undefined;
  afterEach(() => sleeper?.kill('SIGKILL'));

  it('kills the process that does not answer in time, and no other', () => {
    sleeper = spawn('sleep', ['1000']);
    const pid = sleeper.pid as number;
    const watchdog = new Kind();
    watchdog.guard(pid);
    expect(watchdog.run(100, () => 'answered')).toBe('answered');
    // The limit of a request that was answered means nothing to the next one.
    watchdog.run(1_000_000, () => sleep(500));
    expect(lives(pid)).toBe(true);
    expect(() =>
      watchdog.run(1_000_000, () => {
        throw new Error('the request failed');
      }),
    ).toThrow('the request failed');
    watchdog.run(100, () => {
      for (const until = Date.now() + 60_000; lives(pid) && Date.now() < until; ) sleep(20);
    });
    expect(lives(pid)).toBe(false);
    watchdog.close();
  });
});

it('the native one is taken where it is built', () => {
  expect(startWatchdog()).toBeInstanceOf(NativeWatchdog);
});
