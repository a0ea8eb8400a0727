// Errors that say the way out: habits of Python, missing awaits and imports, names of cells that did not run.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Notebook } from './notebook.js';

let nb: Notebook;
beforeAll(async () => {
  nb = new Notebook();
  await nb.run(
    'const X = np.zeros(3), words = ["a"]; let y = 3;\nasync function load() { return { rows: 3, list: [1] } }',
  );
});
afterAll(() => nb.close());

const claims = (table: [string, string, string][]) =>
  it.each(table)('%j', (code, place, hint) => {
    const [first] = nb.problems(code) as [string];
    expect(first).toContain(hint);
    expect(first.split(' ', 1)[0]).toBe(place);
  });

describe('habits of Python', () => {
  claims([
    ['np.sum(X, axis=1)', '1:11', 'Named arguments go in an object: np.sum(X, {axis: 1})'],
    ['y + 1\nnp.sum(X, axis=(0, 1), keepdims=True)', '2:11', 'np.sum(X, {axis: [0, 1], keepdims: true})'],
    ['print X', '1:1', 'print(X)'],
    ['let a = None', '1:9', 'null'],
    ['len(X)', '1:1', 'x.shape[0]'],
    ['for i in range(2, 10):\n  print(i)', '1:5', 'for (let i = 2; i < 10; i++) { ... }'],
    ['for w in words:\n  print(w)', '1:5', 'for (const w of words) { ... }'],
    ['if y > 3 and True:\n  y', '1:4', 'if (y > 3 && true) { ... }'],
    ['def f(x):\n  return x', '1:1', 'function f(x) { ... }'],
    ['class A(B):\n  pass', '1:8', 'class A extends B { ... }'],
    ['# a comment\n1 + 1', '1:1', 'A comment begins with //'],
    ['const one = 1 # a comment', '1:15', 'A comment begins with //'],
    ['import numpy as np', '1:14', 'np is there without an import'],
    ['import scipy as sp', '1:14', "import * as sp from 'scipy'"],
    ['X[:, 0]', '1:3', "X[':', 0]"],
    ['y + X[1:3, None]', '1:8', "X['1:3', np.newaxis]"],
    ['X.zero_()', '1:3', 'Here it is X.fill(0)'],
    ['(X + 1).unsqueeze(0)', '1:9', 'Here it is np.expandDims(x, axis)'],
    ['let late; for (const v of [1, 2]) late = X + 1; late.item()', '1:49', 'let late!: NDArray'],
    [
      'let late: string | undefined; late = y > 3 ? "a" : undefined; late.length',
      '1:63',
      'Ask first: late?.length, or late! where',
    ],
    ["const found = /(?<w>x)/.exec('x'); found.groups", '1:36', 'Ask first: found?.groups, or found! where'],
    ['for (const v of words) print(v)\n[...words].sort()', '2:2', 'end that one with a semicolon'],
    ['const five = y\n(five + 1).toFixed(2)', '1:14', 'end that one with a semicolon'],
    ['const list = words\n["a", "b"].map((v) => v)', '2:2', 'end that one with a semicolon'],
    ['const text = words\n`a ${y}`.length', '1:14', 'end that one with a semicolon'],
    ['Math.sqrt(X)', '1:11', 'Math takes numbers: of arrays it is np.sqrt.'],
    ['Math.pow(2, X)', '1:13', 'of arrays it is np.power.'],
    ['X.slice(1, 2)', '1:3', "Here it is X['from:to']"],
    ['-y ** 2', '1:1', 'As Python reads it: -(y ** ...)'],
    ['const rows = [[1], [2]]; rows[1, 0]', '1:31', 'one index after the other: rows[1][0].'],
    ['globalThis.rate = 3', '1:12', 'there for all cells: let rate = ...'],
    ['np.ones([2, 3]).argsort(1)[:, :3]', '1:28', "np.ones([2, 3]).argsort(1)[':', ':3']"],
    ['2 * X @ np.zeros([3, 4])', '1:7', 'np.dot(X, np.zeros([3, 4]))'],
    ['np.zeros([3, 4]) @ (X + 1)', '1:18', 'np.dot(np.zeros([3, 4]), (X + 1))'],
    ["print(f'{y} rows')", '1:8', '`${y} rows`'],
    ['[v * 2 for v in words if v]', '1:8', 'words.filter((v) => v).map((v) => v * 2)'],
    ['words.append(3)', '1:7', 'words.push(value)'],
    ['"a".upper()', '1:5', 'toUpperCase()'],
    ['if (y > 3) exit()', '1:12', 'so does a cell of its own: exit'],
    ['rate = 0.1', '1:1', 'Declare it first: let rate = 0.1'],
    ['load(**y)', '1:6', '...y'],
    ['raise ValueError("no")', '1:1', 'throw new Error("no")'],
    ['X.size()', '1:3', 'write X.size without parentheses'],
    ['X.size(0)', '1:3', 'The length of an axis is X.shape[0]'],
    ['print("loss %f" % y)', '1:7', 'sprintf("loss %f", y)'],
    ["print('%d: loss %f' % (y, y))", '1:7', "sprintf('%d: loss %f', y, y)"],
    ['const ix = [0]; X[...ix]', '1:19', 'X.at(...ix), and X.set(ix, value) writes'],
    ["np.array(['a'])", '1:11', 'Arrays hold numbers and booleans'],
    ['const p = { W: X }; for (const k in p) p[k]', '1:40', 'Record<string, NDArray>'],
    ['np.flatten(X, 1)', '1:4', 'x.reshape(x.shape[0], -1)'],
    ["printf('%d', 3)", '1:1', 'print(sprintf(format, ...values))'],
    ["print('%d: loss %f' % [y, y])", '1:7', "sprintf('%d: loss %f', y, y)"],
  ]);

  it('tells an error in an operator cell at its place', () => {
    expect(nb.problems('const Z = X * 2 + X[0] - np.sum(X, axis=0) * 3')).toEqual([
      "1:36 TS2304 Cannot find name 'axis'. Named arguments go in an object: np.sum(X, {axis: 0})",
    ]);
  });

  it('leaves errors alone that have nothing to do with Python', () => {
    expect(nb.problems('const s: string = y\nnope')).toEqual([
      "1:7 TS2322 Type 'number' is not assignable to type 'string'.",
      "2:1 TS2304 Cannot find name 'nope'.",
    ]);
  });
});

describe('decorators', () => {
  claims([
    [
      'function seal(c: Function, k: string, d: any) {}\nclass A { @seal m() {} }',
      '2:11',
      'the standard ones',
    ],
    ['function key(target: any, key: string) {}\nclass A { @key n = 1 }', '2:12', 'beside a tsconfig.json'],
    ['function at(t: any, k: string, i: number) {}\nclass A { m(@at x: number) {} }', '2:13', './model.ts'],
  ]);

  it('that are standard ones on a wrong member are told so', () => {
    const method = '(value: any, context: ClassMethodDecoratorContext) => value';
    const [problem] = nb.problems(`const log = ${method};\nclass A { @log get one() { return 1 } }`);
    expect(problem).toMatch(/^2:12 TS1241 .*ClassGetterDecoratorContext/s);
    expect(problem).not.toContain('the standard ones');
  });
});

describe('what is missing', () => {
  claims([
    ['load().rows', '1:8', 'It is a promise: await it first, as in (await load())'],
    ['const s: string = load()', '1:7', 'did you forget await?'],
    ['const { rows } = await load(); load.rows', '1:37', 'It is a function: call it first'],
    ['readFileSync("x")', '1:1', "Import it first: import { readFileSync } from 'node:fs'"],
    ['1 + path.sep', '1:5', "import path from 'node:path'"],
    ['zeros(3)', '1:1', "Did you mean 'np.zeros'?"],
  ]);
});

describe('a name of a cell that did not run', () => {
  it('says which cell has to be mended', async () => {
    const own = new Notebook();
    own.compile('const rate: string = 1');
    expect(own.problems('rate + 1')).toEqual([
      "1:1 TS2304 Cannot find name 'rate'. Cell [1], which declares it, has an error: mend it and run it first.",
    ]);
    await own.run('const rate = 1');
    expect(own.problems('rate + 1')).toEqual([]);
    own.service.reset();
    expect(own.problems('rate + 1')[0]).toContain('run the cell that declares it again');
    own.close();
  });
});
