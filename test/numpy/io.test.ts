// .npy and .npz both ways: files that NumPy wrote are read, and files written here are NumPy's byte for byte. Fixtures:
// test/fixtures/npy.py.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { type NDArray, np } from '../../src/index.js';
import { decode, expectSame } from '../fixtures/cases.js';

interface Fixture {
  files: { name: string; bytes: string; array: unknown }[];
  foreign: { name: string; bytes: string }[];
  archives: { name: string; bytes: string; arrays: Record<string, unknown> }[];
}
const fixture = JSON.parse(readFileSync(new URL('../fixtures/npy.json', import.meta.url), 'utf8')) as Fixture;
const unpack = (text: string): Buffer => Buffer.from(text, 'base64');
const dir = mkdtempSync(join(tmpdir(), 'gradlab-io-'));
const path = (name: string): string => join(dir, name);
afterAll(() => rmSync(dir, { recursive: true }));

const file = (name: string): Fixture['files'][number] => fixture.files.find((f) => f.name === name)!;

describe('.npy', () => {
  it.each(fixture.files)('reads what NumPy wrote: $name', ({ name, bytes, array }) => {
    writeFileSync(path('a.npy'), unpack(bytes));
    for (const source of [path('a.npy'), pathToFileURL(path('a.npy')), unpack(bytes)])
      expectSame(np.load(source), array);
    if (name === 'fortran order') expect(np.load(path('a.npy')).strides).toEqual([8, 16]);
  });

  it.each(fixture.files.filter((f) => !/fortran|version/.test(f.name)))(
    "writes NumPy's bytes: $name",
    ({ bytes, array }) => {
      np.save(path('b'), decode(array) as NDArray);
      expect(readFileSync(path('b.npy')).equals(unpack(bytes))).toBe(true);
    },
  );

  it('writes views in C order, and reads back an equal array that is its own', () => {
    const a = np.arange(24).reshape(4, 6).T.at('::2, 1:');
    np.save(path('view.npy'), a);
    const b = np.load(path('view.npy'));
    expect(np.arrayEqual(a, b)).toBe(true);
    b.iadd(1);
    expect(np.arrayEqual(a, b)).toBe(false);
  });

  it.each(fixture.foreign)('refuses a dtype that arrays here do not have: $name', ({ bytes }) => {
    expect(() => np.load(unpack(bytes))).toThrow(
      /^load: the data: its dtype .* is not supported; supported are float64/,
    );
  });

  it('refuses truncated files, saying where', () => {
    const whole = unpack(file('float64').bytes);
    expect(() => np.load(whole.subarray(0, whole.length - 1))).toThrow(
      /the file is truncated: shape \(2, 3\) of float64 takes 48 bytes, 47 are there/,
    );
    expect(() => np.load(whole.subarray(0, 60))).toThrow(
      /EOF: reading array header, expected 118 bytes got 50/,
    );
    expect(() => np.load(whole.subarray(0, 8))).toThrow(/not a \.npy file/);
    expect(() => np.load(new Uint8Array(0))).toThrow('load: the data: the file is empty.');
  });

  it('refuses foreign files, showing what they begin with', () => {
    writeFileSync(path('x.npy'), 'hello, world');
    expect(() => np.load(path('x.npy'))).toThrow(
      /x\.npy: not a \.npy file: the magic string is not correct; expected 93 4e 55 4d 50 59, got 68 65 6c 6c 6f 2c/,
    );
    const odd = unpack(file('float64').bytes);
    odd[6] = 9;
    expect(() => np.load(odd)).toThrow(/format version .* not \(9,0\)/);
    const broken = unpack(file('float64').bytes);
    broken.write("{'descr': '<f8', 'fortran_order': False, 'shape': (2, -3), }", 10, 'latin1');
    expect(() => np.load(broken)).toThrow(/cannot parse the header/);
  });

  it('refuses a header that claims more memory than can be', () => {
    const text = "{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999, 99999), }\n";
    const bytes = Buffer.concat([
      Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.length, 0]),
      Buffer.from(text),
    ]);
    expect(() => np.load(bytes)).toThrow(/^load: unable to allocate/);
  });

  it("a missing file is the system's error", () => {
    expect(() => np.load(path('nothing.npy'))).toThrow(/^load: there is no file '.*nothing\.npy'\.$/);
    expect(() => np.load('nothing.npy')).toThrow(`load: there is no file 'nothing.npy' in ${process.cwd()}.`);
    expect(() => np.load(path('.'))).toThrow(/^load: '.*' is a folder\.$/);
    expect(() => np.loadtxt(path('nothing.txt'))).toThrow(/^loadtxt: there is no file/);
  });
});

describe('.npz', () => {
  it.each(fixture.archives)('reads what NumPy wrote: $name', ({ bytes, arrays }) => {
    writeFileSync(path('a.npz'), unpack(bytes));
    const got = np.load(path('a.npz') as `${string}.npz`);
    expect(Object.keys(got)).toEqual(Object.keys(arrays));
    for (const [name, a] of Object.entries(arrays)) expectSame(got[name], a);
  });

  it.each(['savez', 'savezCompressed'] as const)('reads back what %s wrote', (save) => {
    np[save](path('b'), { W: np.eye(3), labels: np.array([1n, 2n]), empty: np.zeros([0]) });
    const got = np.load(path('b.npz') as `${string}.npz`);
    expect(Object.keys(got)).toEqual(['W', 'labels', 'empty']);
    expect(got.W.toArray()).toEqual([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]);
    expect(got.labels.dtype).toBe('int64');
    expect(got.empty.shape).toEqual([0]);
  });

  it('notices a damaged entry by its checksum', () => {
    const bytes = unpack(fixture.archives[0].bytes);
    const at = bytes.indexOf(Buffer.from(new Float64Array([5]).buffer));
    bytes[at + 7] ^= 1;
    expect(() => np.load(bytes)).toThrow(/entry 'X.npy' is damaged: its checksum is wrong/);
    expect(() => np.load(bytes.subarray(0, 200))).toThrow(/the archive is truncated/);
  });
});

describe('text', () => {
  it('loadtxt reads rows of numbers, with comments, delimiters and headings', () => {
    writeFileSync(path('t.csv'), '# made up\na,b\n1,2.5\n-3,nan\n\n1e3,inf # end\n');
    expect(np.loadtxt(path('t.csv'), { delimiter: ',', skiprows: 2 }).toArray()).toEqual([
      [1, 2.5],
      [-3, Number.NaN],
      [1000, Number.POSITIVE_INFINITY],
    ]);
    expect(np.loadtxt(path('t.csv'), { delimiter: ',', skiprows: 2, usecols: 0 }).toArray()).toEqual([
      1, -3, 1000,
    ]);
    expect(() => np.loadtxt(path('t.csv'), { delimiter: ',' })).toThrow(
      /could not convert string 'a' to float64 at line 2, column 1\. .*skiprows/,
    );
  });

  it('savetxt writes what loadtxt reads back exactly', () => {
    const a = new np.random.RandomState(0).randn(4, 3);
    np.savetxt(path('s.txt'), a, { header: 'x y z' });
    expect(readFileSync(path('s.txt'), 'utf8').split('\n')[0]).toBe('# x y z');
    expect(np.arrayEqual(np.loadtxt(path('s.txt')), a)).toBe(true);
    np.savetxt(
      path('s.csv'),
      np.array([
        [1, 2],
        [3, 4],
      ]),
      { fmt: '%d', delimiter: ',' },
    );
    expect(readFileSync(path('s.csv'), 'utf8')).toBe('1,2\n3,4\n');
  });
});
