// Whatever is typed, the language service answers: broken text, random text, a compiler process that was killed.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import vm from 'node:vm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { LanguageService } from '../../../kernel/language/index.js';
import { heapFor } from '../../../kernel/language/typescript.js';
import { LIBRARY, Notebook } from './notebook.js';

let nb: Notebook;
beforeAll(async () => {
  nb = new Notebook();
  await nb.run('const X = np.zeros(3); let any: any; let n = 1');
});
afterAll(() => nb.close());

/** The native process that checks; another one whenever it had to be started again. */
const compilerPid = (service: LanguageService): number =>
  (service as unknown as { types: { compiler: { pid: number } } }).types.compiler.pid;

const SEEDS = [
  "const h = np.dot(X, X) + n * 2;\nX[':', 0] -= 1; X[h <= 0] = 0; if (h && !X || n) { h[0]++ }",
  'class A<T> extends B<T> implements C { #p = 1; constructor(private x?: T) { super() } static async *g(): any { yield* await x! as T } }',
  'for (const [k, { v = 1 }] of m) { switch (k) { case 1: break; default: throw `a${k + `b${v}`}` } }',
  "import a, { b as c, type D } from 'x'; export * from 'y'; export default (a < b) ? c : d; enum E { A = 1 << 2, B }",
  'var x = 1, { y } = z; label: while (x-- > 0) { try { continue label } catch { } finally { } }',
  'namespace N { export const a = 1 } declare module "m" { } @dec class K { accessor q = 1 } using r = f(); <div a={1}>{x}</div>',
  '/re[/]x/g.test(`\n`); a?.b?.[0]?.(1); a ??= b ||= c &&= d ** -e; x = y as unknown as number; f<number>(1)!;',
];

/** A small generator of its own, so that a failure can be repeated. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
}

function mutate(code: string, next: () => number): string {
  const bits = [
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    '`',
    "'",
    '"',
    '/',
    '\\',
    '=',
    '+',
    '<',
    '>',
    '?.',
    '${',
    '//',
    '/*',
    '@',
    '#',
    '!',
    ':',
    ';',
    ',',
    '\n',
    'await ',
    '=>',
    '\u0000',
    '😀',
    'é',
    '\ud800',
    ' as ',
    'import(',
    '&&',
    '||',
    '==',
    '**=',
  ];
  let text = code;
  for (let i = 0; i < 1 + next() * 4; i++) {
    const at = Math.floor(next() * text.length);
    const kind = next();
    if (kind < 0.3) text = text.slice(0, at) + text.slice(at + 1 + Math.floor(next() * 6));
    else if (kind < 0.7) text = text.slice(0, at) + bits[Math.floor(next() * bits.length)] + text.slice(at);
    else if (kind < 0.85) text = text.slice(0, at);
    else text = text.slice(at) + text.slice(0, at);
  }
  return text;
}

describe('any input', () => {
  it('is answered by every method, with places inside the cell, and the output always parses', () => {
    const next = random(7);
    for (let i = 0; i < 140; i++) {
      const code = mutate(SEEDS[i % SEEDS.length] as string, next);
      const cell = nb.compile(code);
      for (const d of cell.diagnostics) {
        expect(d.start, JSON.stringify(code)).toBeGreaterThanOrEqual(0);
        expect(d.start).toBeLessThanOrEqual(code.length);
        expect(d.message.length).toBeGreaterThan(0);
        expect(d.message, JSON.stringify(code)).not.toMatch(/The type checker failed/);
      }
      nb.service.formatDiagnostics(cell, 'Cell [1]', true);
      if (!cell.failed)
        expect(
          () => new vm.Script(`async () => {${cell.js}\n}`),
          `${JSON.stringify(code)} gave ${cell.js}`,
        ).not.toThrow();
      const offset = Math.floor(next() * code.length);
      nb.service.complete(code, offset);
      nb.service.inspect(code, offset);
      expect(['complete', 'incomplete', 'invalid']).toContain(nb.service.isComplete(code).status);
    }
  });

  it('seeds: every kind of statement gives JavaScript that parses', () => {
    const table = [
      'const f = (a: number,\n b?: string\n): Promise<\n number> => 1 as any',
      'const x = 1 as number\n;[1].map(String)',
      'let a = n as number\n(n)',
      'function g<T>(this: Date, a?: T, ...rest: T[]): asserts a is T { }\nfunction over(a: string): void;\nfunction over(a: any): void { }',
      'abstract class Q { abstract m(): void; declare z: number; readonly k!: string; [key: string]: any; private static s? = 1; get v(): number { return 1 } }',
      'const o = { m<T>(x: T): T { return x }, get p(): number { return 1 }, async *[Symbol.iterator](): any { } }',
      'const t = <T,>(x: T): x is T => true; const u = <number><any>n; t<number>(1); new Map<string, Array<number>>()',
      'try { } catch (e: unknown) { }',
      'type T1 = number\ninterface I1 { a: 1 }\ndeclare const q1: number\nlet r1: T1 = 1',
      'const v1 = n!\n+ 1; const w1 = n satisfies number',
      'for (let i: number = 0, j = 1; i < j; i++) { } for (const z of [] as number[]) { }',
      'export class E1 { } export async function e2() { } export enum E3 { A } export interface E4 { } export type E5 = 1; export { E1 as e6 }; export abstract class E7 { }',
      'if (n) { var deep = 1 as number } else { for (var i = 0 as number; i < 1; i++) { } } var { pp = 1 as number }: { pp?: number } = {}',
      'label: { break label }\nswitch (n) { case 1 as number: default: }',
      'const tpl = `${n as number} ${X + 1}`; const tag = String.raw`a`',
      'enum M { A, B = A + 2, C = "x".length, D = "s" as any }; const enum CE { Z = 3 } CE.Z',
      'class G { constructor(public a = 1, private readonly b?: string) { } }',
      'namespace NS { export const a = 1; export namespace Inner { export type T = 1 } export enum E { A } }\nNS.a',
      'function dec(v: any, c: any) { } @dec class D1 { @dec m() { } @dec accessor z = 1 }',
      'using r2 = { [Symbol.dispose]() { } } as any; await using r3 = null;',
      'import B = NS2.C; namespace NS2 { export const C = 1 }',
      'const big = 10n ** 2n, neg = -1, exp = (-n) ** 2, reg = /a\\/[/]/u; `a${`b${n}`}`',
      'async function* ag() { for await (const x of []) yield x } class P2 { static { n } }',
      'var a1, b1 = 1, c1; var d1;\nvar [e1, f1] = [1, 2], g1 = 3',
    ];
    for (const code of table) {
      const cell = nb.compile(code);
      expect(
        cell.diagnostics
          .map((d) => `TS${d.code} ${d.message}`)
          .filter((m) => !/TS(2391|2564|2715|2304|1206|2550|2300)/.test(m)),
        code,
      ).toEqual([]);
      if (!cell.failed)
        expect(() => new vm.Script(`async () => {${cell.js}\n}`), `${code} gave ${cell.js}`).not.toThrow();
    }
  });

  it('takes strange offsets and very long cells', () => {
    expect(nb.service.complete('np.', 1e9).matches.length).toBeGreaterThan(0);
    expect(nb.service.complete('np.', -5).matches).toBeInstanceOf(Array);
    expect(nb.service.complete('np.', Number.NaN).matches).toBeInstanceOf(Array);
    expect(nb.service.inspect('', 99).found).toBe(false);
    const long = Array.from({ length: 300 }, (_, i) => `const long${i} = X * ${i} + n;`).join('\n');
    expect(nb.compile(long).failed).toBe(false);
    const deep = `${'('.repeat(300)}X${' + 1)'.repeat(300)}`;
    expect(nb.compile(deep).failed).toBe(false);
  });
});

describe("the compiler's memory", () => {
  const folder = mkdtempSync(join(tmpdir(), 'gradlab-heap-'));
  beforeAll(() => {
    vi.stubEnv('GOGC', '');
    vi.stubEnv('GOMEMLIMIT', '');
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is collected late where no packages can be imported, and as the environment says', () => {
    expect(heapFor('/')).toEqual({ GOGC: 'off', GOMEMLIMIT: '80MiB' });
    mkdirSync(join(folder, 'packages/node_modules'), { recursive: true });
    expect(heapFor(join(folder, 'packages/notebooks'))).toEqual({ GOGC: '50' });
    vi.stubEnv('GOGC', '200');
    expect(heapFor('/')).toEqual({});
    vi.stubEnv('GOGC', '');
  });

  it('may grow once a session needs more than usual, which goes on as it was', async () => {
    const names = Array.from(
      { length: 60_000 },
      (_, i) => `export interface Part${i} { a: number; b: string }`,
    );
    writeFileSync(join(folder, 'parts.ts'), names.join('\n'));
    const service = new LanguageService({ cwd: folder, libraryTypes: LIBRARY });
    try {
      const code = "import type { Part7 } from './parts.js'; const part: Part7 = { a: 1, b: 'c' }";
      expect(service.compile('a', code).diagnostics).toEqual([]);
      const first = compilerPid(service);
      expect(readFileSync(`/proc/${first}/environ`, 'utf8')).toContain(`GOGC=${heapFor(folder).GOGC}\0`);
      service.commit('a');
      await expect.poll(() => compilerPid(service), { timeout: 60_000 }).not.toBe(first);
      expect(service.compile('b', 'const n: string = part.a').diagnostics[0]?.message).toMatch(/'number'/);
      expect(readFileSync(`/proc/${compilerPid(service)}/environ`, 'utf8')).toContain('GOGC=50\0');
    } finally {
      service.close();
    }
  });
});

describe('a compiler that dies', () => {
  it('does not die of the first request of any kind, nor of the warm-up', async () => {
    const service = new LanguageService({ cwd: '/tmp', libraryTypes: LIBRARY });
    service.compile('a', 'const count = 1');
    service.commit('a');
    const pid = compilerPid(service);
    await service.warmUp();
    expect(service.complete('cou', 3).matches[0]?.text).toBe('count');
    expect(service.complete('Arra', 4).matches[0]?.text).toBe('Array');
    expect(service.complete('count.', 6).matches.map((m) => m.text)).toContain('toFixed');
    expect(service.inspect('count', 2).found).toBe(true);
    expect(service.complete('zer', 3).matches.map((m) => m.text)).toContain('np.zeros');
    service.compile('b', 'const zero = 0');
    service.commit('b');
    expect(service.complete('zer', 3).matches.map((m) => m.text)).toEqual(['zero', 'np.zeros']);
    expect(service.isComplete('1 +').status).toBe('incomplete');
    expect(compilerPid(service)).toBe(pid);
    service.close();
  });

  it('is started again, with the session as it was', async () => {
    const own = new Notebook();
    await own.run('const kept = np.zeros(3); class Kept { a = 1 }');
    process.kill(compilerPid(own.service), 'SIGKILL');
    expect(own.problems('kept + new Kept().b')).toEqual([
      "1:19 TS2339 Property 'b' does not exist on type 'Kept'.",
    ]);
    expect(own.service.complete('kept.', 5).matches.map((m) => m.text)).toContain('shape');
    own.close();
    expect(() => own.service.compile('after', 'typeof 1')).not.toThrow();
    own.close();
  });

  it('is ended when it never answers, and the next request is answered', () => {
    // TypeScript 7.0.2 does not come back from this completion.
    const code =
      "import a, { b as c, type D } from 'x'; export * from 'y'; export default (a < b) ? c : d; e}num E { A = 1 << 2, B ";
    for (const offset of [code.length - 2, code.length - 1, code.length]) nb.service.complete(code, offset);
    expect(nb.problems('X.nope')).toHaveLength(1);
  });

  it('says so when it cannot be had at all', () => {
    const service = new LanguageService({ cwd: '/nowhere/at/all', libraryTypes: '/nowhere/either' });
    expect(service.compile('a', 'typeof 1').js).toContain('$cell.value(typeof 1)');
    expect(service.compile('b', 'np.zeros(3)').diagnostics[0]?.message).toBe("Cannot find name 'np'.");
    service.close();
  });

  it('leaves no process behind after close', () => {
    const service = new LanguageService({ cwd: '/tmp', libraryTypes: LIBRARY });
    service.compile('a', 'typeof 1');
    const pid = compilerPid(service);
    service.close();
    const alive = () => {
      try {
        return execFileSync('ps', ['-o', 'stat=', '-p', `${pid}`], { encoding: 'utf8' }).trim();
      } catch {
        return '';
      }
    };
    const until = Date.now() + 60_000;
    while (/^[^Z]/.test(alive()) && Date.now() < until);
    expect(alive()).toMatch(/^(Z.*)?$/);
  });
});
