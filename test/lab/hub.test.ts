// The server below a JupyterHub, as its single-user server: a hub made for this test gives out logins and tokens, and a
// proxy puts the server below its prefix.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { HubOptions } from '../../kernel/lab/server/index.js';
import { type Answer, startLab, type TestLab } from './lab.js';
import { PageClient } from './page.js';

const PREFIX = '/user/ada/';
const SCOPE = 'access:servers!user=ada';
let hub: Server;
let lab: TestLab;
const activity: any[] = [];
const users: Record<string, { name: string; scopes?: string[] }> = {
  'ada-token': { name: 'ada', scopes: [SCOPE] },
  'eve-token': { name: 'eve', scopes: ['access:servers!user=eve'] },
  'teacher-token': { name: 'teacher', scopes: [SCOPE] },
};
let asked = 0;

beforeAll(async () => {
  hub = createServer(async (req, res) => {
    let body = '';
    for await (const piece of req) body += piece;
    const url = new URL(req.url ?? '', 'http://hub');
    const say = (status: number, value: unknown) => {
      res.writeHead(status, { 'Content-Type': 'application/json' });
      res.end(JSON.stringify(value));
    };
    const token = /^token (.+)$/.exec(req.headers.authorization ?? '')?.[1] ?? '';
    if (url.pathname === '/hub/api/user') {
      asked++;
      return users[token] ? say(200, users[token]) : say(403, { status: 403 });
    }
    if (url.pathname === '/hub/api/oauth2/token') {
      const form = new URLSearchParams(body);
      const right =
        form.get('client_id') === 'jupyterhub-user-ada' && form.get('client_secret') === 'api-token';
      const code = form.get('code') ?? '';
      return right && users[`${code}-token`]
        ? say(200, { access_token: `${code}-token` })
        : say(400, { error: 'invalid_grant' });
    }
    if (url.pathname === '/hub/api/users/ada/activity' && token === 'api-token') {
      activity.push(JSON.parse(body));
      return say(200, {});
    }
    say(404, {});
  });
  await new Promise<void>((done) => hub.listen(0, '127.0.0.1', done));
  const apiUrl = `http://127.0.0.1:${(hub.address() as AddressInfo).port}/hub/api`;
  const options: HubOptions = {
    apiUrl,
    apiToken: 'api-token',
    clientId: 'jupyterhub-user-ada',
    user: 'ada',
    serverName: '',
    host: '',
    baseUrl: '/',
    prefix: PREFIX,
    callbackUrl: `${PREFIX}oauth_callback`,
    accessScopes: [SCOPE],
    activityUrl: `${apiUrl}/users/ada/activity`,
    serviceUrl: 'http://127.0.0.1:0/user/ada/',
  };
  lab = await startLab({ hub: options });
});
afterAll(async () => {
  await lab.close();
  await new Promise((done) => hub.close(done));
});

/** Asked through the hub's proxy: another host, the whole path. */
const ask = (path: string, headers: Record<string, string> = {}): Promise<Answer> =>
  lab.ask(path, { anonymous: true, headers: { host: 'course.example.org', ...headers } });
const cookiesOf = (answer: Answer): string[] =>
  [...(answer.headers['set-cookie'] ?? '').matchAll(/(?:^|,)([\w-]+=[^;,]*);/g)].map((match) => match[1]);

async function logIn(code: string): Promise<Answer> {
  const login = await ask('/login?next=/user/ada/api/contents');
  const to = new URL(login.headers.location, 'http://course.example.org');
  expect(to.pathname).toBe('/hub/api/oauth2/authorize');
  expect(Object.fromEntries(to.searchParams)).toMatchObject({
    client_id: 'jupyterhub-user-ada',
    redirect_uri: '/user/ada/oauth_callback',
    response_type: 'code',
  });
  const state = encodeURIComponent(to.searchParams.get('state') ?? '');
  return ask(`/oauth_callback?code=${code}&state=${state}`, { cookie: cookiesOf(login).join('; ') });
}

it('lies below its prefix and nowhere else', async () => {
  expect(lab.server.baseAddress).toMatch(/:\d+\/user\/ada\/$/);
  const outside = await fetch(lab.server.baseAddress.replace('/user/ada/', '/api'));
  expect(outside.status).toBe(404);
});

it('sends who is not logged in to the hub, and lets its user in', async () => {
  const sent = await ask('/');
  expect([sent.status, sent.headers.location]).toEqual([302, '/user/ada/login?next=%2Fuser%2Fada%2F']);
  const back = await logIn('ada');
  expect([back.status, back.headers.location]).toEqual([302, '/user/ada/api/contents']);
  const cookie = cookiesOf(back).join('; ');
  expect((await ask('/api/contents', { cookie })).status).toBe(200);
  expect((await ask('/api/me', { cookie })).json.identity.username).toBe('ada');
});

it('lets nobody in whom the hub does not', async () => {
  expect((await logIn('eve')).status).toBe(403);
  expect((await logIn('mallory')).status).toBe(502);
  expect((await ask('/oauth_callback?code=ada&state=forged')).status).toBe(403);
  const login = await ask('/login');
  const cookie = cookiesOf(login).join('; ');
  expect((await ask('/oauth_callback?code=ada&state=forged', { cookie })).status).toBe(403);
});

it("takes the hub's tokens by their scopes, and asks the hub once a minute at most", async () => {
  const before = asked;
  const status = async (token: string) =>
    (await ask('/api/contents', { Authorization: `token ${token}` })).status;
  expect(await status('ada-token')).toBe(200);
  expect(await status('teacher-token')).toBe(200);
  expect(await status('eve-token')).toBe(403);
  expect(await status('none')).toBe(403);
  for (let i = 0; i < 5; i++) await status('ada-token');
  expect(asked - before).toBe(4);
});

it('tells the hub of its activity', async () => {
  await vi.waitUntil(() => activity.length > 0, { timeout: 100_000 });
  expect(Object.keys(activity[0].servers)).toEqual(['']);
  expect(Date.parse(activity[0].last_activity)).toBeLessThanOrEqual(Date.now());
});

it('runs cells, and their kernels do not know the hub', async () => {
  const headers = { Authorization: 'token ada-token' };
  process.env.JUPYTERHUB_API_TOKEN = 'api-token';
  try {
    const started = await lab.ask('/api/kernels', { method: 'POST', anonymous: true, headers, body: {} });
    expect(started.headers.location).toBe(`/user/ada/api/kernels/${started.json.id}`);
    const page = await PageClient.open(lab, started.json.id, { headers });
    expect((await page.run('String(process.env.JUPYTERHUB_API_TOKEN)')).text).toContain('undefined');
    await page.close();
  } finally {
    delete process.env.JUPYTERHUB_API_TOKEN;
  }
});
