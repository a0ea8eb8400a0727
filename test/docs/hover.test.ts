// What an editor shows of the library's names: every public function says what it does, in signatures that can be read.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LanguageService } from '../../kernel/language/index.js';
import { TypeService } from '../../kernel/language/types.js';
import { SymbolFlags, type TsSymbol } from '../../kernel/language/typescript.js';
import * as library from '../../src/index.js';

const options = {
  cwd: tmpdir(),
  libraryTypes: join(fileURLToPath(new URL('../..', import.meta.url)), 'dist'),
};

/** The namespaces whose functions users call, by the name they are reached by. */
const namespaces: Record<string, object> = {
  np: library.np,
  'np.linalg': library.np.linalg,
  'np.random': library.np.random,
  'np.fft': library.np.fft,
  'np.testing': library.np.testing,
  nn: library.nn,
  optim: library.optim,
  data: library.data,
  plot: library.plot,
};

const isFunction = (value: unknown): boolean => typeof value === 'function';

describe('documentation', () => {
  let types: TypeService;
  let service: LanguageService;
  beforeAll(() => {
    types = new TypeService(options);
    service = new LanguageService(options);
  });
  afterAll(() => {
    types.compiler.close();
    service.close();
  });

  /** The symbols that a namespace exports, behind their aliases. */
  function symbolsOf(path: string): Map<string, TsSymbol> {
    const { path: document, checked } = types.analyze('np', 'look around');
    const { checker } = types.compiler;
    const behind = (s: TsSymbol): TsSymbol => (s.flags & SymbolFlags.Alias ? checker.getAliasedSymbol(s) : s);
    const [first, ...rest] = path.split('.');
    const at = { document, position: checked.toGenerated(0) };
    let space = behind(checker.resolveName(first, SymbolFlags.Namespace | SymbolFlags.Alias, at) as TsSymbol);
    for (const name of rest)
      space = behind(checker.getExportsOfModule(space).find((s) => s.name === name) as TsSymbol);
    return new Map(checker.getExportsOfModule(space).map((s) => [s.name, behind(s)]));
  }

  for (const [path, space] of Object.entries(namespaces)) {
    it(`${path}: every function says what it does`, () => {
      const symbols = symbolsOf(path);
      const names = Object.keys(space).filter((name) => isFunction(space[name as never]));
      expect(names.length).toBeGreaterThan(5);
      const { checker } = types.compiler;
      const silent = names.filter(
        (name) => (symbols.get(name)?.getDocumentationComment(checker) ?? '').trim() === '',
      );
      // Some share the words of a method; then they show when one hovers over the name.
      const shown = (name: string): string => service.inspect(`${path}.${name}`, path.length + 2).text;
      expect(silent.filter((name) => !/\n\n[^@\n]/.test(shown(name)))).toEqual([]);
    });

    it(`${path}: signatures are short enough to read`, () => {
      const symbols = [...symbolsOf(path).values()].filter((s) => s.flags & SymbolFlags.Value);
      const { checker } = types.compiler;
      const long = symbols.filter((symbol) => {
        const type = checker.getTypeOfSymbol(symbol);
        return type !== undefined && checker.typeToString(type, undefined, 1).length > 1500;
      });
      expect(long.map((s) => s.name)).toEqual([]);
    });
  }
});

describe('a name under the cursor', () => {
  let service: LanguageService;
  beforeAll(() => {
    service = new LanguageService(options);
    service.compile('setup', "const X = np.zeros([2, 3], 'float32')");
    service.commit('setup');
  });
  afterAll(() => service.close());
  const lines = (code: string): string[] => service.inspect(code, code.length).text.split('\n');

  it('shows the dtype of an array', () => {
    expect(lines('X')[0]).toBe('const X: NDArray<"float32">');
    expect(lines('X.T')[0]).toBe('(property) T: NDArray<"float32">');
    service.compile('any', 'function f(anything: NDArray) { return anything }');
    service.commit('any');
    expect(lines('f')[0]).toBe('function f(anything: NDArray): NDArray');
  });

  it('shows the signatures of functions that are objects too', () => {
    const text = lines('np.exp');
    expect(text[0]).toMatch(/^function exp</);
    expect(text).toContain(
      'exp<A extends ArrayLike>(a: A, options?: UfuncArgument): NDArray<Floating<DTypeOf<A>>>',
    );
    expect(text).toContain('@see numpy.exp');
  });

  it('tells of a method what it tells of the function, without what only the compiler needs', () => {
    const text = lines('X.mean');
    expect(text[0]).toMatch(/^\(method\) mean\(axis\?: /);
    expect(text[0]).not.toContain('this');
    expect(text.join('\n')).toContain('Arithmetic mean');
  });
});
