// Whatever is rewritten, messages and traces speak of the lines and columns that the user wrote.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Edits, Lines, literal, MappedText } from '../../../kernel/language/positions.js';
import { Notebook } from './notebook.js';

let nb: Notebook;
beforeAll(async () => {
  nb = new Notebook();
  await nb.run('const X = np.array([1, 2, 3]), Y = np.array([1, 2, 3]); let dyn: any = {}');
});
afterAll(() => nb.close());

describe('diagnostics', () => {
  const table: [string, string][] = [
    ['const s: string = X + 1', "1:7 TS2322 Type 'NDArray' is not assignable to type 'string'."],
    [
      "const a = X * 2\nconst n: number = 'é😀'",
      "2:7 TS2322 Type 'string' is not assignable to type 'number'.",
    ],
    ["'é😀' + X; X + nope", "1:16 TS2304 Cannot find name 'nope'."],
    ['X * 2 + Y.nope', "1:11 TS2339 Property 'nope' does not exist on type 'NDArray'."],
    ['X + new Date()', "1:1 TS2365 Operator '+' cannot be applied to types 'NDArray' and 'Date'."],
    ["X * 'a'", "1:1 TS2365 Operator '*' cannot be applied to types 'NDArray' and 'string'."],
    ['({}) < X', "1:1 TS2365 Operator '<' cannot be applied to types '{}' and 'NDArray'."],
    ['true + 1', "1:1 TS2365 Operator '+' cannot be applied to types 'boolean' and 'number'."],
    [
      "'a' * 2",
      "1:1 TS2362 The left-hand side of an arithmetic operation must be of type 'any', 'number', 'bigint' or an enum type.",
    ],
    [
      '2 - ({} as Date)',
      "1:5 TS2363 The right-hand side of an arithmetic operation must be of type 'any', 'number', 'bigint' or an enum type.",
    ],
    ['X.grad * 2', "1:1 TS18047 'X.grad' is possibly 'null'."],
    ['2 + X.grad', "1:5 TS18047 'X.grad' is possibly 'null'."],
    ['X.grad[0]', "1:1 TS18047 'X.grad' is possibly 'null'."],
    [
      'X[true]',
      "1:3 TS2538 Type 'boolean' cannot be used as an index of an array. Use a number, a slice such as '1:3', an integer array, or a mask.",
    ],
    [
      "X['a', {}]",
      "1:8 TS2538 This cannot be used as an index of an array. Use a number, a slice such as '1:3', an integer array, or a mask.",
    ],
    ["X[0] = 'text'", "1:8 TS2322 Type '\"text\"' is not assignable to type 'ArrayLike'."],
    [
      'let total: number = 0;\nfor (const v of [1]) total += np.sum(X) * v',
      "2:22 TS2322 Type 'NDArray' is not assignable to type 'number'. Use .item() to get the number of a 0-d array.",
    ],
    [
      'const q: number = np.mean(X)',
      "1:7 TS2322 Type 'NDArray' is not assignable to type 'number'. Use .item() to get the number of a 0-d array.",
    ],
    ['if (1 + 1) {\n  undefined_name\n}', "2:3 TS2304 Cannot find name 'undefined_name'."],
    ['const x = 1;\nx = 2', "2:1 TS2588 Cannot assign to 'x' because it is a constant."],
    [
      'const list = [1]; list[0, 1]',
      '1:24 TS2695 Left side of comma operator is unused and has no side effects.',
    ],
    ['const = 3', '1:7 TS1134 Variable declaration expected.'],
    ['foo(', '1:5 TS1005'],
    ["import { nope } from 'node:fs'", "1:10 TS2305 Module '\"node:fs\"' has no exported member 'nope'."],
    [
      "import x from './missing-file'",
      "1:15 TS2307 Cannot find module './missing-file' or its corresponding type declarations.",
    ],
    [
      'X == "a"; X === 5',
      "1:11 TS2367 This comparison appears to be unintentional because the types 'NDArray' and 'number' have no overlap.",
    ],
    [
      'function f(a: number) { return a }\nf(X)\n',
      "2:3 TS2345 Argument of type 'NDArray' is not assignable to parameter of type 'number'.",
    ],
    [
      'Math.exp(X[0, 1])',
      "1:10 TS2345 Argument of type 'NDArray' is not assignable to parameter of type 'number'.",
    ],
    ['np.zero(3)', "1:4 TS2551 Property 'zero' does not exist on type"],
    ['return 1', '1:1 TS1108'],
  ];
  it.each(table)('%s', (code, expected) => {
    const problems = nb.problems(code);
    expect(problems.join('\n')).toContain(expected);
  });

  it('tells each mistake once', () => {
    expect(nb.problems('const d = X + new Date();\nconst e = d * 2')).toHaveLength(1);
    expect(nb.problems("X * 'a' * 'b'").length).toBeLessThanOrEqual(2);
  });

  it('shows a code frame with a marker', () => {
    const cell = nb.compile("const ok = 1;\n\tconst bad: number = 'text';");
    expect(nb.service.formatDiagnostics(cell, 'Cell [3]', false)).toBe(
      "Cell [3]:2:8 - error TS2322: Type 'string' is not assignable to type 'number'.\n\n" +
        "2 \tconst bad: number = 'text';\n  \t      ~~~",
    );
    expect(nb.service.formatDiagnostics(cell, 'Cell [3]', true)).toContain('\u001b[91merror');
  });

  it('stops the cell: no JavaScript', () => {
    const cell = nb.compile('const n: number = X');
    expect([cell.failed, cell.js]).toEqual([true, '']);
  });
});

describe('stack traces', () => {
  async function frames(code: string): Promise<string[]> {
    const error = await nb.run(code).then(
      () => undefined,
      (e: Error) => e,
    );
    if (!error) throw new Error('the cell did not fail');
    return nb.service.mapStack(error.stack as string, (id) => nb.cells.get(id), { label: () => 'Cell' });
  }
  const at = (lines: string[]) => lines.filter((l) => /^ {4}at /.test(l));

  it('points at the line of a rewritten cell', async () => {
    const lines = await frames('const a = X * 2 + 1;\nconst b = a[0] + a[1];\ndyn.missing.field + b');
    expect(lines[0]).toMatch(/^TypeError: Cannot read properties of undefined/);
    expect(at(lines)).toEqual(['    at Cell:3:13']);
    expect(lines.at(-2)).toBe('> 3 | dyn.missing.field + b');
    expect(lines.at(-1)).toBe('    |             ^');
  });

  it('points at the operator whose arrays do not fit', async () => {
    const lines = await frames('const u = X + 1;\n\nif (X  ==  Y) { }');
    expect(at(lines)[0]).toMatch(/ at Cell:3:/);
  });

  it('names functions, through cells, with types blanked', async () => {
    await nb.run('function outer<T extends object>(x: T,\n  f: (v: T) => void): void {\n  f(x);\n}');
    const lines = await frames('const g = (v: { a?: any }): void => {\n  v.a!.b;\n};\nouter({}, g);');
    expect(at(lines).map((l) => l.trim())).toEqual(['at g (Cell:2:8)', 'at outer (Cell:3:3)', 'at Cell:4:1']);
  });

  it('maps hoisted functions to where they were written', async () => {
    const lines = await frames('run();\n\n\nfunction run() {\n  const z = X + 1;\n  dyn.no.thing;\n}');
    expect(at(lines).map((l) => l.trim())).toEqual(['at run (Cell:6:10)', 'at Cell:1:1']);
  });

  it('maps through esbuild where a cell needs it', async () => {
    const lines = await frames(
      'class Point {\n  constructor(public x: number,\n    private y = 2) {}\n  fail(): void {\n    dyn.no.thing;\n  }\n}\n\nconst p = new Point(1);\np.fail();',
    );
    expect(at(lines).map((l) => l.trim())).toEqual(['at Point.fail (Cell:5:12)', 'at Cell:10:3']);
  });

  it('keeps only cell frames and keeps every message', () => {
    const stack =
      'Error: one\n  two\n    at f (Cell [1]:1:12)\n    at node:internal/x:3:4\n    at Foo.bar (/a/node_modules/b.js:1:2)\n    at async Cell [1]:1:15';
    const cell = nb.cells.get('Cell [1]');
    expect(nb.service.mapStack(stack, () => undefined)).toEqual(['Error: one', '  two']);
    expect(nb.service.mapStack(stack, (id) => (id === 'Cell [1]' ? cell : undefined)).slice(0, 4)).toEqual([
      'Error: one',
      '  two',
      '    at f (Cell [1]:1:12)',
      '    at async Cell [1]:1:15',
    ]);
  });
});

describe('the position map', () => {
  it('finds every copied character of a nested rewriting, both ways', () => {
    const edits = new Edits('a + b * c');
    edits.open(0, '$op.add(', 1);
    edits.replace(2, 3, ',');
    edits.close(9, ')', 1);
    edits.open(4, '$op.mul(', 2);
    edits.replace(6, 7, ',');
    edits.close(9, ')', 2);
    const mapped = new MappedText([literal('head;'), ...edits.pieces()], edits.source);
    expect(mapped.text).toBe('head;$op.add(a , $op.mul(b , c))');
    for (const [offset, char] of [
      [0, 'a'],
      [4, 'b'],
      [8, 'c'],
    ] as const) {
      const generated = mapped.toGenerated(offset === 0 ? 0 : offset);
      expect(mapped.text[mapped.toGenerated(offset + 1) - 1]).toBe(char);
      expect(mapped.toSource(mapped.toGenerated(offset + 1) - 1)).toBe(offset);
      expect(generated).toBeGreaterThanOrEqual(0);
    }
  });
  it('counts lines by \\n, \\r\\n and \\r, and columns in UTF-16', () => {
    const lines = new Lines('a\r\nbé😀\rc\n');
    expect(lines.at(3)).toEqual({ line: 2, column: 1 });
    expect(lines.at(8)).toEqual({ line: 3, column: 1 });
    expect(lines.line(2)).toBe('bé😀');
    expect(lines.offset(3, 1)).toBe(8);
  });
});
