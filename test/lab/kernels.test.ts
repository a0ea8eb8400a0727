// Kernels and sessions through the lab's server, as a page uses them: start, run, interrupt, restart, crash, two tabs,
// a lost connection, many outputs; both protocols of the websocket.
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { cliPath } from '../../kernel/protocol/product.js';
import { startLab, type TestLab } from './lab.js';
import { PageClient, type Received } from './page.js';

let lab: TestLab;
const post = (path: string, body: unknown = {}) => lab.ask(path, { method: 'POST', body });
const startKernel = async (body: object = {}): Promise<string> => (await post('/api/kernels', body)).json.id;

beforeAll(async () => {
  lab = await startLab();
  // Another's kernel: found in Jupyter's folders, reached by TCP, interrupted by signal.
  const folder = join(process.env.JUPYTER_DATA_DIR as string, 'kernels/Other');
  mkdirSync(folder, { recursive: true });
  const spec = {
    argv: [process.execPath, cliPath, 'kernel', '--connection-file', '{connection_file}'],
    display_name: 'Another',
    language: 'typescript',
    env: { FROM_SPEC: 'value' },
  };
  writeFileSync(join(folder, 'kernel.json'), JSON.stringify(spec));
  writeFileSync(join(folder, 'logo-64x64.png'), 'picture');
  const broken = join(process.env.JUPYTER_DATA_DIR as string, 'kernels/broken');
  mkdirSync(broken, { recursive: true });
  writeFileSync(
    join(broken, 'kernel.json'),
    JSON.stringify({ argv: [process.execPath, '-e', 'console.error("no such thing"); process.exit(3)'] }),
  );
});
afterAll(() => lab.close());

describe('kernelspecs', () => {
  it('are our own, always, and all that Jupyter would find', async () => {
    const { json } = await lab.ask('/api/kernelspecs');
    expect(json.default).toBe('gradlab');
    expect(Object.keys(json.kernelspecs)).toEqual(expect.arrayContaining(['gradlab', 'other', 'broken']));
    expect(json.kernelspecs.other.resources).toEqual({ 'logo-64x64': '/kernelspecs/other/logo-64x64.png' });
    expect((await lab.ask('/kernelspecs/other/logo-64x64.png')).text).toBe('picture');
    const logo = await lab.ask('/kernelspecs/gradlab/logo-svg.svg');
    expect(logo.headers['content-type']).toBe('image/svg+xml');
    expect(logo.text).toContain('<svg');
    expect((await lab.ask('/kernelspecs/other/kernel.json')).status).toBe(404);
  });
});

describe('a kernel', () => {
  it('is there at once, and a cell that comes before it has started is not lost', async () => {
    const started = await post('/api/kernels', { name: 'gradlab' });
    expect(started.status).toBe(201);
    expect(started.json).toMatchObject({ name: 'gradlab', execution_state: 'starting', connections: 0 });
    const page = await PageClient.open(lab, started.json.id);
    const { reply, text } = await page.run('const x: number = 6\nx * 7');
    expect(reply).toMatchObject({ status: 'ok', execution_count: 1 });
    expect(text).toContain('42');
    const states = page.messages
      .filter(({ header }) => header.msg_type === 'status')
      .map(({ content }) => content.execution_state);
    expect(states).not.toContain('restarting');
    expect((await lab.ask(`/api/kernels/${started.json.id}`)).json).toMatchObject({
      execution_state: 'idle',
      connections: 1,
    });
    await page.close();
    expect((await lab.ask(`/api/kernels/${started.json.id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await lab.ask(`/api/kernels/${started.json.id}`)).status).toBe(404);
  });

  it('answers in the older protocol to a client that does not offer the new one', async () => {
    const id = await startKernel();
    const page = await PageClient.open(lab, id, { legacy: true });
    expect((await page.run('1 + 1')).text).toContain('2');
    await page.close();
    await lab.ask(`/api/kernels/${id}`, { method: 'DELETE' });
  });

  it('has a connection file for its owner alone, and none when it has ended', async () => {
    const id = await startKernel();
    const folder = process.env.JUPYTER_RUNTIME_DIR as string;
    expect(statSync(join(folder, `kernel-${id}.json`)).mode & 0o777).toBe(0o600);
    await lab.ask(`/api/kernels/${id}`, { method: 'DELETE' });
    expect(readdirSync(folder).filter((name) => name.includes(id))).toEqual([]);
  });

  it("of another kind runs by TCP, in the notebook's folder, and is interrupted by a signal", async () => {
    mkdirSync(join(lab.root, 'deep'), { recursive: true });
    const id = await startKernel({ name: 'other', path: 'deep/some.ipynb' });
    const page = await PageClient.open(lab, id);
    expect((await page.run('process.cwd()')).text).toContain(join(lab.root, 'deep'));
    expect((await page.run('process.env.FROM_SPEC')).text).toContain('value');
    const loop = page.execute('console.log("begun"); while (true) {}');
    await page.find(({ content }) => content.text?.includes('begun'), 'output of the loop');
    expect((await post(`/api/kernels/${id}/interrupt`)).status).toBe(204);
    expect((await page.reply(loop)).content.status).toBe('error');
    expect((await page.run('2 + 2')).text).toContain('4');
    await lab.ask(`/api/kernels/${id}`, { method: 'DELETE' });
  });

  it('is restarted without a word about dying, and forgets what it knew', async () => {
    const id = await startKernel();
    const page = await PageClient.open(lab, id);
    await page.run('const kept = 1');
    const before = page.messages.length;
    const restarted = await post(`/api/kernels/${id}/restart`);
    expect(restarted.status).toBe(200);
    expect(restarted.json).toMatchObject({ id, execution_state: 'idle' });
    expect((await page.run('kept')).reply).toMatchObject({
      status: 'error',
      evalue: expect.stringContaining('kept'),
    });
    const states = page.messages.slice(before).filter(({ header }) => header.msg_type === 'status');
    expect(states.map(({ content }) => content.execution_state)).not.toContain('restarting');
    await lab.ask(`/api/kernels/${id}`, { method: 'DELETE' });
  });

  it('that is killed is started again, and the pages are told', async () => {
    const id = await startKernel();
    const page = await PageClient.open(lab, id);
    const pid = Number((await page.run('process.ppid')).text);
    process.kill(pid, 'SIGKILL');
    await page.find(({ content }) => content.execution_state === 'restarting', 'message about the restart');
    expect((await page.run('21 * 2')).text).toContain('42');
    expect((await lab.ask('/api/kernels')).json.map((kernel: any) => kernel.id)).toContain(id);
    await lab.ask(`/api/kernels/${id}`, { method: 'DELETE' });
  });

  it('that cannot come up is dead, with its own words as the reason', async () => {
    const id = await startKernel({ name: 'broken' });
    const page = await PageClient.open(lab, id);
    await page.find(({ content }) => content.execution_state === 'dead', 'message about the death');
    const said = page.messages.find(({ header }) => header.msg_type === 'stream') as Received;
    expect(said.content.text).toContain('no such thing');
    expect((await lab.ask(`/api/kernels/${id}`)).json).toMatchObject({ execution_state: 'dead' });
    await lab.ask(`/api/kernels/${id}`, { method: 'DELETE' });
  });

  it('that does not exist is refused with its name', async () => {
    const refused = await post('/api/sessions', {
      path: 'n.ipynb',
      type: 'notebook',
      kernel: { name: 'nothere' },
    });
    expect(refused.status).toBe(501);
    expect(refused.json.message).toContain("'nothere' kernel is not available");
    await expect(PageClient.open(lab, 'no-such-kernel')).rejects.toThrow('404');
  });
});

describe('pages', () => {
  let id: string;
  beforeAll(async () => {
    id = await startKernel();
  });

  it("two on one kernel see each other's output, and get their own replies", async () => {
    const [one, two] = [await PageClient.open(lab, id), await PageClient.open(lab, id)];
    const asked = one.execute('console.log("for both")');
    await one.reply(asked);
    await one.idle(asked);
    await two.idle(asked);
    expect(two.textOf(asked)).toBe('for both\n');
    expect(two.messages.filter(({ channel }) => channel !== 'iopub')).toEqual([]);
    await one.close();
    expect((await two.run('"still here"')).text).toContain('still here');
    await two.close();
  });

  it('that lost the connection get what came meanwhile, in order, when they come back', async () => {
    const page = await PageClient.open(lab, id, { session: 'returning' });
    const asked = page.execute(
      'for (let i = 0; i < 5; i++) { console.log(i); await new Promise((r) => setTimeout(r, 150)) }',
    );
    await page.find(({ content }) => content.text?.startsWith('0'), 'first line');
    await page.cut();
    await vi.waitUntil(async () => (await lab.ask(`/api/kernels/${id}`)).json.execution_state === 'idle', {
      timeout: 100_000,
    });
    const back = await PageClient.open(lab, id, { session: 'returning' });
    expect((await back.reply(asked)).content.status).toBe('ok');
    await back.idle(asked);
    expect(page.textOf(asked) + back.textOf(asked)).toBe('0\n1\n2\n3\n4\n');
    await back.close();
  });

  it('are asked for input, and the answer arrives', async () => {
    const page = await PageClient.open(lab, id);
    const asked = page.execute('await input("Name? ")');
    const question = await page.find(({ channel }) => channel === 'stdin', 'question');
    expect(question.content.prompt).toBe('Name? ');
    page.send('input_reply', { value: 'Ada', status: 'ok' }, 'stdin', question.header);
    await page.idle(asked);
    expect(page.textOf(asked)).toContain('Ada');
    await page.close();
  });

  it('get all of 10,000 outputs, before idle', async () => {
    const page = await PageClient.open(lab, id);
    const asked = page.execute('for (let i = 0; i < 10000; i++) console.log("line " + i)');
    await page.idle(asked);
    const lines = page.textOf(asked).trimEnd().split('\n');
    expect(lines).toHaveLength(10_000);
    expect(lines[9_999]).toBe('line 9999');
    await page.close();
  });

  it('get all of 10,000 pictures, in order', async () => {
    const page = await PageClient.open(lab, id);
    const asked = page.execute('for (let i = 0; i < 10000; i++) display(i)');
    await page.idle(asked);
    const shown = page.messages.filter(
      ({ header, parent_header }) => header.msg_type === 'display_data' && parent_header.msg_id === asked,
    );
    expect(shown.map(({ content }) => Number(content.data['text/plain']))).toEqual(
      Array.from({ length: 10_000 }, (_, i) => i),
    );
    await page.close();
  });

  it('that send what is no message lose the connection, nobody else does', async () => {
    const [good, bad] = [await PageClient.open(lab, id), await PageClient.open(lab, id)];
    for (const junk of [Buffer.alloc(7), Buffer.alloc(64, 255), Buffer.from('{"no":"json"')]) {
      const page = await PageClient.open(lab, id);
      const closed = new Promise<number>((done) => page.socket.once('close', (code) => done(code)));
      page.socket.send(junk);
      expect(await closed).toBe(1003);
    }
    bad.send('execute_request', { code: 12 });
    bad.send('no_such_request', {});
    bad.send('execute_request', { code: '1' }, 'iopub');
    expect((await good.run('3 * 3')).text).toContain('9');
    await good.close();
    await bad.close();
  });
});

describe('sessions', () => {
  const session = (path: string, more = {}) =>
    post('/api/sessions', { path, type: 'notebook', name: '', ...more });

  it('are one for a document, also when two tabs open it at the same moment', async () => {
    const [one, two] = await Promise.all([session('tabs.ipynb'), session('tabs.ipynb')]);
    expect(one.status).toBe(201);
    expect(two.json.id).toBe(one.json.id);
    expect(two.json.kernel.id).toBe(one.json.kernel.id);
    expect(one.json).toMatchObject({
      path: 'tabs.ipynb',
      type: 'notebook',
      notebook: { path: 'tabs.ipynb', name: '' },
    });
    await lab.ask(`/api/sessions/${one.json.id}`, { method: 'DELETE' });
    expect((await lab.ask(`/api/kernels/${one.json.kernel.id}`)).status).toBe(404);
  });

  it('follow a renamed document and change their kernel', async () => {
    const { json } = await session('before.ipynb');
    const patch = (body: object) => lab.ask(`/api/sessions/${json.id}`, { method: 'PATCH', body });
    expect((await patch({ path: 'after.ipynb' })).json).toMatchObject({
      path: 'after.ipynb',
      kernel: { id: json.kernel.id },
    });
    expect(lab.server.kernels().find(({ id }) => id === json.kernel.id)?.path).toBe('after.ipynb');
    const changed = await patch({ kernel: { name: 'other' } });
    expect(changed.json.kernel.name).toBe('other');
    expect((await lab.ask(`/api/kernels/${json.kernel.id}`)).status).toBe(404);
    expect((await patch({ kernel: { id: 'nothing' } })).status).toBe(400);
    await lab.ask(`/api/kernels/${changed.json.kernel.id}`, { method: 'DELETE' });
    expect((await lab.ask('/api/sessions')).json).toEqual([]);
  });
});
