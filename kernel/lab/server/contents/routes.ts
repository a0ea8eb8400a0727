// The addresses of the contents API and of /files.

import { parseJson, pythonNumber } from '../../../notebook/nbformat.js';
import {
  type Exchange,
  escapePath,
  HttpError,
  json,
  noContent,
  type Reply,
  type Route,
  readJson,
  route,
} from '../http.js';
import type { Lab } from '../lab.js';
import { sendFile } from '../web.js';
import { mimeType } from './mime.js';
import { checkQuery, type Model } from './model.js';

/** What may act in a file that a page shows: nothing of this origin. */
const FILE_POLICY = "frame-ancestors 'self'; sandbox allow-scripts";

const parsePage = (text: string): unknown => parseJson(text, pythonNumber);

export function contentsRoutes(lab: Lab): Route[] {
  const { contents } = lab;

  const answer = (model: Model, status = 200, located = true): Reply => {
    const headers: Record<string, string> = { 'Last-Modified': new Date(model.last_modified).toUTCString() };
    if (located) headers.Location = lab.link(`/api/contents/${escapePath(model.path)}`);
    return json(model, status, headers);
  };

  const methods: Record<string, (exchange: Exchange, path: string) => Promise<Reply>> = {
    async GET({ query }, path) {
      return answer(await contents.get(path, checkQuery(query)), 200, false);
    },
    async PUT({ req }, path) {
      const body = await readJson(req, parsePage);
      if (!body || Object.keys(body).length === 0)
        return answer(await contents.makeUntitled(path, '', ''), 201);
      if (body.copy_from) throw new HttpError(400, 'Cannot copy with PUT, only POST');
      const exists = await contents.isFile(path);
      return exists
        ? answer(await contents.save(path, body))
        : answer(await contents.saveNew(path, body), 201);
    },
    async POST({ req }, path) {
      if (await contents.isFile(path)) throw new HttpError(400, 'Cannot POST to files, use PUT instead.');
      const body = (await readJson(req)) ?? {};
      const { copy_from, type = '', ext = '' } = body;
      if (typeof copy_from === 'string' && copy_from !== '')
        return answer(await contents.copy(copy_from, path), 201);
      return answer(await contents.makeUntitled(path, String(type), String(ext)), 201);
    },
    async PATCH({ req }, path) {
      const body = await readJson(req);
      if (!body) throw new HttpError(400, 'JSON body missing');
      return answer(await contents.rename(path, typeof body.path === 'string' ? body.path : path));
    },
    async DELETE(_, path) {
      await contents.delete(path);
      return noContent;
    },
  };

  const methodOf = ({ req }: Exchange): string => (req.method === 'HEAD' ? 'GET' : (req.method ?? 'GET'));

  const checkpoints = async (exchange: Exchange, path: string, id: string | undefined): Promise<Reply> => {
    const method = methodOf(exchange);
    if (id === undefined && method === 'GET') return json(await contents.checkpoints(path));
    if (id === undefined && method === 'POST') {
      const made = await contents.makeCheckpoint(path);
      const Location = lab.link(`/api/contents/${escapePath(path)}/checkpoints/${made.id}`);
      return json(made, 201, { Location });
    }
    if (id !== undefined && method === 'POST') await contents.restoreCheckpoint(path, id);
    else if (id !== undefined && method === 'DELETE') await contents.deleteCheckpoint(path, id);
    else throw new HttpError(405, 'Method Not Allowed');
    return noContent;
  };

  const dispatch = async (exchange: Exchange): Promise<Reply> => {
    const path = exchange.params['*'] ?? '';
    const points = /^(.*?)\/?checkpoints(?:\/([\w-]+))?$/.exec(path);
    if (points && (points[1] === '' || path.startsWith(`${points[1]}/`))) {
      return checkpoints(exchange, points[1], points[2]);
    }
    if (path.endsWith('/trust') && exchange.req.method === 'POST') {
      await contents.trustNotebook(path.slice(0, -'/trust'.length));
      return { status: 201 };
    }
    return methods[methodOf(exchange)](exchange, path);
  };

  const download = async ({ req, res, params, query }: Exchange): Promise<undefined> => {
    const path = params['*'];
    const file = await contents.paths.existing(path);
    res.setHeader('Content-Security-Policy', FILE_POLICY);
    res.setHeader('Cache-Control', 'no-cache');
    const name = path.slice(path.lastIndexOf('/') + 1);
    const type = name.endsWith('.ipynb')
      ? 'application/x-ipynb+json'
      : (mimeType(path) ?? 'application/octet-stream');
    res.setHeader('Content-Type', type.startsWith('text/') ? `${type}; charset=utf-8` : type);
    if (query.get('download')) {
      res.setHeader('Content-Disposition', `attachment; filename*=UTF-8''${encodeURIComponent(name)}`);
    }
    await sendFile(req, res, file, { index: false, dotfiles: 'allow', cacheControl: false });
    return undefined;
  };

  const all = ['GET', 'PUT', 'POST', 'PATCH', 'DELETE'] as const;
  return [
    route('api', [...all], '/api/contents', dispatch),
    route('api', [...all], '/api/contents/*', dispatch),
    route('page', 'GET', '/files/*', download),
  ];
}
