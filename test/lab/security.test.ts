// Who gets in and who does not: token, cookie, password, XSRF, foreign origins and hosts, paths that lead out, trust of
// notebooks, private files, and that the token is in no log.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { hashPassword, startServer } from '../../kernel/lab/server/index.js';
import { type Answer, ask, startLab, type TestLab } from './lab.js';

let lab: TestLab;
let web: string;
const cookiesOf = (answer: Answer): Record<string, string> =>
  Object.fromEntries(
    [...(answer.headers['set-cookie'] ?? '').matchAll(/([\w-]+)=([^;,]*);/g)].map((m) => [m[1], m[2]]),
  );
const asHeader = (cookies: Record<string, string>): string =>
  Object.entries(cookies)
    .map(([name, value]) => `${name}=${value}`)
    .join('; ');

/** Opens the page with the token, as a browser does, and keeps the cookies. */
async function browser(lab: TestLab): Promise<{ cookie: string; xsrf: string }> {
  const first = await lab.ask(`/lab?token=${lab.server.token}`, { anonymous: true });
  const cookies = cookiesOf(first);
  const page = await lab.ask('/lab', { anonymous: true, headers: { cookie: asHeader(cookies) } });
  Object.assign(cookies, cookiesOf(page));
  return { cookie: asHeader(cookies), xsrf: cookies._xsrf };
}

/** Whether a websocket is opened; otherwise the status of the refusal. */
const upgrade = (address: string, headers: Record<string, string>): Promise<number | 'open'> =>
  new Promise((done) => {
    const socket = new WebSocket(address, { headers });
    socket.on('open', () => {
      socket.close();
      done('open');
    });
    socket.on('unexpected-response', (_, response) => done(response.statusCode ?? 0));
    socket.on('error', () => {});
  });

beforeAll(async () => {
  web = mkdtempSync(join(tmpdir(), 'gradlab-web-'));
  mkdirSync(join(web, 'static'), { recursive: true });
  mkdirSync(join(web, 'schemas/@scope/package'), { recursive: true });
  writeFileSync(join(web, 'static/lab.js'), 'console.log(1)');
  writeFileSync(join(web, 'secret.txt'), 'not an asset');
  writeFileSync(
    join(web, 'schemas/@scope/package/plugin.json'),
    '{"title":"T","properties":{"a":{"default":1}}}',
  );
  const pages = { lab: { scripts: ['lab.js'], styles: [] } };
  writeFileSync(join(web, 'manifest.json'), JSON.stringify({ pages, pageConfig: { evil: '</script><b>' } }));
  lab = await startLab({ webDir: web });
});
afterAll(async () => {
  await lab.close();
  rmSync(web, { recursive: true });
});

describe('without login', () => {
  it('the API says 403, pages lead to the login page, assets are free', async () => {
    for (const path of ['/api/contents', '/api/kernels', '/api/me', '/lab/api/settings']) {
      const refused = await lab.ask(path, { anonymous: true });
      expect([path, refused.status]).toEqual([path, 403]);
      expect(refused.json).toEqual({ message: 'Forbidden', reason: null });
    }
    for (const path of ['/', '/lab', '/lab/tree/a.ipynb', '/files/a.txt']) {
      const sent = await lab.ask(path, { anonymous: true });
      expect([path, sent.status]).toEqual([path, 302]);
      expect(sent.headers.location).toBe(`/login?next=${encodeURIComponent(path)}`);
    }
    expect((await lab.ask('/static/lab.js', { anonymous: true })).text).toBe('console.log(1)');
    expect((await lab.ask('/static/../secret.txt', { anonymous: true })).status).toBe(404);
    expect((await lab.ask('/static/%2e%2e/secret.txt', { anonymous: true })).status).toBe(404);
    expect((await lab.ask('/static/..%2fsecret.txt', { anonymous: true })).status).toBe(404);
  });

  it('a wrong token is none', async () => {
    const { token } = lab.server;
    for (const wrong of ['', 'x', token.slice(1), `${token}0`, token.toUpperCase()]) {
      if (wrong === token) continue;
      const headers = { Authorization: `token ${wrong}` };
      expect((await lab.ask('/api/kernels', { anonymous: true, headers })).status).toBe(403);
    }
    expect(token).toMatch(/^[0-9a-f]{48}$/);
  });

  it('a websocket is refused', async () => {
    expect(await upgrade(`${lab.server.baseAddress.replace('http', 'ws')}api/events/subscribe`, {})).toBe(
      403,
    );
  });
});

describe('with the token', () => {
  it('in the address of a page, it becomes a cookie and leaves the address', async () => {
    const sent = await lab.ask(`/lab/tree/x.ipynb?token=${lab.server.token}&reset`, { anonymous: true });
    expect(sent.status).toBe(302);
    expect(sent.headers.location).toBe('/lab/tree/x.ipynb?reset=');
    expect(sent.headers['set-cookie']).toMatch(/^gradlab-\d+=[^;]+; Path=\/; SameSite=Lax; HttpOnly/);
    expect(sent.headers['set-cookie']).not.toContain(lab.server.token);
  });

  it('the page has its configuration, without the token, and cannot be left by what is in it', async () => {
    const { cookie } = await browser(lab);
    const page = await lab.ask('/lab/tree/a%20b.ipynb', { anonymous: true, headers: { cookie } });
    expect(page.status).toBe(200);
    expect(page.text).not.toContain(lab.server.token);
    const config = /<script id="jupyter-config-data" type="application\/json">(.*?)<\/script>/s.exec(
      page.text,
    );
    expect(JSON.parse(config?.[1] ?? '')).toMatchObject({
      baseUrl: '/',
      treePath: 'a b.ipynb',
      evil: '</script><b>',
    });
    expect(page.headers['content-security-policy']).toContain("frame-ancestors 'self'");
    expect(page.headers['x-content-type-options']).toBe('nosniff');
  });

  it('Bearer and ?token= work for the API', async () => {
    const { token } = lab.server;
    const bearer = await lab.ask('/api/me', {
      anonymous: true,
      headers: { Authorization: `Bearer ${token}` },
    });
    expect(bearer.json.identity.username).not.toBe('');
    expect((await lab.ask(`/api/me?token=${token}`, { anonymous: true })).status).toBe(200);
  });
});

describe('a cookie', () => {
  it('is enough to read, and with the XSRF token to write', async () => {
    const { cookie, xsrf } = await browser(lab);
    const send = (headers: Record<string, string>, method = 'POST') =>
      lab.ask('/api/contents', {
        anonymous: true,
        method,
        body: { type: 'file' },
        headers: { cookie, ...headers },
      });
    expect((await lab.ask('/api/contents', { anonymous: true, headers: { cookie } })).status).toBe(200);
    expect((await send({})).json.message).toBe("'_xsrf' argument missing from POST");
    expect((await send({ 'x-xsrftoken': 'other' })).json.message).toBe(
      'XSRF cookie does not match POST argument',
    );
    expect((await send({ 'x-xsrftoken': xsrf })).status).toBe(201);
    expect((await send({}, 'DELETE')).status).toBe(403);
  });

  it('that was forged or changed is none', async () => {
    const { cookie } = await browser(lab);
    const changed = cookie.replace(/(gradlab-\d+=)\w/, '$1_');
    expect((await lab.ask('/api/contents', { anonymous: true, headers: { cookie: changed } })).status).toBe(
      403,
    );
  });

  it('does not help a foreign page: neither by HTTP nor by websocket', async () => {
    const { cookie, xsrf } = await browser(lab);
    const base = lab.server.baseAddress;
    const own = base.replace(/\/$/, '');
    const events = `${base.replace('http', 'ws')}api/events/subscribe`;
    for (const origin of ['https://evil.example', 'null', `${own}.evil.example`, own.replace(/\d+$/, '1')]) {
      const headers = { cookie, origin, 'x-xsrftoken': xsrf };
      expect([origin, (await lab.ask('/api/contents', { anonymous: true, headers })).status]).toEqual([
        origin,
        403,
      ]);
      expect([origin, await upgrade(events, { cookie, origin })]).toEqual([origin, 403]);
    }
    expect(await upgrade(events, { cookie, origin: own })).toBe('open');
    const foreign = { cookie, referer: 'https://evil.example/page' };
    expect((await lab.ask('/api/contents', { anonymous: true, headers: foreign })).status).toBe(403);
    const fetched = { cookie, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' };
    expect((await lab.ask('/files/inside.txt', { anonymous: true, headers: fetched })).status).toBe(403);
    const followed = { cookie, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    expect((await lab.ask('/lab', { anonymous: true, headers: followed })).status).toBe(200);
    expect((await lab.ask('/api/contents', { anonymous: true, headers: followed })).status).toBe(403);
    expect((await lab.ask('/api/contents', { anonymous: true, headers: fetched })).status).toBe(403);
  });
});

describe('the Host header', () => {
  it('has to be this machine, so that no foreign name can point here', async () => {
    for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '192.168.0.1']) {
      expect([host, (await lab.ask('/api', { headers: { host } })).status]).toEqual([host, 403]);
      expect(
        await upgrade(`${lab.server.baseAddress.replace('http', 'ws')}api/events/subscribe`, {
          host,
          Authorization: `token ${lab.server.token}`,
        }),
      ).toBe(403);
    }
    for (const host of ['localhost', 'LOCALHOST:8888', '127.0.0.1:1', '[::1]:8888']) {
      expect([host, (await lab.ask('/api', { headers: { host } })).status]).toEqual([host, 200]);
    }
  });
});

describe('paths', () => {
  it('do not lead out of the folder, by any method', async () => {
    writeFileSync(join(lab.root, '../outside.txt'), 'outside');
    const ways = [
      '../outside.txt',
      '%2e%2e/outside.txt',
      '..%2foutside.txt',
      'x/../../outside.txt',
      'x/%2e%2e%2f%2e%2e/outside.txt',
    ];
    for (const way of ways) {
      for (const method of ['GET', 'PUT', 'DELETE', 'PATCH', 'POST']) {
        const body =
          method === 'GET' ? undefined : { type: 'file', format: 'text', content: 'changed', path: 'y.txt' };
        expect([way, method, (await lab.ask(`/api/contents/${way}`, { method, body })).status]).toEqual([
          way,
          method,
          404,
        ]);
      }
      expect([way, (await lab.ask(`/files/${way}`)).status]).toEqual([way, 404]);
      expect([way, (await lab.ask(`/nbconvert/html/${way}`)).status]).toEqual([way, 404]);
    }
    writeFileSync(join(lab.root, 'inside.txt'), 'inside');
    const moved = await lab.ask('/api/contents/inside.txt', {
      method: 'PATCH',
      body: { path: '../moved.txt' },
    });
    expect(moved.status).toBe(404);
    const copied = await lab.ask('/api/contents', { method: 'POST', body: { copy_from: '../outside.txt' } });
    expect(copied.status).toBe(404);
    expect(readFileSync(join(lab.root, '../outside.txt'), 'utf8')).toBe('outside');
    expect((await lab.ask('/api/contents/a%00b')).status).toBe(404);
    expect((await lab.ask('/api/contents/%zz')).status).toBe(400);
  });

  it('of hidden files are as if nothing were there', async () => {
    writeFileSync(join(lab.root, '.secret'), 's');
    expect((await lab.ask('/api/contents/.secret')).status).toBe(404);
    expect((await lab.ask('/files/.secret')).status).toBe(404);
    const made = await lab.ask('/api/contents/.made', {
      method: 'PUT',
      body: { type: 'file', content: '', format: 'text' },
    });
    expect(made.status).toBe(400);
    expect((await lab.ask('/api/contents/.secret', { method: 'DELETE' })).status).toBe(400);
  });

  it('through links out of the folder are followed, unless that is switched off', async () => {
    writeFileSync(join(lab.root, '../linked.txt'), 'linked');
    symlinkSync('../linked.txt', join(lab.root, 'link.txt'));
    expect((await lab.ask('/api/contents/link.txt')).json.content).toBe('linked');
    const strict = await startServer({
      root: lab.root,
      followLinks: false,
      token: 't',
      hub: null,
      register: false,
    });
    const headers = { Authorization: 'token t' };
    expect((await ask(strict.baseAddress, '/api/contents/link.txt', { headers })).status).toBe(404);
    const body = { type: 'file', format: 'text', content: 'changed' };
    expect(
      (await ask(strict.baseAddress, '/api/contents/link.txt', { headers, method: 'PUT', body })).status,
    ).toBe(404);
    const listed = await ask(strict.baseAddress, '/api/contents', { headers });
    expect(listed.json.content.map((entry: any) => entry.name)).not.toContain('link.txt');
    expect(readFileSync(join(lab.root, '../linked.txt'), 'utf8')).toBe('linked');
    await strict.close();
  });

  it('of files that a page shows may run nothing of this origin', async () => {
    writeFileSync(join(lab.root, 'page.html'), '<script>1</script>');
    const shown = await lab.ask('/files/page.html');
    expect(shown.headers['content-security-policy']).toContain('sandbox');
    expect(shown.headers['content-type']).toBe('text/html; charset=utf-8');
    const part = await lab.ask('/files/page.html', { headers: { range: 'bytes=0-7' } });
    expect([part.status, part.text]).toEqual([206, '<script>']);
  });
});

describe('a password', () => {
  it('is asked for on a page, and wrong ones have to wait', async () => {
    const server = await startServer({
      root: lab.root,
      token: '',
      password: hashPassword('open sesame'),
      hub: null,
      register: false,
    });
    const login = await ask(server.baseAddress, '/login?next=%2Flab%2Ftree', {});
    expect(login.headers['content-security-policy']).toContain("default-src 'none'");
    const { _xsrf } = cookiesOf(login);
    const headers = { cookie: `_xsrf=${_xsrf}`, 'content-type': 'application/x-www-form-urlencoded' };
    const send = (password: string, next = '/lab/tree', xsrf = _xsrf) =>
      ask(server.baseAddress, '/login', {
        method: 'POST',
        headers,
        body: String(new URLSearchParams({ password, next, _xsrf: xsrf })),
      });
    expect((await send('open sesame', '/lab', 'forged')).status).toBe(403);
    expect((await send('wrong')).status).toBe(401);
    const right = await send('open sesame');
    expect([right.status, right.headers.location]).toEqual([302, '/lab/tree']);
    const cookie = asHeader(cookiesOf(right));
    expect((await ask(server.baseAddress, '/api/contents', { headers: { cookie } })).status).toBe(200);
    for (const next of ['//evil.example', 'https://evil.example', '/\\evil.example', 'javascript:alert(1)']) {
      expect([next, (await send('open sesame', next)).headers.location]).toEqual([next, '/lab']);
    }
    for (let i = 0; i < 5; i++) await send('wrong');
    expect((await send('open sesame')).status).toBe(429);
    await server.close();
  });

  it('or a token there has to be', async () => {
    await expect(startServer({ root: lab.root, token: '', hub: null, register: false })).rejects.toThrow(
      'neither a token nor a password',
    );
  });
});

describe('trust', () => {
  const notebook = (trusted?: boolean) => ({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {},
    cells: [
      {
        id: 'a',
        cell_type: 'code',
        execution_count: 1,
        metadata: trusted === undefined ? {} : { trusted },
        source: 'x',
        outputs: [{ output_type: 'display_data', metadata: {}, data: { 'text/html': '<b>1</b>' } }],
      },
    ],
  });
  const save = (name: string, content: object) =>
    lab.ask(`/api/contents/${name}`, { method: 'PUT', body: { type: 'notebook', format: 'json', content } });
  const trusted = async (name: string) =>
    (await lab.ask(`/api/contents/${name}`)).json.content.cells[0].metadata.trusted;

  it('is kept for what the page trusts, never written, and ends when another changes the file', async () => {
    await save('mine.ipynb', notebook(true));
    const file = join(lab.root, 'mine.ipynb');
    expect(readFileSync(file, 'utf8')).not.toContain('trusted');
    expect(await trusted('mine.ipynb')).toBe(true);
    writeFileSync(file, readFileSync(file, 'utf8').replace('<b>1', '<b>2'));
    expect(await trusted('mine.ipynb')).toBe(false);
    await save('theirs.ipynb', { ...notebook(), metadata: { by: 'another' } });
    expect(await trusted('theirs.ipynb')).toBe(false);
    expect((await lab.ask('/api/contents/theirs.ipynb/trust', { method: 'POST' })).status).toBe(201);
    expect(await trusted('theirs.ipynb')).toBe(true);
  });

  it('rests on keys that only their owner can read', () => {
    const folder = join(process.env.JUPYTER_DATA_DIR as string, 'gradlab');
    for (const name of ['trust_key', 'cookie_key', 'signatures']) {
      expect([name, statSync(join(folder, name)).mode & 0o777]).toEqual([name, 0o600]);
    }
    const listed = join(process.env.JUPYTER_RUNTIME_DIR as string, `jpserver-${process.pid}.json`);
    expect(statSync(listed).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(listed, 'utf8'))).toMatchObject({
      port: lab.server.port,
      token: lab.server.token,
    });
  });
});

describe('other networks', () => {
  it('are warned about, and the token is in no line of the log', async () => {
    const log: string[] = [];
    const server = await startServer({
      root: lab.root,
      ip: '0.0.0.0',
      hub: null,
      register: false,
      log: (line) => void log.push(line),
    });
    expect(log.join('\n')).toContain('WARNING');
    await ask(server.baseAddress, `/api/nothing?token=${server.token}`, {});
    await ask(server.baseAddress, `/${server.token}`, {});
    expect(log.length).toBeGreaterThan(2);
    expect(
      [...log, ...lab.log].filter((line) => line.includes(server.token) || line.includes(lab.server.token)),
    ).toEqual([]);
    await server.close();
  });
});

describe('requests that are no use', () => {
  it('are answered in the one form of errors', async () => {
    const cases: [string, string, string | undefined, number][] = [
      ['PUT', '/api/contents/x.txt', '{"type"', 400],
      ['PUT', '/api/contents/x.txt', '[1]', 400],
      ['PUT', '/api/contents/inside.txt', '{"content":"a"}', 400],
      ['PUT', '/api/contents/inside.txt', '{"type":"file"}', 400],
      ['PUT', '/api/contents/x.txt', '{"type":"nonsense","content":"a"}', 400],
      ['PUT', '/api/contents/x.txt', '{"type":"file","format":"base64","content":"%%"}', 400],
      ['PUT', '/api/contents/x.ipynb', '{"type":"notebook","format":"json","content":{"cells":3}}', 400],
      ['GET', '/api/contents?type=nonsense', undefined, 400],
      ['POST', '/api/sessions', '{}', 400],
      ['POST', '/api/kernels/none/restart', '{}', 404],
      ['DELETE', '/api/contents', undefined, 400],
      ['GET', '/lab/api/settings/@scope/package:none', undefined, 404],
      ['PUT', '/lab/api/settings/@scope/package:plugin', '{"raw":"{a:"}', 400],
      ['PUT', '/lab/api/settings/../../x:y', '{"raw":"{}"}', 404],
      ['DELETE', '/lab/api/workspaces/none', undefined, 404],
      ['GET', '/api/config/..%2f..%2fx', undefined, 404],
      ['GET', '/nowhere', undefined, 404],
    ];
    for (const [method, path, body, status] of cases) {
      const answer = await lab.ask(path, { method, body });
      expect([method, path, answer.status]).toEqual([method, path, status]);
      expect([path, Object.keys(answer.json ?? {})]).toEqual([path, ['message', 'reason']]);
    }
  });
});
