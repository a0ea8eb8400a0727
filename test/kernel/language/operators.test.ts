// Array operators in cells: what is rewritten, what stays plain, and what the rewritten cell computes.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { calls } from './fake-library.js';
import { Notebook } from './notebook.js';

let nb: Notebook;
beforeAll(async () => {
  nb = new Notebook();
  await nb.run(
    'const X = np.array([1, 2, 3]), Y = np.array([10, 20, 30]); let k = 2; const list = [1, 2, 3]; let u: any = X;',
  );
});
afterAll(() => nb.close());
beforeEach(() => calls.splice(0));

describe('arithmetic on arrays', () => {
  const table: [string, unknown][] = [
    ['X + Y', [11, 22, 33]],
    ['X + 1', [2, 3, 4]],
    ['1 - X', [0, -1, -2]],
    ['X * Y / k', [5, 20, 45]],
    ['(X + Y) * (X - 1)', [0, 22, 66]],
    ['X ** 2', [1, 4, 9]],
    ['X % 2', [1, 0, 1]],
    ['-X', [-1, -2, -3]],
    ['+X', [1, 2, 3]],
    ['-(X ** 2)', [-1, -4, -9]],
    ['2 ** X', [2, 4, 8]],
    ['X - -Y', [11, 22, 33]],
    ['X - - -Y', [-9, -18, -27]],
    ['X + Y * 2 - X', [20, 40, 60]],
    ['X < 2', [1, 0, 0]],
    ['X <= 2', [1, 1, 0]],
    ['2 < X', [0, 0, 1]],
    ['X >= Y', [0, 0, 0]],
    ['X == Y', [0, 0, 0]],
    ['X != 2', [1, 0, 1]],
    ['(X > 1) & (X < 3)', [0, 1, 0]],
    ['(X == 1) | (X == 3)', [1, 0, 1]],
    ['~(X > 1)', [1, 0, 0]],
    ['X + [1, 1, 1]', [2, 3, 4]],
    ['X /* a + b */ + // c - d\n Y', [11, 22, 33]],
    ['np.sum(X * X)', [14]],
    ['[X + 1, X + 2].length', 2],
    ['((a: NDArray) => a + 1)(X)', [2, 3, 4]],
    ['(a => a * 2)(X)', [2, 4, 6]],
    ['(() => { return X\n + 1 })()', [2, 3, 4]],
    ['{ const f = function (a = X + 1) { return a }; f() }\nX', [1, 2, 3]],
    ['`${np.sum(X + 1).item()}`', '9'],
    ['(X + 1 as NDArray)', [2, 3, 4]],
    ['(X + 1)!', [2, 3, 4]],
    ['(await Promise.resolve(X)) + 1', [2, 3, 4]],
    ['await Promise.resolve(X + 1)', [2, 3, 4]],
    ['k > 1 ? X + 1 : X', [2, 3, 4]],
    ['({a: X + 1}).a', [2, 3, 4]],
    ['[...[X]].map(x => x + 1)[0]', [2, 3, 4]],
    ['[1, 2].reduce((s, x) => s + x, X)', [4, 5, 6]],
    ['(print(), X + 1)', [2, 3, 4]],
    ['u + 1', [2, 3, 4]],
    ['u + u', [2, 4, 6]],
    ['-u', [-1, -2, -3]],
    ['u > 1', [0, 1, 1]],
    ['u == u', [1, 1, 1]],
  ];
  it.each(table)('%s', async (code, expected) => {
    expect(await nb.run(code)).toEqual(expected);
  });
});

describe('plain operators stay plain', () => {
  const same = [
    'k * 2 + k ** 2 - -k',
    'for (let i = 0; i < k; i++) { k += i * 2; k -= i }',
    'list[0] += 1; list[k - 1] *= 2; list[0]++',
    'if (k > 1 && list.length) { k = k == 2 ? 1 : 2 }',
    'while (!(k < 100)) { k /= 2 }',
    "'a' + k; `${k + 1}` + 'b'; 'a' < 'b'",
    '10n ** 2n + 1n',
    'list.map(v => v * v).filter(v => v % 2 == 0)',
    'k & 1 | 2 ^ 3; ~k; k << 2 >> 1; k &= 3',
    'const m = new Map<number, number>(); m.get(k) || 1',
    "const o: Record<string, number> = {}; o['a'] = 1; o['a:b'] += 2",
    'k === 2 || k !== 3; typeof k == "number"',
    'k = 1 << 3',
    'const t: [number, string] = [1, "a"]; t[0] + t[1].length',
    'class P { x = 1; f() { return this.x * 2 + list[0] } }',
    'list?.[0]; list.at(-1)! + 1',
  ];
  it.each(same)('%s', (code) => {
    expect(nb.js(code)).not.toMatch(/\$op|\$held/);
  });

  it('keeps `i++` and scalar loops free of calls even next to arrays', () => {
    const js = nb.js('let acc = X; for (let i = 0; i < 10; i++) { acc = acc + i * 2 }');
    expect(js).toContain('for (let i = 0; i < 10; i++)');
    expect(js).toContain('$op.add(acc , i * 2)');
  });

  it('leaves === and !== as identity', () => {
    expect(nb.js('X === Y; X !== Y;')).not.toContain('$op');
  });

  it('joins strings by the plain operator, and asks an array for its text', () => {
    expect(nb.js("const label = 'loss'; label + k + 'b' + 1")).not.toContain('$op');
    expect(nb.js("'X = ' + X")).toBe("$cell.value($op.add('X = ' , X))");
    expect(nb.js("let s2 = ''; s2 += X; s2 += k")).toBe("let s2 = ''; s2 = $op.iadd(s2, X, true); s2 += k");
    expect(nb.problems("('X = ' + X).nope")[0]).toContain("does not exist on type 'string'");
  });
});

describe('assignments', () => {
  it('works in place: aliases of W see W += 1', async () => {
    expect(await nb.run('let W = np.array([1, 2]); const alias = W; W += 1; W *= 2; alias')).toEqual([4, 6]);
  });
  it('may change an array that a const names', async () => {
    expect(await nb.run('const C = np.array([1, 2]); C -= 1; C')).toEqual([0, 1]);
    expect(await nb.run('C += 5; C')).toEqual([5, 6]);
  });
  it('assigns to a name that can be given another value, and changes in place what another one holds', async () => {
    expect(nb.js('{ let a = X; a += 1; }')).toContain('a = $op.iadd(a, 1, true)');
    expect(nb.js('{ const f = (a: NDArray) => { a -= 1 }; }')).toContain('a = $op.isub(a, 1, true)');
    expect(nb.js('{ const [u, v] = [X, Y]; u += v; }')).toContain('; $op.iadd(u , v)');
    expect(nb.js('{ for (const r of [X]) { r *= 2; } }')).toContain('{ $op.imul(r , 2)');
    expect(nb.js('{ const o = { W: X }; o.W += 1; }')).toContain('; $op.iadd(o.W , 1)');
    await nb.run('let total = np.array([1]); const fixed = np.array([1]);');
    expect(nb.js('total += 1; 0')).toContain('total = $op.iadd(total, 1, true)');
    expect(nb.js('fixed += 1; 0')).toContain('$op.iadd(fixed , 1)');
  });
  it('lets a number become an array, as in a sum of losses', async () => {
    expect(await nb.run('let loss = 0; for (const v of [1, 2]) loss += np.sum(X) * v; loss.item()')).toBe(18);
    expect(await nb.run('loss += 1; loss / 2')).toEqual([9.5]);
    expect(await nb.run('let scaled = 2; scaled *= X; scaled')).toEqual([2, 4, 6]);
    expect(await nb.run('let loose: any = 2; loose *= X; loose')).toEqual([2, 4, 6]);
    expect(nb.problems("let odd = 2; odd *= 'a'")[0]).toContain('right-hand side');
    expect(
      await nb.run('let best = -Infinity; for (const v of [X]) if (np.sum(v) > best) best = np.sum(v); best'),
    ).toEqual([6]);
    expect(await nb.run('function f() { let t = 0; t += np.sum(X); return t }; 0')).toBe(0);
    expect(await nb.run('f() / 2')).toEqual([3]);
    expect(await nb.run('let both = 0, plain = 0; both += np.sum(X); plain += 1; both')).toEqual([6]);
    expect(nb.problems('plain.nope')[0]).toContain("does not exist on type 'number'");
    expect(nb.problems('let a = 0; a = "text"')[0]).toContain("'string' is not assignable to type 'number'");
    expect(nb.problems('const b = 0; b = np.sum(X)')[0]).toContain('constant');
  });
  it('lets numbers of patterns, parameters, fields and properties become arrays', async () => {
    expect(await nb.run('let [m, v] = [0, 0]; m = 0.9 * m + X; v = v + 1; m')).toEqual([1, 2, 3]);
    expect(nb.problems('v.nope')[0]).toContain("does not exist on type 'number'");
    expect(await nb.run('let { q, r: [s] } = { q: 0.5 * 2, r: [-1] }; q += X; s = s * X; q + s')).toEqual([
      1, 1, 1,
    ]);
    expect(
      await nb.run('const addUp = (a: NDArray, s = 0) => { s = s + a; return s }; addUp(X) + 0'),
    ).toEqual([1, 2, 3]);
    const meter =
      'class Meter { total = 0; #n = 0; add(x: NDArray) { this.total += x; this.#n++; return this } }';
    expect(await nb.run(`${meter} new Meter().add(X).add(X).total`)).toEqual([2, 4, 6]);
    expect(await nb.run('const s0 = { m: 0, t: 0 }; s0.t += 1; s0.m = 0.9 * s0.m + X; s0.m')).toEqual([
      1, 2, 3,
    ]);
    expect(nb.problems('s0.t.nope')[0]).toContain("does not exist on type 'number'");
  });
  it('lets a number of an earlier cell become an array, and knows it from then on', async () => {
    await nb.run('let running = 0; let [c0] = [0]; const fixed0 = 0; const kept = { m: 0 }');
    expect(await nb.run('running += np.sum(X); running')).toEqual([6]);
    expect(await nb.run('running = running / X; running')).toEqual([6, 3, 2]);
    expect(await nb.run('c0 = c0 + X; c0')).toEqual([1, 2, 3]);
    expect(nb.problems('fixed0 = X')[0]).toContain('constant');
    expect(nb.problems('kept.m = X')[0]).toContain('declare the property with the type any');
    expect(nb.problems('{ let running: number = 0; running = X; }')[0]).toContain(
      "not assignable to type 'number'",
    );
  });
  it('fills an empty object, whichever cell it comes from', async () => {
    expect(await nb.run("const grads = {}; for (const k of ['W', 'b']) grads[k] = X * 2; grads.W")).toEqual([
      2, 4, 6,
    ]);
    expect(await nb.run('grads.b + 1')).toEqual([3, 5, 7]);
    await nb.run('const later = {}');
    expect(await nb.run('later.W1 = X; later.W1 - 1')).toEqual([0, 1, 2]);
    expect(await nb.run("later['b1'] = later.W1; later.b1 * 1")).toEqual([1, 2, 3]);
    const net =
      "class Net { params = {}; constructor() { this.params['W1'] = X; } get W() { return this.params.W1 } }";
    expect(await nb.run(`${net} new Net().W * 3`)).toEqual([3, 6, 9]);
    expect(nb.problems('const empty = {}; empty.nope')[0]).toContain("does not exist on type '{}'");
    expect(nb.problems('const two = { a: 1 }; two.b = 2')[0]).toContain(
      "'b' does not exist on type '{ a: number; }'",
    );
  });
  it('calls for what a constant of unknown type names', () => {
    expect(nb.js('{ const [c]: any[] = [X]; c += 1; }')).toContain("$op.kept($op.iadd(c , 1), c, 'c')");
    expect(nb.problems('const four = 4; four += 1')[0]).toContain('constant');
  });
  it('reads objects by an array of one integer', async () => {
    const names =
      "const names: Record<number, string> = { 2: 'two' }; const other = { '1': 'one', '2': 'zwei' };";
    expect(await nb.run(`${names} names[np.argmax(X)] + other[np.argmax(X)]`)).toBe('twozwei');
  });
  it('reaches properties, private fields and elements of lists', async () => {
    const code = `class Layer { W = np.array([1]); #b = np.array([2]); step() { this.W -= 1; this.#b += 3; return this.#b } }
const layer = new Layer(); const grads = [np.array([7])]; grads[0] *= 2;
np.array([...layer.step().toArray() as number[], ...layer.W.toArray() as number[], ...grads[0].toArray() as number[]])`;
    expect(await nb.run(code)).toEqual([5, 0, 14]);
  });
  it('evaluates the object of a compound assignment once', async () => {
    const code =
      'let n = 0; const box: any = { W: np.array([1]), m: 1 }; const f = () => { n++; return box };\nf().W += 1; f().m += 1; f()[`m`] += 1; [n, box.m, box.W.item()]';
    expect(await nb.run(code)).toEqual([3, 3, 2]);
  });
  it('gives the value of the assignment', async () => {
    expect(await nb.run('let V = np.array([1]); const got = (V += 1); got')).toEqual([2]);
  });
  it('dispatches at run time when the target is any', async () => {
    expect(await nb.run('let a: any = np.array([1]); a += 1; a *= 3; a')).toEqual([6]);
    expect(await nb.run('let b: any = 1; b += 1; b')).toBe(2);
  });
});

describe('brackets', () => {
  const table: [string, unknown][] = [
    ['X[0]', [1]],
    ['X[-1]', [3]],
    ["X['1:']", [2, 3]],
    ["X[':2']", [1, 2]],
    ['X[X > 1]', [2, 3]],
    ['X[k - 1]', [2]],
    ["X['1:'][0]", [2]],
    ["X['1:'][0] + 1", [3]],
    ['X[X[0]]', [2]],
    ['const row = X[0]; row[0]', [1]],
    ["['a', 'b', 'c'][np.argmax(X)]", 'c'],
    ['X?.[0]', [1]],
    ['({ a: { b: X } } as { a?: { b: NDArray } }).a?.b[0]', [1]],
    ['({} as { a?: { b: NDArray } }).a?.b[0]', undefined],
    ['[X, Y][1][2]', [30]],
    ['u[1]', [2]],
    ['u["size"]', 3],
    ['[[1, 2], [3, 4]][1][0]', 3],
  ];
  it.each(table)('%s', async (code, expected) => {
    expect(await nb.run(code)).toEqual(expected);
  });

  it('writes: a slice, a mask, an index array, one element', async () => {
    expect(
      await nb.run("const Z = np.arange(5); Z['3:'] = 0; Z[Z == 1] = 9; Z[np.array([0, 2])] = 7; Z"),
    ).toEqual([7, 9, 7, 0, 0]);
    expect(
      await nb.run("const Q = np.arange(4); Q['1:3'] += 10; Q[0] -= 1; Q[Q > 10] *= 2; Q[3]++; Q"),
    ).toEqual([-1, 22, 24, 4]);
  });
  it('passes several indices as a list', () => {
    expect(nb.js("X[':', 0]")).toBe("$cell.value($op.get(X, [':', 0]))");
    expect(nb.js("X[':', 0] -= 1;")).toBe("$op.update(X, [':', 0] , 'sub', 1);");
    expect(nb.js('X[np.arange(3), Y] = 0')).toBe('$op.set(X, [np.arange(3), Y] , 0)');
    expect(nb.js("X[0][':', 1 + k]")).toBe("$cell.value($op.get($op.get(X, [0]), [':', 1 + k]))");
    expect(nb.js('X?.[0, 1]')).toBe('$cell.value(X?.at(0, 1))');
  });
  it('asks objects that answer brackets themselves', () => {
    expect(nb.js('np.c_[X, Y]')).toBe('$cell.value($op.get(np.c_, [X, Y]))');
  });
  it('keeps the receiver of a method call', async () => {
    expect(await nb.run('const o: any = { f() { return this.v }, v: 4 }; o["f"]()')).toBe(4);
  });
  it('leaves patterns, delete and destructuring alone', async () => {
    expect(
      await nb.run('const sw: any[] = [1, 2]; [sw[0], sw[1]] = [sw[1], sw[0]]; delete sw[5]; sw'),
    ).toEqual([2, 1]);
    expect(await nb.run('const into: any = {}; for (into[`x`] of [1, 2]); into.x')).toBe(2);
  });
});

describe('truth values', () => {
  it('takes the element of an array of one', async () => {
    expect(await nb.run('let n = 0; if (np.array([1])) n++; if (np.array([0])) n += 10; n')).toBe(1);
    expect(await nb.run('np.array([0]) ? 1 : 2')).toBe(2);
    expect(await nb.run('!np.array([0])')).toBe(true);
    expect(
      await nb.run('let i = np.array([3]); let turns = 0; while (i > 0) { i -= 1; turns++ } turns'),
    ).toBe(3);
    expect(await nb.run('let j = np.array([3]); do { j -= 1 } while (j > 0 && k > 0); j')).toEqual([0]);
    expect(await nb.run('let steps = 0; for (let a = np.array([0]); a < 3; a += 1) steps++; steps')).toBe(3);
  });
  it('says what to do about an array of several', async () => {
    await expect(nb.run('if (X > 1) {}')).rejects.toThrow(/truth value of an array/);
    await expect(nb.run('X && 1')).rejects.toThrow(/truth value of an array/);
  });
  it('gives && and || the values that JavaScript gives them', async () => {
    expect(await nb.run('np.array([0]) || X')).toEqual([1, 2, 3]);
    expect(await nb.run('np.array([1]) && X')).toEqual([1, 2, 3]);
    expect(await nb.run('np.array([0]) && X')).toEqual([0]);
    expect(await nb.run('const nothing: NDArray | null = null as any; (nothing || X) + 1')).toEqual([
      2, 3, 4,
    ]);
    expect(await nb.run('const no: any = 0; (no && no.x) || (no || 5)')).toBe(5);
    expect(await nb.run('const yes: any = np.array([1]); yes && await Promise.resolve(3)')).toBe(3);
  });
  it('still narrows: null checks of an optional array', () => {
    expect(
      nb.problems('const g = X.grad; if (g) g.item(); const h = g ? g * 2 : X; if (!g) throw 1; g.item()'),
    ).toEqual([]);
    expect(
      nb.problems(
        'function f(x: string | null, y?: NDArray) { if (x && y) return x.length + y.size; return x == null ? 0 : x.length }',
      ),
    ).toEqual([]);
  });
  it('does not lose an array in the branch where it was false', () => {
    expect(nb.problems('const done = X < 1; if (!done) { done.item() } else done.item()')).toEqual([]);
  });
});

describe('random expressions mean what they mean in JavaScript', () => {
  /** A small generator of its own, so that a failure can be repeated. */
  function generator(seed: number): (n: number) => number {
    let state = seed;
    return (n) => {
      state = (state * 1103515245 + 12345) & 0x7fffffff;
      return Math.floor((state / 0x80000000) * n);
    };
  }
  const pick = generator(11);
  const one = <T>(list: readonly T[]): T => list[pick(list.length)] as T;
  function expression(depth: number, binary: readonly string[], unary: readonly string[]): string {
    const kind = depth <= 0 ? 0 : pick(10);
    const inner = () => expression(depth - 1, binary, unary);
    if (kind < 2) return one(['a', 'b', 'c', '2', '0.5', 'o.p', 'l[1]', 'f(b)']);
    if (kind === 2) return `(${inner()})`;
    if (kind === 3) return `${one(unary)}(${inner()})`;
    if (kind === 4) return `(${inner()} ? ${inner()} : ${inner()})`;
    if (kind === 5) return `(${inner()} ${one(['&&', '||'])} ${inner()})`;
    const operator = one(binary);
    // A sign or a lower operator may not stand bare on the left of **.
    const left = operator === '**' ? `(${inner()})` : inner();
    return `${left}${one([' ', '', '\n', ' /* + */ '])}${operator} ${inner()}`;
  }
  const BINARY = ['+', '-', '*', '/', '%', '**', '<', '<=', '>', '>=', '==', '!=', '&', '|', '^', '<<', '>>'];
  const scope = { a: 3, b: -2, c: 7, o: { p: 4 }, l: [1, 5], f: (x: number) => x + 1 };
  const evaluate = (text: string): unknown =>
    new Function(...Object.keys(scope), `return (${text})`)(...Object.values(scope));

  it('with operands of type any, where every operator goes through $op', async () => {
    const texts = Array.from({ length: 200 }, () => expression(4, BINARY, ['-', '+', '~', '!', '- -', '!!']));
    await nb.run(
      'const a: any = 3, b: any = -2, c: any = 7, o: any = { p: 4 }, l: any = [1, 5], f: any = (x: any) => x + 1;',
    );
    const values = await nb.run(`// @ts-nocheck\n[\n${texts.join(',\n')}\n]`);
    for (const [i, text] of texts.entries()) expect(values[i], text).toEqual(evaluate(text));
  });

  it('with numbers', async () => {
    const texts = Array.from({ length: 200 }, () => expression(4, BINARY, ['-', '+', '~', '!', '- -', '!!']));
    await nb.run('const a = 3, b = -2, c = 7, o = { p: 4 }, l = [1, 5], f = (x: number) => x + 1;');
    const code = `// @ts-nocheck\n[\n${texts.map((t) => `(${t}) as any`).join(',\n')}\n]`;
    const values = await nb.run(code);
    for (const [i, text] of texts.entries()) expect(values[i], text).toEqual(evaluate(text));
  });

  it('with arrays of one element, arithmetic and comparison', async () => {
    const texts = Array.from({ length: 150 }, () =>
      expression(3, ['+', '-', '*', '<', '>=', '=='], ['-', '+']),
    );
    await nb.run(
      'const a = np.array([3]), b = np.array([-2]), c = np.array([7]), o = { p: np.array([4]) }, l = [np.array([1]), np.array([5])], f = (x: NDArray) => x + 1;',
    );
    const code = `// @ts-nocheck\n[\n${texts.map((t) => `np.array([(${t}) as any]).item()`).join(',\n')}\n]`;
    const values = await nb.run(code);
    for (const [i, text] of texts.entries()) expect(values[i], text).toEqual(Number(evaluate(text)));
  });
});
