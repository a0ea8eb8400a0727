// The rest of the API: settings, workspaces, configuration, events, conversions, the list of servers, kernels that idle
// too long, and a server below a path behind a reverse proxy.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import WebSocket from 'ws';
import { listServers, startServer } from '../../kernel/lab/server/index.js';
import { ask, startLab, type TestLab } from './lab.js';
import { PageClient } from './page.js';

let lab: TestLab;
let web: string;
beforeAll(async () => {
  web = mkdtempSync(join(tmpdir(), 'gradlab-web-'));
  mkdirSync(join(web, 'schemas/@scope/package'), { recursive: true });
  mkdirSync(join(web, 'static'));
  mkdirSync(join(web, 'themes/@scope/theme'), { recursive: true });
  writeFileSync(
    join(web, 'schemas/@scope/package/plugin.json'),
    '{"title":"T","type":"object","properties":{"a":{"default":1},"b":{"default":2}}}',
  );
  writeFileSync(join(web, 'schemas/@scope/package/package.json'), '{"version":"4.6.4"}');
  writeFileSync(join(web, 'overrides.json'), '{"@scope/package:plugin": {"b": 3}}');
  writeFileSync(join(web, 'themes/@scope/theme/index.css'), 'body{}');
  writeFileSync(join(web, 'static/app.ABCDEFGH.js'), 'plain');
  writeFileSync(join(web, 'static/app.ABCDEFGH.js.gz'), 'packed');
  const page = { scripts: ['app.ABCDEFGH.js'], styles: ['app.css'] };
  const pages = { lab: page, tree: page, notebooks: page, edit: page, consoles: page };
  writeFileSync(join(web, 'manifest.json'), JSON.stringify({ pages }));
  lab = await startLab({ webDir: web });
});
afterAll(async () => {
  await lab.close();
  rmSync(web, { recursive: true });
});

const put = (path: string, body: unknown) => lab.ask(path, { method: 'PUT', body });

describe('settings', () => {
  const path = '/lab/api/settings/@scope/package:plugin';

  it('are text with comments, kept as it was written', async () => {
    const raw = '{\n  // mine\n  "a": 2,\n}';
    expect((await put(path, { raw })).status).toBe(204);
    const { json } = await lab.ask(path);
    expect(json).toMatchObject({
      id: '@scope/package:plugin',
      raw,
      settings: { a: 2 },
      version: '4.6.4',
      warning: null,
    });
    const file = join(
      process.env.JUPYTER_CONFIG_DIR as string,
      'lab/user-settings/@scope/package/plugin.jupyterlab-settings',
    );
    expect(readFileSync(file, 'utf8')).toBe(raw);
  });

  it('are listed, with the defaults that the page sets', async () => {
    const all = (await lab.ask('/lab/api/settings')).json.settings;
    expect(all).toHaveLength(1);
    expect(all[0].schema.properties).toEqual({ a: { default: 1 }, b: { default: 3 } });
    expect((await lab.ask('/lab/api/settings?ids_only=true')).json.settings).toEqual([
      { id: '@scope/package:plugin' },
    ]);
  });
});

describe('workspaces', () => {
  it('are kept by name and listed', async () => {
    const body = { data: { 'layout-restorer:data': { main: 1 } }, metadata: { id: 'my work/ä' } };
    const path = `/lab/api/workspaces/${encodeURIComponent('my work/ä')}`;
    expect((await put(path, body)).status).toBe(204);
    expect((await lab.ask(path)).json).toMatchObject(body);
    expect((await lab.ask('/lab/api/workspaces')).json.workspaces.ids).toEqual(['my work/ä']);
    expect((await put('/lab/api/workspaces/other', body)).status).toBe(400);
    expect((await lab.ask('/lab/api/workspaces/none')).json).toEqual({ data: {}, metadata: { id: 'none' } });
    expect((await lab.ask(path, { method: 'DELETE' })).status).toBe(204);
    expect((await lab.ask('/lab/api/workspaces')).json.workspaces.ids).toEqual([]);
  });
});

describe('events', () => {
  it('reach who has subscribed', async () => {
    const address = `${lab.server.baseAddress.replace('http', 'ws')}api/events/subscribe?token=${lab.server.token}`;
    const socket = new WebSocket(address);
    await new Promise((done) => socket.once('open', done));
    const heard = new Promise<any>((done) =>
      socket.once('message', (data) => done(JSON.parse(data.toString()))),
    );
    const body = { schema_id: 'https://example.org/e', version: '1', data: { action: 'save' } };
    expect((await lab.ask('/api/events', { method: 'POST', body })).status).toBe(204);
    expect(await heard).toMatchObject({ __schema__: 'https://example.org/e', action: 'save' });
    socket.close();
  });
});

describe('conversions', () => {
  it('give a page with its own rights and a script', async () => {
    const cells = [
      { id: 'a', cell_type: 'markdown', metadata: {}, source: '# Title\ntext' },
      { id: 'b', cell_type: 'code', execution_count: 1, metadata: {}, source: 'const x = 1', outputs: [] },
    ];
    const content = { cells, metadata: {}, nbformat: 4, nbformat_minor: 5 };
    await put('/api/contents/c%20d.ipynb', { type: 'notebook', format: 'json', content });
    expect(Object.keys((await lab.ask('/api/nbconvert')).json)).toEqual(['html', 'script']);
    const html = await lab.ask('/nbconvert/html/c%20d.ipynb?download=true');
    expect(html.headers['content-disposition']).toBe("attachment; filename*=UTF-8''c%20d.html");
    expect(html.headers['content-security-policy']).toContain('sandbox');
    expect(html.text).toContain('Title</h1>');
    const script = await lab.ask('/nbconvert/script/c%20d.ipynb');
    expect(script.text).toBe('// # Title\n// text\n\nconst x = 1\n');
    expect((await lab.ask('/nbconvert/pdf/c%20d.ipynb')).status).toBe(404);
  });
});

describe('the built page', () => {
  it('is served with its themes; hashed names for ever, packed when the browser takes it', async () => {
    const packed = await lab.ask('/static/app.ABCDEFGH.js', { headers: { 'accept-encoding': 'gzip' } });
    expect(packed.text).toBe('packed');
    expect(packed.headers).toMatchObject({
      'content-encoding': 'gzip',
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
    });
    expect((await lab.ask('/static/app.ABCDEFGH.js')).text).toBe('plain');
    expect((await lab.ask('/lab/api/themes/@scope/theme/index.css')).text).toBe('body{}');
  });

  it('has every address that JupyterLab and Notebook know', async () => {
    writeFileSync(join(lab.root, 'n.ipynb'), '{}');
    writeFileSync(join(lab.root, 't.txt'), '');
    mkdirSync(join(lab.root, 'sub'));
    const configOf = async (path: string) => {
      const { status, text } = await lab.ask(path);
      expect([path, status]).toEqual([path, 200]);
      return JSON.parse(/application\/json">(.*?)<\/script>/s.exec(text)?.[1] ?? '');
    };
    expect(await configOf('/lab')).toMatchObject({ workspace: 'default', treePath: '' });
    expect(await configOf('/lab/tree/sub/x.ipynb')).toMatchObject({ treePath: 'sub/x.ipynb' });
    expect(await configOf('/lab/workspaces/w/tree/sub')).toMatchObject({ workspace: 'w', treePath: 'sub' });
    expect(await configOf('/tree')).toMatchObject({ notebookPage: 'tree' });
    expect(await configOf('/tree/sub')).toMatchObject({ notebookPage: 'tree', treePath: 'sub' });
    expect(await configOf('/notebooks/n.ipynb')).toMatchObject({
      notebookPage: 'notebooks',
      treePath: 'n.ipynb',
    });
    expect((await lab.ask('/tree/n.ipynb')).headers.location).toBe('/notebooks/n.ipynb');
    expect((await lab.ask('/tree/t.txt')).headers.location).toBe('/edit/t.txt');
    expect((await lab.ask('/')).headers.location).toBe('/lab');
  });
});

describe('the server', () => {
  it('is listed while it runs, and says when its port is taken', async () => {
    const own = () => listServers().filter(({ port }) => port === lab.server.port);
    expect(own()).toHaveLength(1);
    expect(own()[0]).toMatchObject({
      pid: process.pid,
      root_dir: lab.root,
      token: lab.server.token,
      base_url: '/',
    });
    const { port } = lab.server;
    await expect(startServer({ port, hub: null, register: false })).rejects.toThrow(`port ${port} is taken`);
    const next = await startServer({ port, portRetries: 20, hub: null, register: false });
    expect(next.port).toBeGreaterThan(port);
    await next.close();
    await expect(startServer({ root: '/no/such/folder', hub: null })).rejects.toThrow('is not a folder');
  });

  it('ends kernels that idle too long, when it was told to', async () => {
    const server = await startServer({ root: lab.root, cullIdle: 1, token: 't', hub: null, register: false });
    const headers = { Authorization: 'token t' };
    await ask(server.baseAddress, '/api/kernels', { method: 'POST', headers, body: {} });
    expect(server.kernels()).toHaveLength(1);
    await vi.waitUntil(() => server.kernels().length === 0, { timeout: 100_000 });
    await server.close();
  });

  it('ends when it is asked to, with its kernels', async () => {
    const server = await startServer({ root: lab.root, token: 't', hub: null, register: false });
    const headers = { Authorization: 'token t' };
    await ask(server.baseAddress, '/api/kernels', { method: 'POST', headers, body: {} });
    expect((await ask(server.baseAddress, '/api/shutdown', { method: 'POST', headers })).status).toBe(200);
    await server.closed;
    expect(server.kernels()).toEqual([]);
    await expect(ask(server.baseAddress, '/api', { headers })).rejects.toThrow();
  });
});

describe('behind a reverse proxy, below a path', () => {
  it('pages, redirects, cookies and websockets stay below it', async () => {
    const server = await startServer({
      root: lab.root,
      webDir: web,
      baseUrl: 'course/lab-1',
      allowHosts: ['course.example.org'],
      token: 'secret',
      hub: null,
      register: false,
    });
    // A proxy that passes everything on, with its own host name.
    const proxy = createServer((req, res) => {
      const { method, url, headers } = req;
      const on = request({ port: server.port, method, path: url, headers, agent: false }, (answer) => {
        res.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(res);
      });
      req.pipe(on);
    });
    proxy.on('upgrade', (req, socket) => {
      const on = connect(server.port, '127.0.0.1', () => {
        const lines = req.rawHeaders.reduce(
          (text, value, i) => text + (i % 2 === 0 ? `${value}: ` : `${value}\r\n`),
          `GET ${req.url} HTTP/1.1\r\n`,
        );
        on.write(`${lines}\r\n`);
        on.pipe(socket).pipe(on);
      });
    });
    await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
    const base = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/`;
    const host = 'course.example.org';
    const see = (path: string, headers = {}) => ask(base, path, { headers: { host, ...headers } });

    expect((await see('/course/lab-1')).headers.location).toBe('/course/lab-1/');
    expect((await see('/course/lab-1/lab')).headers.location).toBe(
      '/course/lab-1/login?next=%2Fcourse%2Flab-1%2Flab',
    );
    const opened = await see('/course/lab-1/lab?token=secret', { 'x-forwarded-proto': 'https' });
    expect(opened.headers.location).toBe('/course/lab-1/lab');
    expect(opened.headers['set-cookie']).toContain('Path=/course/lab-1/');
    expect(opened.headers['set-cookie']).toContain('Secure');
    const page = await see('/course/lab-1/lab', { Authorization: 'token secret' });
    expect(page.text).toContain('src="/course/lab-1/static/app.ABCDEFGH.js"');
    expect(page.text).toContain('"baseUrl":"/course/lab-1/"');
    expect((await see('/api/contents', { Authorization: 'token secret' })).status).toBe(404);
    expect((await ask(base, '/course/lab-1/api', { headers: { host: 'other.example' } })).status).toBe(403);

    const through = { server: { baseAddress: `${base}course/lab-1/`, token: 'secret' } } as TestLab;
    const made = await ask(base, '/course/lab-1/api/kernels', {
      method: 'POST',
      body: {},
      headers: { host, Authorization: 'token secret' },
    });
    const client = await PageClient.open(through, made.json.id, {
      headers: { host, origin: `https://${host}` },
    });
    expect((await client.run('40 + 2')).text).toContain('42');
    await client.close();
    await server.close();
    await new Promise((done) => proxy.close(done));
  });
});
