// What a user of arrays sees in a notebook when something does not fit: the function, the shapes or values, the way
// out, and the place in the cell.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { failure, result, useKernel } from './session.js';

const session = useKernel();

/** The error of a cell, as one text. */
async function shown(code: string): Promise<string> {
  const { traceback } = failure(await session.run(code));
  return traceback;
}

describe('errors of arrays in a cell', () => {
  const cases: [string, string, RegExp][] = [
    [
      'shapes that do not align',
      'np.dot(np.zeros([300, 2]), np.zeros([100, 2]))',
      /dot: shapes \(300, 2\) and \(100, 2\) do not align: 2 \(dim 1\) != 100 \(dim 0\)\. Did you mean np\.dot\(X, W\.T\)\?/,
    ],
    [
      'shapes that do not broadcast',
      'np.zeros([2, 3]) + np.zeros([4])',
      /add: operands could not be broadcast together with shapes \(2, 3\) \(4,\)/,
    ],
    [
      'a missing keepdims',
      'np.zeros([4, 3]) / np.sum(np.ones([4, 3]), {axis: 1})',
      /\(4, 3\) \(4,\).*keepdims: true/s,
    ],
    ['an index out of range', 'np.zeros([2, 3])[5, 0]', /index 5 is out of bounds for axis 0 with size 2/],
    [
      'an index array out of range',
      'np.zeros([2, 3])[np.arange(2), [0, 3]]',
      /index 3 is out of bounds for axis 1 with size 3/,
    ],
    [
      'too many indices',
      'np.zeros(3)[0, 1]',
      /too many indices for array: array is 1-dimensional, shape \(3,\), but 2 were indexed/,
    ],
    [
      'an axis that is not there',
      'np.sum(np.zeros([2, 3]), {axis: 3})',
      /sum: axis 3 is out of bounds for array of dimension 2; use -2 to 1/,
    ],
    [
      'a reshape of another size',
      'np.zeros([2, 3]).reshape(4, 2)',
      /reshape: cannot reshape array of size 6, shape \(2, 3\), into shape \(4, 2\)/,
    ],
    [
      'a dtype nobody knows',
      "np.zeros(3, {dtype: 'float63' as 'float64'})",
      /data type 'float63' not understood/,
    ],
    [
      'a float written into integers in place',
      'const n = np.array([1n, 2n])\nn += 0.5',
      /cannot cast the result from float64 to int64 with casting rule 'same_kind'/,
    ],
    [
      'a value outside a small integer type',
      "np.array([1, 2], {dtype: 'uint8'}) + 300",
      /the integer 300 is out of bounds for uint8 \(0 to 255\).*astype/s,
    ],
    [
      'the truth of several elements',
      'if (np.array([1, 2]) > 0) print(1)',
      /truth value of an array with more than one element is ambiguous.*np\.any\(a\) or np\.all\(a\)/s,
    ],
    [
      'an array too large for any memory',
      'np.zeros([1e9, 1e9])',
      /unable to allocate .* for an array with shape \(1000000000, 1000000000\)/,
    ],
    [
      'gradients of integers',
      'np.arange(3).requiresGrad()',
      /only floating point and complex arrays can require gradients; this one is int64/,
    ],
    [
      'backward of several numbers',
      'const w = np.ones(3).requiresGrad();\n(w * 2).backward()',
      /gradients start from a single number, but this array has shape \(3,\)/,
    ],
  ];

  for (const [what, code, message] of cases) {
    it(what, async () => {
      const text = await shown(code);
      expect(text).toMatch(message);
      // The trace ends in the cell: its last line is shown, and no file of the library is.
      expect(text).toMatch(/Cell \[\d+\]:\d+:\d+/);
      expect(text).not.toMatch(/dist\/|node_modules|node:internal/);
    });
  }

  it('a wrong type is told before anything runs', async () => {
    const text = await shown('let ran = false\nran = true\nnp.zeros([2]).push(1)');
    expect(text).toMatch(
      /Cell \[\d+\]:3:15 - error TS2339: Property 'push' does not exist on type 'NDArray<"float64">'/,
    );
    expect(await shown('ran')).toMatch(/TS2304: Cannot find name 'ran'/);
  });

  it('leave the session and its variables alone', async () => {
    await session.run('const kept = np.arange(4)');
    await shown('kept.reshape(3)');
    expect(result(await session.run('kept'))).toBe('array([0, 1, 2, 3])');
  });
});

describe('errors of JavaScript in a cell', () => {
  it('a chain of causes, each with its line', async () => {
    const text = await shown(
      "function inner() {\n  throw new TypeError('low')\n}\ntry { inner() } catch (cause) {\n  throw new Error('high', { cause })\n}",
    );
    expect(text).toMatch(/^Error: high\n +at Cell \[\d+\]:5:9\n[\s\S]*> 5 \|/);
    expect(text).toMatch(/\nCaused by: TypeError: low\n +at inner \(Cell \[\d+\]:2:9\)\n[\s\S]*> 2 \|/);
  });
  it('the members of an AggregateError', async () => {
    const text = await shown(
      "await Promise.any([\n  Promise.reject(new Error('one')),\n  Promise.reject(new RangeError('two')),\n])",
    );
    expect(text).toMatch(
      /^AggregateError: All promises were rejected\n {2}Error: one\n +at Cell \[\d+\]:2:18/,
    );
    expect(text).toMatch(/\n {2}RangeError: two\n +at Cell \[\d+\]:3:18/);
  });
  it('in a callback, in operator cells too', async () => {
    const text = await shown(
      "const M = np.ones(2) * 2; [1].map((v) => {\n  const w = M + v, x = M * w - 1; throw new Error('cb')\n})",
    );
    expect(text).toMatch(/^Error: cb\n +at Cell \[\d+\]:2:41\n +at Cell \[\d+\]:1:31\n/);
  });
  it('in a module of the notebook, with the line of the module', async () => {
    writeFileSync(
      join(session.folder, 'boom.ts'),
      'interface A { x: number }\n\nexport function boom(a: A): number {\n  throw new RangeError(`${a.x} is too much`);\n}\n',
    );
    const text = await shown("import { boom } from './boom'\nboom({ x: 2 })");
    expect(text).toMatch(
      /^RangeError: 2 is too much\n +at boom \(boom\.ts:4:9\)\n +at Cell \[\d+\]:2:1\n[\s\S]*> 4 \| {3}throw/,
    );
  });
  it('through awaits, and in a timer that the cell waits for', async () => {
    const text = await shown(
      "async function low() { await null; throw new Error('deep') }\nasync function mid() {\n  await low()\n}\nawait mid()",
    );
    expect(text).toMatch(
      /at low \(Cell \[\d+\]:1:42\)\n +at async mid \(Cell \[\d+\]:3:3\)\n +at async Cell \[\d+\]:5:1/,
    );
    const timer = await shown("await new Promise((_, no) => setTimeout(() => no(new Error('late')), 1))");
    expect(timer).toMatch(/^Error: late\n +at Cell \[\d+\]:1:50\n/);
  });
  it('a variable whose cell failed before it had a value', async () => {
    await session.run("const early = 1;\nconst loaded: number = (() => { throw new Error('no file') })()");
    expect(result(await session.run('early'))).toBe('1');
    expect(await shown('loaded + 1')).toMatch(
      /^ReferenceError: loaded is not defined\. Cell \[\d+\] declares it, and failed before it had a value: run that cell again\./,
    );
    await session.run('const loaded = 5');
    expect(result(await session.run('loaded + 1'))).toBe('6');
  });
});
