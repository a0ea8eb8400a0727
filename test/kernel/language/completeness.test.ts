// `is_complete_request`: what a console has to know on Enter.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Notebook } from './notebook.js';

let nb: Notebook;
beforeAll(() => {
  nb = new Notebook();
});
afterAll(() => nb.close());

const complete = [
  '',
  '  \n',
  '1 + 1',
  'const x = 1;',
  'function f() { return 1 }',
  '/[/*]/.test("a")',
  '`a ${1} b`',
  '`a\nb`',
  'if (a) { b }',
  'x => x',
  '{ a: 1 }',
  '// comment',
  '/* comment */',
  '"a\\\nb"',
  'await foo()',
  'class A { }',
  'for (const x of y) z(x)',
  "import x from 'y'",
  'type A = { b: string }',
  'label: for (;;) {}',
  'X[":", 0] -= 1',
  "'{'",
  'a /* { */',
  'return',
  '<T,>(x: T) => x',
  'x!',
  'y as number',
];
const incomplete = [
  'function f() {',
  'if (a) {',
  'foo(',
  '[1, 2,',
  '{ a: 1,',
  '`open',
  '`a ${',
  '/* open',
  'x +',
  'x =',
  'const y =',
  'class A {',
  'foo(1,',
  'a.',
  'x => {',
  'if (a)',
  'for (const x of',
  'while (true)',
  'try {',
  'try { }',
  'import {',
  'import x from',
  'function f()',
  'switch (a) { case 1:',
  'x ?',
  'x ? 1 :',
  'new',
  'a &&',
  '({',
  'const f = (a,\n',
  'interface A {',
  'do {',
  'do { } while (',
  'x[',
  'async () => {',
  '@dec',
  'foo(\n// comment\n',
  'type A =',
  'enum E {',
  'await',
  'throw',
];
const invalid = [
  'const import = 7q',
  "'open",
  'a b',
  'foo)',
  '}',
  'x = = 2',
  'let 1a',
  '1 +* 2',
  'class { }}',
  '"a\nb"',
  '/re',
  ')(',
];

it.each(complete)('complete: %j', (code) => {
  expect(nb.service.isComplete(code)).toEqual({ status: 'complete' });
});
it.each(incomplete)('incomplete: %j', (code) => {
  expect(nb.service.isComplete(code).status).toBe('incomplete');
});
it.each(invalid)('invalid: %j', (code) => {
  expect(nb.service.isComplete(code).status).toBe('invalid');
});
it('indents by two blanks for every open bracket', () => {
  expect(nb.service.isComplete('function f() {').indent).toBe('  ');
  expect(nb.service.isComplete('foo({\n  a: [').indent).toBe('      ');
  expect(nb.service.isComplete('x = "{" +').indent).toBe('');
});
