// From TypeScript to JavaScript: what types leave behind, what needs code of its own, and that it all runs.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Notebook } from './notebook.js';

let nb: Notebook;
beforeAll(async () => {
  nb = new Notebook();
  await nb.run(
    'const X = np.array([1, 2, 3]), W = np.array([1, 1, 1]); W.grad = np.array([1, 2, 3]); let n = 2;',
  );
});
afterAll(() => nb.close());

const squeeze = (text: string) => text.trim().replace(/ +/g, ' ').replace(/\n;$/, '');

describe('types are blanked where they stand', () => {
  const table: [string, string][] = [
    ['let a: number = 1', 'let a         = 1'],
    ['const f = (x: number, y?: string): void => {}', 'let   f = (x        , y         )       => {}'],
    [
      'function g<T extends object>(x: T): x is T { return true }',
      'let g = function                     (x   )         { return true };',
    ],
    ['n as number + 1 as any', 'n + 1'],
    ['n - 1 as number - 2', '(n - 1 ) - 2'],
    ['X - 1 as NDArray - 2', '$op.sub(($op.sub(X , 1) ) , 2)'],
    ['interface A { b: 1 }', ';'],
    ['type B = {\n  c: 1;\n}', ';'],
    [
      'class C<T> extends Array<T> implements D { private readonly e?: T; f!: number }\ninterface D {}',
      'class C    extends Array                   {                  e    ; f         }',
    ],
    ['const h = <T,>(x: T) => x', 'let   h =     (x   ) => x'],
    ['function k(this: Date, z: 1) {}', 'let k = function  (            z   ) {};'],
    ['const m = X!.grad!', 'let   m = X .grad'],
    ['const o = <any>n', 'let   o =      n'],
    ['new Map<string, number>()', 'new Map                ()'],
    ['try {} catch (e: unknown) {}', 'try {} catch (e         ) {}'],
    ['const p = (q: 1):\n  number =>\n  q', 'let   p = (q   )            =>\n  q'],
    ['n satisfies number', 'n'],
  ];
  it.each(table)('%s', (code, expected) => {
    const cell = nb.compile(code);
    const js = cell.js.replace(/\n\/\/#.*/, '').replace(/^\$cell\.value\((.*)\)$/s, '$1');
    if (cell.failed) expect(cell.diagnostics.every((d) => [2749, 2420].includes(d.code))).toBe(true);
    else expect(squeeze(js)).toBe(squeeze(expected));
  });

  it('keeps statements apart when the type between them goes', async () => {
    expect(await nb.run('let s1 = 1 as number\n;[1, 2].length\nlet s2 = n as number\n(n)\ns2')).toBe(2);
    expect(
      await nb.run(
        'class Fields {\n  a = 1 as number\n  [`b`] = 2\n  c?: string\n  *d() { yield 3 }\n}\nconst fields = new Fields();\n[fields.a, fields.b, [...fields.d()][0]]',
      ),
    ).toEqual([1, 2, 3]);
  });
});

describe('what needs code of its own', () => {
  it('enums: numbers, strings, computed members, reverse names', async () => {
    expect(
      await nb.run(
        'enum E { A, B = 4, C, D = "x".length, F = B | C, G = -1 }\nconst enum K { One = 1 }\nenum S { P = "p" }\n[E.A, E.C, E.D, E.F, E.G, E[4], K.One, S.P]',
      ),
    ).toEqual([0, 5, 1, 5, -1, 'B', 1, 'p']);
  });
  it('an enum that is run again forgets its old members', async () => {
    await nb.run('enum Again { Old = 7 }');
    await nb.run('enum Again { New = 8 }');
    expect(await nb.run('Object.keys(Again)')).toEqual(['8', 'New']);
  });
  it('parameter properties', async () => {
    expect(
      await nb.run(
        'class P { y = 8; constructor(public x: number, readonly z = 1) { this.y = x * 2 } }\nconst p = new P(4);\n[p.x, p.y, p.z]',
      ),
    ).toEqual([4, 8, 1]);
  });
  it('namespaces', async () => {
    expect(
      await nb.run(
        'namespace A.B { export let v = 1; export function inc() { return ++v } }\nA.B.inc(); A.B.v',
      ),
    ).toBe(2);
  });
  it('decorators, and array operators beside them', async () => {
    expect(
      await nb.run(
        'function twice(m: (...a: any[]) => number, _: ClassMethodDecoratorContext) { return function (this: any, ...a: any[]) { return 2 * m.apply(this, a) } }\n' +
          'class Counted { @twice value(): number { return (X + 1)[0].item() } }\nnew Counted().value()',
      ),
    ).toBe(4);
  });
  it('standard decorators of every kind, which later cells see in the types', async () => {
    await nb.run(
      'const seen: string[] = [];\n' +
        'function logged<F extends (...args: any[]) => any>(f: F, context: ClassMethodDecoratorContext) { return function (this: any, ...args: any[]) { seen.push(String(context.name)); return f.apply(this, args) } as F }\n' +
        'function doubled(_: undefined, __: ClassFieldDecoratorContext) { return (first: number) => 2 * first }\n' +
        'function cached<T>(get: () => T, _: ClassGetterDecoratorContext) { let kept: { value: T } | undefined; return function (this: any) { kept ??= { value: get.call(this) }; return kept.value } }\n' +
        'function named<C extends new (...args: any[]) => object>(c: C, context: ClassDecoratorContext) { context.addInitializer(() => { seen.push(`class ${context.name}`) }); return c }\n',
    );
    await nb.run(
      '@named class Model {\n  @doubled size = 4;\n  reads = 0;\n  @logged fit(x: number) { return x + this.size }\n  @logged static make() { return new Model() }\n' +
        '  @cached get slow(): number { return ++this.reads }\n  accessor depth = 3;\n}',
    );
    expect(await nb.run('const m = Model.make();\n[m.fit(1), m.slow, m.slow, m.depth, seen.join()]')).toEqual(
      [9, 1, 1, 3, 'class Model,make,fit'],
    );
    expect(nb.problems('m.fit("one")')).toEqual([
      "1:7 TS2345 Argument of type 'string' is not assignable to parameter of type 'number'.",
    ]);
    // A class may be declared again, also without decorators.
    expect(await nb.run('@named class Model { fit() { return "new" } }\nnew Model().fit()')).toBe('new');
  });
  it('using: disposed when the cell ends', async () => {
    await nb.run(
      'using resource = { [Symbol.dispose]() { out2.push("disposed") } };\nout2.push("used");'.replaceAll(
        'out2',
        '(globalThis as any).out',
      ),
    );
    expect(nb.globals.out.splice(0)).toEqual(['used', 'disposed']);
  });
  it('JSX, with whatever React is in scope', async () => {
    await nb.run(
      'const React = { createElement: (tag: string, props: any, ...children: any[]) => [tag, props, ...children] };',
    );
    expect(await nb.run('const node = <div title="t">{n + 1}</div>;\nnode')).toEqual([
      'div',
      { title: 't' },
      3,
    ]);
  });
});

describe('types that the operators meet', () => {
  it('unions of arrays and numbers, and type parameters bound by them', async () => {
    await nb.run(
      'function f(x: NDArray | number) { return x * 2 + 1 }\nfunction h<T extends NDArray | number>(x: T) { return x * 2 }',
    );
    expect(await nb.run('f(X)')).toEqual([3, 5, 7]);
    expect(await nb.run('f(3)')).toBe(7);
    expect(await nb.run('h(X)')).toEqual([2, 4, 6]);
    expect(await nb.run('h(4)')).toBe(8);
  });
  it('gradients that are surely there: W -= 0.1 * W.grad!', async () => {
    expect(await nb.run('W -= 1 * W.grad!; W')).toEqual([0, -1, -2]);
  });
  it('dictionaries of arrays', async () => {
    expect(
      await nb.run(
        "const params: Record<string, NDArray> = { W1: np.array([1, 2]) };\nfor (const key in params) params[key] -= 1;\nparams['W1'] *= 5;\nparams.W1",
      ),
    ).toEqual([0, 5]);
  });
  it('subclasses of arrays', () => {
    expect(
      nb.js('class Parameter extends NDArray { name = "" }\ndeclare const q: Parameter;\nq * 2'),
    ).toContain('$op.mul(q , 2)');
  });
  it('unknown values only where TypeScript allows them', () => {
    expect(nb.problems('function g(v: unknown) { return v + 1 }')[0]).toMatch(
      /TS18046 'v' is of type 'unknown'/,
    );
    expect(nb.js('function g(v: unknown) { if (v) return 1 }')).toContain('if ($op.truth(v))');
  });
});

describe('comments that speak to the checker', () => {
  it('@ts-ignore and @ts-expect-error silence the next line', () => {
    expect(nb.problems("// @ts-expect-error\nconst a: number = 'a';\n// @ts-ignore\nnope + X")).toEqual([]);
    expect(nb.problems('// @ts-expect-error\nconst b = 1')[0]).toMatch(/^1:1 TS2578/);
  });
  it('@ts-nocheck silences the cell, and the cell runs', async () => {
    expect(await nb.run("// @ts-nocheck\nconst a: number = 'text';\na")).toBe('text');
  });
});
