// Memory stays bounded in loops that never yield, where neither finalizers nor external buffers would be freed. Needs
// the built library (dist/), as every run of `npm test` has it.

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { batching } from '../../src/core/batch.js';
import { tape } from '../../src/core/node.js';
import { reuse } from '../../src/core/storage.js';
import { checkpoint, grad, jacobian, type NDArray, np, vmap } from '../../src/index.js';

const script = fileURLToPath(new URL('./loops.mjs', import.meta.url));

function loops(flags: string[], ...args: string[]): Record<string, number> {
  const text = execFileSync(process.execPath, [...flags, script, ...args], { encoding: 'utf8' });
  return JSON.parse(text) as Record<string, number>;
}

describe('loops over arrays of 1 MB', () => {
  it('hold no more than 100 MB beyond the start, for every family of operations', {
    timeout: 600_000,
  }, () => {
    const grown = loops([], 'all', '150');
    expect(Object.keys(grown).length).toBeGreaterThan(20);
    for (const [family, megabytes] of Object.entries(grown)) {
      expect(megabytes, `${family} grew by ${megabytes} MB`).toBeLessThan(100);
    }
  });

  it('1,000 backward passes leave nothing behind', { timeout: 600_000 }, () => {
    const { heap, buffers, resident } = loops(['--expose-gc'], 'backward', '1000');
    expect(heap, 'JavaScript objects').toBeLessThan(5);
    expect(buffers, 'array buffers').toBeLessThan(20);
    expect(resident, 'resident memory').toBeLessThan(80);
  });
});

describe('an error inside', () => {
  const x = np.ones([2, 3]);
  const stop = (_: unknown): never => {
    throw new Error('stop');
  };
  it.each([
    ['grad', () => grad(stop)(x)],
    ['grad of grad', () => grad((a: NDArray) => np.sum(grad(stop as never)(a as never) as NDArray))(x)],
    ['vmap', () => vmap(stop)(x)],
    ['vmap of grad', () => vmap(grad(stop))(x)],
    ['jacobian', () => jacobian(stop)(x)],
    ['checkpoint', () => grad((a: NDArray) => checkpoint(stop)(a))(x)],
    ['np.scope', () => np.scope(() => grad(stop)(x))],
    ['np.noGrad', () => np.noGrad(() => stop(x))],
    ['np.detectAnomaly', () => np.detectAnomaly(() => grad(stop)(x))],
  ])('%s leaves nothing switched on, and the next gradient is right', (_, call) => {
    expect(call).toThrow('stop');
    expect([tape.recording, tape.watchers, batching.open, batching.sizes, reuse.off]).toEqual([
      true,
      [],
      0,
      [],
      0,
    ]);
    expect(grad((a: NDArray) => a.square().sum())(x).toArray()).toEqual(np.full([2, 3], 2).toArray());
  });
});
