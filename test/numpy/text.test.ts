// Text both ways as NumPy has it (fixtures: test/fixtures/numpy_text.py), errors with their lines, and arrays from
// buffers, files and iterators.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type NDArray, np } from '../../src/index.js';
import { type Case, call, decode, expectSame, readCases, title } from '../fixtures/cases.js';

const dir = mkdtempSync(join(tmpdir(), 'gradlab-text-'));
const path = (name: string): string => join(dir, name);
afterAll(() => rmSync(dir, { recursive: true }));

/** savetxt cases hold the text of the file. */
function run(c: Case): unknown {
  if (c.f !== 'savetxt') return call(c);
  np.savetxt(path('s.txt'), decode(c.a[0]) as NDArray, decode(c.o ?? {}) as object);
  return readFileSync(path('s.txt'), 'utf8');
}

describe('text as NumPy reads and writes it', () => {
  readCases('numpy_text').forEach((c, i) => {
    it(`${i}: ${title(c)}`, () => {
      if (c.e !== undefined) expect(() => run(c)).toThrow(new RegExp(`^${c.f}: `));
      else expectSame(run(c), c.r, c.rtol);
    });
  });
});

describe('errors name the line', () => {
  it.each([
    [
      'loadtxt',
      () => np.loadtxt(['1 2', '', '# x', '3 y']),
      "could not convert string 'y' to float64 at line 4, column 2",
    ],
    ['loadtxt', () => np.loadtxt(['1 2', '', '3']), 'the number of columns changed from 2 to 1 at line 3'],
    [
      'loadtxt',
      () => np.loadtxt(['1 2', '3 4'], { usecols: 5 }),
      'invalid column index 5 at line 1 with 2 columns',
    ],
    [
      'loadtxt',
      () => np.loadtxt(['1 300'], { dtype: 'uint8' }),
      "could not convert string '300' to uint8 at line 1",
    ],
    [
      'genfromtxt',
      () => np.genfromtxt(['1 2', '3', '4 5 6']),
      'line 2 has 1 columns instead of 2, and 1 more lines differ',
    ],
    [
      'loadtxt',
      () => np.loadtxt(['1'], { delimeter: ',' } as never),
      "unknown option 'delimeter'; did you mean 'delimiter'?",
    ],
    ['fromstring', () => np.fromstring('1 2 x', { sep: ' ' }), "'x' (number 3) is no float64"],
    ['fromstring', () => np.fromstring('12'), 'the separator is missing'],
    [
      'frombuffer',
      () => np.frombuffer(new Uint8Array(10)),
      'buffer size must be a multiple of element size: 10 bytes, 8 per float64',
    ],
    [
      'frombuffer',
      () => np.frombuffer(new Uint8Array(16), { offset: 17 }),
      'offset must be non-negative and no greater than buffer length (16)',
    ],
    ['fromiter', () => np.fromiter([1, 2], 'float64', 3), 'expected 3 but iterator had only 2 items'],
  ])('%s', (name, f, message) => {
    expect(f).toThrow(`${name}: `);
    expect(f).toThrow(message);
  });
});

describe('converters, buffers, files, iterators', () => {
  it('converters make elements of fields, by column or for all', () => {
    const lines = ['10%,a', '25%,b'];
    const percent = (s: string): number => Number.parseFloat(s) / 100;
    const letter = (s: string): number => s.charCodeAt(0);
    expect(np.loadtxt(lines, { delimiter: ',', converters: { 0: percent, [-1]: letter } }).toArray()).toEqual(
      [
        [0.1, 97],
        [0.25, 98],
      ],
    );
    expect(
      np.genfromtxt(lines, { delimiter: ',', converters: { 0: percent }, usecols: 0 }).toArray(),
    ).toEqual([0.1, 0.25]);
  });

  it('frombuffer shares memory where it can', () => {
    const bytes = new Float64Array([1, 2, 3]);
    const a = np.frombuffer(bytes.buffer, { offset: 8 });
    bytes[2] = 9;
    expect(a.toArray()).toEqual([2, 9]);
    expect(np.frombuffer(new Uint8Array([0, 1, 0, 2, 0]), { dtype: 'int16', offset: 1 }).toArray()).toEqual([
      1, 2,
    ]);
    expect(np.frombuffer(new Uint8Array([1, 2, 3]), { dtype: 'uint8', count: 2 }).toArray()).toEqual([1, 2]);
  });

  it('tofile and fromfile, as bytes and as text', () => {
    const a = np.arange(6).reshape(2, 3).T;
    a.tofile(path('a.bin'));
    expect(np.fromfile(path('a.bin'), { dtype: 'int64' }).toArray()).toEqual([0, 3, 1, 4, 2, 5]);
    expect(np.fromfile(path('a.bin'), { dtype: 'int64', count: 2, offset: 8 }).toArray()).toEqual([3, 1]);
    a.tofile(path('a.txt'), { sep: ', ' });
    expect(readFileSync(path('a.txt'), 'utf8')).toBe('0, 3, 1, 4, 2, 5');
    expect(np.fromfile(path('a.txt'), { sep: ',' }).toArray()).toEqual([0, 3, 1, 4, 2, 5]);
    expect(np.frombuffer(a.tobytes(), { dtype: 'int64' }).toArray()).toEqual([0, 3, 1, 4, 2, 5]);
    writeFileSync(path('b.bin'), new Uint8Array(11));
    expect(np.fromfile(path('b.bin')).size).toBe(1);
    expect(() => np.fromfile(path('b.bin'), { count: 2 })).toThrow(
      /^fromfile: buffer is smaller than requested size/,
    );
  });

  it('fromiter takes what an iterator gives', () => {
    const squares = function* () {
      for (let i = 0; ; i++) yield i * i;
    };
    expect(np.fromiter(squares(), 'int64', 4).toArray()).toEqual([0, 1, 4, 9]);
    expect(np.fromiter(new Set([true, false]), 'bool').dtype).toBe('bool');
  });
});
