// Cells one after the other: declarations that can be made again, names that flow on with their types, values shown.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Session } from '../../../kernel/language/session.js';
import type { Compiler } from '../../../kernel/language/typescript.js';
import { Notebook } from './notebook.js';

let nb: Notebook;
beforeAll(() => {
  nb = new Notebook();
});
afterAll(() => nb.close());

describe('declaring again', () => {
  const kinds = {
    const: 'const NAME = 1',
    let: 'let NAME = 2',
    var: 'var NAME = 3',
    function: 'function NAME() { return 4 }',
    class: 'class NAME { static v = 5 }',
    enum: 'enum NAME { A = 6 }',
    destructuring: 'const { NAME, other: [rest = 8] = [] } = { NAME: 7, other: [] as number[] }',
    import: "import * as NAME from 'node:path'",
    'async function': 'async function NAME() { return await 9 }',
    namespace: 'namespace NAME { export const v = 10 }',
    loop: 'for (var NAME = 0; NAME < 11; NAME++) {}',
  };
  it.each(Object.entries(kinds))('%s, after every other kind of declaration', async (kind, declaration) => {
    for (const [before, earlier] of Object.entries(kinds)) {
      const name = `${kind}_${before}`.replace(/\W/g, '');
      await nb.run(earlier.replaceAll('NAME', name));
      await nb.run(declaration.replaceAll('NAME', name));
      const expected =
        {
          function: 'function',
          class: 'function',
          enum: 'object',
          import: 'object',
          'async function': 'function',
          namespace: 'object',
        }[kind] ?? 'number';
      expect(await nb.run(`typeof ${name}`), `${before} then ${kind}`).toBe(expected);
    }
  });

  it('gives the newest declaration its own type', async () => {
    await nb.run('const v = 1');
    expect(nb.problems('v.toFixed(2)')).toEqual([]);
    await nb.run("const v = 'now a string'");
    expect(nb.problems('v.toUpperCase()')).toEqual([]);
    expect(nb.problems('v.toFixed(2)')[0]).toMatch(/^1:3 TS2551|^1:3 TS2339/);
  });

  it('runs the same cell a hundred times and keeps a copy or two of it', async () => {
    for (let i = 0; i < 100; i++)
      await nb.run('class Again<T> { constructor(readonly x: T) {} }\nconst again = new Again(1);');
    const { session } = (nb.service as unknown as { types: { session: Session } }).types;
    const { young, settled } = session.texts();
    expect(`${young}${settled}`.match(/class Again/g)?.length).toBeLessThanOrEqual(2);
    expect(young.length).toBeLessThan(5000);
  });

  it('keeps what forty cells declared, with types, classes, imports and all that they were built on', async () => {
    const session = new Notebook();
    try {
      await session.run("import { basename } from 'node:path'");
      await session.run('interface Step { n: number; from?: Step }');
      await session.run('class Base<T> { constructor(readonly value: T) {} }');
      await session.run('let step0: Step = { n: 0 }, newest: Step = step0; enum Kind { Odd = 1, Even }');
      for (let i = 1; i <= 40; i++) {
        await session.run(
          `let step${i}: Step = { n: step${i - 1}.n + 1, from: step${i - 1} }; newest = step${i}\n` +
            `class Item${i} extends Base<Step> { kind = step${i}.n % 2 ? Kind.Odd : Kind.Even }\n` +
            `function name${i}() { return basename('/steps/' + step${i}.n) + new Item${i}(step${i}).kind }`,
        );
        if (i === 20) await session.run("import { extname } from 'node:path'; let shared = 1");
      }
      expect(await session.run('[newest.n, name1(), name20(), name40(), extname("a.b"), shared]')).toEqual([
        40,
        '11',
        '202',
        '402',
        '.b',
        1,
      ]);
      expect(session.problems('new Item3(step2).value.from!.n.toFixed() - 1')[0]).toMatch(/^1:1 TS2362/);
      expect(session.problems('const wrong: Item5 = new Base(step1)')[0]).toMatch(/TS2741.*Item5/);
      await session.run("let step1 = 'text'");
      expect(session.problems('step1.n')[0]).toMatch(/TS2339/);
      expect(await session.run('step2.from!.n')).toBe(1);
      expect(session.service.inspect('name7', 5).text).toContain('function name7(): string');
      expect(session.service.inspect('name7', 5, 1).text).toContain("basename('/steps/'");
      expect(session.service.complete('newest.fr', 9).matches[0]?.text).toBe('from');
    } finally {
      session.close();
    }
  });

  it('is not fooled by a var in two cells or a function in a block', async () => {
    await nb.run('if (true) { var blockVar = 1; function inner() { return 2 } }');
    expect(await nb.run('let blockVar = 5; blockVar')).toBe(5);
    await nb.run(
      'for (var key in { a: 1 }) {}\nfor (var item of [7]) {}\nvar { p, q: [r] } = { p: 1, q: [2] }, s, t = 3',
    );
    expect(await nb.run('[key, item, p, r, t]')).toEqual(['a', 7, 1, 2, 3]);
  });
});

describe('names between cells', () => {
  it('lets a function of an earlier cell see a later assignment', async () => {
    await nb.run('let count = 0;\nfunction increment() { return ++count }');
    await nb.run('count = 100');
    expect(await nb.run('increment()')).toBe(101);
    await nb.run('let count = 5');
    expect(await nb.run('increment()')).toBe(6);
  });

  it('uses a function of the first cell five cells later, with its types', async () => {
    await nb.run('function scale(x: number, by = 2): number { return x * by }');
    for (let i = 0; i < 5; i++) await nb.run(`const filler${i} = ${i}`);
    expect(await nb.run('scale(4)')).toBe(8);
    expect(nb.problems("scale('a')")).toEqual([
      "1:7 TS2345 Argument of type 'string' is not assignable to parameter of type 'number'.",
    ]);
  });

  it('carries classes with private members, generics, interfaces, types and enums', async () => {
    await nb.run(`interface Shape<T> { size: T; name?: string }
type Pair<A, B = A> = [A, B];
enum Color { Red, Green = 'g' as any, Blue = 5 }
enum Name { First = 'one', Second = 'two' }
class Box<T> { #inner: T; constructor(inner: T) { this.#inner = inner } get(): T { return this.#inner } static of<U>(u: U) { return new Box(u) } }
abstract class Animal { abstract name(): string; protected legs = 4; hello() { return this.name() + this.legs } }`);
    await nb.run(
      'class Dog extends Animal { name() { return "dog" } }\nconst shape: Shape<number> = { size: 3 }, pair: Pair<string> = ["a", "b"];',
    );
    expect(
      await nb.run(
        '[Box.of(3).get() + shape.size, pair[1], new Dog().hello(), Color.Blue, Color[5], Name.Second]',
      ),
    ).toEqual([6, 'b', 'dog4', 5, 'Blue', 'two']);
    expect(nb.problems('const b: Box<string> = new Box(3)')[0]).toMatch(/TS2322/);
    expect(nb.problems('new Animal()')[0]).toMatch(/TS2511/);
    expect(nb.problems('new Dog().legs')[0]).toMatch(/TS2445/);
    expect(nb.problems('const c: Color = "x"')[0]).toMatch(/TS2322/);
  });

  it('assigns to a let of an earlier cell with its type, and not to a const', async () => {
    await nb.run('let level = 1; const fixed = 1;');
    expect(await nb.run('level = 2; level += 3; level')).toBe(5);
    expect(nb.problems("level = 'high'")).toEqual([
      "1:1 TS2322 Type 'string' is not assignable to type 'number'.",
    ]);
    expect(nb.problems('fixed = 2')).toEqual([
      "1:1 TS2588 Cannot assign to 'fixed' because it is a constant.",
    ]);
  });

  it('does not take a value that a later cell assigned for the type of a let', async () => {
    await nb.run('let best: number | null = null;');
    expect(nb.problems('if (best !== null) best.toFixed(1)')).toEqual([]);
  });

  it('flows the type of an awaited value', async () => {
    await nb.run("const answer = await (async () => 42)();\nconst nested = [await Promise.resolve('a')];");
    expect(await nb.run('answer.toFixed(1) + nested[0].toUpperCase()')).toBe('42.0A');
  });

  it('keeps literal types and type predicates that a function was found to have', async () => {
    await nb.run(
      'function isArray(v: NDArray | number) { return v instanceof NDArray }\nconst mode = "fast", total = np.sum(np.zeros(3)), half = 1 / 2;',
    );
    expect(
      nb.problems(
        'const v: NDArray | number = 1 as any; if (isArray(v)) v.shape; const m: "fast" = mode; total.item() + half',
      ),
    ).toEqual([]);
  });

  it('shows names only after their cell was committed', () => {
    nb.compile('const unseen = 1');
    expect(nb.problems('unseen')).toEqual(["1:1 TS2304 Cannot find name 'unseen'."]);
  });

  it('may shadow globals of Node and of the library in cells', async () => {
    await nb.run('const performance = 3, data = [1], test = 2; let name = "n"');
    expect(await nb.run('performance + data[0] + test + name.length')).toBe(7);
    await nb.run('{ const np = 5; np }\nconst grad = 1;');
    expect(await nb.run('grad + 1')).toBe(2);
    await nb.run('const URL = "mine"');
    expect(nb.problems('URL.length + 1')).toEqual([]);
  });

  it('hoists functions within a cell, and var', async () => {
    expect(
      await nb.run(
        'const early = hoisted(2);\nfunction hoisted(x: number) { return x * helper() }\nfunction helper() { return later ?? 10 }\nvar later: number | undefined = 1;\nearly',
      ),
    ).toBe(20);
  });

  it('checks a cell again when a name in it has become something else', async () => {
    const again = 'changing.toFixed(1)';
    await nb.run('let changing: any = 1');
    await nb.run('let changing = 1');
    expect(await nb.run(again)).toBe('1.0');
    expect(await nb.run(again)).toBe('1.0');
    await nb.run('let changing = "text"');
    expect(nb.problems(again)[0]).toContain('TS2551');
    await nb.run('let changing = 1');
    expect(await nb.run(again)).toBe('1.0');
    await nb.run('const twice = changing * 2');
    await nb.run('const twice = changing * 2');
    expect(await nb.run('twice')).toBe(2);
  });

  it('forgets everything on reset', async () => {
    const own = new Notebook();
    await own.run('const gone = 1');
    own.service.reset();
    expect(own.problems('gone')).toEqual([
      "1:1 TS2304 Cannot find name 'gone'. It went with the session that ended: run the cell that declares it again.",
    ]);
    own.close();
  });

  it('keeps augmentations of a global interface', async () => {
    await nb.run(
      'declare global { interface Array<T> { second(): T } }\nArray.prototype.second = function () { return this[1] };',
    );
    expect(nb.problems('[1, 2].second().toFixed()')).toEqual([]);
  });

  it('lets implicit any pass, and knows it', () => {
    expect(
      nb.problems(
        'function loose(a, { b }, ...c) { let d; d = a; return [b, c, d] }\nconst xs = []; xs.push(1); xs[0].toFixed()',
      ),
    ).toEqual([]);
  });
});

describe('the value of a cell', () => {
  const table: [string, unknown][] = [
    ['1 + 1', 2],
    ['1 + 1;', 2],
    ['1;\n2;;', 2],
    ['"text"', 'text'],
    ['{ a: 1, b: [2] }', { a: 1, b: [2] }],
    ['{a: 1} // a comment', { a: 1 }],
    ['// a comment\n/* and */ { a: 1 }', { a: 1 }],
    ['let sum = 0;\r\nfor await (const v of [1, Promise.resolve(2)]) sum += v;\r\nsum', 3],
    [
      'try { await Promise.reject(new Error("no")) } catch (e) { var caught = (e as Error).message }\ncaught!',
      'no',
    ],
    ['if (await Promise.resolve(true)) { var inside = await Promise.resolve(5) }\ninside!', 5],
    ['const [first, ...others] = await Promise.all([1, 2, 3]); others', [2, 3]],
    ['label: for (const i of [1, 2]) { for (;;) continue label }\n"done"', 'done'],
    ['const self = { get x() { return 1 }, async *g() { yield 1 } };\nself.x', 1],
    ['{ const block = 1; block }', undefined],
    ['let w = 5', undefined],
    ['w = 6', undefined],
    ['w += 6', undefined],
    ['w++', undefined],
    ['(print(), 2)', 2],
    ['print(), 2', 2],
    ['if (true) { 3 }', undefined],
    ['function nothing() {}', undefined],
    ['await Promise.resolve(7)', 7],
    ['// only a comment', undefined],
    ['', undefined],
    ['void 0', undefined],
    ['null', null],
    ['export const exported = 3; exported', 3],
    ['export default 8', 8],
    ['`a\n${1 + 1}`', 'a\n2'],
    ['(function () { return 1 })()', 1],
    ['const list = [1]\n;[2, 3].map(v => v + 1)', [3, 4]],
    ['const y = 1 as number\n;(2)', 2],
    ['/re[/]x/.test("re/x")', true],
    ['w /* c */ // d', 12 + 1],
    ['async () => 1', expect.any(Function)],
    ['class Shown {}', undefined],
    ['const z = <number>3, zz = z satisfies number; z!', 3],
  ];
  it.each(table)('%s', async (code, expected) => {
    const value = await nb.run(code);
    if (typeof expected === 'object' && expected !== null && !('asymmetricMatch' in expected))
      expect({ ...value }).toEqual({ ...expected });
    else expect(value).toEqual(expected);
  });
});

describe('cells that are run again as they were', () => {
  it('are not checked again, nor what was built on them; an edit has it all checked', async () => {
    const own = new Notebook();
    const cells = [
      'interface Row { size: number }',
      'const rows: Row[] = [{ size: 2 }, { size: 3 }]',
      'function total(list: Row[]) { return list.reduce((sum, row) => sum + row.size, 0) }',
      'const all = total(rows); all + rows.length',
    ];
    const runAll = async () => {
      for (const cell of cells.slice(0, -1)) await own.run(cell);
      return own.run(cells[3]);
    };
    expect(await runAll()).toBe(7);
    const { compiler } = (own.service as unknown as { types: { compiler: Compiler } }).types;
    const checks = vi.spyOn(compiler, 'semantic');
    expect(await runAll()).toBe(7);
    expect(checks).not.toHaveBeenCalled();
    cells[0] = 'interface Row { size: number; name?: string }';
    expect(await runAll()).toBe(7);
    expect(checks).toHaveBeenCalledTimes(4);
    cells[0] = 'interface Row { size: string }';
    await expect(runAll()).rejects.toThrow(/Type 'number' is not assignable to type 'string'/);
    own.close();
  });

  it('declare their names again when another cell has declared them since', async () => {
    const own = new Notebook();
    await own.run('const shape = { sides: 3 }');
    await own.run("const shape = 'round'");
    expect(own.problems('shape.sides')[0]).toMatch(/TS2339/);
    await own.run('const shape = { sides: 3 }');
    expect(await own.run('shape.sides')).toBe(3);
    own.close();
  });
});

describe('a long session', () => {
  it('checks and runs 200 cells that build on each other', async () => {
    const own = new Notebook();
    await own.run('const a0 = np.zeros(3); function f0(x: number) { return x + 1 }');
    for (let i = 1; i < 200; i++) {
      const value = await own.run(
        `const a${i} = a${i - 1} * 2 + ${i};\nfunction f${i}(x: number) { return f${i - 1}(x) + ${i} }\nclass C${i}<T> { constructor(v: T) {} }\nf${i}(1)`,
      );
      expect(value).toBe(2 + (i * (i + 1)) / 2);
    }
    expect(own.problems('a199.nope; f199("x")')).toHaveLength(2);
    own.close();
  });
});
