// The built library, whose modules are joined into a few files: what a user can see of it stays as the sources say.
import { describe, expect, it } from 'vitest';
import * as built from '../../dist/src/index.js';

const isModule = (value: unknown): value is Record<string, unknown> =>
  Object.prototype.toString.call(value) === '[object Module]';

/** Functions and classes of the library, by the way to them: `np.linalg.svd`. */
function functions(space: object, path = ''): [string, string, (...args: never[]) => unknown][] {
  return Object.entries(space).flatMap(([key, value]) => {
    if (isModule(value)) return functions(value, `${path}${key}.`);
    return typeof value === 'function' ? [[`${path}${key}`, key, value as () => unknown]] : [];
  });
}

describe('the built library', () => {
  it('has namespaces that are modules, and so cannot be changed', () => {
    const { np, nn } = built;
    for (const space of [np, np.linalg, np.random, np.fft, nn, nn.init, built.optim, built.plot, built.data])
      expect(isModule(space)).toBe(true);
    expect(() => Object.assign(np, { dot: 1 })).toThrow(TypeError);
  });

  it('has functions and classes that kept their names', () => {
    const all = functions(built);
    expect(all.length).toBeGreaterThan(800);
    const known = new Set(all.map(([, key]) => key));
    const strange = all.filter(([, , f]) => /^_|\d$/.test(f.name) && !known.has(f.name));
    expect([built.np.dot.name, built.nn.Linear.name, built.NDArray.name]).toEqual([
      'dot',
      'Linear',
      'NDArray',
    ]);
    expect(strange.map(([path, , f]) => `${path} is called ${f.name}`)).toEqual([]);
  });

  it('has methods on its arrays, and errors that name the function', () => {
    const { np } = built;
    expect(np.arange(6).reshape([2, 3]).sum({ axis: 0 }).toArray()).toEqual([3, 5, 7]);
    expect(() => np.dot(np.ones([2, 3]), np.ones([2, 3]))).toThrow(/^dot: shapes/);
  });
});
