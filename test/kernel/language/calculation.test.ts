// Cells that are run without a check: which ones are, and that the checker would have made the same of them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Known, readCalculation } from '../../../kernel/language/calculation.js';
import type { CompiledCell } from '../../../kernel/language/index.js';
import { Notebook } from './notebook.js';

let nb: Notebook;
beforeAll(async () => {
  nb = new Notebook();
  await nb.run(
    "const n = 4, text = 'abc'; let total = 10, list = [1, 2]; function twice(x: number) { return 2 * x }",
  );
});
afterAll(() => nb.close());

const names: Record<string, Known> = { n: 'number', total: 'number', list: 'value', text: 'value' };
const read = (code: string) => readCalculation(code, (name) => names[name]);

const CALCULATIONS: Record<string, unknown> = {
  '1+1': 2,
  '2 ** 10': 1024,
  ' (1 + 2) * 3 ; \n': 9,
  '1\n+ 1': 2,
  '-3': -3,
  '- (-3) - -1': 4,
  '1 - -1 + +1': 3,
  '(-2) ** 2': 4,
  '2 ** -1': 0.5,
  '2 ** (-(2)) ** 3': 2 ** ((-2) ** 3),
  '.5 + 5. + 1e3 + 2E-1': 1005.7,
  '7 % 4 / 2': 1.5,
  'total / n': 2.5,
  '2*(total-n)': 12,
  n: 4,
  '(total);': 10,
  text: 'abc',
  list: [1, 2],
};

describe('a calculation', () => {
  it.each(Object.entries(CALCULATIONS))('%j is run as the checker would have it run', async (code, value) => {
    expect(read(code)).toBeDefined();
    const service = nb.service as unknown as {
      types: unknown;
      check(types: unknown, id: string, code: string): CompiledCell;
    };
    const cell = nb.service.compile('quick', code);
    const checked = service.check(service.types, 'quick', code);
    expect(checked.diagnostics).toEqual([]);
    expect(cell.js).toBe(checked.js);
    for (let column = 1; column <= cell.js.indexOf('\n'); column++)
      expect(cell.positions.toCell(1, column)).toEqual(checked.positions.toCell(1, column));
    expect(await nb.run(code)).toEqual(value);
  });

  it.each([
    '',
    ' ',
    ';',
    '()',
    '1 +',
    '(1',
    '1)',
    '1 2',
    '1\n2',
    '1 + 1; 2',
    '-2 ** 2',
    '-(2) ** 2',
    '1--1',
    '++n',
    'n++',
    'n = 1',
    '1 // one',
    '1 /* one */',
    '010',
    '08',
    '0x10',
    '5n',
    '1_000',
    '1.2.3',
    '3.toFixed()',
    '1 < 2',
    "1 + 'a'",
    'n.toFixed()',
    'twice(2)',
    'twice',
    'unknown',
    'text + 1',
    'list * 2',
    'n + unknown',
    '`a`',
    '[1]',
    '{}',
  ])('%j is left to the checker', (code) => {
    expect(read(code)).toBeUndefined();
  });
});

it('is short', () => {
  expect(read(`${'1+'.repeat(400)}1`)).toBeDefined();
  expect(read(`${'1+'.repeat(600)}1`)).toBeUndefined();
});

describe('names in a calculation', () => {
  it('are what they were declared as last', async () => {
    await nb.run('let a = 3');
    expect(await nb.run('a * 2')).toBe(6);
    await nb.run("let a = 'x'");
    expect(nb.problems('a * 2')[0]).toMatch(/TS2362/);
    expect(await nb.run('a')).toBe('x');
    await nb.run('interface a { b: number }');
    expect(nb.problems('a')[0]).toMatch(/TS2693/);
  });

  it('that are no values by themselves are checked', async () => {
    await nb.run('type OnlyType = number; let number2: any = 5');
    expect(nb.problems('OnlyType')[0]).toMatch(/TS2693/);
    expect(await nb.run('number2 * 2')).toBe(10);
    expect(nb.problems('nowhere')[0]).toMatch(/TS2304/);
    expect(nb.problems('nowhere * 2')[0]).toMatch(/TS2304/);
  });

  it('may be arrays: operators on them are calls', async () => {
    await nb.run('const array = np.array([0, 0])');
    expect(await nb.run('array + 1')).toEqual([1, 1]);
    expect(await nb.run('array')).toEqual([0, 0]);
  });

  it('of untyped cells may hold anything', async () => {
    await nb.run('%%js\nlet loose = 1');
    nb.globals.held = await nb.run('loose');
    expect(nb.service.compile('quick', 'loose + 1').js).toContain('$op.add');
  });
});
