// Cells that run and still get a word on stderr: Python's floor division, which is a comment here.
import { describe, expect, it } from 'vitest';
import { floorDivisions } from '../../../kernel/language/warnings.js';
import { printed, result, useKernel } from '../session.js';

const known = (name: string) => ['H', 'stride', 'size', 'net'].includes(name);
const warned = (code: string) =>
  floorDivisions(code, known).map((d) => d.message.replace(/^.*Python, is /, ''));

describe('a // b', () => {
  it.each([
    ['const out = H // stride', 'Math.floor(H / stride), of arrays np.floorDivide(H, stride).'],
    ['const pad = (size - 1) // 2', 'Math.floor((size - 1) / 2), of arrays np.floorDivide((size - 1), 2).'],
    ['f(x)\nreturn size // 2;', 'Math.floor(size / 2), of arrays np.floorDivide(size, 2).'],
    ['f(x[0], H // net.stride)', 'Math.floor(H / net.stride), of arrays np.floorDivide(H, net.stride).'],
  ])('%j is pointed out', (code, way) => {
    expect(warned(code)).toEqual([way]);
  });

  it.each([
    'const out = H // height of the image',
    'const out = H // result',
    'f(3) // 6',
    'const out = f(3) // 6',
    'H // 7',
    'if (H === 7) g() // 7',
    "const page = 'http://stride'",
    'const text = `a // stride`',
    'const list = [\n  1, // 1\n  2] // 2',
    '// stride',
    'const out = H; // 2',
    'const out = H /* x // 2 */',
  ])('%j is a comment', (code) => {
    expect(warned(code)).toEqual([]);
  });
});

describe('in a cell', () => {
  const session = useKernel();
  it('the warning stands on stderr with the line, and the cell runs', async () => {
    const cell = await session.run('const rows = 7, step = 2;\nconst each = rows // step\neach');
    expect(result(cell)).toBe('7');
    expect(printed(cell, 'stderr')).toMatch(
      /^Cell \[\d+\]:2:19 - warning: \/\/ begins a comment\..*Math\.floor\(rows \/ step\)[^\n]*\n\n2 const each = rows \/\/ step\n {20}~~~~~~~\n/,
    );
    expect(printed(await session.run('rows // step'), 'stderr')).toMatch(/Math\.floor\(rows \/ step\)/);
  });
});
