// The library's declarations joined into a few files say the same as module by module.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LanguageService } from '../../../kernel/language/index.js';
import { LIBS, libraryTypes } from '../../../kernel/language/library.js';
// @ts-expect-error: a program of the build, without types
import { joinDeclarations } from '../../../native/declarations.mjs';

const dist = fileURLToPath(new URL('../../../dist', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'gradlab-joined-'));

/** A folder with the compiler's own output, as links. */
function copy(name: string): string {
  const to = join(folder, name);
  for (const part of ['src', 'kernel']) {
    mkdirSync(to, { recursive: true });
    symlinkSync(join(dist, part), join(to, part));
  }
  return to;
}

const CELLS = [
  'const a = np.zeros([2, 3]), b = a * 2 + 1',
  "import { np as N, type DType, type NDArray as Arrays } from 'gradlab'; const c: Arrays = N.ones(3)",
  'const net = new nn.Sequential(new nn.Linear(3, 4)); net.summary([3]).macs',
  'a.sort(1).argsort(); a.requiresGrad().sum({ axis: 0 }).backward(); a.real; a.hypot(b)',
  "const s: string = b; const t: string = np.sort; const u: string = nn; const v: DType = 'x'",
  "a.sort('x', 'y'); net.forward(1, 2, 3); new nn.Linear('a'); np.sum(a, { axes: 1 })",
  'const slider = new IntSlider({ value: 3 }); slider.valuee',
  "new Map([[1, 'a']]).values().next().value; [3].toSorted().at(0); 'a'.replaceAll(1); Object.groupBy([1], String)",
  "import * as fs from 'fs'; import { join } from 'node:path'; import * as http2 from 'http2'; import 'node:fss'",
  'fs.readFileSync(1n); join(1); const h: string = http2.constants; process.memoryUsage().heap',
];
const ASKED = [
  'np',
  'np.sort',
  'np.random.randn',
  'a.sort',
  'a.add',
  'net.summary',
  'nn.Linear',
  'IntSlider',
  'Array',
  'Promise.all',
  'structuredClone',
  'b',
  'c',
];

function answers(library: string): string[] {
  const service = new LanguageService({ cwd: folder, libraryTypes: library });
  try {
    const told = CELLS.map((code, i) => {
      const { diagnostics } = service.compile(`${i}`, code);
      service.commit(`${i}`);
      return [code, ...diagnostics.map(({ message, line }) => `${line}: ${message}`)].join('\n');
    });
    for (const name of ASKED) told.push(service.inspect(name, name.length).text);
    for (const name of ['np.', 'a.', 'net.'])
      told.push(
        service
          .complete(name, name.length)
          .matches.map((match) => match.text)
          .join(' '),
      );
    return told;
  } finally {
    service.close();
  }
}

describe('joined declarations', () => {
  let joined = '';
  let single = '';
  beforeAll(async () => {
    joined = copy('joined');
    single = copy('single');
    await joinDeclarations(joined);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are what the checker reads, and import nothing by path', () => {
    const { files, index } = libraryTypes(joined);
    expect(files).toContain(index);
    expect(files.length).toBeLessThan(40);
    for (const file of files)
      expect(readFileSync(file, 'utf8')).not.toMatch(/^(?:import|export) .*from ['"]\.|^ +.*import\(['"]\./m);
  });

  it('have every module of the library that another one imports', () => {
    const text = readdirSync(join(joined, 'types'))
      .map((file) => readFileSync(join(joined, 'types', file), 'utf8'))
      .join('');
    const declared = new Set([...text.matchAll(/^declare module '([^']+)'/gm)].map(([, name]) => name));
    const imported = [...text.matchAll(/^(?:import|export) .*from '(gradlab:[^']+)'/gm)].map(
      ([, name]) => name,
    );
    expect(imported.length).toBeGreaterThan(300);
    expect(imported.filter((name) => !declared.has(name))).toEqual([]);
  });

  it('give the same errors, hovers and completions as module by module', () => {
    expect(libraryTypes(single)).toMatchObject({ files: [], lib: LIBS });
    expect(libraryTypes(joined).lib).toEqual([]);
    expect(answers(joined)).toEqual(answers(single));
  });

  it('give way to a library of TypeScript that a module asks for', () => {
    writeFileSync(
      join(folder, 'page.ts'),
      '/// <reference lib="dom" />\nexport const title = (page: Document) => page.title;\n',
    );
    const service = new LanguageService({ cwd: folder, libraryTypes: joined });
    try {
      const code =
        "import { title } from './page.js'; const t: number = title(document); [1, 2].map((x) => x.toFixed())";
      expect(service.compile('1', code).diagnostics.map(({ message }) => message)).toEqual([
        "Type 'string' is not assignable to type 'number'.",
      ]);
    } finally {
      service.close();
    }
  });

  it('are left aside when the compiler has written anew since, or where there are none', () => {
    const index = join(joined, 'types/index.d.ts');
    expect(existsSync(index)).toBe(true);
    utimesSync(index, 1, 1);
    expect(libraryTypes(joined).files).toEqual([]);
    expect(libraryTypes('/nowhere').files).toEqual([]);
  });
});
