// What must not be lost when things go wrong: the server or a kernel is killed, the disk is full, a notebook is huge,
// two tabs save at the same moment.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { listServers } from '../../kernel/lab/server/index.js';
import { distFolder } from '../../kernel/protocol/product.js';
import { ask, startLab, type TestLab } from './lab.js';
import { PageClient } from './page.js';

const notebook = (cells: object[]) => ({
  type: 'notebook',
  format: 'json',
  content: { cells, metadata: {}, nbformat: 4, nbformat_minor: 5 },
});
const cell = (id: string, source: string) => ({
  id,
  cell_type: 'code',
  execution_count: null,
  metadata: {},
  source,
  outputs: [],
});

/** A server in a process of its own, which can be killed. */
async function serverProcess(root: string): Promise<{ child: ChildProcess; base: string }> {
  const module = join(distFolder, 'kernel/lab/server/index.js');
  const script = `
    const { startServer } = await import(${JSON.stringify(module)});
    const server = await startServer({ root: ${JSON.stringify(root)}, token: 't', hub: null });
    console.log(server.baseAddress);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
  return { child, base: line.toString().trim() };
}

describe('a server that is killed', () => {
  let lab: TestLab;
  beforeAll(async () => {
    // For the folders of the environment, which the other process inherits.
    lab = await startLab();
  });
  afterAll(() => lab.close());

  it('in the middle of saving leaves the old notebook or the new one, whole; its kernels end; it is listed no more', async () => {
    const headers = { Authorization: 'token t' };
    const file = join(lab.root, 'n.ipynb');
    const big = (mark: string) =>
      notebook(Array.from({ length: 2000 }, (_, i) => cell(`c${i}`, `${mark} ${'x'.repeat(2000)}`)));
    for (let round = 0; round < 4; round++) {
      const { child, base } = await serverProcess(lab.root);
      const put = (mark: string) =>
        ask(base, '/api/contents/n.ipynb', { method: 'PUT', headers, body: big(mark) });
      expect((await put('old')).status).toBeLessThan(300);
      let kernelPid = 0;
      if (round === 0) {
        const { json } = await ask(base, '/api/kernels', { method: 'POST', headers, body: {} });
        const page = await PageClient.open({ server: { baseAddress: base, token: 't' } } as TestLab, json.id);
        kernelPid = Number((await page.run('process.ppid')).text);
        expect(listServers().map(({ pid }) => pid)).toContain(child.pid);
        page.socket.on('error', () => {});
      }
      const saving = put('new').catch(() => 'cut');
      // Killed at different moments of the save.
      await new Promise((done) => setTimeout(done, round * 25));
      child.kill('SIGKILL');
      await once(child, 'exit');
      await saving;
      const { cells } = JSON.parse(readFileSync(file, 'utf8'));
      expect(cells).toHaveLength(2000);
      expect(new Set(cells.map((c: any) => c.source[0].slice(0, 3))).size).toBe(1);
      expect(listServers().map(({ pid }) => pid)).not.toContain(child.pid);
      if (round === 0) {
        await vi.waitUntil(() => !isAlive(kernelPid), { timeout: 100_000 });
      }
    }
  });
});

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('a disk that is full', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gradlab-full-'));
  let mounted = false;
  let lab: TestLab;
  beforeAll(async () => {
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'pipe' });
      mounted = true;
    } catch {
      // Not everybody may mount.
    }
    lab = await startLab({ root: folder });
  });
  afterAll(async () => {
    await lab.close();
    if (mounted) execFileSync('umount', [folder]);
    rmSync(folder, { recursive: true, force: true });
  });

  it('refuses the save with the reason, and leaves what was saved before', async (context) => {
    if (!mounted) return context.skip();
    const put = (path: string, body: object) => lab.ask(`/api/contents/${path}`, { method: 'PUT', body });
    expect((await put('n.ipynb', notebook([cell('a', 'kept')]))).status).toBe(201);
    const before = readFileSync(join(folder, 'n.ipynb'));
    const tooBig = await put('n.ipynb', notebook([cell('a', 'x'.repeat(2_000_000))]));
    expect(tooBig.status).toBe(500);
    expect(tooBig.json.message).toContain('no space is left');
    expect(readFileSync(join(folder, 'n.ipynb'))).toEqual(before);
    const upload = await put('u.bin', {
      type: 'file',
      format: 'text',
      chunk: 1,
      content: 'x'.repeat(2_000_000),
    });
    expect(upload.status).toBe(500);
    expect(readdirSync(folder).filter((name) => name.startsWith('.~'))).toEqual([]);
    expect((await put('n.ipynb', notebook([cell('a', 'small')]))).status).toBe(200);
  });
});

describe('large and many', () => {
  let lab: TestLab;
  beforeAll(async () => {
    lab = await startLab();
  });
  afterAll(() => lab.close());

  it('a notebook of 100 MB is saved, listed and read again', async () => {
    const line = `${'0123456789'.repeat(10)}"\\\n`;
    const outputs = [{ output_type: 'stream', name: 'stdout', text: line.repeat(10_000) }];
    const cells = Array.from({ length: 100 }, (_, i) => ({ ...cell(`c${i}`, 'x'), outputs }));
    const saved = await lab.ask('/api/contents/huge.ipynb', { method: 'PUT', body: notebook(cells) });
    expect(saved.status).toBe(201);
    expect(saved.json.size).toBeGreaterThan(100e6);
    expect(statSync(join(lab.root, 'huge.ipynb')).size).toBe(saved.json.size);
    const read = await lab.ask('/api/contents/huge.ipynb');
    expect(read.json.content.cells).toHaveLength(100);
    expect(read.json.content.cells[99].outputs[0].text).toBe(line.repeat(10_000));
  }, 120_000);

  it('saves of two tabs at the same moment leave one of the two, whole', async () => {
    const put = (mark: string) =>
      lab.ask('/api/contents/two.ipynb', {
        method: 'PUT',
        body: notebook(Array.from({ length: 300 }, (_, i) => cell(`c${i}`, mark))),
      });
    for (let round = 0; round < 5; round++) {
      const saved = await Promise.all([put('one'), put('two'), put('three')]);
      expect(saved.map(({ status }) => status < 300)).toEqual([true, true, true]);
      const { cells } = JSON.parse(readFileSync(join(lab.root, 'two.ipynb'), 'utf8'));
      expect(new Set(cells.map((c: any) => c.source[0])).size).toBe(1);
    }
  });

  it('a folder of 3,000 files is listed', async () => {
    mkdirSync(join(lab.root, 'many'));
    for (let i = 0; i < 3000; i++) writeFileSync(join(lab.root, 'many', `f${i}.txt`), '');
    expect((await lab.ask('/api/contents/many')).json.content).toHaveLength(3000);
  });

  it('what a kernel said while nobody listened is bounded, and what is missing is said', async () => {
    const { json } = await lab.ask('/api/kernels', { method: 'POST', body: {} });
    const page = await PageClient.open(lab, json.id, { session: 'away' });
    await page.run('1');
    const asked = page.execute(
      'for (let i = 0; i < 60; i++) { console.log("x".repeat(1e6)); await new Promise((r) => setTimeout(r, 10)) } console.log("the end")',
    );
    await page.find(
      ({ header, parent_header }) => header.msg_type === 'execute_input' && parent_header.msg_id === asked,
      'begin',
    );
    await page.cut();
    await vi.waitUntil(
      async () => (await lab.ask(`/api/kernels/${json.id}`)).json.execution_state === 'idle',
      { timeout: 100_000 },
    );
    const back = await PageClient.open(lab, json.id, { session: 'away' });
    await back.reply(asked);
    await back.idle(asked);
    const said = back.messages
      .filter(({ header }) => header.msg_type === 'stream')
      .map(({ content }) => content.text);
    expect(said[0]).toContain('is lost');
    expect(said.at(-1)).toContain('the end');
    expect(said.join('').length).toBeLessThan(20e6);
    await back.close();
    expect(existsSync(join(lab.root, 'huge.ipynb'))).toBe(true);
  });
});
