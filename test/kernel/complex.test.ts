// Complex numbers in the cells of a notebook: operators with arrays and with each other, compound assignment, text.
import { describe, expect, it } from 'vitest';
import { failure, printed, result, useKernel } from './session.js';

const session = useKernel();

describe('complex numbers in cells', () => {
  it('multiply arrays', async () => {
    expect(result(await session.run('const i = np.complex(0, 1)\nnp.array([1, 2]) * i'))).toBe(
      'array([0.+1.j, 0.+2.j])',
    );
    expect(result(await session.run('np.exp(i * np.pi * np.arange(2)).real'))).toBe('array([ 1., -1.])');
  });

  it('compute with each other and with numbers', async () => {
    expect(result(await session.run('const w = np.complex(1, 2) * np.complex(3, -1) + 2\nw'))).toBe('(7+5j)');
    expect(result(await session.run('-w / 2'))).toBe('(-3.5-2.5j)');
    expect(printed(await session.run("print(w == w, w != 7, 'w = ' + w, `${i}`)"))).toBe(
      'true true w = (7+5j) 1j\n',
    );
  });

  it('are assigned anew by a compound assignment', async () => {
    expect(
      result(await session.run('let q = np.complex(1, 1)\nconst before = q\nq += 1\nq *= i;\n[q, before]')),
    ).toBe('[ (-1+2j), (1+1j) ]');
  });

  it('the parts of an array are written through brackets', async () => {
    const code = 'const z = np.zeros(2, "complex128")\nz[0] = 1 + i\nz.imag[1] = 9\nz.real = z.real + 1\nz';
    expect(result(await session.run(code))).toBe('array([2.+1.j, 1.+9.j])');
  });

  it('a function that has no complex form says what to do', async () => {
    expect(failure(await session.run('np.floor(z)')).evalue).toMatch(
      /floor: there is no loop for complex128.*np\.real\(z\)/,
    );
  });
});
