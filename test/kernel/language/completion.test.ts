// Tab and Shift-Tab: completions and inspection, with types, on rewritten cells as on plain ones.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeModules } from './modules.js';
import { Notebook } from './notebook.js';

const modules = makeModules();

let nb: Notebook;
beforeAll(async () => {
  nb = new Notebook(modules.folder);
  await nb.run(`const X = np.array([1, 2]), settings = { learningRate: 1, 'odd key': 2 };
let level = 3;
/** Doubles a number. @param x what to double */
function double(x: number, times = 1): number { return x * 2 * times }
class Layer<T> { weights = X; constructor(size: T) {} forward(x: NDArray): NDArray { return x } }
interface Opts { rate: number; name?: string }
function speed(mode: 'fast' | 'slow') { return mode }
function tune(options: { mode: 'fast' | 'slow'; rate: number }) { return options }
const centred = X - 1;`);
});
afterAll(() => {
  nb.close();
  modules.remove();
});

/** Completes at the bar. */
function tab(code: string) {
  const offset = code.indexOf('|');
  const result = nb.service.complete(code.replace('|', ''), offset);
  return { ...result, names: result.matches.map((m) => m.text) };
}

describe('completion', () => {
  const table: [string, string[]][] = [
    ['np.|', ['array', 'zeros', 'arange', 'sum']],
    ['np.ar|', ['arange', 'array', 'argmax']],
    ['X.|', ['shape', 'T', 'item', 'grad']],
    ['(X + 1).|', ['shape', 'T', 'item']],
    ['const y = X * 2 - 1;\ny.it|', ['item']],
    ["X[':', 0].sh|", ['shape']],
    ['X[0].sh|', ['shape']],
    ['1 + X.si|', ['size']],
    ['X + np.su|', ['sum']],
    ['settings.|', ['learningRate']],
    ['lev|', ['level']],
    ['dou|', ['double']],
    ['new Lay|', ['Layer']],
    ['const o: Opts = { | }', ['rate', 'name']],
    ['np.sum(X, { ax| })', ['axis']],
    ['"text".toU|', ['toUpperCase']],
    ['proc|', ['process']],
    ['func|', ['function']],
    ['if (X > 1 && X.|) {}', ['shape']],
    ['X.shape.map(v => v.toF|)', ['toFixed']],
    ['for (const v of [1, 2]) { v.toF|', ['toFixed']],
    ['function f(a: NDArray) { return a.i|', ['item']],
    ['level.toF|', ['toFixed']],
    ["import { jo| } from 'node:path'", ['join']],
    ["import x from 'esm|'", ['esm-only']],
    ["import x from './lo|'", ['./local.ts']],
    ["import x from 'node:pa|'", ['node:path']],
    ["await import('unt|'", ['untyped']],
    ["require('@sc|')", ['@scope/pkg']],
    ["import { np } from 'grad|'", ['gradlab']],
    ["const s = '😀'; X.si|", ['size']],
    ['prin|', ['print']],
    ["settings['|']", ['learningRate', 'odd key']],
    ["settings['odd k|", ['odd key']],
    ["speed('|')", ['fast', 'slow']],
    ["speed('|", ['fast', 'slow']],
    ["tune({ mode: 's|', rate: 1 })", ['slow']],
    ['tune({\n  mode: "fast",\n  |', ['rate']],
    ["X['|']", [':', '::-1', '1:']],
    ["X[0, '::|", ['::2', '::-1']],
    ["np.sum(X['1:'] * 2, { ax|", ['axis']],
    ["readFileSync('loc|')", ['local.ts']],
    ["const file = './lo|'", ['./local.ts']],
    ["import x from '@scope/parts/|'", ['@scope/parts/deep/part']],
    ["import { readFileSync } from 'node:fs';\nrFS|", ['readFileSync']],
    ['settings.lr|', ['learningRate']],
    ['readFil|', ['readFileSync']],
    ['zero|', ['np.zeros']],
    ["'text'.sub|", ['substring', 'substr']],
    ['%%time\nX.sh|', ['shape']],
    ['%tim|', ['%time', '%timeit', '%%time']],
    ['%time np.su|', ['sum']],
  ];
  it.each(table)('%s', (code, expected) => {
    const { names } = tab(code);
    expect(names).toEqual(expect.arrayContaining(expected));
  });

  it('says what to replace: the word before the cursor', () => {
    const { start, end, matches } = tab('1 + np.ze|ros');
    expect([start, end]).toEqual([7, 12]);
    expect(matches[0]).toMatchObject({ text: 'zeros', type: 'function', start: 7, end: 12 });
  });
  it('gives the kind and the type of an entry', () => {
    expect(tab('np.zer|').matches[0]).toEqual({
      text: 'zeros',
      type: 'function',
      start: 3,
      end: 6,
      signature: '(shape: number | readonly number[]) => NDArray',
    });
    expect(tab('X.sha|').matches[0]).toMatchObject({ type: 'property', signature: 'readonly number[]' });
    expect(tab('Laye|').matches[0]).toMatchObject({ type: 'class' });
    expect(tab('leve|').matches[0]).toMatchObject({ type: 'instance', signature: 'number' });
    expect(tab('retur|').matches[0]).toMatchObject({ text: 'return', type: 'keyword' });
  });
  it('hides what the rewriting brings in', () => {
    expect(tab('$|').names).toEqual([]);
  });
  it('offers nothing inside a number', () => {
    expect(tab('12|').names).toEqual([]);
  });
  it('offers nothing in a comment, and no values of types', () => {
    expect(tab('// X.sh|').names).toEqual([]);
    expect(tab('1 /* np.| */').names).toEqual([]);
  });
  it('says what to replace between quotes: all of the text, or one slice', () => {
    expect(tab("settings['odd k|']")).toMatchObject({ start: 10, end: 15 });
    expect(tab("X['1:3, :|']")).toMatchObject({ start: 8, end: 9 });
    expect(tab("readFileSync('lo|cal')")).toMatchObject({ start: 14, end: 19 });
  });
  it('puts what is deprecated last, and names that need an import', () => {
    expect(tab("'text'.sub|").names).toEqual(['substring', 'sub', 'substr']);
    expect(tab('const parser = 1; par|').names.indexOf('parser')).toBe(0);
    expect(tab('readFil|').matches[0]).toMatchObject({
      text: 'readFile',
      signature: "import { readFile } from 'node:fs'",
    });
  });
  it('puts the case that was typed first', () => {
    expect(tab('np.a|').names[0]).toBe('arange');
  });
});

/** Inspects at the bar. */
function shiftTab(code: string) {
  return nb.service.inspect(code.replace('|', ''), code.indexOf('|'));
}

describe('inspection', () => {
  const table: [string, string][] = [
    ['np.zer|os(3)', 'function zeros(shape: number | readonly number[]): NDArray'],
    ['double|', 'function double(x: number, times?: number): number'],
    ['X|', 'const X: NDArray'],
    ['level|', 'let level: number'],
    ['X.sha|pe', '(property) shape: readonly number[]'],
    ['const y = X * 2;\ny|', 'const y: NDArray'],
    ['double(|', 'function double(x: number, times?: number): number'],
    ['double(1, |', 'function double(x: number, times?: number): number'],
    ['1 + double(2|) * X', 'function double(x: number, times?: number): number'],
    ['Lay|er', 'class Layer'],
    ['centred|', 'const centred: NDArray'],
    ['le|vel.toFixed()', 'let level: number'],
    ['const arrow = (a: number) => a + 1;\narr|ow', 'function arrow(a: number): number'],
    ['let o: Op|ts', 'interface Opts'],
    ['settings.learning|Rate', '(property) learningRate: number'],
    ['X.item|', '(method) item(): number'],
    ['n|p', 'namespace np'],
    ['Math.ma|x', '(method) max(...values: number[]): number'],
  ];
  it('names modules as a cell imports them, not by their paths', () => {
    const code =
      "import * as mine from './local'; import * as pkg from 'esm-only'; import * as fs from 'node:fs'";
    nb.service.compile('modules', `${code};\nconst all = { mine, pkg, fs };`);
    nb.service.commit('modules');
    expect(shiftTab('all|').text).toMatch(
      /^const all: \{\s*mine: typeof import\("\.\/local"\);\s*pkg: typeof import\("esm-only\/index"\);\s*fs: typeof import\("node:fs"\);\s*\}/,
    );
    expect(nb.problems('mine.nothing')).toEqual([
      `1:6 TS2339 Property 'nothing' does not exist on type 'typeof import("./local")'.`,
    ]);
    const { matches } = nb.service.complete('all.', 4);
    expect(matches.find(({ text }) => text === 'mine')?.signature).toBe('typeof import("./local")');
  });

  it.each(table)('%s', (code, expected) => {
    const { found, text } = shiftTab(code);
    expect([found, text.split('\n')[0]]).toEqual([true, expected]);
  });
  it('shows the documentation, as text and as markdown', () => {
    const { text, markdown } = shiftTab('np.arr|ay([1])');
    expect(text).toContain('Makes an array.');
    expect(text).toContain('@param value numbers, nested or not');
    expect(markdown).toContain('```typescript\nfunction array(value: ArrayLike): NDArray\n```');
    expect(markdown).toContain('*@example*\n\n```typescript\nnp.array([1, 2, 3])\n```');
    expect(shiftTab('double|').text).toContain('Doubles a number.');
    expect(shiftTab('X.ite|m').text).toContain('The number of a 0-d array.');
  });
  it('marks the parameter that is being written', () => {
    const parameter = (code: string) => /^> (.*)(?:\n(.*))?/m.exec(shiftTab(code).text)?.[0];
    expect(parameter('double(|')).toBe('> Parameter 1: x: number\nwhat to double');
    expect(parameter("double(np.sum(X, [1, 2])[0, '1,2'].item(), |)")).toBe('> Parameter 2: times: number\n');
    expect(parameter('1 + np.sum(X * 2, { axis: |')).toMatch(/^> Parameter 2: /);
    expect(parameter('Math.max(1, 2, |')).toBe(
      '> Parameter 3: values: number[]\nNumeric expressions to be evaluated.',
    );
    expect(parameter('new Layer(|')).toBe('> Parameter 1: size: T');
    expect(shiftTab('double(1, |').markdown).toContain('**Parameter 2:** `times: number`');
    expect(parameter('double|')).toBeUndefined();
  });
  it('says how objects of a class are made', () => {
    expect(shiftTab('new Lay|er(3)').text).toMatch(/^class Layer\nnew Layer\(size: T\)/);
  });
  it('shows the source with details: as it was written, operators and all', () => {
    const source = (code: string) =>
      nb.service.inspect(code.replace('|', ''), code.indexOf('|'), 1).text.split('Source:\n')[1];
    expect(source('cent|red')).toBe('const centred = X - 1;');
    expect(source('doub|le')).toBe('function double(x: number, times = 1): number { return x * 2 * times }');
    expect(source('const mine = X * 2;\nmi|ne')).toBe('const mine = X * 2;');
    expect(source('X.it|em')).toMatch(/^item\(\): number/);
    expect(shiftTab('cent|red').text).not.toContain('Source');
  });
  it('finds nothing where nothing is', () => {
    for (const code of ['|', '1 + |', '"str|ing"', '// com|ment', 'nope|', '12|3'])
      expect(shiftTab(code)).toEqual({ found: false, text: '', markdown: '' });
  });
});
