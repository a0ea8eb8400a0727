// One list of requests for two servers: ours and Jupyter's own. What Jupyter's answered is kept in
// test/fixtures/jupyter-server.json (written by test/clients/jupyter-server.test.ts with GRADLAB_RECORD=1); ours has
// to answer the same, but for the differences that are named here with their reason.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Answer, ask } from './lab.js';

export interface Case {
  method: string;
  path: string;
  body?: unknown;
  /** Why ours answers differently, and what it answers. */
  differs?: { because: string; status?: number; body?: unknown };
}

export interface Recorded {
  status: number;
  location?: string;
  body: unknown;
}

const cell = (source: string, more: object = {}) => ({
  id: 'cell-1',
  cell_type: 'code',
  execution_count: 3,
  metadata: {},
  source,
  outputs: [],
  ...more,
});
const notebook = (cells: unknown[], more: object = {}) => ({
  type: 'notebook',
  format: 'json',
  content: { cells, metadata: {}, nbformat: 4, nbformat_minor: 5, ...more },
});
const text = (content: unknown, more: object = {}) => ({ type: 'file', format: 'text', content, ...more });
const outputs = [
  { output_type: 'stream', name: 'stdout', text: 'one\ntwo\r\nthree' },
  {
    output_type: 'display_data',
    metadata: { 'image/png': { width: 3 } },
    data: {
      'text/plain': '<Figure>',
      'text/html': '<p>\u2028ü\n</p>\n',
      'image/png': 'aGk=\n',
      'image/svg+xml': '<svg>\n</svg>',
      'application/javascript': 'a\nb',
      'application/json': { z: 1, a: ['x\ny', 0.5] },
      'application/vnd.plotly.v1+json': { data: [1, 2], layout: null },
    },
  },
  { output_type: 'execute_result', execution_count: 3, metadata: {}, data: { 'text/plain': '' } },
  { output_type: 'error', ename: 'E', evalue: 'v', traceback: ['\u001b[31mred\u001b[0m', 'two\nlines'] },
];
const rich = notebook(
  [
    cell('', { id: 'empty' }),
    cell('const ü = "日本語 🎲"\n\nü\u000bv\f\u0085w', {
      id: 'lines',
      outputs,
      metadata: { tags: ['b', 'a'], A: { z: null, a: true } },
    }),
    {
      id: 'text',
      cell_type: 'markdown',
      metadata: {},
      source: '# A\n![x](attachment:x.png)\n',
      attachments: { 'x.png': { 'image/png': 'aGk=' } },
    },
    { id: 'raw', cell_type: 'raw', metadata: {}, source: 'raw' },
  ],
  {
    metadata: {
      kernelspec: { name: 'gradlab', display_name: 'TypeScript (gradlab)', language: 'typescript' },
      orig_nbformat: 4,
      title: 'é',
    },
  },
);
/** Numbers as text: a page's JSON is not Python's. */
const numbers = JSON.stringify(notebook([cell('1', { metadata: { n: 'NUMBERS' } })])).replace(
  '"NUMBERS"',
  '[1, 1.0, -0, -0.0, 0.00001, 1e-7, 1.5e300, 1e16, 123456789012345678901234567890, 1E3, 0.1, 12345.678e-2, 5e-324]',
);

const ours = (because: string, status?: number, body?: unknown) => ({ because, status, body });

export const CASES: Case[] = [
  { method: 'GET', path: '/api/contents?content=0' },
  { method: 'GET', path: '/api/contents' },
  { method: 'GET', path: '/api/contents/missing.txt' },
  { method: 'GET', path: '/api/contents/missing/deeper.ipynb' },
  { method: 'GET', path: '/api/contents/folder' },
  {
    method: 'GET',
    path: '/api/contents/folder/',
    differs: ours('answered at once instead of sent elsewhere', 200),
  },
  {
    method: 'GET',
    path: '/api/contents//folder//inner.txt',
    differs: ours('slashes that say nothing are left out', 200),
  },
  { method: 'GET', path: '/api/contents/folder/inner.txt' },
  { method: 'GET', path: '/api/contents/folder/inner.txt?content=0' },
  { method: 'GET', path: '/api/contents/folder/inner.txt?format=base64' },
  { method: 'GET', path: '/api/contents/folder?type=file' },
  { method: 'GET', path: '/api/contents/folder?type=notebook' },
  { method: 'GET', path: '/api/contents/folder/inner.txt?type=directory' },
  { method: 'GET', path: '/api/contents/folder/inner.txt?type=nonsense' },
  { method: 'GET', path: '/api/contents/folder/inner.txt?format=nonsense' },
  { method: 'GET', path: '/api/contents/folder/inner.txt?content=2' },
  { method: 'GET', path: "/api/contents/it's.txt" },
  { method: 'GET', path: '/api/contents/binary.bin' },
  {
    method: 'GET',
    path: '/api/contents/binary.bin?format=text',
    differs: ours('the message names no folder of the machine', 400),
  },
  { method: 'GET', path: '/api/contents/%C3%BC%20%25%20%23.txt' },
  { method: 'GET', path: '/api/contents/.hidden' },
  { method: 'GET', path: '/api/contents/folder/.hidden/x' },
  { method: 'GET', path: '/api/contents/broken.ipynb', differs: ours('the reason in other words', 400) },
  { method: 'GET', path: '/api/contents/plain.ipynb' },
  { method: 'GET', path: '/api/contents/plain.ipynb?content=0' },
  { method: 'GET', path: '/api/contents/plain.ipynb?type=file' },
  { method: 'GET', path: '/api/contents/plain.ipynb?type=file&format=text&content=0' },
  {
    method: 'GET',
    path: '/api/contents/../outside.txt',
    differs: ours('the message names no folder of the machine', 404),
  },
  {
    method: 'GET',
    path: '/api/contents/%2e%2e/outside.txt',
    differs: ours('the message names no folder of the machine', 404),
  },
  {
    method: 'GET',
    path: '/api/contents/folder/..%2f..%2foutside.txt',
    differs: ours('the message names no folder of the machine', 404),
  },
  { method: 'PUT', path: '/api/contents/new.txt', body: text('new') },
  { method: 'PUT', path: '/api/contents/new.txt', body: text('newer') },
  { method: 'PUT', path: '/api/contents/new.bin', body: { type: 'file', format: 'base64', content: 'AP+A' } },
  { method: 'PUT', path: '/api/contents/guess.txt', body: { content: 'guess' } },
  { method: 'PUT', path: '/api/contents/nothing.txt', body: { type: 'file' } },
  {
    method: 'PUT',
    path: '/api/contents/nothing.ipynb',
    body: {},
  },
  { method: 'PUT', path: '/api/contents/new.txt', body: { type: 'file' } },
  { method: 'PUT', path: '/api/contents/new.txt', body: { content: 'x' } },
  { method: 'PUT', path: '/api/contents/odd.txt', body: { type: 'odd', content: 'x' } },
  { method: 'PUT', path: '/api/contents/copy.txt', body: { copy_from: 'new.txt' } },
  { method: 'PUT', path: '/api/contents/bad.txt', body: text('x', { format: 'nonsense' }) },
  {
    method: 'PUT',
    path: '/api/contents/missing/deep.txt',
    body: text('x'),
    differs: ours('the folder that is missing is a 404 with its name', 404),
  },
  {
    method: 'PUT',
    path: '/api/contents/.hidden2',
    body: text('x'),
    differs: ours('the path is quoted, not the file on the machine', 400),
  },
  { method: 'PUT', path: '/api/contents/made', body: { type: 'directory' } },
  { method: 'PUT', path: '/api/contents/made', body: { type: 'directory' } },
  { method: 'PUT', path: '/api/contents/broken.json', body: '{"type":' },
  { method: 'PUT', path: '/api/contents/rich.ipynb', body: rich },
  { method: 'GET', path: '/api/contents/rich.ipynb' },
  { method: 'PUT', path: '/api/contents/numbers.ipynb', body: numbers },
  {
    method: 'PUT',
    path: '/api/contents/old.ipynb',
    body: notebook([{ ...cell('x'), id: undefined }], { nbformat_minor: 2 }),
  },
  {
    method: 'PUT',
    path: '/api/contents/trusted.ipynb',
    body: notebook([cell('x', { metadata: { trusted: true }, outputs })]),
  },
  { method: 'GET', path: '/api/contents/trusted.ipynb' },
  { method: 'PUT', path: '/api/contents/safe.ipynb', body: notebook([cell('x', { outputs: [outputs[0]] })]) },
  { method: 'GET', path: '/api/contents/safe.ipynb' },
  { method: 'GET', path: '/api/contents/rich.ipynb/checkpoints' },
  { method: 'GET', path: '/api/contents/new.txt/checkpoints' },
  { method: 'POST', path: '/api/contents/new.txt/checkpoints' },
  { method: 'POST', path: '/api/contents/new.txt/checkpoints/checkpoint' },
  {
    method: 'POST',
    path: '/api/contents/new.txt/checkpoints/other',
    differs: ours('a checkpoint that is not there is a 404, not a 500', 404),
  },
  { method: 'DELETE', path: '/api/contents/new.txt/checkpoints/checkpoint' },
  { method: 'DELETE', path: '/api/contents/new.txt/checkpoints/checkpoint' },
  {
    method: 'POST',
    path: '/api/contents/missing.txt/checkpoints',
    differs: ours('what is missing is a 404, not a 500', 404),
  },
  { method: 'POST', path: '/api/contents', body: { type: 'notebook' } },
  { method: 'POST', path: '/api/contents', body: { type: 'notebook' } },
  { method: 'POST', path: '/api/contents/folder', body: { type: 'directory' } },
  { method: 'POST', path: '/api/contents/folder', body: { type: 'directory' } },
  {
    method: 'POST',
    path: '/api/contents/folder',
    body: { ext: '.ts' },
    differs: ours('.ts is TypeScript, not a translation', 201),
  },
  { method: 'POST', path: '/api/contents/folder', body: { ext: '.ipynb' } },
  { method: 'POST', path: '/api/contents/folder', body: { type: 'odd' } },
  { method: 'POST', path: '/api/contents/missing', body: { type: 'file' } },
  { method: 'POST', path: '/api/contents/new.txt', body: { type: 'file' } },
  { method: 'POST', path: '/api/contents', body: { copy_from: 'rich.ipynb' } },
  { method: 'POST', path: '/api/contents', body: { copy_from: 'rich-Copy1.ipynb' } },
  { method: 'POST', path: '/api/contents/folder', body: { copy_from: 'new.txt' } },
  { method: 'POST', path: '/api/contents', body: { copy_from: 'missing.txt' } },
  { method: 'POST', path: '/api/contents', body: { copy_from: 'folder' } },
  { method: 'PATCH', path: '/api/contents/new.txt', body: { path: 'moved.txt' } },
  { method: 'PATCH', path: '/api/contents/moved.txt', body: { path: 'new.bin' } },
  { method: 'PATCH', path: '/api/contents/moved.txt', body: { path: 'folder/moved.txt' } },
  { method: 'PATCH', path: '/api/contents/folder/moved.txt', body: { path: 'folder/moved.txt' } },
  {
    method: 'PATCH',
    path: '/api/contents/missing.txt',
    body: { path: 'x.txt' },
    differs: ours('what is missing is a 404, not a 500', 404),
  },
  { method: 'PATCH', path: '/api/contents/new.bin' },
  { method: 'DELETE', path: '/api/contents/new.bin' },
  { method: 'DELETE', path: '/api/contents/new.bin' },
  { method: 'DELETE', path: '/api/contents/made' },
  { method: 'DELETE', path: '/api/contents' },
  {
    method: 'PUT',
    path: '/api/contents/chunks.bin',
    body: text('one ', { chunk: 1 }),
    differs: ours('half a file is not shown: its MIME type is not looked at', 201),
  },
  {
    method: 'PUT',
    path: '/api/contents/chunks.bin',
    body: text('two', { chunk: -1 }),
    differs: ours('the first piece made no file, so this one makes it', 201),
  },
  { method: 'PUT', path: '/api/contents/chunks.ipynb', body: { ...notebook([]), chunk: 1 } },
  { method: 'GET', path: '/api/kernels' },
  { method: 'GET', path: '/api/sessions' },
  { method: 'POST', path: '/api/kernels', body: { name: 'gradlab' } },
  { method: 'GET', path: '/api/kernels/00000000-0000-0000-0000-000000000000' },
  { method: 'DELETE', path: '/api/kernels/00000000-0000-0000-0000-000000000000' },
  { method: 'POST', path: '/api/kernels/00000000-0000-0000-0000-000000000000/interrupt' },
  { method: 'POST', path: '/api/sessions', body: {} },
  { method: 'POST', path: '/api/sessions', body: { path: 'a.ipynb' } },
  { method: 'POST', path: '/api/sessions', body: { type: 'notebook' } },
  {
    method: 'POST',
    path: '/api/sessions',
    body: { path: 'a.ipynb', type: 'notebook', kernel: { name: 'nothere' } },
    differs: ours('the one form of errors: reason, not short_message', 501),
  },
  {
    method: 'POST',
    path: '/api/sessions',
    body: { path: 'a.ipynb', type: 'notebook', name: 'n', kernel: { name: 'gradlab' } },
  },
  {
    method: 'POST',
    path: '/api/sessions',
    body: { path: 'a.ipynb', type: 'notebook', name: 'n', kernel: { name: 'gradlab' } },
  },
  {
    method: 'GET',
    path: '/api/sessions/00000000-0000-0000-0000-000000000000',
  },
  {
    method: 'GET',
    path: '/api/kernelspecs/gradlab',
    differs: ours('older servers drop kernel_protocol_version', 200),
  },
  { method: 'GET', path: '/api/kernelspecs/nothere' },
  { method: 'GET', path: '/api/config/notebook' },
  { method: 'PATCH', path: '/api/config/notebook', body: { a: { b: 1, c: null }, d: [1] } },
  { method: 'PATCH', path: '/api/config/notebook', body: { a: { b: null, e: 2 } } },
  { method: 'GET', path: '/api/config/notebook' },
];

/** Runs the list against a server. */
export async function answers(base: string, token: string, root: string): Promise<Recorded[]> {
  const all: Recorded[] = [];
  for (const { method, path, body } of CASES) {
    const answer = await ask(base, path, { method, body, headers: { Authorization: `token ${token}` } });
    all.push(settle(answer, base, root));
  }
  return all;
}

/** An answer without what differs from run to run. */
function settle({ status, headers, text, json }: Answer, base: string, root: string): Recorded {
  const tidy = (value: string): string =>
    value
      .replaceAll(root, 'ROOT')
      .replaceAll(PACKAGE, 'PACKAGE')
      .replaceAll(process.execPath, 'NODE')
      .replaceAll(base, '/')
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
      .replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID');
  const walk = (value: unknown, key = ''): unknown => {
    if (typeof value === 'string') return key === 'created' ? 'TIME' : tidy(value);
    if (Array.isArray(value)) {
      const inner = value.map((entry) => walk(entry));
      // The order of a listing is the file system's.
      return key === 'content' ? inner.sort((a: any, b: any) => (a.name < b.name ? -1 : 1)) : inner;
    }
    if (typeof value !== 'object' || value === null) return value;
    const kept = Object.entries(value).filter(
      ([name, inner]) => !(LATER.has(name) && inner === null) && name !== 'traceback',
    );
    return Object.fromEntries(kept.map(([name, inner]) => [name, walk(inner, name)]));
  };
  return {
    status,
    ...(headers.location ? { location: tidy(headers.location) } : {}),
    body: json === undefined ? (status < 300 ? tidy(text) : 'TEXT') : walk(json),
  };
}

/** The folder of this package, as kernelspecs name it. */
const PACKAGE = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** Fields of models that newer servers have. */
const LATER = new Set(['hash', 'hash_algorithm']);

/** All files of a folder with their bytes, but for the folders of checkpoints. */
export function filesOf(folder: string): Record<string, string> {
  const files: Record<string, string> = {};
  const walk = (at: string): void => {
    for (const name of readdirSync(at).sort()) {
      const path = join(at, name);
      if (statSync(path).isDirectory()) walk(path);
      else files[relative(folder, path)] = readFileSync(path, 'latin1');
    }
  };
  walk(folder);
  return files;
}

/** What lies in the folder before the first request. */
export const SEED: Record<string, string | Buffer> = {
  'folder/inner.txt': 'inner',
  'folder/.hidden/x': 'hidden',
  'binary.bin': Buffer.from([255, 0, 128]),
  'ü % #.txt': 'odd name',
  "it's.txt": 'quote',
  '.hidden': 'hidden',
  'broken.ipynb': '{"cells": [',
  'plain.ipynb':
    '{"cells":[{"cell_type":"code","source":["a\\n","b"],"metadata":{},"outputs":[],"execution_count":null}],"metadata":{},"nbformat":4,"nbformat_minor":2}',
};
