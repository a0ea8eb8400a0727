// The contents API of the lab's server: what it answers, what it writes, what it refuses, and that nothing that was
// saved is lost.
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AskOptions, startLab, type TestLab } from './lab.js';

let lab: TestLab;
const at = (...parts: string[]) => join(lab.root, ...parts);
const api = (path: string, options?: AskOptions) => lab.ask(`/api/contents/${path}`, options);
const put = (path: string, body: object) => api(path, { method: 'PUT', body });

beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab.close());

describe('files', () => {
  it('are made (201), saved again (200) and read', async () => {
    const made = await put('one.txt', { type: 'file', format: 'text', content: 'a\nb' });
    expect(made.status).toBe(201);
    expect(made.headers.location).toBe('/api/contents/one.txt');
    expect(made.json).toMatchObject({
      name: 'one.txt',
      path: 'one.txt',
      type: 'file',
      content: null,
      format: null,
      size: 3,
    });
    expect((await put('one.txt', { type: 'file', format: 'text', content: 'ü' })).status).toBe(200);
    const read = await api('one.txt');
    expect(read.json).toMatchObject({
      content: 'ü',
      format: 'text',
      mimetype: 'text/plain',
      size: 2,
      writable: true,
    });
  });

  it('that are no text come as base64, and say so when text was asked for', async () => {
    const bytes = Buffer.from([0xff, 0x00, 0x80]);
    await put('bytes.bin', { type: 'file', format: 'base64', content: bytes.toString('base64') });
    expect(readFileSync(at('bytes.bin'))).toEqual(bytes);
    expect((await api('bytes.bin')).json).toMatchObject({ format: 'base64', content: '/wCA\n' });
    const refused = await api('bytes.bin?format=text&type=file');
    expect(refused.status).toBe(400);
    expect(refused.json).toEqual({ message: 'bytes.bin is not UTF-8 encoded', reason: 'bad format' });
  });

  it('are asked for without their content by HEAD', async () => {
    const { status, headers, text } = await api('one.txt', { method: 'HEAD' });
    expect([status, headers['content-type'], text]).toEqual([200, 'application/json', '']);
  });

  it('have a hash when it is asked for', async () => {
    await put('hashed.txt', { type: 'file', format: 'text', content: 'gradlab' });
    const { json } = await api('hashed.txt?content=0&hash=1');
    expect(json.hash).toBe(createHash('sha256').update('gradlab').digest('hex'));
    expect(json.hash_algorithm).toBe('sha256');
  });

  it('keep their mode, and a link stays a link', async () => {
    writeFileSync(at('real.sh'), 'old');
    chmodSync(at('real.sh'), 0o741);
    symlinkSync('real.sh', at('link.sh'));
    expect((await put('link.sh', { type: 'file', format: 'text', content: 'new' })).status).toBe(200);
    expect(readlinkSync(at('link.sh'))).toBe('real.sh');
    expect(readFileSync(at('real.sh'), 'utf8')).toBe('new');
    expect(statSync(at('real.sh')).mode & 0o777).toBe(0o741);
  });

  it('with two names keep both', async () => {
    writeFileSync(at('first.txt'), 'old and longer');
    linkSync(at('first.txt'), at('second.txt'));
    expect((await put('first.txt', { type: 'file', format: 'text', content: 'new' })).status).toBe(200);
    expect(readFileSync(at('second.txt'), 'utf8')).toBe('new');
  });

  it('use up a draft that a killed server left', async () => {
    writeFileSync(at('.~left.txt'), 'half of it');
    utimesSync(at('.~left.txt'), 1e9, 1e9);
    expect((await put('left.txt', { type: 'file', format: 'text', content: 'whole' })).status).toBe(201);
    expect(readFileSync(at('left.txt'), 'utf8')).toBe('whole');
  });

  it('leave no drafts behind', async () => {
    expect(readdirSync(lab.root).filter((name) => name.startsWith('.~'))).toEqual([]);
  });
});

describe('uploads in pieces', () => {
  it('show the file only when it is whole', async () => {
    const piece = (chunk: number, content: string) =>
      put('big.bin', { type: 'file', format: 'text', chunk, content });
    expect((await piece(1, 'one ')).status).toBe(201);
    expect((await api('big.bin')).status).toBe(404);
    expect((await piece(2, 'two ')).json.size).toBe(8);
    expect((await piece(-1, 'three')).json).toMatchObject({ size: 13, path: 'big.bin' });
    expect(readFileSync(at('big.bin'), 'utf8')).toBe('one two three');
  });

  it('refuse a piece that comes out of turn', async () => {
    await put('odd.bin', { type: 'file', format: 'text', chunk: 1, content: 'one' });
    const refused = await put('odd.bin', { type: 'file', format: 'text', chunk: 3, content: 'three' });
    expect(refused.status).toBe(400);
    expect(refused.json.message).toContain('chunk 3 came when 2 was due');
  });
});

describe('folders', () => {
  it('list what is in them, without hidden files', async () => {
    mkdirSync(at('folder'));
    for (const name of ['x.ipynb', 'y.csv', '.hidden', 'ü é%20.txt']) writeFileSync(at('folder', name), '{}');
    const { json } = await api('folder');
    expect(json).toMatchObject({ type: 'directory', format: 'json', size: null });
    const names = json.content.map((entry: any) => [entry.name, entry.type]).sort();
    expect(names).toEqual([
      ['x.ipynb', 'notebook'],
      ['y.csv', 'file'],
      ['ü é%20.txt', 'file'],
    ]);
    expect((await api(`folder/${encodeURIComponent('ü é%20.txt')}`)).json.content).toBe('{}');
  });

  it('get new files with free names', async () => {
    mkdirSync(at('new'));
    const post = async (body: object) => (await api('new', { method: 'POST', body })).json.path;
    expect(await post({ type: 'notebook' })).toBe('new/Untitled.ipynb');
    expect(await post({ type: 'notebook' })).toBe('new/Untitled1.ipynb');
    expect(await post({ type: 'directory' })).toBe('new/Untitled Folder');
    expect(await post({ type: 'directory' })).toBe('new/Untitled Folder 1');
    expect(await post({ type: 'file', ext: '.ts' })).toBe('new/untitled.ts');
    expect(await post({ copy_from: 'new/Untitled.ipynb' })).toBe('new/Untitled-Copy1.ipynb');
    expect(await post({ copy_from: 'new/Untitled-Copy1.ipynb' })).toBe('new/Untitled-Copy2.ipynb');
  });

  it('are deleted into the trash with what is in them', async () => {
    mkdirSync(at('full'));
    writeFileSync(at('full', 'kept.txt'), 'kept');
    expect((await api('full', { method: 'DELETE' })).status).toBe(204);
    expect(existsSync(at('full'))).toBe(false);
    const trash = join(process.env.HOME as string, '.local/share/Trash');
    expect(readFileSync(join(trash, 'files/full/kept.txt'), 'utf8')).toBe('kept');
    expect(readFileSync(join(trash, 'info/full.trashinfo'), 'utf8')).toContain(`Path=${at('full')}`);
  });
});

describe('renaming and checkpoints', () => {
  it('refuses a name that is taken (409)', async () => {
    writeFileSync(at('a.txt'), 'a');
    writeFileSync(at('b.txt'), 'b');
    const refused = await api('a.txt', { method: 'PATCH', body: { path: 'b.txt' } });
    expect(refused.status).toBe(409);
    expect(refused.json).toEqual({ message: 'File already exists: b.txt', reason: null });
    expect(readFileSync(at('b.txt'), 'utf8')).toBe('b');
  });

  it('a checkpoint follows its file and brings the old content back', async () => {
    await put('c.txt', { type: 'file', format: 'text', content: 'before' });
    const made = await api('c.txt/checkpoints', { method: 'POST' });
    expect(made.status).toBe(201);
    expect(made.json.id).toBe('checkpoint');
    await put('c.txt', { type: 'file', format: 'text', content: 'after' });
    expect((await api('c.txt', { method: 'PATCH', body: { path: 'd.txt' } })).json.path).toBe('d.txt');
    expect((await api('d.txt/checkpoints')).json).toHaveLength(1);
    expect((await api('d.txt/checkpoints/checkpoint', { method: 'POST' })).status).toBe(204);
    expect(readFileSync(at('d.txt'), 'utf8')).toBe('before');
    expect((await api('d.txt/checkpoints/checkpoint', { method: 'DELETE' })).status).toBe(204);
    expect((await api('d.txt/checkpoints/checkpoint', { method: 'POST' })).status).toBe(404);
  });
});
