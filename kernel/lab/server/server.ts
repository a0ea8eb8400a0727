// Starts the server: the HTTP side with its routes and checks, the websockets, the port, the file that lists it, and
// the orderly end.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import findMyWay from 'find-my-way';
import { WebSocketServer } from 'ws';
import { apiRoutes, lastActivity } from './api.js';
import { isLoopback, makeToken } from './auth.js';
import { contentsRoutes } from './contents/routes.js';
import { convertRoutes } from './convert.js';
import { courseRoutes } from './course.js';
import { type Exchange, errorReply, HttpError, type Reply, type Route, redirect, sendReply } from './http.js';
import { hubFromEnvironment } from './hub.js';
import { connectPage } from './kernels/channels.js';
import { V1 } from './kernels/wire.js';
import { Lab } from './lab.js';
import { errorPage, loginRoutes, needsLogin } from './login.js';
import type { RunningServer, ServerOptions } from './options.js';
import { register } from './registry.js';
import { Settings } from './settings.js';

const PING_MS = 30_000;
/** As much as a page may send in one message of a kernel. */
const MAX_FRAME = 512 * 2 ** 20;

type Router = ReturnType<typeof findMyWay>;

const asInt = (text: string | undefined): number | undefined => (text ? Number(text) : undefined);

/**
 * Starts a Jupyter server.
 * @throws Error when the port is taken, the folder is none, or nothing would protect the server
 */
export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const hubOptions = options.hub === null ? undefined : (options.hub ?? hubFromEnvironment());
  const service = hubOptions?.serviceUrl ? new URL(hubOptions.serviceUrl) : undefined;
  // A hub says where it looks for the server: that goes before everything else.
  const ip = service?.hostname ?? options.ip ?? '127.0.0.1';
  const token = options.token ?? (hubOptions ? '' : makeToken());
  const lab = new Lab(options, token, hubOptions);
  const http = createServer({ keepAlive: true, requestTimeout: 0 });
  const port = await listen(http, ip, asInt(service?.port) ?? options.port ?? 0, options.portRetries ?? 0);
  lab.listen(ip, port);
  if (!isLoopback(ip) && ip !== 'localhost' && !lab.hub) {
    lab.log(
      `WARNING: the server listens on ${ip}: others in the network can reach it. Who has the ${token ? 'token' : 'password'} can run code as you, and without HTTPS it can be read on the way.`,
    );
  }

  const routes: Route[] = [
    ...lab.web.routes(),
    ...loginRoutes(lab),
    ...contentsRoutes(lab),
    ...lab.specs.routes(),
    ...lab.kernels.routes(),
    ...lab.sessions.routes(),
    ...new Settings(lab).routes(),
    ...convertRoutes(lab),
    ...courseRoutes(lab),
    ...lab.events.routes(),
    ...apiRoutes(lab),
  ];
  const router = routerOf(routes);
  http.on('request', (req, res) => void answer(lab, router, routes, req, res));

  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(V1) ? V1 : false),
  });
  http.on('upgrade', (req, socket, head) => void upgrade(lab, sockets, req, socket, head));

  const host = ip === '0.0.0.0' || ip === '::' || ip === '' ? 'localhost' : ip.includes(':') ? `[${ip}]` : ip;
  const baseAddress = `http://${host}:${port}${lab.baseUrl}`;
  const unregister =
    options.register === false
      ? () => {}
      : register({ lab, ip, port, url: baseAddress, token, hasPassword: lab.auth.hasPassword });
  lab.hub?.reportActivity(() => lastActivity(lab));

  let closing: Promise<void> | undefined;
  let finished: () => void = () => {};
  const closed = new Promise<void>((done) => {
    finished = done;
  });
  const close = (): Promise<void> => {
    closing ??= (async () => {
      unregister();
      http.close();
      await lab.close();
      for (const socket of sockets.clients) socket.close(1001, 'the server ends');
      setTimeout(() => {
        for (const socket of sockets.clients) socket.terminate();
      }, 500).unref();
      http.closeAllConnections();
      finished();
      options.onShutdown?.();
    })();
    return closing;
  };
  lab.stop = () => void close();

  return {
    url: `${baseAddress}${lab.defaultUrl.replace(/^\//, '')}${token ? `?token=${token}` : ''}`,
    baseAddress,
    token,
    port,
    root: lab.root,
    http,
    kernels: () =>
      lab.kernels.list().map((kernel) => {
        const { id, name, state } = kernel;
        return { id, name, state, path: lab.sessions.pathOf(id) ?? kernel.path };
      }),
    close,
    closed,
  };
}

/** Finds the route of a method and a path. */
function routerOf(routes: readonly Route[]): Router {
  const router = findMyWay({
    ignoreTrailingSlash: true,
    ignoreDuplicateSlashes: true,
    maxParamLength: 10_000,
  });
  for (const { method, path, handler, access } of routes) {
    const methods = Array.isArray(method) ? method : [method];
    for (const one of methods.includes('GET') ? [...methods, 'HEAD' as const] : methods) {
      router.on(one, path, () => {}, { handler, access });
    }
  }
  return router;
}

/** Answers one request: finds its route, sees who asks and whether they may, and says what went wrong. */
async function answer(
  lab: Lab,
  router: Router,
  routes: readonly Route[],
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const began = performance.now();
  let isPage = false;
  try {
    lab.auth.checkHost(req);
    const address = readAddress(lab, req);
    res.setHeader('X-Content-Type-Options', 'nosniff');
    if (address === undefined) return sendReply(res, redirect(lab.link('/')));
    const { path, query } = address;
    isPage = !/^\/(?:api|lab\/api|static)(?:\/|$)/.test(path);
    if (!isPage) {
      res.setHeader('Content-Security-Policy', "frame-ancestors 'self'; default-src 'none'");
      res.setHeader('Cache-Control', 'no-store');
    }
    const found = router.find(
      (req.method ?? 'GET') as 'GET',
      encodeURI(path).replace(/[?#;]/g, encodeURIComponent),
    );
    if (req.method === 'OPTIONS') return preflight(lab, req, res);
    if (!found) {
      const other = routes.some((known) => known.path === path);
      throw new HttpError(other ? 405 : 404, other ? 'Method Not Allowed' : 'Not Found');
    }
    const { handler, access } = found.store as Route;
    const identity = await lab.auth.identify(req, query);
    const params = decodeParams(found.params);
    const exchange: Exchange = { req, res, path, query, params, identity };
    if (access !== 'public') {
      if (identity.by === 'nobody') return sendReply(res, needsLogin(lab, exchange, access));
      lab.auth.checkOrigin(req, identity, access);
      lab.auth.checkXsrf(req, query, identity);
      allowOrigin(lab, req, res);
      if (access === 'page' && identity.by === 'token' && query.has('token') && req.method === 'GET') {
        lab.auth.setCookie(req, res, identity.user);
        // A page's address is shown, kept in the history and sent on: the token leaves it at once.
        if (!path.startsWith('/files/')) return sendReply(res, withoutToken(lab, req));
      }
      // The page asks for these all the time, also when nobody is there.
      if (!/^\/api\/(?:kernels|sessions|kernelspecs|status|me)\/?$/.test(path) || req.method !== 'GET') {
        lab.lastActivity = new Date();
      }
    }
    const reply = await handler(exchange);
    if (reply) sendReply(res, reply);
  } catch (error) {
    if (!(error instanceof HttpError))
      lab.log(`${req.method} ${logged(req)}: ${(error as Error).stack ?? error}`);
    const reply = errorReply(error);
    if (res.headersSent) res.destroy();
    else if (isPage && acceptsHtml(req)) sendReply(res, pageOf(reply, lab));
    else sendReply(res, reply);
    // A body that was refused is not read to its end.
    if (!req.complete) req.resume();
  } finally {
    if (res.statusCode >= 400) {
      lab.log(`${res.statusCode} ${req.method} ${logged(req)} ${Math.round(performance.now() - began)} ms`);
    }
  }
}

/** Opens the websocket of a kernel's page or of the events. */
async function upgrade(
  lab: Lab,
  sockets: WebSocketServer,
  req: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  socket.on('error', () => {});
  try {
    lab.auth.checkHost(req);
    const address = readAddress(lab, req);
    const channels = /^\/api\/kernels\/([^/]+)\/channels\/?$/.exec(address?.path ?? '');
    const events = /^\/api\/events\/subscribe\/?$/.test(address?.path ?? '');
    if (!address || !(channels || events)) throw new HttpError(404, 'Not Found');
    const identity = await lab.auth.identify(req, address.query);
    if (identity.by === 'nobody') throw new HttpError(403, 'Forbidden');
    lab.auth.checkOrigin(req, identity);
    const kernel = channels && lab.kernels.get(channels[1]);
    sockets.handleUpgrade(req, socket, head, (opened) => {
      keepAlive(opened);
      if (!kernel) lab.events.subscribe(opened);
      else connectPage(kernel, opened, address.query.get('session_id') || crypto.randomUUID());
    });
  } catch (error) {
    const status = error instanceof HttpError ? error.status : 500;
    lab.log(`${status} websocket ${logged(req)}`);
    socket.end(
      `HTTP/1.1 ${status} ${(error as Error).message.replace(/[^\x20-\x7e]/g, '?')}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
    );
  }
}

async function listen(http: Server, ip: string, port: number, retries: number): Promise<number> {
  for (let tried = port; ; tried++) {
    try {
      await new Promise<void>((done, fail) => {
        http.once('error', fail);
        http.listen(tried, ip, () => {
          http.off('error', fail);
          done();
        });
      });
      return (http.address() as AddressInfo).port;
    } catch (error) {
      http.removeAllListeners('error');
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'EADDRINUSE' && port !== 0 && tried - port < retries) continue;
      const why =
        code === 'EADDRINUSE' ? `port ${tried} is taken; choose another, or 0 for a free one` : message;
      throw new Error(`startServer: the server cannot listen on ${ip}: ${why}`);
    }
  }
}

/** Path (decoded, below the base path) and query; undefined when the path is the base path without its slash. */
function readAddress(lab: Lab, req: IncomingMessage): { path: string; query: URLSearchParams } | undefined {
  const [raw, search = ''] = splitOnce(req.url ?? '/', '?');
  let path: string;
  try {
    path = decodeURIComponent(raw);
  } catch {
    throw new HttpError(400, 'the address is not valid percent encoding');
  }
  if (path.includes('\0')) throw new HttpError(404, 'Not Found');
  if (`${path}/` === lab.baseUrl) return undefined;
  if (!path.startsWith(lab.baseUrl)) throw new HttpError(404, `this server lies below ${lab.baseUrl}`);
  return { path: `/${path.slice(lab.baseUrl.length)}`, query: new URLSearchParams(search) };
}

const splitOnce = (text: string, at: string): string[] => {
  const i = text.indexOf(at);
  return i < 0 ? [text] : [text.slice(0, i), text.slice(i + 1)];
};

const decodeParams = (params: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(params).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );

/** The path without the query: that is where tokens stand. */
const logged = (req: IncomingMessage): string => splitOnce(req.url ?? '', '?')[0];

function withoutToken(lab: Lab, req: IncomingMessage): Reply {
  const [path, search = ''] = splitOnce(req.url ?? '/', '?');
  const query = new URLSearchParams(search);
  query.delete('token');
  const rest = query.size > 0 ? `?${query}` : '';
  // `//host` would be another host.
  const target = path.startsWith('//') ? lab.link('/') : path;
  return redirect(`${target}${rest}`, { 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' });
}

const acceptsHtml = (req: IncomingMessage): boolean => String(req.headers.accept ?? '').includes('text/html');

function pageOf(reply: Reply, lab: Lab): Reply {
  const status = reply.status ?? 500;
  const { message } = reply.json as { message: string };
  return errorPage(status, status === 404 ? 'Not found' : `Error ${status}`, message, lab.link('/'));
}

/** What other origins may do, when the server was told of them. */
function allowOrigin(lab: Lab, req: IncomingMessage, res: ServerResponse): void {
  const { origin } = req.headers;
  if (!origin || !lab.auth.isAllowedOrigin(origin)) return;
  res.setHeader('Access-Control-Allow-Origin', origin);
  res.setHeader('Vary', 'Origin');
}

function preflight(lab: Lab, req: IncomingMessage, res: ServerResponse): void {
  allowOrigin(lab, req, res);
  res.setHeader('Access-Control-Allow-Headers', 'accept, content-type, authorization, x-xsrftoken');
  res.setHeader('Access-Control-Allow-Methods', 'GET, PUT, POST, PATCH, DELETE, OPTIONS');
  sendReply(res, { status: 204 });
}

/** A page whose machine is gone does not say goodbye. */
function keepAlive(socket: import('ws').WebSocket): void {
  let answered = true;
  socket.on('pong', () => {
    answered = true;
  });
  socket.on('error', () => {});
  const timer = setInterval(() => {
    if (!answered) return socket.terminate();
    answered = false;
    socket.ping();
  }, PING_MS);
  socket.on('close', () => clearInterval(timer));
}
