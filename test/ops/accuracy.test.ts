// Elementary functions against values computed with 60 digits: how many units in the last place each may be off, and
// what they give at the ends of their ranges. The bounds are those the library promises.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { elementwise, opcode } from '../../src/backend/index.js';
import { type NDArray, np } from '../../src/index.js';

interface Case {
  name: string;
  dtype: 'float64' | 'float32';
  operands: number[][];
  want: number[];
}

const cases = JSON.parse(
  readFileSync(new URL('../fixtures/accuracy.json', import.meta.url), 'utf8'),
) as Case[];

/** Largest distance, in units in the last place of the correctly rounded result. */
const BOUND: Record<string, number> = {
  sqrt: 0,
  hypot: 1,
  exp: 1,
  log: 1,
  sin: 1,
  cos: 1,
  pow: 1,
  arcsinh: 1,
  arccosh: 1,
  arctanh: 1,
};
const boundOf = (name: string): number => BOUND[name] ?? 2;

const functions = np as unknown as Record<string, (...operands: NDArray[]) => NDArray>;

/** The public function, or the native loop of one that only other functions use. */
function apply(name: string, arrays: NDArray[]): NDArray {
  if (name in functions) return functions[name](...arrays);
  const out = np.zeros(arrays[0].shape, { dtype: arrays[0].dtype });
  elementwise(opcode(name), out.dtype, out, arrays[0], arrays[1]);
  return out;
}

/** Position of a number among all of its dtype, so that differences count representable values. */
function place(x: number, dtype: Case['dtype']): bigint {
  const view = new DataView(new ArrayBuffer(8));
  if (dtype === 'float32') {
    view.setFloat32(0, x);
    const bits = BigInt(view.getInt32(0));
    return bits < 0n ? -0x80000000n - bits : bits;
  }
  view.setFloat64(0, x);
  const bits = view.getBigInt64(0);
  return bits < 0n ? -0x8000000000000000n - bits : bits;
}

/** The sum of an operand and a term that may cancel it: errors count in units of the largest of operands and result. */
const SUMS = new Set(['logaddexp', 'logaddexp2']);

/** The distance from a number to the next one of its dtype, away from zero. */
const unit = (x: number, dtype: Case['dtype']): number =>
  2 ** (Math.floor(Math.log2(Math.abs(x))) - (dtype === 'float32' ? 23 : 52));

describe('accuracy', () => {
  for (const { name, dtype, operands, want } of cases) {
    it(`np.${name} of ${dtype} is within ${boundOf(name)} ulp of ${want.length} exact results`, () => {
      const arrays = operands.map((column) => np.array(column, { dtype }));
      const got = apply(name, arrays).tolist() as number[];
      expect(got.length).toBe(want.length);
      let worst = 0;
      let text = '';
      for (const [i, w] of want.entries()) {
        const distance = SUMS.has(name)
          ? (got[i] - w) / unit(Math.max(...[w, ...operands.map((column) => column[i])].map(Math.abs)), dtype)
          : Number(place(got[i], dtype) - place(w, dtype));
        if (!(Math.abs(distance) <= worst)) {
          worst = Math.abs(distance);
          text = `${name}(${operands.map((column) => column[i]).join(', ')}) = ${got[i]}, not ${w}`;
        }
      }
      expect(worst, text).toBeLessThanOrEqual(boundOf(name));
    });
  }
});

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
const ENDS: Record<string, [operands: number[], want: number][]> = {
  exp: [
    [[0], 1],
    [[-0], 1],
    [[inf], inf],
    [[-inf], 0],
    [[710], inf],
    [[-750], 0],
  ],
  log: [
    [[1], 0],
    [[0], -inf],
    [[-0], -inf],
    [[-1], nan],
    [[inf], inf],
    [[5e-324], -744.4400719213812],
  ],
  tan: [
    [[0], 0],
    [[-0], -0],
    [[inf], nan],
  ],
  arcsin: [
    [[-0], -0],
    [[1], Math.PI / 2],
    [[-1], -Math.PI / 2],
    [[1.5], nan],
    [[-inf], nan],
  ],
  arccos: [
    [[1], 0],
    [[-1], Math.PI],
    [[0], Math.PI / 2],
    [[-1.5], nan],
    [[inf], nan],
  ],
  arctan: [
    [[-0], -0],
    [[inf], Math.PI / 2],
    [[-inf], -Math.PI / 2],
  ],
  sinh: [
    [[-0], -0],
    [[inf], inf],
    [[-inf], -inf],
    [[711], inf],
    [[5e-324], 5e-324],
  ],
  cosh: [
    [[-0], 1],
    [[inf], inf],
    [[-inf], inf],
    [[-711], inf],
  ],
  arcsinh: [
    [[-0], -0],
    [[inf], inf],
    [[-inf], -inf],
    [[1e308], 709.889355822726],
  ],
  arccosh: [
    [[1], 0],
    [[0.5], nan],
    [[-inf], nan],
    [[-3], nan],
    [[inf], inf],
  ],
  arctanh: [
    [[-0], -0],
    [[1], inf],
    [[-1], -inf],
    [[1.5], nan],
  ],
  tanh: [
    [[-0], -0],
    [[inf], 1],
    [[-inf], -1],
  ],
  sigmoid: [
    [[inf], 1],
    [[-inf], 0],
    [[0], 0.5],
  ],
  arctan2: [
    [[0, 0], 0],
    [[0, -0], Math.PI],
    [[-0, 0], -0],
    [[-0, -0], -Math.PI],
    [[inf, inf], Math.PI / 4],
    [[inf, -inf], (3 * Math.PI) / 4],
    [[-1, -inf], -Math.PI],
    [[1, inf], 0],
    [[-inf, 5], -Math.PI / 2],
    [[1e308, 1e308], Math.PI / 4],
    [[5e-324, 0], Math.PI / 2],
  ],
  hypot: [
    [[inf, nan], inf],
    [[3e300, 4e300], 5e300],
    [[3e-320, 4e-320], 5e-320],
    [[0, -0], 0],
    [[0, -7], 7],
  ],
  pow: [
    [[nan, 0], 1],
    [[1, nan], 1],
    [[-1, inf], 1],
    [[0.5, inf], 0],
    [[2, inf], inf],
    [[2, -inf], 0],
    [[0, -1], inf],
    [[-0, -1], -inf],
    [[-0, 3], -0],
    [[-0, 2], 0],
    [[-0, 0.5], 0],
    [[-8, 1 / 3], nan],
    [[-2, 3], -8],
    [[-inf, 3], -inf],
    [[-inf, 0.5], inf],
    [[-inf, -3], -0],
    [[2, 1024], inf],
    [[2, -1074], 5e-324],
    [[2, -1080], 0],
    [[-1, 3], -1],
    [[3, 2], 9],
    [[10, 3], 1000],
    [[-2, -1], -0.5],
  ],
};

describe('ends of the ranges', () => {
  for (const [name, rows] of Object.entries(ENDS)) {
    it(`np.${name} of NaN, infinities, zeros and the edges of its domain`, () => {
      for (const [operands, want] of rows) {
        // One element, many elements, and (for pow) the same exponent for all.
        for (const n of [1, 40]) {
          const arrays = operands.map((x) => np.full([n], x));
          const text = `${name}(${operands.join(', ')})`;
          for (const x of functions[name](...arrays).tolist() as number[]) expect(x, text).toBe(want);
          if (arrays.length === 2) {
            const scalar = functions[name](arrays[0], operands[1] as unknown as NDArray);
            for (const x of scalar.tolist() as number[]) expect(x, text).toBe(want);
          }
        }
      }
      const many = operandCount(rows) === 1 ? [np.full([9], nan)] : [np.full([9], nan), np.full([9], 2)];
      for (const x of functions[name](...many).tolist() as number[]) expect(x).toBe(nan);
    });
  }
});

const operandCount = (rows: [number[], number][]): number => rows[0][0].length;

describe('powers', () => {
  it('x ** 2 is x * x and x ** -1 is 1 / x, bit by bit; x ** 0.5 is the root', () => {
    const x = np.random.default_rng(3).standard_normal([1001]);
    expect(np.pow(x, 2).tolist()).toEqual(x.mul(x).tolist());
    expect(np.pow(x, -1).tolist()).toEqual(np.div(1, x).tolist());
    expect(np.pow(np.abs(x), 0.5).tolist()).toEqual(np.sqrt(np.abs(x)).tolist());
  });
});
