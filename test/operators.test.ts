// Operators and brackets of cells at run time: numbers, arrays, complex numbers, text, assignment and truth.
import { describe, expect, it } from 'vitest';
import { type NDArray, np } from '../src/index.js';
import { $op } from '../src/operators.js';

const list = (x: unknown) => (x as { toArray(): unknown }).toArray();

describe('operators of cells at run time', () => {
  it('leave numbers, strings and bigints to JavaScript', () => {
    expect($op.add(1, 2)).toBe(3);
    expect($op.add('a', 1)).toBe('a1');
    expect($op.mul(2n, 3n)).toBe(6n);
    expect($op.mod(-7, 3)).toBe(-1);
    expect($op.lt('a', 'b')).toBe(true);
    expect($op.eq(null, undefined)).toBe(true);
  });

  it('compute with arrays on either side', () => {
    const a = np.array([1, 2]);
    expect(list($op.add(a, 1))).toEqual([2, 3]);
    expect(list($op.sub(10, a))).toEqual([9, 8]);
    expect(list($op.pow(a, 2))).toEqual([1, 4]);
    expect(list($op.mod(np.array([-7, 7]), 3))).toEqual([2, 1]);
    expect(list($op.neg(a))).toEqual([-1, -2]);
    expect(list($op.add(a, [10, 20]))).toEqual([11, 22]);
  });

  it('compare element by element, except with null', () => {
    const a = np.array([1, 2]);
    expect(list($op.le(a, 1))).toEqual([true, false]);
    expect(list($op.eq(a, np.array([1, 3])))).toEqual([true, false]);
    expect($op.eq(a, null)).toBe(false);
    expect($op.ne(a, undefined)).toBe(true);
  });

  it('compute with complex numbers, alone and beside arrays', () => {
    const i = np.complex(0, 1);
    expect(String($op.mul(i, i))).toBe('(-1+0j)');
    expect(String($op.add(1, $op.mul(2, i)))).toBe('(1+2j)');
    expect(String($op.mul(np.array([1, 2]), i))).toBe('[0.+1.j 0.+2.j]');
    expect(String($op.iadd(np.complex(1, 2), i))).toBe('(1+3j)');
    expect(String($op.neg(i))).toBe('(-0-1j)');
    expect($op.eq(np.complex(2, 0), 2)).toBe(true);
    expect($op.ne(i, i)).toBe(false);
    expect($op.lt(i, np.complex(1, 0))).toBe(true);
    expect($op.add('z = ', i)).toBe('z = 1j');
    expect([$op.truth(i), $op.truth(np.complex(0, 0))]).toEqual([true, false]);
    expect(() => $op.mod(i, 2)).toThrow(/mod: there is no loop for complex128/);
  });

  it('put arrays into text as NumPy prints them', () => {
    expect($op.add('loss ', np.array(0.5))).toBe('loss 0.5');
  });

  it('assign in place: an alias sees W += 1', () => {
    const w = np.array([1, 2]);
    const alias = w;
    expect($op.iadd(w, 1)).toBe(w);
    expect(alias.toArray()).toEqual([2, 3]);
    expect($op.iadd(1, 2)).toBe(3);
    expect(list($op.iadd(1, w))).toEqual([3, 4]);
  });

  it('replace a number in an array when the result is assigned, as scalars of NumPy', () => {
    // The last argument is the compiler's, not part of the types that cells are checked with.
    const { iadd, isub } = $op as unknown as Record<
      string,
      (a: NDArray, b: unknown, assigned?: true) => NDArray
    >;
    const total = np.sum(np.array([1, 2]));
    expect([iadd(total, 1, true).item(), total.item()]).toEqual([4, 3]);
    expect(list(iadd(total, np.ones(2), true))).toEqual([4, 4]);
    const most = np.max(np.array([1, 2], { dtype: 'int64' }));
    expect(iadd(most, 0.5, true).item()).toBe(2.5);
    const whole = np.array([1, 2]);
    expect(iadd(whole, 1, true)).toBe(whole);
    const weight = np.array(2).requiresGrad();
    expect(np.noGrad(() => isub(weight, 0.5, true))).toBe(weight);
    expect(iadd(total, 1)).toBe(total);
  });

  it('index, assign and update through brackets', () => {
    const x = np.array([
      [1, 2],
      [3, 4],
    ]);
    expect(list($op.get(x, [':', 0]))).toEqual([1, 3]);
    $op.set(x, [':', 0], 9);
    $op.update(
      x,
      [
        [0, 1],
        [1, 1],
      ],
      'sub',
      1,
    );
    expect(x.toArray()).toEqual([
      [9, 1],
      [9, 3],
    ]);
    const plain = { a: [1, 2] };
    expect($op.get(plain.a, [1])).toBe(2);
    $op.update(plain.a, [0], 'add', 5);
    expect(plain.a).toEqual([6, 2]);
  });

  it('reading an advanced index in brackets gives a copy that stays one', () => {
    const x = np.array([1, 2, 3]);
    const picked = $op.get(x, [np.array([0, 1])]);
    $op.iadd(picked, 10);
    expect(x.toArray()).toEqual([1, 2, 3]);
  });

  it('take the truth of one element, and explain the truth of several', () => {
    expect($op.truth(np.array(0))).toBe(false);
    expect($op.truth(np.array([2]))).toBe(true);
    expect($op.not(np.array([0]))).toBe(true);
    expect($op.and(np.array(1), () => 5)).toBe(5);
    expect(() => $op.truth(np.array([1, 2]))).toThrow(
      /ambiguous \(shape \(2,\)\); use np\.any\(a\) or np\.all\(a\)/,
    );
  });

  it('answer brackets on np.c_', () => {
    expect(list($op.get(np.c_, [np.array([1, 2]), np.array([3, 4])]))).toEqual([
      [1, 3],
      [2, 4],
    ]);
  });
});

describe('null', () => {
  it('is no operand: the step of a gradient that nobody has computed is an error', () => {
    const W = np.ones(2);
    expect(() => $op.mul(0.1, W.grad)).toThrow(
      '*: one side is null, which is neither a number nor an array. A gradient',
    );
    expect(() => $op.div(null as never, 2)).toThrow('/: one side is null');
    expect(() => $op.sub(W, W.grad)).toThrow();
    expect($op.add('none: ', null as never)).toBe('none: null');
  });
});
