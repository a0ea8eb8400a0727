// What a cell can import, and what it is told when it cannot.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { failure, printed, result, useKernel } from './session.js';

const session = useKernel();
const put = (name: string, text: string) => {
  const path = join(session.folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
};

beforeAll(() => {
  put('package.json', '{"private": true}');
  put(
    'node_modules/esm-only/package.json',
    '{"name": "esm-only", "version": "1.0.0", "type": "module", "exports": {"import": "./index.js", "types": "./index.d.ts"}}',
  );
  put(
    'node_modules/esm-only/index.js',
    'export const value = await Promise.resolve("from esm with await");\nexport default () => 1;\n',
  );
  put(
    'node_modules/esm-only/index.d.ts',
    'export const value: string;\ndeclare const f: () => number;\nexport default f;\n',
  );
  put(
    'node_modules/old-style/package.json',
    '{"name": "old-style", "version": "1.0.0", "main": "index.js", "types": "index.d.ts"}',
  );
  put(
    'node_modules/old-style/index.js',
    'const make = (o) => { o["hid" + "den"] = 2; return o; };\nmodule.exports = make({ seen: 1 });\n',
  );
  put('node_modules/old-style/index.d.ts', 'export const seen: number;\nexport const hidden: number;\n');
  put(
    'shapes.ts',
    "import { unit } from './unit';\nexport enum Kind { Square, Circle }\nexport interface Shape { kind: Kind }\nexport function area(side: number): number {\n  if (side < 0) {\n    throw new RangeError('a side of ' + side);\n  }\n  return side * side * unit;\n}\nexport const here = import.meta.url;\n",
  );
  put('unit.ts', 'export const unit: number = 1;\n');
  put('data.json', '{"rows": [1, 2, 3]}');
  put('broken.ts', 'export const x: number = ;\n');
});

describe('packages', () => {
  it("Node's own, with and without node:", async () => {
    const cell = await session.run(
      "import { join } from 'node:path';\nimport * as os from 'os';\n[join('a', 'b'), typeof os.cpus]",
    );
    expect(result(cell)).toBe("[ 'a/b', 'function' ]");
  });

  it('ES modules with only an import condition and a top-level await', async () => {
    const cell = await session.run("import one, { value } from 'esm-only';\n[one(), value]");
    expect(result(cell)).toBe("[ 1, 'from esm with await' ]");
  });

  it("CommonJS, with names that Node's lexer cannot see", async () => {
    expect(result(await session.run("import { seen, hidden } from 'old-style';\n[seen, hidden]"))).toBe(
      '[ 1, 2 ]',
    );
    expect(result(await session.run("const old = require('old-style');\nold.seen"))).toBe('1');
  });

  it('the library itself: the same objects as the preloaded ones', async () => {
    expect(result(await session.run("import { np as again } from 'gradlab';\nagain === np"))).toBe('true');
  });

  it("dynamic import() works, and import.meta and __dirname speak of the notebook's folder", async () => {
    const cell = await session.run(
      "const m = await import('node:path');\n[m.basename(__dirname) === m.basename(import.meta.dirname!), import.meta.url.startsWith('file://')]",
    );
    expect(result(cell)).toBe('[ true, true ]');
  });

  it('a missing package is named, with the command that installs it', async () => {
    const { traceback } = failure(await session.run("import { x } from 'no-such-package/sub';\nx"));
    expect(traceback).toContain('npm install no-such-package');
    const dynamic = failure(
      await session.run("const name: string = 'no-such-' + 'package';\nawait import(name)"),
    );
    expect(dynamic.evalue).toContain('there is no package "no-such-package"');
    expect(dynamic.evalue).toContain('npm install no-such-package');
  });
});

describe('local files', () => {
  it.each(['./shapes', './shapes.ts', './shapes.js'])('TypeScript as %s', async (specifier) => {
    const cell = await session.run(`import { area, Kind } from '${specifier}';\n[area(3), Kind.Circle]`);
    expect(result(cell)).toBe('[ 9, 1 ]');
  });

  it('JSON is its default export', async () => {
    expect(result(await session.run("import data_ from './data.json';\ndata_.rows.length"))).toBe('3');
  });

  it('are read again when they, or what they import, have changed', async () => {
    await session.run("import { area } from './shapes';");
    put('unit.ts', 'export const unit: number = 10;\n');
    expect(result(await session.run("import { area } from './shapes';\narea(3)"))).toBe('90');
    put('data.json', '{"rows": [1]}');
    expect(result(await session.run("import data_ from './data.json';\ndata_.rows.length"))).toBe('1');
  });

  it('are the same module while nothing has changed', async () => {
    await session.run("const first = await import('./shapes');");
    expect(result(await session.run("(await import('./shapes')) === first"))).toBe('true');
  });

  it('appear in traces with their own lines', async () => {
    const { traceback } = failure(await session.run("import { area } from './shapes';\narea(-1)"));
    expect(traceback).toContain('at area (shapes.ts:6:11)');
    expect(traceback).toMatch(/at Cell \[\d+\]:2:1/);
  });

  it('that do not parse are shown at the place', async () => {
    const error = failure(await session.run("const path_: string = './broken';\nawait import(path_)"));
    expect(error.ename).toBe('SyntaxError');
    expect(error.evalue).toMatch(/broken\.ts:1:26: Unexpected ";"/);
  });

  it("with decorators of TypeScript's older kind, where a tsconfig.json asks for them", async () => {
    put(
      'old/tsconfig.json',
      '{\n  // as the package wants it\n  "compilerOptions": { "experimentalDecorators": true, },\n}',
    );
    const model = (place: string) =>
      put(
        `${place}/model.ts`,
        'const keys: string[] = [];\nfunction column(target: object, key: string, index?: unknown) { keys.push(key + (typeof index)) }\n' +
          'export class Row { @column id = 1; name(@column text: string) { return text + keys } }\n',
      );
    model('old');
    const cell = await session.run("import { Row } from './old/model';\nnew Row().name('has ')");
    expect(result(cell)).toBe("'has idundefined,namenumber'");
    // Elsewhere they are not what the language means by decorators.
    model('new');
    expect(failure(await session.run("import * as plain from './new/model'; plain")).evalue).toMatch(
      /Parameter decorators only work when experimental decorators are enabled/,
    );
    put('old/tsconfig.json', '{ "compilerOptions": ');
    model('old/deeper');
    expect(failure(await session.run("import * as deep from './old/deeper/model'; deep")).evalue).toMatch(
      /^import: .*old\/tsconfig\.json cannot be read/,
    );
  });

  it('that are missing are said to be, with what was looked for', async () => {
    const error = failure(await session.run("const gone_: string = './gone';\nawait import(gone_)"));
    expect(error.evalue).toMatch(/import: cannot find ".\/gone" from .*looked for .*\.ts/);
  });

  it('an export that is missing at run time is a SyntaxError', async () => {
    put('late.ts', 'export const present = 1;\n');
    await session.run("import { present } from './late';");
    const error = failure(await session.run("// @ts-ignore\nimport { absent } from './late';\nabsent"));
    expect(error).toMatchObject({ ename: 'SyntaxError' });
    expect(error.evalue).toContain("does not provide an export named 'absent'");
    expect(printed(await session.run('console.log(present)'))).toBe('1\n');
  });
});

describe('imported variables that their module changes', () => {
  beforeAll(() => {
    put(
      'counting.ts',
      'export let counter = 0;\nexport const fixed = 7;\nexport function increment(): number { return ++counter }\n' +
        "let hidden = 'a';\nexport { hidden as default, hidden as 'odd name' };\nexport const more = () => { hidden += 'b' };\n" +
        'export let W = [1, 2];\nexport const renew = () => { W = [10, 20] };\nexport let Tag = () => "first";\nexport const retag = () => { Tag = () => "second" };\n' +
        'export let [first] = [1];\nexport const next = () => { first++ };\n',
    );
    put('again.ts', "export { counter as relayed } from './counting';\n");
  });

  it('have their present value in the cell, in later cells, and in functions that close over them', async () => {
    const cell = await session.run(
      "import { counter, increment, fixed } from './counting';\nconst before = counter; increment(); [before, counter, fixed]",
    );
    expect(result(cell)).toBe('[ 0, 1, 7 ]');
    await session.run('const look = () => ({ counter, twice: counter * 2, text: `${counter}` });');
    expect(result(await session.run('increment(); look()'))).toBe("{ counter: 2, twice: 4, text: '2' }");
    expect(result(await session.run('increment(); counter + 1'))).toBe('4');
    expect(printed(await session.run('%whos'))).toMatch(/^counter +number +3$/m);
  });

  it('may be parts of a pattern', async () => {
    expect(result(await session.run("import { first, next } from './counting';\nnext(); first"))).toBe('2');
    expect(result(await session.run('next(); first'))).toBe('3');
  });

  it('keep their types, and cannot be assigned to', async () => {
    expect(failure(await session.run('const wrong: string = counter')).evalue).toContain(
      "Type 'number' is not assignable to type 'string'",
    );
    expect(failure(await session.run('counter = 5')).evalue).toContain("Cannot assign to 'counter'");
  });

  it('are not what parameters, properties and variables of blocks are called', async () => {
    const cell = await session.run(
      '[((counter: number) => counter)(41), { counter: 5 }.counter, [1].map((x) => { const counter = x; return counter })]',
    );
    expect(result(cell)).toBe('[ 41, 5, [ 1 ] ]');
    expect(
      result(await session.run('for (let counter = 8; counter < 9;) { print(counter++) }\ntypeof counter')),
    ).toBe("'number'");
  });

  it('under other names: default, a text, a second export, a module that passes them on', async () => {
    const cell = await session.run(
      "import odd, { 'odd name' as strange, more } from './counting';\nimport { relayed } from './again';\n" +
        'more(); increment(); [odd, strange, relayed === counter]',
    );
    expect(result(cell)).toBe("[ 'ab', 'ab', true ]");
    await session.run("import { W, renew, Tag, retag } from './counting';\nrenew(); retag();");
    expect(result(await session.run('[W[0], ...W, Tag()]'))).toBe("[ 10, 10, 20, 'second' ]");
  });

  it('make way for a variable of the same name, and come back with the import', async () => {
    await session.run("let counter = 'mine';");
    expect(result(await session.run('counter += increment() > 0; counter.toUpperCase()'))).toBe("'MINETRUE'");
    // What was written before goes on to mean the module's.
    expect(result(await session.run('look().counter === increment() - 1'))).toBe('true');
    await session.run("import { counter } from './counting';");
    expect(result(await session.run('increment() === counter'))).toBe('true');
    put(
      'counting.ts',
      'export let counter = 100;\nexport function increment(): number { return ++counter }\n',
    );
    expect(
      result(await session.run("import { counter, increment } from './counting';\nincrement(); counter")),
    ).toBe('101');
    expect(result(await session.run('look().counter'))).toBe('101');
  });
});

describe('a package whose loading was interrupted', () => {
  const body = "console.log('loading'); while (globalThis.endless);";
  const pack = (name: string, type: string, code: string) => {
    put(
      `node_modules/${name}/package.json`,
      `{"name": "${name}", "version": "1.0.0", "type": "${type}", "exports": "./index.js"}`,
    );
    put(`node_modules/${name}/index.js`, code);
    put(`node_modules/${name}/index.d.ts`, '');
  };

  it.each([
    ['required', 'commonjs', (name: string) => `require('${name}').whole`],
    ['required by another', 'commonjs', (name: string) => `require('${name}-outer').inner.whole`],
    ['imported', 'commonjs', (name: string) => `(await import('${name}')).whole`],
    ['imported with another', 'commonjs', (name: string) => `(await import('${name}-outer')).inner.whole`],
    ['imported as an ES module', 'module', (name: string) => `(await import('${name}')).whole`],
  ])('%s, is loaded whole the next time', async (how, type, code) => {
    const name = `half-${how.replaceAll(' ', '-')}`;
    pack(
      name,
      type,
      type === 'module' ? `${body} export const whole = 'yes';` : `${body} exports.whole = 'yes';`,
    );
    pack(`${name}-outer`, 'commonjs', `exports.inner = require('${name}');`);
    const cell = `// @ts-nocheck\n${code(name)}`;
    await session.run('(globalThis as any).endless = true;');
    let interrupted = false;
    const stopped = await session.run(cell, {
      onOutput: (outputs) => {
        if (interrupted || !JSON.stringify(outputs).includes('loading')) return;
        interrupted = true;
        void session.kernel.interrupt();
      },
    });
    expect(failure(stopped).ename).toBe('Interrupted');
    await session.run('(globalThis as any).endless = false;');
    expect(result(await session.run(cell))).toBe("'yes'");
    expect(result(await session.run(cell))).toBe("'yes'");
  });
});
