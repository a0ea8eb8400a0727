// Imports and exports in cells: ES modules, CommonJS, packages, local TypeScript, JSON, types.
import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeModules } from './modules.js';
import { Notebook } from './notebook.js';

const modules = makeModules();
let nb: Notebook;
beforeAll(() => {
  nb = new Notebook(modules.folder);
});
afterAll(() => {
  nb.close();
  modules.remove();
});

describe('the JavaScript of an import', () => {
  const table: [string, string][] = [
    ["import 'node:fs'", "await $cell.import('node:fs', []);"],
    ["import fs from 'node:fs';", "let { default: fs } = await $cell.import('node:fs', ['default']);"],
    ['import * as fs from "node:fs"', 'let fs = await $cell.import("node:fs", []);'],
    [
      "import { readFileSync, join as j } from './x'",
      "let { readFileSync: readFileSync, join: j } = await $cell.import('./x', ['readFileSync', 'join']);",
    ],
    [
      "import fs, * as all from 'node:fs'",
      "let all = await $cell.import('node:fs', ['default']), { default: fs } = all;",
    ],
    ["import type { Stats } from 'node:fs'", ';'],
    ["import { type Stats } from 'node:fs'", ';'],
    [
      "import { Stats as S, BigIntStats } from 'node:fs'",
      "let { Stats: S } = await $cell.import('node:fs', ['Stats']);",
    ],
    ["import { type Options, Name } from './local'", ';'],
    [
      "import data from './settings.json' with { type: 'json' }",
      "let { default: data } = await $cell.import('./settings.json', ['default']);",
    ],
    ["import fs = require('node:fs')", "let fs = $cell.require('node:fs');"],
    ["export * from 'node:fs'", "await $cell.import('node:fs', []);"],
    ["export { join } from 'node:path'", "await $cell.import('node:path', []);"],
    ['const x = 1; export { x }; export type T = number;', 'let   x = 1; ; ;'],
  ];
  it.each(table)('%s', (code, expected) => {
    const cell = nb.service.compile('cell', code);
    if (cell.failed && !code.includes("'./x'")) throw new Error(JSON.stringify(cell.diagnostics));
    if (!cell.failed)
      expect(
        cell.js
          .split('\n//#')[0]
          ?.trim()
          .replace(/;\s+type.*$/, ';')
          .replace(/ {4,}/g, ' '),
      ).toContain(expected);
  });

  it('turns dynamic import and import.meta into the kernel’s', () => {
    expect(nb.js("const m = await import('node:fs'); const f = () => import('x' + 1); import.meta.url")).toBe(
      "let   m = await $cell.import('node:fs'); let   f = () => $cell.import('x' + 1); $cell.value($cell.meta.url)",
    );
  });

  it('runs imports first, wherever they stand', async () => {
    expect(await nb.run("const here = basename('/a/b');\nimport { basename } from 'node:path';\nhere")).toBe(
      'b',
    );
  });
});

describe('imports that run', () => {
  it('a built-in module, twice, and under other names', async () => {
    await nb.run("import { join } from 'node:path'");
    await nb.run("import { join, dirname as dir } from 'node:path'");
    expect(await nb.run("join('a', dir('b/c'))")).toBe('a/b');
  });
  it('a value of an earlier import in a later cell, with its type', async () => {
    await nb.run("import EventEmitter, { once } from 'node:events';\nimport * as path from 'node:path';");
    expect(
      await nb.run(
        'class Mine extends EventEmitter {}\nnew Mine().listenerCount("x") + path.sep + typeof once',
      ),
    ).toBe('0/function');
    expect(nb.problems('path.join(5)')[0]).toMatch(/TS2345/);
    expect(nb.problems('const e: EventEmitter = 5')[0]).toMatch(/TS2322/);
  });
  it('dynamic import has the type of the module', async () => {
    expect(nb.problems("const p = await import('node:path'); p.nope")[0]).toMatch(/TS2339/);
  });
});

describe('types of imports', () => {
  it('of a package that is only an ES module, from the notebook’s folder', () => {
    expect(
      nb.problems(
        "import Thing, { answer } from 'esm-only'; new Thing('a').v.toUpperCase() + answer.toFixed()",
      ),
    ).toEqual([]);
    expect(nb.problems("import { answer } from 'esm-only'; answer.nope")[0]).toMatch(/TS2339/);
    expect(nb.problems("import { nope } from 'esm-only'")[0]).toMatch(/TS2614/);
  });
  it('of packages without declarations: any', () => {
    expect(
      nb.problems("import { twice } from 'untyped'; import scoped from '@scope/pkg'; twice(2) + scoped()"),
    ).toEqual([]);
  });
  it('of a local TypeScript module, with and without its extension, and of JSON', () => {
    expect(
      nb.problems("import greet, { twice, type Options } from './local'; greet('x') + twice(2)"),
    ).toEqual([]);
    expect(nb.problems("import { twice } from './local.ts'; twice('x')")[0]).toMatch(/TS2345/);
    expect(nb.problems("import settings from './settings.json'; settings.lr.toFixed(1)")).toEqual([]);
    expect(nb.problems("import settings from './settings.json'; settings.nope")[0]).toMatch(/TS2339/);
  });
  it('of the library by name', () => {
    expect(
      nb.problems(
        "import { np as numpy, type NDArray as A } from 'gradlab'; const z: A = numpy.zeros(3) + 1",
      ),
    ).toEqual([]);
  });
  it('survive the commit: default, namespace, generic class, interface', () => {
    const cell = nb.compile(
      "import Thing, { type OnlyType } from 'esm-only'; import * as all from 'esm-only'; import type { Options } from './local'",
    );
    nb.service.commit(cell.id);
    expect(
      nb.problems(
        "const t: Thing<string> = new all.default('a'); const o: OnlyType = { a: t.v }; const p: Options = { rate: all.answer }",
      ),
    ).toEqual([]);
    expect(nb.problems('const bad: Options = { rate: "x" }')).toEqual([
      "1:24 TS2322 Type 'string' is not assignable to type 'number'.",
    ]);
  });
  it('see an edit of a local module, and a module that was missing before', async () => {
    expect(nb.problems("import { late } from './late'")[0]).toMatch(/TS2307/);
    writeFileSync(join(modules.folder, 'late.ts'), 'export const late = 1;\n');
    expect(nb.problems("import { late } from './late'; late.toFixed()")).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    writeFileSync(join(modules.folder, 'late.ts'), "export const late = 'text';\n");
    expect(nb.problems("import { late } from './late'; late.toUpperCase()")).toEqual([]);
  });
  it('see the edit in every cell that is run again', async () => {
    const path = join(modules.folder, 'edited.ts');
    writeFileSync(path, 'export const edited = 1;\n');
    nb.service.commit(nb.compile("import { edited } from './edited'").id);
    const cells = ['edited.toFixed(1)', 'edited.toFixed(2)'];
    for (const code of cells) expect(nb.problems(code)).toEqual([]);
    writeFileSync(path, "export const edited = 'text';\n");
    utimesSync(path, new Date(), new Date(Date.now() + 5000));
    for (const code of cells) expect(nb.problems(code)[0]).toMatch(/TS2551/);
  });
});

describe('declarations of Node', () => {
  /** The type of an expression, as an error says it. */
  const typeOf = (own: Notebook, before: string, expression: string): string | undefined =>
    /Type '(.*?)' is not assignable/.exec(
      own.problems(`${before}\nconst n: null = ${expression}`).join(),
    )?.[1];

  it('are there for global names and usual modules, and for rare modules as soon as a cell may need them', () => {
    const own = new Notebook(modules.folder);
    expect(typeOf(own, '', 'process')).toBe('Process');
    expect(typeOf(own, '', 'Buffer.from("a")')).toContain('Buffer');
    expect(typeOf(own, '', 'new URL("http://a").searchParams')).toBe('URLSearchParams');
    expect(typeOf(own, '', '(await fetch("http://a")).ok')).toBe('boolean');
    expect(typeOf(own, '', 'setTimeout(() => {}, 1)')).toBe('Timeout');
    expect(typeOf(own, "import fs from 'fs'", 'fs.statSync("a")')).toBe('Stats');
    expect(typeOf(own, "import { Worker } from 'node:worker_threads'", 'new Worker("a")')).toBe('Worker');
    expect(typeOf(own, "import { Session } from 'node:inspector'", 'new Session()')).toBe('Session');
    expect(typeOf(own, '', '(await import("v8")).getHeapStatistics()')).toBe('HeapInfo');
    expect(typeOf(own, "import { readFile } from 'node:fs/promises'", 'await readFile("a", "utf8")')).toBe(
      'string',
    );
    own.close();
  });

  it('rare ones come with getBuiltinModule, and with a local module that imports them', () => {
    writeFileSync(
      join(modules.folder, 'session.ts'),
      "import http2 from 'node:http2';\nexport const open = () => http2.connect('http://a');\n",
    );
    for (const [before, expression] of [
      ['', "process.getBuiltinModule('node:http2').connect('http://a')"],
      ["import { open } from './session'", 'open()'],
    ] as const) {
      const own = new Notebook(modules.folder);
      expect(typeOf(own, '', 'process.pid')).toBe('number');
      expect(typeOf(own, before, expression)).toBe('ClientHttp2Session');
      own.close();
    }
  });
});
