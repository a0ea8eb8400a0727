// The small addresses of the API: what the server is, who is logged in, how it is, and its end; and what the page asks
// for although there is nothing to say.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readVersion } from '../../protocol/product.js';
import { configFolder, writePrivate } from './folders.js';
import { HttpError, type Json, json, noContent, type Route, readJson, route } from './http.js';
import type { Lab } from './lab.js';

/** Whose API this is: pages and tools look at the major version of Jupyter's server. */
const API_VERSION = '2.17.0';

export function apiRoutes(lab: Lab): Route[] {
  const me = () => {
    const name = lab.userName;
    return {
      identity: {
        username: name,
        name,
        display_name: name,
        initials: name.slice(0, 2).toUpperCase(),
        avatar_url: null,
        color: null,
      },
      permissions: {},
    };
  };
  return [
    route('public', 'GET', '/api', () => json({ version: API_VERSION, gradlab: readVersion() })),
    route('api', 'GET', '/api/me', () => json(me())),
    route('api', 'GET', '/api/status', () =>
      json({
        started: lab.started.toISOString(),
        last_activity: lastActivity(lab).toISOString(),
        kernels: lab.kernels.list().length,
        connections: lab.kernels.list().reduce((sum, kernel) => sum + kernel.pages.size, 0),
      }),
    ),
    route('api', 'POST', '/api/shutdown', () => {
      setTimeout(() => lab.stop(), 10);
      return json({});
    }),
    route('api', 'GET', '/api/resolvePath', () => json({ resolved: [] })),
    route('api', 'GET', '/lab/api/translations', () =>
      json({ data: { en: { displayName: 'English', nativeName: 'English' } }, message: '' }),
    ),
    route('api', 'GET', '/lab/api/translations/:locale', () => json({ data: {}, message: '' })),
    route('api', 'GET', '/lab/api/listings/*', () =>
      json({
        blocked_extensions: [],
        allowed_extensions: [],
        blocked_extensions_uris: [],
        allowed_extensions_uris: [],
      }),
    ),
    route('api', 'GET', '/lab/api/news', () => json({ news: [] })),
    route('api', 'GET', '/lab/api/update', () => json({ notification: null })),
    route('public', 'POST', '/api/security/csp-report', () => noContent),
    ...configRoutes(),
  ];
}

export function lastActivity(lab: Lab): Date {
  const times = [lab.lastActivity, ...lab.kernels.list().map((kernel) => kernel.lastActivity)];
  return new Date(Math.max(...times.map((time) => time.getTime())));
}

/** /api/config: named JSON objects that pages keep; a PATCH merges, and null deletes. */
function configRoutes(): Route[] {
  const fileOf = (section: string): string => {
    if (!/^[\w-]+$/.test(section))
      throw new HttpError(400, `${JSON.stringify(section)} is not a name of a section`);
    return join(configFolder(), 'nbconfig', `${section}.json`);
  };
  const read = async (section: string): Promise<Json> => {
    const text = await readFile(fileOf(section), 'utf8').catch(() => '{}');
    try {
      return JSON.parse(text) as Json;
    } catch {
      return {};
    }
  };
  const write = (section: string, value: Json): void =>
    writePrivate(fileOf(section), `${JSON.stringify(value, null, 2)}\n`);
  return [
    route('api', 'GET', '/api/config/:section', async ({ params }) => json(await read(params.section))),
    route('api', 'PUT', '/api/config/:section', async ({ req, params }) => {
      write(params.section, (await readJson(req)) ?? {});
      return noContent;
    }),
    route('api', 'PATCH', '/api/config/:section', async ({ req, params }) => {
      const merged = merge(await read(params.section), (await readJson(req)) ?? {});
      write(params.section, merged);
      return json(merged);
    }),
  ];
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function merge(into: Json, from: Json): Json {
  const merged = new Map(Object.entries(into));
  for (const [key, value] of Object.entries(from)) {
    if (value === null) merged.delete(key);
    else {
      const there = merged.get(key);
      merged.set(key, isObject(value) ? merge(isObject(there) ? there : {}, value) : value);
    }
  }
  return Object.fromEntries(merged);
}
