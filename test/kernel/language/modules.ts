// A folder with packages and modules of every kind beside a notebook, made afresh for each test file that needs it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const FILES: Record<string, string> = {
  'node_modules/esm-only/package.json': JSON.stringify({
    name: 'esm-only',
    version: '1.0.0',
    type: 'module',
    exports: { import: { types: './index.d.ts', default: './index.js' } },
  }),
  'node_modules/esm-only/index.js':
    'export const answer = await Promise.resolve(42);\nexport default class Thing { constructor(v) { this.v = v } }\n',
  'node_modules/esm-only/index.d.ts':
    'export const answer: number;\nexport interface OnlyType { a: string }\nexport default class Thing<T> { constructor(v: T); v: T }\n',
  'node_modules/untyped/package.json': JSON.stringify({
    name: 'untyped',
    version: '1.0.0',
    main: 'index.js',
  }),
  'node_modules/untyped/index.js': "exports.twice = (x) => x * 2;\nexports.name = 'untyped';\n",
  'node_modules/@scope/pkg/package.json': JSON.stringify({
    name: '@scope/pkg',
    version: '1.0.0',
    main: 'index.js',
  }),
  'node_modules/@scope/pkg/index.js': "module.exports = function scoped() { return 'scoped'; };\n",
  'node_modules/@scope/parts/package.json': JSON.stringify({
    name: '@scope/parts',
    version: '1.0.0',
    exports: { '.': './index.js', './deep/part': './deep.js', './all/*': './all/*.js' },
  }),
  'local.ts':
    'export interface Options { rate: number }\nexport type Name = string;\n' +
    'export const twice = (x: number): number => x * 2;\n' +
    "export default function greet(name: Name): string { return 'hello ' + name }\n",
  'settings.json': '{ "lr": 0.5, "name": "json" }',
};

export function makeModules(): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'gradlab-language-'));
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
